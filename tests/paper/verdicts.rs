//! How often the verdict on a picture of a card is right: the quick look. `benches/camera.rs` is the long one.

use arrivals::device::camera::Measures;

#[path = "../cards/mod.rs"]
mod cards;

/// Pictures of each kind, and how many of all may be judged wrongly.
const EACH: usize = 1;
const WRONG_MAX: usize = 2;

#[test]
fn pictures_of_every_kind_are_judged_rightly() {
    let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_125_u64);
    println!("SEED={seed}");
    let mut random = cards::Random::new(seed);
    let mut wrong = Vec::new();
    for (kind, expected) in cards::KINDS {
        for _ in 0..EACH {
            let (luma, frame) = cards::picture(&mut random, kind, 800, 450);
            let measures = Measures::of(&luma, frame);
            if measures.verdict() != expected {
                wrong.push((kind, measures.verdict(), measures));
            }
        }
    }
    assert!(wrong.len() <= WRONG_MAX, "{wrong:?}");
}

#[test]
fn the_more_a_card_is_blurred_the_wider_is_what_is_measured() {
    let mut last = 0.0;
    for millimetres in [0.1, 0.3, 0.6, 1.0] {
        let (luma, frame) = cards::blurred_by(&mut cards::Random::new(7), millimetres, 800, 450);
        let measured = Measures::of(&luma, frame).blur_mm.expect("letters");
        assert!(measured > last, "{millimetres} mm: {measured} after {last}");
        last = measured;
    }
}
