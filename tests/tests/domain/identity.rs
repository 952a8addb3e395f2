//! Who a caller is: whoever talks with him says it, and what is on the call follows.

use cordboard_tests::sql::count;
use cordboard_tests::wait::{STEP, in_time};
use domain::audit::{AuditAction, AuditFilter};
use domain::calls::{CONTACT_FIELDS, Call, CallFilter, Identity, Invitee, LegRole, MediaKind};
use domain::crm::{ContactChange, ContactFilter, NewNote};
use domain::error::RefusalCode;
use domain::events::{Aggregate, Filter, Hub};
use domain::ids::{CallId, ContactId, TaskId};
use domain::people::{Actor, idempotency::Key};
use domain::routing::{CallRequest, Queue, QueueChange};
use domain::tasks::NewTask;
use domain::transfers::{Target, TransferKind};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::centre::{Caller, Centre, refused, seconds};
use super::place;
use super::supervision::{audited, plain, supervisor};

/// A contact of the house.
async fn card(centre: &Centre, name: &str) -> ContactId {
    let named = ContactChange { name: Some(name.into()), ..ContactChange::default() };
    centre.platform.create_contact(&centre.admin, named, None).await.unwrap().id
}

/// One who gave nothing by which to be known talks with the agent.
async fn stranger(centre: &Centre, queue: &Queue, agent: &Actor) -> Caller {
    let request = CallRequest {
        queue_key: queue.key.clone(),
        name: "Ada".into(),
        email: None,
        phone: None,
        media: MediaKind::Audio,
        subject: None,
        priority: None,
        voicemail: false,
    };
    let placed = centre.platform.request_call(&centre.admin, request, "a test", None).await.unwrap();
    let mut caller = Caller { call: placed.call.id, token: placed.join_token, actor: Actor::Anonymous };
    centre.joins(&mut caller).await;
    centre.route().await;
    assert_eq!(centre.answer(agent).await, caller.call);
    caller
}

async fn say(centre: &Centre, who: &Actor, call: CallId, contact: ContactId) -> domain::Result<Call> {
    centre.platform.set_call_contact(who, call, Identity::Known(contact), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_talks_with_a_stranger_says_who_it_is_and_what_is_on_the_call_follows() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (agent, colleague) = (centre.agent(&[&queue]).await, centre.agent(&[]).await);
    let caller = stranger(&centre, &queue, &agent).await;
    let (call, platform) = (caller.call, &centre.platform);
    let (ada, eve) = (card(&centre, "Ada Lovelace").await, card(&centre, "Eve").await);
    let note = NewNote { body: "Lost the invoice".into(), call: Some(call), ..NewNote::default() };
    let note = platform.create_note(&agent, note, None).await.unwrap().id;
    let task = async |title: &str, contact: Option<ContactId>| {
        let new = NewTask { title: title.into(), call: Some(call), contact, ..NewTask::default() };
        platform.create_task(&agent, new, None).await.unwrap().id
    };
    let (theirs, another) = (task("Send it again", None).await, task("Tell Eve", Some(eve)).await);

    assert_eq!(refused(say(&centre, &colleague, call, ada).await).0, RefusalCode::NotFound);
    assert_eq!(refused(say(&centre, &caller.actor, call, ada).await).0, RefusalCode::NotAllowed);
    assert_eq!(refused(say(&centre, &agent, call, ContactId::new()).await).0, RefusalCode::NotFound);
    platform.invite(&agent, call, Invitee::Contact(eve), None).await.unwrap();
    assert_eq!(refused(say(&centre, &agent, call, eve).await).0, RefusalCode::Invalid, "she is asked in");
    let gone = card(&centre, "Archived").await;
    platform.archive_contact(&agent, gone, true).await.unwrap();
    assert_eq!(refused(say(&centre, &agent, call, gone).await).0, RefusalCode::NotFound);

    let before = centre.call(call).await.version;
    let said = say(&centre, &agent, call, ada).await.unwrap();
    assert_eq!((said.contact_id, said.contact_verified, said.version), (Some(ada), true, before + 1));
    // Pressed twice: nothing happens twice.
    assert_eq!(say(&centre, &agent, call, ada).await.unwrap().version, before + 1);
    let events = format!(
        "SELECT count(*) FROM event WHERE kind = 'CONTACT_SET' AND payload ->> 'detail' = '{ada}' AND payload ->> 'contactId' = '{ada}'"
    );
    assert_eq!(count(&centre.stage.sql().await, &events).await, 1);
    let acts = audited(&centre, AuditFilter { call: Some(call), ..AuditFilter::default() }).await;
    assert_eq!(acts.len(), 1);
    assert_eq!((acts[0].action, Some(acts[0].actor_id)), (AuditAction::CallContactSet, agent.user_id()));
    assert_eq!((acts[0].subject.clone(), &acts[0].detail), (Some(ada.to_string()), &json!({})));

    let legs = platform.legs_of_calls(&[call]).await.unwrap();
    let leg = legs.iter().find(|leg| leg.role == LegRole::Contact).unwrap();
    assert_eq!(
        (leg.contact_id, leg.name.as_str()),
        (Some(ada), "Ada"),
        "a caller learns nothing of the card"
    );
    assert_eq!(platform.notes(&agent, &[note]).await.unwrap()[0].contact_id, Some(ada));
    let whose = async |id: TaskId| platform.tasks(&agent, &[id]).await.unwrap()[0].contact_id;
    assert_eq!((whose(theirs).await, whose(another).await), (Some(ada), Some(eve)));
    let calls = CallFilter { contact: Some(ada), ..CallFilter::default() };
    assert_eq!(platform.count_calls(&agent, &calls).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_a_caller_claims_to_be_is_put_right_until_the_work_after_the_call_is_over() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", plain()).await;
    let (call, agent, caller) = centre.talk(&queue).await;
    let (supervisor, platform) = (supervisor(&centre).await, &centre.platform);
    let claimed = centre.call(call).await;
    let contact = claimed.contact_id.unwrap();
    assert!(!claimed.contact_verified);
    let confirmed = say(&centre, &supervisor, call, contact).await.unwrap();
    assert_eq!((confirmed.contact_id, confirmed.contact_verified), (Some(contact), true));

    platform.end_call(&agent, call).await.unwrap();
    let key = || Key::new(&agent, "callContactSet", Some("once".into()), &"same").unwrap();
    let bea = ContactChange {
        name: Some("Bea Baker".into()),
        emails: Some(vec!["bea@example.org".into()]),
        ..ContactChange::default()
    };
    // A page that is open on the one whom the call was said to be with hears that it wasn't, live or later.
    let hub = Hub::start(platform.clone(), CancellationToken::new());
    let claimants = (CONTACT_FIELDS, contact.to_string());
    let watched = Filter { fields: Some(claimants), ..Filter::of(Aggregate::Call, call.0) };
    let mut live = hub.watch(watched.clone(), None).await.unwrap();
    let mut later = hub.watch(watched, Some(live.place())).await.unwrap();
    let first = platform.set_call_contact(&agent, call, Identity::New(bea.clone()), key()).await.unwrap();
    for news in [&mut live, &mut later] {
        while in_time("that it is with another", STEP, news.next()).await.unwrap().version < first.version {}
    }
    let again = platform.set_call_contact(&agent, call, Identity::New(bea.clone()), key()).await.unwrap();
    assert_eq!((again.contact_id, again.version), (first.contact_id, first.version));
    let made = ContactFilter { search: Some("bea@example.org".into()), ..ContactFilter::default() };
    assert_eq!(platform.count_contacts(&made).await.unwrap(), 1);
    let unnamed = ContactChange { name: Some(" ".into()), ..bea };
    let unnamed = platform.set_call_contact(&agent, call, Identity::New(unnamed), None).await;
    assert_eq!(refused(unnamed).0, RefusalCode::Invalid);
    // It is the contact's call as before, to be judged as before.
    assert_eq!(platform.rate_call(&caller.actor, call, 5, None).await.unwrap().rating_stars, Some(5));
    let acts = audited(&centre, AuditFilter { call: Some(call), ..AuditFilter::default() }).await;
    let from: Vec<_> = acts.iter().map(|act| act.detail["from"].clone()).collect();
    assert_eq!(from, [json!(contact), json!(contact)], "confirmed, then put right");

    centre.pass(seconds(31)).await;
    for who in [&agent, &supervisor] {
        assert_eq!(refused(say(&centre, who, call, contact).await).0, RefusalCode::CallEnded);
        // What is so already is no fault.
        say(&centre, who, call, first.contact_id.unwrap()).await.unwrap();
    }
    let called = place(platform, &supervisor).await.call.id;
    assert_eq!(refused(say(&centre, &supervisor, called, contact).await).0, RefusalCode::NotAllowed);
}

/// Whoever has handed a call over and has nothing to wrap up speaks with nobody in it any more.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_a_call_that_goes_on_no_longer_says_who_calls() {
    let centre = Centre::open().await;
    let at_once = QueueChange { wrap_up_seconds: Some(0), ..plain() };
    let (support, sales) = (centre.queue("support", at_once).await, centre.queue("sales", plain()).await);
    let (call, agent, _) = centre.talk(&support).await;
    let seller = centre.agent(&[&sales]).await;
    let to = Target::Queue(sales.id);
    centre.platform.transfer_call(&agent, call, TransferKind::Blind, to, None).await.unwrap();
    centre.route().await;
    assert_eq!(centre.accept(&seller).await, call);
    centre.media_of(call, &seller).await;

    let claimed = centre.call(call).await.contact_id.unwrap();
    assert_eq!(refused(say(&centre, &agent, call, claimed).await).0, RefusalCode::NotAllowed);
    assert!(say(&centre, &seller, call, claimed).await.unwrap().contact_verified);
}
