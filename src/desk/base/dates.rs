//! A date of birth as people at a desk type it, and as they look for it.

use jiff::civil::Date;

/// Reads `1950-03-09`, `9.3.1950`, `3/9/1950` (the month first if `month_first`), also with noughts and with other
/// marks between.
#[must_use]
pub fn read(text: &str, month_first: bool) -> Option<Date> {
    let text = text.trim();
    let mark = text.chars().find(|c| matches!(c, '-' | '.' | '/'))?;
    let parts: Vec<&str> = text.split(mark).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    if ![a, b, c].iter().all(|part| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let (year, month, day) = match (a.len(), c.len(), mark) {
        (4, ..) => (a, b, c),
        (_, 4, '/') if month_first => (c, a, b),
        (_, 4, _) => (c, b, a),
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A date in few characters: `11/09/2026` where the month comes first, else `9 Nov 2026`.
#[must_use]
pub fn short(date: Date, month_first: bool) -> String {
    date.strftime(if month_first { "%m/%d/%Y" } else { "%-d %b %Y" }).to_string()
}

/// All ways of writing it for which [`read`] answers this date, in one text.
#[must_use]
pub fn ways(date: Date, month_first: bool) -> String {
    let (day, month, year) = (date.day(), date.month(), date.year());
    let slashed = if month_first {
        format!("{month}/{day}/{year} {month:02}/{day:02}/{year}")
    } else {
        format!("{day}/{month}/{year} {day:02}/{month:02}/{year}")
    };
    format!("{date} {slashed} {day}.{month}.{year} {day:02}.{month:02}.{year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_of_birth_is_read_in_each_way_it_is_written() {
        let ninth_of_march = jiff::civil::date(1950, 3, 9);
        for (text, month_first, expected) in [
            ("1950-03-09", true, Some(ninth_of_march)),
            (" 1950-3-9 ", false, Some(ninth_of_march)),
            ("3/9/1950", true, Some(ninth_of_march)),
            ("9/3/1950", false, Some(ninth_of_march)),
            ("03/09/1950", true, Some(ninth_of_march)),
            ("09.03.1950", true, Some(ninth_of_march)),
            ("9.3.1950", false, Some(ninth_of_march)),
            ("13/9/1950", true, None),
            ("3/9/50", true, None),
            ("3/9", true, None),
            ("19500309", true, None),
            ("9.3.1950.1", true, None),
            ("-3.9.1950", true, None),
            ("é/9/1950", true, None),
        ] {
            assert_eq!(read(text, month_first), expected, "{text}");
        }
        for month_first in [true, false] {
            for way in ways(ninth_of_march, month_first).split(' ') {
                assert_eq!(read(way, month_first), Some(ninth_of_march), "{way}");
            }
        }
    }
}
