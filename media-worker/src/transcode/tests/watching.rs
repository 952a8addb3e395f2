//! Watches what was made, as a player would: decoded pictures and sound with their times.

use std::{fs, path::Path, time::Duration};

use crate::recorder::tests::stream::decode;

const GREY: &str = "avdec_h264 ! videoconvert ! videoscale ! video/x-raw,format=GRAY8,width=64,height=36";
const STEREO: &str = "avdec_aac ! audioconvert ! audioresample ! audio/x-raw,format=F32LE,rate=48000,channels=2,layout=interleaved";

/// Seconds at which something began, and the middle's brightness by time.
#[derive(Default)]
pub struct Watched {
    pub left_flashes: Vec<f64>,
    pub right_flashes: Vec<f64>,
    pub left_beeps: Vec<f64>,
    pub right_beeps: Vec<f64>,
    pub left_lumas: Vec<(f64, f64)>,
    pub right_lumas: Vec<(f64, f64)>,
}

impl Watched {
    pub fn mp4(file: &Path) -> Self {
        let pictures = decode(file, "qtdemux name=d d.video_0", GREY);
        let sound = decode(file, "qtdemux name=d d.audio_0", STEREO);
        Self::from(&pictures, &sound)
    }

    pub fn m4a(file: &Path) -> Self {
        Self::from(&[], &decode(file, "qtdemux name=d d.audio_0", STEREO))
    }

    /// A rung and the sound, their segments put together.
    pub fn hls(out: &Path, rung: &str) -> Self {
        let pictures = decode(&put_together(out, rung), "qtdemux", GREY);
        let sound = decode(&put_together(out, "audio"), "qtdemux", STEREO);
        Self::from(&pictures, &sound)
    }

    fn from(pictures: &[(Duration, Vec<u8>)], sound: &[(Duration, Vec<u8>)]) -> Self {
        let left_lumas = lumas(pictures, 16);
        let right_lumas = lumas(pictures, 48);
        Self {
            left_flashes: rises(&left_lumas, 120.0),
            right_flashes: rises(&right_lumas, 120.0),
            left_beeps: beeps(sound, 0),
            right_beeps: beeps(sound, 1),
            left_lumas,
            right_lumas,
        }
    }
}

/// Brightness around the middle of a half.
fn lumas(pictures: &[(Duration, Vec<u8>)], column: usize) -> Vec<(f64, f64)> {
    let middle = |picture: &[u8]| {
        let sum: u32 = (16..20)
            .flat_map(|row| (column - 2..column + 2).map(move |column| row * 64 + column))
            .map(|index| u32::from(picture[index]))
            .sum();
        f64::from(sum) / 16.0
    };
    pictures.iter().map(|(time, picture)| (time.as_secs_f64(), middle(picture))).collect()
}

fn rises(values: &[(f64, f64)], threshold: f64) -> Vec<f64> {
    values
        .windows(2)
        .filter(|pair| pair[0].1 < threshold && pair[1].1 >= threshold)
        .map(|pair| pair[1].0)
        .collect()
}

/// Starts of tones: loud after at least 100 ms of quiet.
fn beeps(sound: &[(Duration, Vec<u8>)], channel: usize) -> Vec<f64> {
    let mut starts = Vec::new();
    let mut last_loud = -1.0;
    for (time, bytes) in sound {
        for (index, frame) in bytes.chunks_exact(8).enumerate() {
            let sample: [u8; 4] = frame[channel * 4..channel * 4 + 4].try_into().unwrap();
            if f32::from_le_bytes(sample).abs() > 0.1 {
                let at = time.as_secs_f64() + index as f64 / 48_000.0;
                if at - last_loud > 0.1 {
                    starts.push(at);
                }
                last_loud = at;
            }
        }
    }
    starts
}

fn put_together(out: &Path, name: &str) -> std::path::PathBuf {
    let mut whole = fs::read(out.join(name).join("init.mp4")).unwrap();
    for number in 1..=playlist_lengths(out, name).len() {
        whole.extend(fs::read(out.join(name).join(format!("segment-{number:05}.m4s"))).unwrap());
    }
    let path = out.join(format!("{name}-whole.mp4"));
    fs::write(&path, whole).unwrap();
    path
}

/// The lengths a playlist gives its segments.
pub fn playlist_lengths(out: &Path, name: &str) -> Vec<f64> {
    let text = fs::read_to_string(out.join(name).join("playlist.m3u8")).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("#EXTINF:")?.strip_suffix(',')?.parse().ok()).collect()
}

/// When a segment's first frame, a key frame since it decodes alone, is shown.
pub fn start_of_segment(out: &Path, name: &str, number: u32) -> f64 {
    let mut alone = fs::read(out.join(name).join("init.mp4")).unwrap();
    alone.extend(fs::read(out.join(name).join(format!("segment-{number:05}.m4s"))).unwrap());
    let path = out.join("alone.mp4");
    fs::write(&path, alone).unwrap();
    let frames = decode(&path, "qtdemux", GREY);
    fs::remove_file(path).unwrap();
    frames[0].0.as_secs_f64()
}
