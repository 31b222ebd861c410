//! A Patient, as the texts of a person: what counts on the day of the appointment.

use super::super::draft::{Draft, OTHER_NAMES_MAX, is_no_number};
use super::super::language::{bcp47, says_nothing};
use super::names::{called, full_name, put_names};
use super::resource::{Address, Concept, Identifier, Patient, PatientContact, Telecom};

/// The code system in which `C` is an emergency contact.
const RELATIONSHIPS: &str = "http://terminology.hl7.org/CodeSystem/v2-0131";
/// The code systems whose codes are languages; a code of another system may be anything.
const LANGUAGES: [&str; 8] = [
    "",
    "urn:ietf:bcp:47",
    "urn:iso:std:iso:639",
    "urn:oid:1.0.639",
    "urn:oid:2.16.840.1.113883.6.99",
    "urn:oid:2.16.840.1.113883.6.100",
    "urn:oid:2.16.840.1.113883.6.121",
    "http://hl7.org/fhir/valueset/languages",
];

/// Puts all of a patient but their number into `draft`, as it counts on `day`.
pub(super) fn put_person(draft: &mut Draft, patient: &Patient, day: &str, warnings: &mut Vec<String>) {
    draft.birth_date.clone_from(&patient.birth_date);
    put_names(draft, &patient.names, day);
    let mut phones = phones(&patient.telecoms, day).into_iter();
    draft.phone = phones.next().unwrap_or_default();
    draft.other_phones = phones.take(OTHER_NAMES_MAX).collect::<Vec<_>>().join(";");
    draft.email = email(&patient.telecoms, day);
    if let Some(address) = address(&patient.addresses, day) {
        draft.address = if address.line.is_empty() && address.city.is_empty() {
            address.text.clone()
        } else {
            address.line.join(" ")
        };
        draft.city.clone_from(&address.city);
        draft.state.clone_from(&address.state);
        draft.postal_code.clone_from(&address.postal_code);
    }
    put_details(draft, patient, day, warnings);
}

/// How to speak with someone, and who to call in an emergency.
pub(super) fn put_details(draft: &mut Draft, patient: &Patient, day: &str, warnings: &mut Vec<String>) {
    draft.language = language(patient, warnings);
    draft.preferred_name = called(&patient.names, day);
    draft.interpreter = patient.interpreter.map_or("", |needed| if needed { "yes" } else { "no" }).to_owned();
    let is_for_emergencies = |contact: &&PatientContact| {
        let mut codes = contact.relationship.iter().flat_map(|concept| &concept.codings);
        codes.any(|coding| coding.system == RELATIONSHIPS && coding.code == "C")
    };
    if let Some(contact) = patient.contacts.iter().filter(|contact| contact.period.has(day)).find(is_for_emergencies) {
        draft.emergency_contact_name = full_name(&contact.name);
        draft.emergency_contact_phone = phones(&contact.telecoms, day).into_iter().next().unwrap_or_default();
    }
}

/// The best number of the clinic's own: a medical record number before others, and none that is secret or of another
/// office.
pub(super) fn own_number<'p>(identifiers: &'p [Identifier], day: &str) -> Option<&'p Identifier> {
    let counts = |identifier: &&Identifier| {
        identifier.usage != "old"
            && identifier.period.has(day)
            && !is_no_number(&identifier.value)
            && !is_of_an_office(identifier)
    };
    identifiers.iter().filter(counts).min_by_key(|identifier| {
        let text = identifier.kind.text.to_ascii_lowercase();
        let is = |code: &str| identifier.kind.codings.iter().any(|coding| coding.code.eq_ignore_ascii_case(code));
        let kind = if is("MR") || text == "mrn" || text.contains("medical record") {
            0
        } else if is("PI") || is("PT") {
            1
        } else {
            2
        };
        let usage = match identifier.usage.as_str() {
            "official" => 0,
            "usual" => 1,
            "" => 2,
            "secondary" => 3,
            _ => 4,
        };
        (kind, usage)
    })
}

/// Whether a number is not the clinic's: social security, a licence, a passport, an insurance that a whole family may
/// share.
fn is_of_an_office(identifier: &Identifier) -> bool {
    const CODES: [&str; 16] =
        ["SS", "SB", "DL", "PPN", "VS", "TAX", "NI", "MB", "SN", "MC", "MA", "DN", "DR", "CZ", "PRC", "NNUSA"];
    const WORDS: [&str; 7] =
        ["ssn", "social security", "social beneficiary", "driver", "passport", "member", "subscriber"];
    const SYSTEMS: [&str; 5] = ["us-ssn", "2.16.840.1.113883.4.1", "2.16.840.1.113883.4.3", "passport", "us-medicare"];
    let is_listed =
        identifier.kind.codings.iter().any(|coding| CODES.contains(&coding.code.to_ascii_uppercase().as_str()));
    let displays = identifier.kind.codings.iter().map(|coding| coding.display.as_str());
    let is_named = displays.chain([identifier.kind.text.as_str()]).any(|text| {
        let text = text.to_ascii_lowercase();
        WORDS.iter().any(|word| text.contains(word))
    });
    // A longer object identifier is another system's: `2.16.840.1.113883.4.17`.
    let system = identifier.system.to_ascii_lowercase();
    let is_system = |known: &&str| {
        system.split_once(*known).is_some_and(|(_, rest)| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    is_listed || is_named || SYSTEMS.iter().any(is_system)
}

/// Phones on which someone can be reached on `day`, the best first, each once.
fn phones(telecoms: &[Telecom], day: &str) -> Vec<String> {
    let mut current: Vec<&Telecom> = telecoms.iter().filter(|telecom| is_current(telecom, day)).collect();
    current.sort_by_key(|telecom| {
        let usage = match telecom.usage.as_str() {
            "mobile" => 0,
            "home" => 1,
            "work" => 3,
            "temp" => 4,
            _ => 2,
        };
        (telecom.rank.unwrap_or(u32::MAX), usage)
    });
    let mut found: Vec<(String, String)> = Vec::new();
    for telecom in current {
        let value = without_scheme(&telecom.value, &["tel:", "sms:", "callto:"]);
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        let is_phone = match telecom.system.as_str() {
            "phone" => !digits.is_empty(),
            "" | "sms" => digits.len() >= 4 && !value.contains('@') && !value.contains("//"),
            _ => value.len() != telecom.value.len(),
        };
        if is_phone && !found.iter().any(|(_, known)| *known == digits) {
            // Semicolons stand between phones.
            found.push((value.replace(";ext=", " ext. ").replace(';', " ").trim().to_owned(), digits));
        }
    }
    found.into_iter().map(|(value, _)| value).collect()
}

fn email(telecoms: &[Telecom], day: &str) -> String {
    let is_email = |telecom: &&Telecom| match telecom.system.as_str() {
        "email" => true,
        "" => telecom.value.contains('@'),
        _ => false,
    };
    let current = telecoms.iter().filter(|telecom| is_current(telecom, day)).filter(is_email);
    let best = current.min_by_key(|telecom| telecom.rank.unwrap_or(u32::MAX));
    best.map(|telecom| without_scheme(&telecom.value, &["mailto:"]).to_owned()).unwrap_or_default()
}

fn is_current(telecom: &Telecom, day: &str) -> bool {
    telecom.usage != "old" && telecom.period.has(day)
}

fn without_scheme<'t>(text: &'t str, schemes: &[&str]) -> &'t str {
    let stripped = schemes.iter().find_map(|scheme| {
        let start = text.get(..scheme.len())?;
        if start.eq_ignore_ascii_case(scheme) { text.get(scheme.len()..) } else { None }
    });
    stripped.unwrap_or(text).trim_start_matches('/').trim()
}

/// Where someone lives on `day`: at home before elsewhere, and where letters or bills go only if nothing else is known.
fn address<'p>(addresses: &'p [Address], day: &str) -> Option<&'p Address> {
    addresses.iter().filter(|address| address.usage != "old" && address.period.has(day)).min_by_key(|address| {
        let usage = match address.usage.as_str() {
            "home" => 0,
            "" => 1,
            "temp" => 2,
            _ => 3,
        };
        (address.usage == "billing" || address.kind == "postal", usage)
    })
}

/// The preferred language, else the first, of those that can be read.
fn language(patient: &Patient, warnings: &mut Vec<String>) -> String {
    let preferred = patient.languages.iter().filter(|(_, preferred)| *preferred);
    let others = patient.languages.iter().filter(|(_, preferred)| !*preferred);
    let mut is_unknown = false;
    let mut found = String::new();
    for (concept, _) in preferred.chain(others) {
        match tag(concept) {
            Ok(Some(tag)) => {
                found = tag;
                break;
            }
            Ok(None) => {}
            Err(()) => is_unknown = true,
        }
    }
    if is_unknown {
        let end = if found.is_empty() { "it is left empty" } else { "the next one is taken" };
        warnings.push(format!("language: expected a code or a name of a language, found another word; {end}"));
    }
    found
}

/// The tag of a language, `None` if there is none, an error if it is not known.
fn tag(concept: &Concept) -> Result<Option<String>, ()> {
    let is_of_languages = |system: &str| {
        let system = system.to_ascii_lowercase();
        LANGUAGES.iter().any(|known| system == *known || (!known.is_empty() && system.starts_with(known)))
    };
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
    let mut texts = Vec::new();
    let mut codings: Vec<_> = concept.codings.iter().collect();
    codings.sort_by_key(|coding| coding.system != "urn:ietf:bcp:47");
    for coding in &codings {
        let (code, display) = (bcp47(&coding.code), bcp47(&coding.display));
        if !coding.system.is_empty() && is_of_languages(&coding.system) {
            texts.push(code.or(display));
        } else if code.as_deref().map(primary) == display.as_deref().map(primary) {
            texts.push(code);
        } else if !coding.display.is_empty() {
            texts.push(display);
        } else if coding.system.is_empty() {
            texts.push(code);
        }
    }
    texts.push(bcp47(&concept.text));
    // A local code alone is the last that counts, and not if its own words say something else.
    if codings.iter().all(|coding| coding.display.is_empty()) && concept.text.is_empty() {
        texts.extend(codings.iter().map(|coding| bcp47(&coding.code)));
    }
    if let Some(tag) = texts.into_iter().flatten().next() {
        return Ok(Some(tag));
    }
    let said = codings.iter().flat_map(|coding| [&coding.code, &coding.display]).chain([&concept.text]);
    let said: Vec<&String> = said.filter(|text| !text.is_empty()).collect();
    if said.is_empty() || said.into_iter().any(|text| says_nothing(text)) { Ok(None) } else { Err(()) }
}
