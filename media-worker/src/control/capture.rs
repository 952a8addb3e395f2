//! From the recorder's spool to storage: each closed object is uploaded, then gets its row, then leaves the disk. While
//! storage or database are away objects wait on disk, and the call doesn't notice.

use std::{future::Future, time::Duration};

use chrono::{DateTime, Utc};
use domain::{
    Platform,
    ids::{LegId, RecordingId, TrackId},
    recordings::{NewObject, NewTrack},
    retry::Backoff,
};
use tokio::sync::mpsc::UnboundedReceiver;

use super::worker::Worker;
use crate::{media::codec_name, recorder::RecorderEvent};

/// Tries until it works: nothing recorded is given up while the process lives.
async fn persist<T, E: std::fmt::Display, F: Future<Output = Result<T, E>>>(
    what: &str,
    mut attempt: impl FnMut() -> F,
) -> T {
    let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(10));
    loop {
        match attempt().await {
            Ok(done) => return done,
            Err(error) => {
                tracing::warn!(what, %error, "will be tried again");
                tokio::time::sleep(backoff.next_pause()).await;
            }
        }
    }
}

/// Brings everything that the recorder tells of; ends once it has stopped and all is stored.
pub async fn bring(
    worker: Worker,
    recording: RecordingId,
    epoch: i32,
    mut events: UnboundedReceiver<RecorderEvent>,
) {
    let platform = worker.platform();
    // What aligns the epochs of different workers.
    let ahead = persist("clock", || platform.clock_offset()).await;
    while let Some(event) = events.recv().await {
        match event {
            RecorderEvent::TrackStarted { track, leg, kind, started_at } => {
                let started_at = DateTime::<Utc>::from(started_at) + ahead;
                let row = NewTrack {
                    id: TrackId(track),
                    recording_id: recording,
                    leg_id: LegId(leg),
                    kind,
                    codec: codec_name(kind).to_owned(),
                    epoch,
                    worker_id: worker.id(),
                    started_at,
                };
                persist("track", || platform.add_track(&row)).await;
            }
            RecorderEvent::ObjectClosed { track, sequence, path, key, bytes, sha256, ended_at } => {
                let row = NewObject {
                    track_id: TrackId(track),
                    sequence,
                    key,
                    bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
                    sha256: sha256.to_vec(),
                };
                store(platform, &row, &path, DateTime::<Utc>::from(ended_at) + ahead).await;
            }
            RecorderEvent::TrackEnded { track } => {
                persist("track", || platform.close_track(TrackId(track))).await
            }
            RecorderEvent::Failed { track, leg, reason, .. } => {
                tracing::error!(%track, %leg, reason, "a track failed; the next packet begins another");
                persist("track", || platform.close_track(TrackId(track))).await;
            }
        }
    }
    persist("recording", || platform.capture_finished(recording)).await;
    let folder = platform.config.media.spool_dir.join(recording.0.simple().to_string());
    // Empty by now, unless another epoch writes beside it.
    for folder in [folder.join(epoch.to_string()), folder] {
        if let Ok(mut tracks) = tokio::fs::read_dir(&folder).await {
            while let Ok(Some(track)) = tracks.next_entry().await {
                let _ = tokio::fs::remove_dir(track.path()).await;
            }
        }
        let _ = tokio::fs::remove_dir(&folder).await;
    }
}

/// Uploads one object and writes its row. One that nobody wants any more (refused, deleted) leaves the bucket again.
pub async fn store(platform: &Platform, row: &NewObject, path: &std::path::Path, ended_at: DateTime<Utc>) {
    persist("upload", || platform.objects.put_file(&row.key, path)).await;
    if !persist("object", || platform.add_object(row, ended_at)).await {
        persist("unwanted object", || platform.objects.delete(&row.key)).await;
    }
    metrics::counter!("cordboard_recording_bytes_total").increment(row.bytes.unsigned_abs());
    let _ = tokio::fs::remove_file(path).await;
}
