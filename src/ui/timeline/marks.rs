//! Which pixel columns of an axis are covered by stretches of time.
//!
//! Owns the search: its cost depends on the number of columns, not on that of the stretches, because those that
//! end in a column that is marked already are skipped together. Does not own colours.

use std::ops::Range;

use super::geometry::Axis;
use crate::domain::time::TimeSpan;

/// Sets `codes`, one per column of `axis`, to `code` wherever one of `count` stretches shows.
///
/// `span` gives them by index, in order and not overlapping. However short one is, it gets a column.
pub(super) fn mark(codes: &mut [u8], code: u8, axis: &Axis, count: usize, span: impl Fn(usize) -> TimeSpan) {
    let columns = codes.len();
    let (start, width) = (axis.visible.start(), axis.visible.length() / columns.max(1) as f64);
    let ends_after = |index: usize, micros: f64| span(index).end.micros() as f64 > micros;
    let mut index = first_from(0, count, |i| ends_after(i, start));
    while index < count {
        let TimeSpan { start: begin, end } = span(index);
        let from = ((begin.micros() as f64 - start) / width).floor().max(0.0);
        if from >= columns as f64 {
            break;
        }
        let from = from as usize;
        let to = (((end.micros() as f64 - start) / width).ceil() as usize).clamp(from + 1, columns);
        codes[from..to].fill(code);
        let reached = start + width * to as f64;
        index = first_from(index + 1, count, |i| ends_after(i, reached));
    }
}

/// The same for stretches of frames, over the frames under each column; no time is looked up.
pub(super) fn mark_frames(
    codes: &mut [u8],
    code: u8,
    columns: &[Range<usize>],
    count: usize,
    frames: impl Fn(usize) -> Range<usize>,
) {
    let (mut column, mut index) = (0, 0);
    while column < columns.len() {
        index = first_from(index, count, |i| frames(i).end > columns[column].start);
        if index == count {
            break;
        }
        let start = frames(index).start;
        if start < columns[column].end {
            codes[column] = code;
            column += 1;
        } else {
            column = first_from(column + 1, columns.len(), |c| columns[c].end > start);
        }
    }
}

/// The first index in `from..count` for which `holds`, or `count`; it holds for all after it as well.
///
/// Looks near `from` first, so that it takes O(log distance).
pub(super) fn first_from(from: usize, count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high, mut step) = (from, from, 1);
    while high < count && !holds(high) {
        low = high + 1;
        high += step;
        step *= 2;
    }
    high = high.min(count);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;
    use crate::domain::time::MediaTime;
    use crate::ui::timeline::geometry::Visible;

    fn span(start: i64, length: i64) -> TimeSpan {
        TimeSpan::new(MediaTime::from_micros(start), MediaTime::from_micros(start + length))
    }

    fn axis(start: f64, length: f64) -> Axis {
        Axis::new(0.0, 100.0, Visible::new(start, length))
    }

    proptest! {
        #[test]
        fn agrees_with_marking_every_stretch(
            steps in proptest::collection::vec((0_i64..900, 1_i64..900), 0..60),
            start in -500.0_f64..20_000.0, length in 10.0_f64..30_000.0, columns in 1_usize..120,
        ) {
            let mut at = 0;
            let spans: Vec<_> = steps.iter().map(|(gap, length)| {
                at += gap + length;
                span(at - length, *length)
            }).collect();
            let axis = axis(start, length);
            let mut found = vec![0; columns];
            mark(&mut found, 1, &axis, spans.len(), |i| spans[i]);
            let mut plain = vec![0; columns];
            let column = |t: MediaTime| (t.micros() as f64 - start) / (length / columns as f64);
            for s in spans.iter().filter(|s| s.end.micros() as f64 > start) {
                for (c, code) in plain.iter_mut().enumerate() {
                    let c = c as f64;
                    if column(s.start).floor() <= c && column(s.end).ceil().max(column(s.start).floor() + 1.0) > c {
                        *code = 1;
                    }
                }
            }
            prop_assert_eq!(found, plain);
        }

        #[test]
        fn frames_agree_with_marking_every_stretch(
            steps in proptest::collection::vec((0_usize..30, 1_usize..30), 0..40),
            widths in proptest::collection::vec((0_usize..3, 1_usize..40), 1..60),
        ) {
            let mut at = 0;
            let stretches: Vec<_> = steps.iter().map(|(gap, length)| {
                at += gap + length;
                at - length..at
            }).collect();
            // Neighbouring columns share a frame, or a few are left out between them.
            let mut next = 0_usize;
            let columns: Vec<_> = widths.iter().map(|(gap, width)| {
                let start = (next + gap).saturating_sub(1);
                next = start + width;
                start..next
            }).collect();
            let mut found = vec![0; columns.len()];
            mark_frames(&mut found, 1, &columns, stretches.len(), |i| stretches[i].clone());
            let meets = |c: &Range<usize>| stretches.iter().any(|s| s.start < c.end && s.end > c.start);
            let plain: Vec<u8> = columns.iter().map(|c| u8::from(meets(c))).collect();
            prop_assert_eq!(found, plain);
        }

        #[test]
        fn the_first_is_found(at in 0_usize..200, from in 0_usize..200, count in 0_usize..200) {
            let expected = (from..count.max(from)).find(|i| *i >= at).unwrap_or_else(|| count.max(from));
            prop_assert_eq!(first_from(from.min(count), count, |i| i >= at), expected.min(count));
        }
    }

    #[test]
    fn ten_thousand_cost_as_much_as_a_hundred() {
        let looked_at = |count: i64| {
            let looks = Cell::new(0);
            let step = 86_400_000_000 / count;
            let mut codes = vec![0; 1500];
            mark(&mut codes, 1, &axis(0.0, 86.4e9), count as usize, |i| {
                looks.set(looks.get() + 1);
                span(i as i64 * step, step / 3)
            });
            assert!(codes.contains(&1));
            looks.get()
        };
        let (few, many) = (looked_at(1500), looked_at(150_000));
        // The same columns are found by steps that grow with the logarithm of how many share one.
        assert!(many < few * 8 && many < 1500 * 24, "{many} {few}");
    }
}
