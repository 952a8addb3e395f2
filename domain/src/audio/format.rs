//! What an upload is, told by its first bytes. Names and media types given by browsers are guesses; and a decoder that is
//! chosen by us alone can't be led to read playlists or to fetch addresses.

/// The containers that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudioFormat {
    Wave,
    /// As Apple's programs save it, AIFF-C included.
    Aiff,
    Mp3,
    /// Raw AAC (ADTS).
    Aac,
    Flac,
    Ogg,
    /// M4A and MP4.
    Mp4,
    /// WebM, as browsers record it.
    Matroska,
}

impl AudioFormat {
    /// None: nothing that we can read.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        match content {
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Self::Wave),
            [b'F', b'O', b'R', b'M', _, _, _, _, b'A', b'I', b'F', b'F' | b'C', ..] => Some(Self::Aiff),
            [b'f', b'L', b'a', b'C', ..] => Some(Self::Flac),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::Mp4),
            [0x1a, 0x45, 0xdf, 0xa3, ..] => Some(Self::Matroska),
            [b'I', b'D', b'3', ..] => Some(Self::Mp3),
            // MPEG's frame header: 11 or 12 bits of ones, and a layer that only ADTS leaves at 0. Layer I is left out: its
            // bits are those of UTF-16's byte order mark.
            [0xff, second, ..] if second & 0xf6 == 0xf0 => Some(Self::Aac),
            [0xff, second, ..] if second & 0xe0 == 0xe0 && matches!(second & 0x06, 0x02 | 0x04) => {
                Some(Self::Mp3)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        let of = AudioFormat::of;
        assert_eq!(of(b"RIFF\0\0\0\0WAVEfmt "), Some(AudioFormat::Wave));
        assert_eq!(of(b"FORM\0\0\0\0AIFFCOMM"), Some(AudioFormat::Aiff));
        assert_eq!(of(b"ID3\x04"), Some(AudioFormat::Mp3));
        assert_eq!(of(&[0xff, 0xfb, 0x90]), Some(AudioFormat::Mp3));
        assert_eq!(of(&[0xff, 0xf1, 0x50]), Some(AudioFormat::Aac));
        assert_eq!(of(b"\0\0\0\x20ftypM4A "), Some(AudioFormat::Mp4));
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        for content in
            [&b""[..], b"RIFF\0\0\0\0AVI ", b"#EXTM3U\nhttp://10.0.0.1/", b"<html>", &[0xff, 0xfe, 0x41]]
        {
            assert_eq!(AudioFormat::of(content), None, "{content:?}");
        }
    }
}
