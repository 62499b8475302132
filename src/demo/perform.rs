//! People and cars acting out their scripts, frame by frame.
//!
//! Owns movement over time. Does not own who gets which script: see [`super::casting`].

use super::chance::cell_noise;
use super::plan::{AnomalyKind, FRAME_RATE};
use super::pose::{Act, Pose, stride};
use super::vector::{V3, toward};

/// Seconds per frame.
pub(super) const TICK: f32 = 1.0 / FRAME_RATE as f32;
/// Seconds that a fall takes.
const FALL_SECS: f32 = 0.75;
/// Seconds that getting up takes.
const RISE_SECS: f32 = 1.8;

/// One thing to do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doing {
    /// Go straight to a place; faster than 2.6 m/s is running.
    Go { to: V3, speed: f32 },
    /// Stay, looking along `face` if given.
    Hold { secs: f32, act: Act, face: Option<f32> },
    /// Fight around `centre` on one side (-1 or 1) of an axis; both fighters get the same seed and axis.
    Fight { secs: f32, centre: V3, axis: f32, side: f32, seed: u32 },
    /// Fall, lie, and get up again.
    Fall { lie_secs: f32 },
    /// Take a bag.
    Snatch { secs: f32 },
}

/// A [`Doing`] and what it means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub doing: Doing,
    /// The anomaly that this is part of.
    pub offence: Option<AnomalyKind>,
    /// Whether a hand bag is carried meanwhile.
    pub bag: bool,
}

/// A person's part.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// Frame at which it begins; may lie before the clip.
    pub start: i64,
    pub from: V3,
    pub steps: Vec<Step>,
}

/// A person in one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub place: V3,
    pub heading: f32,
    pub pose: Pose,
    pub bag: bool,
    pub offence: Option<AnomalyKind>,
}

impl Script {
    /// Frames from the start until step `step` begins.
    pub fn frames_until(&self, step: usize) -> i64 {
        let first = Self { start: 0, from: self.from, steps: self.steps[..step].to_vec() };
        let mut count = 0;
        first.run(|_, _| count += 1);
        count
    }

    /// Moves the start so that step `step` begins at `frame`.
    pub fn aligned(mut self, step: usize, frame: i64) -> Self {
        self.start = frame - self.frames_until(step);
        self
    }

    /// The person in each of `frames` frames; `None` where they are not there.
    pub fn perform(&self, frames: usize) -> Vec<Option<Moment>> {
        let mut moments = vec![None; frames];
        self.run(|frame, moment| {
            if let Some(slot) = usize::try_from(frame).ok().and_then(|f| moments.get_mut(f)) {
                *slot = Some(moment);
            }
        });
        moments
    }

    fn run(&self, mut emit: impl FnMut(i64, Moment)) {
        let (mut frame, mut place, mut phase) = (self.start, self.from, 0.0_f32);
        let mut heading = self.steps.iter().find_map(|s| heading_of(s, self.from)).unwrap_or(0.0);
        for step in &self.steps {
            let mut time = 0.0;
            let steps_begin = place;
            while let Some((next, wanted, act)) = advance(&step.doing, steps_begin, place, heading, time) {
                let moved = (next - place).length();
                let speed = moved / TICK;
                let turn = if matches!(step.doing, Doing::Fight { .. }) { 0.5 } else { 0.16 };
                heading += turned(heading, wanted) * turn;
                phase += std::f32::consts::TAU * moved / stride(speed.min(8.0));
                place = next;
                let pose = Pose::of(act, phase, time + heading, speed);
                emit(frame, Moment { place, heading, pose, bag: step.bag, offence: step.offence });
                frame += 1;
                time += TICK;
            }
        }
    }
}

/// Metres per second into frame `frame`; 0 where somebody just appears.
#[cfg(test)]
pub(super) fn speed_at(moments: &[Option<Moment>], frame: usize) -> f32 {
    let before = frame.checked_sub(1).and_then(|f| moments[f]);
    before.zip(moments[frame]).map_or(0.0, |(a, b)| (b.place - a.place).length() / TICK)
}

/// The signed way from heading `from` to heading `to`, in radians.
pub(super) fn turned(from: f32, to: f32) -> f32 {
    use std::f32::consts::{PI, TAU};
    (to - from + PI).rem_euclid(TAU) - PI
}

fn heading_of(step: &Step, place: V3) -> Option<f32> {
    match step.doing {
        Doing::Go { to, .. } => Some((to - place).heading()),
        Doing::Hold { face, .. } => face,
        _ => None,
    }
}

/// Place, wanted heading and act `time` seconds into a step; `None` when it is over.
fn advance(doing: &Doing, begin: V3, place: V3, heading: f32, time: f32) -> Option<(V3, f32, Act)> {
    match *doing {
        Doing::Go { to, speed } => {
            let way = to - place;
            let left = way.length();
            let reach = speed * TICK;
            let act = if speed > 2.6 { Act::Run } else { Act::Walk };
            if left < 1e-3 {
                return None;
            }
            let next = if left <= reach { to } else { place + way * (reach / left) };
            Some((next, way.heading(), act))
        }
        Doing::Hold { secs, act, face } => (time < secs).then(|| (place, face.unwrap_or(heading), act)),
        Doing::Fight { secs, centre, axis, side, seed } => {
            (time < secs).then(|| {
                let (at, facing, act) = fight(time, centre, axis, side, seed);
                // Steps into the fight instead of jumping there.
                (begin.lerp(at, (time / 0.3).min(1.0)), facing, act)
            })
        }
        Doing::Fall { lie_secs } => {
            let act = |over: f32, flail: f32| Act::Down { over, flail };
            if time < FALL_SECS {
                let t = time / FALL_SECS;
                let slide = begin + toward(heading) * (0.55 * (1.0 - (1.0 - t) * (1.0 - t)));
                Some((slide, heading, act(t * t, 1.0 - t * 0.6)))
            } else if time < FALL_SECS + lie_secs {
                // Writhes and tries to get up, again and again.
                let tries = (time * 2.4).sin().max(0.0);
                Some((place, heading, act(1.0 - 0.28 * tries * tries, 0.5 + 0.5 * (time * 7.5).sin())))
            } else if time < FALL_SECS + lie_secs + RISE_SECS {
                let t = (time - FALL_SECS - lie_secs) / RISE_SECS;
                Some((place, heading, act(0.5 + 0.5 * (t * std::f32::consts::PI).cos(), 0.0)))
            } else {
                None
            }
        }
        Doing::Snatch { secs } => {
            (time < secs).then(|| (place, heading, Act::Snatch { reach: (time / secs * std::f32::consts::PI).sin() }))
        }
    }
}

/// One fighter at `time`: blows go to and fro every half second, both reel and are pushed about.
fn fight(time: f32, centre: V3, axis: f32, side: f32, seed: u32) -> (V3, f32, Act) {
    const BEAT: f32 = 0.44;
    let beat = (time / BEAT) as i32;
    let since = time - beat as f32 * BEAT;
    let luck = |k: u32| cell_noise(beat, 0, seed.wrapping_add(k));
    let attacks = (luck(0) < 0.5) == (side > 0.0);
    let kind = luck(1);
    let limb = if kind < 0.35 {
        0
    } else if kind < 0.65 {
        1
    } else if kind < 0.82 {
        2
    } else {
        3
    };
    let force = if limb == 3 { 0.7 } else { 0.22 };
    let pulse = if since < 0.1 { 0.0 } else { ((since - 0.1) / 0.1).min(1.0) * (1.0 - (since - 0.1) / 0.42).max(0.0) };
    let turn = axis + 0.7 * (time * 0.7).sin() + 0.3 * (time * 1.9).sin();
    let drift = V3 { x: 0.8 * (time * 1.2).sin(), y: 0.0, z: 0.5 * (time * 1.45).cos() - 0.5 };
    let apart = 0.36 + if attacks { -0.05 * pulse } else { force * pulse };
    let place = centre + drift + toward(turn) * (side * apart);
    let facing = (toward(turn) * -side).heading();
    (place, facing, if attacks { Act::Strike { since, limb } } else { Act::Reel { hit: pulse } })
}

/// A car in one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct CarMoment {
    pub place: V3,
    pub heading: f32,
    /// Metres per second.
    pub speed: f32,
    /// Metres driven so far, for the wheels.
    pub driven: f32,
}

/// A car's part: along `path` at `speed`, standing `stop_secs` at point `stop` of the path.
#[derive(Clone, Debug)]
pub(super) struct Drive {
    pub start: i64,
    pub path: Vec<V3>,
    pub speed: f32,
    pub stop: Option<(usize, f32)>,
}

impl Drive {
    /// The car in each of `frames` frames; `None` where it is not there.
    pub fn perform(&self, frames: usize) -> Vec<Option<CarMoment>> {
        let mut moments = vec![None; frames];
        self.run(|frame, moment| {
            if let Some(slot) = usize::try_from(frame).ok().and_then(|f| moments.get_mut(f)) {
                *slot = Some(moment);
            }
        });
        moments
    }

    /// Frames from the start until `found` says so; `None` if it never does.
    pub fn frames_until(&self, found: impl Fn(&CarMoment) -> bool) -> Option<i64> {
        let mut first = None;
        self.run(|frame, moment| {
            if first.is_none() && found(&moment) {
                first = Some(frame - self.start);
            }
        });
        first
    }

    fn run(&self, mut emit: impl FnMut(i64, CarMoment)) {
        let (Some(first), Some(second)) = (self.path.first(), self.path.get(1)) else { return };
        let (mut place, mut heading, mut frame) = (*first, (*second - *first).heading(), self.start);
        let (mut speed, mut driven, mut goal, mut waited) = (self.speed, 0.0, 1, 0.0);
        // No drive of the demo lasts longer than three minutes.
        for _ in 0..180 * FRAME_RATE {
            let Some(target) = self.path.get(goal) else { return };
            let way = *target - place;
            let halting = self.stop.filter(|(at, secs)| *at == goal && waited < *secs);
            let wanted = match halting {
                Some(_) if way.length() < 0.25 => 0.0,
                Some(_) => self.speed.min(0.3 + (way.length() * 3.0).sqrt()),
                None => self.speed,
            };
            speed += (wanted - speed).clamp(-5.0 * TICK, 2.5 * TICK);
            if halting.is_some() && way.length() < 0.8 {
                speed = speed.min(way.length() * 2.0);
                if speed < 0.5 {
                    (speed, waited) = (0.0, waited + TICK);
                }
            }
            heading += turned(heading, way.heading()).clamp(-speed * TICK / 3.5, speed * TICK / 3.5);
            place += toward(heading) * (speed * TICK);
            driven += speed * TICK;
            emit(frame, CarMoment { place, heading, speed, driven });
            frame += 1;
            let passed = way.length() < if halting.is_some() { 0.0 } else { 2.2 };
            if passed {
                goal += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::vector::ground;

    fn step(doing: Doing) -> Step {
        Step { doing, offence: None, bag: false }
    }

    #[test]
    fn a_script_arrives_when_it_was_told_to() {
        let steps = vec![
            step(Doing::Go { to: ground(3.0, 4.0), speed: 1.25 }),
            step(Doing::Hold { secs: 2.0, act: Act::Stand, face: None }),
            step(Doing::Go { to: ground(9.0, 4.0), speed: 5.0 }),
        ];
        let script = Script { start: 0, from: ground(0.0, 0.0), steps }.aligned(2, 400);
        let moments = script.perform(500);
        let at = |f: usize| moments[f].expect("is there");
        assert!(speed_at(&moments, 399) == 0.0 && speed_at(&moments, 400) > 4.9);
        assert!((at(399).place - ground(3.0, 4.0)).length() < 1e-3);
        assert!(moments[200].is_none() && moments[499].is_none());
    }

    #[test]
    fn fighters_stay_close_and_move_fast() {
        for t in 0..250 {
            let time = t as f32 * TICK;
            let at = |side| fight(time, ground(0.0, 10.0), 0.3, side, 99).0;
            let apart = (at(1.0) - at(-1.0)).length();
            assert!((0.5..1.6).contains(&apart), "{apart} at {time}");
        }
    }

    #[test]
    fn a_car_stops_where_it_should_and_drives_on() {
        let path = vec![ground(0.0, 0.0), ground(20.0, 0.0), ground(60.0, 0.0)];
        let drive = Drive { start: 0, path, speed: 6.0, stop: Some((1, 2.0)) };
        let moments: Vec<_> = drive.perform(800).into_iter().flatten().collect();
        let standing: Vec<_> = moments.iter().filter(|m| m.speed == 0.0).collect();
        assert!((45..=60).contains(&standing.len()), "{}", standing.len());
        assert!(standing.iter().all(|m| (m.place.x - 20.0).abs() < 1.0));
        assert!(moments.last().is_some_and(|m| m.place.x > 57.0));
    }
}
