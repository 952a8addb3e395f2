//! One unit of work: a short transaction, the events and jobs that belong to it, and the news after its commit.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, TransactionManager};
use serde::Serialize;
use uuid::Uuid;

use super::{Connection, schema};
use crate::{
    Error, Platform, Result,
    agents::activity,
    bus::Job,
    events::Aggregate,
    ids::{AgentId, QueueId},
    routing::Wanted,
};

/// A statement takes 65,535 values at most.
const EVENTS_AT_ONCE: usize = 5_000;

/// A row of the event log to be.
#[derive(Insertable)]
#[diesel(table_name = schema::event)]
struct News {
    at: DateTime<Utc>,
    aggregate: Aggregate,
    aggregate_id: Uuid,
    version: i32,
    kind: String,
    payload: serde_json::Value,
}

type Manager = <AsyncPgConnection as diesel_async::AsyncConnection>::TransactionManager;

/// A transaction that is open. Dropped without [`Unit::commit`] it is rolled back.
///
/// Whoever changes an aggregate locks its row before writing anything: PostgreSQL gives a transaction its id at the
/// first write, so the ids of two transactions on the same row then grow in the order of their commits, and with them
/// the log.
pub struct Unit {
    connection: Option<Connection>,
    platform: Platform,
    /// One instant for everything that happens in the unit.
    pub now: DateTime<Utc>,
    /// Written with the commit, in one statement.
    events: Vec<News>,
    jobs: Vec<(i64, Job, Vec<u8>)>,
    touched: BTreeSet<AgentId>,
    wanted: Wanted,
}

impl Unit {
    pub(crate) async fn begin(platform: &Platform) -> Result<Self> {
        let mut connection = platform.db.get().await?;
        if let Err(first) = Manager::begin_transaction(&mut *connection).await {
            // The pool throws closed connections away by itself; this one closed between the checkout and its use.
            tracing::debug!(error = %first, "a pooled connection was dead");
            drop(connection);
            connection = platform.db.get().await?;
            Manager::begin_transaction(&mut *connection).await?;
        }
        Ok(Self {
            connection: Some(connection),
            platform: platform.clone(),
            now: platform.clock.now(),
            events: Vec::new(),
            jobs: Vec::new(),
            touched: BTreeSet::new(),
            wanted: Wanted::default(),
        })
    }

    /// The connection, for queries of a store.
    pub fn connection(&mut self) -> &mut AsyncPgConnection {
        self.connection.as_mut().expect("a unit has its connection until it is committed or dropped")
    }

    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    /// Writes a row of the event log.
    pub fn event(
        &mut self,
        aggregate: Aggregate,
        id: Uuid,
        version: i32,
        kind: &str,
        payload: impl Serialize,
    ) -> Result<()> {
        self.events(aggregate, kind, vec![(id, version, serde_json::to_value(payload)?)]);
        Ok(())
    }

    /// Writes rows of one kind: whose, the version, what.
    pub fn events(&mut self, aggregate: Aggregate, kind: &str, news: Vec<(Uuid, i32, serde_json::Value)>) {
        let at = self.now;
        self.events.extend(news.into_iter().map(|(aggregate_id, version, payload)| News {
            at,
            aggregate,
            aggregate_id,
            version,
            kind: kind.into(),
            payload,
        }));
    }

    /// Something changes that decides what this agent is doing: settled before the commit.
    pub(crate) fn touch(&mut self, agent: AgentId) {
        self.touched.insert(agent);
    }

    /// After the commit, calls are sought for this agent.
    pub(crate) fn route_to(&mut self, agent: AgentId) {
        self.wanted.agents.insert(agent);
    }

    /// After the commit, agents are sought for the calls of this queue.
    pub(crate) fn route(&mut self, queue: QueueId) {
        self.wanted.queues.insert(queue);
    }

    /// Puts a job into the outbox; it is sent right after the commit.
    pub async fn job(&mut self, job: Job, body: impl Serialize) -> Result<()> {
        use schema::outbox;
        let body = serde_json::to_value(body)?;
        let id: i64 = diesel::insert_into(outbox::table)
            .values((outbox::queue.eq(job.queue()), outbox::body.eq(&body), outbox::created_at.eq(self.now)))
            .returning(outbox::id)
            .get_result(self.connection())
            .await?;
        self.jobs.push((id, job, body.to_string().into_bytes()));
        Ok(())
    }

    /// Commits, then tells: wakes the readers of the log and sends the jobs. Telling goes on in the background; what it
    /// does not reach, the readers' poll and the scheduler's sweep repair.
    ///
    /// # Errors
    /// When the connection breaks during the commit nobody knows whether it happened: [`Error::Unavailable`].
    pub async fn commit(mut self) -> Result<()> {
        if !self.touched.is_empty() {
            let touched: Vec<AgentId> = std::mem::take(&mut self.touched).into_iter().collect();
            activity::settle(&mut self, &touched).await?;
        }
        let (events, jobs) = (std::mem::take(&mut self.events), std::mem::take(&mut self.jobs));
        let tells = !events.is_empty();
        for some in events.chunks(EVENTS_AT_ONCE) {
            diesel::insert_into(schema::event::table).values(some).execute(self.connection()).await?;
        }
        crate::failpoint::hit("before_commit", steps(&events, &jobs));
        Manager::commit_transaction(self.connection())
            .await
            .map_err(|e| Error::Unavailable(format!("commit: {e}")))?;
        self.connection = None;
        self.platform.router.want(std::mem::take(&mut self.wanted));
        if !tells && jobs.is_empty() {
            return Ok(());
        }
        crate::failpoint::hit("after_commit", steps(&events, &jobs));
        let platform = self.platform.clone();
        tokio::spawn(async move {
            if tells && let Err(error) = platform.bus.publish_event("log", b"").await {
                tracing::debug!(%error, "the wake-up was not confirmed; readers will poll");
            }
            for (id, job, body) in jobs {
                send(&platform, id, job, &body).await;
            }
        });
        Ok(())
    }
}

impl Unit {
    /// Lets go of every lock before it returns; a unit that is merely dropped does so a little later.
    pub(crate) async fn roll_back(mut self) -> Result<()> {
        Manager::rollback_transaction(self.connection()).await?;
        self.connection = None;
        Ok(())
    }
}

/// What a unit of work is a step of, for [`crate::failpoint`].
fn steps<'a>(events: &'a [News], jobs: &'a [(i64, Job, Vec<u8>)]) -> impl Iterator<Item = &'a str> {
    events.iter().map(|it| it.kind.as_str()).chain(jobs.iter().map(|(_, job, _)| job.queue()))
}

/// Sends one job of the outbox and forgets it once the broker has it; false when the broker does not. A job may be sent twice; whoever takes it leases
/// its work in the database first.
async fn send(platform: &Platform, id: i64, job: Job, body: &[u8]) -> bool {
    use schema::outbox;
    crate::failpoint::hit("before_publish", [job.queue()]);
    if let Err(error) = platform.bus.publish_job(job, body).await {
        tracing::warn!(%error, job = job.queue(), "a job was not confirmed; the sweep will send it");
        return false;
    }
    let forget = async {
        let mut connection = platform.db.get().await?;
        diesel::delete(outbox::table.find(id)).execute(&mut connection).await?;
        Ok::<_, Error>(())
    };
    if let Err(error) = forget.await {
        tracing::debug!(%error, "a sent job stays in the outbox; the sweep will send it again");
    }
    true
}

impl Platform {
    /// Opens a unit of work.
    pub async fn begin(&self) -> Result<Unit> {
        Unit::begin(self).await
    }

    /// Sends the jobs that their writers left behind (killed, or without a broker). Returns how many.
    pub async fn sweep_outbox(&self) -> Result<usize> {
        use schema::outbox;
        let before = self.clock.now() - crate::limits::OUTBOX_LEFT_BEHIND;
        let mut connection = self.db.get().await?;
        let left: Vec<(i64, String, serde_json::Value)> = outbox::table
            .filter(outbox::created_at.lt(before))
            .order(outbox::id)
            .limit(100)
            .select((outbox::id, outbox::queue, outbox::body))
            .load(&mut connection)
            .await?;
        drop(connection);
        let mut sent = 0;
        for (id, queue, body) in left {
            match Job::ALL.into_iter().find(|job| job.queue() == queue) {
                Some(job) if send(self, id, job, body.to_string().as_bytes()).await => sent += 1,
                // The broker is away: the others would only wait in vain, one after the other.
                Some(_) => break,
                None => tracing::error!(queue, "the outbox names a queue that does not exist"),
            }
        }
        Ok(sent)
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        // Rolled back in the background: a pool throws away what comes back with a transaction open.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = Manager::rollback_transaction(&mut *connection).await {
                    tracing::debug!(%error, "rolling back");
                }
            });
        }
    }
}
