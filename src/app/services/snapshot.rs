//! What is to be kept in files, off the window's thread: a decoded frame as PNG, a chart, a table.
//!
//! Owns that nothing is replaced: a name that something else has gets a number.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::charting::ChartOrder;
use crate::app::event::Event;
use crate::app::exports::TableOrder;
use crate::app::notice::Severity;
use crate::app::snapshot::file_name;
use crate::disk;
use crate::domain::frame::Frame;
use crate::domain::still;
use crate::jobs::Worker;
use crate::plots::picture_png;

use super::Reporter;

/// Orders that may wait; some hold a decoded frame.
const QUEUE: usize = 4;

/// What is to be kept, and where.
#[derive(Debug)]
enum Command {
    Frame { folder: PathBuf, video: String, frame: Arc<Frame> },
    Chart { folder: PathBuf, order: Box<ChartOrder> },
    Table(Box<TableOrder>),
}

/// The thread that writes them.
#[derive(Debug)]
pub(super) struct Snapshots {
    worker: Worker<Command>,
    /// Where they go unless the person chose another folder.
    standard: Option<PathBuf>,
    /// Those that wait for the right picture: name of the video, and folder.
    waiting: Vec<(String, Option<PathBuf>)>,
    reporter: Reporter,
}

impl Snapshots {
    pub(super) fn start(standard: Option<PathBuf>, reporter: Reporter) -> io::Result<Self> {
        let report = reporter.clone();
        let worker = Worker::spawn("snapshot", QUEUE, move |commands, _| {
            for command in commands {
                // Written also when nobody listens any more: the window may be closing.
                let event = match &command {
                    Command::Frame { folder, video, frame } => picture(folder, video, frame),
                    Command::Chart { folder, order } => chart(folder, order),
                    Command::Table(order) => table(order),
                };
                report.send(event);
            }
        })?;
        Ok(Self { worker, standard, waiting: Vec::new(), reporter })
    }

    /// Keeps the next picture that is the right one.
    pub(super) fn ask(&mut self, video: String, folder: Option<PathBuf>) {
        self.waiting.push((video, folder));
    }

    /// Forgets what waits: another video is shown.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Hands on what waits, now that `frame` is on screen.
    pub(super) fn take(&mut self, frame: &Arc<Frame>) {
        for (video, folder) in std::mem::take(&mut self.waiting) {
            let frame = Arc::clone(frame);
            self.send(folder, |folder| Command::Frame { folder, video, frame });
        }
    }

    /// Writes a chart.
    pub(super) fn chart(&self, order: Box<ChartOrder>) {
        self.send(order.folder.clone(), |folder| Command::Chart { folder, order });
    }

    fn send(&self, folder: Option<PathBuf>, command: impl FnOnce(PathBuf) -> Command) {
        let Some(folder) = folder.or_else(|| self.standard.clone()) else {
            let text = "There is no folder for pictures here: choose one with “Snapshot folder…”.";
            self.reporter.tell(Severity::Error, text.to_owned());
            return;
        };
        self.queue(command(folder));
    }

    /// Writes a table.
    pub(super) fn table(&self, order: Box<TableOrder>) {
        self.queue(Command::Table(order));
    }

    fn queue(&self, command: Command) {
        if self.worker.try_send(command).is_err() {
            let text = "What was asked for before is still being written: try again in a moment.";
            self.reporter.tell(Severity::Warning, text.to_owned());
        }
    }

    /// Waits until those that were asked for are on disk.
    pub(super) fn finish(self) {
        self.worker.finish();
    }
}

fn chart(folder: &Path, order: &ChartOrder) -> Event {
    let files = match order.files() {
        Ok(files) => files,
        Err(err) => return Event::Told(Severity::Error, format!("No chart: {err}.")),
    };
    let mut written = Vec::new();
    for (extension, bytes) in files {
        match write(folder, &order.stem, extension, &bytes) {
            Ok(path) => written.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
            Err(err) => {
                let text = format!(
                    "No chart: the folder {} cannot be written ({err}). Choose another with “Snapshot folder…”.",
                    folder.display()
                );
                return Event::Told(Severity::Error, text);
            }
        }
    }
    Event::Told(Severity::Info, format!("The chart is in {}: {}.", folder.display(), written.join(", ")))
}

fn table(order: &TableOrder) -> Event {
    let TableOrder { folder, name, table } = order;
    match write(folder, name, "csv", table.csv().as_bytes()) {
        Ok(path) => Event::Told(Severity::Info, format!("{} were written to {}.", table.text(), path.display())),
        Err(err) => {
            let text = format!("No table: the folder {} cannot be written: {err}.", folder.display());
            Event::Told(Severity::Error, text)
        }
    }
}

fn picture(folder: &Path, video: &str, frame: &Frame) -> Event {
    let failed =
        |reason: String| Event::Told(Severity::Error, format!("No snapshot of frame {}: {reason}.", frame.number));
    let Some(picture) = still::upright(frame) else {
        return failed("it was decoded incompletely or is too large".to_owned());
    };
    let png = match picture_png(&picture) {
        Ok(png) => png,
        Err(err) => return failed(err.to_string()),
    };
    match write(folder, &file_name(video, frame.number, frame.time), "png", &png) {
        Ok(path) => Event::Told(Severity::Info, format!("The snapshot is {}.", path.display())),
        Err(err) => {
            let way_out = "Choose another with “Snapshot folder…”";
            failed(format!("the folder {} cannot be written ({err}). {way_out}", folder.display()))
        }
    }
}

/// Writes under `name`, or under a numbered name if another file has it.
fn write(folder: &Path, name: &str, extension: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let path = vacant(|number| folder.join(format!("{name}{number}.{extension}")), bytes);
    disk::replace(&path, bytes)?;
    Ok(path)
}

/// The first of the places without a number, with ` (2)`, ` (3)`, … at which nothing is yet, or these very bytes.
pub(super) fn vacant(place: impl Fn(&str) -> PathBuf, bytes: &[u8]) -> PathBuf {
    let mut path = place("");
    for i in 2.. {
        match std::fs::read(&path) {
            Ok(there) if there != bytes => path = place(&format!(" ({i})")),
            _ => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_picture_of_the_same_name_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new");
        let paths = [b"a", b"b", b"a", b"b", b"c"].map(|png| write(&folder, "x", "png", png).unwrap());
        let names = paths.map(|p| p.file_name().unwrap().to_str().unwrap().to_owned());
        assert_eq!(names, ["x.png", "x (2).png", "x.png", "x (2).png", "x (3).png"]);
    }
}
