//! Anything that has an id.

use async_graphql::{Context, ID, Interface};
use domain::ids::{
    AgentId, AudioFileId, CallId, CompanyId, ContactId, LegId, MessageId, NoteId, NotificationId, OfferId,
    OutcomeId, QueueId, ReasonId, RecordingId, TaskId, TransferId, UserId, VisitId, VoicemailId,
};

use super::{
    Agent, AudioFile, AwayReason, Call, Company, Contact, Leg, Message, Note, Notification, Offer, Outcome,
    Queue, QueueVisit, Recording, Task, Transfer, User, Voicemail,
};
use crate::graphql::{
    context::ContextExt,
    fault::{Answer, Fault},
    id::parse,
};

/// Anything that has an id.
#[derive(Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Opaque, typed and global: the kind, `_` and 32 hexadecimal digits."
))]
pub enum Node {
    User(User),
    Agent(Agent),
    Contact(Contact),
    Company(Company),
    Note(Note),
    Outcome(Outcome),
    AwayReason(AwayReason),
    Call(Call),
    Leg(Leg),
    Message(Message),
    Recording(Recording),
    Task(Task),
    Notification(Notification),
    AudioFile(AudioFile),
    Queue(Queue),
    QueueVisit(QueueVisit),
    Offer(Offer),
    Transfer(Transfer),
    Voicemail(Voicemail),
}

impl Node {
    /// The row of an id, as far as the viewer may see it; missing and foreign can't be told apart.
    pub async fn load(context: &Context<'_>, id: &ID) -> Answer<Option<Self>> {
        let loaders = context.loaders();
        let signed_in = context.actor().user_id().is_some();
        let (kind, _) = id.as_str().split_once('_').unwrap_or_default();
        macro_rules! row {
            ($id:ident, $node:ident) => {
                loaders.load_one(parse::<$id>(id)?).await?.map(|row| Self::$node($node(row)))
            };
        }
        Ok(match kind {
            CallId::PREFIX => row!(CallId, Call),
            LegId::PREFIX => {
                let Some(leg) = loaders.load_one(parse::<LegId>(id)?).await? else { return Ok(None) };
                // Whoever may see a call may see its parties, but for those who hide.
                let call = loaders.load_one(leg.call_id).await?;
                call.filter(|_| context.platform().shows(context.actor(), &leg)).map(|_| Self::Leg(Leg(leg)))
            }
            MessageId::PREFIX => row!(MessageId, Message),
            RecordingId::PREFIX => row!(RecordingId, Recording),
            // All that follow are for the house alone.
            UserId::PREFIX
            | AgentId::PREFIX
            | ContactId::PREFIX
            | CompanyId::PREFIX
            | NoteId::PREFIX
            | OutcomeId::PREFIX
            | ReasonId::PREFIX
            | TaskId::PREFIX
            | NotificationId::PREFIX
            | QueueId::PREFIX
            | VisitId::PREFIX
            | OfferId::PREFIX
            | TransferId::PREFIX
            | VoicemailId::PREFIX
                if !signed_in =>
            {
                None
            }
            AudioFileId::PREFIX if !context.actor().sees_all() => None,
            UserId::PREFIX => row!(UserId, User),
            AgentId::PREFIX => row!(AgentId, Agent),
            ContactId::PREFIX => row!(ContactId, Contact),
            CompanyId::PREFIX => row!(CompanyId, Company),
            NoteId::PREFIX => row!(NoteId, Note),
            OutcomeId::PREFIX => row!(OutcomeId, Outcome),
            ReasonId::PREFIX => {
                let rows = context.platform().away_reasons_by_id(&[parse(id)?]).await?;
                rows.into_iter().next().map(|row| Self::AwayReason(AwayReason(row)))
            }
            TaskId::PREFIX => row!(TaskId, Task),
            NotificationId::PREFIX => {
                let rows = context.platform().notifications(context.actor(), &[parse(id)?]).await?;
                rows.into_iter().next().map(|row| Self::Notification(row.into()))
            }
            AudioFileId::PREFIX => row!(AudioFileId, AudioFile),
            QueueId::PREFIX => row!(QueueId, Queue),
            VisitId::PREFIX => {
                let Some(visit) = loaders.load_one(parse::<VisitId>(id)?).await? else { return Ok(None) };
                // Whoever may see a call may see where it waited.
                loaders.load_one(visit.call_id).await?.map(|_| Self::QueueVisit(QueueVisit(visit)))
            }
            OfferId::PREFIX => {
                let Some(offer) = loaders.load_one(parse::<OfferId>(id)?).await? else { return Ok(None) };
                loaders.load_one(offer.call_id).await?.map(|_| Self::Offer(Offer(offer)))
            }
            TransferId::PREFIX => {
                let Some(it) = loaders.load_one(parse::<TransferId>(id)?).await? else { return Ok(None) };
                // Whoever may see a call may see how it was handed over.
                loaders.load_one(it.call_id).await?.map(|_| Self::Transfer(Transfer(it)))
            }
            VoicemailId::PREFIX => row!(VoicemailId, Voicemail),
            _ => return Err(Fault::bad_input("This is not an id of anything that has one.")),
        })
    }
}
