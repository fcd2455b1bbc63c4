//! Each form that an operator can have: what it takes, what it gives.
use cloister::{
    AvgPoolOptions, Conv2dOptions, Dtype, ErrorKind, GeluApproximation, MaxPoolOptions, Scalar, Tensor, arange,
    attempt, cat, conv2d, einsum, embedding, empty, full, linear, manual_seed, meshgrid, ones, rand, randn, randperm,
    stack, where_, zeros,
};

use crate::{expect, expect_true};

const F32: Dtype = Dtype::Float32;

pub fn check_making() {
    expect("zeros", &zeros(&[2, 1], F32), &[0.0, 0.0], &[2, 1]);
    expect("ones", &ones(&[3], F32), &[1.0, 1.0, 1.0], &[3]);
    expect("full", &full(&[2], 7, Dtype::Int32), &[7.0, 7.0], &[2]);
    expect("empty holds zeros", &empty(&[2], F32), &[0.0, 0.0], &[2]);
    expect("arange", &arange(1, 7, 2, Dtype::Int64), &[1.0, 3.0, 5.0], &[3]);
    expect("arange of reals", &arange(0, 1, 0.25, F32), &[0.0, 0.25, 0.5, 0.75], &[4]);
    expect("from a list", &Tensor::from([1.5_f32, -2.0]), &[1.5, -2.0], &[2]);
    expect("from_slice", &Tensor::from_slice(&[1_i16, 2, 3, 4], &[2, 2]), &[1.0, 2.0, 3.0, 4.0], &[2, 2]);
    expect("a scalar tensor", &Tensor::from_slice(&[2.5_f64], &[]), &[2.5], &[]);
    expect("a tensor without elements", &zeros(&[0, 3], F32), &[], &[0, 3]);
    expect_true("bool goes both ways", Tensor::from([true, false]).to_vec::<bool>() == [true, false]);
    expect_true("int64 goes both ways", Tensor::from([i64::MIN, i64::MAX]).to_vec::<i64>() == [i64::MIN, i64::MAX]);
    expect_true("uint8 goes both ways", Tensor::from([0_u8, 255]).to_vec::<u8>() == [0, 255]);

    manual_seed(11);
    let first = rand(&[1000], F32);
    manual_seed(11);
    expect_true("the seed decides", first.eq(&rand(&[1000], F32)).all(&[], false).item());
    expect_true("rand lies in [0, 1)", first.amax(&[], false).item::<f64>() < 1.0);
    let normal = randn(&[10_000], F32);
    expect_true("randn is centred", normal.mean(&[], false).item::<f64>().abs() < 0.05);
    expect("randperm holds each once", &randperm(100).sum(&[], false), &[4950.0], &[]);
}

pub fn check_signs() {
    let (a, b) = (Tensor::from([1_f32, -2.0, 4.0]), Tensor::from([2_f32, 2.0, -1.0]));
    expect("a + b", &(&a + &b), &[3.0, 0.0, 3.0], &[3]);
    expect("by value", &(a.clone() + b.clone()), &[3.0, 0.0, 3.0], &[3]);
    expect("a + 1", &(&a + 1), &[2.0, -1.0, 5.0], &[3]);
    expect("1 + a", &(1 + &a), &[2.0, -1.0, 5.0], &[3]);
    expect("a - b", &(&a - b.clone()), &[-1.0, -4.0, 5.0], &[3]);
    expect("1 - a", &(1 - &a), &[0.0, 3.0, -3.0], &[3]);
    expect("-a", &-&a, &[-1.0, 2.0, -4.0], &[3]);
    expect("a * b", &(a.clone() * &b), &[2.0, -4.0, -4.0], &[3]);
    expect("3.0 * a", &(3.0 * &a), &[3.0, -6.0, 12.0], &[3]);
    expect("a / b", &(&a / &b), &[0.5, -1.0, -4.0], &[3]);
    expect("a / 4", &(&a / 4), &[0.25, -0.5, 1.0], &[3]);
    expect("4 / a", &(4 / &a), &[4.0, -2.0, 1.0], &[3]);
    let whole = arange(0, 3, 1, Dtype::Int64);
    expect_true("whole numbers and reals make reals", (&whole + 0.5).dtype() == F32);
    expect_true("whole numbers stay whole", (&whole + 1).dtype() == Dtype::Int64);

    let mut c = a.deep_clone();
    let shared = c.clone();
    c += &b;
    expect("+= writes to the tensor that clones share", &shared, &[3.0, 0.0, 3.0], &[3]);
    c -= &b;
    c *= 2;
    expect("-= and *=", &c, &[2.0, -4.0, 8.0], &[3]);
    c /= 2.0;
    c += 1;
    expect("/= and += 1", &c, &[2.0, -1.0, 5.0], &[3]);
    expect("deep_clone is another tensor", &a, &[1.0, -2.0, 4.0], &[3]);
}

pub fn check_forms() {
    let a = Tensor::from_slice(&[1_f32, -2.0, 4.0, 3.0], &[2, 2]);
    expect("add with alpha", &a.add(&a, 2), &[3.0, -6.0, 12.0, 9.0], &[2, 2]);
    expect("an enum", &a.gelu(GeluApproximation::None).gt_scalar(0), &[1.0, 0.0, 1.0, 1.0], &[2, 2]);
    expect("options of numbers", &a.clamp(Some(0.into()), None), &[1.0, 0.0, 4.0, 3.0], &[2, 2]);
    expect("options of sizes", &a.slice(1, Some(1), None, 1), &[-2.0, 3.0], &[2, 1]);
    expect("lists of sizes", &a.permute(&[1, 0]), &[1.0, 4.0, -2.0, 3.0], &[2, 2]);
    expect("in place, in a chain", a.deep_clone().relu_().add_scalar_(1, 1), &[2.0, 1.0, 5.0, 4.0], &[2, 2]);
    expect("where", &where_(&a.gt_scalar(0), &a, &zeros(&[], F32)), &[1.0, 0.0, 4.0, 3.0], &[2, 2]);
    expect("cat", &cat(&[a.clone(), a.clone()], 0).sum(&[0], false), &[10.0, 2.0], &[2]);
    expect("stack", &stack(&[a.clone(), a.clone()], 0).select(0, 1), &[1.0, -2.0, 4.0, 3.0], &[2, 2]);
    let (values, indices) = a.sort(-1, false);
    expect("two results: values", &values, &[-2.0, 1.0, 3.0, 4.0], &[2, 2]);
    expect("two results: indices", &indices, &[1.0, 0.0, 1.0, 0.0], &[2, 2]);
    let parts = a.split(1, 0);
    expect_true("a list of results", parts.len() == 2);
    expect("its last", &parts[1], &[4.0, 3.0], &[1, 2]);
    expect(
        "a list of tensors",
        &meshgrid(&[arange(0, 2, 1, F32), arange(0, 2, 1, F32)])[0],
        &[0.0, 0.0, 1.0, 1.0],
        &[2, 2],
    );
    let row = Tensor::from([1_i64]);
    expect("tensors that may be left out", &a.index(&[None, Some(&row)]), &[-2.0, 3.0], &[2, 1]);
    expect("text", &einsum("ij,jk->ik", &[a.clone(), a.clone()]), &[-7.0, -8.0, 16.0, 1.0], &[2, 2]);
    expect("embedding", &embedding(&a, &row, None), &[4.0, 3.0], &[1, 2]);
    let weight = Tensor::from_slice(&[1_f32, 1.0], &[1, 2]);
    expect("linear without a bias", &linear(&a, &weight, None), &[-1.0, 7.0], &[2, 1]);
    expect("linear with one", &linear(&a, &weight, Some(&Tensor::from([1_f32]))), &[0.0, 8.0], &[2, 1]);
    let image = a.reshape(&[1, 1, 2, 2]);
    let kernel = ones(&[1, 1, 2, 2], F32);
    let padded = Conv2dOptions { padding: vec![1], stride: vec![2], ..Default::default() };
    expect("conv2d", &conv2d(&image, &kernel, None, &Default::default()), &[6.0], &[1, 1, 1, 1]);
    expect("conv2d with options", &conv2d(&image, &kernel, None, &padded), &[1.0, -2.0, 4.0, 3.0], &[1, 1, 2, 2]);
    expect("max_pool2d", &image.max_pool2d(&MaxPoolOptions::new(&[2])), &[4.0], &[1, 1, 1, 1]);
    expect("avg_pool2d", &image.avg_pool2d(&AvgPoolOptions::new(&[2])), &[1.5], &[1, 1, 1, 1]);
    expect_true("an item is any number", a.sum(&[], false).item::<i64>() == 6);
    expect_true("size", a.size(-1) == 2 && a.numel() == 4 && a.dim() == 2 && a.is_same_size(&a));
    expect_true("its debug form", format!("{a:?}") == "Tensor(float32, [2, 2])");
}

pub fn check_errors() {
    let a = ones(&[2, 3], F32);
    let refused = attempt::matmul(&a, &a);
    expect_true(
        "shapes that do not fit are an error",
        refused.is_err_and(|error| error.kind == ErrorKind::ShapeMismatch),
    );
    expect_true("what fits is a value", attempt::reshape(&a, &[3, 2]).is_ok());
    let wrong = a.try_to_vec::<i64>();
    expect_true("reading another dtype is an error", wrong.is_err_and(|error| error.kind == ErrorKind::DtypeMismatch));
    let missing = cloister::Model::open("weights");
    expect_true("a model that is not granted", missing.is_err_and(|error| error.kind == ErrorKind::NotGranted));
    expect_true("scalars convert", f64::from(Scalar::from(3)) == 3.0 && bool::from(Scalar::Int(2)));
}

/// Shapes that do not fit.
pub fn fail() {
    print!("before the end");
    let _never = ones(&[2], F32) + ones(&[3], F32);
    println!("after it");
}
