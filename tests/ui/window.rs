//! A window of its own for each test, with real workers and folders that go with it.
//!
//! Owns what all tests of the window do: writing a video, opening it, pressing keys, waiting for a condition. Does not own
//! what they look for.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use lookback::app::folders::Folders;
use lookback::app::library::ScoringState;
use lookback::app::state::AppState;
use lookback::domain::pixels::RgbPicture;
use lookback::domain::time::Rate;
use lookback::media::VideoWriter;
use lookback::model::encoder::EncoderSpec;
use lookback::shell::{App, WindowOptions};
use lookback::store::Project;

/// Rounds of drawing and resting before a wait is given up: a minute, far more than anything here needs.
pub const ROUNDS: usize = 3000;

pub struct Window {
    pub harness: Harness<'static, App>,
    pub folder: tempfile::TempDir,
}

impl Window {
    /// A window of its own, with its own folders.
    pub fn new() -> Self {
        Self::over(tempfile::tempdir().expect("a folder"))
    }

    /// A window over a folder that holds something already.
    pub fn over(folder: tempfile::TempDir) -> Self {
        let harness = Self::harness(folder.path(), Vec::new());
        Self { harness, folder }
    }

    /// The project that its verdicts go into.
    pub fn project(folder: &Path) -> PathBuf {
        folder.join("own/project")
    }

    /// Closes the window and opens another one on `paths`, over the same folders.
    pub fn restarted(self, paths: Vec<PathBuf>) -> Self {
        let Self { harness, folder } = self;
        drop(harness);
        let project = Self::project(folder.path());
        // The thread that owns the project ends by itself.
        for _ in 0..ROUNDS {
            if Project::open(&project, "test").expect("opens").held_by().is_none() {
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        Self { harness: Self::harness(folder.path(), paths), folder }
    }

    pub fn harness(folder: &Path, paths: Vec<PathBuf>) -> Harness<'static, App> {
        let folders = Folders::below(folder.join("own"));
        Harness::builder().with_size([1440.0, 900.0]).with_max_steps(60).wgpu().build_eframe(move |cc| {
            let options = WindowOptions {
                paths,
                device: Some("cpu".into()),
                encoder: EncoderSpec::Builtin,
                model: None,
                project: None,
            };
            App::new(cc, options, &folders).expect("starts")
        })
    }

    /// Writes a video: a bright square wanders over a dark ground.
    pub fn video(&self, name: &str, frames: usize) -> PathBuf {
        let path = self.folder.path().join(name);
        let (width, height) = (160, 120);
        let mut writer = VideoWriter::create(&path, width, height, Rate { num: 25, den: 1 }).expect("opens");
        for i in 0..frames {
            let mut picture = RgbPicture::black(width, height);
            for y in 40..80 {
                for x in 0..40 {
                    let at = (y * width + (x + i) % width) * 3;
                    picture.data[at..at + 3].fill(220);
                }
            }
            writer.push(&picture).expect("takes a frame");
        }
        writer.finish().expect("is complete");
        path
    }

    pub fn state(&self) -> &AppState {
        self.harness.state().state()
    }

    /// Draws until `done`, letting the workers work in between.
    pub fn wait(&mut self, what: &str, mut done: impl FnMut(&AppState) -> bool) {
        for _ in 0..ROUNDS {
            self.harness.step();
            if done(self.state()) {
                self.harness.run_steps(3);
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("waited in vain for {what}: {:?}", self.state().notices.list());
    }

    pub fn type_into(&mut self, name: &str, text: &str) {
        let find = |h: &Harness<'static, App>| h.get_by_role_and_label(Role::TextInput, name).focus();
        find(&self.harness);
        self.harness.run_steps(2);
        self.harness.get_by_role_and_label(Role::TextInput, name).type_text(text);
        self.harness.run_steps(2);
    }

    pub fn click(&mut self, name: &str) {
        self.harness.get_by_role_and_label(Role::Button, name).click();
        self.harness.run_steps(3);
    }

    /// A command from the palette.
    pub fn choose(&mut self, command: &str) {
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::K);
        self.harness.run_steps(3);
        self.type_into("Find a command", command);
        self.key(Key::Enter);
        self.harness.run_steps(3);
    }

    pub fn key(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run_steps(2);
    }

    pub fn open(&mut self, path: &Path) {
        self.type_into("Path to open", &path.display().to_string());
        self.key(Key::Enter);
        self.wait("the video", |s| s.session.is_some());
        // Nothing has the keyboard now, so keys belong to playback.
        self.harness.run_steps(2);
    }

    pub fn frame(&self) -> usize {
        self.state().session.as_ref().expect("a video is on screen").frame()
    }
}

pub fn is_done(state: &AppState) -> bool {
    state.library.entries().iter().all(|e| e.scoring == ScoringState::Done)
}
