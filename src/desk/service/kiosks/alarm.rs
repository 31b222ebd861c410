//! What somebody should look at, of a kiosk or of the desk itself, and how it is said.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::desk::store::{LOST, ListDiffers, NUMBER_TWICE, NumberTwice, Restored};
use crate::domain::kiosk::{MoreThanUsual, Tally};

/// Of so many numbers that are on two papers it is said whose they are.
const NUMBERS_SAID: usize = 3;
/// The code of the alarm that an older copy of the desk's file was put back.
pub(in crate::desk) const RESTORED: &str = "restored";

/// What somebody should look at, at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// Nothing was heard of it since then.
    Silent(Timestamp),
    /// It sends patients to the desk by itself.
    Out,
    /// The printer does not work, and why.
    Printer(String),
    /// So many events are waiting there since then, although it answers.
    Waiting(u64, Timestamp),
    /// It has heard everything, and its list of today has another number of appointments than the desk's.
    List(ListDiffers),
    /// More people than usual do not get through.
    Failing(MoreThanUsual),
    /// Its log is another one than the desk holds; whether staff have let it go on.
    OtherLog(bool),
    /// It has not told everything since an older copy of the desk's file was put back.
    Behind,
    /// So many reports are lost for good.
    Lost(u64),
    /// Numbers that it gave out and that others have, or that were not its own to give.
    NumberTwice(Vec<NumberTwice>),
    /// So many of its reports have a word in them that this program does not know.
    Newer(u64),
    /// An older copy of the desk's file was put back.
    Restored(Restored),
    /// Too many tries failed: it looks nobody up, until then by the desk's clock.
    Guessing(Timestamp),
    /// So many reports said more than the desk takes, or what it does not understand; why the last one.
    Aside(u64, String),
}

/// What somebody should look after when there is time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The printer will not work for long, and why.
    PrinterSoon(String),
    /// The scanner does not work, or not for long, and why.
    Scanner(String),
    /// The camera does not work, or not for long, and why.
    Camera(String),
    /// So far the desk's clock is ahead of the kiosk's; behind it if negative.
    Clock(SignedDuration),
    /// So many things that the desk said are not known to its program.
    Newer(u64),
    /// Degrees Celsius.
    Hot(i16),
    /// So many MiB are free.
    DiskFull(u64),
}

impl Alarm {
    /// Its name in data.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Silent(_) => "silent",
            Self::Out => "out-of-service",
            Self::Printer(_) => "printer",
            Self::Waiting(..) => "waiting",
            Self::List(_) => "list",
            Self::Failing(_) => "failing",
            Self::OtherLog(_) => "other-log",
            Self::Behind => "behind",
            Self::Lost(_) => LOST,
            Self::NumberTwice(_) => NUMBER_TWICE,
            Self::Newer(_) => "newer",
            Self::Restored(_) => RESTORED,
            Self::Aside(..) => "set-aside",
            Self::Guessing(_) => "guessing",
        }
    }

    /// What makes it another alarm. Numbers that go up and down do not.
    pub(in crate::desk) fn detail(&self) -> String {
        match self {
            Self::Printer(why) => why.clone(),
            Self::Aside(count, _) => count.to_string(),
            Self::Silent(_)
            | Self::Out
            | Self::Waiting(..)
            | Self::List(_)
            | Self::Failing(_)
            | Self::Guessing(_)
            | Self::OtherLog(_)
            | Self::Behind
            | Self::Newer(_)
            | Self::Restored(_) => String::new(),
            Self::NumberTwice(all) => all.first().map_or_else(String::new, |first| format!("{} {}", first.given.date, first.given.number)),
            // More that is lost is another loss.
            Self::Lost(count) => count.to_string(),
        }
    }

    /// For staff: what is the matter. Times of day are the clinic's.
    #[must_use]
    pub fn sentence(&self, zone: &TimeZone) -> String {
        let time = |at: &Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%-I:%M %p").to_string();
        let day = |at: &Timestamp| at.to_zoned_datetime(zone.clone()).strftime("%-I:%M %p on %B %-d").to_string();
        match self {
            Self::Silent(since) => format!("silent since {}", time(since)),
            Self::Out => "sends patients to the desk by itself".to_owned(),
            Self::Printer(why) if why.is_empty() => "the printer does not work".to_owned(),
            Self::Printer(why) => format!("printer: {why}"),
            Self::Guessing(until) => {
                format!("looks no one up until {}: too many tries failed; signed letters are still taken", time(until))
            }
            Self::Aside(1, why) => format!("1 report was not taken whole: {why}"),
            Self::Aside(count, why) => format!("{count} reports were not taken whole; the last: {why}"),
            Self::Waiting(1, since) => format!("1 report does not reach the desk since {}", time(since)),
            Self::Waiting(count, since) => format!("{count} reports do not reach the desk since {}", time(since)),
            Self::OtherLog(false) => {
                "its reports do not match what the desk has: its card was replaced or copied. A supervisor can allow it to continue"
                    .to_owned()
            }
            Self::OtherLog(true) => "allowed to continue after its card was replaced; it has not done so yet".to_owned(),
            Self::Behind => "has not sent its reports again since a backup of the desk was restored".to_owned(),
            Self::Lost(1) => "1 report is lost for good: a patient may have checked in there without the desk knowing".to_owned(),
            Self::Lost(count) => format!("{count} reports are lost for good: patients may have checked in there without the desk knowing"),
            Self::NumberTwice(all) => {
                let one = |twice: &NumberTwice| {
                    let NumberTwice { said, given, who, other } = twice;
                    let who = if who.is_empty() { "A patient" } else { who };
                    let whose = if other.is_empty() {
                        "a number that this kiosk may not use".to_owned()
                    } else {
                        format!("which is {other}'s number")
                    };
                    format!("{who}'s ticket shows {}, {whose}. They are now {}: tell them", said.number, given.number)
                };
                let mut said: Vec<String> = all.iter().take(NUMBERS_SAID).map(one).collect();
                if all.len() > NUMBERS_SAID {
                    said.push(format!("and {} more", all.len() - NUMBERS_SAID));
                }
                said.join("; ")
            }
            Self::Newer(1) => {
                "1 report contains something this desk does not understand: update the desk. The rest of it is on the list".to_owned()
            }
            Self::Newer(count) => {
                format!("{count} reports contain something this desk does not understand: update the desk. The rest of them is on the list")
            }
            Self::Restored(restored) => {
                let from = match &restored.copied_at {
                    Some(at) => format!("a backup of {} was restored at {}", day(at), day(&restored.at)),
                    None => format!("its data went back to an earlier state, noticed at {}", day(&restored.at)),
                };
                format!(
                    "{from}. Kiosks send check-ins again. Work done at the desk since then is missing: check-ins by hand, calls, decisions, bookings"
                )
            }
            Self::List(ListDiffers { kiosk, desk, .. }) => {
                format!("its list for today is wrong: it has {kiosk} appointments, the desk has {desk}")
            }
            Self::Failing(more) => {
                let usual = match more.usual_of_ten {
                    None => String::new(),
                    Some(0) => ", usually fewer than 1 of 10".to_owned(),
                    Some(n) => format!(", usually {n} of 10"),
                };
                let Tally { attempts, failed } = more.lately;
                format!("more than usual: {failed} of {attempts} gave up or were stopped in the last hour{usual}")
            }
        }
    }
}
