//! Who may sign in and as what, and what becomes of a form that was posted too late.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use arrivals::desk::store::{AuditSearch, COMMAND};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::proposal::Field;
use arrivals::domain::staff::Role;

use super::page::{ready, sign_in};
use super::proposals::{NEW_PHONE, OLD_PHONE, change, says, send, text};
use super::support::{Answer, PASSWORD, Place, form, http, place};

#[test]
fn the_last_admin_stays_one() {
    let Place { desk, .. } = &place();
    desk.add_user("ana", PASSWORD, Role::Admin).unwrap();
    desk.add_user("ben", PASSWORD, Role::Desk).unwrap();
    for role in [Role::Desk, Role::Supervisor] {
        assert!(desk.set_role("ana", role, COMMAND).unwrap_err().to_string().contains("last admin"));
    }
    assert!(desk.remove_user("ana", COMMAND).unwrap_err().to_string().contains("last admin"));
    desk.set_role("ana", Role::Admin, COMMAND).unwrap();
    desk.set_role("Ben", Role::Admin, COMMAND).unwrap();
    desk.set_role("ana", Role::Supervisor, COMMAND).unwrap();
    assert!(desk.remove_user("ben", COMMAND).is_err());
    desk.remove_user("ana", COMMAND).unwrap();
    let users: Vec<(String, Role)> = desk.users().unwrap().into_iter().map(|user| (user.name, user.role)).collect();
    assert_eq!(users, [("ben".to_owned(), Role::Admin)]);
    assert!(
        desk.add_user("ana", PASSWORD, Role::Desk).unwrap_err().to_string().contains("exists or existed"),
        "the name stays taken"
    );
    for error in [
        desk.remove_user("ana", COMMAND),
        desk.set_role("ana", Role::Desk, COMMAND),
        desk.set_password("nobody", PASSWORD, COMMAND),
    ] {
        assert!(error.unwrap_err().to_string().contains("there is no user"));
    }
}

#[tokio::test]
async fn whoever_is_removed_or_gets_another_password_is_signed_out() {
    let (place, serving, cookie) = ready().await;
    let status = async |cookie: &str| http(serving.addr, "GET", "/list", &[("cookie", cookie)], "").await.status;
    assert_eq!(status(&cookie).await, 200);
    place.desk.set_password("ana", "another password", COMMAND).unwrap();
    assert_eq!(status(&cookie).await, 401);
    assert_eq!(sign_in(serving.addr, "ana", PASSWORD).await.status, 401);
    let cookie = sign_in(serving.addr, "ana", "another password").await.cookies();
    assert_eq!(status(&cookie).await, 200);
    place.desk.remove_user("ana", COMMAND).unwrap();
    assert_eq!(status(&cookie).await, 401);
    assert_eq!(sign_in(serving.addr, "ana", "another password").await.status, 401);
    serving.stop().await;
}

#[test]
fn users_are_managed_by_commands_with_their_roles() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], password: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_arrivals-desk"))
            .args(arguments)
            .args(["--data", folder.path().join("data").to_str().unwrap()])
            .env("RUST_LOG", "warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that wants none may have ended already.
        let _ = child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes());
        let output = child.wait_with_output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run(&["user", "add", "Ana"], PASSWORD).0, Some(2), "a role is wanted");
    assert_eq!(run(&["user", "add", "Ana", "--role", "boss"], PASSWORD).0, Some(2));
    assert_eq!(run(&["user", "add", "Ana", "--role", "admin"], PASSWORD).1, "user ana added as admin\n");
    assert_eq!(run(&["user", "add", "ben", "--role", "desk"], PASSWORD).0, Some(0));
    assert_eq!(run(&["user", "role", "ben", "--role", "supervisor"], "").1, "user ben now has the role supervisor\n");
    assert_eq!(run(&["user", "password", "ben"], "short").0, Some(1));
    assert_eq!(run(&["user", "password", "ben"], "another password").0, Some(0));
    assert_eq!(run(&["user", "list"], "").1, "ana  admin\nben  supervisor\n");
    for command in [&["user", "remove", "ana"][..], &["user", "role", "ana", "--role", "desk"]] {
        let (status, _, why) = run(command, "");
        assert!(status == Some(1) && why.contains("last admin") && why.lines().count() == 1, "{why}");
    }
    assert_eq!(run(&["user", "remove", "ben"], "").0, Some(0));
    assert_eq!(run(&["user", "list"], "").1, "ana  admin\n");
}

fn phone(place: &Place) -> String {
    let found = place.desk.with_store(|store| store.appointment(&AppointmentId::from("apt-0001"))).unwrap().unwrap();
    found.person.contact.phone.as_str().to_owned()
}

/// Ana's page of changes stands open for an hour; then she types another telephone number.
async fn too_late(place: &Place, addr: std::net::SocketAddr, cookie: &str, keep_only: bool) -> Answer {
    send(place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    let page = http(addr, "GET", "/changes?appointment=apt-0001", &[("cookie", cookie)], "").await;
    let edit = page.body.split("action=\"/changes/edit\"").nth(1).unwrap();
    let marks = edit.split("name=\"changes\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    place.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(http(addr, "GET", "/list", &[("cookie", cookie)], "").await.status, 401, "the page noticed");
    let body = format!("csrf={}&appointment=apt-0001&changes={marks}&value=555-0177", page.csrf());
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie)];
    if keep_only {
        headers.push(("x-arrivals-keep", "1"));
    }
    http(addr, "POST", "/changes/edit", &headers, &body).await
}

async fn sign_in_with(addr: std::net::SocketAddr, cookies: &str, name: &str) -> Answer {
    let page = http(addr, "GET", "/sign-in", &[("cookie", cookies)], "").await;
    let cookies = format!("{cookies}; {}", page.cookies());
    form(addr, "/sign-in", &cookies, &[("csrf", &page.csrf()), ("name", name), ("password", PASSWORD)]).await
}

#[tokio::test]
async fn a_form_that_came_too_late_is_offered_again_after_signing_in() {
    for keep_only in [false, true] {
        let (place, serving, cookie) = ready().await;
        let addr = serving.addr;
        let late = too_late(&place, addr, &cookie, keep_only).await;
        assert_eq!(late.status, 401);
        assert!(
            late.body.contains("kept for ten minutes")
                && late.body.contains("name=\"password\"")
                && !late.body.contains("555-0177")
        );
        assert!(late.head.contains("arrivals_kept=") && late.head.contains("Max-Age=600"), "{}", late.head);
        assert_eq!(phone(&place), OLD_PHONE, "nothing is done");
        let kept = late.cookies().split("; ").find(|cookie| cookie.starts_with("arrivals_kept=")).unwrap().to_owned();

        let welcome = sign_in_with(addr, &kept, "ana").await;
        assert!(welcome.status == 303 && welcome.head.contains("location: /kept\r\n"), "{}", welcome.head);
        let cookies = format!("{}; {kept}", welcome.cookies());
        let offered = http(addr, "GET", "/kept", &[("cookie", &cookies)], "").await;
        for words in
            ["Changed details: edit", "Phone", "Alfonso Dietrich", "555-0177", "Send now", "action=\"/changes/edit\""]
        {
            assert!(offered.body.contains(words), "{words}: {}", offered.body);
        }
        assert_eq!(phone(&place), OLD_PHONE, "looking at it does nothing");
        let value = |name: &str| {
            let after = offered.body.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
            after.split('"').next().unwrap().to_owned()
        };
        let fields: Vec<(&str, String)> =
            ["csrf", "kept", "appointment", "changes", "value"].into_iter().map(|name| (name, value(name))).collect();
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(form(addr, "/changes/edit", &cookies, &fields).await.status, 303);
        assert_eq!(phone(&place), "555-0177");
        assert_eq!(http(addr, "GET", "/kept", &[("cookie", &cookies)], "").await.status, 303, "offered once");
        serving.stop().await;
    }
}

#[tokio::test]
async fn a_kept_form_is_for_its_user_alone_and_for_ten_minutes() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("ben", PASSWORD, Role::Admin).unwrap();
    let late = too_late(&place, addr, &cookie, false).await;
    let kept = late.cookies().split("; ").find(|cookie| cookie.starts_with("arrivals_kept=")).unwrap().to_owned();
    let ben = sign_in_with(addr, &kept, "ben").await;
    assert!(ben.head.contains("location: /\r\n"), "{}", ben.head);
    let answer = http(addr, "GET", "/kept", &[("cookie", &format!("{}; {kept}", ben.cookies()))], "").await;
    assert!(answer.status == 303 && !answer.body.contains("555-0177"));
    place.clock.advance(Duration::from_secs(9 * 60));
    let ana = sign_in_with(addr, &kept, "ana").await;
    assert!(ana.head.contains("location: /kept\r\n"));
    let cookies = format!("{}; {kept}", ana.cookies());
    place.clock.advance(Duration::from_secs(60));
    assert_eq!(http(addr, "GET", "/kept", &[("cookie", &cookies)], "").await.status, 303, "ten minutes are over");
    serving.stop().await;
}

#[tokio::test]
async fn nothing_is_kept_of_what_no_page_of_the_session_sent() {
    let (place, serving, cookie) = ready().await;
    let addr = serving.addr;
    let csrf = http(addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
    let fields = |csrf: &'static str| [("csrf", csrf), ("appointment", "apt-0001")];
    let live = [("csrf", csrf.as_str()), ("appointment", "apt-0001")];
    place.clock.advance(Duration::from_secs(60 * 60));
    for (path, cookie, fields) in [
        ("/visit/seen", cookie.as_str(), &fields("wrong")[..]),
        ("/visit/seen", cookie.as_str(), &fields("")[..]),
        ("/visit/seen", "arrivals_session=0123", &live[..]),
        ("/visit/seen", "", &live[..]),
        ("/sign-out", cookie.as_str(), &live[..]),
        ("/active", cookie.as_str(), &live[..]),
    ] {
        let answer = form(addr, path, cookie, fields).await;
        assert!(answer.status == 401 && !answer.head.contains("arrivals_kept"), "{path} {fields:?}");
    }
    assert!(form(addr, "/visit/seen", &cookie, &live).await.head.contains("arrivals_kept"));
    serving.stop().await;
}

#[tokio::test]
async fn what_is_only_to_be_kept_is_never_done() {
    let (place, serving, cookie) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], Vec::new())]);
    let csrf = http(serving.addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
    let headers =
        [("content-type", "application/x-www-form-urlencoded"), ("cookie", cookie.as_str()), ("x-arrivals-keep", "1")];
    let body = format!("csrf={csrf}&appointment=apt-0001");
    let answer = http(serving.addr, "POST", "/visit/seen", &headers, &body).await;
    assert!(answer.status == 409 && !answer.head.contains("arrivals_kept"));
    assert!(!place.desk.visit(&AppointmentId::from("apt-0001")).unwrap().unwrap().seen);
    serving.stop().await;
}

#[tokio::test]
async fn admins_manage_users_on_a_page_of_their_own() {
    let (place, serving, desk_cookie) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let cookie = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/users", &[("cookie", &cookie)], "").await.csrf();
    let users = || {
        place
            .desk
            .users()
            .unwrap()
            .into_iter()
            .map(|user| format!("{} {}", user.name, user.role.code()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let second = "another password";
    for (action, name, role, password, status, sentence, after) in [
        ("add", "Ben ", "desk", PASSWORD, 303, "", "abe admin, ana desk, ben desk"),
        ("add", "ben", "admin", PASSWORD, 422, "exists or existed", "abe admin, ana desk, ben desk"),
        ("add", "cem", "desk", "tiny-pw", 422, "A password has at least 8 characters", "abe admin, ana desk, ben desk"),
        ("add", "<b>", "desk", PASSWORD, 422, "A user name is", "abe admin, ana desk, ben desk"),
        ("add", "cem", "boss", PASSWORD, 400, "Nothing was changed", "abe admin, ana desk, ben desk"),
        ("role", "ben", "supervisor", "", 303, "", "abe admin, ana desk, ben supervisor"),
        ("role", "abe", "desk", "", 422, "is the last admin", "abe admin, ana desk, ben supervisor"),
        ("remove", "abe", "", "", 422, "is the last admin", "abe admin, ana desk, ben supervisor"),
        ("remove", "ben", "", "", 303, "", "abe admin, ana desk"),
        ("remove", "ben", "", "", 422, "That user no longer exists", "abe admin, ana desk"),
        ("password", "ana", "", second, 303, "", "abe admin, ana desk"),
        ("dance", "ana", "desk", second, 404, "Page not found", "abe admin, ana desk"),
    ] {
        let fields = [("csrf", csrf.as_str()), ("name", name), ("role", role), ("password", password)];
        let answer = form(addr, &format!("/users/{action}"), &cookie, &fields).await;
        assert_eq!(answer.status, status, "{action} {name}");
        assert!(
            answer.body.contains(sentence) && (password.is_empty() || !answer.body.contains(password)),
            "{action} {name}: {}",
            answer.body
        );
        assert_eq!(users(), after, "{action} {name}");
    }
    assert_eq!(
        http(addr, "GET", "/list", &[("cookie", &desk_cookie)], "").await.status,
        401,
        "another password signs out"
    );
    assert_eq!(sign_in(addr, "ana", second).await.status, 303);
    let rows = place
        .desk
        .with_store(|store| store.audit_rows(&AuditSearch { user: Some("abe".into()), ..AuditSearch::default() }, 100))
        .unwrap();
    let noted: Vec<String> = rows
        .into_iter()
        .rev()
        .filter(|row| !row.about.is_empty())
        .map(|row| format!("{} {}", row.action, row.about))
        .collect();
    assert_eq!(
        noted,
        [
            "user-added user ben as desk",
            "user-role-set user ben as supervisor",
            "user-removed user ben",
            "user-password-set user ana"
        ]
    );
    serving.stop().await;
}
