//! Enumerations that the domain also has.

use async_graphql::Enum;

/// Declares an enum of the schema that mirrors one of the domain.
macro_rules! mirrored {
    ($($(#[$doc:meta])* $name:ident = $remote:literal { $($(#[$item_doc:meta])* $item:ident,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        #[graphql(remote = $remote)]
        pub enum $name { $($(#[$item_doc])* $item,)* }
    )*};
}

mirrored! {
    /// What a user may do; each role may all that the one before it may.
    Role = "domain::people::Role" {
        /// Talks with contacts.
        Agent,
        /// Sees and steers all calls.
        Supervisor,
        /// Sets the house up.
        Admin,
    }

    /// What a line of a contact's timeline is.
    ActivityKind = "domain::crm::ActivityKind" {
        /// A call.
        Call,
        /// Something written down.
        Note,
        /// Something to do.
        Task,
        /// An appointment.
        Appointment,
        /// A message that a caller left.
        Voicemail,
    }

    /// Voice alone, or voice and picture.
    MediaKind = "domain::calls::MediaKind" {
        /// Voice alone.
        Audio,
        /// Voice and picture.
        Video,
    }

    /// Who began a call.
    Direction = "domain::calls::Direction" {
        /// An agent called a contact.
        Outbound,
        /// A contact called.
        Inbound,
        /// Between users.
        Internal,
        /// By appointment.
        Scheduled,
    }

    /// Where a call is in its life.
    CallState = "domain::calls::CallState" {
        /// Placed; no media worker has it yet.
        Created,
        /// Waiting in a queue.
        Queued,
        /// A media worker has it; somebody is awaited.
        Ringing,
        /// Both are there; media doesn't flow both ways yet.
        Connecting,
        /// They talk.
        InProgress,
        /// Over.
        Ended,
    }

    /// How a call ended.
    CallResult = "domain::calls::CallResult" {
        /// They talked.
        Completed,
        /// Nobody came in time.
        Missed,
        /// Whoever called hung up before an answer.
        Abandoned,
        /// Whoever was called said no.
        Declined,
        /// Technology failed.
        Failed,
        /// The caller left a message.
        Voicemail,
        /// The caller asked to be called back.
        Callback,
    }

    /// A stretch of a call's life.
    CallIntervalKind = "domain::calls::IntervalKind" {
        /// No media worker has it yet.
        Setup,
        /// In a queue.
        Wait,
        /// Somebody is awaited.
        Ring,
        /// Joined; media doesn't flow both ways yet.
        Connect,
        /// They talk.
        Talk,
        /// On hold.
        Hold,
        /// The caller leaves a message.
        Voicemail,
        /// The agent finishes up.
        WrapUp,
    }

    /// What a party is in a call.
    LegRole = "domain::calls::LegRole" {
        /// Talks for the house.
        Agent,
        /// Whom the house talks with.
        Contact,
        /// Listens, whispers or steps in.
        Supervisor,
        /// Came by a link.
        Guest,
    }

    /// Where a party is in its life.
    LegState = "domain::calls::LegState" {
        /// Awaited.
        Invited,
        /// Has come; media doesn't flow both ways yet.
        Joining,
        /// Media flows both ways.
        Connected,
        /// Media broke off; it may come back.
        Reconnecting,
        /// Gone for good.
        Left,
    }

    /// Who may hear a leg.
    Audience = "domain::calls::Audience" {
        /// All others.
        Everyone,
        /// Agents and supervisors: a whisper.
        Agents,
        /// None: a silent monitor.
        Nobody,
    }

    /// Which half of an offer/answer exchange (RFC 3264) a session description is.
    SdpType = "domain::calls::SdpType" {
        /// An offer.
        Offer,
        /// An answer.
        Answer,
    }

    /// Where a task is in its life.
    TaskState = "domain::tasks::TaskState" {
        /// To be done.
        Open,
        /// Done.
        Done,
        /// No longer wanted.
        Cancelled,
    }

    /// Where a recording is in its life.
    RecordingState = "domain::recordings::RecordingState" {
        /// Being recorded.
        Recording,
        /// Nothing is written for now.
        Paused,
        /// Recording has ended; the last parts are on their way to storage.
        Finalizing,
        /// Being prepared for watching.
        Transcoding,
        /// Can be watched.
        Ready,
        /// Couldn't be prepared; `failure` says why.
        Failed,
        /// Deleted; only that it was there is known.
        Deleted,
    }

    /// Where a message is in its life.
    VoicemailState = "domain::voicemail::VoicemailState" {
        /// The caller hears who is not there.
        Greeting,
        /// The beep was heard; it is recorded.
        Recording,
        /// The call is over; the message is being prepared.
        Preparing,
        /// It can be heard.
        Done,
        /// Nothing was said, or the caller did not want to be recorded.
        Dropped,
    }

    /// Where an audio file is in its life.
    AudioFileState = "domain::audio::AudioFileState" {
        /// For its upload, or for a worker that converts it.
        Waiting,
        /// Being converted.
        Converting,
        /// Can be played.
        Ready,
        /// Couldn't be converted, or was never uploaded; `failure` says why.
        Failed,
    }

    /// Where a media worker is in its life.
    MediaWorkerState = "domain::fleet::WorkerState" {
        /// Takes calls.
        Active,
        /// Finishes what it has.
        Draining,
        /// Over.
        Gone,
    }

    /// What happened to a call.
    CallEventKind = "domain::calls::CallEventKind" {
        /// It was placed.
        Created,
        /// A media worker has it, and the contact's link is live.
        Ringing,
        /// The party that was called has come.
        Accepted,
        /// Media flows both ways on both sides.
        Connected,
        /// A microphone went off.
        Muted,
        /// A microphone went on.
        Unmuted,
        /// A camera went on.
        CameraOn,
        /// A camera went off.
        CameraOff,
        /// A screen is shared.
        ScreenStarted,
        /// A screen is no longer shared.
        ScreenStopped,
        /// A party hears music instead of the others.
        Held,
        /// A party hears the others again.
        Resumed,
        /// An agent hands the call over; the detail begins with the transfer's id, here and in the two that follow.
        TransferStarted,
        /// The target has the call, or it was left to the queue.
        TransferCompleted,
        /// The transfer was taken back or came to nothing.
        TransferCancelled,
        /// A party came.
        LegJoined,
        /// A party's media broke off.
        LegReconnecting,
        /// A party left for good.
        LegLeft,
        /// Another media worker carries the call: connect anew.
        MediaMoved,
        /// Somebody was asked into the call.
        LegInvited,
        /// A supervisor came in, or does something else from now on; `detail` says what, as `MonitorMode`.
        Monitored,
        /// Recording began.
        RecordingStarted,
        /// Recording pauses; nothing is written.
        RecordingPaused,
        /// Recording goes on after a pause.
        RecordingResumed,
        /// Recording ended.
        RecordingStopped,
        /// The recording is being prepared; its `progress` has grown.
        RecordingProgress,
        /// The recording can be watched.
        RecordingReady,
        /// The recording couldn't be prepared.
        RecordingFailed,
        /// A party agreed to being recorded.
        ConsentGiven,
        /// A party refused to be recorded.
        ConsentRefused,
        /// It is over.
        Ended,
        /// A note on it was made or changed.
        NoteSaved,
        /// One of the house said or confirmed who the caller is; `detail` is the contact's id. Guests are not told.
        ContactSet,
        /// The contact judged it.
        Rated,
        /// It waits in a queue.
        Queued,
        /// Its place in the queue is another one; `detail` says which, 1 for the next.
        PositionChanged,
        /// It is held out to agents.
        Offered,
        /// An agent said no to an offer.
        OfferDeclined,
        /// An agent let an offer ring too long.
        OfferTimedOut,
        /// An offer was withdrawn, such as when a colleague was first.
        OfferCancelled,
        /// An agent accepted an offer, but no media came through: the call waits at its old place.
        OfferFailed,
        /// Nobody took it in time; `detail` says what becomes of it.
        Overflowed,
        /// A supervisor moved it from the queue that it waited in to another one; `detail` says which.
        Moved,
        /// The contact asked to be called back.
        CallbackRequested,
        /// An agent finished its wrap-up.
        WrappedUp,
        /// Somebody wrote in the chat; `message` is what, `detail` its id.
        MessageSent,
        /// Nobody answers: the caller hears a greeting and leaves a message.
        VoicemailStarted,
        /// A message was left and can be heard; `detail` is its id.
        VoicemailLeft,
        /// Somebody marked the message as heard.
        VoicemailHeard,
    }

    /// What an agent chose.
    AgentStatus = "domain::agents::AgentStatus" {
        /// Not at work.
        Offline,
        /// Takes calls.
        Available,
        /// At work, but takes none for now.
        Away,
    }

    /// What an agent is doing.
    AgentActivity = "domain::agents::AgentActivity" {
        /// Not there, or not at work.
        Offline,
        /// Waits for a call.
        Available,
        /// Takes no calls for now.
        Away,
        /// A call is offered.
        Ringing,
        /// In a call.
        OnCall,
        /// At the work after a call.
        WrapUp,
    }

    /// Which free agent is asked first.
    RoutingStrategy = "domain::routing::RoutingStrategy" {
        /// Who has been without a call for longest.
        LongestIdle,
        /// Everybody in turn.
        RoundRobin,
        /// Who is best in the skills asked for.
        MostSkilled,
        /// All at once; the first to accept has it.
        RingAll,
    }

    /// What becomes of a call that waited too long or found its queue full.
    OverflowKind = "domain::routing::OverflowKind" {
        /// It ends, and somebody gets a task.
        End,
        /// It goes to another queue.
        Queue,
        /// The contact is called back.
        Callback,
        /// The contact leaves a message; needs the queue's voicemail.
        Voicemail,
    }

    /// How a visit to a queue ended.
    VisitOutcome = "domain::routing::VisitOutcome" {
        /// An agent took the call.
        Answered,
        /// The contact gave up.
        Abandoned,
        /// Nobody took it in time.
        Overflowed,
        /// The contact is called back.
        Callback,
        /// The contact left a message.
        Voicemail,
        /// It was ended or moved otherwise, or the contact never joined.
        Cancelled,
    }

    /// Whether an agent who hands a call over talks with the target first.
    TransferKind = "domain::transfers::TransferKind" {
        /// The target talks with the contact at once.
        Blind,
        /// The target talks with the agent first.
        Warm,
    }

    /// Where a transfer is in its life.
    TransferState = "domain::transfers::TransferState" {
        /// The target is asked, or the call waits in the queue.
        Ringing,
        /// Both agents are there.
        Consulting,
        /// The target has the call, or it was left to the queue.
        Completed,
        /// Taken back, or the call ended.
        Cancelled,
        /// Nobody came.
        Failed,
    }

    /// With whom an agent talks who hands a call over.
    TransferSide = "domain::transfers::TransferSide" {
        /// With the colleague; the contact hears music.
        Target,
        /// With the contact; the colleague hears music.
        Contact,
        /// All talk with each other.
        Everyone,
    }

    /// What an agent is asked for.
    OfferPurpose = "domain::routing::OfferPurpose" {
        /// The call waits in a queue.
        Queue,
        /// A colleague hands a call over.
        Transfer,
        /// A colleague calls.
        Call,
        /// A colleague asks into a call.
        Invitation,
    }

    /// Where an offer is in its life.
    OfferState = "domain::routing::OfferState" {
        /// It rings.
        Pending,
        /// Accepted; media is on its way.
        Accepted,
        /// They talk.
        Connected,
        /// The agent said no.
        Declined,
        /// It rang too long.
        TimedOut,
        /// It was withdrawn.
        Cancelled,
        /// Accepted, but no media came.
        Failed,
    }

    /// A day of the week.
    Weekday = "domain::routing::Weekday" {
        /// The first, by ISO 8601.
        Monday,
        /// The second.
        Tuesday,
        /// The third.
        Wednesday,
        /// The fourth.
        Thursday,
        /// The fifth.
        Friday,
        /// The sixth.
        Saturday,
        /// The seventh.
        Sunday,
    }
}
