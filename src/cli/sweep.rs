//! `lookback sweep`: one control of attention moved through a range.
//!
//! Owns what is printed and which files are written. The work is [`crate::app::sweep`]'s.

use super::args::inspect::SweepArgs;
use super::engine;
use super::error::CliError;
use super::files;
use super::progress::{Bar, cancelled_by_interrupt};
use super::subject::Subject;
use crate::app::sweep::sheet::SweepSheet;
use crate::app::sweep::{self, sweep};
use crate::domain::segment::EventRule;
use crate::domain::sweep::SweepRange;
use crate::model::scorer;
use crate::plots::SweepChart;

/// Runs the command.
///
/// # Errors
/// The request cannot be used, or the work failed.
pub fn run(args: &SweepArgs) -> Result<(), CliError> {
    let ticket = cancelled_by_interrupt()?;
    let control = args.control.control();
    let SweepRange { from, to, .. } = control.usual();
    let range = (args.from.unwrap_or(from), args.to.unwrap_or(to));
    if !(range.0.is_finite() && range.1.is_finite() && range.0 >= 0.0 && range.1 >= 0.0) {
        return Err(CliError::Input(format!(
            "{} goes from {} to {}; both must be numbers of 0 or more",
            control.text(),
            range.0,
            range.1
        )));
    }
    let subject = Subject::open(&args.subject, &args.engine, &ticket)?;
    let info = subject.scorer.info();
    let tsa = engine::tsa(&args.tsa, info.tsa);
    let steps = control.steps(&tsa, range, args.steps as usize);
    if steps.len() < args.steps as usize {
        files::complain(&format!(
            "there are only {} different values of {} from {} to {}",
            steps.len(),
            control.text(),
            range.0,
            range.1
        ));
    }
    // All are looked at before the first is computed.
    steps.iter().try_for_each(scorer::check)?;
    let default = EventRule::default();
    let threshold = args.threshold.or(info.threshold).unwrap_or(default.threshold);
    let rule = EventRule { threshold, ..default };
    let mut bar = Bar::new(&subject.source, "values");
    let swept = sweep(
        (&subject.probe, None),
        &subject.scorer,
        (control, &steps),
        &rule,
        &mut |progress| bar.set(progress),
        &ticket,
    )?;
    drop(bar);
    let frames = subject.video.as_ref().map(|(video, _)| video.frames.as_ref());
    let sheet = SweepSheet { source: &subject.source, model: &info.weights_id, sweep: &swept, frames };
    let Some(folder) = &args.out else { return files::print(&sheet.summary_csv()) };
    let chart = SweepChart { title: &subject.name, control, steps: &swept.steps, threshold, used: Some(&tsa) };
    for (name, content) in sweep::files(&sheet, &chart)? {
        files::write(&folder.join(name), &content)?;
    }
    files::complain(&format!("sweep: {}", folder.display()));
    Ok(())
}
