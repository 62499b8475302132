//! Snippets: the 16-frame units that the model scores.
//!
//! Owns the arithmetic between frames and snippets (CLIP-TSA, section 3.1: delta = 16). Does not own
//! time: frames become times through [`super::frames::FrameTable`].

use std::ops::Range;

use super::interval::FrameSpan;

/// Frames in a snippet.
pub const SNIPPET_FRAMES: usize = 16;

/// How a video of a known number of frames is cut into snippets; the last may be short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnippetGrid {
    frames: usize,
}

impl SnippetGrid {
    /// The grid over `frames` frames.
    pub const fn new(frames: usize) -> Self {
        Self { frames }
    }

    /// Frames of the video.
    pub const fn frames(self) -> usize {
        self.frames
    }

    /// T, the number of snippets: ceil(frames / 16).
    pub const fn count(self) -> usize {
        self.frames.div_ceil(SNIPPET_FRAMES)
    }

    /// Frames of snippet `snippet`, end exclusive; empty beyond the last.
    pub fn range(self, snippet: usize) -> Range<usize> {
        let start = (snippet * SNIPPET_FRAMES).min(self.frames);
        start..(start + SNIPPET_FRAMES).min(self.frames)
    }

    /// The snippets that share frames with `span`; `None` if the video has none of these frames.
    pub fn touched(self, span: FrameSpan) -> Option<Range<usize>> {
        let span = span.intersection(FrameSpan::new(0, self.frames)?)?;
        Some(self.snippet_of(span.start())..self.snippet_of(span.last()) + 1)
    }

    /// The frames of a run of snippets, the last of them inside; `None` if the video has none of them.
    pub fn span(self, first: usize, last: usize) -> Option<FrameSpan> {
        FrameSpan::new(self.range(first).start, self.range(last).end)
    }

    /// The frame that stands for snippet `snippet`: start + floor(length / 2).
    ///
    /// A full snippet's is its ninth frame; beyond the last snippet it is the last frame.
    pub fn middle(self, snippet: usize) -> usize {
        let range = self.range(snippet);
        (range.start + range.len() / 2).min(self.frames.saturating_sub(1))
    }

    /// The snippet that holds `frame`; frames beyond the last are taken as the last.
    pub fn snippet_of(self, frame: usize) -> usize {
        frame.min(self.frames.saturating_sub(1)) / SNIPPET_FRAMES
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn short_last_snippet() {
        let grid = SnippetGrid::new(35);
        assert_eq!(grid.count(), 3);
        assert_eq!(grid.range(2), 32..35);
        assert_eq!((grid.middle(0), grid.middle(2)), (8, 33));
        assert_eq!(SnippetGrid::new(1).middle(0), 0);
        assert_eq!(SnippetGrid::new(0).count(), 0);
        let span = |start, end| FrameSpan::new(start, end).expect("holds frames");
        assert_eq!((grid.touched(span(15, 17)), grid.touched(span(34, 99))), (Some(0..2), Some(2..3)));
        assert_eq!((grid.touched(span(35, 40)), grid.span(1, 2)), (None, Some(span(16, 35))));
    }

    proptest! {
        #[test]
        fn snippets_tile_the_video(frames in 1_usize..5000) {
            let grid = SnippetGrid::new(frames);
            let mut next = 0;
            for s in 0..grid.count() {
                let range = grid.range(s);
                prop_assert_eq!(range.start, next);
                prop_assert!(!range.is_empty() && range.contains(&grid.middle(s)));
                prop_assert!(range.clone().all(|f| grid.snippet_of(f) == s));
                next = range.end;
            }
            prop_assert_eq!(next, frames);
        }
    }
}
