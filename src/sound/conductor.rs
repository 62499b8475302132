//! The window's side: what should be heard, and how the picture follows what is.
//!
//! Owns the decision when playback begins anew for the ear, and the step of time that keeps the picture
//! with the sound. Knows no clock: times are handed in.

use std::sync::Arc;

use super::SoundFile;
use super::desk::{Cue, Desk, Heard};
use crate::domain::sound::is_heard;

/// A difference between what was expected and where the picture is, in seconds, that must come from a jump.
const LEAP: f64 = 0.15;

/// Seconds that the picture may be behind or ahead of the sound before that is put right at once. Less is put right
/// little by little, because the sound's own reports are not exact.
const NEAR: f64 = 0.04;

/// Share of a small difference that is put right with each step.
const SHARE: f64 = 0.1;

/// Share of its speed at which the picture goes on while it is ahead by more than [`NEAR`]: it never goes back.
const WAITING: f64 = 0.5;

/// How the picture moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Media time in seconds.
    pub position: f64,
    /// Media seconds per second, without direction.
    pub speed: f64,
    /// Whether it plays backwards.
    pub backward: bool,
    /// Whether time moves.
    pub playing: bool,
    /// Counts the jumps so far: a position that was not played up to.
    pub jumps: u64,
}

/// Tells the others what should be heard.
#[derive(Debug)]
pub struct Conductor {
    desk: Arc<Desk>,
    number: u64,
    has_file: bool,
    /// What was told last, and when; `None` in silence.
    last: Option<(Motion, f64)>,
}

impl Conductor {
    /// In silence, without a file.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self { desk, number: 0, has_file: false, last: None }
    }

    /// From now on the sound of this file, or none. Nothing is heard until [`Self::follow`] says so.
    pub fn show(&mut self, file: Option<Arc<dyn SoundFile>>) {
        self.has_file = file.is_some();
        self.hush();
        self.desk.set_file(file);
    }

    /// Lets the sound follow the picture as it moves at `now`; `gain` is 0 when nothing should be heard.
    ///
    /// Returns whether something began or ended, so that the feeder must look.
    pub fn follow(&mut self, now: f64, motion: Option<Motion>, gain: f32) -> bool {
        let wanted = motion.filter(|m| m.playing && is_heard(m.speed, m.backward) && gain > 0.0 && self.has_file);
        let Some(motion) = wanted else {
            let ends = self.last.is_some();
            if ends {
                self.hush();
            }
            return ends;
        };
        let goes_on = self.last.is_some_and(|(before, at)| {
            let expected = before.position + (now - at) * before.speed;
            before.speed == motion.speed
                && before.jumps == motion.jumps
                && (motion.position - expected).abs() <= LEAP * motion.speed.max(1.0)
        });
        if !goes_on {
            self.number += 1;
        }
        self.last = Some((motion, now));
        let Motion { position, speed, .. } = motion;
        self.desk.set_cue(Cue { number: self.number, sounding: true, position, at: now, speed, gain });
        !goes_on
    }

    /// The seconds that the picture should move by when `secs` have passed until `now`: those that bring it to what is
    /// heard, or `secs` themselves while nothing is.
    pub fn step(&self, now: f64, secs: f64, motion: Motion) -> f64 {
        let told = self.last.is_some_and(|(last, _)| {
            motion.playing && !motion.backward && last.jumps == motion.jumps && last.speed == motion.speed
        });
        match self.desk.heard(self.number).filter(|_| told && secs > 0.0) {
            Some(heard) => towards(heard, now, secs, motion),
            None => secs,
        }
    }

    fn hush(&mut self) {
        self.number += 1;
        self.last = None;
        self.desk.set_cue(Cue { number: self.number, ..Cue::default() });
    }
}

fn towards(heard: Heard, now: f64, secs: f64, motion: Motion) -> f64 {
    let sound = heard.media + (now - heard.at) * heard.speed;
    // Seconds by which the picture would be late after a plain step.
    let late = (sound - motion.position) / motion.speed - secs;
    if late > NEAR {
        secs + late
    } else if late < -NEAR {
        secs * WAITING
    } else {
        (secs + late * SHARE).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::SoundSource;

    #[derive(Debug)]
    struct NoSound;

    impl SoundFile for NoSound {
        fn open(&self, _: u32) -> Option<Box<dyn SoundSource>> {
            None
        }
    }

    fn conductor() -> (Conductor, Arc<Desk>) {
        let desk = Arc::new(Desk::default());
        let mut conductor = Conductor::new(Arc::clone(&desk));
        conductor.show(Some(Arc::new(NoSound)));
        (conductor, desk)
    }

    fn at(position: f64) -> Motion {
        Motion { position, speed: 1.0, backward: false, playing: true, jumps: 0 }
    }

    #[test]
    fn playing_on_is_no_beginning_and_everything_else_is() {
        let (mut c, desk) = conductor();
        assert!(c.follow(1.0, Some(at(5.0)), 1.0));
        let number = desk.cue().0.number;
        assert!(!c.follow(1.5, Some(at(5.5)), 0.5), "playing on, at another volume");
        assert!(!c.follow(1.9, Some(at(5.8)), 0.5), "a slow window");
        assert_eq!(desk.cue().0.number, number);
        assert_eq!(desk.cue().0.gain, 0.5);
        assert!(c.follow(2.0, Some(at(4.0)), 1.0), "a loop");
        assert!(c.follow(2.1, Some(Motion { jumps: 1, ..at(4.1) }), 1.0), "a short jump");
        assert!(c.follow(2.2, Some(Motion { jumps: 1, speed: 2.0, ..at(4.2) }), 1.0), "a change of speed");
        assert!(c.follow(2.3, Some(Motion { playing: false, ..at(4.3) }), 1.0), "a stop");
        assert!(!desk.cue().0.sounding);
        assert!(!c.follow(2.4, Some(Motion { playing: false, ..at(4.3) }), 1.0), "still at rest");
    }

    #[test]
    fn what_is_not_to_be_heard_is_not() {
        let (mut c, desk) = conductor();
        let silent = [
            Motion { backward: true, ..at(1.0) },
            Motion { speed: 4.0, ..at(1.0) },
            Motion { speed: 0.25, ..at(1.0) },
            Motion { playing: false, ..at(1.0) },
        ];
        for motion in silent {
            c.follow(1.0, Some(motion), 1.0);
            assert!(!desk.cue().0.sounding, "{motion:?}");
        }
        c.follow(1.0, Some(at(1.0)), 0.0);
        assert!(!desk.cue().0.sounding, "muted");
        c.show(None);
        c.follow(1.0, Some(at(1.0)), 1.0);
        assert!(!desk.cue().0.sounding, "no sound in the file");
    }

    #[test]
    fn the_picture_goes_to_the_sound_and_never_back() {
        let (mut c, desk) = conductor();
        assert_eq!(c.step(1.0, 0.02, at(5.0)), 0.02, "nothing is heard");
        c.follow(1.0, Some(at(5.0)), 1.0);
        let number = desk.cue().0.number;
        let hear = |media| desk.tell(Some(Heard { number, media, at: 1.0, speed: 1.0 }));
        hear(5.0);
        assert!((c.step(1.02, 0.02, at(5.0)) - 0.02).abs() < 1e-9, "together");
        hear(5.01);
        let step = c.step(1.02, 0.02, at(5.0));
        assert!((0.02..0.03).contains(&step), "a little late: {step}");
        hear(5.09);
        assert!((c.step(1.02, 0.02, at(5.0)) - 0.11).abs() < 1e-9, "late");
        for early in [4.99, 4.97, 4.9, 1.0] {
            hear(early);
            assert!((0.0..0.02).contains(&c.step(1.02, 0.02, at(5.0))), "early by {early}");
        }
        desk.tell(Some(Heard { number: number - 1, media: 9.0, at: 1.0, speed: 1.0 }));
        assert_eq!(c.step(1.02, 0.02, at(5.0)), 0.02, "something older is heard");
    }
}
