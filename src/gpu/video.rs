//! The picture of a video, drawn straight from decoded planes.
//!
//! Owns one texture per plane, written only when the frame changes, and the uniform that tells the
//! shader how to read them. Chroma of 4:2:0 and 4:2:2 is taken to sit on the left of its pixels, half
//! way down in 4:2:0, as in MPEG-2, H.264 and HEVC unless they say otherwise.

use std::collections::HashMap;
use std::sync::Arc;

use bytemuck::{Pod, Zeroable};
use egui_wgpu::{Callback, CallbackResources, CallbackTrait, ScreenDescriptor};
use thiserror::Error;

use super::pipeline::{self, MAX_SIDE};
use crate::domain::color;
use crate::domain::frame::{Frame, PixelLayout};

/// Why a frame cannot be drawn.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum FrameFault {
    /// It has no pixels, or more in a row or column than a texture can hold.
    #[error("frame {frame} is {width} × {height} pixels; what can be drawn is 1 to {MAX_SIDE} each way")]
    Size {
        /// Its number.
        frame: usize,
        /// Stored width.
        width: usize,
        /// Stored height.
        height: usize,
    },
    /// A plane is missing or shorter than its size asks for.
    #[error("frame {frame} was decoded incompletely: plane {plane} is missing or too short")]
    Plane {
        /// Its number.
        frame: usize,
        /// Which plane, from 0.
        plane: usize,
    },
}

/// What is done about a picture whose even and odd rows show two moments. Keep in step with `kind.y` of the shader.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Rows as they are.
    #[default]
    AsStored = 0,
    /// Each with its neighbours.
    Blended = 1,
    /// Only rows 0, 2, 4 …
    Even = 2,
    /// Only rows 1, 3, 5 …
    Odd = 3,
}

/// Light and rows of a picture as it is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Added to every channel.
    pub brightness: f32,
    /// Distance from mid grey; 1 leaves it.
    pub contrast: f32,
    /// Above 1 lightens mid tones.
    pub gamma: f32,
    /// What is done about interlaced pictures.
    pub rows: Rows,
}

impl Default for Look {
    fn default() -> Self {
        Self { brightness: 0.0, contrast: 1.0, gamma: 1.0, rows: Rows::AsStored }
    }
}

/// A shape that fills `rect` with `frame` as it is, turned upright. `slot` tells pictures drawn at once apart.
///
/// The rectangle should have the shape of [`Frame::display_size`]; it may reach beyond the clip rectangle
/// and the window.
///
/// # Errors
/// The frame's planes do not hold what its size and layout promise.
pub fn picture(rect: egui::Rect, slot: u32, frame: Arc<Frame>) -> Result<egui::Shape, FrameFault> {
    picture_as(rect, slot, frame, Look::default())
}

/// The same, with light and rows of one's choice.
///
/// # Errors
/// The frame's planes do not hold what its size and layout promise.
pub fn picture_as(rect: egui::Rect, slot: u32, frame: Arc<Frame>, look: Look) -> Result<egui::Shape, FrameFault> {
    check(&frame)?;
    Ok(Callback::new_paint_callback(rect, VideoCallback { frame, rect, slot, look }).into())
}

fn check(frame: &Frame) -> Result<(), FrameFault> {
    let (width, height) = (frame.width, frame.height);
    if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
        return Err(FrameFault::Size { frame: frame.number, width, height });
    }
    let kind = Kind::of(frame);
    for index in 0..kind.planes() {
        let (columns, rows) = kind.plane_size(index);
        let row = columns * kind.sample_bytes();
        let fits = frame.planes.get(index).is_some_and(|plane| {
            plane.stride >= row
                && plane.stride % kind.sample_bytes() == 0
                && plane.data.len() >= plane.stride * (rows - 1) + row
        });
        if !fits {
            return Err(FrameFault::Plane { frame: frame.number, plane: index });
        }
    }
    Ok(())
}

/// What must agree for textures to be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind {
    width: usize,
    height: usize,
    layout: PixelLayout,
    deep: bool,
}

impl Kind {
    fn of(frame: &Frame) -> Self {
        let deep = frame.bits > 8 && frame.layout != PixelLayout::Rgba;
        Self { width: frame.width, height: frame.height, layout: frame.layout, deep }
    }

    fn planes(self) -> usize {
        if self.layout == PixelLayout::Rgba { 1 } else { 3 }
    }

    fn plane_size(self, index: usize) -> (usize, usize) {
        if index == 0 { (self.width, self.height) } else { self.layout.chroma_size(self.width, self.height) }
    }

    fn sample_bytes(self) -> usize {
        match (self.layout, self.deep) {
            (PixelLayout::Rgba, _) => 4,
            (_, true) => 2,
            (_, false) => 1,
        }
    }

    fn format(self) -> wgpu::TextureFormat {
        match (self.layout, self.deep) {
            (PixelLayout::Rgba, _) => wgpu::TextureFormat::Rgba8Unorm,
            (_, true) => wgpu::TextureFormat::R16Uint,
            (_, false) => wgpu::TextureFormat::R8Unorm,
        }
    }
}

/// Keep in step with `Video` in `shaders/video.wgsl`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
struct VideoUniform {
    rect: [f32; 4],
    rows: [[f32; 4]; 3],
    turn: [f32; 4],
    chroma: [f32; 4],
    adjust: [f32; 4],
    kind: [u32; 4],
}

impl VideoUniform {
    fn new(frame: &Frame, rect: [f32; 4], look: Look) -> Self {
        let kind = Kind::of(frame);
        let (turn, chroma) = (frame.rotation.turn(), frame.layout.chroma_place());
        let codes_per_unit = if kind.deep { 1.0 } else { 255.0 };
        let bits = if kind.deep { frame.bits } else { 8 };
        let rows = color::rows(frame.matrix, frame.range, bits, codes_per_unit);
        let adjust = [look.brightness, look.contrast, 1.0 / look.gamma, 0.0];
        let kind = [u32::from(frame.layout == PixelLayout::Rgba), look.rows as u32, 0, 0];
        Self { rect, rows, turn, chroma, adjust, kind }
    }
}

/// Draws one frame. Plain data; the textures are in [`Videos`].
#[derive(Debug)]
struct VideoCallback {
    frame: Arc<Frame>,
    rect: egui::Rect,
    slot: u32,
    look: Look,
}

impl CallbackTrait for VideoCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(videos) = resources.get_mut::<Videos>() {
            let uniform = VideoUniform::new(&self.frame, pipeline::clip_space(self.rect, screen), self.look);
            videos.prepare(device, queue, self.slot, &self.frame, uniform);
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        let Some(videos) = resources.get::<Videos>() else { return };
        let Some(slot) = videos.slots.get(&self.slot) else { return };
        pipeline::whole_target(pass, &info);
        pass.set_pipeline(if slot.kind.deep { &videos.deep } else { &videos.shallow });
        pass.set_bind_group(0, &slot.uniform_group, &[]);
        pass.set_bind_group(1, &slot.planes_group, &[]);
        pass.draw(0..4, 0..1);
    }
}

/// Pipelines and textures of all pictures of a window.
pub(super) struct Videos {
    shallow: wgpu::RenderPipeline,
    deep: wgpu::RenderPipeline,
    uniform_layout: wgpu::BindGroupLayout,
    shallow_layout: wgpu::BindGroupLayout,
    deep_layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    slots: HashMap<u32, Slot>,
}

struct Slot {
    kind: Kind,
    /// The frame that the textures hold. Kept alive, so that its address cannot be another frame's.
    frame: Option<Arc<Frame>>,
    textures: Vec<wgpu::Texture>,
    planes_group: wgpu::BindGroup,
    uniform: VideoUniform,
    uniform_buffer: wgpu::Buffer,
    uniform_group: wgpu::BindGroup,
}

impl Videos {
    /// Builds the pipelines for a target of `format`.
    pub(super) fn new(device: &wgpu::Device, format: wgpu::TextureFormat) -> Self {
        let uniform_layout = pipeline::uniform_layout(device, &[]);
        let float = wgpu::TextureSampleType::Float { filterable: true };
        let sampler_entry = wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
            count: None,
        };
        let planes = |first: u32, ty| [0, 1, 2].map(|i| pipeline::texture_entry(first + i, ty));
        let mut shallow_entries = vec![sampler_entry];
        shallow_entries.extend(planes(1, float));
        let layout = |label, entries: &[wgpu::BindGroupLayoutEntry]| {
            device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(label), entries })
        };
        let shallow_layout = layout("8-bit planes", &shallow_entries);
        let deep_layout = layout("16-bit planes", &planes(4, wgpu::TextureSampleType::Uint));
        let build = |fragment, planes| {
            pipeline::rectangle(device, format, "video.wgsl", fragment, &[Some(&uniform_layout), Some(planes)])
        };
        Self {
            shallow: build("fs_8bit", &shallow_layout),
            deep: build("fs_16bit", &deep_layout),
            sampler: device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some("planes"),
                mag_filter: wgpu::FilterMode::Linear,
                min_filter: wgpu::FilterMode::Linear,
                ..wgpu::SamplerDescriptor::default()
            }),
            uniform_layout,
            shallow_layout,
            deep_layout,
            slots: HashMap::new(),
        }
    }

    fn prepare(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        key: u32,
        frame: &Arc<Frame>,
        uniform: VideoUniform,
    ) {
        let kind = Kind::of(frame);
        if self.slots.get(&key).is_none_or(|slot| slot.kind != kind) {
            let slot = self.new_slot(device, queue, kind, uniform);
            self.slots.insert(key, slot);
        }
        let Some(slot) = self.slots.get_mut(&key) else { return };
        if slot.uniform != uniform {
            slot.uniform = uniform;
            queue.write_buffer(&slot.uniform_buffer, 0, bytemuck::bytes_of(&uniform));
        }
        if slot.frame.as_ref().is_none_or(|shown| !Arc::ptr_eq(shown, frame)) {
            for (texture, plane) in slot.textures.iter().zip(&frame.planes) {
                pipeline::write_texture(queue, texture, &plane.data, plane.stride);
            }
            slot.frame = Some(Arc::clone(frame));
        }
    }

    fn new_slot(&self, device: &wgpu::Device, queue: &wgpu::Queue, kind: Kind, uniform: VideoUniform) -> Slot {
        let textures: Vec<_> =
            (0..kind.planes()).map(|i| pipeline::texture(device, "plane", kind.plane_size(i), kind.format())).collect();
        // A picture of one plane binds it three times, so that one layout serves all.
        let views: Vec<_> = (0..3)
            .map(|i| textures[i.min(textures.len() - 1)].create_view(&wgpu::TextureViewDescriptor::default()))
            .collect();
        let first = if kind.deep { 4 } else { 1 };
        let mut entries: Vec<_> = views
            .iter()
            .zip(first..)
            .map(|(view, binding)| wgpu::BindGroupEntry { binding, resource: wgpu::BindingResource::TextureView(view) })
            .collect();
        if !kind.deep {
            entries.push(wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Sampler(&self.sampler) });
        }
        let planes_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("planes"),
            layout: if kind.deep { &self.deep_layout } else { &self.shallow_layout },
            entries: &entries,
        });
        let size = size_of::<VideoUniform>();
        let (uniform_buffer, uniform_group) = pipeline::bind(device, &self.uniform_layout, "video", size, &[]);
        queue.write_buffer(&uniform_buffer, 0, bytemuck::bytes_of(&uniform));
        Slot { kind, frame: None, textures, planes_group, uniform, uniform_buffer, uniform_group }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::frame::{ColorMatrix, ColorRange, Plane, Rotation};
    use crate::domain::time::MediaTime;

    fn frame(layout: PixelLayout, bits: u32, planes: &[(usize, usize)]) -> Frame {
        Frame {
            number: 7,
            time: MediaTime::ZERO,
            width: 5,
            height: 3,
            layout,
            bits,
            matrix: ColorMatrix::Bt709,
            range: ColorRange::Limited,
            rotation: Rotation::None,
            pixel_aspect: 1.0,
            planes: planes.iter().map(|(stride, bytes)| Plane { data: vec![0; *bytes], stride: *stride }).collect(),
            damaged: false,
        }
    }

    #[test]
    fn short_planes_are_refused() {
        let fault = |plane| Err(FrameFault::Plane { frame: 7, plane });
        assert_eq!(check(&frame(PixelLayout::Yuv420, 8, &[(5, 15), (3, 6), (3, 6)])), Ok(()));
        assert_eq!(check(&frame(PixelLayout::Yuv420, 8, &[(8, 21), (3, 6), (3, 6)])), Ok(()));
        assert_eq!(check(&frame(PixelLayout::Yuv420, 8, &[(8, 20), (3, 6), (3, 6)])), fault(0));
        assert_eq!(check(&frame(PixelLayout::Yuv420, 8, &[(5, 15), (3, 6)])), fault(2));
        assert_eq!(check(&frame(PixelLayout::Yuv422, 8, &[(5, 15), (3, 6), (3, 9)])), fault(1));
        assert_eq!(check(&frame(PixelLayout::Yuv444, 10, &[(10, 30), (10, 30), (11, 33)])), fault(2));
        assert_eq!(check(&frame(PixelLayout::Rgba, 8, &[(20, 60)])), Ok(()));
    }

    #[test]
    fn sizes_beyond_textures_are_refused() {
        let mut wide = frame(PixelLayout::Rgba, 8, &[]);
        wide.width = MAX_SIDE + 1;
        assert_eq!(check(&wide), Err(FrameFault::Size { frame: 7, width: MAX_SIDE + 1, height: 3 }));
    }
}
