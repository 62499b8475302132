//! RGB bytes as PNG files.
//!
//! Owns the encoding of pictures for reports. Does not own what is in them.

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _, RgbImage, imageops};

use super::chart::ChartError;
use crate::domain::pixels::RgbPicture;

/// `picture` as a PNG file.
///
/// # Errors
/// The picture is empty, too large for PNG, or its bytes do not fit its size.
pub fn picture_png(picture: &RgbPicture) -> Result<Vec<u8>, ChartError> {
    encode(&picture.data, picture.width, picture.height)
}

/// `picture` as a PNG file, made smaller where its longer side has more than `side` pixels.
///
/// # Errors
/// As [`picture_png`].
pub fn picture_png_within(picture: &RgbPicture, side: usize) -> Result<Vec<u8>, ChartError> {
    let (width, height, longer) = (picture.width, picture.height, picture.width.max(picture.height));
    if longer <= side {
        return picture_png(picture);
    }
    let whole = RgbImage::from_raw(width as u32, height as u32, picture.data.clone());
    let whole = whole.ok_or(ChartError::Picture { width, height, bytes: picture.data.len() })?;
    let scaled = |length: usize| ((length * side).div_ceil(longer)).max(1);
    let (width, height) = (scaled(width), scaled(height));
    let small = imageops::resize(&whole, width as u32, height as u32, imageops::FilterType::Triangle);
    encode(small.as_raw(), width, height)
}

pub(super) fn encode(rgb: &[u8], width: usize, height: usize) -> Result<Vec<u8>, ChartError> {
    let size = u32::try_from(width).ok().zip(u32::try_from(height).ok()).filter(|(w, h)| *w > 0 && *h > 0);
    let fits = width.checked_mul(height).and_then(|n| n.checked_mul(3)) == Some(rgb.len());
    let Some((w, h)) = size.filter(|_| fits) else {
        return Err(ChartError::Picture { width, height, bytes: rgb.len() });
    };
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes)
        .write_image(rgb, w, h, ExtendedColorType::Rgb8)
        .map_err(|err| ChartError::Draw(err.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_survives_the_round_trip() {
        let picture = RgbPicture { width: 3, height: 2, data: (0..18).collect() };
        let read = image::load_from_memory(&picture_png(&picture).expect("encodes")).expect("is a PNG").into_rgb8();
        assert_eq!((read.width(), read.height()), (3, 2));
        assert_eq!(read.into_raw(), picture.data);
    }

    #[test]
    fn a_large_picture_is_made_smaller_in_its_proportions() {
        let read = |picture: &RgbPicture| {
            let png = picture_png_within(picture, 40).expect("encodes");
            image::load_from_memory(&png).expect("is a PNG").into_rgb8()
        };
        let grey = |width, height| RgbPicture { width, height, data: vec![90; width * height * 3] };
        let sizes = [(160, 90), (20, 400), (40, 30)].map(|(w, h)| read(&grey(w, h)).dimensions());
        assert_eq!(sizes, [(40, 23), (2, 40), (40, 30)]);
        assert!(read(&grey(160, 90)).into_raw().iter().all(|value| *value == 90));
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused() {
        let picture = RgbPicture { width: 3, height: 2, data: vec![0; 17] };
        let err = picture_png(&picture).expect_err("does not fit");
        assert!(err.to_string().contains("3 x 2"), "{err}");
        assert!(picture_png(&RgbPicture::black(0, 4)).is_err());
    }
}
