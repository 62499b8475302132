//! Cars as they appear: body, glass, wheels, lamps.
//!
//! Owns the drawing of a car. Does not own where it drives: see [`super::perform`].

use super::camera::Camera;
use super::canvas::{Canvas, Knob};
use super::chance::Dice;
use super::figure::LightHere;
use super::vector::{V3, grey, toward, v3};

/// What a car looks like. Metres.
#[derive(Clone, Copy, Debug)]
pub(super) struct CarLook {
    length: f32,
    width: f32,
    height: f32,
    paint: V3,
    /// A van's cabin reaches over the whole body.
    van: bool,
}

impl CarLook {
    /// Some car.
    pub fn any(dice: &mut Dice) -> Self {
        let paints = [
            grey(0.62),
            grey(0.30),
            grey(0.04),
            v3(0.42, 0.03, 0.03),
            v3(0.04, 0.09, 0.30),
            v3(0.55, 0.53, 0.47),
            v3(0.10, 0.16, 0.13),
            v3(0.12, 0.28, 0.45),
        ];
        let van = dice.chance(0.18);
        Self {
            length: if van { 4.9 } else { dice.between(4.0, 4.6) },
            width: if van { 1.95 } else { 1.8 },
            height: if van { 2.1 } else { dice.between(1.42, 1.55) },
            paint: *dice.pick(&paints),
            van,
        }
    }

    /// A light one, easy to see.
    pub fn bright(dice: &mut Dice) -> Self {
        let paint = *dice.pick(&[grey(0.7), v3(0.55, 0.04, 0.03), v3(0.62, 0.42, 0.04)]);
        Self { paint, van: false, length: 4.3, width: 1.8, height: 1.48 }
    }
}

/// A car at one moment.
pub(super) struct Car<'a> {
    pub look: &'a CarLook,
    pub place: V3,
    pub heading: f32,
    /// Metres driven, which turns the wheels.
    pub driven: f32,
}

/// A tapered box: half width, from z to z, at the bottom and at the top, and the two heights.
struct Hull {
    low: (f32, f32, f32, f32),
    high: (f32, f32, f32, f32),
}

impl Hull {
    /// Corners: bottom then top; rear left, rear right, front right, front left.
    fn corners(&self) -> [V3; 8] {
        let ring = |(half, rear, front, y): (f32, f32, f32, f32)| {
            [v3(-half, y, rear), v3(half, y, rear), v3(half, y, front), v3(-half, y, front)]
        };
        let (low, high) = (ring(self.low), ring(self.high));
        [low[0], low[1], low[2], low[3], high[0], high[1], high[2], high[3]]
    }
}

/// Corner numbers of the faces: rear, right, front, left, top.
const FACES: [[usize; 4]; 5] = [[0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7], [4, 5, 6, 7]];

impl Car<'_> {
    fn world(&self, p: V3) -> V3 {
        let ahead = toward(self.heading);
        self.place + ahead * p.z + v3(ahead.z, 0.0, -ahead.x) * p.x + V3::UP * p.y
    }

    fn body(&self) -> Hull {
        let (half, end) = (self.look.width / 2.0, self.look.length / 2.0);
        let belt = if self.look.van { 1.0 } else { 0.60 * self.look.height };
        Hull { low: (half, -end, end, 0.24), high: (half - 0.05, -end + 0.06, end - 0.14, belt) }
    }

    fn cabin(&self) -> Hull {
        let (half, length, body) = (self.look.width / 2.0, self.look.length, self.body());
        let belt = body.high.3;
        if self.look.van {
            Hull {
                low: (half - 0.06, -length * 0.485, length * 0.36, belt),
                high: (half - 0.18, -length * 0.47, length * 0.22, self.look.height),
            }
        } else {
            Hull {
                low: (half - 0.08, -length * 0.40, length * 0.20, belt),
                high: (half - 0.26, -length * 0.27, length * 0.03, self.look.height),
            }
        }
    }

    /// Corners in the world, for shadows.
    pub fn outline(&self) -> Vec<V3> {
        let all = self.body().corners().into_iter().chain(self.cabin().corners());
        all.map(|p| self.world(p)).collect()
    }

    /// Draws the car; `lamps` shine when it is dark.
    pub fn draw(&self, canvas: &mut Canvas<'_>, camera: &Camera, light: &LightHere, lamps: bool) {
        let (body, cabin) = (self.body(), self.cabin());
        let (half, end) = (self.look.width / 2.0, self.look.length / 2.0);
        let rubber = grey(0.018);
        // The gap between body and ground, so that the car stands on wheels.
        self.face(
            canvas,
            camera,
            light,
            &[
                v3(-half + 0.1, 0.05, -end + 0.3),
                v3(half - 0.1, 0.05, -end + 0.3),
                v3(half - 0.1, 0.05, end - 0.3),
                v3(-half + 0.1, 0.05, end - 0.3),
            ],
            rubber * 0.4,
            false,
        );
        self.wheels(canvas, camera, light, -1.0, rubber);
        self.wheels(canvas, camera, light, 1.0, rubber);
        self.hull(canvas, camera, light, &body, [self.look.paint; 5]);
        for side in [-1.0, 1.0] {
            let x = side * (half + 0.004);
            if !self.faces(camera, v3(x, 0.5, 0.0), v3(side, 0.0, 0.0)) {
                continue;
            }
            let strip =
                [v3(x, 0.24, -end + 0.1), v3(x, 0.24, end - 0.1), v3(x, 0.34, end - 0.1), v3(x, 0.34, -end + 0.1)];
            self.face(canvas, camera, light, &strip, self.look.paint * 0.3, false);
            let seam = [v3(x, 0.34, 0.12), v3(x, 0.34, 0.15), v3(x, body.high.3, 0.15), v3(x, body.high.3, 0.12)];
            self.face(canvas, camera, light, &seam, self.look.paint * 0.35, false);
            self.wheels(canvas, camera, light, side, rubber);
        }
        self.ends(canvas, camera, light, lamps);
        let glass = v3(0.035, 0.045, 0.055);
        self.hull(canvas, camera, light, &cabin, [glass, glass, glass, glass, self.look.paint]);
        self.pillars(canvas, camera, light, &cabin);
    }

    fn faces(&self, camera: &Camera, at: V3, normal: V3) -> bool {
        let ahead = toward(self.heading);
        let n = ahead * normal.z + v3(ahead.z, 0.0, -ahead.x) * normal.x + V3::UP * normal.y;
        n.dot(camera.eye - self.world(at)) > 0.0
    }

    fn hull(&self, canvas: &mut Canvas<'_>, camera: &Camera, light: &LightHere, hull: &Hull, colours: [V3; 5]) {
        let corners = hull.corners();
        for (face, colour) in FACES.iter().zip(colours) {
            self.face(canvas, camera, light, &face.map(|i| corners[i]), colour, true);
        }
    }

    /// One flat face in the car's own axes; `cull` leaves it out when it looks away.
    fn face(
        &self,
        canvas: &mut Canvas<'_>,
        camera: &Camera,
        light: &LightHere,
        corners: &[V3],
        albedo: V3,
        cull: bool,
    ) {
        let world: Vec<V3> = corners.iter().map(|p| self.world(*p)).collect();
        let mut normal = (world[1] - world[0]).cross(world[2] - world[0]).unit();
        let middle = world.iter().fold(V3::default(), |s, p| s + *p) * (1.0 / world.len() as f32);
        let inner = self.place + V3::UP * 0.7;
        if normal.dot(middle - inner) < 0.0 {
            normal = -normal;
        }
        if cull && normal.dot(camera.eye - middle) <= 0.0 {
            return;
        }
        let dots: Option<Vec<_>> = world.iter().map(|p| camera.project(*p)).collect();
        let Some(dots) = dots else { return };
        let sky = light.ambient * (0.62 + 0.38 * normal.y);
        let key = light.key * normal.dot(light.toward).max(0.0);
        // Paint and glass mirror some of the sky.
        let shine = light.ambient * (0.07 + 0.10 * normal.y.max(0.0));
        let colour = (albedo * (sky + key) + shine).display();
        let depth = dots.iter().map(|d| d.depth).sum::<f32>() / dots.len() as f32;
        let flat: Vec<_> = dots.iter().map(|d| (d.x, d.y)).collect();
        canvas.convex(&flat, depth - 0.8, colour);
    }

    fn wheels(&self, canvas: &mut Canvas<'_>, camera: &Camera, light: &LightHere, side: f32, rubber: V3) {
        let x = side * (self.look.width / 2.0 + 0.01);
        for z in [-0.31 * self.look.length, 0.31 * self.look.length] {
            let round = |radius: f32, count: usize, turn: f32| -> Vec<V3> {
                let angle = |i: usize| turn + i as f32 / count as f32 * std::f32::consts::TAU;
                (0..count).map(|i| v3(x, 0.33 + radius * angle(i).sin(), z + radius * angle(i).cos())).collect()
            };
            self.face(canvas, camera, light, &round(0.36, 14, 0.0), rubber, false);
            self.face(canvas, camera, light, &round(0.21, 5, self.driven / 0.33), grey(0.28), false);
        }
    }

    fn ends(&self, canvas: &mut Canvas<'_>, camera: &Camera, light: &LightHere, lamps: bool) {
        let (half, end) = (self.look.width / 2.0, self.look.length / 2.0);
        for (z, along, colour) in [(end - 0.05, 1.0, v3(0.8, 0.8, 0.75)), (-end + 0.02, -1.0, v3(0.45, 0.02, 0.02))] {
            if !self.faces(camera, v3(0.0, 0.6, z), v3(0.0, 0.0, along)) {
                continue;
            }
            let plate = [v3(-0.26, 0.40, z), v3(0.26, 0.40, z), v3(0.26, 0.51, z), v3(-0.26, 0.51, z)];
            self.face(canvas, camera, light, &plate, grey(0.6), false);
            for side in [-1.0, 1.0] {
                let (a, b) = (side * (half - 0.08), side * (half - 0.46));
                self.face(
                    canvas,
                    camera,
                    light,
                    &[v3(a, 0.58, z), v3(b, 0.58, z), v3(b, 0.73, z), v3(a, 0.73, z)],
                    colour,
                    false,
                );
                if let (true, Some(dot)) =
                    (lamps, camera.project(self.world(v3(f32::midpoint(a, b), 0.65, z + 0.1 * along))))
                {
                    let (radius, shine) =
                        if along > 0.0 { (0.75, [260.0, 250.0, 220.0]) } else { (0.4, [190.0, 20.0, 14.0]) };
                    canvas.glow(
                        Knob { x: dot.x, y: dot.y, radius: radius * camera.focal / dot.depth, depth: dot.depth - 1.0 },
                        shine,
                    );
                }
            }
        }
    }

    fn pillars(&self, canvas: &mut Canvas<'_>, camera: &Camera, light: &LightHere, cabin: &Hull) {
        let corners = cabin.corners();
        for (low, high) in [(0, 4), (1, 5), (2, 6), (3, 7)] {
            let (a, b) = (corners[low], corners[high]);
            let side = a.x.signum();
            if self.faces(camera, a, v3(side, 0.0, 0.0)) {
                let wide = v3(0.0, 0.0, 0.09 * -a.z.signum());
                let out = v3(side * 0.01, 0.0, 0.0);
                self.face(
                    canvas,
                    camera,
                    light,
                    &[a + out, a + wide + out, b + wide + out, b + out],
                    self.look.paint,
                    false,
                );
            }
        }
        for (side, rear_low, rear_high) in [(-1.0, 0, 4), (1.0, 1, 5)] {
            if self.faces(camera, corners[rear_low], v3(side, 0.0, 0.0)) {
                // The post between the doors.
                let (low, high) = (corners[rear_low], corners[rear_high]);
                let at = |base: V3, z: f32| v3(base.x + side * 0.01, base.y, z);
                let post = [at(low, -0.12), at(low, -0.2), at(high, -0.2), at(high, -0.12)];
                self.face(canvas, camera, light, &post, self.look.paint, false);
            }
        }
    }
}
