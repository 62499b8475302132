//! The videos of a project about which anything is known.
//!
//! Owns reading all of them at once, and what an export can choose from. Does not own the project (`store`).

use std::collections::{BTreeSet, HashMap};

use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::store::{Project, ProjectError};

/// All videos about which anything is known, by name, with what is known.
///
/// # Errors
/// The project cannot be read.
pub fn reviews(project: &Project) -> Result<Vec<(KnownVideo, ReviewState)>, ProjectError> {
    let known: HashMap<VideoId, KnownVideo> =
        project.videos()?.into_iter().map(|video| (video.id.clone(), video)).collect();
    let mut reviews = Vec::new();
    for id in project.reviewed_videos()? {
        let state = project.review_state(&id)?;
        reviews.push((known.get(&id).cloned().unwrap_or_else(|| KnownVideo::nameless(id)), state));
    }
    reviews.sort_by(|(a, _), (b, _)| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(reviews)
}

/// What a project holds, to choose from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// The videos about which anything is known, by name.
    pub videos: Vec<Surveyed>,
    /// Whose labels there are.
    pub lanes: Vec<String>,
}

/// A video of a [`Survey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// Its content.
    pub id: VideoId,
    /// Its file's name.
    pub name: String,
    /// Intervals that people marked.
    pub labels: usize,
    /// Verdicts that people gave.
    pub verdicts: usize,
}

impl Survey {
    /// What these reviews offer.
    pub fn of(reviews: &[(KnownVideo, ReviewState)]) -> Self {
        let mut lanes = BTreeSet::new();
        let videos = reviews.iter().map(|(video, state)| {
            lanes.extend(state.labels.values().map(|label| label.lane.clone()));
            lanes.extend(state.video_labels.keys().cloned());
            let (labels, verdicts) = (state.labels.len(), state.judgements.len());
            Surveyed { id: video.id.clone(), name: video.name.clone(), labels, verdicts }
        });
        let videos = videos.collect();
        Self { videos, lanes: lanes.into_iter().collect() }
    }
}

/// Which of the videos are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum VideoChoice {
    /// All about which anything is known.
    #[default]
    All,
    /// These.
    Only(BTreeSet<VideoId>),
}

impl VideoChoice {
    /// Whether it means this one.
    pub fn holds(&self, video: &VideoId) -> bool {
        match self {
            Self::All => true,
            Self::Only(chosen) => chosen.contains(video),
        }
    }
}
