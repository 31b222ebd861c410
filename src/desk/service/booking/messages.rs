//! What patients are told about an appointment as a text, and sending it through a program of the clinic's.
//!
//! Messages follow from what happened: `reads` says of each fact which message is sent because of it, and which is
//! not sent any more.
//!
//! Invariants: off unless the configuration names a program; neither a number nor a word of a message is ever logged;
//! the program gets a message on its standard input and nowhere else.

use std::io::{Read as _, Write as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::desk::Desk;
use crate::desk::DeskOptions;
use crate::desk::base::config::MessageSettings;
use crate::desk::base::error::DeskError;
use crate::desk::service::booking::letters::{self, LetterError};
use crate::desk::store::{Attempt, Message, Reader};
use crate::domain::appointment::Appointment;
use crate::domain::fact::{Effect, Fact, What};
use crate::domain::ids::AppointmentId;
use crate::domain::private::Private;
use crate::domain::settings::ClinicSettings;

/// A program that is not done by then hangs.
const SEND_MAX: Duration = Duration::from_secs(60);
/// How often it is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often messages that are to be tried again are looked for.
const AGAIN_EVERY: Duration = Duration::from_secs(10);
/// A program says with this status that this message will never go (`EX_DATAERR`).
const NEVER: i32 = 65;
/// Of what a program says, so much is kept.
const WHY_CHARS_MAX: usize = 200;

/// How someone is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A text to a phone.
    Sms,
    /// An email.
    Email,
}

impl Way {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sms, Self::Email];

    /// The name in data.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }

    /// The number or address that is on file for it; empty if there is none.
    #[must_use]
    pub fn of(self, appointment: &Appointment) -> &Private {
        match self {
            Self::Sms => &appointment.person.contact.phone,
            Self::Email => &appointment.person.contact.email,
        }
    }
}

/// How messages are sent; not at all if there is none.
#[derive(Default)]
struct Sends(Option<MessageSettings>);

impl DeskOptions {
    /// A program that sends messages.
    #[must_use]
    pub fn messages(self, settings: Option<MessageSettings>) -> Self {
        self.with(Sends(settings))
    }
}

impl Desk {
    /// Whether messages are sent at all.
    #[must_use]
    pub fn sends_messages(&self) -> bool {
        self.part::<Sends>().0.is_some()
    }

    /// Queues what the patient of an appointment should know, as it is now. `false` if the same message is on its way
    /// or arrived, unless it is wanted `again`, or if there is no number or address for it.
    ///
    /// # Errors
    /// If there is no such appointment, it was canceled, or the file cannot be written.
    pub fn send_message(&self, id: &AppointmentId, way: Way, again: bool, user: &str) -> Result<bool, LetterError> {
        let text = self.message_text(id)?;
        let Some(appointment) = self.with_store(|store| store.appointment(id))? else {
            return Err(LetterError::Unknown(id.clone()));
        };
        let to = way.of(&appointment);
        if to.is_blank() || !self.sends_messages() {
            return Ok(false);
        }
        let now = self.now();
        let asked = self.with_store(|store| store.ask_message(id, (way.code(), to, &text), again, user, now))?;
        self.make_messages()?;
        self.notify();
        Ok(asked)
    }

    /// Makes the messages of all that happened since this was done last.
    fn make_messages(&self) -> Result<(), DeskError> {
        let (settings, now) = (self.settings(), self.now());
        let read = &mut |fact: &Fact, about: Option<&Appointment>| reads(fact, about, &settings);
        self.with_store(|store| store.follow_facts(Reader::OUTBOX, now, read))?;
        Ok(())
    }

    /// Sends every message that is due; answers how many were tried.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn send_due_messages(&self) -> Result<usize, DeskError> {
        let sends = self.part::<Sends>();
        let Some(settings) = &sends.0 else { return Ok(0) };
        let now = self.now();
        self.with_store(|store| store.give_up_cut_off(now))?;
        self.make_messages()?;
        let mut tried = 0;
        while let Some(message) = self.with_store(|store| store.claim_message(self.now()))? {
            let attempt = send(&settings.command, &message);
            match &attempt {
                Attempt::Sent => tracing::info!(message = message.id, "a message was sent"),
                Attempt::Later(_) => {
                    tracing::warn!(message = message.id, tries = message.tries, "a message was not sent");
                }
                Attempt::Never(_) => tracing::warn!(message = message.id, "a message cannot be sent"),
            }
            let now = self.now();
            self.with_store(|store| store.end_attempt(&message, &attempt, now))?;
            self.make_messages()?;
            self.notify();
            tried += 1;
        }
        Ok(tried)
    }
}

/// What follows from a fact for messages; or why that cannot be said, without a word about the patient.
fn reads(fact: &Fact, about: Option<&Appointment>, settings: &ClinicSettings) -> Result<Vec<Effect>, &'static str> {
    // What is on the list no more was taken out on purpose.
    let Some(about) = about else { return Ok(Vec::new()) };
    Ok(match &fact.what {
        What::MessageAsked { way, again } => {
            let is = Way::ALL.into_iter().find(|one| one.code() == way).ok_or("this version does not send that way")?;
            let text = letters::message_of(about, settings).map_err(|_| "the clinic's time zone is unknown")?;
            let (appointment, to) = (about.id.clone(), is.of(about).clone());
            let is_blank = to.is_blank();
            let queue = Effect::QueueMessage { appointment, way: way.clone(), to, text, again: *again };
            let gone = "The number or address was removed before the message was sent.";
            let drop = is_blank.then(|| Effect::DropMessages { appointment: about.id.clone(), why: gone });
            std::iter::once(queue).chain(drop).collect()
        }
        What::Canceled => vec![drop_messages(about)],
        What::BookingUndone { status, .. } | What::Listed { status, .. } if status.is_called_off() => {
            vec![drop_messages(about)]
        }
        _ => Vec::new(),
    })
}

fn drop_messages(about: &Appointment) -> Effect {
    let why = "The appointment was canceled before it was sent.";
    Effect::DropMessages { appointment: about.id.clone(), why }
}

/// Sends what is due, as long as the desk serves.
pub(in crate::desk) async fn keep_sending(desk: Desk) {
    if !desk.sends_messages() {
        return;
    }
    let mut changes = desk.changes();
    loop {
        if let Err(error) = desk.blocking(Desk::send_due_messages).await {
            tracing::error!(%error, "messages cannot be sent; trying again");
        }
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(AGAIN_EVERY) => {}
        }
    }
}

/// Hands a message to the program: `kind`, `to` and `text`, as JSON on one line.
fn send(command: &[String], message: &Message) -> Attempt {
    let Some((program, arguments)) = command.split_first() else {
        return Attempt::Never("No program is configured.".to_owned());
    };
    let spawned = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match spawned {
        Ok(child) => child,
        Err(error) => return Attempt::Later(format!("The program can't be started: {}.", error.kind())),
    };
    let line =
        json!({ "kind": message.kind, "to": message.to.as_str(), "text": message.text.as_str() }).to_string() + "\n";
    let input = child.stdin.take();
    // Both in threads of their own: a program may read nothing, or say a lot.
    let writer = std::thread::spawn(move || input.map(|mut input| input.write_all(line.as_bytes())));
    let errors = child.stderr.take();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(errors) = errors {
            let _ = errors.take(64 * 1024).read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text)
            .trim()
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(WHY_CHARS_MAX)
            .collect::<String>()
    });
    let status = finish(&mut child);
    let attempt = match status {
        Ok(Some(status)) => {
            let said = reader.join().unwrap_or_default();
            let why = || if said.is_empty() { format!("The program ended with {status}.") } else { said.clone() };
            match status.code() {
                Some(0) => Attempt::Sent,
                Some(NEVER) => Attempt::Never(why()),
                _ => Attempt::Later(why()),
            }
        }
        Ok(None) => Attempt::Never("The program hung and was stopped. The message may have been sent.".to_owned()),
        Err(error) => Attempt::Never(format!("Lost the program ({}). The message may have been sent.", error.kind())),
    };
    drop(writer);
    attempt
}

/// Waits for the program's end; none if it had to be ended.
fn finish(child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
    let mut waited = Duration::ZERO;
    while waited < SEND_MAX {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(LOOK_EVERY);
        waited += LOOK_EVERY;
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}
