// A grid of values over snippets and picks as colours. The program has binned the values; here each pixel finds the
// cells under it, so that the map stays in its place on the time axis while a newer grid is on its way.
#import lib/screen_triangle.wgsl
#import lib/color.wgsl

// Keep in step with `HeatMapUniform` in src/gpu/heat_map.rs.
struct HeatMap {
    // Clip space: left, top, right, bottom.
    rect: vec4f,
    // Gamma-encoded colours for shares 0, 1/8, … 1 of the largest value.
    stops: array<vec4f, 9>,
    // Stripes where nothing is known: their colour, and in w their distance in pixels.
    unknown: vec4f,
    // Ground of the stripes; in w what values are multiplied by.
    ground: vec4f,
    // First snippet of the grid, the one after its last, snippets of a cell, cells across.
    across: vec4u,
    // First pick of the grid, the one after its last, picks of a cell, cells down.
    down: vec4u,
    // How many pixel columns there are.
    columns: u32,
    pad_a: u32,
    pad_b: u32,
    pad_c: u32,
}

@group(0) @binding(0) var<uniform> map: HeatMap;
// One value per cell.
@group(0) @binding(1) var cells: texture_2d<f32>;
// One row: the snippets under each pixel column, end exclusive.
@group(0) @binding(2) var ranges: texture_2d<u32>;

// More cells under one pixel are not looked through: the grid is made for the pixels that there are.
const MOST: u32 = 64u;

@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> Corner {
    return rect_corner(index, map.rect);
}

@fragment
fn fs_main(corner: Corner) -> @location(0) vec4f {
    let column = min(u32(corner.place.x * f32(map.columns)), map.columns - 1u);
    let range = textureLoad(ranges, vec2u(column, 0u), 0).xy;
    let first = max(range.x, map.across.x);
    let end = min(range.y, map.across.y);
    if first >= end {
        let stripe = fract((corner.position.x + corner.position.y) / map.unknown.w) < 0.25;
        return shown(select(map.ground.rgb, map.unknown.rgb, stripe));
    }
    let picks = f32(map.down.y - map.down.x);
    let pick = min(u32(corner.place.y * picks), map.down.y - map.down.x - 1u);
    let row = min(pick / map.down.z, map.down.w - 1u);
    let left = (first - map.across.x) / map.across.z;
    let right = min((end - 1u - map.across.x) / map.across.z, map.across.w - 1u);
    var value = 0.0;
    for (var at = left; at <= min(right, left + MOST); at += 1u) {
        value = max(value, textureLoad(cells, vec2u(at, row), 0).x);
    }
    let place = clamp(value * map.ground.w, 0.0, 1.0) * 8.0;
    let below = min(u32(place), 7u);
    return shown(mix(map.stops[below].rgb, map.stops[below + 1u].rgb, place - f32(below)));
}
