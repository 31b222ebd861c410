//! Conversations of kiosk and desk as they were really held, over HTTP, by the programs of the day. Every later program
//! accepts all of them, in both directions: today's desk is told what kiosks said then, and today's kiosk hears what
//! desks answered then.
//!
//! One folder for each protocol in `tests/data/conversation`, one JSON object on each line. `ARRIVALS_RECORD=FOLDER`
//! records today's beside them.

mod at_desk;
mod at_kiosk;
mod kinds;
mod line;
mod record;
mod story;
mod way;

use std::path::PathBuf;

use arrivals::sync::wire::PROTOCOL;

use self::line::Line;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/conversation")
}

/// Every conversation, the oldest protocol first.
fn all() -> Vec<(u32, Vec<Line>)> {
    let mut found: Vec<(u32, Vec<Line>)> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let protocol = path.file_name().unwrap().to_str().unwrap().parse().unwrap_or_else(|_| {
                panic!("{}: a conversation's folder is named after its protocol, such as {PROTOCOL}", path.display());
            });
            (protocol, line::read(&path.join(line::FILE)))
        })
        .collect();
    found.sort_by_key(|(protocol, _)| *protocol);
    assert!(!found.is_empty());
    found
}

#[test]
fn the_newest_conversation_is_of_this_protocol_and_says_everything_that_can_be_said() {
    let all = all();
    let (protocol, lines) = all.last().unwrap();
    assert_eq!(
        *protocol, PROTOCOL,
        "record a conversation of this protocol beside the others: ARRIVALS_RECORD=tests/data/conversation/{PROTOCOL} \
         cargo test --no-default-features --features desk --test core conversation::record_again"
    );
    kinds::all_are_in(lines);
}

#[tokio::test]
async fn todays_desk_accepts_what_kiosks_of_every_protocol_said() {
    for (protocol, lines) in all() {
        at_desk::play(protocol, &lines).await;
    }
}

#[tokio::test(start_paused = true)]
async fn todays_kiosk_accepts_what_desks_of_every_protocol_answered() {
    for (protocol, lines) in all() {
        at_kiosk::play(protocol, &lines).await;
    }
}

/// Does nothing but where `ARRIVALS_RECORD` names a folder.
#[tokio::test]
async fn record_again() {
    let Some(folder) = std::env::var_os("ARRIVALS_RECORD").map(PathBuf::from) else { return };
    let lines = record::record().await;
    std::fs::create_dir_all(&folder).unwrap();
    line::write(&folder.join(line::FILE), &lines);
    println!("{} lines in {}", lines.len(), folder.display());
}
