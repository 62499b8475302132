//! `lookback eval`: figures of stored scores, or of a model on a list.
//!
//! Owns reading ground truth in its forms and matching it to scores. The arithmetic is in
//! [`super::measure`].

use std::path::{Path, PathBuf};

use super::args::{EvalArgs, SpanEndName};
use super::engine::{self, Extractor};
use super::error::CliError;
use super::measure::{Figures, Frames, fit, per_frame, spread};
use super::progress::cancelled_by_interrupt;
use super::score::Judge;
use super::{files, lists};
use crate::app::pipeline;
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::formats::ground_truth::{self, SpanEnd, VideoTruth};
use crate::formats::list::NamedFrames;
use crate::formats::npy;

/// Runs the command.
///
/// # Errors
/// Inputs that cannot be read or do not belong together.
pub fn run(args: &EvalArgs) -> Result<(), CliError> {
    let (frames, figures) = match &args.list {
        None => {
            let frames = stored(&args.scores, &args.gt)?;
            let figures = Figures::of(&frames).map_err(CliError::Input)?;
            (frames, figures)
        }
        Some(list) => scored(args, list)?,
    };
    save(args, &frames)?;
    if args.json {
        let json = serde_json::to_string_pretty(&figures).map_err(|err| CliError::Failed(err.to_string()))?;
        files::print(&(json + "\n"))
    } else {
        files::print(&figures.table())
    }
}

/// Pools pairs of score and label arrays.
fn stored(scores: &[PathBuf], truths: &[PathBuf]) -> Result<Frames, CliError> {
    if scores.len() != truths.len() {
        return Err(CliError::Input(format!(
            "{} files of scores and {} of ground truth: give one --gt file for each --scores file, in the same order",
            scores.len(),
            truths.len()
        )));
    }
    let mut frames = Frames::default();
    for (scores_path, truth_path) in scores.iter().zip(truths) {
        let labels = labels(truth_path)?;
        let scores = files::array(scores_path)?.values;
        if scores.iter().any(|s| !s.is_finite()) {
            return Err(CliError::input(scores_path, "holds scores that are not finite numbers"));
        }
        let scores = per_frame(scores, labels.len()).map_err(|err| CliError::input(scores_path, err))?;
        frames.scores.extend(scores);
        frames.labels.extend(labels);
    }
    Ok(frames)
}

/// Scores the files of a list and pools them.
fn scored(args: &EvalArgs, list: &Path) -> Result<(Frames, Figures), CliError> {
    let [truth_path] = args.gt.as_slice() else {
        return Err(CliError::Input("--list takes one --gt file".to_owned()));
    };
    let entries = entries(list, args.frames.as_deref())?;
    let truth = Truth::read(truth_path, args.span_end, &entries)?;
    let ticket = cancelled_by_interrupt()?;
    let device = engine::device(args.engine.device)?;
    let scorer = engine::scorer(&args.engine, &device)?;
    let tsa = engine::tsa(&args.tsa, scorer.info().tsa);
    let judge = Judge::new(scorer).with_tsa(tsa);
    let mut extractor = Extractor::open(&args.engine.encoder, &device, true)?;
    let (mut frames, mut cut, mut filled) = (Frames::default(), 0, 0);
    for (i, entry) in entries.iter().enumerate() {
        let path = lists::find(list, args.root.as_deref(), i, &entry.name)?;
        if !engine::is_feature_file(&path) {
            pipeline::check_match(judge.scorer(), extractor.encoder())?;
        }
        let (features, count) = extractor.features(&path, args.layout, &ticket)?;
        let scores = judge.score(&features, "", &ticket).map_err(|err| match err {
            CliError::Input(reason) => CliError::input(&path, reason),
            other => other,
        })?;
        let count = count.unwrap_or(scores.snippets.len() * SNIPPET_FRAMES);
        let scores = spread(&scores.snippets.scores, count);
        let labels = truth.labels(i, entry, &path, count).map_err(|err| CliError::input(truth_path, err))?;
        let (scores, difference) = fit(scores, labels.len()).map_err(|err| CliError::input(&path, err))?;
        cut += difference.max(0);
        filled += (-difference).max(0);
        frames.scores.extend(scores);
        frames.labels.extend(labels);
    }
    if cut > 0 {
        files::complain(&format!("{cut} scored frames were cut: the ground truth counts fewer"));
    }
    if filled > 0 {
        files::complain(&format!("{filled} frames beyond the scores were given the last score of their video"));
    }
    let mut figures = Figures::of(&frames).map_err(CliError::Input)?;
    (figures.videos, figures.frames_cut) = (Some(entries.len()), Some(cut));
    Ok((frames, figures))
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

/// Ground truth of a list.
enum Truth {
    /// By place in the list.
    InOrder(Vec<Vec<bool>>),
    /// By name.
    Named(Vec<VideoTruth>),
}

impl Truth {
    fn read(path: &Path, end: SpanEndName, entries: &[NamedFrames]) -> Result<Self, CliError> {
        let wrong = |err| CliError::input(path, err);
        let end = match end {
            SpanEndName::Inclusive => SpanEnd::Inclusive,
            SpanEndName::Exclusive => SpanEnd::Exclusive,
        };
        match path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).as_deref() {
            Some("npy") => Ok(Self::InOrder(ground_truth::split_labels(&labels(path)?, entries).map_err(wrong)?)),
            Some("json") => Ok(Self::Named(ground_truth::from_json(&files::text(path)?).map_err(wrong)?)),
            _ => Ok(Self::Named(ground_truth::from_annotation(&files::text(path)?, end).map_err(wrong)?)),
        }
    }

    /// Labels of entry `index`, as many as the list, else the truth, else the video has frames.
    fn labels(&self, index: usize, entry: &NamedFrames, path: &Path, count: usize) -> Result<Vec<bool>, String> {
        match self {
            Self::InOrder(parts) => parts.get(index).cloned().ok_or_else(|| format!("has no entry {}", index + 1)),
            Self::Named(videos) => {
                let video = about(videos, path)?;
                Ok(video.labels(entry.frames.or(video.frames).unwrap_or(count)))
            }
        }
    }
}

/// What the truth says about the file at `path`: the entry of its name; of several, the one whose folders agree furthest.
fn about<'a>(videos: &'a [VideoTruth], path: &Path) -> Result<&'a VideoTruth, String> {
    let shown = path.to_string_lossy();
    let folders = |name: &str| {
        let mut parts: Vec<String> = name.split(['/', '\\']).map(str::to_owned).collect();
        parts.pop();
        parts
    };
    let own = folders(&shown);
    let agree = |video: &&VideoTruth| {
        folders(&video.name).iter().rev().zip(own.iter().rev()).take_while(|(a, b)| a == b).count()
    };
    let named: Vec<_> = videos.iter().filter(|v| plain_name(&v.name) == plain_name(&shown)).collect();
    let most = named.iter().map(agree).max().ok_or_else(|| format!("says nothing about {}", path.display()))?;
    match named.iter().filter(|video| agree(video) == most).collect::<Vec<_>>()[..] {
        [video] => Ok(video),
        [one, other, ..] => Err(format!(
            "says two things that may be meant for {}: {} and {}; name their folders as the list does",
            path.display(),
            one.name,
            other.name
        )),
        [] => Err(format!("says nothing about {}", path.display())),
    }
}

/// A name without folders and without a video's or array's ending: `Abuse/Abuse028_x264.mp4` is `Abuse028_x264`.
fn plain_name(name: &str) -> &str {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    // Names of videos hold dots of their own, so only known endings go.
    match base.rsplit_once('.') {
        Some((stem, "mp4" | "avi" | "mkv" | "mov" | "webm" | "ts" | "npy" | "safetensors" | "txt")) => stem,
        _ => base,
    }
}

/// Concatenated labels.
fn labels(path: &Path) -> Result<Vec<bool>, CliError> {
    let array = files::array(path)?;
    ground_truth::labels_of(&array.values).map_err(|err| CliError::input(path, err))
}

/// Writes what was judged, where asked.
fn save(args: &EvalArgs, frames: &Frames) -> Result<(), CliError> {
    let count = [frames.scores.len()];
    if let Some(path) = &args.save_scores {
        files::write(path, &npy::write(&count, &frames.scores))?;
    }
    if let Some(path) = &args.save_labels {
        let labels: Vec<f32> = frames.labels.iter().map(|l| f32::from(u8::from(*l))).collect();
        files::write(path, &npy::write(&count, &labels))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_across_folders_and_endings() {
        assert_eq!(plain_name("Abuse/Abuse028_x264.mp4"), plain_name("features/Abuse028_x264.npy"));
        assert_eq!(plain_name("A.Beautiful.Mind.2001__#00-25-20_label_A"), "A.Beautiful.Mind.2001__#00-25-20_label_A");
    }

    #[test]
    fn folders_tell_files_of_one_name_apart() {
        let truth = |name: &str| VideoTruth { name: name.to_owned(), frames: Some(20), spans: Vec::new() };
        let found = |names: &[&str], path: &str| {
            let videos: Vec<_> = names.iter().map(|name| truth(name)).collect();
            about(&videos, Path::new(path)).map(|video| video.name.clone())
        };
        let both = ["1/camera1.mp4", "2/camera1.mp4"];
        assert_eq!(found(&both, "/v/2/camera1.mp4").as_deref(), Ok("2/camera1.mp4"));
        assert_eq!(found(&both[..1], "/elsewhere/camera1.npy").as_deref(), Ok("1/camera1.mp4"));
        assert!(found(&both, "/v/camera1.mp4").is_err_and(|err| err.contains("two things")));
        assert!(found(&both, "/v/1/camera2.mp4").is_err());
    }

    #[test]
    fn the_lists_count_wins_over_the_truths_and_the_videos() {
        let truth = Truth::Named(vec![VideoTruth { name: "a.mp4".to_owned(), frames: Some(20), spans: vec![(1, 3)] }]);
        let entry = |frames| NamedFrames { name: "a".to_owned(), frames };
        let count = |frames| truth.labels(0, &entry(frames), Path::new("x/a.npy"), 32).map(|l| l.len());
        assert_eq!((count(Some(16)), count(None)), (Ok(16), Ok(20)));
        assert!(truth.labels(0, &entry(None), Path::new("b.mp4"), 32).is_err());
    }
}
