//! A backbone that does next to nothing: what it costs is reading the images.
use cloister::{Dtype, Tensor, randn};

const IMAGE_SIZE: i64 = 224;
const FEATURES: i64 = 1280;
const PATCH: i64 = 32;
const SIDE: i64 = IMAGE_SIZE / PATCH;
const CHANNELS: i64 = 3;

/// Means of 32 x 32 patches, each channel by itself, projected at random to as many features as EfficientNet-Lite0 has.
/// Rows are summed as 16-bit integers (32 * 255 fits), which libtorch does at several GB/s on one thread; a sum over a
/// dimension of bytes is twenty times slower.
pub struct PooledPatches {
    projection: Tensor,
}

impl PooledPatches {
    /// Draws the projection from the run's generator.
    pub fn new() -> Self {
        PooledPatches { projection: randn(&[SIDE * SIDE * CHANNELS, FEATURES], Dtype::Float32) }
    }

    /// uint8 images [n, 224, 224, 3] -> features [n, 1280]. Call it in inference mode.
    pub fn forward(&self, images: &Tensor) -> Tensor {
        let rows = images.reshape(&[-1, PATCH, IMAGE_SIZE * CHANNELS]);
        let mut sums = rows.select(1, 0).to_dtype(Dtype::Int16);
        for row in 1..PATCH {
            sums += rows.select(1, row);
        }
        let patches = sums
            .to_dtype(Dtype::Float32)
            .reshape(&[-1, SIDE, PATCH, CHANNELS])
            .sum(&[2], false)
            .reshape(&[-1, SIDE * SIDE * CHANNELS]);
        (patches * (1.0 / (PATCH * PATCH * 255) as f64)).matmul(&self.projection)
    }
}
