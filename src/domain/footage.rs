//! What decoding tells of a recording besides its features: how much moves, and what is damaged.
//!
//! Owns these values per snippet and their form as rows of numbers, in which they are kept. Does not own
//! decoding or storage.

use std::ops::Range;

use super::pixels::{GREY_WIDTH, GreyClip};
use super::snippet::SnippetGrid;

/// Numbers per row.
pub const NUMBERS: usize = 3;

/// Of a whole video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Footage {
    /// Motion energy per snippet: see [`motion_energy`].
    pub motion: Vec<f32>,
    /// Frames that are damaged or missing, end exclusive, in order, neither overlapping nor touching. Within one
    /// snippet from the first such frame to the last.
    pub damaged: Vec<Range<usize>>,
}

/// How much moves in a clip: the mean absolute difference of successive grey frames, 0 to 255. A clip of one frame
/// has none.
pub fn motion_energy(clip: &GreyClip) -> f32 {
    let difference =
        |pair: &[Vec<u8>]| -> u64 { pair[0].iter().zip(&pair[1]).map(|(a, b)| u64::from(a.abs_diff(*b))).sum() };
    let sum: u64 = clip.frames.windows(2).map(difference).sum();
    let pixels: usize = clip.frames.iter().skip(1).map(Vec::len).sum();
    if pixels == 0 { 0.0 } else { (sum as f64 / pixels as f64) as f32 }
}

/// How much changes from each frame of a clip to the next: the mean absolute difference of their grey values, 0 to 255, at
/// half the width and height, each value the rounded mean of four. What motion yardsticks are computed from; unlike in
/// [`motion_energy`], the noise of single pixels counts for less.
pub fn changes(clip: &GreyClip) -> Vec<f32> {
    let small: Vec<Vec<u8>> = clip.frames.iter().map(|frame| halved(frame)).collect();
    let difference = |pair: &[Vec<u8>]| {
        let sum: u64 = pair[0].iter().zip(&pair[1]).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        (sum as f64 / pair[0].len().max(1) as f64) as f32
    };
    small.windows(2).map(difference).collect()
}

fn halved(frame: &[u8]) -> Vec<u8> {
    let pairs = |row: &[u8]| row.chunks_exact(2).map(|p| u16::from(p[0]) + u16::from(p[1])).collect::<Vec<u16>>();
    let rows: Vec<Vec<u16>> = frame.chunks_exact(GREY_WIDTH).map(pairs).collect();
    let both = |two: &[Vec<u16>]| two[0].iter().zip(&two[1]).map(|(a, b)| ((a + b + 2) / 4) as u8).collect::<Vec<u8>>();
    rows.chunks_exact(2).flat_map(both).collect()
}

/// The row of a snippet that begins with frame `start`.
pub fn row(motion: f32, damaged: Option<&Range<usize>>, start: usize) -> [f32; NUMBERS] {
    let inside = |frame: usize| frame.saturating_sub(start) as f32;
    let (first, end) = damaged.map_or((0.0, 0.0), |frames| (inside(frames.start), inside(frames.end)));
    [motion, first, end]
}

impl Footage {
    /// From the rows of all snippets of `grid`; `None` if they are not as many.
    pub fn from_rows(rows: &[f32], grid: SnippetGrid) -> Option<Self> {
        if rows.len() != grid.count() * NUMBERS {
            return None;
        }
        let mut footage = Self::default();
        for (snippet, row) in rows.chunks_exact(NUMBERS).enumerate() {
            footage.motion.push(row[0].max(0.0));
            let frames = grid.range(snippet);
            let inside = |offset: f32| (frames.start + offset.max(0.0) as usize).min(frames.end);
            let (first, end) = (inside(row[1]), inside(row[2]));
            match footage.damaged.last_mut() {
                _ if first >= end => {}
                Some(last) if last.end >= first => last.end = end,
                _ => footage.damaged.push(first..end),
            }
        }
        Some(footage)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn motion_is_the_mean_difference() {
        let clip = |frames: &[&[u8]]| GreyClip { frames: frames.iter().map(|f| f.to_vec()).collect(), gaps: vec![] };
        assert_eq!(motion_energy(&clip(&[&[0, 10], &[4, 10], &[4, 0]])), (4.0 + 10.0) / 4.0);
        assert_eq!(motion_energy(&clip(&[&[7, 7]])), 0.0);
        assert_eq!(motion_energy(&clip(&[])), 0.0);
    }

    #[test]
    fn changes_are_those_of_the_halved_picture() {
        let (width, height) = (GREY_WIDTH, crate::domain::pixels::GREY_HEIGHT);
        let still = vec![10; width * height];
        // One of each four is brighter by 8: the mean of four by 2.
        let mut dotted = still.clone();
        for (at, grey) in dotted.iter_mut().enumerate() {
            if at % 2 == 0 && at / width % 2 == 0 {
                *grey += 8;
            }
        }
        let clip = GreyClip { frames: vec![still.clone(), dotted, still.clone(), still], gaps: vec![] };
        assert_eq!(changes(&clip), [2.0, 2.0, 0.0]);
        assert!(changes(&GreyClip::default()).is_empty());
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        assert_eq!(Footage::from_rows(&[0.0; 5], SnippetGrid::new(32)), None);
    }

    proptest! {
        #[test]
        fn rows_bring_back_what_they_were_made_of(
            frames in 1_usize..200, bad in proptest::collection::btree_set(0_usize..200, 0..20),
        ) {
            let grid = SnippetGrid::new(frames);
            let (mut rows, mut expected) = (Vec::new(), vec![false; frames]);
            for snippet in 0..grid.count() {
                let range = grid.range(snippet);
                let inside: Vec<usize> = bad.range(range.clone()).copied().collect();
                let hull = inside.first().zip(inside.last()).map(|(first, last)| *first..last + 1);
                rows.extend(row(snippet as f32, hull.as_ref(), range.start));
                expected[hull.unwrap_or(0..0)].fill(true);
            }
            let footage = Footage::from_rows(&rows, grid).expect("fits");
            prop_assert!(footage.motion.iter().enumerate().all(|(i, m)| *m == i as f32));
            let mut found = vec![false; frames];
            for range in &footage.damaged {
                found[range.clone()].fill(true);
            }
            prop_assert_eq!(found, expected);
            for pair in footage.damaged.windows(2) {
                prop_assert!(pair[0].end < pair[1].start);
            }
        }
    }
}
