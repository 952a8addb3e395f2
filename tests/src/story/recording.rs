//! Waiting for recordings and getting a link to watch them.

use std::time::Duration;

use serde_json::{Value, json};

use super::{call, text};
use crate::graphql::Client;
use crate::platform::Platform;
use crate::playback::{Decoded, decode};
use crate::wait::eventually;

/// Waits until a recording of the call is in this state, and returns it.
pub async fn until_recording(viewer: &Client, id: &str, state: &str, within: Duration) -> Value {
    eventually(&format!("a recording that is {state}"), within, || async {
        let call = call(viewer, id).await;
        let recordings = call["recordings"].as_array().expect("recordings");
        for recording in recordings {
            if recording["state"] == "FAILED" && state != "FAILED" {
                panic!("the recording failed: {recording}");
            }
        }
        recordings.iter().find(|recording| recording["state"] == state).cloned()
    })
    .await
}

/// Waits until the call's recording is READY.
pub async fn ready_recording(viewer: &Client, id: &str) -> Value {
    until_recording(viewer, id, "READY", Duration::from_secs(120)).await
}

/// Asks for a playback of a recording.
pub async fn play(viewer: &Client, recording: &Value) -> Value {
    let input = json!({ "recordingId": text(&recording["id"]), "reason": "a test watches it" });
    viewer
        .mutate(
            "recordingPlay",
            input,
            "playback { hlsUrl downloadUrl posterUrl waveformUrl thumbnailsUrl expiresAt }",
        )
        .await["playback"]
        .clone()
}

/// Downloads what a playback offers and decodes it.
pub async fn download(platform: &Platform, viewer: &Client, playback: &Value, video: bool) -> Decoded {
    let answer = viewer.http().get(text(&playback["downloadUrl"])).send().await.expect("an answer");
    let file = platform.folder().join("download.mp4");
    std::fs::write(&file, answer.bytes().await.expect("a body")).expect("the download is kept");
    decode(&file, video)
}
