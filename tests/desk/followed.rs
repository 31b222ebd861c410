//! One change is read as the visits that it was about: it costs the same on a long day as on a short one, and what was
//! followed is what is read whole.
//!
//! Counted is what the file's engine does, not time. `ARRIVALS_SEED` and `ARRIVALS_ROUNDS` choose other random changes,
//! and more of them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use arrivals::clock::Clock;
use arrivals::desk::store::{HandAction, IfLate, PhoneWish, StaffAction, StaffWork, WalkInByHand};
use arrivals::desk::{Desk, DeskOptions};
use arrivals::domain::appointment::{Appointment, AppointmentStatus};
use arrivals::domain::eligibility::Eligibility;
use arrivals::domain::event::{CheckedIn, KioskEvent, LoggedEvent, StillRight, WalkedIn};
use arrivals::domain::ids::{AppointmentId, Seq};
use arrivals::domain::language::Language;
use arrivals::domain::queue::QueueAction;
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::{CallAs, PrintOutcome, PrintTrouble, Ticket};
use jiff::civil::date;
use jiff::{SignedDuration, ToSpan};

use super::catch_up::{appointment, day_of};
use super::queue::clinic;
use super::support::{Place, TOKEN_A, TOKEN_B, checked_in, event, place, post_of, stopped};

const HOW: (Language, CallAs) = (Language::English, CallAs::Number);

/// What each kind of change costs at a desk with so many visits, the list included: steps of the file's engine.
fn costs(visits: usize) -> Vec<(&'static str, u64)> {
    let place = day_of(visits);
    let desk = &place.desk;
    desk.today().unwrap();
    let steps = desk.with_store(arrivals::desk::store::Store::count_steps).unwrap();
    let id = |n: usize| AppointmentId::new(format!("visit-{n}"));
    // Of those in the middle of the list.
    let (here, expected) = (id(visits / 2 + 7), id(visits / 2 - 7));
    let mut costs = Vec::new();
    let mut cost = |what: &'static str, change: &dyn Fn()| {
        let before = steps.load(Ordering::Relaxed);
        change();
        desk.today().unwrap();
        costs.push((what, steps.load(Ordering::Relaxed) - before));
    };
    cost("a check-in at a kiosk", &|| {
        let post = post_of("lobby", vec![checked_in(1, 'A', 1, &["visit-3"])]);
        assert_eq!(desk.take_post(TOKEN_A, &post).unwrap().waits.len(), 1);
    });
    cost("somebody unknown asks for help", &|| {
        desk.take_post(TOKEN_A, &post_of("lobby", vec![stopped(2, Reason::AskedForHelp, &[])])).unwrap();
    });
    cost("seen", &|| assert!(desk.act(&StaffWork::Visit(here.clone()), StaffAction::Seen, "ana").unwrap()));
    cost("call", &|| desk.call_this(&here, None, "ana").unwrap().unwrap());
    cost("start", &|| desk.queue_step(&here, &QueueAction::Start, "ana").unwrap().unwrap());
    cost("complete", &|| desk.queue_step(&here, &QueueAction::Finish, "ana").unwrap().unwrap());
    cost("undo", &|| {
        let step = desk.today().unwrap().list.get(&here).unwrap().in_line.step.clone().unwrap().0;
        desk.undo_shown(&here, step, "ana").unwrap().unwrap();
    });
    let transfer = QueueAction::Transfer { queue: "Service 1".into(), keep_place: false };
    cost("transfer", &|| desk.queue_step(&here, &transfer, "ana").unwrap().unwrap());
    cost("check in by hand", &|| {
        desk.check_in_by_hand(&expected, HOW, IfLate::CheckIn, "ana").unwrap().unwrap();
    });
    cost("undo that", &|| desk.undo_check_in(&expected, "ana").unwrap().unwrap());
    cost("walk-in by hand", &|| drop(desk.walk_in_by_hand(&walk_in("Ada"), "ana").unwrap()));
    cost("step out by phone", &|| {
        desk.phone_wish(Ticket { number: "A1".parse().unwrap(), date: date(2026, 11, 23) }, PhoneWish::StepOut)
            .unwrap();
    });
    let now = place.clock.now();
    let booked = Appointment {
        id: AppointmentId::new(""),
        start: now + SignedDuration::from_hours(24 * 300),
        ..appointment(visits + 1)
    };
    cost("a booking", &|| drop(desk.book_anyway(&booked, true, "ana").unwrap().unwrap()));
    cost("import of one", &|| {
        let changed = Appointment { place: "Waiting area B".into(), ..appointment(11) };
        desk.import_appointments(&[changed]).unwrap();
    });
    assert!(desk.today().unwrap().followed() > 0, "each of them was followed");
    // Whose card is looked at after a check-in, and after the payer's answer.
    let (_, looked) = desk.cards_to_look_at(None).unwrap();
    let looked = std::cell::Cell::new(looked);
    let look = || {
        let (visits, now) = desk.cards_to_look_at(Some(looked.get())).unwrap();
        looked.set(now);
        assert!(visits.is_some(), "it is followed");
        let due = desk.with_store(|store| store.due_inquiries(visits.as_deref(), place.clock.now())).unwrap();
        desk.settle_coverage_of(&visits).unwrap();
        due
    };
    let mut cost = |what: &'static str, change: &dyn Fn()| {
        let before = steps.load(Ordering::Relaxed);
        change();
        costs.push((what, steps.load(Ordering::Relaxed) - before));
    };
    let due = std::cell::RefCell::new(Vec::new());
    cost("cards after a check-in", &|| {
        desk.take_post(TOKEN_A, &post_of("lobby", vec![checked_in(3, 'A', 3, &["visit-5"])])).unwrap();
        due.replace(look());
    });
    assert!(!due.borrow().is_empty(), "there is a card to ask about");
    cost("cards after an answer", &|| {
        for inquiry in due.take() {
            let answer = Eligibility::Inactive;
            desk.with_store(|store| store.answer_inquiry(&inquiry.key, answer, place.clock.now())).unwrap();
        }
        look();
    });
    let row = desk.with_store(|store| store.visit(&id(5))).unwrap().unwrap();
    assert!(row.reasons.iter().any(|one| one.reason == Reason::CoverageInactive), "{:?}", row.reasons);
    costs
}

fn walk_in(given: &str) -> WalkInByHand {
    WalkInByHand {
        given_name: given.into(),
        family_name: "Walker".into(),
        birth_date: arrivals::domain::person::BirthDate(date(1980, 1, 2)),
        category: "other".into(),
        language: Language::English,
        call_as: CallAs::Number,
    }
}

#[test]
fn a_change_costs_the_same_on_a_day_of_any_length() {
    let all = [100, 2_000, 10_000].map(|visits| (visits, costs(visits)));
    for (n, (what, short)) in all[0].1.iter().enumerate() {
        let each: Vec<u64> = all.iter().map(|(_, costs)| costs[n].1).collect();
        println!("{what}: {each:?} steps at a desk with 100, 2,000 and 10,000 visits");
        assert!(each.iter().all(|steps| *steps < short * 5 / 4 + 50), "{what} is dearer on a longer day: {each:?}");
    }
}

/// Everything that is shown of a day.
fn same_as_read_whole(desk: &Desk, what: &str) {
    let (followed, whole) = (desk.today().unwrap(), desk.today_read_whole().unwrap());
    let rows = |today: &arrivals::desk::service::queue::today::Today| {
        today.list.rows().map(|row| (**row).clone()).collect::<Vec<_>>()
    };
    for (one, other) in rows(&followed).iter().zip(rows(&whole).iter()) {
        assert_eq!(one, other, "after {what}");
    }
    assert_eq!(followed.list.len(), whole.list.len(), "after {what}");
    assert_eq!(followed.queues, whole.queues, "after {what}");
    assert_eq!(
        (&followed.stops, followed.until, &followed.urgent),
        (&whole.stops, whole.until, &whole.urgent),
        "after {what}"
    );
    assert_eq!(followed.date, whole.date, "after {what}");
    for row in whole.list.rows() {
        let Some(ticket) = row.ticket else { continue };
        assert!(followed.visits_of(ticket).eq(whole.visits_of(ticket)), "after {what}");
        let settings = desk.settings();
        assert_eq!(followed.standing(ticket, &settings), whole.standing(ticket, &settings), "after {what}");
        if let Some(name) = settings.pages.token(ticket) {
            assert_eq!(followed.ticket_of(&name), whole.ticket_of(&name), "after {what}");
        }
    }
    assert!(followed.list.taken().eq(whole.list.taken()), "after {what}");
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// Changes by kiosks, staff, phones and lists, in two programs that have the same file open.
struct World {
    place: Place,
    other: Desk,
    chance: Chance,
    seqs: [u64; 2],
}

const VISITS: usize = 40;

impl World {
    fn new(seed: u64) -> Self {
        let place = place();
        place.desk.with_store(|store| store.set_settings(&clinic(), place.clock.now())).unwrap();
        place.desk.notify();
        // Two visits for every third person, and services that go by the clinic's queues and by their own name.
        let list: Vec<Appointment> = (0..VISITS).map(of_the_day).collect();
        place.desk.import_appointments(&list).unwrap();
        let other = place.opened_with(DeskOptions::default());
        Self { place, other, chance: Chance(seed | 1), seqs: [0, 0] }
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.chance.below(all.len())]
    }

    fn visit(&mut self) -> AppointmentId {
        let all: Vec<AppointmentId> = self.place.desk.today().unwrap().list.rows().map(|row| row.id.clone()).collect();
        if all.is_empty() || self.chance.below(20) == 0 {
            AppointmentId::new(format!("unknown-{}", self.chance.below(5)))
        } else {
            self.one_of(&all).clone()
        }
    }

    fn tell(&mut self) -> String {
        let which = self.chance.below(2);
        let (kiosk, token, letter) = [("lobby", TOKEN_A, 'A'), ("annex", TOKEN_B, 'B')][which];
        self.seqs[which] += 1;
        let (seq, now) = (self.seqs[which], self.place.clock.now());
        // The second kiosk's numbers are now and then those of the first.
        let letter = if self.chance.below(12) == 0 { 'A' } else { letter };
        let number = u32::try_from(if self.chance.below(10) == 0 {
            1 + self.chance.below(9)
        } else {
            usize::try_from(seq).unwrap()
        })
        .unwrap();
        let today = self.place.desk.with_store(|store| Ok(store.date_at(now))).unwrap();
        let ticket = Ticket { number: format!("{letter}{number}").parse().unwrap(), date: today };
        let visit = self.visit();
        let said = match self.chance.below(9) {
            0..=3 => KioskEvent::CheckedIn(CheckedIn {
                ticket,
                patient: "p".into(),
                appointments: vec![visit],
                language: Language::Spanish,
                call_as: CallAs::FirstName,
                details: StillRight::Yes,
                insurance: StillRight::Changed,
                companion: None,
                documents: None,
                proposals: Vec::new(),
            }),
            4 => KioskEvent::TicketPrinted {
                ticket,
                outcome: if self.chance.below(2) == 0 {
                    PrintOutcome::Printed
                } else {
                    PrintOutcome::Failed(PrintTrouble::NoPaper)
                },
                appointments: vec![visit],
            },
            5 => stopped(seq, Reason::FeelsUnwell, &[visit.as_str()]).event,
            6 => stopped(seq, *self.one_of(&[Reason::FeelsUnwell, Reason::AskedForHelp]), &[]).event,
            7 => KioskEvent::CodeRefused { reason: Reason::CodeForged, language: Language::English },
            _ => KioskEvent::WalkedIn(WalkedIn {
                ticket,
                appointment: AppointmentId::of_request(ticket),
                given_name: "Walter".into(),
                family_name: format!("Walk{seq}").as_str().into(),
                birth_date: arrivals::domain::person::BirthDate(date(1980, 1, 2)),
                category: "other".into(),
                language: Language::English,
                call_as: CallAs::Number,
                companion: None,
            }),
        };
        let what = format!("{kiosk} {seq}: {said:?}");
        let told = LoggedEvent { at: now, ..event(seq, said) };
        assert_eq!(self.place.desk.take_post(token, &post_of(kiosk, vec![told])).unwrap().held, Seq(seq));
        what
    }

    /// A member of staff does something, in one of the two programs.
    fn act(&mut self) -> String {
        let desk = if self.chance.below(3) == 0 { self.other.clone() } else { self.place.desk.clone() };
        let visit = self.visit();
        let work = StaffWork::Visit(visit.clone());
        let row = self.place.desk.today().unwrap().list.get(&visit).map(|row| (**row).clone());
        let ticket = row.as_ref().and_then(|row| row.ticket);
        let room = self.one_of(&[Some("Room 1"), Some("Room 2")]).to_owned();
        match self.chance.below(22) {
            0 | 1 => drop(desk.act(&work, StaffAction::Seen, "ana").unwrap()),
            2 => drop(desk.act(&work, StaffAction::Accept, "ana").unwrap()),
            3 => drop(desk.act(&work, StaffAction::Decline, "ana").unwrap()),
            4 => drop(desk.act(&work, StaffAction::Undo, "ana").unwrap()),
            5..=7 => drop(desk.call_this(&visit, room, "ana").unwrap()),
            8 => drop(desk.queue_step(&visit, &QueueAction::Start, "ana").unwrap()),
            9 | 10 => drop(desk.queue_step(&visit, &QueueAction::Finish, "ana").unwrap()),
            11 => drop(
                desk.queue_step(
                    &visit,
                    self.one_of(&[QueueAction::Hold, QueueAction::Back, QueueAction::NoShow]),
                    "ben",
                )
                .unwrap(),
            ),
            12 => {
                let queue = (*self.one_of(&["Blood", "Dr. Mraz", "X-ray", "Nowhere"])).to_owned();
                let keep_place = self.chance.below(2) == 0;
                drop(desk.queue_step(&visit, &QueueAction::Transfer { queue, keep_place }, "ben").unwrap());
            }
            13 => {
                let step = row.and_then(|row| row.in_line.step).map_or(0, |(step, _)| step);
                drop(desk.undo_shown(&visit, step, "ana").unwrap());
            }
            14 => drop(desk.check_in_by_hand(&visit, HOW, IfLate::CheckIn, "ana").unwrap()),
            15 => drop(desk.undo_check_in(&visit, "ana").unwrap()),
            16 => drop(desk.set_call_as(&visit, *self.one_of(&[CallAs::Number, CallAs::FirstName]), "ana").unwrap()),
            17 => drop(desk.not_come(&visit, "ana").unwrap()),
            18 => drop(desk.walk_in_by_hand(&walk_in(&format!("Ada{}", self.chance.below(4))), "ana").unwrap()),
            19 => drop(desk.call_off(&visit, "no reason", "ana").unwrap()),
            20 => drop(desk.note(&visit, &HandAction::Note { text: "a note".into() }, "ana").unwrap()),
            _ => {
                let wish = *self.one_of(&[PhoneWish::StepOut, PhoneWish::ComeBack, PhoneWish::Help]);
                if let Some(ticket) = ticket {
                    desk.phone_wish(ticket, wish).unwrap();
                }
            }
        }
        format!("what staff did with {visit}")
    }

    /// A list says something else of some visits, or names new ones, also of another day.
    fn list(&mut self) -> String {
        let n = self.chance.below(VISITS + 6);
        let now = of_the_day(n);
        let changed = match self.chance.below(5) {
            0 => Appointment {
                status: *self.one_of(&[
                    AppointmentStatus::Cancelled,
                    AppointmentStatus::Booked,
                    AppointmentStatus::Arrived,
                ]),
                ..now
            },
            1 => Appointment { start: now.start + SignedDuration::from_mins(45), ..now },
            2 => Appointment {
                start: now.start.to_zoned_datetime(jiff::tz::TimeZone::UTC).saturating_add(1.day()).timestamp(),
                ..now
            },
            3 => Appointment { service: "X-ray".into(), ..now },
            _ => now,
        };
        self.other.import_appointments(&[changed]).unwrap();
        format!("a list said something else of visit {n}")
    }

    /// What cannot be followed, and is read whole.
    fn otherwise(&mut self) -> (String, bool) {
        match self.chance.below(4) {
            0 => {
                let mut settings = ClinicSettings::clone(&self.place.desk.settings());
                settings.points.reverse();
                self.other.with_store(|store| store.set_settings(&settings, self.place.clock.now())).unwrap();
                ("other settings".to_owned(), true)
            }
            1 => {
                self.place.desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
                // Making the list again is no change; whoever follows learns of it with the next one.
                self.place.desk.act(&StaffWork::Visit("visit-1".into()), StaffAction::Seen, "ana").unwrap();
                ("all was made again".to_owned(), false)
            }
            2 => {
                self.place.clock.advance(Duration::from_secs(3600 * 24));
                ("the next day".to_owned(), true)
            }
            _ => {
                let long: Vec<Appointment> = (0..600)
                    .map(|n| Appointment {
                        id: format!("long-{}-{n}", self.place.clock.now()).as_str().into(),
                        ..of_the_day(n)
                    })
                    .collect();
                self.other.import_appointments(&long).unwrap();
                ("a long list".to_owned(), true)
            }
        }
    }
}

fn of_the_day(n: usize) -> Appointment {
    let service = ["Laboratory", "X-ray", "Consultation"][n % 3];
    let mut one = Appointment {
        service: service.into(),
        practitioner: ["Dr. Mraz", "Dr. Herzog"][n % 2].into(),
        ..appointment(n * 11)
    };
    one.id = AppointmentId::new(format!("visit-{n}"));
    one.person.id = format!("patient-{}", if n.is_multiple_of(3) { n } else { n - n % 3 + 1 }).as_str().into();
    one
}

#[test]
fn what_is_followed_is_what_is_read_whole() {
    let of = |name: &str, usual: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let seed = of("ARRIVALS_SEED", 20_261_130);
    println!("ARRIVALS_SEED={seed}");
    let mut world = World::new(seed);
    let (mut followed, mut whole) = (0, 0);
    for round in 0..of("ARRIVALS_ROUNDS", 400) {
        let before = world.place.desk.today().unwrap().followed();
        let (what, must_be_whole) = match world.chance.below(40) {
            0..=15 => (world.tell(), false),
            16..=34 => (world.act(), false),
            35..=38 => (world.list(), false),
            _ if round > 100 && world.chance.below(3) == 0 => world.otherwise(),
            _ => {
                world.place.clock.advance(Duration::from_secs(60 * (1 + world.chance.0 % 17)));
                ("some minutes".to_owned(), false)
            }
        };
        let what = format!("round {round}, {what}");
        same_as_read_whole(&world.place.desk, &what);
        same_as_read_whole(&world.other, &format!("{what}, in the other program"));
        let now = world.place.desk.today().unwrap().followed();
        if now > before {
            followed += 1;
        } else if now == 0 {
            whole += 1;
        }
        assert!(!must_be_whole || now == 0, "{what}: nobody can follow that");
    }
    println!("{followed} changes were followed, {whole} read whole");
    assert!(followed > whole * 4, "{followed} were followed, {whole} read whole");
}
