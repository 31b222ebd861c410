//! What somebody does at the kiosk until they are found, or somebody must help them.

use arrivals::domain::identity::{Fact, Index, Match, Typed};
use arrivals::domain::ids::PatientId;
use arrivals::domain::person::BirthDate;
use arrivals::domain::private::Private;

use super::slips::{Kind, Words, typed};
use super::{Random, Someone};

/// Assumptions about people, in parts of a hundred.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// Sees the slip when asked to look again.
    pub notices: u64,
    /// Has the number that is on file.
    pub knows_phone: u64,
}

pub const USUAL: Habits = Habits { notices: 60, knows_phone: 92 };

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Was found, in this try.
    Found(PatientId, u8),
    /// Goes to the desk.
    Desk,
}

pub fn words_of(someone: &Someone) -> Words {
    Words {
        given: someone.person.given_name.as_str().to_owned(),
        family: someone.person.family_name.as_str().to_owned(),
        born: someone.person.birth_date.day().expect("a day").0,
    }
}

/// The last four digits of somebody's telephone, if they have one.
pub fn last_four(someone: &Someone) -> Option<Private> {
    let number = someone.person.contact.phone.as_str();
    number.len().checked_sub(4).and_then(|from| number.get(from..)).map(Private::from)
}

/// Three tries, as the pages ask: date and family name, then one more fact at a time. `None`: a slip of this kind
/// cannot be made with this name and date.
pub fn come(random: &mut Random, index: &Index, someone: &Someone, kind: Kind, habits: Habits) -> Option<End> {
    let own = words_of(someone);
    let mut said = typed(random, kind, &own)?;
    let mut asked_for_phone_in_vain = false;
    for number in 1..=3 {
        let mut facts = Typed {
            birth_date: BirthDate(said.born),
            family_name: said.family.as_str().into(),
            given_name: None,
            phone_last4: None,
        };
        loop {
            match index.find(&facts) {
                Match::One(id) => return Some(End::Found(id, number)),
                Match::Ambiguous => return Some(End::Desk),
                Match::Nobody => break,
                Match::AskMore(Fact::GivenName) if facts.given_name.is_none() => {
                    facts.given_name = Some(said.given.as_str().into());
                }
                Match::AskMore(Fact::Phone) if facts.phone_last4.is_none() => {
                    if !random.chance(habits.knows_phone) {
                        if std::mem::replace(&mut asked_for_phone_in_vain, true) {
                            return Some(End::Desk);
                        }
                        break;
                    }
                    facts.phone_last4 = last_four(someone);
                    if facts.phone_last4.is_none() {
                        return Some(End::Desk);
                    }
                }
                Match::AskMore(_) => return Some(End::Desk),
            }
        }
        if random.chance(habits.notices) {
            said = own.clone();
        }
    }
    Some(End::Desk)
}
