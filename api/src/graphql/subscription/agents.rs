//! News of agents and queues.

use std::{collections::HashMap, sync::Arc, time::Duration};

use async_graphql::{Context, ID, Subscription};
use domain::{
    Platform,
    events::{Aggregate, Event, Filter},
    ids::{AgentId, OfferId, QueueId},
    page::Slice,
    people::Actor,
    routing,
};
use futures_util::{Stream, StreamExt, stream};

use crate::graphql::{
    context::ContextExt,
    fault::{Answer, Fault},
    id::{parse, parse_optional},
    limits::MAX_PAGE,
    model::{Agent, AgentEvent, Offer, OfferEvent, QueueStats, event_cursor},
    scalars::DateTime,
};

/// Events that came at once are looked up together, so many at most.
const BURST: usize = 200;

#[derive(Default)]
pub struct AgentSubscriptions;

#[Subscription]
impl AgentSubscriptions {
    /// The viewer's own offers: without `after` those that are live now, then every change of one. It is also the agent's
    /// presence: without it for 15 s the agent is OFFLINE. For users.
    async fn offers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The cursor of the last event seen: what was missed since comes first.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Answer<OfferEvent>> + use<>, Fault> {
        let platform = context.platform().clone();
        let agent = AgentId::from(context.actor().user_id().ok_or(Fault::Unauthenticated)?);
        let after = event_cursor(after.as_deref())?;
        let pulse = context.origin().pulse.clone();
        let present = context.app().presence.enter(&platform, agent, pulse).await.map_err(|error| {
            tracing::warn!(%error, "an agent could not be made present");
            Fault::Unavailable(Duration::from_secs(1))
        })?;
        // Watch first, then look: what happens in between comes twice rather than never.
        let watch = context.app().hub.watch(Filter::of(Aggregate::Agent, agent.0), after).await?;
        let (place, now) = (watch.place(), platform.clock.now());
        let live = match after {
            Some(_) => Vec::new(),
            None => platform.live_offers(agent).await?,
        };
        let live = live
            .into_iter()
            .map(move |row| Ok(OfferEvent { cursor: place.to_string(), offer: Offer(row), at: now.into() }));
        let news = watch.into_stream().filter_map(move |event| {
            let platform = platform.clone();
            async move { offered(&platform, event).await.transpose() }
        });
        Ok(stream::iter(live).chain(news).map(move |event| {
            // Here as long as the stream is.
            let _ = &present;
            event
        }))
    }

    /// What agents choose and do, those in one queue or all: an agent comes as it is now, once for news that came at once.
    /// For users; without `queueId` agents hear of themselves only.
    async fn agent_activity(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For teams, of which there are none yet.")] team_id: Option<ID>,
        #[graphql(desc = "Members of this queue only.")] queue_id: Option<ID>,
        #[graphql(desc = "The cursor of the last event seen: what was missed since comes first.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Answer<AgentEvent>> + use<>, Fault> {
        if team_id.is_some() {
            return Err(Fault::bad_input("There are no teams yet: leave teamId out."));
        }
        let (platform, actor) = (context.platform().clone(), context.actor());
        let queue = parse_optional::<QueueId>(queue_id.as_ref())?;
        let all = actor.sees_all() || queue.is_some();
        let own = actor.user_id().filter(|_| !all).map(|user| user.0);
        let filter = Filter::of(Aggregate::Agent, own);
        let events = context.app().hub.watch(filter, event_cursor(after.as_deref())?).await?;
        let bursts = events.into_stream().ready_chunks(BURST);
        Ok(bursts
            .then(move |burst| {
                let platform = platform.clone();
                async move { active(&platform, queue, burst).await }
            })
            .flat_map(stream::iter))
    }

    /// Queues in figures: as they are now, then at once when they change, but each at most once a second, and every five
    /// seconds. For users.
    async fn queue_stats(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "Which, 100 at most; left out: all for supervisors and administrators, else those that the \
                          viewer is a member of, as of now. More than 100 have to be named."
        )]
        queue_ids: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = Answer<QueueStats>> + use<>, Fault> {
        let (platform, actor) = (context.platform(), context.actor());
        let queues = match queue_ids {
            Some(ids) if ids.len() > MAX_PAGE as usize => {
                return Err(Fault::bad_input(format!("At most {MAX_PAGE} queues at once.")));
            }
            Some(ids) => ids.iter().map(parse).collect::<Answer<_>>()?,
            None => own_queues(platform, actor).await?,
        };
        let figures = context.app().board.follow(platform, queues).await?;
        Ok(figures.map(|figures| Ok(QueueStats(figures))))
    }
}

/// The offer that an event is about, in the state that the event made.
async fn offered(platform: &Platform, event: domain::Result<Arc<Event>>) -> Answer<Option<OfferEvent>> {
    let event = event?;
    let (Some(id), Some(state)) = (event.id::<OfferId>("offerId"), event.id("state")) else {
        return Ok(None);
    };
    let row = platform.offers(&[id]).await?.pop();
    Ok(row.map(|row| OfferEvent {
        cursor: event.cursor.to_string(),
        offer: Offer(routing::Offer { state, ..row }),
        at: DateTime(event.at),
    }))
}

/// The agents of a burst, each with its last event, in the log's order; an error comes behind them.
async fn active(
    platform: &Platform,
    queue: Option<QueueId>,
    burst: Vec<domain::Result<Arc<Event>>>,
) -> Vec<Answer<AgentEvent>> {
    let (mut last, mut failure) = (HashMap::new(), None);
    for event in burst {
        match event {
            Ok(event) => drop(last.insert(AgentId(event.aggregate_id), event)),
            Err(error) => failure = Some(Err(error.into())),
        }
    }
    let found = look_up(platform, queue, last).await;
    let found = found.unwrap_or_else(|fault| vec![Err(fault)]);
    found.into_iter().chain(failure).collect()
}

async fn look_up(
    platform: &Platform,
    queue: Option<QueueId>,
    mut last: HashMap<AgentId, Arc<Event>>,
) -> Answer<Vec<Answer<AgentEvent>>> {
    if let Some(queue) = queue {
        let agents: Vec<AgentId> = last.keys().copied().collect();
        let members = platform.memberships(&agents).await?;
        let is_member = |agent| members.iter().any(|it| it.agent_id == agent && it.queue_id == queue);
        // One who was just taken out is news of this queue, too.
        last.retain(|agent, event| is_member(*agent) || event.id("queueId") == Some(queue));
    }
    let agents: Vec<AgentId> = last.keys().copied().collect();
    let rows = platform.agents(&agents).await?;
    let mut news: Vec<_> = rows.into_iter().filter_map(|row| Some((last.remove(&row.id)?, row))).collect();
    news.sort_by_key(|(event, _)| event.cursor);
    let news = news.into_iter().map(|(event, row)| {
        Ok(AgentEvent { cursor: event.cursor.to_string(), agent: Agent(row), at: DateTime(event.at) })
    });
    Ok(news.collect())
}

/// The queues that a viewer watches who names none.
async fn own_queues(platform: &Platform, actor: &Actor) -> Answer<Vec<QueueId>> {
    let (queues, more): (Vec<QueueId>, bool) = if actor.sees_all() {
        let page = platform.list_queues(false, &Slice::first(MAX_PAGE.cast_signed())).await?;
        (page.rows.into_iter().map(|(_, queue)| queue.id).collect(), page.more)
    } else {
        let own = actor.user_id().map(AgentId::from);
        let members = platform.memberships(own.as_slice()).await?;
        (members.iter().map(|member| member.queue_id).collect(), members.len() > MAX_PAGE as usize)
    };
    if more {
        // Some of them silently left out would look like a quiet day.
        return Err(Fault::bad_input(format!(
            "There are more than {MAX_PAGE} queues: name some in queueIds."
        )));
    }
    Ok(queues)
}
