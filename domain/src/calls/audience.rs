//! Who hears whom. Hold, whisper, monitor and consultation are nothing but these two settings of a leg.

use super::{Audience, LegRole};

/// What decides of a leg's voice and picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ear {
    pub role: LegRole,
    pub parked: bool,
    pub audience: Audience,
}

/// X hears Y if neither is parked and Y's audience includes X's role.
#[must_use]
pub const fn hears(x: Ear, y: Ear) -> bool {
    !x.parked
        && !y.parked
        && match y.audience {
            Audience::Everyone => true,
            Audience::Agents => matches!(x.role, LegRole::Agent | LegRole::Supervisor),
            Audience::Nobody => false,
        }
}

/// The recorder hears what the contact may hear or say: never parked legs, whispers or silent monitors.
#[must_use]
pub const fn is_recorded(leg: Ear) -> bool {
    !leg.parked && matches!(leg.audience, Audience::Everyone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ear(role: LegRole, parked: bool, audience: Audience) -> Ear {
        Ear { role, parked, audience }
    }

    #[test]
    fn the_whole_matrix() {
        for &listener in LegRole::ALL {
            for &speaker in LegRole::ALL {
                for &audience in Audience::ALL {
                    for (listener_parked, speaker_parked) in
                        [(false, false), (true, false), (false, true), (true, true)]
                    {
                        let x = ear(listener, listener_parked, Audience::Everyone);
                        let y = ear(speaker, speaker_parked, audience);
                        let colleague = listener == LegRole::Agent || listener == LegRole::Supervisor;
                        let expected = !listener_parked
                            && !speaker_parked
                            && (audience == Audience::Everyone || audience == Audience::Agents && colleague);
                        assert_eq!(hears(x, y), expected, "{x:?} hears {y:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_recorder_never_hears_what_the_contact_may_not() {
        for &role in LegRole::ALL {
            for &audience in Audience::ALL {
                for parked in [false, true] {
                    let leg = ear(role, parked, audience);
                    let contact = ear(LegRole::Contact, false, Audience::Everyone);
                    assert!(!is_recorded(leg) || hears(contact, leg), "{leg:?}");
                }
            }
        }
    }
}
