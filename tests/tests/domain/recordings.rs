//! Consent and recordings.

use cordboard_tests::sql::count;
use domain::calls::MediaKind;
use domain::ids::TrackId;
use domain::recordings::{NewObject, NewTrack, RecordingState};
use domain::{Error, RefusalCode};

use super::{Stage, Talk, agent, talk};

async fn states(stage: &Stage) -> Vec<String> {
    let rows = stage.sql().await.query("SELECT state FROM recording ORDER BY id", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn contact_leg(talk: &Talk) -> domain::ids::LegId {
    talk.contact.guest().unwrap().leg
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_recorded_before_all_said_yes() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    assert_eq!(states(&stage).await, Vec::<String>::new());
    let refused = platform.start_recording(&agent, talk.call).await;
    assert!(matches!(refused, Err(Error::Refused(it)) if it.code == RefusalCode::ConsentRequired));
    platform.give_consent(&talk.contact, contact_leg(&talk), true).await.unwrap();
    platform.give_consent(&talk.contact, contact_leg(&talk), true).await.unwrap();
    assert_eq!(states(&stage).await, ["RECORDING"], "begun once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_discards_all_and_a_later_yes_does_not_begin_anew() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let leg = contact_leg(&talk);
    platform.give_consent(&talk.contact, leg, true).await.unwrap();
    let recording = platform.recordings_of_calls(&agent, &[talk.call]).await.unwrap().remove(0).id;
    let track = NewTrack {
        id: TrackId::new(),
        recording_id: recording,
        leg_id: leg,
        kind: MediaKind::Audio,
        codec: "OPUS".into(),
        epoch: talk.plan.epoch,
        worker_id: talk.worker,
        started_at: platform.clock.now(),
    };
    platform.add_track(&track).await.unwrap();
    platform.give_consent(&talk.contact, leg, false).await.unwrap();
    assert_eq!(states(&stage).await, ["DELETED"]);
    // An object that was just on its way is refused, so that the worker takes it back; a new track leaves no trace.
    let object =
        NewObject { track_id: track.id, sequence: 0, key: "k".into(), bytes: 1, sha256: vec![0; 32] };
    assert!(!platform.add_object(&object, platform.clock.now()).await.unwrap());
    platform.add_track(&NewTrack { id: TrackId::new(), ..track.clone() }).await.unwrap();
    let sql = stage.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM recording_track").await, 1);
    platform.give_consent(&talk.contact, leg, true).await.unwrap();
    assert_eq!(states(&stage).await, ["DELETED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_by_law_survives_a_refusal_but_nothing_is_added() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    platform.give_consent(&talk.contact, contact_leg(&talk), true).await.unwrap();
    stage.sql().await.batch_execute("UPDATE recording SET legal_hold = true").await.unwrap();
    platform.give_consent(&talk.contact, contact_leg(&talk), false).await.unwrap();
    assert_eq!(states(&stage).await, ["FINALIZING"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_before_the_answer_counts() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let placed = super::place(&platform, &agent).await;
    let joined =
        platform.join_by_link(&domain::people::Actor::Anonymous, &placed.join_token, None, None, None).await;
    let joined = joined.unwrap();
    let guest = platform.guest(&joined.guest_token.unwrap()).await.unwrap().unwrap();
    let (call, _) =
        platform.give_consent(&domain::people::Actor::Guest(guest), guest.leg, false).await.unwrap();
    assert!(call.recording_stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_recording_is_finalized_with_its_call_and_failed_when_nothing_was_heard() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    platform.give_consent(&talk.contact, contact_leg(&talk), true).await.unwrap();
    let recording = platform.recordings_of_calls(&agent, &[talk.call]).await.unwrap().remove(0).id;
    // No worker answers here: the pause holds all the same.
    let _ = platform.pause_recording(&agent, recording, "card number").await;
    assert_eq!(states(&stage).await, ["PAUSED"]);
    platform.end_call(&agent, talk.call).await.unwrap();
    assert_eq!(states(&stage).await, ["FINALIZING"]);
    let pauses = platform.pauses(&[recording]).await.unwrap();
    assert!(pauses[0].ended_at.is_some());
    platform.capture_finished(recording).await.unwrap();
    assert_eq!(states(&stage).await, ["TRANSCODING"]);
    assert!(platform.lease_transcode(recording).await.unwrap().is_none());
    assert_eq!(states(&stage).await, ["FAILED"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_present_attempt_may_finish_and_three_are_enough() {
    let stage = Stage::set().await;
    let platform = stage.process();
    let agent = agent(&platform).await;
    let talk = talk(&platform, &agent).await;
    let leg = contact_leg(&talk);
    platform.give_consent(&talk.contact, leg, true).await.unwrap();
    let recording = platform.recordings_of_calls(&agent, &[talk.call]).await.unwrap().remove(0).id;
    let now = platform.clock.now();
    let track = TrackId::new();
    platform
        .add_track(&NewTrack {
            id: track,
            recording_id: recording,
            leg_id: leg,
            kind: MediaKind::Audio,
            codec: "OPUS".into(),
            epoch: talk.plan.epoch,
            worker_id: talk.worker,
            started_at: now,
        })
        .await
        .unwrap();
    let object = NewObject { track_id: track, sequence: 0, key: "k".into(), bytes: 1, sha256: vec![0; 32] };
    assert!(platform.add_object(&object, now).await.unwrap());
    platform.end_call(&agent, talk.call).await.unwrap();
    platform.capture_finished(recording).await.unwrap();
    assert_eq!(states(&stage).await, ["FINALIZING"], "the worker still owes the end of the track");
    platform.close_track(track).await.unwrap();
    platform.capture_finished(recording).await.unwrap();

    for attempt in 1..=3 {
        let lease = platform.lease_transcode(recording).await.unwrap().unwrap();
        assert_eq!(lease.attempt, attempt);
        assert!(platform.lease_transcode(recording).await.unwrap().is_none(), "leased already");
        assert!(!platform.transcode_progress(recording, attempt - 1, 0.5).await.unwrap());
        assert!(platform.transcode_progress(recording, attempt, 0.5).await.unwrap());
        platform.transcode_failed(recording, attempt, "out of luck").await.unwrap();
    }
    let failed = platform.recordings_of_calls(&agent, &[talk.call]).await.unwrap().remove(0);
    assert_eq!(failed.state, RecordingState::Failed);
    assert!(failed.failure.is_some());
}
