//! Photos on their way to the desk, one after the other, in pieces.
//!
//! Invariants: a photo goes when the desk holds its event, and after every event that waits; where to go on says the
//! desk, so a broken connection costs one piece; a photo is forgotten only when the desk says that it has all of it.
//! One that the desk does not take, or that cannot be read, is kept, and the others go past it.

use std::collections::HashSet;
use std::time::Duration;

use super::api::{Attempt, DeskApi, Refusal};
use super::backoff::Backoff;
use super::wire::{PIECE_BYTES_MAX, PhotoName, Piece, photo_hash};
use super::worker::{REFUSED_WAIT, Told, Worker};
use crate::store::StoreError;
use crate::store::photos::PhotoKey;

/// How sending photos ended.
pub(super) enum SentPhotos {
    /// No photo waits.
    None,
    /// There is an event to send.
    EventsFirst,
    /// To be tried again after so long.
    Later(Duration),
}

/// How sending one photo ended.
enum Sent {
    Whole,
    EventsFirst,
    Later,
    /// Not this one, for now.
    Aside,
}

/// What the worker remembers about photos while it runs.
pub(super) struct Sending {
    backoff: Backoff,
    aside: HashSet<PhotoKey>,
}

impl Sending {
    pub(super) fn new(seed: u64) -> Self {
        Self { backoff: Backoff::new(seed), aside: HashSet::new() }
    }

    pub(super) fn next_wait(&mut self) -> Duration {
        self.backoff.next_wait()
    }

    /// Tries those again that were set aside.
    pub(super) fn look_again(&mut self) {
        self.aside.clear();
    }

    /// Sends what waits, until an event comes, all are sent, or the desk is not reached.
    pub(super) async fn send<A: DeskApi>(&mut self, worker: &Worker<A>) -> Result<SentPhotos, StoreError> {
        loop {
            let next = {
                let store = worker.store();
                let held = store.held()?;
                store.pending_photos()?.into_iter().find(|key| key.seq <= held && !self.aside.contains(key))
            };
            let Some(key) = next else {
                return Ok(if self.aside.is_empty() { SentPhotos::None } else { SentPhotos::Later(REFUSED_WAIT) });
            };
            match self.send_one(worker, key).await? {
                Sent::Whole => worker.store().forget_photo(key)?,
                Sent::EventsFirst => return Ok(SentPhotos::EventsFirst),
                Sent::Later => return Ok(SentPhotos::Later(self.backoff.next_wait())),
                Sent::Aside => {
                    self.aside.insert(key);
                }
            }
        }
    }

    async fn send_one<A: DeskApi>(&mut self, worker: &Worker<A>, key: PhotoKey) -> Result<Sent, StoreError> {
        let read = worker.store().photo(key);
        let picture = match read {
            Ok(Some(picture)) => picture,
            Ok(None) => return Ok(Sent::Whole),
            Err(StoreError::Unreadable { .. }) => {
                tracing::error!(
                    seq = key.seq.0,
                    field = key.field.code(),
                    side = key.side.code(),
                    "a photo is damaged and stays here"
                );
                return Ok(Sent::Aside);
            }
            Err(error) => return Err(error),
        };
        let PhotoKey { seq, field, side } = key;
        let photo = PhotoName { seq, field, side, total: picture.len() as u64, hash: photo_hash(&picture) };
        let mut answer = worker.api.photo_held(&photo).await;
        let mut sent_to: Option<u64> = None;
        loop {
            let held = match answer {
                Attempt::Sent(held) => held,
                Attempt::Retry(why) => {
                    (worker.tell)(Told::Away(why));
                    return Ok(Sent::Later);
                }
                Attempt::Refused(why @ Refusal::UnknownToken) => {
                    (worker.tell)(Told::Refused(why));
                    return Ok(Sent::Later);
                }
                // Of this photo alone: checking in goes on, and so do the others.
                Attempt::Refused(why) => {
                    tracing::error!(
                        seq = seq.0, field = field.code(), side = side.code(), %why,
                        "the desk does not accept a photo; it stays here"
                    );
                    return Ok(Sent::Aside);
                }
            };
            (worker.tell)(Told::Reached);
            if held.whole {
                self.backoff.reset();
                return Ok(Sent::Whole);
            }
            // The desk began again, or keeps taking nothing: do not spin.
            if sent_to.is_some_and(|before| held.bytes <= before) {
                return Ok(Sent::Aside);
            }
            if sent_to.is_some() {
                self.backoff.reset();
            }
            {
                let store = worker.store();
                if store.last_seq()? != store.held()? {
                    return Ok(Sent::EventsFirst);
                }
            }
            let rest = usize::try_from(held.bytes).ok().and_then(|at| picture.get(at..)).unwrap_or_default();
            let bytes = rest.get(..PIECE_BYTES_MAX).unwrap_or(rest).to_vec();
            if bytes.is_empty() {
                return Ok(Sent::Aside);
            }
            sent_to = Some(held.bytes);
            answer = worker.api.send_piece(Piece { photo: photo.clone(), offset: held.bytes, bytes }).await;
        }
    }
}
