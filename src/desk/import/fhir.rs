//! Reads a list as FHIR R4 JSON: a Bundle (collection, transaction, searchset, batch) or one resource.
//!
//! Invariant: one malformed entry costs that entry, not the file.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::store::Unsaid;
use super::draft::{Card, Draft, FIELD_CHARS_MAX, OTHER_NAMES_MAX};
use super::{ImportError, Sink, without_bom};
use crate::domain::identity::fold_name;

/// The extension that says whether somebody has to interpret for a patient.
const INTERPRETER: &str = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired";
/// The code system in which `C` is an emergency contact.
const RELATIONSHIPS: &str = "http://terminology.hl7.org/CodeSystem/v2-0131";

/// Reads `bytes`; refusals carry the line on which the resource begins.
///
/// # Errors
/// If this is not FHIR JSON at all.
pub fn read(bytes: &[u8], sink: &mut dyn Sink) -> Result<(), ImportError> {
    let wrong = |why: &str| ImportError::WrongFile(why.to_owned());
    let text = std::str::from_utf8(without_bom(bytes)).map_err(|_| wrong("expected UTF-8 text, found another encoding"))?;
    let kind: Kind = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_data() {
            wrong("expected a FHIR Bundle or resource, found other JSON")
        } else {
            ImportError::WrongFile(format!("expected JSON, found a mistake at line {line} column {column}"))
        }
    })?;
    // Until somebody has such a thing.
    let unsaid =
        Unsaid { booked_on: true, language: true, preferred_name: true, interpreter: true, emergency_contact: true, ..Unsaid::default() };
    let mut graph = Graph { unsaid, ..Graph::default() };
    let mut lines = Lines { text, at: 0, line: 1 };
    if kind.resource_type == "Bundle" {
        let bundle: Bundle<'_> =
            serde_json::from_str(text).map_err(|_| wrong("expected a Bundle whose entry is a list, found something else"))?;
        if !matches!(bundle.kind.as_deref(), Some("collection" | "transaction" | "searchset" | "batch")) {
            return Err(wrong("expected a Bundle of type collection, transaction, searchset or batch, found another type"));
        }
        for raw in bundle.entry {
            let line = lines.of(raw.get());
            match serde_json::from_str::<Entry<'_>>(raw.get()) {
                Ok(Entry { resource: Some(resource), full_url }) => graph.add(resource.get(), full_url, line, sink),
                Ok(Entry { resource: None, .. }) => {}
                Err(_) => sink.refuse(line, "expected an entry with a resource, found something else"),
            }
        }
    } else {
        graph.add(text, None, 1, sink);
    }
    if graph.others > 0 {
        sink.note(&format!("{} resources of other types are ignored", graph.others));
    }
    if graph.is_empty() && graph.refused == 0 {
        return Err(wrong("expected Appointment resources, found none"));
    }
    graph.hand_on(sink)
}

/// Which line a part of the text begins on; parts are asked for in order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, part: &str) -> u64 {
        let start = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        if let Some(between) = self.text.as_bytes().get(self.at..start) {
            self.line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
            self.at = start;
        }
        self.line
    }
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "resourceType")]
    resource_type: String,
}

#[derive(Deserialize)]
struct Bundle<'a> {
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(borrow, default)]
    entry: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "fullUrl")]
    full_url: Option<String>,
    #[serde(borrow)]
    resource: Option<&'a RawValue>,
}

/// The parts of all five resources that matter here. FHIR names no field twice with different shapes
/// among them, except `name` (a text in Location and Organization) and `status`.
#[derive(Deserialize, Default, Clone)]
#[serde(rename_all = "camelCase", default)]
struct Resource {
    id: String,
    status: String,
    created: String,
    start: String,
    minutes_duration: Option<i64>,
    end: String,
    service_type: Vec<Concept>,
    appointment_type: Option<Concept>,
    description: String,
    participant: Vec<Participant>,
    name: Option<Names>,
    birth_date: String,
    telecom: Vec<Telecom>,
    address: Option<Addresses>,
    communication: Vec<Communication>,
    #[serde(deserialize_with = "readable")]
    extension: Vec<Extension>,
    #[serde(deserialize_with = "readable")]
    contact: Vec<PatientContact>,
    beneficiary: Option<Reference>,
    payor: Vec<Reference>,
    order: Option<u32>,
    relationship: Option<Concept>,
    subscriber: Option<Reference>,
    subscriber_id: String,
    identifier: Vec<Identifier>,
    period: Period,
    class: Vec<Class>,
    contained: Vec<serde_json::Value>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Names {
    Text(String),
    People(Vec<HumanName>),
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Addresses {
    Many(Vec<Address>),
    One(serde::de::IgnoredAny),
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct HumanName {
    #[serde(rename = "use")]
    usage: String,
    text: String,
    family: String,
    given: Vec<String>,
    prefix: Vec<String>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Telecom {
    system: String,
    value: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(rename_all = "camelCase", default)]
struct Address {
    line: Vec<String>,
    city: String,
    state: String,
    postal_code: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Concept {
    text: String,
    coding: Vec<Coding>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Coding {
    system: String,
    code: String,
    display: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Communication {
    language: Concept,
    preferred: bool,
}

#[derive(Deserialize, Default, Clone)]
#[serde(rename_all = "camelCase", default)]
struct Extension {
    url: String,
    value_boolean: Option<bool>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct PatientContact {
    relationship: Vec<Concept>,
    name: HumanName,
    telecom: Vec<Telecom>,
}

/// Those of a list that can be read: what is odd about an extension or a contact costs nobody their appointment.
fn readable<'de, D: serde::Deserializer<'de>, T: serde::de::DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let list = serde_json::Value::deserialize(from)?;
    let parts = if let serde_json::Value::Array(parts) = list { parts } else { Vec::new() };
    Ok(parts.into_iter().filter_map(|part| serde_json::from_value(part).ok()).collect())
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Participant {
    actor: Option<Reference>,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Reference {
    reference: String,
    display: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Identifier {
    value: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Period {
    start: String,
    end: String,
}

#[derive(Deserialize, Default, Clone)]
#[serde(default)]
struct Class {
    #[serde(rename = "type")]
    kind: Concept,
    value: String,
    name: String,
}

/// Every resource that can be pointed at, by `Type/id` and by full URL.
#[derive(Default)]
struct Graph {
    appointments: Vec<(u64, Resource)>,
    known: HashMap<String, (&'static str, usize)>,
    resources: Vec<Resource>,
    coverages: Vec<Resource>,
    /// What no patient of the file says anything of.
    unsaid: Unsaid,
    others: u64,
    refused: u64,
}

impl Graph {
    fn is_empty(&self) -> bool {
        self.appointments.is_empty() && self.resources.is_empty() && self.coverages.is_empty()
    }

    fn add(&mut self, text: &str, full_url: Option<String>, line: u64, sink: &mut dyn Sink) {
        let kind = match serde_json::from_str::<Kind>(text).as_ref().map(|kind| kind.resource_type.as_str()) {
            Ok("Appointment") => "Appointment",
            Ok("Patient") => "Patient",
            Ok("Practitioner") => "Practitioner",
            Ok("Location") => "Location",
            Ok("Organization") => "Organization",
            Ok("Coverage") => "Coverage",
            Ok(_) => {
                self.others += 1;
                return;
            }
            Err(_) => {
                self.refused += 1;
                return sink.refuse(line, "expected a resource with resourceType, found something else");
            }
        };
        let Ok(resource) = serde_json::from_str::<Resource>(text) else {
            self.refused += 1;
            return sink.refuse(line, &format!("expected a {kind} as FHIR R4 describes it, found a field of another shape"));
        };
        match kind {
            "Appointment" => {
                let patients =
                    resource.contained.iter().filter(|value| value.get("resourceType").and_then(|v| v.as_str()) == Some("Patient"));
                for patient in patients.filter_map(|patient| serde_json::from_value(patient.clone()).ok()) {
                    self.hear(&patient);
                }
                self.unsaid.booked_on &= created_on(&resource).is_empty();
                self.appointments.push((line, resource));
            }
            "Coverage" => self.coverages.push(resource),
            _ => {
                if kind == "Patient" {
                    self.hear(&resource);
                }
                let at = self.resources.len();
                if !resource.id.is_empty() {
                    self.known.insert(format!("{kind}/{}", resource.id), (kind, at));
                }
                if let Some(url) = full_url {
                    self.known.insert(url, (kind, at));
                }
                self.resources.push(resource);
            }
        }
    }

    /// Notes what a patient has of what many lists leave out altogether.
    fn hear(&mut self, patient: &Resource) {
        let mut draft = Draft::default();
        put_details(&mut draft, patient);
        self.unsaid.language &= draft.language.is_empty();
        self.unsaid.preferred_name &= draft.preferred_name.is_empty();
        self.unsaid.interpreter &= draft.interpreter.is_empty();
        self.unsaid.emergency_contact &= draft.emergency_contact_name.is_empty() && draft.emergency_contact_phone.is_empty();
    }

    /// What a reference points at: `Type/id`, a full URL, or an absolute URL that ends in `Type/id`.
    fn find(&self, reference: &str) -> Option<(&'static str, &Resource)> {
        let found = self.known.get(reference).or_else(|| {
            let plain = reference.split("/_history/").next().unwrap_or(reference);
            let mut parts = plain.rsplit('/');
            let (id, kind) = (parts.next()?, parts.next()?);
            self.known.get(&format!("{kind}/{id}"))
        })?;
        Some((found.0, self.resources.get(found.1)?))
    }

    fn hand_on(self, sink: &mut dyn Sink) -> Result<(), ImportError> {
        // FHIR has no word for documents; a list without any card says nothing of second ones.
        sink.leaves_unsaid(Unsaid { documents: true, second_coverage: self.coverages.is_empty(), ..self.unsaid });
        let mut active: Vec<&Resource> =
            self.coverages.iter().filter(|coverage| matches!(coverage.status.as_str(), "" | "active")).collect();
        // Those without an order come last, as they stand in the file.
        active.sort_by_key(|coverage| coverage.order.unwrap_or(u32::MAX));
        let mut coverages_of: HashMap<String, Vec<&Resource>> = HashMap::new();
        for coverage in active {
            let Some(reference) = &coverage.beneficiary else { continue };
            let key = self.find(&reference.reference).map_or_else(|| reference.reference.clone(), |(_, patient)| patient.id.clone());
            coverages_of.entry(key).or_default().push(coverage);
        }
        for (line, appointment) in &self.appointments {
            let mut warnings = Vec::new();
            match self.draft(appointment, &coverages_of).and_then(|draft| draft.finish(&mut warnings)) {
                Ok(good) => {
                    warnings.iter().for_each(|why| sink.warn(*line, why));
                    sink.good(good)?;
                }
                Err(why) => sink.refuse(*line, &why),
            }
        }
        Ok(())
    }

    fn draft(&self, appointment: &Resource, coverages_of: &HashMap<String, Vec<&Resource>>) -> Result<Draft, String> {
        let mut draft = Draft {
            id: appointment.id.clone(),
            start: appointment.start.clone(),
            booked_on: created_on(appointment).to_owned(),
            minutes: minutes(appointment),
            status: appointment.status.clone(),
            service: service(appointment),
            ..Draft::default()
        };
        if draft.status.is_empty() {
            return Err(format!("appointment {}: status: expected a FHIR appointment status, found nothing", draft.id));
        }
        let mut patient: Option<Resource> = None;
        for actor in appointment.participant.iter().filter_map(|participant| participant.actor.as_ref()) {
            let contained = actor.reference.strip_prefix('#').and_then(|id| contained(appointment, id));
            let (kind, resource) = match (&contained, self.find(&actor.reference)) {
                (Some((kind, resource)), _) => (kind.as_str(), Some(resource)),
                (None, Some((kind, resource))) => (kind, Some(resource)),
                (None, None) => (kind_of(actor), None),
            };
            match kind {
                "Patient" => patient = patient.or_else(|| resource.cloned()),
                "Practitioner" if draft.practitioner.is_empty() => draft.practitioner = shown(actor, resource),
                "Location" if draft.place.is_empty() => draft.place = shown(actor, resource),
                _ => {}
            }
        }
        let Some(patient) = patient else {
            return Err(format!("appointment {}: participant: expected a reference to a Patient in this file, found none", draft.id));
        };
        put_person(&mut draft, &patient);
        let coverages = coverages_of.get(&patient.id).map_or(&[][..], Vec::as_slice);
        if let Some(coverage) = coverages.first() {
            draft.card = self.card(coverage);
        }
        if let Some(coverage) = coverages.get(1) {
            draft.second_card = self.card(coverage);
        }
        Ok(draft)
    }

    fn card(&self, coverage: &Resource) -> Card {
        let payor = coverage.payor.first();
        let member_id = [&coverage.subscriber_id].into_iter().chain(coverage.identifier.iter().map(|identifier| &identifier.value));
        let class = |code: &str| coverage.class.iter().find(|class| class.kind.coding.iter().any(|coding| coding.code == code));
        let plan = class("plan").map(|plan| if plan.name.is_empty() { plan.value.clone() } else { plan.name.clone() });
        let mut card = Card {
            payer: payor.map(|payor| shown(payor, self.find(&payor.reference).map(|(_, resource)| resource))).unwrap_or_default(),
            member_id: member_id.into_iter().find(|text| !text.is_empty()).cloned().unwrap_or_default(),
            group_id: class("group").map(|class| class.value.clone()).unwrap_or_default(),
            plan: plan.unwrap_or_default(),
            start: day_of(&coverage.period.start),
            end: day_of(&coverage.period.end),
            ..Card::default()
        };
        self.put_holder(&mut card, coverage);
        card
    }

    /// FHIR says what the patient is to the holder, a card what the holder is to the patient.
    fn put_holder(&self, card: &mut Card, coverage: &Resource) {
        let codes = coverage.relationship.iter().flat_map(|concept| &concept.coding).map(|coding| coding.code.as_str());
        card.relationship = match codes.into_iter().find(|code| !code.is_empty()) {
            None | Some("self") => return,
            Some("spouse" | "common") => "spouse",
            Some("child") => "parent",
            Some(_) => "other",
        }
        .to_owned();
        let Some(subscriber) = &coverage.subscriber else { return };
        let holder = self.find(&subscriber.reference).map(|(_, resource)| resource);
        card.holder_name = match holder.and_then(|holder| holder.name.as_ref()) {
            Some(Names::People(names)) => names.first().map(full_name).unwrap_or_default(),
            _ => subscriber.display.clone(),
        };
        card.holder_birth_date = holder.map(|holder| holder.birth_date.clone()).unwrap_or_default();
    }
}

/// The date of a FHIR date or time. One of a year or a month alone (`2026`, `1960-05`) stays as it is, and is no day of a card.
fn day_of(text: &str) -> String {
    text.get(..10).unwrap_or(text).to_owned()
}

/// The date on which an appointment was made, as the booking system wrote it; empty if a year or a month alone is known.
fn created_on(appointment: &Resource) -> &str {
    appointment.created.get(..10).unwrap_or_default()
}

fn kind_of(reference: &Reference) -> &str {
    if !reference.kind.is_empty() {
        return &reference.kind;
    }
    reference.reference.rsplit('/').nth(1).unwrap_or_default()
}

fn contained(appointment: &Resource, id: &str) -> Option<(String, Resource)> {
    let value = appointment.contained.iter().find(|value| value.get("id").and_then(|v| v.as_str()) == Some(id))?;
    let kind = value.get("resourceType")?.as_str()?.to_owned();
    Some((kind, serde_json::from_value(value.clone()).ok()?))
}

fn minutes(appointment: &Resource) -> String {
    if let Some(minutes) = appointment.minutes_duration {
        return minutes.to_string();
    }
    let between = appointment.start.parse::<jiff::Timestamp>().ok().zip(appointment.end.parse::<jiff::Timestamp>().ok());
    between.map(|(start, end)| (end.duration_since(start).as_secs() / 60).to_string()).unwrap_or_default()
}

fn service(appointment: &Resource) -> String {
    let concepts = appointment.service_type.iter().chain(appointment.appointment_type.as_ref());
    concepts.map(words).find(|text| !text.is_empty()).unwrap_or_else(|| appointment.description.clone())
}

fn words(concept: &Concept) -> String {
    if !concept.text.is_empty() {
        return concept.text.clone();
    }
    concept.coding.iter().map(|coding| coding.display.clone()).find(|text| !text.is_empty()).unwrap_or_default()
}

/// How the reference calls it, else how the resource calls itself.
fn shown(reference: &Reference, resource: Option<&Resource>) -> String {
    if !reference.display.is_empty() {
        return reference.display.clone();
    }
    match resource.and_then(|resource| resource.name.as_ref()) {
        Some(Names::Text(name)) => name.clone(),
        Some(Names::People(names)) => names.first().map(full_name).unwrap_or_default(),
        None => String::new(),
    }
}

fn full_name(name: &HumanName) -> String {
    if name.family.is_empty() && !name.text.is_empty() {
        return name.text.clone();
    }
    let parts = name.prefix.iter().chain(name.given.first()).chain(std::iter::once(&name.family));
    parts.map(String::as_str).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn put_person(draft: &mut Draft, patient: &Resource) {
    draft.patient_id.clone_from(&patient.id);
    draft.birth_date.clone_from(&patient.birth_date);
    if let Some(Names::People(names)) = &patient.name {
        let at = on_file(names);
        if let Some(name) = names.get(at) {
            draft.given_name = name.given.join(" ");
            draft.family_name.clone_from(&name.family);
        }
        // Whatever else they are or were called; an anonymous name is made to be nobody's.
        let others = || names.iter().enumerate().filter(|(i, name)| *i != at && name.usage != "anonymous").map(|(_, name)| name);
        draft.other_given_names = joined(others().map(|name| name.given.join(" ")));
        draft.other_family_names = joined(others().map(|name| name.family.clone()));
    }
    let telecom = |system: &str| patient.telecom.iter().find(|t| t.system == system).map(|t| t.value.clone()).unwrap_or_default();
    draft.phone = telecom("phone");
    draft.email = telecom("email");
    if let Some(Addresses::Many(addresses)) = &patient.address
        && let Some(address) = addresses.first()
    {
        draft.address = address.line.join(" ");
        draft.city.clone_from(&address.city);
        draft.state.clone_from(&address.state);
        draft.postal_code.clone_from(&address.postal_code);
    }
    put_details(draft, patient);
}

/// Which of somebody's names is the one on file: the official one, else the first.
fn on_file(names: &[HumanName]) -> usize {
    names.iter().position(|name| name.usage == "official").unwrap_or(0)
}

/// How to speak with somebody, and whom to tell if something happens.
fn put_details(draft: &mut Draft, patient: &Resource) {
    let preferred = patient.communication.iter().find(|language| language.preferred).or_else(|| patient.communication.first());
    draft.language = preferred.and_then(|language| language.language.coding.first()).map(|coding| coding.code.clone()).unwrap_or_default();
    if let Some(Names::People(names)) = &patient.name {
        let at = on_file(names);
        let called = |usage: &str| {
            let mut others = names.iter().enumerate().filter(|(i, name)| *i != at && name.usage == usage && !name.given.is_empty());
            others.next().map(|(_, name)| &name.given)
        };
        if let Some(given) = called("usual").or_else(|| called("nickname")) {
            // Whoever is called by all names on file is called by the first: so would they be without saying it.
            let is_on_file = names.get(at).is_some_and(|name| name.given == *given);
            draft.preferred_name = if is_on_file { given.first().cloned().unwrap_or_default() } else { given.join(" ") };
        }
    }
    let interpreter = patient.extension.iter().find(|extension| extension.url == INTERPRETER).and_then(|extension| extension.value_boolean);
    draft.interpreter = interpreter.map_or("", |needed| if needed { "yes" } else { "no" }).to_owned();
    let is_for_emergencies = |contact: &&PatientContact| {
        let mut codes = contact.relationship.iter().flat_map(|concept| &concept.coding);
        codes.any(|coding| coding.system == RELATIONSHIPS && coding.code == "C")
    };
    if let Some(contact) = patient.contact.iter().find(is_for_emergencies) {
        draft.emergency_contact_name = full_name(&contact.name);
        draft.emergency_contact_phone = contact.telecom.iter().find(|t| t.system == "phone").map(|t| t.value.clone()).unwrap_or_default();
    }
}

/// Names as a CSV column has them. A semicolon or a control character within a name is none of its letters. The first of each
/// spelling count, as many as one may have: an old name never costs somebody their appointment.
fn joined(names: impl Iterator<Item = String>) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut spellings = Vec::new();
    for name in names.map(|name| name.replace(|c: char| c == ';' || c.is_control(), " ").trim().to_owned()) {
        let folded = fold_name(&name);
        let spelling = if folded.is_empty() { name.clone() } else { folded };
        let is_name = !name.is_empty() && name.chars().count() <= FIELD_CHARS_MAX;
        if is_name && kept.len() < OTHER_NAMES_MAX && !spellings.contains(&spelling) {
            kept.push(name);
            spellings.push(spelling);
        }
    }
    kept.join(";")
}
