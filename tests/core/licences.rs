//! Cards as people report them: the files of `tests/data/licences` and `tests/data/field`, whole, cut and scratched.

use std::path::Path;

use arrivals::codes::{CodeTrouble, Reader, Scanned};
use arrivals::domain::private::Private;
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 23);
const BORN: Date = date(1980, 2, 3);

/// Family name and first given name, in every reading, and the date of birth.
type Said = (Vec<(String, String)>, Date);

fn said(scan: &[u8]) -> Result<Said, Scanned> {
    match Reader::default().read(scan, TODAY) {
        Scanned::Licence(licence) => {
            let name = |family: &Private, given: &Private| (family.as_str().to_owned(), given.as_str().to_owned());
            let mut names = vec![name(&licence.family_name, &licence.given_name)];
            names.extend(licence.others.iter().map(|other| name(&other.family_name, &other.given_name)));
            Ok((names, licence.birth_date.0))
        }
        other => Err(other),
    }
}

#[track_caller]
fn check(what: &str, scan: impl AsRef<[u8]>, family: &str, given: &str, born: Date) {
    let read = said(scan.as_ref()).map(|(names, born)| (names.first().cloned(), born));
    assert_eq!(read, Ok((Some((family.to_owned(), given.to_owned())), born)), "{what}");
}

#[track_caller]
fn check_refused(what: &str, scan: impl AsRef<[u8]>, trouble: CodeTrouble) {
    assert_eq!(said(scan.as_ref()), Err(Scanned::Refused(trouble)), "{what}");
}

/// Cards are written in UTF-8 or ISO 8859-1.
fn text_of(card: &[u8]) -> String {
    std::str::from_utf8(card).map_or_else(|_| card.iter().copied().map(char::from).collect(), str::to_owned)
}

fn cards() -> Vec<(String, Vec<u8>)> {
    let mut cards = Vec::new();
    for folder in ["licences", "field"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "aamva") {
                cards.push((path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()));
            }
        }
    }
    assert!(cards.len() > 20);
    cards.sort();
    cards
}

fn field(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/field").join(name)).unwrap()
}

/// The rows of the cards in `tests/data/field`.
#[test]
fn every_card_that_was_reported_says_who_it_is() {
    for (name, family, given, born) in [
        ("50-pennsylvania-first-name-first.aamva", "SAMPLE", "QUINN", BORN),
        ("50b-pennsylvania-two-names.aamva", "SAMPLE", "QUINN", BORN),
        ("51-missouri-one-line.aamva", "SAMPLE", "QUINN", BORN),
        ("51b-vermont-one-line.aamva", "SAMPLE", "QUINN", BORN),
        ("52-british-columbia-stripe.aamva", "SAMPLE", "QUINN", BORN),
        ("53-maryland-amvaa.aamva", "SAMPLE", "QUINN", BORN),
        ("54-north-carolina-short-header.aamva", "SAMPLE", "QUINN", BORN),
        ("55-michigan-dct.aamva", "SAMPLE", "QUINN", BORN),
        ("56-suffix-in-family.aamva", "SAMPLE JR", "QUINN", BORN),
        ("57-fnu.aamva", "ASADI", "", date(1990, 10, 10)),
        ("57b-lnu.aamva", "NILUFAR", "", date(1991, 11, 11)),
        ("58-oregon-n-for-rs.aamva", "SAMPLE", "QUINN", BORN),
        ("59-iowa-id-card.aamva", "SAMPLE", "QUINN", BORN),
        ("60-lower-case-header.aamva", "SAMPLE", "QUINN", BORN),
        ("61-ontario.aamva", "SAMPLE", "QUINN", BORN),
        ("62-dob-with-slashes-canada.aamva", "SAMPLE", "QUINN", BORN),
    ] {
        check(name, field(name), family, given, born);
    }
}

/// What a scanner that poses as a keyboard makes of line ends and other marks.
#[test]
fn a_card_is_read_without_its_line_ends_and_with_marks_for_them() {
    for (name, card) in cards() {
        let whole = said(&card).unwrap();
        let text = text_of(&card);
        for mark in ["", " ", "|", "^", "~", "<LF>", "\u{240a}"] {
            let glued: String =
                text.split_inclusive(char::is_control).map(|line| line.replace(char::is_control, mark)).collect();
            let (names, born) =
                said(glued.as_bytes()).unwrap_or_else(|other| panic!("{name}, {mark:?} for a line end: {other:?}"));
            assert_eq!((names.first(), born), (whole.0.first(), whole.1), "{name}, {mark:?} for a line end");
        }
        let lower = text.to_lowercase();
        let (names, born) = said(lower.as_bytes()).unwrap();
        assert_eq!(
            names.first().map(|(family, _)| family.to_lowercase()),
            whole.0.first().map(|(family, _)| family.to_lowercase()),
            "{name}"
        );
        assert_eq!(born, whole.1, "{name}");
    }
}

#[test]
fn letters_of_a_name_that_look_like_an_element_stay_in_the_name() {
    for family in [
        "HADDAD",
        "MADDEN",
        "HADDEN",
        "JORDAN",
        "DADDARIO",
        "DAGOSTINO",
        "DAIGLE",
        "ABDAB",
        "BADAGLIACCO",
        "HOLLADAY",
        "DCRUZ",
        "ADCOCK",
    ] {
        for given in ["DANIEL", "DARREN", "DAVID", "JORDAN", "DAISY", "DAMON", "FRIDA", "LINDA"] {
            let new = format!(
                "DLDAQ12345678DCS{family}DDENDAC{given}DDFNDADANNDDGNDCADDCBNONEDCDNONEDBD02012018DBB02031980\
                 DBA01012032DBC2DAU070 inDAYHAZDAG1 SOME STREETDAICITYDAJVTDAK123450000  DCF1234DCGUSADAW170DDAF\
                 DDB02202013DDK1"
            );
            for middle in ["ANN", "NONE", ""] {
                let new = new.replace("DADANN", &format!("DAD{middle}"));
                check(middle, format!("@\nANSI 636024070001DL00310247{new}"), family, given, BORN);
            }
            check("one line", format!("@\nANSI 636024070001DL00310247{new}"), family, given, BORN);
            let old = format!(
                "DLDAQX1DAA{family},{given}, ,DAG1 MAIN STDAISPRINGFIELDDAJMODAK650010000  DARF   DAS          DAT     \
                 DAU508DAW155DAYBRODBA20300203DBB19800203DBCFDBD20110630"
            );
            check("one line, old", format!("@\nANSI 6360300101DL00290191{old}"), family, given, BORN);
            let lines = format!("@\n\x1e\rANSI 636000100002DL00410205DLDCS{family}\nDAC{given}\nDBB02031980\nDCGUSA\r");
            check("lines", lines, family, given, BORN);
        }
    }
}

#[test]
fn some_line_ends_may_be_lost() {
    let card = "@\n\x1e\rANSI 636035100001DL00310226DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\n\
                DBB02031980\nDCGUSA\nDDAF\r";
    let body = card.find("DLDAQ").unwrap();
    for (at, _) in card.match_indices('\n').filter(|(at, _)| *at > body) {
        let glued = format!("{}{}", &card[..at], &card[at + 1..]);
        let (names, born) = said(glued.as_bytes()).unwrap();
        assert!(names.contains(&("SAMPLE".to_owned(), "QUINN".to_owned())) && born == BORN, "{names:?} of {glued:?}");
    }
}

#[test]
fn the_order_of_a_whole_name_depends_on_who_wrote_it() {
    for (issuer, name, family, given, others) in [
        ("636025", "QUINN ANN SAMPLE", "SAMPLE", "QUINN", &[("ANN SAMPLE", "QUINN")][..]),
        ("636025", "QUINN SAMPLE", "SAMPLE", "QUINN", &[]),
        ("636025", "QUINN ANN SAMPLE JR", "SAMPLE", "QUINN", &[("ANN SAMPLE", "QUINN")]),
        ("636025", "QUINN SAMPLE III", "SAMPLE", "QUINN", &[]),
        ("636025", "QUINN SAMPLE, JR.", "SAMPLE", "QUINN", &[]),
        ("636025", "QUINN DE LA CRUZ", "DE LA CRUZ", "QUINN", &[]),
        ("636025", "QUINN ANN GARCIA LOPEZ", "LOPEZ", "QUINN", &[("GARCIA LOPEZ", "QUINN")]),
        ("636025", "SAMPLE,QUINN,ANN", "SAMPLE", "QUINN", &[]),
        ("636025", "QUINN", "QUINN", "", &[]),
        ("636010", "SAMPLE QUINN", "SAMPLE", "QUINN", &[("QUINN", "SAMPLE")]),
        (
            "636010",
            "SAMPLE QUINN ANN",
            "SAMPLE",
            "QUINN",
            &[("SAMPLE QUINN", "ANN"), ("ANN", "SAMPLE"), ("QUINN ANN", "SAMPLE")],
        ),
        ("636010", "DE LA CRUZ QUINN", "DE LA CRUZ", "QUINN", &[("QUINN", "DE"), ("CRUZ QUINN", "DE")]),
        ("636010", "SAMPLE JR,QUINN", "SAMPLE JR", "QUINN", &[]),
        ("636010", "DE LA CRUZ,QUINN ANN", "DE LA CRUZ", "QUINN", &[]),
    ] {
        let (names, _) =
            said(format!("@\n\x1e\rANSI {issuer}0101DL00290100DLDAA{name}\nDBB19800203\nDBC2\r").as_bytes()).unwrap();
        let owned = |(family, given): &(&str, &str)| ((*family).to_owned(), (*given).to_owned());
        let expected: Vec<_> = std::iter::once(&(family, given)).chain(others).map(owned).collect();
        assert_eq!(names, expected, "{issuer} {name}");
    }
}

#[test]
fn a_word_for_no_name_is_no_name() {
    for (elements, family) in [
        ("DCSASADI\nDACFNU", "ASADI"),
        ("DCSASADI\nDACFNU FNU", "ASADI"),
        ("DCSLNU\nDACASADI", "ASADI"),
        ("DCSNONE\nDACASADI", "ASADI"),
        ("DCSASADI\nDACNO FIRST NAME", "ASADI"),
        ("DCSASADI\nDACUNKNOWN", "ASADI"),
        ("DCS-\nDACASADI", "ASADI"),
        ("DCSASADI\nDAC.", "ASADI"),
        ("DCSUNAVL\nDCTASADI", "ASADI"),
        ("DCSASADI\nDCTFNU", "ASADI"),
        ("DAALNU,ASADI", "ASADI"),
        ("DAAASADI,FNU", "ASADI"),
        ("DAAASADI,NONE,NONE", "ASADI"),
    ] {
        check(elements, format!("@\n\x1e\rANSI 636035100001DL00310226DL{elements}\nDBB02031980\r"), family, "", BORN);
    }
}

#[test]
fn headers_are_known_in_every_form() {
    let elements = "DLDAQS1\nDCSSAMPLE\nDACQUINN\nDBB02031980\nDCGUSA\nDDAF\r";
    for header in [
        "@\n\x1e\rANSI 636035100001DL00310226",
        "@\n\x1e\ransi 636035100001DL00310226",
        "@\n\x1e\raamva636035100001DL00310226",
        "\n\x1e\rAnsi 636035100001DL00310226",
        "@ANSI 636035100001DL00310226",
        "^ANSI 636035100001DL00310226",
        "\"  ANSI 636035100001DL00310226",
        "@\n\x1e\rAMSI 636035100001DL00310226",
        "@\n\x1e\r636035100001DL00310226",
        "636035100001DL00310226",
        "@^J^^^MANSI 636035100001DL00310226",
        "@\n\x1e\r",
        "",
    ] {
        check(header, format!("{header}{elements}"), "SAMPLE", "QUINN", BORN);
    }
}

#[test]
fn a_magnetic_stripe_says_who_it_is() {
    for (scan, family, given) in [
        ("%MASPRINGFIELD^SAMPLE$QUINN$ANN^1 MAIN ST^?;636002S1000001=300219800203=?", "SAMPLE", "QUINN"),
        ("%FLFORT WORTH CTSAMPLE$QUINN^1 MAIN ST^?;6360101000001=300219800203=?", "SAMPLE", "QUINN"),
        ("%ABCALGARY^DE LA CRUZ,QUINN ANN^1 MAIN ST^?\r\n;6044321000001=300219800203=?\r\n", "DE LA CRUZ", "QUINN"),
        ("%TXAUSTIN^SAMPLE$QUINN^1 MAIN ST^?;6360151000001==19800203=?+1078701?", "SAMPLE", "QUINN"),
        ("%TXAUSTIN^SAMPLE$FNU^1 MAIN ST^?;6360151000001=300219800203=?", "SAMPLE", ""),
        ("%bcvictoria^sample,$quinn ann^1 main st^?;6360281000001=300219800203=?", "SAMPLE", "QUINN"),
    ] {
        check(scan, scan, family, given, BORN);
        let cut_before = scan.find("=?").unwrap() - 1;
        for (at, _) in scan.char_indices().skip(14).take_while(|(at, _)| *at <= cut_before) {
            assert!(
                matches!(said(&scan.as_bytes()[..at]), Err(Scanned::Foreign | Scanned::Refused(_))),
                "{}",
                &scan[..at]
            );
        }
    }
    for (what, scan, trouble) in [
        ("the first track alone", "%MASPRINGFIELD^SAMPLE$QUINN^1 MAIN ST^?", CodeTrouble::Unreadable),
        ("the second track alone", ";636002S1000001=300219800203=?", CodeTrouble::Unreadable),
        ("a date that is none", "%MASPRINGFIELD^SAMPLE$QUINN^1^?;636002S1=300219801303=?", CodeTrouble::Unreadable),
        ("no name", "%MASPRINGFIELD^NONE$NONE^1^?;636002S1=300219800203=?", CodeTrouble::Unreadable),
        (
            "a line end in the first track",
            "%MASPRING\nFIELD^SAMPLE$QUINN^1^?;636002S1=300219800203=?",
            CodeTrouble::Unreadable,
        ),
        ("within the first track", "%MASPRINGFIELD^SAMPLE$QUI", CodeTrouble::Truncated),
        ("within the date", "%MASPRINGFIELD^SAMPLE$QUINN^1^?;636002S1=30021980", CodeTrouble::Truncated),
    ] {
        check_refused(what, scan, trouble);
    }
}

/// Whatever is missing at the end: the same person, or nobody. With and without the line end that a scanner adds.
#[test]
fn a_card_that_is_cut_names_nobody_else() {
    for (name, card) in cards() {
        let whole = said(&card).unwrap();
        for at in 0..card.len() {
            for ending in ["", "\r"] {
                let cut = [&card[..at], ending.as_bytes()].concat();
                // With a line end behind it, a name that was cut there cannot be told from a whole one.
                let may_look_whole = !ending.is_empty() && !name.starts_with("apt");
                if let Ok(read) = said(&cut)
                    && !may_look_whole
                {
                    assert_eq!((read.0.first(), read.1), (whole.0.first(), whole.1), "{name}, cut at {at}");
                }
            }
        }
    }
}

/// One byte is another one, at every place: no panic, and a name or date only if it stands there.
#[test]
fn a_scratched_card_does_no_harm() {
    for (_, card) in cards() {
        for at in 0..card.len() {
            for byte in [b'\n', b'D', 0xff, card[at].wrapping_add(1)] {
                let mut scratched = card.clone();
                scratched[at] = byte;
                if let Ok((names, born)) = said(&scratched) {
                    let text = text_of(&scratched);
                    assert!(
                        names
                            .iter()
                            .all(|(family, given)| !family.is_empty() && text.contains(family) && text.contains(given))
                    );
                    assert!((date(1875, 1, 1)..=TODAY).contains(&born));
                }
            }
        }
    }
}

#[test]
fn a_name_is_never_cut_by_something_that_is_no_line_end() {
    for (name, card) in cards().into_iter().filter(|(name, _)| !name.starts_with("51") && !name.starts_with("52")) {
        let whole = said(&card).unwrap();
        let text = text_of(&card);
        let (family, _) = whole.0[0].clone();
        let at = text.find(&family).unwrap();
        for within in 1..family.chars().count() {
            let place = at + family.char_indices().nth(within).unwrap().0;
            let cut = format!("{}\u{2}{}", &text[..place], &text[place..]);
            let read = said(cut.as_bytes());
            assert!(!read.as_ref().is_ok_and(|read| read.0[0].0 != family), "{name}: {read:?}");
        }
    }
}
