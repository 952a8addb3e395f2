//! The one pipeline that encodes: composed pictures and mixed sound in, the ladder's segments and the MP4 file out.
//!
//! ```text
//! pictures ─┬─ scale ─ x264 ─ cmafmux ─ rendition          sound ─ AAC ─┬─ cmafmux ─ rendition
//!           ├─ …                                                        └─ mp4mux
//!           └─ x264 ─┬─ cmafmux ─ rendition
//!                    └─ mp4mux ─ recording.mp4
//! ```

use std::{path::Path, time::Duration};

use gstreamer::{self as gst, prelude::*};
use gstreamer_app::{AppSink, AppSrc};

use super::{TranscodeError, compose::FRAMES_A_SECOND, picture::Size, rendition::Rendition};
use crate::{
    media::AUDIO_RATE,
    pipeline::{change_state, launch},
};

/// Two groups of pictures.
pub const SEGMENT_SECONDS: u64 = 4;
/// The same in nanoseconds.
const SEGMENT: u64 = SEGMENT_SECONDS * 1_000_000_000;
const GROUP_OF_PICTURES: u64 = SEGMENT_SECONDS / 2 * FRAMES_A_SECOND;
/// Constant quality, capped by [`bitrate_cap`]: people who sit still cost a fraction of it.
const QUALITY: u32 = 23;
pub const AUDIO_KBPS: u32 = 128;
const SAMPLES_A_SECOND: u64 = AUDIO_RATE as u64;
/// AAC-LC's.
const SAMPLES_A_FRAME: u64 = 1024;
/// What the AAC encoder puts before the first sample (one frame). No timestamp tells players of it, so the sound is handed
/// in that much ahead and comes out where it belongs.
pub const AUDIO_PRIMING: i64 = SAMPLES_A_FRAME as i64;
const WAITING_PICTURES: u64 = 8;
pub const STATE_CHANGE_LIMIT: Duration = Duration::from_secs(15);

pub struct Encoder {
    pub pipeline: gst::Pipeline,
    /// None for sound alone.
    pub pictures: Option<AppSrc>,
    pub sound: AppSrc,
    pub rungs: Vec<Rung>,
    pub audio: Rendition,
}

pub struct Rung {
    pub name: String,
    pub size: Size,
    pub rendition: Rendition,
}

impl Encoder {
    /// `rungs` from the canvas down; none for sound alone.
    pub fn build(out: &Path, file: &Path, rungs: &[Size]) -> Result<Self, TranscodeError> {
        let pipeline = launch(&description(rungs)).map_err(TranscodeError::Pipeline)?;
        named::<gst::Element>(&pipeline, "file")?.set_property("location", file);
        let muxer = named::<gst::Element>(&pipeline, "muxer")?;
        muxer.set_property("faststart-file", file.with_extension("faststart"));
        let receive = |name: &str| {
            let rendition = Rendition::create(out, name).map_err(TranscodeError::io(out))?;
            rendition.receive_from(&named::<AppSink>(&pipeline, &format!("{name}-segments"))?);
            Ok::<_, TranscodeError>(rendition)
        };
        let with_rendition = |size: &Size| {
            let name = rung_name(*size);
            let rendition = receive(&name)?;
            Ok::<_, TranscodeError>(Rung { name, size: *size, rendition })
        };
        let rungs: Vec<Rung> = rungs.iter().map(with_rendition).collect::<Result<_, _>>()?;
        let pictures = match rungs.is_empty() {
            true => None,
            false => Some(named(&pipeline, "pictures")?),
        };
        Ok(Self { audio: receive("audio")?, sound: named(&pipeline, "sound")?, pictures, rungs, pipeline })
    }

    /// Makes it ready for media of that length.
    pub fn start(&self, duration_ms: u64) -> Result<(), TranscodeError> {
        change_state(&self.pipeline, gst::State::Playing, STATE_CHANGE_LIMIT)
            .map_err(TranscodeError::Pipeline)?;
        // AAC frames don't divide four seconds: counted from its own start each segment would begin earlier than the
        // pictures', by seconds in an hour. The muxer forgets what it is told before it starts, and wants a frame's start.
        let muxer = named::<gst::Element>(&self.pipeline, "sound-muxer")?;
        for boundary in (SEGMENT..duration_ms * 1_000_000).step_by(SEGMENT as usize) {
            let frames = boundary * SAMPLES_A_SECOND / 1_000_000_000 / SAMPLES_A_FRAME;
            let start = frames * SAMPLES_A_FRAME * 1_000_000_000 / SAMPLES_A_SECOND;
            let start = gst::ClockTime::from_nseconds(start);
            muxer.emit_by_name::<()>("split-at-running-time", &[&start]);
        }
        Ok(())
    }

    /// RFC 6381 name of a rung's codec: profile, constraints and level as its decoder configuration has them.
    pub fn codec(&self, rung: &Rung) -> Option<String> {
        let encoder = self.pipeline.by_name(&format!("{}-encoder", rung.name))?;
        let caps = encoder.static_pad("src")?.current_caps()?;
        let data = caps.structure(0)?.get::<gst::Buffer>("codec_data").ok()?;
        let bytes = data.map_readable().ok()?;
        let [_, profile, constraints, level] = bytes.first_chunk()?;
        Some(format!("avc1.{profile:02X}{constraints:02X}{level:02X}"))
    }

    pub fn segments_written(&self) -> usize {
        let pictures: usize = self.rungs.iter().map(|rung| rung.rendition.segments_written()).sum();
        pictures + self.audio.segments_written()
    }
}

pub fn rung_name(size: Size) -> String {
    format!("{}p", size.height)
}

fn named<T: IsA<gst::Element>>(pipeline: &gst::Pipeline, name: &str) -> Result<T, TranscodeError> {
    pipeline
        .by_name(name)
        .and_then(|element| element.downcast::<T>().ok())
        .ok_or_else(|| TranscodeError::Pipeline(format!("no element {name}")))
}

/// Kilobits a second that a picture of that size may need at most; 2500 for 1280×720.
fn bitrate_cap(size: Size) -> u32 {
    let share = f64::from(size.width * size.height) / f64::from(1280 * 720);
    (2500.0 * share.powf(0.75)) as u32
}

fn description(rungs: &[Size]) -> String {
    let queue = "queue max-size-buffers=0 max-size-bytes=0 max-size-time=2000000000";
    // No sink waits for another's first buffer (async=false): the MP4 file's comes at the very end.
    // Two people, not a stereo picture: joint coding (M/S, intensity) would put a quarter of one's voice into the other's
    // channel.
    let mut text = format!(
        "mp4mux name=muxer faststart=true ! filesink name=file async=false \
         appsrc name=sound format=time block=true max-bytes=384000 \
           caps=audio/x-raw,format=F32LE,rate={AUDIO_RATE},channels=2,layout=interleaved,channel-mask=(bitmask)3 \
         ! audioconvert ! avenc_aac bitrate={} aac-ms=false aac-is=false ! aacparse ! tee name=aac \
         aac. ! {queue} ! cmafmux name=sound-muxer fragment-duration={} ! appsink name=audio-segments sync=false async=false \
         aac. ! {queue} ! muxer. ",
        AUDIO_KBPS * 1000,
        // Never reached: boundaries are asked for one by one.
        2 * SEGMENT,
    );
    let Some(canvas) = rungs.first() else {
        return text;
    };
    let Size { width, height } = *canvas;
    text += &format!(
        "appsrc name=pictures format=time block=true max-bytes={} \
           caps=video/x-raw,format=I420,width={width},height={height},framerate={FRAMES_A_SECOND}/1,\
pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt601 \
         ! tee name=composed ",
        WAITING_PICTURES * canvas.bytes() as u64
    );
    for size in rungs {
        let Size { width, height } = *size;
        let name = rung_name(*size);
        // No B-frames: every timestamp is when a picture is shown, so nothing needs an edit list, and talking heads gain
        // little from them. Key frames at fixed places only: that aligns the rungs.
        text += &format!(
            "composed. ! queue max-size-buffers=4 max-size-bytes=0 max-size-time=0 \
             ! videoconvertscale ! video/x-raw,width={width},height={height},pixel-aspect-ratio=1/1 \
             ! x264enc name={name}-encoder speed-preset=veryfast pass=qual quantizer={QUALITY} bitrate={} vbv-buf-capacity=2000 \
                 bframes=0 key-int-max={GROUP_OF_PICTURES} option-string=\"scenecut=0:keyint-min={GROUP_OF_PICTURES}\" \
             ! video/x-h264,profile=high,stream-format=avc,alignment=au ! tee name=coded-{name} \
             coded-{name}. ! {queue} ! cmafmux fragment-duration={SEGMENT} ! appsink name={name}-segments sync=false async=false ",
            bitrate_cap(*size)
        );
    }
    text += &format!("coded-{}. ! {queue} ! muxer. ", rung_name(*canvas));
    text
}
