//! What happens to a code on its way into a scanner: cut, scratched, read twice, mixed up. Every parser of `codes` has
//! a target here: valid scans that are changed at random, and what must hold whatever comes of it.
//!
//! `cargo test` tries some thousand; `ARRIVALS_FUZZ_SECONDS=600 cargo test --release --test core codes -- --nocapture`
//! goes on for so long, shared by the targets, and prints how many it tried. The seed is printed; `ARRIVALS_SEED=7`
//! begins there.

use std::time::{Duration, Instant};

use arrivals::codes::letter::{Signer, appointment_ref, patient_ref};
use arrivals::codes::{Letter, Reader, Scanned, appointment_code, parse, ticket_code};
use arrivals::domain::ids::{AppointmentId, PatientId};
use arrivals::domain::settings::{BarcodePattern, Carries, ClinicSettings, LetterKey, LetterKeys};
use jiff::civil::{Date, date};

const TODAY: Date = date(2026, 11, 23);
const CLINIC: &str = "5f0c91ab";
/// Rounds of each target without `ARRIVALS_FUZZ_SECONDS`.
const ROUNDS: u64 = 4_000;
/// No scan takes a hundredth of it; a machine that is busy elsewhere may.
const SCAN_TAKES_MAX: Duration = Duration::from_secs(2);
/// What a scanner's driver lets through.
const SCAN_BYTES_MAX: usize = 4096;

/// A new one for every round, so that a round is replayed by its own seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn byte(&mut self) -> u8 {
        const ODD: &[u8] = b"\0\x1d\x1e\x1f\n\r\t @:;,$%*+-./09AZaz\x7f\x80\xc3\xe9\xff";
        if self.below(2) == 0 { *self.pick(ODD) } else { self.next() as u8 }
    }

    fn range(&mut self, len: usize) -> std::ops::Range<usize> {
        let (one, other) = (self.below(len + 1), self.below(len + 1));
        one.min(other)..one.max(other)
    }
}

/// A valid scan after what paper, people and cables do to it.
fn changed(random: &mut Random, valid: &[Vec<u8>]) -> Vec<u8> {
    let mut scan = random.pick(valid).clone();
    for _ in 0..random.below(5) {
        let at = random.below(scan.len() + 1);
        match random.below(9) {
            0 => scan.truncate(at),
            1 => drop(scan.drain(..at)),
            2 if at < scan.len() => scan[at] ^= 1 << random.below(8),
            3 if at < scan.len() => scan[at] = random.byte(),
            4 => scan.insert(at, random.byte()),
            5 => drop(scan.drain(random.range(scan.len()))),
            6 => {
                let piece = scan[random.range(scan.len())].to_vec();
                for _ in 0..random.below(4) {
                    scan.splice(at..at, piece.iter().copied());
                }
            }
            7 => {
                let other = random.pick(valid);
                let piece = other[random.range(other.len())].to_vec();
                scan.splice(random.range(scan.len()), piece);
            }
            _ => {
                let more: Vec<u8> = (0..random.below(40)).map(|_| random.byte()).collect();
                scan.splice(at..at, more);
            }
        }
        scan.truncate(SCAN_BYTES_MAX);
    }
    scan
}

/// Says how to see a failure again.
struct Round<'a> {
    target: &'a str,
    seed: u64,
    scan: &'a [u8],
}

impl Drop for Round<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: ARRIVALS_SEED={} shows it again: {}", self.target, self.seed, self.scan.escape_ascii());
        }
    }
}

/// Tries a target on changed scans, for some rounds or some seconds. `is_taken` says whether the scan was taken for a
/// code.
fn fuzz(target: &str, valid: &[Vec<u8>], is_taken: impl Fn(&[u8], &mut Random) -> bool) {
    const TARGETS: u64 = 6;
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("ARRIVALS_SEED").unwrap_or(20_261_123);
    let lasts = number("ARRIVALS_FUZZ_SECONDS").map(|seconds| Duration::from_secs(seconds) / TARGETS as u32);
    let began = Instant::now();
    let (mut rounds, mut taken, mut slowest) = (0, 0_u64, Duration::ZERO);
    while lasts.map_or(rounds < ROUNDS, |lasts| began.elapsed() < lasts) {
        let seed = first.wrapping_add(rounds);
        let mut random = Random(seed.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let scan = changed(&mut random, valid);
        let _shown = Round { target, seed, scan: &scan };
        let before = Instant::now();
        taken += u64::from(is_taken(&scan, &mut random));
        let took = before.elapsed();
        assert!(took < SCAN_TAKES_MAX, "it took {took:?}");
        slowest = slowest.max(took);
        rounds += 1;
    }
    println!("{target}: {rounds} scans from seed {first}, {taken} taken, the slowest took {slowest:?}");
    assert!(taken > 0, "{target}: no scan is ever valid, so the target tries nothing");
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The letters of a clinic with two keys, and what each says.
fn letters() -> (LetterKeys, Vec<(String, Letter)>) {
    let signers = [1_u8, 2].map(|key| Signer::new(CLINIC, key, &[key; 32]).unwrap());
    let keys = LetterKeys {
        clinic: CLINIC.to_owned(),
        keys: signers.iter().zip([1, 2]).map(|(signer, id)| LetterKey { id, public: signer.public() }).collect(),
    };
    let made = (0..12_u32).map(|number| {
        let (appointment, patient) =
            (AppointmentId::new(format!("apt-{number:04}")), PatientId::new(format!("p-{number}")));
        let day = date(2026, 11, 20 + (number % 8) as i8);
        let letter = Letter { date: day, appointment: appointment_ref(&appointment), patient: patient_ref(&patient) };
        (signers[number as usize % 2].sign(day, 3, &appointment, &patient), letter)
    });
    let made = made.collect();
    (keys, made)
}

fn licences() -> Vec<Vec<u8>> {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let folders = ["licences", "field"].map(|folder| std::fs::read_dir(data.join(folder)).unwrap());
    let mut files: Vec<_> = folders.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "aamva"));
    files.sort();
    files.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

const PATTERNS: [&str; 7] = [
    r"MRN(\d{7})",
    r"(?i)appt[-:]([a-z0-9]{1,40})",
    r"https://example\.org/visit/([^/?]*)(?:\?.*)?",
    r"(?:A|B{2,3})(\d+)|C\d+",
    r"[0-9]{4}\*([A-Z]+)\*",
    r"(?s)(.*)",
    r"((?:a|aa)*)b",
];

fn clinic(letters: &LetterKeys, patterns: &[&str]) -> ClinicSettings {
    let listed = |pattern: &&str| BarcodePattern { carries: Carries::Patient, pattern: (*pattern).to_owned() };
    ClinicSettings {
        barcodes: patterns.iter().map(listed).collect(),
        letters: letters.clone(),
        ..ClinicSettings::default()
    }
}

#[test]
fn plain_codes_are_exactly_what_we_would_write() {
    let valid = bytes(&["ARR:A:APPT-4711", "ARR:A:a.B_c-9", "ARR:A:4711\r\n"]);
    fuzz("plain codes", &valid, |scan, _| match parse(scan) {
        Scanned::Appointment(id) => {
            assert_eq!(appointment_code(&id).as_bytes(), scan.trim_ascii());
            true
        }
        Scanned::Ticket(_) | Scanned::Foreign => false,
        other => panic!("{other:?}"),
    });
}

#[test]
fn tickets_are_exactly_what_we_would_write() {
    let valid = bytes(&["ARR:T:2026-11-23:A17", "ARR:T:2027-01-02:D250", "\nARR:T:2026-12-31:B1 "]);
    fuzz("tickets", &valid, |scan, _| match parse(scan) {
        Scanned::Ticket(ticket) => {
            assert_eq!(ticket_code(&ticket).as_bytes(), scan.trim_ascii());
            true
        }
        Scanned::Appointment(_) | Scanned::Foreign => false,
        other => panic!("{other:?}"),
    });
}

#[test]
fn no_letter_is_taken_that_was_not_made() {
    let (keys, made) = letters();
    let reader = Reader::new(&ClinicSettings { letters: keys, ..ClinicSettings::default() }).unwrap();
    let valid: Vec<Vec<u8>> = made.iter().map(|(code, _)| code.as_bytes().to_vec()).collect();
    fuzz("letters", &valid, |scan, _| match reader.read(scan, TODAY) {
        Scanned::Letter(read) => {
            let (_, said) =
                made.iter().find(|(code, _)| code.as_bytes() == scan.trim_ascii()).expect("a letter that was made");
            assert_eq!(read, *said);
            assert!(read.date >= date(2026, 11, 20));
            true
        }
        Scanned::Patient(_) | Scanned::Ticket(_) | Scanned::Licence(_) => panic!("a letter became something else"),
        Scanned::Refused(_) | Scanned::Foreign | Scanned::Appointment(_) => false,
    });
}

#[test]
fn a_licence_gives_a_name_that_stands_on_it_and_a_date_somebody_can_have() {
    let reader = Reader::default();
    fuzz("licences", &licences(), |scan, _| match reader.read(scan, TODAY) {
        Scanned::Licence(licence) => {
            let text = std::str::from_utf8(scan)
                .map_or_else(|_| scan.iter().copied().map(char::from).collect(), str::to_owned);
            let others = licence.others.iter().flat_map(|other| [&other.family_name, &other.given_name]);
            for name in [&licence.family_name, &licence.given_name]
                .into_iter()
                .chain(others)
                .map(arrivals::domain::private::Private::as_str)
            {
                assert!(text.contains(name) && !name.contains(char::is_control) && name.trim() == name);
            }
            assert!(!licence.family_name.is_blank());
            assert!((date(1875, 1, 1)..=TODAY).contains(&licence.birth_date.0));
            assert!(
                !format!("{licence:?}").contains(licence.family_name.as_str())
                    || licence.family_name.as_str().len() < 3
            );
            true
        }
        Scanned::Refused(_) | Scanned::Foreign => false,
        other => panic!("a licence became {other:?}"),
    });
}

#[test]
fn a_clinics_barcode_gives_a_number_that_stands_on_it() {
    let reader = Reader::new(&clinic(&letters().0, &PATTERNS)).unwrap();
    let valid = bytes(&[
        "MRN0001234",
        "appt-4711",
        "https://example.org/visit/4711?x=1",
        "BB17",
        "2026*QUINN*",
        "aaaaaaaaaaaaaaaab",
    ]);
    fuzz("barcodes", &valid, |scan, _| match reader.read(scan, TODAY) {
        Scanned::Patient(id) => {
            assert!((1..=64).contains(&id.as_str().len()) && !id.as_str().contains(char::is_control));
            assert!(scan.windows(id.as_str().len()).any(|piece| piece == id.as_str().as_bytes()));
            true
        }
        Scanned::Refused(_) | Scanned::Foreign => false,
        other => panic!("a barcode became {other:?}"),
    });
}

#[test]
fn a_pattern_is_refused_in_words_or_harmless() {
    let (keys, made) = letters();
    let scans = [
        "ARR:A:4711".to_owned(),
        "ARR:T:2026-11-23:A17".to_owned(),
        made[4].0.clone(),
        "a".repeat(500),
        "MRN0001234".to_owned(),
    ];
    fuzz("patterns", &bytes(&PATTERNS), |pattern, random| {
        let Ok(pattern) = std::str::from_utf8(pattern) else { return false };
        match Reader::new(&clinic(&keys, &["(ok)", pattern])) {
            Ok(reader) => {
                let scan = random.pick(&scans);
                let read = reader.read(scan.as_bytes(), TODAY);
                // Whatever a clinic writes, our own codes mean what they mean.
                assert!(
                    !scan.contains(':') || !matches!(read, Scanned::Patient(_) | Scanned::Foreign),
                    "{scan}: {read:?}"
                );
                true
            }
            Err(refused) => {
                assert!(refused.to_string().starts_with("barcode pattern 2, "), "{refused}");
                false
            }
        }
    });
}

/// Pure noise reaches no parser, so it is no target; but a scanner set to another speed makes nothing else.
#[test]
fn noise_is_foreign() {
    let reader = Reader::new(&clinic(&letters().0, &PATTERNS[..5])).unwrap();
    let mut random = Random(1);
    for _ in 0..ROUNDS {
        let scan: Vec<u8> = (0..random.below(200)).map(|_| random.next() as u8).collect();
        assert_eq!(reader.read(&scan, TODAY), Scanned::Foreign, "{}", scan.escape_ascii());
    }
}
