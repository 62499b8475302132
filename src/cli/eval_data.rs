//! The videos that `eval` judges, from whatever files they come in.
//!
//! Owns matching scores, stored or made now, and the yardsticks beside them, to ground truth, and which of the videos are
//! judged. The forms of ground truth are in [`super::truth`]; the figures are [`crate::app::evaluation`]'s.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::args::eval::EvalArgs;
use super::engine::{self, Extractor, Loaded};
use super::error::CliError;
use super::eval_names::choice;
use super::measure::{is_spread, spread};
use super::score::Judge;
use super::truth::{Truth, labels};
use super::{files, lists};
use crate::app::{pipeline, yardstick};
use crate::domain::evaluation::{EvalVideo, class};
use crate::domain::provenance::VideoRef;
use crate::domain::score::TsaSettings;
use crate::domain::snippet::{SNIPPET_FRAMES, SnippetGrid};
use crate::domain::trial;
use crate::formats::list::NamedFrames;
use crate::jobs::Ticket;
use crate::media;
use crate::model::ModelInfo;
use crate::model::weights::ModelWeights;

/// Frames per second where nothing says.
const USUAL_RATE: f64 = 30.0;

/// What is to be judged.
#[derive(Default)]
pub struct EvalData {
    /// The videos in the order of the lists.
    pub videos: Vec<EvalVideo>,
    /// Their names and contents, in the same order.
    pub contents: Vec<VideoRef>,
    /// Whether they are videos, or rows of frames whose borders nobody knows.
    pub told_apart: bool,
    /// Frames that were cut because the ground truth counts fewer.
    pub cut: i64,
    /// Frames beyond the scores that were given the last.
    pub filled: i64,
    /// Yardsticks, one pair per video, where asked for.
    pub motion: Vec<Motion>,
    /// The model that made the scores, now or before.
    pub model: Option<ModelInfo>,
    /// Settings of attention that made them.
    pub tsa: Option<TsaSettings>,
    /// Where the scores were computed, if that was just now.
    pub device: Option<String>,
    /// Frames per second that were assumed.
    pub assumed_rate: Option<f64>,
}

/// Yardsticks of one video, one value per snippet.
pub struct Motion {
    /// Mean change from frame to frame.
    pub mean: Vec<f32>,
    /// Median of the same.
    pub median: Vec<f32>,
}

impl EvalData {
    /// Reads and, with a list of videos or features, scores them.
    ///
    /// # Errors
    /// Inputs that cannot be read or do not belong together.
    pub fn gather(args: &EvalArgs, ticket: &Ticket) -> Result<Self, CliError> {
        let data = match &args.list {
            None => stored(args)?,
            Some(list) => scored(args, list, ticket)?,
        };
        if data.videos.is_empty() {
            return Err(CliError::Input("there is no video to judge".to_owned()));
        }
        Ok(data)
    }

    /// Gives the videos the classes that a file names for them.
    fn classify(&mut self, classes: &BTreeMap<String, Vec<String>>) {
        for video in &mut self.videos {
            if let Some(named) = classes.get(&video.name) {
                video.classes.clone_from(named);
            }
        }
    }

    fn push(&mut self, video: (&str, VideoRef), classes: Vec<String>, labels: &[bool], scores: Vec<f32>, clock: Clock) {
        let rate = match clock {
            Clock::Video { frames, seconds } => frames as f64 / seconds,
            Clock::Unknown(fps) => {
                let rate = fps.unwrap_or(USUAL_RATE);
                self.assumed_rate = Some(rate);
                rate
            }
        };
        self.contents.push(video.1);
        self.videos.push(EvalVideo {
            name: video.0.to_owned(),
            classes,
            frames: labels.len(),
            seconds: labels.len() as f64 / rate,
            truth: trial::spans(labels),
            scores,
            step: SNIPPET_FRAMES,
        });
    }
}

/// Where the time of a video comes from.
#[derive(Clone, Copy)]
enum Clock {
    Video { frames: usize, seconds: f64 },
    Unknown(Option<f64>),
}

/// Stored scores.
fn stored(args: &EvalArgs) -> Result<EvalData, CliError> {
    for (what, count) in [("--gt", args.gt.len()), ("--frames", args.frames.len())] {
        if count != args.scores.len() && (what == "--gt" || count > 0) {
            let scores = args.scores.len();
            return Err(CliError::Input(format!(
                "{scores} files of scores and {count} of {what}: give one {what} file for each --scores file, in the same order"
            )));
        }
    }
    let made_by = args.choice.made_by.as_deref().map(ModelWeights::load).transpose()?;
    let model = made_by.map(|weights| weights.info().clone());
    let mut data = EvalData { told_apart: !args.frames.is_empty(), model, ..EvalData::default() };
    if !data.told_apart && (args.split.is_some() || args.classes.is_some()) {
        let reason = "--split and --classes need --frames, a list of names with frame counts, to tell the videos apart";
        return Err(CliError::Input(reason.to_owned()));
    }
    let lists: Vec<Vec<NamedFrames>> =
        args.frames.iter().map(|list| lists::named_frames(list)).collect::<Result<_, _>>()?;
    let (split, classes) = choice(args, lists.iter().flatten())?;
    for (at, (path, truth)) in args.scores.iter().zip(&args.gt).enumerate() {
        let scores = files::array(path)?.values;
        if let Some(place) = scores.iter().position(|s| !s.is_finite()) {
            return Err(CliError::input(path, format!("score {place} is not a finite number")));
        }
        match args.frames.get(at).zip(lists.get(at)) {
            Some((list, entries)) => {
                told_apart(&mut data, args, [path, truth, list], (entries, &scores), split.as_ref())?;
            }
            None => rows(&mut data, path, truth, scores)?,
        }
    }
    data.classify(&classes);
    Ok(data)
}

/// Scores of which nobody knows where one video ends.
fn rows(data: &mut EvalData, path: &Path, truth: &Path, scores: Vec<f32>) -> Result<(), CliError> {
    if !is_array(truth) {
        let reason = "names videos, so --frames has to say which scores are whose: a list of names with frame counts";
        return Err(CliError::input(truth, reason));
    }
    let labels = labels(truth)?;
    let (count, frames) = (scores.len(), labels.len());
    let step = if count == frames {
        1
    } else if count.saturating_mul(SNIPPET_FRAMES) == frames {
        SNIPPET_FRAMES
    } else {
        let reason = format!(
            "{count} scores fit the {frames} labels of {} neither frame by frame nor with {SNIPPET_FRAMES} frames per score; \
             if they are of several videos, --frames names them with their numbers of frames",
            truth.display()
        );
        return Err(CliError::input(path, reason));
    };
    let name = path.display().to_string();
    data.push((&name, VideoRef::named(&name)), Vec::new(), &labels, scores, Clock::Unknown(None));
    data.assumed_rate = None;
    if let Some(video) = data.videos.last_mut() {
        video.step = step;
    }
    Ok(())
}

/// Scores of the videos of a list.
fn told_apart(
    data: &mut EvalData,
    args: &EvalArgs,
    [path, truth_path, list]: [&Path; 3],
    (entries, scores): (&[NamedFrames], &[f32]),
    split: Option<&BTreeSet<String>>,
) -> Result<(), CliError> {
    let truth = Truth::read(truth_path, args.span_end, entries)?;
    let mut labels = Vec::with_capacity(entries.len());
    for (at, entry) in entries.iter().enumerate() {
        let own = truth.labels(at, entry, Path::new(&entry.name), 0).map_err(|e| CliError::input(truth_path, e))?;
        if own.is_empty() {
            let reason = format!("entry {}: no frame count behind {}", at + 1, entry.name);
            return Err(CliError::input(list, reason));
        }
        labels.push(own);
    }
    let frames: usize = labels.iter().map(Vec::len).sum();
    let snippets: usize = labels.iter().map(|own| SnippetGrid::new(own.len()).count()).sum();
    let by_frame = scores.len() == frames;
    if !by_frame && scores.len() != snippets {
        return Err(CliError::input(
            path,
            format!(
                "{} scores fit the {} videos of {} neither frame by frame ({frames}) nor snippet by snippet ({snippets})",
                scores.len(),
                entries.len(),
                list.display()
            ),
        ));
    }
    let mut rest = scores;
    for (entry, own) in entries.iter().zip(&labels) {
        let (part, after) = rest.split_at(if by_frame { own.len() } else { SnippetGrid::new(own.len()).count() });
        rest = after;
        if split.is_some_and(|split| !split.contains(&entry.name)) {
            continue;
        }
        let classes = truth.classes(Path::new(&entry.name)).unwrap_or_else(|| class::of_name(&entry.name));
        // Scores of frames that were snippets' are taken as those again.
        let whole = by_frame && !is_spread(part);
        let part =
            if by_frame && !whole { part.iter().step_by(SNIPPET_FRAMES).copied().collect() } else { part.to_vec() };
        let named = (entry.name.as_str(), VideoRef::named(&entry.name));
        data.push(named, classes, own, part, Clock::Unknown(args.fps));
        if let Some(video) = data.videos.last_mut().filter(|_| whole) {
            video.step = 1;
        }
    }
    Ok(())
}

/// Scores the files of a list.
fn scored(args: &EvalArgs, list: &Path, ticket: &Ticket) -> Result<EvalData, CliError> {
    let ([truth_path], [] | [_]) = (args.gt.as_slice(), args.frames.as_slice()) else {
        return Err(CliError::Input("--list takes one --gt file and at most one --frames list".to_owned()));
    };
    let entries = entries(list, args.frames.first().map(std::path::PathBuf::as_path))?;
    let truth = Truth::read(truth_path, args.span_end, &entries)?;
    let (split, classes) = choice(args, &entries)?;
    let device = engine::device(args.engine.device)?;
    let scorer = engine::scorer(&args.engine, &device)?;
    let tsa = engine::tsa(&args.tsa, scorer.info().tsa);
    let model = Some(scorer.info().clone());
    let device_name = Some(device.label());
    let mut data = EvalData { told_apart: true, model, tsa: Some(tsa), device: device_name, ..EvalData::default() };
    let judge = Judge::new(scorer).with_tsa(tsa);
    let mut extractor = Extractor::open(&args.engine.encoder, &device, true)?;
    for (i, entry) in entries.iter().enumerate() {
        if split.as_ref().is_some_and(|split| !split.contains(&entry.name)) {
            continue;
        }
        let path = lists::find(list, args.root.as_deref(), i, &entry.name)?;
        if !engine::is_feature_file(&path) {
            pipeline::check_match(judge.scorer(), extractor.encoder())?;
        }
        let Loaded { features, video, content } = extractor.features(&path, args.layout, ticket)?;
        let scores = judge.score(&features, "", ticket).map_err(|err| err.about(&path))?;
        let mut scores = scores.snippets.scores;
        let count = video.as_ref().map_or(scores.len() * SNIPPET_FRAMES, |video| video.frames);
        let (labels, difference) = truth.fitting(truth_path, (i, entry), &path, count)?;
        data.cut += difference.max(0);
        data.filled += (-difference).max(0);
        scores.truncate(SnippetGrid::new(labels.len()).count());
        if args.yardsticks {
            data.motion.push(motion(&path, ticket)?);
        }
        let classes = truth.classes(&path).unwrap_or_else(|| class::of_name(&entry.name));
        let clock = video.map_or(Clock::Unknown(args.fps), |v| Clock::Video { frames: v.frames, seconds: v.seconds });
        data.push((&entry.name, content), classes, &labels, scores, clock);
    }
    data.classify(&classes);
    Ok(data)
}

/// Yardsticks of the video at `path`.
fn motion(path: &Path, ticket: &Ticket) -> Result<Motion, CliError> {
    if engine::is_feature_file(path) {
        let reason = "holds features; yardsticks are measured in the frames of videos, so the list has to name videos";
        return Err(CliError::input(path, reason));
    }
    let own = yardstick::of_video(&media::open(path)?, ticket)?;
    Ok(Motion { mean: own.mean, median: own.median })
}

/// Entries of the list, with frame counts from a second list where one is given.
fn entries(list: &Path, frames: Option<&Path>) -> Result<Vec<NamedFrames>, CliError> {
    let mut entries = lists::named_frames(list)?;
    if let Some(frames) = frames {
        let counts = lists::named_frames(frames)?;
        if counts.len() != entries.len() {
            let reason = format!("has {} entries, but {} has {}", counts.len(), list.display(), entries.len());
            return Err(CliError::input(frames, reason));
        }
        for (entry, count) in entries.iter_mut().zip(counts) {
            entry.frames = count.frames;
        }
    }
    Ok(entries)
}

fn is_array(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("npy"))
}

/// Yardsticks spread over the frames of all videos: mean and median.
pub fn motion_frames(data: &EvalData) -> [Vec<f32>; 2] {
    let mut all = [Vec::new(), Vec::new()];
    for (video, motion) in data.videos.iter().zip(&data.motion) {
        for (all, own) in all.iter_mut().zip([&motion.mean, &motion.median]) {
            let mut frames = spread(own, video.frames);
            frames.resize(video.frames, own.last().copied().unwrap_or_default());
            all.extend(frames);
        }
    }
    all
}
