//! The settings' pages: a draft, what it changes, putting it in force, and what does not fit.

use std::net::SocketAddr;

use arrivals::desk::http::serve::Serving;
use arrivals::desk::service::kiosks::served::InProcess;
use arrivals::desk::service::settings::parts::PARTS;
use arrivals::desk::service::settings::{file, object};
use arrivals::domain::language::Language;
use arrivals::domain::staff::Role;
use arrivals::sync::api::{Attempt, DeskApi};

use super::page::sign_in;
use super::support::{Answer, PASSWORD, Place, TOKEN_A, form, http, place};

/// An admin at a desk with the example's settings.
pub struct Admin {
    pub place: Place,
    pub serving: Serving,
    cookie: String,
    csrf: String,
}

impl Admin {
    pub async fn new() -> Self {
        let place = place();
        let example = file::read(include_str!("../../deploy/desk.example.toml")).unwrap();
        place.desk.with_store(|store| store.set_settings(&example, super::support::morning())).unwrap();
        place.desk.notify();
        place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
        let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let cookie = sign_in(serving.addr, "abe", PASSWORD).await.cookies();
        let csrf = http(serving.addr, "GET", "/settings", &[("cookie", &cookie)], "").await.csrf();
        Self { place, serving, cookie, csrf }
    }

    fn addr(&self) -> SocketAddr {
        self.serving.addr
    }

    async fn get(&self, path: &str) -> Answer {
        http(self.addr(), "GET", path, &[("cookie", &self.cookie)], "").await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", self.csrf.as_str())];
        all.extend(fields);
        form(self.addr(), path, &self.cookie, &all).await
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }

    /// Puts in force what the review shows.
    async fn take(&self) -> Answer {
        let page = self.page("/settings/review").await;
        self.post("/settings/take", &[("mark", &value(&page, "mark"))]).await
    }
}

/// A hidden field's value; the last one if there are several.
fn value(page: &str, name: &str) -> String {
    let rest = page.rsplit(&format!("name=\"{name}\" value=\"")).next().unwrap();
    rest.split('"').next().unwrap().to_owned()
}

const CHECK_IN: &[(&str, &str)] = &[
    ("part", "check-in"),
    ("early_minutes", "60"),
    ("late_minutes", "20"),
    ("details", "phone"),
    ("details", "language"),
    ("ask_again_after_days", "7"),
    ("failed_tries_per_hour", "20"),
    ("unwell_comes.en", "A nurse comes."),
    ("unwell_comes.es", " "),
];

#[tokio::test]
async fn a_change_counts_when_it_was_shown_and_put_in_force_and_can_be_taken_back() {
    let admin = Admin::new().await;
    let desk = &admin.place.desk;
    let api = InProcess::new(desk.clone(), TOKEN_A);
    let Attempt::Sent(first) = api.feed(0, std::time::Duration::ZERO).await else { panic!() };
    assert_eq!(admin.post("/settings/save", CHECK_IN).await.status, 303);
    assert_eq!(desk.settings().late_minutes, 15, "a draft changes nothing");
    assert!(admin.page("/settings").await.contains("3 changes are"));
    let review = admin.page("/settings/review").await;
    for said in [
        "Check-in closes (minutes after start)</th><td class=\"was\" data-label=\"Now\">15</td><td class=\"becomes\" \
         data-label=\"New\">20</td>",
        "<td class=\"becomes\" data-label=\"New\">Phone, Language</td>",
        "<td class=\"becomes\" data-label=\"New\">en: A nurse comes.</td>",
    ] {
        assert!(review.contains(said), "{said}\n{review}");
    }
    let taken = admin.take().await;
    assert_eq!((taken.status, desk.settings().late_minutes), (303, 20));
    assert_eq!(desk.settings().unwell_comes.in_language(Language::Spanish), "A nurse comes.");
    let Attempt::Sent(next) = api.feed(first.cursor, std::time::Duration::ZERO).await else { panic!() };
    assert_eq!(next.settings.unwrap().late_minutes, 20, "kiosks hear of it");
    assert!(!admin.page("/settings").await.contains("in your draft"));
    let history = admin.page("/settings/history").await;
    assert!(history.contains("abe") && history.contains("version=2"), "{history}");
    assert!(
        admin
            .page("/settings/history?version=2")
            .await
            .contains("data-label=\"Now\">20</td><td class=\"becomes\" data-label=\"Version 2\">15</td>")
    );
    assert_eq!(admin.post("/settings/back", &[("version", "2")]).await.status, 303);
    assert_eq!(admin.take().await.status, 303);
    assert_eq!(desk.settings().late_minutes, 15);
    assert_eq!(admin.post("/settings/save", CHECK_IN).await.status, 303);
    assert_eq!(admin.post("/settings/discard", &[]).await.status, 303);
    assert!(desk.settings_draft("abe").unwrap().is_empty());
    admin.serving.stop().await;
}

#[tokio::test]
async fn what_does_not_fit_is_said_beside_its_field_and_what_was_typed_stays() {
    let admin = Admin::new().await;
    for (name, typed, problem) in [
        ("late_minutes", "a while", "Write a whole number."),
        ("late_minutes", "-1", "Write a whole number."),
        ("ask_again_after_days", "400", "\"Ask again after (days)\" is at most 366; found 400."),
        ("failed_tries_per_hour", "0", "\"Failed attempts per hour\" must be 1 or more"),
    ] {
        let fields: Vec<(&str, &str)> =
            CHECK_IN.iter().map(|(key, was)| (*key, if *key == name { typed } else { *was })).collect();
        let answer = admin.post("/settings/save", &fields).await;
        let field = format!("id=\"f-{name}-problem\"");
        let said = problem.replace('"', "&quot;");
        assert!(
            answer.status == 422 && answer.body.contains(&field) && answer.body.contains(&said),
            "{name}: {}",
            answer.body
        );
        assert!(
            answer.body.contains(&format!("value=\"{typed}\"")) && answer.body.contains("value=\"A nurse comes.\""),
            "{name}"
        );
        assert!(admin.place.desk.settings_draft("abe").unwrap().is_empty());
    }
    let queue = |name: &'static str, calls: &'static str| {
        [
            ("part", "queues"),
            ("item", "new"),
            ("name", name),
            ("services", "Ears\n \nNose\n"),
            ("practitioners", ""),
            ("late_after_minutes", "1"),
            ("late_behind_minutes", "2"),
            ("walk_in_behind_minutes", "3"),
            ("no_show_after_calls", calls),
        ]
    };
    let twice = admin.post("/settings/save", &queue("Dr. Kassulke", "3")).await;
    assert!(
        twice.status == 422 && twice.body.contains("id=\"f-name-problem\"") && twice.body.contains("Ears\n \nNose"),
        "{}",
        twice.body
    );
    let calls = admin.post("/settings/save", &queue("Ears", "0")).await;
    assert!(calls.status == 422 && calls.body.contains("id=\"f-no_show_after_calls-problem\""), "{}", calls.body);
    assert_eq!(admin.post("/settings/save", &queue("Ears", "2")).await.status, 303);
    assert_eq!(admin.take().await.status, 303);
    let settings = admin.place.desk.settings();
    let ears = settings.queues.iter().find(|queue| queue.name == "Ears").unwrap();
    assert_eq!(
        (ears.services.join("+").as_str(), ears.walk_in_behind_minutes, ears.no_show_after_calls),
        ("Ears+Nose", 3, 2)
    );
    for odd in [
        "/settings/part?part=nothing",
        "/settings/part?part=queues&item=99",
        "/settings/part?part=clinic&item=0",
        "/settings/history?version=77",
    ] {
        assert_eq!(admin.get(odd).await.status, 404, "{odd}");
    }
    admin.serving.stop().await;
}

#[tokio::test]
async fn things_are_moved_and_removed_and_what_no_longer_fits_together_is_not_put_in_force() {
    let admin = Admin::new().await;
    let names = || admin.place.desk.settings().queues.iter().map(|queue| queue.name.clone()).collect::<Vec<_>>();
    let page = admin.page("/settings/part?part=queues").await;
    let first = page.split("action=\"/settings/down\"").nth(1).unwrap().split("name=\"mark\" value=\"").nth(1).unwrap();
    let mark = first.split('"').next().unwrap().to_owned();
    let which = [("part", "queues"), ("item", "0"), ("mark", mark.as_str())];
    assert_eq!(admin.post("/settings/down", &which).await.status, 303);
    // The same page again: it is too old by now.
    assert_eq!(admin.post("/settings/down", &which).await.status, 303);
    assert_eq!(admin.take().await.status, 303);
    assert_eq!(names(), ["Dr. Kassulke", "Blood and vaccination"]);
    // Its service point still names it.
    let page = admin.page("/settings/part?part=queues").await;
    let mark = value(&page, "mark");
    assert_eq!(admin.post("/settings/remove", &[("part", "queues"), ("item", "1"), ("mark", &mark)]).await.status, 303);
    let review = admin.page("/settings/review").await;
    assert!(
        review.contains("These settings don't fit together yet")
            && review.contains("Laboratory desk")
            && !review.contains("/settings/take")
    );
    assert_eq!(names().len(), 2);
    let points = admin.page("/settings/part?part=points&item=1").await;
    assert!(points.contains("Blood and vaccination (deleted)"), "{points}");
    let mark = value(&points, "mark");
    let fields = [("part", "points"), ("item", "1"), ("mark", mark.as_str()), ("name", "Laboratory desk")];
    assert_eq!(admin.post("/settings/save", &fields).await.status, 303);
    assert_eq!(admin.take().await.status, 303);
    assert_eq!((names(), admin.place.desk.settings().points[1].queues.len()), (vec!["Dr. Kassulke".to_owned()], 0));
    admin.serving.stop().await;
}

#[tokio::test]
async fn every_part_is_shown_and_saving_it_untouched_changes_nothing() {
    let admin = Admin::new().await;
    for part in PARTS {
        let mut pages = vec![format!("/settings/part?part={}", part.code)];
        if part.table.is_some() {
            pages.extend([
                format!("/settings/part?part={}&item=0", part.code),
                format!("/settings/part?part={}&item=new", part.code),
            ]);
        }
        for path in pages {
            let page = admin.page(&path).await;
            if path.ends_with("new") || !page.contains("class=\"settings\"") {
                continue;
            }
            let typed = fields_of(&page);
            let fields: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = admin.post("/settings/save", &fields).await;
            assert_eq!(answer.status, 303, "{path}: {}", answer.body);
            let draft = admin.place.desk.settings_draft("abe").unwrap();
            assert!(draft.is_empty(), "{path}: {:?}", draft.differences());
        }
    }
    admin.page("/settings/part?part=other").await;
    admin.serving.stop().await;
}

/// What a browser would send of the settings form of a page.
pub fn fields_of(page: &str) -> Vec<(String, String)> {
    let form = page.split("class=\"settings\"").nth(1).unwrap().split("</form>").next().unwrap();
    let text =
        |text: &str| text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    let attribute = |tag: &str, name: &str| {
        tag.split(&format!(" {name}=\"")).nth(1).map(|rest| text(rest.split('"').next().unwrap()))
    };
    let mut fields = Vec::new();
    let mut select = None;
    for piece in form.split('<').skip(1) {
        let (tag, rest) = piece.split_once('>').unwrap();
        let name = attribute(tag, "name");
        match (tag.split_whitespace().next().unwrap(), name) {
            ("input", Some(name))
                if name != "csrf" && (!tag.contains("type=\"checkbox\"") || tag.contains(" checked")) =>
            {
                fields.push((name, attribute(tag, "value").unwrap_or_default()));
            }
            ("textarea", Some(name)) => fields.push((name, text(rest.strip_prefix('\n').unwrap_or(rest)))),
            ("select", name) => select = name,
            ("option", _) if tag.contains(" selected") => {
                fields.push((select.clone().unwrap(), attribute(tag, "value").unwrap()));
            }
            _ => {}
        }
    }
    fields
}

#[tokio::test]
async fn a_file_goes_out_and_comes_back_over_what_it_would_change() {
    let admin = Admin::new().await;
    let before = admin.place.desk.settings();
    let answer = admin.get("/settings/export").await;
    assert!(answer.head.contains("filename=\"clinic.toml\""));
    assert_eq!(object(&file::read(&answer.body).unwrap()).unwrap(), object(&before).unwrap());
    assert_eq!(admin.post("/settings/import", &[("file", &answer.body)]).await.status, 303);
    assert!(admin.page("/settings/review").await.contains("Your draft changes nothing."));
    let other = answer.body.replace("Mill Street Clinic", "Hill <b>Road</b> Clinic");
    assert_eq!(admin.post("/settings/import", &[("file", &other)]).await.status, 303);
    assert!(
        admin.page("/settings/review").await.contains("data-label=\"New\">Hill &lt;b&gt;Road&lt;/b&gt; Clinic</td>")
    );
    // Somebody else puts something in force meanwhile: what was shown is not what would count.
    let mark = value(&admin.page("/settings/review").await, "mark");
    let meanwhile =
        arrivals::domain::settings::ClinicSettings { name: "Third".into(), late_minutes: 33, ..(*before).clone() };
    admin.place.desk.take_settings(&meanwhile, "eve").unwrap();
    let answer = admin.post("/settings/take", &[("mark", &mark)]).await;
    assert!(answer.status == 422 && answer.body.contains("Settings changed in the meantime"), "{}", answer.body);
    assert!(answer.body.contains("Someone else changed this after you: name"));
    assert_eq!(admin.take().await.status, 303);
    let now = admin.place.desk.settings();
    assert_eq!(
        (now.name.as_str(), now.late_minutes),
        ("Hill <b>Road</b> Clinic", 33),
        "what nobody here touched stays"
    );
    let wrong = admin.post("/settings/import", &[("file", "[clinic]\nnom = 3")]).await;
    assert!(
        wrong.status == 422
            && wrong.body.contains("line 2: unknown field `nom`")
            && wrong.body.contains("[clinic]\nnom = 3")
    );
    for (text, problem) in [
        ("name = \"x\"", "has its own form"),
        ("[letters]", "managed by the desk"),
        ("[letters", "Line 1"),
        ("x = 1", "unknown field `x`"),
    ] {
        let answer = admin.post("/settings/save", &[("part", "other"), ("text", text)]).await;
        let said = answer.body.contains(problem) || answer.body.contains(&problem.replace("&#39;", "'"));
        assert!(answer.status == 422 && said, "{text}: {}", answer.body);
    }
    admin.serving.stop().await;
}

/// The mark of a thing as its page has it.
async fn mark_of(admin: &Admin, part: &str, item: usize) -> String {
    let page = admin.page(&format!("/settings/part?part={part}&item={item}")).await;
    let form = page.split("class=\"settings\"").nth(1).unwrap().to_owned();
    form.split("name=\"mark\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// One value or several, with what it should be refused with.
fn with<'a>(all: &[(&'a str, &'a str)], key: &str, values: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    let mut changed = Vec::new();
    let mut left = Some(values);
    for (name, value) in all {
        if *name != key {
            changed.push((*name, *value));
        } else if let Some(values) = left.take() {
            changed.extend(values.iter().map(|value| (*name, *value)));
        }
    }
    changed
}

#[tokio::test]
async fn a_board_is_added_with_its_languages_in_order() {
    let admin = Admin::new().await;
    let board = [
        ("part", "boards"),
        ("item", "new"),
        ("name", "Second floor"),
        ("queues", "Dr. Kassulke"),
        ("languages", "ar"),
        ("languages", "en"),
        ("languages", ""),
        ("speech", "1"),
    ];
    for (key, values, problem) in [
        (
            "name",
            &["\u{642}\u{627}\u{639}\u{629}"][..],
            "The name of number 2 must be 1 to 60 characters with letters a to z or digits",
        ),
        ("name", &["Main  lobby"], "Two have the address"),
        ("languages", &["en", "en", ""], "must have one language or more, each once"),
        ("languages", &["", "", ""], "must have one language or more, each once"),
    ] {
        let answer = admin.post("/settings/save", &with(&board, key, values)).await;
        let (field, link) = (format!("id=\"f-{key}-problem\""), format!("href=\"#f-{key}\""));
        assert!(answer.status == 422 && answer.body.contains(problem), "{key}: {}", answer.body);
        assert!(
            answer.body.contains(&field)
                && answer.body.contains(&link)
                && answer.body.contains("value=\"Dr. Kassulke\" checked"),
            "{key}"
        );
    }
    assert_eq!(admin.post("/settings/save", &board).await.status, 303);
    let review = admin.page("/settings/review").await;
    assert!(
        review.contains("Board &quot;Second floor&quot;")
            && review.contains("Languages: Arabic, English; Sound for new calls: no"),
        "{review}"
    );
    assert_eq!(admin.take().await.status, 303);
    let settings = admin.place.desk.settings();
    let board = settings.boards.iter().find(|board| board.name == "Second floor").unwrap();
    assert_eq!(
        (board.languages.as_slice(), board.chime, board.speech),
        (&[Language::Arabic, Language::English][..], false, true)
    );
    assert_eq!(board.queues, ["Dr. Kassulke"]);
    let mark = mark_of(&admin, "boards", 1).await;
    assert_eq!(admin.post("/settings/remove", &[("part", "boards"), ("item", "1"), ("mark", &mark)]).await.status, 303);
    assert_eq!(admin.take().await.status, 303);
    assert_eq!(admin.place.desk.settings().boards.len(), 1);
    admin.serving.stop().await;
}

#[tokio::test]
async fn the_rule_for_kiosks_is_shown_as_it_counts_and_changed() {
    let admin = Admin::new().await;
    let page = admin.page("/settings/part?part=kiosks").await;
    assert!(page.contains("name=\"kiosks.silent_after_seconds\" value=\"90\""), "{page}");
    let post = |seconds: &'static str| [("part", "kiosks"), ("kiosks.silent_after_seconds", seconds)];
    let answer = admin.post("/settings/save", &post("30")).await;
    assert!(
        answer.status == 422 && answer.body.contains("id=\"f-kiosks-silent_after_seconds-problem\""),
        "{}",
        answer.body
    );
    assert!(
        answer.body.contains("is 60 to 3600; found 30.") && answer.body.contains("value=\"30\""),
        "{}",
        answer.body
    );
    assert_eq!(admin.post("/settings/save", &post("120")).await.status, 303);
    assert!(admin.page("/settings/review").await.contains("data-label=\"Now\">90</td>"));
    assert_eq!(admin.take().await.status, 303);
    assert_eq!(admin.place.desk.settings().kiosks.silent_after_seconds, 120);
    // Nothing is left that has no form, so nothing is offered as text.
    assert!(!admin.page("/settings").await.contains("part=other"));
    admin.serving.stop().await;
}

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
