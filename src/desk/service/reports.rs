//! Reports for anyone who runs the clinic: figures of some days on a page, as CSV, and written to files by a command.
//!
//! Invariant: nothing in a report names a person; what each figure counts is in `docs/reports.md`.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::service::changes::decide::no_formula;
pub use crate::desk::store::Days;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::report::{DAYS_MAX, Figure, Filter, Report};
use crate::domain::when::DateStyle;

/// Without a date a report is about this many days, today included.
const DAYS_USUAL: i32 = 7;

/// Why there is no report of these days, as a sentence.
pub const BACKWARDS: &str = "The end date is before the start date.";
/// The same.
pub const TOO_MANY_DAYS: &str = "A report can cover at most 366 days.";
/// The same.
pub const NO_DATE: &str = "Write a date like 2026-11-23.";

impl Days {
    /// The days from one to another. If one is missing, the report is a week long; if both are, it is the week that
    /// ends today.
    ///
    /// # Errors
    /// A sentence that says what is wrong with them.
    pub fn read(from: &str, to: &str, today: Date) -> Result<Self, &'static str> {
        let date = |text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|_| NO_DATE),
        };
        let week = (DAYS_USUAL - 1).days();
        let (from, to) = match (date(from)?, date(to)?) {
            (Some(from), Some(to)) => (from, to),
            (Some(from), None) => (from, from.saturating_add(week).min(today).max(from)),
            (None, to) => {
                let to = to.unwrap_or(today);
                (to.saturating_sub(week), to)
            }
        };
        if to < from {
            return Err(BACKWARDS);
        }
        let days = from.until(to).map_or(i32::MAX, |span| span.get_days());
        if days >= DAYS_MAX { Err(TOO_MANY_DAYS) } else { Ok(Self { from, to }) }
    }

    /// `Nov 23 – Nov 29, 2026`, as people read it.
    #[must_use]
    pub fn for_people(self, style: DateStyle) -> String {
        let Self { from, to } = self;
        style.days(from, to)
    }
}

impl Desk {
    /// Which day it is for the clinic.
    #[must_use]
    pub fn clinic_date(&self) -> Date {
        let settings = self.settings();
        let day =
            settings.day().unwrap_or_else(|_| ClinicDay::new(jiff::tz::TimeZone::UTC, settings.day_begins_at_hour));
        day.of(self.now())
    }

    /// What happened on these days. Takes its time (a year some seconds), and no one waits for it meanwhile.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn figures(&self, days: Days, filter: Filter) -> Result<Report, DeskError> {
        let now = self.now();
        let mut file = self.with_store(|store| store.read_only())?;
        file.report(days, filter, now)
    }
}

/// A figure as CSV, its columns' names first.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn csv(figure: &Figure) -> Result<Vec<u8>, DeskError> {
    let cannot = |_| DeskError::Unreadable("a report");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(figure.columns.iter().map(|column| column.name)).map_err(cannot)?;
    for row in &figure.rows {
        writer.write_record(row.iter().map(|cell| no_formula(&cell.for_csv()))).map_err(cannot)?;
    }
    writer.into_inner().map_err(|_| DeskError::Unreadable("a report"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_a_week_unless_somebody_says_otherwise() {
        let today: Date = "2026-11-27".parse().unwrap();
        for (from, to, expected) in [
            ("", "", Ok(("2026-11-21", "2026-11-27"))),
            ("2026-11-01", "", Ok(("2026-11-01", "2026-11-07"))),
            ("2026-11-25", "", Ok(("2026-11-25", "2026-11-27"))),
            ("2026-12-25", "", Ok(("2026-12-25", "2026-12-25"))),
            ("", "2026-11-07", Ok(("2026-11-01", "2026-11-07"))),
            ("2026-11-07", "2026-11-07", Ok(("2026-11-07", "2026-11-07"))),
            ("2025-11-27", "2026-11-27", Ok(("2025-11-27", "2026-11-27"))),
            ("2025-11-26", "2026-11-27", Err(TOO_MANY_DAYS)),
            ("2026-11-08", "2026-11-07", Err(BACKWARDS)),
            ("yesterday", "", Err(NO_DATE)),
            ("-009999-01-01", "9999-12-31", Err(TOO_MANY_DAYS)),
        ] {
            let read = Days::read(from, to, today);
            let expected = expected.map(|(from, to)| Days { from: from.parse().unwrap(), to: to.parse().unwrap() });
            assert_eq!(read, expected, "{from:?} {to:?}");
        }
    }
}
