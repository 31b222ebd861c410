//! What happens in a clinic, one thing after the other, as the seed has it.

use arrivals::desk::store::{IfLate, Seen, StaffAction, StaffWork, WalkInByHand};
use arrivals::domain::event::KioskEvent;
use arrivals::domain::ids::AppointmentId;
use arrivals::domain::language::Language;
use arrivals::domain::person::BirthDate;
use arrivals::domain::queue::{QueueAction, VisitState};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::{CallAs, Ticket};
use arrivals::domain::visit::VisitRow;
use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::json;

use super::checks::{Kind, Paper};
use super::network::Age;
use super::world::World;

const REASONS: [Reason; 4] = [Reason::FeelsUnwell, Reason::AskedForHelp, Reason::NotFound, Reason::TooManyTries];

impl World {
    /// One step. By day they are close together, and by night as well as over midnight something happens now and then.
    pub async fn step(&mut self) {
        self.counts.steps += 1;
        let hour = self.now.to_zoned_datetime(self.day.zone().clone()).hour();
        let most = if (7..19).contains(&hour) { 30 } else { 100 };
        let minutes = self.draw(most);
        self.pass(SignedDuration::from_mins(minutes.cast_signed()));
        self.clean_up();
        self.happens().await;
        let rest = 100 + self.draw(15_000);
        tokio::time::sleep(std::time::Duration::from_millis(rest)).await;
        self.tidy();
        for one in 0..self.kiosks.len() {
            if self.draw(2) == 0 {
                self.allow(one);
            }
        }
        self.check();
    }

    async fn happens(&mut self) {
        let one = self.draw(3) as usize;
        match self.draw(44) {
            0 => {
                self.trace(format_args!("{} starts again", self.kiosks[one].id));
                let net = std::sync::Arc::clone(&self.net);
                self.kiosks[one].start(&net, super::world::LOSSES_OF_TEN).await;
            }
            1..=3 => {
                let is_cut = self.draw(3) == 0;
                self.trace(format_args!("{} is cut off: {is_cut}", self.kiosks[one].id));
                self.kiosks[one].cut.set(is_cut);
            }
            4 => self.backup(),
            5 if self.draw(2) == 0 => self.restore().await,
            6 => self.copy_card(one),
            7 => self.replace_card(false).await,
            8 if self.draw(4) == 0 => self.replace_card(true).await,
            9 => {
                let ahead = self.some_clock();
                self.set_desk_clock(ahead);
            }
            10 => {
                let ahead = self.some_clock();
                self.set_kiosk_clock(one, ahead);
            }
            11 => self.set_desk_clock(SignedDuration::ZERO),
            12 => self.set_kiosk_clock(one, SignedDuration::ZERO),
            13 => {
                self.counts.versions += 1;
                let age = Age::ALL[self.draw(4) as usize];
                self.trace(format_args!("{}: {age:?}", self.kiosks[one].id));
                self.kiosks[one].set_age(age);
            }
            14 => {
                let was_late = self.net.deliver_late();
                self.trace(format_args!("a late post: {was_late}"));
            }
            15 | 16 => self.someone_stops(one),
            17 | 18 => {
                let name = format!("Walk-in {}", self.counts.steps);
                let given = self.kiosks[one].walk_in(&self.day, &name);
                self.gives(one, &name, given);
            }
            19 => self.walks_in_by_hand(),
            20 => {
                let visit = self.some_visit();
                self.checks_in_by_hand(&visit);
            }
            21..=30 => self.staff_act(),
            31 if self.draw(2) == 0 => self.stop_desk(),
            32 | 33 => self.start_desk(),
            34 => self.says_something_newer(one),
            _ => {
                let visit = self.some_visit();
                let given = self.kiosks[one].check_in(&self.day, &visit);
                if given.is_none() {
                    // The kiosk knows nothing of it, or sends everyone to the desk.
                    self.checks_in_by_hand(&visit);
                }
                self.gives(one, visit.as_str(), given);
            }
        }
    }

    /// A clock is wrong by minutes, hours, a day, months or years.
    fn some_clock(&self) -> SignedDuration {
        let sign = if self.draw(2) == 0 { 1 } else { -1 };
        let n = self.draw(10).cast_signed() + 1;
        sign * match self.draw(7) {
            0 | 1 => SignedDuration::from_mins(7 * n),
            2 => SignedDuration::from_hours(n),
            3 => SignedDuration::from_hours(24),
            4 => SignedDuration::from_hours(24 * (30 + n)),
            5 => SignedDuration::from_hours(24 * 366),
            _ => SignedDuration::from_hours(24 * 365 * n),
        }
    }

    fn someone_stops(&mut self, one: usize) {
        let reason = REASONS[self.draw(4) as usize];
        let appointments = if self.draw(2) == 0 { vec![self.some_visit()] } else { Vec::new() };
        let event =
            KioskEvent::Stopped { reason, step: "x".into(), patient: None, appointments, language: Language::English };
        self.kiosks[one].append(&event);
    }

    /// A kiosk of tomorrow.
    fn says_something_newer(&mut self, one: usize) {
        let visit = self.some_visit();
        let said = match self.draw(3) {
            0 => json!({ "kind": "paid", "cents": 2000 }),
            1 => json!({ "kind": "stopped", "reason": "possible-infection", "step": "x", "patient": null,
                "appointments": [visit], "language": "tlh" }),
            _ => json!({ "kind": "stopped", "reason": "lost-a-child", "step": "x", "patient": null,
                "appointments": [], "language": "en" }),
        };
        self.kiosks[one].append(&serde_json::from_value(said).unwrap());
    }

    fn walks_in_by_hand(&mut self) {
        let Some(desk) = self.desk() else { return };
        let name = format!("Walk-in {}", self.counts.steps);
        let who = WalkInByHand {
            given_name: name.as_str().into(),
            family_name: "Example".into(),
            birth_date: BirthDate(date(1950, 1, 1)),
            category: "x".into(),
            language: Language::English,
            call_as: CallAs::Number,
        };
        let (visit, ticket) = desk.walk_in_by_hand(&who, "ana").unwrap();
        self.model.arrives(visit.as_str());
        self.hands_out(Paper { who: name, visit, ticket, kind: Kind::ByHand, card: None, is_lost: false });
        self.net.ring();
    }

    fn checks_in_by_hand(&mut self, visit: &AppointmentId) {
        let Some(desk) = self.desk() else { return };
        self.check();
        let before = desk.visit(visit).unwrap().and_then(|visit| visit.ticket);
        // The desk's clock may be on another day: then it refuses.
        let Ok(ticket) =
            desk.check_in_by_hand(visit, (Language::English, CallAs::Number), IfLate::CheckIn, "ana").unwrap()
        else {
            return;
        };
        if before != Some(ticket) {
            self.model.arrives(visit.as_str());
            self.hands_out(Paper {
                who: visit.as_str().to_owned(),
                visit: visit.clone(),
                ticket,
                kind: Kind::ByHand,
                card: None,
                is_lost: false,
            });
        }
        self.net.ring();
    }

    fn is_held_once(&self, rows: &[VisitRow], ticket: Ticket) -> bool {
        rows.iter().filter(|row| row.ticket.is_some_and(|theirs| theirs.number == ticket.number)).count() == 1
    }

    /// Staff do something with one of those on their list.
    fn staff_act(&mut self) {
        let Some(desk) = self.desk() else { return };
        self.check();
        let today = desk.today().unwrap();
        let what = self.draw(10);
        if what == 0 {
            desk.note_seen("ana", &Seen::List).unwrap();
            return;
        }
        if what == 1 {
            let stops = desk.with_store(|store| store.stops_at(today.at)).unwrap();
            let open: Vec<_> = stops.iter().filter(|stop| stop.latest.taken.is_none()).collect();
            if !open.is_empty() {
                let stop = &open[self.draw(open.len() as u64) as usize].latest;
                assert!(desk.act(&StaffWork::Stop(stop.kiosk.clone(), stop.seq), StaffAction::Seen, "ana").unwrap());
                self.model.resolve_stops(stop.kiosk.as_str(), stop.seq.cast_signed(), stop.reason);
            }
            return;
        }
        let all: Vec<VisitRow> = today.list.rows().map(|row| (**row).clone()).collect();
        let rows: Vec<_> = all.iter().filter(|row| row.ticket.is_some() || !row.reasons.is_empty()).collect();
        if rows.is_empty() {
            return;
        }
        let row = rows[self.draw(rows.len() as u64) as usize];
        let (id, visit) = (row.id.as_str(), StaffWork::Visit(row.id.clone()));
        self.trace(format_args!("staff do {what} with {id}, {:?} {:?}", row.ticket, row.state));
        match what {
            2 => {
                desk.act(&visit, StaffAction::Seen, "ana").unwrap();
                self.model.resolve(id);
            }
            3 if row.state == VisitState::Asks => {
                assert!(desk.act(&visit, StaffAction::Accept, "ana").unwrap());
                self.model.resolve(id);
            }
            4 => {
                desk.act(&visit, StaffAction::Call, "ana").unwrap();
                self.model.resolve(id);
            }
            5 => {
                let _ = desk.queue_step(&row.id, &QueueAction::Start, "ana").unwrap();
                self.model.resolve(id);
            }
            6 | 7
                if row.state.is_open()
                    && row.ticket.is_some()
                    && desk.act(&visit, StaffAction::Done, "ana").unwrap() =>
            {
                self.model.open.remove(id);
                self.model.closed.insert(id.to_owned());
                self.model.resolve(id);
            }
            // A number of another day may have been given out again once its visit was closed, or its check-in taken
            // back.
            8 if row.ticket.is_some_and(|ticket| self.is_held_once(&all, ticket)) => {
                let _ = desk.act(&visit, StaffAction::Undo, "ana").unwrap();
                // What that does depends on what was done last.
                let after = desk.visit(&row.id).unwrap().unwrap();
                if after.ticket.is_none() {
                    self.model.takes_back(id);
                } else if after.state.is_open() {
                    self.model.closed.remove(id);
                    self.model.arrives(id);
                }
            }
            9 => {
                let Ok(()) = desk.undo_check_in(&row.id, "ana").unwrap() else { return };
                for other in all.iter().filter(|other| other.ticket == row.ticket) {
                    self.model.takes_back(other.id.as_str());
                }
            }
            _ => {}
        }
        self.net.ring();
    }
}
