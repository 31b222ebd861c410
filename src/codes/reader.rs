//! One reader for everything that may lie under a kiosk's scanner.

use jiff::civil::Date;

use super::barcode::{BadPattern, Barcodes};
use super::letter::{self, Verifier};
use super::{Scanned, licence, parse};
use crate::domain::pages::TicketPages;
use crate::domain::settings::ClinicSettings;

/// How all of our plain codes begin.
const OURS: &[u8] = b"ARR:";

/// Reads codes as a clinic's settings want them read. Without settings it knows our plain codes and licences.
///
/// Every text belongs to one kind of code by its beginning, and only what has none of these beginnings is shown to the
/// clinic's patterns: a pattern can never change what a code of ours means.
#[derive(Debug, Clone, Default)]
pub struct Reader {
    letters: Verifier,
    barcodes: Barcodes,
    pages: TicketPages,
    signed_only: bool,
}

impl Reader {
    /// Makes ready what the settings say of letters and barcodes.
    ///
    /// # Errors
    /// A sentence that names the first of the clinic's patterns that cannot be used.
    pub fn new(settings: &ClinicSettings) -> Result<Self, BadPattern> {
        let (letters, barcodes) = (Verifier::new(&settings.letters), Barcodes::new(&settings.barcodes)?);
        Ok(Self { letters, barcodes, pages: settings.pages.clone(), signed_only: settings.signed_letters_only })
    }

    /// Reads what a scanner sent. White space and line ends around the code do not matter. `today` is the clinic's
    /// date.
    #[must_use]
    pub fn read(&self, scan: &[u8], today: Date) -> Scanned {
        // Whether a card's last line is whole is read off its end.
        let to_its_end = scan.trim_ascii_start();
        let scan = to_its_end.trim_ascii_end();
        if scan.starts_with(OURS) {
            match parse(scan) {
                Scanned::Appointment(_) if self.signed_only => Scanned::Foreign,
                read => read,
            }
        } else if scan.starts_with(letter::PREFIX.as_bytes()) {
            self.letters.read(scan, today)
        } else if let Some(read) = self.page(scan) {
            read
        } else if let Some(read) = licence::read(to_its_end, today) {
            read
        } else {
            self.barcodes.read(scan)
        }
    }

    /// A ticket whose code leads to its page. Only at this desk's address; the name is one that only the kiosk that
    /// printed it can make, and the ticket finds someone only if it is one of today's.
    fn page(&self, scan: &[u8]) -> Option<Scanned> {
        let (page, code) = std::str::from_utf8(scan).ok()?.split_once('#')?;
        match parse(code.as_bytes()) {
            Scanned::Ticket(ticket) if self.pages.is_a_page(page) => Some(Scanned::Ticket(ticket)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::letter::Signer;
    use crate::codes::{CodeTrouble, appointment_code};
    use crate::domain::ids::{AppointmentId, PatientId};
    use crate::domain::settings::{BarcodePattern, Carries, LetterKey, LetterKeys};
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn a_clinics_patterns_never_see_a_code_of_ours() {
        let signer = Signer::new("5f0c91ab", 1, &[7; 32]).unwrap();
        let keys =
            LetterKeys { clinic: "5f0c91ab".to_owned(), keys: vec![LetterKey { id: 1, public: signer.public() }] };
        let greedy = |carries| BarcodePattern { carries, pattern: "(?s)(.*)".to_owned() };
        let settings = ClinicSettings {
            barcodes: vec![greedy(Carries::Patient), greedy(Carries::Appointment)],
            letters: keys,
            ..ClinicSettings::default()
        };
        let reader = Reader::new(&settings).unwrap();
        let id = AppointmentId::from("apt-0001");
        let letter = signer.sign(TODAY, 1, &id, &PatientId::from("p1"));
        let licence = "@\n\x1e\rANSI 636035100001DL00310226DLDCSSAMPLE\nDACANN\nDBB02031980\n";
        let is_read = |scan: &str, is_meant: fn(&Scanned) -> bool| {
            let read = reader.read(scan.as_bytes(), TODAY);
            assert!(is_meant(&read), "{scan:?} is {read:?}");
        };
        is_read(&appointment_code(&id), |read| matches!(read, Scanned::Appointment(id) if id.as_str() == "apt-0001"));
        is_read("ARR:A:", |read| *read == Scanned::Foreign);
        is_read("ARR:T:2026-11-23:A17", |read| matches!(read, Scanned::Ticket(_)));
        is_read("ARR:T:x", |read| *read == Scanned::Foreign);
        is_read(&format!(" {letter}\r\n"), |read| matches!(read, Scanned::Letter(_)));
        is_read("AL:12345", |read| *read == Scanned::Refused(CodeTrouble::Truncated));
        is_read(licence, |read| matches!(read, Scanned::Licence(_)));
        is_read("@\n\x1e\rANSI 636035", |read| *read == Scanned::Refused(CodeTrouble::Truncated));
        is_read("4711", |read| matches!(read, Scanned::Patient(id) if id.as_str() == "4711"));
        is_read(" \n", |read| *read == Scanned::Foreign);
    }

    #[test]
    fn a_clinic_may_take_signed_letters_only() {
        let reader = Reader::new(&ClinicSettings { signed_letters_only: true, ..ClinicSettings::default() }).unwrap();
        assert_eq!(reader.read(b"ARR:A:4711", TODAY), Scanned::Foreign);
        assert!(matches!(reader.read(b"ARR:T:2026-11-23:A17", TODAY), Scanned::Ticket(_)), "a ticket is no letter");
    }

    #[test]
    fn without_settings_there_are_our_plain_codes_and_licences() {
        let reader = Reader::default();
        assert_eq!(reader.read(b"ARR:A:4711\r", TODAY), Scanned::Appointment("4711".into()));
        assert_eq!(reader.read(b"AL:12345", TODAY), Scanned::Foreign);
        assert_eq!(reader.read(b"MRN1234567", TODAY), Scanned::Foreign);
    }

    #[test]
    fn a_ticket_that_leads_to_its_page_is_read_as_the_ticket() {
        let pages = TicketPages { address: "https://arrivals.example.org".to_owned(), key: "5f".repeat(32) };
        let reader = Reader::new(&ClinicSettings { pages: pages.clone(), ..ClinicSettings::default() }).unwrap();
        let today = date(2026, 11, 23);
        let a17 = crate::domain::ticket::Ticket { number: "A17".parse().unwrap(), date: today };
        let code = crate::codes::ticket_qr(&pages, &a17);
        assert!(
            code.starts_with("https://arrivals.example.org/t/") && code.ends_with("#ARR:T:2026-11-23:A17"),
            "{code}"
        );
        assert_eq!(reader.read(code.as_bytes(), today), Scanned::Ticket(a17));
        // Only the kiosk that printed it can make the page's name.
        let elsewhere = TicketPages { key: "a0".repeat(32), ..pages.clone() };
        assert_eq!(reader.read(crate::codes::ticket_qr(&elsewhere, &a17).as_bytes(), today), Scanned::Ticket(a17));
        // Another address, no such name, no name at all.
        for other in [
            code.replace("example.org", "example.com"),
            code.replace("/t/", "/t/0"),
            code.replace("/t/", "/u/"),
            code.replace('#', ""),
        ] {
            assert_eq!(reader.read(other.as_bytes(), today), Scanned::Foreign, "{other}");
        }
        assert_eq!(crate::codes::ticket_qr(&TicketPages::default(), &a17), "ARR:T:2026-11-23:A17");
    }
}
