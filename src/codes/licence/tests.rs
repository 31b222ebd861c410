//! What real cards, scanners and cables do, row by row.

use super::*;
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 23);

/// Last name, first first name, date of birth; or how it was refused.
fn said(scan: &[u8]) -> Result<(String, String, Date), Option<Scanned>> {
    match read(scan, TODAY) {
        Some(Scanned::Licence(licence)) => {
            Ok((licence.family_name.as_str().to_owned(), licence.given_name.as_str().to_owned(), licence.birth_date.0))
        }
        other => Err(other),
    }
}

#[track_caller]
fn check(what: &str, scan: impl AsRef<[u8]>, family: &str, given: &str, born: Date) {
    assert_eq!(said(scan.as_ref()), Ok((family.to_owned(), given.to_owned(), born)), "{what}");
}

#[track_caller]
fn check_refused(what: &str, scan: impl AsRef<[u8]>, trouble: CodeTrouble) {
    assert_eq!(said(scan.as_ref()), Err(Some(Scanned::Refused(trouble))), "{what}");
}

/// One row for each header version: the mandatory elements of its standard, in its order.
#[test]
fn every_header_version_is_read() {
    let born = date(1980, 2, 3);
    for (version, card) in [
        (
            "00, before the standard",
            "@\n\x1e\rAAMVA6360100001DL00270120DLDAASAMPLE QUINN\nDAQS1\nDAG1 MAIN ST\nDBB02-03-1980\nDBC2\r",
        ),
        (
            "01, one name",
            "@\n\x1e\rANSI 6360300101DL00290179DLDAQS1\nDAASAMPLE,QUINN,ANN\nDAG1 MAIN ST\nDBA20300203\nDBB19800203\n\
             DBC2\r",
        ),
        (
            "01, three names",
            "@\n\x1e\rANSI 6360180101DL00290192DLDABSAMPLE\nDACQUINN\nDADANN\nDAQS1\nDBA20300203\nDBB19800203\nDBCF\r",
        ),
        (
            "02",
            "@\n\x1e\rANSI 636055020002DL00410180ZG02210012DLDCAC\nDCBNONE\nDCDNONE\nDBA02032030\nDCSSAMPLE\n\
             DCTQUINN,ANN\nDCU\nDBD01012020\nDBB02031980\nDBC2\nDCGUSA\rZGZGAX\r",
        ),
        (
            "03",
            "@\n\x1e\rANSI 636026030102DL00410180ZA02210012DLDCAD\nDCBB\nDCDNONE\nDBA02032030\nDCSSAMPLE\n\
             DCTQUINN ANN\nDBD01012020\nDBB02031980\nDBC2\nDAYBRO\nDCGUSA\rZAZAAX\r",
        ),
        (
            "04",
            "@\n\x1e\rANSI 636000040002DL00410278ZV03190008DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\n\
             DCAC\nDBB02031980\nDCGUSA\rZVZVA01\r",
        ),
        (
            "05",
            "@\n\x1e\rANSI 636049050001ID00310278IDDCANONE\nDCBNONE\nDCDNONE\nDBA02032030\nDCSSAMPLE\nDACQUINN\n\
             DADANN\nDBB02031980\nDCGUSA\r",
        ),
        (
            "06",
            "@\n\x1e\rANSI 636032060002DL00410278ZM03190008DLDCAO\nDCSSAMPLE\nDACQUINN\nDADNONE\nDBD01012020\n\
             DBB02031980\nDCGUSA\nDDEN\r",
        ),
        (
            "07",
            "@\n\x1e\rANSI 636009070001DL00310278DLDACQUINN\nDADANN\nDCSSAMPLE\nDCAC\nDBB02031980\nDCGUSA\nDDEN\n\
             DDFN\nDDGN\r",
        ),
        (
            "08",
            "@\n\x1e\rANSI 636025080002DL00410278ZP03190008DLDAQS1\nDCSSAMPLE\nDDEU\nDACQUINN\nDDFU\nDADANN\nDDGU\n\
             DBB02031980\nDCGUSA\rZPZPA00\r",
        ),
        (
            "09",
            "@\n\x1e\rANSI 636005090102DL00410278ZN03190008DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADNONE\nDDGN\n\
             DCAD\nDBB02031980\nDCGUSA\rZNZNAX\r",
        ),
        (
            "10",
            "@\n\x1e\rANSI 636035100001DL00310226DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\nDBD01152024\n\
             DBB02031980\nDCGUSA\nDDAF\r",
        ),
        (
            "11",
            "@\n\x1e\rANSI 636001110001DL00310226DLDAQS1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDDGN\nDBB02031980\n\
             DCGUSA\nDDAF\nDDM1\r",
        ),
    ] {
        check(version, card, "SAMPLE", "QUINN", born);
    }
}

#[test]
fn canadian_cards_are_read() {
    let born = date(1980, 2, 3);
    for (issuer, card) in [
        (
            "Ontario",
            "@\n\x1e\rANSI 636012030001DL00310278DLDCAG\nDCBX\nDBA20300203\nDCSSAMPLE\nDCTQUINN,ANN\nDBD20200101\n\
             DBB19800203\nDBC2\nDAJON\nDCGCAN\r",
        ),
        (
            "British Columbia",
            "@\n\x1e\rANSI 636028080001DL00310278DLDAQ1\nDCSSAMPLE\nDDEN\nDACQUINN\nDDFN\nDADANN\nDBB19800203\nDAJBC\n\
             DCGCAN\r",
        ),
        (
            "Nova Scotia",
            "@\n\x1e\rANSI 636013090001DL00310278DLDAQ1\nDCSSAMPLE\nDACQUINN\nDBB19800203\nDAJNS\nDCGCAN\r",
        ),
        ("Alberta", "@\n\x1e\rANSI 604432100001ID00310278IDDAQ1\nDCSSAMPLE\nDACQUINN\nDBB19800203\nDAJAB\nDCGCAN\r"),
    ] {
        check(issuer, card, "SAMPLE", "QUINN", born);
    }
    let quebec = "@\n\x1e\rANSI 604428090001DL00310278DLDAQ1\nDCSBÉLANGER\nDACZOÉ\nDBB19800203\nDCGCAN\r";
    check("Quebec in UTF-8", quebec, "BÉLANGER", "ZOÉ", born);
    let latin: Vec<u8> = quebec.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect();
    check("Quebec in ISO 8859-1", latin, "BÉLANGER", "ZOÉ", born);
}

#[test]
fn what_cards_and_scanners_do_to_the_form_does_not_matter() {
    let born = date(1980, 2, 3);
    let elements = "DLDAQS1\nDCSSAMPLE\nDACQUINN\nDBB02031980\nDCGUSA\nDDAF";
    let header = "636035100001DL00310226";
    for (what, card) in [
        ("line feed and record separator swapped", format!("@\r\x1e\nANSI {header}{elements}\r")),
        ("without the record separator", format!("@\n\rANSI {header}{elements}\r")),
        ("a letter for the record separator", format!("@\nN\rANSI {header}{elements}\r")),
        ("one line end for all three", format!("@\nANSI {header}{elements}")),
        ("nothing before the file type", format!("ANSI {header}{elements}")),
        ("the symbology before it", format!("]L0@\n\x1e\rANSI {header}{elements}")),
        ("no space in the file type", format!("@\n\x1e\rANSI{header}{elements}")),
        ("another file type", format!("@\n\x1e\rAAMVA{header}{elements}")),
        ("a misspelt file type", format!("@\n\x1e\rAMVAA{header}{elements}")),
        ("carriage returns for line feeds", format!("@\r\x1e\rANSI {header}{}\r", elements.replace('\n', "\r"))),
        ("both", format!("@\r\n\x1e\r\nANSI {header}{}\r\n", elements.replace('\n', "\r\n"))),
        ("unit separators", format!("@\n\x1e\rANSI {header}{}", elements.replace('\n', "\x1f"))),
        ("spaces at the ends", format!("@\n\x1e\rANSI {header}{}   \r", elements.replace('\n', "    \n "))),
        ("a line end after the header", format!("@\n\x1e\rANSI {header}\n{elements}")),
        (
            "the subfile's name on a line of its own",
            format!("@\n\x1e\rANSI {header}{}", elements.replace("DLDAQ", "DL\nDAQ")),
        ),
        ("no subfile's name", format!("@\n\x1e\rANSI {header}{}", elements.replace("DLDAQ", "DAQ"))),
        ("two digits of the header missing", format!("@\n\x1e\rANSI 6360350201DL00290226{elements}")),
        ("the issuer one digit short", format!("@\n\nAAMVA36003501DL00290226{elements}")),
        ("offsets that point nowhere", format!("@\n\x1e\rANSI 636035100001DL99999999{elements}")),
        ("more subfiles than it says", format!("@\n\x1e\rANSI {header}ZI02570020{elements}\rZIZIAX\nZIBDAC\r")),
        (
            "a jurisdiction's subfile first",
            format!("@\n\x1e\rANSI {header}\nZIZIAX\nDCSOTHER\nDACOTHER\nDBB01011990\r{elements}"),
        ),
        (
            "a jurisdiction's subfile last",
            format!("@\n\x1e\rANSI {header}{elements}\rZIZIAX\nDCSOTHER\nDACOTHER\nDBB01011990\r"),
        ),
        (
            "a jurisdiction's element in between",
            format!("@\n\x1e\rANSI {header}{}", elements.replace("\nDBB", "\nZCA1\nDBB")),
        ),
        ("dashes in the date", format!("@\n\x1e\rANSI {header}{}", elements.replace("02031980", "02-03-1980"))),
        ("slashes in the date", format!("@\n\x1e\rANSI {header}{}", elements.replace("02031980", "1980/02/03"))),
        (
            "year first, although of the United States",
            format!("@\n\x1e\rANSI {header}{}", elements.replace("02031980", "19800203")),
        ),
        ("an element said twice", format!("@\n\x1e\rANSI {header}{elements}\nDCSOTHER\nDBB01011990")),
        ("an element empty at first", format!("@\n\x1e\rANSI {header}DLDCS\n{elements}")),
    ] {
        check(what, card, "SAMPLE", "QUINN", born);
    }
}

#[test]
fn names_are_taken_apart_as_the_versions_write_them() {
    let born = date(1980, 2, 3);
    for (elements, family, given) in [
        ("DAASAMPLE,QUINN,ANN,JR", "SAMPLE", "QUINN"),
        ("DAASAMPLE,QUINN,,", "SAMPLE", "QUINN"),
        ("DAASAMPLE, QUINN ANN", "SAMPLE", "QUINN"),
        ("DAADE LA CRUZ,QUINN", "DE LA CRUZ", "QUINN"),
        ("DAASAMPLE$QUINN$ANN", "SAMPLE", "QUINN"),
        ("DAASAMPLE@QUINN@ANN", "SAMPLE", "QUINN"),
        ("DAASAMPLE QUINN ANN", "SAMPLE", "QUINN"),
        ("DAASAMPLE", "SAMPLE", ""),
        ("DABSAMPLE\nDACQUINN\nDADANN", "SAMPLE", "QUINN"),
        ("DCSSAMPLE\nDACMARY ANN", "SAMPLE", "MARY ANN"),
        ("DCSSAMPLE\nDCTMARY,ANN", "SAMPLE", "MARY"),
        ("DCSSAMPLE\nDCTMARY ANN", "SAMPLE", "MARY"),
        ("DCSSAMPLE\nDCT,MARY", "SAMPLE", "MARY"),
        ("DAASAMPLE,QUINN\u{a0},ANN", "SAMPLE", "QUINN"),
        ("DCSSAMPLE,\nDCTQUINN, ANN", "SAMPLE", "QUINN"),
        ("DCSSAMPLE, \nDACQUINN,", "SAMPLE", "QUINN"),
        ("DCSO'NEIL-SMITH\nDACQUINN", "O'NEIL-SMITH", "QUINN"),
        ("DCSSAMPLE\nDACNONE", "SAMPLE", ""),
        ("DCSSAMPLE\nDACunavl", "SAMPLE", ""),
        ("DCSSAMPLE\nDAC", "SAMPLE", ""),
        ("DCSSAMPLE", "SAMPLE", ""),
        ("DCSNONE\nDACQUINN", "QUINN", ""),
        ("DCSSAMPLE\nDACNONE\nDCTQUINN", "SAMPLE", "QUINN"),
        ("DAAOTHER,NAME\nDCSSAMPLE\nDACQUINN", "SAMPLE", "QUINN"),
    ] {
        check(
            elements,
            format!("@\n\x1e\rANSI 636035100001DL00310226DL{elements}\nDBB02031980\r"),
            family,
            given,
            born,
        );
    }
}

#[test]
#[allow(clippy::string_slice, reason = "the card is ASCII")]
fn a_card_that_breaks_off_before_its_facts_is_refused() {
    let card = "@\n\x1e\rANSI 636035100001DL00310226DLDAQS1\nDCSSAMPLE\nDACQUINN\nDBB02031980\nDCGUSA\nDDAF\r";
    let facts_end = card.find("\nDCG").unwrap_or_default();
    for at in 8..card.len() {
        if at < facts_end {
            check_refused("broken off", &card[..at], CodeTrouble::Truncated);
        } else {
            check("broken off later", &card[..at], "SAMPLE", "QUINN", date(1980, 2, 3));
        }
    }
    for (what, elements) in [
        ("no name", "DBB02031980"),
        ("no date", "DCSSAMPLE\nDACQUINN"),
        ("a first name, but the last name not yet", "DACQUINN\nDBB02031980"),
        ("a last name at the end, but the first name not yet", "DBB02031980\nDCSSAMPLE\nDDEN"),
        ("a name that goes on after something", "DCSSAM\u{2}PLE\nDACQUINN\nDBB02031980"),
        ("the facts in a jurisdiction's subfile only", "DAQ1\rZIZIAX\nDCSSAMPLE\nDBB02031980"),
    ] {
        check_refused(what, format!("@\n\x1e\rANSI 636035100001DL00310226DL{elements}\r"), CodeTrouble::Truncated);
    }
}

#[test]
fn a_card_that_is_all_there_and_cannot_be_read_is_refused_as_that() {
    for (what, elements) in [
        ("names that are none", "DCSNONE\nDACUNAVL\nDBB02031980"),
        ("names that no one knows", "DCSLNU\nDACFNU\nDBB02031980"),
        ("a name without letters", "DCS***\nDBB02031980"),
        ("a date in the future", "DCSSAMPLE\nDBB11242026"),
        ("a date that is none", "DCSSAMPLE\nDBB02301980"),
        ("a date no one alive has", "DCSSAMPLE\nDBB02031874"),
        ("a date with letters", "DCSSAMPLE\nDBB0203198O"),
        ("a date of nine digits", "DCSSAMPLE\nDBB020319801"),
        ("a date that is not said", "DCSSAMPLE\nDACQUINN\nDBBUNAVL"),
        ("a date of nothing but zeros", "DCSSAMPLE\nDACQUINN\nDBB00000000"),
    ] {
        check_refused(what, format!("@\n\x1e\rANSI 636035100001DL00310226DL{elements}\r"), CodeTrouble::Unreadable);
    }
    // The header says that this is all of it: nothing is missing, and no name stands there.
    check_refused("no name at all", "@\n\x1e\rANSI 636035100001DL00310013DLDBB02031980\r", CodeTrouble::Unreadable);
}

#[test]
fn other_texts_are_no_cards() {
    for scan in [
        "",
        "@",
        "ANSI",
        "ANSI Z39.50",
        "ANSI 63603",
        "AAMVA",
        "MRN ANSI 636035100001",
        "someone@example.org",
        "%B4111111111111111^SAMPLE/QUINN^30121010000000000?;4111111111111111=30121010000000000?",
        "%MA1234",
        ";4111111111111111=3012101?",
        "@ and a long text before ANSI 636035100001",
    ] {
        assert_eq!(read(scan.as_bytes(), TODAY), None, "{scan:?}");
    }
}

#[test]
fn the_two_orders_of_a_date_are_never_taken_for_each_other() {
    let mut day = date(BORN_YEAR_MIN, 1, 1);
    while day <= TODAY {
        let (year, month, date) = (day.year(), day.month(), day.day());
        assert_eq!(birth_date(&format!("{month:02}{date:02}{year:04}"), TODAY), Some(BirthDate(day)));
        assert_eq!(birth_date(&format!("{year:04}{month:02}{date:02}"), TODAY), Some(BirthDate(day)));
        day = day.tomorrow().unwrap_or(Date::MAX);
    }
}
