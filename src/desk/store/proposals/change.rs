//! What a patient proposed, as staff see it, and what they decide.

use jiff::Timestamp;

use crate::domain::ids::{AppointmentId, KioskId, PatientId};
use crate::domain::private::Private;
use crate::domain::proposal::check::check_value;
use crate::domain::proposal::{Field, Proposal, Value};

/// Which proposal: the event that carries it, and the field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangeKey {
    /// Which kiosk said so.
    pub kiosk: KioskId,
    /// The event's position in that kiosk's log.
    pub seq: u64,
    /// Which field.
    pub field: Field,
}

/// A proposal as someone saw it on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub key: ChangeKey,
    /// [`ProposedChange::stands`] when it was shown; `None` decides whatever stands there by now.
    pub stood: Option<String>,
}

impl From<ChangeKey> for Shown {
    fn from(key: ChangeKey) -> Self {
        Self { key, stood: None }
    }
}

/// What a member of staff decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The proposed value goes into the chart.
    Accept,
    /// This value goes into the chart, in place of the proposed one.
    Edit(Value),
    /// The chart stays, and why.
    Reject(Private),
    /// Takes the decision back, unless it was exported or a later one on the same field stands.
    Undo,
}

/// How a proposal was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// Not yet.
    Open,
    /// This value was accepted; another one than proposed if it was edited.
    Accepted(Value),
    /// Not accepted, and why.
    Rejected(Private),
}

/// A proposal and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedChange {
    /// Which.
    pub key: ChangeKey,
    /// The first of the visits that were checked in.
    pub appointment: AppointmentId,
    /// Whose chart: as the list has it, else as the kiosk said.
    pub person: PatientId,
    /// What was said.
    pub proposal: Proposal,
    /// When it was said.
    pub at: Timestamp,
    /// What the chart has now for the visit that this came with; none if neither the list nor an earlier acceptance
    /// speaks of this person.
    pub current: Option<Value>,
    /// What it has for the person's other visits from that day on, each once.
    pub elsewhere: Vec<Value>,
    /// What came of it.
    pub decided: Decided,
    /// When and by which user it was decided.
    pub by: Option<(Timestamp, String)>,
    /// The batch of the export in which it was exported.
    pub batch: Option<u64>,
    /// When that batch was made.
    pub handed_on: Option<Timestamp>,
    /// Since when the list says something else than what was accepted, so that it is not exported.
    pub contradicted: Option<Timestamp>,
    /// Whether the decision can be taken back.
    pub can_undo: bool,
    pub(super) decided_revision: Option<i64>,
}

impl ProposedChange {
    /// Whether the chart has this value already, for every visit.
    #[must_use]
    pub fn is_on_file(&self, value: &Value) -> bool {
        self.current.is_some()
            && self.current.iter().chain(&self.elsewhere).all(|has| self.key.field.says_the_same(has, value))
    }

    /// Whether the chart has the proposed value already, so that nothing is left to decide.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.decided == Decided::Open && self.is_on_file(&self.proposal.new)
    }

    /// Whether someone has to decide.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.decided == Decided::Open && !self.is_settled()
    }

    /// Whether someone has to choose: the chart was changed since the patient saw it, or has something else for another
    /// visit.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.third_value().is_some()
    }

    /// What the chart has that is neither the value that the patient saw nor the proposed one: for this visit, else for
    /// another.
    #[must_use]
    pub fn third_value(&self) -> Option<&Value> {
        let is = |has: &Value, value: &Value| self.key.field.says_the_same(has, value);
        let is_third = |has: &&Value| !is(has, &self.proposal.old) && !is(has, &self.proposal.new);
        self.current.iter().chain(&self.elsewhere).find(is_third)
    }

    /// Whether [`Self::third_value`] is that of another visit.
    #[must_use]
    pub fn is_conflict_elsewhere(&self) -> bool {
        self.third_value().is_some_and(|third| Some(third) != self.current.as_ref())
    }

    /// Whether the proposed value can be accepted as it is.
    #[must_use]
    pub fn fits(&self) -> bool {
        check_value(self.key.field, &self.proposal.new).is_ok()
    }

    /// A short mark of what stands there now: a page that shows something else is too old to decide by.
    #[must_use]
    pub fn stands(&self) -> String {
        let text = serde_json::to_string(&(&self.current, &self.elsewhere)).unwrap_or_default();
        crate::desk::base::secret::hash_token(&text).chars().take(12).collect()
    }
}
