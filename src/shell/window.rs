//! The window: events in, state on, picture out.
//!
//! Owns the order of one frame: workers' reports, time, drawing, actions. Draws again only when
//! something moves, so an idle window costs nothing.

use std::time::Duration;

use eframe::CreationContext;
use egui::{Context, Ui, ViewportCommand};

use crate::app::action::{Action, Message};
use crate::app::effect::Effect;
use crate::app::folders::Folders;
use crate::app::notice::Severity;
use crate::app::prefs::{Prefs, Theme};
use crate::app::services::{EngineOptions, Services};
use crate::app::shortcut::Os;
use crate::app::state::AppState;
use crate::app::update::update;
use crate::gpu::Gpu;
use crate::jobs::Waker;
use crate::ui::filmstrip::{Filmstrip, Stills};
use crate::ui::peaks::{PeakTextures, Peaks};
use crate::ui::root::{Actions, LocalUi, ViewContext, root_ui};
use crate::ui::theme::{self, Tokens};

use super::{WindowOptions, dialogs};

/// The program in its window.
#[derive(Debug)]
pub struct App {
    state: AppState,
    services: Option<Services>,
    actions: Actions,
    local: LocalUi,
    stills: Stills,
    peaks: PeakTextures,
    title: String,
}

impl App {
    /// Builds everything; `options.paths` are opened at once.
    ///
    /// # Errors
    /// The system has no threads to give.
    pub fn new(cc: &CreationContext<'_>, options: WindowOptions, folders: &Folders) -> std::io::Result<Self> {
        if let Some(render_state) = &cc.wgpu_render_state {
            Gpu::install(render_state);
        }
        theme::install(&cc.egui_ctx);
        let read = folders.config.as_deref().map(Prefs::read).unwrap_or_default();
        let mut state = AppState::new(read.prefs);
        for warning in read.warnings {
            state.notices.push(Severity::Warning, warning);
        }
        let WindowOptions { paths, device, encoder, model, project } = options;
        state.home_project.clone_from(&folders.project);
        state.home_pictures.clone_from(&folders.snapshots);
        let project = project.or_else(|| state.prefs.projects.latest()).or_else(|| folders.project.clone());
        let folders = &Folders { project, ..folders.clone() };
        let ctx = cc.egui_ctx.clone();
        let waker = Waker::new(move || ctx.request_repaint());
        let mut services =
            Services::start(EngineOptions { device, encoder, model }, folders, state.prefs.review.reviewer(), waker)?;
        services.run(Effect::SetDecoding(state.prefs.decoding.options()));
        let mut app = Self {
            state,
            services: Some(services),
            actions: Actions::default(),
            local: LocalUi { focus_path: paths.is_empty(), ..LocalUi::default() },
            stills: Stills::default(),
            peaks: PeakTextures::default(),
            title: String::new(),
        };
        app.set_theme(&cc.egui_ctx);
        if !paths.is_empty() {
            app.take(Message::Action(Action::OpenPaths(paths)), &cc.egui_ctx);
        }
        Ok(app)
    }

    /// The state, for tests.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    fn take(&mut self, message: Message, ctx: &Context) {
        for effect in update(&mut self.state, message) {
            self.run(effect, ctx);
        }
    }

    fn run(&mut self, effect: Effect, ctx: &Context) {
        match effect {
            Effect::Pick { what, start } => {
                if let Some(services) = &self.services {
                    dialogs::pick(what, start.as_deref(), &services.reporter());
                }
            }
            Effect::Timeline(zoom) => self.local.stage.zoom(zoom, &self.state),
            Effect::FullScreen(on) => ctx.send_viewport_cmd(ViewportCommand::Fullscreen(on)),
            Effect::Copy(text) => ctx.copy_text(text),
            Effect::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            other => {
                if let Some(services) = &mut self.services {
                    services.run(other);
                }
            }
        }
    }

    fn set_theme(&self, ctx: &Context) {
        ctx.set_theme(egui_theme(self.state.prefs.theme));
    }

    /// Names the video on screen in the title of the window.
    fn set_title(&mut self, ctx: &Context) {
        let title =
            self.state.library.selected().map_or_else(|| "Lookback".to_owned(), |e| format!("{} – Lookback", e.name));
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn egui_theme(theme: Theme) -> egui::Theme {
    match theme {
        Theme::Dark => egui::Theme::Dark,
        Theme::Light => egui::Theme::Light,
    }
}

impl eframe::App for App {
    /// Takes in what workers report; called also while the window is hidden, so that their queue never fills.
    fn logic(&mut self, ctx: &Context, _: &mut eframe::Frame) {
        let events = self.services.as_mut().map(Services::poll).unwrap_or_default();
        for event in events {
            self.take(Message::Event(event), ctx);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        let (now, dt) = ctx.input(|i| (i.time, f64::from(i.stable_dt)));
        let step = self.services.as_mut().map_or(dt, |s| s.step(&self.state, dt));
        self.take(Message::Advance { now, dt: step }, &ctx);

        let playing = self.services.as_mut().and_then(|s| s.picture(&self.state));
        let view = ViewContext {
            state: &self.state,
            playing: playing.as_ref(),
            filmstrip: self
                .services
                .as_ref()
                .zip(self.state.session.as_ref())
                .map(|(services, session)| Filmstrip::new(services.thumbs(), &self.stills, session.entry)),
            peaks: self.services.as_ref().map(|services| Peaks::new(services.peaks(), &self.peaks)),
            tokens: Tokens::of(egui_theme(self.state.prefs.theme)),
            actions: &self.actions,
            os: Os::current(),
        };
        root_ui(&view, &mut self.local, ui);

        let actions = self.actions.take();
        if !actions.is_empty() {
            // What was drawn shows the state before these; the next frame shows the state after them.
            ctx.request_repaint();
        }
        for action in actions {
            self.take(Message::Action(action), &ctx);
        }
        if let Some(services) = &mut self.services {
            services.listen(&self.state);
        }
        self.set_theme(&ctx);
        self.set_title(&ctx);
        if self.state.session.as_ref().is_some_and(|s| s.transport.is_playing()) {
            ctx.request_repaint();
        }
        if let Some(secs) = self.state.notices.next_expiry() {
            ctx.request_repaint_after(Duration::from_secs_f64(secs));
        }
        if let Some(rect) = ctx.input(|i| i.viewport().inner_rect)
            && !self.state.full_screen
        {
            self.state.prefs.layout.window = (rect.width(), rect.height());
        }
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self) {
        if let Some(mut services) = self.services.take() {
            services.run(Effect::SavePrefs(Box::new(self.state.prefs.clone())));
            services.finish();
        }
    }
}
