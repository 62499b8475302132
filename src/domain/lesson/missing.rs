//! What is missing to learn, in sentences.
//!
//! Owns how much is enough. Does not own the bags.

use std::collections::BTreeSet;

use super::hold_out::LEAST_OF_KIND;
use super::{Grounds, LessonBag, LessonPlan, ReplayCount};
use crate::domain::label::VideoLabel;
use crate::domain::library::VideoId;

/// Things that must have been said: two may both be slips.
const LEAST: usize = 3;

fn videos<'a>(bags: impl Iterator<Item = &'a LessonBag>) -> usize {
    bags.map(|bag| &bag.video).collect::<BTreeSet<&VideoId>>().len()
}

/// Without these nothing can begin.
pub(super) fn missing(plan: &LessonPlan, replay: ReplayCount) -> Vec<String> {
    let bags = || plan.train.iter().chain(&plan.held_out);
    let mut missing = Vec::new();
    let said = {
        // A verdict may stand behind several bags, and counts once.
        let of = |bag: &'_ LessonBag| -> Vec<_> {
            let items = bag.grounds.verdicts.iter().chain(&bag.grounds.intervals);
            items.map(|item| (bag.video.clone(), *item)).collect()
        };
        let verdicts: BTreeSet<_> = bags().flat_map(of).collect();
        let whole = |grounds: &Grounds| grounds.lanes.len() + usize::from(grounds.looked_through);
        verdicts.len() + bags().map(|bag| whole(&bag.grounds)).sum::<usize>()
    };
    match said {
        0 => missing.push(
            "Nothing was judged yet that can be learned from: flag false alarms and confirm anomalies.".to_owned(),
        ),
        n if n < LEAST => {
            let more = LEAST - n;
            missing.push(format!(
                "{n} {} too few to learn from: judge {more} more.",
                if n == 1 { "verdict is" } else { "verdicts are" }
            ));
        }
        _ => {}
    }
    let has = |kind| plan.of_kind(kind).next().is_some();
    if said > 0 && !has(VideoLabel::Abnormal) && replay.abnormal == 0 {
        missing.push(
            "There is no anomaly to tell the rest from: confirm one, or begin from a model that carries examples of its own."
                .to_owned(),
        );
    }
    if said > 0 && !has(VideoLabel::Normal) && replay.normal == 0 {
        missing.push(
            "There is nothing normal to tell anomalies from: flag a false alarm, or begin from a model that carries \
             examples of its own."
                .to_owned(),
        );
    }
    if said >= LEAST && videos(bags()) == 1 && replay == ReplayCount::default() {
        missing.push(
            "All of it is about one video: a model would learn that video by heart. Judge events of a second one."
                .to_owned(),
        );
    }
    missing
}

/// It can begin, but this should be known.
pub(super) fn cautions(plan: &LessonPlan, replay: ReplayCount) -> Vec<String> {
    if !plan.is_ready() {
        return Vec::new();
    }
    let mut cautions = Vec::new();
    if replay.normal == 0 || replay.abnormal == 0 {
        cautions.push(
            "The model carries no examples of what it was trained on: it may forget what these videos do not show."
                .to_owned(),
        );
    }
    if videos(plan.train.iter().chain(&plan.held_out)) == 1 {
        cautions.push("All verdicts are about one video: the result may not hold for others.".to_owned());
    } else if plan.held_out.is_empty() && plan.rules.held_out > 0.0 {
        cautions.push(format!(
            "Too few videos to hold one out: when to stop, and whether it helped, cannot be told on unseen footage. \
                 It needs {LEAST_OF_KIND} videos with an anomaly and {LEAST_OF_KIND} others about which something was said."
        ));
    }
    cautions
}
