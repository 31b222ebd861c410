//! What a letter says, and a message about an appointment. Numbers and names from the booking system stay as they are.

use super::super::document::Document;

super::sentences! {
    /// The words of a letter.
    pub struct Words;
    "Letter" {
        /// At the top.
        title: "Your appointment",
        /// Before date and time.
        when: "When",
        /// Before the provider.
        with: "With",
        /// Before the place.
        place: "Where",
        /// Before what to bring.
        bring: "Please bring",
        /// This sheet itself: the first thing to bring.
        this_letter: "This letter",
        /// A document.
        referral: "Your referral",
        /// A document.
        photo: "A photo ID",
        /// A document, or who comes along.
        guardian: "A parent or guardian, or their signed consent",
        /// What to do with the code, in one sentence.
        code: "When you arrive, scan this code at the check-in kiosk. It will ask for your month and day of birth.",
        /// When check-in opens; `{time}`.
        opens: "Check-in opens at {time}",
    }
}

impl Words {
    /// What a document is called.
    #[must_use]
    pub fn document(&self, document: Document) -> &'static str {
        match document {
            Document::Referral => self.referral,
            Document::PhotoIdentity => self.photo,
            Document::Guardian => self.guardian,
        }
    }
}
