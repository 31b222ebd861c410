//! Payers and member numbers, as tables.

use super::*;

fn payer(name: &str, also: &[&str]) -> Payer {
    Payer {
        code: name.to_lowercase(),
        name: name.to_owned(),
        also: also.iter().map(|text| (*text).to_owned()).collect(),
        ..Payer::default()
    }
}

fn of_format(format: &str) -> Payer {
    Payer { member_id: format.to_owned(), ..payer("Example", &[]) }
}

fn kept(format: &str, typed: &str) -> Result<String, MemberDoubt> {
    of_format(format).member_id(typed).map(|id| id.as_str().to_owned())
}

#[test]
fn a_payer_is_found_by_what_people_call_it_and_best_first() {
    let payers = [
        payer("Medicare", &["Red, white and blue card"]),
        payer("Blue Cross Blue Shield", &["BCBS", "Anthem"]),
        payer("Café Workers' Mutual", &["Cafe union"]),
        payer("Medicaid", &["HUSKY"]),
        payer("Shield Mutual", &[]),
        payer("Plan Azul", &["Blue plan"]),
    ];
    let names = |typed: &str| search(&payers, typed).into_iter().map(|payer| payer.name.as_str()).collect::<Vec<_>>();
    for (typed, expected) in [
        ("medicare", &["Medicare"][..]),
        ("MEDI", &["Medicare", "Medicaid"]),
        // The name before what people call it besides.
        ("blue", &["Blue Cross Blue Shield", "Medicare", "Plan Azul"]),
        ("cross blue", &["Blue Cross Blue Shield"]),
        ("shie blu", &["Blue Cross Blue Shield"]),
        ("bluecross", &["Blue Cross Blue Shield"]),
        ("blue-cross", &["Blue Cross Blue Shield"]),
        ("bcbs", &["Blue Cross Blue Shield"]),
        ("red white", &["Medicare"]),
        // All of a word before its beginning.
        ("shield", &["Blue Cross Blue Shield", "Shield Mutual"]),
        ("cafe", &["Café Workers' Mutual"]),
        ("CAFÉ workers", &["Café Workers' Mutual"]),
        ("workers", &["Café Workers' Mutual"]),
        // One slip in a word of four letters or more; right before slipped.
        ("mediciad", &["Medicaid"]),
        ("medcare", &["Medicare"]),
        ("blue corss", &["Blue Cross Blue Shield"]),
        ("anthme", &["Blue Cross Blue Shield"]),
        ("shiedl", &["Blue Cross Blue Shield", "Shield Mutual"]),
        ("rde", &[]),
        ("nobody", &[]),
    ] {
        assert_eq!(names(typed), expected, "{typed}");
    }
    let all: Vec<&str> = payers.iter().map(|payer| payer.name.as_str()).collect();
    for nothing in ["", "  ", "-", "\n"] {
        assert_eq!(names(nothing), all);
    }
    assert!(search(&[], "x").is_empty());
}

#[test]
fn a_payer_is_known_by_its_whole_name_alone() {
    let payers = vec![payer("Blue Plan", &["Medicare"]), payer("Medicare", &["Red card"]), payer("", &[])];
    let settings = InsuranceSettings { payers, ..InsuranceSettings::default() };
    for (name, code) in [
        ("medi-care", Some("medicare")),
        ("RED CARD", Some("medicare")),
        ("blue plan", Some("blue plan")),
        ("Blue", None),
        ("", None),
        ("  ", None),
    ] {
        assert_eq!(settings.payer_called(name).map(|payer| payer.code.as_str()), code, "{name}");
    }
}

#[test]
fn a_medicare_number_has_its_places_and_never_a_letter_that_looks_like_a_digit() {
    use MemberDoubt::{Letter, Shape};
    for (typed, expected) in [
        ("1EG4-TE5-MK73", Ok("1EG4TE5MK73")),
        ("1eg4te5mk73", Ok("1EG4TE5MK73")),
        (" 1EG4 TE5 MK73 ", Ok("1EG4TE5MK73")),
        ("1EG4–TE5–MK73", Ok("1EG4TE5MK73")),
        ("١EG٤TE٥MK٧٣", Ok("1EG4TE5MK73")),
        ("9AA0AA0AA00", Ok("9AA0AA0AA00")),
        ("1E04T05MK73", Ok("1E04T05MK73")),
        ("0EG4TE5MK73", Err(Shape)),
        ("1EG4TE5MK7", Err(Shape)),
        ("1EG4TE5MK733", Err(Shape)),
        ("1EG4TE5M773", Err(Shape)),
        ("1EGATE5MK73", Err(Shape)),
        ("11G4TE5MK73", Err(Shape)),
        ("1EG4TE5MK7.", Err(Shape)),
        ("1ÉG4TE5MK73", Err(Shape)),
        ("", Err(Shape)),
        // In a letter's place, in a digit's, in one that may be either; but not if something else is wrong besides.
        ("1SG4TE5MK73", Err(Letter)),
        ("1EG4TE5MZ73", Err(Letter)),
        ("1EGOTE5MK73", Err(Letter)),
        ("IEG4TE5MK73", Err(Letter)),
        ("1EL4TE5MK73", Err(Letter)),
        ("1EG4TB5MK73", Err(Letter)),
        ("1SG4TE5MK7", Err(Shape)),
        ("1SG4TE5M773", Err(Shape)),
    ] {
        assert_eq!(kept("mbi", typed), expected.map(str::to_owned), "{typed}");
    }
}

#[test]
fn national_numbers_have_their_check_digit() {
    use MemberDoubt::{CheckDigit, Shape};
    for (format, typed, expected) in [
        ("nhs-number", "943 476 5919", Ok("9434765919")),
        ("nhs-number", "999-012-3454", Ok("9990123454")),
        ("nhs-number", "9434765918", Err(CheckDigit)),
        ("nhs-number", "9434765191", Err(CheckDigit)),
        // The check digit would be ten: no such number is given.
        ("nhs-number", "1000000010", Err(CheckDigit)),
        ("nhs-number", "943476591", Err(Shape)),
        ("nhs-number", "94347659190", Err(Shape)),
        ("nhs-number", "943476591A", Err(Shape)),
        ("ontario-health-card", "1234 567 897", Ok("1234567897")),
        ("ontario-health-card", "1234-567-897-ab", Ok("1234567897AB")),
        ("ontario-health-card", "1234567897 V", Ok("1234567897V")),
        ("ontario-health-card", "1234567898", Err(CheckDigit)),
        ("ontario-health-card", "1234567879", Err(CheckDigit)),
        ("ontario-health-card", "1234567897 ABC", Err(Shape)),
        ("ontario-health-card", "1234567897 A1", Err(Shape)),
        ("ontario-health-card", "123456789", Err(Shape)),
        ("ontario-health-card", "", Err(Shape)),
    ] {
        assert_eq!(kept(format, typed), expected.map(str::to_owned), "{format} {typed}");
    }
}

#[test]
fn a_pattern_is_digits_letters_either_or_itself() {
    let shape = Err(MemberDoubt::Shape);
    for (format, typed, expected) in [
        ("AA99999A", "ab12345c", Ok("AB12345C")),
        ("AA99999A", "AB 123-45 C", Ok("AB12345C")),
        ("AA99999A", "AB123456", shape),
        ("AA99999A", "AB12345", shape),
        ("AA99999A", "AB12345CD", shape),
        ("999-99-9999", "123456789", Ok("123-45-6789")),
        ("999-99-9999", "123 45 6789", Ok("123-45-6789")),
        ("H***9", "h1b23", Ok("H1B23")),
        ("H***9", "K1B23", shape),
        ("99/99", "12/34", Ok("12/34")),
        ("99/99", "1234", shape),
        ("", "  anything at all ", Ok("anything at all")),
        ("", "", Ok("")),
        // What the desk would have refused is no patient's fault.
        ("medicare", "12", Ok("12")),
    ] {
        assert_eq!(kept(format, typed), expected.map(str::to_owned), "{format} {typed}");
    }
    assert_eq!(kept("9*", &"9".repeat(10_000)), Err(MemberDoubt::Shape));
}

#[test]
fn every_example_looks_right() {
    for (format, example) in [
        ("", ""),
        ("mbi", "1EG4-TE5-MK73"),
        ("nhs-number", "999 012 3454"),
        ("ontario-health-card", "1234 567 897 AB"),
        ("H99-AA*", "H12-AB3"),
    ] {
        let payer = of_format(format);
        assert_eq!(payer.example(), example);
        assert!(payer.member_id(&payer.example()).is_ok(), "{format}");
    }
    assert_eq!(Payer { example: "7-7".into(), ..of_format("9-9") }.example(), "7-7");
}

#[test]
fn a_format_that_does_not_exist_is_named_with_what_does() {
    for (format, is_known) in [
        ("", true),
        ("mbi", true),
        ("nhs-number", true),
        ("ontario-health-card", true),
        ("999-99-9999", true),
        ("W********", true),
        ("MBI", false),
        ("mbl", false),
        ("nhs-number9", false),
        ("12", false),
        ("9é", false),
    ] {
        assert_eq!(check_format(format).is_ok(), is_known, "{format}");
    }
    let why = check_format("mbl").unwrap_err().to_string();
    assert!(why.starts_with("expected mbi, nhs-number") && why.ends_with("found \"mbl\""), "{why}");
}

/// Whatever is typed, there is an answer.
#[test]
fn nothing_that_can_be_typed_is_too_odd() {
    let payers = [payer("Blue Cross", &["BCBS"]), payer("", &[""])];
    for typed in super::super::odd::texts("0189AOSZabé-– '٩ي💊\u{200f}\n", 16) {
        for format in ["", "mbi", "nhs-number", "ontario-health-card", "9A*-9", typed.as_str()] {
            let _ = (kept(format, &typed), of_format(format).example(), check_format(format));
        }
        let _ = search(&payers, &typed);
    }
}
