//! What breaks.

use std::fmt;
use std::time::Duration;

use domain::calls::signal::command_queue;
use domain::calls::{Command, Envelope};
use domain::ids::{CallId, WorkerId};
use domain::limits;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use crate::platform::Platform;
use crate::process::Process;
use crate::services::Server;

/// A program that is armed and that nothing comes by is killed after so long.
const PATIENCE: Duration = Duration::from_secs(3);
/// A killed server stays away for so long.
const AWAY: Duration = Duration::from_secs(2);

/// Jobs of calls that were done long ago and of those that run come again, the last first.
const REPEAT: &str = "INSERT INTO outbox (queue, body, created_at)
    SELECT CASE WHEN epoch = 0 THEN 'media.calls' ELSE 'media.moves' END, jsonb_build_object('callId', 'call_' || replace(id::text, '-', '')), now() - interval '1 minute'
    FROM call CROSS JOIN generate_series(1, 2) ORDER BY call.id DESC LIMIT 20";

/// Calls that a worker has, the last first.
const RUNNING: &str = "SELECT worker_id::text, id::text FROM call WHERE worker_id IS NOT NULL AND state <> 'ENDED' ORDER BY id DESC";

#[derive(Debug, Clone, Copy)]
pub enum Fault {
    Kill(Program),
    /// kill -9 at a named place.
    At(Program, &'static str),
    Broker,
    Database,
    /// Messages twice, and in another order.
    Repeated,
}

#[derive(Debug, Clone, Copy)]
pub enum Program {
    Api,
    Scheduler,
    Worker,
}

pub fn random(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

impl Program {
    /// Where it may die: only workers acknowledge jobs, and they publish few.
    const fn failpoints(self) -> [&'static str; 3] {
        match self {
            Self::Api | Self::Scheduler => ["before_commit", "after_commit", "before_publish"],
            Self::Worker => ["before_commit", "after_commit", "before_ack"],
        }
    }

    fn one<'a>(self, platform: &'a mut Platform, random: &mut StdRng) -> &'a mut Process {
        let all = match self {
            Self::Api => &mut platform.apis,
            Self::Scheduler => &mut platform.schedulers,
            Self::Worker => &mut platform.workers,
        };
        let place = random.random_range(0..all.len());
        &mut all[place]
    }
}

impl Fault {
    pub fn any(random: &mut StdRng) -> Self {
        let program = [Program::Api, Program::Scheduler, Program::Worker][random.random_range(0..3)];
        match random.random_range(0..12) {
            0..3 => Self::Kill(program),
            3..9 => Self::At(program, program.failpoints()[random.random_range(0..3)]),
            9 => Self::Broker,
            10 => Self::Database,
            _ => Self::Repeated,
        }
    }

    /// Breaks it in the middle of a call or before one, and puts it right again.
    pub async fn strike(self, platform: &mut Platform, centre: &domain::Platform, random: &mut StdRng) {
        tokio::time::sleep(Duration::from_millis(random.random_range(0..2500))).await;
        match self {
            Self::Kill(program) => {
                let victim = program.one(platform, random);
                victim.kill();
                victim.revive().await;
            }
            Self::At(program, failpoint) => {
                let victim = program.one(platform, random);
                victim.arm_at(failpoint).await;
                let until = std::time::Instant::now() + PATIENCE;
                while victim.is_running() && std::time::Instant::now() < until {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                victim.disarm().await;
            }
            Self::Broker => restart(platform, Server::RabbitMq).await,
            Self::Database => restart(platform, Server::Postgres).await,
            Self::Repeated => {
                platform.sql().await.batch_execute(REPEAT).await.expect("jobs are repeated");
                repeat_news(platform, centre).await;
                tokio::time::sleep(AWAY).await;
            }
        }
        platform.all_ready().await;
    }
}

/// The other messages, more often than there is reason for: wake-ups, which say nothing and of which a queue keeps one, and
/// the command to look. The broker itself repeats neither: both are lost with the queue of a connection that breaks.
async fn repeat_news(platform: &Platform, centre: &domain::Platform) {
    let id = |text: &str| Uuid::parse_str(text).expect("an id");
    for row in platform.sql().await.query(RUNNING, &[]).await.expect("the calls are read") {
        let (worker, call) = (WorkerId(id(row.get(0))), CallId(id(row.get(1))));
        let look = Envelope { trace_id: None, command: Command::Sync { call } };
        let body = serde_json::to_vec(&look).expect("a command is JSON");
        for _ in 0..2 {
            let _ = centre.bus.command(&command_queue(worker), &body, limits::COMMAND).await;
            let _ = centre.bus.publish_event("log", b"").await;
        }
    }
}

async fn restart(platform: &mut Platform, server: Server) {
    platform.servers.kill(server);
    tokio::time::sleep(AWAY).await;
    platform.servers.start(server);
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kill(program) => write!(out, "kill -9 of {program:?}"),
            Self::At(program, failpoint) => write!(out, "kill -9 of {program:?} at {failpoint}"),
            Self::Broker => out.write_str("RabbitMQ restarted"),
            Self::Database => out.write_str("PostgreSQL restarted"),
            Self::Repeated => out.write_str("messages twice and out of order"),
        }
    }
}
