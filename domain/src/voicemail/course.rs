//! While the caller is on the line: the greeting, the beep, the end.

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::{Voicemail, VoicemailState, wish::speaker};
use crate::{
    Platform, Result,
    calls::{CallResult, Change},
    config::ConsentPolicy,
    db::schema::{queue_visit, voicemail},
    error::each,
    ids::{CallId, LegId},
    limits,
    routing::VisitOutcome,
};

/// The message that is being left in a call.
pub(crate) async fn open_message(
    connection: &mut AsyncPgConnection,
    call: CallId,
) -> Result<Option<Voicemail>> {
    Ok(voicemail::table
        .filter(voicemail::call_id.eq(call).and(voicemail::until.is_not_null()))
        .select(Voicemail::as_select())
        .first(connection)
        .await
        .optional()?)
}

impl Change {
    pub(super) async fn save_voicemail(&mut self, row: &Voicemail) -> Result<()> {
        diesel::update(voicemail::table.find(row.id)).set(row).execute(self.unit.connection()).await?;
        Ok(())
    }

    /// The recording begins once the beep was heard and the caller has agreed: by the wish, or as in any call.
    pub(crate) async fn record_message(&mut self) -> Result<()> {
        let policy = self.unit.platform().config.consent_policy;
        let agreed = speaker(&self.call, &self.legs).is_some_and(|place| {
            let consent = self.legs[place].consent;
            consent.unwrap_or(policy != ConsentPolicy::AllParties)
        });
        let begins = |row: &Voicemail| agreed && row.epoch > 0 && row.state == VoicemailState::Greeting;
        let Some(mut row) = self.voicemail.take_if(|row| begins(row)) else { return Ok(()) };
        row.recording_id = Some(crate::recordings::begin(self, "system").await?);
        row.state = VoicemailState::Recording;
        row.until = Some(self.now() + limits::VOICEMAIL);
        self.save_voicemail(&row).await?;
        self.voicemail = Some(row);
        Ok(())
    }

    /// How a call ends in which a message was being left.
    pub(crate) fn end_of_message(&self, result: CallResult) -> CallResult {
        let Some(row) = &self.voicemail else { return result };
        let answered = self.call.answered_at.is_some();
        match (row.state, result) {
            (VoicemailState::Greeting, CallResult::Failed) => result,
            // Somebody had talked with the caller before.
            _ if answered => CallResult::Completed,
            (VoicemailState::Recording, _) => CallResult::Voicemail,
            _ => CallResult::Abandoned,
        }
    }

    /// The call is over, and with it the message.
    pub(crate) async fn close_voicemail(&mut self, result: CallResult) -> Result<()> {
        let Some(mut row) = self.voicemail.take() else { return Ok(()) };
        row.until = None;
        row.left_at = Some(self.now());
        if row.state == VoicemailState::Recording {
            row.state = VoicemailState::Preparing;
        } else {
            row.state = VoicemailState::Dropped;
            // Who heard no beep has left no message: counted as one who gave up waiting.
            let outcome = match result {
                CallResult::Failed => VisitOutcome::Cancelled,
                _ => VisitOutcome::Abandoned,
            };
            let left =
                queue_visit::call_id.eq(self.call.id).and(queue_visit::outcome.eq(VisitOutcome::Voicemail));
            diesel::update(queue_visit::table.filter(left))
                .set(queue_visit::outcome.eq(outcome))
                .execute(self.unit.connection())
                .await?;
        }
        self.save_voicemail(&row).await
    }

    /// The caller has gone.
    pub(crate) async fn message_over(&mut self, lost: bool, actor: &str) -> Result<()> {
        let recorded = self.voicemail.as_ref().is_some_and(|row| row.state == VoicemailState::Recording);
        let reason = match (recorded, lost) {
            (true, false) => "The caller left a message.",
            (true, true) => "The caller's connection was lost during the message.",
            (false, false) => "The caller hung up without a message.",
            (false, true) => "The caller's connection was lost before the message.",
        };
        self.end(CallResult::Abandoned, reason, actor).await
    }

    /// The caller does not want to be recorded after all: what was said is gone already.
    pub(crate) async fn message_refused(&mut self, actor: &str) -> Result<()> {
        let Some(row) = &mut self.voicemail else { return Ok(()) };
        row.state = VoicemailState::Greeting;
        self.end(CallResult::Abandoned, "The caller did not want to be recorded.", actor).await
    }
}

impl Platform {
    /// The worker reports that the greeting is over and the beep begins, for the one who was greeted.
    pub async fn greeting_heard(&self, id: CallId, epoch: i32, leg: LegId) -> Result<()> {
        let Some(mut change) = self.report(id, epoch).await? else { return Ok(()) };
        if speaker(&change.call, &change.legs).is_none_or(|place| change.legs[place].id != leg) {
            return Ok(());
        }
        let Some(mut row) = change.voicemail.take_if(|row| row.state == VoicemailState::Greeting) else {
            return Ok(());
        };
        row.epoch = epoch;
        // Nothing is recorded before the caller has agreed, and there is nothing more to hear.
        row.until = Some(change.now() + limits::MESSAGE_CONSENT);
        change.save_voicemail(&row).await?;
        change.voicemail = Some(row);
        change.record_message().await?;
        change.commit().await?;
        Ok(())
    }

    /// Messages that are long enough end. Returns how many.
    pub async fn expire_voicemails(&self) -> Result<usize> {
        let now = self.clock.now();
        let mut connection = self.db.get().await?;
        let due: Vec<CallId> = voicemail::table
            .filter(voicemail::until.le(now))
            .order(voicemail::until)
            .limit(100)
            .select(voicemail::call_id)
            .load(&mut connection)
            .await?;
        drop(connection);
        each(due, async |id| {
            let mut change = self.change(id).await?;
            let (result, reason) = match &change.voicemail {
                Some(row) if row.until.is_some_and(|until| until <= now) => match row.state {
                    VoicemailState::Recording => {
                        (CallResult::Voicemail, "The message reached the longest time allowed.")
                    }
                    _ if row.epoch > 0 => (CallResult::Abandoned, "The caller did not agree to a recording."),
                    _ => (CallResult::Failed, "The greeting did not come to its end."),
                },
                _ => return Ok(false),
            };
            let for_queue = change.voicemail.as_ref().is_some_and(|row| row.queue_id.is_some());
            change.end(result, reason, "system").await?;
            // Who was sent here instead of an agent and could leave nothing has to be called.
            if for_queue && result != CallResult::Voicemail {
                crate::tasks::follow_up(&mut change).await?;
            }
            change.commit().await?;
            Ok(true)
        })
        .await
    }

    pub(crate) async fn next_voicemail_end(&self) -> Result<Option<DateTime<Utc>>> {
        let mut connection = self.db.get().await?;
        Ok(voicemail::table.select(dsl::min(voicemail::until)).first(&mut connection).await?)
    }
}
