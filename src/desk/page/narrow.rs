//! A part of the day's list: by service, clinician, queue and state, as the page's own address says it.
//!
//! Invariants: patients who feel sick and people no one knows are always shown; nothing that names anyone is in the
//! address.

use std::collections::{BTreeSet, HashSet};

use maud::{Markup, html};
use serde::Deserialize;

use super::list::{Day, Entry};
use crate::domain::ids::AppointmentId;
use crate::domain::queue::day::queue_name;
use crate::domain::settings::ClinicSettings;
use crate::domain::visit::VisitRow;

/// Values in an address are shorter.
const CHARS_MAX: usize = 200;

/// What is wanted of the list; empty for all.
#[derive(Deserialize, Default, Clone, PartialEq, Eq)]
#[serde(default)]
pub struct Narrow {
    service: String,
    clinician: String,
    queue: String,
    /// A part of the list, by the name of its section.
    state: String,
}

/// Patients who are expected and late, in every part of the list.
const LATE: &str = "late";

/// The parts of the list by which one can narrow it.
const PARTS: [(&str, &str); 8] = [
    ("needs", "Needs attention"),
    ("waiting", "Waiting"),
    ("held", "On hold"),
    ("called", "Called"),
    ("seen-now", "With provider"),
    ("expected", "Expected"),
    (LATE, "Late"),
    ("closed", "Completed & canceled"),
];

/// What the day has to choose from.
#[derive(Default)]
pub struct Choices {
    services: BTreeSet<String>,
    clinicians: BTreeSet<String>,
    queues: BTreeSet<String>,
}

impl Choices {
    /// Reads them off the day's visits.
    pub fn of<'a>(rows: impl Iterator<Item = &'a VisitRow>, settings: &ClinicSettings) -> Self {
        let mut choices = Self::default();
        for row in rows {
            if let Some(appointment) = &row.appointment {
                choices.services.insert(appointment.service.clone());
                choices.clinicians.insert(appointment.practitioner.clone());
            }
            choices.queues.insert(queue_name(row, settings));
        }
        for set in [&mut choices.services, &mut choices.clinicians, &mut choices.queues] {
            set.remove("");
        }
        choices
    }
}

impl Narrow {
    /// Whether everything is wanted.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    fn fits(&self, row: &VisitRow, settings: &ClinicSettings) -> bool {
        let appointment = row.appointment.as_ref();
        let is = |wanted: &str, has: Option<&str>| wanted.is_empty() || has == Some(wanted);
        is(&self.service, appointment.map(|a| a.service.as_str()))
            && is(&self.clinician, appointment.map(|a| a.practitioner.as_str()))
            && (self.queue.is_empty() || queue_name(row, settings) == self.queue)
    }
}

impl Day {
    /// Leaves what is wanted.
    pub fn narrow(&mut self, wanted: Narrow) {
        let has_sense = [&wanted.service, &wanted.clinician, &wanted.queue, &wanted.state]
            .iter()
            .all(|value| value.chars().nth(CHARS_MAX).is_none());
        if wanted.is_all() || !has_sense {
            return;
        }
        let settings = std::sync::Arc::clone(&self.settings);
        let late: HashSet<AppointmentId> =
            self.rows().filter(|row| self.late_since(row).is_some()).map(|row| row.id.clone()).collect();
        let part = |name: &str| wanted.state.is_empty() || wanted.state == name;
        let is_late = |row: &VisitRow| wanted.state == LATE && late.contains(&row.id);
        let before = self.count();
        self.needs.retain(|entry| match entry {
            Entry::Visit(row) => entry.is_urgent() || ((part("needs") || is_late(row)) && wanted.fits(row, &settings)),
            Entry::Stop(_) => entry.is_urgent() || part("needs"),
        });
        for (name, rows) in [
            ("waiting", &mut self.waiting),
            ("held", &mut self.held),
            ("called", &mut self.called),
            ("seen-now", &mut self.seen_now),
            ("expected", &mut self.expected),
        ] {
            rows.retain(|row| (part(name) || is_late(row)) && wanted.fits(row, &settings));
        }
        self.closed.retain(|entry| match entry {
            Entry::Visit(row) => part("closed") && wanted.fits(row, &settings),
            Entry::Stop(_) => part("closed"),
        });
        self.left_out = before - self.count();
        self.narrow = wanted;
    }

    fn count(&self) -> usize {
        let rows = [&self.waiting, &self.held, &self.called, &self.seen_now, &self.expected];
        self.needs.len() + self.closed.len() + rows.iter().map(|rows| rows.len()).sum::<usize>()
    }
}

/// The form that narrows the list; it works without a script.
pub fn form(day: &Day) -> Markup {
    let choose = |name: &str, label: &str, chosen: &str, choices: &BTreeSet<String>| {
        html! {
            div {
                label for={ "narrow-" (name) } { (label) }
                select id={ "narrow-" (name) } name=(name) {
                    option value="" { "All" }
                    // A queue of yesterday in a bookmark is shown, not dropped.
                    @if !chosen.is_empty() && !choices.contains(chosen) { option value=(chosen) selected { (chosen) } }
                    @for choice in choices { option value=(choice) selected[choice == chosen] { (choice) } }
                }
            }
        }
    };
    let wanted = &day.narrow;
    html! {
        details #narrow-box.narrow open[!wanted.is_all()] {
            summary.button.small { "Filter" }
            form #narrow method="get" action="/" aria-label="Filter" {
                (choose("service", "Service", &wanted.service, &day.known.choices.services))
                (choose("clinician", "Provider", &wanted.clinician, &day.known.choices.clinicians))
                (choose("queue", "Queue", &wanted.queue, &day.known.choices.queues))
                div {
                    label for="narrow-state" { "Status" }
                    select #narrow-state name="state" {
                        option value="" { "All" }
                        @for (name, word) in PARTS { option value=(name) selected[wanted.state == name] { (word) } }
                    }
                }
                button.button.small type="submit" { "Apply filter" }
            }
        }
    }
}

/// Says that a part of the list alone is shown; inside what is fetched again at every change.
pub fn notice(day: &Day) -> Markup {
    html! {
        @if !day.narrow.is_all() {
            p.narrowed role="status" {
                @if day.left_out == 1 { "1 person is not shown. " } @else { (day.left_out) " are not shown. " }
                a #show-all href="/" { "Show all" }
            }
        }
    }
}
