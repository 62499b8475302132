//! Demuxer and decoder of one stream, positioned by frame number.
//!
//! Owns exact seeking: go to a key packet, decode and drop until the wanted frame, start earlier if that
//! overshoots. Does not own the conversion of pictures; they stay in the decoder's own format.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use ffmpeg_next::codec::threading;
use ffmpeg_next::error::EAGAIN;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::{Dictionary, Discard, Error, Packet, codec, decoder, frame};

use super::hardware::Hardware;
use super::index::{Labelling, MAX_READ_ERRORS, StreamIndex};
use super::{MediaError, container, ffi};
use crate::domain::frame::Detail;
use crate::domain::frames::FrameTable;
use crate::jobs::Ticket;

/// How many frames are rather decoded and dropped than jumped over: a jump empties the decoder's threads.
const JUMP_SAVES: usize = 12;

/// Largest picture accepted, in pixels: a damaged header must not ask for all the memory.
const MAX_PIXELS: &str = "134217728";

/// Key packets by which decoding starts early where the container lacks presentation times.
const SETTLE_KEYS: usize = 1;

/// Most threads of a decoder: each holds a picture, and more than these save no time.
const MAX_THREADS: usize = 8;

/// Decoding errors in a row after which the end of the stream is assumed.
const MAX_DECODE_ERRORS: usize = 4096;

/// A decoded picture's identity; the picture itself is [`Reader::picture`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Frame number.
    pub number: usize,
    /// The decoder reported missing or damaged data in it or just before it.
    pub damaged: bool,
}

/// What decodes.
#[derive(Clone, Copy, Debug)]
pub enum Means {
    /// The processor, with so many threads at most: fewer leave more of the machine to others.
    Threads(usize),
    /// A device. Pictures stay in its memory.
    Device(Hardware),
}

/// Why a device decodes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFailure {
    /// It has no part for this kind of video.
    Refused,
    /// It should have.
    Failed(Error),
}

/// How decoding towards a frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// At the frame, or nobody wants it any more.
    Target,
    /// Frames before it and after it came out, so it cannot be decoded.
    NoTarget,
    /// Nothing came out before it: decoding must start earlier.
    After,
}

/// One stream being decoded.
pub struct Reader {
    path: PathBuf,
    table: Arc<FrameTable>,
    index: Arc<StreamIndex>,
    input: Input,
    decoder: decoder::Video,
    picture: frame::Video,
    /// A packet that was read while looking for the place to start.
    held: Option<Packet>,
    /// Packets of the stream read since the start.
    ordinal: i64,
    draining: bool,
    /// Number that decoding in order gives next, at least.
    next: usize,
    /// A decoded picture that has not been handed out.
    pending: Option<Decoded>,
    /// Pictures before this frame are not wanted, so those that no other needs are not decoded.
    wanted: usize,
    /// Which pictures are wanted.
    detail: Detail,
    /// From this frame on, no picture has been left out since the last jump.
    complete_from: usize,
    /// A jump was dropped half way, so nobody knows where the file stands.
    astray: bool,
    damage: bool,
    errors_in_a_row: usize,
    sent: usize,
    most_sent: usize,
    means: Means,
    failure: Option<DeviceFailure>,
}

impl Reader {
    /// Opens `path` for decoding from its first frame.
    ///
    /// # Errors
    /// The file cannot be opened any more, or no decoder takes its stream.
    pub fn open(path: PathBuf, table: Arc<FrameTable>, index: Arc<StreamIndex>) -> Result<Self, MediaError> {
        let cores = thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self::open_with(path, table, index, Means::Threads(cores.min(MAX_THREADS)))
    }

    /// As [`Self::open`], decoding by `means`.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(
        path: PathBuf,
        table: Arc<FrameTable>,
        index: Arc<StreamIndex>,
        means: Means,
    ) -> Result<Self, MediaError> {
        let mut input = container::open(&path)?;
        ffi::keep_only(&mut input, index.stream);
        let decoder = open_decoder(&input, index.stream, &path, means)?;
        Ok(Self {
            path,
            table,
            index,
            input,
            decoder,
            picture: frame::Video::empty(),
            held: None,
            ordinal: 0,
            draining: false,
            next: 0,
            pending: None,
            wanted: 0,
            detail: Detail::All,
            complete_from: 0,
            astray: false,
            damage: false,
            errors_in_a_row: 0,
            sent: 0,
            most_sent: usize::MAX,
            means,
            failure: None,
        })
    }

    /// The picture of the last [`Decoded`] handed out.
    pub fn picture(&self) -> &frame::Video {
        &self.picture
    }

    /// Why the device decodes no further, if so; then [`Self::next_frame`] gives nothing more.
    pub fn failure(&self) -> Option<DeviceFailure> {
        self.failure
    }

    /// Packets given to the decoder so far.
    pub fn packets_sent(&self) -> usize {
        self.sent
    }

    /// Stands so that [`Self::next_frame`] gives frame `target`, or the first one after it that can be decoded.
    ///
    /// Returns early, anywhere, once `ticket` is stale.
    ///
    /// # Errors
    /// The file cannot be read any more.
    pub fn seek(&mut self, target: usize, ticket: &Ticket) -> Result<(), MediaError> {
        let target = target.min(self.table.last());
        if self.detail == Detail::Keys {
            return self.seek_key(target, ticket);
        }
        // Where pictures were left out that are wanted now, only a new start brings them.
        let complete = self.detail == Detail::References || target >= self.complete_from;
        if complete && self.pending.is_some_and(|p| p.number == target) {
            return Ok(());
        }
        let key = self.index.key_at(target);
        let position = self.pending.map_or(self.next, |p| p.number);
        let saved = key.map_or(0, |k| self.index.keys[k].frame.saturating_sub(position));
        let reachable = complete && !self.astray && position <= target;
        if reachable && saved <= JUMP_SAVES && !(self.draining && self.pending.is_none()) {
            let found = self.forward_to(target, ticket);
            if found != Found::After || self.detail == Detail::References {
                return Ok(());
            }
        }
        // The nearest key packet first; where its frames do not come out (references before it), earlier ones.
        // Interpolated decoding times and packed pictures need a stretch to settle after a jump.
        let mut back = if self.index.labelling == Labelling::DecodeTimes { SETTLE_KEYS } else { 0 };
        loop {
            let start = key.and_then(|k| k.checked_sub(back));
            self.jump(start, ticket)?;
            if self.forward_to(target, ticket) != Found::After || start.is_none() {
                return Ok(());
            }
            back = back * 2 + 1;
        }
    }

    /// Which pictures [`Self::next_frame`] gives after the next seek. With less than [`Detail::All`], what can be
    /// left out is: nothing, where packets do not say what they hold.
    pub fn set_detail(&mut self, detail: Detail) {
        self.detail = detail;
    }

    /// The next frame in display order; `None` at the end. Damage is passed over and marked in the frames.
    pub fn next_frame(&mut self) -> Option<Decoded> {
        if self.detail == Detail::Keys {
            return self.next_key();
        }
        if let Some(decoded) = self.pending.take() {
            self.next = decoded.number + 1;
            return Some(decoded);
        }
        self.wanted = self.next;
        loop {
            let decoded = self.step()?;
            // A picture out of order can only come from damaged data; numbers never run backwards.
            if decoded.number >= self.next {
                self.next = decoded.number + 1;
                return Some(decoded);
            }
        }
    }

    /// Stands before the key packet of `target`.
    fn seek_key(&mut self, target: usize, ticket: &Ticket) -> Result<(), MediaError> {
        // Without times there is nothing to jump by, so what lies ahead is read up to.
        if self.index.labelling != Labelling::Ordinals || target < self.next || self.astray {
            self.jump(self.index.key_at(target), ticket)?;
        }
        self.pending = None;
        self.next = target;
        self.complete_from = usize::MAX;
        Ok(())
    }

    /// The next picture that is made of a key packet alone.
    fn next_key(&mut self) -> Option<Decoded> {
        loop {
            let packet = loop {
                let packet = self.held.take().or_else(|| self.read())?;
                if packet.is_key() {
                    break packet;
                }
                self.ordinal += 1;
            };
            // Alone in the decoder, its picture comes out at once.
            self.decoder.flush();
            self.draining = false;
            self.send(packet, false);
            self.drain();
            while let Some(decoded) = self.step() {
                if decoded.number >= self.next {
                    self.next = decoded.number + 1;
                    return Some(decoded);
                }
            }
        }
    }

    /// The label of the next picture that comes out of the decoder, whatever the table says.
    ///
    /// `None` at the end, or once more than `tried` packets have been sent since opening.
    pub fn next_label(&mut self, tried: usize) -> Option<i64> {
        self.most_sent = tried;
        while self.receive() {
            if let Some(label) = self.picture.pts() {
                return Some(label);
            }
        }
        None
    }

    /// Decodes and drops until `target`; what is found is left pending.
    fn forward_to(&mut self, target: usize, ticket: &Ticket) -> Found {
        if self.pending.is_some_and(|p| p.number >= target) {
            return if self.pending.is_some_and(|p| p.number == target) { Found::Target } else { Found::After };
        }
        let mut found = Found::After;
        self.pending = None;
        self.wanted = target;
        while !ticket.is_stale() && self.failure.is_none() {
            let Some(decoded) = self.step() else { return found };
            self.next = decoded.number + 1;
            if decoded.number >= target {
                self.pending = Some(decoded);
                return if decoded.number == target { Found::Target } else { found };
            }
            found = Found::NoTarget;
        }
        Found::Target
    }

    /// Decodes one picture that the table knows.
    fn step(&mut self) -> Option<Decoded> {
        while self.receive() {
            let label = self.picture.pts();
            if let Some(number) = label.and_then(|label| self.index.frame(label, &self.table)) {
                let flagged = self.picture.is_corrupt() || self.picture.has_decode_errors();
                let damaged = std::mem::take(&mut self.damage) || flagged;
                return Some(Decoded { number, damaged });
            }
        }
        None
    }

    /// Feeds the decoder until it gives a picture. `false` at the end.
    fn receive(&mut self) -> bool {
        while self.failure.is_none() {
            match self.decoder.receive_frame(&mut self.picture) {
                Ok(()) => {
                    self.errors_in_a_row = 0;
                    return true;
                }
                Err(Error::Eof) => return false,
                Err(Error::Other { errno: EAGAIN }) if self.draining => return false,
                Err(Error::Other { errno: EAGAIN }) => {}
                Err(err) => {
                    self.note(err);
                    self.errors_in_a_row += 1;
                    if self.errors_in_a_row > MAX_DECODE_ERRORS {
                        return false;
                    }
                }
            }
            if self.sent >= self.most_sent {
                return false;
            }
            if !self.draining {
                self.feed();
            }
        }
        false
    }

    /// Takes note of an error of the decoder.
    fn note(&mut self, err: Error) {
        self.damage = true;
        if matches!(self.means, Means::Threads(_)) || self.failure.is_some() {
            return;
        }
        if ffi::is_refused(&self.decoder) {
            self.failure = Some(DeviceFailure::Refused);
        } else if err != Error::InvalidData {
            // Invalid data is the file's fault and passed over, as in software; all else is the device's.
            self.failure = Some(DeviceFailure::Failed(err));
        }
    }

    /// Gives the decoder one more packet, or the end.
    fn feed(&mut self) {
        let Some(packet) = self.held.take().or_else(|| self.read()) else { return self.drain() };
        // MPEG-4 Part 2 may hold two pictures in a packet, of which skipping would lose the wrong one.
        let skippable = self.index.is_display_ordered() && self.decoder.id() != codec::Id::MPEG4;
        let before = |label| self.index.time(label) < self.table.time(self.wanted);
        let unwanted = skippable
            && (self.detail == Detail::References || self.index.label(&packet, self.ordinal).is_some_and(before));
        self.send(packet, unwanted);
    }

    /// Tells the decoder that nothing more comes.
    fn drain(&mut self) {
        self.draining = true;
        // Fails only if the end was told before.
        self.decoder.send_eof().ok();
    }

    /// Gives the decoder a packet; if its picture is `unwanted` and no other needs it, it is not decoded.
    fn send(&mut self, mut packet: Packet, unwanted: bool) {
        let label = self.index.label(&packet, self.ordinal);
        self.ordinal += 1;
        // The decoder hands the label on to the picture, reordered as the pictures are.
        packet.set_pts(label);
        if unwanted {
            let complete_from = if self.detail == Detail::References { usize::MAX } else { self.wanted };
            self.complete_from = self.complete_from.max(complete_from);
        }
        self.decoder.skip_frame(if unwanted { Discard::NonReference } else { Discard::Default });
        self.sent += 1;
        if let Err(err) = self.decoder.send_packet(&packet) {
            // A full decoder would be our own mistake; everything else is damage in this packet.
            debug_assert_ne!(err, Error::Other { errno: EAGAIN });
            self.note(err);
        }
    }

    /// The next packet of the stream; `None` at the end or where nothing more can be read.
    fn read(&mut self) -> Option<Packet> {
        let mut errors = 0;
        loop {
            let mut packet = Packet::empty();
            match packet.read(&mut self.input) {
                Ok(()) if packet.stream() == self.index.stream => {
                    self.damage |= packet.is_corrupt();
                    return Some(packet);
                }
                Ok(()) => {}
                Err(Error::Eof) => return None,
                Err(err) => {
                    self.damage = true;
                    errors += 1;
                    if err != Error::InvalidData || errors > MAX_READ_ERRORS {
                        return None;
                    }
                }
            }
        }
    }

    /// Stands before key packet `start` of the index, or at the start of the file.
    fn jump(&mut self, start: Option<usize>, ticket: &Ticket) -> Result<(), MediaError> {
        self.pending = None;
        self.astray = true;
        if let Some(key) = start.map(|start| self.index.keys[start])
            && self.index.labelling != Labelling::Ordinals
        {
            let second = {
                let (num, den) = self.index.time_base;
                i64::from(den) / i64::from(num.max(1)) + 1
            };
            // Containers seek by either of the two times, and some only roughly.
            for ts in [key.label, key.dts, key.dts - second, key.dts - 10 * second] {
                if ffi::seek_before(&mut self.input, self.index.stream, ts).is_err() {
                    continue;
                }
                self.restarted(key.frame);
                if self.find(key.label, key.dts, ticket) {
                    self.astray = false;
                    return Ok(());
                }
                if ticket.is_stale() {
                    return Ok(());
                }
            }
        }
        // From the very start; opening anew needs nothing of the container's ability to seek.
        self.input = container::open(&self.path)?;
        ffi::keep_only(&mut self.input, self.index.stream);
        self.decoder = open_decoder(&self.input, self.index.stream, &self.path, self.means)?;
        self.restarted(0);
        self.astray = false;
        Ok(())
    }

    fn restarted(&mut self, next: usize) {
        self.decoder.flush();
        self.held = None;
        self.ordinal = 0;
        self.draining = false;
        self.damage = false;
        self.errors_in_a_row = 0;
        self.complete_from = 0;
        self.next = next;
    }

    /// Reads on to the packet with `label`, which is held; `false` if it was already passed.
    fn find(&mut self, label: i64, dts: i64, ticket: &Ticket) -> bool {
        while !ticket.is_stale() {
            let Some(packet) = self.read() else { return false };
            let here = self.index.label(&packet, 0);
            if here == Some(label) {
                self.held = Some(packet);
                self.damage = false;
                return true;
            }
            if packet.dts().or(here).is_some_and(|here| here > dts) {
                return false;
            }
        }
        false
    }
}

fn open_decoder(
    input: &Input,
    stream: usize,
    path: &std::path::Path,
    means: Means,
) -> Result<decoder::Video, MediaError> {
    let failed = |err| MediaError::failed(path, "opening the decoder", err);
    let Some(stream) = input.stream(stream) else {
        return Err(MediaError::failed(path, "finding the video track again", "the file has changed"));
    };
    let parameters = stream.parameters();
    let no_decoder = || MediaError::NoDecoder { path: path.to_owned(), codec: parameters.id().name().to_owned() };
    let mut context = codec::Context::from_parameters(stream.parameters()).map_err(failed)?;
    let (codec, kind, count) = match means {
        Means::Threads(count) => {
            (decoder::find(parameters.id()).ok_or_else(no_decoder)?, threading::Type::Frame, count)
        }
        // The device has its own order; more threads would only hold more of its few pictures.
        Means::Device(hardware) => {
            hardware.attach(&mut context);
            (hardware.codec(), threading::Type::None, 1)
        }
    };
    context.set_threading(threading::Config { kind, count, ..threading::Config::default() });
    let mut decoder = context.decoder();
    decoder.set_packet_time_base(stream.time_base());
    let mut options = Dictionary::new();
    options.set("max_pixels", MAX_PIXELS);
    decoder.open_as_with(codec, options).and_then(decoder::Opened::video).map_err(|_| no_decoder())
}
