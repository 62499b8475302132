//! The clock of a recording: which date and time a place of the video belongs to.
//!
//! Owns how a date is typed and written, the start that a person stated for a file, and the error of its
//! recorder's clock; the clock of this machine for what is recorded here. A recorder shows local time without a zone, and
//! so do moments.

use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::domain::time::MediaTime;

/// Files whose clock is remembered; the ones stated longest ago are forgotten.
const MOST: usize = 500;

/// The zero of [`Moment`].
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A date and time without a zone, in microseconds since the start of 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    /// Understands `2024-05-01 13:05:10`, with or without seconds, a fraction, or a `T` between date and time.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        // A date alone would be taken as midnight, which nobody means who leaves the time out.
        text.contains(':').then_some(())?;
        let moment: DateTime = text.parse().ok()?;
        i64::try_from(moment.duration_since(EPOCH).as_micros()).ok().map(Self)
    }

    /// As written: `2024-05-01 13:05:10.250`, rounded down to the millisecond. `None` beyond the year 9999.
    pub fn text(self) -> Option<String> {
        let moment = EPOCH.checked_add(SignedDuration::from_micros(self.0)).ok()?;
        Some(moment.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string())
    }

    fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

/// A moment of Coordinated Universal Time, in microseconds since the start of 1970, on the clock of this machine.
pub fn local_time(micros: i64) -> String {
    let Ok(moment) = jiff::Timestamp::from_microsecond(micros) else { return String::new() };
    moment.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// What a person stated about the clock of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordingClock {
    /// What the recorder's clock showed at media time zero.
    start: Moment,
    /// Seconds by which the recorder's clock is fast; negative when it is slow.
    #[serde(default)]
    fast_secs: f64,
}

impl RecordingClock {
    /// From what the recorder's clock showed at `time` of the video.
    pub fn new(shown: Moment, time: MediaTime, fast_secs: f64) -> Self {
        let fast_secs = if fast_secs.is_finite() { fast_secs } else { 0.0 };
        Self { start: shown.plus(time.micros().saturating_neg()), fast_secs }
    }

    /// Seconds by which the recorder's clock is fast.
    pub fn fast_secs(&self) -> f64 {
        self.fast_secs
    }

    /// What the recorder's clock showed at `time` of the video.
    pub fn shown(&self, time: MediaTime) -> Moment {
        self.start.plus(time.micros())
    }

    /// What o'clock it truly was at `time` of the video.
    pub fn at(&self, time: MediaTime) -> Moment {
        self.shown(time).plus(MediaTime::from_secs_f64(self.fast_secs).micros().saturating_neg())
    }
}

/// The clocks that were stated, by the path of the file; the newest last.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Clocks(Vec<(String, RecordingClock)>);

impl Clocks {
    /// The clock of a file.
    pub fn get(&self, path: &std::path::Path) -> Option<RecordingClock> {
        let name = path.to_string_lossy();
        self.0.iter().find(|(file, _)| *file == name).map(|(_, clock)| *clock)
    }

    /// States the clock of a file, or forgets it.
    pub fn set(&mut self, path: &std::path::Path, clock: Option<RecordingClock>) {
        let name = path.to_string_lossy().into_owned();
        self.0.retain(|(file, _)| *file != name);
        self.0.extend(clock.map(|clock| (name, clock)));
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::parse(text).expect("is a date and time")
    }

    #[test]
    fn dates_are_read_and_written() {
        for (typed, written) in [
            ("2024-05-01 13:05:10", "2024-05-01 13:05:10.000"),
            (" 2024-05-01T13:05 ", "2024-05-01 13:05:00.000"),
            ("2023-12-31 23:59:59.9999", "2023-12-31 23:59:59.999"),
            ("1969-12-31 23:59:59.5", "1969-12-31 23:59:59.500"),
        ] {
            assert_eq!(moment(typed).text().as_deref(), Some(written));
        }
        for text in ["", "2024-05-01", "13:05:10", "2024-02-30 10:00:00", "01.05.2024 13:05", "2024-05-01 25:00:00"] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }

    #[test]
    fn time_passes_over_the_ends_of_days_and_the_recorder_may_be_wrong() {
        let second = MediaTime::from_secs_f64;
        let clock = RecordingClock::new(moment("2024-02-28 23:59:50"), second(10.0), 30.0);
        assert_eq!(clock.shown(second(10.0)), moment("2024-02-28 23:59:50"));
        assert_eq!(clock.shown(second(20.0)), moment("2024-02-29 00:00:00"));
        // Half a minute fast: in truth it was half a minute earlier.
        assert_eq!(clock.at(second(20.0)), moment("2024-02-28 23:59:30"));
        let slow = RecordingClock::new(moment("2024-01-01 00:00:00"), second(0.0), -1.5);
        assert_eq!(slow.at(second(0.0)), moment("2024-01-01 00:00:01.5"));
    }

    #[test]
    fn each_file_has_its_own_clock_and_old_ones_are_forgotten() {
        let mut clocks = Clocks::default();
        let clock = RecordingClock::new(moment("2024-01-01 00:00:00"), MediaTime::ZERO, 0.0);
        for i in 0..MOST + 5 {
            clocks.set(Path::new(&format!("/v/{i}.mp4")), Some(clock));
        }
        assert_eq!(clocks.get(Path::new("/v/4.mp4")), None);
        assert_eq!(clocks.get(Path::new("/v/5.mp4")), Some(clock));
        clocks.set(Path::new("/v/5.mp4"), None);
        assert_eq!(clocks.get(Path::new("/v/5.mp4")), None);
        let text = ron::to_string(&clocks).expect("is written");
        assert_eq!(ron::from_str::<Clocks>(&text).expect("is read"), clocks);
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_typed(millis in -60_000_000_000_000_i64..60_000_000_000_000) {
            let moment = Moment(millis * 1000);
            let text = moment.text().expect("is in range");
            prop_assert_eq!(Moment::parse(&text), Some(moment));
        }

        #[test]
        fn any_text_and_any_time_are_taken_calmly(text in ".{0,30}", micros: i64, fast: f64) {
            Moment::parse(&text);
            RecordingClock::new(Moment(micros), MediaTime::from_micros(micros), fast).at(MediaTime::from_micros(micros)).text();
        }
    }
}
