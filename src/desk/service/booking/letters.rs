//! Letters: one page for one appointment, with the code that kiosks check in with.
//!
//! Invariants: a letter is made again from the appointment as it is now, in the patient's language where we have the
//! words; the code holds no name; neither an error nor a file's name says anything about a person.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::KeyRow;
use crate::domain::appointment::Appointment;
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::settings::ClinicSettings;
use crate::domain::texts::dates::PatientTime;
use crate::domain::texts::letter::Words;
use crate::domain::texts::put_in;
use crate::paper::Typesetter;
use crate::paper::letter::{LetterFace, LetterPart};
use crate::paper::pdf::{PdfError, letter_pdf};

/// Why there is no letter.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// Nothing of that number is on the list.
    #[error("there is no appointment {0} on the desk's list; import it first")]
    Unknown(AppointmentId),
    /// No one should come for it.
    #[error("appointment {0} was canceled, so there is no letter for it")]
    CalledOff(AppointmentId),
    /// The page could not be made.
    #[error("the letter's page could not be laid out: {0}")]
    Page(#[from] PdfError),
    /// The desk cannot read or write.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The clinic's zone is gone from the machine.
    #[error(transparent)]
    Zone(#[from] crate::domain::settings::UnknownZone),
}

impl Desk {
    /// The letter of an appointment as it is now, as a PDF of one page. While nothing changes its code is the same;
    /// codes made before a change stay good until they expire.
    ///
    /// # Errors
    /// If there is no such appointment, it was canceled, or the file cannot be used.
    pub fn letter(&self, id: &AppointmentId) -> Result<Vec<u8>, LetterError> {
        let settings = self.settings();
        let face = self.letter_face(id)?;
        let picture = Typesetter::new().letter(&face, settings.letter_paper);
        Ok(letter_pdf(&picture, settings.letter_paper, id.as_str())?)
    }

    /// The last day of a letter that is made now, if that day is over: no kiosk takes it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn letter_ended(&self, id: &AppointmentId) -> Result<Option<Date>, LetterError> {
        let settings = self.settings();
        let zone = settings.zone()?;
        let appointment =
            self.with_store(|store| store.appointment(id))?.ok_or_else(|| LetterError::Unknown(id.clone()))?;
        let last_day = appointment.local_date(&zone).saturating_add(i64::from(settings.letter_valid_days).days());
        Ok((last_day < self.now().to_zoned_datetime(zone).date()).then_some(last_day))
    }

    /// What a letter says, with its code.
    ///
    /// # Errors
    /// As [`Desk::letter`].
    pub fn letter_face(&self, id: &AppointmentId) -> Result<LetterFace, LetterError> {
        let settings = self.settings();
        let appointment =
            self.with_store(|store| store.appointment(id))?.ok_or_else(|| LetterError::Unknown(id.clone()))?;
        if !appointment.status.stands() {
            return Err(LetterError::CalledOff(id.clone()));
        }
        let code = self.with_store(|store| store.sign_letter(&appointment, settings.letter_valid_days))?;
        Ok(face(&appointment, &settings, code)?)
    }

    /// What the patient should know of an appointment as a text for a message, in their language where we have the
    /// words. It does not say what the visit is for: a phone is read by others, too.
    ///
    /// # Errors
    /// If there is no such appointment, it was canceled, or the file cannot be read.
    pub fn message_text(&self, id: &AppointmentId) -> Result<Private, LetterError> {
        let settings = self.settings();
        let appointment =
            self.with_store(|store| store.appointment(id))?.ok_or_else(|| LetterError::Unknown(id.clone()))?;
        if !appointment.status.stands() {
            return Err(LetterError::CalledOff(id.clone()));
        }
        Ok(message_of(&appointment, &settings)?)
    }

    /// Makes a new key for letters; kiosks hear of it right away. `revoke`: letters made so far are no longer taken.
    /// Answers the new key's number.
    ///
    /// # Errors
    /// If the machine gives no random bytes or the file cannot be written.
    pub fn rotate_letter_key(&self, revoke: bool) -> Result<u8, DeskError> {
        let now = self.now();
        let id = self.with_store(|store| store.rotate_letter_key(now, revoke))?;
        self.notify();
        Ok(id)
    }

    /// The keys that kiosks know, the current one first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn letter_keys(&self) -> Result<Vec<KeyRow>, DeskError> {
        self.with_store(|store| store.letter_keys())
    }
}

/// A name for a letter's file: the appointment's number alone, in characters that every system takes.
#[must_use]
pub fn file_name(id: &AppointmentId) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let number: String = id.as_str().chars().take(80).map(safe).collect();
    format!("appointment-{number}.pdf")
}

/// As [`Desk::message_text`], of an appointment that is at hand.
pub(super) fn message_of(
    appointment: &Appointment,
    settings: &ClinicSettings,
) -> Result<Private, crate::domain::settings::UnknownZone> {
    Ok(text(&face(appointment, settings, String::new())?))
}

fn face(
    appointment: &Appointment,
    settings: &ClinicSettings,
    code: String,
) -> Result<LetterFace, crate::domain::settings::UnknownZone> {
    let zone = settings.zone()?;
    let person = &appointment.person;
    let language = person.language.as_deref().and_then(Language::from_tag).unwrap_or_default();
    let (words, dates) = (Words::of(language), PatientTime::new(language, settings.dates()));
    let start = appointment.start.to_zoned_datetime(zone.clone());
    let (early, _) = settings.window_of(&appointment.service);
    let opens =
        appointment.start.checked_sub(i64::from(early).minutes()).unwrap_or(appointment.start).to_zoned_datetime(zone);
    let mut bring = vec![words.this_letter.to_owned()];
    bring
        .extend(appointment.documents_needed(settings).into_iter().map(|document| words.document(document).to_owned()));
    let parts = vec![
        LetterPart::new(words.with, appointment.practitioner.as_str()),
        LetterPart::new(words.place, place(appointment, settings)),
    ];
    Ok(LetterFace {
        rtl: language.is_rtl(),
        clinic: settings.name.clone(),
        title: words.title.to_owned(),
        name: Private::new(format!("{} {}", person.given_name.as_str(), person.family_name.as_str())),
        when: LetterPart {
            label: words.when.to_owned(),
            lines: vec![dates.weekday_date(start.date()), dates.time(start.time())],
        },
        // A time without a date would be read as one of the visit's day.
        opens: if opens.date() == start.date() {
            put_in(words.opens, &[("time", &dates.time(opens.time()))])
        } else {
            String::new()
        },
        parts,
        bring: LetterPart { label: words.bring.to_owned(), lines: bring },
        code,
        code_label: words.code.to_owned(),
    })
}

/// A letter as lines of text, without its code: what it says to bring begins with the letter itself, which a message is
/// not.
fn text(face: &LetterFace) -> Private {
    let mut lines = vec![format!("{}: {}", face.title, face.when.lines.join(", "))];
    let with_words = |part: &&LetterPart| part.lines.iter().any(|line| !line.trim().is_empty());
    lines.extend(face.parts.iter().filter(with_words).map(|part| format!("{}: {}", part.label, part.lines.join(", "))));
    let bring: Vec<&str> = face.bring.lines.iter().skip(1).map(String::as_str).collect();
    if !bring.is_empty() {
        lines.push(format!("{}: {}", face.bring.label, bring.join("; ")));
    }
    lines.extend([face.opens.clone(), face.clinic.clone()].into_iter().filter(|line| !line.trim().is_empty()));
    Private::new(lines.join("\n"))
}

/// Where to go; with the street if it is another site of the clinic.
fn place(appointment: &Appointment, settings: &ClinicSettings) -> String {
    match settings.site_of(&appointment.place) {
        Some(site) if !settings.is_here(&appointment.place) => format!("{}, {}", appointment.place, site.address),
        _ => appointment.place.clone(),
    }
}
