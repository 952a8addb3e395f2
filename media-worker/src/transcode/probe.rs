//! Looks through a recorded track without decoding it: is there media, and how large do its pictures get?

use std::path::Path;

use domain::calls::MediaKind;
use gstreamer as gst;

use super::{TranscodeError, decoder::Decoder, picture::Size, plan::TrackPlan};

/// A track that holds media.
#[derive(Debug, Clone)]
pub struct Found {
    pub plan: TrackPlan,
    /// The widest and highest of its pictures; None for sound.
    pub size: Option<Size>,
}

/// None if the file has nothing to show or to hear: it may be missing, empty, or cut off before its first picture.
pub fn look_through(directory: &Path, plan: &TrackPlan) -> Option<Found> {
    match scan(&plan.file(directory), plan.kind) {
        Ok(Some(size)) => Some(Found { plan: plan.clone(), size }),
        Ok(None) => {
            tracing::warn!(track = plan.id, "a track holds no media");
            None
        }
        Err(error) => {
            tracing::warn!(track = plan.id, %error, "a track can't be read");
            None
        }
    }
}

fn scan(file: &Path, kind: MediaKind) -> Result<Option<Option<Size>>, TranscodeError> {
    let decoder = Decoder::open(file, "!")?;
    let mut found = None;
    loop {
        let buffer = match decoder.next() {
            Ok(Some(buffer)) => buffer,
            Ok(None) => return Ok(found),
            // What was read until a damaged place can be shown.
            Err(_) if found.is_some() => return Ok(found),
            Err(error) => return Err(error),
        };
        match kind {
            MediaKind::Audio => found = Some(None),
            MediaKind::Video => {
                if let Some(size) = key_frame_size(&buffer) {
                    found = Some(Some(larger(found.flatten(), size)));
                }
            }
        }
    }
}

fn larger(known: Option<Size>, size: Size) -> Size {
    known.map_or(size, |known| Size {
        width: known.width.max(size.width),
        height: known.height.max(size.height),
    })
}

/// RFC 6386 section 9.1: a key frame's header carries its size.
fn key_frame_size(buffer: &gst::Buffer) -> Option<Size> {
    let bytes = buffer.map_readable().ok()?;
    let header: &[u8; 10] = bytes.first_chunk()?;
    let is_key_frame = header[0] & 1 == 0 && header[3..6] == [0x9d, 0x01, 0x2a];
    let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    is_key_frame.then(|| Size { width: side(header[6], header[7]), height: side(header[8], header[9]) })
}
