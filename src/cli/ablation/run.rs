//! One run of an ablation: training on the other folds, scoring the one set aside, and the folder that holds both.
//!
//! Owns what a run's folder holds and whether it is the run that is asked for. Does not own which runs there are.
//!
//! ```text
//! FOLDER/FEATURES/tsa-on/seed-0/fold-1/model.safetensors  log.csv  scores.npy  labels.npy  frames.list  run.json
//! ```
//!
//! `run.json` is written last: a folder with it is finished. An unfinished one may hold the state of its training.

use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::app::sheet;
use crate::cli::error::CliError;
use crate::cli::files;
use crate::domain::ablation::Cell;
use crate::domain::evaluation::{EvalVideo, class};
use crate::domain::features::FeatureMatrix;
use crate::domain::provenance::{SeenVideos, VideoRef};
use crate::domain::score::TsaSettings;
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};
use crate::domain::trial;
use crate::formats::npy;
use crate::jobs::Ticket;
use crate::model::train::{self, StepReport, TrainObserver, TrainPlan, TrainSet, TrainSettings};
use crate::model::{ComputeDevice, Scorer};

/// Features and folds of one kind.
pub struct Kind {
    /// What it is called.
    pub name: String,
    /// Videos of each fold.
    pub folds: Vec<Vec<FoldVideo>>,
}

/// A video of a fold.
pub struct FoldVideo {
    /// As its list calls it.
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
#[derive(Debug, PartialEq, Serialize, Deserialize)]
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

/// Does runs.
pub struct Runner<'a> {
    /// Of the ablation.
    pub folder: &'a Path,
    /// Of every run, but for seed and attention.
    pub settings: &'a TrainSettings,
    /// Where it computes.
    pub device: &'a ComputeDevice,
    /// Asked before every step.
    pub ticket: &'a Ticket,
}

/// Keeps the losses.
struct Log<'a> {
    rows: String,
    show: &'a mut dyn FnMut(&str),
}

impl TrainObserver for Log<'_> {
    fn on_step(&mut self, report: &StepReport) {
        let l = report.losses;
        // Writing to a string cannot fail.
        writeln!(self.rows, "{},{},{},{},{},{}", report.step, l.total, l.bce, l.margin, l.sparsity, l.smoothness).ok();
        (self.show)(&format!("step {} of {}, loss {:.4}", report.step, report.steps, l.total));
    }
}

impl Runner<'_> {
    /// The judged videos of a run with its scores, and whether it was there already.
    ///
    /// # Errors
    /// The folder holds another run, the training failed or was called off, or a file cannot be written.
    pub fn cell(
        &self,
        cell: &Cell,
        kind: &Kind,
        show: &mut dyn FnMut(&str),
    ) -> Result<(Vec<EvalVideo>, bool), CliError> {
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
        let done = folder.join("run.json");
        if done.exists() {
            let text = files::text(&done)?;
            let finished: Finished = serde_json::from_str(&text).map_err(|err| {
                CliError::input(&done, format!("cannot be read: {err}; delete its folder to run it again"))
            })?;
            if finished.asked != asked {
                let reason = "is a run of other videos or settings; choose another --out folder, or delete this one's";
                return Err(CliError::input(&done, reason));
            }
            return Ok((videos(&judged, &finished.scores), true));
        }
        let scores = self.run(&folder, &asked, &others, &judged, show)?;
        Ok((videos(&judged, &scores), false))
    }

    fn run(
        &self,
        folder: &Path,
        asked: &Asked,
        others: &[&FoldVideo],
        judged: &[&FoldVideo],
        show: &mut dyn FnMut(&str),
    ) -> Result<Vec<Vec<f32>>, CliError> {
        std::fs::create_dir_all(folder).map_err(|err| CliError::writing(folder, &err))?;
        let of = |abnormal: bool| {
            let some = others.iter().filter(|video| video.labels.contains(&true) == abnormal);
            some.map(|video| video.features.clone()).collect::<Vec<_>>()
        };
        let set = TrainSet { normal: of(false), abnormal: of(true) };
        let state = folder.join("training.state");
        let plan = TrainPlan {
            settings: asked.settings.clone(),
            start: None,
            checkpoint: Some(state.clone()),
            encoder: others.first().and_then(|video| video.encoder.clone()),
            data: Some(format!("{} videos of the other folds of an ablation", others.len())),
            videos: Some(SeenVideos { trained: asked.trained.clone(), chosen: Vec::new(), complete: true }),
        };
        let path = folder.join("log.csv");
        // A state of other settings would go on with those, so it is only taken where it is of these.
        let begun = state.exists() && train::checkpoint::Checkpoint::load(&state)?.settings == asked.settings;
        let header = || "step,loss,bce,margin,sparsity,smoothness\n".to_owned();
        let rows = if begun && path.exists() { files::text(&path)? } else { header() };
        let mut log = Log { rows, show };
        let trained = if begun {
            train::resume(&state, &plan, &set, self.device, &mut log, self.ticket)
        } else {
            train::train(&plan, &set, self.device, &mut log, self.ticket)
        };
        // Also of a training that was called off, which goes on from here.
        files::write(&path, log.rows.as_bytes())?;
        let trained = trained?;
        trained.weights.save(&folder.join("model.safetensors"))?;
        let weights_id = trained.weights.info().weights_id.clone();
        let tsa = trained.weights.info().tsa;
        let scorer = Scorer::new(std::sync::Arc::new(trained.weights), self.device)?;
        let mut scores = Vec::new();
        for video in judged {
            let mut own = scorer.score(&video.features, &tsa, None, self.ticket)?.scores;
            own.truncate(SnippetGrid::new(video.labels.len()).count());
            scores.push(own);
        }
        let all = videos(judged, &scores);
        let frames: Vec<f32> = all.iter().flat_map(|v| (0..v.frames).map(|frame| v.score(frame))).collect();
        let labels: Vec<f32> = all.iter().flat_map(EvalVideo::labels).map(|l| f32::from(u8::from(l))).collect();
        files::write(&folder.join("scores.npy"), &npy::write(&[frames.len()], &frames))?;
        files::write(&folder.join("labels.npy"), &npy::write(&[labels.len()], &labels))?;
        let list: Vec<String> = all.iter().map(|video| format!("{} {}\n", video.name, video.frames)).collect();
        files::write(&folder.join("frames.list"), list.concat().as_bytes())?;
        let asked = Asked {
            cell: asked.cell.clone(),
            settings: asked.settings.clone(),
            trained: asked.trained.clone(),
            judged: asked.judged.clone(),
        };
        let finished = Finished { program: sheet::program(), asked, weights_id, device: self.device.label(), scores };
        files::write(&folder.join("run.json"), (serde_json::to_string_pretty(&finished)? + "\n").as_bytes())?;
        std::fs::remove_file(&state).ok();
        Ok(finished.scores)
    }
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
