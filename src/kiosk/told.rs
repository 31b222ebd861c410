//! What the desk's worker tells, taken in.

use super::lookup::Roster;
use super::program::{Kiosk, lock};
use crate::codes::Reader;
use crate::domain::clinic::Clinic;
use crate::domain::settings::ClinicSettings;
use crate::flow::step::Input;
use crate::store::feed::ListChange;
use crate::sync::api::Refusal;
use crate::sync::wire::Older;
use crate::sync::worker::Told;

impl Kiosk {
    pub(super) fn told(&mut self, told: Told) {
        match told {
            Told::Reached => self.surroundings.desk_reached = true,
            Told::Away(why) => {
                if std::mem::replace(&mut self.surroundings.desk_reached, false) {
                    tracing::warn!(%why, "the desk can't be reached; check-in continues");
                }
            }
            Told::Refused(why) => {
                self.surroundings.desk_reached = false;
                // Nothing that is checked in here could ever be told.
                self.faulty |= why == Refusal::OtherHistory;
                tracing::error!(%why, "the desk refused; check-in continues and nothing is dropped");
            }
            Told::Disagree { desk, kiosk } => {
                self.surroundings.desk_reached = false;
                self.faulty = true;
                tracing::error!(
                    desk = desk.0,
                    kiosk = kiosk.0,
                    "the desk holds more from this kiosk than its own file: was the card replaced or copied? \
                     A supervisor can allow it to continue, on the Kiosks page of the desk"
                );
            }
            Told::DeskIsOlder { desk, before } => {
                tracing::warn!(
                    desk = desk.0,
                    before = before.0,
                    "the desk has fewer reports of this kiosk than before: a backup was restored; \
                     the missing ones are sent again"
                );
            }
            Told::Adopted { desk } => {
                self.faulty = false;
                tracing::warn!(
                    desk = desk.0,
                    "the desk has another log of this kiosk; staff allowed this one to continue"
                );
            }
            Told::OtherLetters(letters) => {
                tracing::error!(
                    %letters,
                    "the desk has a different ticket prefix for this kiosk than kiosk.toml; the desk's is used. \
                     Correct `letter` in kiosk.toml"
                );
            }
            Told::ListAnew => match lock(&self.parts.store).list() {
                Ok(list) => self.roster = Roster::from(list),
                Err(error) => tracing::error!(%error, "the list could not be read from the kiosk's file"),
            },
            Told::Acknowledged(held) => {
                self.faulty = false;
                if self.checked_in_at.is_some_and(|seq| seq <= held) {
                    self.input(Input::DeskKnows);
                }
            }
            Told::TakesTimes(takes_times) => self.desk_takes_times = takes_times,
            Told::Older(older) => {
                // Said with every answer; in the log once.
                if std::mem::replace(&mut self.older, older) != older {
                    match older {
                        Some(Older::Kiosk) => {
                            tracing::warn!(
                                "this kiosk's software is older than the desk's; both work together. Update the kiosk"
                            );
                        }
                        Some(Older::Desk) => {
                            tracing::warn!(
                                "this kiosk's software is newer than the desk's; both work together. Update the desk"
                            );
                        }
                        None => {}
                    }
                }
            }
            Told::Waits(waits) => self.waits(&waits),
            Told::Orders(orders) => self.orders(orders),
            Told::StoreFailed(why) => tracing::error!(%why, "the kiosk's file failed while talking to the desk"),
            Told::List { settings, changes } => {
                if let Some(settings) = settings {
                    self.take_settings(*settings);
                }
                for change in changes {
                    self.take_change(change);
                }
            }
        }
    }

    pub(super) fn take_settings(&mut self, settings: ClinicSettings) {
        match Reader::new(&settings) {
            Ok(reader) => self.reader = reader,
            Err(error) => tracing::error!(%error, "the desk's barcode patterns are not used"),
        }
        match Clinic::new(settings) {
            Ok(clinic) => self.clinic = Some(clinic),
            Err(error) => tracing::error!(%error, "the desk's settings are not used"),
        }
    }

    fn take_change(&mut self, change: ListChange) {
        match change {
            ListChange::Appointment(appointment) => self.roster.put(*appointment),
            ListChange::Removed(id) | ListChange::Forgotten(id) => self.roster.remove(&id),
            ListChange::Visit { appointment, ticket, seen } => {
                let concerns = self.conversation.person.at_hand.as_ref().is_some_and(|at_hand| {
                    Some(at_hand.ticket) == ticket && at_hand.appointments.contains(&appointment)
                });
                if seen && concerns {
                    self.input(Input::SeenByStaff);
                }
            }
        }
    }

    /// Someone who had checked in before looks at the same ticket again: does the desk know, has someone seen it?
    pub(super) fn recognise_ticket(&mut self) {
        let Some(appointment) =
            self.conversation.person.at_hand.as_ref().and_then(|at_hand| at_hand.appointments.first().cloned())
        else {
            return;
        };
        let (known, desk_knows) = {
            let store = lock(&self.parts.store);
            (store.ticket(&appointment), store.desk_knows(&appointment))
        };
        if desk_knows.unwrap_or(false) {
            self.input(Input::DeskKnows);
        }
        if let Ok(Some(known)) = known
            && known.seen
        {
            self.input(Input::SeenByStaff);
        }
    }
}
