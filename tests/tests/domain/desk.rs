//! What the desk keeps: companies, notes from two tabs, one timeline a contact, the contact's rating, and the lists that
//! administrators keep.

use chrono::TimeDelta;
use cordboard_tests::sql::count;
use domain::Platform;
use domain::crm::{ActivityKind, CompanyChange, CompanyFilter, ContactChange, ContactFilter, NewNote, Note};
use domain::desk::{AwayReasonChange, OutcomeChange};
use domain::error::{Error, RefusalCode};
use domain::ids::{CallId, CompanyId, ContactId};
use domain::page::Slice;
use domain::people::{Actor, Guest, Role, Signed, idempotency::Key};
use domain::tasks::{NewTask, TaskFilter, TaskState};

use super::{Stage, agent, place, talk};

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> RefusalCode {
    match result {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("this should have been refused: {other:?}"),
    }
}

async fn supervisor(platform: &Platform) -> Actor {
    let user = platform
        .create_user("Edsger Dijkstra", "supervisor@example.com", Role::Supervisor, "a good password")
        .await
        .unwrap();
    Actor::User(Signed { user, session: domain::ids::SessionId::new() })
}

async fn note(platform: &Platform, actor: &Actor, about: NewNote, body: &str) -> Note {
    platform.create_note(actor, NewNote { body: body.into(), ..about }, None).await.unwrap()
}

fn of_call(call: CallId) -> NewNote {
    NewNote { call: Some(call), ..NewNote::default() }
}

fn of_contact(contact: ContactId) -> NewNote {
    NewNote { contact: Some(contact), ..NewNote::default() }
}

async fn company(platform: &Platform, actor: &Actor, name: &str) -> CompanyId {
    let named = CompanyChange { name: Some(name.into()), ..CompanyChange::default() };
    platform.create_company(actor, named, None).await.unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_never_overwrite_each_other_unseen() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let call = place(&platform, &agent).await.call;
    let first = note(&platform, &agent, of_call(call.id), "Wants").await;
    assert_eq!((first.version, first.contact_id), (1, call.contact_id));

    let typed = platform.update_note(&agent, first.id, 1, "Wants an offer").await.unwrap();
    assert_eq!(typed.version, 2);
    // The answer was lost and the tab asks again: nothing happens twice.
    let again = platform.update_note(&agent, first.id, 1, "Wants an offer").await.unwrap();
    assert_eq!(
        (again.version, again.updated_at),
        (2, platform.notes(&agent, &[first.id]).await.unwrap()[0].updated_at)
    );
    // The other tab still has version 1 before it.
    assert_eq!(code(platform.update_note(&agent, first.id, 1, "Wants to leave").await), RefusalCode::Stale);

    // Of many at the same time exactly one comes through.
    let tabs = (0..8).map(|tab| {
        let (platform, agent) = (platform.clone(), agent.clone());
        async move { platform.update_note(&agent, first.id, 2, &format!("Tab {tab}")).await }
    });
    let answers = futures_util::future::join_all(tabs).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let stored = platform.notes(&agent, &[first.id]).await.unwrap().remove(0);
    assert_eq!(stored.version, 3);
    // Each saved text is an event of the call, and the call's version counts them.
    let saved = "SELECT count(*) FROM event WHERE kind = 'NOTE_SAVED'";
    assert_eq!(count(&stage.sql().await, saved).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_are_written_and_changed_by_those_who_may() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let (author, colleague) = (agent(&platform).await, agent(&platform).await);
    let supervisor = supervisor(&platform).await;
    let call = place(&platform, &author).await.call;
    let contact = call.contact_id.unwrap();

    let own = note(&platform, &author, of_call(call.id), "Mine").await;
    assert_eq!(
        code(
            platform
                .create_note(&colleague, NewNote { body: "Mine too".into(), ..of_call(call.id) }, None)
                .await
        ),
        RefusalCode::NotFound
    );
    // The colleague sees the contact, so also what was written down about it; changing it is another matter.
    assert_eq!(platform.notes(&colleague, &[own.id]).await.unwrap(), std::slice::from_ref(&own));
    assert_eq!(code(platform.update_note(&colleague, own.id, 1, "Not mine").await), RefusalCode::NotAllowed);
    note(&platform, &colleague, of_contact(contact), "On the contact").await;
    let changed = platform.update_note(&supervisor, own.id, 1, "Seen").await.unwrap();
    assert_eq!((changed.version, changed.author_id), (2, author.user_id().unwrap()));

    let other = platform
        .create_contact(&author, ContactChange { name: Some("Eve".into()), ..Default::default() }, None)
        .await
        .unwrap();
    for (wrong, why) in [
        (NewNote::default(), RefusalCode::Invalid),
        (NewNote { contact: Some(other.id), ..of_call(call.id) }, RefusalCode::Invalid),
        (of_call(CallId::new()), RefusalCode::NotFound),
        (of_contact(ContactId::new()), RefusalCode::NotFound),
    ] {
        let new = NewNote { body: "About what?".into(), ..wrong };
        assert_eq!(code(platform.create_note(&author, new, None).await), why);
    }
    for body in ["", " \n", &"x".repeat(20_001)] {
        let new = NewNote { body: body.into(), ..of_contact(contact) };
        assert_eq!(code(platform.create_note(&author, new, None).await), RefusalCode::Invalid);
    }
    note(&platform, &author, of_contact(contact), &"ö".repeat(20_000)).await;

    let key = || Key::new(&author, "noteCreate", Some("once".into()), &"same").unwrap();
    let new = NewNote { body: "Once".into(), ..of_call(call.id) };
    let first = platform.create_note(&author, new.clone(), key()).await.unwrap();
    assert_eq!(platform.create_note(&author, new, key()).await.unwrap().id, first.id);
    assert_eq!(platform.notes_of_calls(&author, &[call.id]).await.unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_has_everything_once_and_in_order() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let (agent, colleague) = (agent(&platform).await, agent(&platform).await);
    let call = place(&platform, &agent).await.call;
    let contact = call.contact_id.unwrap();
    let mut all = vec![call.id.0];
    for number in 0..4 {
        all.push(note(&platform, &agent, of_call(call.id), &format!("Note {number}")).await.id.0);
        let task = NewTask { title: format!("Task {number}"), contact: Some(contact), ..NewTask::default() };
        all.push(platform.create_task(&agent, task, None).await.unwrap().id.0);
    }
    // Several at the same instant: the id decides.
    stage
        .sql()
        .await
        .batch_execute("UPDATE note SET created_at = (SELECT min(created_at) FROM note); UPDATE task SET created_at = (SELECT min(created_at) FROM note)")
        .await
        .unwrap();

    let mut seen = Vec::new();
    let mut slice = Slice::first(2);
    loop {
        let page = platform.timeline(&agent, contact, &[], &slice).await.unwrap();
        slice.after = page.rows.last().map(|(key, _)| key.clone());
        seen.extend(page.rows.into_iter().map(|(_, line)| line));
        if !page.more {
            break;
        }
    }
    let order: Vec<_> = seen.iter().map(|line| (line.at, line.id)).collect();
    assert!(order.is_sorted_by(|one, next| one > next), "{order:?}");
    let mut ids: Vec<_> = seen.iter().map(|line| line.id).collect();
    ids.sort();
    all.sort();
    assert_eq!(ids, all);
    assert_eq!(platform.count_timeline(&agent, contact, &[]).await.unwrap(), 9);

    let only = async |kinds: &[ActivityKind], viewer: &Actor| {
        let page = platform.timeline(viewer, contact, kinds, &Slice::first(100)).await.unwrap();
        assert_eq!(
            platform.count_timeline(viewer, contact, kinds).await.unwrap(),
            i64::try_from(page.rows.len()).unwrap()
        );
        page.rows.into_iter().map(|(_, line)| line.kind).collect::<Vec<_>>()
    };
    assert_eq!(only(&[ActivityKind::Note], &agent).await, [ActivityKind::Note; 4]);
    assert_eq!(only(&[ActivityKind::Voicemail], &agent).await, []);
    // A colleague's calls and tasks are not there; what is written about the contact is.
    assert_eq!(only(&[], &colleague).await, [ActivityKind::Note; 4]);
    assert_eq!(only(&[], &supervisor(&platform).await).await.len(), 9);
}

/// The newest hundred were sorted by the browser: what was noted long ago and is due today was not among them.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_comes_first_however_long_ago_it_was_noted() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let now = platform.clock.now();
    for (title, hours) in [
        ("tonight", Some(5)),
        ("late", Some(-3)),
        ("as late", Some(-3)),
        ("some day", None),
        ("tomorrow", Some(30)),
        ("any day", None),
        ("soon", Some(1)),
    ] {
        let due_at = hours.map(|hours| now + TimeDelta::hours(hours));
        let task = NewTask { title: title.into(), due_at, ..NewTask::default() };
        platform.create_task(&agent, task, None).await.unwrap();
    }
    let today = TaskFilter {
        states: vec![TaskState::Open],
        assignee: agent.user_id(),
        due_before: Some(now + TimeDelta::hours(12)),
        include_undated: true,
        by_due: true,
        ..TaskFilter::default()
    };
    let all = async |filter: &TaskFilter| {
        let (mut slice, mut titles) = (Slice::first(1), Vec::new());
        loop {
            let page = platform.list_tasks(&agent, filter, &slice).await.unwrap();
            slice.after = page.rows.last().map(|(key, _)| key.clone());
            titles.extend(page.rows.into_iter().map(|(_, task)| task.title));
            if !page.more {
                return titles;
            }
        }
    };
    assert_eq!(all(&today).await, ["late", "as late", "soon", "tonight", "some day", "any day"]);
    assert_eq!(platform.count_tasks(&agent, &today).await.unwrap(), 6);
    let dated = TaskFilter { include_undated: false, ..today.clone() };
    assert_eq!(all(&dated).await, ["late", "as late", "soon", "tonight"]);

    let newest = TaskFilter { by_due: false, ..today.clone() };
    let page = platform.list_tasks(&agent, &newest, &Slice::first(1)).await.unwrap();
    let of_another_list = Slice { after: Some(page.rows[0].0.clone()), ..Slice::first(1) };
    assert_eq!(code(platform.list_tasks(&agent, &today, &of_another_list).await), RefusalCode::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contact_and_nobody_else_rates_a_call_that_is_over() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let rate = async |who: &Actor, stars| platform.rate_call(who, talk.call, stars, Some(" Kind ")).await;
    assert_eq!(code(rate(&talk.contact, 5).await), RefusalCode::IllegalTransition);
    platform.end_call(&agent, talk.call).await.unwrap();

    assert_eq!(code(rate(&agent, 5).await), RefusalCode::NotAllowed);
    let stranger = Guest { call: CallId::new(), ..talk.contact.guest().unwrap() };
    assert_eq!(code(rate(&Actor::Guest(stranger), 5).await), RefusalCode::NotFound);
    assert_eq!(code(rate(&Actor::Anonymous, 5).await), RefusalCode::NotFound);
    for stars in [0, 6, -1] {
        assert_eq!(code(rate(&talk.contact, stars).await), RefusalCode::Invalid);
    }
    let long = "x".repeat(1001);
    assert_eq!(
        code(platform.rate_call(&talk.contact, talk.call, 5, Some(&long)).await),
        RefusalCode::Invalid
    );

    let rated = rate(&talk.contact, 5).await.unwrap();
    assert_eq!((rated.rating_stars, rated.rating_words.as_deref()), (Some(5), Some("Kind")));
    // Once more by a double click: no second event. Another one replaces.
    assert_eq!(rate(&talk.contact, 5).await.unwrap().version, rated.version);
    let second = platform.rate_call(&talk.contact, talk.call, 2, None).await.unwrap();
    assert_eq!(
        (second.rating_stars, second.rating_words, second.version),
        (Some(2), None, rated.version + 1)
    );
    assert_eq!(talk.row(&platform, &agent).await.rating_stars, Some(2));
    let told = "SELECT count(*) FROM event WHERE kind = 'RATED'";
    assert_eq!(count(&stage.sql().await, told).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_of_a_contact_are_one_hop_away() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let (nordljus, other) =
        (company(&platform, &agent, "Nordljus").await, company(&platform, &agent, "Other").await);
    let mut people = Vec::new();
    for name in ["Ada", "Bea", "Cleo", "Dora"] {
        let card = ContactChange {
            name: Some(name.into()),
            company: Some(Some(nordljus)),
            ..ContactChange::default()
        };
        people.push(platform.create_contact(&agent, card, None).await.unwrap().id);
    }
    let [ada, bea, cleo, dora] = people[..] else { unreachable!() };
    platform.archive_contact(&agent, dora, true).await.unwrap();
    let audio = domain::calls::MediaKind::Audio;
    platform.place_call(&agent, bea, audio, None, None, None).await.unwrap();

    let related = platform.related_contacts(&[ada, bea, dora], 10).await.unwrap();
    let of = |whose: ContactId| -> Vec<ContactId> {
        related.iter().filter(|(of, _)| *of == whose).map(|(_, contact)| contact.id).collect()
    };
    assert_eq!(of(ada), [bea, cleo], "the last called first");
    assert_eq!(of(bea), [cleo, ada], "then the newest");
    assert_eq!(platform.related_contacts(&[ada], 1).await.unwrap().len(), 1);

    let there = ContactFilter { company: Some(nordljus), ..ContactFilter::default() };
    assert_eq!(platform.count_contacts(&there).await.unwrap(), 3);
    let calls = domain::calls::CallFilter { company: Some(nordljus), ..Default::default() };
    assert_eq!(platform.count_calls(&agent, &calls).await.unwrap(), 1);

    // A change of jobs, one that is a mistake, and none at all.
    let job = async |company| {
        let change = ContactChange { company: Some(company), ..ContactChange::default() };
        platform.update_contact(&agent, ada, change).await
    };
    assert_eq!(job(Some(other)).await.unwrap().company_id, Some(other));
    assert_eq!(code(job(Some(CompanyId::new())).await), RefusalCode::NotFound);
    assert_eq!(job(None).await.unwrap().company_id, None);
    // Merged into, a card takes over what it lacks: where the other works, and what was written about it.
    note(&platform, &agent, of_contact(bea), "Left-handed").await;
    let merged = platform.merge_contacts(&agent, bea, ada, None).await.unwrap();
    assert_eq!(merged.company_id, Some(nordljus));
    assert_eq!(platform.count_notes_of_contact(ada).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_are_found_and_listed_by_name() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    for name in ["beta", "Alpha", "Gamma 100%", "alpha"] {
        company(&platform, &agent, name).await;
    }
    let names = async |search: Option<&str>, slice: &Slice| {
        let filter = CompanyFilter { search: search.map(str::to_owned) };
        let page = platform.list_companies(&filter, slice).await.unwrap();
        let names: Vec<_> = page.rows.iter().map(|(_, company)| company.name.clone()).collect();
        (names, page.rows.last().map(|(key, _)| key.clone()))
    };
    let (first, end) = names(None, &Slice::first(2)).await;
    assert_eq!(first, ["Alpha", "alpha"]);
    let (second, _) = names(None, &Slice { limit: 2, after: end, ..Slice::default() }).await;
    assert_eq!(second, ["beta", "Gamma 100%"]);
    assert_eq!(names(Some("0%"), &Slice::first(9)).await.0, ["Gamma 100%"]);
    let wrong = CompanyChange {
        name: Some("Delta".into()),
        domain: Some(Some("https://delta".into())),
        ..CompanyChange::default()
    };
    assert_eq!(code(platform.create_company(&agent, wrong, None).await), RefusalCode::Invalid);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_agents_choose_from_is_renamed_and_archived_but_never_lost() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let actor = agent(&platform).await;
    let sold = platform.create_outcome(&actor, "Sold", true, None).await.unwrap();
    assert_eq!(code(platform.create_outcome(&actor, " sold ", false, None).await), RefusalCode::Taken);
    platform.create_outcome(&actor, "Not reached", false, None).await.unwrap();
    let archive = OutcomeChange { archived: Some(true), ..OutcomeChange::default() };
    let archived = platform.update_outcome(&actor, sold.id, archive.clone()).await.unwrap();
    assert_eq!(platform.update_outcome(&actor, sold.id, archive).await.unwrap(), archived);
    assert_eq!(platform.list_outcomes(false).await.unwrap().len(), 1);
    assert_eq!(platform.list_outcomes(true).await.unwrap().len(), 2);
    let rename = OutcomeChange { name: Some("not reached".into()), ..OutcomeChange::default() };
    assert_eq!(code(platform.update_outcome(&actor, sold.id, rename).await), RefusalCode::Taken);

    let lunch = platform.create_away_reason(&actor, "Lunch", None).await.unwrap();
    assert_eq!(code(platform.create_away_reason(&actor, "LUNCH", None).await), RefusalCode::Taken);
    let rename = AwayReasonChange { name: Some("Dinner".into()), archived: Some(true) };
    platform.update_away_reason(&actor, lunch.id, rename).await.unwrap();
    assert!(platform.away_reasons(false).await.unwrap().is_empty());
    assert_eq!(platform.away_reasons(true).await.unwrap()[0].name, "Dinner");
}
