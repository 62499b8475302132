//! Long curves, drawn from min/max pyramids.
//!
//! Owns the textures with the pyramids, the texture with the values under each pixel column, and the shader
//! that finds their extent. The cost of a frame depends on the width in pixels; a pyramid goes to the GPU once.
//! Does not own what is plotted where.

use std::collections::HashMap;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use egui::Color32;
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::pipeline::{self, MAX_SIDE};
use crate::domain::pyramid::Pyramid;

/// Values under one pixel column: first, and the one after the last. Equal where there are none.
pub type ColumnRange = [u32; 2];

/// Where a value lies in the rectangle of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveScale {
    /// The value at the lower end.
    pub bottom: f32,
    /// The value at the upper end; below `bottom`, the curve stands on its head.
    pub top: f32,
}

/// How a curve looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveInk {
    /// Width in points and colour of the line; `None` for an area alone.
    pub line: Option<(f32, Color32)>,
    /// Colour of the area.
    pub fill: Color32,
    /// From this value up the area has this colour on top.
    pub above: Option<(f32, Color32)>,
    /// Whether the area reaches down to the lower end, or only from the largest to the smallest value.
    pub grounded: bool,
}

/// One curve to draw.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Tells curves drawn at once apart.
    pub slot: u32,
    /// Tells axes apart whose columns are drawn at once.
    pub axis: u32,
    /// The values. Their texture is written again only when this is another allocation than the last time.
    pub values: Arc<Pyramid>,
    /// What lies under each pixel column of the rectangle; shared by all curves over one axis, at most 8192.
    pub columns: Arc<[ColumnRange]>,
    /// From values to places.
    pub scale: CurveScale,
    /// Colours.
    pub ink: CurveInk,
}

/// A shape that draws `curve` between the lower and the upper edge of `rect`.
///
/// Lines may reach beyond these edges by half their width. Nothing is drawn of curves without values.
pub fn curve(rect: egui::Rect, curve: Curve) -> egui::Shape {
    if curve.values.is_empty() || curve.columns.is_empty() {
        return egui::Shape::Noop;
    }
    Callback::new_paint_callback(rect.expand2(egui::vec2(0.0, ROOM)), CurveCallback { rect, curve }).into()
}

/// Room for half a line above and below, in points.
const ROOM: f32 = 2.0;

/// Width of a pyramid's texture.
const TEXELS: usize = 4096;

/// Largest number of extents in a texture; a longer curve, of more than a hundred days, is not drawn.
const MOST: usize = TEXELS * MAX_SIDE;

/// A smallest and a largest value of which nothing is known.
const NOTHING: [f32; 2] = [f32::MAX, f32::MIN];

/// Keep in step with `Curve` in `shaders/curve.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct CurveUniform {
    rect: [f32; 4],
    line: [f32; 4],
    fill: [f32; 4],
    above: [f32; 4],
    slope: f32,
    offset: f32,
    top: f32,
    height: f32,
    half_line: f32,
    level: f32,
    grounded: f32,
    columns: u32,
    values: u32,
    pad: [u32; 3],
}

#[derive(Debug)]
struct CurveCallback {
    /// Without the room for lines.
    rect: egui::Rect,
    curve: Curve,
}

impl CurveCallback {
    fn columns(&self) -> usize {
        self.curve.columns.len().min(MAX_SIDE)
    }

    fn uniform(&self, screen: &ScreenDescriptor) -> CurveUniform {
        let CurveScale { bottom, top } = self.curve.scale;
        let ink = &self.curve.ink;
        let pixels = screen.pixels_per_point;
        let slope = 1.0 / (top - bottom);
        let (above_level, above) = ink.above.unwrap_or((f32::MAX, Color32::TRANSPARENT));
        let (width, line) = ink.line.unwrap_or((0.0, Color32::TRANSPARENT));
        CurveUniform {
            rect: pipeline::clip_space(self.rect.expand2(egui::vec2(0.0, ROOM)), screen),
            line: pipeline::premultiplied(line),
            fill: pipeline::premultiplied(ink.fill),
            above: pipeline::premultiplied(above),
            slope,
            offset: -bottom * slope,
            top: ROOM * pixels,
            height: self.rect.height() * pixels,
            half_line: width / 2.0 * pixels,
            level: ((above_level - bottom) * slope).clamp(-1.0, 2.0),
            grounded: f32::from(u8::from(ink.grounded)),
            columns: self.columns() as u32,
            values: self.curve.values.len() as u32,
            pad: [0; 3],
        }
    }
}

impl CallbackTrait for CurveCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(curves) = resources.get_mut::<Curves>() {
            curves.write_columns(device, queue, self.curve.axis, &self.curve.columns);
            curves.prepare(device, queue, &self.curve, self.uniform(screen));
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(curves) = resources.get::<Curves>() else { return };
        let Some(slot) = curves.slots.get(&self.curve.slot) else { return };
        pipeline::whole_target(pass, &info);
        pass.set_pipeline(&curves.pipeline);
        pass.set_bind_group(0, &slot.group, &[]);
        pass.draw(0..4, 0..self.columns() as u32);
    }
}

/// Pipeline and textures of all curves of a window.
pub(super) struct Curves {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    axes: HashMap<u32, Ranges>,
    slots: HashMap<u32, Slot>,
}

/// The values under each column of an axis.
struct Ranges {
    texture: wgpu::Texture,
    /// What it holds. Kept alive, so that its address cannot be another's; the same goes for pyramids.
    columns: Arc<[ColumnRange]>,
}

struct Slot {
    axis: u32,
    values: Arc<Pyramid>,
    /// What the buffer holds.
    uniform: Option<CurveUniform>,
    buffer: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl Curves {
    /// Builds the pipeline for a target of `format`.
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let pyramid = pipeline::texture_entry(1, wgpu::TextureSampleType::Float { filterable: false });
        let ranges = pipeline::texture_entry(2, wgpu::TextureSampleType::Uint);
        let layout = pipeline::uniform_layout(device, &[pyramid, ranges]);
        Self {
            pipeline: pipeline::translucent(device, format, "curve.wgsl", "fs_main", &[Some(&layout)]),
            layout,
            axes: HashMap::new(),
            slots: HashMap::new(),
        }
    }

    /// Curves over one axis share its columns, so the first of them writes and the others find it written.
    fn write_columns(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, axis: u32, columns: &Arc<[ColumnRange]>) {
        let known = self.axes.get(&axis);
        if known.is_some_and(|ranges| Arc::ptr_eq(&ranges.columns, columns)) {
            return;
        }
        let new = || pipeline::texture(device, "columns", (MAX_SIDE, 1), wgpu::TextureFormat::Rg32Uint);
        let texture = known.map_or_else(new, |ranges| ranges.texture.clone());
        let count = columns.len().min(MAX_SIDE);
        pipeline::write_row(queue, &texture, bytemuck::cast_slice(&columns[..count]), count);
        self.axes.insert(axis, Ranges { texture, columns: Arc::clone(columns) });
    }

    fn prepare(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, shown: &Curve, uniform: CurveUniform) {
        let Curve { slot: key, axis, values, .. } = shown;
        let same = |slot: &Slot| slot.axis == *axis && Arc::ptr_eq(&slot.values, values);
        let key = *key;
        if !self.slots.get(&key).is_some_and(same) {
            match self.new_slot(device, queue, *axis, values) {
                Some(slot) => self.slots.insert(key, slot),
                None => self.slots.remove(&key),
            };
        }
        if let Some(slot) = self.slots.get_mut(&key)
            && slot.uniform.replace(uniform) != Some(uniform)
        {
            queue.write_buffer(&slot.buffer, 0, bytemuck::bytes_of(&uniform));
        }
    }

    fn new_slot(&self, device: &wgpu::Device, queue: &wgpu::Queue, axis: u32, values: &Arc<Pyramid>) -> Option<Slot> {
        let ranges = self.axes.get(&axis)?;
        let texels = texels(values).filter(|texels| texels.len() <= MOST)?;
        let (width, height) = (TEXELS, texels.len() / TEXELS);
        let texture = pipeline::texture(device, "pyramid", (width, height), wgpu::TextureFormat::Rg32Float);
        pipeline::write_texture(queue, &texture, bytemuck::cast_slice(&texels), width * size_of::<[f32; 2]>());
        let textures = [&texture, &ranges.texture];
        let (buffer, group) = pipeline::bind(device, &self.layout, "curve", size_of::<CurveUniform>(), &textures);
        Some(Slot { axis, values: Arc::clone(values), uniform: None, buffer, group })
    }
}

/// All levels behind each other, filled up to whole rows; `None` without values.
fn texels(values: &Pyramid) -> Option<Vec<[f32; 2]>> {
    let count: usize = values.levels().iter().map(Vec::len).sum();
    if count == 0 {
        return None;
    }
    let mut texels = Vec::with_capacity(count.next_multiple_of(TEXELS));
    // Not a number and infinite would be undefined in a shader.
    let known = |e: &crate::domain::pyramid::Extent| e.min.is_finite() && e.max.is_finite();
    let texel = |e| if known(e) { [e.min, e.max] } else { NOTHING };
    texels.extend(values.levels().iter().flatten().map(texel));
    texels.resize(count.next_multiple_of(TEXELS), NOTHING);
    Some(texels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_not_drawn() {
        let texels = texels(&Pyramid::new(&[f32::NAN, 0.5, f32::NAN])).expect("has values");
        assert_eq!(texels.len(), TEXELS);
        assert_eq!(texels[..6], [NOTHING, [0.5; 2], NOTHING, [0.5; 2], NOTHING, [0.5; 2]]);
        assert_eq!(super::texels(&Pyramid::default()), None);
    }
}
