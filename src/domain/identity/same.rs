//! Whether two records that bear one number are of one person.
//!
//! Invariant: in doubt they are two. Twins, spouses, parent and child share numbers in real lists; anyone who is taken
//! apart goes to the desk, anyone who is put together reads the other one's visits.

use super::names::{Fit, Name};
use crate::domain::born::Born;
use crate::domain::person::Person;
use crate::domain::placeholder::is_no_given_name;
use crate::domain::private::Private;

/// Whether these two records with one number are of one person: born on the same day, and their names agree as far as
/// spelling goes. Where the day is not known of both, both have to be written alike in every word.
#[must_use]
pub fn are_one_person(one: &Person, other: &Person) -> bool {
    let (born, born_other) = (one.birth_date.real(), other.birth_date.real());
    let (one, other) = (Names::of(one), Names::of(other));
    if born != born_other {
        return false;
    }
    match born {
        Born::Day(_) => one.agree(&other),
        Born::Unknown | Born::Year(_) | Born::Month(..) => one.are_written_like(&other),
    }
}

/// The names of one record; placeholders are none.
struct Names {
    given: Vec<Name>,
    family: Vec<Name>,
}

impl Names {
    fn of(person: &Person) -> Self {
        let names = |all: &mut dyn Iterator<Item = &Private>| {
            all.map(|name| Name::of(name.as_str())).filter(|name| !name.is_empty()).collect::<Vec<_>>()
        };
        let given = std::iter::once(&person.given_name).chain(&person.other_given_names);
        let family = std::iter::once(&person.family_name).chain(&person.other_family_names);
        Self {
            given: names(&mut given.filter(|name| !is_no_given_name(name.as_str()))),
            family: names(&mut family.into_iter()),
        }
    }

    /// The one name of anyone who has only one, whichever place it has.
    fn only(&self) -> Option<&[Name]> {
        match (self.given.as_slice(), self.family.as_slice()) {
            ([], []) => None,
            ([], only) | (only, []) => Some(only),
            _ => None,
        }
    }

    fn agree(&self, other: &Self) -> bool {
        // One name alone, in either place.
        if let (Some(one), Some(other)) = (self.only(), other.only()) {
            return any(one, other, Name::is_written_like);
        }
        let has_both = |a: &[Name], b: &[Name]| !a.is_empty() && !b.is_empty();
        match (has_both(&self.given, &other.given), has_both(&self.family, &other.family)) {
            (true, true) => {
                let (given, family) = (best_given(&self.given, &other.given), best_family(&self.family, &other.family));
                are_near(given, family) || self.are_swapped(other)
            }
            // What one of them lacks says nothing: the rest has to be the very same.
            (true, false) => any(&self.given, &other.given, Name::is_written_like),
            (false, true) => any(&self.family, &other.family, Name::is_written_like),
            (false, false) => false,
        }
    }

    /// Given and last name in each other's place.
    fn are_swapped(&self, other: &Self) -> bool {
        any(&self.given, &other.family, Name::is_written_like) && any(&self.family, &other.given, Name::is_written_like)
    }

    fn are_written_like(&self, other: &Self) -> bool {
        if let (Some(one), Some(other)) = (self.only(), other.only()) {
            return any(one, other, Name::is_written_like);
        }
        any(&self.given, &other.given, Name::is_written_like) && any(&self.family, &other.family, Name::is_written_like)
    }
}

fn any(some: &[Name], others: &[Name], fits: impl Fn(&Name, &Name) -> bool) -> bool {
    some.iter().any(|one| others.iter().any(|other| fits(one, other)))
}

/// The best fit of any two of these. `None`: they say too little, as initials do.
fn best_given(some: &[Name], others: &[Name]) -> Option<Fit> {
    let fits =
        some.iter().flat_map(|one| others.iter().flat_map(move |other| [one.fits_given(other), other.fits_given(one)]));
    // Too little is better than nothing, and worse than a slip.
    let best = fits.max_by_key(|fit| fit.map_or(1, |fit| if fit == Fit::No { 0 } else { 2 + fit as u8 }));
    best.unwrap_or(Some(Fit::No))
}

fn best_family(some: &[Name], others: &[Name]) -> Fit {
    let fits = some
        .iter()
        .flat_map(|one| others.iter().flat_map(move |other| [one.fits_family(other), other.fits_family(one)]));
    fits.max().unwrap_or(Fit::No)
}

/// The names of one day of birth and one number agree: the same, or a slip that no twin's name is.
fn are_near(given: Option<Fit>, family: Fit) -> bool {
    match (given, family) {
        (Some(Fit::Same), Fit::Same | Fit::Slip | Fit::ShortSlip) => true,
        (Some(Fit::Slip), Fit::Same | Fit::Slip) => true,
        // An initial, or one first name of several.
        (None, Fit::Same) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::super::tests::person;
    use super::*;

    const BORN: Date = date(1956, 3, 8);

    fn of(names: (&str, &str), born: Born) -> Person {
        Person { birth_date: born, ..person("p", names.0, names.1, BORN, "") }
    }

    fn are_one(one: (&str, &str), other: (&str, &str)) -> bool {
        let day = Born::on(BORN);
        let (one, other) = (of(one, day), of(other, day));
        let answer = are_one_person(&one, &other);
        assert_eq!(answer, are_one_person(&other, &one), "the order of the two changes nothing");
        answer
    }

    #[test]
    fn one_person_as_two_systems_write_them() {
        for (one, other) in [
            (("Ann", "Smith"), ("Ann", "Smith")),
            (("ANN", "SMITH"), ("Ann", "Smith ")),
            (("José", "Muñoz"), ("Jose", "Munoz")),
            (("José", "Muñoz"), ("Jose", "Mu&ntilde;oz")),
            (("Todd", "O&#39;Bryan"), ("Todd", "OBryan")),
            (("Mary Ann", "Ford"), ("Mary", "Ford")),
            (("Mary A.", "Ford"), ("Mary", "Ford")),
            (("M.", "Ford"), ("Mary", "Ford")),
            (("William", "Ford"), ("Bill", "Ford")),
            (("Wm", "Ford"), ("William", "Ford Jr.")),
            (("Marcelina", "Ford"), ("Marcelna", "Ford")),
            (("Rosa", "Fernandez"), ("Rosa", "Fernandes")),
            (("Ann", "Lee"), ("Ann", "Le")),
            (("Ana", "García López"), ("Ana", "Garcia")),
            (("Rosa", "Delgado"), ("Delgado", "Rosa")),
            // A name that is not known says nothing.
            (("FNU", "Asadi"), ("Farid", "Asadi")),
            (("Nilufar", "LNU"), ("Nilufar", "Rahimi")),
            (("Amadou", "."), ("Amadou", "")),
            (("Amadou", "."), ("", "Amadou")),
            (("Amadou", "-"), ("FNU", "Amadou")),
            (("Babygirl A", "Hollis"), ("Baby Girl A", "Hollis")),
            (("BG A", "Hollis"), ("Babygirl A", "Hollis")),
        ] {
            assert!(are_one(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn twins_spouses_and_others_with_one_number_are_two() {
        for (one, other) in [
            (("Tom", "Garner"), ("Tim", "Garner")),
            (("Clara", "Lucio"), ("Carla", "Lucio")),
            (("Daniel", "Lucio"), ("Daniela", "Lucio")),
            (("Huong", "Lucio"), ("Phuong", "Lucio")),
            (("Babygirl A", "Hollis"), ("Babygirl B", "Hollis")),
            (("Baby Girl A", "Hollis"), ("BabyGirl B", "Hollis")),
            (("Babygirl", "Hollis"), ("Babyboy", "Hollis")),
            (("Baby Boy 1", "Hollis"), ("Baby Boy 2", "Hollis")),
            (("Twin 1", "Hollis"), ("Twin 2", "Hollis")),
            (("1Judysgirl", "Hollis"), ("2Judysgirl", "Hollis")),
            (("1 Judysgirl", "Hollis"), ("2 Judysgirl", "Hollis")),
            (("Judysgirl 1", "Hollis"), ("Judysgirl 2", "Hollis")),
            (("Mary A", "Hollis"), ("Mary B", "Hollis")),
            (("Babygirl A", "Hollis"), ("Ella", "Hollis")),
            (("Nora", "Whitlow"), ("Ugo", "Whitlow")),
            (("Nora", "Whitlow"), ("Nora", "Castel")),
            (("María José", "Lucio"), ("María Isabel", "Lucio")),
            // Short names are a slip away from many.
            (("Judi", "Lucio"), ("Judu", "Lucio")),
            (("M.", "Fernandez"), ("Mary", "Fernandes")),
            // What one lacks says nothing, but the rest has to be the very same.
            (("FNU", "Asadi"), ("Farid", "Asadii")),
            (("FNU", "Fernandez"), ("Rosa", "Fernandes")),
            (("Amadou", "."), ("Amadu", ".")),
            (("Amadou", "."), ("Kadiatou", ".")),
            (("Amadou", "."), ("FNU", "Diallo")),
            (("Amadou", "."), ("Ali", "Amadou")),
            (("FNU", "LNU"), ("FNU", "LNU")),
            (("", ""), ("Ann", "Smith")),
        ] {
            assert!(!are_one(one, other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn other_names_on_file_count_and_a_contradiction_is_none_then() {
        let day = Born::on(BORN);
        let rachel = of(("Rachel", "Marlow"), day);
        let robert = of(("Robert", "Oldham"), day);
        assert!(!are_one_person(&rachel, &robert));
        let before =
            Person { other_given_names: vec!["Robert".into()], other_family_names: vec!["Oldham".into()], ..rachel };
        assert!(are_one_person(&before, &robert) && are_one_person(&robert, &before));
    }

    #[test]
    fn the_day_of_birth_has_to_be_the_very_same() {
        let ann = |born: Born| of(("Ann", "Smith"), born);
        let near = |born: Born| of(("Anne", "Smith"), born);
        let day = Born::on(BORN);
        for other in [
            Born::on(date(1956, 3, 9)),
            Born::on(date(1956, 8, 3)),
            Born::on(date(1981, 3, 8)),
            Born::Year(1956),
            Born::Unknown,
        ] {
            assert!(!are_one_person(&ann(day), &ann(other)));
        }
        // Not known in both: alike in every word.
        let nobodys_day = Born::on(date(1900, 1, 1));
        for born in [Born::Year(1956), Born::Month(1956, 3), Born::Unknown, nobodys_day] {
            assert!(are_one_person(&ann(born), &ann(born)));
            assert!(!are_one_person(&ann(born), &near(born)));
            assert!(!are_one_person(&of(("FNU", "Smith"), born), &ann(born)));
        }
        assert!(are_one_person(&ann(nobodys_day), &ann(Born::Unknown)));
        assert!(!are_one_person(&ann(Born::Year(1956)), &ann(Born::Month(1956, 3))));
    }
}
