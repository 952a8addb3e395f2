//! Full queues: who is turned away, sent on, or promised a call.

use cordboard_tests::sql::until_locked_out;
use domain::calls::{CallResult, CallState, Direction};
use domain::error::RefusalCode;
use domain::routing::{OverflowKind, QueueChange, VisitOutcome};

use super::centre::{Centre, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_says_so_or_sends_on() {
    let centre = Centre::open().await;
    let short = QueueChange { max_length: Some(1), ..QueueChange::default() };
    let queue = centre.queue("short", short).await;
    centre.caller(&queue).await;
    // Two at once for no place at all.
    let (one, two) = tokio::join!(centre.request(&queue), centre.request(&queue));
    assert_eq!(refused(one.map(|it| it.call)).0, RefusalCode::QueueFull);
    assert_eq!(refused(two.map(|it| it.call)).0, RefusalCode::QueueFull);
    let other = centre.queue("other", QueueChange::default()).await;
    let on = QueueChange { overflow: Some((OverflowKind::Queue, Some(other.id))), ..QueueChange::default() };
    centre.change_queue(queue.id, on).await;
    let sent_on = centre.request(&queue).await.unwrap();
    assert_eq!(centre.visits(sent_on.call).await[0].queue_id, other.id);
}

/// They held their own queues and looked at the other one as it was.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_place_goes_to_one_of_those_who_are_sent_on_and_who_come_at_once() {
    let centre = Centre::open().await;
    let short = |to| QueueChange {
        max_length: Some(1),
        overflow: Some((OverflowKind::Queue, Some(to))),
        ..QueueChange::default()
    };
    let back = centre.queue("back", QueueChange::default()).await;
    let left = centre.queue("left", short(back.id)).await;
    let right = centre.queue("right", short(back.id)).await;
    // It would send on to one that sends on to it.
    centre.change_queue(back.id, short(left.id)).await;
    for full in [&left, &right] {
        centre.caller(full).await;
    }
    let (sql, holder) = (centre.stage.sql().await, centre.stage.sql().await);
    let hold = "BEGIN; SELECT FROM queue WHERE key = 'back' FOR NO KEY UPDATE";
    holder.batch_execute(hold).await.unwrap();
    let all_at_once = async {
        until_locked_out(&sql, 3).await;
        holder.batch_execute("ROLLBACK").await.unwrap();
    };
    let (one, two, three, ()) =
        tokio::join!(centre.request(&left), centre.request(&right), centre.request(&back), all_at_once);
    let (came, turned_away): (Vec<_>, Vec<_>) = [one, two, three].into_iter().partition(Result::is_ok);
    assert_eq!(came.len(), 1);
    for result in turned_away {
        assert_eq!(refused(result.map(|it| it.call)).0, RefusalCode::QueueFull);
    }
    assert_eq!(centre.platform.count_waiting(back.id).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_promises_to_call_back_as_many_as_may_wait() {
    let centre = Centre::open().await;
    let short = QueueChange {
        max_length: Some(1),
        overflow: Some((OverflowKind::Callback, None)),
        ..QueueChange::default()
    };
    let queue = centre.queue("short", short).await;
    let turns_away = async || centre.platform.queue_info("short").await.unwrap().unwrap().full;
    centre.caller(&queue).await;
    assert!(!turns_away().await, "the next one is called back");
    let promised = centre.request(&queue).await.unwrap();
    let planned = centre.call(promised.call).await;
    assert_eq!((planned.direction, planned.state), (Direction::Outbound, CallState::Queued));
    assert!(centre.visits(promised.call).await[0].callback);
    let first = centre.call(planned.callback_of.unwrap()).await;
    assert_eq!((first.state, first.result), (CallState::Ended, Some(CallResult::Callback)));
    assert_eq!(centre.visits(first.id).await[0].outcome, Some(VisitOutcome::Callback));
    let more = centre.request(&queue).await;
    assert_eq!(
        refused(more.map(|it| it.call)).0,
        RefusalCode::QueueFull,
        "no more than it may hold are promised"
    );
    assert!(turns_away().await);
    // Whoever has the link may say that it is not wanted any more: there is room for the next one.
    centre.platform.cancel_callback(&promised.token).await.unwrap();
    centre.request(&queue).await.unwrap();
}
