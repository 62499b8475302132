//! The evaluation of scores by ground truth: all figures of a set of videos as one value.
//!
//! Owns which figures an evaluation has and how they are put together from [`crate::domain::evaluation`], for the command and
//! the window alike. Does not own reading scores and truth, or how figures are shown.

pub mod record;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::bootstrap::{Estimate, estimates};
use crate::domain::evaluation::alarms::{DetPoint, FalseAlarms, det};
use crate::domain::evaluation::calibration::Calibration;
use crate::domain::evaluation::delay::DelayFigures;
use crate::domain::evaluation::events::{EventFigures, EventRanking};
use crate::domain::evaluation::ranking::{CurvePoint, Ranking};
use crate::domain::evaluation::{EvalVideo, FlaggedEvent, NORMAL};
use crate::domain::metrics::DetectionMetrics;
use crate::domain::segment::EventRule;

/// Points kept of each curve: enough for any printed size.
const CURVE_POINTS: usize = 400;

/// Thresholds at which missed anomalies and false alarms are counted.
const DET_POINTS: usize = 120;

/// How figures are computed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvalSettings {
    /// What makes events of scores.
    pub rule: EventRule,
    /// Overlaps at which events are matched, upwards.
    pub tious: Vec<f64>,
    /// Resamples of the videos for the intervals; 0 for none.
    pub resamples: usize,
    /// Seed of the resamples.
    pub seed: u64,
    /// Bins of the reliability table.
    pub bins: usize,
}

impl Default for EvalSettings {
    fn default() -> Self {
        Self { rule: EventRule::default(), tious: vec![0.1, 0.2, 0.3, 0.4, 0.5], resamples: 500, seed: 0, bins: 10 }
    }
}

/// 95 % intervals of the frame figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameIntervals {
    /// Of the area under the ROC curve.
    pub roc_auc: Option<(f64, f64)>,
    /// Of the trapezoid area under the precision-recall points.
    pub pr_auc_trapezoid: Option<(f64, f64)>,
    /// Of average precision.
    pub average_precision: Option<(f64, f64)>,
}

/// Events against anomalies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventSummary {
    /// Events of the rule in use.
    pub flagged: usize,
    /// True ones.
    pub anomalies: usize,
    /// One for each overlap.
    pub at: Vec<EventFigures>,
    /// Mean average precision over the overlaps, whatever the class.
    pub mean_average_precision: Option<f64>,
    /// For each overlap, the mean over classes of a class's average precision; `None` where no class is known.
    pub class_mean_average_precision: Option<Vec<f64>>,
}

/// Figures of the videos of one class together with all videos in which nothing happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassFigures {
    /// Its name.
    pub class: String,
    /// Videos of the class.
    pub videos: usize,
    /// Their frames.
    pub frames: usize,
    /// Anomalous ones among them.
    pub positives: usize,
    /// ROC-AUC over frames of the class's and of normal videos.
    pub roc_auc: Option<Estimate>,
    /// Average precision over the same.
    pub average_precision: Option<Estimate>,
    /// ROC-AUC over frames of the class's own videos alone: whether the anomaly is found within its video.
    pub roc_auc_within: Option<f64>,
    /// Events of the class's and of normal videos.
    pub events: Vec<EventFigures>,
    /// How late the class's anomalies are noticed.
    pub delay: DelayFigures,
}

/// One video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VideoFigures {
    /// As the list calls it.
    pub name: String,
    /// Its classes, where known.
    pub classes: Vec<String>,
    /// Frames judged.
    pub frames: usize,
    /// Anomalous ones.
    pub positives: usize,
    /// Its own ROC-AUC, where it has frames of both kinds.
    pub roc_auc: Option<f64>,
    /// Its highest score.
    pub highest: f32,
    /// Events.
    pub flagged: usize,
    /// Anomalies.
    pub anomalies: usize,
    /// Anomalies that share a frame with an event.
    pub found: usize,
}

/// What only videos that can be told apart have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ByVideo {
    /// How many.
    pub videos: usize,
    /// Those in which nothing happens.
    pub normal_videos: usize,
    /// How long they are together.
    pub hours: f64,
    /// Of the frame figures.
    pub intervals: FrameIntervals,
    /// By class, in the order of their names; empty where no class is known.
    pub classes: Vec<ClassFigures>,
    /// At the rule in use.
    pub events: EventSummary,
    /// At the rule in use.
    pub false_alarms: FalseAlarms,
    /// At the threshold in use.
    pub delay: DelayFigures,
    /// Missed anomalies over false alarms, by falling threshold.
    pub det: Vec<DetPoint>,
    /// Each video, in the order of the list.
    pub by_video: Vec<VideoFigures>,
}

/// All figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Over all frames together.
    #[serde(flatten)]
    pub metrics: DetectionMetrics,
    /// How they were computed.
    pub settings: EvalSettings,
    /// Whether scores are probabilities; `None` where they do not lie between 0 and 1.
    pub calibration: Option<Calibration>,
    /// Points of the ROC and precision-recall curves.
    pub curve: Vec<CurvePoint>,
    /// `None` where nothing says where one video ends and the next begins.
    #[serde(flatten)]
    pub by_video: Option<ByVideo>,
}

impl Evaluation {
    /// The ROC curve from where nothing is flagged: threshold, false-positive rate, true-positive rate.
    pub fn roc(&self) -> impl Iterator<Item = (f32, f64, f64)> {
        let points = self.curve.iter().map(|p| (p.threshold, p.false_positive_rate, p.recall));
        std::iter::once((f32::INFINITY, 0.0, 0.0)).chain(points)
    }

    /// The precision-recall curve from where nothing is flagged, of which the precision is taken for 1: threshold, recall,
    /// precision.
    pub fn precision_recall(&self) -> impl Iterator<Item = (f32, f64, f64)> {
        let points = self.curve.iter().map(|p| (p.threshold, p.recall, p.precision));
        std::iter::once((f32::INFINITY, 0.0, 1.0)).chain(points)
    }

    /// The figures of `videos`. With `told_apart` false they are nothing but rows of frames, and only frame figures are
    /// computed. The same videos and settings give the same figures.
    ///
    /// # Errors
    /// A sentence: no frames, or frames of one kind only.
    pub fn of(videos: &[EvalVideo], told_apart: bool, settings: &EvalSettings) -> Result<Self, String> {
        let all: Vec<&EvalVideo> = videos.iter().collect();
        let ranking = Ranking::of(all.iter().copied());
        let metrics = ranking.metrics(&vec![1; all.len()]).ok_or_else(|| {
            let frames: usize = all.iter().map(|v| v.frames).sum();
            let what = if all.iter().any(|v| !v.is_normal()) { "anomalous" } else { "normal" };
            format!("all {frames} frames are {what}: figures need frames of both kinds")
        })?;
        Ok(Self {
            metrics,
            settings: settings.clone(),
            calibration: Calibration::of(&ranking, settings.bins),
            curve: ranking.curve(CURVE_POINTS),
            by_video: told_apart.then(|| ByVideo::of(&all, &ranking, settings)),
        })
    }
}

/// The threshold whose events have the best F1 at the least overlap of `settings`, of equals the highest; `None` without
/// an anomaly that any threshold finds.
pub fn best_threshold(videos: &[EvalVideo], settings: &EvalSettings) -> Option<f32> {
    let all: Vec<&EvalVideo> = videos.iter().collect();
    let tiou = settings.tious.first().copied()?;
    let f1 = |threshold: f32| {
        let rule = EventRule { threshold, ..settings.rule };
        let events: Vec<Vec<FlaggedEvent>> = all.iter().map(|video| video.events(rule)).collect();
        EventRanking::new(&all, &events, tiou).figures(0, 0).f1.map_or(0.0, |f1| f1.value)
    };
    let thresholds = Ranking::of(all.iter().copied()).thresholds(DET_POINTS);
    let each: Vec<(f32, f64)> = thresholds.par_iter().map(|threshold| (*threshold, f1(*threshold))).collect();
    let best = each.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })?;
    (best.1 > 0.0).then_some(best.0)
}

impl ByVideo {
    fn of(all: &[&EvalVideo], ranking: &Ranking, settings: &EvalSettings) -> Self {
        let EvalSettings { rule, resamples, seed, .. } = *settings;
        let events: Vec<Vec<FlaggedEvent>> = all.par_iter().map(|video| video.events(rule)).collect();
        let [roc, pr, ap] = estimates(all.len(), resamples, seed, |times| {
            let metrics = ranking.metrics(times);
            [metrics.map(|m| m.roc_auc), metrics.map(|m| m.pr_auc_trapezoid), metrics.map(|m| m.average_precision)]
        });
        let interval = |estimate: Option<Estimate>| estimate.and_then(|e| e.interval);
        let mut names: Vec<&String> = all.iter().flat_map(|v| &v.classes).filter(|class| *class != NORMAL).collect();
        names.sort_unstable();
        names.dedup();
        let classes: Vec<ClassFigures> =
            names.par_iter().map(|class| class_figures(class, all, &events, ranking, settings)).collect();
        Self {
            videos: all.len(),
            normal_videos: all.iter().filter(|v| v.is_normal()).count(),
            hours: all.iter().map(|v| v.seconds).sum::<f64>() / 3600.0,
            intervals: FrameIntervals {
                roc_auc: interval(roc),
                pr_auc_trapezoid: interval(pr),
                average_precision: interval(ap),
            },
            events: summary(all, &events, &classes, settings),
            classes,
            false_alarms: FalseAlarms::of(all, &events, resamples, seed),
            delay: DelayFigures::of(all, rule.threshold),
            det: det(all, rule, &ranking.thresholds(DET_POINTS)),
            by_video: all.iter().zip(&events).map(|(video, events)| video_figures(video, events)).collect(),
        }
    }
}

fn at_overlaps(all: &[&EvalVideo], events: &[Vec<FlaggedEvent>], settings: &EvalSettings) -> Vec<EventFigures> {
    let at = |tiou: &f64| EventRanking::new(all, events, *tiou).figures(settings.resamples, settings.seed);
    settings.tious.par_iter().map(at).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn summary(
    all: &[&EvalVideo],
    events: &[Vec<FlaggedEvent>],
    classes: &[ClassFigures],
    settings: &EvalSettings,
) -> EventSummary {
    let at = at_overlaps(all, events, settings);
    let precisions: Vec<f64> = at.iter().filter_map(|f| Some(f.average_precision?.value)).collect();
    let of_classes = |place: usize| {
        let each: Vec<f64> =
            classes.iter().filter_map(|class| Some(class.events.get(place)?.average_precision?.value)).collect();
        mean(&each)
    };
    EventSummary {
        flagged: events.iter().map(Vec::len).sum(),
        anomalies: all.iter().map(|v| v.truth.len()).sum(),
        mean_average_precision: mean(&precisions),
        class_mean_average_precision: (0..at.len()).map(of_classes).collect::<Option<Vec<f64>>>(),
        at,
    }
}

fn class_figures(
    class: &str,
    all: &[&EvalVideo],
    events: &[Vec<FlaggedEvent>],
    ranking: &Ranking,
    settings: &EvalSettings,
) -> ClassFigures {
    let is_own = |video: usize| all[video].classes.iter().any(|own| own == class);
    let own: Vec<&EvalVideo> = (0..all.len()).filter(|v| is_own(*v)).map(|v| all[v]).collect();
    let kept = ranking.kept(|video| is_own(video) || all[video].is_normal());
    let [roc_auc, average_precision] = estimates(all.len(), settings.resamples, settings.seed, |times| {
        let metrics = kept.metrics(times);
        [metrics.map(|m| m.roc_auc), metrics.map(|m| m.average_precision)]
    });
    let within = kept.kept(is_own).metrics(&vec![1; all.len()]);
    let (some, their): (Vec<&EvalVideo>, Vec<Vec<FlaggedEvent>>) = (0..all.len())
        .filter(|video| is_own(*video) || all[*video].is_normal())
        .map(|video| (all[video], events[video].clone()))
        .unzip();
    ClassFigures {
        class: class.to_owned(),
        videos: own.len(),
        frames: own.iter().map(|v| v.frames).sum(),
        positives: own.iter().map(|v| v.frames - v.normal_footage().0).sum(),
        roc_auc,
        average_precision,
        roc_auc_within: within.map(|m| m.roc_auc),
        events: at_overlaps(&some, &their, settings),
        delay: DelayFigures::of(&own, settings.rule.threshold),
    }
}

fn video_figures(video: &EvalVideo, events: &[FlaggedEvent]) -> VideoFigures {
    let found = |span: &&_| events.iter().any(|event| event.span.overlaps(**span));
    VideoFigures {
        name: video.name.clone(),
        classes: video.classes.clone(),
        frames: video.frames,
        positives: video.frames - video.normal_footage().0,
        roc_auc: Ranking::of([video]).metrics(&[1]).map(|m| m.roc_auc),
        highest: video.scores.iter().copied().fold(f32::NEG_INFINITY, f32::max),
        flagged: events.len(),
        anomalies: video.truth.len(),
        found: video.truth.iter().filter(found).count(),
    }
}

#[cfg(test)]
mod tests;
