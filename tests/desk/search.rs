//! Finding somebody: on the day's list as one types, among all days by name, birth date or number; and the list
//! narrowed by its address.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Instant;

use arrivals::clock::Clock;
use arrivals::desk::store::AuditSearch;
use arrivals::domain::appointment::Appointment;
use arrivals::domain::born::Born;
use arrivals::domain::identity::fold_name;
use arrivals::domain::person::Person;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};

use super::catch_up::appointment;
use super::page::ready;
use super::support::{Place, TOKEN_A, checked_in, form, http, import, place, post_of, stopped};

#[tokio::test]
async fn people_of_all_days_are_found_and_each_search_is_noted() {
    let (place, serving, cookie) = ready().await;
    // The same people, a month later: one of them is found once.
    let later = std::fs::read_to_string("tests/data/day.csv")
        .unwrap()
        .replace("2026-11-23T", "2026-12-21T")
        .replace("apt-", "later-");
    let file = place.folder.path().join("later.csv");
    std::fs::write(&file, later).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    let csrf = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
    let search = async |q: &str| form(serving.addr, "/search", &cookie, &[("csrf", &csrf), ("q", q)]).await;
    for q in [
        "dietrich",
        "DIETRICH alfonso",
        "6/2/1962 Dietrich",
        "1962-06-02 alf",
        "2.6.1962 dietrich",
        "2b729cb8-0713-4dec-9dfb-ae0aecb28fb4",
    ] {
        let found = search(q).await;
        assert_eq!(found.status, 200);
        assert!(found.body.contains("Alfonso Dietrich"), "{q}");
        assert_eq!(found.body.matches("Alfonso Dietrich").count(), 1, "{q}: {}", found.body);
    }
    for q in ["dietrich 6/3/1962", "nobodyofthatname", "2b729cb8"] {
        let found = search(q).await;
        assert!(found.status == 200 && found.body.contains("No other patient matches"), "{q}");
    }
    for q in ["", "   ", &"x".repeat(101)] {
        assert_eq!(search(q).await.status, 422);
    }
    assert_eq!(
        http(serving.addr, "GET", "/search?q=dietrich", &[("cookie", &cookie)], "").await.status,
        404,
        "a name is in no address"
    );
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    let searched: Vec<_> = rows.iter().filter(|row| row.action == "searched").collect();
    assert_eq!(searched.len(), 9);
    assert_eq!(
        searched.iter().filter(|row| row.patient == "2b729cb8-0713-4dec-9dfb-ae0aecb28fb4").count(),
        7,
        "also where a part of the number found them on the list"
    );
    assert!(searched.iter().all(|row| row.about.is_empty()), "what was typed is not kept");
    serving.stop().await;
}

#[tokio::test]
async fn whoever_has_a_ticket_today_is_found_by_it() {
    let (place, serving, cookie) = ready().await;
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 17, &["apt-0002"])])).unwrap();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    let row = page.body.split("id=\"row-apt-0002\"").nth(1).unwrap().split('>').next().unwrap();
    for word in ["bailey", "a17", "1952-01-17", "1/17/1952", "01/17/1952", "17.01.1952", "9a82c90c"] {
        assert!(row.contains(word), "{word}: {row}");
    }
    let found = form(serving.addr, "/search", &cookie, &[("csrf", &page.csrf()), ("q", "a17")]).await.body;
    assert!(found.contains("Devin Bailey") && found.contains("<b>A17</b>"));
    serving.stop().await;
}

#[tokio::test]
async fn the_list_is_narrowed_by_its_address_and_never_hides_who_feels_unwell() {
    let (place, serving, cookie) = ready().await;
    let list =
        async |query: &str| http(serving.addr, "GET", &format!("/list{query}"), &[("cookie", &cookie)], "").await.body;
    let rows = |body: &str| body.matches("data-find=").count();
    let all = rows(&list("").await);
    assert_eq!(all, 232);
    let service = list("?service=Physiotherapy").await;
    assert!(
        rows(&service) > 0
            && rows(&service) < all
            && service.contains("are not shown")
            && service.contains("href=\"/\"")
    );
    assert_eq!(rows(&list("?queue=Physiotherapy").await), rows(&service), "without a setting a queue is a service");
    let both = rows(&list("?service=Physiotherapy&clinician=Dr.%20Leanne%20Moen").await);
    assert!(both > 0 && both <= rows(&service));
    assert_eq!(rows(&list("?service=nothing%20of%20that%20name").await), 0);
    assert_eq!(rows(&list("?state=called").await), 0);
    assert_eq!(rows(&list(&format!("?service={}", "x".repeat(300))).await), all, "nobody made such an address here");
    place
        .desk
        .take_post(
            TOKEN_A,
            &post_of(
                "lobby",
                vec![
                    checked_in(1, 'A', 1, &["apt-0001"]),
                    stopped(2, arrivals::domain::reason::Reason::FeelsUnwell, &["apt-0002"]),
                ],
            ),
        )
        .unwrap();
    let called = list("?state=called&service=Cardiology").await;
    assert!(rows(&called) == 1 && called.contains("row-apt-0002") && called.contains("Feels unwell"));
    let page =
        http(serving.addr, "GET", "/?state=expected&service=Physiotherapy", &[("cookie", &cookie)], "").await.body;
    assert!(
        page.contains("<option value=\"Physiotherapy\" selected>")
            && page.contains("<option value=\"expected\" selected>")
    );
    assert!(!page.contains("id=\"row-apt-0001\""));
    serving.stop().await;
}

/// Appointments of a day, one for each name, by hand.
fn day(date: &str, names: &[String]) -> String {
    let rows = names
        .iter()
        .enumerate()
        .map(|(n, name)| format!("{name}-{date},{date}T08:00:00-05:00,{name},Ortega,1970-01-0{},{name}\n", n % 9 + 1));
    format!("appointment_id,start,given_name,family_name,birth_date,patient_id\n{}", rows.collect::<String>())
}

#[tokio::test]
async fn people_of_other_days_are_found_while_somebody_of_today_fits() {
    let (place, serving, cookie) = ready().await;
    let names = |who: &[&str]| who.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let take = |name: &str, text: &str| {
        let file = place.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        assert_eq!(import(&place.desk, file.to_str().unwrap()).0.unwrap().refused, 0);
    };
    take("today.csv", &day("2026-11-23", &names(&["Maria", "Ana"])));
    take("yesterday.csv", &day("2026-11-22", &names(&["Maria", "Mariana", "Rosa"])));
    let csrf = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
    let search = async |path: &str, q: &str| form(serving.addr, path, &cookie, &[("csrf", &csrf), ("q", q)]).await.body;
    let page = search("/search", "maria ortega").await;
    let (today, others) = page.split_once("id=\"h-others\"").unwrap();
    assert!(today.contains(">Maria Ortega<") && today.contains("<span class=\"n\">1</span>"), "{today}");
    assert!(
        others.starts_with(">Other days") && others.contains(">Mariana Ortega<") && !others.contains(">Maria Ortega<"),
        "{others}"
    );
    let part = search("/search/others", "maria ortega").await;
    assert!(part.contains("Other days") && part.contains("Mariana Ortega") && !part.contains("<html"), "{part}");
    assert!(search("/search/others", "").await.is_empty(), "nothing is looked for");
    let rows = place.desk.with_store(|store| store.audit_rows(&AuditSearch::default(), 100)).unwrap();
    assert_eq!(rows.iter().filter(|row| row.action == "searched").count(), 2, "each look is noted");

    // Those of today take none of the places of the others, and what is cut is said.
    let many: Vec<String> = (0..40).map(|n| format!("Twin{n}")).collect();
    take("many-today.csv", &day("2026-11-23", &many));
    let later: Vec<String> = (0..31).map(|n| format!("Later{n}")).collect();
    take("many-later.csv", &day("2026-12-01", &later));
    let page = search("/search", "ortega").await;
    let (today, others) = page.split_once("id=\"h-others\"").unwrap();
    assert!(
        today.contains("<span class=\"n\">42</span>") && today.contains("12 more. Add the date of birth."),
        "{today}"
    );
    assert_eq!(today.matches("href=\"/visit?").count(), 30);
    assert_eq!(others.matches("href=\"/visit?").count(), 30);
    assert!(others.contains("30 and more") && others.contains("More patients match."), "{others}");
    serving.stop().await;
}

#[tokio::test]
async fn a_day_of_thousands_is_a_page_of_hundreds_and_everyone_is_found() {
    let (place, serving, cookie) = ready().await;
    let mut list =
        "appointment_id,start,given_name,family_name,birth_date,service,practitioner,patient_id\n".to_owned();
    for n in 0..3_000 {
        let (hour, minute) = (6 + n / 200, n / 4 % 50);
        list += &format!(
            "many-{n:04},2026-11-23T{hour:02}:{minute:02}:00-05:00,Nora{n:04},Long,1950-01-01,Laboratory,Dr. Predovic,\
             many-{n:04}\n"
        );
    }
    let file = place.folder.path().join("many.csv");
    std::fs::write(&file, list).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    place.desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(1, 'A', 1, &["many-2999"])])).unwrap();
    let page = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await;
    let expected = page.body.split("id=\"expected\"").nth(1).unwrap().split("id=\"closed\"").next().unwrap();
    assert_eq!(expected.matches("data-find=").count(), 400);
    assert!(page.body.len() < 1_000_000, "{}", page.body.len());
    assert!(
        page.body.contains("data-n=\"32")
            && page.body.contains("with later appointments. Search by name or date of birth")
    );
    assert!(page.body.contains("row-many-2999") && page.body.contains("row-apt-0001"), "around now, and who is here");
    assert!(!page.body.contains("row-many-2998"));
    let found = form(serving.addr, "/search/others", &cookie, &[("csrf", &page.csrf()), ("q", "nora2998")]).await.body;
    assert!(found.contains("Also today") && found.contains("Nora2998 Long"), "{found}");
    let found = form(serving.addr, "/search/others", &cookie, &[("csrf", &page.csrf()), ("q", "nora2999")]).await.body;
    assert!(!found.contains("Also today"), "the page has found them itself: {found}");
    // Narrowed to a part of the list, the same limit holds, and rows from farther away are sent whole.
    let narrowed =
        http(serving.addr, "GET", "/list?state=expected&clinician=Dr.%20Predovic", &[("cookie", &cookie)], "")
            .await
            .body;
    assert_eq!(narrowed.matches("data-find=").count(), 400);
    serving.stop().await;
}

/// Days around the usual one with so many visits in all, of so many people.
fn year(visits: usize, people: usize) -> Place {
    const GIVEN: [&str; 12] = [
        "Ada",
        "Björn",
        "Carmen",
        "Dmitri",
        "Élodie",
        "Fatima",
        "Georg",
        "Hana",
        "Ivo",
        "José María",
        "Karim",
        "Lucía",
    ];
    const FAMILY: [&str; 10] =
        ["Example", "Müller", "García-López", "O'Brien", "Nguyen", "Smith", "de la Cruz", "Kovačević", "Yılmaz", "Żak"];
    let place = place();
    let mut list = Vec::new();
    for n in 0..visits {
        let (who, day) = (n * 7 % people, i64::try_from(n * 365 / visits).unwrap() - 200);
        let mut one = appointment(n);
        one.start += SignedDuration::from_hours(24 * day);
        one.person.id = format!("patient-{who}").as_str().into();
        one.person.given_name = GIVEN[who % 12].into();
        one.person.family_name =
            format!("{} {}", FAMILY[who / 12 % 10], "BCDFGHJKLM".get(who / 120 % 10..=who / 120 % 10).unwrap())
                .as_str()
                .into();
        one.person.birth_date =
            Born::on(date(1930, 1, 1).saturating_add((i32::try_from(who).unwrap() * 37 % 30_000).days()));
        list.push(one);
    }
    for part in list.chunks(5_000) {
        place.desk.import_appointments(part).unwrap();
    }
    place
}

/// As it was looked for before there was a table of people: all appointments, one after the other.
fn found_by_reading_all(place: &Place, text: &str) -> (Vec<String>, bool) {
    let today = place.desk.with_store(|store| Ok(store.date_at(place.clock.now()))).unwrap();
    let zone = place.desk.settings().zone().unwrap();
    let mut all = place.desk.with_store(|store| store.appointments()).unwrap();
    all.sort_by_cached_key(|one| {
        let days = (one.local_date(&zone) - today).get_days();
        (days < 0, days.abs(), one.start, one.id.clone())
    });
    let words: Vec<&str> = text.split_whitespace().collect();
    let fits = |one: &Appointment| {
        let name =
            format!("{} {}", fold_name(one.person.given_name.as_str()), fold_name(one.person.family_name.as_str()));
        let is_born =
            |word: &str| word.parse::<Date>().ok().is_some_and(|date| one.person.birth_date == Born::on(date));
        words.iter().all(|word| {
            let folded = fold_name(word);
            (!folded.is_empty() && name.contains(&folded))
                || one.person.id.as_str() == word.to_lowercase()
                || is_born(word)
        })
    };
    let mut people: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    for one in all.iter().filter(|one| fits(one)) {
        if seen.insert(one.person.id.clone()) {
            people.push(one.id.to_string());
        }
    }
    let is_more = people.len() > 30;
    people.truncate(30);
    (people, is_more)
}

const SEARCHES: [&str; 9] = [
    "garcia-lopez",
    "ada",
    "a",
    "obrien b",
    "patient-17",
    "1930-02-07",
    "nobodyofthatname",
    "kovac hana",
    "jose maria de la",
];

#[test]
fn the_search_finds_what_reading_every_visit_finds() {
    let place = year(1_500, 700);
    // Some are somebody else by now, and some are gone.
    let renamed =
        Appointment { person: Person { family_name: "Garcia".into(), ..appointment(3).person }, ..appointment(3) };
    place.desk.import_appointments(&[renamed]).unwrap();
    for text in SEARCHES {
        let found = place.desk.find_people(text).unwrap();
        let ids: Vec<String> = found.people.iter().map(|one| one.id.to_string()).collect();
        assert_eq!((ids, found.is_more), found_by_reading_all(&place, text), "{text}");
    }
}

/// `ARRIVALS_SEARCH=100000` makes a year of so many visits of a fifth as many people, and prints how long each search
/// takes.
#[test]
fn a_search_does_not_read_every_visit() {
    let wanted = std::env::var("ARRIVALS_SEARCH").ok().and_then(|text| text.parse().ok());
    let sizes: &[(usize, usize)] =
        if let Some(visits) = wanted { &[(visits, visits / 5)] } else { &[(1_000, 400), (8_000, 400)] };
    let all: Vec<Vec<u64>> = sizes
        .iter()
        .map(|(visits, people)| {
            let place = year(*visits, *people);
            let steps = place.desk.with_store(arrivals::desk::store::Store::count_steps).unwrap();
            let cost = |text: &str| {
                let (before, begun) = (steps.load(Ordering::Relaxed), Instant::now());
                let found = place.desk.find_people(text).unwrap();
                let (cost, time) = (steps.load(Ordering::Relaxed) - before, begun.elapsed());
                println!(
                    "{text}: {} found among {visits} visits of {people} people, {cost} steps, {:.1} ms",
                    found.people.len(),
                    time.as_secs_f64() * 1000.0
                );
                cost
            };
            SEARCHES.iter().map(|text| cost(text)).collect()
        })
        .collect();
    if let [few, many] = all.as_slice() {
        for ((few, many), text) in few.iter().zip(many).zip(SEARCHES) {
            // Each person who fits has eight times as many visits; that is all.
            assert!(*many < 8_000 * 10 && *many < few * 6, "{text}: {few} steps with 1,000 visits, {many} with 8,000");
        }
    }
}
