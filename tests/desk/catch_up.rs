//! A kiosk that was without its desk makes up for it: what that costs the desk does not depend on how long the day is.
//!
//! Counted is what the file's engine does, not time: the same on every machine. `ARRIVALS_CATCH_UP=10000` sends so many
//! events, and prints what they cost.

#[path = "../people/mod.rs"]
mod booked;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use arrivals::domain::appointment::Appointment;
use arrivals::domain::event::{KioskEvent, LoggedEvent};
use arrivals::domain::ids::Seq;
use arrivals::domain::insurance::Coverage;
use arrivals::domain::ticket::PrintOutcome;
use arrivals::sync::wire::{EVENTS_PER_POST_MAX, Post};
use jiff::SignedDuration;

use super::support::{Place, TOKEN_A, TOKEN_B, checked_in, event, morning, place, post_of};

pub fn appointment(n: usize) -> Appointment {
    Appointment {
        start: morning() + SignedDuration::from_mins(i64::try_from(n % 480).unwrap()),
        service: format!("Service {}", n % 8),
        coverage: Some(Coverage {
            payer: "One".into(),
            member_id: format!("M{n}").as_str().into(),
            ..Default::default()
        }),
        ..booked::visit(&format!("visit-{n}"), booked::person(&format!("patient-{n}"), "Ada", "Example"))
    }
}

/// A desk with so many visits today, half of them checked in at the other kiosk.
pub fn day_of(visits: usize) -> Place {
    let place = place();
    place.desk.import_appointments(&(0..visits).map(appointment).collect::<Vec<_>>()).unwrap();
    let here: Vec<LoggedEvent> = (1..=visits / 2)
        .map(|n| {
            checked_in(u64::try_from(n).unwrap(), 'B', u32::try_from(n).unwrap(), &[&format!("visit-{}", visits - n)])
        })
        .collect();
    for part in here.chunks(EVENTS_PER_POST_MAX) {
        let post = Post { last: here.last().unwrap().seq, ..post_of("annex", part.to_vec()) };
        place.desk.take_post(TOKEN_B, &post).unwrap();
    }
    place
}

/// What a kiosk has to tell after hours without its desk: check-ins, each with its ticket that was printed, for visits
/// that were booked meanwhile.
fn made_up_for(events: u64) -> Vec<LoggedEvent> {
    let one = |seq: u64| {
        let number = seq.div_ceil(2);
        let known = checked_in(seq, 'A', u32::try_from(number).unwrap(), &[&format!("later-{number}")]);
        let KioskEvent::CheckedIn(said) = known.event else { unreachable!() };
        match seq % 2 {
            1 => event(seq, KioskEvent::CheckedIn(said)),
            _ => event(
                seq,
                KioskEvent::TicketPrinted {
                    ticket: said.ticket,
                    outcome: PrintOutcome::Printed,
                    appointments: said.appointments,
                },
            ),
        }
    };
    (1..=events).map(one).collect()
}

/// What it costs to take so many events at a desk with so many visits: steps of the file's engine in all, in the first
/// and the last post, and the time.
struct Cost {
    all: u64,
    posts: Vec<u64>,
    time: Duration,
}

fn catch_up(visits: usize, events: u64) -> Cost {
    let place = day_of(visits);
    let log = made_up_for(events);
    // What was there before is read by others, as it is all day.
    place.desk.today().unwrap();
    let steps = place.desk.with_store(arrivals::desk::store::Store::count_steps).unwrap();
    let begun = Instant::now();
    let mut posts = Vec::new();
    for part in log.chunks(EVENTS_PER_POST_MAX) {
        let before = steps.load(Ordering::Relaxed);
        let held =
            place.desk.take_post(TOKEN_A, &Post { last: Seq(events), ..post_of("lobby", part.to_vec()) }).unwrap();
        assert_eq!(held.held, part.last().unwrap().seq);
        posts.push(steps.load(Ordering::Relaxed) - before);
    }
    Cost { all: posts.iter().sum(), posts, time: begun.elapsed() }
}

#[test]
fn what_a_kiosk_makes_up_for_costs_the_same_on_a_long_day_and_each_event_as_much_as_the_one_before() {
    let wanted = std::env::var("ARRIVALS_CATCH_UP").ok().and_then(|text| text.parse().ok());
    let events: u64 = wanted.unwrap_or(1_000);
    let days: &[usize] = if wanted.is_some() { &[100, 2_000, 10_000] } else { &[100, 1_000] };
    let mut costs = Vec::new();
    for visits in days {
        let cost = catch_up(*visits, events);
        println!(
            "{events} events at a desk with {visits} visits: {:.2} s, {} steps, \
             {} in the first post, {:?} in the last two",
            cost.time.as_secs_f64(),
            cost.all,
            cost.posts[0],
            cost.posts.last_chunk::<2>().unwrap(),
        );
        costs.push(cost);
    }
    // The last post alone reads the day, for the person who may still stand there.
    let without_last = |cost: &Cost| cost.posts.iter().rev().skip(1).sum::<u64>();
    let (short, long) = (without_last(&costs[0]), without_last(costs.last().unwrap()));
    assert!(long < short * 5 / 4, "a longer day makes each post dearer: {short} and {long} steps");
    for cost in &costs {
        let (second, last) = (cost.posts[1], cost.posts[cost.posts.len() - 2]);
        assert!(last < second * 5 / 4, "later posts are dearer: {:?}", cost.posts);
    }
}

#[test]
fn only_who_may_still_stand_at_the_kiosk_hears_how_their_ticket_stands() {
    let place = place();
    let at = |seq: u64, minutes: i64| {
        let known = checked_in(seq, 'A', u32::try_from(seq).unwrap(), &[&format!("visit-{seq}")]);
        LoggedEvent { at: morning() - SignedDuration::from_mins(minutes), ..known }
    };
    let waits = |events: Vec<LoggedEvent>, now| {
        let held = place.desk.take_post(TOKEN_A, &Post { last: Seq(4), now, ..post_of("lobby", events) }).unwrap();
        held.waits.iter().map(|wait| wait.ticket.number.to_string()).collect::<Vec<_>>()
    };
    assert!(waits(vec![at(1, 0)], Some(morning())).is_empty(), "there is more to come");
    let rest = vec![at(2, 6), at(3, 5), at(4, 0)];
    assert_eq!(waits(rest.clone(), Some(morning())), ["A3", "A4"]);
    // Again, of a kiosk of an earlier version that does not say its time.
    assert_eq!(waits(rest, None), ["A3", "A4"]);
    assert!(place.desk.visit(&"visit-1".into()).unwrap().unwrap().ticket.is_some(), "and everyone is here");
}
