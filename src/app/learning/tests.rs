//! From verdicts to bags with features.

use super::*;
use crate::domain::lesson::ReplayCount;
use crate::domain::record::ItemId;
use crate::domain::review::{Judgement, Verdict};

const DIM: usize = 20;
const SNIPPETS: usize = 40;

/// A stretch of snippets 10 to 19 that differs in some numbers, in a quiet video.
fn features(seed: usize, direction: Option<usize>) -> FeatureMatrix {
    let noise = |at: usize| ((seed * 7919 + at * 104_729) % 1000) as f32 / 1000.0 - 0.5;
    let mut values: Vec<f32> = (0..SNIPPETS * DIM).map(noise).collect();
    if let Some(first) = direction {
        for row in values.chunks_mut(DIM).skip(10).take(10) {
            row.iter_mut().skip(first).step_by(4).for_each(|v| *v += 2.0);
        }
    }
    FeatureMatrix::new(1, SNIPPETS, DIM, values).expect("fits")
}

/// What an anomaly looks like to the model, and what a look-alike shares with it in part.
const ANOMALY: usize = 0;
const ALIKE: usize = 2;

fn video(number: u8, direction: Option<usize>, verdict: Option<Verdict>) -> LearningVideo {
    let mut review = ReviewState::new(VideoId::from_hash([number; 32]));
    if let Some(verdict) = verdict {
        let judgement = Judgement {
            span: FrameSpan::new(160, 320).expect("holds frames"),
            verdict,
            class: None,
            tags: Vec::new(),
            note: String::new(),
            model: None,
            peak_frame: 200,
            peak_score: 0.9,
        };
        review.judgements.insert(ItemId(u64::from(number)), judgement);
    }
    LearningVideo {
        name: format!("{number}.mp4"),
        frames: SNIPPETS * 16,
        duration: MediaTime::from_micros(60_000_000),
        review,
        features: Arc::new(features(100 + usize::from(number), direction)),
    }
}

/// Anomalies and look-alikes, and a video about which nothing was said.
fn videos() -> Vec<LearningVideo> {
    let (find, alarm) = (Verdict::Anomaly, Verdict::FalseAlarm);
    let finds = (0..5).map(|n| video(n, Some(ANOMALY), Some(find)));
    finds.chain((5..10).map(|n| video(n, Some(ALIKE), Some(alarm)))).chain([video(10, None, None)]).collect()
}

#[test]
fn a_plan_finds_its_features_and_leaves_unjudged_events_alone() {
    let rule = EventRule::default();
    let videos = videos();
    let mut scores = vec![vec![0.1; SNIPPETS]; videos.len()];
    for flagged in &mut scores {
        flagged[10..20].fill(0.9);
        flagged[25..27].fill(0.9);
    }
    let open = |at: usize| unjudged(&videos[at], &scores[at], rule);
    assert_eq!(open(5), [FrameSpan::new(400, 432).expect("holds frames")]);
    assert_eq!(open(10).len(), 2, "nobody said anything");
    let model = ModelWeights::new(crate::model::parameters::Parameters::initial(DIM, 1), ModelInfo::default());
    assert_eq!(model.info().replay, ReplayCount::default());
    let rules = LessonRules { held_out: 0.0, ..LessonRules::default() };
    let plan = plan(&videos, &scores, rule, rules, &model);
    let set = tune_set(&plan, &videos);
    assert_eq!((set.train.len(), set.held_out.len()), (plan.train.len(), 0));
    let alarm = set.train.iter().find(|bag| !bag.abnormal).expect("is there");
    assert_eq!(alarm.features.snippets(), 25, "from the start to the event that nobody judged");
    assert_eq!(alarm.features.row(0, 3), videos[5].features.row(0, 3));
    assert!(tune_set(&plan, &[]).train.is_empty());
}
