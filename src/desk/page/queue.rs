//! The queues on the list: who is next and why, the buttons of someone's steps, and where one calls to.

use std::collections::{HashMap, HashSet};

use maud::{Markup, html};

use super::drawn::{Rows, token};
use super::html::number;
use super::icons::icon;
use super::list::Day;
use super::row::clock_time;
use crate::desk::base::address::in_address;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::VisitState;
use crate::domain::queue::day::Queue;
use crate::domain::visit::VisitRow;

/// Everyone who waits, by queue; last the person who is here by the booking system's word alone and so has no ticket to
/// call.
pub fn waiting(day: &Day, rows: &Rows) -> Markup {
    let shown: HashMap<&AppointmentId, &VisitRow> = day.waiting.iter().map(|row| (&row.id, &**row)).collect();
    let in_line: HashSet<&AppointmentId> =
        day.queues.all.iter().flat_map(|queue| &queue.line).map(|one| &one.place.waiter.visit).collect();
    let others: Vec<_> = day.waiting.iter().filter(|row| !in_line.contains(&row.id)).collect();
    html! {
        section #waiting aria-labelledby="h-waiting" {
            h2 #h-waiting { "Waiting " (number(day.waiting.len())) }
            @if day.waiting.is_empty() { p.empty { "No one is waiting." } }
            @for queue in day.queues.all.iter().filter(|queue| !queue.line.is_empty()) {
                @let in_it: Vec<_> = queue.line.iter().filter_map(|one| shown.get(&one.place.waiter.visit)).collect();
                div.queue id={ "line-" (in_address(&queue.rules.name)) } {
                    (head(day, queue, in_it.len()))
                    @if !in_it.is_empty() { ul.rows { @for row in in_it { (rows.visit(row)) } } }
                }
            }
            @if !others.is_empty() { ul.rows { @for row in others { (rows.visit(row)) } } }
        }
    }
}

/// A queue's name, how many wait in it and the button that calls who is next.
fn head(day: &Day, queue: &Queue, shown: usize) -> Markup {
    let name = &queue.rules.name;
    let (line, hidden) = (queue.line.len(), queue.line.len().saturating_sub(shown));
    let to = day.my_point.as_ref().map(|point| format!(" to {point}")).unwrap_or_default();
    let mine = day.my_point.as_ref().is_none_or(|point| day.settings.is_served_at(name, point));
    html! {
        div.queue-head {
            h3 {
                (name) " "
                span.n {
                    (line) " waiting" @if queue.held > 0 { ", " (queue.held) " on hold" }
                    @if hidden > 0 { ", " (hidden) " of them above" }
                }
            }
            @if let Some(next) = queue.next() {
                form method="post" action="/queue/next" data-live {
                    (token())
                    input type="hidden" name="appointment" value=(next.place.waiter.visit);
                    button.button.primary[mine] type="submit" id={ "next-" (in_address(name)) }
                        aria-label={ "Call next" (to) ": " (next.place.waiter.ticket) ", " (name) } {
                        "Call next" (to) ": " (next.place.waiter.ticket)
                    }
                }
            }
        }
    }
}

/// Where someone stands: place, wait and why there; or where they were called to.
pub fn standing(day: &Day, row: &VisitRow) -> Markup {
    let at = |at: jiff::Timestamp| clock_time(at, &day.zone);
    let to = row.in_line.point.as_deref();
    match row.state {
        VisitState::Arrived => html! {
            @if let Some((queue, one)) = day.queues.place_of(&row.id) {
                @let wait = one.wait.for_staff();
                p.place {
                    b { (one.place.position) " of " (queue.line.len()) } " in " (queue.rules.name)
                    @if !wait.is_empty() { ", " (wait) }
                }
                p.quiet.place-why { (one.place.sentence(&day.zone)) }
                @if let Some(point) = &one.elsewhere {
                    p.by {
                        (icon("sound"))
                        span {
                            "Called " @if !point.is_empty() { "to " (point) " " }
                            "for another visit; can't be called here until that is over"
                        }
                    }
                }
            }
        },
        VisitState::Held if row.is_out() => html! {
            p.place {
                b { "Stepped out" } @if let Some(since) = row.in_line.held { " since " (at(since)) }
                ", by phone; keeps their turn in " (day.queue_of(row))
            }
        },
        VisitState::Held => html! {
            p.place {
                "On hold in " (day.queue_of(row)) @if let Some(since) = row.in_line.held { " since " (at(since)) }
                ", keeps their place"
            }
        },
        VisitState::Called => html! {
            p.place {
                "Called" @if let Some(to) = to { " to " b { (to) } }
                @if let Some((first, user)) = &row.called {
                    " by " (user) @if row.in_line.calls < 2 { ", " (at(*first)) }
                }
                @if row.in_line.calls > 1 {
                    ", " (row.in_line.calls) " times"
                    @if let Some(last) = row.in_line.last_call { ", last at " (at(last)) }
                }
            }
        },
        VisitState::WithClinician => html! {
            p.place {
                @if let Some(to) = to { "In " b { (to) } } @else { "Started" }
                @if let Some(since) = row.in_line.started { " since " (at(since)) }
            }
        },
        VisitState::NoShow => html! {
            @if row.in_line.calls > 0 { p.place { "Called " (row.in_line.calls) " times, no answer" } }
        },
        _ => html! {},
    }
}

/// A button that takes one step of a visit.
pub struct Step<'a> {
    /// The visit.
    pub row: &'a VisitRow,
    /// Who it is, for anyone who cannot see the row.
    pub name: &'a str,
}

impl Step<'_> {
    /// The button.
    pub fn button(&self, action: &str, word: &str, class: &str) -> Markup {
        html! {
            form method="post" action={ "/visit/" (action) } data-live {
                (token())
                input type="hidden" name="appointment" value=(self.row.id);
                @if let Some((revision, _)) = self.row.in_line.step.as_ref().filter(|_| action == "undo") {
                    input type="hidden" name="step" value=(revision);
                }
                button type="submit" id={ (action) "-" (self.row.id) } class={ "button " (class) }
                    aria-label={ (word) ": " (self.name) } { (word) }
            }
        }
    }

    /// The button that takes back that the visit was canceled, by the revision of that.
    pub fn undo_call_off(&self, revision: u64) -> Markup {
        let id = &self.row.id;
        html! {
            form method="post" action="/visit/undo-call-off" data-live {
                (token())
                input type="hidden" name="appointment" value=(id);
                input type="hidden" name="step" value=(revision);
                button.button.plain type="submit" id={ "undo-call-off-" (id) }
                    aria-label={ "Undo cancellation: " (self.name) } { "Undo cancellation" }
            }
        }
    }

    /// What can be done with someone who is called or with a clinician, on hold, or did not come.
    pub fn of_state(&self, day: &Day, is_strong: bool) -> Markup {
        let strong = if is_strong { "primary" } else { "" };
        let row = self.row;
        match row.state {
            VisitState::Called => html! {
                (self.button("start", "Start visit", strong))
                (self.button("call-again", "Call again", ""))
                (self.button("done", "Complete visit", ""))
                @if row.in_line.calls >= day.no_show_after(row) { (self.button("no-show", "No-show", "")) }
            },
            VisitState::Held => html! { (self.button("back", "Back in line", strong)) },
            VisitState::WithClinician => html! { (self.button("done", "Complete visit", strong)) },
            VisitState::NoShow if row.in_line.step.is_some() && row.ticket.is_some() => {
                html! { (self.button("back", "Patient arrived after all", "")) }
            }
            _ => html! {},
        }
    }

    /// What is wanted less often, folded away.
    pub fn more(&self, day: &Day) -> Markup {
        let (row, id) = (self.row, &self.row.id);
        let own = day.queue_of(row);
        let others: Vec<&str> =
            day.queues.all.iter().map(|queue| queue.rules.name.as_str()).filter(|name| *name != own).collect();
        html! {
            details.more id={ "more-" (id) } {
                summary.button.plain aria-label={ "More: " (self.name) } { "More" }
                div.less-often {
                    @if matches!(row.state, VisitState::Arrived | VisitState::Called) {
                        (self.button("hold", "Hold", ""))
                    }
                    @if row.state == VisitState::Called { (self.button("back", "Back in line", "")) }
                    @if row.state == VisitState::Held {
                        (self.button("call", "Call", "")) (self.button("done", "Complete visit", ""))
                    }
                    @if !others.is_empty() {
                        form.transfer method="post" action="/visit/transfer" data-live {
                            (token())
                            input type="hidden" name="appointment" value=(id);
                            label for={ "queue-" (id) } { "Transfer to queue" }
                            select id={ "queue-" (id) } name="queue" {
                                @for name in others { option value=(name) { (name) } }
                            }
                            label.check {
                                input id={ "keep-" (id) } type="checkbox" name="keep" value="1" checked; " keep turn"
                            }
                            button.button type="submit" id={ "transfer-" (id) }
                                aria-label={ "Transfer: " (self.name) } { "Transfer" }
                        }
                    }
                }
            }
        }
    }
}

/// What taking the latest step back is called.
pub fn undo_word(step: &str) -> &'static str {
    match step {
        "call" => "Undo call",
        "call-again" => "Undo second call",
        "hold" => "Undo hold",
        "back" => "Undo back in line",
        "start" => "Undo start",
        "done" => "Undo complete",
        "no-show" => "Undo no-show",
        "step-out" => "Undo step out",
        "come-back" => "Undo return",
        "transfer" => "Undo transfer",
        "check-in" => "Undo check-in",
        "undo-check-in" => "Restore check-in",
        "call-as" => "Undo call preference",
        "not-come" => "Undo no-show",
        "cancel" => "Undo cancellation",
        "seen" => "Undo acknowledge",
        _ => "Undo",
    }
}

/// Where anyone who is signed in calls to.
pub fn choose_point(day: &Day, csrf: &str) -> Markup {
    let known = |point: &str| day.settings.points.iter().any(|one| one.name == point);
    html! {
        @if !day.settings.points.is_empty() {
            form.point method="post" action="/point" data-live {
                input type="hidden" name="csrf" value=(csrf);
                label for="point" { "My room" }
                select #point name="point" {
                    option value="" selected[!day.my_point.as_deref().is_some_and(known)] { "None selected" }
                    @for point in &day.settings.points {
                        option value=(point.name) selected[day.my_point.as_ref() == Some(&point.name)] { (point.name) }
                    }
                }
                button #set-point.button.small type="submit" aria-label="Save my room" { "Save" }
            }
        }
    }
}
