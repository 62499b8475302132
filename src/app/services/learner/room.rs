//! The work of learning, on whichever thread it runs.
//!
//! Owns the videos with their features, both models' scores, and the run. Does not own how the parts are put together
//! ([`crate::app::learning`]), nor the thread.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use crate::app::learn::{Compared, GhostOrder, LearnNews, LessonOrder, Overlay, Planned, RunProgress};
use crate::app::learning::estimate::Lesson;
use crate::app::learning::{self, Comparison, LearningVideo};
use crate::domain::curve::Curve;
use crate::domain::features::FeatureMatrix;
use crate::domain::lesson::{LessonPlan, LessonRules, LessonVideo, bag_of_false_alarm};
use crate::domain::library::VideoId;
use crate::domain::record::ReviewState;
use crate::domain::segment::EventRule;
use crate::domain::snippet::SnippetGrid;
use crate::domain::time::MediaTime;
use crate::jobs::{Progress, Ticket};
use crate::model::train::tune::ghost;
use crate::model::train::{TuneObserver, TuneReport, TuneSet, TuneSettings, Tuning};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError, Scorer};
use crate::store::FeatureCache;

/// Hears what is done, how far, and how many seconds are left.
pub(super) type Report<'a> = dyn Fn(&'static str, Progress, Option<f64>) + 'a;

/// All that a lesson or a comparison needs.
pub(super) struct Room {
    order: LessonOrder,
    device: ComputeDevice,
    scorer: Scorer,
    videos: Vec<LearningVideo>,
    /// Scores of the model in use.
    scores: Vec<Vec<f32>>,
    /// Seconds that those took.
    scoring_secs: f64,
    left_out: Vec<String>,
    unknown: usize,
    notes: Vec<String>,
    plan: Option<Planned>,
    settings: TuneSettings,
    tuning: Option<Tuning>,
    progress: RunProgress,
}

impl Room {
    /// Reads the features that are kept and scores all of them with the model in use.
    pub(super) fn open(
        order: LessonOrder,
        device: Option<&str>,
        features: Option<&Path>,
        report: &Report<'_>,
        ticket: &Ticket,
    ) -> Result<Self, ModelError> {
        let cache = cache(features)?;
        let device = ComputeDevice::choose(device)?;
        let (mut videos, mut left_out, mut unknown) = (Vec::new(), Vec::new(), 0);
        let all = order.material.videos.len();
        for (done, (known, review)) in order.material.videos.iter().enumerate() {
            report("Reading features", Progress { done, total: all, skipped: 0 }, None);
            if ticket.is_stale() {
                return Err(ModelError::Cancelled);
            }
            let kept = known.frames.zip(known.duration).and_then(|(frames, duration)| {
                let features = Arc::new(kept(&cache, &known.id, (&order.encoder, order.dim), frames)?);
                Some(LearningVideo { name: known.name.clone(), frames, duration, review: review.clone(), features })
            });
            match kept {
                Some(video) => videos.push(video),
                None if *review == ReviewState::new(known.id.clone()) => unknown += 1,
                None => {
                    left_out.push(format!("{}: its features are not kept. Open it and let it be scored.", known.name));
                }
            }
        }
        let (mut notes, mut device) = (Vec::new(), device);
        let began = Instant::now();
        let model = Arc::clone(&order.material.model);
        let (scorer, scores) = scored(&model, &mut device, &videos, &mut notes, &timed("Scoring", report), ticket)?;
        Ok(Self {
            order,
            device,
            scorer,
            videos,
            scores,
            scoring_secs: began.elapsed().as_secs_f64(),
            left_out,
            unknown,
            notes,
            plan: None,
            settings: TuneSettings::default(),
            tuning: None,
            progress: RunProgress::default(),
        })
    }

    /// Whether there is a candidate to compare, rather than a lesson to plan.
    pub(super) fn compares(&self) -> bool {
        self.order.material.candidate.is_some()
    }

    /// Makes the plan.
    pub(super) fn plan(&mut self, intervals: bool) -> LearnNews {
        let rules = LessonRules { intervals, ..LessonRules::default() };
        let model = &self.order.material.model;
        let plan = learning::plan(&self.videos, &self.scores, self.order.rule, rules, model);
        (self.tuning, self.progress) = (None, RunProgress::default());
        let planned = Planned {
            left_out: self.left_out.clone(),
            unknown: self.unknown,
            videos: self.videos.len(),
            steps: self.settings.steps,
            secs: None,
            interval_weight: self.settings.snippet_weight,
            has_intervals: self.videos.iter().any(|video| !video.review.labels.is_empty()),
            device: self.device.label(),
            plan,
        };
        self.plan = Some(planned.clone());
        LearnNews::Planned(Box::new(planned))
    }

    /// The plan again, with the time that it takes, by a trial; nothing where there is nothing to try. It ends early when
    /// somebody begins.
    pub(super) fn estimate(&self, ticket: &Ticket) -> Result<Option<LearnNews>, ModelError> {
        let Some(planned) = self.plan.as_ref().filter(|planned| planned.plan.is_ready()) else { return Ok(None) };
        let secs = Some(self.trial(&planned.plan, ticket)?);
        Ok(Some(LearnNews::Planned(Box::new(Planned { secs, ..planned.clone() }))))
    }

    /// Seconds that learning and comparing take at most.
    fn trial(&self, plan: &LessonPlan, ticket: &Ticket) -> Result<f64, ModelError> {
        let (videos, model) = (&self.videos, &self.order.material.model);
        let (settings, scoring_secs) = (&self.settings, self.scoring_secs);
        Lesson { plan, videos, model, settings, scoring_secs }.seconds(&self.device, ticket)
    }

    /// Begins or goes on; then compares.
    pub(super) fn run(&mut self, show: &dyn Fn(LearnNews), ticket: &Ticket) -> Result<LearnNews, ModelError> {
        let plan = self.plan.as_ref().map(|planned| planned.plan.clone());
        let Some(plan) = plan.filter(LessonPlan::is_ready) else {
            return Err(ModelError::Input("there is no plan to follow".to_owned()));
        };
        let mut tuning = if let Some(tuning) = self.tuning.take() {
            tuning
        } else {
            let set = learning::tune_set(&plan, &self.videos);
            let start = Arc::clone(&self.order.material.model);
            let holds_out = !set.held_out.is_empty();
            self.progress = RunProgress { steps: self.settings.steps, holds_out, ..RunProgress::default() };
            Tuning::new(start, set, self.settings.clone(), &self.device)?
        };
        let before = self.progress.secs;
        let mut watcher = Watcher { progress: &mut self.progress, began: Instant::now(), before, show };
        watcher.tell();
        let ran = tuning.run(&mut watcher, ticket);
        let tuned = tuning.result();
        // Also when it is done: a pause may come while both models are compared.
        self.tuning = Some(tuning);
        ran?;
        let weights = Arc::new(tuned.weights.clone());
        let report = |_: &'static str, progress, secs| show(LearnNews::Working("Comparing", progress, secs));
        let (after, curves) = self.after(&weights, &report, ticket)?;
        let replay = self.replay(&after, ticket)?;
        let (step, steps, secs, mut notes) = (tuned.step, tuned.steps, self.progress.secs, tuned.notes.clone());
        notes.extend(self.notes.iter().cloned());
        notes.dedup();
        let gate = learning::compare(Comparison {
            videos: &self.videos,
            before: &self.scores,
            after: &curves,
            rule: self.order.rule,
            threshold: self.threshold(None),
            plan: Some(&plan),
            held_out: tuned.held_out,
            replay,
        });
        let candidate = Arc::new(learning::candidate(
            tuned,
            learning::data(&plan, self.order.material.step),
            learning::seen(&plan, &self.videos),
            &gate,
        ));
        let id = candidate.info().weights_id.clone();
        let curves = self.overlays(curves, gate.rules.after.threshold, "candidate");
        let compared = Compared::new(Some(id), Some((step, steps, secs)), gate, curves, notes);
        self.tuning = None;
        Ok(LearnNews::Compared(Box::new(compared), Some(candidate)))
    }

    /// Compares the candidate that came with the order.
    pub(super) fn compare(&mut self, report: &Report<'_>, ticket: &Ticket) -> Result<LearnNews, ModelError> {
        let Some(candidate) = self.order.material.candidate.clone() else {
            return Err(ModelError::Input("there is nothing to compare".to_owned()));
        };
        let (after, curves) = self.after(&candidate, report, ticket)?;
        let own = candidate.info().threshold.unwrap_or_else(|| EventRule::default().threshold);
        let gate = learning::compare(Comparison {
            videos: &self.videos,
            before: &self.scores,
            after: &curves,
            rule: self.order.rule,
            threshold: self.threshold(Some(own)),
            plan: None,
            held_out: None,
            replay: self.replay(&after, ticket)?,
        });
        let curves = self.overlays(curves, gate.rules.after.threshold, "other model");
        let id = candidate.info().weights_id.clone();
        let mut notes = self.notes.clone();
        notes.extend(learning::familiar(candidate.info(), &self.videos));
        let compared = Compared::new(Some(id), None, gate, curves, notes);
        Ok(LearnNews::Compared(Box::new(compared), None))
    }

    fn after(
        &mut self,
        weights: &Arc<ModelWeights>,
        report: &Report<'_>,
        ticket: &Ticket,
    ) -> Result<(Scorer, Vec<Vec<f32>>), ModelError> {
        scored(weights, &mut self.device, &self.videos, &mut self.notes, &timed("Comparing", report), ticket)
    }

    fn replay(&self, after: &Scorer, ticket: &Ticket) -> Result<Option<(f64, f64)>, ModelError> {
        let replay = self.order.material.model.replay();
        let of = |scorer: &Scorer| learning::replay_auc(scorer, replay, ticket);
        Ok(of(&self.scorer)?.zip(of(after)?))
    }

    /// The threshold that a model with this one of its own would have on screen.
    fn threshold(&self, own: Option<f32>) -> Option<f32> {
        if self.order.chosen { Some(self.order.rule.threshold) } else { own }
    }

    fn overlays(&self, curves: Vec<Vec<f32>>, threshold: f32, name: &'static str) -> BTreeMap<VideoId, Overlay> {
        let overlay =
            |scores: Vec<f32>| Overlay { scores: Curve::new(scores), band: None, threshold, name: name.into() };
        self.videos.iter().map(|video| video.id().clone()).zip(curves.into_iter().map(overlay)).collect()
    }
}

/// Scores of all videos; where the device fails, on the CPU instead, with a note.
fn scored(
    weights: &Arc<ModelWeights>,
    device: &mut ComputeDevice,
    videos: &[LearningVideo],
    notes: &mut Vec<String>,
    report: &dyn Fn(Progress),
    ticket: &Ticket,
) -> Result<(Scorer, Vec<Vec<f32>>), ModelError> {
    let attempt = |device: &ComputeDevice| {
        let scorer = Scorer::new(Arc::clone(weights), device)?;
        let scores = learning::scores(&scorer, videos, &mut |progress| report(progress), ticket)?;
        Ok::<_, ModelError>((scorer, scores))
    };
    let (scorer, scores) = match attempt(device) {
        Err(ModelError::Compute(error)) if !device.is_cpu() => {
            log::warn!("{}: {error}", device.label());
            notes.push(format!("{} failed: the CPU went on.", device.label()));
            *device = ComputeDevice::cpu(None);
            attempt(device)?
        }
        done => done?,
    };
    notes.extend(scorer.notes());
    Ok((scorer, scores))
}

/// Adds the time that is left to reports of progress.
fn timed<'a>(what: &'static str, report: &'a Report<'a>) -> impl Fn(Progress) + 'a {
    let began = Instant::now();
    move |progress: Progress| report(what, progress, progress.remaining_secs(began.elapsed().as_secs_f64()))
}

/// Collects the curves of a run.
struct Watcher<'a> {
    progress: &'a mut RunProgress,
    began: Instant,
    /// Seconds of work before the last pause.
    before: f64,
    show: &'a dyn Fn(LearnNews),
}

impl Watcher<'_> {
    fn tell(&mut self) {
        self.progress.secs = self.before + self.began.elapsed().as_secs_f64();
        (self.show)(LearnNews::Progress(Box::new(self.progress.clone())));
    }
}

impl TuneObserver for Watcher<'_> {
    fn on_step(&mut self, report: &TuneReport) {
        self.progress.losses.push(report.losses);
        self.tell();
    }

    fn on_judged(&mut self, step: usize, loss: f64) {
        self.progress.judged.push((step, loss));
        self.tell();
    }

    fn note(&mut self, note: &str) {
        self.progress.notes.push(note.to_owned());
        self.tell();
    }
}

fn cache(folder: Option<&Path>) -> Result<FeatureCache, ModelError> {
    let folder = folder
        .ok_or_else(|| ModelError::Input("this system offers no folder in which features could be kept".to_owned()))?;
    FeatureCache::open(folder).map_err(|err| ModelError::Input(err.to_string()))
}

/// Features that were made before.
fn kept(cache: &FeatureCache, id: &VideoId, (encoder, dim): (&str, usize), frames: usize) -> Option<FeatureMatrix> {
    let snippets = SnippetGrid::new(frames).count();
    let rows = cache.complete(id, encoder, dim, snippets)?;
    FeatureMatrix::new(1, snippets, dim, rows).ok()
}

/// What ghost curves are made with.
pub(super) struct Ghosts {
    device: Option<String>,
    features: Option<PathBuf>,
    model: Option<Arc<ModelWeights>>,
    /// Features of the video that was asked for last.
    last: Option<(VideoId, Arc<FeatureMatrix>)>,
}

impl Ghosts {
    pub(super) fn new(device: Option<String>, features: Option<PathBuf>) -> Self {
        Self { device, features, model: None, last: None }
    }

    /// The model that is in use from now on.
    pub(super) fn use_model(&mut self, weights: Option<Arc<ModelWeights>>) {
        self.model = weights;
    }

    /// Scores of a video after a few steps on one event as a false alarm; `None` where that cannot be learned, or the
    /// features are not kept. Nothing is kept of it.
    pub(super) fn curve(&mut self, order: &GhostOrder, ticket: &Ticket) -> Result<Option<Vec<f32>>, ModelError> {
        let video = &order.review.video;
        if self.model.is_none() {
            self.model = Some(Arc::new(ModelWeights::builtin()?));
        }
        if self.last.as_ref().is_none_or(|(last, _)| last != video) {
            let cache = cache(self.features.as_deref())?;
            let found = kept(&cache, video, (&order.encoder, order.dim), order.frames);
            self.last = found.map(|features| (video.clone(), Arc::new(features)));
        }
        let (Some(model), Some((_, features))) = (&self.model, &self.last) else { return Ok(None) };
        let lesson = LessonVideo { name: "", frames: order.frames, review: &order.review, unjudged: &order.unjudged };
        let Some(bag) = bag_of_false_alarm(&lesson, order.event, &LessonRules::default()) else { return Ok(None) };
        let video = LearningVideo {
            name: String::new(),
            frames: order.frames,
            duration: MediaTime::ZERO,
            review: (*order.review).clone(),
            features: Arc::clone(features),
        };
        let Some(bag) = learning::tune_bag(&bag, std::slice::from_ref(&video)) else { return Ok(None) };
        let set = TuneSet { train: vec![bag], held_out: Vec::new() };
        let device = ComputeDevice::choose(self.device.as_deref())?;
        let scorer = ghost(Arc::clone(model), set, &TuneSettings::default().few(), &device, ticket)?;
        let tsa = scorer.info().tsa;
        Ok(Some(scorer.score(features, &tsa, None, ticket)?.scores))
    }
}
