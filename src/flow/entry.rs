//! What is being typed: a date, a name. Pure values; the pages only show them.

use jiff::civil::Date;

use crate::domain::private::Private;
use crate::domain::texts::dates::PatientTime;

/// The longest text that can be typed, in characters: no name is longer, and next to no email address.
pub const TEXT_CHARACTERS_MAX: usize = 100;
/// Years in which someone who comes may have been born.
const BORN_YEARS: std::ops::RangeInclusive<i16> = 1900..=2099;

/// A date being typed: month by its name, day and year by digits, in the order in which the language says dates.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DateEntry {
    month: Option<i8>,
    day: String,
    year: String,
    without_year: bool,
}

/// In which order a date is asked for: that in which its language says it, at this clinic. No date remembers it, since
/// the language may be changed while it is typed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// August, then 18.
    #[default]
    MonthFirst,
    /// 18, then August.
    DayFirst,
}

impl DateOrder {
    /// As these dates are said.
    #[must_use]
    pub fn of(dates: PatientTime) -> Self {
        if dates.says_day_first() { Self::DayFirst } else { Self::MonthFirst }
    }
}

/// Which part of a date comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatePart {
    /// The month, by name.
    Month,
    /// One or two digits.
    Day,
    /// Four digits.
    Year,
    /// Nothing: all is there.
    Complete,
}

/// Why a date is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateTrouble {
    /// That month has no such day.
    NoSuchDay,
    /// No year in which anyone living was born.
    NoSuchYear,
    /// Something would end before it begins.
    EndsTooSoon,
}

impl std::fmt::Debug for DateEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DateEntry").field("is_begun", &self.is_begun()).finish_non_exhaustive()
    }
}

impl DateEntry {
    /// A birthday: day and month, no year.
    #[must_use]
    pub fn birthday() -> Self {
        Self { without_year: true, ..Self::default() }
    }

    /// What was chosen so far: month (1 to 12), day and year as typed.
    #[must_use]
    pub fn typed(&self) -> (Option<i8>, &str, &str) {
        (self.month, &self.day, &self.year)
    }

    /// Whether anything was chosen or typed.
    pub(super) fn is_begun(&self) -> bool {
        self.month.is_some() || !self.day.is_empty() || !self.year.is_empty()
    }

    /// What comes next.
    #[must_use]
    pub fn part(&self, order: DateOrder) -> DatePart {
        let (month_missing, day_missing) = (self.month.is_none(), !self.day_is_whole());
        if day_missing && (order == DateOrder::DayFirst || !month_missing) {
            DatePart::Day
        } else if month_missing {
            DatePart::Month
        } else if !self.without_year && self.year.len() < 4 {
            DatePart::Year
        } else {
            DatePart::Complete
        }
    }

    /// What is wrong with what was typed, if anything. `31 February` cannot get past this.
    #[must_use]
    pub fn trouble(&self) -> Option<DateTrouble> {
        let typed_year = (self.year.len() == 4).then(|| self.year.parse::<i16>().unwrap_or(0));
        // The conversation does not know the date: a slip such as 2965 is noticed, next year is not.
        if typed_year.is_some_and(|year| !BORN_YEARS.contains(&year)) {
            return Some(DateTrouble::NoSuchYear);
        }
        let day = self.day.parse::<i8>().ok()?;
        // Before the month is chosen, any day that some month has is possible; without the year, 29 February is.
        let (month, year) = (self.month.unwrap_or(1), typed_year.unwrap_or(2000));
        let impossible = (day == 0 && self.day.len() == 2) || (day != 0 && Date::new(year, month, day).is_err());
        impossible.then_some(DateTrouble::NoSuchDay)
    }

    /// Month and day, once both are there and possible.
    #[must_use]
    pub fn month_and_day(&self) -> Option<(i8, i8)> {
        let day = self.day.parse::<i8>().ok().filter(|day| *day > 0)?;
        let month = self.month?;
        self.trouble().is_none().then_some((month, day))
    }

    /// The whole date, once it is there and possible.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        let (month, day) = self.month_and_day()?;
        if self.year.len() < 4 {
            return None;
        }
        Date::new(self.year.parse().ok()?, month, day).ok()
    }

    /// Chooses the month; anything but 1 to 12 changes nothing.
    pub fn pick_month(&mut self, month: i8) {
        if (1..=12).contains(&month) {
            self.month = Some(month);
        }
    }

    /// Types a digit into the part that comes next.
    pub fn digit(&mut self, digit: u8, order: DateOrder) {
        if digit > 9 || self.trouble().is_some() {
            return;
        }
        let character = char::from(b'0' + digit);
        match self.part(order) {
            DatePart::Day => self.day.push(character),
            DatePart::Year => self.year.push(character),
            // The day could have had a second digit, but the person has gone on: 3, 1 9 5 0.
            DatePart::Month | DatePart::Complete => {}
        }
    }

    /// Says that the day has one digit only.
    pub fn end_day(&mut self, order: DateOrder) {
        if self.part(order) == DatePart::Day && self.day.len() == 1 && self.day != "0" {
            self.day.insert(0, '0');
        }
    }

    /// Takes back the last thing that was typed or chosen.
    pub fn erase(&mut self, order: DateOrder) {
        if self.year.pop().is_some() {
            return;
        }
        if order == DateOrder::DayFirst {
            if self.month.take().is_none() {
                self.day.pop();
            }
        } else if self.day.pop().is_none() {
            self.month = None;
        }
    }

    /// Whether the day can take no further digit: two are there, or one that no second can follow.
    fn day_is_whole(&self) -> bool {
        match self.day.as_bytes() {
            [first] => *first > b'3',
            [_, _, ..] => true,
            [] => false,
        }
    }
}

/// The last four digits of a phone number, being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FourDigits(Private);

impl FourDigits {
    /// As far as they are typed.
    #[must_use]
    pub fn text(&self) -> &Private {
        &self.0
    }

    /// All four, once they are there.
    #[must_use]
    pub fn whole(&self) -> Option<&Private> {
        (self.0.as_str().len() == 4).then_some(&self.0)
    }

    /// Types a digit, 0 to 9; a fifth is not taken.
    pub fn digit(&mut self, digit: u8) {
        if digit <= 9 && self.whole().is_none() {
            self.0 = Private::new(format!("{}{digit}", self.0.as_str()));
        }
    }

    /// Takes back the last digit.
    pub fn erase(&mut self) {
        let mut text = self.0.as_str().to_owned();
        text.pop();
        self.0 = Private::new(text);
    }
}

/// A name being typed, with a cursor that can be placed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextEntry {
    text: Private,
    /// Counted in characters from the beginning.
    cursor: usize,
}

impl TextEntry {
    /// With this text, and the cursor at its end.
    #[must_use]
    pub fn holding(text: &Private) -> Self {
        Self { text: text.clone(), cursor: text.as_str().chars().count() }
    }

    /// The text on either side of the cursor.
    #[must_use]
    pub fn around_cursor(&self) -> (String, String) {
        let characters = self.text.as_str().chars();
        (characters.clone().take(self.cursor).collect(), characters.skip(self.cursor).collect())
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &Private {
        &self.text
    }

    /// Types one character; control characters and more than [`TEXT_CHARACTERS_MAX`] are not taken.
    pub fn insert(&mut self, character: char) {
        if character.is_control() || self.text.as_str().chars().count() >= TEXT_CHARACTERS_MAX {
            return;
        }
        let (before, after) = self.around_cursor();
        self.text = Private::new(format!("{before}{character}{after}"));
        self.cursor += 1;
    }

    /// Takes back the character before the cursor.
    pub fn erase(&mut self) {
        let (mut before, after) = self.around_cursor();
        if before.pop().is_some() {
            self.text = Private::new(before + &after);
            self.cursor -= 1;
        }
    }

    /// Moves the cursor by one character towards the beginning or the end of the text.
    pub fn step(&mut self, forward: bool) {
        let length = self.text.as_str().chars().count();
        self.cursor = if forward { (self.cursor + 1).min(length) } else { self.cursor.saturating_sub(1) };
    }

    /// Puts the cursor at a part of the text's length: 0 at the beginning, 1 at the end.
    pub fn place(&mut self, part: f32) {
        let length = self.text.as_str().chars().count();
        let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 1.0 };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "at most 100 characters"
        )]
        let cursor = (part * length as f32).round() as usize;
        self.cursor = cursor.min(length);
    }
}

/// A character in upper or lower case; one that has no such case, or more than one character of it, as it is.
#[must_use]
pub fn in_case(typed: char, upper: bool) -> char {
    let mut folded = if upper { typed.to_uppercase().collect::<String>() } else { typed.to_lowercase().collect() };
    match (folded.pop(), folded.is_empty()) {
        (Some(one), true) => one,
        _ => typed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As English says dates.
    const ORDER: DateOrder = DateOrder::MonthFirst;

    fn typed(month: i8, digits: &str) -> DateEntry {
        let mut entry = DateEntry::default();
        entry.pick_month(month);
        for digit in digits.bytes() {
            entry.digit(digit - b'0', ORDER);
        }
        entry
    }

    #[test]
    fn a_date_is_typed_part_by_part() {
        use DatePart::{Complete, Day, Year};
        let date = jiff::civil::date;
        for (month, digits, part, expected) in [
            (8, "", Day, None),
            (8, "1", Day, None),
            (8, "18", Year, None),
            (8, "181936", Complete, Some(date(1936, 8, 18))),
            // A day of 4 or more has one digit.
            (8, "41936", Complete, Some(date(1936, 8, 4))),
            (8, "041936", Complete, Some(date(1936, 8, 4))),
            (2, "291936", Complete, Some(date(1936, 2, 29))),
            // No such day: the year cannot be typed.
            (2, "31", Year, None),
            (2, "311936", Year, None),
            (4, "31", Year, None),
            (4, "00", Year, None),
            // Not a leap year.
            (2, "291935", Complete, None),
        ] {
            let entry = typed(month, digits);
            assert_eq!((entry.part(ORDER), entry.date()), (part, expected), "{month} {digits}");
        }
        assert_eq!(typed(2, "31").trouble(), Some(DateTrouble::NoSuchDay));
        assert_eq!(typed(2, "291935").trouble(), Some(DateTrouble::NoSuchDay));
        assert_eq!(typed(2, "0").trouble(), None);
        for (year, trouble) in [("1899", true), ("1900", false), ("2026", false), ("2965", true)] {
            let entry = typed(3, &format!("14{year}"));
            assert_eq!(
                (entry.trouble() == Some(DateTrouble::NoSuchYear), entry.date().is_none()),
                (trouble, trouble),
                "{year}"
            );
        }
    }

    #[test]
    fn a_day_of_one_digit_can_be_ended() {
        let mut entry = typed(8, "3");
        entry.end_day(ORDER);
        assert_eq!(entry.part(ORDER), DatePart::Year);
        assert_eq!(entry.month_and_day(), Some((8, 3)));
    }

    #[test]
    fn erasing_goes_back_to_the_empty_date() {
        let mut entry = typed(8, "181936");
        for _ in 0..7 {
            entry.erase(ORDER);
        }
        assert_eq!(entry, DateEntry::default());
        entry.erase(ORDER);
        assert_eq!(entry, DateEntry::default());
    }

    #[test]
    fn where_the_language_says_so_the_day_comes_first() {
        let mut entry = DateEntry::default();
        let order = DateOrder::DayFirst;
        assert_eq!(entry.part(order), DatePart::Day);
        entry.digit(3, order);
        assert_eq!(entry.part(order), DatePart::Day);
        entry.digit(1, order);
        assert_eq!(entry.part(order), DatePart::Month);
        entry.pick_month(2);
        assert_eq!(entry.trouble(), Some(DateTrouble::NoSuchDay));
        entry.erase(order);
        entry.pick_month(3);
        for digit in [1, 9, 5, 0] {
            entry.digit(digit, order);
        }
        assert_eq!(entry.date(), Some(jiff::civil::date(1950, 3, 31)));
        for _ in 0..7 {
            entry.erase(order);
        }
        assert_eq!(entry.typed(), (None, "", ""));
        // 45 is no day of any month.
        entry.digit(4, order);
        entry.digit(5, order);
        assert_eq!((entry.part(order), entry.typed()), (DatePart::Month, (None, "4", "")));
    }

    #[test]
    fn four_digits_are_four() {
        let mut digits = FourDigits::default();
        for digit in [4, 8, 2, 10, 1, 7] {
            digits.digit(digit);
        }
        assert_eq!(digits.whole().map(Private::as_str), Some("4821"));
        digits.erase();
        assert_eq!((digits.whole(), digits.text().as_str()), (None, "482"));
    }

    #[test]
    fn a_birthday_has_no_year() {
        let mut entry = DateEntry::birthday();
        entry.pick_month(2);
        entry.digit(2, ORDER);
        entry.digit(9, ORDER);
        assert_eq!((entry.part(ORDER), entry.month_and_day()), (DatePart::Complete, Some((2, 29))));
        assert_eq!(entry.date(), None);
    }

    #[test]
    fn a_name_can_be_mended_in_the_middle() {
        let mut entry = TextEntry::default();
        for character in "Muoz\n".chars() {
            entry.insert(character);
        }
        entry.place(0.5);
        entry.insert('ñ');
        assert_eq!(entry.text().as_str(), "Muñoz");
        assert_eq!(entry.around_cursor(), ("Muñ".to_owned(), "oz".to_owned()));
        entry.step(true);
        entry.erase();
        assert_eq!(entry.text().as_str(), "Muñz");
        for part in [-1.0, 2.0, f32::NAN, f32::INFINITY] {
            entry.place(part);
            entry.step(false);
            entry.step(true);
        }
        assert_eq!(entry.text().as_str(), "Muñz");
    }

    #[test]
    fn a_name_has_a_longest_length() {
        let mut entry = TextEntry::default();
        for _ in 0..200 {
            entry.insert('x');
        }
        assert_eq!(entry.text().as_str().chars().count(), TEXT_CHARACTERS_MAX);
    }
}
