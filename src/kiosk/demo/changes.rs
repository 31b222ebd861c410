//! Plays of patients whose contact details have changed: typed at the kiosk, accepted at the desk, exported once.

use anyhow::{Context as _, ensure};

use super::player::Player;
use super::plays::{BY_NUMBER, CARD_RIGHT, THAT_IS_ME, finish, press_digits, scan_code, type_birth_date, type_name};
use crate::domain::ids::AppointmentId;
use crate::flow::details::Part;
use crate::flow::step::Step;

pub(super) const SOMETHING_CHANGED: &str = "No, something changed";

pub(super) fn new_phone(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-21")?;
    scan_code(player, "demo-21", "May", "17")?;
    change(player, &["Phone"])?;
    player.until(Step::NewDetail(Part::Phone))?;
    press_digits(player, "201555012")?;
    // One digit short: the page says so, and nothing is lost.
    player.touch("Next")?;
    player.until(Step::NewDetail(Part::Phone))?;
    press_digits(player, "3")?;
    player.touch("Next")?;
    get_ticket(player)?;
    accepted_and_handed_on(player, &visit, &["(201) 555-0123"])
}

pub(super) fn moved_house(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-22")?;
    player.touch("Español")?;
    player.touch("Check in")?;
    type_birth_date(player, "September", "08", "1966")?;
    type_name(player, Step::FamilyName, "thornbury")?;
    player.until(Step::IsThisYou)?;
    change(player, &["Address"])?;
    player.until(Step::NewDetail(Part::PostalCode))?;
    press_digits(player, "01108")?;
    player.touch("Next")?;
    for (part, text) in [(Part::Street, "40 river road"), (Part::City, "springfield"), (Part::State, "ma")] {
        type_name(player, Step::NewDetail(part), text)?;
    }
    get_ticket(player)?;
    accepted_and_handed_on(player, &visit, &["40 River Road", "Springfield", "MA", "01108"])
}

/// Speaks Vietnamese and needs an interpreter, and someone else is to be told if something happens.
pub(super) fn whom_to_tell(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-28")?;
    scan_code(player, "demo-28", "August", "26")?;
    change(player, &["Language"])?;
    player.until(Step::NewDetail(Part::Language))?;
    player.touch("Tiếng Việt")?;
    player.touch("Yes, I need an interpreter")?;
    player.until(Step::ChangeDetails)?;
    player.touch("Emergency contact")?;
    type_name(player, Step::NewDetail(Part::EmergencyName), "linh tran")?;
    player.until(Step::NewDetail(Part::EmergencyPhone))?;
    press_digits(player, "2015550142")?;
    player.touch("Next")?;
    get_ticket(player)?;
    player.desk_holds(&visit, "arrived", &[])?;
    accept_and_hand_on(player, &visit, 3, &["Linh Tran", "(201) 555-0142"])
}

/// From "is this you" to the page on which the change is typed.
fn change(player: &mut Player<'_>, which: &[&str]) -> anyhow::Result<()> {
    player.until(Step::IsThisYou)?;
    for answer in [THAT_IS_ME, "Check in now", SOMETHING_CHANGED].iter().chain(which) {
        player.touch(answer)?;
    }
    Ok(())
}

/// From the page with what is new to the last page.
fn get_ticket(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.until(Step::ChangeDetails)?;
    for answer in ["Yes, continue", CARD_RIGHT, BY_NUMBER] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()
}

/// The desk has it to review, accepts it, and the next file for the record system holds it once.
fn accepted_and_handed_on(player: &mut Player<'_>, visit: &AppointmentId, texts: &[&str]) -> anyhow::Result<()> {
    player.desk_holds(visit, "arrived", &[])?;
    accept_and_hand_on(player, visit, 1, texts)
}

/// Accepts this many changes; the next file for the record system holds each once.
pub(super) fn accept_and_hand_on(
    player: &mut Player<'_>,
    visit: &AppointmentId,
    count: usize,
    texts: &[&str],
) -> anyhow::Result<()> {
    ensure!(player.rig.desk.accept_changes(visit)? == count, "the desk has another number of changes to review");
    let file = player.rig.desk.export()?.context("the accepted change is not exported")?;
    let lines: Vec<&str> = file.lines().filter(|line| texts.iter().all(|text| line.contains(text))).collect();
    ensure!(lines.len() == 1 && file.lines().count() == 1 + count, "the accepted change is not exported exactly once");
    ensure!(player.rig.desk.export()?.is_none(), "the accepted change is exported twice");
    finish(player)
}
