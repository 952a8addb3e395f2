//! Decodes a finished recording with GStreamer, down to what can be measured: two channels of
//! sound and the brightness of the picture's left and right half.

use std::path::Path;
use std::process::Command;

/// Pictures a second after resampling: the resolution of all that is measured on them.
const PICTURES_A_SECOND: u32 = 200;
const SAMPLES_A_SECOND: u32 = 48_000;

/// Left and right samples at 48 kHz.
pub type Sound = Vec<[i16; 2]>;

/// A decoded recording.
#[derive(Debug)]
pub struct Decoded {
    /// From the recording's start.
    pub samples: Sound,
    /// Brightness of the left and right half, 200 times a second.
    pub brightness: Vec<[u8; 2]>,
}

/// Which side of the recording: agents are left, contacts right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left = 0,
    Right = 1,
}

/// Decodes an MP4 or M4A.
pub fn decode(file: &Path, video: bool) -> Decoded {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (sound, picture) = (folder.path().join("sound"), folder.path().join("picture"));
    let mut launch = format!(
        "filesrc location={} ! qtdemux name=demux demux.audio_0 ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! decodebin ! audioconvert ! audioresample ! audiorate ! audio/x-raw,format=S16LE,rate={SAMPLES_A_SECOND},channels=2 ! filesink location={}",
        file.display(),
        sound.display()
    );
    if video {
        // A row of four grey pixels: GStreamer pads rows to four octets.
        launch += &format!(
            " demux.video_0 ! queue max-size-time=0 max-size-buffers=0 max-size-bytes=0 ! decodebin ! videoconvert ! videoscale method=bilinear add-borders=false ! video/x-raw,width=64,height=36,pixel-aspect-ratio=1/1 ! videoscale add-borders=false ! video/x-raw,format=GRAY8,width=4,height=1,pixel-aspect-ratio=1/1 ! videorate ! video/x-raw,framerate={PICTURES_A_SECOND}/1 ! filesink location={}",
            picture.display()
        );
    }
    run(&launch, file);
    let picture = std::fs::read(picture).unwrap_or_default();
    Decoded {
        samples: samples(&sound),
        brightness: picture.chunks_exact(4).map(|row| [half(row[0], row[1]), half(row[2], row[3])]).collect(),
    }
}

/// Decodes the sound of any file.
pub fn decode_sound(file: &Path) -> Decoded {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sound = folder.path().join("sound");
    let launch = format!(
        "filesrc location={} ! decodebin ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate={SAMPLES_A_SECOND},channels=2 ! filesink location={}",
        file.display(),
        sound.display()
    );
    run(&launch, file);
    Decoded { samples: samples(&sound), brightness: Vec::new() }
}

fn run(launch: &str, file: &Path) {
    let output = Command::new("gst-launch-1.0")
        .arg("-q")
        .args(launch.split_whitespace())
        .output()
        .expect("gst-launch-1.0 runs");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "decoding {}: {complaint}", file.display());
}

fn samples(sound: &Path) -> Vec<[i16; 2]> {
    let sound = std::fs::read(sound).expect("the sound reads");
    let sample = |at: &[u8; 2]| i16::from_le_bytes(*at);
    sound
        .as_chunks::<2>()
        .0
        .as_chunks::<2>()
        .0
        .iter()
        .map(|[left, right]| [sample(left), sample(right)])
        .collect()
}

fn half(one: u8, other: u8) -> u8 {
    u8::midpoint(one, other)
}

impl Decoded {
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(SAMPLES_A_SECOND)
    }

    /// For how many seconds a tone can be heard on one side (Goertzel's algorithm over blocks of
    /// 100 ms; a sine of half the full scale counts 0.5).
    pub fn tone_seconds(&self, side: Side, hertz: f64) -> f64 {
        let block = SAMPLES_A_SECOND as usize / 10;
        let heard =
            self.samples.chunks_exact(block).filter(|samples| goertzel(samples, side, hertz) > 0.05).count();
        heard as f64 / 10.0
    }

    /// When beeps begin on one side, in seconds.
    pub fn beeps(&self, side: Side) -> Vec<f64> {
        // Blocks of 2 ms; a beep begins where it gets loud after 300 ms of quiet.
        let block = SAMPLES_A_SECOND as usize / 500;
        let mut beeps = Vec::new();
        let mut quiet_blocks = 0;
        for (number, samples) in self.samples.chunks_exact(block).enumerate() {
            let peak = samples.iter().map(|sample| sample[side as usize].unsigned_abs()).max().unwrap_or(0);
            if peak > 3000 {
                if quiet_blocks > 150 {
                    beeps.push(number as f64 * 0.002);
                }
                quiet_blocks = 0;
            } else {
                quiet_blocks += 1;
            }
        }
        beeps
    }

    /// When one half of the picture turns from dark to bright or back, in seconds.
    pub fn flashes(&self, side: Side) -> Vec<f64> {
        let mut flashes = Vec::new();
        let mut bright: Option<bool> = None;
        for (number, picture) in self.brightness.iter().enumerate() {
            let now = match picture[side as usize] {
                0..=80 => false,
                150..=255 => true,
                _ => continue,
            };
            if bright.is_some_and(|before| before != now) {
                flashes.push(number as f64 / f64::from(PICTURES_A_SECOND));
            }
            bright = Some(now);
        }
        flashes
    }

    /// Each flash's distance to the beep nearest to it, in seconds; positive: the picture is late.
    pub fn offsets(&self, side: Side) -> Vec<f64> {
        let beeps = self.beeps(side);
        self.flashes(side)
            .into_iter()
            .filter_map(|flash| {
                beeps.iter().map(|beep| flash - beep).min_by(|one, other| one.abs().total_cmp(&other.abs()))
            })
            .collect()
    }
}

/// How loud a tone is on the louder side: the middle one of blocks of 50 ms, so that it has to last. A sine of half the full
/// scale counts 0.5.
pub fn tone(samples: &[[i16; 2]], hertz: f64) -> f64 {
    let blocks = samples.chunks_exact(SAMPLES_A_SECOND as usize / 20);
    let loudest = |block| goertzel(block, Side::Left, hertz).max(goertzel(block, Side::Right, hertz));
    let levels: Vec<f64> = blocks.map(loudest).collect();
    if levels.is_empty() { 0.0 } else { median(levels) }
}

fn goertzel(samples: &[[i16; 2]], side: Side, hertz: f64) -> f64 {
    let coefficient = 2.0 * (std::f64::consts::TAU * hertz / f64::from(SAMPLES_A_SECOND)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for sample in samples {
        let value = f64::from(sample[side as usize]) / 32768.0;
        (last, before) = (value + coefficient * last - before, last);
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    assert!(!values.is_empty(), "a median of something");
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
