//! The pages of appointments: a day, a week, booking from finding the person to the letter, moving and calling off.

use arrivals::domain::ids::AppointmentId;
use jiff::civil::date;

use super::booking::free;
use super::page::{ready, sign_in};
use super::support::{PASSWORD, form, http};

#[tokio::test]
async fn a_day_shows_who_is_booked_and_what_is_free() {
    let (place, serving, cookie) = ready().await;
    let get = async |path: &str| http(serving.addr, "GET", path, &[("cookie", &cookie)], "").await;
    let day = get("/appointments?date=2026-11-23").await;
    assert_eq!(day.status, 200);
    for words in [
        "Monday, November 23, 2026",
        "Dr. June Kassulke",
        "Dietrich",
        "Cardiology",
        "Expected",
        ">Free ",
        "aria-current=\"page\">Appointments",
    ] {
        assert!(day.body.contains(words), "{words}");
    }
    assert_eq!(day.body.matches("class=\"column\"").count(), 7);
    let one = get("/appointments?date=2026-11-23&clinician=Dr.%20June%20Kassulke").await;
    assert_eq!(one.body.matches("class=\"column\"").count(), 1);
    let week = get("/appointments?date=2026-11-25&view=week&clinician=Dr.%20June%20Kassulke").await;
    assert!(week.body.contains("Nov 23 – Nov 29, 2026") && week.body.contains("Mon, Nov 23"));
    assert_eq!(
        week.body.matches("class=\"column\"").count() + week.body.matches("class=\"column is-today\"").count(),
        7
    );
    // What is no date is today; a year that is none of ours too.
    for odd in
        ["/appointments?date=yesterday", "/appointments?date=9999-12-31&view=week", "/appointments?date=-9999-01-01"]
    {
        assert!(get(odd).await.body.contains(", 2026"), "{odd}");
    }
    let rows = place.desk.with_store(|store| store.audit_rows(&Default::default(), 500)).unwrap();
    let looks = |about: &str| rows.iter().filter(|row| row.action == "saw-appointments" && row.about == about).count();
    assert_eq!((looks("2026-11-23"), looks("2026-11-29"), looks("2026-12-01")), (1, 1, 0), "each day once in a while");
    serving.stop().await;
}

#[tokio::test]
async fn somebody_new_is_booked_on_the_telephone() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let page = http(addr, "GET", "/appointments/book?date=2026-11-24", &[("cookie", &cookie)], "").await;
    let csrf = page.csrf();
    let found = form(addr, "/appointments/find", &cookie, &[("csrf", &csrf), ("find", "dietrich")]).await;
    assert!(found.status == 200 && found.body.contains("Dietrich") && found.body.contains("Book for"));
    let nobody = form(addr, "/appointments/find", &cookie, &[("csrf", &csrf), ("find", "quill")]).await;
    assert!(nobody.body.contains("No patient matches"));
    let nameless = form(
        addr,
        "/appointments/times",
        &cookie,
        &[("csrf", &csrf), ("given_name", "Zora"), ("birth_date", "1980-05-17")],
    )
    .await;
    assert!(
        nameless.status == 422
            && nameless.body.contains("Enter a first name and a last name")
            && nameless.body.contains("value=\"Zora\"")
    );
    let unborn =
        [("csrf", csrf.as_str()), ("given_name", "Zora"), ("family_name", "Quill"), ("birth_date", "2090-05-17")];
    assert!(form(addr, "/appointments/times", &cookie, &unborn).await.body.contains("in the future"));
    let slot = free(&place.desk, date(2026, 11, 24));
    let start = slot.start.to_string();
    let fields = |start: &'static str| {
        let mut fields = vec![
            ("csrf", csrf.as_str()),
            ("given_name", "Zora"),
            ("family_name", "Quill"),
            ("birth_date", "1980-05-17"),
            ("phone", "555-0199"),
        ];
        fields.extend([("service", "Family medicine"), ("date", "2026-11-24"), ("with", slot.practitioner.as_str())]);
        if !start.is_empty() {
            fields.push(("start", start));
        }
        fields
    };
    let times = form(addr, "/appointments/times", &cookie, &fields("")).await;
    assert!(times.status == 200 && times.body.contains(&start) && times.body.contains("new patient"), "{}", times.body);
    let mut take = fields("");
    take.push(("start", &start));
    let booked = form(addr, "/appointments/take", &cookie, &take).await;
    assert_eq!(booked.status, 303, "{}", booked.body);
    let to = booked.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert!(to.starts_with("/appointments/one?appointment=desk-") && !to.contains("Quill"));
    let one = http(addr, "GET", &to, &[("cookie", &cookie)], "").await;
    for words in ["Booked.", "Zora Quill", "Undo booking", "Not in the scheduling system yet", "booked by ana"] {
        assert!(one.body.contains(words), "{words}");
    }
    // The same again conflicts with itself, says so, and offers what is free.
    let again = form(addr, "/appointments/take", &cookie, &take).await;
    assert_eq!(again.status, 409);
    assert!(
        again.body.contains("The patient has another appointment at that time")
            && again.body.contains("is booked at that time")
    );
    assert!(
        again.body.matches("action=\"/appointments/take\"").count() > 3
            && !again.body.contains(&format!("value=\"{start}\""))
    );
    for odd in ["", "tomorrow"] {
        assert_eq!(
            form(addr, "/appointments/take", &cookie, &fields(if odd.is_empty() { "" } else { "tomorrow" }))
                .await
                .status,
            400
        );
    }
    serving.stop().await;
}

#[tokio::test]
async fn an_appointment_is_moved_called_off_and_taken_back() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let id = AppointmentId::from("apt-0003");
    let page = http(addr, "GET", "/appointments/move?appointment=apt-0003", &[("cookie", &cookie)], "").await;
    let csrf = page.csrf();
    assert!(page.status == 200 && page.body.contains("Reschedule:") && page.body.contains("Cardiology"));
    let start = page.body.split("name=\"start\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let with = page.body.split("name=\"with\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = [
        ("csrf", csrf.as_str()),
        ("appointment", "apt-0003"),
        ("moves", "apt-0003"),
        ("start", &start),
        ("with", &with),
    ];
    let moved = form(addr, "/appointments/take", &cookie, &fields).await;
    assert!(moved.status == 303 && moved.head.contains("done=moved"), "{}", moved.body);
    assert_eq!(place.desk.with_store(|store| store.appointment(&id)).unwrap().unwrap().start.to_string(), start);
    let one = async || http(addr, "GET", "/appointments/one?appointment=apt-0003", &[("cookie", &cookie)], "").await;
    assert!(one().await.body.contains("The scheduling system still has it at"));
    let off = form(
        addr,
        "/appointments/cancel",
        &cookie,
        &[("csrf", &csrf), ("appointment", "apt-0003"), ("why", "else"), ("why_else", "Snow")],
    )
    .await;
    assert!(off.status == 303);
    let page = one().await;
    assert!(
        page.body.contains("canceled by ana: Snow") && page.body.contains("Rebook") && !page.body.contains(">Letter<")
    );
    let step = page.body.split("name=\"step\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let undo = async || {
        form(addr, "/appointments/undo", &cookie, &[("csrf", &csrf), ("appointment", "apt-0003"), ("step", &step)])
            .await
    };
    assert_eq!(undo().await.status, 303);
    let late = undo().await;
    assert!(late.status == 409 && late.body.contains("Someone else just updated this"));
    assert_eq!(http(addr, "GET", "/appointments/one?appointment=nobody", &[("cookie", &cookie)], "").await.status, 404);
    // Who looked, and who did what, is on record.
    place.desk.add_user("sue", PASSWORD, arrivals::domain::staff::Role::Supervisor).unwrap();
    let sue = sign_in(addr, "sue", PASSWORD).await.cookies();
    let audit = http(addr, "GET", "/audit", &[("cookie", &sue)], "").await.body;
    for words in ["rescheduled an appointment", "canceled an appointment", "undid a booking", "viewed an appointment"] {
        assert!(audit.contains(words), "{words}");
    }
    serving.stop().await;
}

#[tokio::test]
async fn a_provider_who_does_not_offer_the_service_is_named_and_can_be_left_out() {
    let (_place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let page = http(addr, "GET", "/appointments/book?appointment=apt-0001", &[("cookie", &cookie)], "").await;
    assert!(
        page.body.contains("<option value=\"Dr. Leanne Moen\" selected>") && page.body.contains("class=\"times\""),
        "the provider of the last visit"
    );
    let csrf = page.csrf();
    let times = async |fields: &[(&str, &str)]| {
        let all =
            [&[("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("service", "Family medicine")], fields].concat();
        form(addr, "/appointments/times", &cookie, &all).await.body
    };
    let shown = times(&[("practitioner", "Dr. Leanne Moen")]).await;
    assert!(
        shown.contains("Dr. Leanne Moen does not offer Family medicine. Choose another provider or any provider."),
        "{shown}"
    );
    assert!(!shown.contains("No free time") && !shown.contains("class=\"times\""), "{shown}");
    // Only who offers it can be chosen, without a script, too.
    let select = shown.split("id=\"practitioner\"").nth(1).and_then(|rest| rest.split("</select>").next()).unwrap();
    assert!(
        select.contains(">Any provider<")
            && select.matches("<option").count() > 1
            && !select.contains("Dr. Leanne Moen"),
        "{select}"
    );
    let offering = select.split("<option value=\"").nth(2).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(shown.contains(&format!("Offered by: {offering}")), "{shown}");
    // The button leaves the provider out, and nothing else.
    let button = shown.split("<form").find(|form| form.contains("id=\"any-provider\"")).unwrap();
    assert!(
        button.contains("name=\"service\" value=\"Family medicine\"") && !button.contains("name=\"practitioner\""),
        "{button}"
    );
    assert!(times(&[]).await.contains("class=\"times\""));
    assert!(times(&[("practitioner", offering)]).await.contains("class=\"times\""));

    // A date beyond what is looked at, and a service that nobody offers, are named as such.
    let far = times(&[("date", "2027-11-23")]).await;
    assert!(far.contains("Nov 23, 2027 is too far ahead.") && far.contains("id=\"from-today\""), "{far}");
    let fields = [("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("service", "Levitation")];
    let none = form(addr, "/appointments/times", &cookie, &fields).await.body;
    assert!(none.contains("No provider offers Levitation.") && !none.contains("id=\"any-provider\""), "{none}");
    serving.stop().await;
}
