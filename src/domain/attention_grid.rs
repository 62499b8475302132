//! The part of the soft one-hot stack that is looked at, binned to the cells of a picture.
//!
//! Owns what a cell means when many snippets and picks fall into it. Does not own colours, nor which part is looked at.

use std::ops::Range;

use super::picks::Picks;

/// Most cells of a grid: a picture of 4 million pixels.
const MOST_CELLS: usize = 1 << 22;

/// What is to be seen of `V_hat`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GridView {
    /// Snippets.
    pub snippets: Range<usize>,
    /// Most columns of cells.
    pub columns: usize,
    /// Most rows of cells.
    pub rows: usize,
    /// Whether all kappa rows are wanted; else only those of picks within `snippets`.
    pub all_rows: bool,
}

/// Cells of equally many snippets and picks each; the last column and the last row may be short.
///
/// A cell over the picks J and the snippets C holds `1/|J| sum_{j in J} sum_{t in C} V_hat[j, t]`: over its picks, the mean
/// share of draws whose j-th earliest pick lies among its snippets. So a row sums to 1 over the whole video whatever its
/// height, and every value lies in 0..=1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttentionGrid {
    /// The snippets of all columns.
    pub snippets: Range<usize>,
    /// Snippets of a column.
    pub width: usize,
    /// The picks of all rows, counted from 0.
    pub picks: Range<usize>,
    /// Picks of a row.
    pub height: usize,
    /// `[rows][columns]`.
    pub values: Vec<f32>,
    /// The largest of them.
    pub peak: f32,
}

impl AttentionGrid {
    /// Bins what `view` shows of kappa rows: O(M visible).
    pub fn new(picks: &Picks, kappa: usize, view: &GridView) -> Self {
        let end = view.snippets.end.min(picks.snippets());
        let snippets = view.snippets.start.min(end)..end;
        let rows = if view.all_rows { 0..kappa } else { picks.rows_within(&snippets) };
        if snippets.is_empty() || rows.is_empty() {
            return Self { snippets: 0..0, width: 1, picks: 0..0, height: 1, ..Self::default() };
        }
        let most_columns = view.columns.clamp(1, MOST_CELLS);
        let width = snippets.len().div_ceil(most_columns);
        let columns = snippets.len().div_ceil(width);
        let height = rows.len().div_ceil(view.rows.clamp(1, (MOST_CELLS / columns).max(1)));
        let mut counts = vec![0_u32; columns * rows.len().div_ceil(height)];
        for draw in 0..picks.draws() {
            picks.each(draw, snippets.clone(), |j, t| {
                // All rows of picks within these snippets are in sight, however they were chosen.
                counts[(j - rows.start) / height * columns + (t - snippets.start) / width] += 1;
            });
        }
        let share = |(row, counts): (usize, &[u32])| {
            let within = height.min(rows.len() - row * height) * picks.draws();
            counts.iter().map(|count| *count as f32 / within as f32).collect::<Vec<_>>()
        };
        let values: Vec<f32> = counts.chunks_exact(columns).enumerate().flat_map(share).collect();
        let peak = values.iter().copied().fold(0.0, f32::max);
        Self { snippets, width, picks: rows, height, values, peak }
    }

    /// Columns of cells.
    pub fn columns(&self) -> usize {
        self.snippets.len().div_ceil(self.width.max(1))
    }

    /// Rows of cells.
    pub fn rows(&self) -> usize {
        self.picks.len().div_ceil(self.height.max(1))
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The cell of a snippet and a pick: its snippets, its picks and its value. `None` outside of the grid.
    pub fn cell(&self, snippet: usize, pick: usize) -> Option<(Range<usize>, Range<usize>, f32)> {
        if !self.snippets.contains(&snippet) || !self.picks.contains(&pick) {
            return None;
        }
        let (column, row) = ((snippet - self.snippets.start) / self.width, (pick - self.picks.start) / self.height);
        let value = *self.values.get(row * self.columns() + column)?;
        let (first, top) = (self.snippets.start + column * self.width, self.picks.start + row * self.height);
        let within = first..(first + self.width).min(self.snippets.end);
        Some((within, top..(top + self.height).min(self.picks.end), value))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::picks::tests::{any_draws, picks};
    use super::*;

    proptest! {
        #[test]
        fn cells_are_means_over_picks_of_sums_over_snippets(
            (snippets, draws) in any_draws(), a in 0_usize..1300, b in 0_usize..1300, columns in 1_usize..40,
            rows in 1_usize..40, all_rows: bool,
        ) {
            let (picks, kappa) = (picks(snippets, &draws), draws[0].len());
            let view = GridView { snippets: a.min(b)..a.max(b) + 1, columns, rows, all_rows };
            let grid = AttentionGrid::new(&picks, kappa, &view);
            prop_assert!(grid.columns() <= columns && grid.rows() <= rows);
            prop_assert_eq!(grid.values.len(), grid.columns() * grid.rows());
            for row in 0..grid.rows() {
                for column in 0..grid.columns() {
                    let at = (grid.snippets.start + column * grid.width, grid.picks.start + row * grid.height);
                    let (within, of, value) = grid.cell(at.0, at.1).expect("is in the grid");
                    let sum: f32 = picks.v_hat(&of, &within).iter().sum();
                    prop_assert!((value - sum / of.len() as f32).abs() < 1e-4);
                    prop_assert!((0.0..=1.0).contains(&value) && value <= grid.peak);
                }
            }
        }

        #[test]
        fn a_row_over_the_whole_video_sums_to_one(
            (snippets, draws) in any_draws(), columns in 1_usize..60, rows in 1_usize..60,
        ) {
            let view = GridView { snippets: 0..snippets, columns, rows, all_rows: true };
            let grid = AttentionGrid::new(&picks(snippets, &draws), draws[0].len(), &view);
            for row in grid.values.chunks_exact(grid.columns()) {
                prop_assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-3);
            }
        }
    }

    #[test]
    fn beyond_the_video_there_is_no_cell() {
        let view = GridView { snippets: 40..90, columns: 10, rows: 10, all_rows: true };
        let grid = AttentionGrid::new(&picks(20, &[vec![1, 2]]), 2, &view);
        assert!(grid.is_empty() && grid.cell(45, 0).is_none());
    }
}
