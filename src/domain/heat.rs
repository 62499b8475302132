//! The colours of scores: the higher, the further from the ground, so that they read in grey too.
//!
//! Owns the stops on a dark and on a light ground, from 0 to 1 in equal steps. Does not own what is drawn with them.

/// Number of colours between which the map interpolates.
pub const STOPS: usize = 5;

/// Gamma-encoded red, green and blue for 0, 1/4, … 1.
pub type Heat = [[u8; 3]; STOPS];

/// Rises in lightness.
pub const ON_DARK: Heat =
    [[0x17, 0x18, 0x1d], [0x47, 0x20, 0x6b], [0xa3, 0x2c, 0x5e], [0xee, 0x6a, 0x26], [0xfc, 0xe9, 0x4f]];

/// Falls in lightness.
pub const ON_LIGHT: Heat =
    [[0xf3, 0xf4, 0xf6], [0xfc, 0xd9, 0x8f], [0xf2, 0x90, 0x2f], [0xc2, 0x3d, 0x16], [0x4d, 0x0f, 0x14]];

/// The colour of a point with this score, 0..=1. Of a score near 0 it would be that of the ground: it begins a little further
/// up.
pub fn of_point(heat: &Heat, score: f32) -> [u8; 3] {
    let score = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
    let at = (0.18 + 0.82 * score) * (STOPS - 1) as f32;
    let below = (at as usize).min(STOPS - 2);
    let share = at - below as f32;
    [0, 1, 2].map(|i| {
        let (a, b) = (f32::from(heat[below][i]), f32::from(heat[below + 1][i]));
        (a + (b - a) * share).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_from_off_the_ground_to_the_last_stop() {
        for heat in [ON_DARK, ON_LIGHT] {
            assert_eq!([of_point(&heat, 1.0), of_point(&heat, 7.0)], [heat[STOPS - 1]; 2]);
            assert_eq!(of_point(&heat, f32::NAN), of_point(&heat, 0.0));
            assert_ne!(of_point(&heat, 0.0), heat[0]);
        }
    }
}
