//! News of calls and of what a user is told.

use std::sync::Arc;

use async_graphql::{Context, ID, Subscription};
use domain::{
    Platform,
    calls::{self, MediaOffer, Signal},
    events::{Aggregate, Event, Filter},
    ids::{CallId, ContactId, LegId, NotificationId, QueueId, UserId},
    people::Actor,
};
use futures_util::{Stream, StreamExt, future, stream};

use crate::graphql::{
    context::ContextExt,
    fault::{Answer, Fault},
    id::{parse, parse_optional},
    model::{
        CallEvent, IceServer, LegEnded, LegSignal, LegTaken, MediaMoved, Notification, SdpOffer, event_cursor,
    },
};

/// Where an event of a call names its queue.
const QUEUE_FIELDS: &[&str] = &["queueId"];

#[derive(Default)]
pub struct CallSubscriptions;

#[Subscription]
impl CallSubscriptions {
    /// What happens to one call, to the calls with one contact or in one queue, or to all calls that the viewer may see. For users; guests
    /// hear of their own call.
    async fn call_events(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "This call only.")] call_id: Option<ID>,
        #[graphql(desc = "Calls with this contact only, and that one is with another after all.")] contact_id: Option<ID>,
        #[graphql(desc = "Calls in this queue, or lately in it, only.")] queue_id: Option<ID>,
        #[graphql(desc = "The cursor of the last event seen: what was missed since comes first.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Answer<CallEvent>> + use<>, Fault> {
        let (platform, actor) = (context.platform().clone(), Arc::clone(&context.origin().caller.0));
        let call = parse_optional::<CallId>(call_id.as_ref())?.or(actor.guest().map(|guest| guest.call));
        let contact = parse_optional::<ContactId>(contact_id.as_ref())?;
        let queue = parse_optional::<QueueId>(queue_id.as_ref())?;
        if let Some(call) = call
            && platform.calls(&actor, &[call]).await?.is_empty()
        {
            return Err(Fault::bad_input("There is no such call."));
        }
        let mut filter = Filter::of(Aggregate::Call, call.map(|call| call.0));
        filter.fields = contact
            .map(|contact| (calls::CONTACT_FIELDS, contact.to_string()))
            .or(queue.map(|queue| (QUEUE_FIELDS, queue.to_string())));
        let events = context.app().hub.watch(filter, event_cursor(after.as_deref())?).await?.into_stream();
        Ok(events.filter_map(move |event| {
            let (platform, actor) = (platform.clone(), Arc::clone(&actor));
            async move {
                match event {
                    // The log was asked for one of the two.
                    Ok(event) if queue.is_some() && event.id::<QueueId>("queueId") != queue => None,
                    // One call was judged above; of all of them, each is.
                    Ok(event) if call.is_none() => match may_see(&platform, &actor, &event).await {
                        Ok(true) => CallEvent::told(event, &actor, &platform).map(Ok),
                        Ok(false) => None,
                        Err(fault) => Some(Err(fault)),
                    },
                    Ok(event) => CallEvent::told(event, &actor, &platform).map(Ok),
                    Err(error) => Some(Err(error.into())),
                }
            }
        }))
    }

    /// What the server wants of a leg's connection. First comes what is due already: LegEnded or LegTaken, or MediaMoved when the
    /// media moved while nobody listened, and the SdpOffer that is unanswered. An offer may come twice: one of another epoch, or
    /// with a revision that was answered, is to be ignored. For the party itself.
    async fn leg_signals(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The caller's own leg.")] leg_id: ID,
        #[graphql(desc = "That of JoinInfo; without it LegTaken doesn't come.")] generation: Option<i32>,
    ) -> Result<impl Stream<Item = Answer<LegSignal>> + use<>, Fault> {
        let platform = context.platform().clone();
        let leg = parse::<LegId>(&leg_id)?;
        let not_found = |error| match error {
            domain::Error::Refused(_) => Fault::bad_input("There is no such leg."),
            error => error.into(),
        };
        let (_, call) = platform.own_leg(context.actor(), leg).await.map_err(not_found)?;
        // Watch first, then look: what happens in between comes twice rather than never.
        let hub = &context.app().hub;
        let events = hub.watch(Filter::of(Aggregate::Call, call.id.0), None).await?.into_stream();
        let offers = hub.watch(Filter::of(Aggregate::Leg, leg.0), None).await?.into_stream();
        let due = platform.signals_now(context.actor(), leg, generation).await.map_err(not_found)?;
        let due = stream::iter(due.into_iter().map(Ok::<_, Fault>));
        let reading = platform.clone();
        let news = stream::select(events, offers).filter_map(move |event| {
            let platform = reading.clone();
            async move {
                match event {
                    // The log says only that there is one; answered meanwhile, it is no news.
                    Ok(event) if calls::says_offer(&event) => platform
                        .media_offer(leg)
                        .await
                        .map_err(Fault::from)
                        .transpose()
                        .map(|it| it.map(Signal::Offered)),
                    Ok(event) => calls::signal_of(&event, leg, generation).map(Ok),
                    Err(error) => Some(Err(error.into())),
                }
            }
        });
        // Ends behind the end, without waiting for one more event.
        let signals = due
            .chain(news)
            .flat_map(|signal| {
                let last = matches!(signal, Ok(Signal::Ended { .. } | Signal::Taken { .. })).then_some(None);
                stream::iter([Some(Some(signal)), last].into_iter().flatten())
            })
            .take_while(|signal| future::ready(signal.is_some()))
            .filter_map(future::ready);
        Ok(signals.map(move |signal| {
            Ok(match signal? {
                Signal::Moved { epoch, reason } => LegSignal::MediaMoved(MediaMoved {
                    reason,
                    epoch,
                    ice_servers: IceServer::all(&platform.config),
                }),
                Signal::Offered(MediaOffer { sdp, revision, epoch }) => {
                    LegSignal::SdpOffer(SdpOffer { sdp, revision, epoch })
                }
                Signal::Ended { reason } => LegSignal::LegEnded(LegEnded { reason }),
                Signal::Taken { reason } => LegSignal::LegTaken(LegTaken { reason }),
            })
        }))
    }

    /// What the viewer is told. For users, their own.
    async fn notifications(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The cursor of the last one seen: what was missed since comes first.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Answer<Notification>> + use<>, Fault> {
        let (platform, actor) = (context.platform().clone(), Arc::clone(&context.origin().caller.0));
        let user = actor.user_id().ok_or(Fault::Unauthenticated)?;
        let filter = Filter::of(Aggregate::User, user.0);
        let events = context.app().hub.watch(filter, event_cursor(after.as_deref())?).await?.into_stream();
        Ok(events.filter_map(move |event| {
            let (platform, actor) = (platform.clone(), Arc::clone(&actor));
            async move { told(&platform, &actor, event).await.transpose() }
        }))
    }
}

/// The notification that an event is about, if it is about one that is still there.
async fn told(
    platform: &Platform,
    actor: &Actor,
    event: domain::Result<Arc<Event>>,
) -> Answer<Option<Notification>> {
    let event = event?;
    let Some(id) = event.id::<NotificationId>("notificationId") else { return Ok(None) };
    let rows = platform.notifications(actor, &[id]).await?;
    Ok(rows.into_iter().next().map(|row| Notification::told(row, event.cursor)))
}

/// Whether the viewer may see the call of an event. Most can be told without a query.
async fn may_see(platform: &Platform, actor: &Actor, event: &Event) -> Answer<bool> {
    let agent = event.id::<UserId>("agentId");
    if actor.sees_all() || (agent.is_some() && agent == actor.user_id()) {
        return Ok(true);
    }
    Ok(!platform.calls(actor, &[CallId(event.aggregate_id)]).await?.is_empty())
}
