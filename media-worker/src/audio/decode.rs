//! Uploads to samples. The chain of elements follows from the format that the first bytes tell, so no file can choose one
//! for itself: a playlist that would have us fetch addresses finds nobody to read it.

use std::{path::Path, time::Duration};

use domain::audio::{AudioFormat, MOST_SECONDS};
use gstreamer as gst;

use super::ConvertError;
use crate::{
    media::AUDIO_RATE,
    pipeline::{FileReader, ReadError},
};

const MOST_SAMPLES: usize = MOST_SECONDS as usize * AUDIO_RATE as usize;
/// What a file's header may claim beyond what is there: paddings and rounded lengths, not halves.
const CLAIMED_BEYOND: Duration = Duration::from_millis(500);
const SOUND: &str = "capsfilter caps=audio/x-vorbis;audio/x-opus;audio/x-flac;audio/x-speex;audio/mpeg";

fn chain(format: AudioFormat, tagged: bool) -> String {
    let decoder = match format {
        AudioFormat::Wave => "wavparse ! decodebin".to_owned(),
        AudioFormat::Aiff => "aiffparse".to_owned(),
        AudioFormat::Mp3 if tagged => "id3demux ! mpegaudioparse ! mpg123audiodec".to_owned(),
        AudioFormat::Mp3 => "mpegaudioparse ! mpg123audiodec".to_owned(),
        AudioFormat::Aac => "aacparse ! avdec_aac".to_owned(),
        AudioFormat::Flac => "flacparse ! flacdec".to_owned(),
        AudioFormat::Ogg => format!("oggdemux ! {SOUND} ! decodebin"),
        // Its first sound, whatever pictures stand before it.
        AudioFormat::Mp4 => "qtdemux name=demux demux.audio_0 ! queue ! decodebin".to_owned(),
        AudioFormat::Matroska => "matroskademux name=demux demux.audio_0 ! queue ! decodebin".to_owned(),
    };
    format!(
        "! {decoder} ! audioconvert ! audioresample ! audio/x-raw,format=F32LE,rate={AUDIO_RATE},channels=1 !"
    )
}

/// The whole of a file, as one channel.
pub fn decode(file: &Path, content: &[u8]) -> Result<Vec<f32>, ConvertError> {
    let format = AudioFormat::of(content).ok_or(ConvertError::NotSound)?;
    let is_cut = match format {
        AudioFormat::Wave => wave_is_cut(content),
        AudioFormat::Aiff => aiff_is_cut(content),
        _ => false,
    };
    if is_cut {
        return Err(ConvertError::Incomplete);
    }
    gst::init().map_err(|error| ConvertError::Ours(error.to_string()))?;
    let damaged = |error: ReadError| ConvertError::Damaged(error.to_string());
    let reader = FileReader::open(file, &chain(format, content.starts_with(b"ID3"))).map_err(damaged)?;
    let (mut samples, mut claimed) = (Vec::new(), None);
    while let Some(buffer) = reader.next().map_err(damaged)? {
        claimed = claimed.max(reader.duration());
        let map = buffer.map_readable().map_err(|error| ConvertError::Ours(error.to_string()))?;
        samples.extend(map.as_chunks::<4>().0.iter().map(|sample| f32::from_le_bytes(*sample)));
        if samples.len() > MOST_SAMPLES {
            return Err(ConvertError::TooLong);
        }
    }
    let length = Duration::from_secs_f64(samples.len() as f64 / f64::from(AUDIO_RATE));
    if claimed.is_some_and(|claimed| claimed > length + CLAIMED_BEYOND) {
        return Err(ConvertError::Incomplete);
    }
    Ok(samples)
}

/// An AIFF file says at its beginning how much comes after that.
fn aiff_is_cut(content: &[u8]) -> bool {
    let Some([a, b, c, d]) = content.get(4..8) else { return true };
    content.len() < 8 + u32::from_be_bytes([*a, *b, *c, *d]) as usize
}

/// A WAV file's chunks say how long they are; its decoder plays what is there and says nothing. A length of all ones means
/// that the writer couldn't know.
fn wave_is_cut(content: &[u8]) -> bool {
    let mut place = 12;
    while let Some([name @ .., a, b, c, d]) = content.get(place..place + 8) {
        let length = u32::from_le_bytes([*a, *b, *c, *d]);
        let end = place + 8 + length as usize;
        if name == b"data" {
            return length < u32::MAX - 0xfff && end > content.len();
        }
        place = end + end % 2;
    }
    true
}
