//! Changed contact details and insurance: the page on which staff compare and decide, and the list of everyone who has
//! some.
//!
//! Invariants: old and new stand side by side, and what the chart has by now beside them if it is neither; what a form
//! decides is what its page showed; "accept all" takes nothing that someone has to choose between.

mod photos;
mod values;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

pub(super) use self::photos::{large, picture};
use self::values::{Typed, inputs, printable, side_by_side};
use super::super::Desk;
use super::answer::{Oops, shown};
use super::html::staff_page;
use super::icons::icon;
use super::row::clock_time;
use crate::desk::base::address::in_address;
use crate::desk::base::error::DeskError;
use crate::desk::service::changes::reading::Review;
use crate::desk::service::changes::{ChangeKey, Decided, PhotoState, ProposedChange, Shown, Verdict};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::born::Born;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::payer::Payer;
use crate::domain::proposal::check::{WHY_CHARS_MAX, check_edit, check_why};
use crate::domain::proposal::{Field, Value};

/// Reasons for rejecting that need no typing.
const WHYS: [&str; 4] = ["Entered by mistake", "Chart is correct", "Another person's details", "Couldn't be confirmed"];

#[derive(Deserialize)]
pub(super) struct ChangesQuery {
    appointment: Option<String>,
    /// Something could not be decided any more.
    late: Option<String>,
    /// The page asks for itself; no one worked.
    idle: Option<String>,
}

pub(super) async fn changes_page(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<ChangesQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let late = query.late.is_some().then_some(
        "Not all changes were saved: someone else reviewed them, or the chart changed. \
         This is the current state; check again.",
    );
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        match query.appointment {
            Some(id) => {
                let page = Page::read(desk, AppointmentId::new(id))?;
                if let Some(page) = &page {
                    desk.be_on(&who.csrf, &who.user, &page.id)?;
                }
                Ok(page.map(|page| page.show(&who, late, None)))
            }
            None => Ok(Some(everybody(desk, &who)?)),
        }
    });
    Ok(shown(page.await?.ok_or(Oops::NotFound)?))
}

#[derive(Deserialize)]
pub(super) struct ChangeForm {
    appointment: String,
    /// What is decided, as [`mark`] wrote it; separated by spaces.
    changes: String,
    #[serde(flatten)]
    typed: Typed,
    #[serde(default)]
    why: String,
    #[serde(default)]
    words: String,
}

pub(super) async fn decide(
    State(desk): State<Desk>,
    who: SignedIn,
    Path(action): Path<String>,
    form: Result<Form<ChangeForm>, FormRejection>,
) -> Result<Response, Oops> {
    let Form(form) = form.map_err(|_| Oops::Foreign)?;
    let changes: Vec<Shown> = form
        .changes
        .split_whitespace()
        .map(read_mark)
        .collect::<Option<_>>()
        .filter(|all: &Vec<_>| !all.is_empty())
        .ok_or(Oops::Unreadable)?;
    let field = changes.first().map(|change| change.key.field).ok_or(Oops::Unreadable)?;
    let verdict = match action.as_str() {
        "accept" => Ok(Verdict::Accept),
        "edit" => form
            .typed
            .value(field, &desk.settings().insurance)
            .and_then(|value| check_edit(field, &value))
            .map(Verdict::Edit),
        "reject" => check_why(if form.words.trim().is_empty() { &form.why } else { &form.words }).map(Verdict::Reject),
        "undo" => Ok(Verdict::Undo),
        _ => return Err(Oops::NotFound),
    };
    let id = AppointmentId::new(form.appointment);
    let back = format!("/changes?appointment={}", in_address(id.as_str()));
    let answer = desk.blocking(move |desk| {
        desk.keep_session(&who)?;
        let refused = match verdict {
            Ok(Verdict::Edit(value)) if is_on_file(desk, &id, &changes, &value)? => {
                "The chart already has this value. Reject the change if nothing else applies."
            }
            Ok(verdict) => {
                let decided = desk.decide_changes(&changes, &verdict, &who.user)?;
                return Ok(Ok(decided == changes.len()));
            }
            Err(why) => why,
        };
        Ok(Err(Page::read(desk, id)?.map(|page| page.show(&who, None, Some(refused)))))
    });
    Ok(match answer.await? {
        Ok(true) => Redirect::to(&back).into_response(),
        Ok(false) => Redirect::to(&format!("{back}&late=1")).into_response(),
        Err(page) => (StatusCode::UNPROCESSABLE_ENTITY, shown(page.ok_or(Oops::NotFound)?)).into_response(),
    })
}

fn is_on_file(desk: &Desk, id: &AppointmentId, changes: &[Shown], value: &Value) -> Result<bool, DeskError> {
    let all = desk.changes_of(id)?;
    Ok(all
        .iter()
        .any(|change| change.is_open() && changes.iter().any(|s| s.key == change.key) && change.is_on_file(value)))
}

/// A proposal as a form carries it: which, and what the chart had when it was shown.
fn mark(change: &ProposedChange) -> String {
    format!("{}.{}.{}.{}", change.key.kiosk, change.key.seq, change.key.field.code(), change.stands())
}

fn read_mark(text: &str) -> Option<Shown> {
    // A kiosk's name may have dots in it.
    let mut parts = text.rsplitn(4, '.');
    let (stood, field, seq, kiosk) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let key = ChangeKey { kiosk: KioskId::new(kiosk), seq: seq.parse().ok()?, field: Field::from_code(field)? };
    Some(Shown { key, stood: Some(stood.to_owned()) })
}

/// What "accept all" takes: one proposal of each field that no one has to choose about.
fn clear(changes: &[ProposedChange]) -> Vec<&ProposedChange> {
    let of = |field: Field| {
        let mut open = changes.iter().filter(move |change| change.key.field == field && change.is_open());
        let first = open.next()?;
        let alone = open.all(|other| field.says_the_same(&other.proposal.new, &first.proposal.new));
        (alone && first.fits() && !first.is_conflict()).then_some(first)
    };
    Field::ALL.into_iter().filter_map(of).collect()
}

/// Instead of a name.
const UNLISTED: &str = "Visit not on the desk's list";

/// What the page of one person shows.
struct Page {
    id: AppointmentId,
    name: String,
    born: Option<Born>,
    payers: Vec<Payer>,
    review: Review,
    idle_seconds: u64,
}

impl Page {
    /// None if neither the list nor a kiosk knows the visit.
    fn read(desk: &Desk, id: AppointmentId) -> Result<Option<Self>, DeskError> {
        let idle_seconds = desk.session_idle().as_secs();
        let payers = desk.settings().insurance.payers.clone();
        Ok(desk.review_of(&id)?.map(|review| {
            let person = review.row.appointment.as_ref().map(|appointment| &appointment.person);
            let name = super::row::name_of(&review.row).unwrap_or_else(|| UNLISTED.to_owned());
            let born = person.map(|person| person.birth_date);
            Self { id, name, born, payers, idle_seconds, review }
        }))
    }

    fn show(&self, who: &SignedIn, notice: Option<&str>, problem: Option<&str>) -> Markup {
        let clear = clear(&self.review.changes);
        let open: Vec<&ProposedChange> = self.review.changes.iter().filter(|change| change.is_open()).collect();
        let over: Vec<&ProposedChange> = self.review.changes.iter().filter(|change| !change.is_open()).collect();
        let marks = clear.iter().map(|change| mark(change)).collect::<Vec<_>>().join(" ");
        let again = format!("/changes?appointment={}", in_address(self.id.as_str()));
        let body = html! {
            @if let Some(notice) = notice { p.notice role="status" { (notice) } }
            @if let Some(problem) = problem { p.problem role="alert" { (icon("alert")) span { (problem) } } }
            // Anyone who presses Enter on a page that they have not read changes nothing.
            h2 data-appointment=(self.id) tabindex="-1" autofocus[!open.is_empty()] {
                (self.name)
                @if let Some(born) = self.born {
                    span.n { " DOB " time datetime=[born.day().map(|date| date.0)] { (born.for_staff()) } }
                }
            }
            p.way {
                a.button href={ "/#row-" (in_address(self.id.as_str())) } autofocus[open.is_empty()] { "Back to list" }
                @if !clear.is_empty() {
                    (self.form("accept", &marks, who, &html! {
                        button.button #accept-all type="submit" {
                            "Accept all: " (count_words(clear.len())) span.hidden { " of " (self.name) }
                        }
                    }))
                }
            }
            @if !clear.is_empty() && clear.len() < open.len() { p.quiet { "The rest must be reviewed one by one." } }
            @if open.is_empty() { p.empty { (icon("check")) "All changes reviewed." } }
            ul.changes { @for change in open { (self.open(change, who)) } }
            @if !self.review.asked.is_empty() {
                h3 { "Insurance on file" }
                ul.changes {
                    @for (which, card, answer, at) in &self.review.asked {
                        li.change {
                            h3 { (which) }
                            p { (printable(card.as_str())) }
                            p.by {
                                (icon("card"))
                                span {
                                    (answer.for_staff()) ", "
                                    time datetime=(at) { (clock_time(*at, &self.review.zone)) }
                                }
                            }
                        }
                    }
                }
            }
            @if !over.is_empty() {
                h3 {
                    @if over.iter().any(|change| change.contradicted.is_some()) {
                        "Reviewed"
                    } @else {
                        "Reviewed today"
                    }
                }
                ul.changes { @for change in over { (self.over(change, who)) } }
            }
        };
        staff_page("Changes to review", who, (&again, self.idle_seconds), &body)
    }

    fn form(&self, action: &str, marks: &str, who: &SignedIn, inside: &Markup) -> Markup {
        html! {
            form method="post" action={ "/changes/" (action) } {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="appointment" value=(self.id);
                input type="hidden" name="changes" value=(marks);
                (inside)
            }
        }
    }

    /// How, where and when it was said.
    fn said(&self, change: &ProposedChange) -> Markup {
        let place = self.review.places.get(&change.key.kiosk).map_or(String::new(), |place| format!("{place}, "));
        let date = change.at.to_zoned_datetime(self.review.zone.clone()).date();
        html! {
            p.quiet {
                (change.proposal.source.for_staff()) " " (place) "kiosk " (change.key.kiosk) ", "
                time datetime=(change.at) {
                    @if date != self.review.today { (date.strftime("%-d %b")) " " }
                    (clock_time(change.at, &self.review.zone))
                }
            }
        }
    }

    fn values(change: &ProposedChange) -> Markup {
        let (field, proposal) = (change.key.field, &change.proposal);
        match change.third_value() {
            Some(third) => side_by_side(
                field,
                &[
                    ("Shown to patient", "", &proposal.old),
                    (
                        if change.is_conflict_elsewhere() { "On file for another visit" } else { "On file now" },
                        "now",
                        third,
                    ),
                    ("Reported by patient", "new", &proposal.new),
                ],
            ),
            None => {
                side_by_side(field, &[("On file", "", &proposal.old), ("Reported by patient", "new", &proposal.new)])
            }
        }
    }

    fn photos(&self, change: &ProposedChange) -> Markup {
        photos::beside(&change.key, self.review.photos.get(&change.key).map_or(&[], Vec::as_slice))
    }

    fn has_photos(&self, change: &ProposedChange) -> bool {
        self.review
            .photos
            .get(&change.key)
            .is_some_and(|photos| photos.iter().any(|(_, state)| *state == PhotoState::Here))
    }

    fn open(&self, change: &ProposedChange, who: &SignedIn) -> Markup {
        let (field, marks) = (change.key.field.for_staff(), mark(change));
        let key = format!("{}-{}-{}", change.key.kiosk, change.key.seq, change.key.field.code());
        let of = html! { span.hidden { ": " (field) } };
        html! {
            // Where there is a photo it stands beside all that is read and typed of the change.
            li.change.has-photos[self.has_photos(change)] id={ "change-" (key) } {
                div.words {
                    h3 { (field) }
                    (self.said(change))
                    @if change.is_conflict_elsewhere() {
                        p.reason { (icon("alert")) "Another visit of this patient has a different value on file" }
                    }
                    @else if change.is_conflict() {
                        p.reason { (icon("alert")) "The chart changed after the patient saw it" }
                    }
                    @if change.proposal.insisted { p.reason { (icon("question")) (insisted(change.key.field)) } }
                    @if !change.fits() {
                        p.reason { (icon("alert")) "Too long, or not plain text. Edit it before accepting." }
                    }
                    (Self::values(change))
                }
                (self.photos(change))
                div.do {
                    @if change.fits() {
                        (self.form("accept", &marks, who, &html! { button.button type="submit" { "Accept" (of) } }))
                    }
                    details {
                        summary.button { "Edit" (of) }
                        (self.form("edit", &marks, who, &html! {
                            (inputs(change, &key, &self.payers))
                            button.button type="submit" { "Accept as typed" (of) }
                        }))
                    }
                    details {
                        summary.button { "Reject" (of) }
                        (self.form("reject", &marks, who, &html! {
                            label for={ "why-" (key) } { "Reason" }
                            select id={ "why-" (key) } name="why" {
                                option value="" { "Choose a reason" }
                                @for why in WHYS { option value=(why) { (why) } }
                            }
                            label for={ "words-" (key) } { "Other reason" }
                            input id={ "words-" (key) } name="words" maxlength=(WHY_CHARS_MAX) autocomplete="off";
                            button.button type="submit" { "Reject" (of) }
                        }))
                    }
                }
            }
        }
    }

    fn over(&self, change: &ProposedChange, who: &SignedIn) -> Markup {
        let field = change.key.field.for_staff();
        let by = |word: &str| {
            html! {
                @if let Some((at, user)) = &change.by {
                    (word) " by " (user) " at " time datetime=(at) { (clock_time(*at, &self.review.zone)) }
                }
            }
        };
        let mut columns = vec![
            ("Previously on file", "", &change.proposal.old),
            ("Reported by patient", "new", &change.proposal.new),
        ];
        if let Decided::Accepted(value) = &change.decided
            && *value != change.proposal.new
        {
            columns.push(("Accepted as", "new", value));
        }
        html! {
            li.change.over {
                h3 { (field) }
                (self.said(change))
                (side_by_side(change.key.field, &columns))
                (self.photos(change))
                @match &change.decided {
                    Decided::Open => p.by { (icon("check")) "Already updated in chart" },
                    Decided::Accepted(_) => p.by { (icon("check")) span { (by("Accepted")) } },
                    Decided::Rejected(why) => p.by {
                        (icon("cross")) span { (by("Rejected")) ": " (printable(why.as_str())) }
                    },
                }
                @if let Some(at) = change.contradicted {
                    p.reason {
                        (icon("alert"))
                        span {
                            "The scheduling system has a different value since "
                            time datetime=(at) {
                                @if at.to_zoned_datetime(self.review.zone.clone()).date() != self.review.today {
                                    (at.to_zoned_datetime(self.review.zone.clone()).strftime("%-d %b")) " "
                                }
                                (clock_time(at, &self.review.zone))
                            }
                            ": its value is on file, and this change is not exported"
                            @if change.can_undo { ". Undo to review again" }
                        }
                    }
                }
                @if let Some(batch) = change.batch {
                    p.quiet { "Exported in batch " (batch) "; it can't be undone here." }
                }
                @if change.can_undo {
                    div.do {
                        (self.form(
                            "undo",
                            &mark(change),
                            who,
                            &html! { button.button.plain type="submit" { "Undo" span.hidden { ": " (field) } } },
                        ))
                    }
                }
            }
        }
    }
}

fn insisted(field: Field) -> &'static str {
    match field {
        Field::Insurance | Field::SecondInsurance => "Unusual member ID; the patient confirmed it",
        _ => "Unusual value; the patient confirmed it",
    }
}

/// How many changes, in words.
pub(super) fn count_words(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

/// Everyone who has a change that no one decided, whatever its day.
fn everybody(desk: &Desk, who: &SignedIn) -> Result<Markup, DeskError> {
    let people = desk.people_with_open_changes()?;
    let zone = desk.settings().zone()?;
    let body = html! {
        h2 { "Changes to review" }
        p.way { a.button href="/" autofocus[people.is_empty()] { "Back to list" } }
        @if people.is_empty() { p.empty { (icon("check")) "All changes reviewed." } }
        ul.changes {
            @for of in &people {
                @let name = of.row.as_ref().and_then(super::row::name_of).unwrap_or_else(|| UNLISTED.to_owned());
                li.change {
                    p {
                        a.review href={ "/changes?appointment=" (in_address(of.first.appointment.as_str())) } {
                            (name) ": " (count_words(of.count)) " to review"
                        }
                    }
                    p.quiet {
                        "since "
                        time datetime=(of.first.at) {
                            (of.first.at.to_zoned_datetime(zone.clone()).strftime("%-d %b %-I:%M %p"))
                        }
                    }
                }
            }
        }
    };
    Ok(staff_page("Changes to review", who, ("/changes", desk.session_idle().as_secs()), &body))
}
