//! What a board shows: who is called where, who was called before, how many wait and how long it may take.
//!
//! Invariants: of a patient there is the ticket's number, or the first name if they chose to be called by it, and
//! nothing else; a board is drawn once for each change and minute, however many screens show it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::desk::service::queue::today::Today;
use crate::domain::board::Board;
use crate::domain::identity::fold_name;
use crate::domain::private::Private;
use crate::domain::queue::day::{asks_where, queue_name};
use crate::domain::queue::{VisitState, Wait};
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::{CallAs, TicketNumber};
use crate::domain::visit::VisitRow;

/// A call is large for so long ...
const NOW: SignedDuration = SignedDuration::from_mins(5);
/// ... and on the board for so long, as long as the visit has not ended.
const LATELY: SignedDuration = SignedDuration::from_mins(30);
/// This many calls are large at a time, and by turns on this many pages.
const NOW_FIT: (usize, usize) = (4, 8);
/// The same of those before.
const BEFORE_FIT: (usize, usize) = (4, 7);
/// The same of queues.
const QUEUES_FIT: (usize, usize) = (4, 6);

/// What a board shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardView {
    /// Called just now, the newest first.
    pub now: Turning<Call>,
    /// Called before.
    pub before: Turning<Call>,
    /// Queues with how many wait.
    pub queues: Turning<Waiting>,
}

/// What is shown by turns, as much at a time as can be read from afar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turning<T> {
    /// What is shown at a time, the first longest; none is empty.
    pub pages: Vec<Vec<T>>,
    /// How many are on no page: a turn would take too long.
    pub more: usize,
}

impl<T> Turning<T> {
    fn of(all: Vec<T>, (at_a_time, turns): (usize, usize)) -> Self {
        let more = all.len().saturating_sub(at_a_time * turns);
        let mut pages: Vec<Vec<T>> = Vec::new();
        for one in all.into_iter().take(at_a_time * turns) {
            match pages.last_mut().filter(|page| page.len() < at_a_time) {
                Some(page) => page.push(one),
                None => pages.push(vec![one]),
            }
        }
        Self { pages, more }
    }
}

/// Someone who was called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Tells one call from another: calling again is another one. Grows.
    pub id: u64,
    /// By the name that they chose to be called by.
    pub name: Option<Private>,
    /// The ticket's number; none beside a name that no one else has.
    pub number: Option<TicketNumber>,
    /// Where to go, if someone said.
    pub to: Option<String>,
    /// Whether they have to ask where to go: the clinic has rooms, and the call named none.
    pub asks_where: bool,
}

/// A queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its name.
    pub queue: String,
    /// How many wait.
    pub people: usize,
    /// How long it may take for who comes now.
    pub wait: Wait,
}

impl BoardView {
    /// What this board shows of the day.
    #[must_use]
    pub fn of(today: &Today, board: &Board, settings: &ClinicSettings) -> Self {
        let since = |age: SignedDuration| today.at.saturating_sub(age).unwrap_or(Timestamp::MIN);
        let called = |row: &VisitRow| row.in_line.last_call.or_else(|| row.called.as_ref().map(|(at, _)| *at));
        let is_here = |row: &&VisitRow| {
            let queue = row.in_line.served_in.clone().unwrap_or_else(|| queue_name(row, settings));
            board.shows(&queue)
        };
        let mut rows: Vec<(Timestamp, &VisitRow)> = today
            .list
            .taken()
            .filter(is_here)
            .filter_map(|row| Some((called(row)?, row)))
            .filter(|(at, _)| *at >= since(LATELY))
            .collect();
        rows.sort_by_key(|(at, row)| std::cmp::Reverse((*at, step(row))));
        let names: Vec<Option<String>> = rows.iter().map(|(_, row)| name_to_call(row).map(fold_name)).collect();
        let calls = rows.iter().map(|(at, row)| {
            let is_now = row.state == VisitState::Called && *at >= since(NOW);
            (is_now, call_of(row, &names, settings))
        });
        let (now, before): (Vec<_>, Vec<_>) = calls.partition(|(is_now, _)| *is_now);
        let only = |calls: Vec<(bool, Call)>| calls.into_iter().map(|(_, call)| call).collect();
        let queues = today.queues.all.iter().filter(|queue| board.shows(&queue.rules.name));
        // Without a list of its own a board leaves out queues in which nothing happens.
        let queues = queues.filter(|queue| !board.queues.is_empty() || !queue.line.is_empty() || queue.taken > 0);
        let queues = queues.map(|queue| Waiting {
            queue: queue.rules.name.clone(),
            people: queue.line.len(),
            wait: queue.newcomer,
        });
        Self {
            now: Turning::of(only(now), NOW_FIT),
            before: Turning::of(only(before), BEFORE_FIT),
            queues: Turning::of(queues.collect(), QUEUES_FIT),
        }
    }
}

fn step(row: &VisitRow) -> u64 {
    row.in_line.step.as_ref().map_or(0, |(revision, _)| *revision)
}

/// The first name, if that is how they want to be called and it is known.
fn name_to_call(row: &VisitRow) -> Option<&str> {
    if row.call_as != CallAs::FirstName {
        return None;
    }
    let name = match (&row.appointment, &row.walk_in) {
        (Some(a), _) if !a.person.preferred_name.is_blank() => a.person.preferred_name.as_str(),
        (Some(a), _) => a.person.given_name.as_str(),
        (None, Some(asks)) => asks.given_name.as_str(),
        (None, None) => return None,
    };
    Some(name.trim()).filter(|name| !name.is_empty())
}

/// Of two people who are called by one name, each has the number beside it: else one would go where the other is meant.
fn call_of(row: &VisitRow, names: &[Option<String>], settings: &ClinicSettings) -> Call {
    let name = name_to_call(row);
    let folded = name.map(fold_name);
    let is_alone = folded.is_some() && names.iter().filter(|other| **other == folded).count() == 1;
    let number = row.ticket.map(|ticket| ticket.number).filter(|_| !is_alone);
    let name = name.map(|name| Private::from(name.to_owned()));
    Call { id: step(row), name, number, to: row.in_line.point.clone(), asks_where: asks_where(row, settings) }
}

/// Boards as they were last drawn, by the board's address.
#[derive(Default)]
pub(in crate::desk) struct Drawn(Mutex<HashMap<String, Picture>>);

struct Picture {
    board: Board,
    of: Arc<Today>,
    drawn: Arc<str>,
}

impl Drawn {
    /// The picture of a board for this state of the day: the one that is there, or one that `draw` makes. It is the
    /// same one as before if it would look the same.
    pub(in crate::desk) fn of(&self, board: &Board, today: &Arc<Today>, draw: impl FnOnce() -> String) -> Arc<str> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = all.get(&board.slug()).filter(|picture| picture.board == *board);
        if let Some(picture) = before.filter(|picture| Arc::ptr_eq(&picture.of, today)) {
            return Arc::clone(&picture.drawn);
        }
        let new = draw();
        let drawn = match before {
            Some(picture) if *picture.drawn == *new => Arc::clone(&picture.drawn),
            _ => Arc::from(new),
        };
        all.insert(board.slug(), Picture { board: board.clone(), of: Arc::clone(today), drawn: Arc::clone(&drawn) });
        drawn
    }
}
