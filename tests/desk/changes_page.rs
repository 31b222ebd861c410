//! The page on which staff decide about changed contact details: marks on the list, forms, words, and to whom.

use std::time::Duration;

use arrivals::desk::store::Verdict;
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::proposal::{Field, PostalAddress, Proposal, Source, Value};

use super::page::ready;
use super::proposals::{NEW_PHONE, OLD_PHONE, change, key, says, send, text};
use super::support::{Answer, Place, decide_change, form, http, import};

const ADDRESS: &str = "/changes?appointment=apt-0001";

async fn get(serving: &arrivals::desk::http::serve::Serving, cookie: &str, path: &str) -> Answer {
    http(serving.addr, "GET", path, &[("cookie", cookie)], "").await
}

/// What the hidden field of the `n`th form to this address says.
fn marks(page: &Answer, action: &str, n: usize) -> String {
    let form = page.body.split(&format!("action=\"/changes/{action}\"")).nth(n + 1).unwrap_or_default();
    form.split("name=\"changes\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

fn phone(place: &Place) -> String {
    let found = place.desk.with_store(|store| store.appointment(&AppointmentId::from("apt-0001"))).unwrap().unwrap();
    found.person.contact.phone.as_str().to_owned()
}

fn new_phone() -> Vec<Proposal> {
    vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))]
}

#[tokio::test]
async fn a_mark_on_the_list_leads_to_one_button_and_vanishes_when_it_is_decided() {
    let (place, serving, cookie) = ready().await;
    let mut proposals = new_phone();
    proposals.push(Proposal { insisted: true, ..change(Field::Email, text(""), text("alfonso at home")) });
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], proposals)]);
    let list = get(&serving, &cookie, "/list").await.body;
    let row = list.split("id=\"row-apt-0001\"").nth(1).unwrap().split("</li>").next().unwrap();
    assert!(row.contains("href=\"/changes?appointment=apt-0001\"") && row.contains("2 changes to review"), "{row}");
    assert!(list.contains("data-needs=\"0\""), "not urgent");
    let page = get(&serving, &cookie, ADDRESS).await;
    for words in [
        "Alfonso Dietrich",
        OLD_PHONE,
        NEW_PHONE,
        "Phone",
        "Email",
        "Unusual value; the patient confirmed it",
        "kiosk lobby, <time",
        ">8:00 AM<",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    assert_eq!(page.body.matches(" autofocus").count(), 1);
    assert!(page.body.contains("<h2 data-appointment=\"apt-0001\" tabindex=\"-1\" autofocus>"));
    assert!(page.body.contains("id=\"accept-all\" type=\"submit\">Accept all: 2 changes"));
    assert!(get(&serving, &cookie, "/changes").await.body.contains("Alfonso Dietrich: 2 changes to review"));

    let (csrf, all) = (page.csrf(), marks(&page, "accept", 0));
    for (csrf, status) in [("", 403), ("wrong", 403), (csrf.as_str(), 303)] {
        assert_eq!(phone(&place), OLD_PHONE);
        let answer = form(
            serving.addr,
            "/changes/accept",
            &cookie,
            &[("csrf", csrf), ("appointment", "apt-0001"), ("changes", &all)],
        )
        .await;
        assert_eq!(answer.status, status);
        if status == 303 {
            assert!(answer.head.lines().any(|line| line == format!("location: {ADDRESS}")), "{}", answer.head);
        }
    }
    assert_eq!(phone(&place), NEW_PHONE);
    let page = get(&serving, &cookie, ADDRESS).await;
    assert!(page.body.contains("Accepted by ana at") && page.body.contains("autofocus>Back to list"), "{}", page.body);
    assert!(!get(&serving, &cookie, "/list").await.body.contains("to review"));
    // The same page once more, from another tab that is too old.
    let late = form(
        serving.addr,
        "/changes/accept",
        &cookie,
        &[("csrf", &csrf), ("appointment", "apt-0001"), ("changes", &all)],
    )
    .await;
    assert!(late.status == 303 && late.head.contains("&late=1"));
    assert!(get(&serving, &cookie, &format!("{ADDRESS}&late=1")).await.body.contains("someone else reviewed them"));

    let undo = (0..2).map(|n| marks(&page, "undo", n)).find(|mark| mark.contains(".phone.")).unwrap();
    form(serving.addr, "/changes/undo", &cookie, &[("csrf", &csrf), ("appointment", "apt-0001"), ("changes", &undo)])
        .await;
    assert_eq!(phone(&place), OLD_PHONE);
    serving.stop().await;
}

#[tokio::test]
async fn editing_and_rejecting_say_what_is_wrong_and_change_nothing_then() {
    let (place, serving, cookie) = ready().await;
    let home = place.desk.with_store(|store| store.appointment(&AppointmentId::from("apt-0001"))).unwrap().unwrap();
    let old = home.value(Field::Address);
    let new = PostalAddress { street: "12 Mill Street".into(), city: "Granby".into(), ..PostalAddress::default() };
    let mut proposals = new_phone();
    proposals.push(change(Field::Address, old, Value::Address(new)));
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], proposals)]);
    let page = get(&serving, &cookie, ADDRESS).await;
    let csrf = page.csrf();
    let by_field = |page: &Answer, action: &str, field: &str| {
        let found = (0..4).map(|n| marks(page, action, n)).find(|mark| mark.contains(field) && !mark.contains(' '));
        found.unwrap_or_default()
    };
    let (edit, reject) = (by_field(&page, "edit", ".phone."), by_field(&page, "reject", ".phone."));
    let long = "5".repeat(501);
    for (action, name, value, sentence) in [
        ("edit", "value", "", "The value is empty"),
        ("edit", "value", "   ", "The value is empty"),
        ("edit", "value", long.as_str(), "longer than 500 characters"),
        ("edit", "value", "555\u{7}0100", "can't be printed"),
        ("edit", "value", OLD_PHONE, "already has this value"),
        ("reject", "why", "", "Choose or write a reason"),
        ("reject", "words", "a\nb", "plain text on one line"),
    ] {
        let marks = if action == "edit" { &edit } else { &reject };
        let fields = [("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("changes", marks.as_str()), (name, value)];
        let answer = form(serving.addr, &format!("/changes/{action}"), &cookie, &fields).await;
        assert!(answer.status == 422 && answer.body.contains(sentence), "{sentence}: {}", answer.status);
        assert!(answer.body.contains("role=\"alert\"") && !answer.body.contains(&long));
        assert_eq!(place.desk.with_store(|store| store.open_changes()).unwrap().len(), 2, "{sentence}");
    }
    let moved = by_field(&page, "edit", ".address.");
    let fields = [
        ("csrf", csrf.as_str()),
        ("appointment", "apt-0001"),
        ("changes", &moved),
        ("street", "12 Mill St"),
        ("city", "Granby"),
    ];
    assert_eq!(form(serving.addr, "/changes/edit", &cookie, &fields).await.status, 303);
    let fields = [
        ("csrf", csrf.as_str()),
        ("appointment", "apt-0001"),
        ("changes", &reject),
        ("why", "Chart is correct"),
        ("words", ""),
    ];
    assert_eq!(form(serving.addr, "/changes/reject", &cookie, &fields).await.status, 303);
    let page = get(&serving, &cookie, ADDRESS).await;
    for words in ["12 Mill St, Granby", "Accepted as", "Rejected by ana", "Chart is correct"] {
        assert!(page.body.contains(words), "{words}");
    }
    for (action, changes, status) in
        [("dance", moved.as_str(), 404), ("accept", "", 400), ("accept", "lobby.x.phone.0", 400), ("accept", "1", 400)]
    {
        let fields = [("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("changes", changes)];
        assert_eq!(
            form(serving.addr, &format!("/changes/{action}"), &cookie, &fields).await.status,
            status,
            "{action} {changes}"
        );
    }
    serving.stop().await;
}

#[tokio::test]
async fn accept_all_leaves_what_somebody_has_to_choose_between() {
    let (place, serving, cookie) = ready().await;
    // A telephone that was changed since, and two e-mail addresses: only these are left.
    let street = Value::Address(PostalAddress { street: "12 Mill Street".into(), ..PostalAddress::default() });
    let at_home = place.desk.with_store(|store| store.appointment(&AppointmentId::from("apt-0001"))).unwrap().unwrap();
    let told = vec![
        change(Field::Phone, text("555-0001"), text(NEW_PHONE)),
        change(Field::Email, text(""), text("one@example.org")),
        change(Field::Address, at_home.value(Field::Address), street),
    ];
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], told)]);
    send(
        &place,
        "annex",
        &[says(1, 'B', &["apt-0001"], vec![change(Field::Email, text(""), text("two@example.org"))])],
    );
    let page = get(&serving, &cookie, ADDRESS).await;
    for words in [
        "Shown to patient",
        "On file now",
        "555-0001",
        OLD_PHONE,
        "one@example.org",
        "two@example.org",
        "reviewed one by one",
    ] {
        assert!(page.body.contains(words), "{words}");
    }
    assert!(page.body.contains("Accept all: 1 change"));
    let all = marks(&page, "accept", 0);
    assert!(all.starts_with("lobby.1.address.") && !all.contains(' '), "{all}");
    // The patient's new telephone comes with the next list: then the chart has it, and nothing is left to decide.
    let list = std::fs::read_to_string("tests/data/day.csv").unwrap().replace(OLD_PHONE, NEW_PHONE);
    let file = place.folder.path().join("next.csv");
    std::fs::write(&file, list).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    assert!(get(&serving, &cookie, ADDRESS).await.body.contains("Already updated in chart"));
    serving.stop().await;
}

#[tokio::test]
async fn how_a_value_came_in_is_said() {
    for (source, words) in
        [(Source::Typed, "Entered at"), (Source::Scanned, "Scanned at"), (Source::Photo, "Photographed at")]
    {
        let (place, serving, cookie) = ready().await;
        let told = Proposal { source, ..change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE)) };
        send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![told])]);
        let page = get(&serving, &cookie, ADDRESS).await.body;
        assert!(page.contains(&format!("{words} kiosk lobby, <time")), "{page}");
        serving.stop().await;
    }
}

#[tokio::test]
async fn what_a_list_contradicted_stays_on_the_page_until_it_is_decided_anew() {
    let (place, serving, cookie) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], new_phone())]);
    assert!(decide_change(&place.desk, &key("lobby", 1, Field::Phone), &Verdict::Accept, "ana").unwrap());
    let list = std::fs::read_to_string("tests/data/day.csv").unwrap().replace(OLD_PHONE, "555-0444");
    let file = place.folder.path().join("next.csv");
    std::fs::write(&file, list).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    const WORDS: &str = "The scheduling system has a different value since";
    let page = async || get(&serving, &cookie, &format!("{ADDRESS}&idle=1")).await;
    let shown = page().await;
    assert!(
        shown.body.replace("&#39;", "'").contains(WORDS) && shown.body.contains("Undo to review again"),
        "{}",
        shown.body
    );
    place.clock.advance(Duration::from_secs(10 * 60));
    let undo = marks(&shown, "undo", 0);
    let fields = [("csrf", shown.csrf()), ("appointment", "apt-0001".into()), ("changes", undo)];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(form(serving.addr, "/changes/undo", &cookie, &fields).await.status, 303);
    let shown = page().await;
    assert!(!shown.body.replace("&#39;", "'").contains(WORDS), "{}", shown.body);
    assert!(shown.body.contains("The chart changed after the patient saw it") && shown.body.contains("555-0444"));
    serving.stop().await;
}

#[tokio::test]
async fn what_was_typed_is_never_taken_for_markup_and_odd_characters_are_shown_as_such() {
    let (place, serving, cookie) = ready().await;
    let file = place.folder.path().join("odd.csv");
    let list = "appointment_id,start,given_name,family_name,birth_date\n\"<i>\"\"&1\",2026-11-23T09:00:00-05:00,\
                <script>alert(1)</script>,\"O'Neil\",1950-01-01\n";
    std::fs::write(&file, list).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    let odd = change(Field::Email, text(""), text("\"><script>alert(2)</script>"));
    let control = change(Field::Phone, text(""), text("555\u{1b}0100"));
    send(&place, "lobby", &[says(1, 'A', &["<i>\"&1"], vec![odd, control])]);
    let list = get(&serving, &cookie, "/").await.body;
    let address = "/changes?appointment=%3Ci%3E%22%261";
    assert!(list.contains(&format!("href=\"{address}\"")), "the address is written as one");
    let page = get(&serving, &cookie, address).await;
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("&lt;script&gt;alert(1)")
            && !page.body.contains("<script>alert")
            && !page.body.contains("<i>")
    );
    assert!(page.body.contains("555\u{fffd}0100") && !page.body.contains('\u{1b}'));
    assert!(
        page.body.contains("Too long, or not plain text") && page.body.contains("Accept all: 1 change"),
        "the other one can be accepted"
    );
    assert_eq!(get(&serving, &cookie, "/changes?appointment=nobody").await.status, 404);
    serving.stop().await;
}

#[tokio::test]
async fn the_page_of_changes_ends_with_the_session_and_keeps_it_by_work_alone() {
    let (place, serving, cookie) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], new_phone())]);
    place.clock.advance(Duration::from_secs(14 * 60));
    assert_eq!(get(&serving, &cookie, ADDRESS).await.status, 200);
    place.clock.advance(Duration::from_secs(14 * 60));
    let idle = get(&serving, &cookie, &format!("{ADDRESS}&idle=1")).await;
    assert!(idle.status == 200 && idle.body.contains("url=/changes?appointment=apt-0001&amp;idle=1"), "{}", idle.body);
    place.clock.advance(Duration::from_secs(2 * 60));
    let ended = get(&serving, &cookie, ADDRESS).await;
    assert!(ended.status == 303 && ended.head.contains("/sign-in?ended") && !ended.body.contains("Dietrich"));
    let all = [("csrf", "x"), ("appointment", "apt-0001"), ("changes", "lobby.1.phone.0")];
    assert_eq!(form(serving.addr, "/changes/accept", &cookie, &all).await.status, 401);
    assert_eq!(form(serving.addr, "/changes/accept", "", &all).await.status, 401);
    let still_open = place.desk.changes_of(&AppointmentId::from("apt-0001")).unwrap();
    assert!(still_open.iter().all(|change| change.is_open() && change.key == key("lobby", 1, Field::Phone)));
    serving.stop().await;
}
