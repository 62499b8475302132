//! A device that is believed only as long as it is right.
//!
//! Owns the comparison of a device's pictures with the software decoder's, the change to software when they
//! differ or the device fails, and what is said about it. Does not own either decoder. What is compared: the
//! first pictures, those after the first jump, and whatever the device reports as damaged, leaves out or gives
//! at an unexpected time; a device that becomes wrong later, without any sign, is not noticed.

use std::sync::Arc;

use super::{FrameSource, MediaError, OpenedVideo};
use crate::domain::frame::{Detail, Frame};
use crate::domain::frames::FrameTable;
use crate::jobs::Ticket;

/// Pictures that are compared at the start, and again after the first jump: enough to have one that is predicted
/// from others both ways, few enough that nobody waits.
const CHECKED: usize = 3;

/// A decoder to be tried.
pub struct Candidate<F> {
    /// It.
    pub source: F,
    /// The device, for people.
    pub name: &'static str,
    /// How far a sample may be off, in steps of 8 bits.
    pub tolerance: u16,
}

/// Opens a [`Candidate`], or says in a few words why there is none.
type OpenCandidate<F> = Box<dyn FnOnce() -> Result<Candidate<F>, String>>;

/// Frames of a device as long as they are those of the software decoder.
pub struct VerifiedSource<F, S> {
    /// Names of the file and of the codec, for people.
    names: (String, String),
    table: Arc<FrameTable>,
    device: Device<F>,
    /// Closed while the device is believed.
    software: Option<Track<S>>,
    open_software: Box<dyn FnMut() -> Result<S, MediaError>>,
    place: Place,
    /// A picture has been given.
    begun: bool,
    decoder: String,
    notice: Option<String>,
}

/// What is to be decoded.
struct Place {
    next: usize,
    detail: Detail,
    ticket: Ticket,
}

enum Device<F> {
    /// Opened after the first picture: nobody waits for a driver before there is something to see.
    Waiting(OpenCandidate<F>),
    Used(Used<F>),
    None,
}

struct Used<F> {
    track: Track<F>,
    name: &'static str,
    tolerance: u16,
    /// Pictures that are still to be compared.
    unchecked: usize,
    jumped: bool,
}

/// A source, and where it stands.
struct Track<T> {
    source: T,
    /// The frame that it gives next if it is not sent elsewhere; unknown after each of our own seeks.
    at: Option<usize>,
}

impl<T: FrameSource> Track<T> {
    fn new(source: T) -> Self {
        Self { source, at: None }
    }

    fn read(&mut self, place: &Place) -> Result<Option<Frame>, MediaError> {
        if self.at != Some(place.next) {
            self.source.set_detail(place.detail);
            self.source.seek(place.next, &place.ticket)?;
            // It may have ended early, anywhere.
            if place.ticket.is_stale() {
                return Ok(None);
            }
        }
        let frame = self.source.next_frame()?;
        self.at = frame.as_ref().map(|f| f.number + 1);
        Ok(frame)
    }
}

/// What came of asking the device.
enum Answer {
    /// The next frame, if any.
    Given(Option<Frame>),
    /// The software decoder must.
    Ask,
}

impl<F: FrameSource, S: FrameSource> VerifiedSource<F, S> {
    /// The frames of `video` in software, which `open` opens, now and as often as it is needed.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn new(video: &OpenedVideo, open: impl FnMut() -> Result<S, MediaError> + 'static) -> Result<Self, MediaError> {
        let file = video.info.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Self::named(file, video.info.codec.clone(), Arc::clone(&video.frames), open)
    }

    fn named(
        file: String,
        codec: String,
        table: Arc<FrameTable>,
        mut open: impl FnMut() -> Result<S, MediaError> + 'static,
    ) -> Result<Self, MediaError> {
        Ok(Self {
            decoder: format!("{codec} in software"),
            names: (file, codec),
            table,
            device: Device::None,
            software: Some(Track::new(open()?)),
            open_software: Box::new(open),
            place: Place { next: 0, detail: Detail::All, ticket: Ticket::unlimited() },
            begun: false,
            notice: None,
        })
    }

    /// With a device that is tried once the first picture has been given.
    pub fn with_candidate(mut self, open: impl FnOnce() -> Result<Candidate<F>, String> + 'static) -> Self {
        self.device = Device::Waiting(Box::new(open));
        self
    }

    /// Without a device, for a reason in a few words.
    pub fn without(mut self, why: &str) -> Self {
        self.give_up(why);
        self
    }

    fn give_up(&mut self, why: &str) {
        self.device = Device::None;
        self.decoder = format!("{} in software: {why}", self.names.1);
    }

    /// As [`Self::give_up`], of a device that was used; the person is told.
    fn drop_device(&mut self, why: &str) {
        self.give_up(why);
        self.notice = Some(format!("{} is decoded in software from here on: {why}.", self.names.0));
    }

    /// Opens the device that waits for it, if it is time.
    fn open_device(&mut self) {
        if !self.begun || self.place.detail != Detail::All {
            return;
        }
        match std::mem::replace(&mut self.device, Device::None) {
            Device::Waiting(open) => match open() {
                Ok(Candidate { source, name, tolerance }) => {
                    self.decoder = format!("{} on {name}", self.names.1);
                    let track = Track::new(source);
                    self.device = Device::Used(Used { track, name, tolerance, unchecked: CHECKED, jumped: false });
                }
                Err(why) => self.give_up(&why),
            },
            device => self.device = device,
        }
    }

    /// The next frame in software.
    fn software_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        if self.software.is_none() {
            self.software = Some(Track::new((self.open_software)()?));
        }
        // Always there by now.
        self.software.as_mut().map_or(Ok(None), |software| software.read(&self.place))
    }

    /// The next frame from the device, compared where that is due.
    fn device_frame(&mut self) -> Result<Answer, MediaError> {
        let Device::Used(used) = &mut self.device else { return Ok(Answer::Ask) };
        let Place { next, detail, ref ticket } = self.place;
        // Not believed yet: frames cannot be compared where each decoder may leave out others.
        if used.unchecked > 0 && detail != Detail::All {
            return Ok(Answer::Ask);
        }
        let (name, tolerance) = (used.name, used.tolerance);
        let given = used.track.read(&self.place);
        // A seek that ended early leaves it anywhere; nobody waits for what it gives there.
        if ticket.is_stale() {
            return Ok(Answer::Given(None));
        }
        let given = match given {
            Ok(given) => given,
            Err(MediaError::DeviceRefuses { .. }) => {
                let why = format!("{name} does not decode this kind of {}", self.names.1);
                // Before its first picture nobody could have expected anything of it.
                if used.unchecked == CHECKED && !used.jumped {
                    self.give_up(&why);
                } else {
                    self.drop_device(&why);
                }
                return Ok(Answer::Ask);
            }
            Err(err) => {
                self.drop_device(&format!("{name} failed at frame {next} ({})", problem(&err)));
                return Ok(Answer::Ask);
            }
        };
        let expected = |f: &Frame| {
            let in_order = if detail == Detail::All { f.number == next } else { f.number >= next };
            in_order && !f.damaged && f.time == self.table.time(f.number)
        };
        if used.unchecked == 0 && given.as_ref().is_some_and(expected) {
            return Ok(Answer::Given(given));
        }
        let right = self.software_frame()?;
        if self.place.ticket.is_stale() {
            return Ok(Answer::Given(None));
        }
        match difference(given.as_ref(), right.as_ref(), tolerance) {
            None => self.passed(),
            Some(what) => self.drop_device(&format!("{name} {what}")),
        }
        // Also where both agree: within the tolerance, this one is the right one.
        Ok(Answer::Given(right))
    }

    /// A picture was compared and is right.
    fn passed(&mut self) {
        if let Device::Used(used) = &mut self.device
            && used.unchecked > 0
        {
            used.unchecked -= 1;
            if used.unchecked == 0 {
                self.software = None;
            }
        }
    }
}

impl<F: FrameSource, S: FrameSource> FrameSource for VerifiedSource<F, S> {
    /// Goes nowhere yet: with the next frame it is known which decoder must.
    fn seek(&mut self, frame: usize, ticket: &Ticket) -> Result<(), MediaError> {
        let frame = frame.min(self.table.last());
        if let Device::Used(used) = &mut self.device {
            used.track.at = None;
            if frame != self.place.next && !used.jumped {
                used.jumped = true;
                used.unchecked = CHECKED;
            }
        }
        if let Some(software) = &mut self.software {
            software.at = None;
        }
        (self.place.next, self.place.ticket) = (frame, ticket.clone());
        Ok(())
    }

    fn set_detail(&mut self, detail: Detail) {
        self.place.detail = detail;
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, MediaError> {
        if self.place.next > self.table.last() {
            return Ok(None);
        }
        self.open_device();
        let frame = match self.device_frame()? {
            Answer::Given(frame) => frame,
            Answer::Ask => self.software_frame()?,
        };
        self.begun |= frame.is_some();
        self.place.next = frame.as_ref().map_or(usize::MAX, |f| f.number + 1);
        Ok(frame)
    }

    fn decoder(&self) -> &str {
        &self.decoder
    }

    fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }
}

/// What went wrong, without the name of the file.
fn problem(err: &MediaError) -> String {
    if let MediaError::Failed { doing, problem, .. } = err { format!("{doing}: {problem}") } else { err.to_string() }
}

/// What a device did instead of giving the right frame, in words that follow its name; `None` if it gave it.
fn difference(given: Option<&Frame>, right: Option<&Frame>, tolerance: u16) -> Option<String> {
    match (given, right) {
        (None, None) => None,
        (Some(given), None) => Some(format!("gave frame {}, which cannot be decoded", given.number)),
        (given, Some(right)) => {
            let number = right.number;
            let Some(given) = given.filter(|f| f.number == number) else {
                return Some(format!("did not give frame {number}"));
            };
            if given.time != right.time {
                return Some(format!("gave frame {number} at the wrong time"));
            }
            let differs = !same_picture(given, right, tolerance);
            differs.then(|| format!("gave another picture of frame {number} than the software decoder"))
        }
    }
}

fn same_picture(a: &Frame, b: &Frame, tolerance: u16) -> bool {
    let facts = |f: &Frame| (f.width, f.height, f.layout, f.bits, f.matrix, f.range, f.planes.len());
    let near = |x: &[u8], y: &[u8]| match (tolerance, a.bits) {
        (0, _) => x == y,
        (_, ..=8) => x.iter().zip(y).all(|(x, y)| u16::from(x.abs_diff(*y)) <= tolerance),
        (_, bits) => {
            let value = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
            let mut pairs = x.chunks_exact(2).zip(y.chunks_exact(2));
            pairs.all(|(x, y)| value(x).abs_diff(value(y)) <= tolerance << (bits - 8))
        }
    };
    let planes = || a.planes.iter().zip(&b.planes);
    facts(a) == facts(b) && planes().all(|(x, y)| x.data.len() == y.data.len() && near(&x.data, &y.data))
}

#[cfg(test)]
mod tests;
