//! Photos of a card beside its change, and one of them as large as someone needs it.
//!
//! Invariants: an address names kiosk, event, field and side, nothing of a person; a picture goes to anyone who is
//! signed in and is kept by no browser; everything works by keyboard and without a script.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::super::Desk;
use super::super::answer::{Oops, shown};
use super::super::html::staff_page;
use super::super::icons::icon;
use crate::desk::base::address::in_address;
use crate::desk::service::changes::{ChangeKey, PhotoState};
use crate::desk::service::staff::session::SignedIn;
use crate::domain::ids::KioskId;
use crate::domain::insurance::Side;
use crate::domain::proposal::Field;

/// How large a photo is shown: 1 is as wide as the window; a number more is as much wider.
const SIZES: [u8; 4] = [1, 2, 3, 4];

#[derive(Deserialize)]
pub(in super::super) struct PhotoQuery {
    kiosk: String,
    seq: u64,
    field: Field,
    side: Side,
    size: Option<u8>,
    /// The page asks for itself; no one worked.
    idle: Option<String>,
}

impl PhotoQuery {
    fn key(&self) -> ChangeKey {
        ChangeKey { kiosk: KioskId::new(&*self.kiosk), seq: self.seq, field: self.field }
    }
}

/// Which photo, as the query of an address.
fn address(key: &ChangeKey, side: Side) -> String {
    format!("kiosk={}&seq={}&field={}&side={}", in_address(key.kiosk.as_str()), key.seq, key.field.code(), side.code())
}

/// The photos of a change: small pictures that open large, or a word why there is none yet.
pub(super) fn beside(key: &ChangeKey, photos: &[(Side, PhotoState)]) -> Markup {
    html! {
        @if !photos.is_empty() {
            ul.photos {
                @for (side, state) in photos {
                    @let which = address(key, *side);
                    li {
                        @match state {
                            PhotoState::Here => {
                                a href={ "/photo/large?" (which) } {
                                    img src={ "/photo?" (which) } alt="" loading="lazy";
                                    span { (side.for_staff()) " of card" span.hidden { ": photo, open full size" } }
                                }
                            }
                            PhotoState::OnItsWay => p.by {
                                (icon("clock"))
                                span {
                                    (side.for_staff()) " of card: photo is uploading; reload the page to check again"
                                }
                            },
                            PhotoState::Removed => p.quiet { (side.for_staff()) " of card: photo deleted" },
                        }
                    }
                }
            }
        }
    }
}

/// The picture itself. Showing it is no one's work: a page asks for it by itself.
pub(in super::super) async fn picture(
    State(desk): State<Desk>,
    query: Result<Query<PhotoQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let (key, side) = (query.key(), query.side);
    let picture = desk.blocking(move |desk| desk.photo(&key, side)).await?.ok_or(Oops::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "image/jpeg"), (header::CACHE_CONTROL, "no-store")], picture.to_vec()).into_response())
}

/// One photo with nothing beside it, as large as someone needs it.
pub(in super::super) async fn large(
    State(desk): State<Desk>,
    who: SignedIn,
    query: Result<Query<PhotoQuery>, QueryRejection>,
) -> Result<Response, Oops> {
    let Query(query) = query.map_err(|_| Oops::NotFound)?;
    let size = SIZES.into_iter().find(|size| query.size == Some(*size)).unwrap_or(1);
    let page = desk.blocking(move |desk| {
        if query.idle.is_none() {
            desk.keep_session(&who)?;
        }
        let key = query.key();
        let Some(visit) = desk.visit_of_photo(&key, query.side)? else { return Ok(None) };
        let which = address(&key, query.side);
        let title = format!("{}: {} of card", key.field.for_staff(), query.side.for_staff().to_lowercase());
        let back = format!(
            "/changes?appointment={}#change-{}-{}-{}",
            in_address(visit.as_str()),
            in_address(key.kiosk.as_str()),
            key.seq,
            key.field.code()
        );
        let body = html! {
            h2 { (title) }
            p.way {
                a.button href=(back) { "Back to changes" }
                @for other in SIZES {
                    a.button.small href={ "/photo/large?" (which) "&size=" (other) }
                        aria-current=[(other == size).then_some("true")] {
                        @if other == 1 { "Whole card" } @else { (other) " times as large" }
                    }
                }
            }
            div.zoom tabindex="0" autofocus role="region" aria-label="Photo; use the arrow keys to move it" {
                img.{ "size-" (size) } src={ "/photo?" (which) } alt=(title);
            }
        };
        let again = format!("/photo/large?{which}&size={size}");
        Ok(Some(staff_page("Photo of card", &who, (&again, desk.session_idle().as_secs()), &body)))
    });
    Ok(shown(page.await?.ok_or(Oops::NotFound)?))
}
