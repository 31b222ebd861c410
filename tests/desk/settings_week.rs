//! Opening hours and the hours of providers on the settings page.

use super::settings_page::{Admin, mark_of, with};

const OPENING: &[(&str, &str)] = &[
    ("part", "opening"),
    ("schedule.open.mon.from", "08:00"),
    ("schedule.open.mon.to", "17:00"),
    ("schedule.open.sat.from", "09:00"),
    ("schedule.open.sat.to", "12:30"),
    ("schedule.open.sun.from", ""),
    ("schedule.open.sun.to", ""),
    ("schedule.closed", "2027-01-01"),
    ("schedule.closed", "2026-12-25"),
    ("schedule.closed", "2026-12-24"),
    ("schedule.closed", ""),
    ("schedule.slot_minutes", "15"),
    ("schedule.minutes.service", "Laboratory"),
    ("schedule.minutes.minutes", "10"),
    ("schedule.minutes.service", ""),
    ("schedule.minutes.minutes", ""),
];

#[tokio::test]
async fn a_week_closed_days_and_lengths_are_lines_that_say_what_is_wrong_with_which() {
    let admin = Admin::new().await;
    for (key, values, cell, problem) in [
        ("schedule.open.mon.to", &[""][..], "schedule-open-mon-to", "Monday has only one time. Enter both, or none."),
        (
            "schedule.open.sat.to",
            &["09:00"],
            "schedule-open-sat-to",
            "Saturday ends before it starts, or when it starts.",
        ),
        ("schedule.open.sun.from", &["noon"], "schedule-open-sun-from", "Sunday: Write a time of day, such as 08:30."),
        ("schedule.closed", &["2026-12-25", "25 Dec"], "schedule-closed-2", "Write a date, such as 2026-12-25."),
        ("schedule.closed", &["2026-12-25", "", "2026-12-25"], "schedule-closed-3", "2026-12-25 is listed twice."),
        ("schedule.minutes.minutes", &["ten", ""], "schedule-minutes-1-minutes", "Laboratory: Write a whole number."),
        (
            "schedule.minutes.service",
            &["", ""],
            "schedule-minutes-1-service",
            "Enter the service that takes 10 minutes.",
        ),
        ("schedule.minutes.minutes", &["721", ""], "schedule-minutes", "takes from 1 to 720 minutes; found 721."),
        ("schedule.slot_minutes", &["4"], "schedule-slot_minutes", "is from 5 to 240; found 4."),
    ] {
        let mut typed = with(OPENING, key, values);
        if cell == "schedule-open-sun-from" {
            typed = with(&typed, "schedule.open.sun.to", &["13:00"]);
        }
        let answer = admin.post("/settings/save", &typed).await;
        assert!(answer.status == 422 && answer.body.contains(problem), "{key} {values:?}: {}", answer.body);
        assert!(answer.body.contains(&format!("href=\"#f-{cell}\"")), "{key} {values:?}: {}", answer.body);
        assert!(answer.body.contains(&format!("id=\"f-{cell}\"")), "{key} {values:?}: {}", answer.body);
        let last = values.iter().rev().find(|value| !value.is_empty());
        assert!(
            last.is_none_or(|last| answer.body.contains(&format!("value=\"{last}\""))),
            "{key} {values:?}: what was typed stays"
        );
    }
    assert!(admin.place.desk.settings_draft("abe").unwrap().is_empty());
    assert_eq!(admin.post("/settings/save", OPENING).await.status, 303);
    let review = admin.page("/settings/review").await;
    assert!(review.contains("Monday 8:00 AM – 5:00 PM; Saturday 9:00 AM – 12:30 PM"), "{review}");
    assert!(review.contains("data-label=\"New\">Dec 24, 2026</td>"), "what stays closed is no difference: {review}");
    assert_eq!(admin.take().await.status, 303);
    let schedule = admin.place.desk.settings().schedule.clone();
    let closed: Vec<String> = schedule.closed.iter().map(ToString::to_string).collect();
    assert_eq!((closed.join(" ").as_str(), schedule.open.len()), ("2026-12-24 2026-12-25 2027-01-01", 2));
    // Emptied lines are gone, and what another page shows of the schedule stayed.
    let emptied = with(&with(OPENING, "schedule.closed", &["", ""]), "schedule.minutes.service", &[""]);
    let emptied = with(&emptied, "schedule.minutes.minutes", &[""]);
    assert_eq!(admin.post("/settings/save", &emptied).await.status, 303);
    assert_eq!(admin.take().await.status, 303);
    let schedule = admin.place.desk.settings().schedule.clone();
    assert_eq!((schedule.closed.len(), schedule.minutes.len(), schedule.hours.len()), (0, 0, 1));
    admin.serving.stop().await;
}

#[tokio::test]
async fn hours_are_a_week_of_each_clinician_with_its_gaps() {
    let admin = Admin::new().await;
    let kassulke = |from: &'static str, to: &'static str| {
        [
            ("part", "hours"),
            ("item", "new"),
            ("practitioner", "Dr. June Kassulke"),
            ("days", "mon"),
            ("days", "wed"),
            ("from", from),
            ("to", to),
            ("place", ""),
            ("room", "Room 12"),
            ("services", "Cardiology"),
            ("services", " Heart failure "),
            ("slot_minutes", ""),
        ]
    };
    for (key, values, problem) in [
        ("from", &["11:00"][..], "overlap others from 8:00 to 12:00"),
        ("to", &["13:00"], "which is not after they start"),
        ("to", &["one"], "Write a time of day, such as 08:30."),
        ("practitioner", &[" "], "has no practitioner; write the name as appointments have it"),
        ("days", &[], "have no days; one of the week is needed"),
        ("slot_minutes", &["300"], "is from 5 to 240; found 300."),
    ] {
        let mut typed = with(&kassulke("13:00", "17:00"), key, values);
        typed.push(("services", ""));
        let answer = admin.post("/settings/save", &typed).await;
        assert!(!answer.body.contains("name=\"services\" value=\"\" checked"), "an empty field is no service");
        assert!(answer.status == 422 && answer.body.contains(problem), "{key}: {}", answer.body);
        assert!(
            answer.body.contains(&format!("id=\"f-{key}-problem\"")) && answer.body.contains("Heart failure"),
            "{key}: {}",
            answer.body
        );
    }
    let page = admin.page("/settings/part?part=hours&item=new&of=Dr.%20Zo%C3%AB%20%22New%22").await;
    assert!(page.contains("value=\"Dr. Zoë &quot;New&quot;\"") && page.contains("value=\"mon\" checked"), "{page}");
    assert_eq!(admin.post("/settings/save", &kassulke("13:00", "17:00")).await.status, 303);
    let week = admin.page("/settings/part?part=hours").await;
    for said in [
        "<td data-label=\"Tuesday\">",
        "<li class=\"gap\">gap 12:00 PM – 1:00 PM</li>",
        "item=1\">1:00 PM – 5:00 PM<span class=\"hidden\">, Dr. June Kassulke on Wednesday</span></a><span \
         class=\"quiet\">Room 12; Cardiology, Heart failure</span>",
        "<td data-label=\"Saturday\"><span class=\"quiet\"><span aria-hidden=\"true\">–</span><span \
         class=\"hidden\">no hours</span></span></td>",
        "<rect class=\"on\" x=\"300\" y=\"0\" width=\"240\" height=\"8\">",
    ] {
        assert!(week.contains(said), "{said}\n{week}");
    }
    assert_eq!(week.matches("class=\"gap\"").count(), 2);
    assert_eq!(admin.take().await.status, 303);
    assert_eq!(admin.place.desk.settings().schedule.hours[1].services, ["Cardiology", "Heart failure"]);
    // Another clinician's hours are the first to go: the review names which.
    let mark = mark_of(&admin, "hours", 0).await;
    assert_eq!(admin.post("/settings/remove", &[("part", "hours"), ("item", "0"), ("mark", &mark)]).await.status, 303);
    let review = admin.page("/settings/review").await;
    assert!(review.contains("Hours &quot;Dr. June Kassulke, Monday to Friday, 8:00 AM, 12:00 PM&quot;"), "{review}");
    assert!(!review.contains("Order"), "{review}");
    let mark = mark_of(&admin, "hours", 0).await;
    assert_eq!(admin.post("/settings/remove", &[("part", "hours"), ("item", "0"), ("mark", &mark)]).await.status, 303);
    let none = admin.page("/settings/part?part=hours").await;
    assert!(
        none.contains("No provider has hours yet.") && none.contains("Monday to Friday 8:00 AM – 5:00 PM"),
        "{none}"
    );
    admin.serving.stop().await;
}
