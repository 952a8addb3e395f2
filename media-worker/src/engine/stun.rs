//! What is read of a STUN message before any connection is known: whom it is for, and whether it is genuine.
//! RFC 8489 (STUN), RFC 8445 (ICE).

use rtc::crypto::RTCCrypto;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::Message;

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const USERNAME: u16 = 0x0006;
const USE_CANDIDATE: u16 = 0x0025;

/// A connectivity check, as it names its receiver.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Check<'a> {
    /// The receiver's part of USERNAME (`receiver:sender`).
    pub local_ufrag: &'a str,
    pub nominates: bool,
}

/// RFC 7983: a first byte of 0 to 3, and the cookie.
pub(super) fn is_stun(datagram: &[u8]) -> bool {
    datagram.len() >= HEADER && datagram[0] < 4 && datagram[4..8] == COOKIE
}

pub(super) fn is_success(datagram: &[u8]) -> bool {
    is_stun(datagram) && message_type(datagram) == BINDING_SUCCESS
}

fn message_type(datagram: &[u8]) -> u16 {
    u16::from_be_bytes([datagram[0], datagram[1]])
}

/// Reads a binding request; `None` for everything else, however it is broken.
pub(super) fn check(datagram: &[u8]) -> Option<Check<'_>> {
    if !is_stun(datagram) || message_type(datagram) != BINDING_REQUEST {
        return None;
    }
    let mut local_ufrag = None;
    let mut nominates = false;
    let mut rest = datagram.get(HEADER..)?;
    while let [type_high, type_low, length_high, length_low, body @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]));
        let value = body.get(..length)?;
        match u16::from_be_bytes([*type_high, *type_low]) {
            USERNAME => {
                let (local, _remote) = std::str::from_utf8(value).ok()?.split_once(':')?;
                local_ufrag = Some(local);
            }
            USE_CANDIDATE => nominates = true,
            _ => {}
        }
        rest = body.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    local_ufrag.map(|local_ufrag| Check { local_ufrag, nominates })
}

/// MESSAGE-INTEGRITY under our password: only somebody who read our SDP can have made it.
pub(super) fn is_genuine(datagram: &[u8], password: &str, crypto: &dyn RTCCrypto) -> bool {
    let mut message = Message { raw: datagram.to_vec(), ..Message::default() };
    message.decode().is_ok() && MessageIntegrity::check(&mut message, password.as_bytes(), crypto).is_ok()
}

#[cfg(test)]
mod tests {
    use rtc::stun::attributes::ATTR_USERNAME;
    use rtc::stun::message::{BINDING_REQUEST, TransactionId};
    use rtc::stun::textattrs::Username;

    use super::*;

    fn request(password: &str) -> Vec<u8> {
        let provider = rtc::crypto::default_provider().unwrap();
        let mut message = Message::new();
        message
            .build(&[
                Box::new(BINDING_REQUEST),
                Box::new(TransactionId::new()),
                Box::new(Username::new(ATTR_USERNAME, "bOurs:theirs".to_owned())),
                Box::new(MessageIntegrity::new_short_term_integrity_with_provider(
                    password.to_owned(),
                    provider.crypto(),
                )),
            ])
            .unwrap();
        message.raw
    }

    #[test]
    fn a_check_names_its_receiver() {
        let datagram = request("secret");
        assert_eq!(check(&datagram), Some(Check { local_ufrag: "bOurs", nominates: false }));
    }

    #[test]
    fn only_our_password_makes_it_genuine() {
        let provider = rtc::crypto::default_provider().unwrap();
        assert!(is_genuine(&request("secret"), "secret", provider.crypto()));
        assert!(!is_genuine(&request("guessed"), "secret", provider.crypto()));
    }

    #[test]
    fn no_cut_or_flipped_message_is_trusted() {
        let provider = rtc::crypto::default_provider().unwrap();
        let datagram = request("secret");
        for length in 0..datagram.len() {
            let _ = check(&datagram[..length]);
            assert!(!is_genuine(&datagram[..length], "secret", provider.crypto()));
        }
        for at in 0..datagram.len() - 24 {
            let mut flipped = datagram.clone();
            flipped[at] ^= 0xff;
            let _ = check(&flipped);
            assert!(!is_genuine(&flipped, "secret", provider.crypto()), "byte {at}");
        }
    }
}
