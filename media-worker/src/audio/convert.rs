//! One upload to what plays: decoded, evened out, encoded.

use std::path::Path;

use super::{FRAME, container, decode::decode, encode::encode, loudness::even_out};
use crate::media::AUDIO_RATE;

/// Why a file isn't converted, in words for whoever uploaded it.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    #[error(
        "This is no audio file that can be read here. Save it as WAV, AIFF, MP3, FLAC, Ogg or M4A and upload that."
    )]
    NotSound,
    #[error(
        "The file is damaged, or its sound is coded in an uncommon way. Save it as WAV or MP3 and upload that."
    )]
    Damaged(String),
    #[error("The file is incomplete: its end is missing. Upload it again.")]
    Incomplete,
    #[error("The file is longer than 10 minutes. Upload a shorter one; music begins again at its end.")]
    TooLong,
    #[error("Nothing can be heard in the file. Upload one with sound.")]
    Silent,
    /// Nothing that another file would change.
    #[error("{0}")]
    Ours(String),
}

/// Converts a file and answers how many milliseconds it plays.
pub fn convert(from: &Path, to: &Path) -> Result<u64, ConvertError> {
    let ours = |error: std::io::Error| ConvertError::Ours(error.to_string());
    let content = std::fs::read(from).map_err(ours)?;
    let mut samples = decode(from, &content)?;
    if !even_out(&mut samples) {
        return Err(ConvertError::Silent);
    }
    // Whole frames, so that the music's loop has no hole.
    samples.resize(samples.len().next_multiple_of(FRAME), 0.0);
    let encoded = encode(&samples).map_err(ConvertError::Ours)?;
    std::fs::write(to, container::write(&encoded, samples.len()).map_err(ours)?).map_err(ours)?;
    Ok(samples.len() as u64 * 1000 / u64::from(AUDIO_RATE))
}
