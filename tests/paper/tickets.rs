//! Tickets, looked at: `UPDATE_GOLDEN=1 cargo test --test paper` draws the pictures in `tests/golden` anew.

use std::path::PathBuf;

use arrivals::codes;
use arrivals::domain::pages::TicketPages;
use arrivals::paper::{Bitmap, PaperWidth, TicketFace, Typesetter, escpos, pdf};

use crate::{escpos_reader, faces};

fn golden() -> Vec<(&'static str, TicketFace, PaperWidth)> {
    vec![
        ("ticket-en-80", faces::english(), PaperWidth::Mm80),
        ("ticket-en-58", faces::english(), PaperWidth::Mm58),
        ("ticket-en-80-named", faces::english_named(), PaperWidth::Mm80),
        ("ticket-en-80-copy", faces::english_copy(), PaperWidth::Mm80),
        ("ticket-es-80", faces::spanish(), PaperWidth::Mm80),
        ("ticket-es-58", faces::spanish(), PaperWidth::Mm58),
        ("ticket-ar-80", faces::arabic(), PaperWidth::Mm80),
        ("ticket-ar-58-copy", faces::arabic_copy(), PaperWidth::Mm58),
    ]
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{name}.png"))
}

fn read_png(name: &str) -> Bitmap {
    let file = std::fs::File::open(path(name)).expect("the picture is there; UPDATE_GOLDEN=1 draws it");
    let mut decoder = png::Decoder::new(std::io::BufReader::new(file));
    decoder.set_transformations(png::Transformations::IDENTITY);
    let mut reader = decoder.read_info().expect("a PNG");
    let mut rows = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader.next_frame(&mut rows).expect("a whole picture");
    assert_eq!((info.color_type, info.bit_depth), (png::ColorType::Grayscale, png::BitDepth::One), "{name}");
    Bitmap::from_rows(info.width, info.height, rows.iter().map(|byte| !byte).collect()).expect("whole rows")
}

/// Dots that differ, of those that are black in either.
fn difference(a: &Bitmap, b: &Bitmap) -> f64 {
    let count = |by: fn(u8, u8) -> u8| a.rows().iter().zip(b.rows()).map(|(a, b)| by(*a, *b).count_ones()).sum::<u32>();
    f64::from(count(|a, b| a ^ b)) / f64::from(count(|a, b| a | b).max(1))
}

fn qr_texts(picture: &Bitmap) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mut image =
        rqrr::PreparedImage::prepare_from_bitmap(width, height, |x, y| picture.is_black(x as u32, y as u32));
    image.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

#[test]
fn tickets_look_as_they_did() {
    let mut typesetter = Typesetter::new();
    for (name, face, paper) in golden() {
        let picture = typesetter.ticket(&face, paper);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path(name), picture.to_png().expect("a PNG")).expect("written");
        }
        let expected = read_png(name);
        assert_eq!((picture.width(), picture.height()), (expected.width(), expected.height()), "{name}");
        let difference = difference(&picture, &expected);
        assert!(difference < 0.01, "{name}: {:.1} % of the black dots differ", difference * 100.0);
    }
}

#[test]
fn every_ticket_carries_its_code() {
    let mut typesetter = Typesetter::new();
    for (name, face, paper) in golden() {
        assert_eq!(qr_texts(&typesetter.ticket(&face, paper)), [face.qr], "{name}");
    }
}

#[test]
fn a_ticket_that_leads_to_its_page_is_read_on_both_papers() {
    let pages = TicketPages {
        address: "https://check-in.northside-family-health-center.example.org".to_owned(),
        key: "5f".repeat(32),
    };
    let face = TicketFace { qr: codes::ticket_qr(&pages, &faces::a17()), ..faces::english() };
    let mut typesetter = Typesetter::new();
    for paper in [PaperWidth::Mm58, PaperWidth::Mm80] {
        let picture = typesetter.ticket(&face, paper);
        assert_eq!(qr_texts(&picture), std::slice::from_ref(&face.qr), "{paper:?}");
        if let Some(folder) = std::env::var_os("ARRIVALS_PICTURES") {
            std::fs::write(
                std::path::Path::new(&folder).join(format!("page-{paper:?}.png")),
                picture.to_png().unwrap(),
            )
            .unwrap();
        }
    }
}

#[test]
fn the_printers_bytes_are_the_picture_cut_once() {
    let mut typesetter = Typesetter::new();
    for (name, face, paper) in golden() {
        let picture = typesetter.ticket(&face, paper);
        let printout = escpos_reader::read(&escpos::ticket_bytes(&picture)).expect(name);
        assert_eq!(printout.picture, picture, "{name}");
        assert_eq!((printout.cuts, printout.picture.width()), (1, paper.dots()), "{name}");
        assert_eq!(printout.bands, (picture.height() as usize).div_ceil(escpos::BAND_ROWS), "{name}");
    }
}

#[test]
fn the_number_is_the_biggest_thing() {
    let mut typesetter = Typesetter::new();
    let mut without = faces::english();
    without.number.clear();
    let height = |face: &TicketFace, typesetter: &mut Typesetter| typesetter.ticket(face, PaperWidth::Mm80).height();
    let millimetres = (height(&faces::english(), &mut typesetter) - height(&without, &mut typesetter)) / 8;
    assert!((18..=24).contains(&millimetres), "the number takes {millimetres} mm");
}

#[test]
fn nothing_touches_the_edge_and_nothing_is_lost_however_long() {
    let mut typesetter = Typesetter::new();
    for paper in [PaperWidth::Mm58, PaperWidth::Mm80] {
        for mut face in [faces::english_named(), faces::spanish(), faces::arabic()] {
            let short = typesetter.ticket(&face, paper).height();
            face.place = format!("{} {}", face.place, "Donaudampfschifffahrtsgesellschaftskapitänszimmer".repeat(2));
            face.number = "A999999999".into();
            face.name = Some("Wolfeschlegelsteinhausenbergerdorff ".repeat(2).into());
            let picture = typesetter.ticket(&face, paper);
            assert!(picture.height() > short);
            for y in 0..picture.height() {
                for x in [0, 1, paper.dots() - 2, paper.dots() - 1] {
                    assert!(!picture.is_black(x, y), "dot {x},{y}");
                }
            }
        }
    }
}

#[test]
fn two_letters_and_three_digits_stand_in_one_line_and_are_large() {
    let mut typesetter = Typesetter::new();
    for paper in [PaperWidth::Mm58, PaperWidth::Mm80] {
        for mut face in [faces::english(), faces::arabic()] {
            let mut height_of = |number: &str| {
                face.number = number.into();
                face.qr = format!("ARR:T:2026-11-23:{number}");
                let picture = typesetter.ticket(&face, paper);
                assert_eq!(qr_texts(&picture), std::slice::from_ref(&face.qr), "{paper:?} {number}");
                if let Some(folder) = std::env::var_os("ARRIVALS_PICTURES") {
                    let name = format!("series-{paper:?}-{number}-{}.png", face.rtl);
                    std::fs::write(std::path::Path::new(&folder).join(name), picture.to_png().unwrap()).unwrap();
                }
                picture.height()
            };
            let without = height_of("");
            for number in ["AB123", "WM888"] {
                let millimetres = (height_of(number) - without) / 8;
                assert!((10..=24).contains(&millimetres), "{paper:?} {number}: {millimetres} mm");
            }
        }
    }
}

#[test]
fn empty_words_and_a_code_too_long_still_give_a_ticket() {
    let empty = String::new;
    let face = TicketFace {
        rtl: false,
        clinic: empty(),
        number_label: empty(),
        number: "D1".into(),
        name: Some("  ".into()),
        place_label: empty(),
        place: empty(),
        lines: vec![],
        time_line: empty(),
        qr: "x".repeat(4000),
        qr_label: "?".into(),
        copy_label: Some(empty()),
    };
    let mut typesetter = Typesetter::new();
    let picture = typesetter.ticket(&face, PaperWidth::Mm58);
    assert!(picture.height() > 100 && qr_texts(&picture).is_empty());
    let nothing = TicketFace { number: empty(), qr: empty(), ..face };
    assert!(typesetter.ticket(&nothing, PaperWidth::Mm80).to_png().is_ok());
}

/// Arabic letters join, so that a word is one or a few shapes, not one for each letter; and the digits of
/// a Latin number inside of Arabic stay in their order.
#[test]
fn arabic_is_joined_and_stands_at_the_right() {
    let mut typesetter = Typesetter::new();
    let mut face = faces::arabic();
    let joined = typesetter.ticket(&face, PaperWidth::Mm80);
    face.name = Some(" م\u{200C}ر\u{200C}ي\u{200C}م".into());
    let apart = typesetter.ticket(&face, PaperWidth::Mm80);
    assert!(joined != apart, "letters that may not join look different");
    let ink = |picture: &Bitmap, from: u32, to: u32| {
        (0..picture.height()).map(|y| (from..to).filter(|x| picture.is_black(*x, y)).count()).sum::<usize>()
    };
    face.number.clear();
    face.qr.clear();
    face.name = None;
    face.clinic.clear();
    let text = typesetter.ticket(&face, PaperWidth::Mm80);
    // Rules and frame weigh the same on both sides.
    assert!(ink(&text, 460, 560) > ink(&text, 16, 116) + 2000, "the ink is at the right");
}

#[test]
fn a_page_is_a_pdf_of_the_papers_size_without_the_name() {
    let picture = Typesetter::new().ticket(&faces::english_named(), PaperWidth::Mm80);
    let page = pdf::ticket_pdf(&picture, PaperWidth::Mm80, "A17").expect("a page");
    assert!(page.starts_with(b"%PDF-") && page.trim_ascii().ends_with(b"%%EOF"));
    let holds = |text: &str| page.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(!holds("Margaret"));
    assert!(page.len() < 60_000, "{} bytes", page.len());
    let wide = pdf::ticket_pdf(&picture, PaperWidth::Mm58, "A17");
    assert_eq!(wide, Err(pdf::PdfError::TooLarge));
    assert_eq!(pdf::ticket_pdf(&Bitmap::white(0, 0), PaperWidth::Mm58, "A17"), Err(pdf::PdfError::Empty));
    if let Some(dir) = std::env::var_os("ARRIVALS_TEST_OUT") {
        std::fs::write(PathBuf::from(&dir).join("ticket.pdf"), &page).expect("written");
        std::fs::write(PathBuf::from(&dir).join("ticket.escpos"), escpos::ticket_bytes(&picture)).expect("written");
    }
}

#[test]
fn no_name_shows_in_debug_output() {
    let face = faces::english_named();
    let picture = Typesetter::new().ticket(&face, PaperWidth::Mm80);
    assert!(!format!("{face:?}{picture:?}").contains("Margaret"));
}
