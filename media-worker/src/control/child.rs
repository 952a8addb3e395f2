//! Child processes: our own program, niced, so that what crashes or hangs in a decoder touches no call.

use std::{fmt, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{ChildStderr, Command},
    time::timeout,
};
use tracing::Instrument;

use super::Fault;

/// Our own program, also after a newer one was put in its place.
pub fn own_program() -> PathBuf {
    format!("/proc/{}/exe", std::process::id()).into()
}

/// The child ended, and not well.
#[derive(Debug)]
pub struct Failed {
    pub code: Option<i32>,
    pub reason: String,
}

impl fmt::Display for Failed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl std::error::Error for Failed {}

/// Runs a child to its end, handing on what it says. One that says nothing for as long as `frozen` is killed.
pub async fn run(command: &mut Command, frozen: Duration, mut told: impl FnMut(&str)) -> Result<(), Fault> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = child.stdin.take();
    let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
    let errors = child.stderr.take().ok_or("no standard error")?;
    let complaints = tokio::spawn(pass_on(errors).in_current_span());
    while let Some(line) = timeout(frozen, lines.next_line())
        .await
        .map_err(|_| format!("it did not go on for {} seconds", frozen.as_secs()))??
    {
        told(&line);
    }
    let status = child.wait().await?;
    drop(stdin);
    let last = complaints.await?;
    if !status.success() {
        let reason = last.unwrap_or_else(|| "no reason given".to_owned());
        return Err(Failed { code: status.code(), reason }.into());
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
    tracing::warn!("child: {line}");
}
