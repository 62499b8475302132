//! What the window hears of an ablation that is carried out.
//!
//! Owns the count of steps over all runs, the remaining time, and the results so far. Does not own the runs.

use std::sync::Arc;
use std::time::Instant;

use super::{Board, Desk};
use crate::app::ablation::run::DoneRun;
use crate::app::ablation::work::AblationWatch;
use crate::app::ablation::{AblationNews, AblationResults, AblationTask, RunNow};
use crate::app::event::Event;
use crate::app::services::Reporter;
use crate::domain::ablation::Cell;
use crate::jobs::Progress;
use crate::model::train::StepReport;

/// Reports to the window.
pub(super) struct Watch<'a> {
    task: AblationTask,
    results: AblationResults,
    /// Of each run.
    steps: usize,
    began: Instant,
    now: RunNow,
    /// Whether no step of the present run was heard of.
    fresh: bool,
    out: (&'a Board<Desk>, &'a Reporter),
}

impl<'a> Watch<'a> {
    /// `results` are those of the runs that are there.
    pub(super) fn new(
        task: AblationTask,
        results: AblationResults,
        steps: usize,
        out: (&'a Board<Desk>, &'a Reporter),
    ) -> Self {
        let found = results.runs.len() * steps;
        let progress = Progress { done: found, total: results.plan.runs() * steps, skipped: found };
        let run = (results.runs.len() + 1, results.plan.runs());
        let now = RunNow { name: String::new(), run, step: (0, steps), loss: None, progress, remaining_secs: None };
        Self { task, results, steps, began: Instant::now(), now, fresh: true, out }
    }

    /// What came out.
    pub(super) fn results(self) -> AblationResults {
        self.results
    }

    fn show(&self) {
        let (board, reporter) = self.out;
        board.put((self.task, AblationNews::Running(Box::new(self.now.clone()))));
        reporter.wake();
    }
}

impl AblationWatch for Watch<'_> {
    fn begins(&mut self, cell: &Cell, _: usize, _: usize, _: usize) {
        if self.results.runs.iter().any(|run| run.cell == *cell) {
            return;
        }
        let tsa = if cell.attention { "on" } else { "off" };
        self.now.name = format!("{}, TSA {tsa}, seed {}, fold {}", cell.features, cell.seed, cell.fold);
        self.now.run.0 = self.results.runs.len() + 1;
        (self.now.step, self.now.loss, self.fresh) = ((0, self.steps), None, true);
        self.show();
    }

    fn step(&mut self, report: &StepReport) {
        if self.fresh {
            // A training that goes on where it was called off says nothing of its first steps' speed.
            self.now.progress.skipped += report.step.saturating_sub(1);
            self.fresh = false;
        }
        (self.now.step, self.now.loss) = ((report.step, report.steps), Some(report.losses.total));
        self.now.progress.done = self.results.runs.len() * self.steps + report.step;
        self.now.remaining_secs = self.now.progress.remaining_secs(self.began.elapsed().as_secs_f64());
        self.show();
    }

    fn ends(&mut self, run: &DoneRun, found: bool) {
        if found {
            return;
        }
        let mut runs = self.results.runs.clone();
        runs.push(Arc::new(run.clone()));
        self.results = AblationResults::new(Arc::clone(&self.results.plan), runs);
        let news = AblationNews::Ran(Arc::new(self.results.clone()));
        self.out.1.send(Event::Ablation { task: self.task, news });
    }
}
