//! Decodes Opus frames as they came in packets, so that the sound that somebody heard can be measured.

use std::fs::File;

use bytes::Bytes;
use ogg::{PacketWriteEndInfo, PacketWriter};

use super::decode::{Sound, decode_sound};

/// Samples of a frame of 20 ms.
const FRAME: usize = 960;

/// Decodes sounds, each a run of frames of 20 ms, all at once: one decoder after the other costs a process each.
///
/// # Panics
/// When GStreamer can't decode them.
pub fn decode_opus(sounds: &[Vec<Bytes>]) -> Vec<Sound> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sounds.ogg");
    let frames: Vec<&Bytes> = sounds.iter().flatten().collect();
    write(&path, &frames);
    let samples = decode_sound(&path).samples;
    assert!(samples.len() >= frames.len() * FRAME, "{} samples of {} frames", samples.len(), frames.len());
    let mut rest = samples.as_slice();
    sounds
        .iter()
        .map(|sound| {
            let (own, others) = rest.split_at(sound.len() * FRAME);
            rest = others;
            own.to_vec()
        })
        .collect()
}

/// RFC 7845, without a pre-skip: nothing is cut off at the beginning.
fn write(path: &std::path::Path, frames: &[&Bytes]) {
    let mut writer = PacketWriter::new(File::create(path).expect("a file"));
    let mut head = b"OpusHead\x01\x02\0\0".to_vec();
    head.extend(48_000_u32.to_le_bytes());
    head.extend([0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend([0; 8]);
    let mut put =
        |packet: Vec<u8>, end, granule| writer.write_packet(packet, 1, end, granule).expect("a page");
    put(head, PacketWriteEndInfo::EndPage, 0);
    put(tags, PacketWriteEndInfo::EndPage, 0);
    for (number, frame) in frames.iter().enumerate() {
        let last = number + 1 == frames.len();
        let end = if last { PacketWriteEndInfo::EndStream } else { PacketWriteEndInfo::EndPage };
        put(frame.to_vec(), end, ((number + 1) * FRAME) as u64);
    }
}
