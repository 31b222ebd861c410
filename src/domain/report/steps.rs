//! What the steps of a kiosk's conversation are called in front of staff.

/// The step of this name in events, in words. A name that no one here knows stays as it is: a newer kiosk may have more
/// steps.
#[must_use]
pub fn step_name(step: &str) -> String {
    let words = match step {
        "welcome" => "Welcome page",
        "find" => "Finding the appointment",
        "birth-date" | "birthday" => "Date of birth",
        "family-name" => "Last name",
        "given-name" => "First name",
        "phone" => "Phone number",
        "companion-name" => "Name of a companion",
        "walk-in-reason" => "Reason for visit (walk-in)",
        "documents" => "Documents",
        "is-this-you" => "\"Is this you?\"",
        "visits" => "Today's visits",
        "details" => "Contact details",
        "change-details" => "Choosing what contact information to change",
        "new-phone" => "New phone number",
        "new-email" => "New email address",
        "new-postal-code" | "new-street" | "new-city" | "new-state" => "New address",
        "new-name" => "Preferred name",
        "new-language" => "New language",
        "new-interpreter" => "Interpreter",
        "emergency-name" | "emergency-phone" => "Emergency contact",
        "insurance" => "Insurance",
        "change-insurance" => "Choosing what changed about insurance",
        "card-photo-front" | "card-photo-back" => "Photo of a card",
        "card-review" => "Reviewing a card",
        card if card.starts_with("card-") => "Entering a card",
        "call-as" => "Call preference",
        "saving" => "Saving",
        "printing" => "Printing the ticket",
        "done" => "After the ticket",
        "stopped" => "After a stop",
        "help" => "\"Get help\"",
        "unwell" | "unwell-told" => "\"I feel unwell\"",
        "checked-in" => "With the check-in",
        "walked-in" => "With a walk-in request",
        "code-refused" => "Scanning a code",
        other => other,
    };
    words.to_owned()
}
