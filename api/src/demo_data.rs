//! Users, contacts, queues, and what agents choose from, to try the product with.

use std::collections::HashMap;

use domain::{
    Error, Platform, RefusalCode,
    agents::AgentFilter,
    config::Config,
    crm::{CompanyChange, ContactChange, ContactFilter},
    ids::{AgentId, SessionId},
    page::Slice,
    people::{Actor, Role, Signed},
    routing::{OverflowKind, QueueChange, RoutingStrategy},
};

use crate::commands::{Outcome, PROGRAM};

const PASSWORD: &str = "cordboard-demo";

const USERS: [(&str, &str, Role); 4] = [
    ("Ada Admin", "admin@example.com", Role::Admin),
    ("Sam Supervisor", "supervisor@example.com", Role::Supervisor),
    ("Alex Agent", "agent1@example.com", Role::Agent),
    ("Robin Agent", "agent2@example.com", Role::Agent),
];

/// Name, domain.
const COMPANIES: [[&str; 2]; 2] =
    [["Nordljus", "nordljus.example.com"], ["Tanaka Instruments", "tanaka.example.com"]];

/// Name, e-mail, telephone, time zone, tag, company.
const CONTACTS: [[&str; 6]; 10] = [
    ["Carla Conti", "carla.conti@example.com", "+390612345678", "Europe/Rome", "customer", "Nordljus"],
    ["Dmitri Orlov", "dmitri.orlov@example.com", "+4930123456789", "Europe/Berlin", "prospect", ""],
    ["Emeka Okafor", "emeka.okafor@example.com", "+2348012345678", "Africa/Lagos", "customer", ""],
    [
        "Fatima Zahra El Amrani",
        "fatima.elamrani@example.com",
        "+212522123456",
        "Africa/Casablanca",
        "customer",
        "Tanaka Instruments",
    ],
    ["Grace Hughes", "grace.hughes@example.com", "+442071234567", "Europe/London", "vip", "Nordljus"],
    [
        "Hiroshi Tanaka",
        "hiroshi.tanaka@example.com",
        "+81312345678",
        "Asia/Tokyo",
        "customer",
        "Tanaka Instruments",
    ],
    ["Inés Álvarez", "ines.alvarez@example.com", "+34911234567", "Europe/Madrid", "prospect", ""],
    ["Jakob Lindqvist", "jakob.lindqvist@example.com", "+46812345678", "Europe/Stockholm", "vip", "Nordljus"],
    ["Keren Levi", "keren.levi@example.com", "+97231234567", "Asia/Jerusalem", "customer", ""],
    ["Li Na", "li.na@example.com", "+862112345678", "Asia/Shanghai", "prospect", "Tanaka Instruments"],
];

/// What a call gets of which nobody says how it turned out: somebody asks again.
const UNSAID: &str = "Call back later";

/// Name, whether it is a success.
const OUTCOMES: [(&str, bool); 4] =
    [("Solved", true), ("Sold", true), ("Not reached", false), (UNSAID, false)];

/// Who takes calls, and how good their German is.
const GERMAN: [(&str, i32); 2] = [("agent1@example.com", 4), ("agent2@example.com", 2)];

const SCRIPT: &str = "Good day, you are speaking with … at Cordboard. How may I help you?\n\n\
    1. Ask for the name and the company.\n2. Let the caller finish, then sum up.\n3. Say what happens next, and by when.";

const AWAY_REASONS: [&str; 4] = ["Break", "Lunch", "Training", "Paperwork"];

/// Makes what isn't there yet: twice in a row is no fault.
pub async fn make() -> Outcome {
    let platform = Platform::new(Config::from_env()?, PROGRAM)?;
    let mut admin = None;
    let mut made = 0;
    for (name, email, role) in USERS {
        match platform.create_user(name, email, role, PASSWORD).await {
            Ok(user) => {
                made += 1;
                admin = admin.or(Some(user));
            }
            Err(Error::Refused(refusal)) if refusal.code == RefusalCode::Taken => {}
            Err(error) => return Err(error.into()),
        }
    }
    let contacts = match admin {
        Some(user) => {
            let admin = Actor::User(Signed { user, session: SessionId::new() });
            make_lists(&platform, &admin).await?;
            make_queues(&platform, &admin).await?;
            make_contacts(&platform, &admin).await?
        }
        None => 0,
    };
    println!("Demo data: {made} users and {contacts} contacts made.");
    Ok(())
}

/// What agents choose from.
async fn make_lists(platform: &Platform, admin: &Actor) -> domain::Result<()> {
    if platform.list_outcomes(true).await?.is_empty() {
        for (name, success) in OUTCOMES {
            platform.create_outcome(admin, name, success, None).await?;
        }
    }
    if platform.away_reasons(true).await?.is_empty() {
        for name in AWAY_REASONS {
            platform.create_away_reason(admin, name, None).await?;
        }
    }
    Ok(())
}

/// A queue that is always open, and one that wants German and hands on what it can't serve.
async fn make_queues(platform: &Platform, admin: &Actor) -> domain::Result<()> {
    if platform.count_queues(true).await? > 0 {
        return Ok(());
    }
    let outcomes = platform.list_outcomes(false).await?;
    let unsaid = outcomes.iter().find(|outcome| outcome.name == UNSAID).map(|outcome| outcome.id);
    let support = QueueChange {
        key: Some("support".into()),
        name: Some("Support".into()),
        strategy: Some(RoutingStrategy::LongestIdle),
        wrap_up_seconds: Some(60),
        default_outcome: Some(unsaid),
        script: Some(Some(SCRIPT.into())),
        ..QueueChange::default()
    };
    let support = platform.create_queue(admin, support, None).await?.id;
    let sales = QueueChange {
        key: Some("sales".into()),
        name: Some("Sales".into()),
        strategy: Some(RoutingStrategy::MostSkilled),
        required_skills: Some(vec![("german".into(), 3)]),
        relax_seconds: Some(Some(30)),
        max_wait_seconds: Some(300),
        overflow: Some((OverflowKind::Queue, Some(support))),
        wrap_up_seconds: Some(60),
        default_outcome: Some(unsaid),
        ..QueueChange::default()
    };
    let sales = platform.create_queue(admin, sales, None).await?.id;
    for (email, german) in GERMAN {
        let Some(agent) = agent_of(platform, email).await? else { continue };
        platform.set_skills(admin, agent, vec![("german".into(), german)]).await?;
        for queue in [support, sales] {
            platform.set_queue_member(admin, queue, agent, None, true).await?;
        }
    }
    Ok(())
}

async fn agent_of(platform: &Platform, email: &str) -> domain::Result<Option<AgentId>> {
    let filter = AgentFilter { search: Some(email.into()), ..AgentFilter::default() };
    let page = platform.list_agents(&filter, &Slice::first(1)).await?;
    Ok(page.rows.first().map(|(_, agent)| agent.id))
}

async fn make_contacts(platform: &Platform, admin: &Actor) -> domain::Result<usize> {
    if platform.count_contacts(&ContactFilter::default()).await? > 0 {
        return Ok(0);
    }
    let mut companies = HashMap::new();
    for [name, domain] in COMPANIES {
        let change = CompanyChange {
            name: Some(name.into()),
            domain: Some(Some(domain.into())),
            tags: Some(vec!["customer".into()]),
        };
        companies.insert(name, platform.create_company(admin, change, None).await?.id);
    }
    for [name, email, phone, time_zone, tag, company] in CONTACTS {
        let change = ContactChange {
            name: Some(name.into()),
            emails: Some(vec![email.into()]),
            phones: Some(vec![phone.into()]),
            tags: Some(vec![tag.into()]),
            time_zone: Some(Some(time_zone.into())),
            company: companies.get(company).copied().map(Some),
            ..ContactChange::default()
        };
        platform.create_contact(admin, change, None).await?;
    }
    Ok(CONTACTS.len())
}
