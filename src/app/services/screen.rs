//! The player of the video on screen, and players that stand by at the places where the person is likely to go next.
//!
//! Owns which player shows and what each may keep. A second decoder is what makes the next event appear at once: the
//! one on screen would have to leave its place, and come back. A player that stands by decodes the first pictures of its
//! place and rests; it makes way while the one on screen has something to catch up with. Does not own what the places
//! are (`app::upcoming`).

use std::sync::Arc;

use crate::domain::frame::{Delay, Playing};
use crate::jobs::Waker;
use crate::media::{DecodeOptions, MediaError, OpenedVideo, Player, Request};

/// The share of the memory for frames that each player that stands by may have.
const SHARE: usize = 8;

/// The players.
#[derive(Debug)]
pub(super) struct Screen {
    video: Option<OpenedVideo>,
    player: Option<Player>,
    standing_by: Vec<StandBy>,
    /// The next places, if they are other ones than those of the players that stand by.
    places: Option<Vec<(Box<OpenedVideo>, usize)>>,
    decoding: DecodeOptions,
    waker: Waker,
}

/// A player at a place where nobody is yet.
#[derive(Debug)]
struct StandBy {
    video: OpenedVideo,
    /// `None` for one that has no place any more.
    frame: Option<usize>,
    player: Player,
}

impl StandBy {
    /// As if it played there: then the pictures after the first are decoded, and none before.
    fn work(&self) {
        match self.frame {
            Some(frame) => drop(self.player.request(Request { playing: true, ..Request::at(frame) })),
            None => self.player.rest(),
        }
    }
}

/// Whether two opened videos are one: they share the table of frames.
fn same(a: &OpenedVideo, b: &OpenedVideo) -> bool {
    Arc::ptr_eq(&a.frames, &b.frames)
}

impl Screen {
    pub(super) fn new(waker: Waker) -> Self {
        let decoding = DecodeOptions::default();
        Self { video: None, player: None, standing_by: Vec::new(), places: None, decoding, waker }
    }

    /// The player of the video on screen.
    pub(super) fn player(&self) -> Option<&Player> {
        self.player.as_ref()
    }

    /// Shows a video, or none; at once, if a player stood by in it.
    ///
    /// # Errors
    /// Its player cannot be started.
    pub(super) fn show(&mut self, video: Option<OpenedVideo>) -> Result<(), MediaError> {
        let ready = video.as_ref().and_then(|video| self.standing_by.iter().position(|s| same(&s.video, video)));
        let ready = ready.map(|at| self.standing_by.remove(at));
        let before = std::mem::replace(&mut self.video, video).zip(self.player.take());
        // The person may well come back; if not, the next places take its room.
        self.standing_by.extend(before.map(|(video, player)| StandBy { video, frame: None, player }));
        match ready {
            Some(ready) => self.player = Some(ready.player),
            None => self.open()?,
        }
        if self.video.is_none() {
            self.standing_by.clear();
        }
        self.share_out();
        Ok(())
    }

    /// Starts the player of the video on screen anew.
    fn open(&mut self) -> Result<(), MediaError> {
        let video = self.video.as_ref();
        self.player = video.map(|video| Player::open(video, self.decoding, self.waker.clone())).transpose()?;
        Ok(())
    }

    /// Has players stand by at these places, and at no others; from the next picture on, for which the player that stands
    /// by at its place is needed where it is.
    pub(super) fn prepare(&mut self, stops: Vec<(Box<OpenedVideo>, usize)>) {
        self.places = Some(stops);
    }

    fn arrange(&mut self, stops: Vec<(Box<OpenedVideo>, usize)>) {
        let mut before = std::mem::take(&mut self.standing_by);
        for (video, frame) in stops {
            let there = |s: &StandBy| same(&s.video, &video) && s.frame == Some(frame);
            let at = before.iter().position(there).or_else(|| before.iter().position(|s| same(&s.video, &video)));
            let player = match at.map(|at| before.swap_remove(at).player) {
                Some(player) => player,
                // Nobody waits for it: what cannot be prepared is told when it is shown.
                None => match Player::open(&video, self.part(), self.waker.clone()) {
                    Ok(player) => player,
                    Err(err) => {
                        log::warn!("not prepared: {err}");
                        continue;
                    }
                },
            };
            self.standing_by.push(StandBy { video: *video, frame: Some(frame), player });
        }
        self.share_out();
    }

    fn part(&self) -> DecodeOptions {
        DecodeOptions { cache_bytes: self.decoding.cache_bytes / SHARE, ..self.decoding }
    }

    /// Gives each player that stands by its part of the memory, and that on screen the rest.
    fn share_out(&self) {
        let part = self.part().cache_bytes;
        for stand_by in &self.standing_by {
            stand_by.player.keep(part);
        }
        if let Some(player) = &self.player {
            player.keep(self.decoding.cache_bytes.saturating_sub(part * self.standing_by.len()));
        }
    }

    /// Decodes like this from now on.
    ///
    /// # Errors
    /// The player cannot be started anew.
    pub(super) fn set_decoding(&mut self, options: DecodeOptions) -> Result<(), MediaError> {
        let before = std::mem::replace(&mut self.decoding, options);
        if before.hardware == options.hardware {
            self.share_out();
        } else {
            // Begins anew, so that nothing the other decoder gave is left.
            let places = std::mem::take(&mut self.standing_by);
            self.open()?;
            let places = places.into_iter().filter_map(|s| Some((Box::new(s.video), s.frame?)));
            self.arrange(places.collect());
        }
        Ok(())
    }

    /// The best picture at hand. Never waits; asks for better ones.
    pub(super) fn picture(&mut self, request: Request) -> Option<Playing> {
        self.change_over(request.frame);
        if let Some(places) = self.places.take() {
            self.arrange(places);
        }
        let picture = self.player.as_ref()?.request(request);
        for stand_by in &self.standing_by {
            if picture.delay == Delay::Decoding { stand_by.player.rest() } else { stand_by.work() }
        }
        Some(picture)
    }

    /// After a jump within the video: puts the player that stood by there on screen, and the other one in its place.
    fn change_over(&mut self, frame: usize) {
        let (Some(video), Some(player)) = (&self.video, &mut self.player) else { return };
        if player.holds(frame) {
            return;
        }
        // Also one that is still on its way there: it has less of it left.
        let near = |s: &StandBy| same(&s.video, video) && (s.frame == Some(frame) || s.player.holds(frame));
        let ready = self.standing_by.iter_mut().find(|s| near(s));
        if let Some(ready) = ready {
            std::mem::swap(player, &mut ready.player);
            if ready.frame == Some(frame) {
                ready.frame = None;
            }
            self.share_out();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, sync_channel};
    use std::time::Duration;

    use super::*;
    use crate::domain::pixels::RgbPicture;
    use crate::domain::time::Rate;
    use crate::media::{self, VideoWriter};

    /// Two clips of 300 frames, and a screen that tells when it is to be drawn again.
    struct Desk {
        _folder: tempfile::TempDir,
        videos: Vec<OpenedVideo>,
        screen: Screen,
        woken: Receiver<()>,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("is made");
            let clip = |name: &str| {
                let path = folder.path().join(name);
                let mut writer = VideoWriter::create(&path, 32, 32, Rate { num: 25, den: 1 }).expect("is made");
                for _ in 0..300 {
                    writer.push(&RgbPicture::black(32, 32)).expect("is written");
                }
                writer.finish().expect("is written");
                media::open(&path).expect("opens")
            };
            let videos = vec![clip("a.mp4"), clip("b.mp4")];
            let (wake, woken) = sync_channel(1);
            let waker = Waker::new(move || {
                wake.try_send(()).ok();
            });
            let mut screen = Screen::new(waker);
            // Room for the frames around a place, far from all of a clip; the software decoder on every machine.
            screen.set_decoding(DecodeOptions { cache_bytes: 800_000, hardware: false }).expect("is set");
            screen.show(Some(videos[0].clone())).expect("is shown");
            Self { _folder: folder, videos, screen, woken }
        }

        /// Draws until the picture is the right one and every player that stands by has its first.
        fn settle(&mut self, frame: usize) {
            loop {
                let picture = self.screen.picture(Request::at(frame)).expect("is shown");
                let ready = |s: &StandBy| s.frame.is_none_or(|frame| s.player.holds(frame));
                if picture.delay == Delay::UpToDate && self.screen.standing_by.iter().all(ready) {
                    return;
                }
                // Far beyond what it takes: only a lost wake-up ends here.
                self.woken.recv_timeout(Duration::from_mins(1)).expect("the window is woken");
            }
        }

        /// The number of the picture that is there without waiting for any decoding, if it is the right one.
        fn at_once(&mut self, frame: usize) -> Option<usize> {
            let picture = self.screen.picture(Request { playing: true, ..Request::at(frame) }).expect("is shown");
            picture.frame.filter(|_| picture.delay == Delay::UpToDate).map(|frame| frame.number)
        }
    }

    #[test]
    fn a_place_further_on_is_there_without_decoding_once_it_was_prepared() {
        let mut desk = Desk::new();
        desk.settle(10);
        assert_eq!(desk.at_once(250), None, "nobody prepared it");
        desk.settle(10);
        let video = Box::new(desk.videos[0].clone());
        desk.screen.prepare(vec![(video, 200)]);
        desk.settle(10);
        assert_eq!(desk.at_once(200), Some(200));
        assert_eq!(desk.screen.standing_by[0].frame, None, "its place is on screen");
        // The window names the next place together with the jump to this one.
        let video = Box::new(desk.videos[0].clone());
        desk.screen.prepare(vec![(video, 200)]);
        desk.settle(10);
        let video = Box::new(desk.videos[0].clone());
        desk.screen.prepare(vec![(video, 280)]);
        assert_eq!(desk.at_once(200), Some(200));
        assert_eq!(desk.screen.standing_by[0].frame, Some(280), "the other player takes the next place");
        desk.settle(201);
        assert_eq!(desk.at_once(280), Some(280));
    }

    #[test]
    fn the_first_picture_of_the_next_video_is_there_when_it_is_shown() {
        let mut desk = Desk::new();
        let next = desk.videos[1].clone();
        desk.screen.prepare(vec![(Box::new(next.clone()), 120)]);
        desk.settle(10);
        desk.screen.show(Some(next)).expect("is shown");
        assert_eq!(desk.at_once(120), Some(120));
        assert_eq!(desk.screen.standing_by.len(), 1, "the one before waits for what comes next");
        desk.screen.prepare(Vec::new());
        desk.settle(120);
        assert!(desk.screen.standing_by.is_empty());
    }
}
