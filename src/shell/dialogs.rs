//! The system's file dialogs, off the window's thread.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::app::ablation::AblationField;
use crate::app::effect::Pick;
use crate::app::event::Event;
use crate::app::exchanging::Field;
use crate::app::notice::Severity;
use crate::app::services::Reporter;

/// Nobody closes a dialog faster; an answer before that means that there was none.
const FASTEST_HAND: Duration = Duration::from_millis(250);

type Picked = Pin<Box<dyn Future<Output = Option<Vec<rfd::FileHandle>>> + Send>>;

/// Shows the dialog and reports what was picked.
///
/// The future is made here, on the main thread, as macOS wants it, and awaited on a thread of its own:
/// the synchronous form stops the event loop.
pub(super) fn pick(what: Pick, start: Option<&Path>, reporter: &Reporter) {
    let mut dialog = rfd::AsyncFileDialog::new();
    if let Some(start) = start {
        dialog = dialog.set_directory(start);
    }
    let one_folder = |title: &str| -> Picked {
        let picked = dialog.clone().set_title(title).pick_folder();
        Box::pin(async move { picked.await.map(|folder| vec![folder]) })
    };
    let one_file = |title: &str| -> Picked {
        let picked = dialog.clone().set_title(title).pick_file();
        Box::pin(async move { picked.await.map(|file| vec![file]) })
    };
    let picked: Picked = match what {
        Pick::Folders => Box::pin(dialog.set_title("Open folders of videos").pick_folders()),
        Pick::Videos => Box::pin(dialog.set_title("Open videos").pick_files()),
        Pick::Ablation(AblationField::Features(_)) => one_folder("Folder of features, one file for each video"),
        Pick::Ablation(AblationField::Folder) => one_folder("Folder for the runs of an ablation"),
        Pick::For(Field::Labels) => Box::pin(dialog.set_title("Label files").pick_files()),
        Pick::For(Field::List) => Box::pin(dialog.set_title("List of names and frame counts").pick_files()),
        Pick::For(Field::Videos) => one_folder("Folder of the videos"),
        Pick::For(Field::Export) => one_folder("Folder to write labels into"),
        Pick::For(Field::Report) => one_folder("Folder to write the report into"),
        Pick::For(Field::Moved) => one_folder("Folder to search"),
        Pick::For(Field::CompareModel) => one_file("Model to compare with"),
        Pick::For(Field::CompareScores) => one_file("Scores to compare with"),
        Pick::For(Field::CompareEncoder) => one_folder("Folder of a CLIP encoder"),
    };
    let report = reporter.clone();
    let answer = thread::Builder::new().name("dialog".to_owned()).spawn(move || {
        let shown = Instant::now();
        let paths = block_on(picked).map(|files| files.iter().map(|f| f.path().to_owned()).collect::<Vec<PathBuf>>());
        if paths.is_none() && shown.elapsed() < FASTEST_HAND {
            let text = "The system offers no file dialog here. Type or paste the path into the field instead, or drop the file onto this window.";
            report.send(Event::Told(Severity::Warning, text.to_owned()));
        }
        report.send(Event::Picked(paths.unwrap_or_default()));
    });
    if let Err(err) = answer {
        log::error!("no thread for the file dialog: {err}");
        // Not awaited: this is the window's thread, and the queue is empty enough when the machine has no thread left.
        reporter.send(Event::Picked(Vec::new()));
    }
}

/// Waits for a future by parking the thread.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_until_woken_from_another_thread() {
        let (send, receive) = std::sync::mpsc::sync_channel(1);
        let mut asked = 0;
        let future = std::future::poll_fn(|context| {
            asked += 1;
            if asked == 1 {
                let waker = context.waker().clone();
                let send = send.clone();
                thread::Builder::new()
                    .spawn(move || {
                        send.send(7).unwrap();
                        waker.wake();
                    })
                    .unwrap();
            }
            receive.try_recv().map_or(Poll::Pending, Poll::Ready)
        });
        assert_eq!(block_on(future), 7);
    }
}
