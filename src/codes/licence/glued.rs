//! The elements of a card that has lost its line ends, all or some: taken apart at the names of known elements.
//!
//! Three letters in a value may look like an element (Haddad, Madden, Jordan). So a card is taken apart in many ways at
//! the same time: no element comes twice, each must hold what the standard lets it hold, and the ways in which most of
//! the card makes sense win.

use super::elements::{Elements, subfile_of};
use super::table::{ELEMENTS, Element, Kind, OLD_VERSION_MAX};

/// This many ways are followed; the time is bounded by it.
const WAYS_MAX: usize = 32;
/// This many are exported, as long as they are about as good as the best.
const HANDED_ON_MAX: usize = 3;
/// What an element is worth that a card of this version has, and one that it does not have.
const WORTH: i32 = 4;
const WORTH_ODD: i32 = -6;
/// An element that says nothing explains nothing.
const WORTH_EMPTY: i32 = -3;
/// Old cards have their elements in the order of their names.
const WORTH_OUT_OF_ORDER: i32 = -5;
/// A street has a number, mostly.
const WORTH_NUMBER: i32 = 1;

const RARE_AFTER_NAMES: &str = "DAI DAJ DAK DAH DBE DBF DBG DBH DBI DBJ DBK DBL DBM DBO DBP DBQ DBR DCB DCD DCE DCH \
                                DCI DCJ DCK DCL DCM DCN DCO DCP DCQ DCR";

/// One way to take a card apart.
#[derive(Clone)]
struct Way<'a> {
    found: Elements<'a>,
    /// Which elements it has, by their places in the table.
    used: u128,
    /// The element that has begun, and where its value does.
    open: Option<(usize, &'static Element, usize)>,
    worth: i32,
    /// So long are its names: of two ways that are as good, Mathilda has no middle name that begins with "Da".
    letters: usize,
}

/// The ways to take a card apart that make sense, the best first. Empty if there is nothing to take apart.
pub(super) fn read(body: &str, version: Option<u8>) -> Vec<Elements<'_>> {
    let pieces = pieces(body);
    let in_place = pieces.iter().filter_map(|piece| known(piece.get(..3)?)).fold(0, |mask, (at, _)| mask | bit(at));
    if pieces.iter().all(|piece| inner(piece).all(|(_, (at, _))| in_place & bit(at) != 0)) {
        return Vec::new();
    }
    let mut ways = vec![Way { found: Elements::default(), used: in_place, open: None, worth: 0, letters: 0 }];
    for piece in pieces {
        let start = piece.get(..3).and_then(known);
        for way in &mut ways {
            way.open = start.map(|(at, element)| (at, element, 3));
            if start.is_none() {
                way.found.goes_on(piece);
            }
        }
        for (place, (at, element)) in inner(piece) {
            let split: Vec<Way<'_>> =
                ways.iter().filter_map(|way| way.split(piece, place, at, element, version)).collect();
            ways.extend(split);
            ways.sort_by_key(|way| std::cmp::Reverse((way.worth, way.letters)));
            ways.truncate(WAYS_MAX);
        }
        ways.retain_mut(|way| way.close(piece, piece.len()).is_some());
    }
    ways.sort_by_key(|way| std::cmp::Reverse((way.worth, way.letters)));
    let best = ways.first().map_or(0, |way| way.worth);
    let good = ways.into_iter().filter(|way| way.worth + WORTH >= best && way.found.is_whole());
    good.map(|way| way.found).take(HANDED_ON_MAX).collect()
}

impl<'a> Way<'a> {
    /// Ends the element that has begun before `place`; `None` if it cannot hold what stands there.
    fn close(&mut self, piece: &'a str, place: usize) -> Option<()> {
        if let Some((_, element, start)) = self.open.take() {
            let value = piece.get(start..place)?;
            if !element.kind.may_hold(value) {
                return None;
            }
            let value = value.trim();
            if value.is_empty() && element.kind != Kind::MoreName {
                self.worth += WORTH_EMPTY;
            }
            if element.kind == Kind::Name {
                self.letters += value.len();
            }
            if element.kind == Kind::Place && value.contains(|mark: char| mark.is_ascii_digit()) {
                self.worth += WORTH_NUMBER;
            }
            self.found.take(element.name, value);
        }
        Some(())
    }

    fn has(&self, name: &str) -> bool {
        known(name).is_some_and(|(at, _)| self.used & bit(at) != 0)
    }

    /// This way, if an element begins at `place` of this piece.
    fn split(
        &self,
        piece: &'a str,
        place: usize,
        at: usize,
        element: &'static Element,
        version: Option<u8>,
    ) -> Option<Self> {
        if self.used & bit(at) != 0 {
            return None;
        }
        let mut way = self.clone();
        let before = way.open.map(|(before, ..)| before);
        let is_after_a_name = way.open.is_some_and(|(_, open, _)| open.kind == Kind::Name);
        way.close(piece, place)?;
        // A card has the whole name or its parts; one that has both says the last name first. A middle name follows a
        // first one.
        let is_odd = match element.name {
            "DAC" => way.has("DAA") && !way.has("DAB"),
            "DAD" => !way.has("DAC"),
            // No issuer is known to write these after a name, and names have their letters.
            name => is_after_a_name && RARE_AFTER_NAMES.split(' ').any(|rare| rare == name),
        };
        way.used |= bit(at);
        way.worth += if element.is_of(version) && !is_odd { WORTH } else { WORTH_ODD };
        let is_old = version.is_some_and(|version| version <= OLD_VERSION_MAX);
        // Most begin with the number of the card.
        if is_old
            && before
                .is_some_and(|before| before > at && ELEMENTS.get(before).is_some_and(|element| element.name != "DAQ"))
        {
            way.worth += WORTH_OUT_OF_ORDER;
        }
        way.open = Some((at, element, place + 3));
        Some(way)
    }
}

fn bit(at: usize) -> u128 {
    1_u128.checked_shl(u32::try_from(at).unwrap_or(u32::MAX)).unwrap_or_default()
}

fn known(name: &str) -> Option<(usize, &'static Element)> {
    ELEMENTS.iter().enumerate().find(|(_, element)| element.name == name)
}

/// Where known elements may begin within a piece.
fn inner(piece: &str) -> impl Iterator<Item = (usize, (usize, &'static Element))> {
    piece.match_indices('D').filter(|(at, _)| *at > 0).filter_map(|(at, _)| Some((at, known(piece.get(at..at + 3)?)?)))
}

/// What stands between the line ends that are left, without what is a jurisdiction's own.
fn pieces(body: &str) -> Vec<&str> {
    let mut is_jurisdictions = false;
    let mut pieces = Vec::new();
    for line in body.split(|mark: char| mark.is_control()).map(str::trim).filter(|line| !line.is_empty()) {
        let (subfile, element) = subfile_of(line);
        if let Some(kind) = subfile {
            is_jurisdictions = kind.starts_with('Z');
        }
        if is_jurisdictions {
            continue;
        }
        match element.match_indices('Z').find(|(at, _)| begins_a_jurisdictions(element.get(*at..).unwrap_or_default()))
        {
            Some((at, _)) => {
                pieces.extend(element.get(..at));
                is_jurisdictions = true;
            }
            None => pieces.push(element),
        }
    }
    pieces
}

/// `ZMZMA`: a jurisdiction's subfile, and its first element.
fn begins_a_jurisdictions(text: &str) -> bool {
    let mut letters = text.bytes();
    let (first, second) = (letters.next(), letters.next());
    let is_upper = |letter: Option<u8>| letter.is_some_and(|letter| letter.is_ascii_uppercase());
    first == Some(b'Z')
        && is_upper(second)
        && letters.next() == first
        && letters.next() == second
        && is_upper(letters.next())
}
