//! Drawing with soft edges onto a picture that is being made.
//!
//! Owns coverage and hiding behind the backdrop. Does not own what is drawn.

/// Colours of a surface from dark to fully lit, as picture values.
pub(super) type Ramp = [[f32; 3]; 16];

/// A picture in the making: values may leave 0..=255 until it is developed.
pub(super) struct Canvas<'a> {
    pub width: usize,
    pub height: usize,
    /// Three values per pixel.
    pub rgb: Vec<f32>,
    /// Distance of what can hide things, one per pixel.
    pub depth: &'a [f32],
}

/// A place on the canvas with a radius and a distance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Knob {
    pub x: f32,
    pub y: f32,
    pub radius: f32,
    pub depth: f32,
}

impl Canvas<'_> {
    /// Pixels that a shape within `x0..x1`, `y0..y1` can touch.
    fn reach(&self, x0: f32, y0: f32, x1: f32, y1: f32) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let clip = |v: f32, max: usize| v.clamp(0.0, max as f32) as usize;
        (
            clip(x0 - 1.0, self.width)..clip(x1 + 2.0, self.width),
            clip(y0 - 1.0, self.height)..clip(y1 + 2.0, self.height),
        )
    }

    fn blend(&mut self, at: usize, colour: [f32; 3], cover: f32) {
        for (value, c) in self.rgb[at * 3..at * 3 + 3].iter_mut().zip(colour) {
            *value += (c - *value) * cover;
        }
    }

    /// A limb from `a` to `b`, rounded: `light` points to the light in picture axes (right, up, to the viewer).
    pub fn limb(&mut self, a: Knob, b: Knob, ramp: &Ramp, light: [f32; 3]) {
        let most = a.radius.max(b.radius);
        let (xs, ys) = self.reach(a.x.min(b.x) - most, a.y.min(b.y) - most, a.x.max(b.x) + most, a.y.max(b.y) + most);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = (dx * dx + dy * dy).max(1e-6);
        for y in ys {
            for x in xs.clone() {
                let (px, py) = (x as f32 + 0.5 - a.x, y as f32 + 0.5 - a.y);
                let share = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
                let radius = a.radius + (b.radius - a.radius) * share;
                let (ox, oy) = (px - dx * share, py - dy * share);
                let away = (ox * ox + oy * oy).sqrt();
                let cover = (radius - away + 0.5).clamp(0.0, 1.0);
                if cover <= 0.0 || self.depth[y * self.width + x] < a.depth + (b.depth - a.depth) * share {
                    continue;
                }
                let (nx, ny) = (ox / radius.max(0.5), -oy / radius.max(0.5));
                let nz = (1.0 - nx * nx - ny * ny).max(0.0).sqrt();
                let shade = (nx * light[0] + ny * light[1] + nz * light[2]).clamp(0.0, 1.0);
                self.blend(y * self.width + x, ramp[(shade * 15.0) as usize], cover);
            }
        }
    }

    /// A convex area of one colour; `corners` in either order. Hidden by what is nearer than `depth`.
    pub fn convex(&mut self, corners: &[(f32, f32)], depth: f32, colour: [f32; 3]) {
        self.each_in_convex(corners, 0.75, |canvas, at, cover| {
            if canvas.depth[at] >= depth {
                canvas.blend(at, colour, cover);
            }
        });
    }

    /// Calls `paint` with pixel index and coverage; edges are moved out by `bias - 0.5` pixels so that neighbours meet.
    pub fn each_in_convex(&mut self, corners: &[(f32, f32)], bias: f32, mut paint: impl FnMut(&mut Self, usize, f32)) {
        let Some(edges) = edges(corners) else { return };
        let over =
            |f: fn(f32, f32) -> f32, start: f32, pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(start, f);
        let (x0, x1) = (over(f32::min, f32::MAX, |c| c.0), over(f32::max, f32::MIN, |c| c.0));
        let (y0, y1) = (over(f32::min, f32::MAX, |c| c.1), over(f32::max, f32::MIN, |c| c.1));
        let (xs, ys) = self.reach(x0 - bias, y0 - bias, x1 + bias, y1 + bias);
        for y in ys {
            for x in xs.clone() {
                let inside = edges
                    .iter()
                    .map(|(nx, ny, c)| nx * (x as f32 + 0.5) + ny * (y as f32 + 0.5) + c)
                    .fold(f32::MAX, f32::min);
                let cover = (inside + bias).clamp(0.0, 1.0);
                if cover > 0.0 {
                    paint(self, y * self.width + x, cover);
                }
            }
        }
    }

    /// Light added in a soft round spot.
    pub fn glow(&mut self, at: Knob, colour: [f32; 3]) {
        let r = at.radius;
        let (xs, ys) = self.reach(at.x - r, at.y - r, at.x + r, at.y + r);
        for y in ys {
            for x in xs.clone() {
                let (dx, dy) = (x as f32 + 0.5 - at.x, y as f32 + 0.5 - at.y);
                let near = 1.0 - (dx * dx + dy * dy).sqrt() / r;
                let pixel = y * self.width + x;
                if near > 0.0 && self.depth[pixel] >= at.depth {
                    let strength = near * near * near;
                    for (value, c) in self.rgb[pixel * 3..pixel * 3 + 3].iter_mut().zip(colour) {
                        *value += c * strength;
                    }
                }
            }
        }
    }
}

/// Inward normals and offsets of a convex outline; `None` if it has no area.
fn edges(corners: &[(f32, f32)]) -> Option<Vec<(f32, f32, f32)>> {
    let next = |i: usize| corners[(i + 1) % corners.len()];
    let twice: f32 = corners.iter().enumerate().map(|(i, c)| c.0 * next(i).1 - next(i).0 * c.1).sum();
    if twice.abs() < 0.2 {
        return None;
    }
    let side = twice.signum();
    let edge = |(i, a): (usize, &(f32, f32))| {
        let b = next(i);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = (dx * dx + dy * dy).sqrt();
        (length > 1e-3).then(|| {
            let (nx, ny) = (-dy / length * side, dx / length * side);
            (nx, ny, -(nx * a.0 + ny * a.1))
        })
    };
    Some(corners.iter().enumerate().filter_map(edge).collect())
}

/// The convex hull of `points`, for shadows.
pub(super) fn hull(mut points: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let turn = |o: (f32, f32), a: (f32, f32), b: (f32, f32)| (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0);
    let half = |points: &mut dyn Iterator<Item = (f32, f32)>| {
        let mut chain: Vec<(f32, f32)> = Vec::new();
        for p in points {
            while chain.len() > 1 && turn(chain[chain.len() - 2], chain[chain.len() - 1], p) <= 0.0 {
                chain.pop();
            }
            chain.push(p);
        }
        chain.pop();
        chain
    };
    let mut all = half(&mut points.iter().copied());
    all.extend(half(&mut points.iter().rev().copied()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canvas(depth: &[f32]) -> Canvas<'_> {
        Canvas { width: 20, height: 20, rgb: vec![0.0; 1200], depth }
    }

    #[test]
    fn area_is_kept_and_what_is_nearer_hides() {
        let mut depth = vec![f32::INFINITY; 400];
        depth[..200].fill(5.0);
        let mut c = canvas(&depth);
        c.each_in_convex(&[(4.5, 4.5), (14.5, 4.5), (14.5, 14.5), (4.5, 14.5)], 0.5, |c, at, cover| {
            c.blend(at, [1.0; 3], cover);
        });
        let area: f32 = c.rgb.iter().step_by(3).sum();
        assert!((area - 100.0).abs() < 2.0, "{area}");
        let mut c = canvas(&depth);
        c.convex(&[(0.0, 0.0), (20.0, 0.0), (20.0, 20.0), (0.0, 20.0)], 8.0, [9.0; 3]);
        assert_eq!((c.rgb[0], c.rgb[399 * 3]), (0.0, 9.0));
    }

    #[test]
    fn hull_drops_what_is_inside() {
        let all = hull(vec![(0.0, 0.0), (4.0, 0.0), (2.0, 1.0), (4.0, 4.0), (0.0, 4.0)]);
        assert_eq!(all.len(), 4);
        assert!(!all.contains(&(2.0, 1.0)));
    }
}
