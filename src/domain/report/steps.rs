//! What the steps of a kiosk's conversation are called in front of staff.

/// The step of this name in events, in words. A name that nobody here knows stays as it is: a newer kiosk may have more steps.
#[must_use]
pub fn step_name(step: &str) -> String {
    let words = match step {
        "welcome" => "Welcome page",
        "find" => "Finding the visit",
        "birth-date" | "birthday" => "Date of birth",
        "family-name" => "Family name",
        "given-name" => "First name",
        "phone" => "Telephone number",
        "companion-name" => "Name of a companion",
        "walk-in-reason" => "What they come for, without an appointment",
        "documents" => "Documents",
        "is-this-you" => "\"Is this you?\"",
        "visits" => "Today's visits",
        "details" => "Contact details",
        "change-details" => "Choosing a contact detail to change",
        "new-phone" => "New telephone number",
        "new-email" => "New e-mail address",
        "new-postal-code" | "new-street" | "new-city" | "new-state" => "New address",
        "new-name" => "Name to be called",
        "new-language" => "New language",
        "new-interpreter" => "Interpreter",
        "emergency-name" | "emergency-phone" => "Whom to tell in an emergency",
        "insurance" => "Insurance",
        "change-insurance" => "Choosing what changed about insurance",
        "card-photo-front" | "card-photo-back" => "Photo of a card",
        "card-review" => "Looking at a card once more",
        card if card.starts_with("card-") => "Typing a card",
        "call-as" => "How to be called",
        "saving" => "Saving",
        "printing" => "Printing the ticket",
        "done" => "After the ticket",
        "stopped" => "After a stop",
        "help" => "\"Get help\"",
        "unwell" | "unwell-told" => "\"I feel unwell\"",
        "checked-in" => "With the check-in",
        "walked-in" => "With a request without an appointment",
        "code-refused" => "Scanning a code",
        other => other,
    };
    words.to_owned()
}
