//! What follows from an answer: it is saved, then printed. Telling the desk is the worker's.

use std::sync::MutexGuard;

use jiff::Timestamp;

use super::printing::{PrintRequest, ticket_face};
use super::program::{Kiosk, TicketFacts, lock};
use crate::device::camera;
use crate::domain::clinic::Clinic;
use crate::domain::event::KioskEvent;
use crate::domain::ids::{AppointmentId, Seq};
use crate::domain::insurance::Side;
use crate::domain::on_file::on_file;
use crate::domain::pages::TicketPages;
use crate::domain::proposal::{Field, Proposal};
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
        let photos: Vec<Photo<'_>> = photos
            .iter()
            .map(|(field, side, picture)| Photo { field: *field, side: *side, picture: picture.as_bytes() })
            .collect();
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
        let on_file = visit.zip(today).map(|(visit, today)| on_file(visit, &list.of_patient(&answers.patient), today));
        answers.proposals(on_file.as_ref(), self.clinic.as_ref().map(|clinic| &clinic.settings.insurance))
    }

    /// The photos of the cards that are proposed, each under the field that its card is proposed for.
    fn photos_of(&self, answers: &Answers) -> Vec<(Field, Side, camera::Photo)> {
        let kept = self.parts.camera.kept().iter();
        kept.filter_map(|(field, side, photo)| Some((answers.photo_is_of(*field, *side)?, *side, photo.clone())))
            .collect()
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

    fn save_with(
        &mut self,
        save: impl Fn(&Clinic, MutexGuard<'_, Store>) -> Result<(KnownTicket, Vec<AppointmentId>, Seq), StoreError>,
    ) {
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
        let facts = TicketFacts {
            local,
            dates: self.conversation.dates,
            desk_reached: self.surroundings.desk_reached,
            clinic: self.clinic_name(),
            pages,
        };
        let face = ticket_face(order, facts);
        self.print_begins(order.ticket, by);
        if let Err(outcome) = self.parts.printer.print(PrintRequest { ticket: order.ticket, face }) {
            self.print_ended(order.ticket, outcome);
            self.printed(order.ticket, outcome);
        }
    }

    pub(super) fn printed(&mut self, ticket: Ticket, outcome: PrintOutcome) {
        let is_at_hand = self.conversation.person.at_hand.as_ref().is_some_and(|at_hand| at_hand.ticket == ticket);
        let appointments = lock(&self.parts.store).visits_of(ticket).unwrap_or_default();
        // An answer that comes after we stopped waiting is still a fact for the desk, but none for anyone who came
        // next.
        self.log(KioskEvent::TicketPrinted { ticket, outcome, appointments });
        if is_at_hand && self.printing_since.take().is_some() {
            self.input(Input::Printed(outcome));
        }
        // Only now is the desk told.
        self.parts.wake.notify_one();
    }
}
