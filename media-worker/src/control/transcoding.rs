//! Taking `media.transcode`: one recording at a time, in a niced child process, so that a crash of GStreamer touches no
//! call and calls come first.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    bus::Job,
    calls::{LegRole, MediaKind},
    ids::RecordingId,
    objects::crypt::{DataKey, decrypt, encrypt_file},
    recordings::{FinishedFile, FinishedRecording, Rendition, TranscodeInput, TranscodeLease, output_prefix},
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
    sync::watch,
    task::spawn_blocking,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{leftovers::TRANSCODING, worker::Worker};
use crate::transcode::{Outcome, Plan, Role, TrackPlan};

/// Progress is told so often at most …
const TELL: Duration = Duration::from_secs(2);
/// … and the lease renewed so often at least, whatever is just done: fetching, transcoding or storing.
const RENEW: Duration = Duration::from_secs(20);
/// A child that says nothing for so long is frozen.
const FROZEN: Duration = Duration::from_secs(300);
/// A track without an end (its worker died before the first object's row) is taken for so long.
const UNKNOWN_LENGTH: TimeDelta = TimeDelta::seconds(4);

type Fault = Box<dyn std::error::Error + Send + Sync>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TranscodeJob {
    recording_id: RecordingId,
}

/// Takes recordings until it shall stop; one that is begun then is left to another worker.
pub async fn take(worker: Worker, stop: CancellationToken) {
    let platform = worker.platform();
    let work = async {
        let mut consumer = platform.bus.consume_jobs(Job::Transcode);
        while let Some(delivery) = consumer.next().await {
            let job: Result<TranscodeJob, _> = serde_json::from_slice(&delivery.body);
            let Ok(TranscodeJob { recording_id }) = job else {
                tracing::error!("a transcoding job that is none");
                let _ = delivery.ack().await;
                continue;
            };
            match platform.lease_transcode(recording_id).await {
                Ok(lease) => {
                    let _ = delivery.ack().await;
                    if let Some(lease) = lease {
                        attempt(&worker, &lease).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(recording = %recording_id, %error, "cannot lease now");
                    let _ = delivery.retry_later().await;
                }
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

async fn attempt(worker: &Worker, lease: &TranscodeLease) {
    let platform = worker.platform();
    let begun = Instant::now();
    tracing::info!(recording = %lease.recording, attempt = lease.attempt, tracks = lease.inputs.len(), "transcoding");
    match transcode(worker, lease).await {
        Ok(true) => {
            metrics::histogram!("cordboard_transcode_seconds").record(begun.elapsed().as_secs_f64());
            tracing::info!(recording = %lease.recording, seconds = begun.elapsed().as_secs_f64(), "recording ready");
        }
        Ok(false) => {
            tracing::warn!(recording = %lease.recording, "the recording is no longer ours to transcode");
            discard(worker, lease).await;
        }
        Err(error) => {
            metrics::counter!("cordboard_transcode_failures_total").increment(1);
            match platform.transcode_failed(lease.recording, lease.attempt, &error.to_string()).await {
                Ok(()) => discard(worker, lease).await,
                Err(unreported) => {
                    tracing::warn!(recording = %lease.recording, %error, %unreported, "failed, and not reported; the lease will run out");
                }
            }
        }
    }
}

/// What this attempt stored is nobody's.
async fn discard(worker: &Worker, lease: &TranscodeLease) {
    if let Err(error) = worker.platform().discard_output(lease.recording, lease.attempt).await {
        tracing::warn!(recording = %lease.recording, attempt = lease.attempt, %error, "output left in storage");
    }
}

/// False when the lease was lost on the way: then the work is dropped, and its child with it.
async fn transcode(worker: &Worker, lease: &TranscodeLease) -> Result<bool, Fault> {
    let (tell, told) = watch::channel(0.0);
    let lost = keep_lease(worker.clone(), lease.recording, lease.attempt, told);
    tokio::select! {
        done = work(worker, lease, &tell) => done,
        () = lost => Ok(false),
    }
}

/// Tells the progress and renews the lease; ends when it is lost.
async fn keep_lease(
    worker: Worker,
    recording: RecordingId,
    attempt: i32,
    mut progress: watch::Receiver<f64>,
) {
    loop {
        sleep(TELL).await;
        // An error: the work is done, and whoever waits for it knows.
        let _ = timeout(RENEW - TELL, progress.changed()).await;
        let now = *progress.borrow_and_update();
        match worker.platform().transcode_progress(recording, attempt, now).await {
            Ok(true) => {}
            Ok(false) => return,
            // The database is away: the lease may run out, and whoever takes it begins anew; nothing is lost.
            Err(error) => tracing::warn!(%error, "progress not told"),
        }
    }
}

async fn work(worker: &Worker, lease: &TranscodeLease, progress: &watch::Sender<f64>) -> Result<bool, Fault> {
    let platform = worker.platform();
    let data_key = DataKey::unwrap(&lease.data_key, &platform.config.secret)?;
    // Gone with the end of this function, whichever it is: it holds plaintext.
    let folder = tempfile::Builder::new().prefix(TRANSCODING).tempdir_in(&platform.config.media.spool_dir)?;
    let zero =
        lease.inputs.iter().map(|input| input.started_at).min().ok_or("there is nothing to transcode")?;
    for input in &lease.inputs {
        download(worker, input, &data_key, &folder.path().join("in")).await?;
    }
    let plan = plan(&lease.inputs, zero);
    tokio::fs::write(folder.path().join("plan.json"), serde_json::to_vec(&plan)?).await?;
    run_child(folder.path(), progress).await?;
    let finished = upload(worker, lease, &data_key, &folder.path().join("out"), zero).await?;
    Ok(platform.transcode_finished(lease.recording, lease.attempt, &finished).await?)
}

/// Concatenates a track's objects to one file, each checked and decrypted.
async fn download(
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

fn plan(inputs: &[TranscodeInput], zero: DateTime<Utc>) -> Plan {
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
    }
}

/// Runs the child to its end, telling its progress.
async fn run_child(folder: &Path, progress: &watch::Sender<f64>) -> Result<(), Fault> {
    let mut child = Command::new("nice")
        .arg("-n10")
        // Our own program, also after a newer one was put in its place.
        .arg(format!("/proc/{}/exe", std::process::id()))
        .args(["transcode", "--dir"])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
    let mut errors = child.stderr.take().ok_or("no standard error")?;
    let complaints = tokio::spawn(async move {
        let mut text = Vec::new();
        let _ = (&mut errors).take(64 * 1024).read_to_end(&mut text).await;
        // The child must not stall on a full pipe.
        let _ = tokio::io::copy(&mut errors, &mut tokio::io::sink()).await;
        String::from_utf8_lossy(&text).lines().last().unwrap_or("no reason given").to_owned()
    });
    while let Some(line) =
        timeout(FROZEN, lines.next_line()).await.map_err(|_| "it did not go on for five minutes")??
    {
        if let Some(part) = line.strip_prefix("progress ").and_then(|part| part.parse().ok()) {
            progress.send_replace(part);
        }
    }
    let status = child.wait().await?;
    drop(stdin);
    let complaint = complaints.await?;
    if status.success() { Ok(()) } else { Err(complaint.into()) }
}

/// Encrypts and uploads what the child made, in the order that it gives: what a playlist names stands before it.
async fn upload(
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
        started_at: zero,
        duration_ms: i64::try_from(outcome.duration_ms)?,
        sha256: whole,
        renditions: renditions.collect(),
        files,
    })
}
