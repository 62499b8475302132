//! Snippets that a person picked out, of one video or of several.
//!
//! Owns the set and its arithmetic. Every view that shows snippets shows the same selection, so it knows nothing of any of
//! them. Does not own how snippets are picked.

use std::collections::BTreeMap;
use std::ops::Range;

use super::library::VideoId;

/// Which snippets. For each video runs in order that do not touch; a video without any is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnippetSelection {
    videos: BTreeMap<VideoId, Vec<Range<usize>>>,
    /// How often it was made anew; two selections of one number are the same.
    revision: u64,
}

impl SnippetSelection {
    /// These snippets of one video, in any order, instead of all that were picked before.
    pub fn set(&mut self, video: &VideoId, snippets: impl IntoIterator<Item = usize>) {
        self.set_all(snippets.into_iter().map(|snippet| (video.clone(), snippet)));
    }

    /// These snippets, in any order, instead of all that were picked before.
    pub fn set_all(&mut self, snippets: impl IntoIterator<Item = (VideoId, usize)>) {
        let mut by_video: BTreeMap<VideoId, Vec<usize>> = BTreeMap::new();
        for (video, snippet) in snippets {
            by_video.entry(video).or_default().push(snippet);
        }
        self.videos = by_video.into_iter().map(|(video, snippets)| (video, runs(snippets))).collect();
        self.revision += 1;
    }

    /// Picks nothing.
    pub fn clear(&mut self) {
        if !self.is_empty() {
            self.videos.clear();
            self.revision += 1;
        }
    }

    /// Whether nothing is picked.
    pub fn is_empty(&self) -> bool {
        self.videos.is_empty()
    }

    /// How many snippets are picked.
    pub fn len(&self) -> usize {
        self.videos.values().flatten().map(ExactSizeIterator::len).sum()
    }

    /// How many videos have some.
    pub fn videos(&self) -> usize {
        self.videos.len()
    }

    /// The runs of a video, in order and not touching.
    pub fn of(&self, video: &VideoId) -> &[Range<usize>] {
        self.videos.get(video).map_or(&[], Vec::as_slice)
    }

    /// Whether a snippet is picked: O(log runs).
    pub fn contains(&self, video: &VideoId, snippet: usize) -> bool {
        let runs = self.of(video);
        let at = runs.partition_point(|run| run.end <= snippet);
        runs.get(at).is_some_and(|run| run.contains(&snippet))
    }

    /// Changes whenever the selection does.
    pub fn revision(&self) -> u64 {
        self.revision
    }
}

/// Numbers as runs.
fn runs(mut snippets: Vec<usize>) -> Vec<Range<usize>> {
    snippets.sort_unstable();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for snippet in snippets {
        match runs.last_mut() {
            Some(last) if snippet < last.end => {}
            Some(last) if snippet == last.end => last.end += 1,
            _ => runs.push(snippet..snippet + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn video(n: u8) -> VideoId {
        VideoId::from_hash([n; 32])
    }

    #[test]
    fn a_new_selection_takes_the_place_of_the_one_before() {
        let mut picked = SnippetSelection::default();
        picked.set_all([(video(1), 3), (video(2), 9), (video(1), 4), (video(1), 3)]);
        assert_eq!((picked.len(), picked.videos()), (3, 2));
        assert_eq!(picked.of(&video(1)), std::slice::from_ref(&(3..5)));
        let before = picked.revision();
        picked.set(&video(2), [1]);
        assert!(picked.of(&video(1)).is_empty() && picked.revision() != before);
        picked.clear();
        assert!(picked.is_empty());
    }

    proptest! {
        #[test]
        fn holds_what_was_picked_and_nothing_else(snippets in proptest::collection::vec(0_usize..50, 0..60)) {
            let mut picked = SnippetSelection::default();
            picked.set(&video(1), snippets.iter().copied());
            for at in 0..60 {
                prop_assert_eq!(picked.contains(&video(1), at), snippets.contains(&at));
                prop_assert!(!picked.contains(&video(2), at));
            }
            prop_assert!(picked.of(&video(1)).windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
