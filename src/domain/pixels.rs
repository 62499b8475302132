//! Pictures as an encoder or a file writer sees them.
//!
//! Owns two plain layouts: full-size RGB and small grey clips. Does not own conversion or scaling.

/// A picture of 8-bit RGB, rows from the top, no padding. May be shared: clones are cheap only through an `Arc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbPicture {
    /// Pixels per row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height × 3` bytes.
    pub data: Vec<u8>,
}

impl RgbPicture {
    /// A black picture.
    pub fn black(width: usize, height: usize) -> Self {
        Self { width, height, data: vec![0; width * height * 3] }
    }
}

/// A small picture of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thumb {
    /// Which frame.
    pub frame: usize,
    /// Upright, with square pixels.
    pub picture: RgbPicture,
}

/// Width of the small grey frames that motion descriptors read.
pub const GREY_WIDTH: usize = 160;
/// Height of the small grey frames that motion descriptors read.
pub const GREY_HEIGHT: usize = 120;

/// The frames of one snippet at [`GREY_WIDTH`] × [`GREY_HEIGHT`], grey, 8 bits, in order.
///
/// The picture is stretched to that size whatever its shape, upright (rotation already applied).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GreyClip {
    /// 1 to 16 frames of `GREY_WIDTH × GREY_HEIGHT` bytes each.
    pub frames: Vec<Vec<u8>>,
    /// Time between successive frames in seconds; one shorter than `frames`.
    pub gaps: Vec<f32>,
}

/// What an encoder wants to be given for a snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncoderInput {
    /// The middle frame, full size, as [`RgbPicture`].
    MiddleFrame,
    /// All frames, small and grey, as [`GreyClip`].
    LowResFrames,
}

/// The pixels of one snippet, in the form that [`EncoderInput`] asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum SnippetPixels {
    /// For [`EncoderInput::MiddleFrame`].
    Middle(RgbPicture),
    /// For [`EncoderInput::LowResFrames`].
    LowRes(GreyClip),
}
