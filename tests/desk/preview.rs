//! A list that is looked at before it is taken: what it says it would do, that it does exactly that, and who may.

use arrivals::desk::service::import::preview::{Kind, ReadList, Took, UPLOAD_BYTES_MAX, differences};
use arrivals::desk::store::Verified;
use arrivals::domain::staff::Role;

use super::page::{ready, sign_in};
use super::support::{PASSWORD, Place, form, http, import, place};

const COLUMNS: &str = "appointment_id,start,given_name,family_name,birth_date,phone,service,practitioner";

/// The first line is as the desk has it, the second is moved, the third is new, the fourth is wrong.
fn list(second_at: &str) -> String {
    format!(
        "{COLUMNS}\na1,2026-11-23T08:00:00-05:00,Ana,Lima,1950-03-01,555-0100,Eyes,Dr. A\n\
         a2,{second_at},Bo,Mora,1960-03-01,555-0101,Eyes,Dr. A\n\
         a3,2026-11-23T10:00:00-05:00,Cy,Nash,1970-03-01,,Eyes,Dr. A\na4,yesterday,Di,Orr,1980-03-01,,Eyes,Dr. A\n"
    )
}

fn before(place: &Place) {
    let file = place.folder.path().join("before.csv");
    let text = list("2026-11-23T09:00:00-05:00");
    std::fs::write(&file, text.lines().take(3).collect::<Vec<_>>().join("\n")).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
}

fn state(place: &Place) -> String {
    let conn = rusqlite::Connection::open(place.folder.path().join("desk.sqlite")).unwrap();
    let sql = "SELECT (SELECT n FROM revision) || (SELECT group_concat(body || revision)
               FROM (SELECT * FROM appointment ORDER BY id)) || (SELECT MAX(n) FROM audit)";
    conn.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_shown_is_what_is_taken_and_nothing_before() {
    let place = place();
    before(&place);
    let read = ReadList::read(Kind::Csv, list("2026-11-23T09:30:00-05:00").as_bytes()).unwrap();
    let untouched = state(&place);
    let preview = place.desk.preview(&read).unwrap();
    assert_eq!(state(&place), untouched, "looking stores nothing");
    let ids: Vec<_> = preview.changed.iter().map(|one| (one.after.id.as_str(), one.before.is_some())).collect();
    assert_eq!((ids, preview.unchanged), (vec![("a2", true), ("a3", false)], 1));
    assert!(matches!(read.refused.as_slice(), [(5, why)] if why.contains("appointment a4: start: expected")));
    let times = place.desk.settings().staff_time().unwrap();
    let found = differences(preview.changed[0].before.as_ref().unwrap(), &preview.changed[0].after, &times);
    let found: Vec<_> = found.iter().map(|one| (one.what, one.old.as_str(), one.new.as_str())).collect();
    assert_eq!(found, [("start", "Nov 23, 2026, 9:00 AM", "Nov 23, 2026, 9:30 AM")]);

    let token = place.desk.keep_list(read, "sue").unwrap();
    assert!(
        matches!(place.desk.take_kept_list(&token, &preview.mark(), "eve").unwrap(), Took::Gone),
        "somebody else's"
    );
    // Somebody moves it meanwhile: what was shown is not what would happen any more.
    let file = place.folder.path().join("other.csv");
    std::fs::write(&file, list("2026-11-23T09:15:00-05:00").lines().take(3).collect::<Vec<_>>().join("\n")).unwrap();
    import(&place.desk, file.to_str().unwrap()).0.unwrap();
    let untouched = state(&place);
    assert!(matches!(place.desk.take_kept_list(&token, &preview.mark(), "sue").unwrap(), Took::Changed));
    assert_eq!(state(&place), untouched);
    let again = place.desk.preview(&place.desk.kept_list(&token, "sue").unwrap()).unwrap();
    let Took::All(taken, refused) = place.desk.take_kept_list(&token, &again.mark(), "sue").unwrap() else {
        panic!("it is as it was shown")
    };
    assert_eq!((taken.taken, taken.unchanged, refused), (2, 1, 1));
    for one in &again.changed {
        assert_eq!(place.desk.with_store(|store| store.appointment(&one.after.id)).unwrap().as_ref(), Some(&one.after));
    }
    assert!(matches!(place.desk.take_kept_list(&token, &again.mark(), "sue").unwrap(), Took::Gone), "once");
    let rows = place.desk.with_store(|store| store.audit_rows(&Default::default(), 9)).unwrap();
    assert_eq!(rows.iter().filter(|row| row.user == "sue" && row.action == "appointment-taken").count(), 2);
    assert!(matches!(place.desk.verify_audit(None).unwrap(), Verified::Whole { .. }));
}

#[test]
fn the_command_says_what_would_change_and_nothing_of_a_person() {
    let place = place();
    before(&place);
    let file = place.folder.path().join("next.csv");
    std::fs::write(&file, list("2026-11-23T09:30:00-05:00").replace("Mora", "Moran")).unwrap();
    let untouched = state(&place);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
        .args(["import", "--preview", file.to_str().unwrap(), "--data", place.folder.path().to_str().unwrap()])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for words in [
        "next.csv:5: appointment a4: start",
        "appointment a2: start Nov 23, 2026, 9:00 AM -> Nov 23, 2026, 9:30 AM, last name",
        "appointment a3: new",
        "taken 2, unchanged 1, refused 1",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("Mora") && state(&place) == untouched);
}

#[test]
fn a_list_that_nobody_took_is_forgotten() {
    let place = place();
    let read = || ReadList::read(Kind::Csv, list("2026-11-23T09:00:00-05:00").as_bytes()).unwrap();
    let token = place.desk.keep_list(read(), "sue").unwrap();
    place.clock.advance(std::time::Duration::from_secs(15 * 60));
    assert!(place.desk.kept_list(&token, "sue").is_some());
    place.clock.advance(std::time::Duration::from_secs(1));
    assert!(place.desk.kept_list(&token, "sue").is_none());
    let first = place.desk.keep_list(read(), "sue").unwrap();
    place.desk.keep_list(read(), "sue").unwrap();
    assert!(place.desk.kept_list(&first, "sue").is_none(), "the second takes the place of the first");
}

#[tokio::test]
async fn supervisors_look_at_a_file_and_take_it() {
    let (place, serving, dee) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("sue", PASSWORD, Role::Supervisor).unwrap();
    let sue = sign_in(addr, "sue", PASSWORD).await.cookies();
    assert_eq!(http(addr, "GET", "/appointments/import", &[("cookie", &dee)], "").await.status, 403);
    let page = http(addr, "GET", "/appointments/import", &[("cookie", &sue)], "").await;
    let csrf = page.csrf();
    assert!(page.status == 200 && page.body.contains("type=\"file\"") && page.body.contains("import --preview"));
    let upload = async |kind: &str, token: &str, body: &str| {
        let headers =
            [("cookie", sue.as_str()), ("content-type", "application/octet-stream"), ("x-arrivals-token", token)];
        http(addr, "POST", &format!("/appointments/import?kind={kind}"), &headers, body).await
    };
    assert_eq!(upload("csv", "wrong", &list("x")).await.status, 403);
    for (kind, body, why) in [
        ("doc", "a,b", "extensions: .csv, .txt"),
        ("txt", "hello", "appointment_id"),
        ("csv", "", "the file is empty"),
        ("json", "{", "expected JSON"),
        ("csv", "a\0b", "binary"),
    ] {
        let answer = upload(kind, &csrf, body).await;
        assert!(answer.status == 422 && answer.body.contains(why), "{kind} {body:?}: {}", answer.body);
    }
    let large = "x".repeat(UPLOAD_BYTES_MAX + 1);
    let answer = upload("csv", &csrf, &large).await;
    assert!(answer.status == 422 && answer.body.contains("larger than 16 MiB"), "{}", answer.body);
    let kept = upload("csv", &csrf, &list("2026-11-23T09:00:00-05:00")).await;
    assert!(kept.status == 200 && kept.body.starts_with("/appointments/import?list="), "{}", kept.body);
    let shown = http(addr, "GET", &kept.body, &[("cookie", &sue)], "").await;
    for words in [
        "<b>3</b> new",
        "<b>1</b> refused",
        "Line 5: appointment a4",
        "Lima",
        ">Import</button>",
        "for today, Mon, Nov 23, 2026",
    ] {
        assert!(shown.body.contains(words), "{words}");
    }
    let value = |name: &str| {
        shown.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let fields = [("csrf", csrf.as_str()), ("list", &value("list")), ("mark", &value("mark"))];
    assert_eq!(
        form(addr, "/appointments/import/take", &sue, &[fields[0], fields[1], ("mark", "another")]).await.status,
        409
    );
    let taken = form(addr, "/appointments/import/take", &sue, &fields).await;
    assert!(taken.status == 200 && taken.body.contains("Imported 3, unchanged 0, errors 1"), "{}", taken.body);
    assert_eq!(form(addr, "/appointments/import/take", &sue, &fields).await.status, 410);
    assert!(http(addr, "GET", &kept.body, &[("cookie", &sue)], "").await.body.contains("no longer available"));
    serving.stop().await;
}
