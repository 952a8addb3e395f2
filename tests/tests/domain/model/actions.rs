//! What may happen. Numbers choose among what is there when the action comes, so that an action makes sense whatever was
//! left out before it.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::change::{CHANGES, Change};

/// Who, of those there are: taken modulo their number.
pub type Pick = usize;

#[derive(Debug, Clone)]
pub enum Action {
    Status(Pick, Pick),
    /// A tab is opened, or the laptop closed.
    Tab(Pick, bool),
    Request(Pick, Pick),
    Join(Pick),
    ContactMedia(Pick),
    ContactLeaves(Pick),
    ContactLost(Pick),
    Callback(Pick),
    CallbackCancel(Pick),
    /// A message is left instead.
    Message(Pick),
    /// The beep is heard.
    Beep(Pick),
    Accept(Pick),
    AgentMedia(Pick),
    Decline(Pick),
    AgentLeaves(Pick),
    AgentEnds(Pick),
    AgentLost(Pick),
    AgentPlaces(Pick),
    CallsColleague(Pick, Pick),
    Hold(Pick, bool),
    /// Who, to whom, how.
    Transfer(Pick, Pick, Pick),
    Swap(Pick, Pick),
    Complete(Pick),
    TakeBack(Pick),
    WrapUpDone(Pick),
    WrapUpExtend(Pick),
    SupervisorEnds(Pick),
    /// Comes into a call, or changes over.
    Monitor(Pick, Pick, Pick),
    SupervisorMedia(Pick),
    SupervisorLeaves(Pick),
    Move(Pick, Pick, Pick),
    /// A guest is asked, and may come.
    Invite(Pick, Pick),
    GuestMedia(Pick),
    GuestLeaves(Pick),
    GuestLost(Pick),
    PutOut(Pick, Pick),
    Member(Pick, Pick, Pick),
    Skills(Pick, Pick),
    Queue(Pick, Change, Pick),
    /// So many seconds pass.
    Pass(i64),
    Duties,
    Positions,
    Route,
    /// All processes go and others come.
    Restart,
    /// A media worker dies and its calls are moved.
    WorkerDies,
    /// Two of them at once, in two processes.
    Together(Box<(Action, Action)>),
    /// A process dies in the middle of it, somewhere.
    Dies(Box<Action>, Pick),
}

const SECONDS: [i64; 10] = [1, 1, 2, 3, 5, 8, 11, 21, 35, 70];

pub fn from_seed(seed: u64, steps: usize) -> Vec<Action> {
    let mut random = StdRng::seed_from_u64(seed);
    (0..steps).map(|_| any(&mut random)).collect()
}

fn any(random: &mut StdRng) -> Action {
    if random.random_ratio(1, 4) {
        return Action::Together(Box::new((one(random), one(random))));
    }
    if random.random_ratio(1, 15) {
        let during = match one(random) {
            // Who half retires a worker leaves the rest to a scheduler's watchman, and none looks here.
            Action::WorkerDies => Action::Route,
            other => other,
        };
        return Action::Dies(Box::new(during), random.random_range(0..1000));
    }
    one(random)
}

fn one(random: &mut StdRng) -> Action {
    let a = random.random_range(0..1000);
    let b = random.random_range(0..1000);
    let c = random.random_range(0..1000);
    match random.random_range(0..157) {
        0..6 => Action::Status(a, b),
        6..11 => Action::Tab(a, b % 3 > 0),
        11..24 => Action::Request(a, b),
        24..32 => Action::Join(a),
        32..40 => Action::ContactMedia(a),
        40..43 => Action::ContactLeaves(a),
        43..45 => Action::ContactLost(a),
        45 => Action::Callback(a),
        46 if b % 2 == 0 => Action::Message(a),
        46 => Action::Beep(a),
        47..59 => Action::Accept(a),
        59..70 => Action::AgentMedia(a),
        70..74 => Action::Decline(a),
        74..76 => Action::AgentLeaves(a),
        76..79 => Action::AgentEnds(a),
        79..81 => Action::AgentLost(a),
        81 => Action::AgentPlaces(a),
        82..84 => Action::WrapUpDone(a),
        84 => Action::WrapUpExtend(a),
        85 => Action::SupervisorEnds(a),
        86..88 => Action::Member(a, b, c),
        88 => Action::Skills(a, b),
        89..92 => Action::Queue(a, CHANGES[b % CHANGES.len()], c),
        92..102 => Action::Pass(SECONDS[a % SECONDS.len()]),
        102..106 => Action::Duties,
        106 => Action::Positions,
        107..110 => Action::Route,
        110 => Action::Restart,
        111 => Action::WorkerDies,
        112..115 => Action::Hold(a, b % 2 > 0),
        115..126 => Action::Transfer(a, b, c),
        126..129 => Action::Swap(a, b),
        129..131 => Action::Complete(a),
        131..133 => Action::TakeBack(a),
        133..136 => Action::CallsColleague(a, b),
        136..141 => Action::Monitor(a, b, c),
        141..144 => Action::SupervisorMedia(a),
        144 => Action::SupervisorLeaves(a),
        145..147 => Action::Move(a, b, c),
        147..151 => Action::Invite(a, b),
        151..153 => Action::GuestMedia(a),
        153 => Action::GuestLeaves(a),
        154 => Action::GuestLost(a),
        155 => Action::CallbackCancel(a),
        _ => Action::PutOut(a, b),
    }
}
