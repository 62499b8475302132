//! Marked stretches of an axis, one code per pixel column.
//!
//! Owns the texture with the codes and the shader that colours them, so that any number of stretches is one
//! rectangle. Does not own which columns are marked.

use std::collections::HashMap;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use egui::Color32;
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::pipeline::{self, MAX_SIDE};

/// Number of codes beside 0, which is nothing.
pub const CODES: usize = 3;

/// How marks look: for codes 1, 2 and 3.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MarkInk {
    /// Colour of the stretch.
    pub body: [Color32; CODES],
    /// Colour of its upper end.
    pub cap: [Color32; CODES],
    /// Height of the upper end in points.
    pub cap_height: f32,
    /// Whether the stretch is striped.
    pub striped: [bool; CODES],
}

/// A shape that marks columns of `rect`. `slot` tells shapes drawn at once apart.
///
/// The texture is written again only when `codes` is another allocation than the last time, so keep the `Arc`
/// while nothing changes. Columns beyond 8192 are left out.
pub fn marks(rect: egui::Rect, slot: u32, codes: Arc<[u8]>, ink: MarkInk) -> egui::Shape {
    if codes.iter().all(|code| *code == 0) {
        return egui::Shape::Noop;
    }
    Callback::new_paint_callback(rect, MarksCallback { rect, slot, codes, ink }).into()
}

/// Distance of stripes in points.
const STRIPE: f32 = 6.0;

/// Keep in step with `Marks` in `shaders/marks.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct MarksUniform {
    rect: [f32; 4],
    body: [[f32; 4]; CODES],
    cap: [[f32; 4]; CODES],
    columns: f32,
    height: f32,
    cap_height: f32,
    stripe: f32,
    striped: u32,
    pad: [u32; 3],
}

#[derive(Debug)]
struct MarksCallback {
    rect: egui::Rect,
    slot: u32,
    codes: Arc<[u8]>,
    ink: MarkInk,
}

impl MarksCallback {
    fn uniform(&self, screen: &ScreenDescriptor) -> MarksUniform {
        let (ink, pixels) = (&self.ink, screen.pixels_per_point);
        MarksUniform {
            rect: pipeline::clip_space(self.rect, screen),
            body: ink.body.map(pipeline::premultiplied),
            cap: ink.cap.map(pipeline::premultiplied),
            columns: self.codes.len().min(MAX_SIDE) as f32,
            height: self.rect.height() * pixels,
            cap_height: ink.cap_height * pixels,
            stripe: STRIPE * pixels,
            striped: ink.striped.iter().rev().fold(0, |bits, striped| bits << 1 | u32::from(*striped)),
            pad: [0; 3],
        }
    }
}

impl CallbackTrait for MarksCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(marks) = resources.get_mut::<Marks>() {
            marks.prepare(device, queue, self.slot, &self.codes, self.uniform(screen));
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(marks) = resources.get::<Marks>() else { return };
        let Some(slot) = marks.slots.get(&self.slot) else { return };
        pipeline::whole_target(pass, &info);
        pass.set_pipeline(&marks.pipeline);
        pass.set_bind_group(0, &slot.group, &[]);
        pass.draw(0..4, 0..1);
    }
}

/// Pipeline and textures of all marks of a window.
pub(super) struct Marks {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    slots: HashMap<u32, Slot>,
}

struct Slot {
    /// What the texture holds. Kept alive, so that its address cannot be another's.
    codes: Option<Arc<[u8]>>,
    texture: wgpu::Texture,
    /// What the buffer holds.
    uniform: Option<MarksUniform>,
    buffer: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl Marks {
    /// Builds the pipeline for a target of `format`.
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let codes = pipeline::texture_entry(1, wgpu::TextureSampleType::Uint);
        let layout = pipeline::uniform_layout(device, &[codes]);
        let pipeline = pipeline::translucent(device, format, "marks.wgsl", "fs_main", &[Some(&layout)]);
        Self { pipeline, layout, slots: HashMap::new() }
    }

    fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        key: u32,
        codes: &Arc<[u8]>,
        uniform: MarksUniform,
    ) {
        let layout = &self.layout;
        let slot = self.slots.entry(key).or_insert_with(|| new_slot(device, layout));
        if slot.codes.as_ref().is_none_or(|written| !Arc::ptr_eq(written, codes)) {
            let count = codes.len().min(MAX_SIDE);
            pipeline::write_row(queue, &slot.texture, &codes[..count], count);
            slot.codes = Some(Arc::clone(codes));
        }
        if slot.uniform.replace(uniform) != Some(uniform) {
            queue.write_buffer(&slot.buffer, 0, bytemuck::bytes_of(&uniform));
        }
    }
}

fn new_slot(device: &wgpu::Device, layout: &wgpu::BindGroupLayout) -> Slot {
    let texture = pipeline::texture(device, "marks", (MAX_SIDE, 1), wgpu::TextureFormat::R8Uint);
    let (buffer, group) = pipeline::bind(device, layout, "marks", size_of::<MarksUniform>(), &[&texture]);
    Slot { codes: None, texture, uniform: None, buffer, group }
}
