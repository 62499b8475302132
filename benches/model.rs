//! The model beside the matrix products in it: `cargo bench --bench model`.

use criterion::{Criterion, criterion_group, criterion_main};
use lookback::model::ComputeDevice;
use lookback::model::bench::{InferenceBench, StepBench};

fn training(c: &mut Criterion) {
    let mut step = StepBench::new(&ComputeDevice::cpu(None)).expect("prepares");
    let mut group = c.benchmark_group("training step, 16 + 16 bags");
    group.sample_size(20);
    group.bench_function("step", |b| b.iter(|| step.work().expect("steps")));
    group.bench_function("products", |b| b.iter(|| step.products().expect("multiplies")));
    group.finish();
}

fn inference(c: &mut Criterion) {
    let bench = InferenceBench::new(&ComputeDevice::cpu(None), 4000).expect("prepares");
    let mut group = c.benchmark_group("inference, T = 4000");
    group.sample_size(20);
    group.bench_function("scores", |b| b.iter(|| bench.work().expect("scores")));
    group.bench_function("products", |b| b.iter(|| bench.products().expect("multiplies")));
    group.finish();
}

criterion_group!(benches, training, inference);
criterion_main!(benches);
