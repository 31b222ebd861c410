//! Dates of birth that a slip of the finger makes of one another.

use jiff::civil::Date;

/// This many years may lie between a parent and a child. They may share name, birthday and phone: no fact that a kiosk
/// asks for would settle such a difference.
const GENERATION_YEARS: std::ops::RangeInclusive<u16> = 13..=69;

/// How a date that was typed stands to the one on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dates {
    Same,
    /// Day and month exchanged; or one of day, month and year has one other digit, two exchanged or is the next one.
    Near,
    /// The same, but years apart as parent and child are.
    NearByGeneration,
    Other,
}

impl Dates {
    pub(super) fn is_near(self) -> bool {
        matches!(self, Self::Near | Self::NearByGeneration)
    }
}

pub(super) fn compare(typed: Date, on_file: Date) -> Dates {
    if typed == on_file {
        return Dates::Same;
    }
    let (day, day_on_file) = (typed.day().unsigned_abs().into(), on_file.day().unsigned_abs().into());
    let (month, month_on_file) = (typed.month().unsigned_abs().into(), on_file.month().unsigned_abs().into());
    let (year, year_on_file) = (typed.year().unsigned_abs(), on_file.year().unsigned_abs());
    let same = (day == day_on_file, month == month_on_file, year == year_on_file);
    match same {
        (false, false, true) if day == month_on_file && month == day_on_file => Dates::Near,
        (false, true, true) if is_slip(day, day_on_file) => Dates::Near,
        (true, false, true) if is_slip(month, month_on_file) => Dates::Near,
        (true, true, false) if is_slip(year, year_on_file) => {
            if are_a_generation_apart(typed, on_file) {
                Dates::NearByGeneration
            } else {
                Dates::Near
            }
        }
        _ => Dates::Other,
    }
}

/// Whether one may be the parent of the other, by their age alone.
pub(super) fn are_a_generation_apart(one: Date, other: Date) -> bool {
    GENERATION_YEARS.contains(&one.year().abs_diff(other.year()))
}

fn is_slip(one: u16, other: u16) -> bool {
    let (a, b) = (digits(one), digits(other));
    let wrong = a.iter().zip(b).filter(|(a, b)| **a != *b).count();
    let exchanged = (0..3).any(|at| {
        let mut moved = a;
        moved.swap(at, at + 1);
        moved == b
    });
    wrong == 1 || exchanged || one.abs_diff(other) == 1
}

fn digits(number: u16) -> [u16; 4] {
    [number / 1000 % 10, number / 100 % 10, number / 10 % 10, number % 10]
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn one_wrong_digit_is_near_and_a_generation_is_kept_apart() {
        let on_file = date(1956, 3, 14);
        for (typed, expected) in [
            (date(1956, 3, 14), Dates::Same),
            (date(1956, 3, 15), Dates::Near),
            (date(1956, 3, 24), Dates::Near),
            (date(1956, 3, 25), Dates::Other),
            (date(1956, 4, 14), Dates::Near),
            (date(1956, 8, 14), Dates::Near),
            (date(1956, 12, 14), Dates::Other),
            (date(1956, 4, 15), Dates::Other),
            (date(1957, 3, 14), Dates::Near),
            (date(1946, 3, 14), Dates::Near),
            (date(1856, 3, 14), Dates::Near),
            (date(1965, 3, 14), Dates::Near),
            (date(1986, 3, 14), Dates::NearByGeneration),
            (date(1926, 3, 14), Dates::NearByGeneration),
            (date(1978, 3, 14), Dates::Other),
            (date(1957, 3, 15), Dates::Other),
        ] {
            assert_eq!(compare(typed, on_file), expected, "{typed}");
        }
        for (one, other) in [
            (date(1956, 8, 3), date(1956, 3, 8)),
            (date(1956, 3, 12), date(1956, 3, 21)),
            (date(1956, 3, 9), date(1956, 3, 10)),
            (date(1956, 9, 1), date(1956, 10, 1)),
            (date(1999, 3, 1), date(2000, 3, 1)),
        ] {
            assert_eq!(compare(one, other), Dates::Near, "{one} {other}");
        }
    }
}
