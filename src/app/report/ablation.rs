//! The page of an ablation: its table, and the published numbers beside, marked as such.
//!
//! Owns the page's text. Does not own the figures ([`crate::domain::ablation`]).

use std::fmt::Write as _;

use super::page::{escape, head};
use crate::app::ablation::summary::spread_text;
use crate::domain::ablation::{AblationRow, Gain, PUBLISHED, PUBLISHED_NOTE};

/// The page; `text` is the whole of it as text.
pub fn page(text: &str, rows: &[AblationRow], gains: &[Gain]) -> String {
    let mut html = String::new();
    head(&mut html, "Features and attention");
    // Writing to a string cannot fail.
    html.push_str("<section><h2>Mean and standard deviation over seeds</h2><table><tr><th>features</th><th>TSA</th><th>seeds</th><th>ROC-AUC</th><th>AP</th></tr>");
    for row in rows {
        let (auc, ap) = (spread_text(row.roc_auc, 4, false), spread_text(row.average_precision, 4, false));
        let tsa = if row.attention { "on" } else { "off" };
        let seeds = row.seeds.len();
        write!(html, "<tr><td>{}</td><td>{tsa}</td><td class=\"n\">{seeds}</td><td class=\"n\">{auc}</td><td class=\"n\">{ap}</td></tr>", escape(&row.features)).ok();
    }
    html.push_str(
        "</table><h2>What TSA adds, seed by seed</h2><table><tr><th>features</th><th>ROC-AUC</th><th>AP</th></tr>",
    );
    for gain in gains {
        let (auc, ap) = (spread_text(gain.roc_auc, 4, true), spread_text(gain.average_precision, 4, true));
        write!(html, "<tr><td>{}</td><td class=\"n\">{auc}</td><td class=\"n\">{ap}</td></tr>", escape(&gain.features))
            .ok();
    }
    write!(
        html,
        "</table></section><section><h2>Published, not computed here</h2><p>In percent: {PUBLISHED_NOTE}.</p>\
         <table><tr><th>features</th><th>TSA</th><th>UCF-Crime AUC</th><th>ShanghaiTech AUC</th><th>XD-Violence AP</th></tr>"
    )
    .ok();
    for p in PUBLISHED {
        let tsa = if p.attention { "on" } else { "off" };
        write!(
            html,
            "<tr><td>{}</td><td>{tsa}</td><td class=\"n\">{:.2}</td><td class=\"n\">{:.2}</td><td class=\"n\">{:.2}</td></tr>",
            p.features, p.ucf_crime_auc, p.shanghaitech_auc, p.xd_violence_ap
        )
        .ok();
    }
    writeln!(
        html,
        "</table></section><section><h2>As text</h2><pre>{}</pre></section></main></body></html>",
        escape(text)
    )
    .ok();
    html
}
