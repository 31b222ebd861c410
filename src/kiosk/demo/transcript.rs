//! What a headless demo leaves behind: `transcript.json`, for people and for programs.

use serde::Serialize;

/// The whole run.
#[derive(Debug, Default, Serialize)]
pub struct Transcript {
    /// Every play, in order.
    pub plays: Vec<PlayRecord>,
}

/// One play.
#[derive(Debug, Default, Serialize)]
pub struct PlayRecord {
    /// Its name, which is also its folder.
    pub name: String,
    /// Whether everything that it expects held.
    pub passed: bool,
    /// What did not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_because: Option<String>,
    /// BCP 47 tag of the patient's language.
    pub language: String,
    /// The number that the patient got.
    pub ticket: Option<String>,
    /// `printed`, `failed`, `unknown`, or `none` if nothing was printed.
    pub print: String,
    /// The pages, in order.
    pub steps: Vec<StepRecord>,
    /// How often the patient touched the screen or pressed a key, letters and digits included.
    pub touches: u32,
    /// The ticket's files, relative to the folder of the run; absent where no paper came out.
    pub files: Files,
    /// What the desk held at the end.
    pub desk: DeskRecord,
}

/// One page.
#[derive(Debug, Serialize)]
pub struct StepRecord {
    /// The page's name.
    pub page: String,
    /// Its picture, relative to the folder of the run.
    pub picture: String,
    /// Where the finger touched it, in pixels of the picture; absent if it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub touched: Option<(f32, f32)>,
}

/// The ticket's files.
#[derive(Debug, Default, Serialize)]
pub struct Files {
    /// As a picture.
    pub png: Option<String>,
    /// As a page.
    pub pdf: Option<String>,
    /// As the printer's commands.
    pub escpos: Option<String>,
}

/// What the desk held.
#[derive(Debug, Default, Serialize)]
pub struct DeskRecord {
    /// The visit's state; empty where the play is about no one in particular.
    pub state: String,
    /// Why someone is needed.
    pub reasons: Vec<String>,
}
