//! The transport: where playback stands and how it moves.
//!
//! Owns position, speed and direction, as a reducer without a clock: time passes only through
//! [`Transport::advance`]. Does not own decoding or keys.

use super::frames::FrameTable;
use super::time::MediaTime;

/// Slowest speed of playback.
pub const MIN_SPEED: f64 = 0.1;
/// Fastest speed of playback.
pub const MAX_SPEED: f64 = 16.0;

/// What can be asked of the transport.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlaybackCommand {
    /// Starts playing forwards from here, or from the start when at the end; stops when playing.
    TogglePlay,
    /// Stops.
    Pause,
    /// J: plays backwards; again doubles the speed.
    ShuttleBackward,
    /// L: plays forwards; again doubles the speed.
    ShuttleForward,
    /// Speed without direction, clamped to 0.1..=16.
    SetSpeed(f64),
    /// Twice or half as fast.
    Faster,
    /// Half as fast.
    Slower,
    /// Moves by frames and stops.
    StepFrames(i64),
    /// Moves by media time and keeps playing or resting.
    SkipTime(MediaTime),
    /// Shows this frame; keeps playing or resting.
    SeekFrame(usize),
    /// Shows the frame at this time; keeps playing or resting.
    SeekTime(MediaTime),
}

/// What a step of time did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advance {
    /// The frame now on screen.
    pub frame: usize,
    /// Whether the position will go on moving, so the window must draw again.
    pub needs_repaint: bool,
}

/// Position and motion of playback over one video.
#[derive(Clone, Debug, PartialEq)]
pub struct Transport {
    /// Media time in fractional microseconds, so that slow motion does not drift.
    position: f64,
    speed: f64,
    backward: bool,
    playing: bool,
    jumps: u64,
}

impl Transport {
    /// At rest on the first frame.
    pub fn new(table: &FrameTable) -> Self {
        Self { position: table.time(0).micros() as f64, speed: 1.0, backward: false, playing: false, jumps: 0 }
    }

    /// Media time of the position; always within the table's span.
    pub fn position(&self) -> MediaTime {
        MediaTime::from_micros(self.position.floor() as i64)
    }

    /// The frame on screen.
    pub fn frame(&self, table: &FrameTable) -> usize {
        table.at(self.position())
    }

    /// Whether time moves.
    pub fn is_playing(&self) -> bool {
        self.playing
    }

    /// Speed without direction.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether it plays, or would play, backwards.
    pub fn is_backward(&self) -> bool {
        self.backward
    }

    /// Counts the commands that moved the position: what follows was not played up to.
    pub fn jumps(&self) -> u64 {
        self.jumps
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: PlaybackCommand, table: &FrameTable) {
        let (frame, before) = (self.frame(table), self.position);
        match command {
            PlaybackCommand::TogglePlay => {
                self.playing = !self.playing;
                if self.playing {
                    self.backward = false;
                    if frame == table.last() {
                        self.show(0, table);
                    }
                }
            }
            PlaybackCommand::Pause => self.playing = false,
            PlaybackCommand::ShuttleBackward => self.shuttle(true),
            PlaybackCommand::ShuttleForward => self.shuttle(false),
            PlaybackCommand::SetSpeed(speed) => self.set_speed(speed),
            PlaybackCommand::Faster => self.set_speed(self.speed * 2.0),
            PlaybackCommand::Slower => self.set_speed(self.speed / 2.0),
            PlaybackCommand::StepFrames(by) => {
                self.playing = false;
                self.show(frame.saturating_add_signed(by.clamp(-(1 << 40), 1 << 40) as isize), table);
            }
            PlaybackCommand::SkipTime(by) => self.place(self.position + by.micros() as f64, table),
            PlaybackCommand::SeekFrame(frame) => self.show(frame, table),
            PlaybackCommand::SeekTime(time) => self.place(time.micros() as f64, table),
        }
        self.jumps += u64::from(self.position != before);
    }

    /// Lets `seconds` of wall time pass. Stops at either end.
    pub fn advance(&mut self, seconds: f64, table: &FrameTable) -> Advance {
        if self.playing && seconds > 0.0 {
            let by = seconds * self.speed * 1e6;
            self.place(if self.backward { self.position - by } else { self.position + by }, table);
            let frame = self.frame(table);
            let at_end = if self.backward { frame == 0 } else { frame == table.last() };
            self.playing = !at_end;
        }
        Advance { frame: self.frame(table), needs_repaint: self.playing }
    }

    fn shuttle(&mut self, backward: bool) {
        if self.playing && self.backward == backward {
            self.set_speed(self.speed * 2.0);
        } else {
            self.speed = 1.0;
        }
        self.backward = backward;
        self.playing = true;
    }

    fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(MIN_SPEED, MAX_SPEED);
        }
    }

    fn show(&mut self, frame: usize, table: &FrameTable) {
        self.position = table.time(frame).micros() as f64;
    }

    fn place(&mut self, position: f64, table: &FrameTable) {
        let (first, last) = (table.time(0).micros() as f64, table.time(table.last()).micros() as f64);
        self.position = position.clamp(first, last);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn table(frames: i64) -> FrameTable {
        let entries = (0..frames).map(|i| (MediaTime::from_micros(500_000 + i * 33_333), i % 10 == 0)).collect();
        FrameTable::new(entries, None).expect("has frames")
    }

    #[test]
    fn plays_to_the_end_and_again_from_the_start() {
        let t = table(30);
        let mut transport = Transport::new(&t);
        transport.apply(PlaybackCommand::TogglePlay, &t);
        let end = transport.advance(10.0, &t);
        assert_eq!(end, Advance { frame: 29, needs_repaint: false });
        transport.apply(PlaybackCommand::TogglePlay, &t);
        assert!(transport.is_playing());
        assert_eq!(transport.frame(&t), 0);
    }

    #[test]
    fn shuttle_doubles_up_to_sixteen_and_turns_round() {
        let t = table(30);
        let mut transport = Transport::new(&t);
        for _ in 0..8 {
            transport.apply(PlaybackCommand::ShuttleForward, &t);
        }
        assert_eq!(transport.speed(), MAX_SPEED);
        transport.apply(PlaybackCommand::ShuttleBackward, &t);
        assert!(transport.is_backward());
        assert_eq!(transport.speed(), 1.0);
    }

    #[test]
    fn slow_motion_does_not_drift() {
        let t = table(3000);
        let mut transport = Transport::new(&t);
        transport.apply(PlaybackCommand::SetSpeed(0.1), &t);
        transport.apply(PlaybackCommand::TogglePlay, &t);
        for _ in 0..10_000 {
            transport.advance(1.0 / 144.0, &t);
        }
        let moved = (transport.position() - t.time(0)).secs_f64();
        assert!((moved - 1000.0 / 144.0).abs() < 1e-4, "{moved}");
    }

    fn command() -> impl Strategy<Value = PlaybackCommand> {
        prop_oneof![
            Just(PlaybackCommand::TogglePlay),
            Just(PlaybackCommand::ShuttleBackward),
            Just(PlaybackCommand::ShuttleForward),
            Just(PlaybackCommand::Slower),
            any::<f64>().prop_map(PlaybackCommand::SetSpeed),
            any::<i64>().prop_map(PlaybackCommand::StepFrames),
            any::<i64>().prop_map(|t| PlaybackCommand::SkipTime(MediaTime::from_micros(t))),
            any::<usize>().prop_map(PlaybackCommand::SeekFrame),
            any::<i64>().prop_map(|t| PlaybackCommand::SeekTime(MediaTime::from_micros(t))),
        ]
    }

    proptest! {
        #[test]
        fn stays_inside(commands in proptest::collection::vec((command(), 0.0_f64..2.0), 0..60), frames in 1_i64..200) {
            let t = table(frames);
            let mut transport = Transport::new(&t);
            for (c, dt) in commands {
                transport.apply(c, &t);
                let advance = transport.advance(dt, &t);
                prop_assert!(advance.frame < t.len());
                prop_assert!(t.span().contains(transport.position()));
                prop_assert!((MIN_SPEED..=MAX_SPEED).contains(&transport.speed()));
            }
        }

        #[test]
        fn a_step_forth_and_back_is_no_step(start in 1_usize..98) {
            let t = table(100);
            let mut transport = Transport::new(&t);
            transport.apply(PlaybackCommand::SeekFrame(start), &t);
            transport.apply(PlaybackCommand::StepFrames(1), &t);
            prop_assert_eq!(transport.frame(&t), start + 1);
            transport.apply(PlaybackCommand::StepFrames(-1), &t);
            prop_assert_eq!(transport.frame(&t), start);
        }
    }
}
