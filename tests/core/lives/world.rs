//! A clinic: its desk, its kiosks, the true time, what backups and old cards there are, and who has which paper.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arrivals::clock::{Clock, ManualClock};
use arrivals::desk::Desk;
use arrivals::desk::store::{DESK, Seen, StaffAction, StaffWork, restore};
use arrivals::domain::appointment::Appointment;
use arrivals::domain::clinic_day::ClinicDay;
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::language::Language;
use arrivals::domain::person::Person;
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::ticket::CallAs;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use rusqlite::Connection;

use super::super::people::appointment;
use super::super::sync::Random;
use super::checks::{self, Kind, Paper};
use super::kiosk::{Given, Kiosk};
use super::model::Model;
use super::network::{Age, Net};

pub const LOSSES_OF_TEN: u64 = 2;
const LETTERS: [&str; 3] = ["A", "B", "AB"];
/// Days are kept as short as a clinic may, so that some fall due.
const VISIT_DAYS: u16 = 35;
/// So many appointments are on each day's list at first, and so many more at most each time that it is sent.
const VISITS: u64 = 24;
const VISITS_MORE: u64 = 16;

/// What happened, for the table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub steps: u64,
    pub posts: u64,
    pub papers: u64,
    pub restores: u64,
    pub cards: u64,
    pub clocks: u64,
    pub midnights: u64,
    pub versions: u64,
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { steps, posts, papers, restores, cards, clocks, midnights, versions } = self;
        write!(f, "{steps} steps, {posts} posts, {papers} papers, {restores} restores, {cards} cards, ")?;
        write!(f, "{clocks} clock steps, {midnights} midnights, {versions} changes of version")
    }
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.posts += other.posts;
        self.papers += other.papers;
        self.restores += other.restores;
        self.cards += other.cards;
        self.clocks += other.clocks;
        self.midnights += other.midnights;
        self.versions += other.versions;
    }
}

pub struct World {
    pub day: ClinicDay,
    /// The true time.
    pub now: Timestamp,
    pub net: Arc<Net>,
    /// How far the desk's clock is ahead of the true time.
    pub desk_ahead: SignedDuration,
    pub kiosks: Vec<Kiosk>,
    pub model: Model,
    pub papers: Vec<Paper>,
    pub counts: Counts,
    /// Whether what happens is printed: for a seed that is replayed.
    is_traced: bool,
    /// How many appointments the booking system has of each day.
    booked: BTreeMap<Date, u64>,
    backups: Vec<(PathBuf, Model)>,
    cards: Vec<(usize, PathBuf)>,
    /// Kiosks with another card that has not been in step with the desk since.
    replaced: Vec<usize>,
    /// The desk's file, for looking at it from outside.
    file: Connection,
    folder: tempfile::TempDir,
    files: u64,
}

fn folder() -> tempfile::TempDir {
    // In memory where that is possible: nothing here is about the disk.
    let memory = std::path::Path::new("/dev/shm");
    let made = tempfile::Builder::new().prefix("arrivals-lives").tempdir_in(memory);
    made.or_else(|_| tempfile::tempdir()).unwrap()
}

impl World {
    /// The evening before the first day. `is_old`: it has worked for weeks, and some days fall due.
    pub async fn new(random: Arc<Mutex<Random>>, first: Date, is_old: bool) -> Self {
        let folder = folder();
        let mut settings = ClinicSettings { name: "Mill Street Clinic".into(), ..ClinicSettings::default() };
        settings.keep.visit_days = VISIT_DAYS;
        let day = settings.day().unwrap();
        let now = day.begin_of(first).unwrap();
        let clock = ManualClock::at(now);
        let net = Net::new(Arc::clone(&random), clock.clone());
        let desk = Desk::open(&folder.path().join("desk"), settings, Arc::new(clock)).unwrap();
        for letters in LETTERS {
            let id = KioskId::new(format!("kiosk-{}", letters.to_lowercase()));
            desk.enrol_kiosk(&id, letters.parse().unwrap(), &Kiosk::token_of(letters)).unwrap();
        }
        *net.desk.lock().unwrap() = Some(desk);
        let file = Connection::open(folder.path().join("desk/desk.sqlite")).unwrap();
        let mut world = Self {
            day,
            now,
            net,
            desk_ahead: SignedDuration::ZERO,
            kiosks: Vec::new(),
            model: Model::default(),
            papers: Vec::new(),
            counts: Counts::default(),
            is_traced: std::env::var_os("ARRIVALS_SEED").is_some(),
            booked: BTreeMap::new(),
            backups: Vec::new(),
            cards: Vec::new(),
            replaced: Vec::new(),
            file,
            folder,
            files: 0,
        };
        if is_old {
            world.worked_before(first);
        }
        for (n, letters) in LETTERS.into_iter().enumerate() {
            // Sometimes a configuration was copied from another kiosk.
            let configured = if world.draw(4) == 0 { LETTERS[(n + 1) % 3] } else { letters };
            let clock = ManualClock::at(now);
            let mut kiosk = Kiosk::new(world.folder.path(), letters, configured.parse().unwrap(), clock);
            if world.draw(4) == 0 {
                kiosk.set_age(Age::OlderDesk);
            }
            kiosk.start(&world.net, LOSSES_OF_TEN).await;
            world.kiosks.push(kiosk);
        }
        world
    }

    pub fn draw(&self, limit: u64) -> u64 {
        self.net.below(limit)
    }

    pub fn desk(&self) -> Option<Desk> {
        self.net.desk.lock().unwrap().clone()
    }

    pub fn today(&self) -> Date {
        self.day.of(self.now)
    }

    pub fn trace(&self, what: impl std::fmt::Display) {
        if self.is_traced {
            println!("{} {what}", self.now);
        }
    }

    fn name(&mut self, what: &str) -> PathBuf {
        self.files += 1;
        self.folder.path().join(format!("{what}-{}", self.files))
    }

    /// Some weeks with one visit each day.
    fn worked_before(&mut self, first: Date) {
        let desk = self.desk().unwrap();
        for days in (1..i64::from(VISIT_DAYS) + 5).rev() {
            let day = first - days.days();
            let start = self.day.begin_of(day).unwrap() + SignedDuration::from_hours(5);
            self.net.clock.set(start);
            let id = format!("old-{days}");
            desk.import_appointments(&[at(&id, start)]).unwrap();
            self.model.listed.insert(id.clone(), day);
            let how = (Language::English, CallAs::Number);
            let id = AppointmentId::new(id);
            desk.check_in_by_hand(&id, how, arrivals::desk::store::IfLate::CheckIn, "ana").unwrap().unwrap();
            assert!(desk.act(&StaffWork::Visit(id), StaffAction::Done, "ana").unwrap());
            desk.note_seen("ana", &Seen::List).unwrap();
        }
        self.net.clock.set(self.now);
    }

    /// The true time goes on, and with it every clock.
    pub fn pass(&mut self, by: SignedDuration) {
        let (before, by) = (self.today(), Duration::try_from(by).unwrap());
        self.now += by;
        self.net.clock.advance(by);
        for kiosk in &self.kiosks {
            kiosk.clock.advance(by);
        }
        self.counts.midnights += u64::from(self.today() != before);
    }

    pub fn set_desk_clock(&mut self, ahead: SignedDuration) {
        self.counts.clocks += 1;
        self.trace(format_args!("the desk's clock is {ahead:#} ahead"));
        self.desk_ahead = ahead;
        self.net.clock.set(self.now + ahead);
        self.net.ring();
    }

    pub fn set_kiosk_clock(&mut self, one: usize, ahead: SignedDuration) {
        self.counts.clocks += 1;
        self.trace(format_args!("the clock of {} is {ahead:#} ahead", self.kiosks[one].id));
        self.kiosks[one].ahead = ahead;
        self.kiosks[one].clock.set(self.now + ahead);
    }

    /// The booking system's list of a day.
    pub fn import(&mut self, day: Date) {
        let Some(desk) = self.desk() else { return };
        let zone = self.day.zone().clone();
        let more = self.draw(VISITS_MORE);
        let count = self.booked.entry(day).and_modify(|count| *count += more).or_insert(VISITS);
        let list: Vec<Appointment> = (0..*count)
            .map(|n| {
                let minutes = i8::try_from(n % 2 * 30).unwrap();
                let hour = i8::try_from(8 + n % 15).unwrap();
                at(
                    &format!("{day}-{n}"),
                    day.at(hour, minutes, 0, 0).to_zoned_datetime(zone.clone()).unwrap().timestamp(),
                )
            })
            .collect();
        desk.import_appointments(&list).unwrap();
        self.model.listed.extend(list.into_iter().map(|one| (one.id.as_str().to_owned(), day)));
        self.net.ring();
    }

    /// One of today's visits.
    pub fn some_visit(&self) -> AppointmentId {
        let count = self.booked.get(&self.today()).copied().unwrap_or(VISITS);
        AppointmentId::new(format!("{}-{}", self.today(), self.draw(count)))
    }

    pub fn gives(&mut self, one: usize, who: &str, given: Option<Given>) {
        let Some(Given { ticket, kind, visit }) = given else { return };
        // The same ticket is shown again.
        if !self.papers.iter().any(|paper| paper.who == who && paper.ticket == ticket) {
            let card = Some((one, self.kiosks[one].cards));
            let kind = if ticket.date == self.today() { kind } else { Kind::OtherDay };
            self.hands_out(Paper { who: who.to_owned(), visit, ticket, kind, card, is_lost: false });
        }
    }

    pub fn hands_out(&mut self, paper: Paper) {
        self.trace(format_args!("{paper:?}"));
        checks::papers_differ(&self.papers, &paper);
        self.counts.papers += 1;
        self.papers.push(paper);
    }

    pub fn stop_desk(&mut self) {
        self.check();
        *self.net.desk.lock().unwrap() = None;
        self.net.ring();
    }

    pub fn start_desk(&mut self) {
        if self.desk().is_none() {
            let desk = Desk::open_stored(&self.folder.path().join("desk"), Arc::new(self.net.clock.clone())).unwrap();
            *self.net.desk.lock().unwrap() = Some(desk);
            self.trace("the desk starts");
            self.net.ring();
        }
    }

    pub fn backup(&mut self) {
        let Some(desk) = self.desk() else { return };
        self.check();
        let file = self.name("backup");
        self.trace(format_args!("backup {}", self.backups.len()));
        desk.backup(&file).unwrap();
        let mut model = self.model.clone();
        model.papers = self.papers.len();
        self.backups.push((file, model));
    }

    /// One of the backups takes the place of the desk's file.
    pub async fn restore(&mut self) {
        if self.backups.is_empty() {
            return;
        }
        // What only a lost card had told the desk, and a backup does not have, no one can know. So a replaced card is
        // allowed to continue first.
        for one in std::mem::take(&mut self.replaced) {
            self.settle(one).await;
        }
        self.counts.restores += 1;
        self.stop_desk();
        tokio::time::sleep(Duration::from_millis(10)).await;
        let one = self.draw(self.backups.len() as u64) as usize;
        self.trace(format_args!("restore of backup {one}"));
        let (file, model) = self.backups[one].clone();
        self.file = Connection::open_in_memory().unwrap();
        let before = restore(&self.folder.path().join("desk"), &file, self.net.clock.now()).unwrap().unwrap();
        let _ = std::fs::remove_file(before);
        self.model = model;
        for (n, paper) in self.papers.iter_mut().enumerate() {
            paper.is_lost |= match paper.card {
                None => n >= self.model.papers,
                Some((one, card)) => self.kiosks[one].cards != card && !self.model.knows(paper.visit.as_str()),
            };
        }
        self.start_desk();
        self.file = Connection::open(self.folder.path().join("desk/desk.sqlite")).unwrap();
        if self.draw(2) == 0 {
            self.import(self.today());
        }
    }

    pub fn copy_card(&mut self, one: usize) {
        let path = self.name("card");
        self.trace(format_args!(
            "copy {} of the card of {}, last {}",
            self.cards.len(),
            self.kiosks[one].id,
            self.kiosks[one].last().0
        ));
        let file = Connection::open(&self.kiosks[one].path).unwrap();
        file.execute("VACUUM INTO ?1", [path.to_str().unwrap()]).unwrap();
        self.cards.push((one, path));
    }

    /// Another card in a kiosk: an old copy, or an empty one. What only the old one had is lost with it, so it is told
    /// first.
    pub async fn replace_card(&mut self, is_empty: bool) {
        let choice = if is_empty {
            Some((self.draw(3) as usize, None))
        } else if self.cards.is_empty() {
            None
        } else {
            let (one, card) = self.cards[self.draw(self.cards.len() as u64) as usize].clone();
            Some((one, Some(card)))
        };
        let Some((one, card)) = choice else { return };
        self.settle(one).await;
        self.counts.cards += 1;
        let path = self.name("in-use");
        self.trace(format_args!("another card in {}: {card:?}", self.kiosks[one].id));
        if let Some(card) = card {
            std::fs::copy(card, &path).unwrap();
        } else {
            // Someone copies the configuration of another kiosk along with the program.
            self.kiosks[one].configured = LETTERS[self.draw(3) as usize].parse().unwrap();
        }
        self.kiosks[one].stop().await;
        self.kiosks[one].path = path;
        self.kiosks[one].cards += 1;
        self.kiosks[one].cut.set(self.draw(2) == 0);
        self.replaced.push(one);
        let net = Arc::clone(&self.net);
        self.kiosks[one].start(&net, LOSSES_OF_TEN).await;
    }

    /// A supervisor allows a kiosk to continue that says that it cannot.
    pub fn allow(&self, one: usize) {
        if let Some(desk) = self.desk().filter(|_| self.kiosks[one].is_faulty) {
            self.trace(format_args!("{} is allowed to continue", self.kiosks[one].id));
            desk.adopt_kiosk(&self.kiosks[one].id, "ana").unwrap();
        }
    }

    /// Until the desk has everything that a kiosk has to tell.
    pub async fn settle(&mut self, one: usize) {
        self.start_desk();
        self.kiosks[one].set_age(Age::Same);
        self.kiosks[one].cut.set(false);
        for _ in 0..1000 {
            self.kiosks[one].wake();
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.tidy();
            self.allow(one);
            let kiosk = &self.kiosks[one];
            if !kiosk.is_faulty && kiosk.is_in_step() && self.desk().unwrap().held(&kiosk.id).unwrap() == kiosk.last() {
                self.trace(format_args!("{} is in step at {}", kiosk.id, kiosk.last().0));
                self.check();
                return;
            }
        }
        panic!("{} and the desk do not come together", self.kiosks[one].id);
    }

    pub fn tidy(&mut self) {
        let day = self.day.clone();
        for kiosk in &mut self.kiosks {
            kiosk.tidy(&day);
        }
    }

    /// What the desk does by itself each minute.
    pub fn clean_up(&self) {
        let Some(desk) = self.desk() else { return };
        let now = self.net.clock.now();
        let worked = desk.with_store(|store| store.worked(now)).unwrap();
        let how = format!("{worked:?}");
        if desk.with_store(|store| store.looked_at_old_days()).unwrap().as_ref() != Some(&how) {
            desk.clean_up(DESK).unwrap();
            desk.with_store(|store| store.note_look_at_old_days(&how)).unwrap();
            self.net.ring();
        }
    }

    /// Whatever must hold, holds.
    pub fn check(&mut self) {
        let Some(desk) = self.desk() else { return };
        self.model.hear(&self.file);
        let new = std::mem::take(&mut *self.net.acknowledged.lock().unwrap());
        // A clock that was a day or two ahead is believed if people worked by it.
        let limit = self.today() + 2.days() - i64::from(VISIT_DAYS).days();
        checks::after_a_step(&desk, &self.file, &self.model, limit, &new);
        self.model.acknowledged.extend(new.into_iter().map(|(kiosk, event)| ((kiosk, event.seq.0), event)));
    }

    /// The network works, every clock is right or stays as it is, and all say what they have: then they agree.
    pub async fn agree(&mut self, with_right_clocks: bool) {
        self.start_desk();
        if with_right_clocks {
            self.set_desk_clock(SignedDuration::ZERO);
            for one in 0..self.kiosks.len() {
                self.set_kiosk_clock(one, SignedDuration::ZERO);
            }
            let today = self.today();
            if !self.model.listed.values().any(|day| *day == today) {
                self.import(today);
            }
            self.desk().unwrap().note_seen("ana", &Seen::List).unwrap();
            self.clean_up();
        }
        for one in 0..self.kiosks.len() {
            self.settle(one).await;
        }
        self.replaced.clear();
        let desk = self.desk().unwrap();
        // What a kiosk's clock says is no matter to its list.
        let is_right_day = self.day.of(self.net.clock.now()) == self.today();
        let mut tries = 0;
        while is_right_day && !self.kiosks.iter().all(|kiosk| checks::same_list(&desk, kiosk, self.today())) {
            tries += 1;
            assert!(tries < 300, "a kiosk's list is another one than the desk's");
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.tidy();
        }
        let all = std::mem::take(&mut self.model.acknowledged);
        let all: Vec<_> = all.into_iter().map(|((kiosk, _), event)| (kiosk, event)).collect();
        self.net.acknowledged.lock().unwrap().extend(all);
        self.check();
    }

    /// All counts agree.
    pub fn end(&mut self) {
        let desk = self.desk().unwrap();
        let lost = self.kiosks.iter().map(|kiosk| checks::logs_are_whole(&desk, &self.file, &kiosk.id)).sum();
        checks::everyone_is_known(&desk, &self.file, &self.model, &self.papers, lost);
        let today = self.today();
        checks::rebuilt_is_the_same(&desk, &[today - 3.days(), today - 2.days(), today - 1.day(), today]);
        self.check();
        checks::file_is_whole(&desk, &self.file);
        self.counts.posts = self.net.posts.load(std::sync::atomic::Ordering::Relaxed);
    }
}

/// An appointment of someone of its own.
fn at(id: &str, start: Timestamp) -> Appointment {
    let one = appointment(id);
    let person = Person { id: format!("patient-of-{id}").as_str().into(), ..one.person };
    Appointment { start, person, ..one }
}

/// The first of the simulated days: before a night on which clocks are set forward or back, or another one.
pub fn first_day(n: u64) -> Date {
    match n {
        0 => date(2026, 3, 6),
        1 => date(2026, 10, 30),
        _ => date(2026, 11, 23),
    }
}
