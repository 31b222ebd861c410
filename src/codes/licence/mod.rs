//! Driver licences and identity cards of the United States and Canada: the PDF417 code on their back, and what is on
//! their magnetic stripe where a card has that in its code or a scanner reads it.
//!
//! AAMVA's card design standards, header versions 00 (before the standard of 2000) to 11 (2025). Real cards keep to
//! them loosely, and scanners lose control characters: so neither offsets, lengths nor the number of subfiles are
//! believed; elements are found by lines, or by their names where the line ends are lost. The header says only two
//! things: whose card it is, for the one issuer that writes whole names the other way around, and whether the end of a
//! name may be missing.
//!
//! Invariants: of a card are kept last name, first first name and date of birth, and the text that was read is
//! wiped; elements of a jurisdiction's own subfile are never taken; what breaks off before these facts, or within a
//! name, is refused.

/// What of a card is looked at, line by line.
mod elements;
/// The elements of a card that has lost its line ends.
mod glued;
/// What a card says before its elements.
mod header;
/// Names as cards write them.
mod names;
/// The format of magnetic stripes.
mod stripe;
/// The names of all elements, and what may stand in them.
mod table;

use jiff::civil::Date;
use zeroize::Zeroizing;

use self::elements::Elements;
use self::header::Header;
use self::names::Reading;
use super::{CodeTrouble, Licence, OtherName, Scanned};
use crate::domain::person::BirthDate;
use crate::domain::private::Private;

/// No one alive was born before; the oldest person ever was born in 1875.
const BORN_YEAR_MIN: i16 = 1875;
/// This many readings of one name are looked up at most.
const READINGS_MAX: usize = 6;
/// How some scanners that pose as keyboards write control characters.
const WRITTEN_CONTROLS: [&str; 8] = ["<LF>", "<CR>", "<RS>", "<GS>", "\u{240a}", "\u{240d}", "\u{241e}", "\u{2424}"];

/// Reads a card's code; `None` if it is something else. `today` is the clinic's date: no one is born after it.
pub(super) fn read(scan: &[u8], today: Date) -> Option<Scanned> {
    let text = text_of(scan);
    let licence = match stripe::read(&text, today) {
        Some(licence) => licence,
        None => match Header::of(&text) {
            Some(header) => of_elements(&text, &header, today),
            None => Ok(without_header(&text, today)?),
        },
    };
    Some(licence.map_or_else(Scanned::Refused, Scanned::Licence))
}

/// Cards are written in ISO 8859-1, some in UTF-8; plain letters are the same in both. A keyboard may have lost the
/// capitals.
fn text_of(scan: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(match std::str::from_utf8(scan) {
        Ok(text) => text.to_owned(),
        Err(_) => scan.iter().copied().map(char::from).collect(),
    });
    for control in
        WRITTEN_CONTROLS.iter().filter(|control| scan.windows(control.len()).any(|piece| piece == control.as_bytes()))
    {
        text = Zeroizing::new(text.replace(control, "\n"));
    }
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        text.make_ascii_uppercase();
    }
    text
}

fn of_elements(text: &str, header: &Header<'_>, today: Date) -> Result<Licence, CodeTrouble> {
    let is_ended = text.ends_with(char::is_control);
    let lines = Elements::of_lines(header.body);
    let glued = glued::read(header.body, header.version);
    // A card that has its line ends says its facts in lines. The other ways come after them: a name is looked up in
    // each.
    let lines_first = lines.is_whole() && (lines.says_given || glued.iter().all(|found| !found.says_given));
    let (before, after) = if lines_first { (Some(&lines), None) } else { (None, Some(&lines)) };
    let is_cut = |found: &Elements<'_>| found.is_broken || (header.is_short && found.is_open(is_ended));
    let mut readings = Vec::new();
    let mut born = None;
    for found in before.into_iter().chain(&glued).chain(after).filter(|found| !is_cut(found)) {
        let Some(date) = found.born.and_then(|text| birth_date(text, today)) else { continue };
        if *born.get_or_insert(date) == date {
            readings.extend(found.readings(header.is_first_name_first()));
        }
    }
    born.and_then(|born| licence(&readings, born)).ok_or_else(|| {
        let is_all_there = !header.is_short || (lines.has_facts_whole(is_ended) && !is_cut(&lines));
        if is_all_there { CodeTrouble::Unreadable } else { CodeTrouble::Truncated }
    })
}

/// A card whose header was lost on the way: only if all of it is there, in lines.
fn without_header(text: &str, today: Date) -> Option<Licence> {
    /// Fewer lines may be anything.
    const ELEMENTS_MIN: usize = 4;
    let lines = Elements::of_lines(text);
    if lines.count < ELEMENTS_MIN || lines.is_broken || lines.is_open(text.ends_with(char::is_control)) {
        return None;
    }
    licence(&lines.readings(false), birth_date(lines.born?, today)?)
}

/// What is kept: the first reading, and others that may be meant.
fn licence(readings: &[Reading<'_>], birth_date: BirthDate) -> Option<Licence> {
    let mut readings = readings.iter().filter_map(Reading::settled).take(READINGS_MAX);
    let first = readings.next()?;
    let mut others: Vec<OtherName> = Vec::new();
    for reading in readings {
        let other = OtherName { family_name: Private::from(reading.family), given_name: Private::from(reading.given) };
        if reading != first && !others.contains(&other) {
            others.push(other);
        }
    }
    Some(Licence {
        family_name: Private::from(first.family),
        given_name: Private::from(first.given),
        birth_date,
        others,
    })
}

/// A date of birth, month first as in the United States or year first as in Canada and on the oldest cards, perhaps
/// with marks between. The two can never be taken for each other: no month is 18, 19 or 20, and every year begins with
/// one of these.
fn birth_date(text: &str, today: Date) -> Option<BirthDate> {
    let mut digits = [0_i16; 8];
    let mut places = digits.iter_mut();
    for character in names::bare(text).chars() {
        match character.to_digit(10) {
            Some(digit) => *places.next()? = i16::try_from(digit).ok()?,
            None if matches!(character, '-' | '/' | '.' | ' ') => {}
            None => return None,
        }
    }
    if places.next().is_some() {
        return None;
    }
    let [a, b, c, d, e, f, g, h] = digits;
    let possible = |year: i16, month: i16, day: i16| {
        let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        (date.year() >= BORN_YEAR_MIN && date <= today).then_some(BirthDate(date))
    };
    let month_first = possible(e * 1000 + f * 100 + g * 10 + h, a * 10 + b, c * 10 + d);
    month_first.or_else(|| possible(a * 1000 + b * 100 + c * 10 + d, e * 10 + f, g * 10 + h))
}

#[cfg(test)]
mod tests;
