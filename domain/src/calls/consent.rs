//! Consent to being recorded, a party at a time, with the words that were shown and when.

use super::{Call, CallEventKind, Leg};
use crate::{Platform, Result, config::ConsentPolicy, ids::LegId, people::Actor};

impl Platform {
    /// A party says yes or no. A no stops the recording for good and does away with what was written; a later yes does
    /// not start it again.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED.
    pub async fn give_consent(&self, actor: &Actor, id: LegId, given: bool) -> Result<(Call, Leg)> {
        let (mut change, place) = self.change_by_leg(id).await?;
        change.leg_belongs_to(place, actor)?;
        change.still_on()?;
        let now = change.now();
        let wording = match change.voicemail {
            Some(_) => self.config.voicemail_wording.clone(),
            None => self.config.consent_wording.clone(),
        };
        if change.legs[place].consent != Some(given) {
            let leg = &mut change.legs[place];
            leg.consent = Some(given);
            leg.consent_at = Some(now);
            leg.consent_wording = Some(wording);
            let kind = if given { CallEventKind::ConsentGiven } else { CallEventKind::ConsentRefused };
            change.event(kind, &actor.key(), Some(id), None).await?;
        }
        // Where nobody is asked, nobody's no counts; under the other policies it does.
        if !given && self.config.consent_policy != ConsentPolicy::None {
            change.call.recording_stopped = true;
            crate::recordings::discard(&mut change).await?;
            // What is held by law stays, but nothing is added to it.
            crate::recordings::finalize(&mut change).await?;
            change.message_refused(&actor.key()).await?;
        }
        change.record_message().await?;
        crate::recordings::follow_consent(&mut change).await?;
        let (call, mut legs) = change.commit().await?;
        if !given {
            // Answered once the worker has stopped writing, if it can be reached; else it finds out by itself.
            let _ = self.sync(&call).await;
        }
        Ok((call, legs.swap_remove(place)))
    }
}
