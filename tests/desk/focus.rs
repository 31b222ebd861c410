//! What has the focus when a page opens, and which button stands out: never one that decides, ends or takes something
//! out.

use std::fs;
use std::path::Path;
use std::time::Duration;

use arrivals::desk::page::{Needs, ROUTES};
use arrivals::desk::service::settings::parts::PARTS;
use arrivals::domain::proposal::Field;
use arrivals::domain::reason::Reason;
use arrivals::domain::staff::Role;

use super::page::{ready, sign_in};
use super::proposals::{NEW_PHONE, OLD_PHONE, change, says, send, text};
use super::queue::clinic;
use super::support::{Answer, PASSWORD, form, http, stopped};

/// Addresses of forms that decide, end or take out: their buttons are not the one that stands out.
const DECIDES: [&str; 13] = [
    "/changes/accept",
    "/changes/edit",
    "/changes/reject",
    "/visit/call-off",
    "/visit/decline",
    "/visit/not-come",
    "/visit/no-show",
    "/appointments/cancel",
    "/patient-data/remove",
    "/users/remove",
    "/boards/renew",
    "/kiosks/restart",
    "/sign-out",
];

/// The tags of a text, without what stands between them.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<').skip(1).filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
}

/// A tag without the values of its attributes: what people are called may hold anything.
fn names(tag: &str) -> String {
    tag.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
    tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// What is wrong with a page, in words.
fn wrong(page: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for part in page.split("<form").skip(1) {
        let (opening, rest) = part.split_once('>').unwrap_or((part, ""));
        let inside = rest.split("</form>").next().unwrap_or_default();
        if attribute(opening, "method") != "post" {
            continue;
        }
        let action = attribute(opening, "action");
        for tag in tags(inside) {
            let submits = tag.starts_with("button") && attribute(tag, "type") != "button"
                || tag.starts_with("input") && attribute(tag, "type") == "submit";
            if submits && names(tag).split_whitespace().any(|name| name == "autofocus") {
                wrong.push(format!("{action}: has the focus: <{tag}>"));
            }
            if submits
                && DECIDES.contains(&action)
                && attribute(tag, "class").split(' ').any(|class| class == "primary")
            {
                wrong.push(format!("{action}: stands out: <{tag}>"));
            }
        }
    }
    wrong
}

#[test]
fn what_is_wrong_is_found() {
    let page = |button: &str| {
        format!(
            "<form method=\"post\" action=\"/changes/accept\"><input type=\"hidden\" \
             value=\"autofocus\">{button}</form>"
        )
    };
    for (button, expected) in [
        ("<button class=\"button\" type=\"submit\">Accept</button>", 0),
        ("<button class=\"button primary\" type=\"submit\" autofocus>Accept</button>", 2),
        ("<button class=\"button\" autofocus>Accept</button>", 1),
        ("<input type=\"submit\" autofocus>", 1),
        ("<button type=\"button\" class=\"primary\" autofocus>Show</button>", 0),
        ("<input name=\"q\" autofocus>", 0),
    ] {
        assert_eq!(wrong(&page(button)).len(), expected, "{button}");
    }
    assert!(wrong("<form method=\"get\" action=\"/x\"><button autofocus>Search</button></form>").is_empty());
}

#[tokio::test]
async fn no_page_opens_with_the_focus_on_a_button_that_changes_something() {
    let (place, serving, _) = ready().await;
    let addr = serving.addr;
    place.desk.add_user("abe", PASSWORD, Role::Admin).unwrap();
    let mut settings = clinic();
    settings.insurance.ask = true;
    place.desk.take_settings(&settings, "abe").unwrap();
    let proposals = || vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))];
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], proposals()), says(2, 'A', &["apt-0002"], vec![])]);
    send(&place, "lobby", &[stopped(3, Reason::FeelsUnwell, &["apt-0002"]), stopped(4, Reason::NotFound, &[])]);
    let cookie = sign_in(addr, "abe", PASSWORD).await.cookies();
    let csrf = http(addr, "GET", "/", &[("cookie", &cookie)], "").await.csrf();
    let get = async |path: &str| http(addr, "GET", path, &[("cookie", &cookie)], "").await;
    let post = async |path: &str, fields: &[(&str, &str)]| -> Answer {
        let all: Vec<_> = [("csrf", csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        form(addr, path, &cookie, &all).await
    };

    let mut pages: Vec<(String, Answer)> = Vec::new();
    for (_, path, ..) in ROUTES
        .iter()
        .filter(|(method, _, needs, ..)| *method == "GET" && matches!(needs, Needs::Page(_) | Needs::Nothing))
    {
        for query in ["", "?appointment=apt-0001", "?appointment=apt-0005"] {
            pages.push((format!("{path}{query}"), get(&format!("{path}{query}")).await));
        }
    }
    for part in PARTS {
        let path = format!("/settings/part?part={}", part.code);
        pages.push((path.clone(), get(&path).await));
        pages.push((format!("{path}&new=1"), get(&format!("{path}&new=1")).await));
    }
    let book = "/appointments/book?person=apt-0005&service=Vaccination&date=2026-11-24";
    pages.push((book.to_owned(), get(book).await));
    // Pages that answer a form: a question, a mistake, a draft, what was found.
    for (path, fields) in [
        ("/visit/call", &[("appointment", "apt-0001")][..]),
        ("/visit/call", &[("appointment", "apt-0005"), ("point", "Room 1"), ("back", "/")]),
        ("/queue/next", &[("appointment", "apt-0002")]),
        ("/search", &[("q", "Dietrich")]),
        ("/walk-in", &[("given", ""), ("family", ""), ("born", "x")]),
        ("/changes/edit", &[("appointment", "apt-0001"), ("changes", "lobby.1.phone.0"), ("value", "")]),
        ("/settings/save", &[("part", "session"), ("session.idle_minutes", "x")]),
        ("/settings/save", &[("part", "session"), ("session.idle_minutes", "20")]),
        ("/patient-data/show", &[("patient", "apt-0001")]),
        ("/patient-data/confirm", &[("patient", "apt-0001")]),
        ("/patient-data/remove", &[("patient", "apt-0001"), ("number", "x"), ("asked", "")]),
        ("/account/password", &[("password", "x"), ("new_password", "y")]),
        ("/users/add", &[("name", ""), ("role", "desk"), ("password", "x")]),
        ("/audit", &[("person", "dietrich")]),
    ] {
        pages.push((path.to_owned(), post(path, fields).await));
    }
    pages.push(("/settings/review".to_owned(), get("/settings/review").await));
    // What was sent too late and is offered again.
    place.clock.advance(Duration::from_secs(21 * 60));
    let late = post("/visit/note", &[("appointment", "apt-0001"), ("text", "Typed too late")]).await;
    let kept = late.cookies().split("; ").find(|cookie| cookie.starts_with("arrivals_kept=")).unwrap().to_owned();
    pages.push(("a form that came too late".to_owned(), late));
    let again = format!("{}; {kept}", sign_in(addr, "abe", PASSWORD).await.cookies());
    let offered = http(addr, "GET", "/kept", &[("cookie", &again)], "").await;
    assert!(offered.body.contains("Send now"), "{}", offered.body);
    pages.push(("/kept".to_owned(), offered));

    let shown = pages.iter().filter(|(_, page)| page.head.contains("text/html") && page.body.contains("<form")).count();
    assert!(shown > 60, "{shown} pages with forms");
    let found: Vec<String> = pages
        .iter()
        .flat_map(|(path, page)| wrong(&page.body).into_iter().map(move |what| format!("{path}: {what}")))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    serving.stop().await;
}

#[tokio::test]
async fn a_change_opens_with_its_heading_in_focus_and_nothing_that_stands_out() {
    let (place, serving, cookie) = ready().await;
    send(&place, "lobby", &[says(1, 'A', &["apt-0001"], vec![change(Field::Phone, text(OLD_PHONE), text(NEW_PHONE))])]);
    let page = http(serving.addr, "GET", "/changes?appointment=apt-0001", &[("cookie", &cookie)], "").await.body;
    let focused: Vec<&str> =
        tags(&page).filter(|tag| names(tag).split_whitespace().any(|name| name == "autofocus")).collect();
    assert!(
        focused.len() == 1 && focused[0].starts_with("h2 ") && attribute(focused[0], "tabindex") == "-1",
        "{focused:?}"
    );
    let main = page.split("<main").nth(1).unwrap();
    assert!(main.contains("id=\"accept-all\"") && !main.contains("primary"), "{main}");
    serving.stop().await;
}

/// Also on pages that no test opens: no template writes it.
#[test]
fn no_template_gives_a_button_the_focus() {
    fn scan(folder: &Path, found: &mut Vec<String>, read: &mut usize) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                scan(&path, found, read);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                *read += 1;
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                for at in code.match_indices("button").map(|(at, _)| at) {
                    let tag = code[at..].split(['{', ';']).next().unwrap_or_default();
                    let is_tag = code[..at].ends_with([' ', '{']) && tag["button".len()..].starts_with(['.', ' ']);
                    if is_tag && tag.contains("autofocus") {
                        found.push(format!("{}: {tag}", path.display()));
                    }
                }
            }
        }
    }
    let (mut found, mut read) = (Vec::new(), 0);
    scan(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desk/page"), &mut found, &mut read);
    assert!(read > 40 && found.is_empty(), "{}", found.join("\n"));
}
