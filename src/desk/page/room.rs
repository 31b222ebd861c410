//! The question to which room someone calls, before the first call of a session.
//!
//! Invariant: each answer is a whole call of the person the button named; the page works without a script.

use maud::{Markup, html};

use super::super::Desk;
use super::html::staff_page;
use crate::desk::base::error::DeskError;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::AppointmentId;
use crate::domain::queue::day::queue_name;

/// The page; `address` is that of the button that was pressed, `back` the page on which it was.
pub(super) fn ask(
    desk: &Desk,
    who: &SignedIn,
    address: &str,
    visit: &AppointmentId,
    back: &str,
) -> Result<Markup, DeskError> {
    let settings = desk.settings();
    let row = desk.visit_row(visit)?;
    let queue = row.as_ref().map(|row| queue_name(row, &settings)).unwrap_or_default();
    let number =
        row.and_then(|row| row.ticket).map_or_else(|| "this patient".to_owned(), |ticket| ticket.number.to_string());
    let mut points: Vec<&str> = settings.points.iter().map(|point| point.name.as_str()).collect();
    // Those of the queue first, each part in the clinic's own order.
    points.sort_by_key(|point| !settings.is_served_at(&queue, point));
    let body = html! {
        h2 #room-question tabindex="-1" autofocus { "Call " (number) " to which room?" }
        p { "Choose your room once. It stays selected until you sign out. You can change it at the top of the list." }
        form method="post" action=(address) aria-labelledby="room-question" {
            input type="hidden" name="csrf" value=(who.csrf);
            input type="hidden" name="appointment" value=(visit);
            input type="hidden" name="back" value=(back);
            div.times { @for point in points { button.button type="submit" name="point" value=(point) { (point) } } }
        }
        p.way { a.button.plain href=(back) { "Back without calling" } }
    };
    Ok(staff_page("Call", who, (back, desk.session_idle().as_secs()), &body))
}
