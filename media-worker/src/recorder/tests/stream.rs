//! RTP as browsers send it, made by GStreamer itself, and recordings looked into: for tests here and of transcoding.

use std::{path::Path, time::Duration};

use crate::pipeline::{first_error, launch};
use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSrc};

/// Packets and when each was sent, from the stream's start.
#[derive(Clone)]
pub struct Stream(pub Vec<(Duration, Vec<u8>)>);

pub const FRAMES_A_SECOND: u64 = 30;
/// Flashes and beeps begin at half past each second and last so long.
pub const FLASH: Duration = Duration::from_millis(200);

/// Is there a flash and a beep at that time?
pub fn is_flash(time: Duration) -> bool {
    let into = time.subsec_nanos();
    (500_000_000..500_000_000 + FLASH.subsec_nanos()).contains(&into)
}

/// A dark picture that is white during flashes.
pub fn flashing_video(width: usize, height: usize, seconds: u64) -> Stream {
    video(width, height, seconds, |time| if is_flash(time) { 235 } else { 40 })
}

/// One shade a frame.
pub fn video(width: usize, height: usize, seconds: u64, luma: impl Fn(Duration) -> u8) -> Stream {
    let frames = (0..seconds * FRAMES_A_SECOND).map(|number| {
        let time = Duration::from_secs(number) / FRAMES_A_SECOND as u32;
        let mut picture = vec![128; width * height * 3 / 2];
        picture[..width * height].fill(luma(time));
        (time, picture)
    });
    stream(
        &format!("video/x-raw,format=I420,width={width},height={height},framerate={FRAMES_A_SECOND}/1"),
        "vp8enc deadline=1 cpu-used=16 keyframe-max-dist=9999 target-bitrate=500000 ! rtpvp8pay mtu=1200",
        frames.collect(),
    )
}

/// Silence with a tone of 1 kHz during flashes.
pub fn beeping_audio(seconds: u64) -> Stream {
    let blocks = (0..seconds * 50).map(|number| {
        let start = Duration::from_millis(number * 20);
        let samples = (0..960u32).flat_map(|index| {
            let time = start + Duration::from_secs(1) * index / 48_000;
            let tone = (f64::from(index) / 48.0 * std::f64::consts::TAU).sin();
            (if is_flash(time) { tone as f32 * 0.5 } else { 0.0 }).to_le_bytes()
        });
        (start, samples.collect())
    });
    stream(
        "audio/x-raw,format=F32LE,rate=48000,channels=1,layout=interleaved",
        "audioconvert ! opusenc ! rtpopuspay",
        blocks.collect(),
    )
}

fn stream(caps: &str, encoder: &str, raw: Vec<(Duration, Vec<u8>)>) -> Stream {
    gst::init().unwrap();
    let description = format!(
        "appsrc name=in format=time block=true max-bytes=8000000 caps={caps} ! {encoder} ! appsink name=out sync=false"
    );
    let pipeline = launch(&description).unwrap();
    let source = pipeline.by_name("in").unwrap().downcast::<AppSrc>().unwrap();
    let sink = pipeline.by_name("out").unwrap().downcast::<AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let feeder = std::thread::spawn(move || {
        for (time, bytes) in raw {
            let mut buffer = gst::Buffer::from_mut_slice(bytes);
            buffer.get_mut().unwrap().set_pts(clock_time(time));
            source.push_buffer(buffer).unwrap();
        }
        source.end_of_stream().unwrap();
    });
    let mut packets = Vec::new();
    while let Ok(sample) = sink.pull_sample() {
        let buffer = sample.buffer().unwrap();
        let bytes = buffer.map_readable().unwrap().to_vec();
        packets.push((buffer.pts().unwrap().into(), bytes));
    }
    feeder.join().unwrap();
    pipeline.set_state(gst::State::Null).unwrap();
    assert!(!packets.is_empty());
    Stream(packets)
}

impl Stream {
    /// As another clock would have stamped it.
    pub fn with_timestamps_shifted(mut self, ticks: u32) -> Self {
        for (_, packet) in &mut self.0 {
            let shifted = timestamp(packet).wrapping_add(ticks);
            packet[4..8].copy_from_slice(&shifted.to_be_bytes());
        }
        self
    }

    pub fn with_ssrc(mut self, ssrc: u32) -> Self {
        for (_, packet) in &mut self.0 {
            packet[8..12].copy_from_slice(&ssrc.to_be_bytes());
        }
        self
    }

    pub fn with_first_sequence(mut self, first: u16) -> Self {
        for ((_, packet), sequence) in self.0.iter_mut().zip((0..=u16::MAX).cycle()) {
            packet[2..4].copy_from_slice(&first.wrapping_add(sequence).to_be_bytes());
        }
        self
    }

    /// After each frame a packet of nothing but padding, as browsers probe the network with (RFC 3550 section 5.1).
    pub fn with_probes(self) -> Self {
        let mut packets = Vec::new();
        for (time, packet) in self.0 {
            let ends_frame = packet[1] & 0x80 != 0;
            let mut probe = packet[..12].to_vec();
            packets.push((time, packet));
            if ends_frame {
                probe[0] |= 0x20;
                probe[1] &= 0x7f;
                probe.extend([0; 254]);
                probe.push(255);
                packets.push((time, probe));
            }
        }
        Self(packets).with_first_sequence(65_000)
    }

    /// Silence as Opus sends it with DTX: a packet each 400 ms, sequence numbers without gaps (RFC 7587 section 3.1.3).
    pub fn with_discontinuous_transmission(self) -> Self {
        let voice = FLASH + Duration::from_millis(60);
        let is_voice = |time: Duration| (500..500 + voice.as_millis() as u32).contains(&time.subsec_millis());
        let first = u16::from_be_bytes([self.0[0].1[2], self.0[0].1[3]]);
        let kept =
            self.0.into_iter().enumerate().filter(|(number, (time, _))| number % 20 == 0 || is_voice(*time));
        Self(kept.map(|(_, packet)| packet).collect()).with_first_sequence(first)
    }

    /// The same sender goes on with `next` at that time, as after a change of resolution or a silence.
    pub fn then_at(mut self, at: Duration, next: Self, clock_rate: u32) -> Self {
        let first = &self.0[0].1;
        let ssrc = u32::from_be_bytes([first[8], first[9], first[10], first[11]]);
        let last = &self.0[self.0.len() - 1].1;
        let sequence = u16::from_be_bytes([last[2], last[3]]).wrapping_add(1);
        let start = timestamp(first).wrapping_add((at.as_secs_f64() * f64::from(clock_rate)) as u32);
        let shift = start.wrapping_sub(timestamp(&next.0[0].1));
        let next = next.with_ssrc(ssrc).with_first_sequence(sequence).with_timestamps_shifted(shift);
        self.0.extend(next.0.into_iter().map(|(time, packet)| (at + time, packet)));
        self
    }
}

fn timestamp(packet: &[u8]) -> u32 {
    u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]])
}

/// Decoded media of a file: `chain` stands between the demultiplexer and the sink.
pub fn decode(file: &Path, demultiplexer: &str, chain: &str) -> Vec<(Duration, Vec<u8>)> {
    gst::init().unwrap();
    let description = format!("filesrc name=file ! {demultiplexer} ! {chain} ! appsink name=out sync=false");
    let pipeline = launch(&description).unwrap();
    pipeline.by_name("file").unwrap().set_property("location", file);
    let sink = pipeline.by_name("out").unwrap().downcast::<AppSink>().unwrap();
    pipeline.set_state(gst::State::Playing).unwrap();
    let mut buffers = Vec::new();
    while let Some(sample) = sink.try_pull_sample(gst::ClockTime::from_seconds(10)) {
        let buffer = sample.buffer().unwrap();
        buffers.push((buffer.pts().unwrap().into(), buffer.map_readable().unwrap().to_vec()));
    }
    let error = first_error(&pipeline);
    pipeline.set_state(gst::State::Null).unwrap();
    assert_eq!(error, None, "{}", file.display());
    assert!(sink.is_eos() || !buffers.is_empty());
    buffers
}

fn clock_time(duration: Duration) -> gst::ClockTime {
    gst::ClockTime::from_nseconds(duration.as_nanos() as u64)
}
