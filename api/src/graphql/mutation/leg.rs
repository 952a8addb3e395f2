//! A party's side of a call: signalling, devices, consent, leaving.

use async_graphql::{Context, ID, InputObject, Object};
use domain::calls::{Candidate, Told};

use crate::graphql::{
    context::ContextExt,
    fault::Answer,
    id,
    model::{Call, Leg, SdpAnswer, SdpType},
    payload::{payloads, settle},
};

/// A session description of the browser.
#[derive(InputObject)]
struct LegNegotiateInput {
    /// The caller's own leg.
    leg_id: ID,
    /// That of JoinInfo or of the last MediaMoved.
    epoch: i32,
    /// Whether it is an offer or an answer.
    #[graphql(name = "type")]
    kind: SdpType,
    /// The session description.
    sdp: String,
    /// The browser's own number of an offer, or that of the server's offer which is answered.
    revision: Option<i32>,
    /// That of JoinInfo: LEG_TAKEN when another page of the party has the leg.
    generation: Option<i32>,
}

/// Candidates that the browser found later.
#[derive(InputObject)]
struct LegTrickleInput {
    /// The caller's own leg.
    leg_id: ID,
    /// That of JoinInfo or of the last MediaMoved.
    epoch: i32,
    /// What was found.
    candidates: Vec<IceCandidateInput>,
    /// That of JoinInfo: LEG_TAKEN when another page of the party has the leg.
    generation: Option<i32>,
}

/// A candidate as `RTCIceCandidate.toJSON()` gives it.
#[derive(InputObject)]
struct IceCandidateInput {
    /// As in SDP, without `a=`; empty for the end of candidates.
    candidate: String,
    /// The media section by its id.
    sdp_mid: Option<String>,
    /// The media section by its place.
    #[graphql(name = "sdpMLineIndex")]
    sdp_m_line_index: Option<i32>,
}

/// What the browser does.
#[derive(InputObject)]
struct LegUpdateInput {
    /// The caller's own leg.
    leg_id: ID,
    /// The microphone is off.
    muted: Option<bool>,
    /// The camera is on.
    video_on: Option<bool>,
    /// The screen is shared.
    screen_on: Option<bool>,
}

/// Who leaves.
#[derive(InputObject)]
struct LegLeaveInput {
    /// The caller's own leg.
    leg_id: ID,
}

/// The answer to being recorded.
#[derive(InputObject)]
struct ConsentGiveInput {
    /// The caller's own leg.
    leg_id: ID,
    /// Yes or no.
    given: bool,
}

payloads! {
    /// What `legNegotiate` answers.
    LegNegotiatePayload {
        /// The server's answer; none to an answer.
        answer: SdpAnswer,
    }
    /// What `legTrickle` answers.
    LegTricklePayload {
        /// The leg.
        leg: Leg,
    }
    /// What `legUpdate` answers.
    LegUpdatePayload {
        /// The leg, changed.
        leg: Leg,
    }
    /// What `legLeave` answers.
    LegLeavePayload {
        /// The leg, gone.
        leg: Leg,
    }
    /// What `consentGive` answers.
    ConsentGivePayload {
        /// The leg, with the answer.
        leg: Leg,
        /// Its call.
        call: Call,
    }
}

#[derive(Default)]
pub struct LegMutations;

#[Object]
impl LegMutations {
    /// Hands the browser's offer to the media worker and brings back its answer, or answers its offer. A fresh offer on the
    /// same leg, as after a reload, replaces the connection. STALE while an offer of the server's waits for its answer: take
    /// one's own back, answer, and offer again; and where a later offer of the leg came first: there is nothing to do. For the
    /// party itself.
    async fn leg_negotiate(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The session description.")] input: LegNegotiateInput,
    ) -> Answer<LegNegotiatePayload> {
        let leg = id::parse(&input.leg_id)?;
        let revision = input.revision.unwrap_or_default();
        let told = Told { epoch: input.epoch, generation: input.generation };
        let answer = context
            .platform()
            .negotiate(context.actor(), leg, told, input.kind.into(), input.sdp, revision)
            .await;
        settle(answer.map(|answer| LegNegotiatePayload {
            // Who joined before any worker had the call was told epoch 0 and waited for the first lease.
            answer: answer.map(|(sdp, revision)| SdpAnswer { sdp, revision, epoch: input.epoch.max(1) }),
            ..Default::default()
        }))
    }

    /// Hands candidates that the browser found later to the media worker. For the party itself.
    async fn leg_trickle(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The candidates.")] input: LegTrickleInput,
    ) -> Answer<LegTricklePayload> {
        let (platform, actor) = (context.platform(), context.actor());
        let leg = id::parse(&input.leg_id)?;
        let told = Told { epoch: input.epoch, generation: input.generation };
        let candidates = input.candidates.into_iter().map(|candidate| Candidate {
            candidate: candidate.candidate,
            sdp_mid: candidate.sdp_mid,
            sdp_m_line_index: candidate.sdp_m_line_index,
        });
        let trickled = async {
            platform.trickle(actor, leg, told, candidates.collect()).await?;
            let (leg, _) = platform.own_leg(actor, leg).await?;
            Ok(LegTricklePayload { leg: Some(Leg(leg)), ..Default::default() })
        };
        settle(trickled.await)
    }

    /// Says what the browser does with microphone, camera and screen, so that the others see it. For the party itself.
    async fn leg_update(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What changed.")] input: LegUpdateInput,
    ) -> Answer<LegUpdatePayload> {
        let leg = id::parse(&input.leg_id)?;
        let updated = context
            .platform()
            .update_leg(context.actor(), leg, input.muted, input.video_on, input.screen_on)
            .await;
        settle(updated.map(|leg| LegUpdatePayload { leg: Some(Leg(leg)), ..Default::default() }))
    }

    /// Hangs up for one party; before anybody answered it declines. Gone already is no error. For the party itself.
    async fn leg_leave(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who leaves.")] input: LegLeaveInput,
    ) -> Answer<LegLeavePayload> {
        let leg = id::parse(&input.leg_id)?;
        let left = context.platform().leave(context.actor(), leg).await;
        settle(left.map(|leg| LegLeavePayload { leg: Some(Leg(leg)), ..Default::default() }))
    }

    /// Answers the question about recording. A no stops it for good, and what was written is deleted. For the party itself.
    async fn consent_give(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The answer.")] input: ConsentGiveInput,
    ) -> Answer<ConsentGivePayload> {
        let leg = id::parse(&input.leg_id)?;
        let answered = context.platform().give_consent(context.actor(), leg, input.given).await;
        settle(answered.map(|(call, leg)| ConsentGivePayload {
            leg: Some(Leg(leg)),
            call: Some(Call(call)),
            ..Default::default()
        }))
    }
}
