//! Which numbers does the user decide? Thresholds, cost parameters, the mechanism, tolerances, departments.
//!
//! The defaults are built in, one file a room (`src/policy/*.toml`, documented there); a user's `policy.toml` replaces
//! single keys. A room reads its own section into its own struct; no number of policy stands in code.

pub mod diff;
pub mod keys;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The built-in defaults: a section of the same name each.
const DEFAULTS: [(&str, &str); 4] = [
    ("cases", include_str!("cases.toml")),
    ("price", include_str!("price.toml")),
    ("risk", include_str!("risk.toml")),
    ("rules", include_str!("rules.toml")),
];

/// Why a policy can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The file can't be read.
    #[error("读取政策文件 {path} 失败：{source} / cannot read the policy file {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML.
    #[error("政策文件 {path} 不是有效的 TOML：{message} / the policy file {path} is no valid TOML: {message}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// A key that no room knows, or a value of the wrong type.
    #[error("政策 [{section}] 有误：{message} / policy section [{section}] is wrong: {message}")]
    Section {
        /// The section.
        section: String,
        /// Which key and what is allowed.
        message: String,
    },
    /// Keys with values that are not allowed.
    #[error("政策有误，请改正 / the policy is wrong, correct it:\n  {}", listed(.0))]
    Keys(Vec<Wrong>),
}

/// A key of the policy that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The key with its section: `price.product.lepidolite_concentrate.centre.trim`.
    pub key: String,
    /// What is allowed, or what is wrong with it, in both languages.
    pub message: String,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}：{}", self.key, self.message)
    }
}

fn listed(wrongs: &[Wrong]) -> String {
    wrongs.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

/// The policy in force.
#[derive(Clone, Debug)]
pub struct Policy {
    table: Table,
    hash: String,
}

impl Policy {
    /// The built-in defaults.
    ///
    /// # Errors
    /// [`PolicyError`] if a built-in file is broken (a test closes this).
    pub fn builtin() -> Result<Self, PolicyError> {
        let mut table = Table::new();
        for (section, text) in DEFAULTS {
            let parsed: Table =
                text.parse().map_err(|e: toml::de::Error| PolicyError::Section { section: section.to_owned(), message: e.to_string() })?;
            table.insert(section.to_owned(), Value::Table(parsed));
        }
        Ok(Self::of(table))
    }

    /// The defaults with the keys of the user's file in their place.
    ///
    /// # Errors
    /// [`PolicyError`] if the file can't be read or is no TOML, or has a section that nothing reads.
    pub fn load(path: Option<&Path>) -> Result<Self, PolicyError> {
        let builtin = Self::builtin()?;
        let Some(path) = path else { return Ok(builtin) };
        builtin.with(&read(path)?)
    }

    /// This policy with the keys of `user` in their place.
    ///
    /// # Errors
    /// [`PolicyError::Section`] for a section that nothing reads.
    pub fn with(&self, user: &Table) -> Result<Self, PolicyError> {
        for section in user.keys() {
            if !self.table.contains_key(section) {
                let known: Vec<&str> = self.table.keys().map(String::as_str).collect();
                return Err(PolicyError::Section {
                    section: section.clone(),
                    message: format!("没有这个小节，只有 / no such section, there are only: {}", known.join(", ")),
                });
            }
        }
        let mut table = self.table.clone();
        merge(&mut table, user);
        Ok(Self::of(table))
    }

    /// A section as the struct of the room that reads it; that struct denies unknown fields.
    ///
    /// # Errors
    /// [`PolicyError::Section`] naming the key.
    pub fn section<T: DeserializeOwned>(&self, section: &str) -> Result<T, PolicyError> {
        let value = self.table.get(section).cloned().unwrap_or_else(|| Value::Table(Table::new()));
        value.try_into().map_err(|e: toml::de::Error| PolicyError::Section { section: section.to_owned(), message: e.to_string() })
    }

    /// SHA-256 of the whole policy in force, hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The whole policy in force.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// The whole policy in force as TOML.
    #[must_use]
    pub fn to_toml(&self) -> String {
        self.table.to_string()
    }

    fn of(table: Table) -> Self {
        let digest = Sha256::digest(table.to_string().as_bytes());
        let hash = digest.iter().map(|b| format!("{b:02x}")).collect();
        Self { table, hash }
    }
}

/// The keys of a user's file, as written.
///
/// # Errors
/// [`PolicyError`] if the file can't be read or is no TOML.
pub fn read(path: &Path) -> Result<Table, PolicyError> {
    let text = std::fs::read_to_string(path).map_err(|source| PolicyError::Read { path: path.to_owned(), source })?;
    text.parse().map_err(|e: toml::de::Error| PolicyError::Syntax { path: path.to_owned(), message: e.to_string() })
}

/// Tables are merged key by key; anything else of the user's replaces the default.
fn merge(base: &mut Table, user: &Table) {
    for (key, value) in user {
        match (base.get_mut(key), value) {
            (Some(Value::Table(base)), Value::Table(user)) => merge(base, user),
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_key_replaces_the_default_and_changes_the_hash() {
        let builtin = Policy::builtin().unwrap();
        let user: Table = "[rules.over-scale-month]\nshare_pct = 12.5\n".parse().unwrap();
        let policy = builtin.with(&user).unwrap();
        assert_ne!(policy.hash(), builtin.hash());
        assert!(policy.to_toml().contains("share_pct = 12.5"));
    }

    #[test]
    fn a_section_that_nothing_reads_is_an_error() {
        let user: Table = "[prise]\nx = 1\n".parse().unwrap();
        let error = Policy::builtin().unwrap().with(&user).unwrap_err().to_string();
        assert!(error.contains("prise") && error.contains("price"), "{error}");
    }
}
