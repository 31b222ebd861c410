//! The staff's page: signing in and out, forms, what the list shows, and to whom.

use std::time::Duration;

use arrivals::domain::ids::AppointmentId;
use arrivals::domain::reason::Reason;
use arrivals::domain::staff::Role;

use super::support::{Answer, PASSWORD, Place, TOKEN_A, checked_in, form, http, import, place, post_of, stopped};

pub async fn sign_in(addr: std::net::SocketAddr, name: &str, password: &str) -> Answer {
    let page = http(addr, "GET", "/sign-in", &[], "").await;
    form(addr, "/sign-in", &page.cookies(), &[("csrf", &page.csrf()), ("name", name), ("password", password)]).await
}

/// A desk with the day's list, served, and the cookie of somebody who is signed in.
pub async fn ready() -> (Place, arrivals::desk::http::serve::Serving, String) {
    let place = place();
    place.desk.add_user("Ana", PASSWORD, Role::Desk).unwrap();
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let answer = sign_in(serving.addr, " ana ", PASSWORD).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    assert!(answer.head.contains("HttpOnly; SameSite=Strict"));
    let cookie = answer.cookies();
    (place, serving, cookie)
}

#[tokio::test]
async fn nothing_is_shown_without_a_session() {
    let (_place, serving, cookie) = ready().await;
    for (path, status) in
        [("/", 303), ("/list", 401), ("/live", 401), ("/changes", 303), ("/changes?appointment=apt-0001", 303)]
    {
        let answer = http(serving.addr, "GET", path, &[("cookie", "arrivals_session=0123")], "").await;
        assert_eq!(answer.status, status, "{path}");
        assert!(!answer.body.contains("Dietrich"));
    }
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    assert!(
        page.body.contains("Dietrich")
            && page.head.contains("content-security-policy: default-src 'self'")
            && page.head.contains("no-store")
    );
    assert_eq!(form(serving.addr, "/sign-out", &cookie, &[("csrf", "wrong")]).await.status, 403);
    assert_eq!(form(serving.addr, "/sign-out", &cookie, &[("csrf", &page.csrf())]).await.status, 303);
    assert_eq!(http(serving.addr, "GET", "/list", &[("cookie", &cookie)], "").await.status, 401);
    serving.stop().await;
}

#[tokio::test]
async fn only_a_persons_work_keeps_a_session() {
    let (place, serving, cookie) = ready().await;
    let headers = [("cookie", cookie.as_str())];
    place.clock.advance(Duration::from_secs(14 * 60));
    let page = http(serving.addr, "GET", "/", &headers, "").await;
    assert_eq!(page.status, 200);
    place.clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(http(serving.addr, "GET", "/list", &headers, "").await.status, 200, "the page refreshing itself");
    place.clock.advance(Duration::from_secs(2 * 60));
    assert_eq!(http(serving.addr, "GET", "/list", &headers, "").await.status, 401);
    let answer = http(serving.addr, "GET", "/", &headers, "").await;
    assert!(answer.status == 303 && answer.head.contains("/sign-in?ended"));
    serving.stop().await;
}

#[tokio::test]
async fn wrong_passwords_have_to_wait() {
    let (place, serving, _) = ready().await;
    for _ in 0..3 {
        assert_eq!(sign_in(serving.addr, "ana", "wrong password").await.status, 401);
    }
    assert_eq!(sign_in(serving.addr, "ana", PASSWORD).await.status, 429);
    place.clock.advance(Duration::from_secs(3));
    assert_eq!(sign_in(serving.addr, "ana", PASSWORD).await.status, 303);
    assert_eq!(sign_in(serving.addr, "nobody", PASSWORD).await.status, 401);
    let foreign = form(serving.addr, "/sign-in", "", &[("csrf", ""), ("name", "ana"), ("password", PASSWORD)]).await;
    assert_eq!(foreign.status, 403);
    assert!(place.desk.add_user("ANA", PASSWORD, Role::Desk).unwrap_err().to_string().contains("exists or existed"));
    serving.stop().await;
}

#[tokio::test]
async fn buttons_work_with_the_forms_token_and_only_with_it() {
    let (place, serving, cookie) = ready().await;
    place
        .desk
        .take_post(
            TOKEN_A,
            &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"]), stopped(2, Reason::FeelsUnwell, &[])]),
        )
        .unwrap();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    let (unwell, insurance) =
        (page.body.find("Feels unwell").unwrap(), page.body.find("Insurance needs review").unwrap());
    assert!(unwell < insurance && page.body.contains("data-urgent=\"1\""));
    let csrf = page.csrf();
    let visit = AppointmentId::from("apt-0001");
    for (fields, status) in [
        (&[("appointment", "apt-0001")][..], 403),
        (&[("csrf", "wrong"), ("appointment", "apt-0001")], 403),
        (&[("csrf", csrf.as_str()), ("appointment", "apt-0001")], 303),
    ] {
        assert!(!place.desk.visit(&visit).unwrap().unwrap().seen);
        assert_eq!(form(serving.addr, "/visit/seen", &cookie, fields).await.status, status);
    }
    assert!(place.desk.visit(&visit).unwrap().unwrap().seen);
    assert_eq!(
        form(serving.addr, "/visit/dance", &cookie, &[("csrf", &csrf), ("appointment", "apt-0001")]).await.status,
        404
    );
    assert_eq!(
        form(serving.addr, "/stop/seen", &cookie, &[("csrf", &csrf), ("kiosk", "lobby"), ("seq", "2")]).await.status,
        303
    );
    let list = http(serving.addr, "GET", "/list", &[("cookie", &cookie)], "").await;
    assert!(list.body.contains("data-urgent=\"0\"") && list.body.contains("resolved by ana"));
    serving.stop().await;
}

#[tokio::test]
async fn what_people_are_called_is_never_taken_for_markup() {
    let (place, serving, cookie) = ready().await;
    let file = place.folder.path().join("odd.csv");
    let text = "appointment_id,start,given_name,family_name,birth_date,service\n\"<i>\"\"1\",\
                2026-11-23T09:00:00-05:00,<script>alert(1)</script>,\"O'Neil & \"\"Co\"\"\",1950-01-01,<b>x\n";
    std::fs::write(&file, text).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    assert!(
        page.body.contains("&lt;script&gt;") && !page.body.contains("<script>alert") && !page.body.contains("<b>x")
    );
    assert!(!page.body.contains("<i>"));
    serving.stop().await;
}

#[tokio::test]
async fn a_desk_without_users_says_how_the_first_is_added_and_one_without_appointments_today_where_they_are() {
    let place = place();
    let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let page = async || http(serving.addr, "GET", "/sign-in", &[], "").await.body;
    assert!(
        page().await.contains("No users yet.") && page().await.contains("arrivals-desk user add NAME --role admin")
    );
    let wrong = sign_in(serving.addr, "ana", PASSWORD).await;
    assert!(wrong.status == 401 && wrong.body.contains("No users yet."));
    place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
    place.desk.add_user("sue", PASSWORD, Role::Supervisor).unwrap();
    assert!(!page().await.contains("No users yet."));

    let ana = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let list = async |cookie: &str| http(serving.addr, "GET", "/list", &[("cookie", cookie)], "").await.body;
    let none = list(&ana).await;
    assert!(
        none.contains("No appointments yet.")
            && none.contains("A supervisor or admin can import")
            && !none.contains("/appointments/import")
    );
    import(&place.desk, "tests/data/day.csv").0.unwrap();
    assert!(!list(&ana).await.contains("id=\"no-appointments\""));
    place.clock.advance(Duration::from_secs(6 * 24 * 60 * 60));
    let cookie = sign_in(serving.addr, "sue", PASSWORD).await.cookies();
    let later = list(&cookie).await;
    assert!(
        later.contains("No appointments today.")
            && later.contains(
                "<a href=\"/appointments?date=2026-11-23\">232 on <time datetime=\"2026-11-23\">Mon, \
                 Nov 23, 2026</time></a>"
            ),
        "{later}"
    );
    assert!(later.contains("href=\"/appointments/import\""));
    serving.stop().await;
}
