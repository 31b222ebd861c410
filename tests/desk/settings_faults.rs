//! Every field of every form of the settings: an error is shown at the field that it is about, and describes it.

use arrivals::desk::service::settings::parts::{Input, Kind, PARTS};

use super::settings_page::{Admin, fields_of};

/// What cannot be wrong, whatever is typed.
const NEVER: [&str; 13] = [
    "name of clinic",
    "trust_two_identifiers of check-in",
    "signed_letters_only of check-in",
    "unwell_comes of check-in",
    "place of hours",
    "room of hours",
    "services of hours",
    "site_places of places",
    "how_far of places",
    "place of walk-in",
    "chime of boards",
    "speech of boards",
    "insurance.ask of insurance",
];

/// Values that do not fit: what is sent for the field, by name and value. Several of them are several tries.
fn wrong(input: &Input, part: &str) -> Vec<Vec<(String, String)>> {
    let of = |value: &str| vec![(input.key.to_owned(), value.to_owned())];
    let inner = |what: &str, value: &str| (format!("{}.{what}", input.key), value.to_owned());
    match (input.key, input.kind) {
        ("failed_tries_per_hour", _) => vec![of("many"), of("0")],
        ("no_show_after_calls", _) => vec![of(""), of("0"), of("21")],
        (_, Kind::Number) => vec![of("a while"), of("-1"), of("99999"), of("4000000000")],
        (_, Kind::NumberOrNone) => vec![of("a while"), of("99999")],
        (_, Kind::Zone | Kind::Country) => vec![of("Eastern"), of("")],
        (_, Kind::Choice(_) | Kind::Ticks(_) | Kind::Days | Kind::TicksOf(..)) => vec![of("nothing of the kind")],
        (_, Kind::Sequence(_)) => vec![of("fr"), vec![]],
        (_, Kind::Time) => vec![of("25:99"), of("")],
        (_, Kind::Dates) => vec![of("Christmas"), [of("2026-12-25"), of("2026-12-25")].concat()],
        (_, Kind::Week) => vec![
            vec![inner("mon.from", "early"), inner("mon.to", "17:00")],
            vec![inner("mon.from", "08:00"), inner("mon.to", "")],
            vec![inner("mon.from", "17:00"), inner("mon.to", "08:00")],
        ],
        (_, Kind::Lengths) => vec![
            vec![inner("service", "Laboratory"), inner("minutes", "a while")],
            vec![inner("service", ""), inner("minutes", "10")],
            vec![inner("service", "Laboratory"), inner("minutes", "9999")],
        ],
        ("services" | "practitioners", Kind::Lines) if part == "queues" => vec![of("Ears\nEars")],
        ("also", _) => vec![of(&"x".repeat(81))],
        ("name", Kind::Words) => vec![vec![inner("en", " ")]],
        ("practitioner" | "service", Kind::Suggest(_)) => vec![of(" ")],
        ("code", _) if part == "insurance" => vec![of("two words"), of("bcbs")],
        ("code", _) => vec![of(""), of("other")],
        ("member_id", _) => vec![of("mbl")],
        ("example", _) => vec![of("123")],
        ("pattern", _) => vec![of("("), of("x")],
        ("pages.address", _) => vec![of("ftp://example.org"), of("https://example.org/path")],
        ("name" | "place" | "address", Kind::Text) if part != "clinic" => vec![of(" ")],
        _ => vec![],
    }
}

/// The tag that has this id.
fn tag(page: &str, id: &str) -> String {
    let at = page.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}"));
    let (before, after) = page.split_at(at);
    format!("{}{}", before.rsplit('<').next().unwrap(), after.split('>').next().unwrap())
}

#[tokio::test]
async fn every_fault_is_said_at_its_field() {
    let admin = Admin::new().await;
    let mut tried = 0;
    for part in PARTS {
        let tables = part.table.iter().map(|table| (format!("/settings/part?part={}&item=0", part.code), table.inputs));
        let forms = std::iter::once((format!("/settings/part?part={}", part.code), part.inputs)).chain(tables);
        for (path, inputs) in forms {
            for input in inputs {
                let values = wrong(input, part.code);
                let name = format!("{} of {}", input.key, part.code);
                assert_eq!(values.is_empty(), NEVER.contains(&name.as_str()), "{name}");
                for value in values {
                    let id = format!("f-{}", input.key.replace('.', "-"));
                    let page = admin.page(&path).await;
                    let is_its = |name: &str| {
                        name == input.key || name.strip_prefix(input.key).is_some_and(|rest| rest.starts_with('.'))
                    };
                    let mut fields: Vec<(String, String)> =
                        fields_of(&page).into_iter().filter(|(name, _)| !is_its(name)).collect();
                    fields.extend(value.clone());
                    let fields: Vec<(&str, &str)> =
                        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                    let answer = admin.post("/settings/save", &fields).await;
                    assert_eq!(answer.status, 422, "{name} {value:?}");
                    let page = answer.body;
                    let problems = page.matches("class=\"problem\" id=").count();
                    assert!(
                        problems == 1 && page.contains(&format!("id=\"{id}-problem\"")),
                        "{name} {value:?}: {page}"
                    );
                    // What is read aloud with the field, or with the group of small fields that it is.
                    let described = tag(&page, &id);
                    assert!(
                        described.contains(&format!("{id}-problem")) && described.contains("aria-describedby"),
                        "{name}: {described}"
                    );
                    // The sentence on top leads there.
                    assert!(page.contains(&format!("<a href=\"#{id}")), "{name}: {page}");
                    assert!(!page.contains("invalid value") && !page.contains("expected u"), "{name}: {page}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 80, "{tried}");
    admin.serving.stop().await;
}

#[tokio::test]
async fn time_zone_and_country_are_chosen_from_all_there_are() {
    let admin = Admin::new().await;
    let page = admin.page("/settings/part?part=clinic").await;
    let select = |id: &str| {
        page.split(&format!("<select id=\"{id}\""))
            .nth(1)
            .and_then(|rest| rest.split("</select>").next())
            .unwrap()
            .to_owned()
    };
    let (zones, countries) = (select("f-time_zone"), select("f-country"));
    assert!(zones.contains("value=\"America/New_York\" selected") && zones.matches("<option").count() > 400, "{zones}");
    assert!(zones.contains("<optgroup label=\"Europe\">") && zones.contains("value=\"Asia/Kathmandu\""));
    assert!(
        countries.contains("value=\"US\" selected>United States<") && countries.matches("<option").count() > 200,
        "{countries}"
    );
    // What stands there and is not known any more stays, until something else is chosen.
    let wrong = admin
        .post(
            "/settings/save",
            &[
                ("part", "clinic"),
                ("name", "x"),
                ("time_zone", "Eastern"),
                ("country", "US"),
                ("letter_paper", "letter"),
                ("letter_valid_days", "14"),
            ],
        )
        .await;
    assert!(wrong.status == 422 && wrong.body.contains("<option value=\"Eastern\" selected>"), "{}", wrong.body);
    admin.serving.stop().await;
}
