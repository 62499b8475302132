//! Frames made in memory.
//!
//! Owns a source that needs no file and no codec, for tests and for pictures of the window that must
//! look the same everywhere.

use std::sync::Arc;

use super::{FrameSource, MediaError};
use crate::domain::frame::{ColorMatrix, ColorRange, Detail, Frame, PixelLayout, Plane, Rotation};
use crate::domain::frames::FrameTable;
use crate::domain::time::MediaTime;
use crate::jobs::Ticket;

/// A gradient with the frame number written over it in blocks; every frame differs from every other.
#[derive(Clone, Debug)]
pub struct SyntheticSource {
    table: Arc<FrameTable>,
    width: usize,
    height: usize,
    next: usize,
    detail: Detail,
}

/// Digits of 3 × 5 blocks, rows from the top, the leftmost block in the highest bit.
const DIGITS: [[u8; 5]; 10] = [
    [7, 5, 5, 5, 7],
    [2, 6, 2, 2, 7],
    [7, 1, 7, 4, 7],
    [7, 1, 7, 1, 7],
    [5, 5, 7, 1, 1],
    [7, 4, 7, 1, 7],
    [7, 4, 7, 5, 7],
    [7, 1, 1, 1, 1],
    [7, 5, 7, 5, 7],
    [7, 5, 7, 1, 7],
];

impl SyntheticSource {
    /// `frames` frames (at least one) of `width` × `height` at `fps` frames per second, with a key frame every 30.
    pub fn new(frames: usize, fps: u32, width: usize, height: usize) -> Self {
        let fps = i64::from(fps.max(1));
        let time = |i: usize| MediaTime::from_micros(i as i64 * 1_000_000 / fps);
        let entries = (0..frames.max(1)).map(|i| (time(i), i % 30 == 0)).collect();
        let table = FrameTable::new(entries, Some(time(1))).expect("at least one frame was made");
        Self::with_table(Arc::new(table), width, height)
    }

    /// One frame for each entry of `table`.
    pub fn with_table(table: Arc<FrameTable>, width: usize, height: usize) -> Self {
        Self { table, width: width.max(2), height: height.max(2), next: 0, detail: Detail::All }
    }

    /// When its frames appear.
    pub fn table(&self) -> &Arc<FrameTable> {
        &self.table
    }

    /// Frame `number`, without moving the position.
    pub fn frame(&self, number: usize) -> Frame {
        let (w, h) = (self.width, self.height);
        let digits: Vec<usize> = number.to_string().bytes().map(|b| usize::from(b - b'0')).collect();
        // Blocks of the number fill the middle half of the width.
        let block = (w / 2 / (digits.len() * 4)).max(1);
        let (left, top) = (w / 4, (h / 2).saturating_sub(block * 5 / 2));
        let lit = |x: usize, y: usize| -> Option<bool> {
            let (bx, by) = (x.checked_sub(left)? / block, y.checked_sub(top)? / block);
            let rows = DIGITS.get(*digits.get(bx / 4)?)?;
            let row = *rows.get(by)?;
            Some(bx % 4 < 3 && row & (4 >> (bx % 4)) != 0)
        };
        let mut luma = Vec::with_capacity(w * h);
        for y in 0..h {
            for x in 0..w {
                let slope = 40 + (x * 100 / w + y * 60 / h + number * 3) % 160;
                luma.push(if lit(x, y) == Some(true) { 235 } else { slope as u8 });
            }
        }
        let (cw, ch) = PixelLayout::Yuv420.chroma_size(w, h);
        let chroma = |phase: usize| -> Vec<u8> {
            (0..cw * ch).map(|i| (108 + (i % cw * 40 / cw + phase + number) % 40) as u8).collect()
        };
        Frame {
            number,
            time: self.table.time(number),
            width: w,
            height: h,
            layout: PixelLayout::Yuv420,
            bits: 8,
            matrix: ColorMatrix::Bt709,
            range: ColorRange::Limited,
            rotation: Rotation::None,
            pixel_aspect: 1.0,
            planes: vec![
                Plane { data: luma, stride: w },
                Plane { data: chroma(0), stride: cw },
                Plane { data: chroma(17), stride: cw },
            ],
            damaged: false,
        }
    }
}

impl FrameSource for SyntheticSource {
    fn seek(&mut self, frame: usize, _ticket: &Ticket) -> Result<(), MediaError> {
        self.next = frame.min(self.table.last());
        Ok(())
    }

    fn set_detail(&mut self, detail: Detail) {
        self.detail = detail;
    }

    /// Frames with odd numbers count as those that no other needs, unless they are key frames.
    fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        let is_key = |n: usize| self.table.keyframe_before(n) == n;
        let given = |n: &usize| match self.detail {
            Detail::All => true,
            Detail::References => n.is_multiple_of(2) || is_key(*n),
            Detail::Keys => is_key(*n),
        };
        let Some(number) = (self.next..=self.table.last()).find(given) else { return Ok(None) };
        self.next = number + 1;
        Ok(Some(self.frame(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_the_same_each_time_and_differ_from_each_other() {
        let mut source = SyntheticSource::new(40, 25, 64, 48);
        source.seek(7, &Ticket::unlimited()).unwrap();
        let frame = source.next_frame().unwrap().unwrap();
        assert_eq!((frame.number, frame.time), (7, MediaTime::from_micros(280_000)));
        assert_eq!(frame.planes, source.frame(7).planes);
        assert_ne!(frame.planes, source.frame(8).planes);
        source.seek(39, &Ticket::unlimited()).unwrap();
        assert_eq!(source.next_frame().unwrap().map(|f| f.number), Some(39));
        assert!(source.next_frame().unwrap().is_none());
    }
}
