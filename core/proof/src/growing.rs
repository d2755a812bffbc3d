//! A Merkle tree that only grows (RFC 6962), too large to be held: its complete parts are kept somewhere, by their place.
//!
//! What is complete never changes, so a part's hash is computed once. [`Frontier`] is what has to be known to add leaves;
//! [`Plan`] says which parts a proof needs, and makes the proof of them.

use crate::Hash;
use crate::tree::{leaf, node};

/// A complete part of the tree: the `index`-th of those with 2^`level` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartId {
    /// The height: 0 for a leaf.
    pub level: u8,
    /// Which of its height, from the left.
    pub index: u64,
}

/// The right edge of the tree: the hashes of its largest complete parts, from the left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The parts that make up a tree of this size, from the left; one for each bit of the size.
    pub fn parts(size: u64) -> Vec<PartId> {
        complete_parts(0, size).collect()
    }

    /// The edge of a tree of this size, whose [`Frontier::parts`] have these hashes; `None` when their number is wrong.
    pub fn of(size: u64, peaks: Vec<Hash>) -> Option<Frontier> {
        (peaks.len() == size.count_ones() as usize).then_some(Frontier { size, peaks })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of [`Frontier::parts`].
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Adds a leaf with this content, and hands over every part that is complete now: the leaf, and what it completes.
    pub fn push(&mut self, content: Hash, mut completed: impl FnMut(PartId, Hash)) {
        let mut part = PartId { level: 0, index: self.size };
        let mut hash = leaf(content);
        completed(part, hash);
        while part.index % 2 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node(left, hash);
            part = PartId { level: part.level + 1, index: part.index / 2 };
            completed(part, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The hash of the whole tree; of none, the hash of nothing.
    pub fn root(&self) -> Hash {
        joined(self.peaks.iter().copied()).unwrap_or_else(|| Hash::of(&[]))
    }
}

/// The hash of neighbours, of which each is larger than all that follow: the small ones are joined first.
fn joined(hashes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    hashes.rev().reduce(|right, left| node(left, right))
}

/// The largest complete parts of a range that begins where a part of its whole length could begin.
fn complete_parts(from: u64, to: u64) -> impl DoubleEndedIterator<Item = PartId> {
    let length = to - from;
    // the part of each bit lies behind those of the higher bits
    (0..64_u8).rev().filter(move |level| length >> level & 1 == 1).map(move |level| {
        let before = if level == 63 { 0 } else { length >> (level + 1) << (level + 1) };
        PartId { level, index: (from + before) >> level }
    })
}

/// What a proof is made of: ranges of leaves, each with one hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan(Vec<(u64, u64)>);

impl Plan {
    /// The way from a leaf to the root of a tree of this size (RFC 6962 §2.1.1); `None` for a leaf outside.
    pub fn inclusion(index: u64, size: u64) -> Option<Plan> {
        if index >= size {
            return None;
        }
        let (mut ranges, mut from, mut to) = (Vec::new(), 0, size);
        while to - from > 1 {
            let middle = from + split(to - from);
            if index < middle {
                ranges.push((middle, to));
                to = middle;
            } else {
                ranges.push((from, middle));
                from = middle;
            }
        }
        ranges.reverse();
        Some(Plan(ranges))
    }

    /// What shows that a tree of the first size is the beginning of one of the second (RFC 6962 §2.1.2); `None` when
    /// the first is the larger.
    pub fn consistency(first: u64, second: u64) -> Option<Plan> {
        if first > second {
            return None;
        }
        if first == 0 || first == second {
            return Some(Plan(Vec::new()));
        }
        let (mut ranges, mut from, mut to) = (Vec::new(), 0, second);
        while first < to {
            let middle = from + split(to - from);
            if first <= middle {
                ranges.push((middle, to));
                to = middle;
            } else {
                ranges.push((from, middle));
                from = middle;
            }
        }
        // where the first tree is a part of the second as it is, its root is known to who asks
        if from > 0 {
            ranges.push((from, to));
        }
        ranges.reverse();
        Some(Plan(ranges))
    }

    /// The parts whose hashes are needed.
    pub fn parts(&self) -> Vec<PartId> {
        self.0.iter().flat_map(|(from, to)| complete_parts(*from, *to)).collect()
    }

    /// The proof, of the hashes of [`Plan::parts`]; `None` when one is not known.
    pub fn proof(&self, hash_of: impl Fn(PartId) -> Option<Hash>) -> Option<Vec<Hash>> {
        let one = |(from, to): &(u64, u64)| {
            let hashes: Vec<Hash> = complete_parts(*from, *to).map(&hash_of).collect::<Option<_>>()?;
            joined(hashes.into_iter())
        };
        self.0.iter().map(one).collect()
    }
}

/// The largest power of two below a number above 1: where the RFC splits.
const fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// Whether a tree of the first size and root is the beginning of the second (RFC 9162 §2.1.4.2).
pub fn is_beginning(first: (u64, Hash), second: (u64, Hash), proof: &[Hash]) -> bool {
    let ((first_size, first_root), (second_size, second_root)) = (first, second);
    if first_size == 0 || first_size == second_size {
        let is_same = if first_size == 0 { first_root == Hash::of(&[]) } else { first_root == second_root };
        return first_size <= second_size && is_same && proof.is_empty();
    }
    if first_size > second_size {
        return false;
    }
    let (mut position, mut last) = (first_size - 1, second_size - 1);
    while position % 2 == 1 {
        position >>= 1;
        last >>= 1;
    }
    let mut rest = proof.iter().copied();
    // a first tree of 2^n leaves is a part of the second: its root begins the way
    let begin = if first_size.is_power_of_two() { Some(first_root) } else { rest.next() };
    let Some(begin) = begin else { return false };
    let (mut old, mut new) = (begin, begin);
    for hash in rest {
        if last == 0 {
            return false;
        }
        if position % 2 == 1 || position == last {
            old = node(hash, old);
            new = node(hash, new);
            while position % 2 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new = node(new, hash);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && old == first_root && new == second_root
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::{Tree, root_of_path};

    fn contents(count: u64) -> Vec<Hash> {
        (0..count).map(|n| Hash::of(&[&n.to_be_bytes()])).collect()
    }

    /// A tree that has grown leaf by leaf, with all its parts, and its root at each size.
    fn grown(count: u64) -> (HashMap<PartId, Hash>, Vec<Hash>) {
        let (mut frontier, mut parts) = (Frontier::default(), HashMap::new());
        let mut roots = vec![frontier.root()];
        for content in contents(count) {
            frontier.push(content, |part, hash| {
                assert_eq!(parts.insert(part, hash), None, "a complete part is complete once");
            });
            roots.push(frontier.root());
        }
        (parts, roots)
    }

    #[test]
    fn a_tree_that_grows_is_the_tree_of_its_leaves_at_every_size() {
        let (parts, roots) = grown(130);
        for size in 0..=130_u64 {
            let leaves = contents(size);
            assert_eq!(roots[usize::try_from(size).unwrap()], Tree::over(&leaves).root(), "size {size}");
            let peaks = Frontier::parts(size).into_iter().map(|part| parts[&part]).collect();
            let again = Frontier::of(size, peaks).unwrap();
            assert_eq!(again.root(), roots[usize::try_from(size).unwrap()], "kept and read back");
        }
        assert_eq!(Frontier::of(5, Vec::new()), None);
    }

    #[test]
    fn every_leaf_of_every_size_is_proven_as_by_the_small_tree() {
        let (parts, _) = grown(70);
        for size in 1..=70_u64 {
            let tree = Tree::over(&contents(size));
            for index in 0..size {
                let proof = Plan::inclusion(index, size).unwrap().proof(|part| parts.get(&part).copied());
                assert_eq!(proof.unwrap(), tree.path(usize::try_from(index).unwrap()), "{index} of {size}");
            }
            assert_eq!(Plan::inclusion(size, size), None);
        }
    }

    #[test]
    fn every_size_is_shown_to_be_the_beginning_of_every_later_one() {
        let (parts, roots) = grown(70);
        for second in 0..=70_usize {
            for first in 0..=second {
                let plan = Plan::consistency(first as u64, second as u64).unwrap();
                let proof = plan.proof(|part| parts.get(&part).copied()).unwrap();
                let (old, new) = ((first as u64, roots[first]), (second as u64, roots[second]));
                assert!(is_beginning(old, new, &proof), "{first} of {second}");
            }
            assert_eq!(Plan::consistency(second as u64 + 1, second as u64), None);
        }
    }

    #[test]
    fn the_largest_sizes_have_their_parts_too() {
        let size = u64::MAX;
        assert_eq!(Frontier::parts(size).len(), 64);
        assert_eq!(Frontier::parts(size)[0], PartId { level: 63, index: 0 });
        assert_eq!(
            Plan::inclusion(0, size).unwrap().parts().len(),
            63 + 63,
            "a way of 64 with an open right edge"
        );
    }

    proptest! {
        #[test]
        fn nothing_else_passes_for_the_beginning(first in 1_u64..120, more in 1_u64..80, at in 0_usize..64, bit in 0_usize..256) {
            let second = first + more;
            let (parts, roots) = grown(second);
            let root = |size: u64| roots[usize::try_from(size).unwrap()];
            let proof = Plan::consistency(first, second).unwrap().proof(|part| parts.get(&part).copied()).unwrap();
            let flipped = |hash: Hash| {
                let mut other = hash;
                other.0[bit / 8] ^= 1 << (bit % 8);
                other
            };
            let (old, new) = ((first, root(first)), (second, root(second)));
            prop_assert!(is_beginning(old, new, &proof));
            prop_assert!(!is_beginning((first, flipped(root(first))), new, &proof));
            prop_assert!(!is_beginning(old, (second, flipped(root(second))), &proof));
            prop_assert!(!is_beginning((second, root(second)), (first, root(first)), &proof));
            let mut changed = proof.clone();
            let at = at % proof.len();
            changed[at] = flipped(changed[at]);
            prop_assert!(!is_beginning(old, new, &changed));
            prop_assert!(!is_beginning(old, new, &proof[1..]));
            prop_assert!(!is_beginning(old, new, &[proof.as_slice(), &[root(1)]].concat()));
        }

        #[test]
        fn a_leaf_leads_to_the_root_of_its_checkpoint_only(size in 2_u64..200, index in 0_u64..200) {
            let index = index % size;
            let (parts, roots) = grown(size);
            let content = contents(size)[usize::try_from(index).unwrap()];
            let proof = Plan::inclusion(index, size).unwrap().proof(|part| parts.get(&part).copied()).unwrap();
            let root = roots[usize::try_from(size).unwrap()];
            prop_assert_eq!(root_of_path(content, index, size, &proof), Some(root));
            prop_assert_ne!(root_of_path(content, (index + 1) % size, size, &proof), Some(root));
        }
    }
}
