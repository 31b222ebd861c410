//! Letters and tickets as pages for the desk's own printer.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::answer::Oops;
use crate::desk::Desk;
use crate::desk::service::booking::letters::{self, LetterError};
use crate::desk::service::queue::tickets::TicketError;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::AppointmentId;

#[derive(Deserialize)]
pub(super) struct LetterQuery {
    appointment: String,
}

/// The letter of a visit, made again: for printing it, or once more.
pub(super) async fn letter(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<LetterQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let id = AppointmentId::new(query.appointment);
    let name = letters::file_name(&id);
    let made = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(desk.letter(&id))
    });
    match made.await? {
        Ok(pdf) => {
            let file = format!("inline; filename=\"{name}\"");
            Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, file)], pdf)
                .into_response())
        }
        Err(LetterError::Unknown(_)) => Err(Oops::NoLetter("That appointment is no longer on the list.")),
        Err(LetterError::CalledOff(_)) => Err(Oops::NoLetter("This appointment was canceled, so there is no letter.")),
        Err(LetterError::Desk(error)) => Err(Oops::Trouble(error)),
        Err(error @ (LetterError::Page(_) | LetterError::Zone(_))) => {
            tracing::error!(%error, "a letter could not be made");
            Err(Oops::NoLetter("The letter couldn't be created. Tell your IT support."))
        }
    }
}

/// The ticket of a visit as a page, for the desk's own printer.
pub(super) async fn ticket(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<LetterQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let made = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(desk.ticket_pdf(&AppointmentId::new(query.appointment)))
    });
    match made.await? {
        Ok((number, pdf)) => {
            let file = format!("inline; filename=\"ticket-{number}.pdf\"");
            Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, file)], pdf)
                .into_response())
        }
        Err(TicketError::None) => Err(Oops::NoTicket),
        Err(TicketError::Desk(error)) => Err(Oops::Trouble(error)),
        Err(error @ TicketError::Page(_)) => {
            tracing::error!(%error, "a ticket could not be made");
            Err(Oops::NoTicket)
        }
    }
}
