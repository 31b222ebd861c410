//! What a patient has to bring along for a visit.

use serde::{Deserialize, Serialize};

/// A paper that a visit needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Document {
    /// Another doctor's referral.
    Referral,
    /// A card with a photo, from an authority.
    PhotoIdentity,
    /// A parent or guardian, or their signed agreement.
    Guardian,
}

impl Document {
    /// Every document, in the order in which they are asked for.
    pub const ALL: [Self; 3] = [Self::Referral, Self::PhotoIdentity, Self::Guardian];

    /// The word in data: `referral`, `photo-identity`, `guardian`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::PhotoIdentity => "photo-identity",
            Self::Guardian => "guardian",
        }
    }

    /// The document of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|document| document.code() == code)
    }

    /// What staff read.
    #[must_use]
    pub fn for_staff(self) -> &'static str {
        match self {
            Self::Referral => "referral",
            Self::PhotoIdentity => "photo ID",
            Self::Guardian => "parent or guardian, or signed consent",
        }
    }
}

/// What came of asking for the documents of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    /// What the visits need; never empty.
    pub needed: Vec<Document>,
    /// Whether the patient says that all of it is here.
    pub brought: bool,
}
