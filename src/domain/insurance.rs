//! Insurance: a card as data, not as text.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::person::BirthDate;
use super::private::Private;

/// One insurance card, or that there is none: then everything is empty. `Debug` shows nothing of it: who pays for
/// someone says something about them, and so does a code.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Who pays, as people call it.
    pub payer: Private,
    /// Which of the clinic's payers that is; empty if it is none of them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payer_code: String,
    /// The member's number on the card.
    #[serde(default)]
    pub member_id: Private,
    /// The group's number on the card.
    #[serde(default)]
    pub group_id: Private,
    /// The plan's name on the card.
    #[serde(default)]
    pub plan: Private,
    /// Whose insurance it is, beside the patient.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Holder>,
    /// First day on which the card is valid, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Date>,
    /// Last day on which the card is valid, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
}

impl std::fmt::Debug for Coverage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Coverage")
    }
}

/// A side of a card. In order of their importance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Where the names and numbers are.
    Front,
    /// Where the phone numbers are.
    Back,
}

impl Side {
    /// Both, in the order in which pages show them.
    pub const ALL: [Self; 2] = [Self::Front, Self::Back];

    /// The name in data and addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Front => "front",
            Self::Back => "back",
        }
    }

    /// The side of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|side| side.code() == code)
    }

    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Front => "Front",
            Self::Back => "Back",
        }
    }
}

/// Anyone who holds the insurance that a patient is covered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// What the holder is to the patient.
    pub is: Relationship,
    /// The holder's name, as typed.
    pub name: Private,
    /// When the holder was born.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<BirthDate>,
}

/// What the holder of an insurance is to the patient (X12 271 and FHIR `Coverage.relationship` have the same ones).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relationship {
    /// Husband, wife or partner.
    Spouse,
    /// Mother or father.
    Parent,
    /// Someone else.
    Other,
}

impl Relationship {
    /// Every one, in the order in which pages show them.
    pub const ALL: [Self; 3] = [Self::Spouse, Self::Parent, Self::Other];

    /// The name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Spouse => "spouse",
            Self::Parent => "parent",
            Self::Other => "other",
        }
    }
}

impl Coverage {
    /// The member number with everything but its last four characters hidden. Empty if there is none.
    #[must_use]
    pub fn masked_member_id(&self) -> Private {
        let characters: Vec<char> = self.member_id.as_str().chars().filter(|c| c.is_alphanumeric()).collect();
        if characters.is_empty() {
            return Private::default();
        }
        let tail: String = characters.iter().skip(characters.len().saturating_sub(4)).collect();
        Private::new(format!("••• {tail}"))
    }

    /// Whether there is no card.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.payer.is_blank() && self.member_id.is_blank()
    }

    /// Whether both are the same card. A code that one of them does not know makes no other card of it: lists and
    /// letters often have none.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        if self.payer_code.is_empty() == other.payer_code.is_empty() {
            return self == other;
        }
        let without = |card: &Self| Self { payer_code: String::new(), ..card.clone() };
        without(self) == without(other)
    }

    /// What staff read on one line: `Example Health, member H100, group 7, plan Silver, spouse Ana Ruiz, until
    /// 2026-12-31`.
    #[must_use]
    pub fn one_line(&self) -> Private {
        let mut parts = vec![self.payer.as_str().trim().to_owned()];
        for (word, text) in [("member", &self.member_id), ("group", &self.group_id), ("plan", &self.plan)] {
            if !text.is_blank() {
                parts.push(format!("{word} {}", text.as_str().trim()));
            }
        }
        if let Some(holder) = &self.holder {
            parts.push(format!("{} {}", holder.is.code(), holder.name.as_str().trim()));
            parts.extend(holder.birth_date.map(|born| format!("born {}", born.0)));
        }
        parts.extend(self.start.map(|start| format!("from {start}")));
        parts.extend(self.end.map(|end| format!("until {end}")));
        Private::new(parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "))
    }
}

/// What staff should know of a card on file before a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardMark {
    /// There is none.
    Missing,
    /// It is valid only from this day on, after the visit.
    NotYet(Date),
    /// Its last day was before the visit.
    Ended(Date),
    /// It ends this many days after the visit; 0 is the day itself.
    EndsSoon(u16),
}

impl CardMark {
    /// What there is to know of a card on the day of a visit. A card without dates is taken to be valid.
    #[must_use]
    pub fn of(card: Option<&Coverage>, visit: Date, ends_soon_days: u16) -> Option<Self> {
        let Some(card) = card.filter(|card| !card.is_none()) else { return Some(Self::Missing) };
        if let Some(end) = card.end {
            if end < visit {
                return Some(Self::Ended(end));
            }
            let days = u16::try_from(visit.duration_until(end).as_hours() / 24).unwrap_or(u16::MAX);
            if days <= ends_soon_days {
                return Some(Self::EndsSoon(days));
            }
        }
        card.start.filter(|start| *start > visit).map(Self::NotYet)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_card_is_one_line_of_what_is_known_and_is_masked_but_for_its_end() {
        let bare = Coverage { payer: "Example Health".into(), member_id: "H1 0048-511".into(), ..Coverage::default() };
        assert_eq!(bare.one_line().as_str(), "Example Health, member H1 0048-511");
        assert_eq!(bare.masked_member_id().as_str(), "••• 8511");
        let full = Coverage {
            group_id: "77".into(),
            plan: "Silver".into(),
            holder: Some(Holder {
                is: Relationship::Spouse,
                name: "Ana Ruiz".into(),
                birth_date: Some(BirthDate(date(1960, 2, 3))),
            }),
            start: Some(date(2026, 1, 1)),
            end: Some(date(2026, 12, 31)),
            ..bare.clone()
        };
        let line = "Example Health, member H1 0048-511, group 77, plan Silver, spouse Ana Ruiz, born 1960-02-03, \
                    from 2026-01-01, until 2026-12-31";
        assert_eq!(full.one_line().as_str(), line);
        assert!(Coverage::default().is_none() && Coverage::default().one_line().is_blank() && !bare.is_none());
        assert_eq!(format!("{full:?}"), "Coverage");
    }

    #[test]
    fn a_code_that_one_side_does_not_know_makes_no_other_card() {
        let card = |code: &str, member: &str| Coverage {
            payer_code: code.into(),
            member_id: member.into(),
            ..Coverage::default()
        };
        for (one, other, same) in [
            (card("", "H1"), card("", "H1"), true),
            (card("example", "H1"), card("example", "H1"), true),
            (card("example", "H1"), card("", "H1"), true),
            (card("", "H1"), card("example", "H1"), true),
            (card("example", "H1"), card("other", "H1"), false),
            (card("example", "H1"), card("", "H2"), false),
            (card("", "H1"), card("", "H2"), false),
            (card("example", ""), Coverage::default(), true),
        ] {
            assert_eq!(one.says_the_same(&other), same, "{}/{}", one.payer_code, other.payer_code);
        }
    }

    #[test]
    fn a_card_is_marked_by_its_days_and_one_without_days_is_not() {
        let visit = date(2026, 11, 23);
        let card = |start: Option<Date>, end: Option<Date>| Coverage {
            payer: "Example Health".into(),
            start,
            end,
            ..Coverage::default()
        };
        for (start, end, mark) in [
            (None, None, None),
            (Some(date(2026, 11, 23)), Some(date(2027, 12, 31)), None),
            (None, Some(date(2026, 11, 22)), Some(CardMark::Ended(date(2026, 11, 22)))),
            (None, Some(date(2026, 11, 23)), Some(CardMark::EndsSoon(0))),
            (None, Some(date(2026, 12, 23)), Some(CardMark::EndsSoon(30))),
            (None, Some(date(2026, 12, 24)), None),
            (None, Some(date(9999, 12, 31)), None),
            (Some(date(2026, 11, 24)), None, Some(CardMark::NotYet(date(2026, 11, 24)))),
        ] {
            assert_eq!(CardMark::of(Some(&card(start, end)), visit, 30), mark, "{start:?} {end:?}");
        }
        assert_eq!(CardMark::of(None, visit, 30), Some(CardMark::Missing));
        assert_eq!(CardMark::of(Some(&Coverage::default()), visit, 30), Some(CardMark::Missing));
    }
}
