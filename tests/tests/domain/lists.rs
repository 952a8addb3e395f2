//! Lists: stable while rows come and go, found by part of a word, read by index.

use domain::Platform;
use domain::crm::{ContactChange, ContactFilter, ContactOrder};
use domain::ids::ContactId;
use domain::page::{Key, Slice};
use domain::people::Actor;

use super::{Stage, agent};

async fn contact(platform: &Platform, actor: &Actor, name: &str) -> ContactId {
    let named = ContactChange { name: Some(name.into()), ..ContactChange::default() };
    platform.create_contact(actor, named, None).await.unwrap().id
}

/// Walks through the whole list, three at a time; between two pages somebody adds a contact at either end.
async fn walk(platform: &Platform, actor: &Actor, backward: bool) -> Vec<ContactId> {
    let mut place: Option<Key> = None;
    let mut seen = Vec::new();
    for turn in 0.. {
        let slice = if backward {
            Slice { limit: 3, from_end: true, before: place.take(), ..Slice::default() }
        } else {
            Slice { limit: 3, after: place.take(), ..Slice::default() }
        };
        let page =
            platform.list_contacts(&ContactFilter::default(), ContactOrder::Name, &slice).await.unwrap();
        let end = if backward { page.rows.first() } else { page.rows.last() };
        place = end.map(|(key, _)| key.clone());
        let ids = page.rows.iter().map(|(_, contact)| contact.id);
        seen.extend(if backward { ids.rev().collect::<Vec<_>>() } else { ids.collect() });
        if !page.more {
            break;
        }
        contact(platform, actor, &format!("{} {turn}", if backward { "Ω" } else { "0" })).await;
    }
    seen
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_by_name_neither_skip_nor_repeat() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let mut all = Vec::new();
    // Equal ones, and letters whose lower case Unicode and PostgreSQL do not agree on.
    for name in ["Ada", "ada", "ADA", "Ada", "İpek", "ΟΔΟΣ", "Straße", "STRASSE", "Åsa", "Zoë", "Ǆ", "ﬃ"]
    {
        all.push(contact(&platform, &agent, name).await);
    }
    let forward = walk(&platform, &agent, false).await;
    let known: Vec<_> = forward.iter().filter(|id| all.contains(id)).copied().collect();
    assert_eq!(known.len(), all.len());
    let backward = walk(&platform, &agent, true).await;
    let mut reversed: Vec<_> = backward.iter().filter(|id| all.contains(id)).copied().collect();
    reversed.reverse();
    assert_eq!(reversed, known);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_parts_of_names_addresses_numbers_and_tags() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let ada = ContactChange {
        name: Some("Ada Lovelace 100%".into()),
        emails: Some(vec!["ada@analytical.example".into()]),
        phones: Some(vec!["+44 20 7946 0958".into()]),
        tags: Some(vec!["engine".into()]),
        ..ContactChange::default()
    };
    let ada = platform.create_contact(&agent, ada, None).await.unwrap().id;
    contact(&platform, &agent, "Grace Hopper").await;
    for text in ["LOVE", "analytical", "7946-0958", "engin", "0%"] {
        let filter = ContactFilter { search: Some(text.into()), ..ContactFilter::default() };
        let found = platform.list_contacts(&filter, ContactOrder::Name, &Slice::first(10)).await.unwrap();
        assert_eq!(found.rows.iter().map(|(_, it)| it.id).collect::<Vec<_>>(), [ada], "{text}");
    }
    let strange = ContactFilter { search: Some("a\0b".into()), ..ContactFilter::default() };
    let refused = platform.list_contacts(&strange, ContactOrder::Name, &Slice::first(10)).await;
    assert!(matches!(refused, Err(domain::Error::Refused(_))), "a refusal, no fault of ours");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_who_does_not_exist_is_refused() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let change = ContactChange {
        name: Some("Ada".into()),
        owner: Some(Some(domain::ids::UserId::new())),
        ..ContactChange::default()
    };
    let refused = platform.create_contact(&agent, change, None).await;
    assert!(matches!(refused, Err(domain::Error::Refused(it)) if it.path == ["ownerId"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_sweeps_read_by_index() {
    let stage = Stage::set().await;
    let sql = stage.sql().await;
    sql.batch_execute(
        "INSERT INTO app_user SELECT gen_random_uuid(), 'U', 'u' || n || '@example.com', 'AGENT', 'UTC', '', now() FROM generate_series(1, 50) n;
         INSERT INTO contact (id, name, emails, created_at, updated_at)
             SELECT gen_random_uuid(), 'Name ' || md5(n::text), ARRAY[md5(n::text) || '@example.com'], now(), now() FROM generate_series(1, 30000) n;
         INSERT INTO call (id, direction, media, state, result, contact_id, contact_verified, agent_id, record, created_at, ended_at)
             SELECT c.id, 'OUTBOUND', 'AUDIO', 'ENDED', 'MISSED', c.id, true, u.id, true, now() - interval '1 day', now()
             FROM (SELECT id, row_number() OVER () % 50 AS n FROM contact) c JOIN (SELECT id, row_number() OVER () - 1 AS n FROM app_user) u USING (n);
         INSERT INTO leg (id, call_id, role, state, name, user_id, video_on, invited_at)
             SELECT gen_random_uuid(), id, 'AGENT', 'LEFT', 'A', agent_id, false, now() FROM call;
         INSERT INTO message (id, call_id, leg_id, body, at) SELECT id, call_id, id, 'M', now() FROM leg;
         INSERT INTO recording (id, call_id, state, started_at) SELECT id, id, 'READY', now() FROM call;
         INSERT INTO task (id, title, state, assignee_id, contact_id, call_id, created_at, updated_at)
             SELECT id, 'T', 'DONE', agent_id, contact_id, id, now(), now() FROM call;
         INSERT INTO note (id, version, body, author_id, contact_id, call_id, created_at, updated_at)
             SELECT id, 1, 'N', agent_id, contact_id, id, now(), now() FROM call;
         INSERT INTO company (id, name, created_at, updated_at) SELECT gen_random_uuid(), md5(n::text), now(), now() FROM generate_series(1, 30000) n;
         INSERT INTO agent (user_id, idle_since) SELECT id, now() FROM app_user ON CONFLICT DO NOTHING;
         INSERT INTO voicemail (id, call_id, agent_id, state, started_at, left_at, recording_id, heard_at)
             SELECT id, id, agent_id, 'DONE', now(), now(), id, CASE WHEN random() > 0.01 THEN now() END FROM call;
         INSERT INTO audit_log (id, at, actor_id, action) SELECT id, now(), agent_id, 'CALL_ENDED' FROM call;
         ANALYZE",
    )
    .await
    .unwrap();
    const SOMEBODY: &str = "(SELECT id FROM app_user LIMIT 1)";
    for (query, index) in [
        (
            "SELECT * FROM contact WHERE archived_at IS NULL AND contact_text(name, emails, phones, tags) ILIKE '%abcdef%' ORDER BY lower(name), id LIMIT 51",
            "contact_search",
        ),
        ("SELECT * FROM contact WHERE archived_at IS NULL ORDER BY lower(name), id LIMIT 51", "contact_name"),
        (
            "SELECT * FROM call WHERE contact_id = '00000000-0000-0000-0000-000000000000' ORDER BY id DESC LIMIT 51",
            "call_contact",
        ),
        (
            "SELECT id FROM call WHERE contact_id = '00000000-0000-0000-0000-000000000000' ORDER BY created_at DESC, id DESC LIMIT 51",
            "call_timeline",
        ),
        (
            "SELECT id FROM task WHERE contact_id = '00000000-0000-0000-0000-000000000000' ORDER BY created_at DESC, id DESC LIMIT 51",
            "task_timeline",
        ),
        (
            "SELECT id FROM task WHERE assignee_id = $me AND state = ANY('{OPEN}') AND (due_at < now() OR due_at IS NULL) ORDER BY coalesce(due_at, 'infinity'), id LIMIT 51",
            "task_due",
        ),
        (
            "SELECT id FROM note WHERE contact_id = '00000000-0000-0000-0000-000000000000' ORDER BY created_at DESC, id DESC LIMIT 51",
            "note_contact",
        ),
        (
            "SELECT * FROM message WHERE call_id = '00000000-0000-0000-0000-000000000000' ORDER BY id LIMIT 51",
            "message_call",
        ),
        (
            "SELECT count(*) FROM message WHERE leg_id = '00000000-0000-0000-0000-000000000000' AND at > now() - interval '1 minute'",
            "message_leg",
        ),
        ("SELECT * FROM company ORDER BY lower(name), id LIMIT 51", "company_name"),
        (
            "SELECT * FROM call WHERE id IN (SELECT call_id FROM leg WHERE user_id = $me) ORDER BY id DESC LIMIT 51",
            "leg_user",
        ),
        ("SELECT * FROM recording WHERE call_id = '00000000-0000-0000-0000-000000000000'", "recording_call"),
        (
            "SELECT * FROM recording WHERE state = 'DELETED' AND data_key IS NOT NULL LIMIT 20",
            "recording_purge",
        ),
        (
            "SELECT * FROM recording WHERE state = 'TRANSCODING' AND dispatch_at <= now() ORDER BY dispatch_at LIMIT 100",
            "recording_dispatch",
        ),
        (
            "SELECT id FROM recording WHERE state = 'FINALIZING' AND finalize_by <= now() LIMIT 100",
            "recording_finalize",
        ),
        ("SELECT * FROM voicemail WHERE state = 'DONE' ORDER BY id DESC LIMIT 51", "voicemail_done"),
        ("SELECT * FROM voicemail WHERE agent_id = $me ORDER BY id DESC LIMIT 51", "voicemail_agent"),
        (
            "SELECT count(*) FROM voicemail WHERE state = 'DONE' AND heard_at IS NULL AND (agent_id = $me OR queue_id = ANY('{}'))",
            "voicemail_unheard_agent",
        ),
        ("SELECT call_id FROM voicemail WHERE until <= now() ORDER BY until LIMIT 100", "voicemail_until"),
        (
            "SELECT * FROM voicemail WHERE recording_id = '00000000-0000-0000-0000-000000000000'",
            "voicemail_recording",
        ),
        ("SELECT id FROM audit_log ORDER BY id LIMIT 1000", "audit_log_pkey"),
        ("SELECT * FROM task WHERE assignee_id = $me ORDER BY id DESC LIMIT 51", "task_assignee"),
        (
            "SELECT remind_at FROM task WHERE state = 'OPEN' AND remind_at IS NOT NULL ORDER BY remind_at LIMIT 1",
            "task_remind",
        ),
        (
            "SELECT id FROM call WHERE state <> 'ENDED' AND answered_at IS NULL AND answer_by <= now()
                AND ((worker_id IS NULL AND state IN ('CREATED', 'CONNECTING')) = false OR answer_by <= now() - interval '5 minutes')
                ORDER BY answer_by LIMIT 100",
            "using call_",
        ),
        (
            "SELECT id FROM call WHERE worker_id IS NULL AND state <> 'ENDED' AND dispatch_at <= now() ORDER BY dispatch_at LIMIT 100",
            "using call_",
        ),
        (
            "SELECT id FROM call WHERE state <> 'ENDED' AND created_at < now() - interval '12 hours' LIMIT 100",
            "call_live",
        ),
    ] {
        let query = query.replace("$me", SOMEBODY);
        let rows = sql.query(&format!("EXPLAIN {query}"), &[]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(plan.contains(index), "{query}\n{plan}");
        assert!(!plan.replace("Seq Scan on app_user", "").contains("Seq Scan"), "{query}\n{plan}");
    }
}
