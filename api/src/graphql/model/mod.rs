//! The types of the schema, one file a family. Each wraps a row of the domain; what it doesn't hold is loaded, in batches,
//! through the request's loaders.

mod call;
mod call_event;
mod contact;
mod enums;
mod join;
mod leg;
mod media_worker;
mod node;
mod notification;
mod recording;
mod task;
mod user;
mod viewer;

pub use self::{
    call::{Call, CallFilter, CallOrder},
    call_event::{CallEvent, cursor as event_cursor},
    contact::{Contact, ContactFilter, ContactOrder},
    enums::*,
    join::{IceServer, Invitation, JoinInfo, LegEnded, LegSignal, MediaMoved, SdpAnswer},
    leg::{Consent, Leg},
    media_worker::MediaWorker,
    node::Node,
    notification::Notification,
    recording::{Playback, Recording, RecordingFilter},
    task::{Task, TaskFilter},
    user::{Agent, Session, User},
    viewer::Viewer,
};
