//! Gaps of a recording: stretches in which a camera sent nothing.
//!
//! Owns the rule that tells a gap from a slow frame rate. Does not own why there is one.

use super::frames::FrameTable;
use super::time::{MediaTime, TimeSpan};

/// A frame must stay for longer than this to hide a gap: shorter hitches are no news.
const LEAST: MediaTime = MediaTime::from_micros(1_000_000);
/// And for longer than so many usual frames, so that slow cameras have none.
const FRAMES: i64 = 5;

/// Where nothing was recorded, in order and not overlapping.
///
/// A frame that stays on screen for more than one second and for more than five times the median frame hides a
/// gap, which begins when a usual frame would have ended and ends with the next frame. The last frame, after which
/// nothing can be missing, never counts.
pub fn recording_gaps(table: &FrameTable) -> Vec<TimeSpan> {
    let followed = 0..table.last();
    let length = |frame: usize| table.frame_span(frame).length();
    let mut lengths: Vec<MediaTime> = followed.clone().map(length).collect();
    if lengths.is_empty() {
        return Vec::new();
    }
    let middle = lengths.len() / 2;
    let usual = *lengths.select_nth_unstable(middle).1;
    let longest = LEAST.max(MediaTime::from_micros(usual.micros().saturating_mul(FRAMES)));
    let gap = |frame: usize| {
        let span = table.frame_span(frame);
        TimeSpan::new(span.start + usual, span.end)
    };
    followed.filter(|frame| length(*frame) > longest).map(gap).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A table of frames that last so many milliseconds each.
    fn table(millis: &[i64]) -> FrameTable {
        let mut at = 500_000;
        let entries = millis.iter().map(|length| {
            let start = at;
            at += length * 1000;
            (MediaTime::from_micros(start), true)
        });
        FrameTable::new(entries.collect(), None).expect("has frames")
    }

    fn millis(table: &FrameTable) -> Vec<(i64, i64)> {
        let inside = |time: MediaTime| (time.micros() - 500_000) / 1000;
        recording_gaps(table).iter().map(|gap| (inside(gap.start), inside(gap.end))).collect()
    }

    #[test]
    fn a_pause_is_a_gap_and_a_hitch_is_not() {
        let mut lengths = vec![40; 100];
        (lengths[10], lengths[50]) = (400, 30_000);
        let before = 49 * 40 + 400;
        assert_eq!(millis(&table(&lengths)), [(before + 40, before + 30_000)]);
    }

    #[test]
    fn slow_cameras_have_no_gaps() {
        assert!(millis(&table(&[5000; 20])).is_empty());
        let mut lengths = vec![5000; 20];
        lengths[7] = 60_000;
        assert_eq!(millis(&table(&lengths)).len(), 1);
    }

    #[test]
    fn a_single_frame_has_none() {
        assert!(millis(&table(&[90_000])).is_empty());
    }

    proptest! {
        #[test]
        fn gaps_lie_inside_in_order(lengths in proptest::collection::vec(1_i64..9000, 1..80)) {
            let table = table(&lengths);
            let gaps = recording_gaps(&table);
            for gap in &gaps {
                prop_assert!(table.span().start <= gap.start && gap.start < gap.end && gap.end <= table.span().end);
            }
            for pair in gaps.windows(2) {
                prop_assert!(pair[0].end <= pair[1].start);
            }
        }
    }
}
