//! `lookback attention`: what Temporal Self-Attention selects, draw by draw.
//!
//! Owns what is printed and which files are written. The forms are [`crate::app::attention_sheet`]'s, the pictures
//! [`crate::plots`]'.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::args::inspect::AttentionArgs;
use super::engine;
use super::error::CliError;
use super::files;
use super::progress::{Bar, cancelled_by_interrupt};
use super::subject::Subject;
use crate::app::attention_sheet::{AttentionSheet, CSV_HEADER, Looked};
use crate::domain::attention::{Attention, top_alpha};
use crate::domain::attention_grid::{AttentionGrid, GridView};
use crate::domain::lane_data::NoiseBand;
use crate::domain::noise;
use crate::domain::score::{SnippetScores, TsaSettings};
use crate::formats::npy;
use crate::jobs::{Progress, Ticket};
use crate::model::probe::Pass;
use crate::plots::{AttentionChart, attention_png, attention_svg};

/// Cells of the heat map: about one for each pixel of a report.
const CELLS: (usize, usize) = (1000, 500);
/// Most numbers of `V_hat` in an array: a gigabyte.
const MOST: usize = 1 << 28;

/// Runs the command.
///
/// # Errors
/// The request cannot be used, or the work failed.
pub fn run(args: &AttentionArgs) -> Result<(), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let subject = Subject::open(&args.subject, &args.engine, &ticket)?;
    let tsa = engine::tsa(&args.tsa, subject.scorer.info().tsa);
    let total = subject.probe.snippets();
    let range = args.snippets.clone().unwrap_or(0..total);
    if range.end > total {
        let last = total - 1;
        let asked = range.end - 1;
        return Err(CliError::input(
            &args.subject.path,
            format!("has snippets 0 to {last}; there is no snippet {asked}"),
        ));
    }
    let attention = Arc::new(subject.probe.attention(&tsa, None)?);
    let (scores, _) = Pass::new(Arc::clone(&attention), None).run(&subject.probe, &subject.scorer, &ticket)?;
    let band = repeated(&subject, &tsa, args.repetitions, &ticket)?;
    let frames = subject.video.as_ref().map(|(video, _)| video.frames.as_ref());
    let looked = Looked { attention: &attention, scores: &scores, band: band.as_ref(), frames };
    let mut sheet = AttentionSheet::new(subject.source.clone(), subject.scorer.info().weights_id.clone(), looked);
    sheet.video_id = subject.video.as_ref().map(|(_, id)| id.to_string());
    if let Some(path) = &args.v_hat {
        let picks = write_v_hat(path, &attention, range.clone(), args.all_rows)?;
        files::complain(&format!(
            "{}: V_hat of picks {} to {} over snippets {} to {}",
            path.display(),
            picks.start,
            picks.end.saturating_sub(1),
            range.start,
            range.end - 1
        ));
    }
    if let Some(folder) = &args.out {
        let view = GridView { snippets: range, columns: CELLS.0, rows: CELLS.1, all_rows: args.all_rows };
        write(folder, (&subject.name, &sheet), (&attention, &scores), &view)?;
        files::complain(&format!("attention: {}", folder.display()));
    }
    if args.json {
        files::print(&(sheet.json()? + "\n"))
    } else if args.csv {
        files::print(&(CSV_HEADER.to_owned() + &sheet.csv()))
    } else if args.out.is_none() {
        files::print(&sheet.table())
    } else {
        Ok(())
    }
}

/// How scores scatter over other seeds; `None` if none are asked for.
fn repeated(subject: &Subject, tsa: &TsaSettings, count: u32, ticket: &Ticket) -> Result<Option<NoiseBand>, CliError> {
    let mut bar = Bar::new(&subject.source, "repetitions");
    let total = count as usize;
    let mut repetitions = Vec::with_capacity(total);
    for n in 1..=u64::from(count) {
        let tsa = TsaSettings { seed: tsa.seed.wrapping_add(n), ..*tsa };
        repetitions.push(subject.scorer.score(&subject.features, &tsa, None, ticket)?.scores);
        bar.set(Progress { done: n as usize, total, skipped: 0 });
    }
    Ok(noise::band(&repetitions))
}

/// The part of `V_hat` over `range` as an array; which picks its rows are.
fn write_v_hat(
    path: &Path,
    attention: &Attention,
    range: Range<usize>,
    all_rows: bool,
) -> Result<Range<usize>, CliError> {
    let rows = if all_rows { 0..attention.kappa } else { attention.picks.rows_within(&range) };
    if rows.len().saturating_mul(range.len()) > MOST {
        return Err(CliError::Input(format!(
            "V_hat of {} picks over {} snippets would not fit into a file of a gigabyte: choose fewer with --snippets",
            rows.len(),
            range.len()
        )));
    }
    let values = attention.picks.v_hat(&rows, &range);
    files::write(path, &npy::write(&[rows.len(), range.len()], &values))?;
    Ok(rows)
}

fn write(
    folder: &Path,
    (title, sheet): (&str, &AttentionSheet),
    (attention, scores): (&Attention, &SnippetScores),
    view: &GridView,
) -> Result<(), CliError> {
    files::write(&folder.join("attention.json"), sheet.json()?.as_bytes())?;
    files::write(&folder.join("attention.csv"), (CSV_HEADER.to_owned() + &sheet.csv()).as_bytes())?;
    files::write(&folder.join("thresholds.csv"), sheet.thresholds_csv().as_bytes())?;
    let grid = AttentionGrid::new(&attention.picks, attention.kappa, view);
    if grid.is_empty() {
        files::complain("lookback: no draw selects any of these snippets, so there is no heat map");
        return Ok(());
    }
    let top_alpha = top_alpha(&scores.magnitudes);
    let chart = AttentionChart { title, attention, grid: &grid, top_alpha: &top_alpha, omega_alone: false };
    files::write(&folder.join("v_hat.png"), &attention_png(&chart, AttentionChart::SIZE)?)?;
    files::write(&folder.join("v_hat.svg"), attention_svg(&chart, AttentionChart::SIZE)?.as_bytes())
}
