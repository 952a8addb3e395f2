//! How calls and agents spent their time: told anew from the event log alone.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use domain::Platform;
use domain::agents::AgentDay;
use domain::ids::AgentId;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::figures::NEAR;

/// Seconds by what they were spent on.
type Spent = HashMap<String, f64>;

/// Adds up one stretch after another.
#[derive(Default)]
struct Course {
    spent: Spent,
    now: Option<(String, f64)>,
}

impl Course {
    /// Something else begins. Who waited for a lock may bring an older instant: time does not go back.
    fn turn(&mut self, what: Option<&str>, at: f64) {
        if self.now.as_ref().map(|(now, _)| now.as_str()) == what {
            return;
        }
        let at = self.now.as_ref().map_or(at, |(_, since)| (*since).max(at));
        if let Some((before, since)) = self.now.take() {
            *self.spent.entry(before).or_default() += at - since;
        }
        self.now = what.map(|what| (what.to_owned(), at));
    }

    /// How long it was spent on this by then.
    fn on(&self, what: &str, until: f64) -> f64 {
        let open = self.now.as_ref().filter(|(now, _)| now == what);
        self.spent.get(what).copied().unwrap_or(0.0) + open.map_or(0.0, |(_, since)| until - since)
    }
}

async fn rows(sql: &Client, query: &str) -> Result<Vec<Row>, String> {
    sql.query(query, &[]).await.map_err(|error| error.to_string())
}

/// Calls whose life is over, the work after it included.
const LIVES: &str = "SELECT i.call_id::text, i.kind, sum(extract(epoch FROM i.ended_at - i.started_at))::float8 FROM call_interval i
    WHERE NOT EXISTS (SELECT FROM call_interval o WHERE o.call_id = i.call_id AND o.ended_at IS NULL) GROUP BY 1, 2";

/// What is kept of those whose one agent had them to the end.
const HANDLED: &str = "SELECT v.call_id::text, v.handled_seconds FROM queue_visit v WHERE v.handled_seconds IS NOT NULL
    AND NOT EXISTS (SELECT FROM queue_visit o WHERE o.call_id = v.call_id AND o.id <> v.id AND (o.outcome = 'ANSWERED' OR o.entered_at >= v.left_at))
    AND (SELECT count(*) FROM wrap_up w WHERE w.call_id = v.call_id) <= 1
    AND NOT EXISTS (SELECT FROM call_interval i WHERE i.call_id = v.call_id AND i.ended_at IS NULL)";

const STATES: &str =
    "SELECT aggregate_id::text, kind, payload->>'state', extract(epoch FROM at)::float8 FROM event
    WHERE aggregate = 'call' ORDER BY aggregate_id, version";

/// The stretch of a call's life that a state is counted as.
fn stretch(state: &str, held: bool) -> Option<&'static str> {
    match state {
        "CREATED" => Some("SETUP"),
        "QUEUED" => Some("WAIT"),
        "RINGING" => Some("RING"),
        "CONNECTING" => Some("CONNECT"),
        "IN_PROGRESS" if held => Some("HOLD"),
        "IN_PROGRESS" => Some("TALK"),
        _ => None,
    }
}

/// Every call's life as its events tell it; of calls of two in which no message is left.
async fn told_lives(sql: &Client) -> Result<HashMap<String, Spent>, String> {
    let mut courses: HashMap<String, (Course, bool, Option<f64>)> = HashMap::new();
    for row in rows(sql, STATES).await? {
        let (call, kind, state, at): (&str, &str, Option<&str>, f64) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        let (course, held, ended) = courses.entry(call.to_owned()).or_default();
        match kind {
            "HELD" => *held = true,
            "RESUMED" => *held = false,
            "ENDED" => *ended = Some(at),
            "WRAPPED_UP" => {
                if let Some(over) = *ended {
                    course.spent.insert("WRAP_UP".to_owned(), (at - over).max(0.0));
                }
            }
            _ => {}
        }
        if let Some(state) = state {
            course.turn(stretch(state, *held), at);
        }
    }
    Ok(courses.into_iter().map(|(call, (course, ..))| (call, course.spent)).collect())
}

/// Set-up, wait, ring, talk, hold and wrap-up of every call that is over, and how long it kept its agent busy.
///
/// # Errors
/// The call of which the log says something else than what is kept.
pub async fn lives_of_calls(sql: &Client) -> Result<(), String> {
    let (lives, handled) = (rows(sql, LIVES).await?, rows(sql, HANDLED).await?);
    // Read after what is kept: what is over there is in the log.
    let told = told_lives(sql).await?;
    let of =
        |call: &str, kind: &str| told.get(call).and_then(|spent| spent.get(kind)).copied().unwrap_or(0.0);
    for row in lives {
        let (call, kind, kept): (&str, &str, f64) = (row.get(0), row.get(1), row.get(2));
        if (of(call, kind) - kept).abs() > NEAR {
            let says = of(call, kind);
            return Err(format!("call {call}: the log says {says} s of {kind}, the intervals {kept} s"));
        }
    }
    for row in handled {
        let (call, kept): (&str, f64) = (row.get(0), row.get(1));
        let says = of(call, "TALK") + of(call, "HOLD") + of(call, "WRAP_UP");
        if (says - kept).abs() > NEAR {
            return Err(format!("call {call}: the log says {says} s of handling, the visit {kept} s"));
        }
    }
    Ok(())
}

/// By place in the log alone: an agent's events are written under the lock of its row.
const AGENTS: &str = "SELECT aggregate_id::text, kind, payload->>'activity', payload->>'state', payload->>'offerId', extract(epoch FROM at)::float8
    FROM event WHERE aggregate = 'agent' AND kind IN ('ACTIVITY', 'OFFER') ORDER BY seq";

const COURSES: &str = "SELECT aggregate_id::text, kind, payload->>'state', replace(payload->>'agentId', 'user_', ''), extract(epoch FROM at)::float8
    FROM event WHERE aggregate = 'call' ORDER BY aggregate_id, version";

#[derive(Default)]
struct Told {
    course: Course,
    missed: HashSet<String>,
    /// The agent's talk and hold in each call.
    calls: HashMap<String, Course>,
}

/// Whose talk and hold the calls are: that of the agent whom they have just then. In calls of two, one of them from outside,
/// that is the one who is in it.
async fn told_calls(sql: &Client, days: &mut HashMap<Uuid, Told>) -> Result<(), String> {
    let mut present: HashMap<String, (Uuid, bool)> = HashMap::new();
    for row in rows(sql, COURSES).await? {
        let (call, kind, state, agent): (&str, &str, Option<&str>, Option<&str>) =
            (row.get(0), row.get(1), row.get(2), row.get(3));
        let agent = agent.map(Uuid::parse_str).transpose().map_err(|error| error.to_string())?;
        let before = present.get(call).copied();
        let held = match kind {
            "HELD" => true,
            "RESUMED" => false,
            _ => before.is_some_and(|(_, held)| held),
        };
        let at: f64 = row.get(4);
        let mut turn = |agent: Uuid, what| {
            let day = days.entry(agent).or_default();
            day.calls.entry(call.to_owned()).or_default().turn(what, at);
        };
        if let Some((before, _)) = before.filter(|(before, _)| agent != Some(*before)) {
            turn(before, None);
            present.remove(call);
        }
        if let (Some(agent), Some(state)) = (agent, state) {
            turn(agent, stretch(state, held).filter(|what| matches!(*what, "TALK" | "HOLD")));
            present.insert(call.to_owned(), (agent, held));
        }
    }
    Ok(())
}

async fn told_days(sql: &Client, talks: bool) -> Result<HashMap<Uuid, Told>, String> {
    let id = |text: &str| Uuid::parse_str(text).map_err(|error| error.to_string());
    let mut days: HashMap<Uuid, Told> = HashMap::new();
    for row in rows(sql, AGENTS).await? {
        let day = days.entry(id(row.get(0))?).or_default();
        let kind: &str = row.get(1);
        match kind {
            "ACTIVITY" => day.course.turn(row.get(2), row.get(5)),
            _ => {
                if row.get::<_, Option<&str>>(3) == Some("TIMED_OUT") {
                    day.missed.insert(row.get(4));
                }
            }
        }
    }
    if talks {
        told_calls(sql, &mut days).await?;
    }
    Ok(days)
}

impl Told {
    fn handled(&self) -> usize {
        let talked = |call: &&Course| {
            call.spent.contains_key("TALK") || call.now.as_ref().is_some_and(|(now, _)| now == "TALK")
        };
        self.calls.values().filter(talked).count()
    }

    fn spent(&self, what: &str, until: f64) -> f64 {
        match what {
            "TALK" | "HOLD" => self.calls.values().map(|call| call.on(what, until)).sum(),
            _ => self.course.on(what, until),
        }
    }

    /// `from` and `to`: the day was counted between these instants. How long an agent was OFFLINE before the first of its events
    /// the log does not tell.
    fn is(&self, kept: &AgentDay, from: f64, to: f64, talks: bool) -> bool {
        let of_calls = [("TALK", kept.talk_seconds), ("HOLD", kept.hold_seconds)];
        let between = [
            ("WRAP_UP", kept.wrap_up_seconds),
            ("AVAILABLE", kept.available_seconds),
            ("AWAY", kept.away_seconds),
            ("RINGING", kept.ringing_seconds),
            ("ON_CALL", kept.on_call_seconds),
        ];
        let by_reason: f64 = kept.away_by_reason().map(|(_, seconds)| seconds).sum();
        let spent = |&(what, kept): &(&str, f64)| {
            kept > self.spent(what, from) - NEAR && kept < self.spent(what, to) + NEAR
        };
        let handled = usize::try_from(kept.handled).is_ok_and(|handled| handled == self.handled());
        usize::try_from(kept.missed).is_ok_and(|missed| missed == self.missed.len())
            && between.iter().all(spent)
            && (by_reason - kept.away_seconds).abs() < NEAR
            && (!talks || handled && of_calls.iter().all(spent))
    }
}

fn seconds(at: DateTime<Utc>) -> f64 {
    at.timestamp_micros() as f64 / 1e6
}

/// What agents did today. `since` is an instant before the first of them signed in. What they did in calls is compared on
/// demand: the log tells it of calls of two.
///
/// # Errors
/// The agent of whom the log says something else than what is kept.
pub async fn days_of_agents(
    platform: &Platform,
    sql: &Client,
    since: DateTime<Utc>,
    talks: bool,
) -> Result<(), String> {
    let from = platform.clock.now();
    if since.date_naive() != from.date_naive() {
        // Midnight went by: a day is a part of the log.
        return Ok(());
    }
    let told = told_days(sql, talks).await?;
    let asked: Vec<(AgentId, &str)> = told.keys().map(|agent| (AgentId(*agent), "UTC")).collect();
    let kept = platform.agents_today(&asked).await.map_err(|error| error.to_string())?;
    let to = platform.clock.now();
    for (agent, told) in &told {
        let kept = kept.get(&AgentId(*agent)).cloned().unwrap_or_default();
        if !told.is(&kept, seconds(from), seconds(to), talks) {
            let (spent, handled, missed) = (&told.course.spent, told.handled(), told.missed.len());
            let [talk, hold] = ["TALK", "HOLD"].map(|what| told.spent(what, seconds(from)));
            return Err(format!(
                "agent {agent}: the log says {handled} handled, {missed} missed, {talk} s of talk, {hold} s of hold and {spent:?} before now, the day {kept:?}"
            ));
        }
    }
    Ok(())
}
