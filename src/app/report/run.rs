//! The report of an evaluation: one page with its figures, its curves, and all that is needed to make it again.
//!
//! Owns the page's text. Does not own the figures ([`crate::app::evaluation`]), their tables ([`super::section`]), the record
//! in it ([`crate::app::evaluation::record`]) or the charts ([`crate::app::charting`]).

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::page::{escape, head, table};
use super::section::Section;
use crate::app::charting::{ChartFiles, ChartSize, CurveFiles, evaluation_charts};
use crate::app::evaluation::Evaluation;
use crate::app::evaluation::record::RunRecord;
use crate::plots::ChartError;

/// Size of each chart.
const SIZE: ChartSize = ChartSize { width: 580, height: 440 };

/// What stands on the page.
#[derive(Clone, Copy, Debug)]
pub struct RunPage<'a> {
    /// Why this is no test, a sentence each.
    pub marks: &'a [String],
    /// The figures.
    pub evaluation: &'a Evaluation,
    /// The same in words and tables.
    pub sections: &'a [Section],
    /// What makes it again; it has the headline and the settings.
    pub record: &'a RunRecord,
}

// Writing to a string cannot fail: its results are dropped below.
impl RunPage<'_> {
    /// The page, which needs nothing from elsewhere.
    ///
    /// # Errors
    /// A chart cannot be drawn.
    pub fn html(&self) -> Result<String, ChartError> {
        let record = self.record;
        let mut html = String::new();
        head(&mut html, &format!("{} – evaluation", escape(&record.title)));
        write!(html, "<p class=\"when\">{}</p>", escape(&record.made_at)).ok();
        html.push_str("<nav>");
        let parts = self.sections.iter().map(|section| (section.id, section.title));
        for (id, title) in parts.chain([("curves", "Curves"), ("made", "How this was made"), ("files", "Files")]) {
            write!(html, "<a href=\"#{id}\">{}</a>", escape(title)).ok();
        }
        html.push_str("</nav>");
        for mark in self.marks {
            write!(html, "<p class=\"note\"><b>No test:</b> {}</p>", escape(mark)).ok();
        }
        for section in self.sections {
            html.push_str(&section.html());
        }
        html.push_str("<section id=\"curves\"><h2>Curves</h2><div class=\"peaks\">");
        for curve in evaluation_charts(self.evaluation, ChartFiles { png: false, svg: true, csv: true }, Some(SIZE))? {
            figure(&mut html, &curve);
        }
        html.push_str("</div></section><section id=\"made\"><h2>How this was made</h2>");
        let mut rows = vec![("when".to_owned(), record.made_at.clone())];
        rows.extend(record.settings.iter().flatten().cloned());
        rows.push(("made again by".to_owned(), record.command_line()));
        rows.push(("in the folder".to_owned(), record.folder.clone()));
        rows.extend(record.versions.iter().cloned());
        table(&mut html, &rows);
        html.push_str("</section><section id=\"files\"><h2>Files, by the BLAKE3 hash of their content</h2>");
        let files: Vec<_> = record.inputs.iter().map(|file| (file.path.clone(), file.blake3.clone())).collect();
        table(&mut html, &files);
        let videos: Vec<_> = (record.videos.iter())
            .map(|video| (video.name.clone(), video.content.clone().unwrap_or_else(|| "known by its name".to_owned())))
            .collect();
        write!(html, "<details><summary>{} videos judged</summary>", videos.len()).ok();
        table(&mut html, &videos);
        html.push_str(
            "</details><p>Whether all of this is still so: <code>lookback verify</code> with this file.</p></section>",
        );
        html.push_str(&record.element().map_err(|err| ChartError::Data(err.to_string()))?);
        html.push_str("</main></body></html>\n");
        Ok(html)
    }
}

/// A curve with links that save its picture and its numbers.
fn figure(html: &mut String, curve: &CurveFiles) {
    let (name, stem) = (curve.kind.text(), curve.kind.stem());
    write!(html, "<figure id=\"{stem}\" style=\"width:580px\"><div role=\"img\" aria-label=\"{name}\">").ok();
    for (_, svg) in curve.files.iter().filter(|(ending, _)| *ending == "svg") {
        html.push_str(&String::from_utf8_lossy(svg));
    }
    html.push_str("</div><figcaption class=\"save\">Save as");
    for (ending, content) in &curve.files {
        let kind = if *ending == "svg" { "image/svg+xml" } else { "text/csv" };
        let (label, content) = (ending.to_uppercase(), STANDARD.encode(content));
        write!(html, " <a download=\"{stem}.{ending}\" href=\"data:{kind};base64,{content}\">{label}</a>").ok();
    }
    html.push_str("</figcaption></figure>");
}
