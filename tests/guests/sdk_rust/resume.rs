//! A small training run with a checkpoint an epoch, which may fail on the way and be taken up again.
use cloister::data::{self, BatchOptions};
use cloister::nn::{Dropout, Layer, Linear, Module};
use cloister::optim::{self, AdamOptions, CosineAnnealingLR, Schedule};
use cloister::{CrossEntropyOptions, Dataset, Dtype, Error, Result, Tensor, checkpoint, cross_entropy, module, output};

struct Network {
    first: Linear,
    dropout: Dropout,
    second: Linear,
}
module!(Network { first, dropout, second });

impl Layer for Network {
    fn forward(&self, images: &Tensor) -> Tensor {
        let inputs = images.to_dtype(Dtype::Float32).flatten(1, -1) / 255;
        self.second.forward(&self.dropout.forward(&self.first.forward(&inputs).relu()))
    }
}

/// Fails in the epoch `fail_at`, unless it was taken up.
pub fn train(fail_at: i64) -> Result<()> {
    let dataset = Dataset::open("train")?;
    let network = Network { first: Linear::new(64, 16), dropout: Dropout::new(0.25), second: Linear::new(16, 10) };
    let optimizer = optim::adam(&network.parameters(), AdamOptions { lr: 0.01, ..Default::default() });
    let schedule = CosineAnnealingLR { base_lr: 0.01, t_max: 4, eta_min: 0.0 };
    let (state, optimizers) = (network.state_dict(), [("optimizer", &optimizer)]);
    let saved = checkpoint::restore("state", &state, &optimizers)?;
    let resumed = saved.is_some();
    let [first, mut steps] = saved.unwrap_or([0, 0]);
    for epoch in first..4 {
        checkpoint::save("state", &state, &optimizers, &[epoch, steps])?;
        if !resumed && epoch as i64 == fail_at {
            return Err(Error::new("it fails as it was told to"));
        }
        optimizer.set_lr(schedule.lr(epoch));
        for batch in dataset.batches(&BatchOptions { shuffle_seed: Some(epoch), ..Default::default() })? {
            let [images, labels] = data::columns(batch?)?;
            optimizer.zero_grad();
            let loss = cross_entropy(&network.forward(&images), &labels, None, &CrossEntropyOptions::default());
            loss.backward();
            optimizer.clip_grad_norm(1.0, 2.0);
            optimizer.step();
            steps += 1;
            output::scalar("loss", steps, loss.item());
        }
    }
    output::save_tensors("weights", &state)
}
