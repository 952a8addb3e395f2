//! Calls that no media worker has: nobody can hear anybody, which is no fault of those who are there.

use domain::agents::AgentActivity;
use domain::calls::{CallPlan, CallResult, CallState, LegRole, LegState};
use domain::ids::{CallId, WorkerId};
use domain::limits;
use domain::people::Actor;
use domain::routing::{Queue, QueueChange};

use super::centre::{Caller, Centre, seconds};
use super::{place, worker};

impl Centre {
    /// A new worker takes the call.
    async fn served(&self, call: CallId) -> CallPlan {
        let worker = worker(&self.platform).await;
        self.platform.lease_call(call, worker).await.unwrap().unwrap()
    }

    /// A contact who has asked for a call and opened its link. Media has not come.
    async fn waiter(&self, queue: &Queue) -> Caller {
        let caller = self.request(queue).await.unwrap();
        self.platform.join_by_link(&caller.actor, &caller.token, None, None, None).await.unwrap();
        caller
    }
}

/// mod_callcenter: every waiting caller abandoned at a restart. Who comes while all workers are away has had no media yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_comes_while_there_is_no_worker_is_not_given_up_after_a_minute() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let short = QueueChange { max_wait_seconds: Some(120), ..QueueChange::default() };
    let short = centre.queue("short", short).await;
    let (comes, goes) = (centre.waiter(&queue).await, centre.waiter(&queue).await);
    let impatient = centre.waiter(&short).await;
    let never_came = centre.request(&queue).await.unwrap();
    let abandoned = async |caller: &Caller, says: &str| {
        let row = centre.call(caller.call).await;
        assert_eq!((row.result, row.end_reason.as_deref()), (Some(CallResult::Abandoned), Some(says)));
    };
    centre.pass(seconds(61)).await;
    for waiter in [&comes, &goes, &impatient] {
        assert_eq!(centre.state(waiter.call).await, CallState::Queued);
    }
    abandoned(&never_came, "The contact did not come.").await;
    for _ in 0..10 {
        centre.pass(seconds(60)).await;
    }
    assert_eq!(centre.call(impatient.call).await.result, Some(CallResult::Missed), "its queue's limit");

    let plan = centre.served(comes.call).await;
    centre.served(goes.call).await;
    centre.pass(seconds(59)).await;
    assert_eq!(centre.state(goes.call).await, CallState::Queued, "it has its whole minute");
    let leg = centre.leg(comes.call, LegRole::Contact).await.id;
    centre.platform.leg_connected(comes.call, plan.epoch, leg).await.unwrap();
    centre.pass(seconds(2)).await;
    // A worker was there.
    abandoned(&goes, "The contact joined but no media came through.").await;
    assert_eq!(centre.state(comes.call).await, CallState::Queued);
}

/// Nobody is to blame, neither is it for ever: the scheduler wakes for its end, and not before.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_no_worker_takes_is_given_up_minutes_later_and_says_why() {
    let centre = Centre::open().await;
    let (platform, agent) = (&centre.platform, centre.agent(&[]).await);
    let pass = async |by| centre.pass_with(&[&agent], seconds(by)).await;
    let failed = async |call, says: &str| {
        let row = centre.call(call).await;
        assert_eq!((row.state, row.result), (CallState::Ended, Some(CallResult::Failed)));
        assert_eq!(row.end_reason.as_deref(), Some(says));
    };
    let both_join = async || {
        let placed = place(platform, &agent).await;
        platform.join_as_user(&agent, placed.call.id, None).await.unwrap();
        platform.join_by_link(&Actor::Anonymous, &placed.join_token, None, None, None).await.unwrap();
        placed.call.id
    };
    let call = both_join().await;
    pass(70).await;
    pass(285).await;
    assert_eq!(centre.state(call).await, CallState::Connecting);
    let wakes = platform.next_expiry().await.unwrap().unwrap();
    assert!(wakes > platform.clock.now(), "nothing can be done before");
    pass(6).await;
    failed(call, "No media worker was there in time.").await;

    // Once a worker has it, what counts is what they do.
    let call = both_join().await;
    pass(200).await;
    centre.served(call).await;
    pass(58).await;
    assert_eq!(centre.state(call).await, CallState::Connecting);
    pass(3).await;
    failed(call, "Both sides joined but no media came through in time.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_rings_from_the_instant_at_which_a_worker_takes_it() {
    let centre = Centre::open().await;
    let agent = centre.agent(&[]).await;
    let call = place(&centre.platform, &agent).await.call.id;
    centre.pass_with(&[&agent], seconds(100)).await;
    assert_eq!(centre.state(call).await, CallState::Created);
    centre.served(call).await;
    centre.pass_with(&[&agent], seconds(43)).await;
    assert_eq!(centre.state(call).await, CallState::Ringing);
    centre.pass_with(&[&agent], seconds(3)).await;
    assert_eq!(centre.call(call).await.result, Some(CallResult::Missed), "the contact did not come");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleague_who_accepts_while_there_is_no_worker_is_waited_for() {
    let centre = Centre::open().await;
    let (one, two) = (centre.agent(&[]).await, centre.agent(&[]).await);
    let call = centre.call_colleague(&one, &two).await.unwrap();
    centre.platform.join_as_user(&one, call, None).await.unwrap();
    centre.accept(&two).await;
    for _ in 0..10 {
        centre.pass_with(&[&one, &two], seconds(11)).await;
    }
    assert_eq!(centre.state(call).await, CallState::Connecting);
    let plan = centre.served(call).await;
    for leg in &plan.legs {
        centre.platform.leg_connected(call, plan.epoch, leg.id).await.unwrap();
    }
    assert_eq!(centre.state(call).await, CallState::InProgress);
}

/// Chatwoot 14346 with a worker that dies: an accept without media keeps the contact and the agent no longer than any other.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_who_accepted_is_not_waited_for_longer_because_the_worker_died() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    centre.route().await;
    centre.accept(&agent).await;
    centre.pass_with(&[&agent], seconds(5)).await;
    centre.platform.retire_worker(centre.worker).await.unwrap();
    centre.pass_with(&[&agent], seconds(9)).await;
    assert_eq!(centre.state(caller.call).await, CallState::Connecting, "time to come over to another worker");
    centre.pass_with(&[&agent], seconds(2)).await;
    assert_eq!(centre.state(caller.call).await, CallState::Queued);
    assert_eq!(centre.activity(&agent).await, AgentActivity::Available);
}

/// Three times the contact may be missed: one who came is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_back_that_loses_its_worker_loses_no_try() {
    let centre = Centre::open().await;
    let change = QueueChange { wrap_up_seconds: Some(0), ..QueueChange::default() };
    let queue = centre.queue("support", change).await;
    let agent = centre.agent(&[&queue]).await;
    let caller = centre.caller(&queue).await;
    let back = centre.platform.request_callback(&caller.actor, caller.call, None, None).await.unwrap();
    let call = back.planned.id;
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, call);
    centre.platform.join_by_link(&Actor::Anonymous, &back.join_token, None, None, None).await.unwrap();
    centre.pass_with(&[&agent], seconds(40)).await;
    centre.platform.retire_worker(centre.worker).await.unwrap();
    // The minute for media ends, and then the agent is no longer waited for.
    for seconds_later in [22, 9] {
        assert_eq!(centre.state(call).await, CallState::Connecting);
        centre.pass_with(&[&agent], seconds(seconds_later)).await;
    }
    let row = centre.call(call).await;
    assert_eq!((row.state, row.callback_tries), (CallState::Queued, 0));
    assert_eq!(centre.leg(call, LegRole::Contact).await.state, LegState::Invited);
    assert!(centre.visits(call).await.pop().unwrap().not_before > centre.platform.clock.now(), "later");
}

/// It may be the call itself that its workers die of. As long as they die faster than anybody's time is up, nobody would ever
/// be given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_workers_die_again_and_again_is_given_up_after_five_leases() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (talk, agent, _) = centre.talk(&queue).await;
    let waiting = centre.caller(&queue).await.call;
    let dies = async |old: WorkerId| {
        centre.platform.retire_worker(old).await.unwrap();
        let new = worker(&centre.platform).await;
        for call in [talk, waiting] {
            centre.platform.lease_call(call, new).await.unwrap().unwrap();
        }
        new
    };
    let mut holder = centre.worker;
    for _ in 1..limits::LEASES_IN_FULL {
        holder = dies(holder).await;
        centre.pass_with(&[&agent], seconds(20)).await;
        assert_eq!(centre.state(talk).await, CallState::InProgress);
        assert_eq!(centre.state(waiting).await, CallState::Queued);
    }
    assert_eq!(centre.call(talk).await.epoch, limits::LEASES_IN_FULL);
    // The sixth one has what the fifth has left.
    dies(holder).await;
    centre.pass_with(&[&agent], seconds(12)).await;
    for call in [talk, waiting] {
        assert_eq!(centre.state(call).await, CallState::Ended);
    }
}

/// A day's deployments are no fault of the call: with media in between it has its time each time.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_has_media_on_each_worker_outlives_any_number_of_them() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (call, agent, _) = centre.talk(&queue).await;
    let mut holder = centre.worker;
    for _ in 0..limits::LEASES_IN_FULL + 3 {
        centre.platform.retire_worker(holder).await.unwrap();
        centre.pass_with(&[&agent], seconds(20)).await;
        holder = worker(&centre.platform).await;
        let plan = centre.platform.lease_call(call, holder).await.unwrap().unwrap();
        for leg in &plan.legs {
            centre.platform.leg_connected(call, plan.epoch, leg.id).await.unwrap();
        }
        centre.pass_with(&[&agent], seconds(40)).await;
        assert_eq!(centre.state(call).await, CallState::InProgress);
    }
}
