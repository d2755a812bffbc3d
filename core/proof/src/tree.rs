//! Merkle trees as RFC 6962 §2.1 builds them.

use crate::Hash;

/// Leaves and inner nodes are hashed with different first bytes, or an inner node could be passed off as a leaf.
const LEAF: &[u8] = &[0];
const NODE: &[u8] = &[1];

/// The hash of a leaf with this content.
pub(crate) fn leaf(content: Hash) -> Hash {
    Hash::of(&[LEAF, &content.0])
}

pub(crate) fn node(left: Hash, right: Hash) -> Hash {
    Hash::of(&[NODE, &left.0, &right.0])
}

/// A tree over the hashes of rows. Splitting at the largest power of two, as the RFC does, is the same as pairing from
/// below and carrying an odd last node up.
#[derive(Clone, Debug)]
pub struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree over these contents; of none, the hash of nothing.
    pub fn over(contents: &[Hash]) -> Tree {
        let mut levels = vec![contents.iter().map(|content| leaf(*content)).collect::<Vec<_>>()];
        while let Some(below) = levels.last()
            && below.len() > 1
        {
            let level = below.chunks(2).map(|pair| match pair {
                [left, right] => node(*left, *right),
                rest => rest[0],
            });
            let level = level.collect();
            levels.push(level);
        }
        Tree { levels }
    }

    /// How many leaves it has.
    pub fn size(&self) -> usize {
        self.levels[0].len()
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        match self.levels.last().and_then(|top| top.first()) {
            Some(root) => *root,
            None => Hash::of(&[]),
        }
    }

    /// The hashes that lead from a leaf to the root, from below; empty for an index outside.
    pub fn path(&self, index: usize) -> Vec<Hash> {
        if index >= self.size() {
            return Vec::new();
        }
        let siblings = self.levels.iter().enumerate().filter_map(|(height, level)| {
            let position = index >> height;
            level.get(position ^ 1).copied()
        });
        siblings.collect()
    }
}

/// The root that a leaf's path leads to (RFC 9162 §2.1.3.2); `None` when the path does not fit the tree's size.
pub fn root_of_path(content: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut position, mut last) = (index, size - 1);
    let mut hash = leaf(content);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if position % 2 == 1 || position == last {
            hash = node(*sibling, hash);
            // an odd last node was carried up: skip the levels at which it stood alone
            while position % 2 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(hash, *sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contents(count: usize) -> Vec<Hash> {
        (0..count).map(|n| Hash::of(&[&n.to_be_bytes()])).collect()
    }

    /// The RFC's own recursive definition.
    fn defined(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of(&[]),
            [only] => leaf(*only),
            many => {
                let split = (many.len() - 1).ilog2();
                let (left, right) = many.split_at(1 << split);
                node(defined(left), defined(right))
            }
        }
    }

    #[test]
    fn every_leaf_of_every_size_leads_to_the_root_of_the_definition() {
        for size in 0..70 {
            let contents = contents(size);
            let tree = Tree::over(&contents);
            assert_eq!(tree.root(), defined(&contents), "size {size}");
            for (index, content) in contents.iter().enumerate() {
                let path = tree.path(index);
                let root = root_of_path(*content, index as u64, size as u64, &path);
                assert_eq!(root, Some(tree.root()), "{index} of {size}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_other_place_content_or_path_leads_there(size in 1_usize..200, index in 0_usize..200, bit in 0_usize..256) {
            let index = index % size;
            let contents = contents(size);
            let tree = Tree::over(&contents);
            let path = tree.path(index);
            let mut other = contents[index];
            other.0[bit / 8] ^= 1 << (bit % 8);
            let content = contents[index];
            let (index, size) = (index as u64, size as u64);
            prop_assert_ne!(root_of_path(other, index, size, &path), Some(tree.root()));
            prop_assert_eq!(root_of_path(content, size, size, &path), None);
            if let Some((_, shorter)) = path.split_last() {
                prop_assert_ne!(root_of_path(content, index, size, shorter), Some(tree.root()));
            }
            let longer = [path.as_slice(), &[other]].concat();
            prop_assert_eq!(root_of_path(content, index, size, &longer), None);
        }
    }
}
