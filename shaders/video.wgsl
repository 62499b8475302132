// A decoded frame: planes to RGB, turned upright, scaled to its rectangle.
#import lib/screen_triangle.wgsl
#import lib/color.wgsl

// Keep in step with `VideoUniform` in src/gpu/video.rs.
struct Video {
    // Clip space: left, top, right, bottom.
    rect: vec4f,
    // Rows of the affine map from samples (y, u, v, 1) to gamma-encoded R, G, B.
    to_red: vec4f,
    to_green: vec4f,
    to_blue: vec4f,
    // Rotation: stored place = mat2(turn.xy, turn.zw) * (place - 1/2) + 1/2, both 0 to 1.
    turn: vec4f,
    // Chroma texel = luma texel * chroma.xy + chroma.zw: subsampling and siting.
    chroma: vec4f,
    // Brightness (added), contrast (around mid grey), 1 / gamma; w is unused.
    adjust: vec4f,
    // x: 1 when plane 0 holds RGBA. y: rows, 0 as they are, 1 blended, 2 the even ones only, 3 the odd ones.
    kind: vec4u,
}

const ROWS_EVEN: u32 = 2u;


@group(0) @binding(0) var<uniform> video: Video;

// 8 bits per sample: the sampler interpolates.
@group(1) @binding(0) var smooth_sampler: sampler;
@group(1) @binding(1) var plane_y: texture_2d<f32>;
@group(1) @binding(2) var plane_u: texture_2d<f32>;
@group(1) @binding(3) var plane_v: texture_2d<f32>;

// 9 to 16 bits per sample: whole numbers, interpolated here. 16-bit normalised textures are an optional
// feature of the GPU, and splitting samples into two 8-bit channels fails on drivers that round after
// interpolating.
@group(1) @binding(4) var deep_y: texture_2d<u32>;
@group(1) @binding(5) var deep_u: texture_2d<u32>;
@group(1) @binding(6) var deep_v: texture_2d<u32>;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> Corner {
    return rect_corner(index, video.rect);
}

// Place in the stored picture, 0 to 1, for a place in the upright picture.
fn stored_place(place: vec2f) -> vec2f {
    return mat2x2f(video.turn.xy, video.turn.zw) * (place - 0.5) + 0.5;
}

fn rgb_of(yuv: vec3f) -> vec3f {
    let codes = vec4f(yuv, 1.0);
    return vec3f(dot(video.to_red, codes), dot(video.to_green, codes), dot(video.to_blue, codes));
}

// How many samples to average along one axis, so that a large frame shown small does not shimmer.
// Interpolation alone covers two texels.
fn taps_for(texels_per_pixel: f32) -> i32 {
    return clamp(i32(ceil(texels_per_pixel * 0.5 - 0.01)), 1, 4);
}

// Where to sample for one place of a picture whose even and odd rows show two moments: two heights in
// samples, and the share of the second.
fn rows_for(y: f32, height: f32) -> vec3f {
    if video.kind.y < ROWS_EVEN {
        // A row and its neighbours, 1/4, 1/2, 1/4: two samples half way between rows are just that.
        return vec3f(y - 0.5, y + 0.5, 0.5);
    }
    let parity = f32(video.kind.y - ROWS_EVEN);
    let field = (y - 0.5 - parity) * 0.5;
    let above = floor(field) * 2.0 + parity;
    let below = above + 2.0;
    // Before the first and after the last row of the field there is none to mix in.
    let first = select(above, below, above < 0.0);
    let second = select(below, above, below > height - 1.0 && above >= 0.0);
    return vec3f(first + 0.5, second + 0.5, field - floor(field));
}

fn smooth_sample(plane: texture_2d<f32>, texel: vec2f) -> vec4f {
    let size = vec2f(textureDimensions(plane));
    if video.kind.y == 0u {
        return textureSampleLevel(plane, smooth_sampler, texel / size, 0.0);
    }
    let rows = rows_for(texel.y, size.y);
    let first = textureSampleLevel(plane, smooth_sampler, vec2f(texel.x, rows.x) / size, 0.0);
    let second = textureSampleLevel(plane, smooth_sampler, vec2f(texel.x, rows.y) / size, 0.0);
    return mix(first, second, rows.z);
}

fn color_8(texel: vec2f) -> vec3f {
    let first = smooth_sample(plane_y, texel);
    if video.kind.x == 1u {
        return first.rgb;
    }
    let place = texel * video.chroma.xy + video.chroma.zw;
    return rgb_of(vec3f(first.r, smooth_sample(plane_u, place).r, smooth_sample(plane_v, place).r));
}

// Bilinear, edges repeated, as the sampler does it.
fn deep_smooth(plane: texture_2d<u32>, texel: vec2f) -> f32 {
    let last = vec2i(textureDimensions(plane)) - 1;
    let at = texel - 0.5;
    let base = vec2i(floor(at));
    let part = at - floor(at);
    let low = clamp(base, vec2i(0), last);
    let high = clamp(base + 1, vec2i(0), last);
    let a = f32(textureLoad(plane, vec2i(low.x, low.y), 0).r);
    let b = f32(textureLoad(plane, vec2i(high.x, low.y), 0).r);
    let c = f32(textureLoad(plane, vec2i(low.x, high.y), 0).r);
    let d = f32(textureLoad(plane, vec2i(high.x, high.y), 0).r);
    return mix(mix(a, b, part.x), mix(c, d, part.x), part.y);
}

fn deep_sample(plane: texture_2d<u32>, texel: vec2f) -> f32 {
    if video.kind.y == 0u {
        return deep_smooth(plane, texel);
    }
    let rows = rows_for(texel.y, f32(textureDimensions(plane).y));
    return mix(deep_smooth(plane, vec2f(texel.x, rows.x)), deep_smooth(plane, vec2f(texel.x, rows.y)), rows.z);
}

fn color_16(texel: vec2f) -> vec3f {
    let chroma = texel * video.chroma.xy + video.chroma.zw;
    return rgb_of(vec3f(deep_sample(deep_y, texel), deep_sample(deep_u, chroma), deep_sample(deep_v, chroma)));
}

// The light that the person chose, on gamma-encoded colours.
fn adjusted(rgb: vec3f) -> vec3f {
    let lit = (rgb - 0.5) * video.adjust.y + 0.5 + video.adjust.x;
    let curved = pow(max(lit, vec3f(0.0)), vec3f(video.adjust.z));
    return select(curved, lit, video.adjust.z == 1.0);
}

@fragment
fn fs_8bit(corner: Corner) -> @location(0) vec4f {
    let texel = stored_place(corner.place) * vec2f(textureDimensions(plane_y));
    let across = dpdx(texel);
    let down = dpdy(texel);
    let taps = vec2i(taps_for(length(across)), taps_for(length(down)));
    var sum = vec3f(0.0);
    for (var j = 0; j < taps.y; j++) {
        for (var i = 0; i < taps.x; i++) {
            let offset = (vec2f(f32(i), f32(j)) + 0.5) / vec2f(taps) - 0.5;
            sum += color_8(texel + across * offset.x + down * offset.y);
        }
    }
    return shown(adjusted(sum / f32(taps.x * taps.y)));
}

@fragment
fn fs_16bit(corner: Corner) -> @location(0) vec4f {
    let texel = stored_place(corner.place) * vec2f(textureDimensions(deep_y));
    let across = dpdx(texel);
    let down = dpdy(texel);
    let taps = vec2i(taps_for(length(across)), taps_for(length(down)));
    var sum = vec3f(0.0);
    for (var j = 0; j < taps.y; j++) {
        for (var i = 0; i < taps.x; i++) {
            let offset = (vec2f(f32(i), f32(j)) + 0.5) / vec2f(taps) - 0.5;
            sum += color_16(texel + across * offset.x + down * offset.y);
        }
    }
    return shown(adjusted(sum / f32(taps.x * taps.y)));
}
