pub mod stream;
pub mod tape;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::MediaKind::{Audio, Video};
use stream::{Stream, beeping_audio, decode, flashing_video, video};
use tape::{PREFIX, Tape};

const LEG: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);
const MATROSKA: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];

fn frames(file: &Path) -> Vec<(Duration, Vec<u8>)> {
    decode(file, "matroskademux", "vp8dec")
}

fn seconds(number: f64) -> Duration {
    Duration::from_secs_f64(number)
}

fn about(measured: Duration, expected: f64, tolerance: f64) {
    let difference = (measured.as_secs_f64() - expected).abs();
    assert!(difference <= tolerance, "{measured:?} instead of {expected} s");
}

#[tokio::test]
async fn a_track_s_objects_are_one_playable_file() {
    let mut tape = Tape::start(4);
    let (picture, sound) = (flashing_video(320, 240, 10), beeping_audio(10));
    tape.play(Instant::now(), &[(LEG, Video, &picture), (LEG, Audio, &sound)]);
    tape.stop().await;

    assert_eq!(tape.tracks.len(), 2);
    for track in &tape.tracks {
        assert!(track.ended);
        assert_eq!(track.objects.len(), 3, "4 + 4 + 2 s");
        about(track.length(), 10.0, 0.1);
        for (sequence, object) in track.objects.iter().enumerate() {
            assert_eq!(object.key, format!("{PREFIX}{}/{sequence}.mkv", track.id.simple()));
            let bytes = fs::read(&object.path).unwrap();
            assert_eq!(bytes.len() as u64, object.bytes);
            assert_eq!(<[u8; 32]>::from(Sha256::digest(&bytes)), object.sha256);
            assert!(!bytes.windows(4).any(|window| window == MATROSKA), "nothing lies there in clear");
        }
    }
    let seen = frames(&tape.matroska(tape.of(LEG, Video)[0]));
    assert_eq!(seen.len(), 300);
    about(seen[299].0, 10.0 - 1.0 / 30.0, 0.005);
    let heard = decode(&tape.matroska(tape.of(LEG, Audio)[0]), "matroskademux", "opusdec");
    about(heard.last().unwrap().0, 9.98, 0.02);
    assert_eq!(tape.files().len(), 6, "no unfinished file stays");
}

#[tokio::test]
async fn a_crash_costs_the_open_object_only() {
    let mut tape = Tape::start(4);
    tape.play(Instant::now(), &[(LEG, Video, &flashing_video(320, 240, 6))]);
    while tape.tracks.first().is_none_or(|track| track.objects.is_empty()) {
        assert!(tape.listen().await);
    }
    while tape.files().len() < 2 {
        tokio::task::yield_now().await;
    }
    // What a kill -9 would leave is what lies there now, with the recorder still at work.
    let left = tape.files();
    let is_part = |(path, _): &&(PathBuf, u64)| path.extension().unwrap() == "part";
    assert_eq!(left.iter().filter(is_part).count(), 1, "{left:?}");
    let seen = frames(&tape.matroska(&tape.tracks[0]));
    assert!(seen.len() >= 118, "four seconds of thirty frames, not {}", seen.len());
}

#[tokio::test]
async fn nothing_of_a_pause_is_ever_written() {
    let mut tape = Tape::start(4);
    let shade = |luma| video(320, 240, 3, move |_| luma);
    let sound = beeping_audio(3);
    tape.play(Instant::now(), &[(LEG, Video, &shade(60)), (LEG, Audio, &sound)]);
    tape.recorder.as_ref().unwrap().pause().await.unwrap();

    let before = tape.files();
    assert_eq!(before.len(), 2);
    tape.play(Instant::now(), &[(LEG, Video, &shade(200)), (LEG, Audio, &sound)]);
    let paused_until = Instant::now();
    tape.recorder.as_ref().unwrap().resume().await.unwrap();
    // A packet that was still on its way through the engine when the pause ended.
    tape.play(paused_until - seconds(3.0), &[(OTHER, Video, &shade(200))]);
    assert_eq!(tape.files(), before, "a pause leaves no trace");

    let after = shade(60).with_ssrc(77);
    tape.play(Instant::now(), &[(LEG, Video, &after), (LEG, Audio, &sound)]);
    tape.stop().await;
    assert!(tape.of(OTHER, Video).is_empty());
    assert_eq!(tape.of(LEG, Audio).len(), 2, "a pause ends a track");
    let pictures = tape.of(LEG, Video);
    assert_eq!(pictures.len(), 2);
    for track in pictures {
        let seen = frames(&tape.matroska(track));
        assert_eq!(seen.len(), 90);
        assert!(seen.iter().all(|(_, frame)| frame[320 * 120] < 100));
    }
}

#[tokio::test]
async fn a_reloaded_page_begins_a_new_track() {
    let mut tape = Tape::start(4);
    let start = Instant::now();
    let first = flashing_video(320, 240, 2).with_ssrc(1).with_first_sequence(100);
    let reloaded = first.clone().with_ssrc(2);
    let restarted = first.clone().with_ssrc(2).with_first_sequence(30_000);
    for (stream, at) in [(first, 0.0), (reloaded, 2.0), (restarted, 4.0)] {
        tape.play(start + seconds(at), &[(LEG, Video, &stream)]);
    }
    tape.stop().await;
    let tracks = tape.of(LEG, Video);
    assert_eq!(tracks.len(), 3);
    for (track, offset) in tracks.iter().zip([0.0, 2.0, 4.0]) {
        about(track.started_at.duration_since(tracks[0].started_at).unwrap(), offset, 0.002);
        assert_eq!(frames(&tape.matroska(track)).len(), 60);
    }
}

#[tokio::test]
async fn a_muted_camera_comes_back_in_another_size() {
    let mut tape = Tape::start(1);
    let start = Instant::now();
    let second = Duration::from_secs(1);
    let large = flashing_video(640, 480, 1);
    let stream = flashing_video(320, 240, 1).then_at(second, large, 90_000).then_at(
        5 * second,
        flashing_video(320, 240, 1),
        90_000,
    );
    let (early, late) = stream.0.into_iter().partition(|(time, _)| *time < 3 * second);
    tape.play(start, &[(LEG, Video, &Stream(early))]);
    // The track is silent, and what there is of it gets closed all the same.
    while tape.tracks.first().is_none_or(|track| track.length_or_zero() < seconds(1.9)) {
        assert!(tape.listen().await);
    }
    tape.play(start, &[(LEG, Video, &Stream(late))]);
    tape.stop().await;
    assert_eq!(tape.tracks.len(), 1);
    let seen = frames(&tape.matroska(&tape.tracks[0]));
    let sizes: Vec<usize> = seen.iter().map(|(_, frame)| frame.len() * 2 / 3).collect();
    let expected = [320 * 240; 30].into_iter().chain([640 * 480; 30]).chain([320 * 240; 30]);
    assert_eq!(sizes, expected.collect::<Vec<_>>());
    about(seen[30].0, 1.0, 0.01);
    about(seen[60].0, 5.0, 0.01);
}

#[tokio::test]
async fn loss_jitter_and_disorder_move_nothing() {
    let mut tape = Tape::start(4);
    let mut sound = beeping_audio(6);
    let sent = sound.0.len();
    for (number, (time, _)) in sound.0.iter_mut().enumerate() {
        *time += Duration::from_millis([0, 7, 25, 3][number % 4]);
    }
    sound.0.sort_by_key(|(time, _)| *time);
    let mut number = 0;
    sound.0.retain(|_| {
        number += 1;
        number % 25 != 13
    });
    let lost = sent - sound.0.len();
    tape.play(Instant::now(), &[(LEG, Audio, &sound)]);
    tape.stop().await;
    let heard = decode(&tape.matroska(&tape.tracks[0]), "matroskademux", "identity");
    assert_eq!(heard.len(), sent - lost);
    assert!(heard.is_sorted_by_key(|(time, _)| *time));
    for (time, _) in &heard {
        let off = (time.as_millis() % 20).min(20 - time.as_millis() % 20);
        assert!(off <= 8, "{time:?} is off its place in the 20 ms raster");
    }
}

#[tokio::test]
async fn probes_between_frames_cost_no_frame() {
    let mut tape = Tape::start(4);
    let probed = flashing_video(320, 240, 4).with_probes();
    tape.play(Instant::now(), &[(LEG, Video, &probed)]);
    tape.stop().await;
    assert_eq!(frames(&tape.matroska(&tape.tracks[0])).len(), 120);
}

#[tokio::test]
async fn a_disk_that_fails_is_told_and_touches_no_other_track() {
    let mut tape = Tape::start(4);
    let spool = tape.folder.path().join("1");
    fs::remove_dir(&spool).unwrap();
    fs::write(&spool, "in the way").unwrap();
    tape.play(Instant::now(), &[(LEG, Audio, &beeping_audio(1))]);
    while tape.failures.is_empty() {
        assert!(tape.listen().await);
    }
    fs::remove_file(&spool).unwrap();
    tape.play(Instant::now(), &[(OTHER, Audio, &beeping_audio(1))]);
    tape.stop().await;
    about(tape.of(OTHER, Audio)[0].length(), 1.0, 0.05);
}

#[tokio::test]
async fn a_flood_is_dropped_and_counted() {
    let tape = Tape::start(4);
    let packet = &flashing_video(320, 240, 1).0[0].1;
    for _ in 0..200_000 {
        tape.input.rtp(LEG, Video, Instant::now(), packet);
    }
    assert!(tape.recorder.as_ref().unwrap().dropped_packets() > 0);
}
