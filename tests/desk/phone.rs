//! The page behind a ticket's code: the same numbers as everywhere, nothing of the person, gone with the day; and what
//! patients do there.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arrivals::desk::Desk;
use arrivals::desk::http::serve::Serving;
use arrivals::desk::store::{AuditSearch, PhoneAnswer, PhoneWish, StaffAction, StaffWork};
use arrivals::domain::language::Language;
use arrivals::domain::pages::TicketPages;
use arrivals::domain::queue::day::Help;
use arrivals::domain::queue::{QueueAction, VisitState};
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, Ticket};
use arrivals::domain::visit::BY_PHONE;

use super::board::{comes, hear, key, listen, with_boards, words};
use super::page::sign_in;
use super::queue::{call_first, desk_with, id, minutes, named, ticket};
use super::support::{Answer, PASSWORD, Place, TOKEN_A, TOKEN_B, http, post_of, stopped};

const LIST: [(&str, &str, &str, &str); 5] = [
    ("a1", "09:00", "Laboratory", "Dr. Predovic"),
    ("b1", "09:10", "Laboratory", "Dr. Predovic"),
    ("c1", "09:20", "Laboratory", "Dr. Predovic"),
    ("d1", "09:30", "X-ray", "Dr. Herzog"),
    ("e1", "09:30", "Laboratory", "Dr. Predovic"),
];

async fn room() -> (Place, Serving) {
    let place = desk_with(with_boards(), &LIST);
    for (n, visit, language) in [
        (1, "a1", Language::English),
        (2, "b1", Language::Spanish),
        (3, "c1", Language::Arabic),
        (4, "d1", Language::English),
    ] {
        comes(&place, n, &[visit], CallAs::FirstName, language);
    }
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    (place, serving)
}

fn path(place: &Place, ticket: Ticket) -> String {
    let pages = place.desk.with_store(|store| store.settings()).unwrap().pages;
    format!("/t/{}", pages.token(ticket).unwrap())
}

async fn page(place: &Place, addr: SocketAddr, n: u32) -> Answer {
    http(addr, "GET", &path(place, ticket(n)), &[], "").await
}

async fn says(place: &Place, addr: SocketAddr, n: u32) -> String {
    let answer = page(place, addr, n).await;
    assert_eq!(answer.status, 200);
    words(&answer.body)
}

async fn wishes(place: &Place, addr: SocketAddr, n: u32, wish: &str) -> Answer {
    place.clock.advance(Duration::from_secs(3));
    http(addr, "POST", &format!("{}/{wish}", path(place, ticket(n))), &[], "").await
}

/// So many visits of the laboratory took ten minutes each yesterday, so that a wait can be said.
fn a_day_before(place: &Place) {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    for n in 0..10 {
        let at =
            |minutes: i64| format!("2026-11-22T{:02}:{:02}:00Z", 14 + (n * 3 + minutes) / 60, (n * 3 + minutes) % 60);
        let sql =
            "INSERT INTO visit(appointment_id, state, revision, called_at, called_by, started_at, done_at, done_by,
                 arrived_at, served_in)
             VALUES (?1, 'done', 0, ?2, 'x', ?2, ?3, 'x', ?2, 'Blood')";
        conn.execute(sql, [format!("old-{n}"), at(0), at(10)]).unwrap();
    }
}

#[tokio::test]
async fn phone_board_and_list_say_the_same() {
    let (place, serving) = room().await;
    a_day_before(&place);
    let addr = serving.addr;
    place.desk.add_user("ana", PASSWORD, arrivals::domain::staff::Role::Desk).unwrap();
    minutes(&place, 20);
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    call_first(&place.desk, "Blood", "Room 1", "ana");
    let list = words(&http(addr, "GET", "/", &[("cookie", &cookie)], "").await.body);
    let board = words(&http(addr, "GET", &format!("/board/main-lobby?key={}", key(&place.desk)), &[], "").await.body);
    for (n, position, staff, phone) in [
        (2, "1 of 2 in Blood", "up to 30 min", "Usted sigue hasta 30 minutos"),
        (3, "2 of 2 in Blood", "8 to 40 min", "دورك رقم 2 حوالي 8 إلى 40 دقيقة"),
    ] {
        let standing = place.desk.ticket_standing(ticket(n)).unwrap().unwrap();
        assert_eq!(standing.wait.for_staff(), staff);
        assert!(list.contains(position) && list.contains(staff), "{list}");
        let said = says(&place, addr, n).await;
        assert!(said.contains(phone), "{said}");
    }
    // Who comes now is behind both: the board's range continues theirs.
    assert!(board.contains("Blood 2 waiting 2 en espera about 15 to 30 minutes"), "{board}");
    assert!(board.contains("Given0 Room 1"), "{board}");
    let called = says(&place, addr, 1).await;
    assert!(called.contains("A1 Please come to Room 1"), "{called}");
    serving.stop().await;
}

#[tokio::test]
async fn nothing_of_the_person_is_on_the_page() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    call_first(&place.desk, "Blood", "Room 1", "ana");
    for n in 1..=4 {
        let own = path(&place, ticket(n));
        for path in [own.clone(), format!("{own}?lang=en"), format!("{own}/part"), format!("{own}/app")] {
            let answer = http(addr, "GET", &path, &[], "").await;
            assert_eq!(answer.status, 200, "{path}");
            for never in [
                "Given",
                "Family",
                "1950",
                "Rosa",
                "Companion",
                "Predovic",
                "Herzog",
                "Laboratory",
                "Blood",
                "X-ray",
                "ana",
                "apt",
                "kiosk",
            ] {
                assert!(!answer.body.contains(never), "{never}: {}", answer.body);
            }
            for other in (1..=4).filter(|other| *other != n) {
                assert!(!words(&answer.body).contains(&format!("A{other}")), "{}", answer.body);
            }
        }
    }
    serving.stop().await;
}

#[tokio::test]
async fn the_page_is_in_the_patients_language_and_changes_it() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    let spanish = page(&place, addr, 2).await.body;
    assert!(
        spanish.contains("<html lang=\"es\" dir=\"ltr\">") && spanish.contains("Tengo que salir un momento"),
        "{spanish}"
    );
    let arabic = page(&place, addr, 3).await.body;
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">"), "{arabic}");
    let own = path(&place, ticket(3));
    let english = http(addr, "GET", &format!("{own}?lang=en"), &[], "").await.body;
    assert!(
        english.contains("<html lang=\"en\" dir=\"ltr\">")
            && english.contains(&format!("action=\"{own}/out?lang=en\"")),
        "{english}"
    );
    assert!(http(addr, "GET", &format!("{own}?lang=xx"), &[], "").await.body.contains("lang=\"ar\" dir=\"rtl\""));
    // What is done there leads back to the same language.
    let done = http(addr, "POST", &format!("{own}/out?lang=en"), &[], "").await;
    assert!(done.status == 303 && done.head.contains(&format!("location: {own}?lang=en")), "{}", done.head);
    serving.stop().await;
}

#[tokio::test]
async fn a_page_dies_with_the_day_and_nothing_else_opens_one() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    let own = path(&place, ticket(1));
    let yesterday = path(&place, Ticket { date: jiff::civil::date(2026, 11, 22), ..ticket(1) });
    let nobodys = path(&place, ticket(77));
    let mut live = listen(addr, &format!("{own}/live")).await;
    hear(&mut live, "You are next").await;
    for odd in [
        &yesterday,
        &nobodys,
        &own[..own.len() - 1],
        &format!("{own}0"),
        &own.to_uppercase().replace("/T/", "/t/"),
        "/t/%00",
        "/t/..%2Fsign-in",
    ] {
        for more in ["", "/part", "/live", "/app"] {
            let answer = http(addr, "GET", &format!("{odd}{more}"), &[], "").await;
            assert_eq!(answer.status, 404, "{odd}{more}");
            assert!(
                answer.body.contains("This ticket's page is closed") && answer.body.contains("lang=\"ar\""),
                "{}",
                answer.body
            );
        }
        assert_eq!(http(addr, "POST", &format!("{odd}/help"), &[], "").await.status, 404);
    }
    assert_eq!(http(addr, "POST", &format!("{own}/dance"), &[], "").await.status, 404);
    assert_eq!(http(addr, "GET", &format!("{own}/help"), &[], "").await.status, 404, "a link does nothing");
    assert!(says(&place, addr, 1).await.contains("You are next"));
    // Whoever still waits keeps the page; a visit that is over ends with its day.
    place.clock.advance(Duration::from_secs(20 * 60 * 60));
    assert!(says(&place, addr, 1).await.contains("You are next"));
    place.desk.act(&StaffWork::Visit(id("a1")), StaffAction::Done, "ana").unwrap();
    place.clock.advance(Duration::from_secs(24 * 60 * 60));
    hear(&mut live, "event: closed").await;
    let answer = http(addr, "GET", &own, &[], "").await;
    assert!(answer.status == 404 && answer.body.contains("A ticket is good for one day"), "{}", answer.body);
    assert_eq!(http(addr, "POST", &format!("{own}/out"), &[], "").await.status, 404);
    serving.stop().await;
}

#[tokio::test]
async fn who_stepped_out_is_passed_over_and_keeps_the_turn() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    assert_eq!(wishes(&place, addr, 1, "out").await.status, 303);
    let row = |visit: &str| place.desk.with_store(|store| store.visit(&id(visit))).unwrap().unwrap();
    assert!(row("a1").is_out() && row("a1").seen.is_none(), "no member of staff has seen them");
    let said = says(&place, addr, 1).await;
    assert!(
        said.contains("You stepped out. You keep your turn. If you come back now, you are next")
            && said.contains("I am back"),
        "{said}"
    );
    // The others moved up, and the next one is called.
    assert_eq!(place.desk.ticket_standing(ticket(2)).unwrap().unwrap().position, Some(1));
    assert_eq!(call_first(&place.desk, "Blood", "Room 1", "ana"), id("b1"));
    place.desk.add_user("ana", PASSWORD, arrivals::domain::staff::Role::Desk).unwrap();
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    let list = words(&http(addr, "GET", "/", &[("cookie", &cookie)], "").await.body);
    assert!(list.contains("Stepped out since 8:30 AM, by phone; keeps their turn in Blood"), "{list}");
    // Back at the old turn, before those who came after.
    assert_eq!(wishes(&place, addr, 1, "back").await.status, 303);
    assert_eq!(place.desk.ticket_standing(ticket(1)).unwrap().unwrap().position, Some(1));
    assert!(!row("a1").is_out());
    // Staff can call whoever is out; then stepping out is over.
    wishes(&place, addr, 1, "out").await;
    place.desk.call_this(&id("a1"), Some("Room 1"), "ana").unwrap().unwrap();
    assert!(says(&place, addr, 1).await.contains("Please come to Room 1"));
    let refused = wishes(&place, addr, 1, "out").await;
    assert!(refused.head.contains("?said=nothing"), "{}", refused.head);
    assert_eq!(row("a1").state, VisitState::Called);
    // Whom staff put on hold does not come back by phone.
    place.desk.queue_step(&id("c1"), &QueueAction::Hold, "ana").unwrap().unwrap();
    assert!(says(&place, addr, 3).await.contains("لن يُنادى عليك الآن"));
    assert!(wishes(&place, addr, 3, "back").await.head.contains("?said=nothing"));
    assert_eq!(row("c1").state, VisitState::Held);
    assert_eq!(named(&place.desk, "Blood"), None);
    serving.stop().await;
}

#[tokio::test]
async fn help_reaches_the_list_once_and_the_phone_hears_that_it_was_seen() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    place.desk.add_user("ana", PASSWORD, arrivals::domain::staff::Role::Desk).unwrap();
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    // Asking at the kiosk before is another thing.
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![stopped(5, Reason::AskedForHelp, &["a1"])])).unwrap();
    let help = || place.desk.ticket_standing(ticket(1)).unwrap().unwrap().help;
    assert_eq!(help(), Help::NotAsked);
    for _ in 0..3 {
        assert_eq!(wishes(&place, addr, 1, "help").await.status, 303);
    }
    assert_eq!(help(), Help::Asked);
    let page = http(addr, "GET", "/", &[("cookie", &cookie)], "").await.body;
    assert_eq!(page.matches("Asked for help by phone").count(), 1, "{page}");
    assert_eq!(page.matches("Asked for help at the kiosk").count(), 1, "{page}");
    assert!(says(&place, addr, 1).await.contains("The front desk knows you need help"));
    place.desk.act(&StaffWork::Visit(id("a1")), StaffAction::Seen, "ana").unwrap();
    assert_eq!(help(), Help::Taken);
    assert!(says(&place, addr, 1).await.contains("The front desk saw that you asked for help"));
    wishes(&place, addr, 1, "help").await;
    assert_eq!(help(), Help::Asked, "and once more, if need be");
    serving.stop().await;
}

#[tokio::test]
async fn what_patients_do_is_recorded_in_the_audit_and_rebuilt() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    for (n, wish) in [(1, "out"), (2, "help"), (1, "back"), (3, "out"), (2, "out")] {
        assert_eq!(wishes(&place, addr, n, wish).await.status, 303);
    }
    place.desk.call_this(&id("b1"), Some("Room 1"), "ana").unwrap().unwrap();
    // Staff may take the patient's own step back, too.
    let shown = place.desk.with_store(|store| store.visit(&id("c1"))).unwrap().unwrap().in_line.step.unwrap();
    assert_eq!(shown.1, "step-out");
    place.desk.undo_shown(&id("c1"), shown.0, "ana").unwrap().unwrap();
    let date = jiff::civil::date(2026, 11, 23);
    let before = place.desk.with_store(|store| store.visits_of(date)).unwrap();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    let mut after = place.desk.with_store(|store| store.visits_of(date)).unwrap();
    assert_eq!(
        after.iter_mut().map(|row| row.state).collect::<Vec<_>>(),
        before.iter().map(|row| row.state).collect::<Vec<_>>()
    );
    assert_eq!(after, before);
    let rows = place
        .desk
        .with_store(|store| {
            store.audit_rows(&AuditSearch { user: Some(BY_PHONE.into()), ..AuditSearch::default() }, 20)
        })
        .unwrap();
    let mut done: Vec<_> =
        rows.iter().map(|row| (row.action.as_str(), row.about.as_str(), row.patient.as_str())).collect();
    done.reverse();
    let expected = [
        ("step-out", "a1", "a"),
        ("ask-help", "b1", "b"),
        ("come-back", "a1", "a"),
        ("step-out", "c1", "c"),
        ("step-out", "b1", "b"),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(what, visit, whose)| (*what, format!("appointment {visit}"), *whose)).collect();
    assert_eq!(done, expected.iter().map(|(what, about, whose)| (*what, about.as_str(), *whose)).collect::<Vec<_>>());
    serving.stop().await;
}

#[test]
fn nobody_wishes_more_often_than_a_person_would() {
    let place = desk_with(with_boards(), &LIST);
    comes(&place, 1, &["a1"], CallAs::Number, Language::English);
    comes(&place, 2, &["b1"], CallAs::Number, Language::English);
    let wish = |wish| place.desk.phone_wish(ticket(1), wish).unwrap();
    assert_eq!(wish(PhoneWish::StepOut), PhoneAnswer::Done);
    assert_eq!(wish(PhoneWish::StepOut), PhoneAnswer::Nothing);
    assert_eq!(wish(PhoneWish::ComeBack), PhoneAnswer::TooOften);
    // Somebody else's phone is not held up by it.
    assert_eq!(place.desk.phone_wish(ticket(2), PhoneWish::Help).unwrap(), PhoneAnswer::Done);
    let mut done = 0;
    for n in 0..100 {
        place.clock.advance(Duration::from_secs(5));
        if wish(if n % 2 == 0 { PhoneWish::ComeBack } else { PhoneWish::StepOut }) == PhoneAnswer::Done {
            done += 1;
        }
    }
    assert_eq!(done, 59);
    assert_eq!(
        place.desk.phone_wish(Ticket { date: jiff::civil::date(2026, 11, 24), ..ticket(1) }, PhoneWish::Help).unwrap(),
        PhoneAnswer::Nothing
    );
}

#[tokio::test]
async fn a_phone_hears_the_call_and_a_second_ticket_leads_to_the_one_that_counts() {
    let (place, serving) = room().await;
    let own = path(&place, ticket(1));
    let mut live = listen(serving.addr, &format!("{own}/live")).await;
    let heard = hear(&mut live, "You are next").await;
    assert!(heard.contains("event: version"), "{heard}");
    call_first(&place.desk, "Blood", "Room 1", "ana");
    let heard = hear(&mut live, "Please come to Room 1").await;
    assert!(heard.contains("data-alert=\"call-"), "{heard}");
    comes(&place, 5, &["b1"], CallAs::Number, Language::English);
    let second = page(&place, serving.addr, 5).await;
    assert!(second.status == 200 && words(&second.body).contains("A2"), "{}", second.body);
    let manifest = http(serving.addr, "GET", &format!("{own}/app?lang=es"), &[], "").await;
    let about: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!(about["start_url"], format!("{own}?lang=es"));
    assert!(manifest.head.contains("content-type: application/manifest+json"));
    serving.stop().await;
}

#[tokio::test]
async fn the_key_of_tickets_pages_is_the_desks_own_and_in_no_settings_that_are_written() {
    let foreign = TicketPages { address: "https://arrivals.example.org".into(), key: "5f".repeat(32) };
    let place = desk_with(ClinicSettings { pages: foreign.clone(), ..with_boards() }, &LIST);
    let pages = place.desk.settings().pages.clone();
    assert!(pages.key.len() == 64 && pages.key != foreign.key && pages.address == foreign.address);
    assert!(!format!("{pages:?}").contains(&pages.key));
    assert_eq!(place.desk.settings().without_keys().pages.key, "");
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let written: String =
        conn.query_row("SELECT value FROM meta WHERE name = 'settings'", [], |row| row.get(0)).unwrap();
    assert!(
        written.contains("arrivals.example.org") && !written.contains(&pages.key) && !written.contains(&foreign.key),
        "{written}"
    );
    // Another start has the same, and no kiosk.
    let again = Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
    assert_eq!(again.settings().pages, pages);
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let feed =
        http(serving.addr, "GET", "/api/kiosk/feed", &[("authorization", &format!("Bearer {TOKEN_A}"))], "").await;
    assert!(feed.status == 200 && feed.body.contains("arrivals.example.org") && !feed.body.contains(&pages.key));
    serving.stop().await;
}

/// The key that a kiosk with this token is told, if it asks from here on; and where it goes on from.
async fn told_key(addr: SocketAddr, token: &str, cursor: u64) -> (Option<TicketPages>, u64) {
    let path = format!("/api/kiosk/feed?cursor={cursor}");
    let answer = http(addr, "GET", &path, &[("authorization", &format!("Bearer {token}"))], "").await;
    let feed: arrivals::sync::wire::Feed = serde_json::from_str(&answer.body).unwrap();
    (feed.settings.map(|settings| settings.pages), feed.cursor)
}

#[tokio::test]
async fn each_kiosk_has_a_key_of_its_own_and_it_can_be_made_anew() {
    let (place, serving) = room().await;
    let addr = serving.addr;
    let opens = async |pages: &TicketPages, n: u32| {
        http(addr, "GET", &format!("/t/{}", pages.token(ticket(n)).unwrap()), &[], "").await.status
    };
    let desk = || place.desk.settings().pages.clone();
    place.desk.enrol_kiosk(&"annex".into(), "B".parse().unwrap(), TOKEN_B).unwrap();
    let (Some(lobby), cursor) = told_key(addr, TOKEN_A, 0).await else { panic!() };
    let (Some(annex), _) = told_key(addr, TOKEN_B, 0).await else { panic!() };
    assert!(lobby.key != annex.key && lobby.key != desk().key && annex.key != desk().key);
    // A ticket of the lobby opens as the lobby prints it and as the desk does; whoever has the annex's key names none
    // of its pages.
    assert_eq!((opens(&lobby, 1).await, opens(&desk(), 1).await, opens(&annex, 1).await), (200, 200, 404));
    // A kiosk whose token was replaced has another key, and hears of it.
    let new = "another-token-of-the-lobby-kiosk-0003";
    place.desk.enrol_kiosk(&"lobby".into(), arrivals::domain::ticket::Series::FIRST, new).unwrap();
    let (Some(replaced), cursor) = told_key(addr, new, cursor).await else { panic!("it has to hear of its new key") };
    assert_ne!(replaced.key, lobby.key);
    assert_eq!((opens(&lobby, 1).await, opens(&replaced, 1).await, opens(&desk(), 1).await), (404, 200, 200));
    // All at once.
    place.desk.add_user("abe", PASSWORD, arrivals::domain::staff::Role::Admin).unwrap();
    let cookie = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await.csrf();
    let before = desk();
    assert_eq!(super::support::form(addr, "/kiosks/enrol/pages", &cookie, &[("csrf", &csrf)]).await.status, 303);
    let (Some(renewed), _) = told_key(addr, new, cursor).await else { panic!("and of this one") };
    assert_eq!(
        (opens(&replaced, 1).await, opens(&before, 1).await, opens(&renewed, 1).await, opens(&desk(), 1).await),
        (404, 404, 200, 200)
    );
    serving.stop().await;
}

#[tokio::test]
async fn tickets_of_the_version_before_open_until_their_day_is_over() {
    let (place, serving) = room().await;
    serving.stop().await;
    // As that version left the file: one key for all.
    let before = TicketPages { address: "https://arrivals.example.org".into(), key: "5f".repeat(32) };
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    conn.execute_batch("DELETE FROM meta WHERE name LIKE 'pages%'").unwrap();
    conn.execute("INSERT INTO meta(name, value) VALUES ('pages_key', ?1)", [&before.key]).unwrap();
    drop(place.desk);
    let open = || Desk::open_stored(place.folder.path(), Arc::new(place.clock.clone())).unwrap();
    let desk = open();
    let serving = desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let path = format!("/t/{}", before.token(ticket(1)).unwrap());
    assert_eq!(http(serving.addr, "GET", &path, &[], "").await.status, 200);
    let (told, _) = told_key(serving.addr, TOKEN_A, 0).await;
    assert_ne!(told.unwrap().key, before.key, "kiosks print with their own from now on");
    serving.stop().await;
    drop(desk);
    place.clock.advance(Duration::from_secs(3 * 24 * 60 * 60));
    open();
    let kept: i64 = conn.query_row("SELECT COUNT(*) FROM meta WHERE name = 'pages_key'", [], |row| row.get(0)).unwrap();
    assert_eq!(kept, 0, "and then that key is gone");
}
