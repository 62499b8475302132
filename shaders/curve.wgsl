// A long curve as one upright slice per pixel column, straight from its min/max pyramid: however many values
// lie under a column, its slice reaches from the smallest to the largest, so no peak is lost.
#import lib/color.wgsl

// Keep in step with `CurveUniform` in src/gpu/curve.rs.
struct Curve {
    // Clip space: left, top, right, bottom.
    rect: vec4f,
    // Gamma-encoded and premultiplied, as all colours here.
    line: vec4f,
    fill: vec4f,
    above: vec4f,
    // What a value is as a share of the height: value × slope + offset.
    slope: f32,
    offset: f32,
    // Pixels from the rectangle's top to share 1, and from there to share 0.
    top: f32,
    height: f32,
    // Half the width of the line in pixels; below zero there is none.
    half_line: f32,
    // From this share on the area is filled with `above`.
    level: f32,
    // 1: the area reaches down to share 0. 0: it reaches from the largest to the smallest value.
    grounded: f32,
    columns: u32,
    // Number of values in the pyramid.
    values: u32,
    pad_a: u32,
    pad_b: u32,
    pad_c: u32,
}

@group(0) @binding(0) var<uniform> curve: Curve;
// All levels of the pyramid behind each other, row by row: smallest and largest value of a run. Where the
// smallest is larger than the largest, nothing is known.
@group(0) @binding(1) var pyramid: texture_2d<f32>;
// One row: the values under each column, end exclusive; the same for all curves over one axis.
@group(0) @binding(2) var ranges: texture_2d<u32>;

struct Slice {
    // Clip space.
    @builtin(position) position: vec4f,
    // Pixels from the rectangle's top.
    @location(0) y: f32,
    // The same for the ends of the line and of the area.
    @location(1) @interpolate(flat) line: vec2f,
    @location(2) @interpolate(flat) area: vec2f,
    @location(3) @interpolate(flat) above_end: f32,
}

const NOTHING: vec2f = vec2f(3.0e38, -3.0e38);

fn run(index: u32) -> vec2f {
    let width = textureDimensions(pyramid).x;
    return textureLoad(pyramid, vec2u(index % width, index / width), 0).xy;
}

fn joined(a: vec2f, b: vec2f) -> vec2f {
    return vec2f(min(a.x, b.x), max(a.y, b.y));
}

// Smallest and largest of the values in `range`; as `Pyramid::extent`.
fn extent(range: vec2u) -> vec2f {
    var start = range.x;
    var end = min(range.y, curve.values);
    var found = NOTHING;
    var level = 0u;
    var length = curve.values;
    while (start < end) {
        if ((start & 1u) == 1u) {
            found = joined(found, run(level + start));
            start += 1u;
        }
        if ((end & 1u) == 1u && start < end) {
            end -= 1u;
            found = joined(found, run(level + end));
        }
        start = start >> 1u;
        end = end >> 1u;
        level += length;
        length = (length + 1u) >> 1u;
    }
    return found;
}

// What shows in a column, as shares of the height: smallest and largest.
fn shares(range: vec2u) -> vec2f {
    let found = extent(range);
    if (found.x > found.y) {
        return NOTHING;
    }
    let ends = clamp(found * curve.slope + curve.offset, vec2f(0.0), vec2f(1.0));
    return vec2f(min(ends.x, ends.y), max(ends.x, ends.y));
}

fn range_of(column: u32) -> vec2u {
    return textureLoad(ranges, vec2u(column, 0u), 0).xy;
}

@vertex
fn vs_main(@builtin(vertex_index) corner: u32, @builtin(instance_index) column: u32) -> Slice {
    var slice: Slice;
    let here = shares(range_of(column));
    if (here.x > here.y) {
        // All corners in one place: nothing is drawn.
        slice.position = vec4f(2.0, 2.0, 0.0, 1.0);
        return slice;
    }
    // A step between neighbours that do not overlap is joined by an upright line.
    var lowest = here.x;
    var highest = here.y;
    if (column > 0u) {
        let before = shares(range_of(column - 1u));
        if (before.x <= before.y) {
            lowest = min(lowest, before.y);
            highest = max(highest, before.x);
        }
    }
    let place = vec2f(f32(column + (corner & 1u)) / f32(curve.columns), f32(corner >> 1u));
    slice.position = vec4f(mix(curve.rect.xy, curve.rect.zw, place), 0.0, 1.0);
    slice.y = place.y * (curve.top * 2.0 + curve.height);
    let bottom = curve.top + curve.height;
    slice.line = bottom - vec2f(highest, lowest) * curve.height + vec2f(-curve.half_line, curve.half_line);
    slice.area = bottom - vec2f(here.y, here.x * (1.0 - curve.grounded)) * curve.height;
    slice.above_end = bottom - curve.level * curve.height;
    return slice;
}

// How much of the pixel around `y` lies between `ends`.
fn cover(y: f32, ends: vec2f) -> f32 {
    return clamp(min(ends.y, y + 0.5) - max(ends.x, y - 0.5), 0.0, 1.0);
}

fn over(ground: vec4f, ink: vec4f) -> vec4f {
    return ink + ground * (1.0 - ink.a);
}

@fragment
fn fs_main(slice: Slice) -> @location(0) vec4f {
    var out = curve.fill * cover(slice.y, slice.area);
    out = over(out, curve.above * cover(slice.y, vec2f(slice.area.x, slice.above_end)));
    out = over(out, curve.line * cover(slice.y, slice.line));
    return blended(out);
}
