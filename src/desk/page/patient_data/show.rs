//! What the desk keeps of one patient, as HTML.

use maud::{Markup, html};

use super::super::html::staff_page;
use super::super::icons::icon;
use super::super::search::SEARCH_CHARS_MAX;
use super::{Asking, HERE, Looked};
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::privacy::keeping::ASKED_CHARS_MAX;
use crate::desk::service::privacy::{Forgotten, Hindrance, Holding, HoldingKind, PatientData};
use crate::domain::born::Born;

impl Asking<'_> {
    fn hidden(&self, patient: &str) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.who.csrf);
            input type="hidden" name="patient" value=(patient);
        }
    }

    pub(super) fn search(&self, problem: Option<&str>, looked: &Looked) -> Markup {
        let body = html! {
            h2 { "Data stored about a patient" }
            p.quiet { "View, export or permanently delete it. The audit log records who did it." }
            form.search role="search" method="post" action={ (HERE) "/find" } {
                input type="hidden" name="csrf" value=(self.who.csrf);
                div {
                    label for="q" { "Name, date of birth or MRN" }
                    input #q name="q" value=(self.form.q) maxlength=(SEARCH_CHARS_MAX) autocomplete="off"
                        spellcheck="false" autofocus;
                }
                button.button.primary type="submit" { "Search" }
            }
            @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
            @if let Looked::For { people, requests, number, today, times } = looked {
                @let all = people.people.len() + requests.len() + usize::from(number.is_some());
                h3 #h-found { "Found " span.n { (all) @if people.is_more { " and more" } } }
                @if all == 0 { p.empty { "No patient with stored data matches." } }
                @if people.is_more { p.quiet { "More patients match. Add the date of birth." } }
                ul.next aria-labelledby="h-found" {
                    @for visit in &people.people {
                        @let person = &visit.person;
                        @let word = if visit.local_date(&times.zone) < *today { "last" } else { "next" };
                        (self.found(
                            person.id.as_str(),
                            person.name_for_staff().as_str(),
                            Some(person.birth_date),
                            &format!("{word} visit {}", times.date(visit.start)),
                        ))
                    }
                    @for one in requests {
                        (self.found(
                            &one.id,
                            one.name.as_str(),
                            Some(one.birth_date.into()),
                            &format!("walked in on {}", times.style.date(one.date)),
                        ))
                    }
                    @if let Some(one) = number {
                        (self.found(&one.number, one.name.as_str(), one.birth_date, "not on a list"))
                    }
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
                    button.button.small type="submit" {
                        @if name.is_empty() { "Number " (number) } @else { (name) }
                        span.hidden { ", number " (number) }
                    }
                    span.quiet {
                        @if let Some(born) = born { "DOB " (self.born(born)) ", " } "number " (number) ", " (more)
                    }
                }
            }
        }
    }

    fn born(&self, born: Born) -> String {
        self.desk.settings().dates().born(born, self.desk.clinic_date())
    }

    /// Who it is.
    pub(super) fn person(&self, data: &PatientData) -> Markup {
        html! {
            p {
                @if let Some(born) = data.birth_date { "DOB " b { (self.born(born)) } ", number " } @else { "Number " }
                b { (data.number) }
            }
            @if data.is_request { p.notice { "This patient walked in. The name is self-reported, not verified." } }
        }
    }

    /// Who asked, and how that was checked.
    pub(super) fn asked(&self, of: &str, problem: Option<&str>) -> Markup {
        let (id, hint, wrong) = (format!("asked-{of}"), format!("hint-{of}"), format!("wrong-{of}"));
        html! {
            div {
                label for=(id) { "Requester and how verified" }
                input id=(id) name="asked" value=(self.form.asked) maxlength=(ASKED_CHARS_MAX) autocomplete="off"
                    required
                    aria-invalid=[problem.map(|_| "true")]
                    aria-describedby={ (hint) @if problem.is_some() { " " (wrong) } } autofocus[problem.is_some()];
                p.quiet id=(hint) {
                    "For example: patient in person, passport checked. The audit log keeps this permanently, so leave \
                     out the name."
                }
                @if let Some(problem) = problem {
                    p.problem role="alert" id=(wrong) { (icon("alert")) span { (problem) } }
                }
            }
        }
    }

    /// How much there is, and what can be done with it.
    pub(super) fn overview(&self, data: &PatientData, problem: Option<&str>) -> Markup {
        html! {
            h2 { @if data.name.is_blank() { "A patient who is not on a list" } @else { (data.name.as_str()) } }
            (self.person(data))
            p.way { a.button href=(HERE) { "Different patient" } }
            div.scroll tabindex="0" role="region" aria-label="Stored data" {
                table.audit.held {
                    thead {
                        tr {
                            th scope="col" { "Stored data" }
                            th scope="col" { "Count" }
                            th scope="col" { "First" }
                            th scope="col" { "Last" }
                        }
                    }
                    tbody {
                        @let dates = self.desk.settings().dates();
                        @for one in &data.holdings {
                            tr {
                                td { (one.kind.words()) }
                                td { (one.count) }
                                td {
                                    @if let Some((first, _)) = one.days {
                                        time datetime=(first) { (dates.date(first)) }
                                    }
                                }
                                td {
                                    @if let Some((_, last)) = one.days { time datetime=(last) { (dates.date(last)) } }
                                }
                            }
                        }
                    }
                }
            }
            section.held-do aria-labelledby="h-export" {
                h3 #h-export { "Export" }
                p.quiet {
                    "One JSON file with all stored data. It is as private as the patient's record; protect it the same \
                     way."
                }
                form.fill method="post" action={ (HERE) "/export" } {
                    (self.hidden(&data.number))
                    (self.asked("export", problem))
                    button.button.primary type="submit" { "Download file" }
                }
            }
            section.held-do aria-labelledby="h-remove" {
                h3 #h-remove { "Permanently delete" }
                @if data.hindrances.is_empty() {
                    p.quiet { "You see what is deleted and what stays before anything happens." }
                    form method="post" action={ (HERE) "/confirm" } {
                        (self.hidden(&data.number))
                        button.button type="submit" { "Delete all data…" }
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
                                " " a href={ "/changes?appointment=" (in_address(visit)) } { "View changes" }
                            }
                        }
                    } }
                }
            }
        }
    }

    /// The last look before it is done.
    pub(super) fn question(&self, data: &PatientData, problem: Option<(&str, &str)>) -> Result<Markup, DeskError> {
        let behind = self.desk.kiosks_behind()?;
        let of = |field: &str| problem.filter(|(its, _)| *its == field).map(|(_, words)| words);
        let (goes, stays): (Vec<_>, Vec<_>) = data.holdings.iter().partition(|one| !one.kind.stays());
        let list =
            |holdings: &[&Holding]| html! { @for one in holdings { li { (one.kind.words()) ": " b { (one.count) } } } };
        Ok(html! {
            h2 { "Delete all data" @if !data.name.is_blank() { " about " (data.name.as_str()) } "?" }
            (self.person(data))
            @if !data.hindrances.is_empty() { (Self::not_now(data)) }
            div.keeps {
                section aria-labelledby="h-goes" {
                    h3 #h-goes { (icon("cross")) "Permanently deleted" }
                    ul { (list(&goes)) }
                    p.quiet { "The data is overwritten in the database, and kiosks remove it from their lists." }
                }
                section aria-labelledby="h-stays" {
                    h3 #h-stays { (icon("check")) "Stays" }
                    ul {
                        (list(&stays))
                        li {
                            "In the audit log: the number, who did what and when, and what you write below. No name \
                             and no values."
                        }
                        li { "Data elsewhere: the scheduling system, backups, exported files." }
                    }
                }
            }
            @if data.to_come + data.queued + data.not_handed_on > 0 || !behind.is_empty() {
                h3 #h-mind { "Before you delete" }
                ul.mind aria-labelledby="h-mind" {
                    @if data.to_come > 0 {
                        li {
                            (icon("clock"))
                            span {
                                "Future appointments will also be removed: " b { (data.to_come) }
                                ". If the scheduling system still has them, its next list brings the patient back."
                            }
                        }
                    }
                    @if data.queued > 0 {
                        li { (icon("speech")) span { "Unsent messages will not be sent: " b { (data.queued) } "." } }
                    }
                    @if data.not_handed_on > 0 {
                        li {
                            (icon("card"))
                            span {
                                "Accepted changes not exported yet will be lost: " b { (data.not_handed_on) }
                                ". To keep them, export changes first."
                            }
                        }
                    }
                    @for kiosk in &behind {
                        li {
                            (icon("alert"))
                            span {
                                "Kiosk " b { (kiosk) }
                                " may have data the desk doesn't have yet. What it reports later is stored again: \
                                 check again then."
                            }
                        }
                    }
                }
            }
            @if data.hindrances.is_empty() {
                form.fill method="post" action={ (HERE) "/remove" } autocomplete="off" {
                    (self.hidden(&data.number))
                    (self.asked("remove", of("asked")))
                    div {
                        label for="number" { "To confirm, type the patient's number: " b { (data.number) } }
                        input #number name="number" autocomplete="off" autocapitalize="none" spellcheck="false" required
                            aria-invalid=[of("number").map(|_| "true")]
                            aria-describedby=[of("number").map(|_| "wrong-number")] autofocus[of("number").is_some()];
                        @if let Some(words) = of("number") {
                            p.problem role="alert" id="wrong-number" { (icon("alert")) span { (words) } }
                        }
                    }
                    p.notice.warn {
                        (icon("alert")) span { b { "This can't be undone." } " Deleted data can't be recovered." }
                    }
                    button.button.danger type="submit" { "Permanently delete" }
                }
            }
            form method="post" action={ (HERE) "/show" } {
                (self.hidden(&data.number))
                button.button.plain type="submit" { "Cancel" }
            }
        })
    }

    pub(super) fn done(&self, gone: Forgotten) -> Result<Markup, DeskError> {
        let behind = self.desk.kiosks_behind()?;
        let left = self.desk.patient_data(&self.form.patient)?.is_some();
        let many = |n: usize, what: &str| html! { li { (what) ": " b { (n) } } };
        Ok(html! {
            h2 { "Data deleted" }
            p.notice role="status" {
                (icon("check")) "The desk has no data for number " b { (self.form.patient) }
                ", except audit log entries."
            }
            ul {
                (many(gone.appointments, HoldingKind::Appointments.words()))
                (many(gone.visits, "Visits and their activity"))
                (many(gone.events, HoldingKind::Events.words()))
            }
            @if left {
                p.problem role="alert" {
                    (icon("alert")) span { "A kiosk just reported something about this patient. Check again." }
                }
            }
            @for kiosk in &behind {
                p { "Kiosk " b { (kiosk) } " may have data the desk doesn't have yet: check again after it reports." }
            }
            p.quiet { "If the scheduling system still has an appointment, its next list brings the patient back." }
            p.way { a.button href=(HERE) { "Different patient" } a.button href="/" { "Go to list" } }
        })
    }
}
