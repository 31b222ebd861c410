//! The signed code of a letter: made by the desk, verified by a kiosk without asking anyone.
//!
//! `AL:` and 79 bytes in base45, 122 characters: as many as a version-5 square code holds at level M. The last
//! character is always a digit, so that cutting white space off its ends cannot hurt it. `docs/codes.md` has the table.
//!
//! Invariants: nothing of it is believed before the signature was found to be the clinic's, except which clinic it
//! names and, under a key that no one knows any more, whether its day is over; it names no one; a seed is never shown
//! and is wiped when its signer is dropped.

use blake2::{Blake2s256, Digest};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use jiff::civil::{Date, date};
use jiff::{Span, Unit};

use super::{AppointmentRef, CodeTrouble, Letter, PatientRef, Scanned, base45};
use crate::domain::ids::{AppointmentId, PatientId};
use crate::domain::settings::LetterKeys;

/// How a letter's code begins.
pub(super) const PREFIX: &str = "AL:";
/// The length of a letter's code in characters.
pub const LETTER_CODE_CHARACTERS: usize = 122;

const PAYLOAD_BYTES: usize = 15;
const SIGNATURE_BYTES: usize = 64;

/// What is signed begins with this, so that no signature of something else can pass for a letter's.
const SIGNED_AS: &[u8] = b"arrivals letter 1\0";
const APPOINTMENT_REF: &[u8] = b"arrivals letter appointment\0";
const PATIENT_REF: &[u8] = b"arrivals letter patient\0";

/// Dates are counted in days from here; two bytes last until 2199.
const FIRST_DAY: Date = date(2020, 1, 1);

/// What stands for an appointment in a letter's code.
#[must_use]
pub fn appointment_ref(id: &AppointmentId) -> AppointmentRef {
    AppointmentRef(digest(APPOINTMENT_REF, id.as_str()))
}

/// What stands for a patient in a letter's code.
#[must_use]
pub fn patient_ref(id: &PatientId) -> PatientRef {
    PatientRef(digest(PATIENT_REF, id.as_str()))
}

/// The first bytes of a BLAKE2s digest of a number, in a domain of its own.
fn digest<const BYTES: usize>(domain: &[u8], id: &str) -> [u8; BYTES] {
    let whole = Blake2s256::new().chain_update(domain).chain_update(id).finalize();
    let mut short = [0; BYTES];
    short.iter_mut().zip(whole).for_each(|(short, byte)| *short = byte);
    short
}

/// A clinic's tag that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a clinic's tag is eight hexadecimal digits, such as \"5f0c91ab\"")]
pub struct BadClinicTag;

/// Makes letters' codes; the desk's alone.
pub struct Signer {
    clinic: [u8; 4],
    key: u8,
    secret: SigningKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Signer {
    /// A signer for a clinic, of eight hexadecimal digits, with the key of this number that grows from this seed.
    ///
    /// # Errors
    /// If the clinic's tag is not eight hexadecimal digits.
    pub fn new(clinic: &str, key: u8, seed: &[u8; 32]) -> Result<Self, BadClinicTag> {
        Ok(Self { clinic: hex(clinic).ok_or(BadClinicTag)?, key, secret: SigningKey::from_bytes(seed) })
    }

    /// The public key, 64 hexadecimal digits, as in [`crate::domain::settings::LetterKey::public`].
    #[must_use]
    pub fn public(&self) -> String {
        self.secret.verifying_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The code of a letter for a visit on this date, good until this many days after it.
    #[must_use]
    pub fn sign(&self, date: Date, valid_days: u8, appointment: &AppointmentId, patient: &PatientId) -> String {
        let [c0, c1, ..] = self.clinic;
        let payload = Payload {
            key: self.key,
            clinic: [c0, c1],
            day: day_of(date),
            valid_days,
            appointment: appointment_ref(appointment),
            patient: patient_ref(patient),
        };
        let bytes = payload.bytes();
        let signature = self.secret.sign(&signed(self.clinic, &bytes));
        format!("{PREFIX}{}", base45::encode(&[bytes.as_slice(), signature.to_bytes().as_slice()].concat()))
    }
}

/// What a letter's code says, believed or not.
struct Payload {
    key: u8,
    clinic: [u8; 2],
    /// Days since [`FIRST_DAY`].
    day: u16,
    valid_days: u8,
    appointment: AppointmentRef,
    patient: PatientRef,
}

impl Payload {
    fn bytes(&self) -> [u8; PAYLOAD_BYTES] {
        let [day_high, day_low] = self.day.to_be_bytes();
        let [c0, c1] = self.clinic;
        let AppointmentRef([a0, a1, a2, a3, a4, a5]) = self.appointment;
        let PatientRef([p0, p1, p2]) = self.patient;
        [self.key, c0, c1, day_high, day_low, self.valid_days, a0, a1, a2, a3, a4, a5, p0, p1, p2]
    }

    fn of(bytes: [u8; PAYLOAD_BYTES]) -> Self {
        let [key, c0, c1, day_high, day_low, valid_days, a0, a1, a2, a3, a4, a5, p0, p1, p2] = bytes;
        Self {
            key,
            clinic: [c0, c1],
            day: u16::from_be_bytes([day_high, day_low]),
            valid_days,
            appointment: AppointmentRef([a0, a1, a2, a3, a4, a5]),
            patient: PatientRef([p0, p1, p2]),
        }
    }

    fn date(&self) -> Date {
        FIRST_DAY.saturating_add(Span::new().days(i64::from(self.day)))
    }

    fn last_day(&self) -> Date {
        self.date().saturating_add(Span::new().days(i64::from(self.valid_days)))
    }
}

/// What the signature covers: the whole tag of the clinic, of which the code itself has the first half.
fn signed(clinic: [u8; 4], payload: &[u8; PAYLOAD_BYTES]) -> Vec<u8> {
    [SIGNED_AS, clinic.as_slice(), payload.as_slice()].concat()
}

fn day_of(date: Date) -> u16 {
    let days = FIRST_DAY.until((Unit::Day, date)).map_or(0, |span| span.get_days());
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

/// Bytes written as hexadecimal digits, exactly this many.
fn hex<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    if text.len() != BYTES * 2 {
        return None;
    }
    let mut bytes = [0; BYTES];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for digit in pair {
            *byte = *byte << 4 | u8::try_from(char::from(*digit).to_digit(16)?).ok()?;
        }
    }
    Some(bytes)
}

/// What a clinic's letters are verified with.
#[derive(Debug, Clone, Default)]
pub(super) struct Verifier {
    /// `None` if the clinic has no letters.
    clinic: Option<[u8; 4]>,
    keys: Vec<(u8, VerifyingKey)>,
}

impl Verifier {
    /// Keys that are none are left out: the others still verify their letters.
    pub(super) fn new(settings: &LetterKeys) -> Self {
        let clinic = if settings.is_empty() { None } else { hex(&settings.clinic) };
        let key = |public: &str| VerifyingKey::from_bytes(&hex(public)?).ok();
        Self {
            clinic,
            keys: settings.keys.iter().filter_map(|listed| Some((listed.id, key(&listed.public)?))).collect(),
        }
    }

    /// Reads a code that begins with [`PREFIX`], without white space around it.
    pub(super) fn read(&self, code: &[u8], today: Date) -> Scanned {
        match self.clinic {
            Some(clinic) => self.verify(clinic, code, today).map_or_else(Scanned::Refused, Scanned::Letter),
            None => Scanned::Foreign,
        }
    }

    fn verify(&self, clinic: [u8; 4], code: &[u8], today: Date) -> Result<Letter, CodeTrouble> {
        let (bytes, signature) = taken_apart(code).ok_or(CodeTrouble::Truncated)?;
        let said = Payload::of(bytes);
        if !clinic.starts_with(&said.clinic) {
            return Err(CodeTrouble::OtherClinic);
        }
        let mut keys = self.keys.iter().filter(|(id, _)| *id == said.key).peekable();
        if keys.peek().is_none() {
            // Most likely a key that was retired together with its letters.
            return Err(if said.date() < today { CodeTrouble::Expired(said.date()) } else { CodeTrouble::UnknownKey });
        }
        let message = signed(clinic, &bytes);
        if !keys.any(|(_, key)| key.verify_strict(&message, &signature).is_ok()) {
            return Err(CodeTrouble::Forged);
        }
        if said.last_day() < today {
            return Err(CodeTrouble::Expired(said.date()));
        }
        Ok(Letter { date: said.date(), appointment: said.appointment, patient: said.patient })
    }
}

fn taken_apart(code: &[u8]) -> Option<([u8; PAYLOAD_BYTES], Signature)> {
    if code.len() != LETTER_CODE_CHARACTERS {
        return None;
    }
    let bytes = base45::decode(code.strip_prefix(PREFIX.as_bytes())?)?;
    let (payload, signature) = bytes.split_first_chunk::<PAYLOAD_BYTES>()?;
    let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().ok()?;
    Some((*payload, Signature::from_bytes(signature)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::LetterKey;
    use qrcode::{EcLevel, QrCode, Version};

    const CLINIC: &str = "5f0c91ab";
    const VISIT: Date = date(2026, 11, 23);

    fn signer(clinic: &str, key: u8) -> Signer {
        Signer::new(clinic, key, &[key.wrapping_mul(37) ^ 0x5A; 32]).unwrap()
    }

    fn keys(signers: &[&Signer]) -> LetterKeys {
        let keys = signers.iter().map(|signer| LetterKey { id: signer.key, public: signer.public() }).collect();
        LetterKeys { clinic: CLINIC.to_owned(), keys }
    }

    fn sign(signer: &Signer) -> String {
        signer.sign(VISIT, 14, &AppointmentId::from("apt-0001"), &PatientId::from("p-0001"))
    }

    fn taken() -> Scanned {
        Scanned::Letter(Letter {
            date: VISIT,
            appointment: appointment_ref(&AppointmentId::from("apt-0001")),
            patient: patient_ref(&PatientId::from("p-0001")),
        })
    }

    fn refused(trouble: CodeTrouble) -> Scanned {
        Scanned::Refused(trouble)
    }

    #[test]
    fn a_letter_is_good_until_its_last_day_whichever_key_signed_it() {
        let (old, new) = (signer(CLINIC, 1), signer(CLINIC, 2));
        let verifier = Verifier::new(&keys(&[&new, &old]));
        for (code, today, expected) in [
            (sign(&new), VISIT, taken()),
            (sign(&old), VISIT, taken()),
            (sign(&new), date(2026, 1, 1), taken()),
            (sign(&new), date(2026, 12, 7), taken()),
            (sign(&new), date(2026, 12, 8), refused(CodeTrouble::Expired(VISIT))),
            (sign(&old), date(2030, 1, 1), refused(CodeTrouble::Expired(VISIT))),
        ] {
            assert_eq!(verifier.read(code.as_bytes(), today), expected, "{today}");
        }
    }

    #[test]
    #[allow(clippy::string_slice, reason = "a code is ASCII")]
    fn whatever_is_wrong_has_its_own_word() {
        let ours = signer(CLINIC, 2);
        let verifier = Verifier::new(&keys(&[&ours]));
        let code = sign(&ours);
        let later = date(2026, 11, 24);
        let stranger = Signer::new(CLINIC, 2, &[9; 32]).unwrap();
        for (what, code, today, expected) in [
            ("another clinic's", sign(&signer("a0b1c2d3", 2)), VISIT, CodeTrouble::OtherClinic),
            ("a clinic's whose tag begins like ours", sign(&signer("5f0c0000", 2)), VISIT, CodeTrouble::Forged),
            ("signed with another key under the same number", sign(&stranger), VISIT, CodeTrouble::Forged),
            ("a retired key's, its day over", sign(&signer(CLINIC, 1)), later, CodeTrouble::Expired(VISIT)),
            ("an unknown key's, its day not over", sign(&signer(CLINIC, 1)), VISIT, CodeTrouble::UnknownKey),
            ("broken off", code[..121].to_owned(), VISIT, CodeTrouble::Truncated),
            ("broken off early", "AL:".to_owned(), VISIT, CodeTrouble::Truncated),
            ("read twice", format!("{code}{code}"), VISIT, CodeTrouble::Truncated),
            ("in small letters", format!("AL:{}", code[3..].to_lowercase()), VISIT, CodeTrouble::Truncated),
            (
                "with a character that is none",
                format!("{}?{}", &code[..60], &code[61..]),
                VISIT,
                CodeTrouble::Truncated,
            ),
        ] {
            assert_eq!(verifier.read(code.as_bytes(), today), refused(expected), "{what}");
        }
    }

    #[test]
    fn no_byte_can_be_changed() {
        let ours = signer(CLINIC, 2);
        let verifier = Verifier::new(&keys(&[&ours]));
        let bytes = base45::decode(&sign(&ours).as_bytes()[3..]).unwrap();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                let read = verifier.read(format!("AL:{}", base45::encode(&changed)).as_bytes(), VISIT);
                let expected = if at == 1 || at == 2 { CodeTrouble::OtherClinic } else { CodeTrouble::Forged };
                let other_key =
                    at == 0 && matches!(read, Scanned::Refused(CodeTrouble::Expired(_) | CodeTrouble::UnknownKey));
                assert!(read == refused(expected) || other_key, "byte {at}, bit {bit}: {read:?}");
            }
        }
    }

    #[test]
    fn settings_without_keys_have_no_letters_and_bad_keys_are_left_out() {
        let ours = signer(CLINIC, 2);
        let code = sign(&ours);
        let good = keys(&[&ours]);
        let with = |public: &str| {
            let mut settings = good.clone();
            settings.keys.insert(0, LetterKey { id: 2, public: public.to_owned() });
            settings
        };
        for (what, settings, expected) in [
            ("no keys", LetterKeys::default(), Scanned::Foreign),
            ("a tag without keys", LetterKeys { keys: Vec::new(), ..good.clone() }, Scanned::Foreign),
            ("a tag that is none", LetterKeys { clinic: "clinic".to_owned(), ..good.clone() }, Scanned::Foreign),
            ("an empty key before the good one", with(""), taken()),
            ("a short key before the good one", with("00ff"), taken()),
            ("no hexadecimal digits before the good one", with(&"zé".repeat(21)), taken()),
            ("no point of the curve before the good one", with(&format!("02{}", "00".repeat(31))), taken()),
            ("the weakest of keys before the good one", with(&"00".repeat(32)), taken()),
        ] {
            assert_eq!(Verifier::new(&settings).read(code.as_bytes(), VISIT), expected, "{what}");
        }
        let only_bad = LetterKeys { keys: vec![LetterKey { id: 2, public: "00".to_owned() }], ..good };
        assert_eq!(Verifier::new(&only_bad).read(code.as_bytes(), VISIT), refused(CodeTrouble::UnknownKey));
    }

    /// What a phone or a scanner would read of it, at the size that fits a letter.
    fn read_back(square: &QrCode) -> String {
        let side = 8;
        let width = square.width();
        let colors = square.to_colors();
        let dark = |x: usize, y: usize| {
            let (x, y) = ((x / side).wrapping_sub(4), (y / side).wrapping_sub(4));
            x < width && y < width && colors[y * width + x] == qrcode::Color::Dark
        };
        let pixels = (width + 8) * side;
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(pixels, pixels, |x, y| if dark(x, y) { 0 } else { 255 });
        image.detect_grids()[0].decode().unwrap().1
    }

    #[test]
    fn every_letter_fits_a_version_5_square_code_and_is_read_back() {
        let ours = signer(CLINIC, 2);
        for number in 0..200_u32 {
            let (appointment, patient) = (format!("apt-{number:04}"), format!("p-{}", number * 7919));
            let visit = FIRST_DAY.saturating_add(Span::new().days(i64::from(number) * 13));
            let code =
                ours.sign(visit, (number % 256) as u8, &AppointmentId::new(appointment), &PatientId::new(patient));
            assert_eq!(code.len(), LETTER_CODE_CHARACTERS);
            assert!(code.ends_with(|last: char| last.is_ascii_digit()), "{code}");
            let square = QrCode::with_error_correction_level(&code, EcLevel::M).unwrap();
            assert!(matches!(square.version(), Version::Normal(1..=5)), "{code}: {:?}", square.version());
            if number % 20 == 0 {
                assert_eq!(read_back(&square), code);
            }
        }
    }

    #[test]
    fn dates_keep_within_two_bytes() {
        for (date, expected) in
            [(date(2020, 1, 1), 0), (date(2020, 1, 2), 1), (date(2026, 11, 23), 2518), (date(2199, 6, 6), u16::MAX)]
        {
            assert_eq!(day_of(date), expected, "{date}");
            assert_eq!(
                Payload::of([
                    0,
                    0,
                    0,
                    day_of(date).to_be_bytes()[0],
                    day_of(date).to_be_bytes()[1],
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    0
                ])
                .date(),
                date
            );
        }
        assert_eq!(day_of(date(1999, 1, 1)), 0);
        assert_eq!(day_of(date(9999, 12, 31)), u16::MAX);
    }

    #[test]
    fn references_are_what_they_were_and_tell_appointments_from_patients() {
        // A letter must still be understood after an update: these never change.
        assert_eq!(appointment_ref(&AppointmentId::from("apt-0001")).0, REF_APPOINTMENT);
        assert_eq!(patient_ref(&PatientId::from("apt-0001")).0, REF_PATIENT);
        assert_ne!(REF_APPOINTMENT[..3], REF_PATIENT);
    }

    // From another implementation of BLAKE2s.
    const REF_APPOINTMENT: [u8; 6] = [0x59, 0xf6, 0x89, 0x49, 0xfc, 0x7b];
    const REF_PATIENT: [u8; 3] = [0xf2, 0x56, 0xa7];

    #[test]
    fn a_signer_shows_no_secret_and_wants_a_tag() {
        let shown = format!("{:?}", signer(CLINIC, 2));
        assert_eq!(shown, "Signer { key: 2, .. }");
        for tag in ["", "5f0c91a", "5f0c91abc", "5f0c91ag", "5f0c 1ab", "é5f0c91"] {
            assert_eq!(Signer::new(tag, 1, &[1; 32]).err(), Some(BadClinicTag), "{tag:?}");
        }
        assert_eq!(Signer::new("5F0C91AB", 1, &[1; 32]).unwrap().public().len(), 64);
    }
}
