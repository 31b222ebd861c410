//! What an event of a kiosk or an action of staff does to a visit: decided here, written by the desk's file.
//!
//! Invariants: a decision depends on what is recorded of the visit, on what was done, who did it and when, and on
//! nothing else, so that a list that is made again is the same; what cannot be done changes nothing.

use jiff::Timestamp;

use super::spot::{Arrival, Done, Spot};
use crate::domain::document::Documents;
use crate::domain::event::{CheckedIn, WalkedIn};
use crate::domain::private::Private;
use crate::domain::queue::{QueueAction, VisitState};
use crate::domain::reason::Reason;
use crate::domain::ticket::{PrintOutcome, Ticket};

/// What a member of staff does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffAction {
    /// Has noticed the arrival, and takes care of its reasons.
    Seen,
    /// Someone without an appointment will be seen: a visit like any other from now on.
    Accept,
    /// Calls the patient.
    Call,
    /// Someone without an appointment will not be seen. A request that was accepted meanwhile cannot be declined any
    /// more.
    Decline,
    /// Closes the visit.
    Done,
    /// Takes the last step back.
    Undo,
}

impl StaffAction {
    /// The name in data and addresses.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Accept => "accept",
            Self::Call => "call",
            Self::Decline => "decline",
            Self::Done => "done",
            Self::Undo => "undo",
        }
    }

    /// The action of a [`Self::code`].
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Seen, Self::Accept, Self::Decline, Self::Call, Self::Done, Self::Undo]
            .into_iter()
            .find(|action| action.code() == code)
    }
}

/// What is recorded of a visit, as far as a decision depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub spot: Spot,
    /// What its check-in left.
    pub arrival: Arrival,
    /// Whether someone without an appointment asks for it.
    pub is_walk_in: bool,
    /// When that was accepted, and in which change.
    pub accepted: Option<(Timestamp, u64)>,
    /// Reasons that no one has taken.
    pub open: Vec<Reason>,
    /// The latest change in which reasons were taken, and when that was.
    pub taken: Option<(u64, Timestamp)>,
    /// The change that made the latest step that was not taken back.
    pub step: Option<u64>,
    /// Whether another visit, with which that step was taken, has gone on since.
    pub has_gone_on: bool,
}

impl Facts {
    /// The change that undo would take back: the latest step, or that reasons were taken after it. None without a step.
    #[must_use]
    pub fn latest(&self) -> Option<u64> {
        self.step.map(|step| self.taken.map_or(step, |(taken, _)| taken.max(step)))
    }
}

/// Something that is done with a visit.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// A kiosk tells of a check-in, with the number that it waits with. `was_off`: the visit was canceled, and the
    /// kiosk had not heard of it.
    CheckedIn {
        /// What the kiosk said.
        said: &'a CheckedIn,
        /// With which number they wait.
        ticket: Ticket,
        /// Whether it was canceled by then.
        was_off: bool,
    },
    /// A kiosk tells of a request without an appointment.
    WalkedIn {
        /// What the kiosk said.
        asks: &'a WalkedIn,
        /// With which number they wait.
        ticket: Ticket,
    },
    /// A kiosk tells what became of a ticket's paper.
    Printed(PrintOutcome),
    /// A kiosk tells that a person is needed, at this step of its conversation.
    Stopped(Reason, &'a str),
    /// A button of staff.
    Staff(StaffAction),
    /// A step in a queue, by staff or by phone.
    Queue(&'a QueueAction),
    /// Staff check someone in.
    CheckInByHand(Ticket),
    /// Staff take someone in without an appointment.
    WalkInByHand(&'a WalkedIn),
    /// Staff take a check-in back.
    NotHere,
    /// Staff change how someone is called; the code of how.
    CallAs(&'a str),
    /// Staff close a visit for which no one came: what it is then.
    Close(VisitState),
}

/// One thing that is written about a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It stands here now.
    Stand(Box<Spot>),
    /// It stood here before this step, which can be taken back.
    KeepStep(Box<Spot>),
    /// The step of this change is taken back, with every visit that it was taken with.
    TakeStepBack(u64),
    /// No step from before can be taken back any more.
    ForgetSteps,
    /// There is a ticket for it; whether it is the first, which counts.
    HasTicket(Ticket, bool),
    /// Someone has come, with that ticket: it stands here.
    Arrive(Ticket, VisitState),
    /// Who came with them.
    Companion(Option<Private>),
    /// What came of asking for documents.
    Documents(Option<Documents>),
    /// What someone without an appointment asks for.
    AskFor(Box<WalkedIn>),
    /// The arrival was seen now, if it was not before.
    See,
    /// It was seen now, whatever was before.
    SeeNow,
    /// It was not seen after all.
    Unsee,
    /// The request is accepted in this change, or is not any more.
    Accept(bool),
    /// Someone is needed because of this, since this step of the conversation.
    Need(Reason, String),
    /// That is over by itself.
    Solve(Reason),
    /// All reasons that are open are taken now, but for this one.
    Take(Option<Reason>),
    /// The reasons that were taken in this change are open again.
    GiveBack(u64),
    /// The reasons that were taken at this moment are open again: of a change from before steps were kept.
    GiveBackTakenAt(Timestamp),
    /// What the printer said, in words.
    Print(String),
    /// Kiosks hear how it stands.
    Tell,
}

/// The step at which a check-in is reported, as it is recorded.
const CHECKED_IN: &str = "checked-in";

/// What an act does to a visit, in the order in which it is written; none if there is nothing to do.
#[must_use]
pub fn decide(visit: &Facts, act: Act<'_>, (at, user): (Timestamp, &str)) -> Option<Vec<Change>> {
    let by = (at, user);
    match act {
        Act::CheckedIn { said, ticket, was_off } => Some(checked_in(visit, said, ticket, was_off)),
        Act::WalkedIn { asks, ticket } => Some(walked_in(visit, asks, ticket)),
        Act::Printed(outcome) => Some(printed(outcome)),
        Act::Stopped(reason, step) => Some(vec![Change::Need(reason, step.to_owned())]),
        Act::Staff(action) => staff(visit, action, by),
        Act::Queue(action) => queue(visit, action, by),
        Act::CheckInByHand(ticket) => {
            let before = Spot { arrival: Some(Box::new(visit.arrival.clone())), ..visit.spot.clone() };
            let mut changes = has_ticket(visit, ticket, VisitState::Arrived);
            changes.extend([Change::SeeNow, Change::KeepStep(Box::new(before)), Change::Tell]);
            Some(changes)
        }
        Act::WalkInByHand(asks) => {
            let mut changes = has_ticket(visit, asks.ticket, VisitState::Arrived);
            changes.extend([
                Change::SeeNow,
                Change::AskFor(Box::new(asks.clone())),
                Change::Accept(true),
                Change::Tell,
            ]);
            Some(changes)
        }
        Act::NotHere => {
            let before = Spot { arrival: Some(Box::new(visit.arrival.clone())), ..visit.spot.clone() };
            let after = Spot { arrival: Some(Box::default()), ..Spot::new(VisitState::Expected) };
            Some(step(before, after))
        }
        Act::CallAs(how) => {
            let before = Spot { call_as: visit.arrival.call_as.clone(), ..visit.spot.clone() };
            Some(step(before, Spot { call_as: Some(how.to_owned()), ..visit.spot.clone() }))
        }
        Act::Close(state) => Some(step(visit.spot.clone(), Spot { state, done: done(by), ..visit.spot.clone() })),
    }
}

fn done((at, user): (Timestamp, &str)) -> Option<Done> {
    Some((at, user.to_owned()))
}

/// A step that is only from one place to another.
fn step(before: Spot, after: Spot) -> Vec<Change> {
    vec![Change::KeepStep(Box::new(before)), Change::Stand(Box::new(after)), Change::Tell]
}

/// The first ticket of a visit counts; another one is shown to staff.
fn has_ticket(visit: &Facts, ticket: Ticket, state: VisitState) -> Vec<Change> {
    let is_it =
        |(number, date): &(String, String)| *number == ticket.number.to_string() && *date == ticket.date.to_string();
    match &visit.arrival.ticket {
        None => vec![Change::HasTicket(ticket, true), Change::ForgetSteps, Change::Arrive(ticket, state)],
        Some(first) if is_it(first) => vec![Change::HasTicket(ticket, false)],
        Some(_) => {
            vec![Change::HasTicket(ticket, false), Change::Need(Reason::AlreadyCheckedIn, CHECKED_IN.to_owned())]
        }
    }
}

fn checked_in(visit: &Facts, said: &CheckedIn, ticket: Ticket, was_off: bool) -> Vec<Change> {
    let need = |reason| Change::Need(reason, CHECKED_IN.to_owned());
    let mut changes = has_ticket(visit, ticket, VisitState::Arrived);
    if visit.arrival.ticket.is_none() {
        changes.extend([Change::Companion(said.companion.clone()), Change::Documents(said.documents.clone())]);
        changes.extend(was_off.then(|| need(Reason::Cancelled)));
    }
    changes.extend(said.reasons().into_iter().map(need));
    // Told again even for a second ticket: that kiosk must learn which one counts.
    changes.push(Change::Tell);
    changes
}

fn walked_in(visit: &Facts, asks: &WalkedIn, ticket: Ticket) -> Vec<Change> {
    let mut changes = has_ticket(visit, ticket, VisitState::Asks);
    if visit.arrival.ticket.is_none() {
        changes.extend([Change::AskFor(Box::new(asks.clone())), Change::Companion(asks.companion.clone())]);
    }
    changes.extend([Change::Need(Reason::WalkIn, "walked-in".to_owned()), Change::Tell]);
    changes
}

fn printed(outcome: PrintOutcome) -> Vec<Change> {
    match outcome {
        PrintOutcome::Printed => vec![Change::Print("printed".to_owned()), Change::Solve(Reason::PrinterTrouble)],
        PrintOutcome::Unknown => vec![Change::Print("unknown".to_owned())],
        PrintOutcome::Failed(trouble) => {
            vec![
                Change::Print(trouble.for_staff().to_owned()),
                Change::Need(Reason::PrinterTrouble, "printing".to_owned()),
            ]
        }
    }
}

fn queue(visit: &Facts, action: &QueueAction, by: (Timestamp, &str)) -> Option<Vec<Change>> {
    let to = action.leads_to(visit.spot.state)?;
    // A patient that staff put on hold does not come back by phone.
    if *action == QueueAction::ComeBack && !visit.spot.stepped_out {
        return None;
    }
    let mut changes = vec![Change::KeepStep(Box::new(visit.spot.clone()))];
    if *action == QueueAction::Finish {
        changes.push(Change::Take(None));
    }
    if !action.is_patients_own() {
        changes.push(Change::See);
    }
    changes.extend([Change::Stand(Box::new(visit.spot.clone().after(action, to, by))), Change::Tell]);
    Some(changes)
}

fn staff(visit: &Facts, action: StaffAction, by: (Timestamp, &str)) -> Option<Vec<Change>> {
    let spot = &visit.spot;
    let asks = spot.state == VisitState::Asks;
    match action {
        StaffAction::Seen => {
            // Whether someone without an appointment is seen is decided by accepting or declining, not by having
            // noticed them.
            let kept = asks.then_some(Reason::WalkIn);
            let takes = visit.open.iter().any(|reason| Some(*reason) != kept);
            (takes || visit.arrival.seen.is_none()).then(|| vec![Change::Take(kept), Change::See, Change::Tell])
        }
        StaffAction::Accept => asks.then(|| {
            let arrived = Spot { state: VisitState::Arrived, ..spot.clone() };
            vec![Change::Take(None), Change::See, Change::Stand(Box::new(arrived)), Change::Accept(true), Change::Tell]
        }),
        StaffAction::Decline => asks.then(|| {
            let declined = Spot { state: VisitState::Done, done: done(by), ..spot.clone() };
            vec![Change::Take(None), Change::See, Change::Stand(Box::new(declined)), Change::Tell]
        }),
        StaffAction::Call => queue(visit, &QueueAction::Call { queue: String::new(), point: None }, by),
        StaffAction::Done => queue(visit, &QueueAction::Finish, by),
        StaffAction::Undo => undo(visit),
    }
}

fn undo(visit: &Facts) -> Option<Vec<Change>> {
    let spot = &visit.spot;
    let seen = visit.arrival.seen.as_ref().map(|(at, _)| *at);
    let give_back = |taken: Option<(u64, Timestamp)>| taken.map(|(revision, _)| Change::GiveBack(revision));
    // What was taken after the latest step is the later one: the step stays.
    if let (Some(step), Some((revision, at))) = (visit.step, visit.taken)
        && revision > step
    {
        let unsee = (seen == Some(at)).then_some(Change::Unsee);
        return Some(unsee.into_iter().chain([Change::GiveBack(revision), Change::Tell]).collect());
    }
    // Nothing else is undone in place of a step that cannot be taken back any more.
    if let Some(step) = visit.step {
        return (!visit.has_gone_on).then(|| vec![Change::TakeStepBack(step)]);
    }
    let mut changes = Vec::new();
    match spot.state {
        // A visit that was declined, or closed or called before steps were kept.
        VisitState::Done => {
            let earlier = match () {
                () if spot.called.is_some() => VisitState::Called,
                () if visit.is_walk_in && visit.accepted.is_none() => VisitState::Asks,
                () => VisitState::Arrived,
            };
            changes.extend(spot.done.as_ref().map(|(at, _)| Change::GiveBackTakenAt(*at)));
            changes.push(Change::Stand(Box::new(Spot { state: earlier, done: None, ..spot.clone() })));
        }
        VisitState::Called => {
            changes.push(Change::Stand(Box::new(Spot { state: VisitState::Arrived, called: None, ..spot.clone() })));
        }
        VisitState::Arrived if visit.accepted.is_some() => match visit.accepted {
            // Reasons that were taken after accepting are the later step.
            Some((at, accepted)) if visit.taken.is_none_or(|(taken, _)| taken <= accepted) => {
                changes.push(Change::GiveBack(accepted));
                changes.push(Change::Stand(Box::new(Spot { state: VisitState::Asks, ..spot.clone() })));
                changes.push(Change::Accept(false));
                changes.extend((seen == Some(at)).then_some(Change::Unsee));
            }
            _ => changes.extend(give_back(visit.taken)),
        },
        VisitState::Expected
        | VisitState::Asks
        | VisitState::Arrived
        | VisitState::Held
        | VisitState::WithClinician
        | VisitState::NoShow
        | VisitState::Cancelled => {
            seen?;
            changes.extend(give_back(visit.taken));
            changes.push(Change::Unsee);
        }
    }
    changes.push(Change::Tell);
    Some(changes)
}

#[cfg(test)]
mod tests;
