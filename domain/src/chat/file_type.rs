//! What a file is, told by its content. What a browser calls it is a guess, and a name can say anything.

use crate::text_enum::text_enum;

text_enum! { /// Media types that a chat takes: what every browser shows, and nothing that runs.
FileType {
    Png = "image/png",
    Jpeg = "image/jpeg",
    Gif = "image/gif",
    WebP = "image/webp",
    Pdf = "application/pdf",
    Text = "text/plain",
} }

impl FileType {
    /// None: nothing that a chat takes.
    #[must_use]
    pub fn of(content: &[u8]) -> Option<Self> {
        match content {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            _ => is_plain_text(content).then_some(Self::Text),
        }
    }

    /// Shown where it stands; everything else is offered for saving.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Gif | Self::WebP)
    }
}

fn is_plain_text(content: &[u8]) -> bool {
    let line_break = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    !content.is_empty()
        && str::from_utf8(content)
            .is_ok_and(|text| text.chars().all(|c| c == '\u{feff}' || line_break(c) || !c.is_control()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_content() {
        let of = FileType::of;
        assert_eq!(of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), Some(FileType::Png));
        assert_eq!(of(&[0xff, 0xd8, 0xff, 0xe0]), Some(FileType::Jpeg));
        assert_eq!(of(b"GIF89a"), Some(FileType::Gif));
        assert_eq!(of(b"RIFF\x10\0\0\0WEBPVP8 "), Some(FileType::WebP));
        assert_eq!(of(b"%PDF-1.7\n"), Some(FileType::Pdf));
        assert_eq!(of("\u{feff}Größe\t3\r\n".as_bytes()), Some(FileType::Text));
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        let cases: [&[u8]; 6] =
            [b"", b"MZ\x90\0", b"\x7fELF\x02", b"PK\x03\x04", b"RIFF\x10\0\0\0WAVE", &[0xe9, 0x74, 0xe9]];
        for content in cases {
            assert_eq!(FileType::of(content), None, "{content:?}");
        }
    }
}
