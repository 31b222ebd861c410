//! Letters: one page, whatever is on it, with a code that reads back and is large enough.

use arrivals::domain::settings::LetterPaper;
use arrivals::paper::letter::{LETTER_DOTS_PER_MM, LetterFace, LetterPart};
use arrivals::paper::pdf::{PdfError, letter_pdf};
use arrivals::paper::{Bitmap, Typesetter};

/// As long as the code of a real letter, and of the same letters.
fn code() -> String {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    format!("AL:{}", letters.chars().cycle().take(119).collect::<String>())
}

fn english() -> LetterFace {
    LetterFace {
        rtl: false,
        clinic: "Mill Street Clinic".into(),
        title: "Your appointment".into(),
        name: "José Luis Ávila Example".into(),
        when: LetterPart { label: "When".into(), lines: vec!["Monday, November 23, 2026".into(), "8:05 AM".into()] },
        opens: "Check-in opens at 7:05 AM".into(),
        parts: vec![
            LetterPart::new("With", "Dr. Leanne Moen"),
            LetterPart::new("Where", "Main building, 2nd floor, waiting area C"),
            LetterPart::new("Nothing", " "),
        ],
        bring: LetterPart {
            label: "Please bring".into(),
            lines: vec![
                "This letter".into(),
                "Your referral".into(),
                "A photo ID".into(),
                "A parent or guardian".into(),
            ],
        },
        code: code(),
        code_label:
            "When you arrive, hold this code under the scanner of the check-in kiosk; it will ask for your birthday."
                .into(),
    }
}

fn arabic() -> LetterFace {
    LetterFace {
        rtl: true,
        clinic: "عيادة شارع الطاحونة".into(),
        title: "موعدك".into(),
        name: "ليلى حدّاد".into(),
        when: LetterPart {
            label: "متى".into(),
            lines: vec!["الاثنين، \u{2068}23\u{2069} نوفمبر \u{2068}2026\u{2069}".into()],
        },
        code_label: "عند وصولك ضع هذا الرمز تحت الماسح في جهاز تسجيل الوصول، \
                     وسيسألك الجهاز عن يوم ميلادك وشهره."
            .into(),
        ..english()
    }
}

/// Every part is as long as an import lets it be.
fn long() -> LetterFace {
    let words = |n: usize| "Otorrinolaringología extraordinaria ".chars().cycle().take(n).collect::<String>();
    LetterFace {
        clinic: words(120),
        name: words(300).as_str().into(),
        parts: vec![LetterPart::new("With", words(500)), LetterPart::new("Where", words(700))],
        code_label: words(400),
        ..english()
    }
}

/// Left, top, right and bottom of what is black, in dots.
fn ink(picture: &Bitmap) -> (u32, u32, u32, u32) {
    let mut edges = (picture.width(), picture.height(), 0, 0);
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            if picture.is_black(x, y) {
                edges = (edges.0.min(x), edges.1.min(y), edges.2.max(x), edges.3.max(y));
            }
        }
    }
    edges
}

#[test]
fn everything_is_on_one_page_and_the_code_is_large_and_reads_back() {
    let mut typesetter = Typesetter::new();
    for (name, face) in [("english", english()), ("arabic", arabic()), ("long", long())] {
        for paper in [LetterPaper::Letter, LetterPaper::A4] {
            let picture = typesetter.letter(&face, paper);
            if let Some(folder) = std::env::var_os("ARRIVALS_PICTURES") {
                let file = std::path::Path::new(&folder).join(format!("letter-{name}-{paper:?}.png"));
                std::fs::write(file, picture.to_png().unwrap()).unwrap();
            }
            let (left, top, right, bottom) = ink(&picture);
            let margin = 15 * LETTER_DOTS_PER_MM;
            assert!(left >= margin && top >= margin, "{name} {paper:?}: {left} {top}");
            assert!(
                right <= picture.width() - margin && bottom <= picture.height() - margin,
                "{name} {paper:?}: {right} {bottom}"
            );
            let mut image = rqrr::PreparedImage::prepare_from_bitmap(
                picture.width() as usize,
                picture.height() as usize,
                |x, y| picture.is_black(x as u32, y as u32),
            );
            let grids = image.detect_grids();
            let [grid] = grids.as_slice() else { panic!("{name} {paper:?}: {} codes", grids.len()) };
            assert_eq!(grid.decode().unwrap().1, code(), "{name} {paper:?}");
            let side = (grid.bounds[1].x - grid.bounds[0].x).unsigned_abs();
            assert!(side >= 35 * LETTER_DOTS_PER_MM, "{name} {paper:?}: the code is {side} dots wide");
            let pdf = letter_pdf(&picture, paper, "apt-0001").unwrap();
            assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 600_000, "{name}: {} bytes", pdf.len());
            assert_eq!(
                letter_pdf(&picture, if paper == LetterPaper::A4 { LetterPaper::Letter } else { LetterPaper::A4 }, "x"),
                Err(PdfError::TooLarge)
            );
        }
    }
}

#[test]
fn arabic_begins_at_the_right_and_the_code_stands_there() {
    let mut typesetter = Typesetter::new();
    let black_left_of_the_middle = |picture: &Bitmap, rows: std::ops::Range<u32>| {
        let (mut left, mut right) = (0_u32, 0_u32);
        for y in rows {
            for x in 0..picture.width() {
                if picture.is_black(x, y) {
                    if x < picture.width() / 2 { left += 1 } else { right += 1 }
                }
            }
        }
        left > right
    };
    let english = typesetter.letter(&english(), LetterPaper::A4);
    let arabic = typesetter.letter(&arabic(), LetterPaper::A4);
    let head = 20 * LETTER_DOTS_PER_MM..29 * LETTER_DOTS_PER_MM;
    assert!(black_left_of_the_middle(&english, head.clone()) && !black_left_of_the_middle(&arabic, head));
    let foot = 240 * LETTER_DOTS_PER_MM..277 * LETTER_DOTS_PER_MM;
    assert!(black_left_of_the_middle(&english, foot.clone()) && !black_left_of_the_middle(&arabic, foot));
}
