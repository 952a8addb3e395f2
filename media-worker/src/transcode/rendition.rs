//! Writes what one `cmafmux` gives: an initialisation segment and media segments, each file whole before it is counted.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use gstreamer as gst;
use gstreamer_app::{AppSink, AppSinkCallbacks};

use super::playlist::{self, Segment};

pub const INITIALISATION: &str = "init.mp4";
pub const PLAYLIST: &str = "playlist.m3u8";

/// One rung, or the sound. Shared with its sink's thread.
#[derive(Clone)]
pub struct Rendition(Arc<Mutex<State>>);

struct State {
    folder: PathBuf,
    segments: Vec<Segment>,
    failure: Option<io::Error>,
}

impl Rendition {
    /// Writes into `out/<name>/`.
    pub fn create(out: &Path, name: &str) -> io::Result<Self> {
        let folder = out.join(name);
        fs::create_dir_all(&folder)?;
        Ok(Self(Arc::new(Mutex::new(State { folder, segments: Vec::new(), failure: None }))))
    }

    pub fn receive_from(&self, sink: &AppSink) {
        let rendition = self.clone();
        sink.set_buffer_list(true);
        sink.set_callbacks(
            AppSinkCallbacks::builder()
                .new_sample(move |sink| {
                    let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
                    let buffers = sample.buffer_list_owned().ok_or(gst::FlowError::Error)?;
                    let mut state = rendition.lock();
                    state.take(&buffers).map_err(|error| {
                        state.failure = Some(error);
                        gst::FlowError::Error
                    })?;
                    Ok(gst::FlowSuccess::Ok)
                })
                .build(),
        );
    }

    pub fn segments_written(&self) -> usize {
        self.lock().segments.len()
    }

    /// Writes the playlist and answers what it lists.
    pub fn finish(&self) -> io::Result<Vec<Segment>> {
        let mut state = self.lock();
        if let Some(error) = state.failure.take() {
            return Err(error);
        }
        let text = playlist::media(INITIALISATION, &state.segments);
        fs::write(state.folder.join(PLAYLIST), text)?;
        Ok(state.segments.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A list is the header alone, one whole segment, or both.
    fn take(&mut self, buffers: &gst::BufferListRef) -> io::Result<()> {
        let mut buffers = buffers.iter().peekable();
        let header = gst::BufferFlags::DISCONT | gst::BufferFlags::HEADER;
        if let Some(first) = buffers.next_if(|buffer| buffer.flags().contains(header)) {
            let bytes = first.map_readable().map_err(io::Error::other)?;
            fs::write(self.folder.join(INITIALISATION), &bytes)?;
        }
        let Some(first) = buffers.peek() else {
            return Ok(());
        };
        let duration = first.duration().ok_or_else(|| io::Error::other("a segment without a duration"))?;
        let name = format!("segment-{:05}.m4s", self.segments.len() + 1);
        let mut file = io::BufWriter::new(fs::File::create(self.folder.join(&name))?);
        let mut bytes = 0;
        for buffer in buffers {
            let part = buffer.map_readable().map_err(io::Error::other)?;
            file.write_all(&part)?;
            bytes += part.len() as u64;
        }
        file.flush()?;
        self.segments.push(Segment { name, seconds: duration.nseconds() as f64 / 1e9, bytes });
        Ok(())
    }
}
