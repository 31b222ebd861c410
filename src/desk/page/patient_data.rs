//! What the desk keeps of one patient: looked at by kind, handed out as a file, or taken out for good.
//!
//! Invariants: neither a name nor a number is in an address; looking is in the audit before anything is shown; nothing is handed out or taken out
//! without who asked for it; what cannot be undone is done only after the patient's number was typed.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use super::search::SEARCH_CHARS_MAX;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::keeping::ASKED_CHARS_MAX;
use crate::desk::service::privacy::{Forgotten, Hindrance, Holding, HoldingKind, PatientData, Removal, RequestRow, Seen};
use crate::desk::service::queue::Found;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::born::Born;

/// The page's address.
const HERE: &str = "/patient-data";
/// Not named after the patient.
const FILE_NAME: &str = "attachment; filename=\"patient-data.json\"";
const NOBODY: &str = "The desk keeps nothing of a patient of this number.";

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
            ([(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, FILE_NAME)], bytes).into_response()
        }
    })
}

/// What a search came to.
enum Looked {
    NotYet,
    For { people: Found, requests: Vec<RequestRow>, number: Option<Box<PatientData>>, today: Date, zone: TimeZone },
}

/// Somebody's form.
struct Asking<'a> {
    desk: &'a Desk,
    who: &'a SignedIn,
    form: &'a DataForm,
}

impl Asking<'_> {
    fn page(&self, status: StatusCode, body: &Markup) -> Answer {
        Answer::Page(status, staff_page("Patient data", self.who, (HERE, self.desk.session_idle().as_secs()), body))
    }

    /// The data of the patient that is meant, once it is noted that somebody looks.
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
            let problem = "Type a name, a birth date or the patient's number, on one line.";
            return Ok(Answer::Page(StatusCode::UNPROCESSABLE_ENTITY, self.search(Some(problem), &Looked::NotYet)));
        }
        let (people, requests) = (self.desk.find_people(q)?, self.desk.find_requests(q)?);
        let is_found = !people.people.is_empty() || !requests.is_empty();
        // A kiosk may have spoken of somebody whom no list names.
        let number = if is_found || q.contains(char::is_whitespace) { None } else { self.desk.patient_data(q)?.map(Box::new) };
        let mut numbers: Vec<&str> = people.people.iter().map(|one| one.person.id.as_str()).collect();
        numbers.extend(requests.iter().map(|one| one.id.as_str()));
        numbers.extend(number.iter().map(|one| one.number.as_str()));
        let only = if let [one] = numbers.as_slice() { Some((*one).to_owned()) } else { None };
        self.desk.note_seen(&self.who.user, &Seen::Search(only))?;
        let looked = Looked::For { people, requests, number, today: self.desk.clinic_date(), zone: self.desk.settings().zone()? };
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
        let Some(all) = self.desk.export_patient(&self.form.patient, &asked, &self.who.user)? else { return Ok(self.nobody()) };
        Ok(Answer::File(serde_json::to_vec_pretty(&all).map_err(|_| DeskError::Unreadable("what is kept of a patient"))?))
    }

    fn confirm(&self) -> Result<Answer, DeskError> {
        let Some(data) = self.data()? else { return Ok(self.nobody()) };
        Ok(self.page(StatusCode::OK, &self.question(&data, None)?))
    }

    fn remove(&self) -> Result<Answer, DeskError> {
        let problem = if self.form.number.trim() != self.form.patient {
            Err(("number", "That is not the number of this patient. Nothing was taken out."))
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

    fn hidden(&self, patient: &str) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.who.csrf);
            input type="hidden" name="patient" value=(patient);
        }
    }

    fn search(&self, problem: Option<&str>, looked: &Looked) -> Markup {
        let body = html! {
            h2 { "What is kept of a patient" }
            p.quiet { "See how much it is, hand it out as a file, or take it out. Each time the audit has who did it." }
            form.search role="search" method="post" action={ (HERE) "/find" } {
                input type="hidden" name="csrf" value=(self.who.csrf);
                div { label for="q" { "Name, birth date or patient's number" } input #q name="q" value=(self.form.q) maxlength=(SEARCH_CHARS_MAX) autocomplete="off" spellcheck="false" autofocus; }
                button.button.primary type="submit" { "Search" }
            }
            @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
            @if let Looked::For { people, requests, number, today, zone } = looked {
                @let all = people.people.len() + requests.len() + usize::from(number.is_some());
                h3 #h-found { "Found " span.n { (all) @if people.is_more { " and more" } } }
                @if all == 0 { p.empty { "Nobody of whom the desk keeps something fits that." } }
                @if people.is_more { p.quiet { "More people fit. Add the birth date." } }
                ul.next aria-labelledby="h-found" {
                    @for visit in &people.people {
                        @let person = &visit.person;
                        @let word = if visit.local_date(zone) < *today { "last" } else { "next" };
                        (self.found(person.id.as_str(), person.name_for_staff().as_str(), Some(person.birth_date), &format!("{word} visit {}", long(visit.local_date(zone)))))
                    }
                    @for one in requests { (self.found(&one.id, one.name.as_str(), Some(one.birth_date.into()), &format!("came without an appointment on {}", long(one.date)))) }
                    @if let Some(one) = number { (self.found(&one.number, one.name.as_str(), one.birth_date, "on no list")) }
                }
            }
        };
        staff_page("Patient data", self.who, (HERE, self.desk.session_idle().as_secs()), &body)
    }

    fn found(&self, number: &str, name: &str, born: Option<Born>, more: &str) -> Markup {
        html! {
            li {
                form.found method="post" action={ (HERE) "/show" } {
                    (self.hidden(number))
                    button.button.small type="submit" { @if name.is_empty() { "Number " (number) } @else { (name) } span.hidden { ", number " (number) } }
                    span.quiet { @if let Some(born) = born { "born " (born.for_staff()) ", " } "number " (number) ", " (more) }
                }
            }
        }
    }

    /// Who it is.
    fn person(data: &PatientData) -> Markup {
        html! {
            p { @if let Some(born) = data.birth_date { "Born " b { (born.for_staff()) } ", number " } @else { "Number " } b { (data.number) } }
            @if data.is_request { p.notice { "They came without an appointment. Nobody has proved that this is their name." } }
        }
    }

    /// Who asked, and how that was checked.
    fn asked(&self, of: &str, problem: Option<&str>) -> Markup {
        let (id, hint, wrong) = (format!("asked-{of}"), format!("hint-{of}"), format!("wrong-{of}"));
        html! {
            div {
                label for=(id) { "Who asked, and how you checked that they may" }
                input id=(id) name="asked" value=(self.form.asked) maxlength=(ASKED_CHARS_MAX) autocomplete="off" required
                    aria-invalid=[problem.map(|_| "true")] aria-describedby={ (hint) @if problem.is_some() { " " (wrong) } } autofocus[problem.is_some()];
                p.quiet id=(hint) { "Such as: the patient in person, passport seen. The audit keeps it for good, so leave the name out." }
                @if let Some(problem) = problem { p.problem role="alert" id=(wrong) { (icon("alert")) span { (problem) } } }
            }
        }
    }

    /// How much there is, and what can be done with it.
    fn overview(&self, data: &PatientData, problem: Option<&str>) -> Markup {
        html! {
            h2 { @if data.name.is_blank() { "A patient whom no list names" } @else { (data.name.as_str()) } }
            (Self::person(data))
            p.way { a.button href=(HERE) { "Somebody else" } }
            div.scroll tabindex="0" role="region" aria-label="What is kept" {
                table.audit.held {
                    thead { tr { th scope="col" { "What is kept" } th scope="col" { "How many" } th scope="col" { "First" } th scope="col" { "Last" } } }
                    tbody {
                        @for one in &data.holdings {
                            tr {
                                td { (one.kind.words()) }
                                td { (one.count) }
                                td { @if let Some((first, _)) = one.days { time datetime=(first) { (long(first)) } } }
                                td { @if let Some((_, last)) = one.days { time datetime=(last) { (long(last)) } } }
                            }
                        }
                    }
                }
            }
            section.held-do aria-labelledby="h-export" {
                h3 #h-export { "Hand it out" }
                p.quiet { "One file (JSON) with all of it. It is as private as the patient's record: keep it accordingly." }
                form.fill method="post" action={ (HERE) "/export" } {
                    (self.hidden(&data.number))
                    (self.asked("export", problem))
                    button.button.primary type="submit" { "Save the file" }
                }
            }
            section.held-do aria-labelledby="h-remove" {
                h3 #h-remove { "Take it out" }
                @if data.hindrances.is_empty() {
                    p.quiet { "Before anything is done you see what goes and what stays." }
                    form method="post" action={ (HERE) "/confirm" } {
                        (self.hidden(&data.number))
                        button.button type="submit" { "Take everything out …" }
                    }
                } @else {
                    (Self::not_now(data))
                }
            }
        }
    }

    /// Why they are not taken out now, and what to do.
    fn not_now(data: &PatientData) -> Markup {
        html! {
            div.problem.reasons role="alert" {
                (icon("alert"))
                div {
                    p { "Not now:" }
                    ul { @for one in &data.hindrances {
                        li {
                            (one.sentence())
                            @if let (Hindrance::Undecided(_), Some(visit)) = (one, &data.undecided_visit) {
                                " " a href={ "/changes?appointment=" (in_address(visit)) } { "Look at the changes" }
                            }
                        }
                    } }
                }
            }
        }
    }

    /// The last look before it is done.
    fn question(&self, data: &PatientData, problem: Option<(&str, &str)>) -> Result<Markup, DeskError> {
        let behind = self.desk.kiosks_behind()?;
        let of = |field: &str| problem.filter(|(its, _)| *its == field).map(|(_, words)| words);
        let (goes, stays): (Vec<_>, Vec<_>) = data.holdings.iter().partition(|one| !one.kind.stays());
        let list = |holdings: &[&Holding]| html! { @for one in holdings { li { (one.kind.words()) ": " b { (one.count) } } } };
        Ok(html! {
            h2 { "Take out everything" @if !data.name.is_blank() { " about " (data.name.as_str()) } "?" }
            (Self::person(data))
            @if !data.hindrances.is_empty() { (Self::not_now(data)) }
            div.keeps {
                section aria-labelledby="h-goes" {
                    h3 #h-goes { (icon("cross")) "Goes for good" }
                    ul { (list(&goes)) }
                    p.quiet { "What goes is overwritten in the desk's file, and kiosks take it off their lists." }
                }
                section aria-labelledby="h-stays" {
                    h3 #h-stays { (icon("check")) "Stays" }
                    ul {
                        (list(&stays))
                        li { "In the audit: the number, who did what and when, and what you write below. No name and no value." }
                        li { "What is elsewhere: the booking system, backups, files of changes that were handed on." }
                    }
                }
            }
            @if data.to_come + data.queued + data.not_handed_on > 0 || !behind.is_empty() {
                h3 #h-mind { "Mind that" }
                ul.mind aria-labelledby="h-mind" {
                    @if data.to_come > 0 { li { (icon("clock")) span { "Appointments to come go, too: " b { (data.to_come) } ". As long as the booking system has them, its next list brings the patient back." } } }
                    @if data.queued > 0 { li { (icon("speech")) span { "Messages that were not sent yet are not sent any more: " b { (data.queued) } "." } } }
                    @if data.not_handed_on > 0 { li { (icon("card")) span { "Accepted changes that the record system has not got are lost: " b { (data.not_handed_on) } ". If it should have them, hand changes on first." } } }
                    @for kiosk in &behind { li { (icon("alert")) span { "Kiosk " b { (kiosk) } " may hold something that the desk has not got. What it reports later is here again: look again then." } } }
                }
            }
            @if data.hindrances.is_empty() {
                form.fill method="post" action={ (HERE) "/remove" } autocomplete="off" {
                    (self.hidden(&data.number))
                    (self.asked("remove", of("asked")))
                    div {
                        label for="number" { "The patient's number, typed: " b { (data.number) } }
                        input #number name="number" autocomplete="off" autocapitalize="none" spellcheck="false" required
                            aria-invalid=[of("number").map(|_| "true")] aria-describedby=[of("number").map(|_| "wrong-number")] autofocus[of("number").is_some()];
                        @if let Some(words) = of("number") { p.problem role="alert" id="wrong-number" { (icon("alert")) span { (words) } } }
                    }
                    p.notice.warn { (icon("alert")) span { b { "This cannot be undone." } " Nobody can bring back what is taken out." } }
                    button.button.danger type="submit" { "Take everything out for good" }
                }
            }
            form method="post" action={ (HERE) "/show" } {
                (self.hidden(&data.number))
                button.button.plain type="submit" { "Leave everything as it is" }
            }
        })
    }

    fn done(&self, gone: Forgotten) -> Result<Markup, DeskError> {
        let behind = self.desk.kiosks_behind()?;
        let left = self.desk.patient_data(&self.form.patient)?.is_some();
        let many = |n: usize, what: &str| html! { li { (what) ": " b { (n) } } };
        Ok(html! {
            h2 { "Everything was taken out" }
            p.notice role="status" { (icon("check")) "The desk keeps nothing of number " b { (self.form.patient) } " any more but the rows of the audit." }
            ul {
                (many(gone.appointments, HoldingKind::Appointments.words()))
                (many(gone.visits, "Visits, with all that was done about them"))
                (many(gone.events, HoldingKind::Events.words()))
            }
            @if left { p.problem role="alert" { (icon("alert")) span { "A kiosk has reported something of them just now. Look again." } } }
            @for kiosk in &behind { p { "Kiosk " b { (kiosk) } " may hold something that the desk has not got: look again when it has reported." } }
            p.quiet { "As long as the booking system has an appointment of theirs, its next list brings them back." }
            p.way { a.button href=(HERE) { "Somebody else" } a.button href="/" { "To the list" } }
        })
    }
}

fn long(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}
