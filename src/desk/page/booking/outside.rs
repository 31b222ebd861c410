//! Another time than those that are offered: asked for, and booked outside the clinic's hours if someone wants it on
//! purpose.
//!
//! Invariant: the hours alone are passed over; anyone who has something else at that time is not.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::super::icons::icon;
use super::super::row::clock_time;
use super::show::{Choice, carried};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::booking::Practice;

/// A time that someone typed, on the clinic's clock.
///
/// # Errors
/// A sentence for anyone who typed it.
pub(super) fn read(practice: &Practice, day: &str, time: &str) -> Result<Timestamp, String> {
    let day: Date = day.trim().parse().map_err(|_| "Write the date, such as 2026-11-30. Nothing was booked.")?;
    let time: Time = time.trim().parse().map_err(|_| "Write the time, such as 18:30. Nothing was booked.")?;
    let nowhere = || {
        format!("Clocks change that day: {} doesn't exist on {day}. Nothing was booked.", time.strftime("%-I:%M %p"))
    };
    practice.at(day, time).ok_or_else(nowhere)
}

/// The form for another time.
pub(super) fn another(choice: &Choice<'_>, who: &SignedIn) -> Markup {
    let form = choice.form;
    let is_typed = !form.day.is_empty() || !form.time.is_empty();
    let day = if is_typed { form.day.clone() } else { form.date.parse().unwrap_or(choice.today).to_string() };
    let with = if form.with.is_empty() { &form.practitioner } else { &form.with };
    html! {
        details.another open[is_typed] {
            summary.button { "Another time" }
            p.quiet {
                "Outside clinic hours is allowed if nothing else is booked at that time. Length: " (choice.minutes)
                " minutes."
            }
            form.fields method="post" action="/appointments/take" {
                (carried(form, who, &[]))
                div {
                    label for="day" { "Date" }
                    input #day type="date" name="day" value=(day) min=(choice.today) required;
                }
                div { label for="time" { "Time" } input #time type="time" name="time" value=(form.time) required; }
                div { label for="with" { "Provider" }
                    select #with name="with" required {
                        option value="" selected[with.is_empty()] { "Choose" }
                        @for name in choice.clinicians { option value=(name) selected[with == name] { (name) } }
                    }
                }
                button.button type="submit" {
                    @if form.moves.is_empty() { "Book this time" } @else { "Reschedule to this time" }
                }
            }
        }
    }
}

/// What the clinic's hours say of a time, and the button that books it anyway.
pub(super) fn anyway(choice: &Choice<'_>, who: &SignedIn, start: Timestamp, problem: &str, zone: &TimeZone) -> Markup {
    let form = choice.form;
    let day = start.to_zoned_datetime(zone.clone()).strftime("%A, %-d %B").to_string();
    html! {
        div.problem role="alert" { (icon("alert")) span { (problem) } }
        form method="post" action="/appointments/take" {
            (carried(form, who, &[]))
            input type="hidden" name="start" value=(start);
            input type="hidden" name="with" value=(form.with);
            input type="hidden" name="anyway" value="1";
            button.button type="submit" {
                "Outside hours: " @if form.moves.is_empty() { "book" } @else { "reschedule" } " anyway, " (day) ", "
                (clock_time(start, zone)) ", " (form.with)
            }
        }
    }
}
