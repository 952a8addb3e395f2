//! A participant whose wall clock is wrong: its sender reports carry NTP times that are off by a
//! fixed amount, as those of a computer with a bad clock would.

use std::collections::VecDeque;
use std::time::Instant;

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp::sender_report::SenderReport;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

/// Shifts the NTP time of every outgoing sender report. Its slot lies between the wire and the
/// interceptor that writes the reports.
pub struct WrongClock {
    seconds: i64,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl WrongClock {
    /// The slot just wire-ward of `Slot::SenderReport`.
    pub const SLOT: usize = 10_500;

    pub fn new(seconds: i64) -> Self {
        Self { seconds, read: VecDeque::new(), write: VecDeque::new() }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for WrongClock {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.read.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, mut packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(reports) = &mut packet.message.packet {
            for report in reports {
                if let Some(sent) = report.as_any().downcast_ref::<SenderReport>() {
                    let mut shifted = sent.clone();
                    // The upper 32 bits of an NTP time are seconds.
                    shifted.ntp_time = shifted.ntp_time.wrapping_add_signed(self.seconds << 32);
                    *report = Box::new(shifted);
                }
            }
        }
        self.write.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }

    fn handle_timeout(&mut self, _now: Instant) -> Result<(), Error> {
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        None
    }
}

impl Interceptor for WrongClock {
    fn bind_local_stream(&mut self, _stream: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _stream: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _stream: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _stream: &StreamInfo) {}
}
