//! Dates and times as people and their programs write them.
//!
//! Invariant: nothing is guessed silently. A date whose order could be either is read in the order that was said or
//! that the clinic's country has, and that is reported; a time without its offset is in the zone that was said.

use std::cell::Cell;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::how::DateOrder;

/// How dates and times of a list are written, and what was met on the way.
pub struct Style {
    /// The zone of times that do not say theirs; without one they are refused.
    pub zone: Option<TimeZone>,
    /// The order of dates with slashes; without one they are refused.
    pub order: Option<DateOrder>,
    /// Whether numbers of days, as Excel keeps them, are dates.
    pub serials: bool,
    /// Whether the order mattered.
    pub ordered: Cell<bool>,
    /// Whether a year had two digits.
    pub short_years: Cell<bool>,
}

impl Style {
    /// As FHIR writes them.
    #[must_use]
    pub const fn iso() -> Self {
        Self { zone: None, order: None, serials: false, ordered: Cell::new(false), short_years: Cell::new(false) }
    }

    /// As a list of this zone and order writes them.
    #[must_use]
    pub const fn of(zone: TimeZone, order: DateOrder, serials: bool) -> Self {
        Self { zone: Some(zone), order: Some(order), serials, ordered: Cell::new(false), short_years: Cell::new(false) }
    }
}

/// What is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing is there.
    Nothing,
    /// A time, and no date.
    NoDate,
    /// A date, and no time.
    NoTime,
    /// There is no such day or time.
    DoesNotExist,
    /// The month is above 12: it may be the day.
    OtherOrder,
    /// Anything else.
    OtherForm,
}

/// What a text says, as far as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The date.
    pub date: Option<Date>,
    /// The time of day.
    pub time: Option<Time>,
    /// What stands after the time: an offset, `UTC`, or a zone's short name.
    pub zone: String,
}

/// Which century a year of two digits is of.
#[derive(Clone, Copy)]
pub enum Short {
    /// This one.
    Now,
    /// The latest one that does not go past this day.
    NotAfter(Date),
}

/// Reads a text.
///
/// # Errors
/// If it is no date and no time.
pub fn parts(text: &str, style: &Style, short: Short) -> Result<Parts, Wrong> {
    let mut rest = Cursor(text.trim());
    if rest.0.is_empty() {
        return Err(Wrong::Nothing);
    }
    if style.serials
        && let Some(parts) = serial(rest.0)
    {
        return Ok(parts);
    }
    rest.weekday();
    let mut parts = Parts { date: date_of(&mut rest, style, short)?, ..Parts::default() };
    rest.skip(|c| matches!(c, ' ' | ','));
    if parts.date.is_some() && rest.0.starts_with(['T', 't']) {
        rest.skip(|c| matches!(c, 'T' | 't'));
    } else if rest.word("at") {
        rest.skip(|c| c == ' ');
    }
    if !rest.0.is_empty() {
        parts.time = Some(time_of(&mut rest)?);
        rest.skip(|c| c == ' ');
        parts.zone = rest.0.to_owned();
    }
    if parts.date.is_none() && parts.time.is_none() { Err(Wrong::OtherForm) } else { Ok(parts) }
}

/// A number of days since the end of 1899, as Excel keeps dates.
fn serial(text: &str) -> Option<Parts> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let days: f64 = is_number.then(|| text.parse().ok()).flatten().filter(|days| (0.0..2_958_466.0).contains(days))?;
    let seconds = (days.fract() * 86_400.0).round();
    let whole = SignedDuration::from_hours(24 * days.trunc() as i64) + SignedDuration::from_secs(seconds as i64);
    let at = DateTime::constant(1899, 12, 30, 0, 0, 0, 0).checked_add(whole).ok()?;
    let time = (days.fract() > 0.0).then(|| at.time());
    // A time alone is a part of day zero; before March 1900 the days are counted otherwise, and no one was born then.
    Some(Parts { date: (days >= 61.0).then(|| at.date()), time, zone: String::new() })
        .filter(|parts| parts.date.is_some() || time.is_some())
}

struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn skip(&mut self, what: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(what);
    }

    fn take(&mut self, what: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !what(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn digits(&mut self) -> &'a str {
        self.take(|c| c.is_ascii_digit())
    }

    fn letters(&mut self) -> &'a str {
        self.take(|c| c.is_ascii_alphabetic())
    }

    fn eat(&mut self, c: char) -> bool {
        let rest = self.0.strip_prefix(c);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes this word off, if it is the next one.
    fn word(&mut self, word: &str) -> bool {
        let mut ahead = Cursor(self.0);
        let is = ahead.letters().eq_ignore_ascii_case(word);
        if is {
            self.0 = ahead.0;
        }
        is
    }

    fn weekday(&mut self) {
        const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let mut ahead = Cursor(self.0);
        let word = ahead.letters().to_ascii_lowercase();
        if word.len() >= 2 && DAYS.iter().any(|day| day.starts_with(&word)) {
            ahead.skip(|c| matches!(c, ' ' | ',' | '.'));
            self.0 = ahead.0;
        }
    }
}

/// Takes a date off the text, if it begins with one.
fn date_of(rest: &mut Cursor<'_>, style: &Style, short: Short) -> Result<Option<Date>, Wrong> {
    let mut ahead = Cursor(rest.0);
    let first = ahead.digits();
    let is_separator = |c: char| matches!(c, '-' | '/' | '.');
    let separator = ahead.0.chars().next().filter(|c| is_separator(*c));
    let made = |year: &str, month: &str, day: &str| -> Result<Date, Wrong> {
        let number = |text: &str| text.parse::<i8>().map_err(|_| Wrong::OtherForm);
        Date::new(year_of(year, number(month)?, number(day)?, style, short)?, number(month)?, number(day)?)
            .map_err(|_| Wrong::DoesNotExist)
    };
    let date = match (first.len(), separator) {
        (4, Some(separator)) => {
            ahead.eat(separator);
            let month = ahead.digits();
            if month.is_empty() || month.len() > 2 || !ahead.eat(separator) {
                return Err(Wrong::OtherForm);
            }
            let day = ahead.digits();
            made(first, month, day)?
        }
        (8, None) => {
            let part = |range: std::ops::Range<usize>| first.get(range).unwrap_or_default();
            made(part(0..4), part(4..6), part(6..8))?
        }
        (1 | 2, separator)
            if separator.is_some() || ahead.0.trim_start().starts_with(|c: char| c.is_ascii_alphabetic()) =>
        {
            ahead.skip(|c| is_separator(c) || c == ' ');
            let word = ahead.letters();
            if word.is_empty() {
                let second = ahead.digits();
                if second.is_empty() || second.len() > 2 || !separator.is_some_and(|separator| ahead.eat(separator)) {
                    return Err(Wrong::OtherForm);
                }
                let year = ahead.digits();
                let order = style.order.ok_or(Wrong::OtherForm)?;
                style.ordered.set(true);
                let (month, day) = if order == DateOrder::Mdy { (first, second) } else { (second, first) };
                let above = |text: &str| text.parse::<u8>().is_ok_and(|n| n > 12);
                if above(month) && !above(day) {
                    return Err(Wrong::OtherOrder);
                }
                made(year, month, day)?
            } else if let Some(month) = month_of(word) {
                ahead.skip(|c| is_separator(c) || matches!(c, ' ' | ','));
                made(ahead.digits(), month, first)?
            } else {
                // Such as `8 AM`.
                return Ok(None);
            }
        }
        (0, _) => {
            let word = ahead.letters();
            if word.is_empty() {
                return Err(Wrong::OtherForm);
            }
            let month = month_of(word).ok_or(Wrong::OtherForm)?;
            ahead.skip(|c| is_separator(c) || c == ' ');
            let day = ahead.digits();
            let _ = ["st", "nd", "rd", "th"].iter().any(|end| ahead.word(end));
            ahead.skip(|c| is_separator(c) || matches!(c, ' ' | ','));
            made(ahead.digits(), month, day)?
        }
        _ => return Ok(None),
    };
    if ahead.0.starts_with(|c: char| c.is_ascii_digit() || is_separator(c)) {
        return Err(Wrong::OtherForm);
    }
    *rest = ahead;
    Ok(Some(date))
}

fn year_of(text: &str, month: i8, day: i8, style: &Style, short: Short) -> Result<i16, Wrong> {
    let year: i16 = text.parse().map_err(|_| Wrong::OtherForm)?;
    match text.len() {
        4 => Ok(year),
        2 => {
            style.short_years.set(true);
            let is_past = |latest: Date| Date::new(2000 + year, month, day).is_ok_and(|date| date > latest);
            let is_last_century = matches!(short, Short::NotAfter(latest) if is_past(latest));
            Ok(if is_last_century { 1900 + year } else { 2000 + year })
        }
        _ => Err(Wrong::OtherForm),
    }
}

fn month_of(word: &str) -> Option<&'static str> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "1"),
        ("february", "2"),
        ("march", "3"),
        ("april", "4"),
        ("may", "5"),
        ("june", "6"),
        ("july", "7"),
        ("august", "8"),
        ("september", "9"),
        ("october", "10"),
        ("november", "11"),
        ("december", "12"),
    ];
    let word = word.to_ascii_lowercase();
    MONTHS
        .iter()
        .find(|(month, _)| word.len() >= 3 && (month.starts_with(&word) || word == "sept" && *month == "september"))
        .map(|(_, n)| *n)
}

/// Takes a time of day off the text.
fn time_of(rest: &mut Cursor<'_>) -> Result<Time, Wrong> {
    let first = rest.digits();
    let number = |text: &str| text.parse::<i8>().map_err(|_| Wrong::OtherForm);
    let (mut hour, mut minute, mut second);
    let mut is_whole = true;
    (minute, second) = (0, 0);
    match first.len() {
        1 | 2 => {
            hour = number(first)?;
            is_whole = rest.eat(':');
            if is_whole {
                minute = number(two(rest.digits())?)?;
                if rest.eat(':') {
                    second = number(two(rest.digits())?)?;
                    if rest.eat('.') || rest.eat(',') {
                        rest.digits();
                    }
                }
            }
        }
        3 | 4 => {
            let (hours, minutes) = first.split_at(first.len() - 2);
            (hour, minute) = (number(hours)?, number(minutes)?);
        }
        _ => return Err(Wrong::OtherForm),
    }
    let mut ahead = Cursor(rest.0.trim_start());
    let half = ahead.take(|c| c.is_ascii_alphabetic() || c == '.').replace('.', "").to_ascii_lowercase();
    match half.as_str() {
        "am" | "a" if hour == 12 => hour = 0,
        "pm" | "p" if hour < 12 => hour += 12,
        // Some programs write `14:30 PM`.
        "am" | "a" if hour < 12 => {}
        "pm" | "p" => {}
        "am" | "a" => return Err(Wrong::DoesNotExist),
        _ if !is_whole => return Err(Wrong::OtherForm),
        _ => {
            return Time::new(hour, minute, second, 0).map_err(|_| Wrong::DoesNotExist);
        }
    }
    *rest = ahead;
    Time::new(hour, minute, second, 0).map_err(|_| Wrong::DoesNotExist)
}

fn two(digits: &str) -> Result<&str, Wrong> {
    if digits.len() == 2 { Ok(digits) } else { Err(Wrong::OtherForm) }
}

/// A date and a time of two columns, or of one of them, as one text.
#[must_use]
pub fn joined(start: &str, date: &str, time: &str, style: &Style) -> String {
    let read = |text: &str| parts(text, style, Short::Now).unwrap_or_default();
    if !start.is_empty() {
        // A column of this name may hold the time alone.
        let is_time = read(start).date.is_none() && read(start).time.is_some();
        return if is_time && !date.is_empty() { joined("", date, start, style) } else { start.to_owned() };
    }
    if date.is_empty() || time.is_empty() {
        return format!("{date}{time}");
    }
    match (read(date).date, read(time)) {
        // Programs fill up what they have no column for: a date with midnight, a time with the first day they know.
        (Some(day), Parts { time: Some(of_day), zone, .. }) => format!("{day} {of_day} {zone}").trim_end().to_owned(),
        _ => format!("{date} {time}"),
    }
}

/// When a visit begins, and what is to be said about it.
///
/// # Errors
/// What is wrong with it, in a sentence.
pub fn start(text: &str, style: &Style) -> Result<(Timestamp, Option<String>), String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok((time, None));
    }
    let Some(zone) = &style.zone else { return Err(without_zone(text)) };
    let expected = "start: expected a date and time such as 11/23/2026 8:00 AM or 2026-11-23T08:00:00-05:00, found";
    let wrong = |wrong: Wrong| match wrong {
        Wrong::Nothing => format!("{expected} nothing"),
        Wrong::NoDate => format!("{expected} a time without a date"),
        Wrong::NoTime => format!("{expected} a date without a time"),
        Wrong::DoesNotExist => format!("{expected} a date or time that does not exist"),
        Wrong::OtherOrder => other_order("start", style),
        Wrong::OtherForm => format!("{expected} another form"),
    };
    let parts = parts(text, style, Short::Now).map_err(wrong)?;
    let date = parts.date.ok_or_else(|| wrong(Wrong::NoDate))?;
    let time = parts.time.ok_or_else(|| wrong(Wrong::NoTime))?;
    let local = date.to_datetime(time);
    if let Some(offset) = offset_of(&parts.zone) {
        return offset.to_timestamp(local).map(|time| (time, None)).map_err(|_| wrong(Wrong::DoesNotExist));
    }
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let (offset, note) = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, None),
        AmbiguousOffset::Fold { before, .. } => (
            before,
            Some("start: the clocks go back on this day, and this time comes twice; the first is taken".to_owned()),
        ),
        AmbiguousOffset::Gap { .. } => {
            return Err(format!("{expected} a time that is skipped on this day, because the clocks go forward"));
        }
    };
    let time = offset.to_timestamp(local).map_err(|_| wrong(Wrong::DoesNotExist))?;
    let short = time.to_zoned_datetime(zone.clone()).strftime("%Z").to_string();
    if parts.zone.is_empty() || parts.zone.eq_ignore_ascii_case(&short) {
        return Ok((time, note));
    }
    Err(format!(
        "{expected} the name of a time zone that the clinic does not have then; write its offset, such as -05:00"
    ))
}

fn without_zone(text: &str) -> String {
    const EXPECTED: &str = "start: expected a time with its offset, such as 2026-11-23T08:00:00-05:00, found";
    if text.is_empty() {
        return format!("{EXPECTED} nothing");
    }
    if text.parse::<DateTime>().is_ok() {
        return format!("{EXPECTED} none");
    }
    let shape = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    if shape(4, b'-') && shape(7, b'-') && shape(10, b'T') {
        return format!("{EXPECTED} a date or time that does not exist");
    }
    format!("{EXPECTED} another form")
}

fn offset_of(text: &str) -> Option<Offset> {
    if text.eq_ignore_ascii_case("z") || text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("gmt") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let digits: String = rest.chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).filter(|rest| !rest.is_empty()).map_or(Some(0), |rest| rest.parse().ok())?;
    (minutes < 60).then(|| Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()).flatten()
}

/// That the order of a date cannot be the one in which it was read.
#[must_use]
pub fn other_order(field: &str, style: &Style) -> String {
    let order = style.order.unwrap_or(DateOrder::Mdy);
    format!(
        "{field}: expected {}, found a month above 12; if the list writes its dates in the other order, \
         say so when matching its columns (date_order)",
        order.for_people()
    )
}

/// A date alone; a time after it is left out.
///
/// # Errors
/// What is wrong with it.
pub fn date(text: &str, style: &Style, short: Short) -> Result<Date, Wrong> {
    if let Ok(time) = text.parse::<Timestamp>() {
        // The day that is written there, wherever its offset is.
        return text
            .get(..10)
            .and_then(|day| day.parse().ok())
            .ok_or(Wrong::OtherForm)
            .or_else(|_| Ok(time.to_zoned_datetime(TimeZone::UTC).date()));
    }
    parts(text, style, short)?.date.ok_or(Wrong::NoDate)
}

#[cfg(test)]
mod tests;
