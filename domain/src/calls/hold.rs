//! Hold: an agent parks others, who hear music until they are taken up again. A call in which everybody else is parked is
//! on hold.

use super::{Audience, Call, CallEventKind, CallState, Change, Direction, Leg, LegRole, LegState};
use crate::{
    Platform, Result,
    error::{Refusal, RefusalCode, refuse},
    ids::{CallId, LegId},
    limits,
    people::Actor,
};

/// Whether a call in which people talk is on hold: every outsider who is there is parked, or between colleagues all but
/// one.
pub(super) fn is_on_hold(call: &Call, legs: &[Leg]) -> bool {
    let there = legs.iter().filter(|leg| leg.state.is_present());
    if call.direction == Direction::Internal {
        let (parked, talk): (Vec<_>, Vec<_>) =
            there.filter(|leg| leg.audience == Audience::Everyone).partition(|leg| leg.parked);
        return !parked.is_empty() && talk.len() <= 1;
    }
    let mut outsiders = there.filter(|leg| leg.is_outsider()).peekable();
    outsiders.peek().is_some() && outsiders.all(|leg| leg.parked)
}

impl Change {
    /// The connected leg of one who speaks for the house in this call, which [`Change::belongs_to`] the actor.
    ///
    /// # Errors
    /// NOT_ALLOWED for one who is not in it as an agent.
    pub(crate) fn own_agent_leg(&self, actor: &Actor) -> Result<usize> {
        let is_it =
            |leg: &Leg| leg.role == LegRole::Agent && leg.state == LegState::Connected && actor.owns(leg);
        match self.legs.iter().rposition(is_it) {
            Some(place) => Ok(place),
            None => {
                refuse(RefusalCode::NotAllowed, "Only an agent who is connected to the call can do this.")
            }
        }
    }

    /// Those with whom an agent speaks: the outsiders who are there, or between colleagues all others.
    pub(crate) fn others(&self, own: usize) -> Vec<usize> {
        let internal = self.call.direction == Direction::Internal;
        let is_other = |leg: &Leg| leg.is_outsider() || internal && leg.role == LegRole::Agent;
        (0..self.legs.len())
            .filter(|&place| {
                place != own && self.legs[place].state.is_present() && is_other(&self.legs[place])
            })
            .collect()
    }

    /// Parks a leg or takes it up again; as it is already is no news.
    pub(crate) async fn park(&mut self, place: usize, parked: bool, actor: &str) -> Result<()> {
        let leg = &mut self.legs[place];
        if leg.parked == parked {
            return Ok(());
        }
        leg.parked = parked;
        let id = leg.id;
        let kind = if parked { CallEventKind::Held } else { CallEventKind::Resumed };
        self.event(kind, actor, Some(id), None).await
    }

    /// None of these is on hold any more.
    pub(crate) async fn take_up(&mut self, who: impl Fn(&Leg) -> bool, actor: &str) -> Result<()> {
        for place in 0..self.legs.len() {
            if self.legs[place].is_on() && who(&self.legs[place]) {
                self.park(place, false, actor).await?;
            }
        }
        Ok(())
    }

    /// The one party that is to be held.
    fn holdable(&self, own: usize, id: LegId) -> Result<usize> {
        // A silent listener is not there for those who talk.
        let found = self.legs.iter().position(|leg| leg.id == id && leg.audience != Audience::Nobody);
        let Some(place) = found else { return Err(Refusal::not_found("leg").at("legId").into()) };
        let leg = &self.legs[place];
        if place == own {
            return refuse(
                RefusalCode::NotAllowed,
                "You cannot hold yourself. Mute your microphone instead.",
            );
        }
        if leg.role == LegRole::Supervisor {
            return refuse(RefusalCode::NotAllowed, "A supervisor cannot be put on hold.");
        }
        match leg.state {
            LegState::Left => refuse(RefusalCode::LegGone, format!("{} has left this call.", leg.name)),
            LegState::Invited => {
                refuse(RefusalCode::IllegalTransition, format!("{} has not come yet.", leg.name))
            }
            LegState::Joining | LegState::Connected | LegState::Reconnecting => Ok(place),
        }
    }
}

impl Platform {
    /// Puts everybody else on hold, or one party. On hold already is no fault.
    ///
    /// # Errors
    /// NOT_FOUND, CALL_ENDED, NOT_ALLOWED for one who is not in it as an agent, for oneself and for supervisors, LEG_GONE,
    /// ILLEGAL_TRANSITION while nobody talks or the call is being transferred.
    pub async fn hold_call(&self, actor: &Actor, id: CallId, leg: Option<LegId>) -> Result<Call> {
        let call = self.set_hold(actor, id, leg, true).await?;
        self.parked(&call).await;
        Ok(call)
    }

    /// Waits until the worker has it so, if it answers soon: what is said next is not for those who hear music now.
    pub(crate) async fn parked(&self, call: &Call) {
        let _ = tokio::time::timeout(limits::PARKED, self.sync(call)).await;
    }

    /// Takes everybody up again, or one party.
    ///
    /// # Errors
    /// As for [`Platform::hold_call`].
    pub async fn resume_call(&self, actor: &Actor, id: CallId, leg: Option<LegId>) -> Result<Call> {
        self.set_hold(actor, id, leg, false).await
    }

    async fn set_hold(&self, actor: &Actor, id: CallId, leg: Option<LegId>, hold: bool) -> Result<Call> {
        let mut change = self.change(id).await?;
        change.belongs_to(actor)?;
        change.still_on()?;
        let own = change.own_agent_leg(actor)?;
        if change.call.state != CallState::InProgress {
            return refuse(RefusalCode::IllegalTransition, "Nobody talks in this call just now.");
        }
        let places = match leg {
            Some(leg) => vec![change.holdable(own, leg)?],
            None => change.others(own),
        };
        if change.live_transfer().await?.is_some() {
            let says = "This call is being transferred. Swap, complete or take back the transfer instead.";
            return refuse(RefusalCode::IllegalTransition, says);
        }
        for place in places {
            change.park(place, hold, &actor.key()).await?;
        }
        Ok(change.commit().await?.0)
    }
}
