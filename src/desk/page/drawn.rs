//! Rows of the list, drawn once for everyone who looks; and what is put into them for each.
//!
//! A row holds places for what differs: the session's token, the minutes that have passed, and the user who is on
//! someone, who is not told so of themselves. A browser that says what it shows gets the rows that are others now, and
//! of the rest where they stand.
//!
//! Invariants: what people or files gave is never taken for a place, since templates escape every `<` in it; a browser
//! that shows something of which this program knows nothing gets everything.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use maud::{Markup, PreEscaped, Render, html};
use serde::Deserialize;

use super::super::Desk;
use super::icons::icon;
use super::list::{Day, Entry};
use super::row::{entry_row, visit_row};
use crate::desk::base::error::DeskError;
use crate::desk::base::secret::random_token;
use crate::desk::service::queue::today::Today;
use crate::desk::service::staff::session::SignedIn;
use crate::domain::visit::{Stop, VisitRow};

/// How a place begins that is filled in for anyone who looks. No template of ours writes this beside the first line of
/// a page.
const PLACE: &str = "<!";
/// Characters that tell one run of the program from another.
const RUN_CHARS: usize = 12;

/// The form's field with the session's token.
pub fn token() -> Markup {
    html! { input type="hidden" name="csrf" value=(PreEscaped("<!token>")); }
}

/// How long ago something was, on a line of its own.
pub fn time_since(at: Timestamp) -> Markup {
    html! { p.minutes { (time_passed(at)) } }
}

/// How long ago something was; the page's script keeps it right.
pub fn time_passed(at: Timestamp) -> Markup {
    html! { time datetime=(at) data-since=(at.as_second()) { (PreEscaped(format!("<!since {}>", at.as_second()))) } }
}

/// Who of the staff is on someone, for all but themselves.
pub fn is_on_this(user: &str) -> Markup {
    html! { (PreEscaped("<!on-it ")) (user) (PreEscaped(">")) }
}

/// Fills in what differs between those who look.
pub fn for_whom(shared: &Markup, day: &Day, csrf: &str) -> Markup {
    let shared = shared.0.as_str();
    let me = html! { (day.user) }.into_string();
    let mut text = String::with_capacity(shared.len() + shared.len() / 8);
    let mut parts = shared.split(PLACE);
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (place, rest) = part.split_once('>').unwrap_or((part, ""));
        match place.split_once(' ') {
            None if place == "token" => text.push_str(csrf),
            Some(("since", at)) => {
                let passed = at.parse().map_or(0, |at: i64| day.now.as_second() - at);
                text.push_str(&minutes_words((passed / 60).max(0)));
            }
            Some(("on-it", user)) if user == me => {}
            Some(("on-it", user)) => {
                html! { p.on-it { (icon("person")) span { (PreEscaped(user)) " is on this" } } }.render_to(&mut text);
            }
            _ => {}
        }
        text.push_str(rest);
    }
    PreEscaped(text)
}

/// The page's script says the same words while time passes.
fn minutes_words(minutes: i64) -> String {
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

/// The name of a visit's row on the page.
pub fn row_id(row: &VisitRow) -> String {
    format!("row-{}", row.id)
}

/// The name of the row of someone no one knows.
pub fn stop_id(stop: &Stop) -> String {
    format!("row-stop-{}-{}", stop.latest.kiosk, stop.latest.seq)
}

/// Today's list as it was shared last: the day, and its rows once someone asked for them.
#[derive(Default)]
pub struct Lists {
    day: Mutex<Option<(Arc<Today>, Arc<Day>)>>,
    drawn: Mutex<Option<Arc<Drawn>>>,
}

/// Every row of a day.
struct Drawn {
    /// Of which reading.
    of: Arc<Today>,
    /// Which run of the program counts.
    run: String,
    /// How many times rows have been drawn in it.
    number: u64,
    rows: HashMap<String, Row>,
}

struct Row {
    html: String,
    /// Since which drawing it looks like this.
    since: u64,
}

impl Lists {
    /// The day of this reading as it is the same for everyone.
    pub(super) fn day(&self, desk: &Desk, today: &Arc<Today>) -> Result<Arc<Day>, DeskError> {
        let mut latest = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, day)) = latest.as_ref().filter(|(of, _)| Arc::ptr_eq(of, today)) {
            return Ok(Arc::clone(day));
        }
        let day = Arc::new(Day::shared(desk, today)?);
        *latest = Some((Arc::clone(today), Arc::clone(&day)));
        Ok(day)
    }

    fn drawn(&self, today: &Arc<Today>, day: &Day) -> Result<Arc<Drawn>, DeskError> {
        let mut latest = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(drawn) = latest.as_ref().filter(|drawn| Arc::ptr_eq(&drawn.of, today)) {
            return Ok(Arc::clone(drawn));
        }
        let before = latest.as_deref();
        let run = match before {
            Some(before) => before.run.clone(),
            None => random_token()?.chars().take(RUN_CHARS).collect(),
        };
        let number = before.map_or(0, |before| before.number) + 1;
        let mut rows = HashMap::new();
        let mut put = |id: String, html: Markup| {
            let html = html.into_string();
            let same = before.and_then(|before| before.rows.get(&id)).filter(|row| row.html == html);
            let since = same.map_or(number, |row| row.since);
            rows.insert(id, Row { html, since });
        };
        for entry in day.needs.iter().chain(&day.closed) {
            put(entry_id(entry), entry_row(day, entry));
        }
        for row in [&day.waiting, &day.held, &day.called, &day.seen_now, &day.expected].into_iter().flatten() {
            put(row_id(row), visit_row(day, row, false));
        }
        let drawn = Arc::new(Drawn { of: Arc::clone(today), run, number, rows });
        *latest = Some(Arc::clone(&drawn));
        Ok(drawn)
    }
}

fn entry_id(entry: &Entry) -> String {
    match entry {
        Entry::Visit(row) => row_id(row),
        Entry::Stop(stop) => stop_id(stop),
    }
}

/// What a browser says that it shows, as [`Rows::name`] called it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Since {
    since: String,
}

/// The day's rows for one browser.
pub struct Rows {
    drawn: Arc<Drawn>,
    /// It has those of this drawing.
    shown: Option<u64>,
}

/// The day for anyone who looks, with its rows.
///
/// # Errors
/// If the file cannot be read.
pub fn read(desk: &Desk, who: &SignedIn, since: Option<&Since>) -> Result<(Day, Rows), DeskError> {
    let today = desk.today()?;
    let lists = desk.part::<Lists>();
    let shared = lists.day(desk, &today)?;
    let drawn = lists.drawn(&today, &shared)?;
    let shown = since.and_then(|since| since.since.split_once('.')).filter(|(run, _)| *run == drawn.run);
    let shown = shown.and_then(|(_, number)| number.parse().ok()).filter(|number| *number <= drawn.number);
    Ok((Day::of(desk, who, &shared)?, Rows { drawn, shown }))
}

impl Rows {
    /// What the browser says next time that it shows.
    pub fn name(&self) -> String {
        format!("{}.{}", self.drawn.run, self.drawn.number)
    }

    /// A visit's row.
    pub fn visit(&self, row: &VisitRow) -> Markup {
        self.row(&row_id(row))
    }

    /// A row of whatever kind.
    pub fn entry(&self, entry: &Entry) -> Markup {
        self.row(&entry_id(entry))
    }

    /// A row, or its place if the browser has it as it is.
    fn row(&self, id: &str) -> Markup {
        let row = self.drawn.rows.get(id);
        let is_shown = row.is_some_and(|row| self.shown.is_some_and(|shown| row.since <= shown));
        html! {
            @if is_shown { li id=(id) data-kept {} } @else if let Some(row) = row { (PreEscaped(&row.html)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_said_as_the_script_says_them() {
        for (minutes, expected) in
            [(0, "just now"), (1, "1 min"), (59, "59 min"), (60, "1 h 0 min"), (135, "2 h 15 min")]
        {
            assert_eq!(minutes_words(minutes), expected);
        }
    }
}
