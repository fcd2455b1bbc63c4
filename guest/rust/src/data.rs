//! Datasets that the operator of the host granted by name. Reading, decoding, shuffling, sampling and augmentation are
//! done on the host, ahead of the guest and in bounded memory.
//!
//! ```ignore
//! let train = Dataset::open("train")?;
//! for batch in train.batches(&BatchOptions { size: 64, shuffle_seed: Some(epoch), ..Default::default() })? {
//!     let [images, labels] = data::columns(batch?)?;
//! }
//! ```
use crate::bindings::cloister::ml::datasets::{self, SampleWeights};
use crate::{Error, Result, Tensor};

pub use datasets::{Augmentation, BatchOptions, Column};

impl Default for BatchOptions {
    /// 32 samples a batch, all of them in the dataset's order, a tensor a column, images as they are.
    fn default() -> Self {
        BatchOptions {
            size: 32,
            drop_last: false,
            shuffle_seed: None,
            start: 0,
            count: None,
            columns: Vec::new(),
            resize: None,
            rgb: false,
            augment: None,
        }
    }
}

impl Default for Augmentation {
    /// Nothing is changed.
    fn default() -> Self {
        Augmentation {
            seed: 0,
            random_resized_crop: None,
            crop_padding: 0,
            rotation: 0.0,
            horizontal_flip: 0.0,
            vertical_flip: 0.0,
            brightness: 0.0,
            contrast: 0.0,
            saturation: 0.0,
        }
    }
}

/// A granted dataset, or some of its samples in some order.
pub struct Dataset(datasets::Dataset);

impl Dataset {
    /// Errors: `NotGranted`, `BadData`.
    pub fn open(name: &str) -> Result<Self> {
        Ok(Dataset(datasets::Dataset::open(name)?))
    }

    /// Number of samples.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// What each sample has. Errors: `QuotaExceeded`.
    pub fn columns(&self) -> Result<Vec<Column>> {
        Ok(self.0.columns()?)
    }

    /// Names of the classes of the label column, in the order of their labels: the column `label`, or else the last one
    /// that has classes; none if no column has. Errors: `QuotaExceeded`.
    pub fn classes(&self) -> Result<Vec<String>> {
        let columns = self.columns()?;
        Ok(label_column(columns).map(|column| column.classes).unwrap_or_default())
    }

    /// The same samples in a random order that depends on `seed` alone. Errors: `QuotaExceeded`.
    pub fn shuffle(&self, seed: u64) -> Result<Self> {
        Ok(Dataset(self.0.shuffle(seed)?))
    }

    /// `count` samples from `start` on. Errors: `InvalidArgument` beyond the end.
    pub fn narrow(&self, start: u64, count: u64) -> Result<Self> {
        Ok(Dataset(self.0.narrow(start, count)?))
    }

    /// The first `count` samples, or all there are.
    pub fn take(&self, count: u64) -> Result<Self> {
        self.narrow(0, count.min(self.len()))
    }

    /// What comes after them.
    pub fn skip(&self, count: u64) -> Result<Self> {
        let left_out = count.min(self.len());
        self.narrow(left_out, self.len() - left_out)
    }

    /// Parts of these lengths, one after the other. Errors: `InvalidArgument` unless they add up to `len`.
    pub fn split(&self, lengths: &[u64]) -> Result<Vec<Self>> {
        Ok(self.0.split(lengths)?.into_iter().map(Dataset).collect())
    }

    /// Parts of these shares of the samples, which add up to 1; as torch.utils.data.random_split, each is rounded down and
    /// the samples left over go one each to the first parts. `shuffle` first for a random split. Errors: `InvalidArgument`.
    pub fn split_fractions(&self, fractions: &[f64]) -> Result<Vec<Self>> {
        let all = self.len();
        // NaN is in no range.
        if fractions.iter().any(|share| !(0.0..=1.0).contains(share))
            || (fractions.iter().sum::<f64>() - 1.0).abs() >= 1e-9
        {
            return Err(Error::new("the shares of a split are at least 0 and add up to 1"));
        }
        let mut lengths: Vec<u64> = fractions.iter().map(|share| (all as f64 * share).floor() as u64).collect();
        let left = all.saturating_sub(lengths.iter().sum());
        for index in 0..left as usize {
            let part = index % lengths.len();
            lengths[part] += 1;
        }
        self.split(&lengths)
    }

    /// `count` samples drawn with replacement, each with a probability that is proportional to its weight.
    /// Errors: `InvalidArgument` for weights that are negative, not finite, all zero, or not one a sample.
    pub fn sample(&self, weights: &[f64], count: u64, seed: u64) -> Result<Self> {
        Ok(Dataset(self.0.sample(&SampleWeights::Samples(weights.to_vec()), "", count, seed)?))
    }

    /// The same by class: a weight a class of `column`, shared evenly by its samples; a 1 for each draws all classes equally
    /// often. Errors: as [`sample`](Self::sample).
    pub fn sample_classes(&self, weights: &[f64], column: &str, count: u64, seed: u64) -> Result<Self> {
        Ok(Dataset(self.0.sample(&SampleWeights::Classes(weights.to_vec()), column, count, seed)?))
    }

    /// Sequences: sample i is the `length` samples from i * stride on, put together along a new first dimension.
    /// Errors: `InvalidArgument`; `Unsupported` for images.
    pub fn windows(&self, length: u64, stride: u64) -> Result<Self> {
        Ok(Dataset(self.0.windows(length, stride)?))
    }

    /// Starts a pass. Errors: `InvalidArgument`.
    pub fn batches(&self, options: &BatchOptions) -> Result<Batches> {
        Ok(Batches { raw: self.0.batches(options)?, ended: false })
    }
}

fn label_column(mut columns: Vec<Column>) -> Option<Column> {
    let named = columns.iter().position(|column| column.name == "label");
    let at = named.or_else(|| columns.iter().rposition(|column| !column.classes.is_empty()))?;
    Some(columns.swap_remove(at))
}

/// A pass over a dataset: an iterator of batches, each a tensor a column or group of columns. The host reads ahead.
/// After an error the pass ends. Errors: `BadData` for a sample that cannot be decoded or a file that changed;
/// `QuotaExceeded`.
pub struct Batches {
    raw: datasets::Batches,
    ended: bool,
}

impl Iterator for Batches {
    type Item = Result<Vec<Tensor>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.raw.next() {
            Ok(Some(batch)) => Some(Ok(batch.into_iter().map(Tensor::new).collect())),
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error.into()))
            }
        }
    }
}

/// The tensors of a batch, when there are as many as names for them: `let [images, labels] = columns(batch)?;`.
pub fn columns<const N: usize>(batch: Vec<Tensor>) -> Result<[Tensor; N]> {
    let found = batch.len();
    batch.try_into().map_err(|_| Error::new(format!("a batch of this dataset has {found} columns where {N} are used")))
}
