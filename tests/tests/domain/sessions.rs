//! The family of a refresh token.

use chrono::TimeDelta;
use domain::clock::Clock;
use domain::people::Role;

use super::Stage;

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
    assert!(platform.signed_in(grant.signed.session).await.unwrap().is_some());
    // Later nobody but a thief has it.
    platform.clock.advance(TimeDelta::seconds(2));
    assert!(platform.refresh(&grant.refresh_token).await.is_err());
    assert!(platform.refresh(&second.refresh_token).await.is_err(), "the whole family");
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
