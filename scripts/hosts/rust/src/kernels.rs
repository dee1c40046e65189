//! The binary with its memory, and arrays that lie in it.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use wasmtime::error::Context;
use wasmtime::{Engine, Instance, Memory, Module, Store, TypedFunc, format_err};

use crate::errors::{Code, Result, input};

const ABI_VERSION: i32 = 2;

/// An instance of one of the binaries, with a memory of its own. Clones share it.
///
/// It stays on its thread, and so do the models loaded with it: to let threads work side by side, open one in each.
///
/// ```compile_fail
/// fn on_a_thread<T: Send>() {}
/// on_a_thread::<gibbon::Kernels>();
/// ```
#[derive(Clone)]
pub struct Kernels(Rc<Inner>);

struct Inner {
    store: RefCell<Store<()>>,
    memory: Memory,
    functions: Functions,
}

/// Numbers of four bytes in the binary's memory, given back when this is dropped.
pub struct Array {
    kernels: Kernels,
    address: u32,
    pub rows: usize,
    pub cols: usize,
}

/// A number as the binary takes it.
trait Number {
    type Wasm;
    fn wasm(self) -> Self::Wasm;
}

impl Number for usize {
    type Wasm = u32;
    // what is counted lies in a memory of 4 GiB
    fn wasm(self) -> u32 {
        self as u32
    }
}

macro_rules! same {
    ($($kind:ty),*) => {$(
        impl Number for $kind {
            type Wasm = $kind;
            fn wasm(self) -> $kind {
                self
            }
        }
    )*};
}

same!(u32, f32, f64);

/// What an array is to the binary.
macro_rules! address {
    ($array:ident) => {
        u32
    };
}

/// A method of `Kernels` for each of the binary's functions named: first its arrays, then its numbers.
macro_rules! functions {
    ($($method:ident = $name:literal [$($array:ident),*] ($($number:ident: $kind:ty),*) -> $result:ty;)*) => {
        struct Functions {
            $($method: TypedFunc<($(address!($array),)* $(<$kind as Number>::Wasm,)*), $result>),*
        }

        impl Functions {
            fn of(instance: &Instance, store: &mut Store<()>) -> wasmtime::Result<Self> {
                Ok(Self { $($method: instance.get_typed_func(&mut *store, $name)?),* })
            }
        }

        impl Kernels {
            $(
                // the order of the binary, however long
                #[allow(clippy::too_many_arguments)]
                pub(crate) fn $method(&self, $($array: &Array,)* $($number: $kind),*) -> Result<$result> {
                    let mut store = self.0.store.borrow_mut();
                    let arguments = ($($array.address,)* $($number.wasm(),)*);
                    let run = self.0.functions.$method.call(&mut *store, arguments);
                    Ok(run.context(concat!("cannot run ", $name))?)
                }
            )*
        }
    };
}

functions! {
    abi_version = "abiVersion" [] () -> i32;
    alloc = "alloc" [] (bytes: u32) -> u32;
    free = "free" [] (address: u32) -> ();
    gemm_nn = "gemmNN" [out, a, b] (accumulate: u32, m: usize, n: usize, k: usize) -> ();
    gemm_nt = "gemmNT" [out, a, b] (accumulate: u32, m: usize, n: usize, k: usize) -> ();
    gemm_tn = "gemmTN" [out, a, b] (accumulate: u32, m: usize, n: usize, k: usize) -> ();
    add_bias = "addBias" [out, bias] (rows: usize, cols: usize) -> ();
    column_sums = "columnSums" [out, x] (accumulate: u32, rows: usize, cols: usize) -> ();
    softmax_loss = "softmaxLoss" [loss, d_scores, scores, labels] (scale: f32, rows: usize, cols: usize) -> ();
    softmax_direction = "softmaxDirection" [d_scores, scores, labels] (rows: usize, cols: usize) -> ();
    maxout_forward = "maxoutForward" [h, winner, z] (rows: usize, units: usize, pieces: usize) -> ();
    list_winners_by_row = "listWinnersByRow" [indices, values, counts, d_h, winner] (rows: usize, units: usize) -> ();
    gather_rows = "gatherRows" [out, indices, values, counts, m] (accumulate: u32, rows: usize, cols: usize, height: usize, capacity: usize) -> ();
    sign_step = "signStep" [out, x, g, epsilon] (lo: f32, hi: f32, rows: usize, cols: usize) -> ();
    add_step = "addStep" [out, x, d] (lo: f32, hi: f32, n: usize) -> ();
    l2_direction = "l2Direction" [d, g] (epsilon: f64, rows: usize, cols: usize) -> ();
    l1_direction = "l1Direction" [d, g] (epsilon: f64, rows: usize, cols: usize) -> ();
    sgd_step = "sgdStep" [p, v, g] (learning_rate: f32, momentum: f32, l1: f32, weight_decay: f32, n: usize) -> ();
    limit_row_norms = "limitRowNorms" [w] (max_norm: f32, rows: usize, cols: usize) -> ();
    random_key = "randomKey" [] (key: f64, part: f64) -> f64;
    random_number = "randomNumber" [] (key: f64, counter: f64) -> f64;
}

impl Kernels {
    /// Starts the binary in the file at `path`: `gibbon.wasm`, or `gibbon.relaxed.wasm` for speed.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let engine = Engine::default();
        let bytes = std::fs::read(path).with_context(|| format!("cannot open {}", path.display()))?;
        let module = Module::new(&engine, bytes).with_context(|| format!("cannot compile {}", path.display()))?;
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let memory = instance.get_memory(&mut store, "memory").ok_or_else(|| format_err!("it exports no memory"))?;
        let functions = Functions::of(&instance, &mut store)?;
        let kernels = Self(Rc::new(Inner { store: RefCell::new(store), memory, functions }));
        let version = kernels.abi_version()?;
        if version != ABI_VERSION {
            let reason = format!("expected ABI version {ABI_VERSION}, got {version}");
            return Err(input(Code::Host, format!("use {}", path.display()), reason));
        }
        Ok(kernels)
    }

    /// An array of this shape whose contents are arbitrary.
    pub fn room(&self, rows: usize, cols: usize) -> Result<Array> {
        let bytes = u32::try_from(4 * rows * cols).context("cannot take more than 4 GiB")?;
        let address = self.alloc(bytes)?;
        Ok(Array { kernels: self.clone(), address, rows, cols })
    }

    /// An array of these numbers.
    pub fn floats(&self, rows: usize, cols: usize, numbers: &[f32]) -> Result<Array> {
        self.put(rows, cols, numbers.iter().map(|number| number.to_le_bytes()))
    }

    /// An array of these whole numbers.
    pub fn ints(&self, rows: usize, cols: usize, numbers: &[i32]) -> Result<Array> {
        self.put(rows, cols, numbers.iter().map(|number| number.to_le_bytes()))
    }

    fn put(&self, rows: usize, cols: usize, numbers: impl ExactSizeIterator<Item = [u8; 4]>) -> Result<Array> {
        let (wanted, given) = (rows * cols, numbers.len());
        if given != wanted {
            let reason = format!("expected {wanted} numbers, got {given}");
            return Err(input(Code::Shape, format!("make an array of shape ({rows}, {cols})"), reason));
        }
        let array = self.room(rows, cols)?;
        let mut store = self.0.store.borrow_mut();
        let bytes = &mut self.0.memory.data_mut(&mut *store)[array.address as usize..];
        for (place, number) in bytes.chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number);
        }
        drop(store);
        Ok(array)
    }
}

impl Array {
    /// Where it lies.
    pub fn address(&self) -> u32 {
        self.address
    }

    /// A copy of the numbers.
    pub fn to_vec(&self) -> Vec<f32> {
        let store = self.kernels.0.store.borrow();
        let bytes = &self.kernels.0.memory.data(&*store)[self.address as usize..];
        crate::floats(&bytes[..4 * self.rows * self.cols])
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        // nothing of the array is used any more: a trap here has nothing to tell
        let _ = self.kernels.free(self.address);
    }
}
