//! The pixels of each snippet, in order, as an encoder asks for them.
//!
//! Owns the choice of frames and their conversion: the upright middle frame in RGB, or all frames small
//! and grey. Always decodes in software, so that a score does not depend on the machine. Does not own what
//! encoders make of them. Lives on one thread, as its scaler does.

use std::ops::Range;

use ffmpeg_next::format::Pixel;
use ffmpeg_next::software::scaling::Flags;

use super::reader::Reader;
use super::scale::Scaler;
use super::{MediaError, OpenedVideo, ffi, upright};
use crate::domain::frame::{ColorMatrix, ColorRange};
use crate::domain::pixels::{EncoderInput, GREY_HEIGHT, GREY_WIDTH, GreyClip, RgbPicture, SnippetPixels};
use crate::domain::snippet::SnippetGrid;
use crate::jobs::Ticket;

/// The number of a frame and its small grey picture.
type Sample = (usize, Vec<u8>);

/// Walks through a video snippet by snippet.
pub struct SnippetSampler {
    video: OpenedVideo,
    reader: Reader,
    scaler: Scaler,
    grid: SnippetGrid,
    input: EncoderInput,
    next: usize,
    /// The last small frame used and the one after it, if it was decoded already.
    grey: (Option<Sample>, Option<Sample>),
    /// The last middle frame, to stand in for one that cannot be decoded.
    last_middle: Option<RgbPicture>,
    missing: usize,
    damaged: usize,
    /// Frames found damaged or missing, of the last snippet and ahead of it.
    bad: Vec<usize>,
}

impl SnippetSampler {
    /// Starts at snippet `first_snippet`.
    ///
    /// # Errors
    /// The file cannot be opened or read any more.
    pub fn open(video: &OpenedVideo, input: EncoderInput, first_snippet: usize) -> Result<Self, MediaError> {
        let grid = SnippetGrid::new(video.frames.len());
        let mut reader = video.reader()?;
        let start = grid.range(first_snippet).start;
        if start > 0 && start < grid.frames() && input == EncoderInput::LowResFrames {
            reader.seek(start, &Ticket::unlimited())?;
        }
        Ok(Self {
            video: video.clone(),
            reader,
            scaler: Scaler::default(),
            grid,
            input,
            next: first_snippet,
            grey: (None, None),
            last_middle: None,
            missing: 0,
            damaged: 0,
            bad: Vec::new(),
        })
    }

    /// How the video is cut.
    pub fn grid(&self) -> SnippetGrid {
        self.grid
    }

    /// The next snippet's number and pixels; `None` after the last.
    ///
    /// A frame that cannot be decoded is replaced by the nearest one that can, and counted in [`Self::notes`].
    ///
    /// # Errors
    /// The file cannot be read any more, or not one frame near the snippet can be decoded.
    #[expect(clippy::should_implement_trait, reason = "fallible in a way that an iterator hides")]
    pub fn next(&mut self) -> Result<Option<(usize, SnippetPixels)>, MediaError> {
        let snippet = self.next;
        if snippet >= self.grid.count() {
            return Ok(None);
        }
        let pixels = match self.input {
            EncoderInput::MiddleFrame => SnippetPixels::Middle(self.middle(self.grid.middle(snippet))?),
            EncoderInput::LowResFrames => SnippetPixels::LowRes(self.low_res(self.grid.range(snippet))?),
        };
        self.next += 1;
        Ok(Some((snippet, pixels)))
    }

    /// From the first to the last frame of the snippet given last that is damaged or missing, end exclusive. Where
    /// encoders look at one frame of a snippet only, that one is known.
    pub fn take_damage(&mut self) -> Option<Range<usize>> {
        let range = self.grid.range(self.next.checked_sub(1)?);
        let (past, ahead): (Vec<usize>, Vec<usize>) = self.bad.iter().partition(|frame| **frame < range.end);
        self.bad = ahead;
        let inside = || past.iter().copied().filter(|frame| range.contains(frame));
        Some(inside().min()?..inside().max()? + 1)
    }

    /// What went wrong so far, in sentences.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.missing > 0 {
            notes.push(match self.missing {
                1 => "One frame could not be decoded; the nearest one stands in for it in the scores.".to_owned(),
                n => format!("{n} frames could not be decoded; the nearest ones stand in for them in the scores."),
            });
        }
        if self.damaged > 0 {
            notes.push(match self.damaged {
                1 => "One frame that was scored is damaged.".to_owned(),
                n => format!("{n} frames that were scored are damaged."),
            });
        }
        notes
    }

    fn middle(&mut self, frame: usize) -> Result<RgbPicture, MediaError> {
        self.reader.seek(frame, &Ticket::unlimited())?;
        if let Some(decoded) = self.reader.next_frame() {
            let exact = decoded.number == frame;
            self.damaged += usize::from(decoded.damaged);
            self.missing += usize::from(!exact);
            if decoded.damaged || !exact {
                self.bad.push(frame);
            }
            // Rather the one before, which was already shown, than a picture from far ahead.
            if exact || self.last_middle.is_none() {
                let picture = self.rgb()?;
                self.last_middle = Some(picture.clone());
                return Ok(picture);
            }
        } else {
            self.missing += 1;
            self.bad.push(frame);
        }
        if self.last_middle.is_none() && self.seek_back(frame)? {
            self.last_middle = Some(self.rgb()?);
        }
        self.last_middle.clone().ok_or_else(|| self.nothing(frame))
    }

    /// Stands on the last frame before `frame` that can be decoded; its picture is the reader's.
    fn seek_back(&mut self, frame: usize) -> Result<bool, MediaError> {
        let mut back = 16;
        loop {
            let from = frame.saturating_sub(back);
            self.reader.seek(from, &Ticket::unlimited())?;
            let mut last = None;
            while let Some(decoded) = self.reader.next_frame().filter(|d| d.number < frame) {
                last = Some(decoded.number);
            }
            if let Some(last) = last {
                // Once more, to have its picture.
                self.reader.seek(last, &Ticket::unlimited())?;
                return Ok(self.reader.next_frame().is_some());
            }
            if from == 0 {
                return Ok(false);
            }
            back *= 8;
        }
    }

    fn low_res(&mut self, range: Range<usize>) -> Result<GreyClip, MediaError> {
        let mut clip = GreyClip::default();
        for frame in range.clone() {
            let grey = self.grey_frame(frame)?;
            clip.frames.push(grey);
            if frame > range.start {
                let gap = self.video.frames.time(frame) - self.video.frames.time(frame - 1);
                clip.gaps.push(gap.secs_f64() as f32);
            }
        }
        Ok(clip)
    }

    fn grey_frame(&mut self, frame: usize) -> Result<Vec<u8>, MediaError> {
        while self.grey.1.as_ref().is_none_or(|(number, _)| *number < frame) {
            let Some(decoded) = self.reader.next_frame() else { break };
            let behind = self.grey.1.take();
            if behind.is_some() {
                self.grey.0 = behind;
            }
            if decoded.damaged && decoded.number >= frame {
                self.damaged += 1;
                self.bad.push(decoded.number);
            }
            self.grey.1 = Some((decoded.number, self.grey()?));
        }
        let (before, after) = (self.grey.0.as_ref(), self.grey.1.as_ref());
        let nearest = match (before, after) {
            (Some(b), Some(a)) => Some(if frame.abs_diff(b.0) < frame.abs_diff(a.0) { b } else { a }),
            (before, after) => after.or(before),
        };
        if let Some((number, grey)) = nearest {
            if *number != frame {
                self.missing += 1;
                self.bad.push(frame);
            }
            return Ok(grey.clone());
        }
        // Resumed in a stretch at the end that cannot be decoded.
        if self.seek_back(frame)? {
            let grey = self.grey()?;
            self.grey.0 = Some((frame.saturating_sub(1), grey.clone()));
            // The reader is left at the end: what follows cannot be decoded either.
            while self.reader.next_frame().is_some() {}
            self.missing += 1;
            self.bad.push(frame);
            return Ok(grey);
        }
        Err(self.nothing(frame))
    }

    fn rgb(&mut self) -> Result<RgbPicture, MediaError> {
        let picture = self.reader.picture();
        let size = (picture.width(), picture.height());
        let (width, height) = (size.0 as usize, size.1 as usize);
        let flags = Flags::BICUBIC | Flags::FULL_CHR_H_INT | Flags::ACCURATE_RND;
        let mut data = Vec::new();
        let colors = (ColorMatrix::Bt709, ColorRange::Full);
        let copied = self
            .scaler
            .convert(picture, Pixel::RGB24, size, flags, colors)
            .is_some_and(|rgb| ffi::copy_plane(rgb, 0, width * 3, height, &mut data));
        if !copied {
            return Err(self.unconvertible());
        }
        let (data, width, height) = upright::turn(data, width, height, 3, self.video.info.rotation);
        Ok(RgbPicture { width, height, data })
    }

    fn grey(&mut self) -> Result<Vec<u8>, MediaError> {
        let turn = self.video.info.rotation;
        let (width, height) = if turn.swaps_axes() { (GREY_HEIGHT, GREY_WIDTH) } else { (GREY_WIDTH, GREY_HEIGHT) };
        let size = (width as u32, height as u32);
        let mut data = Vec::new();
        let picture = self.reader.picture();
        let colors = (ColorMatrix::Bt601, ColorRange::Full);
        let copied = self
            .scaler
            .convert(picture, Pixel::GRAY8, size, Flags::AREA, colors)
            .is_some_and(|grey| ffi::copy_plane(grey, 0, width, height, &mut data));
        if !copied {
            return Err(self.unconvertible());
        }
        Ok(upright::turn(data, width, height, 1, turn).0)
    }

    fn unconvertible(&self) -> MediaError {
        let name = self.reader.picture().format().descriptor().map_or("unknown", |d| d.name());
        MediaError::failed(&self.video.info.path, "converting a frame", format!("its pixel format is {name}"))
    }

    fn nothing(&self, frame: usize) -> MediaError {
        MediaError::failed(
            &self.video.info.path,
            "decoding",
            format!("no frame at or before frame {frame} can be decoded"),
        )
    }
}
