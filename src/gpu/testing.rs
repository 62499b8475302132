//! A headless renderer with our pipelines in it, for tests of views.

use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use egui_wgpu::RendererOptions;

use super::Gpu;

/// A renderer on the software rasteriser that knows our shapes.
pub fn renderer() -> WgpuTestRenderer {
    let state = create_render_state(default_wgpu_setup(), RendererOptions::PREDICTABLE);
    Gpu::install(&state);
    WgpuTestRenderer::from_render_state(state)
}
