//! The report's page: one HTML file that needs nothing from elsewhere.
//!
//! Owns its text and look. Does not own the files that it shows: see [`super`].

use std::fmt::Write as _;
use std::path::Path;

// Writing to a string cannot fail: its results are dropped below.
use super::{Report, ReportVideo};
use crate::domain::event_cost::EventCost;
use crate::domain::snippet::SnippetGrid;
use crate::domain::threshold::threshold_text;

const STYLE: &str = "\
body{font:15px/1.45 system-ui,sans-serif;color:#282c34;background:#f6f7f9;margin:0}\
main{max-width:1240px;margin:0 auto;padding:24px}\
section{background:#fff;border:1px solid #e0e3e8;border-radius:8px;padding:18px 22px;margin:20px 0}\
h1{font-size:26px;margin:8px 0}h2{font-size:19px;margin:0 0 10px}\
img{max-width:100%;display:block}.peaks{display:flex;flex-wrap:wrap;gap:14px;margin:14px 0}\
figure{margin:0;width:380px}figure img{border-radius:6px;width:100%}figcaption{font-size:13px;color:#5a606b;padding-top:4px}\
table{border-collapse:collapse;margin:10px 0}td,th{text-align:left;padding:3px 18px 3px 0;border-bottom:1px solid #eceef2}\
th{font-weight:600;color:#5a606b}td.n{font-variant-numeric:tabular-nums}.facts td:first-child{color:#5a606b}\
th.n,.figures td.n{text-align:right}.figures td,.figures th{padding:3px 12px}.figures td:first-child,.figures th:first-child{padding-left:0}\
nav{display:flex;flex-wrap:wrap;gap:4px 18px;margin:10px 0}a{color:#0b62a3}.when{color:#5a606b;margin:4px 0}\
code{font-size:13px;overflow-wrap:anywhere}.note{color:#9a5a00}\
@media print{body{background:#fff}main{padding:0}section{border:0;padding:0}nav,.save{display:none}figure,tr,h2{break-inside:avoid}h2{break-after:avoid}}";

/// The name without folders.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The page of `report`; `parts` are the folders of its videos.
pub(super) fn page(report: &Report<'_>, parts: &[String]) -> String {
    let mut html = String::new();
    let title = escape(report.title);
    head(&mut html, &title);
    overview(&mut html, report);
    for (video, part) in report.videos.iter().zip(parts) {
        section(&mut html, video, part);
    }
    about(&mut html, report);
    html.push_str("</main></body></html>\n");
    html
}

/// Everything up to the headline; `title` is escaped.
pub(super) fn head(html: &mut String, title: &str) {
    write!(
        html,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body><main><h1>{title}</h1>"
    )
    .ok();
}

fn overview(html: &mut String, report: &Report<'_>) {
    let costs = report.videos.iter().map(|v| EventCost::of(v.events, v.scored.snippets.len(), v.frames));
    let cost: EventCost = costs.sum();
    write!(
        html,
        "<p>{} videos, {}, {} events at a threshold of {}{}, {} flagged ({:.1} %).</p>",
        report.videos.len(),
        cost.footage,
        cost.events,
        threshold_text(report.rule.threshold),
        cost.per_hour().map_or_else(String::new, |rate| format!(" ({rate:.0} per hour of footage)")),
        cost.flagged,
        cost.flagged_share().unwrap_or(0.0) * 100.0,
    )
    .ok();
}

fn section(html: &mut String, video: &ReportVideo<'_>, part: &str) {
    let name = escape(&file_name(video.path));
    let grid = SnippetGrid::new(video.frames.len());
    write!(html, "<section><h2>{name}</h2>").ok();
    for note in video.notes {
        write!(html, "<p class=\"note\">{}</p>", escape(note)).ok();
    }
    if !video.scored.complete {
        html.push_str("<p class=\"note\">Scoring was stopped before the end; the rest of the video has no scores.</p>");
    }
    write!(html, "<img src=\"{part}/timeline.png\" alt=\"Score, attention and magnitude of {name} over time\">").ok();
    if video.events.is_empty() {
        html.push_str("<p>No events.</p>");
    } else {
        html.push_str(
            "<table><tr><th>event</th><th>from</th><th>to</th><th>frames</th><th>peak</th><th>score</th></tr>",
        );
        for (at, event) in video.events.iter().enumerate() {
            let (first, last) = (grid.range(event.first).start, grid.range(event.last).end.saturating_sub(1));
            let span = video.frames.frames_span(first, last);
            let peak = grid.middle(event.peak);
            write!(
                html,
                "<tr><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{first} to {last}</td>\
                 <td class=\"n\">frame {peak}, {}</td><td class=\"n\">{:.2}</td></tr>",
                at + 1,
                span.start,
                span.end,
                video.frames.time(peak),
                event.peak_score
            )
            .ok();
        }
        html.push_str("</table>");
    }
    peaks(html, video, part, grid);
    facts(html, video);
    write!(
        html,
        "<p>Files: <a href=\"{part}/scores.csv\">scores.csv</a>, <a href=\"{part}/scores.json\">scores.json</a>, \
         <a href=\"{part}/timeline.svg\">timeline.svg</a></p></section>"
    )
    .ok();
}

fn peaks(html: &mut String, video: &ReportVideo<'_>, part: &str, grid: SnippetGrid) {
    if video.peaks.is_empty() {
        return;
    }
    html.push_str("<div class=\"peaks\">");
    for (at, (frame, _)) in video.peaks.iter().enumerate() {
        let score = video.scored.snippets.scores.get(grid.snippet_of(*frame));
        let score = score.map_or_else(String::new, |s| format!(", score {s:.2}"));
        write!(
            html,
            "<figure><img src=\"{part}/peak-{}.png\" alt=\"Frame {frame}\"><figcaption>frame {frame}, {}{score}</figcaption></figure>",
            at + 1,
            video.frames.time(*frame)
        )
        .ok();
    }
    html.push_str("</div>");
}

/// What a video is, and what scored it.
pub(super) fn facts(html: &mut String, video: &ReportVideo<'_>) {
    let tsa = &video.scored.tsa;
    let attention = if tsa.enabled {
        format!("ratio {}, sigma {}, {} draws, seed {}", tsa.ratio, tsa.sigma, tsa.samples, tsa.seed)
    } else {
        "off".to_owned()
    };
    let mut rows = vec![
        ("file".to_owned(), video.path.display().to_string()),
        ("frames".to_owned(), format!("{} in {}", video.frames.len(), video.frames.span().length())),
        ("encoder".to_owned(), video.scored.encoder.clone()),
        ("model".to_owned(), video.scored.model.clone()),
        ("device".to_owned(), video.scored.device.clone()),
        ("attention (TSA)".to_owned(), attention),
    ];
    rows.extend(video.id.map(|id| ("content (BLAKE3)".to_owned(), id.to_string())));
    rows.extend(video.facts.iter().cloned());
    table(html, &rows);
}

/// How scores became events, and which programs did it.
pub(super) fn about(html: &mut String, report: &Report<'_>) {
    let rule = report.rule;
    let mut rows = vec![("events".to_owned(), rule.text())];
    rows.extend(report.versions.iter().cloned());
    html.push_str("<section><h2>How this was made</h2>");
    table(html, &rows);
    html.push_str("<p>A score belongs to a snippet of 16 frames. Frames are counted from 0, and an event's last frame belongs to it.</p></section>");
}

/// Names and values.
pub(super) fn table(html: &mut String, rows: &[(String, String)]) {
    html.push_str("<table class=\"facts\">");
    for (name, value) in rows {
        write!(html, "<tr><td>{}</td><td><code>{}</code></td></tr>", escape(name), escape(value)).ok();
    }
    html.push_str("</table>");
}

/// Text between tags or in an attribute.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}
