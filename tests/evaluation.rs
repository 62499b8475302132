//! `eval` as a researcher runs it: the real program on stored scores, features and ground truth in the field's files.
//!
//! Owns what scripts rely on. The arithmetic is tested where it lives.

#[path = "support/program.rs"]
mod program;

use std::fmt::Write as _;
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
    for part in
        ["248 frames of 4 videos", "3 events for 2 anomalies", "\n 0.7  ", "Abuse", "30 frames per second", "missed"]
    {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(!table.contains("run into each other"), "{table}");
    // Where alarms run into each other no rate is chosen, however rare they are there: in 69 hours always fewer than 100.
    let turned = out(&run(folder, &[&STORED[..], &["--fps", "0.001", "--merge-gap", "0"]].concat()));
    assert!(turned.contains("below a threshold of 0.3 alarms run into each other"), "{turned}");
    let cells = turned.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let thresholds: Vec<&str> = cells.filter(|cells| cells.first() == Some(&"100")).map(|cells| cells[3]).collect();
    assert_eq!(thresholds, ["0.3"], "{turned}");
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
fn curves_are_written_as_pictures_and_tables() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    stored(folder);
    out(&run(folder, &[&STORED[..], &["--out", "made/curves"]].concat()));
    for name in ["roc", "precision-recall", "det", "calibration"] {
        let file = |ending: &str| fs::read(folder.join(format!("made/curves/{name}.{ending}"))).expect("is there");
        assert!(file("png").starts_with(b"\x89PNG") && file("svg").starts_with(b"<svg"), "{name}");
        assert!(String::from_utf8_lossy(&file("csv")).lines().count() > 2, "{name}");
    }
    assert!(refused(&run(folder, &[&STORED[..], &["--out", "snippets.npy/x"]].concat()), 1).contains("snippets.npy"));
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

/// Features of `snippets` rows in which the last quarter stands out.
fn features(folder: &Path, name: &str, seed: usize, odd: bool) {
    let (snippets, dim) = (20, 512);
    let value = |i: usize| {
        let noise = (((i + seed * 7919) * 2_654_435_761) % 1000) as f32 / 1000.0 - 0.5;
        if odd && i / dim >= snippets * 3 / 4 { noise + 1.0 } else { noise * 0.2 }
    };
    let values: Vec<f32> = (0..snippets * dim).map(value).collect();
    fs::write(folder.join(name), npy::write(&[snippets, dim], &values)).expect("is written");
}

#[test]
fn what_a_model_has_seen_is_no_test_of_it() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    let mut truth = String::new();
    for i in 0..8 {
        features(folder, &format!("n{i}.npy"), i, false);
        features(folder, &format!("a{i}.npy"), 100 + i, true);
        writeln!(truth, "a{i} Odd 240 319\nn{i} Normal -1 -1").expect("fits");
    }
    text(folder, "truth.txt", &truth);
    let list = |name: &str, entries: &[&str]| text(folder, name, &entries.join("\n"));
    list("normal.list", &["n0", "n1", "n2", "n3", "n4"]);
    list("abnormal.list", &["a0", "a1", "a2", "a3", "a4"]);
    let train =
        ["train", "--normal", "normal.list", "--abnormal", "abnormal.list", "--steps", "2", "-o", "m.safetensors"];
    out(&run(folder, &[&train[..], &["--no-attention"]].concat()));
    list("fresh.list", &["n6", "a6", "a7"]);
    list("mixed.list", &["n6", "a6", "a0", "a4"]);
    let eval = |list: &str, more: &[&str]| {
        let line = ["eval", "--model", "m.safetensors", "--list", list, "--gt", "truth.txt", "--resamples", "20"];
        run(folder, &[&line[..], more].concat())
    };
    let fresh = json(&eval("fresh.list", &["--json"]));
    assert_eq!((fresh["marks"].as_array().map(Vec::len), fresh["videos"].as_u64()), (Some(0), Some(3)));
    let refusal = refused(&eval("mixed.list", &[]), 2);
    assert!(
        refusal.contains("1 of the 4 videos") && refusal.contains("a0") && refusal.contains("--allow-seen"),
        "{refusal}"
    );
    let marked = json(&eval("mixed.list", &["--json", "--allow-seen"]));
    let marks: Vec<&str> = marked["marks"].as_array().expect("is a list").iter().filter_map(|m| m.as_str()).collect();
    // The last of five was held out, and chose.
    assert!(
        marks.len() == 2 && marks[0].contains("train") && marks[1].contains("chose") && marks[1].contains("a4"),
        "{marks:?}"
    );
    assert!(out(&eval("mixed.list", &["--allow-seen"])).starts_with("NO TEST"));
    // The same content under another name, and the same name as other content.
    fs::copy(folder.join("a0.npy"), folder.join("renamed.npy")).expect("is copied");
    text(folder, "truth.txt", &(truth.clone() + "renamed Odd 240 319\n"));
    list("renamed.list", &["renamed", "n6"]);
    assert!(refused(&eval("renamed.list", &[]), 2).contains("renamed"));
    fs::create_dir(folder.join("other")).expect("is made");
    features(&folder.join("other"), "a0.npy", 55, true);
    list("other.list", &["other/a0.npy", "n6"]);
    assert_eq!(json(&eval("other.list", &["--json"]))["marks"].as_array().map(Vec::len), Some(0));

    // A threshold may be chosen by other videos, and not by those it is judged by.
    list("validation.list", &["n5", "a5"]);
    let choose = ["--choose-on", "validation.list", "--choose-gt", "truth.txt"];
    let chosen = json(&eval("fresh.list", &[&choose[..], &["--json"]].concat()));
    assert!(
        chosen["notes"].as_array().expect("is a list").iter().any(|n| n.as_str().is_some_and(|n| n.contains("chosen")))
    );
    list("validation.list", &["n5", "a5", "a6"]);
    let refusal = refused(&eval("fresh.list", &choose), 2);
    assert!(refusal.contains("choose the threshold") && refusal.contains("a6"), "{refusal}");

    // Stored scores know their model if it is named.
    array(folder, "scores.npy", &[0.1; 40]);
    list("stored.list", &["a6 320", "a1 320"]);
    let stored = ["eval", "--scores", "scores.npy", "--gt", "truth.txt", "--frames", "stored.list"];
    out(&run(folder, &stored));
    let refusal = refused(&run(folder, &[&stored[..], &["--made-by", "m.safetensors"]].concat()), 2);
    assert!(refusal.contains("1 of the 2 videos") && refusal.contains("a1"), "{refusal}");

    // A report shows what was recorded, also when the model's file is another by now.
    fs::copy(
        concat!(env!("CARGO_MANIFEST_DIR"), "/assets/models/builtin.safetensors"),
        folder.join("made.safetensors"),
    )
    .expect("is copied");
    list("one.list", &["a6 320"]);
    array(folder, "one.npy", &[0.1; 20]);
    let one = ["eval", "--scores", "one.npy", "--gt", "truth.txt", "--frames", "one.list"];
    out(&run(folder, &[&one[..], &["--made-by", "made.safetensors", "--report", "one.html"]].concat()));
    fs::copy(folder.join("m.safetensors"), folder.join("made.safetensors")).expect("is copied");
    let verified = run(folder, &["verify", "one.html"]);
    let told = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.code() == Some(1) && told.contains("1 changed"), "{told}");
    assert!(told.contains("page       shows what was recorded"), "{told}");

    // Training without attention is kept, and scoring honours it: all of a snippet counts.
    let score = json(&run(folder, &["score", "--features", "a6.npy", "--model", "m.safetensors", "--json"]));
    assert_eq!(score[0]["tsa"]["enabled"].as_bool(), Some(false));
    let all =
        score[0]["snippets"].as_array().expect("is a list").iter().all(|row| row["attention"].as_f64() == Some(1.0));
    assert!(all, "every snippet counts fully");
}

#[test]
fn a_report_is_verified_and_says_what_differs() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    stored(folder);
    out(&run(folder, &[&STORED[..], &["--fps", "16", "--report", "run.html"]].concat()));
    let page = fs::read_to_string(folder.join("run.html")).expect("is there");
    for part in ["ROC", "Reliability", "false alarms per hour", "snippets.npy", "--resamples", "lookback eval --scores"]
    {
        // The command is as it was typed: options that were not given are not in it.
        assert_eq!(page.contains(part), part != "--resamples", "{part}");
    }
    assert!(page.matches("<svg").count() == 4 && !page.contains("src="), "needs nothing from elsewhere");
    // What it is of, when and where it was made, and a way to each part and each curve.
    for part in [
        "<title>snippets on frames – evaluation</title>",
        "<h1>snippets on frames – evaluation</h1>",
        " UTC</p>",
        " threads</code>",
        "<section id=\"classes\">",
        "<a href=\"#classes\">",
        "<td>ROC-AUC</td><td class=\"n\">0.",
        "<a download=\"det.csv\" href=\"data:text/csv;base64,",
        "<a download=\"roc.svg\" href=\"data:image/svg+xml;base64,",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let is_link = |link: &str| link.starts_with('#') || link.starts_with("data:");
    assert!(page.split("href=\"").skip(1).all(is_link), "nothing is fetched");
    // Every word and number of the screen stands on the page.
    let bare = |text: &str| text.replace("&quot;", "\"").replace("&#39;", "'");
    let (shown, table) = (bare(&page), out(&run(folder, &[&STORED[..], &["--fps", "16"]].concat())));
    for word in table.split_whitespace() {
        assert!(shown.contains(word), "{word} of the screen is not on the page");
    }
    let verified = out(&run(folder, &["verify", "run.html"]));
    assert!(verified.contains("3 of 3 as they were") && verified.contains("came out again"), "{verified}");
    // From anywhere.
    let elsewhere = folder.join("data");
    fs::create_dir_all(&elsewhere).expect("is made");
    out(&run(&elsewhere, &["verify", "../run.html"]));

    // A report of the version before: its figures are compared, and its page, which was set otherwise, is not.
    let at = page.find("{\"version\":2,").expect("is there");
    let old = page[at..].replacen("{\"version\":2,", "{\"version\":1,", 1);
    fs::write(
        folder.join("old.html"),
        format!("<h1>Evaluation</h1>{}{old}", &page[page.find("<script").expect("is there")..at]),
    )
    .expect("is written");
    let verified = out(&run(folder, &["verify", "old.html"]));
    assert!(verified.contains("came out again") && verified.contains("page       not compared"), "{verified}");

    // A figure that was changed by hand.
    let place = page.find("\"roc_auc\":").expect("is there") + 10;
    fs::write(folder.join("forged.html"), format!("{}0.9{}", &page[..place], &page[place + 3..])).expect("is written");
    let forged = run(folder, &["verify", "forged.html"]);
    assert!(refused(&forged, 1).contains("1 difference"));
    assert!(String::from_utf8_lossy(&forged.stdout).contains("roc_auc"));
    // A file that was changed.
    let truth = fs::read_to_string(folder.join("truth.txt")).expect("is there");
    text(folder, "truth.txt", &truth.replace("16  47", "16  40"));
    let changed = run(folder, &["verify", "run.html", "--json"]);
    assert_eq!(changed.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&changed.stdout).expect("is JSON");
    assert_eq!(found["changed"][0].as_str(), Some("truth.txt"));
    assert!(found["differences"].as_array().is_some_and(|all| all.iter().any(|d| d["figure"] == "positives")));
    fs::remove_file(folder.join("truth.txt")).expect("is removed");
    assert!(String::from_utf8_lossy(&run(folder, &["verify", "run.html"]).stdout).contains("missing"));
    text(folder, "page.html", "<html></html>");
    assert!(refused(&run(folder, &["verify", "page.html"]), 2).contains("page.html"));
}

#[test]
fn ground_truth_is_checked_by_file_and_line() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    stored(folder);
    let fine = out(&run(folder, &["truth-check", "truth.txt", "--list", "frames.list", "--labels", "labels.npy"]));
    assert!(fine.contains("nothing is wrong") && fine.contains("of 4 videos in both"), "{fine}");
    text(
        folder,
        "bad.txt",
        "Abuse001_x264.mp4 Abuse 47 16\nArson002_x264.mp4 Arson -1 -1\n\nNormal_Videos_003_x264.mp4 Normal 3 9\nAbuse001_x264.mp4 Abuse 0 999\n",
    );
    let bad = run(folder, &["truth-check", "bad.txt", "--list", "frames.list"]);
    refused(&bad, 1);
    let told = String::from_utf8_lossy(&bad.stdout);
    for part in [
        "bad.txt:1: Abuse001",
        "bad.txt:2: Arson002",
        "bad.txt:4: Normal",
        "bad.txt:5: Abuse001",
        "ends before it begins",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    // Spans written with their end outside are told by the labels.
    text(
        folder,
        "exclusive.txt",
        "Abuse001_x264.mp4 Abuse 16 48\nArson002_x264.mp4 Arson 0 16\nNormal_Videos_003_x264.mp4 Normal -1 -1\nNormal_Videos_004_x264.mp4 Normal -1 -1\n",
    );
    let line = ["truth-check", "exclusive.txt", "--list", "frames.list", "--labels", "labels.npy", "--json"];
    let found = json(&run(folder, &line));
    assert_eq!(
        (found["span_end"].as_str(), found["ends"]["exclusive"].as_u64(), found["ends"]["inclusive"].as_u64()),
        (Some("exclusive"), Some(4), Some(2))
    );
    assert!(refused(&run(folder, &["truth-check"]), 2).contains("FILE"));
    assert!(refused(&run(folder, &["truth-check", "none.txt"]), 2).contains("none.txt"));
}

#[test]
fn an_ablation_goes_on_where_it_was_and_every_run_can_be_judged_again() {
    let folder = tempfile::tempdir().expect("is made");
    let folder = folder.path();
    let (mut truth, mut lists) = (String::new(), [String::new(), String::new()]);
    for i in 0..4 {
        features(folder, &format!("n{i}.npy"), i, false);
        features(folder, &format!("a{i}.npy"), 100 + i, true);
        writeln!(truth, "a{i} Odd 240 319\nn{i} Normal -1 -1").expect("fits");
        writeln!(lists[i % 2], "a{i} 320\nn{i} 320").expect("fits");
    }
    text(folder, "truth.txt", &truth);
    lists.iter().enumerate().for_each(|(at, list)| text(folder, &format!("{at}.list"), list));
    let line = |steps: &'static str, out: &'static str| {
        let gt = ["--gt", "truth.txt", "truth.txt", "--seeds", "2", "--json"];
        let kind = ["ablation", "--features", "made=0.list,1.list", "--steps", steps, "--out", out];
        [&kind[..], &gt].concat()
    };
    let first = json(&run(folder, &line("2", "abl")));
    assert_eq!((first["runs"].as_u64(), first["found"].as_u64()), (Some(8), Some(0)));
    let rows = first["rows"].as_array().expect("is a list");
    assert_eq!(
        (rows.len(), rows[0]["seeds"].as_array().map(Vec::len), rows[0]["seeds"][0]["frames"].as_u64()),
        (2, Some(2), Some(8 * 320))
    );
    assert!(rows[1]["roc_auc"]["deviation"].as_f64().is_some() && first["published"].as_array().is_some());

    // One run is taken away, as if it had been interrupted: that one alone is run, to the same figures.
    fs::remove_dir_all(folder.join("abl/made/tsa-on/seed-1/fold-2")).expect("is there");
    let again = json(&run(folder, &line("2", "abl")));
    assert_eq!(again["found"].as_u64(), Some(7));
    assert_eq!(again["rows"], first["rows"]);
    let refusal = refused(&run(folder, &line("3", "abl")), 2);
    assert!(refusal.contains("run.json") && refusal.contains("--out"), "{refusal}");

    // A run is a model with its scores; with attention off its scorer was not trained.
    let part = |name: &str, file: &str| format!("abl/made/{name}/seed-0/fold-1/{file}");
    let judged = json(&run(
        folder,
        &[
            "eval",
            "--scores",
            &part("tsa-on", "scores.npy"),
            "--gt",
            &part("tsa-on", "labels.npy"),
            "--frames",
            &part("tsa-on", "frames.list"),
            "--made-by",
            &part("tsa-on", "model.safetensors"),
            "--json",
        ],
    ));
    assert!(judged["marks"].as_array().is_some_and(Vec::is_empty) && judged["videos"].as_u64() == Some(4));
    let scorer = |name: &str| {
        let model = lookback::model::weights::ModelWeights::load(&folder.join(part(name, "model.safetensors")))
            .expect("is a model");
        (model.info().tsa.enabled, model.parameters().values("hard_attention.scorer.fc1.weight").to_vec())
    };
    let start = lookback::model::parameters::Parameters::initial(512, 0);
    let untrained = start.values("hard_attention.scorer.fc1.weight").to_vec();
    let (on, off) = (scorer("tsa-on"), scorer("tsa-off"));
    assert!(on.0 && on.1 != untrained, "with attention the scorer is trained");
    assert!(!off.0 && off.1 == untrained, "without it the scorer stays as it began");
    let page = fs::read_to_string(folder.join("abl/index.html")).expect("is there");
    assert!(page.contains("87.58") && page.contains("Published"));

    // A video in two folds is refused, by its name.
    text(folder, "1.list", &(lists[1].clone() + "a0 320\n"));
    assert!(refused(&run(folder, &line("2", "other")), 2).contains("a0"));
}
