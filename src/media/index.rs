//! The frames of a stream, found by reading all its packets once.
//!
//! Owns the link between packets and frame numbers: the *label* of a packet, a number that the decoder
//! carries over to the picture made from it, and the key frames at which decoding can start. The public
//! [`FrameTable`] is built from it. Does not own decoding.

use std::collections::HashMap;

use ffmpeg_next::format::context::Input;
use ffmpeg_next::{Error, Packet, codec};

use super::{container, ffi};
use crate::domain::frames::FrameTable;
use crate::domain::time::{MediaTime, Rate};

/// Damaged packets in a row after which reading is given up.
pub const MAX_READ_ERRORS: usize = 1000;

/// Where labels come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Labelling {
    /// Presentation time, else decoding time, in ticks of the stream's time base.
    Stamps,
    /// Decoding time: where many presentation times are missing, a mixture of both could give a label twice.
    DecodeTimes,
    /// Ordinal of the packet in the stream, for streams that have no times at all.
    Ordinals,
}

/// A packet at which decoding can start.
#[derive(Clone, Copy, Debug)]
pub struct KeyPacket {
    /// The first frame of the table at or after its picture.
    pub frame: usize,
    /// Its label.
    pub label: i64,
    /// Its decoding time, else its label.
    pub dts: i64,
}

/// How packets and frames of one stream belong together.
#[derive(Debug)]
pub struct StreamIndex {
    /// The stream's number in the file.
    pub stream: usize,
    /// Where labels come from.
    pub labelling: Labelling,
    /// Length of a label's unit in seconds, numerator and denominator.
    pub time_base: (i32, i32),
    /// Ascending in decoding order.
    pub keys: Vec<KeyPacket>,
    /// Frame by label, where the order of labels is not the order of display.
    order: Option<HashMap<i64, usize>>,
}

impl StreamIndex {
    /// Label of a packet of this stream; `ordinal` counts the packets since the start.
    pub fn label(&self, packet: &Packet, ordinal: i64) -> Option<i64> {
        match self.labelling {
            Labelling::Stamps => packet.pts().or_else(|| packet.dts()),
            Labelling::DecodeTimes => packet.dts(),
            Labelling::Ordinals => Some(ordinal),
        }
    }

    /// Time of a label. Where labels are not in display order, this is the decoding order's clock.
    pub fn time(&self, label: i64) -> MediaTime {
        MediaTime::from_ticks(label, self.time_base.0, self.time_base.1)
    }

    /// Frame number of the picture that carries `label`; `None` for one that the table does not know.
    pub fn frame(&self, label: i64, table: &FrameTable) -> Option<usize> {
        match &self.order {
            Some(order) => order.get(&label).copied(),
            None => table.exactly_at(self.time(label)),
        }
    }

    /// Whether a packet with a smaller label is displayed earlier.
    pub fn is_display_ordered(&self) -> bool {
        self.order.is_none() && self.labelling == Labelling::Stamps
    }

    /// Position in `keys` of the last key packet at or before `frame`.
    pub fn key_at(&self, frame: usize) -> Option<usize> {
        self.keys.partition_point(|k| k.frame <= frame).checked_sub(1)
    }
}

/// One packet as the scan saw it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    label: i64,
    dts: i64,
    key: bool,
    hidden: bool,
}

/// The packets of one stream.
#[derive(Debug)]
pub struct Scan {
    stream: usize,
    labelling: Labelling,
    time_base: (i32, i32),
    entries: Vec<Entry>,
    last_duration: Option<MediaTime>,
    /// Many packets lack a presentation time and pictures are reordered: only the decoder knows their order.
    pub order_unknown: bool,
    /// Packets of the stream.
    pub packets: usize,
    /// Packets that the demuxer marked as damaged.
    pub corrupt: usize,
    /// Read errors that were passed over.
    pub read_errors: usize,
    /// The error that ended reading before the end of the file.
    pub stopped_by: Option<String>,
    /// Packets before the first key frame, which nothing can be made of.
    pub headless: usize,
}

/// Reads all packets of stream `stream` to the end of the file.
pub fn scan(input: &mut Input, stream: usize, rate: Option<Rate>) -> Scan {
    ffi::keep_only(input, stream);
    let (codec, stamps, reorder) = match input.stream(stream) {
        Some(s) => {
            let parameters = s.parameters();
            (parameters.id(), ffi::parts(s.time_base()), ffi::stated_size(&parameters).reorder)
        }
        None => (codec::Id::None, (1, 1), 0),
    };
    let mut raw = Vec::new();
    let mut found = Scan {
        stream,
        labelling: Labelling::Stamps,
        time_base: stamps,
        entries: Vec::new(),
        last_duration: None,
        order_unknown: false,
        packets: 0,
        corrupt: 0,
        read_errors: 0,
        stopped_by: None,
        headless: 0,
    };
    let mut errors_in_a_row = 0;
    let (mut latest, mut last_ticks) = (i64::MIN, 0);
    loop {
        // A fresh packet each time: reading into a used one would leak its data.
        let mut packet = Packet::empty();
        match packet.read(input) {
            Ok(()) => errors_in_a_row = 0,
            Err(Error::Eof) => break,
            Err(err) => {
                found.read_errors += 1;
                errors_in_a_row += 1;
                if err != Error::InvalidData || errors_in_a_row > MAX_READ_ERRORS {
                    found.stopped_by = Some(container::plain(err));
                    break;
                }
                continue;
            }
        }
        if packet.stream() != stream {
            continue;
        }
        found.packets += 1;
        found.corrupt += usize::from(packet.is_corrupt());
        let hidden = ffi::is_hidden(&packet) || makes_no_picture(codec, &packet);
        raw.push((packet.pts(), packet.dts(), packet.is_key(), hidden));
        if let Some(pts) = packet.pts().filter(|pts| !hidden && *pts >= latest) {
            (latest, last_ticks) = (pts, packet.duration());
        }
    }
    found.last_duration = (last_ticks > 0).then(|| MediaTime::from_ticks(last_ticks, stamps.0, stamps.1));
    found.label(&raw, reorder, rate);
    found
}

/// Whether a packet is decoded without anything to show: VP8's hidden reference frames are packets of their own.
fn makes_no_picture(codec: codec::Id, packet: &Packet) -> bool {
    const SHOWN: u8 = 0x10;
    codec == codec::Id::VP8 && packet.data().and_then(|d| d.first()).is_some_and(|first| first & SHOWN == 0)
}

impl Scan {
    fn label(&mut self, raw: &[(Option<i64>, Option<i64>, bool, bool)], reorder: usize, rate: Option<Rate>) {
        let without_pts = raw.iter().filter(|r| r.0.is_none()).count();
        let without_any = raw.iter().filter(|r| r.0.is_none() && r.1.is_none()).count();
        if without_any * 2 > raw.len() {
            self.labelling = Labelling::Ordinals;
            let rate = rate.filter(|r| r.fps().is_some()).unwrap_or(Rate { num: 25, den: 1 });
            self.time_base = (rate.den, rate.num);
            self.last_duration = None;
        } else if without_pts * 20 > raw.len() && reorder > 0 {
            self.labelling = Labelling::DecodeTimes;
        }
        self.order_unknown = self.labelling != Labelling::Stamps;
        for (ordinal, &(pts, dts, key, hidden)) in raw.iter().enumerate() {
            let label = match self.labelling {
                Labelling::Stamps => pts.or(dts),
                Labelling::DecodeTimes => dts,
                Labelling::Ordinals => Some(ordinal as i64),
            };
            if let Some(label) = label {
                self.entries.push(Entry { label, dts: dts.unwrap_or(label), key, hidden });
            }
        }
        // Nothing can be made of packets before the first key frame; without any key frame all are tried.
        self.headless = self.entries.iter().position(|e| e.key).unwrap_or(0);
        self.entries.drain(..self.headless);
    }

    /// The table and the index, leaving out what lies before `first` (a label, in display order).
    pub fn tabulate(&self, first: Option<i64>) -> Option<(FrameTable, StreamIndex)> {
        let time = |label| MediaTime::from_ticks(label, self.time_base.0, self.time_base.1);
        let shown = self.entries.iter().filter(|e| !e.hidden && first.is_none_or(|first| e.label >= first));
        let table = FrameTable::new(shown.map(|e| (time(e.label), e.key)).collect(), self.last_duration)?;
        let keys = self.entries.iter().filter(|e| e.key).map(|e| KeyPacket {
            frame: table.exactly_at(time(e.label)).unwrap_or_else(|| first_after(&table, time(e.label))),
            label: e.label,
            dts: e.dts,
        });
        let index = StreamIndex {
            stream: self.stream,
            labelling: self.labelling,
            time_base: self.time_base,
            keys: keys.collect(),
            order: None,
        };
        Some((table, index))
    }

    /// The table and the index of a stream whose labels came out of the decoder in the order `shown`.
    pub fn tabulate_as_decoded(&self, shown: &[i64]) -> Option<(FrameTable, StreamIndex)> {
        let keys: HashMap<i64, &Entry> = self.entries.iter().filter(|e| e.key).map(|e| (e.label, e)).collect();
        let mut times = shown.to_vec();
        times.sort_unstable();
        times.dedup();
        let mut order = HashMap::with_capacity(times.len());
        for label in shown {
            let next = order.len();
            order.entry(*label).or_insert(next);
        }
        let mut key_of = vec![false; times.len()];
        let mut key_packets: Vec<KeyPacket> = Vec::new();
        for (label, entry) in &keys {
            if let Some(&frame) = order.get(label) {
                key_of[frame] = true;
                key_packets.push(KeyPacket { frame, label: *label, dts: entry.dts });
            }
        }
        key_packets.sort_unstable_by_key(|k| k.dts);
        let time = |label| MediaTime::from_ticks(label, self.time_base.0, self.time_base.1);
        let entries = times.iter().zip(key_of).map(|(label, key)| (time(*label), key)).collect();
        let table = FrameTable::new(entries, self.last_duration)?;
        let index = StreamIndex {
            stream: self.stream,
            labelling: self.labelling,
            time_base: self.time_base,
            keys: key_packets,
            order: Some(order),
        };
        Some((table, index))
    }
}

/// Number of the first frame after `time`, which may be one past the last.
fn first_after(table: &FrameTable, time: MediaTime) -> usize {
    if time < table.time(0) { 0 } else { table.at(time) + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan_of(raw: &[(Option<i64>, Option<i64>, bool, bool)], reorder: usize) -> Scan {
        let mut scan = Scan {
            stream: 0,
            labelling: Labelling::Stamps,
            time_base: (1, 1000),
            entries: Vec::new(),
            last_duration: None,
            order_unknown: false,
            packets: raw.len(),
            corrupt: 0,
            read_errors: 0,
            stopped_by: None,
            headless: 0,
        };
        scan.label(raw, reorder, Some(Rate { num: 10, den: 1 }));
        scan
    }

    #[test]
    fn hidden_packets_are_no_frames_but_decoding_may_start_there() {
        // An edit list that starts two frames after a key frame.
        let raw = [(Some(-80), None, true, true), (Some(-40), None, false, true), (Some(0), None, false, false)];
        let (table, index) = scan_of(&raw, 0).tabulate(None).unwrap();
        assert_eq!((table.len(), index.keys.len()), (1, 1));
        assert_eq!(index.key_at(0), Some(0));
        assert_eq!(index.frame(-80, &table), None);
    }

    #[test]
    fn packets_before_the_first_key_frame_are_left_out() {
        let raw = [(Some(0), None, false, false), (Some(40), None, true, false), (Some(80), None, false, false)];
        let scan = scan_of(&raw, 0);
        assert_eq!(scan.headless, 1);
        assert_eq!(scan.tabulate(None).unwrap().0.len(), 2);
    }

    #[test]
    fn streams_without_times_are_numbered_by_their_rate() {
        let raw = [(None, None, true, false), (None, None, false, false), (None, None, false, false)];
        let scan = scan_of(&raw, 0);
        assert!(scan.order_unknown);
        // Shown out of order: the third packet's picture comes second.
        let (table, index) = scan.tabulate_as_decoded(&[0, 2, 1]).unwrap();
        assert_eq!(table.time(1), MediaTime::from_micros(100_000));
        assert_eq!((index.frame(2, &table), index.frame(1, &table)), (Some(1), Some(2)));
    }

    #[test]
    fn the_key_before_a_frame() {
        let raw: Vec<_> = (0..10).map(|i| (Some(i * 40), Some(i * 40), i % 4 == 0, false)).collect();
        let (_, index) = scan_of(&raw, 0).tabulate(None).unwrap();
        assert_eq!([0, 3, 4, 9].map(|f| index.key_at(f)), [Some(0), Some(0), Some(1), Some(2)]);
    }
}
