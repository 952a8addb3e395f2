//! Music and announcements, as administrators bring them.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::text;
use crate::{graphql::Client, wait::eventually};

pub const AUDIO_FILE: &str = "id name state durationSeconds failure createdAt archivedAt url";

/// A tone as a WAV file: 16 bits, mono, 8 kHz, half of full scale.
pub fn tone(hertz: f64, seconds: u32) -> Vec<u8> {
    const RATE: u32 = 8_000;
    let samples = (0..seconds * RATE).map(|place| {
        let phase = f64::from(place) * hertz * std::f64::consts::TAU / f64::from(RATE);
        (phase.sin() * 16_000.0) as i16
    });
    let sound: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let length = sound.len() as u32;
    let mut file =
        [b"RIFF".as_slice(), &(36 + length).to_le_bytes(), b"WAVEfmt ", &16_u32.to_le_bytes()].concat();
    // PCM, one channel.
    file.extend([1, 0, 1, 0]);
    file.extend([RATE.to_le_bytes(), (2 * RATE).to_le_bytes()].concat());
    file.extend([2, 0, 16, 0]);
    file.extend([b"data".as_slice(), &length.to_le_bytes()].concat());
    file.extend(sound);
    file
}

/// Makes a file; answers its id and the path to upload it to.
pub async fn audio_file(admin: &Client, name: &str) -> (String, String) {
    let fields = format!("audioFile {{ {AUDIO_FILE} }} uploadUrl");
    let payload = admin.mutate("audioFileCreate", json!({ "name": name }), &fields).await;
    assert_eq!(payload["audioFile"]["state"], "WAITING");
    (text(&payload["audioFile"]["id"]).to_owned(), path(text(&payload["uploadUrl"])))
}

/// What stands behind the host in an address.
pub fn path(address: &str) -> String {
    let url: url::Url = address.parse().expect("an address");
    url.path().to_owned()
}

/// Uploads; no token of the person's is sent along.
pub async fn upload(client: &Client, path: &str, content: Vec<u8>) -> (StatusCode, String) {
    let request = client.http().put(format!("{}{path}", client.base())).body(content);
    let answer = request.send().await.expect("an answer");
    (answer.status(), answer.text().await.expect("words"))
}

/// A file is converted beside whatever else the machine does.
const CONVERTED: Duration = Duration::from_secs(60);

/// Waits until a file is in this state.
pub async fn until_audio(user: &Client, id: &str, state: &str) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on AudioFile {{ {AUDIO_FILE} }} }} }}");
    eventually(&format!("{id} {state}"), CONVERTED, || async {
        let file = user.data(&query, json!({ "id": id })).await["node"].clone();
        (file["state"] == state).then_some(file)
    })
    .await
}

/// Brings a file in and waits until it can be played.
pub async fn ready_audio(admin: &Client, name: &str, content: Vec<u8>) -> Value {
    let (id, place) = audio_file(admin, name).await;
    assert_eq!(upload(admin, &place, content).await, (StatusCode::NO_CONTENT, String::new()));
    until_audio(admin, &id, "READY").await
}

/// The Opus frames of a file that can be played: what those who wait are sent.
pub async fn frames(client: &Client, file: &Value) -> HashSet<Bytes> {
    let answer = client.get(&path(text(&file["url"]))).send().await.expect("an answer");
    let content = answer.bytes().await.expect("the file");
    let mut reader = ogg::PacketReader::new(std::io::Cursor::new(content));
    let packets = std::iter::from_fn(|| reader.read_packet().expect("an Ogg file"));
    packets.skip(2).map(|packet| packet.data.into()).collect()
}
