//! A full clinic at one desk: `cargo bench --no-default-features --features desk --bench crowd`.
//!
//! Starts the real program on a folder with an invented day and connects everyone at once: staff with the list open,
//! boards, patients' phones, kiosks. Then people check in and staff call, start and finish, far faster than in any
//! clinic. Measured is how long news takes: from the moment in which "Call next" is sent until a board has heard it, a
//! phone, and the list in every browser; and from the desk's answer to a check-in until the list shows it. Printed as a
//! table, with the desk's memory and processor time.
//!
//! Exit status 1 if something went wrong, if boards never heard of a call in more than one of a hundred cases, or had
//! it later than `--limit-ms` (500) in so many while the machine did nothing else. `-- --seconds N --staff N --boards N
//! --phones N --kiosks N --people N --calls-per-second X --check-ins-per-second X --limit-ms N --old-visits N` change
//! the story. With old visits the desk deletes these meanwhile. `ARRIVALS_BENCH_DESK` names another desk's program.
//! Needs some 600 open files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement ends where something is wrong"
)]

#[path = "../tests/crowd/mod.rs"]
#[allow(dead_code, reason = "only its names are needed here")]
mod crowd;
mod load;
mod measure;

use std::io::BufRead;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrivals::desk::store::Store;
use arrivals::domain::ticket::Ticket;
use load::clinic::Clinic;
use load::notes::{Eye, News, Notes};
use load::watchers::{self, List};
use load::workers::{self, Staff};
use measure::Times;
use tokio::task::JoinSet;

/// What is on its way when the story ends may still arrive.
const REST: Duration = Duration::from_secs(3);
/// With more of the processors in other hands, times say nothing about the desk.
const OTHERS_MAX: f64 = 0.1;

struct Story {
    seconds: f64,
    staff: f64,
    boards: f64,
    phones: f64,
    kiosks: f64,
    people: f64,
    calls: f64,
    check_ins: f64,
    limit_ms: f64,
    old_visits: f64,
}

impl Story {
    fn told() -> Self {
        let mut story = Self {
            seconds: 60.0,
            staff: 20.0,
            boards: 50.0,
            phones: 300.0,
            kiosks: 40.0,
            people: 500.0,
            calls: 2.0,
            check_ins: 2.0,
            limit_ms: 500.0,
            old_visits: 0.0,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let place = match argument.as_str() {
                "--seconds" => &mut story.seconds,
                "--staff" => &mut story.staff,
                "--boards" => &mut story.boards,
                "--phones" => &mut story.phones,
                "--kiosks" => &mut story.kiosks,
                "--people" => &mut story.people,
                "--calls-per-second" => &mut story.calls,
                "--check-ins-per-second" => &mut story.check_ins,
                "--limit-ms" => &mut story.limit_ms,
                "--old-visits" => &mut story.old_visits,
                _ => continue,
            };
            *place = arguments
                .next()
                .and_then(|text| text.parse().ok())
                .unwrap_or_else(|| panic!("{argument} takes a number"));
        }
        story
    }
}

/// The desk's program, ended with the story.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn main() -> ExitCode {
    let story = Story::told();
    let folder = std::env::var_os("ARRIVALS_BENCH_DIR").map_or_else(std::env::temp_dir, std::path::PathBuf::from);
    let folder = tempfile::tempdir_in(folder).expect("ARRIVALS_BENCH_DIR is a folder that can be written");
    let here = (story.people * 0.6) as usize;
    let (people, kiosks, staff, old) =
        (story.people as usize, story.kiosks as usize, story.staff as usize, story.old_visits as usize);
    let clinic = Arc::new(Clinic::make(folder.path(), people, here, kiosks, staff, old));
    // Beside another build of it, for a ratio: the same story, told to both.
    let program = std::env::var_os("ARRIVALS_BENCH_DESK").unwrap_or_else(|| env!("CARGO_BIN_EXE_arrivals-desk").into());
    let mut desk = Command::new(program);
    let desk = desk.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path()).stdout(Stdio::piped());
    let mut desk = Program(desk.spawn().expect("the desk starts"));
    let mut line = String::new();
    std::io::BufReader::new(desk.0.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
    let addr = line.trim().rsplit('/').next().and_then(|addr| addr.parse().ok()).expect("where it listens");
    let notes = Arc::new(Notes::default());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let pages = Store::open(folder.path()).and_then(|store| store.settings()).expect("the settings").pages;
    let tokens: Vec<String> = (0..(story.phones as usize).min(here))
        .filter_map(|n| pages.token(Ticket { number: clinic.ticket_of(n).parse().ok()?, date: clinic.date }))
        .collect();
    let used = runtime.block_on(play(&story, addr, &clinic, here, &tokens, &notes, desk.0.id()));
    if old > 0 {
        let mark = Store::open(folder.path()).and_then(|store| store.mark()).expect("what is marked");
        println!("{} of {old} old visits were deleted meanwhile", mark.map_or(old, |mark| mark.gone.visits));
    }
    report(&story, &notes, &used, here, tokens.len())
}

/// What the story took of the machine.
struct Used {
    desk: Duration,
    mine: Duration,
    /// The part of the processors that others had.
    others: f64,
    memory_mib: f64,
    wall: Duration,
}

#[allow(clippy::too_many_arguments, reason = "told once")]
async fn play(
    story: &Story,
    addr: std::net::SocketAddr,
    clinic: &Arc<Clinic>,
    here: usize,
    tokens: &[String],
    notes: &Arc<Notes>,
    desk: u32,
) -> Used {
    let mut looking = JoinSet::new();
    let mut working = JoinSet::new();
    let mut staff = Vec::new();
    for n in 0..clinic.staff {
        staff.push(Staff::sign_in(addr, n).await.expect("staff can sign in"));
    }
    let board = match staff.first() {
        Some(first) => first.board(addr).await.expect("the boards' page"),
        None => None,
    };
    let mut lists = Vec::new();
    for one in &staff {
        let list = List::new();
        lists.push(Arc::clone(&list));
        let (headers, notes) = (one.headers.clone(), Arc::clone(notes));
        looking.spawn(
            async move { tokio::join!(list.hear(addr, &headers, &notes), list.fetch(addr, &headers, &notes)).0 },
        );
    }
    for _ in 0..story.boards as usize {
        let path = board.clone().expect("the clinic has a board");
        looking.spawn(watchers::board(addr, path, Arc::clone(clinic), Arc::clone(notes)));
    }
    for (visit, token) in tokens.iter().enumerate() {
        looking.spawn(watchers::phone(addr, format!("/t/{token}/live"), visit, Arc::clone(notes)));
    }
    for kiosk in &clinic.kiosks {
        looking.spawn(workers::polls(addr, kiosk.clone(), Arc::clone(notes)));
    }
    // Until everyone has what there is now.
    tokio::time::sleep(REST).await;

    let (began, before) = (Instant::now(), processors(desk));
    let length = Duration::from_secs_f64(story.seconds);
    let until = began + length;
    for (one, list) in staff.into_iter().zip(lists) {
        let every = Duration::from_secs_f64(clinic.staff as f64 / story.calls);
        working.spawn(one.work(addr, list, every, until, Arc::clone(notes)));
    }
    let every = Duration::from_secs_f64(1.0 / story.check_ins);
    working.spawn(workers::arrivals(addr, Arc::clone(clinic), here, every, until, Arc::clone(notes)));
    tokio::time::sleep(length).await;
    let (after, wall) = (processors(desk), began.elapsed());
    working.join_all().await;
    tokio::time::sleep(REST).await;
    looking.shutdown().await;
    let (desk_used, mine) = (after.desk - before.desk, after.mine - before.mine);
    let all = (after.all - before.all).as_secs_f64();
    let capacity = wall.as_secs_f64() * std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let others = (all - desk_used.as_secs_f64() - mine.as_secs_f64()).max(0.0) / capacity;
    Used { desk: desk_used, mine, others, memory_mib: peak_memory_mib(desk), wall }
}

/// Processor time so far: the desk's, this program's, and everyone's.
struct Processors {
    desk: Duration,
    mine: Duration,
    all: Duration,
}

fn processors(desk: u32) -> Processors {
    let of = |path: String| std::fs::read_to_string(path).unwrap_or_default();
    // A hundredth of a second on every Linux.
    let ticks = |ticks: u64| Duration::from_millis(10 * ticks);
    let process = |id: &str| {
        let stat = of(format!("/proc/{id}/stat"));
        let after = stat.rsplit(')').next().unwrap_or_default();
        ticks(after.split_whitespace().skip(11).take(2).filter_map(|n| n.parse::<u64>().ok()).sum())
    };
    let stat = of("/proc/stat".to_owned());
    let numbers: Vec<u64> =
        stat.lines().next().unwrap_or_default().split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    // User, nice, system, then idle and waiting for the disk, then interrupts and what another machine had.
    let busy = numbers.iter().take(3).chain(numbers.iter().skip(5).take(3)).sum();
    Processors { desk: process(&desk.to_string()), mine: process("self"), all: ticks(busy) }
}

fn peak_memory_mib(desk: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{desk}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

fn ms(times: &Times, part: f64) -> f64 {
    times.at(part).as_secs_f64() * 1000.0
}

fn line(what: &str, times: &Times, expected: usize) {
    let [half, most, nearly, all] = [0.5, 0.95, 0.99, 1.0].map(|part| ms(times, part));
    println!("{what:44} {half:8.1} {most:8.1} {nearly:8.1} {all:8.1}   {} of {expected}", times.len());
}

fn report(story: &Story, notes: &Notes, used: &Used, here: usize, phones: usize) -> ExitCode {
    let calls = notes.times_done(News::Called);
    let check_ins = notes.times_done(News::Arrived);
    let (staff, boards) = (story.staff as usize, story.boards as usize);
    println!(
        "{} people, {here} of them here; {staff} lists, {boards} boards, {phones} phones, {} kiosks; {:.0} s",
        story.people,
        story.kiosks,
        used.wall.as_secs_f64()
    );
    println!("{calls} calls, {} starts and ends, {check_ins} check-ins\n", notes.counted("starts and ends"));
    println!("{:44} {:>8} {:>8} {:>8} {:>8}   seen", "milliseconds", "half", "95 %", "99 %", "all");
    let to_boards = notes.times(Eye::Board, News::Called);
    line("call sent to board has heard it", &to_boards, calls * boards);
    line("call sent to phone has heard it", &notes.times(Eye::Phone, News::Called), notes.called_below(phones));
    line("call sent to list shows it", &notes.times(Eye::List, News::Called), calls * staff);
    line("check-in acknowledged to list shows it", &notes.times(Eye::List, News::Arrived), check_ins * staff);
    println!();
    let each = |what: &str, of: f64| if of > 0.0 { notes.counted(what) as f64 / 1000.0 / of } else { 0.0 };
    let fetched = notes.counted("lists fetched") as f64;
    println!(
        "a call was answered in {:.1} ms, a check-in in {:.1} ms, a list in {:.1} ms (means)",
        each("microseconds that calls took", calls as f64),
        each("microseconds that check-ins took", check_ins as f64),
        each("microseconds that lists took", fetched)
    );
    println!(
        "{fetched} lists of {:.0} KiB; {} parts to boards, {} to phones; {} answers of the feed",
        notes.counted("bytes of lists") as f64 / 1024.0 / fetched.max(1.0),
        notes.counted("parts that boards heard"),
        notes.counted("parts that phones heard"),
        notes.counted("answers of the kiosks' feed")
    );
    println!(
        "desk: {:.1} s of processor time, {:.1} MiB at its largest; this program: {:.1} s; \
         others: {:.0} % of the processors",
        used.desk.as_secs_f64(),
        used.memory_mib,
        used.mine.as_secs_f64(),
        used.others * 100.0
    );
    if notes.counted("calls to which nobody was left") > 0 {
        println!("{} calls found nobody waiting", notes.counted("calls to which nobody was left"));
    }
    let errors = notes.errors();
    for (what, times) in &errors {
        println!("wrong, {times} times: {what}");
    }
    let unheard = calls * boards - to_boards.len().min(calls * boards);
    if unheard * 100 > calls * boards {
        println!("boards: {unheard} times one never heard of a call");
        return ExitCode::FAILURE;
    }
    let late = ms(&to_boards, 0.99) > story.limit_ms;
    let is_quiet = used.others <= OTHERS_MAX;
    match (late, is_quiet) {
        (false, _) => println!("boards: within the limit of {} ms", story.limit_ms),
        (true, true) => println!("boards: OVER the limit of {} ms", story.limit_ms),
        (true, false) => println!(
            "boards: over the limit of {} ms, but others had too much of the machine to say why",
            story.limit_ms
        ),
    }
    if (late && is_quiet) || !errors.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
