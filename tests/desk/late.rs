//! Patients who are late: the list, the person's page and checking in by hand go by the rule by which kiosks do.

use std::time::Duration;

use arrivals::domain::ids::AppointmentId;
use arrivals::domain::queue::VisitState;

use super::page::ready;
use super::support::{TOKEN_A, form, http, post_of, stopped};

/// The row of a visit, from its name on.
fn row(list: &str, visit: &str) -> String {
    let rest = list.split(&format!("id=\"row-{visit}\"")).nth(1).unwrap_or_default();
    rest.split("</li>").next().unwrap_or_default().to_owned()
}

fn value(list: &str, name: &str) -> String {
    list.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_late_patient_is_late_on_the_list_and_on_their_page_and_staff_are_asked_first() {
    let (place, serving, cookie) = ready().await;
    let get = async |path: &str| http(serving.addr, "GET", path, &[("cookie", &cookie)], "").await;
    let csrf = get("/").await.csrf();
    assert!(!get("/list").await.body.contains("Late "), "at eight nobody is late");
    place.clock.advance(Duration::from_secs((8 * 60 + 24) * 60));
    // The session has ended meanwhile.
    let cookie = super::page::sign_in(serving.addr, "ana", super::support::PASSWORD).await.cookies();
    let get = async |path: &str| http(serving.addr, "GET", path, &[("cookie", &cookie)], "").await;
    let csrf = {
        let _ = csrf;
        get("/").await.csrf()
    };
    let list = get("/list").await.body;
    let late = row(&list, "apt-0001");
    assert!(
        late.contains("state late") && late.contains(">Late <time") && late.contains(">8 h 24 min</time>"),
        "{late}"
    );
    assert!(
        late.contains("href=\"/visit?appointment=apt-0001#check-in\"") && !late.contains("action=\"/visit/check-in\""),
        "{late}"
    );

    // The page says the same and asks; a button of an older page leads there and checks nobody in.
    let page = get("/visit?appointment=apt-0001").await.body;
    assert!(page.contains("id=\"check-in\"") && page.contains("Check in anyway"), "{page}");
    assert!(page.contains("Late <time") && page.contains(": decide whether they can be seen"), "{page}");
    let fields = [("csrf", csrf.as_str()), ("appointment", "apt-0001")];
    let asked = form(serving.addr, "/visit/check-in", &cookie, &fields).await;
    assert!(asked.status == 303 && asked.head.contains("location: /visit?appointment=apt-0001#check-in"), "{asked:?}");
    let live = [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str()), ("x-live", "1")];
    let body = format!("csrf={csrf}&appointment=apt-0001");
    let answer = http(serving.addr, "POST", "/visit/check-in", &live, &body).await;
    assert!(answer.status == 409 && answer.body.contains("late now"), "{answer:?}");
    let state = |id: &str| place.desk.with_store(|store| store.visit(&AppointmentId::from(id))).unwrap().unwrap().state;
    assert_eq!(state("apt-0001"), VisitState::Expected);

    // Who has decided checks in; who is not late is not asked.
    let decided = [("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("late", "check-in")];
    assert_eq!(form(serving.addr, "/visit/check-in", &cookie, &decided).await.status, 303);
    assert_eq!(state("apt-0001"), VisitState::Arrived);
    assert!(!row(&get("/list").await.body, "apt-0001").contains("Late <time"), "here now");
    let on_time = list.split("<li").find(|row| row.contains("action=\"/visit/check-in\"")).map(|row| value(row, "id"));
    let on_time = on_time.expect("somebody is still on time").trim_start_matches("row-").to_owned();
    let fields = [("csrf", csrf.as_str()), ("appointment", on_time.as_str())];
    assert_eq!(form(serving.addr, "/visit/check-in", &cookie, &fields).await.status, 303);
    assert_eq!(state(&on_time), VisitState::Arrived);
    serving.stop().await;
}

#[tokio::test]
async fn the_list_hears_when_somebody_becomes_late_and_is_sent_those_alone() {
    let (place, serving, cookie) = ready().await;
    let get = async |path: &str| http(serving.addr, "GET", path, &[("cookie", &cookie)], "").await.body;
    let first = get("/list").await;
    // Visits at 8:00 are taken until 8:15, as by the desk's own rule.
    let next: i64 = value(&first, "data-next").parse().unwrap();
    assert_eq!(next, super::support::morning().as_second() + 15 * 60 + 1, "the page knows when to ask again");
    // Somebody works meanwhile, so the session lasts.
    place.clock.advance(Duration::from_secs(10 * 60));
    get("/").await;
    place.clock.advance(Duration::from_secs(5 * 60));
    let at_the_edge = get(&format!("/list?since={}", value(&first, "data-drawn"))).await;
    assert!(!at_the_edge.contains("state late"), "until then a kiosk takes them");
    place.clock.advance(Duration::from_secs(1));
    let after = get(&format!("/list?since={}", value(&at_the_edge, "data-drawn"))).await;
    let late = after.matches("state late").count();
    assert!(late > 0 && after.matches("data-find=").count() == late, "those {late} alone are sent: {after}");
    assert_eq!(after.matches("data-kept").count() + late, 232, "the others are where they were");
    assert!(after.contains(&format!("<b>{late}</b> late")), "and counted");
    let later: i64 = value(&after, "data-next").parse().unwrap();
    assert!(later > next);

    // The list of those who are late; who needs somebody besides is on it, too.
    place
        .desk
        .take_post(
            TOKEN_A,
            &post_of("lobby", vec![stopped(1, arrivals::domain::reason::Reason::AskedForHelp, &["apt-0001"])]),
        )
        .unwrap();
    let narrowed = get("/list?state=late").await;
    assert_eq!(narrowed.matches("data-find=").count(), late);
    assert!(narrowed.find("id=\"row-apt-0001\"").unwrap() < narrowed.find("id=\"waiting\"").unwrap());
    serving.stop().await;
}
