//! All that a project says, video by video.
//!
//! Owns putting what is said beside what is known of the file. Does not own either (`store`).

use std::collections::HashMap;
use std::path::PathBuf;

use crate::domain::library::VideoId;
use crate::domain::queue::KnownVideo;
use crate::domain::record::ReviewState;
use crate::store::{Project, ProjectError};

/// All videos about which anything is known, by name, with what is known.
///
/// # Errors
/// The project cannot be read.
pub fn all_reviews(project: &Project) -> Result<Vec<(KnownVideo, ReviewState)>, ProjectError> {
    let known: HashMap<VideoId, KnownVideo> =
        project.videos()?.into_iter().map(|video| (video.id.clone(), video)).collect();
    let mut reviews = Vec::new();
    for id in project.reviewed_videos()? {
        let state = project.review_state(&id)?;
        reviews.push((known.get(&id).cloned().unwrap_or_else(|| nameless(id)), state));
    }
    reviews.sort_by(|(a, _), (b, _)| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    Ok(reviews)
}

/// A video of the record whose file the project was never told of.
fn nameless(id: VideoId) -> KnownVideo {
    let (name, path) = (id.short().to_owned(), PathBuf::new());
    KnownVideo { id, name, size: 0, path, frames: None, duration: None, present: false }
}
