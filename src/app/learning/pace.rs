//! How long learning takes on this machine.
//!
//! Owns a review to learn from that is the same everywhere, and the measuring of its parts: from the order to learn to the
//! new curves of every video, and from resting on "false alarm" to the ghost curve. What runs is what runs in the window.
//! Does not own the threads there, nor what is learned: the features are noise, and time does not depend on them.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{Comparison, LearningVideo, candidate, compare, data, plan, replay_auc, scores, tune_bag, tune_set};
use crate::domain::features::FeatureMatrix;
use crate::domain::interval::FrameSpan;
use crate::domain::lesson::{LessonRules, LessonVideo, bag_of_false_alarm};
use crate::domain::library::VideoId;
use crate::domain::provenance::SeenVideos;
use crate::domain::record::{ItemId, ReviewState};
use crate::domain::review::{Judgement, Verdict};
use crate::domain::segment::EventRule;
use crate::domain::snippet::SNIPPET_FRAMES;
use crate::domain::time::MediaTime;
use crate::jobs::Ticket;
use crate::model::train::tune::ghost;
use crate::model::train::{TuneSet, TuneSettings, Tuning};
use crate::model::weights::ModelWeights;
use crate::model::{ComputeDevice, ModelError, Scorer};

/// Verdicts of the measured lesson, one in each video.
const VERDICTS: usize = 20;
/// Snippets of each of its videos: ten minutes at 30 frames per second.
const SNIPPETS: usize = 1125;
/// Snippets of the videos that a ghost curve is measured on.
const GHOSTS: [usize; 3] = [300, 1200, 6750];
/// Times that each ghost is made; the median is told.
const ROUNDS: usize = 5;

/// Seconds of the parts of learning.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningPace {
    /// What it ran on.
    pub device: String,
    /// Steps that the learning took.
    pub steps: usize,
    /// Learning, the first look at how sure the model may be included.
    pub learning: f64,
    /// The new curves of all videos and the comparison with the old.
    pub comparing: f64,
    /// Snippets of a video, and its ghost curve.
    pub ghosts: Vec<(usize, f64)>,
}

impl fmt::Display for LearningPace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.device)?;
        let total = self.learning + self.comparing;
        writeln!(
            f,
            "from learning to new curves             {total:>8.2} s   {VERDICTS} verdicts, {VERDICTS} videos of {SNIPPETS} snippets"
        )?;
        writeln!(f, "  learning                              {:>8.2} s   {} steps", self.learning, self.steps)?;
        writeln!(f, "  new curves and comparison             {:>8.2} s", self.comparing)?;
        for (snippets, seconds) in &self.ghosts {
            writeln!(f, "ghost curve, T = {snippets:<6}                 {seconds:>8.3} s")?;
        }
        Ok(())
    }
}

/// Measures both with the model that comes with the program; `progress` hears what comes next.
///
/// # Errors
/// The device fails.
pub fn measure(device: &ComputeDevice, progress: &mut dyn FnMut(&str)) -> Result<LearningPace, ModelError> {
    let model = Arc::new(ModelWeights::builtin()?);
    let videos = reviewed(VERDICTS, SNIPPETS, model.info().dim)?;
    progress("learning from verdicts");
    let (steps, learning, comparing) = lesson(&model, &videos, TuneSettings::default(), device)?;
    let mut ghosts = Vec::new();
    for snippets in GHOSTS {
        progress(&format!("ghost curve, T = {snippets}"));
        let videos = reviewed(1, snippets, model.info().dim)?;
        let mut times = Vec::with_capacity(ROUNDS);
        // The first one warms up.
        ghost_curve(&model, &videos[0], device)?;
        for _ in 0..ROUNDS {
            let began = Instant::now();
            ghost_curve(&model, &videos[0], device)?;
            times.push(began.elapsed().as_secs_f64());
        }
        times.sort_by(f64::total_cmp);
        ghosts.push((snippets, times[ROUNDS / 2]));
    }
    Ok(LearningPace { device: device.label(), steps, learning, comparing, ghosts })
}

/// Steps taken, and seconds of learning and of comparing.
fn lesson(
    model: &Arc<ModelWeights>,
    videos: &[LearningVideo],
    settings: TuneSettings,
    device: &ComputeDevice,
) -> Result<(usize, f64, f64), ModelError> {
    let ticket = Ticket::unlimited();
    let rule = EventRule { threshold: model.info().threshold.unwrap_or(0.5), ..EventRule::default() };
    // The window has the present curves when somebody asks to learn.
    let current = Scorer::new(Arc::clone(model), device)?;
    let before = scores(&current, videos, &mut |_| (), &ticket)?;
    let began = Instant::now();
    let plan = plan(videos, &before, rule, LessonRules::default(), model);
    if !plan.is_ready() {
        return Err(ModelError::Input(plan.missing.join(" ")));
    }
    let mut tuning = Tuning::new(Arc::clone(model), tune_set(&plan, videos), settings, device)?;
    tuning.run(&mut (), &ticket)?;
    let tuned = tuning.result();
    let learning = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let scorer = Scorer::new(Arc::new(tuned.weights.clone()), device)?;
    let after = scores(&scorer, videos, &mut |_| (), &ticket)?;
    let replay = |scorer: &Scorer| replay_auc(scorer, model.replay(), &ticket);
    let gate = compare(Comparison {
        videos,
        before: &before,
        after: &after,
        rule,
        threshold: None,
        plan: Some(&plan),
        held_out: tuned.held_out,
        replay: replay(&current)?.zip(replay(&scorer)?),
    });
    let steps = tuned.steps;
    candidate(tuned, data(&plan, 0), SeenVideos::default(), &gate);
    Ok((steps, learning, began.elapsed().as_secs_f64()))
}

/// As the window's: a few steps on one event, then the whole video.
fn ghost_curve(
    model: &Arc<ModelWeights>,
    video: &LearningVideo,
    device: &ComputeDevice,
) -> Result<Vec<f32>, ModelError> {
    let unjudged = [event(video.features.snippets())?];
    let lesson = LessonVideo { name: &video.name, frames: video.frames, review: &video.review, unjudged: &unjudged };
    let bag = bag_of_false_alarm(&lesson, unjudged[0], &LessonRules::default());
    let bag = bag.and_then(|bag| tune_bag(&bag, std::slice::from_ref(video)));
    let bag = bag.ok_or_else(|| ModelError::Input("there is no stretch to learn from".to_owned()))?;
    let set = TuneSet { train: vec![bag], held_out: Vec::new() };
    let ticket = Ticket::unlimited();
    let scorer = ghost(Arc::clone(model), set, &TuneSettings::default().few(), device, &ticket)?;
    Ok(scorer.score(&video.features, &scorer.info().tsa, None, &ticket)?.scores)
}

/// A stretch in the middle of a video.
fn event(snippets: usize) -> Result<FrameSpan, ModelError> {
    let (start, end) = (snippets / 2 * SNIPPET_FRAMES, (snippets / 2 + 6) * SNIPPET_FRAMES);
    FrameSpan::new(start, end).ok_or_else(|| ModelError::Input("the stretch is empty".to_owned()))
}

/// Videos with one verdict each, anomalies and false alarms by turns.
fn reviewed(count: usize, snippets: usize, dim: usize) -> Result<Vec<LearningVideo>, ModelError> {
    let mut videos = Vec::with_capacity(count);
    for number in 0..count {
        let mut random = StdRng::seed_from_u64(number as u64);
        let values = (0..snippets * dim).map(|_| random.random_range(-0.5..0.5)).collect();
        let features =
            FeatureMatrix::new(1, snippets, dim, values).map_err(|err| ModelError::Input(err.to_string()))?;
        let mut review = ReviewState::new(VideoId::from_hash([number as u8; 32]));
        let verdict = if number % 2 == 0 { Verdict::FalseAlarm } else { Verdict::Anomaly };
        let span = event(snippets)?;
        let judgement = Judgement {
            span,
            verdict,
            class: None,
            tags: Vec::new(),
            note: String::new(),
            model: None,
            peak_frame: span.start(),
            peak_score: 0.9,
        };
        review.judgements.insert(ItemId(number as u64), judgement);
        videos.push(LearningVideo {
            name: format!("{}.mp4", number + 1),
            frames: snippets * SNIPPET_FRAMES,
            duration: MediaTime::from_micros((snippets * SNIPPET_FRAMES) as i64 * 33_333),
            review,
            features: Arc::new(features),
        });
    }
    Ok(videos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_runs_and_is_told() {
        let (model, cpu) = (Arc::new(ModelWeights::builtin().expect("is read")), ComputeDevice::cpu(None));
        let videos = reviewed(6, 48, model.info().dim).expect("fits");
        let settings = TuneSettings { steps: 2, judge_every: 1, batch: 2, ..TuneSettings::default() };
        let (steps, learning, comparing) = lesson(&model, &videos, settings, &cpu).expect("learns");
        assert_eq!(steps, 2);
        assert_eq!(ghost_curve(&model, &videos[0], &cpu).expect("is made").len(), 48);
        let pace = LearningPace { device: cpu.label(), steps, learning, comparing, ghosts: vec![(48, 0.25)] };
        let text = pace.to_string();
        assert!(text.contains("2 steps") && text.contains("T = 48") && text.contains("0.250 s"), "{text}");
    }
}
