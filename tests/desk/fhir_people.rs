//! Lists as FHIR as they really come: whose number is whose, which name, telephone and language count on the day.

use arrivals::desk::service::import::{ImportError, Sink, fhir};
use arrivals::desk::store::Unsaid;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::private::Private;

/// What a list says, without a desk.
#[derive(Default)]
pub struct Heard {
    pub good: Vec<Appointment>,
    pub refused: Vec<(u64, String)>,
    pub warned: Vec<(u64, String)>,
    pub notes: Vec<String>,
}

impl Sink for Heard {
    fn leaves_unsaid(&mut self, _: Unsaid) {}
    fn good(&mut self, appointment: Appointment) -> Result<(), ImportError> {
        self.good.push(appointment);
        Ok(())
    }
    fn refuse(&mut self, line: u64, why: &str) {
        self.refused.push((line, why.to_owned()));
    }
    fn warn(&mut self, line: u64, why: &str) {
        self.warned.push((line, why.to_owned()));
    }
    fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }
}

impl Heard {
    /// A list in which nothing is wrong.
    pub fn all_of(text: &str) -> Self {
        let heard = hear(text);
        assert!(heard.refused.is_empty() && heard.warned.is_empty(), "{:?} {:?}", heard.refused, heard.warned);
        heard
    }

    pub fn of(&self, id: &str) -> &Appointment {
        self.good
            .iter()
            .find(|appointment| appointment.id.as_str() == id)
            .unwrap_or_else(|| panic!("no appointment {id}"))
    }

    pub fn name(&self, id: &str) -> String {
        let person = &self.of(id).person;
        format!("{} {}", person.given_name.as_str(), person.family_name.as_str()).trim().to_owned()
    }
}

pub fn hear(text: &str) -> Heard {
    let mut heard = Heard::default();
    fhir::read(text.as_bytes(), &mut heard).unwrap();
    heard
}

pub fn field(name: &str) -> String {
    std::fs::read_to_string(format!("tests/data/field/{name}")).unwrap()
}

/// A Bundle of entries, one on each line from the second one on.
pub fn bundle(kind: &str, entries: &[String]) -> String {
    format!("{{\"resourceType\":\"Bundle\",\"type\":\"{kind}\",\"entry\":[\n{}]}}", entries.join(",\n"))
}

pub fn entry(url: &str, resource: &str) -> String {
    format!(r#"{{"fullUrl":"{url}","resource":{resource}}}"#)
}

pub fn plain(resource: &str) -> String {
    format!(r#"{{"resource":{resource}}}"#)
}

/// A Patient with these fields besides.
pub fn patient(id: &str, given: &str, family: &str, born: &str, rest: &str) -> String {
    let name = format!(r#"{{"family":"{family}","given":["{given}"]}}"#);
    format!(r#"{{"resourceType":"Patient","id":"{id}","name":[{name}],"birthDate":"{born}"{rest}}}"#)
}

/// An Appointment of whoever is referred to.
pub fn appointment(id: &str, references: &[&str]) -> String {
    let all: Vec<String> =
        references.iter().map(|to| format!(r#"{{"actor":{{"reference":"{to}"}},"status":"accepted"}}"#)).collect();
    let when = r#""status":"booked","start":"2026-11-30T08:00:00-05:00","minutesDuration":20"#;
    format!(r#"{{"resourceType":"Appointment","id":"{id}",{when},"participant":[{}]}}"#, all.join(","))
}

/// The one appointment of a patient of whom these fields are said.
fn only(fields: &str) -> (Appointment, Vec<(u64, String)>) {
    let patient = format!(r#"{{"resourceType":"Patient","id":"p1","birthDate":"1971-04-02",{fields}}}"#);
    let mut heard = hear(&bundle("collection", &[plain(&patient), plain(&appointment("a1", &["Patient/p1"]))]));
    assert!(heard.refused.is_empty(), "{fields}: {:?}", heard.refused);
    (heard.good.pop().unwrap(), heard.warned)
}

fn texts(list: &[Private]) -> Vec<&str> {
    list.iter().map(Private::as_str).collect()
}

const NAMED: &str = r#""name":[{"family":"Example","given":["Ada"]}]"#;

#[test]
fn a_contained_patient_is_seen_from_their_own_appointment_alone() {
    let heard = Heard::all_of(&field("contained-same-id.json"));
    assert_eq!((heard.name("m1"), heard.name("m2")), ("Nora Whitlow".into(), "Ugo Prentice".into()));
    assert_ne!(heard.of("m1").person.id, heard.of("m2").person.id);
    assert_ne!(heard.of("m1").person.number(), "patient");
    // Nor by an id that a whole entry has too, nor from another appointment, nor by an absolute URL.
    let inside = |id: &str, reference: &str| {
        let contained = format!(r#""contained":[{}],"status""#, patient("p1", "Nora", "Whitlow", "1971-04-02", ""));
        appointment(id, &[reference]).replacen("\"status\"", &contained, 1)
    };
    let heard = hear(&bundle(
        "collection",
        &[
            plain(&patient("p1", "Ugo", "Prentice", "1960-02-20", "")),
            plain(&inside("a1", "#p1")),
            plain(&inside("a2", "Patient/p1")),
            plain(&appointment("a3", &["#p1"])),
            plain(&appointment("a4", &["Appointment/a1#p1"])),
        ],
    ));
    assert_eq!((heard.name("a1"), heard.name("a2")), ("Nora Whitlow".into(), "Ugo Prentice".into()));
    assert_eq!(heard.refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [5, 6]);
}

#[test]
fn a_contained_patient_has_the_number_that_an_identifier_says() {
    let number = |identifiers: &str| {
        let inner = patient("p1", "Nora", "Whitlow", "1971-04-02", &format!(r#","identifier":{identifiers}"#));
        let text = appointment("a1", &["#p1"]).replacen("\"status\"", &format!(r#""contained":[{inner}],"status""#), 1);
        let person = Heard::all_of(&text).of("a1").person.clone();
        (person.number().to_owned(), person.source)
    };
    let typed = |code: &str, value: &str, rest: &str| {
        format!(r#"{{"type":{{"coding":[{{"code":"{code}"}}]}},"system":"urn:{code}","value":"{value}"{rest}}}"#)
    };
    let mrn = ("M1".to_owned(), "urn:MR".to_owned());
    let ssn = typed("SS", "S1", "");
    assert_eq!(number(&format!("[{ssn},{}]", typed("MR", "M1", ""))), mrn);
    assert_eq!(number(&format!("[{},{}]", typed("PI", "P1", r#","use":"official""#), typed("MR", "M1", ""))), mrn);
    assert_eq!(number(&format!("[{},{}]", typed("MR", "M0", r#","use":"old""#), typed("MR", "M1", ""))), mrn);
    assert_eq!(
        number(&format!("[{},{}]", typed("MR", "M0", r#","period":{"end":"2020"}"#), typed("MR", "M1", ""))),
        mrn
    );
    assert_eq!(number(&format!("[{},{}]", typed("MR", "N/A", ""), typed("MR", "M1", ""))), mrn);
    assert_eq!(number(&typed("MR", "M1", "")), mrn, "one where a list is expected");
    assert_eq!(number(r#"[{"system":"urn:mrn","value":4711}]"#), ("4711".into(), "urn:mrn".into()));
    for secret in [
        ssn,
        typed("DL", "D1", ""),
        typed("PPN", "P1", ""),
        r#"{"system":"http://hl7.org/fhir/sid/us-ssn","value":"S1"}"#.to_owned(),
        r#"{"system":"urn:oid:2.16.840.1.113883.4.1","value":"S1"}"#.to_owned(),
        r#"{"type":{"text":"Driver's license"},"value":"D1"}"#.to_owned(),
    ] {
        let (number, source) = number(&format!("[{secret}]"));
        assert!(number.starts_with("made-") && source.is_empty(), "{secret}");
    }
}

#[test]
fn two_servers_in_one_list_have_their_own_people() {
    let (a, b) = ("https://a.example/fhir", "https://B.example/fhir");
    let of = |base: &str, given: &str, born: &str| {
        entry(&format!("{base}/Patient/1"), &patient("1", given, "Lind", born, ""))
    };
    let text = bundle(
        "collection",
        &[
            of(a, "Nora", "1971-04-02"),
            of(b, "Ugo", "1960-02-20"),
            entry(&format!("{a}/Appointment/a1"), &appointment("a1", &["Patient/1"])),
            entry(&format!("{b}/Appointment/b1"), &appointment("b1", &["Patient/1"])),
            entry("urn:uuid:5", &appointment("a2", &["http://A.example/fhir/Patient/1/_history/3"])),
            entry("urn:uuid:6", &appointment("b2", &["https://b.example/fhir/Patient/1"])),
            entry("urn:uuid:7", &appointment("c1", &["Patient/1"])),
            entry("urn:uuid:8", &appointment("c2", &["https://c.example/fhir/Patient/1"])),
            entry(
                "https://b.example/fhir/Coverage/9",
                concat!(
                    r#"{"resourceType":"Coverage","beneficiary":{"reference":"Patient/1"},"#,
                    r#""payor":[{"display":"Green"}],"subscriberId":"G1"}"#,
                ),
            ),
        ],
    );
    let heard = hear(&text);
    for (id, name, source) in
        [("a1", "Nora Lind", a), ("a2", "Nora Lind", a), ("b1", "Ugo Lind", b), ("b2", "Ugo Lind", b)]
    {
        assert_eq!(
            (heard.name(id).as_str(), heard.of(id).person.source.as_str(), heard.of(id).person.number()),
            (name, source, "1")
        );
        assert_eq!(heard.of(id).coverage.is_some(), name == "Ugo Lind", "{id}");
    }
    // Nobody says which of the two is meant; a third server has neither.
    assert_eq!(heard.refused.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [8, 9]);
    assert!(
        heard.refused[0].1.contains("appointment c1: participant:")
            && heard.refused[0].1.contains("two different people")
    );
}

#[test]
fn cards_go_to_the_patient_they_point_at_with_or_without_an_id() {
    let payer = |heard: &Heard, id: &str| {
        let appointment = heard.of(id);
        let card = appointment.coverage.as_ref().map(|card| card.payer.as_str().to_owned());
        (card, appointment.second_coverage.is_some())
    };
    let both = Heard::all_of(&field("no-id.json"));
    assert_eq!(payer(&both, "n1"), (Some("Blue Hill Health".into()), false));
    assert_eq!(payer(&both, "n2"), (Some("Green Valley Plan".into()), false));
    let one = Heard::all_of(&field("no-id-one-card.json"));
    assert_eq!((payer(&one, "n3"), payer(&one, "n4")), ((Some("Blue Hill Health".into()), false), (None, false)));
    assert_ne!(one.of("n3").person.id, one.of("n4").person.id);
}

#[test]
fn the_name_on_file_is_the_one_of_the_day() {
    let heard = Heard::all_of(&field("names-that-are-over.json"));
    assert_eq!((heard.name("s1"), heard.name("s2")), ("Rachel Marlow".into(), "Vera Newbury".into()));
    assert_eq!(texts(&heard.of("s1").person.other_given_names), ["Robert"]);
    assert_eq!(texts(&heard.of("s2").person.other_family_names), ["Oldham"]);
    let name = |usage: &str, given: &str, rest: &str| {
        format!(r#"{{"use":"{usage}","family":"Lind","given":["{given}"]{rest}}}"#)
    };
    let later = r#","period":{"start":"2026-12-01"}"#;
    let over = |end: &str| format!(r#","period":{{"end":"{end}"}}"#);
    for (names, expected) in [
        (vec![name("nickname", "Nan", ""), name("usual", "Una", ""), name("official", "Ofelia", "")], "Ofelia"),
        (
            vec![name("nickname", "Nan", ""), name("temp", "Tea", ""), name("", "Nona", ""), name("usual", "Una", "")],
            "Una",
        ),
        (vec![name("nickname", "Nan", ""), name("", "Nona", "")], "Nona"),
        (vec![name("anonymous", "Anon", ""), name("nickname", "Nan", "")], "Nan"),
        (vec![name("maiden", "Mai", ""), name("usual", "Una", "")], "Una"),
        (vec![name("official", "Ofelia", later), name("usual", "Una", "")], "Una"),
        (vec![name("official", "Ofelia", &over("2026-11-29")), name("usual", "Una", "")], "Una"),
        (vec![name("official", "Ofelia", &over("2026-11-30")), name("usual", "Una", "")], "Ofelia"),
        (vec![name("official", "Ofelia", &over("2026")), name("usual", "Una", "")], "Ofelia"),
        (vec![name("official", "Ofelia", &over("2025-12")), name("usual", "Una", "")], "Una"),
        (vec![name("old", "Olga", ""), name("anonymous", "Anon", "")], "Olga"),
        (vec![name("official", "Ofelia", &over("2001")), name("official", "Odile", &over("2020"))], "Odile"),
        (vec![r#"{"use":"official","text":""}"#.to_owned(), name("usual", "Una", "")], "Una"),
    ] {
        let (found, _) = only(&format!(r#""name":[{}]"#, names.join(",")));
        assert_eq!(found.person.given_name.as_str(), expected, "{names:?}");
        assert!(!texts(&found.person.other_given_names).contains(&"Anon"), "{names:?}");
    }
}

#[test]
fn a_name_as_one_text_is_taken_apart() {
    let heard = hear(&field("names-as-text.json"));
    assert_eq!(heard.name("r1"), "Nora Whitlow");
    // People with one name are taken.
    assert_eq!((heard.name("r4"), heard.name("r5"), heard.refused.len()), ("Suharyanto".into(), "Kadiatou".into(), 0));
    for (text, given, family) in [
        ("Nora Ann Whitlow", "Nora Ann", "Whitlow"),
        ("Whitlow, Nora Ann", "Nora Ann", "Whitlow"),
        ("de la Cruz, Nora", "Nora", "de la Cruz"),
        ("Mrs. Nora Whitlow", "Nora", "Whitlow"),
        ("Dr. Nora Whitlow, MD", "Nora", "Whitlow"),
        ("Nora Whitlow Jr.", "Nora", "Whitlow"),
        ("  Nora   Whitlow ", "Nora", "Whitlow"),
    ] {
        let (found, _) = only(&format!(r#""name":[{{"text":"{text}"}}]"#));
        assert_eq!((found.person.given_name.as_str(), found.person.family_name.as_str()), (given, family), "{text}");
        assert!(!found.person.other_family_names.is_empty(), "{text}");
    }
    // A text where a list of names is expected, and parts that say more than the text.
    let (found, _) = only(r#""name":"Nora Whitlow""#);
    assert_eq!((found.person.given_name.as_str(), found.person.family_name.as_str()), ("Nora", "Whitlow"));
    let (found, _) = only(r#""name":{"text":"Dr. Somebody Else","family":["van","Dyke"],"given":"Nora"}"#);
    assert_eq!((found.person.given_name.as_str(), found.person.family_name.as_str()), ("Nora", "van Dyke"));
    assert_eq!(Heard::all_of(&field("family-as-list.json")).name("ab1"), "Nora Whitlow");
}

#[test]
fn telephones_are_those_on_which_somebody_can_be_reached_now() {
    let heard = Heard::all_of(&field("telephones.json"));
    assert_eq!(heard.of("w1").person.contact.phone.as_str(), "555-010-7777");
    assert!(heard.of("w1").person.other_phones.is_empty());
    let phone = |value: &str, rest: &str| format!(r#"{{"system":"phone","value":"{value}"{rest}}}"#);
    let used = |value: &str, usage: &str| phone(value, &format!(r#","use":"{usage}""#));
    for (telecoms, first, others) in [
        (
            vec![used("555-0101", "work"), used("555-0102", "home"), used("555-0103", "mobile")],
            "555-0103",
            &["555-0102", "555-0101"][..],
        ),
        (vec![used("555-0103", "mobile"), phone("555-0101", r#","use":"work","rank":1"#)], "555-0101", &["555-0103"]),
        (vec![phone("555-0101", r#","rank":"2""#), phone("555-0102", r#","rank":1.0"#)], "555-0102", &["555-0101"]),
        (
            vec![
                phone("555-0101", r#","period":{"end":"2026-11-29"}"#),
                used("555-0102", "old"),
                phone("555-0103", ""),
            ],
            "555-0103",
            &[],
        ),
        (vec![used("555-0101", "old")], "", &[]),
        (vec![phone("tel:+1-555-010-4821;ext=22", "")], "+1-555-010-4821 ext. 22", &[]),
        (
            vec![r#"{"value":"555-0101"}"#.into(), r#"{"system":"sms","value":"555-0102"}"#.into()],
            "555-0101",
            &["555-0102"],
        ),
        (
            vec![r#"{"system":"fax","value":"555-0101"}"#.into(), r#"{"system":"pager","value":"555-0102"}"#.into()],
            "",
            &[],
        ),
        (
            vec![
                r#"{"value":"ada@example.org"}"#.into(),
                phone("n/a", ""),
                phone("555-0101", ""),
                phone("555 0101", ""),
            ],
            "555-0101",
            &[],
        ),
        (vec![r#"{"system":"phone","value":5550101}"#.into()], "5550101", &[]),
    ] {
        let (found, _) = only(&format!(r#"{NAMED},"telecom":[{}]"#, telecoms.join(",")));
        assert_eq!(
            (found.person.contact.phone.as_str(), texts(&found.person.other_phones)),
            (first, others.to_vec()),
            "{telecoms:?}"
        );
    }
    let email = |value: &str, rest: &str| format!(r#"{{"system":"email","value":"{value}"{rest}}}"#);
    for (telecoms, expected) in [
        (vec![email("old@example.org", r#","use":"old""#), email("mailto:new@example.org", "")], "new@example.org"),
        (vec![email("b@example.org", r#","rank":2"#), email("a@example.org", r#","rank":1"#)], "a@example.org"),
    ] {
        let (found, _) = only(&format!(r#"{NAMED},"telecom":[{}]"#, telecoms.join(",")));
        assert_eq!(found.person.contact.email.as_str(), expected);
    }
}

#[test]
fn the_address_is_where_somebody_lives_now() {
    let address = |city: &str, rest: &str| format!(r#"{{"line":["1 Elm St"],"city":"{city}"{rest}}}"#);
    for (addresses, city) in [
        (vec![address("Old", r#","use":"old""#), address("Now", "")], "Now"),
        (vec![address("Over", r#","use":"home","period":{"end":"2020"}"#), address("Now", r#","use":"work""#)], "Now"),
        (vec![address("Work", r#","use":"work""#), address("Home", r#","use":"home""#)], "Home"),
        (
            vec![address("Box", r#","type":"postal""#), address("Bills", r#","use":"billing""#), address("Here", "")],
            "Here",
        ),
        (vec![address("Box", r#","type":"postal""#)], "Box"),
        (vec![r#"{"use":"home","city":null}"#.to_owned(), address("Now", "")], "Now"),
    ] {
        let (found, _) = only(&format!(r#"{NAMED},"address":[{}]"#, addresses.join(",")));
        assert_eq!(found.person.contact.city.as_str(), city, "{addresses:?}");
    }
}

#[test]
fn a_birth_date_is_handed_on_as_far_as_it_is_known() {
    let heard = hear(&field("birth-dates.json"));
    assert_eq!((heard.refused.len(), heard.warned.len()), (0, 3), "each is said: staff check them in");
    let born = |id: &str| heard.of(id).person.birth_date.written();
    assert_eq!((born("u1"), born("u2"), born("u4")), ("1971".into(), "1960-02".into(), String::new()));
    for (text, expected) in [
        (r#""1971-04-02T00:00:00Z""#, "1971-04-02"),
        (r#""1971-04-02 10:20:30""#, "1971-04-02"),
        (r#"["1971-04-02"]"#, "1971-04-02"),
        ("1971", "1971"),
        ("null", ""),
    ] {
        let resource = patient("p1", "Ada", "Example", "X", "").replace("\"X\"", text);
        let heard = hear(&bundle("collection", &[plain(&resource), plain(&appointment("a1", &["Patient/p1"]))]));
        assert_eq!(heard.of("a1").person.birth_date.written(), expected, "{text}");
        assert_eq!((heard.refused.len(), heard.warned.is_empty()), (0, expected.len() == 10), "{text}");
    }
}

#[test]
fn any_coding_of_a_language_that_is_known_counts() {
    let heard = Heard::all_of(&field("languages.json"));
    for id in ["ae1", "ae2", "ae3"] {
        assert_eq!(heard.of(id).person.language.as_deref(), Some("es"), "{id}");
    }
    let said = |language: &str, rest: &str| format!(r#"{{"language":{language}{rest}}}"#);
    let code = |code: &str| said(&format!(r#"{{"coding":[{{"code":"{code}"}}]}}"#), "");
    for (languages, expected, warnings) in [
        (vec![code("ger")], Some("de"), 0),
        (vec![code("es-MX")], Some("es-MX"), 0),
        (vec![code("es_mx")], Some("es-MX"), 0),
        (vec![code("en"), said(r#"{"text":"Somali"}"#, r#","preferred":true"#)], Some("so"), 0),
        (vec![code("en"), said(r#"{"text":"Somali"}"#, r#","preferred":"true""#)], Some("so"), 0),
        (vec![said(r#"{"coding":[{"system":"urn:local","code":"CH","display":"Chinese"}]}"#, "")], Some("zh"), 0),
        (vec![said(r#"{"coding":[{"system":"urn:local","code":"DE","display":"Declined"}]}"#, "")], None, 0),
        (vec![said(r#"{"coding":[{"system":"urn:local","code":"spa"}]}"#, "")], Some("es"), 0),
        (vec![said(r#"{"coding":{"code":"vie"}}"#, "")], Some("vi"), 0),
        (vec![said("\"fr\"", "")], Some("fr"), 0),
        (vec![code("LANG-7")], None, 1),
        (vec![code("LANG-7"), code("fr")], Some("fr"), 1),
        (vec![code("und")], None, 0),
        (vec!["null".into()], None, 0),
    ] {
        let (found, warned) = only(&format!(r#"{NAMED},"communication":[{}]"#, languages.join(",")));
        assert_eq!((found.person.language.as_deref(), warned.len()), (expected, warnings), "{languages:?}");
        assert!(
            warned.iter().all(|(_, why)| why.starts_with("appointment a1: language:") && !why.contains("LANG-7")),
            "{warned:?}"
        );
    }
}

#[test]
fn who_was_merged_away_is_the_one_who_remains() {
    let heard = Heard::all_of(&field("replaced-patient.json"));
    assert_eq!((heard.name("z1"), heard.name("z2")), ("Nora Whitlow-Sayer".into(), "Nora Whitlow-Sayer".into()));
    assert_eq!(heard.of("z1").person.id, heard.of("z2").person.id);
    let link =
        |kind: &str, to: &str| format!(r#","link":[{{"other":{{"reference":"Patient/{to}"}},"type":"{kind}"}}]"#);
    let person = |id: &str, rest: &str| plain(&patient(id, &id.to_uppercase(), "Lind", "1971-04-02", rest));
    let name = |people: &[String], of: &str| {
        let heard =
            hear(&bundle("collection", &[people, &[plain(&appointment("a1", &[&format!("Patient/{of}")]))]].concat()));
        (heard.of("a1").person.given_name.as_str().to_owned(), heard.warned)
    };
    let chain = [person("pa", &link("replaced-by", "pb")), person("pb", &link("replaced-by", "pc")), person("pc", "")];
    assert_eq!(name(&chain, "pa").0, "PC");
    let backwards = [person("pa", ""), person("pb", &link("replaces", "pa"))];
    assert_eq!(name(&backwards, "pa").0, "PB");
    let circle = [person("pa", &link("replaced-by", "pb")), person("pb", &link("replaced-by", "pa"))];
    assert_eq!((name(&circle, "pa").0, name(&circle, "pb").0), ("PA".into(), "PA".into()));
    let other = [person("pa", &link("seealso", "pb")), person("pb", "")];
    assert_eq!(name(&other, "pa").0, "PA");
    let (found, warned) = name(&[person("pa", &link("replaced-by", "px"))], "pa");
    assert_eq!(found, "PA");
    assert!(
        warned.len() == 1 && warned[0].1.contains("appointment a1: participant: the patient was replaced"),
        "{warned:?}"
    );
}

#[test]
fn the_later_version_counts_wherever_it_stands() {
    assert_eq!(Heard::all_of(&field("older-version-later.json")).name("aa1"), "Vera Newbury");
    let version = |family: &str, meta: &str| plain(&patient("p1", "Vera", family, "1960-02-20", meta));
    let family = |kind: &str, versions: &[String]| {
        let heard = Heard::all_of(&bundle(kind, &[versions, &[plain(&appointment("a1", &["Patient/p1"]))]].concat()));
        heard.of("a1").person.family_name.as_str().to_owned()
    };
    let meta = |version: &str| format!(r#","meta":{{"versionId":{version}}}"#);
    assert_eq!(family("collection", &[version("Ten", &meta("\"10\"")), version("Nine", &meta("9"))]), "Ten");
    assert_eq!(family("history", &[version("First", ""), version("Second", "")]), "First", "the newest one is first");
    assert_eq!(family("collection", &[version("First", ""), version("Second", "")]), "Second");
    // Two people of one id are not one of them.
    let two = [version("Newbury", ""), plain(&patient("p1", "Ugo", "Prentice", "1971-04-02", ""))];
    let heard = hear(&bundle("collection", &[&two[..], &[plain(&appointment("a1", &["Patient/p1"]))]].concat()));
    assert!(heard.good.is_empty() && heard.refused[0].1.contains("two different people"), "{:?}", heard.refused);
}

#[test]
fn half_a_name_is_made_whole_by_its_text() {
    for (name, expected) in [
        (r#"{"text":"Dr. Nora Ann Whitlow","family":"Whitlow"}"#, ("Nora Ann", "Whitlow")),
        (r#"{"text":"Whitlow, Nora","family":"Whitlow"}"#, ("Nora", "Whitlow")),
        (r#"{"text":"Nora de la Cruz","family":"de la Cruz"}"#, ("Nora", "de la Cruz")),
        (r#"{"text":"Nora Whitlow","given":["Nora"]}"#, ("Nora", "Whitlow")),
        (r#"{"text":"Suharyanto","family":"Suharyanto"}"#, ("", "Suharyanto")),
        (r#"{"text":"Somebody Else","family":"Whitlow"}"#, ("", "Whitlow")),
        (r#"{"text":null,"given":["Kadiatou"]}"#, ("Kadiatou", "")),
    ] {
        let (found, _) = only(&format!(r#""name":[{name}]"#));
        assert_eq!((found.person.given_name.as_str(), found.person.family_name.as_str()), expected, "{name}");
    }
}

#[test]
fn what_neither_of_two_records_says_makes_them_nobody() {
    // One placeholder id, two people, no birth date: neither is taken for the other.
    let unknown = |given: &str, family: &str| plain(&patient("unknown", given, family, "", ""));
    let heard = hear(&bundle(
        "collection",
        &[unknown("Nora", "Whitlow"), unknown("Ugo", "Prentice"), plain(&appointment("a1", &["Patient/unknown"]))],
    ));
    assert!(heard.good.is_empty() && heard.refused[0].1.contains("two different people"), "{:?}", heard.refused);
    // A contained patient without an id is not found by an empty one.
    let inner = patient("p1", "Nora", "Whitlow", "1971-04-02", "").replace(r#""id":"p1","#, "");
    let text = appointment("a1", &["#"]).replacen("\"status\"", &format!(r#""contained":[{inner}],"status""#), 1);
    assert_eq!(hear(&text).refused.len(), 1);
}

#[test]
fn one_card_that_is_said_twice_is_one() {
    let card = concat!(
        r#"{"resourceType":"Coverage","beneficiary":{"reference":"Patient/p1"},"#,
        r#""payor":[{"display":"Green"}],"subscriberId":"G1"}"#,
    );
    let person = patient("p1", "Nora", "Whitlow", "1971-04-02", "");
    let other = card.replace("G1", "G2");
    let taken = |cards: &[&str]| {
        let cards: Vec<String> = cards.iter().map(|card| plain(card)).collect();
        let heard = Heard::all_of(&bundle(
            "collection",
            &[&cards[..], &[plain(&person), plain(&appointment("a1", &["Patient/p1"]))]].concat(),
        ));
        let found = heard.of("a1");
        [&found.coverage, &found.second_coverage]
            .map(|card| card.as_ref().map(|card| card.member_id.as_str().to_owned()).unwrap_or_default())
    };
    assert_eq!(taken(&[card, card]), ["G1", ""]);
    assert_eq!(taken(&[card, card, &other]), ["G1", "G2"]);
}
