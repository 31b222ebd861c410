//! The board of a waiting room: what it shows, to whom it opens, and that a whole house of screens costs one reading.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::Clock;
use arrivals::desk::Desk;
use arrivals::desk::http::serve::Serving;
use arrivals::desk::store::{AuditSearch, FEED_DAYS_AHEAD};
use arrivals::domain::board::Board;
use arrivals::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight};
use arrivals::domain::ids::Seq;
use arrivals::domain::language::Language;
use arrivals::domain::pages::TicketPages;
use arrivals::domain::queue::QueueAction;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::{CallAs, Series, Ticket, TicketNumber};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::page::sign_in;
use super::queue::{call_first, clinic, desk_with, id, minutes};
use super::support::{PASSWORD, PATIENCE, Place, TOKEN_A, form, http, import, post_of};

const LIST: [(&str, &str, &str, &str); 6] = [
    ("a1", "09:00", "Laboratory", "Dr. Predovic"),
    ("b1", "09:10", "Laboratory", "Dr. Predovic"),
    ("c1", "09:20", "X-ray", "Dr. Herzog"),
    ("d1", "09:30", "Laboratory", "Dr. Predovic"),
    ("e1", "09:40", "Laboratory", "Dr. Predovic"),
    ("f1", "09:50", "Laboratory", "Dr. Predovic"),
];

/// Boards of two languages for everything, and of one for the laboratory.
pub fn with_boards() -> ClinicSettings {
    let board = |name: &str, languages: &[Language]| Board {
        name: name.into(),
        languages: languages.to_vec(),
        ..Board::default()
    };
    ClinicSettings {
        name: "Mill Street Clinic".into(),
        boards: vec![
            board("Main lobby", &[Language::English, Language::Spanish]),
            Board { queues: vec!["Blood".into()], chime: true, ..board("Laboratory hall", &[Language::Arabic]) },
        ],
        pages: TicketPages { address: "https://arrivals.example.org".into(), key: String::new() },
        ..clinic()
    }
}

/// Somebody checks in now with ticket `A<n>`, and says how they want to be called and in which language.
pub fn comes(place: &Place, n: u32, visits: &[&str], call_as: CallAs, language: Language) {
    comes_with(place, TicketNumber::new(Series::FIRST, n), visits, call_as, language);
}

fn comes_with(place: &Place, number: TicketNumber, visits: &[&str], call_as: CallAs, language: Language) {
    let n = number.count();
    let event = KioskEvent::CheckedIn(CheckedIn {
        ticket: Ticket {
            number,
            date: place.clock.now().to_zoned_datetime(place.desk.settings().zone().unwrap()).date(),
        },
        patient: "p".into(),
        appointments: visits.iter().map(|visit| id(visit)).collect(),
        language,
        call_as,
        details: StillRight::Yes,
        insurance: StillRight::Yes,
        companion: Some("Rosa Companion".into()),
        documents: None,
        proposals: Vec::new(),
    });
    let event = LoggedEvent { seq: Seq(u64::from(n)), at: place.clock.now(), event };
    assert_eq!(place.desk.take_post(TOKEN_A, &post_of("lobby", vec![event])).unwrap().held, Seq(u64::from(n)));
}

pub fn key(desk: &Desk) -> String {
    desk.with_store(|store| store.board_key()).unwrap()
}

async fn board(place: &Place, addr: SocketAddr, name: &str) -> String {
    let answer = http(addr, "GET", &format!("/board/{name}?key={}", key(&place.desk)), &[], "").await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// The words of a page, by spaces; of a board's several languages all.
pub fn words(page: &str) -> String {
    let after_tags = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    after_tags.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn hall() -> (Place, Serving) {
    let place = desk_with(with_boards(), &LIST);
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    (place, serving)
}

#[tokio::test]
async fn a_board_says_who_is_called_where_and_how_many_wait() {
    let (place, serving) = hall().await;
    let quiet = words(&board(&place, serving.addr, "main-lobby").await);
    assert!(quiet.contains("No one is being called right now En este momento no estamos llamando a nadie"), "{quiet}");
    for (n, visit) in ["a1", "b1", "c1", "d1"].into_iter().enumerate() {
        comes(&place, 1 + n as u32, &[visit], CallAs::Number, Language::English);
    }
    call_first(&place.desk, "Blood", "Room 1", "ana");
    minutes(&place, 1);
    call_first(&place.desk, "X-ray", "Room 2", "ben");
    let lobby = board(&place, serving.addr, "main-lobby").await;
    let said = words(&lobby);
    // The newest first.
    assert!(said.contains("A3 Room 2 A1 Room 1"), "{said}");
    assert!(said.contains("Blood 2 waiting 2 en espera") && said.contains("X-ray 0 waiting"), "{said}");
    assert!(
        lobby.contains("data-spoken=\"en\nA1, please come to Room 1.\nes\nA1, pase a Room 1, por favor.\""),
        "{lobby}"
    );
    // The laboratory's own board knows of its queue alone, and is read from the right.
    let lab = board(&place, serving.addr, "laboratory-hall").await;
    assert!(
        lab.contains("<html lang=\"ar\" dir=\"rtl\"") && lab.contains("data-chime=\"1\" data-speech=\"0\""),
        "{lab}"
    );
    assert!(words(&lab).contains("A1 Room 1") && !lab.contains("A3") && !lab.contains("X-ray"), "{lab}");
    // Called again is another call; after some minutes a call stands with those before, and then goes.
    let call_id =
        |page: &str| page.split("data-call=\"").nth(1).unwrap().split('"').next().unwrap().parse::<u64>().unwrap();
    let first = call_id(&board(&place, serving.addr, "laboratory-hall").await);
    place.desk.queue_step(&id("a1"), &QueueAction::CallAgain { point: None }, "ana").unwrap().unwrap();
    assert!(call_id(&board(&place, serving.addr, "laboratory-hall").await) > first);
    minutes(&place, 6);
    let said = words(&board(&place, serving.addr, "main-lobby").await);
    assert!(
        said.contains("No one is being called right now")
            && said.contains("Called earlier Llamados antes A1 Room 1 A3 Room 2"),
        "{said}"
    );
    place.desk.queue_step(&id("c1"), &QueueAction::Finish, "ben").unwrap().unwrap();
    minutes(&place, 25);
    let said = words(&board(&place, serving.addr, "main-lobby").await);
    assert!(!said.contains("A1") && !said.contains("A3"), "{said}");
    serving.stop().await;
}

#[tokio::test]
async fn two_letters_of_a_ticket_are_spoken_one_by_one_and_shown_together() {
    let (place, serving) = hall().await;
    place.desk.enrol_kiosk(&"lobby".into(), "AB".parse().unwrap(), TOKEN_A).unwrap();
    comes_with(&place, "AB1".parse().unwrap(), &["a1"], CallAs::Number, Language::English);
    call_first(&place.desk, "Blood", "Room 1", "ana");
    let lobby = board(&place, serving.addr, "main-lobby").await;
    assert!(words(&lobby).contains("AB1 Room 1"), "{lobby}");
    assert!(
        lobby.contains("data-spoken=\"en\nA B 1, please come to Room 1.\nes\nA B 1, pase a Room 1, por favor.\""),
        "{lobby}"
    );
    serving.stop().await;
}

#[tokio::test]
async fn a_board_never_scrolls_and_shows_by_turns_what_does_not_fit() {
    let names: Vec<String> = (0..47).map(|n| format!("p{n}-1")).collect();
    let list: Vec<_> = names.iter().map(|name| (name.as_str(), "09:00", "Laboratory", "Dr. Predovic")).collect();
    let place = desk_with(with_boards(), &list);
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    for (n, name) in names.iter().enumerate() {
        comes(&place, 1 + n as u32, &[name], CallAs::Number, Language::English);
    }
    let call = |from: u32, to: u32| {
        for n in from..to {
            call_first(&place.desk, "Blood", "Room 1", &format!("user-{n}"));
        }
    };
    /// The pages of a part of the board: what is on each, and whether it is shown.
    fn pages(page: &str, part: &str) -> Vec<(String, bool)> {
        let section = page
            .split(&format!(" id=\"{part}\""))
            .nth(1)
            .unwrap_or_default()
            .split("</section>")
            .next()
            .unwrap_or_default();
        let pages = section.split("<div class=\"page").skip(1);
        pages
            .map(|page| (words(&format!("<{page}")), !page.split('>').next().unwrap_or_default().contains(" hidden")))
            .collect()
    }
    call(0, 7);
    minutes(&place, 7);
    call(7, 11);
    let key = key(&place.desk);
    let part = async || http(serving.addr, "GET", &format!("/board/main-lobby/part?key={key}"), &[], "").await.body;
    // Four are large; what fits has no pages.
    let now = pages(&part().await, "now");
    assert!(
        now.len() == 1 && now[0].0.contains("A11") && now[0].0.contains("A8") && now[0].1 && !now[0].0.contains('/'),
        "{now:?}"
    );
    // The tenth, the eleventh and the twelfth are there as well, after the newest.
    call(11, 14);
    let now = pages(&part().await, "now");
    assert!(
        now.len() == 2 && now[0].0.contains("A14") && now[0].0.contains("A11") && now[0].0.contains("1 / 2"),
        "{now:?}"
    );
    assert!(now[1].0.contains("A10") && now[1].0.contains("A8") && now[1].0.contains("2 / 2"), "{now:?}");
    assert_eq!((now[0].1, now[1].1), (true, false), "one at a time");
    let before = pages(&part().await, "before");
    assert!(before.len() == 2 && before[0].0.contains("A7") && before[1].0.contains("A1 "), "{before:?}");
    // What would take too long by turns is counted.
    call(14, 47);
    let now = pages(&part().await, "now");
    assert!(now.len() == 8 && now[7].0.contains("and 8 more"), "{now:?}");
    // Without a script each page comes in each language.
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..24 {
        let page = board(&place, serving.addr, "main-lobby").await;
        let shown = pages(&page, "now").iter().position(|(_, shown)| *shown).unwrap();
        seen.insert((shown, page.split("data-say=\"").nth(1).unwrap()[..2].to_owned()));
        place.clock.advance(Duration::from_secs(12));
    }
    assert_eq!(seen.len(), 16, "{seen:?}");
    serving.stop().await;
}

#[tokio::test]
async fn of_a_patient_there_is_what_they_chose_and_never_more() {
    let (place, serving) = hall().await;
    for (n, visit, call_as) in [(1, "a1", CallAs::FirstName), (2, "b1", CallAs::Number), (3, "c1", CallAs::FirstName)] {
        comes(&place, n, &[visit], call_as, Language::Spanish);
    }
    for visit in ["a1", "b1", "c1"] {
        place.desk.call_this(&id(visit), Some("Room 1"), "ana").unwrap().unwrap();
    }
    let key = key(&place.desk);
    for path in ["", "/part"] {
        let page = http(serving.addr, "GET", &format!("/board/main-lobby{path}?key={key}"), &[], "").await.body;
        assert!(page.contains(">Given0<") && page.contains(">A2<") && page.contains(">Given2<"), "{page}");
        // No number beside a name, no name beside a number, and nothing else of anybody.
        for never in [
            "A1",
            "A3",
            "Given1",
            "Family",
            "1950",
            "Rosa",
            "Companion",
            "Predovic",
            "Herzog",
            "a1",
            "b1",
            "ana",
            "lobby kiosk",
        ] {
            assert!(!words(&page).split(|c: char| !c.is_alphanumeric()).any(|word| word == never), "{never}: {page}");
        }
        assert!(!page.contains("Family") && !page.contains("Rosa") && !page.contains("1950"), "{page}");
    }
    // Two people of one name would go to the wrong rooms: then each has the number too.
    let twins = desk_with(with_boards(), &[]);
    let file = twins.folder.path().join("twins.csv");
    let line = |id: &str, family: &str| {
        format!("{id},2026-11-23T09:00:00-05:00,Maria,{family},1950-01-01,Laboratory,Dr. Predovic,{id}\n")
    };
    let head = "appointment_id,start,given_name,family_name,birth_date,service,practitioner,patient_id\n";
    std::fs::write(&file, format!("{head}{}{}", line("m1", "Ash"), line("n1", "Birch"))).unwrap();
    import(&twins.desk, file.to_str().unwrap()).0.unwrap();
    for (n, visit) in [(1, "m1"), (2, "n1")] {
        comes(&twins, n, &[visit], CallAs::FirstName, Language::English);
        twins.desk.call_this(&id(visit), Some("Room 1"), "ana").unwrap().unwrap();
    }
    let other = twins.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let said = words(&board(&twins, other.addr, "main-lobby").await);
    assert!(said.contains("Maria A2 Room 1 Maria A1 Room 1"), "{said}");
    other.stop().await;
    serving.stop().await;
}

#[tokio::test]
async fn a_board_opens_with_its_address_or_to_staff_and_not_to_the_world() {
    let (place, serving) = hall().await;
    let addr = serving.addr;
    let key = key(&place.desk);
    assert_eq!(key.len(), 16);
    for query in [
        "",
        "?key=",
        "?key=0000000000000000",
        &format!("?key={}", &key[..15]),
        &format!("?key={}", key.to_uppercase() + "0"),
        "?key=%00",
    ] {
        for path in ["", "/part", "/live"] {
            let answer = http(addr, "GET", &format!("/board/main-lobby{path}{query}"), &[], "").await;
            assert_eq!(answer.status, 401, "{path}{query}");
            assert!(!answer.body.contains("Mill Street") && !answer.body.contains(&key));
        }
    }
    assert_eq!(http(addr, "GET", &format!("/board/nowhere?key={key}"), &[], "").await.status, 404);
    place.desk.add_user("dee", PASSWORD, Role::Desk).unwrap();
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let dee = sign_in(addr, "dee", PASSWORD).await.cookies();
    assert_eq!(http(addr, "GET", "/board/main-lobby", &[("cookie", &dee)], "").await.status, 200);
    let page = http(addr, "GET", "/board", &[("cookie", &dee)], "").await.body;
    assert!(page.contains(&format!("https://arrivals.example.org/board/laboratory-hall?key={key}")), "{page}");
    assert!(!page.contains("Reset display links"));
    // With new addresses the old ones open nothing, and that is in the audit.
    let abe = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/board", &[("cookie", &abe)], "").await.csrf();
    assert_eq!(form(addr, "/boards/renew", &abe, &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(http(addr, "GET", &format!("/board/main-lobby?key={key}"), &[], "").await.status, 401);
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 20)).unwrap();
    assert!(rows.iter().any(|row| row.action == "board-addresses-made" && row.user == "abe"));
    serving.stop().await;
}

/// Reads a live connection until `wanted` was in it.
pub async fn hear(stream: &mut tokio::net::TcpStream, wanted: &str) -> String {
    let mut heard = String::new();
    let mut bytes = [0; 16 * 1024];
    tokio::time::timeout(PATIENCE, async {
        while !heard.contains(wanted) {
            let n = stream.read(&mut bytes).await.unwrap();
            assert!(n > 0, "ended before {wanted}: {heard}");
            heard.push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
    })
    .await
    .unwrap_or_else(|_| panic!("nothing of {wanted}"));
    heard
}

pub async fn listen(addr: SocketAddr, path: &str) -> tokio::net::TcpStream {
    let mut stream = tokio::net::TcpStream::connect(addr).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\n\r\n").as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_board_hears_of_a_call_and_of_the_new_day() {
    let (place, serving) = hall().await;
    comes(&place, 1, &["a1"], CallAs::Number, Language::English);
    let mut live = listen(serving.addr, &format!("/board/main-lobby/live?key={}", key(&place.desk))).await;
    let heard = hear(&mut live, "No one is being called").await;
    assert!(heard.contains("event: version") && heard.contains("Blood"), "{heard}");
    call_first(&place.desk, "Blood", "Room 1", "ana");
    hear(&mut live, "Room 1").await;
    // The next morning nothing of yesterday stands there, without anybody having touched the screen.
    place.clock.advance(Duration::from_secs(17 * 60 * 60));
    let heard = hear(&mut live, "No one is being called").await;
    assert!(!heard.contains("A1") && !heard.contains("Blood 1"), "{heard}");
    serving.stop().await;
}

#[tokio::test]
async fn fifty_boards_and_three_hundred_phones_cost_one_reading_for_each_change() {
    let (place, serving) = hall().await;
    for (n, visit) in ["a1", "b1", "c1"].into_iter().enumerate() {
        comes(&place, 1 + n as u32, &[visit], CallAs::Number, Language::English);
    }
    let (addr, key) = (serving.addr, key(&place.desk));
    let pages = place.desk.with_store(|store| store.settings()).unwrap().pages;
    // What the desk does by itself when it begins is a change as well.
    place.desk.with_store(|store| store.open_feed_window(place.clock.now(), FEED_DAYS_AHEAD)).unwrap();
    place.desk.notify();
    for _ in 0..2 {
        let before = place.desk.today().unwrap();
        let readers = (0..350).map(|n| {
            let path = if n < 50 {
                format!("/board/main-lobby/part?key={key}")
            } else {
                let date = jiff::civil::date(2026, 11, 23);
                format!(
                    "/t/{}/part",
                    pages.token(Ticket { number: TicketNumber::new(Series::FIRST, 1 + n % 3), date }).unwrap()
                )
            };
            tokio::spawn(async move { http(addr, "GET", &path, &[], "").await })
        });
        let readers: Vec<_> = readers.collect();
        for reader in readers {
            assert_eq!(reader.await.unwrap().status, 200);
        }
        // What they were answered from is what had been read before them.
        assert!(Arc::ptr_eq(&before, &place.desk.today().unwrap()));
        call_first(&place.desk, "Blood", "Room 1", "ana");
        assert!(!Arc::ptr_eq(&before, &place.desk.today().unwrap()), "after a change it is read anew");
    }
    serving.stop().await;
}
