//! From verdicts to bags with features, and a simulated review, on features with known directions.

use super::simulation::{Simulation, SimulationSettings, TruthVideo};
use super::*;
use crate::domain::gate::GateReport;
use crate::domain::lesson::ReplayCount;
use crate::domain::record::ItemId;
use crate::domain::review::{Judgement, Verdict};
use crate::model::ComputeDevice;
use crate::model::train::{TrainPlan, TrainSet, TrainSettings, TuneSettings, Tuning, train};

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

#[test]
fn a_model_that_knows_the_videos_is_told_of() {
    let videos = [video(1, None, None), video(2, None, None), video(3, None, None)];
    let seen = |numbers: &[u8]| {
        let of = |n: &u8| VideoRef::new("x.mp4", "video", VideoId::from_hash([*n; 32]).as_str());
        let trained = numbers.iter().map(of).collect();
        ModelInfo { videos: Some(SeenVideos { trained, ..SeenVideos::default() }), ..ModelInfo::default() }
    };
    assert!(familiar(&seen(&[1, 3, 9]), &videos).is_some_and(|text| text.contains("2 of these 3")));
    assert_eq!(familiar(&seen(&[9]), &videos), None);
    assert_eq!(familiar(&ModelInfo::default(), &videos), None);
}

fn cpu() -> ComputeDevice {
    ComputeDevice::cpu(None)
}

/// A model that has learned what an anomaly looks like.
fn start() -> Arc<ModelWeights> {
    let set = TrainSet {
        normal: (0..4).map(|seed| features(seed, None)).collect(),
        abnormal: (0..4).map(|seed| features(10 + seed, Some(ANOMALY))).collect(),
    };
    let settings = TrainSettings { batch: 4, steps: 60, dropout: 0.2, ..TrainSettings::default() };
    let plan = TrainPlan { settings, encoder: Some("test".to_owned()), ..TrainPlan::default() };
    Arc::new(train(&plan, &set, &cpu(), &mut (), &Ticket::unlimited()).expect("trains").weights)
}

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
    judged(Verdict::Anomaly, Verdict::FalseAlarm)
}

fn judged(find: Verdict, alarm: Verdict) -> Vec<LearningVideo> {
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

#[test]
fn a_simulated_reviewer_judges_the_highest_first_and_never_what_is_set_aside() {
    let truth = |number: u8, direction: Option<usize>| {
        let spans =
            if direction == Some(ANOMALY) { vec![FrameSpan::new(160, 320).expect("holds frames")] } else { vec![] };
        TruthVideo { video: video(number, direction, None), truth: spans }
    };
    let all: Vec<TruthVideo> = (0..6).map(|n| truth(n, Some(if n % 2 == 0 { ANOMALY } else { ALIKE }))).collect();
    let aside = [truth(20, Some(ANOMALY)), truth(21, Some(ALIKE))];
    let (aside, reviewed): (Vec<_>, Vec<_>) = (aside.iter().collect(), all.iter().collect());
    let settings = SimulationSettings {
        rounds: 2,
        verdicts: 3,
        rules: LessonRules::default(),
        tuning: TuneSettings { steps: 2, ..TuneSettings::default() },
        seed: 1,
    };
    let model = start();
    let run = || {
        let mut simulation = Simulation::new(Arc::clone(&model), &reviewed, settings.clone(), &cpu());
        let ticket = Ticket::unlimited();
        let first = simulation.exam(&aside, &ticket).expect("scores");
        assert_eq!(first[0].truth, aside[0].truth);
        let rounds: Vec<_> = (0..2).map(|_| simulation.round(&|| 0.0, &ticket).expect("learns")).collect();
        (rounds, simulation.exam(&aside, &ticket).expect("scores"))
    };
    let (rounds, exam) = run();
    assert!(rounds[0].verdicts <= 3 && rounds[0].verdicts > 0 && rounds[1].verdicts <= 6, "{rounds:?}");
    assert!(rounds[0].anomalies <= rounds[0].verdicts && rounds[1].anomalies <= 3, "{rounds:?}");
    for round in &rounds {
        assert!(round.promoted == round.against.is_empty(), "{round:?}");
    }
    assert_eq!((rounds, exam), run(), "the same seed gives the same review");
}

/// Learns from these videos and compares on them, as the window does.
fn learned(start: &Arc<ModelWeights>, videos: &[LearningVideo]) -> (GateReport, Arc<ModelWeights>) {
    let (ticket, rule) = (Ticket::unlimited(), EventRule::default());
    let current = Scorer::new(Arc::clone(start), &cpu()).expect("loads");
    let score = |scorer: &Scorer| scores(scorer, videos, &mut |_| (), &ticket).expect("scores");
    let plan = plan(videos, &score(&current), rule, LessonRules::default(), start);
    assert!(plan.is_ready(), "{:?}", plan.missing);
    let settings = TuneSettings { steps: 40, learning_rate: 1e-1, ..TuneSettings::default() };
    let mut tuning = Tuning::new(Arc::clone(start), tune_set(&plan, videos), settings, &cpu()).expect("begins");
    tuning.run(&mut (), &ticket).expect("runs");
    let tuned = tuning.result();
    let weights = Arc::new(tuned.weights.clone());
    let after = Scorer::new(Arc::clone(&weights), &cpu()).expect("loads");
    let replay =
        |scorer: &Scorer| replay_auc(scorer, start.replay(), &ticket).expect("scores").expect("has both kinds");
    let report = compare(Comparison {
        videos,
        before: &score(&current),
        after: &score(&after),
        rule,
        threshold: None,
        plan: Some(&plan),
        held_out: tuned.held_out,
        replay: Some((replay(&current), replay(&after))),
    });
    (report, weights)
}

#[test]
fn right_verdicts_pass_the_gate_and_flipped_ones_do_not() {
    let (right, learned_right) = learned(&start(), &videos());
    assert!(right.against.is_empty(), "{right:?}");
    assert_eq!((right.anomalies.after, right.false_alarms.after), (5, 0), "{:?}", right.events);
    // Whoever then says the opposite is contradicted by what the model carries of what it learned.
    let (flipped, _) = learned(&learned_right, &judged(Verdict::FalseAlarm, Verdict::Anomaly));
    assert!(!flipped.against.is_empty(), "{flipped:?}");
}
