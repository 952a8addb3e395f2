//! Calls that no media worker has: nobody can hear anybody, which is no fault of those who are there.

use domain::calls::{CallPlan, CallResult, CallState, LegRole};
use domain::ids::CallId;
use domain::routing::{Queue, QueueChange};

use super::centre::{Caller, Centre, seconds};
use super::worker;

impl Centre {
    /// A new worker takes the call.
    async fn served(&self, call: CallId) -> CallPlan {
        let worker = worker(&self.platform).await;
        self.platform.lease_call(call, worker).await.unwrap().unwrap()
    }

    /// A contact who has asked for a call and opened its link. Media has not come.
    async fn waiter(&self, queue: &Queue) -> Caller {
        let caller = self.request(queue).await.unwrap();
        self.platform.join_by_link(&caller.actor, &caller.token, None).await.unwrap();
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
    centre.pass(seconds(61)).await;
    for waiter in [&comes, &goes, &impatient] {
        assert_eq!(centre.state(waiter.call).await, CallState::Queued);
    }
    assert_eq!(centre.call(never_came.call).await.result, Some(CallResult::Abandoned), "it never came");
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
    assert_eq!(centre.call(goes.call).await.result, Some(CallResult::Abandoned), "a worker was there");
    assert_eq!(centre.state(comes.call).await, CallState::Queued);
}
