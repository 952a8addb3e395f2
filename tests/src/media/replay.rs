//! Plays a clip into a track, over and over, as a camera and a microphone would.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rtc::rtp::{Header, Packet};
use tokio::time::Instant;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

use super::clip::{ClipPacket, LENGTH};

/// One track being played.
pub struct Replay {
    pub track: Arc<TrackLocalStaticRTP>,
    pub packets: Arc<Vec<ClipPacket>>,
    pub ssrc: u32,
    pub payload_type: u8,
    pub clock: u32,
    /// Nothing is sent while this holds: a muted microphone, a camera that is off.
    pub silent: Arc<AtomicBool>,
    pub sent: Arc<AtomicU64>,
}

impl Replay {
    /// Plays until the track's connection closes or the task is aborted. `start` is shared by
    /// the tracks of one participant, so that its sound and picture stay together.
    pub async fn run(self, start: Instant) {
        // In the lower half, as browsers do: where the number begins anew among packets that are lost before the first one
        // arrives, SRTP can't know that it did, and nothing is ever heard (RFC 3711, 3.3.1).
        let mut sequence = rand::random::<u16>() / 2;
        let offset: u32 = rand::random();
        let ticks_a_loop = (LENGTH.as_secs() as u32).wrapping_mul(self.clock);
        let mut round: u32 = 0;
        loop {
            let began = start + LENGTH * round;
            for packet in self.packets.iter() {
                // An encoder's delay puts its last packets past the end: they would come late
                // and out of order beside the next round.
                if packet.due >= LENGTH {
                    break;
                }
                let due = began + packet.due;
                tokio::time::sleep_until(due).await;
                // A replay that starts late (its connection took its time) skips what is past.
                if Instant::now().duration_since(due) > Duration::from_millis(500) {
                    continue;
                }
                if self.silent.load(Ordering::Relaxed) {
                    continue;
                }
                sequence = sequence.wrapping_add(1);
                let header = Header {
                    version: 2,
                    marker: packet.marker,
                    payload_type: self.payload_type,
                    sequence_number: sequence,
                    timestamp: offset
                        .wrapping_add(ticks_a_loop.wrapping_mul(round))
                        .wrapping_add(packet.ticks),
                    ssrc: self.ssrc,
                    ..Header::default()
                };
                let packet = Packet { header, payload: packet.payload.clone() };
                if self.track.write_rtp(packet).await.is_err() {
                    return;
                }
                self.sent.fetch_add(1, Ordering::Relaxed);
            }
            round = round.wrapping_add(1);
        }
    }
}
