//! A colour map: equal steps of a value look equally far apart, also to people who see colours differently and in grey.
//!
//! Owns the colours of viridis (S. van der Walt and N. Smith, 2015, released to the public domain), in nine stops. Does not
//! own what is drawn with them.

/// Number of colours between which the map interpolates.
pub const STOPS: usize = 9;

/// Gamma-encoded red, green and blue for 0, 1/8, … 1.
pub const VIRIDIS: [[u8; 3]; STOPS] = [
    [0x44, 0x01, 0x54],
    [0x47, 0x2d, 0x7b],
    [0x3b, 0x52, 0x8b],
    [0x2c, 0x72, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x28, 0xae, 0x80],
    [0x5e, 0xc9, 0x62],
    [0xad, 0xdc, 0x30],
    [0xfd, 0xe7, 0x25],
];

/// The colour of a value, 0..=1; values beyond get the colour of the nearer end.
pub fn viridis(value: f32) -> [u8; 3] {
    let at = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 } * (STOPS - 1) as f32;
    let below = (at as usize).min(STOPS - 2);
    let share = at - below as f32;
    let mixed = |i: usize| {
        let (a, b) = (f32::from(VIRIDIS[below][i]), f32::from(VIRIDIS[below + 1][i]));
        (a + (b - a) * share).round() as u8
    };
    [0, 1, 2].map(mixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE L*, 0 black to 100 white, of an sRGB colour.
    fn lightness(rgb: [u8; 3]) -> f64 {
        let [r, g, b] = rgb.map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
        if y > 0.008_856 { 116.0 * y.cbrt() - 16.0 } else { 903.3 * y }
    }

    #[test]
    fn lightness_rises_in_nearly_equal_steps() {
        let steps: Vec<f64> = (0..=16_u8).map(|i| lightness(viridis(f32::from(i) / 16.0))).collect();
        let whole = (steps[16] - steps[0]) / 16.0;
        for pair in steps.windows(2) {
            let step = pair[1] - pair[0];
            assert!((step - whole).abs() < whole * 0.45, "a step of {step} among steps of {whole}");
        }
    }

    #[test]
    fn the_ends_are_the_first_and_the_last_colour() {
        assert_eq!([viridis(-1.0), viridis(0.0), viridis(f32::NAN)], [VIRIDIS[0]; 3]);
        assert_eq!([viridis(1.0), viridis(7.0)], [VIRIDIS[STOPS - 1]; 2]);
    }
}
