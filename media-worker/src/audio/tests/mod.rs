//! Files as people have them, made by GStreamer, and files as nobody should.

use std::{
    f32::consts::TAU,
    fs,
    path::{Path, PathBuf},
};

use super::{
    FRAME, container,
    convert::{ConvertError, convert},
    default_music,
    loudness::loudness,
    music,
};
use crate::{
    media::AUDIO_RATE,
    pipeline::{FileReader, change_state, launch},
};

const SECONDS: usize = 3;

/// A tone of 440 Hz for three seconds, in stereo at 44.1 kHz, as a file of some kind.
fn tone(folder: &Path, name: &str, coder: &str) -> PathBuf {
    gstreamer::init().unwrap();
    let path = folder.join(name);
    let pipeline = launch(&format!(
        "audiotestsrc wave=sine freq=440 volume=0.1 samplesperbuffer=441 num-buffers={} \
         ! audio/x-raw,rate=44100,channels=2 ! audioconvert ! {coder} ! filesink location={}",
        SECONDS * 100,
        path.display(),
    ))
    .unwrap();
    let limit = std::time::Duration::from_secs(10);
    change_state(&pipeline, gstreamer::State::Playing, limit).unwrap();
    use gstreamer::prelude::*;
    let end = [gstreamer::MessageType::Eos, gstreamer::MessageType::Error];
    let message = pipeline.bus().unwrap().timed_pop_filtered(gstreamer::ClockTime::from_seconds(20), &end);
    assert_eq!(message.unwrap().type_(), gstreamer::MessageType::Eos, "{name}");
    change_state(&pipeline, gstreamer::State::Null, limit).unwrap();
    path
}

fn decoded(file: &Path) -> Vec<f32> {
    let chain = format!(
        "! oggdemux ! opusdec ! audioconvert ! audio/x-raw,format=F32LE,rate={AUDIO_RATE},channels=1 !"
    );
    let reader = FileReader::open(file, &chain).unwrap();
    let mut samples = Vec::new();
    while let Some(buffer) = reader.next().unwrap() {
        let map = buffer.map_readable().unwrap();
        samples.extend(map.as_chunks::<4>().0.iter().map(|sample| f32::from_le_bytes(*sample)));
    }
    samples
}

/// The share of its power that lies at a frequency.
fn share(samples: &[f32], hertz: f32) -> f32 {
    let step = TAU * hertz / AUDIO_RATE as f32;
    let (mut re, mut im, mut power) = (0.0, 0.0, 0.0);
    for (place, sample) in samples.iter().enumerate() {
        re += sample * (place as f32 * step).cos();
        im += sample * (place as f32 * step).sin();
        power += sample * sample;
    }
    2.0 * (re * re + im * im) / (samples.len() as f32 * power)
}

#[test]
fn every_common_format_becomes_opus() {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        ("tone.wav", "wavenc"),
        ("law.wav", "audioresample ! audio/x-raw,rate=8000,channels=1 ! mulawenc ! wavenc"),
        ("tone.aiff", "aiffmux"),
        ("tone.mp3", "lamemp3enc"),
        ("tagged.mp3", "lamemp3enc ! id3v2mux"),
        ("tone.flac", "flacenc"),
        ("tone.ogg", "vorbisenc ! oggmux"),
        ("tone.opus", "audioresample ! opusenc ! oggmux"),
        ("tone.m4a", "avenc_aac ! mp4mux"),
        ("tone.aac", "avenc_aac ! aacparse ! audio/mpeg,stream-format=adts"),
        ("tone.webm", "audioresample ! opusenc ! webmmux"),
    ];
    for (name, coder) in files {
        let (from, to) = (tone(folder.path(), name, coder), folder.path().join("out.opus"));
        let milliseconds = convert(&from, &to).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!((2_950..3_150).contains(&milliseconds), "{name}: {milliseconds} ms");
        let samples = decoded(&to);
        let difference = samples.len().abs_diff(milliseconds as usize * AUDIO_RATE as usize / 1000);
        assert!(difference <= FRAME, "{name}: {} samples", samples.len());
        let middle = &samples[AUDIO_RATE as usize..2 * AUDIO_RATE as usize];
        assert!(share(middle, 440.0) > 0.95, "{name} sounds otherwise: {}", share(middle, 440.0));
        let loud = loudness(middle).unwrap();
        assert!((loud + 20.0).abs() < 1.0, "{name}: {loud} dB");
        let frames = container::frames(&fs::read(&to).unwrap()).unwrap();
        assert!(frames.len().abs_diff(milliseconds as usize / 20) <= 1, "{name}: {} frames", frames.len());
        // RFC 6716, section 3.1: one frame of 20 ms in each packet.
        assert!(
            frames
                .iter()
                .all(|frame| frame[0] & 3 == 0 && [1, 3, 13, 15, 19, 23, 27, 31].contains(&(frame[0] >> 3)))
        );
    }
}

#[test]
fn what_cannot_be_played_is_refused_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("out.opus");
    let refused = |name: &str, content: &[u8]| {
        let from = folder.path().join(name);
        fs::write(&from, content).unwrap();
        let error = convert(&from, &to).expect_err(name);
        assert!(!matches!(error, ConvertError::Ours(_)), "{name}: {error}");
        error
    };
    assert!(matches!(
        refused("letter.txt", b"Dear customers, please hold the line."),
        ConvertError::NotSound
    ));
    assert!(matches!(
        refused("list.m3u8", b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1/x.ts"),
        ConvertError::NotSound
    ));
    assert!(matches!(refused("empty.wav", b""), ConvertError::NotSound));
    let other = tempfile::tempdir().unwrap();
    for (name, coder) in [
        ("cut.wav", "wavenc"),
        ("cut.aiff", "aiffmux"),
        ("cut.flac", "flacenc"),
        ("cut.m4a", "avenc_aac ! mp4mux"),
    ] {
        let whole = fs::read(tone(other.path(), name, coder)).unwrap();
        let error = refused(name, &whole[..whole.len() / 2]);
        assert!(matches!(error, ConvertError::Incomplete | ConvertError::Damaged(_)), "{name}: {error:?}");
    }
    let silent = "audiodynamic ! volume volume=0 ! wavenc";
    let silent = fs::read(tone(other.path(), "silent.wav", silent)).unwrap();
    assert!(matches!(refused("silent.wav", &silent), ConvertError::Silent));
    let garbage: Vec<u8> = (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for start in [
        &b"OggS"[..],
        b"FORM\0\0\0\0AIFF",
        b"fLaC",
        b"\0\0\0\x20ftypM4A ",
        b"ID3\x04",
        &[0xff, 0xfb, 0x90],
        &[0x1a, 0x45, 0xdf, 0xa3],
    ] {
        refused("garbage", &[start, &garbage].concat());
    }
}

#[test]
fn the_music_that_we_bring_along_is_soft_and_goes_round() {
    let samples = music::samples();
    let seconds = samples.len() as f64 / f64::from(AUDIO_RATE);
    assert!((30.0..60.0).contains(&seconds), "{seconds} s");
    let loud = loudness(&samples).unwrap();
    let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!((-32.0..-22.0).contains(&loud) && peak < 0.5, "{loud} dB, peak {peak}");
    // Nowhere does it jump, its seam included.
    let steps = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    let steepest = steps.fold(0.0_f32, f32::max);
    let seam = (samples[0] - samples[samples.len() - 1]).abs();
    assert!(seam <= steepest && steepest < 0.05, "{seam} at the seam, {steepest} elsewhere");
    let frames = default_music().unwrap();
    assert_eq!(frames.len(), samples.len() / FRAME);
}
