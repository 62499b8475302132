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
/// Pixels at least this fast, or changing by [`CHANGING`], belong to a moving blob.
const MOVING: f32 = 0.35;
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

/// The largest connected moving region.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blob {
    /// Share of the picture.
    pub area: f32,
    /// Width and height of its box, of the picture's.
    pub size: (f32, f32),
    /// Its centre, 0..=1.
    pub centre: (f32, f32),
    /// Mean speed inside.
    pub speed: f32,
    /// Deviation of the motion inside.
    pub disorder: f32,
    /// Share of the picture that moves but is not in it.
    pub rest: f32,
    /// Number of moving regions of more than a few pixels.
    pub count: f32,
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
    /// The main moving thing.
    pub blob: Blob,
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
        let field = Field { width: a.width, height: a.height, u: &u.data, v: &v.data, speed: &speed, change: &change };

        let count = speed.len().max(1) as f32;
        let mut directions = [[0.0; DIRECTIONS]; BANDS];
        let mut boundaries = [[0.0; DIRECTIONS]; 2];
        let mut cells = [Cell::default(); CELLS];
        let (mut boundary, mut divergence, mut curl) = (0.0, 0.0, 0.0);
        let cell_share = CELLS as f32 / count;
        for i in 0..speed.len() {
            let (u, v, s) = (u.data[i], v.data[i], speed[i]);
            let (steep_u, steep_v) = (ux.data[i].hypot(uy.data[i]), vx.data[i].hypot(vy.data[i]));
            let cell = &mut cells[field.cell(i)];
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
        Self { signals, directions, boundaries, cells, blob: field.blob() }
    }
}

/// The eighth of the circle that (`x`, `y`) points into; eighths are centred on the axes.
fn direction(x: f32, y: f32) -> usize {
    let eighths = y.atan2(x) / std::f32::consts::TAU * DIRECTIONS as f32;
    (eighths.round() as i32).rem_euclid(DIRECTIONS as i32) as usize
}

struct Field<'a> {
    width: usize,
    height: usize,
    u: &'a [f32],
    v: &'a [f32],
    speed: &'a [f32],
    change: &'a [f32],
}

impl Field<'_> {
    fn cell(&self, i: usize) -> usize {
        let (x, y) = (i % self.width, i / self.width);
        y * ROWS / self.height * COLUMNS + x * COLUMNS / self.width
    }

    /// The largest region of moving pixels, joined across sides.
    fn blob(&self) -> Blob {
        /// Fewer pixels are noise.
        const LEAST: usize = 6;
        let mut open: Vec<bool> =
            self.speed.iter().zip(self.change).map(|(s, c)| *s > MOVING || *c > CHANGING).collect();
        let moving = open.iter().filter(|m| **m).count();
        let (mut largest, mut count): (Vec<usize>, usize) = (Vec::new(), 0);
        for start in 0..open.len() {
            if !open[start] {
                continue;
            }
            open[start] = false;
            let (mut region, mut next) = (vec![start], 0);
            while let Some(&i) = region.get(next) {
                next += 1;
                let (x, y) = (i % self.width, i / self.width);
                let around = [
                    (x > 0).then(|| i - 1),
                    (x + 1 < self.width).then_some(i + 1),
                    (y > 0).then(|| i - self.width),
                    (y + 1 < self.height).then_some(i + self.width),
                ];
                for j in around.into_iter().flatten() {
                    if std::mem::take(&mut open[j]) {
                        region.push(j);
                    }
                }
            }
            count += usize::from(region.len() >= LEAST);
            if region.len() > largest.len() {
                largest = region;
            }
        }
        if largest.len() < LEAST {
            return Blob::default();
        }
        self.measure(&largest, moving, count)
    }

    fn measure(&self, region: &[usize], moving: usize, count: usize) -> Blob {
        let pixels = region.len() as f32;
        let total = (self.width * self.height) as f32;
        let (mut left, mut right, mut top, mut bottom) = (self.width, 0, self.height, 0);
        let (mut sx, mut sy, mut su, mut sv, mut square, mut speed) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for &i in region {
            let (x, y) = (i % self.width, i / self.width);
            (left, right) = (left.min(x), right.max(x));
            (top, bottom) = (top.min(y), bottom.max(y));
            sx += x as f32;
            sy += y as f32;
            su += self.u[i];
            sv += self.v[i];
            square += self.speed[i] * self.speed[i];
            speed += self.speed[i];
        }
        let (mu, mv) = (su / pixels, sv / pixels);
        Blob {
            area: pixels / total,
            size: ((right + 1 - left) as f32 / self.width as f32, (bottom + 1 - top) as f32 / self.height as f32),
            centre: (sx / pixels / self.width as f32, sy / pixels / self.height as f32),
            speed: speed / pixels,
            disorder: (square / pixels - mu * mu - mv * mv).max(0.0).sqrt(),
            rest: (moving as f32 - pixels) / total,
            count: count as f32,
        }
    }
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
        let blob = pair.blob;
        assert_eq!((blob.size, blob.count, blob.rest), ((0.25, 1.0 / 3.0), 1.0, 0.0));
        assert!((blob.speed - 1.0).abs() < 1e-5 && blob.disorder < 1e-3);
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
        assert!(pair.blob.disorder > 0.5 && pair.cells[3 * COLUMNS + 5].disorder() > 0.5);
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
