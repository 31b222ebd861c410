//! A clinic day around the present hour, with invented people: enough of each kind to try everything.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

use crate::domain::appointment::{Appointment, AppointmentStatus, Confirmed};
use crate::domain::born::Born;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::document::Document;
use crate::domain::insurance::Coverage;
use crate::domain::language::Language;
use crate::domain::payer::{InsuranceSettings, Payer};
use crate::domain::person::{Contact, EmergencyContact, Person};
use crate::domain::private::Private;
use crate::domain::queue::ServicePoint;
use crate::domain::settings::{ClinicSettings, Localized, OtherSite, ServiceRules, WalkInCategory};

/// Places at this site begin so.
const HERE: &str = "Main building";
const AREA_A: &str = "Main building, 1st floor, waiting area A";
const AREA_C: &str = "Main building, 2nd floor, waiting area C";
const LABORATORY: &str = "Main building, ground floor, laboratory";
const ANNEX: &str = "Riverside annex, 1st floor";

/// One invented person and one visit: `minutes` from now, on the day `days` from today.
struct Line {
    id: &'static str,
    given: &'static str,
    family: &'static str,
    born: Date,
    language: &'static str,
    minutes: i64,
    days: i64,
    service: &'static str,
    practitioner: &'static str,
    place: &'static str,
    status: AppointmentStatus,
    payer: &'static str,
    /// Other first names on file.
    also_given: &'static [&'static str],
    /// Other last names on file.
    also_family: &'static [&'static str],
    /// What they want to be called, if it is not their first first name.
    preferred: &'static str,
    /// Someone has to interpret for them.
    interpreter: bool,
    /// Emergency contact: name and phone.
    tell: (&'static str, &'static str),
    /// What a member of the audience should try with this person.
    try_this: &'static str,
}

const USUAL: Line = Line {
    id: "",
    given: "",
    family: "",
    born: date(1950, 1, 1),
    language: "en",
    minutes: 20,
    days: 0,
    service: "Family medicine",
    practitioner: "Dr. Ida Marlow",
    place: AREA_A,
    status: AppointmentStatus::Booked,
    payer: "Harborview Health Plan",
    also_given: &[],
    also_family: &[],
    preferred: "",
    interpreter: false,
    tell: ("", ""),
    try_this: "",
};

const LINES: [Line; 28] = [
    Line {
        id: "demo-01",
        given: "Margaret",
        family: "O'Keefe",
        born: date(1948, 3, 14),
        payer: "Medicare",
        try_this: "an ordinary visit",
        ..USUAL
    },
    Line {
        id: "demo-02",
        given: "Luis Alberto",
        family: "Fernández Prado",
        born: date(1962, 6, 2),
        language: "es",
        minutes: 35,
        service: "Cardiology",
        practitioner: "Dr. Jonas Whitfield",
        place: AREA_C,
        try_this: "an accent in the name",
        ..USUAL
    },
    Line {
        id: "demo-03",
        given: "Amira",
        family: "Haddad",
        born: date(1990, 11, 5),
        language: "ar",
        minutes: 15,
        service: "Eye clinic",
        practitioner: "Dr. Petra Lindholm",
        try_this: "Arabic",
        ..USUAL
    },
    Line {
        id: "demo-04",
        given: "Walter",
        family: "Lindqvist",
        born: date(1941, 9, 30),
        minutes: 5,
        service: "X-ray",
        practitioner: "Dr. Samir Nasser",
        try_this: "an expired insurance card",
        ..USUAL
    },
    Line {
        id: "demo-05",
        given: "Rosa",
        family: "Delgado",
        born: date(1975, 1, 8),
        language: "es",
        minutes: 40,
        service: "Laboratory",
        place: LABORATORY,
        practitioner: "Dr. Samir Nasser",
        payer: "",
        interpreter: true,
        tell: ("Julio Delgado", "555-0161"),
        try_this: "no insurance on file; someone interprets for her",
        ..USUAL
    },
    Line {
        id: "demo-06",
        given: "Grace",
        family: "Nguyễn",
        born: date(1983, 7, 21),
        minutes: 10,
        service: "Physiotherapy",
        practitioner: "Dr. Leon Castell",
        place: AREA_C,
        try_this: "two visits today",
        ..USUAL
    },
    Line {
        id: "demo-07",
        given: "Grace",
        family: "Nguyễn",
        born: date(1983, 7, 21),
        minutes: 50,
        service: "Laboratory",
        practitioner: "Dr. Samir Nasser",
        place: LABORATORY,
        ..USUAL
    },
    Line {
        id: "demo-08",
        given: "Benjamin",
        family: "Achterberg",
        born: date(2015, 4, 17),
        minutes: 25,
        try_this: "twins: the first name tells them apart",
        ..USUAL
    },
    Line { id: "demo-09", given: "Clara", family: "Achterberg", born: date(2015, 4, 17), minutes: 25, ..USUAL },
    Line {
        id: "demo-10",
        given: "Edith",
        family: "Sommerville",
        born: date(1937, 12, 1),
        minutes: 240,
        payer: "Medicare",
        tell: ("Agnes Sommerville", "555-0162"),
        try_this: "too early",
        ..USUAL
    },
    Line {
        id: "demo-11",
        given: "Kofi",
        family: "Asante",
        born: date(1969, 2, 28),
        minutes: -90,
        try_this: "too late",
        ..USUAL
    },
    Line {
        id: "demo-12",
        given: "Ingrid",
        family: "Halvorsen",
        born: date(1955, 10, 19),
        minutes: 30,
        place: ANNEX,
        try_this: "at another site",
        ..USUAL
    },
    Line {
        id: "demo-13",
        given: "Tomás",
        family: "Quiroga",
        born: date(1998, 8, 8),
        language: "es",
        minutes: 30,
        status: AppointmentStatus::Cancelled,
        try_this: "canceled",
        ..USUAL
    },
    Line {
        id: "demo-14",
        given: "Hanna",
        family: "Weiss-Brandt",
        born: date(1960, 5, 25),
        days: 1,
        try_this: "tomorrow, not today",
        ..USUAL
    },
    Line {
        id: "demo-15",
        given: "Zoë",
        family: "Pembroke",
        born: date(1987, 3, 3),
        minutes: 45,
        service: "Vaccination",
        practitioner: "Dr. Ida Marlow",
        try_this: "another ordinary visit",
        ..USUAL
    },
    Line {
        id: "demo-16",
        given: "Otis",
        family: "Barrington",
        born: date(1958, 2, 11),
        minutes: 50,
        service: "Magnetic resonance imaging",
        practitioner: "Dr. Samir Nasser",
        place: AREA_C,
        try_this: "needs a referral and a card with a photo",
        ..USUAL
    },
    Line {
        id: "demo-17",
        given: "Elizabeth Anne",
        family: "Carrow",
        born: date(1944, 6, 23),
        also_given: &["Betty"],
        also_family: &["Ashdown"],
        try_this: "called Betty, and Ashdown before she married",
        ..USUAL
    },
    Line {
        id: "demo-18",
        given: "Noah",
        family: "Brightwater",
        born: date(2016, 8, 12),
        minutes: 30,
        service: "Vaccination",
        try_this: "two children in one go, by a parent",
        ..USUAL
    },
    Line {
        id: "demo-19",
        given: "Lily",
        family: "Brightwater",
        born: date(2019, 10, 4),
        minutes: 35,
        service: "Vaccination",
        ..USUAL
    },
    Line {
        id: "demo-20",
        given: "Harold",
        family: "Winterbourne",
        born: date(1952, 11, 27),
        minutes: 40,
        try_this: "a driver licence instead of a letter",
        ..USUAL
    },
    Line {
        id: "demo-21",
        given: "Dorothy",
        family: "Ashgrove",
        born: date(1949, 5, 17),
        minutes: 25,
        try_this: "a new phone number",
        ..USUAL
    },
    Line {
        id: "demo-22",
        given: "Malik",
        family: "Thornbury",
        born: date(1966, 9, 8),
        minutes: 35,
        try_this: "moved house",
        ..USUAL
    },
    Line {
        id: "demo-23",
        given: "Ruth",
        family: "Castellane",
        born: date(1953, 1, 9),
        minutes: 30,
        try_this: "a new insurance card",
        ..USUAL
    },
    Line {
        id: "demo-24",
        given: "George",
        family: "Whitmore",
        born: date(1946, 4, 11),
        payer: "Harborview Health Plan",
        minutes: 20,
        try_this: "Medicare since this year, beside the plan of his wife",
        ..USUAL
    },
    Line {
        id: "demo-25",
        given: "Priya",
        family: "Ramaswamy",
        born: date(1991, 10, 13),
        minutes: 45,
        try_this: "no insurance any more",
        ..USUAL
    },
    Line {
        id: "demo-26",
        given: "Samuel",
        family: "Oyelaran",
        born: date(1979, 6, 18),
        minutes: 40,
        try_this: "gives up in the middle",
        ..USUAL
    },
    Line {
        id: "demo-27",
        given: "Carmen",
        family: "Delgado Ríos",
        born: date(1968, 7, 30),
        language: "es",
        minutes: 35,
        payer: "",
        try_this: "a first insurance card, her husband's",
        ..USUAL
    },
    Line {
        id: "demo-28",
        given: "Theodora",
        family: "Fairbank",
        born: date(1957, 8, 26),
        minutes: 40,
        preferred: "Teddy",
        tell: ("Marcus Fairbank", "555-0163"),
        try_this: "called Teddy; an emergency contact is on file",
        ..USUAL
    },
];

/// Someone to be, with a sentence on what they show.
#[derive(Debug, Clone)]
pub struct Someone {
    /// The visit that brings them here.
    pub appointment: Appointment,
    /// What they show.
    pub try_this: &'static str,
}

/// The back of someone's driver licence, as a scanner reads it: an invented card of an invented person.
#[must_use]
pub fn licence(person: &Person) -> String {
    let born = person.birth_date.day().map(|born| born.0.strftime("%m%d%Y").to_string()).unwrap_or_default();
    let (family, given) =
        (person.family_name.as_str().to_uppercase(), person.first_given_name().as_str().to_uppercase());
    format!(
        "@\n\x1e\rANSI 636000100001DL00310090DLDAQX0000000\nDCS{family}\nDDEN\nDAC{given}\nDDFN\nDADNONE\nDDGN\nDCAC\n\
         DBB{born}\nDCGUSA\r"
    )
}

/// The demo clinic's rules.
#[must_use]
pub fn settings() -> ClinicSettings {
    ClinicSettings {
        name: "Mill Street Clinic".to_owned(),
        time_zone: "America/New_York".to_owned(),
        site_places: vec![HERE.to_owned()],
        sites: vec![OtherSite {
            place: "Riverside annex".to_owned(),
            address: "200 River Road, Millbrook".to_owned(),
            how_far: in_all(["About 10 minutes on foot.", "A unos 10 minutos a pie.", "على بُعد نحو 10 دقائق سيراً."]),
        }],
        services: vec![
            ServiceRules {
                service: "Magnetic resonance imaging".to_owned(),
                early_minutes: Some(90),
                late_minutes: Some(5),
                documents: vec![Document::Referral, Document::PhotoIdentity],
            },
            ServiceRules { service: "Vaccination".to_owned(), late_minutes: Some(45), ..ServiceRules::default() },
        ],
        walk_in: [
            ("fever", ["A cough, a cold or a fever", "Tos, resfriado o fiebre", "سعال أو زكام أو حمّى"]),
            ("injury", ["A wound or an injury", "Una herida o una lesión", "جرح أو إصابة"]),
            ("prescription", ["A prescription", "Una receta", "وصفة طبية"]),
            ("other", ["Something else", "Otra cosa", "شيء آخر"]),
        ]
        .map(|(code, names)| WalkInCategory { code: code.to_owned(), name: in_all(names), place: AREA_A.to_owned() })
        .to_vec(),
        points: ["Room 1", "Room 2", "Room 3"]
            .map(|name| ServicePoint { name: name.to_owned(), queues: Vec::new() })
            .to_vec(),
        insurance: InsuranceSettings {
            payers: [
                ("medicare", "Medicare", &["Red, white and blue card"][..], "mbi"),
                ("harborview", "Harborview Health Plan", &["Harborview", "HHP"], "A9999999"),
                ("blue-cross", "Blue Cross Blue Shield", &["Blue Cross", "BCBS"], "AAA999999999"),
                ("lakeside", "Lakeside Mutual", &["Lakeside"], ""),
                ("medicaid", "Medicaid", &["State card"], ""),
            ]
            .map(|(code, name, also, member_id)| Payer {
                code: code.to_owned(),
                name: name.to_owned(),
                also: also.iter().map(|name| (*name).to_owned()).collect(),
                member_id: member_id.to_owned(),
                ..Payer::default()
            })
            .to_vec(),
            ..InsuranceSettings::default()
        },
        unwell_comes: in_all(["A nurse is coming to you.", "Una enfermera viene a atenderlo.", "ستأتي إليك ممرضة."]),
        ..ClinicSettings::default()
    }
}

/// The clinic's words in English, Spanish and Arabic.
fn in_all(words: [&str; 3]) -> Localized {
    Localized(
        [Language::English, Language::Spanish, Language::Arabic].into_iter().zip(words.map(str::to_owned)).collect(),
    )
}

fn names(names: &[&str]) -> Vec<Private> {
    names.iter().map(|name| Private::from(*name)).collect()
}

/// The day: everyone's appointments around `now`, none of them on another date than intended.
#[must_use]
pub fn people(now: Timestamp, clinic: &ClinicDay) -> Vec<Someone> {
    LINES.iter().map(|line| someone(line, now, clinic)).collect()
}

fn someone(line: &Line, now: Timestamp, clinic: &ClinicDay) -> Someone {
    let today = clinic.of(now);
    let day = today.saturating_add(line.days.days());
    // Where one day ends it is a little compressed rather than spread over two.
    let first = clinic.begin_of(day).map_or(now, |begins| begins.saturating_add(5.minutes()).unwrap_or(begins));
    let last = clinic
        .begin_of(day.saturating_add(1.day()))
        .map_or(now, |ends| ends.saturating_sub(5.minutes()).unwrap_or(ends));
    let wanted = now.saturating_add((line.minutes + 24 * 60 * line.days).minutes()).unwrap_or(now);
    let five_minutes = 300;
    let rounded = Timestamp::from_second(wanted.as_second() / five_minutes * five_minutes).unwrap_or(wanted);
    let person = Person {
        id: format!("person-{}-{}", line.family, line.born.day_of_year()).to_lowercase().as_str().into(),
        given_name: line.given.into(),
        family_name: line.family.into(),
        birth_date: Born::on(line.born),
        other_given_names: names(line.also_given),
        other_family_names: names(line.also_family),
        other_phones: Vec::new(),
        number: String::new(),
        source: String::new(),
        contact: Contact {
            phone: format!("555-01{:02}", line.born.day()).into(),
            email: if line.born.day() % 2 == 0 { "someone@example.org".into() } else { String::new().into() },
            address: format!("{} Orchard Lane", 10 + line.born.day()).into(),
            city: "Millbrook".into(),
            state: "Massachusetts".into(),
            postal_code: "01099".into(),
        },
        language: Some(line.language.to_owned()),
        interpreter: line.interpreter.then_some(true),
        preferred_name: line.preferred.into(),
        emergency_contact: EmergencyContact { name: line.tell.0.into(), phone: line.tell.1.into() },
    };
    let person = if line.born == date(2015, 4, 17) {
        Person { id: format!("person-{}", line.id).as_str().into(), ..person }
    } else {
        person
    };
    let coverage = (!line.payer.is_empty()).then(|| Coverage {
        payer: line.payer.into(),
        member_id: format!("W5240{:02}{:02}", line.born.month(), line.born.day()).into(),
        group_id: "G-100".into(),
        end: Some(if line.id == "demo-04" {
            today.saturating_sub(20.days())
        } else {
            today.saturating_add(200.days())
        }),
        ..Coverage::default()
    });
    Someone {
        appointment: Appointment {
            // A demo whose folder is kept begins again each day.
            id: format!("{}-{}", line.id, today.strftime("%m%d")).as_str().into(),
            start: rounded.clamp(first, last),
            minutes: 20,
            status: line.status,
            service: line.service.to_owned(),
            practitioner: line.practitioner.to_owned(),
            place: line.place.to_owned(),
            person,
            coverage,
            second_coverage: None,
            confirmed: Confirmed::default(),
            booked_on: None,
            documents: Vec::new(),
        },
        try_this: line.try_this,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_stays_on_its_date_whatever_the_hour() {
        let clinic = settings().day().unwrap();
        for (hour, minute) in [(0, 1), (2, 30), (4, 1), (12, 0), (23, 58)] {
            let now =
                date(2026, 11, 1).at(hour, minute, 0, 0).to_zoned_datetime(clinic.zone().clone()).unwrap().timestamp();
            let today = clinic.of(now);
            for (line, person) in LINES.iter().zip(people(now, &clinic)) {
                let expected = today.saturating_add(line.days.days());
                assert_eq!(clinic.of(person.appointment.start), expected, "{} at {hour}:{minute}", line.id);
            }
        }
    }

    #[test]
    fn one_person_with_two_visits_is_one_person_and_twins_are_two() {
        let people = people(Timestamp::UNIX_EPOCH, &settings().day().unwrap());
        let id = |n: usize| people[n].appointment.person.id.clone();
        assert_eq!(id(5), id(6));
        assert_ne!(id(7), id(8));
    }
}
