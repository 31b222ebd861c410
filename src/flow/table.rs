//! The arrows of the conversation; those of finding someone are in `finding`.

use super::around::Over;
use super::conversation::Conversation;
use super::entry::{FourDigits, TextEntry};
use super::person::TicketAtHand;
use super::step::{Answers, Effect, Input, SavedTicket, ScanWord, Step, WalkInRequest};
use crate::domain::appointment::Standing;
use crate::domain::document::Documents;
use crate::domain::event::StillRight;
use crate::domain::identity::Fact;
use crate::domain::ids::AppointmentId;
use crate::domain::person::BirthDate;
use crate::domain::reason::Reason;
use crate::domain::ticket::PrintOutcome;

impl Conversation {
    /// One step of the conversation. It cannot fail: what makes no sense here changes nothing.
    #[must_use]
    pub fn next(mut self, input: Input) -> (Self, Vec<Effect>) {
        match input {
            Input::TimeIsShort => {
                if self.step.patience().is_some() {
                    self.over = Some(Over::MoreTime);
                }
                return (self, Vec::new());
            }
            Input::TimeIsUp => return self.time_is_up(),
            Input::DeskKnows => {
                if let Some(at_hand) = &mut self.person.at_hand {
                    at_hand.desk_knows = true;
                }
                return (self, Vec::new());
            }
            Input::SeenByStaff => {
                if let Some(at_hand) = &mut self.person.at_hand {
                    at_hand.seen_by_staff = true;
                }
                return (self, Vec::new());
            }
            Input::Waits(position, wait) => {
                if let Some(at_hand) = &mut self.person.at_hand {
                    at_hand.wait = Some((position, wait));
                }
                return (self, Vec::new());
            }
            // Anyone who holds out a code while no one answers may be the next person: they must not uncover this one's
            // page.
            input if self.asks_for_time() && input.is_scan() => return self.scanned_while_asked(input),
            _ => {}
        }
        let covered_by = self.over.take();
        if self.asks_before_starting_over(&input, covered_by) {
            self.over = Some(Over::StartOver);
            return (self, Vec::new());
        }
        if let Some(answer) = self.everywhere(&input) {
            return answer;
        }
        self.here(input)
    }

    /// What means the same on every page.
    fn everywhere(&mut self, input: &Input) -> Option<(Self, Vec<Effect>)> {
        let busy = matches!(self.step, Step::Saving | Step::Printing);
        let saving = self.step == Step::Saving;
        match input {
            Input::MoreTime | Input::KeepGoing => Some((self.clone(), Vec::new())),
            Input::ToggleText => {
                self.look.large_text = !self.look.large_text;
                Some((self.clone(), Vec::new()))
            }
            Input::ToggleContrast => {
                self.look.high_contrast = !self.look.high_contrast;
                Some((self.clone(), Vec::new()))
            }
            Input::Language(language) if !busy => Some((self.clone().in_language(*language), Vec::new())),
            Input::StartOver | Input::Finish if !busy => Some((self.fresh(), Vec::new())),
            Input::GetHelp if saving => {
                self.after_saving = Some(Step::Help);
                Some((self.clone(), Vec::new()))
            }
            Input::FeelUnwell if saving => {
                self.after_saving = Some(Step::Unwell);
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
        if self.step.is_finding() && input != Input::Back {
            return self.finding(input);
        }
        match (self.step, input) {
            (S::ChangeDetails, input) => self.choosing_change(input),
            (S::NewDetail(part), input) => self.typing_detail(part, input),
            (S::Insurance, input) => self.insurance_still_right(input),
            (S::ChangeInsurance, input) => self.choosing_card(input),
            (S::NewCard(part), input) => self.typing_card(part, input),
            (S::IsThisYou, Input::Yes) => self.confirmed(),
            (S::IsThisYou, Input::No) => {
                // Anyone who this is, it is not the person found: nothing of that person is reported with it.
                self.forget_person();
                self.stop(Reason::NotThisPerson)
            }

            // The next person.
            (S::Done, Input::OneMorePerson) if self.is_for_next_person(&Input::OneMorePerson) => {
                let mut next = self.back_at_welcome();
                next.for_other = true;
                next.companion = self.companion;
                next.to(S::Find)
            }
            (_, input) if self.is_for_next_person(&input) => self.fresh().finding(input),

            // Nothing is open, but they wait with a number already.
            (S::Visits, Input::GoOn) if self.open_visits().next().is_none() => match self.ticket_of_today() {
                Some(at_hand) => self.show_again(at_hand),
                None => self.stay(),
            },
            (S::Visits, Input::GoOn) => {
                if self.documents_needed().is_empty() {
                    self.after_visits()
                } else {
                    self.to(S::Documents)
                }
            }
            (S::Documents, answer @ (Input::Yes | Input::No)) => {
                self.person.documents_missing = answer == Input::No;
                self.after_visits()
            }
            (S::Details, Input::Yes) => {
                self.person.details = StillRight::Yes;
                self.person.changes.clear();
                self.after_details()
            }
            (S::Details, Input::No) => self.to(S::ChangeDetails),
            (S::Details, Input::AskTheDesk) => {
                self.person.details = StillRight::AskTheDesk;
                self.person.changes.clear();
                self.after_details()
            }
            (S::CallAs, Input::CallAs(call_as)) => {
                self.person.call_as = call_as;
                self.save()
            }

            (S::Saving, Input::Saved(saved)) => self.saved(saved),
            (S::Saving, Input::NotSaved) => self.not_saved(),
            (S::Printing, Input::Printed(outcome)) => {
                self.took_paper(outcome);
                self.stay_at(S::Done)
            }
            // Someone asked for a person while the printer worked.
            (S::Help | S::Unwell | S::UnwellTold, Input::Printed(outcome)) if self.came_from == S::Printing => {
                self.took_paper(outcome);
                self.came_from = S::Done;
                self.stay()
            }
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

    pub(super) fn stay(self) -> (Self, Vec<Effect>) {
        (self, Vec::new())
    }

    pub(super) fn stay_at(mut self, step: Step) -> (Self, Vec<Effect>) {
        self.step = step;
        (self, Vec::new())
    }

    pub(super) fn to(mut self, step: Step) -> (Self, Vec<Effect>) {
        self.scan_word = ScanWord::None;
        self.stay_at(step)
    }

    fn back(mut self) -> (Self, Vec<Effect>) {
        let step = match self.step {
            Step::BirthDate if self.person.walk_in => {
                self.forget_person();
                Step::Find
            }
            Step::BirthDate => Step::Find,
            Step::FamilyName => Step::BirthDate,
            Step::GivenName => {
                self.person.asked = None;
                Step::FamilyName
            }
            Step::Phone if self.person.card.is_none() => {
                self.person.asked = Some(Fact::GivenName);
                self.person.phone = FourDigits::default();
                Step::GivenName
            }
            Step::Phone | Step::Birthday | Step::IsThisYou => {
                self.forget_person();
                Step::Find
            }
            Step::CompanionName => {
                self.companion = TextEntry::default();
                self.for_other = false;
                Step::Find
            }
            Step::WalkInReason => Step::GivenName,
            Step::Visits => Step::IsThisYou,
            Step::Documents => Step::Visits,
            Step::Details => return self.before_details(),
            Step::CallAs if self.person.walk_in => Step::WalkInReason,
            Step::CallAs => return self.before_call_as(),
            Step::Find if self.for_other => Step::CompanionName,
            Step::Find => return self.back_at_welcome().stay(),
            Step::Welcome
            | Step::ChangeDetails
            | Step::NewDetail(_)
            | Step::Insurance
            | Step::ChangeInsurance
            | Step::NewCard(_)
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

    /// What is asked once the visits are clear.
    fn after_visits(self) -> (Self, Vec<Effect>) {
        if self.person.patient.as_ref().is_none_or(|patient| patient.asks.details) {
            self.to(Step::Details)
        } else {
            self.after_details()
        }
    }

    /// What is asked after the contact details.
    pub(super) fn after_details(self) -> (Self, Vec<Effect>) {
        let next = if self.asks_insurance() { Step::Insurance } else { Step::CallAs };
        self.to(next)
    }

    /// Whether the insurance is asked about.
    pub(super) fn asks_insurance(&self) -> bool {
        self.person.patient.as_ref().is_none_or(|patient| patient.asks.insurance)
    }

    fn before_details(self) -> (Self, Vec<Effect>) {
        let before = if self.documents_needed().is_empty() { Step::Visits } else { Step::Documents };
        self.to(before)
    }

    /// What was asked before the insurance.
    pub(super) fn before_insurance(self) -> (Self, Vec<Effect>) {
        if self.person.details == StillRight::Changed {
            return self.to(Step::ChangeDetails);
        }
        if self.person.patient.as_ref().is_none_or(|patient| patient.asks.details) {
            self.to(Step::Details)
        } else {
            self.before_details()
        }
    }

    fn confirmed(self) -> (Self, Vec<Effect>) {
        if self.open_visits().next().is_some() {
            return self.to(Step::Visits);
        }
        if let Some(at_hand) = self.ticket_of_today() {
            // A number for the morning is none for the afternoon: both are shown.
            let is_all = self.visits().iter().all(|visit| {
                !matches!(visit.standing, Standing::TooEarly { .. } | Standing::TooLate | Standing::OtherSite)
            });
            return if is_all { self.show_again(at_hand) } else { self.to(Step::Visits) };
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

    /// The number that they wait with already.
    fn ticket_of_today(&self) -> Option<TicketAtHand> {
        self.visits().iter().find_map(|visit| match visit.standing {
            Standing::AlreadyCheckedIn(ticket) => Some(TicketAtHand {
                ticket,
                place: visit.place.clone(),
                appointments: vec![visit.appointment.clone()],
                given_before: true,
                print: None,
                desk_knows: false,
                seen_by_staff: false,
                wait: None,
            }),
            _ => None,
        })
    }

    fn show_again(mut self, at_hand: TicketAtHand) -> (Self, Vec<Effect>) {
        self.person.at_hand = Some(at_hand);
        self.to(Step::Done)
    }

    fn save(mut self) -> (Self, Vec<Effect>) {
        if self.person.walk_in {
            return self.save_walk_in();
        }
        let Some(patient) = &self.person.patient else {
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
            call_as: self.person.call_as,
            details: self.person.details,
            insurance: self.person.insurance,
            companion: self.companion_name(),
            documents: Some(self.documents_needed())
                .filter(|needed| !needed.is_empty())
                .map(|needed| Documents { needed, brought: !self.person.documents_missing }),
            changes: self.person.changes.iter().cloned().chain(self.told_of_cards()).collect(),
            second_pays_first: self.second_pays_first(),
            place,
        };
        self.step = Step::Saving;
        (self, vec![Effect::Save(Box::new(answers))])
    }

    fn save_walk_in(mut self) -> (Self, Vec<Effect>) {
        let Some(birth_date) = self.person.date.date() else {
            return self.stop(Reason::WalkIn);
        };
        let request = WalkInRequest {
            given_name: self.person.given_name.text().clone(),
            family_name: self.person.name.text().clone(),
            birth_date: BirthDate(birth_date),
            category: self.person.walk_in_reason.clone(),
            language: self.language,
            call_as: self.person.call_as,
            companion: self.companion_name(),
        };
        self.step = Step::Saving;
        (self, vec![Effect::SaveWalkIn(Box::new(request))])
    }

    fn saved(mut self, saved: SavedTicket) -> (Self, Vec<Effect>) {
        self.person.at_hand = Some(TicketAtHand {
            ticket: saved.ticket,
            place: saved.place,
            appointments: saved.appointments,
            given_before: saved.given_before,
            print: None,
            desk_knows: false,
            seen_by_staff: false,
            wait: None,
        });
        self.step = Step::Printing;
        let effects = self.print_order(saved.given_before).map(Effect::Print).into_iter().collect();
        self.then_help(effects)
    }

    fn not_saved(self) -> (Self, Vec<Effect>) {
        let (next, effects) = self.stop(Reason::CannotSave);
        next.then_help(effects)
    }

    /// A person who was asked for while it was being saved.
    fn then_help(mut self, mut effects: Vec<Effect>) -> (Self, Vec<Effect>) {
        match self.after_saving.take() {
            Some(Step::Help) => {
                let (next, more) = self.ask_for_help();
                effects.extend(more);
                (next, effects)
            }
            Some(step) => {
                self.came_from = self.step;
                self.step = step;
                (self, effects)
            }
            None => (self, effects),
        }
    }

    fn took_paper(&mut self, outcome: PrintOutcome) {
        if let Some(at_hand) = &mut self.person.at_hand {
            at_hand.print = Some(outcome);
        }
    }

    /// A code that is held out while "Do you need more time?" lies over the page: it begins again where a code may
    /// begin something, and does nothing elsewhere.
    fn scanned_while_asked(self, input: Input) -> (Self, Vec<Effect>) {
        let begins = self.is_for_next_person(&input);
        if begins { self.back_at_welcome().finding(input) } else { self.stay() }
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

    pub(super) fn stop(mut self, reason: Reason) -> (Self, Vec<Effect>) {
        let report = Effect::ReportStop(self.stop_report(reason));
        self.step = Step::Stopped(reason);
        (self, vec![report])
    }

    fn time_is_up(self) -> (Self, Vec<Effect>) {
        let home = self.fresh();
        match self.step {
            Step::Saving | Step::Printing => self.stay(),
            // Said "I feel sick" and then nothing: someone should look.
            Step::Unwell => {
                let mut conversation = self;
                conversation.over = None;
                conversation.tell_unwell()
            }
            Step::Welcome | Step::Done | Step::Stopped(_) | Step::Help | Step::UnwellTold => home.stay(),
            step => (home, vec![Effect::ReportWalkedAway { step }]),
        }
    }
}
