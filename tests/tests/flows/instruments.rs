//! The measuring instrument itself: two synthetic participants talk with nobody in between.

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Participant, Sending};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_participants_hear_and_see_each_other() {
    let (agent_clip, contact_clip) = (Clip::load(Scene::Agent), Clip::load(Scene::Contact));
    let mut agent = Participant::new(&Sending::video(&agent_clip)).await;
    let mut contact = Participant::new(&Sending {
        clock_off_seconds: 90,
        ..Sending::video(&contact_clip)
    })
    .await;

    let answer = contact.answer(agent.offer().await).await;
    agent.answered(answer).await;
    tokio::join!(agent.connected(), contact.connected());

    tokio::join!(
        agent.hears(Kind::Audio, 50),
        agent.hears(Kind::Video, 50),
        contact.hears(Kind::Audio, 50),
        contact.hears(Kind::Video, 50),
    );
    assert!(agent.received().share_heard_of(&contact_clip) > 0.9);
    assert!(contact.received().share_heard_of(&agent_clip) > 0.9);
    assert!(agent.received().counts(Kind::Video).key_frames > 0);

    agent.close().await;
    contact.close().await;
}
