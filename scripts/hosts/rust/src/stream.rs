//! Streams of random numbers, the same as the library's.

use crate::errors::Result;
use crate::kernels::Kernels;

/// The random numbers of a seed, or of a part of another stream.
pub(crate) struct Stream<'a> {
    kernels: &'a Kernels,
    key: f64,
    counter: f64,
}

impl<'a> Stream<'a> {
    /// The stream of a whole number below 2⁵³.
    pub fn new(kernels: &'a Kernels, seed: u64) -> Result<Self> {
        Ok(Self { kernels, key: kernels.random_key(seed as f64, 0.0)?, counter: 0.0 })
    }

    /// The independent stream called by a number within this one.
    pub fn part(&self, number: u64) -> Result<Self> {
        Ok(Self { kernels: self.kernels, key: self.kernels.random_key(self.key, number as f64)?, counter: 0.0 })
    }

    /// The one called by a text: FNV-1a over its UTF-16 units, raised above what a count would be.
    pub fn named(&self, text: &str) -> Result<Self> {
        let hash = text.encode_utf16().fold(2_166_136_261u32, |h, unit| (h ^ u32::from(unit)).wrapping_mul(16_777_619));
        self.part((1 << 32) + u64::from(hash))
    }

    /// 0 … n − 1 in random order.
    pub fn permutation(&mut self, n: usize) -> Result<Vec<usize>> {
        let mut order: Vec<usize> = (0..n).collect();
        for i in (1..n).rev() {
            order.swap(i, (self.next()? * (i + 1) as f64) as usize);
        }
        Ok(order)
    }

    /// The next number, uniform in [0, 1).
    fn next(&mut self) -> Result<f64> {
        let number = self.kernels.random_number(self.key, self.counter)?;
        self.counter += 1.0;
        Ok(number)
    }
}
