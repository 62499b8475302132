// A rectangle of the target, drawn as a triangle strip of four vertices.
//
// The rectangle comes in clip space from the program instead of from the viewport: a viewport is cut
// off at the edge of the target, and a picture scrolled partly out of sight would be squeezed.

struct Corner {
    // Clip space.
    @builtin(position) position: vec4f,
    // (0, 0) at the upper left of the rectangle, (1, 1) at the lower right.
    @location(0) place: vec2f,
}

// `rect` is left, top, right, bottom in clip space.
fn rect_corner(index: u32, rect: vec4f) -> Corner {
    let place = vec2f(f32(index & 1u), f32(index >> 1u));
    var corner: Corner;
    corner.position = vec4f(mix(rect.xy, rect.zw, place), 0.0, 1.0);
    corner.place = place;
    return corner;
}
