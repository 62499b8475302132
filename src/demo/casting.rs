//! Who appears in a clip and what they do: the anomalies first, then ordinary life around them.
//!
//! Owns the drawing of scripts by chance. Does not own movement (see [`super::perform`]) or places (see
//! [`super::stage`]).

mod incidents;
mod ordinary;

use super::car::CarLook;
use super::chance::Dice;
use super::figure::Look;
use super::perform::{CarMoment, Doing, Drive, Moment, Script, Step};
use super::plan::ClipPlan;
use super::pose::Act;
use super::stage::Stage;
use super::vector::V3;

/// A person of the clip.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub look: Look,
    /// One per frame.
    pub moments: Vec<Option<Moment>>,
}

/// A moving car of the clip.
#[derive(Clone, Debug)]
pub(super) struct MovingCar {
    pub look: CarLook,
    /// One per frame.
    pub moments: Vec<Option<CarMoment>>,
}

/// Everybody in a clip.
#[derive(Clone, Debug, Default)]
pub(super) struct Cast {
    pub people: Vec<Person>,
    pub cars: Vec<MovingCar>,
}

impl Cast {
    /// Draws everybody of `plan` on `stage`.
    pub fn draw(plan: &ClipPlan, stage: &Stage) -> Self {
        let mut cast = Self::default();
        let mut dice = Dice::new(plan.seed, 20);
        let count = plan.anomalies.len();
        for (at, kind) in plan.anomalies.iter().enumerate() {
            let share = (at as f32 + dice.between(0.32, 0.5)) / count as f32;
            let frame = (share * plan.frames as f32) as i64;
            incidents::stage_incident(&mut cast, *kind, frame, plan, stage, &mut dice);
        }
        ordinary::fill(&mut cast, plan, stage, &mut Dice::new(plan.seed, 21));
        cast
    }

    fn add(&mut self, look: Look, script: &Script, frames: usize) {
        self.people.push(Person { look, moments: script.perform(frames) });
    }

    fn add_car(&mut self, look: CarLook, drive: &Drive, frames: usize) {
        self.cars.push(MovingCar { look, moments: drive.perform(frames) });
    }

    /// Whether somebody acting `moments` would walk into a car or through a person.
    fn collides(&self, moments: &[Option<Moment>]) -> bool {
        let there = || moments.iter().enumerate().filter_map(|(f, m)| m.map(|m| (f, m)));
        let into_car = self.cars.iter().any(|car| {
            there().any(|(f, m)| car.moments[f].is_some_and(|c| c.speed > 0.1 && (c.place - m.place).length() < 3.0))
        });
        let through_person = self.people.iter().any(|other| {
            let close = |(f, m): (usize, Moment)| other.moments[f].is_some_and(|o| (o.place - m.place).length() < 0.55);
            there().filter(|at| close(*at)).nth(4).is_some()
        });
        into_car || through_person
    }
}

fn go(to: V3, speed: f32) -> Step {
    Step { doing: Doing::Go { to, speed }, offence: None, bag: false }
}

fn hold(secs: f32, act: Act, face: Option<f32>) -> Step {
    Step { doing: Doing::Hold { secs, act, face }, offence: None, bag: false }
}

/// The part of a way that is in view, with `spare` metres more at both ends.
fn in_view(stage: &Stage, way: &[V3], spare: f32) -> Vec<V3> {
    let mut points = Vec::new();
    for pair in way.windows(2) {
        let length = (pair[1] - pair[0]).length();
        let parts = (length / 0.5).ceil().max(1.0) as usize;
        points.extend((0..parts).map(|i| pair[0].lerp(pair[1], i as f32 / parts as f32)));
    }
    points.extend(way.last());
    let seen = |p: &V3| stage.camera.sees(*p + V3::UP * 0.9, -0.05);
    let (Some(first), Some(last)) = (points.iter().position(seen), points.iter().rposition(seen)) else {
        return way.to_vec();
    };
    let more = (spare / 0.5) as usize;
    let (first, last) = (first.saturating_sub(more), (last + more).min(points.len() - 1));
    // Keep the corners of the way and the two new ends.
    let corner = |p: &V3| way.iter().any(|w| (*w - *p).length() < 1e-3);
    let mut kept = vec![points[first]];
    kept.extend(points[first + 1..last.max(first + 1)].iter().filter(|p| corner(p)));
    kept.push(points[last]);
    kept
}

/// A way of the stage, in either direction.
fn any_way(stage: &Stage, dice: &mut Dice) -> Vec<V3> {
    let mut way = dice.pick(&stage.walks).clone();
    if dice.chance(0.5) {
        way.reverse();
    }
    way
}
