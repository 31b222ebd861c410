//! How single visits stand, and what staff do about one.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{StaffAction, StaffWork};
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::queue::VisitState;
use crate::domain::reason::Reason;
use crate::domain::ticket::{CallAs, Ticket};
use crate::domain::visit::VisitRow;

/// One visit, as the desk would show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitView {
    /// Where it stands.
    pub state: VisitState,
    /// Why someone is or was needed, most urgent first.
    pub reasons: Vec<Reason>,
    /// The ticket that counts.
    pub ticket: Option<Ticket>,
    /// Whether staff have seen the arrival.
    pub seen: bool,
    /// How they want to be called.
    pub call_as: CallAs,
    /// Where they checked in.
    pub kiosk: Option<KioskId>,
    /// What the printer said, in words.
    pub print: Option<String>,
    /// Whether someone without an appointment asked for it.
    pub is_walk_in: bool,
}

impl From<VisitRow> for VisitView {
    fn from(row: VisitRow) -> Self {
        let mut reasons: Vec<Reason> = row.reasons.iter().map(|reason| reason.reason).collect();
        reasons.sort();
        reasons.dedup();
        Self {
            state: row.state,
            reasons,
            ticket: row.ticket,
            seen: row.seen.is_some(),
            call_as: row.call_as,
            kiosk: row.kiosk,
            print: row.print,
            is_walk_in: row.walk_in.is_some(),
        }
    }
}

impl Desk {
    /// How a visit stands; none if the desk never heard of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit(&self, id: &AppointmentId) -> Result<Option<VisitView>, DeskError> {
        Ok(self.with_store(|store| store.visit(id))?.map(VisitView::from))
    }

    /// Reasons of open stops by people no one knows yet, of whatever day, most urgent first.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open_stops(&self) -> Result<Vec<Reason>, DeskError> {
        let now = self.now();
        let stops = self.with_store(|store| store.stops_at(now))?;
        let mut reasons: Vec<Reason> =
            stops.into_iter().filter(|s| s.latest.taken.is_none()).map(|s| s.latest.reason).collect();
        reasons.sort();
        Ok(reasons)
    }

    /// Notes that `user` has seen an arrival; the kiosk hears of it. `false` if it was seen already.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn mark_seen(&self, id: &AppointmentId, user: &str) -> Result<bool, DeskError> {
        self.act(&StaffWork::Visit(id.clone()), StaffAction::Seen, user)
    }

    /// Does what a member of staff asks; `false` if there was nothing to do.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn act(&self, work: &StaffWork, action: StaffAction, user: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.act(work, action, user, now))?;
        self.notify();
        Ok(done)
    }
}
