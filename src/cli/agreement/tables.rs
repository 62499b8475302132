//! The agreement of annotators as JSON and CSV.
//!
//! Owns the keys and columns. What is not defined is null in JSON and empty in CSV, with its reason beside it.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::rows;
use crate::app::agreement::{AgreementReport, PairReport, VideoReport, WHO_COUNTS};
use crate::cli::error::CliError;
use crate::domain::agreement::{Cells, Comparison, EdgeDifference, Figures, Measure, Spread, Undefined};
use crate::domain::disagreement::Disagreement;
use crate::domain::time::TimeSpan;

/// Everything.
pub(super) fn json(folder: &Path, found: &AgreementReport) -> Value {
    let reasons = |list: &[(String, String)]| -> Vec<Value> {
        list.iter().map(|(video, reason)| json!({ "video": video, "reason": reason })).collect()
    };
    json!({
        "project": folder.display().to_string(),
        "who_counts": WHO_COUNTS,
        "pairs": found.pairs.iter().map(pair).collect::<Vec<_>>(),
        "counted_in_frames_only": reasons(&found.untimed),
        "left_out": reasons(&found.left_out),
    })
}

fn pair(pair: &PairReport) -> Value {
    json!({
        "first": pair.between[0],
        "second": pair.between[1],
        "total": comparison(&pair.total),
        "videos": pair.videos.iter().map(|video| one_video(pair, video)).collect::<Vec<_>>(),
    })
}

fn one_video(pair: &PairReport, video: &VideoReport) -> Value {
    let stretch = |(stretch, time): &(Disagreement, Option<TimeSpan>)| {
        let said: Map<String, Value> =
            pair.between.iter().cloned().zip(stretch.said.iter().map(|classes| json!(classes))).collect();
        json!({
            "first_frame": stretch.span.start(),
            "last_frame": stretch.span.last(),
            "start_s": time.map(|time| time.start.secs_f64()),
            "end_s": time.map(|time| time.end.secs_f64()),
            "said": said,
        })
    };
    json!({
        "video": video.name,
        "blake3": video.id.to_string(),
        "figures": comparison(&video.figures),
        "disagreements": video.disagreements.iter().map(stretch).collect::<Vec<_>>(),
    })
}

fn comparison(of: &Comparison) -> Value {
    let Cells { total, both, only_first, only_second } = of.whole;
    let class = |(class, figures): (&str, Figures)| {
        let mut row = figures_json(&figures);
        row.insert("class".to_owned(), json!(class));
        Value::Object(row)
    };
    json!({
        "videos": of.videos,
        "frames": of.frames,
        "any_class": figures_json(&of.any()),
        "classes": of.classes().map(class).collect::<Vec<_>>(),
        "whole_videos": {
            "labelled_by_both": total,
            "abnormal_by_both": both,
            "abnormal_by_first_only": only_first,
            "abnormal_by_second_only": only_second,
            "kappa": of.whole.kappa().ok(),
        },
    })
}

fn figures_json(figures: &Figures) -> Map<String, Value> {
    let mut map = Map::new();
    let Cells { both, only_first, only_second, .. } = figures.cells;
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("frames_by_both", json!(both));
    put("frames_by_first_only", json!(only_first));
    put("frames_by_second_only", json!(only_second));
    put("intervals_of_first", json!(figures.events[0]));
    put("intervals_of_second", json!(figures.events[1]));
    put("intervals_that_match", json!(figures.matched));
    put("matches_with_times", json!(figures.timed));
    let measures: [(&str, Measure); 3] =
        [("kappa", figures.kappa), ("frame_f1", figures.frame_f1), ("event_f1", figures.event_f1)];
    for (key, measure) in measures {
        put(key, json!(measure.ok()));
        if let Err(reason) = measure {
            put(&format!("{key}_not_defined"), json!(reason.to_string()));
        }
    }
    for (key, edge) in [("start_apart", figures.start), ("end_apart", figures.end)] {
        put(key, json!({ "frames": spread(edge.frames), "seconds": spread(edge.secs) }));
        if let Err(reason) = edge.secs {
            put(&format!("{key}_not_defined"), json!(reason.to_string()));
        }
    }
    map
}

fn spread(spread: Result<Spread, Undefined>) -> Value {
    spread.map_or(Value::Null, |Spread { mean, median, max }| json!({ "mean": mean, "median": median, "max": max }))
}

const HEADER: [&str; 25] = [
    "first",
    "second",
    "video",
    "blake3",
    "class",
    "frames",
    "frames_by_both",
    "frames_by_first_only",
    "frames_by_second_only",
    "kappa",
    "kappa_not_defined",
    "frame_f1",
    "intervals_of_first",
    "intervals_of_second",
    "intervals_that_match",
    "event_f1",
    "matches_with_times",
    "start_mean_frames",
    "start_mean_s",
    "start_median_s",
    "start_max_s",
    "end_mean_frames",
    "end_mean_s",
    "end_median_s",
    "end_max_s",
];

/// A row for each class of each two readers, over all videos (without a name) and of each.
pub(super) fn csv(found: &AgreementReport) -> Result<String, CliError> {
    let failed = |err: &dyn std::fmt::Display| CliError::Failed(format!("the table cannot be written: {err}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).map_err(|err| failed(&err))?;
    for pair in &found.pairs {
        let all = [(String::new(), String::new(), &pair.total)];
        let each = pair.videos.iter().map(|video| (video.name.clone(), video.id.to_string(), &video.figures));
        for (name, id, of) in all.into_iter().chain(each) {
            for (class, figures) in rows(of) {
                let [first, second] = pair.between.clone();
                let start = [first, second, name.clone(), id.clone(), class.to_owned()];
                let row = start.into_iter().chain(numbers(&figures));
                writer.write_record(row).map_err(|err| failed(&err))?;
            }
        }
    }
    let bytes = writer.into_inner().map_err(|err| failed(&err))?;
    String::from_utf8(bytes).map_err(|err| failed(&err))
}

fn numbers(figures: &Figures) -> Vec<String> {
    let number = |measure: Measure| measure.map_or_else(|_| String::new(), |value| value.to_string());
    let Cells { total, both, only_first, only_second } = figures.cells;
    let counts = [total, both, only_first, only_second].map(|n| n.to_string());
    let edge = |edge: EdgeDifference| {
        let frames = number(edge.frames.map(|spread| spread.mean));
        [
            frames,
            number(edge.secs.map(|s| s.mean)),
            number(edge.secs.map(|s| s.median)),
            number(edge.secs.map(|s| s.max)),
        ]
    };
    let reason = figures.kappa.err().map_or_else(String::new, |reason| reason.to_string());
    let [first, second] = figures.events;
    let mut row: Vec<String> = counts.into();
    row.extend([number(figures.kappa), reason, number(figures.frame_f1)]);
    row.extend([first, second, figures.matched].map(|n| n.to_string()));
    row.extend([number(figures.event_f1), figures.timed.to_string()]);
    row.extend(edge(figures.start));
    row.extend(edge(figures.end));
    row
}
