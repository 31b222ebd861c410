//! How well people are found, measured on an invented crowd: `cargo bench --no-default-features --bench identity`.
//!
//! Prints the tables of `docs/identity-measured.md`. `-- --seed N --impostors N` changes the seed and how many
//! strangers try; with `--no-phones` the list knows no one's phone.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement ends where something is wrong"
)]

#[path = "../tests/crowd/mod.rs"]
mod crowd;

use std::time::{Duration, Instant};

use arrivals::domain::identity::{Fact, Index, Match, Typed};
use arrivals::domain::ids::PatientId;
use arrivals::domain::person::BirthDate;
use crowd::slips::{KINDS, Words, typed};
use crowd::visit::{End, Habits, USUAL, come, words_of};
use crowd::{
    Names, Random, Relation, Someone, crowd as make_crowd, is_third_of_one_name, is_twice_the_same, names::LANGUAGES,
    relative,
};

const PEOPLE: usize = 5_000;
/// Anyone who looks again sees nothing.
const NEVER_NOTICES: Habits = Habits { notices: 0, ..USUAL };
/// Every person tries so often in each way.
const ROUNDS: usize = 4;
/// A day's list, among which strangers try.
const DAY: usize = 250;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut seed, mut impostors, mut has_phones) = (20_261_124_u64, 10_000_000_usize, true);
    while let Some(argument) = arguments.next() {
        let value = |arguments: &mut dyn Iterator<Item = String>| arguments.next().and_then(|text| text.parse().ok());
        match argument.as_str() {
            "--seed" => seed = value(&mut arguments).expect("--seed takes a number"),
            "--impostors" => impostors = value(&mut arguments).expect("--impostors takes a number") as usize,
            "--no-phones" => has_phones = false,
            _ => {}
        }
    }
    let known = if has_phones { "" } else { ", no telephones" };
    println!("seed {seed}, {PEOPLE} people, names of {} languages{known}\n", LANGUAGES.len());
    let mut people = make_crowd(&mut Random::new(seed), PEOPLE);
    if !has_phones {
        people.iter_mut().for_each(|someone| someone.person.contact.phone = "".into());
    }
    shares(&people, seed);
    strangers(&people, seed, impostors);
    speed(seed);
}

#[derive(Default, Clone, Copy)]
struct Share {
    tries: u32,
    first: u32,
    third: u32,
    wrong: u32,
}

impl Share {
    fn add(&mut self, end: &End, own: &Someone) {
        self.tries += 1;
        if let End::Found(id, number) = end {
            if *id == own.person.id {
                self.first += u32::from(*number == 1);
                self.third += 1;
            } else {
                self.wrong += 1;
            }
        }
    }

    fn sum(&mut self, other: Self) {
        self.tries += other.tries;
        self.first += other.first;
        self.third += other.third;
        self.wrong += other.wrong;
    }

    fn percent(part: u32, of: u32) -> f64 {
        100.0 * f64::from(part) / f64::from(of.max(1))
    }
}

/// How people of one list are found: by kind of slip, and by language without and with one.
struct Found {
    by_kind: [Share; KINDS.len()],
    by_language: Vec<[Share; 2]>,
}

fn measure(people: &[Someone], list: usize, rounds: usize, seed: u64, habits: Habits) -> Found {
    let mut random = Random::new(seed ^ 0xA5A5);
    let mut found =
        Found { by_kind: [Share::default(); KINDS.len()], by_language: vec![[Share::default(); 2]; LANGUAGES.len()] };
    for day in people.chunks(list) {
        let index = Index::new(day.iter().map(|someone| &someone.person));
        for someone in day {
            for _ in 0..rounds {
                for (n, (kind, _, is_slip)) in KINDS.iter().enumerate() {
                    if let Some(end) = come(&mut random, &index, someone, *kind, habits) {
                        found.by_kind[n].add(&end, someone);
                        found.by_language[someone.language][usize::from(*is_slip)].add(&end, someone);
                    }
                }
            }
        }
    }
    found
}

fn shares(people: &[Someone], seed: u64) {
    let (usual, stubborn, crowded) = std::thread::scope(|scope| {
        let crowded = scope.spawn(|| measure(people, people.len(), 1, seed, USUAL).by_kind);
        let usual = measure(people, DAY, ROUNDS, seed, USUAL);
        (usual, measure(people, DAY, ROUNDS, seed, NEVER_NOTICES).by_kind, crowded.join().expect("a worker"))
    });
    let Found { by_kind: usual, by_language } = usual;
    println!("Lists of {DAY} people each, {ROUNDS} rounds; the last column but one with all on one list.\n");
    println!(
        "| what is typed at first | share | tries | first try | within three | nobody corrects anything \
         | one list of {PEOPLE} | wrong person |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for group in [false, true] {
        let (mut first, mut third, mut never, mut dense, mut weights) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let mut total = Share::default();
        for (n, (kind, weight, _)) in KINDS.iter().enumerate().filter(|(_, (_, _, is_slip))| *is_slip == group) {
            let percents = [
                Share::percent(usual[n].first, usual[n].tries),
                Share::percent(usual[n].third, usual[n].tries),
                Share::percent(stubborn[n].third, stubborn[n].tries),
                Share::percent(crowded[n].third, crowded[n].tries),
            ];
            let wrong = usual[n].wrong + stubborn[n].wrong + crowded[n].wrong;
            println!(
                "| {kind:?} | {weight} % | {} | {:.2} % | {:.2} % | {:.2} % | {:.2} % | {wrong} |",
                usual[n].tries, percents[0], percents[1], percents[2], percents[3]
            );
            let weight = *weight as f64;
            first += percents[0] * weight;
            third += percents[1] * weight;
            never += percents[2] * weight;
            dense += percents[3] * weight;
            weights += weight;
            total.sum(usual[n]);
            total.wrong += stubborn[n].wrong + crowded[n].wrong;
        }
        let name = if group { "one slip" } else { "no slip" };
        println!(
            "| **{name}** | {weights} % | {} | **{:.2} %** | **{:.2} %** | {:.2} % | {:.2} % | **{}** |",
            total.tries,
            first / weights,
            third / weights,
            never / weights,
            dense / weights,
            total.wrong
        );
    }
    println!("\n| names | no slip: first | within three | one slip: first | within three |\n|---|---|---|---|---|");
    for ((name, ..), [right, slip]) in LANGUAGES.iter().zip(&by_language) {
        println!(
            "| {name} | {:.2} % | {:.2} % | {:.2} % | {:.2} % |",
            Share::percent(right.first, right.tries),
            Share::percent(right.third, right.tries),
            Share::percent(slip.first, slip.tries),
            Share::percent(slip.third, slip.tries)
        );
    }
}

/// So many strangers, and what came of them.
#[derive(Default, Clone, Copy)]
struct Strangers {
    /// Gave date, both names and, where asked, their own phone.
    tries: u64,
    taken: u64,
    /// Of those the ones who share first name, birth date and, but for a slip, last name with someone on the list.
    twice_the_same: u64,
    twice_taken: u64,
    /// Slipped on the way to their own facts; not among the tries above.
    slipped: u64,
    slipped_taken: u64,
    /// Went through the pages, where the first name is asked only if needed.
    at_kiosk: u64,
    saw_question: u64,
    after_question: u64,
}

impl Strangers {
    fn sum(&mut self, other: Self) {
        self.tries += other.tries;
        self.taken += other.taken;
        self.twice_the_same += other.twice_the_same;
        self.twice_taken += other.twice_taken;
        self.slipped += other.slipped;
        self.slipped_taken += other.slipped_taken;
        self.at_kiosk += other.at_kiosk;
        self.saw_question += other.saw_question;
        self.after_question += other.after_question;
    }

    fn print(self, name: &str) {
        println!(
            "| {name} | {} | {} | {} | {} | {} |",
            self.tries, self.taken, self.at_kiosk, self.saw_question, self.after_question
        );
    }
}

/// Every so many strangers go through the pages too.
const AT_KIOSK_EVERY: usize = 20;

fn strangers(people: &[Someone], seed: u64, count: usize) {
    let halves: Vec<[Strangers; 8]> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|half| scope.spawn(move || strangers_of(people, seed ^ (half + 77), count.div_ceil(2))))
            .collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker")).collect()
    });
    println!(
        "\n| who tries, and is not who is on the list | tries with all facts | taken for somebody \
         | of them at the pages | saw another's \"Is this you?\" | and bore the name it showed |"
    );
    println!("|---|---|---|---|---|---|");
    let mut sum = Strangers::default();
    for n in 0..8 {
        let mut row = Strangers::default();
        for half in &halves {
            row.sum(half[n]);
        }
        row.print(&if n == 0 {
            "somebody else of the list".to_owned()
        } else {
            format!("{:?} of somebody on it", Relation::ALL[n - 1])
        });
        sum.sum(row);
    }
    sum.print("**all**");
    println!(
        "\nBesides, {} such strangers who slipped as people of the list do; {} of them were taken for somebody.",
        sum.slipped, sum.slipped_taken
    );
    println!(
        "\nBesides, {} who share given name and birth date with somebody on the list, \
         and the family name but for a slip; {} of them were taken for that person.",
        sum.twice_the_same, sum.twice_taken
    );
}

fn strangers_of(people: &[Someone], seed: u64, count: usize) -> [Strangers; 8] {
    let mut random = Random::new(seed);
    let names = Names::new();
    let mut found = [Strangers::default(); 8];
    let mut done = 0;
    while done < count {
        // Neighbours in the crowd are families: a day's list has them together.
        let from = random.below(people.len() - DAY);
        let day = &people[from..from + DAY];
        let index = Index::new(day.iter().map(|someone| &someone.person));
        for _ in 0..5_000.min(count - done) {
            let of = random.pick(day).clone();
            let n = random.below(8);
            let stranger =
                if n == 0 { of.clone() } else { relative(&mut random, &names, &of, Relation::ALL[n - 1], usize::MAX) };
            if n > 0 && is_third_of_one_name(day, &of, &stranger) {
                continue;
            }
            // Nine of ten type what they mean; the tenth slips as everyone does.
            let kind = if n > 0 && random.chance(90) { crowd::slips::Kind::AsOnFile } else { random.pick(&KINDS).0 };
            let Some(said) = typed(&mut random, kind, &words_of(&stranger)) else {
                continue;
            };
            let is_twice_the_same = n > 0 && day.iter().any(|someone| is_twice_the_same(someone, &stranger));
            let is_taken = ask_at_once(&index, &said, &stranger).is_some_and(|id| id != stranger.person.id);
            let row = &mut found[n];
            if !is_twice_the_same && n > 0 && kind != crowd::slips::Kind::AsOnFile {
                row.slipped += 1;
                row.slipped_taken += u64::from(is_taken);
                continue;
            }
            if is_twice_the_same {
                row.twice_the_same += 1;
                row.twice_taken += u64::from(is_taken);
                continue;
            }
            done += 1;
            row.tries += 1;
            row.taken += u64::from(is_taken);
            if done % AT_KIOSK_EVERY != 0 {
                continue;
            }
            row.at_kiosk += 1;
            let Some(End::Found(id, _)) = come(&mut random, &index, &stranger, kind, USUAL) else {
                continue;
            };
            if id == stranger.person.id {
                continue;
            }
            row.saw_question += 1;
            // The page shows the first name and the first letter of the last name; an honest stranger sees another's.
            let shown = day
                .iter()
                .find(|someone| someone.person.id == id)
                .map(|someone| someone.person.given_name_and_initial());
            row.after_question += u64::from(shown == Some(stranger.person.given_name_and_initial()));
        }
    }
    found
}

/// All that a page could ask, at once; the phone where it is asked for.
fn ask_at_once(index: &Index, said: &Words, someone: &Someone) -> Option<PatientId> {
    let mut facts = Typed {
        birth_date: BirthDate(said.born),
        family_name: said.family.as_str().into(),
        given_name: Some(said.given.as_str().into()),
        phone_last4: None,
    };
    let mut answer = index.find(&facts);
    if answer == Match::AskMore(Fact::Phone) {
        facts.phone_last4 = crowd::visit::last_four(someone);
        answer = index.find(&facts);
    }
    match answer {
        Match::One(id) => Some(id),
        _ => None,
    }
}

fn speed(seed: u64) {
    const APPOINTMENTS: usize = 10_000;
    const ASKED: usize = 4_000;
    let mut random = Random::new(seed ^ 0x5EED);
    let people = make_crowd(&mut random, APPOINTMENTS);
    let index = Index::new(people.iter().map(|someone| &someone.person));
    let strangers = make_crowd(&mut random, APPOINTMENTS);
    let mut times = [Vec::new(), Vec::new()];
    let mut answers = 0;
    for n in 0..ASKED {
        for (which, list) in [&people, &strangers].into_iter().enumerate() {
            let person = &list[(n * 7) % list.len()].person;
            let typed = Typed {
                birth_date: person.birth_date.day().expect("a day"),
                family_name: person.family_name.clone(),
                given_name: Some(person.given_name.clone()),
                phone_last4: None,
            };
            let ask = || {
                let began = Instant::now();
                let answer = std::hint::black_box(index.find(std::hint::black_box(&typed)));
                (began.elapsed(), matches!(answer, Match::One(_)))
            };
            // The fastest of three: what the machine did meanwhile is not the matcher's.
            let (time, is_one) = [ask(), ask(), ask()].into_iter().min().unwrap_or_default();
            times[which].push(time);
            answers += usize::from(is_one);
        }
    }
    println!(
        "\nA list of {APPOINTMENTS} appointments, one core, {ASKED} questions of each kind ({answers} found), \
         the fastest of three times each:\n"
    );
    println!("| | median | 99th percentile | longest |\n|---|---|---|---|");
    let mut medians = Vec::new();
    for (name, mut times) in ["on the list", "not on it"].into_iter().zip(times) {
        times.sort();
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        let in_words = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
        println!("| {name} | {} | {} | {} |", in_words(at(0.5)), in_words(at(0.99)), in_words(at(1.0)));
        medians.push(at(0.5).as_secs_f64());
    }
    println!("\nMedian for who is on the list beside who is not: {:.3}", medians[0] / medians[1]);
    println!("All {APPOINTMENTS} of one family name and birth date: {}", worst(&people));
}

/// The longest of twenty answers if everyone on the list has one last name and birth date; each the fastest of three.
fn worst(people: &[Someone]) -> String {
    let mut alike: Vec<_> = people.iter().map(|someone| someone.person.clone()).collect();
    let (family, birth_date) = (alike[0].family_name.clone(), alike[0].birth_date.day().expect("a day"));
    for person in &mut alike {
        (person.family_name, person.birth_date) = (family.clone(), birth_date.into());
    }
    let index = Index::new(&alike);
    let longest = alike.iter().step_by(500).map(|person| {
        let typed = Typed {
            birth_date,
            family_name: family.clone(),
            given_name: Some(person.given_name.clone()),
            phone_last4: None,
        };
        let ask = || {
            let began = Instant::now();
            std::hint::black_box(index.find(std::hint::black_box(&typed)));
            began.elapsed()
        };
        ask().min(ask()).min(ask())
    });
    format!("{:.2} ms at most", longest.max().unwrap_or_default().as_secs_f64() * 1e3)
}
