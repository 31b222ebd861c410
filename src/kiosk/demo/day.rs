//! A clinic day around the present hour, with invented people: enough of each kind to try everything.

mod lines;

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};

use self::lines::{AREA_A, HERE, LINES, Line};
use crate::domain::appointment::{Appointment, Confirmed};
use crate::domain::born::Born;
use crate::domain::clinic_day::ClinicDay;
use crate::domain::document::Document;
use crate::domain::insurance::Coverage;
use crate::domain::payer::{InsuranceSettings, Payer};
use crate::domain::person::{Contact, EmergencyContact, Person};
use crate::domain::private::Private;
use crate::domain::queue::ServicePoint;
use crate::domain::settings::{ClinicSettings, OtherSite, ServiceRules, WalkInCategory};
use crate::domain::texts::demo::in_all;

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
            how_far: in_all(|words| words.how_far),
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
            ("fever", in_all(|words| words.fever)),
            ("injury", in_all(|words| words.injury)),
            ("prescription", in_all(|words| words.prescription)),
            ("other", in_all(|words| words.other)),
        ]
        .map(|(code, name)| WalkInCategory { code: code.to_owned(), name, place: AREA_A.to_owned() })
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
        unwell_comes: in_all(|words| words.unwell_comes),
        ..ClinicSettings::default()
    }
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
