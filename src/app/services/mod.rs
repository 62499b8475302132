//! The workers and what keeps them busy.
//!
//! Owns every thread of the window but the window's own: each file beside this one has one, or as many as it says, and each
//! player has its own: that of the video on screen, and those that stand by (`screen`). Carries out [`Effect`]s and yields
//! [`Event`]s. Never waits: queues are bounded and only tried.

mod ablator;
mod agreement;
mod backups;
mod classes;
mod comparer;
mod demo;
mod errands;
mod examiner;
mod handover;
mod in_use;
mod inspector;
mod keeper;
mod known_normal;
mod learner;
mod opener;
mod peaks;
mod project_models;
mod reporter;
mod reviews;
mod scoring;
mod screen;
mod snapshot;
mod sound;
mod surveyor;
mod task_thread;
mod thumbs;
mod truth;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};

use crate::domain::frame::{Delay, Playing};
use crate::jobs::Waker;
use crate::media::{MediaError, OpenedVideo, Player, Request, ffmpeg_versions};
use crate::model::encoder::EncoderSpec;
use crate::sound::{Loudspeaker, Speaker};

use super::effect::Effect;
use super::event::Event;
use super::folders::Folders;
use super::learn::LearnRequest;
use super::notice::Severity;
use super::state::AppState;

pub use peaks::PeakPictures;
pub use reporter::Reporter;
use screen::Screen;
pub use thumbs::Thumbs;

/// Told of whatever was asked of a thread that is there no more.
const STOPPED: &str = "This stopped unexpectedly: start the program again, and look at its log.";

/// Reports that wait for the window; workers wait when there are more.
const EVENTS: usize = 64;

/// What scores.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// `cpu`, `cuda` or `metal`; `None` takes the best that works.
    pub device: Option<String>,
    /// What makes features.
    pub encoder: EncoderSpec,
    /// Weights; `None` takes the shipped ones.
    pub model: Option<PathBuf>,
}

/// The workers.
#[derive(Debug)]
pub struct Services {
    reporter: Reporter,
    events: Receiver<Event>,
    opener: opener::Opener,
    scoring: scoring::Scoring,
    learner: learner::Learner,
    comparer: comparer::Comparer,
    surveyor: surveyor::Surveyor,
    ablator: ablator::Ablator,
    memory: known_normal::Memory,
    examiner: examiner::Examiner,
    inspector: inspector::Inspector,
    sweeper: inspector::Sweeper,
    keeper: keeper::Keeper,
    reviews: reviews::ReviewKeeper,
    demo: demo::DemoMaker,
    agreement: agreement::AgreementReader,
    errands: errands::Errands,
    snapshots: snapshot::Snapshots,
    screen: Screen,
    speaker: Speaker,
    thumbs: Thumbs,
    peaks: PeakPictures,
    /// What the player last complained about, so that it is told once.
    complaint: Option<String>,
}

impl Services {
    /// Starts the workers; edits are signed by `who`. `waker` is called whenever there is something to see.
    ///
    /// # Errors
    /// The system has no thread to give.
    pub fn start(engine: EngineOptions, folders: &Folders, who: String, waker: Waker) -> io::Result<Self> {
        let (send, events) = sync_channel(EVENTS);
        let reporter = Reporter::new(send, waker.clone());
        let learner = learner::Learner::start(engine.device.clone(), folders.features.clone(), reporter.clone())?;
        let peaks = PeakPictures::start(waker.clone())?;
        Ok(Self {
            opener: opener::Opener::start(reporter.clone())?,
            errands: errands::Errands::start(engine.clone(), folders.features.clone(), reporter.clone())?,
            learner,
            surveyor: surveyor::Surveyor::start(
                engine.model.clone(),
                folders.features.clone(),
                peaks.places(),
                reporter.clone(),
            )?,
            ablator: ablator::Ablator::start(engine.device.clone(), folders.features.clone(), reporter.clone())?,
            comparer: comparer::Comparer::start(engine.clone(), folders.features.clone(), reporter.clone())?,
            examiner: examiner::Examiner::start(reporter.clone())?,
            memory: known_normal::Memory::start(engine.model.clone(), folders.features.clone(), reporter.clone())?,
            inspector: inspector::Inspector::start(engine.clone(), folders.features.clone(), reporter.clone())?,
            sweeper: inspector::Sweeper::new(engine.clone(), folders.features.clone(), reporter.clone()),
            scoring: scoring::Scoring::start(engine, folders.features.clone(), reporter.clone())?,
            reviews: reviews::ReviewKeeper::start(folders.project.clone(), who, peaks.places(), reporter.clone())?,
            keeper: keeper::Keeper::start(folders.config.clone(), reporter.clone())?,
            demo: demo::DemoMaker::new(folders.data.clone(), reporter.clone()),
            agreement: agreement::AgreementReader::new(reporter.clone()),
            snapshots: snapshot::Snapshots::start(folders.snapshots.clone(), reporter.clone())?,
            thumbs: Thumbs::start(folders.thumbs.clone(), waker.clone())?,
            peaks,
            reporter,
            events,
            screen: Screen::new(waker),
            speaker: Speaker::start(Box::new(Loudspeaker))?,
            complaint: None,
        })
    }

    /// A way for others, such as the shell's dialogs, to report.
    pub fn reporter(&self) -> Reporter {
        self.reporter.clone()
    }

    /// Carries out an effect. Those that need the window are the shell's and do nothing here.
    pub fn run(&mut self, effect: Effect) {
        match effect {
            Effect::Expand(paths) => self.opener.expand(paths),
            Effect::Open { entry, path } => self.opener.open(entry, path),
            Effect::Show(video) => self.show(video.map(|video| *video)),
            Effect::Identified(id) => self.thumbs.identify(id),
            Effect::SetDecoding(options) => {
                let set = self.screen.set_decoding(options);
                self.told(set);
            }
            Effect::Score { job, video, tsa } => self.scoring.score(job, *video, tsa),
            Effect::Scatter { job, video, tsa } => self.scoring.scatter(job, *video, tsa),
            Effect::CancelScoring => self.scoring.cancel(),
            Effect::MakeDemo => self.demo.make(),
            Effect::Snapshot { video, folder } => self.snapshots.ask(video, folder),
            Effect::Examine(order) => self.examiner.examine(*order),
            Effect::SaveChart(order) => self.snapshots.chart(order),
            Effect::SaveTable(order) => self.snapshots.table(order),
            Effect::SavePrefs(prefs) => self.keeper.save(*prefs),
            Effect::LoadReview { id, video } => {
                self.reviews.ask(reviews::Request::Load(Box::new(reviews::known(id.clone(), &video))));
                self.peaks.know(id, *video);
            }
            Effect::Record { ticket, step, who, model } => {
                self.reviews.ask(reviews::Request::Record { ticket, step, who, model });
            }
            Effect::Undo { which, who, only_own } => {
                self.reviews.ask(reviews::Request::Undo { which, who, only_own });
            }
            Effect::JudgeRows { rows, verdict, first, title, who } => {
                self.reviews.ask(reviews::Request::JudgeRows { rows, verdict, first, title, who });
            }
            Effect::ReadAgreement { folder, who, tables } => self.agreement.read(folder, who, tables),
            Effect::StopAgreement => self.agreement.stop(),
            Effect::ListProjectVideos { open } => self.reviews.ask(reviews::Request::Videos { open }),
            Effect::ReadHistory => self.reviews.ask(reviews::Request::History),
            Effect::OpenProject { folder, who } => self.reviews.ask(reviews::Request::Open { folder, who }),
            Effect::Restore { backup, who } => self.reviews.ask(reviews::Request::Restore { backup, who }),
            Effect::RenameClass { from, to, who } => self.reviews.ask(reviews::Request::RenameClass { from, to, who }),
            Effect::RemoveClass { from, into, who } => {
                self.reviews.ask(reviews::Request::RemoveClass { from, into, who });
            }
            Effect::RecordEvents(found) => self.reviews.found(*found),
            Effect::CountQueue { question, filter } => self.reviews.ask(reviews::Request::Count(question, filter)),
            Effect::ReadQueue { question, filter, sort, place } => {
                self.reviews.ask(reviews::Request::Read(question, filter, sort, place));
            }
            Effect::LocateVideo { target, ahead } => self.reviews.ask(reviews::Request::Locate { target, ahead }),
            Effect::FindNextOpen { filter, sort, after } => {
                self.reviews.ask(reviews::Request::NextOpen { filter, sort, after });
            }
            Effect::Prepare(stops) => self.screen.prepare(stops),
            Effect::RunErrand { id, project, task } => self.errands.run(id, project, task),
            Effect::StopErrand => self.errands.stop(),
            Effect::ForgetErrands => self.errands.forget(),
            Effect::Import { plan, first, who } => self.reviews.ask(reviews::Request::Import { plan, first, who }),
            Effect::Relocate(places) => self.reviews.ask(reviews::Request::Relocate(places)),
            Effect::Inspect(order) => self.inspector.look(order),
            Effect::StopInspecting => self.inspector.stop(),
            Effect::Sweep(order) => self.sweeper.begin(order),
            Effect::StopSweep => self.sweeper.stop(),
            Effect::KeepSweep { swept, folder } => self.sweeper.keep(swept, folder),
            Effect::Recall(order) => self.memory.recall(order),
            Effect::PutAside(recalled) => self.reviews.ask(reviews::Request::PutAside(recalled)),
            Effect::Models(request) => self.reviews.ask(reviews::Request::Models(request)),
            Effect::Learn(request) => self.learner.ask(request),
            Effect::Ablation(request) => self.ablator.ask(request),
            Effect::Survey(request) => self.surveyor.ask(request),
            Effect::Compare(request) => self.comparer.ask(request),
            Effect::UseModel { weights, promoted } => {
                self.learner.ask(LearnRequest::Use(weights.clone()));
                self.memory.use_model(weights.clone());
                self.inspector.use_model(weights.clone());
                self.sweeper.use_model(weights.clone());
                self.comparer.use_model(weights.clone());
                self.surveyor.use_model(weights.clone());
                self.scoring.use_model(weights, promoted);
            }
            Effect::Copy(_) | Effect::Pick { .. } | Effect::Timeline(_) | Effect::FullScreen(_) | Effect::Quit => {}
        }
    }

    /// What the workers have reported since the last time. Never waits.
    pub fn poll(&mut self) -> Vec<Event> {
        let mut events: Vec<Event> = self.events.try_iter().collect();
        self.agreement.poll(&mut events);
        self.scoring.poll(&mut events);
        self.learner.poll(&mut events);
        self.comparer.poll(&mut events);
        self.surveyor.poll(&mut events);
        self.inspector.poll(&mut events);
        self.examiner.poll(&mut events);
        self.ablator.poll(&mut events);
        self.demo.poll(&mut events);
        self.sweeper.poll(&mut events);
        self.errands.poll(&mut events);
        self.reviews.flush();
        let complaint = self.screen.player().and_then(Player::error);
        if complaint != self.complaint {
            events.extend(complaint.clone().map(|text| Event::Told(Severity::Error, text)));
            self.complaint = complaint;
        }
        let notice = self.screen.player().and_then(Player::take_notice);
        events.extend(notice.map(|text| Event::Told(Severity::Warning, text)));
        events
    }

    fn show(&mut self, video: Option<OpenedVideo>) {
        self.speaker.show(video.as_ref().and_then(sound::file));
        let shown = self.screen.show(video.clone());
        self.told(shown);
        self.snapshots.forget();
        self.thumbs.show(video);
    }

    fn told(&self, done: Result<(), MediaError>) {
        if let Err(err) = done {
            self.reporter.tell(Severity::Error, format!("{err}."));
        }
    }

    /// A frame of the window begins, `secs` after the last one. Returns the seconds that playback should move by: sound is
    /// the clock while it plays.
    pub fn step(&mut self, state: &AppState, secs: f64) -> f64 {
        self.speaker.step(secs, sound::motion(state))
    }

    /// Lets sound follow what playback does since the frame began. Never waits.
    pub fn listen(&mut self, state: &AppState) {
        self.speaker.follow(sound::motion(state), sound::gain(&state.prefs));
    }

    /// The best picture at hand of the frame on screen. Never waits; asks for better ones.
    pub fn picture(&mut self, state: &AppState) -> Option<Playing> {
        let session = state.session.as_ref()?;
        let transport = &session.transport;
        let picture = self.screen.picture(Request {
            frame: session.frame(),
            playing: transport.is_playing(),
            backward: transport.is_backward(),
            speed: transport.speed(),
        })?;
        self.scoring.make_way(picture.delay == Delay::Decoding || transport.is_playing());
        self.peaks.make_way(picture.delay == Delay::Decoding || transport.is_playing());
        self.thumbs.make_way(match picture.delay {
            Delay::Decoding => thumbs::Load::Decoding,
            _ if transport.is_playing() => thumbs::Load::Playing,
            _ => thumbs::Load::None,
        });
        if let Some(frame) = picture.frame.as_ref().filter(|_| picture.delay != Delay::Decoding) {
            self.snapshots.take(frame);
        }
        Some(picture)
    }

    /// Small pictures of frames of any open video.
    pub fn peaks(&self) -> &PeakPictures {
        &self.peaks
    }

    /// Small pictures of the video on screen.
    pub fn thumbs(&self) -> &Thumbs {
        &self.thumbs
    }

    /// Ends the workers: what must be on disk is written, everything else is dropped.
    pub fn finish(self) {
        // Workers that wait to report are let go before anything is waited for.
        drop(self.events);
        self.reviews.finish();
        self.snapshots.finish();
        self.keeper.finish();
    }
}

/// Names and versions of the libraries that decode.
pub fn versions() -> Vec<(String, String)> {
    ffmpeg_versions()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::domain::pixels::RgbPicture;
    use crate::domain::time::Rate;
    use crate::media::{self, DecodeOptions, VideoWriter};

    #[test]
    fn switching_hardware_off_starts_the_player_anew() {
        let folder = tempfile::tempdir().expect("is made");
        let path = folder.path().join("clip.mp4");
        let mut writer = VideoWriter::create(&path, 32, 32, Rate { num: 25, den: 1 }).expect("is made");
        for _ in 0..10 {
            writer.push(&RgbPicture::black(32, 32)).expect("is written");
        }
        writer.finish().expect("is written");
        let video = media::open(&path).expect("opens");
        let (wake, woken) = sync_channel(1);
        let waker = Waker::new(move || {
            wake.try_send(()).ok();
        });
        let engine = EngineOptions { device: Some("cpu".to_owned()), encoder: EncoderSpec::Builtin, model: None };
        let mut services =
            Services::start(engine, &Folders::below(folder.path()), "Ada".to_owned(), waker).expect("starts");
        let settled = |services: &Services| -> Arc<str> {
            let player = services.screen.player().expect("plays");
            loop {
                let answer = player.request(Request::at(7));
                if answer.delay == Delay::UpToDate {
                    return answer.decoder;
                }
                woken.recv_timeout(Duration::from_mins(1)).expect("the player wakes the window");
            }
        };
        services.run(Effect::Show(Some(Box::new(video))));
        assert!(!settled(&services).contains("switched off"));
        let off = DecodeOptions { hardware: false, ..DecodeOptions::default() };
        services.run(Effect::SetDecoding(off));
        assert!(settled(&services).ends_with("switched off"));
        services.finish();
    }
}
