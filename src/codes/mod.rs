//! What a scanner may read, as pure parsers; `docs/codes.md` has every format.
//!
//! Our own codes are plain text, so that any scanner and any letter can carry them: `ARR:A:<appointment>`,
//! `ARR:T:<YYYY-MM-DD>:<number>`, and the signed code of a letter (see [`letter`](crate::codes::letter)).
//! Upper case, digits and `:-.` alone make the smallest square code.
//!
//! Invariants: whatever a scanner sends is one of [`Scanned`](crate::codes::Scanned), never an error and never
//! a panic, in a time that the length of the scan bounds; a code of ours carries no name; a clinic's patterns never see
//! a code of ours or a license.

/// The barcodes that a clinic's own letters carry already.
mod barcode;
/// Bytes as text in the alphabet of square codes.
mod base45;
/// The signed code of a letter.
pub mod letter;
/// Driver licences and identity cards of the United States and Canada.
mod licence;
/// One reader for all of them.
mod reader;

use jiff::civil::Date;

pub use self::barcode::BadPattern;
pub use self::reader::Reader;

use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::pages::TicketPages;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;
use crate::domain::ticket::{Ticket, TicketNumber};

const APPOINTMENT: &str = "ARR:A:";
const TICKET: &str = "ARR:T:";

/// The longest appointment number that a code carries, in characters.
pub const APPOINTMENT_ID_CHARACTERS_MAX: usize = 64;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The code of a letter or message: this appointment.
    Appointment(AppointmentId),
    /// A letter's signed code, verified.
    Letter(Letter),
    /// The medical record number on one of the clinic's own barcodes.
    Patient(PatientId),
    /// The code of a ticket that was printed before.
    Ticket(Ticket),
    /// A driver licence or identity card; only what finds a person is kept of it.
    Licence(Licence),
    /// A code of ours, or a card, that must not be taken.
    Refused(CodeTrouble),
    /// Not one of our codes.
    Foreign,
}

/// What a letter's code says, once its signature was found to be the clinic's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The clinic's local date of the visit for which the letter was made.
    pub date: Date,
    /// Stands for the appointment; compare with `letter::appointment_ref`.
    pub appointment: AppointmentRef,
    /// Stands for the patient; compare with `letter::patient_ref`.
    pub patient: PatientRef,
}

/// A short digest of an appointment's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AppointmentRef(pub [u8; 6]);

/// A short digest of a patient's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PatientRef(pub [u8; 3]);

/// What is kept of a driver licence or identity card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// As printed on the card. Anyone with one name has it here, in whichever place the card has it.
    pub family_name: Private,
    /// First first name, as printed on the card; empty if the card has none.
    pub given_name: Private,
    /// Date of birth.
    pub birth_date: BirthDate,
    /// The same name read otherwise, where a card does not say which part of it is the last name. Each may be meant.
    pub others: Vec<OtherName>,
}

/// A name on a card, read otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherName {
    /// As printed on the card.
    pub family_name: Private,
    /// First first name, as printed on the card; empty if the card has none.
    pub given_name: Private,
}

/// Why a code of ours, or a card, is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeTrouble {
    /// Of another clinic.
    OtherClinic,
    /// Older than the clinic lets letters become; the visit was on this date.
    Expired(Date),
    /// Of a key that no one here knows: revoked, or newer than what the desk has told. Whether the clinic made it
    /// cannot be said.
    UnknownKey,
    /// The signature is not the clinic's.
    Forged,
    /// It breaks off.
    Truncated,
    /// All of it came, and name or date of birth cannot be read from it: holding it out again does not help.
    Unreadable,
}

/// Reads the plain ones among our codes. White space and line ends around the code do not matter; everything else does.
/// Whatever needs the clinic's settings is [`Reader::read`]'s.
#[must_use]
pub fn parse(scan: impl AsRef<[u8]>) -> Scanned {
    let Ok(text) = std::str::from_utf8(scan.as_ref().trim_ascii()) else { return Scanned::Foreign };
    if let Some(id) = text.strip_prefix(APPOINTMENT) {
        let id = AppointmentId::from(id);
        if fits_a_code(&id) { Scanned::Appointment(id) } else { Scanned::Foreign }
    } else if let Some(rest) = text.strip_prefix(TICKET) {
        ticket(rest).filter(|ticket| ticket_code(ticket) == text).map_or(Scanned::Foreign, Scanned::Ticket)
    } else {
        Scanned::Foreign
    }
}

/// The text of an appointment's code. It reads back as the same appointment if [`fits_a_code`].
#[must_use]
pub fn appointment_code(id: &AppointmentId) -> String {
    format!("{APPOINTMENT}{id}")
}

/// The text of a ticket's code.
#[must_use]
pub fn ticket_code(ticket: &Ticket) -> String {
    format!("{TICKET}{}:{}", ticket.date, ticket.number)
}

/// What a ticket's square code says: the address of its page for the patient's own phone, if the clinic has such pages,
/// with the plain code behind a `#`, which no browser sends on; else the plain code. Kiosks read both.
#[must_use]
pub fn ticket_qr(pages: &TicketPages, ticket: &Ticket) -> String {
    let code = ticket_code(ticket);
    pages.of(*ticket).map_or_else(|| code.clone(), |page| format!("{page}#{code}"))
}

/// Whether a code can carry this appointment number: 1 to 64 letters, digits, dots, underscores and hyphens.
#[must_use]
pub fn fits_a_code(id: &AppointmentId) -> bool {
    let id = id.as_str().as_bytes();
    (1..=APPOINTMENT_ID_CHARACTERS_MAX).contains(&id.len())
        && id.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn ticket(text: &str) -> Option<Ticket> {
    let (date, number) = text.split_once(':')?;
    let date: Date = date.parse().ok()?;
    let number: TicketNumber = number.parse().ok()?;
    Some(Ticket { number, date })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn appointment(id: &str) -> Scanned {
        Scanned::Appointment(AppointmentId::from(id))
    }

    fn ticket(number: &str) -> Scanned {
        Scanned::Ticket(Ticket { number: number.parse().unwrap(), date: date(2026, 11, 23) })
    }

    fn a17() -> Scanned {
        ticket("A17")
    }

    #[test]
    fn our_codes_are_read_and_all_others_are_foreign() {
        let longest = "x".repeat(64);
        for (scan, expected) in [
            ("ARR:A:4711", appointment("4711")),
            ("ARR:A:a.B_c-9", appointment("a.B_c-9")),
            (" \tARR:A:4711\r\n", appointment("4711")),
            (&format!("ARR:A:{longest}"), appointment(&longest)),
            (&format!("ARR:A:{longest}x"), Scanned::Foreign),
            ("ARR:A:", Scanned::Foreign),
            ("ARR:A:47 11", Scanned::Foreign),
            ("ARR:A:47/11", Scanned::Foreign),
            ("ARR:A:Zoë", Scanned::Foreign),
            ("ARR:A:4711\nARR:A:4712", Scanned::Foreign),
            ("arr:a:4711", Scanned::Foreign),
            ("ARR:B:4711", Scanned::Foreign),
            ("ARR:T:2026-11-23:A17", a17()),
            ("\nARR:T:2026-11-23:A17 ", a17()),
            ("ARR:T:2026-11-23:AB17", ticket("AB17")),
            ("ARR:T:2026-11-23:ABC17", Scanned::Foreign),
            ("ARR:T:2026-11-23:DA17", Scanned::Foreign),
            ("ARR:T:2026-11-23:aB17", Scanned::Foreign),
            ("ARR:T:2026-11-23:a17", Scanned::Foreign),
            ("ARR:T:2026-11-23:A017", Scanned::Foreign),
            ("ARR:T:2026-11-23:A0", Scanned::Foreign),
            ("ARR:T:2026-11-23:", Scanned::Foreign),
            ("ARR:T:2026-11-23", Scanned::Foreign),
            ("ARR:T:2026-02-30:A17", Scanned::Foreign),
            ("ARR:T:20261123:A17", Scanned::Foreign),
            ("ARR:T:2026-11-23T10:00:A17", Scanned::Foreign),
            ("", Scanned::Foreign),
            ("\r\n", Scanned::Foreign),
            ("https://example.org/", Scanned::Foreign),
            ("4006381333931", Scanned::Foreign),
        ] {
            assert_eq!(parse(scan), expected, "{scan:?}");
        }
        assert_eq!(parse(b"ARR:A:\xff\xfe"), Scanned::Foreign);
    }

    #[test]
    fn what_we_write_we_read() {
        let id = AppointmentId::from("APPT-2026.11_23");
        assert_eq!(parse(appointment_code(&id)), Scanned::Appointment(id));
        let ticket = Ticket { number: "D250".parse().unwrap(), date: date(2027, 1, 2) };
        assert_eq!(ticket_code(&ticket), "ARR:T:2027-01-02:D250");
        assert_eq!(parse(ticket_code(&ticket)), Scanned::Ticket(ticket));
    }

    /// Random bytes, and our own codes with random bytes changed: what is accepted is what we would write.
    #[test]
    fn no_scan_is_too_odd() {
        let seed = 0x9E37_79B9_7F4A_7C15_u64;
        let mut state = seed;
        let mut random = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for round in 0..20_000 {
            let mut scan: Vec<u8> = match random() % 3 {
                0 => (0..random() % 90).map(|_| random() as u8).collect(),
                1 => b"ARR:A:APPT-4711".to_vec(),
                _ => b"ARR:T:2026-11-23:A17".to_vec(),
            };
            for _ in 0..random() % 3 {
                let at = random() as usize % scan.len().max(1);
                if let Some(byte) = scan.get_mut(at) {
                    *byte = random() as u8;
                }
            }
            let written = match parse(&scan) {
                Scanned::Appointment(id) => appointment_code(&id),
                Scanned::Ticket(ticket) => ticket_code(&ticket),
                _ => continue,
            };
            assert_eq!(written.as_bytes(), scan.trim_ascii(), "seed {seed:#x}, round {round}: {scan:?}");
        }
    }
}
