//! Sweeps off the window's thread: one at a time, each on a thread of its own that ends with it.
//!
//! Owns the thread, its cancellation and its pace; and the thread that keeps what came out as files, when that is wanted. It
//! has a model of its own, so that questions of the inspector are answered meanwhile. Does not own the work
//! ([`crate::app::sweep`]).

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use crate::app::event::Event;
use crate::app::inspect::{SweepOrder, Swept};
use crate::app::services::snapshot::vacant;
use crate::app::services::{EngineOptions, Reporter};
use crate::app::sweep::{self, sweep};
use crate::disk;
use crate::domain::what_if::edited;
use crate::jobs::{Generation, Latest, Progress, Ticket};
use crate::model::weights::ModelWeights;

use super::desk::Shop;

/// Sweeps as the window sees them.
pub(in crate::app::services) struct Sweeper {
    shop: Shop,
    reporter: Reporter,
    generation: Generation,
    progress: Latest<(Ticket, Progress, Option<f64>)>,
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
            let mut begun = None;
            let mut report = |made: Progress| {
                // From the first value on: before it the features are read.
                let begun = *begun.get_or_insert_with(Instant::now);
                let left = made.remaining_secs(begun.elapsed().as_secs_f64());
                progress.put((ticket.clone(), made, left));
                reporter.wake();
            };
            let result = carry_out(&mut shop, *order, &mut report, &ticket);
            if !ticket.is_stale() {
                reporter.send(Event::Swept(result.map(Arc::new)));
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
        let newest = self.progress.take().filter(|(ticket, ..)| !ticket.is_stale());
        events.extend(newest.map(|(_, progress, left)| Event::Sweeping(progress, left)));
    }

    /// Writes the files of a sweep into a folder.
    pub(in crate::app::services) fn keep(&self, swept: Arc<Swept>, folder: PathBuf) {
        let reporter = self.reporter.clone();
        let started = thread::Builder::new().name("sweep files".to_owned()).spawn(move || {
            reporter.send(Event::SweepKept(write(&swept, &folder)));
        });
        if let Err(err) = started {
            self.reporter.offer(Event::SweepKept(Err(format!("The sweep could not be written: {err}."))));
        }
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// What came out, or why nothing did, as a sentence.
fn carry_out(
    shop: &mut Shop,
    order: SweepOrder,
    report: &mut dyn FnMut(Progress),
    ticket: &Ticket,
) -> Result<Swept, String> {
    let failed = |err: &dyn std::fmt::Display| format!("The sweep was not made: {err}.");
    let SweepOrder { subject, control, range, rule, .. } = &order;
    let sequence = shop.sequence(subject, ticket).map_err(|err| failed(&err))?;
    let edits = edited(&subject.trial.edits, subject.snippets).map(Arc::from);
    let values = control.around(&subject.trial.tsa, *range);
    let sweep = sweep((&sequence.probe, edits.as_ref()), &sequence.scorer, (*control, &values), rule, report, ticket)
        .map_err(|err| failed(&err))?;
    Ok(Swept { order, sweep })
}

/// Writes the files, and says where, or why not. A folder that holds another sweep, as of a video of the same name, stays as it
/// is.
fn write(swept: &Swept, folder: &Path) -> Result<PathBuf, String> {
    let failed = |err: &dyn std::fmt::Display| format!("The sweep was not kept: {err}.");
    let files = sweep::files(&swept.sheet(), &swept.chart()).map_err(|err| failed(&err))?;
    let kept = files.first().map_or_else(
        || folder.to_owned(),
        |(first, content)| {
            let numbered = |number: &str| {
                let mut name = folder.as_os_str().to_owned();
                name.push(number);
                PathBuf::from(name).join(first)
            };
            vacant(numbered, content).parent().unwrap_or(folder).to_owned()
        },
    );
    for (name, content) in files {
        let path = kept.join(name);
        disk::replace(&path, &content)
            .map_err(|err| failed(&format!("{} cannot be written: {err}", path.display())))?;
    }
    Ok(kept)
}
