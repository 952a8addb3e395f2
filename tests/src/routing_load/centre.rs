//! A centre of any size: queues of all four strategies, agents who are present and free.

use domain::Platform;
use domain::config::Config;
use domain::ids::{AgentId, QueueId, SessionId, UserId};
use domain::people::{Actor, Role, Signed};
use domain::routing::{Queue, QueueChange, RoutingStrategy};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio_postgres::Client;

use crate::config::config;
use crate::proxy::Proxy;
use crate::services::Servers;
use crate::sql;

/// Members of a queue in which everybody is rung.
const RING_TOGETHER: usize = 5;

/// A database and a virtual host of its own, with the centre in it.
pub struct Centre {
    servers: Servers,
    name: String,
    pub url: String,
    amqp_url: String,
    pub queues: Vec<Queue>,
    pub agents: Vec<AgentId>,
    /// Queues are busy (all members at work, calls wait) or quiet (members free); no agent is a member of both kinds.
    pub busy: Vec<bool>,
    pub admin: Actor,
}

impl Centre {
    /// With so many agents, members of one to four queues each.
    pub async fn open(agents: usize, queues: usize) -> Self {
        let servers = Servers::shared();
        let name = format!("routing_{:016x}", rand::random::<u64>());
        let admin_url = servers.environment()["DATABASE_URL"].clone();
        sql::connect(&admin_url)
            .await
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("a database");
        let url = sql::database(&admin_url, &name);
        let amqp_url = servers.virtual_host(&name);
        let settings = [("DATABASE_URL", url.as_str()), ("AMQP_URL", amqp_url.as_str())];
        domain::db::migrate(&config(&settings)).await.expect("the schema");
        let platform = Platform::new(config(&settings), "routing-load").expect("a platform");
        let user = platform.create_user("Admin", "admin@example.com", Role::Admin, "a good password").await;
        let signed = Signed { user: user.expect("an administrator"), session: SessionId::new() };
        let admin = Actor::User(signed);
        let mut made = Vec::new();
        for number in 0..queues {
            made.push(platform.create_queue(&admin, plan(number), None).await.expect("a queue"));
        }
        let busy = (0..queues).map(|number| number % 2 == 1).collect();
        let mut centre = Self { servers, name, url, amqp_url, queues: made, agents: Vec::new(), busy, admin };
        centre.hire(agents).await;
        centre
    }

    fn settings(&self) -> [(&str, &str); 2] {
        [("DATABASE_URL", self.url.as_str()), ("AMQP_URL", self.amqp_url.as_str())]
    }

    fn config(&self) -> Config {
        config(&self.settings())
    }

    /// One more process.
    pub fn process(&self) -> Platform {
        Platform::new(self.config(), "routing-load").expect("a platform")
    }

    /// One whose statements are counted.
    pub async fn counted_process(&self) -> (Platform, Proxy) {
        let (proxy, through) = Proxy::at(&self.url).await;
        let settings = [("DATABASE_URL", through.as_str()), ("AMQP_URL", self.amqp_url.as_str())];
        (Platform::new(config(&settings), "routing-load").expect("a platform"), proxy)
    }

    pub async fn sql(&self) -> Client {
        sql::connect(&self.url).await
    }

    /// The accounts, the agents' rows and their memberships, in bulk: a password's hash takes longer than all the rest.
    async fn hire(&mut self, number: usize) {
        let mut chance = StdRng::seed_from_u64(40);
        let agents: Vec<AgentId> = (0..number).map(|_| UserId::new().into()).collect();
        let mut skills = Vec::new();
        let (mut queues, mut members, mut tiers) = (Vec::new(), Vec::new(), Vec::new());
        let mut together = vec![0; self.queues.len()];
        for (place, agent) in agents.iter().enumerate() {
            let levels: serde_json::Map<String, serde_json::Value> =
                (0..4).map(|skill| (format!("skill-{skill}"), chance.random_range(1..=5).into())).collect();
            skills.push(serde_json::Value::Object(levels).to_string());
            let half: Vec<usize> = (0..self.queues.len()).filter(|queue| queue % 2 == place % 2).collect();
            let mut joined = Vec::new();
            // The first agents see to it that no queue is without somebody.
            let first = half[(place / 2) % half.len()];
            let more = (0..chance.random_range(0..4)).map(|_| half[chance.random_range(0..half.len())]);
            for queue in std::iter::once(first).chain(more.collect::<Vec<_>>()) {
                let rings_all = self.queues[queue].strategy == RoutingStrategy::RingAll;
                if joined.contains(&queue)
                    || (rings_all && together[queue] == RING_TOGETHER && !joined.is_empty())
                {
                    continue;
                }
                together[queue] += 1;
                joined.push(queue);
                queues.push(self.queues[queue].id.0.to_string());
                members.push(agent.0.to_string());
                tiers.push(if rings_all && together[queue] > RING_TOGETHER {
                    2
                } else {
                    1 + i32::from(chance.random_ratio(1, 4))
                });
            }
        }
        let ids = super::life::texts(agents.iter().map(|agent| agent.0));
        let sql = self.sql().await;
        sql.batch_execute("SET synchronous_commit = off").await.expect("a setting");
        sql.execute(
            "INSERT INTO app_user (id, name, email, role, password_hash, created_at)
             SELECT id, 'Agent', id || '@example.com', 'AGENT', '', now() FROM unnest($1::text[]::uuid[]) AS id",
            &[&ids],
        )
        .await
        .expect("accounts");
        sql.execute(
            "INSERT INTO agent (user_id, status, skills, idle_since)
             SELECT id, 'AVAILABLE', skills, now() FROM unnest($1::text[]::uuid[], $2::text[]::jsonb[]) AS given(id, skills)",
            &[&ids, &skills],
        )
        .await
        .expect("agents");
        for statement in [
            "INSERT INTO agent_presence (agent_id, until) SELECT id, now() + interval '1 day' FROM unnest($1::text[]::uuid[]) AS id",
            "INSERT INTO agent_interval (agent_id, activity, started_at) SELECT id, 'AVAILABLE', now() FROM unnest($1::text[]::uuid[]) AS id",
        ] {
            sql.execute(statement, &[&ids]).await.expect("agents at work");
        }
        sql.execute(
            "INSERT INTO queue_member (queue_id, agent_id, tier) SELECT * FROM unnest($1::text[]::uuid[], $2::text[]::uuid[], $3::integer[])",
            &[&queues, &members, &tiers],
        ).await.expect("members");
        sql.batch_execute("ANALYZE").await.expect("statistics");
        self.agents = agents;
    }

    pub fn queue_ids(&self) -> Vec<QueueId> {
        self.queues.iter().map(|queue| queue.id).collect()
    }

    /// What must never be: the figure, and what it counts.
    pub async fn faults(&self) -> Vec<(i64, &'static str)> {
        const NEVER: [(&str, &str); 4] = [
            ("agents with two live offers", "SELECT count(*) FROM (SELECT agent_id FROM offer
                WHERE state IN ('PENDING', 'ACCEPTED') GROUP BY 1 HAVING count(*) > 1) AS twice"),
            ("visits with two winners", "SELECT count(*) FROM (SELECT visit_id FROM offer
                WHERE state IN ('ACCEPTED', 'CONNECTED') GROUP BY 1 HAVING count(*) > 1) AS twice"),
            ("offers to an agent who was not available", "SELECT count(*) FROM (SELECT activity, lag(activity) OVER
                (PARTITION BY agent_id ORDER BY id) AS before FROM agent_interval) AS turned WHERE activity = 'RINGING' AND before <> 'AVAILABLE'"),
            ("agents whose record differs from what is true", "SELECT count(*) FROM agent_activity(now()) AS now
                JOIN agent_interval AS was USING (agent_id) WHERE was.ended_at IS NULL AND was.activity <> now.activity"),
        ];
        let sql = self.sql().await;
        let mut found = Vec::new();
        for (what, query) in NEVER {
            found.push((sql::count(&sql, query).await, what));
        }
        found
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.servers.forget_virtual_host(&self.name);
        sql::drop_database(&self.servers.environment()["DATABASE_URL"], &self.name);
    }
}

/// All four strategies; every second queue asks for a skill.
fn plan(number: usize) -> QueueChange {
    let strategy = match number % 10 {
        0..=3 => RoutingStrategy::LongestIdle,
        4..=6 => RoutingStrategy::RoundRobin,
        7 | 8 => RoutingStrategy::MostSkilled,
        _ => RoutingStrategy::RingAll,
    };
    let asks = number % 4 >= 2 && strategy != RoutingStrategy::RingAll;
    QueueChange {
        key: Some(format!("queue-{number}")),
        name: Some(format!("Queue {number}")),
        strategy: Some(strategy),
        required_skills: asks.then(|| vec![(format!("skill-{}", number % 4), 2)]),
        max_length: Some(10_000),
        max_wait_seconds: Some(86_400),
        ..QueueChange::default()
    }
}
