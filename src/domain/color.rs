//! YUV to RGB in numbers.
//!
//! Owns the coefficients of the standards and what the shader is given. [`rgb_of`] is the same
//! conversion written out directly: tests compare the picture on the screen with it. Does not own
//! pixels or transfer functions: decoded video is gamma-encoded and is shown as it is.

use super::frame::{ColorMatrix, ColorRange};

/// Weights of red and blue in luma (`BT.601-7` 2.5.1, `BT.709-6` 3.2, `BT.2020-2` table 4); green has the rest.
pub const fn luma_weights(matrix: ColorMatrix) -> (f64, f64) {
    match matrix {
        ColorMatrix::Bt601 => (0.299, 0.114),
        ColorMatrix::Bt709 => (0.2126, 0.0722),
        ColorMatrix::Bt2020 => (0.2627, 0.0593),
    }
}

/// Code values: black, white minus black, neutral chroma, and the swing of chroma.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Codes {
    black: f64,
    luma_swing: f64,
    neutral: f64,
    chroma_swing: f64,
}

impl Codes {
    /// For samples of `bits` bits (`BT.2100-2` table 9; the 8-bit figures scaled for limited range).
    pub fn new(range: ColorRange, bits: u32) -> Self {
        let bits = bits.clamp(8, 16);
        let unit = f64::from(1_u32 << (bits - 8));
        let top = f64::from((1_u32 << bits) - 1);
        match range {
            ColorRange::Limited => {
                Self { black: 16.0 * unit, luma_swing: 219.0 * unit, neutral: 128.0 * unit, chroma_swing: 224.0 * unit }
            }
            ColorRange::Full => Self { black: 0.0, luma_swing: top, neutral: 128.0 * unit, chroma_swing: top },
        }
    }
}

/// Gamma-encoded R, G, B of one sample, nominally 0..=1 and not clamped.
pub fn rgb_of(yuv: [u16; 3], matrix: ColorMatrix, range: ColorRange, bits: u32) -> [f64; 3] {
    let codes = Codes::new(range, bits);
    let (red, blue) = luma_weights(matrix);
    let green = 1.0 - red - blue;
    let luma = (f64::from(yuv[0]) - codes.black) / codes.luma_swing;
    let cb = (f64::from(yuv[1]) - codes.neutral) / codes.chroma_swing;
    let cr = (f64::from(yuv[2]) - codes.neutral) / codes.chroma_swing;
    let r = luma + 2.0 * (1.0 - red) * cr;
    let b = luma + 2.0 * (1.0 - blue) * cb;
    // Luma is the weighted sum of the three, so green is what is left of it.
    [r, (luma - red * r - blue * b) / green, b]
}

/// The conversion as three rows that multiply (y, u, v, 1).
///
/// `codes_per_unit` is the code value that the shader sees as 1: 255 for 8-bit textures, which arrive
/// as 0..=1, and 1 for deeper ones, which arrive as whole numbers.
pub fn rows(matrix: ColorMatrix, range: ColorRange, bits: u32, codes_per_unit: f64) -> [[f32; 4]; 3] {
    let codes = Codes::new(range, bits);
    let (red, blue) = luma_weights(matrix);
    let green = 1.0 - red - blue;
    let gains = [
        [0.0, 2.0 * (1.0 - red)],
        [-2.0 * blue * (1.0 - blue) / green, -2.0 * red * (1.0 - red) / green],
        [2.0 * (1.0 - blue), 0.0],
    ];
    let luma = codes_per_unit / codes.luma_swing;
    let chroma = codes_per_unit / codes.chroma_swing;
    gains.map(|[u, v]| {
        let offset = -codes.black / codes.luma_swing - (u + v) * codes.neutral / codes.chroma_swing;
        [luma as f32, (u * chroma) as f32, (v * chroma) as f32, offset as f32]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATRICES: [ColorMatrix; 3] = [ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020];
    const RANGES: [ColorRange; 2] = [ColorRange::Limited, ColorRange::Full];

    /// The other direction, straight from the definition of luma and colour difference.
    fn yuv_of(rgb: [f64; 3], matrix: ColorMatrix, range: ColorRange, bits: u32) -> [u16; 3] {
        let codes = Codes::new(range, bits);
        let (red, blue) = luma_weights(matrix);
        let luma = red * rgb[0] + (1.0 - red - blue) * rgb[1] + blue * rgb[2];
        let cb = (rgb[2] - luma) / (2.0 - 2.0 * blue);
        let cr = (rgb[0] - luma) / (2.0 - 2.0 * red);
        let chroma = |c: f64| (codes.neutral + codes.chroma_swing * c).round().clamp(0.0, 65535.0) as u16;
        [(codes.black + codes.luma_swing * luma).round() as u16, chroma(cb), chroma(cr)]
    }

    #[test]
    fn published_bar_colours() {
        // 100 % colour bars, 8-bit limited: the usual tables of BT.601 and BT.709.
        for (matrix, yuv, rgb) in [
            (ColorMatrix::Bt601, [235, 128, 128], [1.0, 1.0, 1.0]),
            (ColorMatrix::Bt601, [16, 128, 128], [0.0, 0.0, 0.0]),
            (ColorMatrix::Bt601, [81, 90, 240], [1.0, 0.0, 0.0]),
            (ColorMatrix::Bt601, [145, 54, 34], [0.0, 1.0, 0.0]),
            (ColorMatrix::Bt601, [41, 240, 110], [0.0, 0.0, 1.0]),
            (ColorMatrix::Bt709, [63, 102, 240], [1.0, 0.0, 0.0]),
            (ColorMatrix::Bt709, [173, 42, 26], [0.0, 1.0, 0.0]),
            (ColorMatrix::Bt709, [32, 240, 118], [0.0, 0.0, 1.0]),
        ] {
            for (found, wanted) in rgb_of(yuv, matrix, ColorRange::Limited, 8).into_iter().zip(rgb) {
                assert!((found - wanted).abs() < 0.01, "{matrix:?} {yuv:?}: {found} for {wanted}");
            }
        }
    }

    #[test]
    fn there_and_back() {
        for matrix in MATRICES {
            for range in RANGES {
                for bits in [8, 10, 12, 16] {
                    for i in 0..125 {
                        let rgb = [i % 5, i / 5 % 5, i / 25].map(|v| f64::from(v) / 4.0);
                        let back = rgb_of(yuv_of(rgb, matrix, range, bits), matrix, range, bits);
                        let step = 1.3 / f64::from(1_u32 << (bits - 1));
                        let off = rgb.iter().zip(back).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                        // Full-range chroma of exactly +0.5 is one code beyond the top of 16 bits.
                        assert!(off < step * 2.0, "{matrix:?} {range:?} {bits} {rgb:?} {back:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn rows_say_the_same() {
        for matrix in MATRICES {
            for range in RANGES {
                for (bits, unit) in [(8, 255.0), (10, 1.0), (12, 1.0)] {
                    let rows = rows(matrix, range, bits, unit);
                    let top = (1_u16 << bits) - 1;
                    for yuv in [[0, 0, 0], [top, top / 3, top / 2], [top / 2, top, 5], [64, top / 2, top]] {
                        let direct = rgb_of(yuv, matrix, range, bits);
                        let [y, u, v] = yuv.map(|c| (f64::from(c) / unit) as f32);
                        for (row, wanted) in rows.iter().zip(direct) {
                            let found = row[0] * y + row[1] * u + row[2] * v + row[3];
                            assert!(
                                (f64::from(found) - wanted).abs() < 1e-5,
                                "{matrix:?} {range:?} {bits}: {found} {wanted}"
                            );
                        }
                    }
                }
            }
        }
    }
}
