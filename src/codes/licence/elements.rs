//! What of a card is looked at.

use super::names::{Reading, first_given, readings, says_nothing};

/// The facts of a card, as they stand on it.
#[derive(Clone, Copy, Default)]
pub(super) struct Elements<'a> {
    /// `DCS`, or `DAB` on the oldest.
    family: Option<&'a str>,
    /// `DAC`: the first first name.
    first: Option<&'a str>,
    /// `DCT` of versions 02 and 03: all first names.
    given: Option<&'a str>,
    /// `DAA` of versions 00 and 01: the whole name.
    whole: Option<&'a str>,
    /// `DBB`.
    pub(super) born: Option<&'a str>,
    /// The card has an element for first names, whatever it says.
    pub(super) says_given: bool,
    /// This many elements were found.
    pub(super) count: usize,
    /// A name was cut in two by something that is no line end.
    pub(super) is_broken: bool,
    last: Last,
    /// Since the last name came nothing but what belongs to it.
    is_at_family: bool,
}

/// What the last element was.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Last {
    #[default]
    Other,
    Name,
    Born,
}

impl<'a> Elements<'a> {
    /// Every line is an element. Line feeds end elements and a carriage return ends a subfile; some cards and scanners
    /// swap or double them.
    pub(super) fn of_lines(body: &'a str) -> Self {
        let mut found = Self::default();
        let mut is_jurisdictions = false;
        for line in body.split(|mark: char| mark.is_control()).map(str::trim).filter(|line| !line.is_empty()) {
            let (subfile, element) = subfile_of(line);
            if let Some(kind) = subfile {
                is_jurisdictions = kind.starts_with('Z');
            }
            match (element.get(..3), element.get(3..)) {
                _ if is_jurisdictions || element.is_empty() => found.ends(),
                (Some(name), Some(value)) if is_element(name) => found.take(name, value.trim()),
                // A jurisdiction's element out of its place; letters alone may be the rest of a name.
                _ if element.starts_with('Z') && !element.chars().all(char::is_alphabetic) => found.ends(),
                _ => found.goes_on(element),
            }
        }
        found
    }

    /// Takes an element. The first of each that says something counts.
    pub(super) fn take(&mut self, name: &str, value: &'a str) {
        let (place, last) = match name {
            "DCS" | "DAB" => (&mut self.family, Last::Name),
            "DAC" => (&mut self.first, Last::Name),
            "DCT" => (&mut self.given, Last::Name),
            "DAA" => (&mut self.whole, Last::Name),
            "DBB" => (&mut self.born, Last::Born),
            _ => {
                self.count += 1;
                self.last = Last::Other;
                self.is_at_family &= name == "DDE";
                return;
            }
        };
        if place.is_none_or(says_nothing) {
            *place = Some(value);
        }
        self.count += 1;
        self.last = last;
        self.says_given |= matches!(name, "DAC" | "DCT");
        self.is_at_family = matches!(name, "DCS" | "DAB");
    }

    /// Something follows that begins no element: it belongs to the one before. What may become an element's name is
    /// none yet.
    pub(super) fn goes_on(&mut self, line: &str) {
        self.is_broken |= self.last == Last::Name && !matches!(line, "D" | "DA" | "DB" | "DC" | "DD");
    }

    /// What follows is of another kind: what came last is whole.
    fn ends(&mut self) {
        self.last = Last::Other;
        self.is_at_family = false;
    }

    /// Whether there is a date and a name.
    pub(super) fn is_whole(&self) -> bool {
        self.born.is_some() && (self.family.is_some() || self.whole.is_some())
    }

    /// Whether both stand there to their end, so that nothing is missing if they cannot be read.
    pub(super) fn has_facts_whole(&self, is_ended: bool) -> bool {
        self.is_whole() && !self.is_broken && (is_ended || self.last == Last::Other)
    }

    /// Whether a name may go on after the end: it comes last and nothing ends it, or the first name has yet to come.
    pub(super) fn is_open(&self, is_ended: bool) -> bool {
        (self.last == Last::Name && !is_ended) || (self.is_at_family && !self.says_given)
    }

    /// The names, in every way in which they may be meant.
    pub(super) fn readings(&self, is_first_name_first: bool) -> Vec<Reading<'a>> {
        match (self.family, self.whole) {
            (Some(family), None) if !self.says_given && family.contains([',', '$']) => {
                readings(family, is_first_name_first)
            }
            (Some(family), _) => vec![Reading { family, given: first_given(self.first, self.given) }],
            (None, Some(whole)) => readings(whole, is_first_name_first),
            (None, None) => Vec::new(),
        }
    }
}

/// The subfile that begins with this line, if one does, and the element on it.
pub(super) fn subfile_of(line: &str) -> (Option<&str>, &str) {
    let Some((kind, element)) = line.split_at_checked(2) else { return (None, line) };
    let begins = match kind {
        "DL" | "ID" | "EN" => element.is_empty() || is_element(element),
        // A jurisdiction's elements begin with its subfile's two letters.
        _ => kind.starts_with('Z') && (element.is_empty() || element.starts_with(kind)),
    };
    if begins { (Some(kind), element) } else { (None, line) }
}

/// Whether a text begins with an element's name, known or not.
fn is_element(text: &str) -> bool {
    let mut letters = text.bytes();
    letters.next() == Some(b'D')
        && matches!(letters.next(), Some(b'A'..=b'D'))
        && letters.next().is_some_and(|letter| letter.is_ascii_uppercase())
}
