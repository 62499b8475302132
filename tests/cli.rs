//! The headless commands as a user runs them: the real program, generated inputs, exit codes and output.
//!
//! Owns what scripts rely on. The arithmetic behind it is tested where it lives.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use lookback::domain::pixels::RgbPicture;
use lookback::domain::time::Rate;
use lookback::formats::npy;
use lookback::media::VideoWriter;
use lookback::model::tensors;
use serde_json::Value;

/// Runs the program with its own data folder, no display and no terminal.
fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lookback"))
        .args(arguments)
        .current_dir(folder)
        .env("LOOKBACK_DATA_DIR", folder.join("data"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .output()
        .expect("the program starts")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("was not killed")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("prints text")
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    assert_eq!(code(output), 0, "{}", complaint(output));
    serde_json::from_str(&out(output)).expect("prints JSON")
}

/// A video of a square that moves, faster in the middle.
fn write_video(path: &Path, frames: usize) {
    let mut writer = VideoWriter::create(path, 96, 64, Rate { num: 25, den: 1 }).expect("is created");
    for frame in 0..frames {
        let mut picture = RgbPicture::black(96, 64);
        let left = if (32..48).contains(&frame) { frame * 7 % 80 } else { frame / 2 % 80 };
        for y in 20..36 {
            for x in left..left + 16 {
                picture.data[(y * 96 + x) * 3..][..3].fill(220);
            }
        }
        writer.push(&picture).expect("is written");
    }
    writer.finish().expect("is finished");
}

/// Features of `snippets` rows in which the last quarter stands out.
fn write_features(path: &Path, snippets: usize, dim: usize, odd: bool) {
    let value = |i: usize| {
        let noise = ((i * 2_654_435_761) % 1000) as f32 / 1000.0 - 0.5;
        if odd && i / dim >= snippets * 3 / 4 { noise + 1.0 } else { noise * 0.2 }
    };
    let values: Vec<f32> = (0..snippets * dim).map(value).collect();
    fs::write(path, npy::write(&[snippets, dim], &values)).expect("is written");
}

fn golden(name: &str) -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    std::env::var_os("LOOKBACK_GOLDEN").map_or_else(default, PathBuf::from).join(format!("{name}.safetensors"))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("is UTF-8")
}

fn numbers(rows: &Value, field: &str) -> Vec<f64> {
    rows.as_array().expect("is a list").iter().map(|r| r[field].as_f64().expect("is a number")).collect()
}

#[test]
fn help_and_bad_usage_have_their_exit_codes() {
    let folder = tempfile::tempdir().expect("is made");
    let help = run(folder.path(), &["--help"]);
    assert_eq!(code(&help), 0);
    assert!(out(&help).contains("Examples:"));
    for command in ["score", "attention", "sweep", "compare", "extract", "train", "eval", "demo", "bench", "doctor"] {
        assert_eq!(code(&run(folder.path(), &[command, "--help"])), 0, "{command}");
    }
    for wrong in [&["score"][..], &["score", "missing.mp4"], &["nonsense"], &["eval", "--scores", "a.npy"]] {
        let output = run(folder.path(), wrong);
        assert_eq!(code(&output), 2, "{wrong:?}: {}", complaint(&output));
        assert!(out(&output).is_empty());
    }
    assert!(complaint(&run(folder.path(), &["score", "missing.mp4"])).contains("missing.mp4"));
}

#[test]
fn without_a_display_the_window_is_refused_with_a_way_out() {
    let folder = tempfile::tempdir().expect("is made");
    if cfg!(any(target_os = "macos", windows)) {
        return;
    }
    let output = run(folder.path(), &[]);
    assert_eq!(code(&output), 1);
    assert!(complaint(&output).contains("DISPLAY") && complaint(&output).contains("lookback score"));
    // One wrong path among several is for the window to tell; nothing but wrong ones is no reason to open it.
    let there = folder.path().to_str().expect("is text");
    let output = run(folder.path(), &["missing.mp4", there]);
    assert!(code(&output) == 1 && complaint(&output).contains("DISPLAY"), "{}", complaint(&output));
    let output = run(folder.path(), &["missing.mp4", "gone.mp4"]);
    assert!(code(&output) == 2 && complaint(&output).contains("missing.mp4"), "{}", complaint(&output));
}

#[test]
fn attention_is_written_in_all_forms_and_agrees_with_the_scores() {
    let folder = tempfile::tempdir().expect("is made");
    write_video(&folder.path().join("a.mp4"), 160);
    let scored = json(&run(folder.path(), &["score", "--json", "a.mp4"]));
    let line = ["attention", "a.mp4", "--json", "--out", "looked", "--snippets", "2-8", "--v-hat", "v.npy"];
    let output = run(folder.path(), &[&line[..], &["--repetitions", "3"]].concat());
    let looked = json(&output);
    let rows = &looked["snippets"];
    let near = |a: &[f64], b: &[f64]| a.len() == 10 && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
    assert!(near(&numbers(rows, "score"), &numbers(&scored[0]["snippets"], "score")));
    let p = numbers(rows, "p");
    assert_eq!(p, numbers(&scored[0]["snippets"], "attention"));
    let kappa = looked["kappa"].as_f64().expect("a number");
    assert!((p.iter().sum::<f64>() - kappa).abs() < 1e-4);
    assert_eq!(looked["thresholds"].as_array().map(Vec::len), Some(100));
    assert_eq!(rows.as_array().expect("rows").iter().filter(|row| row["top_alpha"] == true).count(), 1);
    assert!(numbers(rows, "score_p05").iter().zip(numbers(rows, "score_p95")).all(|(low, high)| *low <= high));
    for name in ["attention.json", "attention.csv", "thresholds.csv", "v_hat.png", "v_hat.svg"] {
        assert!(folder.path().join("looked").join(name).is_file(), "{name}");
    }
    let v_hat = npy::read(&fs::read(folder.path().join("v.npy")).expect("is written")).expect("is an array");
    assert_eq!(v_hat.shape[1], 7);
    for (column, p) in p[2..9].iter().enumerate() {
        let sum: f32 = v_hat.values.iter().skip(column).step_by(7).sum();
        assert!((f64::from(sum) - p).abs() < 1e-4, "column {column} sums to p");
    }
    let refused = run(folder.path(), &["attention", "a.mp4", "--snippets", "5-10"]);
    assert_eq!(code(&refused), 2);
    assert!(complaint(&refused).contains("a.mp4") && complaint(&refused).contains("0 to 9"), "{}", complaint(&refused));
}

#[test]
fn a_sweep_is_a_table_and_a_picture() {
    let folder = tempfile::tempdir().expect("is made");
    write_features(&folder.path().join("f.npy"), 60, 512, true);
    let line = ["sweep", "f.npy", "--control", "kappa", "--from", "0.2", "--to", "0.8", "--steps", "4"];
    let table = out(&run(folder.path(), &line));
    assert_eq!(table.lines().count(), 5, "{table}");
    let kappas: Vec<&str> = table.lines().skip(1).map(|row| row.split(',').nth(5).expect("kappa")).collect();
    assert_eq!(kappas, ["12", "24", "36", "48"]);
    assert!(table.lines().skip(1).all(|row| row.starts_with("f.npy,") && row.contains(",kappa,")), "{table}");
    assert_eq!(code(&run(folder.path(), &[&line[..], &["--out", "swept"]].concat())), 0);
    for name in ["sweep.png", "sweep.svg", "sweep.csv", "summary.csv"] {
        assert!(folder.path().join("swept").join(name).is_file(), "{name}");
    }
    let wrong = run(folder.path(), &["sweep", "f.npy", "--control", "kappa", "--from", "0.5", "--to", "1.5"]);
    assert_eq!(code(&wrong), 2, "{}", complaint(&wrong));
}

#[test]
fn scores_of_a_video_have_frames_times_and_the_same_numbers_twice() {
    let folder = tempfile::tempdir().expect("is made");
    // A name that begins with a dash and holds what shells and URLs trip over.
    let name = "-odd #1 100% ü.mp4";
    write_video(&folder.path().join(name), 70);
    let first = json(&run(folder.path(), &["score", "--json", "--", name]));
    let video = &first[0];
    assert_eq!((video["frames"].as_u64(), video["source"].as_str()), (Some(70), Some(name)));
    let rows = &video["snippets"];
    assert_eq!(numbers(rows, "first_frame"), [0.0, 16.0, 32.0, 48.0, 64.0]);
    assert_eq!(numbers(rows, "last_frame"), [15.0, 31.0, 47.0, 63.0, 69.0]);
    assert!((numbers(rows, "start_s")[1] - 0.64).abs() < 1e-3);
    assert!(numbers(rows, "score").iter().all(|s| (0.0..=1.0).contains(s)));
    let kappa: f64 = numbers(rows, "attention").iter().sum();
    assert!((kappa - (5.0 * video["tsa"]["ratio"].as_f64().expect("is there")).floor()).abs() < 1e-4);
    assert_eq!(video["video_id"].as_str().map(str::len), Some(64));

    // Again, now from the cache, and once more without it.
    let again = json(&run(folder.path(), &["score", "--json", "--", name]));
    let fresh = json(&run(folder.path(), &["score", "--json", "--no-cache", "--", name]));
    assert_eq!(again[0]["snippets"], first[0]["snippets"]);
    assert_eq!(fresh[0]["snippets"], first[0]["snippets"]);

    let csv = out(&run(folder.path(), &["score", "--csv", "--", name]));
    assert_eq!((csv.lines().count(), csv.lines().next().map(|l| l.split(',').count())), (6, Some(10)));
    let report = run(folder.path(), &["score", "--out", "report", "--", name]);
    assert_eq!(code(&report), 0, "{}", complaint(&report));
    assert!(folder.path().join("report/index.html").is_file());
}

#[test]
fn one_bad_file_among_several_is_told_and_the_others_are_scored() {
    let folder = tempfile::tempdir().expect("is made");
    write_video(&folder.path().join("good.mp4"), 20);
    fs::write(folder.path().join("bad.mp4"), "this is no video, whatever its name says").expect("is written");
    let output = run(folder.path(), &["score", "--json", "bad.mp4", "good.mp4"]);
    assert_eq!(code(&output), 2);
    assert!(complaint(&output).contains("bad.mp4") && complaint(&output).contains("1 of 2"));
    let scored: Value = serde_json::from_str(&out(&output)).expect("prints JSON all the same");
    assert_eq!(scored.as_array().map(Vec::len), Some(1));
}

#[test]
fn extracted_features_score_like_the_video() {
    let folder = tempfile::tempdir().expect("is made");
    write_video(&folder.path().join("a.mp4"), 50);
    let extracted = run(folder.path(), &["extract", "a.mp4", "-o", "a.npy"]);
    assert_eq!(code(&extracted), 0, "{}", complaint(&extracted));
    let array = npy::read(&fs::read(folder.path().join("a.npy")).expect("is there")).expect("is NPY");
    assert_eq!(array.shape, [4, 512]);
    let direct = json(&run(folder.path(), &["score", "--json", "a.mp4"]));
    let indirect = json(&run(folder.path(), &["score", "--json", "a.mp4", "--features", "a.npy"]));
    assert_eq!(direct[0]["snippets"], indirect[0]["snippets"]);
    write_video(&folder.path().join("long.mp4"), 90);
    let other = run(folder.path(), &["score", "long.mp4", "--features", "a.npy"]);
    assert_eq!(code(&other), 2);
    assert!(complaint(&other).contains("4 snippets") && complaint(&other).contains("90 frames"));
}

#[test]
fn golden_runs_are_repeated_to_the_fourth_digit() {
    let folder = tempfile::tempdir().expect("is made");
    let model = golden("model_clip512");
    for (name, projection) in [("eval_T200", None), ("eval_i3d_10crop", Some("model_i3d2048_projection"))] {
        let case = golden(name);
        let mut arguments = vec!["score", "--json", "--features", text(&case), "--noise", text(&case)];
        arguments.extend(["--model", text(&model)]);
        let projection = projection.map(golden);
        if let Some(path) = &projection {
            if !path.is_file() {
                // Too large for the copy in the repository; there when LOOKBACK_GOLDEN names the whole set.
                continue;
            }
            arguments.extend(["--projection", text(path)]);
        }
        let scored = json(&run(folder.path(), &arguments));
        let expected = tensors::read_one(&case, "scores").expect("is there").values;
        let found = numbers(&scored[0]["snippets"], "score");
        assert_eq!(found.len(), expected.len());
        let worst = found.iter().zip(&expected).map(|(a, b)| (a - f64::from(*b)).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-4, "{name}: {worst}");
    }
}

#[test]
fn a_model_is_trained_used_and_judged() {
    let folder = tempfile::tempdir().expect("is made");
    let at = |name: &str| folder.path().join(name);
    let mut lists = [String::new(), String::new()];
    for i in 0..6 {
        for (odd, list) in lists.iter_mut().enumerate() {
            let name = format!("{}{i}.npy", ["n", "a"][odd]);
            write_features(&at(&name), 20 + i, 512, odd == 1);
            list.push_str(&name);
            list.push('\n');
        }
    }
    fs::write(at("normal.list"), &lists[0]).expect("is written");
    fs::write(at("abnormal.list"), &lists[1]).expect("is written");
    let train = |output: &str| {
        run(
            folder.path(),
            &[
                "train",
                "--normal",
                "normal.list",
                "--abnormal",
                "abnormal.list",
                "--steps",
                "3",
                "--seed",
                "5",
                "--json",
                "-o",
                output,
            ],
        )
    };
    let first = json(&train("m.safetensors"));
    let second = json(&train("again.safetensors"));
    assert_eq!(first["weights_id"], second["weights_id"], "the same seed gives the same model");
    assert!(first["losses"]["total"].as_f64().is_some_and(f64::is_finite));
    assert!(first["held_out_loss"].as_f64().is_some_and(f64::is_finite));
    assert!(!at("m.safetensors.training").exists());

    // A trained model carries bags; a model without can be given those of the lists.
    let lists = ["train", "--normal", "normal.list", "--abnormal", "abnormal.list"];
    let given = run(folder.path(), &[&lists[..], &["--bags-for", "m.safetensors", "-o", "given.safetensors"]].concat());
    assert!(out(&given).contains("carries 5 normal and 5 abnormal bags"), "{}", out(&given));
    let carried = |name: &str| {
        let file = lookback::model::tensors::read(&at(name)).expect("is read");
        ["replay.normal", "replay.abnormal"].map(|kind| file.tensors[kind].shape[0])
    };
    assert_eq!((carried("m.safetensors"), carried("given.safetensors")), ([5, 5], [5, 5]));

    // Ground truth by name, and the same as concatenated labels.
    let truth: Vec<String> =
        (0..6).map(|i| format!("a{i}.mp4 Odd {} {} -1 -1", (20 + i) * 3 / 4 * 16, (20 + i) * 16 - 1)).collect();
    fs::write(at("truth.txt"), truth.join("\n")).expect("is written");
    let by_name = json(&run(
        folder.path(),
        &[
            "eval",
            "--model",
            "m.safetensors",
            "--list",
            "abnormal.list",
            "--gt",
            "truth.txt",
            "--json",
            "--allow-seen",
            "--save-scores",
            "s.npy",
            "--save-labels",
            "l.npy",
        ],
    ));
    let stored = json(&run(folder.path(), &["eval", "--scores", "s.npy", "--gt", "l.npy", "--json"]));
    assert_eq!(by_name["roc_auc"], stored["roc_auc"]);
    assert_eq!(by_name["frames"].as_u64(), Some((0..6).map(|i| (20 + i) * 16).sum()));
    let counts: Vec<String> = (0..6).map(|i| format!("a{i} {}\n", (20 + i) * 16)).collect();
    fs::write(at("counts.list"), counts.concat()).expect("is written");
    let in_order = json(&run(
        folder.path(),
        &["eval", "--model", "m.safetensors", "--list", "counts.list", "--gt", "l.npy", "--json", "--allow-seen"],
    ));
    assert_eq!(in_order["roc_auc"], by_name["roc_auc"]);

    let unknown = run(
        folder.path(),
        &["train", "--normal", "normal.list", "--abnormal", "abnormal.list", "--preset", "x", "-o", "m"],
    );
    assert_eq!(code(&unknown), 2);
    assert!(complaint(&unknown).contains("published-ucf"));
    let both = run(folder.path(), &["train", "--normal", "normal.list", "--abnormal", "normal.list", "-o", "both"]);
    assert_eq!(code(&both), 2);
    assert!(complaint(&both).contains("is in both lists"), "{}", complaint(&both));
    assert!(!at("both").exists());
}

#[test]
fn stored_scores_are_judged_by_hand_checked_figures() {
    let folder = tempfile::tempdir().expect("is made");
    let write = |name: &str, values: &[f32]| {
        fs::write(folder.path().join(name), npy::write(&[values.len()], values)).expect("is written");
    };
    write("s.npy", &[0.1, 0.4, 0.35, 0.8]);
    write("g.npy", &[0.0, 0.0, 1.0, 1.0]);
    let figures = json(&run(folder.path(), &["eval", "--scores", "s.npy", "--gt", "g.npy", "--json"]));
    // The example of scikit-learn's documentation: ROC-AUC 0.75, average precision 0.8333.
    assert_eq!(figures["roc_auc"].as_f64(), Some(0.75));
    assert!((figures["average_precision"].as_f64().expect("is there") - 0.833_333_333).abs() < 1e-9);
    write("g3.npy", &[0.0, 0.0, 1.0]);
    let unequal = run(folder.path(), &["eval", "--scores", "s.npy", "--gt", "g3.npy"]);
    assert_eq!(code(&unequal), 2);
    assert!(complaint(&unequal).contains("s.npy"));
}

#[test]
fn doctor_names_what_it_found() {
    let folder = tempfile::tempdir().expect("is made");
    let found = json(&run(folder.path(), &["doctor", "--json"]));
    assert!(found["FFmpeg"].as_str().is_some_and(|v| v.contains("libavcodec")));
    assert!(found["model runs on"].as_str().is_some_and(|v| !v.is_empty()));
    assert!(found["decodes on"].as_str().is_some_and(|v| v.starts_with("software")));
    assert!(found["features in"].as_str().is_some_and(|v| v.contains(text(folder.path()))));
}

#[test]
fn two_settings_and_a_file_of_scores_are_compared() {
    let folder = tempfile::tempdir().expect("is made");
    write_video(&folder.path().join("a.mp4"), 160);
    let run = |more: &[&str]| run(folder.path(), &[&["compare", "a.mp4", "--device", "cpu"], more].concat());
    // The same model twice agrees with itself, and says that nothing could differ.
    let same = json(&run(&["--with", "builtin", "--json"]));
    assert_eq!(same[0]["figures"]["mean_absolute_difference"], 0.0);
    assert!(same[0]["flips"].as_array().is_some_and(Vec::is_empty) && same[0]["notes"][0].is_string(), "{same}");
    assert!((same[0]["figures"]["spearman"].as_f64().expect("varies") - 1.0).abs() < 1e-9);
    let other = json(&run(&["--with-ratio", "0.2", "--json"]));
    assert!(other[0]["figures"]["mean_absolute_difference"].as_f64().expect("is a number") > 0.0);
    assert_eq!((&other[0]["one"]["tsa"]["ratio"], &other[0]["other"]["tsa"]["ratio"]), (&0.7.into(), &0.2.into()));

    // Scores of another program flag the third snippet, which the model does not.
    let theirs: Vec<&str> = (0..10).map(|i| if i == 2 { "1" } else { "0" }).collect();
    fs::write(folder.path().join("theirs.txt"), theirs.join("\n")).expect("is written");
    let told = run(&["--with-scores", "theirs.txt", "--threshold", "0.999", "--csv"]);
    let text = out(&told);
    let rows: Vec<&str> = text.lines().collect();
    assert_eq!(rows.len(), 11, "{text}");
    assert!(rows[3].starts_with("a.mp4,2,32,47,") && rows[3].ends_with(",appears") && rows[4].ends_with(','), "{text}");
    let table = out(&run(&["--with-scores", "theirs.txt", "--threshold", "0.999"]));
    assert!(table.contains("1 appear, 0 disappear, 0 change") && table.contains("frames 32-47"), "{table}");

    for (wrong, named) in [
        (&["--json"][..], "--with"),
        (&["--with", "nothing"][..], "nothing"),
        (&["--with-scores", "missing.txt"][..], "missing.txt"),
        (&["--with", "builtin", "--with-scores", "theirs.txt"][..], "--with-scores"),
    ] {
        let output = run(wrong);
        assert_eq!(code(&output), 2, "{wrong:?}: {}", complaint(&output));
        assert!(complaint(&output).contains(named) && out(&output).is_empty(), "{}", complaint(&output));
    }
}
