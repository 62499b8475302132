//! An import as it was asked for: which files, in which format, whose labels.
//!
//! Owns reading the files, what their numbers are taken to mean, and which videos they can be about. Does not own the
//! formats, the plan, nor what is done about it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::hashing::hash_files;
use super::library::{Entry, Library};
use super::plan::{self, ImportPlan};
use super::source::{self, Source, SourceRead};
use super::work::{ExchangeError, Stage, Watch};
use crate::domain::frames::FrameTable;
use crate::domain::queue::KnownVideo;
use crate::formats::ground_truth::SpanEnd;
use crate::formats::labels::{Convention, Format, Rate, Unit};
use crate::jobs::Progress;
use crate::media;

/// What to import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImportRequest {
    /// Label files, all of one format.
    pub files: Vec<PathBuf>,
    /// Their format; told by their content if not given.
    pub format: Option<Format>,
    /// The list that belongs to a gt.npy; the file of the same name ending in .list by default.
    pub list: Option<PathBuf>,
    /// Whether a written end frame is inside; the format's usual rule by default.
    pub end: Option<SpanEnd>,
    /// Frames per second at which the file counts, where that is a setting of the other tool.
    pub fps: Option<f64>,
    /// Whose labels they are, where the file does not say.
    pub lane: String,
    /// Videos and folders of videos that the file may speak of, besides those of the project.
    pub videos: Vec<PathBuf>,
}

/// What label files say, and the list that was read with them.
#[derive(Clone, Debug)]
pub struct Intake {
    /// Format and content.
    pub read: SourceRead,
    /// The list, if the format needs one.
    pub list: Option<PathBuf>,
}

/// What the numbers of a format mean, with what the person said about them; what cannot be said of it is ignored.
pub fn convention(format: Format, end: Option<SpanEnd>, fps: Option<f64>) -> Convention {
    let usual = format.convention();
    let end = end.filter(|end| format.end_choices().iter().any(|choice| choice.end == *end));
    let ended = end.map_or(usual, |end| usual.with_end(end));
    match fps.filter(|fps| ended.unit == Unit::Frames && fps.is_finite() && *fps > 0.0) {
        Some(fps) => Convention { rate: Rate::Even(fps), ..ended },
        None => ended,
    }
}

/// What numbers mean, in words.
pub fn meaning(convention: Convention) -> String {
    let unit = match (convention.unit, convention.rate) {
        (Unit::Seconds, _) => return "seconds".to_owned(),
        (Unit::Millis, _) => return "milliseconds".to_owned(),
        (Unit::Frames, Rate::Video) => "frames of the video".to_owned(),
        (Unit::Frames, Rate::Even(fps)) => format!("frames at {fps} per second"),
    };
    let end = match convention.end {
        SpanEnd::Inclusive => "the end frame belongs to the interval",
        SpanEnd::Exclusive => "the end frame does not belong to the interval",
    };
    format!("{unit}, counted from {}; {end}", convention.base)
}

/// The last part of a path.
pub fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
}

/// The video files that the paths stand for.
///
/// # Errors
/// A path does not exist, or there is no video among them.
pub fn videos(paths: &[PathBuf]) -> Result<Vec<PathBuf>, ExchangeError> {
    if let Some(missing) = paths.iter().find(|p| !p.exists()) {
        return Err(ExchangeError::Input(format!("{}: there is no such file or folder", missing.display())));
    }
    let videos = media::video_files(paths);
    if videos.is_empty() {
        let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
        return Err(ExchangeError::Input(format!("there are no video files in {}", names.join(", "))));
    }
    Ok(videos)
}

fn bytes(path: &Path) -> Result<Vec<u8>, ExchangeError> {
    std::fs::read(path).map_err(|err| ExchangeError::Input(format!("{}: cannot be read: {err}", path.display())))
}

impl ImportRequest {
    /// Reads the files, and the list if they need one.
    ///
    /// # Errors
    /// A file cannot be read, or is of no known format or damaged.
    pub fn read(&self) -> Result<Intake, ExchangeError> {
        let mut sources = Vec::with_capacity(self.files.len());
        for file in &self.files {
            sources.push(Source { name: name_of(file), bytes: bytes(file)? });
        }
        let beside = || match self.files.as_slice() {
            [one] => Some(one.with_extension("list")).filter(|list| list.is_file()),
            _ => None,
        };
        let list = self.list.clone().or_else(beside);
        let listed = list.as_deref().map(bytes).transpose()?;
        let read = source::read(self.format, &sources, listed.as_deref())?;
        let list = list.filter(|_| read.format.needs_list());
        Ok(Intake { read, list })
    }

    /// Plans the import of what was read into a project that knows these videos. `open` gives a video's frames, or a
    /// sentence why there are none. Also gives sentences about named videos that cannot be read.
    ///
    /// # Errors
    /// A path of [`Self::videos`] holds no video, or the work was stopped.
    pub fn plan(
        &self,
        read: SourceRead,
        known: &[KnownVideo],
        open: &mut dyn FnMut(&Entry) -> Result<Arc<FrameTable>, String>,
        watch: &mut Watch<'_>,
    ) -> Result<(ImportPlan, Vec<String>), ExchangeError> {
        let (library, complaints) = self.library(&read, known, watch)?;
        let convention = convention(read.format, self.end, self.fps);
        let mut progress = Progress { done: 0, total: read.file.videos.len(), skipped: 0 };
        let ticket = watch.ticket;
        let mut counted = |entry: &Entry| {
            if ticket.is_stale() {
                return Err("cancelled".to_owned());
            }
            progress.done += 1;
            (watch.progress)(Stage::Opening, progress);
            open(entry)
        };
        let plan = plan::plan((read.format, read.file), convention, &self.lane, &library, &mut counted);
        watch.go_on()?;
        Ok((plan, complaints))
    }

    /// The project's videos and those of the given paths that the file may speak of, hashed.
    fn library(
        &self,
        read: &SourceRead,
        known: &[KnownVideo],
        watch: &mut Watch<'_>,
    ) -> Result<(Library, Vec<String>), ExchangeError> {
        if self.videos.is_empty() {
            return Ok((Library::new(Vec::new(), known), Vec::new()));
        }
        let names: Vec<&str> = read.file.videos.iter().map(|video| video.name.as_str()).collect();
        let wanted: Vec<PathBuf> = Library::candidates(&names, &videos(&self.videos)?);
        let (mut given, mut complaints) = (Vec::new(), Vec::new());
        for file in hash_files(&wanted, watch.ticket, &mut |p| (watch.progress)(Stage::Hashing, p))? {
            match file.id {
                Ok(id) => given.push(Entry::given(id, file.path, file.size)),
                Err(err) => complaints.push(err.to_string()),
            }
        }
        Ok((Library::new(given, known), complaints))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_format_leaves_open_can_be_said_of_its_numbers() {
        let end = |format: Format, end| convention(format, Some(end), None).end;
        assert_eq!(end(Format::Ucf, SpanEnd::Inclusive), SpanEnd::Inclusive);
        assert_eq!(end(Format::Xd, SpanEnd::Inclusive), SpanEnd::Exclusive, "all such files agree");
        assert_eq!(convention(Format::LabelStudio, None, Some(24.0)).rate, Rate::Even(24.0));
        assert_eq!(convention(Format::LabelStudio, None, Some(0.0)).rate, Rate::Video);
        assert_eq!(convention(Format::Elan, None, Some(24.0)).rate, Rate::Video);
    }
}
