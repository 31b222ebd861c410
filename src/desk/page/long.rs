//! The long parts of the day's list: who is expected and who is done. On a day of thousands only some of them are on
//! the page, so that it stays quick; the others are found by search, or by narrowing the list.
//!
//! Invariant: the person who is here and not done is always on the page.

use std::sync::Arc;

use maud::{Markup, html};

use super::list::{Day, Entry};
use crate::domain::queue::VisitState;
use crate::domain::visit::VisitRow;

/// Rows of such a part that are on the page at most.
const SHOWN_MAX: usize = 400;
/// Of these, how many may be from before now.
const BEFORE_NOW: usize = 200;

/// A part of a list: what is shown of it, and how many rows are left out on either side.
pub(super) struct Window<'a, T> {
    pub before: usize,
    pub shown: &'a [T],
    pub after: usize,
}

impl<'a, T> Window<'a, T> {
    /// `now` is the place around which rows matter most.
    fn around(all: &'a [T], now: usize) -> Self {
        let before = now.saturating_sub(BEFORE_NOW).min(all.len().saturating_sub(SHOWN_MAX));
        let rest = all.get(before..).unwrap_or_default();
        let shown = rest.get(..SHOWN_MAX).unwrap_or(rest);
        Self { before, shown, after: rest.len() - shown.len() }
    }

    fn is_whole(&self) -> bool {
        self.before + self.after == 0
    }

    /// Says that rows are left out and where they are; nothing if all are shown.
    pub fn left_out(&self, before: &str, after: &str) -> Markup {
        let words = |count: usize, when: &str| (count > 0).then(|| format!("{count} {when}"));
        let words: Vec<String> = words(self.before, before).into_iter().chain(words(self.after, after)).collect();
        html! {
            @if !self.is_whole() {
                p.narrowed {
                    "Not shown here: " (words.join(", ")) ". Search by name or date of birth, or use the filter."
                }
            }
        }
    }
}

impl Day {
    /// Who is expected, around the time that it is now.
    pub(super) fn expected_shown(&self) -> Window<'_, Arc<VisitRow>> {
        let is_past =
            |row: &Arc<VisitRow>| row.appointment.as_ref().is_none_or(|appointment| appointment.start < self.now);
        Window::around(&self.expected, self.expected.partition_point(is_past))
    }

    /// Who is done, the last of them.
    pub(super) fn closed_shown(&self) -> Window<'_, Entry> {
        Window::around(&self.closed, self.closed.len())
    }

    /// Whether a visit's row is on the page of the whole list.
    pub(super) fn is_shown(&self, row: &VisitRow) -> bool {
        match row.state {
            VisitState::Expected => {
                let window = self.expected_shown();
                window.is_whole()
                    || !self.expected.iter().any(|one| one.id == row.id)
                    || window.shown.iter().any(|one| one.id == row.id)
            }
            VisitState::Done | VisitState::NoShow | VisitState::Cancelled => {
                let window = self.closed_shown();
                let is_it = |entry: &Entry| matches!(entry, Entry::Visit(one) if one.id == row.id);
                window.is_whole() || !self.closed.iter().any(is_it) || window.shown.iter().any(is_it)
            }
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(all: usize, now: usize) -> (usize, usize, usize) {
        let all: Vec<usize> = (0..all).collect();
        let window = Window::around(&all, now);
        assert_eq!(window.before + window.shown.len() + window.after, all.len());
        assert!(window.shown.first().is_none_or(|first| *first == window.before), "the shown ones follow those before");
        (window.before, window.shown.len(), window.after)
    }

    #[test]
    fn a_usual_day_is_shown_whole_and_a_long_one_around_now() {
        assert_eq!(window(0, 0), (0, 0, 0));
        assert_eq!(window(400, 400), (0, 400, 0));
        assert_eq!(window(401, 0), (0, 400, 1));
        assert_eq!(window(10_000, 0), (0, 400, 9_600));
        assert_eq!(window(10_000, 5_000), (4_800, 400, 4_800));
        assert_eq!(window(10_000, 10_000), (9_600, 400, 0));
    }
}
