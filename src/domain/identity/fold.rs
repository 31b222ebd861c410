//! Names without what people write differently: case, accents, punctuation, script.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name without case, accents, spaces, hyphens and apostrophes. Other scripts stay as they are.
#[must_use]
pub fn fold_name(name: &str) -> String {
    name.nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphanumeric() && !is_apostrophe(*c))
        .collect()
}

/// Two spellings of one word in plain Latin letters: with accents dropped (`muller`), and with the vowels that German
/// and the Nordic languages write instead (`mueller`). Often both are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spellings {
    pub dropped: String,
    pub written_out: String,
    /// With neither: `Mueller` and `Muller` on either side are both `muller` here.
    pub plain: String,
}

impl Spellings {
    pub(super) fn of(word: &str) -> Self {
        let dropped = latin(word, false);
        let plain = ["ae", "oe", "ue"].iter().fold(dropped.clone(), |word, pair| {
            let vowel = pair.get(..1).unwrap_or_default();
            word.replace(pair, vowel)
        });
        Self { dropped, written_out: latin(word, true), plain }
    }
}

/// The words of a name: what stands between spaces, hyphens, dots and commas. Apostrophes join.
pub(in crate::domain) fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !(c.is_alphanumeric() || is_combining_mark(c) || is_apostrophe(c)))
        .filter(|word| word.chars().any(char::is_alphanumeric))
}

pub(in crate::domain) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '`' | '´' | '′' | '＇' | '\u{640}')
}

fn latin(word: &str, write_out: bool) -> String {
    let mut folded = String::with_capacity(word.len());
    let lower: String = word.nfc().flat_map(char::to_lowercase).collect();
    // Some apostrophes count as letters.
    for c in with_greek_pairs(&lower).chars().filter(|c| !is_apostrophe(*c)) {
        match (write_out, c) {
            (true, 'ä') => folded.push_str("ae"),
            (true, 'ö' | 'ø') => folded.push_str("oe"),
            (true, 'ü') => folded.push_str("ue"),
            (true, 'å') => folded.push_str("aa"),
            _ => push_plain(&mut folded, c),
        }
    }
    folded
}

/// Pairs of Greek letters that are one sound.
fn with_greek_pairs(word: &str) -> std::borrow::Cow<'_, str> {
    if !word.chars().any(|c| ('α'..='ω').contains(&c)) {
        return word.into();
    }
    let pairs = [
        ("ου", "ou"),
        ("ού", "ou"),
        ("ευ", "ev"),
        ("εύ", "ev"),
        ("αυ", "av"),
        ("αύ", "av"),
        ("γγ", "ng"),
        ("γχ", "nch"),
        ("μπ", "b"),
    ];
    pairs.iter().fold(word.to_owned(), |word, (greek, latin)| word.replace(greek, latin)).into()
}

/// One letter in plain Latin, or as it is where no rule is honest.
fn push_plain(folded: &mut String, c: char) {
    let spelt = match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'þ' => "th",
        'ð' | 'đ' => "d",
        'ł' => "l",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "ng",
        'ə' => "e",
        // Arabic: letters that are often written one for the other, and marks.
        'أ' | 'إ' | 'آ' | 'ٱ' => "ا",
        'ى' | 'ئ' => "ي",
        'ة' => "ه",
        'ؤ' => "و",
        'ء' => "",
        // Cyrillic, as in passports.
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' => "g",
        'д' => "d",
        'е' | 'э' | 'ё' | 'є' => "e",
        'ж' => "zh",
        'з' => "z",
        'и' | 'й' | 'і' => "i",
        'ї' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'ј' => "j",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'ђ' => "dj",
        'џ' => "dz",
        'ў' => "u",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' => "ie",
        'ы' => "y",
        'ь' => "",
        'ю' => "iu",
        'я' => "ia",
        // Greek, letter by letter.
        'α' | 'ά' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' | 'έ' => "e",
        'ζ' => "z",
        'η' | 'ή' | 'ι' | 'ί' | 'ϊ' | 'ΐ' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ό' | 'ω' | 'ώ' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' | 'ύ' | 'ϋ' | 'ΰ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => {
            folded.extend(c.nfkd().filter(|part| !is_combining_mark(*part) && part.is_alphanumeric()));
            return;
        }
    };
    folded.push_str(spelt);
}
