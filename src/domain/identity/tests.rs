//! Tries beside what is on file, row by row, with the answer that a careful person would give.

use jiff::civil::date;

use super::*;
use crate::domain::born::Born;
use crate::domain::person::{Contact, EmergencyContact};

pub(super) fn person(id: &str, given: &str, family: &str, born: Date, phone: &str) -> Person {
    Person {
        id: id.into(),
        given_name: given.into(),
        family_name: family.into(),
        other_given_names: Vec::new(),
        other_family_names: Vec::new(),
        other_phones: Vec::new(),
        number: String::new(),
        source: String::new(),
        birth_date: Born::on(born),
        contact: Contact { phone: phone.into(), ..Contact::default() },
        language: None,
        interpreter: None,
        preferred_name: "".into(),
        emergency_contact: EmergencyContact::default(),
    }
}

fn said(born: Date, family: &str, given: Option<&str>, phone: Option<&str>) -> Typed {
    Typed {
        birth_date: BirthDate(born),
        family_name: family.into(),
        given_name: given.map(Into::into),
        phone_last4: phone.map(Into::into),
    }
}

const BORN: Date = date(1956, 3, 8);

fn one() -> Match {
    Match::One("p".into())
}

/// Last name alone, then with the first name: the answers to both.
fn answers(on_file: (&str, &str), typed: (&str, &str)) -> (Match, Match) {
    let people = [
        person("p", on_file.0, on_file.1, BORN, "555-629-4821"),
        person("q", "Somebody", "Else", BORN, "555-000-0000"),
    ];
    let index = Index::new(&people);
    (index.find(&said(BORN, typed.1, None, None)), index.find(&said(BORN, typed.1, Some(typed.0), None)))
}

#[test]
fn names_that_people_write_differently_are_the_same() {
    for (on_file, typed) in [
        (("José", "Muñoz"), ("jose", "MUNOZ")),
        (("Jürgen", "Müller"), ("Jurgen", "Muller")),
        (("Jürgen", "Müller"), ("Juergen", "Mueller")),
        (("Juergen", "Mueller"), ("Jürgen", "Müller")),
        (("Thị Hạnh", "Nguyễn"), ("Hanh", "Nguyen")),
        (("Øystein", "Bjørnstad"), ("Oystein", "Bjornstad")),
        (("Øystein", "Bjørnstad"), ("Oeystein", "Bjoernstad")),
        (("Åse", "Ågren"), ("Aase", "Aagren")),
        (("Łukasz", "Wałęsa"), ("Lukasz", "Walesa")),
        (("Işıl", "Yıldız"), ("Isil", "Yildiz")),
        (("Jörg", "Weiß"), ("Joerg", "Weiss")),
        (("Siobhán", "O'Neil"), ("Siobhan", "ONeil")),
        (("Siobhán", "O’Neil"), ("Siobhan", "o neil")),
        (("Siobhán", "O'Neil"), ("Siobhan", "OʼNeil")),
        (("Siobhán", "O'Neil"), ("Siobhan", "O´Neil")),
        (("Siobhán", "O'Neil"), ("Siobhan", "O-Neil")),
        (("Ann", "Smith-Jones"), ("Ann", "SmithJones")),
        (("Ann", "Smith-Jones"), ("Ann", "Jones–Smith")),
        (("Ana María", "García López"), ("Ana", "López García")),
        (("Ana María", "García López"), ("Anamaria", "García-López")),
        (("Ana María", "García López"), ("María", "Garcia y Lopez")),
        (("Pilar", "de la Cruz"), ("Pilar", "DE LA CRUZ")),
        (("Pilar", "de la Cruz"), ("Pilar", "Dela Cruz")),
        (("Luis Miguel", "Delarosa"), ("Luis", "de la Rosa")),
        (("Luis Miguel", "Delarosa"), ("Miguel", "Rosa")),
        (("Jan", "Vandenberg"), ("Jan", "van den Berg")),
        (("Jan", "van den Berg"), ("Jan", "v.d. Berg")),
        (("Pierre", "St-Pierre"), ("Pierre", "Saint Pierre")),
        (("Wei", "Wu"), ("WEI", "wu")),
        (("Hoa", "Ng"), ("hoa", "NG")),
        (("Anh", "Lê"), ("Anh", "LE")),
        (("Michelle", "Von"), ("Michelle", "von")),
        (("Ji-woo", "Kim"), ("Jiwoo", "KIM")),
        (("Văn Đức", "Đặng"), ("Van Duc", "Dang")),
        (("Văn Đức", "Đặng"), ("Duc", "Dang")),
        (("M Robert", "Ford"), ("Robert", "Ford")),
        (("M Robert", "Ford"), ("Mark Robert", "Ford")),
        (("Mary Ann", "Ford"), ("Mary A.", "Ford")),
        (("Mary Ann", "Ford"), ("M", "Ford")),
        (("Mary Ann", "Ford"), ("M.A.", "Ford")),
        (("Mary Ann", "Ford"), ("Ann", "Ford")),
        (("Md Karim", "Rahman"), ("Mohammed", "Rahman")),
        (("María de los Ángeles", "Vega"), ("Maria Angeles", "Vega")),
        (("Ann", "Smith-Jones"), ("Ann", "Smith Jones")),
        (("Ann", "Smith-Jones"), ("Ann", "Smith")),
        (("Ann", "Smith-Jones"), ("Ann", "Jones")),
        (("Ann", "Smith"), ("Ann", "Smith-Jones")),
        (("Ana", "García López"), ("Ana", "Garcia")),
        (("Ana", "García López"), ("Ana", "Lopez Garcia")),
        (("Pilar", "de la Cruz"), ("Pilar", "Cruz")),
        (("Pilar", "de la Cruz"), ("Pilar", "Delacruz")),
        (("Jan", "van den Berg"), ("Jan", "Berg")),
        (("Jan", "van den Berg"), ("Jan", "Vandenberg")),
        (("Fatima", "al-Hassan"), ("Fatima", "Alhassan")),
        (("Fatima", "al-Hassan"), ("Fatima", "Hassan")),
        (("Robert", "Kennedy Jr."), ("Robert", "Kennedy")),
        (("Robert", "Kennedy"), ("Robert", "Kennedy III")),
        (("Mary Ann", "Ford"), ("Maryann", "Ford")),
        (("Mary Ann", "Ford"), ("Mary", "Ford")),
        (("Mary", "Ford"), ("Mary A", "Ford")),
        (("William", "Ford"), ("Bill", "Ford")),
        (("Francisco", "Ruiz"), ("Paco", "Ruiz")),
        (("Иван", "Петров"), ("Ivan", "Petrov")),
        (("Yulia", "Kovalyova"), ("Юлия", "Ковалёва")),
        (("Yevgeny", "Shcherbakov"), ("Евгений", "Щербаков")),
        (("Иван", "Петров"), ("Iwan", "Petrow")),
        (("Giorgos", "Nikolaou"), ("Γιώργος", "Nikolaou")),
        (("Giorgos", "Papadopoulos"), ("ΓΙΩΡΓΟΣ", "ΠΑΠΑΔΟΠΟΥΛΟΣ")),
        (("Eleni", "Angelopoulou"), ("Ελένη", "Αγγελοπούλου")),
        (("Amira", "Haddad"), ("أميرة", "حداد")),
        (("محمد", "حداد"), ("Muhammad", "Haddad")),
        (("Fatima", "al-Hassan"), ("فاطمة", "الحسن")),
        (("伟", "王"), ("伟", "王")),
        (("أحمد", "حداد"), ("احمد", "حدّاد")),
    ] {
        assert_eq!(answers(on_file, typed), (one(), one()), "{on_file:?} / {typed:?}");
    }
}

#[test]
fn a_slip_needs_the_given_name_and_never_decides_alone() {
    let ask = || Match::AskMore(Fact::GivenName);
    for (on_file, typed, then) in [
        // Inserted, dropped, replaced, exchanged, doubled.
        (("Rosa", "Fernandez"), ("Rosa", "Fernnandez"), one()),
        (("Rosa", "Fernandez"), ("Rosa", "Fernndez"), one()),
        (("Rosa", "Fernandez"), ("Rosa", "Fernandes"), one()),
        (("Rosa", "Fernandez"), ("Rosa", "Fernadnez"), one()),
        (("Rosa", "Fernandez"), ("Rosa", "Ferrandez"), one()),
        // The German vowel as others write it; the same in a name that was put on file so.
        (("Juergen", "Mueller"), ("Jurgen", "Muller"), one()),
        // Swapped names.
        (("Rosa", "Delgado"), ("Delgado", "Rosa"), one()),
        // A short name is a slip away from many: the phone too.
        (("Ann", "Cohn"), ("Ann", "Cohm"), Match::AskMore(Fact::Phone)),
        (("Ann", "Lee"), ("Ann", "Le"), Match::AskMore(Fact::Phone)),
        // Another person of that name: the first name contradicts.
        (("Rosa", "Fernandez"), ("Pedro", "Fernandes"), Match::Nobody),
        (("Daniela", "Fernandez"), ("Daniel", "Fernandes"), Match::Nobody),
        // Both names slipped: the phone.
        (("Gregory", "Fernandez"), ("Gergory", "Fernandes"), Match::AskMore(Fact::Phone)),
        (("Rosa", "Fernandez"), ("Rsoa", "Fernandes"), Match::Nobody),
    ] {
        let (first, second) = answers(on_file, typed);
        assert_eq!(first, ask(), "{on_file:?} / {typed:?}");
        assert_eq!(second, then, "{on_file:?} / {typed:?}");
    }
}

#[test]
fn other_names_are_nobodys() {
    for (on_file, typed) in [
        (("Ann", "Fernandez"), ("Ann", "Hernandes")),
        (("Ann", "Smith"), ("Ann", "")),
        (("Ann", "Smith"), ("Ann", " - ")),
    ] {
        let (first, second) = answers(on_file, typed);
        assert_eq!((first, second), (Match::Nobody, Match::Nobody), "{on_file:?} / {typed:?}");
    }
    // The same last name and birth date, and another first name.
    assert_eq!(answers(("Ann", "Smith"), ("Grace", "Smith")), (one(), Match::Nobody));
    assert_eq!(answers(("Daniela", "Smith"), ("Daniel", "Smith")).1, Match::Nobody);
    assert_eq!(answers(("Maria", "Smith"), ("Mario", "Smith")).1, Match::Nobody);
}

#[test]
fn a_slip_in_a_given_name_is_forgiven_and_the_name_of_a_twin_is_not() {
    let ask = || Match::AskMore(Fact::Phone);
    for (on_file, typed, expected) in [
        ("Marcelina", "Marcelna", one()),
        ("Marcelina", "Marcelina Rose", one()),
        ("Marcelina", "Marcelian", one()),
        ("Marcelina", "Marcelinaa", one()),
        ("Agustín", "Agusti", one()),
        ("Robin", "Robinn", one()),
        ("Robin", "Rpbin", one()),
        // In a short name even the phone does not settle it.
        ("Judi", "Judu", ask()),
        ("Juan", "Jusn", ask()),
        ("Mei", "Meo", ask()),
        // These are names of someone else.
        ("Clara", "Carla", Match::Nobody),
        ("Tim", "Jim", Match::Nobody),
        ("Ming", "Jing", Match::Nobody),
        ("Mei", "Wei", Match::Nobody),
        ("Julia", "Julian", Match::Nobody),
        ("Daniel", "Daniela", Match::Nobody),
        ("Hassan", "حسين", Match::Nobody),
        ("Amira", "أمير", Match::Nobody),
        ("伟", "芳", Match::Nobody),
        ("Ji-woo", "Ji-hoon", Match::Nobody),
        ("Min-ji", "Min-jun Ji-hoon", Match::Nobody),
        ("Min-ji", "Min ji", one()),
        ("Thị Hạnh", "Thị Hoa", Match::Nobody),
        ("María José", "María Isabel", Match::Nobody),
        ("Jean-Pierre", "Jean-Paul", Match::Nobody),
        ("Mary Ann", "M J", Match::Nobody),
        ("Mary Ann", "J", Match::Nobody),
        ("Thorsteina", "Thorstein", Match::Nobody),
    ] {
        assert_eq!(answers((on_file, "Whitfield"), (typed, "Whitfield")).1, expected, "{on_file} / {typed}");
    }
    // Jing, a twin of Ming, who drops a letter and has the phone of both.
    let index = Index::new(&[person("p", "Ming", "Whitfield", BORN, "555-4821")]);
    assert_eq!(index.find(&said(BORN, "Whitfield", Some("ing"), Some("4821"))), Match::Nobody);
}

#[test]
fn a_date_that_is_nearly_right_needs_given_name_and_telephone() {
    let index = Index::new(&[person("p", "Ann", "Smith", BORN, "+1 (555) 629-4821")]);
    for near in [
        date(1956, 8, 3),
        date(1957, 3, 8),
        date(1965, 3, 8),
        date(1946, 3, 8),
        date(1956, 3, 9),
        date(1956, 3, 18),
        date(1956, 4, 8),
    ] {
        let find = |given: Option<&str>, phone: Option<&str>| index.find(&said(near, "Smith", given, phone));
        assert_eq!(find(None, None), Match::AskMore(Fact::GivenName));
        assert_eq!(find(Some("Ann"), None), Match::AskMore(Fact::Phone));
        assert_eq!(find(Some("Ann"), Some("4821")), one());
        assert_eq!(find(Some("Ann"), Some("4822")), Match::Nobody);
        assert_eq!(find(Some("Grace"), Some("4821")), Match::Nobody);
        assert_eq!(find(None, Some("4821")), Match::AskMore(Fact::GivenName));
    }
    let without_phone = Index::new(&[person("p", "Ann", "Smith", BORN, "")]);
    assert_eq!(without_phone.find(&said(date(1956, 8, 3), "Smith", Some("Ann"), None)), Match::Nobody);
    // Decades apart a child may share name, birthday and phone: it is asked, and only staff may say yes.
    assert_eq!(index.find(&said(date(1986, 3, 8), "Smith", Some("Ann"), None)), Match::AskMore(Fact::Phone));
    assert_eq!(index.find(&said(date(1986, 3, 8), "Smith", Some("Ann"), Some("4821"))), Match::Nobody);
    // Two slips are someone else.
    assert_eq!(index.find(&said(date(1957, 3, 9), "Smith", Some("Ann"), Some("4821"))), Match::Nobody);
}

#[test]
fn a_telephone_that_contradicts_is_somebody_elses_and_one_that_is_not_on_file_says_nothing() {
    let index = Index::new(&[person("p", "Ann", "Smith", BORN, "555-4821"), person("q", "Ann", "Gatesby", BORN, "")]);
    assert_eq!(index.find(&said(BORN, "Smith", Some("Ann"), Some("4821"))), one());
    assert_eq!(index.find(&said(BORN, "Smith", Some("Ann"), Some("4822"))), Match::Nobody);
    assert_eq!(index.find(&said(BORN, "Gatesby", Some("Ann"), Some("4821"))), Match::One("q".into()));
}

#[test]
fn people_who_share_facts_are_asked_more_or_sent_to_the_desk() {
    let twins = [person("a", "Benito", "Lucio", BORN, "555-4821"), person("b", "Robin", "Lucio", BORN, "555-4821")];
    let index = Index::new(&twins);
    let find = |given: Option<&str>, phone: Option<&str>| index.find(&said(BORN, "Lucio", given, phone));
    assert_eq!(find(None, None), Match::AskMore(Fact::GivenName));
    assert_eq!(find(Some("Robin"), None), Match::One("b".into()));
    assert_eq!(find(Some("Clara"), Some("4821")), Match::Nobody);

    let namesakes = [person("a", "Ann", "Lucio", BORN, "555-4821"), person("b", "Ann", "Lucio", BORN, "555-7777")];
    let index = Index::new(&namesakes);
    let find = |given: Option<&str>, phone: Option<&str>| index.find(&said(BORN, "Lucio", given, phone));
    assert_eq!(find(Some("Ann"), None), Match::AskMore(Fact::Phone));
    assert_eq!(find(Some("Ann"), Some("7777")), Match::One("b".into()));
    let one_phone = [person("a", "Ann", "Lucio", BORN, "555-4821"), person("b", "Ann", "Lucio", BORN, "555-4821")];
    assert_eq!(Index::new(&one_phone).find(&said(BORN, "Lucio", Some("Ann"), None)), Match::Ambiguous);

    // Names a slip apart: the right one of the two may be the other one's slip.
    let twins = [person("a", "Tom", "Lucio", BORN, "555-4821"), person("b", "Tim", "Lucio", BORN, "555-7777")];
    let index = Index::new(&twins);
    let find = |phone: Option<&str>| index.find(&said(BORN, "Lucio", Some("Tim"), phone));
    assert_eq!(find(None), Match::AskMore(Fact::Phone));
    assert_eq!(find(Some("7777")), Match::One("b".into()));
    assert_eq!(find(Some("4821")), Match::Nobody);

    // Father and son on one list: anyone who types the father's facts exactly may be the son with a wrong digit.
    let both = [
        person("a", "John", "Smith", date(1950, 3, 8), "555-4821"),
        person("b", "John", "Smith", date(1959, 3, 8), "555-7777"),
    ];
    let index = Index::new(&both);
    assert_eq!(index.find(&said(date(1950, 3, 8), "Smith", Some("John"), None)), Match::AskMore(Fact::Phone));
    assert_eq!(index.find(&said(date(1950, 3, 8), "Smith", Some("John"), Some("4821"))), Match::One("a".into()));

    // Father and son whose dates are nothing alike: still one more fact.
    let both = [
        person("a", "John", "Smith", date(1950, 3, 8), "555-4821"),
        person("b", "John", "Smith Jr.", date(1981, 6, 14), "555-4821"),
    ];
    let index = Index::new(&both);
    let find = |given: Option<&str>, phone: Option<&str>| index.find(&said(date(1981, 6, 14), "Smith", given, phone));
    assert_eq!(find(None, None), Match::AskMore(Fact::GivenName));
    assert_eq!(find(Some("John"), None), Match::AskMore(Fact::Phone));
    assert_eq!(find(Some("John"), Some("4821")), Match::One("b".into()));
    let no_phone =
        [person("a", "John", "Smith", date(1950, 3, 8), ""), person("b", "John", "Smith", date(1981, 6, 14), "")];
    assert_eq!(Index::new(&no_phone).find(&said(date(1981, 6, 14), "Smith", Some("John"), None)), Match::Ambiguous);
}

#[test]
fn ten_thousand_people_of_one_name_and_date_are_sent_to_the_desk_at_once() {
    let people: Vec<Person> = (0..10_000).map(|n| person(&format!("p{n}"), "Ann", "Smith", BORN, "555-4821")).collect();
    assert_eq!(Index::new(&people).find(&said(BORN, "Smith", Some("Ann"), None)), Match::Ambiguous);
}

#[test]
fn nothing_about_a_person_is_in_debug() {
    let index = Index::new(&[person("p", "Ann", "Smith", BORN, "555-4821")]);
    let shown = format!("{index:?}").to_lowercase();
    assert!(
        !shown.contains("ann") && !shown.contains("smith") && !shown.contains("1956") && !shown.contains("4821"),
        "{shown}"
    );
}

#[test]
fn names_on_file_besides_the_first_one_count() {
    let mut ann = person("p", "Ann", "Smith", BORN, "");
    ann.other_family_names = vec!["Kowalska".into(), "سميث".into()];
    ann.other_given_names = vec!["Nusia".into(), "آن".into()];
    ann.preferred_name = "Zuzu".into();
    let index = Index::new(&[ann]);
    for (family, given) in [("Kowalska", "Ann"), ("Smith", "nusia"), ("سميث", "آن"), ("Smith", "zuzu")] {
        assert_eq!(index.find(&said(BORN, family, Some(given), None)), one(), "{family} {given}");
    }
}

#[test]
fn two_visits_of_one_person_are_one_person() {
    let people = [person("a", "Benito", "Lucio", BORN, ""), person("a", "Benito M", "Lucio", BORN, "")];
    assert_eq!(Index::new(&people).find(&said(BORN, "Lucio", None, None)), Match::One("a".into()));
    assert!(born_on_date(BirthDate(BORN), 3, 8) && !born_on_date(BirthDate(BORN), 8, 3));
}
