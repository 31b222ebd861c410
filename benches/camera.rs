//! The camera, measured: `cargo bench --no-default-features --bench camera`.
//!
//! How often a verdict is right on invented pictures, how long a look takes, and how much memory a thousand
//! captures leave behind. Prints the tables of `docs/camera-measured.md`. `-- --seed N --each N` changes the seed and
//! how many pictures of each kind are drawn; `--measures` explains every wrong verdict; `--soak` does the captures
//! alone; `--try PROGRAM ARGUMENT...` runs a real camera's command for twenty looks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement ends where something is wrong"
)]

#[path = "../tests/cards/mod.rs"]
mod cards;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use arrivals::clock::SystemClock;
use arrivals::device::camera::{
    Camera as _, CameraEvent, CardFrame, CommandCamera, Look, Measures, Patience, Photo, Picture, SimulatedCard,
    Verdict, View, look,
};
use cards::{KINDS, Random, picture};

const SIZE: (usize, usize) = (1280, 720);
const VERDICTS: [Verdict; 5] = [Verdict::Good, Verdict::TooDark, Verdict::TooBright, Verdict::Blurred, Verdict::NoCard];
const CAPTURES: usize = 1000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut seed, mut each, mut shown) = (20_261_125_u64, 300_usize, false);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().and_then(|text| text.parse().ok()).expect("a number after it");
        match argument.as_str() {
            "--seed" => seed = value(),
            "--each" => each = value() as usize,
            "--measures" => shown = true,
            "--soak" => {
                soak();
                return;
            }
            "--try" => {
                try_command(arguments.collect());
                return;
            }
            _ => {}
        }
    }
    println!("seed {seed}, {each} pictures of each kind, {} x {}\n", SIZE.0, SIZE.1);
    verdicts(seed, each, shown);
    widths(seed, each / 3 + 1);
    speed();
    soak();
}

fn verdicts(seed: u64, each: usize, shown: bool) {
    println!("| picture | should be | right | Good | TooDark | TooBright | Blurred | NoCard |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut random = Random::new(seed);
    for (kind, expected) in KINDS {
        let mut found = [0; VERDICTS.len()];
        let mut evenness = (1.0_f64, 0.0_f64);
        for _ in 0..each {
            let (luma, frame) = picture(&mut random, kind, SIZE.0, SIZE.1);
            let measures = Measures::of(&luma, frame);
            let at = VERDICTS.iter().position(|verdict| *verdict == measures.verdict()).expect("one of them");
            found[at] += 1;
            evenness.0 = evenness.0.min(measures.evenness);
            evenness.1 = evenness.1.max(measures.evenness);
            if shown && VERDICTS[at] != expected {
                println!("{kind}: {measures:?}");
            }
        }
        let right = found[VERDICTS.iter().position(|verdict| *verdict == expected).expect("one of them")];
        let cells: Vec<String> =
            found.iter().map(|count| if *count == 0 { String::new() } else { count.to_string() }).collect();
        println!("| {kind} | {expected:?} | {:.1} % | {} |", 100.0 * f64::from(right) / each as f64, cells.join(" | "));
        if shown {
            println!("evenness {evenness:.2?}");
        }
    }
    println!();
}

/// Where "good" turns into "blurred", with pictures that are blurred more and more.
fn widths(seed: u64, each: usize) {
    println!("| blur, mm | said to be blurred |\n|---|---|");
    let mut random = Random::new(seed);
    for tenths in [10, 15, 20, 25, 30, 35, 40, 50, 60] {
        let blurred = (0..each)
            .filter(|_| {
                let (luma, frame) = cards::blurred_by(&mut random, f64::from(tenths) / 100.0, SIZE.0, SIZE.1);
                look(&luma, frame) == Verdict::Blurred
            })
            .count();
        println!("| {:.2} | {:.0} % |", f64::from(tenths) / 100.0, 100.0 * blurred as f64 / each as f64);
    }
    println!();
}

fn speed() {
    let photo = SimulatedCard::Front.photo();
    let rounds = 50;
    let clocked = |name: &str, work: &mut dyn FnMut()| {
        work();
        let began = Instant::now();
        (0..rounds).for_each(|_| work());
        println!("{name}: {:.1} ms", began.elapsed().as_secs_f64() * 1000.0 / f64::from(rounds));
    };
    let full = Picture::decode(&photo).expect("a picture");
    let luma = full.luma();
    clocked("decode 1280 x 720", &mut || drop(Picture::decode(&photo)));
    clocked("brightness", &mut || drop(full.luma()));
    clocked("verdict", &mut || {
        let _ = look(&luma, CardFrame::within(luma.width(), luma.height()));
    });
    clocked("smaller", &mut || drop(full.within(960, 540)));
    clocked("a whole look", &mut || drop(Look::of(photo.clone())));
    println!();
}

/// What this process holds in memory, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a line of it");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// Runs a real camera's command for twenty looks.
fn try_command(mut command: Vec<String>) {
    let program = command.remove(0);
    let camera = CommandCamera::new(program, command, Patience::default(), Arc::new(SystemClock::default()));
    let (tell, heard) = channel();
    let began = Instant::now();
    let view = camera.open(Box::new(move |event| {
        let _ = tell.send(event);
    }));
    let mut looks = 0;
    while looks < 20 {
        let event = heard.recv_timeout(Duration::from_secs(30)).expect("an event");
        match (event, view.take()) {
            (CameraEvent::Look, Some(look)) => {
                looks += 1;
                println!("{:.2} s: {:?} {:?} {:?}", began.elapsed().as_secs_f64(), look.full, look.photo, look.verdict);
            }
            (event, _) => println!("{:.2} s: {event:?}", began.elapsed().as_secs_f64()),
        }
        if matches!(event, CameraEvent::State(arrivals::device::camera::CameraState::Gone(_))) {
            return;
        }
    }
}

fn soak() {
    let folder = tempfile::tempdir().expect("a folder");
    let card = folder.path().join("card.jpg");
    std::fs::write(&card, SimulatedCard::Front.photo().as_bytes()).expect("written");
    let endless = "while cat \"$0\"; do :; done".to_owned();
    let arguments = vec!["-c".to_owned(), endless, card.display().to_string()];
    let camera = CommandCamera::new("sh".to_owned(), arguments, Patience::default(), Arc::new(SystemClock::default()));
    let began = Instant::now();
    let mut kept: Option<Photo> = None;
    let mut views = 0;
    println!("| captures | resident, KiB |\n|---|---|");
    let (tell, heard) = channel();
    let open = || -> View {
        let tell = tell.clone();
        camera.open(Box::new(move |event| {
            let _ = tell.send(event);
        }))
    };
    let mut view = open();
    for captures in 1..=CAPTURES {
        // As a kiosk does: front and back, and then the next person.
        if captures % 2 == 0 {
            drop(view);
            view = open();
            views += 1;
        }
        loop {
            if heard.recv_timeout(Duration::from_secs(20)).expect("a picture") == CameraEvent::Look
                && let Some(look) = view.take()
            {
                kept = Some(look.photo);
                break;
            }
        }
        if captures == 10 || captures % 200 == 0 {
            println!("| {captures} | {} |", resident());
        }
    }
    drop(view);
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "\n{views} times opened, the last photo has {} bytes, {seconds:.0} s",
        kept.map_or(0, |photo| photo.as_bytes().len())
    );
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("the folder").collect();
    println!("files in the folder: {} (the card itself)", left.len());
}
