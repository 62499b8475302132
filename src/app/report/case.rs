//! The report of a case: what a project says about videos, beside what the model says now.
//!
//! Owns which verdict goes with which event, and the two files. Does not own scoring, decoding, the look of the page
//! (`case_page`), or the table (`case_table`).
//!
//! ```text
//! FOLDER/case.html   one file, pictures inside     FOLDER/case.csv   a row for each finding
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Report, ReportError, case_page, case_table, replace};
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::queue::KnownVideo;
use crate::domain::record::{ItemId, ReviewState, Said, Subject};
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
    /// Videos that belong to the case and could not be scored.
    pub absent: &'a [AbsentVideo<'a>],
    /// Who said what was said, and when.
    pub voices: &'a BTreeMap<Subject, Said>,
    /// What else is not in it, a sentence each.
    pub left_out: &'a [String],
}

/// A video that cannot be shown, with what people said about it.
#[derive(Clone, Debug)]
pub struct AbsentVideo<'a> {
    /// What the project knows of it.
    pub known: &'a KnownVideo,
    /// Why it cannot be shown, in a sentence.
    pub reason: &'a str,
    /// What was said.
    pub said: CaseVideo<'a>,
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
    /// The number of that verdict in the project.
    pub verdict_id: Option<ItemId>,
}

impl CaseReport<'_> {
    /// What people said about all videos, those that can be shown first.
    pub(super) fn all(&self) -> impl Iterator<Item = &CaseVideo<'_>> {
        self.cases.iter().chain(self.absent.iter().map(|video| &video.said))
    }
}

impl Finding {
    /// Judged frames that are no event, or of which nobody knows whether they are one.
    fn of_verdict(id: ItemId, judgement: &Judgement) -> Self {
        Self {
            span: judgement.span,
            peak_frame: judgement.peak_frame,
            peak_score: judgement.peak_score,
            flagged: false,
            verdict: Some((judgement.clone(), Ground::Judged)),
            verdict_id: Some(id),
        }
    }
}

/// The findings on a video that cannot be scored: its verdicts.
pub fn verdicts_alone(review: &ReviewState) -> Vec<Finding> {
    let mut findings: Vec<Finding> = review.judgements.iter().map(|(id, j)| Finding::of_verdict(*id, j)).collect();
    findings.sort_by_key(|finding| finding.span);
    findings
}

/// The findings on a video: every event with the verdict that it has, and every verdict that has no event now.
pub fn findings(review: &ReviewState, events: &[AnomalySegment], frames: &FrameTable) -> Vec<Finding> {
    let grid = SnippetGrid::new(frames.len());
    let judgements: Vec<(&ItemId, &Judgement)> = review.judgements.iter().collect();
    let spans: Vec<FrameSpan> = judgements.iter().map(|(_, judgement)| judgement.span).collect();
    let flagged: Vec<(&AnomalySegment, FrameSpan)> = events
        .iter()
        .filter_map(|event| Some((event, FrameSpan::new(grid.range(event.first).start, grid.range(event.last).end)?)))
        .collect();
    let mut used = vec![false; judgements.len()];
    let found = standings(&flagged.iter().map(|(_, span)| *span).collect::<Vec<_>>(), &spans);
    let mut findings: Vec<Finding> = Vec::with_capacity(events.len() + judgements.len());
    for ((event, span), standing) in flagged.iter().zip(found) {
        let given = standing.ground().map(|(at, ground)| {
            used[at] = true;
            let (id, judgement) = judgements[at];
            (*id, (judgement.clone(), ground))
        });
        let (verdict_id, verdict) = given.unzip();
        let (peak_frame, peak_score) = (grid.middle(event.peak), event.peak_score);
        findings.push(Finding { span: *span, peak_frame, peak_score, flagged: true, verdict, verdict_id });
    }
    let alone = judgements.into_iter().zip(used).filter(|(_, used)| !used);
    findings.extend(alone.map(|((id, judgement), _)| Finding::of_verdict(*id, judgement)));
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
    replace(&table, &case_table::rows(case).map_err(|source| ReportError::Write { path: table.clone(), source })?)?;
    let html = case_page::page(case).map_err(|source| ReportError::Chart { path: page.clone(), source })?;
    replace(&page, html.as_bytes())?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::super::ReportVideo;
    use super::*;
    use crate::domain::label::{Label, VideoLabel};
    use crate::domain::library::VideoId;
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

    fn mark(
        review: &mut ReviewState,
        id: u64,
        (start, end): (usize, usize),
        words: [&str; 2],
        confidence: Option<f32>,
    ) {
        let span = FrameSpan::new(start, end).expect("holds frames");
        let ([class, lane], note) = (words.map(str::to_owned), String::new());
        review.labels.insert(ItemId(id), Label { span, class, lane, note, confidence });
    }

    fn said(who: &str, seconds: i64) -> Said {
        Said { who: who.to_owned(), at_us: seconds * 1_000_000 }
    }

    /// Who said what about the video that can be shown.
    fn voices(video: &VideoId) -> BTreeMap<Subject, Said> {
        let video = || video.clone();
        let whole = Subject::VideoLabel { video: video(), lane: "Ada".to_owned() };
        BTreeMap::from([
            (Subject::Judgement { video: video(), id: ItemId(1) }, said("Ada", 1_700_000_000)),
            (Subject::Label { video: video(), id: ItemId(3) }, said("Eve", 1_700_000_001)),
            (whole, said("Ada", 1_700_000_002)),
        ])
    }

    /// A video that cannot be shown.
    fn gone() -> (KnownVideo, ReviewState) {
        let id = VideoId::from_hash([8; 32]);
        let mut review = ReviewState::new(id.clone());
        judge(&mut review, 4, (5, 9), Verdict::Unsure);
        mark(&mut review, 5, (7, 8), ["Smoke", "Grace"], None);
        review.note = Some("asked for again".to_owned());
        let (name, path) = ("gone.mp4".to_owned(), PathBuf::from("v/gone.mp4"));
        (KnownVideo { id, name, size: 1, path, frames: None, duration: None, present: false }, review)
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
        mark(&mut review, 3, (3, 9), ["Fall", "Ada"], Some(0.5));
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
        let left_out = ["Only some pictures are shown.".to_owned()];
        let voices = voices(&id);
        let (known, gone_review) = gone();
        let gone = &known.id;
        let gone_found = verdicts_alone(&gone_review);
        let unshown = CaseVideo { review: &gone_review, findings: &gone_found, pictures: &[] };
        let absent = [AbsentVideo { known: &known, reason: "v/gone.mp4 is not there.", said: unshown }];
        let case =
            CaseReport { run, cases: &cases, record: &record, absent: &absent, voices: &voices, left_out: &left_out };
        let page = write_case(&folder.path().join("out"), &case).expect("is written");
        let html = fs::read_to_string(&page).expect("is there");
        for part in [
            "2 videos, 0 of them looked through. 4 findings: 1 anomaly, 1 false alarm, 1 unsure, 1 not judged. 2 labels. \
             1 video is not shown, because its file is missing or cannot be read; what was said about it is listed.",
            "0123abcd",
            "Only some pictures are shown.",
            "<h2>gone.mp4</h2><p class=\"note\">v/gone.mp4 is not there.</p>",
            "Smoke",
            "asked for again",
            gone.as_str(),
            "<td>Ada</td><td class=\"n\">2023-11-14 22:13:20</td>",
            "<td>Eve</td><td class=\"n\">2023-11-14 22:13:21</td>",
            "abnormal according to Ada (2023-11-14 22:13:22 UTC)",
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
        let at = |seconds: u32| format!("2023-11-14T22:13:{seconds}Z");
        assert_eq!(
            lines[1],
            format!("event,16,31,0.64,1.28,24,0.9,anomaly,judged,Fight,,,two <men>,,m1,Ada,{}", at(20))
        );
        assert_eq!(lines[2], "verdict,40,43,1.6,1.76,40,0.75,false_alarm,judged,Fight,,,two <men>,,,,");
        assert_eq!(lines[4], format!("label,3,8,0.12,0.36,,,,,Fall,,Ada,,0.5,,Eve,{}", at(21)));
        assert_eq!(lines[5], format!("video,,,,,,,,,abnormal,,Ada,,,,Ada,{}", at(22)));
        let rest: Vec<&str> =
            csv.lines().filter_map(|line| line.split_once(&format!("{gone},"))).map(|l| l.1).collect();
        assert_eq!(
            rest,
            [
                "verdict,5,8,,,5,0.75,unsure,judged,Fight,,,two <men>,,,,",
                "label,7,7,,,,,,,Smoke,,Grace,,,,,",
                "note,,,,,,,,,,,,asked for again,,,,",
            ]
        );
        assert!(csv.lines().all(|line| line.split(',').count() == case_table::HEADER.len()), "{csv}");
    }
}
