//! The few things that the safe FFmpeg wrapper does not offer.
//!
//! Owns all `unsafe` of this layer, in small functions whose signatures are safe. Does not own any
//! decision: callers see plain numbers and bytes.

use std::ffi::CStr;
use std::os::raw::c_int;

use ffmpeg_next::codec::Parameters;
use ffmpeg_next::ffi as sys;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::packet::Ref as _;
use ffmpeg_next::software::scaling;
use ffmpeg_next::{Error, Packet, Rational, frame};

/// Release name of the FFmpeg that runs, such as `5.1.9-0+deb12u1`.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn release() -> String {
    // SAFETY: returns a pointer to a constant C string of the library.
    let text = unsafe { CStr::from_ptr(sys::av_version_info()) };
    text.to_string_lossy().into_owned()
}

/// Seeks stream `stream` to the last key frame at or before `ts`, in that stream's time base.
///
/// The wrapper's own seek takes microseconds and may land after the target.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn seek_before(input: &mut Input, stream: usize, ts: i64) -> Result<(), Error> {
    // SAFETY: `input` is an open context that we borrow mutably; an index out of range is checked by the library.
    let code = unsafe { sys::avformat_seek_file(input.as_mut_ptr(), stream as c_int, i64::MIN, ts, ts, 0) };
    if code < 0 { Err(Error::from(code)) } else { Ok(()) }
}

/// Tells the demuxer to skip all streams but `keep`.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn keep_only(input: &mut Input, keep: usize) {
    for mut stream in input.streams_mut() {
        if stream.index() != keep {
            // SAFETY: the stream belongs to `input`, which is borrowed mutably; the field is meant to be set by users.
            unsafe { (*stream.as_mut_ptr()).discard = sys::AVDiscard::AVDISCARD_ALL };
        }
    }
}

/// The sound track that belongs best to video stream `video`; `None` if there is none with a decoder.
#[expect(unsafe_code, reason = "the wrapper's own search cannot name the picture that sound must belong to")]
pub fn best_sound(input: &mut Input, video: usize) -> Option<usize> {
    let related = c_int::try_from(video).ok()?;
    // SAFETY: `input` is an open context that we borrow mutably; no decoder is asked for.
    let found = unsafe {
        let kind = sys::AVMediaType::AVMEDIA_TYPE_AUDIO;
        sys::av_find_best_stream(input.as_mut_ptr(), kind, -1, related, std::ptr::null_mut(), 0)
    };
    usize::try_from(found).ok()
}

/// Width of a pixel over its height as the container, else the codec, states it; `None` if neither does.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn pixel_aspect(input: &mut Input, stream: usize) -> Option<f64> {
    // SAFETY: only the pointer is taken.
    let context = unsafe { input.as_mut_ptr() };
    let stream = input.stream(stream)?;
    // SAFETY: both pointers belong to the open `input`, borrowed mutably; no frame is given, which the function allows.
    let ratio = unsafe { sys::av_guess_sample_aspect_ratio(context, stream.as_ptr().cast_mut(), std::ptr::null_mut()) };
    (ratio.num > 0 && ratio.den > 0).then(|| f64::from(ratio.num) / f64::from(ratio.den))
}

/// What the container says about a video stream before anything is decoded.
#[derive(Clone, Copy, Debug)]
pub struct StatedSize {
    /// Pixels per row; 0 if unknown.
    pub width: usize,
    /// Rows; 0 if unknown.
    pub height: usize,
    /// Frames by which decoding order runs ahead of display order.
    pub reorder: usize,
}

/// Reads [`StatedSize`].
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn stated_size(parameters: &Parameters) -> StatedSize {
    // SAFETY: the wrapper keeps the pointer valid while `parameters` lives; plain numbers are read.
    let raw = unsafe { &*parameters.as_ptr() };
    let at_least_0 = |v: c_int| usize::try_from(v).unwrap_or(0);
    StatedSize { width: at_least_0(raw.width), height: at_least_0(raw.height), reorder: at_least_0(raw.video_delay) }
}

/// Whether the container asks that this packet's picture be decoded but not shown (edit lists).
#[expect(unsafe_code, reason = "the wrapper drops this flag")]
pub fn is_hidden(packet: &Packet) -> bool {
    // SAFETY: the pointer is to the packet's own structure.
    unsafe { (*packet.as_ptr()).flags & sys::AV_PKT_FLAG_DISCARD != 0 }
}

/// FFmpeg's name for the format that these first bytes of a file look like.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn probe_format(head: &[u8]) -> Option<String> {
    let mut padded = head.to_vec();
    padded.resize(head.len() + sys::AVPROBE_PADDING_SIZE as usize, 0);
    let data = sys::AVProbeData {
        filename: c"".as_ptr(),
        buf: padded.as_mut_ptr(),
        buf_size: c_int::try_from(head.len()).ok()?,
        mime_type: std::ptr::null(),
    };
    let mut score = 0;
    // SAFETY: `data` points to `padded`, which has the zeroed padding that is asked for and outlives the call.
    let format = unsafe { sys::av_probe_input_format3(&raw const data, 1, &raw mut score) };
    // SAFETY: the result is null or a constant structure of the library with a constant name.
    let name = unsafe { format.as_ref().map(|f| CStr::from_ptr(f.name)) };
    name.map(|n| n.to_string_lossy().into_owned())
}

/// Appends `rows` rows of `row_bytes` bytes of plane `index` to `out`, without padding, whichever way the rows run.
///
/// `false`, and nothing appended, if the frame has no such plane or its rows are shorter.
#[expect(unsafe_code, reason = "the wrapper reads a negative stride as a huge one")]
pub fn copy_plane(frame: &frame::Video, index: usize, row_bytes: usize, rows: usize, out: &mut Vec<u8>) -> bool {
    // SAFETY: the wrapper keeps the frame structure valid while `frame` lives.
    let raw = unsafe { &*frame.as_ptr() };
    let (Some(&data), Some(&stride)) = (raw.data.get(index), raw.linesize.get(index)) else { return false };
    if data.is_null() || (stride.unsigned_abs() as usize) < row_bytes {
        return false;
    }
    out.reserve(row_bytes * rows);
    for row in 0..rows {
        // SAFETY: a decoded frame's plane holds at least as many rows as its height (chroma rounded up), `stride`
        // bytes apart, and callers derive `rows` and `row_bytes` from that frame's own size and pixel format.
        let line = unsafe { std::slice::from_raw_parts(data.offset(row as isize * stride as isize), row_bytes) };
        out.extend_from_slice(line);
    }
    true
}

/// Matrices and ranges of both sides of a scaler. `matrix` values are the library's `SWS_CS_*`.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn set_scaler_colors(scaler: &mut scaling::Context, from: (Matrix, bool), to: (Matrix, bool)) {
    const ONE: c_int = 1 << 16;
    // SAFETY: the scaler is valid and borrowed mutably; coefficient tables are constants of the library. A
    // conversion that has no use for them returns an error, which changes nothing.
    unsafe {
        sys::sws_setColorspaceDetails(
            scaler.as_mut_ptr(),
            sys::sws_getCoefficients(from.0 as c_int),
            c_int::from(from.1),
            sys::sws_getCoefficients(to.0 as c_int),
            c_int::from(to.1),
            0,
            ONE,
            ONE,
        );
    }
}

/// The library's numbers for YUV matrices in its scaler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Matrix {
    /// BT.601.
    Bt601 = sys::SWS_CS_ITU601,
    /// BT.709.
    Bt709 = sys::SWS_CS_ITU709,
    /// BT.2020.
    Bt2020 = sys::SWS_CS_BT2020,
}

/// A rational as numerator and denominator.
pub fn parts(r: Rational) -> (i32, i32) {
    (r.numerator(), r.denominator())
}
