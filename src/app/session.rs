//! The video on screen.
//!
//! Owns its transport and the arithmetic of moving by snippets, key frames and events. Does not own
//! its scores, which belong to the library's entry.

use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::playback::{PlaybackCommand, Transport};
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::MediaTime;
use crate::media::OpenedVideo;

use super::library::EntryId;
use super::upcoming::approach;

/// The video that is shown.
#[derive(Clone, Debug)]
pub struct Session {
    /// Which entry of the library it is.
    pub entry: EntryId,
    /// The opened file.
    pub video: OpenedVideo,
    /// Where playback stands.
    pub transport: Transport,
    /// The run-up to an event that was gone to: from where it plays, and where the event begins.
    run_up: Option<FrameSpan>,
}

impl Session {
    /// At rest on frame `position`.
    pub fn new(entry: EntryId, video: OpenedVideo, position: usize) -> Self {
        let mut transport = Transport::new(&video.frames);
        transport.apply(PlaybackCommand::SeekFrame(position), &video.frames);
        Self { entry, video, transport, run_up: None }
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

    /// The frame that commands are about: that on screen, or in the run-up to an event the event's first.
    pub fn attended(&self) -> usize {
        let frame = self.frame();
        self.run_up.filter(|run_up| run_up.contains(frame)).map_or(frame, FrameSpan::end)
    }

    /// Goes to an event that begins with frame `start`. While it plays, a moment before, so that the event is not
    /// missed by the eye that has to find it.
    pub fn go_to_event(&mut self, start: usize, run_up: MediaTime) {
        let from = approach(self.frames(), start, self.transport.is_playing(), run_up);
        self.run_up = FrameSpan::new(from, start);
        self.apply(PlaybackCommand::SeekFrame(from));
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

    /// First frame of the nearest event that starts after or before the present frame, of those that `wanted` names by
    /// their index.
    pub fn event_start(
        &self,
        events: &[AnomalySegment],
        forward: bool,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let frame = self.attended();
        let mut starts =
            events.iter().enumerate().filter(|(i, _)| wanted(*i)).map(|(_, e)| self.grid().range(e.first).start);
        if forward { starts.find(|start| *start > frame) } else { starts.rfind(|start| *start < frame) }
    }
}
