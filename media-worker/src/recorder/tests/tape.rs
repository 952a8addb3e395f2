//! A recorder with what it told, for tests here and of transcoding.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant, SystemTime},
};

use domain::objects::crypt::{DataKey, decrypt};
use tempfile::TempDir;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    super::{MediaKind, Recorder, RecorderConfig, RecorderEvent, RecorderInput},
    stream::Stream,
};

pub struct Tape {
    pub folder: TempDir,
    pub recorder: Option<Recorder>,
    pub input: RecorderInput,
    pub data_key: DataKey,
    pub tracks: Vec<TapeTrack>,
    pub failures: Vec<String>,
    events: mpsc::UnboundedReceiver<RecorderEvent>,
}

#[derive(Debug)]
pub struct TapeTrack {
    pub id: Uuid,
    pub leg: Uuid,
    pub kind: MediaKind,
    pub started_at: SystemTime,
    pub objects: Vec<TapeObject>,
    pub ended: bool,
}

#[derive(Debug)]
pub struct TapeObject {
    pub path: PathBuf,
    pub key: String,
    pub bytes: u64,
    pub sha256: [u8; 32],
    pub ended_at: SystemTime,
}

pub const PREFIX: &str = "recordings/0001/1/";

impl Tape {
    pub fn start(object_seconds: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_key = DataKey::generate();
        let (sender, events) = mpsc::unbounded_channel();
        let config = RecorderConfig {
            directory: folder.path().join("1"),
            key_prefix: PREFIX.to_owned(),
            data_key: data_key.clone(),
            object_seconds,
        };
        let recorder = Recorder::start(config, sender).unwrap();
        Self {
            folder,
            input: recorder.input(),
            recorder: Some(recorder),
            data_key,
            tracks: Vec::new(),
            failures: Vec::new(),
            events,
        }
    }

    /// Hands packets in as if they had arrived when they were sent, from `start` on, several streams interleaved by time.
    pub fn play(&self, start: Instant, streams: &[(Uuid, MediaKind, &Stream)]) {
        let mut packets: Vec<_> = streams
            .iter()
            .flat_map(|(leg, kind, stream)| {
                stream.0.iter().map(move |(time, packet)| (*time, *leg, *kind, packet))
            })
            .collect();
        packets.sort_by_key(|(time, ..)| *time);
        for (number, (time, leg, kind, packet)) in packets.into_iter().enumerate() {
            // The inbox is bounded, as is what a pipeline may have waiting, and both drop what is too much rather than say when
            // there is room: a test that doesn't keep real time gives them some.
            if number % 500 == 499 {
                std::thread::sleep(Duration::from_millis(20));
            }
            self.input.rtp(leg, kind, start + time, packet);
        }
    }

    /// Waits for the next event and notes it; false once the recorder has ended.
    pub async fn listen(&mut self) -> bool {
        let event = tokio::time::timeout(Duration::from_secs(10), self.events.recv());
        let Some(event) = event.await.expect("no event for 10 s") else {
            return false;
        };
        match event {
            RecorderEvent::TrackStarted { track, leg, kind, started_at } => {
                self.tracks.push(TapeTrack {
                    id: track,
                    leg,
                    kind,
                    started_at,
                    objects: Vec::new(),
                    ended: false,
                });
            }
            RecorderEvent::ObjectClosed { track, sequence, path, key, bytes, sha256, ended_at } => {
                let track = self.track_mut(track);
                assert_eq!(sequence as usize, track.objects.len(), "objects come in order");
                assert!(!track.ended);
                track.objects.push(TapeObject { path, key, bytes, sha256, ended_at });
            }
            RecorderEvent::TrackEnded { track } => self.track_mut(track).ended = true,
            RecorderEvent::Failed { reason, .. } => self.failures.push(reason),
        }
        true
    }

    pub async fn stop(&mut self) {
        self.recorder.take().unwrap().stop().await.unwrap();
        while self.listen().await {}
    }

    /// Earliest first.
    pub fn of(&self, leg: Uuid, kind: MediaKind) -> Vec<&TapeTrack> {
        let wanted = |track: &&TapeTrack| track.leg == leg && track.kind == kind;
        let mut tracks: Vec<_> = self.tracks.iter().filter(wanted).collect();
        tracks.sort_by_key(|track| track.started_at);
        tracks
    }

    /// The track's announced objects, decrypted and put together.
    pub fn matroska(&self, track: &TapeTrack) -> PathBuf {
        let mut file = Vec::new();
        for object in &track.objects {
            let sealed = fs::read(&object.path).unwrap();
            decrypt(&self.data_key, &object.key, sealed.as_slice(), &mut file).unwrap();
        }
        let path = self.folder.path().join(format!("{}.mkv", track.id.simple()));
        fs::write(&path, file).unwrap();
        path
    }

    /// Every file the recorder has made, with its length.
    pub fn files(&self) -> Vec<(PathBuf, u64)> {
        let mut files = Vec::new();
        for track in fs::read_dir(self.folder.path().join("1")).unwrap() {
            for file in fs::read_dir(track.unwrap().path()).unwrap() {
                let file = file.unwrap();
                files.push((file.path(), file.metadata().unwrap().len()));
            }
        }
        files.sort();
        files
    }

    fn track_mut(&mut self, id: Uuid) -> &mut TapeTrack {
        self.tracks.iter_mut().find(|track| track.id == id).expect("a track starts first")
    }
}

impl TapeTrack {
    pub fn length(&self) -> Duration {
        let end = self.objects.last().expect("an object").ended_at;
        end.duration_since(self.started_at).unwrap()
    }

    pub fn length_or_zero(&self) -> Duration {
        if self.objects.is_empty() { Duration::ZERO } else { self.length() }
    }
}
