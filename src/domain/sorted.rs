//! A sorted map of which a copy is cheap, however much is in it: a reader keeps the copy that it has while the next one
//! is made.
//!
//! Invariant: two copies share all but the few entries around those that differ.

use std::borrow::Borrow;
use std::sync::Arc;

/// A part has at most this many entries; one that grows beyond it becomes two.
const PART_MAX: usize = 64;

/// Entries by key, in order.
#[derive(Debug)]
pub struct Sorted<K, V> {
    /// None is empty; each lies behind the one before it.
    parts: Vec<Arc<Vec<(K, V)>>>,
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<K, V> Clone for Sorted<K, V> {
    fn clone(&self) -> Self {
        Self { parts: self.parts.clone() }
    }
}

impl<K: Ord, V> Sorted<K, V> {
    /// The part in which a key is, or would be.
    fn part_of<Q: Ord + ?Sized>(&self, key: &Q) -> usize
    where
        K: Borrow<Q>,
    {
        let behind = self.parts.partition_point(|part| part.first().is_some_and(|(first, _)| first.borrow() <= key));
        behind.saturating_sub(1)
    }

    /// What is there under this key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let part = self.parts.get(self.part_of(key))?;
        let at = part.binary_search_by(|(its, _)| its.borrow().cmp(key)).ok()?;
        part.get(at).map(|(_, value)| value)
    }

    /// All entries, in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.parts.iter().flat_map(|part| part.iter()).map(|(key, value)| (key, value))
    }

    /// All entries from the first that is not before the place that `is_before` says, in order. Of two keys the earlier
    /// one is before that place whenever the later one is.
    pub fn from(&self, is_before: impl Fn(&K) -> bool) -> impl Iterator<Item = (&K, &V)> {
        let part = self.parts.partition_point(|part| part.last().is_some_and(|(last, _)| is_before(last)));
        let at = self.parts.get(part).map_or(0, |part| part.partition_point(|(key, _)| is_before(key)));
        let rest = self.parts.get(part..).unwrap_or_default();
        rest.iter().flat_map(|part| part.iter()).skip(at).map(|(key, value)| (key, value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl<K: Ord + Clone, V: Clone> Sorted<K, V> {
    /// Puts a value under a key, and answers what was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let place = self.part_of(&key);
        let Some(part) = self.parts.get_mut(place) else {
            self.parts.push(Arc::new(vec![(key, value)]));
            return None;
        };
        let part = Arc::make_mut(part);
        match part.binary_search_by(|(its, _)| its.cmp(&key)) {
            Ok(at) => return part.get_mut(at).map(|(_, its)| std::mem::replace(its, value)),
            Err(at) => part.insert(at, (key, value)),
        }
        if part.len() > PART_MAX {
            let behind = part.split_off(PART_MAX / 2);
            self.parts.insert(place + 1, Arc::new(behind));
        }
        None
    }

    /// Takes out what is under a key, and answers it.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.part_of(key);
        let part = self.parts.get_mut(place)?;
        let at = part.binary_search_by(|(its, _)| its.borrow().cmp(key)).ok()?;
        let part = Arc::make_mut(part);
        let (_, value) = part.remove(at);
        if part.is_empty() {
            self.parts.remove(place);
        }
        Some(value)
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut sorted = Self::default();
        for (key, value) in entries {
            sorted.insert(key, value);
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn it_is_as_a_map_of_the_standard_library_and_copies_stay_as_they_were() {
        let mut state: u64 = 20_261_130;
        let mut below = |sides: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % sides
        };
        let (mut map, mut sorted) = (BTreeMap::new(), Sorted::default());
        for round in 0..4_000_u64 {
            let key = below(700);
            let copy = (round % 50 == 0).then(|| (map.clone(), sorted.clone()));
            // It grows at first and shrinks in the end.
            if below(4_000) > round {
                assert_eq!(sorted.insert(key, round), map.insert(key, round));
            } else {
                assert_eq!(sorted.remove(&key), map.remove(&key));
            }
            assert_eq!(sorted.get(&key), map.get(&key));
            assert_eq!(sorted.from(|one| *one < key).next(), map.range(key..).next());
            assert_eq!((sorted.len(), sorted.is_empty()), (map.len(), map.is_empty()));
            if let Some((map, sorted)) = copy {
                assert!(sorted.iter().eq(map.iter()));
                assert!(sorted.iter().rev().eq(map.iter().rev()));
                assert!(sorted.from(|one| *one < key).eq(map.range(key..)));
            }
        }
    }
}
