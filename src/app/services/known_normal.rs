//! The thread that looks for events that look like false alarms.
//!
//! Owns the thread and the model whose bags are the scale. Of several orders only the newest is carried out, each to its
//! end: a person who judges quickly would otherwise never see an answer. Does not own the work ([`crate::app::known_normal`])
//! or writing down what was found (`services::reviews`).

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::event::Event;
use crate::app::known_normal::{RecallOrder, recall};
use crate::domain::known_normal::Scale;
use crate::jobs::{Generation, Latest, Ticket, Worker};
use crate::model::weights::ModelWeights;
use crate::store::FeatureCache;

use super::Reporter;
use super::in_use::InUse;

/// The thread as the window sees it.
#[derive(Debug)]
pub(super) struct Memory {
    worker: Worker<()>,
    next: Latest<RecallOrder>,
    model: Latest<Option<Arc<ModelWeights>>>,
    generation: Generation,
}

impl Memory {
    /// `named` is the model that the program was started with; features are kept in the folder `features`.
    pub(super) fn start(named: Option<PathBuf>, features: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let (next, model, generation) = (Latest::default(), Latest::default(), Generation::default());
        let (orders, models, ticket) = (next.clone(), model.clone(), generation.current());
        let worker = Worker::spawn("known-normal", 1, move |bells, _| {
            let mut desk = Desk { models: InUse::new(named), features, scale: None };
            for () in bells {
                if let Some(weights) = models.take() {
                    desk.models.project = weights;
                }
                if let Some(order) = orders.take() {
                    desk.answer(order, &ticket, &reporter);
                }
            }
        })?;
        Ok(Self { worker, next, model, generation })
    }

    /// This model is in use from now on; `None` is the one that the program was started with, or that comes with it.
    pub(super) fn use_model(&self, weights: Option<Arc<ModelWeights>>) {
        self.model.put(weights);
    }

    /// Looks through the project, after what is being done.
    pub(super) fn recall(&self, order: RecallOrder) {
        self.next.put(order);
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.generation.cancel();
    }
}

/// What lives on the thread.
struct Desk {
    models: InUse,
    features: Option<PathBuf>,
    /// The scale of the model of this name, if it carries any bags.
    scale: Option<(String, Option<Scale>)>,
}

impl Desk {
    fn answer(&mut self, order: RecallOrder, ticket: &Ticket, reporter: &Reporter) {
        let Some(folder) = self.features.clone() else { return };
        let cache = match FeatureCache::open(folder) {
            Ok(cache) => cache,
            Err(err) => return log::warn!("nothing is recalled: {err}"),
        };
        let model = order.model.clone();
        match recall(order, &cache, || self.scale(&model), ticket) {
            Ok(recalled) if !ticket.is_stale() => {
                reporter.send(Event::Recalled(Arc::new(recalled)));
            }
            Ok(_) => {}
            // Nothing is lost by it: what is put aside stays as it is.
            Err(err) => log::warn!("nothing is recalled: {err}"),
        }
    }

    fn scale(&mut self, model: &str) -> Option<Scale> {
        if self.scale.as_ref().is_none_or(|(of, _)| of != model) {
            self.scale = Some((model.to_owned(), self.models.scale(model)));
        }
        self.scale.as_ref().and_then(|(_, scale)| scale.clone())
    }
}
