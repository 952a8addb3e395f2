//! The types of the schema, one file a family. Each wraps a row of the domain; what it doesn't hold is loaded, in batches,
//! through the request's loaders.

mod activity;
mod audio_file;
mod call;
mod call_event;
mod company;
mod contact;
mod desk;
mod enums;
mod join;
mod leg;
mod media_worker;
mod node;
mod note;
mod notification;
mod recording;
mod task;
mod user;
mod viewer;

pub use self::{
    activity::Activity,
    audio_file::AudioFile,
    call::{Call, CallFilter, CallOrder},
    call_event::{CallEvent, cursor as event_cursor},
    company::{Company, CompanyFilter},
    contact::{Contact, ContactFilter, ContactOrder},
    desk::{AwayReason, Outcome, Rating},
    enums::*,
    join::{IceServer, Invitation, JoinInfo, LegEnded, LegSignal, MediaMoved, SdpAnswer},
    leg::{Consent, Leg},
    media_worker::MediaWorker,
    node::Node,
    note::Note,
    notification::Notification,
    recording::{Playback, Recording, RecordingFilter},
    task::{Task, TaskFilter},
    user::{Agent, Session, User},
    viewer::Viewer,
};
