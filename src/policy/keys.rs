//! Which keys does a user's file set, and which of them are wrong by themselves?

use super::{Policy, PolicyError, Wrong};
use toml::{Table, Value};

/// A key of a policy with its value: a table's keys stand with points between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// The key, part by part.
    pub path: Vec<String>,
    /// Its value.
    pub value: Value,
}

impl Leaf {
    /// The key as people write it.
    #[must_use]
    pub fn key(&self) -> String {
        self.path.join(".")
    }

    /// A policy file with this key alone.
    #[must_use]
    pub fn alone(&self) -> Table {
        let mut table = Table::new();
        let mut value = Some(self.value.clone());
        for (i, part) in self.path.iter().enumerate().rev() {
            table = Table::from_iter([(
                part.clone(),
                if i + 1 == self.path.len() { value.take() } else { None }.unwrap_or(Value::Table(table)),
            )]);
        }
        table
    }
}

/// The keys that a user's file sets. A table that the defaults do not have is one key: its parts mean something only together.
#[must_use]
pub fn leaves(user: &Table, defaults: &Table) -> Vec<Leaf> {
    let mut found = Vec::new();
    walk(user, defaults, &mut Vec::new(), &mut found);
    found
}

fn walk(user: &Table, defaults: &Table, path: &mut Vec<String>, found: &mut Vec<Leaf>) {
    for (key, value) in user {
        path.push(key.clone());
        match (value, defaults.get(key)) {
            (Value::Table(user), Some(Value::Table(defaults))) => walk(user, defaults, path, found),
            _ => found.push(Leaf { path: path.clone(), value: value.clone() }),
        }
        path.pop();
    }
}

/// The keys of a user's file that are wrong by themselves: each is put alone into the defaults and read, so that a file with several
/// mistakes tells all of them at once.
#[must_use]
pub fn wrong_alone(defaults: &Policy, user: &Table, read: &dyn Fn(&Policy) -> Result<(), PolicyError>) -> Vec<Wrong> {
    let tried = leaves(user, defaults.table()).into_iter().filter_map(|leaf| {
        let error = defaults.with(&leaf.alone()).and_then(|policy| read(&policy)).err()?;
        let message = match error {
            PolicyError::Section { message, .. } => message.trim().to_owned(),
            other => other.to_string(),
        };
        Some(Wrong { key: leaf.key(), message })
    });
    tried.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_table_is_one_key_and_a_known_one_is_read_key_by_key() {
        let defaults: Table = "[a]\nx = 1\n[a.b]\ny = 2\n".parse().unwrap();
        let user: Table = "[a.b]\ny = 3\nz = 4\n[a.c]\np = 1\nq = 2\n".parse().unwrap();
        let found = leaves(&user, &defaults);
        assert_eq!(found.iter().map(Leaf::key).collect::<Vec<_>>(), ["a.b.y", "a.b.z", "a.c"]);
        assert_eq!(found[0].alone(), "[a.b]\ny = 3\n".parse().unwrap());
        assert_eq!(found[2].alone(), "[a.c]\np = 1\nq = 2\n".parse().unwrap());
    }

    #[test]
    fn every_wrong_key_is_told() {
        let defaults = Policy::builtin().unwrap();
        let user: Table = "[prise]\nx = 1\n[price.calendar]\nkind = \"weekly\"\n[rules]\nx = 1\n".parse().unwrap();
        let read = |policy: &Policy| -> Result<(), PolicyError> {
            let kind = policy.table()["price"]["calendar"]["kind"].as_str().map(str::to_owned);
            if kind.as_deref() == Some("monthly") {
                Ok(())
            } else {
                Err(PolicyError::Section { section: "price".to_owned(), message: "kind".to_owned() })
            }
        };
        let keys: Vec<String> = wrong_alone(&defaults, &user, &read).into_iter().map(|w| w.key).collect();
        assert_eq!(keys, ["price.calendar.kind", "prise"]);
    }
}
