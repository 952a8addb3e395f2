//! Everything that changes something: one input, one payload each. A rule that says no is a userError of the payload.

mod agent;
mod audio;
mod call;
mod company;
mod contact;
mod desk;
mod group;
mod hold;
mod leg;
mod message;
mod note;
mod offer;
mod queue;
mod recording;
mod request;
mod session;
mod supervision;
mod task;
mod transfer;
mod voicemail;

use async_graphql::{InputType, MergedObject};
use domain::people::{Actor, idempotency::Key};

/// Everything that changes something.
#[derive(MergedObject, Default)]
pub struct Mutation(
    session::SessionMutations,
    contact::ContactMutations,
    company::CompanyMutations,
    note::NoteMutations,
    desk::DeskMutations,
    task::TaskMutations,
    call::CallMutations,
    hold::HoldMutations,
    transfer::TransferMutations,
    leg::LegMutations,
    group::GroupMutations,
    supervision::SupervisionMutations,
    message::MessageMutations,
    recording::RecordingMutations,
    audio::AudioMutations,
    request::RequestMutations,
    offer::OfferMutations,
    agent::AgentMutations,
    queue::QueueMutations,
    voicemail::VoicemailMutations,
);

/// The idempotency key of an input, bound to the whole of it.
fn key(
    actor: &Actor,
    mutation: &'static str,
    key: Option<&String>,
    input: &impl InputType,
) -> domain::Result<Option<Key>> {
    Key::new(actor, mutation, key.cloned(), &input.to_value())
}
