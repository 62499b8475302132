//! Where most happens, and how things move there.
//!
//! Owns the windows of the picture (a fifth of its area's side, half overlapping), their order by business,
//! and the numbers of each. What matters for an event is how things move in its window, not where in the
//! picture that is (`bands` has that): the busiest windows come first wherever they are. Does not own the measuring
//! of cells (`pair`).

use super::clip::over_time;
use super::pair::{COLUMNS, Cell, DIRECTIONS, Pair, ROWS};
use super::stats::{self, compress, course};

/// A window is this many cells wide and high.
const SIDE: usize = 2;
/// Busiest windows that are described one by one. However they lie, four of the 35 never overlap.
const BUSIEST: usize = 4;

/// One window over the whole clip.
struct Window {
    /// Column and row of its first cell.
    place: (usize, usize),
    speed: [f32; 7],
    change: [f32; 7],
    disorder: [f32; 7],
    boundary: [f32; 7],
    drift: (f32, f32),
    /// Mean length of the drift: with `drift`, how straight things go.
    path: f32,
    /// Mean change of the drift from pair to pair: limbs and blows turn, walkers do not.
    turn: f32,
    directions: [f32; DIRECTIONS],
}

impl Window {
    fn new(pairs: &[Pair], place: (usize, usize)) -> Self {
        let cells: Vec<Cell> = pairs.iter().map(|p| joined(p, place)).collect();
        let mean = |of: &dyn Fn(&Cell) -> f32| stats::mean(&cells.iter().map(of).collect::<Vec<_>>());
        let course = |of: &dyn Fn(&Cell) -> f32| course(&cells.iter().map(of).collect::<Vec<_>>());
        let mut directions = [0.0; DIRECTIONS];
        for (d, sum) in directions.iter_mut().enumerate() {
            *sum = mean(&|c| c.directions[d]);
        }
        let turns: Vec<f32> =
            cells.windows(2).map(|w| (w[1].drift.0 - w[0].drift.0).hypot(w[1].drift.1 - w[0].drift.1)).collect();
        Self {
            place,
            speed: course(&|c| c.speed),
            change: course(&|c| c.change),
            disorder: course(&Cell::disorder),
            boundary: course(&|c| c.boundary),
            drift: (mean(&|c| c.drift.0), mean(&|c| c.drift.1)),
            path: mean(&|c| c.drift.0.hypot(c.drift.1)),
            turn: stats::mean(&turns),
            directions,
        }
    }

    /// Numbers that do not say where it is or which way things go, only how they do.
    fn manner(&self, out: &mut Vec<f32>) {
        for (course, scale) in [(&self.speed, 1.0), (&self.change, 8.0), (&self.disorder, 1.0)] {
            let [mean, _, _, most, _, deviation, unrest] = *course;
            out.extend([mean, most, deviation, unrest].map(|v| compress(v, scale)));
        }
        out.extend([self.boundary[0], self.boundary[3]].map(|v| compress(v, 2.0)));
        out.extend([compress(self.turn, 2.0), stats::evenness(&self.directions)]);
        // How much of the motion leads somewhere: 1 when all goes one way, 0 when it goes to and fro.
        let net = self.drift.0.hypot(self.drift.1);
        out.extend([net / (self.path + 0.05), self.path / (self.speed[0] + 0.05)]);
        // Directions counted from the strongest, so that going left and going right look the same.
        let strongest = (0..DIRECTIONS).max_by(|a, b| self.directions[*a].total_cmp(&self.directions[*b])).unwrap_or(0);
        out.extend((0..DIRECTIONS).map(|d| compress(self.directions[(strongest + d) % DIRECTIONS], 2.0)));
    }

    /// Whether the two share most of their area.
    fn overlaps(&self, other: &Self) -> bool {
        let near = |a: usize, b: usize| a.abs_diff(b) < SIDE;
        near(self.place.0, other.place.0) && near(self.place.1, other.place.1)
    }
}

/// The mean of the cells of the window at `place`.
fn joined(pair: &Pair, place: (usize, usize)) -> Cell {
    let mut sum = Cell::default();
    for y in place.1..place.1 + SIDE {
        for x in place.0..place.0 + SIDE {
            sum.add(&pair.cells[y * COLUMNS + x], 1.0 / (SIDE * SIDE) as f32);
        }
    }
    sum
}

/// Adds the numbers of all windows.
pub fn describe(pairs: &[Pair], out: &mut Vec<f32>) {
    let places = (0..=ROWS - SIDE).flat_map(|y| (0..=COLUMNS - SIDE).map(move |x| (x, y)));
    let windows: Vec<Window> = places.map(|place| Window::new(pairs, place)).collect();
    for window in busiest(&windows) {
        window.manner(out);
    }
    // Business by the signals that all windows share: how far the busiest stands out from the rest.
    let speeds = over_time(pairs, |p| p.signals[3]);
    let most = windows.iter().map(|w| w.speed[0]).fold(0.0, f32::max);
    out.push(compress(most / (stats::mean(&speeds) + 0.05), 0.2));
}

/// The busiest windows that do not overlap each other, the busiest first.
fn busiest(windows: &[Window]) -> Vec<&Window> {
    let mut order: Vec<&Window> = windows.iter().collect();
    order.sort_by(|a, b| b.speed[0].total_cmp(&a.speed[0]));
    let mut chosen: Vec<&Window> = Vec::with_capacity(BUSIEST);
    for window in order {
        if chosen.len() < BUSIEST && !chosen.iter().any(|c| c.overlaps(window)) {
            chosen.push(window);
        }
    }
    chosen
}
