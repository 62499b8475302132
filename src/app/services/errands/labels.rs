//! Dry runs of imports and exports, and the writing of exports.
//!
//! Owns the videos that were opened for a dry run, so that another choice in the form does not open them again, and the
//! pictures of an import's ends. Does not own plans or formats.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use crate::app::exchange::{
    self, Choice, Entry, ExchangeError, ExportPlan, Format, ImportPlan, ImportRequest, Intake, OpenedFrames, Placed,
    SpanEnd, VideoChoice, Watch,
};
use crate::app::exchanging::{EndPicture, Outcome, PlannedExport, PlannedImport};
use crate::domain::library::VideoId;
use crate::domain::pixels::Thumb;
use crate::domain::queue::KnownVideo;
use crate::formats::labels::WriteOptions;
use crate::jobs::Ticket;
use crate::media::{OpenedVideo, ThumbSource};

/// Videos that were opened, by their content.
#[derive(Debug, Default)]
pub(super) struct OpenedVideos(HashMap<VideoId, OpenedVideo>);

impl OpenedVideos {
    fn open(&mut self, id: &VideoId, path: &Path, size: u64) -> Result<&OpenedVideo, String> {
        let same = self.0.get(id).is_some_and(|video| video.info.path == path && exchange::is_at(path, size));
        if !same {
            self.0.insert(id.clone(), exchange::open_video(path, size)?);
        }
        self.0.get(id).ok_or_else(|| format!("{} is not there", path.display()))
    }
}

/// What an import would do.
pub(super) fn plan_import(
    folder: &Path,
    request: &ImportRequest,
    opened: &mut OpenedVideos,
    watch: &mut Watch<'_>,
) -> Result<Arc<PlannedImport>, ExchangeError> {
    let Intake { read, list } = request.read()?;
    let known = super::read(folder)?.videos()?;
    let mut open =
        |entry: &Entry| opened.open(&entry.id, &entry.path, entry.size).map(|video| Arc::clone(&video.frames));
    let (plan, complaints) = request.plan(read, &known, &mut open, watch)?;
    let pictures = pictures(&plan, opened, watch.ticket);
    watch.go_on()?;
    let project = super::read(folder)?;
    let import = plan.import(String::new(), crate::domain::record::ItemId(1), &mut |id| project.review_state(id))?;
    drop(project);
    Ok(Arc::new(PlannedImport {
        files: request.files.iter().map(|file| exchange::name_of(file)).collect(),
        told_by_content: request.format.is_none(),
        list: list.map(|list| exchange::name_of(&list)),
        new_intervals: import.intervals,
        new_video_labels: import.video_labels,
        present: import.present,
        pictures,
        complaints,
        plan,
    }))
}

/// First and last frame of the first interval, then of the last.
fn pictures(plan: &ImportPlan, opened: &OpenedVideos, ticket: &Ticket) -> Vec<EndPicture> {
    let ends = plan.ends().into_iter().flatten();
    let frames = ends.flat_map(|(video, label)| [(video, label.span.start()), (video, label.span.last())]);
    frames
        .map(|(video, frame)| EndPicture {
            frame,
            time: video.frames.time(frame),
            picture: opened.0.get(&video.entry.id).and_then(|opened| picture(opened, frame, ticket)),
        })
        .collect()
}

fn picture(video: &OpenedVideo, frame: usize, ticket: &Ticket) -> Option<Thumb> {
    let made = ThumbSource::open(video).and_then(|mut source| source.picture(frame, ticket));
    made.inspect_err(|err| log::warn!("{err}")).ok().flatten()
}

/// What an export would hold, and what its format cannot.
pub(super) fn plan_export(
    folder: &Path,
    (choice, videos, format): (&Choice, &VideoChoice, Format),
    opened: &mut OpenedVideos,
    watch: &mut Watch<'_>,
) -> Result<Arc<PlannedExport>, ExchangeError> {
    let mut reviews = exchange::reviews(&super::read(folder)?)?;
    reviews.retain(|(video, _)| videos.holds(&video.id));
    let mut open = |video: &KnownVideo| -> Result<OpenedFrames, String> {
        let opened = opened.open(&video.id, &video.path, video.size)?;
        Ok((Arc::clone(&opened.frames), (opened.info.width as u32, opened.info.height as u32)))
    };
    let plan = ExportPlan::watched(&reviews, choice, &mut open, watch)?;
    let losses = plan.losses(format);
    Ok(Arc::new(PlannedExport { plan, format, losses }))
}

/// Writes what was planned, unless files are in the way.
pub(super) fn export(
    planned: &PlannedExport,
    end: Option<SpanEnd>,
    output: &Path,
    replace: bool,
) -> Result<Outcome, ExchangeError> {
    let date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let end = end.filter(|end| planned.format.end_choices().iter().any(|choice| choice.end == *end));
    let written = planned.plan.write(planned.format, WriteOptions { end, date: &date });
    let written = written.map_err(|err| ExchangeError::Input(err.to_string()))?;
    let placed = Placed::new(output, &written)?;
    let taken = placed.taken();
    if !replace && !taken.is_empty() {
        return Ok(Outcome::Taken(taken));
    }
    placed.write()?;
    Ok(Outcome::Exported(placed.paths()))
}
