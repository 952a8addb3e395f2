//! What stands about the calls of a breach: its database is gone before anybody can ask.

use tokio_postgres::Client;
use uuid::Uuid;

/// Calls that are meant: one itself, that of a row, or the last two of a person.
const CALLS: &str = "SELECT id FROM call WHERE id = $1
    UNION SELECT call_id FROM leg WHERE id = $1 UNION SELECT call_id FROM offer WHERE id = $1
    UNION SELECT call_id FROM transfer WHERE id = $1 UNION SELECT call_id FROM queue_visit WHERE id = $1
    UNION SELECT call_id FROM voicemail WHERE id = $1
    UNION (SELECT call_id FROM leg WHERE user_id = $1 ORDER BY id DESC LIMIT 2)
    UNION (SELECT call_id FROM offer WHERE agent_id = $1 ORDER BY id DESC LIMIT 2)";

/// What the agents do, as it stands, and as it is recorded.
const AGENTS: &str = "SELECT concat_ws(' ', now(), 'agent', a.user_id, a.status, a.next_status, a.skills, 'present until', p.until, 'recorded', i.activity, i.started_at,
        'free since', a.idle_since, (SELECT string_agg(concat(queue_id, ' ', tier), ', ') FROM queue_member m WHERE m.agent_id = a.user_id))
    FROM agent a LEFT JOIN agent_presence p ON p.agent_id = a.user_id LEFT JOIN agent_interval i ON i.agent_id = a.user_id AND i.ended_at IS NULL
    ORDER BY p.until DESC NULLS LAST LIMIT 10";

/// Tables with rows of a call, in the order in which they are told.
const TABLES: [&str; 7] =
    ["leg", "offer", "queue_visit", "transfer", "voicemail", "call_interval", "wrap_up"];

/// The rows of the calls that the breaches name, a line each.
pub async fn evidence(sql: &Client, breaches: &str) -> String {
    let mut told = read(sql, AGENTS).await;
    let named = breaches.split([' ', ';']).filter_map(|word| Uuid::parse_str(word).ok());
    let rows_of = TABLES.map(|table| {
        format!("UNION ALL SELECT concat('{table} ', jsonb_strip_nulls(to_jsonb(t))) FROM {table} t WHERE call_id IN (SELECT id FROM calls)")
    });
    let query = format!(
        "WITH calls AS ({CALLS}) SELECT concat('call ', jsonb_strip_nulls(to_jsonb(t))) FROM call t WHERE id IN (SELECT id FROM calls) {}
        UNION ALL SELECT concat_ws(' ', 'event', xid, at, kind, payload) FROM
            (SELECT * FROM event WHERE aggregate = 'call' AND aggregate_id IN (SELECT id FROM calls) ORDER BY xid, seq) AS told",
        rows_of.join(" ")
    );
    for id in named {
        told.extend(read(sql, &query.replace("$1", &format!("'{id}'"))).await);
    }
    told.join("\n")
}

async fn read(sql: &Client, query: &str) -> Vec<String> {
    match sql.query(query, &[]).await {
        Ok(rows) => rows.iter().map(|row| format!("    {}", row.get::<_, String>(0))).collect(),
        Err(error) => vec![format!("    this could not be read: {error:?}")],
    }
}
