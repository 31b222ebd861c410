//! An Appointment and all that it points at, as the texts of a visit for each of its patients.

use std::collections::HashMap;

use blake2::{Blake2s256, Digest};

use super::super::draft::{Card, Draft, is_no_number};
use super::super::words;
use super::graph::{Graph, Lost, Node};
use super::names::shown_name;
use super::person::{own_number, put_person};
use super::resource::{Appointment, Coverage, Participant, Reference, What};
use crate::domain::appointment::AppointmentStatus as Status;

/// The cards of each patient, by their place in the graph, the first to pay first.
pub(super) type Cards<'g> = HashMap<usize, Vec<(usize, &'g Coverage)>>;

/// A visit, or what is wrong with it, and what is to be said besides.
pub(super) struct Visit {
    /// The appointment's number, without what tells its patients apart.
    pub id: String,
    pub draft: Result<Draft, String>,
    pub warnings: Vec<String>,
}

/// The active cards of all patients.
pub(super) fn cards(graph: &Graph) -> Cards<'_> {
    let coverages = graph.alive().filter_map(|(at, node)| match &node.what {
        What::Coverage(coverage) if matches!(coverage.status.as_str(), "" | "active") => Some((at, coverage.as_ref())),
        _ => None,
    });
    let mut active: Vec<(usize, &Coverage)> = coverages.collect();
    // Those without an order come last, as they stand in the file.
    active.sort_by_key(|(_, coverage)| coverage.order.unwrap_or(u32::MAX));
    let mut cards = Cards::new();
    for (at, coverage) in active {
        if let Ok(patient) = graph.find(&coverage.beneficiary, at) {
            cards.entry(graph.remaining(patient)).or_default().push((at, coverage));
        }
    }
    cards
}

/// One visit for each patient of an appointment.
pub(super) fn visits(
    graph: &Graph,
    cards: &Cards<'_>,
    at: usize,
    node: &Node,
    appointment: &Appointment,
) -> Vec<Visit> {
    let day = appointment.start.trim().get(..10).unwrap_or_default();
    let mut common = Draft {
        id: appointment_id(node, appointment),
        start: appointment.start.clone(),
        booked_on: created_on(appointment).to_owned(),
        minutes: minutes(appointment),
        status: appointment.status.clone(),
        service: appointment.service.clone(),
        ..Draft::default()
    };
    let id = common.id.clone();
    if id.trim().is_empty() {
        let why = "appointment_id: expected the scheduling system's appointment ID, found nothing";
        return vec![Visit { id, draft: Err(why.to_owned()), warnings: Vec::new() }];
    }
    let mut warnings: Vec<String> = node.warnings.iter().map(|why| format!("{why}; it is left empty")).collect();
    if common.status.is_empty() {
        warnings.push("status: expected a FHIR appointment status, found nothing; imported as booked".to_owned());
    }
    if common.minutes.parse().is_ok_and(|minutes: i64| !(0..=24 * 60).contains(&minutes)) {
        warnings.push("minutesDuration: expected at most a day, found another length; it is left empty".to_owned());
        common.minutes.clear();
    }
    let mut patients: Vec<(Result<usize, String>, bool)> = Vec::new();
    let mut gone = Vec::new();
    for participant in &appointment.participants {
        let actor = &participant.actor;
        let found = graph.find(actor, at);
        let resource = found.ok().and_then(|found| graph.node(found));
        let counts = !participant.declined && participant.period.has(day);
        match resource.map_or_else(|| kind_of(actor), |resource| resource.what.kind()) {
            "Patient" => {
                let who = patient_of(graph, found, actor, &mut warnings);
                if participant.period.has(day) {
                    put_patient(&mut patients, who, participant);
                } else {
                    put_patient(&mut gone, who, participant);
                }
            }
            "Practitioner" | "PractitionerRole" if counts && common.practitioner.is_empty() => {
                common.practitioner = shown(actor, resource, day);
            }
            "Location" if counts && common.place.is_empty() => common.place = shown(actor, resource, day),
            _ => {}
        }
    }
    if patients.is_empty() && !gone.is_empty() {
        // They were to come once, and are not any more.
        patients = gone.into_iter().map(|(who, _)| (who, true)).collect();
    }
    if patients.is_empty() {
        let why = "participant: expected a reference to a Patient in this file, found none";
        return vec![Visit { id: id.clone(), draft: Err(format!("appointment {id}: {why}")), warnings: Vec::new() }];
    }
    let is_several = patients.len() > 1;
    let mut taken: Vec<String> = Vec::new();
    let mut found = Vec::new();
    for (who, declined) in patients {
        let mut warnings = if found.is_empty() { warnings.clone() } else { Vec::new() };
        let draft = who.map_err(|why| format!("appointment {id}: {why}")).map(|patient| {
            let mut draft = Draft { ..common.clone() };
            put(graph, cards, &mut draft, patient, day, &mut warnings);
            if is_several {
                // The same for each of them, whatever the order in which they are named.
                let mut mark = mark(graph, patient, &draft);
                while taken.contains(&mark) {
                    mark.push('+');
                }
                draft.id = format!("{id}#{mark}");
                taken.push(mark);
            }
            let (status, _) = words::status(&draft.status);
            if declined && matches!(status, Status::Booked | Status::Pending | Status::Proposed | Status::Waitlist) {
                "cancelled".clone_into(&mut draft.status);
                warnings.push(
                    "participant: the patient declined or is no longer a participant; \
                     the visit is imported as canceled"
                        .to_owned(),
                );
            }
            draft
        });
        for warning in &mut warnings {
            *warning = format!("appointment {id}: {warning}");
        }
        found.push(Visit { id: id.clone(), draft, warnings });
    }
    found
}

/// Each patient once; one who is named twice declined only if they did both times.
fn put_patient(
    patients: &mut Vec<(Result<usize, String>, bool)>,
    who: Result<usize, String>,
    participant: &Participant,
) {
    match patients.iter_mut().find(|(known, _)| known.is_ok() && *known == who) {
        Some((_, declined)) => *declined &= participant.declined,
        None => patients.push((who, participant.declined)),
    }
}

fn patient_of(
    graph: &Graph,
    found: Result<usize, Lost>,
    actor: &Reference,
    warnings: &mut Vec<String>,
) -> Result<usize, String> {
    let expected = "participant: expected a reference to a Patient in this file, found";
    match found {
        Ok(found) => {
            let remaining = graph.remaining(found);
            if graph.replaced_by_nobody.contains(&remaining) {
                warnings.push("participant: the patient was replaced by one who is not in this file".to_owned());
            }
            Ok(remaining)
        }
        Err(Lost::Ambiguous) => Err(format!("{expected} one that two different people have")),
        Err(Lost::Missing) if actor.reference.is_empty() && actor.identifier.is_none() && !actor.display.is_empty() => {
            Err(format!("{expected} a name only; without a date of birth it cannot be imported"))
        }
        Err(Lost::Missing) => Err(format!("{expected} none")),
    }
}

/// Puts a patient and their cards into `draft`.
fn put(graph: &Graph, cards: &Cards<'_>, draft: &mut Draft, at: usize, day: &str, warnings: &mut Vec<String>) {
    let Some((node, patient)) = graph.node(at).zip(graph.patient(at)) else { return };
    warnings.extend(node.warnings.iter().map(|why| format!("{why}; it is left empty")));
    put_person(draft, patient, day, warnings);
    // The id of a contained resource is of no meaning outside of it.
    if node.owner.is_none() && !is_no_number(&node.id) {
        draft.patient_id.clone_from(&node.id);
        draft.patient_source.clone_from(&node.base);
    } else if let Some(number) = own_number(&patient.identifiers, day) {
        draft.patient_id.clone_from(&number.value);
        draft.patient_source.clone_from(&number.system);
    }
    let mut found: Vec<Card> = Vec::new();
    for (at, coverage) in cards.get(&at).map_or(&[][..], Vec::as_slice) {
        let card = card_of(graph, *at, coverage, day);
        // One card that stands in the files twice is not two.
        if found.len() < 2 && !found.contains(&card) {
            let odd = graph.node(*at).map_or(&[][..], |node| &node.warnings);
            warnings.extend(odd.iter().map(|why| format!("{why}; it is left empty")));
            found.push(card);
        }
    }
    let mut found = found.into_iter();
    (draft.card, draft.second_card) = (found.next().unwrap_or_default(), found.next().unwrap_or_default());
}

/// What tells the visits of one appointment apart: the patient's id, or letters made from their number, name and birth
/// date.
fn mark(graph: &Graph, at: usize, draft: &Draft) -> String {
    if let Some(node) =
        graph.node(at).filter(|node| node.owner.is_none() && !is_no_number(&node.id) && node.id.len() <= 64)
    {
        return node.id.clone();
    }
    let names = format!("{}|{}|{}", draft.given_name, draft.family_name, draft.birth_date);
    let known =
        if draft.patient_id.is_empty() { names } else { format!("{}|{}", draft.patient_source, draft.patient_id) };
    Blake2s256::digest(known.as_bytes()).iter().take(6).fold(String::new(), |mark, byte| format!("{mark}{byte:02x}"))
}

/// Its id; else a number that a booking system gave it.
fn appointment_id(node: &Node, appointment: &Appointment) -> String {
    if !node.id.is_empty() {
        return node.id.clone();
    }
    let current =
        appointment.identifiers.iter().find(|identifier| identifier.usage != "old" && !is_no_number(&identifier.value));
    current.map(|identifier| identifier.value.clone()).unwrap_or_default()
}

fn card_of(graph: &Graph, at: usize, coverage: &Coverage, day: &str) -> Card {
    let named = |reference: &Reference| {
        shown(reference, graph.find(reference, at).ok().and_then(|found| graph.node(found)), day)
    };
    let mut card = Card {
        payer: coverage.payor.as_ref().map(named).unwrap_or_default(),
        member_id: coverage.member_id.clone(),
        group_id: coverage.group_id.clone(),
        plan: coverage.plan.clone(),
        start: day_of(&coverage.period.start),
        end: day_of(&coverage.period.end),
        ..Card::default()
    };
    put_holder(graph, &mut card, at, coverage, day);
    card
}

/// FHIR says what the patient is to the holder, a card what the holder is to the patient.
fn put_holder(graph: &Graph, card: &mut Card, at: usize, coverage: &Coverage, day: &str) {
    let codes = coverage.relationship.codings.iter().map(|coding| coding.code.as_str());
    card.relationship = match codes.into_iter().find(|code| !code.is_empty()) {
        None | Some("self") => return,
        Some("spouse" | "common") => "spouse",
        Some("child") => "parent",
        Some(_) => "other",
    }
    .to_owned();
    let Some(subscriber) = &coverage.subscriber else { return };
    let holder = graph.find(subscriber, at).ok().and_then(|found| graph.patient(graph.remaining(found)));
    let name = holder.map(|holder| shown_name(&holder.names, day)).unwrap_or_default();
    card.holder_name = if name.is_empty() { subscriber.display.clone() } else { name };
    card.holder_birth_date = holder.map(|holder| holder.birth_date.clone()).unwrap_or_default();
}

/// The date of a FHIR date or time. One of a year or a month alone (`2026`, `1960-05`) stays as it is, and is no day of
/// a card.
fn day_of(text: &str) -> String {
    text.get(..10).unwrap_or(text).to_owned()
}

/// The date on which an appointment was made, as the booking system wrote it; empty if a year or a month alone is
/// known.
pub(super) fn created_on(appointment: &Appointment) -> &str {
    appointment.created.get(..10).unwrap_or_default()
}

fn kind_of(reference: &Reference) -> &str {
    if !reference.kind.is_empty() {
        return &reference.kind;
    }
    let plain = reference.reference.split("/_history").next().unwrap_or_default();
    if plain.contains("Patient?") {
        return "Patient";
    }
    plain.rsplit('/').nth(1).unwrap_or_default()
}

/// Whole minutes, if they are said, else those between start and end.
fn minutes(appointment: &Appointment) -> String {
    if let Some(minutes) = appointment.minutes {
        return minutes.to_string();
    }
    let between =
        appointment.start.parse::<jiff::Timestamp>().ok().zip(appointment.end.parse::<jiff::Timestamp>().ok());
    between.map(|(start, end)| (end.duration_since(start).as_secs() / 60).to_string()).unwrap_or_default()
}

/// How the reference calls it, else how the resource calls itself.
fn shown(reference: &Reference, resource: Option<&Node>, day: &str) -> String {
    if !reference.display.is_empty() {
        return reference.display.clone();
    }
    match resource.map(|resource| &resource.what) {
        Some(What::Place(_, name)) => name.clone(),
        Some(What::Practitioner(names)) => shown_name(names, day),
        Some(What::Patient(patient)) => shown_name(&patient.names, day),
        _ => String::new(),
    }
}
