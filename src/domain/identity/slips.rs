//! Slips of the finger.

/// Names on file that are shorter than this are too alike for a slip to be forgiven as easily.
pub(super) const LETTERS_MIN: usize = 5;

/// Whether one slip makes one word of the other: a letter too many, too few, another one, or two exchanged.
pub(in crate::domain) fn is_one_slip(one: &[char], other: &[char]) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short_rest, long_rest) = (short.get(same..).unwrap_or_default(), long.get(same..).unwrap_or_default());
    if short.len() < long.len() {
        return long_rest.get(1..) == Some(short_rest);
    }
    match (short_rest, long_rest) {
        ([], []) => false,
        ([a, b, after @ ..], [c, d, after_other @ ..]) if a == d && b == c => after == after_other,
        ([_, after @ ..], [_, after_other @ ..]) => after == after_other,
        _ => false,
    }
}

/// Whether the words differ as names of brother and sister do: in a vowel at the end, as Daniel and Daniela, Mario and
/// Maria. A letter that was typed twice is no such ending.
pub(super) fn differ_in_ending(one: &[char], other: &[char]) -> bool {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let tell = |rest: &[char]| matches!(rest, [] | ['a' | 'e' | 'o']);
    let (rest, other_rest) = (one.get(same..).unwrap_or_default(), other.get(same..).unwrap_or_default());
    let last_same = same.checked_sub(1).and_then(|at| one.get(at));
    let is_doubled =
        rest.len() != other_rest.len() && last_same.is_some() && last_same == rest.first().or(other_rest.first());
    tell(rest) && tell(other_rest) && !is_doubled
}

/// Whether a slip in a first name stands where a twin's name may differ: in the first letter (Hương, Phương), in a
/// vowel at the end (Francisco, Francisca), or in a letter more there.
pub(super) fn is_at_an_edge(on_file: &[char], typed: &[char]) -> bool {
    let same = on_file.iter().zip(typed).take_while(|(a, b)| a == b).count();
    match (on_file.get(same..).unwrap_or_default(), typed.get(same..).unwrap_or_default()) {
        _ if same == 0 => true,
        ([last], [] | [_]) => matches!(last, 'a' | 'e' | 'o'),
        ([], [more]) => on_file.last() != Some(more),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(word: &str) -> Vec<char> {
        word.chars().collect()
    }

    #[test]
    fn one_slip_is_one_letter_or_two_exchanged() {
        for (one, other, slip) in [
            ("fernandez", "fernandes", true),
            ("fernandez", "fernandz", true),
            ("fernandez", "fernnandez", true),
            ("fernandez", "fenrandez", true),
            ("fernandez", "fernandez", false),
            ("fernandez", "fenradnez", false),
            ("fernandez", "hernandes", false),
            ("ab", "ba", true),
            ("a", "", true),
            ("", "", false),
        ] {
            assert_eq!(is_one_slip(&letters(one), &letters(other)), slip, "{one} {other}");
            assert_eq!(is_one_slip(&letters(other), &letters(one)), slip, "{other} {one}");
        }
    }

    #[test]
    fn first_and_last_letters_tell_twins_apart() {
        for (on_file, typed, edge) in [
            ("huong", "phuong", true),
            ("huong", "ohuong", true),
            ("robert", "tobert", true),
            ("francisco", "franciscs", true),
            ("francisco", "francisc", true),
            ("daniel", "daniels", true),
            ("daniel", "daniell", false),
            ("robin", "robi", false),
            ("robin", "robim", false),
            ("marcelina", "marcelna", false),
        ] {
            assert_eq!(is_at_an_edge(&letters(on_file), &letters(typed)), edge, "{on_file} {typed}");
        }
    }

    #[test]
    fn brother_and_sister_differ_in_the_ending() {
        for (one, other, ending) in [
            ("daniel", "daniela", true),
            ("mario", "maria", true),
            ("agustin", "agusti", false),
            ("carla", "carlaa", false),
            ("marisa", "marsia", false),
            ("clara", "carla", false),
        ] {
            assert_eq!(differ_in_ending(&letters(one), &letters(other)), ending, "{one} {other}");
        }
    }
}
