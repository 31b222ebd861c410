//! Whole check-ins through the real pages: who comes, what they do, what they get, what the desk knows.

use anyhow::{Context as _, ensure};

use super::player::Player;
use super::{cards, changes, day};
use crate::codes;
use crate::device::printer::SimulatedCondition;
use crate::domain::language::Language;
use crate::domain::reason::Reason;
use crate::flow::around::{Look, Over, WELCOME_FORGETS_AFTER_SECONDS};
use crate::flow::screen::Content;
use crate::flow::step::Step;

/// One play: its name, the language of who comes, and what happens.
pub struct Play {
    /// Its name and folder.
    pub name: &'static str,
    /// The patient's language.
    pub language: Language,
    /// What happens; an error says what did not.
    pub act: fn(&mut Player<'_>) -> anyhow::Result<()>,
}

/// Every play, in the order in which they are given.
pub const PLAYS: [Play; 29] = [
    Play { name: "first-page", language: Language::English, act: first_page },
    Play { name: "scan-and-check-in", language: Language::English, act: scan_and_check_in },
    Play { name: "typed-insurance-not-right", language: Language::English, act: typed_insurance_not_right },
    Play { name: "arabic", language: Language::Arabic, act: arabic },
    Play { name: "spanish-by-keypad", language: Language::Spanish, act: spanish_by_keypad },
    Play { name: "out-of-paper", language: Language::English, act: out_of_paper },
    Play { name: "desk-unreachable-then-back", language: Language::English, act: desk_unreachable_then_back },
    Play { name: "already-checked-in", language: Language::English, act: already_checked_in },
    Play { name: "asked-for-help", language: Language::English, act: asked_for_help },
    Play { name: "feels-unwell", language: Language::English, act: feels_unwell },
    Play { name: "walked-away", language: Language::English, act: walked_away },
    Play { name: "not-found-three-times", language: Language::English, act: not_found_three_times },
    Play { name: "twins-told-apart", language: Language::English, act: twins_told_apart },
    Play { name: "typed-with-a-slip", language: Language::English, act: typed_with_a_slip },
    Play { name: "called-by-another-name", language: Language::English, act: called_by_another_name },
    Play { name: "two-children-in-one-go", language: Language::English, act: two_children_in_one_go },
    Play { name: "walk-in", language: Language::English, act: walk_in },
    Play { name: "documents-missing", language: Language::English, act: documents_missing },
    Play { name: "other-site-explained", language: Language::Spanish, act: other_site_explained },
    Play { name: "licence-scanned", language: Language::English, act: licence_scanned },
    Play { name: "codes-not-taken", language: Language::English, act: codes_not_taken },
    Play { name: "new-phone", language: Language::English, act: changes::new_phone },
    Play { name: "moved-house", language: Language::Spanish, act: changes::moved_house },
    Play { name: "language-and-whom-to-tell", language: Language::English, act: changes::whom_to_tell },
    Play { name: "new-card", language: Language::English, act: cards::new_card },
    Play {
        name: "medicare-with-a-wrong-letter",
        language: Language::English,
        act: cards::wrong_letter_and_second_card,
    },
    Play { name: "no-insurance-any-more", language: Language::English, act: cards::none_any_more },
    Play { name: "gives-up-in-the-middle", language: Language::Arabic, act: cards::gives_up },
    Play { name: "first-card-of-all", language: Language::Spanish, act: cards::first_card },
];

pub(super) const THAT_IS_ME: &str = "Yes, that's me";
pub(super) const ALL_RIGHT: &str = "Yes, this is correct";
pub(super) const CARD_RIGHT: &str = "Yes, this is correct";
pub(super) const ASK_ME: &str = "Ask me at the front desk";
pub(super) const BY_NUMBER: &str = "By my number";

/// The welcome page as delivered and in each language, the page behind it, and what it keeps: for the person who is
/// there everything, for the next one nothing.
fn first_page(player: &mut Player<'_>) -> anyhow::Result<()> {
    for language in ["Español", "العربية", "English"] {
        player.touch(language)?;
    }
    player.touch("Check in")?;
    player.touch("Larger text")?;
    player.touch("Back to the previous page")?;
    player.touch("العربية")?;
    let kept = player.stage.app.screen();
    ensure!(
        kept.look.large_text && kept.language == Language::Arabic,
        "the way back to the welcome page has changed how it looks"
    );
    player.look()?;
    player.wait(u64::from(WELCOME_FORGETS_AFTER_SECONDS));
    let next = player.stage.app.screen();
    ensure!(
        next.look == Look::default() && next.language == Language::English,
        "the next person finds what the last one chose"
    );
    player.look()
}

fn scan_and_check_in(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-01")?;
    scan_code(player, "demo-01", "March", "14")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    player.until_desk_knows()?;
    player.look()?;
    player.desk_holds(&visit, "arrived", &[])?;
    player.rig.desk.mark_seen(&visit)?;
    player.stage.until(
        "staff to have seen them",
        |app| matches!(app.screen().content, Content::Ticket(at_hand) if at_hand.seen_by_staff),
    )?;
    finish(player)
}

fn typed_insurance_not_right(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-04")?;
    player.touch("Check in")?;
    type_birth_date(player, "September", "30", "1941")?;
    type_name(player, Step::FamilyName, "lindqvist")?;
    player.until(Step::IsThisYou)?;
    for answer in [THAT_IS_ME, "Check in now", ALL_RIGHT, "No, something changed", ASK_ME, "By my first name"] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    finish(player)
}

fn arabic(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-03")?;
    player.touch("العربية")?;
    ensure!(player.stage.app.screen().language == Language::Arabic, "the pages did not change to Arabic");
    player.touch("Check in")?;
    type_birth_date(player, "November", "05", "1990")?;
    type_name(player, Step::FamilyName, "haddad")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[])?;
    finish(player)?;
    ensure!(player.stage.app.screen().language == Language::English, "the next person finds Arabic");
    Ok(())
}

fn spanish_by_keypad(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-02")?;
    player.select("Español")?;
    player.scan(&codes::appointment_code(&visit))?;
    player.until(Step::Birthday)?;
    // The day before the month, as Spanish says it.
    for key in ["0", "2"] {
        player.stage.select(key)?;
    }
    player.select("June")?;
    player.select("Next")?;
    // A page stands on its first answer when it appears: select alone says yes.
    for (stands_at, leads_to) in [(Step::IsThisYou, Step::Visits), (Step::Visits, Step::Details)] {
        player.until(stands_at)?;
        player.look()?;
        player.stage.key(slint::platform::Key::Return);
        player.until(leads_to)?;
    }
    for answer in [ALL_RIGHT, ASK_ME, "By my first name"] {
        player.select(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    player.select("Finish")?;
    player.until(Step::Welcome)
}

fn out_of_paper(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.rig.printer.set(SimulatedCondition::NoPaper);
    let outcome = check_in_without_paper(player);
    player.rig.printer.set(SimulatedCondition::Ready);
    outcome?;
    finish(player)
}

fn check_in_without_paper(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-06")?;
    scan_code(player, "demo-06", "July", "21")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    ensure!(player.record.print == "failed", "without paper the ticket is {}", player.record.print);
    player.desk_holds(&visit, "arrived", &[Reason::PrinterTrouble])?;
    let second = player.visit("demo-07")?;
    ensure!(player.rig.desk.held(&second)?.ticket == player.record.ticket, "both visits of today wait with one number");
    Ok(())
}

fn desk_unreachable_then_back(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.rig.network.set(true);
    let outcome = check_in_without_the_desk(player);
    player.rig.network.set(false);
    outcome?;
    player.until_desk_knows()?;
    player.look()?;
    let visit = player.visit("demo-05")?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    finish(player)
}

fn check_in_without_the_desk(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-05")?;
    player.stage.until("the kiosk to notice", |app| !app.surroundings().desk_reached)?;
    scan_code(player, "demo-05", "January", "08")?;
    check_in(player, ALL_RIGHT, ASK_ME, BY_NUMBER)?;
    ensure!(player.rig.desk.held(&visit)?.state == "expected", "the desk knows what it cannot have heard");
    let says_too_much = matches!(player.stage.app.screen().content, Content::Ticket(at_hand) if at_hand.desk_knows);
    ensure!(!says_too_much, "the page says more than is true");
    Ok(())
}

fn already_checked_in(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-01")?;
    scan_code(player, "demo-01", "March", "14")?;
    player.touch(THAT_IS_ME)?;
    player.until(Step::Done)?;
    player.note_ticket();
    ensure!(player.record.ticket == player.rig.desk.held(&visit)?.ticket, "the second ticket is another one");
    player.touch("Print again")?;
    player.until(Step::Done)?;
    player.note_ticket();
    player.desk_holds(&visit, "arrived", &[])?;
    finish(player)
}

fn asked_for_help(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Check in")?;
    player.touch("Get help from a person")?;
    player.until(Step::Help)?;
    player.desk_is_told(Reason::AskedForHelp)?;
    player.touch("Continue here")?;
    player.until(Step::Find)?;
    player.leave()
}

fn feels_unwell(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("I feel sick")?;
    player.touch("Yes, I need help now")?;
    player.until(Step::UnwellTold)?;
    player.look()?;
    player.desk_is_told(Reason::FeelsUnwell)?;
    player.leave()
}

fn walked_away(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Check in")?;
    type_birth_date(player, "March", "03", "1987")?;
    player.until(Step::FamilyName)?;
    player.press(&["p", "e"])?;
    player.wait(61);
    ensure!(player.stage.app.screen().over == Some(Over::MoreTime), "no one asked whether more time is needed");
    player.look()?;
    player.wait(20);
    player.until(Step::Welcome)?;
    player.look()?;
    let window = &player.stage.app.window;
    let left = crate::kiosk::window::bridge::typed_text(window);
    ensure!(left.is_empty(), "something that was typed is still on the window");
    let visit = player.visit("demo-15")?;
    player.desk_holds(&visit, "expected", &[])
}

fn not_found_three_times(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Check in")?;
    type_birth_date(player, "April", "09", "1952")?;
    type_name(player, Step::FamilyName, "nobody")?;
    for _ in 1..3 {
        player.until(Step::BirthDate)?;
        player.touch("Next")?;
        player.touch("Next")?;
    }
    player.until(Step::Stopped(Reason::TooManyTries))?;
    player.desk_is_told(Reason::TooManyTries)?;
    player.touch("I understand")?;
    player.until(Step::Welcome)
}

fn twins_told_apart(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-09")?;
    player.scan("https://example.org/something-else")?;
    player.until(Step::Find)?;
    type_birth_date(player, "April", "17", "2015")?;
    type_name(player, Step::FamilyName, "achterberg")?;
    // Both have it: no one is shown until the first name says which.
    type_name(player, Step::GivenName, "clara")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[])?;
    let brother = player.visit("demo-08")?;
    ensure!(player.rig.desk.held(&brother)?.state == "expected", "the other twin was checked in");
    finish(player)
}

fn typed_with_a_slip(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-15")?;
    player.touch("Check in")?;
    type_birth_date(player, "March", "03", "1987")?;
    type_name(player, Step::FamilyName, "pembrok")?;
    // A slip never decides alone: one fact more.
    type_name(player, Step::GivenName, "zoe")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[])?;
    finish(player)
}

fn called_by_another_name(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-17")?;
    player.touch("Check in")?;
    type_birth_date(player, "June", "23", "1944")?;
    type_name(player, Step::FamilyName, "ashdown")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, "By my first name")?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[])?;
    finish(player)
}

fn two_children_in_one_go(player: &mut Player<'_>) -> anyhow::Result<()> {
    let (noah, lily) = (player.visit("demo-18")?, player.visit("demo-19")?);
    player.touch("Check in")?;
    player.until(Step::Find)?;
    player.touch("I'm checking in someone else")?;
    type_name(player, Step::CompanionName, "dana brightwater")?;
    check_in_child(player, "August", "12", "2016")?;
    player.desk_holds(&noah, "arrived", &[])?;
    player.touch("Check in another person")?;
    check_in_child(player, "October", "04", "2019")?;
    player.desk_holds(&lily, "arrived", &[])?;
    finish(player)
}

fn check_in_child(player: &mut Player<'_>, month: &str, day: &str, year: &str) -> anyhow::Result<()> {
    player.until(Step::Find)?;
    player.touch("Type their date of birth")?;
    type_date(player, Step::BirthDate, month, day, year)?;
    type_name(player, Step::FamilyName, "brightwater")?;
    player.until(Step::IsThisYou)?;
    for answer in ["Yes, this is correct", "Check in now", ALL_RIGHT, CARD_RIGHT, "By their number"] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()
}

fn walk_in(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Check in")?;
    player.until(Step::Find)?;
    player.touch("I don't have an appointment")?;
    type_date(player, Step::BirthDate, "May", "06", "1979")?;
    type_name(player, Step::FamilyName, "underhill")?;
    type_name(player, Step::GivenName, "petra")?;
    player.until(Step::WalkInReason)?;
    player.touch("A wound or an injury")?;
    player.touch(BY_NUMBER)?;
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.look()?;
    finish(player)
}

fn documents_missing(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-16")?;
    player.touch("Check in")?;
    type_birth_date(player, "February", "11", "1958")?;
    type_name(player, Step::FamilyName, "barrington")?;
    player.until(Step::IsThisYou)?;
    for answer in [THAT_IS_ME, "Check in now", "No, not all", ALL_RIGHT, CARD_RIGHT, BY_NUMBER] {
        player.touch(answer)?;
    }
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[Reason::DocumentMissing])?;
    finish(player)
}

fn other_site_explained(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-12")?;
    player.touch("Español")?;
    player.touch("Check in")?;
    type_birth_date(player, "October", "19", "1955")?;
    type_name(player, Step::FamilyName, "halvorsen")?;
    player.until(Step::IsThisYou)?;
    player.touch(THAT_IS_ME)?;
    player.until(Step::Stopped(Reason::OtherSite))?;
    let explained =
        matches!(player.stage.app.screen().content, Content::Why { site: Some(site), .. } if !site.address.is_empty());
    ensure!(explained, "the page does not say where the other site is");
    player.desk_holds(&visit, "expected", &[Reason::OtherSite])?;
    player.touch("I understand")?;
    player.until(Step::Welcome)
}

fn licence_scanned(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-20")?;
    let someone =
        player.rig.people.iter().find(|someone| someone.appointment.id == visit).context("no one has this visit")?;
    player.scan(&day::licence(&someone.appointment.person))?;
    // A card can be anyone's: it says who, and the birthday that it does.
    type_date(player, Step::Birthday, "November", "27", "")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[])?;
    finish(player)
}

fn codes_not_taken(player: &mut Player<'_>) -> anyhow::Result<()> {
    let letter = player.rig.desk.letter_code(&player.visit("demo-10")?)?;
    let other = player.rig.desk.letter_code(&player.visit("demo-14")?)?;
    // What one letter says with the signature of another one; and a letter that was torn.
    let (said, signature) = (letter.get(..24).unwrap_or_default(), other.get(24..).unwrap_or_default());
    for code in [format!("{said}{signature}"), letter.chars().take(60).collect()] {
        player.scan(&code)?;
        player.until(Step::Find)?;
    }
    player.look()?;
    player.desk_is_told(Reason::CodeForged)?;
    player.leave()
}

/// Holds the letter of a visit under the scanner and types day and month of birth.
pub(super) fn scan_code(player: &mut Player<'_>, visit: &str, month: &str, day: &str) -> anyhow::Result<()> {
    let visit = player.visit(visit)?;
    player.scan(&player.rig.desk.letter_code(&visit)?)?;
    type_date(player, Step::Birthday, month, day, "")
}

/// Once found: confirms, answers with these three, and waits for the last page.
pub(super) fn check_in(player: &mut Player<'_>, details: &str, insurance: &str, call_as: &str) -> anyhow::Result<()> {
    player.until(Step::IsThisYou)?;
    for answer in [THAT_IS_ME, "Check in now", details, insurance, call_as] {
        player.touch(answer)?;
    }
    player.get_ticket()
}

pub(super) fn finish(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Finish")?;
    player.until(Step::Welcome)
}

pub(super) fn type_birth_date(player: &mut Player<'_>, month: &str, day: &str, year: &str) -> anyhow::Result<()> {
    player.until(Step::Find)?;
    player.touch("I don't have a code")?;
    type_date(player, Step::BirthDate, month, day, year)
}

/// A date, in the order in which the page asks for it.
fn type_date(player: &mut Player<'_>, step: Step, month: &str, day: &str, year: &str) -> anyhow::Result<()> {
    player.until(step)?;
    let day_first = matches!(player.stage.app.screen().content, Content::Date { day_first: true, .. });
    if day_first {
        press_digits(player, day)?;
    }
    player.touch(month)?;
    if !day_first {
        press_digits(player, day)?;
    }
    press_digits(player, year)?;
    player.touch("Next")
}

pub(super) fn press_digits(player: &Player<'_>, digits: &str) -> anyhow::Result<()> {
    digits.chars().try_for_each(|digit| player.press(&[&digit.to_string()]))
}

pub(super) fn type_name(player: &mut Player<'_>, step: Step, name: &str) -> anyhow::Result<()> {
    player.until(step)?;
    player.look()?;
    // From a keyboard at the kiosk, as from the one on the screen.
    for letter in name.chars() {
        player.stage.type_text(&letter.to_string());
    }
    player.touch("Next")
}
