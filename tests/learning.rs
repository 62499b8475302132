//! Learning through the real program: verdicts in, a candidate out, in use only when somebody says so, and back again.
//!
//! Owns what people rely on: nothing changes by itself, the same lesson gives the same model, a promotion that loses
//! anomalies needs a second word, and a kill leaves no half model. How well a model learns is tested where it is made.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lookback::domain::interval::FrameSpan;
use lookback::domain::library::VideoId;
use lookback::domain::pixels::RgbPicture;
use lookback::domain::queue::KnownVideo;
use lookback::domain::record::{Change, ItemId, Step, Subject, Value};
use lookback::domain::review::{Judgement, Verdict};
use lookback::domain::time::Rate;
use lookback::jobs::Ticket;
use lookback::media::{self, VideoWriter};
use lookback::model::tensors;
use lookback::store::Project;
use lookback::store::project::Author;
use serde_json::Value as Json;

#[path = "support/program.rs"]
mod program;

use program::{json, out, run};

fn refused(output: &Output) -> String {
    program::refused(output, 2)
}

fn author() -> Author {
    Author { who: "Ada".to_owned(), model: None }
}

/// A bright square that jumps about, faster in some videos: each has its own hash.
fn write_video(path: &Path, number: usize) {
    let mut writer = VideoWriter::create(path, 64, 48, Rate { num: 25, den: 1 }).expect("is created");
    for frame in 0..64 {
        let mut picture = RgbPicture::black(64, 48);
        let (left, top) = ((frame * (number + 1)) % 52, (frame * number) % 36);
        for (at, byte) in picture.data.iter_mut().enumerate() {
            let (x, y) = (at / 3 % 64, at / 3 / 64);
            *byte =
                if (left..left + 12).contains(&x) && (top..top + 12).contains(&y) { 230 } else { 20 + number as u8 };
        }
        writer.push(&picture).expect("is written");
    }
    writer.finish().expect("is finished");
}

/// A project in `case` that knows `videos` videos, every second one with a confirmed anomaly, the others with a false alarm.
fn case(folder: &Path, videos: usize) {
    let mut project = Project::create(&folder.join("case"), "Ada").expect("is made");
    for number in 0..videos {
        let path = folder.join(format!("{number}.mp4"));
        write_video(&path, number);
        let id = media::hash_file(&path, &Ticket::unlimited(), &mut |_| ()).expect("is read");
        let size = fs::metadata(&path).expect("is there").len();
        let name = format!("{number}.mp4");
        let known = KnownVideo { id: id.clone(), name, size, path, frames: None, duration: None, present: true };
        project.see_videos(&[known]).expect("is noted");
        let verdict = if number % 2 == 0 { Verdict::FalseAlarm } else { Verdict::Anomaly };
        project.append(&judge(id, number as u64 + 1, verdict), &author()).expect("is written");
    }
}

fn judge(video: VideoId, item: u64, verdict: Verdict) -> Step {
    let judgement = Judgement {
        span: FrameSpan::new(16, 48).expect("holds frames"),
        verdict,
        class: None,
        tags: Vec::new(),
        note: String::new(),
        model: None,
        peak_frame: 20,
        peak_score: 0.9,
    };
    let subject = Subject::Judgement { video, id: ItemId(item) };
    Step::new("Verdict", vec![Change { subject, before: None, after: Some(Value::Judgement(judgement)) }])
}

#[test]
fn a_candidate_is_learned_promoted_and_rolled_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    case(folder, 5);
    let plan = out(&run(folder, &["learn", "case", "--dry-run"]));
    assert!(plan.contains("3 normal") && plan.contains("2 abnormal") && plan.contains("hold one out"), "{plan}");
    let learn = || json(&run(folder, &["learn", "case", "--steps", "3", "--seed", "7", "--rate", "1e-5", "--json"]));
    let learned = learn();
    let id = learned["learned"]["candidate"].as_str().expect("is named").to_owned();
    assert_eq!(learned["learned"]["gate"]["videos"], 5);
    assert_eq!(learned["learned"]["gate"]["events"].as_array().map(Vec::len), Some(5));
    assert_eq!(learn()["learned"]["candidate"], id.as_str(), "the same lesson, the same weights");
    let used = || Project::open(&folder.join("case"), "Ada").expect("opens").promoted_model().expect("reads");
    assert_eq!(used(), None, "a candidate is not in use");

    let list = || json(&run(folder, &["models", "list", "--project", "case", "--json"]));
    let rows = list();
    let row = |rows: &Json, at: usize, key: &str| rows[at][key].clone();
    assert_eq!((row(&rows, 0, "state"), row(&rows, 0, "in_use")), ("shipped".into(), true.into()));
    assert_eq!((row(&rows, 1, "state"), row(&rows, 1, "depth")), ("candidate".into(), 1.into()));
    assert_eq!(rows[1]["info"]["parent"], rows[0]["id"]);
    // What the shipped model carries and what was learned, as many as a file holds.
    assert_eq!((row(&rows, 1, "replay_normal"), row(&rows, 1, "replay_abnormal")), (32.into(), 32.into()));
    let shown = out(&run(folder, &["models", "show", &id[..6], "--project", "case"]));
    assert!(shown.contains("learned from verdicts") && shown.contains("seed 7"), "{shown}");

    // So small a change loses nothing, whatever is flagged.
    let promoted = json(&run(folder, &["models", "promote", &id[..6], "--project", "case", "--json"]));
    assert_eq!(promoted["in_use"], id.as_str());
    assert_eq!(used().as_deref(), Some(id.as_str()));
    assert!(refused(&run(folder, &["models", "promote", &id, "--project", "case"])).contains("in use already"));
    assert!(refused(&run(folder, &["models", "discard", &id, "--project", "case"])).contains("is in use"));
    out(&run(folder, &["models", "export", &id, "-o", "m.safetensors", "--project", "case"]));
    fs::write(folder.join("x.mp4"), "a film").expect("is written");
    let over = run(folder, &["models", "export", &id, "-o", "x.mp4", "--project", "case"]);
    assert!(refused(&over).contains("is no model"));
    assert_eq!(fs::read_to_string(folder.join("x.mp4")).expect("is there"), "a film");
    let back = out(&run(folder, &["models", "rollback", "--project", "case"]));
    assert!(back.contains(&format!("models promote {id}")), "{back}");
    assert_eq!(used(), None);
    assert!(refused(&run(folder, &["models", "rollback", "--project", "case"])).contains("no model"));
    assert_eq!(row(&list(), 1, "state"), "promoted");
    assert!(out(&run(folder, &["models", "list", "--project", "case"])).contains("was in use"));
    let known = out(&run(folder, &["models", "import", "m.safetensors", "--project", "case"]));
    assert!(known.contains("already (was in use)"), "{known}");

    Project::create(&folder.join("other"), "Ada").expect("is made");
    out(&run(folder, &["models", "import", "m.safetensors", "--project", "other"]));
    let file = format!("models/{id}.safetensors");
    let bytes = |project: &str| fs::read(folder.join(project).join(&file)).expect("is there");
    assert_eq!(bytes("case"), bytes("other"));
    assert!(Project::open(&folder.join("case"), "Ada").expect("opens").verify().expect("reads").is_sound());
}

/// A copy of the model file `from` that scores every snippet with nearly 0, or nearly 1.
fn write_constant(from: &Path, to: &Path, all: bool) {
    let mut file = tensors::read(from).expect("is read");
    let mut fill = |name: &str, value: f32| {
        file.tensors.get_mut(name).expect("is there").values.fill(value);
    };
    fill("fc3.weight", 0.0);
    fill("fc3.bias", if all { 9.0 } else { -9.0 });
    fs::write(to, tensors::to_bytes(&file).expect("fits")).expect("is written");
}

#[test]
fn a_promotion_that_loses_anomalies_needs_a_second_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    case(folder, 4);
    let models = |arguments: &[&str]| run(folder, &[&["models"], arguments, &["--project", "case"]].concat());
    out(&models(&["export", "builtin", "-o", "m.safetensors"]));
    let import = |name: &str, all| -> String {
        write_constant(&folder.join("m.safetensors"), &folder.join(name), all);
        let said = out(&models(&["import", name]));
        said.split_whitespace().nth(1).expect("is named").trim_end_matches(',').to_owned()
    };
    let (all, none) = (import("all.safetensors", true), import("none.safetensors", false));
    out(&models(&["promote", &all]));
    let why = refused(&models(&["promote", &none]));
    assert!(why.contains("2 confirmed anomalies") && why.contains("1.mp4") && why.contains("3.mp4"), "{why}");
    let used = || Project::open(&folder.join("case"), "Ada").expect("opens").promoted_model().expect("reads");
    assert_eq!(used(), Some(all));
    let said = out(&models(&["promote", &none, "--even-if-lost"]));
    assert!(said.contains("anomalies flagged"), "{said}");
    assert_eq!(used(), Some(none));
}

#[test]
fn too_little_is_refused_with_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    case(folder.path(), 1);
    let why = refused(&run(folder.path(), &["learn", "case"]));
    assert!(why.contains("1 verdict is too few") && why.contains("judge 2 more"), "{why}");
    assert!(fs::read_dir(folder.path().join("case/models")).expect("lists").next().is_none());
    assert!(refused(&run(folder.path(), &["learn", "nowhere"])).contains("holds no project"));
}

/// Makes a process of this test the child.
const CHILD: &str = "LOOKBACK_TEST_KILLED_PROMOTER";
const IDS: [&str; 2] = ["0123456789abcdef", "fedcba9876543210"];

/// What the model file of an id holds here: large enough to be cut by a kill.
fn content(id: &str) -> Vec<u8> {
    id.bytes().cycle().take(3_000_000).collect()
}

/// Not a test by itself: the process that the next test kills.
#[test]
fn promotes_until_killed() {
    let Some(folder) = env::var_os(CHILD).map(PathBuf::from) else { return };
    let mut project = Project::open(&folder, "Ada").expect("opens");
    let mut out = std::io::stdout();
    for round in 0..1_000_000 {
        writeln!(out, "\nround {round}").expect("is read");
        out.flush().expect("is read");
        // Whichever is not in use.
        let id = IDS[usize::from(project.promoted_model().expect("reads").as_deref() == Some(IDS[0]))];
        project.keep_model(id, &content(id)).expect("is kept");
        project.promote(Some(id), &author()).expect("is promoted");
    }
}

#[test]
fn a_kill_while_promoting_leaves_whole_models() {
    let folder = tempfile::tempdir().expect("a folder");
    Project::create(folder.path(), "Ada").expect("is made");
    let mut promoted = 0;
    for round in 0..15 {
        let mut child = Command::new(env::current_exe().expect("is known"))
            .args(["--exact", "promotes_until_killed", "--nocapture"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        // Killed in its first, second or third round, a little later each time.
        let last = format!("round {}", round % 3);
        let mut lines = BufReader::new(child.stdout.take().expect("is piped")).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == last), "it ended by itself");
        std::thread::sleep(std::time::Duration::from_millis(2 * round));
        child.kill().expect("is running");
        child.wait().expect("ends");
        let project = Project::open(folder.path(), "Ada").expect("opens");
        assert!(project.verify().expect("reads").is_sound());
        for file in project.model_files().expect("lists") {
            assert!(fs::read(&file.path).expect("is read") == content(&file.id), "a half model");
        }
        if let Some(id) = project.promoted_model().expect("reads") {
            promoted += 1;
            assert!(project.model_path(&id).is_some_and(|path| path.is_file()), "what is in use is there");
        }
    }
    assert!(promoted > 0, "every child was killed before its first promotion");
}
