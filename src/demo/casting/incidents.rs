//! The five anomalies as scripts.

use super::{Cast, any_way, go, hold, in_view};
use crate::demo::car::CarLook;
use crate::demo::chance::Dice;
use crate::demo::figure::Look;
use crate::demo::perform::{Doing, Drive, Script, Step, TICK};
use crate::demo::plan::{AnomalyKind, ClipPlan};
use crate::demo::pose::Act;
use crate::demo::stage::Stage;
use crate::demo::vector::{V3, toward};

/// Adds the people and cars of an anomaly of `kind` that begins at about `frame`.
pub(super) fn stage_incident(
    cast: &mut Cast,
    kind: AnomalyKind,
    frame: i64,
    plan: &ClipPlan,
    stage: &Stage,
    dice: &mut Dice,
) {
    let mut scene = Incident { cast, frame, frames: plan.frames, stage, dice };
    match kind {
        AnomalyKind::Running => scene.running(),
        AnomalyKind::Fighting => scene.fighting(),
        AnomalyKind::Falling => scene.falling(),
        AnomalyKind::CarOnWalkway => scene.stray_car(),
        AnomalyKind::Grabbing => scene.grabbing(),
    }
}

struct Incident<'a> {
    cast: &'a mut Cast,
    frame: i64,
    frames: usize,
    stage: &'a Stage,
    dice: &'a mut Dice,
}

/// Frames within which those who are there notice what happens.
const SOON: (f32, f32) = (6.0, 40.0);

/// Frames within which one more comes along: the part `at` of `count` equal ones of what is left of `secs` after those.
fn later(secs: f32, at: usize, count: usize) -> (f32, f32) {
    let left = (secs / TICK - SOON.1).max(1.0);
    let edge = |at: usize| SOON.1 + left * at as f32 / count.max(1) as f32;
    (edge(at), edge(at + 1))
}

fn offence(step: Step, kind: AnomalyKind) -> Step {
    Step { offence: Some(kind), ..step }
}

impl Incident<'_> {
    /// A place out of view from which `spot` is reached, along the way that passes nearest to it.
    fn edge_near(&self, spot: V3, other_side: bool) -> V3 {
        let distance = |way: &Vec<V3>| {
            let near = |w: &[V3]| {
                (0..=20).map(|i| (w[0].lerp(w[1], i as f32 / 20.0) - spot).length()).fold(f32::MAX, f32::min)
            };
            way.windows(2).map(near).fold(f32::MAX, f32::min)
        };
        let best = self.stage.walks.iter().min_by(|a, b| distance(a).total_cmp(&distance(b)));
        let way = best.map(|w| in_view(self.stage, w, 2.0)).unwrap_or_default();
        let end = if other_side { way.last() } else { way.first() };
        end.copied().unwrap_or(spot)
    }

    fn running(&mut self) {
        let way = self.longest_way();
        let count = self.dice.count(2, 4);
        for i in 0..count {
            let side = i as f32 * 0.8 - 0.9;
            let heading = way.first().zip(way.last()).map_or(0.0, |(a, b)| (*b - *a).heading());
            let speed = self.dice.between(4.4, 6.2);
            let path: Vec<V3> = way.iter().map(|p| p.moved(heading, side, 0.0)).collect();
            let steps = path[1..].iter().map(|p| offence(go(*p, speed), AnomalyKind::Running)).collect();
            let start = self.frame + (i as f32 * self.dice.between(8.0, 30.0)) as i64;
            let look = Look::any(self.dice);
            self.cast.add(look, &Script { start, from: path[0], steps }, self.frames);
        }
    }

    /// One of the ways, the longer in view the likelier.
    fn longest_way(&mut self) -> Vec<V3> {
        let near = |way: &[V3]| way.iter().map(|p| p.z).fold(f32::MAX, f32::min) < 17.0;
        let length = |way: &[V3]| way.windows(2).map(|w| (w[1] - w[0]).length()).sum::<f32>();
        let draws: Vec<_> = (0..8).map(|_| in_view(self.stage, &any_way(self.stage, self.dice), 1.5)).collect();
        let best = draws.into_iter().max_by(|a, b| {
            (near(a), length(a)).partial_cmp(&(near(b), length(b))).unwrap_or(std::cmp::Ordering::Equal)
        });
        best.unwrap_or_default()
    }

    fn fighting(&mut self) {
        let spot = self.stage.spot(self.dice);
        let axis = std::f32::consts::FRAC_PI_2 + self.dice.between(-0.5, 0.5);
        let secs = self.dice.between(6.0, 9.0);
        let (seed, talk) = (self.dice.seed() as u32, self.dice.between(1.5, 4.0));
        for side in [-1.0, 1.0] {
            let stand = spot + toward(axis) * (side * 0.45);
            let from = self.edge_near(spot, side > 0.0);
            let face = Some((spot - stand).heading());
            let either = self.dice.chance(0.5);
            let away = self.edge_near(spot, either);
            let brawl = Step {
                doing: Doing::Fight { secs, centre: spot, axis, side, seed },
                offence: Some(AnomalyKind::Fighting),
                bag: false,
            };
            let steps = vec![
                go(stand, self.dice.between(1.2, 1.6)),
                hold(talk, Act::Talk, face),
                brawl,
                hold(self.dice.between(0.5, 2.5), Act::Stand, face),
                go(away, self.dice.between(1.5, 2.0)),
            ];
            let look = Look::any(self.dice);
            // Both begin to talk at the same moment, whoever came first.
            let wait = Script { start: 0, from, steps }.aligned(2, self.frame);
            self.cast.add(look, &wait, self.frames);
        }
        if self.dice.chance(0.5) {
            self.witness(spot, secs, 3.2);
        }
        for _ in 0..self.dice.count(2, 3) {
            self.flees(spot, SOON);
        }
        // More come along as long as it lasts, and have run off when it ends.
        let count = self.dice.count(1, 2);
        for at in 0..count {
            self.flees(spot, later(secs - 2.5, at, count));
        }
    }

    /// Somebody who comes along near `spot` and runs away from what happens there, between these frames of it.
    fn flees(&mut self, spot: V3, (soonest, latest): (f32, f32)) {
        // Where a car drives or somebody stands another place is tried; nobody runs through things.
        for _ in 0..8 {
            let either = self.dice.chance(0.5);
            let (from, to) = (self.edge_near(spot, either), self.edge_near(spot, !either));
            let back = self.dice.chance(0.6);
            let turn = spot.moved((to - from).heading(), self.dice.between(-1.8, 1.8), self.dice.between(-3.5, -1.5));
            let steps = vec![
                go(turn, self.dice.between(1.1, 1.6)),
                hold(0.4, Act::Alarm, Some((spot - turn).heading())),
                go(if back { from } else { to }, self.dice.between(4.2, 5.6)),
            ];
            let delay = self.dice.between(soonest, latest) as i64;
            let script = Script { start: 0, from, steps }.aligned(1, self.frame + delay);
            if self.stage.camera.sees(turn, 0.05) && !self.cast.collides(&script.perform(self.frames)) {
                let look = Look::any(self.dice);
                self.cast.add(look, &script, self.frames);
                return;
            }
        }
    }

    /// Somebody who comes along, stops `distance` metres away and watches.
    fn witness(&mut self, spot: V3, secs: f32, distance: f32) {
        let either = self.dice.chance(0.5);
        let from = self.edge_near(spot, either);
        let stand = spot + (from - spot).unit() * distance;
        let face = Some((spot - stand).heading());
        let act = if self.dice.chance(0.4) { Act::Alarm } else { Act::Phone };
        let steps = vec![go(stand, 1.4), hold(secs - 1.0, act, face), go(from, 1.5)];
        let script = Script { start: 0, from, steps }.aligned(1, self.frame + 40);
        let look = Look::any(self.dice);
        self.cast.add(look, &script, self.frames);
    }

    fn falling(&mut self) {
        let spot = self.stage.spot(self.dice);
        let (from, to) = (self.edge_near(spot, false), self.edge_near(spot, true));
        let (from, to) = if self.dice.chance(0.5) { (from, to) } else { (to, from) };
        let lie_secs = self.dice.between(3.0, 5.0);
        let fall = Step { doing: Doing::Fall { lie_secs }, offence: Some(AnomalyKind::Falling), bag: false };
        let steps = vec![go(spot, self.dice.between(1.2, 1.7)), fall, hold(1.5, Act::Stand, None), go(to, 0.8)];
        let script = Script { start: 0, from, steps }.aligned(1, self.frame);
        let look = Look::any(self.dice);
        self.cast.add(look, &script, self.frames);
        for at in 0..self.dice.count(1, 2) {
            self.helper(spot, if at == 0 { to } else { from }, lie_secs, (16.0, 34.0));
        }
        // One more runs off to get help, and another comes while the person still lies there.
        self.flees(spot, SOON);
        self.helper(spot, from, 0.5 * lie_secs, later(lie_secs, 0, 1));
    }

    /// Somebody who runs up to a person lying at `spot` and kneels down beside them.
    fn helper(&mut self, spot: V3, from: V3, secs: f32, (soonest, latest): (f32, f32)) {
        let beside = spot + (from - spot).unit() * 1.3 + V3 { x: 0.0, y: 0.0, z: 0.5 };
        let face = Some((spot - beside).heading());
        // They see it from some way off, and walk until then.
        let notice = beside + (from - beside).unit() * self.dice.between(4.5, 7.0).min((from - beside).length() * 0.8);
        let steps = vec![
            go(notice, 1.4),
            go(beside, self.dice.between(3.8, 4.8)),
            hold(0.5 * secs, Act::Crouch, face),
            hold(0.5 * secs, Act::Alarm, face),
            hold(1.5, Act::Talk, face),
            go(from, 1.3),
        ];
        let notices = self.frame + self.dice.between(soonest, latest) as i64;
        let script = Script { start: 0, from, steps }.aligned(1, notices);
        let look = Look::any(self.dice);
        self.cast.add(look, &script, self.frames);
    }

    fn stray_car(&mut self) {
        if self.stage.strays.is_empty() {
            return;
        }
        let (path, stop) = self.dice.pick(&self.stage.strays).clone();
        let drive = Drive {
            start: 0,
            path: path.clone(),
            speed: self.dice.between(5.0, 6.5),
            stop: Some((stop, self.dice.between(0.8, 2.0))),
        };
        let stage = self.stage;
        let reached = drive.frames_until(|m| !stage.is_road(m.place) && stage.camera.sees(m.place + V3::UP * 0.6, 0.0));
        let drive = Drive { start: self.frame - reached.unwrap_or(0), ..drive };
        let look = CarLook::bright(self.dice);
        self.cast.add_car(look, &drive, self.frames);
        for _ in 0..self.dice.count(2, 3) {
            self.flees(path[stop], SOON);
        }
    }

    fn grabbing(&mut self) {
        const KIND: AnomalyKind = AnomalyKind::Grabbing;
        let spot = self.stage.spot(self.dice);
        let (left, right) = (self.edge_near(spot, false), self.edge_near(spot, true));
        let (from, flight) = if self.dice.chance(0.5) { (left, right) } else { (right, left) };
        let bag = |step: Step| Step { bag: true, ..step };
        let toward_flight = (flight - spot).unit();
        // The victim waits with a telephone, walks nowhere, then calls and runs after the thief for a moment.
        let wait = self.dice.between(9.0, 13.0);
        let chase = spot + toward_flight * self.dice.between(6.0, 9.0);
        let steps = vec![
            bag(go(spot, 1.3)),
            bag(hold(wait, Act::Phone, Some((-toward_flight).heading() + 0.5))),
            offence(bag(hold(0.3, Act::Stand, None)), KIND),
            offence(hold(0.7, Act::Alarm, Some(toward_flight.heading())), KIND),
            offence(go(chase, 4.2), KIND),
            hold(3.0, Act::Alarm, Some(toward_flight.heading())),
            go(left, 1.2),
        ];
        let look = Look::any(self.dice).with_hand_bag();
        let snatch = self.frame + 20;
        self.cast.add(look, &Script { start: 0, from, steps }.aligned(2, snatch), self.frames);
        // The thief loiters, rushes in from behind, snatches and runs.
        let beat = |dice: &mut Dice, side: f32| {
            spot - toward_flight * dice.between(3.0, 4.2)
                + V3 { x: -toward_flight.z, y: 0.0, z: toward_flight.x } * (side * 0.8)
        };
        let (a, b) = (beat(self.dice, -1.0), beat(self.dice, 1.0));
        let look_at = |place: V3| Some((spot - place).heading());
        let mut steps = vec![
            go(a, 1.2),
            hold(1.6, Act::Stand, look_at(a)),
            go(b, 0.8),
            hold(1.2, Act::Stand, look_at(b)),
            go(a, 0.8),
        ];
        steps.push(hold(1.5, Act::Stand, look_at(a)));
        let rush = steps.len();
        steps.push(offence(go(spot - toward_flight * 0.5, 3.8), KIND));
        steps.push(Step { doing: Doing::Snatch { secs: 0.4 }, offence: Some(KIND), bag: false });
        let run = self.dice.between(5.0, 6.2);
        steps.push(offence(bag(go(spot + toward_flight * 1.0 + V3 { x: 0.0, y: 0.0, z: 0.55 }, run)), KIND));
        steps.push(offence(bag(go(flight, run)), KIND));
        let script = Script { start: 0, from, steps };
        let script = script.aligned(rush + 1, snatch);
        let look = Look::dark(self.dice);
        self.cast.add(look, &script, self.frames);
    }
}
