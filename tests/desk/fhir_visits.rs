//! Lists as FHIR as they really come: nobody's visit is lost without a word, whatever the shape of the file.

use arrivals::desk::service::import::fhir;
use arrivals::domain::appointment::AppointmentStatus;

use super::fhir_people::{Heard, appointment, bundle, entry, field, hear, patient, plain};

fn nora() -> String {
    patient("p1", "Nora", "Whitlow", "1971-04-02", "")
}

fn ugo() -> String {
    patient("p2", "Ugo", "Prentice", "1960-02-20", "")
}

#[test]
fn null_says_nothing_and_costs_nothing() {
    let heard = Heard::all_of(&field("nulls.json"));
    assert_eq!(heard.good.len(), 6);
    assert_eq!((heard.name("v1"), heard.of("v5").minutes), ("Nora Whitlow".into(), 20));
    assert_eq!(heard.of("v3").person.contact.address.as_str(), "Apt 3");
    // Each field of each resource, once as null and once as something else.
    let text = std::fs::read_to_string("tests/data/field/nulls.json").unwrap();
    let day: serde_json::Value = serde_json::from_str(&text).unwrap();
    for at in 0..day["entry"].as_array().unwrap().len() {
        let resource = day["entry"][at]["resource"].as_object().unwrap().clone();
        for field in resource
            .keys()
            .filter(|field| !["resourceType", "id", "start", "participant", "name"].contains(&field.as_str()))
        {
            for odd in [
                serde_json::json!(null),
                serde_json::json!([null]),
                serde_json::json!({"odd": [1]}),
                serde_json::json!(true),
            ] {
                let mut changed = day.clone();
                changed["entry"][at]["resource"][field] = odd;
                let heard = hear(&changed.to_string());
                let lost: Vec<_> = heard.refused.iter().filter(|(_, why)| !why.contains("status:")).collect();
                assert!(lost.is_empty(), "{field}: {lost:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_read_costs_its_field_and_is_said() {
    let text = bundle(
        "collection",
        &[
            plain(&patient("p1", "Nora", "Whitlow", "1971-04-02", r#","telecom":"call me","address":[7]"#)),
            plain(&appointment("a1", &["Patient/p1"]).replace(":20,", ":\"soon\",")),
        ],
    );
    let heard = hear(&text);
    assert_eq!((heard.name("a1"), heard.of("a1").minutes), ("Nora Whitlow".into(), 0));
    let all: Vec<&str> = heard.warned.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!(all.len(), 3, "{all:?}");
    for (why, field) in all.iter().zip(["Appointment.minutesDuration", "Patient.telecom", "Patient.address"]) {
        assert!(
            why.starts_with(&format!("appointment a1: {field}: expected")) && why.ends_with("it is left empty"),
            "{why}"
        );
    }
    assert!(!all.join(" ").contains("call me"));
    for (minutes, expected) in [("20.0", 20), ("\"20\"", 20), ("[20]", 20), ("-5", 0), ("100000", 0), ("null", 0)] {
        let resource = appointment("a1", &["Patient/p1"]).replace(":20,", &format!(":{minutes},"));
        let heard = hear(&bundle("collection", &[plain(&nora()), plain(&resource)]));
        assert_eq!(heard.of("a1").minutes, expected, "{minutes}");
    }
    // The end says it too.
    let resource =
        appointment("a1", &["Patient/p1"]).replace("\"minutesDuration\":20", r#""end":"2026-11-30T08:40:00-05:00""#);
    assert_eq!(hear(&bundle("collection", &[plain(&nora()), plain(&resource)])).of("a1").minutes, 40);
}

#[test]
fn one_thing_where_a_list_is_expected_and_the_other_way_round() {
    let single = r#"{"resourceType":"Appointment","id":"a1","status":["booked"],"start":["2026-11-30T08:00:00-05:00"],
        "participant":{"actor":[{"reference":"Patient/p1"}]}}"#;
    let person = r#"{"resourceType":"Patient","id":["p1"],"name":{"family":"Whitlow","given":"Nora"},
        "birthDate":"1971-04-02","telecom":{"system":"phone","value":"555-0101"},
        "address":{"line":"1 Elm St","postalCode":1610}}"#;
    for text in [
        bundle("collection", &[plain(person), plain(single)]),
        format!("[{person},\n{single}]"),
        bundle(
            "collection",
            &[plain(&bundle("searchset", &[plain(person)])), plain(&bundle("searchset", &[plain(single)]))],
        ),
        bundle("collection", &["null".into(), r#"{"resource":null}"#.into(), plain(person), plain(single)]),
    ] {
        let heard = Heard::all_of(&text);
        let contact = &heard.of("a1").person.contact;
        assert_eq!(heard.name("a1"), "Nora Whitlow");
        assert_eq!(
            (contact.phone.as_str(), contact.address.as_str(), contact.postal_code.as_str()),
            ("555-0101", "1 Elm St", "1610")
        );
    }
    let contained =
        appointment("a1", &["#p1"]).replacen("\"status\"", &format!(r#""contained":{},"status""#, nora()), 1);
    let one = format!(r#"{{"resourceType":"Bundle","type":"collection","entry":{}}}"#, plain(&contained));
    assert_eq!(Heard::all_of(&one).name("a1"), "Nora Whitlow");
}

#[test]
fn any_bundle_has_entries() {
    for kind in
        ["collection", "history", "batch-response", "transaction-response", "message", "document", "something else"]
    {
        assert_eq!(
            Heard::all_of(&bundle(kind, &[plain(&nora()), plain(&appointment("a1", &["Patient/p1"]))])).good.len(),
            1,
            "{kind}"
        );
    }
}

#[test]
fn a_page_of_a_search_is_taken_and_said() {
    let heard = hear(&field("first-page.json"));
    let why = "this is one page of several: 1 of 57 appointments; fetch the others and import them too";
    assert_eq!((heard.good.len(), heard.refused), (1, vec![(1, why.to_owned())]));
    let page = |head: &str, id: &str| {
        let text = bundle("searchset", &[plain(&nora()), plain(&appointment(id, &["Patient/p1"]))]);
        text.replacen("\"entry\"", &format!("{head},\"entry\""), 1)
    };
    let next = |own: &str, next: &str| {
        format!(r#""link":[{{"relation":"self","url":"{own}"}},{{"relation":"next","url":"{next}"}}]"#)
    };
    for (head, refused) in [
        (r#""total":1"#.to_owned(), 0),
        (r#""total":2"#.to_owned(), 1),
        (r#""total":"2""#.to_owned(), 1),
        (next("u:1", "u:2"), 1),
        (r#""link":{"relation":"next","url":"u:2"}"#.to_owned(), 1),
        (r#""link":[{"relation":"self","url":"u:1"}]"#.to_owned(), 0),
        (r#""total":null,"link":null"#.to_owned(), 0),
    ] {
        let heard = hear(&page(&head, "a1"));
        assert_eq!((heard.good.len(), heard.refused.len()), (1, refused), "{head}");
    }
    // All pages together are the whole list.
    let (one, two) = (page(&format!(r#""total":2,{}"#, next("u:1", "u:2")), "a1"), page(r#""total":2"#, "a2"));
    let mut heard = Heard::default();
    fhir::read_many(&[("1.json", one.as_bytes()), ("2.json", two.as_bytes())], &mut heard).unwrap();
    assert_eq!((heard.good.len(), heard.refused), (2, vec![]));
    let patients =
        bundle("searchset", &[plain(&nora()), plain(&ugo())]).replacen("\"entry\"", "\"total\":2,\"entry\"", 1);
    assert!(hear(&patients).refused.is_empty());
}

#[test]
fn several_patients_of_one_appointment_have_a_visit_each() {
    let heard = Heard::all_of(&field("two-patients.json"));
    assert_eq!(
        (heard.name("x1#mum"), heard.name("x1#baby"), heard.good.len()),
        ("Grace Delaney".into(), "Finn Delaney".into(), 2)
    );
    let list = |references: &[&str]| {
        let heard =
            hear(&bundle("collection", &[plain(&nora()), plain(&ugo()), plain(&appointment("a1", references))]));
        let mut found: Vec<String> =
            heard.good.iter().map(|good| format!("{} {}", good.id, good.person.given_name.as_str())).collect();
        found.sort();
        (found, heard.refused)
    };
    let both = (vec!["a1#p1 Nora".to_owned(), "a1#p2 Ugo".to_owned()], vec![]);
    assert_eq!(list(&["Patient/p1", "Patient/p2"]), both);
    assert_eq!(list(&["Patient/p2", "Patient/p1"]), both, "whatever the order");
    assert_eq!(
        list(&["Patient/p1", "Patient/p1"]),
        (vec!["a1 Nora".to_owned()], vec![]),
        "one who is named twice is one"
    );
    let (found, refused) = list(&["Patient/p1", "Patient/p9"]);
    assert_eq!(found, ["a1#p1 Nora"]);
    assert!(refused.len() == 1 && refused[0].1.starts_with("appointment a1: participant:"), "{refused:?}");
}

#[test]
fn who_declined_does_not_come() {
    let heard = hear(&field("patient-declined.json"));
    assert_eq!(heard.of("pd1").status, AppointmentStatus::Cancelled);
    assert!(
        heard.warned.len() == 1 && heard.warned[0].1.starts_with("appointment pd1: participant: the patient declined")
    );
    let with = |participants: &str| {
        let practitioner = |id: &str, family: &str| {
            plain(&format!(
                r#"{{"resourceType":"Practitioner","id":"{id}",
                "name":[{{"family":"{family}","given":["A"],"prefix":["Dr."]}}]}}"#
            ))
        };
        let resource = appointment("a1", &["Patient/p1"]).replace("]}", &format!(",{participants}]}}"));
        let all =
            [plain(&nora()), plain(&ugo()), practitioner("d1", "Moen"), practitioner("d2", "Mraz"), plain(&resource)];
        hear(&bundle("collection", &all))
    };
    let actor = |to: &str, rest: &str| format!(r#"{{"actor":{{"reference":"{to}"}}{rest}}}"#);
    let (declined, over) = (r#","status":"declined""#, r#","period":{"end":"2026-11-29"}"#);
    for rest in [declined, over] {
        let heard = with(&format!("{},{}", actor("Practitioner/d1", rest), actor("Practitioner/d2", "")));
        assert_eq!(heard.of("a1").practitioner, "Dr. A Mraz", "{rest}");
    }
    let heard = with(&actor("Patient/p2", declined));
    assert_eq!(
        (heard.of("a1#p1").status, heard.of("a1#p2").status),
        (AppointmentStatus::Booked, AppointmentStatus::Cancelled)
    );
    assert_eq!(with(&actor("Patient/p2", over)).good.len(), 1, "who is no longer part of it is no patient of it");
}

#[test]
fn one_number_for_two_people_is_refused_with_its_line() {
    let heard = hear(&bundle(
        "collection",
        &[
            plain(&nora()),
            plain(&ugo()),
            plain(&appointment("a1", &["Patient/p1"])),
            plain(&appointment("a1", &["Patient/p2"])),
            plain(&appointment("a1", &["Patient/p1"])),
        ],
    ));
    assert_eq!((heard.good.len(), heard.name("a1")), (2, "Nora Whitlow".into()));
    assert_eq!(heard.refused, [(5, "appointment a1: the same number for two people".to_owned())]);
}

#[test]
fn an_appointment_of_nobody_in_the_file_is_refused_by_its_number() {
    let heard = hear(&field("patient-not-in-file.json"));
    assert_eq!(heard.refused.len(), 2);
    for ((_, why), id) in heard.refused.iter().zip(["ac1", "ac2"]) {
        assert!(
            why.starts_with(&format!(
                "appointment {id}: participant: expected a reference to a Patient in this file, found"
            )),
            "{why}"
        );
        assert!(!why.contains("Whitlow") && !why.contains("Prentice"));
    }
    let by_name =
        appointment("a1", &["X"]).replace(r#""reference":"X""#, r#""type":"Patient","display":"Nora Whitlow""#);
    let (_, why) = &hear(&bundle("collection", &[plain(&by_name)])).refused[0];
    assert!(why.contains("appointment a1: participant:") && why.contains("without a date of birth"), "{why}");
    // By a number of theirs they are found.
    let numbered =
        patient("p1", "Nora", "Whitlow", "1971-04-02", r#","identifier":[{"system":"urn:mrn","value":"123"}]"#);
    let by_number = appointment("a1", &["X"])
        .replace(r#""reference":"X""#, r#""type":"Patient","identifier":{"system":"urn:mrn","value":"123"}"#);
    assert_eq!(Heard::all_of(&bundle("collection", &[plain(&numbered), plain(&by_number)])).name("a1"), "Nora Whitlow");
    let conditional = appointment("a1", &["Patient?identifier=urn:mrn|123"]);
    assert_eq!(
        Heard::all_of(&bundle("transaction", &[plain(&numbered), plain(&conditional)])).name("a1"),
        "Nora Whitlow"
    );
}

#[test]
fn a_resource_on_each_line_is_a_list() {
    let heard = Heard::all_of(&field("bulk.ndjson"));
    assert_eq!(heard.name("ad1"), "Nora Whitlow");
    let lines = format!("\u{FEFF}{}\r\n\r\n{{broken\r\n{}\r\n", nora(), appointment("a1", &["Patient/p1"]));
    let heard = hear(&lines);
    assert_eq!((heard.name("a1"), heard.refused.len(), heard.refused[0].0), ("Nora Whitlow".into(), 1, 3));
    // Each kind in a file of its own, as bulk data comes.
    let (patients, appointments) = (format!("{}\n{}\n", nora(), ugo()), appointment("a1", &["Patient/p2"]));
    let broken = appointment("a2", &["Patient/p9"]);
    let files = [
        ("Patient.ndjson", patients.as_bytes()),
        ("Appointment.ndjson", appointments.as_bytes()),
        ("b.json", broken.as_bytes()),
    ];
    let mut heard = Heard::default();
    fhir::read_many(&files, &mut heard).unwrap();
    assert_eq!((heard.good.len(), heard.name("a1")), (1, "Ugo Prentice".into()));
    assert!(
        heard.refused.len() == 1 && heard.refused[0].1.starts_with("b.json: appointment a2:"),
        "{:?}",
        heard.refused
    );
    // A file that is something else costs that file.
    let mut heard = Heard::default();
    fhir::read_many(&[files[0], files[1], ("c.json", b"{\"a\":")], &mut heard).unwrap();
    assert_eq!(heard.good.len(), 1);
    assert!(heard.refused[0].1.starts_with("c.json: expected JSON, found a mistake"), "{:?}", heard.refused);
}

#[test]
fn what_a_history_says_last_counts() {
    let version = |status: &str, meta: &str| {
        let resource = appointment("a1", &["Patient/p1"]).replace("booked", status);
        entry(
            "https://e.example/fhir/Appointment/a1",
            &resource.replacen("\"status\"", &format!("{meta}\"status\""), 1),
        )
    };
    let meta = |time: &str| format!(r#""meta":{{"lastUpdated":"{time}"}},"#);
    let who = entry("https://e.example/fhir/Patient/p1", &nora());
    let both = [
        who.clone(),
        version("cancelled", &meta("2026-11-20T00:00:00Z")),
        version("booked", &meta("2026-11-10T00:00:00Z")),
    ];
    let heard = Heard::all_of(&bundle("collection", &both));
    assert_eq!((heard.good.len(), heard.of("a1").status), (1, AppointmentStatus::Cancelled));
    let deleted =
        r#"{"request":{"method":"DELETE","url":"Appointment/a1"},"response":{"lastModified":"2026-11-21T00:00:00Z"}}"#;
    let heard = hear(&bundle("history", &[deleted.to_owned(), who, version("booked", &meta("2026-11-10T00:00:00Z"))]));
    assert_eq!(heard.of("a1").status, AppointmentStatus::EnteredInError);
}

#[test]
fn an_evening_is_on_its_own_day() {
    let heard = Heard::all_of(&field("late-evening.json"));
    let zone = jiff::tz::TimeZone::get("America/New_York").unwrap();
    assert_eq!(heard.of("af1").local_date(&zone).to_string(), "2026-11-30");
}

/// A page of a search with these links, of these appointments.
fn page_of(total: &str, links: &[(&str, &str)], ids: &[&str]) -> String {
    let links: Vec<String> =
        links.iter().map(|(relation, url)| format!(r#"{{"relation":"{relation}","url":"{url}"}}"#)).collect();
    let entries: Vec<String> =
        ids.iter().map(|id| plain(&appointment(id, &["Patient/p1"]))).chain([plain(&nora())]).collect();
    bundle("searchset", &entries).replacen("\"entry\"", &format!(r#"{total}"link":[{}],"entry""#, links.join(",")), 1)
}

#[test]
fn pages_that_are_missing_are_said_whatever_else_is_there() {
    let said = |pages: &[String]| {
        let files: Vec<(String, &[u8])> =
            pages.iter().enumerate().map(|(at, page)| (format!("{at}.json"), page.as_bytes())).collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        let mut heard = Heard::default();
        fhir::read_many(&files, &mut heard).unwrap();
        heard
            .refused
            .into_iter()
            .map(|(_, why)| why.split(';').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let two = r#""total":2,"#;
    let (a1, a2) =
        (page_of(two, &[("self", "u:a1"), ("next", "u:a2")], &["a1"]), page_of(two, &[("self", "u:a2")], &["a2"]));
    let (b1, b2) =
        (page_of(two, &[("self", "u:b1"), ("next", "u:b2")], &["b1"]), page_of(two, &[("self", "u:b2")], &["b2"]));
    assert!(
        said(&[a1.clone(), a2.clone()]).is_empty()
            && said(&[b2.clone(), a2.clone(), b1.clone(), a1.clone()]).is_empty()
    );
    // One page twice is one; another search of as many is another.
    let of_two = "0.json: this is one page of several: 1 of 2 appointments";
    assert_eq!(said(&[a1.clone(), a1.clone()]), [of_two]);
    assert_eq!(said(&[a1.clone(), b1.clone()]).len(), 1);
    assert_eq!(said(&[b1.clone(), a1.clone(), a2.clone()]), [of_two]);
    let people =
        bundle("searchset", &[plain(&nora()), plain(&ugo())]).replacen("\"entry\"", "\"total\":2,\"entry\"", 1);
    assert_eq!(said(&[a1.clone(), people]), [of_two]);
    // Without a total the links alone say it; a last page that names no total is one too.
    let (c1, c2) =
        (page_of("", &[("self", "u:c1"), ("next", "u:c2")], &["c1"]), page_of("", &[("self", "u:c2")], &["c2"]));
    assert!(said(&[c1.clone(), c2]).is_empty());
    assert_eq!(said(&[c1]), ["this is one page of several: 1 appointments"]);
    // A server that calls the second page otherwise than the first one did.
    let other = page_of(two, &[("self", "u:else"), ("previous", "u:a1")], &["a2"]);
    assert!(said(&[a1.clone(), other]).is_empty());
    // A search for people counts people, with whatever of theirs comes along.
    let matched = format!(r#"{{"resource":{},"search":{{"mode":"match"}}}}"#, nora());
    let text = bundle(
        "searchset",
        &[matched, plain(&appointment("a1", &["Patient/p1"])), plain(&appointment("a2", &["Patient/p1"]))],
    );
    assert_eq!(
        said(&[text.replacen("\"entry\"", "\"total\":2,\"entry\"", 1)]),
        ["this is one page of several: 1 of 2 entries"]
    );
}

#[test]
fn what_a_server_could_not_answer_is_said() {
    let failed =
        r#"{"response":{"status":"504 Gateway Timeout","outcome":{"resourceType":"OperationOutcome"}}}"#.to_owned();
    let fine = |resource: &str| format!(r#"{{"resource":{resource},"response":{{"status":"200 OK"}}}}"#);
    let heard = hear(&bundle("batch-response", &[fine(&nora()), failed, fine(&appointment("a1", &["Patient/p1"]))]));
    assert_eq!((heard.good.len(), heard.refused.len(), heard.refused[0].0), (1, 1, 3));
    assert!(heard.refused[0].1.contains("error 504"), "{:?}", heard.refused);
    for (issue, refused) in [
        (r#"{"severity":"error","code":"exception"}"#, 1),
        (r#"{"severity":"warning","code":"incomplete"}"#, 1),
        (r#"{"severity":"warning","code":"informational"}"#, 0),
        ("null", 0),
    ] {
        let outcome = plain(&format!(r#"{{"resourceType":"OperationOutcome","issue":[{issue}]}}"#));
        let heard = hear(&bundle("searchset", &[plain(&nora()), plain(&appointment("a1", &["Patient/p1"])), outcome]));
        assert_eq!((heard.good.len(), heard.refused.len()), (1, refused), "{issue}");
    }
}

#[test]
fn a_declined_visit_is_no_visit_whatever_the_word_for_booked() {
    for (status, expected) in [("Confirmed", AppointmentStatus::Cancelled), ("Arrived", AppointmentStatus::Arrived)] {
        let resource = appointment("a1", &["Patient/p1"]).replace("accepted", "declined").replace("booked", status);
        assert_eq!(
            hear(&bundle("collection", &[plain(&nora()), plain(&resource)])).of("a1").status,
            expected,
            "{status}"
        );
    }
}

#[test]
fn a_file_in_another_encoding_is_read() {
    let text = bundle(
        "collection",
        &[plain(&patient("p1", "Zoé", "Whitlow", "1971-04-02", "")), plain(&appointment("a1", &["Patient/p1"]))],
    );
    let mut utf16 = vec![0xFF, 0xFE];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (bytes, notes) in [(utf16, 0), (latin, 1)] {
        let mut heard = Heard::default();
        fhir::read(&bytes, &mut heard).unwrap();
        assert_eq!((heard.name("a1").as_str(), heard.notes.len()), ("Zoé Whitlow", notes));
    }
}
