//! Dates and times as patients read them: the clinic's clock and order ([`DateStyle`]), in the words of their language.
//!
//! A date in words follows the language first: "9 de marzo" has its day in front in every clinic, and English has it
//! where the clinic has it. So a catalogue translates each of the clinic's three orders, often all alike.

use jiff::civil::{Date, DateTime, Time};

use super::{Message, put_in};
use crate::domain::language::Language;
use crate::domain::when::{Clock, DateOrder, DateStyle};

super::sentences! {
    /// What days and months are called.
    pub struct Names;
    "" {
        /// 1.
        january: "January",
        /// 2.
        february: "February",
        /// 3.
        march: "March",
        /// 4.
        april: "April",
        /// 5.
        may: "May",
        /// 6.
        june: "June",
        /// 7.
        july: "July",
        /// 8.
        august: "August",
        /// 9.
        september: "September",
        /// 10.
        october: "October",
        /// 11.
        november: "November",
        /// 12.
        december: "December",
        /// The first day of the week.
        monday: "Monday",
        /// The second.
        tuesday: "Tuesday",
        /// The third.
        wednesday: "Wednesday",
        /// The fourth.
        thursday: "Thursday",
        /// The fifth.
        friday: "Friday",
        /// The sixth.
        saturday: "Saturday",
        /// The seventh.
        sunday: "Sunday",
    }
}

const MORNING: Message = Message::new("", "{0}:{1} AM");
const AFTERNOON: Message = Message::new("", "{0}:{1} PM");
const TWENTY_FOUR: Message = Message::new("24-hour clock", "{0}:{1}");
/// `{0}` is the month's name, `{1}` the day, `{2}` the year.
const MONTH_DAY: Message = Message::new("month, day", "{0} {1}");
const DAY_MONTH: Message = Message::new("day, month", "{1} {0}");
const MONTH_DAY_YEAR: Message = Message::new("month, day, year", "{0} {1}, {2}");
const DAY_MONTH_YEAR: Message = Message::new("day, month, year", "{1} {0} {2}");
const YEAR_MONTH_DAY: Message = Message::new("year, month, day", "{2} {0} {1}");
const WEEKDAY_DATE: Message = Message::new("weekday, date", "{0}, {1}");
const WEEKDAY_DATE_TIME: Message = Message::new("weekday, date, time", "{0}, {1}, {2}");

pub(super) const MESSAGES: &[Message] = &[
    MORNING,
    AFTERNOON,
    TWENTY_FOUR,
    MONTH_DAY,
    DAY_MONTH,
    MONTH_DAY_YEAR,
    DAY_MONTH_YEAR,
    YEAR_MONTH_DAY,
    WEEKDAY_DATE,
    WEEKDAY_DATE_TIME,
];

impl Names {
    /// A month's name, from 1; empty if there is none.
    #[must_use]
    pub fn month(&self, month: i8) -> &'static str {
        match month {
            1 => self.january,
            2 => self.february,
            3 => self.march,
            4 => self.april,
            5 => self.may,
            6 => self.june,
            7 => self.july,
            8 => self.august,
            9 => self.september,
            10 => self.october,
            11 => self.november,
            12 => self.december,
            _ => "",
        }
    }

    /// A weekday's name.
    #[must_use]
    pub fn weekday(&self, day: jiff::civil::Weekday) -> &'static str {
        use jiff::civil::Weekday as W;
        match day {
            W::Monday => self.monday,
            W::Tuesday => self.tuesday,
            W::Wednesday => self.wednesday,
            W::Thursday => self.thursday,
            W::Friday => self.friday,
            W::Saturday => self.saturday,
            W::Sunday => self.sunday,
        }
    }
}

/// Dates and times for the patients of a clinic who read a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatientTime {
    /// In whose words.
    pub language: Language,
    /// In which order, and on which clock.
    pub style: DateStyle,
}

impl PatientTime {
    /// For those who read this language.
    #[must_use]
    pub const fn new(language: Language, style: DateStyle) -> Self {
        Self { language, style }
    }

    /// `3:30 PM`, `15:30`.
    #[must_use]
    pub fn time(self, time: Time) -> String {
        let (sentence, hour) = match (self.style.clock, time.hour()) {
            (Clock::TwentyFour, hour) => (TWENTY_FOUR, hour),
            (Clock::Twelve, 0) => (MORNING, 12),
            (Clock::Twelve, hour @ ..12) => (MORNING, hour),
            (Clock::Twelve, 12) => (AFTERNOON, 12),
            (Clock::Twelve, hour) => (AFTERNOON, hour - 12),
        };
        put_in(sentence.said(self.language), &[("0", &hour.to_string()), ("1", &format!("{:02}", time.minute()))])
    }

    /// `March 9`.
    #[must_use]
    pub fn day_month(self, day: i8, month: i8) -> String {
        let month = Names::of(self.language).month(month);
        put_in(self.day_month_order(), &[("0", month), ("1", &day.to_string())])
    }

    /// `March 9, 2026`.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        let order = match self.style.order {
            DateOrder::MonthDayYear => MONTH_DAY_YEAR,
            DateOrder::DayMonthYear => DAY_MONTH_YEAR,
            DateOrder::YearMonthDay => YEAR_MONTH_DAY,
        };
        let month = Names::of(self.language).month(date.month());
        let (day, year) = (date.day().to_string(), date.year().to_string());
        put_in(order.said(self.language), &[("0", month), ("1", &day), ("2", &year)])
    }

    /// `Monday, March 9, 2026`.
    #[must_use]
    pub fn weekday_date(self, date: Date) -> String {
        let weekday = Names::of(self.language).weekday(date.weekday());
        put_in(WEEKDAY_DATE.said(self.language), &[("0", weekday), ("1", &self.date(date))])
    }

    /// `Monday, March 9, 2026, 3:30 PM`.
    #[must_use]
    pub fn moment(self, at: DateTime) -> String {
        self.weekday_and_time(at, &self.date(at.date()))
    }

    /// The same without the year: `Monday, March 9, 3:30 PM`.
    #[must_use]
    pub fn day_and_time(self, at: DateTime) -> String {
        self.weekday_and_time(at, &self.day_month(at.day(), at.month()))
    }

    fn weekday_and_time(self, at: DateTime, date: &str) -> String {
        let weekday = Names::of(self.language).weekday(at.weekday());
        put_in(WEEKDAY_DATE_TIME.said(self.language), &[("0", weekday), ("1", date), ("2", &self.time(at.time()))])
    }

    /// The sentences with which a page's script writes a time of day, and a weekday with its day and month.
    #[must_use]
    pub fn for_scripts(self) -> serde_json::Value {
        let names = Names::of(self.language);
        let weekdays =
            [names.monday, names.tuesday, names.wednesday, names.thursday, names.friday, names.saturday, names.sunday];
        let said = |message: Message| message.said(self.language);
        serde_json::json!({
            "am": said(MORNING),
            "pm": said(AFTERNOON),
            "clock24": (self.style.clock == Clock::TwentyFour).then(|| said(TWENTY_FOUR)),
            "months": (1..=12).map(|month| names.month(month)).collect::<Vec<_>>(),
            "weekdays": weekdays,
            "day": self.day_month_order(),
            "weekday": said(WEEKDAY_DATE),
        })
    }

    /// Whether a date that is asked for part by part begins with its day, as it does where it is written in words.
    #[must_use]
    pub fn says_day_first(self) -> bool {
        let order = self.day_month_order();
        order.find("{1}") < order.find("{0}")
    }

    fn day_month_order(self) -> &'static str {
        let order = if self.style.order == DateOrder::DayMonthYear { DAY_MONTH } else { MONTH_DAY };
        order.said(self.language)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i8, minute: i8) -> DateTime {
        jiff::civil::date(2026, 11, 23).at(hour, minute, 0, 0)
    }

    #[test]
    fn dates_and_times_are_written_as_in_each_language() {
        for (language, date, morning, noon, midnight) in [
            (Language::English, "Monday, November 23, 2026", "8:05 AM", "12:30 PM", "12:00 AM"),
            (Language::Spanish, "lunes, 23 de noviembre de 2026", "8:05 a. m.", "12:30 p. m.", "12:00 a. m."),
            (
                Language::Arabic,
                "الاثنين، \u{2068}23\u{2069} نوفمبر \u{2068}2026\u{2069}",
                "\u{2068}8:05\u{2069} ص",
                "\u{2068}12:30\u{2069} م",
                "\u{2068}12:00\u{2069} ص",
            ),
        ] {
            let dates = PatientTime::new(language, DateStyle::default());
            assert_eq!(dates.weekday_date(at(8, 5).date()), date);
            assert_eq!([at(8, 5), at(12, 30), at(0, 0)].map(|at| dates.time(at.time())), [morning, noon, midnight]);
            let comma = if language.is_rtl() { "،" } else { "," };
            assert_eq!(dates.moment(at(8, 5)), format!("{date}{comma} {morning}"));
        }
    }

    #[test]
    fn the_clinics_clock_and_order_are_those_of_every_language() {
        let style = |clock, order| DateStyle { clock, order };
        let (us, uk, iso) = (
            DateStyle::default(),
            style(Clock::TwentyFour, DateOrder::DayMonthYear),
            style(Clock::TwentyFour, DateOrder::YearMonthDay),
        );
        for (language, style, said, is_day_first) in [
            (Language::English, us, "Monday, November 23, 3:30 PM", false),
            (Language::English, uk, "Monday, 23 November, 15:30", true),
            (Language::English, iso, "Monday, November 23, 15:30", false),
            (Language::Spanish, us, "lunes, 23 de noviembre, 3:30 p. m.", true),
            (Language::Spanish, uk, "lunes, 23 de noviembre, 15:30", true),
            (Language::Arabic, us, "الاثنين، \u{2068}23\u{2069} نوفمبر، \u{2068}3:30\u{2069} م", true),
            (Language::Arabic, uk, "الاثنين، \u{2068}23\u{2069} نوفمبر، \u{2068}15:30\u{2069}", true),
        ] {
            let dates = PatientTime::new(language, style);
            assert_eq!(dates.day_and_time(at(15, 30)), said);
            assert_eq!(dates.says_day_first(), is_day_first, "{said}");
        }
        let date = |style| PatientTime::new(Language::English, style).date(at(0, 0).date());
        assert_eq!([us, uk, iso].map(date), ["November 23, 2026", "23 November 2026", "2026 November 23"]);
        assert_eq!(PatientTime::new(Language::English, uk).time(at(8, 5).time()), "8:05");
    }
}
