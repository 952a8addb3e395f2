//! Carries the actions out.

use std::sync::Mutex;

use chrono::{DateTime, Utc};
use cordboard_tests::invariants;
use domain::agents::{AgentStatus, WrappedUp};
use domain::calls::{LegRole, MediaKind};
use domain::crm::ContactChange;
use domain::error::Error;
use domain::ids::{ContactId, WorkerId};
use domain::people::{Actor, Role};
use domain::routing::{OverflowKind, Queue, QueueChange, RoutingStrategy};
use domain::transfers::{Target, TransferKind, TransferSide};
use domain::{Platform, Result};
use tokio_postgres::Client;

use super::actions::Action;
use crate::centre::{Caller, Centre, duties, id_of, person, seconds, sweep};
use crate::worker;

pub const AGENTS: usize = 5;
/// Looks that a liveness rule gets: a boundary of time may lie between a duty and the look.
const LOOKS: usize = 3;

pub struct World {
    pub centre: Centre,
    pub sql: Client,
    /// Two processes, the centre's own apart.
    processes: [Platform; 2],
    pub queues: Vec<Queue>,
    pub agents: Vec<Actor>,
    pub supervisors: Vec<Actor>,
    /// Whose tab is open.
    pub open: Mutex<Vec<bool>>,
    pub callers: Mutex<Vec<Caller>>,
    pub guests: Mutex<Vec<Caller>>,
    pub worker: Mutex<WorkerId>,
    contact: ContactId,
    since: DateTime<Utc>,
}

impl World {
    pub async fn new() -> Self {
        let centre = Centre::open().await;
        let short = QueueChange {
            max_wait_seconds: Some(120),
            wrap_up_seconds: Some(10),
            voicemail: Some(true),
            ..QueueChange::default()
        };
        let plain = centre.queue("plain", short.clone()).await;
        let overflowing =
            QueueChange { overflow: Some((OverflowKind::Queue, Some(plain.id))), ..short.clone() };
        let skilled = QueueChange {
            required_skills: Some(vec![("german".into(), 3)]),
            relax_seconds: Some(Some(20)),
            ..overflowing
        };
        let skilled = centre.queue("skilled", skilled).await;
        let together = QueueChange { strategy: Some(RoutingStrategy::RingAll), ..short };
        let together = centre.queue("together", together).await;
        let queues = vec![plain, skilled, together];
        let mut agents = Vec::new();
        for place in 0..AGENTS {
            let agent = centre.agent(&[&queues[place % 3], &queues[(place + 1) % 3]]).await;
            centre.skilled(&agent, &[("german", 1 + (place as i32) % 5)]).await;
            agents.push(agent);
        }
        let named = ContactChange { name: Some("Ada Lovelace".into()), ..ContactChange::default() };
        let contact = centre.platform.create_contact(&agents[0], named, None).await.unwrap().id;
        Self {
            sql: centre.stage.sql().await,
            processes: [centre.process(), centre.process()],
            queues,
            open: Mutex::new(vec![true; AGENTS]),
            callers: Mutex::default(),
            guests: Mutex::default(),
            supervisors: vec![
                person(&centre.platform, Role::Supervisor).await,
                person(&centre.platform, Role::Supervisor).await,
            ],
            worker: Mutex::new(centre.worker),
            contact,
            since: centre.platform.clock.now(),
            agents,
            centre,
        }
    }

    /// One action and what must hold after it.
    pub async fn step(&mut self, action: &Action) -> std::result::Result<(), String> {
        if let Action::Restart = action {
            self.processes = [self.centre.process(), self.centre.process()];
        }
        let [one, two] = &self.processes;
        match action {
            Action::Together(both) => {
                let (first, second) = tokio::join!(self.act(one, &both.0), self.act(two, &both.1));
                judge(first)?;
                judge(second)?;
            }
            Action::Dies(during, after) => judge(self.dies_during(during, *after).await)?,
            alone => judge(self.act(one, alone).await)?,
        }
        invariants::always(&self.sql).await?;
        self.settled().await
    }

    /// Nothing waits, is late or wrong for longer than the sweep of two processes.
    async fn settled(&self) -> std::result::Result<(), String> {
        let [one, two] = &self.processes;
        let mut last = Ok(());
        for _ in 0..LOOKS {
            duties(one).await;
            tokio::join!(sweep(one), sweep(two));
            last = self.look().await;
            if last.is_ok() {
                break;
            }
        }
        last?;
        invariants::always(&self.sql).await?;
        self.figures().await
    }

    /// The day's figures are those of the log at every moment, since both are written in one transaction. Five statements;
    /// the log is gone through anew each time.
    async fn figures(&self) -> std::result::Result<(), String> {
        let queues: Vec<_> = self.queues.iter().map(|queue| queue.id).collect();
        let platform = &self.centre.platform;
        let rows = platform.queues(&queues).await.map_err(|error| error.to_string())?;
        invariants::figures::of_queues(platform, &self.sql, &rows, self.since, false).await?;
        invariants::days_of_agents(platform, &self.sql, self.since, false).await
    }

    async fn look(&self) -> std::result::Result<(), String> {
        let now = self.centre.platform.clock.now();
        invariants::settled(&self.sql, now).await?;
        invariants::nobody_waits_for_a_free_agent(&self.sql, now).await
    }

    /// What the run came by.
    pub async fn finish(&self) -> std::result::Result<String, String> {
        let seen = "SELECT string_agg(what || ' ' || number, ', ' ORDER BY what) FROM (
            SELECT 'offer ' || state AS what, count(*) AS number FROM offer GROUP BY 1
            UNION ALL SELECT 'transfer ' || kind || ' ' || state, count(*) FROM transfer GROUP BY 1
            UNION ALL SELECT 'visit ' || coalesce(outcome, 'open'), count(*) FROM queue_visit GROUP BY 1) AS seen";
        let row = self.sql.query_one(seen, &[]).await.map_err(|error| error.to_string())?;
        Ok(row.get::<_, Option<String>>(0).unwrap_or_default())
    }

    pub async fn act(&self, platform: &Platform, action: &Action) -> Result<()> {
        match action {
            Action::Status(who, what) => {
                let status = AgentStatus::ALL[what % AgentStatus::ALL.len()];
                platform.set_status(self.agent(*who), None, status, None).await?;
            }
            Action::Tab(who, open) => {
                self.open.lock().unwrap()[who % AGENTS] = *open;
                self.stay(platform).await?;
            }
            Action::Request(queue, contact) => {
                let caller = self.request(platform, *queue, *contact).await?;
                if contact % 4 > 0 {
                    let caller = self.join(platform, caller).await?;
                    self.media(platform, &caller, LegRole::Contact).await?;
                }
            }
            Action::Join(who) => {
                if let Some(caller) = self.caller(*who) {
                    let caller = self.join(platform, caller).await?;
                    if who % 3 > 0 {
                        self.served(platform, caller.call).await?;
                    }
                }
            }
            Action::ContactMedia(who) => {
                if let Some(caller) = self.caller(*who) {
                    self.media(platform, &caller, LegRole::Contact).await?;
                }
            }
            Action::ContactLeaves(who) => {
                if let Some(caller) = self.caller(*who) {
                    platform.end_call(&caller.actor, caller.call).await?;
                }
            }
            Action::ContactLost(who) => {
                if let Some(caller) = self.caller(*who) {
                    self.silence(platform, &caller, LegRole::Contact).await?;
                }
            }
            Action::Callback(who) => {
                if let Some(caller) = self.caller(*who) {
                    let done = platform.request_callback(&caller.actor, caller.call, None, None).await?;
                    let planned =
                        Caller { call: done.planned.id, token: done.join_token, actor: Actor::Anonymous };
                    self.remember(planned);
                }
            }
            Action::CallbackCancel(who) => {
                if let Some(caller) = self.caller(*who) {
                    platform.cancel_callback(&caller.token).await?;
                }
            }
            Action::Message(who) => {
                if let Some(caller) = self.caller(*who) {
                    platform.leave_voicemail(&caller.actor, caller.call).await?;
                }
            }
            Action::Beep(who) => {
                if let Some(caller) = self.caller(*who)
                    && let Some((call, leg)) = self.party(platform, &caller, LegRole::Contact).await?
                {
                    platform.greeting_heard(call.id, call.epoch, leg.id).await?;
                }
            }
            Action::Accept(who) => {
                if let Some((agent, offer)) = self.ringing(platform, *who).await? {
                    let call = platform.accept_offer(agent, offer).await?.1.call.id;
                    if who % 3 > 0 {
                        let talk = Caller { call, token: String::new(), actor: agent.clone() };
                        self.media(platform, &talk, LegRole::Agent).await?;
                    }
                }
            }
            Action::Decline(who) => {
                if let Some((agent, offer)) = self.ringing(platform, *who).await? {
                    platform.decline_offer(agent, offer, None).await?;
                }
            }
            Action::AgentMedia(who) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    self.media(platform, &talk, LegRole::Agent).await?;
                }
            }
            Action::AgentLost(who) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    self.silence(platform, &talk, LegRole::Agent).await?;
                }
            }
            Action::AgentLeaves(who) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    let legs = platform.legs_of_calls(&[talk.call]).await?;
                    let mine = legs.iter().rfind(|leg| leg.user_id == talk.actor.user_id());
                    if let Some(leg) = mine {
                        platform.leave(&talk.actor, leg.id).await?;
                    }
                }
            }
            Action::AgentEnds(who) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    platform.end_call(&talk.actor, talk.call).await?;
                }
            }
            Action::AgentPlaces(who) => {
                let (agent, media) = (self.agent(*who), MediaKind::Audio);
                let placed = platform.place_call(agent, self.contact, media, None, None, None).await?;
                if who % 3 > 0 {
                    self.served(platform, placed.call.id).await?;
                }
            }
            Action::CallsColleague(who, whom) => {
                let to = id_of(self.agent(*whom)).into();
                let media = MediaKind::Audio;
                let caller = self.agent(*who);
                let call = platform.call_colleague(caller, to, media, None, None, None).await?.id;
                platform.join_as_user(caller, call, None).await?;
                if whom % 3 > 0 {
                    let talk = Caller { call, token: String::new(), actor: caller.clone() };
                    self.media(platform, &talk, LegRole::Agent).await?;
                }
            }
            Action::Hold(who, hold) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    match hold {
                        true => platform.hold_call(&talk.actor, talk.call, None).await?,
                        false => platform.resume_call(&talk.actor, talk.call, None).await?,
                    };
                }
            }
            Action::Transfer(who, whom, how) => {
                if let Some(talk) = self.talk(platform, *who).await? {
                    let to = match how % 5 {
                        0..3 => Target::Agent(id_of(self.agent(*whom))),
                        _ => Target::Queue(self.queue(*whom).id),
                    };
                    let kind = TransferKind::ALL[how % TransferKind::ALL.len()];
                    platform.transfer_call(&talk.actor, talk.call, kind, to, None).await?;
                }
            }
            Action::Swap(which, side) => {
                if let Some((agent, transfer)) = self.transfer(*which).await {
                    let side = TransferSide::ALL[side % TransferSide::ALL.len()];
                    platform.swap_transfer(agent, transfer, Some(side)).await?;
                }
            }
            Action::Complete(which) => {
                if let Some((agent, transfer)) = self.transfer(*which).await {
                    platform.complete_transfer(agent, transfer).await?;
                }
            }
            Action::TakeBack(which) => {
                if let Some((agent, transfer)) = self.transfer(*which).await {
                    platform.cancel_transfer(agent, transfer).await?;
                }
            }
            Action::WrapUpDone(who) | Action::WrapUpExtend(who) => {
                let wraps = "SELECT agent_id FROM wrap_up WHERE ended_at IS NULL";
                let Some(agent) = self.one_of(wraps, *who).await else { return Ok(()) };
                let open = platform.open_wrap_ups(&[id_of(agent)]).await?;
                match (open.first(), action) {
                    (None, _) => {}
                    (Some(open), Action::WrapUpDone(_)) => {
                        let done = WrappedUp { done: true, ..WrappedUp::default() };
                        platform.wrap_up(agent, open.call_id, done).await?;
                    }
                    (Some(open), _) => {
                        platform.extend_wrap_up(agent, open.call_id).await?;
                    }
                }
            }
            Action::SupervisorEnds(who) => {
                if let Some(caller) = self.caller(*who) {
                    platform.end_call(&self.centre.admin, caller.call).await?;
                }
            }
            Action::Member(queue, who, tier) => {
                let (queue, agent) = (self.queue(*queue).id, id_of(self.agent(*who)));
                let tier_given = Some(1 + (tier % 3) as i32);
                let admin = &self.centre.admin;
                platform.set_queue_member(admin, queue, agent, tier_given, tier % 4 > 0).await?;
            }
            Action::Skills(who, level) => {
                let skills = vec![("german".to_owned(), 1 + (level % 5) as i32)];
                platform.set_skills(&self.centre.admin, id_of(self.agent(*who)), skills).await?;
            }
            Action::Queue(queue, change, value) => {
                let id = self.queue(*queue).id;
                let given = change.to_make(id, self.queue(*value).id, *value);
                platform.update_queue(&self.centre.admin, id, None, given).await?;
            }
            Action::Pass(by) => {
                // Tabs renew every five seconds.
                let mut left = *by;
                while left > 0 {
                    platform.clock.advance(seconds(left.min(5)));
                    left -= 5;
                    self.stay(platform).await?;
                }
            }
            Action::Duties => duties(platform).await,
            Action::Positions => {
                platform.announce_positions().await?;
            }
            Action::Route => sweep(platform).await,
            Action::Restart => {}
            Action::WorkerDies => {
                let new = worker(platform).await;
                let old = std::mem::replace(&mut *self.worker.lock().unwrap(), new);
                platform.retire_worker(old).await?;
            }
            Action::Together(_) | Action::Dies(..) => unreachable!("alone in its step"),
            other => self.act_in_company(platform, other).await?,
        }
        Ok(())
    }
}

/// A refusal is an answer; anything else is a fault.
fn judge(result: Result<()>) -> std::result::Result<(), String> {
    match result {
        Ok(()) | Err(Error::Refused(_)) => Ok(()),
        // The worker that was to lease the call has just been declared dead: the job goes to another one.
        Err(Error::Unavailable(why)) if why.contains("takes no calls") => Ok(()),
        Err(error) => Err(format!("a fault: {error}")),
    }
}
