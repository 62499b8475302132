//! Ground truth of the videos of a list, as commands are given it.
//!
//! Owns which form a file has and what is said where none of its entries, or more than one, may be about a video. The forms
//! are [`crate::formats::ground_truth`]'s, which name means which video is [`crate::domain::video_name`]'s.

use std::path::Path;

use super::args::eval::SpanEndName;
use super::error::CliError;
use super::files;
use super::measure::fit;
use crate::domain::evaluation::{NORMAL, class};
use crate::domain::video_name::{Meant, Names};
use crate::formats::ground_truth::{self, SpanEnd, VideoTruth};
use crate::formats::list::NamedFrames;

/// Ground truth of a list.
pub enum Truth {
    /// By place in the list.
    InOrder(Vec<Vec<bool>>),
    /// By name.
    Named(Vec<VideoTruth>),
}

impl Truth {
    /// Reads it, by the ending of its name. `end` says what the end of a span means in a temporal annotation.
    ///
    /// # Errors
    /// The file cannot be read, or does not belong to the list.
    pub fn read(path: &Path, end: SpanEndName, entries: &[NamedFrames]) -> Result<Self, CliError> {
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
    ///
    /// # Errors
    /// The truth says nothing about it, in words without the truth's file.
    pub fn labels(&self, index: usize, entry: &NamedFrames, path: &Path, count: usize) -> Result<Vec<bool>, String> {
        match self {
            Self::InOrder(parts) => parts.get(index).cloned().ok_or_else(|| format!("has no entry {}", index + 1)),
            Self::Named(videos) => match about(videos, path) {
                Ok(video) => Ok(video.labels(entry.frames.or(video.frames).unwrap_or(count))),
                // XD-Violence's annotation leaves out its normal videos, whose names say so.
                Err(None) if class::of_name(&entry.name) == [NORMAL] => Ok(vec![false; entry.frames.unwrap_or(count)]),
                Err(None) => Err(format!("says nothing about {}", path.display())),
                Err(Some(ambiguous)) => Err(ambiguous),
            },
        }
    }

    /// Labels of entry `index`, and how many of the `count` frames of its file at `path` they leave out; negative where they
    /// are more.
    ///
    /// # Errors
    /// The truth at `own` says nothing about it, or is not of the same video.
    pub fn fitting(
        &self,
        own: &Path,
        (index, entry): (usize, &NamedFrames),
        path: &Path,
        count: usize,
    ) -> Result<(Vec<bool>, i64), CliError> {
        let labels = self.labels(index, entry, path, count).map_err(|err| CliError::input(own, err))?;
        let difference = fit(count, labels.len()).map_err(|err| CliError::input(path, err))?;
        Ok((labels, difference))
    }

    /// Classes that the truth itself names for the file at `path`; `None` where it does not.
    pub fn classes(&self, path: &Path) -> Option<Vec<String>> {
        let Self::Named(videos) = self else { return None };
        about(videos, path).ok().map(|video| video.classes.clone()).filter(|classes| !classes.is_empty())
    }
}

/// What the truth says about the file at `path`. An error without words is that there is nothing.
fn about<'a>(videos: &'a [VideoTruth], path: &Path) -> Result<&'a VideoTruth, Option<String>> {
    match Names::new(videos.iter().map(|video| video.name.as_str())).meant(&path.to_string_lossy()) {
        Meant::One(at) => Ok(&videos[at]),
        Meant::Either(one, other) => Err(Some(format!(
            "says two things that may be meant for {}: {one} and {other}; name their folders as the list does",
            path.display()
        ))),
        Meant::Nothing => Err(None),
    }
}

/// Concatenated labels of an array.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub fn labels(path: &Path) -> Result<Vec<bool>, CliError> {
    let array = files::array(path)?;
    ground_truth::labels_of(&array.values).map_err(|err| CliError::input(path, err))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_tell_files_of_one_name_apart() {
        let truth =
            |name: &str| VideoTruth { name: name.to_owned(), frames: Some(20), spans: Vec::new(), classes: Vec::new() };
        let found = |names: &[&str], path: &str| {
            let videos: Vec<_> = names.iter().map(|name| truth(name)).collect();
            about(&videos, Path::new(path)).map(|video| video.name.clone())
        };
        let both = ["1/camera1.mp4", "2/camera1.mp4"];
        assert_eq!(found(&both, "/v/2/camera1.mp4"), Ok("2/camera1.mp4".to_owned()));
        assert_eq!(found(&both[..1], "/elsewhere/camera1.npy"), Ok("1/camera1.mp4".to_owned()));
        let both_meant = found(&both, "/v/camera1.mp4").expect_err("either may be meant");
        assert!(both_meant.is_some_and(|err| err.contains("two things")));
        assert!(found(&both, "/v/1/camera2.mp4").is_err());
    }

    #[test]
    fn the_lists_count_wins_over_the_truths_and_the_videos() {
        let truth = Truth::Named(vec![VideoTruth {
            name: "a.mp4".to_owned(),
            frames: Some(20),
            spans: vec![(1, 3)],
            classes: Vec::new(),
        }]);
        let entry = |frames| NamedFrames { name: "a".to_owned(), frames };
        let count = |frames| truth.labels(0, &entry(frames), Path::new("x/a.npy"), 32).map(|l| l.len());
        assert_eq!((count(Some(16)), count(None)), (Ok(16), Ok(20)));
        assert!(truth.labels(0, &entry(None), Path::new("b.mp4"), 32).is_err());
        let normal = NamedFrames { name: "v__label_A".to_owned(), frames: Some(5) };
        assert_eq!(truth.labels(0, &normal, Path::new("v__label_A.npy"), 32), Ok(vec![false; 5]));
    }
}
