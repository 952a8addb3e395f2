//! Calls through a queue while something breaks, round after round: nothing is lost and nobody stays stuck.
//!
//! Robots stand for the people ([`people`], [`agents`]); each round one [`faults::Fault`] strikes while calls come in, ends,
//! and five seconds later the rows must be in order again. At the end every call that was asked for has ended, and none
//! was given up whose contact wanted to stay. Two queues share two agents; in one of them all ring, a third agent, too.

mod agents;
mod faults;
mod page;
mod people;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::clock::Clock;
use serde_json::json;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::invariants;
use crate::platform::{Options, Platform};
use crate::story::{ADMIN, AGENT, OTHER_AGENT, SUPERVISOR, change_queue, sign_in};
use faults::Fault;
use people::Crowd;

/// In the second all ring.
pub const QUEUES: [&str; 2] = ["support", "sales"];
/// Who call in a round.
const CALLS: usize = 3;
/// Nobody is stuck for longer once a fault has ended.
const FREE: Duration = Duration::from_secs(5);
/// A breach must be seen again after so long: what is seen once may be on its way.
const LASTS: Duration = Duration::from_secs(2);
/// Of a hundred calls whose contacts don't hang up at least so many are talked in, whatever breaks.
const COMPLETED_PERCENT: i64 = 80;
/// The calls of a round end within this; the longest limit on their way is a contact's minute to join.
const SERVED: Duration = Duration::from_secs(120);

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
    /// From the end of the fault until the rows were in order.
    pub slowest: Duration,
}

/// Plays so many rounds, or as many as there is time for until `stop`. `seed` decides which fault comes when.
pub async fn run(rounds: u32, seed: u64, stop: CancellationToken) -> Summary {
    let mut platform = Platform::with(Options { private_servers: true, ..Options::default() }).await;
    open_queues(&platform).await;
    let bases = (0..2).map(|api| platform.base(api).to_owned()).collect();
    let crowd = Arc::new(Crowd::new(bases, seed));
    for (person, agent) in (1..).zip([AGENT, OTHER_AGENT, SUPERVISOR]) {
        crowd.hire(person, agent);
    }
    let mut summary = Summary::default();
    let mut random = faults::random(seed);
    let mut given_up = BTreeSet::new();
    for round in 1..=rounds {
        if stop.is_cancelled() {
            break;
        }
        let fault = Fault::any(&mut random);
        let before = crowd.asked();
        for _ in 0..CALLS {
            crowd.call();
        }
        fault.strike(&mut platform, &mut random).await;
        let ended = Instant::now();
        let order = in_order(&platform, ended).await;
        let tally = summary.faults.entry(fault.to_string()).or_default();
        tally.rounds += 1;
        if let Ok(after) = order {
            tally.slowest = tally.slowest.max(after);
        }
        let all = served(&platform, &crowd).await;
        let lost = lost_contacts(&platform, &crowd, &mut given_up).await;
        for why in order.err().into_iter().chain(all.err()).chain(lost) {
            summary.breach(format!("round {round}, {fault}: {why}"));
        }
        eprintln!("round {round}: {fault}, {} calls", crowd.asked() - before);
    }
    crowd.close();
    (summary.calls, summary.meant) = (crowd.asked(), crowd.meant());
    let sql = platform.sql().await;
    let results = "SELECT CASE WHEN result = 'COMPLETED' THEN result ELSE concat(coalesce(result, state), ': ', end_reason) END, count(*)
        FROM call GROUP BY 1 ORDER BY 2 DESC";
    for row in sql.query(results, &[]).await.expect("the calls are counted") {
        summary.results.insert(row.get(0), row.get(1));
    }
    summary.judge_results();
    summary
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

/// Waits until the rows are in order, for as long as anybody may be stuck; gives how long it took.
async fn in_order(platform: &Platform, since: Instant) -> Result<Duration, String> {
    let sql = platform.sql().await;
    loop {
        let seen = look(&sql).await;
        let after = since.elapsed();
        match seen {
            Ok(()) => return Ok(after),
            Err(_) if after < FREE => {}
            // What began later than the fault's end is not what the fault left behind.
            Err(first) => {
                tokio::time::sleep(LASTS).await;
                let again = look(&sql).await.err().unwrap_or_default();
                let seen_before = |breach: &&str| first.split("; ").any(|before| before == *breach);
                let lasting: Vec<&str> = again.split("; ").filter(seen_before).collect();
                return if lasting.is_empty() { Ok(after) } else { Err(lasting.join("; ")) };
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What is due is done within a second, the sweep's.
async fn look(sql: &Client) -> Result<(), String> {
    let now = Clock::default().now() - TimeDelta::seconds(1);
    let looks = [
        invariants::always(sql).await,
        invariants::settled(sql, now).await,
        invariants::nobody_waits_for_a_free_agent(sql, now).await,
    ];
    let breaches: Vec<String> = looks.into_iter().filter_map(Result::err).collect();
    if breaches.is_empty() { Ok(()) } else { Err(breaches.join("; ")) }
}

/// Waits until every call that was asked for has ended.
async fn served(platform: &Platform, crowd: &Crowd) -> Result<(), String> {
    let sql = platform.sql().await;
    let until = Instant::now() + SERVED;
    loop {
        let open: i64 = sql
            .query_one("SELECT count(*) FROM call WHERE state <> 'ENDED'", &[])
            .await
            .map_err(|error| error.to_string())?
            .get(0);
        if open == 0 && crowd.all_asked() {
            break;
        }
        if Instant::now() > until {
            return Err(format!("{open} calls have not ended after {SERVED:?}"));
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Nobody asks for the calls that are made to call back.
    let known: i64 = sql
        .query_one("SELECT count(*) FROM call WHERE callback_of IS NULL", &[])
        .await
        .map_err(|error| error.to_string())?
        .get(0);
    let asked = i64::try_from(crowd.asked()).expect("not that many");
    if known == asked { Ok(()) } else { Err(format!("{asked} calls were asked for and there are {known}")) }
}

/// Calls that were given up though their contacts wanted to stay, beyond those that are `known`.
async fn lost_contacts(platform: &Platform, crowd: &Crowd, known: &mut BTreeSet<String>) -> Vec<String> {
    let query = "SELECT 'call_' || replace(id::text, '-', ''), end_reason FROM call WHERE result = 'ABANDONED'";
    let rows = platform.sql().await.query(query, &[]).await.expect("the calls are read");
    let mut lost = Vec::new();
    for row in rows {
        let (call, reason): (String, String) = (row.get(0), row.get(1));
        if let Some(why) = crowd.fault_of(&call)
            && known.insert(call.clone())
        {
            lost.push(format!("{call} was ABANDONED ({reason}) and its contact wanted to stay: {why}"));
        }
    }
    lost
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
        println!("{:<44} {:>6} {:>22}", "fault", "rounds", "in order again after");
        for (fault, tally) in &self.faults {
            println!("{fault:<44} {:>6} {:>20.1} s", tally.rounds, tally.slowest.as_secs_f64());
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
