//! The arrows of finding someone: by a code, a card or typed facts.
//!
//! Invariants: no one learns which fact was wrong, or shown anyone but the one person found; a code alone never
//! finds anyone for good; three tries, then a person helps.

use super::conversation::Conversation;
use super::entry::{DateEntry, FourDigits};
use super::found::Lookup;
use super::person::Card;
use super::step::{Effect, Input, Query, ScanWord, Step};
use crate::domain::identity::{Fact, born_on_date};
use crate::domain::reason::Reason;

impl Conversation {
    /// What means something while someone is being found.
    pub(super) fn finding(mut self, input: Input) -> (Self, Vec<Effect>) {
        use Step as S;
        match (self.step, input) {
            // What is being typed is not thrown away for a code that leads nowhere: someone may be copying from a card.
            (S::CompanionName | S::WalkInReason, Input::ScannedRefused(_)) => self.stay(),
            (_, Input::ScannedRefused(_)) if self.person.walk_in => self.stay(),
            (
                S::BirthDate | S::FamilyName | S::GivenName | S::Phone | S::Birthday,
                Input::ScannedRefused(ScanWord::Foreign | ScanWord::Unreadable),
            ) => self.stay(),
            // They were asked to hold it flat, did, and now type.
            (
                S::BirthDate | S::FamilyName | S::GivenName | S::Phone | S::Birthday,
                Input::ScannedRefused(ScanWord::Damaged),
            ) if self.was_damaged => self.stay(),
            // Who has typed their own name and holds out the code of the person they bring has said enough.
            (S::CompanionName, input) if input.is_good_scan() && !self.companion.text().is_blank() => {
                self.for_other = true;
                self.step = S::Find;
                self.finding(input)
            }
            // A code can be held out at any time until a person is found.
            (_, Input::ScannedAppointment(id)) => self.look_up_code(Query::Appointment(id)),
            (_, Input::ScannedLetter(id)) => self.look_up_code(Query::Letter(id)),
            (_, Input::ScannedPatient(id)) => self.look_up_code(Query::Patient(id)),
            (_, Input::ScannedTicket(ticket)) => self.look_up_code(Query::Ticket(ticket)),
            (_, Input::ScannedCard { facts, others, is_enough }) => {
                let mut next = self.before_a_code();
                next.person.card = Some(Card { facts: *facts, others, is_enough });
                next.look_up_facts()
            }
            (_, Input::ScannedRefused(word)) => self.code_refused(word),

            (S::Welcome, Input::Start) => self.to(S::Find),
            (S::Find, Input::TypeInstead) => self.to(S::BirthDate),
            (S::Find, Input::SomebodyElse) => self.to(S::CompanionName),
            (S::Find, Input::NoAppointment) => {
                self.forget_person();
                self.person.walk_in = true;
                self.try_again = false;
                self.to(S::BirthDate)
            }
            (S::Find, Input::Found(answer)) => self.code_answered(answer),

            (S::BirthDate | S::Birthday, Input::Month(month)) => {
                self.person.date.pick_month(month);
                self.stay()
            }
            (S::BirthDate | S::Birthday, Input::Digit(digit)) => {
                self.person.date.digit(digit, self.date_order());
                self.stay()
            }
            (S::BirthDate | S::Birthday, Input::Erase) => {
                self.person.date.erase(self.date_order());
                self.stay()
            }
            (S::BirthDate, Input::GoOn) => {
                self.person.date.end_day(self.date_order());
                if self.person.date.date().is_some() { self.to(S::FamilyName) } else { self.stay() }
            }
            (S::Birthday, Input::GoOn) => self.birthday_typed(),

            (S::Phone, Input::Digit(digit)) => {
                self.person.phone.digit(digit);
                self.stay()
            }
            (S::Phone, Input::Erase) => {
                self.person.phone.erase();
                self.stay()
            }
            (S::Phone, Input::AskTheDesk) => self.phone_not_known(),
            (S::Phone, Input::GoOn) if self.person.phone.whole().is_some() => self.look_up_facts(),

            (
                S::FamilyName | S::GivenName | S::CompanionName,
                input @ (Input::Key(_) | Input::Erase | Input::Cursor(_) | Input::PlaceCursor(_)),
            ) => self.name_key(input),
            (S::FamilyName, Input::GoOn) if self.person.name.text().is_blank() => self.stay(),
            (S::FamilyName, Input::GoOn) if self.person.walk_in => self.to(S::GivenName),
            (S::FamilyName, Input::GoOn) => {
                self.person.asked = None;
                self.look_up_facts()
            }
            (S::GivenName, Input::GoOn) if self.person.given_name.text().is_blank() => self.stay(),
            (S::GivenName, Input::GoOn) if self.person.walk_in => self.to(S::WalkInReason),
            (S::GivenName, Input::GoOn) => self.look_up_facts(),
            (S::CompanionName, Input::GoOn) if !self.companion.text().is_blank() => {
                self.for_other = true;
                self.to(S::Find)
            }
            (S::WalkInReason, Input::WalkInReason(code)) => {
                self.person.walk_in_reason = code;
                self.to(S::CallAs)
            }
            (S::FamilyName | S::GivenName | S::Phone, Input::Found(answer)) => self.typed_answered(answer),
            _ => self.stay(),
        }
    }

    fn name_key(mut self, input: Input) -> (Self, Vec<Effect>) {
        let entry = match self.step {
            Step::GivenName => &mut self.person.given_name,
            Step::CompanionName => &mut self.companion,
            _ => &mut self.person.name,
        };
        match input {
            Input::Key(character) => entry.insert(character),
            Input::Erase => entry.erase(),
            Input::Cursor(forward) => entry.step(forward),
            Input::PlaceCursor(part) => entry.place(part),
            _ => {}
        }
        self.stay()
    }

    fn before_a_code(mut self) -> Self {
        self.forget_person();
        self.try_again = false;
        self.scan_word = ScanWord::None;
        self.step = Step::Find;
        self
    }

    fn look_up_code(self, query: Query) -> (Self, Vec<Effect>) {
        (self.before_a_code(), vec![Effect::LookUp(query)])
    }

    fn look_up_facts(self) -> (Self, Vec<Effect>) {
        match self.query() {
            Some(query) => (self, vec![Effect::LookUp(query)]),
            None => self.stay(),
        }
    }

    fn code_refused(mut self, word: ScanWord) -> (Self, Vec<Effect>) {
        // A second time it is the code or the scanner, not the hand.
        let word = match word {
            ScanWord::Damaged if std::mem::replace(&mut self.was_damaged, true) => ScanWord::Unreadable,
            word => word,
        };
        if self.person.patient.is_some() || self.person.card.is_some() {
            self.forget_person();
        }
        self.scan_word = word;
        let report = word.reason().map(|reason| Effect::ReportCode { reason, language: self.language });
        self.step = Step::Find;
        (self, report.into_iter().collect())
    }

    fn code_answered(mut self, answer: Lookup) -> (Self, Vec<Effect>) {
        match answer {
            Lookup::One(patient) => {
                self.person.code_read = true;
                self.person.patient = Some(patient);
                if self.person.card.as_ref().is_some_and(|card| card.is_enough) {
                    return self.to(Step::IsThisYou);
                }
                // Anyone can pick up a letter: one typed fact makes it two identifiers (Joint Commission
                // NPSG.01.01.01).
                self.person.date = DateEntry::birthday();
                self.to(Step::Birthday)
            }
            Lookup::AskMore(fact) => {
                self.person.code_read = true;
                self.ask_more(fact)
            }
            // Unsigned codes can be made up: each counts for the brake, and a card, which anyone can print, as a try
            // too.
            Lookup::Nobody => {
                if self.person.card.take().is_some() {
                    return self.card_not_found();
                }
                self.scan_word = ScanWord::NotOnList;
                (self, vec![Effect::CountFailedTry])
            }
            Lookup::AskedBefore => {
                self.scan_word = ScanWord::AskedBefore;
                self.stay()
            }
            Lookup::Ambiguous => self.stop(Reason::Ambiguous),
            Lookup::Braked => self.stop(Reason::Guessing),
            Lookup::NoList => self.stop(Reason::NoList),
        }
    }

    fn card_not_found(mut self) -> (Self, Vec<Effect>) {
        self.person.code_read = false;
        let (mut next, effects) = self.failed_try(Step::Find);
        if next.step == Step::Find {
            next.scan_word = ScanWord::NotOnList;
        }
        (next, effects)
    }

    /// The phone may have been asked for because of a slip before it: one look at what was typed. Then a person helps,
    /// because there is nothing else left to ask.
    fn phone_not_known(mut self) -> (Self, Vec<Effect>) {
        if self.person.card.is_some() || std::mem::replace(&mut self.phone_is_not_known, true) {
            return self.stop(Reason::Ambiguous);
        }
        self.person.asked = None;
        self.person.phone = FourDigits::default();
        self.failed_try(Step::BirthDate)
    }

    /// Asks for one more fact; a card has said the first name already.
    fn ask_more(mut self, fact: Fact) -> (Self, Vec<Effect>) {
        let answered = match fact {
            Fact::GivenName => self.person.asked.is_some() || self.person.card.is_some(),
            Fact::Phone => self.person.asked == Some(Fact::Phone),
        };
        if answered {
            return self.stop(Reason::Ambiguous);
        }
        self.person.asked = Some(fact);
        match fact {
            Fact::GivenName => self.to(Step::GivenName),
            Fact::Phone => self.to(Step::Phone),
        }
    }

    fn birthday_typed(mut self) -> (Self, Vec<Effect>) {
        self.person.date.end_day(self.date_order());
        let Some((month, day)) = self.person.date.month_and_day() else {
            return self.stay();
        };
        let right = self.person.patient.as_ref().is_some_and(|patient| born_on_date(patient.birth_date, month, day));
        if right {
            self.try_again = false;
            self.to(Step::IsThisYou)
        } else {
            self.person.date = DateEntry::birthday();
            self.failed_try(Step::Birthday)
        }
    }

    fn typed_answered(mut self, answer: Lookup) -> (Self, Vec<Effect>) {
        match answer {
            Lookup::One(patient) => {
                self.person.patient = Some(patient);
                self.try_again = false;
                self.to(Step::IsThisYou)
            }
            Lookup::AskMore(fact) => self.ask_more(fact),
            // What was typed stays, so that a slip can be mended; the phone is asked for again if need be.
            Lookup::Nobody => {
                self.person.asked = None;
                self.person.phone = FourDigits::default();
                if self.person.card.take().is_some() { self.card_not_found() } else { self.failed_try(Step::BirthDate) }
            }
            Lookup::AskedBefore => self.stay(),
            Lookup::Ambiguous => self.stop(Reason::Ambiguous),
            Lookup::Braked => self.stop(Reason::Guessing),
            Lookup::NoList => self.stop(Reason::NoList),
        }
    }

    fn failed_try(mut self, again: Step) -> (Self, Vec<Effect>) {
        self.tries_left = self.tries_left.saturating_sub(1);
        if self.tries_left == 0 {
            // No one proved to be anyone: no one is named.
            self.forget_person();
            let (next, mut effects) = self.stop(Reason::TooManyTries);
            effects.push(Effect::CountFailedTry);
            return (next, effects);
        }
        self.try_again = true;
        let (next, mut effects) = self.to(again);
        effects.push(Effect::CountFailedTry);
        (next, effects)
    }
}
