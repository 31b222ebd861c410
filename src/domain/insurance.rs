//! The insurance that is on file for a visit.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::private::Private;

/// One insurance card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Who pays.
    pub payer: Private,
    /// The member's number on the card.
    #[serde(default)]
    pub member_id: Private,
    /// The group's number on the card.
    #[serde(default)]
    pub group_id: Private,
    /// Last day on which the card is valid, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
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
}
