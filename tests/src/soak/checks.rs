//! What must hold once a fault has ended.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use tokio_postgres::Client;

use super::QUEUES;
use super::people::Crowd;
use crate::invariants;
use crate::platform::Platform;

/// Nobody is stuck for longer once a fault has ended: five seconds, of which the sweep has one (see [`look`]).
const FREE: Duration = Duration::from_secs(4);
/// Longer than offers ring and wrap-ups last here: what a fault left behind has come due by then.
const DUE: Duration = Duration::from_secs(8);
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);
/// The calls of a round end within this; the longest limit on their way is a contact's minute to join.
const SERVED: Duration = Duration::from_secs(120);
/// A call-back that came to nothing is made again five minutes later, as it should.
const OPEN: &str = "SELECT count(*) FROM call WHERE state <> 'ENDED'
    AND NOT EXISTS (SELECT FROM queue_visit v WHERE v.id = call.visit_id AND v.callback AND v.not_before > now())";
/// A look at the figures may fall between two commits: they are wrong if they are each time.
const LOOKS: usize = 5;
const BETWEEN_COUNTS: Duration = Duration::from_secs(2);

/// Looks again and again after a fault, until every call that was asked for has ended and whatever it left behind has come
/// due. Gives how long anything was out of order at most.
pub async fn watch(platform: &Platform, crowd: &Crowd, since: Instant) -> Result<Duration, String> {
    let sql = platform.sql().await;
    // Each breach and when it was first seen; what is there at the first look may be as old as the fault's end.
    let mut seen: HashMap<String, Instant> = HashMap::new();
    let mut longest = Duration::ZERO;
    let mut first = since;
    let mut stuck = None;
    loop {
        let breaches = look(&sql).await;
        seen.retain(|breach, _| breaches.contains(breach));
        for breach in breaches {
            let age = seen.entry(breach).or_insert(first).elapsed();
            longest = longest.max(age);
        }
        // Told once, as it was then; the round goes on, so that the next begins as it should.
        if longest > FREE && stuck.is_none() {
            let old = seen.iter().filter(|(_, first)| first.elapsed() > FREE);
            let named = old.map(|(breach, _)| breach.as_str()).collect::<Vec<_>>().join("; ");
            stuck = Some(format!("{named}\n{}", invariants::evidence(&sql, &named).await));
        }
        let after = since.elapsed();
        let open: i64 = sql.query_one(OPEN, &[]).await.map_err(|error| error.to_string())?.get(0);
        if open == 0 && crowd.all_asked() && after > DUE {
            return stuck.map_or(Ok(longest), Err);
        }
        if after > SERVED {
            let open = format!("{open} calls have not ended after {SERVED:?}");
            return Err([Some(open), stuck].into_iter().flatten().collect::<Vec<_>>().join("; "));
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
        first = Instant::now();
    }
}

/// What is due is done within a second, the sweep's.
async fn look(sql: &Client) -> Vec<String> {
    let now = Clock::default().now() - TimeDelta::seconds(1);
    let looks = [
        invariants::always(sql).await,
        invariants::settled(sql, now).await,
        invariants::nobody_waits_for_a_free_agent(sql, now).await,
    ];
    let told = looks.into_iter().filter_map(Result::err);
    told.flat_map(|breaches| breaches.split("; ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// No call that was asked for is lost.
pub async fn known(platform: &Platform, crowd: &Crowd) -> Result<(), String> {
    // Nobody asks for the calls that are made to call back.
    let made = "SELECT count(*) FROM call WHERE callback_of IS NULL";
    let known: i64 =
        platform.sql().await.query_one(made, &[]).await.map_err(|error| error.to_string())?.get(0);
    let asked = i64::try_from(crowd.asked()).expect("not that many");
    if known == asked { Ok(()) } else { Err(format!("{asked} calls were asked for and there are {known}")) }
}

/// Calls that came to nothing though their contacts wanted to stay, beyond those that are `known`.
pub async fn lost_contacts(platform: &Platform, crowd: &Crowd, known: &mut BTreeSet<String>) -> Vec<String> {
    let query = "SELECT 'call_' || replace(id::text, '-', ''), result, coalesce(end_reason, '') FROM call
        WHERE state = 'ENDED' AND result NOT IN ('COMPLETED', 'CALLBACK')";
    let rows = platform.sql().await.query(query, &[]).await.expect("the calls are read");
    let mut lost = Vec::new();
    for row in rows {
        let (call, result, reason): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        if let Some(why) = crowd.fault_of(&call)
            && known.insert(call.clone())
        {
            lost.push(format!("{call} was {result} ({reason}) and its contact wanted to stay: {why}"));
        }
    }
    lost
}

/// The figures that are kept are those that the log tells.
pub async fn figures(
    platform: &Platform,
    centre: &domain::Platform,
    since: DateTime<Utc>,
) -> Result<(), String> {
    let sql = platform.sql().await;
    let mut last = Ok(());
    for _ in 0..LOOKS {
        last = counted_anew(centre, &sql, since).await;
        if last.is_ok() {
            break;
        }
        tokio::time::sleep(BETWEEN_COUNTS).await;
    }
    last
}

async fn counted_anew(centre: &domain::Platform, sql: &Client, since: DateTime<Utc>) -> Result<(), String> {
    let mut queues = Vec::new();
    for key in QUEUES {
        queues.extend(centre.queue_by_key(key).await.map_err(|error| error.to_string())?);
    }
    invariants::figures::of_queues(centre, sql, &queues, since, true).await?;
    invariants::lives_of_calls(sql).await?;
    invariants::days_of_agents(centre, sql, since, true).await
}
