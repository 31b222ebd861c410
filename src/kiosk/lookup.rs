//! Today's list, asked on behalf of a patient.

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::appointment::{Appointment, Standing};
use crate::domain::identity::{Index, Match};
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::insurance::Coverage;
use crate::domain::payer::Payer;
use crate::domain::settings::{ClinicSettings, UnknownZone};
use crate::flow::found::{Asks, Lookup, MaskedContact, MaskedInsurance, Patient, SiteFace, Visit};
use crate::flow::step::Query;
use crate::store::{Store, StoreError, list::List};

/// The clinic's rules with their time zone.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// The rules.
    pub settings: ClinicSettings,
    /// The zone of all dates.
    pub zone: TimeZone,
    /// The rules' payers, for every conversation.
    pub payers: Arc<Vec<Payer>>,
}

impl Clinic {
    /// From the rules.
    ///
    /// # Errors
    /// If their time zone does not exist.
    pub fn new(settings: ClinicSettings) -> Result<Self, UnknownZone> {
        let zone = settings.zone()?;
        let payers = Arc::new(settings.insurance.payers.clone());
        Ok(Self { settings, zone, payers })
    }

    /// The clinic's local date.
    #[must_use]
    pub fn date(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }
}

/// The list, and everybody on it made ready for being looked for.
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

    /// Makes everybody ready, so that the first patient after a change waits no longer than others.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(self.list.iter().map(|appointment| &appointment.person)))
    }
}

/// Answers a question to today's list.
///
/// # Errors
/// If the kiosk's file cannot be read.
pub fn look_up(query: &Query, roster: &Roster, store: &Store, clinic: &Clinic, now: Timestamp) -> Result<Lookup, StoreError> {
    let today = clinic.date(now);
    let list = roster.list();
    let whose = |id: &AppointmentId| list.get(id).map(|appointment| appointment.person.id.clone());
    let patient = match query {
        Query::Appointment(id) => whose(id),
        Query::Patient(id) => Some(id.clone()).filter(|id| list.iter().any(|appointment| appointment.person.id == *id)),
        Query::Ticket(ticket) if ticket.date != today => None,
        Query::Ticket(ticket) => {
            let visits = store.visits_of(*ticket)?;
            match visits.iter().find_map(whose) {
                // Given out for a visit that nobody booked.
                None if !visits.is_empty() => return Ok(Lookup::AskedBefore),
                whose => whose,
            }
        }
        Query::Typed(typed) => match roster.index().find(typed) {
            Match::One(id) => Some(id),
            Match::Nobody => None,
            Match::AskMore(fact) => return Ok(Lookup::AskMore(fact)),
            Match::Ambiguous => return Ok(Lookup::Ambiguous),
        },
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
    let (mut shown, other_days): (Vec<Visit>, Vec<Visit>) = visits.into_iter().partition(|visit| visit.start.date() == today);
    if shown.iter().all(|visit| visit.standing == Standing::Cancelled) {
        // Nothing takes place today: the next one that stands, or else the last one, says which day it is.
        let stands = |visit: &&Visit| visit.standing != Standing::Cancelled;
        let next = other_days.iter().filter(stands).find(|visit| visit.start.date() > today);
        let last = other_days.iter().rfind(stands).or(other_days.last().filter(|_| shown.is_empty()));
        shown.extend(next.or(last).cloned());
    }
    let telling = shown.first().map(|visit| visit.appointment.clone());
    let Some(main) = telling.and_then(|id| list.get(&id)) else {
        return Ok(None);
    };
    let person = &main.person;
    let insured = appointments.iter().find_map(|appointment| appointment.coverage.as_ref());
    let insured_besides = appointments.iter().find_map(|appointment| appointment.second_coverage.as_ref());
    let masked = |coverage: &Coverage| MaskedInsurance {
        payer: coverage.payer.clone(),
        member_id: coverage.masked_member_id(),
        end: coverage.end,
        ended: coverage.end.is_some_and(|end| end < today),
    };
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
        country: clinic.settings.country.clone(),
        insurance: insured.map(masked),
        second_insurance: insured_besides.map(masked),
        payers: Arc::clone(&clinic.payers),
        asks: asks(&appointments, clinic, today),
    }))
}

/// Not again what was confirmed a few days ago, unless something of it is missing or over by now.
fn asks(appointments: &[&Appointment], clinic: &Clinic, today: Date) -> Asks {
    let days = i64::from(clinic.settings.ask_again_after_days);
    let is_recent = |confirmed: Option<Date>| confirmed.is_some_and(|date| (0..days).contains(&i64::from((today - date).get_days())));
    let details = appointments.iter().filter_map(|appointment| appointment.confirmed.details).max();
    let insurance = appointments.iter().filter_map(|appointment| appointment.confirmed.insurance).max();
    let is_reachable = appointments.iter().all(|appointment| {
        let contact = &appointment.person.contact;
        !contact.phone.is_blank() && !contact.address.is_blank()
    });
    let covered = appointments.iter().find_map(|appointment| appointment.coverage.as_ref());
    let is_covered = covered.is_some_and(|coverage| coverage.end.is_none_or(|end| end >= today));
    Asks {
        details: !(is_recent(details) && is_reachable),
        insurance: clinic.settings.insurance.ask && !(is_recent(insurance) && is_covered),
        // The kiosk says whether it has a camera.
        photos: false,
    }
}

fn visit(appointment: &Appointment, store: &Store, clinic: &Clinic, now: Timestamp) -> Result<Visit, StoreError> {
    let ticket = store.ticket(&appointment.id)?.map(|known| known.ticket).filter(|ticket| ticket.date == clinic.date(now));
    let standing = appointment.standing(now, &clinic.settings, &clinic.zone, ticket);
    let local = |at: Timestamp| at.to_zoned(clinic.zone.clone()).datetime();
    Ok(Visit {
        appointment: appointment.id.clone(),
        start: local(appointment.start),
        service: appointment.service.clone(),
        practitioner: appointment.practitioner.clone(),
        place: appointment.place.clone(),
        standing,
        opens: match standing {
            Standing::TooEarly { opens } => Some(local(opens)),
            _ => None,
        },
        site: match standing {
            Standing::OtherSite => clinic
                .settings
                .site_of(&appointment.place)
                .map(|site| SiteFace { address: site.address.clone(), how_far: site.how_far.clone() }),
            _ => None,
        },
        documents: appointment.documents_needed(&clinic.settings),
    })
}
