//! Who is asked: the rules, without any database. A round gives them what it has locked; an explanation, what it reads.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, HashSet},
};

use chrono::{DateTime, Utc};

use super::{Considered, Explanation, Queue, RoutingStrategy};
use crate::{
    agents::Skills,
    ids::{AgentId, QueueId, VisitId},
};

/// Agents who ring together at most.
const RING_TOGETHER: usize = 20;
/// Candidates that an explanation names; of the others it gives counts.
pub(super) const NAMED: usize = 20;

/// A call that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub visit: VisitId,
    pub queue: QueueId,
    /// From when on agents could be asked: not while the contact had yet to join, or a call-back its time to come.
    pub since: DateTime<Utc>,
    /// Whom it waits for, as long as that one is around.
    pub prefer: Option<AgentId>,
    /// Who did not take it a moment ago.
    pub refused: Vec<AgentId>,
    /// The contact is called back.
    pub callback: bool,
    /// It rings already, where everybody is asked.
    pub rings: Option<Rings>,
}

/// Whom a call rings at.
#[derive(Debug, Clone)]
pub struct Rings {
    /// With their tiers, as far as they are members still.
    pub agents: Vec<(AgentId, Option<i32>)>,
    /// Why they were asked.
    pub explanation: Option<Explanation>,
}

impl Rings {
    /// The lowest tier of the members among them.
    fn tier(&self) -> Option<i32> {
        self.agents.iter().filter_map(|(_, tier)| *tier).min()
    }

    /// How many of them are members.
    pub fn members(&self) -> i64 {
        self.agents.iter().map(|(_, tier)| i64::from(tier.is_some())).sum()
    }
}

/// A member of a queue who is free.
#[derive(Debug, Clone)]
pub struct Free {
    pub queue: QueueId,
    pub agent: AgentId,
    pub tier: i32,
    pub idle_since: DateTime<Utc>,
    pub offered_at: Option<DateTime<Utc>>,
    pub skills: Skills,
}

impl Free {
    /// What an explanation says of one who is able.
    fn considered(&self, chosen: bool, reason: &str, required: &Skills, now: DateTime<Utc>) -> Considered {
        Considered {
            agent: self.agent,
            chosen,
            reason: reason.into(),
            idle_seconds: (now - self.idle_since).as_seconds_f64().max(0.0),
            skill_level: (!required.0.is_empty()).then(|| self.skills.level_in(required)),
            tier: self.tier,
        }
    }
}

/// Whom to ask, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decision {
    /// None: it waits on. Several: they ring together.
    pub chosen: Vec<AgentId>,
    pub considered: Vec<Considered>,
    pub skipped: BTreeMap<&'static str, i64>,
    pub step: i32,
    pub required: Skills,
}

impl Decision {
    /// Of those chosen, these could be asked.
    pub fn keep(&mut self, locked: &HashSet<AgentId>) {
        self.chosen.retain(|agent| locked.contains(agent));
        for candidate in self.considered.iter_mut().filter(|it| it.chosen && !locked.contains(&it.agent)) {
            (candidate.chosen, candidate.reason) = (false, "taken by something else at that moment".into());
        }
    }

    /// Nobody is asked yet, whoever is free.
    #[must_use]
    pub fn held(mut self, why: &str) -> Self {
        self.chosen.clear();
        for candidate in &mut self.considered {
            (candidate.chosen, candidate.reason) = (false, why.into());
        }
        self
    }
}

/// The order in which a strategy asks, the first one first. A lower tier always goes before.
fn rank(queue: &Queue, a: &Free, b: &Free) -> Ordering {
    let longest_idle = || a.idle_since.cmp(&b.idle_since);
    let by_strategy = match queue.strategy {
        RoutingStrategy::LongestIdle | RoutingStrategy::RingAll => longest_idle(),
        RoutingStrategy::RoundRobin => a.offered_at.cmp(&b.offered_at).then_with(longest_idle),
        RoutingStrategy::MostSkilled => {
            let level = |free: &Free| Reverse(free.skills.level_in(&queue.required_skills));
            level(a).cmp(&level(b)).then_with(longest_idle)
        }
    };
    a.tier.cmp(&b.tier).then(by_strategy).then(a.agent.cmp(&b.agent))
}

const fn why(strategy: RoutingStrategy) -> &'static str {
    match strategy {
        RoutingStrategy::LongestIdle => "idle the longest",
        RoutingStrategy::RoundRobin => "longest since the last offer",
        RoutingStrategy::MostSkilled => "most skilled",
        RoutingStrategy::RingAll => "everybody is asked",
    }
}

/// Decides for one waiting call among the free members of its queue. `taken` are those who have just been given an older
/// call; `around` is what the preferred agent is good at who, though busy, is signed in, not away and a member. For a call
/// that rings already, those chosen are asked beside the others.
#[must_use]
pub fn decide(
    queue: &Queue,
    waiting: &Waiting,
    free: &[Free],
    taken: &HashSet<AgentId>,
    around: Option<&Skills>,
    now: DateTime<Utc>,
) -> Decision {
    let step = queue.relaxation_step(now - waiting.since);
    let required = queue.required_skills.relaxed(step);
    let mut skipped = BTreeMap::new();
    let mut skip = |reason| *skipped.entry(reason).or_insert(0) += 1;
    let mut able: Vec<&Free> = Vec::new();
    for free in free {
        if taken.contains(&free.agent) {
            skip("given to a call before");
        } else if waiting.refused.contains(&free.agent) {
            skip("did not take it a moment ago");
        } else if !free.skills.meet(&required) {
            skip("skill level too low");
        } else {
            able.push(free);
        }
    }
    able.sort_by(|a, b| rank(queue, a, b));
    let rings = waiting.rings.as_ref();
    // A higher tier is not asked beside a lower one either.
    let lowest = able.first().map(|free| free.tier).into_iter().chain(rings.and_then(Rings::tier)).min();
    let preferred = waiting.prefer.filter(|agent| able.iter().any(|free| free.agent == *agent));
    // One who is free and yet not able, or who let it go a moment ago, is not waited for.
    let hoped_for = waiting.prefer.filter(|agent| {
        let unable = |free: &Free| free.agent == *agent && !taken.contains(agent);
        !waiting.refused.contains(agent) && !free.iter().any(unable)
    });
    let (chosen, reason): (Vec<AgentId>, _) = match (preferred, hoped_for) {
        (Some(agent), _) => (vec![agent], "the contact's last agent"),
        (None, Some(_)) if around.is_some_and(|skills| skills.meet(&required)) => (Vec::new(), ""),
        _ => {
            let together = if queue.strategy == RoutingStrategy::RingAll { RING_TOGETHER } else { 1 };
            let more = together.saturating_sub(rings.map_or(0, |rings| rings.agents.len()));
            let asked = able.iter().take_while(|free| Some(free.tier) == lowest).take(more);
            (asked.map(|free| free.agent).collect(), why(queue.strategy))
        }
    };
    let considered = able
        .iter()
        .take(NAMED)
        .map(|free| {
            let is_chosen = chosen.contains(&free.agent);
            let reason = match is_chosen {
                true => reason,
                false if chosen.is_empty() => "kept for the contact's last agent",
                false if preferred.is_some() => "the contact's last agent comes first",
                false if Some(free.tier) != lowest => "a lower tier comes first",
                false => "behind in rank",
            };
            free.considered(is_chosen, reason, &required, now)
        })
        .collect();
    if able.len() > NAMED {
        let more = i64::try_from(able.len() - NAMED).unwrap_or(i64::MAX);
        skipped.insert("behind in rank", more);
    }
    let decision = Decision { chosen, considered, skipped, step, required };
    // Whoever waits on the line is served after closing time, too; nobody is called then.
    match waiting.callback && !queue.hours.open_at(now) {
        true => decision.held("nobody is called back while the queue is closed"),
        false => decision,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::routing::settings::plain;

    struct Scene {
        queue: Queue,
        now: DateTime<Utc>,
        free: Vec<Free>,
        waiting: Waiting,
        /// Of the last agent, who is around.
        skills: Skills,
    }

    impl Scene {
        fn new(strategy: RoutingStrategy) -> Self {
            let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
            let queue = Queue { strategy, ..plain(now) };
            let waiting = Waiting {
                visit: VisitId::new(),
                queue: queue.id,
                since: now,
                prefer: None,
                refused: Vec::new(),
                callback: false,
                rings: None,
            };
            Self { queue, now, free: Vec::new(), waiting, skills: Skills::default() }
        }

        /// Somebody who has been idle for so many seconds.
        fn with(mut self, idle: i64, tier: i32, german: i32) -> Self {
            self.free.push(Free {
                queue: self.queue.id,
                agent: AgentId::new(),
                tier,
                idle_since: self.now - TimeDelta::seconds(idle),
                offered_at: Some(self.now - TimeDelta::seconds(100 - idle)),
                skills: Skills([("german".to_owned(), german)].into()),
            });
            self
        }

        fn asking(mut self, level: i32) -> Self {
            self.queue.required_skills = Skills([("german".to_owned(), level)].into());
            self
        }

        fn chosen(&self) -> Vec<usize> {
            let around = Some(&self.skills);
            let decision = decide(&self.queue, &self.waiting, &self.free, &HashSet::new(), around, self.now);
            let place = |agent: &AgentId| self.free.iter().position(|free| free.agent == *agent);
            decision.chosen.iter().filter_map(place).collect()
        }
    }

    #[test]
    fn each_strategy_asks_whom_it_says() {
        let scene = |strategy| Scene::new(strategy).with(10, 1, 2).with(60, 1, 1).with(30, 1, 5).asking(1);
        assert_eq!(scene(RoutingStrategy::LongestIdle).chosen(), [1]);
        // Offered 90 s, 40 s and 70 s ago.
        assert_eq!(scene(RoutingStrategy::RoundRobin).chosen(), [0]);
        assert_eq!(scene(RoutingStrategy::MostSkilled).chosen(), [2]);
        assert_eq!(scene(RoutingStrategy::RingAll).chosen(), [1, 2, 0]);
    }

    #[test]
    fn a_lower_tier_goes_first() {
        let scene = Scene::new(RoutingStrategy::LongestIdle).with(99, 2, 1).with(1, 1, 1);
        assert_eq!(scene.chosen(), [1]);
        let scene = Scene::new(RoutingStrategy::RingAll).with(99, 2, 1).with(1, 1, 1).with(2, 1, 1);
        assert_eq!(scene.chosen(), [2, 1]);
    }

    #[test]
    fn newcomers_are_asked_beside_those_of_their_tier_and_of_higher_ones() {
        let mut scene = Scene::new(RoutingStrategy::RingAll).with(9, 2, 1).with(5, 2, 1).with(1, 3, 1);
        let mut rings_at = |agents: usize, tier| {
            let agents = (0..agents).map(|_| (AgentId::new(), tier)).collect();
            scene.waiting.rings = Some(Rings { agents, explanation: None });
            scene.chosen()
        };
        assert!(rings_at(1, Some(1)).is_empty(), "a lower tier rings");
        assert_eq!(rings_at(1, Some(2)), [0, 1]);
        assert_eq!(rings_at(1, Some(3)), [0, 1]);
        assert_eq!(rings_at(1, None), [0, 1], "no longer a member");
        assert_eq!(rings_at(RING_TOGETHER - 1, Some(2)), [0], "so many at once");
        assert!(rings_at(RING_TOGETHER, Some(2)).is_empty());
    }

    #[test]
    fn a_level_is_lowered_with_the_wait() {
        let mut scene = Scene::new(RoutingStrategy::LongestIdle).with(50, 1, 2).asking(4);
        scene.queue.relax_seconds = Some(30);
        for (waited, taken) in [(0, false), (59, false), (60, true), (600, true)] {
            scene.waiting.since = scene.now - TimeDelta::seconds(waited);
            assert_eq!(!scene.chosen().is_empty(), taken, "after {waited} s");
        }
        scene.free[0].skills = Skills::default();
        assert!(scene.chosen().is_empty(), "one without the skill is never asked");
    }

    #[test]
    fn the_last_agent_is_waited_for() {
        let mut scene = Scene::new(RoutingStrategy::LongestIdle).with(50, 1, 1).with(5, 2, 1);
        scene.waiting.prefer = Some(scene.free[1].agent);
        assert_eq!(scene.chosen(), [1]);
        scene.waiting.prefer = Some(AgentId::new());
        assert!(scene.chosen().is_empty(), "around, but busy");
        scene = scene.asking(1);
        assert_eq!(scene.chosen(), [0], "who could not take it is not waited for");
        scene.skills = Skills([("german".to_owned(), 1)].into());
        assert!(scene.chosen().is_empty());
        let decision = decide(&scene.queue, &scene.waiting, &scene.free, &HashSet::new(), None, scene.now);
        assert_eq!(decision.chosen, [scene.free[0].agent], "gone home");
        scene.waiting.prefer = Some(scene.free[1].agent);
        scene.waiting.refused = vec![scene.free[1].agent];
        assert_eq!(scene.chosen(), [0], "there, but did not take it");
    }

    #[test]
    fn who_did_not_take_it_is_not_asked_again_at_once() {
        let mut scene = Scene::new(RoutingStrategy::LongestIdle).with(50, 1, 1).with(5, 1, 1);
        scene.waiting.refused = vec![scene.free[0].agent];
        assert_eq!(scene.chosen(), [1]);
        scene.waiting.refused = scene.free.iter().map(|free| free.agent).collect();
        assert!(scene.chosen().is_empty());
    }

    #[test]
    fn says_why() {
        let mut scene =
            Scene::new(RoutingStrategy::LongestIdle).with(50, 1, 4).with(5, 1, 4).with(9, 1, 1).asking(3);
        let decision = decide(&scene.queue, &scene.waiting, &scene.free, &HashSet::new(), None, scene.now);
        assert_eq!(decision.skipped, [("skill level too low", 1)].into());
        let said: Vec<_> = decision.considered.iter().map(|it| (it.chosen, it.reason.as_str())).collect();
        assert_eq!(said, [(true, "idle the longest"), (false, "behind in rank")]);
        let mut kept = decision.clone();
        kept.keep(&HashSet::new());
        assert!(kept.chosen.is_empty() && kept.considered.iter().all(|it| !it.chosen));
        let like = scene.free[0].clone();
        scene.free.extend((0..40).map(|_| Free { agent: AgentId::new(), ..like.clone() }));
        let decision = decide(&scene.queue, &scene.waiting, &scene.free, &HashSet::new(), None, scene.now);
        assert_eq!(decision.considered.len(), NAMED);
        assert_eq!(decision.skipped["behind in rank"], 22);
    }
}
