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

/// Not of the house.
#[must_use]
pub const fn is_outsider(role: LegRole) -> bool {
    matches!(role, LegRole::Contact | LegRole::Guest)
}

/// The recorder hears what an outsider may hear or say: never a parked leg, a whisper, a silent monitor or a consultation,
/// and nothing of the house while every outsider is on hold. `present` are the legs that are in the call now. An `internal`
/// call has no outsider; there it hears what is for everyone.
#[must_use]
pub fn is_recorded(leg: Ear, present: &[Ear], internal: bool) -> bool {
    let for_everyone = matches!(leg.audience, Audience::Everyone);
    if leg.parked {
        false
    } else if is_outsider(leg.role) || internal && !present.iter().any(|other| is_outsider(other.role)) {
        for_everyone
    } else {
        present.iter().any(|other| is_outsider(other.role) && hears(*other, leg))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTACT: LegRole = LegRole::Contact;
    const AGENT: LegRole = LegRole::Agent;

    fn ear(role: LegRole, parked: bool, audience: Audience) -> Ear {
        Ear { role, parked, audience }
    }

    fn speaks(role: LegRole) -> Ear {
        ear(role, false, Audience::Everyone)
    }

    fn held(role: LegRole) -> Ear {
        ear(role, true, Audience::Everyone)
    }

    /// Which of them the recorder hears.
    fn recorded(present: &[Ear], internal: bool) -> Vec<bool> {
        present.iter().map(|leg| is_recorded(*leg, present, internal)).collect()
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

    /// Every call of up to three parties besides each other.
    #[test]
    fn the_recorder_never_hears_of_the_house_what_no_outsider_hears() {
        let mut ears = Vec::new();
        for &role in LegRole::ALL {
            for &audience in Audience::ALL {
                ears.extend([false, true].map(|parked| ear(role, parked, audience)));
            }
        }
        for one in &ears {
            for two in &ears {
                for three in &ears {
                    let present = [*one, *two, *three];
                    let heard = present.iter().any(|x| is_outsider(x.role) && hears(*x, *one));
                    let said = is_outsider(one.role) && speaks(one.role) == *one;
                    assert_eq!(
                        is_recorded(*one, &present, false),
                        heard && !one.parked || said,
                        "{present:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn nothing_of_the_agents_is_written_while_every_contact_is_held() {
        assert_eq!(recorded(&[speaks(CONTACT), speaks(AGENT), speaks(AGENT)], false), [true, true, true]);
        assert_eq!(recorded(&[held(CONTACT), speaks(AGENT), speaks(AGENT)], false), [false, false, false]);
        // A guest is not held: what he hears is written, and of the contact nothing.
        assert_eq!(
            recorded(&[held(CONTACT), speaks(AGENT), speaks(LegRole::Guest)], false),
            [false, true, true]
        );
        // The contact has not come, or has left: agents alone.
        assert_eq!(recorded(&[speaks(AGENT), speaks(AGENT)], false), [false, false]);
    }

    #[test]
    fn a_whisper_and_a_silent_monitor_are_not_written() {
        for audience in [Audience::Agents, Audience::Nobody] {
            let supervisor = ear(LegRole::Supervisor, false, audience);
            assert_eq!(recorded(&[speaks(CONTACT), speaks(AGENT), supervisor], false), [true, true, false]);
        }
        let barging = speaks(LegRole::Supervisor);
        assert_eq!(recorded(&[speaks(CONTACT), held(AGENT), barging], false), [true, false, true]);
    }

    #[test]
    fn a_call_between_users_is_written_as_its_parties_hear_it() {
        let whisper = ear(LegRole::Supervisor, false, Audience::Agents);
        assert_eq!(recorded(&[speaks(AGENT), held(AGENT), whisper], true), [true, false, false]);
        // Once somebody from outside takes part, his ear counts.
        assert_eq!(recorded(&[speaks(AGENT), speaks(AGENT), held(CONTACT)], true), [false, false, false]);
    }
}
