//! Copies of the project's record, made beside everything else.
//!
//! Owns the thread that makes them, one at a time. Does not own when one is due, or which are kept: see
//! `store::project`.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::app::notice::Severity;
use crate::jobs::Worker;
use crate::store::Project;
use crate::store::project::BackupJob;

use super::Reporter;

/// The thread.
#[derive(Debug)]
pub(super) struct Backups {
    worker: Worker<BackupJob>,
    busy: Arc<AtomicBool>,
}

impl Backups {
    pub(super) fn start(reporter: Reporter) -> io::Result<Self> {
        let busy = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&busy);
        let worker = Worker::spawn("backup", 1, move |jobs: std::sync::mpsc::Receiver<BackupJob>, _| {
            for job in jobs {
                match job.run() {
                    Ok(path) => log::info!("backup {}", path.display()),
                    Err(err) => reporter.tell(Severity::Warning, format!("No backup was made: {err}.")),
                }
                done.store(false, Ordering::Release);
            }
        })?;
        Ok(Self { worker, busy })
    }

    /// Has a backup made if one is due and none is on its way.
    pub(super) fn look(&self, project: &Project) {
        if self.busy.load(Ordering::Acquire) {
            return;
        }
        match project.backup_due() {
            Ok(Some(job)) => {
                self.busy.store(true, Ordering::Release);
                if self.worker.try_send(job).is_err() {
                    self.busy.store(false, Ordering::Release);
                }
            }
            Ok(None) => {}
            Err(err) => log::warn!("whether a backup is due: {err}"),
        }
    }
}
