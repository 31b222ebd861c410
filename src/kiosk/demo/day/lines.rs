//! The invented people of the demo, a line each, around the present hour.

use jiff::civil::{Date, date};

use crate::domain::appointment::AppointmentStatus;

/// Places at this site begin so.
pub(super) const HERE: &str = "Main building";

pub(super) const AREA_A: &str = "Main building, 1st floor, waiting area A";

const AREA_C: &str = "Main building, 2nd floor, waiting area C";

const LABORATORY: &str = "Main building, ground floor, laboratory";

const ANNEX: &str = "Riverside annex, 1st floor";

/// One invented person and one visit: `minutes` from now, on the day `days` from today.
pub(super) struct Line {
    pub(super) id: &'static str,
    pub(super) given: &'static str,
    pub(super) family: &'static str,
    pub(super) born: Date,
    pub(super) language: &'static str,
    pub(super) minutes: i64,
    pub(super) days: i64,
    pub(super) service: &'static str,
    pub(super) practitioner: &'static str,
    pub(super) place: &'static str,
    pub(super) status: AppointmentStatus,
    pub(super) payer: &'static str,
    /// Other first names on file.
    pub(super) also_given: &'static [&'static str],
    /// Other last names on file.
    pub(super) also_family: &'static [&'static str],
    /// What they want to be called, if it is not their first first name.
    pub(super) preferred: &'static str,
    /// Someone has to interpret for them.
    pub(super) interpreter: bool,
    /// Emergency contact: name and phone.
    pub(super) tell: (&'static str, &'static str),
    /// What a member of the audience should try with this person.
    pub(super) try_this: &'static str,
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

pub(super) const LINES: [Line; 28] = [
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
