//! What kiosks' tickets begin with: one letter or two, each kiosk its own, and none is taken for another.

use arrivals::desk::store::{COMMAND, OrderRefused};
use arrivals::domain::ids::KioskId;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::{Series, Ticket};
use arrivals::domain::visit::VisitRow;
use arrivals::sync::wire::OrderKind;
use jiff::civil::date;

use super::kiosks::lobby;
use super::page::ready;
use super::support::{TOKEN_A, checked_in, form, http, place, post_of};

/// The value that the page proposes for the next kiosk.
fn proposed(page: &str) -> String {
    let input = page.split("id=\"new-letter\"").nth(1).unwrap().split('>').next().unwrap();
    input.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn forty_kiosks_are_let_in_with_what_the_page_proposes_and_each_gives_out_its_own_numbers() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    place.desk.set_role("ana", Role::Admin, COMMAND).unwrap();
    let mut page = http(addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await;
    let csrf = page.csrf();
    let mut kiosks = Vec::new();
    // A and B are the lobby's and the annex's.
    for n in 2..40 {
        let (id, letters) = (format!("kiosk-{n}"), proposed(&page.body));
        let fields = [("csrf", csrf.as_str()), ("kiosk", id.as_str()), ("letter", letters.as_str())];
        let answer = form(addr, "/kiosks/enrol/new", &cookie, &fields).await;
        assert!(
            answer.status == 200 && answer.body.contains(&format!("letter = &quot;{letters}&quot;")),
            "{letters}: {}",
            answer.body
        );
        let token = answer.body.split("token = &quot;").nth(1).unwrap().split("&quot;").next().unwrap().to_owned();
        kiosks.push((id, letters, token));
        page = http(addr, "GET", "/kiosks", &[("cookie", &cookie)], "").await;
    }
    let letters: Vec<&str> = kiosks.iter().map(|(_, letters, _)| letters.as_str()).collect();
    assert_eq!((letters[..2].to_vec(), letters[18..23].to_vec()), (vec!["C", "E"], vec!["Y", "Z", "AA", "AB", "AC"]));
    assert_eq!(place.desk.with_store(|store| store.kiosk_rows()).unwrap().len(), 40);
    for (n, (id, letters, token)) in kiosks.iter().enumerate() {
        let visit = format!("apt-{n:04}");
        place.desk.take_post(token, &post_of(id, vec![checked_in(1, letters, 1, &[&visit])])).unwrap();
        let row = place.desk.with_store(|store| store.visit(&visit.as_str().into())).unwrap().unwrap();
        assert_eq!(
            (row.ticket.unwrap().number.to_string(), row.kiosk),
            (format!("{letters}1"), Some(KioskId::from(id.as_str())))
        );
    }
    let all = || -> Vec<VisitRow> { place.desk.with_store(|store| store.visits_of(date(2026, 11, 23))).unwrap() };
    let before = all();
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(before == all(), "rebuilt from what was recorded");
    serving.stop().await;
}

#[test]
fn what_begins_like_another_kiosks_tickets_is_not_that_kiosks() {
    let place = place();
    let token = "token-of-an-invented-kiosk";
    let stairs = KioskId::from("stairs");
    for (series, taken) in [("A", true), ("b", true), ("D", true), ("aa", false)] {
        let refused = place.desk.enrol_kiosk(&stairs, series.parse().unwrap(), token).is_err();
        assert_eq!(refused, taken, "{series}");
    }
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["apt-0001"])])).unwrap();
    place.desk.take_post(token, &post_of("stairs", vec![checked_in(1, "AA", 1, &["apt-0002"])])).unwrap();
    for (kiosk, number, expected) in [
        (lobby(), "A1", Ok(())),
        (stairs.clone(), "AA1", Ok(())),
        (lobby(), "AA1", Err(OrderRefused::OtherTicket)),
        (stairs.clone(), "A1", Err(OrderRefused::OtherTicket)),
    ] {
        let ticket = Ticket { number: number.parse().unwrap(), date: date(2026, 11, 23) };
        let given = place.desk.order(&kiosk, &OrderKind::PrintAgain { ticket }, "ana").unwrap().map(|_| ());
        assert_eq!(given, expected, "{number} at {kiosk}");
    }
    // The pages behind their codes are two, too.
    let settings = place.desk.settings();
    let token =
        |number: &str| settings.pages.token(Ticket { number: number.parse().unwrap(), date: date(2026, 11, 23) });
    assert!(token("AA1").is_some() && token("A1") != token("AA1"));
    assert_eq!("D".parse(), Ok(Series::DESK));
}

#[tokio::test]
async fn a_ticket_is_found_by_how_it_begins_and_not_by_its_middle() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let token = "token-of-an-invented-kiosk";
    place.desk.enrol_kiosk(&"stairs".into(), "AB".parse().unwrap(), token).unwrap();
    place.desk.take_post(token, &post_of("stairs", vec![checked_in(1, "AB", 17, &["apt-0002"])])).unwrap();
    let page = http(addr, "GET", "/", &[("cookie", &cookie)], "").await;
    let row = page.body.split("id=\"row-apt-0002\"").nth(1).unwrap().split('>').next().unwrap();
    assert!(row.contains("data-ticket=\"ab17 17\""), "{row}");
    for (typed, is_found) in
        [("ab17", true), ("AB1", true), ("17", true), ("b17", false), ("B17", false), ("a17", false)]
    {
        let found = form(addr, "/search", &cookie, &[("csrf", &page.csrf()), ("q", typed)]).await.body;
        let today = found.split("id=\"h-all\"").next().unwrap();
        assert_eq!(today.contains("<b>AB17</b>"), is_found, "{typed}");
    }
    serving.stop().await;
}
