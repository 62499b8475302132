//! Noise of the perturbed selection: our own, or recorded.
//!
//! Owns where the M x T standard normal numbers come from. They are made draw by draw, so that no more
//! than one draw per thread is in memory.

use super::ModelError;
use super::random::{Purpose, fill_normal, stream};

/// Recorded draws, standard normal numbers `[crops][samples][snippets]`.
#[derive(Clone, Debug, PartialEq)]
pub struct NoiseDraws {
    crops: usize,
    samples: usize,
    snippets: usize,
    values: Vec<f32>,
}

impl NoiseDraws {
    /// Takes `values` in `[crops][samples][snippets]` order.
    ///
    /// # Errors
    /// A size of zero, a wrong number of values, or a value that is not finite.
    pub fn new(crops: usize, samples: usize, snippets: usize, values: Vec<f32>) -> Result<Self, ModelError> {
        let expected = crops.saturating_mul(samples).saturating_mul(snippets);
        if expected == 0 || expected != values.len() {
            return Err(ModelError::Input(format!(
                "recorded noise of {} numbers does not fill [{crops} crops, {samples} draws, {snippets} snippets]",
                values.len()
            )));
        }
        if values.iter().any(|v| !v.is_finite()) {
            return Err(ModelError::Input("recorded noise holds a value that is not a finite number".to_owned()));
        }
        Ok(Self { crops, samples, snippets, values })
    }

    /// Sequences.
    pub fn crops(&self) -> usize {
        self.crops
    }

    /// M.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// T.
    pub fn snippets(&self) -> usize {
        self.snippets
    }

    /// Draw `sample` of crop `crop`: T numbers.
    pub fn draw(&self, crop: usize, sample: usize) -> &[f32] {
        let at = (crop * self.samples + sample) * self.snippets;
        &self.values[at..at + self.snippets]
    }
}

/// Where one crop's draws come from.
#[derive(Clone, Copy, Debug)]
pub enum DrawSource<'a> {
    /// Our generator. The first numbers of a draw are the same whatever T is.
    Seeded {
        /// Seed of the video's scores.
        seed: u64,
        /// Which crop.
        crop: usize,
    },
    /// Recorded.
    Recorded {
        /// All crops' draws.
        draws: &'a NoiseDraws,
        /// Which crop.
        crop: usize,
    },
}

impl DrawSource<'_> {
    /// Writes draw `sample` into `out`, T numbers.
    pub fn fill(&self, sample: usize, out: &mut [f32]) {
        match *self {
            Self::Seeded { seed, crop } => {
                fill_normal(&mut stream(seed, Purpose::Noise, crop as u64, sample as u64), out);
            }
            Self::Recorded { draws, crop } => out.copy_from_slice(draws.draw(crop, sample)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_video_begins_with_the_same_noise() {
        let source = DrawSource::Seeded { seed: 5, crop: 1 };
        let (mut short, mut long) = ([0.0; 4], [0.0; 9]);
        source.fill(3, &mut short);
        source.fill(3, &mut long);
        assert_eq!(short, long[..4]);
    }

    #[test]
    fn recorded_noise_is_checked_and_found() {
        let noise = NoiseDraws::new(2, 2, 3, (0_u8..12).map(f32::from).collect()).expect("fits");
        assert_eq!(noise.draw(1, 1), [9.0, 10.0, 11.0]);
        assert!(NoiseDraws::new(1, 2, 2, vec![0.0; 3]).is_err());
        assert!(NoiseDraws::new(0, 2, 2, Vec::new()).is_err());
        assert!(NoiseDraws::new(1, 1, 1, vec![f32::NAN]).is_err());
    }
}
