//! One number of the booking system for two people: nothing of one is ever readable through the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrivals::desk::Desk;
use arrivals::desk::store::{COMMAND, Removal, SameNumberVerdict, Verdict};
use arrivals::domain::appointment::Appointment;
use arrivals::domain::identity::{Index, Match, Typed};
use arrivals::domain::proposal::Field;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;

use super::data_life::asked;
use super::page::sign_in;
use super::proposals::{change, says, send, text};
use super::support::{PASSWORD, Place, decide_change, form, http, import, place};

const COLUMNS: &str = "appointment_id,start,patient_id,given_name,family_name,birth_date,phone,email,payer,member_id\n";

/// Takes a list of these rows: appointment, number, given name, family name, birth date, telephone. Answers what was
/// said.
fn take(place: &Place, rows: &[[&str; 6]]) -> (String, Vec<String>) {
    let mut list = COLUMNS.to_owned();
    for [id, number, given, family, born, phone] in rows {
        list.push_str(&format!("{id},2026-11-23T09:00:00-05:00,{number},{given},{family},{born},{phone},,,\n"));
    }
    let file = place.folder.path().join("list.csv");
    std::fs::write(&file, list).unwrap();
    let (summary, said) = import(&place.desk, file.to_str().unwrap());
    (summary.unwrap().to_string(), said)
}

fn all(desk: &Desk) -> BTreeMap<String, Appointment> {
    desk.with_store(|store| store.appointments()).unwrap().into_iter().map(|one| (one.id.to_string(), one)).collect()
}

fn id_of(desk: &Desk, visit: &str) -> String {
    all(desk)[visit].person.id.to_string()
}

const NORA: [&str; 6] = ["a1", "7", "Nora", "Whitlow", "1971-04-02", "555-201-4821"];
const UGO: [&str; 6] = ["a2", "7", "Ugo", "Prentice", "1960-02-20", "555-201-1111"];

/// Numbers as they come out of a hat, the same every time.
struct Hat(u64);

impl Hat {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Somebody as a source has them; `mark` stands in everything that is theirs alone.
#[derive(Clone, Debug)]
struct Somebody {
    given: &'static str,
    family: &'static str,
    born: &'static str,
    number: &'static str,
    mark: String,
}

/// A name without what stands for none; a slip is the same name.
fn real(name: &str) -> &str {
    match name {
        "FNU" | "LNU" | "." => "",
        "Holms" => "Holm",
        name => name,
    }
}

/// Whether a source says so little of two people that nobody could tell them apart.
fn is_like(one: &Somebody, given: &str, family: &str, born: &str) -> bool {
    let agree = |one: &str, other: &str| one.is_empty() || other.is_empty() || one == other;
    agree(real(one.given), real(given)) && agree(real(one.family), real(family)) && one.born == born
}

/// Any two sources with any numbers, placeholders and shared ones: after the import, no fact of one person is readable
/// through another one, in the list, by the kiosk's search, in what is handed out, and when somebody is taken out.
#[test]
fn whatever_numbers_two_sources_use_nobody_reads_another_ones_facts() {
    let givens = ["Nora", "Tom", "Tim", "Clara", "Carla", "Ugo", "Maria Jose", "Babygirl A", "Babygirl B", "FNU", ""];
    let families = ["Whitlow", "Prentice", "Holm", "Holms", "Nguyen", "LNU", "."];
    let births = ["1971-04-02", "1971-04-03", "1960-02-20", "1990-02-20", "1900-01-01", "1980", ""];
    let numbers = ["", "N/A", "0000", "NULL", "-", "UNKNOWN", "1", "1", "2", "7", "p-7", "7~2"];
    for round in 0..60 {
        let mut hat = Hat(round);
        let place = place();
        let mut people: Vec<Somebody> = Vec::new();
        let mut theirs: BTreeMap<String, usize> = BTreeMap::new();
        for source in 0..2 {
            let mut list = COLUMNS.to_owned();
            for row in 0..10 {
                let n = if people.is_empty() || hat.below(3) > 0 {
                    let (given, family) = (hat.one_of(&givens), hat.one_of(&families));
                    let (born, number) = (hat.one_of(&births), hat.one_of(&numbers));
                    // Who is told apart by nothing at all cannot be told apart here.
                    if (real(given), real(family)) == ("", "")
                        || people.iter().any(|one| is_like(one, given, family, born))
                    {
                        continue;
                    }
                    people.push(Somebody {
                        given,
                        family,
                        born,
                        number,
                        mark: format!("mark{round}x{}x", people.len()),
                    });
                    people.len() - 1
                } else {
                    hat.below(people.len())
                };
                let (who, visit) = (&people[n], format!("s{source}r{row}"));
                let Somebody { given, family, born, number, mark } = who;
                let (phone, start) = (format!("555-{:03}-{:04}", 200 + n, 1000 + n * 7), "2026-12-02T09:00:00-05:00");
                list.push_str(&format!(
                    "{visit},{start},{number},{given},{family},{born},{phone},{mark}@example.org,{mark},{mark}\n"
                ));
                theirs.insert(visit, n);
            }
            let file = place.folder.path().join("list.csv");
            std::fs::write(&file, list).unwrap();
            let (summary, said) = import(&place.desk, file.to_str().unwrap());
            assert_eq!(summary.unwrap().refused, 0, "{said:?}");
        }
        let listed = all(&place.desk);
        assert_eq!(listed.len(), theirs.len(), "nobody vanishes");
        let mut owner: BTreeMap<String, usize> = BTreeMap::new();
        for (visit, one) in &listed {
            let n = theirs[visit];
            assert!(serde_json::to_string(one).unwrap().contains(&people[n].mark));
            let before = *owner.entry(one.person.id.to_string()).or_insert(n);
            assert_eq!(
                before, n,
                "round {round}: {visit} is somebody else's: {:?} and {:?}",
                people[before], people[n]
            );
        }
        let index = Index::new(listed.values().map(|one| &one.person));
        for (n, who) in people.iter().enumerate() {
            let Ok(born) = who.born.parse() else { continue };
            for (given, phone) in [(false, false), (true, false), (true, true)] {
                let typed = Typed {
                    birth_date: arrivals::domain::person::BirthDate(born),
                    family_name: who.family.into(),
                    given_name: given.then(|| who.given.into()),
                    phone_last4: phone.then(|| format!("{:04}", 1000 + n * 7).into()),
                };
                if let Match::One(found) = index.find(&typed) {
                    assert!(owner[found.as_str()] == n || !given, "round {round}: {n} is taken for {found}");
                }
            }
        }
        let mut left = listed.clone();
        for (id, n) in owner.iter().take(4) {
            let handed = place.desk.export_patient(id, &asked(&place.desk, id), COMMAND).unwrap().unwrap().to_string();
            for (other, who) in people.iter().enumerate() {
                assert_eq!(handed.contains(&who.mark), other == *n, "round {round}: what is handed out of {id}");
            }
            assert!(matches!(
                place.desk.remove_patient(id, &asked(&place.desk, id), COMMAND).unwrap(),
                Removal::Done(_)
            ));
            left.retain(|_, one| one.person.id.as_str() != id);
            assert_eq!(all(&place.desk).keys().collect::<Vec<_>>(), left.keys().collect::<Vec<_>>(), "round {round}");
        }
    }
}

#[test]
fn what_staff_accepted_for_one_is_not_the_others() {
    let place = place();
    let (summary, said) = take(&place, &[NORA, UGO]);
    assert_eq!(summary, "taken 2, unchanged 0, refused 0");
    assert!(said.len() == 1 && said[0].contains("appointment a2: patient ID 7: another patient"), "{said:?}");
    assert!(!said[0].contains("Ugo") && !said[0].contains("Whitlow"));
    assert_eq!((id_of(&place.desk, "a1"), id_of(&place.desk, "a2")), ("7".to_owned(), "7~2".to_owned()));
    send(&place, "lobby", &[says(1, 'A', &["a1"], vec![change(Field::Phone, text(NORA[5]), text("555-201-7777"))])]);
    let open = place.desk.with_store(|store| store.open_changes()).unwrap();
    assert!(decide_change(&place.desk, &open[0].key, &Verdict::Accept, "ana").unwrap());
    let phone = |visit: &str| all(&place.desk)[visit].person.contact.phone.as_str().to_owned();
    assert_eq!((phone("a1"), phone("a2")), ("555-201-7777".to_owned(), UGO[5].to_owned()));
    // The list says of each what it said: nothing is contradicted, whichever comes first.
    for rows in [[NORA, UGO], [UGO, NORA]] {
        assert_eq!(take(&place, &rows), ("taken 0, unchanged 2, refused 0".to_owned(), Vec::new()));
        assert_eq!((phone("a1"), phone("a2")), ("555-201-7777".to_owned(), UGO[5].to_owned()));
    }
    let another = |row: [&'static str; 6]| [row[0], row[1], row[2], row[3], row[4], "555-201-0002"];
    take(&place, &[NORA, another(UGO)]);
    assert_eq!((phone("a1"), phone("a2")), ("555-201-7777".to_owned(), "555-201-0002".to_owned()));
    take(&place, &[another(NORA), UGO]);
    assert_eq!((phone("a1"), phone("a2")), ("555-201-0002".to_owned(), UGO[5].to_owned()));
}

#[test]
fn a_visit_that_somebody_has_come_for_is_never_another_ones() {
    let place = place();
    let mut max = ["a1", "9", "Max", "Lund", "1955-05-05", ""];
    take(&place, &[NORA]);
    // Nobody has come: the booking system may give the time to somebody else, and it is said.
    let (summary, said) = take(&place, &[max]);
    assert_eq!(summary, "taken 1, unchanged 0, refused 0");
    assert!(said.iter().any(|line| line.contains("appointment a1: it belonged to another patient")), "{said:?}");
    let one = all(&place.desk)["a1"].clone();
    assert_eq!((one.person.id.as_str(), one.person.contact.phone.as_str()), ("9", ""));
    send(&place, "lobby", &[says(1, 'A', &["a1"], vec![])]);
    let (summary, said) = take(&place, &[NORA]);
    assert_eq!(summary, "taken 0, unchanged 0, refused 1");
    assert!(said[0].contains("appointment a1: the patient on the desk's list has already checked in"), "{said:?}");
    assert_eq!(id_of(&place.desk, "a1"), "9");
    // A slip that is corrected, a married name and a newborn's first name are no other person.
    for (given, family, born) in [
        ("Maxx", "Lund", "1955-05-05"),
        ("Maxx", "Lund", "1955-05-06"),
        ("Maxx", "Falk", "1955-05-06"),
        ("Emil", "Falk", "1955-05-06"),
    ] {
        (max[2], max[3], max[4]) = (given, family, born);
        assert_eq!(take(&place, &[max]).0, "taken 1, unchanged 0, refused 0", "{given} {family} {born}");
        assert_eq!(id_of(&place.desk, "a1"), "9");
    }
}

#[tokio::test]
async fn staff_join_two_records_or_keep_them_apart() {
    let place = place();
    let married = ["a3", "7", "Nora", "Prentice", "1971-04-02", "555-201-4821"];
    take(&place, &[NORA, UGO, married]);
    assert_eq!((id_of(&place.desk, "a2"), id_of(&place.desk, "a3")), ("7~2".to_owned(), "7~3".to_owned()));
    for (name, role) in [("ana", Role::Desk), ("sue", Role::Supervisor)] {
        place.desk.add_user(name, PASSWORD, role).unwrap();
    }
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let ana = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let list = http(serving.addr, "GET", "/", &[("cookie", &ana)], "").await;
    assert!(list.body.contains("href=\"/same-number\"") && list.body.contains("shared numbers"), "{}", list.body);
    let page = http(serving.addr, "GET", "/same-number", &[("cookie", &ana)], "").await;
    for words in ["Nora Whitlow", "Ugo Prentice", "Nora Prentice", "A supervisor decides"] {
        assert!(page.body.contains(words), "{words}");
    }
    let visit = http(serving.addr, "GET", "/visit?appointment=a2", &[("cookie", &ana)], "").await;
    assert!(visit.body.contains("another patient has the same MRN") && !visit.body.contains("Whitlow"));
    let sue = sign_in(serving.addr, "sue", PASSWORD).await.cookies();
    let page = http(serving.addr, "GET", "/same-number", &[("cookie", &sue)], "").await;
    assert!(page.body.contains("merge permanently"));
    let csrf = page.csrf();
    let decide = async |second: &str, verdict: &str| {
        form(
            serving.addr,
            "/same-number/decide",
            &sue,
            &[("csrf", &csrf), ("first", "7"), ("second", second), ("verdict", verdict)],
        )
        .await
        .status
    };
    assert_eq!(decide("7~2", "perhaps").await, 400);
    assert_eq!([decide("7~2", "two").await, decide("7~3", "one").await, decide("7~3", "one").await], [303, 303, 409]);
    assert_eq!((id_of(&place.desk, "a2"), id_of(&place.desk, "a3")), ("7~2".to_owned(), "7".to_owned()));
    let page = http(serving.addr, "GET", "/same-number", &[("cookie", &sue)], "").await;
    assert!(page.body.contains("No shared numbers") && !page.body.contains("Whitlow"));
    serving.stop().await;
    assert_eq!(take(&place, &[UGO, married, NORA]), ("taken 0, unchanged 3, refused 0".to_owned(), Vec::new()));
    let later = ["a4", "7", "Nora", "Prentice", "1971-04-02", "555-201-4821"];
    take(&place, &[later]);
    assert_eq!(id_of(&place.desk, "a4"), "7");
}

#[test]
fn a_file_of_an_earlier_version_is_taken_apart_and_says_so() {
    let place = place();
    take(
        &place,
        &[
            NORA,
            UGO,
            ["a3", "7", "Nora", "Whitlow", "1971-04-02", "555-201-4821"],
            ["a4", "8", "Ivy", "Holm", "1982-07-07", ""],
            ["a5", "9", "Max", "Lund", "1955-05-05", ""],
        ],
    );
    let Place { desk, clock, folder } = place;
    drop(desk);
    let file = rusqlite::Connection::open(folder.path().join("desk.sqlite")).unwrap();
    // As it was written when a number alone made a person; what was accepted for the first one stands for both.
    file.execute_batch(
        "UPDATE appointment SET patient_id = 'N/A' WHERE patient_id IN ('8', '9');
         UPDATE appointment SET patient_id = '7' WHERE patient_id = '7~2';
         UPDATE appointment SET body = json_remove(json_set(body, '$.person.id', patient_id), '$.person.number');
         DELETE FROM same_number; DELETE FROM meta WHERE name = 'numbers_checked';",
    )
    .unwrap();
    drop(file);
    let desk = Desk::open(folder.path(), ClinicSettings::default(), Arc::new(clock.clone())).unwrap();
    let ids: BTreeSet<String> = ["a1", "a2", "a3", "a4", "a5"].into_iter().map(|visit| id_of(&desk, visit)).collect();
    assert_eq!(ids.len(), 4);
    assert_eq!(
        (id_of(&desk, "a1"), id_of(&desk, "a3"), id_of(&desk, "a2")),
        ("7".to_owned(), "7".to_owned(), "7~2".to_owned())
    );
    assert!(id_of(&desk, "a4").starts_with("made-") && id_of(&desk, "a5").starts_with("made-"));
    assert_eq!(desk.with_store(|store| store.same_numbers()).unwrap().len(), 1);
    let place = Place { desk, clock, folder };
    assert_eq!(take(&place, &[NORA, UGO]), ("taken 0, unchanged 2, refused 0".to_owned(), Vec::new()));
    let pair = ("7".into(), "7~2".into());
    assert!(place.desk.decide_same_number((&pair.0, &pair.1), SameNumberVerdict::TwoPeople, "sue").unwrap());
}
