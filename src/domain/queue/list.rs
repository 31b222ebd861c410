//! The visits of a day by what is asked of them, so that a change of one of them is a matter of that one and of those
//! beside it.
//!
//! Invariants: it holds the same whether it was filled in one go or followed one change after another; a copy is cheap,
//! and stays as it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::day::{bodies, queue_name};
use crate::domain::ids::AppointmentId;
use crate::domain::settings::ClinicSettings;
use crate::domain::sorted::Sorted;
use crate::domain::ticket::Ticket;
use crate::domain::visit::VisitRow;

/// Visits under one of the names that they have in this respect: a queue, say.
type Named = Sorted<(String, AppointmentId), Arc<VisitRow>>;

/// The visits of a day. All of it goes by the settings with which it was filled.
#[derive(Clone, Default)]
pub struct VisitList {
    rows: Sorted<AppointmentId, Arc<VisitRow>>,
    /// By the ticket that counts.
    tickets: Sorted<(Ticket, AppointmentId), Arc<VisitRow>>,
    /// By the queue in which they wait, or would.
    queues: Named,
    /// By the queue from which they were called.
    served: Named,
    /// By what tells that two visits are one person's.
    bodies: Named,
    /// Called, or with a clinician.
    taken: Sorted<AppointmentId, Arc<VisitRow>>,
    /// Not here yet, by when kiosks take no one for it any more.
    due: Sorted<(Timestamp, AppointmentId), Arc<VisitRow>>,
    /// With a reason to which someone has to go right away, and no one has.
    urgent: Sorted<AppointmentId, Arc<VisitRow>>,
}

fn of_name<'a>(named: &'a Named, name: &'a str) -> impl Iterator<Item = &'a Arc<VisitRow>> {
    named.from(move |(its, _)| its.as_str() < name).take_while(move |((its, _), _)| its == name).map(|(_, row)| row)
}

impl VisitList {
    /// The list of these visits.
    #[must_use]
    pub fn of(rows: Vec<VisitRow>, settings: &ClinicSettings) -> Self {
        let mut list = Self::default();
        for row in rows {
            list.set(&row.id.clone(), Some(row), settings);
        }
        list
    }

    /// Puts a visit as it is now in the place of what there was, or takes it off. Answers the queues that have to be
    /// looked at again.
    pub fn set(&mut self, id: &AppointmentId, row: Option<VisitRow>, settings: &ClinicSettings) -> BTreeSet<String> {
        let before = self.rows.get(id).map(Arc::clone);
        let mut queues = BTreeSet::new();
        if before.as_deref() == row.as_ref() {
            return queues;
        }
        if let Some(row) = &before {
            self.touched(row, settings, &mut queues);
            self.take_off(row, settings);
        }
        if let Some(row) = row.map(Arc::new) {
            self.put(&row, settings);
            self.touched(&row, settings, &mut queues);
        }
        queues
    }

    /// The queues whose lines, waits or buttons depend on a visit.
    fn touched(&self, row: &VisitRow, settings: &ClinicSettings, queues: &mut BTreeSet<String>) {
        queues.insert(queue_name(row, settings));
        queues.extend(row.in_line.served_in.clone());
        if row.state.is_taken() {
            // Someone who is called is called nowhere else.
            let beside = bodies(row)
                .flat_map(|body| of_name(&self.bodies, &body).map(|row| queue_name(row, settings)).collect::<Vec<_>>());
            queues.extend(beside.collect::<Vec<_>>());
        }
    }

    fn put(&mut self, row: &Arc<VisitRow>, settings: &ClinicSettings) {
        let id = || row.id.clone();
        if let Some(ticket) = row.ticket {
            self.tickets.insert((ticket, id()), Arc::clone(row));
        }
        self.queues.insert((queue_name(row, settings), id()), Arc::clone(row));
        if let Some(queue) = &row.in_line.served_in {
            self.served.insert((queue.clone(), id()), Arc::clone(row));
        }
        for body in bodies(row) {
            self.bodies.insert((body, id()), Arc::clone(row));
        }
        if row.state.is_taken() {
            self.taken.insert(id(), Arc::clone(row));
        }
        if let Some(closes) = closes(row, settings) {
            self.due.insert((closes, id()), Arc::clone(row));
        }
        if is_urgent(row) {
            self.urgent.insert(id(), Arc::clone(row));
        }
        self.rows.insert(id(), Arc::clone(row));
    }

    fn take_off(&mut self, row: &VisitRow, settings: &ClinicSettings) {
        let id = || row.id.clone();
        self.rows.remove(&row.id);
        if let Some(ticket) = row.ticket {
            self.tickets.remove(&(ticket, id()));
        }
        self.queues.remove(&(queue_name(row, settings), id()));
        if let Some(queue) = &row.in_line.served_in {
            self.served.remove(&(queue.clone(), id()));
        }
        for body in bodies(row) {
            self.bodies.remove(&(body, id()));
        }
        self.taken.remove(&row.id);
        if let Some(closes) = closes(row, settings) {
            self.due.remove(&(closes, id()));
        }
        self.urgent.remove(&row.id);
    }

    /// Every visit, by its number.
    #[must_use]
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Arc<VisitRow>> + Clone {
        self.rows.iter().map(|(_, row)| row)
    }

    /// One visit.
    #[must_use]
    pub fn get(&self, id: &AppointmentId) -> Option<&Arc<VisitRow>> {
        self.rows.get(id)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The visits of a ticket.
    pub fn of_ticket(&self, ticket: Ticket) -> impl Iterator<Item = &VisitRow> {
        self.tickets
            .from(move |(its, _)| *its < ticket)
            .take_while(move |((its, _), _)| *its == ticket)
            .map(|(_, row)| &**row)
    }

    /// Who waits in a queue, or would.
    pub fn of_queue<'a>(&'a self, queue: &'a str) -> impl Iterator<Item = &'a VisitRow> {
        of_name(&self.queues, queue).map(|row| &**row)
    }

    /// Every queue in which someone waits, or would, each once.
    #[must_use]
    pub fn queue_names(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let behind = |last: Option<&String>| {
            let next = self.queues.from(|(its, _)| last.is_some_and(|last| its <= last)).next();
            next.map(|((name, _), _)| name.clone())
        };
        let mut next = behind(None);
        while let Some(name) = next {
            next = behind(Some(&name));
            names.insert(name);
        }
        names
    }

    /// Who was called from a queue.
    pub fn served_in<'a>(&'a self, queue: &'a str) -> impl Iterator<Item = &'a VisitRow> {
        of_name(&self.served, queue).map(|row| &**row)
    }

    /// Who is called, or with a clinician.
    pub fn taken(&self) -> impl Iterator<Item = &VisitRow> {
        self.taken.iter().map(|(_, row)| &**row)
    }

    /// Where the person of this row is with another visit; empty if no one said where.
    #[must_use]
    pub fn elsewhere(&self, row: &VisitRow) -> Option<String> {
        let taken = |body: &str| of_name(&self.bodies, body).filter(|one| one.state.is_taken()).last().map(Arc::clone);
        bodies(row)
            .filter_map(|body| taken(&body))
            .find(|one| one.id != row.id)
            .map(|one| one.in_line.point.clone().unwrap_or_default())
    }

    /// Appointments for which no one has come, from the one that is late first, of those that are not by their time
    /// alone at this moment.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, &VisitRow)> {
        self.due.from(move |(closes, _)| *closes < now).map(|((closes, _), row)| (*closes, &**row))
    }

    /// Where someone has to go right away, and no one has.
    pub fn urgent(&self) -> impl Iterator<Item = &VisitRow> {
        self.urgent.iter().map(|(_, row)| &**row)
    }
}

fn closes(row: &VisitRow, settings: &ClinicSettings) -> Option<Timestamp> {
    row.appointment.as_ref().filter(|_| row.is_expected()).map(|visit| visit.closes(settings))
}

fn is_urgent(row: &VisitRow) -> bool {
    row.reasons.iter().any(|reason| reason.taken.is_none() && reason.reason.is_urgent())
}
