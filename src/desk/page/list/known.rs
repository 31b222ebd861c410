//! What is known beside the visits of the day, read once for all who look.

use crate::domain::when::StaffTime;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::narrow::Choices;
use super::{alike, key_of, of_person, of_visit};
use crate::desk::service::changes::CardKey;
use crate::desk::service::queue::around::AroundToday;
use crate::desk::service::queue::today::Today;
use crate::domain::eligibility::Eligibility;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::proposal::{Field, Value};
use crate::domain::settings::ClinicSettings;
use crate::domain::visit::RefusedCodes;

/// What is known of a day's people beside their visits.
pub struct Known {
    /// Codes that kiosks did not take today.
    pub refused_codes: Vec<RefusedCodes>,
    /// On a day without any appointment: the nearest dates that have appointments, each with how many.
    pub days_beside: Vec<(Date, u64)>,
    /// How much was open when the desk did not show such things yet, and is to this day.
    pub left_before: usize,
    /// Proposed changes that no one decided, of whatever day: not urgent, but not to be forgotten.
    pub changes: usize,
    /// Pairs of people with one number of the booking system of which no one has said whether they are one.
    pub same_numbers: u64,
    /// By what the list can be narrowed.
    pub choices: Choices,
    /// The same by person, and by visit for those who are not on the list.
    pub(super) changes_by: HashMap<String, usize>,
    /// Of the same, which are of insurance, and whether the patient says that there is none any more.
    pub(super) cards_by: HashMap<String, Vec<(Field, bool)>>,
    /// What people said of their language and of an interpreter that no one decided.
    pub(super) spoken_by: HashMap<String, SaysOfSpeech>,
    /// What payers answered today.
    pub(in crate::desk::page) eligibility: HashMap<CardKey, (Eligibility, Timestamp)>,
    /// Where kiosks stand.
    pub(super) places: BTreeMap<KioskId, String>,
    /// Who of the staff is on which person just now.
    pub(super) on_it: HashMap<String, Vec<String>>,
    /// Visits about which someone wrote a note.
    pub(super) notes: HashSet<AppointmentId>,
    /// Requests without an appointment, and who else of the day has that name and birth date.
    pub(super) alike: HashMap<AppointmentId, Vec<String>>,
}

/// What someone said at a kiosk of how to speak with them.
#[derive(Default)]
pub(super) struct SaysOfSpeech {
    pub(super) interpreter: Option<bool>,
    pub(super) language: Option<String>,
}

impl Known {
    pub(super) fn of(around: AroundToday, today: &Today, settings: &ClinicSettings) -> Self {
        let rows = || today.list.rows().map(|row| &**row);
        let mut known = Self {
            refused_codes: around.refused_codes,
            days_beside: around.days_beside,
            left_before: around.left_before,
            changes: 0,
            same_numbers: around.same_numbers,
            choices: Choices::of(rows(), settings),
            changes_by: HashMap::new(),
            cards_by: HashMap::new(),
            spoken_by: HashMap::new(),
            eligibility: around.eligibility,
            places: around.places,
            on_it: HashMap::new(),
            notes: around.notes,
            alike: alike(
                &rows().collect::<Vec<_>>(),
                &StaffTime { zone: around.zone.clone(), style: settings.dates() },
            ),
        };
        for (visit, user) in around.on_it {
            let key = today.list.get(&visit).map_or_else(|| of_visit(&visit), |row| key_of(row));
            let users = known.on_it.entry(key).or_default();
            if !users.contains(&user) {
                users.push(user);
            }
        }
        for change in around.changes {
            known.changes += 1;
            for key in [of_person(&change.person), of_visit(&change.appointment)] {
                if matches!(change.key.field, Field::Insurance | Field::SecondInsurance) {
                    let card = (change.key.field, change.proposal.new.is_empty());
                    known.cards_by.entry(key.clone()).or_default().push(card);
                }
                if let (Field::Interpreter | Field::Language, Value::Text(said)) =
                    (change.key.field, &change.proposal.new)
                {
                    let of = known.spoken_by.entry(key.clone()).or_default();
                    if change.key.field == Field::Language {
                        of.language = Some(said.as_str().to_owned());
                    } else {
                        of.interpreter = Some(said.as_str() == Field::YES);
                    }
                }
                *known.changes_by.entry(key).or_default() += 1;
            }
        }
        known
    }
}
