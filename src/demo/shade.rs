//! Shadows of what moves, and the light of headlights on the ground.
//!
//! Owns the mask that darkens the backdrop. Does not own shadows of the scene itself: see [`super::trace`].

use super::camera::Camera;
use super::canvas::{Canvas, Knob};
use super::trace::Backdrop;
use super::vector::{V3, toward, v3};

/// How dark each pixel is by shadow, 0..=1, for one kind of light.
pub(super) struct Shade {
    mask: Vec<f32>,
    width: usize,
    height: usize,
    touched: Vec<usize>,
}

impl Shade {
    /// No shadow anywhere.
    pub fn none(camera: &Camera) -> Self {
        let (width, height) = (camera.width, camera.height);
        Self { mask: vec![0.0; width * height], width, height, touched: Vec::new() }
    }

    /// The shadow of a limb between two places on the ground; `soft` is the width of its edge in pixels.
    pub fn limb(&mut self, a: Knob, b: Knob, soft: f32, strength: f32) {
        let most = a.radius.max(b.radius) + soft;
        let clip = |v: f32, max: usize| v.clamp(0.0, max as f32) as usize;
        let (x0, x1) = (clip(a.x.min(b.x) - most, self.width), clip(a.x.max(b.x) + most + 1.0, self.width));
        let (y0, y1) = (clip(a.y.min(b.y) - most, self.height), clip(a.y.max(b.y) + most + 1.0, self.height));
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = (dx * dx + dy * dy).max(1e-6);
        for y in y0..y1 {
            for x in x0..x1 {
                // The ground is seen at a slant, so shadows are flatter than they are wide.
                let (px, py) = (x as f32 + 0.5 - a.x, y as f32 + 0.5 - a.y);
                let share = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
                let (ox, oy) = (px - dx * share, (py - dy * share) * 1.4);
                let radius = a.radius + (b.radius - a.radius) * share;
                let cover = ((radius - (ox * ox + oy * oy).sqrt()) / soft + 0.5).clamp(0.0, 1.0) * strength;
                self.put(y * self.width + x, cover);
            }
        }
    }

    /// The shadow of a flat convex shape on the ground.
    pub fn area(&mut self, canvas: &mut Canvas<'_>, corners: &[(f32, f32)], strength: f32) {
        canvas.each_in_convex(corners, 1.0, |_, at, cover| self.put(at, cover * strength));
    }

    /// A soft round spot that fades outwards.
    pub fn spot(&mut self, at: Knob, flat: f32, strength: f32) {
        let clip = |v: f32, max: usize| v.clamp(0.0, max as f32) as usize;
        let (rx, ry) = (at.radius, at.radius * flat);
        for y in clip(at.y - ry, self.height)..clip(at.y + ry + 1.0, self.height) {
            for x in clip(at.x - rx, self.width)..clip(at.x + rx + 1.0, self.width) {
                let (dx, dy) = ((x as f32 + 0.5 - at.x) / rx, (y as f32 + 0.5 - at.y) / ry);
                let near = (1.0 - dx * dx - dy * dy).max(0.0);
                self.put(y * self.width + x, near * strength);
            }
        }
    }

    fn put(&mut self, at: usize, cover: f32) {
        let Some(mask) = self.mask.get_mut(at) else { return };
        if cover > *mask {
            if *mask == 0.0 {
                self.touched.push(at);
            }
            *mask = cover;
        }
    }

    /// Where shadow fell: calls `paint` with pixel and darkness. Solids above the ground are left as they are.
    pub fn apply(&self, canvas: &mut Canvas<'_>, mut paint: impl FnMut(&mut [f32], usize, f32)) {
        for at in &self.touched {
            if canvas.depth[*at].is_infinite() {
                paint(&mut canvas.rgb[at * 3..at * 3 + 3], *at, self.mask[*at]);
            }
        }
    }
}

/// Adds the light of a car's headlights to the ground in front of it.
pub(super) fn headlights(canvas: &mut Canvas<'_>, camera: &Camera, backdrop: &Backdrop, place: V3, heading: f32) {
    const REACH: f32 = 13.0;
    let (ahead, right) = (toward(heading), v3(heading.cos(), 0.0, -heading.sin()));
    let corner = |a: f32, s: f32| camera.project(place + ahead * a + right * s).map(|d| (d.x, d.y));
    let corners = [corner(2.0, -1.4), corner(2.0, 1.4), corner(REACH, 4.6), corner(REACH, -4.6)];
    let Some(corners) = corners.into_iter().collect::<Option<Vec<_>>>() else { return };
    let width = camera.width;
    canvas.each_in_convex(&corners, 0.5, |canvas, at, _| {
        if canvas.depth[at].is_finite() {
            return;
        }
        let ray = camera.ray((at % width) as f32 + 0.5, (at / width) as f32 + 0.5);
        if ray.y > -1e-3 {
            return;
        }
        let to = camera.eye + ray * (camera.eye.y / -ray.y) - place;
        let (a, s) = (to.dot(ahead) - 2.0, to.dot(right));
        let beam = |off: f32| (-((s - off) / (0.35 + 0.22 * a)).powi(2)).exp();
        let fade = (a / 1.2).clamp(0.0, 1.0) * (1.0 - a / (REACH - 2.0)).max(0.0);
        let light = 1.5 * fade * (beam(-0.6) + beam(0.6));
        for c in 0..3 {
            let value = &mut canvas.rgb[at * 3 + c];
            let tint = [1.0, 0.95, 0.82][c];
            let linear = (*value / 255.0).powf(2.2) + backdrop.albedo[at * 3 + c] * light * tint;
            *value = 255.0 * linear.min(1.0).powf(1.0 / 2.2);
        }
    });
}
