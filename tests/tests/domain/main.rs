//! The rules of the business on a real PostgreSQL, without the programs around them: what two processes may not do to
//! each other, and what the schema promises.

mod absence;
mod agent_day;
mod calls;
mod centre;
mod chat;
mod colleagues;
mod desk;
mod dying;
mod forgotten;
mod groups;
mod handing_over;
mod history;
mod hold;
mod identity;
mod links;
mod lists;
mod log;
mod media_offers;
mod merge;
mod messages;
mod model;
mod recordings;
mod references;
mod routing;
mod routing_callbacks;
mod routing_explained;
mod routing_full;
mod routing_load;
mod routing_missed;
mod routing_newcomers;
mod routing_overflow;
mod routing_queues;
mod routing_together;
mod routing_waiting;
mod schema;
mod sessions;
mod supervision;
mod take_over;
mod transfer_faults;
mod transfer_races;
mod transfers;
mod transfers_in_vain;
mod transfers_to_queues;
mod voicemail;
mod voicemail_after_talk;
mod voicemail_begins;
mod voicemail_ends;
mod voicemail_faults;
mod windows;
mod without_worker;

use cordboard_tests::config::config;
use cordboard_tests::services::Servers;
use cordboard_tests::sql;
use cordboard_tests::template::{self, Templates};
use domain::Platform;
use domain::calls::{Call, CallPlan, Leg, MediaKind, Placed};
use domain::config::Config;
use domain::crm::ContactChange;
use domain::fleet::MediaWorker;
use domain::ids::{CallId, SessionId, WorkerId};
use domain::people::{Actor, Role, Signed};
use tokio_postgres::Client;

/// A database of its own. Nothing else: the broker is away, so what would be sent stays in the outbox.
struct Stage {
    servers: Servers,
    name: String,
    url: String,
}

impl Stage {
    async fn set() -> Self {
        let servers = Servers::shared();
        let name = format!("domain_{:016x}", rand::random::<u64>());
        let template = template::name("migrated", &());
        let templates = Templates::of(&servers).await;
        if let Some(address) = templates.missing(&template).await {
            domain::db::migrate(&config(&[("DATABASE_URL", address.as_str())])).await.unwrap();
            templates.made(&template).await;
        }
        // Written like any other change: no test here lets the database die.
        templates.copy(&template, &name, "WAL_LOG").await;
        let url = sql::database(&servers.environment()["DATABASE_URL"], &name);
        Self { servers, name, url }
    }

    fn config(&self) -> Config {
        self.config_with(&[])
    }

    fn config_with(&self, settings: &[(&str, &str)]) -> Config {
        config(&[settings, &[("DATABASE_URL", self.url.as_str())]].concat())
    }

    /// One more process on the database.
    fn process(&self) -> Platform {
        self.process_with(&[])
    }

    fn process_with(&self, settings: &[(&str, &str)]) -> Platform {
        let platform = Platform::new(self.config_with(settings), "domain-test").unwrap();
        // Nobody waits for the broker, which never comes, as long as for one that is away.
        let bus = platform.bus.clone();
        tokio::spawn(async move {
            bus.close().await;
        });
        platform
    }

    async fn sql(&self) -> Client {
        sql::connect(&self.url).await
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        sql::drop_database(&self.servers.environment()["DATABASE_URL"], &self.name);
    }
}

/// Somebody who works here and is signed in.
async fn agent(platform: &Platform) -> Actor {
    let email = format!("{:08x}@example.com", rand::random::<u32>());
    let user = platform.create_user("Grace Hopper", &email, Role::Agent, "a good password").await.unwrap();
    Actor::User(Signed { user, session: SessionId::new() })
}

async fn place(platform: &Platform, agent: &Actor) -> Placed {
    let named = ContactChange { name: Some("Ada Lovelace".into()), ..ContactChange::default() };
    let contact = platform.create_contact(agent, named, None).await.unwrap();
    platform.place_call(agent, contact.id, MediaKind::Video, None, None, None).await.unwrap()
}

async fn worker(platform: &Platform) -> WorkerId {
    let worker = MediaWorker::new("a worker".into(), 100, "127.0.0.1:1".into(), platform.clock.now());
    platform.register_worker(&worker).await.unwrap();
    worker.id
}

/// A call whose two sides have media, and the plan of the worker that has it.
struct Talk {
    call: CallId,
    plan: CallPlan,
    worker: WorkerId,
    contact: Actor,
    legs: Vec<Leg>,
}

async fn talk(platform: &Platform, agent: &Actor) -> Talk {
    let placed = place(platform, agent).await;
    let call = placed.call.id;
    let worker = worker(platform).await;
    let plan = platform.lease_call(call, worker).await.unwrap().unwrap();
    platform.join_as_user(agent, call, None).await.unwrap();
    let joined =
        platform.join_by_link(&Actor::Anonymous, &placed.join_token, None, None, None).await.unwrap();
    let guest = platform.guest(&joined.guest_token.unwrap()).await.unwrap().unwrap();
    let legs = platform.legs_of_calls(&[call]).await.unwrap();
    for leg in &legs {
        platform.leg_connected(call, plan.epoch, leg.id).await.unwrap();
    }
    Talk { call, plan, worker, contact: Actor::Guest(guest), legs }
}

impl Talk {
    async fn row(&self, platform: &Platform, agent: &Actor) -> Call {
        platform.calls(agent, &[self.call]).await.unwrap().remove(0)
    }
}
