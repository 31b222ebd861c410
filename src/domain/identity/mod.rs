//! Who is in front of the kiosk: typed facts against today's list.
//!
//! Invariants: the answer is one person, one more fact to ask for, or none. It is never a list, and never says which
//! fact was wrong. A slip never decides alone: whatever is not the same name and the same date needs one more fact.
//! Which names are compared depends on the date alone, and at least this many are, so that the time taken does not tell
//! whether someone is on the list.

mod any;
mod dates;
mod fits;
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

use self::fits::{Fits, Named, Said};
pub use self::fold::fold_name;
pub(super) use self::fold::{is_hyphen, words};
pub use self::same::are_one_person;
pub(super) use self::slips::is_one_slip;

use self::dates::{Dates, are_a_generation_apart, compare};
use self::names::{Fit, Name};
use super::ids::PatientId;
use super::person::{BirthDate, Person};
use super::phones::last_fours;
use super::placeholder::{is_no_given_name, is_perhaps_no_name};
use super::private::Private;

/// What someone said of themselves, by typing it or with a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typed {
    /// Date of birth.
    pub birth_date: BirthDate,
    /// Last name, as typed.
    pub family_name: Private,
    /// First name, once it was asked for.
    pub given_name: Option<Private>,
    /// The last four digits of the phone on file, once they were asked for.
    pub phone_last4: Option<Private>,
}

/// A fact that would tell people apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fact {
    /// The first name.
    GivenName,
    /// The last four digits of the phone on file.
    Phone,
}

/// What a search for a person answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// Exactly this one.
    One(PatientId),
    /// Perhaps someone; this fact would tell.
    AskMore(Fact),
    /// No one.
    Nobody,
    /// Perhaps someone, but only staff may tell: no fact is left to ask for.
    Ambiguous,
}

/// This many people are compared by name at least, no matter who they are: more than have about one birth date on a
/// large list.
const COMPARED_MIN: usize = 64;

/// Everyone on a list, made ready for being looked for.
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
    /// Their only name, in both places: anyone who has one name types it at either question.
    has_one_name: bool,
    /// One of their names is what some lists write for none: `NULL`, `NA`.
    has_perhaps_one_name: bool,
    /// Of every phone on file.
    phones: Box<[[u8; 4]]>,
    /// Someone on the list bears the same name and may be a parent or a child, or is a twin whose first name is a slip
    /// away: name and date alone do not tell.
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
    /// A first name and no last name: what someone says who has one name.
    is_only: bool,
    phone_last4: Option<[u8; 4]>,
}

/// How someone fits who may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Likeness {
    /// The date of birth is the very one, or how it differs.
    date: Dates,
    /// How much doubt the names leave: 1 for each slip.
    slips: u8,
    /// The last name that was typed is the first name on file, and what was typed as first name does not settle it.
    half_swapped: bool,
    /// The first name was typed and fits, or there is none on file to ask for.
    given_fits: bool,
    /// The only name on file: no other one settles a doubt about it.
    has_one_name: bool,
    /// The phone was typed and fits.
    phone_fits: bool,
    /// The first name is a slip away and short: so are the names of many twins, who share a phone.
    is_short_slip_in_given: bool,
    /// One slip in one name, and no twin's; the other name was typed as it is on file. There is no phone to ask for.
    is_one_slip_without_phone: bool,
}

impl Likeness {
    /// Whether this is enough for being that person, if no one else is like it.
    fn is_enough(self, is_anybody_near: bool) -> bool {
        if self.date == Dates::Same && self.is_one_slip_without_phone && !is_anybody_near {
            return true;
        }
        if self.half_swapped || self.is_short_slip_in_given {
            return false;
        }
        match (self.date, self.slips) {
            (Dates::Same, 0) => true,
            (Dates::Same, 1) => self.given_fits && (!self.has_one_name || self.phone_fits),
            (Dates::Same, 2) => self.given_fits && self.phone_fits,
            (Dates::Near, 0 | 1) => self.given_fits && self.phone_fits,
            _ => false,
        }
    }
}

impl Ready {
    /// `None` for someone whose birth date is not known: no one is found without it. Placeholders are nothing.
    fn of(person: &Person, names: &mut Named) -> Option<Self> {
        let birth_date = person.birth_date.real().day()?.0;
        let mut places =
            |all: &mut dyn Iterator<Item = &Private>| all.filter_map(|name| names.place_of(name)).collect::<Vec<_>>();
        let mut family = places(&mut std::iter::once(&person.family_name).chain(&person.other_family_names));
        let mut given = std::iter::once(&person.given_name).chain(&person.other_given_names);
        let mut given = places(&mut given.by_ref().filter(|name| !is_no_given_name(name.as_str())));
        let called = places(&mut std::iter::once(&person.preferred_name));
        let has_one_name = family.is_empty() || given.is_empty();
        if family.is_empty() {
            family.clone_from(&given);
        } else if given.is_empty() {
            given.clone_from(&family);
        }
        let is_perhaps_none = |name: &Private| !has_one_name && is_perhaps_no_name(name.as_str());
        let (no_family, no_given) = (is_perhaps_none(&person.family_name), is_perhaps_none(&person.given_name));
        match (no_family, no_given) {
            (true, false) => family.extend_from_slice(&given),
            (false, true) => given.extend_from_slice(&family),
            (true, true) | (false, false) => {}
        }
        given.extend(called);
        let phones = std::iter::once(&person.contact.phone).chain(&person.other_phones);
        Some(Self {
            id: person.id.clone(),
            birth_date,
            family: family.into(),
            given: given.into(),
            has_one_name,
            has_perhaps_one_name: no_family != no_given,
            phones: phones.flat_map(|phone| last_fours(phone.as_str())).collect(),
            has_namesake: false,
        })
    }

    /// How this person is like what was typed, `None` if they are someone else; and whether a name of theirs is alike.
    fn likeness(&self, wanted: &Wanted, date: Dates, fits: &mut Fits<'_>) -> (Option<Likeness>, bool) {
        let family = fits.family(&self.family, &wanted.family, Said::Family);
        let given = wanted.given.as_ref().map(|given| fits.given(&self.given, given, Said::Given));
        // The names typed into each other's place: only if nothing else is odd about them.
        let as_given = fits.given(&self.given, &wanted.family, Said::Family);
        let family_is_given = as_given == Some(Fit::Same);
        let given_is_family =
            wanted.given.as_ref().map(|given| fits.family(&self.family, given, Said::Given) == Fit::Same);
        let is_counted = !wanted.is_only || self.has_one_name || self.has_perhaps_one_name;
        let swapped = family_is_given && (date == Dates::Same) & is_counted;
        // The only name is as near to a twin's as a first name is.
        let family = match as_given {
            Some(fit) if self.has_one_name && family != Fit::Same => fit,
            _ if !is_counted => Fit::No,
            _ => family,
        };
        let is_alike = family != Fit::No || as_given != Some(Fit::No) || !matches!(given, None | Some(Some(Fit::No)));
        // A number says nothing about anyone who has none on file.
        let phone = wanted.phone_last4.filter(|_| !self.phones.is_empty()).map(|typed| self.phones.contains(&typed));
        let (slips, given_fits, half_swapped) = match (family, given) {
            (Fit::Same | Fit::Slip | Fit::ShortSlip, None | Some(None)) => {
                (doubts(family), self.has_one_name && given.is_none(), false)
            }
            (Fit::Same | Fit::Slip | Fit::ShortSlip, Some(Some(given @ (Fit::Same | Fit::Slip | Fit::ShortSlip)))) => {
                (doubts(family) + doubts(given), true, false)
            }
            _ if swapped && given_is_family == Some(true) => (0, true, false),
            _ if swapped && given_is_family.is_none() => (0, false, true),
            _ => return (None, is_alike),
        };
        let is_one_slip = match (family, given) {
            (Fit::Slip | Fit::ShortSlip, Some(Some(Fit::Same))) => true,
            (Fit::Same, Some(Some(Fit::Slip))) => true,
            (Fit::Same, Some(Some(Fit::ShortSlip))) => {
                wanted.given.as_ref().is_some_and(|typed| fits.is_plain_slip(&self.given, typed))
            }
            _ => false,
        };
        let likeness = Likeness {
            date,
            slips,
            half_swapped,
            given_fits,
            has_one_name: self.has_one_name,
            phone_fits: phone == Some(true),
            is_short_slip_in_given: given == Some(Some(Fit::ShortSlip)),
            is_one_slip_without_phone: is_one_slip && !self.has_one_name && self.phones.is_empty(),
        };
        // Too much doubt for anything to settle: nothing is asked.
        let hopeless = slips > 2 || (date.is_near() && slips > 1);
        let is_meant = date != Dates::Other && phone != Some(false) && !hopeless;
        (is_meant.then_some(likeness), is_alike)
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

/// The last four digits that were typed; `None` if they are fewer.
fn last_four(digits: &str) -> Option<[u8; 4]> {
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).collect();
    digits.last_chunk().copied()
}

impl Index {
    /// Makes people ready. Someone with several visits is one person.
    pub fn new<'a>(people: impl IntoIterator<Item = &'a Person>) -> Self {
        let mut named = Named::default();
        let mut people: Vec<Ready> = people.into_iter().filter_map(|person| Ready::of(person, &mut named)).collect();
        let names = named.names;
        mark_namesakes(&mut people, &names);
        mark_like_twins(&mut people, &names);
        Self { people, names }
    }

    /// Looks for the one person who said this. It takes as long for someone who is on the list as for someone who is
    /// not.
    #[must_use]
    pub fn find(&self, typed: &Typed) -> Match {
        let name = |name: &Private| Some(Name::of(name.as_str())).filter(|name| !name.is_empty());
        let given = typed.given_name.as_ref().filter(|name| !is_no_given_name(name.as_str())).and_then(name);
        // Anyone who has one name may type it at either question; LNU on a card is nothing said.
        let (family, given, is_only) = match (name(&typed.family_name), given) {
            (Some(family), given) => (family, given, false),
            (None, Some(only)) => (only, None, true),
            (None, None) => return Match::Nobody,
        };
        let phone_last4 = typed.phone_last4.as_ref().and_then(|digits| last_four(digits.as_str()));
        let wanted = Wanted { birth_date: typed.birth_date.0, family, given, is_only, phone_last4 };
        let mut fits = Fits::none_yet(&self.names);
        let mut alike: Vec<(&Ready, Likeness)> = Vec::new();
        // Who has such a birth date and a name like one that was typed, and whether there are several.
        let (mut near, mut is_anybody_near): (Option<&PatientId>, bool) = (None, false);
        let mut compared = 0;
        for person in &self.people {
            let date = compare(wanted.birth_date, person.birth_date);
            if date != Dates::Other {
                compared += 1;
                let (likeness, is_alike) = person.likeness(&wanted, date, &mut fits);
                alike.extend(likeness.map(|likeness| (person, likeness)));
                if is_alike {
                    is_anybody_near |= near.is_some_and(|first| *first != person.id);
                    near = near.or(Some(&person.id));
                }
            }
        }
        // No one is found here: it takes the time that someone with this date would have taken.
        for person in self.people.iter().take(COMPARED_MIN.saturating_sub(compared)) {
            std::hint::black_box(person.likeness(&wanted, Dates::Other, &mut fits));
        }
        decide(&wanted, &alike, is_anybody_near)
    }
}

/// Marks anyone who shares the name with someone who may be their parent or child.
fn mark_namesakes(people: &mut [Ready], names: &[Name]) {
    let key = |person: &Ready| {
        let name = |places: &[NameAt]| places.first().and_then(|at| names.get(*at));
        let (family, given) = (name(&person.family), name(&person.given));
        Private::new(format!(
            "{} {}",
            family.map(Name::family_key).unwrap_or_default(),
            given.map(Name::given_key).unwrap_or_default()
        ))
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

/// Marks anyone who shares last name and birth date with someone whose first name is a slip away: Tom and Tim.
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
                let given = |at: &usize| {
                    people.get(*at).and_then(|person| Some((&person.id, names.get(*person.given.first()?)?)))
                };
                let are_alike = given(one)
                    .zip(given(other))
                    .is_some_and(|(one, other)| one.0 != other.0 && one.1.is_given_slip_from(other.1));
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

fn decide(wanted: &Wanted, alike: &[(&Ready, Likeness)], is_anybody_near: bool) -> Match {
    let Some((first, _)) = alike.first() else {
        return Match::Nobody;
    };
    let is_one_person = alike.iter().all(|(person, _)| person.id == first.id);
    let is_told_apart =
        alike.iter().all(|(person, likeness)| !person.has_namesake || (likeness.given_fits && likeness.phone_fits));
    if is_one_person && is_told_apart && alike.iter().any(|(_, likeness)| likeness.is_enough(is_anybody_near)) {
        return Match::One(first.id.clone());
    }
    // Everyone who may be meant would be asked the same: it helps only if their answers differ, or settle a doubt.
    let given_known = alike.iter().all(|(_, likeness)| likeness.given_fits);
    let helps = given_known || !is_one_person || !is_told_apart;
    if wanted.given.is_none() && !alike.iter().all(|(person, _)| person.has_one_name) {
        Match::AskMore(Fact::GivenName)
    } else if wanted.phone_last4.is_none() && helps && have_phones_of_their_own(alike) {
        Match::AskMore(Fact::Phone)
    } else if is_one_person && is_told_apart {
        // Nothing is left that would settle the doubt: typed again, and rightly this time, it may be enough.
        Match::Nobody
    } else {
        Match::Ambiguous
    }
}

/// Whether everyone has a phone on file, and no two of them the same.
fn have_phones_of_their_own(alike: &[(&Ready, Likeness)]) -> bool {
    let mut phones: Vec<_> =
        alike.iter().flat_map(|(person, _)| person.phones.iter().map(|phone| (*phone, &person.id))).collect();
    phones.sort();
    alike.iter().all(|(person, _)| !person.phones.is_empty())
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
#[path = "field/tests.rs"]
mod field;
#[cfg(test)]
mod tests;
