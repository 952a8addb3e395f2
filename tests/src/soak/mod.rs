//! Calls through a queue while something breaks, round after round: nothing is lost and nobody stays stuck.
//!
//! Robots stand for the people ([`people`], [`agents`]); each round one [`faults::Fault`] strikes while calls come in and
//! ends, and from then on nothing may be out of order for five seconds. At the end every call that was asked for has ended, none was given
//! up whose contact wanted to stay, and the figures are those that the log tells. Two queues share two
//! agents; in one of them all ring, a third agent, too.

mod agents;
mod checks;
mod faults;
mod page;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::platform::{Options, Platform};
use crate::story::{ADMIN, AGENT, OTHER_AGENT, SUPERVISOR, change_queue, sign_in};
use faults::Fault;
use people::Crowd;

/// In the second all ring.
pub const QUEUES: [&str; 2] = ["support", "sales"];
/// Who call in a round.
const CALLS: usize = 3;
/// Of a hundred calls whose contacts don't hang up at least so many are talked in, whatever breaks.
const COMPLETED_PERCENT: i64 = 80;
/// The figures are counted anew after so many rounds, and at the end.
const COUNTED: u32 = 50;

/// What a soak came by.
#[derive(Default)]
pub struct Summary {
    pub faults: BTreeMap<String, Tally>,
    pub calls: usize,
    /// Of those, given up on purpose.
    pub meant: usize,
    pub results: BTreeMap<String, i64>,
    pub breaches: Vec<String>,
}

/// Rounds of one fault.
#[derive(Default)]
pub struct Tally {
    pub rounds: u32,
    /// How long anything was out of order at most, from the end of the fault on.
    pub longest: Duration,
}

/// Plays so many rounds, or as many as there is time for until `stop`. `seed` decides which fault comes when, and what people
/// do.
pub async fn run(rounds: u32, seed: u64, stop: CancellationToken) -> Summary {
    let mut soak = Soak::begin(seed).await;
    for round in 1..=rounds {
        if stop.is_cancelled() {
            break;
        }
        soak.round(round).await;
    }
    soak.end().await
}

struct Soak {
    platform: Platform,
    /// The call centre itself, to ask it for its figures.
    centre: domain::Platform,
    /// Before the first call.
    since: DateTime<Utc>,
    crowd: Arc<Crowd>,
    random: StdRng,
    /// Calls that are breaches already.
    given_up: BTreeSet<String>,
    summary: Summary,
}

impl Soak {
    async fn begin(seed: u64) -> Self {
        let platform = Platform::with(Options { private_servers: true, ..Options::default() }).await;
        open_queues(&platform).await;
        let centre = platform.domain();
        let bases = (0..2).map(|api| platform.base(api).to_owned()).collect();
        let crowd = Arc::new(Crowd::new(bases, seed));
        let since = centre.clock.now();
        for (person, agent) in (1..).zip([AGENT, OTHER_AGENT, SUPERVISOR]) {
            crowd.hire(person, agent);
        }
        let (random, given_up, summary) = (faults::random(seed), BTreeSet::new(), Summary::default());
        Self { platform, centre, since, crowd, random, given_up, summary }
    }

    async fn round(&mut self, round: u32) {
        let fault = Fault::any(&mut self.random);
        fault.aim(&mut self.platform).await;
        let before = self.crowd.asked();
        for _ in 0..CALLS {
            self.crowd.call();
        }
        let what = match fault.strike(&mut self.platform, &self.centre, &mut self.random).await {
            true => fault.to_string(),
            false => format!("{fault}, not met: killed plainly"),
        };
        let order = checks::watch(&self.platform, &self.crowd, Instant::now()).await;
        let tally = self.summary.faults.entry(what.clone()).or_default();
        tally.rounds += 1;
        if let Ok(longest) = order {
            tally.longest = tally.longest.max(longest);
        }
        let known = checks::known(&self.platform, &self.crowd).await;
        let lost = checks::lost_contacts(&self.platform, &self.crowd, &mut self.given_up).await;
        let counted = match round % COUNTED {
            0 => self.figures().await,
            _ => Ok(()),
        };
        for why in [order.err(), known.err(), counted.err()].into_iter().flatten().chain(lost) {
            self.summary.breach(format!("round {round}, {what}: {why}"));
        }
        eprintln!("round {round}: {what}, {} calls", self.crowd.asked() - before);
    }

    async fn figures(&self) -> Result<(), String> {
        checks::figures(&self.platform, &self.centre, self.since).await
    }

    async fn end(mut self) -> Summary {
        if let Err(why) = self.figures().await {
            self.summary.breach(format!("at the end: {why}"));
        }
        self.crowd.close();
        (self.summary.calls, self.summary.meant) = (self.crowd.asked(), self.crowd.meant());
        let sql = self.platform.sql().await;
        let results = "SELECT CASE WHEN result = 'COMPLETED' THEN result ELSE concat(coalesce(result, state), ': ', end_reason) END, count(*)
            FROM call GROUP BY 1 ORDER BY 2 DESC";
        for row in sql.query(results, &[]).await.expect("the calls are counted") {
            self.summary.results.insert(row.get(0), row.get(1));
        }
        self.summary.judge_results();
        self.summary
    }
}

async fn open_queues(platform: &Platform) {
    for (queue, strategy) in QUEUES.into_iter().zip(["LONGEST_IDLE", "RING_ALL"]) {
        let rules = json!({ "strategy": strategy, "requiredSkills": [], "callback": true,
            "wrapUpSeconds": 5, "missedLimit": 1, "offerSeconds": 6 });
        change_queue(platform, queue, rules).await;
    }
    let supervisor = sign_in(platform, 0, SUPERVISOR).await;
    let third = supervisor.data("{ viewer { user { agent { id } } } }", json!({})).await;
    let admin = sign_in(platform, 0, ADMIN).await;
    let query = "query($key: String!) { queue(key: $key) { id } }";
    let all_ring = admin.data(query, json!({ "key": QUEUES[1] })).await;
    let (queue, agent) = (&all_ring["queue"]["id"], &third["viewer"]["user"]["agent"]["id"]);
    let member = json!({ "queueId": queue, "agentId": agent, "member": true });
    admin.mutate("queueMemberSet", member, "queue { id }").await;
}

impl Summary {
    fn breach(&mut self, what: String) {
        eprintln!("BREACH {what}");
        self.breaches.push(what);
    }

    /// Robots whom nothing brings into a call break no rule: what is not talked in shows nothing.
    fn judge_results(&mut self) {
        let completed = self.results.get("COMPLETED").copied().unwrap_or(0);
        let calls = i64::try_from(self.calls - self.meant).expect("not that many");
        if completed * 100 < calls * COMPLETED_PERCENT {
            self.breaches.push(format!("{completed} of {calls} calls that nobody hung up were completed"));
        }
    }

    /// As a table.
    pub fn print(&self) {
        println!("{:<80} {:>6} {:>22}", "fault", "rounds", "longest out of order");
        for (fault, tally) in &self.faults {
            println!("{fault:<80} {:>6} {:>20.1} s", tally.rounds, tally.longest.as_secs_f64());
        }
        let results: Vec<String> =
            self.results.iter().map(|(result, number)| format!("{number} {result}")).collect();
        println!("{} calls, {} of them hung up on purpose: {}", self.calls, self.meant, results.join(", "));
        for breach in &self.breaches {
            println!("BREACH {breach}");
        }
        println!("{} breaches", self.breaches.len());
    }
}
