//! What booking systems write in place of the words that a visit is kept in: statuses, lengths, phones, names, dates
//! that are none.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::when::{Short, Style, Wrong, date, other_order};
use crate::domain::appointment::AppointmentStatus as Status;
use crate::domain::born::Born;
use crate::domain::person::BirthDate;

/// A day; a longer appointment is a mistake.
const MINUTES_MAX: u32 = 24 * 60;
/// No one is older.
const YEARS_MAX: i16 = 130;

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>().replace("ll", "l")
}

/// What a visit's status is, and what is to be said about it. An unknown word is taken as booked: a canceled visit that
/// is shown hurts less than one that is lost.
#[must_use]
pub fn status(text: &str) -> (Status, Option<String>) {
    let word = folded(text);
    let known = match word.as_str() {
        ""
        | "booked"
        | "scheduled"
        | "scheduledappointment"
        | "confirmed"
        | "unconfirmed"
        | "notconfirmed"
        | "active"
        | "open"
        | "new"
        | "reminded"
        | "remindersent"
        | "leftmessage"
        | "appointmentmade"
        | "set"
        | "planned"
        | "accepted"
        | "approved"
        | "future" => Status::Booked,
        "proposed" | "requested" => Status::Proposed,
        "pending" | "tentative" | "hold" | "onhold" => Status::Pending,
        "arrived" | "here" | "present" | "inlobby" | "inroom" | "roomed" | "inprogress" | "inoffice"
        | "withprovider" | "waiting" => Status::Arrived,
        "checkedin" | "checkin" => Status::CheckedIn,
        "fulfiled" | "completed" | "complete" | "done" | "finished" | "checkedout" | "checkout" | "seen" | "closed"
        | "kept" => Status::Fulfilled,
        "noshow" | "noshowed" | "didnotattend" | "didnotcome" | "dna" | "dns" | "missed" | "failed" | "broken" => {
            Status::NoShow
        }
        "enteredinerror" | "error" | "deleted" | "void" | "voided" => Status::EnteredInError,
        "waitlist" | "waitlisted" | "waitinglist" => Status::Waitlist,
        "patientcanceled" | "providercanceled" | "clinicanceled" | "officecanceled" | "latecancel" | "latecanceled"
        | "latecancelation" => Status::Cancelled,
        word if word.starts_with("cancel") => Status::Cancelled,
        word if word.starts_with("noshow") => Status::NoShow,
        word if word.starts_with("resched") => {
            let note = "status: rescheduled is imported as canceled; its new time is a separate appointment";
            return (Status::Cancelled, Some(note.to_owned()));
        }
        _ => {
            let is_word = text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
            let found = if is_word { format!("the word {text}") } else { "something else".to_owned() };
            return (
                Status::Booked,
                Some(format!(
                    "status: expected a status such as booked, confirmed or canceled, found {found}; imported as booked"
                )),
            );
        }
    };
    (known, None)
}

/// How long a visit is: `20`, `20.0`, `0:20`, `20 min`, `1 hour`.
#[must_use]
pub fn minutes(text: &str) -> (u32, Option<String>) {
    const EXPECTED: &str = "minutes: expected a whole number from 0 to 1440, found";
    if text.is_empty() {
        return (0, None);
    }
    let lower = text.to_lowercase();
    let end = lower.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ':' | '-'))).unwrap_or(lower.len());
    let (number, unit) = lower.split_at(end);
    let factor = match unit.trim().trim_end_matches('.') {
        "" | "m" | "min" | "mins" | "minute" | "minutes" => 1.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 60.0,
        _ => 0.0,
    };
    let read = match number.split(':').collect::<Vec<_>>().as_slice() {
        [one] => one.parse::<f64>().ok().map(|n| n * factor),
        [hours, minutes] | [hours, minutes, "00"] => {
            let part = |text: &str| text.parse::<u32>().ok().map(f64::from);
            part(hours)
                .zip(part(minutes).filter(|minutes| *minutes < 60.0))
                .map(|(hours, minutes)| hours * 60.0 + minutes)
        }
        _ => None,
    };
    let found = match read {
        Some(n) if n < 0.0 => "a negative one",
        Some(n) if n > f64::from(MINUTES_MAX) => "a larger one",
        Some(n) if n.fract() == 0.0 && factor > 0.0 => return (n as u32, None),
        _ => "something else",
    };
    (0, Some(format!("{EXPECTED} {found}; it is left empty")))
}

/// A field that may hold several phones: the one to call first, and the others.
#[must_use]
pub fn phones(text: &str) -> (String, Vec<String>) {
    let parts: Vec<&str> = split_phones(text);
    let is_phone = |part: &&str| part.bytes().filter(u8::is_ascii_digit).count() >= 7;
    if parts.len() < 2 || !parts.iter().all(|part| is_phone(part) || !part.bytes().any(|byte| byte.is_ascii_digit())) {
        return (text.to_owned(), Vec::new());
    }
    let mut found: Vec<(bool, String)> =
        parts.into_iter().filter(is_phone).map(|part| (is_mobile(part), bare_phone(part))).collect();
    found.sort_by_key(|(is_mobile, _)| !is_mobile);
    let mut phones = found.into_iter().map(|(_, phone)| phone);
    (phones.next().unwrap_or_default(), phones.collect())
}

fn split_phones(text: &str) -> Vec<&str> {
    let parts = text
        .split(['/', ';', ',', '|', '\\', '&'])
        .flat_map(|part| part.split(" or "))
        .flat_map(|part| part.split(" and "));
    parts.map(str::trim).filter(|part| !part.is_empty()).collect()
}

fn is_mobile(part: &str) -> bool {
    let words = part.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_ascii_lowercase);
    words
        .into_iter()
        .any(|word| matches!(word.as_str(), "c" | "m" | "cell" | "cellphone" | "cellular" | "mobile" | "mob"))
}

/// A phone without the word that says which one it is. An extension stays.
fn bare_phone(part: &str) -> String {
    let from = part.find(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')).unwrap_or(0);
    let bare = part.get(from..).unwrap_or(part);
    // Such as `(cell) 555-010-2019`.
    let bare =
        if bare.starts_with('(') && !bare.get(1..).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            bare.find(|c: char| c.is_ascii_digit()).and_then(|from| bare.get(from..)).unwrap_or(bare)
        } else {
            bare
        };
    let until = bare.rfind(|c: char| c.is_ascii_digit()).map_or(bare.len(), |at| at + 1);
    bare.get(..until).unwrap_or(bare).trim().to_owned()
}

/// A whole name of one column: the first names, the last name, and whether that was said by a comma.
#[must_use]
pub fn split_name(text: &str) -> (String, String, bool) {
    if let Some((family, given)) = text.split_once(',') {
        let (family, given) = (family.trim(), given.trim());
        // `Marsh, Jr., Teo`
        let (first, rest) = given.split_once(',').map_or((given, ""), |(first, rest)| (first.trim(), rest.trim()));
        if is_suffix(first) {
            return if rest.is_empty() {
                split_plain(&format!("{family} {first}"))
            } else {
                (rest.to_owned(), format!("{family} {first}"), true)
            };
        }
        let given = if rest.is_empty() || is_suffix(rest) { first.to_owned() } else { format!("{first} {rest}") };
        let family = if is_suffix(rest) { format!("{family} {rest}") } else { family.to_owned() };
        return (given, family, true);
    }
    split_plain(text)
}

fn split_plain(text: &str) -> (String, String, bool) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let suffixes = words.iter().rev().take_while(|word| is_suffix(word)).count();
    let at = words.len().saturating_sub(suffixes + 1);
    let (given, family) = words.split_at(at);
    // One name is all that there is, and so is as good as said.
    (given.join(" "), family.join(" "), at == 0)
}

fn is_suffix(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    matches!(word.as_str(), "jr" | "sr" | "ii" | "iii" | "iv" | "2nd" | "3rd" | "md" | "m.d" | "phd" | "do" | "esq")
}

/// A date of birth as far as it can be read. What cannot be costs no one their visit, but is reported.
pub fn born(text: &str, start: Timestamp, style: &Style, warnings: &mut Vec<String>) -> Born {
    const BY_STAFF: &str = "staff check this person in";
    let mut unknown = |why: &str| {
        warnings.push(format!("birth_date: {why}; {BY_STAFF}"));
        Born::Unknown
    };
    if text.is_empty() {
        return unknown("expected a date of birth, found nothing");
    }
    // A day more than the date in UTC: somewhere it is tomorrow already.
    let latest = start.to_zoned_datetime(TimeZone::UTC).date().saturating_add(jiff::SignedDuration::from_hours(24));
    let plain = text.replace('/', "-");
    let part = Born::read(&plain)
        .ok()
        .filter(|born| matches!(born, Born::Year(_) | Born::Month(..)))
        .or_else(|| month_first(&plain, style));
    let found = match part {
        Some(part) => part,
        None => match date(text, style, Short::NotAfter(latest)) {
            Ok(day) => Born::Day(BirthDate(day)),
            Err(Wrong::DoesNotExist) if is_zeros(text) => {
                return unknown("expected a date of birth, found a placeholder");
            }
            Err(Wrong::DoesNotExist) => {
                return unknown("expected a date such as 1950-03-01, found one that does not exist");
            }
            Err(Wrong::OtherOrder) => return unknown(other_order("", style).trim_start_matches(": ")),
            Err(_) if is_zeros(text) || super::draft::is_no_number(text) => {
                return unknown("expected a date of birth, found a placeholder");
            }
            Err(_) => return unknown("expected a date such as 1950-03-01, found another form"),
        },
    };
    let year = match found {
        Born::Day(date) => date.0.year(),
        Born::Year(year) | Born::Month(year, _) => year,
        Born::Unknown => return unknown("expected a date of birth, found nothing"),
    };
    if found.day().is_some_and(|date| is_placeholder(date.0)) || year < latest.year() - YEARS_MAX || year == 9999 {
        return unknown("expected a date of birth, found a placeholder");
    }
    if found.day().is_some_and(|date| date.0 > latest) || year > latest.year() {
        return unknown("expected a date before the appointment, found a later one");
    }
    if found.day().is_none() {
        warnings.push(format!("birth_date: the day is unknown; {BY_STAFF}"));
    }
    found
}

/// A month and a year as forms write it: `03/1956`.
fn month_first(plain: &str, style: &Style) -> Option<Born> {
    style.order?;
    let (month, year) = plain.split_once('-')?;
    let month = if month.len() == 1 { format!("0{month}") } else { month.to_owned() };
    (year.len() == 4).then(|| Born::read(&format!("{year}-{month}")).ok()).flatten()
}

/// Dates that programs write where there is none.
fn is_placeholder(day: Date) -> bool {
    const FIRST_DAYS: [i16; 7] = [1, 1600, 1753, 1800, 1900, 1901, 9999];
    let is_first = day.month() == 1 && day.day() == 1 && FIRST_DAYS.contains(&day.year());
    is_first || day.year() == 9999 || day.year() == 1899 && day.month() == 12
}

fn is_zeros(text: &str) -> bool {
    let mut digits = text.bytes().filter(u8::is_ascii_digit).peekable();
    digits.peek().is_some()
        && digits.all(|digit| digit == b'0' || digit == b'9')
        && !text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::super::how::DateOrder;
    use super::*;

    #[test]
    fn statuses_are_known_by_their_many_names() {
        for (words, expected) in [
            (&["", "booked", "Booked", "BOOKED", "Confirmed", "Scheduled", "left message"][..], Status::Booked),
            (
                &[
                    "cancelled",
                    "Canceled",
                    "CANCELED",
                    "Cancel",
                    "cancelation",
                    "Canceled by patient",
                    "Cancelled - Provider",
                ],
                Status::Cancelled,
            ),
            (&["noshow", "no-show", "No Show", "NO_SHOW", "No-Showed"], Status::NoShow),
            (&["Arrived"], Status::Arrived),
            (&["checked in", "Checked-In", "checked-in"], Status::CheckedIn),
            (&["fulfilled", "Fulfiled", "Completed", "checked out"], Status::Fulfilled),
            (&["entered-in-error", "Entered in error"], Status::EnteredInError),
            (&["Pending"], Status::Pending),
            (&["wait list"], Status::Waitlist),
        ] {
            for word in words {
                assert_eq!(status(word), (expected, None), "{word}");
            }
        }
        assert!(
            matches!(status("Rescheduled"), (Status::Cancelled, Some(note)) if note.contains("imported as canceled"))
        );
        let (Status::Booked, Some(note)) = status("maybe") else { panic!("an unknown word is imported as booked") };
        assert!(note.contains("the word maybe") && note.contains("imported as booked"));
        assert!(matches!(status("Whitlow, Nora"), (Status::Booked, Some(note)) if !note.contains("Whitlow")));
    }

    #[test]
    fn lengths_are_read_or_left_out() {
        for (text, expected) in [
            ("", 0),
            ("20", 20),
            ("20.0", 20),
            ("0:20", 20),
            ("1:05", 65),
            ("00:20:00", 20),
            ("20 min", 20),
            ("20min.", 20),
            ("1 hour", 60),
            ("1.5 h", 90),
        ] {
            assert_eq!(minutes(text), (expected, None), "{text}");
        }
        for (text, why) in [
            ("-20", "a negative one"),
            ("20000", "a larger one"),
            ("long", "something else"),
            ("20.5", "something else"),
            ("1:75", "something else"),
        ] {
            assert!(matches!(minutes(text), (0, Some(note)) if note.contains(why)), "{text}");
        }
    }

    #[test]
    fn one_field_may_hold_several_telephones() {
        for (text, first, others) in [
            ("home 555-010-1019 / cell 555-010-2019", "555-010-2019", &["555-010-1019"][..]),
            ("555-010-1019 (H); 555-010-2019 (C)", "555-010-2019", &["555-010-1019"]),
            (
                "C: (555) 010-2019, H: (555) 010-1019, W: 555-010-3019 ext. 22",
                "(555) 010-2019",
                &["(555) 010-1019", "555-010-3019 ext. 22"],
            ),
            ("(home) 555-010-1019 or 555-010-2019", "555-010-1019", &["555-010-2019"]),
            ("555-010-1017 ext. 22", "555-010-1017 ext. 22", &[]),
            ("555/010-1019", "555/010-1019", &[]),
            ("555-010-1019 / none", "555-010-1019", &[]),
            ("", "", &[]),
        ] {
            let found = phones(text);
            assert_eq!(
                (found.0.as_str(), found.1.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
                (first, others),
                "{text}"
            );
        }
    }

    #[test]
    fn a_whole_name_is_split() {
        for (text, given, family, is_said) in [
            ("Whitlow, Nora", "Nora", "Whitlow", true),
            ("Whitlow,Nora Ann", "Nora Ann", "Whitlow", true),
            ("Marsh, Jr., Teo", "Teo", "Marsh Jr.", true),
            ("Marsh, Teo, III", "Teo", "Marsh III", true),
            ("Nora Ann Whitlow", "Nora Ann", "Whitlow", false),
            ("Teo Marsh Jr.", "Teo", "Marsh Jr.", false),
            ("Suharyanto", "", "Suharyanto", true),
            ("Suharyanto,", "", "Suharyanto", true),
            ("", "", "", true),
        ] {
            assert_eq!(split_name(text), (given.to_owned(), family.to_owned(), is_said), "{text}");
        }
    }

    #[test]
    fn a_date_of_birth_is_read_as_far_as_it_goes() {
        let start = "2026-11-30T13:00:00Z".parse().unwrap();
        let style = Style::of(TimeZone::UTC, DateOrder::Mdy, false);
        for (text, written, why) in [
            ("1960-02-20", "1960-02-20", ""),
            ("2/20/1960", "1960-02-20", ""),
            ("1960-02-20T00:00:00-05:00", "1960-02-20", ""),
            ("02/20/60", "1960-02-20", ""),
            ("1956", "1956", "day is unknown"),
            ("1956-03", "1956-03", "day is unknown"),
            ("03/1956", "1956-03", "day is unknown"),
            ("", "", "found nothing"),
            ("unknown", "", "placeholder"),
            ("N/A", "", "placeholder"),
            ("00/00/0000", "", "placeholder"),
            ("0000-00-00", "", "placeholder"),
            ("1900-01-01", "", "placeholder"),
            ("01/01/1900", "", "placeholder"),
            ("1800-01-01", "", "placeholder"),
            ("9999-12-31", "", "placeholder"),
            ("99/99/9999", "", "placeholder"),
            ("1753-01-01", "", "placeholder"),
            ("12/30/1899", "", "placeholder"),
            ("2031-01-01", "", "a later one"),
            ("2031", "", "a later one"),
            ("13/25/1980", "", "does not exist"),
            ("25/12/1980", "", "month above 12"),
            ("March", "", "another form"),
            ("1911-09-09", "1911-09-09", ""),
        ] {
            let mut warnings = Vec::new();
            assert_eq!(born(text, start, &style, &mut warnings).written(), written, "{text}");
            assert!(
                if why.is_empty() { warnings.is_empty() } else { warnings.len() == 1 && warnings[0].contains(why) },
                "{text}: {warnings:?}"
            );
            assert!(warnings.iter().all(|why| why.ends_with("staff check this person in")));
        }
    }
}
