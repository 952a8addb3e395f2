//! What a worker offers a leg by itself: told until it is answered or void, and kept no longer than that.

use cordboard_tests::sql::count;
use domain::calls::{MediaOffer, Signal};

use super::{Stage, agent, talk, worker};

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_told_until_it_is_answered_or_void() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let leg = talk.legs.iter().find(|leg| leg.user_id.is_some()).unwrap().id;
    let told = async || platform.signals_now(&agent, leg, None).await.unwrap();
    let offer = async |epoch, revision| {
        platform.offer_media(talk.call, epoch, leg, revision, "v=0 secret").await.unwrap();
    };
    let offered = |epoch, revision| Signal::Offered(MediaOffer { sdp: "v=0 secret".into(), revision, epoch });
    assert!(told().await.is_empty());

    offer(1, 1).await;
    offer(1, 2).await;
    assert_eq!(told().await, [offered(1, 2)], "the last one alone");
    assert!(platform.signals_now(&talk.contact, leg, None).await.is_err(), "it is for the party itself");
    platform.withdraw_media_offer(1, leg).await.unwrap();
    assert!(told().await.is_empty());

    // Another worker takes the call: what the first one offered is void.
    offer(1, 3).await;
    platform.retire_worker(talk.worker).await.unwrap();
    platform.lease_call(talk.call, worker(&platform).await).await.unwrap().unwrap();
    assert!(matches!(told().await[..], [Signal::Moved { epoch: 2, .. }]));
    offer(1, 4).await;
    assert!(matches!(told().await[..], [Signal::Moved { epoch: 2, .. }]));
    // The leg has come over, which is not reported yet.
    offer(2, 1).await;
    let both = told().await;
    assert!(matches!(both[0], Signal::Moved { epoch: 2, .. }) && both[1..] == [offered(2, 1)], "{both:?}");

    // A page that is loaded anew makes a new connection.
    platform.join_as_user(&agent, talk.call, None).await.unwrap();
    assert!(told().await.is_empty());
    offer(2, 2).await;
    platform.end_call(&agent, talk.call).await.unwrap();
    assert!(matches!(told().await[..], [Signal::Ended { .. }]));
    let sql = stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM leg_offer").await, 0);
    let in_log = "SELECT count(*) FROM event WHERE kind = 'SDP_OFFER'";
    assert_eq!(count(&sql, in_log).await, 5, "each wakes the browser");
    assert_eq!(count(&sql, &format!("{in_log} AND payload::text LIKE '%secret%'")).await, 0);
}
