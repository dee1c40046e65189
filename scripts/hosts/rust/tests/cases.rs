//! The cases that all hosts share with the library: scripts/hosts/cases.json.

mod support;

use gibbon::{Error, FgsmOptions, Kernels, Model, Result};
use serde_json::Value;
use support::{WEIGHTS, file, kernels};

const TABLE: &str = include_str!("../../cases.json");

/// A number, which may be a text in JSON, such as "NaN".
fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

/// All numbers of a list of any depth.
fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(items) => items.iter().flat_map(numbers).collect(),
        None => vec![number(value)],
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

/// What the case's call gives, or why it is refused.
fn call(kernels: &Kernels, table: &Value, case: &Value) -> Result<Vec<f64>> {
    let given = |name: &str| case["with"].get(name).unwrap_or(&table["valid"][name]);
    let mut model = Model::load(kernels, file(case["name"].as_str().unwrap(), "softmaxLinear", 3))?;
    let x: Vec<f32> = numbers(given("x")).into_iter().map(|value| value as f32).collect();
    let labels = || -> Vec<i32> { list(given("labels")).iter().map(|label| label.as_i64().unwrap() as i32).collect() };
    match case["call"].as_str().unwrap() {
        "predict" => Ok(model.predict(&x)?.into_iter().map(|class| class as f64).collect()),
        "train" => {
            model.train(&x, &labels(), given("epochs").as_u64().unwrap(), given("seed").as_u64().unwrap())?;
            Ok(vec![])
        }
        _ => {
            // one pair, or a list of pairs
            let bounds = numbers(given("bounds")).chunks(2).map(|pair| (pair[0], pair[1])).collect();
            let norm = given("norm").as_str().unwrap().parse()?;
            let options = FgsmOptions { epsilon: number(given("epsilon")), bounds, norm };
            Ok(model.fgsm(&x, &labels(), &options)?.into_iter().map(f64::from).collect())
        }
    }
}

#[test]
fn what_fits_gives_the_same_bits() {
    let (kernels, table): (_, Value) = (kernels(), serde_json::from_str(TABLE).unwrap());
    assert_eq!(numbers(&table["model"]["coef"]), WEIGHTS.0.map(f64::from));
    assert_eq!(numbers(&table["model"]["intercept"]), WEIGHTS.1.map(f64::from));
    for case in list(&table["accepted"]) {
        assert_eq!(call(&kernels, &table, case).unwrap(), numbers(&case["gives"]), "{}", case["name"]);
    }
}

#[test]
fn what_does_not_fit_is_refused_with_the_same_sentence() {
    let (kernels, table): (_, Value) = (kernels(), serde_json::from_str(TABLE).unwrap());
    for case in list(&table["refused"]) {
        if case.get("only").is_some_and(|only| !list(only).contains(&"rust".into())) {
            continue;
        }
        let error = call(&kernels, &table, case).unwrap_err();
        assert_eq!(error.to_string(), case["message"].as_str().unwrap(), "{}", case["name"]);
        let Error::Input(error) = error else { panic!("{error}") };
        assert_eq!(error.code.to_string(), case["code"].as_str().unwrap(), "{}", case["name"]);
    }
}
