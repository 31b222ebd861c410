//! How a kiosk stands, line by line: what was heard of it, and when.

use crate::domain::when::{DateStyle, StaffTime};
use jiff::tz::TimeZone;

use super::*;
use crate::desk::store::HeardHealth;
use crate::desk::store::ListDiffers;

fn at(text: &str) -> Timestamp {
    format!("2026-11-23T{text}Z").parse().unwrap()
}

fn well(now: Timestamp) -> Health {
    let ready = || DeviceHealth { is: Condition::Ready, why: String::new() };
    Health {
        version: "0.1.0".into(),
        protocol: PROTOCOL,
        started: now,
        now,
        waiting: 0,
        printer: ready(),
        scanner: ready(),
        camera: DeviceHealth { is: Condition::Absent, why: String::new() },
        celsius: Some(55),
        disk_free_mib: Some(9000),
        newer: 0,
        out_of_service: false,
        obeyed: 0,
        ends: Vec::new(),
        list: None,
        brake: None,
    }
}

fn differs(since: &str) -> Option<ListDiffers> {
    Some(ListDiffers { kiosk: 0, desk: 12, since: at(since) })
}

#[test]
fn how_a_kiosk_stands_follows_from_what_was_heard_and_the_time() {
    /// What it is called, what is different, what staff or the hour said, and what comes of it: standing, alarms,
    /// warnings.
    type Case = (&'static str, fn(&mut HeardHealth), &'static str, Standing, &'static [&'static str], usize);
    let more = MoreThanUsual { lately: Tally { attempts: 10, failed: 6 }, usual_of_ten: Some(1) };
    let now = at("14:00:00");
    let cases: &[Case] = &[
        ("well", |_| {}, "", Standing::Working, &[], 0),
        ("89 s", |heard| heard.at = at("13:58:31"), "", Standing::Working, &[], 0),
        ("90 s", |heard| heard.at = at("13:58:30"), "", Standing::Silent, &["offline since 1:58 PM"], 0),
        (
            "out of paper",
            |heard| heard.health.printer = DeviceHealth { is: Condition::Failed, why: "out of paper".into() },
            "",
            Standing::NeedsSomebody,
            &["printer: out of paper"],
            0,
        ),
        (
            "paper soon",
            |heard| heard.health.printer = DeviceHealth { is: Condition::Soon, why: "paper is nearly out".into() },
            "",
            Standing::NeedsSomebody,
            &[],
            1,
        ),
        ("no printer", |heard| heard.health.printer.is = Condition::Absent, "", Standing::Working, &[], 0),
        ("no scanner", |heard| heard.health.scanner.is = Condition::Failed, "", Standing::NeedsSomebody, &[], 1),
        (
            "a moment of waiting",
            |heard| (heard.health.waiting, heard.waiting_since) = (3, Some(at("13:58:01"))),
            "",
            Standing::Working,
            &[],
            0,
        ),
        (
            "waiting",
            |heard| (heard.health.waiting, heard.waiting_since) = (3, Some(at("13:58:00"))),
            "",
            Standing::NeedsSomebody,
            &["3 reports have been waiting to upload since 1:58 PM"],
            0,
        ),
        ("clock", |heard| heard.clock = SignedDuration::from_secs(121), "", Standing::NeedsSomebody, &[], 1),
        ("clock, nearly", |heard| heard.clock = SignedDuration::from_secs(-120), "", Standing::Working, &[], 0),
        (
            "hot and full",
            |heard| (heard.health.celsius, heard.health.disk_free_mib) = (Some(80), Some(199)),
            "",
            Standing::NeedsSomebody,
            &[],
            2,
        ),
        (
            "out by itself",
            |heard| heard.health.out_of_service = true,
            "",
            Standing::NeedsSomebody,
            &["out of service by itself: sends patients to the desk"],
            0,
        ),
        (
            "failing",
            |_| {},
            "more",
            Standing::NeedsSomebody,
            &["more than usual: 6 of 10 gave up or were stopped in the last hour, usually 1 of 10"],
            0,
        ),
        ("another list, just now", |heard| heard.list = differs("13:58:01"), "", Standing::Working, &[], 0),
        (
            "another list",
            |heard| heard.list = differs("13:58:00"),
            "",
            Standing::NeedsSomebody,
            &["its list for today is wrong: it has 0 appointments, the desk has 12"],
            0,
        ),
        (
            "silent hides the rest",
            |heard| (heard.at, heard.health.out_of_service) = (at("13:00:00"), true),
            "more",
            Standing::Silent,
            &["offline since 1:00 PM"],
            0,
        ),
        ("by staff", |heard| heard.health.out_of_service = true, "out", Standing::OutOfService, &[], 0),
        ("by staff, silent", |heard| heard.at = at("13:00:00"), "out", Standing::OutOfService, &[], 0),
        (
            "by staff, no paper",
            |heard| heard.health.printer = DeviceHealth { is: Condition::Failed, why: "out of paper".into() },
            "out",
            Standing::OutOfService,
            &[],
            0,
        ),
        ("back in service", |_| {}, "in", Standing::Working, &[], 0),
    ];
    for (what, change, extra, standing, alarms, warnings) in cases {
        let mut heard = HeardHealth {
            health: well(now),
            at: now,
            online_since: now,
            clock: SignedDuration::ZERO,
            waiting_since: None,
            list: None,
        };
        change(&mut heard);
        let row = KioskRow {
            id: "lobby".into(),
            series: crate::domain::ticket::Series::FIRST,
            place: String::new(),
            posted_at: None,
            health: Some(heard),
            other_log: None,
            is_behind: false,
            lost: None,
            numbers: Vec::new(),
            newer: 0,
        };
        let service = match *extra {
            "out" => Some((OrderKind::OutOfService { text: "Cleaning".into() }, "ana".to_owned(), now)),
            "in" => Some((OrderKind::InService, "ana".to_owned(), now)),
            _ => None,
        };
        let utc = StaffTime { zone: TimeZone::UTC, style: DateStyle::default() };
        let watched = judge(row, service, (*extra == "more").then_some(more), KioskRules::default(), now);
        let said: Vec<String> = watched.alarms.iter().map(|alarm| alarm.sentence(&utc)).collect();
        assert_eq!(
            (watched.standing, &said[..], watched.warnings.len()),
            (*standing, &alarms.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()[..], *warnings),
            "{what}"
        );
    }
}

#[test]
fn a_kiosk_that_never_told_how_it_is_alarms_nobody_and_one_that_posts_is_not_silent() {
    let now = at("14:00:00");
    let row = |posted, health| KioskRow {
        id: "lobby".into(),
        series: crate::domain::ticket::Series::FIRST,
        place: String::new(),
        posted_at: posted,
        health,
        other_log: None,
        is_behind: false,
        lost: None,
        numbers: Vec::new(),
        newer: 0,
    };
    let judged = |row| judge(row, None, None, KioskRules::default(), now);
    for posted in [None, Some(at("09:00:00"))] {
        let watched = judged(row(posted, None));
        assert_eq!((watched.standing, watched.alarms.len()), (Standing::Unknown, 0));
    }
    let heard = HeardHealth {
        health: well(now),
        at: at("13:00:00"),
        online_since: now,
        clock: SignedDuration::ZERO,
        waiting_since: None,
        list: None,
    };
    assert_eq!(judged(row(Some(at("13:59:00")), Some(heard.clone()))).standing, Standing::Working);
    // A program of another time works, and says which one to update.
    for (protocol, older) in [(PROTOCOL - 1, Some(Older::Kiosk)), (PROTOCOL, None), (PROTOCOL + 7, Some(Older::Desk))] {
        let heard = HeardHealth { health: Health { protocol, ..well(now) }, ..heard.clone() };
        let watched = judged(row(Some(at("13:59:00")), Some(heard)));
        assert_eq!((watched.standing, watched.older), (Standing::Working, older));
    }
    assert_eq!(judged(row(Some(at("12:59:00")), Some(heard))).standing, Standing::Silent);
}
