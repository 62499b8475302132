//! The transport: where playback stands and how it moves.
//!
//! Owns position, speed and direction, as a reducer without a clock: time passes only through
//! [`Transport::advance`]. Does not own decoding or keys.

use super::frames::FrameTable;
use super::looping::LoopPoints;
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
    /// Plays at a speed in a direction until playback stops.
    ShuttleAt {
        /// Direction.
        backward: bool,
        /// Speed, clamped to 0.1..=16.
        speed: f64,
    },
    /// Speed without direction from now on, clamped to 0.1..=16.
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
    /// Begins the loop at the frame on screen.
    SetLoopStart,
    /// Ends the loop with the frame on screen.
    SetLoopEnd,
    /// Repeats from one frame to another, both included.
    Loop(usize, usize),
    /// Turns the loop off, or on again.
    ToggleLoop,
    /// Forgets the loop.
    ClearLoop,
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
    /// Speed that was set.
    speed: f64,
    /// Speed of the shuttle keys, which ends with playback: a pause at 16x does not go on at 16x.
    shuttle: Option<f64>,
    backward: bool,
    playing: bool,
    jumps: u64,
    looped: LoopPoints,
}

impl Transport {
    /// At rest on the first frame.
    pub fn new(table: &FrameTable) -> Self {
        let position = table.time(0).micros() as f64;
        Self {
            position,
            speed: 1.0,
            shuttle: None,
            backward: false,
            playing: false,
            jumps: 0,
            looped: LoopPoints::default(),
        }
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
        self.shuttle.unwrap_or(self.speed)
    }

    /// Whether it plays, or would play, backwards.
    pub fn is_backward(&self) -> bool {
        self.backward
    }

    /// Counts the commands that moved the position: what follows was not played up to.
    pub fn jumps(&self) -> u64 {
        self.jumps
    }

    /// What playback repeats, if anything.
    pub fn looped(&self) -> LoopPoints {
        self.looped
    }

    /// Carries out a command.
    pub fn apply(&mut self, command: PlaybackCommand, table: &FrameTable) {
        let (frame, before) = (self.frame(table), self.position);
        match command {
            PlaybackCommand::TogglePlay => {
                self.playing = !self.playing;
                self.shuttle = None;
                if self.playing {
                    self.backward = false;
                    if frame == table.last() && !self.looped.is_on() {
                        self.show(0, table);
                    }
                }
            }
            PlaybackCommand::Pause => self.stop(),
            PlaybackCommand::ShuttleBackward => self.shuttle_on(true),
            PlaybackCommand::ShuttleForward => self.shuttle_on(false),
            PlaybackCommand::ShuttleAt { backward, speed } => self.shuttle_at(backward, speed),
            PlaybackCommand::SetSpeed(speed) => self.set_speed(speed),
            PlaybackCommand::Faster => self.set_speed(self.speed() * 2.0),
            PlaybackCommand::Slower => self.set_speed(self.speed() / 2.0),
            PlaybackCommand::StepFrames(by) => {
                self.stop();
                self.show(frame.saturating_add_signed(by.clamp(-(1 << 40), 1 << 40) as isize), table);
            }
            PlaybackCommand::SkipTime(by) => self.place(self.position + by.micros() as f64, table),
            PlaybackCommand::SeekFrame(frame) => self.show(frame, table),
            PlaybackCommand::SeekTime(time) => self.place(time.micros() as f64, table),
            PlaybackCommand::SetLoopStart => self.looped.set_start(frame),
            PlaybackCommand::SetLoopEnd => self.looped.set_end(frame),
            PlaybackCommand::Loop(a, b) => self.looped.set(a.min(table.last()), b.min(table.last())),
            PlaybackCommand::ToggleLoop => self.looped.toggle(),
            PlaybackCommand::ClearLoop => self.looped = LoopPoints::default(),
        }
        self.jumps += u64::from(self.position != before);
    }

    /// Lets `seconds` of wall time pass. Keeps to the loop that is on; without one, stops at either end.
    pub fn advance(&mut self, seconds: f64, table: &FrameTable) -> Advance {
        if self.playing && seconds > 0.0 {
            let by = seconds * self.speed() * 1e6;
            let to = if self.backward { self.position - by } else { self.position + by };
            if let Some(inside) = self.looped.wrap(self.position, to, self.backward, table) {
                // Coming round is a jump: sound must not play on from where it was.
                self.jumps += u64::from(inside != to);
                self.position = inside;
                return Advance { frame: self.frame(table), needs_repaint: true };
            }
            self.place(to, table);
            let frame = self.frame(table);
            let at_end = if self.backward { frame == 0 } else { frame == table.last() };
            if at_end {
                self.stop();
            }
        }
        Advance { frame: self.frame(table), needs_repaint: self.playing }
    }

    fn stop(&mut self) {
        self.playing = false;
        self.shuttle = None;
    }

    fn shuttle_on(&mut self, backward: bool) {
        let again = self.playing && self.backward == backward;
        self.shuttle_at(backward, if again { self.speed() * 2.0 } else { 1.0 });
    }

    fn shuttle_at(&mut self, backward: bool, speed: f64) {
        if speed.is_finite() {
            self.shuttle = Some(speed.clamp(MIN_SPEED, MAX_SPEED));
        }
        self.backward = backward;
        self.playing = true;
    }

    fn set_speed(&mut self, speed: f64) {
        if speed.is_finite() {
            self.speed = speed.clamp(MIN_SPEED, MAX_SPEED);
            self.shuttle = None;
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
    fn shuttle_speed_ends_with_playback_and_a_set_speed_stays() {
        let t = table(3000);
        let mut transport = Transport::new(&t);
        transport.apply(PlaybackCommand::SetSpeed(0.5), &t);
        for _ in 0..3 {
            transport.apply(PlaybackCommand::ShuttleForward, &t);
        }
        assert_eq!(transport.speed(), 4.0);
        transport.apply(PlaybackCommand::TogglePlay, &t);
        transport.apply(PlaybackCommand::TogglePlay, &t);
        assert_eq!((transport.speed(), transport.is_playing()), (0.5, true));
        transport.apply(PlaybackCommand::ShuttleAt { backward: true, speed: 0.25 }, &t);
        assert_eq!((transport.speed(), transport.is_backward()), (0.25, true));
        transport.apply(PlaybackCommand::StepFrames(1), &t);
        assert_eq!((transport.speed(), transport.is_playing()), (0.5, false));
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
            any::<(bool, f64)>().prop_map(|(backward, speed)| PlaybackCommand::ShuttleAt { backward, speed }),
            any::<f64>().prop_map(PlaybackCommand::SetSpeed),
            any::<i64>().prop_map(PlaybackCommand::StepFrames),
            any::<i64>().prop_map(|t| PlaybackCommand::SkipTime(MediaTime::from_micros(t))),
            any::<usize>().prop_map(PlaybackCommand::SeekFrame),
            any::<i64>().prop_map(|t| PlaybackCommand::SeekTime(MediaTime::from_micros(t))),
            Just(PlaybackCommand::SetLoopStart),
            Just(PlaybackCommand::SetLoopEnd),
            Just(PlaybackCommand::ToggleLoop),
            any::<(usize, usize)>().prop_map(|(a, b)| PlaybackCommand::Loop(a, b)),
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
        fn a_loop_is_not_left_and_does_not_drift(
            points in (0_usize..200, 0_usize..200), backward: bool, speed in 0.1_f64..16.0, step in 1e-4_f64..0.4,
        ) {
            let t = table(200);
            let mut transport = Transport::new(&t);
            transport.apply(PlaybackCommand::Loop(points.0, points.1), &t);
            transport.apply(PlaybackCommand::ShuttleAt { backward, speed }, &t);
            // The first step enters it, wherever playback was.
            transport.apply(PlaybackCommand::SeekFrame(points.0.min(points.1)), &t);
            let (first, last) = transport.looped().frames().expect("both are set");
            let span = t.frames_span(first, last);
            for _ in 0..10_000 {
                let frame = transport.advance(step, &t).frame;
                prop_assert!((first..=last).contains(&frame));
                prop_assert!(span.contains(transport.position()) && transport.is_playing());
            }
            let by = step * speed * 1e10 * if backward { -1.0 } else { 1.0 };
            let length = span.length().micros() as f64;
            let off = (transport.position - span.start.micros() as f64 - by).rem_euclid(length);
            prop_assert!(off.min(length - off) < 1.0, "{} µs off", off.min(length - off));
        }

        #[test]
        fn playing_outside_of_the_loop_enters_it(start in 0_usize..100, backward: bool) {
            let t = table(100);
            let mut transport = Transport::new(&t);
            transport.apply(PlaybackCommand::Loop(40, 50), &t);
            transport.apply(PlaybackCommand::SeekFrame(start), &t);
            prop_assert_eq!(transport.frame(&t), start, "seeking is free");
            transport.apply(if backward { PlaybackCommand::ShuttleBackward } else { PlaybackCommand::ShuttleForward }, &t);
            let frame = transport.advance(0.001, &t).frame;
            prop_assert!((40..=50).contains(&frame));
            transport.apply(PlaybackCommand::ToggleLoop, &t);
            transport.apply(PlaybackCommand::SetSpeed(16.0), &t);
            prop_assert!(!transport.advance(10.0, &t).needs_repaint, "without it playback ends");
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
