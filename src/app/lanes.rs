//! The lanes of the timeline: which are shown, in which order, how high; and what else it remembers.
//!
//! Owns the choice and the changes to it. Does not own where a lane lies on the screen or what it shows.

use serde::{Deserialize, Serialize};
use strum::{EnumIter, IntoEnumIterator as _};

/// A lane that can be shown or hidden. Listed in the order of the first start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, Serialize, Deserialize)]
pub enum LaneKind {
    /// The whole video with the visible part marked. Always the topmost.
    Overview,
    /// Score with threshold.
    Score,
    /// By how much the scores that are compared with are higher or lower.
    Difference,
    /// Events.
    Events,
    /// What annotators marked, a row for each of them.
    Labels,
    /// Where annotators say different things.
    Disagreement,
    /// p(t), or its inverse.
    Attention,
    /// Feature magnitude.
    Magnitude,
    /// Motion energy.
    Motion,
    /// Annotated anomalies.
    Truth,
    /// Recording gaps and damaged stretches.
    Recording,
}

impl LaneKind {
    /// Its name.
    pub fn text(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Score => "Score",
            Self::Difference => "Difference",
            Self::Events => "Events",
            Self::Labels => "Labels",
            Self::Disagreement => "Disagreement",
            Self::Attention => "Attention",
            Self::Magnitude => "Magnitude",
            Self::Motion => "Motion",
            Self::Truth => "Ground truth",
            Self::Recording => "Recording",
        }
    }

    /// Whether it shows a curve, which is worth more height than a row of bars.
    pub fn is_curve(self) -> bool {
        matches!(self, Self::Score | Self::Difference | Self::Attention | Self::Magnitude | Self::Motion)
    }

    /// Least height in points at which it can be read.
    pub fn least_height(self) -> f32 {
        match self {
            Self::Score => 44.0,
            Self::Difference | Self::Attention | Self::Magnitude | Self::Motion => 24.0,
            Self::Overview | Self::Events | Self::Labels | Self::Disagreement | Self::Truth | Self::Recording => 18.0,
        }
    }

    fn first_height(self) -> f32 {
        match self {
            Self::Score => 92.0,
            Self::Difference | Self::Attention | Self::Magnitude | Self::Motion => 44.0,
            Self::Overview => 26.0,
            Self::Events | Self::Labels | Self::Disagreement | Self::Truth | Self::Recording => 20.0,
        }
    }
}

/// Greatest height of a lane in points.
const HIGHEST: f32 = 600.0;

/// One lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneSetting {
    /// Which.
    pub kind: LaneKind,
    /// Whether it is shown.
    pub shown: bool,
    /// Height in points, as far as there is room.
    pub height: f32,
}

/// All lanes, each once, from the top.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneSettings(Vec<LaneSetting>);

impl Default for LaneSettings {
    fn default() -> Self {
        Self(LaneKind::iter().map(first).collect())
    }
}

fn first(kind: LaneKind) -> LaneSetting {
    LaneSetting { kind, shown: true, height: kind.first_height() }
}

impl LaneSettings {
    /// All lanes from the top, hidden ones too.
    pub fn all(&self) -> &[LaneSetting] {
        &self.0
    }

    /// Whether a lane is shown.
    pub fn is_shown(&self, kind: LaneKind) -> bool {
        self.0.iter().any(|lane| lane.kind == kind && lane.shown)
    }

    /// Shows or hides a lane.
    pub fn toggle(&mut self, kind: LaneKind) {
        if let Some(lane) = self.get_mut(kind) {
            lane.shown = !lane.shown;
        }
    }

    /// Sets the height of a lane in points.
    pub fn set_height(&mut self, kind: LaneKind, height: f32) {
        if let Some(lane) = self.get_mut(kind)
            && height.is_finite()
        {
            lane.height = height.clamp(kind.least_height(), HIGHEST);
        }
    }

    /// Moves the border between two lanes down by `by` points, as far as both can still be read.
    pub fn move_border(&mut self, upper: LaneKind, lower: LaneKind, by: f32) {
        let height = |kind| self.0.iter().find(|lane| lane.kind == kind).map(|lane| lane.height);
        let (Some(above), Some(below)) = (height(upper), height(lower)) else { return };
        let (most_up, most_down) = (upper.least_height() - above, below - lower.least_height());
        let by = by.max(most_up).min(most_down);
        self.set_height(upper, above + by);
        self.set_height(lower, below - by);
    }

    /// Puts a lane right before another, or last. The overview stays where it is, and nothing goes above it.
    pub fn put_before(&mut self, kind: LaneKind, before: Option<LaneKind>) {
        if kind == LaneKind::Overview || before == Some(LaneKind::Overview) || before == Some(kind) {
            return;
        }
        let Some(from) = self.0.iter().position(|lane| lane.kind == kind) else { return };
        let lane = self.0.remove(from);
        let to = before.and_then(|other| self.0.iter().position(|l| l.kind == other)).unwrap_or(self.0.len());
        self.0.insert(to, lane);
    }

    /// With every lane once, the overview first, and heights with which it can be used.
    pub fn repaired(self) -> Self {
        let mut lanes: Vec<LaneSetting> = Vec::new();
        for mut lane in self.0 {
            if lanes.iter().all(|known| known.kind != lane.kind) {
                let height = if lane.height.is_finite() { lane.height } else { lane.kind.first_height() };
                lane.height = height.clamp(lane.kind.least_height(), HIGHEST);
                lanes.push(lane);
            }
        }
        // Lanes that the settings do not know yet come last.
        let missing: Vec<_> = LaneKind::iter().filter(|kind| lanes.iter().all(|l| l.kind != *kind)).collect();
        for kind in missing {
            // A difference is read below the curves that differ.
            let below = lanes.iter().position(|lane| kind == LaneKind::Difference && lane.kind == LaneKind::Score);
            lanes.insert(below.map_or(lanes.len(), |at| at + 1), first(kind));
        }
        lanes.sort_by_key(|lane| lane.kind != LaneKind::Overview);
        Self(lanes)
    }

    fn get_mut(&mut self, kind: LaneKind) -> Option<&mut LaneSetting> {
        self.0.iter_mut().find(|lane| lane.kind == kind)
    }
}

/// How the timeline is shown, as remembered between runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TimelinePrefs {
    /// Its lanes.
    pub lanes: LaneSettings,
    /// Whether the attention lane shows 1 - p(t): with a large kappa, what is not selected is the news.
    pub invert_attention: bool,
    /// Whether a drag snaps to the edges of snippets and events.
    pub snapping: bool,
}

impl Default for TimelinePrefs {
    fn default() -> Self {
        Self { lanes: LaneSettings::default(), invert_attention: false, snapping: true }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds(lanes: &LaneSettings) -> Vec<LaneKind> {
        lanes.all().iter().map(|l| l.kind).collect()
    }

    #[test]
    fn lanes_move_below_the_overview() {
        let mut lanes = LaneSettings::default();
        lanes.put_before(LaneKind::Magnitude, Some(LaneKind::Score));
        assert_eq!(kinds(&lanes)[..3], [LaneKind::Overview, LaneKind::Magnitude, LaneKind::Score]);
        lanes.put_before(LaneKind::Score, None);
        assert_eq!(kinds(&lanes).last(), Some(&LaneKind::Score));
        let before = lanes.clone();
        lanes.put_before(LaneKind::Overview, None);
        lanes.put_before(LaneKind::Score, Some(LaneKind::Overview));
        lanes.put_before(LaneKind::Score, Some(LaneKind::Score));
        assert_eq!(lanes, before);
    }

    #[test]
    fn a_border_stops_where_a_lane_could_no_longer_be_read() {
        let mut lanes = LaneSettings::default();
        let height = |lanes: &LaneSettings, kind| lanes.all().iter().find(|l| l.kind == kind).unwrap().height;
        let (a, b) = (LaneKind::Score, LaneKind::Attention);
        let sum = height(&lanes, a) + height(&lanes, b);
        for by in [10.0, -500.0, 500.0, 3.0] {
            lanes.move_border(a, b, by);
            assert_eq!(height(&lanes, a) + height(&lanes, b), sum);
            assert!(height(&lanes, a) >= a.least_height() && height(&lanes, b) >= b.least_height());
        }
        assert_eq!(height(&lanes, b), b.least_height());
    }

    fn settings() -> impl Strategy<Value = LaneSettings> {
        let all: Vec<_> = LaneKind::iter().collect();
        let lane = (proptest::sample::select(all), any::<bool>(), any::<f32>());
        let lane = lane.prop_map(|(kind, shown, height)| LaneSetting { kind, shown, height });
        proptest::collection::vec(lane, 0..20).prop_map(LaneSettings)
    }

    proptest! {
        #[test]
        fn whatever_was_written_every_lane_is_there_once(written in settings()) {
            let lanes = written.repaired();
            let mut found = kinds(&lanes);
            prop_assert_eq!(found[0], LaneKind::Overview);
            found.sort_by_key(|kind| *kind as usize);
            prop_assert_eq!(found, LaneKind::iter().collect::<Vec<_>>());
            prop_assert!(lanes.all().iter().all(|l| (l.kind.least_height()..=HIGHEST).contains(&l.height)));
            prop_assert_eq!(lanes.clone().repaired(), lanes);
        }

        #[test]
        fn moving_loses_no_lane(moves in proptest::collection::vec((0_usize..11, proptest::option::of(0_usize..11)), 0..20)) {
            let all: Vec<_> = LaneKind::iter().collect();
            let mut lanes = LaneSettings::default();
            for (kind, before) in moves {
                lanes.put_before(all[kind], before.map(|i| all[i]));
            }
            prop_assert_eq!(lanes.clone().repaired(), lanes);
        }
    }
}
