//! The soft one-hot stack of attention as a heat map.
//!
//! Owns the texture with the cells, the one with the snippets under each pixel column, and the shader that colours them by
//! viridis. Does not own what a cell means (`domain::attention_grid`) or which part is looked at.

use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use egui::Color32;
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};

use super::curve::ColumnRange;
use super::pipeline::{self, MAX_SIDE};
use crate::domain::attention_grid::AttentionGrid;
use crate::domain::viridis::{STOPS, VIRIDIS};

/// Colours of what is not known yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnknownInk {
    /// Between the stripes.
    pub ground: Color32,
    /// Stripes.
    pub stripe: Color32,
}

/// A shape that fills `rect`: the first pick of the grid at its upper edge, the last at its lower. `columns` says which
/// snippets lie under each pixel column; those that the grid has not are striped.
///
/// Textures are written again only when `grid` or `columns` is another allocation than the last time. One such map is
/// drawn per window. Nothing is drawn of a grid without cells, or with more than 8192 either way.
pub fn heat_map(
    rect: egui::Rect,
    grid: Arc<AttentionGrid>,
    columns: Arc<[ColumnRange]>,
    ink: UnknownInk,
) -> egui::Shape {
    if grid.is_empty() || columns.is_empty() || grid.columns() > MAX_SIDE || grid.rows() > MAX_SIDE {
        return egui::Shape::Noop;
    }
    Callback::new_paint_callback(rect, HeatMapCallback { rect, grid, columns, ink }).into()
}

/// Keep in step with `HeatMap` in `shaders/heat_map.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct HeatMapUniform {
    rect: [f32; 4],
    stops: [[f32; 4]; STOPS],
    unknown: [f32; 4],
    ground: [f32; 4],
    across: [u32; 4],
    down: [u32; 4],
    columns: u32,
    pad: [u32; 3],
}

/// Distance of the stripes in points.
const STRIPE: f32 = 8.0;

#[derive(Debug)]
struct HeatMapCallback {
    rect: egui::Rect,
    grid: Arc<AttentionGrid>,
    columns: Arc<[ColumnRange]>,
    ink: UnknownInk,
}

impl HeatMapCallback {
    fn uniform(&self, screen: &ScreenDescriptor) -> HeatMapUniform {
        let with = |[r, g, b]: [u8; 3], w: f32| [f32::from(r) / 255.0, f32::from(g) / 255.0, f32::from(b) / 255.0, w];
        let rgb = |c: Color32| [c.r(), c.g(), c.b()];
        let grid = &self.grid;
        HeatMapUniform {
            rect: pipeline::clip_space(self.rect, screen),
            stops: VIRIDIS.map(|color| with(color, 1.0)),
            unknown: with(rgb(self.ink.stripe), STRIPE * screen.pixels_per_point),
            ground: with(rgb(self.ink.ground), 1.0 / grid.peak.max(f32::MIN_POSITIVE)),
            across: [grid.snippets.start, grid.snippets.end, grid.width, grid.columns()].map(|v| v as u32),
            down: [grid.picks.start, grid.picks.end, grid.height, grid.rows()].map(|v| v as u32),
            columns: self.columns.len().min(MAX_SIDE) as u32,
            pad: [0; 3],
        }
    }
}

impl CallbackTrait for HeatMapCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(maps) = resources.get_mut::<HeatMaps>() {
            maps.prepare(device, queue, self, &self.uniform(screen));
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(maps) = resources.get::<HeatMaps>() else { return };
        let Some(map) = &maps.map else { return };
        pipeline::whole_target(pass, &info);
        pass.set_pipeline(&maps.pipeline);
        pass.set_bind_group(0, &map.group, &[]);
        pass.draw(0..4, 0..1);
    }
}

/// Pipeline and textures of the map of a window.
pub(super) struct HeatMaps {
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    ranges: wgpu::Texture,
    /// What `ranges` holds. Kept alive, so that its address cannot be another's; the same goes for the grid.
    columns: Option<Arc<[ColumnRange]>>,
    map: Option<Map>,
}

struct Map {
    grid: Arc<AttentionGrid>,
    cells: wgpu::Texture,
    uniform: wgpu::Buffer,
    group: wgpu::BindGroup,
}

impl HeatMaps {
    /// Builds the pipeline for a target of `format`.
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let cells = pipeline::texture_entry(1, wgpu::TextureSampleType::Float { filterable: false });
        let ranges = pipeline::texture_entry(2, wgpu::TextureSampleType::Uint);
        let layout = pipeline::uniform_layout(device, &[cells, ranges]);
        Self {
            pipeline: pipeline::rectangle(device, format, "heat_map.wgsl", "fs_main", &[Some(&layout)]),
            layout,
            ranges: pipeline::texture(device, "columns", (MAX_SIDE, 1), wgpu::TextureFormat::Rg32Uint),
            columns: None,
            map: None,
        }
    }

    fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        shown: &HeatMapCallback,
        uniform: &HeatMapUniform,
    ) {
        let HeatMapCallback { grid, columns, .. } = shown;
        if self.columns.as_ref().is_none_or(|written| !Arc::ptr_eq(written, columns)) {
            let count = columns.len().min(MAX_SIDE);
            pipeline::write_row(queue, &self.ranges, bytemuck::cast_slice(&columns[..count]), count);
            self.columns = Some(Arc::clone(columns));
        }
        if self.map.as_ref().is_none_or(|map| !Arc::ptr_eq(&map.grid, grid)) {
            self.write_cells(device, queue, grid);
        }
        if let Some(map) = &self.map {
            queue.write_buffer(&map.uniform, 0, bytemuck::bytes_of(uniform));
        }
    }

    fn write_cells(&mut self, device: &wgpu::Device, queue: &wgpu::Queue, grid: &Arc<AttentionGrid>) {
        let size = (grid.columns(), grid.rows());
        let same = |map: &Map| (map.cells.width() as usize, map.cells.height() as usize) == size;
        let map = if let Some(map) = self.map.take().filter(same) {
            Map { grid: Arc::clone(grid), ..map }
        } else {
            let cells = pipeline::texture(device, "cells", size, wgpu::TextureFormat::R32Float);
            let textures = [&cells, &self.ranges];
            let bytes = size_of::<HeatMapUniform>();
            let (uniform, group) = pipeline::bind(device, &self.layout, "heat map", bytes, &textures);
            Map { grid: Arc::clone(grid), cells, uniform, group }
        };
        pipeline::write_texture(queue, &map.cells, bytemuck::cast_slice(&grid.values), size.0 * size_of::<f32>());
        self.map = Some(map);
    }
}
