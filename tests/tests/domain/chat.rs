//! The chat beside a call: one order, once each, and only for those who are in it.

use cordboard_tests::sql::count;
use domain::Platform;
use domain::chat::{FileType, Message, NewFile, NewMessage};
use domain::error::RefusalCode;
use domain::ids::{CallId, MessageId};
use domain::page::Slice;
use domain::people::{Actor, Role, idempotency::Key};
use futures_util::future::join_all;

use super::centre::{Centre, person, refused};
use super::{Stage, agent, talk};

fn said(body: &str) -> NewMessage {
    NewMessage { body: body.into(), file: None }
}

async fn write(platform: &Platform, actor: &Actor, call: CallId, body: &str) -> domain::Result<Message> {
    platform.send_message(actor, call, said(body), None).await
}

async fn page(platform: &Platform, call: CallId, slice: &Slice) -> Vec<Message> {
    let mut pages = platform.messages_of_calls(&[call], slice).await.unwrap();
    pages.remove(0).1.rows.into_iter().map(|(_, message)| message).collect()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_read_one_order_though_everybody_writes_at_once() {
    let stage = Stage::set().await;
    let (one, two) = (stage.process(), stage.process());
    let agent = agent(&one).await;
    let talk = talk(&one, &agent).await;
    let written = (0..20).map(|number| {
        let (platform, actor) = if number % 2 == 0 { (&one, &agent) } else { (&two, &talk.contact) };
        async move { write(platform, actor, talk.call, &format!("{number}")).await.unwrap() }
    });
    let written = join_all(written).await;
    let read = page(&two, talk.call, &Slice::first(100)).await;
    assert_eq!(read.len(), written.len());
    assert!(read.is_sorted_by(|a, b| a.id < b.id && a.at <= b.at), "{read:?}");
    // The log tells them in the same order: who listens and who reads see one chat.
    let told = "SELECT payload ->> 'detail' FROM event WHERE kind = 'MESSAGE_SENT' ORDER BY version";
    let rows = stage.sql().await.query(told, &[]).await.unwrap();
    let told: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(told, read.iter().map(|message| message.id.to_string()).collect::<Vec<_>>());

    // The next one comes last, though the last one's process had a clock that is an hour ahead.
    let ahead = MessageId(uuid::Uuid::from_u128(MessageId::new().0.as_u128() + (3_600_000 << 80)));
    let sql = format!(
        "UPDATE message SET id = '{}', at = at + interval '1 hour' WHERE id = '{}'",
        ahead.0, read[19].id.0
    );
    stage.sql().await.batch_execute(&sql).await.unwrap();
    let next = write(&one, &agent, talk.call, "Still last").await.unwrap();
    let last = page(&one, talk.call, &Slice { from_end: true, ..Slice::first(2) }).await;
    assert_eq!(last.iter().map(|message| message.id).collect::<Vec<_>>(), [ahead, next.id]);
    assert!(last[0].at <= last[1].at);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_is_the_message_that_was_sent_also_after_the_end() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let key = |input| Key::new(&talk.contact, "messageSend", Some("a key".into()), &input).unwrap();
    let send = |input: &'static str| platform.send_message(&talk.contact, talk.call, said(input), key(input));
    let twice = tokio::join!(send("Hello"), send("Hello"));
    let first = twice.0.unwrap();
    assert_eq!(twice.1.unwrap(), first);
    platform.end_call(&agent, talk.call).await.unwrap();
    assert_eq!(send("Hello").await.unwrap(), first, "the answer was lost, and meanwhile it ended");
    assert!(matches!(send("Another").await, Err(domain::Error::KeyReused)));
    let sql = stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM message").await, 1);
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind = 'MESSAGE_SENT'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_write_who_are_in_the_call_and_known_to_be() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let (agent, colleague) = (agent(&platform).await, agent(&platform).await);
    let supervisor = person(&platform, Role::Supervisor).await;
    let talk = talk(&platform, &agent).await;
    let code = async |actor: &Actor, body: &str| {
        refused(write(&platform, actor, talk.call, body).await.map(|message| message.id)).0
    };
    assert_eq!(code(&colleague, "Me too").await, RefusalCode::NotFound);
    assert_eq!(code(&Actor::Anonymous, "Me too").await, RefusalCode::NotFound);
    assert_eq!(code(&supervisor, "From outside").await, RefusalCode::NotAllowed);
    for body in ["", " \n ", "a\u{7}b", &"x".repeat(4001)] {
        assert_eq!(code(&agent, body).await, RefusalCode::Invalid, "{body:?}");
    }
    write(&platform, &agent, talk.call, &"ö".repeat(4000)).await.unwrap();
    let lines = write(&platform, &talk.contact, talk.call, " Two\nlines ").await.unwrap();
    assert_eq!(lines.body, "Two\nlines");

    // A supervisor listens, whispers, steps in: only then is it known to the contact.
    let sql = stage.sql().await;
    let listens = format!(
        "INSERT INTO leg (id, call_id, role, state, name, user_id, audience, video_on, invited_at, joined_at, connected_at)
         VALUES (gen_random_uuid(), '{}', 'SUPERVISOR', 'CONNECTED', 'S', '{}', 'NOBODY', false, now(), now(), now())",
        talk.call.0,
        supervisor.user_id().unwrap().0
    );
    sql.batch_execute(&listens).await.unwrap();
    assert_eq!(code(&supervisor, "Psst").await, RefusalCode::NotAllowed);
    sql.batch_execute("UPDATE leg SET audience = 'AGENTS' WHERE role = 'SUPERVISOR'").await.unwrap();
    assert_eq!(code(&supervisor, "Psst").await, RefusalCode::NotAllowed);
    sql.batch_execute("UPDATE leg SET audience = 'EVERYONE' WHERE role = 'SUPERVISOR'").await.unwrap();
    write(&platform, &supervisor, talk.call, "Good morning").await.unwrap();
    let own = platform.legs_of_calls(&[talk.call]).await.unwrap();
    let own = own.iter().find(|leg| leg.user_id == supervisor.user_id()).unwrap();
    platform.leave(&supervisor, own.id).await.unwrap();
    assert_eq!(code(&supervisor, "One more thing").await, RefusalCode::LegGone);

    // Faster than anybody reads; the others are not held up by it.
    for number in 0..59 {
        write(&platform, &agent, talk.call, &format!("{number}")).await.unwrap();
    }
    assert_eq!(code(&agent, "and on").await, RefusalCode::LimitReached);
    write(&platform, &talk.contact, talk.call, "Slowly!").await.unwrap();
    sql.batch_execute("UPDATE message SET at = at - interval '1 minute'").await.unwrap();
    write(&platform, &agent, talk.call, "and on").await.unwrap();

    platform.end_call(&agent, talk.call).await.unwrap();
    assert_eq!(code(&agent, "Are you there?").await, RefusalCode::CallEnded);
    assert_eq!(code(&talk.contact, "Are you there?").await, RefusalCode::CallEnded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_read_in_pages_by_whoever_may_see_the_call() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let (agent, colleague) = (agent(&platform).await, agent(&platform).await);
    let (first, second) = (talk(&platform, &agent).await, talk(&platform, &agent).await);
    for number in 0..5 {
        write(&platform, &agent, first.call, &format!("{number}")).await.unwrap();
        write(&platform, &second.contact, second.call, &format!("other {number}")).await.unwrap();
    }
    let whole = page(&platform, first.call, &Slice::first(100)).await;
    assert_eq!(bodies(&whole), ["0", "1", "2", "3", "4"]);
    let key = |place: usize| domain::page::Key::of(whole[place].id.0);
    let after = Slice { after: Some(key(1)), ..Slice::first(2) };
    assert_eq!(bodies(&page(&platform, first.call, &after).await), ["2", "3"]);
    let before = Slice { from_end: true, before: Some(key(4)), ..Slice::first(2) };
    assert_eq!(bodies(&page(&platform, first.call, &before).await), ["2", "3"]);
    let both = platform.messages_of_calls(&[first.call, second.call], &Slice::first(3)).await.unwrap();
    let both: Vec<_> = both.iter().map(|(call, page)| (*call, page.rows.len(), page.more)).collect();
    assert_eq!(both, [(first.call, 3, true), (second.call, 3, true)]);
    assert_eq!(platform.count_messages(first.call).await.unwrap(), 5);

    platform.end_call(&agent, first.call).await.unwrap();
    let id = whole[0].id;
    for (who, sees) in [(&agent, 1), (&first.contact, 1), (&colleague, 0), (&second.contact, 0)] {
        assert_eq!(platform.messages(who, &[id]).await.unwrap().len(), sees);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_while_waiting_is_there_for_the_agent() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", domain::routing::QueueChange::default()).await;
    let early = centre.request(&queue).await.unwrap();
    let unjoined = write(&centre.platform, &centre.admin, early.call, "Hello?").await;
    assert_eq!(refused(unjoined.map(|message| message.id)).0, RefusalCode::NotAllowed);
    let caller = centre.caller(&queue).await;
    write(&centre.platform, &caller.actor, caller.call, "My order number is 4711").await.unwrap();
    let agent = centre.agent(&[&queue]).await;
    centre.platform.end_call(&centre.admin, early.call).await.unwrap();
    centre.route().await;
    assert_eq!(centre.answer(&agent).await, caller.call);
    let read = page(&centre.platform, caller.call, &Slice::first(10)).await;
    assert_eq!(bodies(&read), ["My order number is 4711"]);
    assert_eq!(centre.platform.messages(&agent, &[read[0].id]).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_sent_once_and_by_the_one_who_brought_it() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let new = |name: &str, kind: &str, bytes| NewFile { name: name.into(), content_type: kind.into(), bytes };
    let create = async |actor: &Actor, new| platform.create_message_file(actor, talk.call, new).await;
    for wrong in [
        new("", "image/png", 1),
        new("run.exe", "application/x-msdownload", 1),
        new("page.html", "text/html", 1),
        new("empty.txt", "text/plain", 0),
        new("film.gif", "image/gif", 10 * 1024 * 1024 + 1),
    ] {
        let code = refused(create(&agent, wrong.clone()).await.map(|_| ())).0;
        assert_eq!(code, RefusalCode::Invalid, "{wrong:?}");
    }
    let file = create(&talk.contact, new("invoice.pdf", "application/pdf", 9000)).await.unwrap().0;
    assert_eq!((file.content_type, file.message_id), (FileType::Pdf, None));

    let send = async |actor: &Actor, body: &str| {
        let new = NewMessage { body: body.into(), file: Some(file.id) };
        platform.send_message(actor, talk.call, new, None).await
    };
    let code = async |actor: &Actor| {
        let answer = refused(send(actor, "Here").await.map(|message| message.id));
        answer.0
    };
    assert_eq!(code(&talk.contact).await, RefusalCode::Invalid, "not uploaded yet");
    let sql = stage.sql().await;
    sql.batch_execute("UPDATE message_file SET key = 'k', data_key = 'd'").await.unwrap();
    assert_eq!(code(&agent).await, RefusalCode::NotFound, "somebody else's");
    sql.batch_execute("UPDATE message_file SET created_at = created_at - interval '2 hours'").await.unwrap();
    assert_eq!(code(&talk.contact).await, RefusalCode::Invalid, "it may be swept away at any moment");
    sql.batch_execute("UPDATE message_file SET created_at = created_at + interval '2 hours'").await.unwrap();
    // Alone, and of two at once one.
    let (one, two) = tokio::join!(send(&talk.contact, ""), send(&talk.contact, " "));
    let (sent, again) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(refused(again.map(|message| message.id)).0, RefusalCode::Invalid);
    let sent = sent.unwrap();
    assert_eq!(sent.body, "");
    let files = platform.files_of_messages(&[sent.id]).await.unwrap();
    assert_eq!((files[0].id, files[0].name.as_str()), (file.id, "invoice.pdf"));

    sql.batch_execute("INSERT INTO message_file (id, call_id, leg_id, name, content_type, bytes, upload_token_hash, upload_until, created_at)
        SELECT gen_random_uuid(), call_id, leg_id, 'f', 'text/plain', 1, convert_to(n::text, 'UTF8'), now(), now() FROM message_file, generate_series(1, 99) n")
        .await
        .unwrap();
    let more = create(&agent, new("more.txt", "text/plain", 1)).await;
    assert_eq!(refused(more.map(|_| ())).0, RefusalCode::LimitReached);
}
