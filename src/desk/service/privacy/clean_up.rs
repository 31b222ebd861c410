//! Taking out days that are older than the settings keep: marked first, overwritten after a day on which people worked.
//!
//! Invariants: days are counted from the last one on which people worked, never from the clock alone, and after a long
//! break nothing is done before a person confirms the date; more days than usual are marked only when a person says so;
//! what is marked can be taken back until it is overwritten; it is looked for beside the desk's work and overwritten in
//! slices, with a rest after each, so that no one waits.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{DESK, Forgotten, Mark, Old, Slice, Worked};

/// How often a running desk looks whether old days are due.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// What could not be done is tried again after so long.
const AFTER_TROUBLE: Duration = Duration::from_secs(600);
/// At most this many different days are marked without asking: some more than a week with holidays brings.
pub const USUAL_DAYS_MAX: usize = 7;
/// The rest after a slice is as long as the slice took, and at least this long: others get in, also another program,
/// which looks only ten times a second when it waits.
const REST: Duration = Duration::from_millis(50);
/// So often it is tried to cut the journal while someone reads the file, with this wait between.
const CUTS_MAX: u32 = 50;
const CUT_AGAIN: Duration = Duration::from_millis(200);

/// How the clean-up stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CleanUp {
    /// Nothing is too old.
    Nothing,
    /// This is marked.
    Marked(Mark),
    /// A person has to say whether the clock's date is right: people last worked on another day, long before.
    AsksDate {
        /// That day.
        worked: Date,
    },
    /// A person has to say whether more than usual may go.
    AsksMuch(Next),
    /// Someone took the last mark back, and when.
    Held(String, Timestamp),
}

/// What would be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// The first day that is kept.
    pub before: Date,
    /// How much it is.
    pub what: Forgotten,
    /// Of how many different days.
    pub days: usize,
}

impl From<&Old> for Next {
    fn from(old: &Old) -> Self {
        Self { before: old.before, what: old.count(), days: old.days }
    }
}

/// What a clean-up has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanedUp {
    /// What was overwritten, if anything was.
    pub gone: Option<Mark>,
    /// How it stands now.
    pub now: CleanUp,
}

/// Everything that someone who decides about it should see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CleanUpView {
    /// The clock's date.
    pub today: Date,
    /// The last day on which people worked.
    pub worked: Option<Date>,
    /// How it stands.
    pub now: CleanUp,
    /// What would be marked next; none if nothing is due or something is marked already.
    pub next: Option<Next>,
    /// Old days that stay because a visit on them is still open.
    pub open: BTreeSet<Date>,
}

impl Desk {
    /// Overwrites what was marked, if a day of work has passed since, and marks what is too old now, if no one has to
    /// be asked. `by`: who does it, for the audit.
    ///
    /// # Errors
    /// If the file cannot be read or written; what was taken out until then stays so.
    pub fn clean_up(&self, by: &str) -> Result<CleanedUp, DeskError> {
        let cleaned = self.look_at_old_days(by, None)?;
        let asks = matches!(cleaned.now, CleanUp::AsksDate { .. } | CleanUp::AsksMuch(_));
        self.with_store(|store| store.set_clean_up_asks(asks))?;
        self.notify();
        Ok(cleaned)
    }

    /// As [`Desk::clean_up`], by a person who says that the clock's date is right, that however much may go, and that
    /// no one holds it.
    ///
    /// # Errors
    /// As [`Desk::clean_up`].
    pub fn clean_up_anyway(&self, by: &str) -> Result<CleanedUp, DeskError> {
        self.confirm_date(by)?;
        self.resume_clean_up(by)?;
        let cleaned = self.look_at_old_days(by, Some(Date::MAX))?;
        self.with_store(|store| store.set_clean_up_asks(false))?;
        self.notify();
        Ok(cleaned)
    }

    /// A person says that more than usual may be marked: what is before `before`, as it was shown to them.
    ///
    /// # Errors
    /// As [`Desk::clean_up`].
    pub fn mark_much(&self, before: Date, by: &str) -> Result<CleanedUp, DeskError> {
        self.resume_clean_up(by)?;
        let cleaned = self.look_at_old_days(by, Some(before))?;
        let asks = matches!(cleaned.now, CleanUp::AsksDate { .. } | CleanUp::AsksMuch(_));
        self.with_store(|store| store.set_clean_up_asks(asks))?;
        self.notify();
        Ok(cleaned)
    }

    /// A person says that the clock's date is right.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn confirm_date(&self, by: &str) -> Result<(), DeskError> {
        let now = self.now();
        self.with_store(|store| store.confirm_today(by, now))
    }

    /// Takes the mark back: nothing is taken out, and nothing is marked again before someone says so. `false` if
    /// nothing is marked.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn take_back_clean_up(&self, by: &str) -> Result<bool, DeskError> {
        let now = self.now();
        let done = self.with_store(|store| store.unmark(true, by, now))?;
        self.notify();
        Ok(done)
    }

    /// Old days may be marked again. `false` if no one held it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn resume_clean_up(&self, by: &str) -> Result<bool, DeskError> {
        let now = self.now();
        self.with_store(|store| store.release_clean_up(by, now))
    }

    /// How it stands, and what would be marked next. Changes nothing.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn clean_up_view(&self) -> Result<CleanUpView, DeskError> {
        let now = self.now();
        let (worked, mark, held) =
            self.with_store(|store| Ok((store.worked(now)?, store.mark()?, store.clean_up_held()?)))?;
        let mut view = CleanUpView {
            today: worked.today,
            worked: worked.until,
            now: CleanUp::Nothing,
            next: None,
            open: BTreeSet::new(),
        };
        if let Some(date) = worked.until.filter(|_| worked.is_unsure) {
            view.now = CleanUp::AsksDate { worked: date };
        } else if let Some(mark) = mark {
            view.now = CleanUp::Marked(mark);
        } else if let Some(cutoff) = self.cutoff(worked) {
            let old = self.old_days(cutoff)?;
            view.open.clone_from(&old.open);
            view.next = Some(Next::from(&old)).filter(|next| next.what != Forgotten::default());
            view.now = match (held, view.next) {
                (Some((by, at)), _) => CleanUp::Held(by, at),
                (None, Some(next)) if next.days > USUAL_DAYS_MAX => CleanUp::AsksMuch(next),
                _ => CleanUp::Nothing,
            };
        }
        Ok(view)
    }

    /// Whether an administrator is asked something about the clean-up.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn clean_up_asks(&self) -> Result<bool, DeskError> {
        self.with_store(|store| store.clean_up_asks())
    }

    /// The first day that is kept; none if nothing ever happened here.
    fn cutoff(&self, worked: Worked) -> Option<Date> {
        worked.until.map(|day| day.saturating_sub(i64::from(self.settings().keep.visit_days).days()))
    }

    /// On a connection of its own: a year's list takes a second, and no one should wait for it.
    fn old_days(&self, before: Date) -> Result<Old, DeskError> {
        self.with_store(|store| store.read_only())?.old_days(before)
    }

    /// `much`: more than usual may go if it is before this day.
    fn look_at_old_days(&self, by: &str, much: Option<Date>) -> Result<CleanedUp, DeskError> {
        let now = self.now();
        let (worked, mark) = self.with_store(|store| Ok((store.worked(now)?, store.mark()?)))?;
        let stands = |now: CleanUp| Ok(CleanedUp { gone: None, now });
        let (Some(until), Some(cutoff)) = (worked.until, self.cutoff(worked)) else { return stands(CleanUp::Nothing) };
        if worked.is_unsure {
            return stands(CleanUp::AsksDate { worked: until });
        }
        if worked.is_far() {
            // No one works here, or the clock is wrong: it can wait for either.
            return stands(mark.map_or(CleanUp::Nothing, CleanUp::Marked));
        }
        let mut gone = None;
        if let Some(mark) = mark {
            let (marked_on, has_worked) = self.with_store(|store| {
                Ok((store.date_at(mark.at), store.has_worked_between(mark.worked, worked.today)?))
            })?;
            // A day of work has passed, from its morning to its evening; or someone says on a later day that it may go.
            let is_over = worked.today > marked_on && until > mark.worked && (has_worked || much == Some(Date::MAX));
            if mark.before > cutoff {
                // The clock that marked it was ahead, or more is kept now.
                self.with_store(|store| store.unmark(false, DESK, now))?;
            } else if !is_over {
                return stands(CleanUp::Marked(mark));
            } else {
                gone = self.overwrite(&mark, by)?;
            }
        }
        if let Some((by, at)) = self.with_store(|store| store.clean_up_held())? {
            return Ok(CleanedUp { gone, now: CleanUp::Held(by, at) });
        }
        self.with_store(|store| store.forget_by_time(now))?;
        if let Some(mark) = self.with_store(|store| store.mark())? {
            // The desk is stopping, and goes on from there.
            return Ok(CleanedUp { gone, now: CleanUp::Marked(mark) });
        }
        let old = self.old_days(cutoff)?;
        let next = Next::from(&old);
        let now = if next.what == Forgotten::default() {
            CleanUp::Nothing
        } else if next.days > USUAL_DAYS_MAX && much.is_none_or(|much| cutoff > much) {
            CleanUp::AsksMuch(next)
        } else {
            self.with_store(|store| store.mark_old(&old, until, by, now))?;
            self.with_store(|store| store.mark())?.map_or(CleanUp::Nothing, CleanUp::Marked)
        };
        Ok(CleanedUp { gone, now })
    }

    /// Takes out what is marked. Nothing if it was taken back, if it is more by now than was marked, or if the desk
    /// stops.
    fn overwrite(&self, mark: &Mark, by: &str) -> Result<Option<Mark>, DeskError> {
        let mut old = self.old_days(mark.before)?;
        let (found, left) = (old.count(), mark.left());
        if found.appointments > left.appointments || found.visits > left.visits || found.events > left.events {
            let now = self.now();
            self.with_store(|store| store.unmark(false, DESK, now))?;
            return Ok(None);
        }
        let stopping = self.stopping();
        loop {
            let began = self.elapsed();
            let now = self.now();
            match self.with_store(|store| store.forget_slice(&mut old, now))? {
                Slice::More => {}
                Slice::Last => break,
                Slice::TakenBack => return Ok(None),
            }
            if *stopping.borrow() {
                return Ok(None);
            }
            std::thread::sleep(self.elapsed().saturating_sub(began).max(REST));
        }
        let now = self.now();
        let ended = self.with_store(|store| store.end_clean_up(by, now))?;
        self.overwrite_journal()?;
        Ok(ended)
    }

    /// What was deleted is overwritten in the journal too, as soon as no one reads the file; others work between the
    /// tries.
    pub(in crate::desk) fn overwrite_journal(&self) -> Result<(), DeskError> {
        for _ in 0..CUTS_MAX {
            if self.with_store(|store| store.cut_journal())? {
                return Ok(());
            }
            std::thread::sleep(CUT_AGAIN);
        }
        tracing::warn!(
            "deleted data stays in the database's journal until the desk is stopped: \
             another program is reading the file"
        );
        Ok(())
    }
}

/// Takes out old days, once on each day of work.
pub(in crate::desk) async fn keep_clean(desk: Desk) {
    let mut ticks = tokio::time::interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let cleaned = desk.blocking(|desk| {
            let now = desk.now();
            let Worked { today, until, is_unsure } = desk.with_store(|store| store.worked(now))?;
            let how = format!("{today} {} {is_unsure}", until.map(|day| day.to_string()).unwrap_or_default());
            if desk.with_store(|store| store.looked_at_old_days())?.as_deref() == Some(how.as_str()) {
                return Ok(None);
            }
            let cleaned = desk.clean_up(DESK)?;
            desk.with_store(|store| store.note_look_at_old_days(&how))?;
            Ok(Some(cleaned))
        });
        match cleaned.await {
            Ok(Some(cleaned)) => tell(&cleaned),
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "old days could not be deleted; trying again in ten minutes");
                tokio::time::sleep(AFTER_TROUBLE).await;
            }
        }
    }
}

/// For the log.
fn tell(cleaned: &CleanedUp) {
    if let Some(mark) = &cleaned.gone {
        tracing::info!(what = %mark.gone, before = %mark.before, "old days were deleted");
    }
    match &cleaned.now {
        CleanUp::Nothing | CleanUp::Held(..) => {}
        CleanUp::Marked(mark) => {
            tracing::info!(what = %mark.what, before = %mark.before, "old days are marked for deletion");
        }
        CleanUp::AsksDate { worked } => {
            tracing::warn!(
                %worked,
                "no old days are deleted until an admin confirms the clock's date: \
                 the last day of work was long before it"
            );
        }
        CleanUp::AsksMuch(next) => {
            tracing::warn!(
                what = %next.what, days = next.days, before = %next.before,
                "more old days than usual are due: an admin must decide whether to delete them"
            );
        }
    }
}
