//! The shaders: each is valid, and what they draw is what the arithmetic on the CPU says.
//!
//! Pictures are drawn through egui's renderer and our own pipelines on the software rasteriser.

use std::sync::Arc;

use egui::{Color32, LayerId, Rect, Shape, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state, default_wgpu_setup};
use image::RgbaImage;
use lookback::domain::attention_grid::AttentionGrid;
use lookback::domain::color::rgb_of;
use lookback::domain::frame::{ColorMatrix, ColorRange, Frame, PixelLayout, Plane, Rotation};
use lookback::domain::pyramid::Pyramid;
use lookback::domain::still;
use lookback::domain::time::MediaTime;
use lookback::domain::viridis::viridis;
use lookback::gpu::curve::{Curve, CurveInk, CurveScale, curve};
use lookback::gpu::heat_map::{UnknownInk, heat_map};
use lookback::gpu::heat_strip::{HeatColors, UNKNOWN, heat_strip};
use lookback::gpu::marks::{MarkInk, marks};
use lookback::gpu::video::{Look, Rows, picture, picture_as};
use lookback::gpu::{Gpu, shader};
use wgpu::naga;

/// Side of one patch of colour, in pixels; large enough that its middle is free of its neighbours.
const PATCH: usize = 16;
const COLUMNS: usize = 5;
const ROWS: usize = 4;
const SIZE: (usize, usize) = (COLUMNS * PATCH, ROWS * PATCH);

/// 20 colours as 8-bit codes: black, white, greys, primaries, skin, and some beyond what RGB can hold.
const COLORS: [[u16; 3]; COLUMNS * ROWS] = [
    [16, 128, 128],
    [235, 128, 128],
    [126, 128, 128],
    [60, 128, 128],
    [81, 90, 240],
    [145, 54, 34],
    [41, 240, 110],
    [210, 16, 146],
    [170, 166, 16],
    [106, 202, 222],
    [150, 110, 152],
    [90, 120, 140],
    [180, 118, 122],
    [50, 140, 120],
    [128, 160, 100],
    [100, 100, 170],
    [16, 200, 60],
    [235, 60, 200],
    [0, 0, 0],
    [255, 255, 255],
];

fn frame(layout: PixelLayout, bits: u32, matrix: ColorMatrix, range: ColorRange) -> Frame {
    let shift = bits - 8;
    let code = |column: usize, row: usize, channel: usize| COLORS[row * COLUMNS + column][channel] << shift;
    let plane = |channel: usize, (width, height): (usize, usize)| {
        // Rows are padded, as decoders pad them.
        let stride = (width + 3) * if bits > 8 { 2 } else { 1 };
        let mut data = vec![0xAA; stride * height];
        for y in 0..height {
            for x in 0..width {
                let value = code(x * COLUMNS / width, y * ROWS / height, channel);
                if bits > 8 {
                    data[y * stride + x * 2..][..2].copy_from_slice(&value.to_le_bytes());
                } else {
                    data[y * stride + x] = u8::try_from(value).expect("is an 8-bit code");
                }
            }
        }
        Plane { data, stride }
    };
    let chroma = layout.chroma_size(SIZE.0, SIZE.1);
    Frame {
        number: 0,
        time: MediaTime::ZERO,
        width: SIZE.0,
        height: SIZE.1,
        layout,
        bits,
        matrix,
        range,
        rotation: Rotation::None,
        pixel_aspect: 1.0,
        planes: vec![plane(0, SIZE), plane(1, chroma), plane(2, chroma)],
        damaged: false,
    }
}

/// Red, green, blue and white quarters: upper left, upper right, lower left, lower right.
fn quarters(rotation: Rotation) -> Frame {
    let colors = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255, 255, 255, 255]];
    let (width, height) = (40, 20);
    let mut data = Vec::new();
    for y in 0..height {
        for x in 0..width {
            data.extend_from_slice(&colors[y * 2 / height * 2 + x * 2 / width]);
        }
    }
    Frame {
        width,
        height,
        layout: PixelLayout::Rgba,
        bits: 8,
        rotation,
        planes: vec![Plane { data, stride: width * 4 }],
        ..frame(PixelLayout::Yuv444, 8, ColorMatrix::Bt709, ColorRange::Full)
    }
}

/// Draws the shapes of its state at their places in points, on black.
fn stage() -> Harness<'static, Vec<Shape>> {
    let state = create_render_state(default_wgpu_setup(), egui_wgpu::RendererOptions::PREDICTABLE);
    Gpu::install(&state);
    Harness::builder()
        .with_size(vec2(120.0, 100.0))
        .with_render_cursor(false)
        .renderer(WgpuTestRenderer::from_render_state(state))
        .build_ui_state(
            |ui, shapes: &mut Vec<Shape>| {
                let painter = ui.ctx().layer_painter(LayerId::background());
                painter.rect_filled(Rect::EVERYTHING, 0, Color32::BLACK);
                painter.extend(shapes.iter().cloned());
            },
            Vec::new(),
        )
}

fn drawn(stage: &mut Harness<'_, Vec<Shape>>, shapes: Vec<Shape>) -> RgbaImage {
    *stage.state_mut() = shapes;
    stage.step();
    stage.render().expect("draws")
}

fn at(picture: &RgbaImage, x: usize, y: usize) -> [u8; 3] {
    let [r, g, b, _] = picture.get_pixel(x as u32, y as u32).0;
    [r, g, b]
}

fn near(a: [u8; 3], b: [u8; 3], off: u8) -> bool {
    a.iter().zip(b).all(|(a, b)| a.abs_diff(b) <= off)
}

#[test]
fn every_shader_is_valid() {
    for (name, _) in shader::FILES.iter().filter(|(name, _)| !name.starts_with("lib/")) {
        let source = shader::source(name);
        let module = naga::front::wgsl::parse_str(&source)
            .unwrap_or_else(|err| panic!("{name}: {}", err.emit_to_string(&source)));
        let mut validator =
            naga::valid::Validator::new(naga::valid::ValidationFlags::all(), naga::valid::Capabilities::all());
        validator.validate(&module).unwrap_or_else(|err| panic!("{name}: {}", err.emit_to_string(&source)));
    }
}

#[test]
fn every_file_of_the_folder_is_known() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders");
    for (folder, prefix) in [(root.clone(), ""), (root.join("lib"), "lib/")] {
        for entry in std::fs::read_dir(folder).expect("is there") {
            let entry = entry.expect("can be read");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let is_shader = entry.path().extension().is_some_and(|end| end == "wgsl");
            assert!(
                !is_shader || shader::FILES.iter().any(|(known, _)| *known == name),
                "{name} is not in shader::FILES"
            );
        }
    }
}

#[test]
fn colours_agree_with_the_arithmetic() {
    let mut stage = stage();
    let area = Rect::from_min_size(pos2(10.0, 10.0), vec2(SIZE.0 as f32, SIZE.1 as f32));
    for matrix in [ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020] {
        for range in [ColorRange::Limited, ColorRange::Full] {
            for layout in [PixelLayout::Yuv420, PixelLayout::Yuv422, PixelLayout::Yuv444] {
                for bits in [8, 10] {
                    let frame = Arc::new(frame(layout, bits, matrix, range));
                    let shape = picture(area, 0, frame).expect("can be drawn");
                    let picture = drawn(&mut stage, vec![shape]);
                    for (i, codes) in COLORS.iter().enumerate() {
                        let wanted = rgb_of(codes.map(|c| c << (bits - 8)), matrix, range, bits)
                            .map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
                        let (x, y) = (i % COLUMNS * PATCH + PATCH / 2, i / COLUMNS * PATCH + PATCH / 2);
                        let found = at(&picture, 10 + x, 10 + y);
                        assert!(
                            near(found, wanted, 1),
                            "{matrix:?} {range:?} {layout:?} {bits} bits {codes:?}: {found:?} for {wanted:?}"
                        );
                    }
                }
            }
        }
    }
}

/// Light is arithmetic on the colours that would be shown without it.
#[test]
fn light_agrees_with_the_arithmetic() {
    let mut stage = stage();
    let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE.0 as f32, SIZE.1 as f32));
    for bits in [8, 10] {
        for (brightness, contrast, gamma) in [(0.0, 1.0, 1.0), (0.2, 1.0, 1.0), (0.0, 2.0, 1.0), (-0.1, 0.5, 2.2)] {
            let look = Look { brightness, contrast, gamma, rows: Rows::AsStored };
            let frame = frame(PixelLayout::Yuv444, bits, ColorMatrix::Bt709, ColorRange::Limited);
            let picture = drawn(&mut stage, vec![picture_as(area, 0, Arc::new(frame), look).expect("can be drawn")]);
            for (i, codes) in COLORS.iter().enumerate() {
                let rgb = rgb_of(codes.map(|c| c << (bits - 8)), ColorMatrix::Bt709, ColorRange::Limited, bits);
                let wanted = rgb.map(|v| {
                    let lit = (v - 0.5) * f64::from(contrast) + 0.5 + f64::from(brightness);
                    (lit.max(0.0).powf(1.0 / f64::from(gamma)).clamp(0.0, 1.0) * 255.0).round() as u8
                });
                let (x, y) = (i % COLUMNS * PATCH + PATCH / 2, i / COLUMNS * PATCH + PATCH / 2);
                assert!(near(at(&picture, x, y), wanted, 1), "{look:?} {codes:?}: {:?} {wanted:?}", at(&picture, x, y));
            }
        }
    }
}

/// A comb of two moments, black in the even rows and white in the odd ones.
#[test]
fn deinterlacing_shows_one_moment_or_their_mean() {
    let mut stage = stage();
    for bits in [8, 10] {
        let mut comb = frame(PixelLayout::Yuv444, bits, ColorMatrix::Bt709, ColorRange::Full);
        for (i, plane) in comb.planes.iter_mut().enumerate() {
            let stride = plane.stride;
            let (neutral, top) = (128_u16 << (bits - 8), (1_u16 << bits) - 1);
            for (y, row) in plane.data.chunks_exact_mut(stride).enumerate() {
                let value = if i > 0 {
                    neutral
                } else if y % 2 == 1 {
                    top
                } else {
                    0
                };
                let bytes = value.to_le_bytes();
                row.iter_mut().enumerate().for_each(|(x, b)| *b = if bits > 8 { bytes[x % 2] } else { bytes[0] });
            }
        }
        let comb = Arc::new(comb);
        let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE.0 as f32, SIZE.1 as f32));
        for (rows, wanted) in
            [(Rows::Even, [0, 0]), (Rows::Odd, [255, 255]), (Rows::Blended, [128, 128]), (Rows::AsStored, [0, 255])]
        {
            let look = Look { rows, ..Look::default() };
            let shape = picture_as(area, 0, Arc::clone(&comb), look).expect("can be drawn");
            let picture = drawn(&mut stage, vec![shape]);
            // Blending has only one neighbour at the edges.
            let inner = if rows == Rows::Blended { 1..SIZE.1 - 1 } else { 0..SIZE.1 };
            for y in inner {
                assert!(
                    near(at(&picture, 40, y), [wanted[y % 2]; 3], 2),
                    "{rows:?} {bits} {y}: {:?}",
                    at(&picture, 40, y)
                );
            }
        }
    }
}

/// What is kept as a snapshot is what the screen shows at full size, to the rounding of one code.
#[test]
fn a_snapshot_is_what_is_drawn() {
    let mut stage = stage();
    let mut compare = |frame: Frame| {
        let kept = still::upright(&frame).expect("is whole");
        let area = Rect::from_min_size(pos2(2.0, 3.0), vec2(kept.width as f32, kept.height as f32));
        let what = format!("{:?} {} bits {:?} {}", frame.layout, frame.bits, frame.rotation, frame.pixel_aspect);
        let drawn = drawn(&mut stage, vec![picture(area, 0, Arc::new(frame)).expect("can be drawn")]);
        for (i, wanted) in kept.data.chunks_exact(3).enumerate() {
            let (x, y) = (i % kept.width, i / kept.width);
            let found = at(&drawn, x + 2, y + 3);
            assert!(near(found, [wanted[0], wanted[1], wanted[2]], 2), "{what} at {x}, {y}: {found:?} {wanted:?}");
        }
    };
    for layout in [PixelLayout::Yuv420, PixelLayout::Yuv422, PixelLayout::Yuv444] {
        for bits in [8, 10] {
            compare(frame(layout, bits, ColorMatrix::Bt709, ColorRange::Limited));
        }
    }
    for rotation in [Rotation::None, Rotation::Clockwise90, Rotation::Half, Rotation::Clockwise270] {
        compare(Frame { rotation, ..frame(PixelLayout::Yuv420, 8, ColorMatrix::Bt601, ColorRange::Full) });
        compare(quarters(rotation));
    }
    let stored = frame(PixelLayout::Yuv420, 8, ColorMatrix::Bt601, ColorRange::Limited);
    compare(Frame { pixel_aspect: 1.25, ..stored });
}

/// Chroma of 4:2:0 sits on the left one of two pixels: a step between two chroma samples lies half way
/// between the pixels that they sit on, a pixel and a half after the first, not two.
#[test]
fn chroma_sits_on_the_left() {
    let mut stage = stage();
    let mut frame = frame(PixelLayout::Yuv420, 10, ColorMatrix::Bt709, ColorRange::Full);
    let flat = |size: (usize, usize), value: &dyn Fn(usize) -> u16| Plane {
        data: (0..size.1).flat_map(|_| (0..size.0).flat_map(|x| value(x).to_le_bytes())).collect(),
        stride: size.0 * 2,
    };
    let chroma = frame.layout.chroma_size(SIZE.0, SIZE.1);
    frame.planes =
        vec![flat(SIZE, &|_| 512), flat(chroma, &|_| 512), flat(chroma, &|x| if x < 20 { 400 } else { 600 })];
    let shape =
        picture(Rect::from_min_size(pos2(0.0, 0.0), vec2(80.0, 64.0)), 0, Arc::new(frame)).expect("can be drawn");
    let picture = drawn(&mut stage, vec![shape]);
    // Samples 19 and 20 sit on pixels 38 and 40; pixel 39 is the mean, its neighbours are the samples.
    for (x, code) in [(37, 400), (38, 400), (39, 500), (40, 600), (41, 600)] {
        let wanted = rgb_of([512, 512, code], ColorMatrix::Bt709, ColorRange::Full, 10);
        let wanted = wanted.map(|v| (v.clamp(0.0, 1.0) * 255.0).round() as u8);
        assert!(near(at(&picture, x, 30), wanted, 1), "{x}: {:?} for {wanted:?}", at(&picture, x, 30));
    }
}

#[test]
fn rotation_makes_upright() {
    const RED: [u8; 3] = [255, 0, 0];
    const GREEN: [u8; 3] = [0, 255, 0];
    const BLUE: [u8; 3] = [0, 0, 255];
    const WHITE: [u8; 3] = [255; 3];
    let mut stage = stage();
    for (rotation, wanted) in [
        (Rotation::None, [RED, GREEN, BLUE, WHITE]),
        (Rotation::Clockwise90, [BLUE, RED, WHITE, GREEN]),
        (Rotation::Half, [WHITE, BLUE, GREEN, RED]),
        (Rotation::Clockwise270, [GREEN, WHITE, RED, BLUE]),
    ] {
        let frame = quarters(rotation);
        let (width, height) = frame.display_size();
        let area = Rect::from_min_size(pos2(20.0, 20.0), vec2(width as f32, height as f32));
        let picture = drawn(&mut stage, vec![picture(area, 0, Arc::new(frame)).expect("can be drawn")]);
        let (w, h) = (width as usize, height as usize);
        let corners =
            [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(x, y)| at(&picture, 20 + w / 4 + x * w / 2, 20 + h / 4 + y * h / 2));
        assert_eq!(corners, wanted, "{rotation:?}");
        assert_eq!(at(&picture, 18, 25), [0; 3], "nothing is drawn outside");
    }
}

#[test]
fn a_picture_partly_outside_is_cut_not_squeezed() {
    let mut stage = stage();
    // Four times the window; its upper left quarter ends at (40, 30).
    let area = Rect::from_min_max(pos2(-160.0, -70.0), pos2(240.0, 130.0));
    let picture = drawn(&mut stage, vec![picture(area, 0, Arc::new(quarters(Rotation::None))).expect("can be drawn")]);
    for (x, y, wanted) in [(20, 10, [255, 0, 0]), (60, 10, [0, 255, 0]), (20, 60, [0, 0, 255]), (60, 60, [255; 3])] {
        assert_eq!(at(&picture, x, y), wanted, "at {x}, {y}");
    }
}

#[test]
fn slots_do_not_mix_and_new_frames_replace_old_ones() {
    let mut stage = stage();
    let area = |x: f32| Rect::from_min_size(pos2(x, 0.0), vec2(40.0, 20.0));
    let shape = |x, slot, rotation| picture(area(x), slot, Arc::new(quarters(rotation))).expect("can be drawn");
    let both = drawn(&mut stage, vec![shape(0.0, 0, Rotation::None), shape(50.0, 1, Rotation::None)]);
    assert_eq!((at(&both, 5, 5), at(&both, 55, 5)), ([255, 0, 0], [255, 0, 0]));
    let mut other = quarters(Rotation::None);
    other.planes[0].data.fill(200);
    let changed = picture(area(50.0), 1, Arc::new(other)).expect("can be drawn");
    let both = drawn(&mut stage, vec![shape(0.0, 0, Rotation::None), changed]);
    assert_eq!((at(&both, 5, 5), at(&both, 55, 5)), ([255, 0, 0], [200; 3]));
}

#[test]
fn a_strip_shows_each_column_in_its_colour() {
    let mut stage = stage();
    let grey = |v| Color32::from_gray(v);
    let colors = HeatColors { stops: [0, 64, 128, 192, 255].map(grey), unknown: Color32::RED };
    let columns: Arc<[f32]> = [0.0, 0.125, 0.5, 1.0, 7.0, UNKNOWN].into();
    let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(60.0, 16.0));
    let picture = drawn(&mut stage, vec![heat_strip(area, 0, columns, colors)]);
    for (column, wanted) in [0, 32, 128, 255, 255].into_iter().enumerate() {
        assert!(near(at(&picture, column * 10 + 5, 8), [wanted; 3], 1), "{column}");
    }
    let stripes =
        (50..60).flat_map(|x| (0..16).map(move |y| (x, y))).filter(|(x, y)| at(&picture, *x, *y) == [255, 0, 0]);
    let share = stripes.count() as f32 / 160.0;
    assert!((0.15..0.35).contains(&share), "{share}");
}

#[test]
fn a_heat_map_shows_each_cell_in_its_colour_and_stripes_what_it_has_not() {
    let mut stage = stage();
    // Snippets 10 to 13 in cells of two, picks 5 to 7 in cells of one.
    let grid = AttentionGrid {
        snippets: 10..14,
        width: 2,
        picks: 5..8,
        height: 1,
        values: vec![0.0, 0.5, 0.25, 0.1, 0.5, 0.0],
        peak: 0.5,
    };
    // Six columns of ten pixels: one before the grid, one for each snippet, one over the last cell and beyond.
    let columns: Vec<[u32; 2]> = (0..60).map(|x| [x / 10 + 9, x / 10 + if x < 50 { 10 } else { 20 }]).collect();
    let area = Rect::from_min_size(pos2(0.0, 0.0), vec2(60.0, 30.0));
    let ink = UnknownInk { ground: Color32::BLACK, stripe: Color32::RED };
    let picture = drawn(&mut stage, vec![heat_map(area, Arc::new(grid.clone()), columns.into(), ink)]);
    for row in 0..3 {
        for (x, snippet) in [(15, 10), (25, 11), (35, 12), (45, 13)] {
            let (_, _, value) = grid.cell(snippet, 5 + row).expect("is in the grid");
            let wanted = viridis(value / grid.peak);
            assert!(near(at(&picture, x, row * 10 + 5), wanted, 2), "snippet {snippet}, row {row}");
        }
    }
    for start in [0, 50] {
        let column = (start..start + 10).flat_map(|x| (0..30).map(move |y| (x, y)));
        let stripes = column.filter(|(x, y)| at(&picture, *x, *y) == [255, 0, 0]).count();
        assert!((45..105).contains(&stripes), "{stripes} of 300 pixels from {start}");
    }
}

/// Rows of a column of the picture that are lit, first and last; `None` if none is.
fn lit(picture: &RgbaImage, x: usize) -> Option<(usize, usize)> {
    let rows: Vec<usize> = (0..100).filter(|y| at(picture, x, *y)[1] > 127).collect();
    assert!(rows.windows(2).all(|w| w[1] == w[0] + 1), "column {x} is torn: {rows:?}");
    Some((*rows.first()?, *rows.last()?))
}

/// Values without a pattern, 0 to 1.
fn values(count: usize) -> Vec<f32> {
    (0..count as u64).map(|i| (i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f32 / (1_u64 << 24) as f32).collect()
}

#[test]
fn a_curve_reaches_from_the_smallest_to_the_largest_under_each_column() {
    let mut stage = stage();
    let area = Rect::from_min_size(pos2(10.0, 10.0), vec2(100.0, 80.0));
    // One value, more than a row of the texture, and the lengths between at which the last run of a level is short.
    for count in [1, 2, 3, 7, 100, 999, 5000, 70_001] {
        let mut data = values(count);
        // Most columns hold many values: bring them together, so that their extents differ.
        for (i, value) in data.iter_mut().enumerate() {
            *value = *value * 0.2 + 0.8 * (i as f32 / count as f32 * 17.0).sin().abs() * 0.9;
        }
        let pyramid = Arc::new(Pyramid::new(&data));
        let edge = |c: usize| (c * count / 100) as u32;
        let columns: Arc<[[u32; 2]]> = (0..100).map(|c| [edge(c), edge(c + 1).max(edge(c) + 1)]).collect();
        let ink = CurveInk { line: None, fill: Color32::WHITE, above: None, grounded: false };
        for (bottom, top) in [(0.0, 1.0), (1.0, 0.0), (0.25, 0.75)] {
            let scale = CurveScale { bottom, top };
            let values = Arc::clone(&pyramid);
            let shape = curve(area, Curve { slot: 3, axis: 0, values, columns: Arc::clone(&columns), scale, ink });
            let picture = drawn(&mut stage, vec![shape]);
            for (c, [start, end]) in columns.iter().enumerate() {
                let extent = pyramid.extent(*start as usize..*end as usize).expect("has values");
                let y = |v: f32| 90.0 - ((v - bottom) / (top - bottom)).clamp(0.0, 1.0) * 80.0;
                let (high, low) = (y(extent.max).min(y(extent.min)), y(extent.max).max(y(extent.min)));
                match lit(&picture, 10 + c) {
                    Some((first, last)) => {
                        let (first, last) = (first as f32, last as f32 + 1.0);
                        assert!(
                            (first - high).abs() <= 1.0 && (last - low).abs() <= 1.0,
                            "{count} {c}: {first} {high} {last} {low}"
                        );
                    }
                    None => assert!(low - high < 1.01, "{count} column {c} from {high} to {low} is not drawn"),
                }
            }
        }
    }
}

#[test]
fn a_line_joins_its_steps_and_leaves_out_what_is_not_known() {
    let mut stage = stage();
    let area = Rect::from_min_size(pos2(10.0, 10.0), vec2(90.0, 80.0));
    let values = Arc::new(Pyramid::new(&[0.25, 0.75, f32::NAN]));
    let columns: Arc<[[u32; 2]]> = (0..90).map(|c| [c / 30, c / 30 + 1]).collect();
    let ink = CurveInk {
        line: Some((2.0, Color32::WHITE)),
        fill: Color32::from_rgb(40, 0, 0),
        above: Some((0.5, Color32::from_rgb(0, 0, 90))),
        grounded: true,
    };
    let scale = CurveScale { bottom: 0.0, top: 1.0 };
    let picture = drawn(&mut stage, vec![curve(area, Curve { slot: 0, axis: 0, values, columns, scale, ink })]);
    assert_eq!(lit(&picture, 25), Some((69, 70)));
    assert_eq!(lit(&picture, 40), Some((29, 70)), "the step is joined");
    assert_eq!(lit(&picture, 55), Some((29, 30)));
    assert_eq!(lit(&picture, 80), None, "what is not known is not drawn");
    assert_eq!((at(&picture, 25, 80), at(&picture, 25, 60)), ([40, 0, 0], [0; 3]), "the area reaches down");
    assert_eq!((at(&picture, 55, 60), at(&picture, 55, 40)), ([40, 0, 0], [0, 0, 90]), "above the level");
}

#[test]
fn marks_lie_where_their_columns_are() {
    let mut stage = stage();
    let area = Rect::from_min_size(pos2(10.0, 10.0), vec2(80.0, 40.0));
    let ink = MarkInk {
        body: [Color32::from_rgb(200, 0, 0), Color32::from_rgb(0, 200, 0), Color32::from_rgb(0, 0, 200)],
        cap: [Color32::WHITE; 3],
        cap_height: 4.0,
        striped: [false, false, true],
    };
    let codes: Arc<[u8]> = (0..80).map(|c| [0, 1, 2, 3][c / 20]).collect();
    let picture = drawn(&mut stage, vec![marks(area, 0, codes, ink)]);
    let column = |x: usize| [at(&picture, x, 12), at(&picture, x, 30)];
    assert_eq!(column(29), [[0; 3]; 2]);
    assert_eq!([column(30), column(49)], [[[255; 3], [200, 0, 0]]; 2]);
    assert_eq!(column(60), [[255; 3], [0, 200, 0]]);
    let striped = (70..90).flat_map(|x| (16..50).map(move |y| (x, y)));
    let share = striped.filter(|(x, y)| at(&picture, *x, *y) == [0, 0, 200]).count() as f32 / (20.0 * 34.0);
    assert!((0.4..0.6).contains(&share), "{share}");
}
