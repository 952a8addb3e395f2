//! Nobody comes: the scheduler's first duties.

use std::time::Duration;

use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::socket::Socket;
use cordboard_tests::sql::count;
use cordboard_tests::story::{AGENT, contact, nodes, place_call, sign_in, text, until_state};
use cordboard_tests::wait::{STEP, eventually};
use serde_json::json;

const NOTIFICATIONS: &str = "subscription($after: String) { notifications(after: $after) { id cursor kind title subject { __typename ... on Task { id } } } }";

#[tokio::test]
async fn a_missed_call_becomes_a_task_whose_reminder_comes_in_time() {
    let platform = Platform::with(Options {
        environment: vec![("CORDBOARD_RING_SECONDS", "2".to_owned())],
        workers: Some(1),
        ..Options::default()
    })
    .await;
    let sql = platform.sql().await;
    // The rule reminds ten minutes before the task is due; here that is seconds after the call.
    sql.batch_execute("UPDATE automation_rule SET due_after_seconds = 603, remind_before_seconds = 600")
        .await
        .expect("the rule is changed");
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact_id = contact(&agent, "Ada Lovelace").await;
    let socket = Socket::connect(platform.base(1), agent.token()).await;
    let mut notifications = socket.subscribe(NOTIFICATIONS, json!({})).await;

    let placed = place_call(&agent, &contact_id, "AUDIO").await;
    let missed = until_state(&agent, &placed.id, "ENDED", STEP).await;
    assert_eq!(missed["result"], "MISSED");

    let task = eventually("the follow-up task", STEP, || async {
        let tasks = agent
            .data(
                "query { tasks(first: 10) { edges { node { id title state dueAt assignee { email } contact { id } call { id } rule { __typename } } } } }",
                json!({}),
            )
            .await;
        nodes(&tasks["tasks"]).into_iter().find(|task| task["call"]["id"] == json!(placed.id))
    })
    .await;
    assert_eq!(task["state"], "OPEN");
    assert_eq!(task["assignee"]["email"], AGENT);
    assert_eq!(task["contact"]["id"], json!(contact_id));
    assert!(text(&task["title"]).contains("Ada Lovelace"));
    assert!(task["dueAt"].is_string());

    let reminder = notifications
        .until("the reminder", Duration::from_secs(20), |data| {
            data["notifications"]["subject"]["id"] == task["id"]
        })
        .await;
    assert!(reminder["notifications"]["cursor"].is_string());
    // Two schedulers, one task, one reminder.
    assert_eq!(count(&sql, "SELECT count(*) FROM task").await, 1);
    let reminders = "SELECT count(*) FROM notification WHERE kind = 'task.reminder'";
    assert_eq!(count(&sql, reminders).await, 1);
}

#[tokio::test]
async fn calls_are_missed_in_time_though_schedulers_die_in_turn() {
    let mut platform = Platform::with(Options {
        environment: vec![("CORDBOARD_RING_SECONDS", "3".to_owned())],
        workers: Some(1),
        ..Options::default()
    })
    .await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    for victim in 0..2 {
        let placed = place_call(&agent, &contact, "AUDIO").await;
        platform.schedulers[victim].kill();
        let missed = until_state(&agent, &placed.id, "ENDED", STEP).await;
        assert_eq!(missed["result"], "MISSED");
        platform.schedulers[victim].revive().await;
    }
    // Both away: what came due meanwhile is caught up.
    let placed = place_call(&agent, &contact, "AUDIO").await;
    for scheduler in &mut platform.schedulers {
        scheduler.kill();
    }
    let sql = platform.sql().await;
    eventually("the call is overdue", STEP, || async {
        let overdue = "SELECT count(*) FROM call WHERE state <> 'ENDED' AND answer_by < now()";
        (count(&sql, overdue).await == 1).then_some(())
    })
    .await;
    for scheduler in &mut platform.schedulers {
        scheduler.start();
    }
    let missed = until_state(&agent, &placed.id, "ENDED", STEP).await;
    assert_eq!(missed["result"], "MISSED");
    assert_eq!(count(&sql, "SELECT count(*) FROM task").await, 3);
}
