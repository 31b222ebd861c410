//! What staff decided about an appointment, laid over what the booking system's list says of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::appointment::{Appointment, AppointmentStatus};

/// Time, provider and place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Time {
    pub(super) start: Timestamp,
    pub(super) minutes: u32,
    pub(super) practitioner: String,
    pub(super) place: String,
}

impl Time {
    pub(super) fn of(appointment: &Appointment) -> Self {
        Self {
            start: appointment.start,
            minutes: appointment.minutes,
            practitioner: appointment.practitioner.clone(),
            place: appointment.place.clone(),
        }
    }

    /// Lists word places in their own way, and lengths too.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.start == other.start && self.practitioner == other.practitioner
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) time: Time,
    pub(super) status: AppointmentStatus,
}

impl Listed {
    pub(super) fn of(appointment: &Appointment) -> Self {
        Self { time: Time::of(appointment), status: appointment.status }
    }
}

/// What staff decided instead of what the list says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Overlay {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) time: Option<Time>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<AppointmentStatus>,
}

impl Overlay {
    pub(super) fn put_over(&self, listed: &Listed, appointment: &mut Appointment) {
        let time = self.time.as_ref().unwrap_or(&listed.time).clone();
        appointment.start = time.start;
        appointment.minutes = time.minutes;
        appointment.practitioner = time.practitioner;
        appointment.place = time.place;
        appointment.status = self.status.unwrap_or(listed.status);
    }

    /// What is left of it once the list says this, and whether that contradicts it.
    pub(super) fn heard(&self, before: &Listed, said: &Listed) -> (Self, bool) {
        let (mut left, mut contradicted) = (self.clone(), false);
        if let Some(time) = &self.time
            && !said.time.is_same(&before.time)
        {
            contradicted |= !said.time.is_same(time);
            left.time = None;
        }
        if let Some(status) = self.status
            && said.status != before.status
            && (said.status.stands() != before.status.stands() || is_underway(said.status))
        {
            contradicted |= said.status.stands() != status.stands() || is_underway(said.status);
            left.status = None;
        }
        // What was canceled here and has another time there than anyone knew of was booked again.
        let is_elsewhere =
            !said.time.is_same(&before.time) && self.time.as_ref().is_none_or(|time| !said.time.is_same(time));
        if left.status.is_some_and(|status| !status.stands()) && said.status.stands() && is_elsewhere {
            (left.status, contradicted) = (None, true);
        }
        (left, contradicted)
    }
}

/// Whether the patient has come for it, as the list has it.
pub(super) fn is_underway(status: AppointmentStatus) -> bool {
    use AppointmentStatus as S;
    matches!(status, S::Arrived | S::CheckedIn | S::Fulfilled)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_list_keeps_ends_or_contradicts_what_was_decided_here() {
        use AppointmentStatus as S;
        let time = |hour: i64| Time {
            start: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hour),
            minutes: 20,
            practitioner: "Dr. A".to_owned(),
            place: String::new(),
        };
        let listed = |hour, status| Listed { time: time(hour), status };
        let moved = Overlay { time: Some(time(11)), status: None };
        let off = Overlay { time: None, status: Some(S::Cancelled) };
        let both = Overlay { time: Some(time(11)), status: Some(S::Cancelled) };
        let nothing = Overlay::default();
        let before = listed(9, S::Booked);
        for (what, overlay, said, left, contradicted) in [
            ("says what it said", &moved, listed(9, S::Booked), &moved, false),
            (
                "another place alone",
                &moved,
                Listed { time: Time { place: "2nd floor".into(), ..time(9) }, ..before.clone() },
                &moved,
                false,
            ),
            ("has caught up", &moved, listed(11, S::Booked), &nothing, false),
            ("says a third time", &moved, listed(10, S::Booked), &nothing, true),
            ("cancels what was moved", &moved, listed(9, S::Cancelled), &moved, false),
            ("still booked", &off, listed(9, S::Pending), &off, false),
            ("canceled there, too", &off, listed(9, S::Cancelled), &nothing, false),
            ("they came anyway", &off, listed(9, S::Arrived), &nothing, true),
            ("gives what was canceled another time", &off, listed(10, S::Booked), &nothing, true),
            ("gives it another time and cancels it", &off, listed(10, S::Cancelled), &nothing, false),
            ("has caught up with the time alone", &both, listed(11, S::Booked), &off, false),
        ] {
            assert_eq!(overlay.heard(&before, &said), (left.clone(), contradicted), "{what}");
        }
    }
}
