//! One leg in two windows: the newest page has it, and the one before is told.

use cordboard_tests::sql::count;
use domain::calls::{Candidate, LegState, SdpType, Signal, Told};
use domain::error::RefusalCode;

use super::centre::refused;
use super::{Stage, agent, talk};

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_page_has_the_leg_and_the_one_before_is_told() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let leg = talk.legs.iter().find(|leg| leg.user_id.is_some()).unwrap().id;
    let joins = async |told| platform.join_as_user(&agent, talk.call, told).await;
    let hears = async |told| platform.signals_now(&agent, leg, told).await.unwrap();

    // A page whose connection broke is the same page.
    assert_eq!(joins(Some(1)).await.unwrap().leg.generation, 1);
    assert!(hears(Some(1)).await.is_empty());

    let second = joins(None).await.unwrap().leg;
    assert_eq!((second.id, second.generation, second.state), (leg, 2, LegState::Connected));
    assert!(matches!(hears(Some(1)).await[..], [Signal::Taken { .. }]));
    assert!(hears(Some(2)).await.is_empty());
    assert!(hears(None).await.is_empty(), "who doesn't say is not judged");

    // The first one can't take it back by mending, nor disturb the second.
    assert_eq!(refused(joins(Some(1)).await).0, RefusalCode::LegTaken);
    let old = Told { epoch: talk.plan.epoch, generation: Some(1) };
    let offer = platform.negotiate(&agent, leg, old, SdpType::Offer, "v=0".into(), 0).await;
    assert_eq!(refused(offer).0, RefusalCode::LegTaken);
    let trickled = platform.trickle(&agent, leg, old, Vec::<Candidate>::new()).await;
    assert_eq!(refused(trickled).0, RefusalCode::LegTaken);

    // It does so by the person's will.
    assert_eq!(joins(None).await.unwrap().leg.generation, 3);
    assert!(matches!(hears(Some(2)).await[..], [Signal::Taken { .. }]));
    let sql = stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind = 'TAKEN'").await, 2);

    platform.end_call(&agent, talk.call).await.unwrap();
    assert!(matches!(hears(Some(1)).await[..], [Signal::Ended { .. }]), "there is nothing to go on with");
}
