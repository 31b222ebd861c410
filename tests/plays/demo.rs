//! The headless demo is a play of plays: every one must hold, and leave what it promises.

use std::fs;

use arrivals::kiosk::demo::run::{Headless, run_headless};
use serde_json::Value;

#[test]
fn every_play_of_the_demo_holds_and_leaves_its_files() {
    let out = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let all_held = run_headless(&Headless::into(out.path()), &runtime).unwrap();
    let transcript: Value = serde_json::from_slice(&fs::read(out.path().join("transcript.json")).unwrap()).unwrap();
    let plays = transcript["plays"].as_array().unwrap();
    for play in plays {
        assert_eq!(play["passed"], true, "{}: {}", play["name"], play["failed_because"]);
        for step in play["steps"].as_array().unwrap() {
            let picture = fs::read(out.path().join(step["picture"].as_str().unwrap())).unwrap();
            let decoder = png::Decoder::new(std::io::Cursor::new(picture));
            let reader = decoder.read_info().unwrap();
            assert_eq!((reader.info().width, reader.info().height), (1280, 800));
        }
        let has_paper = play["print"] == "printed";
        for (kind, magic) in [("png", b"\x89PNG".as_slice()), ("pdf", b"%PDF"), ("escpos", b"\x1b@")] {
            match play["files"][kind].as_str() {
                Some(path) => {
                    assert!(has_paper && fs::read(out.path().join(path)).unwrap().starts_with(magic), "{path}");
                }
                None => assert!(!has_paper, "{}: paper came out and {kind} is missing", play["name"]),
            }
        }
    }
    let of = |name: &str, field: &str| plays.iter().find(|play| play["name"] == name).unwrap()[field].clone();
    assert_eq!(of("out-of-paper", "print"), "failed");
    assert_eq!(of("out-of-paper", "desk")["reasons"], serde_json::json!(["printer-trouble"]));
    assert_eq!(of("already-checked-in", "ticket"), of("scan-and-check-in", "ticket"));
    assert_eq!(of("arabic", "language"), "ar");
    assert!(all_held);
}
