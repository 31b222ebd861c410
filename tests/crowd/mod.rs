//! An invented crowd for measuring how people are found: who they are, how they slip, and what they do at the kiosk.
//!
//! Everything follows from a seed. Shared by the quick test and by `benches/identity.rs`.

pub mod names;
#[path = "../random/mod.rs"]
pub mod random;
pub mod slips;
pub mod visit;

use arrivals::domain::born::Born;
use arrivals::domain::identity::fold_name;
use arrivals::domain::person::{Contact, EmergencyContact, Person};
use jiff::civil::{Date, date};
pub use random::Random;

impl Random {
    pub fn chance(&mut self, percent: u64) -> bool {
        self.next() >> 32 < (percent << 32) / 100
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// A person with the language that the name comes from.
#[derive(Clone)]
pub struct Someone {
    pub person: Person,
    pub language: usize,
    pub is_woman: bool,
}

pub fn words(list: &str) -> Vec<String> {
    list.split(' ').map(|word| word.replace('_', " ")).collect()
}

/// Makes names by language; the lists are taken apart once.
pub struct Names {
    lists: Vec<[Vec<String>; 3]>,
}

impl Names {
    pub fn new() -> Self {
        Self {
            lists: names::LANGUAGES
                .iter()
                .map(|(_, women, men, families)| [words(women), words(men), words(families)])
                .collect(),
        }
    }

    pub fn given(&self, random: &mut Random, language: usize, is_woman: bool) -> String {
        let list = &self.lists[language][usize::from(!is_woman)];
        let first = random.pick(list).clone();
        // A middle name for every third person.
        if random.chance(33) { format!("{first} {}", random.pick(list)) } else { first }
    }

    pub fn family(&self, random: &mut Random, language: usize) -> String {
        let one = random.pick(&self.lists[language][2]).clone();
        match random.below(20) {
            // Joined by marriage.
            0 => format!("{one}-{}", random.pick(&self.lists[language][2])),
            1 if language == 0 => format!("{one} Jr."),
            _ => one,
        }
    }
}

/// Nobody is born later.
const LAST_YEAR: i16 = 2025;

pub fn born(random: &mut Random) -> Date {
    let year = 1925 + random.below(98) as i16;
    date(year, 1, 1).saturating_add(jiff::Span::new().days(random.below(365) as i64))
}

fn phone(random: &mut Random) -> String {
    format!("555-{:03}-{:04}", random.below(1000), random.below(10_000))
}

fn someone(
    id: usize,
    given: String,
    family: String,
    born: Date,
    phone: String,
    language: usize,
    is_woman: bool,
) -> Someone {
    let person = Person {
        id: format!("person-{id}").as_str().into(),
        given_name: given.into(),
        family_name: family.into(),
        other_given_names: Vec::new(),
        other_family_names: Vec::new(),
        other_phones: Vec::new(),
        number: String::new(),
        source: String::new(),
        birth_date: Born::on(born),
        contact: Contact { phone: phone.into(), ..Contact::default() },
        language: None,
        interpreter: None,
        preferred_name: "".into(),
        emergency_contact: EmergencyContact::default(),
    };
    Someone { person, language, is_woman }
}

/// Somebody close to another one, in the way that is hardest to tell apart from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Twin,
    Junior,
    Spouse,
    Sibling,
    Namesake,
    SameBirthDate,
    SameBirthDateLikeName,
}

impl Relation {
    pub const ALL: [Self; 7] = [
        Self::Twin,
        Self::Junior,
        Self::Spouse,
        Self::Sibling,
        Self::Namesake,
        Self::SameBirthDate,
        Self::SameBirthDateLikeName,
    ];
}

/// Makes somebody who is related so.
pub fn relative(random: &mut Random, names: &Names, of: &Someone, relation: Relation, id: usize) -> Someone {
    let (given, family) = (of.person.given_name.as_str().to_owned(), of.person.family_name.as_str().to_owned());
    let (born_on, number) = (of.person.birth_date.day().expect("a day").0, of.person.contact.phone.as_str().to_owned());
    let language = of.language;
    let is_woman = random.chance(50);
    let mut other_given = names.given(random, language, is_woman);
    // Parents do not give two children one name, nor one of them the other's as a middle name.
    while other_given.split(' ').any(|word| given.split(' ').any(|other| word == other)) {
        other_given = names.given(random, language, is_woman);
    }
    let years = |random: &mut Random, from: i64, to: i64| {
        jiff::Span::new().days(365 * from + random.below((365 * (to - from)) as usize) as i64)
    };
    match relation {
        Relation::Twin => someone(id, other_given, family, born_on, number, language, is_woman),
        Relation::Junior => {
            // Parent or child: who is not born yet does not come.
            let years = years(random, 18, 40);
            let child = born_on.saturating_add(years);
            let child = if child.year() > LAST_YEAR { born_on.saturating_sub(years) } else { child };
            someone(id, given, family, child, number, language, of.is_woman)
        }
        Relation::Spouse => {
            let near = born_on.saturating_add(years(random, -6, 6));
            someone(id, other_given, family, near, number, language, !of.is_woman)
        }
        Relation::Sibling => {
            let years = years(random, 1, 9);
            let near = born_on.saturating_add(years);
            let near = if near.year() > LAST_YEAR { born_on.saturating_sub(years) } else { near };
            someone(id, other_given, family, near, number, language, is_woman)
        }
        Relation::Namesake => {
            let (birth, own) = (born(random), phone(random));
            someone(id, given, family, birth, own, language, of.is_woman)
        }
        Relation::SameBirthDate => {
            let (other_family, own) = (names.family(random, language), phone(random));
            someone(id, other_given, other_family, born_on, own, language, is_woman)
        }
        Relation::SameBirthDateLikeName => {
            let (like, own) = (slips::slip_of(random, &family), phone(random));
            someone(id, other_given, like, born_on, own, language, is_woman)
        }
    }
}

/// Whether two people share a given name, the birth date and, but for a slip, the family name or one of two: at most a
/// telephone tells them apart.
pub fn is_twice_the_same(one: &Someone, other: &Someone) -> bool {
    let (one, other) = (&one.person, &other.person);
    if one.birth_date != other.birth_date {
        return false;
    }
    let (family, other_family) = (fold_name(one.family_name.as_str()), fold_name(other.family_name.as_str()));
    let parts = |person: &Person| {
        let name = person.family_name.as_str();
        let written = slips::in_other_script(name).map(fold_name);
        let parts =
            name.split([' ', '-']).filter(|part| !matches!(*part, "Jr." | "de" | "la" | "da" | "van")).map(fold_name);
        parts.chain(written).collect::<Vec<_>>()
    };
    let others = parts(other);
    let is_one_family =
        parts(one).iter().any(|part| others.contains(part)) || slips::distance_is_one_at_most(&family, &other_family);
    share_a_given_name(one, other) && is_one_family
}

fn share_a_given_name(one: &Person, other: &Person) -> bool {
    let names = |person: &Person| {
        let given = person.given_name.as_str();
        let written = given.split(' ').filter_map(|name| slips::in_other_script(name));
        given.split(' ').chain(written).map(fold_name).collect::<Vec<_>>()
    };
    let others = names(other);
    names(one).iter().any(|name| others.contains(name))
}

/// Whether somebody on the list, other than the one whose relative this is, has this one's telephone and a given name
/// of theirs: a third child of one name, which no family has.
pub fn is_third_of_one_name(day: &[Someone], of: &Someone, stranger: &Someone) -> bool {
    day.iter().any(|someone| {
        someone.person.id != of.person.id
            && someone.person.contact.phone == stranger.person.contact.phone
            && share_a_given_name(&someone.person, &stranger.person)
    })
}

/// People of all languages; every fifth one has somebody close among them.
pub fn crowd(random: &mut Random, count: usize) -> Vec<Someone> {
    let names = Names::new();
    let mut people: Vec<Someone> = Vec::with_capacity(count);
    while people.len() < count {
        let id = people.len();
        if id > 0 && random.chance(20) {
            let relation = *random.pick(&Relation::ALL[..5]);
            let of = people[id - 1].clone();
            people.push(relative(random, &names, &of, relation, id));
            continue;
        }
        // English and Spanish are as frequent as all others together.
        let language = match random.below(4) {
            0 => 0,
            1 => 2,
            _ => random.below(names::LANGUAGES.len()),
        };
        let is_woman = random.chance(50);
        let given = names.given(random, language, is_woman);
        let family = names.family(random, language);
        let (birth, own) = (born(random), phone(random));
        people.push(someone(id, given, family, birth, own, language, is_woman));
    }
    people
}
