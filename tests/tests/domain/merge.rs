//! Merging: everything moves, nothing is lost, and what makes no sense is refused.

use domain::Error;
use domain::calls::CallFilter;
use domain::crm::{Attribute, ContactChange};
use domain::error::RefusalCode;
use domain::ids::ContactId;
use domain::people::{Actor, idempotency::Key};
use domain::tasks::{NewTask, TaskFilter};

use super::{Stage, agent, place};

fn attribute(name: &str, value: &str) -> Attribute {
    Attribute { name: name.into(), value: value.into() }
}

fn card(name: &str, email: &str, attributes: Vec<Attribute>) -> ContactChange {
    ContactChange {
        name: Some(name.into()),
        emails: Some(vec![email.into(), "both@example.org".into()]),
        tags: Some(vec![name.into()]),
        attributes: Some(attributes),
        ..ContactChange::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_cards_become_one_person() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let placed = place(&platform, &agent).await;
    let from = placed.call.contact_id.unwrap();
    let attributes = vec![attribute("plan", "small"), attribute("since", "1833")];
    platform.update_contact(&agent, from, card("Ada", "ada@example.org", attributes)).await.unwrap();
    let attributes = vec![attribute("plan", "large")];
    let into = platform
        .create_contact(&agent, card("Countess", "c@example.org", attributes), None)
        .await
        .unwrap()
        .id;
    let task = NewTask { title: "Call again".into(), contact: Some(from), ..NewTask::default() };
    let task = platform.create_task(&agent, task, None).await.unwrap();

    let key = |input: &str| Key::new(&agent, "contactMerge", Some("once".into()), &input).unwrap();
    let merged = platform.merge_contacts(&agent, from, into, key("same")).await.unwrap();
    assert_eq!((merged.id, merged.name.as_str()), (into, "Countess"));
    assert_eq!(merged.emails, ["c@example.org", "both@example.org", "ada@example.org"]);
    assert_eq!(merged.tags, ["Countess", "Ada"]);
    assert_eq!(merged.attributes(), [attribute("plan", "large"), attribute("since", "1833")]);
    let repeated = platform.merge_contacts(&agent, from, into, key("same")).await.unwrap();
    assert_eq!(repeated.id, into);

    let gone = platform.contacts(&[from]).await.unwrap().remove(0);
    assert!(gone.archived_at.is_some());
    assert_eq!(gone.emails, ["ada@example.org", "both@example.org"]);
    let call = platform.calls(&agent, &[placed.call.id]).await.unwrap().remove(0);
    assert_eq!(call.contact_id, Some(into));
    let legs = platform.legs_of_calls(&[call.id]).await.unwrap();
    assert!(legs.iter().all(|leg| leg.contact_id != Some(from)));
    assert!(legs.iter().any(|leg| leg.contact_id == Some(into)));
    assert_eq!(platform.tasks(&agent, &[task.id]).await.unwrap()[0].contact_id, Some(into));
    for (contact, rows) in [(from, 0), (into, 1)] {
        let calls = CallFilter { contact: Some(contact), ..CallFilter::default() };
        assert_eq!(platform.count_calls(&agent, &calls).await.unwrap(), rows);
        let tasks = TaskFilter { contact: Some(contact), ..TaskFilter::default() };
        assert_eq!(platform.count_tasks(&agent, &tasks).await.unwrap(), rows);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_one_person_stays_two() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let new = async |number: usize| {
        let emails = (0..12).map(|place| format!("{number}-{place}@example.org")).collect();
        let card =
            ContactChange { name: Some("Ada".into()), emails: Some(emails), ..ContactChange::default() };
        platform.create_contact(&agent, card, None).await.unwrap().id
    };
    let (one, other, archived) = (new(1).await, new(2).await, new(3).await);
    platform.archive_contact(&agent, archived, true).await.unwrap();
    let code = async |actor: &Actor, from: ContactId, into: ContactId| match platform
        .merge_contacts(actor, from, into, None)
        .await
    {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(code(&agent, one, one).await, RefusalCode::Invalid);
    assert_eq!(code(&agent, one, ContactId::new()).await, RefusalCode::NotFound);
    assert_eq!(code(&agent, ContactId::new(), one).await, RefusalCode::NotFound);
    assert_eq!(code(&agent, one, archived).await, RefusalCode::NotAllowed);
    assert_eq!(code(&agent, one, other).await, RefusalCode::LimitReached);
    assert_eq!(code(&Actor::Anonymous, one, other).await, RefusalCode::NotAllowed);
    assert!(platform.contacts(&[one]).await.unwrap()[0].archived_at.is_none());
}
