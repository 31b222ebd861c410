//! What a letter says, in the languages that kiosks speak.
//!
//! Invariants: one table for each language, each complete; numbers and names from the booking system stay as they are.

use jiff::ZonedDateTime;

use crate::domain::document::Document;
use crate::domain::language::Language;

/// The words of one language.
pub(super) struct Words {
    pub title: &'static str,
    pub when: &'static str,
    pub with: &'static str,
    pub place: &'static str,
    pub bring: &'static str,
    /// This sheet itself: the first thing to bring.
    pub this_letter: &'static str,
    documents: [&'static str; 3],
    /// What to do with the code, in one sentence.
    pub code: &'static str,
    /// When check-in opens; `{}` is the time.
    opens: &'static str,
    months: [&'static str; 12],
    /// Monday first.
    weekdays: [&'static str; 7],
    morning: &'static str,
    afternoon: &'static str,
    /// Around a number in a line of the other direction.
    isolate: [&'static str; 2],
}

const ENGLISH: Words = Words {
    title: "Your appointment",
    when: "When",
    with: "With",
    place: "Where",
    bring: "Please bring",
    this_letter: "This letter",
    documents: ["Your referral", "A photo ID", "A parent or guardian, or their signed consent"],
    code: "When you arrive, scan this code at the check-in kiosk. It will ask for your month and day of birth.",
    opens: "Check-in opens at {}",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    morning: "AM",
    afternoon: "PM",
    isolate: ["", ""],
};

const SPANISH: Words = Words {
    title: "Su cita",
    when: "Cuándo",
    with: "Con",
    place: "Dónde",
    bring: "Por favor traiga",
    this_letter: "Esta carta",
    documents: [
        "La referencia u orden de su médico",
        "Una identificación con fotografía",
        "A su padre, madre o tutor, o la autorización firmada",
    ],
    code: "Al llegar, escanee este código en la máquina de registro. Le preguntará el mes y el día de su nacimiento.",
    opens: "Puede registrar su llegada desde las {}",
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    morning: "a. m.",
    afternoon: "p. m.",
    isolate: ["", ""],
};

const ARABIC: Words = Words {
    title: "موعدك",
    when: "متى",
    with: "مع",
    place: "أين",
    bring: "يُرجى إحضار",
    this_letter: "خطاب الموعد",
    documents: ["إحالة الطبيب", "بطاقة هوية عليها صورة", "أحد الوالدين أو ولي الأمر، أو موافقته الموقّعة"],
    code: "عند الوصول، يُرجى مسح هذا الرمز في جهاز تسجيل الوصول، وسيسألك الجهاز عن شهر ميلادك ويومه.",
    opens: "يبدأ تسجيل الوصول الساعة {}",
    months: [
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ],
    weekdays: ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
    morning: "ص",
    afternoon: "م",
    isolate: ["\u{2068}", "\u{2069}"],
};

/// The words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::Spanish => &SPANISH,
        Language::Arabic => &ARABIC,
    }
}

impl Words {
    /// What a document is called.
    pub fn document(&self, document: Document) -> &'static str {
        let [referral, photo, guardian] = self.documents;
        match document {
            Document::Referral => referral,
            Document::PhotoIdentity => photo,
            Document::Guardian => guardian,
        }
    }

    /// A date with its weekday, as one writes it in this language.
    pub fn date(&self, language: Language, at: &ZonedDateTime) -> String {
        let month = usize::try_from(at.month() - 1).ok().and_then(|n| self.months.get(n)).copied().unwrap_or_default();
        let weekday = usize::try_from(at.weekday().to_monday_zero_offset())
            .ok()
            .and_then(|n| self.weekdays.get(n))
            .copied()
            .unwrap_or_default();
        let (day, year) = (at.day(), at.year());
        match language {
            Language::English => format!("{weekday}, {month} {day}, {year}"),
            Language::Spanish => format!("{weekday}, {day} de {month} de {year}"),
            Language::Arabic => {
                format!("{weekday}، {} {month} {}", self.kept(&day.to_string()), self.kept(&year.to_string()))
            }
        }
    }

    /// A time of the day, as the kiosk writes it.
    pub fn time(&self, at: &ZonedDateTime) -> String {
        let half = if at.hour() < 12 { self.morning } else { self.afternoon };
        let hour = match at.hour() % 12 {
            0 => 12,
            hour => hour,
        };
        format!("{} {half}", self.kept(&format!("{hour}:{:02}", at.minute())))
    }

    /// When check-in opens.
    pub fn opens(&self, at: &ZonedDateTime) -> String {
        self.opens.replace("{}", &self.time(at))
    }

    fn kept(&self, number: &str) -> String {
        let [before, after] = self.isolate;
        format!("{before}{number}{after}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_written_as_in_each_language() {
        let at = |hour, minute| {
            jiff::civil::date(2026, 11, 23).at(hour, minute, 0, 0).to_zoned_datetime(jiff::tz::TimeZone::UTC).unwrap()
        };
        for (language, date, morning, noon, midnight) in [
            (Language::English, "Monday, November 23, 2026", "8:05 AM", "12:30 PM", "12:00 AM"),
            (Language::Spanish, "lunes, 23 de noviembre de 2026", "8:05 a. m.", "12:30 p. m.", "12:00 a. m."),
            (
                Language::Arabic,
                "الاثنين، \u{2068}23\u{2069} نوفمبر \u{2068}2026\u{2069}",
                "\u{2068}8:05\u{2069} ص",
                "\u{2068}12:30\u{2069} م",
                "\u{2068}12:00\u{2069} ص",
            ),
        ] {
            let words = words(language);
            assert_eq!(words.date(language, &at(8, 5)), date);
            assert_eq!(
                [words.time(&at(8, 5)), words.time(&at(12, 30)), words.time(&at(0, 0))],
                [morning, noon, midnight]
            );
            assert!(words.opens(&at(8, 5)).contains(morning) && !words.opens(&at(8, 5)).contains('{'));
        }
    }
}
