//! Which of a month's ore came from a licensed mine, and which did not?

use crate::balance::Flow;
use crate::chart::origin::MonthOrigin;
use crate::records::product::ORE;
use crate::rules::finding::{Finding, SubjectKind};
use std::collections::BTreeMap;

/// The rules that say, day by day, that a mine dispatched without a licence in force.
const UNLICENSED: [&str; 4] = ["licence-none", "licence-expired", "licence-suspended", "exploration-ore"];

/// Raw ore by month and group of origin. Kinds of places and unknown places come from the tickets; whether a mine's licence was
/// in force comes from the findings, which look at each ticket's day. Trips from yards, traders and plants are second legs of
/// ore that was counted when it left its origin.
pub(super) fn by_origin(flows: &[Flow], findings: &[Finding]) -> Vec<MonthOrigin> {
    let mut months: BTreeMap<&str, [i64; 4]> = BTreeMap::new();
    // Ore of mines by month and mine: the licensed part is what no finding takes away.
    let mut mines: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for flow in flows.iter().filter(|f| f.product == ORE) {
        let [_, _, other, unknown] = match flow.origin_kind.as_deref() {
            Some("mine" | "exploration" | "construction" | "restoration") | None => months.entry(&flow.month).or_default(),
            Some(_) => continue,
        };
        match (flow.origin_kind.as_deref(), flow.origin_site.as_deref()) {
            (Some("mine"), Some(site)) => *mines.entry((&flow.month, site)).or_default() += flow.net_kg,
            (None, _) => *unknown += flow.net_kg,
            _ => *other += flow.net_kg,
        }
    }
    for ((month, site), kg) in mines {
        let unlicensed: i64 = findings
            .iter()
            .filter(|f| f.subject_kind == SubjectKind::Site && f.subject == site && UNLICENSED.contains(&f.rule.as_str()))
            .filter(|f| month.starts_with(&f.period) && f.period.len() == 7)
            .filter_map(|f| f.quantity_kg)
            .sum();
        let [licensed, without, _, _] = months.entry(month).or_default();
        *without += unlicensed.min(kg);
        *licensed += kg - unlicensed.min(kg);
    }
    months.into_iter().map(|(month, kg)| MonthOrigin { month: month.to_owned(), kg }).collect()
}

/// Sum over all months by group, kg.
pub(super) fn totals(months: &[MonthOrigin]) -> [i64; 4] {
    let mut sums = [0; 4];
    for month in months {
        for (sum, kg) in sums.iter_mut().zip(month.kg) {
            *sum += kg;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::finding::{Certainty, Severity};
    use crate::text::Said;

    fn flow(kind: Option<&str>, site: Option<&str>, kg: i64) -> Flow {
        Flow {
            month: "2023-06-01".to_owned(),
            product: ORE.to_owned(),
            origin_site: site.map(str::to_owned),
            origin_name: String::new(),
            origin_kind: kind.map(str::to_owned),
            destination_site: None,
            destination_name: String::new(),
            tickets: 1,
            net_kg: kg,
            dry_kg: 0,
            li2o_g: 0,
            tickets_without_li2o: 1,
        }
    }

    fn expired(site: &str, period: &str, kg: i64) -> Finding {
        Finding {
            id: String::new(),
            rule: "licence-expired".to_owned(),
            title: Said::default(),
            family: String::new(),
            certainty: Certainty::Proven,
            severity: Severity::High,
            department: Said::default(),
            basis: Said::default(),
            subject_kind: SubjectKind::Site,
            subject: site.to_owned(),
            subject_name: String::new(),
            period: period.to_owned(),
            quantity_kg: Some(kg),
            observed: None,
            allowed: None,
            unit: String::new(),
            evidence: 1,
            says: Said::default(),
            clears: Said::default(),
        }
    }

    #[test]
    fn ore_is_counted_once_and_in_one_group() {
        let flows = [
            flow(Some("mine"), Some("M1"), 70_000),
            flow(Some("mine"), Some("M1"), 30_000),
            flow(Some("mine"), Some("M2"), 5_000),
            flow(Some("stockyard"), Some("Y1"), 90_000),
            flow(Some("restoration"), Some("R1"), 7_000),
            flow(None, None, 3_000),
        ];
        let findings = [expired("M1", "2023-06", 40_000), expired("M1", "2023-07", 1_000), expired("M3", "2023-06", 9_000)];
        let months = by_origin(&flows, &findings);
        assert_eq!(months, [MonthOrigin { month: "2023-06-01".to_owned(), kg: [65_000, 40_000, 7_000, 3_000] }]);
        assert_eq!(totals(&months).iter().sum::<i64>(), 115_000);
    }
}
