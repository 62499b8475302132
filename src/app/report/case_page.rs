//! The page of a case: one HTML file with all its pictures inside, to be handed on and kept.
//!
//! Owns its text. Does not own its style and the parts that it shares with the page of a scoring run (`page`).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::case::{CaseReport, CaseVideo, Finding};
use super::page::{about, escape, facts, file_name, head, table};
use super::{Report, ReportVideo};
use crate::domain::frames::FrameTable;
use crate::domain::interval::FrameSpan;
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
        section(&mut html, &case.run, video, said)?;
    }
    about(&mut html, &case.run);
    html.push_str("</main></body></html>\n");
    Ok(html)
}

/// How much was looked at, and what came of it.
fn summary(html: &mut String, case: &CaseReport<'_>) {
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let all: Vec<&Finding> = case.cases.iter().flat_map(|said| said.findings).collect();
    let said = |verdict| all.iter().filter(|f| f.verdict.as_ref().is_some_and(|(j, _)| j.verdict == verdict)).count();
    let labels: usize = case.cases.iter().map(|said| said.review.labels.len()).sum();
    let through = case.cases.iter().filter(|said| said.review.reviewed).count();
    write!(
        html,
        "<p>{}, {through} of them looked through. {}: {} {}, {}, {} unsure, {} not judged. {}.</p>",
        count(case.cases.len(), "video"),
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
    run: &Report<'_>,
    video: &ReportVideo<'_>,
    said: &CaseVideo<'_>,
) -> Result<(), ChartError> {
    let name = file_name(video.path);
    write!(html, "<section><h2>{}</h2>", escape(&name)).ok();
    let mut whole: Vec<String> =
        said.review.video_labels.iter().map(|(lane, label)| format!("{label} according to {lane}")).collect();
    whole.extend(said.review.reviewed.then(|| "looked through".to_owned()));
    if !whole.is_empty() {
        write!(html, "<p>Whole video: {}.</p>", escape(&whole.join(", "))).ok();
    }
    if let Some(note) = &said.review.note {
        write!(html, "<p>{}</p>", escape(note)).ok();
    }
    for note in video.notes {
        write!(html, "<p class=\"note\">{}</p>", escape(note)).ok();
    }
    let chart = TimelineChart {
        title: &name,
        frames: video.frames,
        scores: &video.scored.snippets,
        threshold: run.rule.threshold,
        events: video.events,
        truth: video.truth,
    };
    picture(html, &timeline_png(&chart, ChartSize::REPORT)?, &format!("Scores of {name} over time"));
    findings(html, video.frames, said);
    labels(html, video.frames, said);
    facts(html, video);
    html.push_str("</section>");
    Ok(())
}

fn picture(html: &mut String, png: &[u8], what: &str) {
    write!(html, "<img src=\"data:image/png;base64,{}\" alt=\"{}\">", STANDARD.encode(png), escape(what)).ok();
}

fn findings(html: &mut String, frames: &FrameTable, said: &CaseVideo<'_>) {
    if said.findings.is_empty() {
        html.push_str("<p>No events and no verdicts.</p>");
        return;
    }
    html.push_str(
        "<table><tr><th>finding</th><th>verdict</th><th>from</th><th>to</th><th>frames</th><th>peak</th><th>score</th>\
         <th>class, tags, note</th></tr>",
    );
    for (at, finding) in said.findings.iter().enumerate() {
        let words = finding.verdict.as_ref().map_or_else(String::new, |(judgement, _)| {
            let class = judgement.class.clone().into_iter();
            let parts: Vec<String> = class.chain(judgement.tags.clone()).chain([judgement.note.clone()]).collect();
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        });
        write!(
            html,
            "<tr><td class=\"n\">{}</td><td>{}</td>{}<td class=\"n\">frame {}, {}</td><td class=\"n\">{:.2}</td>\
             <td>{}</td></tr>",
            at + 1,
            verdict(finding),
            place(frames, finding.span),
            finding.peak_frame,
            frames.time(finding.peak_frame),
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
        write!(html, "<figcaption>{}: frame {frame}, {}</figcaption></figure>", at + 1, frames.time(*frame)).ok();
    }
    html.push_str("</div>");
}

/// What was said about a finding, in words; HTML.
fn verdict(finding: &Finding) -> String {
    let Some((judgement, ground)) = &finding.verdict else { return "not judged".to_owned() };
    let said = match judgement.verdict {
        Verdict::Anomaly => "<strong>anomaly</strong>",
        Verdict::FalseAlarm => "false alarm",
        Verdict::Unsure => "unsure",
    };
    let how = match ground {
        Ground::Judged if finding.flagged => "",
        Ground::Judged => ", no event at this threshold",
        Ground::Inherited => ", given to an event of other bounds",
        Ground::Changed => ", given to a small part of it: look again",
    };
    format!("{said}{how}")
}

/// Three cells: when it begins and ends, and its frames.
fn place(frames: &FrameTable, span: FrameSpan) -> String {
    let time = frames.frames_span(span.start(), span.last());
    format!(
        "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{} to {}</td>",
        time.start,
        time.end,
        span.start(),
        span.last()
    )
}

fn labels(html: &mut String, frames: &FrameTable, said: &CaseVideo<'_>) {
    if said.review.labels.is_empty() {
        return;
    }
    html.push_str(
        "<table><tr><th>label</th><th>by</th><th>from</th><th>to</th><th>frames</th><th>confidence</th><th>note</th></tr>",
    );
    let mut labels: Vec<_> = said.review.labels.values().collect();
    labels.sort_by_key(|label| label.span);
    for label in labels {
        let sure = label.confidence.map_or_else(String::new, |confidence| format!("{confidence:.2}"));
        write!(
            html,
            "<tr><td>{}</td><td>{}</td>{}<td class=\"n\">{sure}</td><td>{}</td></tr>",
            escape(&label.class),
            escape(&label.lane),
            place(frames, label.span),
            escape(&label.note)
        )
        .ok();
    }
    html.push_str("</table>");
}
