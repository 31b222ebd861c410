//! Dates and times: the clinic's clock and its order of day, month and year, on every page and paper, in each language.

use arrivals::desk::service::settings::file;
use arrivals::domain::language::Language;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::CallAs;
use arrivals::domain::when::{Clock, DateOrder};
use serde_json::json;

use super::board::{comes, with_boards};
use super::page::sign_in;
use super::queue::{desk_with, id};
use super::support::{PASSWORD, http};

const LIST: [(&str, &str, &str, &str); 2] =
    [("a1", "14:05", "Laboratory", "Dr. Predovic"), ("b1", "09:10", "X-ray", "Dr. Herzog")];

#[tokio::test]
async fn the_clinics_clock_and_order_are_on_every_page() {
    for (clock, date_order, time, born, heading, letter) in [
        (Clock::Twelve, None, "2:05 PM", "01/01/1950 (76 y)", "Monday, November 23, 2026", "2:05 PM"),
        (
            Clock::TwentyFour,
            Some(DateOrder::DayMonthYear),
            "14:05",
            "01/01/1950 (76 y)",
            "Monday, 23 November 2026",
            "14:05",
        ),
        (Clock::TwentyFour, Some(DateOrder::YearMonthDay), "14:05", "1950-01-01 (76 y)", "Monday, 2026-11-23", "14:05"),
    ] {
        let place = desk_with(ClinicSettings { clock, date_order, ..with_boards() }, &LIST);
        place.desk.add_user("ana", PASSWORD, Role::Desk).unwrap();
        comes(&place, 1, &["a1"], CallAs::Number, Language::Spanish);
        let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
        let page = async |path: &str| http(serving.addr, "GET", path, &[("cookie", &cookie)], "").await.body;
        let list = page("/").await;
        assert!(list.contains(time) && list.contains(heading), "{heading}");
        for path in ["/visit?appointment=a1", "/appointments/one?appointment=b1"] {
            let shown = page(path).await;
            assert!(shown.contains(born) && !shown.contains("1 Jan 1950"), "{path}: {born}");
        }
        let key = place.desk.board_key().unwrap();
        let board = page(&format!("/board/main-lobby?key={key}")).await;
        assert_eq!(board.contains("&quot;clock24&quot;:null"), clock == Clock::Twelve, "{board}");
        let face = place.desk.letter_face(&id("a1")).unwrap();
        assert_eq!(face.when.lines.last().map(String::as_str), Some(letter));
        let (_, pdf) = place.desk.ticket_pdf(&id("a1")).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        serving.stop().await;
    }
}

#[test]
fn the_clinics_clock_and_order_are_in_its_file_and_reach_kiosks_of_every_version() {
    let settings = ClinicSettings {
        clock: Clock::TwentyFour,
        date_order: Some(DateOrder::DayMonthYear),
        ..ClinicSettings::default()
    };
    let text = file::write(&settings).unwrap();
    assert!(text.contains("clock = \"24h\"") && text.contains("date_order = \"dmy\""), "{text}");
    assert_eq!(file::read(&text).unwrap(), settings);
    assert!(file::read("[clinic]\nclock = \"25h\"").is_err());
    // A kiosk hears them; what a desk of an earlier version says leaves them as they were.
    assert_eq!(ClinicSettings::told(serde_json::to_value(&settings).unwrap()).unwrap().dates(), settings.dates());
    for (country, order) in [("US", DateOrder::MonthDayYear), ("DE", DateOrder::DayMonthYear)] {
        let dates = ClinicSettings::told(json!({ "name": "Clinic", "country": country })).unwrap().dates();
        assert_eq!((dates.clock, dates.order), (Clock::Twelve, order));
    }
    // A kiosk of an earlier version is not told what is as usual.
    let usual = serde_json::to_value(ClinicSettings::default()).unwrap();
    assert!(usual.get("clock").is_none() && usual.get("date_order").is_none());
}
