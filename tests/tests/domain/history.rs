//! What came of the calls with a contact, for whoever sees the contact.

use domain::agents::WrappedUp;
use domain::calls::{CallResult, Direction, MediaKind};
use domain::crm::{ContactChange, PastCall};
use domain::error::RefusalCode;
use domain::ids::ContactId;
use domain::page::Slice;
use domain::people::{Actor, Role};
use domain::routing::QueueChange;

use super::centre::{Centre, person, refused, seconds};

/// The whole of it, counted.
async fn history(centre: &Centre, reader: &Actor, contact: ContactId, others_only: bool) -> Vec<PastCall> {
    let (platform, all) = (&centre.platform, Slice::first(100));
    let mut pages = platform.history_of_contacts(reader, &[contact], others_only, &all).await.unwrap();
    let calls: Vec<PastCall> = pages.remove(0).1.rows.into_iter().map(|(_, call)| call).collect();
    let count = platform.count_history_of_contact(reader, contact, others_only).await.unwrap();
    assert_eq!(count, i64::try_from(calls.len()).unwrap());
    calls
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_colleagues_call_is_told_without_the_call() {
    let centre = Centre::open().await;
    let platform = &centre.platform;
    let solved = platform.create_outcome(&centre.admin, "Solved", true, None).await.unwrap();
    let queue = centre.queue("support", QueueChange::default()).await;
    let (call, colleague, caller) = centre.talk(&queue).await;
    let contact = centre.call(call).await.contact_id.unwrap();
    let reader = person(platform, Role::Agent).await;
    assert!(history(&centre, &reader, contact, false).await.is_empty(), "it goes on");

    platform.clock.advance(seconds(65));
    platform.end_call(&colleague, call).await.unwrap();
    let said = WrappedUp { outcome: Some(solved.id), done: true, ..WrappedUp::default() };
    platform.wrap_up(&colleague, call, said).await.unwrap();
    let told = history(&centre, &reader, contact, false).await.remove(0);
    assert_eq!((told.direction, told.result), (Direction::Inbound, CallResult::Completed));
    assert_eq!(told.outcome.as_deref(), Some("Solved"));
    assert_eq!((told.queue.as_deref(), told.agent.as_deref()), (Some("support"), Some("Grace Hopper")));
    assert!(told.talk_seconds >= 65.0, "{told:?}");

    assert!(platform.calls(&reader, &[call]).await.unwrap().is_empty());
    assert_eq!(platform.count_timeline(&reader, contact, &[]).await.unwrap(), 0);
    // Of the others it is for those in whose timeline it does not stand.
    for (who, calls) in [(&reader, 1), (&colleague, 0), (&centre.admin, 0)] {
        assert_eq!(history(&centre, who, contact, true).await.len(), calls);
    }
    let guest = platform.history_of_contacts(&caller.actor, &[contact], false, &Slice::first(1)).await;
    assert_eq!(refused(guest).0, RefusalCode::NotAllowed);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_comes_in_pages_and_goes_with_the_contact() {
    let centre = Centre::open().await;
    let platform = &centre.platform;
    let (reader, colleague) = (person(platform, Role::Agent).await, person(platform, Role::Agent).await);
    let card = async |name: &str| {
        let card = ContactChange { name: Some(name.into()), ..ContactChange::default() };
        platform.create_contact(&reader, card, None).await.unwrap().id
    };
    let (contact, other) = (card("Ada").await, card("Countess").await);
    let place = async |agent: &Actor| {
        platform.place_call(agent, contact, MediaKind::Audio, None, None, None).await.unwrap().call.id
    };
    for agent in [&reader, &colleague, &colleague, &reader, &colleague] {
        let call = place(agent).await;
        platform.end_call(agent, call).await.unwrap();
    }
    // One that goes on is not among them.
    place(&colleague).await;
    // Several at the same instant: the id decides.
    let same_instant = "UPDATE call SET created_at = (SELECT min(created_at) FROM call)
        WHERE id IN (SELECT id FROM call ORDER BY id LIMIT 3)";
    centre.stage.sql().await.batch_execute(same_instant).await.unwrap();

    let all = history(&centre, &reader, contact, false).await;
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted_by(|one, next| one.at >= next.at), "{all:?}");
    let (mut read, mut slice) = (Vec::new(), Slice::first(2));
    loop {
        let mut pages =
            platform.history_of_contacts(&reader, &[contact, other], false, &slice).await.unwrap();
        assert!(pages.remove(1).1.rows.is_empty());
        let page = pages.remove(0).1;
        slice.after = page.rows.last().map(|(key, _)| key.clone());
        read.extend(page.rows.into_iter().map(|(_, call)| call));
        if !page.more {
            break;
        }
    }
    assert_eq!(read, all);
    assert_eq!(history(&centre, &reader, contact, true).await.len(), 3);

    platform.merge_contacts(&reader, contact, other, None).await.unwrap();
    assert!(history(&centre, &reader, contact, false).await.is_empty());
    assert_eq!(history(&centre, &reader, other, false).await.len(), 5);
}
