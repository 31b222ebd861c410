//! What kiosks may ask, and what they are answered.
//!
//! Invariants: a kiosk speaks only for itself; an answer to a mistake never repeats what was sent, because that may be
//! about a patient.

use std::time::Duration;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::base::secret;
use crate::desk::store::Told;
use crate::domain::example::is_example_secret;
use crate::domain::ids::KioskId;
use crate::domain::kiosk::ORDER_ENDS_MAX;
use crate::domain::ticket::Ticket;
use crate::sync::api::{Attempt, DeskApi, Refusal};
use crate::sync::bounds::Report;
use crate::sync::wire::{
    EVENTS_PER_POST_MAX, Feed, Health, Held, LONG_POLL_SECONDS_MAX, Orders, PHOTO_BYTES_MAX, PIECE_BYTES_MAX, PROTOCOL,
    PhotoHeld, PhotoName, Piece, Post, TicketWait,
};

/// What a kiosk says of itself or of a device is a few words.
const HEALTH_CHARS_MAX: usize = 160;

/// Why a kiosk was not served.
#[derive(Debug)]
pub enum Unserved {
    /// The token is no one's, or another kiosk's.
    UnknownToken,
    /// The request is not what this desk understands.
    NotUnderstood(String),
    /// The kiosk's log is another one than the desk has.
    OtherHistory,
    /// The desk has trouble of its own.
    Trouble(DeskError),
}

impl From<DeskError> for Unserved {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::OtherHistory(_) => Self::OtherHistory,
            trouble => Self::Trouble(trouble),
        }
    }
}

impl Desk {
    /// Which kiosk has this token. Every kiosk's hash is compared, in constant time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn kiosk_of(&self, token: &str) -> Result<Option<KioskId>, DeskError> {
        // Also where an earlier version took it.
        if is_example_secret(token) {
            return Ok(None);
        }
        let hash = secret::hash_token(token);
        let kiosks = self.with_store(|store| store.kiosk_tokens())?;
        Ok(kiosks
            .into_iter()
            .fold(None, |found, (kiosk, its)| if secret::same(&its, &hash) { Some(kiosk) } else { found }))
    }

    /// Takes what a kiosk reports.
    ///
    /// # Errors
    /// Why not; then nothing of it is kept.
    pub fn take_post(&self, token: &str, post: &Post) -> Result<Held, Unserved> {
        self.take_report(token, Report::from(post))
    }

    /// As [`Desk::take_post`], of which an event may not be understood.
    ///
    /// # Errors
    /// Why not; what comes before the event that it is about is kept.
    pub fn take_report(&self, token: &str, report: Report) -> Result<Held, Unserved> {
        let kiosk = self.kiosk_of(token)?.ok_or(Unserved::UnknownToken)?;
        if report.kiosk != kiosk {
            return Err(Unserved::UnknownToken);
        }
        if report.events.len() > EVENTS_PER_POST_MAX {
            return Err(Unserved::NotUnderstood(format!(
                "expected at most {EVENTS_PER_POST_MAX} events, found {}",
                report.events.len()
            )));
        }
        let now = self.now();
        let (tickets, catches_up) = (report.tickets_at_hand(), report.catches_up());
        let took = self.with_store(|store| store.take_report(&kiosk, report, now));
        // With each part of what a kiosk makes up for, everyone would read the day again. The server looks each second,
        // and the last part wakes all.
        if !catches_up || took.is_err() {
            self.notify();
        }
        let took = took?;
        if took.is_refused && !took.adopted {
            return Err(Unserved::OtherHistory);
        }
        let held = took.held;
        // What was told is kept whether or not this can be answered.
        let waits = self.waits_of(&tickets).unwrap_or_default();
        let (adopted, series, numbers) = (took.adopted, took.series, took.numbers);
        Ok(Held { held, waits, takes_times: true, adopted, series, now: Some(now), numbers, protocol: PROTOCOL })
    }

    /// How these tickets stand.
    fn waits_of(&self, tickets: &[Ticket]) -> Result<Vec<TicketWait>, DeskError> {
        let mut waits = Vec::new();
        for ticket in tickets {
            if let Some(standing) = self.ticket_standing(*ticket)?
                && let Some(position) = standing.position.and_then(|position| u32::try_from(position).ok())
            {
                waits.push(TicketWait { ticket: *ticket, position, wait: standing.wait });
            }
        }
        Ok(waits)
    }

    /// Takes how a kiosk says it is, and answers what staff want of it; waits up to `wait` while they want nothing.
    ///
    /// # Errors
    /// Why not.
    pub async fn report(&self, token: &str, health: Health, wait: Duration) -> Result<Orders, Unserved> {
        let token = token.to_owned();
        let (obeyed, rules) = (health.obeyed, self.settings().kiosks);
        let (kiosk, differs) = self
            .blocking(move |desk| {
                let Some(kiosk) = desk.kiosk_of(&token)? else { return Ok(None) };
                let now = desk.now();
                let differs = desk.with_store(|store| store.take_health(&kiosk, &bounded(health), rules, now))?;
                desk.notify();
                Ok(Some((kiosk, differs)))
            })
            .await?
            .ok_or(Unserved::UnknownToken)?;
        let mut changes = self.changes();
        let mut stopping = self.stopping();
        let over = tokio::time::sleep(wait.min(Duration::from_secs(LONG_POLL_SECONDS_MAX)));
        tokio::pin!(over);
        loop {
            changes.borrow_and_update();
            // Never broken off: what is noted as told must be answered.
            let told = self.tell_now(&kiosk, obeyed).await?;
            if !told.orders.is_empty() || over.is_elapsed() || *stopping.borrow() {
                // At the end of the wait alone: asking for everything again and again mends nothing.
                return Ok(Orders { orders: told.orders, list_again: differs && over.is_elapsed() });
            }
            let again = told.again_in.and_then(|again| Duration::try_from(again).ok()).unwrap_or(wait);
            tokio::select! {
                () = &mut over => {}
                _ = changes.changed() => {}
                _ = stopping.changed() => {}
                () = tokio::time::sleep(again) => {}
            }
        }
    }

    async fn tell_now(&self, kiosk: &KioskId, obeyed: u64) -> Result<Told, DeskError> {
        let kiosk = kiosk.clone();
        self.blocking(move |desk| {
            let now = desk.now();
            desk.with_store(|store| store.tell_orders(&kiosk, obeyed, now))
        })
        .await
    }

    /// How much of a kiosk's photo is here.
    ///
    /// # Errors
    /// Why not.
    pub fn photo_held(&self, token: &str, photo: &PhotoName) -> Result<PhotoHeld, Unserved> {
        let kiosk = self.expected_photo(token, photo)?;
        Ok(self.with_store(|store| store.photo_held(&kiosk, photo))?)
    }

    /// Takes a piece of a kiosk's photo.
    ///
    /// # Errors
    /// Why not; then nothing of it is kept.
    pub fn take_piece(&self, token: &str, piece: &Piece) -> Result<PhotoHeld, Unserved> {
        let kiosk = self.expected_photo(token, &piece.photo)?;
        let length = piece.bytes.len();
        if length == 0 || length > PIECE_BYTES_MAX {
            return Err(Unserved::NotUnderstood(format!(
                "expected a piece of 1 to {PIECE_BYTES_MAX} bytes, found {length}"
            )));
        }
        if piece.offset.checked_add(length as u64).is_none_or(|end| end > piece.photo.total) {
            return Err(Unserved::NotUnderstood("the piece is outside its photo".to_owned()));
        }
        let now = self.now();
        let held = self.with_store(|store| store.take_piece(&kiosk, piece, now))?;
        if held.whole {
            self.notify();
        }
        Ok(held)
    }

    /// Whose token it is, if a photo like this can be taken.
    fn expected_photo(&self, token: &str, photo: &PhotoName) -> Result<KioskId, Unserved> {
        let kiosk = self.kiosk_of(token)?.ok_or(Unserved::UnknownToken)?;
        if photo.total == 0 || photo.total > PHOTO_BYTES_MAX {
            return Err(Unserved::NotUnderstood(format!(
                "expected a photo of 1 to {PHOTO_BYTES_MAX} bytes, found {}",
                photo.total
            )));
        }
        if photo.hash.len() != 64 || !photo.hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(Unserved::NotUnderstood("expected a hash of 64 hexadecimal digits".to_owned()));
        }
        if !self.with_store(|store| store.is_announced(&kiosk, photo))? {
            return Err(Unserved::NotUnderstood("no check-in of this kiosk announced that photo".to_owned()));
        }
        Ok(kiosk)
    }

    /// What is new for a kiosk since `cursor`; waits up to `wait` while there is nothing.
    ///
    /// # Errors
    /// Why not.
    pub async fn wait_for_feed(&self, token: &str, cursor: u64, wait: Duration) -> Result<Feed, Unserved> {
        let token = token.to_owned();
        let known = self.blocking(move |desk| desk.kiosk_of(&token)).await?;
        let kiosk = known.ok_or(Unserved::UnknownToken)?;
        let mut changes = self.changes();
        let mut stopping = self.stopping();
        let wait = wait.min(Duration::from_secs(LONG_POLL_SECONDS_MAX));
        let news = async {
            loop {
                changes.borrow_and_update();
                let feed = self.feed_now(&kiosk, cursor).await?;
                if !feed.changes.is_empty() || feed.settings.is_some() || feed.cursor < cursor || *stopping.borrow() {
                    return Ok(feed);
                }
                tokio::select! {
                    _ = changes.changed() => {}
                    _ = stopping.changed() => {}
                }
            }
        };
        match tokio::time::timeout(wait, news).await {
            Ok(feed) => feed,
            Err(_) => Ok(self.feed_now(&kiosk, cursor).await?),
        }
    }

    async fn feed_now(&self, kiosk: &KioskId, cursor: u64) -> Result<Feed, DeskError> {
        let kiosk = kiosk.clone();
        self.blocking(move |desk| {
            let now = desk.now();
            desk.with_store(|store| {
                let mut feed = store.feed(cursor, now)?;
                if let Some(settings) = &mut feed.settings {
                    settings.pages.key = store.page_key_of(&kiosk)?;
                }
                Ok(feed)
            })
        })
        .await
    }
}

/// Words of a kiosk, no longer than a page can show.
fn bounded(mut health: Health) -> Health {
    let Health { version, printer, scanner, camera, ends, .. } = &mut health;
    for words in [version, &mut printer.why, &mut scanner.why, &mut camera.why] {
        *words = words.chars().filter(|c| !c.is_control()).take(HEALTH_CHARS_MAX).collect();
    }
    ends.drain(..ends.len().saturating_sub(ORDER_ENDS_MAX));
    for end in ends {
        end.why = end.why.chars().filter(|c| !c.is_control()).take(HEALTH_CHARS_MAX).collect();
    }
    health
}

/// A kiosk's way to a desk in the same process.
#[derive(Clone)]
pub struct InProcess {
    desk: Desk,
    token: String,
}

impl InProcess {
    /// Talks to `desk` with a kiosk's token.
    #[must_use]
    pub fn new(desk: Desk, token: impl Into<String>) -> Self {
        Self { desk, token: token.into() }
    }
}

fn attempt<T>(result: Result<T, Unserved>) -> Attempt<T> {
    match result {
        Ok(answer) => Attempt::Sent(answer),
        Err(Unserved::UnknownToken) => Attempt::Refused(Refusal::UnknownToken),
        Err(Unserved::NotUnderstood(why)) => Attempt::Refused(Refusal::NotUnderstood(why)),
        Err(Unserved::OtherHistory) => Attempt::Refused(Refusal::OtherHistory),
        Err(Unserved::Trouble(error)) => Attempt::Retry(error.to_string()),
    }
}

impl DeskApi for InProcess {
    async fn post(&self, post: Post) -> Attempt<Held> {
        attempt(self.desk.take_post(&self.token, &post))
    }

    async fn feed(&self, cursor: u64, wait: Duration) -> Attempt<Feed> {
        attempt(self.desk.wait_for_feed(&self.token, cursor, wait).await)
    }

    async fn report(&self, health: Health, wait: Duration) -> Attempt<Orders> {
        attempt(self.desk.report(&self.token, health, wait).await)
    }

    async fn photo_held(&self, photo: &PhotoName) -> Attempt<PhotoHeld> {
        attempt(self.desk.photo_held(&self.token, photo))
    }

    async fn send_piece(&self, piece: Piece) -> Attempt<PhotoHeld> {
        attempt(self.desk.take_piece(&self.token, &piece))
    }
}
