mod watching;

use std::{
    collections::HashMap,
    fs,
    time::{Duration, Instant},
};

use domain::calls::MediaKind::{self, Audio, Video};
use uuid::Uuid;

use super::{Outcome, Plan, Role, TrackPlan, TranscodeError, run};
use crate::recorder::tests::{
    stream::{Stream, beeping_audio, flashing_video, video},
    tape::Tape,
};
use watching::{Watched, playlist_lengths, start_of_segment};

const AGENT: Uuid = Uuid::from_u128(1);
const CONTACT: Uuid = Uuid::from_u128(2);
/// Two events that a person must take for one.
const TOGETHER: f64 = 0.040;

/// Records what legs send and builds what people watch; streams start with the recording.
async fn record_and_transcode(
    streams: &[(Uuid, MediaKind, &Stream)],
    duration_ms: u64,
) -> (tempfile::TempDir, Outcome) {
    let mut tape = Tape::start(4);
    let start = Instant::now();
    tape.play(start, streams);
    tape.stop().await;
    let zero = tape.tracks.iter().map(|track| track.started_at).min().unwrap();
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("in")).unwrap();
    let mut tracks = Vec::new();
    for track in &tape.tracks {
        let plan = TrackPlan {
            id: track.id.simple().to_string(),
            leg: track.leg.simple().to_string(),
            role: if track.leg == AGENT { Role::Agent } else { Role::Contact },
            kind: track.kind,
            offset_ms: track.started_at.duration_since(zero).unwrap().as_millis() as i64,
        };
        fs::rename(tape.matroska(track), plan.file(folder.path())).unwrap();
        tracks.push(plan);
    }
    write_plan(folder.path(), &Plan { tracks, duration_ms, video: true, message: false });
    let outcome = run(folder.path(), |_| {}).unwrap();
    (folder, outcome)
}

fn write_plan(folder: &std::path::Path, plan: &Plan) {
    fs::write(folder.join("plan.json"), serde_json::to_vec(plan).unwrap()).unwrap();
}

fn together(what: &str, ones: &[f64], others: &[f64]) {
    assert_eq!(ones.len(), others.len(), "{what}: {ones:?} {others:?}");
    let worst = ones.iter().zip(others).map(|(one, other)| (one - other).abs()).fold(0.0, f64::max);
    println!("{what}: at most {:.1} ms apart", worst * 1000.0);
    assert!(worst < TOGETHER, "{what}: {ones:?} {others:?}");
}

#[tokio::test]
async fn two_people_are_seen_and_heard_when_they_flash_and_beep() {
    // The contact's clock is 90 s ahead of the agent's, and its stream began 130 ms later.
    let late = Duration::from_millis(130);
    let shifted = |stream: Stream, ticks: u32| {
        let mut stream = stream.with_timestamps_shifted(90 * ticks);
        stream.0.iter_mut().for_each(|(time, _)| *time += late);
        stream
    };
    let (picture, sound) = (flashing_video(320, 240, 5), beeping_audio(5));
    let contact_picture = shifted(picture.clone(), 90_000);
    let contact_sound = shifted(sound.clone(), 48_000);
    let (folder, _) = record_and_transcode(
        &[
            (AGENT, Video, &picture),
            (AGENT, Audio, &sound),
            (CONTACT, Video, &contact_picture),
            (CONTACT, Audio, &contact_sound),
        ],
        5200,
    )
    .await;
    let watched = Watched::mp4(&folder.path().join("out/recording.mp4"));
    assert_eq!(watched.left_flashes.len(), 5, "{:?}", watched.left_flashes);
    together("agent", &watched.left_flashes, &watched.left_beeps);
    together("contact", &watched.right_flashes, &watched.right_beeps);
    let delayed: Vec<f64> = watched.left_flashes.iter().map(|time| time + 0.130).collect();
    together("contact's picture after agent's", &delayed, &watched.right_flashes);
    let delayed: Vec<f64> = watched.left_beeps.iter().map(|time| time + 0.130).collect();
    together("contact's sound after agent's", &delayed, &watched.right_beeps);

    let stream = Watched::hls(&folder.path().join("out"), "240p");
    together("in the stream", &stream.left_flashes, &stream.left_beeps);
    together("stream and file", &stream.right_flashes, &watched.right_flashes);
}

#[tokio::test]
async fn a_720p_source_makes_an_aligned_ladder() {
    let (picture, sound) = (flashing_video(1280, 720, 9), beeping_audio(9));
    let (folder, outcome) =
        record_and_transcode(&[(AGENT, Video, &picture), (AGENT, Audio, &sound)], 9000).await;
    let out = folder.path().join("out");
    let names: Vec<_> = outcome.renditions.iter().map(|rendition| rendition.name.as_str()).collect();
    assert_eq!(names, ["720p", "480p", "240p", "audio"]);
    for rung in &names[..3] {
        assert_eq!(playlist_lengths(&out, rung), [4.0, 4.0, 1.0], "{rung}");
        for number in 1..=3 {
            assert_eq!(start_of_segment(&out, rung, number), 4.0 * f64::from(number - 1), "{rung} {number}");
        }
    }
    let sound_lengths = playlist_lengths(&out, "audio");
    assert_eq!(sound_lengths.len(), 3, "{sound_lengths:?}");
    let ends = sound_lengths.iter().scan(0.0, |end, length| {
        *end += length;
        Some(*end)
    });
    // One AAC frame is 21 ms.
    let apart = ends.zip([4.0, 8.0, 9.0]).map(|(end, boundary): (f64, f64)| (end - boundary).abs());
    assert!(apart.into_iter().all(|apart| apart < 0.022), "{sound_lengths:?}");

    let master = fs::read_to_string(out.join("master.m3u8")).unwrap();
    for expected in ["RESOLUTION=1280x720", "RESOLUTION=854x480", "RESOLUTION=426x240", "AVERAGE-BANDWIDTH="]
    {
        assert!(master.contains(expected), "{master}");
    }
    assert_eq!(master.matches("CODECS=\"avc1.6400").count(), 3, "{master}");
    let mp4 = fs::read(out.join("recording.mp4")).unwrap();
    let place = |name: &[u8]| mp4.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"), "plays before it is whole");

    let listed: Vec<_> = outcome.files.iter().map(|file| file.path.as_str()).collect();
    for expected in ["recording.mp4", "poster.jpg", "thumbnails.jpg", "thumbnails.vtt", "waveform.json"] {
        assert!(listed.contains(&expected), "{listed:?}");
    }
    assert_eq!(listed.last(), Some(&"master.m3u8"), "named last, uploaded last");
    let written = fs::read(out.join("result.json")).unwrap();
    let written: Outcome = serde_json::from_slice(&written).unwrap();
    assert_eq!(written.files, outcome.files);

    // A second run finds nothing of the first.
    fs::write(out.join("720p/segment-99999.m4s"), "stale").unwrap();
    let again = run(folder.path(), |_| {}).unwrap();
    assert_eq!(again.files, outcome.files);
}

#[tokio::test]
async fn a_call_without_pictures_is_sound_alone() {
    let sound = beeping_audio(5);
    let sparse = sound.clone().with_discontinuous_transmission();
    assert!(sparse.0.len() < sound.0.len() / 2);
    let (folder, outcome) =
        record_and_transcode(&[(AGENT, Audio, &sound), (CONTACT, Audio, &sparse)], 5000).await;
    assert_eq!(outcome.renditions.len(), 1);
    assert_eq!(outcome.renditions[0].codecs, "mp4a.40.2");
    let out = folder.path().join("out");
    assert!(!out.join("recording.mp4").exists() && !out.join("poster.jpg").exists());
    let heard = Watched::m4a(&out.join("recording.m4a"));
    let expected: Vec<f64> = (0..5).map(|second| f64::from(second) + 0.5).collect();
    together("agent left", &heard.left_beeps, &expected);
    together("contact right", &heard.right_beeps, &expected);
    let waveform: serde_json::Value =
        serde_json::from_slice(&fs::read(out.join("waveform.json")).unwrap()).unwrap();
    assert_eq!(waveform["length"], 50);
    let master = fs::read_to_string(out.join("master.m3u8")).unwrap();
    assert!(master.contains("CODECS=\"mp4a.40.2\"") && !master.contains("RESOLUTION"), "{master}");
}

#[tokio::test]
async fn a_camera_that_is_off_shows_black_and_no_frozen_face() {
    let face = |seconds| video(320, 240, seconds, |_| 200);
    let seen = face(2).then_at(Duration::from_secs(6), face(2), 90_000);
    let whole = face(8);
    let (folder, _) = record_and_transcode(&[(AGENT, Video, &seen), (CONTACT, Video, &whole)], 8000).await;
    let watched = Watched::mp4(&folder.path().join("out/recording.mp4"));
    let lit =
        |lumas: &[(f64, f64)], second: f64| lumas.iter().find(|(time, _)| *time >= second).unwrap().1 > 120.0;
    let left = [0.1, 1.9, 2.7, 5.8, 6.2, 7.9].map(|second| lit(&watched.left_lumas, second));
    assert_eq!(left, [true, true, false, false, true, true]);
    let right = [0.1, 1.9, 2.7, 5.8, 6.2, 7.9].map(|second| lit(&watched.right_lumas, second));
    assert_eq!(right, [true; 6]);
}

#[tokio::test]
async fn a_reloaded_page_keeps_its_place() {
    let (picture, sound) = (flashing_video(320, 240, 3), beeping_audio(3));
    let again = |stream: &Stream| {
        let mut stream = stream.clone().with_ssrc(99).with_timestamps_shifted(12_345_678);
        stream.0.iter_mut().for_each(|(time, _)| *time += Duration::from_millis(3400));
        stream
    };
    let (picture_again, sound_again) = (again(&picture), again(&sound));
    let contact = flashing_video(320, 240, 6);
    let (folder, _) = record_and_transcode(
        &[
            (CONTACT, Video, &contact),
            (AGENT, Video, &picture),
            (AGENT, Audio, &sound),
            (AGENT, Video, &picture_again),
            (AGENT, Audio, &sound_again),
        ],
        6400,
    )
    .await;
    let watched = Watched::mp4(&folder.path().join("out/recording.mp4"));
    together("agent", &watched.left_flashes, &watched.left_beeps);
    together("after the reload", &watched.left_flashes, &[0.5, 1.5, 2.5, 3.9, 4.9, 5.9]);
    assert_eq!(watched.right_flashes.len(), 6);
}

#[tokio::test]
async fn a_damaged_track_costs_itself_only() {
    let (picture, sound) = (flashing_video(320, 240, 2), beeping_audio(2));
    let (folder, _) = record_and_transcode(&[(AGENT, Video, &picture), (AGENT, Audio, &sound)], 2000).await;
    let mut plan = Plan::read(folder.path()).unwrap();
    let good: HashMap<_, _> = plan.tracks.iter().map(|track| (track.kind == Video, track.clone())).collect();
    for (id, bytes) in [("garbage", &b"no Matroska at all"[..]), ("empty", b"")] {
        let track = TrackPlan { id: id.to_owned(), ..good[&true].clone() };
        fs::write(track.file(folder.path()), bytes).unwrap();
        plan.tracks.push(track);
    }
    plan.tracks.push(TrackPlan { id: "missing".to_owned(), ..good[&false].clone() });
    write_plan(folder.path(), &plan);
    run(folder.path(), |_| {}).unwrap();
    let watched = Watched::mp4(&folder.path().join("out/recording.mp4"));
    together("what was left", &watched.left_flashes, &watched.left_beeps);

    plan.tracks.retain(|track| !good.values().any(|kept| kept.id == track.id));
    write_plan(folder.path(), &plan);
    assert!(matches!(run(folder.path(), |_| {}), Err(TranscodeError::NothingRecorded)));
    plan.tracks[0].id = "../../etc/passwd".to_owned();
    write_plan(folder.path(), &plan);
    assert!(matches!(run(folder.path(), |_| {}), Err(TranscodeError::Plan(_))));
}

#[tokio::test]
async fn a_message_is_cut_to_what_was_said_and_silence_is_told() {
    // A beep a second, and nothing before and behind.
    let said = |seconds: u64| {
        let mut sound = beeping_audio(seconds);
        sound.0.iter_mut().for_each(|(time, _)| *time += Duration::from_millis(1500));
        sound
    };
    let (folder, _) = record_and_transcode(&[(CONTACT, Audio, &said(8))], 12_000).await;
    let mut plan = Plan::read(folder.path()).unwrap();
    plan.message = true;
    write_plan(folder.path(), &plan);
    let outcome = run(folder.path(), |_| {}).unwrap();
    let heard = Watched::m4a(&folder.path().join("out/recording.m4a"));
    let expected: Vec<f64> = (0..8).map(|second| f64::from(second) + 0.3).collect();
    together("from 300 ms before the first", &heard.right_beeps, &expected);
    together("on both sides", &heard.left_beeps, &heard.right_beeps);
    assert!((7_600..7_900).contains(&outcome.duration_ms), "{} ms", outcome.duration_ms);
    assert_eq!(playlist_lengths(&folder.path().join("out"), "audio").len(), 2);

    // The end of another beep clicks in the first milliseconds, which the file does not hold: the silence behind it goes, too.
    let click = beeping_audio(1);
    let (folder, _) =
        record_and_transcode(&[(AGENT, Audio, &click), (CONTACT, Audio, &said(8))], 12_000).await;
    let mut plan = Plan::read(folder.path()).unwrap();
    plan.message = true;
    plan.tracks.iter_mut().find(|track| track.role == Role::Agent).unwrap().offset_ms = -697;
    write_plan(folder.path(), &plan);
    run(folder.path(), |_| {}).unwrap();
    let heard = Watched::m4a(&folder.path().join("out/recording.m4a"));
    together("behind a click", &heard.right_beeps, &expected);

    // One beep is no message.
    let (folder, _) = record_and_transcode(&[(CONTACT, Audio, &said(1))], 12_000).await;
    let mut plan = Plan::read(folder.path()).unwrap();
    plan.message = true;
    write_plan(folder.path(), &plan);
    assert!(matches!(run(folder.path(), |_| {}), Err(TranscodeError::Silent)));
}
