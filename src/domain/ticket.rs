//! The number that a patient waits with.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A letter and a counter: `A17`. The letter belongs to one kiosk (`D` to the desk), so two that
/// cannot reach each other never give out the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketNumber {
    letter: char,
    count: u32,
}

impl TicketNumber {
    /// The number `count` of the kiosk with this letter.
    #[must_use]
    pub fn new(letter: char, count: u32) -> Self {
        Self { letter: letter.to_ascii_uppercase(), count }
    }

    /// The kiosk's letter.
    #[must_use]
    pub fn letter(self) -> char {
        self.letter
    }

    /// How many tickets the kiosk has given out that day, this one included.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }
}

impl std::fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.letter, self.count)
    }
}

impl From<TicketNumber> for String {
    fn from(number: TicketNumber) -> Self {
        number.to_string()
    }
}

/// A text that is no ticket number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket number is a letter and a count, such as A17")]
pub struct NotATicketNumber;

impl std::str::FromStr for TicketNumber {
    type Err = NotATicketNumber;

    fn from_str(text: &str) -> Result<Self, NotATicketNumber> {
        let mut characters = text.chars();
        let letter = characters.next().filter(char::is_ascii_alphabetic).ok_or(NotATicketNumber)?;
        let digits = characters.as_str();
        if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotATicketNumber);
        }
        let count: u32 = digits.parse().map_err(|_| NotATicketNumber)?;
        if count == 0 { Err(NotATicketNumber) } else { Ok(Self::new(letter, count)) }
    }
}

impl TryFrom<String> for TicketNumber {
    type Error = NotATicketNumber;

    fn try_from(text: String) -> Result<Self, NotATicketNumber> {
        text.parse()
    }
}

/// A ticket: its number is unique on its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ticket {
    /// What is called.
    pub number: TicketNumber,
    /// The clinic's local date.
    pub date: Date,
}

/// How the patient wants to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallAs {
    /// By the number alone. The safe choice, so the default.
    #[default]
    Number,
    /// By first name.
    FirstName,
}

/// What became of a printed ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrintOutcome {
    /// The printer said so before and after.
    Printed,
    /// It did not come out, and this is why.
    Failed(PrintTrouble),
    /// Sent, but the printer cannot say whether it came out.
    Unknown,
}

/// Why a ticket did not come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrintTrouble {
    /// The roll is used up.
    NoPaper,
    /// The cover is open.
    CoverOpen,
    /// Nobody answers at the other end.
    Unreachable,
    /// The printer reports a fault of its own: a jammed cutter, an overheated head.
    Fault,
    /// There is no printer here.
    NoPrinter,
}

impl PrintTrouble {
    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::NoPaper => "out of paper",
            Self::CoverOpen => "cover open",
            Self::Unreachable => "printer not reachable",
            Self::Fault => "printer reports a fault",
            Self::NoPrinter => "no printer set up",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, expected) in [
            ("A1", Some(TicketNumber::new('A', 1))),
            ("d250", Some(TicketNumber::new('D', 250))),
            ("A0", None),
            ("A", None),
            ("17", None),
            ("A-1", None),
            ("A99999999999", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<TicketNumber>().ok(), expected, "{text}");
        }
        assert_eq!(TicketNumber::new('a', 17).to_string(), "A17");
    }
}
