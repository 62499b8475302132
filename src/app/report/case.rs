//! The report of a case: what a project says about videos, beside what the model says now.
//!
//! Owns which verdict goes with which event, the table of all findings, and the two files. Does not own scoring,
//! decoding, or the look of the page (`case_page`).
//!
//! ```text
//! FOLDER/case.html   one file, pictures inside     FOLDER/case.csv   a row for each finding
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use super::{Report, ReportError, ReportVideo, case_page, replace};
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::record::ReviewState;
use crate::domain::review::{Ground, Judgement, standings};
use crate::domain::segment::AnomalySegment;
use crate::domain::snippet::SnippetGrid;

/// The files of a report: the page and the table.
pub const FILES: [&str; 2] = ["case.html", "case.csv"];

/// Longer side of the pictures in pixels: enough to recognise people, and hundreds fit into a page.
pub const PICTURE_SIDE: usize = 480;

/// A case.
#[derive(Clone, Debug)]
pub struct CaseReport<'a> {
    /// The model's side: headline, videos with their scores, rule and versions.
    pub run: Report<'a>,
    /// The people's side, one for each video of [`Self::run`].
    pub cases: &'a [CaseVideo<'a>],
    /// Where all this was taken from: project, position in its record, who made the report and when.
    pub record: &'a [(String, String)],
    /// Videos that belong to the case and could not be scored, a sentence each.
    pub left_out: &'a [String],
}

/// What people said about a video.
#[derive(Clone, Debug)]
pub struct CaseVideo<'a> {
    /// All of it.
    pub review: &'a ReviewState,
    /// Events of the model and judged frames, in the order of their frames.
    pub findings: &'a [Finding],
    /// A picture of each finding as a PNG file, with the frame that it shows, as far as there is one.
    pub pictures: &'a [Option<(usize, Vec<u8>)>],
}

/// An event of the model, judged frames, or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its frames.
    pub span: FrameSpan,
    /// The frame of its highest score.
    pub peak_frame: usize,
    /// That score; for frames that are no event now, what it was when they were judged.
    pub peak_score: f32,
    /// Whether the model flags it now.
    pub flagged: bool,
    /// What was said about it.
    pub verdict: Option<(Judgement, Ground)>,
}

/// The findings on a video: every event with the verdict that it has, and every verdict that has no event now.
pub fn findings(review: &ReviewState, events: &[AnomalySegment], frames: &FrameTable) -> Vec<Finding> {
    let grid = SnippetGrid::new(frames.len());
    let judgements: Vec<&Judgement> = review.judgements.values().collect();
    let spans: Vec<FrameSpan> = judgements.iter().map(|judgement| judgement.span).collect();
    let flagged: Vec<(&AnomalySegment, FrameSpan)> = events
        .iter()
        .filter_map(|event| Some((event, FrameSpan::new(grid.range(event.first).start, grid.range(event.last).end)?)))
        .collect();
    let mut used = vec![false; judgements.len()];
    let found = standings(&flagged.iter().map(|(_, span)| *span).collect::<Vec<_>>(), &spans);
    let mut findings: Vec<Finding> = Vec::with_capacity(events.len() + judgements.len());
    for ((event, span), standing) in flagged.iter().zip(found) {
        let verdict = standing.ground().map(|(at, ground)| {
            used[at] = true;
            (judgements[at].clone(), ground)
        });
        let (peak_frame, peak_score) = (grid.middle(event.peak), event.peak_score);
        findings.push(Finding { span: *span, peak_frame, peak_score, flagged: true, verdict });
    }
    let alone = judgements.into_iter().zip(used).filter(|(_, used)| !used);
    findings.extend(alone.map(|(judgement, _)| Finding {
        span: judgement.span,
        peak_frame: judgement.peak_frame,
        peak_score: judgement.peak_score,
        flagged: false,
        verdict: Some((judgement.clone(), Ground::Judged)),
    }));
    findings.sort_by_key(|finding| finding.span);
    findings
}

/// Writes the report into `folder`, which is made if missing, and returns the path of its page.
///
/// # Errors
/// A file cannot be written, or a picture not drawn.
pub fn write_case(folder: &Path, case: &CaseReport<'_>) -> Result<PathBuf, ReportError> {
    fs::create_dir_all(folder).map_err(|source| ReportError::Write { path: folder.to_owned(), source })?;
    let [page, table] = FILES.map(|name| folder.join(name));
    replace(&table, &rows(case).map_err(|source| ReportError::Write { path: table.clone(), source })?)?;
    let html = case_page::page(case).map_err(|source| ReportError::Chart { path: page.clone(), source })?;
    replace(&page, html.as_bytes())?;
    Ok(page)
}

const HEADER: [&str; 17] = [
    "video",
    "blake3",
    "kind",
    "first_frame",
    "last_frame",
    "start_s",
    "end_s",
    "peak_frame",
    "peak_score",
    "verdict",
    "ground",
    "class",
    "tags",
    "lane",
    "note",
    "confidence",
    "model",
];

/// All findings, labels, and what was said about whole videos, as CSV.
fn rows(case: &CaseReport<'_>) -> std::io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER)?;
    for (video, said) in case.run.videos.iter().zip(case.cases) {
        let names = [video.path.display().to_string(), video.id.map_or_else(String::new, ToString::to_string)];
        let mut row = |kind: &str, span: Option<FrameSpan>, rest: [String; 10]| {
            let record = names.iter().cloned().chain([kind.to_owned()]).chain(place(video, span)).chain(rest);
            writer.write_record(record)
        };
        for finding in said.findings {
            let (judgement, ground) = finding.verdict.as_ref().map_or((None, None), |(j, g)| (Some(j), Some(*g)));
            let of = |field: fn(&Judgement) -> String| judgement.map(field).unwrap_or_default();
            let model =
                if finding.flagged { video.scored.model.clone() } else { of(|j| j.model.clone().unwrap_or_default()) };
            row(
                if finding.flagged { "event" } else { "verdict" },
                Some(finding.span),
                [
                    finding.peak_frame.to_string(),
                    finding.peak_score.to_string(),
                    of(|j| j.verdict.to_string()),
                    ground.map_or_else(String::new, |ground| ground.to_string()),
                    of(|j| j.class.clone().unwrap_or_default()),
                    of(|j| j.tags.join(" ")),
                    String::new(),
                    of(|j| j.note.clone()),
                    String::new(),
                    model,
                ],
            )?;
        }
        let empty = || -> [String; 10] { Default::default() };
        for label in said.review.labels.values() {
            let mut rest = empty();
            rest[4].clone_from(&label.class);
            rest[6].clone_from(&label.lane);
            rest[7].clone_from(&label.note);
            rest[8] = label.confidence.map_or_else(String::new, |confidence| confidence.to_string());
            row("label", Some(label.span), rest)?;
        }
        for (lane, label) in &said.review.video_labels {
            let mut rest = empty();
            rest[4] = label.to_string();
            rest[6].clone_from(lane);
            row("video", None, rest)?;
        }
        if let Some(note) = &said.review.note {
            let mut rest = empty();
            rest[7].clone_from(note);
            row("note", None, rest)?;
        }
    }
    writer.into_inner().map_err(|err| std::io::Error::other(err.to_string()))
}

/// First and last frame, start and end in seconds.
fn place(video: &ReportVideo<'_>, span: Option<FrameSpan>) -> [String; 4] {
    let Some(span) = span else { return Default::default() };
    let time = video.frames.frames_span(span.start(), span.last());
    [
        span.start().to_string(),
        span.last().to_string(),
        time.start.secs_f64().to_string(),
        time.end.secs_f64().to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::label::{Label, VideoLabel};
    use crate::domain::library::VideoId;
    use crate::domain::record::ItemId;
    use crate::domain::review::Verdict;
    use crate::domain::score::{ScoredVideo, SnippetScores, TsaSettings};
    use crate::domain::segment::EventRule;
    use crate::domain::time::MediaTime;

    fn frames() -> FrameTable {
        FrameTable::new((0..96).map(|i| (MediaTime::from_micros(i * 40_000), true)).collect(), None)
            .expect("has frames")
    }

    fn judge(review: &mut ReviewState, id: u64, (start, end): (usize, usize), verdict: Verdict) {
        let span = FrameSpan::new(start, end).expect("holds frames");
        let (class, tags, note) = (Some("Fight".to_owned()), Vec::new(), "two <men>".to_owned());
        let judgement =
            Judgement { span, verdict, class, tags, note, model: None, peak_frame: start, peak_score: 0.75 };
        review.judgements.insert(ItemId(id), judgement);
    }

    #[test]
    fn a_case_holds_events_verdicts_labels_and_pictures() {
        let folder = tempfile::tempdir().expect("a folder");
        let frames = frames();
        let scores = vec![0.1, 0.9, 0.1, 0.1, 0.8, 0.1];
        let rule = EventRule::default();
        let events = rule.events(&scores);
        let snippets = SnippetScores { attention: vec![0.5; 6], magnitudes: vec![1.0; 6], scores };
        let (encoder, model, device) = ("e".to_owned(), "m1".to_owned(), "CPU".to_owned());
        let scored = ScoredVideo { snippets, tsa: TsaSettings::default(), encoder, model, device, complete: true };
        let id = VideoId::from_hash([7; 32]);
        let mut review = ReviewState::new(id.clone());
        judge(&mut review, 1, (16, 32), Verdict::Anomaly);
        judge(&mut review, 2, (40, 44), Verdict::FalseAlarm);
        let span = FrameSpan::new(3, 9).expect("holds frames");
        let (class, lane, note) = ("Fall".to_owned(), "Ada".to_owned(), String::new());
        review.labels.insert(ItemId(3), Label { span, class, lane, note, confidence: Some(0.5) });
        review.video_labels.insert("Ada".to_owned(), VideoLabel::Abnormal);
        let found = findings(&review, &events, &frames);
        let kinds: Vec<_> = found
            .iter()
            .map(|f| (f.span.start(), f.flagged, f.verdict.as_ref().map(|(j, ground)| (j.verdict, *ground))))
            .collect();
        assert_eq!(
            kinds,
            [
                (16, true, Some((Verdict::Anomaly, Ground::Judged))),
                (40, false, Some((Verdict::FalseAlarm, Ground::Judged))),
                (64, true, None),
            ]
        );

        let video = ReportVideo {
            path: Path::new("v/<a>.mp4"),
            id: Some(&id),
            facts: Vec::new(),
            frames: &frames,
            scored: &scored,
            events: &events,
            truth: &[],
            peaks: Vec::new(),
            notes: &[],
        };
        let videos = [video];
        let pictures = vec![Some((24, b"PNG".to_vec())), None, None];
        let cases = [CaseVideo { review: &review, findings: &found, pictures: &pictures }];
        let record = [("head of the record".to_owned(), "0123abcd".to_owned())];
        let run = Report { title: "Case", videos: &videos, rule, versions: &[] };
        let left_out = ["gone.mp4 is not there".to_owned()];
        let case = CaseReport { run, cases: &cases, record: &record, left_out: &left_out };
        let page = write_case(&folder.path().join("out"), &case).expect("is written");
        let html = fs::read_to_string(&page).expect("is there");
        for part in [
            "1 video, 0 of them looked through. 3 findings: 1 anomaly, 1 false alarm, 0 unsure, 1 not judged. 1 label.",
            "0123abcd",
            "gone.mp4",
            id.as_str(),
            "anomaly",
            "false alarm",
            "not judged",
            "two &lt;men&gt;",
            "Fall",
        ] {
            assert!(html.contains(part), "{part} is missing");
        }
        assert_eq!(html.matches("src=\"data:image/png;base64,").count(), 2, "a timeline and a picture");
        assert!(!html.contains("<men>") && !html.contains("http") && !html.contains("href"));
        let csv = fs::read_to_string(page.with_file_name("case.csv")).expect("is there");
        let lines: Vec<&str> =
            csv.lines().map(|line| line.split_once(&format!("{id},")).map_or(line, |l| l.1)).collect();
        assert_eq!(lines[1], "event,16,31,0.64,1.28,24,0.9,anomaly,judged,Fight,,,two <men>,,m1");
        assert_eq!(lines[2], "verdict,40,43,1.6,1.76,40,0.75,false_alarm,judged,Fight,,,two <men>,,");
        assert_eq!(lines[4], "label,3,8,0.12,0.36,,,,,Fall,,Ada,,0.5,");
        assert_eq!(lines[5], "video,,,,,,,,,abnormal,,Ada,,,");
        assert!(csv.lines().all(|line| line.split(',').count() == HEADER.len()), "{csv}");
    }
}
