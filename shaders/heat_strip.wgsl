// One value per column of the strip, as a colour between stops. The program has already taken the
// largest value under each column, so a single high snippet in hours of footage keeps its column.
#import lib/screen_triangle.wgsl
#import lib/color.wgsl

// Keep in step with `HeatUniform` in src/gpu/heat_strip.rs.
struct Heat {
    // Clip space: left, top, right, bottom.
    rect: vec4f,
    // Gamma-encoded colours for values 0, 1/4, 1/2, 3/4 and 1.
    stops: array<vec4f, 5>,
    // Stripes where nothing is known: their colour, and in w their distance in pixels.
    unknown: vec4f,
}

@group(0) @binding(0) var<uniform> heat: Heat;
// One row; below zero means not known.
@group(0) @binding(1) var columns: texture_2d<f32>;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> Corner {
    return rect_corner(index, heat.rect);
}

@fragment
fn fs_main(corner: Corner) -> @location(0) vec4f {
    let count = textureDimensions(columns).x;
    let column = min(u32(corner.place.x * f32(count)), count - 1u);
    let value = textureLoad(columns, vec2u(column, 0u), 0).x;
    if value < 0.0 {
        let stripe = fract((corner.position.x + corner.position.y) / heat.unknown.w) < 0.25;
        return shown(select(heat.stops[0].rgb, heat.unknown.rgb, stripe));
    }
    let at = clamp(value, 0.0, 1.0) * 4.0;
    let below = min(u32(at), 3u);
    return shown(mix(heat.stops[below].rgb, heat.stops[below + 1u].rgb, at - f32(below)));
}
