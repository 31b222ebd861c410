//! Free times, what lies between appointments, and conflicts.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::super::ids::{AppointmentId, PatientId};
use super::practice::{Practice, Stretch};

/// An appointment that takes someone's time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// Which.
    pub id: AppointmentId,
    /// Whose.
    pub patient: PatientId,
    /// The provider.
    pub practitioner: String,
    /// What for.
    pub service: String,
    /// From when.
    pub start: Timestamp,
    /// For how many minutes, as its list says; 0 if no one said.
    pub minutes: u32,
}

impl Busy {
    /// When it ends.
    #[must_use]
    pub fn end(&self, practice: &Practice) -> Timestamp {
        after(self.start, practice.length(&self.service, self.minutes))
    }

    fn overlaps(&self, from: Timestamp, to: Timestamp, practice: &Practice) -> bool {
        self.start < to && from < self.end(practice)
    }
}

/// What someone wants to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// The patient; none if they are new.
    pub patient: Option<PatientId>,
    /// The appointment that is moved: it does not stand in its own way.
    pub moves: Option<AppointmentId>,
    /// What for.
    pub service: String,
    /// The provider.
    pub practitioner: String,
    /// When.
    pub start: Timestamp,
    /// For how many minutes.
    pub minutes: u32,
}

/// Why a time cannot be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// It is over.
    Past,
    /// The clinic is closed on this date.
    Closed(Date),
    /// The clinician sees no one then, or no one for this service, or not for so long.
    OutsideHours,
    /// The patient has an appointment at that time.
    Patient(AppointmentId),
    /// The clinician has one.
    Practitioner(AppointmentId),
    /// Someone else is in the room.
    Room(AppointmentId, String),
}

impl Conflict {
    /// Whether the clinic's hours alone stand in the way, so that staff may book anyway.
    #[must_use]
    pub fn is_of_hours(&self) -> bool {
        matches!(self, Self::Closed(_) | Self::OutsideHours)
    }
}

/// Everything that stands in the way of a wish, the clinic's hours first. `taken`: appointments that stand, of that
/// day.
#[must_use]
pub fn conflicts(practice: &Practice, wish: &Wish, taken: &[Busy], now: Timestamp) -> Vec<Conflict> {
    let (from, to) = (wish.start, after(wish.start, wish.minutes));
    let date = practice.date_of(wish.start);
    let mut found = Vec::new();
    if from < now {
        found.push(Conflict::Past);
    }
    let fits = |stretch: &&Stretch| {
        stretch.practitioner == wish.practitioner
            && stretch.takes(&wish.service)
            && stretch.from <= from
            && to <= stretch.to
    };
    if practice.is_closed(date) {
        found.push(Conflict::Closed(date));
    } else if !practice.stretches(date).iter().any(|stretch| fits(&stretch)) {
        found.push(Conflict::OutsideHours);
    }
    found.extend(in_the_way(practice, wish, taken));
    found
}

/// Whose appointment stands in the way, whatever the clinic's hours say.
fn in_the_way(practice: &Practice, wish: &Wish, taken: &[Busy]) -> Vec<Conflict> {
    let (from, to) = (wish.start, after(wish.start, wish.minutes));
    let room = practice.room_at(&wish.practitioner, wish.start);
    let mut found = Vec::new();
    for other in
        taken.iter().filter(|other| Some(&other.id) != wish.moves.as_ref() && other.overlaps(from, to, practice))
    {
        if wish.patient.as_ref() == Some(&other.patient) {
            found.push(Conflict::Patient(other.id.clone()));
        }
        if other.practitioner == wish.practitioner {
            found.push(Conflict::Practitioner(other.id.clone()));
        } else if !room.is_empty() && practice.room_at(&other.practitioner, other.start) == room {
            found.push(Conflict::Room(other.id.clone(), room.clone()));
        }
    }
    found
}

/// What free times are looked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The patient; none if they are new.
    pub patient: Option<PatientId>,
    /// The appointment that is moved.
    pub moves: Option<AppointmentId>,
    /// What for.
    pub service: String,
    /// The provider; none means any.
    pub practitioner: Option<String>,
    /// For how many minutes.
    pub minutes: u32,
}

/// A free time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// When.
    pub start: Timestamp,
    /// For how many minutes.
    pub minutes: u32,
    /// The provider.
    pub practitioner: String,
    /// Where patients wait.
    pub place: String,
    /// In which room, if the clinic names one.
    pub room: String,
}

/// Free times of one date after `now`, by time and then by clinician; where an appointment that is moved stands already
/// is none. `taken`: appointments that stand, of that day.
#[must_use]
pub fn free_slots(practice: &Practice, ask: &Ask, date: Date, taken: &[Busy], now: Timestamp) -> Vec<Slot> {
    let mut slots = Vec::new();
    for stretch in practice.stretches(date) {
        if !stretch.takes(&ask.service)
            || ask.practitioner.as_ref().is_some_and(|wanted| *wanted != stretch.practitioner)
        {
            continue;
        }
        for start in &stretch.begins {
            let wish = Wish {
                patient: ask.patient.clone(),
                moves: ask.moves.clone(),
                service: ask.service.clone(),
                practitioner: stretch.practitioner.clone(),
                start: *start,
                minutes: ask.minutes,
            };
            let stands_there = |busy: &Busy| {
                Some(&busy.id) == wish.moves.as_ref() && busy.start == *start && busy.practitioner == wish.practitioner
            };
            if *start < now
                || taken.iter().any(stands_there)
                || after(*start, ask.minutes) > stretch.to
                || !in_the_way(practice, &wish, taken).is_empty()
            {
                continue;
            }
            slots.push(Slot {
                start: *start,
                minutes: ask.minutes,
                practitioner: wish.practitioner,
                place: stretch.place.clone(),
                room: stretch.room.clone(),
            });
        }
    }
    slots.sort_by(|a, b| (a.start, &a.practitioner).cmp(&(b.start, &b.practitioner)));
    slots
}

/// A part of someone's hours in which no one is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// What is free of a clinician's hours on a date, in order.
#[must_use]
pub fn gaps(practice: &Practice, practitioner: &str, date: Date, taken: &[Busy]) -> Vec<Gap> {
    let mut theirs: Vec<(Timestamp, Timestamp)> = taken
        .iter()
        .filter(|busy| busy.practitioner == practitioner)
        .map(|busy| (busy.start, busy.end(practice)))
        .collect();
    theirs.sort();
    let mut found = Vec::new();
    for stretch in practice.stretches(date).into_iter().filter(|stretch| stretch.practitioner == practitioner) {
        let mut free_from = stretch.from;
        for (start, end) in theirs.iter().filter(|(start, _)| *start < stretch.to) {
            if *start > free_from {
                found.push(Gap { from: free_from, to: *start });
            }
            free_from = free_from.max(*end);
        }
        if free_from < stretch.to {
            found.push(Gap { from: free_from, to: stretch.to });
        }
    }
    found
}

fn after(start: Timestamp, minutes: u32) -> Timestamp {
    start.checked_add(i64::from(minutes).minutes()).unwrap_or(start)
}
