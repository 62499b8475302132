//! Labels through the real program: imported from files of other tools, exported, imported again, taken back.
//!
//! Owns what scripts and annotators rely on: nothing is lost that was not named, nothing is written twice, and an import
//! is one step. What single formats can hold is tested where they live.

use std::fs;
use std::path::Path;

use lookback::domain::interval::FrameSpan;
use lookback::domain::label::VideoLabel;
use lookback::domain::library::VideoId;
use lookback::domain::pixels::RgbPicture;
use lookback::domain::record::{Change, ItemId, ReviewState, Step, Subject, Value};
use lookback::domain::review::{Judgement, Verdict};
use lookback::domain::time::Rate;
use lookback::media::VideoWriter;
use lookback::store::Project;
use lookback::store::project::Author;
use serde_json::Value as Json;
use tempfile::TempDir;

#[path = "support/program.rs"]
mod program;

use program::{json, out, refused, run};

/// A video of a brightness of its own, so that each has its own hash.
fn write_video(path: &Path, frames: usize, brightness: u8) {
    let mut writer = VideoWriter::create(path, 64, 48, Rate { num: 25, den: 1 }).expect("is created");
    let mut picture = RgbPicture::black(64, 48);
    picture.data.fill(brightness);
    (0..frames).for_each(|_| writer.push(&picture).expect("is written"));
    writer.finish().expect("is finished");
}

/// A folder with three videos, `v/a.mp4`, `v/b b.mp4` and `v/c.mp4`, of 60 frames each.
fn footage() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("v")).expect("is made");
    for (name, brightness) in [("a", 40), ("b b", 90), ("c", 140)] {
        write_video(&folder.path().join(format!("v/{name}.mp4")), 60, brightness);
    }
    folder
}

const TABLE: &str = "video,start_frame,end_frame,class,lane,note,confidence\n\
                     a.mp4,5,20,Fight,Ada,\"seen, twice\",0.5\n\
                     a.mp4,10,60,Fall,Grace,,\n\
                     v/b b.mp4,0,1,Fight,Ada,,\n\
                     c,,,normal,,,\n";

const ELAN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<ANNOTATION_DOCUMENT FORMAT=\"3.0\" VERSION=\"3.0\">
<HEADER MEDIA_FILE=\"\" TIME_UNITS=\"milliseconds\"><MEDIA_DESCRIPTOR MEDIA_URL=\"file:///elsewhere/a.mp4\"/></HEADER>
<TIME_ORDER><TIME_SLOT TIME_SLOT_ID=\"ts1\" TIME_VALUE=\"400\"/><TIME_SLOT TIME_SLOT_ID=\"ts2\" TIME_VALUE=\"1200\"/>
<TIME_SLOT TIME_SLOT_ID=\"ts3\" TIME_VALUE=\"9000\"/></TIME_ORDER>
<TIER TIER_ID=\"Grace\" LINGUISTIC_TYPE_REF=\"x\"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a1\"
TIME_SLOT_REF1=\"ts1\" TIME_SLOT_REF2=\"ts2\"><ANNOTATION_VALUE>Fight</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID=\"a2\" TIME_SLOT_REF1=\"ts2\" TIME_SLOT_REF2=\"ts3\">
<ANNOTATION_VALUE>Fall</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>";

/// A video, its intervals as text, and the labels of the whole video by lane.
type Said = (VideoId, Vec<String>, Vec<(String, VideoLabel)>);

/// All that a project says, without the numbers of its items.
fn said(project: &Path) -> Vec<Said> {
    let project = Project::open(project, "Grace").expect("opens");
    let state = |id: VideoId| {
        let ReviewState { labels, video_labels, .. } = project.review_state(&id).expect("reads");
        let mut labels: Vec<String> = labels.values().map(|label| format!("{label:?}")).collect();
        labels.sort_unstable();
        (id, labels, video_labels.into_iter().collect())
    };
    project.reviewed_videos().expect("reads").into_iter().map(state).collect()
}

#[test]
fn a_table_is_planned_imported_and_taken_back_as_one() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), format!("{TABLE}gone.mp4,1,2,Fight,,,\na.mp4,50,90,Fall,,,\n"))
        .expect("is written");
    let plan = out(&run(at, &["import", "labels.csv", "--videos", "v", "--dry-run"]));
    for part in [
        "Table (CSV) (csv), told by the content",
        "matched    3 videos, 4 intervals",
        "1 video not found, left out (--videos names the folder they are in):\n  gone.mp4",
        "1 problem:\n  a.mp4: Interval 3 (Fall, frame 50 to frame 90) lies partly outside",
        "first      a.mp4, Fight, frames 5 to 19, 00:00.200 to 00:00.800",
        "lane       Ada",
    ] {
        assert!(plan.contains(part), "{part}\n{plan}");
    }
    assert!(!at.join("data/project").exists(), "a dry run makes nothing");

    let done = json(&run(at, &["import", "labels.csv", "--videos", "v", "--json"]));
    let written = &done["written"];
    assert_eq!(
        (written["step"].as_u64(), written["intervals"].as_u64(), written["video_labels"].as_u64()),
        (Some(1), Some(4), Some(1))
    );
    let project = at.join("data/project");
    let opened = Project::open(&project, "Ada").expect("opens");
    assert_eq!(opened.history(9, None).expect("reads").len(), 1);
    let videos = opened.videos().expect("reads");
    assert!(videos.iter().all(|video| video.path.is_absolute() && video.frames == Some(60)), "{videos:?}");
    drop(opened);
    assert_eq!(said(&project).len(), 3);

    // Again, now from the project's own videos: nothing is new.
    let again = out(&run(at, &["import", "labels.csv"]));
    assert!(again.contains("nothing is new; 5 were there already"), "{again}");

    let undone = out(&run(at, &["import", "--undo", "1"]));
    assert!(undone.contains("Import of 4 intervals from labels.csv"), "{undone}");
    assert!(said(&project).iter().all(|(_, labels, whole)| labels.is_empty() && whole.is_empty()));
    assert!(refused(&run(at, &["import", "--undo", "1"]), 2).contains("undone already"));
}

#[test]
fn elan_times_fall_on_frames() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("a.eaf"), ELAN).expect("is written");
    let done = json(&run(at, &["import", "a.eaf", "--videos", "v", "--project", "case", "--json"]));
    assert_eq!(done["format"].as_str(), Some("elan"));
    assert_eq!((done["first"]["first_frame"].as_u64(), done["first"]["last_frame"].as_u64()), (Some(10), Some(29)));
    assert_eq!((done["last"]["first_frame"].as_u64(), done["last"]["last_frame"].as_u64()), (Some(30), Some(59)));
    assert!(done["problems"][0]["reason"].as_str().is_some_and(|text| text.contains("partly outside")));
    assert_eq!(done["first"]["lane"].as_str(), Some("Grace"));
}

#[test]
fn every_format_comes_back_as_far_as_it_said() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), TABLE).expect("is written");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "first", "--lane", "Ada"]));
    let all = said(&at.join("first"));
    assert_eq!(all.iter().map(|(_, labels, _)| labels.len()).sum::<usize>(), 3);
    let formats = [
        "ucf",
        "xd",
        "gt-npy",
        "activitynet",
        "cvat",
        "elan",
        "via3",
        "fiftyone",
        "label-studio",
        "audacity",
        "csv",
        "json",
    ];
    for format in formats {
        let file = format!("out/{format}.{}", if format == "gt-npy" { "npy" } else { "txt" });
        let written = json(&run(at, &["export", "--format", format, "--project", "first", "-o", &file, "--json"]));
        let kept = if format == "gt-npy" { 2 } else { 3 };
        assert_eq!(written["intervals"].as_u64(), Some(kept), "{format}: {written}");
        let files: Vec<&str> =
            written["files"].as_array().expect("is a list").iter().filter_map(Json::as_str).collect();
        let labels: Vec<&str> = files
            .iter()
            .copied()
            .filter(|file| Path::new(file).extension().is_none_or(|ending| ending != "list"))
            .collect();
        let mut import =
            vec!["import", "--format", format, "--videos", "v", "--project", format, "--lane", "Ada", "--json"];
        import.extend(&labels);
        let read = json(&run(at, &import));
        assert_eq!(read["problems"].as_array().map(Vec::len), Some(0), "{format}: {read}");
        assert_eq!(read["unmatched"].as_array().map(Vec::len), Some(0), "{format}: {read}");
        let back = said(&at.join(format));
        let losses = written["losses"].as_array().map_or(0, Vec::len);
        assert_eq!(losses == 0, matches!(format, "csv" | "json"), "{format}: {written}");
        if losses == 0 {
            assert_eq!(back, all, "{format}");
        }
        // Whatever a format leaves out, frames stay; those that touch become one in frame labels.
        let frames = |said: &[Said]| -> usize { said.iter().map(|(_, labels, _)| labels.len()).sum() };
        assert_eq!(frames(&back), if format == "gt-npy" { 2 } else { 3 }, "{format}");
        let guessed = json(&run(
            at,
            &[&["import", "--videos", "v", "--project", "x", "--dry-run", "--json"], &labels[..]].concat(),
        ));
        assert_eq!(guessed["format"].as_str(), Some(format));
    }
}

#[test]
fn whoever_labelled_a_whole_video_comes_back_by_name() {
    let folder = footage();
    let at = folder.path();
    let table =
        "video,start_frame,end_frame,class,lane\na.mp4,,,abnormal,Ada\na.mp4,,,normal,Grace\nc.mp4,5,9,Fight,Ada\n";
    fs::write(at.join("labels.csv"), table).expect("is written");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "first"]));
    let all = said(&at.join("first"));
    let lanes: Vec<&str> = all.iter().flat_map(|(_, _, whole)| whole).map(|(lane, _)| lane.as_str()).collect();
    assert_eq!(lanes, ["Ada", "Grace"]);
    for format in ["csv", "json"] {
        let file = format!("whole.{format}");
        let written = json(&run(at, &["export", "--format", format, "--project", "first", "-o", &file, "--json"]));
        assert_eq!(written["losses"].as_array().map(Vec::len), Some(0), "{format}: {written}");
        out(&run(at, &["import", &file, "--videos", "v", "--project", format]));
        assert_eq!(said(&at.join(format)), all, "{format}");
        let again = json(&run(at, &["import", &file, "--project", "first", "--json"]));
        assert_eq!(again["written"]["step"], Json::Null, "{format}: nobody else appears: {again}");
    }
    let lost = out(&run(at, &["export", "--format", "gt-npy", "--project", "first", "-o", "gt.npy"]));
    assert!(lost.contains("Who called a whole video") && lost.contains("some abnormal"), "{lost}");
}

#[test]
fn lanes_and_verdicts_are_exported_for_themselves() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), TABLE).expect("is written");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]));
    let grace = out(&run(
        at,
        &["export", "--format", "ucf", "--end", "inclusive", "--lane", "Grace", "--project", "p", "-o", "g.txt"],
    ));
    assert!(grace.starts_with("lost in the format ucf:\n  Who marked"), "{grace}");
    assert!(!grace.contains("--lane"), "{grace}");
    // Counted is what stands in the file: videos without intervals are not in it.
    let all = out(&run(at, &["export", "--format", "xd", "--project", "p", "-o", "all.txt"]));
    assert!(all.contains("--lane NAME") && all.contains("written    2 videos, 3 intervals"), "{all}");
    assert_eq!(fs::read_to_string(at.join("g.txt")).expect("is there"), "a.mp4  Fall  10  59  -1  -1\n");

    let mut project = Project::open(&at.join("p"), "Ada").expect("opens");
    let video = project.videos().expect("reads")[0].id.clone();
    let judgement = Judgement {
        span: FrameSpan::new(16, 32).expect("holds frames"),
        verdict: Verdict::Anomaly,
        class: None,
        tags: Vec::new(),
        note: String::new(),
        model: None,
        peak_frame: 20,
        peak_score: 0.9,
    };
    let subject = Subject::Judgement { video, id: ItemId(99) };
    let step = Step::new("Verdict", vec![Change { subject, before: None, after: Some(Value::Judgement(judgement)) }]);
    project.append(&step, &Author { who: "Ada".to_owned(), model: None }).expect("is written");

    // While it is held here, the program reads but does not write.
    let held = refused(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]), 2);
    assert!(held.contains("open in the Lookback of Ada") && held.contains("close it there"), "{held}");
    let xd = out(&run(at, &["export", "--format", "xd", "--verdicts", "--project", "p", "-o", "v.txt"]));
    assert!(xd.contains("1 video, 1 interval to v.txt"), "{xd}");
    assert_eq!(fs::read_to_string(at.join("v.txt")).expect("is there"), "a.mp4 16 32\n");
}

#[test]
fn a_project_is_verified_with_its_videos() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), TABLE).expect("is written");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]));
    let sound = out(&run(at, &["verify", "p"]));
    assert!(sound.contains("4 rows, as they were written") && sound.contains("3 of 3 videos"), "{sound}");

    fs::write(at.join("v/a.mp4"), "other").expect("is written");
    fs::remove_file(at.join("v/c.mp4")).expect("is removed");
    let output = run(at, &["verify", "p", "--json"]);
    assert!(refused(&output, 1).contains("2 problems"));
    let found: Json = serde_json::from_slice(&output.stdout).expect("prints JSON all the same");
    assert_eq!((found["videos"]["same"].as_u64(), found["problems"].as_array().map(Vec::len)), (Some(1), Some(0)));
    assert!(found["videos"]["changed"][0].as_str().is_some_and(|line| line.starts_with("a.mp4: ")));
    assert!(found["videos"]["missing"][0].as_str().is_some_and(|line| line.starts_with("c.mp4: ")));
    out(&run(at, &["verify", "p", "--record-only"]));
    out(&run(at, &["verify", "--project", "p", "--record-only"]));

    // What cannot be opened is told and left out of an export, not dropped in silence.
    let left = out(&run(at, &["export", "--format", "csv", "--project", "p", "-o", "l.csv"]));
    assert!(left.contains("2 videos that cannot be opened, left out") && left.contains("is not there"), "{left}");

    fs::write(at.join("p/project.db"), "no database").expect("is written");
    assert!(refused(&run(at, &["verify", "p"]), 1).contains("damaged"));
    assert!(refused(&run(at, &["verify", "nowhere"]), 2).contains("is not there"));
}

#[test]
fn moved_videos_are_found_again_by_their_content() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), TABLE).expect("is written");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]));
    let nothing = out(&run(at, &["relocate", "p", "v"]));
    assert_eq!(out(&run(at, &["relocate", "--project", "p", "v"])), nothing);
    assert!(refused(&run(at, &["relocate", "p"]), 2).contains("the project and the folder"));
    assert!(refused(&run(at, &["relocate", "p", "v", "--project", "p"]), 2).contains("only the folder"));
    assert!(nothing.contains("all videos are where the project saw them"), "{nothing}");

    fs::create_dir_all(at.join("archive/2024")).expect("is made");
    fs::rename(at.join("v/a.mp4"), at.join("archive/2024/a.mp4")).expect("is moved");
    fs::rename(at.join("v/b b.mp4"), at.join("archive/door.mp4")).expect("is moved");
    fs::remove_file(at.join("v/c.mp4")).expect("is removed");
    let before = fs::read(at.join("p/project.db")).expect("is there");
    let plan = json(&run(at, &["relocate", "p", "archive", "--dry-run", "--json"]));
    assert_eq!(fs::read(at.join("p/project.db")).expect("is there"), before, "a dry run changes nothing");
    let found = plan["found"].as_array().expect("is a list");
    let text = |at: usize, key: &str| found[at][key].as_str().expect("is text").to_owned();
    assert!(text(0, "to").ends_with("archive/2024/a.mp4") && text(0, "recognised").contains("size and name"));
    assert!(text(1, "from").ends_with("b b.mp4") && text(1, "recognised").contains("another name"), "{plan}");
    assert!(plan["missing"][0].as_str().is_some_and(|line| line.starts_with("c.mp4: ")));
    assert_eq!(plan["written"].as_bool(), Some(false));
    assert!(refused(&run(at, &["verify", "p"]), 1).contains("3 problems"));

    let done = out(&run(at, &["relocate", "p", "archive"]));
    assert!(done.contains("found      2 of 3") && done.contains("written    2 new places"), "{done}");
    // Nothing that was said is lost, and what is missing is still listed.
    let left = out(&run(at, &["export", "--format", "csv", "--project", "p", "-o", "l.csv"]));
    assert!(left.contains("2 videos, 3 intervals") && left.contains("c.mp4"), "{left}");
    assert!(fs::read_to_string(at.join("l.csv")).expect("is there").contains("door.mp4"));
    assert!(refused(&run(at, &["verify", "p"]), 1).contains("1 problem"));
    assert!(refused(&run(at, &["relocate", "nowhere", "archive"]), 2).contains("holds no project"));
    assert!(refused(&run(at, &["relocate", "p", "nowhere"]), 2).contains("no such folder"));
}

#[test]
fn a_case_is_one_page_with_what_it_takes_to_check_it() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), TABLE).expect("is written");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]));
    let verified = json(&run(at, &["verify", "p", "--record-only", "--json"]));
    fs::remove_file(at.join("v/c.mp4")).expect("is removed");
    let told = out(&run(at, &["report", "--project", "p", "--title", "Yard & door", "-o", "case"]));
    assert!(told.contains("c.mp4") && told.contains("written    3 videos"), "{told}");
    let page = fs::read_to_string(at.join("case/case.html")).expect("is there");
    let head = verified["head"].as_str().expect("is text");
    assert!(told.contains("without pictures and curve") && page.contains("<h2>c.mp4</h2>"), "{told}");
    assert!(page.contains("normal according to Ada ("), "what was said of a video that is gone");
    for part in ["<h1>Yard &amp; door</h1>", head, "a.mp4", "seen, twice", "data:image/png;base64,", "Grace", "c.mp4"] {
        assert!(page.contains(part), "{part} is missing");
    }
    let table = fs::read_to_string(at.join("case/case.csv")).expect("is there");
    assert_eq!(table.lines().filter(|line| line.contains(",label,")).count(), 3);
    let gone = table.lines().find(|line| line.contains("c.mp4") && line.contains(",video,")).expect("is listed");
    assert!(gone.contains(",normal,,Ada,") && gone.contains(",Ada,20") && gone.ends_with('Z'), "{gone}");
    out(&run(at, &["report", "--project", "p", "--videos", "v/a", "-o", "one"]));
    assert!(!fs::read_to_string(at.join("one/case.html")).expect("is there").contains("b b.mp4"));
    let unknown = run(at, &["report", "--project", "p", "--videos", "x", "-o", "one"]);
    assert!(refused(&unknown, 2).contains("holds no video \"x\""));
    fs::remove_dir_all(at.join("v")).expect("is removed");
    out(&run(at, &["report", "--project", "p", "-o", "nothing"]));
    let page = fs::read_to_string(at.join("nothing/case.html")).expect("is there");
    assert!(page.contains("seen, twice") && page.contains("3 videos are not shown"), "all was said, none can be shown");
}

#[test]
fn requests_that_cannot_be_carried_out_say_why() {
    let folder = footage();
    let at = folder.path();
    fs::write(at.join("labels.csv"), TABLE).expect("is written");
    fs::write(at.join("ucf.txt"), "a.mp4 Fight 1 2 3\n").expect("is written");
    fs::write(at.join("odd.txt"), "hello\n").expect("is written");
    fs::write(at.join("empty.csv"), "").expect("is written");
    for (arguments, part) in [
        (&["import", "labels.csv"][..], "of the 3 videos of the file none can be used"),
        (&["import", "missing.csv"], "missing.csv: cannot be read"),
        (&["import", "odd.txt"], "odd.txt: its content shows no known label format"),
        (&["import", "empty.csv"], "empty.csv: the file is empty"),
        (&["import", "ucf.txt", "--format", "ucf"], "ucf.txt: line 1: 3 frame numbers do not make pairs"),
        (&["import", "labels.csv", "--end", "inclusive"], "leave --end out"),
        (&["import", "ucf.txt", "--format", "audacity", "--fps", "24"], "ucf.txt: line 1"),
        (&["import", "labels.csv", "odd.txt"], "odd.txt: this is no label table file"),
        (&["import", "labels.csv", "--videos", "nowhere"], "nowhere: there is no such file"),
        (&["export", "--format", "csv", "--project", "nowhere", "-o", "x"], "holds no project"),
        (&["import", "--undo", "3", "--project", "nowhere"], "holds no project"),
    ] {
        let sentence = refused(&run(at, arguments), 2);
        assert!(sentence.contains(part), "{arguments:?}: {sentence}");
    }
    assert!(!at.join("data/project").exists() && !at.join("nowhere").exists(), "nothing was made");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]));
    for (arguments, part) in [
        (&["export", "--format", "csv", "--project", "p", "--lane", "Eve", "-o", "x"][..], "no label of \"Eve\""),
        (&["export", "--format", "csv", "--project", "p", "-o", "v"], "v: is a folder"),
        (&["export", "--format", "elan", "--project", "p", "-o", "labels.csv"], "3 files are needed: name a folder"),
        (&["export", "--format", "xd", "--project", "p", "--end", "inclusive", "-o", "x"], "leave --end out"),
        (&["import", "--undo", "7", "--project", "p"], "no step 7"),
    ] {
        let sentence = refused(&run(at, arguments), 2);
        assert!(sentence.contains(part), "{arguments:?}: {sentence}");
    }
}

#[test]
fn annotators_are_compared_over_the_videos_that_both_have_read() {
    let folder = footage();
    let at = folder.path();
    let table = "video,start_frame,end_frame,class,lane,note,confidence\n\
                 a.mp4,10,30,Fight,Ada,,\na.mp4,14,30,Fight,Grace,,\na.mp4,40,50,Fall,Grace,,\n\
                 b b.mp4,,,normal,Ada,,\nb b.mp4,0,6,Fight,Grace,,\n\
                 c.mp4,5,9,Fight,Ada,,\n";
    fs::write(at.join("labels.csv"), table).expect("is written");
    let none = refused(&run(at, &["agreement", "p"]), 2);
    assert!(none.contains('p'), "{none}");
    out(&run(at, &["import", "labels.csv", "--videos", "v", "--project", "p"]));
    let found = json(&run(at, &["agreement", "p", "--json"]));
    let pair = &found["pairs"][0];
    assert_eq!((pair["first"].as_str(), pair["second"].as_str()), (Some("Ada"), Some("Grace")));
    let total = &pair["total"];
    assert_eq!((total["videos"].as_u64(), total["frames"].as_u64()), (Some(2), Some(120)), "c was read by Ada alone");
    let any = &total["any_class"];
    // 16 frames by both, 4 by Ada, 16 by Grace, of 120.
    let expected = (100.0 * 120.0 - (20.0 * 32.0 + 100.0 * 88.0)) / (120.0 * 120.0 - (20.0 * 32.0 + 100.0 * 88.0));
    assert!((any["kappa"].as_f64().expect("is defined") - expected).abs() < 1e-9, "{any}");
    assert_eq!(any["frame_f1"].as_f64(), Some(32.0 / 52.0));
    assert_eq!((any["event_f1"].as_f64(), any["matches_with_times"].as_u64()), (Some(0.5), Some(1)));
    assert_eq!(any["start_apart"]["seconds"]["max"].as_f64(), Some(0.16));
    assert_eq!(any["end_apart"]["frames"]["mean"].as_f64(), Some(0.0));
    let fall = total["classes"].as_array().and_then(|all| all.iter().find(|c| c["class"] == "Fall")).expect("is there");
    assert_eq!(fall["kappa"].as_f64(), Some(0.0));
    let quiet = &pair["videos"][1]["figures"];
    assert!(quiet["any_class"]["start_apart_not_defined"].as_str().is_some_and(|why| why.contains("no interval")));
    let stretches = pair["videos"][0]["disagreements"].as_array().expect("a list");
    let frames: Vec<_> = stretches.iter().map(|s| (s["first_frame"].as_u64(), s["start_s"].as_f64())).collect();
    assert_eq!(frames, [(Some(10), Some(0.4)), (Some(40), Some(1.6))]);

    let screen = out(&run(at, &["agreement", "p", "--between", "Grace", "Ada"]));
    for part in ["Grace and Ada: 2 videos, 120 frames", "3, 1, 1 match", "0.160 / 0.160 / 0.160 s", "3 disagreements"] {
        assert!(screen.contains(part), "{part}\n{screen}");
    }
    let csv = out(&run(at, &["agreement", "p", "--csv"]));
    assert_eq!(out(&run(at, &["agreement", "--project", "p", "--csv"])), csv);
    let columns = |line: &str| line.split(',').count();
    let all: Vec<&str> = csv.lines().filter(|line| line.starts_with("Ada,Grace,,,all classes,120,")).collect();
    assert_eq!(all.len(), 1, "{csv}");
    assert_eq!(columns(all[0]), columns(csv.lines().next().expect("a header")));

    // Without its file a video counts in frames only.
    fs::remove_file(at.join("v/a.mp4")).expect("is removed");
    let found = json(&run(at, &["agreement", "p", "--json"]));
    let any = &found["pairs"][0]["total"]["any_class"];
    assert_eq!(any["start_apart"]["seconds"], Json::Null);
    assert_eq!(any["start_apart"]["frames"]["max"].as_f64(), Some(4.0));
    assert_eq!(found["counted_in_frames_only"][0]["video"].as_str(), Some("a.mp4"));
    let nobody = refused(&run(at, &["agreement", "p", "--between", "Ada", "Eve"]), 2);
    assert!(nobody.contains("Ada 3 videos, Grace 2 videos"), "{nobody}");
}
