//! Taking `media.transcode`: one recording at a time, in a niced child process, so that a crash of GStreamer touches no
//! call and calls come first. Here is the lease: who has it may write the recording's outcome; it is kept while fetching,
//! transcoding and storing alike.

mod files;

use std::time::{Duration, Instant};

use domain::{
    Error, bus::Job, ids::RecordingId, limits, objects::crypt::DataKey, recordings::TranscodeLease,
};
use serde::Deserialize;
use tokio::{
    process::Command,
    sync::watch,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Fault, REFUSED, child,
    deliveries::{leased, read},
    leftovers::TRANSCODING,
    worker::Worker,
};

/// Progress is told so often at most …
const TELL: Duration = Duration::from_secs(2);
/// … and the lease renewed so often at least.
const RENEW: Duration = Duration::from_secs(limits::TRANSCODE_LEASE.num_seconds() as u64 / 3);

/// A child that says nothing for so long is frozen.
const FROZEN: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TranscodeJob {
    recording_id: RecordingId,
}

/// Takes recordings until it shall stop; one that is begun then is left to another worker.
pub async fn take(worker: Worker, stop: CancellationToken) {
    let platform = worker.platform();
    let mut consumer = platform.bus.consume_jobs(Job::Transcode);
    while let Some(Some(delivery)) = stop.run_until_cancelled(consumer.next()).await {
        let Some((TranscodeJob { recording_id }, delivery)) = read(delivery).await else { continue };
        let lease = platform.lease_transcode(recording_id).await;
        if let Some(lease) = leased(delivery, recording_id, lease).await {
            let span = tracing::info_span!("transcoding", recording = %lease.recording);
            attempt(&worker, &lease, &stop).instrument(span).await;
        }
    }
}

async fn attempt(worker: &Worker, lease: &TranscodeLease, stop: &CancellationToken) {
    let platform = worker.platform();
    let begun = Instant::now();
    tracing::info!(attempt = lease.attempt, tracks = lease.inputs.len(), "transcoding");
    let outcome = match stop.run_until_cancelled(transcode(worker, lease)).await {
        None => Err(Fault::from(Error::Unavailable("the worker stops".into()))),
        Some(outcome) => outcome,
    };
    match outcome {
        Ok(true) => {
            metrics::histogram!("cordboard_transcode_seconds").record(begun.elapsed().as_secs_f64());
            tracing::info!(seconds = begun.elapsed().as_secs_f64(), "recording ready");
        }
        Ok(false) => {
            tracing::warn!("the recording is no longer ours to transcode");
            discard(worker, lease).await;
        }
        Err(error) if error.downcast_ref().is_some_and(is_silent) => {
            tracing::info!("nothing was said");
            if let Err(error) = platform.message_was_silent(lease.recording, lease.attempt).await {
                tracing::warn!(%error, "not reported; the lease will run out");
            }
        }
        Err(error) => {
            metrics::counter!("cordboard_transcode_failures_total").increment(1);
            let why = error.to_string();
            let told = if super::is_passing(&error) {
                platform.transcode_postponed(lease.recording, lease.attempt, &why).await
            } else {
                platform.transcode_failed(lease.recording, lease.attempt, &why).await
            };
            match told {
                Ok(()) => discard(worker, lease).await,
                Err(unreported) => {
                    tracing::warn!(%error, %unreported, "failed, and not reported; the lease will run out");
                }
            }
        }
    }
}

/// The child has found nothing to keep.
fn is_silent(failed: &child::Failed) -> bool {
    failed.code == Some(REFUSED.into())
}

/// What this attempt stored is nobody's.
async fn discard(worker: &Worker, lease: &TranscodeLease) {
    if let Err(error) = worker.platform().discard_output(lease.recording, lease.attempt).await {
        tracing::warn!(attempt = lease.attempt, %error, "output left in storage");
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
        files::download(worker, input, &data_key, &folder.path().join("in")).await?;
    }
    let plan = files::plan(&lease.inputs, lease.message, zero);
    tokio::fs::write(folder.path().join("plan.json"), serde_json::to_vec(&plan)?).await?;
    let mut command = Command::new("nice");
    command.arg("-n10").arg(child::own_program()).args(["transcode", "--dir"]).arg(folder.path());
    child::run(&mut command, FROZEN, |line| {
        if let Some(part) = line.strip_prefix("progress ").and_then(|part| part.parse().ok()) {
            progress.send_replace(part);
        }
    })
    .await?;
    let finished = files::upload(worker, lease, &data_key, &folder.path().join("out"), zero).await?;
    Ok(platform.transcode_finished(lease.recording, lease.attempt, &finished).await?)
}
