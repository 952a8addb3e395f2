//! Ogg Opus (RFC 7845): how converted files are kept. It plays in browsers, and the worker takes its frames out without a
//! decoder.

use std::io::Cursor;

use bytes::Bytes;
use domain::audio::MOST_SECONDS;
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};

use super::{FRAME, encode::Encoded};
use crate::media::AUDIO_RATE;

/// Frames of a page: a second, so that players find their place in a long file.
const PAGE: usize = 50;
/// A converted file holds no more frames than this.
const MOST_FRAMES: usize = (MOST_SECONDS as usize + 1) * PAGE;
const VENDOR: &[u8] = b"Cordboard";

/// A whole file. `samples` were encoded; what the encoder put before and behind them is not played.
pub fn write(encoded: &Encoded, samples: usize) -> std::io::Result<Vec<u8>> {
    let mut file = Vec::new();
    let mut writer = PacketWriter::new(&mut file);
    let serial = 1;
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend(encoded.pre_skip.to_le_bytes());
    head.extend(AUDIO_RATE.to_le_bytes());
    // No gain; mono.
    head.extend([0, 0, 0]);
    writer.write_packet(head, serial, PacketWriteEndInfo::EndPage, 0)?;
    let mut tags = b"OpusTags".to_vec();
    tags.extend((VENDOR.len() as u32).to_le_bytes());
    tags.extend(VENDOR);
    tags.extend(0_u32.to_le_bytes());
    writer.write_packet(tags, serial, PacketWriteEndInfo::EndPage, 0)?;
    let end = samples + usize::from(encoded.pre_skip);
    for (number, frame) in encoded.frames.iter().enumerate() {
        let position = ((number + 1) * FRAME).min(end) as u64;
        let place = if number + 1 == encoded.frames.len() {
            PacketWriteEndInfo::EndStream
        } else if number % PAGE == PAGE - 1 {
            PacketWriteEndInfo::EndPage
        } else {
            PacketWriteEndInfo::NormalPacket
        };
        writer.write_packet(frame.as_ref(), serial, place, position)?;
    }
    drop(writer);
    Ok(file)
}

/// The frames of a file that [`write`] wrote.
pub fn frames(file: &[u8]) -> Result<Vec<Bytes>, String> {
    let mut reader = PacketReader::new(Cursor::new(file));
    let mut packets =
        std::iter::from_fn(|| reader.read_packet().map_err(|error| error.to_string()).transpose());
    let head = packets.next().ok_or("it is empty")??;
    if !head.data.starts_with(b"OpusHead") {
        return Err("it is not Ogg Opus".to_owned());
    }
    packets.next().ok_or("it has no tags")??;
    let mut frames = Vec::new();
    for packet in packets {
        if frames.len() == MOST_FRAMES {
            return Err("it is too long".to_owned());
        }
        frames.push(packet?.data.into());
    }
    if frames.is_empty() { Err("there is no sound in it".to_owned()) } else { Ok(frames) }
}
