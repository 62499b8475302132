//! Sound as numbers: samples with the media time at which they belong, and when sound is heard at all.
//!
//! Owns the form in which decoded sound travels and the rule about speeds. Does not own decoding,
//! stretching or the device.

use super::time::MediaTime;

/// Samples of one moment: left and right. Everything is made stereo when it is decoded.
pub const CHANNELS: usize = 2;

/// Speeds at which sound is heard; beyond them it would be no more than noise.
pub const HEARD_SPEEDS: std::ops::RangeInclusive<f64> = 0.5..=2.0;

/// Whether sound is heard at this speed and in this direction.
pub fn is_heard(speed: f64, backward: bool) -> bool {
    !backward && HEARD_SPEEDS.contains(&speed)
}

/// A stretch of decoded sound.
#[derive(Clone, Debug, PartialEq)]
pub struct SoundChunk {
    /// When its first sample is heard, on the same clock as the frames of the picture.
    pub start: MediaTime,
    /// Left and right in turn, -1 to 1, at the rate that was asked for.
    pub samples: Vec<f32>,
}

impl SoundChunk {
    /// Number of moments, each with a sample for the left and one for the right.
    pub fn frames(&self) -> usize {
        self.samples.len() / CHANNELS
    }
}

/// What is known about the sound of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundTrack {
    /// Its stream's number in the file.
    pub stream: usize,
    /// FFmpeg's name of the codec, such as `aac`.
    pub codec: String,
    /// Channels before they are made stereo.
    pub channels: usize,
    /// Samples per second and channel.
    pub rate: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heard_forward_from_half_to_double_speed() {
        assert!([0.5, 1.0, 2.0].iter().all(|speed| is_heard(*speed, false)));
        assert!([0.49, 2.01, 16.0].iter().all(|speed| !is_heard(*speed, false)));
        assert!(!is_heard(1.0, true));
    }
}
