//! The roles of staff, and who of them needs a second step to sign in.

use serde::Deserialize;

/// What a user may do. Each may also do what the ones before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Works with today's list.
    Desk,
    /// Also sees how the day went, and who viewed or changed what about which patient.
    Supervisor,
    /// Also manages users, settings and kiosks.
    Admin,
}

impl Role {
    /// Every role, the one that may do least first.
    pub const ALL: [Self; 3] = [Self::Desk, Self::Supervisor, Self::Admin];

    /// The role of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// The name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Supervisor => "supervisor",
            Self::Admin => "admin",
        }
    }
}

/// Who must have a second step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecondStepFor {
    /// Anyone who wants one has it.
    #[default]
    Nobody,
    /// Admins must.
    Admin,
    /// Supervisors and admins must.
    Supervisor,
    /// Everyone must.
    Everybody,
}

impl SecondStepFor {
    /// Whether someone with this role must have one.
    #[must_use]
    pub fn needs(self, role: Role) -> bool {
        match self {
            Self::Nobody => false,
            Self::Admin => role >= Role::Admin,
            Self::Supervisor => role >= Role::Supervisor,
            Self::Everybody => true,
        }
    }
}
