//! For which days the appointments of a list are, in words: a list of another day than today looks like one that was
//! not taken.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// Up to this many days are named one by one.
const NAMED_MAX: usize = 5;

/// One line for each day, or one for all of them if they are many.
#[must_use]
pub fn sentences(days: &BTreeMap<Date, u64>, today: Date) -> Vec<String> {
    let all: u64 = days.values().sum();
    let (Some(first), Some(last)) = (days.keys().next(), days.keys().next_back()) else { return Vec::new() };
    if days.len() > NAMED_MAX {
        let of_today = days.get(&today).copied().unwrap_or(0);
        let span = format!("{all} appointments on {} days, {} to {}", days.len(), named(*first), named(*last));
        return vec![format!("{span}; {of_today} of them today, {}", short(today))];
    }
    let line = |(date, count): (&Date, &u64)| {
        let appointments = if *count == 1 { "appointment" } else { "appointments" };
        if *date == today {
            format!("{count} {appointments} for today, {}", named(*date))
        } else {
            format!("{count} {appointments} for {} - today is {}", named(*date), short(today))
        }
    };
    days.iter().map(line).collect()
}

/// That none of a list's appointments is for today or later, if so: an old list moves what is on the desk back.
#[must_use]
pub fn past(days: &BTreeMap<Date, u64>, today: Date) -> Option<String> {
    let (first, last) = (days.keys().next()?, days.keys().next_back()?);
    if *last >= today {
        return None;
    }
    let when = if first == last { named(*first) } else { format!("{} to {}", named(*first), named(*last)) };
    Some(format!("This list is for {when}; today is {}.", short(today)))
}

/// `Monday, Nov 23, 2026`.
fn named(date: Date) -> String {
    date.strftime("%A, %b %-d, %Y").to_string()
}

/// `Nov 29`.
fn short(date: Date) -> String {
    date.strftime("%b %-d").to_string()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_days_of_a_list_are_said_beside_today() {
        let today = date(2026, 11, 29);
        let of = |days: &[(Date, u64)]| sentences(&days.iter().copied().collect(), today);
        assert!(of(&[]).is_empty());
        let past = |days: &[(Date, u64)]| past(&days.iter().copied().collect(), today);
        assert_eq!(
            past(&[(date(2026, 11, 23), 232)]).as_deref(),
            Some("This list is for Monday, Nov 23, 2026; today is Nov 29.")
        );
        assert!(past(&[(date(2026, 11, 23), 1), (today, 1)]).is_none() && past(&[]).is_none());
        assert_eq!(of(&[(date(2026, 11, 23), 232)]), ["232 appointments for Monday, Nov 23, 2026 - today is Nov 29"]);
        let two = of(&[(today, 1), (date(2026, 11, 30), 2)]);
        assert_eq!(
            two,
            [
                "1 appointment for today, Sunday, Nov 29, 2026",
                "2 appointments for Monday, Nov 30, 2026 - today is Nov 29"
            ]
        );
        let many: Vec<(Date, u64)> = (24..=30).map(|day| (date(2026, 11, day), 10)).collect();
        assert_eq!(
            of(&many),
            ["70 appointments on 7 days, Tuesday, Nov 24, 2026 to Monday, Nov 30, 2026; 10 of them today, Nov 29"]
        );
    }
}
