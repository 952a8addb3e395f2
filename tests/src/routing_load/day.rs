//! A day at speed: callers come by the day's curve, faster than they can be served, so that the engine is what holds up.

use std::time::{Duration, Instant};

use domain::ids::QueueId;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use super::centre::Centre;
use super::engine::{Engine, Routers};
use super::life::Life;

/// Callers in each half hour from 8 to 20 h, relative to each other.
const CURVE: [u32; 24] = [2, 4, 7, 10, 12, 13, 12, 10, 8, 7, 8, 10, 12, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3];

#[derive(Clone, Copy, Debug)]
pub struct Day {
    pub calls: usize,
    /// The twelve hours pass in this.
    pub length: Duration,
    /// Mean time that a call keeps its agent.
    pub handling: Duration,
    /// Given up then, whoever waits.
    pub limit: Duration,
}

/// What came of a day.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub assigned: u64,
    pub rounds: u64,
    /// Rounds that ended with an error, such as a violated unique index.
    pub failed: u64,
    pub took: Duration,
    pub left: i64,
    pub most_waiting: u64,
}

impl Outcome {
    pub fn a_second(&self) -> f64 {
        self.assigned as f64 / self.took.as_secs_f64()
    }
}

/// When each caller comes, and to which queue; queues have callers as they have members.
fn callers(centre: &Centre, day: &Day) -> Vec<(Duration, QueueId)> {
    let mut chance = StdRng::seed_from_u64(day.calls as u64);
    let total: u32 = CURVE.iter().sum();
    let slot = day.length / CURVE.len() as u32;
    let queues = centre.queue_ids();
    let mut callers = Vec::new();
    for (place, share) in CURVE.iter().enumerate() {
        let many = day.calls * *share as usize / total as usize;
        for _ in 0..many {
            let at = slot * place as u32 + slot.mul_f64(chance.random());
            callers.push((at, *queues.choose(&mut chance).expect("a queue")));
        }
    }
    callers.sort_unstable();
    callers
}

/// Lets a day pass with so many processes that route.
pub async fn pass(centre: &Centre, engine: Engine, processes: usize, day: Day) -> Outcome {
    let callers = callers(centre, &day);
    let life = Life::new(centre.sql().await).await;
    let routers = Routers::start(engine, centre, (0..processes).map(|_| centre.process()).collect()).await;
    let begun = Instant::now();
    let (mut entered, mut turn, mut most_waiting) = (0, 0, 0);
    let mut finished = begun;
    let mut assigned = 0;
    loop {
        turn += 1;
        let due = callers[entered..].iter().take(200).take_while(|(at, _)| *at <= begun.elapsed()).count();
        if due > 0 {
            let queues: Vec<QueueId> =
                callers[entered..entered + due].iter().map(|(_, queue)| *queue).collect();
            life.enter(&queues).await;
            entered += due;
            routers.want(turn, queues);
        }
        let answered = life.answer(day.handling).await;
        let mut free = life.free(None).await;
        free.extend(answered.freed);
        if !free.is_empty() {
            routers.want(turn, life.queues_of(&free).await);
        }
        if routers.assigned() > assigned {
            (assigned, finished) = (routers.assigned(), Instant::now());
        }
        most_waiting = most_waiting.max((entered as u64).saturating_sub(assigned));
        let over = entered == callers.len() && assigned >= entered as u64;
        if over || begun.elapsed() > day.limit {
            break;
        }
        if due == 0 && answered.offers == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    let (rounds, failed) = (&routers.tally.rounds, &routers.tally.failed);
    let [rounds, failed] = [rounds, failed].map(|it| it.load(std::sync::atomic::Ordering::Relaxed));
    drop(routers);
    // Offers made in the last instant are taken too, and everybody is free for the next day.
    life.answer(Duration::ZERO).await;
    life.free(Some(&centre.queue_ids())).await;
    let left = life.waiting().await;
    Outcome { assigned, rounds, failed, took: finished - begun, left, most_waiting }
}
