//! What must hold once a fault has ended.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use domain::clock::Clock;
use tokio_postgres::Client;

use super::QUEUES;
use super::people::Crowd;
use crate::invariants;
use crate::platform::Platform;

/// Nobody is stuck for longer once a fault has ended.
const FREE: Duration = Duration::from_secs(5);
/// A breach must be seen again after so long: what is seen once may be on its way.
const LASTS: Duration = Duration::from_secs(2);
/// The calls of a round end within this; the longest limit on their way is a contact's minute to join.
const SERVED: Duration = Duration::from_secs(120);
/// A call-back that came to nothing is made again five minutes later, as it should.
const OPEN: &str = "SELECT count(*) FROM call WHERE state <> 'ENDED'
    AND NOT EXISTS (SELECT FROM queue_visit v WHERE v.id = call.visit_id AND v.callback AND v.not_before > now())";
/// A look at the figures may fall between two commits: they are wrong if they are each time.
const LOOKS: usize = 5;

/// Waits until the rows are in order, for as long as anybody may be stuck; gives how long it took.
pub async fn in_order(platform: &Platform, since: Instant) -> Result<Duration, String> {
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
                if lasting.is_empty() {
                    return Ok(after);
                }
                let breaches = lasting.join("; ");
                let evidence = invariants::evidence(&sql, &breaches).await;
                return Err(format!("{breaches}\n{evidence}"));
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
pub async fn served(platform: &Platform, crowd: &Crowd) -> Result<(), String> {
    let sql = platform.sql().await;
    let until = Instant::now() + SERVED;
    loop {
        let open: i64 = sql.query_one(OPEN, &[]).await.map_err(|error| error.to_string())?.get(0);
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
        tokio::time::sleep(LASTS).await;
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
