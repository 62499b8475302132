//! A curve as a strip of colour.
//!
//! Owns the texture with one value per column and the shader that colours it. Does not own the choice
//! of values: the caller takes the largest under each column, so that no peak is lost.

use std::collections::HashMap;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use egui::Color32;
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::pipeline::{self, MAX_SIDE};
use crate::domain::heat;

/// Number of colours between which the strip interpolates. Keep in step with `shaders/heat_strip.wgsl`.
pub const HEAT_STOPS: usize = heat::STOPS;

/// A value of a column of which nothing is known.
pub const UNKNOWN: f32 = -1.0;

/// Colours of a strip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeatColors {
    /// For 0, 1/4, 1/2, 3/4 and 1.
    pub stops: [Color32; HEAT_STOPS],
    /// Stripes where nothing is known.
    pub unknown: Color32,
}

/// A shape that fills `rect` with one colour per column. `slot` tells strips drawn at once apart.
///
/// Values are 0..=1, or [`UNKNOWN`]. The texture is written again only when `columns` is another
/// allocation than the last time, so keep the `Arc` while nothing changes. Columns beyond 8192 are left out.
pub fn heat_strip(rect: egui::Rect, slot: u32, columns: Arc<[f32]>, colors: HeatColors) -> egui::Shape {
    Callback::new_paint_callback(rect, HeatStripCallback { rect, slot, columns, colors }).into()
}

/// Keep in step with `Heat` in `shaders/heat_strip.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct HeatUniform {
    rect: [f32; 4],
    stops: [[f32; 4]; HEAT_STOPS],
    unknown: [f32; 4],
}

/// Distance of the stripes in points.
const STRIPE: f32 = 8.0;

#[derive(Debug)]
struct HeatStripCallback {
    rect: egui::Rect,
    slot: u32,
    columns: Arc<[f32]>,
    colors: HeatColors,
}

impl HeatStripCallback {
    fn uniform(&self, screen: &ScreenDescriptor) -> HeatUniform {
        let rgb = |c: Color32| [c.r(), c.g(), c.b()].map(|v| f32::from(v) / 255.0);
        let with = |c: Color32, w: f32| {
            let [r, g, b] = rgb(c);
            [r, g, b, w]
        };
        HeatUniform {
            rect: pipeline::clip_space(self.rect, screen),
            stops: self.colors.stops.map(|c| with(c, 1.0)),
            unknown: with(self.colors.unknown, STRIPE * screen.pixels_per_point),
        }
    }
}

impl CallbackTrait for HeatStripCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if !self.columns.is_empty()
            && let Some(strips) = resources.get_mut::<HeatStrips>()
        {
            strips.prepare(device, queue, self.slot, &self.columns, &self.uniform(screen));
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(strips) = resources.get::<HeatStrips>() else { return };
        let Some(strip) = strips.slots.get(&self.slot) else { return };
        pipeline::whole_target(pass, &info);
        pass.set_pipeline(&strips.pipeline);
        pass.set_bind_group(0, &strip.group, &[]);
        pass.draw(0..4, 0..1);
    }
}

/// Pipeline and textures of all strips of a window.
pub(super) struct HeatStrips {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    slots: HashMap<u32, Strip>,
}

struct Strip {
    /// What the texture holds. Kept alive, so that its address cannot be another's.
    columns: Arc<[f32]>,
    texture: wgpu::Texture,
    uniform: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl HeatStrips {
    /// Builds the pipeline for a target of `format`.
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let columns = pipeline::texture_entry(1, wgpu::TextureSampleType::Float { filterable: false });
        let layout = pipeline::uniform_layout(device, &[columns]);
        let pipeline = pipeline::rectangle(device, format, "heat_strip.wgsl", "fs_main", &[Some(&layout)]);
        Self { pipeline, layout, slots: HashMap::new() }
    }

    fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        key: u32,
        columns: &Arc<[f32]>,
        uniform: &HeatUniform,
    ) {
        let count = columns.len().min(MAX_SIDE);
        let reusable = self.slots.get(&key).is_some_and(|strip| strip.texture.width() as usize == count);
        if !reusable {
            self.slots.insert(key, self.new_strip(device, columns, count));
        }
        let Some(strip) = self.slots.get_mut(&key) else { return };
        if !reusable || !Arc::ptr_eq(&strip.columns, columns) {
            strip.columns = Arc::clone(columns);
            pipeline::write_texture(queue, &strip.texture, bytemuck::cast_slice(&columns[..count]), count * 4);
        }
        queue.write_buffer(&strip.uniform, 0, bytemuck::bytes_of(uniform));
    }

    fn new_strip(&self, device: &wgpu::Device, columns: &Arc<[f32]>, count: usize) -> Strip {
        let texture = pipeline::texture(device, "columns", (count, 1), wgpu::TextureFormat::R32Float);
        let size = size_of::<HeatUniform>();
        let (uniform, group) = pipeline::bind(device, &self.layout, "heat strip", size, &[&texture]);
        Strip { columns: Arc::clone(columns), texture, uniform, group }
    }
}
