//! `lookback train`: video-level labels into a model.
//!
//! Owns the lists, the part that is held out, and how a training is watched. The training itself is
//! [`crate::model::train`]'s.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::{LayoutName, ScheduleName, TrainArgs};
use super::engine::{self, Extractor};
use super::error::CliError;
use super::progress::{Bar, cancelled_by_interrupt};
use super::{files, lists};
use crate::domain::features::FeatureMatrix;
use crate::domain::provenance::{self, SeenVideos, VideoRef};
use crate::domain::score::TsaSettings;
use crate::domain::threshold::threshold_text;
use crate::jobs::{Progress, Ticket};
use crate::model::train::{
    self, Correction, Judged, Losses, Preset, Schedule, StepReport, TrainObserver, TrainPlan, TrainSet, TrainSettings,
};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, Scorer};

/// Steps between lines on a terminal-less run, and between judgements.
const REPORT_EVERY: usize = 100;

/// Runs the command.
///
/// # Errors
/// The request or an input cannot be used, or the training failed.
pub fn run(args: &TrainArgs) -> Result<(), CliError> {
    let settings = settings(args)?;
    let ticket = cancelled_by_interrupt()?;
    let device = engine::device(args.device)?;
    let mut extractor = Extractor::open(&args.encoder, &device, true)?;
    let mut load = |list: &Path| load(list, args.layout, &mut extractor, &ticket);
    let (normal, abnormal) = (load(&args.normal)?, load(&args.abnormal)?);
    let contents = |loaded: &Loaded| loaded.features.iter().map(|entry| entry.1.clone()).collect::<Vec<_>>();
    if let Some(both) = provenance::shared(&contents(&normal), &contents(&abnormal)).first() {
        return Err(CliError::Input(format!(
            "{both} is in both lists, {} and {}: a video is normal, or it holds an anomaly",
            args.normal.display(),
            args.abnormal.display()
        )));
    }
    let encoder = (normal.videos + abnormal.videos > 0).then(|| extractor.encoder().id().to_owned());
    let (normal, normal_held) = hold_out(normal.features, args.held_out);
    let (abnormal, abnormal_held) = hold_out(abnormal.features, args.held_out);
    let refs = |one: &[Entry], other: &[Entry]| one.iter().chain(other).map(|entry| entry.1.clone()).collect();
    let seen =
        SeenVideos { trained: refs(&normal, &abnormal), chosen: refs(&normal_held, &abnormal_held), complete: true };
    let features = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.0).collect::<Vec<_>>();
    let [normal, abnormal, normal_held, abnormal_held] = [normal, abnormal, normal_held, abnormal_held].map(features);
    if let Some(model) = &args.bags_for {
        return give_bags(args, model, &TrainSet { normal, abnormal });
    }
    let data = format!(
        "{} normal and {} abnormal videos; {} and {} more held out",
        normal.len(),
        abnormal.len(),
        normal_held.len(),
        abnormal_held.len()
    );
    files::complain(&format!("training on {data}, {}", device.label()));

    let state = state_file(&args.output);
    let plan = TrainPlan {
        settings,
        start: None,
        checkpoint: Some(state.clone()),
        encoder,
        data: Some(data),
        videos: Some(seen),
    };
    let set = TrainSet { normal, abnormal };
    let mut watcher = Watcher {
        bar: Bar::new("Training", "steps"),
        last: None,
        held: HeldOut { normal: normal_held, abnormal: abnormal_held },
        ticket: ticket.clone(),
    };
    let result = match &args.resume {
        Some(from) => train::resume(from, &plan, &set, &device, &mut watcher, &ticket),
        None => train::train(&plan, &set, &device, &mut watcher, &ticket),
    };
    watcher.bar.clear();
    let trained = match result {
        Ok(trained) => trained,
        Err(err) => {
            let kept = args.resume.as_ref().unwrap_or(&state);
            if ticket.is_stale() && kept.exists() {
                files::complain(&format!("go on with: --resume {}", kept.display()));
            }
            return Err(err.into());
        }
    };
    let summary = finish(args, &trained, &watcher, &device)?;
    if let Err(err) = std::fs::remove_file(args.resume.as_ref().unwrap_or(&state))
        && err.kind() != std::io::ErrorKind::NotFound
    {
        files::complain(&format!("lookback: the training state {} stays: {err}", state.display()));
    }
    if args.json {
        let json = serde_json::to_string_pretty(&summary).map_err(|err| CliError::Failed(err.to_string()))?;
        files::print(&(json + "\n"))
    } else {
        files::print(&summary.text())
    }
}

/// Writes a model with bags to carry.
fn give_bags(args: &TrainArgs, model: &Path, set: &TrainSet) -> Result<(), CliError> {
    let weights = ModelWeights::load(model)?;
    let replay = train::replay(set, args.seed)?;
    let (takes, given) = (weights.info().dim, set.normal.first().map_or(0, FeatureMatrix::dim));
    if takes != given {
        let reason = format!("takes {takes} numbers per snippet, but the videos of the lists have {given}");
        return Err(CliError::input(model, reason));
    }
    let weights = weights.carrying(replay);
    weights.save(&args.output)?;
    let carries = weights.info().replay;
    let (normal, abnormal) = (carries.normal, carries.abnormal);
    files::print(&format!("{}  carries {normal} normal and {abnormal} abnormal bags\n", args.output.display()))
}

/// What came out.
#[derive(Debug, Serialize)]
struct Summary {
    model: String,
    weights_id: String,
    step: usize,
    losses: Option<Parts>,
    held_out_loss: Option<f64>,
    held_out_auc: Option<f64>,
    /// What the logits were divided by to be as sure as the held-out videos allow.
    temperature: Option<f64>,
    /// What was then added to them, so that as many are flagged as should be.
    bias: Option<f64>,
    threshold: Option<f32>,
}

/// Parts of the last step's loss.
#[derive(Clone, Copy, Debug, Serialize)]
struct Parts {
    total: f32,
    bce: f32,
    margin: f32,
    sparsity: f32,
    smoothness: f32,
}

impl From<Losses> for Parts {
    fn from(l: Losses) -> Self {
        Self { total: l.total, bce: l.bce, margin: l.margin, sparsity: l.sparsity, smoothness: l.smoothness }
    }
}

impl Summary {
    fn text(&self) -> String {
        let mut text = format!("{}  weights {} of step {}\n", self.model, self.weights_id, self.step);
        // Writing to a string cannot fail.
        if let Some(l) = self.losses {
            writeln!(
                text,
                "last loss {:.4} = bce {:.4} + margin {:.1} × 0.0001 + sparsity {:.4} + smoothness {:.4}",
                l.total, l.bce, l.margin, l.sparsity, l.smoothness
            )
            .ok();
        }
        if let (Some(loss), Some(auc)) = (self.held_out_loss, self.held_out_auc) {
            writeln!(text, "held-out videos: loss {loss:.4}, ROC-AUC by video {auc:.4}").ok();
        }
        if let (Some(temperature), Some(bias)) = (self.temperature, self.bias) {
            let how = "so that scores are as sure as those allow";
            writeln!(text, "temperature {temperature:.2} and bias {bias:+.2}: logits were divided and shifted {how}")
                .ok();
        }
        if let Some(threshold) = self.threshold {
            writeln!(text, "threshold {}, from the held-out videos", threshold_text(threshold)).ok();
        }
        text
    }
}

impl From<ScheduleName> for Schedule {
    fn from(name: ScheduleName) -> Self {
        match name {
            ScheduleName::Constant => Self::Constant,
            ScheduleName::Cosine => Self::Cosine,
        }
    }
}

/// The preset of that name.
///
/// # Errors
/// There is none; a sentence names those that there are.
pub fn preset(name: &str) -> Result<Preset, CliError> {
    name.parse().map_err(|_| {
        CliError::Input(format!(
            "there is no preset {name:?}; the presets are paper, published-ucf, published-xd, published-shanghaitech, \
             few-videos"
        ))
    })
}

fn settings(args: &TrainArgs) -> Result<TrainSettings, CliError> {
    let own = TrainSettings::preset(preset(&args.preset)?);
    let steps = args.steps.map_or(own.steps, |n| n as usize);
    Ok(TrainSettings {
        steps,
        seed: args.seed,
        schedule: args.schedule.into(),
        average: args.average.unwrap_or(own.average),
        learning_rate: args.learning_rate.unwrap_or(own.learning_rate),
        weight_decay: args.weight_decay.unwrap_or(own.weight_decay),
        dropout: args.dropout.unwrap_or(own.dropout),
        feature_noise: args.feature_noise.unwrap_or(own.feature_noise),
        unit_spread: args.unit_spread || own.unit_spread,
        warm_up: args.warm_up.map_or(own.warm_up, |n| n as usize),
        batch: args.batch.map_or(own.batch, usize::from),
        tsa: TsaSettings { enabled: !args.no_attention, ..own.tsa },
        validate_every: REPORT_EVERY,
        ..own
    })
}

/// Where the state of an unfinished training is kept: beside the model.
fn state_file(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".training");
    PathBuf::from(name)
}

/// Features and whose they are.
type Entry = (FeatureMatrix, VideoRef);

struct Loaded {
    features: Vec<Entry>,
    /// How many of them our own encoder made.
    videos: usize,
}

fn load(
    list: &Path,
    layout: Option<LayoutName>,
    extractor: &mut Extractor,
    ticket: &Ticket,
) -> Result<Loaded, CliError> {
    let mut loaded = Loaded { features: Vec::new(), videos: 0 };
    for path in lists::paths(list)? {
        loaded.videos += usize::from(!engine::is_feature_file(&path));
        let entry = extractor.features(&path, layout, ticket)?;
        loaded.features.push((entry.features, entry.content));
    }
    Ok(loaded)
}

/// Keeps every n-th entry out, so that a list sorted by scene loses some of each. Lists of fewer than
/// five entries are trained on whole.
fn hold_out<T>(all: Vec<T>, share: f64) -> (Vec<T>, Vec<T>) {
    if share <= 0.0 || all.len() < 5 {
        return (all, Vec::new());
    }
    let (mut used, mut held) = (Vec::new(), Vec::new());
    for (i, features) in all.into_iter().enumerate() {
        // The share of entries so far that is due, rounded down, goes up by one here.
        let due = ((i + 1) as f64 * share).floor() > (i as f64 * share).floor();
        if due { held.push(features) } else { used.push(features) }
    }
    (used, held)
}

/// Videos that are not trained on.
struct HeldOut {
    normal: Vec<FeatureMatrix>,
    abnormal: Vec<FeatureMatrix>,
}

impl HeldOut {
    fn is_enough(&self) -> bool {
        !self.normal.is_empty() && !self.abnormal.is_empty()
    }

    /// `None` when the work was cancelled or failed, which the training itself will report.
    fn judge(&self, scorer: &Scorer, ticket: &Ticket) -> Option<Judged> {
        Judged::of(scorer, self.videos(), ticket).ok()
    }

    fn videos(&self) -> impl Iterator<Item = (&FeatureMatrix, bool)> {
        let normal = self.normal.iter().map(|features| (features, false));
        normal.chain(self.abnormal.iter().map(|features| (features, true)))
    }
}

/// Shows the losses and judges models on held-out videos.
struct Watcher {
    bar: Bar,
    last: Option<Losses>,
    held: HeldOut,
    ticket: Ticket,
}

impl TrainObserver for Watcher {
    fn on_step(&mut self, report: &StepReport) {
        self.last = Some(report.losses);
        let progress = Progress { done: report.step, total: report.steps, skipped: 0 };
        self.bar.set_with(progress, &format!("loss {:.4}", report.losses.total));
        if report.step == 1 || report.step.is_multiple_of(REPORT_EVERY) {
            let l = report.losses;
            self.bar
                .say(&format!("step {}: loss {:.4}, bce {:.4}, margin {:.1}", report.step, l.total, l.bce, l.margin));
        }
    }

    fn validates(&self) -> bool {
        self.held.is_enough()
    }

    /// Higher is better, so the loss with its sign turned. A ranking figure alone is soon perfect on few
    /// videos and then tells models apart no longer.
    fn validate(&mut self, step: usize, scorer: &Scorer) -> Option<f64> {
        let judged = self.held.judge(scorer, &self.ticket)?;
        let loss = judged.loss()?;
        let auc = judged.auc().unwrap_or_default();
        self.bar.say(&format!("step {step}: held-out loss {loss:.4}, ROC-AUC by video {auc:.4}"));
        Some(-loss)
    }
}

/// Writes the model with the confidence and the threshold that its held-out videos give.
fn finish(
    args: &TrainArgs,
    trained: &train::Trained,
    watcher: &Watcher,
    device: &ComputeDevice,
) -> Result<Summary, CliError> {
    let mut weights = trained.weights.clone();
    let (mut judged, mut temperature, mut bias) = (None, None, None);
    if watcher.held.is_enough() {
        let mut info = weights.info().clone();
        let (held, correction) = (watcher.held.videos(), Correction::TemperatureAndBias);
        if let Some(calibrated) = train::calibrated(&weights, held, correction, device, &Ticket::unlimited())? {
            (temperature, bias) = (Some(calibrated.temperature), Some(calibrated.bias));
            info.results.insert("temperature".to_owned(), calibrated.temperature);
            info.results.insert("bias".to_owned(), calibrated.bias);
            weights = ModelWeights::new(calibrated.parameters, info.clone()).carrying(weights.replay().clone());
        }
        let scorer = Scorer::new(std::sync::Arc::new(weights.clone()), device)?;
        judged = watcher.held.judge(&scorer, &Ticket::unlimited());
        info.threshold = judged.as_ref().and_then(Judged::threshold);
        weights = weights.described(info);
    }
    weights.save(&args.output)?;
    Ok(Summary {
        model: args.output.display().to_string(),
        weights_id: weights.info().weights_id.clone(),
        step: trained.step,
        losses: watcher.last.map(Parts::from),
        held_out_loss: judged.as_ref().and_then(Judged::loss),
        held_out_auc: judged.as_ref().and_then(Judged::auc),
        temperature,
        bias,
        threshold: weights.info().threshold,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(n: usize) -> Vec<FeatureMatrix> {
        (0..n).map(|i| FeatureMatrix::new(1, 1, 1, vec![i as f32]).expect("fits")).collect()
    }

    #[test]
    fn a_fifth_is_held_out_evenly_and_short_lists_are_kept_whole() {
        let (used, held) = hold_out(features(11), 0.2);
        let numbers = |m: &[FeatureMatrix]| m.iter().map(|f| f.values()[0] as usize).collect::<Vec<_>>();
        assert_eq!((numbers(&held), used.len()), (vec![4, 9], 9));
        assert!(hold_out(features(4), 0.2).1.is_empty() && hold_out(features(9), 0.0).1.is_empty());
    }

    #[test]
    fn the_state_stands_beside_the_model() {
        assert_eq!(state_file(Path::new("a/m.safetensors")), Path::new("a/m.safetensors.training"));
    }
}
