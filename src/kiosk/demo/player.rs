//! One play's hands and eyes: touches controls by what they say, and keeps a picture of every page.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::catalogue::Catalogue;
use super::rig::Rig;
use super::transcript::{Files, PlayRecord, StepRecord};
use crate::clock::ManualClock;
use crate::domain::ids::AppointmentId;
use crate::domain::insurance::Side;
use crate::domain::language::Language;
use crate::domain::reason::Reason;
use crate::domain::ticket::PrintOutcome;
use crate::flow::step::Step;
use crate::kiosk::program::Event;
use crate::kiosk::window::headless::{Stage, png};
use crate::paper::{PaperWidth, escpos, pdf};

/// One play on the stage.
pub struct Player<'a> {
    /// The window.
    pub stage: &'a Stage,
    /// The desk and the devices.
    pub rig: &'a Rig,
    /// The kiosk's and the desk's clock.
    pub clock: &'a ManualClock,
    /// What will be written down.
    pub record: PlayRecord,
    out: &'a Path,
    catalogue: Catalogue,
    tickets_before: usize,
    touches_before: u32,
}

impl std::fmt::Debug for Player<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Player").field("play", &self.record.name).finish_non_exhaustive()
    }
}

impl<'a> Player<'a> {
    /// Begins a play at the welcome page.
    ///
    /// # Errors
    /// If its folder cannot be made.
    pub fn begin(
        name: &str,
        language: Language,
        stage: &'a Stage,
        rig: &'a Rig,
        clock: &'a ManualClock,
        out: &'a Path,
    ) -> anyhow::Result<Self> {
        fs::create_dir_all(out.join(name))
            .with_context(|| format!("cannot make the folder {}", out.join(name).display()))?;
        let record = PlayRecord {
            name: name.to_owned(),
            language: language.tag().to_owned(),
            print: "none".to_owned(),
            ..PlayRecord::default()
        };
        let (tickets_before, touches_before) = (rig.printer.printed().len(), stage.touches());
        Ok(Self { stage, rig, clock, record, out, catalogue: Catalogue::of(language)?, tickets_before, touches_before })
    }

    /// Keeps a picture of the page.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn look(&mut self) -> anyhow::Result<()> {
        let page = self.stage.page();
        let (width, height, pixels) = self.stage.draw();
        let picture = format!("{}/{:02}-{page}.png", self.record.name, self.record.steps.len() + 1);
        write(&self.out.join(&picture), &png(width, height, &pixels)?)?;
        self.record.steps.push(StepRecord { page: page.to_owned(), picture, touched: None });
        Ok(())
    }

    /// Keeps a picture, then touches the control that says this in English.
    ///
    /// # Errors
    /// If there is no such control.
    pub fn touch(&mut self, says: &str) -> anyhow::Result<()> {
        self.look()?;
        let touched = self.stage.touch(self.catalogue.say(says))?;
        if let Some(step) = self.record.steps.last_mut() {
            step.touched = Some(touched);
        }
        Ok(())
    }

    /// As [`Self::touch`], with the arrow and select keys.
    ///
    /// # Errors
    /// If there is no such control.
    pub fn select(&mut self, says: &str) -> anyhow::Result<()> {
        self.look()?;
        self.stage.select(self.catalogue.say(says))?;
        Ok(())
    }

    /// Types with the pad or keyboard on the screen, without a picture for every key.
    ///
    /// # Errors
    /// If a key is missing.
    pub fn press(&self, keys: &[&str]) -> anyhow::Result<()> {
        for key in keys {
            self.stage.touch(self.catalogue.say(key))?;
        }
        Ok(())
    }

    /// Holds a code under the scanner.
    ///
    /// # Errors
    /// If nothing comes of it.
    pub fn scan(&mut self, code: &str) -> anyhow::Result<()> {
        self.look()?;
        let before = self.stage.app.screen();
        self.rig.scanner.scan(code);
        self.stage.until("the scan", |app| app.screen() != before)?;
        Ok(())
    }

    /// Waits for a page.
    ///
    /// # Errors
    /// If it does not come.
    pub fn until(&self, step: Step) -> anyhow::Result<()> {
        Ok(self.stage.until_step(step)?)
    }

    /// Takes the conversation from "saving" to the last page, with a picture of each page on the way.
    ///
    /// # Errors
    /// If it does not get there.
    pub fn get_ticket(&mut self) -> anyhow::Result<()> {
        self.until(Step::Saving)?;
        self.look()?;
        self.until(Step::Printing)?;
        self.look()?;
        self.until(Step::Done)?;
        self.note_ticket();
        self.look()
    }

    /// Writes down number and paper from the last page.
    pub fn note_ticket(&mut self) {
        if let crate::flow::screen::Content::Ticket(at_hand) = self.stage.app.screen().content {
            self.record.ticket = Some(at_hand.ticket.number.to_string());
            self.record.print = match at_hand.print {
                None => "none",
                Some(PrintOutcome::Printed) => "printed",
                Some(PrintOutcome::Failed(_)) => "failed",
                Some(PrintOutcome::Unknown) => "unknown",
            }
            .to_owned();
        }
    }

    /// The demo's visit whose number begins so.
    ///
    /// # Errors
    /// If there is none.
    pub fn visit(&self, beginning: &str) -> anyhow::Result<AppointmentId> {
        let someone = self.rig.people.iter().find(|someone| someone.appointment.id.as_str().starts_with(beginning));
        Ok(someone.with_context(|| format!("no one in the demo has the visit {beginning}"))?.appointment.id.clone())
    }

    /// Waits until the desk holds a visit in this state with these reasons, and writes it down.
    ///
    /// # Errors
    /// If it does not come to that.
    pub fn desk_holds(&mut self, visit: &AppointmentId, state: &str, reasons: &[Reason]) -> anyhow::Result<()> {
        let waited = self.stage.until("the desk", |_| {
            self.rig.desk.held(visit).is_ok_and(|held| held.state == state && held.reasons == reasons)
        });
        let held = self.rig.desk.held(visit)?;
        self.record.desk.state = held.state;
        self.record.desk.reasons = held.reasons.iter().map(|reason| code(*reason)).collect();
        waited.with_context(|| {
            format!(
                "the desk holds {:?} {:?} instead of {state:?} {reasons:?}",
                self.record.desk.state, self.record.desk.reasons
            )
        })
    }

    /// Waits until the desk has a stop by someone it does not know by name.
    ///
    /// # Errors
    /// If it does not come to that.
    pub fn desk_is_told(&mut self, reason: Reason) -> anyhow::Result<()> {
        self.stage.until("the desk's list of who needs attention", |_| {
            self.rig.desk.open_stops().is_ok_and(|stops| stops.contains(&reason))
        })?;
        self.record.desk.reasons = vec![code(reason)];
        Ok(())
    }

    /// The sides of a card that the desk has a photo of, once all that were taken are there.
    ///
    /// # Errors
    /// If they do not come.
    pub fn photos_at_desk(&self, visit: &AppointmentId) -> anyhow::Result<Vec<Side>> {
        self.stage
            .until("the photos at the desk", |_| self.rig.desk.photos_of(visit).is_ok_and(|photos| photos.is_some()))?;
        Ok(self.rig.desk.photos_of(visit)?.unwrap_or_default())
    }

    /// Waits until the page says that the desk knows.
    ///
    /// # Errors
    /// If it does not come to that.
    pub fn until_desk_knows(&self) -> anyhow::Result<()> {
        Ok(self.stage.until("the desk's word", |app| match app.screen().content {
            crate::flow::screen::Content::Ticket(at_hand) => at_hand.desk_knows,
            _ => false,
        })?)
    }

    /// Lets time pass without a touch.
    pub fn wait(&self, seconds: u64) {
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.stage.app.take(Event::Tick);
        }
        self.stage.settle();
    }

    /// Goes back to the welcome page whatever was left on the screen.
    ///
    /// # Errors
    /// If it cannot.
    pub fn leave(&mut self) -> anyhow::Result<()> {
        if self.stage.app.screen().step != Step::Welcome {
            self.stage.app.take(Event::WalkAway);
            self.stage.app.take(Event::WalkAway);
        }
        self.until(Step::Welcome)
    }

    /// Writes the ticket's files, if paper came out, and hands over what was written down.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn end(mut self, outcome: anyhow::Result<()>) -> anyhow::Result<PlayRecord> {
        self.record.touches = self.stage.touches().saturating_sub(self.touches_before);
        let printed = self.rig.printer.printed();
        if let Some(job) = printed.get(self.tickets_before..).and_then(|new| new.last()) {
            let name = &self.record.name;
            let files = Files {
                png: Some(format!("{name}/ticket.png")),
                pdf: Some(format!("{name}/ticket.pdf")),
                escpos: Some(format!("{name}/ticket.escpos")),
            };
            let number = job.ticket.number.to_string();
            let contents = [
                job.picture.to_png()?,
                pdf::ticket_pdf(&job.picture, PaperWidth::Mm80, &number)?,
                escpos::ticket_bytes(&job.picture),
            ];
            for (file, bytes) in [&files.png, &files.pdf, &files.escpos].into_iter().flatten().zip(contents) {
                write(&self.out.join(file), &bytes)?;
            }
            self.record.files = files;
        }
        let outcome = outcome.and_then(|()| {
            let paper = self.record.files.png.is_some();
            ensure!(
                paper == (self.record.print == "printed"),
                "the paper and the page disagree: {}",
                self.record.print
            );
            Ok(())
        });
        self.record.passed = outcome.is_ok();
        self.record.failed_because = outcome.err().map(|error| format!("{error:#}"));
        Ok(self.record)
    }
}

fn code(reason: Reason) -> String {
    serde_json::to_value(reason).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn write(path: &PathBuf, bytes: &[u8]) -> anyhow::Result<()> {
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
