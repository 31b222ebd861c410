//! Mistakes in `desk.toml`, each with its message; and the example, which has every setting.

use super::*;
use crate::domain::proposal::Field;

#[test]
fn mistakes_are_named_and_secrets_are_not_repeated() {
    let kiosk = |id: &str, letter: &str, token: &str| {
        format!("[[kiosk]]\nid = \"{id}\"\nletter = \"{letter}\"\ntoken = \"{token}\"\n")
    };
    let good = "0123456789abcdef0123";
    for (text, expected) in [
        ("listen = \"127.0.0.1:1\"".to_owned(), "missing field `data`"),
        ("data = \"d\"\nlisten = \"nowhere\"".to_owned(), "line 2"),
        ("data = \"d\"\nsesion_idle_minutes = 3".to_owned(), "unknown field `sesion_idle_minutes`"),
        ("data = \"d\"\n[clinic]\nlate_minuts = 3".to_owned(), "unknown field `late_minuts`"),
        ("data = \"d\"\n[clinic]\ntime_zone = \"Mars/Base\"".to_owned(), "no time zone \"Mars/Base\""),
        ("data = \"d\"\nsession_idle_minutes = 0".to_owned(), "1 to 720"),
        (format!("data = \"d\"\n{}", kiosk("lobby", "D", good)), "reserved for the desk"),
        (format!("data = \"d\"\n{}", kiosk("lobby", "A", "short-secret")), "16 to 256"),
        (
            format!("data = \"d\"\n{}{}", kiosk("a", "A", good), kiosk("b", "a", good)),
            "two kiosks use the ticket prefix A",
        ),
        (format!("data = \"d\"\n{}{}", kiosk("a", "AB", good), kiosk("b", "ab", good)), "ticket prefix AB"),
        (format!("data = \"d\"\n{}", kiosk("lobby", "DA", good)), "two letters beginning with D are refused too"),
        (format!("data = \"d\"\n{}{}", kiosk("a", "A", good), kiosk("a", "B", good)), "listed twice"),
        (
            format!("data = \"d\"\n{}place = \"{}\"", kiosk("a", "A", good), "x".repeat(121)),
            "its place must be one line of at most 120 characters",
        ),
    ] {
        let error = DeskConfig::parse(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}\n{error}");
        assert!(!error.contains("short-secret") && !error.contains('\n'), "{error}");
    }
}

#[test]
fn a_name_of_this_machine_is_an_address_too() {
    assert_eq!(listen_address("127.0.0.1:8080").unwrap(), default_listen());
    assert_eq!(listen_address(" localhost:8080 ").unwrap(), default_listen());
    assert_eq!(listen_address("[::1]:80").unwrap().port(), 80);
    for bad in ["localhost", "8080", ":8080x", "127.0.0.1", ""] {
        let why = listen_address(bad).unwrap_err();
        assert!(why.contains("such as 127.0.0.1:8080 or localhost:8080"), "{bad}: {why}");
    }
    assert_eq!(DeskConfig::parse("data = \"d\"\nlisten = \"localhost:8080\"").unwrap().listen, default_listen());
}

#[test]
fn rules_of_a_clinic_that_make_no_sense_are_named() {
    for (rules, expected) in [
        ("failed_tries_per_hour = 0", "must be 1 or more"),
        ("[clinic.kiosks]\nsilent_after_seconds = 30", "kiosks: silent_after_seconds is 60 to 3600; found 30"),
        ("[clinic.kiosks]\nsilent_after = 90", "unknown field `silent_after`"),
        ("early_minutes = 1441", "clinic: early_minutes and late_minutes are at most 1440, a day; found 1441"),
        ("late_minutes = 90000", "at most 1440"),
        ("letter_valid_days = 256", "line 3"),
        ("letter_paper = \"a5\"", "unknown variant `a5`"),
        ("site_places = [\"Main\", \" \"]", "match every location"),
        ("[[clinic.sites]]\nplace = \"\"\naddress = \"1 Road\"", "sites: number 1 has no place"),
        ("[[clinic.sites]]\nplace = \"Annex\"\naddress = \"\"", "sites: \"Annex\" has no address"),
        (
            "[[clinic.sites]]\nplace = \"Annex\"\naddress = \"1 Road\"\nhow_far = { xx = \"far\" }",
            "unknown variant `xx`",
        ),
        ("[[clinic.services]]\nearly_minutes = 3", "services: number 1 has no service"),
        (
            "[[clinic.services]]\nservice = \"Eyes\"\n[[clinic.services]]\nservice = \"Eyes\"",
            "services: \"Eyes\" is listed twice",
        ),
        (
            "[[clinic.services]]\nservice = \"Eyes\"\nlate_minutes = 1500",
            "Eyes: early_minutes and late_minutes are at most 1440",
        ),
        ("[[clinic.services]]\nservice = \"Eyes\"\ndocuments = [\"passport\"]", "unknown variant `passport`"),
        ("[[clinic.walk_in]]\ncode = \"\"\nname = { en = \"x\" }", "walk_in: number 1 has no code"),
        ("[[clinic.walk_in]]\ncode = \"a\"\nname = {}", "walk_in: \"a\" has no name"),
        ("[[clinic.walk_in]]\ncode = \"a\"\nname = { es = \" \" }", "walk_in: \"a\" has no name"),
        (
            "[[clinic.walk_in]]\ncode = \"a\"\nname = { en = \"x\" }\n[[clinic.walk_in]]\ncode = \"a\"\n\
                 name = { en = \"y\" }",
            "the code \"a\" is listed twice",
        ),
        ("[[clinic.queues]]\nservices = [\"Eyes\"]", "queues: the name of number 1 must be 1 to 60"),
        ("[[clinic.queues]]\nname = \" Eyes\"", "queues: the name of number 1"),
        ("[[clinic.queues]]\nname = \"Eyes\"\nservice = [\"Eyes\"]", "unknown field `service`, expected one of"),
        ("[[clinic.queues]]\nname = \"Eyes\"\n[[clinic.queues]]\nname = \"Eyes\"", "queues: \"Eyes\" is listed twice"),
        (
            "[[clinic.queues]]\nname = \"A\"\nservices = [\"Eyes\"]\n[[clinic.queues]]\nname = \"B\"\n\
                 services = [\"Eyes\"]",
            "queues: the service \"Eyes\" is in two queues; a visit waits in one",
        ),
        ("[[clinic.queues]]\nname = \"A\"\npractitioners = [\" \"]", "queues: \"A\" has an empty practitioner"),
        (
            "[[clinic.queues]]\nname = \"A\"\nwalk_in = [\"x\"]",
            "queues: \"A\" names the walk_in code \"x\", which is not in walk_in",
        ),
        (
            "[[clinic.queues]]\nname = \"A\"\nlate_behind_minutes = 2000",
            "queues: \"A\": minutes are at most 1440, a day; found 2000",
        ),
        (
            "[[clinic.queues]]\nname = \"A\"\nno_show_after_calls = 0",
            "queues: \"A\": no_show_after_calls is 1 to 20; found 0",
        ),
        ("[[clinic.points]]\nqueues = []", "points: the name of number 1"),
        (
            "[[clinic.points]]\nname = \"Room 1\"\n[[clinic.points]]\nname = \"Room 1\"",
            "points: \"Room 1\" is listed twice",
        ),
        (
            "[[clinic.points]]\nname = \"Room 1\"\nplace = \"here\"",
            "unknown field `place`, expected `name` or `queues`",
        ),
        (
            "[[clinic.points]]\nname = \"Room 1\"\nqueues = [\"Eyes\"]",
            "points: \"Room 1\" names the queue \"Eyes\", which does not exist",
        ),
        ("[[clinic.boards]]\nqueues = []", "boards: the name of number 1"),
        ("[[clinic.boards]]\nname = \"قاعة\"", "boards: the name of number 1"),
        (
            "[[clinic.boards]]\nname = \"Hall 1\"\n[[clinic.boards]]\nname = \"hall-1\"",
            "boards: two have the address \"hall-1\"",
        ),
        (
            "[[clinic.boards]]\nname = \"A\"\nqueues = [\"Eyes\"]",
            "boards: \"A\" names the queue \"Eyes\", which does not exist",
        ),
        ("[[clinic.boards]]\nname = \"A\"\nlanguages = []", "boards: \"A\" must have one language or more"),
        (
            "[[clinic.boards]]\nname = \"A\"\nlanguages = [\"en\", \"en\"]",
            "boards: \"A\" must have one language or more, each once",
        ),
        ("[[clinic.boards]]\nname = \"A\"\nlanguages = [\"fr\"]", "unknown variant `fr`"),
        ("[[clinic.boards]]\nname = \"A\"\nsound = true", "unknown field `sound`"),
        (
            "[clinic.pages]\naddress = \"http://arrivals.example.org\"",
            "pages: the address \"http://arrivals.example.org\" must begin with https",
        ),
        ("[clinic.pages]\nadress = \"https://a.example\"", "unknown field `adress`"),
        ("country = \"UK\"", "two capital letters such as \"US\"; found \"UK\""),
        ("country = \"us\"", "two capital letters"),
        ("[clinic.keep]\nvisit_days = 30", "keep: visit_days is 35 to 3660; found 30"),
        ("ask_again_after_days = 400", "at most 366; found 400"),
        (
            "details = [\"phone\", \"fax\"]",
            "details: expected words of phone, email, address, preferred-name, language, interpreter, ",
        ),
        ("details = [\"phone\", \"fax\"]", "each once; found \"fax\""),
        ("details = [\"insurance\"]", "found \"insurance\""),
        ("details = [\"second-insurance\"]", "found \"second-insurance\""),
        ("details = [\"email\", \"phone\", \"email\"]", "found \"email\""),
        ("details = \"phone\"", "line 3: invalid type: string"),
        ("[clinic.insurance]\nends_soon_days = 1000", "insurance: ends_soon_days is at most 366; found 1000"),
        ("[clinic.insurance]\nasks = false", "unknown field `asks`"),
        ("[[clinic.insurance.payers]]\nname = \"A\"", "insurance: the code of payer number 1 must be 1 to 32"),
        ("[[clinic.insurance.payers]]\ncode = \"two words\"\nname = \"A\"", "the code of payer number 1"),
        ("[[clinic.insurance.payers]]\ncode = \"a\"", "payer \"a\": name must be 1 to 80"),
        ("[[clinic.insurance.payers]]\ncode = \"a\"\nname = \"A\"\nalso = [\"\"]", "payer \"a\": also must be"),
        (
            "[[clinic.insurance.payers]]\ncode = \"a\"\nname = \"A\"\n[[clinic.insurance.payers]]\ncode = \"a\"\n\
                 name = \"B\"",
            "the payer \"a\" is listed twice",
        ),
        (
            "[[clinic.insurance.payers]]\ncode = \"a\"\nname = \"A\"\nmember_id = \"mbl\"",
            "payer \"a\": member_id: expected mbi, ",
        ),
        (
            "[[clinic.insurance.payers]]\ncode = \"a\"\nname = \"A\"\nmember_id = \"99\"\nexample = \"123\"",
            "its example does not match",
        ),
        ("[[clinic.barcodes]]\ncarries = \"patient\"\npattern = '(\\d+'", "barcodes: "),
        ("[[clinic.barcodes]]\ncarries = \"patient\"\npattern = '\\d+'", "barcodes: "),
        ("[[clinic.barcodes]]\ncarries = \"shoe\"\npattern = '(x)'", "unknown variant `shoe`"),
    ] {
        let error = DeskConfig::parse(&format!("data = \"d\"\n[clinic]\n{rules}\n")).unwrap_err().to_string();
        assert!(error.contains(expected), "{rules}\n{error}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_clinic_chooses_which_contact_details_its_kiosks_take() {
    let details =
        |rules: &str| DeskConfig::parse(&format!("data = \"d\"\n[clinic]\n{rules}\n")).unwrap().clinic.unwrap().details;
    assert_eq!(details(""), Field::DETAILS);
    assert_eq!(details("details = [\"language\", \"phone\"]"), [Field::Language, Field::Phone]);
    assert_eq!(details("details = []"), []);
}

/// Every setting is in the example: what it leaves out would be invisible to anyone who fills it in.
#[test]
fn the_example_is_complete_and_loads() {
    let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/desk.example.toml"));
    let why = DeskConfig::parse(text).unwrap_err().to_string();
    assert!(
        why.contains("placeholder of the example file") && why.contains("kiosk add") && !why.contains("replace-this"),
        "{why}"
    );
    let config = DeskConfig::parse(&text.replace("replace-this-with-a-random-secret", "0123456789abcdef0123")).unwrap();
    assert_eq!(config.kiosk.len(), 1);
    assert!(config.kiosk[0].place.is_some());
    let clinic = config.clinic.unwrap();
    assert!(
        !clinic.sites.is_empty()
            && !clinic.services.is_empty()
            && !clinic.walk_in.is_empty()
            && !clinic.barcodes.is_empty()
    );
    assert!(clinic.services.iter().any(|rules| !rules.documents.is_empty()) && !clinic.unwell_comes.0.is_empty());
    assert!(
        clinic.queues.iter().any(|queue| !queue.walk_in.is_empty())
            && clinic.points.iter().any(|point| !point.queues.is_empty())
    );
    for part in [
        serde_json::to_value(&clinic.queues[0]),
        serde_json::to_value(&clinic.points[0]),
        serde_json::to_value(&clinic.boards[0]),
    ] {
        let part = part.unwrap();
        for key in part.as_object().unwrap().keys() {
            assert!(text.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key} is not in the example");
        }
    }
    let payers = &clinic.insurance.payers;
    assert!(payers.len() > 1 && payers.iter().any(|payer| !payer.also.is_empty()));
    let payer = serde_json::to_value(&payers[0]).unwrap();
    let insurance = serde_json::to_value(&clinic.insurance).unwrap();
    for key in [&payer, &insurance].into_iter().flat_map(|part| part.as_object().unwrap().keys()) {
        let written = [format!("{key} = "), format!("# {key} = "), format!("[[clinic.insurance.{key}]]")];
        assert!(
            written.iter().any(|form| text.lines().any(|line| line.starts_with(form.as_str()))),
            "{key} is not in the example"
        );
    }
    let known = serde_json::to_value(&clinic).unwrap();
    for key in known.as_object().unwrap().keys() {
        let written = [format!("{key} = "), format!("[clinic.{key}]"), format!("[[clinic.{key}]]")];
        assert!(
            written.iter().any(|form| text.lines().any(|line| line.starts_with(form.as_str()))),
            "{key} is not in the example"
        );
    }
}
