//! Who is in a call: how many may be, and whether it goes on with those who are left.

use super::{Call, Change, Direction, Leg, LegRole};
use crate::{
    Result,
    error::{RefusalCode, refuse},
    limits,
};

/// Whether a party counts as being in the call: until it was answered everybody who is asked, then only who has come.
pub(super) fn stays(call: &Call, leg: &Leg) -> bool {
    match call.answered_at {
        Some(_) => leg.state.is_present(),
        None => leg.is_on(),
    }
}

/// Whether a call goes on with its parties. Somebody who speaks for the house and an outsider keep it alive, between
/// colleagues any two; supervisors who listen in do not. In a queue nobody is there yet but the contact.
pub(super) fn goes_on(call: &Call, legs: &[Leg]) -> bool {
    let count = |test: fn(&Leg) -> bool| legs.iter().filter(|leg| stays(call, leg) && test(leg)).count();
    let (agents, outsiders) = (count(|leg| leg.role == LegRole::Agent), count(Leg::is_outsider));
    match call.direction {
        _ if call.visit_id.is_some() => count(|leg| leg.role == LegRole::Contact) > 0,
        Direction::Internal => agents > 0 && agents + outsiders > 1,
        _ => agents > 0 && outsiders > 0,
    }
}

impl Change {
    /// Whether so many more may come into the call.
    ///
    /// # Errors
    /// LIMIT_REACHED.
    pub(crate) fn room_for_more(&self, more: usize) -> Result<()> {
        let parties = self.legs.iter().filter(|leg| leg.is_on()).count();
        if parties + more > limits::PARTIES {
            let says = format!(
                "A call has {} parties at most, those included who are asked. Take somebody out first.",
                limits::PARTIES
            );
            return refuse(RefusalCode::LimitReached, says);
        }
        if self.legs.len() + more > limits::LEGS {
            return refuse(
                RefusalCode::LimitReached,
                "Too many have come to this call and left. Begin a new one.",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        calls::{CallState, LegState, MediaKind},
        ids::VisitId,
    };

    const AT: chrono::DateTime<chrono::Utc> = chrono::DateTime::UNIX_EPOCH;

    fn call(answered: bool) -> Call {
        Call {
            state: CallState::InProgress,
            answered_at: answered.then_some(AT),
            ..Call::begun(Direction::Inbound, MediaKind::Audio, None, false, AT)
        }
    }

    fn lives(call: &Call, parties: &[(LegRole, LegState)]) -> bool {
        let leg = |&(role, state): &(LegRole, LegState)| {
            let mut leg = Leg::invited(call, role, "Ada".into(), AT);
            leg.state = state;
            leg
        };
        goes_on(call, &parties.iter().map(leg).collect::<Vec<_>>())
    }

    #[test]
    fn an_agent_and_an_outsider_keep_an_answered_call_going() {
        use LegRole::{Agent, Contact, Guest, Supervisor};
        use LegState::{Connected, Invited, Left, Reconnecting};
        let call = call(true);
        assert!(lives(&call, &[(Agent, Connected), (Contact, Reconnecting)]));
        assert!(lives(&call, &[(Agent, Connected), (Contact, Left), (Guest, Connected)]));
        assert!(lives(&call, &[(Agent, Left), (Agent, Connected), (Contact, Connected)]));
        for lonely in [
            vec![(Agent, Connected), (Contact, Left)],
            vec![(Agent, Connected), (Contact, Left), (Guest, Invited)],
            vec![(Agent, Left), (Supervisor, Connected), (Contact, Connected)],
            vec![(Agent, Connected), (Supervisor, Connected)],
            vec![(Contact, Connected), (Guest, Connected)],
        ] {
            assert!(!lives(&call, &lonely), "{lonely:?}");
        }
    }

    #[test]
    fn before_the_answer_whoever_is_asked_counts() {
        use LegRole::{Agent, Contact, Guest};
        use LegState::{Connected, Invited, Left};
        let mut call = call(false);
        assert!(lives(&call, &[(Agent, Invited), (Contact, Invited)]));
        assert!(!lives(&call, &[(Agent, Invited), (Contact, Left)]));
        // It waits in a queue for its contact only.
        call.visit_id = Some(VisitId::new());
        assert!(lives(&call, &[(Contact, Connected)]));
        assert!(!lives(&call, &[(Contact, Left), (Guest, Connected)]));
    }

    #[test]
    fn any_two_keep_a_call_between_colleagues_going() {
        use LegRole::{Agent, Guest, Supervisor};
        use LegState::{Connected, Left};
        let call = Call { direction: Direction::Internal, ..call(true) };
        assert!(lives(&call, &[(Agent, Connected), (Agent, Connected)]));
        assert!(lives(&call, &[(Agent, Connected), (Agent, Left), (Guest, Connected)]));
        assert!(!lives(&call, &[(Agent, Connected), (Supervisor, Connected)]));
        assert!(!lives(&call, &[(Agent, Left), (Guest, Connected), (Guest, Connected)]));
    }
}
