//! Which counts may be public? None so small that it could point at somebody, and none from which such a one can be worked out.

use std::collections::BTreeMap;

/// Counts of one product and period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sales admitted.
    pub n: u32,
    /// Distinct sellers among them.
    pub sellers: u32,
    /// Distinct buyers.
    pub buyers: u32,
    /// Sales left out, by code.
    pub excluded: BTreeMap<String, u32>,
}

/// The same as the public sees them; `None`: not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// Sales admitted.
    pub n: Option<u32>,
    /// Distinct sellers among them.
    pub sellers: Option<u32>,
    /// Distinct buyers.
    pub buyers: Option<u32>,
    /// Sales left out, by code.
    pub excluded: BTreeMap<String, Option<u32>>,
}

/// Hides every count from 1 to below `min_shown`. Admitted and excluded sales are the parts of one whole, which others may know (each
/// company knows what it reported): a part that alone is hidden would be the whole less the others, so the next smallest is hidden
/// with it. Where `n` is hidden the parties are too: they would bound it.
#[must_use]
pub fn shown(counts: &Counts, min_shown: u32) -> Shown {
    let small = |count: u32| count > 0 && count < min_shown;
    let mut hidden: Vec<&str> = counts.excluded.iter().filter(|(_, n)| small(**n)).map(|(code, _)| code.as_str()).collect();
    let mut n_hidden = small(counts.n);
    if hidden.len() + usize::from(n_hidden) == 1 {
        let others = counts.excluded.iter().filter(|(code, _)| !hidden.contains(&code.as_str()));
        // The number of sales that a price rests on goes last.
        match others.min_by_key(|(code, n)| (**n, code.as_str())) {
            Some((next, _)) => hidden.push(next),
            None => n_hidden = true,
        }
    }
    let party = |count: u32| (!n_hidden && !small(count)).then_some(count);
    Shown {
        n: (!n_hidden).then_some(counts.n),
        sellers: party(counts.sellers),
        buyers: party(counts.buyers),
        excluded: counts.excluded.iter().map(|(code, n)| (code.clone(), (!hidden.contains(&code.as_str())).then_some(*n))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: [&str; 3] = ["M_GRADE", "S1_DUPLICATE", "S3_MINLOT"];

    /// Every combination of small counts.
    fn worlds(most: u32) -> Vec<Counts> {
        let mut worlds = Vec::new();
        for n in 0..=most {
            for sellers in u32::from(n > 0)..=n {
                for buyers in u32::from(n > 0)..=n {
                    for parts in 0..(most + 1).pow(3) {
                        let part = |i: u32| parts / (most + 1).pow(i) % (most + 1);
                        let excluded = (0u32..).zip(CODES).map(|(i, code)| (code.to_owned(), part(i))).filter(|(_, n)| *n > 0);
                        worlds.push(Counts { n, sellers, buyers, excluded: excluded.collect() });
                    }
                }
            }
        }
        worlds
    }

    /// Two different things that hide behind the same public text, for every number that is hidden: a reader who knows the rule and
    /// the text, and nothing else, can't tell which it is.
    #[test]
    fn no_hidden_number_follows_from_what_is_shown() {
        // Above the largest count of the others so that complements have room.
        let mut behind: BTreeMap<Shown, Vec<Counts>> = BTreeMap::new();
        for world in worlds(5) {
            behind.entry(shown(&world, 3)).or_default().push(world);
        }
        for (text, worlds) in &behind {
            let differ = |of: &dyn Fn(&Counts) -> u32| worlds.iter().any(|w| of(w) != of(&worlds[0]));
            assert!(text.n.is_some() || differ(&|w| w.n), "{text:?}");
            assert!(text.sellers.is_some() || differ(&|w| w.sellers), "{text:?}: sellers");
            assert!(text.buyers.is_some() || differ(&|w| w.buyers), "{text:?}: buyers");
            for (code, count) in &text.excluded {
                assert!(count.is_some() || differ(&|w| w.excluded[code]), "{text:?}: {code}");
            }
        }
    }

    /// Not even with the whole known.
    #[test]
    fn no_hidden_number_is_the_whole_less_what_is_shown() {
        for world in worlds(5) {
            let text = shown(&world, 3);
            let hidden = text.excluded.values().filter(|n| n.is_none()).count() + usize::from(text.n.is_none());
            assert!(hidden != 1 || world.excluded.is_empty(), "{world:?} → {text:?}");
        }
    }

    #[test]
    fn nothing_is_hidden_without_need_and_no_small_count_is_shown() {
        for world in worlds(5) {
            let text = shown(&world, 3);
            let counts = [text.n, text.sellers, text.buyers].into_iter().chain(text.excluded.values().copied());
            assert!(counts.flatten().all(|n| n == 0 || n >= 3), "{text:?}");
            let all = [world.n, world.sellers, world.buyers].into_iter().chain(world.excluded.values().copied());
            if all.into_iter().all(|n| n == 0 || n >= 3) {
                let counts = [text.n, text.sellers, text.buyers].into_iter().chain(text.excluded.values().copied());
                assert!(counts.into_iter().all(|n| n.is_some()), "{text:?}");
            }
        }
    }
}
