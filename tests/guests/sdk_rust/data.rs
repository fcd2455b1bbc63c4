//! The granted dataset `train`: 120 grey images of 8 x 8, ten classes in turn.
use cloister::data::{self, Augmentation, BatchOptions};
use cloister::{Dataset, Dtype, Result, Tensor};

use crate::{expect, expect_true};

/// The labels of a pass over a dataset in batches of 32.
fn labels(dataset: &Dataset) -> Result<Vec<i64>> {
    let options = BatchOptions { columns: vec![vec!["label".to_owned()]], ..Default::default() };
    let mut all = Vec::new();
    for batch in dataset.batches(&options)? {
        let [labels] = data::columns(batch?)?;
        all.extend(labels.to_vec::<i64>());
    }
    Ok(all)
}

pub fn check() -> Result<()> {
    let train = Dataset::open("train")?;
    expect_true("len", train.len() == 120);
    expect_true("classes", train.classes()?.len() == 10);
    let columns = train.columns()?;
    expect_true("columns", columns.iter().map(|column| column.name.as_str()).eq(["image", "label"]));
    expect_true("their shape and dtype", columns[0].shape == [8, 8] && columns[0].dtype == Dtype::Uint8);

    let sizes: Vec<i64> =
        train.batches(&Default::default())?.map(|batch| batch.map(|all| all[0].size(0))).collect::<Result<_>>()?;
    expect_true("batches", sizes == [32, 32, 32, 24]);
    let whole = BatchOptions { size: 50, drop_last: true, ..Default::default() };
    expect_true("whole batches only", train.batches(&whole)?.count() == 2);
    let augmented = BatchOptions {
        size: 2,
        rgb: true,
        resize: Some((16, 16)),
        augment: Some(Augmentation { horizontal_flip: 0.5, rotation: 10.0, ..Default::default() }),
        ..Default::default()
    };
    let first = train.batches(&augmented)?.next().transpose()?.unwrap_or_default();
    expect_true("resized, in colour, augmented", first[0].shape() == [2, 16, 16, 3]);
    expect_true("another number of columns is an error", data::columns::<3>(first).is_err());

    let counted: Vec<i64> = (0..120).map(|index| index % 10).collect();
    expect_true("take", labels(&train.take(15)?)? == counted[..15]);
    expect_true("skip", labels(&train.skip(115)?)? == counted[115..]);
    expect_true("narrow", labels(&train.narrow(3, 4)?)? == [3, 4, 5, 6]);
    expect_true("beyond the end is an error", train.narrow(100, 21).is_err());
    let shuffled = labels(&train.shuffle(1)?)?;
    expect_true("shuffle", shuffled != counted && shuffled == labels(&train.shuffle(1)?)?);
    let lengths = |parts: Vec<Dataset>| parts.iter().map(Dataset::len).collect::<Vec<u64>>();
    expect_true("split", lengths(train.split(&[100, 20])?) == [100, 20]);
    expect_true("fractions", lengths(train.take(10)?.split_fractions(&[0.5, 0.25, 0.25])?) == [6, 2, 2]);
    expect_true("fractions that add up to more", train.split_fractions(&[0.5, 0.6]).is_err());
    let one: Vec<f64> = (0..10).map(|class| f64::from(class == 7)).collect();
    expect_true("sample by class", labels(&train.sample_classes(&one, "label", 5, 1)?)? == [7; 5]);
    let last: Vec<f64> = (0..120).map(|index| f64::from(index == 119)).collect();
    expect_true("sample", labels(&train.sample(&last, 3, 1)?)? == [9; 3]);
    expect_true("weights of another number", train.sample(&one, 3, 1).is_err());
    expect_true("a dataset that is not granted", Dataset::open("other").is_err());
    let pixels = train.batches(&BatchOptions { size: 1, count: Some(1), ..Default::default() })?.next().transpose()?;
    let [image, label]: [Tensor; 2] = data::columns(pixels.unwrap_or_default())?;
    expect("the first label", &label, &[0.0], &[1]);
    expect_true("the first image", image.dtype() == Dtype::Uint8 && image.shape() == [1, 8, 8]);
    Ok(())
}
