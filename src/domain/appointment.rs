//! An appointment, and whether one can check in for it here and now.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::clinic_day::ClinicDay;
use super::document::Document;
use super::ids::AppointmentId;
use super::insurance::Coverage;
use super::person::Person;
use super::settings::ClinicSettings;
use super::ticket::Ticket;

/// FHIR R4 `Appointment.status`, all ten values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AppointmentStatus {
    /// Not yet agreed by everyone.
    Proposed,
    /// Some have agreed.
    Pending,
    /// All have agreed.
    Booked,
    /// The patient is at the site.
    Arrived,
    /// It took place.
    Fulfilled,
    /// Canceled.
    Cancelled,
    /// The patient did not come.
    #[serde(rename = "noshow")]
    NoShow,
    /// Never should have been on the list.
    EnteredInError,
    /// The administrative work is done.
    CheckedIn,
    /// Waiting for a place.
    Waitlist,
}

impl AppointmentStatus {
    /// The status of a FHIR code, or `None` for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Some(match code {
            "proposed" => Self::Proposed,
            "pending" => Self::Pending,
            "booked" => Self::Booked,
            "arrived" => Self::Arrived,
            "fulfilled" => Self::Fulfilled,
            "cancelled" => Self::Cancelled,
            "noshow" => Self::NoShow,
            "entered-in-error" => Self::EnteredInError,
            "checked-in" => Self::CheckedIn,
            "waitlist" => Self::Waitlist,
            _ => return None,
        })
    }

    /// Whether it still stands: someone may come for it.
    #[must_use]
    pub fn stands(self) -> bool {
        !matches!(self, Self::Cancelled | Self::NoShow | Self::EnteredInError)
    }

    /// Whether it was canceled. Who only did not come may come after all.
    #[must_use]
    pub fn is_called_off(self) -> bool {
        matches!(self, Self::Cancelled | Self::EnteredInError)
    }
}

/// One visit on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The booking system's number.
    pub id: AppointmentId,
    /// When it begins.
    pub start: Timestamp,
    /// How long it lasts, in minutes; 0 if no one said.
    #[serde(default)]
    pub minutes: u32,
    /// Where it stands.
    pub status: AppointmentStatus,
    /// What it is for, as the clinic names the service. Shown to the patient, never on a public screen.
    #[serde(default)]
    pub service: String,
    /// The provider.
    #[serde(default)]
    pub practitioner: String,
    /// Where to go and wait.
    #[serde(default)]
    pub place: String,
    /// Who comes.
    pub person: Person,
    /// The insurance on file, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
    /// The insurance that pays what the first one does not, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_coverage: Option<Coverage>,
    /// What the patient confirmed at a kiosk before. The desk adds it for kiosks; a list knows nothing of it.
    #[serde(default, skip_serializing_if = "Confirmed::is_nothing")]
    pub confirmed: Confirmed,
    /// The date on which it was first made, if the list says so. For reports alone: kiosks do not hear of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booked_on: Option<Date>,
    /// What this visit needs beside what its service always needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

/// When someone last said at a kiosk what is still right, as the clinic's dates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Confirmed {
    /// Of the contact details.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Date>,
    /// Of the insurance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Date>,
}

impl Confirmed {
    /// Whether no one has said anything yet.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether one can check in for an appointment, here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Open,
    /// Done before; this is its ticket.
    AlreadyCheckedIn(Ticket),
    /// Check-in opens at this time.
    TooEarly {
        /// When check-in opens.
        opens: Timestamp,
    },
    /// Later than the clinic's grace: the desk decides.
    TooLate,
    /// At another site.
    OtherSite,
    /// Canceled.
    Cancelled,
    /// On another day.
    OtherDay(Date),
    /// The visit took place, or staff closed it.
    Over,
}

impl Appointment {
    /// The date in a zone on which it begins, as a calendar has it. The clinic's day may be the one before:
    /// [`ClinicDay::of`].
    #[must_use]
    pub fn local_date(&self, zone: &TimeZone) -> Date {
        self.start.to_zoned_datetime(zone.clone()).date()
    }

    /// Everything that the patient has to bring, each once, in the order in which it is asked for.
    #[must_use]
    pub fn documents_needed(&self, settings: &ClinicSettings) -> Vec<Document> {
        let always = settings.rules_of(&self.service).map_or(&[][..], |rules| &rules.documents);
        Document::ALL
            .into_iter()
            .filter(|document| always.contains(document) || self.documents.contains(document))
            .collect()
    }

    /// Judges the appointment at `now`. `ticket` is the one it already has, if it has one that counts now.
    ///
    /// A ticket that was given stays valid whatever happens to the appointment's time.
    #[must_use]
    pub fn standing(
        &self,
        now: Timestamp,
        settings: &ClinicSettings,
        zone: &TimeZone,
        ticket: Option<Ticket>,
    ) -> Standing {
        let day = ClinicDay::new(zone.clone(), settings.day_begins_at_hour);
        let (today, date) = (day.of(now), day.of(self.start));
        if !self.status.stands() {
            return Standing::Cancelled;
        }
        if let Some(ticket) = ticket {
            return Standing::AlreadyCheckedIn(ticket);
        }
        if date != today {
            return Standing::OtherDay(date);
        }
        if self.status == AppointmentStatus::Fulfilled {
            return Standing::Over;
        }
        if !settings.is_here(&self.place) {
            return Standing::OtherSite;
        }
        let (early, _) = settings.window_of(&self.service);
        let opens = self.start.checked_sub(i64::from(early).minutes()).unwrap_or(self.start);
        if now < opens {
            Standing::TooEarly { opens }
        } else if now > self.closes(settings) {
            Standing::TooLate
        } else {
            Standing::Open
        }
    }

    /// The last moment at which a kiosk takes a patient for this visit.
    #[must_use]
    pub fn closes(&self, settings: &ClinicSettings) -> Timestamp {
        let (_, late) = settings.window_of(&self.service);
        self.start.checked_add(i64::from(late).minutes()).unwrap_or(self.start)
    }

    /// Since when a patient who has not come is late: the time of the appointment, once no kiosk takes them any more.
    /// None if they are not late, by the rule of [`Self::standing`] alone.
    #[must_use]
    pub fn late_since(&self, now: Timestamp, settings: &ClinicSettings, zone: &TimeZone) -> Option<Timestamp> {
        (self.standing(now, settings, zone, None) == Standing::TooLate).then_some(self.start)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::born::Born;
    use crate::domain::person::Contact;

    /// Ada's visit, with nothing on file but her name and date of birth.
    pub fn booked() -> Appointment {
        Appointment {
            id: "apt-0001".into(),
            start: Timestamp::UNIX_EPOCH,
            minutes: 20,
            status: AppointmentStatus::Booked,
            service: String::new(),
            practitioner: String::new(),
            place: String::new(),
            person: Person {
                id: "pat-1".into(),
                given_name: "Ada".into(),
                family_name: "Example".into(),
                birth_date: Born::on(jiff::civil::date(1950, 1, 1)),
                other_given_names: Vec::new(),
                other_family_names: Vec::new(),
                other_phones: Vec::new(),
                number: String::new(),
                source: String::new(),
                contact: Contact::default(),
                language: None,
                interpreter: None,
                preferred_name: "".into(),
                emergency_contact: super::super::person::EmergencyContact::default(),
            },
            coverage: None,
            second_coverage: None,
            confirmed: Confirmed::default(),
            booked_on: None,
            documents: Vec::new(),
        }
    }

    /// Ada's visit with a phone, an address and a card.
    pub fn insured(payer: &str, end: Option<Date>) -> Appointment {
        let mut visit = booked();
        visit.person.contact.phone = "555-629-4821".into();
        visit.person.contact.address = "12 Mill Street".into();
        visit.coverage = Some(Coverage { payer: payer.into(), end, ..Coverage::default() });
        visit
    }

    #[test]
    fn standing_is_decided_in_this_order() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let settings = ClinicSettings {
            site_places: vec!["Main building".into()],
            early_minutes: 45,
            late_minutes: 15,
            ..ClinicSettings::default()
        };
        let ticket = Ticket { number: "A7".parse().unwrap(), date: jiff::civil::date(2026, 11, 23) };
        let at = |hour: i8, minute: i8| {
            jiff::civil::date(2026, 11, 23).at(hour, minute, 0, 0).to_zoned_datetime(zone.clone()).unwrap().timestamp()
        };
        let appointment =
            |status, place: &str| Appointment { start: at(10, 0), status, place: place.into(), ..booked() };
        use AppointmentStatus as S;
        let here = "Main building, 1st floor";
        let tomorrow =
            jiff::civil::date(2026, 11, 24).at(10, 0, 0, 0).to_zoned_datetime(zone.clone()).unwrap().timestamp();
        for (status, place, now, ticket, expected) in [
            (S::Booked, here, at(9, 15), None, Standing::Open),
            (S::Booked, here, at(9, 14), None, Standing::TooEarly { opens: at(9, 15) }),
            (S::Booked, here, at(10, 15), None, Standing::Open),
            (S::Booked, here, at(10, 16), None, Standing::TooLate),
            (S::Booked, here, at(10, 16), Some(ticket), Standing::AlreadyCheckedIn(ticket)),
            (S::Booked, "Riverside annex", at(10, 0), None, Standing::OtherSite),
            (S::Cancelled, here, at(10, 0), Some(ticket), Standing::Cancelled),
            (S::NoShow, here, at(10, 0), None, Standing::Cancelled),
            (S::Fulfilled, here, at(10, 0), None, Standing::Over),
            (S::Booked, here, tomorrow, None, Standing::OtherDay(jiff::civil::date(2026, 11, 23))),
        ] {
            assert_eq!(
                appointment(status, place).standing(now, &settings, &zone, ticket),
                expected,
                "{status:?} {now}"
            );
        }
        let visit = appointment(S::Booked, here);
        assert_eq!(visit.closes(&settings), at(10, 15));
        for (now, late) in
            [(at(10, 15), None), (at(10, 16), Some(at(10, 0))), (at(18, 24), Some(at(10, 0))), (tomorrow, None)]
        {
            assert_eq!(visit.late_since(now, &settings, &zone), late, "{now}");
        }
        assert_eq!(
            appointment(S::Booked, "Riverside annex").late_since(at(18, 0), &settings, &zone),
            None,
            "no kiosk here takes them anyway"
        );
    }
}
