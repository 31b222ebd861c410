//! Cards on the window: what is on file, what is typed, all of it once more, and what the camera sees.

use slint::{ComponentHandle as _, Rgb8Pixel, SharedPixelBuffer};

use super::bridge::{keep_or_set, unbroken};
use super::faces::{held_by, member_doubt, photo_doubt};
use super::ui;
use super::ui::KioskWindow;
use crate::device::camera::CameraState;
use crate::domain::insurance::Coverage;
use crate::flow::found::MaskedInsurance;
use crate::flow::screen::{CardText, day_month_year};
use crate::kiosk::camera::CameraFace;

/// Shows what the camera sees. `painted`: the picture that is on the window already; answers which one is there now.
pub fn show_camera(window: &KioskWindow, camera: Option<CameraFace<'_>>, painted: u64) -> u64 {
    let Some(camera) = camera else { return 0 };
    let face = window.global::<ui::Kiosk>();
    face.set_camera_state(match camera.state {
        CameraState::Gone(_) => ui::CameraState::Gone,
        CameraState::Live if camera.picture.is_some() => ui::CameraState::Live,
        CameraState::Starting | CameraState::Live => ui::CameraState::Starting,
    });
    face.set_frame_x(share(camera.frame.left));
    face.set_frame_y(share(camera.frame.top));
    face.set_frame_width(share(camera.frame.width));
    face.set_frame_height(share(camera.frame.height));
    if camera.picture.is_some() && !face.get_has_shot() {
        face.set_photo_doubt(photo_doubt(camera.doubt));
    }
    match camera.picture {
        Some((shown, picture)) if shown != painted => {
            let size = |side: usize| u32::try_from(side).unwrap_or(0);
            let buffer = SharedPixelBuffer::<Rgb8Pixel>::clone_from_slice(
                picture.rgb(),
                size(picture.width()),
                size(picture.height()),
            );
            face.set_camera_picture(slint::Image::from_rgb8(buffer));
            shown
        }
        Some(_) => painted,
        None => {
            face.set_camera_picture(slint::Image::default());
            0
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a share of a picture, to be drawn")]
fn share(part: f64) -> f32 {
    part as f32
}

pub(super) fn fill_insurance(face: &ui::Kiosk<'_>, first: Option<&MaskedInsurance>, second: Option<&MaskedInsurance>) {
    face.set_payer(first.map(|card| card.payer.as_str()).unwrap_or_default().into());
    face.set_member_id(first.map(|card| card.member_id.as_str()).unwrap_or_default().into());
    let (day, month, year) = first.and_then(|card| card.end).map_or((0, 0, 0), day_month_year);
    face.set_card_ends_day(day);
    face.set_card_ends_month(month);
    face.set_card_ends_year(year);
    face.set_card_ended(first.is_some_and(|card| card.ended));
    face.set_second_payer(second.map(|card| card.payer.as_str()).unwrap_or_default().into());
    face.set_second_member_id(second.map(|card| card.member_id.as_str()).unwrap_or_default().into());
}

pub(super) fn fill_card_text(face: &ui::Kiosk<'_>, text: &CardText) {
    face.set_text_before(text.before.as_str().into());
    face.set_text_after(text.after.as_str().into());
    face.set_member_doubt(member_doubt(text.doubt));
    face.set_example(unbroken(&text.example));
    face.set_second_card(text.is_second);
    face.set_payers_listed(text.lists_payers);
    let payers: Vec<ui::PayerName> =
        text.payers.iter().map(|(code, name)| ui::PayerName { code: code.into(), name: name.into() }).collect();
    keep_or_set(&face.get_payers(), payers, |payers| face.set_payers(payers));
}

pub(super) fn card_face(card: &Coverage) -> ui::CardFace {
    let (start_day, start_month, start_year) = card.start.map_or((0, 0, 0), day_month_year);
    let born = card.holder.as_ref().and_then(|holder| holder.birth_date);
    let (born_day, born_month, born_year) = born.map_or((0, 0, 0), |born| day_month_year(born.0));
    let (end_day, end_month, end_year) = card.end.map_or((0, 0, 0), day_month_year);
    ui::CardFace {
        payer: card.payer.as_str().into(),
        number: card.member_id.as_str().into(),
        group: card.group_id.as_str().into(),
        plan: card.plan.as_str().into(),
        held_by: held_by(card.holder.as_ref()),
        holder: card.holder.as_ref().map(|holder| holder.name.as_str()).unwrap_or_default().into(),
        born_day,
        born_month,
        born_year,
        start_day,
        start_month,
        start_year,
        end_day,
        end_month,
        end_year,
    }
}
