//! What the desk keeps of one patient: looked at by kind, handed out as a file, or taken out for good.
//!
//! Invariants: neither a name nor a number is in an address; looking is in the audit before anything is shown; nothing
//! is handed out or taken out without who asked for it; what cannot be undone is done only after the patient's number
//! was typed.

mod show;

use crate::domain::when::StaffTime;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;

use maud::Markup;
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::search::SEARCH_CHARS_MAX;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::{PatientData, Removal, RequestRow, Seen};
use crate::desk::service::queue::Found;
use crate::desk::service::staff::session::SignedIn;

/// The page's address.
const HERE: &str = "/patient-data";
/// Not named after the patient.
const FILE_NAME: &str = "attachment; filename=\"patient-data.json\"";
const NOBODY: &str = "The desk has no data for a patient with this number.";

#[derive(Deserialize, Default)]
pub(super) struct DataForm {
    /// What is looked for.
    #[serde(default)]
    q: String,
    /// The patient's number.
    #[serde(default)]
    patient: String,
    /// Who asked, and how that was checked.
    #[serde(default)]
    asked: String,
    /// The number once more, typed.
    #[serde(default)]
    number: String,
}

/// What comes of a form.
enum Answer {
    Page(StatusCode, Markup),
    File(Vec<u8>),
}

pub(super) async fn data_page(State(desk): State<Desk>, who: SignedIn) -> Result<Response, Oops> {
    let page = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        Ok(Asking { desk, who: &who, form: &DataForm::default() }.search(None, &Looked::NotYet))
    });
    Ok(shown(page.await?))
}

pub(super) async fn act(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<DataForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Unreadable)?;
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let asking = Asking { desk, who: &who, form: &form };
        match action.as_str() {
            "find" => asking.find().map(Some),
            "show" => asking.show().map(Some),
            "confirm" => asking.confirm().map(Some),
            "export" => asking.export().map(Some),
            "remove" => asking.remove().map(Some),
            _ => Ok(None),
        }
    });
    Ok(match answer.await?.ok_or(Oops::NotFound)? {
        Answer::Page(status, page) => (status, shown(page)).into_response(),
        Answer::File(bytes) => {
            ([(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, FILE_NAME)], bytes)
                .into_response()
        }
    })
}

/// What a search came to.
enum Looked {
    NotYet,
    For { people: Found, requests: Vec<RequestRow>, number: Option<Box<PatientData>>, today: Date, times: StaffTime },
}

/// Someone's form.
struct Asking<'a> {
    desk: &'a Desk,
    who: &'a SignedIn,
    form: &'a DataForm,
}

impl Asking<'_> {
    fn page(&self, status: StatusCode, body: &Markup) -> Answer {
        Answer::Page(status, staff_page("Patient data", self.who, (HERE, self.desk.session_idle().as_secs()), body))
    }

    /// The data of the patient that is meant, once it is noted that someone looks.
    fn data(&self) -> Result<Option<PatientData>, DeskError> {
        let data = self.desk.patient_data(&self.form.patient)?;
        if let Some(data) = &data {
            self.desk.note_seen(&self.who.user, &Seen::PatientData(data.number.clone()))?;
        }
        Ok(data)
    }

    fn nobody(&self) -> Answer {
        Answer::Page(StatusCode::NOT_FOUND, self.search(Some(NOBODY), &Looked::NotYet))
    }

    fn find(&self) -> Result<Answer, DeskError> {
        let q = self.form.q.trim();
        if q.is_empty() || q.chars().nth(SEARCH_CHARS_MAX).is_some() {
            let problem = "Type a name, date of birth or MRN on one line.";
            return Ok(Answer::Page(StatusCode::UNPROCESSABLE_ENTITY, self.search(Some(problem), &Looked::NotYet)));
        }
        let (people, requests) = (self.desk.find_people(q)?, self.desk.find_requests(q)?);
        let is_found = !people.people.is_empty() || !requests.is_empty();
        // A kiosk may have spoken of someone no list names.
        let number =
            if is_found || q.contains(char::is_whitespace) { None } else { self.desk.patient_data(q)?.map(Box::new) };
        let mut numbers: Vec<&str> = people.people.iter().map(|one| one.person.id.as_str()).collect();
        numbers.extend(requests.iter().map(|one| one.id.as_str()));
        numbers.extend(number.iter().map(|one| one.number.as_str()));
        let only = if let [one] = numbers.as_slice() { Some((*one).to_owned()) } else { None };
        self.desk.note_seen(&self.who.user, &Seen::Search(only))?;
        let looked = Looked::For {
            people,
            requests,
            number,
            today: self.desk.clinic_date(),
            times: self.desk.settings().staff_time()?,
        };
        Ok(Answer::Page(StatusCode::OK, self.search(None, &looked)))
    }

    fn show(&self) -> Result<Answer, DeskError> {
        let Some(data) = self.data()? else { return Ok(self.nobody()) };
        Ok(self.page(StatusCode::OK, &self.overview(&data, None)))
    }

    fn export(&self) -> Result<Answer, DeskError> {
        let asked = match self.desk.asked(&self.form.patient, &self.form.asked)? {
            Ok(asked) => asked,
            Err(problem) => {
                let Some(data) = self.data()? else { return Ok(self.nobody()) };
                return Ok(self.page(StatusCode::UNPROCESSABLE_ENTITY, &self.overview(&data, Some(problem))));
            }
        };
        let Some(all) = self.desk.export_patient(&self.form.patient, &asked, &self.who.user)? else {
            return Ok(self.nobody());
        };
        Ok(Answer::File(
            serde_json::to_vec_pretty(&all).map_err(|_| DeskError::Unreadable("what is stored about a patient"))?,
        ))
    }

    fn confirm(&self) -> Result<Answer, DeskError> {
        let Some(data) = self.data()? else { return Ok(self.nobody()) };
        Ok(self.page(StatusCode::OK, &self.question(&data, None)?))
    }

    fn remove(&self) -> Result<Answer, DeskError> {
        let problem = if self.form.number.trim() != self.form.patient {
            Err(("number", "That isn't this patient's number. Nothing was deleted."))
        } else {
            self.desk.asked(&self.form.patient, &self.form.asked)?.map_err(|problem| ("asked", problem))
        };
        let asked = match problem {
            Ok(asked) => asked,
            Err(problem) => {
                let Some(data) = self.data()? else { return Ok(self.nobody()) };
                return Ok(self.page(StatusCode::UNPROCESSABLE_ENTITY, &self.question(&data, Some(problem))?));
            }
        };
        match self.desk.remove_patient(&self.form.patient, &asked, &self.who.user)? {
            Removal::Done(gone) => Ok(self.page(StatusCode::OK, &self.done(gone)?)),
            Removal::Nobody => Ok(self.nobody()),
            // The question says why not.
            Removal::NotNow(_) => {
                let Some(data) = self.data()? else { return Ok(self.nobody()) };
                Ok(self.page(StatusCode::CONFLICT, &self.question(&data, None)?))
            }
        }
    }
}
