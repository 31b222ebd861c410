//! Where one picture of a camera's stream ends and the next begins.
//!
//! A camera program writes JPEG files one after another and nothing between them. Such a file ends with a
//! marker, but the same two bytes may stand inside a thumbnail, and so the segments are walked by their
//! lengths (ITU-T T.81, annex B). Invariants: the pictures do not depend on how the stream was cut into
//! pieces; a broken picture is dropped and counted, and those after it are found; no more than one picture
//! is held, and never more than the limit; the work is proportional to the bytes.

use zeroize::Zeroize;

use crate::domain::private::PrivateBytes;

/// The longest picture in bytes; a good one of 3840 x 2160 points takes some 3 MB.
pub const PICTURE_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A JPEG file as the camera made it. It may show someone's card.
pub type Photo = PrivateBytes;

/// What comes next in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// The first byte of a picture; all else is skipped.
    Start,
    /// The second byte of a picture.
    StartCode,
    /// A marker's first byte.
    Marker,
    /// A marker's code; more first bytes may fill the time.
    Code,
    /// The first byte of a segment's length.
    LengthHigh,
    /// The second byte of a segment's length, after this first one.
    LengthLow(u8),
    /// This many bytes of a segment.
    Segment(usize),
    /// The coded points, which have no length.
    Points,
    /// What follows an FF among them.
    PointsCode,
}

const MARK: u8 = 0xFF;
const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;

/// Cuts a stream into pictures.
pub struct Splitter {
    picture: Vec<u8>,
    limit: usize,
    expect: Expect,
    /// Which segment's length is read.
    code: u8,
    /// Whether the picture has coded points.
    has_points: bool,
    /// How long the last picture was: the next will be about as long.
    last_length: usize,
    broken: u64,
    skipped: u64,
}

impl std::fmt::Debug for Splitter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Splitter({} bytes, {} broken)", self.picture.len(), self.broken)
    }
}

impl Default for Splitter {
    fn default() -> Self {
        Self::new(PICTURE_BYTES_MAX)
    }
}

impl Splitter {
    /// Takes pictures of up to this many bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            picture: Vec::new(),
            limit,
            expect: Expect::Start,
            code: 0,
            has_points: false,
            last_length: 0,
            broken: 0,
            skipped: 0,
        }
    }

    /// How many pictures were dropped, because they broke off, were too long or no JPEG file after all.
    #[must_use]
    pub fn broken(&self) -> u64 {
        self.broken
    }

    /// How many bytes belonged to no picture.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The next bytes of the stream; `whole` gets each picture that they complete.
    pub fn push(&mut self, mut bytes: &[u8], mut whole: impl FnMut(Photo)) {
        while let Some((&first, rest)) = bytes.split_first() {
            // Where no byte can end anything, many are taken at a time.
            let run = match self.expect {
                Expect::Start => {
                    let run = bytes.iter().position(|byte| *byte == MARK).unwrap_or(bytes.len());
                    self.skipped += run as u64;
                    run
                }
                Expect::Segment(left) => left.min(bytes.len()),
                Expect::Points => bytes.iter().position(|byte| *byte == MARK).unwrap_or(bytes.len()),
                _ => 0,
            };
            if run == 0 {
                self.byte(first, &mut whole);
                bytes = rest;
                continue;
            }
            let (taken, rest) = bytes.split_at(run);
            bytes = rest;
            match self.expect {
                Expect::Segment(left) => {
                    self.expect = if left > run { Expect::Segment(left - run) } else { self.after_segment() };
                    self.keep(taken);
                }
                Expect::Points => self.keep(taken),
                _ => {}
            }
        }
    }

    /// Forgets a picture that was begun: its camera is gone.
    pub fn clear(&mut self) {
        self.broken += u64::from(!self.picture.is_empty());
        self.restart();
    }

    fn byte(&mut self, byte: u8, whole: &mut impl FnMut(Photo)) {
        match self.expect {
            Expect::Start => self.expect = Expect::StartCode,
            Expect::StartCode => match byte {
                START => self.begin(),
                MARK => self.skipped += 1,
                _ => {
                    self.skipped += 2;
                    self.expect = Expect::Start;
                }
            },
            Expect::Marker if byte == MARK => {
                self.expect = Expect::Code;
                self.keep(&[byte]);
            }
            Expect::Marker => self.drop_broken(),
            Expect::Code => self.marker(byte, whole),
            Expect::LengthHigh => {
                self.expect = Expect::LengthLow(byte);
                self.keep(&[byte]);
            }
            Expect::LengthLow(high) => match usize::from(u16::from_be_bytes([high, byte])) {
                0 | 1 => self.drop_broken(),
                2 => {
                    self.expect = self.after_segment();
                    self.keep(&[byte]);
                }
                // The length counts its own two bytes.
                length => {
                    self.expect = Expect::Segment(length - 2);
                    self.keep(&[byte]);
                }
            },
            // Runs of these are taken whole; this byte is the FF that ended one.
            Expect::Segment(_) | Expect::Points => {
                self.expect = Expect::PointsCode;
                self.keep(&[byte]);
            }
            Expect::PointsCode => match byte {
                // A stuffed FF, or a mark to start again from within the points.
                0 | 0xD0..=0xD7 => {
                    self.expect = Expect::Points;
                    self.keep(&[byte]);
                }
                _ => self.marker(byte, whole),
            },
        }
    }

    fn marker(&mut self, code: u8, whole: &mut impl FnMut(Photo)) {
        match code {
            MARK => self.keep(&[code]),
            // The camera began again in the middle of a picture.
            START => {
                self.broken += 1;
                self.begin();
            }
            END if self.has_points => {
                self.keep(&[code]);
                if self.expect == Expect::Start {
                    return;
                }
                self.last_length = self.picture.len();
                whole(Photo::new(std::mem::take(&mut self.picture)));
                self.restart();
            }
            // After the points come more of them and the tables for these, and nothing else: the less is believed
            // here, the less of the next picture goes down with a damaged one.
            0xC4 | SCAN | 0xDB | 0xDC | 0xDD | 0xFE => self.segment(code),
            0xC0..=0xCF | 0xDE..=0xDF | 0xE0..=0xEF if !self.has_points => self.segment(code),
            _ => self.drop_broken(),
        }
    }

    fn segment(&mut self, code: u8) {
        self.code = code;
        self.expect = Expect::LengthHigh;
        self.keep(&[code]);
    }

    fn after_segment(&mut self) -> Expect {
        if self.code == SCAN {
            self.has_points = true;
        }
        // Tables between two lots of points are followed by a marker again.
        if self.code == SCAN { Expect::Points } else { Expect::Marker }
    }

    fn begin(&mut self) {
        self.restart();
        self.picture.reserve(self.last_length + self.last_length / 4 + 4096);
        self.expect = Expect::Marker;
        self.keep(&[MARK, START]);
    }

    fn restart(&mut self) {
        self.picture.zeroize();
        self.has_points = false;
        self.expect = Expect::Start;
    }

    fn drop_broken(&mut self) {
        self.broken += 1;
        self.restart();
    }

    /// Adds to the picture, unless it would become too long: then it is dropped.
    fn keep(&mut self, bytes: &[u8]) {
        let length = self.picture.len() + bytes.len();
        if length > self.limit {
            self.drop_broken();
            return;
        }
        if length > self.picture.capacity() {
            // Growing in place would leave an unwiped copy behind.
            let mut larger = Vec::with_capacity((length * 2).min(self.limit));
            larger.extend_from_slice(&self.picture);
            self.picture.zeroize();
            self.picture = larger;
        }
        self.picture.extend_from_slice(bytes);
    }
}

impl Drop for Splitter {
    fn drop(&mut self) {
        self.picture.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(code: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
        [&[MARK, code], &length[..], content].concat()
    }

    /// The least that has the shape of a picture; no one decodes it here.
    fn picture(points: &[u8]) -> Vec<u8> {
        [
            vec![MARK, START],
            segment(0xDB, &[1; 65]),
            segment(0xC0, &[2; 15]),
            segment(SCAN, &[3; 10]),
            points.to_vec(),
            vec![MARK, END],
        ]
        .concat()
    }

    /// Whole pictures, how many broken.
    fn split(limit: usize, pieces: &[&[u8]]) -> (Vec<Vec<u8>>, u64) {
        let mut splitter = Splitter::new(limit);
        let mut whole = Vec::new();
        for piece in pieces {
            splitter.push(piece, |photo| whole.push(photo.as_bytes().to_vec()));
            assert!(splitter.picture.len() <= limit);
        }
        (whole, splitter.broken())
    }

    #[test]
    fn a_picture_ends_at_its_own_end_and_nowhere_else() {
        let plain = picture(b"points");
        let end = [MARK, END];
        let thumbnail = segment(0xE1, &[b"Exif".as_slice(), &plain].concat());
        let with_thumbnail = [&plain[..2], &thumbnail, &plain[2..]].concat();
        let two_scans =
            [&plain[..plain.len() - 2], &segment(0xC4, &end), &segment(SCAN, &[1; 6]), b"more", &end].concat();
        let filled = [&plain[..plain.len() - 2], &[MARK, MARK, MARK, END]].concat();
        let cut = &plain[..plain.len() - 2];
        let no_points = [&[MARK, START], &segment(0xE0, b"JFIF")[..], &end].concat();
        let short_length = [MARK, START, MARK, 0xE0, 0, 1];
        for (name, stream, expected, broken) in [
            ("one", plain.clone(), vec![&plain], 0),
            ("three", plain.repeat(3), vec![&plain; 3], 0),
            ("nothing", vec![], vec![], 0),
            (
                "stuffed and restarted points",
                picture(b"a\xFF\x00\xFF\xD0b\xFF\xD7\xFF\x00"),
                vec![&picture(b"a\xFF\x00\xFF\xD0b\xFF\xD7\xFF\x00")],
                0,
            ),
            ("no points at all", picture(b""), vec![&picture(b"")], 0),
            ("an end inside a thumbnail", with_thumbnail.clone(), vec![&with_thumbnail], 0),
            ("points, a table, points", two_scans.clone(), vec![&two_scans], 0),
            ("filled up with FF", filled.clone(), vec![&filled], 0),
            (
                "garbage before and between",
                [b"\xFFhello\xFF\xFF".as_slice(), &plain, b"\r\n--boundary\xFF\r\n", &plain].concat(),
                vec![&plain; 2],
                0,
            ),
            ("an FF just before", [&[MARK], &plain[..]].concat(), vec![&plain], 0),
            ("begun again among the points", [cut, &plain].concat(), vec![&plain], 1),
            ("begun again right away", [&[MARK, START], &plain[..]].concat(), vec![&plain], 1),
            (
                "broken off in a segment, which takes of the next",
                [&plain[..20], &plain, &plain].concat(),
                vec![&plain],
                1,
            ),
            ("an end without points", [&no_points[..], &plain].concat(), vec![&plain], 1),
            ("a length that cannot be", [&short_length, &plain[..]].concat(), vec![&plain], 1),
            ("a marker that is none", [&[MARK, START, MARK, 1], &plain[..]].concat(), vec![&plain], 1),
            ("no marker after the start", [&[MARK, START, 7], &plain[..]].concat(), vec![&plain], 1),
            ("only half", plain[..50].to_vec(), vec![], 0),
        ] {
            let (found, found_broken) = split(PICTURE_BYTES_MAX, &[&stream]);
            assert!(found.iter().eq(expected), "{name}: {} found", found.len());
            assert_eq!(found_broken, broken, "{name}");
            let bytes: Vec<&[u8]> = stream.chunks(1).collect();
            assert_eq!(split(PICTURE_BYTES_MAX, &bytes), (found, broken), "{name}, byte by byte");
        }
    }

    #[test]
    fn a_picture_too_long_is_dropped_and_the_next_is_found() {
        let (small, large) = (picture(&[7; 100]), picture(&[7; 1000]));
        let stream = [&small[..], &large, &small].concat();
        assert_eq!(split(small.len(), &[&stream]), (vec![small.clone(), small.clone()], 1));
        assert_eq!(split(small.len() - 1, &[&stream]).0.len(), 0);
        assert_eq!(split(large.len(), &[&stream]).0.len(), 3);
        // A camera that never ends a picture fills no memory.
        let mut splitter = Splitter::new(10_000);
        splitter.push(&small[..small.len() - 2], |_| panic!("not whole"));
        for _ in 0..100 {
            splitter.push(&[1; 1000], |_| panic!("not whole"));
            assert!(splitter.picture.capacity() <= 20_000);
        }
        assert_eq!(splitter.broken(), 1);
    }

    #[test]
    fn a_begun_picture_can_be_forgotten() {
        let plain = picture(b"points");
        let mut splitter = Splitter::default();
        splitter.push(&plain[..60], |_| panic!("not whole"));
        splitter.clear();
        let mut found = 0;
        splitter.push(&plain, |photo| found += u32::from(photo.as_bytes() == plain));
        assert_eq!((found, splitter.broken()), (1, 1));
    }

    #[test]
    fn debug_output_shows_no_content() {
        let mut splitter = Splitter::default();
        splitter.push(b"\xFF\xD8\xFF\xE0\x00\x10MEMBER", |_| {});
        assert_eq!(
            format!("{splitter:?} {:?}", Photo::new(b"MEMBER".to_vec())),
            "Splitter(12 bytes, 0 broken) PrivateBytes(6)"
        );
    }

    /// xorshift64*.
    struct Random(u64);

    impl Random {
        fn below(&mut self, n: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            ((u128::from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)) * n as u128) >> 64) as usize
        }

        fn bytes(&mut self, most: usize) -> Vec<u8> {
            let odd = [MARK, START, END, SCAN, 0, 0xE1];
            (0..self.below(most + 1))
                .map(|_| if self.below(3) == 0 { odd[self.below(odd.len())] } else { self.below(256) as u8 })
                .collect()
        }

        /// Coded points as an encoder would write them.
        fn points(&mut self) -> Vec<u8> {
            let mut points = Vec::new();
            for byte in self.bytes(300) {
                points.push(byte);
                if byte == MARK {
                    points.push([0, 0xD0 + self.below(8) as u8][self.below(2)]);
                }
            }
            points
        }
    }

    #[test]
    fn pictures_come_through_any_cut_and_any_garbage() {
        let seed = std::env::var("SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_125_u64);
        println!("SEED={seed}");
        let mut random = Random(seed | 1);
        for round in 0..400 {
            let mut stream = Vec::new();
            let mut sent = Vec::new();
            let (mut damaged, mut before_damage) = (0, 0);
            for _ in 0..random.below(8) + 1 {
                let mut garbage = random.bytes(40);
                // Between pictures stands what has no beginning in it.
                garbage.retain(|byte| *byte != START);
                stream.extend(garbage);
                let mut one = picture(&random.points());
                let extra = segment(0xE1, &random.bytes(200));
                one.splice(2..2, extra);
                if random.below(6) == 0 {
                    one.truncate(random.below(one.len()));
                    damaged += 1;
                } else {
                    sent.push(one.clone());
                    before_damage += usize::from(damaged == 0);
                }
                stream.extend(one);
            }
            let (at_once, broken) = split(PICTURE_BYTES_MAX, &[&stream]);
            let mut pieces = Vec::new();
            let mut rest = &stream[..];
            while !rest.is_empty() {
                let (piece, after) = rest.split_at(random.below(rest.len().min(97)) + 1);
                pieces.push(piece);
                rest = after;
            }
            assert_eq!(split(PICTURE_BYTES_MAX, &pieces), (at_once.clone(), broken), "round {round}: the cut matters");
            // Torn pictures may take the next ones with them, but none before.
            assert!(
                at_once.len() >= before_damage && at_once[..before_damage] == sent[..before_damage],
                "round {round}"
            );
            if damaged == 0 {
                assert_eq!(at_once, sent, "round {round}");
            }
        }
    }
}
