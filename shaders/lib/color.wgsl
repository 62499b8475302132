// Colour arithmetic shared by all shaders.

// Whether the target converts to sRGB by itself. The window's target normally does not (egui blends in
// gamma space); then colours go out as they are.
override target_is_linear: bool = false;

// The sRGB transfer function, backwards: gamma-encoded to linear light.
fn linear_from_gamma(gamma: vec3f) -> vec3f {
    let low = gamma / 12.92;
    let high = pow((max(gamma, vec3f(0.0)) + 0.055) / 1.055, vec3f(2.4));
    return select(high, low, gamma <= vec3f(0.04045));
}

// What to write so that the gamma-encoded opaque colour `rgb` shows.
fn shown(rgb: vec3f) -> vec4f {
    let inside = clamp(rgb, vec3f(0.0), vec3f(1.0));
    return vec4f(select(inside, linear_from_gamma(inside), target_is_linear), 1.0);
}

// What to write so that the gamma-encoded, premultiplied colour `color` blends as egui's own shapes do.
fn blended(color: vec4f) -> vec4f {
    return vec4f(select(color.rgb, linear_from_gamma(color.rgb), target_is_linear), color.a);
}
