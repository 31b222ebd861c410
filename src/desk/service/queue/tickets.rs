//! The ticket of someone who is checked in, as a page for the desk's own printer. It looks as the kiosk's does.
//!
//! Invariants: one table of words for each language that kiosks speak, each complete; the words are the kiosk's own.

use jiff::tz::TimeZone;

use crate::codes;
use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::service::booking::letters;
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::private::Private;
use crate::domain::settings::ClinicSettings;
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

/// The words of one language, as the kiosk's catalogues have them.
struct Words {
    number: &'static str,
    place: &'static str,
    /// What happens next.
    next: &'static str,
    /// What the code is good for.
    code: &'static str,
    /// The same if it leads to the ticket's own page.
    page: &'static str,
}

const fn words(language: Language) -> Words {
    match language {
        Language::English => Words {
            number: "Your number",
            place: "Please go to",
            next: "Please wait there. We will call you.",
            code: "Show this at the front desk or at the kiosk",
            page: "To see your turn on your phone, scan this",
        },
        Language::Spanish => Words {
            number: "Su número",
            place: "Vaya a",
            next: "Espere allí, por favor. Lo llamaremos.",
            code: "Muestre esto en recepción o en la máquina",
            page: "Para ver su turno en su teléfono, escanee esto",
        },
        Language::Arabic => Words {
            number: "رقمك",
            place: "يُرجى التوجه إلى",
            next: "يُرجى الانتظار هناك. سنناديك.",
            code: "يُرجى إبراز هذا في مكتب الاستقبال أو عند الجهاز",
            page: "لمتابعة دورك على هاتفك، يُرجى مسح هذا الرمز",
        },
    }
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
    let words = words(language);
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
            .map(|at| letters::date_and_time(language, &at.to_zoned_datetime(zone.clone())))
            .unwrap_or_default(),
        qr_label: if page.is_some() { words.page.to_owned() } else { words.code.to_owned() },
        qr: page.unwrap_or_else(|| codes::ticket_code(&ticket)),
        copy_label: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_and_none_is_anothers() {
        let all = Language::ALL.map(words);
        for (at, words) in all.iter().enumerate() {
            let texts = [words.number, words.place, words.next, words.code, words.page];
            assert!(texts.iter().all(|text| !text.trim().is_empty()));
            for other in &all[at + 1..] {
                assert!(
                    texts
                        .iter()
                        .zip([other.number, other.place, other.next, other.code, other.page])
                        .all(|(one, two)| *one != two)
                );
            }
        }
    }

    /// Screen, kiosk's paper and desk's paper say the same.
    #[test]
    fn the_words_are_the_kiosks() {
        for (language, catalogue) in [
            (
                Language::Spanish,
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/lang/es/LC_MESSAGES/arrivals-ui.po")),
            ),
            (
                Language::Arabic,
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/ui/lang/ar/LC_MESSAGES/arrivals-ui.po")),
            ),
        ] {
            let (english, translated) = (words(Language::English), words(language));
            for (id, text) in [
                (english.number, translated.number),
                (english.place, translated.place),
                (english.next, translated.next),
                (english.code, translated.code),
                (english.page, translated.page),
            ] {
                assert!(catalogue.contains(&format!("msgid \"{id}\"\nmsgstr \"{text}\"")), "{id}");
            }
        }
    }
}
