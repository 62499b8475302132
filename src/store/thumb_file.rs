//! The bytes of a file of small pictures.
//!
//! Owns the layout, its checks and the coding of the pictures. Does not own files, locks or bounds.
//!
//! ```text
//! header   "LBTHUM\r\n"  version u32  longer side u32  CRC-32 of all before
//! record   frame u64  length u32  CRC-32 of frame, length and picture  picture as PNG
//! ```
//!
//! All numbers are little-endian. Records stand in the order in which they were made.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, ImageFormat, ImageReader, Limits};

use crate::domain::pixels::{RgbPicture, Thumb};

/// First bytes of every file.
const MAGIC: &[u8; 8] = b"LBTHUM\r\n";
/// Counts up when the layout changes; files of other versions are made again.
const VERSION: u32 = 1;
/// Bytes of a record before its picture.
pub const RECORD_HEAD: usize = 8 + 4 + 4;
/// No small picture takes more: a longer record is damage.
const MAX_PICTURE: usize = 1 << 20;
/// Longest side that is read back.
const MAX_SIDE: u32 = 1024;

/// Bytes that a file of pictures with a longer side of `side` pixels begins with.
pub fn header(side: usize) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend((side as u32).to_le_bytes());
    let check = crc32fast::hash(&out);
    out.extend(check.to_le_bytes());
    out
}

/// The record of a picture; `None` if it cannot be coded.
pub fn record(thumb: &Thumb) -> Option<Vec<u8>> {
    let RgbPicture { width, height, data } = &thumb.picture;
    let (width, height) = (u32::try_from(*width).ok()?, u32::try_from(*height).ok()?);
    let mut png = Vec::new();
    PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive)
        .write_image(data, width, height, ExtendedColorType::Rgb8)
        .ok()?;
    let mut out = head(thumb.frame, png.len());
    let check = crc(&out, &png);
    out.extend(check.to_le_bytes());
    out.extend(png);
    Some(out)
}

fn head(frame: usize, length: usize) -> Vec<u8> {
    let mut out = (frame as u64).to_le_bytes().to_vec();
    out.extend((length as u32).to_le_bytes());
    out
}

fn crc(head: &[u8], picture: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head);
    hasher.update(picture);
    hasher.finalize()
}

/// The sound records of `bytes` from the start, each as frame number and place of its picture, and where they end.
///
/// Nothing if it begins with another header.
pub fn records(bytes: &[u8], side: usize) -> (Vec<(usize, std::ops::Range<usize>)>, usize) {
    let begin = header(side);
    if !bytes.starts_with(&begin) {
        return (Vec::new(), 0);
    }
    let (mut found, mut at) = (Vec::new(), begin.len());
    while let Some((frame, length)) = sound_record(&bytes[at..]) {
        let start = at + RECORD_HEAD;
        at = start + length;
        found.push((frame, start..at));
    }
    (found, at)
}

/// Frame and picture length of the record at the start of `bytes`, if it is whole and sound.
fn sound_record(bytes: &[u8]) -> Option<(usize, usize)> {
    let frame = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let length = u32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?) as usize;
    let check = u32::from_le_bytes(bytes.get(12..RECORD_HEAD)?.try_into().ok()?);
    if length > MAX_PICTURE {
        return None;
    }
    let picture = bytes.get(RECORD_HEAD..RECORD_HEAD + length)?;
    let frame = usize::try_from(frame).ok()?;
    (crc(&bytes[..12], picture) == check).then_some((frame, length))
}

/// The picture of a record; `None` if it is no picture.
pub fn picture(png: &[u8]) -> Option<RgbPicture> {
    let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    reader.limits(limits);
    let read = reader.decode().ok()?.into_rgb8();
    let (width, height) = (read.width() as usize, read.height() as usize);
    Some(RgbPicture { width, height, data: read.into_raw() })
}
