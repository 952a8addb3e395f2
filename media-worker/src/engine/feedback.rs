//! The engine's ear in rtc's chain of interceptors: rtc keeps RTCP to itself, and what passes here
//! has been decrypted, so it is authentic. It stands next to the wire, to hear also the reports that we send.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::time::Instant;

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtcp::transport_feedbacks::transport_layer_cc::TransportLayerCc;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

#[derive(Debug)]
pub(super) enum Feedback {
    /// The browser wants a key frame of the track with this SSRC.
    KeyFrame { ssrc: u32 },
    /// The browser reports how our track arrives.
    Reception(ReceptionReport),
    /// The browser reports that packets of ours arrived (transport-wide congestion control).
    Arrivals { ssrc: u32 },
    /// We report how the browser's track arrives.
    OwnReception(ReceptionReport),
    /// Anything else that is authentic.
    Other,
}

pub(super) struct Ear {
    out: Sender<Feedback>,
    inbound: VecDeque<TaggedPacket>,
    outbound: VecDeque<TaggedPacket>,
}

impl Ear {
    pub fn new(out: Sender<Feedback>) -> Ear {
        Ear { out, inbound: VecDeque::new(), outbound: VecDeque::new() }
    }

    fn tell(&self, feedback: Feedback) {
        // The listener is the connection that owns the chain: it can only be gone together with it.
        let _ = self.out.send(feedback);
    }

    fn hear(&self, packet: &dyn rtcp::Packet) {
        let packet = packet.as_any();
        if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
            self.tell(Feedback::Other);
            report.reports.iter().for_each(|report| self.tell(Feedback::Reception(report.clone())));
        } else if let Some(report) = packet.downcast_ref::<SenderReport>() {
            self.tell(Feedback::Other);
            report.reports.iter().for_each(|report| self.tell(Feedback::Reception(report.clone())));
        } else if let Some(feedback) = packet.downcast_ref::<TransportLayerCc>() {
            let arrived = !feedback.recv_deltas.is_empty();
            let ssrc = feedback.media_ssrc;
            self.tell(if arrived { Feedback::Arrivals { ssrc } } else { Feedback::Other });
        } else if let Some(loss) = packet.downcast_ref::<PictureLossIndication>() {
            self.tell(Feedback::KeyFrame { ssrc: loss.media_ssrc });
        } else if let Some(request) = packet.downcast_ref::<FullIntraRequest>() {
            request.fir.iter().for_each(|entry| self.tell(Feedback::KeyFrame { ssrc: entry.ssrc }));
        } else {
            self.tell(Feedback::Other);
        }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Ear {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &packet.message.packet {
            packets.iter().for_each(|rtcp| self.hear(rtcp.as_ref()));
        }
        self.inbound.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inbound.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &packet.message.packet {
            for report in packets.iter().filter_map(|rtcp| rtcp.as_any().downcast_ref::<ReceiverReport>()) {
                report.reports.iter().for_each(|report| self.tell(Feedback::OwnReception(report.clone())));
            }
        }
        self.outbound.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outbound.pop_front()
    }
}

impl Interceptor for Ear {
    fn bind_local_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _info: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _info: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _info: &StreamInfo) {}
}
