//! A link belongs to the browser that took it up, though that browser never heard so.

use cordboard_tests::sql::count;
use domain::calls::join::Joined;
use domain::calls::{LegRole, LegState};
use domain::error::RefusalCode;
use domain::limits;
use domain::people::Actor;
use domain::routing::QueueChange;

use super::centre::{Caller, Centre, refused, seconds};

const MINE: &str = "0190a5b1-c2d3-4e4f-8a9b-0c1d2e3f4a5b";
const THEIRS: &str = "0190a5b1-c2d3-4e4f-8a9b-0c1d2e3f4a5c";

async fn asked() -> (Centre, Caller) {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let caller = centre.request(&queue).await.unwrap();
    (centre, caller)
}

impl Centre {
    /// Somebody with the link, who has no token.
    async fn opens(&self, caller: &Caller, key: Option<&str>) -> domain::Result<Joined> {
        self.platform.join_by_link(&Actor::Anonymous, &caller.token, None, key, None).await
    }

    async fn is_taken(&self, caller: &Caller, key: Option<&str>) {
        assert_eq!(refused(self.opens(caller, key).await).0, RefusalCode::LinkInUse, "{key:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_got_no_answer_asks_again_with_its_key_and_is_in() {
    let (centre, caller) = asked().await;
    let platform = &centre.platform;
    let lost = centre.opens(&caller, Some(MINE)).await.unwrap();
    let token = lost.guest_token.unwrap();
    let guest = Actor::Guest(platform.guest(&token).await.unwrap().unwrap());
    platform.give_consent(&guest, lost.leg.id, true).await.unwrap();
    for stranger in [None, Some(THEIRS)] {
        centre.is_taken(&caller, stranger).await;
    }

    centre.pass(seconds(30)).await;
    let again = centre.opens(&caller, Some(MINE)).await.unwrap();
    assert_eq!((again.leg.id, again.leg.consent), (lost.leg.id, Some(true)), "the same party");
    assert_eq!(again.leg.leave_by, lost.leg.leave_by, "no more time than the first try gave");
    assert_eq!(again.leg.generation, 1, "the same page");
    assert_eq!(again.guest_token.as_ref(), Some(&token), "whichever answer comes is good");
    let sql = centre.stage.sql().await;
    let ousted = "SELECT count(*) FROM event WHERE kind = 'BOUND_ANEW'";
    assert_eq!(count(&sql, ousted).await, 0, "nobody");
    let in_clear = format!("SELECT count(*) FROM leg WHERE leg::text LIKE '%{token}%'");
    assert_eq!(count(&sql, &in_clear).await, 0);

    // It has the token now, and media.
    let reloaded = platform.join_by_link(&guest, &caller.token, None, Some(MINE), None).await.unwrap();
    assert!(reloaded.guest_token.is_none());
    assert_eq!(reloaded.leg.generation, 2);
    centre.media(caller.call, LegRole::Contact).await;
    assert_eq!(centre.leg(caller.call, LegRole::Contact).await.state, LegState::Connected);
    centre.is_taken(&caller, Some(THEIRS)).await;
    // Copied before the first one joined: no page whose answer was lost, since that one never had media.
    assert_eq!(centre.opens(&caller, Some(MINE)).await.unwrap().leg.generation, 3);
}

/// Whoever takes up a link that was left is somebody else, with or without a key.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_keeps_no_link_that_another_browser_has_taken_up() {
    let (centre, caller) = asked().await;
    let platform = &centre.platform;
    let first = centre.opens(&caller, Some(MINE)).await.unwrap().guest_token.unwrap();
    platform.clock.advance(limits::LINK_REBIND + seconds(1));
    let second = centre.opens(&caller, Some(THEIRS)).await.unwrap().guest_token.unwrap();
    assert!(platform.guest(&first).await.unwrap().is_none(), "void");
    assert!(platform.guest(&second).await.unwrap().is_some());
    centre.is_taken(&caller, Some(MINE)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_could_be_guessed_is_refused_and_binds_nothing() {
    let centre = Centre::open().await;
    let queue = centre.queue("support", QueueChange::default()).await;
    let (one, other) = (centre.request(&queue).await.unwrap(), centre.request(&queue).await.unwrap());
    assert_eq!(refused(centre.opens(&one, Some("my key")).await).0, RefusalCode::Invalid);
    let mine = centre.opens(&one, Some(MINE)).await.unwrap().guest_token;
    // With another link the same key is another token.
    assert_ne!(centre.opens(&other, Some(MINE)).await.unwrap().guest_token, mine);
}
