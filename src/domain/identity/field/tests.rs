//! Lists and tries as clinics have them (`tests/data/field`), row by row, with the answer that is right.

use jiff::civil::Date;

use super::tests::person;
use super::*;

const NAMES: (&str, &str) = (
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/field/40-names.csv")),
    include_str!("../../../../tests/data/field/40-names-tries.csv"),
);
const ONE_NAME: (&str, &str) = (
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/field/13-one-name.csv")),
    include_str!("../../../../tests/data/field/13-one-name-tries.csv"),
);

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

fn people(list: &str) -> Vec<Person> {
    rows(list).map(|row| person(row[0], row[3], row[4], row[5].parse().unwrap(), row[6])).collect()
}

/// `k01` for anyone who was found, else what is asked for, or `-`.
fn answer(index: &Index, given: &str, family: &str, born: Date, phone: &str) -> String {
    let some = |text: &str| Some(text).filter(|text| !text.is_empty()).map(Private::from);
    let typed = Typed {
        birth_date: BirthDate(born),
        family_name: family.into(),
        given_name: some(given),
        phone_last4: some(phone),
    };
    match index.find(&typed) {
        Match::One(id) => id.as_str().to_owned(),
        Match::AskMore(Fact::GivenName) => "given?".to_owned(),
        Match::AskMore(Fact::Phone) => "phone?".to_owned(),
        Match::Nobody | Match::Ambiguous => "-".to_owned(),
    }
}

fn assert_answers(files: (&str, &str), expected: &[(&str, &str)]) {
    let index = Index::new(&people(files.0));
    let tries: Vec<Vec<&str>> = rows(files.1).collect();
    assert_eq!(tries.len(), expected.len(), "every try has its answer");
    for (row, (name, right)) in tries.iter().zip(expected) {
        assert_eq!((row[0], answer(&index, row[1], row[2], row[3].parse().unwrap(), row[4]).as_str()), (*name, *right));
    }
}

#[test]
fn names_as_lists_have_them() {
    assert_answers(
        NAMES,
        &[
            ("01 obryan", "given?"),
            ("01 obryan given", "k01"),
            ("01 obryan phone", "k01"),
            ("01 obryan nopunct", "k01"),
            ("02 space", "given?"),
            ("02 joined", "given?"),
            ("02 bryan", "given?"),
            ("03 nguyen", "k03"),
            ("03 khai", "given?"),
            ("03 nguyen given", "k03"),
            ("04 sutter", "k04"),
            ("04 named", "-"),
            ("04 baby boy", "k04"),
            ("05 hollis", "given?"),
            ("05 girl a", "k05"),
            ("05 girl a phone", "k05"),
            ("05 named", "-"),
            ("05 as file", "k05"),
            ("06 as file", "k06"),
            ("07 maria", "k07"),
            ("07 teresa", "k07"),
            ("08 mohammad", "k08"),
            ("08 hussain", "phone?"),
            ("09 william", "k09"),
            ("10 abdul", "k10"),
            ("10 abdel", "k10"),
            ("10 sayed", "k10"),
            ("11 o", "k11"),
            ("11 oh", "phone?"),
            ("12 birth name", "k12"),
            ("12 married", "k12"),
            ("13 md", "k13"),
            ("14 true date", "-"),
            ("15 pat", "-"),
            ("15 pat phone", "-"),
            ("15 slip", "-"),
            ("17 lou", "phone?"),
            ("17 lou 1017", "k17"),
            ("19 ada", "phone?"),
            ("19 ada home", "k19"),
            ("19 ada cell", "k19"),
            ("21 gudrun", "k21"),
            ("21 gudhrun", "k21"),
            ("22 mcdonald", "k22"),
            ("22 mac donald", "k22"),
            ("23 minjun", "k23"),
            ("23 gim", "phone?"),
            ("23 swapped", "k23"),
            ("24 leap", "k24"),
            ("24 feb28", "k24"),
            ("24 mar1", "-"),
            ("25 zach", "k25"),
            ("25 zack", "k25"),
            ("26 lopez", "k26"),
            ("26 haro", "k26"),
            ("26 garcia-lopez", "k26"),
            ("26 glued", "k26"),
            ("27 tolliver", "k27"),
            ("27 iii", "k27"),
            ("28 uma", "k28"),
            ("29 uma", "k29"),
            ("30 edith", "k30"),
            ("31 brandt", "k31"),
            ("32 tenzin", "k32"),
            ("32 tenzin twice", "k32"),
            ("33 sukarno", "k33"),
            ("34 ng", "k34"),
            ("35 jean-paul", "k35"),
            ("35 jp", "-"),
            ("36 nunez", "given?"),
            ("36 nunez given", "phone?"),
            ("36 nunez phone", "k36"),
            ("37 munoz", "given?"),
            ("37 munoz given", "k37"),
            ("37 munoz phone", "k37"),
        ],
    );
}

#[test]
fn people_with_one_name_are_found_by_it() {
    assert_answers(
        ONE_NAME,
        &[
            ("t-l3a", "l3"),
            ("t-l3b", "l3"),
            ("t-l3c", "l3"),
            ("t-l4a", "l4"),
            ("t-l5a", "l5"),
            ("t-l5b", "l5"),
            ("t-l6a", "l6"),
        ],
    );
    let born = |text: &str| text.parse().unwrap();
    let index = Index::new(&people(ONE_NAME.0));
    for (given, family, date, expected) in [
        // Nothing at all in the other place.
        ("", "Suharyanto", "1971-04-02", "l1"),
        ("Suharyanto", "Suharyanto", "1971-04-02", "l1"),
        ("", "kadiatou", "1960-02-20", "l2"),
        ("Kadiatou", "Kadiatou", "1960-02-20", "l2"),
        // A card says of the other name that there is none.
        ("AMADOU", "NONE", "1982-07-07", "l3"),
        ("NONE", "AMADOU", "1982-07-07", "l3"),
        ("FNU", "AMADOU", "1982-07-07", "l3"),
        ("AMADOU", "LNU", "1982-07-07", "l3"),
        ("N/A", "ASADI", "1990-10-10", "l4"),
        ("ASADI", "", "1990-10-10", "l4"),
        // No one's, and nothing is asked that cannot settle it.
        ("FNU", "LNU", "1990-10-10", "-"),
        ("", ".", "1982-07-07", "-"),
        ("", "LNU", "1991-11-11", "-"),
        ("", "FNU", "1990-10-10", "-"),
        ("Ibrahim", "Amadou", "1982-07-07", "-"),
        ("Amadou", "Diallo", "1982-07-07", "-"),
        ("", "Nilufra", "1991-11-11", "-"),
        ("Nilufra", "Nilufra", "1991-11-11", "-"),
    ] {
        assert_eq!(answer(&index, given, family, born(date), ""), expected, "{given} / {family}");
    }
    // The phone settles a slip in the only name; the first name is not asked for.
    let index = Index::new(&[person("p", "Thandarwin", "-", born("1992-12-12"), "555-010-4821")]);
    assert_eq!(answer(&index, "", "Thandawin", born("1992-12-12"), ""), "phone?");
    assert_eq!(answer(&index, "", "Thandawin", born("1992-12-12"), "4821"), "p");
    assert_eq!(answer(&index, "", "Thandawin", born("1992-12-12"), "4822"), "-");
    // Someone else has that name as one of two.
    let two =
        [person("p", "Amadou", ".", born("1982-07-07"), ""), person("q", "Amadou", "Diallo", born("1982-07-07"), "")];
    let index = Index::new(&two);
    assert_eq!(answer(&index, "", "Amadou", born("1982-07-07"), ""), "given?");
    assert_eq!(answer(&index, "Amadou", "Amadou", born("1982-07-07"), ""), "p");
    assert_eq!(answer(&index, "Amadou", "Diallo", born("1982-07-07"), ""), "q");
    assert_eq!(answer(&index, "Amadou", "LNU", born("1982-07-07"), ""), "p");
}

#[test]
fn any_number_on_file_answers_and_a_placeholder_is_none() {
    let born: Date = "1990-05-05".parse().unwrap();
    let tom = Person {
        other_phones: vec!["555-010-7777".into(), "000-000-0000".into()],
        ..person("tom", "Tom", "Garner", born, "555-010-0001 x22")
    };
    let index = Index::new(&[tom.clone(), person("tim", "Tim", "Garner", born, "555-010-8888")]);
    for (phone, expected) in
        [("", "phone?"), ("7777", "tom"), ("0001", "tom"), ("0122", "-"), ("0000", "-"), ("8888", "-")]
    {
        assert_eq!(answer(&index, "Tom", "Garner", born, phone), expected, "{phone}");
    }
    // One of them is a namesake's too: it does not tell them apart.
    let index = Index::new(&[tom, person("tom2", "Tom", "Garner", born, "555-010-7777")]);
    assert_eq!(answer(&index, "Tom", "Garner", born, ""), "-");
}

#[test]
fn one_slip_is_forgiven_without_a_phone_on_file_unless_somebody_is_near() {
    let born: Date = "1956-03-08".parse().unwrap();
    let near: Date = "1956-03-09".parse().unwrap();
    let alone = |given: &str, family: &str| {
        vec![person("p", given, family, born, ""), person("q", "Grace", "Whitfield", born, "")]
    };
    for (on_file, typed, expected) in [
        (("Ann", "Cohn"), ("Ann", "Cohm"), "p"),
        (("Hye", "O"), ("Hye", "Oh"), "p"),
        (("Juan", "Lucio"), ("Jusn", "Lucio"), "p"),
        // A twin's name, an edge, a shorter name, two slips: not enough.
        (("Tim", "Lucio"), ("Tom", "Lucio"), "-"),
        (("Ming", "Lucio"), ("ing", "Lucio"), "-"),
        (("Mei", "Lucio"), ("Meo", "Lucio"), "-"),
        (("Juan", "Cohn"), ("Jusn", "Cohm"), "-"),
        (("Daniel", "Lucio"), ("Daniela", "Lucio"), "-"),
    ] {
        assert_eq!(
            answer(&Index::new(&alone(on_file.0, on_file.1)), typed.0, typed.1, born, ""),
            expected,
            "{on_file:?} {typed:?}"
        );
    }
    // The birth date has to be right, and a phone that is on file is asked for.
    assert_eq!(answer(&Index::new(&alone("Ann", "Cohn")), "Ann", "Cohm", near, ""), "-");
    assert_eq!(
        answer(&Index::new(&[person("p", "Ann", "Cohn", born, "555-010-4821")]), "Ann", "Cohm", born, ""),
        "phone?"
    );
    // Someone with that birth date, or a near one, and a name like one that was typed.
    for (given, family, date) in [
        ("Ann", "Whitfield", born),
        ("Rosa", "Cohn", born),
        ("Rosa", "Cohm", near),
        ("Anne", "Whitfield", near),
        ("Cohn", "Rosa", born),
    ] {
        let mut list = alone("Ann", "Cohn");
        list.push(person("n", given, family, date, "555-010-1111"));
        assert_eq!(answer(&Index::new(&list), "Ann", "Cohm", born, ""), "-", "{given} {family}");
    }
}

#[test]
fn abd_and_its_article_are_one_name_however_written() {
    let born: Date = "1967-01-01".parse().unwrap();
    let same = [
        "Abd al-Rahman",
        "Abdurrahman",
        "Abdul Rahman",
        "Abdulrahman",
        "Abdel Rahman",
        "Abdur Rahman",
        "Abd ar-Rahman",
        "Abdirahman",
        "Abd-ur-Rahman",
    ];
    for on_file in same {
        let index = Index::new(&[person("p", on_file, "Lucio", born, "")]);
        for typed in same {
            assert_eq!(answer(&index, typed, "Lucio", born, ""), "p", "{on_file} / {typed}");
        }
        assert_eq!(answer(&index, "Abdul Karim", "Lucio", born, ""), "-", "{on_file}");
        assert_eq!(answer(&index, "Abdullah", "Lucio", born, ""), "-", "{on_file}");
    }
    for (on_file, typed) in [
        ("Abdus Salam", "Abdussalam"),
        ("Abdul Salam", "Abdusalam"),
        ("Abdun Nasir", "Abdunnasir"),
        ("Abdush Shakur", "Abdul Shakur"),
    ] {
        assert_eq!(
            answer(&Index::new(&[person("p", on_file, "Lucio", born, "")]), typed, "Lucio", born, ""),
            "p",
            "{on_file}"
        );
    }
}
