//! What to decode next.
//!
//! Owns the order of work: the frame asked for, frames ahead in the direction of play, the group of
//! pictures behind a resting position; and which frames fast play leaves out. Pure: it reads what is
//! kept and asked, and decodes nothing.

use std::cmp::Ordering;

use super::cache::{Cache, Direction, Focus};
use crate::domain::frame::Detail;
use crate::domain::frames::FrameTable;

/// Frames decoded ahead at rest, so that single steps are instant.
const AHEAD_AT_REST: usize = 6;
/// Frames kept behind a resting position at least, over the border of the group of pictures if need be.
const BEHIND_AT_REST: usize = 64;
/// Frames decoded ahead at normal speed; more at higher ones.
const AHEAD_PLAYING: usize = 24;
/// Key frames decoded ahead where only they are.
const KEYS_AHEAD: usize = 3;
/// Most frames in a row that no other needs.
const RUN: usize = 16;
/// Speed up to which every frame is decoded.
const ALL_UP_TO: f64 = 4.0;
/// Key frames that pass in a second on the wall, from which on they alone make a moving picture.
const KEYS_A_SECOND: f64 = 10.0;

/// What the window asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request {
    /// The frame to show.
    pub frame: usize,
    /// Whether the position moves by itself.
    pub playing: bool,
    /// Which way it moves, or last moved.
    pub backward: bool,
    /// How many times faster than normal it moves.
    pub speed: f64,
}

impl Request {
    /// A frame to rest on.
    pub fn at(frame: usize) -> Self {
        Self { frame, playing: false, backward: false, speed: 1.0 }
    }

    /// How the position moves.
    pub(super) fn direction(&self) -> Direction {
        match (self.playing, self.backward) {
            (false, _) => Direction::Rest,
            (true, false) => Direction::Forward,
            (true, true) => Direction::Backward,
        }
    }

    pub(super) fn focus(&self) -> Focus {
        Focus { position: self.frame, direction: self.direction() }
    }

    /// Which frames to decode. `late` says that the decoder did not keep up with those that others need.
    pub(super) fn detail(&self, table: &FrameTable, late: bool) -> Detail {
        if !self.playing || self.speed <= ALL_UP_TO {
            return Detail::All;
        }
        let (before, after) = (table.keyframe_before(self.frame), table.keyframe_after(self.frame));
        let span = after.map_or_else(|| table.span().end, |key| table.time(key)) - table.time(before);
        let keys_a_second = self.speed / span.secs_f64().max(1e-3);
        let keys = !self.is_before_keys(table) && (late || keys_a_second >= KEYS_A_SECOND);
        if keys { Detail::Keys } else { Detail::References }
    }

    /// Whether no key frame is marked at or before the position.
    fn is_before_keys(&self, table: &FrameTable) -> bool {
        table.keyframes().first().is_none_or(|first| *first > self.frame)
    }
}

/// Why a run is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Its last frame is the one asked for.
    Asked,
    /// Playback or steps will come to it.
    Ahead,
    /// Backward playback or steps will.
    Behind,
}

/// A run of frames to decode, both ends inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// First frame that is wanted.
    pub from: usize,
    /// Last frame that is wanted.
    pub to: usize,
    /// Which frames in between.
    pub detail: Detail,
    /// What for.
    pub aim: Aim,
}

/// Everything that decides.
#[derive(Clone, Copy, Debug)]
pub struct Planner<'a> {
    /// What is asked.
    pub request: Request,
    /// Which frames are decoded.
    pub detail: Detail,
    /// The person drags backwards within a group of pictures: earlier frames of it will be asked for next.
    pub dragged_back: bool,
    /// What is there.
    pub cache: &'a Cache,
    /// The video's frames.
    pub table: &'a FrameTable,
}

impl Planner<'_> {
    /// The next run to decode; `None` if all that is wanted now is there.
    pub fn next(&self) -> Option<Job> {
        if self.detail == Detail::Keys {
            return self.next_key();
        }
        self.asked().or_else(|| match self.request.direction() {
            Direction::Forward => {
                let ahead = (AHEAD_PLAYING as f64 * self.request.speed.max(1.0)) as usize;
                self.ahead(ahead.min(self.cache.room() / 4))
            }
            Direction::Backward => self.behind(self.cache.room().saturating_sub(self.stretch() + 2)),
            Direction::Rest => self.ahead(AHEAD_AT_REST.min(self.cache.room() / 4)).or_else(|| {
                let group = self.request.frame - self.group(self.request.frame);
                self.behind(group.max(BEHIND_AT_REST).min(self.stretch() - 1))
            }),
        })
    }

    /// Frames that are decoded in one go backwards: each go costs the way from the key frame.
    fn stretch(&self) -> usize {
        self.cache.room() / 2
    }

    /// Whether the group of pictures around the position is more than is decoded in one go.
    pub fn is_crowded(&self) -> bool {
        let frame = self.request.frame;
        let end = self.table.keyframe_after(frame).unwrap_or_else(|| self.table.len());
        self.request.direction() == Direction::Backward
            && self.detail == Detail::All
            && end - self.group(frame) > self.stretch()
    }

    fn known(&self, frame: usize) -> bool {
        self.cache.knows(frame, self.detail)
    }

    /// First frame of the group of pictures that holds `frame`.
    fn group(&self, frame: usize) -> usize {
        self.table.keyframe_before(frame).min(frame)
    }

    fn job(&self, from: usize, to: usize) -> Job {
        let frame = self.request.frame;
        let aim = match to.cmp(&frame) {
            Ordering::Less => Aim::Behind,
            Ordering::Equal => Aim::Asked,
            Ordering::Greater => Aim::Ahead,
        };
        Job { from, to, detail: self.detail, aim }
    }

    fn asked(&self) -> Option<Job> {
        let (frame, group) = (self.request.frame, self.group(self.request.frame));
        let backward = self.request.direction() == Direction::Backward;
        if self.detail != Detail::References {
            let alone = !backward && !self.dragged_back;
            return (!self.known(frame)).then(|| if alone { self.job(frame, frame) } else { self.stretch_to(frame) });
        }
        if self.cache.is_lost(frame) || self.cache.standing_for(frame, self.detail).is_some() {
            return None;
        }
        // The frame itself may be left out: the picture before it is needed, behind the last one that was not tried.
        let hole = (group..=frame).rev().find(|n| !self.known(*n))?;
        let run = if backward { self.stretch() } else { RUN };
        Some(self.job((hole + 1).saturating_sub(run).max(group), frame))
    }

    fn ahead(&self, frames: usize) -> Option<Job> {
        let last = (self.request.frame + frames).min(self.table.last());
        let from = (self.request.frame + 1..=last).find(|n| !self.known(*n))?;
        let to = (from..=last).take_while(|n| !self.known(*n)).last()?;
        Some(self.job(from, to))
    }

    fn behind(&self, frames: usize) -> Option<Job> {
        let first = self.request.frame.saturating_sub(frames);
        let missing = (first..self.request.frame).rev().find(|n| !self.known(*n))?;
        Some(self.stretch_to(missing))
    }

    /// From the key frame, or as many as are decoded in one go, up to `to`; without those that are there.
    fn stretch_to(&self, to: usize) -> Job {
        let from = self.group(to).max((to + 1).saturating_sub(self.stretch()));
        let from = (from..=to).find(|n| !self.known(*n)).unwrap_or(to);
        self.job(from, to)
    }

    fn next_key(&self) -> Option<Job> {
        let keys = self.table.keyframes();
        let here = keys.partition_point(|k| *k <= self.request.frame);
        let around: Vec<usize> = if self.request.backward {
            keys[..here].iter().rev().take(1 + KEYS_AHEAD).copied().collect()
        } else {
            keys[here.saturating_sub(1)..].iter().take(1 + KEYS_AHEAD).copied().collect()
        };
        let key = around.into_iter().find(|k| !self.known(*k))?;
        let asked = key == self.group(self.request.frame);
        Some(Job { aim: if asked { Aim::Asked } else { self.job(key, key).aim }, ..self.job(key, key) })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::time::MediaTime;
    use crate::media::SyntheticSource;

    /// 25 frames a second, a key frame every 250.
    fn table() -> FrameTable {
        let entries = (0..2000).map(|i| (MediaTime::from_micros(i * 40_000), i % 250 == 0)).collect();
        FrameTable::new(entries, None).unwrap()
    }

    /// Room for `room` frames, holding `held`.
    fn cache(room: usize, held: std::ops::Range<usize>) -> Cache {
        let source = SyntheticSource::new(2000, 25, 4, 4);
        let mut cache = Cache::new(room * 280);
        for number in held {
            cache.insert(Arc::new(source.frame(number)), Request::at(number).focus(), &mut Vec::new());
        }
        cache
    }

    fn next(request: Request, cache: &Cache) -> Option<(usize, usize)> {
        let table = table();
        let detail = request.detail(&table, false);
        let planner = Planner { request, detail, dragged_back: false, cache, table: &table };
        planner.next().map(|job| (job.from, job.to))
    }

    fn backward(frame: usize) -> Request {
        Request { frame, playing: true, backward: true, speed: 1.0 }
    }

    #[test]
    fn a_resting_position_is_decoded_then_its_surroundings() {
        assert_eq!(next(Request::at(700), &cache(800, 0..0)), Some((700, 700)));
        assert_eq!(next(Request::at(700), &cache(800, 700..701)), Some((701, 706)));
        assert_eq!(next(Request::at(700), &cache(800, 700..710)), Some((500, 699)));
        // Near the start of a group, the one before it.
        assert_eq!(next(Request::at(505), &cache(800, 500..520)), Some((250, 499)));
        assert_eq!(next(Request::at(700), &cache(800, 500..710)), None);
    }

    #[test]
    fn backward_play_takes_whole_groups_and_the_next_one_early() {
        assert_eq!(next(backward(700), &cache(800, 0..0)), Some((500, 700)));
        assert_eq!(next(backward(700), &cache(800, 500..701)), Some((250, 499)));
        assert_eq!(next(backward(700), &cache(800, 600..701)), Some((500, 599)));
        // Less room: the end of the group, as much as can stay.
        assert_eq!(next(backward(700), &cache(100, 0..1)), Some((651, 700)));
    }

    #[test]
    fn a_frame_left_out_needs_the_picture_before_it() {
        let (table, mut cache) = (table(), cache(800, 500..501));
        let request = Request { frame: 600, playing: true, backward: false, speed: 8.0 };
        // Tried, but what came before it was not; the key frame is there for another reason.
        cache.mark_absent(590..601, Detail::References, request.focus(), &mut Vec::new());
        let detail = request.detail(&table, false);
        let planner = Planner { request, detail, dragged_back: false, cache: &cache, table: &table };
        assert_eq!(planner.next().map(|j| (j.from, j.to, j.aim)), Some((574, 600, Aim::Asked)));
    }

    #[test]
    fn little_room_is_said_only_where_it_matters() {
        let table = table();
        let crowded = |request: Request, room| {
            let cache = cache(room, 0..1);
            let detail = request.detail(&table, false);
            Planner { request, detail, dragged_back: false, cache: &cache, table: &table }.is_crowded()
        };
        assert!(crowded(backward(700), 400));
        assert!(!crowded(backward(700), 520));
        assert!(!crowded(Request::at(700), 400));
    }

    #[test]
    fn faster_play_leaves_more_out() {
        let table = table();
        let at = |speed, playing| Request { frame: 300, playing, backward: false, speed };
        assert_eq!(at(4.0, true).detail(&table, true), Detail::All);
        assert_eq!(at(8.0, true).detail(&table, false), Detail::References);
        assert_eq!(at(8.0, true).detail(&table, true), Detail::Keys);
        assert_eq!(at(16.0, false).detail(&table, true), Detail::All);
        // A key frame every 40 ms of video at eight times the speed.
        let intra = FrameTable::new((0..100).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect(), None);
        let request = Request { frame: 50, playing: true, backward: false, speed: 8.0 };
        assert_eq!(request.detail(&intra.unwrap(), false), Detail::Keys);
    }

    #[test]
    fn key_frames_come_in_the_direction_of_play() {
        let (table, cache) = (table(), cache(800, 0..0));
        let planner =
            |request| Planner { request, detail: Detail::Keys, dragged_back: false, cache: &cache, table: &table };
        let forward = Request { frame: 600, playing: true, backward: false, speed: 16.0 };
        assert_eq!(planner(forward).next().map(|j| (j.from, j.aim)), Some((500, Aim::Asked)));
        let kept = super::tests::cache(800, 500..501);
        let next = Planner { cache: &kept, ..planner(forward) }.next();
        assert_eq!(next.map(|j| (j.from, j.aim)), Some((750, Aim::Ahead)));
        let next = Planner { cache: &kept, ..planner(Request { backward: true, ..forward }) }.next();
        assert_eq!(next.map(|j| (j.from, j.aim)), Some((250, Aim::Behind)));
    }
}
