//! How a body holds itself: joint angles by what the person is doing.
//!
//! Owns gait and gestures. Does not own where the person is (see [`super::perform`]) or how it is drawn
//! (see [`super::figure`]).

use std::f32::consts::{FRAC_PI_2, PI};

/// What a person is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Act {
    Walk,
    Run,
    /// Standing about.
    Stand,
    /// Standing with a telephone at the ear.
    Phone,
    /// Talking with the hands.
    Talk,
    Sit,
    /// Tying a shoe.
    Crouch,
    /// Hitting, seconds since the last blow began and which arm (or leg, 2).
    Strike {
        since: f32,
        limb: usize,
    },
    /// Being hit: how hard just now, 0..=1.
    Reel {
        hit: f32,
    },
    /// Falling, lying, getting up: how far over, 0..=1, and whether still moving fast.
    Down {
        over: f32,
        flail: f32,
    },
    /// Snatching: how far the arm is out, 0..=1.
    Snatch {
        reach: f32,
    },
    /// Startled or calling after somebody, arms up.
    Alarm,
}

/// Joint angles in radians. Pairs are left, right. Positive swings forward; elbows and knees bend.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pose {
    /// Bend of the trunk, forward.
    pub lean: f32,
    /// The whole body turned over forward around the feet.
    pub tilt: f32,
    pub hips: [f32; 2],
    pub knees: [f32; 2],
    pub shoulders: [f32; 2],
    /// Arms away from the body, sideways.
    pub spread: [f32; 2],
    pub elbows: [f32; 2],
    /// Metres above the gait's own height.
    pub lift: f32,
}

/// Metres that one full gait cycle covers at `speed`.
pub(super) fn stride(speed: f32) -> f32 {
    if speed > 2.6 { 1.15 + 0.32 * speed } else { 0.75 + 0.5 * speed }
}

impl Pose {
    /// The pose of `act` at gait phase `phase` (radians), `time` seconds into it, moving at `speed`.
    pub fn of(act: Act, phase: f32, time: f32, speed: f32) -> Self {
        let sway = (time * 1.3).sin();
        let still = Self {
            spread: [0.1; 2],
            elbows: [0.2 + 0.04 * sway; 2],
            knees: [0.04; 2],
            lean: 0.02 * sway,
            ..Self::default()
        };
        match act {
            Act::Walk if speed < 0.1 => still,
            Act::Walk => gait(phase, (0.2 + 0.17 * speed).min(0.55), 0.75, 0.3, 0.04),
            Act::Run => Self { lift: 0.07 * (2.0 * phase).cos().abs(), ..gait(phase, 0.85, 1.6, 1.5, 0.28) },
            Act::Stand => still,
            Act::Phone => Self { shoulders: [0.0, 0.65], spread: [0.1, 0.45], elbows: [0.2, 2.3], ..still },
            Act::Talk => {
                let wave = (time * 2.9).sin() * (time * 0.8).sin().max(0.0);
                Self { shoulders: [0.2 + 0.15 * wave, 0.45 + 0.4 * wave], elbows: [0.9, 1.2 + 0.5 * wave], ..still }
            }
            Act::Sit => Self {
                hips: [1.45, 1.5],
                knees: [1.45, 1.4],
                shoulders: [0.5; 2],
                elbows: [0.7; 2],
                lean: -0.05,
                ..still
            },
            Act::Crouch => Self {
                lean: 0.9,
                hips: [1.5, 0.5],
                knees: [1.9, 1.9],
                shoulders: [1.3 + 0.1 * (time * 6.0).sin(), 1.2],
                elbows: [0.4; 2],
                ..still
            },
            Act::Strike { since, limb } => strike(since, limb, time),
            Act::Reel { hit } => Self {
                lean: 0.12 - 0.55 * hit,
                hips: [0.25, -0.25 - 0.3 * hit],
                knees: [0.35, 0.3],
                shoulders: [1.1 + 0.6 * hit, 1.2 - 0.4 * hit],
                spread: [0.15 + 0.5 * hit; 2],
                elbows: [1.9 - 0.8 * hit; 2],
                ..Self::default()
            },
            Act::Down { over, flail } => {
                let (bend, kick) = ((over * PI).sin(), over * flail);
                Self {
                    tilt: over * FRAC_PI_2,
                    lean: 0.15 + 0.5 * bend,
                    hips: [0.12 + 1.0 * bend + 0.6 * kick, 0.35 + 0.5 * bend],
                    knees: [0.2 + 1.2 * bend + 0.9 * kick, 0.7 + 0.7 * bend],
                    shoulders: [0.6 + 1.2 * flail, 1.9 * over],
                    spread: [0.3 + 0.9 * over, 0.25 + 0.6 * flail],
                    elbows: [0.5, 0.9],
                    lift: 0.0,
                }
            }
            Act::Snatch { reach } => Self {
                lean: 0.45 * reach,
                hips: [0.5 * reach, -0.5 * reach],
                knees: [0.4 * reach, 0.2],
                shoulders: [1.45 * reach, 1.5 * reach],
                elbows: [0.15 + 0.4 * (1.0 - reach); 2],
                spread: [0.05; 2],
                ..Self::default()
            },
            Act::Alarm => {
                let wave = (time * 7.0).sin();
                Self {
                    shoulders: [2.3 + 0.3 * wave, 2.2 - 0.3 * wave],
                    elbows: [0.5 - 0.3 * wave; 2],
                    spread: [0.35; 2],
                    ..still
                }
            }
        }
    }
}

fn gait(phase: f32, swing: f32, knee: f32, elbow: f32, lean: f32) -> Pose {
    let leg = |p: f32| 0.06 + swing * p.sin() + 0.3 * lean;
    let bend = |p: f32| 0.12 + knee * p.cos().max(0.0) + lean * 0.8;
    let arm = |p: f32| -0.85 * swing * p.sin();
    Pose {
        lean,
        hips: [leg(phase), leg(phase + PI)],
        knees: [bend(phase), bend(phase + PI)],
        shoulders: [arm(phase), arm(phase + PI)],
        spread: [0.1; 2],
        elbows: [elbow; 2],
        ..Pose::default()
    }
}

fn strike(since: f32, limb: usize, time: f32) -> Pose {
    // Out fast, back slowly.
    let out = if since < 0.12 { since / 0.12 } else { (1.0 - (since - 0.12) / 0.3).max(0.0) };
    let mut pose = Pose {
        lean: 0.15 + 0.3 * out,
        hips: [0.4, -0.35],
        knees: [0.45, 0.25],
        shoulders: [0.95 + 0.12 * (time * 9.0).sin(), 0.95 - 0.12 * (time * 8.0).sin()],
        spread: [0.15; 2],
        elbows: [2.1; 2],
        ..Pose::default()
    };
    match limb {
        0 | 1 => {
            pose.shoulders[limb] = 0.7 + 0.95 * out;
            pose.elbows[limb] = 2.1 - 2.05 * out;
        }
        2 => {
            (pose.hips[1], pose.knees[1], pose.lean) =
                (-0.35 + 1.85 * out, 0.25 + 0.9 * (1.0 - out) * out, 0.1 - 0.35 * out);
        }
        _ => {
            pose.shoulders = [0.7 + 0.8 * out; 2];
            pose.elbows = [1.7 - 1.6 * out; 2];
        }
    }
    pose
}
