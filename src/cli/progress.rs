//! Progress: a bar on a terminal, a line now and then in a pipe or a log.
//!
//! Owns the bar with its remaining time, and Ctrl-C. Does not own what is counted.

use std::io::{self, IsTerminal as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::error::CliError;
use super::files::complain;
use crate::app::exchange::Stage;
use crate::jobs::{Generation, Progress, Ticket};

/// A ticket that Ctrl-C makes stale. A second Ctrl-C ends the program at once.
///
/// # Errors
/// The system refuses the handler.
pub fn cancelled_by_interrupt() -> Result<Ticket, CliError> {
    let clock = Generation::default();
    let ticket = clock.advance();
    let seen = ticket.clone();
    ctrlc::set_handler(move || {
        if seen.is_stale() {
            std::process::exit(130);
        }
        clock.cancel();
    })
    .map_err(|err| CliError::Failed(format!("Ctrl-C cannot be handled: {err}")))?;
    Ok(ticket)
}

/// Time between lines where there is no terminal: short work says nothing there.
const EVERY: Duration = Duration::from_secs(10);

/// One line that shows how far a piece of work has come, if standard error is a terminal; else lines that follow each other.
#[derive(Debug)]
pub struct Bar {
    line: ProgressBar,
    started: Instant,
    skipped: Option<usize>,
    /// What is told of the remaining time.
    left: String,
    lines: Option<Lines>,
}

/// Where there is no terminal.
#[derive(Debug)]
struct Lines {
    label: String,
    unit: String,
    shown: Progress,
    /// When the last one was written.
    last: Instant,
}

impl Bar {
    /// A bar for the work called `label`, counting `unit`.
    pub fn new(label: &str, unit: &str) -> Self {
        let terminal = io::stderr().is_terminal();
        let bar = if terminal { ProgressBar::no_length() } else { ProgressBar::hidden() };
        let lines = (!terminal).then(|| Lines {
            label: label.to_owned(),
            unit: unit.to_owned(),
            shown: Progress::default(),
            last: Instant::now(),
        });
        // The template is ours and constant: were it wrong, the plain style would do.
        let style = ProgressStyle::with_template(&format!("{{prefix}} [{{wide_bar}}] {{pos}}/{{len}} {unit}{{msg}}"))
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.progress_chars("=> "));
        bar.set_prefix(label.to_owned());
        Self { line: bar, started: Instant::now(), skipped: None, left: String::new(), lines }
    }

    /// Shows `progress`.
    pub fn set(&mut self, progress: Progress) {
        // The clock starts where work starts: reading what a cache already had takes no time worth counting.
        if self.skipped != Some(progress.skipped) {
            self.skipped = Some(progress.skipped);
            self.started = Instant::now();
        }
        self.line.set_length(progress.total as u64);
        self.line.set_position(progress.done as u64);
        let left = progress.remaining_secs(self.started.elapsed().as_secs_f64());
        self.left = left.map_or_else(String::new, |secs| format!(", {} left", show_duration(secs)));
        self.line.set_message(self.left.clone());
        if let Some(lines) = &mut self.lines {
            lines.shown = progress;
        }
        self.speak("");
    }

    /// A line where there is no terminal, if the last one was long ago.
    fn speak(&mut self, more: &str) {
        let Some(lines) = self.lines.as_mut().filter(|lines| lines.last.elapsed() >= EVERY) else { return };
        lines.last = Instant::now();
        let Progress { done, total, .. } = lines.shown;
        complain(&format!("{}: {done} of {total} {}{}{more}", lines.label, lines.unit, self.left));
    }

    /// Adds a figure behind the remaining time.
    pub fn set_with(&mut self, progress: Progress, figure: &str) {
        self.set(progress);
        let message = self.line.message();
        self.line.set_message(format!("{message}, {figure}"));
    }

    /// What is being done right now, behind the remaining time.
    pub fn note(&mut self, text: &str) {
        self.line.set_message(format!("{}, {text}", self.left));
        self.speak(&format!(", {text}"));
    }

    /// A line above the bar, on standard error.
    pub fn say(&self, line: &str) {
        self.line.suspend(|| complain(line));
    }

    /// Removes it.
    pub fn clear(&self) {
        self.line.finish_and_clear();
        self.line.set_draw_target(ProgressDrawTarget::hidden());
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A bar for each stage of an import, export or search.
#[derive(Debug, Default)]
pub struct Bars(Option<(Stage, Bar)>);

impl Bars {
    /// Shows how far a stage is.
    pub fn set(&mut self, stage: Stage, progress: Progress) {
        if self.0.as_ref().is_none_or(|(shown, _)| *shown != stage) {
            let (label, unit) = match stage {
                Stage::Hashing => ("hashing", "bytes"),
                _ => ("videos", "read"),
            };
            self.0 = Some((stage, Bar::new(label, unit)));
        }
        if let Some((_, bar)) = &mut self.0 {
            bar.set(progress);
        }
    }
}

/// `45 s`, `3 min 20 s`, `2 h 05 min`.
pub fn show_duration(secs: f64) -> String {
    let secs = Duration::try_from_secs_f64(secs.max(0.0)).unwrap_or_default().as_secs();
    match secs {
        0..60 => format!("{secs} s"),
        60..3600 => format!("{} min {:02} s", secs / 60, secs % 60),
        _ => format!("{} h {:02} min", secs / 3600, secs / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(
            [0.4, 59.9, 200.0, 7500.0, f64::NAN].map(show_duration),
            ["0 s", "59 s", "3 min 20 s", "2 h 05 min", "0 s"]
        );
    }
}
