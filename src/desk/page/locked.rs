//! The sign-in as HTML, which is also what a locked page shows.
//!
//! Invariants: nothing of a patient is on it, and of a place only where one feels unwell; a browser that may not hear
//! that gets no script.

use maud::{Markup, html};

use super::html::{watch_scripts, whole};
use super::icons::{icon, mark};

/// What the page says, and where it leads.
pub(super) struct SignIn<'a> {
    /// There are no users yet: the page says how to add one.
    pub is_new: bool,
    /// The form's token.
    pub token: &'a str,
    /// Whether a session ended by itself in this browser.
    pub is_locked: bool,
    /// Where a patient feels unwell, empty if nowhere; none if this browser may not hear of it.
    pub hears: Option<String>,
    /// What is shown on top.
    pub note: Option<&'a str>,
    /// What was wrong.
    pub problem: Option<&'a str>,
    /// The page that it leads back to.
    pub back: &'a str,
}

impl SignIn<'_> {
    /// The first step: name and password.
    pub fn password(&self) -> Markup {
        self.page(&html! {
            h1 { @if self.is_locked { "Locked" } @else { "Arrivals desk" } }
            @if self.is_locked { p { "No one used this page for a while. Sign in to continue where you were." } }
            @else { p.quiet { "Who is here, who needs attention, and why." } }
            @if self.is_new {
                div.notice role="status" {
                    p { b { "No users yet." } " On the server, run:" }
                    p { code { "arrivals-desk user add NAME --role admin --data DIR" } }
                    p.quiet {
                        "DIR is the folder that " code { "serve" } " was given; with a configuration file, write "
                        code { "--config FILE" } " instead."
                    }
                }
            }
            @if let Some(note) = self.note { p.notice role="status" { (note) } }
            (self.problem())
            form method="post" action="/sign-in" {
                (self.hidden())
                label for="name" { "Username" }
                input #name name="name" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="64"
                    required autofocus;
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" maxlength="256"
                    required;
                button.button.primary type="submit" { "Sign in" }
            }
        })
    }

    /// The second step: a code.
    pub fn code(&self) -> Markup {
        self.page(&html! {
            h1 { "Two-step verification" }
            (self.problem())
            form method="post" action="/sign-in/code" {
                (self.hidden())
                label for="code" { "Code from your authenticator app" }
                input #code name="code" inputmode="text" autocomplete="one-time-code" autocapitalize="none"
                    spellcheck="false" maxlength="40" required autofocus aria-describedby="code-hint";
                p.quiet #code-hint { "Six digits. Without your phone: one of your recovery codes." }
                button.button.primary type="submit" { "Sign in" }
            }
            a.button.plain href="/sign-in" { "Start over" }
        })
    }

    fn problem(&self) -> Markup {
        html! { @if let Some(problem) = self.problem { p.problem role="alert" { (icon("alert")) span { (problem) } } } }
    }

    fn hidden(&self) -> Markup {
        html! {
            input type="hidden" name="csrf" value=(self.token);
            @if !self.back.is_empty() { input type="hidden" name="back" value=(self.back); }
        }
    }

    fn page(&self, form: &Markup) -> Markup {
        let title = if self.is_locked { "Locked - Arrivals desk" } else { "Sign in - Arrivals desk" };
        let head = html! { @if self.hears.is_some() { (watch_scripts()) } };
        whole(
            title,
            &head,
            &html! {
                @if let Some(place) = &self.hears {
                    div.watch {
                        p #unwell.unwell role="alert" hidden[place.is_empty()] {
                            (icon("heart"))
                            span { b { "A patient feels unwell" } " at " span #unwell-where { (place) } }
                        }
                        p #not-watching.failed role="status" hidden {
                            "Not connected: this page can't alert you if a patient feels unwell. Trying again…"
                        }
                    }
                }
                main #locked.card data-locked[self.is_locked] {
                    (mark())
                    (form)
                    @if self.hears.is_some() {
                        p.quiet { "While this page is open it alerts you if a patient feels unwell." }
                        button #sound.button.small type="button" hidden { (icon("sound")) "Turn sound on" }
                    }
                }
            },
        )
    }
}
