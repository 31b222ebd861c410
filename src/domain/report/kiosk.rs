//! How long conversations at kiosks took, and their steps.

use std::collections::BTreeMap;

use super::{Cell, Column, Figure, Plot, step_name};
use crate::domain::event::{Ended, StepTimes};

/// Counts conversations.
#[derive(Default)]
pub(super) struct Conversations {
    /// Of each step, by its words for staff: how often it was shown, and its tenths of a second in each conversation.
    steps: BTreeMap<String, (u64, Vec<i64>)>,
    /// Of each kiosk: tenths of a second until there was a new ticket.
    to_ticket: BTreeMap<String, Vec<i64>>,
}

impl Conversations {
    pub(super) fn add(&mut self, kiosk: &str, times: &StepTimes) {
        // Staff have one word for some steps: a conversation has been at each word once.
        let mut by_words: BTreeMap<String, (u64, i64)> = BTreeMap::new();
        for time in &times.steps {
            let (shown, tenths) = by_words.entry(step_name(&time.step)).or_default();
            *shown += u64::from(time.shown);
            *tenths = tenths.saturating_add(i64::from(time.tenths));
        }
        for (words, (shown, tenths)) in by_words {
            let (all, each) = self.steps.entry(words).or_default();
            *all = all.saturating_add(shown);
            each.push(tenths);
        }
        if let Some(tenths) = times.ticket_after_tenths.filter(|_| times.ended == Ended::Ticket) {
            self.to_ticket.entry(kiosk.to_owned()).or_default().push(i64::from(tenths));
        }
    }

    pub(super) fn time_per_step(&self) -> Figure {
        let mut rows: Vec<Vec<Cell>> = self
            .steps
            .iter()
            .map(|(words, (shown, tenths))| {
                let [median, ninety] = Cell::spread_of_tenths(tenths);
                vec![Cell::Text(words.clone()), count(tenths), Cell::Count(*shown), median, ninety]
            })
            .collect();
        // The longest first; the names are in order already.
        rows.sort_by_key(|row| std::cmp::Reverse(row.get(3).and_then(Cell::drawn)));
        Figure {
            code: "time-per-step",
            title: "Time per step at kiosks",
            note: "How long each step was on the screen, added up per conversation. \
                   Steps left without an answer are not counted, because no one knows how long they were read.",
            is_of_all: true,
            columns: &[
                Column { name: "step", heading: "Step" },
                CONVERSATIONS,
                Column { name: "times_shown", heading: "Times shown" },
                MEDIAN,
                NINETY,
            ],
            rows,
            plot: Plot::SpreadBars(3, 4),
        }
    }

    pub(super) fn lengths(&self) -> Figure {
        let row = |name: String, tenths: &[i64]| {
            let [median, ninety] = Cell::spread_of_tenths(tenths);
            vec![Cell::Text(name), count(tenths), median, ninety]
        };
        let mut rows = Vec::new();
        if self.to_ticket.len() > 1 {
            let all: Vec<i64> = self.to_ticket.values().flatten().copied().collect();
            rows.push(row("All kiosks".to_owned(), &all));
        }
        rows.extend(self.to_ticket.iter().map(|(kiosk, tenths)| row(format!("Kiosk {kiosk}"), tenths)));
        Figure {
            code: "conversation-length",
            title: "Time until the ticket at kiosks",
            note: "For conversations that ended with a new ticket: from the first page after the welcome page to the \
                   page with the number, including printing.",
            is_of_all: true,
            columns: &[Column { name: "where", heading: "Where" }, CONVERSATIONS, MEDIAN, NINETY],
            rows,
            plot: Plot::SpreadBars(2, 3),
        }
    }
}

const CONVERSATIONS: Column = Column { name: "conversations", heading: "Conversations" };
const MEDIAN: Column = Column { name: "median_seconds", heading: "Median" };
const NINETY: Column = Column { name: "percentile_90_seconds", heading: "90th percentile" };

fn count(values: &[i64]) -> Cell {
    Cell::Count(u64::try_from(values.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::StepTime;

    fn times(ended: Ended, ticket_after_tenths: Option<u32>, steps: &[(&str, u32, u32)]) -> StepTimes {
        let steps = steps.iter().map(|(step, shown, tenths)| StepTime {
            step: (*step).to_owned(),
            shown: *shown,
            tenths: *tenths,
        });
        StepTimes { ended, ticket_after_tenths, steps: steps.collect() }
    }

    fn csv(figure: &Figure) -> Vec<String> {
        figure.rows.iter().map(|row| row.iter().map(Cell::for_csv).collect::<Vec<_>>().join(",")).collect()
    }

    #[test]
    fn steps_with_one_word_are_one_step_of_a_conversation() {
        let mut of = Conversations::default();
        for n in 1..=5 {
            of.add(
                "lobby",
                &times(Ended::Ticket, Some(600 + n), &[("new-street", 1, 10 * n), ("find", 2, 7), ("new-city", 1, 5)]),
            );
        }
        of.add("annex", &times(Ended::StartedOver, None, &[("find", 1, 7), ("details", 1, 999)]));
        assert_eq!(
            csv(&of.time_per_step()),
            ["New address,5,10,3.5,5.5", "Finding the appointment,6,11,0.7,0.7", "Contact details,1,1,,"],
            "the longest first, and too few last"
        );
        assert_eq!(csv(&of.lengths()), ["Kiosk lobby,5,60.3,60.5"]);
        of.add("annex", &times(Ended::Ticket, Some(900), &[("find", 1, 7)]));
        of.add("annex", &times(Ended::TicketAgain, None, &[("find", 1, 7)]));
        assert_eq!(csv(&of.lengths()), ["All kiosks,6,60.3,90.0", "Kiosk annex,1,,", "Kiosk lobby,5,60.3,60.5"]);
    }
}
