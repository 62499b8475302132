//! The report folder of a scoring run: one page to look at, and the numbers behind it.
//!
//! Owns the layout of the folder and of its page. Does not own scoring, decoding or charts: it is given
//! scores and pictures, and [`crate::plots`] draws.
//!
//! ```text
//! FOLDER/index.html
//! FOLDER/01-NAME/timeline.png  timeline.svg  peak-1.png …  scores.json  scores.csv
//! ```
//!
//! The report of a case, which adds what people said, is [`case`]'s; that of an evaluation is [`run`]'s.

pub mod ablation;
pub mod case;
mod case_page;
mod case_table;
pub mod casework;
mod page;
pub mod run;
pub mod section;
pub mod stills;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::sheet::{CSV_HEADER, ScoreSheet};
use crate::disk;
use crate::domain::frames::FrameTable;
use crate::domain::library::VideoId;
use crate::domain::pixels::RgbPicture;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::plots::{ChartError, ChartSize, TimelineChart, picture_png, timeline_png, timeline_svg};

/// A whole run.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// Headline of the page.
    pub title: &'a str,
    /// The videos, in order.
    pub videos: &'a [ReportVideo<'a>],
    /// How scores became events.
    pub rule: EventRule,
    /// Names and versions of the program and its libraries.
    pub versions: &'a [(String, String)],
}

/// One video of a run.
#[derive(Clone, Debug)]
pub struct ReportVideo<'a> {
    /// The file, as given by the user.
    pub path: &'a Path,
    /// Hash of its content.
    pub id: Option<&'a VideoId>,
    /// Facts to list, such as codec and size: name and value.
    pub facts: Vec<(String, String)>,
    /// Times of its frames.
    pub frames: &'a FrameTable,
    /// Scores and what made them.
    pub scored: &'a ScoredVideo,
    /// The events that [`Report::rule`] gives.
    pub events: &'a [AnomalySegment],
    /// Known anomalous frames, both ends inclusive; empty if nothing is known.
    pub truth: &'a [(usize, usize)],
    /// Frames to show, such as those of the highest scores: frame number and upright picture.
    pub peaks: Vec<(usize, RgbPicture)>,
    /// Sentences about damage and the like.
    pub notes: &'a [String],
}

/// Why there is no report.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A file or folder cannot be written.
    #[error("cannot write the report file {path}: {source}. Choose another folder, or make room on the disk", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A chart or picture cannot be drawn.
    #[error("cannot make {path} for the report: {source}", path = path.display())]
    Chart {
        /// Which.
        path: PathBuf,
        /// Why.
        source: ChartError,
    },
    /// Numbers cannot be written as JSON.
    #[error("cannot write the scores of {path} as JSON: {source}", path = path.display())]
    Json {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}

/// Writes `report` into `folder`, which is made if missing, and returns the path of its page.
///
/// Each file is complete or the old one; the page comes last. Other files in the folder are left alone.
///
/// # Errors
/// A file cannot be written, or scores do not belong to their video.
pub fn write_report(folder: &Path, report: &Report<'_>) -> Result<PathBuf, ReportError> {
    let mut parts = Vec::new();
    for (at, video) in report.videos.iter().enumerate() {
        let part = part_name(at, video.path);
        let inside = folder.join(&part);
        fs::create_dir_all(&inside).map_err(|source| ReportError::Write { path: inside.clone(), source })?;
        write_video(&inside, video, report.rule)?;
        parts.push(part);
    }
    fs::create_dir_all(folder).map_err(|source| ReportError::Write { path: folder.to_owned(), source })?;
    let index = folder.join("index.html");
    replace(&index, page::page(report, &parts).as_bytes())?;
    Ok(index)
}

fn write_video(folder: &Path, video: &ReportVideo<'_>, rule: EventRule) -> Result<(), ReportError> {
    let chart = TimelineChart {
        title: &page::file_name(video.path),
        frames: video.frames,
        scores: &video.scored.snippets,
        threshold: rule.threshold,
        events: video.events,
        truth: video.truth,
    };
    let drawn = |file: &str, result: Result<Vec<u8>, ChartError>| {
        let path = folder.join(file);
        let bytes = result.map_err(|source| ReportError::Chart { path: path.clone(), source })?;
        replace(&path, &bytes)
    };
    drawn("timeline.png", timeline_png(&chart, ChartSize::REPORT))?;
    drawn("timeline.svg", timeline_svg(&chart, ChartSize::REPORT).map(String::into_bytes))?;
    for (at, (_, picture)) in video.peaks.iter().enumerate() {
        drawn(&format!("peak-{}.png", at + 1), picture_png(picture))?;
    }
    let sheet = sheet(video, rule);
    let path = folder.join("scores.json");
    let text = sheet.json().map_err(|source| ReportError::Json { path: path.clone(), source })?;
    replace(&path, text.as_bytes())?;
    replace(&folder.join("scores.csv"), format!("{CSV_HEADER}{}", sheet.csv()).as_bytes())
}

/// All numbers of a video, with what is needed to get them again.
fn sheet(video: &ReportVideo<'_>, rule: EventRule) -> ScoreSheet {
    let source = video.path.display().to_string();
    ScoreSheet {
        video_id: video.id.map(ToString::to_string),
        notes: video.notes.to_vec(),
        ..ScoreSheet::new(source, video.scored, Some(video.frames), rule, video.events)
    }
}

/// A folder name for video `at`: its number keeps equal names apart, and only plain characters are used.
fn part_name(at: usize, path: &Path) -> String {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String =
        stem.chars().take(60).map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    format!("{:02}-{plain}", at + 1)
}

/// Writes a file so that it is either the old one or complete.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    disk::replace(path, bytes).map_err(|source| ReportError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::score::{SnippetScores, TsaSettings};
    use crate::domain::time::MediaTime;

    fn frames(count: usize) -> FrameTable {
        let entry = |i| (MediaTime::from_micros(i as i64 * 40_000), i == 0);
        FrameTable::new((0..count).map(entry).collect(), None).expect("has frames")
    }

    fn scored(scores: Vec<f32>) -> ScoredVideo {
        let snippets =
            SnippetScores { attention: vec![0.7; scores.len()], magnitudes: vec![3.5; scores.len()], scores };
        ScoredVideo {
            snippets,
            tsa: TsaSettings::default(),
            encoder: "builtin-motion-1".into(),
            model: "0123".into(),
            device: "CPU".into(),
            complete: true,
        }
    }

    #[test]
    fn a_report_holds_pictures_numbers_and_a_page_that_finds_them() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let frames = frames(70);
        let scored = scored(vec![0.1, 0.9, 0.8, 0.2, 0.1]);
        let rule = EventRule::default();
        let events = rule.events(&scored.snippets.scores);
        let id = VideoId::from_hash([7; 32]);
        let video = |name: &'static str| ReportVideo {
            path: Path::new(name),
            id: Some(&id),
            facts: vec![("codec".into(), "h264".into())],
            frames: &frames,
            scored: &scored,
            events: &events,
            truth: &[(18, 40)],
            peaks: vec![(24, RgbPicture::black(32, 18))],
            notes: &[],
        };
        let videos = [video("a/<one> & two.mp4"), video("b/<one> & two.mp4")];
        let versions = [("ffmpeg".into(), "5.1".into())];
        let report = Report { title: "Run", videos: &videos, rule, versions: &versions };
        let index = write_report(&folder.path().join("out"), &report).expect("writes");
        let page = fs::read_to_string(&index).expect("is there");
        let out = index.parent().expect("is in a folder");
        let linked: Vec<&str> = page.split(['"']).filter(|s| s.starts_with("01-") || s.starts_with("02-")).collect();
        assert!(linked.len() >= 8, "{linked:?}");
        assert!(linked.iter().all(|l| out.join(l).is_file()), "{linked:?}");
        for word in ["&lt;one&gt; &amp; two.mp4", "builtin-motion-1", id.as_str(), "ffmpeg", "0.90", "CPU"] {
            assert!(page.contains(word), "{word} is missing");
        }
        assert!(!page.contains("<one>") && !page.contains("http"), "names are escaped and nothing is fetched");
        let csv = fs::read_to_string(out.join("01--one----two/scores.csv")).expect("is there");
        assert_eq!(csv.lines().nth(5), Some("a/<one> & two.mp4,4,64,69,2.56,2.8,0.1,0.7,3.5,"));
        let json: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("02--one----two/scores.json")).expect("is there"))
                .expect("is JSON");
        assert_eq!(
            (json["events"][0]["first_frame"].as_u64(), json["events"][0]["last_frame"].as_u64()),
            (Some(16), Some(47))
        );
        assert_eq!(json["tsa"]["samples"], 100);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        let report = Report { title: "", videos: &[], rule: EventRule::default(), versions: &[] };
        let err = write_report(&file.path().join("x"), &report).expect_err("is a file");
        assert!(err.to_string().contains(&*file.path().to_string_lossy()), "{err}");
    }
}
