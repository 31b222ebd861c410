//! What patients say is different, as pages read it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{CardKey, ChangeKey, PhotoState, ProposedChange, SameNumber};
use crate::domain::eligibility::Eligibility;
use crate::domain::ids::{AppointmentId, KioskId};
use crate::domain::insurance::Side;
use crate::domain::private::Private;
use crate::domain::proposal::Field;
use crate::domain::visit::VisitRow;
use crate::domain::when::StaffTime;

/// What is to review for one person.
pub struct Review {
    /// The visit from which it was asked.
    pub row: VisitRow,
    /// How staff read dates and times here.
    pub times: StaffTime,
    /// The clinic's today.
    pub today: Date,
    /// What is open, what was decided today, and what a list has contradicted since.
    pub changes: Vec<ProposedChange>,
    /// Photos that a change announced, by change.
    pub photos: BTreeMap<ChangeKey, Vec<(Side, PhotoState)>>,
    /// Where each kiosk stands.
    pub places: BTreeMap<KioskId, String>,
    /// Cards on file about which a payer was asked today: which, what it says, the answer and when it came.
    pub asked: Vec<(&'static str, Private, Eligibility, Timestamp)>,
}

/// The changes of one person that no one has decided.
pub struct OpenOf {
    /// The first of them.
    pub first: ProposedChange,
    /// How many there are.
    pub count: usize,
    /// The visit at which the first one was said, if the desk knows it.
    pub row: Option<VisitRow>,
}

impl Desk {
    /// What is to review for the person of a visit; none if neither the list nor a kiosk knows the visit.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn review_of(&self, id: &AppointmentId) -> Result<Option<Review>, DeskError> {
        let now = self.now();
        self.with_store(|store| {
            let Some(row) = store.visit(id)? else { return Ok(None) };
            let (times, day, today) = (self.settings().staff_time()?, store.day().clone(), store.date_at(now));
            let mut changes = store.changes_of(id)?;
            let of_today = |change: &ProposedChange| {
                let decided = change.by.as_ref().map_or(change.at, |(at, _)| *at);
                let latest = change.contradicted.map_or(decided, |at| at.max(decided));
                day.of(latest) == today
            };
            // What a list contradicted stays until someone has looked at it and undone the decision, or a later one
            // counts.
            changes.retain(|change| {
                change.is_open() || of_today(change) || (change.contradicted.is_some() && change.can_undo)
            });
            let photos = changes
                .iter()
                .map(|change| Ok((change.key.clone(), store.photos_of(change)?)))
                .collect::<Result<_, DeskError>>()?;
            let answers = store.eligibility_on(today)?;
            let asked = row.appointment.iter().flat_map(|appointment| {
                [(Field::Insurance, &appointment.coverage), (Field::SecondInsurance, &appointment.second_coverage)]
                    .into_iter()
                    .filter_map(|(field, card)| {
                        let card = card.as_ref()?;
                        let (answer, at) = answers.get(&CardKey::of(&appointment.person.id, card))?;
                        Some((field.for_staff(), card.one_line(), *answer, *at))
                    })
            });
            let asked = asked.filter(|(_, _, answer, _)| *answer != Eligibility::Unknown).collect();
            Ok(Some(Review { times, today, changes, photos, places: store.kiosk_places()?, asked, row }))
        })
    }

    /// Everyone who has a change that no one has decided, whatever its day.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn people_with_open_changes(&self) -> Result<Vec<OpenOf>, DeskError> {
        self.with_store(|store| {
            let mut people: Vec<OpenOf> = Vec::new();
            for change in store.open_changes()? {
                match people.iter_mut().find(|of| of.first.person == change.person) {
                    Some(of) => of.count += 1,
                    None => people.push(OpenOf { row: store.visit(&change.appointment)?, first: change, count: 1 }),
                }
            }
            Ok(people)
        })
    }

    /// A photo of a card, as a JPEG.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn photo(&self, key: &ChangeKey, side: Side) -> Result<Option<Zeroizing<Vec<u8>>>, DeskError> {
        self.with_store(|store| store.photo(key, side))
    }

    /// The visit at which a change was said, if the desk has this photo of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visit_of_photo(&self, key: &ChangeKey, side: Side) -> Result<Option<AppointmentId>, DeskError> {
        self.with_store(|store| {
            let visit = store.visit_of_change(key)?;
            Ok(if store.photo(key, side)?.is_some() { visit } else { None })
        })
    }

    /// Pairs of people who have one number of the booking system.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn same_numbers(&self) -> Result<Vec<SameNumber>, DeskError> {
        self.with_store(|store| store.same_numbers())
    }
}
