//! Whole check-ins through the real pages: who comes, what they do, what they get, what the desk knows.

use anyhow::ensure;

use super::player::Player;
use crate::codes;
use crate::device::printer::SimulatedCondition;
use crate::domain::language::Language;
use crate::domain::reason::Reason;
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
pub const PLAYS: [Play; 12] = [
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
    Play { name: "foreign-code-and-twins", language: Language::English, act: foreign_code_and_twins },
];

const THAT_IS_ME: &str = "Yes, that's me";
const ALL_RIGHT: &str = "Yes, all is still right";
const CARD_RIGHT: &str = "Yes, this is still right";
const ASK_ME: &str = "Ask me at the desk";
const BY_NUMBER: &str = "By my number";

fn scan_and_check_in(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-01")?;
    scan_code(player, "demo-01", "March", "14")?;
    check_in(player, ALL_RIGHT, CARD_RIGHT, BY_NUMBER)?;
    player.until_desk_knows()?;
    player.look()?;
    player.desk_holds(&visit, "arrived", &[])?;
    player.rig.desk.mark_seen(&visit)?;
    player
        .stage
        .until("staff to have seen them", |app| matches!(app.screen().content, Content::Ticket(at_hand) if at_hand.seen_by_staff))?;
    finish(player)
}

fn typed_insurance_not_right(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-04")?;
    player.touch("Check in")?;
    type_birth_date(player, "September", "30", "1941")?;
    type_name(player, "lindqvist")?;
    check_in(player, ALL_RIGHT, "No, something changed", "By my first name")?;
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
    type_name(player, "haddad")?;
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
    player.select("June")?;
    for key in ["0", "2"] {
        player.stage.select(key)?;
    }
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
    player.touch("I feel unwell")?;
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
    ensure!(player.stage.app.screen().asking_for_time, "nobody asked whether more time is needed");
    player.look()?;
    player.wait(20);
    player.until(Step::Welcome)?;
    player.look()?;
    let window = &player.stage.app.window;
    let left = crate::kiosk::bridge::typed_text(window);
    ensure!(left.is_empty(), "something that was typed is still on the window");
    let visit = player.visit("demo-15")?;
    player.desk_holds(&visit, "expected", &[])
}

fn not_found_three_times(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Check in")?;
    type_birth_date(player, "April", "09", "1952")?;
    type_name(player, "nobody")?;
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

fn foreign_code_and_twins(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.scan("https://example.org/something-else")?;
    player.until(Step::Find)?;
    player.look()?;
    player.stage.touch("I have no code")?;
    player.touch("April")?;
    player.press(&["1", "7", "2", "0", "1", "5"])?;
    player.touch("Next")?;
    type_name(player, "achterberg")?;
    player.until(Step::Stopped(Reason::Ambiguous))?;
    player.desk_is_told(Reason::Ambiguous)?;
    player.touch("I understand")?;
    player.until(Step::Welcome)
}

/// Holds the code of a visit under the scanner and types day and month of birth.
fn scan_code(player: &mut Player<'_>, visit: &str, month: &str, day: &str) -> anyhow::Result<()> {
    let visit = player.visit(visit)?;
    player.scan(&codes::appointment_code(&visit))?;
    player.until(Step::Birthday)?;
    player.touch(month)?;
    for digit in day.chars() {
        player.press(&[&digit.to_string()])?;
    }
    player.touch("Next")
}

/// Once found: confirms, answers with these three, and waits for the last page.
fn check_in(player: &mut Player<'_>, details: &str, insurance: &str, call_as: &str) -> anyhow::Result<()> {
    player.until(Step::IsThisYou)?;
    for answer in [THAT_IS_ME, "Check in now", details, insurance, call_as] {
        player.touch(answer)?;
    }
    player.get_ticket()
}

fn finish(player: &mut Player<'_>) -> anyhow::Result<()> {
    player.touch("Finish")?;
    player.until(Step::Welcome)
}

fn type_birth_date(player: &mut Player<'_>, month: &str, day: &str, year: &str) -> anyhow::Result<()> {
    player.until(Step::Find)?;
    player.touch("I have no code: type instead")?;
    player.until(Step::BirthDate)?;
    player.touch(month)?;
    for digit in day.chars().chain(year.chars()) {
        player.press(&[&digit.to_string()])?;
    }
    player.touch("Next")
}

fn type_name(player: &mut Player<'_>, name: &str) -> anyhow::Result<()> {
    player.until(Step::FamilyName)?;
    player.look()?;
    // From a keyboard at the kiosk, as from the one on the screen.
    for letter in name.chars() {
        player.stage.type_text(&letter.to_string());
    }
    player.touch("Next")
}
