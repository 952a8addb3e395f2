//! A small call centre on a database of its own, with a clock that the tests move.

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use domain::Platform;
use domain::agents::{AgentActivity, AgentStatus};
use domain::calls::{Call, CallState, Leg, LegRole, MediaKind, MonitorMode};
use domain::clock::Clock;
use domain::error::{Error, RefusalCode};
use domain::ids::{AgentId, CallId, OfferId, QueueId, SessionId, WorkerId};
use domain::people::{Actor, Role, Signed};
use domain::routing::{CallRequest, Offer, OfferState, Queue, QueueChange, Visit};

use super::{Stage, worker};

pub struct Centre {
    pub stage: Stage,
    pub platform: Platform,
    pub admin: Actor,
    pub worker: WorkerId,
}

/// A contact who asked for a call.
#[derive(Clone)]
pub struct Caller {
    pub call: CallId,
    pub token: String,
    pub actor: Actor,
}

/// The code and the words of a refusal.
pub fn refused<T: std::fmt::Debug>(result: domain::Result<T>) -> (RefusalCode, String) {
    match result {
        Err(Error::Refused(refusal)) => (refusal.code, refusal.message),
        other => panic!("this should have been refused: {other:?}"),
    }
}

pub fn id_of(agent: &Actor) -> AgentId {
    agent.user().unwrap().id.into()
}

/// A clock that stands at noon by UTC, whenever the test runs: what happens within the next hours is of one day.
pub fn at_noon() -> Clock {
    let clock = Clock::movable();
    let tomorrow = clock.now().date_naive() + Days::new(1);
    clock.advance(tomorrow.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12) - clock.now());
    clock
}

impl Centre {
    pub async fn open() -> Self {
        let stage = Stage::set().await;
        let mut platform = stage.process();
        platform.clock = at_noon();
        let admin = person(&platform, Role::Admin).await;
        let worker = worker(&platform).await;
        for reason in ["lunch", "training"] {
            platform.create_away_reason(&admin, reason, None).await.unwrap();
        }
        Self { stage, platform, admin, worker }
    }

    /// Another process, which goes by the same clock.
    pub fn process(&self) -> Platform {
        let mut other = self.stage.process();
        other.clock = self.platform.clock.clone();
        other
    }

    pub async fn queue(&self, key: &str, change: QueueChange) -> Queue {
        let named = QueueChange { key: Some(key.into()), name: Some(key.into()), ..change };
        self.platform.create_queue(&self.admin, named, None).await.unwrap()
    }

    pub async fn change_queue(&self, id: QueueId, change: QueueChange) {
        self.platform.update_queue(&self.admin, id, None, change).await.unwrap();
    }

    /// An agent who is there, free, and a member of these queues.
    pub async fn agent(&self, queues: &[&Queue]) -> Actor {
        let agent = person(&self.platform, Role::Agent).await;
        for queue in queues {
            self.join(queue, &agent, None).await;
        }
        self.platform.be_present(&[id_of(&agent)]).await.unwrap();
        self.set(&agent, AgentStatus::Available).await;
        agent
    }

    pub async fn join(&self, queue: &Queue, agent: &Actor, tier: Option<i32>) {
        self.platform.set_queue_member(&self.admin, queue.id, id_of(agent), tier, true).await.unwrap();
    }

    pub async fn skilled(&self, agent: &Actor, skills: &[(&str, i32)]) {
        let skills = skills.iter().map(|(skill, level)| ((*skill).to_owned(), *level)).collect();
        self.platform.set_skills(&self.admin, id_of(agent), skills).await.unwrap();
    }

    pub async fn set(&self, agent: &Actor, status: AgentStatus) {
        self.platform.set_status(agent, None, status, None).await.unwrap();
    }

    pub async fn request(&self, queue: &Queue) -> domain::Result<Caller> {
        self.request_as(&self.platform, queue, "ada@example.com").await
    }

    pub async fn request_as(
        &self,
        platform: &Platform,
        queue: &Queue,
        email: &str,
    ) -> domain::Result<Caller> {
        let request = CallRequest {
            queue_key: queue.key.clone(),
            name: "Ada Lovelace".into(),
            email: Some(email.into()),
            phone: None,
            media: MediaKind::Audio,
            subject: None,
            priority: None,
            voicemail: false,
        };
        let placed = platform.request_call(&self.admin, request, "a test", None).await?;
        Ok(Caller { call: placed.call.id, token: placed.join_token, actor: Actor::Anonymous })
    }

    /// A contact who has asked for a call and waits in it, with media.
    pub async fn caller(&self, queue: &Queue) -> Caller {
        let mut caller = self.request(queue).await.unwrap();
        self.joins(&mut caller).await;
        caller
    }

    /// A contact and this agent, the only one who is free, talk.
    pub async fn talk_with(&self, queue: &Queue, agent: &Actor) -> Caller {
        let caller = self.caller(queue).await;
        self.route().await;
        assert_eq!(self.answer(agent).await, caller.call);
        caller
    }

    /// The contact takes up the link and gets media.
    pub async fn joins(&self, caller: &mut Caller) {
        let joined =
            self.platform.join_by_link(&caller.actor, &caller.token, None, None, None).await.unwrap();
        let guest = self.platform.guest(&joined.guest_token.unwrap()).await.unwrap().unwrap();
        caller.actor = Actor::Guest(guest);
        self.media(caller.call, LegRole::Contact).await;
    }

    /// The worker reports media both ways on the newest leg of a role.
    pub async fn media(&self, call: CallId, role: LegRole) {
        let plan = self.platform.lease_call(call, self.worker).await.unwrap().unwrap();
        let leg = self.leg(call, role).await;
        self.platform.leg_connected(call, plan.epoch, leg.id).await.unwrap();
    }

    /// The worker reports that nothing comes any more.
    pub async fn silence(&self, call: CallId, role: LegRole) {
        let leg = self.leg(call, role).await;
        let epoch = self.call(call).await.epoch;
        self.platform.leg_disconnected(call, epoch, leg.id).await.unwrap();
    }

    /// The worker reports media both ways on this leg.
    pub async fn media_on(&self, leg: &Leg) {
        let plan = self.platform.lease_call(leg.call_id, self.worker).await.unwrap().unwrap();
        self.platform.leg_connected(leg.call_id, plan.epoch, leg.id).await.unwrap();
    }

    /// An agent and a contact who talk, out of a queue.
    pub async fn talk(&self, queue: &Queue) -> (CallId, Actor, Caller) {
        let agent = self.agent(&[queue]).await;
        let caller = self.caller(queue).await;
        self.route().await;
        (self.answer(&agent).await, agent, caller)
    }

    /// A supervisor in a call, with media.
    pub async fn monitor(&self, supervisor: &Actor, call: CallId, mode: MonitorMode) -> Leg {
        let (leg, _) = self.platform.monitor(supervisor, call, mode).await.unwrap();
        self.media_on(&leg).await;
        self.platform.legs(&[leg.id]).await.unwrap().remove(0)
    }

    /// Whoever has a link joins, with media.
    pub async fn comes(&self, call: CallId, token: &str) -> Caller {
        let joined = self.platform.join_by_link(&Actor::Anonymous, token, None, None, None).await.unwrap();
        let guest = self.platform.guest(&joined.guest_token.unwrap()).await.unwrap().unwrap();
        self.media_on(&joined.leg).await;
        Caller { call, token: token.into(), actor: Actor::Guest(guest) }
    }

    pub async fn leg(&self, call: CallId, role: LegRole) -> Leg {
        let legs = self.platform.legs_of_calls(&[call]).await.unwrap();
        legs.into_iter().rfind(|leg| leg.role == role).unwrap()
    }

    pub async fn call(&self, id: CallId) -> Call {
        self.platform.calls(&self.admin, &[id]).await.unwrap().remove(0)
    }

    pub async fn state(&self, id: CallId) -> CallState {
        self.call(id).await.state
    }

    pub async fn visits(&self, id: CallId) -> Vec<Visit> {
        self.platform.visits_of_calls(&[id]).await.unwrap()
    }

    /// What the sweep of any process does.
    pub async fn route(&self) {
        sweep(&self.platform).await;
    }

    /// What the schedulers do because time passed.
    pub async fn pass(&self, by: TimeDelta) {
        self.platform.clock.advance(by);
        duties(&self.platform).await;
    }

    /// Time passes while the agents' tabs stay open.
    pub async fn pass_with(&self, agents: &[&Actor], by: TimeDelta) {
        self.platform.clock.advance(by);
        let ids: Vec<AgentId> = agents.iter().map(|agent| id_of(agent)).collect();
        self.platform.be_present(&ids).await.unwrap();
        duties(&self.platform).await;
    }

    pub fn today(&self) -> NaiveDate {
        self.platform.clock.now().date_naive()
    }

    pub async fn activity(&self, agent: &Actor) -> AgentActivity {
        self.platform.doing(&[id_of(agent)]).await.unwrap().remove(0).activity
    }

    /// What is held out to an agent.
    pub async fn offer(&self, agent: &Actor) -> Option<Offer> {
        let mut live = self.platform.live_offers(id_of(agent)).await.unwrap();
        assert!(live.len() <= 1, "two live offers: {live:?}");
        live.pop()
    }

    pub async fn offer_state(&self, id: OfferId) -> OfferState {
        self.platform.offers(&[id]).await.unwrap().remove(0).state
    }

    pub async fn accept(&self, agent: &Actor) -> CallId {
        let offer = self.offer(agent).await.expect("an offer");
        self.platform.accept_offer(agent, offer.id).await.unwrap().1.call.id
    }

    pub async fn decline(&self, agent: &Actor) {
        let offer = self.offer(agent).await.expect("an offer");
        self.platform.decline_offer(agent, offer.id, None).await.unwrap();
    }

    /// The agent takes the call that is offered and talks.
    pub async fn answer(&self, agent: &Actor) -> CallId {
        let call = self.accept(agent).await;
        self.media(call, LegRole::Agent).await;
        call
    }
}

pub async fn person(platform: &Platform, role: Role) -> Actor {
    let email = format!("{:08x}@example.com", rand::random::<u32>());
    let user = platform.create_user("Grace Hopper", &email, role, "a good password").await.unwrap();
    Actor::User(Signed { user, session: SessionId::new() })
}

/// Rounds until nothing is left in other hands.
pub async fn sweep(platform: &Platform) {
    loop {
        let queues = platform.waiting_queues().await.unwrap();
        if !platform.route(&queues).await.unwrap().again {
            return;
        }
        tokio::task::yield_now().await;
    }
}

pub async fn duties(platform: &Platform) {
    platform.expire_unanswered().await.unwrap();
    platform.expire_legs().await.unwrap();
    platform.settle_agents().await.unwrap();
    platform.expire_offers().await.unwrap();
    platform.withdraw_offers().await.unwrap();
    platform.expire_wrap_ups().await.unwrap();
    platform.expire_visits().await.unwrap();
    platform.expire_voicemails().await.unwrap();
}

pub const fn seconds(number: i64) -> TimeDelta {
    TimeDelta::seconds(number)
}
