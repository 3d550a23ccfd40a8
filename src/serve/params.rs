//! Which filters does a query name, and are they such that the resource has?

use super::asked::Asked;
use super::problem::Problem;
use crate::price::calendar::is_period;
pub(super) use crate::price::calendar::within;
use crate::records::product::PRODUCTS;
use crate::text::Said;

/// Keys that every list of the API has.
pub(super) const LIST_KEYS: [&str; 4] = ["limit", "cursor", "format", "lang"];
/// Rows of one answer where the client names no limit.
const USUAL_LIMIT: usize = 100;
/// Rows of one answer at most.
const MOST_LIMIT: usize = 1000;

/// The filters of one request to the API.
#[derive(Debug)]
pub(super) struct Params<'a> {
    given: Vec<(&'a str, &'a str)>,
}

impl<'a> Params<'a> {
    /// The query, if every key is one of `own` or of every list's, and stands there once.
    pub(super) fn of(asked: &'a Asked, own: &[&'static str]) -> Result<Self, Problem> {
        let allowed: Vec<&str> = own.iter().chain(&LIST_KEYS).copied().collect();
        let mut given: Vec<(&str, &str)> = Vec::new();
        for (key, value) in &asked.query {
            if !allowed.contains(&key.as_str()) {
                return Err(Problem::unknown_key(key, &allowed));
            }
            if given.iter().any(|(k, _)| k == key) {
                let once = Said::new("同一参数只能出现一次", "a key may stand there once only");
                return Err(Problem::bad_value(key, value, once, Vec::new()));
            }
            given.push((key, value));
        }
        let params = Self { given };
        params.one_of("lang", &["zh", "en"])?;
        params.one_of("format", &["json", "csv"])?;
        Ok(params)
    }

    /// The value of a key; an empty one is none.
    pub(super) fn get(&self, key: &str) -> Option<&'a str> {
        self.given.iter().find(|(k, v)| *k == key && !v.is_empty()).map(|(_, v)| *v)
    }

    /// A value from a fixed list.
    pub(super) fn one_of(&self, key: &str, allowed: &[&str]) -> Result<Option<&'a str>, Problem> {
        match self.get(key) {
            Some(value) if !allowed.contains(&value) => {
                let list = allowed.join(", ");
                let want = Said::new(format!("只能是 {list}"), format!("it must be one of {list}"));
                Err(Problem::bad_value(key, value, want, allowed.iter().map(|a| (*a).to_owned()).collect()))
            }
            value => Ok(value),
        }
    }

    /// A product id.
    pub(super) fn product(&self) -> Result<Option<&'a str>, Problem> {
        let ids: Vec<&str> = PRODUCTS.iter().map(|p| p.id).collect();
        self.one_of("product", &ids)
    }

    /// A year, month, half of a month or day.
    pub(super) fn period(&self, key: &str) -> Result<Option<&'a str>, Problem> {
        match self.get(key) {
            Some(value) if !is_period(value) => Err(not_a_period(key, value)),
            value => Ok(value),
        }
    }

    /// Rows wanted in one answer; `None`: the client does not say.
    pub(super) fn limit(&self) -> Result<Option<usize>, Problem> {
        let Some(value) = self.get("limit") else { return Ok(None) };
        match value.parse() {
            Ok(limit) if (1..=MOST_LIMIT).contains(&limit) => Ok(Some(limit)),
            _ => {
                let want = Said::new(format!("应为 1 到 {MOST_LIMIT} 的整数"), format!("it must be a whole number from 1 to {MOST_LIMIT}"));
                Err(Problem::bad_value("limit", value, want, Vec::new()))
            }
        }
    }

    /// Rows of one answer.
    pub(super) fn limit_or_usual(&self) -> Result<usize, Problem> {
        Ok(self.limit()?.unwrap_or(USUAL_LIMIT))
    }

    /// What was asked for, without where in the list and how many: the same question has the same hash.
    pub(super) fn question_hash(&self, path: &str) -> u64 {
        let mut filters: Vec<&(&str, &str)> =
            self.given.iter().filter(|(k, v)| !v.is_empty() && !matches!(*k, "cursor" | "limit" | "lang" | "format")).collect();
        filters.sort_unstable();
        let text: Vec<String> = filters.iter().map(|(k, v)| format!("{k}\u{1f}{v}")).collect();
        xxhash_rust::xxh3::xxh3_64(format!("{path}\u{1e}{}", text.join("\u{1e}")).as_bytes())
    }
}

/// Not a year, month, half of a month or day.
pub(super) fn not_a_period(key: &str, value: &str) -> Problem {
    let want = Said::new("应为 2023、2023-06、2023-06-1h 或 2023-06-05", "it must look like 2023, 2023-06, 2023-06-1h or 2023-06-05");
    Problem::bad_value(key, value, want, Vec::new())
}
