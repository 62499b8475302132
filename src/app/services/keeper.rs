//! Writing preferences off the window's thread.

use std::io;
use std::path::PathBuf;

use crate::app::notice::Severity;
use crate::app::prefs::Prefs;
use crate::jobs::{Latest, Worker};

use super::Reporter;

/// The thread that writes preferences; only the newest are written.
#[derive(Debug)]
pub(super) struct Keeper {
    newest: Latest<Prefs>,
    worker: Worker<()>,
}

impl Keeper {
    /// Without a folder nothing is kept.
    pub(super) fn start(folder: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let newest: Latest<Prefs> = Latest::default();
        let theirs = newest.clone();
        let worker = Worker::spawn("prefs", 1, move |bells, _| {
            for () in bells {
                if let (Some(prefs), Some(folder)) = (theirs.take(), &folder)
                    && let Err(sentence) = prefs.write(folder)
                {
                    reporter.tell(Severity::Warning, sentence);
                }
            }
        })?;
        Ok(Self { newest, worker })
    }

    pub(super) fn save(&self, prefs: Prefs) {
        self.newest.put(prefs);
        // A full queue means that the thread is going to look anyway.
        self.worker.try_send(()).ok();
    }

    /// Waits until the newest are written.
    pub(super) fn finish(self) {
        self.worker.finish();
    }
}
