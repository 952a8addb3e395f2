//! What a killed worker left in the spool: whole objects are brought to storage, the rest is thrown away.

use std::path::{Path, PathBuf};

use domain::{Platform, ids::TrackId, recordings::NewObject};
use sha2::{Digest, Sha256};
use tokio::fs;
use uuid::Uuid;

use super::capture;

/// Folders of transcodings begin with this; they hold plaintext and are thrown away first.
pub const TRANSCODING: &str = "transcoding-";
/// And those of conversions with this.
pub const CONVERTING: &str = "converting-";

/// Removes what is of no use to anybody. To be called before anything is recorded.
pub async fn tidy(platform: &Platform) {
    let spool = &platform.config.media.spool_dir;
    if let Err(error) = fs::create_dir_all(spool).await {
        tracing::error!(%error, spool = %spool.display(), "CORDBOARD_SPOOL_DIR cannot be used: nothing will be recorded");
    }
    for entry in folder(spool).await {
        let begins = |name: &std::ffi::OsStr| {
            [TRANSCODING, CONVERTING].iter().any(|prefix| name.to_string_lossy().starts_with(prefix))
        };
        if entry.file_name().is_some_and(begins) {
            let _ = fs::remove_dir_all(&entry).await;
        }
    }
    // What is there now was there before this process: `spool/<recording>/<epoch>/<track>/<sequence>.mkv`.
    let left = spool.join("left");
    let _ = fs::create_dir_all(&left).await;
    for recording in folder(spool).await.into_iter().filter(|path| id_of(path).is_some()) {
        let mut to = left.join(recording.file_name().unwrap_or_default());
        if to.exists() {
            to.set_file_name(format!(
                "{}-{}",
                id_of(&recording).unwrap_or_default().simple(),
                std::process::id()
            ));
        }
        let _ = fs::rename(&recording, to).await;
    }
}

/// Brings what is whole to storage. A recording that takes nothing any more refuses it.
pub async fn bring(platform: Platform) {
    let left = platform.config.media.spool_dir.join("left");
    for recording in folder(&left).await {
        let name = recording.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let id = name.split('-').next().unwrap_or_default().to_owned();
        for epoch in folder(&recording).await {
            for track in folder(&epoch).await {
                for object in folder(&track).await {
                    bring_object(&platform, &id, &object).await;
                }
            }
        }
        let _ = fs::remove_dir_all(&recording).await;
    }
}

async fn bring_object(platform: &Platform, recording: &str, path: &Path) {
    let parts: Vec<String> =
        path.iter().rev().take(3).map(|part| part.to_string_lossy().into_owned()).collect();
    let [file, track, epoch] = parts.as_slice() else { return };
    let sequence = file.strip_suffix(".mkv").and_then(|digits| digits.parse().ok());
    let (Some(sequence), Ok(track_id)) = (sequence, Uuid::try_parse(track)) else { return };
    let Ok(content) = fs::read(path).await else { return };
    let ended_at = fs::metadata(path)
        .await
        .and_then(|data| data.modified())
        .map_or_else(|_| platform.clock.now(), Into::into);
    let row = NewObject {
        track_id: TrackId(track_id),
        sequence,
        key: format!("recordings/{recording}/{epoch}/{track}/{file}"),
        bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
        sha256: Sha256::digest(&content).to_vec(),
    };
    tracing::info!(key = row.key, "bringing what a killed worker left");
    capture::store(platform, &row, path, ended_at).await;
}

fn id_of(path: &Path) -> Option<Uuid> {
    Uuid::try_parse(&path.file_name()?.to_string_lossy()).ok()
}

async fn folder(path: &Path) -> Vec<PathBuf> {
    let mut entries = Vec::new();
    if let Ok(mut reading) = fs::read_dir(path).await {
        while let Ok(Some(entry)) = reading.next_entry().await {
            entries.push(entry.path());
        }
    }
    entries.sort();
    entries
}
