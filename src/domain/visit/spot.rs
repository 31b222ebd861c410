//! Where a visit stands, as it is recorded: what a step may change, and what an arrival leaves.
//!
//! Invariant: both are kept whole before a step, and taking it back puts exactly that in place again; so their written
//! form never changes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::private::Private;
use crate::domain::queue::{QueueAction, VisitState};

/// Who did something, and when.
pub type Done = (Timestamp, String);

/// Where a visit stands: all that a step in a queue may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// Where.
    pub state: VisitState,
    /// The queue to which staff moved it.
    pub queue: Option<String>,
    /// When it was put at the end of the line.
    pub placed_at: Option<Timestamp>,
    /// Where the patient was called to.
    pub point: Option<String>,
    /// How often they were called.
    pub calls: u32,
    /// The first call.
    pub called: Option<Done>,
    /// The latest call.
    pub last_call_at: Option<Timestamp>,
    /// Since when it is on hold.
    pub held_at: Option<Timestamp>,
    /// Whether the patient said so, by phone.
    #[serde(default)]
    pub stepped_out: bool,
    /// Since when the patient is with the clinician.
    pub started_at: Option<Timestamp>,
    /// From which queue they were called.
    pub served_in: Option<String>,
    /// Who closed the visit, and when.
    pub done: Option<Done>,
    /// Of a step that begins or undoes an arrival: what there was of one before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrival: Option<Box<Arrival>>,
    /// Of a step that changes how someone is called: how they were called before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_as: Option<String>,
}

/// What a check-in leaves on a visit, as it is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// At which kiosk.
    pub kiosk: Option<String>,
    /// Number and date of the ticket that counts.
    pub ticket: Option<(String, String)>,
    /// How they want to be called.
    pub call_as: Option<String>,
    /// The language in which they used the kiosk.
    pub language: Option<String>,
    /// When they came.
    pub arrived_at: Option<Timestamp>,
    /// What the printer said.
    pub print: Option<String>,
    /// Who came with them.
    pub companion: Option<Private>,
    /// What came of asking for documents, as JSON.
    pub documents: Option<String>,
    /// Who saw the arrival, and when.
    pub seen: Option<Done>,
}

impl Spot {
    /// Where a visit stands of which nothing is known yet.
    #[must_use]
    pub const fn new(state: VisitState) -> Self {
        Self {
            state,
            queue: None,
            placed_at: None,
            point: None,
            calls: 0,
            called: None,
            last_call_at: None,
            held_at: None,
            stepped_out: false,
            started_at: None,
            served_in: None,
            done: None,
            arrival: None,
            call_as: None,
        }
    }

    /// Not called any more, nor held, nor with anyone.
    #[must_use]
    pub fn in_line_again(self) -> Self {
        let Self { state, queue, placed_at, arrival, call_as, .. } = self;
        Self { queue, placed_at, arrival, call_as, ..Self::new(state) }
    }

    /// The same after a step that leads to this state.
    #[must_use]
    pub fn after(self, action: &QueueAction, to: VisitState, (at, user): (Timestamp, &str)) -> Self {
        let done = || Some((at, user.to_owned()));
        let stands = match action {
            QueueAction::Call { queue, point } => Self {
                calls: 1,
                called: done(),
                last_call_at: Some(at),
                point: point.clone(),
                served_in: Some(queue.clone()).filter(|queue| !queue.is_empty()),
                ..self.in_line_again()
            },
            QueueAction::CallAgain { point } => Self {
                point: point.clone().or(self.point),
                calls: self.calls.saturating_add(1),
                last_call_at: Some(at),
                ..self
            },
            QueueAction::Hold => Self { held_at: Some(at), ..self.in_line_again() },
            QueueAction::StepOut => Self { held_at: Some(at), stepped_out: true, ..self.in_line_again() },
            QueueAction::ComeBack => self.in_line_again(),
            // After a call that no one answered, behind those who wait now.
            QueueAction::Back => {
                let placed_at = if self.state == VisitState::Held { self.placed_at } else { Some(at) };
                Self { placed_at, ..self.in_line_again() }
            }
            QueueAction::Start => Self { started_at: Some(at), ..self },
            QueueAction::Finish | QueueAction::NoShow => Self { done: done(), ..self },
            QueueAction::Transfer { queue, keep_place } => {
                let stays_held = to == VisitState::Held;
                Self {
                    held_at: self.held_at.filter(|_| stays_held),
                    stepped_out: self.stepped_out && stays_held,
                    queue: Some(queue.clone()),
                    placed_at: if *keep_place { self.placed_at } else { Some(at) },
                    ..self.in_line_again()
                }
            }
        };
        Self { state: to, ..stands }
    }
}
