//! Looking over the features of many snippets at once: as a map, and for what resembles one of them.
//!
//! Owns what is asked, where it stands, and what came out. Nothing here needs a model to run or a video to be decoded:
//! features that are kept are read, piece by piece. Does not own the arithmetic (`domain::pca`, `domain::nearest`), the
//! thread (`services::surveyor`), or which step follows which (`update::survey`).

pub mod colour;
pub mod facts;
pub mod map;
pub mod similar;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::library::VideoId;
use crate::jobs::Progress;

use super::bench::MapColour;
use super::phase::Phase;

pub use map::{FeatureMap, MapOrder};
pub use similar::{Similar, SimilarOrder};

/// A video whose features are looked over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyVideo {
    /// Its content.
    pub id: VideoId,
    /// Its file's name.
    pub name: String,
    /// How many frames it has.
    pub frames: usize,
}

/// Handle of one piece of this work; what an older one reports is ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SurveyTask(pub u64);

/// What is asked of the thread.
#[derive(Clone, Debug)]
pub enum SurveyRequest {
    /// Make a map; one that is being made is given up.
    Map(SurveyTask, Box<MapOrder>),
    /// Give up the map.
    StopMap,
    /// Find what resembles a snippet; a search under way is given up.
    Similar(SurveyTask, Box<SimilarOrder>),
    /// Give up the search.
    StopSimilar,
}

/// What is reported.
#[derive(Clone, Debug)]
pub enum SurveyNews {
    /// It goes on: what is done, how far, and seconds to go.
    Working(&'static str, Progress, Option<f64>),
    /// The map is made.
    Map(Arc<FeatureMap>),
    /// The search is done.
    Similar(Arc<Similar>),
    /// It did not work; a sentence.
    Failed(String),
}

/// What the person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum SurveyAction {
    /// Make a map of the video on screen, or of all that are open.
    Map {
        /// Of all that are open.
        all: bool,
    },
    /// Colour the points of maps by this.
    ColourBy(MapColour),
    /// Give up the map that is being made.
    StopMap,
    /// Pick these points of the map, by their places, and no others.
    Pick(Vec<usize>),
    /// Write the points of the map into the project's folder of exports.
    Export,
    /// Find what resembles the snippet on screen.
    FindSimilar,
    /// Look in other videos only, or in all.
    OtherVideosOnly(bool),
    /// Give up the search.
    StopSimilar,
    /// Go to one of the snippets that were found, by its place.
    Watch(usize),
    /// Go to the one this many places further.
    Step(isize),
    /// Show the snippet that a point of the map stands for, by its place.
    ShowPoint(usize),
}

/// All about looking over features.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The map, once one was made.
    pub map: Option<Arc<FeatureMap>>,
    /// Where making one stands.
    pub map_phase: Phase,
    /// What was found last.
    pub similar: Option<Arc<Similar>>,
    /// Where the search stands.
    pub similar_phase: Phase,
    /// The one that was gone to last.
    pub row: Option<usize>,
    /// Whether the map and the search of the last run were thought of: they are asked for again once.
    pub(super) recalled: (bool, bool),
    pub(super) map_task: SurveyTask,
    pub(super) similar_task: SurveyTask,
    pub(super) tasks: u64,
}

impl Survey {
    /// A handle that no work had before.
    pub(super) fn new_task(&mut self) -> SurveyTask {
        self.tasks += 1;
        SurveyTask(self.tasks)
    }
}
