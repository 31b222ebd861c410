//! What the window says, as events of the kiosk.

use std::rc::Rc;

use jiff::civil::{Date, Time};
use slint::{ComponentHandle as _, SharedString};

use super::super::ui::{self, KioskWindow};
use super::{keep_or_set, runs_leftward};
use crate::domain::insurance::{Relationship, Side};
use crate::domain::language::Language;
use crate::domain::proposal::Field;
use crate::domain::texts::WELCOME;
use crate::domain::texts::dates::PatientTime;
use crate::domain::ticket::CallAs;
use crate::domain::when::DateStyle;
use crate::flow::card::CardPart;
use crate::flow::step::Input;
use crate::kiosk::program::Event;

/// What the window asks the program, and the languages that can be chosen. [`connect`] does it, too.
pub fn prepare(window: &KioskWindow) {
    let face = window.global::<ui::Kiosk>();
    face.on_runs_leftward(|text| runs_leftward(&text));
    let dates = |tag: &str, style: &str| {
        PatientTime::new(Language::from_tag(tag).unwrap_or_default(), DateStyle::from_code(style))
    };
    face.on_written_time(move |tag, style, hour, minute| {
        let time = i8::try_from(hour).and_then(|hour| i8::try_from(minute).map(|minute| (hour, minute)));
        let time = time.ok().and_then(|(hour, minute)| Time::new(hour, minute, 0, 0).ok());
        time.map(|time| dates(&tag, &style).time(time)).unwrap_or_default().into()
    });
    face.on_written_day(move |tag, style, day, month| {
        let numbers = i8::try_from(day).and_then(|day| i8::try_from(month).map(|month| (day, month)));
        numbers.map(|(day, month)| dates(&tag, &style).day_month(day, month)).unwrap_or_default().into()
    });
    face.on_written_date(move |tag, style, day, month, year| {
        let numbers = (i16::try_from(year), i8::try_from(month), i8::try_from(day));
        let date = match numbers {
            (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).ok(),
            _ => None,
        };
        date.map(|date| dates(&tag, &style).date(date)).unwrap_or_default().into()
    });
    let languages = Language::ALL.map(|language| ui::LanguageFace {
        tag: language.tag().into(),
        own_name: language.own_name().into(),
        own_welcome: WELCOME.said(language).into(),
        rtl: language.is_rtl(),
    });
    keep_or_set(&face.get_languages(), languages.to_vec(), |languages| face.set_languages(languages));
}

/// Puts the pages into a language.
pub fn speak(window: &KioskWindow, language: Language) {
    let face = window.global::<ui::Kiosk>();
    let tag: SharedString = language.tag().into();
    if slint::select_bundled_translation(&tag).is_err() {
        tracing::error!(language = language.tag(), "this language has no translation");
    }
    face.set_rtl(language.is_rtl());
    face.set_language(tag);
}

/// Sends what is touched and typed to the kiosk. `send` is called on the window's own thread.
pub fn connect(window: &KioskWindow, send: impl Fn(Event) + 'static) {
    prepare(window);
    let send = Rc::new(send);
    let face = window.global::<ui::Kiosk>();
    let touch = {
        let send = Rc::clone(&send);
        Rc::new(move |input: Input| send(Event::Touch(input)))
    };
    face.on_act({
        let send = Rc::clone(&send);
        move |action| match input_of(action) {
            Some(input) => send(Event::Touch(input)),
            None => send(Event::MessageRead),
        }
    });
    face.on_choose_language({
        let touch = Rc::clone(&touch);
        move |tag| {
            if let Some(language) = Language::from_tag(&tag) {
                touch(Input::Language(language));
            }
        }
    });
    face.on_choose_walk_in({
        let touch = Rc::clone(&touch);
        move |code| touch(Input::WalkInReason(code.into()))
    });
    face.on_choose_payer({
        let touch = Rc::clone(&touch);
        move |code| touch(Input::Payer(code.into()))
    });
    face.on_choose_spoken({
        let touch = Rc::clone(&touch);
        move |tag| touch(Input::Spoken(tag.into()))
    });
    face.on_pick_month({
        let touch = Rc::clone(&touch);
        move |month| {
            if let Ok(month) = i8::try_from(month) {
                touch(Input::Month(month));
            }
        }
    });
    face.on_digit({
        let touch = Rc::clone(&touch);
        move |digit| {
            if let Ok(digit) = u8::try_from(digit) {
                touch(Input::Digit(digit));
            }
        }
    });
    face.on_key({
        let touch = Rc::clone(&touch);
        move |text| text.chars().for_each(|character| touch(Input::Key(character)))
    });
    face.on_is_letter(|text| {
        let mut characters = text.chars();
        let first = characters
            .next()
            .is_some_and(|character| character.is_alphabetic() || matches!(character, ' ' | '-' | '\'' | '’'));
        first && characters.next().is_none()
    });
    face.on_is_character(|text| {
        let mut characters = text.chars();
        // What the toolkit sends for keys that type nothing is in the private use area.
        let is_typed = |character: char| !character.is_control() && !('\u{e000}'..='\u{f8ff}').contains(&character);
        characters.next().is_some_and(is_typed) && characters.next().is_none()
    });
    face.on_place_cursor({
        let touch = Rc::clone(&touch);
        move |part| touch(Input::PlaceCursor(part))
    });
    face.on_active(move || send(Event::Active));
    face.on_move_focus({
        let window = window.as_weak();
        move |controls| {
            let window = window.clone();
            // Not from inside the key's own event: the toolkit is still busy with it.
            slint::Timer::single_shot(std::time::Duration::ZERO, move || {
                if let Some(window) = window.upgrade() {
                    move_focus(&window, controls);
                }
            });
        }
    });
}

/// Moves the focus by this many controls, backwards if negative, as the Tab key would.
pub fn move_focus(window: &KioskWindow, controls: i32) {
    let key = if controls < 0 { slint::platform::Key::Backtab } else { slint::platform::Key::Tab };
    let text: SharedString = char::from(key).into();
    for _ in 0..controls.unsigned_abs().min(100) {
        window.window().dispatch_event(slint::platform::WindowEvent::KeyPressed { text: text.clone() });
        window.window().dispatch_event(slint::platform::WindowEvent::KeyReleased { text: text.clone() });
    }
}

/// What an action means to the conversation; none for the one that is about staff's message.
fn input_of(action: ui::Action) -> Option<Input> {
    use ui::Action as A;
    Some(match action {
        A::MessageRead => return None,
        A::Start => Input::Start,
        A::TypeInstead => Input::TypeInstead,
        A::SomebodyElse => Input::SomebodyElse,
        A::NoAppointment => Input::NoAppointment,
        A::OneMorePerson => Input::OneMorePerson,
        A::Yes => Input::Yes,
        A::No => Input::No,
        A::AskTheDesk => Input::AskTheDesk,
        A::ChangePhone => Input::ChangeField(Field::Phone),
        A::ChangeEmail => Input::ChangeField(Field::Email),
        A::ChangeAddress => Input::ChangeField(Field::Address),
        A::ChangeName => Input::ChangeField(Field::PreferredName),
        A::ChangeLanguage => Input::ChangeField(Field::Language),
        A::ChangeEmergency => Input::ChangeField(Field::EmergencyContact),
        A::ChangeCard => Input::ChangeField(Field::Insurance),
        A::SecondCard => Input::ChangeField(Field::SecondInsurance),
        A::NoInsurance => Input::NoInsurance,
        A::HeldByMe => Input::HeldBy(None),
        A::HeldBySpouse => Input::HeldBy(Some(Relationship::Spouse)),
        A::HeldByParent => Input::HeldBy(Some(Relationship::Parent)),
        A::HeldByOther => Input::HeldBy(Some(Relationship::Other)),
        A::ChangePayer => Input::ChangePart(CardPart::Payer),
        A::ChangeNumber => Input::ChangePart(CardPart::MemberId),
        A::ChangeHolder => Input::ChangePart(CardPart::Holder),
        A::ChangeGroup => Input::ChangePart(CardPart::Group),
        A::ChangePlan => Input::ChangePart(CardPart::Plan),
        A::ChangeStart => Input::ChangePart(CardPart::Start),
        A::ChangeEnd => Input::ChangePart(CardPart::End),
        A::ChangePhoto => Input::ChangePart(CardPart::Photo(Side::Front)),
        A::SwapOrder => Input::SwapOrder,
        A::Capture => Input::Capture,
        A::GoOn => Input::GoOn,
        A::Back => Input::Back,
        A::StartOver => Input::StartOver,
        A::GetHelp => Input::GetHelp,
        A::FeelUnwell => Input::FeelUnwell,
        A::MoreTime => Input::MoreTime,
        A::KeepGoing => Input::KeepGoing,
        A::ToggleText => Input::ToggleText,
        A::ToggleContrast => Input::ToggleContrast,
        A::CallByNumber => Input::CallAs(CallAs::Number),
        A::CallByFirstName => Input::CallAs(CallAs::FirstName),
        A::Erase => Input::Erase,
        A::CursorLeft => Input::Cursor(false),
        A::CursorRight => Input::Cursor(true),
        A::PrintAgain => Input::PrintAgain,
        A::Finish => Input::Finish,
    })
}
