//! Dense motion between two small grey frames.
//!
//! Owns a pyramidal Lucas-Kanade method (Lucas & Kanade 1981, Bouguet 2000) with a window of means: fast,
//! sub-pixel, and zero where there is no texture to follow. Does not own what the motion means.

use super::image::Image;

/// Levels of the pyramid below the full size; 80 × 60, 40 × 30 and 20 × 15 follow motion up to 12 pixels.
const LEVELS: usize = 3;
/// Refinements per level.
const ROUNDS: usize = 2;
/// The window is a square of `2 × RADIUS + 1` pixels.
const RADIUS: usize = 2;
/// Added to the squared gradients: how strong texture must be to be trusted. About 1.5 grey levels of 255.
const STIFFNESS: f32 = 4e-5;
/// The largest step of one refinement in pixels of its level; more is never right at that level.
const STEP: f32 = 1.5;

/// Displacement per pixel from the first frame to the second, in pixels of the full size.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Rightwards.
    pub u: Image,
    /// Downwards.
    pub v: Image,
}

/// A frame at all sizes, full size first.
#[derive(Clone, Debug)]
pub struct Pyramid {
    /// The frame itself and each halving of it.
    pub levels: Vec<Image>,
}

impl Pyramid {
    /// Of one frame, smoothed a little: the noise of single pixels is no motion.
    pub fn new(frame: &Image, scratch: &mut Vec<f32>) -> Self {
        let mut levels = vec![frame.smoothed(1, scratch)];
        for _ in 1..LEVELS {
            levels.push(levels[levels.len() - 1].halved());
        }
        Self { levels }
    }
}

/// Finds motion; holds working memory only.
#[derive(Debug, Default)]
pub struct FlowFinder {
    /// Working memory of box sums.
    pub scratch: Vec<f32>,
}

impl FlowFinder {
    /// The motion from `first` to `second`.
    pub fn between(&mut self, first: &Pyramid, second: &Pyramid) -> Flow {
        let mut flow: Option<Flow> = None;
        for (a, b) in first.levels.iter().zip(&second.levels).rev() {
            let mut at = match flow {
                None => Flow { u: Image::filled(a.width, a.height, 0.0), v: Image::filled(a.width, a.height, 0.0) },
                Some(coarse) => Flow { u: doubled(&coarse.u, a), v: doubled(&coarse.v, a) },
            };
            self.refine(a, b, &mut at);
            flow = Some(at);
        }
        flow.unwrap_or_else(|| Flow { u: Image::default(), v: Image::default() })
    }

    fn refine(&mut self, a: &Image, b: &Image, flow: &mut Flow) {
        let (gx, gy) = a.gradients();
        let mean = |x: &Image, y: &Image, scratch: &mut Vec<f32>| product(x, y).smoothed(RADIUS, scratch);
        let xx = mean(&gx, &gx, &mut self.scratch);
        let xy = mean(&gx, &gy, &mut self.scratch);
        let yy = mean(&gy, &gy, &mut self.scratch);
        for _ in 0..ROUNDS {
            let gap = warped_difference(a, b, flow);
            let xt = mean(&gx, &gap, &mut self.scratch);
            let yt = mean(&gy, &gap, &mut self.scratch);
            for i in 0..a.data.len() {
                let (p, q, r) = (xx.data[i] + STIFFNESS, xy.data[i], yy.data[i] + STIFFNESS);
                let det = p * r - q * q;
                let du = (q * yt.data[i] - r * xt.data[i]) / det;
                let dv = (q * xt.data[i] - p * yt.data[i]) / det;
                flow.u.data[i] += du.clamp(-STEP, STEP);
                flow.v.data[i] += dv.clamp(-STEP, STEP);
            }
            flow.u = flow.u.smoothed(1, &mut self.scratch);
            flow.v = flow.v.smoothed(1, &mut self.scratch);
        }
    }
}

/// Second frame, looked at where the motion leads, minus the first.
fn warped_difference(a: &Image, b: &Image, flow: &Flow) -> Image {
    let mut out = Image::filled(a.width, a.height, 0.0);
    for y in 0..a.height {
        for x in 0..a.width {
            let i = y * a.width + x;
            out.data[i] = b.at(x as f32 + flow.u.data[i], y as f32 + flow.v.data[i]) - a.data[i];
        }
    }
    out
}

fn product(x: &Image, y: &Image) -> Image {
    Image { width: x.width, height: x.height, data: x.data.iter().zip(&y.data).map(|(x, y)| x * y).collect() }
}

/// Twice the motion at twice the size, the size of `like`.
fn doubled(coarse: &Image, like: &Image) -> Image {
    let mut out = Image::filled(like.width, like.height, 0.0);
    for y in 0..like.height {
        for x in 0..like.width {
            out.data[y * like.width + x] = 2.0 * coarse.at(x as f32 * 0.5 - 0.25, y as f32 * 0.5 - 0.25);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textured square of 20 pixels at (`x`, `y`) before a plain ground.
    fn square(x: f32, y: f32) -> Pyramid {
        let mut image = Image::filled(80, 60, 0.4);
        for py in 0..60 {
            for px in 0..80 {
                let (dx, dy) = (px as f32 - x, py as f32 - y);
                if (0.0..20.0).contains(&dx) && (0.0..20.0).contains(&dy) {
                    image.data[py * 80 + px] = 0.6 + 0.15 * (dx * 0.8).sin() + 0.15 * (dy * 0.7).cos();
                }
            }
        }
        Pyramid::new(&image, &mut Vec::new())
    }

    #[test]
    fn a_moving_square_gives_its_motion() {
        for (dx, dy) in [(1.0, 0.0), (0.0, -2.0), (-3.0, 2.0), (5.0, 1.0)] {
            let flow = FlowFinder::default().between(&square(30.0, 20.0), &square(30.0 + dx, 20.0 + dy));
            let inside: Vec<usize> = (26..34).flat_map(|y| (36..44).map(move |x| y * 80 + x)).collect();
            let mean = |f: &Image| inside.iter().map(|i| f.data[*i]).sum::<f32>() / inside.len() as f32;
            let (u, v) = (mean(&flow.u), mean(&flow.v));
            assert!(
                (u - dx).abs() < 0.3 * dx.abs().max(1.0) && (v - dy).abs() < 0.3 * dy.abs().max(1.0),
                "{dx} {dy}: {u} {v}"
            );
            assert!(flow.u.data[5 * 80 + 5].abs() < 0.05, "the ground stands still");
        }
    }

    #[test]
    fn no_change_is_no_motion() {
        let frame = square(30.0, 20.0);
        let flow = FlowFinder::default().between(&frame, &frame);
        assert!(flow.u.data.iter().chain(&flow.v.data).all(|f| f.abs() < 1e-6));
    }
}
