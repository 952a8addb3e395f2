//! An agent talks with a contact, and a colleague is free: where transfers begin.

use domain::calls::CallState;
use domain::ids::CallId;
use domain::people::Actor;
use domain::routing::{Queue, QueueChange};
use domain::transfers::{Target, Transfer, TransferKind, TransferState};

use super::centre::{Caller, Centre, id_of, seconds};

/// An agent talks with a contact; a colleague is free.
pub struct Scene {
    pub centre: Centre,
    pub queue: Queue,
    pub one: Actor,
    pub two: Actor,
    pub caller: Caller,
}

impl Scene {
    pub async fn set() -> Self {
        Self::on(Centre::open().await).await
    }

    /// The same once more, with other people.
    pub async fn again(self) -> Self {
        self.centre.platform.end_call(&self.centre.admin, self.call()).await.unwrap();
        Self::on(self.centre).await
    }

    async fn on(centre: Centre) -> Self {
        let rules = QueueChange { wrap_up_seconds: Some(20), ..QueueChange::default() };
        let queue = centre.queue(&format!("support-{:08x}", rand::random::<u32>()), rules).await;
        let one = centre.agent(&[&queue]).await;
        let caller = centre.talk_with(&queue, &one).await;
        let two = centre.agent(&[]).await;
        Self { centre, queue, one, two, caller }
    }

    /// Another queue, whose only member is the second agent.
    pub async fn sales(&self, rules: QueueChange) -> Queue {
        let queue = self.centre.queue(&format!("sales-{:08x}", rand::random::<u32>()), rules).await;
        self.centre.join(&queue, &self.two, None).await;
        queue
    }

    /// The agents' tabs are open, however slow the machine is.
    pub async fn here(&self) {
        self.centre.platform.be_present(&[id_of(&self.one), id_of(&self.two)]).await.unwrap();
    }

    pub async fn route(&self) {
        self.here().await;
        self.centre.route().await;
    }

    /// How often the log of this call says one of these.
    pub async fn told(&self, kinds: &[&str]) -> usize {
        let sql = self.centre.stage.sql().await;
        let query =
            format!("SELECT kind FROM event WHERE aggregate = 'call' AND aggregate_id = '{}'", self.call().0);
        let rows = sql.query(&query, &[]).await.unwrap();
        rows.iter().filter(|row| kinds.contains(&row.get::<_, &str>(0))).count()
    }

    pub fn call(&self) -> CallId {
        self.caller.call
    }

    pub fn to_two(&self) -> Target {
        Target::Agent(id_of(&self.two))
    }

    pub async fn transfer(&self, kind: TransferKind) -> Transfer {
        self.transfer_to(kind, self.to_two()).await.unwrap()
    }

    pub async fn transfer_to(&self, kind: TransferKind, to: Target) -> domain::Result<Transfer> {
        self.here().await;
        self.centre.platform.transfer_call(&self.one, self.call(), kind, to, None).await
    }

    /// The colleague accepts and has media.
    pub async fn two_answers(&self) {
        self.here().await;
        assert_eq!(self.centre.accept(&self.two).await, self.call());
        self.centre.media_of(self.call(), &self.two).await;
    }

    /// Both agents are there.
    pub async fn consulting(&self) -> Transfer {
        let transfer = self.transfer(TransferKind::Warm).await;
        self.two_answers().await;
        assert_eq!(self.now(&transfer).await.state, TransferState::Consulting);
        transfer
    }

    pub async fn now(&self, transfer: &Transfer) -> Transfer {
        self.centre.platform.transfers(&[transfer.id]).await.unwrap().remove(0)
    }

    pub async fn pass(&self, by: i64) {
        let mut left = by;
        while left > 0 {
            self.centre.pass_with(&[&self.one, &self.two], seconds(left.min(11))).await;
            left -= 11;
        }
    }

    /// Who is parked of: the first agent, the contact, the second agent.
    pub async fn parked(&self) -> [bool; 3] {
        let legs = self.centre.platform.legs_of_calls(&[self.call()]).await.unwrap();
        let of = |who: &Actor| legs.iter().rfind(|leg| who.owns(leg)).is_some_and(|leg| leg.parked);
        [of(&self.one), of(&self.caller.actor), of(&self.two)]
    }

    /// The contact talks with this agent, nobody waits, and all rows agree.
    pub async fn is_with(&self, agent: &Actor) {
        self.here().await;
        let call = self.centre.call(self.call()).await;
        assert_eq!((call.state, call.agent_id), (CallState::InProgress, agent.user_id()));
        assert_eq!(self.parked().await, [false; 3]);
        self.centre.judge().await;
    }

    pub async fn is_over(&self, transfer: &Transfer, state: TransferState, says: &str) {
        let now = self.now(transfer).await;
        assert_eq!(now.state, state, "{:?}", now.reason);
        assert!(now.reason.as_deref().unwrap_or_default().contains(says), "{:?}", now.reason);
        assert!(now.ended_at.is_some());
    }
}
