//! Messages: what they say, that the clinic's program gets them once, and what becomes of those that it does not take.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::ManualClock;
use arrivals::desk::base::config::MessageSettings;
use arrivals::desk::service::booking::messages::Way;
use arrivals::desk::{Desk, DeskOptions};
use arrivals::domain::ids::AppointmentId;

use super::page::sign_in;
use super::support::{PASSWORD, PATIENCE, form, http, import, morning};

struct Mailing {
    desk: Desk,
    clock: ManualClock,
    folder: tempfile::TempDir,
}

/// A desk whose program is a shell that does this with what it gets.
fn mailing(script: &str) -> Mailing {
    let folder = tempfile::tempdir().unwrap();
    let clock = ManualClock::at(morning());
    let desk = open(folder.path(), &clock, script);
    import(&desk, "tests/data/day.csv").0.unwrap();
    Mailing { desk, clock, folder }
}

fn open(folder: &Path, clock: &ManualClock, script: &str) -> Desk {
    let command = ["sh", "-c", script, "sh", folder.to_str().unwrap()].map(str::to_owned).to_vec();
    let options = DeskOptions::default().messages(Some(MessageSettings { command }));
    Desk::open_with(folder, None, options, Arc::new(clock.clone())).unwrap()
}

const KEEP: &str = "cat >> \"$1\"/sent";

fn sent(mailing: &Mailing) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(mailing.folder.path().join("sent")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn state(mailing: &Mailing, id: &str) -> Vec<(String, u32, String)> {
    let messages = mailing.desk.with_store(|store| store.messages_about(&id.into())).unwrap();
    messages.into_iter().map(|one| (one.state, one.tries, one.why.as_str().to_owned())).collect()
}

#[test]
fn a_message_says_when_and_where_and_not_what_for_and_goes_once() {
    let mailing = mailing(KEEP);
    let id = AppointmentId::from("apt-0003");
    assert!(mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap());
    assert!(!mailing.desk.send_message(&id, Way::Sms, false, "ben").unwrap(), "the same one waits");
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 1);
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 0);
    let got = sent(&mailing);
    let on_file = mailing.desk.with_store(|store| store.appointment(&id)).unwrap().unwrap();
    assert_eq!(
        (got.len(), got[0]["kind"].as_str(), got[0]["to"].as_str()),
        (1, Some("sms"), Some(on_file.person.contact.phone.as_str()))
    );
    let text = got[0]["text"].as_str().unwrap();
    for words in [
        "Monday, November 23, 2026, 8:00 AM",
        "Dr. June Kassulke",
        "Main building, 2nd floor",
        "Check-in opens at 7:00 AM",
        "Clinic",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for personal in ["Cardiology", on_file.person.family_name.as_str(), on_file.person.id.as_str()] {
        assert!(!text.contains(personal), "{text}");
    }
    assert_eq!(state(&mailing, "apt-0003"), [("sent".to_owned(), 1, String::new())]);
    assert!(!mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap(), "it arrived");
    assert!(mailing.desk.send_message(&id, Way::Sms, true, "ana").unwrap(), "somebody wants it again");
    assert!(!mailing.desk.send_message(&id, Way::Email, false, "ana").unwrap(), "no address is on file");
    let mut with_address = on_file.clone();
    with_address.person.contact.email = "somebody@example.org".into();
    mailing.desk.import_appointments(&[with_address]).unwrap();
    assert!(mailing.desk.send_message(&id, Way::Email, false, "ana").unwrap(), "another way is another message");
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 2);
    let rows = mailing.desk.with_store(|store| store.audit_rows(&Default::default(), 9)).unwrap();
    assert_eq!(
        rows.iter().filter(|row| row.action == "message-queued" && row.patient == on_file.person.id.as_str()).count(),
        3
    );
}

#[test]
fn what_cannot_go_now_is_tried_again_and_given_up_after_a_while() {
    let mailing = mailing("echo 'no line to the network' >&2; exit 75");
    let id = AppointmentId::from("apt-0003");
    assert!(mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap());
    for (tries, minutes) in [(1, 1), (2, 5), (3, 30), (4, 120)] {
        assert_eq!(mailing.desk.send_due_messages().unwrap(), 1, "try {tries}");
        assert_eq!(state(&mailing, "apt-0003"), [("queued".to_owned(), tries, "no line to the network".to_owned())]);
        mailing.clock.advance(Duration::from_secs(minutes * 60 - 1));
        assert_eq!(mailing.desk.send_due_messages().unwrap(), 0, "not before its time");
        mailing.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 1);
    assert_eq!(state(&mailing, "apt-0003"), [("failed".to_owned(), 5, "no line to the network".to_owned())]);
    mailing.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 0);
    assert!(mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap(), "staff may try what failed again");
}

#[test]
fn a_message_outlives_a_restart_and_none_is_sent_twice_because_of_one() {
    let mailing = mailing(KEEP);
    let id = AppointmentId::from("apt-0003");
    assert!(mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap());
    assert!(mailing.desk.send_message(&"apt-0004".into(), Way::Sms, false, "ana").unwrap());
    // One is being sent when the power goes.
    let cut_off = mailing.desk.with_store(|store| store.claim_message(morning())).unwrap().unwrap();
    assert_eq!(cut_off.appointment, id);
    let again = open(mailing.folder.path(), &mailing.clock, KEEP);
    assert_eq!(again.send_due_messages().unwrap(), 1, "the other one");
    mailing.clock.advance(Duration::from_secs(6 * 60));
    assert_eq!(again.send_due_messages().unwrap(), 0);
    let [(state, 1, why)] = &state(&mailing, "apt-0003")[..] else { panic!("tried once") };
    assert!(state == "failed" && why.contains("may have been sent"));
    assert_eq!(sent(&mailing).len(), 1);
}

#[test]
fn what_will_never_go_is_given_up_at_once() {
    for (script, why) in [("echo 'no such number' >&2; exit 65", "no such number"), ("exit 65", "exit status: 65")] {
        let mailing = mailing(script);
        assert!(mailing.desk.send_message(&"apt-0003".into(), Way::Sms, false, "ana").unwrap());
        mailing.desk.send_due_messages().unwrap();
        let [(state, 1, said)] = &state(&mailing, "apt-0003")[..] else { panic!("{script}") };
        assert!(state == "failed" && said.contains(why), "{script}");
    }
    // A program that is not there may be there later; one that reads nothing got it all the same.
    let gone = mailing("");
    let nowhere = MessageSettings { command: vec!["/nowhere/to/be/found".to_owned()] };
    let options = DeskOptions::default().messages(Some(nowhere));
    let gone = Desk::open_with(gone.folder.path(), None, options, Arc::new(gone.clock.clone())).unwrap();
    assert!(gone.send_message(&"apt-0003".into(), Way::Sms, false, "ana").unwrap());
    gone.send_due_messages().unwrap();
    let message = gone.with_store(|store| store.messages_about(&"apt-0003".into())).unwrap().remove(0);
    assert!(message.state == "queued" && message.why.as_str().contains("can't be started"));
    let deaf = mailing("exit 0");
    assert!(deaf.desk.send_message(&"apt-0003".into(), Way::Sms, false, "ana").unwrap());
    deaf.desk.send_due_messages().unwrap();
    assert_eq!(state(&deaf, "apt-0003")[0].0, "sent");
}

#[test]
fn what_waits_about_an_appointment_is_not_sent_once_that_is_called_off() {
    let mailing = mailing(KEEP);
    let id = AppointmentId::from("apt-0003");
    assert!(mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap());
    mailing.desk.call_off(&id, "", "ana").unwrap().unwrap();
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 0);
    assert!(sent(&mailing).is_empty());
    assert_eq!(
        state(&mailing, "apt-0003"),
        [("failed".to_owned(), 0, "The appointment was canceled before it was sent.".to_owned())]
    );
    // It stands again: somebody decides anew whether to send.
    let (step, _) = mailing.desk.booking_state(&id).unwrap().undo.unwrap();
    mailing.desk.undo_booking(&id, step, "ana").unwrap().unwrap();
    assert_eq!(mailing.desk.send_due_messages().unwrap(), 0);
    assert!(mailing.desk.send_message(&id, Way::Sms, false, "ana").unwrap());
    assert_eq!((mailing.desk.send_due_messages().unwrap(), sent(&mailing).len()), (1, 1));
}

#[tokio::test]
async fn staff_read_the_text_and_send_it() {
    let mailing = mailing(KEEP);
    mailing.desk.add_user("ana", PASSWORD, arrivals::domain::staff::Role::Desk).unwrap();
    let serving = mailing.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let cookie = sign_in(serving.addr, "ana", PASSWORD).await.cookies();
    let page =
        http(serving.addr, "GET", "/appointments/message?appointment=apt-0003", &[("cookie", &cookie)], "").await;
    assert!(
        page.status == 200 && page.body.contains("Monday, November 23, 2026") && page.body.contains("as SMS to"),
        "{}",
        page.body
    );
    let csrf = page.csrf();
    let fields = [("csrf", csrf.as_str()), ("appointment", "apt-0003"), ("kind", "sms")];
    let answer = form(serving.addr, "/appointments/send", &cookie, &fields).await;
    assert!(answer.status == 200 && answer.body.contains("Sending."), "{}", answer.body);
    // The desk sends by itself.
    let found = async {
        while sent(&mailing).is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap();
    assert_eq!(form(serving.addr, "/appointments/send", &cookie, &fields).await.status, 409);
    assert_eq!(
        form(serving.addr, "/appointments/send", &cookie, &[fields[0], fields[1], ("kind", "pigeon")]).await.status,
        400
    );
    let cancelled = [("csrf", csrf.as_str()), ("appointment", "apt-0003"), ("why", "x")];
    assert_eq!(form(serving.addr, "/appointments/cancel", &cookie, &cancelled).await.status, 303);
    assert_eq!(form(serving.addr, "/appointments/send", &cookie, &fields).await.status, 404);
    serving.stop().await;
}
