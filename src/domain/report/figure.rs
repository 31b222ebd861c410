//! A figure of a report: a table with headings, and which of its columns are worth drawing.

use crate::domain::stats::Spread;

/// Fewer people than this are not counted where the count would say something about one of them.
pub const PEOPLE_MIN: u64 = 5;

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its name in addresses and files.
    pub code: &'static str,
    /// What it is called.
    pub title: &'static str,
    /// What is counted, in one or two sentences.
    pub note: &'static str,
    /// Whether a chosen queue or service changes nothing about it.
    pub is_of_all: bool,
    /// Its columns; the first one says what a row is about.
    pub columns: &'static [Column],
    /// Its rows, each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
    /// How it is drawn.
    pub plot: Plot,
}

/// A column of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV, with its unit last.
    pub name: &'static str,
    /// What people read above it.
    pub heading: &'static str,
}

/// Which columns are drawn, and how. The numbers are those of [`Figure::columns`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plot {
    /// One upright column for each row; the values of these columns above each other.
    Columns(&'static [usize]),
    /// One bar for each row; the values of these columns after each other.
    Bars(&'static [usize]),
    /// For each row upright: the first up to the second of two columns, the median and the 90th percentile.
    SpreadColumns(usize, usize),
    /// The same, lying.
    SpreadBars(usize, usize),
    /// As a table alone.
    Nothing,
}

/// What stands in one place of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A name.
    Text(String),
    /// An hour of the clinic's day, 0 to 23.
    Hour(i8),
    /// How many.
    Count(u64),
    /// How many, but fewer than [`PEOPLE_MIN`] and more than none.
    Few,
    /// A duration in seconds; none if too few were measured to say one.
    Seconds(Option<i64>),
    /// A duration in tenths of a second; none if too few were measured to say one.
    Tenths(Option<i64>),
    /// This many of a thousand; none if there is nothing to divide by.
    Share(Option<u64>),
}

impl Cell {
    /// A count that says nothing about a single person: in fives, or "fewer than 5".
    #[must_use]
    pub fn people(count: u64) -> Self {
        match count {
            0 => Self::Count(0),
            1..PEOPLE_MIN => Self::Few,
            _ => Self::Count(count - count % PEOPLE_MIN),
        }
    }

    /// Median and 90th percentile of these seconds.
    #[must_use]
    pub fn spread(seconds: &[i64]) -> [Self; 2] {
        let spread = Spread::of(seconds);
        [Self::Seconds(spread.map(|spread| spread.median)), Self::Seconds(spread.map(|spread| spread.ninety))]
    }

    /// Median and 90th percentile of these tenths of a second.
    #[must_use]
    pub fn spread_of_tenths(of_seconds: &[i64]) -> [Self; 2] {
        let spread = Spread::of(of_seconds);
        [Self::Tenths(spread.map(|spread| spread.median)), Self::Tenths(spread.map(|spread| spread.ninety))]
    }

    /// What share `part` is of `whole`.
    #[must_use]
    pub fn share(part: u64, whole: u64) -> Self {
        Self::Share((part.saturating_mul(1000) + whole / 2).checked_div(whole))
    }

    /// What people read.
    #[must_use]
    pub fn for_people(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Hour(hour) => hour_name(*hour),
            Self::Count(count) => count.to_string(),
            Self::Few => format!("fewer than {PEOPLE_MIN}"),
            Self::Seconds(None) | Self::Tenths(None) => "too few".to_owned(),
            Self::Seconds(Some(seconds)) => format!("{} min", (seconds + 30) / 60),
            Self::Tenths(Some(of_seconds)) => format!("{} s", of_seconds.saturating_add(5) / 10),
            Self::Share(None) => String::new(),
            Self::Share(Some(share)) => format!("{} %", tenths(*share)),
        }
    }

    /// What a program reads: a number without a unit, minutes or seconds with one decimal, percent with one; empty if
    /// no one knows.
    #[must_use]
    pub fn for_csv(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Hour(hour) => hour.to_string(),
            Self::Count(count) => count.to_string(),
            Self::Few => format!("<{PEOPLE_MIN}"),
            Self::Seconds(seconds) => seconds.map(|seconds| tenths(tenths_of_minutes(seconds))).unwrap_or_default(),
            Self::Tenths(of_seconds) => of_seconds.map(|n| tenths(not_negative(n))).unwrap_or_default(),
            Self::Share(share) => share.map(tenths).unwrap_or_default(),
        }
    }

    /// How long it is drawn: a count, tenths of a minute or of a second, or thousandths; none if it is no number.
    #[must_use]
    pub fn drawn(&self) -> Option<u64> {
        match self {
            Self::Text(_) | Self::Hour(_) | Self::Few => None,
            Self::Count(count) => Some(*count),
            Self::Seconds(seconds) => seconds.map(tenths_of_minutes),
            Self::Tenths(of_seconds) => of_seconds.map(not_negative),
            Self::Share(share) => *share,
        }
    }
}

fn tenths_of_minutes(seconds: i64) -> u64 {
    u64::try_from(seconds.max(0).saturating_add(3) / 6).unwrap_or(0)
}

fn not_negative(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn tenths(n: u64) -> String {
    format!("{}.{}", n / 10, n % 10)
}

/// `9 AM`, `12 PM`.
#[must_use]
pub fn hour_name(hour: i8) -> String {
    let half = if hour < 12 { "AM" } else { "PM" };
    let twelve = match hour % 12 {
        0 => 12,
        hour => hour,
    };
    format!("{twelve} {half}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_as_people_and_programs_want_them() {
        for (cell, people, csv) in [
            (Cell::Hour(0), "12 AM", "0"),
            (Cell::Hour(12), "12 PM", "12"),
            (Cell::Hour(17), "5 PM", "17"),
            (Cell::people(0), "0", "0"),
            (Cell::people(4), "fewer than 5", "<5"),
            (Cell::people(5), "5", "5"),
            (Cell::people(14), "10", "10"),
            (Cell::Seconds(Some(89)), "1 min", "1.5"),
            (Cell::Seconds(Some(90)), "2 min", "1.5"),
            (Cell::Seconds(None), "too few", ""),
            (Cell::Tenths(Some(4)), "0 s", "0.4"),
            (Cell::Tenths(Some(125)), "13 s", "12.5"),
            (Cell::Tenths(Some(1200)), "120 s", "120.0"),
            (Cell::Tenths(None), "too few", ""),
            (Cell::share(1, 3), "33.3 %", "33.3"),
            (Cell::share(2, 3), "66.7 %", "66.7"),
            (Cell::share(0, 0), "", ""),
        ] {
            assert_eq!((cell.for_people().as_str(), cell.for_csv().as_str()), (people, csv), "{cell:?}");
        }
    }
}
