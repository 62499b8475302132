//! Pixels on the screen: the picture of a video; curves, marks and the heat strip of a timeline; the heat map of attention.
//!
//! Owns textures, pipelines and shaders, and the one bridge to egui's renderer. Does not own what is
//! shown where: `ui` asks for a shape and places it.

pub mod adapters;
pub mod curve;
pub mod heat_map;
pub mod heat_strip;
pub mod marks;
mod pipeline;
pub mod shader;
#[cfg(test)]
pub mod testing;
pub mod video;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Puts the pipelines into egui's renderer.
#[derive(Debug)]
pub struct Gpu;

impl Gpu {
    /// Builds all pipelines for the target of `state` and keeps them with its renderer. Call it once per window.
    ///
    /// Shapes of this module that are drawn without it draw nothing. From here on an error that the GPU
    /// driver reports late is logged, each text once, instead of ending the program.
    pub fn install(state: &egui_wgpu::RenderState) {
        let said = Mutex::new(HashSet::new());
        state.device.on_uncaptured_error(Arc::new(move |err: wgpu::Error| {
            let text = err.to_string();
            if said.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone()) {
                log::error!("The GPU reported: {text}");
            }
        }));
        let (device, format) = (&state.device, state.target_format);
        let resources = &mut state.renderer.write().callback_resources;
        resources.insert(video::Videos::new(device, format));
        resources.insert(heat_strip::HeatStrips::new(device, format));
        resources.insert(heat_map::HeatMaps::new(device, format));
        resources.insert(curve::Curves::new(device, format));
        resources.insert(marks::Marks::new(device, format));
    }
}
