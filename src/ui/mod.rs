//! Drawing and gestures.
//!
//! Owns every widget. Views read the state through [`root::ViewContext`] and leave actions; they change
//! nothing. Does not own decisions (`app`), threads (`app::services`) or the window (`shell`).

mod about;
mod agreement_dialog;
mod attention_panel;
mod blind_bar;
mod chart_dialog;
mod class_editor;
mod clock_dialog;
mod command_button;
mod decoding_panel;
mod dialogs;
mod empty_view;
mod event_panel;
mod exchange_form;
mod export_dialog;
mod figures;
pub mod filmstrip;
mod gate_panel;
mod history_panel;
mod import_dialog;
mod inspector;
mod key_editor;
mod key_list;
mod known_normal_panel;
mod label_panel;
mod lesson_panel;
mod library_panel;
mod menu;
mod model_panel;
mod moved_dialog;
mod name_dialog;
mod notifications;
mod palette;
mod panels;
pub mod peaks;
mod picture_gestures;
mod picture_panel;
mod project_dialog;
mod queue_panel;
mod report_dialog;
pub mod root;
mod run_panel;
mod shortcuts;
mod stage;
pub mod theme;
pub mod timeline;
mod transport_bar;
mod tsa_panel;
mod verdict;
mod verdict_panel;
pub mod video_view;
mod why_panel;
pub mod widgets;
