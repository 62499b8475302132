//! The video on screen.
//!
//! Owns its transport and the arithmetic of moving by snippets, key frames and events. Does not own
//! its scores, which belong to the library's entry.

use crate::domain::frames::FrameTable;
use crate::domain::playback::{PlaybackCommand, Transport};
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;
use crate::media::OpenedVideo;

use super::library::EntryId;

/// The video that is shown.
#[derive(Clone, Debug)]
pub struct Session {
    /// Which entry of the library it is.
    pub entry: EntryId,
    /// The opened file.
    pub video: OpenedVideo,
    /// Where playback stands.
    pub transport: Transport,
}

impl Session {
    /// At rest on frame `position`.
    pub fn new(entry: EntryId, video: OpenedVideo, position: usize) -> Self {
        let mut transport = Transport::new(&video.frames);
        transport.apply(PlaybackCommand::SeekFrame(position), &video.frames);
        Self { entry, video, transport }
    }

    /// Which frame is shown when.
    pub fn frames(&self) -> &FrameTable {
        &self.video.frames
    }

    /// How its frames make snippets.
    pub fn grid(&self) -> SnippetGrid {
        SnippetGrid::new(self.video.frames.len())
    }

    /// The frame on screen.
    pub fn frame(&self) -> usize {
        self.transport.frame(&self.video.frames)
    }

    /// The snippet on screen.
    pub fn snippet(&self) -> usize {
        self.grid().snippet_of(self.frame())
    }

    /// Carries out a playback command.
    pub fn apply(&mut self, command: PlaybackCommand) {
        self.transport.apply(command, &self.video.frames);
    }

    /// First frame of the snippet before or after the present one.
    ///
    /// Backwards, the start of the present snippet comes first, as in any player's "previous chapter".
    pub fn snippet_start(&self, forward: bool) -> usize {
        let (grid, frame, snippet) = (self.grid(), self.frame(), self.snippet());
        let start = grid.range(snippet).start;
        match (forward, frame > start) {
            (true, _) if snippet + 1 < grid.count() => grid.range(snippet + 1).start,
            (true, _) => self.frames().last(),
            (false, true) => start,
            (false, false) => grid.range(snippet.saturating_sub(1)).start,
        }
    }

    /// The key frame before or after the present frame; the ends where there is none.
    pub fn keyframe(&self, forward: bool) -> usize {
        let (frames, frame) = (self.frames(), self.frame());
        if forward {
            frames.keyframe_after(frame).unwrap_or_else(|| frames.last())
        } else {
            frames.keyframe_before(frame.saturating_sub(1))
        }
    }

    /// First frame of the nearest event that starts after or before the present frame.
    pub fn event_start(&self, events: &[AnomalySegment], forward: bool) -> Option<usize> {
        let frame = self.frame();
        let starts = events.iter().map(|e| self.grid().range(e.first).start);
        if forward { starts.into_iter().find(|s| *s > frame) } else { starts.rev().find(|s| *s < frame) }
    }
}
