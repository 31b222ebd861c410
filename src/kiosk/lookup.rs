//! Today's list, asked on behalf of a patient.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::appointment::Appointment;
use crate::domain::clinic::Clinic;
use crate::domain::identity::{Index, Match};
use crate::domain::ids::AppointmentId;
use crate::domain::ticket::Ticket;
use crate::flow::describe::describe;
use crate::flow::found::Lookup;
use crate::flow::step::Query;
use crate::store::{Store, StoreError, list::List};

/// The list, and everyone on it made ready for being looked for.
#[derive(Debug, Default)]
pub struct Roster {
    list: List,
    index: OnceCell<Index>,
}

impl From<List> for Roster {
    fn from(list: List) -> Self {
        Self { list, index: OnceCell::new() }
    }
}

impl Roster {
    /// Adds or replaces an appointment.
    pub fn put(&mut self, appointment: Appointment) {
        self.list.put(appointment);
        self.index.take();
    }

    /// Takes an appointment away.
    pub fn remove(&mut self, id: &AppointmentId) {
        self.list.remove(id);
        self.index.take();
    }

    /// The list.
    #[must_use]
    pub fn list(&self) -> &List {
        &self.list
    }

    /// Makes everyone ready, so that the first patient after a change waits no longer than others.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.list.iter().map(|appointment| &appointment.person)))
    }
}

/// Answers a question to today's list.
///
/// # Errors
/// If the kiosk's file cannot be read.
pub fn look_up(
    query: &Query,
    roster: &Roster,
    store: &Store,
    clinic: &Clinic,
    now: Timestamp,
) -> Result<Lookup, StoreError> {
    let today = clinic.date(now);
    let list = roster.list();
    let whose = |id: &AppointmentId| list.get(id).map(|appointment| appointment.person.id.clone());
    let patient = match query {
        Query::Appointment(id) | Query::Letter(id) => whose(id),
        Query::Patient(id) => Some(id.clone()).filter(|id| list.iter().any(|appointment| appointment.person.id == *id)),
        Query::Ticket(ticket) if !store.ticket_counts(*ticket, today)? => None,
        Query::Ticket(ticket) => {
            let visits = store.visits_of(*ticket)?;
            match visits.iter().find_map(whose) {
                // Given out for a visit that no one booked.
                None if !visits.is_empty() => return Ok(Lookup::AskedBefore),
                whose => whose,
            }
        }
        Query::Typed(_) | Query::Card(_) => {
            let found = match query {
                Query::Typed(typed) => roster.index().find(typed),
                Query::Card(readings) => roster.index().find_any(readings),
                _ => Match::Nobody,
            };
            match found {
                Match::One(id) => Some(id),
                Match::Nobody => None,
                Match::AskMore(fact) => return Ok(Lookup::AskMore(fact)),
                Match::Ambiguous => return Ok(Lookup::Ambiguous),
            }
        }
    };
    match patient {
        Some(id) => {
            let visits = list.of_patient(&id);
            let tickets = tickets_of(&visits, store, clinic, now)?;
            Ok(describe(&visits, &tickets, clinic, now)
                .map_or(Lookup::Nobody, |patient| Lookup::One(Box::new(patient))))
        }
        None => Ok(Lookup::Nobody),
    }
}

/// The tickets of these visits that count now.
fn tickets_of(
    visits: &[&Appointment],
    store: &Store,
    clinic: &Clinic,
    now: Timestamp,
) -> Result<BTreeMap<AppointmentId, Ticket>, StoreError> {
    let today = clinic.date(now);
    let mut tickets = BTreeMap::new();
    for visit in visits {
        if let Some(known) = store.ticket(&visit.id)?
            && store.ticket_counts(known.ticket, today)?
        {
            tickets.insert(visit.id.clone(), known.ticket);
        }
    }
    Ok(tickets)
}
