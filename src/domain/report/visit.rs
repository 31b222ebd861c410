//! What a report makes of one visit: whether someone came, when their wait began and ended, and how long they were
//! seen.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::appointment::AppointmentStatus;
use crate::domain::language::Language;
use crate::domain::queue::{SERVICE_SECONDS, VisitState};
use crate::domain::ticket::TicketNumber;

/// A visit as it was recorded, without anything that names a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The clinic's date: of the ticket, else of the appointment.
    pub date: Date,
    /// Where it stands at the desk.
    pub state: VisitState,
    /// What the booking system says; none if it is not on its list.
    pub listed: Option<AppointmentStatus>,
    /// The clinic's date on which the appointment was first made; none if no one knows.
    pub booked: Option<Date>,
    /// The appointment's beginning.
    pub start: Option<Timestamp>,
    /// When they checked in.
    pub arrived: Option<Timestamp>,
    /// When they were put at the end of the line.
    pub placed: Option<Timestamp>,
    /// When they were called.
    pub called: Option<Timestamp>,
    /// When they were with the clinician.
    pub started: Option<Timestamp>,
    /// When the visit was closed.
    pub done: Option<Timestamp>,
    /// The number they waited with.
    pub ticket: Option<TicketNumber>,
    /// Where they checked in.
    pub kiosk: Option<String>,
    /// In which language.
    pub language: Option<Language>,
    /// Whether someone without an appointment asked for it.
    pub is_walk_in: bool,
    /// What it was for.
    pub service: String,
    /// In which queue they waited last.
    pub queue: String,
}

/// Whether someone came for an appointment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They came.
    Came,
    /// They had checked in, were called and did not come.
    CalledInVain,
    /// No one checked them in and the day is over, or staff or the booking system say so.
    NeverCame,
    /// The day is not over.
    Open,
    /// It was canceled, or is no appointment.
    Off,
}

impl Facts {
    /// Whether someone came; `today` is the clinic's date.
    #[must_use]
    pub fn outcome(&self, today: Date) -> Outcome {
        let Some(listed) = self.listed else { return Outcome::Off };
        match self.state {
            VisitState::Expected if self.ticket.is_none() => match listed {
                AppointmentStatus::Arrived | AppointmentStatus::CheckedIn | AppointmentStatus::Fulfilled => {
                    Outcome::Came
                }
                AppointmentStatus::NoShow => Outcome::NeverCame,
                listed if !listed.stands() => Outcome::Off,
                _ if self.date < today => Outcome::NeverCame,
                _ => Outcome::Open,
            },
            VisitState::NoShow if self.ticket.is_none() => Outcome::NeverCame,
            VisitState::NoShow => Outcome::CalledInVain,
            VisitState::Cancelled => Outcome::Off,
            _ => Outcome::Came,
        }
    }

    /// When the wait began, and how many seconds it took until the call that was answered; none if no one was called,
    /// or no one came.
    #[must_use]
    pub fn wait(&self) -> Option<(Timestamp, i64)> {
        let answered = matches!(self.state, VisitState::Called | VisitState::WithClinician | VisitState::Done);
        let called = self.called.filter(|_| answered)?;
        let arrived = self.arrived?;
        // No one waits before the appointment's time.
        let began = [self.start, self.placed].into_iter().flatten().fold(arrived, Timestamp::max);
        Some((began, called.duration_since(began).as_secs().max(0)))
    }

    /// How many seconds the visit took, from "Start" or else from the call; none if it was clicked and not seen.
    #[must_use]
    pub fn length(&self) -> Option<i64> {
        let (called, done) = (self.called?, self.done.filter(|_| self.state == VisitState::Done)?);
        let seconds = done.duration_since(self.started.unwrap_or(called)).as_secs();
        Some(seconds).filter(|seconds| SERVICE_SECONDS.contains(seconds))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn facts() -> Facts {
        Facts {
            date: "2026-11-23".parse().unwrap(),
            state: VisitState::Expected,
            listed: Some(AppointmentStatus::Booked),
            booked: None,
            start: Some(at("15:00")),
            arrived: None,
            placed: None,
            called: None,
            started: None,
            done: None,
            ticket: None,
            kiosk: None,
            language: None,
            is_walk_in: false,
            service: "Laboratory".to_owned(),
            queue: "Laboratory".to_owned(),
        }
    }

    fn at(time: &str) -> Timestamp {
        format!("2026-11-23T{time}:00Z").parse().unwrap()
    }

    #[test]
    fn who_did_not_come_is_known_when_the_day_is_over() {
        use AppointmentStatus::{Booked, Cancelled, Fulfilled, NoShow};
        use VisitState::{Arrived, Done, Expected};
        for (what, state, listed, has_ticket, today, expected) in [
            ("the day goes on", Expected, Some(Booked), false, "2026-11-23", Outcome::Open),
            ("it is over", Expected, Some(Booked), false, "2026-11-24", Outcome::NeverCame),
            ("the list says so", Expected, Some(NoShow), false, "2026-11-23", Outcome::NeverCame),
            ("the list says that they came", Expected, Some(Fulfilled), false, "2026-11-24", Outcome::Came),
            ("it was canceled", Expected, Some(Cancelled), false, "2026-11-24", Outcome::Off),
            ("called without an answer", VisitState::NoShow, Some(Booked), true, "2026-11-23", Outcome::CalledInVain),
            ("staff say so", VisitState::NoShow, Some(Booked), false, "2026-11-23", Outcome::NeverCame),
            ("checked in although it was canceled", Arrived, Some(Cancelled), true, "2026-11-24", Outcome::Came),
            ("was seen", Done, Some(Booked), true, "2026-11-24", Outcome::Came),
            ("without an appointment", Done, None, true, "2026-11-24", Outcome::Off),
        ] {
            let ticket = has_ticket.then(|| "A1".parse().unwrap());
            let facts = Facts { state, listed, ticket, ..facts() };
            assert_eq!(facts.outcome(today.parse().unwrap()), expected, "{what}");
        }
    }

    #[test]
    fn a_wait_begins_with_the_appointment_or_the_arrival_and_ends_with_the_call() {
        use VisitState::{Called, Done, NoShow};
        for (what, state, arrived, placed, called, expected) in [
            ("early", Called, "14:30", None, Some("15:10"), Some(("15:00", 10))),
            ("late", Done, "15:05", None, Some("15:10"), Some(("15:05", 5))),
            ("called before the time", Done, "14:30", None, Some("14:50"), Some(("15:00", 0))),
            ("put at the end", Done, "14:30", Some("15:20"), Some("15:50"), Some(("15:20", 30))),
            ("no one came", NoShow, "14:30", None, Some("15:10"), None),
            ("not called", Done, "14:30", None, None, None),
        ] {
            let facts =
                Facts { state, arrived: Some(at(arrived)), placed: placed.map(at), called: called.map(at), ..facts() };
            assert_eq!(facts.wait(), expected.map(|(began, minutes)| (at(began), minutes * 60)), "{what}");
        }
    }

    #[test]
    fn what_was_only_clicked_has_no_length() {
        for (started, done, expected) in [
            (Some("15:15"), "15:25", Some(600)),
            (None, "15:25", Some(900)),
            (None, "15:10", None),
            (None, "19:00", None),
        ] {
            let facts = Facts {
                state: VisitState::Done,
                called: Some(at("15:10")),
                started: started.map(at),
                done: Some(at(done)),
                ..facts()
            };
            assert_eq!(facts.length(), expected, "{done}");
        }
    }
}
