//! `eval` as a researcher runs it: the real program on stored scores, features and ground truth in the field's files.
//!
//! Owns what scripts rely on. The arithmetic is tested where it lives.

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use lookback::formats::npy;
use program::{json, out, refused, run};

fn array(folder: &Path, name: &str, values: &[f32]) {
    fs::write(folder.join(name), npy::write(&[values.len()], values)).expect("is written");
}

fn text(folder: &Path, name: &str, content: &str) {
    fs::write(folder.join(name), content).expect("is written");
}

/// Scores of four videos of 4 snippets, the last of 3 and a half, with ground truth as text and as labels.
fn stored(folder: &Path) {
    let scores = [[0.1, 0.9, 0.8, 0.2], [0.3, 0.2, 0.6, 0.7], [0.1, 0.2, 0.55, 0.1], [0.0, 0.1, 0.1, 0.3]];
    array(folder, "snippets.npy", &scores.concat());
    let frames: Vec<f32> =
        scores.iter().flatten().enumerate().flat_map(|(at, s)| vec![*s; if at == 15 { 8 } else { 16 }]).collect();
    array(folder, "frames.npy", &frames);
    text(
        folder,
        "frames.list",
        "Abuse001_x264 64\nArson/Arson002_x264 64\nNormal_Videos_003_x264 64\nNormal_Videos_004_x264 56\n",
    );
    text(
        folder,
        "truth.txt",
        "Abuse001_x264.mp4  Abuse  16  47  -1  -1  \nArson002_x264.mp4  Arson  0  15  -1  -1\n\
         Normal_Videos_003_x264.mp4 Normal -1 -1 -1 -1\t\nNormal_Videos_004_x264.mp4 Normal -1 -1 -1 -1\n",
    );
    let label = |at: usize| f32::from(u8::from((16..48).contains(&at) || (64..80).contains(&at)));
    array(folder, "labels.npy", &(0..248).map(label).collect::<Vec<_>>());
}

const STORED: [&str; 7] = ["eval", "--scores", "snippets.npy", "--gt", "truth.txt", "--frames", "frames.list"];

#[test]
fn stored_scores_of_a_list_are_judged_by_video_class_and_event() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    stored(folder);
    let by_name = json(&run(folder, &[&STORED[..], &["--json", "--fps", "16"]].concat()));
    assert_eq!(
        (by_name["videos"].as_u64(), by_name["frames"].as_u64(), by_name["positives"].as_u64()),
        (Some(4), Some(248), Some(48))
    );
    assert_eq!(by_name["hours"].as_f64(), Some(15.5 / 3600.0));
    let interval = &by_name["intervals"]["roc_auc"];
    let auc = by_name["roc_auc"].as_f64().expect("is there");
    assert!(interval[0].as_f64() <= Some(auc) && interval[1].as_f64() >= Some(auc), "{interval}");
    let classes: Vec<&str> =
        by_name["classes"].as_array().expect("is a list").iter().filter_map(|c| c["class"].as_str()).collect();
    assert_eq!(classes, ["Abuse", "Arson"]);
    // One event is the anomaly of the first video exactly; those of the second and third are false alarms.
    let first = &by_name["events"]["at"][0];
    assert_eq!(
        (first["tiou"].as_f64(), first["true_positives"].as_u64(), first["flagged"].as_u64()),
        (Some(0.1), Some(1), Some(3))
    );
    assert_eq!(by_name["false_alarms"]["events_in_normal_videos"].as_u64(), Some(1));
    assert_eq!((by_name["delay"]["missed"].as_u64(), by_name["delay"]["at_once"].as_u64()), (Some(1), Some(1)));
    assert!(by_name["det"].as_array().is_some_and(|points| points.len() > 3));
    assert!(by_name["calibration"]["brier"].as_f64().is_some_and(|brier| brier > 0.0));

    // Labels of frames instead of a text, and scores of frames instead of snippets, are the same.
    for (scores, truth) in [("snippets.npy", "labels.npy"), ("frames.npy", "truth.txt")] {
        let line = ["eval", "--scores", scores, "--gt", truth, "--frames", "frames.list", "--json", "--fps", "16"];
        let same = json(&run(folder, &line));
        for part in ["roc_auc", "intervals", "events", "classes", "det", "by_video"] {
            assert_eq!(same[part], by_name[part], "{scores} {truth} {part}");
        }
    }
    // What was judged can be kept and judged again.
    run(
        folder,
        &[&STORED[..], &["--save-scores", "s.npy", "--save-labels", "l.npy", "--save-frames", "f.list"]].concat(),
    );
    let again = json(&run(
        folder,
        &["eval", "--scores", "s.npy", "--gt", "l.npy", "--frames", "f.list", "--json", "--fps", "16"],
    ));
    assert_eq!(again["events"], by_name["events"]);
}

#[test]
fn tables_and_curves_are_printed_and_parts_can_be_chosen() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    stored(folder);
    let table = out(&run(folder, &[&STORED[..], &["--threshold", "0.5", "--tiou", "0.3,0.7"]].concat()));
    for part in ["248 of 4 videos", "3 events for 2 anomalies", "  0.7  ", "Abuse", "30 frames per second", "missed"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    let csv = out(&run(folder, &[&STORED[..], &["--csv"]].concat()));
    for curve in ["roc,", "precision_recall,", "det,", "reliability,,"] {
        assert!(csv.lines().any(|line| line.starts_with(curve) && line.split(',').count() == 4), "{curve}: {csv}");
    }
    text(folder, "split.txt", "Abuse/Abuse001_x264.mp4\nNormal_Videos_004_x264.mp4\n");
    text(folder, "classes.txt", "Abuse001_x264 Burglary\n");
    let part =
        json(&run(folder, &[&STORED[..], &["--split", "split.txt", "--classes", "classes.txt", "--json"]].concat()));
    assert_eq!((part["videos"].as_u64(), part["classes"][0]["class"].as_str()), (Some(2), Some("Burglary")));
    // Without names there are frame figures alone, and the way out is told.
    let rows = run(folder, &["eval", "--scores", "frames.npy", "--gt", "labels.npy"]);
    assert!(out(&rows).contains("--frames") && !out(&rows).contains("tIoU"));
}

#[test]
fn files_that_do_not_belong_together_are_named_with_the_place_and_a_way_out() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    stored(folder);
    array(folder, "short.npy", &[0.1; 9]);
    text(folder, "wrong.txt", "Abuse001_x264.mp4 Abuse 47 16\n");
    text(folder, "other.list", "Vandalism001 64\nb 64\n");
    text(folder, "split.txt", "Missing001\n");
    for (line, parts) in [
        (
            &["--scores", "short.npy", "--gt", "truth.txt", "--frames", "frames.list"][..],
            &["short.npy", "248", "16"][..],
        ),
        (&["--scores", "snippets.npy", "--gt", "wrong.txt", "--frames", "frames.list"], &["wrong.txt", "line 1"]),
        (&["--scores", "snippets.npy", "--gt", "truth.txt"], &["truth.txt", "--frames"]),
        (&["--scores", "snippets.npy", "--gt", "truth.txt", "--frames", "other.list"], &["truth.txt", "Vandalism001"]),
        (&["--scores", "snippets.npy", "--gt", "labels.npy", "--frames", "other.list"], &["labels.npy", "248", "128"]),
        (
            &["--scores", "snippets.npy", "--gt", "truth.txt", "--frames", "frames.list", "--split", "split.txt"],
            &["split.txt", "Missing001"],
        ),
    ] {
        let complaint = refused(&run(folder, &[&["eval"], line].concat()), 2);
        assert!(parts.iter().all(|part| complaint.contains(part)), "{line:?}: {complaint}");
    }
}
