//! People as they appear: a skeleton of joints, clothes, shadow.
//!
//! Owns the drawing of a person. Does not own what the person does: see [`super::pose`].

use super::camera::Camera;
use super::canvas::{Canvas, Knob, Ramp};
use super::chance::Dice;
use super::pose::Pose;
use super::vector::{V3, grey, toward, v3};

/// What a person looks like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Metres.
    pub height: f32,
    /// 1 is average.
    pub build: f32,
    skin: V3,
    hair: V3,
    top: V3,
    legs: V3,
    shoes: V3,
    bag: V3,
    /// A coat reaches over the thighs.
    coat: bool,
    backpack: bool,
    hat: bool,
}

/// Light as it falls on one person or car.
#[derive(Clone, Copy, Debug)]
pub(super) struct LightHere {
    pub ambient: V3,
    pub key: V3,
    /// Towards the key light, world axes.
    pub toward: V3,
}

/// A part of a body: from, to, radii in metres, colour.
struct Part(V3, V3, f32, f32, V3);

impl Look {
    /// Somebody.
    pub fn any(dice: &mut Dice) -> Self {
        let cloth = [
            v3(0.55, 0.07, 0.06),
            v3(0.06, 0.12, 0.38),
            v3(0.05, 0.05, 0.06),
            v3(0.62, 0.60, 0.55),
            v3(0.62, 0.42, 0.05),
            v3(0.07, 0.28, 0.14),
            v3(0.24, 0.25, 0.28),
            v3(0.34, 0.16, 0.36),
            v3(0.10, 0.34, 0.42),
            v3(0.42, 0.27, 0.15),
            v3(0.75, 0.75, 0.75),
        ];
        let trousers = [
            v3(0.04, 0.06, 0.14),
            v3(0.05, 0.05, 0.055),
            v3(0.22, 0.18, 0.13),
            v3(0.13, 0.14, 0.16),
            v3(0.10, 0.13, 0.20),
        ];
        let skins = [
            v3(0.62, 0.42, 0.32),
            v3(0.50, 0.32, 0.22),
            v3(0.28, 0.17, 0.11),
            v3(0.16, 0.10, 0.07),
            v3(0.66, 0.48, 0.38),
        ];
        let hair = [
            v3(0.02, 0.015, 0.01),
            v3(0.08, 0.05, 0.03),
            v3(0.28, 0.19, 0.09),
            v3(0.30, 0.30, 0.30),
            v3(0.14, 0.07, 0.03),
        ];
        Self {
            height: dice.between(1.58, 1.9),
            build: dice.between(0.88, 1.15),
            skin: *dice.pick(&skins),
            hair: *dice.pick(&hair),
            top: *dice.pick(&cloth) * dice.between(0.8, 1.1),
            legs: *dice.pick(&trousers) * dice.between(0.8, 1.3),
            shoes: if dice.chance(0.3) { grey(0.5) } else { grey(0.03) },
            bag: *dice.pick(&[v3(0.55, 0.10, 0.05), v3(0.55, 0.36, 0.08), v3(0.10, 0.06, 0.04), v3(0.6, 0.55, 0.45)]),
            coat: dice.chance(0.25),
            backpack: dice.chance(0.25),
            hat: dice.chance(0.15),
        }
    }

    /// Somebody dressed in dark clothes with a hood.
    pub fn dark(dice: &mut Dice) -> Self {
        let top = grey(0.035);
        Self { top, hair: top, legs: grey(0.05), hat: true, backpack: false, coat: false, ..Self::any(dice) }
    }

    /// Without a backpack, so that a hand bag is the only one.
    pub fn with_hand_bag(self) -> Self {
        Self { backpack: false, ..self }
    }
}

/// A person at one moment.
pub(super) struct Figure {
    parts: Vec<Part>,
    head: V3,
    place: V3,
}

impl Figure {
    /// The body of `look` in `pose` on `place`, looking along `heading`; `bag` is carried in the right hand.
    pub fn new(look: &Look, pose: &Pose, place: V3, heading: f32, bag: bool) -> Self {
        let h = look.height;
        let (thigh, shank, trunk) = (0.245 * h, 0.245 * h, 0.30 * h);
        let reach = |i: usize| thigh * pose.hips[i].cos() + shank * (pose.hips[i] - pose.knees[i]).cos();
        let hip_height = reach(0).max(reach(1)).max(0.1) + 0.04 * h + pose.lift;
        // Own axes: forward, right, up; the body turns over around the feet.
        let (tilt_sin, tilt_cos) = pose.tilt.sin_cos();
        let (ahead, right) = (toward(heading), toward(heading + std::f32::consts::FRAC_PI_2));
        let lift = 0.13 * tilt_sin;
        let world = |p: V3| {
            let (f, u) = (p.z * tilt_cos + p.y * tilt_sin, p.y * tilt_cos - p.z * tilt_sin);
            place + ahead * f + right * p.x + V3::UP * (u + lift).max(0.05)
        };
        let hip = v3(0.0, hip_height, 0.0);
        let along = |angle: f32, length: f32| v3(0.0, -angle.cos() * length, angle.sin() * length);
        let spine = v3(0.0, pose.lean.cos(), pose.lean.sin());
        let (chest, neck) = (hip + spine * (trunk * 0.93), hip + spine * (trunk * 1.08));
        let head = neck + spine * (0.075 * h) + v3(0.0, 0.0, 0.02 * h);
        let wide = 0.105 * h * look.build;
        let mut parts = Vec::with_capacity(20);
        let r = |share: f32| share * h * look.build;
        for (i, side) in [(0, -1.0), (1, 1.0)] {
            let top = hip + v3(side * 0.05 * h, 0.0, 0.0);
            let knee = top + along(pose.hips[i], thigh);
            let foot = knee + along(pose.hips[i] - pose.knees[i], shank);
            let toe = foot + along(pose.hips[i] - pose.knees[i] + 1.45, 0.10 * h);
            parts.push(Part(world(foot), world(toe), r(0.026), r(0.022), look.shoes));
            parts.push(Part(world(knee), world(foot), r(0.036), r(0.026), look.legs));
            parts.push(Part(world(top), world(knee), r(0.052), r(0.038), look.legs));
            let shoulder = chest + v3(side * wide, -0.01 * h, 0.0);
            let arm = |pitch: f32, length: f32| {
                let out = pose.spread[i];
                v3(side * out.sin() * length, -(pitch.cos() * out.cos()) * length, pitch.sin() * out.cos() * length)
            };
            let elbow = shoulder + arm(pose.shoulders[i], 0.165 * h);
            let wrist = elbow + arm(pose.shoulders[i] + pose.elbows[i], 0.145 * h);
            let hand = wrist + (wrist - elbow) * 0.2;
            parts.push(Part(world(shoulder), world(elbow), r(0.033), r(0.027), look.top));
            parts.push(Part(world(elbow), world(wrist), r(0.027), r(0.021), look.top * 0.95));
            parts.push(Part(world(wrist), world(hand), r(0.02), r(0.018), look.skin));
            if i == 1 && bag {
                let (top, low) = (hand - v3(0.0, 0.16, -0.05), hand - v3(0.0, 0.26, 0.08));
                parts.push(Part(world(hand), world(top), 0.015, 0.02, look.bag * 0.6));
                parts.push(Part(world(top + v3(0.0, 0.0, 0.03)), world(low), 0.11, 0.13, look.bag));
            }
        }
        for side in [-0.4, 0.4] {
            // Two strands side by side make a trunk that is broad from the front and flat from the side.
            let x = v3(side * wide, 0.0, 0.0);
            parts.push(Part(world(hip + x), world(chest + x * 1.25), r(0.062), r(0.066), look.top));
            if look.coat {
                let hem = hip + along(f32::midpoint(pose.hips[0], pose.hips[1]) * 0.7, 0.2 * h);
                parts.push(Part(world(hip + x), world(hem + x), r(0.062), r(0.068), look.top * 0.92));
            }
        }
        if look.backpack {
            let back = v3(0.0, -0.02, -0.085 * h);
            parts.push(Part(world(chest + back), world(hip + spine * (trunk * 0.35) + back), 0.12, 0.13, look.bag));
        }
        parts.push(Part(world(neck - spine * 0.05), world(head), r(0.03), r(0.03), look.skin));
        let head_world = world(head);
        parts.push(Part(head_world, world(head + spine * 0.02), 0.062 * h, 0.058 * h, look.skin));
        let crown = head + spine * (0.028 * h) - v3(0.0, 0.0, 0.02 * h);
        let hair = if look.hat { look.top * 0.8 } else { look.hair };
        parts.push(Part(world(crown), world(crown - v3(0.0, 0.02, 0.012)), 0.06 * h, 0.056 * h, hair));
        Self { parts, head: head_world, place }
    }

    /// Draws the body, far parts first.
    pub fn draw(&self, canvas: &mut Canvas<'_>, camera: &Camera, light: &LightHere) {
        let key = camera.turned(light.toward);
        let key = [key.x, key.y, key.z];
        let mut order: Vec<(f32, &Part)> =
            self.parts.iter().map(|p| ((p.0.lerp(p.1, 0.5) - camera.eye).length() - p.2.max(p.3), p)).collect();
        order.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (_, part) in order {
            let (Some(a), Some(b)) = (knob(camera, part.0, part.2), knob(camera, part.1, part.3)) else { continue };
            canvas.limb(a, b, &ramp(part.4, light), key);
        }
    }

    /// The body's limbs as thrown to the ground by light from `direction` (towards a far light) or from a lamp.
    pub fn shadow(&self, throw: impl Fn(V3) -> Option<V3>, mut paint: impl FnMut(V3, V3, f32)) {
        for part in &self.parts {
            if let (Some(a), Some(b)) = (throw(part.0), throw(part.1)) {
                paint(a, b, part.2.max(part.3));
            }
        }
    }

    /// Where contact shade belongs, and how wide it is.
    pub fn footprint(&self) -> (V3, f32) {
        let head = v3(self.head.x, 0.0, self.head.z);
        let spread = (head - self.place).length();
        (self.place.lerp(head, 0.5), 0.3 + 0.5 * spread)
    }
}

/// A ball of `radius` metres at `place` on the canvas.
pub(super) fn knob(camera: &Camera, place: V3, radius: f32) -> Option<Knob> {
    camera.project(place).map(|d| Knob { x: d.x, y: d.y, radius: radius * camera.focal / d.depth, depth: d.depth })
}

/// The colours of `albedo` from the side away from the key light to the side facing it.
pub(super) fn ramp(albedo: V3, light: &LightHere) -> Ramp {
    std::array::from_fn(|i| (albedo * (light.ambient + light.key * (i as f32 / 15.0))).display())
}
