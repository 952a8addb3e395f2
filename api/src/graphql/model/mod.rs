//! The types of the schema, one file a family. Each wraps a row of the domain; what it doesn't hold is loaded, in batches,
//! through the request's loaders.

mod activity;
mod agent;
mod agent_day;
mod audio_file;
mod audit;
mod call;
mod call_event;
mod call_filter;
mod call_interval;
mod company;
mod contact;
mod desk;
mod enums;
mod hours;
mod join;
mod leg;
mod media_worker;
mod message;
mod node;
mod note;
mod notification;
mod offer;
mod past_call;
mod queue;
mod queue_stats;
mod queue_visit;
mod recording;
mod task;
mod transfer;
mod user;
mod viewer;
mod voicemail;
mod wrap_up;

pub use self::{
    activity::Activity,
    agent::{Agent, AgentFilter, AgentSkill, QueueMembership},
    agent_day::{AgentDay, AgentInterval},
    audio_file::AudioFile,
    audit::{AuditEntry, AuditFilter},
    call::Call,
    call_event::{CallEvent, cursor as event_cursor},
    call_filter::{CallFilter, CallOrder},
    call_interval::CallInterval,
    company::{Company, CompanyFilter},
    contact::{Contact, ContactFilter, ContactOrder},
    desk::{AwayReason, Outcome, Rating},
    enums::*,
    hours::BusinessHours,
    join::{IceServer, Invitation, JoinInfo, LegEnded, LegSignal, LegTaken, MediaMoved, SdpAnswer, SdpOffer},
    leg::{Consent, Leg},
    media_worker::MediaWorker,
    message::{Message, MessageFile},
    node::Node,
    note::Note,
    notification::Notification,
    offer::{AgentEvent, Offer, OfferEvent},
    past_call::PastCall,
    queue::{Queue, ServiceLevelTarget, media_of},
    queue_stats::{QueueClosed, QueueInfo, QueueStats},
    queue_visit::QueueVisit,
    recording::{Playback, Recording, RecordingFilter},
    task::{Task, TaskFilter, TaskOrder},
    transfer::Transfer,
    user::{Session, User},
    viewer::Viewer,
    voicemail::{Voicemail, VoicemailFilter},
    wrap_up::WrapUp,
};
