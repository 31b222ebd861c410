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

fn scan_and_check_in(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-01")?;
    player.scan(&codes::appointment_code(&visit))?;
    player.until(Step::Birthday)?;
    player.touch("March")?;
    player.press(&["1", "4"])?;
    player.touch("Next")?;
    player.until(Step::IsThisYou)?;
    player.touch("Yes, that's me")?;
    player.touch("Check in now")?;
    player.touch("Yes, all is still right")?;
    player.touch("Yes, this is still right")?;
    player.touch("By my number")?;
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.look()?;
    player.desk_holds(&visit, "arrived", &[])?;
    player.rig.desk.mark_seen(&visit)?;
    player
        .stage
        .until("staff to have seen them", |app| matches!(app.screen().content, Content::Ticket(at_hand) if at_hand.seen_by_staff))?;
    player.touch("Finish")?;
    player.until(Step::Welcome)
}

fn typed_insurance_not_right(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-04")?;
    player.touch("Check in")?;
    type_birth_date(player, "September", "30", "1941")?;
    type_name(player, "lindqvist")?;
    player.until(Step::IsThisYou)?;
    player.touch("Yes, that's me")?;
    player.touch("Check in now")?;
    player.touch("Yes, all is still right")?;
    player.touch("No, something changed")?;
    player.touch("By my first name")?;
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    player.touch("Finish")?;
    player.until(Step::Welcome)
}

fn arabic(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-03")?;
    player.touch("العربية")?;
    ensure!(player.stage.app.screen().language == Language::Arabic, "the pages did not change to Arabic");
    player.touch("Check in")?;
    type_birth_date(player, "November", "05", "1990")?;
    type_name(player, "haddad")?;
    player.until(Step::IsThisYou)?;
    player.touch("Yes, that's me")?;
    player.touch("Check in now")?;
    player.touch("Yes, all is still right")?;
    player.touch("Yes, this is still right")?;
    player.touch("By my number")?;
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[])?;
    player.touch("Finish")?;
    player.until(Step::Welcome)?;
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
    player.until(Step::IsThisYou)?;
    // A page stands on its first answer when it appears: select alone says yes.
    player.look()?;
    player.stage.key(slint::platform::Key::Return);
    player.until(Step::Visits)?;
    player.look()?;
    player.stage.key(slint::platform::Key::Return);
    player.until(Step::Details)?;
    player.select("Yes, all is still right")?;
    player.select("Ask me at the desk")?;
    player.select("By my first name")?;
    player.get_ticket()?;
    player.until_desk_knows()?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    player.select("Finish")?;
    player.until(Step::Welcome)
}

fn out_of_paper(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-06")?;
    player.rig.printer.set(SimulatedCondition::NoPaper);
    let outcome = check_in_by_scan(player, "demo-06", "July", ["2", "1"]).and_then(|()| {
        ensure!(player.record.print == "failed", "without paper the ticket is {}", player.record.print);
        player.desk_holds(&visit, "arrived", &[Reason::PrinterTrouble])?;
        let second = player.visit("demo-07")?;
        ensure!(player.rig.desk.held(&second)?.ticket == player.record.ticket, "both visits of today wait with one number");
        Ok(())
    });
    player.rig.printer.set(SimulatedCondition::Ready);
    outcome?;
    player.touch("Finish")?;
    player.until(Step::Welcome)
}

fn desk_unreachable_then_back(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-05")?;
    player.rig.network.set(true);
    player.stage.until("the kiosk to notice", |app| !app.surroundings().desk_reached)?;
    let outcome = player
        .scan(&codes::appointment_code(&visit))
        .and_then(|()| player.touch("January"))
        .and_then(|()| player.press(&["0", "8"]))
        .and_then(|()| player.touch("Next"))
        .and_then(|()| player.touch("Yes, that's me"))
        .and_then(|()| player.touch("Check in now"))
        .and_then(|()| player.touch("Yes, all is still right"))
        .and_then(|()| player.touch("Ask me at the desk"))
        .and_then(|()| player.touch("By my number"))
        .and_then(|()| player.get_ticket())
        .and_then(|()| {
            ensure!(player.rig.desk.held(&visit)?.state == "expected", "the desk knows what it cannot have heard");
            ensure!(
                matches!(player.stage.app.screen().content, Content::Ticket(at_hand) if !at_hand.desk_knows),
                "the page says more than is true"
            );
            Ok(())
        });
    player.rig.network.set(false);
    outcome?;
    player.until_desk_knows()?;
    player.look()?;
    player.desk_holds(&visit, "arrived", &[Reason::InsuranceUnclear])?;
    player.touch("Finish")?;
    player.until(Step::Welcome)
}

fn already_checked_in(player: &mut Player<'_>) -> anyhow::Result<()> {
    let visit = player.visit("demo-01")?;
    player.scan(&codes::appointment_code(&visit))?;
    player.touch("March")?;
    player.press(&["1", "4"])?;
    player.touch("Next")?;
    player.touch("Yes, that's me")?;
    player.until(Step::Done)?;
    player.note_ticket();
    ensure!(player.record.ticket == player.rig.desk.held(&visit)?.ticket, "the second ticket is another one");
    player.touch("Print again")?;
    player.until(Step::Done)?;
    player.note_ticket();
    player.desk_holds(&visit, "arrived", &[])?;
    player.touch("Finish")?;
    player.until(Step::Welcome)
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

fn check_in_by_scan(player: &mut Player<'_>, visit: &str, month: &str, day: [&str; 2]) -> anyhow::Result<()> {
    let visit = player.visit(visit)?;
    player.scan(&codes::appointment_code(&visit))?;
    player.until(Step::Birthday)?;
    player.touch(month)?;
    player.press(&day)?;
    player.touch("Next")?;
    player.touch("Yes, that's me")?;
    player.touch("Check in now")?;
    player.touch("Yes, all is still right")?;
    player.touch("Yes, this is still right")?;
    player.touch("By my number")?;
    player.get_ticket()
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
