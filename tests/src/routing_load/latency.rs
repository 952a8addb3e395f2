//! From a free agent, or a new call, to the offer's event: an open load, through the domain's own operations. In the quiet
//! queues members are free and calls come; in the busy ones calls wait and wrap-ups end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::Platform;
use domain::agents::WrappedUp;
use domain::calls::MediaKind;
use domain::clock::Clock;
use domain::events::{Aggregate, Filter, Hub};
use domain::fleet::MediaWorker;
use domain::ids::{AgentId, CallId, QueueId, SessionId, UserId, WorkerId};
use domain::people::{Actor, Signed};
use domain::routing::CallRequest;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::centre::Centre;
use super::engine::{Engine, Routers};
use super::figures::Times;
use super::life::Life;

const LONG: Duration = Duration::from_secs(86_400);

/// After a start, when connections are made and statements planned for the first time.
const COLD: Duration = Duration::from_secs(5);

/// Times of a run, beyond its first seconds.
#[derive(Debug, Default)]
pub struct Waits {
    /// From the return of the commit that freed an agent.
    pub freed: Times,
    /// From the return of the commit that entered a call.
    pub entered: Times,
    /// From the start of either operation: with its own transaction.
    pub whole: Times,
    /// From the beginning of the round to the offer's event: the round itself and the log.
    pub told: Times,
    /// From the return of either commit in the first seconds.
    pub cold: Times,
    /// Operations that no offer followed.
    pub without: usize,
    /// Operations that fell behind their time by more than 100 ms: the load was not what it says.
    pub late: usize,
}

enum Cause {
    Freed(AgentId),
    Entered(CallId),
}

struct Done {
    cause: Cause,
    due: Instant,
    begun: Instant,
    committed: Instant,
}

struct Offered {
    call: CallId,
    agent: AgentId,
    at: Instant,
    told: Duration,
}

#[derive(Default)]
struct Notes {
    done: Vec<Done>,
    /// Offers in the order of their events.
    offers: Vec<Offered>,
}

/// So many operations a second, half of each kind, from two processes that route: for so long, and the cold seconds before.
pub async fn measure(centre: &Centre, engine: Engine, rate: u32, length: Duration) -> Waits {
    let life = Life::new(centre.sql().await).await;
    let mut at_work = occupy(centre, &life).await;
    let processes = [centre.process(), centre.process()];
    let stop = CancellationToken::new();
    let notes = Arc::new(Mutex::new(Notes::default()));
    let mut tasks = JoinSet::new();
    let _routers = match engine {
        Engine::Product => {
            for platform in processes.clone() {
                let stop = stop.clone();
                tasks.spawn(async move { platform.router.run(&platform, true, &stop).await });
            }
            None
        }
        Engine::Simple => Some(Routers::start(engine, centre, processes.to_vec()).await),
    };
    listen(centre, &notes, &stop, &mut tasks).await;
    let actors = actors(&processes[0], centre).await;
    let worker =
        MediaWorker::new("a worker".into(), u16::MAX.into(), "127.0.0.1:1".into(), Clock::default().now());
    processes[0].register_worker(&worker).await.expect("a media worker");
    let worker = worker.id;
    let quiet: Vec<usize> = (0..centre.queues.len()).filter(|place| !centre.busy[*place]).collect();
    let quiet_ids: Vec<QueueId> = quiet.iter().map(|place| centre.queues[*place].id).collect();
    let slot = Duration::from_secs(1) / rate;
    let (begun, mut operations) = (Instant::now(), JoinSet::new());
    let (mut number, mut lived) = (0_u32, begun);
    while begun.elapsed() < COLD + length {
        let due = begun + slot * number;
        tokio::time::sleep_until(due.into()).await;
        let platform = processes[number as usize / 2 % 2].clone();
        let notes_of = Arc::clone(&notes);
        if number % 2 == 0 {
            let queue = &centre.queues[quiet[number as usize / 2 % quiet.len()]];
            let (actor, key) = (centre.admin.clone(), queue.key.clone());
            operations.spawn(async move { enter(platform, actor, worker, key, due, notes_of).await });
        } else if let Some((call, agent)) = at_work.pop_front() {
            let actor = actors[&agent].clone();
            operations.spawn(async move { free(platform, actor, call, agent, due, notes_of).await });
        }
        number += 1;
        if lived.elapsed() > Duration::from_millis(40) {
            lived = Instant::now();
            at_work.extend(live_on(centre, &life, &quiet_ids).await);
        }
    }
    while operations.join_next().await.is_some() {}
    // What is slow counts, too.
    for _ in 0..40 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        live_on(centre, &life, &quiet_ids).await;
    }
    stop.cancel();
    drop(tasks);
    life.answer(Duration::ZERO).await;
    life.free(Some(&centre.queue_ids())).await;
    evaluate(&notes.lock().expect("notes"), begun + COLD)
}

/// Members of the busy queues are all at work, and calls wait there.
async fn occupy(centre: &Centre, life: &Life) -> std::collections::VecDeque<(CallId, AgentId)> {
    let platform = centre.process();
    let busy: Vec<QueueId> = centre
        .queues
        .iter()
        .zip(&centre.busy)
        .filter(|(_, busy)| **busy)
        .map(|(queue, _)| queue.id)
        .collect();
    let many = centre.agents.len() / busy.len() + 10;
    let mut at_work = std::collections::VecDeque::new();
    let all: Vec<QueueId> = (0..many).flat_map(|_| busy.iter().copied()).collect();
    for some in all.chunks(500) {
        life.enter(some).await;
    }
    loop {
        let round = platform.route(&busy).await.expect("a round");
        at_work.extend(life.answer(LONG).await.calls);
        if round.assigned == 0 {
            return at_work;
        }
    }
}

/// Offers are taken; quiet queues' agents are free again at once, and for each call that a busy queue lost another comes.
async fn live_on(centre: &Centre, life: &Life, quiet: &[QueueId]) -> Vec<(CallId, AgentId)> {
    let answered = life.answer(LONG).await;
    let free = life.free(Some(quiet)).await;
    let at_work: Vec<(CallId, AgentId)> =
        answered.calls.into_iter().filter(|(_, agent)| !free.contains(agent)).collect();
    let busy: Vec<QueueId> = centre
        .queues
        .iter()
        .zip(&centre.busy)
        .filter(|(_, busy)| **busy)
        .map(|(queue, _)| queue.id)
        .collect();
    let next: Vec<QueueId> =
        busy.iter().copied().cycle().skip(rand::random_range(0..busy.len())).take(at_work.len()).collect();
    life.enter(&next).await;
    at_work
}

async fn actors(platform: &Platform, centre: &Centre) -> HashMap<AgentId, Actor> {
    let ids: Vec<UserId> = centre.agents.iter().map(|agent| UserId(agent.0)).collect();
    let users = platform.users(&ids).await.expect("the agents' accounts");
    let signed = users
        .into_iter()
        .map(|user| (AgentId::from(user.id), Actor::User(Signed { user, session: SessionId::new() })));
    signed.collect()
}

/// A third process watches the log, as an api does for its subscribers.
async fn listen(
    centre: &Centre,
    notes: &Arc<Mutex<Notes>>,
    stop: &CancellationToken,
    tasks: &mut JoinSet<()>,
) {
    let hub = Hub::start(centre.process(), stop.clone());
    let mut watch = hub.watch(Filter::of(Aggregate::Agent, None), None).await.expect("the log");
    let notes = Arc::clone(notes);
    tasks.spawn(async move {
        while let Ok(event) = watch.next().await {
            let (call, agent) = (event.id("callId"), event.id("agentId"));
            if let (Some(call), Some(agent), "OFFER") = (call, agent, event.kind.as_str()) {
                let told = (Clock::default().now() - event.at).to_std().unwrap_or_default();
                let offered = Offered { call, agent, at: Instant::now(), told };
                notes.lock().expect("notes").offers.push(offered);
            }
        }
    });
}

async fn enter(
    platform: Platform,
    actor: Actor,
    worker: WorkerId,
    key: String,
    due: Instant,
    notes: Arc<Mutex<Notes>>,
) {
    let request = CallRequest {
        queue_key: key,
        name: "Ada Lovelace".into(),
        email: None,
        phone: None,
        media: MediaKind::Audio,
        subject: None,
        priority: None,
        voicemail: false,
    };
    let placed = platform.request_call(&actor, request, "load", None).await.expect("a call is requested");
    platform.lease_call(placed.call.id, worker).await.expect("the call has a worker");
    // Agents are asked from here on.
    let begun = Instant::now();
    platform
        .join_by_link(&Actor::Anonymous, &placed.join_token, None, None, None)
        .await
        .expect("the contact joins");
    note(&notes, Cause::Entered(placed.call.id), due, begun);
}

async fn free(
    platform: Platform,
    actor: Actor,
    call: CallId,
    agent: AgentId,
    due: Instant,
    notes: Arc<Mutex<Notes>>,
) {
    let done = WrappedUp { done: true, ..WrappedUp::default() };
    let begun = Instant::now();
    platform.wrap_up(&actor, call, done).await.expect("a wrap-up ends");
    note(&notes, Cause::Freed(agent), due, begun);
}

fn note(notes: &Mutex<Notes>, cause: Cause, due: Instant, begun: Instant) {
    let committed = Instant::now();
    notes.lock().expect("notes").done.push(Done { cause, due, begun, committed });
}

fn evaluate(notes: &Notes, warm: Instant) -> Waits {
    let mut waits = Waits::default();
    for done in &notes.done {
        let offered = notes.offers.iter().find(|it| match &done.cause {
            Cause::Freed(freed) => it.agent == *freed && it.at > done.begun,
            Cause::Entered(entered) => it.call == *entered,
        });
        let Some(offered) = offered else {
            waits.without += 1;
            continue;
        };
        let after = offered.at.saturating_duration_since(done.committed);
        if done.begun < warm {
            waits.cold.add(after);
            continue;
        }
        match done.cause {
            Cause::Freed(_) => waits.freed.add(after),
            Cause::Entered(_) => waits.entered.add(after),
        }
        waits.late += usize::from(done.begun.duration_since(done.due) > Duration::from_millis(100));
        waits.whole.add(offered.at.saturating_duration_since(done.begun));
        waits.told.add(offered.told);
    }
    waits
}
