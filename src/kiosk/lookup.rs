//! Today's list, asked on behalf of a patient.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::appointment::{Appointment, Standing};
use crate::domain::identity::{Match, find};
use crate::domain::ids::PatientId;
use crate::domain::settings::ClinicSettings;
use crate::flow::step::{Lookup, MaskedContact, MaskedInsurance, Patient, Query, Visit};
use crate::store::{Store, StoreError, list::List};

/// The clinic's rules with their time zone.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// The rules.
    pub settings: ClinicSettings,
    /// The zone of all dates.
    pub zone: TimeZone,
}

impl Clinic {
    /// The clinic's local date.
    #[must_use]
    pub fn date(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }
}

/// Answers a question to today's list.
///
/// # Errors
/// If the kiosk's file cannot be read.
pub fn look_up(query: &Query, list: &List, store: &Store, clinic: &Clinic, now: Timestamp) -> Result<Lookup, StoreError> {
    let today = clinic.date(now);
    let patient = match query {
        Query::Appointment(id) => list.get(id).map(|appointment| appointment.person.id.clone()),
        Query::Ticket(ticket) if ticket.date != today => None,
        Query::Ticket(ticket) => {
            store.visits_of(*ticket)?.iter().find_map(|id| list.get(id)).map(|appointment| appointment.person.id.clone())
        }
        Query::Typed { birth_date, family_name } => {
            match find(list.iter().map(|appointment| &appointment.person), birth_date.0, family_name.as_str()) {
                Match::One(id) => Some(id),
                Match::Nobody => None,
                Match::AskMore(_) | Match::Ambiguous => return Ok(Lookup::Ambiguous),
            }
        }
    };
    match patient {
        Some(id) => Ok(describe(&id, list, store, clinic, now)?.map_or(Lookup::Nobody, |patient| Lookup::One(Box::new(patient)))),
        None => Ok(Lookup::Nobody),
    }
}

fn describe(id: &PatientId, list: &List, store: &Store, clinic: &Clinic, now: Timestamp) -> Result<Option<Patient>, StoreError> {
    let today = clinic.date(now);
    let appointments = list.of_patient(id);
    let mut visits = Vec::new();
    for appointment in &appointments {
        visits.push(visit(appointment, store, clinic, now)?);
    }
    let (mut shown, other_days): (Vec<Visit>, Vec<Visit>) =
        visits.into_iter().partition(|visit| !matches!(visit.standing, Standing::OtherDay(_)));
    if shown.is_empty() {
        // Nothing today: the next one, or else the last one, says which day it is.
        let next = other_days.iter().find(|visit| visit.start.date() > today).or(other_days.last());
        shown.extend(next.cloned());
    }
    let telling = shown.first().map(|visit| visit.appointment.clone());
    let Some(main) = telling.and_then(|id| list.get(&id)) else {
        return Ok(None);
    };
    let person = &main.person;
    let insured = appointments.iter().find_map(|appointment| appointment.coverage.as_ref());
    Ok(Some(Patient {
        id: person.id.clone(),
        shown_name: person.given_name_and_initial(),
        first_name: person.first_given_name(),
        birth_date: person.birth_date,
        visits: shown,
        contact: MaskedContact {
            phone: person.contact.masked_phone(),
            email: person.contact.masked_email(),
            address: person.contact.masked_address(),
        },
        insurance: insured.map(|coverage| MaskedInsurance {
            payer: coverage.payer.clone(),
            member_id: coverage.masked_member_id(),
            end: coverage.end,
            ended: coverage.end.is_some_and(|end| end < today),
        }),
    }))
}

fn visit(appointment: &Appointment, store: &Store, clinic: &Clinic, now: Timestamp) -> Result<Visit, StoreError> {
    let ticket = store.ticket(&appointment.id)?.map(|known| known.ticket).filter(|ticket| ticket.date == clinic.date(now));
    let standing = appointment.standing(now, &clinic.settings, &clinic.zone, ticket);
    Ok(Visit {
        appointment: appointment.id.clone(),
        start: appointment.start.to_zoned(clinic.zone.clone()).datetime(),
        service: appointment.service.clone(),
        practitioner: appointment.practitioner.clone(),
        place: appointment.place.clone(),
        standing,
        opens: match standing {
            Standing::TooEarly { opens } => Some(opens.to_zoned(clinic.zone.clone()).datetime()),
            _ => None,
        },
    })
}
