//! What all pipelines share.
//!
//! Owns the making of a pipeline that draws strips of triangles, its uniform buffer, the writing of textures,
//! and the way from points and colours on the screen to what shaders take.

use egui_wgpu::ScreenDescriptor;

use super::shader;

/// The largest side of a texture on every GPU that the window can run on.
pub const MAX_SIDE: usize = 8192;

/// Layout of bind group 0: one uniform, seen by both stages.
pub fn uniform_layout(device: &wgpu::Device, extra: &[wgpu::BindGroupLayoutEntry]) -> wgpu::BindGroupLayout {
    let mut entries = vec![wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: None,
        },
        count: None,
    }];
    entries.extend_from_slice(extra);
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some("uniform"), entries: &entries })
}

/// A texture of a bind group layout, seen by both stages.
pub fn texture_entry(binding: u32, sample_type: wgpu::TextureSampleType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty: wgpu::BindingType::Texture {
            sample_type,
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        },
        count: None,
    }
}

/// A texture to be written from memory and read by a shader.
pub fn texture(
    device: &wgpu::Device,
    label: &str,
    (width, height): (usize, usize),
    format: wgpu::TextureFormat,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: wgpu::Extent3d { width: width as u32, height: height as u32, depth_or_array_layers: 1 },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

/// A uniform buffer of `size` bytes, and the group of `layout` that binds it first and `textures` behind it.
pub fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    label: &str,
    size: usize,
    textures: &[&wgpu::Texture],
) -> (wgpu::Buffer, wgpu::BindGroup) {
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: size as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let views: Vec<_> = textures.iter().map(|t| t.create_view(&wgpu::TextureViewDescriptor::default())).collect();
    let views = views.iter().map(wgpu::BindingResource::TextureView);
    let resources = std::iter::once(buffer.as_entire_binding()).chain(views);
    let entries: Vec<_> =
        resources.zip(0..).map(|(resource, binding)| wgpu::BindGroupEntry { binding, resource }).collect();
    let group = device.create_bind_group(&wgpu::BindGroupDescriptor { label: Some(label), layout, entries: &entries });
    (buffer, group)
}

/// Replaces all of a texture. `data` holds rows `stride` bytes apart.
pub fn write_texture(queue: &wgpu::Queue, texture: &wgpu::Texture, data: &[u8], stride: usize) {
    queue.write_texture(
        texture.as_image_copy(),
        data,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(stride as u32), rows_per_image: None },
        texture.size(),
    );
}

/// Replaces the first `count` texels of a texture of one row.
pub fn write_row(queue: &wgpu::Queue, texture: &wgpu::Texture, data: &[u8], count: usize) {
    queue.write_texture(
        texture.as_image_copy(),
        data,
        wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: None, rows_per_image: None },
        wgpu::Extent3d { width: count as u32, height: 1, depth_or_array_layers: 1 },
    );
}

/// A pipeline that draws the rectangle of `shaders/{file}` with `fragment`, opaque, into egui's render pass.
pub fn rectangle(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    file: &str,
    fragment: &str,
    layouts: &[Option<&wgpu::BindGroupLayout>],
) -> wgpu::RenderPipeline {
    strips(device, format, None, file, fragment, layouts)
}

/// The same for premultiplied colours that let through what is below, as egui's own shapes do.
pub fn translucent(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    file: &str,
    fragment: &str,
    layouts: &[Option<&wgpu::BindGroupLayout>],
) -> wgpu::RenderPipeline {
    strips(device, format, Some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING), file, fragment, layouts)
}

fn strips(
    device: &wgpu::Device,
    format: wgpu::TextureFormat,
    blend: Option<wgpu::BlendState>,
    file: &str,
    fragment: &str,
    layouts: &[Option<&wgpu::BindGroupLayout>],
) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(file),
        source: wgpu::ShaderSource::Wgsl(shader::source(file).into()),
    });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(file),
        bind_group_layouts: layouts,
        immediate_size: 0,
    });
    let constants = [("target_is_linear", f64::from(u8::from(format.is_srgb())))];
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(fragment),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vs_main"),
            buffers: &[],
            compilation_options: wgpu::PipelineCompilationOptions::default(),
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..wgpu::PrimitiveState::default()
        },
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some(fragment),
            targets: &[Some(wgpu::ColorTargetState { format, blend, write_mask: wgpu::ColorWrites::ALL })],
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &constants,
                ..wgpu::PipelineCompilationOptions::default()
            },
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// `rect` as left, top, right, bottom in clip space. It may reach beyond the target.
pub fn clip_space(rect: egui::Rect, screen: &ScreenDescriptor) -> [f32; 4] {
    let [width, height] = screen.size_in_pixels.map(|side| side.max(1) as f32);
    let x = |points: f32| points * screen.pixels_per_point / width * 2.0 - 1.0;
    let y = |points: f32| 1.0 - points * screen.pixels_per_point / height * 2.0;
    [x(rect.left()), y(rect.top()), x(rect.right()), y(rect.bottom())]
}

/// A colour as shaders blend it: premultiplied and gamma-encoded, 0..=1.
pub fn premultiplied(color: egui::Color32) -> [f32; 4] {
    color.to_array().map(|v| f32::from(v) / 255.0)
}

/// Undoes egui's own viewport, which is cut off at the edges of the target; the scissor stays as it is.
pub fn whole_target(pass: &mut wgpu::RenderPass<'static>, info: &egui::PaintCallbackInfo) {
    let [width, height] = info.screen_size_px.map(|side| side as f32);
    pass.set_viewport(0.0, 0.0, width, height, 0.0, 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clip_space_reaches_beyond_the_target() {
        let screen = ScreenDescriptor { size_in_pixels: [200, 100], pixels_per_point: 2.0 };
        let rect = egui::Rect::from_min_max(egui::pos2(-50.0, 0.0), egui::pos2(50.0, 100.0));
        assert_eq!(clip_space(rect, &screen), [-2.0, 1.0, 0.0, -3.0]);
    }
}
