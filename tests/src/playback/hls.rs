//! Reads a master playlist, every rung's playlist and every segment.

use reqwest::{Client, StatusCode};
use url::Url;

/// One rendition as its playlist describes it.
#[derive(Clone, Debug)]
pub struct Rung {
    pub height: Option<u32>,
    pub seconds: f64,
    /// Where each segment begins, for the question whether rungs are aligned.
    pub starts: Vec<f64>,
    pub bytes: usize,
}

/// All that a master playlist names.
#[derive(Clone, Debug)]
pub struct Ladder {
    pub video: Vec<Rung>,
    pub audio: Vec<Rung>,
}

/// Reads everything. Panics where a player would stumble.
pub async fn read_ladder(http: &Client, master: &str) -> Ladder {
    let master = Url::parse(master).expect("an absolute address");
    let playlist = fetch_text(http, &master).await;
    assert!(playlist.starts_with("#EXTM3U"), "{master}: {playlist}");
    let mut ladder = Ladder { video: Vec::new(), audio: Vec::new() };
    let mut variant: Option<&str> = None;
    for line in playlist.lines() {
        if let Some(attributes) = line.strip_prefix("#EXT-X-STREAM-INF:") {
            variant = Some(attributes);
        } else if let Some(attributes) = line.strip_prefix("#EXT-X-MEDIA:") {
            if let Some(address) = attribute(attributes, "URI") {
                let address = relative(&master, address);
                ladder.audio.push(read_rung(http, &address, None).await);
            }
        } else if !line.starts_with('#') && !line.is_empty() {
            let attributes = variant.take().expect("a variant before its address");
            assert!(attribute(attributes, "BANDWIDTH").is_some(), "{attributes}");
            let height = attribute(attributes, "RESOLUTION")
                .and_then(|size| size.split_once('x'))
                .and_then(|(_, height)| height.parse().ok());
            let rung = read_rung(http, &relative(&master, line), height).await;
            if height.is_some() {
                ladder.video.push(rung);
            } else {
                ladder.audio.push(rung);
            }
        }
    }
    ladder
}

async fn read_rung(http: &Client, address: &Url, height: Option<u32>) -> Rung {
    let playlist = fetch_text(http, address).await;
    assert!(playlist.contains("#EXT-X-ENDLIST"), "{address} is finished");
    let mut rung = Rung { height, seconds: 0.0, starts: Vec::new(), bytes: 0 };
    let mut duration = 0.0;
    for line in playlist.lines() {
        if let Some(attributes) = line.strip_prefix("#EXT-X-MAP:") {
            let name = attribute(attributes, "URI").expect("an initialisation segment");
            let bytes = fetch(http, &relative(address, name)).await;
            assert_eq!(bytes.get(4..8), Some(&b"ftyp"[..]), "{name} begins an MP4");
            assert!(has_box(&bytes, b"moov"), "{name} has a moov box");
        } else if let Some(value) = line.strip_prefix("#EXTINF:") {
            duration = value.split(',').next().and_then(|seconds| seconds.parse().ok()).expect("a duration");
        } else if !line.starts_with('#') && !line.is_empty() {
            let bytes = fetch(http, &relative(address, line)).await;
            assert!(has_box(&bytes, b"moof"), "{line} is a fragment");
            assert!(has_box(&bytes, b"mdat"), "{line} holds media");
            rung.starts.push(rung.seconds);
            rung.seconds += duration;
            rung.bytes += bytes.len();
        }
    }
    assert!(!rung.starts.is_empty(), "{address} names segments");
    rung
}

/// Addresses inside a recording must be relative: they inherit the token of the playlist.
fn relative(base: &Url, address: &str) -> Url {
    assert!(!address.contains("://") && !address.starts_with('/'), "{address} should be relative");
    base.join(address).expect("an address")
}

async fn fetch(http: &Client, address: &Url) -> Vec<u8> {
    let response = http.get(address.clone()).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK, "{address}");
    response.bytes().await.expect("a body").to_vec()
}

async fn fetch_text(http: &Client, address: &Url) -> String {
    String::from_utf8(fetch(http, address).await).expect("a playlist is text")
}

/// `NAME=value` or `NAME="value"` in an attribute list.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let marker = format!("{name}=");
    let at = attributes
        .match_indices(&marker)
        .map(|(at, _)| at)
        .find(|&at| at == 0 || attributes.as_bytes()[at - 1] == b',')?;
    let value = &attributes[at + marker.len()..];
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split(',').next(),
    }
}

/// Whether an MP4 has this box at its top level.
fn has_box(mut bytes: &[u8], kind: &[u8; 4]) -> bool {
    while bytes.len() >= 8 {
        if &bytes[4..8] == kind {
            return true;
        }
        let size = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize;
        if size < 8 || size > bytes.len() {
            return false;
        }
        bytes = &bytes[size..];
    }
    false
}
