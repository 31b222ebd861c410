//! One kiosk on the page: what is the matter in front, then how it is, then what can be done.
//!
//! Invariant: how it stands is a shape, a word and a color; what follows what happens holds nothing that someone types.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};

use super::super::icons::icon;
use super::{KioskForm, Kiosks, PLACE_CHARS_MAX, Refused, Shown};
use crate::desk::service::kiosks::watch::{Alarm, Raised, Standing, Warning};
use crate::desk::service::kiosks::{CLOCK_WARNS, HeardHealth, ORDER_CHARS_MAX, OrderRow, OrderState, Tries};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::report::step_name;
use crate::domain::staff::Role;
use crate::sync::wire::{Condition, DeviceHealth, OrderKind};

/// How a kiosk stands, as shape and word.
pub fn standing(standing: Standing) -> Markup {
    let (shape, class) = match standing {
        Standing::Unknown => ("question", "unknown"),
        Standing::Working => ("check", "working"),
        Standing::NeedsSomebody => ("alert", "needs-somebody"),
        Standing::Silent => ("cross", "silent"),
        Standing::OutOfService => ("pause", "out-of-service"),
    };
    html! { span.standing.(class) { (icon(shape)) (standing.word()) } }
}

/// A kiosk.
pub fn card(shown: &Shown, kiosks: &Kiosks, who: &SignedIn, refused: Refused<'_>) -> Markup {
    let row = &shown.watched.row;
    let id = row.id.as_str();
    html! {
        li.kiosk id={ "kiosk-" (id) } tabindex="-1" {
            div.now id={ "now-" (id) } data-part {
                div.kiosk-head {
                    h3 { (id) @if !row.place.is_empty() { span.n { " " (row.place) } } }
                    (standing(shown.watched.standing))
                }
                (troubles(shown, kiosks, who))
                (facts(shown, kiosks))
                (today(&shown.today))
                (orders(&shown.orders, kiosks))
            }
            (actions(shown, who, refused.filter(|(_, _, form)| form.kiosk == id)))
        }
    }
}

fn troubles(shown: &Shown, kiosks: &Kiosks, who: &SignedIn) -> Markup {
    let zone = &kiosks.zone;
    let watched = &shown.watched;
    html! {
        @if let Some((text, user, at)) = &watched.out_by_staff {
            p.out {
                "Sending patients to the desk since " (when(*at, kiosks)) ", set by " (user)
                @if !text.is_empty() { ": “" (text) "”" } "."
                @if watched.row.health.as_ref().is_some_and(|heard| !heard.health.out_of_service) {
                    " The kiosk hasn't confirmed this yet."
                }
            }
        } @else if watched.standing == Standing::Unknown {
            p.quiet {
                @if watched.row.posted_at.is_some() {
                    "This kiosk's software is too old to report its status. Update it."
                } @else {
                    "No report received yet."
                }
            }
        }
        @if !shown.raised.is_empty() || !watched.warnings.is_empty() || watched.older.is_some() {
            ul.troubles {
                @for raised in &shown.raised {
                    li.is-alarm { (icon("alert")) div { (alarm(raised, zone, who)) (adopt(raised, who)) } }
                }
                @for warning in &watched.warnings { li { (icon("clock")) span { (warning_words(warning)) } } }
                @if let Some(older) = watched.older {
                    li { (icon("clock")) span { (capital(older.hint())) " when convenient" } }
                }
            }
        }
    }
}

fn alarm(raised: &Raised, zone: &TimeZone, who: &SignedIn) -> Markup {
    html! {
        span { (capital(&raised.sentence)) }
        @match (&raised.seen, raised.since) {
            (Some((user, at)), _) => span.quiet {
                " Acknowledged by " (user) " at " (at.to_zoned_datetime(zone.clone()).strftime("%-I:%M %p")) "."
            },
            (None, Some(since)) => form method="post" action="/kiosks/seen" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="kiosk" value=(raised.kiosk);
                input type="hidden" name="alarm" value=(raised.alarm.code());
                input type="hidden" name="since" value=(since);
                button.button.small type="submit" {
                    "Acknowledge" span.hidden { ": " (raised.kiosk) " " (raised.sentence) }
                }
            },
            (None, None) => {}
        }
    }
}

/// Where a kiosk's log is another one than the desk holds: the way on.
fn adopt(raised: &Raised, who: &SignedIn) -> Markup {
    html! {
        @if raised.alarm == Alarm::OtherLog(false) && who.role >= Role::Supervisor {
            details.more id={ "d-adopt-" (raised.kiosk) } {
                summary.button { "Allow to continue…" span.hidden { ": " (raised.kiosk) } }
                p {
                    "Do this if its SD card was replaced, or an older copy of the card is in use. Reports it hasn't \
                     sent yet will reach the desk. If another machine runs with the same card, turn that one off first."
                }
                form method="post" action="/kiosks/adopt" {
                    input type="hidden" name="csrf" value=(who.csrf);
                    input type="hidden" name="kiosk" value=(raised.kiosk);
                    button.button type="submit" { "Yes, allow it to continue" span.hidden { ": " (raised.kiosk) } }
                }
            }
        }
    }
}

fn warning_words(warning: &Warning) -> String {
    let with = |what: &str, why: &str| {
        if why.is_empty() { format!("{what} needs attention") } else { format!("{what}: {why}") }
    };
    match warning {
        Warning::PrinterSoon(why) => with("Printer", why),
        Warning::Scanner(why) => with("Scanner", why),
        Warning::Camera(why) => with("Camera", why),
        Warning::Clock(ahead) => format!("Its clock is {}. Check-ins are still in order", clock_words(*ahead)),
        Warning::Newer(1) => "Its software doesn't support 1 message from the desk: update the kiosk".to_owned(),
        Warning::Newer(count) => {
            format!("Its software doesn't support {count} messages from the desk: update the kiosk")
        }
        Warning::Hot(celsius) => format!("{celsius} °C: too hot, running slower"),
        Warning::DiskFull(free) => format!("Only {free} MiB free on its disk"),
    }
}

/// `ahead`: how far the desk's clock is ahead of the kiosk's.
fn clock_words(ahead: SignedDuration) -> String {
    let direction = if ahead.is_negative() { "fast" } else { "slow" };
    let minutes = ahead.abs().as_mins();
    let much = match minutes {
        0..=119 => format!("{minutes} min"),
        _ => format!("{} h", minutes / 60),
    };
    format!("{much} {direction}")
}

fn facts(shown: &Shown, kiosks: &Kiosks) -> Markup {
    let row = &shown.watched.row;
    html! {
        @if shown.watched.standing == Standing::Silent { p.quiet { "Last reported status:" } }
        dl.kiosk-facts {
            div { dt { "Tickets" } dd { (row.series) "1, " (row.series) "2 …" } }
            div {
                dt { "Last seen" }
                dd { @match row.heard_at() { Some(at) => (ago(at, kiosks.now)), None => "never" } }
            }
            @if let Some(HeardHealth { health, online_since, clock, .. }) = &row.health {
                @if shown.watched.standing != Standing::Silent {
                    div { dt { "Online since" } dd { (when(*online_since, kiosks)) } }
                }
                div {
                    dt { "Last report" }
                    dd { @match row.posted_at { Some(at) => (ago(at, kiosks.now)), None => "none yet" } }
                }
                div {
                    dt { "Pending uploads" }
                    dd { @match health.waiting { 0 => "nothing", 1 => "1 report", n => { (n) " reports" } } }
                }
                div { dt { "Printer" } dd { (device(&health.printer)) } }
                div { dt { "Scanner" } dd { (device(&health.scanner)) } }
                div { dt { "Camera" } dd { (device(&health.camera)) } }
                div { dt { "Clock" } dd { @if clock.abs() > CLOCK_WARNS { (clock_words(*clock)) } @else { "right" } } }
                @if let Some(celsius) = health.celsius { div { dt { "Temperature" } dd { (celsius) " °C" } } }
                @if let Some(free) = health.disk_free_mib { div { dt { "Disk" } dd { (size(free)) " free" } } }
                div { dt { "Software" } dd { (health.version) ", since " (when(health.started, kiosks)) } }
            }
        }
    }
}

fn device(device: &DeviceHealth) -> String {
    let word = match device.is {
        Condition::Absent => "none",
        Condition::Ready => "ready",
        Condition::Soon => "needs attention",
        Condition::Failed => "not working",
    };
    if device.why.is_empty() { word.to_owned() } else { device.why.clone() }
}

fn size(mib: u64) -> String {
    if mib < 1024 { format!("{mib} MiB") } else { format!("{}.{} GiB", mib / 1024, mib % 1024 * 10 / 1024) }
}

fn today(tries: &Tries) -> Markup {
    let list = |words: Vec<(String, u32)>| {
        words
            .into_iter()
            .map(|(what, n)| if n > 1 { format!("{what} ({n})") } else { what })
            .collect::<Vec<_>>()
            .join("; ")
    };
    let stopped = tries.stopped.iter().map(|(reason, n)| (reason.for_staff().to_owned(), *n)).collect();
    let away = tries.walked_away.iter().map(|(step, n)| (step_name(step), *n)).collect();
    let sum = |counts: &[u32]| counts.iter().sum::<u32>();
    let (stops, left) = (
        sum(&tries.stopped.iter().map(|(_, n)| *n).collect::<Vec<_>>()),
        sum(&tries.walked_away.iter().map(|(_, n)| *n).collect::<Vec<_>>()),
    );
    html! {
        div.kiosk-today {
            p {
                "Today: " b { (tries.checked_in) } " checked in"
                @if tries.walked_in > 0 { ", " b { (tries.walked_in) } " walk-ins" }
                @if stops > 0 { ", " b { (stops) } " stopped" } @if left > 0 { ", " b { (left) } " walked away" } "."
            }
            @if stops > 0 { p.quiet { "Stopped: " (list(stopped)) "." } }
            @if left > 0 { p.quiet { "Walked away at: " (list(away)) "." } }
        }
    }
}

fn orders(orders: &[OrderRow], kiosks: &Kiosks) -> Markup {
    html! {
        @if !orders.is_empty() {
            ul.kiosk-orders aria-label="Recent commands" {
                @for order in orders {
                    li {
                        @let (shape, state) = match order.state {
                            OrderState::Waiting => ("clock", "pending".to_owned()),
                            OrderState::UnderWay => ("clock", "in progress".to_owned()),
                            OrderState::WhenFree => ("clock", "when idle".to_owned()),
                            OrderState::Done(at) => ("check", format!("done at {}", when(at, kiosks))),
                            OrderState::Unsure(at) => {
                                let what = format!("unclear whether it was done, {}", when(at, kiosks));
                                ("question", with_why(&what, &order.why))
                            }
                            OrderState::NotDone(at) => {
                                ("alert", with_why(&format!("failed, {}", when(at, kiosks)), &order.why))
                            }
                            OrderState::TooLate => ("cross", "not done: the kiosk did not answer in time".to_owned()),
                            OrderState::Replaced => ("cross", "replaced by a later one".to_owned()),
                        };
                        (icon(shape))
                        span {
                            (order_words(&order.what)) " (" (order.user) ", " (when(order.at, kiosks)) "): "
                            b { (state) }
                        }
                    }
                }
            }
        }
    }
}

/// What happened, and why if that was said.
pub fn with_why(what: &str, why: &str) -> String {
    if why.is_empty() { what.to_owned() } else { format!("{what}: {why}") }
}

fn order_words(what: &OrderKind) -> String {
    match what {
        OrderKind::OutOfService { text } if text.is_empty() => "Out of service".to_owned(),
        OrderKind::OutOfService { text } => format!("Out of service, “{text}”"),
        OrderKind::InService => "Back in service".to_owned(),
        OrderKind::Say { text } if text.is_empty() => "Message (text deleted)".to_owned(),
        OrderKind::Say { text } => format!("Message “{text}”"),
        OrderKind::Restart => "Restart kiosk".to_owned(),
        OrderKind::LookAgain => "Allow look-ups again".to_owned(),
        OrderKind::PrintAgain { ticket } => format!("Print {} again", ticket.number),
        OrderKind::Newer(_) => "A command from a newer desk".to_owned(),
    }
}

fn actions(shown: &Shown, who: &SignedIn, refused: Refused<'_>) -> Markup {
    let row = &shown.watched.row;
    let id = row.id.as_str();
    let of = html! { span.hidden { " at kiosk " (id) } };
    let typed = |action: &str, of: fn(&KioskForm) -> &str| {
        refused.filter(|(_, its, _)| *its == action).map_or("", |(_, _, form)| of(form))
    };
    let is_open = |action: &str| refused.is_some_and(|(_, its, _)| its == action);
    let form = |action: &str, inside: &Markup| {
        html! {
            form method="post" action={ "/kiosks/" (action) } autocomplete="off" {
                input type="hidden" name="csrf" value=(who.csrf);
                input type="hidden" name="kiosk" value=(id);
                (inside)
            }
        }
    };
    let field = |name: &str| format!("{name}-{id}");
    let text = |name: &str, label: &str, value: &str, is_needed: bool| {
        html! {
            label for=(field(name)) { (label) (of) }
            input id=(field(name)) name="text" value=(value) maxlength=(ORDER_CHARS_MAX)
                aria-describedby=(field(&format!("{name}-hint"))) required[is_needed];
            p.quiet id=(field(&format!("{name}-hint"))) { "Everyone nearby can read it. Don't use names." }
        }
    };
    html! {
        div.do {
            div.service id=(field("service")) data-part {
                @if shown.watched.out_by_staff.is_some() {
                    (form(
                        "order/in-service",
                        &html! { button.button.primary type="submit" { "Back in service" (of) } },
                    ))
                }
                @if shown.watched.alarms.iter().any(|alarm| matches!(alarm, Alarm::Guessing(_))) {
                    (form(
                        "order/look-again",
                        &html! { button.button.primary type="submit" { "Allow look-ups again" (of) } },
                    ))
                }
            }
            details.more id=(field("d-out")) open[is_open("out-of-service")] {
                summary.button { "Out of service" (of) }
                (form("order/out-of-service", &html! {
                    (text("out", "Message for patients (optional)", typed("out-of-service", |form| &form.text), false))
                    button.button type="submit" { "Send patients to the desk" (of) }
                }))
            }
            details.more id=(field("d-say")) open[is_open("say")] {
                summary.button { "Message" (of) }
                (form("order/say", &html! {
                    (text("say", "Shown to the person at the kiosk now", typed("say", |form| &form.text), true))
                    button.button type="submit" { "Show message" (of) }
                }))
            }
            details.more id=(field("d-print")) open[is_open("print-again")] {
                summary.button { "Print again" (of) }
                (form("order/print-again", &html! {
                    label for=(field("ticket")) { "Today's ticket" (of) }
                    input id=(field("ticket")) name="ticket" value=(typed("print-again", |form| &form.ticket))
                        maxlength="12" placeholder={ (row.series) "17" } autocapitalize="characters" spellcheck="false"
                        required;
                    button.button type="submit" { "Print ticket" (of) }
                }))
            }
            @if who.role >= Role::Supervisor {
                details.more id=(field("d-more")) open[is_open("place") || is_open("restart") || is_open("token")] {
                    summary.button.plain { "More" (of) }
                    (form("place", &html! {
                        label for=(field("place")) { "Location" (of) }
                        input id=(field("place")) name="place"
                            value=(if is_open("place") { typed("place", |form| &form.place) } else { &row.place })
                            maxlength=(PLACE_CHARS_MAX);
                        button.button type="submit" { "Save location" (of) }
                    }))
                    details.more id=(field("d-restart")) {
                        summary.button { "Restart kiosk…" (of) }
                        p { "Restarts when no one is using it. Back within a minute." }
                        (form("restart", &html! { button.button type="submit" { "Yes, restart kiosk" (of) } }))
                    }
                    @if who.role >= Role::Admin {
                        details.more id=(field("d-token")) {
                            summary.button { "Replace token…" (of) }
                            p {
                                "The kiosk can't reach the desk until the new token is in its kiosk.toml. Until then \
                                 it stores check-ins."
                            }
                            (form("enrol/token", &html! { button.button type="submit" { "Yes, replace token" (of) } }))
                        }
                    }
                }
            }
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The time of day, with the date if it is not today's.
fn when(at: Timestamp, kiosks: &Kiosks) -> String {
    let at = at.to_zoned_datetime(kiosks.zone.clone());
    let is_today = at.date() == kiosks.now.to_zoned_datetime(kiosks.zone.clone()).date();
    at.strftime(if is_today { "%-I:%M %p" } else { "%-d %b, %-I:%M %p" }).to_string()
}

/// How long ago, as the page's script says it too.
fn ago(at: Timestamp, now: Timestamp) -> Markup {
    let minutes = now.duration_since(at).as_mins();
    let words = match minutes {
        ..=0 => "just now".to_owned(),
        1..=59 => format!("{minutes} min ago"),
        _ => format!("{} h {} min ago", minutes / 60, minutes % 60),
    };
    html! { time datetime=(at) data-ago=(at.as_second()) { (words) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_and_disks_are_said_in_words() {
        for (seconds, expected) in [(305, "5 min slow"), (-185, "3 min fast"), (7200, "2 h slow")] {
            assert_eq!(clock_words(SignedDuration::from_secs(seconds)), expected);
        }
        assert_eq!([size(199), size(1024), size(9011)], ["199 MiB", "1.0 GiB", "8.7 GiB"]);
    }
}
