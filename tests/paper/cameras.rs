//! Small programs that play a camera: what a view says of them, and that nothing of them is left.

use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use arrivals::clock::SystemClock;
use arrivals::device::camera::{
    self, Camera, CameraEvent, CameraState, CameraTrouble, CommandCamera, Patience, SimulatedCamera, SimulatedCard,
    Verdict, View, try_out,
};

/// Longer than anything here takes; a test that waits for it has failed.
const LIMIT: Duration = Duration::from_secs(60);
/// Tried again at once; given up only after more than anything here takes.
const CALM: Patience = Patience {
    picture: LIMIT,
    retry_first: Duration::from_millis(1),
    retry_last: Duration::from_millis(4),
    steady: LIMIT,
};
/// Given up soon.
const HASTY: Patience = Patience { picture: Duration::from_secs(1), ..CALM };

struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    /// A folder with a card in `card.jpg` (small: these tests are not about decoding) and a pipe `pipe` that nobody
    /// writes to.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("card.jpg"), include_bytes!("../data/cards/small.jpg")).expect("written");
        let made = Command::new("mkfifo").arg(folder.path().join("pipe")).status().expect("mkfifo");
        assert!(made.success());
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A camera that is a line of shell, run in the folder.
    fn camera(&self, line: &str, patience: Patience) -> CommandCamera {
        let line = format!("cd \"$0\" && {line}");
        let arguments = vec!["-c".to_owned(), line, self.folder.path().display().to_string()];
        CommandCamera::new("sh".to_owned(), arguments, patience, Arc::new(SystemClock::default()))
    }
}

fn open(camera: &dyn Camera) -> (View, Receiver<CameraEvent>) {
    let (tell, heard) = channel();
    let view = camera.open(Box::new(move |event| {
        let _ = tell.send(event);
    }));
    (view, heard)
}

#[track_caller]
fn next(heard: &Receiver<CameraEvent>) -> CameraEvent {
    heard.recv_timeout(LIMIT).expect("an event")
}

fn gone(trouble: CameraTrouble) -> CameraEvent {
    CameraEvent::State(CameraState::Gone(trouble))
}

const LIVE: CameraEvent = CameraEvent::State(CameraState::Live);

#[test]
fn a_camera_is_live_with_its_first_picture_and_the_photo_is_what_it_sent() {
    let room = Room::new();
    // It opens the pipe and waits there.
    let (view, heard) = open(&room.camera("cat card.jpg; exec cat pipe", CALM));
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    assert_eq!(view.state(), CameraState::Live);
    let look = view.take().expect("a look");
    assert_eq!(look.photo.as_bytes(), include_bytes!("../data/cards/small.jpg"));
    assert_eq!((look.full, look.picture.width(), look.picture.height()), ((320, 180), 320, 180));
    assert!(view.take().is_none(), "a look is taken once");
    drop(view);
    assert!(heard.try_recv().is_err(), "a closed view is quiet");
}

#[test]
fn what_is_wrong_with_a_camera_is_said() {
    let room = Room::new();
    for (line, patience, expected) in [
        ("exit 0", CALM, CameraTrouble::Ended),
        ("exit 3", CALM, CameraTrouble::Ended),
        ("echo no camera; exit 1", CALM, CameraTrouble::Ended),
        ("exec cat pipe", HASTY, CameraTrouble::Silent),
        ("while echo this is no picture; do :; done", HASTY, CameraTrouble::NoPicture),
        // Cut as pictures are, but nobody can decode them.
        ("while printf '\\377\\330\\377\\332\\000\\002a\\377\\331'; do :; done", CALM, CameraTrouble::NoPicture),
    ] {
        let (view, heard) = open(&room.camera(line, patience));
        assert_eq!(next(&heard), gone(expected), "{line}");
        assert!(view.take().is_none(), "{line}");
        assert!(!expected.for_staff().is_empty());
    }
    let missing = CommandCamera::new("/nowhere/rpicam-vid".to_owned(), vec![], CALM, Arc::new(SystemClock::default()));
    assert_eq!(try_out(&missing), Err(CameraTrouble::NoProgram));
    let no_program =
        CommandCamera::new(room.path("card.jpg").display().to_string(), vec![], CALM, Arc::new(SystemClock::default()));
    assert_eq!(try_out(&no_program), Err(CameraTrouble::NoProgram), "a file that may not be run");
    assert_eq!(try_out(&room.camera("cat card.jpg; exec cat pipe", CALM)), Ok((320, 180)));
}

#[test]
fn a_camera_that_ends_is_started_again_while_somebody_looks() {
    let room = Room::new();
    // Each start takes one more letter; the first two fail.
    let line = "echo >> starts; [ $(wc -l < starts) -gt 2 ] || exit 1; cat card.jpg; exec cat pipe";
    let (view, heard) = open(&room.camera(line, CALM));
    assert_eq!((next(&heard), next(&heard), next(&heard)), (gone(CameraTrouble::Ended), LIVE, CameraEvent::Look));
    assert!(view.take().is_some());
    drop(view);
    assert_eq!(std::fs::read_to_string(room.path("starts")).expect("counted"), "\n\n\n");
}

#[test]
fn a_camera_unplugged_in_the_middle_leaves_no_old_picture_and_comes_back() {
    let room = Room::new();
    // It shows the card and ends when somebody opens the pipe and closes it, which is pulling the cable.
    let (view, heard) = open(&room.camera("cat card.jpg; cat pipe", CALM));
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    drop(std::fs::File::options().write(true).open(room.path("pipe")).expect("opened"));
    assert_eq!(next(&heard), gone(CameraTrouble::Ended));
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    assert!(view.take().is_some());
}

#[test]
fn a_view_that_is_closed_ends_the_program_and_all_it_started() {
    let room = Room::new();
    // Both hold the other end of `alive` open for as long as they live, and they ignore the polite signals.
    let line = "trap '' TERM HUP INT PIPE; exec 3> alive; (trap '' TERM HUP INT; \
                cat pipe) & echo $$ > leader; cat card.jpg; wait";
    let made = Command::new("mkfifo").arg(room.path("alive")).status().expect("mkfifo");
    assert!(made.success());
    let mut alive = open_for_reading(&room.path("alive"));
    let (view, heard) = open(&room.camera(line, CALM));
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    let leader = std::fs::read_to_string(room.path("leader")).expect("a number");
    drop(view);
    // Ends when the last of them is gone.
    let mut nothing = Vec::new();
    alive.read_to_end(&mut nothing).expect("read");
    assert!(nothing.is_empty());
    assert!(!Path::new("/proc").join(leader.trim()).exists(), "the program is no zombie either");
}

/// Opens a pipe without waiting for who writes, and then waits at every read.
fn open_for_reading(path: &Path) -> std::fs::File {
    let flags = rustix::fs::OFlags::NONBLOCK.bits() as i32;
    let file = std::fs::File::options().read(true).custom_flags(flags).open(path).expect("opened");
    let flags = rustix::fs::fcntl_getfl(&file).expect("flags");
    rustix::fs::fcntl_setfl(&file, flags - rustix::fs::OFlags::NONBLOCK).expect("set");
    file
}

#[test]
fn only_the_newest_picture_is_kept_for_a_page_that_does_not_look() {
    let room = Room::new();
    // A thousand old pictures, the news, and word that all were written.
    std::fs::write(room.path("news.jpg"), SimulatedCard::Nothing.photo().as_bytes()).expect("written");
    let many = std::iter::repeat_n("card.jpg", 1000).collect::<Vec<_>>().join(" ");
    let (view, heard) = open(&room.camera(&format!("cat {many} news.jpg news.jpg; echo > pipe; exec cat pipe"), CALM));
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    // Whoever wrote the last picture is done once the pipe is read; until then nobody took a look.
    let mut word = [0; 1];
    std::fs::File::open(room.path("pipe")).expect("opened").read_exact(&mut word).expect("word");
    assert!(heard.try_recv().is_err(), "one look waits, and nothing is told twice");
    assert_eq!(view.take().expect("the first").full, (320, 180));
    // What the program wrote may still be in the pipe to us: the news comes with the next looks, not the thousandth.
    let mut looks = 0;
    loop {
        assert_eq!(next(&heard), CameraEvent::Look);
        looks += 1;
        if view.take().expect("a look").full == (1280, 720) {
            break;
        }
        assert!(looks < 20, "old pictures were kept");
    }
}

#[test]
fn hundreds_of_captures_come_one_after_the_other() {
    let room = Room::new();
    let camera = room.camera("while cat card.jpg; do :; done", CALM);
    for _ in 0..5 {
        let (view, heard) = open(&camera);
        let mut captured = 0;
        while captured < 60 {
            if next(&heard) == CameraEvent::Look {
                let look = view.take().expect("told, so there");
                assert_eq!(look.photo.as_bytes().len(), include_bytes!("../data/cards/small.jpg").len());
                captured += 1;
            }
        }
    }
    let mut left: Vec<_> = std::fs::read_dir(room.folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["card.jpg", "pipe"], "no file is left behind");
}

#[test]
fn a_configured_camera_is_opened_or_refused_in_words() {
    let clock = || Arc::new(SystemClock::default());
    assert!(!camera::open(&[], clock()).expect("no camera").is_set_up());
    assert!(camera::open(&["true".to_owned()], clock()).expect("a camera").is_set_up());
    let refused = camera::open(&["rpicam-vid -o -".to_owned()], clock()).err().expect("refused");
    assert!(refused.to_string().contains("each argument as a separate text"), "{refused}");
}

#[test]
fn the_simulated_camera_shows_what_is_held_to_it() {
    let camera = SimulatedCamera::new();
    let (view, heard) = open(&camera);
    assert_eq!(camera.views(), 1);
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    assert_eq!(view.take().expect("a look").verdict, Verdict::Good);
    for (card, verdict) in [
        (SimulatedCard::Back, Verdict::Good),
        (SimulatedCard::Nothing, Verdict::NoCard),
        (SimulatedCard::Dark, Verdict::TooDark),
        (SimulatedCard::Glare, Verdict::TooBright),
        (SimulatedCard::Blurred, Verdict::Blurred),
    ] {
        camera.hold(card);
        assert_eq!(next(&heard), CameraEvent::Look);
        let look = view.take().expect("a look");
        assert_eq!((look.verdict, &look.photo), (verdict, &card.photo()));
    }
    camera.unplug();
    assert_eq!(next(&heard), gone(CameraTrouble::Ended));
    assert!(view.take().is_none());
    camera.plug();
    assert_eq!((next(&heard), next(&heard)), (LIVE, CameraEvent::Look));
    drop(view);
    assert_eq!(camera.views(), 0);
    camera.hold(SimulatedCard::Front);
    assert!(heard.try_recv().is_err());
}

#[test]
fn debug_output_of_a_look_shows_no_content() {
    let (view, _heard) = open(&SimulatedCamera::new());
    let shown = format!("{view:?} {:?}", view.take());
    assert!(shown.len() < 250, "{shown}");
    assert!(shown.contains("PrivateBytes(") && shown.contains("Picture(960 x 540)"), "{shown}");
}
