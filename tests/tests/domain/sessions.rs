//! The family of a refresh token, and keys that make requests idempotent.

use chrono::TimeDelta;
use cordboard_tests::sql::count;
use domain::calls::MediaKind;
use domain::clock::Clock;
use domain::crm::ContactChange;
use domain::people::{Role, idempotency};

use super::{Stage, agent};

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_repeats_for_thirty_seconds_and_then_ends_its_family() {
    let stage = Stage::set().await;
    let mut platform = stage.process();
    platform.clock = Clock::movable();
    platform.create_user("Ada", "ada@example.com", Role::Agent, "a good password").await.unwrap();
    let grant = platform.sign_in("ADA@example.com ", "a good password", "test").await.unwrap();
    let second = platform.refresh(&grant.refresh_token).await.unwrap();
    // Two tabs, or a lost answer.
    platform.clock.advance(TimeDelta::seconds(29));
    assert_eq!(platform.refresh(&grant.refresh_token).await.unwrap().refresh_token, second.refresh_token);
    let third = platform.refresh(&second.refresh_token).await.unwrap();
    assert_ne!(third.refresh_token, second.refresh_token);
    assert!(platform.signed_in(grant.signed.session).await.unwrap().is_some());
    // Somebody has an old one.
    assert!(platform.refresh(&grant.refresh_token).await.is_err());
    assert!(platform.refresh(&third.refresh_token).await.is_err(), "the whole family");
    assert!(platform.signed_in(grant.signed.session).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn refreshed_by_ten_tabs_at_once_there_is_one_successor() {
    let stage = Stage::set().await;
    let platform = stage.process();
    platform.create_user("Ada", "ada@example.com", Role::Agent, "a good password").await.unwrap();
    let grant = platform.sign_in("ada@example.com", "a good password", "test").await.unwrap();
    let tabs = (0..10).map(|_| platform.refresh(&grant.refresh_token));
    let tokens = futures_util::future::join_all(tabs).await;
    let first = tokens[0].as_ref().unwrap().refresh_token.clone();
    assert!(tokens.iter().all(|it| it.as_ref().is_ok_and(|grant| grant.refresh_token == first)));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_equal_requests_at_once_place_one_call() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let named = ContactChange { name: Some("Ada".into()), ..ContactChange::default() };
    let contact = platform.create_contact(&agent, named, None).await.unwrap().id;
    let key = |input: &str| {
        idempotency::Key::new(&agent, "callPlace", Some("key".into()), &serde_json::json!({ "in": input }))
    };
    let requests = (0..10).map(|_| async {
        platform.place_call(&agent, contact, MediaKind::Audio, None, None, key("same").unwrap()).await
    });
    let placed = futures_util::future::join_all(requests).await;
    let first = placed[0].as_ref().unwrap();
    for again in &placed {
        let again = again.as_ref().unwrap();
        assert_eq!((again.call.id, &again.join_token), (first.call.id, &first.join_token));
    }
    assert_eq!(count(&stage.sql().await, "SELECT count(*) FROM call").await, 1);
    let other =
        platform.place_call(&agent, contact, MediaKind::Audio, None, None, key("other").unwrap()).await;
    assert!(other.unwrap_err().to_string().contains("another input"));
}
