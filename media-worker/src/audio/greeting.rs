//! What is said before the beep where nobody uploaded anything.

use bytes::Bytes;

use super::frames;

/// "Nobody can take your call just now. Please leave a message after the tone.": spoken by eSpeak NG (voice en-gb, 150 words a
/// minute), and converted as an upload is.
const WORDS: &[u8] = include_bytes!("greeting.opus");

pub fn default_greeting() -> Result<Vec<Bytes>, String> {
    frames(WORDS)
}
