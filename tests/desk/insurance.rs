//! Insurance at the desk: cards from a list, proposed and decided, marked on the list, handed on; and what kiosks hear
//! of it.

use std::sync::Arc;

use arrivals::desk::Desk;
use arrivals::desk::store::Verdict;
use arrivals::domain::appointment::{Appointment, Confirmed};
use arrivals::domain::event::{KioskEvent, StillRight};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::insurance::{Coverage, Holder, Relationship};
use arrivals::domain::payer::InsuranceSettings;
use arrivals::domain::person::BirthDate;
use arrivals::domain::proposal::{Field, Proposal, Value};
use arrivals::domain::settings::ClinicSettings;
use arrivals::sync::wire::Change;
use jiff::civil::{Date, date};

use super::page::{ready, sign_in};
use super::proposals::{change, key, says, send};
use super::support::{Answer, PASSWORD, Place, decide_change, form, http, import, morning, place};

pub const HEADER: &str = "appointment_id,start,given_name,family_name,birth_date,patient_id";

pub fn take(place: &Place, name: &str, text: &str) {
    let file = place.folder.path().join(name);
    std::fs::write(&file, text).unwrap();
    let (result, mut lines) = import(&place.desk, file.to_str().unwrap());
    lines.retain(|line| !line.contains("already checked in, and changed by this list"));
    assert!(result.as_ref().is_ok_and(|summary| summary.refused == 0) && lines.is_empty(), "{result:?} {lines:?}");
}

pub fn row(id: &str, at: &str, who: &str) -> String {
    format!("{id},{at}-05:00,{who},Example,1962-06-02,{who}")
}

pub fn on_file(place: &Place, id: &str) -> Appointment {
    place.desk.with_store(|store| store.appointment(&AppointmentId::from(id))).unwrap().unwrap()
}

pub fn card(payer: &str, member: &str) -> Coverage {
    Coverage { payer: payer.into(), member_id: member.into(), ..Coverage::default() }
}

pub fn value(card: &Coverage) -> Value {
    Value::Coverage(Box::new(card.clone()))
}

pub fn full_card() -> Coverage {
    Coverage {
        payer_code: "example".into(),
        group_id: "G7".into(),
        plan: "Silver".into(),
        holder: Some(Holder {
            is: Relationship::Parent,
            name: "Eve Example".into(),
            birth_date: Some(BirthDate(date(1940, 2, 3))),
        }),
        start: Some(date(2026, 1, 1)),
        end: Some(date(2027, 12, 31)),
        ..card("Example Health", "H100")
    }
}

#[test]
fn every_part_of_both_cards_comes_with_a_csv_list() {
    let place = place();
    let parts = "payer,payer_code,member_id,group_id,plan,coverage_start,coverage_end,relationship,holder_name,\
                 holder_birth_date"
        .to_owned();
    let second = parts.split(',').map(|name| format!("second_{name}")).collect::<Vec<_>>().join(",");
    let full = "Example Health,example,H100,G7,Silver,2026-01-01,2027-12-31,Parent,Eve Example,1940-02-03";
    let text = format!(
        "{HEADER},{parts},{second}\n{},{full},Second Health,,S1,,,,,self,,\n",
        row("a1", "2026-11-23T08:00:00", "ada")
    );
    take(&place, "both.csv", &text);
    let found = on_file(&place, "a1");
    assert!(found.coverage == Some(full_card()));
    assert!(found.second_coverage == Some(card("Second Health", "S1")));
}

#[test]
fn what_is_wrong_about_a_card_costs_nobody_their_appointment() {
    let long = "x".repeat(501);
    let holder =
        |is, born: Option<Date>| Some(Holder { is, name: "Eve Example".into(), birth_date: born.map(BirthDate) });
    let spouse = Coverage { holder: holder(Relationship::Spouse, None), ..card("One", "H1") };
    for (column, cell, why, expected) in [
        ("group_id", "G\u{7}7", "group_id: expected plain text, found control characters; it is left empty", &spouse),
        ("plan", long.as_str(), "plan: expected at most 500 characters, found 501; it is left empty", &spouse),
        (
            "coverage_start",
            "soon",
            "coverage_start: expected a date such as 1950-03-01, found another form; it is left empty",
            &spouse,
        ),
        (
            "coverage_end",
            "2026-02-30",
            "coverage_end: expected a date such as 1950-03-01, found a date that does not exist",
            &spouse,
        ),
        (
            "holder_birth_date",
            "1960-05",
            "holder_birth_date: expected a date such as 1950-03-01, found another form",
            &spouse,
        ),
        (
            "second_coverage_end",
            "2026",
            "second_coverage_end: expected a date such as 1950-03-01, found another form",
            &spouse,
        ),
        (
            "second_relationship",
            "cousin",
            "second_relationship: expected self, spouse, parent, other, found another word; imported as other",
            &spouse,
        ),
    ] {
        let place = place();
        let file = place.folder.path().join("odd.csv");
        let text = format!(
            "{HEADER},payer,member_id,relationship,holder_name,{column}\n{},One,H1,spouse,Eve Example,{cell}\n",
            row("a1", "2026-11-23T08:00:00", "ben")
        );
        std::fs::write(&file, text).unwrap();
        let (result, lines) = import(&place.desk, file.to_str().unwrap());
        assert!(result.is_ok_and(|summary| (summary.taken, summary.refused) == (1, 0)), "{column}");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(
            lines[0].contains(&format!("odd.csv:2: appointment a1: {why}")) && !lines[0].contains("cousin"),
            "{lines:?}"
        );
        assert!(on_file(&place, "a1").coverage.as_ref() == Some(expected), "{column}");
    }
    let place = place();
    let file = place.folder.path().join("odd.csv");
    let bytes =
        [format!("{HEADER},payer\n{},", row("a1", "2026-11-23T08:00:00", "ben")).as_bytes(), b"Caf\xe9\n"].concat();
    std::fs::write(&file, bytes).unwrap();
    let (result, lines) = import(&place.desk, file.to_str().unwrap());
    let payer = on_file(&place, "a1").coverage.map(|card| card.payer.as_str().to_owned());
    assert_eq!((result.unwrap().taken, payer.as_deref()), (1, Some("Café")));
    assert!(lines[0].contains("this is not UTF-8"), "{lines:?}");
}

#[test]
fn a_list_that_does_not_speak_of_second_cards_leaves_them_and_what_staff_accepted() {
    let place = place();
    let ada = row("a1", "2026-11-23T08:00:00", "ada");
    let second = |place: &Place| {
        on_file(place, "a1").second_coverage.map(|card| card.payer.as_str().to_owned()).unwrap_or_default()
    };
    take(&place, "a.csv", &format!("{HEADER},payer,second_payer\n{ada},One,Two\n"));
    take(&place, "b.csv", &format!("{HEADER},payer\n{ada},One\n"));
    assert_eq!(second(&place), "Two", "the column is not there");
    let told = change(Field::SecondInsurance, value(&card("Two", "")), value(&card("Three", "T1")));
    send(&place, "lobby", &[says(1, 'A', &["a1"], vec![told])]);
    assert!(decide_change(&place.desk, &key("lobby", 1, Field::SecondInsurance), &Verdict::Accept, "ana").unwrap());
    take(&place, "c.csv", &format!("{HEADER},payer,phone\n{ada},One,555-0100\n"));
    assert_eq!(second(&place), "Three", "nor does that list know of what was accepted");
    take(&place, "d.csv", &format!("{HEADER},payer,second_payer\n{ada},One,Two\n"));
    assert_eq!(second(&place), "Three", "this one says what it said before");
    take(&place, "e.csv", &format!("{HEADER},payer,second_payer\n{ada},One,\n"));
    assert_eq!(second(&place), "", "this one says something else");
}

/// Two visits of one person, one of another.
fn listed(place: &Place) {
    let line = |id: &str, at: &str, who: &str| format!("{},Example Health,H1\n", row(id, at, who));
    let text = format!(
        "{HEADER},payer,member_id\n{}{}{}{}",
        line("a1", "2026-11-23T08:00:00", "ada"),
        line("a2", "2026-11-23T14:00:00", "ada"),
        line("a3", "2026-11-26T14:00:00", "ada"),
        line("b1", "2026-11-23T09:00:00", "ben")
    );
    take(place, "listed.csv", &text);
}

#[test]
fn two_cards_told_for_one_person_are_both_kept_and_staff_choose() {
    let place = place();
    listed(&place);
    let old = value(&card("Example Health", "H1"));
    let (one, two) = (card("Example Health", "H2"), card("Other Health", "O3"));
    send(&place, "lobby", &[says(1, 'A', &["a1"], vec![change(Field::Insurance, old.clone(), value(&one))])]);
    send(&place, "annex", &[says(1, 'B', &["a2"], vec![change(Field::Insurance, old.clone(), value(&two))])]);
    let open = || place.desk.with_store(|store| store.open_changes()).unwrap();
    assert_eq!(open().len(), 2);
    assert!(decide_change(&place.desk, &key("annex", 1, Field::Insurance), &Verdict::Accept, "ana").unwrap());
    for visit in ["a1", "a2", "a3"] {
        assert!(on_file(&place, visit).coverage == Some(two.clone()), "{visit}");
    }
    assert!(on_file(&place, "b1").coverage == Some(card("Example Health", "H1")));
    let left = open();
    assert!(left.len() == 1 && left[0].is_conflict(), "the other one is still there, beside what the chart has now");
    assert!(decide_change(&place.desk, &left[0].key, &Verdict::Reject("Chart is correct".into()), "ana").unwrap());
    assert!(open().is_empty());
    place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    assert!(open().is_empty() && on_file(&place, "a1").coverage == Some(two));
}

#[test]
fn a_payers_code_that_only_one_side_knows_makes_no_other_card() {
    let coded = |code: &str, member: &str| Coverage { payer_code: code.into(), ..card("Example Health", member) };
    for (old, new, current, settled, conflict) in [
        ("", "example", "", true, false),
        ("example", "", "example", true, false),
        ("", "example", "other", false, true),
    ] {
        let place = place();
        let text = format!(
            "{HEADER},payer,payer_code,member_id\n{},Example Health,{current},H2\n",
            row("a1", "2026-11-23T08:00:00", "ada")
        );
        take(&place, "list.csv", &text);
        let told = change(Field::Insurance, value(&coded(old, "H1")), value(&coded(new, "H2")));
        send(&place, "lobby", &[says(1, 'A', &["a1"], vec![told])]);
        let said = place.desk.changes_of(&AppointmentId::from("a1")).unwrap().pop().unwrap();
        assert_eq!((said.is_settled(), said.is_conflict()), (settled, conflict), "{old} {new} {current}");
    }
    // Nor does a list without codes end what was accepted while one with codes was there.
    let place = place();
    let list = |columns: &str| format!("{HEADER},{columns}\n{}", row("a1", "2026-11-23T08:00:00", "ada"));
    take(&place, "codes.csv", &format!("{},Example Health,example,H1\n", list("payer,payer_code,member_id")));
    let told = change(Field::Insurance, value(&coded("example", "H1")), value(&coded("example", "H2")));
    send(&place, "lobby", &[says(1, 'A', &["a1"], vec![told])]);
    assert!(decide_change(&place.desk, &key("lobby", 1, Field::Insurance), &Verdict::Accept, "ana").unwrap());
    take(&place, "none.csv", &format!("{},Example Health,H1\n", list("payer,member_id")));
    assert!(on_file(&place, "a1").coverage == Some(coded("example", "H2")));
}

#[test]
fn an_accepted_card_is_handed_on_part_by_part_and_none_as_nothing() {
    let place = place();
    listed(&place);
    let old = value(&card("Example Health", "H1"));
    let second =
        change(Field::SecondInsurance, Field::SecondInsurance.nothing(), value(&card("Second, \"Health\"", "=S1")));
    send(
        &place,
        "lobby",
        &[says(1, 'A', &["a1"], vec![change(Field::Insurance, old.clone(), value(&full_card())), second])],
    );
    send(&place, "annex", &[says(1, 'B', &["b1"], vec![change(Field::Insurance, old, Field::Insurance.nothing())])]);
    for about in
        [key("lobby", 1, Field::Insurance), key("lobby", 1, Field::SecondInsurance), key("annex", 1, Field::Insurance)]
    {
        assert!(decide_change(&place.desk, &about, &Verdict::Accept, "ana").unwrap());
    }
    assert!(on_file(&place, "b1").coverage.is_none());
    let batch = place.desk.next_export_batch().unwrap().unwrap();
    let (bytes, count) = place.desk.export_csv(batch).unwrap().unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(count, 3);
    let parts = |row: &csv::StringRecord| {
        [4].into_iter().chain(11..21).map(|at| row[at].to_owned()).collect::<Vec<_>>().join("|")
    };
    assert_eq!(
        parts(&rows[0]),
        "insurance|Example Health|example|H100|G7|Silver|parent|Eve Example|1940-02-03|2026-01-01|2027-12-31"
    );
    assert_eq!(parts(&rows[1]), "second-insurance|Second, \"Health\"||'=S1|||self||||");
    assert_eq!(parts(&rows[2]), "insurance||||||||||");
    assert_eq!((&rows[2][5], &rows[2][6]), ("Example Health, member H1", ""));
    assert!(place.desk.next_export_batch().unwrap().is_none(), "once");
}

pub async fn get(serving: &arrivals::desk::http::serve::Serving, cookie: &str, path: &str) -> Answer {
    http(serving.addr, "GET", path, &[("cookie", cookie)], "").await
}

fn mark_of(page: &Answer, action: &str) -> String {
    let form = page.body.split(&format!("action=\"/changes/{action}\"")).last().unwrap_or_default();
    form.split("name=\"changes\" value=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn old_and_new_card_stand_side_by_side_and_can_be_corrected() {
    let (place, serving, cookie) = ready().await;
    let old = on_file(&place, "apt-0001").coverage.unwrap();
    let new = Coverage { member_id: "H200".into(), end: Some(date(2028, 1, 31)), ..old.clone() };
    let told = Proposal { insisted: true, ..change(Field::Insurance, value(&old), value(&new)) };
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![told])]);
    let list = get(&serving, &cookie, "/list").await.body;
    let row = list.split("id=\"row-apt-0001\"").nth(1).unwrap().split("</li>").next().unwrap();
    assert!(row.contains("New insurance card") && row.contains("1 change to review"), "{row}");
    assert!(list.contains("data-needs=\"0\"") && list.contains("data-urgent=\"0\""), "quietly");
    let address = "/changes?appointment=apt-0001";
    let page = get(&serving, &cookie, address).await;
    for words in [
        "Unusual member ID; the patient confirmed it",
        "<th scope=\"row\">Member ID</th>",
        "<mark>H200</mark><span class=\"hidden\"> (changed)</span>",
        "<mark>01/31/2028</mark>",
        "type=\"date\" value=\"2028-01-31\"",
        "name=\"member_id\"",
        ">Patient<",
    ] {
        assert!(
            page.body.contains(words) || page.body.contains(&words.replace("&#39;", "'")),
            "{words}\n{}",
            page.body
        );
    }
    assert!(!page.body.contains("<mark>Harvard"), "what is the same is not marked");
    let (csrf, edit) = (page.csrf(), mark_of(&page, "edit"));
    let base = [("csrf", csrf.as_str()), ("appointment", "apt-0001"), ("changes", edit.as_str())];
    let send_edit =
        async |more: &[(&str, &str)]| form(serving.addr, "/changes/edit", &cookie, &[&base[..], more].concat()).await;
    for (more, sentence) in [
        (&[][..], "The value is empty"),
        (&[("plan", "Silver")], "Enter the payer or the member ID"),
        (&[("payer", "Example"), ("end", "31.12.2026")], "Invalid date"),
        (&[("payer", "Example"), ("start", "2027-01-01"), ("end", "2026-12-31")], "would end before it starts"),
        (&[("payer", "a\nb")], "can't be printed"),
    ] {
        let answer = send_edit(more).await;
        assert!(answer.status == 422 && answer.body.contains(sentence), "{sentence}: {}", answer.status);
    }
    let typed = [
        ("payer", "Example Health"),
        ("member_id", " H201 "),
        ("relationship", "spouse"),
        ("holder_name", "Eve Example"),
        ("holder_birth_date", "1960-02-03"),
        ("end", "2028-01-31"),
    ];
    assert_eq!(send_edit(&typed).await.status, 303);
    let found = on_file(&place, "apt-0001").coverage.unwrap();
    let line = "Example Health, member H201, spouse Eve Example, born 1960-02-03, until 2028-01-31";
    assert_eq!(found.one_line().as_str(), line);
    let page = get(&serving, &cookie, address).await;
    assert!(page.body.contains("Accepted as") && page.body.contains("Spouse: Eve Example"), "{}", page.body);
    serving.stop().await;
}

#[tokio::test]
async fn no_insurance_any_more_is_readable_as_such() {
    let (place, serving, cookie) = ready().await;
    let old = on_file(&place, "apt-0001").coverage.unwrap();
    send(
        &place,
        "lobby",
        &[says(1, 'A', &["apt-0001"], vec![change(Field::Insurance, value(&old), Field::Insurance.nothing())])],
    );
    let page = get(&serving, &cookie, "/changes?appointment=apt-0001").await;
    assert!(
        page.body.contains("<mark>No insurance</mark>") && page.body.contains("Accept all: 1 change"),
        "{}",
        page.body
    );
    assert!(get(&serving, &cookie, "/list").await.body.contains("Reported uninsured (self-pay)"));
    let accept = [("csrf", page.csrf()), ("appointment", "apt-0001".to_owned()), ("changes", mark_of(&page, "accept"))];
    let accept: Vec<(&str, &str)> = accept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(form(serving.addr, "/changes/accept", &cookie, &accept).await.status, 303);
    assert!(on_file(&place, "apt-0001").coverage.is_none());
    let list = get(&serving, &cookie, "/list").await.body;
    let row = list.split("id=\"row-apt-0001\"").nth(1).unwrap().split("</li>").next().unwrap();
    assert!(row.contains("Insurance: none on file") && list.contains("data-needs=\"0\""), "{row}");
    serving.stop().await;
}

#[tokio::test]
async fn the_list_says_what_is_the_matter_with_a_card_before_anybody_comes() {
    for (ask, payer, until, status, words) in [
        (true, "One", "2027-12-31", "booked", ""),
        (true, "One", "", "booked", ""),
        (true, "", "", "booked", "Insurance: none on file"),
        (true, "One", "2026-11-22", "booked", "Coverage expired 11/22/2026"),
        (true, "One", "2026-11-23", "booked", "Insurance expires on the day of the visit"),
        (true, "One", "2026-11-24", "booked", "Insurance expires the day after the visit"),
        (true, "One", "2026-12-13", "booked", "Insurance expires in 20 days"),
        (true, "One", "2026-12-14", "booked", ""),
        // Nobody asks, nobody comes.
        (false, "", "", "booked", ""),
        (true, "", "", "cancelled", ""),
    ] {
        let place = place();
        let insurance = InsuranceSettings { ask, ends_soon_days: 20, ..InsuranceSettings::default() };
        let settings = ClinicSettings { insurance, ..ClinicSettings::default() };
        let desk = Desk::open(place.folder.path(), settings, Arc::new(place.clock.clone())).unwrap();
        let place = Place { desk, ..place };
        let text = format!(
            "{HEADER},payer,coverage_end,status\n{},{payer},{until},{status}\n",
            row("a1", "2026-11-23T08:00:00", "ada")
        );
        take(&place, "day.csv", &text);
        place.desk.add_user("Ana", PASSWORD, arrivals::domain::staff::Role::Desk).unwrap();
        let serving = place.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
        let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
        let list = get(&serving, &cookie, "/list").await.body;
        // What is not valid on the day stands out; nobody is needed before the patient is here.
        let pills = usize::from(words.starts_with("Coverage"));
        assert_eq!(list.matches("pill bad").count(), pills, "{words}: {list}");
        assert_eq!(list.matches("by insurance").count() + pills, usize::from(!words.is_empty()), "{words}: {list}");
        assert!(
            list.contains(words) && list.contains("data-needs=\"0\"") && list.contains("data-urgent=\"0\""),
            "{words}"
        );
        serving.stop().await;
    }
}

pub fn said(
    seq: u64,
    appointment: &str,
    details: StillRight,
    insurance: StillRight,
) -> arrivals::domain::event::LoggedEvent {
    let mut event = says(seq, 'A', &[appointment], Vec::new());
    if let KioskEvent::CheckedIn(said) = &mut event.event {
        (said.details, said.insurance) = (details, insurance);
    }
    event
}

fn confirmed(place: &Place, cursor: u64) -> (u64, Vec<(String, Confirmed)>) {
    let feed = place.desk.with_store(|store| store.feed(cursor, morning())).unwrap();
    let of = |change: Change| match change {
        Change::Appointment(appointment) => Some((appointment.id.to_string(), appointment.confirmed)),
        _ => None,
    };
    (feed.cursor, feed.changes.into_iter().filter_map(of).collect())
}

#[test]
fn after_a_check_in_kiosks_hear_when_that_person_confirmed_what() {
    use StillRight::{AskTheDesk, Changed, Yes};
    const DAY: Option<Date> = Some(date(2026, 11, 23));
    for (details, insurance, expected) in [
        (Yes, Yes, Confirmed { details: DAY, insurance: DAY }),
        (Changed, AskTheDesk, Confirmed { details: DAY, insurance: None }),
        (AskTheDesk, Changed, Confirmed { details: None, insurance: DAY }),
        (AskTheDesk, AskTheDesk, Confirmed::default()),
    ] {
        let place = place();
        listed(&place);
        let (cursor, before) = confirmed(&place, 0);
        assert!(before.len() == 4 && before.iter().all(|(_, confirmed)| confirmed.is_nothing()));
        send(&place, "lobby", &[said(1, "a1", details, insurance)]);
        let (_, told) = confirmed(&place, cursor);
        let others: Vec<&str> = told.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(others, if expected.is_nothing() { &[][..] } else { &["a2", "a3"] }, "{details:?} {insurance:?}");
        assert!(told.iter().all(|(_, confirmed)| *confirmed == expected));
        // A kiosk that begins anew hears it of every visit of that person, and of nobody else's.
        for (id, of) in confirmed(&place, 0).1 {
            assert_eq!(of, if id.starts_with('a') { expected } else { Confirmed::default() }, "{id}");
        }
        assert!(on_file(&place, "a2").confirmed.is_nothing(), "the list knows nothing of it");
        place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
        assert!(confirmed(&place, 0).1.iter().all(|(id, of)| !id.starts_with('a') || *of == expected), "rebuilt");
    }
}

#[test]
fn the_latest_date_counts_and_a_later_doubt_takes_it_not_back() {
    let place = place();
    listed(&place);
    send(&place, "lobby", &[said(1, "a1", StillRight::Yes, StillRight::Yes)]);
    place.clock.advance(std::time::Duration::from_secs(24 * 60 * 60));
    let mut later = said(2, "a2", StillRight::Changed, StillRight::AskTheDesk);
    later.at = morning() + jiff::SignedDuration::from_hours(24);
    send(&place, "lobby", &[later]);
    let (_, told) = confirmed(&place, 0);
    let of = told.into_iter().find(|(id, _)| id == "a3").unwrap().1;
    assert_eq!(of, Confirmed { details: Some(date(2026, 11, 24)), insurance: Some(date(2026, 11, 23)) });
}
