//! What resolvers load, in batches: one query for all the rows that a level of an operation needs.
//!
//! Without a cache: a subscription's context lives for hours, and its rows shall be today's.

use std::{collections::HashMap, hash::Hash, sync::Arc, time::Duration};

use async_graphql::dataloader::{DataLoader, Loader};
use domain::{
    Platform, agents, audio, calls, chat, crm, desk,
    ids::{
        AgentId, AudioFileId, CallId, CompanyId, ContactId, LegId, MessageId, NoteId, OfferId, OutcomeId,
        QueueId, RecordingId, RuleId, TaskId, TransferId, UserId, VisitId, VoicemailId,
    },
    page::{Page, Slice},
    people::{self, Actor},
    recordings, routing, tasks, transfers, voicemail,
};
use tracing::Instrument;

mod messages;
mod queues;

pub use self::messages::{BoxOf, FileOf, GreetingOf, MessagesOf, ProgressOf, VoicemailOf};
pub use self::queues::{
    CurrentCallOf, DayOf, DidOf, DoingOf, MembersOf, OpenWrapUpOf, OutlookOf, RoutingOf, StatsOf, WaitingIn,
};
use super::fault::Fault;
use crate::{app::App, caller::Caller};

pub type Loaders = DataLoader<Reader>;

/// Reads for one caller: rows that aren't the caller's are left out.
pub struct Reader {
    platform: Platform,
    actor: Arc<Actor>,
}

/// A batch waits so long for its keys: longer than a hundred resolvers take to ask, which a debug build does slowly.
const GATHERING: Duration = Duration::from_millis(if cfg!(debug_assertions) { 8 } else { 1 });

/// The loaders of one request.
pub fn new(app: &App, caller: &Caller) -> Loaders {
    let reader = Reader { platform: app.platform.clone(), actor: Arc::clone(&caller.0) };
    // A batch belongs to the request that asked first: what goes wrong in it is logged under that request.
    DataLoader::new(reader, |batch| tokio::spawn(batch.in_current_span())).delay(GATHERING)
}

/// The legs of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LegsOf(pub CallId);
/// The intervals of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntervalsOf(pub CallId);
/// The recordings of a call, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordingsOf(pub CallId);
/// The rungs of a recording's ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RenditionsOf(pub RecordingId);
/// The pauses of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PausesOf(pub RecordingId);

/// The visits of a call to queues, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VisitsOf(pub CallId);
/// The offers of a call, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OffersOf(pub CallId);
/// The transfers of a call, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TransfersOf(pub CallId);
/// The work after a call, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WrapUpsOf(pub CallId);
/// The queues of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MembershipsOf(pub AgentId);

/// The notes on a call, the oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NotesOfCall(pub CallId);
/// A page of the notes about a contact, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NotesOf {
    pub contact: ContactId,
    pub slice: Slice,
}
/// A page of the calls with a contact that are over, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HistoryOf {
    pub contact: ContactId,
    pub others_only: bool,
    pub slice: Slice,
}
/// So many of those who work where a contact works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RelatedTo {
    pub contact: ContactId,
    pub limit: i64,
}

/// One loader a kind of row: by key, from a list of rows that say their key.
macro_rules! loads_one {
    ($($key:ty => $row:ty, |$reader:ident, $keys:ident| $load:expr, |$item:ident| $of:expr;)*) => {$(
        impl Loader<$key> for Reader {
            type Value = $row;
            type Error = Fault;

            async fn load(&self, $keys: &[$key]) -> Result<HashMap<$key, $row>, Fault> {
                let $reader = self;
                Ok($load.await?.into_iter().map(|$item: $row| ($of, $item)).collect())
            }
        }
    )*};
}

macro_rules! loads_many {
    ($($key:ident => $row:ty, |$reader:ident, $ids:ident| $load:expr, |$item:ident| $of:expr;)*) => {$(
        impl Loader<$key> for Reader {
            type Value = Vec<$row>;
            type Error = Fault;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Vec<$row>>, Fault> {
                let $reader = self;
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let $ids = ids.as_slice();
                Ok(grouped($load.await?, |$item: &$row| $key($of)))
            }
        }
    )*};
}

/// One value an id: from pairs of the two, or from rows that say the id.
macro_rules! loads_each {
    ($($key:ident => $value:ty, |$reader:ident, $ids:ident| $load:expr, |$item:ident| $pair:expr;)*) => {$(
        impl Loader<$key> for Reader {
            type Value = $value;
            type Error = Fault;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Fault> {
                let $reader = self;
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let $ids = ids.as_slice();
                let found = $load.await?.into_iter();
                Ok(found.map(|$item| $pair).map(|(id, value)| ($key(id), value)).collect())
            }
        }
    )*};
}
use loads_each;

fn grouped<K: Eq + Hash, R>(rows: Vec<R>, key: impl Fn(&R) -> K) -> HashMap<K, Vec<R>> {
    let mut groups: HashMap<K, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

loads_one! {
    UserId => people::User, |reader, ids| reader.platform.users(ids), |user| user.id;
    CompanyId => crm::Company, |reader, ids| reader.platform.companies(ids), |company| company.id;
    ContactId => crm::Contact, |reader, ids| reader.platform.contacts(ids), |contact| contact.id;
    CallId => calls::Call, |reader, ids| reader.platform.calls(&reader.actor, ids), |call| call.id;
    LegId => calls::Leg, |reader, ids| reader.platform.legs(ids), |leg| leg.id;
    RecordingId => recordings::Recording, |reader, ids| reader.platform.recordings(&reader.actor, ids), |recording| recording.id;
    TaskId => tasks::Task, |reader, ids| reader.platform.tasks(&reader.actor, ids), |task| task.id;
    MessageId => chat::Message, |reader, ids| reader.platform.messages(&reader.actor, ids), |message| message.id;
    NoteId => crm::Note, |reader, ids| reader.platform.notes(&reader.actor, ids), |note| note.id;
    OutcomeId => desk::Outcome, |reader, ids| reader.platform.outcomes(ids), |outcome| outcome.id;
    AudioFileId => audio::AudioFile, |reader, ids| reader.platform.audio_files(ids), |file| file.id;
    AgentId => agents::Agent, |reader, ids| reader.platform.agents(ids), |agent| agent.id;
    QueueId => routing::Queue, |reader, ids| reader.platform.queues(ids), |queue| queue.id;
    VisitId => routing::Visit, |reader, ids| reader.platform.visits(ids), |visit| visit.id;
    TransferId => transfers::Transfer, |reader, ids| reader.platform.transfers(ids), |transfer| transfer.id;
    OfferId => routing::Offer, |reader, ids| reader.platform.offers(ids), |offer| offer.id;
    VoicemailId => voicemail::Voicemail, |reader, ids| reader.platform.voicemails(&reader.actor, ids), |row| row.id;
    RuleId => (RuleId, String), |reader, ids| reader.platform.rules(ids), |rule| rule.0;
}

loads_many! {
    LegsOf => calls::Leg, |reader, ids| reader.platform.legs_of_calls(ids), |leg| leg.call_id;
    IntervalsOf => calls::Interval, |reader, ids| reader.platform.intervals_of_calls(ids), |interval| interval.call_id;
    RecordingsOf => recordings::Recording, |reader, ids| reader.platform.recordings_of_calls(&reader.actor, ids), |recording| recording.call_id;
    RenditionsOf => recordings::Rendition, |reader, ids| reader.platform.renditions(ids), |rendition| rendition.recording_id;
    VisitsOf => routing::Visit, |reader, ids| reader.platform.visits_of_calls(ids), |visit| visit.call_id;
    OffersOf => routing::Offer, |reader, ids| reader.platform.offers_of_calls(ids), |offer| offer.call_id;
    TransfersOf => transfers::Transfer, |reader, ids| reader.platform.transfers_of_calls(ids), |transfer| transfer.call_id;
    WrapUpsOf => agents::WrapUp, |reader, ids| reader.platform.wrap_ups_of_calls(ids), |wrap_up| wrap_up.call_id;
    MembershipsOf => routing::Member, |reader, ids| reader.platform.memberships(ids), |member| member.agent_id;
    PausesOf => recordings::Pause, |reader, ids| reader.platform.pauses(ids), |pause| pause.recording_id;
}

impl Loader<NotesOfCall> for Reader {
    type Value = Vec<crm::Note>;
    type Error = Fault;

    async fn load(&self, keys: &[NotesOfCall]) -> Result<HashMap<NotesOfCall, Self::Value>, Fault> {
        let calls: Vec<_> = keys.iter().map(|key| key.0).collect();
        let mut notes: HashMap<NotesOfCall, Self::Value> = HashMap::new();
        for note in self.platform.notes_of_calls(&self.actor, &calls).await? {
            if let Some(call) = note.call_id {
                notes.entry(NotesOfCall(call)).or_default().push(note);
            }
        }
        Ok(notes)
    }
}

/// One query for all contacts of whom the same page is wanted.
impl Loader<NotesOf> for Reader {
    type Value = Page<crm::Note>;
    type Error = Fault;

    async fn load(&self, keys: &[NotesOf]) -> Result<HashMap<NotesOf, Self::Value>, Fault> {
        let mut pages = HashMap::new();
        for (slice, contacts) in by(keys, |key| (key.slice.clone(), key.contact)) {
            let found = self.platform.notes_of_contacts(&self.actor, &contacts, &slice).await?;
            pages.extend(
                found.into_iter().map(|(contact, page)| (NotesOf { contact, slice: slice.clone() }, page)),
            );
        }
        Ok(pages)
    }
}

/// One query for all contacts of whom the same page is wanted.
impl Loader<HistoryOf> for Reader {
    type Value = Page<crm::PastCall>;
    type Error = Fault;

    async fn load(&self, keys: &[HistoryOf]) -> Result<HashMap<HistoryOf, Self::Value>, Fault> {
        let mut pages = HashMap::new();
        for ((others_only, slice), contacts) in
            by(keys, |key| ((key.others_only, key.slice.clone()), key.contact))
        {
            let found =
                self.platform.history_of_contacts(&self.actor, &contacts, others_only, &slice).await?;
            let keyed = |(contact, page)| (HistoryOf { contact, others_only, slice: slice.clone() }, page);
            pages.extend(found.into_iter().map(keyed));
        }
        Ok(pages)
    }
}

impl Loader<RelatedTo> for Reader {
    type Value = Vec<crm::Contact>;
    type Error = Fault;

    async fn load(&self, keys: &[RelatedTo]) -> Result<HashMap<RelatedTo, Self::Value>, Fault> {
        let mut related: HashMap<RelatedTo, Self::Value> = HashMap::new();
        for (limit, contacts) in by(keys, |key| (key.limit, key.contact)) {
            for (contact, other) in self.platform.related_contacts(&contacts, limit).await? {
                related.entry(RelatedTo { contact, limit }).or_default().push(other);
            }
        }
        Ok(related)
    }
}

fn by<K, A: Eq + Hash, B>(keys: &[K], split: impl Fn(&K) -> (A, B)) -> HashMap<A, Vec<B>> {
    let mut groups: HashMap<A, Vec<B>> = HashMap::new();
    for (group, item) in keys.iter().map(split) {
        groups.entry(group).or_default().push(item);
    }
    groups
}
