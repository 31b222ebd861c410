//! Asking payers in the background whether a card is good.
//!
//! Invariants: no one waits for an answer, neither a kiosk nor a page; about one card there is one question at a time;
//! without anyone to ask nothing is asked. After a change the cards of the visits that it was about are looked at, and
//! once a minute those of all who are here, whatever woke the desk. What was asked is in the store, so a restart loses
//! no question. What an answer or a card's own dates mean for a patient who is here is on the list; it never keeps
//! anyone from checking in.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;

use crate::desk::Desk;
use crate::desk::DeskOptions;
use crate::desk::base::error::DeskError;
use crate::desk::store::Inquiry;
use crate::domain::eligibility::{ANSWER_WITHIN, Eligibility, NoAnswer, Question};
use crate::domain::ids::AppointmentId;

/// After this long all of the day's cards are looked at, even if nothing wakes the desk: a question that a restart cut
/// off, or that could not be read when it was due, waits for no event.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const LOOK_EVERY_SPAN: SignedDuration = SignedDuration::from_secs(60);
/// After a change of more visits than this all of the day are looked at.
const VISITS_MAX: usize = 500;

/// An answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = Eligibility> + Send>>;

/// A service that can ask payers.
pub trait Payers: Send + Sync {
    /// Asks about one card. Dropping the answer gives the question up.
    fn ask(&self, question: Question) -> Answering;
}

/// Payers that answer by the last digit of the member number, for the demo: 6 is not active, 7 does not say, 8 never
/// answers, 9 does not know the number; all else is active.
#[derive(Debug, Clone, Copy, Default)]
pub struct SimulatedPayers {
    /// How long an answer takes.
    pub takes: Duration,
}

impl Payers for SimulatedPayers {
    fn ask(&self, question: Question) -> Answering {
        let takes = self.takes;
        Box::pin(async move {
            let last = question.card.member_id.as_str().chars().rev().find(char::is_ascii_alphanumeric);
            tokio::time::sleep(takes).await;
            match last {
                Some('6') => Eligibility::Inactive,
                Some('7') => Eligibility::Unknown,
                Some('8') => std::future::pending().await,
                Some('9') => Eligibility::Error(NoAnswer::NotFound),
                _ => Eligibility::Active,
            }
        })
    }
}

/// The payer's answer, or that none came in time.
pub async fn answer_in_time(payers: &dyn Payers, question: Question) -> Eligibility {
    let answer = tokio::time::timeout(ANSWER_WITHIN, payers.ask(question)).await;
    match answer.unwrap_or(Eligibility::Error(NoAnswer::TooLate)) {
        // On its way is no answer.
        Eligibility::Asked => Eligibility::Unknown,
        answer => answer,
    }
}

/// The clearinghouse the desk asks about cards; none if there is none.
#[derive(Default)]
struct Asks(Option<Arc<dyn Payers>>);

impl DeskOptions {
    /// Someone to ask about cards.
    #[must_use]
    pub fn payers(self, payers: Arc<dyn Payers>) -> Self {
        self.with(Asks(Some(payers)))
    }
}

/// Up to where cards were looked at.
#[derive(Debug, Clone, Copy)]
pub struct LookedAt {
    revision: u64,
    date: Date,
    /// When all of the day's were.
    all: Timestamp,
}

/// What there is to look at: these visits, or all of the day.
pub type ToLookAt = Option<Vec<AppointmentId>>;

impl Desk {
    /// Of which visits the cards are to be looked at, if they were looked at up to there: those that something changed
    /// about; all of the day, if that cannot be followed, the day is another one, or a while has passed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn cards_to_look_at(&self, before: Option<LookedAt>) -> Result<(ToLookAt, LookedAt), DeskError> {
        let now = self.now();
        self.with_store(|store| {
            let (revision, date) = (store.revision()?, store.date_at(now));
            let is_due = |before: &LookedAt| now.duration_since(before.all).abs() >= LOOK_EVERY_SPAN;
            let changed = match before.filter(|before| before.date == date && !is_due(before)) {
                Some(before) => store.changed_since(before.revision, VISITS_MAX)?.map(|changed| (changed, before.all)),
                None => None,
            };
            let (visits, all) = changed.map(|(changed, all)| (changed.visits, all)).unzip();
            Ok((visits, LookedAt { revision, date, all: all.unwrap_or(now) }))
        })
    }

    /// Begins to ask about every card of today's arrivals that was not asked about today.
    async fn begin_asking(
        &self,
        visits: &ToLookAt,
        asked: &mut JoinSet<Result<(), DeskError>>,
    ) -> Result<(), DeskError> {
        let Some(payers) = self.part::<Asks>().0.clone() else { return Ok(()) };
        let visits = visits.clone();
        let due = self
            .blocking(move |desk| {
                let now = desk.now();
                let due = desk.with_store(|store| store.due_inquiries(visits.as_deref(), now))?;
                if !due.is_empty() {
                    desk.notify();
                }
                Ok(due)
            })
            .await?;
        for Inquiry { key, question } in due {
            let (desk, payers) = (self.clone(), payers.clone());
            asked.spawn(async move {
                let answer = answer_in_time(&*payers, question).await;
                desk.blocking(move |desk| {
                    let now = desk.now();
                    desk.with_store(|store| store.answer_inquiry(&key, answer, now))?;
                    desk.notify();
                    Ok(())
                })
                .await
            });
        }
        Ok(())
    }

    /// Puts patients on the list whose coverage needs attention, and takes them off once it is resolved; see
    /// [`crate::desk::store::Store::settle_coverage`].
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn settle_coverage(&self) -> Result<(), DeskError> {
        self.settle_coverage_of(&None)
    }

    /// As [`Desk::settle_coverage`], of these visits alone.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn settle_coverage_of(&self, visits: &ToLookAt) -> Result<(), DeskError> {
        let now = self.now();
        if self.with_store(|store| store.settle_coverage(visits.as_deref(), now))? {
            self.notify();
        }
        Ok(())
    }

    /// Both, up to what has changed by now; answers up to where that was.
    async fn look_at_cards(
        &self,
        before: Option<LookedAt>,
        asked: &mut JoinSet<Result<(), DeskError>>,
    ) -> Result<LookedAt, DeskError> {
        let (visits, now) = self.blocking(move |desk| desk.cards_to_look_at(before)).await?;
        self.begin_asking(&visits, asked).await?;
        // After that: while a payer is asked, a card's own dates do not count.
        self.blocking(move |desk| desk.settle_coverage_of(&visits)).await?;
        Ok(now)
    }
}

/// Asks about new arrivals' cards, if there is a payer to ask, and keeps the list right about coverage, as long as the
/// desk is served.
pub(in crate::desk) async fn keep_asking(desk: Desk) {
    let mut changes = desk.changes();
    let mut asked = JoinSet::new();
    let mut looked_at = None;
    loop {
        changes.borrow_and_update();
        looked_at = match desk.look_at_cards(looked_at, &mut asked).await {
            Ok(looked_at) => Some(looked_at),
            Err(error) => {
                tracing::error!(%error, "cannot read which coverage needs attention; trying again in a minute");
                None
            }
        };
        let look = tokio::time::sleep(LOOK_EVERY);
        tokio::pin!(look);
        loop {
            tokio::select! {
                () = &mut look => {
                    // Nothing changed about a visit whose question was cut off.
                    looked_at = None;
                    break;
                }
                changed = changes.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                Some(done) = asked.join_next() => {
                    if let Ok(Err(error)) = done {
                        tracing::error!(%error, "cannot save a payer's answer");
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::insurance::Coverage;

    #[tokio::test(start_paused = true)]
    async fn simulated_payers_give_every_answer_and_nobody_waits_longer_than_the_limit() {
        for (member, expected, waited) in [
            ("W52401", Eligibility::Active, 2),
            ("W5240 - 6", Eligibility::Inactive, 2),
            ("W52407", Eligibility::Unknown, 2),
            ("W52408", Eligibility::Error(NoAnswer::TooLate), 20),
            ("W52409", Eligibility::Error(NoAnswer::NotFound), 2),
            ("", Eligibility::Active, 2),
        ] {
            let date = jiff::civil::date(1950, 3, 1);
            let question = Question {
                card: Coverage { member_id: member.into(), ..Coverage::default() },
                given_name: "Ada".into(),
                family_name: "Example".into(),
                birth_date: crate::domain::born::Born::on(date),
                on: date,
            };
            assert!(!format!("{question:?}").contains("Ada"));
            let started = tokio::time::Instant::now();
            let payers = SimulatedPayers { takes: Duration::from_secs(2) };
            assert_eq!(answer_in_time(&payers, question).await, expected, "{member}");
            assert_eq!(started.elapsed().as_secs(), waited, "{member}");
        }
    }
}
