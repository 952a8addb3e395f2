//! Taking `media.audio`: one upload at a time, converted in a niced child process with limits of its own.

use std::{io, path::Path, time::Duration};

use domain::{
    Error,
    audio::{ConversionLease, ConvertedAudio, converted_key},
    bus::Job,
    ids::AudioFileId,
    limits,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::{
    process::Command,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    Fault, child,
    deliveries::{leased, read},
    is_passing,
    leftovers::CONVERTING,
    worker::Worker,
};

/// The child's exit code when the file is to blame; its last words are for whoever uploaded it.
pub const REFUSED: u8 = 3;
/// Address space of the child. Ten minutes of samples are a tenth of a gigabyte; threads reserve the rest.
const ADDRESS_SPACE: &str = "--as=6442450944";

const RENEW: Duration = Duration::from_secs(limits::CONVERT_LEASE.num_seconds() as u64 / 3);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AudioJob {
    audio_file_id: AudioFileId,
}

/// Takes uploads until it shall stop; one that is begun then is left to another worker.
pub async fn take(worker: Worker, stop: CancellationToken) {
    let platform = worker.platform();
    let mut consumer = platform.bus.consume_jobs(Job::Audio);
    while let Some(Some(delivery)) = stop.run_until_cancelled(consumer.next()).await {
        let Some((AudioJob { audio_file_id }, delivery)) = read(delivery).await else { continue };
        let lease = platform.lease_conversion(audio_file_id).await;
        if let Some(lease) = leased(delivery, audio_file_id, lease).await {
            let span = tracing::info_span!("converting", file = %lease.file);
            attempt(&worker, &lease, &stop).instrument(span).await;
        }
    }
}

async fn attempt(worker: &Worker, lease: &ConversionLease, stop: &CancellationToken) {
    let platform = worker.platform();
    let work = async {
        tokio::select! {
            done = convert(worker, lease) => done,
            () = keep_lease(worker, lease) => Ok(false),
        }
    };
    let outcome = match stop.run_until_cancelled(work).await {
        None => Err(Fault::from(Error::Unavailable("the worker stops".into()))),
        Some(outcome) => outcome,
    };
    let told = match &outcome {
        Ok(true) => {
            tracing::info!(attempt = lease.attempt, "audio file ready");
            return;
        }
        Ok(false) => Ok(()),
        Err(error) => {
            let why = error.to_string();
            let refused = |failed: &child::Failed| failed.code == Some(REFUSED.into());
            if is_passing(error) {
                platform.conversion_postponed(lease, &why).await
            } else if error.downcast_ref().is_some_and(refused) {
                platform.conversion_refused(lease, &why).await
            } else {
                platform.conversion_failed(lease, &why).await
            }
        }
    };
    if let Err(unreported) = told {
        tracing::warn!(?outcome, %unreported, "failed, and not reported; the lease will run out");
    }
    // What this attempt stored is nobody's.
    if let Err(error) = platform.objects.delete(&converted_key(lease.file, lease.attempt)).await {
        tracing::warn!(attempt = lease.attempt, %error, "output left in storage");
    }
}

/// Renews the lease; ends when it is lost.
async fn keep_lease(worker: &Worker, lease: &ConversionLease) {
    loop {
        sleep(RENEW).await;
        match worker.platform().renew_conversion(lease).await {
            Ok(true) => {}
            Ok(false) => return,
            // The database is away: the lease may run out, and whoever takes it begins anew; nothing is lost.
            Err(error) => tracing::warn!(%error, "lease not renewed"),
        }
    }
}

/// False when the lease was lost on the way.
async fn convert(worker: &Worker, lease: &ConversionLease) -> Result<bool, Fault> {
    let platform = worker.platform();
    let spool = &platform.config.media.spool_dir;
    let folder = tempfile::Builder::new().prefix(CONVERTING).tempdir_in(spool)?;
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    tokio::fs::write(&from, platform.objects.get(&lease.source_key).await?).await?;
    let duration_ms = in_child(&from, &to).await?;
    let content = tokio::fs::read(&to).await?;
    let made = ConvertedAudio {
        key: converted_key(lease.file, lease.attempt),
        duration_ms,
        bytes: i64::try_from(content.len())?,
        sha256: Sha256::digest(&content).to_vec(),
    };
    platform.objects.put(&made.key, content.into()).await?;
    Ok(platform.conversion_finished(lease, &made).await?)
}

/// Answers how many milliseconds the result plays.
async fn in_child(from: &Path, to: &Path) -> Result<i64, Fault> {
    let mut command = Command::new("nice");
    command.args(["-n10", "prlimit", ADDRESS_SPACE]).arg(child::own_program());
    command.args(["convert", "--from"]).arg(from).arg("--to").arg(to);
    let mut milliseconds = None;
    let run = child::run(&mut command, limits::CONVERT, |line| {
        milliseconds = line.strip_prefix("milliseconds ").and_then(|number| number.parse().ok());
    });
    timeout(limits::CONVERT, run).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    milliseconds.ok_or_else(|| "the child did not say how long it plays".into())
}
