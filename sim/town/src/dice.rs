//! Dice that fall the same way every time, so that the town is the same in every demo, test and picture.

/// SplitMix64: small, fast, and the same on every machine.
pub struct Dice(u64);

impl Dice {
    /// Dice for one purpose; another name falls otherwise.
    pub fn named(name: &str) -> Self {
        // FNV-1a, so that a name's dice do not change when another name is added.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from `low` to `high`, both possible.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low).unwrap_or(0) + 1;
        low + i64::try_from(self.next() % width).unwrap_or(0)
    }

    /// A number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn chance(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// One of a list that is not empty.
    pub fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        let last = i64::try_from(list.len()).unwrap_or(1) - 1;
        list[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    /// One of a list by weight.
    pub fn weigh<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        let total: i64 = list.iter().map(|(_, weight)| i64::from(*weight)).sum();
        let mut left = self.between(0, total - 1);
        for (item, weight) in list {
            left -= i64::from(*weight);
            if left < 0 {
                return *item;
            }
        }
        list[0].0
    }
}
