//! What breaks.

use std::fmt;
use std::time::{Duration, Instant};

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

/// A program that is armed and takes no such step is killed after so long, which is most of a round.
const PATIENCE: Duration = Duration::from_secs(10);
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
    /// kill -9 of one of the two.
    Kill(Program, usize),
    /// The same at a step that it takes; see `domain::failpoint`.
    At(Program, usize, &'static str),
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
    /// Where it may die: what a round has it do, always or now and then.
    const fn steps(self) -> &'static [&'static str] {
        match self {
            Self::Api => &[
                "before_commit:CREATED",
                "after_commit:CREATED",
                "before_publish:media.calls",
                "before_commit:OFFERED",
                "after_commit:OFFERED",
                "before_commit:ACCEPTED",
                "after_commit:ACCEPTED",
                "before_commit:ENDED",
                "after_commit:ENDED",
                "before_commit:WRAPPED_UP",
                "after_commit:WRAPPED_UP",
            ],
            Self::Scheduler => &[
                "before_commit:POSITION_CHANGED",
                "after_commit:POSITION_CHANGED",
                "before_commit:OFFERED",
                "after_commit:OFFERED",
                "before_commit:OFFER_TIMED_OUT",
                "after_commit:OFFER_TIMED_OUT",
                "before_commit:WRAPPED_UP",
                "after_commit:WRAPPED_UP",
            ],
            Self::Worker => &[
                "before_ack:media.calls",
                "before_commit:OFFERED",
                "after_commit:OFFERED",
                "before_commit:LEG_JOINED",
                "after_commit:LEG_JOINED",
                "before_commit:CONNECTED",
                "after_commit:CONNECTED",
            ],
        }
    }

    fn one(self, platform: &mut Platform, place: usize) -> &mut Process {
        match self {
            Self::Api => &mut platform.apis[place],
            Self::Scheduler => &mut platform.schedulers[place],
            Self::Worker => &mut platform.workers[place],
        }
    }
}

impl Fault {
    pub fn any(random: &mut StdRng) -> Self {
        let program = [Program::Api, Program::Scheduler, Program::Worker][random.random_range(0..3)];
        let (place, steps) = (random.random_range(0..2), program.steps());
        match random.random_range(0..12) {
            0..3 => Self::Kill(program, place),
            3..9 => Self::At(program, place, steps[random.random_range(0..steps.len())]),
            9 => Self::Broker,
            10 => Self::Database,
            _ => Self::Repeated,
        }
    }

    /// Arms who is to die at a step, before the calls come: their first steps count, too.
    pub async fn aim(self, platform: &mut Platform) {
        if let Self::At(program, place, step) = self {
            program.one(platform, place).arm_at(step).await;
        }
    }

    /// Breaks it in the middle of a call or before one, and puts it right again. False where nobody came by the step and
    /// the program was killed plainly.
    pub async fn strike(
        self,
        platform: &mut Platform,
        centre: &domain::Platform,
        random: &mut StdRng,
    ) -> bool {
        let mut met = true;
        if !matches!(self, Self::At(..)) {
            tokio::time::sleep(Duration::from_millis(random.random_range(0..2500))).await;
        }
        match self {
            Self::Kill(program, place) => {
                let victim = program.one(platform, place);
                victim.kill();
                victim.revive().await;
            }
            Self::At(program, place, step) => {
                let victim = program.one(platform, place);
                let until = Instant::now() + PATIENCE;
                while victim.is_running() && Instant::now() < until {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                let runs = victim.is_running();
                met = victim.came_by();
                assert!(met || runs, "{} ended elsewhere than at {step}:\n{}", victim.name, victim.tail());
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
        met
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
            Self::Kill(program, _) => write!(out, "kill -9 of {program:?}"),
            Self::At(program, _, step) => write!(out, "kill -9 of {program:?} at {step}"),
            Self::Broker => out.write_str("RabbitMQ restarted"),
            Self::Database => out.write_str("PostgreSQL restarted"),
            Self::Repeated => out.write_str("messages twice and out of order"),
        }
    }
}
