//! Which plates are registered as vehicles that carry no ore? Cars, motorcycles, ambulances …, by the words of policy.

use super::Prepared;
use crate::engine::{EngineError, Rows};
use crate::rules::context::Context;
use polars::prelude::*;
use std::collections::BTreeMap;

/// `plate`: those of which every entry of the register names an unfit class.
pub(super) static TABLE: Prepared = Prepared { name: "unfit_vehicles", parameters: &["unfit_classes"], make };

fn make(context: &Context) -> Result<DataFrame, EngineError> {
    let words = context.list("unfit_classes")?;
    let frame = context.engine.sql("SELECT plate, class FROM vehicles WHERE plate IS NOT NULL")?;
    let rows = Rows::new(&frame);
    // A plate with two entries is unfit only if both are: the number may have gone from a car to a truck.
    let mut plates: BTreeMap<String, bool> = BTreeMap::new();
    for row in 0..frame.height() {
        let Some(plate) = rows.text("plate", row)? else { continue };
        let unfit = rows.text("class", row)?.is_some_and(|class| words.iter().any(|word| names(&class, word)));
        let all = plates.entry(plate).or_insert(true);
        *all = *all && unfit;
    }
    let unfit: Vec<&str> = plates.iter().filter(|(_, unfit)| **unfit).map(|(plate, _)| plate.as_str()).collect();
    Ok(DataFrame::new(unfit.len(), vec![Column::new("plate".into(), unfit)])?)
}

/// Chinese words stand anywhere in a class; a Latin word must be a word of its own, or every cargo truck would be a car.
fn names(class: &str, word: &str) -> bool {
    if !word.is_ascii() {
        return class.contains(word);
    }
    class.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_inside_a_chinese_class_and_as_a_latin_word_of_its_own() {
        assert!(names("小型轿车", "轿车") && names("普通二轮摩托车", "摩托"));
        assert!(!names("重型自卸货车", "轿车"));
        assert!(names("Passenger Car", "car") && !names("cargo truck", "car"));
    }
}
