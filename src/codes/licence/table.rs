//! The elements of AAMVA's standards, and what may stand in each. It is asked only where the line ends of a card are
//! lost.

/// What may stand in an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name that every card has.
    Name,
    /// A name that a card may leave empty.
    MoreName,
    /// Eight digits, perhaps with marks between.
    Date,
    /// One of these letters or digits alone, or nothing.
    OneOf(&'static str),
    /// This many letters.
    Letters(usize),
    /// Something with a digit in it.
    Number,
    /// Up to three digits, perhaps with a unit.
    Measure,
    /// A place or street: something.
    Place,
    /// Anything, or nothing.
    Text,
}

/// One element: its name, what may stand in it, and the header versions that have it.
pub(super) struct Element {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    from: u8,
    to: u8,
}

impl Element {
    /// Whether cards of this version have it; a card that does not say its version may have any.
    pub(super) fn is_of(&self, version: Option<u8>) -> bool {
        version.is_none_or(|version| (self.from..=self.to).contains(&version))
    }
}

const fn element(name: &'static str, kind: Kind, from: u8, to: u8) -> Element {
    Element { name, kind, from, to }
}

/// The last version of the first form of the standard.
pub(super) const OLD_VERSION_MAX: u8 = 1;
const OLD: u8 = OLD_VERSION_MAX;
const ALL: u8 = u8::MAX;
const YES_NO: Kind = Kind::OneOf("YN01");
const CUT: Kind = Kind::OneOf("NTU");

/// In the order of their names, so that a place in this table is a place in that order.
pub(super) static ELEMENTS: [Element; 78] = [
    element("DAA", Kind::Name, 0, ALL),
    element("DAB", Kind::Name, 0, OLD),
    element("DAC", Kind::Name, 0, ALL),
    element("DAD", Kind::MoreName, 0, ALL),
    element("DAE", Kind::MoreName, 0, OLD),
    element("DAF", Kind::MoreName, 0, OLD),
    element("DAG", Kind::Place, 0, ALL),
    element("DAH", Kind::Text, 0, ALL),
    element("DAI", Kind::Place, 0, ALL),
    element("DAJ", Kind::Letters(2), 0, ALL),
    element("DAK", Kind::Number, 0, ALL),
    element("DAL", Kind::Place, 0, OLD),
    element("DAM", Kind::Place, 0, OLD),
    element("DAN", Kind::Place, 0, OLD),
    element("DAO", Kind::Letters(2), 0, OLD),
    element("DAP", Kind::Number, 0, OLD),
    element("DAQ", Kind::Number, 0, ALL),
    element("DAR", Kind::Text, 0, OLD),
    element("DAS", Kind::Text, 0, OLD),
    element("DAT", Kind::Text, 0, OLD),
    element("DAU", Kind::Measure, 0, ALL),
    element("DAV", Kind::Measure, 0, OLD),
    element("DAW", Kind::Measure, 0, ALL),
    element("DAX", Kind::Measure, 0, ALL),
    element("DAY", Kind::Letters(3), 0, ALL),
    element("DAZ", Kind::Letters(3), 0, ALL),
    element("DBA", Kind::Date, 0, ALL),
    element("DBB", Kind::Date, 0, ALL),
    element("DBC", Kind::OneOf("0129MFXU"), 0, ALL),
    element("DBD", Kind::Date, 0, ALL),
    element("DBE", Kind::Number, 0, OLD),
    element("DBF", Kind::Number, 0, OLD),
    element("DBG", Kind::Text, 0, ALL),
    element("DBH", YES_NO, 0, OLD),
    element("DBI", YES_NO, 0, OLD),
    element("DBJ", Kind::Number, 0, OLD),
    element("DBK", Kind::Number, 0, OLD),
    element("DBL", Kind::Date, 0, OLD),
    element("DBM", Kind::Number, 0, OLD),
    element("DBN", Kind::MoreName, 0, ALL),
    element("DBO", Kind::MoreName, 0, OLD),
    element("DBP", Kind::MoreName, 0, OLD),
    element("DBQ", Kind::MoreName, 0, OLD),
    element("DBR", Kind::MoreName, 0, OLD),
    element("DBS", Kind::MoreName, 0, ALL),
    element("DCA", Kind::Text, 2, ALL),
    element("DCB", Kind::Text, 2, ALL),
    element("DCD", Kind::Text, 2, ALL),
    element("DCE", Kind::OneOf("0123456789"), 2, ALL),
    element("DCF", Kind::Number, 2, ALL),
    element("DCG", Kind::Letters(3), 2, ALL),
    element("DCH", Kind::Text, 2, ALL),
    element("DCI", Kind::Text, 2, ALL),
    element("DCJ", Kind::Text, 2, ALL),
    element("DCK", Kind::Number, 2, ALL),
    element("DCL", Kind::Text, 2, ALL),
    element("DCM", Kind::Text, 2, ALL),
    element("DCN", Kind::Text, 2, ALL),
    element("DCO", Kind::Text, 2, ALL),
    element("DCP", Kind::Text, 2, ALL),
    element("DCQ", Kind::Text, 2, ALL),
    element("DCR", Kind::Text, 2, ALL),
    element("DCS", Kind::Name, 0, ALL),
    element("DCT", Kind::Name, 2, ALL),
    element("DCU", Kind::MoreName, 2, ALL),
    element("DDA", Kind::OneOf("FNMI"), 2, ALL),
    element("DDB", Kind::Date, 2, ALL),
    element("DDC", Kind::Date, 2, ALL),
    element("DDD", YES_NO, 2, ALL),
    element("DDE", CUT, 3, ALL),
    element("DDF", CUT, 3, ALL),
    element("DDG", CUT, 3, ALL),
    element("DDH", Kind::Date, 3, ALL),
    element("DDI", Kind::Date, 3, ALL),
    element("DDJ", Kind::Date, 3, ALL),
    element("DDK", YES_NO, 3, ALL),
    element("DDL", YES_NO, 3, ALL),
    element("DDM", YES_NO, 3, ALL),
];

/// The longest name of an element that the standards know.
const NAME_CHARACTERS_MAX: usize = 125;

impl Kind {
    /// Whether this may stand in such an element. What a scanner put in place of a line end may hang on to it.
    pub(super) fn may_hold(self, value: &str) -> bool {
        let core = value.trim_matches(|mark: char| !mark.is_alphanumeric());
        let characters = || core.chars().count();
        let is_unsaid = || super::names::says_nothing(core);
        match self {
            Self::Name => !core.is_empty() && !value.starts_with(',') && is_name(value),
            Self::MoreName => is_name(value),
            Self::Date => core.is_empty() || is_unsaid() || is_date(core),
            Self::OneOf(letters) => core.is_empty() || (characters() == 1 && letters.contains(core)),
            Self::Letters(count) => is_unsaid() || (characters() == count && core.chars().all(char::is_alphabetic)),
            Self::Number => core.contains(|mark: char| mark.is_ascii_digit()),
            Self::Measure => {
                core.is_empty()
                    || is_unsaid()
                    || (characters() <= 8 && core.starts_with(|mark: char| mark.is_ascii_digit()))
            }
            Self::Place => !core.is_empty(),
            Self::Text => true,
        }
    }
}

fn is_name(value: &str) -> bool {
    value.len() <= NAME_CHARACTERS_MAX && !value.contains(|mark: char| mark.is_ascii_digit())
}

fn is_date(core: &str) -> bool {
    let digits = core.bytes().filter(u8::is_ascii_digit).count();
    digits == 8 && core.bytes().all(|mark| mark.is_ascii_digit() || matches!(mark, b'-' | b'/' | b'.' | b' '))
}
