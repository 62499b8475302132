//! Where the readers of the video on screen disagree, as views show it.
//!
//! Owns the list and when it is made again. Does not own what a disagreement is (`domain::disagreement`).

use crate::domain::agreement::readers;
use crate::domain::disagreement::{Disagreement, disagreements};
use crate::domain::library::VideoId;

use super::reviews::Reviews;

/// The disagreements of the video on screen, in the order of their frames.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownDisagreements {
    readers: Vec<String>,
    list: Vec<Disagreement>,
    /// What the list was made from: the video, the number of what is said about it, its frames.
    origin: Option<(VideoId, u64, usize)>,
    revision: u64,
}

impl ShownDisagreements {
    /// Of these readers, for who draws a list of their own; what is drawn of it is good until another has another
    /// `revision`.
    pub fn new(readers: Vec<String>, list: Vec<Disagreement>, revision: u64) -> Self {
        Self { readers, list, origin: None, revision }
    }

    /// Who has read the video, by name. With fewer than two there is nothing to disagree about.
    pub fn readers(&self) -> &[String] {
        &self.readers
    }

    /// The stretches.
    pub fn list(&self) -> &[Disagreement] {
        &self.list
    }

    /// A number that no other list of this run has.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The stretch that holds a frame, by its place in the list.
    pub fn at(&self, frame: usize) -> Option<usize> {
        let place = self.list.partition_point(|stretch| stretch.span.end() <= frame);
        self.list.get(place).filter(|stretch| stretch.span.contains(frame)).map(|_| place)
    }

    /// The first frame of the next stretch that begins after `frame`, or of the last one that begins before it.
    pub fn next(&self, frame: usize, forward: bool) -> Option<usize> {
        let start = |stretch: &Disagreement| stretch.span.start();
        let mut all = self.list.iter().map(start);
        if forward { all.find(|start| *start > frame) } else { all.rfind(|start| *start < frame) }
    }

    /// Keeps the list in step with what is said about the video on screen, which has this many frames; `None` is no
    /// video, or one whose readers must not know of each other.
    pub(super) fn refresh(&mut self, reviews: &Reviews, video: Option<(&VideoId, usize)>) {
        let origin = video.map(|(video, frames)| (video.clone(), reviews.revision(video), frames));
        if self.origin == origin {
            return;
        }
        self.origin = origin;
        self.revision += 1;
        (self.readers, self.list) = (Vec::new(), Vec::new());
        let Some((review, frames)) = video.and_then(|(video, frames)| Some((reviews.of(video)?, frames))) else {
            return;
        };
        self.readers = readers(review).into_iter().map(str::to_owned).collect();
        self.list = disagreements(&self.readers, review.labels.values(), frames);
    }
}
