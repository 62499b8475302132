//! Conversion and scaling of decoder pictures.
//!
//! Owns the scaler, kept from picture to picture while nothing about them changes. It is not `Send`:
//! create and keep it on the thread that decodes. Does not own the choice of target.

use ffmpeg_next::format::Pixel;
use ffmpeg_next::frame;
use ffmpeg_next::software::scaling::{Context, Flags};

use super::color;
use super::ffi::{self, Matrix};
use crate::domain::frame::{ColorMatrix, ColorRange};

/// All that a scaler was made for.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Job {
    from: (Pixel, u32, u32),
    to: (Pixel, u32, u32),
    flags: Flags,
    from_colors: (ColorMatrix, ColorRange),
    to_colors: (ColorMatrix, ColorRange),
}

/// A scaler and the picture it writes to.
#[derive(Default)]
pub struct Scaler {
    made: Option<(Job, Context, frame::Video)>,
}

impl Scaler {
    /// Converts `picture` to `format` at `size`; `None` if the library cannot.
    ///
    /// The source's colours are read from the picture. `colors` are the target's: the matrix matters for YUV only.
    pub fn convert(
        &mut self,
        picture: &frame::Video,
        format: Pixel,
        size: (u32, u32),
        flags: Flags,
        colors: (ColorMatrix, ColorRange),
    ) -> Option<&frame::Video> {
        let job = Job {
            from: (picture.format(), picture.width(), picture.height()),
            to: (format, size.0, size.1),
            flags,
            from_colors: (color::matrix(picture), color::range(picture)),
            to_colors: colors,
        };
        if self.made.as_ref().is_none_or(|(made, ..)| *made != job) {
            self.made = None;
            let mut context = Context::get(job.from.0, job.from.1, job.from.2, format, size.0, size.1, flags).ok()?;
            ffi::set_scaler_colors(&mut context, numbers(job.from_colors), numbers(colors));
            self.made = Some((job, context, frame::Video::empty()));
        }
        let (_, context, output) = self.made.as_mut()?;
        context.run(picture, output).ok()?;
        Some(output)
    }
}

fn numbers((matrix, range): (ColorMatrix, ColorRange)) -> (Matrix, bool) {
    let matrix = match matrix {
        ColorMatrix::Bt601 => Matrix::Bt601,
        ColorMatrix::Bt709 => Matrix::Bt709,
        ColorMatrix::Bt2020 => Matrix::Bt2020,
    };
    (matrix, range == ColorRange::Full)
}
