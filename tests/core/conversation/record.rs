//! A conversation of today's programs, held over HTTP and written down. Everybody in it is invented.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrivals::clock::Clock as _;
use arrivals::domain::appointment::{Appointment, AppointmentStatus};
use arrivals::domain::born::Born;
use arrivals::domain::document::{Document, Documents};
use arrivals::domain::event::{Ended, KioskEvent, StepTime, StepTimes, StillRight};
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::insurance::{Coverage, Side};
use arrivals::domain::kiosk::{OrderEnd, OrderStage};
use arrivals::domain::language::Language;
use arrivals::domain::person::{BirthDate, Contact};
use arrivals::domain::private::Private;
use arrivals::domain::proposal::{Field, Proposal, Source, Value as New};
use arrivals::domain::reason::Reason;
use arrivals::domain::settings::{ClinicSettings, Localized, WalkInCategory};
use arrivals::domain::ticket::{CallAs, PrintOutcome, PrintTrouble, Ticket};
use arrivals::store::photos::Photo;
use arrivals::store::tickets::{CheckIn, WalkIn};
use arrivals::sync::wire::{BrakeHealth, Condition, DeviceHealth, OrderKind, PIECE_BYTES_MAX};
use arrivals::sync::worker::Told;
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use serde_json::Value;

use super::super::people::{appointment, checked_in, payers};
use super::line::{Does, Exchange, Line, Taken};
use super::story::{AtDesk, AtKiosk};
use super::way::{Answers, ask};

const KIOSK: &str = "lobby";
const TOKEN: &str = "an-invented-token-of-the-lobby-kiosk";
/// In place of a real one.
const PAGE_KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const MONDAY: Date = date(2026, 11, 23);

type Lines = Arc<Mutex<Vec<Line>>>;

/// The desk that listens there, and what it is asked and answers, line by line.
#[derive(Clone)]
struct Recorder {
    addr: SocketAddr,
    lines: Lines,
}

impl Answers for Recorder {
    async fn answer(&self, method: &str, path: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
        let said: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut exchange = Exchange {
            method: method.to_owned(),
            path: path.to_owned(),
            body: said,
            status: None,
            answer: Value::Null,
        };
        // How the kiosk is, the desk hears at once, long before it answers, and also if nobody waits for the answer any
        // more.
        if exchange.place() == "/api/kiosk/health" {
            self.lines.lock().unwrap().push(Line::Asks(exchange.clone()));
        }
        let (status, answer) = ask(self.addr, TOKEN, method, path, &body).await;
        exchange.status = Some(status);
        exchange.answer = serde_json::from_slice(&answer).unwrap_or_default();
        if let Some(key) = exchange.answer.pointer_mut("/settings/pages/key") {
            *key = PAGE_KEY.into();
        }
        self.lines.lock().unwrap().push(Line::Asks(exchange));
        (status, answer)
    }
}

struct Recording {
    lines: Lines,
    desk: AtDesk,
    kiosk: AtKiosk<Recorder>,
}

impl Recording {
    async fn does(&mut self, does: Does) {
        self.lines.lock().unwrap().push(Line::Does { does: does.clone() });
        self.kiosk.does(&does).await;
        self.desk.does(&does);
    }

    async fn until(&self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        for _ in 0..400 {
            if is_so(self) {
                // What both still have to say to each other after it.
                tokio::time::sleep(Duration::from_millis(300)).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("waited in vain until {what}");
    }

    async fn in_step(&self) {
        self.kiosk.wake.notify_one();
        self.until("the desk has everything", |this| {
            let store = this.kiosk.store();
            store.last_seq().unwrap() == store.held().unwrap()
                && !store.is_unheard()
                && store.pending_photos().unwrap().is_empty()
        })
        .await;
    }

    async fn has_listed(&self, count: usize) {
        self.until("the list has come", |this| this.kiosk.store().list().unwrap().len() == count).await;
    }

    fn says(&self, event: &KioskEvent) {
        let at = self.kiosk.clock.now();
        self.kiosk.store().append(at, event).unwrap();
    }

    /// Staff want something, and the kiosk says that it was done.
    async fn orders(&mut self, order: OrderKind, is: OrderStage, why: &str) {
        let kind = order.clone();
        self.kiosk.told.lock().unwrap().clear();
        self.does(Does::Orders { order }).await;
        let heard = move |this: &Self| {
            this.kiosk.told.lock().unwrap().iter().find_map(|word| match word {
                Told::Orders(orders) => orders.iter().find(|order| order.what == kind).map(|order| order.id),
                _ => None,
            })
        };
        // An answer for which the kiosk did not wait is given again when some seconds have passed.
        for _ in 0..6 {
            for _ in 0..50 {
                if heard(self).is_none() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            if heard(self).is_none() {
                let at = self.kiosk.clock.now() + SignedDuration::from_secs(6);
                self.does(Does::Clock { at }).await;
                self.desk.desk.notify();
            }
        }
        let id = heard(self).expect("the kiosk hears of it");
        self.kiosk.vitals.set(|health| {
            health.obeyed = id;
            health.ends = vec![OrderEnd { order: id, is, why: why.to_owned() }];
        });
        self.until("the desk has heard what became of it", |this| {
            let (now, kiosk) = (this.desk.clock.now(), &this.desk.kiosk);
            let rows = this.desk.desk.with_store(|store| store.orders_of(kiosk, 99, now)).unwrap();
            rows.iter().any(|row| row.id == id && format!("{:?}", row.state) != "Waiting")
        })
        .await;
    }
}

fn settings() -> ClinicSettings {
    let mut settings = ClinicSettings { name: "Mill Street Clinic".into(), ..ClinicSettings::default() };
    settings.walk_in = vec![WalkInCategory {
        code: "general".into(),
        name: Localized([(Language::English, "Something else".to_owned())].into()),
        place: "Waiting area B".into(),
    }];
    settings.insurance.payers = payers();
    settings
}

/// Each visit is its own person's.
fn visit(n: usize) -> Appointment {
    let (given, family) =
        [("Ada", "Example"), ("Ben", "Sample"), ("Zoë", "Núñez Muster"), ("Omar", "Beispiel"), ("Lin", "Voorbeeld")]
            [n - 1];
    let mut one = appointment(&format!("apt-{n}"));
    one.person.id = format!("patient-{n}").as_str().into();
    (one.person.given_name, one.person.family_name) = (given.into(), family.into());
    one.person.contact = Contact { phone: format!("555-010-000{n}").as_str().into(), ..Contact::default() };
    if n == 5 {
        // Nobody is taken out on the day of their visit.
        one.start += SignedDuration::from_hours(24);
    }
    if n == 1 {
        one.person.language = Some("es".into());
        one.documents = vec![Document::Referral];
        one.coverage =
            Some(Coverage { payer: "Example Health".into(), member_id: "H0001".into(), ..Coverage::default() });
    }
    one
}

fn imports(list: &[Appointment]) -> Does {
    Does::Imports { appointments: list.iter().map(|one| serde_json::to_value(one).unwrap()).collect() }
}

fn ticket(number: &str) -> Ticket {
    Ticket { number: number.parse().unwrap(), date: MONDAY }
}

pub async fn record() -> Vec<Line> {
    let first = Does::Opens {
        at: "2026-11-23T14:05:00Z".parse().unwrap(),
        settings: serde_json::to_value(settings()).unwrap(),
    };
    let desk = AtDesk::open(&first);
    let lines: Lines = Arc::new(Mutex::new(vec![Line::Does { does: first }]));
    let serving = desk.desk.serve(([127, 0, 0, 1], 0).into()).await.unwrap();
    let recorder = Recorder { addr: serving.addr, lines: Arc::clone(&lines) };
    let kiosk = AtKiosk::new(desk.clock.clone(), KIOSK, "A", recorder);
    let mut all = Recording { lines, desk, kiosk };
    all.does(Does::Enrolls { kiosk: KIOSK.into(), letters: "A".into(), token: TOKEN.into() }).await;
    all.does(imports(&(1..=5).map(visit).collect::<Vec<_>>())).await;
    all.does(Does::Starts).await;
    all.has_listed(5).await;
    all.in_step().await;
    people_come(&mut all).await;
    staff_work(&mut all).await;
    things_break(&mut all).await;
    all.kiosk.stop().await;
    serving.stop().await;
    let ends = Line::Ends { desk: all.desk.ends(), kiosk: all.kiosk.ends() };
    let mut lines = std::mem::take(&mut *all.lines.lock().unwrap());
    lines.push(ends);
    lines
}

async fn people_come(all: &mut Recording) {
    let side = |side, text: &str, bytes| Taken { field: Field::Insurance, side, text: text.into(), bytes };
    let photos = vec![
        side(Side::Front, "the front of an invented card; ", PIECE_BYTES_MAX + 1000),
        side(Side::Back, "the back of an invented card; ", 900),
    ];
    all.does(Does::Photographs { photos: photos.clone() }).await;
    let pictures: Vec<Vec<u8>> = photos.iter().map(Taken::picture).collect();
    let photos: Vec<Photo<'_>> = photos
        .iter()
        .zip(&pictures)
        .map(|(taken, picture)| Photo { field: taken.field, side: taken.side, picture })
        .collect();
    let new = Coverage {
        payer: "Other Mutual".into(),
        payer_code: "other".into(),
        member_id: "M-77".into(),
        ..Coverage::default()
    };
    let proposal = |field: Field, new, photos: &[Side]| Proposal {
        field,
        old: field.nothing(),
        new,
        source: Source::Typed,
        insisted: false,
        photos: photos.to_vec(),
    };
    let proposals = [
        proposal(Field::Phone, New::Text("555-010-0099".into()), &[]),
        proposal(Field::Insurance, New::Coverage(Box::new(new)), &[Side::Front, Side::Back]),
    ];
    let (patient, visits, companion) =
        ("patient-1".into(), [AppointmentId::from("apt-1")], Private::from("Cleo Example"));
    let documents = Documents { needed: vec![Document::Referral], brought: false };
    let given = all.kiosk.store().check_in(&CheckIn {
        at: all.kiosk.clock.now(),
        language: Language::Spanish,
        call_as: CallAs::FirstName,
        details: StillRight::Changed,
        insurance: StillRight::Changed,
        companion: Some(&companion),
        documents: Some(&documents),
        proposals: &proposals,
        photos: &photos,
        ..checked_in(&patient, &visits)
    });
    assert_eq!(given.unwrap().ticket, ticket("A1"));
    all.in_step().await;
    let print = |ticket: &Ticket, outcome, visit: &str| KioskEvent::TicketPrinted {
        ticket: *ticket,
        outcome,
        appointments: vec![visit.into()],
    };
    all.says(&print(&ticket("A1"), PrintOutcome::Printed, "apt-1"));
    all.in_step().await;
    all.does(Does::Clock { at: "2026-11-23T14:12:00Z".parse().unwrap() }).await;
    let (ben, visits) = ("patient-2".into(), [AppointmentId::from("apt-2")]);
    all.kiosk
        .store()
        .check_in(&CheckIn {
            at: all.kiosk.clock.now(),
            insurance: StillRight::AskTheDesk,
            ..checked_in(&ben, &visits)
        })
        .unwrap();
    all.says(&print(&ticket("A2"), PrintOutcome::Failed(PrintTrouble::NoPaper), "apt-2"));
    let (given_name, family_name) = (Private::from("Ida"), Private::from("Walker-In"));
    let asks = WalkIn {
        at: all.kiosk.clock.now(),
        date: MONDAY,
        given_name: &given_name,
        family_name: &family_name,
        birth_date: BirthDate(date(1990, 2, 28)),
        category: "general",
        language: Language::Arabic,
        call_as: CallAs::Number,
        companion: None,
        place: "Waiting area A",
    };
    let (_, request) = all.kiosk.store().walk_in(&asks).unwrap();
    all.says(&print(&ticket("A3"), PrintOutcome::Unknown, request.as_str()));
    all.says(&KioskEvent::Stopped {
        reason: Reason::FeelsUnwell,
        step: "find".into(),
        patient: None,
        appointments: Vec::new(),
        language: Language::English,
    });
    all.says(&KioskEvent::Stopped {
        reason: Reason::DetailsUnclear,
        step: "contact".into(),
        patient: Some("patient-3".into()),
        appointments: vec!["apt-3".into()],
        language: Language::Spanish,
    });
    all.says(&KioskEvent::CodeRefused { reason: Reason::CodeForged, language: Language::English });
    all.says(&KioskEvent::WalkedAway { step: "birth-date".into() });
    let steps = vec![
        StepTime { step: "find".into(), shown: 2, tenths: 130 },
        StepTime { step: "ticket".into(), shown: 1, tenths: 48 },
    ];
    all.says(&KioskEvent::ConversationEnded(StepTimes { ended: Ended::Ticket, ticket_after_tenths: Some(412), steps }));
    all.in_step().await;
}

async fn staff_work(all: &mut Recording) {
    all.does(Does::Acknowledges { appointment: "apt-1".into() }).await;
    all.until("the kiosk hears that it was acknowledged", |this| {
        this.kiosk.store().ticket(&"apt-1".into()).unwrap().is_some_and(|known| known.seen)
    })
    .await;
    all.kiosk.vitals.set(|health| {
        health.printer = DeviceHealth { is: Condition::Soon, why: "paper is nearly out".into() };
        health.scanner = DeviceHealth { is: Condition::Ready, why: String::new() };
        (health.celsius, health.disk_free_mib) = (Some(51), Some(9000));
    });
    all.orders(OrderKind::OutOfService { text: "Being cleaned".into() }, OrderStage::Done, "").await;
    all.orders(OrderKind::InService, OrderStage::Done, "").await;
    all.orders(OrderKind::Say { text: "One moment, please".into() }, OrderStage::Done, "").await;
    all.orders(OrderKind::PrintAgain { ticket: ticket("A1") }, OrderStage::NotDone, "out of paper").await;
    all.orders(OrderKind::Restart, OrderStage::Waiting, "").await;
    all.kiosk
        .vitals
        .set(|health| health.brake = Some(BrakeHealth { until: Some("2026-11-23T15:00:00Z".parse().unwrap()) }));
    all.until("the desk has heard that it looks nobody up", |this| {
        let watch = this.desk.desk.kiosks().unwrap();
        watch.kiosks.iter().any(|one| {
            one.row.health.as_ref().is_some_and(|heard| heard.health.brake.is_some_and(|brake| brake.until.is_some()))
        })
    })
    .await;
    all.orders(OrderKind::LookAgain, OrderStage::Done, "").await;
    all.kiosk.vitals.set(|health| health.brake = Some(BrakeHealth::default()));
    // The booking system changes a visit, and loses a date of birth.
    let mut moved = visit(2);
    (moved.minutes, moved.status) = (40, AppointmentStatus::Booked);
    let mut without = visit(4);
    without.person.birth_date = Born::Year(1936);
    all.does(imports(&[moved, without])).await;
    all.has_listed(4).await;
    all.does(Does::Settings {
        settings: serde_json::to_value(ClinicSettings { name: "Mill Street Clinic West".into(), ..settings() })
            .unwrap(),
    })
    .await;
    all.until("the kiosk has the new name", |this| {
        this.kiosk.store().settings().unwrap().is_some_and(|its| its.name.ends_with("West"))
    })
    .await;
    all.does(Does::Removes { patient: "patient-5".into() }).await;
    all.has_listed(3).await;
}

async fn things_break(all: &mut Recording) {
    // Two people walked away; of the first nobody knows any more.
    let lost = all.kiosk.store().last_seq().unwrap().0 + 1;
    all.does(Does::Loses { seq: lost }).await;
    all.in_step().await;
    all.does(Does::Clock { at: "2026-11-23T15:20:00Z".parse().unwrap() }).await;
    all.does(Does::Starts).await;
    all.in_step().await;
    let (zoe, visits) = ("patient-3".into(), [AppointmentId::from("apt-3")]);
    all.kiosk.store().check_in(&CheckIn { at: all.kiosk.clock.now(), ..checked_in(&zoe, &visits) }).unwrap();
    all.in_step().await;
    // An empty card, with which people go on before the desk is reached.
    all.does(Does::NewCard).await;
    all.kiosk.store().begin_unheard();
    all.says(&KioskEvent::WalkedAway { step: "welcome".into() });
    all.says(&KioskEvent::WalkedAway { step: "find".into() });
    all.kiosk.told.lock().unwrap().clear();
    all.does(Does::Starts).await;
    all.until("the desk refuses", |this| {
        this.kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Refused(_) | Told::Disagree { .. }))
    })
    .await;
    all.does(Does::AllowsToContinue).await;
    all.kiosk.wake.notify_one();
    all.until("the kiosk continues", |this| {
        this.kiosk.told.lock().unwrap().iter().any(|word| matches!(word, Told::Adopted { .. }))
    })
    .await;
    all.in_step().await;
    all.has_listed(3).await;
}
