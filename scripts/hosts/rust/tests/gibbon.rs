//! What the page of the binaries promises, as seen from Rust.

use std::collections::HashMap;
use std::path::PathBuf;

use gibbon::{Kernels, Model, Result};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

const EVERYWHERE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

fn kernels() -> Kernels {
    Kernels::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wasm/gibbon.wasm")).unwrap()
}

/// A model of two classes, three inputs, in a file of its own.
fn file(name: &str, family: &str, inputs: usize) -> PathBuf {
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let (weights, bias) = (bytes(&[1.0, 2.0, -3.0, 0.5, -1.0, 4.0]), bytes(&[0.0, 0.25]));
    let tensors = [
        ("W", TensorView::new(Dtype::F32, vec![2, 3], &weights).unwrap()),
        ("b", TensorView::new(Dtype::F32, vec![2], &bias).unwrap()),
    ];
    let texts = HashMap::from([
        ("format".into(), "gibbon-model-1".into()),
        ("family".into(), family.into()),
        ("head".into(), "softmax".into()),
        ("config".into(), format!(r#"{{"inputs":{inputs},"classes":2}}"#)),
    ]);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.safetensors"));
    std::fs::write(&path, safetensors::serialize(tensors, Some(texts)).unwrap()).unwrap();
    path
}

#[test]
fn scores_and_the_sign_of_the_gradient() {
    let model = Model::load(&kernels(), file("plain", "softmaxLinear", 3)).unwrap();
    let x = [0.5, 0.25, 0.5];
    assert_eq!(model.scores(&x).unwrap(), [-0.5, 2.25]);
    assert_eq!(model.predict(&x).unwrap(), [1]);
    // the loss of class 1 rises toward class 0, along the difference of their weights
    let adversarial = model.fgsm(&x, &[1], 0.125, EVERYWHERE).unwrap();
    assert_eq!(adversarial, [0.625, 0.375, 0.375]);
    assert_eq!(model.fgsm(&x, &[1], 0.125, (0.0, 0.5)).unwrap(), [0.5, 0.375, 0.375]);
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
    let model = Model::load(&kernels, file("mistaken", "softmaxLinear", 3)).unwrap();
    let refused = |words: &str, result: Result<()>| {
        let message = format!("{:#}", result.unwrap_err());
        assert!(message.starts_with("cannot ") && message.contains(words), "{words}: {message}");
    };
    refused("3 inputs", model.scores(&[0.0; 4]).map(drop));
    refused("label 2", model.fgsm(&[0.0; 3], &[2], 1.0, EVERYWHERE).map(drop));
    refused("0 labels", model.fgsm(&[0.0; 3], &[], 1.0, EVERYWHERE).map(drop));
    refused("epsilon -1", model.fgsm(&[], &[], -1.0, EVERYWHERE).map(drop));
    refused("no rbf", Model::load(&kernels, file("other", "rbf", 3)).map(drop));
    refused("6 numbers", Model::load(&kernels, file("shapes", "softmaxLinear", 4)).map(drop));
    refused("header", Model::load(&kernels, concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).map(drop));
    refused("open", Kernels::open("none.wasm").map(drop));
    refused("compile", Kernels::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).map(drop));
    refused("alloc", kernels.room(1 << 15, 1 << 14).map(drop));
    refused("4 GiB", kernels.room(1 << 16, 1 << 16).map(drop));
}
