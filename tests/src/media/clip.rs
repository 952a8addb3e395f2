//! Clips: a few seconds of VP8 and Opus, encoded at first use and cached on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rtc::rtp::Packet;
use rtc::shared::marshal::Unmarshal;

/// Length of every clip; a replay begins again at its end.
pub const LENGTH: Duration = Duration::from_secs(6);
const FRAMES_A_SECOND: u32 = 25;
const PACKETS_A_SECOND: u32 = 50;

/// What a clip shows and sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// 720p, a moving ball, a tone of 440 Hz.
    Agent,
    /// 720p, moving bars, a tone of 880 Hz.
    Contact,
    /// 360p, a picture that turns white or black at each full second as a tone beeps.
    FlashAndBeep,
    /// A small grey picture, a tone of so many hertz.
    Tone(u16),
}

impl Scene {
    fn name(self) -> String {
        match self {
            Self::Agent => "agent".to_owned(),
            Self::Contact => "contact".to_owned(),
            Self::FlashAndBeep => "flash-and-beep".to_owned(),
            Self::Tone(hertz) => format!("tone-{hertz}"),
        }
    }

    /// The tone that this scene sounds, in hertz.
    pub fn tone(self) -> f64 {
        match self {
            Self::Agent => 440.0,
            Self::Contact => 880.0,
            Self::FlashAndBeep => 1000.0,
            Self::Tone(hertz) => f64::from(hertz),
        }
    }

    fn picture(self) -> String {
        let frames = LENGTH.as_secs() as u32 * FRAMES_A_SECOND;
        match self {
            Self::Agent => format!(
                "videotestsrc num-buffers={frames} pattern=ball ! video/x-raw,format=I420,width=1280,height=720,framerate={FRAMES_A_SECOND}/1"
            ),
            Self::Contact => format!(
                "videotestsrc num-buffers={frames} pattern=smpte horizontal-speed=4 ! video/x-raw,format=I420,width=1280,height=720,framerate={FRAMES_A_SECOND}/1"
            ),
            Self::Tone(_) => format!(
                "videotestsrc num-buffers={frames} pattern=solid-color foreground-color=0xff808080 ! video/x-raw,format=I420,width=160,height=90,framerate={FRAMES_A_SECOND}/1"
            ),
            // One picture a second, black and white in turns, repeated up to the frame rate.
            // videorate takes the nearest: this offset lets it change at full seconds.
            Self::FlashAndBeep => format!(
                "videotestsrc num-buffers={} pattern=blink timestamp-offset=480000000 ! video/x-raw,format=I420,width=640,height=360,framerate=1/1 ! videorate ! video/x-raw,framerate={FRAMES_A_SECOND}/1",
                LENGTH.as_secs() + 1
            ),
        }
    }

    fn sound(self) -> String {
        let buffers = LENGTH.as_secs() as u32 * PACKETS_A_SECOND;
        let wave = match self {
            Self::FlashAndBeep => {
                "wave=ticks tick-interval=1000000000 sine-periods-per-tick=100 volume=0.9".to_owned()
            }
            // Low, so that several together are not distorted.
            Self::Tone(_) => "wave=sine volume=0.1".to_owned(),
            _ => "wave=sine volume=0.5".to_owned(),
        };
        format!(
            "audiotestsrc num-buffers={buffers} samplesperbuffer=960 freq={} {wave} ! audio/x-raw,rate=48000,channels=2",
            self.tone()
        )
    }
}

/// One packet of a clip and the moment within the clip at which it is due.
#[derive(Clone, Debug)]
pub struct ClipPacket {
    pub due: Duration,
    /// Ticks of the codec's clock since the clip's start.
    pub ticks: u32,
    pub marker: bool,
    pub payload: Bytes,
}

/// The packets of one scene.
#[derive(Clone, Debug)]
pub struct Clip {
    pub scene: Scene,
    pub audio: Arc<Vec<ClipPacket>>,
    pub video: Arc<Vec<ClipPacket>>,
}

impl Clip {
    /// Loads the clip, encoding it first when nobody did before.
    ///
    /// # Panics
    /// When GStreamer can't encode it.
    pub fn load(scene: Scene) -> Self {
        let audio = cached(&scene.name(), "audio", || {
            format!(
                "{} ! opusenc frame-size=20 bitrate=48000 ! rtpopuspay pt=111 timestamp-offset=0 seqnum-offset=0",
                scene.sound()
            )
        });
        let video = cached(&scene.name(), "video", || {
            format!(
                "{} ! vp8enc deadline=1 cpu-used=8 threads=2 keyframe-max-dist={FRAMES_A_SECOND} target-bitrate=900000 ! rtpvp8pay pt=96 timestamp-offset=0 seqnum-offset=0 mtu=1180 picture-id-mode=15-bit",
                scene.picture()
            )
        });
        Self { scene, audio: Arc::new(packets(&audio, 48_000)), video: Arc::new(packets(&video, 90_000)) }
    }
}

/// The file that `pipeline` makes, made once however many processes ask for it.
fn cached(scene: &str, kind: &str, pipeline: impl FnOnce() -> String) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-media");
    fs::create_dir_all(&folder).expect("a folder for the test media");
    let file = folder.join(format!("{scene}-{kind}-{}s.rtp", LENGTH.as_secs()));
    if file.exists() {
        return file;
    }
    // Written beside and renamed: whoever else wants it, in this process or another one, sees a whole file or none.
    let partial = file.with_extension(format!("{:016x}.partial", rand::random::<u64>()));
    let launch = format!("{} ! rtpstreampay ! filesink location={}", pipeline(), partial.display());
    let output = Command::new("gst-launch-1.0")
        .arg("-q")
        .args(launch.split_whitespace())
        .output()
        .expect("gst-launch-1.0 runs (package gstreamer1.0-tools)");
    assert!(output.status.success(), "encoding {scene} {kind}: {}", String::from_utf8_lossy(&output.stderr));
    fs::rename(&partial, &file).expect("the finished clip takes its name");
    file
}

/// Reads RFC 4571 framing: a length of two octets, then the packet.
fn packets(file: &Path, clock: u32) -> Vec<ClipPacket> {
    let mut bytes = Bytes::from(fs::read(file).expect("the clip reads"));
    let mut packets = Vec::new();
    let mut first = None;
    while bytes.len() > 2 {
        let length = usize::from(u16::from_be_bytes([bytes[0], bytes[1]]));
        let mut framed = bytes.slice(2..2 + length);
        bytes = bytes.slice(2 + length..);
        let packet = Packet::unmarshal(&mut framed).expect("the clip holds RTP");
        let first = *first.get_or_insert(packet.header.timestamp);
        let ticks = packet.header.timestamp.wrapping_sub(first);
        packets.push(ClipPacket {
            due: Duration::from_secs_f64(f64::from(ticks) / f64::from(clock)),
            ticks,
            marker: packet.header.marker,
            payload: packet.payload,
        });
    }
    assert!(!packets.is_empty(), "an empty clip: {}", file.display());
    packets
}
