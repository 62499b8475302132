//! What happens between two successive frames.
//!
//! Owns the sums over the picture and over its cells: how much changes, how much moves, where to, how
//! orderly, and the largest moving blob. Does not own the motion field (`flow`) or time (`clip`).

use super::flow::Flow;
use super::image::Image;
use super::stats;

/// Cells per row of the picture.
pub const COLUMNS: usize = 8;
/// Rows of cells.
pub const ROWS: usize = 6;
/// Cells.
pub const CELLS: usize = COLUMNS * ROWS;
/// Directions told apart, from rightwards on clockwise (the picture's y points down).
pub const DIRECTIONS: usize = 8;
/// Bands of speed in the histogram of directions.
pub const BANDS: usize = 3;
/// Speeds between the bands, in pixels of 80 per frame at 25 frames per second.
const BAND_EDGES: [f32; BANDS - 1] = [0.6, 1.6];
/// Slower motion has no trustworthy direction.
const SLOWEST: f32 = 0.15;
/// Change of a pixel that counts, of 1.
const CHANGING: f32 = 0.06;
/// Signals per pair; see [`Pair::signals`].
pub const SIGNALS: usize = 11;

/// Means over one cell of the picture, or over several.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cell {
    /// Speed.
    pub speed: f32,
    /// Change of a pixel.
    pub change: f32,
    /// Square of the speed.
    pub square: f32,
    /// Steepness of the motion field: where things move past each other.
    pub boundary: f32,
    /// Motion rightwards and downwards.
    pub drift: (f32, f32),
    /// Speed by direction.
    pub directions: [f32; DIRECTIONS],
}

impl Cell {
    /// Adds `share` of `other`.
    pub fn add(&mut self, other: &Self, share: f32) {
        self.speed += other.speed * share;
        self.change += other.change * share;
        self.square += other.square * share;
        self.boundary += other.boundary * share;
        self.drift.0 += other.drift.0 * share;
        self.drift.1 += other.drift.1 * share;
        for (sum, value) in self.directions.iter_mut().zip(other.directions) {
            *sum += value * share;
        }
    }

    /// Deviation of the motion from the mean motion: nothing for a thing that passes, much for a struggle.
    pub fn disorder(&self) -> f32 {
        (self.square - self.drift.0 * self.drift.0 - self.drift.1 * self.drift.1).max(0.0).sqrt()
    }
}

/// Everything about one pair.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Scalars over the whole picture: mean change, its 99th percentile, share of changing pixels, speed
    /// (mean, 95th and 99th percentile), disorder, boundary, divergence, curl, motion of the camera.
    pub signals: [f32; SIGNALS],
    /// Speed by direction and band.
    pub directions: [[f32; DIRECTIONS]; BANDS],
    /// Directions of the gradients of both components of the motion (Dalal et al. 2006, motion boundary
    /// histograms).
    pub boundaries: [[f32; DIRECTIONS]; 2],
    /// By cell, rows from the top.
    pub cells: [Cell; CELLS],
    /// Speed by pixel, at 25 frames per second.
    pub speed: Image,
    /// Motion rightwards by pixel, without that of the camera.
    pub u: Image,
    /// Motion downwards.
    pub v: Image,
}

impl Pair {
    /// Sums up the change from `a` to `b` with the motion `flow`; `pace` makes speeds those at 25 frames per second.
    pub fn new(a: &Image, b: &Image, flow: Flow, pace: f32) -> Self {
        let camera = (stats::quantile(&flow.u.data, 0.5), stats::quantile(&flow.v.data, 0.5));
        let still = |f: Image, camera: f32| Image { data: f.data.iter().map(|x| (x - camera) * pace).collect(), ..f };
        let (u, v) = (still(flow.u, camera.0), still(flow.v, camera.1));
        let change: Vec<f32> = a.data.iter().zip(&b.data).map(|(a, b)| (a - b).abs()).collect();
        let speed: Vec<f32> = u.data.iter().zip(&v.data).map(|(u, v)| u.hypot(*v)).collect();
        let ((ux, uy), (vx, vy)) = (u.gradients(), v.gradients());

        let count = speed.len().max(1) as f32;
        let mut directions = [[0.0; DIRECTIONS]; BANDS];
        let mut boundaries = [[0.0; DIRECTIONS]; 2];
        let mut cells = [Cell::default(); CELLS];
        let (mut boundary, mut divergence, mut curl) = (0.0, 0.0, 0.0);
        let cell_share = CELLS as f32 / count;
        for i in 0..speed.len() {
            let (u, v, s) = (u.data[i], v.data[i], speed[i]);
            let (steep_u, steep_v) = (ux.data[i].hypot(uy.data[i]), vx.data[i].hypot(vy.data[i]));
            let cell = &mut cells[cell_of(i, a.width, a.height)];
            if s > SLOWEST {
                let direction = direction(u, v);
                directions[BAND_EDGES.iter().filter(|e| s > **e).count()][direction] += s / count;
                cell.directions[direction] += s * cell_share;
            }
            boundaries[0][direction(ux.data[i], uy.data[i])] += steep_u / count;
            boundaries[1][direction(vx.data[i], vy.data[i])] += steep_v / count;
            boundary += (steep_u + steep_v) / count;
            divergence += (ux.data[i] + vy.data[i]).abs() / count;
            curl += (vx.data[i] - uy.data[i]).abs() / count;
            let here = Cell {
                speed: s,
                change: change[i],
                square: u * u + v * v,
                boundary: steep_u + steep_v,
                drift: (u, v),
                ..Cell::default()
            };
            cell.add(&here, cell_share);
        }
        let changing = change.iter().filter(|c| **c > CHANGING).count() as f32 / count;
        let disorder = cells.iter().map(Cell::disorder).sum::<f32>() / CELLS as f32;
        let signals = [
            stats::mean(&change),
            stats::quantile(&change, 0.99),
            changing,
            stats::mean(&speed),
            stats::quantile(&speed, 0.95),
            stats::quantile(&speed, 0.99),
            disorder,
            boundary,
            divergence,
            curl,
            camera.0.hypot(camera.1) * pace,
        ];
        Self {
            signals,
            directions,
            boundaries,
            cells,
            speed: Image { width: a.width, height: a.height, data: speed },
            u,
            v,
        }
    }
}

/// The eighth of the circle that (`x`, `y`) points into; eighths are centred on the axes.
fn direction(x: f32, y: f32) -> usize {
    let eighths = y.atan2(x) / std::f32::consts::TAU * DIRECTIONS as f32;
    (eighths.round() as i32).rem_euclid(DIRECTIONS as i32) as usize
}

/// The cell of pixel `i` of a picture of `width` × `height`.
fn cell_of(i: usize, width: usize, height: usize) -> usize {
    let (x, y) = (i % width, i / width);
    y * ROWS / height * COLUMNS + x * COLUMNS / width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn still() -> Image {
        Image::filled(80, 60, 0.5)
    }

    fn flow(of: impl Fn(usize, usize) -> (f32, f32)) -> Flow {
        let (mut u, mut v) = (Image::filled(80, 60, 0.0), Image::filled(80, 60, 0.0));
        for y in 0..60 {
            for x in 0..80 {
                (u.data[y * 80 + x], v.data[y * 80 + x]) = of(x, y);
            }
        }
        Flow { u, v }
    }

    #[test]
    fn a_moving_box_is_measured() {
        let inside = |x: usize, y: usize| (40..60).contains(&x) && (20..40).contains(&y);
        let pair = Pair::new(&still(), &still(), flow(|x, y| if inside(x, y) { (0.0, 1.0) } else { (0.0, 0.0) }), 1.0);
        let down = pair.directions.map(|band| band[2]).iter().sum::<f32>();
        let all: f32 = pair.directions.iter().flatten().sum();
        assert!(all > 0.0 && (down - all).abs() < 1e-6, "all motion is downwards");
        let cell = pair.cells[3 * COLUMNS + 5];
        assert!((cell.speed - 1.0).abs() < 1e-5 && cell.disorder() < 1e-3 && (cell.drift.1 - 1.0).abs() < 1e-5);
        assert!((pair.speed.data[30 * 80 + 50] - 1.0).abs() < 1e-5 && pair.speed.data[0] == 0.0);
    }

    #[test]
    fn a_moving_camera_is_no_motion_of_things() {
        let pair = Pair::new(&still(), &still(), flow(|_, _| (2.0, -1.0)), 1.0);
        assert!(pair.signals[..SIGNALS - 1].iter().all(|s| *s == 0.0));
        assert!((pair.signals[SIGNALS - 1] - 5.0_f32.sqrt()).abs() < 1e-5);
    }

    #[test]
    fn struggle_is_less_orderly_than_passing() {
        let inside = |x: usize, y: usize| (40..60).contains(&x) && (20..40).contains(&y);
        let turn = |x: usize, y: usize| if inside(x, y) { ((y as f32).sin(), (x as f32).cos()) } else { (0.0, 0.0) };
        let pair = Pair::new(&still(), &still(), flow(turn), 1.0);
        assert!(pair.cells[3 * COLUMNS + 5].disorder() > 0.5);
        assert!(pair.signals[7] > 0.05, "things move past each other");
    }

    #[test]
    fn directions_go_round() {
        let found: Vec<usize> = [(1.0, 0.1), (1.0, 1.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0), (1.0, -1.0)]
            .map(|(x, y)| direction(x, y))
            .into();
        assert_eq!(found, [0, 1, 2, 4, 6, 7]);
    }
}
