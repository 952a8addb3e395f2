//! What the schema promises: what goes with what, a word on everything, and a way back.

use std::path::{Path, PathBuf};

use cordboard_tests::sql::count;

use super::Stage;

/// `table.column -> table: what happens to the row when the other one goes`.
const REFERENCES: &[&str] = &[
    "agent.user_id -> app_user: CASCADE",
    "agent_interval.agent_id -> agent: CASCADE",
    "agent_presence.agent_id -> agent: CASCADE",
    "audio_file.created_by -> app_user: SET NULL",
    // Whoever steered stays known.
    "audit_log.actor_id -> app_user: NO ACTION",
    "audit_log.call_id -> call: SET NULL",
    "call.agent_id -> app_user: SET NULL",
    "call.callback_of -> call: SET NULL",
    "call.contact_id -> contact: SET NULL",
    // What a call was judged as stays known: an outcome is archived, not deleted.
    "call.outcome_id -> outcome: NO ACTION",
    // A queue is archived, not deleted.
    "call.queue_id -> queue: NO ACTION",
    "call.visit_id -> queue_visit: SET NULL",
    "call.worker_id -> media_worker: SET NULL",
    "call_interval.call_id -> call: CASCADE",
    "contact.company_id -> company: SET NULL",
    "contact.owner_id -> app_user: SET NULL",
    "leg.call_id -> call: CASCADE",
    "leg.contact_id -> contact: SET NULL",
    "leg.user_id -> app_user: SET NULL",
    "leg_offer.leg_id -> leg: CASCADE",
    "message.call_id -> call: CASCADE",
    "message.leg_id -> leg: CASCADE",
    "message_file.call_id -> call: CASCADE",
    "message_file.leg_id -> leg: CASCADE",
    "message_file.message_id -> message: CASCADE",
    // Whoever wrote stays known.
    "note.author_id -> app_user: NO ACTION",
    "note.call_id -> call: CASCADE",
    "note.contact_id -> contact: CASCADE",
    "notification.user_id -> app_user: CASCADE",
    "offer.agent_id -> agent: CASCADE",
    "offer.asked_by -> agent: SET NULL",
    "offer.call_id -> call: CASCADE",
    "offer.transfer_id -> transfer: CASCADE",
    "offer.visit_id -> queue_visit: CASCADE",
    "queue.announcement_id -> audio_file: SET NULL",
    "queue.default_outcome_id -> outcome: SET NULL",
    "queue.music_id -> audio_file: SET NULL",
    "queue.overflow_queue_id -> queue: NO ACTION",
    "queue_member.agent_id -> agent: CASCADE",
    "queue_member.queue_id -> queue: CASCADE",
    "queue_visit.agent_id -> agent: SET NULL",
    "queue_visit.call_id -> call: CASCADE",
    "queue_visit.prefer_agent_id -> agent: SET NULL",
    "queue_visit.queue_id -> queue: NO ACTION",
    "recording.call_id -> call: CASCADE",
    "recording_access.recording_id -> recording: CASCADE",
    "recording_access.user_id -> app_user: SET NULL",
    "recording_file.recording_id -> recording: CASCADE",
    "recording_object.track_id -> recording_track: CASCADE",
    "recording_pause.recording_id -> recording: CASCADE",
    // Whoever paused stays known.
    "recording_pause.user_id -> app_user: NO ACTION",
    "recording_track.leg_id -> leg: CASCADE",
    "recording_track.recording_id -> recording: CASCADE",
    // Whoever wrote a track stays known: no worker's row is deleted while its tracks are there.
    "recording_track.worker_id -> media_worker: NO ACTION",
    "rendition.recording_id -> recording: CASCADE",
    "session.user_id -> app_user: CASCADE",
    "task.assignee_id -> app_user: SET NULL",
    "task.call_id -> call: SET NULL",
    "task.contact_id -> contact: CASCADE",
    "task.rule_id -> automation_rule: SET NULL",
    "transfer.call_id -> call: CASCADE",
    "transfer.from_agent_id -> agent: CASCADE",
    "transfer.from_queue_id -> queue: NO ACTION",
    "transfer.to_agent_id -> agent: SET NULL",
    "transfer.to_queue_id -> queue: NO ACTION",
    "voicemail.agent_id -> agent: CASCADE",
    "voicemail.call_id -> call: CASCADE",
    "voicemail.greeting_id -> audio_file: SET NULL",
    "voicemail.heard_by -> app_user: SET NULL",
    "voicemail.queue_id -> queue: NO ACTION",
    "voicemail.recording_id -> recording: SET NULL",
    "voicemail.task_id -> task: SET NULL",
    "voicemail_box.agent_id -> agent: CASCADE",
    "voicemail_box.greeting_id -> audio_file: SET NULL",
    "voicemail_box.queue_id -> queue: CASCADE",
    "wrap_up.agent_id -> agent: CASCADE",
    "wrap_up.call_id -> call: CASCADE",
    "wrap_up.queue_id -> queue: NO ACTION",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_reference_has_its_rule() {
    let stage = Stage::set().await;
    let query = "SELECT format('%s.%s -> %s: %s', conrelid::regclass, attname, confrelid::regclass,
            CASE confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' ELSE 'SET DEFAULT' END)
        FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f' ORDER BY 1";
    let rows = stage.sql().await.query(query, &[]).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(found, REFERENCES);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_column_is_explained() {
    let stage = Stage::set().await;
    let query = "SELECT relname || coalesce('.' || attname, '') FROM (
            SELECT oid, relname, NULL AS attname, 0 AS attnum FROM pg_class
            UNION ALL SELECT attrelid, relname, attname, attnum FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attnum > 0 AND NOT attisdropped
        ) AS thing JOIN pg_class USING (oid, relname)
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> '__diesel_schema_migrations'
            AND col_description(oid, attnum) IS NULL AND (attnum > 0 OR obj_description(oid, 'pg_class') IS NULL)
        ORDER BY 1";
    let rows = stage.sql().await.query(query, &[]).await.unwrap();
    let silent: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_go_up_and_down_and_up() {
    let stage = Stage::set().await;
    let sql = stage.sql().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut migrations: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    migrations.sort();
    for migration in migrations.iter().rev() {
        let down = std::fs::read_to_string(migration.join("down.sql")).unwrap();
        sql.batch_execute(&down).await.unwrap_or_else(|error| panic!("{}: {error}", migration.display()));
    }
    let left = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE '\\_\\_diesel%'";
    assert_eq!(count(&sql, left).await, 0);
    let left = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname NOT LIKE 'diesel%'";
    assert_eq!(count(&sql, left).await, 0);
    sql.batch_execute("DELETE FROM __diesel_schema_migrations").await.unwrap();
    let again = domain::db::migrate(&stage.config()).await.unwrap();
    assert_eq!(again.len(), migrations.len());
    assert!(domain::db::migrate(&stage.config()).await.unwrap().is_empty());
}
