//! Supervisors in the calls of others.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use domain::calls;

use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{Call, IceServer, JoinInfo, Leg},
    payload::{payloads, settle},
};

/// What a supervisor does in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "calls::MonitorMode")]
enum MonitorMode {
    /// Hears all; neither heard nor seen by anybody.
    Listen,
    /// Heard by the agents alone.
    Whisper,
    /// Speaks with all.
    Barge,
    /// Becomes the call's agent as soon as there is media; the agents before leave it and wrap up.
    TakeOver,
}

/// Which call, and what to do in it.
#[derive(InputObject)]
struct CallMonitorInput {
    /// A call that runs.
    call_id: ID,
    /// What to do from now on.
    mode: MonitorMode,
}

/// Where a waiting call goes.
#[derive(InputObject)]
struct CallMoveInput {
    /// A call that waits in a queue.
    call_id: ID,
    /// The queue in which it shall wait.
    queue_id: ID,
}

payloads! {
    /// What `callMonitor` answers.
    CallMonitorPayload {
        /// What the browser needs next; null when the viewer is in the call already (`callJoin` takes it up after a reload).
        join: JoinInfo,
        /// The viewer's leg.
        leg: Leg,
    }
    /// What `callMove` answers.
    CallMovePayload {
        /// The call, where it waits now.
        call: Call,
    }
}

#[derive(Default)]
pub struct SupervisionMutations;

#[Object]
impl SupervisionMutations {
    /// Comes into a call of others, or does something else in it than before, while it runs. A supervisor keeps no call alive;
    /// `legLeave` leaves it. For supervisors and administrators.
    async fn call_monitor(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call, and what to do in it.")] input: CallMonitorInput,
    ) -> Answer<CallMonitorPayload> {
        let (platform, call) = (context.platform(), id::parse(&input.call_id)?);
        let monitored = platform.monitor(context.actor(), call, input.mode.into()).await;
        settle(monitored.map(|(leg, joined)| {
            let ice_servers = IceServer::all(&platform.config);
            CallMonitorPayload {
                join: joined.map(|joined| JoinInfo { joined, ice_servers }),
                leg: Some(Leg(leg)),
                ..Default::default()
            }
        }))
    }

    /// Has a waiting call wait in another queue, where the time that it has waited counts, too. For supervisors and
    /// administrators.
    async fn call_move(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which call, and where it goes.")] input: CallMoveInput,
    ) -> Answer<CallMovePayload> {
        let (call, queue) = (id::parse(&input.call_id)?, id::parse(&input.queue_id)?);
        let moved = context.platform().move_call(context.actor(), call, queue).await;
        settle(moved.map(|call| CallMovePayload { call: Some(Call(call)), ..Default::default() }))
    }
}
