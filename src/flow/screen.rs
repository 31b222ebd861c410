//! What to show, as a plain value: a test can read it, and the window only paints it.

use jiff::civil::{Date, DateTime};

use super::around::{Look, Over, Said};
use super::card::{CardPart, PhotoDoubt};
use super::conversation::Conversation;
use super::detail_lines::{DetailLine, to_change, to_look_at};
use super::details::Part;
use super::entry::{DateEntry, DateOrder, DatePart, DateTrouble};
use super::found::{Asks, MaskedInsurance, SiteFace, Visit};
use super::person::TicketAtHand;
use super::step::{NewDetail, ScanWord, Step};
use crate::domain::contact::{self, Doubt};
use crate::domain::document::Document;
use crate::domain::insurance::{Coverage, Side};
use crate::domain::language::Language;
use crate::domain::payer::MemberDoubt;
use crate::domain::private::Private;
use crate::domain::proposal::Field;
use crate::domain::reason::Reason;

/// One page and all that is on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Screen {
    /// Which page: one for each step.
    pub step: Step,
    /// In which language.
    pub language: Language,
    /// How far along: this part of this many. `None` where progress means nothing.
    pub progress: Option<(u8, u8)>,
    /// Whether "Back" leads somewhere.
    pub can_go_back: bool,
    /// How it looks.
    pub look: Look,
    /// A question that covers it.
    pub over: Option<Over>,
    /// Someone else is checked in than anyone who touches the screen.
    pub for_other: bool,
    /// A request without an appointment is being made.
    pub walk_in: bool,
    /// The notice above its question.
    pub said: Said,
    /// What is particular to the page.
    pub content: Content,
}

/// What is particular to a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Nothing but words.
    Words,
    /// A code can be held out.
    Find(ScanWord),
    /// A date is being typed.
    Date {
        /// 1 to 12, once chosen.
        month: Option<i8>,
        /// As typed.
        day: String,
        /// As typed.
        year: String,
        /// What comes next.
        part: DatePart,
        /// What is wrong.
        trouble: Option<DateTrouble>,
        /// The day is asked for before the month.
        day_first: bool,
        /// The last try found no one; this many are left.
        try_again: Option<u8>,
    },
    /// A name is being typed.
    Name {
        /// Before the cursor.
        before: Private,
        /// After it.
        after: Private,
    },
    /// The last four digits of a phone number, as far as they are typed.
    Digits(Private),
    /// What the visits need.
    Documents(Vec<Document>),
    /// First name and initial of who was found.
    Person(Private),
    /// The visits, and how many can be checked in.
    Visits(Vec<Visit>, usize),
    /// What is on file of how to reach them, as far as it is shown.
    Details(Vec<DetailLine>),
    /// What of it can be changed, and what they say is different.
    Changes(Vec<DetailLine>, Vec<NewDetail>),
    /// A language is chosen; the one on file.
    Languages(String),
    /// One of these is being typed.
    NewDetail {
        /// Before the cursor.
        before: Private,
        /// After it.
        after: Private,
        /// What does not look right.
        doubt: Option<Doubt>,
        /// How it usually looks; empty if there is nothing to show.
        example: String,
        /// Digits are enough.
        is_digits: bool,
    },
    /// The cards on file: the first, and the second.
    Insurance([Option<MaskedInsurance>; 2]),
    /// A part of a card is being typed.
    CardText(Box<CardText>),
    /// All that was typed of a card.
    CardReview {
        /// The card.
        card: Box<Coverage>,
        /// It is the second one, and whether it pays first.
        second: Option<bool>,
        /// There may be one more card.
        can_add: bool,
        /// The payer can be changed.
        can_change_payer: bool,
        /// Sides of which there is a photo; `None`: there is no camera.
        photos: Option<Vec<Side>>,
    },
    /// A card is being photographed.
    CardPhoto {
        /// Which side.
        side: Side,
        /// The photo that was just taken, and what is wrong with it.
        shot: Option<Option<PhotoDoubt>>,
    },
    /// How to be called; the first name is an example on the page.
    CallAs(Private),
    /// The ticket.
    Ticket(TicketAtHand),
    /// Why it did not go on, with what is known of where and when.
    Why {
        /// The reason.
        reason: Reason,
        /// The place of the visit concerned.
        place: String,
        /// When to come: the opening of check-in, or the visit on another day.
        when: Option<DateTime>,
        /// The other site, if the clinic described it.
        site: Option<SiteFace>,
    },
}

/// A part of a card, being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardText {
    /// Before the cursor.
    pub before: Private,
    /// After it.
    pub after: Private,
    /// Why the member number does not look right.
    pub doubt: Option<MemberDoubt>,
    /// How it usually looks; empty if there is nothing to show.
    pub example: String,
    /// The payer is chosen from the list of all; else its name is typed.
    pub lists_payers: bool,
    /// Payers that may be meant: code and name.
    pub payers: Vec<(String, String)>,
    /// The second card.
    pub is_second: bool,
}

/// The parts that are counted of a request without an appointment.
const WALK_IN_PARTS: u8 = 3;

impl Conversation {
    /// What to show now.
    #[must_use]
    pub fn screen(&self) -> Screen {
        let asks = self
            .person
            .patient
            .as_ref()
            .map_or(Asks { details: true, insurance: true, photos: false }, |patient| patient.asks);
        let parts = 4 + u8::from(asks.details) + u8::from(asks.insurance);
        let progress = match self.step {
            Step::BirthDate | Step::FamilyName | Step::GivenName if self.person.walk_in => Some(1),
            Step::WalkInReason => Some(2),
            Step::CallAs if self.person.walk_in => Some(3),
            Step::Find
            | Step::CompanionName
            | Step::BirthDate
            | Step::FamilyName
            | Step::GivenName
            | Step::Phone
            | Step::Birthday => Some(1),
            Step::IsThisYou => Some(2),
            Step::Visits | Step::Documents => Some(3),
            Step::Details | Step::ChangeDetails | Step::NewDetail(_) => Some(4),
            Step::Insurance | Step::ChangeInsurance | Step::NewCard(_) => Some(4 + u8::from(asks.details)),
            Step::CallAs => Some(parts),
            _ => None,
        };
        let can_go_back = match self.step {
            Step::Help => !matches!(self.came_from(), Step::Welcome),
            _ => progress.is_some(),
        };
        Screen {
            step: self.step,
            language: self.language,
            progress: progress.map(|part| (part, if self.person.walk_in { WALK_IN_PARTS } else { parts })),
            can_go_back,
            look: self.look,
            over: self.over,
            for_other: self.for_other,
            walk_in: self.person.walk_in,
            said: self.said(),
            content: self.content(),
        }
    }

    fn content(&self) -> Content {
        match (self.step, &self.person.patient) {
            (Step::Find, _) => Content::Find(self.scan_word),
            (Step::BirthDate | Step::Birthday, _) => {
                date_content(&self.person.date, self.date_order(), self.try_again.then_some(self.tries_left), None)
            }
            (Step::NewCard(part), _) if part.is_date() => {
                let too_soon = self.person.card_entry.ends_too_soon.then_some(DateTrouble::EndsTooSoon);
                date_content(&self.person.card_entry.date, self.date_order(), None, too_soon)
            }
            (Step::NewCard(part), _) => self.card_content(part),
            (Step::FamilyName | Step::GivenName | Step::CompanionName, _) => {
                let entry = match self.step {
                    Step::GivenName => &self.person.given_name,
                    Step::CompanionName => &self.companion,
                    _ => &self.person.name,
                };
                let (before, after) = entry.around_cursor();
                Content::Name { before: before.into(), after: after.into() }
            }
            (Step::Phone, _) => Content::Digits(self.person.phone.text().clone()),
            (Step::Documents, _) => Content::Documents(self.documents_needed()),
            (Step::IsThisYou, Some(patient)) => Content::Person(patient.shown_name.clone()),
            (Step::Visits, Some(patient)) => Content::Visits(patient.visits.clone(), self.open_visits().count()),
            (Step::Details, Some(patient)) => {
                Content::Details(to_look_at(&patient.contact, &patient.takes, self.language))
            }
            (Step::ChangeDetails, Some(patient)) => Content::Changes(
                to_change(&patient.contact, &patient.takes, &self.person.changes),
                self.person.changes.clone(),
            ),
            (Step::NewDetail(Part::Language), Some(patient)) => Content::Languages(patient.contact.language.clone()),
            (Step::NewDetail(Part::Interpreter), _) => Content::Words,
            (Step::NewDetail(part), Some(patient)) => {
                let (before, after) = self.person.detail.text.around_cursor();
                let country = patient.country.as_str();
                let (example, is_digits) = match part {
                    part if part.is_phone() => (contact::phone_example(country), true),
                    Part::PostalCode => {
                        (contact::postal_code_example(country).to_owned(), contact::postal_code_is_digits(country))
                    }
                    _ => (String::new(), false),
                };
                Content::NewDetail {
                    before: before.into(),
                    after: after.into(),
                    doubt: self.person.detail.doubt,
                    example,
                    is_digits,
                }
            }
            (Step::Insurance | Step::ChangeInsurance, Some(patient)) => {
                Content::Insurance([patient.insurance.clone(), patient.second_insurance.clone()])
            }
            (Step::CallAs, None) => Content::CallAs(self.person.given_name.text().clone()),
            (Step::CallAs, Some(patient)) => Content::CallAs(patient.first_name.clone()),
            (Step::Printing | Step::Done, _) => match &self.person.at_hand {
                Some(at_hand) => Content::Ticket(at_hand.clone()),
                None => Content::Words,
            },
            (Step::Stopped(reason), _) => {
                let visit = self.telling_visit();
                Content::Why {
                    reason,
                    place: visit.map(|visit| visit.place.clone()).unwrap_or_default(),
                    when: visit.and_then(|visit| match reason {
                        Reason::TooEarly => visit.opens,
                        Reason::OtherDay | Reason::TooLate | Reason::Cancelled => Some(visit.start),
                        _ => None,
                    }),
                    site: visit.and_then(|visit| visit.site.clone()),
                }
            }
            _ => Content::Words,
        }
    }

    fn card_content(&self, part: CardPart) -> Content {
        let entry = &self.person.card_entry;
        let is_second = entry.field == Field::SecondInsurance;
        if part == CardPart::Review {
            return Content::CardReview {
                card: Box::new(entry.card.clone()),
                second: is_second.then_some(entry.pays_first),
                can_add: !is_second && !self.has_second_card(),
                can_change_payer: self.payers_count() != 1,
                photos: self.takes_photos().then(|| entry.photos.clone()),
            };
        }
        if let CardPart::Photo(side) = part {
            return Content::CardPhoto { side, shot: entry.shot };
        }
        let (before, after) = entry.text.around_cursor();
        let payer = self.payer_of_card();
        Content::CardText(Box::new(CardText {
            before: before.into(),
            after: after.into(),
            doubt: entry.doubt,
            example: payer.filter(|_| part == CardPart::MemberId).map(|payer| payer.example()).unwrap_or_default(),
            lists_payers: part == CardPart::Payer && entry.lists_payers,
            payers: if part == CardPart::Payer { self.payers_found() } else { Vec::new() },
            is_second,
        }))
    }
}

fn date_content(date: &DateEntry, order: DateOrder, try_again: Option<u8>, besides: Option<DateTrouble>) -> Content {
    let (month, day, year) = date.typed();
    Content::Date {
        month,
        day: day.to_owned(),
        year: year.to_owned(),
        part: date.part(order),
        trouble: date.trouble().or(besides),
        day_first: order == DateOrder::DayFirst,
        try_again,
    }
}

/// The day, month and year of a date, as numbers for a page.
#[must_use]
pub fn day_month_year(date: Date) -> (i32, i32, i32) {
    (i32::from(date.day()), i32::from(date.month()), i32::from(date.year()))
}
