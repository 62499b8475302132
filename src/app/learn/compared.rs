//! A comparison of two models, as the window shows it.
//!
//! Owns its rows in the order in which they are to be looked at, and the candidate's curves. Does not own what is compared:
//! see `domain::gate`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::review_queue::Target;
use crate::domain::curve::Curve;
use crate::domain::gate::{ChangedEvent, Fate, GateReport, JudgedEvent};
use crate::domain::lane_data::NoiseBand;
use crate::domain::library::VideoId;

/// A second curve in the score lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// One score per snippet.
    pub scores: Curve,
    /// How far they scatter over other draws, where that was found out.
    pub band: Option<Arc<NoiseBand>>,
    /// Where its events begin.
    pub threshold: f32,
    /// What it is, in a word or two.
    pub name: Cow<'static, str>,
}

/// A row of the gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GateRow<'a> {
    /// An event that comes or goes.
    Change(&'a ChangedEvent),
    /// Something that was judged.
    Judged(&'a JudgedEvent),
}

impl GateRow<'_> {
    /// What it is about.
    pub fn target(&self) -> Target {
        let (video, span) = match self {
            Self::Change(change) => (&change.video, change.span),
            Self::Judged(event) => (&event.video, event.span),
        };
        Target { video: video.clone(), span }
    }
}

/// Two models, compared.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The model beside the one in use; `None` is the one that comes with the program.
    pub candidate: Option<String>,
    /// Steps after which it was reached, steps that were taken, and the seconds that took; `None` if it was not learned now.
    pub learned: Option<(usize, usize, f64)>,
    /// The comparison.
    pub report: GateReport,
    /// The candidate's scores of each video.
    pub curves: BTreeMap<VideoId, Overlay>,
    /// What should be known, a sentence each.
    pub notes: Vec<String>,
    /// Places of judged events in the report, those to be looked at first in front.
    judged: Vec<usize>,
}

impl Compared {
    /// With its rows in order.
    pub fn new(
        candidate: Option<String>,
        learned: Option<(usize, usize, f64)>,
        report: GateReport,
        curves: BTreeMap<VideoId, Overlay>,
        notes: Vec<String>,
    ) -> Self {
        let mut judged: Vec<usize> = (0..report.events.len()).collect();
        judged.sort_by_key(|at| (place(report.events[*at].fate), *at));
        Self { candidate, learned, report, curves, notes, judged }
    }

    /// How many rows are about events that come or go; those about judged ones follow.
    pub fn changes(&self) -> usize {
        self.report.changes.len()
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.changes() + self.judged.len()
    }

    /// A row by its place.
    pub fn row(&self, at: usize) -> Option<GateRow<'_>> {
        if let Some(change) = self.report.changes.get(at) {
            return Some(GateRow::Change(change));
        }
        let event = *self.judged.get(at.checked_sub(self.changes())?)?;
        self.report.events.get(event).map(GateRow::Judged)
    }
}

/// Losses first, what is as it was last.
fn place(fate: Fate) -> usize {
    match fate {
        Fate::Lost => 0,
        Fate::Back => 1,
        Fate::Found => 2,
        Fate::Gone => 3,
        Fate::Stays => 4,
        Fate::Missed => 5,
        Fate::Kept => 6,
        Fate::Quiet => 7,
    }
}
