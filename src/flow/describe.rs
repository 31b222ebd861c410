//! The person who was found, as the conversation shows them: their visits, what is on file, masked, and what is asked
//! this time.
//!
//! Invariant: what is on file is never shown in full.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::found::{Asks, MaskedContact, MaskedInsurance, Patient, SiteFace, Visit};
use crate::domain::appointment::{Appointment, Standing};
use crate::domain::clinic::Clinic;
use crate::domain::ids::AppointmentId;
use crate::domain::insurance::Coverage;
use crate::domain::on_file::on_file;
use crate::domain::phones::numbers;
use crate::domain::proposal::Field;
use crate::domain::settings::ClinicSettings;
use crate::domain::ticket::Ticket;

/// The person who has these appointments, earliest first; none if nothing of them can be shown, or their birth date is
/// not known. `tickets`: those that count now.
#[must_use]
pub fn describe(
    of_person: &[&Appointment],
    tickets: &BTreeMap<AppointmentId, Ticket>,
    clinic: &Clinic,
    now: Timestamp,
) -> Option<Patient> {
    let today = clinic.date(now);
    let shown = shown(of_person, tickets, clinic, now);
    let main =
        shown.first().and_then(|visit| of_person.iter().find(|appointment| appointment.id == visit.appointment))?;
    let on_file = on_file(main, of_person, today);
    let person = &on_file.person;
    let birth_date = person.birth_date.real().day()?;
    let masked = |coverage: &Coverage| MaskedInsurance {
        payer: coverage.payer.clone(),
        member_id: coverage.masked_member_id(),
        end: coverage.end,
        ended: coverage.end.is_some_and(|end| end < today),
    };
    Some(Patient {
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
        asks: asks(&on_file, &clinic.settings, today),
    })
}

/// The visits of today; where none of them takes place, also one of another day.
fn shown(
    of_person: &[&Appointment],
    tickets: &BTreeMap<AppointmentId, Ticket>,
    clinic: &Clinic,
    now: Timestamp,
) -> Vec<Visit> {
    let today = clinic.date(now);
    let visits = of_person.iter().map(|appointment| {
        (clinic.date(appointment.start), visit(appointment, tickets.get(&appointment.id).copied(), clinic, now))
    });
    let (todays, other_days): (Vec<_>, Vec<_>) = visits.partition(|(day, _)| *day == today);
    let mut shown: Vec<Visit> = todays.into_iter().map(|(_, visit)| visit).collect();
    if shown.iter().all(|visit| visit.standing == Standing::Cancelled) {
        // Nothing takes place today: anyone still here with a ticket of another day is here for that visit. Else the
        // next one that stands, or the last one, says which day it is.
        let here = other_days.iter().find(|(_, visit)| matches!(visit.standing, Standing::AlreadyCheckedIn(_)));
        let stands = |(_, visit): &&(Date, Visit)| visit.standing != Standing::Cancelled;
        let next = other_days.iter().filter(stands).find(|(day, _)| *day > today);
        let last = other_days.iter().rfind(stands).or(other_days.last().filter(|_| shown.is_empty()));
        shown.extend(here.or(next).or(last).map(|(_, visit)| visit.clone()));
    }
    shown
}

fn visit(appointment: &Appointment, ticket: Option<Ticket>, clinic: &Clinic, now: Timestamp) -> Visit {
    let standing = appointment.standing(now, &clinic.settings, &clinic.zone, ticket);
    let local = |at: Timestamp| at.to_zoned_datetime(clinic.zone.clone()).datetime();
    Visit {
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
    }
}

/// Not again what was confirmed a few days ago, unless something of it is missing or over by now; and not twice on one
/// day, whatever is missing: staff may have rejected it meanwhile.
fn asks(on_file: &Appointment, settings: &ClinicSettings, today: Date) -> Asks {
    let days = i64::from(settings.ask_again_after_days);
    let is_needed =
        |confirmed: Option<Date>, is_whole: bool| match confirmed.map(|date| i64::from((today - date).get_days())) {
            Some(0) => false,
            Some(since) => !((0..days).contains(&since) && is_whole),
            None => true,
        };
    let contact = &on_file.person.contact;
    let takes = |field: Field| settings.details.contains(&field);
    let is_reachable = (!takes(Field::Phone) || !numbers(contact.phone.as_str()).is_empty())
        && (!takes(Field::Address) || !contact.address.is_blank());
    let is_covered = on_file.coverage.as_ref().is_some_and(|coverage| coverage.end.is_none_or(|end| end >= today));
    Asks {
        details: !settings.details.is_empty() && is_needed(on_file.confirmed.details, is_reachable),
        insurance: settings.insurance.ask && is_needed(on_file.confirmed.insurance, is_covered),
        // The kiosk says whether it has a camera.
        photos: false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::appointment::tests::{booked, insured};
    use crate::domain::appointment::{AppointmentStatus, Confirmed};

    #[test]
    fn what_was_confirmed_lately_is_not_asked_again_unless_something_is_missing_or_over() {
        let today = jiff::civil::date(2026, 11, 25);
        let whole = || insured("Example Health", None);
        let no_phone = || {
            let mut visit = whole();
            visit.person.contact.phone = "".into();
            visit
        };
        let ended = || insured("Example Health", Some(jiff::civil::date(2026, 11, 24)));
        let ends_today = || insured("Example Health", Some(today));
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
            // The clock was set back: no one can have said so in the future.
            (7, Some(-3), whole(), (true, true)),
        ];
        for (at, (days, since, visit, expected)) in cases.into_iter().enumerate() {
            let settings = ClinicSettings { ask_again_after_days: days, ..ClinicSettings::default() };
            let said = since.map(|since| today - since.days());
            let visit = Appointment { confirmed: Confirmed { details: said, insurance: said }, ..visit };
            let asks = asks(&on_file(&visit, &[&visit], today), &settings, today);
            assert_eq!((asks.details, asks.insurance), expected, "case {at}");
        }
        // What the clinic does not take is not missing; who takes nothing asks nothing.
        for (details, expected) in [(vec![Field::Email], false), (Vec::new(), false), (vec![Field::Phone], true)] {
            let settings = ClinicSettings { details, ..ClinicSettings::default() };
            let visit =
                Appointment { confirmed: Confirmed { details: Some(today - 3.days()), insurance: None }, ..no_phone() };
            assert_eq!(asks(&visit, &settings, today).details, expected);
        }
    }

    #[test]
    fn who_has_no_visit_today_is_shown_the_one_that_says_which_day_it_is() {
        let clinic =
            Clinic::new(ClinicSettings { time_zone: "UTC".into(), day_begins_at_hour: 0, ..ClinicSettings::default() })
                .unwrap();
        let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let ticket = Ticket { number: "A7".parse().unwrap(), date: jiff::civil::date(2026, 11, 24) };
        use AppointmentStatus::{Booked, Cancelled};
        // Days from today and how each visit stands, the one that has a ticket, and those shown, by their place.
        type Case = (&'static [(i64, AppointmentStatus)], Option<usize>, &'static [usize]);
        let cases: [Case; 9] = [
            (&[(0, Booked), (1, Booked)], None, &[0]),
            (&[(-1, Booked), (0, Booked), (0, Cancelled)], None, &[1, 2]),
            (&[(-2, Booked), (-1, Booked), (1, Booked), (2, Booked)], None, &[2]),
            (&[(-2, Booked), (-1, Booked)], None, &[1]),
            (&[(0, Cancelled), (1, Cancelled), (2, Booked)], None, &[0, 2]),
            // Canceled, and nothing else: today says it, or the last one.
            (&[(0, Cancelled), (1, Cancelled)], None, &[0]),
            (&[(-1, Cancelled), (1, Cancelled)], None, &[1]),
            // Still here since yesterday.
            (&[(-1, Booked), (1, Booked)], Some(0), &[0]),
            (&[], None, &[]),
        ];
        for (visits, with_ticket, expected) in cases {
            let visits: Vec<Appointment> = visits
                .iter()
                .enumerate()
                .map(|(at, (days, status))| Appointment {
                    id: format!("apt-{at}").as_str().into(),
                    start: noon + (days * 24).hours(),
                    status: *status,
                    ..booked()
                })
                .collect();
            let tickets = with_ticket.map(|at| (visits[at].id.clone(), ticket)).into_iter().collect();
            let of_person: Vec<&Appointment> = visits.iter().collect();
            let described = describe(&of_person, &tickets, &clinic, noon);
            let shown: Vec<AppointmentId> = described
                .map(|patient| patient.visits.into_iter().map(|visit| visit.appointment).collect())
                .unwrap_or_default();
            let expected: Vec<AppointmentId> = expected.iter().map(|at| visits[*at].id.clone()).collect();
            assert_eq!(shown, expected, "{visits:?}");
        }
    }
}
