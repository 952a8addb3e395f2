//! After the pipeline's end: playlists, stills, waveform, and the list of everything.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    TranscodeError,
    encode::Encoder,
    feed::Made,
    plan::{Outcome, OutputFile, RenditionOutcome},
    playlist::{self, Bandwidth, Segment, Variant},
    rendition::PLAYLIST,
};

const AAC: &str = "mp4a.40.2";
const MASTER: &str = "master.m3u8";
const RESULT: &str = "result.json";

pub fn write(
    out: &Path,
    encoder: &Encoder,
    made: Made,
    start_ms: u64,
    duration_ms: u64,
) -> Result<Outcome, TranscodeError> {
    let fault = TranscodeError::io;
    let sound = Bandwidth::of(&encoder.audio.finish().map_err(fault(out))?);
    let mut renditions = Vec::new();
    let mut variants = Vec::new();
    for (rung, codec) in encoder.rungs.iter().zip(made.codecs) {
        let segments: Vec<Segment> = rung.rendition.finish().map_err(fault(out))?;
        let bandwidth = Bandwidth::of(&segments);
        variants.push(Variant {
            uri: format!("{}/{PLAYLIST}", rung.name),
            bandwidth: bandwidth.plus(sound),
            codecs: format!("{codec},{AAC}"),
            size: Some((rung.size, "30.000")),
        });
        renditions.push(RenditionOutcome {
            name: rung.name.clone(),
            width: Some(rung.size.width),
            height: Some(rung.size.height),
            kbps: kbps(bandwidth),
            codecs: codec,
        });
    }
    let audio = format!("audio/{PLAYLIST}");
    variants.push(Variant { uri: audio.clone(), bandwidth: sound, codecs: AAC.to_owned(), size: None });
    renditions.push(RenditionOutcome {
        name: "audio".to_owned(),
        width: None,
        height: None,
        kbps: kbps(sound),
        codecs: AAC.to_owned(),
    });
    put(out, MASTER, playlist::master(&audio, &variants).as_bytes())?;
    put(out, "waveform.json", made.waveform.into_json().to_string().as_bytes())?;
    if let Some(stills) = made.stills {
        stills.write(out, duration_ms as f64 / 1000.0)?;
    }
    let outcome = Outcome { renditions, start_ms, duration_ms, files: list(out).map_err(fault(out))? };
    let text =
        serde_json::to_vec_pretty(&outcome).map_err(|error| TranscodeError::Pipeline(error.to_string()))?;
    put(out, RESULT, &text)?;
    Ok(outcome)
}

fn put(out: &Path, name: &str, bytes: &[u8]) -> Result<(), TranscodeError> {
    let path = out.join(name);
    fs::write(&path, bytes).map_err(TranscodeError::io(&path))
}

fn kbps(bandwidth: Bandwidth) -> u32 {
    u32::try_from(bandwidth.average.div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Every file under `out`, a playlist after what it names.
fn list(out: &Path) -> std::io::Result<Vec<OutputFile>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(out.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if let Some(content_type) = content_type(&path) {
                files.push(OutputFile {
                    path: path.to_string_lossy().into_owned(),
                    content_type: content_type.to_owned(),
                });
            }
        }
    }
    files.sort_by_key(|file| {
        let rank = match file.path.rsplit_once('.') {
            _ if file.path == MASTER => 2,
            Some((_, "m3u8")) => 1,
            _ => 0,
        };
        (rank, file.path.clone())
    });
    Ok(files)
}

fn content_type(path: &Path) -> Option<&'static str> {
    let in_audio = path.starts_with("audio");
    match path.extension()?.to_str()? {
        "m3u8" => Some("application/vnd.apple.mpegurl"),
        "mp4" | "m4s" if in_audio => Some("audio/mp4"),
        "mp4" | "m4s" => Some("video/mp4"),
        "m4a" => Some("audio/mp4"),
        "jpg" => Some("image/jpeg"),
        "vtt" => Some("text/vtt"),
        "json" => Some("application/json"),
        _ => None,
    }
}
