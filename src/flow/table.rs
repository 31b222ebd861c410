//! Every arrow of the conversation.

use super::conversation::{Conversation, ScanWord, TicketAtHand};
use super::entry::DateEntry;
use super::step::{Answers, Effect, Input, Lookup, Query, SavedTicket, Step};
use crate::domain::appointment::Standing;
use crate::domain::event::StillRight;
use crate::domain::identity::born_on_date;
use crate::domain::ids::AppointmentId;
use crate::domain::language::Language;
use crate::domain::person::BirthDate;
use crate::domain::reason::Reason;
use crate::domain::ticket::PrintOutcome;

impl Conversation {
    /// One step of the conversation. It cannot fail: what makes no sense here changes nothing.
    #[must_use]
    pub fn next(mut self, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::TimeIsShort => {
                self.asking_for_time = self.step.patience().is_some();
                return (self, Vec::new());
            }
            Input::TimeIsUp => return self.time_is_up(),
            Input::DeskKnows => {
                if let Some(at_hand) = &mut self.at_hand {
                    at_hand.desk_knows = true;
                }
                return (self, Vec::new());
            }
            Input::SeenByStaff => {
                if let Some(at_hand) = &mut self.at_hand {
                    at_hand.seen_by_staff = true;
                }
                return (self, Vec::new());
            }
            _ => self.asking_for_time = false,
        }
        if let Some(answer) = self.everywhere(&input) {
            return answer;
        }
        self.here(input)
    }

    /// What means the same on every page.
    fn everywhere(&mut self, input: &Input) -> Option<(Self, Vec<Effect>)> {
        let busy = matches!(self.step, Step::Saving | Step::Printing);
        match input {
            Input::MoreTime => Some((self.clone(), Vec::new())),
            Input::Language(language) if !busy => {
                self.language = *language;
                Some((self.clone(), Vec::new()))
            }
            Input::StartOver | Input::Finish if !busy => Some((Self::new(self.home_language), Vec::new())),
            Input::GetHelp if busy => {
                self.after_printing = Some(Step::Help);
                Some((self.clone(), Vec::new()))
            }
            Input::FeelUnwell if busy => {
                self.after_printing = Some(Step::Unwell);
                Some((self.clone(), Vec::new()))
            }
            Input::GetHelp => Some(self.clone().ask_for_help()),
            Input::FeelUnwell if self.step != Step::UnwellTold => {
                if !matches!(self.step, Step::Help | Step::Unwell) {
                    self.came_from = self.step;
                }
                self.step = Step::Unwell;
                Some((self.clone(), Vec::new()))
            }
            _ => None,
        }
    }

    /// What means something on this page only.
    fn here(mut self, input: Input) -> (Self, Vec<Effect>) {
        use Step as S;
        match (self.step, input) {
            (S::Welcome, Input::Start) => self.to(S::Find),
            (S::Find, Input::TypeInstead) => self.to(S::BirthDate),

            // A code can be held out at any time until a person is found, and by the next person after that.
            (S::Welcome | S::Find | S::BirthDate | S::FamilyName | S::Birthday, Input::ScannedAppointment(id)) => {
                self.look_up_code(Query::Appointment(id))
            }
            (S::Welcome | S::Find | S::BirthDate | S::FamilyName | S::Birthday, Input::ScannedTicket(ticket)) => {
                self.look_up_code(Query::Ticket(ticket))
            }
            (S::Welcome | S::Find | S::BirthDate | S::FamilyName | S::Birthday, Input::ScannedForeign) => {
                self.forget_person();
                self.scan_word = ScanWord::Foreign;
                self.stay_at(S::Find)
            }
            (S::Done | S::Stopped(_), Input::ScannedAppointment(id)) => Self::new(self.home_language).look_up_code(Query::Appointment(id)),
            (S::Find, Input::Found(answer)) => self.code_answered(answer),

            (S::BirthDate | S::Birthday, Input::Month(month)) => {
                self.date.pick_month(month);
                self.stay()
            }
            (S::BirthDate | S::Birthday, Input::Digit(digit)) => {
                self.date.digit(digit);
                self.stay()
            }
            (S::BirthDate | S::Birthday, Input::Erase) => {
                self.date.erase();
                self.stay()
            }
            (S::BirthDate, Input::GoOn) => {
                self.date.end_day();
                if self.date.date().is_some() { self.to(S::FamilyName) } else { self.stay() }
            }
            (S::Birthday, Input::GoOn) => self.birthday_typed(),

            (S::FamilyName, Input::Key(character)) => {
                self.name.insert(character);
                self.stay()
            }
            (S::FamilyName, Input::Erase) => {
                self.name.erase();
                self.stay()
            }
            (S::FamilyName, Input::Cursor(forward)) => {
                self.name.step(forward);
                self.stay()
            }
            (S::FamilyName, Input::PlaceCursor(part)) => {
                self.name.place(part);
                self.stay()
            }
            (S::FamilyName, Input::GoOn) => match self.date.date() {
                Some(date) if !self.name.text().is_blank() => {
                    let query = Query::Typed { birth_date: BirthDate(date), family_name: self.name.text().clone() };
                    (self, vec![Effect::LookUp(query)])
                }
                _ => self.stay(),
            },
            (S::FamilyName, Input::Found(answer)) => self.typed_answered(answer),

            (S::IsThisYou, Input::Yes) => self.confirmed(),
            (S::IsThisYou, Input::No) => {
                // Whoever this is, it is not the person found: nothing of that person is reported with it.
                self.forget_person();
                self.stop(Reason::NotThisPerson)
            }

            (S::Visits, Input::GoOn) => self.to(S::Details),
            (S::Details, Input::Yes) => {
                self.details = StillRight::Yes;
                self.to(S::Insurance)
            }
            (S::Details, Input::No | Input::AskTheDesk) => {
                self.details = StillRight::AskTheDesk;
                self.to(S::Insurance)
            }
            (S::Insurance, Input::Yes) => {
                self.insurance = StillRight::Yes;
                self.to(S::CallAs)
            }
            (S::Insurance, Input::No | Input::AskTheDesk) => {
                self.insurance = StillRight::AskTheDesk;
                self.to(S::CallAs)
            }
            (S::CallAs, Input::CallAs(call_as)) => {
                self.call_as = call_as;
                self.save()
            }

            (S::Saving, Input::Saved(saved)) => self.saved(saved),
            (S::Saving, Input::NotSaved) => self.stop(Reason::CannotSave),
            (S::Printing, Input::Printed(outcome)) => self.printed(outcome),
            (S::Done, Input::PrintAgain) => match self.print_order(true) {
                Some(order) => {
                    self.step = S::Printing;
                    (self, vec![Effect::Print(order)])
                }
                None => self.stay(),
            },

            (S::Unwell, Input::Yes) => self.tell_unwell(),
            (S::Unwell | S::Help | S::UnwellTold, Input::No | Input::Back | Input::GoOn) => {
                let back = self.came_from;
                self.to(back)
            }
            (_, Input::Back) => self.back(),
            _ => self.stay(),
        }
    }

    fn stay(self) -> (Self, Vec<Effect>) {
        (self, Vec::new())
    }

    fn stay_at(mut self, step: Step) -> (Self, Vec<Effect>) {
        self.step = step;
        (self, Vec::new())
    }

    fn to(mut self, step: Step) -> (Self, Vec<Effect>) {
        self.scan_word = ScanWord::None;
        self.stay_at(step)
    }

    fn back(mut self) -> (Self, Vec<Effect>) {
        let step = match self.step {
            Step::BirthDate => Step::Find,
            Step::FamilyName => Step::BirthDate,
            Step::Birthday | Step::IsThisYou => {
                self.forget_person();
                Step::Find
            }
            Step::Visits => Step::IsThisYou,
            Step::Details => Step::Visits,
            Step::Insurance => Step::Details,
            Step::CallAs => Step::Insurance,
            Step::Find => return Self::new(self.home_language).in_language(self.language).stay(),
            Step::Welcome
            | Step::Saving
            | Step::Printing
            | Step::Done
            | Step::Stopped(_)
            | Step::Help
            | Step::Unwell
            | Step::UnwellTold => return self.stay(),
        };
        self.to(step)
    }

    fn in_language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    fn look_up_code(mut self, query: Query) -> (Self, Vec<Effect>) {
        self.forget_person();
        self.scan_word = ScanWord::None;
        self.step = Step::Find;
        (self, vec![Effect::LookUp(query)])
    }

    fn code_answered(mut self, answer: Lookup) -> (Self, Vec<Effect>) {
        match answer {
            Lookup::One(patient) => {
                // A code can be picked up by anybody: one typed fact makes two identifiers (FACTS 2).
                self.patient = Some(patient);
                self.date = DateEntry::birthday();
                self.to(Step::Birthday)
            }
            Lookup::Nobody => {
                self.scan_word = ScanWord::NotOnList;
                self.stay()
            }
            Lookup::Ambiguous => self.stop(Reason::Ambiguous),
            Lookup::NoList => self.stop(Reason::NoList),
        }
    }

    fn birthday_typed(mut self) -> (Self, Vec<Effect>) {
        self.date.end_day();
        let Some((month, day)) = self.date.month_and_day() else {
            return self.stay();
        };
        let right = self.patient.as_ref().is_some_and(|patient| born_on_date(patient.birth_date, month, day));
        if right {
            self.try_again = false;
            self.to(Step::IsThisYou)
        } else {
            self.date = DateEntry::birthday();
            self.failed_try(Step::Birthday)
        }
    }

    fn typed_answered(mut self, answer: Lookup) -> (Self, Vec<Effect>) {
        match answer {
            Lookup::One(patient) => {
                self.patient = Some(patient);
                self.try_again = false;
                self.to(Step::IsThisYou)
            }
            // What was typed stays, so that a slip can be mended.
            Lookup::Nobody => self.failed_try(Step::BirthDate),
            Lookup::Ambiguous => self.stop(Reason::Ambiguous),
            Lookup::NoList => self.stop(Reason::NoList),
        }
    }

    fn failed_try(mut self, again: Step) -> (Self, Vec<Effect>) {
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 {
            // Nobody proved to be anybody: nobody is named.
            self.forget_person();
            return self.stop(Reason::TooManyTries);
        }
        self.try_again = true;
        self.to(again)
    }

    fn confirmed(mut self) -> (Self, Vec<Effect>) {
        if self.open_visits().next().is_some() {
            return self.to(Step::Visits);
        }
        let done_before = self.visits().iter().find_map(|visit| match visit.standing {
            Standing::AlreadyCheckedIn(ticket) => Some((ticket, visit)),
            _ => None,
        });
        if let Some((ticket, visit)) = done_before {
            self.at_hand = Some(TicketAtHand {
                ticket,
                place: visit.place.clone(),
                appointments: vec![visit.appointment.clone()],
                given_before: true,
                print: None,
                desk_knows: false,
                seen_by_staff: false,
            });
            return self.to(Step::Done);
        }
        let reason = match self.telling_visit().map(|visit| visit.standing) {
            Some(Standing::TooEarly { .. }) => Reason::TooEarly,
            Some(Standing::TooLate) => Reason::TooLate,
            Some(Standing::OtherSite) => Reason::OtherSite,
            Some(Standing::Cancelled) => Reason::Cancelled,
            Some(Standing::Over) => Reason::VisitOver,
            Some(Standing::OtherDay(_) | Standing::Open | Standing::AlreadyCheckedIn(_)) => Reason::OtherDay,
            None => Reason::NotFound,
        };
        self.stop(reason)
    }

    fn save(mut self) -> (Self, Vec<Effect>) {
        let Some(patient) = &self.patient else {
            return self.stop(Reason::NotFound);
        };
        let appointments: Vec<AppointmentId> = self.open_visits().map(|visit| visit.appointment.clone()).collect();
        let place = self.open_visits().next().map(|visit| visit.place.clone()).unwrap_or_default();
        if appointments.is_empty() {
            return self.stop(Reason::NotFound);
        }
        let answers = Answers {
            patient: patient.id.clone(),
            appointments,
            language: self.language,
            call_as: self.call_as,
            details: self.details,
            insurance: self.insurance,
            place,
        };
        self.step = Step::Saving;
        (self, vec![Effect::Save(answers)])
    }

    fn saved(mut self, saved: SavedTicket) -> (Self, Vec<Effect>) {
        self.at_hand = Some(TicketAtHand {
            ticket: saved.ticket,
            place: saved.place,
            appointments: self.open_visits().map(|visit| visit.appointment.clone()).collect(),
            given_before: saved.given_before,
            print: None,
            desk_knows: false,
            seen_by_staff: false,
        });
        self.step = Step::Printing;
        let effects = self.print_order(saved.given_before).map(Effect::Print).into_iter().collect();
        (self, effects)
    }

    fn printed(mut self, outcome: PrintOutcome) -> (Self, Vec<Effect>) {
        if let Some(at_hand) = &mut self.at_hand {
            at_hand.print = Some(outcome);
        }
        self.step = Step::Done;
        match self.after_printing.take() {
            Some(Step::Help) => self.ask_for_help(),
            Some(step) => {
                self.came_from = Step::Done;
                self.to(step)
            }
            None => self.stay(),
        }
    }

    fn ask_for_help(mut self) -> (Self, Vec<Effect>) {
        if self.step == Step::Help {
            return self.stay();
        }
        let report = Effect::ReportStop(self.stop_report(Reason::AskedForHelp));
        if !matches!(self.step, Step::Unwell | Step::UnwellTold) {
            self.came_from = self.step;
        }
        self.step = Step::Help;
        (self, vec![report])
    }

    fn tell_unwell(mut self) -> (Self, Vec<Effect>) {
        let report = Effect::ReportStop(self.stop_report(Reason::FeelsUnwell));
        self.step = Step::UnwellTold;
        (self, vec![report])
    }

    fn stop(mut self, reason: Reason) -> (Self, Vec<Effect>) {
        let report = Effect::ReportStop(self.stop_report(reason));
        self.step = Step::Stopped(reason);
        (self, vec![report])
    }

    fn time_is_up(self) -> (Self, Vec<Effect>) {
        let home = Self::new(self.home_language);
        match self.step {
            Step::Welcome | Step::Saving | Step::Printing => self.stay(),
            // Said "I feel unwell" and then nothing: somebody should look.
            Step::Unwell => {
                let mut conversation = self;
                conversation.asking_for_time = false;
                conversation.tell_unwell()
            }
            Step::Done | Step::Stopped(_) | Step::Help | Step::UnwellTold => home.stay(),
            step => (home, vec![Effect::ReportWalkedAway { step }]),
        }
    }
}
