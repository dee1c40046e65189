//! What the page of the binaries promises, as seen from Rust.

mod support;

use gibbon::{Code, Error, FgsmOptions, Kernels, Model, Norm, Result};
use support::{file, kernels};

fn within(epsilon: f64) -> FgsmOptions {
    FgsmOptions { epsilon, ..Default::default() }
}

#[test]
fn scores_and_the_sign_of_the_gradient() {
    let model = Model::load(&kernels(), file("plain", "softmaxLinear", 3)).unwrap();
    let x = [0.5, 0.25, 0.5];
    assert_eq!(model.scores(&x).unwrap(), [-0.5, 2.25]);
    assert_eq!(model.predict(&x).unwrap(), [1]);
    // the loss of class 1 rises toward class 0, along the difference of their weights
    let adversarial = model.fgsm(&x, &[1], &within(0.125)).unwrap();
    assert_eq!(adversarial, [0.625, 0.375, 0.375]);
    let bounds = vec![(0.0, 0.5)];
    let inside = model.fgsm(&x, &[1], &FgsmOptions { bounds, ..within(0.125) }).unwrap();
    assert_eq!(inside, [0.5, 0.375, 0.375]);
    let bounds = vec![(0.0, 0.5625), (0.0, 1.0), (0.4375, 1.0)];
    let inside = model.fgsm(&x, &[1], &FgsmOptions { bounds, ..within(0.125) }).unwrap();
    assert_eq!(inside, [0.5625, 0.375, 0.4375]);
}

#[test]
fn a_step_in_l2_is_as_long_as_epsilon() {
    let model = Model::load(&kernels(), file("lengths", "softmaxLinear", 3)).unwrap();
    let x = [0.5, 0.25, 0.5];
    let adversarial = model.fgsm(&x, &[1], &FgsmOptions { norm: Norm::L2, ..within(0.125) }).unwrap();
    let length = adversarial.iter().zip(x).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>().sqrt();
    assert!((0.12499..=0.125).contains(&length), "{length}");
}

#[test]
fn training_lowers_the_loss_and_gives_memory_back() {
    let kernels = kernels();
    let mut model = Model::load(&kernels, file("learns", "softmaxLinear", 3)).unwrap();
    let labels: Vec<i32> = (0..250).map(|i| i % 2).collect();
    let x: Vec<f32> = (0..250).flat_map(|i| [(i % 2) as f32, (i % 3) as f32, 1.0]).collect();
    let first = model.train(&x, &labels, 1, 1).unwrap();
    let address = || kernels.room(1, 1).unwrap().address();
    let before = address();
    assert!(model.train(&x, &labels, 20, 1).unwrap() < first);
    assert_eq!(address(), before);
}

#[test]
fn mistakes_are_refused() {
    let kernels = kernels();
    let mut model = Model::load(&kernels, file("mistaken", "softmaxLinear", 3)).unwrap();
    let refused = |code: Code, words: &str, result: Result<()>| match result.unwrap_err() {
        Error::Input(error) => {
            assert!(error.code == code && error.reason.contains(words), "{words}: {error}");
            assert_eq!(error.to_string(), format!("Cannot {}: {}", error.action, error.reason));
        }
        error => panic!("{words}: {error}"),
    };
    refused(Code::Shape, "4 numbers are no whole examples", model.scores(&[0.0; 4]).map(drop));
    refused(Code::Diverged, "the loss is not finite", model.train(&[3e38, -3e38, 3e38], &[0], 3, 0).map(drop));
    refused(Code::Shape, "expected 6 numbers, got 1", kernels.floats(2, 3, &[0.0]).map(drop));
    refused(Code::Host, "no rbf", Model::load(&kernels, file("other", "rbf", 3)).map(drop));
    refused(Code::Shape, "W as 8 float32", Model::load(&kernels, file("shapes", "softmaxLinear", 4)).map(drop));
    refused(Code::Format, "config", Model::load(&kernels, file("nothing", "softmaxLinear", 0)).map(drop));
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    refused(Code::Format, "header", Model::load(&kernels, other).map(drop));
}

#[test]
fn what_the_engine_refuses() {
    let kernels = kernels();
    let refused = |words: &str, result: Result<()>| {
        let error = result.unwrap_err();
        assert!(matches!(error, Error::Engine(_)), "{error}");
        let message = error.to_string();
        assert!(message.starts_with("cannot ") && message.contains(words), "{words}: {message}");
    };
    refused("open", Kernels::open("none.wasm").map(drop));
    refused("compile", Kernels::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).map(drop));
    refused("alloc", kernels.room(1 << 15, 1 << 14).map(drop));
    refused("4 GiB", kernels.room(1 << 16, 1 << 16).map(drop));
}
