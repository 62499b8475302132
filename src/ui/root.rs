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
use crate::app::shortcut::Os;
use crate::app::state::AppState;
use crate::domain::frame::Playing;

use super::filmstrip::Filmstrip;
use super::peaks::Peaks;
use super::theme::Tokens;
use super::{
    dialogs, empty_view, label_panel, menu, model_panel, notifications, panels, shortcuts, stage, verdict_panel,
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
    /// The row that the library last scrolled to.
    pub scrolled_to: Option<crate::app::library::EntryId>,
    /// The stage: video and timeline.
    pub stage: stage::StageState,
    /// What is chosen and typed about models.
    pub models: model_panel::ModelsDraft,
    /// The panels' tiles.
    pub panels: panels::PanelsState,
}

/// Draws the whole window.
pub fn root_ui(view: &ViewContext<'_>, local: &mut LocalUi, ui: &mut Ui) {
    if !local.dialogs.captures_keys() {
        shortcuts::dispatch(view, &local.stage, ui.ctx());
    }
    drop_files(view, ui);

    let palette = &view.tokens.palette;
    let bar = Frame::new().fill(palette.panel).inner_margin(Margin::symmetric(10, 5));

    Panel::top("top_bar").frame(bar).resizable(false).show(ui, |ui| menu::top_bar_ui(view, ui));
    if view.state.library.is_empty() {
        CentralPanel::default().frame(Frame::new().fill(palette.window)).show(ui, |ui| {
            empty_view::empty_ui(view, local, ui);
        });
    } else {
        panels::panels_ui(view, local, ui);
    }
    dialogs::dialogs_ui(view, &mut local.dialogs, ui.ctx());
    // Over the lower end of the library, which is the part of the window that is most often empty.
    let shown = |kind| local.panels.area(kind).filter(|_| !view.state.library.is_empty());
    let place = shown(PanelKind::Library).or_else(|| shown(PanelKind::Queue)).or_else(|| shown(PanelKind::Video));
    notifications::notices_ui(view, place.unwrap_or_else(|| ui.ctx().content_rect()), ui.ctx());
}

/// Opens what is dropped onto the window, and says so while it hangs over it.
fn drop_files(view: &ViewContext<'_>, ui: &Ui) {
    let (hovering, dropped) = ui.input(|i| {
        let dropped: Vec<_> = i.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!i.raw.hovered_files.is_empty(), dropped)
    });
    if hovering {
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
        let rect = ui.ctx().content_rect();
        painter.rect_filled(rect, 0.0, view.tokens.palette.scrim);
        painter.text(
            rect.center(),
            egui::Align2::CENTER_CENTER,
            "Drop video files or folders to open them",
            egui::FontId::proportional(view.tokens.sizes.heading * 1.4),
            view.tokens.palette.on_scrim,
        );
    }
    if !dropped.is_empty() {
        view.actions.send(Action::OpenPaths(dropped));
    }
}
