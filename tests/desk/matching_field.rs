//! Lists as clinics have them (`tests/data/field`) through `match`: each row with the answer that is right, and others
//! of its kind.

use std::path::{Path, PathBuf};

use arrivals::desk::service::import::Report;
use arrivals::desk::service::import::matching::match_files;
use arrivals::desk::service::import::preview::{Kind, ReadList};

/// Given name, family name, birth date, last four digits, and the right answer: the appointment, `more` (one more fact)
/// or `none`.
type Row<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn field(name: &str) -> PathBuf {
    Path::new("tests/data/field").join(name)
}

/// Runs tries against a list. Answers the result's lines after the header.
fn run(list: &Path, tries: &Path, folder: &Path) -> Vec<String> {
    let mut said = Vec::new();
    let mut tell = |report: Report| {
        if let Report::Refusal(text) | Report::Note(text) | Report::Change(text) = report {
            said.push(text);
        }
    };
    let out = folder.join("result.csv");
    let outcomes = match_files(list, tries, &out, &mut tell).unwrap();
    assert_eq!((outcomes.wrong, said.as_slice()), (0, &[][..]), "every line is read");
    std::fs::read_to_string(out).unwrap().lines().skip(1).map(str::to_owned).collect()
}

fn assert_answers(list: &Path, rows: &[Row]) {
    let folder = tempfile::tempdir().unwrap();
    let mut tries = String::from("try_id,given_name,family_name,birth_date,phone_last4\n");
    for (at, (given, family, born, phone, _)) in rows.iter().enumerate() {
        tries += &format!("{at},{given},{family},{born},{phone}\n");
    }
    let file = folder.path().join("tries.csv");
    std::fs::write(&file, tries).unwrap();
    let answers = run(list, &file, folder.path());
    assert_eq!(answers.len(), rows.len());
    let wrong: Vec<String> = answers
        .iter()
        .zip(rows)
        .enumerate()
        .filter_map(|(at, (answer, row))| {
            let right = match row.4 {
                "more" => format!("{at},ask_more,"),
                "none" => format!("{at},none,"),
                id => format!("{at},one,{id}"),
            };
            (*answer != right).then(|| format!("{row:?}: {answer}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// People of an invented list: appointment, number, given name, family name, birth date, telephone.
fn assert_answers_of(people: &[[&str; 6]], rows: &[Row]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("list.csv");
    let mut list = String::from("appointment_id,start,patient_id,given_name,family_name,birth_date,phone\n");
    for [visit, number, given, family, born, phone] in people {
        list += &format!("{visit},2026-11-30T08:00:00-05:00,{number},{given},{family},{born},{phone}\n");
    }
    std::fs::write(&file, list).unwrap();
    assert_answers(&file, rows);
}

/// The answers of `NAME-answers.csv` are the right ones for `NAME-tries.csv`, as `match` writes them.
fn assert_answers_on_file(name: &str) {
    let folder = tempfile::tempdir().unwrap();
    let answers = run(&field(&format!("{name}.csv")), &field(&format!("{name}-tries.csv")), folder.path());
    let right = std::fs::read_to_string(field(&format!("{name}-answers.csv"))).unwrap();
    let right: Vec<&str> = right.lines().skip(1).collect();
    assert_eq!(answers.len(), right.len());
    for (answer, right) in answers.iter().zip(right) {
        assert_eq!(answer, right, "{name}");
    }
}

#[test]
fn names_as_lists_have_them_are_found() {
    assert_answers_on_file("40-names");
    // Whoever has a birth date that is none is on the list for staff, with a note.
    let list = ReadList::read(Kind::Csv, &std::fs::read(field("40-names.csv")).unwrap()).unwrap();
    assert!(
        list.notes
            .iter()
            .any(|(_, note)| note.contains("appointment k14: birth_date: ") && note.contains("placeholder")),
        "{:?}",
        list.notes
    );
    assert_answers_on_file("13-one-name");
}

#[test]
fn what_an_export_escaped_or_cut_short_is_the_name() {
    let born = "1961-05-01";
    for (given, family, typed) in [
        ("Todd", "O&apos;Neil", ("Todd", "O'Neil")),
        ("Todd", "O&#x27;Neil", ("Todd", "ONeil")),
        ("Todd", "O&amp;#39;Neil", ("Todd", "O Neil")),
        ("Todd", "O&rsquo;Neil", ("Todd", "O’Neil")),
        ("D&#039;Andre", "Mu&ntilde;oz", ("D'Andre", "Munoz")),
        ("Ren&eacute;e", "Smith &amp; Jones", ("Renee", "Smith")),
        ("Chas.", "Ford", ("Charles", "Ford")),
        ("Jas", "Ford", ("James", "Ford")),
        ("Geo.", "Ford", ("George", "Ford")),
        ("Robt", "Ford", ("Robert", "Ford")),
        ("Thos.", "Ford", ("Thomas", "Ford")),
        ("Eliz", "Ford", ("Elizabeth", "Ford")),
        ("Ma. Luisa", "Reyes", ("Maria Luisa", "Reyes")),
        ("Fco. Javier", "Reyes", ("Francisco Javier", "Reyes")),
        ("Mohd", "Rahim", ("Mohammed", "Rahim")),
        ("Abd ar-Rahim", "Sayed", ("Abdurrahim", "El-Sayed")),
        ("Abdus Samad", "Sayed", ("Abdul Samad", "Sayed")),
        ("Maria", "Vega Lopez de Haro", ("Maria", "Vegalopez")),
        ("John NMN", "Ford", ("John", "Ford")),
        ("William", "Ford", ("Wm", "Ford")),
    ] {
        assert_answers_of(
            &[["e1", "p1", given, family, born, "555-010-1001"], ["e2", "p2", "Grace", "Whitfield", born, ""]],
            &[(typed.0, typed.1, born, "", "e1"), ("Pedro", typed.1, born, "", "none")],
        );
    }
}

#[test]
fn whoever_has_one_name_is_found_by_it_whatever_the_list_has_in_place_of_the_other() {
    let born = "1982-07-07";
    for placeholder in [
        "",
        ".",
        "..",
        "-",
        "--",
        "?",
        "*",
        "LNU",
        "FNU",
        "lnu",
        "NLN",
        "NFN",
        "NMN",
        "NONE",
        "None",
        "UNKNOWN",
        "Unk",
        "N/A",
        "n/a",
        "XXX",
        "xx",
        "no last name",
        "No Last Name",
        "No first name",
        "Not Given",
        "000",
        "(none)",
        "&nbsp;",
        "[LNU]",
        "NOLASTNAME",
        "L.N.U.",
        "Unknown1",
        "TBA",
        // Names, perhaps: they are found by these too.
        "NULL",
        "NA",
        "N.A.",
        "X",
    ] {
        for (given, family) in [("Amadou", placeholder), (placeholder, "Amadou")] {
            assert_answers_of(
                &[["s1", "p1", given, family, born, ""], ["s2", "p2", "Grace", "Whitfield", born, ""]],
                &[
                    ("", "Amadou", born, "", "s1"),
                    ("Amadou", "Amadou", born, "", "s1"),
                    ("Amadou", ".", born, "", "s1"),
                    ("AMADOU", "NONE", born, "", "s1"),
                    ("FNU", "AMADOU", born, "", "s1"),
                    ("Amadou", "", born, "", "s1"),
                    ("", "LNU", born, "", "none"),
                    ("FNU", "LNU", born, "", "none"),
                    ("", "Kadiatou", born, "", "none"),
                    ("Ibrahim", "Amadou", born, "", "none"),
                    ("", "Amadou", "1975-01-30", "", "none"),
                ],
            );
        }
    }
    // These are names.
    for name in ["No", "Na", "An", "O", "Xu", "Ng", "Nan", "Le", "Null"] {
        // Some lists write these for none: the other one alone is enough.
        let alone = if matches!(name, "Na" | "Nan" | "Null") { "s1" } else { "more" };
        assert_answers_of(
            &[["s1", "p1", "Ada", name, born, ""], ["s2", "p2", "Grace", "Whitfield", born, ""]],
            &[
                ("", name, born, "", "s1"),
                ("Ada", name, born, "", "s1"),
                ("", "Ada", born, "", alone),
                ("Grace", name, born, "", "none"),
            ],
        );
    }
}

#[test]
fn newborns_without_a_name_are_told_apart_by_their_letter_alone() {
    let born = "2026-11-21";
    for [a, b] in [
        ["Babygirl A", "Babygirl B"],
        ["Baby Girl A", "Baby Girl B"],
        ["BG A", "BG B"],
        ["1 Judysgirl", "2 Judysgirl"],
        ["1Judysgirl", "2Judysgirl"],
        ["Judysgirl 1", "Judysgirl 2"],
        ["Girl A", "Girl B"],
        ["Infant A", "Infant B"],
        ["Baby Boy 1", "Baby Boy 2"],
    ] {
        let people = [["b1", "p1", a, "Hollis", born, "555-010-1005"], ["b2", "p2", b, "Hollis", born, "555-010-1005"]];
        assert_answers_of(
            &people,
            &[
                ("", "Hollis", born, "", "more"),
                (a, "Hollis", born, "", "b1"),
                (b, "Hollis", born, "", "b2"),
                ("Ella", "Hollis", born, "", "none"),
                ("Baby", "Hollis", born, "1005", "none"),
            ],
        );
    }
}

#[test]
fn any_current_number_answers_and_no_extension_and_no_placeholder() {
    assert_answers(
        &field("telephones.json"),
        &[
            ("", "Garner", "1990-05-05", "", "more"),
            ("Tom", "Garner", "1990-05-05", "", "more"),
            ("Tom", "Garner", "1990-05-05", "7777", "w1"),
            ("Tom", "Garner", "1990-05-05", "0001", "none"),
            ("Tim", "Garner", "1990-05-05", "8888", "w2"),
            ("Tim", "Garner", "1990-05-05", "7777", "none"),
        ],
    );
    // Twins with names that are a slip apart: the number alone settles it.
    let born = "1972-04-04";
    for (phone, right, wrong) in [
        ("(555) 010-1017 ext. 22", &["1017"][..], &["1722", "0022"][..]),
        ("555-010-1017x22", &["1017"], &["1722"]),
        ("555-010-1017 X2204", &["1017"], &["2204"]),
        ("555.010.1017 extension 2204", &["1017"], &["2204"]),
        ("tel:+1-555-010-1017;ext=2204", &["1017"], &["2204"]),
        ("555-010-1017 #2204", &["1017"], &["2204"]),
        ("home 555-010-1019 / cell 555-010-2019", &["1019", "2019"], &["1018"]),
        ("555-010-1019 or 555-010-2019", &["1019", "2019"], &["1020"]),
        ("H 555-010-1019 x22; C 555-010-2019 ext 3304", &["1019", "2019"], &["1922", "3304"]),
        ("000-000-0000 / 555-010-2019", &["2019"], &["0000"]),
        ("000-000-0000", &[], &["0000"]),
        ("(999) 999-9999", &[], &["9999"]),
        ("111-111-1111", &[], &["1111"]),
        ("123-456-7890", &[], &["7890"]),
        ("555-0000000", &[], &["0000"]),
        ("none", &[], &["0000"]),
        ("N/A", &[], &["0000"]),
        ("0", &[], &["0000"]),
        ("911", &[], &["0911"]),
    ] {
        let people = [["t1", "p1", "Lou", "Weld", born, phone], ["t2", "p2", "Lon", "Weld", born, "555-010-1018"]];
        // With no number on file nothing is left to ask for.
        let mut rows = vec![("Lou", "Weld", born, "", if right.is_empty() { "none" } else { "more" })];
        rows.extend(right.iter().map(|digits| ("Lou", "Weld", born, *digits, "t1")));
        rows.extend(wrong.iter().map(|digits| ("Lou", "Weld", born, *digits, "none")));
        assert_answers_of(&people, &rows);
    }
}

#[test]
fn one_number_is_not_one_person() {
    assert_answers(
        &field("10-placeholder-patient-id.csv"),
        &[
            ("", "Whitlow", "1971-04-02", "", "j1"),
            ("", "Prentice", "1960-02-20", "", "j2"),
            ("", "Holm", "1982-07-07", "", "j3"),
            ("", "Lund", "1955-05-05", "", "j4"),
            ("Nora", "Prentice", "1960-02-20", "", "none"),
        ],
    );
    assert_answers(
        &field("82-placeholder-numbers.csv"),
        &[
            ("", "Ostrow", "1969-03-03", "", "pl0"),
            ("", "Bashir", "1977-08-14", "", "pl1"),
            ("", "Holm", "1982-07-07", "", "pl2"),
            ("", "Lund", "1955-05-05", "", "pl3"),
            ("", "Marsh", "1999-06-06", "", "pl4"),
            ("", "Farrow", "1950-12-30", "", "pl5"),
            ("", "Castell", "1988-01-19", "", "pl6"),
            ("", "Whitlow", "1971-04-02", "", "pl7"),
        ],
    );
    for number in
        ["", "n/a", "NA", "none", "None", "null", "TBD", "?", "--", "0000", "00-00", "unknown", "4711", "MRN-4711"]
    {
        let people = [
            ["n1", number, "Nora", "Whitlow", "1971-04-02", "555-010-4821"],
            ["n2", number, "Ugo", "Prentice", "1960-02-20", "555-010-1111"],
            ["n3", number, "Nora", "Whitlow", "1999-06-06", ""],
            ["n4", number, "Tom", "Garner", "1990-05-05", "555-010-7777"],
            ["n5", number, "Tim", "Garner", "1990-05-05", "555-010-8888"],
        ];
        assert_answers_of(
            &people,
            &[
                ("", "Whitlow", "1971-04-02", "", "more"),
                ("Nora", "Whitlow", "1971-04-02", "4821", "n1"),
                ("", "Prentice", "1960-02-20", "", "n2"),
                ("Tom", "Garner", "1990-05-05", "7777", "n4"),
                ("Tim", "Garner", "1990-05-05", "8888", "n5"),
                ("Tim", "Garner", "1990-05-05", "7777", "none"),
            ],
        );
    }
}

#[test]
fn nobody_is_found_by_a_birth_date_that_is_none() {
    for none in ["1900-01-01", "1901-01-01", "1800-01-01", "0001-01-01", "9999-12-31", "1899-12-30"] {
        let people =
            [["d1", "p1", "Dana", "Cole", none, "555-010-1014"], ["d2", "p2", "Grace", "Whitfield", "1956-06-06", ""]];
        assert_answers_of(
            &people,
            &[("Dana", "Cole", none, "1014", "none"), ("Dana", "Cole", "1956-06-06", "1014", "none")],
        );
    }
    // Some people are old, and some were born on New Year's Day.
    for born in ["1913-02-02", "1961-01-01", "1970-01-01", "2000-01-01", "1918-01-01"] {
        assert_answers_of(&[["d1", "p1", "Dana", "Cole", born, ""]], &[("", "Cole", born, "", "d1")]);
    }
}

#[test]
fn one_slip_is_forgiven_without_a_number_on_file_as_long_as_nobody_is_near() {
    let born = "1956-03-08";
    let (ann, grace) =
        (["f1", "p1", "Ann", "Cohn", born, ""], ["f2", "p2", "Grace", "Whitfield", born, "555-010-1111"]);
    let slip: Row = ("Ann", "Cohm", born, "", "f1");
    for phone in ["", "000-000-0000", "none"] {
        assert_answers_of(&[["f1", "p1", "Ann", "Cohn", born, phone], grace], &[slip, ("", "Cohm", born, "", "more")]);
    }
    let none: Row = ("Ann", "Cohm", born, "", "none");
    for near in [
        ["f3", "p3", "Rosa", "Cohm", "1956-03-09", ""],
        ["f3", "p3", "Rosa", "Cohn", born, ""],
        ["f3", "p3", "Anne", "Marsh", "1957-03-08", ""],
        ["f3", "p3", "Ann", "Lund", "1956-08-03", ""],
    ] {
        assert_answers_of(&[ann, grace, near], &[none]);
    }
    // Two slips, or a birth date that is only near: the desk.
    assert_answers_of(&[ann, grace], &[("Amn", "Cohm", born, "", "none"), ("Ann", "Cohm", "1956-03-09", "", "none")]);
}
