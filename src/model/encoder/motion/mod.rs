//! The built-in encoder: what moves in a snippet, how, and what it looks like, in 512 numbers.
//!
//! Owns the encoder `builtin-motion-3` and the order of its parts. Does not own the parts: `flow` finds
//! the motion between two frames, `pair` sums it up, `cuts` finds changes of scene, `windows` looks where
//! most happens, `bands` how fast things move by height in the picture, `objects` follows moving things, `clip`
//! turns the pairs of a snippet into numbers, `look` describes the still picture.
//!
//! No weights, no download: every number is computed from the grey frames by a fixed rule, the same on
//! every machine up to the rounding of its arithmetic. The id changes with any change of the rule.

mod bands;
mod clip;
mod cuts;
mod flow;
mod image;
mod look;
mod objects;
mod pair;
mod stats;
mod windows;

use super::SnippetEncoder;
use crate::domain::pixels::{EncoderInput, GREY_HEIGHT, GREY_WIDTH, GreyClip, SnippetPixels};
use crate::model::ModelError;

/// Identity of the rule.
pub const ID: &str = "builtin-motion-3";
/// Numbers per snippet.
pub const DIM: usize = 512;

/// The built-in encoder.
#[derive(Debug, Default)]
pub struct MotionEncoder {
    flow: flow::FlowFinder,
}

impl MotionEncoder {
    /// A new encoder. Holds working memory only: what it gives depends on nothing that came before.
    pub fn new() -> Self {
        Self::default()
    }

    /// The feature of one clip.
    ///
    /// # Errors
    /// A frame of another size than [`GREY_WIDTH`] × [`GREY_HEIGHT`].
    pub fn describe(&mut self, clip: &GreyClip) -> Result<Vec<f32>, ModelError> {
        if let Some(frame) = clip.frames.iter().find(|f| f.len() != GREY_WIDTH * GREY_HEIGHT) {
            return Err(ModelError::Input(format!(
                "a grey frame has {} pixels; the built-in encoder reads {GREY_WIDTH} x {GREY_HEIGHT}",
                frame.len()
            )));
        }
        let mut row = clip::describe(clip, &mut self.flow);
        debug_assert!(row.len() <= DIM, "{} numbers", row.len());
        row.resize(DIM, 0.0);
        for value in &mut row {
            *value = if value.is_finite() { value.clamp(-4.0, 4.0) } else { 0.0 };
        }
        Ok(row)
    }
}

impl SnippetEncoder for MotionEncoder {
    fn id(&self) -> &str {
        ID
    }

    fn dim(&self) -> usize {
        DIM
    }

    fn input(&self) -> EncoderInput {
        EncoderInput::LowResFrames
    }

    fn batch(&self) -> usize {
        // Nothing is gained by more; eight keep the progress moving without a word per snippet.
        8
    }

    fn encode(&mut self, snippets: &[SnippetPixels]) -> Result<Vec<f32>, ModelError> {
        let mut out = Vec::with_capacity(snippets.len() * DIM);
        for snippet in snippets {
            let SnippetPixels::LowRes(clip) = snippet else {
                let why = "the built-in encoder reads the small grey frames of a snippet, not one full picture";
                return Err(ModelError::Input(why.to_owned()));
            };
            out.extend(self.describe(clip)?);
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A textured square over a textured ground, moved by (`dx`, `dy`) pixels per frame.
    fn clip(frames: usize, dx: f32, dy: f32) -> GreyClip {
        let frame = |i: usize| {
            let (left, top) = (30.0 + dx * i as f32, 20.0 + dy * i as f32);
            let value = |at: usize| {
                let (x, y) = ((at % GREY_WIDTH) as f32, (at / GREY_WIDTH) as f32);
                let (px, py) = (x - left, y - top);
                let inside = (0.0..16.0).contains(&px) && (0.0..16.0).contains(&py);
                let grey =
                    if inside { 160.0 + 50.0 * (px * 0.8).sin() } else { 90.0 + 20.0 * (x * 0.3 + y * 0.2).sin() };
                grey as u8
            };
            (0..GREY_WIDTH * GREY_HEIGHT).map(value).collect()
        };
        GreyClip { frames: (0..frames).map(frame).collect(), gaps: vec![0.04; frames.saturating_sub(1)] }
    }

    fn describe(clip: &GreyClip) -> Vec<f32> {
        MotionEncoder::new().describe(clip).expect("a clip of the right size")
    }

    fn distance(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
    }

    #[test]
    fn every_length_gives_finite_numbers_of_the_order_of_one() {
        for frames in 0..=16 {
            let row = describe(&clip(frames, 1.0, 0.5));
            assert_eq!(row.len(), DIM);
            assert!(row.iter().all(|v| v.is_finite() && v.abs() <= 4.0), "{frames} frames");
        }
        let row = describe(&clip(16, 1.0, 0.5));
        let size = distance(&row, &[0.0; DIM]);
        assert!((4.0..30.0).contains(&size), "length {size}");
    }

    #[test]
    fn the_same_clip_gives_the_same_numbers_whatever_came_before() {
        let mut encoder = MotionEncoder::new();
        let first = encoder.describe(&clip(16, 1.0, 0.0)).expect("fits");
        encoder.describe(&clip(9, -3.0, 2.0)).expect("fits");
        assert_eq!(encoder.describe(&clip(16, 1.0, 0.0)).expect("fits"), first);
    }

    #[test]
    fn what_stands_still_has_no_motion() {
        let row = describe(&clip(16, 0.0, 0.0));
        assert!(row[..77].iter().all(|v| *v == 0.0), "all signals of the picture are zero");
    }

    #[test]
    fn faster_is_more_and_direction_shows() {
        let (slow, fast) = (describe(&clip(16, 0.5, 0.0)), describe(&clip(16, 1.5, 0.0)));
        let mean_speed = 3 * 7;
        assert!(fast[mean_speed] > slow[mean_speed] * 1.3 && slow[mean_speed] > 0.0);
        let (left, right) = (describe(&clip(16, -1.0, 0.0)), describe(&clip(16, 1.0, 0.0)));
        assert!(distance(&left, &right) > 0.5);
    }

    #[test]
    fn a_slower_camera_of_the_same_motion_gives_about_the_same() {
        let mut half = clip(8, 1.0, 0.0);
        half.gaps = vec![0.08; 7];
        let (half, full) = (describe(&half), describe(&clip(16, 0.5, 0.0)));
        let mean_speed = 3 * 7;
        assert!((half[mean_speed] / full[mean_speed] - 1.0).abs() < 0.25);
    }

    #[test]
    fn a_cut_inside_adds_no_motion() {
        let mut joined = clip(8, 0.0, 0.0);
        let mut other = clip(8, 0.0, 0.0);
        for frame in &mut other.frames {
            for p in frame.iter_mut() {
                *p = 255 - *p;
            }
        }
        joined.frames.append(&mut other.frames);
        joined.gaps = vec![0.04; 15];
        let row = describe(&joined);
        assert!(row[..77].iter().all(|v| *v == 0.0));
    }

    #[test]
    fn other_pixels_are_refused_in_words() {
        let wrong = GreyClip { frames: vec![vec![0; 7]], gaps: Vec::new() };
        let err = MotionEncoder::new().encode(&[SnippetPixels::LowRes(wrong)]).expect_err("is too small").to_string();
        assert!(err.contains("7 pixels") && err.contains("160 x 120"), "{err}");
        let picture = SnippetPixels::Middle(crate::domain::pixels::RgbPicture::black(2, 2));
        assert!(MotionEncoder::new().encode(&[picture]).is_err());
    }
}
