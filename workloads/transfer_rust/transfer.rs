//! Transfer learning: a frozen backbone turns granted images into features, a linear classifier is trained on them and
//! tested. The model `backbone` is opened for lite0 alone. The same experiment in C++ is `workloads/transfer`; both leave
//! the same bytes.
mod efficientnet_lite0;
mod pooled_patches;

use cloister::data::{self, BatchOptions};
use cloister::nn::{Layer, Linear, Module};
use cloister::optim::{self, Optimizer};
use cloister::{
    Args, CrossEntropyOptions, Dataset, Error, InferenceMode, Model, NoGradGuard, Result, Tensor, cat, cross_entropy,
    output, randperm,
};

use efficientnet_lite0::EfficientNetLite0;
use pooled_patches::PooledPatches;

cloister::grants!("dataset:train", "dataset:test", "model:backbone?", "output:weights");
cloister::workload!(transfer);

struct Options {
    backbone: String,
    optimizer: String,
    batch: i64,
    train_batch: i64,
    epochs: i64,
    train_count: i64,
    test_count: i64,
    lr: f64,
    momentum: f64,
    standardise: bool,
    in_order: bool,
}

fn parse(args: &mut Args) -> Result<Options> {
    let options = Options {
        backbone: args.text("backbone", "lite0", "lite0 or pool"),
        optimizer: args.text("optimizer", "sgd", "sgd or adam"),
        batch: args.integer("batch", 32, "images in a batch of the pre-computation"),
        train_batch: args.integer("train-batch", 0, "samples in a training step; 0: all"),
        epochs: args.integer("epochs", 100, "passes of the training"),
        train_count: args.integer("train-count", 0, "training images to use; 0: all"),
        test_count: args.integer("test-count", 0, "test images to use; 0: all"),
        lr: args.number("lr", 0.01, "learning rate"),
        momentum: args.number("momentum", 0.0, "of sgd"),
        standardise: args.flag("standardise", "features to mean 0 and deviation 1"),
        in_order: args.flag("in-order", "train-batches in the order of the files"),
    };
    args.finish()?;
    let refused = if !["lite0", "pool"].contains(&options.backbone.as_str()) {
        "--backbone takes lite0 or pool"
    } else if !["sgd", "adam"].contains(&options.optimizer.as_str()) {
        "--optimizer takes sgd or adam"
    } else if !(1..=65536).contains(&options.batch) {
        "--batch takes 1 to 65536"
    } else if options.epochs < 1 {
        "--epochs takes at least 1"
    } else if [options.train_batch, options.train_count, options.test_count].iter().any(|count| *count < 0) {
        "--train-batch, --train-count and --test-count take no negative numbers"
    } else {
        return Ok(options);
    };
    Err(Error::new(refused))
}

/// uint8 images [n, 224, 224, 3] -> features [n, d].
type Backbone = Box<dyn Fn(&Tensor) -> Tensor>;

fn make_backbone(options: &Options) -> Result<Backbone> {
    if options.backbone == "pool" {
        let patches = PooledPatches::new();
        return Ok(Box::new(move |images| patches.forward(images)));
    }
    let weights = Model::open("backbone")?;
    let _inference = InferenceMode::new();
    let network = EfficientNetLite0::load(&weights)?;
    Ok(Box::new(move |images| network.forward(images)))
}

/// What the classifier sees of a dataset.
#[derive(Clone)]
struct Samples {
    /// float32 [n, d].
    features: Tensor,
    /// int64 [n].
    labels: Tensor,
    count: i64,
}

fn extract(backbone: &Backbone, dataset: &Dataset, limit: i64, options: &Options, phase: &str) -> Result<Samples> {
    let stored = dataset.len() as i64;
    let count = if limit == 0 { stored } else { limit.min(stored) };
    output::phase(phase, Some(count.unsigned_abs().div_ceil(options.batch.unsigned_abs())));
    let batches = dataset.batches(&BatchOptions {
        size: options.batch as u32,
        count: Some(count as u64),
        resize: Some((EfficientNetLite0::IMAGE_SIZE, EfficientNetLite0::IMAGE_SIZE)),
        rgb: true,
        ..Default::default()
    })?;
    let (mut features, mut labels) = (Vec::new(), Vec::new());
    let (all_features, all_labels) = {
        let _inference = InferenceMode::new();
        for batch in batches {
            let [images, classes] = data::columns(batch?)?;
            features.push(backbone(&images));
            labels.push(classes);
            output::progress(features.len() as u64, options.batch as u64);
        }
        (cat(&features, 0), cat(&labels, 0))
    };
    // Tensors made in inference mode cannot be trained on; their copies can.
    Ok(Samples { features: all_features.deep_clone(), labels: all_labels.deep_clone(), count })
}

fn make_optimizer(classifier: &Linear, options: &Options) -> Optimizer {
    let (parameters, lr) = (classifier.parameters(), options.lr);
    if options.optimizer == "adam" {
        return optim::adam(&parameters, optim::AdamOptions { lr, ..Default::default() });
    }
    optim::sgd(&parameters, optim::SgdOptions { lr, momentum: options.momentum, ..Default::default() })
}

/// Samples and labels of one pass in a new order.
fn shuffled(samples: &Samples) -> Samples {
    let order = randperm(samples.count);
    Samples {
        features: samples.features.index_select(0, &order),
        labels: samples.labels.index_select(0, &order),
        count: samples.count,
    }
}

fn train_step(classifier: &Linear, optimizer: &Optimizer, features: &Tensor, labels: &Tensor) -> Tensor {
    optimizer.zero_grad();
    let loss = cross_entropy(&classifier.forward(features), labels, None, &CrossEntropyOptions::default());
    loss.backward();
    optimizer.step();
    loss
}

fn train(classifier: &Linear, samples: &Samples, options: &Options) {
    let optimizer = make_optimizer(classifier, options);
    let full_batch = options.train_batch == 0 || options.train_batch >= samples.count;
    // Reading a loss waits for the device and counts as egress, so about a hundred are read.
    let report_every = (options.epochs / 100).max(1);
    for epoch in 1..=options.epochs {
        let mut loss = None;
        if full_batch {
            loss = Some(train_step(classifier, &optimizer, &samples.features, &samples.labels));
        } else {
            let pass = if options.in_order { samples.clone() } else { shuffled(samples) };
            for start in (0..samples.count).step_by(options.train_batch as usize) {
                let length = options.train_batch.min(samples.count - start);
                let features = pass.features.narrow(0, start, length);
                let labels = pass.labels.narrow(0, start, length);
                loss = Some(train_step(classifier, &optimizer, &features, &labels));
            }
        }
        output::progress(epoch as u64, samples.count as u64);
        if let Some(loss) = loss.filter(|_| epoch % report_every == 0 || epoch == options.epochs) {
            output::scalar("loss", epoch as u64, loss.item());
        }
    }
}

/// The share of samples that the classifier puts into their class.
fn accuracy(classifier: &Linear, samples: &Samples) -> f64 {
    let _no_grad = NoGradGuard::new();
    let right = classifier.forward(&samples.features).argmax(Some(1), false).eq(&samples.labels).sum(&[], false);
    right.item::<f64>() / samples.count as f64
}

fn transfer(args: &mut Args) -> Result<()> {
    let options = parse(args)?;
    let train_set = Dataset::open("train")?;
    let test_set = Dataset::open("test")?;
    let backbone = make_backbone(&options)?;
    let classes = train_set.classes()?.len() as i64;

    let mut samples = extract(&backbone, &train_set, options.train_count, &options, "pre-computation")?;
    let mut standardise = None;
    if options.standardise {
        let mean = samples.features.mean(&[0], false);
        let deviation = samples.features.std(&[0], 1, false) + 1e-6;
        samples.features = (&samples.features - &mean) / &deviation;
        standardise = Some((mean, deviation));
    }

    output::phase("training", Some(options.epochs as u64));
    let classifier = Linear::new(EfficientNetLite0::FEATURES, classes);
    train(&classifier, &samples, &options);

    let mut tests = extract(&backbone, &test_set, options.test_count, &options, "evaluation")?;
    if let Some((mean, deviation)) = &standardise {
        tests.features = (&tests.features - mean) / deviation;
    }
    let (train_accuracy, test_accuracy) = (accuracy(&classifier, &samples), accuracy(&classifier, &tests));
    output::scalar("train-accuracy", options.epochs as u64, train_accuracy);
    output::scalar("test-accuracy", options.epochs as u64, test_accuracy);
    output::save_tensors("weights", &classifier.state_dict())?;

    println!("{classes} classes, {} training images, {} test images", samples.count, tests.count);
    println!("accuracy {train_accuracy:.4} on the training images, {test_accuracy:.4} on the test images");
    Ok(())
}
