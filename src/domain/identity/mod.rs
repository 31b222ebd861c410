//! Who is in front of the kiosk: typed facts against today's list.
//!
//! Invariants: the answer is one person, one more fact to ask for, or none. It is never a list, and never says which
//! fact was wrong. A slip never decides alone: whatever is not the same name and the same date needs one more fact.
//! Which names are compared depends on the date alone, and at least so many are, so that the time taken does not tell
//! whether somebody is on the list.

mod any;
mod dates;
mod fold;
mod known;
mod names;
mod newborn;
mod nicknames;
mod same;
mod scripts;
mod slips;

use std::collections::HashMap;

use jiff::civil::Date;

pub use self::fold::fold_name;
pub(super) use self::fold::{is_hyphen, words};
pub use self::same::are_one_person;
pub(super) use self::slips::is_one_slip;

use self::dates::{Dates, are_a_generation_apart, compare};
use self::names::{Fit, Name};
use super::ids::PatientId;
use super::person::{BirthDate, Person};
use super::private::Private;

/// What somebody said of themselves, by typing it or with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Date of birth.
    pub birth_date: BirthDate,
    /// Family name, as typed.
    pub family_name: Private,
    /// Given name, once it was asked for.
    pub given_name: Option<Private>,
    /// The last four digits of the telephone on file, once they were asked for.
    pub phone_last4: Option<Private>,
}

/// A fact that would tell people apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The given name.
    GivenName,
    /// The last four digits of the telephone on file.
    Phone,
}

/// What a search for a person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Exactly this one.
    One(PatientId),
    /// Perhaps somebody; this fact would tell.
    AskMore(Fact),
    /// Nobody.
    Nobody,
    /// Perhaps somebody, but only staff may tell: no fact is left to ask for.
    Ambiguous,
}

/// So many people are compared by name at least, whoever they are: more than have about one birth date on a large list.
const COMPARED_MIN: usize = 64;

/// Everybody on a list, made ready for being looked for.
#[derive(Debug, Clone, Default)]
pub struct Index {
    people: Vec<Ready>,
    names: Vec<Name>,
}

/// Where a name stands among an index's names. Each is kept once, and compared once in a search.
type NameAt = usize;

/// One person as one appointment has them, taken apart.
#[derive(Clone)]
struct Ready {
    id: PatientId,
    birth_date: Date,
    family: Box<[NameAt]>,
    given: Box<[NameAt]>,
    phone_last4: Option<[u8; 4]>,
    /// Somebody on the list bears the same name and may be a parent or a child, or is a twin whose given name is a slip away:
    /// name and date alone do not tell.
    has_namesake: bool,
}

impl std::fmt::Debug for Ready {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ready").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What was typed, taken apart.
struct Wanted {
    birth_date: Date,
    family: Name,
    given: Option<Name>,
    phone_last4: Option<[u8; 4]>,
}

/// How somebody fits who may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Likeness {
    /// The date of birth is the very one, or how it differs.
    date: Dates,
    /// How much doubt the names leave: 1 for each slip.
    slips: u8,
    /// The family name that was typed is the given name on file, and what was typed as given name does not settle it.
    half_swapped: bool,
    /// The given name was typed and fits.
    given_fits: bool,
    /// The telephone was typed and fits.
    phone_fits: bool,
    /// The given name is a slip away and short: so are the names of many twins, who share a telephone.
    is_short_slip_in_given: bool,
}

impl Likeness {
    /// Whether this is enough for being that person, if nobody else is like it.
    fn is_enough(self) -> bool {
        if self.half_swapped || self.is_short_slip_in_given {
            return false;
        }
        match (self.date, self.slips) {
            (Dates::Same, 0) => true,
            (Dates::Same, 1) => self.given_fits,
            (Dates::Same, 2) => self.given_fits && self.phone_fits,
            (Dates::Near, 0 | 1) => self.given_fits && self.phone_fits,
            _ => false,
        }
    }
}

impl Ready {
    /// `None` for whoever's birth date is not known: nobody is found without it.
    fn of(person: &Person, names: &mut Named) -> Option<Self> {
        let birth_date = person.birth_date.day()?.0;
        let mut places = |all: &mut dyn Iterator<Item = &Private>| all.filter_map(|name| names.place_of(name)).collect();
        let mut family = std::iter::once(&person.family_name).chain(&person.other_family_names);
        let mut given = std::iter::once(&person.given_name).chain(&person.other_given_names).chain([&person.preferred_name]);
        Some(Self {
            id: person.id.clone(),
            birth_date,
            family: places(&mut family),
            given: places(&mut given),
            phone_last4: last_four(person.contact.phone.as_str()),
            has_namesake: false,
        })
    }

    /// How this person is like what was typed; `None` if they are somebody else.
    fn likeness(&self, wanted: &Wanted, date: Dates, fits: &mut Fits<'_>) -> Option<Likeness> {
        let family = fits.family(&self.family, &wanted.family, Said::Family);
        let given = wanted.given.as_ref().map(|given| fits.given(&self.given, given, Said::Given));
        // The names typed into each other's place: only if nothing else is odd about them.
        let family_is_given = fits.given(&self.given, &wanted.family, Said::Family) == Some(Fit::Same);
        let given_is_family = wanted.given.as_ref().map(|given| fits.family(&self.family, given, Said::Given) == Fit::Same);
        let swapped = family_is_given & (date == Dates::Same);
        // A number says nothing about whoever has none on file.
        let phone = wanted.phone_last4.zip(self.phone_last4).map(|(typed, on_file)| typed == on_file);
        let (slips, given_fits, half_swapped) = match (family, given) {
            (Fit::Same | Fit::Slip | Fit::ShortSlip, None | Some(None)) => (doubts(family), false, false),
            (Fit::Same | Fit::Slip | Fit::ShortSlip, Some(Some(given @ (Fit::Same | Fit::Slip | Fit::ShortSlip)))) => {
                (doubts(family) + doubts(given), true, false)
            }
            _ if swapped && given_is_family == Some(true) => (0, true, false),
            _ if swapped && given_is_family.is_none() => (0, false, true),
            _ => return None,
        };
        let likeness = Likeness {
            date,
            slips,
            half_swapped,
            given_fits,
            phone_fits: phone == Some(true),
            is_short_slip_in_given: given == Some(Some(Fit::ShortSlip)),
        };
        // Too much doubt for anything to settle: nothing is asked.
        let hopeless = slips > 2 || (date.is_near() && slips > 1);
        (date != Dates::Other && phone != Some(false) && !hopeless).then_some(likeness)
    }
}

/// Collects the names of a list, each once.
#[derive(Default)]
struct Named {
    names: Vec<Name>,
    places: HashMap<Private, NameAt>,
}

impl Named {
    /// `None` for what is no name.
    fn place_of(&mut self, text: &Private) -> Option<NameAt> {
        if let Some(place) = self.places.get(text) {
            return Some(*place);
        }
        let name = Name::of(text.as_str());
        if name.is_empty() {
            return None;
        }
        let place = self.names.len();
        self.names.push(name);
        self.places.insert(text.clone(), place);
        Some(place)
    }
}

/// What was typed: where it was asked for.
#[derive(Clone, Copy)]
enum Said {
    Family = 0,
    Given = 1,
}

/// How an index's names fit what was typed, as far as they were compared in this search.
struct Fits<'a> {
    names: &'a [Name],
    as_family: [Vec<Option<Fit>>; 2],
    as_given: [Vec<Option<Option<Fit>>>; 2],
}

impl<'a> Fits<'a> {
    fn none_yet(names: &'a [Name]) -> Self {
        let count = names.len();
        Self { names, as_family: [vec![None; count], vec![None; count]], as_given: [vec![None; count], vec![None; count]] }
    }

    /// The best fit of these family names.
    fn family(&mut self, on_file: &[NameAt], typed: &Name, said: Said) -> Fit {
        let (names, [by_family, by_given]) = (self.names, &mut self.as_family);
        let known = match said {
            Said::Family => by_family,
            Said::Given => by_given,
        };
        let fits = on_file.iter().filter_map(|at| {
            let (name, fit) = (names.get(*at)?, known.get_mut(*at)?);
            Some(*fit.get_or_insert_with(|| name.fits_family(typed)))
        });
        fits.max().unwrap_or(Fit::No)
    }

    /// The best fit of these given names. `None`: what was typed says too little.
    fn given(&mut self, on_file: &[NameAt], typed: &Name, said: Said) -> Option<Fit> {
        let (names, [by_family, by_given]) = (self.names, &mut self.as_given);
        let known = match said {
            Said::Family => by_family,
            Said::Given => by_given,
        };
        let fits = on_file.iter().filter_map(|at| {
            let (name, fit) = (names.get(*at)?, known.get_mut(*at)?);
            Some(*fit.get_or_insert_with(|| name.fits_given(typed)))
        });
        let best = fits.max_by_key(|fit| match fit {
            Some(Fit::No) => 0,
            None => 1,
            Some(Fit::ShortSlip) => 2,
            Some(Fit::Slip) => 3,
            Some(Fit::Same) => 4,
        });
        best.unwrap_or(Some(Fit::No))
    }
}

/// How much doubt a name leaves: a slip in a short one weighs as two.
fn doubts(fit: Fit) -> u8 {
    match fit {
        Fit::Same => 0,
        Fit::Slip => 1,
        Fit::ShortSlip | Fit::No => 2,
    }
}

/// The last four digits of a telephone number; `None` if it has fewer.
fn last_four(phone: &str) -> Option<[u8; 4]> {
    let mut digits = phone.bytes().rev().filter(u8::is_ascii_digit);
    let mut last = [0; 4];
    for place in last.iter_mut().rev() {
        *place = digits.next()?;
    }
    Some(last)
}

impl Index {
    /// Makes people ready. Somebody with several visits is one person.
    pub fn new<'a>(people: impl IntoIterator<Item = &'a Person>) -> Self {
        let mut named = Named::default();
        let mut people: Vec<Ready> = people.into_iter().filter_map(|person| Ready::of(person, &mut named)).collect();
        let names = named.names;
        mark_namesakes(&mut people, &names);
        mark_like_twins(&mut people, &names);
        Self { people, names }
    }

    /// Looks for the one person who said this. It takes as long for somebody who is on the list as for somebody who is not.
    #[must_use]
    pub fn find(&self, typed: &Typed) -> Match {
        let wanted = Wanted {
            birth_date: typed.birth_date.0,
            family: Name::of(typed.family_name.as_str()),
            given: typed.given_name.as_ref().map(|name| Name::of(name.as_str())).filter(|name| !name.is_empty()),
            phone_last4: typed.phone_last4.as_ref().and_then(|digits| last_four(digits.as_str())),
        };
        if wanted.family.is_empty() {
            return Match::Nobody;
        }
        let mut fits = Fits::none_yet(&self.names);
        let mut alike: Vec<(&Ready, Likeness)> = Vec::new();
        let mut compared = 0;
        for person in &self.people {
            let date = compare(wanted.birth_date, person.birth_date);
            if date != Dates::Other {
                compared += 1;
                alike.extend(person.likeness(&wanted, date, &mut fits).map(|likeness| (person, likeness)));
            }
        }
        // Nobody is found here: it takes the time that somebody with this date would have taken.
        for person in self.people.iter().take(COMPARED_MIN.saturating_sub(compared)) {
            std::hint::black_box(person.likeness(&wanted, Dates::Other, &mut fits));
        }
        decide(&wanted, &alike)
    }
}

/// Marks whoever shares the name with somebody who may be their parent or child.
fn mark_namesakes(people: &mut [Ready], names: &[Name]) {
    let key = |person: &Ready| {
        let name = |places: &[NameAt]| places.first().and_then(|at| names.get(*at));
        let (family, given) = (name(&person.family), name(&person.given));
        Private::new(format!("{} {}", family.map(Name::family_key).unwrap_or_default(), given.map(Name::given_key).unwrap_or_default()))
    };
    let mut of_name: HashMap<Private, (Date, Date)> = HashMap::new();
    for person in people.iter() {
        let (first, last) = of_name.entry(key(person)).or_insert((person.birth_date, person.birth_date));
        *first = person.birth_date.min(*first);
        *last = person.birth_date.max(*last);
    }
    for person in people {
        person.has_namesake = of_name.get(&key(person)).is_some_and(|(first, last)| {
            are_a_generation_apart(person.birth_date, *first) || are_a_generation_apart(person.birth_date, *last)
        });
    }
}

/// Marks whoever shares family name and birth date with somebody whose given name is a slip away: Tom and Tim.
fn mark_like_twins(people: &mut [Ready], names: &[Name]) {
    let mut households: HashMap<(Private, Date), Vec<usize>> = HashMap::new();
    for (at, person) in people.iter().enumerate() {
        let family = person.family.first().and_then(|at| names.get(*at)).map(Name::family_key).unwrap_or_default();
        households.entry((Private::new(family), person.birth_date)).or_default().push(at);
    }
    for members in households.into_values().filter(|members| members.len() > 1) {
        // Of hundreds with one name and date there is no telling anyway.
        for (at, one) in members.iter().enumerate().take(COMPARED_MIN) {
            for other in members.iter().skip(at + 1).take(COMPARED_MIN) {
                let given = |at: &usize| people.get(*at).and_then(|person| Some((&person.id, names.get(*person.given.first()?)?)));
                let are_alike =
                    given(one).zip(given(other)).is_some_and(|(one, other)| one.0 != other.0 && one.1.is_given_slip_from(other.1));
                if are_alike {
                    for at in [one, other] {
                        if let Some(person) = people.get_mut(*at) {
                            person.has_namesake = true;
                        }
                    }
                }
            }
        }
    }
}

fn decide(wanted: &Wanted, alike: &[(&Ready, Likeness)]) -> Match {
    let Some((first, _)) = alike.first() else {
        return Match::Nobody;
    };
    let is_one_person = alike.iter().all(|(person, _)| person.id == first.id);
    let is_told_apart = alike.iter().all(|(person, likeness)| !person.has_namesake || (likeness.given_fits && likeness.phone_fits));
    if is_one_person && is_told_apart && alike.iter().any(|(_, likeness)| likeness.is_enough()) {
        return Match::One(first.id.clone());
    }
    // Everybody who may be meant would be asked the same: it helps only if their answers differ, or settle a doubt.
    let given_known = alike.iter().all(|(_, likeness)| likeness.given_fits);
    let helps = given_known || !is_one_person || !is_told_apart;
    if wanted.given.is_none() {
        Match::AskMore(Fact::GivenName)
    } else if wanted.phone_last4.is_none() && helps && have_phones_of_their_own(alike) {
        Match::AskMore(Fact::Phone)
    } else if is_one_person && is_told_apart {
        // Nothing is left that would settle the doubt: typed anew, and rightly this time, it may be enough.
        Match::Nobody
    } else {
        Match::Ambiguous
    }
}

/// Whether everybody has a telephone on file, and no two of them the same.
fn have_phones_of_their_own(alike: &[(&Ready, Likeness)]) -> bool {
    let mut phones: Vec<_> = alike.iter().map(|(person, _)| (person.phone_last4, &person.id)).collect();
    phones.sort();
    phones.iter().all(|(phone, _)| phone.is_some())
        && phones.windows(2).all(|pair| match pair {
            [(one, id), (other, other_id)] => one != other || id == other_id,
            _ => true,
        })
}

/// Whether a birthday is this day and month: the second identifier after a scanned code.
#[must_use]
pub fn born_on_date(birth_date: BirthDate, month: i8, day: i8) -> bool {
    birth_date.0.month() == month && birth_date.0.day() == day
}

#[cfg(test)]
mod tests;
