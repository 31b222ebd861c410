//! Invented people for the tests.

#[path = "../people/mod.rs"]
mod booked;

use std::sync::Arc;

use arrivals::domain::appointment::{Appointment, Standing};
use arrivals::domain::event::StillRight;
use arrivals::domain::ids::{AppointmentId, PatientId};
use arrivals::domain::language::Language;
use arrivals::domain::payer::Payer;
use arrivals::domain::person::BirthDate;
use arrivals::domain::proposal::Field;
use arrivals::domain::ticket::CallAs;
use arrivals::flow::found::{Asks, MaskedContact, MaskedInsurance, Patient, Visit};
use arrivals::store::seal::{KEY_BYTES, Seal};
use arrivals::store::tickets::CheckIn;
use jiff::civil::date;

/// The seal of every kiosk's file in these tests.
pub fn seal() -> Seal {
    Seal::new(&[7; KEY_BYTES])
}

/// A visit at nine in the morning that stands like this.
pub fn visit(id: &str, standing: Standing) -> Visit {
    Visit {
        appointment: id.into(),
        start: date(2026, 11, 23).at(9, 0, 0, 0),
        service: "Eye clinic".into(),
        practitioner: "Dr. Ida Sample".into(),
        place: "Waiting area A".into(),
        standing,
        opens: None,
        site: None,
        documents: Vec::new(),
    }
}

/// Ada Example, born on 18 August 1936, with these visits.
pub fn patient(visits: Vec<Visit>) -> Box<Patient> {
    Box::new(Patient {
        id: "ada".into(),
        shown_name: "Ada E.".into(),
        first_name: "Ada".into(),
        birth_date: BirthDate(date(1936, 8, 18)),
        visits,
        contact: MaskedContact::default(),
        takes: Field::DETAILS.to_vec(),
        country: "US".into(),
        insurance: Some(MaskedInsurance {
            payer: "Example Health".into(),
            member_id: "••• 8511".into(),
            end: None,
            ended: false,
        }),
        second_insurance: None,
        payers: Arc::new(payers()),
        asks: Asks { details: true, insurance: true, photos: false },
    })
}

/// The clinic's payers.
pub fn payers() -> Vec<Payer> {
    let payer = |code: &str, name: &str, member_id: &str| Payer {
        code: code.into(),
        name: name.into(),
        also: vec![format!("{name} card")],
        member_id: member_id.into(),
        ..Payer::default()
    };
    vec![
        payer("medicare", "Medicare", "mbi"),
        payer("example", "Example Health", "A9999"),
        payer("other", "Other Mutual", ""),
    ]
}

/// The same person's appointment as the desk's list has it.
pub fn appointment(id: &str) -> Appointment {
    booked::visit(id, booked::person("ada", "Ada", "Example"))
}

/// A check-in for these visits, on Monday at nine, with nothing special about it.
pub fn checked_in<'a>(patient: &'a PatientId, appointments: &'a [AppointmentId]) -> CheckIn<'a> {
    CheckIn {
        at: "2026-11-23T14:00:00Z".parse().unwrap(),
        date: date(2026, 11, 23),
        patient,
        appointments,
        language: Language::English,
        call_as: CallAs::Number,
        details: StillRight::Yes,
        insurance: StillRight::Yes,
        companion: None,
        documents: None,
        proposals: &[],
        photos: &[],
        place: "Waiting area A",
    }
}
