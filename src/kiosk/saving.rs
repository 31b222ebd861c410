//! What follows from an answer: it is saved, then printed. Telling the desk is the worker's.

use std::sync::MutexGuard;

use jiff::Timestamp;

use super::lookup::{self, Clinic};
use super::printing::PrintRequest;
use super::program::{Kiosk, TicketFacts, lock};
use crate::device::camera;
use crate::domain::event::KioskEvent;
use crate::domain::ids::{AppointmentId, Seq};
use crate::domain::insurance::{Coverage, Side};
use crate::domain::pages::TicketPages;
use crate::domain::payer::InsuranceSettings;
use crate::domain::proposal::{Field, Proposal, Source, Value};
use crate::domain::ticket::{PrintOutcome, Ticket};
use crate::flow::step::{Answers, Input, PrintOrder, SavedTicket, WalkInRequest};
use crate::store::photos::Photo;
use crate::store::tickets::{CheckIn, KnownTicket, WalkIn};
use crate::store::{Store, StoreError};

impl Kiosk {
    pub(super) fn save(&mut self, answers: &Answers) {
        let at = self.parts.clock.now();
        let proposals = self.proposals_of(answers);
        let photos = self.photos_of(answers);
        let photos: Vec<Photo<'_>> =
            photos.iter().map(|(field, side, picture)| Photo { field: *field, side: *side, picture: picture.as_bytes() }).collect();
        self.save_with(|clinic, mut store| {
            let check_in = CheckIn {
                at,
                date: clinic.date(at),
                patient: &answers.patient,
                appointments: &answers.appointments,
                language: answers.language,
                call_as: answers.call_as,
                details: answers.details,
                insurance: answers.insurance,
                companion: answers.companion.as_ref(),
                documents: answers.documents.as_ref(),
                proposals: &proposals,
                photos: &photos,
                place: &answers.place,
            };
            let mut known = store.check_in(&check_in)?;
            if known.place.is_empty() {
                known.place.clone_from(&answers.place);
            }
            Ok((known, answers.appointments.clone(), store.last_seq()?))
        });
    }

    /// What the patient says is different, beside what is on file now.
    fn proposals_of(&self, answers: &Answers) -> Vec<Proposal> {
        let list = self.roster.list();
        let today = self.clinic.as_ref().map(|clinic| clinic.date(self.parts.clock.now()));
        let visit = answers.appointments.iter().find_map(|id| list.get(id));
        let on_file = visit.zip(today).map(|(visit, today)| lookup::on_file(visit, &list.of_patient(&answers.patient), today));
        let old = |field: Field| on_file.as_ref().map_or_else(|| field.nothing(), |on_file| on_file.value(field));
        let insurance = self.clinic.as_ref().map(|clinic| &clinic.settings.insurance);
        let mut proposals: Vec<Proposal> = answers
            .changes
            .iter()
            .map(|change| Proposal {
                field: change.field,
                old: old(change.field),
                new: with_what_stays(&old(change.field), &change.value, insurance),
                source: change.source,
                insisted: change.insisted,
                photos: change.photos.clone(),
            })
            .collect();
        if answers.second_pays_first {
            swap_cards(&mut proposals, old);
        }
        proposals
    }

    /// The photos of the cards that are proposed, each under the field that its card is proposed for.
    fn photos_of(&self, answers: &Answers) -> Vec<(Field, Side, camera::Photo)> {
        let belongs =
            |field: Field, side: Side| answers.changes.iter().any(|change| change.field == field && change.photos.contains(&side));
        let place = |field: Field| match field {
            Field::Insurance if answers.second_pays_first => Field::SecondInsurance,
            Field::SecondInsurance if answers.second_pays_first => Field::Insurance,
            other => other,
        };
        let kept = self.parts.camera.kept().iter().filter(|(field, side, _)| belongs(*field, *side));
        kept.map(|(field, side, photo)| (place(*field), *side, photo.clone())).collect()
    }

    pub(super) fn save_walk_in(&mut self, request: &WalkInRequest) {
        let at = self.parts.clock.now();
        self.save_with(|clinic, mut store| {
            let category = clinic.settings.walk_in.iter().find(|category| category.code == request.category);
            let walk_in = WalkIn {
                at,
                date: clinic.date(at),
                given_name: &request.given_name,
                family_name: &request.family_name,
                birth_date: request.birth_date,
                category: &request.category,
                language: request.language,
                call_as: request.call_as,
                companion: request.companion.as_ref(),
                place: category.map_or("", |category| &category.place),
            };
            let (known, appointment) = store.walk_in(&walk_in)?;
            Ok((known, vec![appointment], store.last_seq()?))
        });
    }

    fn save_with(&mut self, save: impl Fn(&Clinic, MutexGuard<'_, Store>) -> Result<(KnownTicket, Vec<AppointmentId>, Seq), StoreError>) {
        let Some(clinic) = self.clinic.as_ref().filter(|_| !self.faulty) else {
            return self.input(Input::NotSaved);
        };
        let saved = save(clinic, lock(&self.parts.store));
        match saved {
            Ok((known, appointments, seq)) => {
                self.checked_in_at = Some(seq);
                self.input(Input::Saved(SavedTicket {
                    ticket: known.ticket,
                    place: known.place,
                    given_before: known.given_before,
                    appointments,
                }));
            }
            Err(error) => {
                tracing::error!(%error, "a check-in could not be saved; the patient is sent to the desk");
                self.input(Input::NotSaved);
            }
        }
    }

    pub(super) fn print(&mut self, order: PrintOrder) {
        let now = self.parts.clock.now();
        self.printing_since = Some(self.parts.clock.elapsed());
        self.hand_to_printer(&order, now, None);
    }

    /// Words a ticket and hands it to the printer. `by`: the order of staff by which it is printed again.
    pub(super) fn hand_to_printer(&mut self, order: &PrintOrder, now: Timestamp, by: Option<u64>) {
        let local = match &self.clinic {
            Some(clinic) => now.to_zoned_datetime(clinic.zone.clone()).datetime(),
            None => order.ticket.date.at(0, 0, 0, 0),
        };
        let none = TicketPages::default();
        let pages = self.clinic.as_ref().map_or(&none, |clinic| &clinic.settings.pages);
        let facts = TicketFacts { local, desk_reached: self.surroundings.desk_reached, clinic: self.clinic_name(), pages };
        let face = (self.parts.words)(order, facts);
        self.print_begins(order.ticket, by);
        if let Err(outcome) = self.parts.printer.print(PrintRequest { ticket: order.ticket, face }) {
            self.print_ended(order.ticket, outcome);
            self.printed(order.ticket, outcome);
        }
    }

    pub(super) fn printed(&mut self, ticket: Ticket, outcome: PrintOutcome) {
        let is_at_hand = self.conversation.at_hand.as_ref().is_some_and(|at_hand| at_hand.ticket == ticket);
        let appointments = lock(&self.parts.store).visits_of(ticket).unwrap_or_default();
        // An answer that comes after we stopped waiting is still a fact for the desk, but none for whoever came next.
        self.log(KioskEvent::TicketPrinted { ticket, outcome, appointments });
        if is_at_hand && self.printing_since.take().is_some() {
            self.input(Input::Printed(outcome));
        }
        // Only now is the desk told.
        self.parts.wake.notify_one();
    }
}

/// A card of the same payer keeps what is not asked for and was not typed: group and plan.
fn with_what_stays(old: &Value, new: &Value, insurance: Option<&InsuranceSettings>) -> Value {
    let (Value::Coverage(old), Value::Coverage(new)) = (old, new) else { return new.clone() };
    let mut new = new.clone();
    // A list says "BCBS" where the patient chose "Blue Cross Blue Shield".
    let payer =
        |card: &Coverage| insurance.and_then(|insurance| insurance.payer_called(card.payer.as_str())).map(|payer| payer.code.clone());
    let same_payer = old.payer == new.payer || payer(old).is_some_and(|code| Some(code) == payer(&new));
    if !new.is_none() && same_payer {
        for (new, old) in [(&mut new.group_id, &old.group_id), (&mut new.plan, &old.plan)] {
            if new.is_blank() {
                new.clone_from(old);
            }
        }
    }
    Value::Coverage(new)
}

/// The second card becomes the first one, and the first one the second.
fn swap_cards(proposals: &mut Vec<Proposal>, old: impl Fn(Field) -> Value) {
    let mut take = |field: Field| proposals.iter().position(|proposal| proposal.field == field).map(|at| proposals.remove(at));
    let (first, second) = (take(Field::Insurance), take(Field::SecondInsurance));
    let moved = |proposal: Option<Proposal>, from: Field, to: Field| {
        let (source, insisted) = proposal.as_ref().map_or((Source::Typed, false), |proposal| (proposal.source, proposal.insisted));
        let photos = proposal.as_ref().map(|proposal| proposal.photos.clone()).unwrap_or_default();
        let new = proposal.map_or_else(|| old(from), |proposal| proposal.new);
        Proposal { field: to, old: old(to), new, source, insisted, photos }
    };
    proposals.push(moved(second, Field::SecondInsurance, Field::Insurance));
    proposals.push(moved(first, Field::Insurance, Field::SecondInsurance));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payer::Payer;

    #[test]
    fn a_card_of_the_same_payer_keeps_group_and_plan_whatever_the_list_calls_it() {
        let payer = Payer { code: "bcbs".into(), name: "Blue Cross Blue Shield".into(), also: vec!["BCBS".into()], ..Payer::default() };
        let settings = InsuranceSettings { payers: vec![payer], ..InsuranceSettings::default() };
        let card = |payer: &str, group: &str| {
            Value::Coverage(Box::new(Coverage {
                payer: payer.into(),
                member_id: "1".into(),
                group_id: group.into(),
                plan: "".into(),
                ..Coverage::default()
            }))
        };
        for (old, new, typed, kept) in [
            ("BCBS", "Blue Cross Blue Shield", "", "G7"),
            ("BCBS", "Blue Cross Blue Shield", "G8", "G8"),
            ("Unlisted", "Unlisted", "", "G7"),
            ("BCBS", "Unlisted", "", ""),
            ("Unlisted", "Other", "", ""),
        ] {
            assert_eq!(with_what_stays(&card(old, "G7"), &card(new, typed), Some(&settings)), card(new, kept), "{old} {new} {typed}");
        }
        let none = Field::Insurance.nothing();
        assert_eq!(with_what_stays(&card("BCBS", "G7"), &none, Some(&settings)), none);
    }
}
