//! What the child is told (`plan.json`) and what it answers (`out/result.json`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::calls::MediaKind;
use serde::{Deserialize, Serialize};

use super::TranscodeError;

/// Longer than any call may be; a plan beyond it is a mistake, not work.
const LONGEST_MILLISECONDS: u64 = 24 * 60 * 60 * 1000;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    pub tracks: Vec<TrackPlan>,
    /// Length of what is built. Media beyond it is cut off.
    pub duration_ms: u64,
    /// Whether anybody's picture was recorded for showing.
    pub video: bool,
    /// One party's message: silence is cut off at both ends, and it is heard on both sides.
    pub message: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TrackPlan {
    /// Names the file `in/<id>.mkv`.
    pub id: String,
    pub leg: String,
    pub role: Role,
    pub kind: MediaKind,
    /// Where the file's timestamp zero lies in the recording; negative if the track began before it.
    pub offset_ms: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Role {
    /// Shown and heard on the left.
    Agent,
    Contact,
}

impl Plan {
    pub fn read(directory: &Path) -> Result<Self, TranscodeError> {
        let path = directory.join("plan.json");
        let text = fs::read_to_string(&path).map_err(TranscodeError::io(&path))?;
        let plan: Self =
            serde_json::from_str(&text).map_err(|error| TranscodeError::Plan(error.to_string()))?;
        plan.check()?;
        Ok(plan)
    }

    fn check(&self) -> Result<(), TranscodeError> {
        let refuse = |reason: String| Err(TranscodeError::Plan(reason));
        if self.duration_ms == 0 || self.duration_ms > LONGEST_MILLISECONDS {
            return refuse(format!("duration_ms is {}", self.duration_ms));
        }
        let is_plain = |id: &str| {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        match self.tracks.iter().find(|track| !is_plain(&track.id)) {
            Some(track) => refuse(format!("{:?} can't name a track", track.id)),
            None => Ok(()),
        }
    }
}

impl TrackPlan {
    pub fn file(&self, directory: &Path) -> PathBuf {
        directory.join("in").join(format!("{}.mkv", self.id))
    }
}

/// `out/result.json`.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    pub renditions: Vec<RenditionOutcome>,
    /// So much was cut off before.
    pub start_ms: u64,
    pub duration_ms: u64,
    /// In the order in which they may be uploaded: what a playlist names stands before it.
    pub files: Vec<OutputFile>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionOutcome {
    pub name: String,
    /// Absent for sound alone.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Average, of this rendition alone.
    pub kbps: u32,
    /// RFC 6381.
    pub codecs: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Relative to `out/`.
    pub path: String,
    pub content_type: String,
}
