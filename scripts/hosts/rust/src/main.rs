//! Prints, as JSON, SHA-256 of what the models in a folder give in this host, and how fast.
//!
//! Usage: conformance WASM FOLDER

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use gibbon::{FgsmOptions, Kernels, Model, floats, ints};
use safetensors::SafeTensors;
use serde_json::json;
use sha2::{Digest, Sha256};

/// What this program does, or why it failed.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, wasm, folder] = arguments.as_slice() else {
        eprintln!("Usage: conformance WASM FOLDER");
        return ExitCode::from(2);
    };
    match run(Path::new(wasm), Path::new(folder)) {
        Ok(report) => println!("{report}"),
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Classifies, attacks and trains on the examples in the folder.
fn run(wasm: &Path, folder: &Path) -> Result<serde_json::Value> {
    let kernels = Kernels::open(wasm)?;
    let file = std::fs::read(folder.join("examples.safetensors"))?;
    let examples = SafeTensors::deserialize(&file)?;
    let x = |part: &str| Ok::<_, safetensors::SafeTensorError>(floats(examples.tensor(&format!("{part}.x"))?.data()));
    let labels =
        |part: &str| Ok::<_, safetensors::SafeTensorError>(ints(examples.tensor(&format!("{part}.labels"))?.data()));
    let (test, truth) = (x("test")?, labels("test")?);

    let load = |family: &str| Model::load(&kernels, folder.join(format!("{family}.safetensors")));
    let mut hashes = BTreeMap::new();
    for family in ["softmaxLinear", "maxout"] {
        let model = load(family)?;
        hashes.insert(format!("{family}.scores"), hash(&model.scores(&test)?));
        hashes.insert(format!("{family}.adversarial"), hash(&attack(&model, &test, &truth)?));
    }

    let mut model = load("softmaxLinear")?;
    let one = &test[..model.inputs];
    let microseconds = time_of(|| attack(&model, one, &truth[..1]))?;
    model.train(&x("train")?, &labels("train")?, 1, 7)?;
    let (weights, bias) = model.parameters();
    hashes.insert("trained.W".into(), hash(&weights));
    hashes.insert("trained.b".into(), hash(&bias));
    Ok(json!({ "hashes": hashes, "microseconds": { "fgsm": microseconds } }))
}

/// Adversarial examples within 0.1 and in [0, 1].
fn attack(model: &Model, x: &[f32], labels: &[i32]) -> gibbon::Result<Vec<f32>> {
    model.fgsm(x, labels, &FgsmOptions { epsilon: 0.1, bounds: vec![(0.0, 1.0)], ..Default::default() })
}

fn hash(numbers: &[f32]) -> String {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    format!("{:x}", Sha256::digest(bytes))
}

/// The median of 101 runs, in microseconds.
fn time_of<T>(mut run: impl FnMut() -> gibbon::Result<T>) -> gibbon::Result<f64> {
    let mut laps = Vec::new();
    for _ in 0..101 {
        let start = Instant::now();
        run()?;
        laps.push(start.elapsed().as_nanos() as f64 / 1000.0);
    }
    laps.sort_by(f64::total_cmp);
    Ok(laps[50])
}
