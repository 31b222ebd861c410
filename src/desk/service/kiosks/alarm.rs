//! What someone should look at, of a kiosk or of the desk itself, and in which words.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::desk::store::{LOST, ListDiffers, NUMBER_TWICE, NumberTwice, Restored};
use crate::domain::kiosk::{MoreThanUsual, Tally};

/// For this many numbers that are on two papers, the owners are named.
const NUMBERS_SAID: usize = 3;
/// The code of the alarm that an older copy of the desk's file was put back.
pub(in crate::desk) const RESTORED: &str = "restored";

/// What someone should look at, right away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alarm {
    /// Nothing was heard of it since then.
    Silent(Timestamp),
    /// It sends patients to the desk by itself.
    Out,
    /// The printer does not work, and why.
    Printer(String),
    /// This many events are waiting there since then, although it answers.
    Waiting(u64, Timestamp),
    /// It has heard everything, and its list of today has another number of appointments than the desk's.
    List(ListDiffers),
    /// More people than usual do not get through.
    Failing(MoreThanUsual),
    /// Its log is another one than the desk holds; whether staff have let it go on.
    OtherLog(bool),
    /// It has not told everything since an older copy of the desk's file was put back.
    Behind,
    /// This many reports are lost for good.
    Lost(u64),
    /// Numbers that it gave out and that others have, or that were not its own to give.
    NumberTwice(Vec<NumberTwice>),
    /// This many of its reports have a word in them that this program does not know.
    Newer(u64),
    /// An older copy of the desk's file was put back.
    Restored(Restored),
    /// Too many tries failed: it looks no one up, until then by the desk's clock.
    Guessing(Timestamp),
    /// This many reports said more than the desk takes, or what it does not understand; why the last one.
    Aside(u64, String),
}

/// What someone should look after when there is time.
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
    /// This many things that the desk said are not known to its program.
    Newer(u64),
    /// Degrees Celsius.
    Hot(i16),
    /// This many MiB are free.
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
            Self::NumberTwice(all) => {
                all.first().map_or_else(String::new, |first| format!("{} {}", first.given.date, first.given.number))
            }
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
            Self::Silent(since) => format!("offline since {}", time(since)),
            Self::Out => "out of service by itself: sends patients to the desk".to_owned(),
            Self::Printer(why) if why.is_empty() => "printer not working".to_owned(),
            Self::Printer(why) => format!("printer: {why}"),
            Self::Guessing(until) => {
                format!("look-ups stopped until {}: too many failed attempts. Signed letters still work", time(until))
            }
            Self::Aside(1, why) => format!("1 report was not accepted in full: {why}"),
            Self::Aside(count, why) => format!("{count} reports were not accepted in full; the last: {why}"),
            Self::Waiting(1, since) => format!("1 report has been waiting to upload since {}", time(since)),
            Self::Waiting(count, since) => format!("{count} reports have been waiting to upload since {}", time(since)),
            Self::OtherLog(false) => "its reports don't match the desk's: its SD card was replaced or copied. \
                                      A supervisor can allow it to continue"
                .to_owned(),
            Self::OtherLog(true) => "allowed to continue after its SD card was replaced; not continued yet".to_owned(),
            Self::Behind => "hasn't sent its reports again since a backup of the desk was restored".to_owned(),
            Self::Lost(1) => {
                "1 report is lost: a patient may have checked in there without the desk knowing".to_owned()
            }
            Self::Lost(count) => {
                format!("{count} reports are lost: patients may have checked in there without the desk knowing")
            }
            Self::NumberTwice(all) => {
                let one = |twice: &NumberTwice| {
                    let NumberTwice { said, given, who, other } = twice;
                    let who = if who.is_empty() { "A patient" } else { who };
                    let whose = if other.is_empty() {
                        "a number this kiosk can't use".to_owned()
                    } else {
                        format!("which is {other}'s number")
                    };
                    format!(
                        "{who}'s ticket shows {}, {whose}. Their new number is {}: tell them",
                        said.number, given.number
                    )
                };
                let mut said: Vec<String> = all.iter().take(NUMBERS_SAID).map(one).collect();
                if all.len() > NUMBERS_SAID {
                    said.push(format!("and {} more", all.len() - NUMBERS_SAID));
                }
                said.join("; ")
            }
            Self::Newer(1) => {
                "1 report contains something this version doesn't support: update the desk. The rest is on the list"
                    .to_owned()
            }
            Self::Newer(count) => {
                format!(
                    "{count} reports contain something this version doesn't support: update the desk. \
                     The rest is on the list"
                )
            }
            Self::Restored(restored) => {
                let from = match &restored.copied_at {
                    Some(at) => format!("a backup of {} was restored at {}", day(at), day(&restored.at)),
                    None => format!("its data went back to an earlier state (detected at {})", day(&restored.at)),
                };
                format!(
                    "{from}. Kiosks send their check-ins again. Work done at the desk since then is missing: \
                     desk check-ins, calls, reviewed changes, bookings"
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
