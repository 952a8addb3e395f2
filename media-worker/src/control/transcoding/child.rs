//! The child process: our own program, niced.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{ChildStderr, Command},
    sync::watch,
    time::timeout,
};
use tracing::Instrument;

use super::Fault;

/// A child that says nothing for so long is frozen.
const FROZEN: Duration = Duration::from_secs(300);

/// Runs the child to its end, telling its progress.
pub async fn run(folder: &Path, progress: &watch::Sender<f64>) -> Result<(), Fault> {
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
    let errors = child.stderr.take().ok_or("no standard error")?;
    let complaints = tokio::spawn(pass_on(errors).in_current_span());
    while let Some(line) =
        timeout(FROZEN, lines.next_line()).await.map_err(|_| "it did not go on for five minutes")??
    {
        if let Some(part) = line.strip_prefix("progress ").and_then(|part| part.parse().ok()) {
            progress.send_replace(part);
        }
    }
    let status = child.wait().await?;
    drop(stdin);
    let last = complaints.await?;
    if !status.success() {
        return Err(last.unwrap_or_else(|| "no reason given".to_owned()).into());
    }
    if let Some(line) = last {
        warn(&line);
    }
    Ok(())
}

/// Passes the child's warnings on to our log, but for the last line: after a failure that is the reason. Reads to the end,
/// for the child must not stall on a full pipe.
async fn pass_on(errors: ChildStderr) -> Option<String> {
    let mut lines = BufReader::new(errors).split(b'\n');
    let mut last: Option<String> = None;
    while let Ok(Some(line)) = lines.next_segment().await {
        if let Some(line) = last.replace(String::from_utf8_lossy(&line).into_owned()) {
            warn(&line);
        }
    }
    last
}

fn warn(line: &str) {
    tracing::warn!("transcoder: {line}");
}
