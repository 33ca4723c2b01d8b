//! The Merkle tree of RFC 6962 and its two proofs: pure functions over hashes.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

pub type Hash = [u8; 32];

/// A complete subtree: 2^level leaves from leaf nr·2^level on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    pub level: u32,
    pub nr: u64,
}

pub fn leaf_hash(record: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(record).finalize().into()
}

pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The largest power of two below `n`, for `n` > 1: where RFC 6962 splits a tree.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The complete subtrees that a subtree of RFC 6962 is folded from, left to right.
pub fn complete(range: Range<u64>) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let level = (range.end - at).ilog2();
        nodes.push(Node { level, nr: at >> level });
        at += 1 << level;
    }
    nodes
}

/// The hash over subtrees that `complete` named.
pub fn fold(hashes: &[Hash]) -> Hash {
    hashes.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

/// The subtrees whose hashes prove that leaf `index` is in a tree of `size` leaves, nearest first.
pub fn inclusion(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut at, mut path) = (0..size, Vec::new());
    while at.end - at.start > 1 {
        let middle = at.start + split(at.end - at.start);
        if index < middle {
            path.push(middle..at.end);
            at.end = middle;
        } else {
            path.push(at.start..middle);
            at.start = middle;
        }
    }
    path.reverse();
    path
}

/// The subtrees whose hashes prove that a tree of `new` leaves begins with the tree of `old` ones.
pub fn consistency(old: u64, new: u64) -> Vec<Range<u64>> {
    if old == 0 || old >= new {
        return Vec::new();
    }
    let (mut at, mut path) = (0..new, Vec::new());
    while at.end != old {
        let middle = at.start + split(at.end - at.start);
        if old <= middle {
            path.push(middle..at.end);
            at.end = middle;
        } else {
            path.push(at.start..middle);
            at.start = middle;
        }
    }
    // When nothing was cut off on the left, the old tree's own root is known already.
    if at.start != 0 {
        path.push(at);
    }
    path.reverse();
    path
}

/// Whether the proof leads from the leaf to the root (RFC 9162 §2.1.3.2).
pub fn is_included(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for other in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(other, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, other);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

/// Whether the proof leads from the old root to the new one (RFC 9162 §2.1.4.2).
pub fn is_consistent(old: u64, old_root: &Hash, new: u64, new_root: &Hash, proof: &[Hash]) -> bool {
    if old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty_root();
    }
    let mut rest = proof.iter();
    let first = if old.is_power_of_two() { Some(old_root) } else { rest.next() };
    let Some(first) = first else { return false };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut was, mut is) = (*first, *first);
    for other in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            was = node_hash(other, &was);
            is = node_hash(other, &is);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            is = node_hash(&is, other);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && was == *old_root && is == *new_root
}

/// A tree that takes leaves one after the other and knows its root at every moment.
#[derive(Clone, Debug, Default)]
pub struct Growing {
    size: u64,
    /// Hashes of the complete subtrees so far, the largest first.
    peaks: Vec<Hash>,
}

impl Growing {
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node_hash(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size += 1;
    }
    pub fn size(&self) -> u64 {
        self.size
    }
    pub fn root(&self) -> Hash {
        fold(&self.peaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{from_hex, to_hex};

    /// The leaves and roots that implementations of Certificate Transparency test themselves with.
    const LEAVES: [&str; 8] = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ];
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
    }

    /// The root as RFC 6962 §2.1 defines it, straight from the words.
    fn root_of(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
                node_hash(&root_of(left), &root_of(right))
            }
        }
    }

    fn hashes(leaves: &[Hash], ranges: &[Range<u64>]) -> Vec<Hash> {
        ranges.iter().map(|range| root_of(&leaves[range.start as usize..range.end as usize])).collect()
    }

    fn some_leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| leaf_hash(&i.to_be_bytes())).collect()
    }

    #[test]
    fn the_known_trees_of_rfc_6962_have_their_roots() {
        assert_eq!(to_hex(&empty_root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let mut tree = Growing::default();
        for (leaf, root) in LEAVES.iter().zip(ROOTS) {
            tree.push(leaf_hash(&bytes(leaf)));
            assert_eq!(to_hex(&tree.root()), root, "of {} leaves", tree.size());
        }
    }

    #[test]
    fn the_known_proofs_of_rfc_6962_are_made() {
        let leaves: Vec<Hash> = LEAVES.iter().map(|leaf| leaf_hash(&bytes(leaf))).collect();
        let hex = |ranges: Vec<Range<u64>>| hashes(&leaves, &ranges).iter().map(to_hex).collect::<Vec<_>>();
        assert_eq!(hex(inclusion(0, 8)), [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]);
        assert_eq!(hex(inclusion(5, 8)), [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]);
        assert_eq!(hex(inclusion(2, 3)), ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]);
        assert_eq!(hex(consistency(6, 8)), [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]);
        assert!(consistency(8, 8).is_empty());
    }

    #[test]
    fn every_leaf_of_every_tree_is_proved_and_no_other() {
        for size in 1..=70 {
            let leaves = some_leaves(size);
            let root = root_of(&leaves);
            for index in 0..size {
                let proof = hashes(&leaves, &inclusion(index, size));
                let leaf = &leaves[index as usize];
                assert!(is_included(leaf, index, size, &proof, &root), "{index} of {size}");
                assert!(!is_included(&leaf_hash(b"another"), index, size, &proof, &root));
                assert!(!is_included(leaf, size, size, &proof, &root));
                let neighbour = if index == 0 { size - 1 } else { index - 1 };
                assert!(size == 1 || !is_included(leaf, neighbour, size, &proof, &root));
                let longer = [proof.as_slice(), &[root]].concat();
                assert!(!is_included(leaf, index, size, &longer, &root));
                for broken in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[broken][7] ^= 1;
                    assert!(!is_included(leaf, index, size, &bent, &root));
                    assert!(!is_included(leaf, index, size, &proof[..broken], &root));
                }
            }
        }
    }

    #[test]
    fn every_tree_is_proved_to_begin_with_every_smaller_one_and_with_no_other() {
        let leaves = some_leaves(70);
        let mut forked = leaves.clone();
        forked[0] = leaf_hash(b"another beginning");
        for new in 1..=70 {
            let new_root = root_of(&leaves[..new]);
            for old in 1..=new {
                let old_root = root_of(&leaves[..old]);
                let proof = hashes(&leaves, &consistency(old as u64, new as u64));
                let holds = |old_root: &Hash, new_root: &Hash, proof: &[Hash]| is_consistent(old as u64, old_root, new as u64, new_root, proof);
                assert!(holds(&old_root, &new_root, &proof), "{old} → {new}");
                assert!(!holds(&root_of(&forked[..old]), &new_root, &proof));
                assert!(!holds(&old_root, &root_of(&forked[..new]), &proof));
                for broken in 0..proof.len() {
                    let mut bent = proof.clone();
                    bent[broken][31] ^= 1;
                    assert!(!holds(&old_root, &new_root, &bent));
                }
            }
        }
    }

    #[test]
    fn a_subtree_is_folded_from_complete_ones() {
        let leaves = some_leaves(200);
        for start in [0u64, 64, 128, 192] {
            for end in start + 1..=(start + 64).min(200) {
                let parts: Vec<Hash> = complete(start..end)
                    .iter()
                    .map(|node| root_of(&leaves[(node.nr << node.level) as usize..((node.nr + 1) << node.level) as usize]))
                    .collect();
                assert_eq!(fold(&parts), root_of(&leaves[start as usize..end as usize]), "{start}..{end}");
            }
        }
        assert_eq!(from_hex(&to_hex(&leaves[3])), Some(leaves[3]));
    }
}
