//! What the patient said is different, as proposals for staff.
//!
//! Invariant: a proposal names what was on file when the patient said it, and changes nothing by itself.

use super::step::Answers;
use crate::domain::appointment::Appointment;
use crate::domain::insurance::{Coverage, Side};
use crate::domain::payer::InsuranceSettings;
use crate::domain::proposal::{Field, Proposal, Source, Value};

impl Answers {
    /// What the patient says is different, beside what is on file now.
    #[must_use]
    pub fn proposals(&self, on_file: Option<&Appointment>, insurance: Option<&InsuranceSettings>) -> Vec<Proposal> {
        let old = |field: Field| on_file.map_or_else(|| field.nothing(), |on_file| on_file.value(field));
        let mut proposals: Vec<Proposal> = self
            .changes
            .iter()
            .map(|change| Proposal {
                field: change.field,
                old: old(change.field),
                new: with_what_stays(&old(change.field), &change.value, insurance),
                source: change.source,
                insisted: change.insisted,
                photos: change.photos.clone(),
            })
            .collect();
        if self.second_pays_first {
            swap_cards(&mut proposals, old);
        }
        proposals
    }

    /// The field for which the photo of a card is proposed; none if no such photo was announced.
    #[must_use]
    pub fn photo_is_of(&self, field: Field, side: Side) -> Option<Field> {
        let belongs = self.changes.iter().any(|change| change.field == field && change.photos.contains(&side));
        let place = match field {
            Field::Insurance if self.second_pays_first => Field::SecondInsurance,
            Field::SecondInsurance if self.second_pays_first => Field::Insurance,
            other => other,
        };
        belongs.then_some(place)
    }
}

/// A card of the same payer keeps what is not asked for and was not typed: group and plan.
fn with_what_stays(old: &Value, new: &Value, insurance: Option<&InsuranceSettings>) -> Value {
    let (Value::Coverage(old), Value::Coverage(new)) = (old, new) else { return new.clone() };
    let mut new = new.clone();
    // A list says "BCBS" where the patient chose "Blue Cross Blue Shield".
    let payer = |card: &Coverage| {
        insurance.and_then(|insurance| insurance.payer_called(card.payer.as_str())).map(|payer| payer.code.clone())
    };
    let same_payer = old.payer == new.payer || payer(old).is_some_and(|code| Some(code) == payer(&new));
    if !new.is_none() && same_payer {
        for (new, old) in [(&mut new.group_id, &old.group_id), (&mut new.plan, &old.plan)] {
            if new.is_blank() {
                new.clone_from(old);
            }
        }
    }
    Value::Coverage(new)
}

/// The second card becomes the first one, and the first one the second.
fn swap_cards(proposals: &mut Vec<Proposal>, old: impl Fn(Field) -> Value) {
    let mut take =
        |field: Field| proposals.iter().position(|proposal| proposal.field == field).map(|at| proposals.remove(at));
    let (first, second) = (take(Field::Insurance), take(Field::SecondInsurance));
    let moved = |proposal: Option<Proposal>, from: Field, to: Field| {
        let (source, insisted) =
            proposal.as_ref().map_or((Source::Typed, false), |proposal| (proposal.source, proposal.insisted));
        let photos = proposal.as_ref().map(|proposal| proposal.photos.clone()).unwrap_or_default();
        let new = proposal.map_or_else(|| old(from), |proposal| proposal.new);
        Proposal { field: to, old: old(to), new, source, insisted, photos }
    };
    proposals.push(moved(second, Field::SecondInsurance, Field::Insurance));
    proposals.push(moved(first, Field::Insurance, Field::SecondInsurance));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::appointment::tests::insured;
    use crate::domain::event::StillRight;
    use crate::domain::language::Language;
    use crate::domain::payer::Payer;
    use crate::domain::ticket::CallAs;
    use crate::flow::step::NewDetail;

    fn card(payer: &str) -> Value {
        Value::Coverage(Box::new(Coverage { payer: payer.into(), ..Coverage::default() }))
    }

    /// What someone with one card on file, of Example Health, answered.
    fn answers(changes: Vec<NewDetail>, second_pays_first: bool) -> Answers {
        Answers {
            patient: "ada".into(),
            appointments: vec!["apt-1".into()],
            language: Language::English,
            call_as: CallAs::Number,
            details: StillRight::Yes,
            insurance: StillRight::Changed,
            companion: None,
            documents: None,
            changes,
            second_pays_first,
            place: String::new(),
        }
    }

    fn second_card(payer: &str, photos: Vec<Side>) -> NewDetail {
        NewDetail { field: Field::SecondInsurance, value: card(payer), insisted: true, source: Source::Scanned, photos }
    }

    #[test]
    fn a_second_card_that_pays_first_changes_places_with_the_one_on_file() {
        let on_file = insured("Example Health", None);
        let said = answers(vec![second_card("Other Mutual", vec![Side::Back])], true);
        let moved = |field, old, new, source, insisted, photos| Proposal { field, old, new, source, insisted, photos };
        assert_eq!(
            said.proposals(Some(&on_file), None),
            [
                moved(
                    Field::Insurance,
                    card("Example Health"),
                    card("Other Mutual"),
                    Source::Scanned,
                    true,
                    vec![Side::Back]
                ),
                moved(Field::SecondInsurance, card(""), card("Example Health"), Source::Typed, false, Vec::new()),
            ]
        );
        // The photo goes with its card, and one that was not announced goes nowhere.
        assert_eq!(said.photo_is_of(Field::SecondInsurance, Side::Back), Some(Field::Insurance));
        assert_eq!(said.photo_is_of(Field::SecondInsurance, Side::Front), None);
        assert_eq!(said.photo_is_of(Field::Insurance, Side::Back), None);
    }

    #[test]
    fn a_second_card_that_pays_second_is_proposed_alone_beside_what_was_on_file() {
        let said = answers(vec![second_card("Other Mutual", vec![Side::Back])], false);
        let on_file = insured("Example Health", None);
        for (on_file, old) in [(Some(&on_file), card("")), (None, Field::SecondInsurance.nothing())] {
            let [proposal] = said.proposals(on_file, None).try_into().unwrap();
            assert_eq!(
                (proposal.field, proposal.old, proposal.new),
                (Field::SecondInsurance, old, card("Other Mutual"))
            );
        }
        assert_eq!(said.photo_is_of(Field::SecondInsurance, Side::Back), Some(Field::SecondInsurance));
    }

    #[test]
    fn a_card_of_the_same_payer_keeps_group_and_plan_whatever_the_list_calls_it() {
        let payer = Payer {
            code: "bcbs".into(),
            name: "Blue Cross Blue Shield".into(),
            also: vec!["BCBS".into()],
            ..Payer::default()
        };
        let settings = InsuranceSettings { payers: vec![payer], ..InsuranceSettings::default() };
        let card = |payer: &str, group: &str| {
            Value::Coverage(Box::new(Coverage {
                payer: payer.into(),
                member_id: "1".into(),
                group_id: group.into(),
                plan: "".into(),
                ..Coverage::default()
            }))
        };
        for (old, new, typed, kept) in [
            ("BCBS", "Blue Cross Blue Shield", "", "G7"),
            ("BCBS", "Blue Cross Blue Shield", "G8", "G8"),
            ("Unlisted", "Unlisted", "", "G7"),
            ("BCBS", "Unlisted", "", ""),
            ("Unlisted", "Other", "", ""),
        ] {
            assert_eq!(
                with_what_stays(&card(old, "G7"), &card(new, typed), Some(&settings)),
                card(new, kept),
                "{old} {new} {typed}"
            );
        }
        let none = Field::Insurance.nothing();
        assert_eq!(with_what_stays(&card("BCBS", "G7"), &none, Some(&settings)), none);
    }
}
