//! What a card says before its elements: whose it is, of which version, and where its parts are said to be.

/// Marks may stand before the file type: `@`, line ends, a record separator or what a scanner made of it.
const FILE_TYPE_WITHIN_BYTES: usize = 16;
/// What the file type is called: the older cards say whose standard it is.
const FILE_TYPES: [&str; 3] = ["ANSI", "AAMVA", "AMVAA"];
/// Fewer digits after the file type may be anything.
const ISSUER_DIGITS: usize = 6;
/// Two letters, an offset of four digits, a length of four digits.
const DESIGNATOR_CHARACTERS: usize = 10;
/// `@`, line feed, record separator, carriage return and the file type: offsets count these, whether or not they came
/// through.
const BEFORE_ISSUER_BYTES: usize = 9;
/// The end of a card, and what a scanner adds or takes there.
const END_BYTES: usize = 1;
/// Pennsylvania writes whole names as they are spoken.
const FIRST_NAME_FIRST: &str = "636025";

/// The header, and what follows it.
pub(super) struct Header<'a> {
    issuer: &'a str,
    /// Of the standard; `None` if the header is too short to say.
    pub(super) version: Option<u8>,
    /// Less came than the header says there is; or it does not say.
    pub(super) is_short: bool,
    /// The elements.
    pub(super) body: &'a str,
}

impl<'a> Header<'a> {
    /// `None` if this is no card.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        Some(Self::of_content(after_file_type(text).or_else(|| without_file_type(text))?))
    }

    /// Of what follows the file type: the issuer, versions, number of subfiles, and where each begins.
    fn of_content(content: &'a str) -> Self {
        let digits = content.bytes().take_while(u8::is_ascii_digit).count();
        let mut body = content.get(digits..).unwrap_or_default();
        let mut end = None;
        while let Some((designator, after)) = body.split_at_checked(DESIGNATOR_CHARACTERS) {
            let Some(end_of_this) = end_of(designator) else { break };
            end = end.max(Some(end_of_this));
            body = after;
        }
        Self {
            issuer: content.get(..ISSUER_DIGITS).unwrap_or_default(),
            version: content.get(ISSUER_DIGITS..ISSUER_DIGITS + 2).and_then(|version| version.parse().ok()),
            is_short: end.is_none_or(|end| BEFORE_ISSUER_BYTES + content.len() + END_BYTES < end),
            body,
        }
    }

    /// Whether the issuer writes a whole name as it is spoken.
    pub(super) fn is_first_name_first(&self) -> bool {
        self.issuer == FIRST_NAME_FIRST
    }
}

/// Where a subfile ends, by its designator; `None` if it is none.
fn end_of(designator: &str) -> Option<usize> {
    let (kind, numbers) = designator.split_at_checked(2)?;
    let is_one =
        kind.bytes().all(|letter| letter.is_ascii_uppercase()) && numbers.bytes().all(|digit| digit.is_ascii_digit());
    let (offset, length) = numbers.split_at_checked(4)?;
    if is_one { Some(offset.parse::<usize>().ok()? + length.parse::<usize>().ok()?) } else { None }
}

/// What follows the file type. Without the `@` that begins every card's code, the issuer's number must follow.
fn after_file_type(text: &str) -> Option<&str> {
    let upper = text.get(..head(text)).map(str::to_ascii_uppercase)?;
    let (at, name) = FILE_TYPES.iter().filter_map(|name| Some((upper.find(name)?, name))).min()?;
    let (before, after) = (text.get(..at)?, text.get(at + name.len()..)?.trim_start());
    let issued = after.bytes().take_while(u8::is_ascii_digit).count() >= ISSUER_DIGITS;
    let marked = before.contains('@') || !before.contains(char::is_alphanumeric);
    (at <= FILE_TYPE_WITHIN_BYTES && marked && (issued || before.contains('@'))).then_some(after)
}

/// The beginning in which a file type may stand.
fn head(text: &str) -> usize {
    let long = FILE_TYPE_WITHIN_BYTES + FILE_TYPES.iter().map(|name| name.len()).max().unwrap_or_default();
    (0..=long.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// A file type that was read as something else, or was lost: the issuer's number and the first subfile's place give a
/// card away.
fn without_file_type(text: &str) -> Option<&str> {
    let at = text.find(|mark: char| mark.is_ascii_digit()).filter(|at| *at <= FILE_TYPE_WITHIN_BYTES)?;
    let content = text.get(at..)?;
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let designator = content.get(digits..digits + DESIGNATOR_CHARACTERS)?;
    let is_card = ["DL", "ID", "EN"].iter().any(|kind| designator.starts_with(kind)) && end_of(designator).is_some();
    ((ISSUER_DIGITS + 2..=ISSUER_DIGITS + 8).contains(&digits) && is_card).then_some(content)
}
