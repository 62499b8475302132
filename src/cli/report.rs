//! What goes into a report folder: scored videos with pictures of their highest scores.
//!
//! Owns which events are shown. The folder and its page are [`crate::app::report`]'s.

use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::app::report::stills::{facts, picture, versions};
use crate::app::report::{Report, ReportVideo, write_report};
use crate::domain::library::VideoId;
use crate::domain::pixels::RgbPicture;
use crate::domain::score::ScoredVideo;
use crate::domain::segment::{AnomalySegment, EventRule};
use crate::media::OpenedVideo;

/// Pictures per video.
const PEAKS: usize = 3;
/// Pictures in all: they are held until the page is written.
const ALL_PEAKS: usize = 60;

/// One scored video.
pub struct Scene {
    video: OpenedVideo,
    id: VideoId,
    scored: ScoredVideo,
    notes: Vec<String>,
    truth: Vec<(usize, usize)>,
    events: Vec<AnomalySegment>,
    peaks: Vec<(usize, RgbPicture)>,
}

impl Scene {
    /// `truth` holds known anomalous frames, both ends inclusive.
    pub fn new(
        video: OpenedVideo,
        id: VideoId,
        scored: ScoredVideo,
        notes: Vec<String>,
        truth: Vec<(usize, usize)>,
    ) -> Self {
        Self { video, id, scored, notes, truth, events: Vec::new(), peaks: Vec::new() }
    }

    /// The frame in the middle of each of the highest events.
    fn take_pictures(&mut self, most: usize) {
        let mut events: Vec<&AnomalySegment> = self.events.iter().collect();
        events.sort_by(|a, b| b.peak_score.total_cmp(&a.peak_score));
        let mut peaks: Vec<usize> = events.iter().take(most).map(|e| e.peak).collect();
        peaks.sort_unstable();
        self.peaks = peaks.into_iter().filter_map(|peak| picture(&self.video, peak)).collect();
    }
}

/// Collects scored videos until the report is written.
pub struct ReportParts {
    title: String,
    rule: EventRule,
    scenes: Vec<Scene>,
    pictures: usize,
}

impl ReportParts {
    /// An empty report.
    pub fn new(title: &str, rule: EventRule) -> Self {
        Self { title: title.to_owned(), rule, scenes: Vec::new(), pictures: 0 }
    }

    /// Adds a video and decodes its pictures.
    pub fn add(&mut self, mut scene: Scene) {
        scene.events = self.rule.events(&scene.scored.snippets.scores);
        scene.take_pictures(PEAKS.min(ALL_PEAKS - self.pictures));
        self.pictures += scene.peaks.len();
        self.scenes.push(scene);
    }

    /// Writes the folder and returns the path of its page.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write(mut self, folder: &Path) -> Result<PathBuf, CliError> {
        let pictures: Vec<_> = self.scenes.iter_mut().map(|s| std::mem::take(&mut s.peaks)).collect();
        let videos: Vec<ReportVideo<'_>> = self
            .scenes
            .iter()
            .zip(pictures)
            .map(|(scene, peaks)| ReportVideo {
                path: &scene.video.info.path,
                id: Some(&scene.id),
                facts: facts(&scene.video),
                frames: &scene.video.frames,
                scored: &scene.scored,
                events: &scene.events,
                truth: &scene.truth,
                peaks,
                notes: &scene.notes,
            })
            .collect();
        let versions = versions();
        let report = Report { title: &self.title, videos: &videos, rule: self.rule, versions: &versions };
        Ok(write_report(folder, &report)?)
    }
}
