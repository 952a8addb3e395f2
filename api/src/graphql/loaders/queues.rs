//! Loaders of queues and agents that are no plain rows.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use domain::{
    agents::{AgentDay, AgentInterval, Doing, Span, WrapUp},
    calls::Call,
    ids::{AgentId, CallId, QueueId, VisitId},
    page::{Page, Slice},
    routing::{Estimate, Explanation, Member},
};

use super::{Reader, by, loads_each};
use crate::{board::Figures, graphql::fault::Fault};

/// What an agent is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DoingOf(pub AgentId);
/// The call that an agent is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurrentCallOf(pub AgentId);
/// The wrap-up that an agent is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpenWrapUpOf(pub AgentId);
/// What an agent did since midnight in a time zone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DayOf {
    pub agent: AgentId,
    pub zone: String,
}
/// A page of what an agent did.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DidOf {
    pub agent: AgentId,
    pub span: Span,
    pub slice: Slice,
}
/// The place of an open visit, and its estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OutlookOf(pub VisitId);
/// Why a visit goes where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoutingOf(pub VisitId);
/// A queue in figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatsOf(pub QueueId);
/// A page of a queue's members.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MembersOf {
    pub queue: QueueId,
    pub slice: Slice,
}
/// A page of the calls that wait in a queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WaitingIn {
    pub queue: QueueId,
    pub slice: Slice,
}

loads_each! {
    DoingOf => Doing, |reader, ids| reader.platform.doing(ids), |doing| (doing.agent_id, doing);
    CurrentCallOf => CallId, |reader, ids| reader.platform.current_calls(ids), |pair| pair;
    OpenWrapUpOf => WrapUp, |reader, ids| reader.platform.open_wrap_ups(ids), |wrap_up| (wrap_up.agent_id, wrap_up);
    OutlookOf => Estimate, |reader, ids| reader.platform.outlook(ids), |pair| pair;
    StatsOf => Arc<Figures>, |reader, ids| Figures::of(&reader.platform, ids), |figures| (figures.queue.id, figures);
}

impl Loader<DayOf> for Reader {
    type Value = AgentDay;
    type Error = Fault;

    async fn load(&self, keys: &[DayOf]) -> Result<HashMap<DayOf, AgentDay>, Fault> {
        let asked: Vec<_> = keys.iter().map(|key| (key.agent, key.zone.as_str())).collect();
        let mut days = self.platform.agents_today(&asked).await?;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), days.remove(&key.agent)?))).collect())
    }
}

/// One query for all agents of whom the same page is wanted.
impl Loader<DidOf> for Reader {
    type Value = Page<AgentInterval>;
    type Error = Fault;

    async fn load(&self, keys: &[DidOf]) -> Result<HashMap<DidOf, Self::Value>, Fault> {
        let mut pages = HashMap::new();
        for ((span, slice), agents) in by(keys, |key| ((key.span, key.slice.clone()), key.agent)) {
            let found = self.platform.intervals_of_agents(&agents, span, &slice).await?;
            let keyed = |(agent, page)| (DidOf { agent, span, slice: slice.clone() }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

impl Loader<RoutingOf> for Reader {
    type Value = Explanation;
    type Error = Fault;

    async fn load(&self, keys: &[RoutingOf]) -> Result<HashMap<RoutingOf, Explanation>, Fault> {
        let visits: Vec<_> = keys.iter().map(|key| key.0).collect();
        let visits = self.platform.visits(&visits).await?;
        let explained = self.platform.explain(&visits).await?;
        let pairs = visits.iter().zip(explained);
        Ok(pairs.filter_map(|(visit, it)| Some((RoutingOf(visit.id), it?))).collect())
    }
}

/// One query for all queues of which the same page is wanted.
impl Loader<MembersOf> for Reader {
    type Value = Page<Member>;
    type Error = Fault;

    async fn load(&self, keys: &[MembersOf]) -> Result<HashMap<MembersOf, Self::Value>, Fault> {
        let mut pages = HashMap::new();
        for (slice, queues) in by(keys, |key| (key.slice.clone(), key.queue)) {
            let found = self.platform.members_of_queues(&queues, &slice).await?;
            let keyed = |(queue, page)| (MembersOf { queue, slice: slice.clone() }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

impl Loader<WaitingIn> for Reader {
    type Value = Page<Call>;
    type Error = Fault;

    async fn load(&self, keys: &[WaitingIn]) -> Result<HashMap<WaitingIn, Self::Value>, Fault> {
        let mut pages = HashMap::new();
        for (slice, queues) in by(keys, |key| (key.slice.clone(), key.queue)) {
            let found = self.platform.waiting_of_queues(&queues, &slice).await?;
            let keyed = |(queue, page)| (WaitingIn { queue, slice: slice.clone() }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}
