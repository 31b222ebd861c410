//! Plays of insurance: another card, a second one, none, and someone who gives up in the middle.

use anyhow::ensure;

use super::changes::{SOMETHING_CHANGED, accept_and_hand_on};
use super::player::Player;
use super::plays::{
    ALL_RIGHT, ASK_ME, BY_NUMBER, THAT_IS_ME, finish, press_digits, scan_code, type_birth_date, type_name,
};
use crate::device::camera::SimulatedCard;
use crate::domain::ids::AppointmentId;
use crate::domain::insurance::{Coverage, Side};
use crate::domain::proposal::{Field, Value};
use crate::domain::reason::Reason;
use crate::flow::card::{CardPart, PhotoDoubt};
use crate::flow::step::Step;

pub(super) fn new_card(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-23")?;
    scan_code(player, "demo-23", "January", "09")?;
    to_insurance(player)?;
    for answer in [SOMETHING_CHANGED, "I have a new card"] {
        player.touch(answer)?;
    }
    // By what people call it.
    player.until(Step::NewCard(CardPart::Payer))?;
    player.touch("My insurance is not in this list")?;
    type_text(player, CardPart::Payer, "bcbs")?;
    player.touch("Blue Cross Blue Shield")?;
    type_text(player, CardPart::MemberId, "xyz123456789")?;
    player.touch("Next")?;
    player.until(Step::NewCard(CardPart::Holder))?;
    player.touch("Me")?;
    // Too dark first: the page says so right away, and what was taken is not good enough.
    player.until(Step::NewCard(CardPart::Photo(Side::Front)))?;
    player.rig.camera.hold(SimulatedCard::Dark);
    player.stage.until("a dark picture", |app| app.camera_sees() == Some(Some(PhotoDoubt::TooDark)))?;
    player.touch("Take the photo")?;
    player.touch("Retake photo")?;
    photograph(player, Side::Front, SimulatedCard::Front)?;
    photograph(player, Side::Back, SimulatedCard::Back)?;
    get_ticket(player)?;
    player.rig.camera.hold(SimulatedCard::Front);
    ensure!(player.photos_at_desk(&visit)? == [Side::Front, Side::Back], "the desk has other photos");
    let card = proposed(player, &visit, Field::Insurance)?;
    ensure!(card.payer_code == "blue-cross" && card.member_id.as_str() == "XYZ123456789", "the desk has another card");
    player.desk_holds(&visit, "arrived", &[])?;
    accept_and_hand_on(player, &visit, 1, &["XYZ123456789"])
}

pub(super) fn wrong_letter_and_second_card(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-24")?;
    scan_code(player, "demo-24", "April", "11")?;
    to_insurance(player)?;
    for answer in [SOMETHING_CHANGED, "I also have a second card"] {
        player.touch(answer)?;
    }
    player.until(Step::NewCard(CardPart::Payer))?;
    player.touch("Medicare")?;
    // An S where the card has a 5.
    type_text(player, CardPart::MemberId, "1eg4tes")?;
    player.touch("Next")?;
    player.until(Step::NewCard(CardPart::MemberId))?;
    player.look()?;
    player.touch("Delete the last letter")?;
    type_text(player, CardPart::MemberId, "5mk73")?;
    player.touch("Next")?;
    player.until(Step::NewCard(CardPart::Holder))?;
    player.touch("Me")?;
    player.until(Step::NewCard(CardPart::Photo(Side::Front)))?;
    player.touch("Skip photo")?;
    player.until(Step::NewCard(CardPart::Review))?;
    player.touch("Which card pays first")?;
    get_ticket(player)?;
    let (first, second) =
        (proposed(player, &visit, Field::Insurance)?, proposed(player, &visit, Field::SecondInsurance)?);
    ensure!(first.member_id.as_str() == "1EG4TE5MK73", "Medicare is not the first card");
    ensure!(second.payer.as_str() == "Harborview Health Plan", "the card on file is not the second one");
    accept_and_hand_on(player, &visit, 2, &["1EG4TE5MK73"])
}

pub(super) fn none_any_more(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-25")?;
    player.touch("Check in")?;
    type_birth_date(player, "October", "13", "1991")?;
    type_name(player, Step::FamilyName, "ramaswamy")?;
    to_insurance(player)?;
    for answer in [SOMETHING_CHANGED, "I no longer have insurance", BY_NUMBER] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()?;
    ensure!(proposed(player, &visit, Field::Insurance)?.is_none(), "the desk has a card to review");
    finish(player)
}

pub(super) fn gives_up(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-26")?;
    player.touch("العربية")?;
    scan_code(player, "demo-26", "June", "18")?;
    to_insurance(player)?;
    for answer in [SOMETHING_CHANGED, "I have a new card"] {
        player.touch(answer)?;
    }
    player.until(Step::NewCard(CardPart::Payer))?;
    player.touch("Lakeside Mutual")?;
    player.until(Step::NewCard(CardPart::MemberId))?;
    for back in [CardPart::Payer, CardPart::MemberId] {
        player.touch("Back to the previous page")?;
        if back == CardPart::Payer {
            player.until(Step::NewCard(back))?;
        }
    }
    player.until(Step::ChangeInsurance)?;
    for answer in [ASK_ME, BY_NUMBER] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    ensure!(player.rig.desk.changes_of(&visit)?.is_empty(), "the desk has half a card to review");
    finish(player)
}

pub(super) fn first_card(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-27")?;
    player.touch("Español")?;
    scan_code(player, "demo-27", "July", "30")?;
    to_insurance(player)?;
    player.touch("Type what is on the card")?;
    player.until(Step::NewCard(CardPart::Payer))?;
    player.touch("Harborview Health Plan")?;
    type_text(player, CardPart::MemberId, "w1234567")?;
    player.touch("Next")?;
    player.until(Step::NewCard(CardPart::Holder))?;
    player.touch("My husband, wife or partner")?;
    type_name(player, Step::NewCard(CardPart::HolderName), "ignacio delgado")?;
    player.until(Step::NewCard(CardPart::HolderBirthDate))?;
    player.touch("I don't know")?;
    photograph(player, Side::Front, SimulatedCard::Front)?;
    // The camera is pulled out in the middle: what was taken stays, and the page says what to do.
    player.until(Step::NewCard(CardPart::Photo(Side::Back)))?;
    player.rig.camera.unplug();
    player.stage.until("the camera to be gone", super::super::window::app::App::camera_is_gone)?;
    player.touch("Skip photo")?;
    player.rig.camera.plug();
    get_ticket(player)?;
    ensure!(player.photos_at_desk(&visit)? == [Side::Front], "the desk has other photos");
    let card = proposed(player, &visit, Field::Insurance)?;
    ensure!(card.holder.is_some_and(|holder| holder.name.as_str() == "Ignacio Delgado"), "the desk has another holder");
    accept_and_hand_on(player, &visit, 1, &["W1234567"])
}

/// From "is this you" to the page about insurance.
fn to_insurance(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.until(Step::IsThisYou)?;
    for answer in [THAT_IS_ME, "Check in now", ALL_RIGHT] {
        player.touch(answer)?;
    }
    player.until(Step::Insurance)
}

/// Holds a side of the card into the frame and uses the photo.
fn photograph(player: &mut Player<'_>, side: Side, card: SimulatedCard) -> anyhow::Result<()> {
    player.until(Step::NewCard(CardPart::Photo(side)))?;
    player.rig.camera.hold(card);
    player.stage.until("a good picture", |app| app.camera_sees() == Some(None))?;
    player.touch("Take the photo")?;
    player.touch("Yes, use this photo")
}

/// From the page with all of the card to the last page.
fn get_ticket(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.until(Step::NewCard(CardPart::Review))?;
    for answer in ["Yes, continue", BY_NUMBER] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()
}

/// With a keyboard that is plugged in.
fn type_text(player: &mut Player<'_>, part: CardPart, text: &str) -> anyhow::Result<()> {
    player.until(Step::NewCard(part))?;
    for letter in text.chars() {
        match letter.to_digit(10) {
            Some(_) => press_digits(player, &letter.to_string())?,
            None => player.stage.type_text(&letter.to_string()),
        }
    }
    Ok(())
}

/// The card that the desk has to review.
fn proposed(player: &Player<'_>, visit: &AppointmentId, field: Field) -> anyhow::Result<Coverage> {
    let change = player.rig.desk.changes_of(visit)?.into_iter().find(|change| change.key.field == field);
    match change.map(|change| change.proposal.new) {
        Some(Value::Coverage(card)) => Ok(*card),
        _ => anyhow::bail!("the desk has no card to review"),
    }
}
