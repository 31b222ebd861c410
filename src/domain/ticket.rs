//! The number that a patient waits with.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What the numbers of one kiosk begin with: one letter or two, such as `A` or `AB`. Each kiosk has its own, so two
/// that cannot reach each other never give out the same number. `D` is the desk's, and no other begins with it.
///
/// Ordered as they are proposed: `A` to `Z`, then `AA`, `AB` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Series(u16);

const LETTERS: u16 = 26;

impl Series {
    /// What a kiosk's letters may be, for anyone who writes them: every refusal says this.
    pub const EXPECTED: &'static str = "one or two letters from A to Z, such as A or AB; \
         D is reserved for the desk, and two letters beginning with D are refused too";

    /// `A`, that of a clinic's first kiosk.
    pub const FIRST: Self = Self(0);
    /// `D`, the desk's own; no kiosk has it.
    pub const DESK: Self = Self(3);

    /// Every series that the desk proposes for kiosks, in order. `I`, `O` and `Q` are left out, since they are read as
    /// 1 and 0, and any `D`; a kiosk may have them anyway.
    pub fn proposed() -> impl Iterator<Item = Self> {
        let is_clear = |series: &Self| !series.to_string().contains(['D', 'I', 'O', 'Q']);
        (0..LETTERS + LETTERS * LETTERS).map(Self).filter(is_clear)
    }

    fn letters(self) -> [Option<char>; 2] {
        let letter = |n: u16| char::from_u32(u32::from(b'A') + u32::from(n % LETTERS));
        match self.0.checked_sub(LETTERS) {
            None => [letter(self.0), None],
            Some(pair) => [letter(pair / LETTERS), letter(pair)],
        }
    }
}

impl std::fmt::Display for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.letters().into_iter().flatten().try_for_each(|letter| write!(f, "{letter}"))
    }
}

/// A text that tickets cannot begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("tickets begin with {}", Series::EXPECTED)]
pub struct NotASeries;

impl std::str::FromStr for Series {
    type Err = NotASeries;

    fn from_str(text: &str) -> Result<Self, NotASeries> {
        let place = |letter: u8| match letter.to_ascii_uppercase() {
            letter @ b'A'..=b'Z' => Ok(u16::from(letter - b'A')),
            _ => Err(NotASeries),
        };
        match *text.as_bytes() {
            [only] => Ok(Self(place(only)?)),
            [first, _] if Self(place(first)?) == Self::DESK => Err(NotASeries),
            [first, second] => Ok(Self(LETTERS + LETTERS * place(first)? + place(second)?)),
            _ => Err(NotASeries),
        }
    }
}

impl From<Series> for String {
    fn from(series: Series) -> Self {
        series.to_string()
    }
}

impl TryFrom<String> for Series {
    type Error = NotASeries;

    fn try_from(text: String) -> Result<Self, NotASeries> {
        text.parse()
    }
}

/// A series and a counter: `A17`, `AB17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketNumber {
    series: Series,
    count: u32,
}

impl TicketNumber {
    /// The number `count` of this series.
    #[must_use]
    pub fn new(series: Series, count: u32) -> Self {
        Self { series, count }
    }

    /// Whose it is: a kiosk's, or the desk's.
    #[must_use]
    pub fn series(self) -> Series {
        self.series
    }

    /// How many tickets of this series were given out that day, this one included.
    #[must_use]
    pub fn count(self) -> u32 {
        self.count
    }

    /// What a voice reads: two letters are said one by one, `A B 17`, because `AB17` would be taken for a word.
    #[must_use]
    pub fn spoken(self) -> String {
        match self.series.letters() {
            [Some(first), Some(second)] => format!("{first} {second} {}", self.count),
            _ => self.to_string(),
        }
    }
}

impl std::fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.series, self.count)
    }
}

impl From<TicketNumber> for String {
    fn from(number: TicketNumber) -> Self {
        number.to_string()
    }
}

/// A text that is no ticket number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a ticket number is one or two letters and a count, such as A17 or AB17")]
pub struct NotATicketNumber;

impl std::str::FromStr for TicketNumber {
    type Err = NotATicketNumber;

    fn from_str(text: &str) -> Result<Self, NotATicketNumber> {
        let at = text.find(|c: char| c.is_ascii_digit()).ok_or(NotATicketNumber)?;
        let (letters, digits) = text.split_at_checked(at).ok_or(NotATicketNumber)?;
        let series = letters.parse().map_err(|_| NotATicketNumber)?;
        if digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NotATicketNumber);
        }
        let count: u32 = digits.parse().map_err(|_| NotATicketNumber)?;
        if count == 0 { Err(NotATicketNumber) } else { Ok(Self::new(series, count)) }
    }
}

impl TryFrom<String> for TicketNumber {
    type Error = NotATicketNumber;

    fn try_from(text: String) -> Result<Self, NotATicketNumber> {
        text.parse()
    }
}

/// A ticket: its number is unique on its date, and no one else gets the number on a later one while someone holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Ticket {
    /// What is called.
    pub number: TicketNumber,
    /// The clinic's day on which it was given out.
    pub date: Date,
}

/// What the desk says of tickets of other days: which of them are held by someone who is still here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenTickets {
    /// The clinic's day on which the desk said so.
    pub day: Date,
    /// Tickets of every other day whose visits are open.
    pub tickets: Vec<Ticket>,
}

impl OpenTickets {
    /// Whether someone may hold this ticket of another day than today. Of days since the desk has spoken nothing is
    /// known, so it may be.
    #[must_use]
    pub fn may_hold(&self, ticket: Ticket) -> bool {
        ticket.date >= self.day || self.tickets.contains(&ticket)
    }
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
    /// No one answers at the other end.
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
            Self::NoPrinter => "no printer configured",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let series = |text: &str| text.parse::<Series>().unwrap();
        for (text, expected) in [
            ("A1", Some((Series::FIRST, 1))),
            ("d250", Some((Series::DESK, 250))),
            ("AB17", Some((series("AB"), 17))),
            ("zz999999999", Some((series("ZZ"), 999_999_999))),
            ("A0", None),
            ("A", None),
            ("AB", None),
            ("17", None),
            ("A-1", None),
            ("A1B", None),
            ("ABC1", None),
            ("DA1", None),
            ("ÄB1", None),
            ("A B1", None),
            ("A99999999999", None),
            ("", None),
        ] {
            let expected = expected.map(|(series, count)| TicketNumber::new(series, count));
            assert_eq!(text.parse::<TicketNumber>().ok(), expected, "{text}");
            if let Some(number) = expected {
                assert_eq!(number.to_string(), text.to_uppercase());
                assert_eq!(
                    serde_json::from_str::<TicketNumber>(&serde_json::to_string(&number).unwrap()).unwrap(),
                    number
                );
            }
        }
    }

    #[test]
    fn a_series_is_one_letter_or_two_and_only_the_desks_begins_with_d() {
        for (text, expected) in [
            ("A", Some("A")),
            ("z", Some("Z")),
            ("aB", Some("AB")),
            ("AD", Some("AD")),
            ("ZZ", Some("ZZ")),
            ("D", Some("D")),
            ("DA", None),
            ("dd", None),
            ("ABC", None),
            ("A1", None),
            ("Ä", None),
            (" A", None),
            ("", None),
        ] {
            assert_eq!(text.parse::<Series>().ok().map(|series| series.to_string()).as_deref(), expected, "{text}");
        }
        assert_eq!((Series::FIRST.to_string(), Series::DESK.to_string()), ("A".to_owned(), "D".to_owned()));
    }

    #[test]
    fn what_is_proposed_goes_on_with_two_letters_and_none_is_read_as_a_digit() {
        let proposed: Vec<String> = Series::proposed().map(|series| series.to_string()).collect();
        assert_eq!(proposed[..4], ["A", "B", "C", "E"]);
        assert_eq!(proposed[21..25], ["Z", "AA", "AB", "AC"]);
        assert!(Series::proposed().is_sorted() && Series::proposed().all(|series| series != Series::DESK));
        assert!(Series::proposed().all(|series| series.to_string().parse() == Ok(series)));
        assert!(proposed.len() > 400 && proposed.iter().all(|text| !text.contains(['I', 'O', 'Q'])));
    }

    #[test]
    fn two_letters_are_said_one_by_one() {
        for (text, spoken) in [("A17", "A17"), ("AB17", "A B 17"), ("D3", "D3")] {
            assert_eq!(text.parse::<TicketNumber>().unwrap().spoken(), spoken);
        }
    }
}
