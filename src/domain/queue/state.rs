//! Where a visit stands at the desk, and which step leads where.

use serde::{Deserialize, Serialize};

/// The state of one visit on the desk's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VisitState {
    /// On the list, not here yet.
    Expected,
    /// Came without an appointment and asks to be seen: staff decide.
    Asks,
    /// Has checked in and waits.
    Arrived,
    /// Waits, but is not called until staff say so: stepped out, or something has to be settled first.
    Held,
    /// Was called and is on the way.
    Called,
    /// Is being seen.
    WithClinician,
    /// The visit took place.
    Done,
    /// Did not come, or was called and did not come.
    NoShow,
    /// Canceled.
    Cancelled,
}

impl VisitState {
    const ALL: [Self; 9] = [
        Self::Expected,
        Self::Asks,
        Self::Arrived,
        Self::Held,
        Self::Called,
        Self::WithClinician,
        Self::Done,
        Self::NoShow,
        Self::Cancelled,
    ];

    /// The word on the desk's list.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Expected => "Expected",
            Self::Asks => "Walk-in request",
            Self::Arrived => "Arrived",
            Self::Held => "On hold",
            Self::Called => "Called",
            Self::WithClinician => "With provider",
            Self::Done => "Completed",
            Self::NoShow => "No-show",
            Self::Cancelled => "Canceled",
        }
    }

    /// The name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Asks => "asks",
            Self::Arrived => "arrived",
            Self::Held => "held",
            Self::Called => "called",
            Self::WithClinician => "with-clinician",
            Self::Done => "done",
            Self::NoShow => "no-show",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the patient is on the way to someone or with them, and so cannot be called elsewhere.
    #[must_use]
    pub fn is_taken(self) -> bool {
        matches!(self, Self::Called | Self::WithClinician)
    }

    /// Whether the visit still lies ahead or goes on.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::NoShow | Self::Cancelled)
    }
}

/// A step of someone in a queue. What was decided is in it, so that it can be done again the same way while a list is
/// rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum QueueAction {
    /// Calls the patient.
    Call {
        /// From which queue.
        queue: String,
        /// To which service point, if the caller has said theirs.
        point: Option<String>,
    },
    /// Calls once more anyone who was called and has not come.
    CallAgain {
        /// To which service point, if the call before named none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        point: Option<String>,
    },
    /// Keeps the place but is not called.
    Hold,
    /// In line again: from hold at the old place; after a call that no one answered, behind anyone who waits now.
    Back,
    /// The patient is with the clinician.
    Start,
    /// Closes the visit.
    Finish,
    /// Was called and did not come.
    NoShow,
    /// The patient says by phone that they stepped out: keeps the turn but is passed over.
    StepOut,
    /// The patient says by phone that they are here again: in line at the old turn.
    ComeBack,
    /// In line in another queue.
    Transfer {
        /// Which.
        queue: String,
        /// Whether the turn stays as it is; else it is as if they had come now.
        keep_place: bool,
    },
}

impl QueueAction {
    /// The name in data and addresses.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Call { .. } => "call",
            Self::CallAgain { .. } => "call-again",
            Self::Hold => "hold",
            Self::Back => "back",
            Self::Start => "start",
            Self::Finish => "done",
            Self::NoShow => "no-show",
            Self::StepOut => "step-out",
            Self::ComeBack => "come-back",
            Self::Transfer { .. } => "transfer",
        }
    }

    /// Whether the patient takes this step, and not staff.
    #[must_use]
    pub fn is_patients_own(&self) -> bool {
        matches!(self, Self::StepOut | Self::ComeBack)
    }

    /// Where a visit stands after this step; none if the step cannot be taken from there.
    #[must_use]
    pub fn leads_to(&self, from: VisitState) -> Option<VisitState> {
        use VisitState as S;
        match (self, from) {
            (Self::Call { .. }, S::Arrived | S::Held) | (Self::CallAgain { .. }, S::Called) => Some(S::Called),
            (Self::Hold, S::Arrived | S::Called) => Some(S::Held),
            (Self::Back, S::Held | S::Called | S::NoShow) => Some(S::Arrived),
            (Self::StepOut, S::Arrived) => Some(S::Held),
            (Self::ComeBack, S::Held) => Some(S::Arrived),
            (Self::Start, S::Called) => Some(S::WithClinician),
            (Self::Finish, S::Arrived | S::Held | S::Called | S::WithClinician) => Some(S::Done),
            (Self::NoShow, S::Called) => Some(S::NoShow),
            (Self::Transfer { .. }, S::Held) => Some(S::Held),
            (Self::Transfer { .. }, S::Arrived | S::Called | S::WithClinician) => Some(S::Arrived),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_leads_where_the_table_says_and_nowhere_else() {
        use VisitState::{Arrived, Called, Done, Held, NoShow, WithClinician};
        let call = || QueueAction::Call { queue: "Laboratory".into(), point: None };
        let transfer = || QueueAction::Transfer { queue: "X-ray".into(), keep_place: true };
        for (action, steps) in [
            (call(), &[(Arrived, Called), (Held, Called)][..]),
            (QueueAction::CallAgain { point: None }, &[(Called, Called)]),
            (QueueAction::Hold, &[(Arrived, Held), (Called, Held)]),
            (QueueAction::Back, &[(Held, Arrived), (Called, Arrived), (NoShow, Arrived)]),
            (QueueAction::Start, &[(Called, WithClinician)]),
            (QueueAction::StepOut, &[(Arrived, Held)]),
            (QueueAction::ComeBack, &[(Held, Arrived)]),
            (QueueAction::Finish, &[(Arrived, Done), (Held, Done), (Called, Done), (WithClinician, Done)]),
            (QueueAction::NoShow, &[(Called, NoShow)]),
            (transfer(), &[(Arrived, Arrived), (Held, Held), (Called, Arrived), (WithClinician, Arrived)]),
        ] {
            for from in VisitState::ALL {
                let expected = steps.iter().find(|(state, _)| *state == from).map(|(_, to)| *to);
                assert_eq!(action.leads_to(from), expected, "{action:?} from {from:?}");
            }
        }
    }

    #[test]
    fn states_and_steps_are_read_as_they_are_written() {
        for state in VisitState::ALL {
            assert_eq!(VisitState::from_code(state.code()), Some(state));
            assert_eq!(serde_json::to_value(state).unwrap(), state.code());
        }
        for (action, text) in [
            (QueueAction::Hold, r#"{"do":"hold"}"#),
            (QueueAction::CallAgain { point: None }, r#"{"do":"call-again"}"#),
            (QueueAction::CallAgain { point: Some("Room 1".into()) }, r#"{"do":"call-again","point":"Room 1"}"#),
            (QueueAction::Call { queue: "Eyes".into(), point: None }, r#"{"do":"call","queue":"Eyes","point":null}"#),
            (
                QueueAction::Transfer { queue: "Eyes".into(), keep_place: false },
                r#"{"do":"transfer","queue":"Eyes","keep_place":false}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&action).unwrap(), text);
            assert_eq!(serde_json::from_str::<QueueAction>(text).unwrap(), action);
        }
    }
}
