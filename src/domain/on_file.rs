//! What is known of a person from all of their visits.

use std::iter;

use jiff::civil::Date;

use super::appointment::{Appointment, Confirmed};
use super::proposal::{Field, Value};

/// What is known of the person of a visit: what that visit has, and what it lacks from the others, the nearest first.
/// So it is what the pages show, and what a proposal says was on file.
#[must_use]
pub fn on_file(visit: &Appointment, of_person: &[&Appointment], today: Date) -> Appointment {
    let mut others = of_person.to_vec();
    others.sort_by_key(|other| (other.start - visit.start).as_secs().abs());
    let mut known = visit.clone();
    for field in Field::ALL {
        let is_known = |value: &Value| match value {
            // A list may have a group alone.
            Value::Coverage(card) => !card.is_none(),
            value => !value.is_empty(),
        };
        let value = iter::once(&visit).chain(&others).map(|visit| visit.value(field)).find(is_known);
        known.set_value(field, value.unwrap_or_else(|| field.nothing()));
    }
    let said = |when: fn(&Appointment) -> Option<Date>| {
        of_person.iter().filter_map(|visit| when(visit)).filter(|date| *date <= today).max()
    };
    known.confirmed = Confirmed {
        details: said(|visit| visit.confirmed.details),
        insurance: said(|visit| visit.confirmed.insurance),
    };
    known
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;
    use crate::domain::appointment::tests::{booked, insured};
    use crate::domain::insurance::Coverage;

    #[test]
    fn what_one_visit_lacks_is_known_from_the_nearest_other_one() {
        let today = jiff::civil::date(1970, 1, 1);
        let visit = booked();
        let at = |hours: i64, payer: &str| Appointment { start: visit.start + hours.hours(), ..insured(payer, None) };
        let (near, far) = (at(3, "Near Health"), at(-30, "Far Health"));
        let group_alone =
            Appointment { coverage: Some(Coverage { group_id: "G1".into(), ..Coverage::default() }), ..at(1, "") };
        let known = on_file(&visit, &[&far, &visit, &group_alone, &near], today);
        assert_eq!(known.coverage.map(|card| card.payer), Some("Near Health".into()));
        assert_eq!(known.person.contact.phone.as_str(), "555-629-4821");
        assert_eq!((known.id, known.start), (visit.id.clone(), visit.start));
        let alone = on_file(&group_alone, &[&group_alone], today);
        assert_eq!(alone.coverage, None, "a group without payer or number is no card");
    }

    #[test]
    fn what_was_confirmed_counts_from_the_latest_visit_that_is_not_in_the_future() {
        let today = jiff::civil::date(2026, 11, 25);
        let said = |details: Option<i64>| {
            let details = details.map(|days| today - days.days());
            Appointment { confirmed: Confirmed { details, insurance: None }, ..booked() }
        };
        let visits = [said(Some(9)), said(None), said(Some(2)), said(Some(-1))];
        let of_person: Vec<&Appointment> = visits.iter().collect();
        let known = on_file(&visits[1], &of_person, today);
        assert_eq!(known.confirmed, Confirmed { details: Some(today - 2.days()), insurance: None });
    }
}
