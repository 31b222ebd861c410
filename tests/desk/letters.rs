//! Letters and the keys they are signed with: what is on them, what kiosks hear, what never leaves the desk.

use arrivals::codes::{Reader, Scanned, letter};
use arrivals::desk::Desk;
use arrivals::desk::service::booking::letters::file_name;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::store::{RETIRED_KEYS_MAX, Store};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::settings::{ClinicSettings, LetterKey, LetterKeys, LetterPaper};
use arrivals::domain::staff::Role;
use arrivals::paper::Typesetter;
use arrivals::sync::api::{Attempt, DeskApi};
use jiff::civil::date;

use super::page::sign_in;
use super::support::{PASSWORD, Place, TOKEN_A, http, import, place};

fn id(text: &str) -> AppointmentId {
    AppointmentId::from(text)
}

fn keys(place: &Place) -> LetterKeys {
    place.desk.with_store(|store| store.settings()).unwrap().letters
}

fn import_text(place: &Place, rows: &str) {
    let file = place.folder.path().join("list.csv");
    let header = "appointment_id,start,given_name,family_name,birth_date,practitioner,place,language,documents,status,\
                  patient_id";
    std::fs::write(&file, format!("{header}\n{rows}\n")).unwrap();
    let (result, lines) = import(&place.desk, file.to_str().unwrap());
    assert_eq!(result.unwrap().refused, 0, "{lines:?}");
}

#[test]
fn a_desk_makes_its_own_key_once_and_shows_its_public_half_only() {
    let place = place();
    let made = keys(&place);
    assert!(made.clinic.len() == 8 && made.clinic.bytes().all(|b| b.is_ascii_hexdigit()), "{}", made.clinic);
    assert_eq!(made.keys.iter().map(|key| key.id).collect::<Vec<_>>(), [1]);
    // Whatever a configuration says: it is this desk's letters that kiosks shall take.
    let told = LetterKeys { clinic: "00000000".into(), keys: vec![LetterKey { id: 9, public: "00".repeat(32) }] };
    let settings = ClinicSettings { name: "Another name".into(), letters: told, ..ClinicSettings::default() };
    let again = Desk::open(place.folder.path(), settings, std::sync::Arc::new(place.clock.clone())).unwrap();
    assert_eq!(again.settings().letters, made);
    assert_eq!(again.with_store(|store| store.settings()).unwrap().letters, made);
    assert_eq!(again.settings().name, "Another name");
    let other = self::place();
    assert!(keys(&other).clinic != made.clinic && keys(&other).keys != made.keys, "another desk, other letters");
}

#[tokio::test]
async fn kiosks_hear_of_a_new_key_at_once() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let api = InProcess::new(place.desk.clone(), TOKEN_A);
    let Attempt::Sent(first) = api.feed(0, std::time::Duration::ZERO).await else { panic!() };
    assert_eq!(first.settings.unwrap().letters, keys(&place));
    place.desk.letter_face(&id("apt-0001")).unwrap();
    let feed = api.feed(first.cursor, std::time::Duration::from_secs(20));
    let desk = place.desk.clone();
    let rotate = async move { desk.rotate_letter_key(false).unwrap() };
    let (Attempt::Sent(second), rotated) = tokio::join!(feed, rotate) else { panic!() };
    let told = second.settings.unwrap().letters;
    assert_eq!(
        (rotated, told.keys.iter().map(|key| key.id).collect::<Vec<_>>()),
        (2, vec![2, 1]),
        "the current one first"
    );
    assert_eq!(told.clinic, keys(&place).clinic);
}

#[test]
fn old_keys_stay_as_long_as_their_letters_and_no_longer() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let ids = || place.desk.letter_keys().unwrap().iter().map(|key| key.id).collect::<Vec<_>>();
    let letter = || place.desk.letter_face(&id("apt-0001")).unwrap();
    place.desk.rotate_letter_key(false).unwrap();
    assert_eq!(ids(), [2], "no letter was made with the first one");
    letter();
    let until = place.desk.letter_keys().unwrap()[0].letters_until;
    assert_eq!(until, Some(date(2026, 12, 7)), "fourteen days after the visit");
    place.desk.rotate_letter_key(false).unwrap();
    letter();
    assert_eq!(ids(), [3, 2]);
    place.clock.set("2026-12-07T20:00:00Z".parse().unwrap());
    place.desk.rotate_letter_key(false).unwrap();
    assert_eq!(ids(), [4, 3, 2], "still good on the last day");
    place.clock.set("2026-12-08T20:00:00Z".parse().unwrap());
    place.desk.rotate_letter_key(false).unwrap();
    assert_eq!(ids(), [5]);
    letter();
    assert_eq!(place.desk.rotate_letter_key(true).unwrap(), 6);
    assert_eq!(ids(), [6], "revoked");
}

#[test]
fn the_number_of_keys_is_bounded_and_their_numbers_begin_again() {
    let place = place();
    // A visit far ahead, so that no letter expires meanwhile.
    import_text(&place, "far,2027-11-23T09:00:00-05:00,Ana,Lima,1950-03-01,,,,,,");
    let mut numbers = vec![1];
    for _ in 0..260 {
        place.desk.letter_face(&id("far")).unwrap();
        numbers.push(place.desk.rotate_letter_key(false).unwrap());
        let kept: Vec<u8> = keys(&place).keys.iter().map(|key| key.id).collect();
        let expected: Vec<u8> = numbers.iter().rev().take(RETIRED_KEYS_MAX + 1).copied().collect();
        assert_eq!(kept, expected);
    }
    assert_eq!(numbers[253..258], [254, 255, 1, 2, 3]);
}

#[test]
fn a_retired_secret_is_gone_from_the_file() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place.desk.letter_face(&id("apt-0001")).unwrap();
    let file = place.folder.path().join("desk.sqlite");
    let secret = |conn: &rusqlite::Connection| -> Vec<Option<String>> {
        let mut statement = conn.prepare("SELECT secret FROM letter_key ORDER BY n").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    let conn = rusqlite::Connection::open(&file).unwrap();
    let first = secret(&conn).pop().flatten().unwrap();
    assert_eq!(first.len(), 64);
    place.desk.rotate_letter_key(false).unwrap();
    assert!(matches!(&secret(&conn)[..], [None, Some(second)] if *second != first));
    // While the file is open here and by the desk: nothing waits for the desk to stop.
    for file in ["desk.sqlite", "desk.sqlite-wal"] {
        let bytes = std::fs::read(place.folder.path().join(file)).unwrap();
        assert!(!bytes.windows(64).any(|window| window == first.as_bytes()), "{file}");
    }
    // Nor is it in anything that a kiosk gets.
    let told = serde_json::to_string(&place.desk.with_store(|store| store.settings()).unwrap()).unwrap();
    assert!(!secret(&conn).iter().flatten().any(|secret| told.contains(secret.as_str())));
}

#[test]
fn a_file_from_before_letters_gets_a_key() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    conn.execute_batch("DELETE FROM letter_key; DELETE FROM meta WHERE name LIKE 'letter%';").unwrap();
    let store = Store::open(place.folder.path()).unwrap();
    assert!(store.settings().unwrap().letters.is_empty());
    let desk = Desk::open_stored(place.folder.path(), std::sync::Arc::new(place.clock.clone())).unwrap();
    assert_eq!(desk.letter_keys().unwrap().len(), 1);
    desk.letter(&id("apt-0001")).unwrap();
}

#[test]
fn a_letter_says_the_visit_in_the_patients_language() {
    let place = place();
    let settings = ClinicSettings {
        name: "Mill Street Clinic".into(),
        services: vec![],
        letter_paper: LetterPaper::A4,
        early_minutes: 45,
        ..ClinicSettings::default()
    };
    let desk = Desk::open(place.folder.path(), settings, std::sync::Arc::new(place.clock.clone())).unwrap();
    import_text(
        &place,
        "en,2026-11-23T08:05:00-05:00,Ana,Lima,1950-03-01,Dr. June,Main building,en-US,referral;photo-identity,,p1\n\
         es,2026-11-23T20:05:00Z,Ana,Lima,1950-03-01,Dr. June,Main building,es-MX,,,p1\n\
         ar,2026-11-24T04:30:00Z,ليلى,حداد,1950-03-01,,,ar,guardian,,p2\n\
         fr,2026-11-23T08:05:00-05:00,Ana,Lima,1950-03-01,,,fr,,,p1\n\
         no,2026-11-23T08:05:00-05:00,Ana,Lima,1950-03-01,,,en,,cancelled,p1",
    );
    let face = |text| desk.letter_face(&id(text)).unwrap();
    let en = face("en");
    assert_eq!((en.clinic.as_str(), en.name.as_str(), en.rtl), ("Mill Street Clinic", "Ana Lima", false));
    assert_eq!(en.when.lines, ["Monday, November 23, 2026", "8:05 AM"]);
    assert_eq!(en.opens, "Check-in opens at 7:20 AM");
    assert_eq!(en.bring.lines, ["This letter", "Your referral", "A photo ID"]);
    assert_eq!(en.parts.iter().map(|part| part.lines.join("")).collect::<Vec<_>>(), ["Dr. June", "Main building"]);
    let es = face("es");
    assert_eq!(es.when.lines, ["lunes, 23 de noviembre de 2026", "3:05 p. m."], "in the clinic's zone");
    assert!(es.code_label.contains("máquina"));
    let ar = face("ar");
    assert!(ar.rtl && ar.when.lines[0].contains("نوفمبر") && ar.bring.lines.len() == 2);
    assert_eq!(face("fr").title, "Your appointment", "English where we have no words");
    assert_eq!(
        desk.letter_face(&id("no")).unwrap_err().to_string(),
        "appointment no was canceled, so there is no letter for it"
    );
    assert!(desk.letter_face(&id("nobody")).unwrap_err().to_string().contains("import it first"));
    let pdf = desk.letter(&id("en")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    // The text is a picture; what can be read of the file without looking names nobody.
    assert!(!String::from_utf8_lossy(&pdf).contains("Lima"));
}

#[test]
fn the_letters_code_is_what_this_clinics_kiosks_take() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let face = place.desk.letter_face(&id("apt-0001")).unwrap();
    assert_eq!(face.code.len(), 122);
    let picture = Typesetter::new().letter(&face, LetterPaper::Letter);
    let mut image =
        rqrr::PreparedImage::prepare_from_bitmap(picture.width() as usize, picture.height() as usize, |x, y| {
            picture.is_black(x as u32, y as u32)
        });
    let read: Vec<String> =
        image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect();
    assert_eq!(read, [face.code.as_str()]);
    let reader = |settings: &ClinicSettings| Reader::new(settings).unwrap();
    let settings = || place.desk.with_store(|store| store.settings()).unwrap();
    let appointment = place.desk.with_store(|store| store.appointment(&id("apt-0001"))).unwrap().unwrap();
    let letter = letter::appointment_ref(&appointment.id);
    let taken = |settings: &ClinicSettings, today| match reader(settings).read(face.code.as_bytes(), today) {
        Scanned::Letter(read) => {
            assert_eq!((read.date, read.patient), (date(2026, 11, 23), letter::patient_ref(&appointment.person.id)));
            read.appointment == letter
        }
        _ => false,
    };
    assert!(taken(&settings(), date(2026, 11, 23)) && taken(&settings(), date(2026, 12, 7)));
    assert!(!taken(&settings(), date(2026, 12, 8)), "expired");
    place.desk.rotate_letter_key(false).unwrap();
    assert!(taken(&settings(), date(2026, 11, 23)), "a new key does not end old letters");
    place.desk.rotate_letter_key(true).unwrap();
    assert!(!taken(&settings(), date(2026, 11, 23)), "revoking does");
    assert!(!taken(&keys_of(&self::place()), date(2026, 11, 23)), "another clinic's kiosk does not take it");
}

fn keys_of(place: &Place) -> ClinicSettings {
    place.desk.with_store(|store| store.settings()).unwrap()
}

#[test]
fn a_letters_file_is_named_after_the_appointment_alone() {
    for (number, name) in [
        ("apt-0001", "appointment-apt-0001.pdf"),
        ("a/../b \"c\"\u{e9}", "appointment-a-..-b--c--.pdf"),
        (&"x".repeat(128), &format!("appointment-{}.pdf", "x".repeat(80))),
    ] {
        assert_eq!(file_name(&id(number)), name);
    }
}

#[tokio::test]
async fn the_page_gives_letters_to_staff_alone() {
    let place = place();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let get = async |path: &str, cookie: &str| http(serving.addr, "GET", path, &[("cookie", cookie)], "").await;
    let list = get("/", &cookie).await;
    assert!(list.body.contains("action=\"/letter\"") && list.body.contains("id=\"letter-apt-0001\""));
    let answer = get("/letter?appointment=apt-0001", &cookie).await;
    assert_eq!(answer.status, 200);
    for part in
        ["content-type: application/pdf", "filename=\"appointment-apt-0001.pdf\"", "cache-control: no-store", "nosniff"]
    {
        assert!(answer.head.contains(part), "{part}\n{}", answer.head);
    }
    assert!(answer.body.starts_with("%PDF-"));
    for (path, status) in [("/letter?appointment=nobody", 404), ("/letter", 404), ("/letter?appointment=", 404)] {
        assert_eq!(get(path, &cookie).await.status, status, "{path}");
    }
    assert_eq!(get("/letter?appointment=apt-0001", "").await.status, 401);
    serving.stop().await;
}
