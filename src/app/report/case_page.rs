//! The page of a case: one HTML file with all its pictures inside, to be handed on and kept.
//!
//! Owns its text. Does not own its style and the parts that it shares with the page of a scoring run (`page`).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ReportVideo;
use super::case::{AbsentVideo, CaseReport, CaseVideo, Finding};
use super::page::{about, escape, facts, file_name, head, table};
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
use crate::domain::record::{Said, Subject};
use crate::domain::review::{Ground, Verdict};
use crate::plots::{ChartError, ChartSize, TimelineChart, timeline_png};

/// The page.
///
/// # Errors
/// A chart cannot be drawn.
pub(super) fn page(case: &CaseReport<'_>) -> Result<String, ChartError> {
    let mut html = String::new();
    head(&mut html, &escape(case.run.title));
    summary(&mut html, case);
    html.push_str("<section><h2>Record</h2>");
    table(&mut html, case.record);
    for sentence in case.left_out {
        write!(html, "<p class=\"note\">{}</p>", escape(sentence)).ok();
    }
    html.push_str("</section>");
    for (video, said) in case.run.videos.iter().zip(case.cases) {
        section(&mut html, case, video, said)?;
    }
    for video in case.absent {
        absent(&mut html, case, video);
    }
    about(&mut html, &case.run);
    html.push_str("</main></body></html>\n");
    Ok(html)
}

/// How much was looked at, and what came of it.
fn summary(html: &mut String, case: &CaseReport<'_>) {
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let all: Vec<&Finding> = case.all().flat_map(|said| said.findings).collect();
    let said = |verdict| all.iter().filter(|f| f.verdict.as_ref().is_some_and(|(j, _)| j.verdict == verdict)).count();
    let labels: usize = case.all().map(|said| said.review.labels.len()).sum();
    let through = case.all().filter(|said| said.review.reviewed).count();
    let absent = match case.absent.len() {
        0 => String::new(),
        1 => " 1 video is not shown, because its file is missing or cannot be read; what was said about it is listed."
            .to_owned(),
        n => format!(
            " {n} videos are not shown, because their files are missing or cannot be read; what was said about them is \
             listed."
        ),
    };
    write!(
        html,
        "<p>{}, {through} of them looked through. {}: {} {}, {}, {} unsure, {} not judged. {}.{absent}</p>",
        count(case.all().count(), "video"),
        count(all.len(), "finding"),
        said(Verdict::Anomaly),
        if said(Verdict::Anomaly) == 1 { "anomaly" } else { "anomalies" },
        count(said(Verdict::FalseAlarm), "false alarm"),
        said(Verdict::Unsure),
        all.iter().filter(|finding| finding.verdict.is_none()).count(),
        count(labels, "label")
    )
    .ok();
}

fn section(
    html: &mut String,
    case: &CaseReport<'_>,
    video: &ReportVideo<'_>,
    said: &CaseVideo<'_>,
) -> Result<(), ChartError> {
    let name = file_name(video.path);
    write!(html, "<section><h2>{}</h2>", escape(&name)).ok();
    whole(html, case, said);
    for note in video.notes {
        write!(html, "<p class=\"note\">{}</p>", escape(note)).ok();
    }
    let chart = TimelineChart {
        title: &name,
        frames: video.frames,
        scores: &video.scored.snippets,
        threshold: case.run.rule.threshold,
        events: video.events,
        truth: video.truth,
    };
    picture(html, &timeline_png(&chart, ChartSize::REPORT)?, &format!("Scores of {name} over time"));
    findings(html, case, Some(video.frames), said);
    labels(html, case, Some(video.frames), said);
    facts(html, video);
    html.push_str("</section>");
    Ok(())
}

/// A video without its pictures and curve: what was said about it, and why there is no more.
fn absent(html: &mut String, case: &CaseReport<'_>, video: &AbsentVideo<'_>) {
    write!(html, "<section><h2>{}</h2>", escape(&video.known.name)).ok();
    write!(html, "<p class=\"note\">{}</p>", escape(video.reason)).ok();
    whole(html, case, &video.said);
    findings(html, case, None, &video.said);
    labels(html, case, None, &video.said);
    let path = &video.known.path;
    let file = if path.as_os_str().is_empty() { "not known".to_owned() } else { path.display().to_string() };
    let mut rows = vec![("file".to_owned(), file)];
    rows.extend(video.known.frames.map(|frames| ("frames".to_owned(), frames.to_string())));
    rows.push(("content (BLAKE3)".to_owned(), video.known.id.to_string()));
    table(html, &rows);
    html.push_str("</section>");
}

/// What was said about the whole of a video.
fn whole(html: &mut String, case: &CaseReport<'_>, said: &CaseVideo<'_>) {
    let video = || said.review.video.clone();
    let told = |subject: &Subject, lane: &str| {
        let Some(said) = case.voices.get(subject) else { return String::new() };
        let at = utc(said, HUMAN);
        if said.who == lane { format!(" ({at} UTC)") } else { format!(" ({}, {at} UTC)", said.who) }
    };
    let label = |(lane, label)| {
        let subject = Subject::VideoLabel { video: video(), lane: String::clone(lane) };
        format!("{label} according to {lane}{}", told(&subject, lane))
    };
    let mut parts: Vec<String> = said.review.video_labels.iter().map(label).collect();
    let through = || format!("looked through{}", told(&Subject::Reviewed { video: video() }, ""));
    parts.extend(said.review.reviewed.then(through));
    if !parts.is_empty() {
        write!(html, "<p>Whole video: {}.</p>", escape(&parts.join(", "))).ok();
    }
    if let Some(note) = &said.review.note {
        let by = told(&Subject::VideoNote { video: video() }, "");
        write!(html, "<p>{}{}</p>", escape(note), escape(&by)).ok();
    }
}

/// How a moment is written on the page.
const HUMAN: &str = "%Y-%m-%d %H:%M:%S";

/// When something was said, in UTC.
pub(super) fn utc(said: &Said, form: &str) -> String {
    jiff::Timestamp::from_microsecond(said.at_us).map_or_else(|_| String::new(), |at| at.strftime(form).to_string())
}

/// Two cells: who said it, and when.
fn by(case: &CaseReport<'_>, subject: Option<&Subject>) -> String {
    let said = subject.and_then(|subject| case.voices.get(subject));
    let [who, at] = said.map_or_else(Default::default, |said| [escape(&said.who), utc(said, HUMAN)]);
    format!("<td>{who}</td><td class=\"n\">{at}</td>")
}

fn picture(html: &mut String, png: &[u8], what: &str) {
    write!(html, "<img src=\"data:image/png;base64,{}\" alt=\"{}\">", STANDARD.encode(png), escape(what)).ok();
}

fn findings(html: &mut String, case: &CaseReport<'_>, frames: Option<&FrameTable>, said: &CaseVideo<'_>) {
    if said.findings.is_empty() {
        html.push_str(if frames.is_some() { "<p>No events and no verdicts.</p>" } else { "<p>No verdicts.</p>" });
        return;
    }
    html.push_str(
        "<table><tr><th>finding</th><th>verdict</th><th>by</th><th>at (UTC)</th><th>from</th><th>to</th><th>frames</th><th>peak</th><th>score</th>\
         <th>class, tags, note</th></tr>",
    );
    for (at, finding) in said.findings.iter().enumerate() {
        let words = finding.verdict.as_ref().map_or_else(String::new, |(judgement, _)| {
            let class = judgement.class.clone().into_iter();
            let parts: Vec<String> = class.chain(judgement.tags.clone()).chain([judgement.note.clone()]).collect();
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        });
        let video = said.review.video.clone();
        let subject = finding.verdict_id.map(|id| Subject::Judgement { video, id });
        write!(
            html,
            "<tr><td class=\"n\">{}</td><td>{}</td>{}{}<td class=\"n\">frame {}{}</td><td class=\"n\">{:.2}</td>\
             <td>{}</td></tr>",
            at + 1,
            verdict(finding, frames.is_some()),
            by(case, subject.as_ref()),
            place(frames, finding.span),
            finding.peak_frame,
            frames.map_or_else(String::new, |frames| format!(", {}", frames.time(finding.peak_frame))),
            finding.peak_score,
            escape(&words)
        )
        .ok();
    }
    html.push_str("</table><div class=\"peaks\">");
    for (at, shown) in said.pictures.iter().enumerate() {
        let Some((frame, image)) = shown else { continue };
        html.push_str("<figure>");
        picture(html, image, &format!("Frame {frame}"));
        let time = frames.map_or_else(String::new, |frames| format!(", {}", frames.time(*frame)));
        write!(html, "<figcaption>{}: frame {frame}{time}</figcaption></figure>", at + 1).ok();
    }
    html.push_str("</div>");
}

/// What was said about a finding, in words; HTML. Whether it is an event is known only of a `scored` video.
fn verdict(finding: &Finding, scored: bool) -> String {
    let Some((judgement, ground)) = &finding.verdict else { return "not judged".to_owned() };
    let said = match judgement.verdict {
        Verdict::Anomaly => "<strong>anomaly</strong>",
        Verdict::FalseAlarm => "false alarm",
        Verdict::Unsure => "unsure",
    };
    let how = match ground {
        Ground::Judged if finding.flagged || !scored => "",
        Ground::Judged => ", no event at this threshold",
        Ground::Inherited => ", given to an event of other bounds",
        Ground::Changed => ", given to a small part of it: look again",
    };
    format!("{said}{how}")
}

/// Three cells: when it begins and ends, as far as the times of frames are known, and its frames.
fn place(frames: Option<&FrameTable>, span: FrameSpan) -> String {
    let time = frames.map(|frames| frames.frames_span(span.start(), span.last()));
    let [start, end] = time.map_or_else(Default::default, |time| [time.start, time.end].map(|t| t.to_string()));
    format!(
        "<td class=\"n\">{start}</td><td class=\"n\">{end}</td><td class=\"n\">{} to {}</td>",
        span.start(),
        span.last()
    )
}

fn labels(html: &mut String, case: &CaseReport<'_>, frames: Option<&FrameTable>, said: &CaseVideo<'_>) {
    if said.review.labels.is_empty() {
        return;
    }
    html.push_str(
        "<table><tr><th>label</th><th>lane</th><th>by</th><th>at (UTC)</th><th>from</th><th>to</th><th>frames</th><th>confidence</th><th>note</th></tr>",
    );
    let mut labels: Vec<_> = said.review.labels.iter().collect();
    labels.sort_by_key(|(_, label)| label.span);
    for (id, label) in labels {
        let subject = Subject::Label { video: said.review.video.clone(), id: *id };
        let sure = label.confidence.map_or_else(String::new, |confidence| format!("{confidence:.2}"));
        write!(
            html,
            "<tr><td>{}</td><td>{}</td>{}{}<td class=\"n\">{sure}</td><td>{}</td></tr>",
            escape(&label.class),
            escape(&label.lane),
            by(case, Some(&subject)),
            place(frames, label.span),
            escape(&label.note)
        )
        .ok();
    }
    html.push_str("</table>");
}
