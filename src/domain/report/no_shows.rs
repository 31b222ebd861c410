//! Who did not come: by service, by weekday, and by how long before it the appointment was made.

use std::collections::BTreeMap;

use super::{Cell, Column, Facts, Figure, Outcome, Plot, text};

/// Counts appointments whose outcome is known.
#[derive(Default)]
pub(super) struct NoShows {
    by_service: BTreeMap<String, Due>,
    by_weekday: BTreeMap<i8, Due>,
    by_lead: BTreeMap<Lead, Due>,
}

#[derive(Default, Clone, Copy)]
struct Due {
    all: u64,
    in_vain: u64,
    never: u64,
}

impl Due {
    fn add(&mut self, outcome: Outcome) {
        self.all += 1;
        self.in_vain += u64::from(outcome == Outcome::CalledInVain);
        self.never += u64::from(outcome == Outcome::NeverCame);
    }

    fn row(self, of: Cell) -> Vec<Cell> {
        let Self { all, in_vain, never } = self;
        vec![of, Cell::Count(all), Cell::Count(in_vain), Cell::Count(never), Cell::share(in_vain + never, all)]
    }
}

/// How long before its day an appointment was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    SameDay,
    Days,
    Weeks,
    Longer,
    Unknown,
}

impl Lead {
    fn of(facts: &Facts) -> Self {
        let days = facts.booked.and_then(|booked| booked.until(facts.date).ok()).map(|span| span.get_days());
        match days {
            Some(0) => Self::SameDay,
            Some(1..=6) => Self::Days,
            Some(7..=28) => Self::Weeks,
            Some(29..) => Self::Longer,
            // Noted when it was over already, or no one said.
            Some(i32::MIN..=-1) | None => Self::Unknown,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::SameDay => "The same day",
            Self::Days => "1 to 6 days",
            Self::Weeks => "1 to 4 weeks",
            Self::Longer => "More than 4 weeks",
            Self::Unknown => "Unknown",
        }
    }
}

impl NoShows {
    pub(super) fn add(&mut self, facts: &Facts, outcome: Outcome) {
        if matches!(outcome, Outcome::Came | Outcome::CalledInVain | Outcome::NeverCame) {
            self.by_service.entry(facts.service.clone()).or_default().add(outcome);
            self.by_weekday.entry(facts.date.weekday().to_monday_zero_offset()).or_default().add(outcome);
            self.by_lead.entry(Lead::of(facts)).or_default().add(outcome);
        }
    }

    pub(super) fn by_service(&self) -> Figure {
        Figure {
            code: "no-shows-by-service",
            title: "No-shows by service",
            note: NO_SHOWS,
            is_of_all: false,
            columns: &[Column { name: "service", heading: "Service" }, DUE, IN_VAIN, NEVER, NO_SHOW_SHARE],
            rows: self.by_service.iter().map(|(service, due)| due.row(text(service))).collect(),
            plot: Plot::Bars(&[4]),
        }
    }

    pub(super) fn by_weekday(&self) -> Figure {
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let day = |at: i8| usize::try_from(at).ok().and_then(|at| DAYS.get(at)).copied().unwrap_or_default();
        Figure {
            code: "no-shows-by-weekday",
            title: "No-shows by weekday",
            note: NO_SHOWS,
            is_of_all: false,
            columns: &[Column { name: "weekday", heading: "Weekday" }, DUE, IN_VAIN, NEVER, NO_SHOW_SHARE],
            rows: self.by_weekday.iter().map(|(at, due)| due.row(text(day(*at)))).collect(),
            plot: Plot::Bars(&[4]),
        }
    }

    pub(super) fn by_lead_time(&self) -> Figure {
        Figure {
            code: "no-shows-by-lead-time",
            title: "No-shows by lead time",
            note: "The same appointments, by how many days ahead each was booked. \
                   Known for appointments booked here and where the list includes it.",
            is_of_all: false,
            columns: &[Column { name: "made_ahead", heading: "Lead time" }, DUE, IN_VAIN, NEVER, NO_SHOW_SHARE],
            rows: self.by_lead.iter().map(|(lead, due)| due.row(text(lead.words()))).collect(),
            plot: Plot::Bars(&[4]),
        }
    }
}

const DUE: Column = Column { name: "appointments", heading: "Appointments" };
const IN_VAIN: Column = Column { name: "called_in_vain", heading: "Called, no answer" };
const NEVER: Column = Column { name: "never_came", heading: "Never checked in" };
const NO_SHOW_SHARE: Column = Column { name: "no_show_percent", heading: "No-shows" };
const NO_SHOWS: &str = "Of the appointments that were not canceled and whose outcome is known: \
                        patients who were called without an answer, \
                        and patients who did not check in by the end of the day.";

#[cfg(test)]
mod tests {
    use super::super::visit::tests::facts;
    use super::*;

    #[test]
    fn days_before_an_appointment_are_counted_by_dates() {
        for (booked, expected) in [
            (Some("2026-11-23"), Lead::SameDay),
            (Some("2026-11-22"), Lead::Days),
            (Some("2026-11-17"), Lead::Days),
            (Some("2026-11-16"), Lead::Weeks),
            (Some("2026-10-26"), Lead::Weeks),
            (Some("2026-10-25"), Lead::Longer),
            (Some("2019-01-01"), Lead::Longer),
            (Some("2026-11-24"), Lead::Unknown),
            (None, Lead::Unknown),
        ] {
            let facts = Facts { booked: booked.map(|date| date.parse().unwrap()), ..facts() };
            assert_eq!(Lead::of(&facts), expected, "{booked:?}");
        }
    }
}
