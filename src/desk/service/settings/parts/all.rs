//! Every part that has a form. Data only.

use super::{Input, Kind, Look, Part, Table, What};

const fn input(key: &'static str, label: &'static str, hint: &'static str, kind: Kind) -> Input {
    Input { key, label, hint, kind }
}

/// A part that is a form.
const fn form(code: &'static str, title: &'static str, about: &'static str, inputs: &'static [Input]) -> Part {
    Part { code, title, about, inputs, table: None }
}

/// A part that is a table alone.
const fn rows(code: &'static str, title: &'static str, about: &'static str, table: Table) -> Part {
    Part { code, title, about, inputs: &[], table: Some(table) }
}

/// Things in an order, told apart by one of their inputs.
const fn things(key: &'static str, (title, one): (&'static str, &'static str), named_by: &'static str, inputs: &'static [Input]) -> Table {
    Table { key, title, one, named_by, and_by: &[], look: Look::List, inputs }
}

impl Part {
    const fn with(self, table: Table) -> Self {
        Self { table: Some(table), ..self }
    }
}

pub(super) const DETAILS: &[(&str, &str)] = &[
    ("phone", "Telephone"),
    ("email", "E-mail"),
    ("address", "Address"),
    ("preferred-name", "Preferred name"),
    ("language", "Language"),
    ("interpreter", "Interpreter needed"),
    ("emergency-contact", "Emergency contact"),
];
pub(super) const DOCUMENTS: &[(&str, &str)] =
    &[("referral", "Referral"), ("photo-identity", "Photo ID"), ("guardian", "Guardian, or what a guardian signed")];
const PAPERS: &[(&str, &str)] = &[("letter", "Letter, 8.5 by 11 inches"), ("a4", "A4")];
const CARRIES: &[(&str, &str)] = &[("patient", "The patient's"), ("appointment", "The appointment's")];
pub(super) const LANGUAGES: &[(&str, &str)] = &[("en", "English"), ("es", "Spanish"), ("ar", "Arabic")];
/// Every part that has a form, in the order of the page.
pub const PARTS: &[Part] = &[
    form(
        "clinic",
        "Clinic",
        "Name, time, country and letters.",
        &[
            input("name", "Name of the clinic", "As on its letters.", Kind::Text),
            input("time_zone", "Time zone", "All dates and times are in this zone.", Kind::Zone),
            input(
                "day_begins_at_hour",
                "Hour at which the day begins",
                "0 to 12, where 0 is midnight. Until then tickets, the list and reports are of the day before. Choose an hour when no one checks in.",
                Kind::Number,
            ),
            input("country", "Country", "Phone numbers, ZIP codes and dates are read as in this country.", Kind::Country),
            input("letter_paper", "Paper of letters", "", Kind::Choice(PAPERS)),
            input("letter_valid_days", "Days that a letter's code is taken after the visit", "0 to 255.", Kind::Number),
        ],
    ),
    form(
        "check-in",
        "Check-in",
        "When people can check in, and what they are asked.",
        &[
            input("early_minutes", "Opens so many minutes before an appointment", "At most 1440, a day.", Kind::Number),
            input("late_minutes", "Closes so many minutes after its beginning", "Then the desk decides. At most 1440.", Kind::Number),
            input("details", "Contact details that kiosks show and take", "Without any, nobody is asked.", Kind::Ticks(DETAILS)),
            input("ask_again_after_days", "Days until what was confirmed is asked again", "0 to 366.", Kind::Number),
            input(
                "trust_two_identifiers",
                "A card with name and birth date is enough",
                "Else day and month of birth are typed after it.",
                Kind::Tick,
            ),
            input("signed_letters_only", "Take only letters that this desk signed", "", Kind::Tick),
            input(
                "failed_tries_per_hour",
                "Failed tries within an hour",
                "After so many a kiosk looks nobody up until the hour is over.",
                Kind::Number,
            ),
            input(
                "unwell_comes",
                "Who comes when somebody feels unwell",
                "A sentence for the patient. Empty: the kiosk's own words.",
                Kind::Words,
            ),
        ],
    ),
    form(
        "opening",
        "Opening hours and closed days",
        "When the clinic is open, when nobody is booked, and how long appointments take.",
        &[
            input(
                "schedule.open",
                "Opening hours",
                "From these, free times are offered with everybody on the list, as long as no clinician has hours of their own. Both empty: closed on that day.",
                Kind::Week,
            ),
            input(
                "schedule.closed",
                "Closed days",
                "Holidays and the like: nobody is offered a time. Empty a line to take it away.",
                Kind::Dates,
            ),
            input(
                "schedule.slot_minutes",
                "Minutes from one bookable time to the next",
                "5 to 240. Also how long an appointment is of which nobody says it.",
                Kind::Number,
            ),
            input(
                "schedule.minutes",
                "How long appointments take",
                "In minutes, 1 to 720. A service that is not here takes as long as it mostly does on the list. Empty a line to take it away.",
                Kind::Lengths,
            ),
        ],
    ),
    rows(
        "hours",
        "Clinicians' hours",
        "When each clinician sees patients. Once somebody has hours here, free times are offered with those alone who have some.",
        Table {
            key: "schedule.hours",
            title: "Hours",
            one: "part of the week",
            named_by: "practitioner",
            and_by: &["days", "from", "to"],
            look: Look::Week,
            inputs: &[
                input("practitioner", "Clinician", "The name as appointments have it.", Kind::Suggest(What::Clinicians)),
                input("days", "Days", "", Kind::Days),
                input("from", "From", "", Kind::Time),
                input("to", "To", "The last visit ends then.", Kind::Time),
                input("place", "Where patients wait", "May be empty.", Kind::Suggest(What::Places)),
                input(
                    "room",
                    "Room",
                    "If only one patient at a time can be in it, whoever sees them. Else empty.",
                    Kind::Suggest(What::Rooms),
                ),
                input("services", "For these services alone", "None: for all.", Kind::TicksKnown(What::Services)),
                input("slot_minutes", "Minutes from one bookable time to the next", "5 to 240. Empty: as for all.", Kind::NumberOrNone),
            ],
        },
    ),
    form(
        "places",
        "Places and sites",
        "Which places are here, and where the clinic is besides.",
        &[input(
            "site_places",
            "Places at this site",
            "One on each line: the beginning of the places' names. Empty: every place is here.",
            Kind::Lines,
        )],
    )
    .with(things(
        "sites",
        ("Other sites", "site"),
        "place",
        &[
            input("place", "Beginning of its places' names", "Such as Riverside annex.", Kind::Text),
            input("address", "Address", "As one would tell a taxi driver.", Kind::Text),
            input("how_far", "How far it is", "Such as: 10 minutes on foot.", Kind::Words),
        ],
    )),
    rows(
        "services",
        "Services",
        "What is different for some services.",
        things(
            "services",
            ("Services with rules of their own", "service"),
            "service",
            &[
                input("service", "Service", "Its name as appointments have it.", Kind::Suggest(What::Services)),
                input("early_minutes", "Check-in opens so many minutes before", "Empty: as for all.", Kind::NumberOrNone),
                input("late_minutes", "Check-in closes so many minutes after", "Empty: as for all.", Kind::NumberOrNone),
                input("documents", "What every visit needs", "", Kind::Ticks(DOCUMENTS)),
            ],
        ),
    ),
    rows(
        "walk-in",
        "Without an appointment",
        "Why people come without an appointment. Without any reason here they are sent to the desk.",
        things(
            "walk_in",
            ("Reasons", "reason"),
            "code",
            &[
                input("code", "Name in data", "Short, and each once.", Kind::Text),
                input("name", "What the patient reads", "", Kind::Words),
                input("place", "Where to wait", "May be empty.", Kind::Suggest(What::Places)),
            ],
        ),
    ),
    rows(
        "queues",
        "Queues",
        "Every service that is in no queue here has one of its own.",
        things(
            "queues",
            ("Queues", "queue"),
            "name",
            &[
                input("name", "Name", "Staff and board show it. At most 60 characters.", Kind::Text),
                input("services", "Services that wait here", "One on each line, as appointments have them.", Kind::Lines),
                input("practitioners", "Clinicians whose patients wait here", "One on each line, whatever the service.", Kind::Lines),
                input("walk_in", "Without an appointment", "", Kind::TicksOf("walk_in", "code")),
                input("late_after_minutes", "Late after so many minutes", "After the appointment's beginning.", Kind::Number),
                input("late_behind_minutes", "Who is late has their turn so many minutes after they came", "", Kind::Number),
                input("walk_in_behind_minutes", "Who has no appointment has their turn so many minutes after they came", "", Kind::Number),
                input("no_show_after_calls", "Calls until somebody has not come", "1 to 20.", Kind::Number),
            ],
        ),
    ),
    rows(
        "points",
        "Service points",
        "Where patients are called to. Without any, they are called without saying where.",
        things(
            "points",
            ("Service points", "service point"),
            "name",
            &[
                input("name", "Name", "Such as Room 3. Staff, board and ticket page show it.", Kind::Text),
                input("queues", "Queues that are served there", "None: all of them.", Kind::TicksOf("queues", "name")),
            ],
        ),
    ),
    rows(
        "boards",
        "Boards",
        "The screens in waiting rooms. Without any here there is one that shows everything.",
        things(
            "boards",
            ("Boards", "board"),
            "name",
            &[
                input("name", "Name", "Such as Main lobby. Its address is made of it: /board/main-lobby.", Kind::Text),
                input("queues", "Queues that it shows", "None: all of them.", Kind::TicksOf("queues", "name")),
                input(
                    "languages",
                    "Languages",
                    "It takes turns in them. With Arabic as the first it is read from right to left.",
                    Kind::Sequence(LANGUAGES),
                ),
                input("chime", "A new call sounds", "A browser wants to be touched once before it makes any sound.", Kind::Tick),
                input("speech", "A new call is spoken", "By the screen's browser.", Kind::Tick),
            ],
        ),
    ),
    form(
        "kiosks",
        "Kiosks",
        "How the desk watches over its kiosks.",
        &[input(
            "kiosks.silent_after_seconds",
            "A kiosk is silent after so many seconds",
            "60 to 3600. If nothing is heard of it for so long, the desk's pages say so.",
            Kind::Number,
        )],
    ),
    form(
        "session",
        "Automatic lock",
        "When the desk's pages lock by themselves.",
        &[input(
            "session.idle_minutes",
            "Lock after this many minutes without work",
            "1 to 720. Empty: as in desk.toml, 15 unless it says otherwise. A locked page still alerts when a patient feels unwell.",
            Kind::NumberOrNone,
        )],
    ),
    form(
        "insurance",
        "Insurance",
        "Whether it is asked about, and the payers that the clinic deals with.",
        &[
            input("insurance.ask", "Ask about insurance", "", Kind::Tick),
            input("insurance.ends_soon_days", "Days within which a card ends soon", "After the visit. 0 to 366.", Kind::Number),
        ],
    )
    .with(things(
        "insurance.payers",
        ("Payers", "payer"),
        "code",
        &[
            input("code", "Name in data", "At most 32 letters, digits, dots, hyphens or underscores.", Kind::Text),
            input("name", "Name", "What is printed on its cards.", Kind::Text),
            input("also", "What people call it besides", "One on each line.", Kind::Lines),
            input(
                "member_id",
                "Member numbers",
                "mbi, nhs-number, ontario-health-card, or a pattern: 9 is a digit, A a letter, * either. Empty: anything.",
                Kind::TextOrNone,
            ),
            input("example", "A number that looks right", "Empty: the pattern's own.", Kind::TextOrNone),
        ],
    )),
    rows(
        "barcodes",
        "Barcodes",
        "Barcodes that the clinic's letters carry already.",
        things(
            "barcodes",
            ("Barcodes", "barcode"),
            "pattern",
            &[
                input("carries", "Whose number it is", "", Kind::Choice(CARRIES)),
                input(
                    "pattern",
                    "Pattern",
                    "A regular expression for the whole text, with one group: the number. Such as MRN(\\d{7}).",
                    Kind::Text,
                ),
            ],
        ),
    ),
    form(
        "keep",
        "What is kept",
        "How long the desk keeps what it holds of people.",
        &[input(
            "keep.visit_days",
            "Days that visits are kept",
            "35 to 3660. Older ones are taken out each night, and reports end there.",
            Kind::Number,
        )],
    ),
    form(
        "pages",
        "Patients' phones",
        "The page behind a ticket's code.",
        &[input(
            "pages.address",
            "Address of this desk as phones reach it",
            "Such as https://arrivals.example.org. Empty: tickets lead to no page.",
            Kind::Text,
        )],
    ),
];
