//! From what a ticket says to what a printer gets: `cargo bench --no-default-features --bench paper`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a measurement ends where something is wrong"
)]

use std::hint::black_box;

use arrivals::paper::{PaperWidth, TicketFace, Typesetter, escpos, pdf};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

fn face(rtl: bool) -> TicketFace {
    if rtl {
        TicketFace {
            rtl,
            clinic: "عيادة ضفة النهر".into(),
            number_label: "رقمك".into(),
            number: "A17".into(),
            name: Some("مريم".into()),
            place_label: "يرجى التوجه إلى".into(),
            place: "منطقة الانتظار B، الطابق 2".into(),
            lines: vec!["تفضل بالجلوس. سننادي رقمك A17.".into(), "موعدك: 10:20".into()],
            time_line: "الاثنين 23 نوفمبر، 10:05".into(),
            qr: "ARR:T:2026-11-23:A17".into(),
            qr_label: "امسح هذا الرمز عند الجهاز لمعرفة دورك.".into(),
            copy_label: None,
        }
    } else {
        TicketFace {
            rtl,
            clinic: "Riverside Clinic".into(),
            number_label: "Your number".into(),
            number: "A17".into(),
            name: Some("Margaret".into()),
            place_label: "Please go to".into(),
            place: "Waiting area B, 2nd floor".into(),
            lines: vec!["Take a seat. We will call your number.".into(), "Your appointment: 10:20".into()],
            time_line: "Monday 23 November, 10:05".into(),
            qr: "ARR:T:2026-11-23:A17".into(),
            qr_label: "Scan this at the kiosk to see your place in the queue.".into(),
            copy_label: None,
        }
    }
}

fn tickets(criterion: &mut Criterion) {
    for (language, rtl) in [("english", false), ("arabic", true)] {
        let face = face(rtl);
        criterion.bench_function(&format!("first ticket, fonts read too, to ESC/POS, {language}"), |bench| {
            bench.iter_batched(
                || (),
                |()| escpos::ticket_bytes(&Typesetter::new().ticket(black_box(&face), PaperWidth::Mm80)),
                BatchSize::PerIteration,
            );
        });
        let mut typesetter = Typesetter::new();
        criterion.bench_function(&format!("ticket to ESC/POS, {language}"), |bench| {
            bench.iter(|| escpos::ticket_bytes(&typesetter.ticket(black_box(&face), PaperWidth::Mm80)));
        });
        let picture = typesetter.ticket(&face, PaperWidth::Mm80);
        criterion.bench_function(&format!("picture to PDF, {language}"), |bench| {
            bench.iter(|| pdf::ticket_pdf(black_box(&picture), PaperWidth::Mm80, "A17"));
        });
        criterion.bench_function(&format!("picture to PNG, {language}"), |bench| {
            bench.iter(|| black_box(&picture).to_png());
        });
    }
}

criterion_group!(benches, tickets);
criterion_main!(benches);
