//! What lights a scene: sun, sky and lamps by time of day.
//!
//! Owns how much light arrives at a place. Does not own shadows of walls (see [`super::trace`]).

use super::chance::Dice;
use super::plan::Daylight;
use super::vector::{V3, grey, v3};

/// A lamp that shines mostly downwards.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lamp {
    pub place: V3,
    pub colour: V3,
    /// Distance in metres at which its light has fallen to a quarter.
    pub reach: f32,
}

/// All light of a scene.
#[derive(Clone, Debug)]
pub(super) struct Light {
    /// Direction to the sun and its colour.
    pub sun: Option<(V3, V3)>,
    /// Light from everywhere.
    pub ambient: V3,
    /// Colour of the sky itself.
    pub sky: V3,
    pub lamps: Vec<Lamp>,
    /// Share of windows with light behind them.
    pub lit_windows: f32,
    /// Standard deviation of the sensor's noise, in picture values.
    pub noise: f32,
    /// Whether cars drive with headlights.
    pub headlights: bool,
}

impl Lamp {
    /// Light from this lamp at `place` on a surface facing `normal`, and the direction it comes from.
    pub fn at(&self, place: V3, normal: V3) -> (V3, V3) {
        let to = self.place - place;
        let distance = to.length();
        let direction = to * (1.0 / distance.max(0.05));
        let fall = 1.0 + (distance / self.reach) * (distance / self.reach);
        // Shielded above: the cone opens downwards.
        let cone = ((direction.y + 0.1) / 0.7).clamp(0.0, 1.0);
        let facing = (direction.dot(normal) * 0.8 + 0.2).max(0.0);
        (self.colour * (cone * facing / (fall * fall)), direction)
    }
}

impl Light {
    /// Outdoors at `daylight`; lamps are added by the scene.
    pub fn outdoors(daylight: Daylight, dice: &mut Dice) -> Self {
        let side = if dice.chance(0.5) { 1.0 } else { -1.0 };
        let sun = v3(side * dice.between(0.5, 1.0), dice.between(0.8, 1.3), -dice.between(0.1, 0.6)).unit();
        let dark = Self {
            sun: None,
            ambient: v3(0.030, 0.034, 0.046),
            sky: v3(0.01, 0.012, 0.022),
            lamps: Vec::new(),
            lit_windows: 0.22,
            noise: 3.4,
            headlights: true,
        };
        match daylight {
            Daylight::Day => Self {
                sun: Some((sun, v3(1.5, 1.38, 1.18) * dice.between(0.85, 1.0))),
                ambient: v3(0.40, 0.46, 0.56),
                sky: v3(0.55, 0.68, 0.86),
                lit_windows: 0.0,
                noise: 1.6,
                headlights: false,
                ..dark
            },
            Daylight::Dusk => {
                Self { ambient: v3(0.28, 0.245, 0.29), sky: v3(0.62, 0.40, 0.32), lit_windows: 0.4, noise: 2.6, ..dark }
            }
            Daylight::Night => dark,
        }
    }

    /// Indoors: `daylight` only sets how bright the ceiling is.
    pub fn indoors(daylight: Daylight) -> Self {
        let level = match daylight {
            Daylight::Day => 0.62,
            Daylight::Dusk => 0.45,
            Daylight::Night => 0.2,
        };
        Self {
            sun: None,
            ambient: v3(1.0, 0.97, 0.92) * level,
            sky: grey(0.1),
            lamps: Vec::new(),
            lit_windows: 1.0,
            noise: 1.8 + (0.62 - level) * 4.0,
            headlights: false,
        }
    }

    /// Light of all lamps at `place`.
    pub fn of_lamps(&self, place: V3, normal: V3) -> V3 {
        self.lamps.iter().fold(V3::default(), |sum, lamp| sum + lamp.at(place, normal).0)
    }

    /// The lamp that lights `place` most, with its light there and the direction to it.
    pub fn main_lamp(&self, place: V3) -> Option<(&Lamp, V3, V3)> {
        let lit = self.lamps.iter().map(|lamp| (lamp, lamp.at(place, V3::UP)));
        let best = lit.max_by(|a, b| a.1.0.y.total_cmp(&b.1.0.y))?;
        Some((best.0, best.1.0, best.1.1))
    }
}
