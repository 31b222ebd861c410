//! Today's list, asked on behalf of a patient.

use std::cell::OnceCell;
use std::iter;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::appointment::{Appointment, Confirmed, Standing};
use crate::domain::clinic_day::ClinicDay;
use crate::domain::identity::{Index, Match};
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::insurance::Coverage;
use crate::domain::payer::Payer;
use crate::domain::phones::numbers;
use crate::domain::proposal::{Field, Value};
use crate::domain::settings::{ClinicSettings, UnknownZone};
use crate::flow::found::{Asks, Lookup, MaskedContact, MaskedInsurance, Patient, SiteFace, Visit};
use crate::flow::step::Query;
use crate::store::{Store, StoreError, list::List};

/// The clinic's rules with their time zone.
#[derive(Debug, Clone)]
pub struct Clinic {
    /// The rules.
    pub settings: ClinicSettings,
    /// The zone of all times.
    pub zone: TimeZone,
    /// Which day it is, and when.
    pub day: ClinicDay,
    /// The rules' payers, for every conversation.
    pub payers: Arc<Vec<Payer>>,
}

impl Clinic {
    /// From the rules.
    ///
    /// # Errors
    /// If their time zone does not exist.
    pub fn new(settings: ClinicSettings) -> Result<Self, UnknownZone> {
        let day = settings.day()?;
        let zone = day.zone().clone();
        let payers = Arc::new(settings.insurance.payers.clone());
        Ok(Self { settings, zone, day, payers })
    }

    /// The clinic's day.
    #[must_use]
    pub fn date(&self, now: Timestamp) -> Date {
        self.day.of(now)
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
        Query::Appointment(id) | Query::Letter(id) => whose(id),
        Query::Patient(id) => Some(id.clone()).filter(|id| list.iter().any(|appointment| appointment.person.id == *id)),
        Query::Ticket(ticket) if !store.ticket_counts(*ticket, today)? => None,
        Query::Ticket(ticket) => {
            let visits = store.visits_of(*ticket)?;
            match visits.iter().find_map(whose) {
                // Given out for a visit that nobody booked.
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
    let day_of = |visit: &Visit| list.get(&visit.appointment).map_or(visit.start.date(), |appointment| clinic.date(appointment.start));
    let (mut shown, other_days): (Vec<Visit>, Vec<Visit>) = visits.into_iter().partition(|visit| day_of(visit) == today);
    if shown.iter().all(|visit| visit.standing == Standing::Cancelled) {
        // Nothing takes place today: whoever is still here with a ticket of another day is here for that visit. Else the next one that stands, or
        // the last one, says which day it is.
        let here = other_days.iter().find(|visit| matches!(visit.standing, Standing::AlreadyCheckedIn(_)));
        let stands = |visit: &&Visit| visit.standing != Standing::Cancelled;
        let next = other_days.iter().filter(stands).find(|visit| day_of(visit) > today);
        let last = other_days.iter().rfind(stands).or(other_days.last().filter(|_| shown.is_empty()));
        shown.extend(here.or(next).or(last).cloned());
    }
    let telling = shown.first().map(|visit| visit.appointment.clone());
    let Some(main) = telling.and_then(|id| list.get(&id)) else {
        return Ok(None);
    };
    let on_file = on_file(main, &appointments, today);
    let person = &on_file.person;
    let Some(birth_date) = person.birth_date.real().day() else {
        return Ok(None);
    };
    let masked = |coverage: &Coverage| MaskedInsurance {
        payer: coverage.payer.clone(),
        member_id: coverage.masked_member_id(),
        end: coverage.end,
        ended: coverage.end.is_some_and(|end| end < today),
    };
    Ok(Some(Patient {
        id: person.id.clone(),
        shown_name: person.given_name_and_initial(),
        first_name: person.called(),
        birth_date,
        visits: shown,
        contact: MaskedContact {
            phone: person.contact.masked_phone(),
            email: person.contact.masked_email(),
            address: person.contact.masked_address(),
            preferred_name: person.preferred_name.clone(),
            language: person.language.clone().unwrap_or_default(),
            interpreter: person.interpreter,
            emergency_contact: person.emergency_contact.masked(),
        },
        takes: clinic.settings.details.clone(),
        country: clinic.settings.country.clone(),
        insurance: on_file.coverage.as_ref().map(masked),
        second_insurance: on_file.second_coverage.as_ref().map(masked),
        payers: Arc::clone(&clinic.payers),
        asks: asks(&on_file, clinic, today),
    }))
}

/// What is known of the person of a visit: what that visit has, and what it lacks from the others, the nearest first. So it is
/// what the pages show, and what a proposal says was on file.
pub(super) fn on_file(visit: &Appointment, of_person: &[&Appointment], today: Date) -> Appointment {
    let mut others = of_person.to_vec();
    others.sort_by_key(|other| (other.start - visit.start).get_seconds().abs());
    let mut known = visit.clone();
    for field in Field::ALL {
        let is_known = |value: &Value| match value {
            // A list may have a group alone.
            Value::Coverage(card) => !card.is_none(),
            value => !value.is_empty(),
        };
        let value = iter::once(&visit).chain(&others).map(|visit| visit.value(field)).find(is_known);
        known.set_value(field, value.unwrap_or_else(|| field.nothing()));
    }
    let said =
        |when: fn(&Appointment) -> Option<Date>| of_person.iter().filter_map(|visit| when(visit)).filter(|date| *date <= today).max();
    known.confirmed = Confirmed { details: said(|visit| visit.confirmed.details), insurance: said(|visit| visit.confirmed.insurance) };
    known
}

/// Not again what was confirmed a few days ago, unless something of it is missing or over by now; and not twice on one day,
/// whatever is missing: staff may have rejected it meanwhile.
fn asks(on_file: &Appointment, clinic: &Clinic, today: Date) -> Asks {
    let days = i64::from(clinic.settings.ask_again_after_days);
    let is_needed = |confirmed: Option<Date>, is_whole: bool| match confirmed.map(|date| i64::from((today - date).get_days())) {
        Some(0) => false,
        Some(since) => !((0..days).contains(&since) && is_whole),
        None => true,
    };
    let contact = &on_file.person.contact;
    let takes = |field: Field| clinic.settings.details.contains(&field);
    let is_reachable =
        (!takes(Field::Phone) || !numbers(contact.phone.as_str()).is_empty()) && (!takes(Field::Address) || !contact.address.is_blank());
    let is_covered = on_file.coverage.as_ref().is_some_and(|coverage| coverage.end.is_none_or(|end| end >= today));
    Asks {
        details: !clinic.settings.details.is_empty() && is_needed(on_file.confirmed.details, is_reachable),
        insurance: clinic.settings.insurance.ask && is_needed(on_file.confirmed.insurance, is_covered),
        // The kiosk says whether it has a camera.
        photos: false,
    }
}

fn visit(appointment: &Appointment, store: &Store, clinic: &Clinic, now: Timestamp) -> Result<Visit, StoreError> {
    let known = store.ticket(&appointment.id)?.map(|known| known.ticket);
    let ticket = match known {
        Some(ticket) if store.ticket_counts(ticket, clinic.date(now))? => Some(ticket),
        _ => None,
    };
    let standing = appointment.standing(now, &clinic.settings, &clinic.zone, ticket);
    let local = |at: Timestamp| at.to_zoned_datetime(clinic.zone.clone()).datetime();
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

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::appointment::tests::booked;

    fn with_card(payer: &str, end: Option<Date>) -> Appointment {
        let mut visit = booked();
        visit.person.contact.phone = "555-629-4821".into();
        visit.person.contact.address = "12 Mill Street".into();
        visit.coverage = Some(Coverage { payer: payer.into(), end, ..Coverage::default() });
        visit
    }

    #[test]
    fn what_was_confirmed_lately_is_not_asked_again_unless_something_is_missing_or_over() {
        let today = jiff::civil::date(2026, 11, 25);
        let whole = || with_card("Example Health", None);
        let no_phone = || {
            let mut visit = whole();
            visit.person.contact.phone = "".into();
            visit
        };
        let ended = || with_card("Example Health", Some(jiff::civil::date(2026, 11, 24)));
        let ends_today = || with_card("Example Health", Some(today));
        // Days of the setting, days since it was confirmed, the visit, and whether details and insurance are asked.
        type Case = (u16, Option<i64>, Appointment, (bool, bool));
        let cases: [Case; 12] = [
            (7, None, whole(), (true, true)),
            (7, Some(0), whole(), (false, false)),
            (7, Some(6), whole(), (false, false)),
            (7, Some(7), whole(), (true, true)),
            (7, Some(6), no_phone(), (true, false)),
            (7, Some(6), ended(), (false, true)),
            (7, Some(6), ends_today(), (false, false)),
            // Not twice on one day, whatever is missing.
            (7, Some(0), no_phone(), (false, false)),
            (7, Some(0), ended(), (false, false)),
            // Always asked on another day.
            (0, Some(1), whole(), (true, true)),
            (1, Some(1), whole(), (true, true)),
            // The clock was set back: nobody can have said so in the future.
            (7, Some(-3), whole(), (true, true)),
        ];
        for (at, (days, since, visit, expected)) in cases.into_iter().enumerate() {
            let clinic = Clinic::new(ClinicSettings { ask_again_after_days: days, ..ClinicSettings::default() }).unwrap();
            let said = since.map(|since| today - since.days());
            let visit = Appointment { confirmed: Confirmed { details: said, insurance: said }, ..visit };
            let asks = asks(&on_file(&visit, &[&visit], today), &clinic, today);
            assert_eq!((asks.details, asks.insurance), expected, "case {at}");
        }
        // What the clinic does not take is not missing; who takes nothing asks nothing.
        for (details, expected) in [(vec![Field::Email], false), (Vec::new(), false), (vec![Field::Phone], true)] {
            let clinic = Clinic::new(ClinicSettings { details, ..ClinicSettings::default() }).unwrap();
            let visit = Appointment { confirmed: Confirmed { details: Some(today - 3.days()), insurance: None }, ..no_phone() };
            assert_eq!(asks(&visit, &clinic, today).details, expected);
        }
    }

    #[test]
    fn what_one_visit_lacks_is_known_from_the_nearest_other_one() {
        let today = jiff::civil::date(1970, 1, 1);
        let visit = booked();
        let at = |hours: i64, payer: &str| Appointment { start: visit.start + hours.hours(), ..with_card(payer, None) };
        let (near, far) = (at(3, "Near Health"), at(-30, "Far Health"));
        let group_alone = Appointment { coverage: Some(Coverage { group_id: "G1".into(), ..Coverage::default() }), ..at(1, "") };
        let known = on_file(&visit, &[&far, &visit, &group_alone, &near], today);
        assert_eq!(known.coverage.map(|card| card.payer), Some("Near Health".into()));
        assert_eq!(known.person.contact.phone.as_str(), "555-629-4821");
        assert_eq!((known.id, known.start), (visit.id.clone(), visit.start));
        let alone = on_file(&group_alone, &[&group_alone], today);
        assert_eq!(alone.coverage, None, "a group without payer or number is no card");
    }
}
