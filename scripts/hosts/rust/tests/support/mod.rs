//! A model of two classes, three inputs, as a file.

use std::collections::HashMap;
use std::path::PathBuf;

use gibbon::Kernels;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// The weights of that model, (2, 3), and its biases, (2).
pub const WEIGHTS: ([f32; 6], [f32; 2]) = ([1.0, 2.0, -3.0, 0.5, -1.0, 4.0], [0.0, 0.25]);

pub fn kernels() -> Kernels {
    Kernels::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wasm/gibbon.wasm")).unwrap()
}

/// A file of its own, that says so much of inputs and its family.
pub fn file(name: &str, family: &str, inputs: usize) -> PathBuf {
    let bytes = |numbers: &[f32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let (weights, bias) = (bytes(&WEIGHTS.0), bytes(&WEIGHTS.1));
    let tensors = [
        ("W", TensorView::new(Dtype::F32, vec![2, 3], &weights).unwrap()),
        ("b", TensorView::new(Dtype::F32, vec![2], &bias).unwrap()),
    ];
    let texts = HashMap::from([
        ("format".into(), "gibbon-model-1".into()),
        ("family".into(), family.into()),
        ("head".into(), "softmax".into()),
        ("config".into(), format!(r#"{{"inputs":{inputs},"classes":2}}"#)),
        ("recipe".into(), r#"{"optimizer":{"name":"sgd","learningRate":0.1}}"#.into()),
    ]);
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.safetensors"));
    std::fs::write(&path, safetensors::serialize(tensors, Some(texts)).unwrap()).unwrap();
    path
}
