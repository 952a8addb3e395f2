//! HLS playlists (RFC 8216) as text.

use std::fmt::Write;

use super::{encode::SEGMENT_SECONDS, picture::Size};

/// Segments aim at this; the last is shorter.
pub const TARGET_SECONDS: f64 = SEGMENT_SECONDS as f64;

#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub name: String,
    pub seconds: f64,
    pub bytes: u64,
}

/// What a variant needs of the network, in bits a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bandwidth {
    pub peak: u64,
    pub average: u64,
}

impl Bandwidth {
    /// RFC 8216 section 4.3.4.2: the peak counts no stretch shorter than half a target duration.
    pub fn of(segments: &[Segment]) -> Self {
        let rate = |bytes: u64, seconds: f64| (bytes as f64 * 8.0 / seconds.max(0.001)).ceil() as u64;
        let bytes = segments.iter().map(|segment| segment.bytes).sum();
        let average = rate(bytes, segments.iter().map(|segment| segment.seconds).sum());
        let peak = segments
            .iter()
            .filter(|segment| segment.seconds >= TARGET_SECONDS / 2.0)
            .map(|segment| rate(segment.bytes, segment.seconds))
            .fold(average, u64::max);
        Self { peak, average }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { peak: self.peak + other.peak, average: self.average + other.average }
    }
}

/// A picture's rung in the master playlist.
pub struct Variant<'a> {
    pub uri: String,
    /// With the sound's.
    pub bandwidth: Bandwidth,
    pub codecs: String,
    pub size: Option<(Size, &'a str)>,
}

pub fn media(initialisation: &str, segments: &[Segment]) -> String {
    let longest = segments.iter().map(|segment| segment.seconds).fold(TARGET_SECONDS, f64::max);
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"{initialisation}\"\n",
        longest.round()
    );
    for segment in segments {
        push(&mut text, format_args!("#EXTINF:{:.5},\n{}\n", segment.seconds, segment.name));
    }
    text.push_str("#EXT-X-ENDLIST\n");
    text
}

/// `variants` in the order in which players should try them.
pub fn master(audio_uri: &str, variants: &[Variant<'_>]) -> String {
    let mut text = format!(
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Call\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",URI=\"{audio_uri}\"\n"
    );
    for variant in variants {
        let Bandwidth { peak, average } = variant.bandwidth;
        push(
            &mut text,
            format_args!(
                "#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS=\"{}\"",
                variant.codecs
            ),
        );
        if let Some((Size { width, height }, frame_rate)) = variant.size {
            push(&mut text, format_args!(",RESOLUTION={width}x{height},FRAME-RATE={frame_rate}"));
        }
        push(&mut text, format_args!(",AUDIO=\"audio\"\n{}\n", variant.uri));
    }
    text
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments).expect("a string takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(seconds: f64, bytes: u64) -> Segment {
        Segment { name: format!("{bytes}.m4s"), seconds, bytes }
    }

    #[test]
    fn a_short_last_segment_makes_no_peak() {
        let segments = [segment(4.0, 1000), segment(4.0, 3000), segment(0.1, 1000)];
        let bandwidth = Bandwidth::of(&segments);
        assert_eq!(bandwidth.peak, 6000);
        assert_eq!(bandwidth.average, 4939);
        assert_eq!(Bandwidth::of(&[segment(1.0, 100)]), Bandwidth { peak: 800, average: 800 });
    }

    #[test]
    fn playlists_read_as_rfc_8216_wants() {
        assert_eq!(
            media("init.mp4", &[segment(4.0, 1), segment(2.5, 2)]),
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n\
             #EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n\
             #EXTINF:4.00000,\n1.m4s\n#EXTINF:2.50000,\n2.m4s\n#EXT-X-ENDLIST\n"
        );
        let variant = Variant {
            uri: "240p/playlist.m3u8".to_owned(),
            bandwidth: Bandwidth { peak: 2, average: 1 },
            codecs: "avc1.64000D,mp4a.40.2".to_owned(),
            size: Some((Size { width: 426, height: 240 }, "30.000")),
        };
        assert!(master("audio/playlist.m3u8", &[variant]).ends_with(
            "#EXT-X-STREAM-INF:BANDWIDTH=2,AVERAGE-BANDWIDTH=1,CODECS=\"avc1.64000D,mp4a.40.2\",\
             RESOLUTION=426x240,FRAME-RATE=30.000,AUDIO=\"audio\"\n240p/playlist.m3u8\n"
        ));
    }
}
