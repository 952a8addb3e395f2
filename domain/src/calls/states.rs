//! The states of a call and of a leg, and the one function for each that says which change is legal.

use crate::text_enum::text_enum;

text_enum! { /// Who began the call.
Direction { Outbound = "OUTBOUND", Inbound = "INBOUND", Internal = "INTERNAL", Scheduled = "SCHEDULED", } }
text_enum! { /// What it was placed as.
MediaKind { Audio = "AUDIO", Video = "VIDEO", } }
text_enum! { /// Where a call is in its life.
CallState { Created = "CREATED", Queued = "QUEUED", Ringing = "RINGING", Connecting = "CONNECTING", InProgress = "IN_PROGRESS", Ended = "ENDED", } }
text_enum! { /// How a call ended.
CallResult { Completed = "COMPLETED", Missed = "MISSED", Abandoned = "ABANDONED", Declined = "DECLINED", Failed = "FAILED", Voicemail = "VOICEMAIL", Callback = "CALLBACK", } }
text_enum! { /// What a party is in a call.
LegRole { Agent = "AGENT", Contact = "CONTACT", Supervisor = "SUPERVISOR", Guest = "GUEST", } }
text_enum! { /// Where a leg is in its life.
LegState { Invited = "INVITED", Joining = "JOINING", Connected = "CONNECTED", Reconnecting = "RECONNECTING", Left = "LEFT", } }
text_enum! { /// Who may hear a leg: AGENTS is a whisper, NOBODY a silent monitor.
Audience { Everyone = "EVERYONE", Agents = "AGENTS", Nobody = "NOBODY", } }
text_enum! { /// A stretch of a call's life.
IntervalKind {
    /// No worker has it yet.
    Setup = "SETUP",
    /// In a queue.
    Wait = "WAIT",
    Ring = "RING",
    /// Joined, media not yet both ways.
    Connect = "CONNECT",
    Talk = "TALK",
    Hold = "HOLD",
    /// A message is left.
    Voicemail = "VOICEMAIL",
    WrapUp = "WRAP_UP",
} }
text_enum! { /// What happened to a call; `CallEventKind` of the public schema, as far as it happens today.
CallEventKind {
    Created = "CREATED", Accepted = "ACCEPTED", Connected = "CONNECTED", Muted = "MUTED", Unmuted = "UNMUTED",
    /// The call has a worker now and the contact's link is live.
    Ringing = "RINGING",
    CameraOn = "CAMERA_ON", CameraOff = "CAMERA_OFF", ScreenStarted = "SCREEN_STARTED", ScreenStopped = "SCREEN_STOPPED",
    LegJoined = "LEG_JOINED", LegReconnecting = "LEG_RECONNECTING", LegLeft = "LEG_LEFT", MediaMoved = "MEDIA_MOVED",
    /// Somebody was asked into the call.
    LegInvited = "LEG_INVITED",
    /// A supervisor came in, or went over to something else; the detail says what.
    Monitored = "MONITORED",
    RecordingStarted = "RECORDING_STARTED", RecordingPaused = "RECORDING_PAUSED", RecordingResumed = "RECORDING_RESUMED",
    RecordingStopped = "RECORDING_STOPPED", RecordingProgress = "RECORDING_PROGRESS", RecordingReady = "RECORDING_READY", RecordingFailed = "RECORDING_FAILED",
    /// A party hears music instead of the others …
    Held = "HELD",
    /// … and the others again.
    Resumed = "RESUMED",
    ConsentGiven = "CONSENT_GIVEN", ConsentRefused = "CONSENT_REFUSED", Ended = "ENDED", NoteSaved = "NOTE_SAVED", Rated = "RATED",
    /// One of the house said or confirmed who the caller is; the detail is the contact's id.
    ContactSet = "CONTACT_SET",
    /// The call waits in a queue; the detail names it.
    Queued = "QUEUED",
    /// The detail is the place, 1 for the next one.
    PositionChanged = "POSITION_CHANGED",
    /// The detail names the agents who are asked.
    Offered = "OFFERED", OfferDeclined = "OFFER_DECLINED", OfferTimedOut = "OFFER_TIMED_OUT", OfferCancelled = "OFFER_CANCELLED",
    /// The agent accepted, but no media came.
    OfferFailed = "OFFER_FAILED",
    /// Nobody took it in time: the detail says what becomes of it.
    Overflowed = "OVERFLOWED",
    /// A supervisor moved it to another queue, which the detail names; it is still in the one before.
    Moved = "MOVED",
    /// The detail of these begins with the id of the transfer; words follow where it came to nothing.
    TransferStarted = "TRANSFER_STARTED", TransferCompleted = "TRANSFER_COMPLETED", TransferCancelled = "TRANSFER_CANCELLED",
    /// The detail names the call that will be made.
    CallbackRequested = "CALLBACK_REQUESTED", WrappedUp = "WRAPPED_UP",
    /// Somebody wrote in the chat; the detail is the message's id.
    MessageSent = "MESSAGE_SENT",
    /// The caller hears a greeting and leaves a message.
    VoicemailStarted = "VOICEMAIL_STARTED",
    /// It can be heard; the detail is its id.
    VoicemailLeft = "VOICEMAIL_LEFT",
    VoicemailHeard = "VOICEMAIL_HEARD",
} }

impl IntervalKind {
    /// Until somebody answers, with the time that one takes who accepts and does not come: what speed of answer counts.
    pub const UNANSWERED: [Self; 4] = [Self::Setup, Self::Wait, Self::Ring, Self::Connect];
}

impl CallState {
    /// Whether a call may go from here to there. `CREATED → QUEUED → RINGING → CONNECTING → IN_PROGRESS → ENDED`; back to
    /// QUEUED when the agent didn't come, by a transfer to a queue, or when the last agent is lost, and from there to
    /// IN_PROGRESS when the agent takes the call back; back to RINGING when the only one who had joined left again before
    /// anybody answered. Straight to IN_PROGRESS when a message is left.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use CallState::{Connecting, Created, Ended, InProgress, Queued, Ringing};
        matches!(
            (self, next),
            (Created, Queued | Ringing | InProgress)
                | (Queued, Ringing | InProgress)
                | (Ringing, Connecting | Queued | InProgress)
                | (Connecting, InProgress | Queued | Ringing)
                | (InProgress, Queued)
                | (Created | Queued | Ringing | Connecting | InProgress, Ended)
        )
    }

    /// The interval that this state is counted as, unless the call is on hold.
    #[must_use]
    pub const fn interval(self) -> Option<IntervalKind> {
        match self {
            Self::Created => Some(IntervalKind::Setup),
            Self::Queued => Some(IntervalKind::Wait),
            Self::Ringing => Some(IntervalKind::Ring),
            Self::Connecting => Some(IntervalKind::Connect),
            Self::InProgress => Some(IntervalKind::Talk),
            Self::Ended => None,
        }
    }
}

impl LegState {
    /// Whether a leg may go from here to there. A party may join again from anywhere but LEFT.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use LegState::{Connected, Invited, Joining, Left, Reconnecting};
        matches!(
            (self, next),
            (Invited | Joining | Connected | Reconnecting, Joining | Left)
                // A call-back that came to nothing: the link is good for the next try.
                | (Joining | Connected | Reconnecting, Invited)
                | (Joining | Reconnecting, Connected)
                | (Joining | Connected, Reconnecting)
        )
    }

    /// The party is in the call, or about to be.
    #[must_use]
    pub const fn is_present(self) -> bool {
        matches!(self, Self::Joining | Self::Connected | Self::Reconnecting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_end() {
        for &next in CallState::ALL {
            assert!(!CallState::Ended.may_become(next), "ENDED to {next}");
        }
        for &next in LegState::ALL {
            assert!(!LegState::Left.may_become(next), "LEFT to {next}");
        }
    }

    #[test]
    fn everything_can_end() {
        for &state in CallState::ALL.iter().filter(|&&s| s != CallState::Ended) {
            assert!(state.may_become(CallState::Ended), "{state} to ENDED");
            assert!(state.interval().is_some(), "{state} is counted");
        }
        for &state in LegState::ALL.iter().filter(|&&s| s != LegState::Left) {
            assert!(state.may_become(LegState::Left), "{state} to LEFT");
        }
    }

    #[test]
    fn nobody_connects_who_was_not_asked() {
        for state in [CallState::Created, CallState::Queued] {
            assert!(!state.may_become(CallState::Connecting), "{state} to CONNECTING");
        }
    }
}
