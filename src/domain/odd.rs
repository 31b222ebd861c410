//! Odd texts, for tests of whatever reads what people type. The same ones each time.

const SEED: u64 = 20_261_125;

/// Four thousand texts of these characters, each shorter than `length`.
pub(super) fn texts(characters: &str, length: u64) -> impl Iterator<Item = String> {
    println!("seed {SEED}");
    let alphabet: Vec<char> = characters.chars().collect();
    let mut state = SEED;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..4_000).map(move |_| {
        let length = next(length);
        (0..length).map(|_| alphabet[next(alphabet.len() as u64) as usize]).collect()
    })
}
