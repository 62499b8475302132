//! What the panels for studying models showed: remembered between runs.
//!
//! Owns the choices, not what came of them: scores, maps and neighbours are made again once there is something to make them
//! of. Does not own when (`update::compare`, `update::survey`).

use serde::{Deserialize, Serialize};

use super::comparing::Other;
use super::survey::SurveyVideo;

/// What the points of a map are coloured by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MapColour {
    /// The score.
    #[default]
    Score,
    /// The class of the label there.
    Label,
    /// The video.
    Video,
    /// What was said about it.
    Verdict,
}

impl MapColour {
    /// As it stands in a title.
    pub fn words(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Label => "label",
            Self::Video => "video",
            Self::Verdict => "verdict",
        }
    }
}

/// Of what a map is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MapScope {
    /// The video on screen.
    Shown,
    /// All that are open.
    All,
}

/// A snippet whose neighbours are looked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sought {
    /// Its video.
    pub video: SurveyVideo,
    /// Its place there.
    pub snippet: usize,
}

/// What the panels showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BenchPrefs {
    /// What the scores on screen are compared with.
    pub other: Option<Other>,
    /// Where events of that begin, if a person chose it.
    pub other_threshold: Option<f32>,
    /// The map that was made last; `None` where there was none.
    pub map: Option<MapScope>,
    /// What its points are coloured by.
    pub map_colour: MapColour,
    /// The snippet whose neighbours were found last.
    pub sought: Option<Sought>,
    /// Whether only other videos are searched for them.
    pub others_only: bool,
}

impl BenchPrefs {
    /// With the threshold as a score, or none.
    pub(super) fn repaired(self) -> Self {
        let other_threshold = self.other_threshold.filter(|threshold| (0.0..=1.0).contains(threshold));
        Self { other_threshold, ..self }
    }
}
