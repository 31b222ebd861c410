//! Dates and times as staff read them, in the clinic's order and on its clock: [`DateStyle`] for what has no zone,
//! [`StaffTime`] for moments. What patients read is in [`super::texts::dates`].
//!
//! Invariants: nothing else under `src/` writes a date or a time for people (`tests/tidy/texts.rs`); what machines read
//! is ISO 8601 and not from here; a date that staff type is read in the order in which it is written.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::born::Born;

/// How the clinic writes a time of day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clock {
    /// `2:05 PM`.
    #[default]
    #[serde(rename = "12h")]
    Twelve,
    /// `14:05`.
    #[serde(rename = "24h")]
    TwentyFour,
}

/// In which order the clinic writes a date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateOrder {
    /// `06/02/2025`, `Jun 2, 2025`: as in the United States.
    #[default]
    #[serde(rename = "mdy")]
    MonthDayYear,
    /// `02/06/2025`, `2 Jun 2025`.
    #[serde(rename = "dmy")]
    DayMonthYear,
    /// `2025-06-02`.
    #[serde(rename = "ymd")]
    YearMonthDay,
}

/// How the clinic writes dates and times. Its settings say it, for every language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DateStyle {
    /// Of times of day.
    pub clock: Clock,
    /// Of dates.
    pub order: DateOrder,
}

impl DateStyle {
    /// As one word, for another part of the program: `12h mdy`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match (self.clock, self.order) {
            (Clock::Twelve, DateOrder::MonthDayYear) => "12h mdy",
            (Clock::Twelve, DateOrder::DayMonthYear) => "12h dmy",
            (Clock::Twelve, DateOrder::YearMonthDay) => "12h ymd",
            (Clock::TwentyFour, DateOrder::MonthDayYear) => "24h mdy",
            (Clock::TwentyFour, DateOrder::DayMonthYear) => "24h dmy",
            (Clock::TwentyFour, DateOrder::YearMonthDay) => "24h ymd",
        }
    }

    /// Reads what [`Self::code`] writes; anything else is the usual style.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        let all = [Clock::Twelve, Clock::TwentyFour].into_iter().flat_map(|clock| {
            [DateOrder::MonthDayYear, DateOrder::DayMonthYear, DateOrder::YearMonthDay]
                .map(|order| Self { clock, order })
        });
        all.into_iter().find(|style| style.code() == code).unwrap_or_default()
    }

    /// `Jun 2, 2025`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        self.said(date, ["%b %-d, %Y", "%-d %b %Y", "%Y-%m-%d"])
    }

    /// In digits alone, for lists and for dates of birth: `06/02/2025`.
    #[must_use]
    pub fn digits(self, date: Date) -> String {
        self.said(date, ["%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d"])
    }

    /// A date of about now, whose year no one asks for: `Jun 2`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        self.said(date, ["%b %-d", "%-d %b", "%b %-d"])
    }

    /// The same with its weekday: `Mon, Jun 2`.
    #[must_use]
    pub fn weekday(self, date: Date) -> String {
        format!("{}, {}", date.strftime("%a"), self.day(date))
    }

    /// `Mon, Jun 2, 2025`.
    #[must_use]
    pub fn weekday_date(self, date: Date) -> String {
        format!("{}, {}", date.strftime("%a"), self.date(date))
    }

    /// For headings, where there is room: `Monday, June 2, 2025`.
    #[must_use]
    pub fn heading(self, date: Date) -> String {
        self.said(date, ["%A, %B %-d, %Y", "%A, %-d %B %Y", "%A, %Y-%m-%d"])
    }

    /// From the first day to the last one: `Jun 2 – Jun 8, 2025`. One day is written once.
    #[must_use]
    pub fn days(self, first: Date, last: Date) -> String {
        let whole = self.order == DateOrder::YearMonthDay || first.year() != last.year();
        match first {
            _ if first == last => self.date(last),
            _ if whole => format!("{} – {}", self.date(first), self.date(last)),
            _ => format!("{} – {}", self.day(first), self.date(last)),
        }
    }

    /// `2:05 PM`.
    #[must_use]
    pub fn time(self, time: Time) -> String {
        let form = match self.clock {
            Clock::Twelve => "%-I:%M %p",
            Clock::TwentyFour => "%H:%M",
        };
        time.strftime(form).to_string()
    }

    /// A date of birth beside "DOB", with the age where the whole date is known: `09/30/1941 (85 y)`,
    /// `09/1941, day unknown`, `1941, day unknown`, `unknown`.
    #[must_use]
    pub fn born(self, born: Born, today: Date) -> String {
        match born {
            Born::Unknown => "unknown".to_owned(),
            Born::Year(year) => format!("{year}, day unknown"),
            Born::Month(year, month) if self.order == DateOrder::YearMonthDay => {
                format!("{year}-{month:02}, day unknown")
            }
            Born::Month(year, month) => format!("{month:02}/{year}, day unknown"),
            Born::Day(date) => match age(date.0, today) {
                Some(age) => format!("{} ({age})", self.digits(date.0)),
                None => self.digits(date.0),
            },
        }
    }

    /// Reads a date as people at a desk type it: `1950-03-09`, `9.3.1950`, `3/9/1950` (in the clinic's order), also
    /// with noughts and with other marks between.
    #[must_use]
    pub fn read(self, text: &str) -> Option<Date> {
        let text = text.trim();
        let mark = text.chars().find(|c| matches!(c, '-' | '.' | '/'))?;
        let parts: Vec<&str> = text.split(mark).collect();
        let [a, b, c] = parts.as_slice() else { return None };
        let is_number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if ![a, b, c].into_iter().all(is_number) {
            return None;
        }
        let (year, month, day) = match (a.len(), c.len(), mark) {
            (4, ..) => (a, b, c),
            // Where the year comes first, digits that begin with another part are as in the United States.
            (_, 4, '/') if self.order != DateOrder::DayMonthYear => (c, a, b),
            (_, 4, _) => (c, b, a),
            _ => return None,
        };
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
    }

    /// All ways of writing a date for which [`Self::read`] answers this one, in one text.
    #[must_use]
    pub fn ways(self, date: Date) -> String {
        let (day, month, year) = (date.day(), date.month(), date.year());
        let slashed = match self.order {
            DateOrder::DayMonthYear => format!("{day}/{month}/{year} {day:02}/{month:02}/{year}"),
            _ => format!("{month}/{day}/{year} {month:02}/{day:02}/{year}"),
        };
        format!("{date} {slashed} {day}.{month}.{year} {day:02}.{month:02}.{year}")
    }

    /// How to type a date, as an example: `3/9/1950`.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self.order {
            DateOrder::MonthDayYear => "3/9/1950",
            DateOrder::DayMonthYear => "9/3/1950",
            DateOrder::YearMonthDay => "1950-03-09",
        }
    }

    fn said(self, date: Date, [mdy, dmy, ymd]: [&str; 3]) -> String {
        let form = match self.order {
            DateOrder::MonthDayYear => mdy,
            DateOrder::DayMonthYear => dmy,
            DateOrder::YearMonthDay => ymd,
        };
        date.strftime(form).to_string()
    }
}

/// How old someone is: in years, below two years in months, below a month in days. None before they are born.
fn age(born: Date, today: Date) -> Option<String> {
    let months = (i32::from(today.year()) - i32::from(born.year())) * 12 + i32::from(today.month())
        - i32::from(born.month())
        - i32::from(today.day() < born.day());
    match months {
        _ if today < born => None,
        0 => Some(format!("{} d", born.until(today).ok()?.get_days())),
        1..24 => Some(format!("{months} mo")),
        _ => Some(format!("{} y", months / 12)),
    }
}

/// Moments as staff read them: the clinic's time zone and style.
#[derive(Debug, Clone)]
pub struct StaffTime {
    /// Of all times.
    pub zone: TimeZone,
    /// Of dates and times.
    pub style: DateStyle,
}

impl StaffTime {
    /// On the clinic's calendar: that of its wall clock, not its day ([`super::clinic_day`]).
    #[must_use]
    pub fn date_of(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// `2:05 PM`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        self.style.time(self.zone.to_datetime(at).time())
    }

    /// `Jun 2, 2025, 2:05 PM`.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        format!("{}, {}", self.date(at), self.time(at))
    }

    /// The same without the year: `Jun 2, 2:05 PM`.
    #[must_use]
    pub fn day_and_time(&self, at: Timestamp) -> String {
        format!("{}, {}", self.style.day(self.date_of(at)), self.time(at))
    }

    /// With the weekday: `Mon, Jun 2, 2025, 2:05 PM`.
    #[must_use]
    pub fn weekday_moment(&self, at: Timestamp) -> String {
        format!("{}, {}", self.style.weekday_date(self.date_of(at)), self.time(at))
    }

    /// To the second, for the audit log: `Jun 2, 2025, 2:05:09 PM`.
    #[must_use]
    pub fn to_the_second(&self, at: Timestamp) -> String {
        let local = self.zone.to_datetime(at);
        let form = match self.style.clock {
            Clock::Twelve => "%-I:%M:%S %p",
            Clock::TwentyFour => "%H:%M:%S",
        };
        format!("{}, {}", self.style.date(local.date()), local.strftime(form))
    }

    /// `Jun 2, 2025`.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        self.style.date(self.date_of(at))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    const fn style(clock: Clock, order: DateOrder) -> DateStyle {
        DateStyle { clock, order }
    }
    const US: DateStyle = style(Clock::Twelve, DateOrder::MonthDayYear);
    const UK: DateStyle = style(Clock::TwentyFour, DateOrder::DayMonthYear);
    const ISO: DateStyle = style(Clock::TwentyFour, DateOrder::YearMonthDay);

    #[test]
    fn dates_and_times_are_written_as_the_clinic_writes_them() {
        let (june, july) = (date(2025, 6, 2), date(2025, 7, 1));
        for (style, expected) in [
            (US, ["Jun 2, 2025", "06/02/2025", "Jun 2", "Mon, Jun 2", "Mon, Jun 2, 2025", "Monday, June 2, 2025"]),
            (UK, ["2 Jun 2025", "02/06/2025", "2 Jun", "Mon, 2 Jun", "Mon, 2 Jun 2025", "Monday, 2 June 2025"]),
            (ISO, ["2025-06-02", "2025-06-02", "Jun 2", "Mon, Jun 2", "Mon, 2025-06-02", "Monday, 2025-06-02"]),
        ] {
            let written = [
                style.date(june),
                style.digits(june),
                style.day(june),
                style.weekday(june),
                style.weekday_date(june),
                style.heading(june),
            ];
            assert_eq!(written, expected);
        }
        for (style, days, across) in [
            (US, "Jun 2 – Jul 1, 2025", "Dec 31, 2024 – Jun 2, 2025"),
            (UK, "2 Jun – 1 Jul 2025", "31 Dec 2024 – 2 Jun 2025"),
            (ISO, "2025-06-02 – 2025-07-01", "2024-12-31 – 2025-06-02"),
        ] {
            assert_eq!((style.days(june, july), style.days(date(2024, 12, 31), june)), (days.into(), across.into()));
            assert_eq!(style.days(june, june), style.date(june));
        }
        for (at, twelve, twenty_four) in [
            (time(0, 5, 0, 0), "12:05 AM", "00:05"),
            (time(9, 0, 0, 0), "9:00 AM", "09:00"),
            (time(12, 30, 0, 0), "12:30 PM", "12:30"),
            (time(14, 5, 0, 0), "2:05 PM", "14:05"),
        ] {
            assert_eq!((US.time(at), UK.time(at)), (twelve.to_owned(), twenty_four.to_owned()));
        }
    }

    #[test]
    fn a_moment_is_on_the_clinics_wall_clock() {
        let at: Timestamp = "2025-06-02T18:05:09Z".parse().unwrap();
        assert!([US, UK, ISO].iter().all(|style| DateStyle::from_code(style.code()) == *style));
        assert_eq!(DateStyle::from_code("tomorrow"), US);
        let here = |style| StaffTime { zone: TimeZone::get("America/New_York").unwrap(), style };
        assert_eq!(here(US).moment(at), "Jun 2, 2025, 2:05 PM");
        assert_eq!(here(US).day_and_time(at), "Jun 2, 2:05 PM");
        assert_eq!(here(US).to_the_second(at), "Jun 2, 2025, 2:05:09 PM");
        assert_eq!(here(UK).weekday_moment(at), "Mon, 2 Jun 2025, 14:05");
        assert_eq!(here(UK).to_the_second(at), "2 Jun 2025, 14:05:09");
    }

    #[test]
    fn a_date_of_birth_is_beside_the_age() {
        let today = date(2026, 11, 30);
        let day = |y, m, d| Born::on(date(y, m, d));
        for (style, born, written) in [
            (US, day(1941, 9, 30), "09/30/1941 (85 y)"),
            (UK, day(1941, 9, 30), "30/09/1941 (85 y)"),
            (ISO, day(1941, 9, 30), "1941-09-30 (85 y)"),
            (US, day(1941, 12, 1), "12/01/1941 (84 y)"),
            (US, day(2024, 12, 1), "12/01/2024 (23 mo)"),
            (US, day(2024, 11, 30), "11/30/2024 (2 y)"),
            (US, day(2026, 10, 31), "10/31/2026 (30 d)"),
            (US, day(2026, 11, 30), "11/30/2026 (0 d)"),
            // A slip in the year is shown as it is.
            (US, day(2036, 1, 2), "01/02/2036"),
            (US, Born::Month(1956, 3), "03/1956, day unknown"),
            (ISO, Born::Month(1956, 3), "1956-03, day unknown"),
            (US, Born::Year(1956), "1956, day unknown"),
            (US, Born::Unknown, "unknown"),
        ] {
            assert_eq!(style.born(born, today), written);
        }
    }

    #[test]
    fn a_date_of_birth_is_read_in_each_way_it_is_written() {
        let ninth_of_march = date(1950, 3, 9);
        for (text, style, expected) in [
            ("1950-03-09", US, Some(ninth_of_march)),
            (" 1950-3-9 ", UK, Some(ninth_of_march)),
            ("3/9/1950", US, Some(ninth_of_march)),
            ("9/3/1950", UK, Some(ninth_of_march)),
            ("3/9/1950", ISO, Some(ninth_of_march)),
            ("03/09/1950", US, Some(ninth_of_march)),
            ("09.03.1950", US, Some(ninth_of_march)),
            ("9.3.1950", UK, Some(ninth_of_march)),
            ("1950/3/9", UK, Some(ninth_of_march)),
            ("13/9/1950", US, None),
            ("3/9/50", US, None),
            ("3/9", US, None),
            ("19500309", US, None),
            ("9.3.1950.1", US, None),
            ("-3.9.1950", US, None),
            ("é/9/1950", US, None),
        ] {
            assert_eq!(style.read(text), expected, "{text}");
        }
        for style in [US, UK, ISO] {
            for way in style.ways(ninth_of_march).split(' ') {
                assert_eq!(style.read(way), Some(ninth_of_march), "{way}");
            }
            assert_eq!(style.read(style.example()), Some(ninth_of_march));
            assert_eq!(style.read(&style.digits(ninth_of_march)), Some(ninth_of_march));
        }
    }
}
