//! What is to be filmed: the list of clips of a set, drawn from one seed.
//!
//! Owns the kinds of scene, light and anomaly, and how a set is made up of them. Does not own what
//! happens in a clip: see [`super::casting`].

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, IntoEnumIterator as _};

use super::chance::Dice;

/// Frames per second of every clip.
pub const FRAME_RATE: usize = 25;

/// Where the camera hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SceneKind {
    /// A road between two walkways, houses behind it.
    Street,
    /// A paved square with trees, a road at its far side.
    Plaza,
    /// Rows of parked cars behind a walkway.
    Parking,
    /// A shopping passage, indoors.
    Mall,
}

/// Time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Daylight {
    /// Sun and hard shadows; indoors, all lamps on.
    Day,
    /// The sky's light only, windows lit.
    Dusk,
    /// Lamps and headlights, a noisy camera.
    Night,
}

/// What is not supposed to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Display, EnumIter)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AnomalyKind {
    /// People run.
    Running,
    /// Two people hit and push each other.
    Fighting,
    /// Somebody falls, lies, and gets up or does not. Ends when the person stands again.
    Falling,
    /// A car drives where people walk.
    CarOnWalkway,
    /// Somebody who loitered grabs a bag and runs. Begins with the rush for the bag, not with the loitering.
    Grabbing,
}

impl AnomalyKind {
    /// The name in annotation files: `Fighting`, `CarOnWalkway`.
    pub fn class_name(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Fighting => "Fighting",
            Self::Falling => "Falling",
            Self::CarOnWalkway => "CarOnWalkway",
            Self::Grabbing => "Grabbing",
        }
    }

    /// Whether it can happen in `scene`.
    pub fn fits(self, scene: SceneKind) -> bool {
        self != Self::CarOnWalkway || scene != SceneKind::Mall
    }
}

/// Everything that decides how a clip looks; two equal plans give equal pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClipPlan {
    /// File name without extension.
    pub name: String,
    /// Seed of everything in the clip.
    pub seed: u64,
    /// Where.
    pub scene: SceneKind,
    /// When.
    pub daylight: Daylight,
    /// What goes wrong, in order; empty for a normal clip.
    pub anomalies: Vec<AnomalyKind>,
    /// How much else is going on, 0 (nearly empty) to 1.
    pub busy: f32,
    /// Length in frames, at [`FRAME_RATE`].
    pub frames: usize,
    /// Picture width in pixels, even.
    pub width: usize,
    /// Picture height in pixels, even.
    pub height: usize,
    /// Number burnt into the picture.
    pub camera: usize,
}

/// Which clips to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoSet {
    /// Six clips of different scenes, 640 × 360, to look at: every anomaly once, and one clip without any.
    Review,
    /// Clips for training, 480 × 270: half of them normal.
    Training {
        /// How many in all.
        clips: usize,
    },
}

/// The clips of `set` under `seed`.
pub fn plan(seed: u64, set: DemoSet) -> Vec<ClipPlan> {
    match set {
        DemoSet::Review => review(seed),
        DemoSet::Training { clips } => training(seed, clips),
    }
}

fn review(seed: u64) -> Vec<ClipPlan> {
    use AnomalyKind as A;
    let mut dice = Dice::new(seed, 1);
    let scenes = [
        ("street", SceneKind::Street, Daylight::Day, vec![A::CarOnWalkway], 0.6, 44),
        ("plaza", SceneKind::Plaza, Daylight::Day, vec![A::Fighting, A::Running], 0.7, 56),
        ("parking_night", SceneKind::Parking, Daylight::Night, vec![A::Grabbing], 0.35, 46),
        ("mall", SceneKind::Mall, Daylight::Day, vec![A::Falling], 0.6, 44),
        ("street_dusk", SceneKind::Street, Daylight::Dusk, vec![A::Running], 0.5, 42),
        ("plaza_dusk", SceneKind::Plaza, Daylight::Dusk, vec![], 0.6, 40),
    ];
    let mut plans = Vec::with_capacity(scenes.len());
    for (at, (name, scene, daylight, anomalies, busy, secs)) in scenes.into_iter().enumerate() {
        plans.push(ClipPlan {
            name: format!("camera{}_{name}", at + 1),
            seed: dice.seed(),
            scene,
            daylight,
            anomalies,
            busy,
            frames: secs * FRAME_RATE,
            width: 640,
            height: 360,
            camera: at + 1,
        });
    }
    plans
}

fn training(seed: u64, clips: usize) -> Vec<ClipPlan> {
    let mut dice = Dice::new(seed, 2);
    let kinds: Vec<_> = AnomalyKind::iter().collect();
    let mut plans = Vec::with_capacity(clips);
    for at in 0..clips {
        let pair = at / 2;
        let abnormal = at % 2 == 1;
        // Scenes go round in step for normal and abnormal clips, so that the place says nothing about the label.
        let kind = kinds[pair % kinds.len()];
        let mut scene = SCENES[(pair + pair / kinds.len()) % SCENES.len()];
        if abnormal && !kind.fits(scene) {
            scene = *dice.pick(&SCENES[..3]);
        }
        let mut anomalies = Vec::new();
        if abnormal {
            anomalies.push(kind);
            let other = *dice.pick(&kinds);
            if dice.chance(0.25) && other.fits(scene) {
                anomalies.push(other);
            }
        }
        let daylight = *dice.pick(&[Daylight::Day, Daylight::Day, Daylight::Dusk, Daylight::Night]);
        let secs = dice.count(24, 36) + 8 * anomalies.len().saturating_sub(1);
        let name = if abnormal { kind.class_name() } else { "Normal" };
        plans.push(ClipPlan {
            name: format!("{name}{pair:03}"),
            seed: dice.seed(),
            scene,
            daylight,
            anomalies,
            busy: dice.between(0.1, 1.0),
            frames: secs * FRAME_RATE + dice.below(FRAME_RATE),
            width: 480,
            height: 270,
            camera: dice.count(1, 24),
        });
    }
    plans
}

const SCENES: [SceneKind; 4] = [SceneKind::Street, SceneKind::Plaza, SceneKind::Parking, SceneKind::Mall];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_plan() {
        for set in [DemoSet::Review, DemoSet::Training { clips: 30 }] {
            assert_eq!(plan(3, set), plan(3, set));
            assert_ne!(plan(3, set), plan(4, set));
        }
    }

    #[test]
    fn a_training_set_holds_every_kind_and_as_many_normal_clips() {
        let plans = plan(5, DemoSet::Training { clips: 20 });
        for kind in AnomalyKind::iter() {
            assert!(plans.iter().any(|p| p.anomalies.contains(&kind)), "{kind} is missing");
        }
        assert_eq!(plans.iter().filter(|p| p.anomalies.is_empty()).count(), 10);
        assert!(plans.iter().all(|p| p.anomalies.iter().all(|a| a.fits(p.scene))));
        let mut names: Vec<_> = plans.iter().map(|p| &p.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 20);
    }

    #[test]
    fn the_review_set_shows_every_anomaly_and_a_normal_clip() {
        let plans = plan(0, DemoSet::Review);
        assert_eq!(plans.len(), 6);
        assert!(AnomalyKind::iter().all(|kind| plans.iter().any(|p| p.anomalies.contains(&kind))));
        assert!(plans.iter().any(|p| p.anomalies.is_empty()));
    }
}
