//! Writing a set of clips as video files with their ground truth.
//!
//! Owns the folder: which clips are there already, in what order files appear, and their annotation
//! files. Does not own encoding: [`crate::media::VideoWriter`] does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use super::film::Film;
use super::plan::{ClipPlan, DemoSet, FRAME_RATE, plan};
use super::truth::{TruthSpan, annotation_line, merged, truth};
use crate::disk;
use crate::domain::pixels::RgbPicture;
use crate::domain::time::Rate;
use crate::jobs::{Progress, Ticket};
use crate::media::{MediaError, VideoWriter};

/// Changes whenever the same plan would give other pictures, so that older clips are made anew.
const GENERATOR: u32 = 2;
/// Name of the file that records how the clips of a folder were made.
const RECORD: &str = "demo.json";
/// Frames drawn at once, in parallel.
const BATCH: usize = 12;

/// A clip on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoClip {
    /// The video file.
    pub path: PathBuf,
    /// How it was made.
    pub plan: ClipPlan,
    /// What happens in it.
    pub spans: Vec<TruthSpan>,
}

/// Why a set of clips is not there.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A file or folder cannot be written.
    #[error("cannot write {path}: {source}. Choose another folder, or make room on the disk", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A clip cannot be encoded.
    #[error("cannot encode the demo clip {path}: {source}", path = path.display())]
    Encode {
        /// Which.
        path: PathBuf,
        /// What the encoder said.
        source: MediaError,
    },
    /// It was cancelled. Finished clips stay and are used next time.
    #[error("making demo clips was cancelled; finished clips stay in {folder}", folder = folder.display())]
    Cancelled {
        /// Where.
        folder: PathBuf,
    },
}

/// How the clips of a folder were made.
#[derive(Default, Serialize, Deserialize)]
struct Record {
    generator: u32,
    clips: Vec<Made>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Made {
    plan: ClipPlan,
    bytes: u64,
}

/// Writes the clips of `set` under `seed` into `folder`, with `ground_truth.json` and
/// `temporal_annotation.txt`; a training set also gets `normal.list` and `abnormal.list`.
///
/// Clips that are there already, from the same seed, are kept. Each file appears when it is complete.
/// Progress counts frames.
///
/// # Errors
/// A file cannot be written or encoded, or `ticket` became stale.
pub fn write(
    folder: &Path,
    seed: u64,
    set: DemoSet,
    progress: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<Vec<DemoClip>, DemoError> {
    write_clips(folder, plan(seed, set), matches!(set, DemoSet::Training { .. }), progress, ticket)
}

fn write_clips(
    folder: &Path,
    plans: Vec<ClipPlan>,
    lists: bool,
    progress: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<Vec<DemoClip>, DemoError> {
    fs::create_dir_all(folder).map_err(|source| DemoError::Write { path: folder.to_owned(), source })?;
    let mut record = read_record(folder);
    let path_of = |plan: &ClipPlan| folder.join(format!("{}.mp4", plan.name));
    let there = |record: &Record, plan: &ClipPlan| {
        let bytes = fs::metadata(path_of(plan)).map_or(0, |m| m.len());
        record.clips.iter().any(|made| made.plan == *plan && made.bytes == bytes)
    };
    let kept: Vec<bool> = plans.iter().map(|plan| there(&record, plan)).collect();
    let skipped: usize = plans.iter().zip(&kept).filter(|p| *p.1).map(|p| p.0.frames).sum();
    let mut state = Progress { done: skipped, total: plans.iter().map(|p| p.frames).sum(), skipped };
    progress(state);
    for (plan, kept) in plans.iter().zip(kept) {
        if kept {
            continue;
        }
        let path = path_of(plan);
        let bytes = write_clip(&path, plan, &mut state, progress, ticket)?;
        // Recorded after the file is in place: a kill in between only means that it is made again.
        record.clips.retain(|made| made.plan.name != plan.name);
        record.clips.push(Made { plan: plan.clone(), bytes });
        let text = serde_json::to_string_pretty(&record).unwrap_or_default();
        replace(&folder.join(RECORD), text.as_bytes())?;
    }
    let clips: Vec<DemoClip> =
        plans.into_par_iter().map(|plan| DemoClip { path: path_of(&plan), spans: truth(&plan), plan }).collect();
    write_truth(folder, &clips, lists)?;
    Ok(clips)
}

fn read_record(folder: &Path) -> Record {
    // A missing or damaged record only means that clips are made again.
    let text = fs::read_to_string(folder.join(RECORD)).unwrap_or_default();
    let record: Record = serde_json::from_str(&text).unwrap_or_default();
    if record.generator == GENERATOR { record } else { Record { generator: GENERATOR, clips: Vec::new() } }
}

fn write_clip(
    path: &Path,
    plan: &ClipPlan,
    state: &mut Progress,
    progress: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<u64, DemoError> {
    let encoded = |source| DemoError::Encode { path: path.to_owned(), source };
    let rate = Rate { num: FRAME_RATE as i32, den: 1 };
    // The writer puts the file in place when it is finished, and leaves nothing behind when it is dropped before.
    let mut writer = VideoWriter::create(path, plan.width, plan.height, rate).map_err(encoded)?;
    let film = Film::new(plan);
    for first in (0..film.frames()).step_by(BATCH) {
        if ticket.is_stale() {
            let folder = path.parent().unwrap_or_else(|| Path::new(".")).to_owned();
            return Err(DemoError::Cancelled { folder });
        }
        let batch = first..(first + BATCH).min(film.frames());
        let pictures: Vec<RgbPicture> = batch.into_par_iter().map(|frame| film.frame(frame)).collect();
        for picture in &pictures {
            writer.push(picture).map_err(encoded)?;
        }
        state.done += pictures.len();
        progress(*state);
    }
    writer.finish().map_err(encoded)?;
    fs::metadata(path).map(|m| m.len()).map_err(|source| DemoError::Write { path: path.to_owned(), source })
}

fn write_truth(folder: &Path, clips: &[DemoClip], lists: bool) -> Result<(), DemoError> {
    let name = |clip: &DemoClip| format!("{}.mp4", clip.plan.name);
    let entries: serde_json::Map<String, serde_json::Value> = clips
        .iter()
        .map(|clip| {
            let entry = json!({
                "frames": clip.plan.frames,
                "label": u8::from(!clip.spans.is_empty()),
                "spans_inclusive": merged(&clip.spans),
                "events": clip.spans,
                "scene": clip.plan.scene,
                "daylight": clip.plan.daylight,
                "seed": clip.plan.seed,
            });
            (name(clip), entry)
        })
        .collect();
    let truth = serde_json::to_string_pretty(&entries).unwrap_or_default();
    replace(&folder.join("ground_truth.json"), truth.as_bytes())?;
    let lines: Vec<String> = clips.iter().map(|clip| annotation_line(&name(clip), &clip.spans)).collect();
    replace(&folder.join("temporal_annotation.txt"), (lines.join("\n") + "\n").as_bytes())?;
    if lists {
        for (file, normal) in [("normal.list", true), ("abnormal.list", false)] {
            let names: String = clips.iter().filter(|c| c.spans.is_empty() == normal).map(|c| name(c) + "\n").collect();
            replace(&folder.join(file), names.as_bytes())?;
        }
    }
    Ok(())
}

/// Writes a file so that it is either the old one or complete.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), DemoError> {
    disk::replace(path, bytes).map_err(|source| DemoError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiny() -> Vec<ClipPlan> {
        let mut plans = plan(2, DemoSet::Training { clips: 2 });
        for p in &mut plans {
            (p.width, p.height) = (96, 54);
        }
        plans
    }

    #[test]
    fn clips_are_written_once_and_kept() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let mut seen = Vec::new();
        let ticket = Ticket::unlimited();
        let clips = write_clips(folder.path(), tiny(), true, &mut |p| seen.push(p), &ticket).expect("writes");
        assert_eq!(seen.last().map(|p| (p.done, p.skipped)), Some((clips.iter().map(|c| c.plan.frames).sum(), 0)));
        let stamp = |c: &DemoClip| fs::metadata(&c.path).and_then(|m| m.modified()).expect("is there");
        let before: Vec<_> = clips.iter().map(stamp).collect();
        let again = write_clips(folder.path(), tiny(), true, &mut |p| seen.push(p), &ticket).expect("writes");
        assert_eq!(clips, again);
        assert_eq!(before, again.iter().map(stamp).collect::<Vec<_>>());
        let read = |file: &str| fs::read_to_string(folder.path().join(file)).expect("is there");
        assert_eq!(read("normal.list"), "Normal000.mp4\n");
        assert_eq!(read("abnormal.list"), "Running000.mp4\n");
        assert_eq!(read("temporal_annotation.txt").lines().count(), 2);
        let truth: serde_json::Value = serde_json::from_str(&read("ground_truth.json")).expect("is JSON");
        assert_eq!(truth["Normal000.mp4"]["label"], 0);
        assert_eq!(truth["Running000.mp4"]["frames"], clips[1].plan.frames);
        // Nothing half-made is left behind.
        let names = fs::read_dir(folder.path()).expect("is a folder").flatten().map(|e| e.file_name());
        assert!(names.into_iter().all(|n| !n.to_string_lossy().starts_with('.')));
    }

    #[test]
    fn a_cancelled_run_leaves_no_half_clip() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let clock = crate::jobs::Generation::default();
        let ticket = clock.advance();
        let stop = &mut |p: Progress| {
            if p.done > 30 {
                clock.cancel();
            }
        };
        let err = write_clips(folder.path(), tiny(), false, stop, &ticket).expect_err("was cancelled");
        assert!(matches!(err, DemoError::Cancelled { .. }), "{err}");
        assert_eq!(fs::read_dir(folder.path()).expect("is a folder").count(), 0);
    }
}
