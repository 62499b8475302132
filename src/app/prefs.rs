//! What is remembered between runs.
//!
//! Owns the preferences and their file format. Reading never fails: what cannot be read is left at its
//! default and told in a sentence, because no setting is worth a window that does not open.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::disk;
use crate::domain::segment::EventRule;
use crate::media::DecodeOptions;

use super::ablation::AblationForm;
use super::arrangement::Layout;
use super::bench::BenchPrefs;
use super::blind::BlindPass;
use super::clock::Clocks;
use super::finder::Recent;
use super::keymap::Keymap;
use super::lanes::TimelinePrefs;
use super::projects::RecentProjects;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Theme {
    /// Dark: easier on the eyes beside video.
    #[default]
    Dark,
    /// Light.
    Light,
}

/// How video is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decoding {
    /// Most megabytes (a million bytes each) of decoded frames that are kept, for backward play and steps.
    pub cache_mb: u32,
    /// Whether a device decodes what is played, where there is one.
    ///
    /// On from the start: what it saves is the processor time that scoring needs meanwhile, and it is let go of where
    /// its pictures are not the software decoder's.
    pub hardware: bool,
}

impl Default for Decoding {
    fn default() -> Self {
        Self { cache_mb: 1000, hardware: true }
    }
}

impl Decoding {
    /// Least and most of `cache_mb`.
    pub const CACHE_MB: std::ops::RangeInclusive<u32> = 64..=32_000;

    /// With the size brought into its range.
    pub(super) fn repaired(self) -> Self {
        Self { cache_mb: self.cache_mb.clamp(*Self::CACHE_MB.start(), *Self::CACHE_MB.end()), ..self }
    }

    /// As the player wants it.
    pub fn options(self) -> DecodeOptions {
        DecodeOptions { cache_bytes: self.cache_mb as usize * 1_000_000, hardware: self.hardware }
    }
}

/// How events are reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReviewPrefs {
    /// Whether a verdict goes on to the next event that needs one.
    pub advance: bool,
    /// How long before an event playback begins when it is gone to, in seconds.
    pub run_up_secs: f32,
    /// Whether events that look like a false alarm are put aside.
    pub known_normal: bool,
    /// Whose verdicts these are; the name of the system's account until the person gives another.
    pub who: Option<String>,
}

impl Default for ReviewPrefs {
    fn default() -> Self {
        Self { advance: true, run_up_secs: 1.0, known_normal: true, who: None }
    }
}

impl ReviewPrefs {
    /// Most of `run_up_secs`.
    pub const RUN_UP: f32 = 30.0;

    fn repaired(self) -> Self {
        let secs = self.run_up_secs;
        let run_up_secs = if secs.is_finite() { secs.clamp(0.0, Self::RUN_UP) } else { Self::default().run_up_secs };
        Self { run_up_secs, ..self }
    }

    /// Whose verdicts these are.
    pub fn reviewer(&self) -> String {
        let given = self.who.clone().filter(|who| !who.trim().is_empty());
        let account = || ["USER", "USERNAME", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
        given.or_else(account).unwrap_or_else(|| "reviewer".to_owned())
    }
}

/// Everything that is remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Prefs {
    /// Light or dark.
    pub theme: Theme,
    /// Where the panels stand.
    pub layout: Layout,
    /// Where the last file was opened.
    pub last_folder: Option<PathBuf>,
    /// The event rule, once the person has changed it; until then the model's own threshold counts.
    pub rule: Option<EventRule>,
    /// Lanes of the timeline, and how they behave.
    pub timeline: TimelinePrefs,
    /// Whether position and score are written over the video.
    pub overlays: bool,
    /// Where snapshots go, once the person has chosen it.
    pub snapshot_folder: Option<PathBuf>,
    /// The person's choice of keys.
    pub keys: Keymap,
    /// The commands that were chosen by name last.
    pub recent: Recent,
    /// Whether sound is off.
    pub muted: bool,
    /// A threshold that was chosen by the figures of an evaluation, which flatter it.
    pub rule_by_truth: Option<f32>,
    /// Loudness of sound, 0 to 1.
    pub volume: f32,
    /// How video is decoded.
    pub decoding: Decoding,
    /// The clocks of recordings that were stated.
    pub clocks: Clocks,
    /// How events are reviewed.
    pub review: ReviewPrefs,
    /// Projects that were open lately.
    pub projects: RecentProjects,
    /// Whether a blind pass is on.
    pub blind: BlindPass,
    /// What was asked of an ablation last.
    pub ablation: AblationForm,
    /// What the panels for studying models showed.
    pub bench: BenchPrefs,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            layout: Layout::default(),
            last_folder: None,
            rule: None,
            rule_by_truth: None,
            timeline: TimelinePrefs::default(),
            overlays: true,
            snapshot_folder: None,
            keys: Keymap::default(),
            recent: Recent::default(),
            muted: false,
            volume: 1.0,
            decoding: Decoding::default(),
            clocks: Clocks::default(),
            review: ReviewPrefs::default(),
            projects: RecentProjects::default(),
            blind: BlindPass::default(),
            ablation: AblationForm::default(),
            bench: BenchPrefs::default(),
        }
    }
}

/// Preferences as read, with what was wrong about the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrefsRead {
    /// What counts.
    pub prefs: Prefs,
    /// Sentences for the person.
    pub warnings: Vec<String>,
}

/// Name of the file inside the folder of settings.
const FILE: &str = "window.ron";

impl Prefs {
    /// Reads them from the folder of settings. A missing file is no reason for a warning.
    pub fn read(folder: &Path) -> PrefsRead {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => PrefsRead::default(),
            Err(err) => PrefsRead {
                prefs: Self::default(),
                warnings: vec![format!(
                    "The settings in {} cannot be read ({err}); the window starts with its defaults.",
                    path.display()
                )],
            },
        }
    }

    fn parse(text: &str, path: &Path) -> PrefsRead {
        match ron::from_str::<Self>(text) {
            Ok(mut prefs) => {
                prefs.layout = prefs.layout.repaired();
                prefs.timeline.lanes = prefs.timeline.lanes.repaired();
                prefs.volume = if prefs.volume.is_finite() { prefs.volume.clamp(0.0, 1.0) } else { 1.0 };
                prefs.decoding = prefs.decoding.repaired();
                prefs.review = prefs.review.repaired();
                prefs.ablation = prefs.ablation.repaired();
                prefs.bench = prefs.bench.repaired();
                let warnings = prefs.keys.take_problems();
                PrefsRead { prefs, warnings }
            }
            Err(err) => PrefsRead {
                prefs: Self::default(),
                warnings: vec![format!(
                    "The settings in {} are not understood ({err}); the window starts with its defaults.",
                    path.display()
                )],
            },
        }
    }

    /// Writes them into the folder of settings.
    ///
    /// # Errors
    /// A sentence when the folder cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), String> {
        let path = folder.join(FILE);
        let sentence =
            |err: &dyn std::fmt::Display| format!("The settings in {} cannot be written: {err}.", path.display());
        let text = ron::ser::to_string_pretty(self, ron::ser::PrettyConfig::default()).map_err(|err| sentence(&err))?;
        disk::replace(&path, text.as_bytes()).map_err(|err| sentence(&err))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::app::command::UiCommand;
    use crate::app::shortcut::{Key, Os, Shortcut};

    #[test]
    fn what_is_written_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("new");
        let mut prefs =
            Prefs { theme: Theme::Light, rule: Some(EventRule::default()), overlays: false, ..Prefs::default() };
        prefs.keys.bind(UiCommand::About, Shortcut::command(Key::I), Os::Linux);
        prefs.recent.note(UiCommand::About);
        prefs.write(&folder).unwrap();
        assert_eq!(Prefs::read(&folder), PrefsRead { prefs, warnings: Vec::new() });
    }

    #[test]
    fn a_missing_file_is_silent_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Prefs::read(dir.path()), PrefsRead::default());
        std::fs::write(dir.path().join(FILE), "(theme: Purple)").unwrap();
        let read = Prefs::read(dir.path());
        assert_eq!(read.prefs, Prefs::default());
        assert_eq!(read.warnings.len(), 1);
    }

    #[test]
    fn missing_and_absurd_values_are_repaired() {
        let text = "(volume: 7.0, layout: (panels: Row([]), hidden: [Video], window: (1.0, NaN)), colour: Blue)";
        let read = Prefs::parse(text, Path::new("x"));
        assert_eq!(read.warnings, Vec::<String>::new());
        let window = (800.0, Layout::default().window.1);
        assert_eq!(read.prefs.layout, Layout { window, ..Layout::default() });
        assert_eq!(read.prefs.volume, 1.0);
    }

    #[test]
    fn decoding_settings_from_before_devices_keep_their_size() {
        let read = Prefs::parse("(decoding: (cache_mb: 300))", Path::new("x"));
        assert_eq!(read.prefs.decoding, Decoding { cache_mb: 300, hardware: true });
        let off = Prefs::parse("(decoding: (cache_mb: 1, hardware: false))", Path::new("x")).prefs.decoding;
        assert_eq!(off.options(), DecodeOptions { cache_bytes: 64_000_000, hardware: false });
    }

    #[test]
    fn keys_of_unknown_commands_are_told_and_the_rest_counts() {
        let text = r#"(theme: Light, keys: {"About": ["F1"], "Fly": ["F"]}, recent: ["Fly", "About"])"#;
        let read = Prefs::parse(text, Path::new("x"));
        assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
        assert!(read.warnings[0].contains("Fly"));
        assert_eq!(read.prefs.theme, Theme::Light);
        assert_eq!(read.prefs.keys.shortcuts(UiCommand::About, Os::Linux), [Shortcut::plain(Key::F1)]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,80}") {
            Prefs::parse(&text, Path::new("x"));
        }
    }
}
