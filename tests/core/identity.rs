//! An invented crowd at the kiosk: nearly everybody is found, and nobody for somebody else. The long one is
//! `benches/identity.rs`.

#[path = "../crowd/mod.rs"]
mod crowd;

use arrivals::domain::identity::Index;
use crowd::slips::KINDS;
use crowd::visit::{End, USUAL, come};
use crowd::{Names, Random, Relation, Someone, crowd as make_crowd, is_third_of_one_name, is_twice_the_same, relative};

const SEED: u64 = 20_261_124;
/// A clinic's day.
const DAY: usize = 250;

fn index_of(day: &[Someone]) -> Index {
    Index::new(day.iter().map(|someone| &someone.person))
}

#[test]
fn nearly_everybody_is_found_within_three_tries_with_a_slip_and_without() {
    println!("seed {SEED}");
    let mut random = Random::new(SEED);
    let people = make_crowd(&mut random, 2 * DAY);
    // Weighted by how often each kind happens: all, and found.
    let (mut all, mut found) = ([0, 0], [0, 0]);
    for day in people.chunks(DAY) {
        let index = index_of(day);
        for someone in day {
            for (kind, weight, is_slip) in KINDS {
                let Some(end) = come(&mut random, &index, someone, kind, USUAL) else {
                    continue;
                };
                let group = usize::from(is_slip);
                all[group] += weight;
                if let End::Found(id, _) = end {
                    assert_eq!(id, someone.person.id, "{kind:?}");
                    found[group] += weight;
                }
            }
        }
    }
    for (group, goal) in [(0, 995), (1, 980)] {
        assert!(found[group] * 1000 >= all[group] * goal, "seed {SEED}: {} of {}", found[group], all[group]);
    }
}

#[test]
fn no_stranger_is_taken_for_somebody_on_the_list() {
    println!("seed {SEED}");
    let mut random = Random::new(SEED ^ 77);
    let names = Names::new();
    let people = make_crowd(&mut random, DAY);
    let index = index_of(&people);
    for someone in &people {
        for relation in Relation::ALL {
            let stranger = relative(&mut random, &names, someone, relation, usize::MAX);
            if is_third_of_one_name(&people, someone, &stranger)
                || people.iter().any(|other| is_twice_the_same(other, &stranger))
            {
                continue;
            }
            for kind in [KINDS[0].0, random.pick(&KINDS).0] {
                if let Some(End::Found(id, _)) = come(&mut random, &index, &stranger, kind, USUAL) {
                    let shown = people
                        .iter()
                        .find(|someone| someone.person.id == id)
                        .map(|someone| someone.person.given_name_and_initial());
                    // "Is this you?" shows another name.
                    assert_ne!(shown, Some(stranger.person.given_name_and_initial()), "{relation:?} {kind:?}");
                }
            }
        }
    }
}
