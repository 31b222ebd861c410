//! A ticket or a letter as a page, for a printer that takes PDF and for a file to keep.
//!
//! Invariants: a ticket's page is as wide as the paper and as long as the ticket, a letter's is its sheet; the text is
//! a picture (it is shaped already, and the page looks the same everywhere) with the ticket's or the appointment's
//! number as text that is not drawn, so that it can be found; its dates are 1970, as nothing here knows the time; title
//! and other data about the document say nothing about a person.

use std::collections::BTreeMap;

use printpdf::{
    BuiltinFont, CustomPdfConformance, DictItem, ExternalStream, ExternalXObject, Mm, Op, PdfConformance, PdfDocument,
    PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, Px, TextItem, TextRenderingMode, XObjectTransform,
};

use super::{Bitmap, DOTS_PER_MM, PaperWidth, letter};
use crate::domain::settings::LetterPaper;

/// A page could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The picture has no dots.
    #[error("an empty picture makes no page")]
    Empty,
    /// The picture is not of the sheet's size, wider than the paper, or more than a metre long.
    #[error("the picture does not fit the paper")]
    TooLarge,
}

const HEIGHT_DOTS_MAX: u32 = 1000 * DOTS_PER_MM;

/// One page with the ticket in the middle of the paper's width. `number` is the ticket's number, which can
/// then be searched for and copied.
///
/// # Errors
/// If the picture is empty or does not fit the paper.
pub fn ticket_pdf(picture: &Bitmap, paper: PaperWidth, number: &str) -> Result<Vec<u8>, PdfError> {
    if picture.width() == 0 || picture.height() == 0 {
        return Err(PdfError::Empty);
    }
    if picture.width() > paper.dots() || picture.height() > HEIGHT_DOTS_MAX {
        return Err(PdfError::TooLarge);
    }
    let mm = |dots: u32| Mm(dots as f32 / DOTS_PER_MM as f32);
    let page = Mm(paper.millimetres() as f32);
    let left = Mm((page.0 - mm(picture.width()).0) / 2.0);
    let size = (mm(picture.width()), mm(picture.height()));
    Ok(one_page(picture, &format!("Ticket {number}"), (page, size.1), left, size, number))
}

/// A letter on its sheet. `number` is the appointment's, which can then be searched for and copied.
///
/// # Errors
/// If the picture is not one of this sheet.
pub fn letter_pdf(picture: &Bitmap, paper: LetterPaper, number: &str) -> Result<Vec<u8>, PdfError> {
    if !letter::fits(picture, paper) {
        return Err(PdfError::TooLarge);
    }
    let (width, height) = letter::sheet(paper);
    let sheet = (Mm(width as f32 / 10.0), Mm(height as f32 / 10.0));
    // What the page's own font has; other letters would be other letters there.
    let number: String = number.chars().filter(char::is_ascii_graphic).collect();
    Ok(one_page(picture, "Appointment", sheet, Mm(0.0), sheet, &number))
}

/// One page with one picture on it, `left` from the edge and standing on its foot.
fn one_page(picture: &Bitmap, title: &str, page: (Mm, Mm), left: Mm, size: (Mm, Mm), text: &str) -> Vec<u8> {
    let mut document = PdfDocument::new(title);
    document.metadata.info.producer = "Arrivals".to_owned();
    document.metadata.info.creator = "Arrivals".to_owned();
    // The library always writes a field for a standard of the printing trade; ours names none.
    document.metadata.info.conformance = PdfConformance::Custom(CustomPdfConformance::default());
    let image = document.add_xobject(&one_bit_image(picture));
    let operations = vec![
        Op::UseXobject {
            id: image,
            transform: XObjectTransform {
                translate_x: Some(left.into()),
                translate_y: Some(Pt(0.0)),
                scale_x: Some(Pt::from(size.0).0),
                scale_y: Some(Pt::from(size.1).0),
                no_auto_scale: true,
                ..XObjectTransform::default()
            },
        },
        Op::StartTextSection,
        Op::SetTextRenderingMode { mode: TextRenderingMode::Invisible },
        Op::SetFont { font: PdfFontHandle::Builtin(BuiltinFont::Helvetica), size: Pt(12.0) },
        Op::SetTextCursor { pos: Point::new(left, Mm((page.1.0 - 6.0).max(0.0))) },
        Op::ShowText { items: vec![TextItem::Text(text.to_owned())] },
        Op::EndTextSection,
    ];
    document.with_pages(vec![PdfPage::new(page.0, page.1, operations)]);
    document.save(&PdfSaveOptions::default(), &mut Vec::new())
}

/// One bit for each dot; the library's own pictures would take eight.
fn one_bit_image(picture: &Bitmap) -> ExternalXObject {
    let name = |text: &str| DictItem::Name(text.as_bytes().to_vec());
    let dict = BTreeMap::from([
        ("Type".to_owned(), name("XObject")),
        ("Subtype".to_owned(), name("Image")),
        ("Width".to_owned(), DictItem::Int(i64::from(picture.width()))),
        ("Height".to_owned(), DictItem::Int(i64::from(picture.height()))),
        ("ColorSpace".to_owned(), name("DeviceGray")),
        ("BitsPerComponent".to_owned(), DictItem::Int(1)),
        // Ours is 1 for black, the page's grey is 1 for white.
        ("Decode".to_owned(), DictItem::Array(vec![DictItem::Int(1), DictItem::Int(0)])),
        ("Interpolate".to_owned(), DictItem::Bool(false)),
    ]);
    ExternalXObject {
        stream: ExternalStream { dict, content: picture.rows().to_vec(), compress: true },
        width: Some(Px(picture.width() as usize)),
        height: Some(Px(picture.height() as usize)),
        dpi: None,
    }
}
