//! Who takes messages, and what is heard before the beep.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Recipient, VoicemailBox};
use crate::{
    Platform, Result,
    agents::Agent,
    audio::{self, AudioFileState},
    db::{
        Unit,
        schema::{agent, audio_file, voicemail_box},
    },
    error::{Refusal, RefusalCode, refuse},
    ids::{AgentId, AudioFileId, BoxId, QueueId},
    people::Actor,
};

/// What shall be set of an agent's box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Greeting {
    None,
    /// A file that is there already.
    File(AudioFileId),
    /// One that will be uploaded now.
    Upload,
}

type Row = (bool, Option<AudioFileId>);

fn of_row((enabled, greeting): Row) -> VoicemailBox {
    VoicemailBox { enabled, greeting }
}

impl VoicemailBox {
    /// What is given of it is set; what is none stays as it is.
    pub(crate) fn with(self, (enabled, greeting): (Option<bool>, Option<Option<AudioFileId>>)) -> Self {
        Self { enabled: enabled.unwrap_or(self.enabled), greeting: greeting.unwrap_or(self.greeting) }
    }
}

/// A queue takes no messages unless somebody said so.
pub(crate) async fn box_of_queue(connection: &mut AsyncPgConnection, id: QueueId) -> Result<VoicemailBox> {
    let found: Option<Row> = voicemail_box::table
        .filter(voicemail_box::queue_id.eq(id))
        .select((voicemail_box::enabled, voicemail_box::greeting_id))
        .first(connection)
        .await
        .optional()?;
    Ok(found.map(of_row).unwrap_or_default())
}

impl Recipient {
    /// What is heard before the beep: of a file that is still being uploaded, nothing.
    pub(super) async fn greeting(self, connection: &mut AsyncPgConnection) -> Result<Option<AudioFileId>> {
        let Some(file) = self.own_box(connection).await?.greeting else { return Ok(None) };
        Ok(audio_file::table
            .find(file)
            .filter(audio_file::state.eq(AudioFileState::Ready))
            .select(audio_file::id)
            .first(connection)
            .await
            .optional()?)
    }

    pub(super) async fn own_box(self, connection: &mut AsyncPgConnection) -> Result<VoicemailBox> {
        let id = match self {
            Self::Queue(id) => return box_of_queue(connection, id).await,
            Self::Agent(id) => id,
        };
        let found: Option<Row> = voicemail_box::table
            .filter(voicemail_box::agent_id.eq(id))
            .select((voicemail_box::enabled, voicemail_box::greeting_id))
            .first(connection)
            .await
            .optional()?;
        Ok(found.map_or(VoicemailBox { enabled: true, greeting: None }, of_row))
    }
}

/// Sets how a queue takes messages.
pub(crate) async fn set_queue_box(unit: &mut Unit, id: QueueId, messages: VoicemailBox) -> Result<()> {
    if messages == box_of_queue(unit.connection(), id).await? {
        return Ok(());
    }
    let set = (voicemail_box::enabled.eq(messages.enabled), voicemail_box::greeting_id.eq(messages.greeting));
    diesel::insert_into(voicemail_box::table)
        .values((voicemail_box::id.eq(BoxId::new()), voicemail_box::queue_id.eq(id), set))
        .on_conflict(voicemail_box::queue_id)
        .do_update()
        .set(set)
        .execute(unit.connection())
        .await?;
    Ok(())
}

impl Platform {
    /// How several queues take messages.
    pub async fn queue_boxes(&self, ids: &[QueueId]) -> Result<Vec<(QueueId, VoicemailBox)>> {
        let mut connection = self.db.get().await?;
        let found: Vec<(Option<QueueId>, Row)> = voicemail_box::table
            .filter(voicemail_box::queue_id.eq_any(ids))
            .select((voicemail_box::queue_id, (voicemail_box::enabled, voicemail_box::greeting_id)))
            .load(&mut connection)
            .await?;
        Ok(found.into_iter().filter_map(|(id, row)| Some((id?, of_row(row)))).collect())
    }

    /// What is heard of several agents before the beep.
    pub async fn agent_greetings(&self, ids: &[AgentId]) -> Result<Vec<(AgentId, AudioFileId)>> {
        let mut connection = self.db.get().await?;
        let found: Vec<(Option<AgentId>, Option<AudioFileId>)> = voicemail_box::table
            .filter(voicemail_box::agent_id.eq_any(ids))
            .select((voicemail_box::agent_id, voicemail_box::greeting_id))
            .load(&mut connection)
            .await?;
        Ok(found.into_iter().filter_map(|(id, greeting)| Some((id?, greeting?))).collect())
    }

    /// Sets an agent's greeting: the agent's own, or by a supervisor anybody's. With the token for the upload, if it is to be
    /// one.
    ///
    /// # Errors
    /// NOT_ALLOWED for a colleague's, NOT_FOUND for agent or file, INVALID for a file that is archived or cannot be played.
    pub async fn set_agent_greeting(
        &self,
        actor: &Actor,
        whose: Option<AgentId>,
        greeting: Greeting,
    ) -> Result<(Agent, Option<String>)> {
        let own = AgentId::from(actor.user()?.id);
        let id = whose.unwrap_or(own);
        if id != own && !actor.sees_all() {
            return refuse(RefusalCode::NotAllowed, "Only a supervisor sets a colleague's greeting.");
        }
        let found = self.agents(&[id]).await?.pop();
        let agent = found.ok_or_else(|| Refusal::not_found("agent").at("agentId"))?;
        let (file, token) = match greeting {
            Greeting::None => (None, None),
            Greeting::File(file) => (Some(file), None),
            Greeting::Upload => {
                let name = self.users(&[id.into()]).await?.pop().map_or_else(String::new, |user| user.name);
                let name: String = format!("Greeting of {name}").chars().take(200).collect();
                let (file, token) = self.create_audio_file(actor, &name, None).await?;
                (Some(file.id), Some(token))
            }
        };
        let mut unit = self.begin().await?;
        agent::table.find(id).select(agent::user_id).for_no_key_update().execute(unit.connection()).await?;
        // What is chosen already stays, though it was archived since.
        if let Greeting::File(chosen) = greeting {
            let before = Recipient::Agent(id).own_box(unit.connection()).await?.greeting;
            if before != Some(chosen) {
                audio::check_usable(&mut unit, chosen, "greetingId").await?;
            }
        }
        diesel::insert_into(voicemail_box::table)
            .values((
                voicemail_box::id.eq(BoxId::new()),
                voicemail_box::agent_id.eq(id),
                voicemail_box::enabled.eq(true),
                voicemail_box::greeting_id.eq(file),
            ))
            .on_conflict(voicemail_box::agent_id)
            .do_update()
            .set(voicemail_box::greeting_id.eq(file))
            .execute(unit.connection())
            .await?;
        unit.commit().await?;
        Ok((agent, token))
    }
}
