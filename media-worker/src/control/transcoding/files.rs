//! What goes to the child and what comes back: recorded objects become plain files, the child's files become sealed objects.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    calls::{LegRole, MediaKind},
    objects::crypt::{DataKey, decrypt, encrypt_file},
    recordings::{FinishedFile, FinishedRecording, Rendition, TranscodeInput, TranscodeLease, output_prefix},
};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::{
    control::{Fault, call::OBJECT_SECONDS, worker::Worker},
    transcode::{Outcome, Plan, Role, TrackPlan},
};

/// A track without an end (its worker died before the first object's row) is taken for so long.
const UNKNOWN_LENGTH: TimeDelta = TimeDelta::seconds(OBJECT_SECONDS as i64);

/// Concatenates a track's objects to one file, each checked and decrypted.
pub async fn download(
    worker: &Worker,
    input: &TranscodeInput,
    data_key: &DataKey,
    folder: &Path,
) -> Result<(), Fault> {
    tokio::fs::create_dir_all(folder).await?;
    let path = folder.join(format!("{}.mkv", input.track.0.simple()));
    let mut file = std::fs::File::create(path)?;
    for (key, sha256) in &input.objects {
        let stored = worker.platform().objects.get(key).await?;
        if Sha256::digest(&stored).as_slice() != sha256.as_slice() {
            return Err(format!("object {key} is not what was stored").into());
        }
        let (key, data_key) = (key.clone(), data_key.clone());
        file = spawn_blocking(move || decrypt(&data_key, &key, stored.as_ref(), &mut file).map(|_| file))
            .await??;
    }
    Ok(())
}

/// Places the tracks on the recording's time line, which begins at `zero`.
pub fn plan(inputs: &[TranscodeInput], message: bool, zero: DateTime<Utc>) -> Plan {
    let end = |input: &TranscodeInput| input.ended_at.unwrap_or(input.started_at + UNKNOWN_LENGTH);
    let millis = |delta: TimeDelta| u64::try_from(delta.num_milliseconds()).unwrap_or(0);
    Plan {
        tracks: inputs
            .iter()
            .map(|input| TrackPlan {
                id: input.track.0.simple().to_string(),
                leg: input.leg.0.simple().to_string(),
                role: match input.role {
                    LegRole::Agent | LegRole::Supervisor => Role::Agent,
                    LegRole::Contact | LegRole::Guest => Role::Contact,
                },
                kind: input.kind,
                offset_ms: (input.started_at - zero).num_milliseconds(),
            })
            .collect(),
        duration_ms: inputs.iter().map(|input| millis(end(input) - zero)).max().unwrap_or(0).max(1),
        video: inputs.iter().any(|input| input.kind == MediaKind::Video),
        message,
    }
}

/// Encrypts and uploads what the child made, in the order that it gives: what a playlist names stands before it.
pub async fn upload(
    worker: &Worker,
    lease: &TranscodeLease,
    data_key: &DataKey,
    out: &Path,
    zero: DateTime<Utc>,
) -> Result<FinishedRecording, Fault> {
    let outcome: Outcome = serde_json::from_slice(&tokio::fs::read(out.join("result.json")).await?)?;
    let prefix = output_prefix(lease.recording, lease.attempt);
    let mut files = Vec::with_capacity(outcome.files.len());
    let mut whole = String::new();
    for made in outcome.files {
        let key = format!("{prefix}{}", made.path);
        let (plain, sealed) = (out.join(&made.path), out.join("upload.part"));
        let (from, to, name, own) = (plain.clone(), sealed.clone(), key.clone(), data_key.clone());
        let (bytes, sha256) = spawn_blocking(move || {
            let mut digest = Sha256::new();
            let bytes = std::io::copy(&mut std::fs::File::open(&from)?, &mut digest)?;
            encrypt_file(&own, &name, &from, &to)?;
            Ok::<_, std::io::Error>((bytes, digest.finalize().to_vec()))
        })
        .await??;
        worker.platform().objects.put_file(&key, &sealed).await?;
        if made.path.starts_with("recording.") {
            whole = hex::encode(&sha256);
        }
        files.push(FinishedFile {
            recording_id: lease.recording,
            path: made.path,
            key,
            content_type: made.content_type,
            bytes: i64::try_from(bytes)?,
            sha256,
        });
    }
    let renditions = outcome.renditions.into_iter().map(|made| Rendition {
        recording_id: lease.recording,
        name: made.name,
        width: made.width.and_then(|n| i32::try_from(n).ok()),
        height: made.height.and_then(|n| i32::try_from(n).ok()),
        kbps: i32::try_from(made.kbps).unwrap_or(i32::MAX),
        codecs: made.codecs,
    });
    Ok(FinishedRecording {
        started_at: zero + TimeDelta::milliseconds(i64::try_from(outcome.start_ms)?),
        duration_ms: i64::try_from(outcome.duration_ms)?,
        sha256: whole,
        renditions: renditions.collect(),
        files,
    })
}
