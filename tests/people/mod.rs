//! Invented people and their visits. A test says what matters to it, and what it leaves out is the same everywhere:
//! `Appointment { start, ..visit("apt-1", person("ada", "Ada", "Example")) }`.

mod person;

use arrivals::domain::appointment::{Appointment, AppointmentStatus, Confirmed};
use arrivals::domain::person::Person;

pub use person::person;

/// A booked visit of this person in the eye clinic, on Monday, 23 November 2026, at nine in New York.
pub fn visit(id: &str, person: Person) -> Appointment {
    Appointment {
        id: id.into(),
        start: "2026-11-23T14:00:00Z".parse().expect("a timestamp"),
        minutes: 20,
        status: AppointmentStatus::Booked,
        service: "Eye clinic".into(),
        practitioner: "Dr. Ida Sample".into(),
        place: "Waiting area A".into(),
        person,
        coverage: None,
        second_coverage: None,
        confirmed: Confirmed::default(),
        booked_on: None,
        documents: Vec::new(),
    }
}
