//! The settings that the test walks through, and who may hear whom in them, said once more in the words of the issue.

use std::fmt;

/// Role of each party, and the tone that it sounds. Multiples of 20 Hz: whole waves in 50 ms.
pub const PARTIES: [(&str, u16); 5] =
    [("CONTACT", 500), ("AGENT", 740), ("AGENT", 1140), ("GUEST", 1380), ("SUPERVISOR", 1780)];
/// What is on hold hears.
pub const MUSIC: u16 = 2300;

pub const AUDIENCES: [&str; 3] = ["EVERYONE", "AGENTS", "NOBODY"];

/// What can be set of a party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    pub parked: bool,
    pub audience: &'static str,
}

/// A setting for each party.
#[derive(Clone, Copy, Debug)]
pub struct Row(pub [Setting; 5]);

/// Whoever is heard by one of the audiences, or is on hold.
const STATES: usize = AUDIENCES.len() + 1;

fn state(Setting { parked, audience }: Setting) -> usize {
    let place = AUDIENCES.iter().position(|other| *other == audience);
    if parked { AUDIENCES.len() } else { place.expect("an audience") }
}

/// Rows in which each two parties meet in all of their states: what one hears of the other depends on no third one. On hold a
/// party's audience is another one each time.
pub fn rows() -> Vec<Row> {
    let parties = PARTIES.len();
    let mut open: Vec<[usize; 4]> = Vec::new();
    for one in 0..parties {
        for other in one + 1..parties {
            open.extend((0..STATES * STATES).map(|pair| [one, pair / STATES, other, pair % STATES]));
        }
    }
    let covers = |row: &[Option<usize>], [one, its, other, others]: &[usize; 4]| {
        row[*one] == Some(*its) && row[*other] == Some(*others)
    };
    let mut rows = Vec::new();
    while let Some([one, its, other, others]) = open.first().copied() {
        let mut row = vec![None; parties];
        (row[one], row[other]) = (Some(its), Some(others));
        for party in 0..parties {
            if row[party].is_none() {
                let new = |state: &usize| {
                    let mut tried = row.clone();
                    tried[party] = Some(*state);
                    open.iter().filter(|pair| covers(&tried, pair)).count()
                };
                row[party] = (0..STATES).max_by_key(new);
            }
        }
        open.retain(|pair| !covers(&row, pair));
        let settings = row.into_iter().flatten().enumerate().map(|(party, state)| {
            let on_hold = AUDIENCES[(rows.len() + party) % AUDIENCES.len()];
            Setting {
                parked: state == AUDIENCES.len(),
                audience: AUDIENCES.get(state).copied().unwrap_or(on_hold),
            }
        });
        let settings: Vec<Setting> = settings.collect();
        rows.push(Row(settings.try_into().expect("a setting for each")));
    }
    rows
}

impl Row {
    /// All heard by all.
    pub const fn open() -> Self {
        Self([Setting { parked: false, audience: "EVERYONE" }; 5])
    }

    /// A parked party neither hears nor is heard. Otherwise everyone is heard by everyone, a whisper by the house, and who
    /// listens in silence by nobody.
    pub fn hears(&self, listener: usize, speaker: usize) -> bool {
        let house = ["AGENT", "SUPERVISOR"].contains(&PARTIES[listener].0);
        let apart = listener == speaker || self.0[listener].parked || self.0[speaker].parked;
        match self.0[speaker].audience {
            "EVERYONE" => !apart,
            "AGENTS" => !apart && house,
            _ => false,
        }
    }

    /// The tones that a party hears.
    pub fn heard_by(&self, listener: usize) -> Vec<u16> {
        if self.0[listener].parked {
            return vec![MUSIC];
        }
        (0..5).filter(|speaker| self.hears(listener, *speaker)).map(|speaker| PARTIES[speaker].1).collect()
    }

    /// The tones that are recorded: what somebody from outside hears or says, and that only while he is not on hold.
    pub fn recorded(&self) -> Vec<u16> {
        let outside = |party: usize| ["CONTACT", "GUEST"].contains(&PARTIES[party].0);
        let is_recorded = |speaker: usize| {
            let Setting { parked, audience } = self.0[speaker];
            let says = outside(speaker) && !parked && audience == "EVERYONE";
            says || (0..5).any(|listener| outside(listener) && self.hears(listener, speaker))
        };
        (0..5).filter(|speaker| is_recorded(*speaker)).map(|speaker| PARTIES[speaker].1).collect()
    }
}

/// One letter a party: its audience, small while it is on hold.
impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|setting| {
            let letter = &setting.audience[..1];
            if setting.parked { f.write_str(&letter.to_lowercase()) } else { f.write_str(letter) }
        })
    }
}

#[test]
fn rows_let_every_two_parties_meet_in_all_states() {
    let rows = rows();
    assert!((16..30).contains(&rows.len()), "{} rows", rows.len());
    for one in 0..5 {
        for audience in AUDIENCES {
            let on_hold = Setting { parked: true, audience };
            assert!(rows.iter().any(|row| row.0[one] == on_hold), "{one} on hold with {audience}");
        }
        for other in (0..5).filter(|other| *other != one) {
            for pair in 0..STATES * STATES {
                let meet =
                    |row: &Row| (state(row.0[one]), state(row.0[other])) == (pair / STATES, pair % STATES);
                assert!(rows.iter().any(meet), "{one} and {other} in {pair}");
            }
        }
    }
}
