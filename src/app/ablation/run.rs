//! One run of an ablation: training on the other folds, scoring the one set aside, and the folder that holds both.
//!
//! Owns what a run's folder holds and whether it is the run that is asked for. Does not own which runs there are.
//!
//! ```text
//! FOLDER/FEATURES/tsa-on/seed-0/fold-1/model.safetensors  log.csv  scores.npy  labels.npy  frames.list  run.json
//! ```
//!
//! `run.json` is written last: a folder with it is finished. An unfinished one may hold the state of its training, with
//! `begun.json` beside it, which says what that is a training of.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::AblationError;
use crate::app::sheet;
use crate::disk;
use crate::domain::ablation::Cell;
use crate::domain::evaluation::ranking::Ranking;
use crate::domain::evaluation::{EvalVideo, class};
use crate::domain::features::FeatureMatrix;
use crate::domain::metrics::DetectionMetrics;
use crate::domain::provenance::{SeenVideos, VideoRef};
use crate::domain::score::TsaSettings;
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};
use crate::domain::trial;
use crate::formats::npy;
use crate::jobs::Ticket;
use crate::model::train::{self, Losses, StepReport, TrainObserver, TrainPlan, TrainSet, TrainSettings};
use crate::model::{ComputeDevice, Scorer};

/// Features and folds of one kind.
#[derive(Debug)]
pub struct Kind {
    /// What it is called.
    pub name: String,
    /// Videos of each fold.
    pub folds: Vec<Vec<FoldVideo>>,
}

/// A video of a fold.
#[derive(Debug)]
pub struct FoldVideo {
    /// As its list, or its file, is called.
    pub name: String,
    /// Name and content.
    pub content: VideoRef,
    /// One row per snippet.
    pub features: FeatureMatrix,
    /// One per frame.
    pub labels: Vec<bool>,
    /// Which encoder made the features, if one of ours did.
    pub encoder: Option<String>,
}

/// What decides about a run: another one must not be taken for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Asked {
    #[serde(flatten)]
    cell: Cell,
    settings: TrainSettings,
    trained: Vec<VideoRef>,
    judged: Vec<VideoRef>,
}

/// A finished run, as its folder says.
#[derive(Debug, Serialize, Deserialize)]
struct Finished {
    program: String,
    #[serde(flatten)]
    asked: Asked,
    weights_id: String,
    device: String,
    /// Scores of each judged video, in order.
    scores: Vec<Vec<f32>>,
}

/// A run and what came out.
#[derive(Clone, Debug)]
pub struct DoneRun {
    /// Which.
    pub cell: Cell,
    /// Where it is.
    pub folder: PathBuf,
    /// How it was trained.
    pub settings: TrainSettings,
    /// How many videos it was trained on.
    pub trained: usize,
    /// Hash of its weights.
    pub weights_id: String,
    /// What it ran on.
    pub device: String,
    /// Parts of the loss, one for each step; fewer where its log is damaged.
    pub losses: Vec<Losses>,
    /// The judged videos with its scores, in the order of the fold.
    pub videos: Vec<EvalVideo>,
    /// Figures over their frames; `None` where all of them have the same label.
    pub figures: Option<DetectionMetrics>,
}

/// Does runs, and finds those that were done.
#[derive(Debug)]
pub struct Runner<'a> {
    /// Of the ablation.
    pub folder: &'a Path,
    /// Of every run, but for seed and attention.
    pub settings: &'a TrainSettings,
}

/// A run that is asked for.
struct Job<'a> {
    folder: PathBuf,
    asked: Asked,
    others: Vec<&'a FoldVideo>,
    judged: Vec<&'a FoldVideo>,
}

/// Keeps the losses.
struct Log<'a> {
    rows: String,
    show: &'a mut dyn FnMut(&StepReport),
}

/// First line of the log.
const LOG_HEADER: &str = "step,loss,bce,margin,sparsity,smoothness\n";

impl TrainObserver for Log<'_> {
    fn on_step(&mut self, report: &StepReport) {
        let l = report.losses;
        // Writing to a string cannot fail.
        writeln!(self.rows, "{},{},{},{},{},{}", report.step, l.total, l.bce, l.margin, l.sparsity, l.smoothness).ok();
        (self.show)(report);
    }
}

/// The losses of a log, up to the first line that is none.
fn losses(log: &str) -> Vec<Losses> {
    let row = |line: &str| {
        let values: Vec<f32> = line.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
        let [_, total, bce, margin, sparsity, smoothness] = values[..] else { return None };
        Some(Losses { total, bce, margin, sparsity, smoothness, ..Losses::default() })
    };
    log.lines().skip(1).map_while(row).collect()
}

impl Runner<'_> {
    /// A run that was done, if it was.
    ///
    /// # Errors
    /// The folder holds another run, or cannot be read.
    pub fn found(&self, cell: &Cell, kind: &Kind) -> Result<Option<DoneRun>, AblationError> {
        self.job(cell, kind).found()
    }

    /// A run: as it was done, or done now, going on where it was called off.
    ///
    /// # Errors
    /// The folder holds another run, the training failed or was called off, or a file cannot be written.
    pub fn run(
        &self,
        cell: &Cell,
        kind: &Kind,
        device: &ComputeDevice,
        show: &mut dyn FnMut(&StepReport),
        ticket: &Ticket,
    ) -> Result<DoneRun, AblationError> {
        self.job(cell, kind).run(device, show, ticket)
    }

    fn job<'a>(&self, cell: &Cell, kind: &'a Kind) -> Job<'a> {
        let folder = cell.folders().iter().fold(self.folder.to_owned(), |path, part| path.join(part));
        let settings = TrainSettings {
            seed: cell.seed,
            tsa: TsaSettings { enabled: cell.attention, ..self.settings.tsa },
            ..self.settings.clone()
        };
        let (judged, others): (Vec<_>, Vec<_>) = kind.folds.iter().enumerate().partition(|(at, _)| at + 1 == cell.fold);
        let judged: Vec<&FoldVideo> = judged.into_iter().flat_map(|(_, fold)| fold).collect();
        let others: Vec<&FoldVideo> = others.into_iter().flat_map(|(_, fold)| fold).collect();
        let contents = |videos: &[&FoldVideo]| videos.iter().map(|video| video.content.clone()).collect::<Vec<_>>();
        let asked = Asked { cell: cell.clone(), settings, trained: contents(&others), judged: contents(&judged) };
        Job { folder, asked, others, judged }
    }
}

impl Job<'_> {
    fn found(self) -> Result<Option<DoneRun>, AblationError> {
        let path = self.folder.join("run.json");
        if !path.exists() {
            return Ok(None);
        }
        let finished: Finished = serde_json::from_str(&text(&path)?).map_err(|err| {
            AblationError::file(&path, format!("cannot be read: {err}; delete its folder to run it again"))
        })?;
        if finished.asked != self.asked {
            return Err(AblationError::OtherRun { path });
        }
        // Only the curves are missing without it.
        let log = std::fs::read_to_string(self.folder.join("log.csv")).unwrap_or_default();
        Ok(Some(self.done(finished, &log)))
    }

    fn done(self, finished: Finished, log: &str) -> DoneRun {
        let videos = videos(&self.judged, &finished.scores);
        DoneRun {
            figures: Ranking::of(&videos).metrics(&vec![1; videos.len()]),
            videos,
            trained: self.others.len(),
            cell: finished.asked.cell,
            settings: finished.asked.settings,
            folder: self.folder,
            weights_id: finished.weights_id,
            device: finished.device,
            losses: losses(log),
        }
    }

    fn run(
        self,
        device: &ComputeDevice,
        show: &mut dyn FnMut(&StepReport),
        ticket: &Ticket,
    ) -> Result<DoneRun, AblationError> {
        let (folder, asked) = (&self.folder, &self.asked);
        std::fs::create_dir_all(folder).map_err(AblationError::writing(folder))?;
        let of = |abnormal: bool| {
            let some = self.others.iter().filter(|video| video.labels.contains(&true) == abnormal);
            some.map(|video| video.features.clone()).collect::<Vec<_>>()
        };
        let set = TrainSet { normal: of(false), abnormal: of(true) };
        let (state, begun) = (folder.join("training.state"), folder.join("begun.json"));
        let plan = TrainPlan {
            settings: asked.settings.clone(),
            start: None,
            checkpoint: Some(state.clone()),
            encoder: self.others.first().and_then(|video| video.encoder.clone()),
            data: Some(format!("{} videos of the other folds of an ablation", self.others.len())),
            videos: Some(SeenVideos { trained: asked.trained.clone(), chosen: Vec::new(), complete: true }),
        };
        let path = folder.join("log.csv");
        // A state of other videos or settings would go on with those, so it is only taken where it is of these.
        let of_these = || Some(serde_json::from_str::<Asked>(&std::fs::read_to_string(&begun).ok()?).ok()? == *asked);
        let goes_on = state.exists() && of_these() == Some(true);
        if !goes_on && state.exists() {
            // First: beside a note of these videos it would be taken for theirs after a crash.
            std::fs::remove_file(&state).map_err(AblationError::writing(&state))?;
        }
        write(&begun, &json(asked)?)?;
        let done_before = if goes_on && path.exists() { text(&path)? } else { LOG_HEADER.to_owned() };
        let mut log = Log { rows: done_before, show };
        let trained = if goes_on {
            train::resume(&state, &plan, &set, device, &mut log, ticket)
        } else {
            train::train(&plan, &set, device, &mut log, ticket)
        };
        // Also of a training that was called off, which goes on from here.
        write(&path, log.rows.as_bytes())?;
        let log = log.rows;
        let trained = trained?;
        trained.weights.save(&folder.join("model.safetensors"))?;
        let weights_id = trained.weights.info().weights_id.clone();
        let tsa = trained.weights.info().tsa;
        let scorer = Scorer::new(std::sync::Arc::new(trained.weights), device)?;
        let mut scores = Vec::new();
        for video in &self.judged {
            let mut own = scorer.score(&video.features, &tsa, None, ticket)?.scores;
            own.truncate(SnippetGrid::new(video.labels.len()).count());
            scores.push(own);
        }
        let all = videos(&self.judged, &scores);
        let frames: Vec<f32> = all.iter().flat_map(|v| (0..v.frames).map(|frame| v.score(frame))).collect();
        let labels: Vec<f32> = all.iter().flat_map(EvalVideo::labels).map(|l| f32::from(u8::from(l))).collect();
        write(&folder.join("scores.npy"), &npy::write(&[frames.len()], &frames))?;
        write(&folder.join("labels.npy"), &npy::write(&[labels.len()], &labels))?;
        let list: Vec<String> = all.iter().map(|video| format!("{} {}\n", video.name, video.frames)).collect();
        write(&folder.join("frames.list"), list.concat().as_bytes())?;
        let (asked, device) = (asked.clone(), device.label());
        let finished = Finished { program: sheet::program(), asked, weights_id, device, scores };
        write(&folder.join("run.json"), &json(&finished)?)?;
        for path in [state, begun] {
            std::fs::remove_file(path).ok();
        }
        Ok(self.done(finished, &log))
    }
}

fn text(path: &Path) -> Result<String, AblationError> {
    std::fs::read_to_string(path).map_err(|err| AblationError::file(path, format!("cannot be read: {err}")))
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, AblationError> {
    let text = serde_json::to_string_pretty(value).map_err(|err| AblationError::Input(err.to_string()))?;
    Ok((text + "\n").into_bytes())
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), AblationError> {
    disk::replace(path, bytes).map_err(AblationError::writing(path))
}

/// The judged videos with their scores.
fn videos(judged: &[&FoldVideo], scores: &[Vec<f32>]) -> Vec<EvalVideo> {
    let video = |(video, scores): (&&FoldVideo, &Vec<f32>)| EvalVideo {
        name: video.name.clone(),
        classes: class::of_name(&video.name),
        frames: video.labels.len(),
        seconds: 0.0,
        truth: trial::spans(&video.labels),
        scores: scores.clone(),
        step: SNIPPET_FRAMES,
    };
    judged.iter().zip(scores).map(video).collect()
}
