//! Commands of the api to this worker.

use domain::{
    RefusalCode,
    bus::CommandServer,
    calls::{
        Command, Envelope, LEG_TAKEN, Reply, SdpType, Told,
        signal::{STALE, command_queue, epoch_fits},
    },
    ids::{CallId, LegId},
};

use tracing::Instrument;

use super::{pages::Turn, worker::Worker};
use crate::engine::NegotiateError;

/// Nothing to do for the page: it has made another offer, and waits for the answer to that.
const HELD_UP: &str = "A later offer of this leg came first.";

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
        Command::Negotiate { call, leg, epoch, generation, kind, ref sdp, revision, asked_at } => {
            let mut turn = match current(worker, call, leg, Told { epoch, generation }).await {
                Ok(turn) => turn,
                Err(reply) => return reply,
            };
            if kind == SdpType::Answer {
                return match worker.engine().answer(call.0, leg.0, revision, sdp.clone()).await {
                    Ok(()) => Reply::Done,
                    Err(error) => refused(&error),
                };
            }
            if !turn.offers(asked_at) {
                return refuse(RefusalCode::Stale, HELD_UP);
            }
            match worker.engine().negotiate(call.0, leg.0, sdp.clone()).await {
                Ok(sdp) => Reply::Answer { sdp, revision },
                Err(error) => refused(&error),
            }
        }
        // A browser's candidates are not needed: it always comes to us, and where it comes from is learnt from its checks.
        Command::Trickle { call, leg, epoch, generation, candidates: _ } => {
            if let Err(reply) = current(worker, call, leg, Told { epoch, generation }).await {
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

/// A page's turn, if it speaks of the lease that we have and no newer one has the leg.
async fn current(worker: &Worker, call: CallId, leg: LegId, told: Told) -> Result<Turn, Reply> {
    let Some(handle) = worker.call(call) else {
        return Err(refuse(
            RefusalCode::MediaUnavailable,
            "This worker does not have the call (any more). Try again in a moment.",
        ));
    };
    if !epoch_fits(told.epoch, handle.epoch()) {
        return Err(refuse(RefusalCode::Stale, STALE));
    }
    let turn = handle.pages().turn(leg, told.generation).await;
    turn.ok_or_else(|| refuse(RefusalCode::LegTaken, LEG_TAKEN))
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
