//! What the scanner read, as something that the conversation understands.

use jiff::civil::Date;

use super::lookup::Roster;
use crate::codes::{CodeTrouble, Letter, Licence, Scanned, letter};
use crate::device::speaker::Sound;
use crate::domain::identity::Typed;
use crate::domain::private::Private;
use crate::flow::screen::{Content, Screen};
use crate::flow::step::{Input, ScanWord, Step};

/// What a code means on `today`'s list. `card_is_enough`: the clinic asks for nothing more after a card.
#[must_use]
pub fn input_of(scanned: Scanned, roster: &Roster, today: Date, card_is_enough: bool) -> Input {
    match scanned {
        Scanned::Appointment(id) => Input::ScannedAppointment(id),
        Scanned::Patient(id) => Input::ScannedPatient(id),
        Scanned::Ticket(ticket) => Input::ScannedTicket(ticket),
        Scanned::Letter(letter) => input_of_letter(&letter, roster, today),
        Scanned::Licence(licence) => {
            let (facts, others) = facts_of(licence);
            Input::ScannedCard { facts: Box::new(facts), others, is_enough: card_is_enough }
        }
        Scanned::Refused(trouble) => Input::ScannedRefused(match trouble {
            CodeTrouble::OtherClinic => ScanWord::OtherClinic,
            CodeTrouble::Expired(date) => ScanWord::Expired(date),
            CodeTrouble::UnknownKey => ScanWord::UnknownKey,
            CodeTrouble::Forged => ScanWord::Forged,
            CodeTrouble::Truncated => ScanWord::Damaged,
            CodeTrouble::Unreadable => ScanWord::Unreadable,
        }),
        Scanned::Foreign => Input::ScannedRefused(ScanWord::Foreign),
    }
}

/// A letter stands for its appointment as the list has it now, even if that was moved to another day since.
fn input_of_letter(said: &Letter, roster: &Roster, today: Date) -> Input {
    let meant = roster.list().iter().find(|appointment| letter::appointment_ref(&appointment.id) == said.appointment);
    match meant {
        // The same number, but someone else's by now: the letter is no longer anyone's.
        Some(appointment) if letter::patient_ref(&appointment.person.id) != said.patient => {
            Input::ScannedRefused(ScanWord::NotOnList)
        }
        Some(appointment) => Input::ScannedLetter(appointment.id.clone()),
        None if said.date != today => Input::ScannedRefused(ScanWord::OtherDay(said.date)),
        None => Input::ScannedRefused(ScanWord::NotOnList),
    }
}

/// What a card says, and what it may say instead.
fn facts_of(licence: Licence) -> (Typed, Vec<Typed>) {
    let birth_date = licence.birth_date;
    let facts = |family_name: Private, given_name: Private| {
        let given_name = Some(given_name).filter(|name| !name.is_blank());
        Typed { birth_date, family_name, given_name, phone_last4: None }
    };
    let others = licence.others.into_iter().map(|other| facts(other.family_name, other.given_name)).collect();
    (facts(licence.family_name, licence.given_name), others)
}

/// The number that a barcode on an insurance card holds: short, in capitals and digits, and none of our own codes.
#[must_use]
pub fn number_of_card(bytes: &[u8]) -> Option<Private> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let is_number = (4..=30).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b' '))
        && text.bytes().any(|byte| byte.is_ascii_digit());
    is_number.then(|| Private::from(text))
}

/// What is heard after a scan: whether it led on is read off the page that follows.
#[must_use]
pub fn sound_after(screen: &Screen) -> Sound {
    match (&screen.step, &screen.content) {
        (Step::Find, Content::Find(word)) if *word != ScanWord::None => Sound::NotTaken,
        (Step::Stopped(_), _) => Sound::NotTaken,
        _ => Sound::Taken,
    }
}
