//! Whole days with everything at once: kiosks, a desk, staff, and a network that loses, repeats, tears and delays;
//! restarts, restored backups, copied and replaced cards, clocks that are wrong by minutes to years on either side,
//! midnight, both nights on which clocks change, wrong letters, older and newer programs. After every step [`checks`]
//! looks.
//!
//! A seed replays: `ARRIVALS_SEED=7 cargo test --no-default-features --features desk --test core lives`.
//! `ARRIVALS_SEEDS=1000` tries so many, from `ARRIVALS_FIRST_SEED` on (1 without it), on two threads, and counts what
//! happened.

mod checks;
mod day;
mod kiosk;
mod model;
mod network;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, ToSpan};

use super::sync::random;
use world::{Counts, World, first_day};

const THREADS: u64 = 2;
const DAYS: i64 = 3;

/// Some days in a clinic.
async fn days(seed: u64) -> Counts {
    let first = first_day(seed % 3);
    let mut world = World::new(random(seed), first, seed.is_multiple_of(4)).await;
    for n in 0..DAYS {
        let day = first + n.days();
        // The booking system sends its list early in the morning.
        world.pass(SignedDuration::from_hours(2));
        world.start_desk();
        world.import(day);
        let ends = world.day.begin_of(day + 1.day()).unwrap();
        // In the evening, when the day's list is old, everything is compared once.
        let evening = ends - SignedDuration::from_hours(8);
        let mut has_agreed = false;
        while world.now < ends {
            world.step().await;
            if !has_agreed && world.now > evening {
                has_agreed = true;
                let with_right_clocks = world.draw(2) == 0;
                world.agree(with_right_clocks).await;
            }
        }
    }
    world.agree(true).await;
    world.end();
    world.counts
}

fn run(seed: u64) -> Counts {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(days(seed))
}

#[test]
fn whole_days_lose_no_one_and_show_everyone_who_is_here() {
    let of = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = of("ARRIVALS_FIRST_SEED").unwrap_or(1);
    let seeds = match (of("ARRIVALS_SEED"), of("ARRIVALS_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, Some(count)) => first..first + count,
        // One of each week, and one desk that has worked for long.
        (None, None) => 2..5,
    };
    let (next, counts, failed) = (AtomicU64::new(seeds.start), Mutex::new(Counts::default()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    match catch_unwind(AssertUnwindSafe(|| run(seed))) {
                        Ok(of_one) => counts.lock().unwrap().add(of_one),
                        Err(_) => {
                            eprintln!(
                                "seed {seed} failed: ARRIVALS_SEED={seed} cargo test --no-default-features \
                                 --features desk --test core lives"
                            );
                            failed.lock().unwrap().push(seed);
                        }
                    }
                }
            });
        }
    });
    let (failed, counts) = (failed.into_inner().unwrap(), counts.into_inner().unwrap());
    println!("seeds {} to {}: {} failures; {counts}", seeds.start, seeds.end - 1, failed.len());
    assert!(failed.is_empty(), "failed seeds: {failed:?}");
}
