//! Sweeps off the window's thread: one at a time, each on a thread of its own that ends with it.
//!
//! Owns the thread, its cancellation and the files. It has a model of its own, so that questions of the inspector are
//! answered meanwhile. Does not own the work ([`crate::app::sweep`]).

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::app::event::Event;
use crate::app::inspect::SweepOrder;
use crate::app::services::snapshot::vacant;
use crate::app::services::{EngineOptions, Reporter};
use crate::app::sweep::sweep;
use crate::disk;
use crate::domain::what_if::edited;
use crate::jobs::{Generation, Latest, Progress, Ticket};
use crate::model::weights::ModelWeights;
use crate::plots::{SweepChart, sweep_png, sweep_svg};

use super::desk::Shop;

/// Values of a sweep.
const STEPS: usize = 9;

/// Sweeps as the window sees them.
pub(in crate::app::services) struct Sweeper {
    shop: Shop,
    reporter: Reporter,
    generation: Generation,
    progress: Latest<(Ticket, Progress)>,
}

impl std::fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sweeper")
    }
}

impl Sweeper {
    pub(in crate::app::services) fn new(options: EngineOptions, features: Option<PathBuf>, reporter: Reporter) -> Self {
        let shop = Shop::new(options, features);
        Self { shop, reporter, generation: Generation::default(), progress: Latest::default() }
    }

    pub(in crate::app::services) fn use_model(&mut self, weights: Option<Arc<ModelWeights>>) {
        self.shop.in_use.project = weights;
    }

    /// Begins a sweep; one that runs is stopped by it.
    pub(in crate::app::services) fn begin(&self, order: Box<SweepOrder>) {
        let (mut shop, reporter, ticket) = (self.shop.clone(), self.reporter.clone(), self.generation.advance());
        let progress = self.progress.clone();
        let started = thread::Builder::new().name("sweep".to_owned()).spawn(move || {
            let mut report = |made| {
                progress.put((ticket.clone(), made));
                reporter.wake();
            };
            let result = carry_out(&mut shop, &order, &mut report, &ticket);
            if !ticket.is_stale() {
                reporter.send(Event::Swept(result));
            }
        });
        if let Err(err) = started {
            self.reporter.offer(Event::Swept(Err(format!("The sweep could not be started: {err}."))));
        }
    }

    pub(in crate::app::services) fn stop(&self) {
        self.generation.cancel();
    }

    /// Adds the newest progress to `events`.
    pub(in crate::app::services) fn poll(&self, events: &mut Vec<Event>) {
        let newest = self.progress.take().filter(|(ticket, _)| !ticket.is_stale());
        events.extend(newest.map(|(_, progress)| Event::Sweeping(progress)));
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// Where the files are, or why there are none, as a sentence.
fn carry_out(
    shop: &mut Shop,
    order: &SweepOrder,
    report: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<PathBuf, String> {
    let failed = |err: &dyn std::fmt::Display| format!("The sweep was not made: {err}.");
    let SweepOrder { subject, control, rule, title, folder } = order;
    let sequence = shop.sequence(subject, ticket).map_err(|err| failed(&err))?;
    let edits = edited(&subject.trial.edits, subject.snippets).map(Arc::from);
    let values = control.steps(&subject.trial.tsa, control.usual(), STEPS);
    let swept = sweep((&sequence.probe, edits.as_ref()), &sequence.scorer, (*control, &values), rule, report, ticket)
        .map_err(|err| failed(&err))?;
    let chart = SweepChart { title, control: *control, steps: &swept.steps, threshold: rule.threshold };
    // A folder that holds another sweep, as of a video of the same name, stays as it is.
    let numbered = |number: &str| {
        let mut name = folder.as_os_str().to_owned();
        name.push(number);
        PathBuf::from(name).join("sweep.csv")
    };
    let table = swept.csv();
    let place = vacant(numbered, table.as_bytes());
    let folder = place.parent().unwrap_or(folder);
    let files = [
        ("sweep.csv", table.into_bytes()),
        ("summary.csv", swept.summary_csv().into_bytes()),
        ("sweep.png", sweep_png(&chart).map_err(|err| failed(&err))?),
        ("sweep.svg", sweep_svg(&chart).map_err(|err| failed(&err))?.into_bytes()),
    ];
    for (name, content) in files {
        let path = folder.join(name);
        disk::replace(&path, &content)
            .map_err(|err| failed(&format!("{} cannot be written: {err}", path.display())))?;
    }
    Ok(folder.to_owned())
}
