//! Users and contacts to try the product with.

use domain::{
    Error, Platform, RefusalCode,
    config::Config,
    crm::{Attribute, ContactChange, ContactFilter},
    ids::SessionId,
    people::{Actor, Role, Signed, User},
};

use crate::commands::{Outcome, PROGRAM};

const PASSWORD: &str = "cordboard-demo";

const USERS: [(&str, &str, Role); 4] = [
    ("Ada Admin", "admin@example.com", Role::Admin),
    ("Sam Supervisor", "supervisor@example.com", Role::Supervisor),
    ("Alex Agent", "agent1@example.com", Role::Agent),
    ("Robin Agent", "agent2@example.com", Role::Agent),
];

/// Name, e-mail, telephone, time zone, tag, company.
const CONTACTS: [[&str; 6]; 10] = [
    ["Carla Conti", "carla.conti@example.com", "+390612345678", "Europe/Rome", "customer", "Conti Ceramiche"],
    [
        "Dmitri Orlov",
        "dmitri.orlov@example.com",
        "+4930123456789",
        "Europe/Berlin",
        "prospect",
        "Orlov Logistik",
    ],
    [
        "Emeka Okafor",
        "emeka.okafor@example.com",
        "+2348012345678",
        "Africa/Lagos",
        "customer",
        "Okafor Foods",
    ],
    [
        "Fatima Zahra El Amrani",
        "fatima.elamrani@example.com",
        "+212522123456",
        "Africa/Casablanca",
        "customer",
        "Atlas Textiles",
    ],
    [
        "Grace Hughes",
        "grace.hughes@example.com",
        "+442071234567",
        "Europe/London",
        "vip",
        "Hughes & Daughters",
    ],
    [
        "Hiroshi Tanaka",
        "hiroshi.tanaka@example.com",
        "+81312345678",
        "Asia/Tokyo",
        "customer",
        "Tanaka Instruments",
    ],
    [
        "Inés Álvarez",
        "ines.alvarez@example.com",
        "+34911234567",
        "Europe/Madrid",
        "prospect",
        "Álvarez Hermanos",
    ],
    ["Jakob Lindqvist", "jakob.lindqvist@example.com", "+46812345678", "Europe/Stockholm", "vip", "Nordljus"],
    ["Keren Levi", "keren.levi@example.com", "+97231234567", "Asia/Jerusalem", "customer", "Levi Optics"],
    ["Li Na", "li.na@example.com", "+862112345678", "Asia/Shanghai", "prospect", "Jade River"],
];

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
        Some(user) => make_contacts(&platform, user).await?,
        None => 0,
    };
    println!("Demo data: {made} users and {contacts} contacts made.");
    Ok(())
}

async fn make_contacts(platform: &Platform, user: User) -> domain::Result<usize> {
    if platform.count_contacts(&ContactFilter::default()).await? > 0 {
        return Ok(0);
    }
    let actor = Actor::User(Signed { user, session: SessionId::new() });
    for [name, email, phone, time_zone, tag, company] in CONTACTS {
        let change = ContactChange {
            name: Some(name.into()),
            emails: Some(vec![email.into()]),
            phones: Some(vec![phone.into()]),
            tags: Some(vec![tag.into()]),
            attributes: Some(vec![Attribute { name: "Company".into(), value: company.into() }]),
            time_zone: Some(Some(time_zone.into())),
            owner: None,
        };
        platform.create_contact(&actor, change, None).await?;
    }
    Ok(CONTACTS.len())
}
