//! The format of magnetic stripes. British Columbia's PDF417 code holds it, and so do stripe readers pass it on.
//!
//! Track 1: `%`, two letters of the jurisdiction, the city, the name, the address, `?`. Track 2: `;`, the issuer, the
//! card's number, `=`, the month in which it ends, the date of birth, `=`, `?`. `^` ends a field that is shorter than
//! it may be.

use jiff::civil::Date;

use super::names::{bare, readings};
use super::{birth_date, licence};
use crate::codes::{CodeTrouble, Licence};

/// Jurisdictions of the United States and Canada. Payment cards have digits there.
const JURISDICTIONS: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH \
                             NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI AB BC MB NB \
                             NL NF NS NT NU ON PE PQ QC SK YT YK";
const CITY_CHARACTERS_MAX: usize = 13;
const NAME_CHARACTERS_MAX: usize = 35;
/// AAMVA's numbers of issuers begin so; payment cards' do not.
const ISSUERS: [&str; 2] = ["636", "604"];

/// Reads a stripe; `None` if it is something else.
pub(super) fn read(text: &str, today: Date) -> Option<Result<Licence, CodeTrouble>> {
    let text = text.trim_start_matches(|mark: char| mark.is_control() || mark == ' ');
    if let Some(track) = text.strip_prefix(';') {
        // The second track alone names no one.
        let is_card = ISSUERS.iter().any(|issuer| track.starts_with(issuer)) && track.contains('=');
        return is_card.then_some(Err(CodeTrouble::Unreadable));
    }
    let track = text.strip_prefix('%')?;
    let (jurisdiction, fields) = track.split_at_checked(2)?;
    let is_card = JURISDICTIONS.split_ascii_whitespace().any(|known| jurisdiction.eq_ignore_ascii_case(known))
        && fields.contains('^');
    is_card.then(|| of_tracks(fields, today))
}

fn of_tracks(fields: &str, today: Date) -> Result<Licence, CodeTrouble> {
    let (first, rest) = fields.split_once('?').ok_or(CodeTrouble::Truncated)?;
    let (_, second) = rest.split_once(';').ok_or(CodeTrouble::Unreadable)?;
    // A track is one line.
    let name = Some(first)
        .filter(|track| !track.contains(char::is_control))
        .and_then(name_of)
        .ok_or(CodeTrouble::Unreadable)?;
    let trouble = if second.contains('?') { CodeTrouble::Unreadable } else { CodeTrouble::Truncated };
    let born = born_of(second).and_then(|text| birth_date(text, today)).ok_or(trouble)?;
    licence(&readings(name, false), born).ok_or(CodeTrouble::Unreadable)
}

/// The name, after the city.
fn name_of(fields: &str) -> Option<&str> {
    let within = |text: &str, characters: usize| text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at);
    let city_end = within(fields, CITY_CHARACTERS_MAX);
    let name = match fields.find('^').filter(|at| *at <= city_end) {
        Some(at) => fields.get(at + 1..)?,
        None => fields.get(city_end..)?,
    };
    let end = name.find('^').unwrap_or(name.len()).min(within(name, NAME_CHARACTERS_MAX));
    let is_name = |name: &&str| !name.is_empty() && !name.contains(|mark: char| mark.is_ascii_digit());
    Some(bare(name.get(..end)?)).filter(is_name)
}

/// The date of birth, after the month in which the card ends. A card that never ends has `=` there.
fn born_of(track: &str) -> Option<&str> {
    const MONTH: usize = 4;
    let (_, after) = track.split_once('=')?;
    let date = after.strip_prefix('=').or_else(|| after.get(MONTH..))?;
    date.get(..8).filter(|date| date.bytes().all(|digit| digit.is_ascii_digit()))
}
