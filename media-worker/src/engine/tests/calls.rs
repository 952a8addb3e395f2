//! Calls of two: they hear each other, as long as they may.

use super::*;

#[tokio::test]
async fn two_legs_hear_and_see_each_other() {
    let mut house = House::new();
    let (call, agent_leg, contact_leg) = (Uuid::now_v7(), Uuid::new_v4(), Uuid::new_v4());
    let (mut agent, mut contact) = (Peer::new("agent"), Peer::new("contact"));
    house
        .engine
        .route(call, each_other(agent_leg, contact_leg))
        .await;
    house.join(call, agent_leg, &mut agent).await;
    house.join(call, contact_leg, &mut contact).await;
    until(&mut [&mut agent, &mut contact], "connected", |peers| {
        peers.iter().all(|peer| peer.connected)
    });
    until(&mut [&mut agent, &mut contact], "heard", |peers| {
        for peer in peers.iter_mut() {
            MediaKind::ALL
                .into_iter()
                .for_each(|kind| peer.say(kind, "hello"));
        }
        MediaKind::ALL.into_iter().all(|kind| {
            peers[0].has_heard(kind, "contact hello") && peers[1].has_heard(kind, "agent hello")
        }) && house.has_told(both_ways(agent_leg))
            && house.has_told(both_ways(contact_leg))
    });
    assert!(
        !agent.has_heard(MediaKind::Audio, "agent hello"),
        "nobody hears himself"
    );
}
