//! What is wrong, or looks wrong, with ground truth.
//!
//! Owns the checks: spans that cannot be, lengths that do not match, classes without frames and frames without a class,
//! names that come twice, and which reading of a span's end agrees with labels of frames. Does not own reading files
//! (`formats`), which name means which video ([`super::video_name`]), or how findings are shown.

use std::collections::BTreeMap;

use serde::Serialize;
use strum::Display;

use super::evaluation::{NORMAL, class};
use super::snippet::SNIPPET_FRAMES;
use super::video_name::{Meant, Names};

/// An entry of a ground-truth file as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TruthRow {
    /// From 1.
    pub line: usize,
    /// As written.
    pub name: String,
    /// Frames of the video, where the file says so.
    pub frames: Option<i64>,
    /// Class, where the file says so.
    pub class: Option<String>,
    /// Whether the file calls the video abnormal.
    pub label: Option<bool>,
    /// Start and end as written.
    pub spans: Vec<(i64, i64)>,
    /// Whether the form of the file says that the end belongs to the span.
    pub inclusive: bool,
    /// Why the row cannot be read.
    pub unreadable: Option<String>,
}

impl TruthRow {
    /// A row with nothing but its name.
    pub fn new(line: usize, name: &str) -> Self {
        Self { line, name: name.to_owned(), ..Self::default() }
    }

    /// Whether the end belongs to the span, where `open` is the reading that counts if the form leaves it open.
    fn is_inclusive(&self, open: bool) -> bool {
        open || self.inclusive
    }

    /// Whether the video is called abnormal by its label, its class or its name; `None` where nothing says.
    fn is_abnormal(&self) -> Option<bool> {
        let by_class = self.class.as_deref().map(|class| class != NORMAL);
        let classes = class::of_name(&self.name);
        let by_name = (!classes.is_empty()).then(|| classes != [NORMAL]);
        self.label.or(by_class).or(by_name)
    }
}

/// An entry of a list with frame counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRow {
    /// From 1.
    pub line: usize,
    /// As written.
    pub name: String,
    /// Frames that it counts.
    pub frames: Option<usize>,
}

/// Kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A row that has no form.
    #[strum(to_string = "rows that cannot be read")]
    Unreadable,
    /// A span before the first frame, one that runs backwards or holds no frame.
    #[strum(to_string = "impossible spans")]
    Impossible,
    /// A span beyond the last frame, of the video or of the list's count.
    #[strum(to_string = "spans beyond the video's end")]
    Beyond,
    /// Spans that share frames or are out of order.
    #[strum(to_string = "spans that overlap or are out of order")]
    Overlap,
    /// A name that comes twice.
    #[strum(to_string = "names that come twice")]
    Duplicate,
    /// Called abnormal, but no frame is.
    #[strum(to_string = "abnormal videos without an anomalous frame")]
    NoFrames,
    /// Called normal, but frames are anomalous.
    #[strum(to_string = "normal videos with anomalous frames")]
    NormalWithFrames,
    /// In one file and not in the other.
    #[strum(to_string = "videos that only one file names")]
    Missing,
    /// Two files count frames differently.
    #[strum(to_string = "frame counts that differ")]
    Length,
    /// Labels of frames that differ from the spans.
    #[strum(to_string = "videos whose frame labels differ from their spans")]
    Labels,
    /// The end of the list's count cuts a span by less than a snippet.
    #[strum(to_string = "spans cut by the list's whole snippets")]
    Cut,
}

impl Kind {
    /// Whether it may well be as it should be.
    pub fn is_notice(self) -> bool {
        self == Self::Cut
    }
}

/// Where a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Line of the ground truth.
    Truth(usize),
    /// Line of the list.
    List(usize),
    /// The labels of frames as a whole.
    Labels,
}

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: Kind,
    /// The video.
    pub name: String,
    /// In words.
    pub what: String,
}

/// How many videos agree, frame by frame, with labels under each reading of a span's end. Only those count whose form leaves
/// the reading open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EndAgreement {
    /// Videos in both files.
    pub compared: usize,
    /// With the end in the span.
    pub inclusive: usize,
    /// With the end after the span.
    pub exclusive: usize,
}

/// All that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TruthReport {
    /// Entries of the ground truth.
    pub videos: usize,
    /// Spans in them.
    pub spans: usize,
    /// Frames in the labels.
    pub label_frames: Option<usize>,
    /// Anomalous ones.
    pub anomalous_frames: Option<usize>,
    /// Which reading of ends the labels have; `None` without labels and list, and where the form leaves nothing open.
    pub ends: Option<EndAgreement>,
    /// By kind and place.
    pub findings: Vec<Finding>,
}

/// What is checked against what.
#[derive(Clone, Copy, Debug)]
pub struct TruthInput<'a> {
    /// Entries of the ground truth.
    pub rows: &'a [TruthRow],
    /// The list, in the order of the labels.
    pub list: Option<&'a [ListRow]>,
    /// Labels of all frames in the order of the list.
    pub labels: Option<&'a [bool]>,
    /// Whether the end of a span belongs to it, where the form leaves it open.
    pub inclusive: bool,
}

impl TruthReport {
    /// Checks everything.
    pub fn of(input: TruthInput<'_>) -> Self {
        let TruthInput { rows, list, labels, inclusive } = input;
        let mut found = Vec::new();
        let pairing = Pairing::new(rows, list.unwrap_or_default());
        for row in rows {
            let listed = pairing.listed(row).one().and_then(|at| list?[at].frames);
            check_row(row, row.is_inclusive(inclusive), listed, &mut found);
        }
        duplicates(rows.iter().map(|row| (Place::Truth(row.line), row.name.as_str())), &mut found);
        if let Some(list) = list {
            duplicates(list.iter().map(|row| (Place::List(row.line), row.name.as_str())), &mut found);
            if !rows.is_empty() {
                missing(rows, list, &pairing, &mut found);
            }
        }
        let ends = labels
            .zip(list)
            .and_then(|(labels, list)| against_labels((rows, inclusive), list, labels, &pairing, &mut found));
        if let (Some(labels), None) = (labels, list)
            && !labels.len().is_multiple_of(SNIPPET_FRAMES)
        {
            let what = format!(
                "{} frames are no whole number of snippets of {SNIPPET_FRAMES}; concatenated labels usually are",
                labels.len()
            );
            found.push(Finding { place: Place::Labels, kind: Kind::Length, name: String::new(), what });
        }
        found.sort_by_key(|finding| (finding.kind, finding.place));
        Self {
            videos: rows.len(),
            spans: rows.iter().map(|row| row.spans.len()).sum(),
            label_frames: labels.map(<[bool]>::len),
            anomalous_frames: labels.map(|labels| labels.iter().filter(|label| **label).count()),
            ends,
            findings: found,
        }
    }
}

/// Which entries of both files are about the same video.
struct Pairing<'a> {
    rows: Names<'a>,
    list: Names<'a>,
}

impl<'a> Pairing<'a> {
    fn new(rows: &'a [TruthRow], list: &'a [ListRow]) -> Self {
        Self {
            rows: Names::new(rows.iter().map(|row| row.name.as_str())),
            list: Names::new(list.iter().map(|row| row.name.as_str())),
        }
    }

    /// The place in the list of a row of the ground truth.
    fn listed(&self, row: &TruthRow) -> Meant<'a> {
        self.list.meant_among(&row.name, &self.rows)
    }

    /// The place in the ground truth of a row of the list.
    fn told(&self, row: &ListRow) -> Meant<'a> {
        self.rows.meant_among(&row.name, &self.list)
    }
}

/// One row by itself, and against the list's count.
fn check_row(row: &TruthRow, inclusive: bool, listed: Option<usize>, found: &mut Vec<Finding>) {
    let mut say = |kind: Kind, what: String| {
        found.push(Finding { place: Place::Truth(row.line), kind, name: row.name.clone(), what });
    };
    if let Some(why) = &row.unreadable {
        say(Kind::Unreadable, why.clone());
    }
    let last = |end: i64| if inclusive { end } else { end - 1 };
    for &(start, end) in &row.spans {
        if start < 0 || end < 0 {
            say(Kind::Impossible, format!("the span {start} {end} begins or ends before the first frame"));
        } else if last(end) < start {
            let how =
                if end < start { "ends before it begins" } else { "holds no frame, as its end does not belong to it" };
            say(Kind::Impossible, format!("the span {start} {end} {how}"));
        }
        if let Some(frames) = row.frames
            && last(end) >= frames
        {
            let by_one =
                if last(end) == frames { ": by one frame, as if the end did not belong to the span" } else { "" };
            say(
                Kind::Beyond,
                format!("the span {start} {end} goes beyond the {frames} frames that the same line counts{by_one}"),
            );
        }
        if let Some(frames) = listed
            && last(end) >= frames as i64
        {
            let beyond = last(end) + 1 - frames as i64;
            let snippet = SNIPPET_FRAMES as i64;
            // Lists of the field count whole snippets only, which leaves out less than one.
            let counts_snippets = frames.is_multiple_of(SNIPPET_FRAMES);
            let kind = if counts_snippets && beyond < snippet { Kind::Cut } else { Kind::Beyond };
            let what = if start >= frames as i64 { "lies wholly" } else { "goes" };
            let short = if counts_snippets && beyond >= snippet {
                let (missing, last) = (beyond / snippet, frames as i64 + beyond);
                let snippets = if missing == 1 { "snippet" } else { "snippets" };
                format!(
                    ": {missing} whole {snippets} fewer than the {} in the {last} frames up to its end, \
                     which cutting to whole snippets does not explain",
                    last / snippet
                )
            } else {
                String::new()
            };
            say(
                kind,
                format!(
                    "the span {start} {end} {what} beyond the {frames} frames that the list counts, by {beyond}{short}"
                ),
            );
        }
    }
    for pair in row.spans.windows(2) {
        let ((a, b), (c, d)) = (pair[0], pair[1]);
        if c < a {
            say(Kind::Overlap, format!("the span {c} {d} stands behind {a} {b} but begins before it"));
        } else if c <= last(b) {
            let one = if c == last(b) { ", in one frame: as if the end did not belong to the span" } else { "" };
            say(Kind::Overlap, format!("the spans {a} {b} and {c} {d} share frames{one}"));
        }
    }
    match row.is_abnormal() {
        Some(true) if row.spans.is_empty() && row.unreadable.is_none() => {
            say(Kind::NoFrames, "is called abnormal but has no span".to_owned());
        }
        Some(false) if !row.spans.is_empty() => {
            say(Kind::NormalWithFrames, format!("is called normal but has {} anomalous spans", row.spans.len()));
        }
        _ => {}
    }
    if let Some((frames, listed)) = row.frames.zip(listed)
        && frames.abs_diff(listed as i64) > SNIPPET_FRAMES as u64
    {
        say(Kind::Length, format!("has {frames} frames here and {listed} in the list: more than a snippet apart"));
    }
}

fn duplicates<'a>(entries: impl Iterator<Item = (Place, &'a str)>, found: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for (place, name) in entries {
        // Folders tell videos of one name apart.
        if let Some(first) = seen.get(name) {
            let line = match first {
                Place::Truth(line) | Place::List(line) => *line,
                Place::Labels => 0,
            };
            let what = format!("stands on line {line} already");
            found.push(Finding { place, kind: Kind::Duplicate, name: name.to_owned(), what });
        } else {
            seen.insert(name, place);
        }
    }
}

fn missing(rows: &[TruthRow], list: &[ListRow], pairing: &Pairing<'_>, found: &mut Vec<Finding>) {
    let normal = |name: &str| class::of_name(name) == [NORMAL];
    for row in list.iter().filter(|row| pairing.told(row) == Meant::Nothing && !normal(&row.name)) {
        let what = "is in the list, but the ground truth says nothing about it".to_owned();
        found.push(Finding { place: Place::List(row.line), kind: Kind::Missing, name: row.name.clone(), what });
    }
    for row in rows.iter().filter(|row| pairing.listed(row) == Meant::Nothing) {
        let what = "is not in the list".to_owned();
        found.push(Finding { place: Place::Truth(row.line), kind: Kind::Missing, name: row.name.clone(), what });
    }
}

/// The frames of a row under one reading of ends.
fn frames_of(row: &TruthRow, inclusive: bool, frames: usize) -> Vec<bool> {
    let mut labels = vec![false; frames];
    for &(start, end) in &row.spans {
        let place = |at: i64| usize::try_from(at).unwrap_or(0).min(frames);
        let (start, end) = (place(start), place(if inclusive { end.saturating_add(1) } else { end }));
        if start < end {
            labels[start..end].fill(true);
        }
    }
    labels
}

fn against_labels(
    (rows, inclusive): (&[TruthRow], bool),
    list: &[ListRow],
    labels: &[bool],
    pairing: &Pairing<'_>,
    found: &mut Vec<Finding>,
) -> Option<EndAgreement> {
    let mut say = |place, kind, name: &str, what| found.push(Finding { place, kind, name: name.to_owned(), what });
    if let Some(row) = list.iter().find(|row| row.frames.is_none()) {
        let what = "has no frame count, without which labels cannot be cut".to_owned();
        say(Place::List(row.line), Kind::Length, &row.name, what);
        return None;
    }
    let total: usize = list.iter().filter_map(|row| row.frames).sum();
    if total != labels.len() {
        let what = format!("{} labels, but the list counts {total} frames: they do not belong together", labels.len());
        say(Place::Labels, Kind::Length, "", what);
        return None;
    }
    let mut parts: Vec<(&ListRow, &[bool], Meant<'_>)> = Vec::new();
    let mut rest = labels;
    for row in list {
        let (part, after) = rest.split_at(row.frames.unwrap_or(0));
        rest = after;
        let classes = class::of_name(&row.name);
        let anomalous = part.iter().filter(|label| **label).count();
        if !classes.is_empty() && classes == [NORMAL] && anomalous > 0 {
            say(
                Place::List(row.line),
                Kind::NormalWithFrames,
                &row.name,
                format!("is normal by its name, but {anomalous} of its labels are 1"),
            );
        } else if !classes.is_empty() && classes != [NORMAL] && anomalous == 0 {
            say(
                Place::List(row.line),
                Kind::NoFrames,
                &row.name,
                format!("is abnormal by its name, but all of its {} labels are 0", part.len()),
            );
        }
        parts.push((row, part, pairing.told(row)));
    }
    if rows.is_empty() {
        return None;
    }
    // Only spans tell readings apart; a normal video agrees with both.
    let agrees = |row: &TruthRow, part: &[bool], inclusive| frames_of(row, inclusive, part.len()) == part;
    let compared: Vec<_> =
        parts.iter().filter_map(|(row, part, told)| Some((*row, *part, &rows[told.one()?]))).collect();
    let open: Vec<_> = compared.iter().filter(|(_, _, truth)| !truth.inclusive).collect();
    let count = |inclusive| open.iter().filter(|(_, part, truth)| agrees(truth, part, inclusive)).count();
    let ends = EndAgreement { compared: open.len(), inclusive: count(true), exclusive: count(false) };
    let any_open = rows.iter().any(|row| !row.inclusive);
    for (row, part, truth) in compared {
        if !agrees(truth, part, truth.is_inclusive(inclusive)) {
            say(Place::List(row.line), Kind::Labels, &row.name, difference(truth, part, inclusive));
        }
    }
    let untold = |(row, _, told): &&(&ListRow, _, _)| *told == Meant::Nothing && class::of_name(&row.name).is_empty();
    for (row, part, _) in parts.iter().filter(untold) {
        if part.contains(&true) {
            say(
                Place::List(row.line),
                Kind::Labels,
                &row.name,
                "has anomalous labels, but the ground truth does not name it".to_owned(),
            );
        }
    }
    any_open.then_some(ends)
}

/// How labels differ from spans, in words, where `open` is the reading that counts if the form leaves it open.
fn difference(row: &TruthRow, part: &[bool], open: bool) -> String {
    let inclusive = row.is_inclusive(open);
    let own = frames_of(row, inclusive, part.len());
    let differ = own.iter().zip(part).filter(|(a, b)| a != b).count();
    if frames_of(row, !inclusive, part.len()) == part {
        let other = if inclusive { "does not belong" } else { "belongs" };
        let whereas = if row.inclusive { "as the form says it does" } else { "as it is read here" };
        return format!("agrees only if the end of a span {other} to it, not {whereas}: off by one");
    }
    for by in [-1, 1] {
        let spans = row.spans.iter().map(|(start, end)| (start + by, end + by)).collect();
        if frames_of(&TruthRow { spans, ..row.clone() }, inclusive, part.len()) == part {
            return format!("agrees if its spans are moved by {by}: counted from {} here", i32::from(by < 0));
        }
    }
    let first = own.iter().zip(part).position(|(a, b)| a != b).unwrap_or(0);
    format!("{differ} of {} labels differ from its spans, the first at frame {first}", part.len())
}

#[cfg(test)]
mod tests;
