//! Colours and sizes by meaning, and the style made of them.
//!
//! Owns [`Tokens`], read from `assets/theme.ron`, and their installation into egui's style. Does not
//! own layout: views ask for a token, never for a number of their own.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use egui::style::ScrollStyle;
use egui::{Color32, CornerRadius, FontFamily, FontId, Shadow, Stroke, Style, TextStyle, Theme, Vec2, Visuals};
use serde::{Deserialize, Deserializer, de};

use crate::domain::heat;
use crate::gpu::heat_strip::HEAT_STOPS;

/// Sizes in points.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Running text.
    pub body: f32,
    /// Captions and axis labels.
    pub small: f32,
    /// Headings.
    pub heading: f32,
    /// Figures: a font whose digits are all equally wide.
    pub mono: f32,
    /// Height of a row that can be clicked.
    pub row: f32,
    /// Corner radius of buttons and fields.
    pub radius: u8,
    /// Between widgets, horizontally and vertically.
    pub item_spacing: (f32, f32),
    /// Around the text of a button.
    pub button_padding: (f32, f32),
    /// Column left of the timeline's lanes: names and values.
    pub gutter: f32,
    /// Column right of the timeline's lanes: scales and the threshold.
    pub margin: f32,
    /// Height of the time ruler.
    pub ruler_lane: f32,
    /// Between lanes.
    pub lane_gap: f32,
}

macro_rules! palette {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// Colours by meaning.
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Palette {
            $($(#[$doc])+ #[serde(deserialize_with = "color")] pub $name: Color32,)+
            /// Score 0 to 1, equally spaced.
            #[serde(skip)]
            pub heat: [Color32; HEAT_STOPS],
        }

        #[cfg(test)]
        impl Palette {
            fn named(&self) -> Vec<(&'static str, Color32)> {
                vec![$((stringify!($name), self.$name),)+]
            }
        }
    };
}

palette! {
    /// Behind and between panels.
    window,
    /// Background of panels.
    panel,
    /// Buttons at rest.
    raised,
    /// Buttons under the pointer.
    raised_hover,
    /// Buttons held down.
    raised_active,
    /// Background of text fields and timeline lanes.
    sunken,
    /// Around the picture.
    video,
    /// Outline of what can be clicked.
    outline,
    /// Lines that part, such as grids.
    hairline,
    /// Running text.
    text,
    /// Headings and values.
    text_strong,
    /// Captions.
    text_weak,
    /// Disabled and marginal.
    text_faint,
    /// Selection, links, focus.
    accent,
    /// Background of selected rows.
    accent_soft,
    /// Text on `accent`.
    on_accent,
    /// Success.
    good,
    /// Take care.
    warn,
    /// Failure.
    error,
    /// The score curve.
    score,
    /// Events: what is above the threshold.
    event,
    /// The threshold and the hysteresis below it.
    threshold,
    /// The attention curve.
    attention,
    /// The feature magnitude curve.
    magnitude,
    /// The motion energy curve.
    motion,
    /// Annotated anomalies.
    truth,
    /// Text on `event`.
    on_event,
    /// What is higher than what it is compared with.
    higher,
    /// What is lower.
    lower,
    /// The present position.
    playhead,
    /// Stripes where nothing is known yet.
    hatch,
    /// Behind text on the picture; translucent.
    scrim,
    /// Text on the picture.
    on_scrim,
}

impl Palette {
    /// The heat colour of `value`, 0..=1; the shader of the heat strip interpolates in the same way.
    pub fn heat_at(&self, value: f32) -> Color32 {
        let at = value.clamp(0.0, 1.0) * (HEAT_STOPS - 1) as f32;
        let below = (at as usize).min(HEAT_STOPS - 2);
        self.heat[below].lerp_to_gamma(self.heat[below + 1], at - below as f32)
    }
}

/// Everything a view needs to look right in one theme.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// Which of the two.
    pub theme: Theme,
    /// Sizes, the same in both themes.
    pub sizes: Sizes,
    /// Colours.
    pub palette: Palette,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThemeFile {
    sizes: Sizes,
    dark: Palette,
    light: Palette,
}

static TOKENS: LazyLock<[Tokens; 2]> = LazyLock::new(|| {
    // The file is part of the program and a test reads it, so this cannot fail on a user's machine.
    let file: ThemeFile = ron::from_str(include_str!("../../assets/theme.ron")).expect("assets/theme.ron is valid");
    let heated = |palette: Palette, stops: heat::Heat| Palette {
        heat: stops.map(|[r, g, b]| Color32::from_rgb(r, g, b)),
        ..palette
    };
    let (dark, light) = (heated(file.dark, heat::ON_DARK), heated(file.light, heat::ON_LIGHT));
    [
        Tokens { theme: Theme::Dark, sizes: file.sizes.clone(), palette: dark },
        Tokens { theme: Theme::Light, sizes: file.sizes, palette: light },
    ]
});

impl Tokens {
    /// The tokens of `theme`.
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &TOKENS[0],
            Theme::Light => &TOKENS[1],
        }
    }

    /// The tokens of the theme that `ctx` shows now.
    pub fn current(ctx: &egui::Context) -> &'static Self {
        Self::of(ctx.theme())
    }

    /// Captions and axis labels.
    pub fn small(&self) -> FontId {
        FontId::proportional(self.sizes.small)
    }

    /// Running text.
    pub fn body(&self) -> FontId {
        FontId::proportional(self.sizes.body)
    }

    /// Figures, all digits equally wide.
    pub fn figures(&self) -> FontId {
        FontId::monospace(self.sizes.mono)
    }

    /// Figures in captions.
    pub fn small_figures(&self) -> FontId {
        FontId::monospace(self.sizes.small - 0.5)
    }
}

/// A bar that is always to be seen and takes no room: for what has to end where its neighbour ends, such as an axis.
pub fn bar_over() -> ScrollStyle {
    ScrollStyle {
        floating_width: 4.0,
        floating_allocated_width: 0.0,
        dormant_handle_opacity: 0.7,
        dormant_background_opacity: 0.3,
        ..ScrollStyle::floating()
    }
}

/// Puts both themes into `ctx`. Which one shows is egui's choice: the system's, or `ctx.set_theme`.
pub fn install(ctx: &egui::Context) {
    // A click takes as long as its frames are drawn: on a machine that is busy, half a second is no drag.
    ctx.options_mut(|options| options.input_options.max_click_duration = 4.0);
    for theme in [Theme::Dark, Theme::Light] {
        let tokens = Tokens::of(theme);
        ctx.style_mut_of(theme, |style| apply(tokens, style));
    }
}

fn apply(tokens: &Tokens, style: &mut Style) {
    let Tokens { sizes, .. } = tokens;
    style.text_styles = BTreeMap::from([
        (TextStyle::Small, FontId::proportional(sizes.small)),
        (TextStyle::Body, FontId::proportional(sizes.body)),
        (TextStyle::Button, FontId::proportional(sizes.body)),
        (TextStyle::Heading, FontId::proportional(sizes.heading)),
        (TextStyle::Monospace, FontId::new(sizes.mono, FontFamily::Monospace)),
    ]);
    let spacing = &mut style.spacing;
    spacing.item_spacing = sizes.item_spacing.into();
    spacing.button_padding = sizes.button_padding.into();
    spacing.interact_size = Vec2::new(sizes.row + 8.0, sizes.row);
    spacing.indent = 14.0;
    spacing.icon_width = 15.0;
    spacing.slider_rail_height = 4.0;
    spacing.tooltip_width = 360.0;
    // A thin bar beside what scrolls, not over it, says that there is more.
    spacing.scroll.dormant_handle_opacity = 0.5;
    spacing.scroll.floating_allocated_width = 4.0;
    spacing.window_margin = 12.into();
    spacing.menu_margin = 6.into();
    style.interaction.tooltip_delay = 0.35;
    style.animation_time = 0.08;
    style.visuals = visuals(tokens);
}

fn visuals(tokens: &Tokens) -> Visuals {
    let Tokens { theme, sizes, palette: p } = tokens;
    let mut v = if *theme == Theme::Dark { Visuals::dark() } else { Visuals::light() };
    let radius = CornerRadius::same(sizes.radius);
    v.weak_text_color = Some(p.text_weak);
    v.hyperlink_color = p.accent;
    v.faint_bg_color = p.panel.lerp_to_gamma(p.sunken, 0.5);
    v.extreme_bg_color = p.sunken;
    v.code_bg_color = p.sunken;
    v.warn_fg_color = p.warn;
    v.error_fg_color = p.error;
    v.window_fill = p.panel;
    v.panel_fill = p.panel;
    v.window_stroke = Stroke::new(1.0, p.outline);
    v.window_corner_radius = CornerRadius::same(sizes.radius + 3);
    v.menu_corner_radius = CornerRadius::same(sizes.radius + 1);
    let shadow = Color32::from_black_alpha(if *theme == Theme::Dark { 130 } else { 45 });
    v.window_shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: shadow };
    v.popup_shadow = Shadow { offset: [0, 4], blur: 12, spread: 0, color: shadow };
    v.selection.bg_fill = p.accent_soft;
    v.selection.stroke = Stroke::new(1.0, if *theme == Theme::Dark { p.text_strong } else { p.accent });
    v.slider_trailing_fill = true;
    v.indent_has_left_vline = false;

    let w = &mut v.widgets;
    for (widget, fill, outline, ink) in [
        (&mut w.noninteractive, p.panel, p.hairline, p.text),
        (&mut w.inactive, p.raised, p.outline, p.text),
        (&mut w.hovered, p.raised_hover, p.text_faint, p.text_strong),
        (&mut w.active, p.raised_active, p.accent, p.text_strong),
        (&mut w.open, p.raised_active, p.outline, p.text_strong),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, outline);
        widget.fg_stroke = Stroke::new(1.0, ink);
        widget.corner_radius = radius;
        widget.expansion = 0.0;
    }
    if *theme == Theme::Dark {
        // On dark panels the fill alone tells a button; an outline on each would be noise.
        w.inactive.bg_stroke = Stroke::NONE;
    }
    v
}

fn color<'de, D: Deserializer<'de>>(from: D) -> Result<Color32, D::Error> {
    let text = String::deserialize(from)?;
    Color32::from_hex(&text).map_err(|err| de::Error::custom(format!("{text} is not a colour: {err:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance and contrast as WCAG 2 defines them.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |c: Color32| {
            let [r, g, b, _] = egui::Rgba::from(c).to_array();
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_curves_can_be_read_in_both_themes() {
        for theme in [Theme::Dark, Theme::Light] {
            let p = &Tokens::of(theme).palette;
            for (name, ink) in p.named() {
                let least = match name {
                    "text" | "text_strong" | "text_weak" | "accent" | "error" | "warn" | "good" => 4.5,
                    "score" | "event" | "threshold" | "attention" | "magnitude" | "motion" | "truth" | "playhead"
                    | "higher" | "lower" | "text_faint" => 3.0,
                    _ => continue,
                };
                for ground in [p.panel, p.sunken] {
                    let found = contrast(ink, ground);
                    assert!(found >= least, "{theme:?} {name} has a contrast of {found:.2}, needs {least}");
                }
            }
        }
    }

    #[test]
    fn heat_rises_or_falls_steadily() {
        for theme in [Theme::Dark, Theme::Light] {
            let p = &Tokens::of(theme).palette;
            let steps: Vec<f32> = p.heat.iter().map(|c| contrast(*c, p.sunken)).collect();
            assert!(steps.windows(2).all(|w| w[1] > w[0]), "{theme:?} {steps:?}");
            assert_eq!((p.heat_at(0.0), p.heat_at(1.0), p.heat_at(9.0)), (p.heat[0], p.heat[4], p.heat[4]));
        }
    }

    #[test]
    fn both_themes_are_installed() {
        let ctx = egui::Context::default();
        install(&ctx);
        for theme in [Theme::Dark, Theme::Light] {
            assert_eq!(ctx.style_of(theme).visuals.panel_fill, Tokens::of(theme).palette.panel);
        }
    }
}
