//! What the engine itself reads of an offer and writes into an answer; all else is rtc's.

use std::net::Ipv4Addr;

use super::NegotiateError;
use super::slot::MOST_SLOTS;

/// A browser's offer has about 6 KB for each pair of tracks.
const LONGEST: usize = 256 * 1024;
/// Those of all slots, and some that we refuse.
const MOST_SECTIONS: usize = 2 * MOST_SLOTS + 6;

/// What tells offers apart: a new fingerprint is a new connection, a new ufrag an ICE restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    pub fingerprint: String,
    pub ufrag: String,
    /// Whether the browser means to send anything at all.
    pub sends: bool,
}

/// Of an answer too, as far as it says the same.
pub(super) fn read_offer(sdp: &str) -> Result<Offer, NegotiateError> {
    if sdp.len() > LONGEST {
        return Err(NegotiateError::Sdp(format!("longer than {LONGEST} bytes")));
    }
    if sdp.lines().filter(|line| line.starts_with("m=")).count() > MOST_SECTIONS {
        return Err(NegotiateError::Sdp(format!("more than {MOST_SECTIONS} media sections")));
    }
    let needed = |name| attribute(sdp, name).ok_or_else(|| NegotiateError::Sdp(format!("no a={name} in it")));
    Ok(Offer {
        fingerprint: needed("fingerprint")?.to_ascii_lowercase(),
        ufrag: needed("ice-ufrag")?.to_owned(),
        sends: sdp.lines().any(|line| matches!(line.trim_end(), "a=sendrecv" | "a=sendonly")),
    })
}

/// The first value of an attribute, in the session or any media section (all are bundled).
pub(super) fn attribute<'a>(sdp: &'a str, name: &str) -> Option<&'a str> {
    sdp.lines().find_map(|line| line.trim_end().strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':'))
}

/// The browser's own candidates are left out: it always comes to us, so its addresses are learnt
/// from its authenticated checks, and no stranger makes the worker knock at addresses he names.
pub(super) fn without_candidates(offer: &str) -> String {
    let kept = offer.lines().filter(|line| !is_candidate(line));
    kept.flat_map(|line| [line.trim_end(), "\r\n"]).collect()
}

/// Chromium's first guess of a network is 300 kbit/s, at which it shrinks the picture and takes a
/// minute to grow it again; from here it finds its way down as fast as up. Its name, its unit (kbit/s).
const START_BITRATE: &str = "x-google-start-bitrate=2000";

/// What the browser gets: rtc's answer or offer with our addresses, in the first media section because the
/// others are bundled with it, and with what to begin with.
pub(super) fn finish(description: &str, addresses: &[Ipv4Addr], port: u16) -> String {
    let mut finished = String::with_capacity(description.len() + 64 * (addresses.len() + 2));
    let mut write = |line: &str| {
        finished.push_str(line.trim_end());
        finished.push_str("\r\n");
    };
    let mut sections = 0;
    for line in description.lines().filter(|line| !is_candidate(line)) {
        if line.starts_with("m=") {
            sections += 1;
            if sections == 2 {
                candidates(addresses, port).for_each(|line| write(&line));
            }
        }
        write(line);
        if let Some((payload_type, _)) = line
            .strip_prefix("a=rtpmap:")
            .and_then(|map| map.split_once(' '))
            .filter(|(_, codec)| codec.starts_with("VP8/"))
        {
            write(&format!("a=fmtp:{payload_type} {START_BITRATE}"));
        }
    }
    if sections < 2 {
        candidates(addresses, port).for_each(|line| write(&line));
    }
    finished
}

fn is_candidate(line: &str) -> bool {
    line.starts_with("a=candidate:") || line.starts_with("a=end-of-candidates")
}

fn candidates(addresses: &[Ipv4Addr], port: u16) -> impl Iterator<Item = String> {
    let each = addresses.iter().zip(0_u32..).map(move |(address, index)| {
        // RFC 8445, section 5.1.2.1: host, the earlier the better, component 1.
        let priority = (126 << 24) | ((65_535 - index) << 8) | 255;
        format!("a=candidate:{} 1 udp {priority} {address} {port} typ host", index + 1)
    });
    each.chain(std::iter::once("a=end-of-candidates".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\na=fingerprint:sha-256 AB:CD\r\nm=audio 9 X 111\r\na=ice-ufrag:abcd\r\n\
        a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=sendrecv\r\nm=video 9 X 96\r\na=recvonly\r\n";

    #[test]
    fn an_offer_is_told_by_fingerprint_and_ufrag() {
        let offer = read_offer(OFFER).unwrap();
        assert_eq!((offer.fingerprint.as_str(), offer.ufrag.as_str()), ("sha-256 ab:cd", "abcd"));
        assert!(offer.sends);
        assert!(!without_candidates(OFFER).contains("10.0.0.1"));
    }

    #[test]
    fn our_candidates_stand_in_the_first_section() {
        let answer = finish(OFFER, &[Ipv4Addr::LOCALHOST], 4000);
        let (audio, video) = answer.split_once("m=video").unwrap();
        assert!(audio.contains("udp 2130706431 127.0.0.1 4000 typ host\r\na=end-of-candidates\r\n"));
        assert!(!video.contains("candidate") && !answer.contains("10.0.0.1"), "{answer}");
    }

    #[test]
    fn a_bad_offer_is_named() {
        for (sdp, said) in [
            (String::new(), "fingerprint"),
            ("a=fingerprint:x\r\n".to_owned(), "ice-ufrag"),
            ("x".repeat(LONGEST + 1), "longer"),
            ("m=audio\r\n".repeat(MOST_SECTIONS + 1), "sections"),
        ] {
            assert!(read_offer(&sdp).unwrap_err().to_string().contains(said));
        }
    }
}
