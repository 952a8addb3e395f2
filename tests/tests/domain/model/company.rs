//! Calls of many: guests come and go, supervisors listen in and take over, waiting calls are moved.

use domain::calls::{CallState, Invited, Invitee, Leg, LegState, MonitorMode};
use domain::people::Actor;
use domain::{Platform, Result};

use super::actions::{Action, Pick};
use super::world::World;
use crate::centre::Caller;

impl World {
    pub async fn act_in_company(&self, platform: &Platform, action: &Action) -> Result<()> {
        match action {
            Action::Monitor(who, call, mode) => {
                let (supervisor, mode) =
                    (self.supervisor(*who), MonitorMode::ALL[mode % MonitorMode::ALL.len()]);
                if let Some(caller) = self.caller(*call) {
                    platform.monitor(supervisor, caller.call, mode).await?;
                }
            }
            Action::SupervisorMedia(who) => {
                if let Some(leg) = self.listening(platform, self.supervisor(*who)).await? {
                    self.media_on(platform, &leg).await?;
                }
            }
            Action::SupervisorLeaves(who) => {
                let supervisor = self.supervisor(*who);
                if let Some(leg) = self.listening(platform, supervisor).await? {
                    platform.leave(supervisor, leg.id).await?;
                }
            }
            Action::Move(who, call, queue) => {
                if let Some(caller) = self.caller(*call) {
                    platform.move_call(self.supervisor(*who), caller.call, self.queue(*queue).id).await?;
                }
            }
            Action::Invite(who, comes) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    let whom = Invitee::Guest("Gottfried".into());
                    if let Invited::Outsider(_, token) =
                        platform.invite(&talk.actor, talk.call, whom, None).await?
                        && comes % 3 > 0
                    {
                        let guest = Caller { call: talk.call, token, actor: Actor::Anonymous };
                        self.guest_joins(platform, guest).await?;
                    }
                }
            }
            Action::GuestMedia(who) => {
                if let Some((_, leg)) = self.guest(platform, *who).await? {
                    self.media_on(platform, &leg).await?;
                }
            }
            Action::GuestLeaves(who) => {
                if let Some((guest, leg)) = self.guest(platform, *who).await? {
                    platform.leave(&guest.actor, leg.id).await?;
                }
            }
            Action::GuestLost(who) => {
                if let Some((guest, leg)) = self.guest(platform, *who).await? {
                    let epoch = self.centre.call(guest.call).await.epoch;
                    platform.leg_disconnected(guest.call, epoch, leg.id).await?;
                }
            }
            Action::PutOut(who, whom) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    let legs = platform.legs_of_calls(&[talk.call]).await?;
                    platform.remove(&talk.actor, legs[whom % legs.len()].id).await?;
                }
            }
            other => unreachable!("{other:?} is the world's own"),
        }
        Ok(())
    }

    fn supervisor(&self, pick: Pick) -> &Actor {
        &self.supervisors[pick % self.supervisors.len()]
    }

    /// The leg of a supervisor in a call of others.
    async fn listening(&self, platform: &Platform, who: &Actor) -> Result<Option<Leg>> {
        let calls: Vec<_> = (0..6).filter_map(|pick| self.caller(pick)).map(|caller| caller.call).collect();
        let legs = platform.legs_of_calls(&calls).await?;
        Ok(legs.into_iter().rfind(|leg| leg.user_id == who.user_id() && leg.state != LegState::Left))
    }

    async fn guest_joins(&self, platform: &Platform, mut guest: Caller) -> Result<()> {
        let joined = platform.join_by_link(&guest.actor, &guest.token, None, None, None).await?;
        if let Some(token) = joined.guest_token
            && let Some(it) = platform.guest(&token).await?
        {
            guest.actor = Actor::Guest(it);
            self.guests.lock().unwrap().push(guest);
        }
        Ok(())
    }

    async fn guest(&self, platform: &Platform, pick: Pick) -> Result<Option<(Caller, Leg)>> {
        let guest = {
            let guests = self.guests.lock().unwrap();
            let recent = guests.len().min(4);
            if recent == 0 {
                return Ok(None);
            }
            guests[guests.len() - 1 - pick % recent].clone()
        };
        let Some(id) = guest.actor.guest().map(|it| it.leg) else { return Ok(None) };
        let leg = platform.legs(&[id]).await?.pop();
        Ok(leg.filter(|leg| leg.state != LegState::Left).map(|leg| (guest, leg)))
    }

    async fn media_on(&self, platform: &Platform, leg: &Leg) -> Result<()> {
        let call = self.centre.call(leg.call_id).await;
        let worker = *self.worker.lock().unwrap();
        if call.state != CallState::Ended
            && let Some(plan) = platform.lease_call(call.id, worker).await?
        {
            platform.leg_connected(call.id, plan.epoch, leg.id).await?;
        }
        Ok(())
    }
}
