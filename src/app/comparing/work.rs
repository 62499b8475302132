//! From two curves to what is told of them, and the scores of another program from their file.
//!
//! Owns how a comparison is put together, the same for window and command. No thread: each call runs where it is made. Does
//! not own how a model scores ([`crate::app::pipeline`]) or the forms of files (`formats::scores`).

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use super::{Compared, Other, RunScores};
use crate::app::learn::Overlay;
use crate::domain::compare::{CurveFigures, Difference};
use crate::domain::curve::Curve;
use crate::domain::library::VideoId;
use crate::domain::score::ScoredVideo;
use crate::formats::scores::{self, Wanted};

/// The scores that the one is compared with.
#[derive(Clone, Debug)]
pub struct OtherScores {
    /// One per snippet.
    pub scores: Vec<f32>,
    /// Where they come from; `None` for those of a file.
    pub origin: Option<Arc<ScoredVideo>>,
    /// The threshold that the model's makers chose.
    pub threshold: Option<f32>,
    /// What should be known, a sentence each.
    pub notes: Vec<String>,
}

impl OtherScores {
    /// What a model says.
    pub fn of_model(scored: ScoredVideo, threshold: Option<f32>, notes: Vec<String>) -> Self {
        Self { scores: scored.snippets.scores.clone(), origin: Some(Arc::new(scored)), threshold, notes }
    }

    /// What a run of an ablation says of a video.
    ///
    /// # Errors
    /// It did not judge the video; a sentence without a full stop.
    pub fn of_run(run: &RunScores, video: &Path, id: &VideoId) -> Result<Self, String> {
        let scores = run.videos.get(id).cloned().ok_or_else(|| {
            let name = video.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            format!("{}: {name} is not among the videos that this run judged; the panel Ablation lists them", run.name)
        })?;
        Ok(Self { scores, origin: None, threshold: None, notes: Vec::new() })
    }

    /// What a file says of a video.
    ///
    /// # Errors
    /// A sentence without a full stop that names the file.
    pub fn of_file(path: &Path, video: &Path, id: &VideoId, frames: usize) -> Result<Self, String> {
        let bytes = std::fs::read(path).map_err(|err| format!("{} cannot be read: {err}", path.display()))?;
        let name = video.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let extension = path.extension().map(|end| end.to_string_lossy()).unwrap_or_default();
        let wanted = Wanted { name: &name, id: id.as_str(), frames };
        let scores = scores::read(&bytes, &extension, wanted).map_err(|err| format!("{} {err}", path.display()))?;
        Ok(Self { scores, origin: None, threshold: None, notes: Vec::new() })
    }
}

/// Puts both beside each other: O(T log T).
pub fn compare(video: VideoId, one: Arc<ScoredVideo>, other: Other, scores: OtherScores) -> Compared {
    let OtherScores { scores, origin, threshold, mut notes } = scores;
    let own = &one.snippets.scores;
    if let Some(origin) = &origin
        && origin.model == one.model
        && origin.encoder == one.encoder
        && origin.tsa == one.tsa
    {
        notes.push("Both are the same model, encoder and settings: nothing can differ.".to_owned());
    }
    let (difference, figures) = (Difference::of(own, &scores), CurveFigures::of(own, &scores));
    let name = Cow::Owned(other.text());
    let overlay = Overlay { scores: Curve::new(scores), band: None, threshold: threshold.unwrap_or_default(), name };
    Compared { video, other, one, overlay, origin, threshold, difference, figures, notes }
}
