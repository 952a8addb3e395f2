//! Who may know of whom. A supervisor who listens or whispers is hidden from outsiders always; one who merely listens from
//! agents too, unless the installation says otherwise. Colleagues hear a whisper, so they know who it is.
//!
//! An event that is about a party says how hidden that party was at the time, before the change and after it: what the
//! party becomes later uncovers nothing of what went before.

use serde_json::{Value, json};

use super::{Audience, Leg, LegRole};
use crate::{Platform, events::Event, people::Actor};

/// How a hidden party is kept from being heard; none for one that everybody may know of.
pub type Hiding = Option<Audience>;

impl Leg {
    pub fn hiding(&self) -> Hiding {
        (self.role == LegRole::Supervisor && self.audience != Audience::Everyone).then_some(self.audience)
    }
}

impl Platform {
    /// Whether the actor may know of a party.
    pub fn shows(&self, actor: &Actor, leg: &Leg) -> bool {
        actor.owns(leg) || self.reveals(actor, leg.hiding())
    }

    /// Whether the actor may know of one who hides like this.
    pub fn reveals(&self, actor: &Actor, hiding: Hiding) -> bool {
        let colleague = actor.user_id().is_some();
        match hiding {
            None => true,
            Some(_) if actor.sees_all() => true,
            Some(Audience::Nobody) => colleague && self.config.monitoring_visible,
            Some(_) => colleague,
        }
    }
}

const BEFORE: &str = "hiddenBefore";
const AFTER: &str = "hidden";

/// Writes into the payload of an event how hidden its party was and is.
pub(super) fn mark(payload: &mut Value, before: Hiding, after: Hiding) {
    if before.is_some() || after.is_some() {
        (payload[BEFORE], payload[AFTER]) = (json!(before), json!(after));
    }
}

/// How hidden the party of an event was before it and after it.
#[must_use]
pub fn hidden(event: &Event) -> (Hiding, Hiding) {
    let read = |field| event.payload.get(field)?.as_str()?.parse().ok();
    (read(BEFORE), read(AFTER))
}
