//! The few things that the safe FFmpeg wrapper does not offer.
//!
//! Owns all `unsafe` of this layer, in small functions whose signatures are safe. Does not own any
//! decision: callers see plain numbers and bytes.

use std::ffi::CStr;
use std::os::raw::c_int;

use ffmpeg_next::codec::Parameters;
use ffmpeg_next::ffi as sys;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::packet::Ref as _;
use ffmpeg_next::software::scaling;
use ffmpeg_next::{Codec, Error, Packet, Rational, codec, frame};

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

/// A kind of device that may decode video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceKind(sys::AVHWDeviceType);

impl DeviceKind {
    /// All kinds that the library was built with.
    #[expect(unsafe_code, reason = "no safe wrapper")]
    pub fn all() -> Vec<Self> {
        let none = sys::AVHWDeviceType::AV_HWDEVICE_TYPE_NONE;
        // SAFETY: a plain look-up in a table of the library.
        let after = |kind: sys::AVHWDeviceType| unsafe { sys::av_hwdevice_iterate_types(kind) };
        std::iter::successors(Some(after(none)), |kind| Some(after(*kind)))
            .take_while(|kind| *kind != none)
            .map(Self)
            .collect()
    }

    /// The library's name of it, such as `vaapi`.
    #[expect(unsafe_code, reason = "no safe wrapper")]
    pub fn name(self) -> &'static str {
        // SAFETY: the result is null or a constant C string of the library.
        let name = unsafe { sys::av_hwdevice_get_type_name(self.0).as_ref().map(|name| CStr::from_ptr(name)) };
        name.and_then(|name| name.to_str().ok()).unwrap_or("unknown")
    }

    /// The format of the pictures of such a device, if `codec` can be decoded on one.
    #[expect(unsafe_code, reason = "no safe wrapper")]
    pub fn format(self, codec: Codec) -> Option<Pixel> {
        let by_device = sys::AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX as c_int;
        // SAFETY: the codec is a constant of the library, and so is what is returned, or null past the last.
        let config = |index| unsafe { sys::avcodec_get_hw_config(codec.as_ptr(), index).as_ref() };
        let config = (0..).map_while(config).find(|c| c.device_type == self.0 && c.methods & by_device != 0);
        config.map(|c| Pixel::from(c.pix_fmt))
    }
}

/// A device that decodes video, open for as long as this lives.
#[derive(Debug)]
pub struct Device(*mut sys::AVBufferRef);

// SAFETY: the library counts references to device contexts atomically and lets several threads decode on one.
#[expect(unsafe_code, reason = "a counted pointer of the library")]
unsafe impl Send for Device {}
// SAFETY: as above; all that is done with it is to take further references.
#[expect(unsafe_code, reason = "a counted pointer of the library")]
unsafe impl Sync for Device {}

impl Device {
    /// Opens the system's default device of a kind; `None` if there is none or its driver does not work. Takes a while.
    #[expect(unsafe_code, reason = "no safe wrapper")]
    pub fn open(kind: DeviceKind) -> Option<Self> {
        let mut context = std::ptr::null_mut();
        // SAFETY: the place for the result is ours; neither a name nor options mean the default device.
        let code =
            unsafe { sys::av_hwdevice_ctx_create(&raw mut context, kind.0, std::ptr::null(), std::ptr::null_mut(), 0) };
        (code >= 0 && !context.is_null()).then_some(Self(context))
    }

    /// A device that was never opened and decodes nothing.
    #[cfg(test)]
    #[expect(unsafe_code, reason = "no safe wrapper")]
    pub fn unfit(kind: DeviceKind) -> Self {
        // SAFETY: the result is ours; it is checked below.
        let context = unsafe { sys::av_hwdevice_ctx_alloc(kind.0) };
        assert!(!context.is_null());
        Self(context)
    }

    /// Makes a decoder that is not open yet decode on this device to pictures in `format`, or not at all.
    #[expect(unsafe_code, reason = "no safe wrapper")]
    pub fn attach(&self, decoder: &mut codec::Context, format: Pixel) {
        // SAFETY: the context is borrowed mutably and not open; it owns the new reference and gives it back when it is
        // freed. `opaque` is for the user; it holds the number of the format, never an address that is followed.
        unsafe {
            let context = decoder.as_mut_ptr();
            (*context).hw_device_ctx = sys::av_buffer_ref(self.0);
            (*context).opaque = std::ptr::without_provenance_mut(sys::AVPixelFormat::from(format) as usize);
            (*context).get_format = Some(choose_device_format);
        }
    }
}

impl Drop for Device {
    #[expect(unsafe_code, reason = "no safe wrapper")]
    fn drop(&mut self) {
        // SAFETY: the reference is ours and not used again; decoders have their own.
        unsafe { sys::av_buffer_unref(&raw mut self.0) };
    }
}

/// Takes the device's format where it is offered, and nothing else: a decoder that changes to software in silence
/// would be compared with itself. What was not offered is remembered by an empty `opaque`.
#[expect(unsafe_code, reason = "called by the library")]
unsafe extern "C" fn choose_device_format(
    context: *mut sys::AVCodecContext,
    mut offered: *const sys::AVPixelFormat,
) -> sys::AVPixelFormat {
    // SAFETY: the library hands over the context that `attach` prepared and a list that ends with "none".
    unsafe {
        let wanted = (*context).opaque.addr();
        while *offered != sys::AVPixelFormat::AV_PIX_FMT_NONE {
            // The number of a plain format is zero, so what was emptied must not be looked for.
            if wanted != 0 && *offered as usize == wanted {
                return *offered;
            }
            offered = offered.add(1);
        }
        (*context).opaque = std::ptr::null_mut();
    }
    sys::AVPixelFormat::AV_PIX_FMT_NONE
}

/// Whether a decoder that a device was attached to found that the device does not take its video.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn is_refused(decoder: &codec::Context) -> bool {
    // SAFETY: the context is valid while `decoder` lives; one field is compared.
    unsafe { (*decoder.as_ptr()).opaque.is_null() }
}

/// Copies a picture out of the device's memory, with its time, colours and flags.
///
/// # Errors
/// It is not in a device's memory, or the device does not give it.
#[expect(unsafe_code, reason = "no safe wrapper")]
pub fn fetch(from: &frame::Video, to: &mut frame::Video) -> Result<(), Error> {
    // SAFETY: both are valid frames. The library follows the source's pool of pictures without looking, so that there
    // is one is looked at here. The target is emptied first, so that the library gives it a buffer of its own.
    let code = unsafe {
        if (*from.as_ptr()).hw_frames_ctx.is_null() {
            return Err(Error::InvalidData);
        }
        sys::av_frame_unref(to.as_mut_ptr());
        match sys::av_hwframe_transfer_data(to.as_mut_ptr(), from.as_ptr(), 0) {
            code if code < 0 => code,
            _ => sys::av_frame_copy_props(to.as_mut_ptr(), from.as_ptr()),
        }
    };
    if code < 0 { Err(Error::from(code)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_different_names() {
        let names: Vec<&str> = DeviceKind::all().into_iter().map(DeviceKind::name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "{names:?}");
        assert!(!names.contains(&"unknown"), "{names:?}");
    }

    #[test]
    fn a_picture_in_plain_memory_is_not_fetched() {
        let picture = frame::Video::new(Pixel::YUV420P, 16, 16);
        assert!(fetch(&picture, &mut frame::Video::empty()).is_err());
    }

    #[test]
    fn only_the_format_of_the_device_is_chosen() {
        use sys::AVPixelFormat::{AV_PIX_FMT_CUDA, AV_PIX_FMT_NONE, AV_PIX_FMT_VAAPI, AV_PIX_FMT_YUV420P};
        let mut context = codec::Context::new();
        let choose = |context: &mut codec::Context, offered: &[sys::AVPixelFormat]| {
            #[expect(unsafe_code, reason = "as the library calls it")]
            // SAFETY: the list ends with "none"; the context is valid and its `opaque` is a number.
            unsafe {
                (*context.as_mut_ptr()).opaque = std::ptr::without_provenance_mut(AV_PIX_FMT_VAAPI as usize);
                choose_device_format(context.as_mut_ptr(), offered.as_ptr())
            }
        };
        let offered = [AV_PIX_FMT_CUDA, AV_PIX_FMT_VAAPI, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NONE];
        assert_eq!(choose(&mut context, &offered), AV_PIX_FMT_VAAPI);
        assert!(!is_refused(&context));
        assert_eq!(choose(&mut context, &offered[2..]), AV_PIX_FMT_NONE);
        assert!(is_refused(&context));
        #[expect(unsafe_code, reason = "as the library calls it")]
        // SAFETY: as above; the library may ask again.
        let again = unsafe { choose_device_format(context.as_mut_ptr(), offered.as_ptr()) };
        assert_eq!(again, AV_PIX_FMT_NONE);
    }
}
