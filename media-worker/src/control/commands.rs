//! Commands of the api to this worker.

use domain::{
    RefusalCode,
    bus::CommandServer,
    calls::{
        Command, Envelope, Reply, SdpType,
        signal::{STALE, command_queue, epoch_fits},
    },
    ids::CallId,
};

use tracing::Instrument;

use super::{call::CallHandle, worker::Worker};
use crate::engine::NegotiateError;

/// Answers commands until the server is dropped.
pub fn serve(worker: &Worker) -> CommandServer {
    let answering = worker.clone();
    worker.platform().bus.serve_commands(&command_queue(worker.id()), move |body| {
        let worker = answering.clone();
        async move {
            let reply = match serde_json::from_slice::<Envelope>(&body) {
                Ok(Envelope { trace_id, command }) => {
                    answer(&worker, &command).instrument(span(&command, trace_id.as_deref())).await
                }
                Err(error) => refuse(RefusalCode::Invalid, format!("not a command: {error}")),
            };
            serde_json::to_vec(&reply).unwrap_or_default()
        }
    })
}

fn refuse(code: RefusalCode, message: impl Into<String>) -> Reply {
    Reply::Refused { code, message: message.into() }
}

/// The request's id makes the worker's lines findable beside the api's.
fn span(command: &Command, trace_id: Option<&str>) -> tracing::Span {
    let (name, call, leg) = match command {
        Command::Sync { call } => ("sync", call, None),
        Command::Negotiate { call, leg, .. } => ("negotiate", call, Some(leg)),
        Command::Trickle { call, leg, .. } => ("trickle", call, Some(leg)),
    };
    tracing::info_span!("command", name, %call, leg = leg.map(tracing::field::display), trace_id)
}

async fn answer(worker: &Worker, command: &Command) -> Reply {
    let reply = carry_out(worker, command).await;
    match &reply {
        Reply::Refused { code, message } => tracing::info!(%code, message, "command refused"),
        Reply::Done | Reply::Answer { .. } => tracing::debug!("command carried out"),
    }
    reply
}

async fn carry_out(worker: &Worker, command: &Command) -> Reply {
    match *command {
        Command::Sync { call } => match worker.call(call) {
            Some(handle) if !handle.sync().await => refuse(
                RefusalCode::MediaUnavailable,
                "The media worker could not follow yet. Try again in a moment.",
            ),
            // A call that is not here any more is not recorded here either.
            Some(_) | None => Reply::Done,
        },
        Command::Negotiate { call, leg, epoch, kind, ref sdp, revision } => {
            if let Err(reply) = current(worker, call, epoch).await {
                return reply;
            }
            if kind == SdpType::Answer {
                return match worker.engine().answer(call.0, leg.0, revision, sdp.clone()).await {
                    Ok(()) => Reply::Done,
                    Err(error) => refused(&error),
                };
            }
            match worker.engine().negotiate(call.0, leg.0, sdp.clone()).await {
                Ok(sdp) => Reply::Answer { sdp, revision },
                Err(error) => refused(&error),
            }
        }
        // A browser's candidates are not needed: it always comes to us, and where it comes from is learnt from its checks.
        Command::Trickle { call, leg, epoch, candidates: _ } => {
            if let Err(reply) = current(worker, call, epoch).await {
                return reply;
            }
            match worker.engine().has_leg(call.0, leg.0).await {
                Ok(true) => Reply::Done,
                Ok(false) => refused(&NegotiateError::UnknownLeg),
                Err(error) => refused(&error),
            }
        }
    }
}

/// The call's actor, if the caller speaks of the lease that we have.
async fn current(worker: &Worker, call: CallId, epoch: i32) -> Result<CallHandle, Reply> {
    let Some(handle) = worker.call(call) else {
        return Err(refuse(
            RefusalCode::MediaUnavailable,
            "This worker does not have the call (any more). Try again in a moment.",
        ));
    };
    if epoch_fits(epoch, handle.epoch()) { Ok(handle) } else { Err(refuse(RefusalCode::Stale, STALE)) }
}

fn refused(error: &NegotiateError) -> Reply {
    match error {
        NegotiateError::Sdp(_) => refuse(RefusalCode::Invalid, error.to_string()),
        NegotiateError::Stale => {
            refuse(RefusalCode::Stale, "This offer is void: answer the next one (legSignals), or join again.")
        }
        NegotiateError::Crossed => refuse(
            RefusalCode::Stale,
            "The server has made an offer (legSignals): answer it, then offer again.",
        ),
        NegotiateError::UnknownLeg => refuse(RefusalCode::LegGone, "Negotiate the leg first (legNegotiate)."),
        NegotiateError::Stopped => refuse(RefusalCode::MediaUnavailable, "The media worker is stopping."),
    }
}
