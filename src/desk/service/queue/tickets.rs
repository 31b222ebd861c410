//! The ticket of someone who is checked in, as a page for the desk's own printer. It looks as the kiosk's does.
//!
//! Invariant: its words are the kiosk's own, from the same catalogue.

use jiff::tz::TimeZone;

use crate::codes;
use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::domain::ids::AppointmentId;
use crate::domain::private::Private;
use crate::domain::settings::ClinicSettings;
use crate::domain::texts::dates::PatientTime;
use crate::domain::texts::ticket::Words;
use crate::domain::ticket::{CallAs, Ticket};
use crate::domain::visit::VisitRow;
use crate::paper::pdf::{PdfError, ticket_pdf};
use crate::paper::{PaperWidth, TicketFace, Typesetter};

/// Why there is no ticket to print.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// No one has one for this visit.
    #[error("no one is checked in for this visit")]
    None,
    /// The page could not be made.
    #[error(transparent)]
    Page(#[from] PdfError),
    /// The desk has trouble of its own.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl Desk {
    /// The ticket of a visit as PDF, and its number.
    ///
    /// # Errors
    /// If no one is checked in for it, or the page cannot be made.
    pub fn ticket_pdf(&self, id: &AppointmentId) -> Result<(String, Vec<u8>), TicketError> {
        let row = self.with_store(|store| store.visit(id))?.ok_or(TicketError::None)?;
        let ticket = row.ticket.ok_or(TicketError::None)?;
        let settings = self.settings();
        let face = face(&row, ticket, &settings, &settings.zone().map_err(DeskError::from)?);
        let paper = PaperWidth::default();
        let picture = Typesetter::new().ticket(&face, paper);
        Ok((face.number.clone(), ticket_pdf(&picture, paper, &face.number)?))
    }
}

fn face(row: &VisitRow, ticket: Ticket, settings: &ClinicSettings, zone: &TimeZone) -> TicketFace {
    let language = row.language.unwrap_or_default();
    let words = Words::of(language);
    let first_name = match (&row.appointment, &row.walk_in) {
        (Some(appointment), _) => appointment.person.called(),
        (None, Some(asks)) => asks.given_name.clone(),
        (None, None) => Private::default(),
    };
    let place = match (&row.appointment, &row.walk_in) {
        (Some(appointment), _) => appointment.place.clone(),
        (None, Some(asks)) => settings
            .walk_in
            .iter()
            .find(|category| category.code == asks.category)
            .map_or(String::new(), |its| its.place.clone()),
        (None, None) => String::new(),
    };
    let page = settings.pages.of(ticket);
    TicketFace {
        rtl: language.is_rtl(),
        clinic: settings.name.clone(),
        number_label: words.number.to_owned(),
        number: ticket.number.to_string(),
        name: Some(first_name).filter(|name| row.call_as == CallAs::FirstName && !name.is_blank()),
        place_label: if place.is_empty() { String::new() } else { words.place.to_owned() },
        place,
        lines: vec![words.next.to_owned()],
        time_line: row
            .arrived_at
            .map(|at| PatientTime::new(language, settings.dates()).moment(zone.to_datetime(at)))
            .unwrap_or_default(),
        qr_label: if page.is_some() { words.page.to_owned() } else { words.code.to_owned() },
        qr: page.unwrap_or_else(|| codes::ticket_code(&ticket)),
        copy_label: None,
    }
}
