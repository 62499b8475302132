//! The window's plan: which panel stands where.
//!
//! Owns [`ViewContext`], which is all that a view ever sees, [`LocalUi`], the text and scroll positions
//! that mean nothing outside the window, and what surrounds the panels. Does not own what is in them.

use std::cell::RefCell;
use std::panic::Location;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use crate::app::action::Action;
use crate::app::arrangement::PanelKind;
use crate::app::command::UiCommand;
use crate::app::exchanging::{ImportForm, Wish};
use crate::app::shortcut::Os;
use crate::app::state::{AppState, Dialog};
use crate::domain::frame::Playing;

use super::filmstrip::Filmstrip;
use super::peaks::Peaks;
use super::theme::Tokens;
use super::{
    ablation_panel, attention_panel, blind_bar, compare_panel, dialogs, empty_view, label_panel, map_panel, menu,
    model_panel, notifications, panels, shortcuts, stage, verdict_panel,
};

/// Where views leave what the person wants. Views never change the state themselves.
#[derive(Debug, Default)]
pub struct Actions(RefCell<Vec<Action>>);

impl Actions {
    /// Sends an action. It is carried out after the window is drawn.
    #[track_caller]
    pub fn send(&self, action: Action) {
        log::trace!("{action:?} from {}", Location::caller());
        self.0.borrow_mut().push(action);
    }

    /// Takes all that were sent.
    pub fn take(&self) -> Vec<Action> {
        self.0.take()
    }
}

/// What a view sees.
#[derive(Debug)]
pub struct ViewContext<'a> {
    /// The state of the program.
    pub state: &'a AppState,
    /// The picture to show, if a video is on screen.
    pub playing: Option<&'a Playing>,
    /// Small pictures of that video.
    pub filmstrip: Option<Filmstrip<'a>>,
    /// Small pictures of any open video.
    pub peaks: Option<Peaks<'a>>,
    /// Colours and sizes.
    pub tokens: &'static Tokens,
    /// Where actions go.
    pub actions: &'a Actions,
    /// Whose conventions keys follow.
    pub os: Os,
}

impl ViewContext<'_> {
    /// The keys of a command as text, the first being the one that menus name.
    pub fn keys(&self, command: UiCommand) -> Vec<String> {
        self.state.prefs.keys.texts(command, self.os)
    }
}

/// What belongs to the window alone and lasts from frame to frame.
#[derive(Debug, Default)]
pub struct LocalUi {
    /// Text in the path field.
    pub path: String,
    /// What of it was sent to be opened last.
    pub path_sent: Option<String>,
    /// Whether the path field should get the keyboard.
    pub focus_path: bool,
    /// The open dialog.
    pub dialogs: dialogs::DialogState,
    /// Settings of attention that are being edited and not yet sent.
    pub tsa: Option<crate::domain::score::TsaSettings>,
    /// What is being written about an event and not yet sent.
    pub description: verdict_panel::DescriptionDraft,
    /// The note that is being written about a label.
    pub label_note: label_panel::NoteDraft,
    /// The panel that notices lie over, and how much of its height they take.
    pub notices_room: Option<(PanelKind, f32)>,
    /// The row that the library last scrolled to.
    pub scrolled_to: Option<crate::app::library::EntryId>,
    /// The stage: video and timeline.
    pub stage: stage::StageState,
    /// What the attention inspector remembers.
    pub attention: attention_panel::AttentionPanel,
    /// What is chosen and typed about models.
    pub models: model_panel::ModelsDraft,
    /// What is chosen in the panel that compares, and its plot.
    pub compare: compare_panel::CompareDraft,
    /// What is chosen about the map of snippets, and its points.
    pub map: map_panel::MapDraft,
    /// What is typed and not yet asked of an ablation.
    pub ablation: ablation_panel::AblationDraft,
    /// The panels' tiles.
    pub panels: panels::PanelsState,
}

/// Longer than a pointer rests, in seconds.
const NEVER: f32 = 1e6;

/// Draws the whole window.
pub fn root_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    if !local.dialogs.captures_keys() {
        shortcuts::dispatch(view, &local.stage, ui.ctx());
    }
    drop_files(view, ui);

    // The window library leaves an open tooltip where it is, over a dialog that was opened by a key.
    let delay = view.state.dialog.map(|_| tooltip_delay(ui.ctx(), NEVER));
    let palette = &view.tokens.palette;
    let bar = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(10, 5));

    Panel::top("top_bar").frame(bar).resizable(false).show(ui, |ui| menu::top_bar_ui(view, ui));
    if view.state.prefs.blind.on {
        Panel::top("blind_bar").frame(bar).resizable(false).show(ui, |ui| blind_bar::blind_ui(view, ui));
    }
    if view.state.library.is_empty() {
        CentralPanel::default().frame(Frame::new().fill(palette.window)).show(ui, |ui| {
            empty_view::empty_ui(view, local, ui);
        });
    } else {
        panels::panels_ui(view, local, ui);
    }
    if let Some(delay) = delay {
        tooltip_delay(ui.ctx(), delay);
    }
    dialogs::dialogs_ui(view, &mut local.dialogs, ui.ctx());
    // At the lower end of a list, which makes room for them.
    let shown = |kind| local.panels.area(kind).filter(|_| !view.state.library.is_empty());
    let host = [PanelKind::Library, PanelKind::Queue, PanelKind::Video].into_iter().find(|kind| shown(*kind).is_some());
    let place = host.and_then(shown).unwrap_or_else(|| ui.ctx().content_rect());
    let height = notifications::notices_ui(view, place, ui.ctx());
    let room = host.map(|host| (host, height)).filter(|_| height > 0.0);
    if local.notices_room != room {
        local.notices_room = room;
        ui.ctx().request_repaint();
    }
}

/// Sets how long the pointer rests before a tooltip shows, and gives back how long it was.
fn tooltip_delay(ctx: &egui::Context, secs: f32) -> f32 {
    let mut before = secs;
    ctx.global_style_mut(|style| before = std::mem::replace(&mut style.interaction.tooltip_delay, secs));
    before
}

/// Opens what is dropped onto the window, or takes it for labels where those are imported, and says so while it hangs
/// over it.
fn drop_files(view: &ViewContext<'_>, ui: &Ui) {
    let labels = view.state.dialog == Some(Dialog::ImportLabels);
    let (hovering, dropped) = ui.input(|i| {
        let dropped: Vec<_> = i.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!i.raw.hovered_files.is_empty(), dropped)
    });
    if hovering {
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
        let rect = ui.ctx().content_rect();
        let text = if labels { "Drop label files to import them" } else { "Drop video files or folders to open them" };
        painter.rect_filled(rect, 0.0, view.tokens.palette.scrim);
        painter.text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            text,
            egui::FontId::proportional(view.tokens.sizes.heading * 1.4),
            view.tokens.palette.on_scrim,
        );
    }
    if labels && !dropped.is_empty() {
        let files: Vec<String> = dropped.iter().map(|path| path.display().to_string()).collect();
        let form = ImportForm { files: files.join("\n"), ..view.state.exchanging.import.clone() };
        view.actions.send(Action::Exchange(Wish::SetImport(Box::new(form))));
        view.actions.send(Action::Exchange(Wish::PlanImport));
    } else if !dropped.is_empty() {
        view.actions.send(Action::OpenPaths(dropped));
    }
}
