//! Dates and times as lists have them.

use jiff::civil::date as day;

use super::*;

fn style(order: DateOrder) -> Style {
    Style::of(TimeZone::get("America/New_York").unwrap(), order, false)
}

fn read(text: &str) -> Result<String, String> {
    start(text, &style(DateOrder::Mdy))
        .map(|(time, note)| format!("{time}{}", if note.is_some() { " noted" } else { "" }))
}

#[test]
fn a_start_is_read_however_a_practice_writes_it() {
    for text in [
        "2026-11-30T08:00:00-05:00",
        "2026-11-30T13:00:00Z",
        "2026-11-30T08:00:00",
        "2026-11-30T08:00",
        "2026-11-30 08:00",
        "2026-11-30 08:00:00",
        "2026-11-30 08:00:00.000",
        "2026-11-30 08:00:00.0000000 -05:00",
        "2026-11-30T08:00:00-0500",
        "2026-11-30 08:00 EST",
        "2026-11-30 13:00 UTC",
        "2026/11/30 8:00",
        "20261130 0800",
        "11/30/2026 8:00 AM",
        "11/30/2026 8:00AM",
        "11/30/2026 8:00:00 am",
        "11/30/2026  8:00 a.m.",
        "11/30/2026, 8:00 AM",
        "11/30/2026 08:00",
        "11/30/26 8:00a",
        "11-30-2026 8 AM",
        "11/30/2026 at 8:00 AM",
        "Mon 11/30/2026 8:00 AM",
        "Monday, November 30, 2026 8:00 AM",
        "Nov 30, 2026 8:00 AM",
        "30-Nov-2026 08:00",
        "30 Nov 2026 08:00",
    ] {
        assert_eq!(read(text).as_deref(), Ok("2026-11-30T13:00:00Z"), "{text}");
    }
    for (text, found) in [
        ("11/30/2026 12:00 AM", "2026-11-30T05:00:00Z"),
        ("11/30/2026 12:30 PM", "2026-11-30T17:30:00Z"),
        ("11/30/2026 14:30 PM", "2026-11-30T19:30:00Z"),
        ("11/01/2026 1:30 AM", "2026-11-01T05:30:00Z noted"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(found), "{text}");
    }
    for (text, why) in [
        ("", "nothing"),
        ("8:00 AM", "a time without a date"),
        ("11/30/2026", "a date without a time"),
        ("02/30/2026 8:00 AM", "does not exist"),
        ("11/30/2026 25:00", "does not exist"),
        ("11/30/2026 13:00 AM", "does not exist"),
        ("13/02/2026 8:00 AM", "found a month above 12"),
        ("03/08/2026 2:30 AM", "clocks go forward"),
        ("11/30/2026 8:00 PST", "time zone"),
        ("soon", "another form"),
        ("11/30/2026 8.5", "another form"),
        ("11/30/2026/1 8:00", "another form"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.contains(why), "{text}: {found}");
    }
    let dmy = start("13/02/2026 08:00", &style(DateOrder::Dmy)).unwrap().0;
    assert_eq!(dmy.to_string(), "2026-02-13T13:00:00Z");
    assert!(start("02/13/2026 08:00", &style(DateOrder::Dmy)).unwrap_err().contains("expected day/month/year"));
    for text in ["11/30/2026 8:00 AM", "2026-11-30T08:00:00"] {
        assert!(start(text, &Style::iso()).unwrap_err().contains("expected a time with its offset"), "{text}");
    }
}

#[test]
fn two_columns_are_one_start() {
    let style = style(DateOrder::Mdy);
    for (start, date, time) in [
        ("", "11/30/2026", "8:00 AM"),
        ("", "2026-11-30 00:00:00.000", "1900-01-01 08:00:00.000"),
        ("", "11/30/2026 0:00", "12/30/1899 8:00:00 AM"),
        ("", "11/30/2026", "0800"),
        ("", "11/30/2026", "830"),
        ("8:00 AM", "11/30/2026", ""),
        ("11/30/2026 8:00", "11/30/2026", ""),
        ("", "11/30/2026 8:00", ""),
        ("", "", "11/30/2026 8:00"),
    ] {
        let text = joined(start, date, time, &style);
        let found = super::start(&text, &style).unwrap().0.to_string();
        assert_eq!(found, if time == "830" { "2026-11-30T13:30:00Z" } else { "2026-11-30T13:00:00Z" }, "{text}");
    }
    assert!(start(&joined("", "11/30/2026", "soon", &style), &style).is_err());
}

#[test]
fn numbers_of_days_are_dates_in_a_workbook_alone() {
    let book = Style::of(TimeZone::UTC, DateOrder::Mdy, true);
    assert_eq!(parts("46356", &book, Short::Now).unwrap().date, Some(day(2026, 11, 30)));
    assert_eq!(start("46356.3333333", &book).unwrap().0.to_string(), "2026-11-30T08:00:00Z");
    assert_eq!(joined("", "46356", "0.3333333333", &book), "2026-11-30 08:00:00");
    assert!(start("46356.33", &style(DateOrder::Mdy)).is_err());
}

#[test]
fn a_date_alone() {
    let style = style(DateOrder::Mdy);
    let read = |text: &str| date(text, &style, Short::NotAfter(day(2026, 11, 30)));
    for text in [
        "1960-02-20",
        "2/20/1960",
        "02/20/1960",
        "2/20/60",
        "1960-02-20T05:00:00Z",
        "1960-02-20 00:00:00",
        "2/20/1960 12:00:00 AM",
        "20-Feb-1960",
    ] {
        assert_eq!(read(text), Ok(day(1960, 2, 20)), "{text}");
    }
    assert_eq!(read("3/5/20"), Ok(day(2020, 3, 5)));
    assert_eq!(read("12/5/26"), Ok(day(1926, 12, 5)), "not after the visit");
    assert!(style.short_years.get() && style.ordered.get());
    assert_eq!(read("13/25/1980"), Err(Wrong::DoesNotExist));
    assert_eq!(read("25/12/1980"), Err(Wrong::OtherOrder));
    assert_eq!(read("1956"), Err(Wrong::NoDate));
}
