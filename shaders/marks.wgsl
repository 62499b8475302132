// One code per pixel column: where something is marked, a bar of the code's colour.
#import lib/screen_triangle.wgsl
#import lib/color.wgsl

// Keep in step with `MarksUniform` in src/gpu/marks.rs.
struct Marks {
    // Clip space: left, top, right, bottom.
    rect: vec4f,
    // Gamma-encoded and premultiplied, for codes 1, 2 and 3.
    body: array<vec4f, 3>,
    // The same for the upper end.
    cap: array<vec4f, 3>,
    columns: f32,
    // Height of the rectangle and of the upper end, in pixels.
    height: f32,
    cap_height: f32,
    // Distance of stripes in pixels.
    stripe: f32,
    // Bits 0, 1 and 2: whether the body of codes 1, 2 and 3 is striped.
    striped: u32,
    pad_a: u32,
    pad_b: u32,
    pad_c: u32,
}

@group(0) @binding(0) var<uniform> marks: Marks;
// One row; 0 is nothing.
@group(0) @binding(1) var codes: texture_2d<u32>;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> Corner {
    return rect_corner(index, marks.rect);
}

@fragment
fn fs_main(corner: Corner) -> @location(0) vec4f {
    let column = min(u32(corner.place.x * marks.columns), u32(marks.columns) - 1u);
    let code = textureLoad(codes, vec2u(column, 0u), 0).x;
    if (code == 0u || code > 3u) {
        return vec4f(0.0);
    }
    let index = code - 1u;
    if (corner.place.y * marks.height < marks.cap_height) {
        return blended(marks.cap[index]);
    }
    let between = fract((corner.position.x + corner.position.y) / marks.stripe) >= 0.5;
    if (((marks.striped >> index) & 1u) == 1u && between) {
        return vec4f(0.0);
    }
    return blended(marks.body[index]);
}
