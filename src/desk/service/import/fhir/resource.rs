//! The parts that matter of the six resources that are read.

use serde_json::Value;

use super::value::{Object, Reader, flag_of};

/// The extension that says whether someone has to interpret for a patient.
const INTERPRETER: &str = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired";

/// One of the resources that are read.
pub(super) enum What {
    Appointment(Box<Appointment>),
    Patient(Box<Patient>),
    Practitioner(Vec<HumanName>),
    /// A Location or an Organization, by its name.
    Place(&'static str, String),
    Coverage(Box<Coverage>),
}

impl What {
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Appointment(_) => "Appointment",
            Self::Patient(_) => "Patient",
            Self::Practitioner(_) => "Practitioner",
            Self::Place(kind, _) => kind,
            Self::Coverage(_) => "Coverage",
        }
    }
}

/// What is common to all resources.
#[derive(Default)]
pub(super) struct Meta {
    pub id: String,
    pub updated: Option<jiff::Timestamp>,
    pub version: Option<u64>,
}

#[derive(Default)]
pub(super) struct Appointment {
    pub identifiers: Vec<Identifier>,
    pub status: String,
    pub created: String,
    pub start: String,
    pub end: String,
    pub minutes: Option<u32>,
    pub service: String,
    pub participants: Vec<Participant>,
}

#[derive(Default)]
pub(super) struct Participant {
    pub actor: Reference,
    pub declined: bool,
    pub period: Period,
}

#[derive(Default, Clone)]
pub(super) struct Patient {
    pub identifiers: Vec<Identifier>,
    pub names: Vec<HumanName>,
    pub birth_date: String,
    pub telecoms: Vec<Telecom>,
    pub addresses: Vec<Address>,
    pub languages: Vec<(Concept, bool)>,
    pub interpreter: Option<bool>,
    pub contacts: Vec<PatientContact>,
    pub links: Vec<(String, Reference)>,
}

#[derive(Default, Clone)]
pub(super) struct Identifier {
    pub usage: String,
    pub system: String,
    pub value: String,
    pub kind: Concept,
    pub period: Period,
}

#[derive(Default, Clone)]
pub(super) struct HumanName {
    pub usage: String,
    pub text: String,
    pub family: String,
    pub given: Vec<String>,
    pub prefix: Vec<String>,
    pub suffix: Vec<String>,
    pub period: Period,
}

#[derive(Default, Clone)]
pub(super) struct Telecom {
    pub usage: String,
    pub system: String,
    pub value: String,
    pub rank: Option<u32>,
    pub period: Period,
}

#[derive(Default, Clone)]
pub(super) struct Address {
    pub usage: String,
    pub kind: String,
    pub text: String,
    pub line: Vec<String>,
    pub city: String,
    pub state: String,
    pub postal_code: String,
    pub period: Period,
}

#[derive(Default, Clone)]
pub(super) struct PatientContact {
    pub relationship: Vec<Concept>,
    pub name: HumanName,
    pub telecoms: Vec<Telecom>,
    pub period: Period,
}

#[derive(Default, Clone)]
pub(super) struct Concept {
    pub text: String,
    pub codings: Vec<Coding>,
}

#[derive(Default, Clone)]
pub(super) struct Coding {
    pub system: String,
    pub code: String,
    pub display: String,
}

#[derive(Default, Clone)]
pub(super) struct Reference {
    pub reference: String,
    pub display: String,
    pub kind: String,
    /// The system and the value of an identifier.
    pub identifier: Option<(String, String)>,
}

#[derive(Default, Clone)]
pub(super) struct Period {
    pub start: String,
    pub end: String,
}

#[derive(Default)]
pub(super) struct Coverage {
    pub status: String,
    pub order: Option<u32>,
    pub beneficiary: Reference,
    pub payor: Option<Reference>,
    pub relationship: Concept,
    pub subscriber: Option<Reference>,
    pub member_id: String,
    pub group_id: String,
    pub plan: String,
    pub period: Period,
}

impl Period {
    /// Whether a day lies in it. A year or a month alone counts as a whole.
    pub fn has(&self, day: &str) -> bool {
        let day_in_part = |text: &str| day.get(..text.len().min(10)).unwrap_or(day).to_owned();
        let date = |text: &str| text.get(..10).unwrap_or(text).trim().to_owned();
        let (start, end) = (date(&self.start), date(&self.end));
        let ended = !end.is_empty() && !day.is_empty() && end < day_in_part(&end);
        let not_begun = !start.is_empty() && !day.is_empty() && start > day_in_part(&start);
        !ended && !not_begun
    }
}

/// Reads a resource of a kind that is read; `None` for every other kind.
pub(super) fn read(kind: &str, object: &Object) -> Option<(What, Meta, Vec<String>)> {
    let mut reader = Reader::new(match kind {
        "Appointment" => "Appointment",
        "Patient" => "Patient",
        "Practitioner" => "Practitioner",
        "Location" => "Location",
        "Organization" => "Organization",
        "Coverage" => "Coverage",
        _ => return None,
    });
    let from = &mut reader;
    let what = match kind {
        "Appointment" => What::Appointment(Box::new(appointment(from, object))),
        "Patient" => What::Patient(Box::new(patient(from, object))),
        "Practitioner" => What::Practitioner(names(from, object)),
        "Location" => What::Place("Location", from.text(object, "name")),
        "Organization" => What::Place("Organization", from.text(object, "name")),
        _ => What::Coverage(Box::new(coverage(from, object))),
    };
    let mut meta = Meta { id: from.text(object, "id").trim().to_owned(), ..Meta::default() };
    if let Some(Value::Object(of)) = object.get("meta") {
        meta.updated = of.get("lastUpdated").and_then(Value::as_str).and_then(|text| text.parse().ok());
        meta.version = from.text(of, "versionId").parse().ok();
    }
    Some((what, meta, reader.warnings()))
}

fn appointment(from: &mut Reader, object: &Object) -> Appointment {
    let concepts = [concepts(from, object, "serviceType"), concepts(from, object, "appointmentType")].concat();
    let service = concepts.iter().map(words).find(|text| !text.is_empty());
    Appointment {
        identifiers: identifiers(from, object),
        status: from.text(object, "status").trim().to_owned(),
        created: from.text(object, "created"),
        start: from.text(object, "start"),
        end: from.text(object, "end"),
        minutes: from.whole(object, "minutesDuration"),
        service: service.unwrap_or_else(|| from.text(object, "description")),
        participants: from
            .objects(object, "participant")
            .into_iter()
            .map(|participant| Participant {
                actor: reference(from, participant, "actor").unwrap_or_default(),
                declined: word(from, participant, "status") == "declined",
                period: period(from, participant),
            })
            .collect(),
    }
}

fn patient(from: &mut Reader, object: &Object) -> Patient {
    let languages = from.list(object, "communication").into_iter().map(|said| match said {
        Value::Object(said) => {
            let preferred = from.flag(said, "preferred").unwrap_or_default();
            (concepts(from, said, "language").into_iter().next().unwrap_or_default(), preferred)
        }
        said => (Concept { text: said.as_str().unwrap_or_default().to_owned(), ..Concept::default() }, false),
    });
    Patient {
        languages: languages.collect(),
        identifiers: identifiers(from, object),
        names: names(from, object),
        birth_date: birth_date(from.text(object, "birthDate")),
        telecoms: telecoms(from, object),
        addresses: addresses(from, object),
        interpreter: interpreter(object),
        contacts: contacts(from, object),
        links: from
            .objects(object, "link")
            .into_iter()
            .filter_map(|link| Some((word(from, link, "type"), reference(from, link, "other")?)))
            .collect(),
    }
}

/// A date with a time is the date.
fn birth_date(text: String) -> String {
    let text = text.trim();
    let is_date = |date: &&str| {
        date.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
    };
    text.get(..10).filter(is_date).unwrap_or(text).to_owned()
}

fn coverage(from: &mut Reader, object: &Object) -> Coverage {
    let mut coverage = Coverage {
        status: word(from, object, "status"),
        order: from.whole(object, "order"),
        beneficiary: reference(from, object, "beneficiary").unwrap_or_default(),
        payor: reference(from, object, "payor"),
        relationship: concepts(from, object, "relationship").into_iter().next().unwrap_or_default(),
        subscriber: reference(from, object, "subscriber"),
        member_id: from.text(object, "subscriberId"),
        period: period(from, object),
        ..Coverage::default()
    };
    if coverage.member_id.is_empty() {
        coverage.member_id =
            identifiers(from, object).into_iter().map(|identifier| identifier.value).next().unwrap_or_default();
    }
    for class in from.objects(object, "class") {
        let kinds = concepts(from, class, "type");
        let is = |code: &str| kinds.iter().flat_map(|kind| &kind.codings).any(|coding| coding.code == code);
        let (value, name) = (from.text(class, "value"), from.text(class, "name"));
        if is("group") && coverage.group_id.is_empty() {
            coverage.group_id = value;
        } else if is("plan") && coverage.plan.is_empty() {
            coverage.plan = if name.is_empty() { value } else { name };
        }
    }
    coverage
}

/// A code, in lower case.
fn word(from: &mut Reader, object: &Object, field: &'static str) -> String {
    from.text(object, field).trim().to_ascii_lowercase()
}

fn period(from: &mut Reader, object: &Object) -> Period {
    let Some(period) = from.object(object, "period") else { return Period::default() };
    Period { start: from.text(period, "start"), end: from.text(period, "end") }
}

/// Those with a value.
fn identifiers(from: &mut Reader, object: &Object) -> Vec<Identifier> {
    let all = from.objects(object, "identifier").into_iter().map(|identifier| Identifier {
        usage: word(from, identifier, "use"),
        system: from.text(identifier, "system").trim().to_owned(),
        value: from.text(identifier, "value").trim().to_owned(),
        kind: concepts(from, identifier, "type").into_iter().next().unwrap_or_default(),
        period: period(from, identifier),
    });
    all.filter(|identifier| !identifier.value.is_empty()).collect()
}

fn names(from: &mut Reader, object: &Object) -> Vec<HumanName> {
    from.list(object, "name").into_iter().filter_map(|value| name(from, value)).collect()
}

fn name(from: &mut Reader, value: &Value) -> Option<HumanName> {
    let object = match value {
        Value::Object(object) => object,
        Value::String(text) => return Some(HumanName { text: text.clone(), ..HumanName::default() }),
        _ => {
            from.is_odd("name");
            return None;
        }
    };
    Some(HumanName {
        usage: word(from, object, "use"),
        text: from.text(object, "text"),
        // DSTU2 had a list here.
        family: from.texts(object, "family").join(" "),
        given: from.texts(object, "given"),
        prefix: from.texts(object, "prefix"),
        suffix: from.texts(object, "suffix"),
        period: period(from, object),
    })
}

fn telecoms(from: &mut Reader, object: &Object) -> Vec<Telecom> {
    let all = from.objects(object, "telecom").into_iter().map(|telecom| Telecom {
        usage: word(from, telecom, "use"),
        system: word(from, telecom, "system"),
        value: from.text(telecom, "value").trim().to_owned(),
        rank: from.whole(telecom, "rank"),
        period: period(from, telecom),
    });
    all.filter(|telecom| !telecom.value.is_empty()).collect()
}

fn addresses(from: &mut Reader, object: &Object) -> Vec<Address> {
    let all = from.list(object, "address").into_iter().filter_map(|value| match value {
        Value::Object(address) => Some(Address {
            usage: word(from, address, "use"),
            kind: word(from, address, "type"),
            text: from.text(address, "text"),
            line: from.texts(address, "line"),
            city: from.text(address, "city"),
            state: from.text(address, "state"),
            postal_code: from.text(address, "postalCode"),
            period: period(from, address),
        }),
        Value::String(text) => Some(Address { text: text.clone(), ..Address::default() }),
        _ => {
            from.is_odd("address");
            None
        }
    });
    all.filter(|address| {
        let parts = [&address.text, &address.city, &address.state, &address.postal_code];
        !address.line.is_empty() || parts.iter().any(|part| !part.trim().is_empty())
    })
    .collect()
}

/// What is odd about an extension is not ours to say: anyone may write their own.
fn interpreter(object: &Object) -> Option<bool> {
    let extensions = match object.get("extension")? {
        Value::Array(extensions) => extensions.as_slice(),
        one => std::slice::from_ref(one),
    };
    extensions
        .iter()
        .filter(|extension| extension.get("url").and_then(Value::as_str) == Some(INTERPRETER))
        .find_map(|extension| extension.get("valueBoolean").and_then(flag_of))
}

fn contacts(from: &mut Reader, object: &Object) -> Vec<PatientContact> {
    let read = |contact: &Object| PatientContact {
        relationship: concepts(from, contact, "relationship"),
        name: from.list(contact, "name").into_iter().next().and_then(|value| name(from, value)).unwrap_or_default(),
        telecoms: telecoms(from, contact),
        period: period(from, contact),
    };
    let mut reader = Reader::new("Patient");
    let all = reader.objects(object, "contact");
    all.into_iter().map(read).collect()
}

fn concepts(from: &mut Reader, object: &Object, field: &'static str) -> Vec<Concept> {
    let all = from.list(object, field).into_iter().filter_map(|value| match value {
        Value::Object(concept) => {
            let mut codings =
                from.objects(concept, "coding").into_iter().map(|of| coding(from, of)).collect::<Vec<_>>();
            // A coding where a concept is expected.
            if codings.is_empty() && (concept.contains_key("code") || concept.contains_key("display")) {
                codings.push(coding(from, concept));
            }
            Some(Concept { text: from.text(concept, "text").trim().to_owned(), codings })
        }
        Value::String(text) => Some(Concept { text: text.trim().to_owned(), codings: Vec::new() }),
        _ => {
            from.is_odd(field);
            None
        }
    });
    all.collect()
}

fn coding(from: &mut Reader, object: &Object) -> Coding {
    Coding {
        system: from.text(object, "system").trim().to_owned(),
        code: from.text(object, "code").trim().to_owned(),
        display: from.text(object, "display").trim().to_owned(),
    }
}

/// The first reference of a field.
fn reference(from: &mut Reader, object: &Object, field: &'static str) -> Option<Reference> {
    match from.list(object, field).into_iter().next()? {
        Value::Object(reference) => Some(Reference {
            reference: from.text(reference, "reference").trim().to_owned(),
            display: from.text(reference, "display").trim().to_owned(),
            kind: from.text(reference, "type").trim().rsplit('/').next().unwrap_or_default().to_owned(),
            identifier: from
                .object(reference, "identifier")
                .map(|of| (from.text(of, "system").trim().to_owned(), from.text(of, "value").trim().to_owned()))
                .filter(|(_, value)| !value.is_empty()),
        }),
        Value::String(text) => Some(Reference { reference: text.trim().to_owned(), ..Reference::default() }),
        _ => {
            from.is_odd(field);
            None
        }
    }
}

/// What a concept says in words.
pub(super) fn words(concept: &Concept) -> String {
    if !concept.text.is_empty() {
        return concept.text.clone();
    }
    concept.codings.iter().map(|coding| coding.display.clone()).find(|text| !text.is_empty()).unwrap_or_default()
}
