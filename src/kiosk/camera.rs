//! Photos of cards: the camera is on while its page is shown, and what was photographed waits in memory for the
//! check-in.
//!
//! Invariants: a photo is kept only by the patient's own answer, is saved with the check-in or not at all, and is gone
//! from memory when the conversation ends.

use super::mailbox::Mailbox;
use super::program::{Event, Kiosk};
use crate::device::camera::{Camera, CameraEvent, CameraState, CardFrame, Look, Photo, Picture, Verdict, View};
use crate::domain::insurance::Side;
use crate::domain::proposal::Field;
use crate::flow::card::{CardPart, PhotoDoubt};
use crate::flow::step::{Input, Step};

/// A card in front of the camera.
pub struct CardCamera {
    camera: Box<dyn Camera>,
    mailbox: Mailbox,
    view: Option<View>,
    /// What is shown: live, or the photo that was just taken.
    look: Option<Look>,
    /// Counts the pictures shown, so that the same one is not painted again.
    shown: u64,
    kept: Vec<(Field, Side, Photo)>,
}

impl std::fmt::Debug for CardCamera {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardCamera").field("view", &self.view).finish_non_exhaustive()
    }
}

/// What a page shows of the camera.
#[derive(Debug, Clone, Copy)]
pub struct CameraFace<'a> {
    /// How it is.
    pub state: CameraState,
    /// The picture, and which one it is.
    pub picture: Option<(u64, &'a Picture)>,
    /// Where the card belongs.
    pub frame: CardFrame,
    /// What is wrong with the picture.
    pub doubt: Option<PhotoDoubt>,
}

impl CardCamera {
    /// A camera, off until its page is shown.
    #[must_use]
    pub fn new(camera: Box<dyn Camera>, mailbox: Mailbox) -> Self {
        Self { camera, mailbox, view: None, look: None, shown: 0, kept: Vec::new() }
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        self.camera.is_set_up()
    }

    /// What was photographed for this card.
    pub(super) fn kept(&self) -> &[(Field, Side, Photo)] {
        &self.kept
    }

    fn turn(&mut self, on: bool) {
        if on && self.view.is_none() {
            let mailbox = self.mailbox.clone();
            self.look = None;
            self.view = Some(self.camera.open(Box::new(move |event| mailbox.leave(Event::Camera(event)))));
        } else if !on {
            self.view = None;
        }
    }

    fn told(&mut self, event: CameraEvent) {
        match event {
            CameraEvent::Look => {
                if let Some(look) = self.view.as_ref().and_then(View::take) {
                    self.look = Some(look);
                    self.shown += 1;
                }
            }
            // What is still on the page is old.
            CameraEvent::State(CameraState::Gone(_)) if self.view.is_some() => self.look = None,
            CameraEvent::State(_) => {}
        }
    }

    fn keep(&mut self, field: Field, side: Side) {
        if let Some(look) = self.look.take() {
            self.kept.retain(|(of, which, _)| (*of, *which) != (field, side));
            self.kept.push((field, side, look.photo));
        }
    }

    fn forget(&mut self) {
        self.look = None;
        self.kept.clear();
    }

    fn face(&self) -> Option<CameraFace<'_>> {
        let state = match (&self.view, &self.look) {
            (Some(view), _) => view.state(),
            (None, Some(_)) => CameraState::Live,
            (None, None) => return None,
        };
        let look = self.look.as_ref();
        let (width, height) = look.map_or((16, 9), |look| look.full);
        Some(CameraFace {
            state,
            picture: look.map(|look| (self.shown, &look.picture)),
            frame: CardFrame::within(width, height),
            doubt: look.and_then(|look| doubt_of(look.verdict)),
        })
    }
}

fn doubt_of(verdict: Verdict) -> Option<PhotoDoubt> {
    match verdict {
        Verdict::Good => None,
        Verdict::TooDark => Some(PhotoDoubt::TooDark),
        Verdict::TooBright => Some(PhotoDoubt::TooBright),
        Verdict::Blurred => Some(PhotoDoubt::Blurred),
        Verdict::NoCard => Some(PhotoDoubt::NoCard),
    }
}

impl Kiosk {
    /// What to show of the camera; none if no page looks through it.
    #[must_use]
    pub fn camera_face(&self) -> Option<CameraFace<'_>> {
        matches!(self.conversation.step, Step::NewCard(CardPart::Photo(_))).then(|| self.parts.camera.face()).flatten()
    }

    /// The camera goes with its page; a photo that was just taken stands still.
    pub(super) fn follow_with_camera(&mut self) {
        let looks = matches!(self.conversation.step, Step::NewCard(CardPart::Photo(_)))
            && self.conversation.person.card_entry.shot.is_none();
        self.parts.camera.turn(looks);
        // Anyone who comes next does not always come by the welcome page: a code begins again from the last page too.
        let step = self.conversation.step;
        if step.is_finding() || matches!(step, Step::Done | Step::Stopped(_)) {
            self.parts.camera.forget();
        }
    }

    pub(super) fn camera(&mut self, event: CameraEvent) {
        self.parts.camera.told(event);
    }

    /// The button of the camera: nothing happens before a picture is there.
    pub(super) fn capture(&mut self) {
        if let Some(doubt) = self.parts.camera.look.as_ref().map(|look| doubt_of(look.verdict)) {
            self.input(Input::Shot(doubt));
        }
    }

    pub(super) fn keep_photo(&mut self, field: Field, side: Side) {
        self.parts.camera.keep(field, side);
    }
}
