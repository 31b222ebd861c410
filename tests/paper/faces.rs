//! The tickets that the tests print, with invented people and places.

use arrivals::codes;
use arrivals::domain::ticket::Ticket;
use arrivals::paper::TicketFace;
use jiff::civil::date;

/// The ticket that the code on the faces names.
pub fn a17() -> Ticket {
    Ticket { number: "A17".parse().unwrap(), date: date(2026, 11, 23) }
}

pub fn english() -> TicketFace {
    TicketFace {
        rtl: false,
        clinic: "Riverside Clinic".into(),
        number_label: "Your number".into(),
        number: "A17".into(),
        name: None,
        place_label: "Please go to".into(),
        place: "Waiting area B, 2nd floor".into(),
        lines: vec!["Take a seat. We will call your number.".into(), "Your appointment: 10:20".into()],
        time_line: "Monday 23 November, 10:05".into(),
        qr: codes::ticket_code(&a17()),
        qr_label: "Scan this at the kiosk to see your place in the queue.".into(),
        copy_label: None,
    }
}

pub fn english_named() -> TicketFace {
    TicketFace { name: Some("Margaret".into()), ..english() }
}

pub fn english_copy() -> TicketFace {
    TicketFace { copy_label: Some("Copy".into()), name: Some("Margaret".into()), ..english() }
}

pub fn spanish() -> TicketFace {
    TicketFace {
        rtl: false,
        clinic: "Centro de Salud Ñuñoa".into(),
        number_label: "Su número".into(),
        number: "A250".into(),
        name: Some("José Ángel".into()),
        place_label: "Diríjase a".into(),
        place: "Otorrinolaringología pediátrica, sala de espera 4".into(),
        lines: vec!["Tome asiento. Le llamaremos por su nombre.".into(), "Su cita: 10:20".into()],
        time_line: "Lunes 23 de noviembre, 10:05".into(),
        qr: "ARR:T:2026-11-23:A250".into(),
        qr_label: "Escanee este código en el quiosco para ver su turno.".into(),
        copy_label: None,
    }
}

pub fn arabic() -> TicketFace {
    TicketFace {
        rtl: true,
        clinic: "عيادة ضفة النهر".into(),
        number_label: "رقمك".into(),
        number: "A17".into(),
        name: Some("مريم".into()),
        place_label: "يرجى التوجه إلى".into(),
        place: "منطقة الانتظار B، الطابق 2".into(),
        lines: vec!["تفضل بالجلوس. سننادي رقمك A17.".into(), "موعدك: 10:20".into(), "X-ray, Room 3".into()],
        time_line: "الاثنين 23 نوفمبر، 10:05".into(),
        qr: codes::ticket_code(&a17()),
        qr_label: "امسح هذا الرمز عند الجهاز لمعرفة دورك.".into(),
        copy_label: None,
    }
}

pub fn arabic_copy() -> TicketFace {
    TicketFace { copy_label: Some("نسخة".into()), ..arabic() }
}
