//! Pages that lock: what a locked browser still hears, who hears nothing, where a sign-in leads back, and when pages
//! lock.

use std::net::SocketAddr;
use std::time::Duration;

use arrivals::desk::DeskOptions;
use arrivals::desk::http::serve::Serving;
use arrivals::desk::store::COMMAND;
use arrivals::domain::reason::Reason;
use arrivals::domain::staff::Role;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::page::{ready, sign_in};
use super::support::{Answer, PASSWORD, PATIENCE, Place, TOKEN_A, form, http, import, place, post_of, stopped};

const HOUR: Duration = Duration::from_secs(60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

async fn get(addr: SocketAddr, path: &str, cookie: &str) -> Answer {
    http(addr, "GET", path, &[("cookie", cookie)], "").await
}

/// Alfonso Dietrich feels unwell at the kiosk in the lobby.
fn unwell(place: &Place, seq: u64) {
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![stopped(seq, Reason::FeelsUnwell, &["apt-0001"])])).unwrap();
}

fn names_no_one(text: &str) -> bool {
    ["Dietrich", "Alfonso", "apt-0001", "ana"].iter().all(|name| !text.contains(name))
}

/// A live connection of this browser.
struct Stream {
    from: tokio::net::TcpStream,
    heard: String,
}

impl Stream {
    async fn open(addr: SocketAddr, path: &str, cookie: &str) -> Self {
        let mut from = tokio::net::TcpStream::connect(addr).await.unwrap();
        from.write_all(format!("GET {path} HTTP/1.1\r\nhost: {addr}\r\ncookie: {cookie}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        Self { from, heard: String::new() }
    }

    /// Reads on until this was heard, or the connection ended.
    async fn hears(&mut self, wanted: &str) -> bool {
        let mut bytes = [0; 1024];
        while !self.heard.contains(wanted) {
            let read = tokio::time::timeout(PATIENCE, self.from.read(&mut bytes)).await.unwrap().unwrap();
            if read == 0 {
                return false;
            }
            self.heard.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        true
    }
}

#[tokio::test]
async fn a_locked_browser_hears_where_a_patient_feels_unwell_and_never_who() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    place.desk.place_kiosk(&"lobby".into(), "Main lobby").unwrap();
    place.clock.advance(16 * MINUTE);
    // The page itself is gone, and what takes its place says nothing of anyone.
    let gone = get(addr, "/visit?appointment=apt-0001&idle=1", &cookie).await;
    let to = "location: /sign-in?ended&back=%2Fvisit%3Fappointment%3Dapt-0001\r\n";
    assert!(gone.status == 303 && gone.head.contains(to), "{}", gone.head);
    let locked = get(addr, "/sign-in?ended", &cookie).await;
    assert!(
        locked.body.contains("<h1>Locked</h1>") && locked.body.contains("src=\"/static/lock.js\""),
        "{}",
        locked.body
    );
    assert!(locked.body.contains("id=\"unwell\" role=\"alert\" hidden"), "no one feels unwell yet: {}", locked.body);
    let mut stream = Stream::open(addr, "/watch/live", &cookie).await;
    assert!(stream.hears("event: urgent\ndata: -\n").await);
    assert_eq!(get(addr, "/watch", &cookie).await.body, "-");

    unwell(&place, 1);
    assert!(stream.hears("event: urgent\ndata: Main lobby (kiosk lobby)\n").await);
    assert!(names_no_one(&stream.heard), "{}", stream.heard);
    assert_eq!(get(addr, "/watch", &cookie).await.body, "Main lobby (kiosk lobby)");
    let loaded = get(addr, "/sign-in?ended", &cookie).await;
    let bar = "<b>A patient feels unwell</b> at <span id=\"unwell-where\">Main lobby (kiosk lobby)</span>";
    assert!(
        loaded.body.contains(bar)
            && loaded.body.contains("id=\"unwell\" role=\"alert\">")
            && names_no_one(&loaded.body),
        "{}",
        loaded.body
    );
    for path in ["/live", "/list", "/alarms", "/session", "/visit/now?appointment=apt-0001", "/kiosks/list"] {
        assert_eq!(get(addr, path, &cookie).await.status, 401, "{path}");
    }
    assert_eq!(get(addr, "/watch", "arrivals_session=0123").await.status, 401);
    assert!(
        !get(addr, "/sign-in?ended", "arrivals_session=0123").await.body.contains("<script"),
        "a stranger hears nothing"
    );
    assert!(!get(addr, "/sign-in", "").await.body.contains("<script"));
    // Not for ever.
    place.clock.advance(12 * HOUR - 2 * MINUTE);
    assert_eq!(get(addr, "/watch", &cookie).await.status, 200);
    place.clock.advance(2 * MINUTE);
    assert_eq!(get(addr, "/watch", &cookie).await.status, 401);
    let late = get(addr, "/sign-in?ended", &cookie).await;
    assert!(
        late.body.contains("<h1>Locked</h1>") && !late.body.contains("<script") && !late.body.contains("Main lobby"),
        "{}",
        late.body
    );
    serving.stop().await;
}

#[tokio::test]
async fn who_loses_access_hears_nothing_more_on_an_open_connection_either() {
    type Loses = fn(&Place);
    let ways: [(&str, Loses); 3] = [
        ("another password", |place| place.desk.set_password("ana", "another password", COMMAND).unwrap()),
        ("removed", |place| place.desk.remove_user("ana", COMMAND).unwrap()),
        ("the second step was reset", |place| place.desk.reset_second_step("ana", COMMAND).unwrap()),
    ];
    for (way, loses) in ways {
        let (place, serving, cookie) = ready().await;
        place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
        place.clock.advance(16 * MINUTE);
        let mut stream = Stream::open(serving.addr, "/watch/live", &cookie).await;
        assert!(stream.hears("event: urgent\ndata: -\n").await, "{way}");
        loses(&place);
        unwell(&place, 1);
        assert!(stream.hears("event: ended").await, "{way}: {}", stream.heard);
        assert!(!stream.heard.contains("lobby"), "{way}: {}", stream.heard);
        assert_eq!(get(serving.addr, "/watch", &cookie).await.status, 401, "{way}");
        serving.stop().await;
    }
}

#[tokio::test]
async fn signing_out_and_signing_in_again_end_what_a_browser_heard() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let csrf = get(addr, "/", &cookie).await.csrf();
    assert_eq!(form(addr, "/sign-out", &cookie, &[("csrf", &csrf)]).await.status, 303);
    assert_eq!(get(addr, "/watch", &cookie).await.status, 401, "signed out");
    let page = get(addr, "/sign-in?ended", &cookie).await.body;
    assert!(page.contains("You are signed out.") && !page.contains("<script") && !page.contains("Locked"), "{page}");

    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    place.clock.advance(16 * MINUTE);
    assert_eq!(get(addr, "/watch", &cookie).await.status, 200);
    let again = back_in(addr, &cookie, "/").await;
    assert_eq!(again.status, 303);
    assert_eq!(get(addr, "/watch", &cookie).await.status, 401, "the session before is forgotten");
    assert_eq!(get(addr, "/watch", &again.cookies()).await.status, 200);
    serving.stop().await;
}

/// Signs in on a locked page that leads back to this address.
async fn back_in(addr: SocketAddr, cookie: &str, back: &str) -> Answer {
    let page = get(addr, "/sign-in", cookie).await;
    let cookies = format!("{cookie}; {}", page.cookies());
    form(addr, "/sign-in", &cookies, &[("csrf", &page.csrf()), ("name", "ana"), ("password", PASSWORD), ("back", back)])
        .await
}

#[tokio::test]
async fn a_sign_in_leads_back_to_where_the_page_locked_and_nowhere_else() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    place.clock.advance(16 * MINUTE);
    let locked = get(addr, "/sign-in?ended&back=%2Fvisit%3Fappointment%3Dapt-0001", &cookie).await;
    assert!(locked.body.contains("name=\"back\" value=\"/visit?appointment=apt-0001\""), "{}", locked.body);
    for (back, to) in [
        ("/visit?appointment=apt-0001", "/visit?appointment=apt-0001"),
        ("/?state=called", "/?state=called"),
        ("", "/"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/settings", "/"),
        ("/sign-out", "/"),
        ("/\r\nset-cookie: a=b", "/"),
    ] {
        let welcome = back_in(addr, &cookie, back).await;
        assert!(
            welcome.status == 303 && welcome.head.contains(&format!("location: {to}\r\n")),
            "{back}: {}",
            welcome.head
        );
    }
    // A wrong password in between loses neither the way nor the alert.
    let page = get(addr, "/sign-in", &cookie).await;
    let fields = [
        ("csrf", page.csrf()),
        ("name", "ana".to_owned()),
        ("password", "wrong horse".to_owned()),
        ("back", "/changes".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let cookie = sign_in(addr, "ana", PASSWORD).await.cookies();
    place.clock.advance(16 * MINUTE);
    let wrong = form(addr, "/sign-in", &format!("{cookie}; {}", page.cookies()), &fields).await;
    assert!(
        wrong.status == 401
            && wrong.body.contains("name=\"back\" value=\"/changes\"")
            && wrong.body.contains("id=\"unwell\"")
    );
    serving.stop().await;
}

/// The room is chosen once, and a lock is no reason to choose it again.
#[tokio::test]
async fn whoever_signs_in_again_after_a_lock_still_calls_to_their_room_and_no_one_else_does() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    place.desk.take_settings(&super::queue::clinic(), COMMAND).unwrap();
    place.desk.add_user("ben", PASSWORD, Role::Desk).unwrap();
    let csrf = get(addr, "/", &cookie).await.csrf();
    assert_eq!(form(addr, "/point", &cookie, &[("csrf", &csrf), ("point", "Room 2")]).await.status, 303);
    place.clock.advance(16 * MINUTE);
    let ana = back_in(addr, &cookie, "/").await.cookies();
    assert!(get(addr, "/", &ana).await.body.contains("<option value=\"Room 2\" selected>"));
    place.clock.advance(16 * MINUTE);
    let page = get(addr, "/sign-in", &ana).await;
    let cookies = format!("{ana}; {}", page.cookies());
    let ben = form(addr, "/sign-in", &cookies, &[("csrf", &page.csrf()), ("name", "ben"), ("password", PASSWORD)])
        .await
        .cookies();
    assert!(get(addr, "/", &ben).await.body.contains("<option value=\"\" selected>"), "another one says their own");
    serving.stop().await;
}

/// Someone of the staff and an admin, signed in.
async fn two() -> (Place, Serving, String, (String, String)) {
    let place = place();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let ana = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let abe = sign_in(serving.addr, "abe", PASSWORD).await.cookies();
    let csrf = get(serving.addr, "/settings", &abe).await.csrf();
    (place, serving, ana, (abe, csrf))
}

/// What an admin types as the idle minutes, published.
async fn publish(addr: SocketAddr, (cookie, csrf): &(String, String), minutes: &str) {
    let saved =
        form(addr, "/settings/save", cookie, &[("csrf", csrf), ("part", "session"), ("session.idle_minutes", minutes)])
            .await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let review = get(addr, "/settings/review", cookie).await.body;
    assert!(review.contains("Lock after this many minutes without work"), "{review}");
    let mark =
        review.rsplit("name=\"mark\" value=\"").next().and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert_eq!(form(addr, "/settings/take", cookie, &[("csrf", csrf), ("mark", &mark)]).await.status, 303);
}

#[tokio::test]
async fn the_clinic_sets_when_pages_lock_and_it_counts_at_once() {
    let (place, serving, ana, abe) = two().await;
    let addr = serving.addr;
    let is_open = async || get(addr, "/list", &ana).await.status == 200;
    assert_eq!(get(addr, "/session", &ana).await.body, "901 900", "until it is set, 15 minutes");
    for wrong in ["0", "721", "x", "-1", "1.5"] {
        let saved = form(
            addr,
            "/settings/save",
            &abe.0,
            &[("csrf", &abe.1), ("part", "session"), ("session.idle_minutes", wrong)],
        )
        .await;
        assert_eq!(saved.status, 422, "{wrong}");
    }
    // Longer, for a session that is open.
    place.clock.advance(14 * MINUTE);
    let abe_again = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = get(addr, "/settings", &abe_again).await.csrf();
    let abe = (abe_again, csrf);
    publish(addr, &abe, "30").await;
    assert_eq!(get(addr, "/session", &ana).await.body, format!("{} 1800", 16 * 60 + 1));
    place.clock.advance(15 * MINUTE);
    assert!(is_open().await);
    // Shorter, at once.
    publish(addr, &abe, "5").await;
    assert!(!is_open().await);
    assert_eq!(get(addr, "/watch", &ana).await.status, 200, "locked, and not signed out");
    // What has ended stays so, however long a session may last from then on.
    publish(addr, &abe, "120").await;
    assert!(!is_open().await);
    assert_eq!(get(addr, "/", &ana).await.status, 303);
    // Empty: as the configuration says.
    publish(addr, &abe, "").await;
    assert_eq!(get(addr, "/session", &sign_in(addr, "ana", PASSWORD).await.cookies()).await.body, "901 900");
    assert!(!is_open().await);
    serving.stop().await;
}

#[tokio::test]
async fn without_a_setting_pages_lock_when_the_configuration_says() {
    let place = place();
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    let desk = place.opened_with(DeskOptions::default().session_idle(40 * MINUTE));
    let serving = desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    place.clock.advance(39 * MINUTE);
    assert_eq!(get(serving.addr, "/list", &cookie).await.status, 200);
    place.clock.advance(2 * MINUTE);
    assert_eq!(get(serving.addr, "/list", &cookie).await.status, 401);
    serving.stop().await;
}

#[tokio::test]
async fn every_page_of_staff_warns_before_it_locks_and_says_so_in_words() {
    let (_place, serving, _, abe) = two().await;
    for path in ["/", "/visit?appointment=apt-0001", "/changes", "/kiosks", "/settings", "/users", "/walk-in"] {
        let page = get(serving.addr, path, &abe.0).await.body;
        for part in [
            "id=\"locking-said\" role=\"alert\"",
            "Stay signed in</button>",
            "src=\"/static/session.js\"",
            "src=\"/static/lock.js\"",
        ] {
            assert!(page.contains(part), "{path}: {part}");
        }
        assert!(page.contains("id=\"locking\" aria-label=\"Automatic lock\" hidden"), "{path}: not before its time");
    }
    serving.stop().await;
}

#[tokio::test]
async fn a_live_page_ends_with_its_session_whatever_ended_it() {
    type Ends = fn(&Place, SocketAddr, String, String) -> tokio::task::JoinHandle<()>;
    let ways: [(&str, Ends); 5] = [
        ("signed out", |_, addr, cookie, csrf| {
            tokio::spawn(async move {
                assert_eq!(form(addr, "/sign-out", &cookie, &[("csrf", &csrf)]).await.status, 303);
            })
        }),
        ("removed", |place, _, _, _| {
            place.desk.remove_user("ana", COMMAND).unwrap();
            tokio::spawn(async {})
        }),
        ("another password", |place, _, _, _| {
            place.desk.set_password("ana", "another password", COMMAND).unwrap();
            tokio::spawn(async {})
        }),
        ("signed out of other sessions", |_, addr, _, _| {
            tokio::spawn(async move {
                let other = sign_in(addr, "ana", PASSWORD).await.cookies();
                let csrf = get(addr, "/account", &other).await.csrf();
                assert_eq!(form(addr, "/account/elsewhere", &other, &[("csrf", &csrf)]).await.status, 200);
            })
        }),
        ("removed by a command beside the desk", |place, _, _, _| {
            let folder = place.folder.path().to_owned();
            let clock = std::sync::Arc::new(place.clock.clone());
            tokio::task::spawn_blocking(move || {
                let beside = arrivals::desk::Desk::open_stored(&folder, clock).unwrap();
                beside.remove_user("ana", COMMAND).unwrap();
            })
        }),
    ];
    for (way, ends) in ways {
        let (place, serving, cookie) = ready().await;
        place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
        let csrf = get(serving.addr, "/", &cookie).await.csrf();
        let mut stream = Stream::open(serving.addr, "/live", &cookie).await;
        assert!(stream.hears("event: revision").await, "{way}");
        let begun = std::time::Instant::now();
        ends(&place, serving.addr, cookie.clone(), csrf).await.unwrap();
        assert!(stream.hears("event: ended").await, "{way}: {}", stream.heard);
        assert!(stream.hears("\r\n0\r\n\r\n").await, "{way}: and the answer is over");
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{way}: at once, and not when the page looks again: {:?}",
            begun.elapsed()
        );
        serving.stop().await;
    }
}

#[tokio::test]
async fn a_board_ends_when_its_address_is_made_anew() {
    let (place, serving, _) = ready().await;
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let abe = sign_in(serving.addr, "abe", PASSWORD).await.cookies();
    let key = place.desk.with_store(|store| store.board_key()).unwrap();
    let mut stream = Stream::open(serving.addr, &format!("/board/all/live?key={key}"), "").await;
    assert!(stream.hears("event: part").await, "{}", stream.heard);
    let csrf = get(serving.addr, "/board", &abe).await.csrf();
    assert_eq!(form(serving.addr, "/boards/renew", &abe, &[("csrf", &csrf)]).await.status, 303);
    assert!(stream.hears("event: closed").await, "{}", stream.heard);
    serving.stop().await;
}
