//! Lists as practices export them: nobody is lost for how a file is written, and nobody vanishes without a word.

use arrivals::desk::service::import::how::{How, Mapping};
use arrivals::desk::service::import::preview::{Kind, ReadList};
use arrivals::desk::service::import::{Given, import_as};
use arrivals::domain::appointment::{Appointment, AppointmentStatus};

use super::page::{ready, sign_in};
use super::support::{PASSWORD, TOKEN_A, checked_in, form, http, import, place, post_of};

fn read(name: &str) -> ReadList {
    ReadList::read(Kind::Csv, &std::fs::read(format!("tests/data/field/{name}")).unwrap()).unwrap()
}

fn of(text: &str) -> ReadList {
    ReadList::read(Kind::Csv, text.as_bytes()).unwrap()
}

fn ids(list: &ReadList) -> Vec<&str> {
    list.list.iter().map(|one| one.id.as_str()).collect()
}

fn name(one: &Appointment) -> (&str, &str) {
    (one.person.given_name.as_str(), one.person.family_name.as_str())
}

#[test]
fn field_lists_lose_nobody() {
    for (file, taken, refused) in [
        ("01-unclosed-quote.csv", 4, 1),
        ("01b-quote-then-text.csv", 5, 0),
        ("01c-inch-mark.csv", 5, 0),
        ("02-address-line-break.csv", 3, 0),
        ("02b-tab-in-name.csv", 2, 0),
        ("04-header-nbsp.csv", 1, 0),
        ("04b-header-words.csv", 1, 0),
        ("04c-invisible-in-names.csv", 2, 0),
        ("05-windows-1252.csv", 2, 0),
        ("06-utf-16.csv", 1, 0),
        ("07-sep-line.csv", 1, 0),
        ("08-semicolon.csv", 1, 0),
        ("09-same-appointment-two-people.csv", 1, 1),
        ("11-local-time.csv", 2, 0),
        ("13-one-name.csv", 6, 0),
        ("89-statuses.csv", 10, 0),
    ] {
        let list = read(file);
        assert_eq!((list.list.len(), list.refused.len()), (taken, refused), "{file}: {:?}", list.refused);
    }
    assert!(read("03-empty-rows.csv").refused.is_empty());
    let unclosed = read("01-unclosed-quote.csv");
    let [(3, why)] = &unclosed.refused[..] else { panic!("{:?}", unclosed.refused) };
    assert!(why.starts_with("appointment a2: expected a quotation mark"), "{why}");
    assert_eq!(read("02-address-line-break.csv").list[0].person.contact.address.as_str(), "12 Mill Lane Apt 4");
    assert_eq!(name(&read("02b-tab-in-name.csv").list[1]), ("Ana Maria", "Prentice"));
    assert_eq!(name(&read("04c-invisible-in-names.csv").list[0]), ("Nora", "Whitlow"));
    let old = read("05-windows-1252.csv");
    assert_eq!((name(&old.list[0]), old.notes.len()), (("Zoé", "Núñez"), 1));
    let twice = read("09-same-appointment-two-people.csv");
    let [(3, why)] = &twice.refused[..] else { panic!("{:?}", twice.refused) };
    assert_eq!(why, "appointment i1: line 2 has the same number for another person");
    assert_eq!(name(&twice.list[0]), ("Nora", "Whitlow"));
    let local = read("11-local-time.csv");
    assert_eq!(local.list[0].start, local.list[1].start);
    assert_eq!(local.list[0].start.to_string(), "2026-11-30T13:00:00Z");
    assert_eq!(name(&read("13-one-name.csv").list[0]), ("Suharyanto", ""));
    let statuses: Vec<_> = read("89-statuses.csv").list.iter().map(|one| one.status).collect();
    use AppointmentStatus::{Arrived, Booked, Cancelled, CheckedIn, NoShow};
    assert_eq!(statuses, [Booked, Booked, Cancelled, Cancelled, Booked, Booked, NoShow, NoShow, Arrived, CheckedIn]);
}

#[test]
fn an_export_with_its_own_words_is_read() {
    let list =
        of("Daily schedule\n\nAppt #|Appt Date|Appt Time|Patient Name|DOB|Cell Phone|Home Phone|Provider|Visit Type|\
            Length|Zip|Appt Status|Language\n\
            7|11/30/2026|8:15 AM|Whitlow, Nora|4/2/1971|555-010-2019|555-010-1019|Dr. A|Eyes|20 min|02649|Confirmed|\
            Spanish\n\
            8|11/30/2026|9:00 AM|O&#39;Bryan, Todd|unknown|||Dr. A|Eyes|0:30||maybe|Klingon\n||||||||||||\n");
    assert_eq!((ids(&list), list.refused.len()), (vec!["7", "8"], 0));
    let nora = &list.list[0];
    assert_eq!(
        (nora.start.to_string().as_str(), nora.minutes, nora.person.birth_date.written().as_str()),
        ("2026-11-30T13:15:00Z", 20, "1971-04-02")
    );
    assert_eq!(
        (nora.person.contact.phone.as_str(), nora.person.other_phones[0].as_str(), nora.person.language.as_deref()),
        ("555-010-2019", "555-010-1019", Some("es"))
    );
    let todd = &list.list[1];
    assert_eq!(
        (name(todd), todd.minutes, todd.status, todd.person.birth_date.written().as_str()),
        (("Todd", "O'Bryan"), 30, AppointmentStatus::Booked, "")
    );
    let notes: Vec<&str> = list.notes.iter().map(|(_, note)| note.as_str()).collect();
    for words in ["line 3", "appointment 8: birth_date", "appointment 8: status: ", "appointment 8: language: "] {
        assert!(notes.iter().any(|note| note.contains(words)), "{words}: {notes:?}");
    }
    assert!(notes.iter().all(|note| !note.contains("Bryan")));
}

#[test]
fn a_workbook_of_excel_is_read() {
    // Dates and times as numbers, a sheet before it and two lines above the columns. Written with openpyxl.
    let workbook = std::fs::read("tests/data/field/workbook.xlsx").unwrap();
    let list = ReadList::read(Kind::Csv, &workbook).unwrap();
    assert_eq!(
        (ids(&list), list.refused.len()),
        (vec!["9001", "9002", "9003", "9004", "9005"], 0),
        "{:?}",
        list.refused
    );
    let people: Vec<_> = list
        .list
        .iter()
        .map(|one| (name(one), one.person.birth_date.written(), one.person.contact.phone.as_str()))
        .collect();
    let said: Vec<_> = people.iter().map(|(name, born, phone)| (*name, born.as_str(), *phone)).collect();
    assert_eq!(
        said,
        [
            (("Nora", "Whitlow"), "1947-03-09", "5555550101"),
            (("Zoé", "Núñez"), "1951-03-09", "(555) 555-0102"),
            (("Ade", "Okafor-Lund"), "1988-12-01", "555-555-0103"),
            (("Ana Maria", "Prentice"), "2019-02-28", ""),
            (("Finn", "Halloway"), "", ""),
        ]
    );
    let starts: Vec<String> = list.list.iter().map(|one| one.start.to_string()).collect();
    assert_eq!(starts, ["13:00", "13:20", "21:40", "14:05", "14:30"].map(|time| format!("2026-11-30T{time}:00Z")));
    assert_eq!(list.list[2].status, AppointmentStatus::Cancelled);
    assert!(
        list.notes.iter().any(|(_, note)| note.contains("3 sheets") && note.contains("Schedule")),
        "{:?}",
        list.notes
    );
}

/// A damaged workbook is refused or read; it ends nobody's program.
#[test]
fn a_damaged_workbook_harms_nobody() {
    let whole = std::fs::read("tests/data/field/workbook.xlsx").unwrap();
    let mut dice = 20_261_130_u64;
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % sides
    };
    let mut refused = 0;
    for _ in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..=roll(6) {
            let at = roll(bytes.len());
            bytes[at] = roll(256) as u8;
        }
        if roll(4) == 0 {
            bytes.truncate(roll(whole.len()));
        }
        refused += usize::from(ReadList::read(Kind::Csv, &bytes).is_err());
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn a_field_costs_itself_and_the_number_costs_the_line() {
    let list = of("appointment_id,start,given_name,family_name,birth_date,city\n\
                   a1,2026-11-30T08:00,Ana,Lima,1950-03-01,Sa\u{1}lem\na2,2026-11-30T08:00,A\u{1}na,Lima,1950-03-01,\n\
                   a\u{1}3,2026-11-30T08:00,Ana,Lima,1950-03-01,\na4,2026-11-30T08:00,,,1950-03-01,\n");
    assert_eq!(ids(&list), ["a1", "a2"]);
    assert!(
        list.notes
            .iter()
            .any(|(line, why)| *line == Some(2) && why.starts_with("appointment a1: city: expected plain text"))
    );
    assert!(
        list.refused[0].1.starts_with("appointment_id: ")
            && list.refused[1].1.starts_with("appointment a4: given_name, family_name: ")
    );
}

#[test]
fn a_mapping_says_what_names_do_not() {
    let mapping = Mapping::read(
        "date_order = \"dmy\"\nzone = \"America/Chicago\"\n[columns]\nappointment_id = \"Ref\"\nstart = \"When\"\n\
         name = \"Who\"\nbirth_date = \"Born\"\n",
    )
    .unwrap();
    let how = How { mapping: Some(mapping), ..How::default() };
    let text = "Ref;When;Who;Born\n1;13/02/2026 08:00;Whitlow, Nora;2/4/1971\n";
    assert!(ReadList::read(Kind::Csv, text.as_bytes()).is_err());
    let list = ReadList::read_as(Kind::Csv, text.as_bytes(), &how).unwrap();
    assert_eq!(
        (list.list[0].start.to_string().as_str(), list.list[0].person.birth_date.written().as_str()),
        ("2026-02-13T14:00:00Z", "1971-04-02")
    );
    let place = place();
    let file = place.folder.path().join("own.txt");
    std::fs::write(&file, text).unwrap();
    assert_eq!(import_as(&place.desk, &Given::read(&[&file]).unwrap(), &how, &mut |_| {}).unwrap().taken, 1);
}

#[test]
fn what_changes_for_people_who_are_here_is_said_first() {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    let file = place.folder.path().join("later.csv");
    std::fs::write(&file, std::fs::read_to_string("tests/data/day.csv").unwrap().replacen("08:00:00", "08:10:00", 1))
        .unwrap();
    let (_, lines) = import(&place.desk, file.to_str().unwrap());
    assert!(
        lines.iter().any(|line| line.contains("already checked in") && line.contains("appointment apt-0001: start")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn columns_are_matched_once_and_remembered() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("sue", PASSWORD, arrivals::domain::staff::Role::Supervisor).unwrap();
    let sue = sign_in(addr, "sue", PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/appointments/import", &[("cookie", &sue)], "").await.csrf();
    let headers =
        [("cookie", sue.as_str()), ("content-type", "application/octet-stream"), ("x-arrivals-token", csrf.as_str())];
    let list = "Ref,When,First,Last,Born\nr1,2026-11-30 08:00,Nora,Whitlow,1971-04-02\n";
    let sent = http(addr, "POST", "/appointments/import?kind=csv", &headers, list).await;
    let token = sent.body.strip_prefix("/appointments/import/columns?list=").unwrap().to_owned();
    let shown = http(addr, "GET", &sent.body, &[("cookie", &sue)], "").await;
    assert!(
        shown.status == 200 && shown.body.contains("Match columns") && shown.body.contains("Whitlow"),
        "{}",
        shown.body
    );
    let fields = |id| {
        [
            ("csrf", csrf.as_str()),
            ("list", token.as_str()),
            ("c0", id),
            ("c1", "start"),
            ("c2", "given_name"),
            ("c3", "family_name"),
            ("c4", "birth_date"),
        ]
    };
    let wrong = form(addr, "/appointments/import/columns", &sue, &fields("")).await;
    assert!(wrong.status == 422 && wrong.body.contains("Choose a column for: Appointment ID."), "{}", wrong.body);
    let twice = form(addr, "/appointments/import/columns", &sue, &fields("start")).await;
    assert!(twice.status == 422 && twice.body.contains("Two columns are set to"));
    assert_eq!(form(addr, "/appointments/import/columns", &sue, &fields("appointment_id")).await.status, 303);
    let page = http(addr, "GET", &format!("/appointments/import?list={token}"), &[("cookie", &sue)], "").await;
    assert!(page.body.contains("<b>1</b> new") && page.body.contains("Match columns"), "{}", page.body);
    let again = http(addr, "POST", "/appointments/import?kind=csv", &headers, &list.replace("r1", "r2")).await;
    assert!(again.body.starts_with("/appointments/import?list="), "remembered: {}", again.body);
    serving.stop().await;
}
