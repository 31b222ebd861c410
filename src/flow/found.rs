//! What the conversation knows of the person found.

use std::sync::Arc;

use jiff::civil::{Date, DateTime};

use crate::domain::appointment::Standing;
use crate::domain::document::Document;
use crate::domain::identity::Fact;
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::payer::Payer;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::proposal::Field;
use crate::domain::settings::Localized;

/// What today's list answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// This one person.
    One(Box<Patient>),
    /// No one.
    Nobody,
    /// Perhaps someone; this fact would tell.
    AskMore(Fact),
    /// More than one.
    Ambiguous,
    /// The ticket of someone without an appointment: the desk has the request.
    AskedBefore,
    /// Too many tries have failed at this kiosk lately.
    Braked,
    /// There is no list for today.
    NoList,
}

/// What the conversation knows of the person found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// Who.
    pub id: PatientId,
    /// First name and initial.
    pub shown_name: Private,
    /// First first name, for who wants to be called by it.
    pub first_name: Private,
    /// To check day and month after a scan.
    pub birth_date: BirthDate,
    /// Visits of today, then of other days, by time.
    pub visits: Vec<Visit>,
    /// Contact details, masked.
    pub contact: MaskedContact,
    /// Which contact details the clinic's kiosks show and take.
    pub takes: Vec<Field>,
    /// The country whose phone numbers and postal codes need no more words, as ISO 3166 writes it.
    pub country: String,
    /// Insurance, masked, if any is on file.
    pub insurance: Option<MaskedInsurance>,
    /// The card that pays what the first one does not.
    pub second_insurance: Option<MaskedInsurance>,
    /// The clinic's payers.
    pub payers: Arc<Vec<Payer>>,
    /// What is asked this time.
    pub asks: Asks,
}

/// What is asked: not again what was confirmed a few days ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    /// Whether the contact details are still right.
    pub details: bool,
    /// Whether the insurance is still right.
    pub insurance: bool,
    /// A photo of a card: there is a camera.
    pub photos: bool,
}

/// One visit as the patient sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Which.
    pub appointment: AppointmentId,
    /// Beginning, in the clinic's time.
    pub start: DateTime,
    /// What for.
    pub service: String,
    /// The provider.
    pub practitioner: String,
    /// Where to go.
    pub place: String,
    /// Whether one can check in now.
    pub standing: Standing,
    /// When check-in opens, in the clinic's time, if it is too early.
    pub opens: Option<DateTime>,
    /// The other site that it is at, if the clinic described it.
    pub site: Option<SiteFace>,
    /// What has to be brought.
    pub documents: Vec<Document>,
}

/// Another site, as a patient reads about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFace {
    /// Street, number and city.
    pub address: String,
    /// How far it is, in the clinic's own words.
    pub how_far: Localized,
}

/// What is on file of how to reach someone, masked; empty where nothing is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaskedContact {
    /// `••• 4821`
    pub phone: Private,
    /// `a•••@example.org`
    pub email: Private,
    /// `12 M•••, Granby`
    pub address: Private,
    /// What they want to be called.
    pub preferred_name: Private,
    /// BCP 47 tag of the language they prefer; empty if no one knows.
    pub language: String,
    /// Whether someone has to interpret.
    pub interpreter: Option<bool>,
    /// `Ann •••, ••• 4821`
    pub emergency_contact: Private,
}

/// What is on file of an insurance, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedInsurance {
    /// Who pays.
    pub payer: Private,
    /// `••• 8511`
    pub member_id: Private,
    /// Last valid day.
    pub end: Option<Date>,
    /// Whether that day is over.
    pub ended: bool,
}
