//! The scenes: what stands where, where people walk and cars drive.
//!
//! Owns the layout of a place. Does not own who walks there: see [`super::casting`].

mod mall;
mod parking;
mod plaza;
mod street;

use super::camera::Camera;
use super::chance::Dice;
use super::light::{Lamp, Light};
use super::material::{Ground, Material};
use super::plan::{ClipPlan, Daylight, SceneKind};
use super::solid::{Shape, Solid};
use super::vector::{V3, grey, ground, v3};

/// A rectangle on the ground.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area {
    pub low: V3,
    pub high: V3,
}

/// Where cars go.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub path: Vec<V3>,
    /// Metres per second.
    pub speed: f32,
}

/// A car that stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct ParkedCar {
    pub place: V3,
    pub heading: f32,
    pub seed: u64,
}

/// A place, ready to be filmed.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub camera: Camera,
    pub light: Light,
    pub ground: Ground,
    pub solids: Vec<Solid>,
    /// Ways of walkers, from out of sight to out of sight.
    pub walks: Vec<Vec<V3>>,
    pub lanes: Vec<Lane>,
    /// Ways of a car that leaves the road; it stops for a moment at the marked point.
    pub strays: Vec<(Vec<V3>, usize)>,
    /// Where cars belong.
    pub roads: Vec<Area>,
    /// Where people can meet, fall and fight.
    pub open: Area,
    /// Seats: place and heading of who sits there.
    pub seats: Vec<(V3, f32)>,
    pub parked: Vec<ParkedCar>,
}

impl Area {
    /// From the near left to the far right corner.
    pub const fn new(x0: f32, z0: f32, x1: f32, z1: f32) -> Self {
        Self { low: ground(x0, z0), high: ground(x1, z1) }
    }

    /// Whether `place` stands on it.
    pub fn holds(&self, place: V3) -> bool {
        (self.low.x..=self.high.x).contains(&place.x) && (self.low.z..=self.high.z).contains(&place.z)
    }

    /// Any place on it.
    pub fn any(&self, dice: &mut Dice) -> V3 {
        ground(dice.between(self.low.x, self.high.x), dice.between(self.low.z, self.high.z))
    }
}

impl Stage {
    /// The place that `plan` describes.
    pub fn build(plan: &ClipPlan) -> Self {
        let mut dice = Dice::new(plan.seed, 10);
        let size = (plan.width, plan.height);
        match plan.scene {
            SceneKind::Street => street::build(plan.daylight, size, &mut dice),
            SceneKind::Plaza => plaza::build(plan.daylight, size, &mut dice),
            SceneKind::Parking => parking::build(plan.daylight, size, &mut dice),
            SceneKind::Mall => mall::build(plan.daylight, size, &mut dice),
        }
    }

    /// Whether a car at `place` is where cars belong.
    pub fn is_road(&self, place: V3) -> bool {
        self.roads.iter().any(|road| road.holds(place))
    }

    /// A place on the open ground, well in view.
    pub fn spot(&self, dice: &mut Dice) -> V3 {
        for _ in 0..200 {
            let place = self.open.any(dice);
            let clear = self.solids.iter().all(|s| s.contact_shade(place.x, place.z) > 0.97);
            if clear && self.camera.sees(place, 0.14) && self.camera.sees(place + V3::UP * 1.8, 0.1) {
                return place;
            }
        }
        self.open.low.lerp(self.open.high, 0.5)
    }

    /// A street lamp with its post; it shines at dusk and night.
    fn street_lamp(&mut self, place: V3, height: f32, daylight: Daylight) {
        let metal = Material::Plain(grey(0.12));
        self.solids.push(Solid::post(place, 0.07, height, metal));
        let on = daylight != Daylight::Day;
        let head = place + V3::UP * height;
        let glow = if on { v3(3.0, 2.5, 1.7) } else { V3::default() };
        self.solids.push(Solid::block(head - v3(0.32, 0.05, 0.2), head + v3(0.32, 0.06, 0.2), Material::Bulb(glow)));
        if on {
            let strength = if daylight == Daylight::Night { 2.6 } else { 0.9 };
            self.light.lamps.push(Lamp { place: head, colour: v3(1.0, 0.78, 0.48) * strength, reach: height * 1.35 });
        }
    }

    /// A tree of `height` metres.
    fn tree(&mut self, place: V3, height: f32, dice: &mut Dice) {
        self.solids.push(Solid::post(place, 0.03 * height, height * 0.6, Material::Plain(v3(0.11, 0.085, 0.06))));
        let green = v3(0.075, 0.14, 0.045) * dice.between(0.8, 1.3);
        for _ in 0..7 {
            let centre = place + v3(dice.normal() * 0.13, 0.62 + 0.12 * dice.normal(), dice.normal() * 0.13) * height;
            let radii = v3(dice.between(0.14, 0.24), dice.between(0.11, 0.17), dice.between(0.14, 0.24)) * height;
            self.solids.push(Solid { shape: Shape::Crown { centre, radii }, material: Material::Leaves(green) });
        }
    }

    /// A bench for two whose sitters look along z, towards or away from the camera.
    fn bench(&mut self, place: V3, away: bool) {
        let wood = Material::Plain(v3(0.26, 0.16, 0.08));
        let side = if away { 1.0 } else { -1.0 };
        self.solids.push(Solid::block(place + v3(-0.9, 0.38, -0.22), place + v3(0.9, 0.45, 0.22), wood));
        let back = place + v3(0.0, 0.0, -0.26 * side);
        self.solids.push(Solid::block(back + v3(-0.9, 0.5, -0.03), back + v3(0.9, 0.85, 0.03), wood));
        for x in [-0.75, 0.75] {
            let metal = Material::Plain(grey(0.1));
            self.solids.push(Solid::block(place + v3(x - 0.04, 0.0, -0.2), place + v3(x + 0.04, 0.38, 0.2), metal));
        }
        let heading = if away { 0.0 } else { std::f32::consts::PI };
        for x in [-0.4, 0.4] {
            self.seats.push((place + v3(x, 0.0, 0.1 * side), heading));
        }
    }

    /// A row of houses with fronts at `front`, from `left` to `right`.
    fn houses(&mut self, left: f32, right: f32, front: f32, dice: &mut Dice) {
        let mut x = left;
        while x < right {
            let width = dice.between(9.0, 15.0);
            let wall = *dice.pick(&[
                v3(0.42, 0.33, 0.26),
                v3(0.36, 0.21, 0.16),
                v3(0.50, 0.47, 0.40),
                v3(0.33, 0.34, 0.36),
                v3(0.46, 0.38, 0.24),
            ]);
            let material = Material::Facade {
                wall: wall * dice.between(0.85, 1.1),
                bay: dice.between(2.2, 3.2),
                storey: dice.between(3.2, 3.7),
                seed: dice.seed() as u32 >> 8,
            };
            let set_back = dice.between(0.0, 0.5);
            let high = v3(x + width, dice.between(10.0, 19.0), front + 9.0);
            self.solids.push(Solid::block(v3(x, 0.0, front + set_back), high, material));
            x += width;
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::IntoEnumIterator as _;

    use super::*;
    use crate::demo::plan::{DemoSet, plan};

    #[test]
    fn every_scene_has_ways_in_view_and_roads_where_cars_drive() {
        for scene in SceneKind::iter() {
            for seed in 0..4 {
                let mut clip = plan(seed, DemoSet::Review).remove(0);
                (clip.scene, clip.seed) = (scene, seed);
                let stage = Stage::build(&clip);
                let seen = |path: &[V3]| {
                    path.windows(2).any(|w| (0..40).any(|i| stage.camera.sees(w[0].lerp(w[1], i as f32 / 40.0), 0.0)))
                };
                assert!(stage.walks.len() >= 3 && stage.walks.iter().all(|w| seen(w)), "{scene} {seed}");
                assert!(stage.lanes.iter().all(|l| l.path.windows(2).all(|w| stage.is_road(w[0].lerp(w[1], 0.5)))));
                assert!(stage.strays.iter().all(|(path, stop)| !stage.is_road(path[*stop]) && seen(path)), "{scene}");
                assert_eq!(stage.strays.is_empty(), scene == SceneKind::Mall);
                let spot = stage.spot(&mut Dice::new(seed, 0));
                assert!(stage.camera.sees(spot, 0.1), "{scene} {seed}: {spot:?}");
            }
        }
    }
}
