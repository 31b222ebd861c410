//! What a ticket says, printed by a kiosk or by the desk. The kiosk's pages say the same from the same catalogue.

super::sentences! {
    /// The words of a ticket.
    pub struct Words;
    "" {
        /// Over the number.
        number: "Your number",
        /// Over the place.
        place: "Please go to",
        /// What happens next.
        next: "Please wait there. We will call you.",
        /// The same without an appointment: no place to wait and no call is promised.
        walk_in: "The front desk will call you. Keep this number.",
        /// What to do besides, while the desk is not reached.
        desk: "Please also tell the front desk that you are here.",
        /// What the code is good for.
        code: "Show this at the front desk or at the kiosk",
        /// The same without an appointment: the kiosk can do nothing with this one.
        walk_in_code: "Show this at the front desk",
        /// The same if it leads to the ticket's own page.
        page: "To see your turn on your phone, scan this",
        /// On a ticket that is printed again.
        copy: "Copy",
    }
}
