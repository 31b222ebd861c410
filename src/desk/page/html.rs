//! The pages as HTML; rows of the list are in `row`. Everything that people or files gave is escaped by the templates.

use std::sync::Arc;

use maud::{DOCTYPE, Markup, html};

use super::drawn::{Rows, for_whom};
use super::earlier;
use super::icons::{icon, mark};
use super::list::Day;
use super::narrow;
use super::nav::top;
use super::queue::{choose_point, waiting};
use super::row::refused_codes;
use super::search::SEARCH_CHARS_MAX;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::visit::VisitRow;

fn page(title: &str, script: bool, body: &Markup) -> Markup {
    whole(title, &html! { @if script { (scripts()) script src="/static/desk.js" defer {} } }, body)
}

/// What every page of someone who is signed in does by itself.
fn scripts() -> Markup {
    html! {
        script src="/static/renew.js" defer {}
        (watch_scripts())
        script src="/static/session.js" defer {}
        script src="/static/staff.js" defer {}
    }
}

/// What a locked page does by itself: it stays connected, and rings.
pub(super) fn watch_scripts() -> Markup {
    html! {
        script src="/static/live.js" defer {}
        script src="/static/tones.js" defer {}
        script src="/static/ring.js" defer {}
        script src="/static/lock.js" defer {}
    }
}

/// Whether the page is connected. One that does not keep itself current says so only while it is not.
fn link(is_live: bool) -> Markup {
    html! {
        p #link.link role="status" hidden[!is_live] data-live[is_live] {
            span.dot aria-hidden="true" {}
            span #link-text { @if is_live { "Reload to update" } }
        }
    }
}

pub(super) fn whole(title: &str, head: &Markup, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                link rel="icon" href="/static/icon.svg";
                link rel="stylesheet" href="/static/desk.css";
                (head)
            }
            body { (body) }
        }
    }
}

/// A page beside the list. Without a script it asks for itself, as no one's work, once the session may have ended:
/// `again` is its address, which has or gets a query, and after how many seconds.
pub fn staff_page(title: &str, who: &SignedIn, again: (&str, u64), body: &Markup) -> Markup {
    let parts = (&html! {}, &link(false));
    beside(title, who, again, parts, &html! { main #review tabindex="-1" { (body) } })
}

/// The page of one person, kept live. Its title names no one: titles stay in a browser's history.
pub fn panel_page(who: &SignedIn, again: (&str, u64), body: &Markup) -> Markup {
    let parts = (&html! { script src="/static/panel.js" defer {} }, &link(true));
    beside("Patient", who, again, parts, &html! { main #person tabindex="-1" { (body) } })
}

fn beside(title: &str, who: &SignedIn, again: (&str, u64), (more, tools): (&Markup, &Markup), body: &Markup) -> Markup {
    let (address, seconds) = again;
    let idle = format!("{}; url={address}{}idle=1", seconds + 5, if address.contains('?') { "&" } else { "?" });
    whole(
        &format!("{title} - Arrivals desk"),
        &html! {
            (scripts())
            (more)
            noscript { meta http-equiv="refresh" content=(idle); }
        },
        &html! {
            (top(who, address, &html! { (mark()) h1 { (title) } }, &html! { div {} }, tools))
            (body)
        },
    )
}

/// One message and one way on.
pub fn message(title: &str, text: &str, to: &str, action: &str) -> Markup {
    page(
        title,
        false,
        &html! {
            main.card { (mark()) h1 { (title) } p { (text) } a.button.primary href=(to) { (action) } }
        },
    )
}

/// The whole page with today's list; `refused` is why what was asked for was not done.
pub fn main(day: &Day, rows: &Rows, who: &SignedIn, clinic: &str, refused: Option<&str>) -> Markup {
    page(
        "Arrivals desk",
        true,
        &html! {
            a.skip href="#list" { "Skip to list" }
            (top(
                who,
                "/",
                &html! {
                    (mark())
                    div { h1 { (clinic) } p { time datetime=(day.date) { (day.date.strftime("%A, %-d %B %Y")) } } }
                },
                &html! {
                    form #find.find role="search" method="post" action="/search" {
                        input type="hidden" name="csrf" value=(who.csrf);
                        label.hidden for="filter" { "Search by name, date of birth, ticket or MRN" }
                        input #filter type="search" name="q" maxlength=(SEARCH_CHARS_MAX)
                            placeholder="Name, DOB, ticket, MRN" autocomplete="off" spellcheck="false";
                        p #found.hidden role="status" {}
                    }
                },
                &html! {
                    (link(true))
                    (choose_point(day, &who.csrf))
                },
            ))
            p #said.hidden role="status" aria-live="polite" {}
            p #failed.failed role="alert" hidden[refused.is_none()] { @if let Some(refused) = refused { (refused) } }
            main {
                div.bar {
                    a.button.small #walk-in href="/walk-in" { "Add walk-in" }
                    (narrow::form(day))
                }
                // While a search is typed: how many of today match, and below them those of other days. It is sent by
                // a form, since it is a name.
                p #fitting.narrowed hidden {}
                div #list tabindex="-1" { (list(day, rows, &who.csrf)) }
                section #others aria-live="polite" hidden {}
            }
        },
    )
}

/// The part that is fetched again at every change.
pub fn list(day: &Day, rows: &Rows, csrf: &str) -> Markup {
    let list = html! {
        div #day data-revision=(day.revision) data-drawn=(rows.name()) data-now=(day.now.as_second())
            data-next=[day.next] data-urgent=(u8::from(day.is_urgent())) data-needs=(day.needs.len()) {
            (narrow::notice(day))
            (earlier::notice(&day.left, day.known.left_before, day.date))
            ul #counters.counters aria-label="Counts" {
                li.count.is-needs.zero[day.needs.is_empty()] {
                    a href="#needs" { b { (day.needs.len()) } " need attention" }
                }
                li.count { a href="#waiting" { b { (day.waiting.len()) } " waiting" } }
                @if !day.held.is_empty() { li.count { a href="#held" { b { (day.held.len()) } " on hold" } } }
                li.count { a href="#called" { b { (day.called.len()) } " called" } }
                @if !day.seen_now.is_empty() {
                    li.count { a href="#seen-now" { b { (day.seen_now.len()) } " with provider" } }
                }
                li.count { a href="#expected" { b { (day.expected.len()) } " expected" } }
                @let late = day.late();
                @if late > 0 {
                    li.count.is-late { a #late href="/?state=late" { (icon("clock")) b { (late) } " late" } }
                }
                li.count { a href="#closed" { b { (day.closed.len()) } " completed & canceled" } }
                @if day.known.same_numbers > 0 {
                    li.count {
                        a #same-numbers href="/same-number" {
                            (icon("alert")) b { (day.known.same_numbers) }
                            @if day.known.same_numbers == 1 { " shared number" } @else { " shared numbers" }
                        }
                    }
                }
                @if day.known.changes > 0 {
                    li.count {
                        a #all-changes href="/changes" {
                            b { (day.known.changes) }
                            @if day.known.changes == 1 { " change to review" } @else { " changes to review" }
                        }
                    }
                }
            }
            @if day.is_without_appointments() { (no_appointments(day)) }
            section #needs aria-labelledby="h-needs" {
                h2 #h-needs { "Needs attention" }
                @if day.needs.is_empty() { p.empty { (icon("check")) "No one needs attention right now." } }
                ul.rows { @for entry in &day.needs { (rows.entry(entry)) } }
            }
            (waiting(day, rows))
            @if !day.held.is_empty() { (section("held", "On hold", "", &day.held, rows)) }
            (section("called", "Called", "No one is on the way to a room.", &day.called, rows))
            @if !day.seen_now.is_empty() { (section("seen-now", "With provider", "", &day.seen_now, rows)) }
            (expected(day, rows))
            details #closed {
                summary { h2 { "Completed & canceled " (number(day.closed.len())) } }
                @let done = day.closed_shown();
                (done.left_out("earlier", "later"))
                ul.rows { @for entry in done.shown { (rows.entry(entry)) } }
                (refused_codes(day))
            }
        }
    };
    for_whom(&list, day, csrf)
}

/// Where the appointments are if there are none today: an empty list looks like one that could not be read.
fn no_appointments(day: &Day) -> Markup {
    let beside = &day.known.days_beside;
    html! {
        div #no-appointments.notice {
            p {
                b { @if beside.is_empty() { "No appointments yet." } @else { "No appointments today." } }
                @for (date, count) in beside {
                    " "
                    a href={ "/appointments?date=" (date) } {
                        (count) " on " time datetime=(date) { (date.strftime("%A, %b %-d, %Y")) }
                    }
                    "."
                }
            }
            @if day.can_import { p { a.button.small href="/appointments/import" { "Import appointments" } } }
            @else if beside.is_empty() { p.quiet { "A supervisor or admin can import appointments." } }
        }
    }
}

/// How many there are in a part of the list. Its script shows how many of them match a search.
pub fn number(count: usize) -> Markup {
    html! { span.n data-n=(count) { (count) } }
}

fn expected(day: &Day, rows: &Rows) -> Markup {
    let window = day.expected_shown();
    html! {
        section #expected aria-labelledby="h-expected" {
            h2 #h-expected { "Expected " (number(day.expected.len())) }
            @if day.expected.is_empty() { p.empty { "No one else is expected today." } }
            (window.left_out("with earlier appointments", "with later appointments"))
            ul.rows { @for row in window.shown { (rows.visit(row)) } }
        }
    }
}

fn section(id: &str, title: &str, empty: &str, of: &[Arc<VisitRow>], rows: &Rows) -> Markup {
    html! {
        section id=(id) aria-labelledby={ "h-" (id) } {
            h2 id={ "h-" (id) } { (title) " " (number(of.len())) }
            @if of.is_empty() { p.empty { (empty) } }
            ul.rows { @for row in of { (rows.visit(row)) } }
        }
    }
}
