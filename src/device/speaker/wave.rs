//! The sounds, made of sine waves: no file to license, nothing to load.

use super::Sound;

/// Samples a second.
const RATE: u32 = 22_050;
/// Quiet enough for a waiting room.
const LOUDNESS: f64 = 0.35;
/// Every note begins and ends softly over this part of a second: a click is what one would hear otherwise.
const SOFT_SECONDS: f64 = 0.008;

/// A sound as a WAV file: 16 bit, one channel.
#[must_use]
pub fn wave(sound: Sound) -> Vec<u8> {
    let notes: &[(f64, f64)] = match sound {
        Sound::Taken => &[(880.0, 0.09), (1318.5, 0.14)],
        Sound::NotTaken => &[(233.1, 0.28)],
    };
    let samples: Vec<u8> =
        notes.iter().flat_map(|(hertz, seconds)| note(*hertz, *seconds)).flat_map(i16::to_le_bytes).collect();
    let length = u32::try_from(samples.len()).unwrap_or(0);
    let mut file = Vec::with_capacity(samples.len() + 44);
    file.extend(b"RIFF");
    file.extend((length + 36).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    file.extend(1_u16.to_le_bytes()); // samples as they are
    file.extend(1_u16.to_le_bytes()); // one channel
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2).to_le_bytes());
    file.extend(2_u16.to_le_bytes());
    file.extend(16_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(samples);
    file
}

fn note(hertz: f64, seconds: f64) -> impl Iterator<Item = i16> {
    let count = (f64::from(RATE) * seconds) as u32;
    (0..count).map(move |n| {
        let at = f64::from(n) / f64::from(RATE);
        let soft = (at.min(seconds - at) / SOFT_SECONDS).clamp(0.0, 1.0);
        ((at * hertz * std::f64::consts::TAU).sin() * soft * LOUDNESS * f64::from(i16::MAX)) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_is_short_audible_and_begins_and_ends_in_silence() {
        for sound in [Sound::Taken, Sound::NotTaken] {
            let file = wave(sound);
            assert_eq!(&file[..4], b"RIFF");
            assert_eq!(u32::from_le_bytes(file[40..44].try_into().unwrap()) as usize, file.len() - 44);
            let samples: Vec<i16> =
                file[44..].chunks(2).map(|pair| i16::from_le_bytes(pair.try_into().unwrap())).collect();
            assert!(samples.len() < RATE as usize / 2, "{sound:?} takes longer than half a second");
            let loudest = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
            assert!((8_000..20_000).contains(&loudest), "{loudest}");
            assert_eq!((samples[0], samples[samples.len() - 1].abs() < 800), (0, true));
        }
    }
}
