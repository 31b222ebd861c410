//! Whether a clinic's rules make sense, wherever they come from: a configuration, a file, a form.
//!
//! Invariant: what does not is named as data, so that a form can say it at its field.

use std::collections::BTreeSet;

use crate::codes::Reader;
use crate::domain::board::Board;
use crate::domain::clinic_day::DAY_BEGINS_AT_MAX;
use crate::domain::contact::is_country;
use crate::domain::fault::Fault;
use crate::domain::payer::{InsuranceSettings, check_format};
use crate::domain::settings::{BarcodePattern, ClinicSettings};

/// A window that reaches further is a mistake: check-in is for today's visits.
const WINDOW_MINUTES_MAX: u32 = 24 * 60;
/// Longer ago no one confirmed anything; later no card ends soon.
const DAYS_MAX: u16 = 366;
/// Most characters of a payer's name in data.
const PAYER_CODE_CHARS_MAX: usize = 32;
/// Most characters of what a payer is called.
const PAYER_NAME_CHARS_MAX: usize = 80;
/// Most characters of a queue's or a service point's name: a board shows it from afar.
const QUEUE_NAME_CHARS_MAX: usize = 60;
/// After more calls no one comes.
const CALLS_MAX: u32 = 20;
/// A kiosk speaks every half minute; what is quicker than a minute would call a slow network silence.
const SILENT_SECONDS: std::ops::RangeInclusive<u32> = 60..=3600;
/// What is usual in a queue is read off four weeks; longer than ten years no one looks back.
const KEEP_DAYS: std::ops::RangeInclusive<u16> = 35..=3660;

/// Whether the clinic's rules make sense.
///
/// # Errors
/// The first that does not: which it is, and one sentence.
pub fn check_clinic(clinic: &ClinicSettings) -> Result<(), Fault> {
    let bad = |key: &str, why: String| Err(Fault::of(key, why));
    clinic.zone().map_err(|error| Fault::of("time_zone", error.to_string()))?;
    for (key, minutes) in [("early_minutes", clinic.early_minutes), ("late_minutes", clinic.late_minutes)] {
        if minutes > WINDOW_MINUTES_MAX {
            return bad(key, window_words("clinic", minutes));
        }
    }
    if clinic.day_begins_at_hour > DAY_BEGINS_AT_MAX {
        let why =
            format!("day_begins_at_hour is an hour from 0 to {DAY_BEGINS_AT_MAX}; found {}", clinic.day_begins_at_hour);
        return bad("day_begins_at_hour", why);
    }
    if !is_country(&clinic.country) {
        return bad(
            "country",
            format!("country must be an ISO code of two capital letters such as \"US\"; found {:?}", clinic.country),
        );
    }
    if clinic.ask_again_after_days > DAYS_MAX {
        let why = format!("ask_again_after_days is at most {DAYS_MAX}; found {}", clinic.ask_again_after_days);
        return bad("ask_again_after_days", why);
    }
    if !KEEP_DAYS.contains(&clinic.keep.visit_days) {
        let why = format!(
            "keep: visit_days is {} to {}; found {}",
            KEEP_DAYS.start(),
            KEEP_DAYS.end(),
            clinic.keep.visit_days
        );
        return bad("keep.visit_days", why);
    }
    check_insurance(&clinic.insurance)?;
    clinic.pages.check().map_err(|why| Fault::of("pages.address", why))?;
    clinic.session.check().map_err(|why| Fault::of("session.idle_minutes", why))?;
    Board::check_all(&clinic.boards, &clinic.queues)?;
    if clinic.failed_tries_per_hour == 0 {
        let why = "failed_tries_per_hour must be 1 or more; with 0 no kiosk would look anyone up";
        return bad("failed_tries_per_hour", why.to_owned());
    }
    let silent = clinic.kiosks.silent_after_seconds;
    if !SILENT_SECONDS.contains(&silent) {
        let why = format!(
            "kiosks: silent_after_seconds is {} to {}; found {silent}",
            SILENT_SECONDS.start(),
            SILENT_SECONDS.end()
        );
        return bad("kiosks.silent_after_seconds", why);
    }
    if clinic.site_places.iter().any(|place| place.trim().is_empty()) {
        return bad("site_places", "site_places: an empty name would match every location; leave it out".to_owned());
    }
    check_sites(clinic)?;
    check_services(clinic)?;
    check_walk_in(clinic)?;
    check_queues(clinic)?;
    clinic.schedule.check()?;
    Reader::new(clinic).map_err(|error| {
        let alone = |one: &BarcodePattern| ClinicSettings { barcodes: vec![one.clone()], ..ClinicSettings::default() };
        let at = clinic.barcodes.iter().position(|one| Reader::new(&alone(one)).is_err()).unwrap_or_default();
        Fault::of_item("barcodes", at, "pattern", format!("barcodes: {error}"))
    })?;
    Ok(())
}

fn check_sites(clinic: &ClinicSettings) -> Result<(), Fault> {
    for (at, site) in clinic.sites.iter().enumerate() {
        let bad = |field: &str, why: String| Err(Fault::of_item("sites", at, field, format!("sites: {why}")));
        if site.place.trim().is_empty() {
            return bad("place", format!("number {} has no place; write what its location names start with", at + 1));
        }
        if site.address.trim().is_empty() {
            return bad("address", format!("{:?} has no address; write its street address", site.place));
        }
    }
    Ok(())
}

fn check_walk_in(clinic: &ClinicSettings) -> Result<(), Fault> {
    let mut codes = BTreeSet::new();
    for (at, category) in clinic.walk_in.iter().enumerate() {
        let bad = |field: &str, why: String| Err(Fault::of_item("walk_in", at, field, format!("walk_in: {why}")));
        if category.code.trim().is_empty() {
            return bad("code", format!("number {} has no code; write a short word for it", at + 1));
        }
        if !codes.insert(category.code.as_str()) {
            return bad("code", format!("the code {:?} is listed twice", category.code));
        }
        if category.name.0.values().all(|name| name.trim().is_empty()) {
            return bad(
                "name",
                format!("{:?} has no name; write one in at least one language, such as en = \"...\"", category.code),
            );
        }
    }
    Ok(())
}

fn window_words(whose: &str, minutes: u32) -> String {
    format!("{whose}: early_minutes and late_minutes are at most {WINDOW_MINUTES_MAX}, a day; found {minutes}")
}

fn check_services(clinic: &ClinicSettings) -> Result<(), Fault> {
    let mut services = BTreeSet::new();
    for (at, rules) in clinic.services.iter().enumerate() {
        let bad = |field: &str, why: String| Err(Fault::of_item("services", at, field, why));
        if rules.service.trim().is_empty() {
            return bad(
                "service",
                format!("services: number {} has no service; write its name as appointments have it", at + 1),
            );
        }
        if !services.insert(rules.service.as_str()) {
            return bad("service", format!("services: {:?} is listed twice", rules.service));
        }
        for (field, minutes) in [("early_minutes", rules.early_minutes), ("late_minutes", rules.late_minutes)] {
            if let Some(minutes) = minutes.filter(|minutes| *minutes > WINDOW_MINUTES_MAX) {
                return bad(field, window_words(&rules.service, minutes));
            }
        }
    }
    Ok(())
}

/// A visit is in one queue, and anyone who is sent somewhere finds a queue there.
fn check_queues(clinic: &ClinicSettings) -> Result<(), Fault> {
    let name_fits = |name: &str| {
        name.trim() == name
            && !name.is_empty()
            && name.chars().nth(QUEUE_NAME_CHARS_MAX).is_none()
            && !name.chars().any(char::is_control)
    };
    let mut names = BTreeSet::new();
    let mut claimed: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (at, queue) in clinic.queues.iter().enumerate() {
        let bad = |field: &str, why: String| Err(Fault::of_item("queues", at, field, format!("queues: {why}")));
        if !name_fits(&queue.name) {
            return bad(
                "name",
                format!("the name of number {} must be 1 to {QUEUE_NAME_CHARS_MAX} characters on one line", at + 1),
            );
        }
        if !names.insert(queue.name.as_str()) {
            return bad("name", format!("{:?} is listed twice", queue.name));
        }
        let services = queue.services.iter().map(|one| ("services", "service", one.as_str()));
        let practitioners = queue.practitioners.iter().map(|one| ("practitioners", "practitioner", one.as_str()));
        let walk_in = queue.walk_in.iter().map(|one| ("walk_in", "walk_in code", one.as_str()));
        for (field, what, one) in services.chain(practitioners).chain(walk_in) {
            if one.trim().is_empty() {
                return bad(field, format!("{:?} has an empty {what}; leave it out", queue.name));
            }
            if !claimed.insert((what, one)) {
                return bad(field, format!("the {what} {one:?} is in two queues; a visit waits in one"));
            }
            if field == "walk_in" && !clinic.walk_in.iter().any(|category| category.code == one) {
                return bad(field, format!("{:?} names the walk_in code {one:?}, which is not in walk_in", queue.name));
            }
        }
        for (field, minutes) in [
            ("late_after_minutes", queue.late_after_minutes),
            ("late_behind_minutes", queue.late_behind_minutes),
            ("walk_in_behind_minutes", queue.walk_in_behind_minutes),
        ] {
            if minutes > WINDOW_MINUTES_MAX {
                return bad(
                    field,
                    format!("{:?}: minutes are at most {WINDOW_MINUTES_MAX}, a day; found {minutes}", queue.name),
                );
            }
        }
        if !(1..=CALLS_MAX).contains(&queue.no_show_after_calls) {
            let why = format!(
                "{:?}: no_show_after_calls is 1 to {CALLS_MAX}; found {}",
                queue.name, queue.no_show_after_calls
            );
            return bad("no_show_after_calls", why);
        }
    }
    let mut points = BTreeSet::new();
    for (at, point) in clinic.points.iter().enumerate() {
        let bad = |field: &str, why: String| Err(Fault::of_item("points", at, field, format!("points: {why}")));
        if !name_fits(&point.name) {
            return bad(
                "name",
                format!("the name of number {} must be 1 to {QUEUE_NAME_CHARS_MAX} characters on one line", at + 1),
            );
        }
        if !points.insert(point.name.as_str()) {
            return bad("name", format!("{:?} is listed twice", point.name));
        }
        if let Some(queue) = point.queues.iter().find(|queue| !names.contains(queue.as_str())) {
            let why = format!("{:?} names the queue {queue:?}, which does not exist; add it to queues", point.name);
            return bad("queues", why);
        }
    }
    Ok(())
}

fn check_insurance(insurance: &InsuranceSettings) -> Result<(), Fault> {
    if insurance.ends_soon_days > DAYS_MAX {
        let why = format!("insurance: ends_soon_days is at most {DAYS_MAX}; found {}", insurance.ends_soon_days);
        return Err(Fault::of("insurance.ends_soon_days", why));
    }
    let mut codes = BTreeSet::new();
    for (at, payer) in insurance.payers.iter().enumerate() {
        let bad =
            |field: &str, why: String| Err(Fault::of_item("insurance.payers", at, field, format!("insurance: {why}")));
        let is_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if payer.code.is_empty() || payer.code.len() > PAYER_CODE_CHARS_MAX || !payer.code.chars().all(is_code) {
            let why = format!(
                "the code of payer number {} must be 1 to {PAYER_CODE_CHARS_MAX} letters, digits, dots, \
                 hyphens or underscores",
                at + 1
            );
            return bad("code", why);
        }
        if !codes.insert(payer.code.as_str()) {
            return bad("code", format!("the payer {:?} is listed twice", payer.code));
        }
        for (what, called) in [("name", &payer.name)].into_iter().chain(payer.also.iter().map(|also| ("also", also))) {
            let is_odd = called.chars().nth(PAYER_NAME_CHARS_MAX).is_some() || called.chars().any(char::is_control);
            if called.trim().is_empty() || is_odd {
                return bad(
                    what,
                    format!(
                        "payer {:?}: {what} must be 1 to {PAYER_NAME_CHARS_MAX} characters on one line",
                        payer.code
                    ),
                );
            }
        }
        if let Err(error) = check_format(&payer.member_id) {
            return bad("member_id", format!("payer {:?}: member_id: {error}", payer.code));
        }
        if payer.member_id(&payer.example()).is_err() {
            return bad("example", format!("payer {:?}: its example does not match its member_id format", payer.code));
        }
    }
    Ok(())
}
