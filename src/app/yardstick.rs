//! Yardsticks: how well plain motion alone would find what a model is to find.
//!
//! Owns the two of them, one number per snippet each. A model that does not do better has learned nothing. Does not own
//! decoding (`media`), the difference of two frames (`domain::footage`), or the figures.

use crate::domain::footage::changes;
use crate::domain::pixels::{EncoderInput, SnippetPixels};
use crate::jobs::Ticket;
use crate::media::{OpenedVideo, SnippetSampler};

use super::pipeline::PipelineError;

/// One value per snippet, in grey values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Yardsticks {
    /// Mean over the snippet of how much changes from each of its frames to the next.
    pub mean: Vec<f32>,
    /// Median of the same, which a single cut in the snippet does not move.
    pub median: Vec<f32>,
}

/// Decodes a video and measures it.
///
/// # Errors
/// It cannot be decoded, or the ticket went stale.
pub fn of_video(video: &OpenedVideo, ticket: &Ticket) -> Result<Yardsticks, PipelineError> {
    let mut sampler = SnippetSampler::open(video, EncoderInput::LowResFrames, 0)?;
    let mut yardsticks = Yardsticks::default();
    while let Some((_, pixels)) = sampler.next()? {
        if ticket.is_stale() {
            return Err(PipelineError::Cancelled);
        }
        let SnippetPixels::LowRes(clip) = pixels else { continue };
        let mut changes = changes(&clip);
        yardsticks.mean.push(changes.iter().sum::<f32>() / changes.len().max(1) as f32);
        yardsticks.median.push(median(&mut changes));
    }
    Ok(yardsticks)
}

/// 0 for none, else the middle one or the mean of the two in the middle.
fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    let half = values.len() / 2;
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[half],
        _ => f32::midpoint(values[half - 1], values[half]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (values, expected) in
            [(&[][..], 0.0), (&[3.0], 3.0), (&[5.0, 1.0, 2.0], 2.0), (&[4.0, 1.0, 3.0, 90.0], 3.5)]
        {
            assert_eq!(median(&mut values.to_vec()), expected, "{values:?}");
        }
    }
}
