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

/// Things in an order, distinguished by one of their inputs.
const fn things(
    key: &'static str,
    (title, one): (&'static str, &'static str),
    named_by: &'static str,
    inputs: &'static [Input],
) -> Table {
    Table { key, title, one, named_by, and_by: &[], look: Look::List, inputs }
}

impl Part {
    const fn with(self, table: Table) -> Self {
        Self { table: Some(table), ..self }
    }
}

pub(super) const DETAILS: &[(&str, &str)] = &[
    ("phone", "Phone"),
    ("email", "Email"),
    ("address", "Address"),
    ("preferred-name", "Preferred name"),
    ("language", "Language"),
    ("interpreter", "Interpreter needed"),
    ("emergency-contact", "Emergency contact"),
];
pub(super) const DOCUMENTS: &[(&str, &str)] = &[
    ("referral", "Referral"),
    ("photo-identity", "Photo ID"),
    ("guardian", "Parent or guardian, or their signed consent"),
];
const PAPERS: &[(&str, &str)] = &[("letter", "US Letter (8.5 x 11 in)"), ("a4", "A4")];
const CARRIES: &[(&str, &str)] = &[("patient", "Patient (MRN)"), ("appointment", "Appointment (appointment ID)")];
pub(super) const LANGUAGES: &[(&str, &str)] = &[("en", "English"), ("es", "Spanish"), ("ar", "Arabic")];
/// Every part that has a form, in the order of the page.
pub const PARTS: &[Part] = &[
    form(
        "clinic",
        "Clinic",
        "Name, time zone, country and letters.",
        &[
            input("name", "Clinic name", "Printed on letters and tickets.", Kind::Text),
            input("time_zone", "Time zone", "All dates and times use this time zone.", Kind::Zone),
            input(
                "day_begins_at_hour",
                "Start of day (hour)",
                "0 to 12; 0 is midnight. Before this hour, tickets, the list and reports belong to the day before. \
                 Choose an hour when no one checks in.",
                Kind::Number,
            ),
            input(
                "country",
                "Country",
                "Phone numbers, ZIP codes and dates follow this country's format.",
                Kind::Country,
            ),
            input("letter_paper", "Paper size of letters", "", Kind::Choice(PAPERS)),
            input("letter_valid_days", "Letter codes valid after the visit (days)", "0 to 255.", Kind::Number),
        ],
    ),
    form(
        "check-in",
        "Check-in",
        "When patients can check in, and what they are asked.",
        &[
            input("early_minutes", "Check-in opens (minutes before)", "Up to 1440 (one day).", Kind::Number),
            input(
                "late_minutes",
                "Check-in closes (minutes after start)",
                "After that, the front desk decides. Up to 1440.",
                Kind::Number,
            ),
            input(
                "details",
                "Contact information at the kiosk",
                "If none is selected, patients are not asked.",
                Kind::Ticks(DETAILS),
            ),
            input("ask_again_after_days", "Ask again after (days)", "0 to 366.", Kind::Number),
            input(
                "trust_two_identifiers",
                "Accept a card with name and date of birth",
                "Otherwise patients also enter the month and day of birth.",
                Kind::Tick,
            ),
            input("signed_letters_only", "Accept only letters signed by this desk", "", Kind::Tick),
            input(
                "failed_tries_per_hour",
                "Failed attempts per hour",
                "After this many failed attempts, the kiosk stops look-ups until the hour ends.",
                Kind::Number,
            ),
            input(
                "unwell_comes",
                "Message when a patient feels sick",
                "What the patient reads, for example who is coming. Empty: the standard message.",
                Kind::Words,
            ),
        ],
    ),
    form(
        "opening",
        "Opening hours and closed days",
        "When the clinic is open or closed, and how long appointments take.",
        &[
            input(
                "schedule.open",
                "Opening hours",
                "Free times are offered during these hours until providers have their own hours. \
                 Both empty: closed that day.",
                Kind::Week,
            ),
            input(
                "schedule.closed",
                "Closed days",
                "Holidays and other days without appointments. Clear a line to remove it.",
                Kind::Dates,
            ),
            input(
                "schedule.slot_minutes",
                "Time slot length (minutes)",
                "5 to 240. Also the length of an appointment if none is given.",
                Kind::Number,
            ),
            input(
                "schedule.minutes",
                "Appointment length by service",
                "In minutes, 1 to 720. For services not listed here, the usual length on the list is used. \
                 Clear a line to remove it.",
                Kind::Lengths,
            ),
        ],
    ),
    rows(
        "hours",
        "Provider hours",
        "When each provider sees patients. Once any provider has hours, \
         free times are offered only with providers who have hours.",
        Table {
            key: "schedule.hours",
            title: "Hours",
            one: "hours",
            named_by: "practitioner",
            and_by: &["days", "from", "to"],
            look: Look::Week,
            inputs: &[
                input("practitioner", "Provider", "The name used in appointments.", Kind::Suggest(What::Clinicians)),
                input("days", "Days", "", Kind::Days),
                input("from", "From", "", Kind::Time),
                input("to", "To", "The last visit ends at this time.", Kind::Time),
                input("place", "Where patients wait", "Optional.", Kind::Suggest(What::Places)),
                input(
                    "room",
                    "Room",
                    "Only if the room holds one patient at a time, with any provider. Otherwise leave empty.",
                    Kind::Suggest(What::Rooms),
                ),
                input("services", "Only for these services", "None: all services.", Kind::TicksKnown(What::Services)),
                input(
                    "slot_minutes",
                    "Time slot length (minutes)",
                    "5 to 240. Empty: same as the clinic.",
                    Kind::NumberOrNone,
                ),
            ],
        },
    ),
    form(
        "places",
        "Locations and sites",
        "Which locations are at this site, and the clinic's other sites.",
        &[input(
            "site_places",
            "Locations at this site",
            "One per line: what their names start with. Empty: every location is at this site.",
            Kind::Lines,
        )],
    )
    .with(things(
        "sites",
        ("Other sites", "site"),
        "place",
        &[
            input("place", "Location names start with", "For example: Riverside annex.", Kind::Text),
            input("address", "Address", "Street address, as you would give it to a driver.", Kind::Text),
            input("how_far", "Distance", "For example: 10-minute walk.", Kind::Words),
        ],
    )),
    rows(
        "services",
        "Services",
        "Rules for specific services.",
        things(
            "services",
            ("Services with their own rules", "service"),
            "service",
            &[
                input("service", "Service", "The name used in appointments.", Kind::Suggest(What::Services)),
                input(
                    "early_minutes",
                    "Check-in opens (minutes before)",
                    "Empty: same as the clinic.",
                    Kind::NumberOrNone,
                ),
                input(
                    "late_minutes",
                    "Check-in closes (minutes after start)",
                    "Empty: same as the clinic.",
                    Kind::NumberOrNone,
                ),
                input("documents", "Documents needed", "", Kind::Ticks(DOCUMENTS)),
            ],
        ),
    ),
    rows(
        "walk-in",
        "Walk-ins",
        "Reasons for visit that walk-ins can choose. If there are none, walk-ins are sent to the front desk.",
        things(
            "walk_in",
            ("Reasons for visit", "reason"),
            "code",
            &[
                input("code", "Code", "Short and unique.", Kind::Text),
                input("name", "Text for patients", "", Kind::Words),
                input("place", "Where to wait", "Optional.", Kind::Suggest(What::Places)),
            ],
        ),
    ),
    rows(
        "queues",
        "Queues",
        "A service that isn't in a queue here gets its own queue.",
        things(
            "queues",
            ("Queues", "queue"),
            "name",
            &[
                input("name", "Name", "Shown to staff and on boards. Up to 60 characters.", Kind::Text),
                input("services", "Services that wait here", "One per line, as named in appointments.", Kind::Lines),
                input(
                    "practitioners",
                    "Providers whose patients wait here",
                    "One per line, for any service.",
                    Kind::Lines,
                ),
                input("walk_in", "Walk-ins", "", Kind::TicksOf("walk_in", "code")),
                input(
                    "late_after_minutes",
                    "Late after (minutes)",
                    "After the start of the appointment.",
                    Kind::Number,
                ),
                input("late_behind_minutes", "Late patients: minutes to wait after arrival", "", Kind::Number),
                input("walk_in_behind_minutes", "Walk-ins: minutes to wait after arrival", "", Kind::Number),
                input("no_show_after_calls", "Calls before marking as no-show", "1 to 20.", Kind::Number),
            ],
        ),
    ),
    rows(
        "points",
        "Rooms",
        "Where patients are called to: rooms, windows or counters. If there are none, calls don't name a room.",
        things(
            "points",
            ("Rooms", "room"),
            "name",
            &[
                input(
                    "name",
                    "Name",
                    "For example: Room 3. Shown to staff, on boards and on ticket pages.",
                    Kind::Text,
                ),
                input("queues", "Queues served there", "None: all queues.", Kind::TicksOf("queues", "name")),
            ],
        ),
    ),
    rows(
        "boards",
        "Boards",
        "Waiting room displays. If there are none, one board shows all queues.",
        things(
            "boards",
            ("Boards", "board"),
            "name",
            &[
                input(
                    "name",
                    "Name",
                    "For example: Main lobby. The link is made from it: /board/main-lobby.",
                    Kind::Text,
                ),
                input("queues", "Queues shown", "None: all queues.", Kind::TicksOf("queues", "name")),
                input(
                    "languages",
                    "Languages",
                    "The board alternates between them. If Arabic is first, it is laid out right to left.",
                    Kind::Sequence(LANGUAGES),
                ),
                input("chime", "Sound for new calls", "Click the page once to allow sound.", Kind::Tick),
                input("speech", "Speak new calls", "Spoken by the display's browser.", Kind::Tick),
            ],
        ),
    ),
    form(
        "kiosks",
        "Kiosks",
        "How the desk monitors kiosks.",
        &[input(
            "kiosks.silent_after_seconds",
            "Kiosk is offline after (seconds)",
            "60 to 3600. Without a report for this long, staff pages show the kiosk as offline.",
            Kind::Number,
        )],
    ),
    form(
        "session",
        "Automatic lock",
        "When staff pages lock automatically.",
        &[input(
            "session.idle_minutes",
            "Lock after this many minutes without work",
            "1 to 720. Empty: as in desk.toml (15 by default). \
             A locked page still alerts staff when a patient feels unwell.",
            Kind::NumberOrNone,
        )],
    ),
    form(
        "insurance",
        "Insurance",
        "Whether kiosks ask about insurance, and the clinic's payers.",
        &[
            input("insurance.ask", "Ask about insurance", "", Kind::Tick),
            input(
                "insurance.ends_soon_days",
                "Warn before expiration (days)",
                "After the visit. 0 to 366.",
                Kind::Number,
            ),
        ],
    )
    .with(things(
        "insurance.payers",
        ("Payers", "payer"),
        "code",
        &[
            input("code", "Code", "At most 32 letters, digits, dots, hyphens or underscores.", Kind::Text),
            input("name", "Name", "As printed on its cards.", Kind::Text),
            input("also", "Also known as", "One per line.", Kind::Lines),
            input(
                "member_id",
                "Member ID format",
                "mbi, nhs-number, ontario-health-card, or a pattern: 9 is a digit, A a letter, * either. \
                 Empty: anything.",
                Kind::TextOrNone,
            ),
            input("example", "Example", "Empty: made from the format.", Kind::TextOrNone),
        ],
    )),
    rows(
        "barcodes",
        "Barcodes",
        "Barcodes already on the clinic's letters.",
        things(
            "barcodes",
            ("Barcodes", "barcode"),
            "pattern",
            &[
                input("carries", "Identifies", "", Kind::Choice(CARRIES)),
                input(
                    "pattern",
                    "Pattern",
                    "A regular expression for the whole text, with one group: the number. For example: MRN(\\d{7}).",
                    Kind::Text,
                ),
            ],
        ),
    ),
    form(
        "keep",
        "Data retention",
        "How long the desk keeps patient data.",
        &[input(
            "keep.visit_days",
            "Keep visits (days)",
            "35 to 3660. Older visits are deleted after the next day of work, and reports end there.",
            Kind::Number,
        )],
    ),
    form(
        "pages",
        "Ticket pages on phones",
        "The page that opens from a ticket's QR code.",
        &[input(
            "pages.address",
            "Web address of this desk for phones",
            "For example: https://arrivals.example.org. Empty: tickets have no page.",
            Kind::Text,
        )],
    ),
];
