//! The reference vectors of the published program, on every device present.
//!
//! The folder comes from `LOOKBACK_GOLDEN`, else it is `tests/golden`, which lacks the two largest files;
//! their tests say so and pass.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookback::domain::features::FeatureMatrix;
use lookback::domain::metrics::detection_metrics;
use lookback::domain::score::TsaSettings;
use lookback::jobs::Ticket;
use lookback::model::parameters::Parameters;
use lookback::model::tensors::{self, HostTensor, TensorFile};
use lookback::model::topk::Selection;
use lookback::model::train::trainer::Batch;
use lookback::model::train::{TrainSettings, Trainer};
use lookback::model::weights::{ModelInfo, ModelWeights};
use lookback::model::{ComputeDevice, NoiseDraws, Scorer, segments};

fn folder() -> PathBuf {
    std::env::var_os("LOOKBACK_GOLDEN")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden"), PathBuf::from)
}

fn file(name: &str) -> TensorFile {
    tensors::read(&folder().join(format!("{name}.safetensors"))).expect("a reference file")
}

fn meta() -> serde_json::Value {
    let text = std::fs::read_to_string(folder().join("meta.json")).expect("meta.json");
    serde_json::from_str(&text).expect("is JSON")
}

/// A file that only the full set has; without it the test says so and passes.
fn optional(name: &str) -> Option<PathBuf> {
    let path = folder().join(name);
    if !path.exists() {
        println!("skipped: {name} is not in {}; set LOOKBACK_GOLDEN to the full set", folder().display());
    }
    path.exists().then_some(path)
}

fn clip512() -> Arc<ModelWeights> {
    Arc::new(ModelWeights::load(&folder().join("model_clip512.safetensors")).expect("a bare state dict is accepted"))
}

/// Everything within `absolute + relative × |expected|`.
fn assert_close(what: &str, found: &[f32], expected: &[f32], absolute: f32, relative: f32) {
    assert_eq!(found.len(), expected.len(), "{what}: as many numbers");
    let worst =
        found.iter().zip(expected).map(|(f, e)| (f - e).abs() / (absolute + relative * e.abs())).fold(0.0, f32::max);
    assert!(worst <= 1.0, "{what}: off by {worst} times the tolerance");
}

fn features(tensor: &HostTensor) -> FeatureMatrix {
    let (crops, snippets, dim) = match tensor.shape[..] {
        [snippets, dim] => (1, snippets, dim),
        [crops, snippets, dim] => (crops, snippets, dim),
        _ => panic!("features of shape {:?}", tensor.shape),
    };
    FeatureMatrix::new(crops, snippets, dim, tensor.values.clone()).expect("features")
}

fn noise(tensor: &HostTensor) -> NoiseDraws {
    let (crops, samples, snippets) = match tensor.shape[..] {
        [samples, snippets] => (1, samples, snippets),
        [crops, samples, snippets] => (crops, samples, snippets),
        _ => panic!("noise of shape {:?}", tensor.shape),
    };
    NoiseDraws::new(crops, samples, snippets, tensor.values.clone()).expect("noise")
}

/// Scores `name` with `weights` on every device and compares what all eval files have.
fn check_eval(name: &str, weights: &Arc<ModelWeights>, tsa: &TsaSettings) {
    let golden = file(name);
    let tensor = |name: &str| &golden.tensors[name];
    let features = features(tensor("features"));
    let draws = golden.tensors.get("noise").map(noise);
    for device in ComputeDevice::all_present() {
        let tolerance = if device.is_cpu() { 1e-4 } else { 1e-3 };
        let scorer = Scorer::new(Arc::clone(weights), &device).expect("loads");
        let found = scorer.score(&features, tsa, draws.as_ref(), &Ticket::unlimited()).expect("scores");
        let what = |part| format!("{name}, {part}, {}", device.label());
        assert_close(&what("scores"), &found.scores, &tensor("scores").values, tolerance, 0.0);
        assert_close(&what("magnitudes"), &found.magnitudes, &tensor("magnitudes").values, 1e-6, 1e-3);
        if let Some(omega) = golden.tensors.get("scorer") {
            let relevance = scorer.relevance(&features, &Ticket::unlimited()).expect("scores");
            assert_close(&what("scorer"), &relevance, &omega.values, 1e-4, 0.0);
        }
        let Some(v_hat) = golden.tensors.get("v_hat") else { continue };
        // Shares of draws are exact: multiples of 1/M.
        let snippets = features.snippets();
        let columns: Vec<f32> =
            (0..snippets).map(|t| v_hat.values.iter().skip(t).step_by(snippets).sum::<f32>()).collect();
        assert_close(&what("attention"), &found.attention, &columns, 2e-6 * v_hat.shape[0] as f32, 0.0);
        assert_eq!(v_hat.shape[0], tsa.kappa(snippets), "{}", what("kappa"));
        let attended: Vec<f32> = (0..snippets)
            .flat_map(|t| features.row(0, t).iter().map(|v| v * found.attention[t]).collect::<Vec<_>>())
            .collect();
        assert_close(&what("attended"), &attended, &tensor("attended").values, 1e-5, 1e-5);
    }
}

#[test]
fn golden_eval() {
    let weights = clip512();
    for name in ["eval_T3", "eval_T7", "eval_T89", "eval_T200"] {
        check_eval(name, &weights, &TsaSettings::default());
    }
}

#[test]
fn golden_eval_without_tsa() {
    check_eval("eval_no_tsa", &clip512(), &TsaSettings { enabled: false, ..TsaSettings::default() });
}

#[test]
fn golden_eval_with_projection_and_crops() {
    let Some(path) = optional("model_i3d2048_projection.safetensors") else { return };
    let mut all = file("model_clip512").tensors;
    all.extend(tensors::read(&path).expect("is read").tensors);
    let parameters = Parameters::from_tensors(&path, all).expect("is whole");
    assert_eq!(parameters.dim(), 2048);
    let weights = ModelWeights::new(parameters, ModelInfo::default());
    check_eval("eval_i3d_10crop", &Arc::new(weights), &TsaSettings::default());
}

#[test]
fn golden_published_layout_holds_the_same_weights() {
    let Some(path) = optional("published_layout.pkl") else { return };
    let published = ModelWeights::load(&path).expect("is read without running it");
    assert_eq!(published.info().weights_id, clip512().info().weights_id);
    assert_eq!(published.parameters(), clip512().parameters());
}

#[test]
fn golden_topk_forward_and_backward() {
    let meta = meta();
    for name in ["topk_b1_d5", "topk_b3_d32", "topk_b2_d200"] {
        let (golden, about) = (file(name), &meta[name]);
        let number = |key: &str| about[key].as_u64().expect("a number") as usize;
        let (batch, snippets, samples) = (number("b"), number("d"), number("samples"));
        let tsa = TsaSettings { ratio: about["ratio"].as_f64().expect("a number"), ..TsaSettings::default() };
        let how =
            Selection { kappa: tsa.kappa(snippets), sigma: about["sigma"].as_f64().expect("a number") as f32, samples };
        assert_eq!(how.kappa, number("kappa"));
        let all = noise(&golden.tensors["noise"]);
        let rows = |key: &str, b: usize| {
            let values = &golden.tensors[key].values;
            values[b * values.len() / batch..(b + 1) * values.len() / batch].to_vec()
        };
        for b in 0..batch {
            let scores = rows("scores", b);
            let draw = |m: usize, out: &mut [f32]| out.copy_from_slice(all.draw(b, m));
            let (picks, thresholds) = how.picks(&scores, &draw);
            let (v_hat, expected) = (picks.v_hat(&(0..how.kappa), &(0..snippets)), rows("v_hat", b));
            assert_close(name, &v_hat, &expected, 1e-6, 0.0);
            // Any window of it is what the whole has there.
            let (middle, later) = (how.kappa / 3..how.kappa, snippets / 4..snippets / 2 + 1);
            let slice: Vec<f32> =
                middle.clone().flat_map(|j| expected[j * snippets..][later.clone()].to_vec()).collect();
            assert_close(&format!("{name} window"), &picks.v_hat(&middle, &later), &slice, 1e-6, 0.0);
            let summed: Vec<f32> = (0..snippets).map(|t| expected.iter().skip(t).step_by(snippets).sum()).collect();
            assert_close(&format!("{name} p"), &picks.membership(), &summed, 1e-5, 0.0);
            for (m, threshold) in thresholds.iter().enumerate() {
                let mut noisy: Vec<f32> = scores.iter().zip(all.draw(b, m)).map(|(s, g)| s + how.sigma * g).collect();
                noisy.sort_by(|a, b| b.total_cmp(a));
                assert_close(&format!("{name} threshold"), &[*threshold], &[noisy[how.kappa - 1]], 1e-6, 0.0);
            }
            for (found, key) in [
                (how.v_hat_gradient(&scores, &draw, &rows("grad_v", b)), "grad_scores"),
                (how.membership_gradient(&scores, &draw, &rows("grad_membership", b)), "grad_scores_membership"),
            ] {
                let expected = rows(key, b);
                let largest = expected.iter().fold(0.0, |a: f32, v| a.max(v.abs()));
                assert_close(&format!("{name} {key}"), &found, &expected, 1e-5 * largest, 0.0);
            }
        }
    }
}

#[test]
fn golden_segments() {
    for length in [1, 5, 31, 32, 33, 100, 1000] {
        let golden = file(&format!("segments_L{length}"));
        let found = segments::averaged(&features(&golden.tensors["features"]), segments::SEGMENTS);
        assert_close(&format!("L = {length}"), &found, &golden.tensors["segments"].values, 1e-6, 1e-5);
    }
}

#[test]
fn golden_metrics() {
    for (i, expected) in meta()["metrics"].as_array().expect("a list").iter().enumerate() {
        let golden = file(&format!("metrics_{i}"));
        let labels: Vec<bool> = golden.tensors["labels"].values.iter().map(|v| *v > 0.5).collect();
        let found = detection_metrics(&labels, &golden.tensors["scores"].values).expect("both classes");
        for (key, value) in [
            ("roc_auc", found.roc_auc),
            ("pr_auc_trapezoid", found.pr_auc_trapezoid),
            ("average_precision", found.average_precision),
        ] {
            let expected = expected[key].as_f64().expect("a number");
            assert!((value - expected).abs() < 1e-9, "metrics_{i} {key}: {value} is not {expected}");
        }
    }
}

/// The batch and the noise of a recorded training step.
fn recorded(golden: &TensorFile) -> (Batch, NoiseDraws) {
    let features = &golden.tensors["features"];
    let [bags, len, dim] = features.shape[..] else { panic!("features of shape {:?}", features.shape) };
    let batch = Batch { values: features.values.clone(), bags, crops: 1, len, dim, ..Batch::default() };
    (batch, noise(&golden.tensors["noise"]))
}

/// Every n-th number, as the reference files keep large tensors.
fn sample(values: &[f32]) -> Vec<f32> {
    values.iter().copied().step_by((values.len() / 256).max(1)).take(256).collect()
}

fn norm(values: &[f32]) -> f32 {
    values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt() as f32
}

/// Straight before a batch normalisation: its true gradient is 0, and Adam amplifies rounding noise.
const ROUNDING: &str = "Aggregate.non_local.W.0.bias";

fn check_gradients(trainer: &Trainer, golden: &TensorFile, batch: &Batch, noise: &NoiseDraws) {
    let gradients = trainer.gradients(batch, Some(noise)).expect("goes back");
    let expected = golden.tensors.keys().filter(|n| n.starts_with("grad_norm.")).count();
    assert_eq!(gradients.len(), expected, "as many gradients");
    for (name, found) in gradients {
        let found = found.expect("every variable has a gradient");
        let kept = |kind: &str| &golden.tensors[&format!("{kind}.{name}")].values;
        if name == ROUNDING {
            assert!(found.iter().all(|g| g.abs() < 1e-7), "{name}: a gradient that is 0 in truth");
            continue;
        }
        let scale = norm(&found) / (found.len() as f32).sqrt();
        assert_close(&format!("norm of {name}"), &[norm(&found)], kept("grad_norm"), 0.0, 1e-3);
        assert_close(&format!("gradient of {name}"), &sample(&found), kept("grad_sample"), 1e-3 * scale, 1e-3);
    }
}

#[test]
fn golden_training_steps() {
    for device in ComputeDevice::all_present() {
        let settings = TrainSettings { dropout: 0.0, batch: 4, steps: 3, ..TrainSettings::default() };
        let mut trainer = Trainer::new(clip512().parameters(), settings, &device).expect("begins");
        for step in 0..3 {
            let golden = file(&format!("train_step{step}"));
            let (batch, noise) = recorded(&golden);
            if step == 0 {
                check_gradients(&trainer, &golden, &batch, &noise);
            }
            let outcome = trainer.step(&batch, Some(&noise)).expect("steps");
            let losses = outcome.losses;
            let (normal, abnormal) = outcome.bag_scores.split_at(4);
            for (name, found, absolute, relative) in [
                ("loss_total", &[losses.total][..], 0.0, 1e-3),
                ("loss_bce", &[losses.bce], 0.0, 1e-3),
                ("loss_dmt", &[losses.margin], 0.0, 1e-3),
                ("loss_sparsity", &[losses.sparsity], 0.0, 1e-3),
                ("loss_smooth", &[losses.smoothness], 0.0, 1e-3),
                ("magnitudes", &outcome.magnitudes, 1e-6, 1e-3),
                ("scores", &outcome.scores, 1e-4, 0.0),
                ("score_normal", normal, 1e-4, 0.0),
                ("score_abnormal", abnormal, 1e-4, 0.0),
            ] {
                assert_close(&format!("step {step}, {name}"), found, &golden.tensors[name].values, absolute, relative);
            }
        }
        let golden = file("train_final");
        for (name, tensor) in trainer.parameters().iter() {
            let kept = |kind: &str| &golden.tensors[&format!("{kind}.{name}")].values;
            let tolerance = match name {
                ROUNDING => 6e-3,
                "Aggregate.non_local.W.1.running_mean" => 3e-3,
                _ => 1e-4,
            };
            assert_close(&format!("final {name}"), &sample(&tensor.values), kept("sample"), tolerance, 0.0);
            let wide = tolerance * (tensor.values.len() as f32).sqrt();
            assert_close(&format!("norm of final {name}"), &[norm(&tensor.values)], kept("norm"), wide, 1e-3);
        }
    }
}
