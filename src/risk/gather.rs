//! Which findings count for whom? Its own; for a site also those about trucks and tickets of what it loaded.

use super::policy::RiskPolicy;
use super::score::{Mass, Part, Parts};
use super::{Reason, Risk};
use crate::balance::Site;
use crate::engine::{Engine, EngineError, Rows};
use crate::rules::finding::{Finding, SubjectKind};
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Where and when a ticket was loaded, and by which truck.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Haul {
    /// Ticket number.
    pub ticket: String,
    /// Beijing day, ISO 8601.
    pub day: String,
    /// The site that loaded it; `None`: in no register.
    pub site: Option<String>,
    /// The truck.
    pub plate: String,
    /// Loading position, millionths of a degree: latitude, longitude.
    pub position_e6: Option<(i64, i64)>,
}

/// A ticket that a finding of mass names.
struct Named<'a> {
    finding: &'a Finding,
    ticket: usize,
    kg: i64,
}

/// What all findings say, by where it counts.
struct Evidence<'a> {
    /// Findings that speak of their subject as a whole, and findings without mass.
    subjects: Vec<&'a Finding>,
    named: Vec<Named<'a>>,
    /// Ticket numbers, sorted.
    tickets: Vec<String>,
}

const HAULS: &str = "
SELECT ticket_no, day, origin_site, plate,
       CAST(ROUND(loaded_lat * 1000000.0) AS BIGINT) AS lat_e6, CAST(ROUND(loaded_lon * 1000000.0) AS BIGINT) AS lon_e6
FROM shipments
";

/// Where the tickets that findings name were loaded; a number that two tickets bear has both. By ticket and day. The papers behind
/// what is said of a subject as a whole (all tickets of a year) are left out.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read or the evidence has not its columns.
pub fn hauls(engine: &Engine, evidence: &DataFrame) -> Result<Vec<Haul>, EngineError> {
    let rows = || evidence.clone().lazy();
    let whole = rows().filter(col("ticket_no").is_null().and(col("quantity_kg").is_not_null())).select([col("finding")]);
    let by = |column: &str| [col(column)];
    let wanted = rows().filter(col("ticket_no").is_not_null()).join(whole, by("finding"), by("finding"), JoinArgs::new(JoinType::Anti));
    let wanted = wanted.select([col("ticket_no")]).unique(None, UniqueKeepStrategy::Any);
    let plan = engine.plan(HAULS)?.join(wanted, by("ticket_no"), by("ticket_no"), JoinArgs::new(JoinType::Semi));
    let frame = plan.collect_with_engine(polars::prelude::Engine::Streaming)?.unwrap_single();
    let rows = Rows::new(&frame);
    let mut hauls = Vec::with_capacity(frame.height());
    for row in 0..frame.height() {
        hauls.push(Haul {
            ticket: rows.text("ticket_no", row)?.unwrap_or_default(),
            day: rows.day("day", row)?.map(|d| d.to_string()).unwrap_or_default(),
            site: rows.text("origin_site", row)?,
            plate: rows.text("plate", row)?.unwrap_or_default(),
            position_e6: rows.integer("lat_e6", row)?.zip(rows.integer("lon_e6", row)?),
        });
    }
    hauls.sort();
    Ok(hauls)
}

/// The risk of every site, place and truck with a finding, the highest first. `hauls` are those of [`hauls`]; `sites` give the names
/// of sites that only findings about trucks speak of.
///
/// # Errors
/// [`EngineError::Shape`] if the evidence has not its columns.
pub fn assess(
    findings: &[Finding],
    evidence: &DataFrame,
    hauls: &[Haul],
    sites: &[Site],
    policy: &RiskPolicy,
) -> Result<Vec<Risk>, EngineError> {
    let evidence = read(findings, evidence)?;
    let loaded = loaded(&evidence.tickets, hauls);
    let mut subjects: BTreeMap<(SubjectKind, &str), Vec<Said>> = BTreeMap::new();
    for finding in &evidence.subjects {
        if finding.subject_kind != SubjectKind::Ticket {
            subjects.entry((finding.subject_kind, &finding.subject)).or_default().push(Said { finding, ticket: None, others: false });
        }
    }
    for named in &evidence.named {
        for (subject, others) in counts_for(named, loaded.get(named.ticket).map_or(&[][..], Vec::as_slice)) {
            let said = Said { finding: named.finding, ticket: Some((named.ticket, named.kg)), others };
            subjects.entry(subject).or_default().push(said);
        }
    }
    let days: Vec<Option<&str>> = loaded.iter().map(|hauls| hauls.first().map(|h| h.day.as_str())).collect();
    let registered = sites.iter().map(|s| ((SubjectKind::Site, s.site_id.as_str()), s.name.as_str()));
    let found = findings.iter().map(|f| ((f.subject_kind, f.subject.as_str()), f.subject_name.as_str()));
    let names: BTreeMap<(SubjectKind, &str), &str> = found.chain(registered).collect();
    let mut risks: Vec<Risk> = subjects
        .into_iter()
        .filter(|((kind, _), _)| matches!(kind, SubjectKind::Site | SubjectKind::Place | SubjectKind::Plate))
        .map(|(subject, said)| {
            let name = names.get(&subject).copied().unwrap_or(subject.1);
            risk(subject, name, &said, &evidence.tickets, &days, policy)
        })
        .collect();
    risks.sort_by(|a, b| order(a).cmp(&order(b)));
    Ok(risks)
}

fn order(risk: &Risk) -> impl Ord + '_ {
    (std::cmp::Reverse(risk.score_kg), risk.subject_kind, &risk.subject)
}

/// What a finding says of a subject: of a ticket, or of the whole.
struct Said<'a> {
    finding: &'a Finding,
    ticket: Option<(usize, i64)>,
    /// The finding is about another subject.
    others: bool,
}

/// The subject of the finding; and of findings about trucks and tickets the site that loaded it (of tickets the truck too).
fn counts_for<'a>(named: &Named<'a>, hauls: &[&'a Haul]) -> BTreeSet<((SubjectKind, &'a str), bool)> {
    let finding = named.finding;
    let mut subjects = BTreeSet::new();
    if finding.subject_kind != SubjectKind::Ticket {
        subjects.insert(((finding.subject_kind, finding.subject.as_str()), false));
    }
    for haul in hauls {
        if matches!(finding.subject_kind, SubjectKind::Plate | SubjectKind::Ticket)
            && let Some(site) = &haul.site
        {
            subjects.insert(((SubjectKind::Site, site.as_str()), true));
        }
        if finding.subject_kind == SubjectKind::Ticket {
            subjects.insert(((SubjectKind::Plate, haul.plate.as_str()), true));
        }
    }
    subjects
}

/// The hauls of every ticket, earliest first.
fn loaded<'a>(tickets: &[String], hauls: &'a [Haul]) -> Vec<Vec<&'a Haul>> {
    let mut loaded: Vec<Vec<&Haul>> = vec![Vec::new(); tickets.len()];
    for haul in hauls {
        if let Ok(at) = tickets.binary_search(&haul.ticket)
            && let Some(all) = loaded.get_mut(at)
        {
            all.push(haul);
        }
    }
    loaded
}

fn risk(
    (subject_kind, subject): (SubjectKind, &str),
    name: &str,
    said: &[Said],
    tickets: &[String],
    days: &[Option<&str>],
    policy: &RiskPolicy,
) -> Risk {
    let parts: Vec<Part> = said
        .iter()
        .map(|said| {
            let (finding, period) = (said.finding, said.finding.period.as_str());
            let mass = match (said.ticket, finding.quantity_kg) {
                (Some((at, kg)), _) => Mass::Ticket {
                    ticket: tickets.get(at).map_or("", String::as_str),
                    period: days.get(at).copied().flatten().unwrap_or(period),
                    kg,
                },
                (None, Some(kg)) => Mass::Whole { period, kg },
                (None, None) => Mass::Unknown { period },
            };
            Part { rule: &finding.rule, weight_pct: policy.weight(finding.certainty), mass }
        })
        .collect();
    let parts = Parts::new(&parts, policy.without_mass_kg);
    let score_kg = parts.score_kg();
    let distinct = |others: bool| said.iter().filter(|s| s.others || !others).map(|s| s.finding.id.as_str()).collect::<BTreeSet<_>>().len();
    Risk {
        subject_kind,
        subject: subject.to_owned(),
        subject_name: name.to_owned(),
        score_kg,
        level: policy.level(score_kg),
        mass_kg: parts.mass_kg(),
        findings: distinct(false) as u64,
        tickets: parts.tickets() as u64,
        from_others: distinct(true) as u64,
        reasons: reasons(&parts, score_kg, said),
    }
}

fn reasons(parts: &Parts, score_kg: i64, said: &[Said]) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = parts
        .rules()
        .iter()
        .enumerate()
        .filter_map(|(at, rule)| {
            let of_rule = || said.iter().map(|s| s.finding).filter(|f| f.rule == *rule);
            let first = of_rule().next()?;
            let (alone_kg, adds_kg) = (parts.alone_kg(at), score_kg - parts.without_kg(at));
            Some(Reason {
                rule: (*rule).to_owned(),
                title: first.title.clone(),
                certainty: first.certainty,
                findings: of_rule().map(|f| f.id.as_str()).collect::<BTreeSet<_>>().len() as u64,
                alone_kg,
                adds_kg,
                shared_kg: (alone_kg - adds_kg).max(0),
            })
        })
        .collect();
    reasons.sort_by(|a, b| (b.adds_kg, b.alone_kg, &a.rule).cmp(&(a.adds_kg, a.alone_kg, &b.rule)));
    reasons
}

/// Sorts evidence into what is said of tickets and what of subjects. A finding whose mass is that of its subject as a whole (a row
/// without a ticket bears it) has tickets as its papers, not as its tonnes: they are left out.
fn read<'a>(findings: &'a [Finding], evidence: &DataFrame) -> Result<Evidence<'a>, EngineError> {
    let by_id: BTreeMap<&str, usize> = findings.iter().enumerate().map(|(at, f)| (f.id.as_str(), at)).collect();
    let (ids, numbers) = (evidence.column("finding")?.str()?, evidence.column("ticket_no")?.str()?);
    let masses = evidence.column("quantity_kg")?.i64()?;
    let rows = || ids.iter().zip(numbers.iter()).zip(masses.iter());
    // Rows of one finding mostly stand together: looked up once.
    let mut last: (Option<&str>, Option<usize>) = (None, None);
    let mut whole = vec![false; findings.len()];
    let mut lines: Vec<(usize, &str, i64)> = Vec::new();
    for ((id, number), kg) in rows() {
        if id != last.0 {
            last = (id, id.and_then(|id| by_id.get(id).copied()));
        }
        let Some(at) = last.1 else { continue };
        match (number, kg) {
            (None, Some(_)) => whole.iter_mut().skip(at).take(1).for_each(|w| *w = true),
            (Some(number), Some(kg)) => lines.push((at, number, kg)),
            (_, None) => {}
        }
    }
    let by_ticket = |at: usize| findings.get(at).filter(|f| f.quantity_kg.is_some()).filter(|_| whole.get(at) == Some(&false));
    lines.retain(|(at, _, _)| by_ticket(*at).is_some());
    let tickets: Vec<String> = lines.iter().map(|(_, number, _)| *number).collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect();
    let mut named = Vec::with_capacity(lines.len());
    let mut has_tickets = vec![false; findings.len()];
    for (at, number, kg) in lines {
        if let (Some(finding), Ok(ticket)) = (findings.get(at), tickets.binary_search_by(|t| t.as_str().cmp(number))) {
            named.push(Named { finding, ticket, kg });
            has_tickets.iter_mut().skip(at).take(1).for_each(|h| *h = true);
        }
    }
    let subjects = findings.iter().zip(&has_tickets).filter(|(_, has)| !**has).map(|(f, _)| f).collect();
    Ok(Evidence { subjects, named, tickets })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Policy;
    use crate::rules::finding::{Certainty, Severity};
    use crate::text::Said as Words;

    fn finding(
        id: &str,
        rule: &str,
        certainty: Certainty,
        subject: (SubjectKind, &str),
        period: &str,
        quantity_kg: Option<i64>,
    ) -> Finding {
        Finding {
            id: id.to_owned(),
            rule: rule.to_owned(),
            title: Words::new(rule, rule),
            family: "tickets".to_owned(),
            certainty,
            severity: Severity::Low,
            department: Words::default(),
            basis: Words::default(),
            subject_kind: subject.0,
            subject: subject.1.to_owned(),
            subject_name: subject.1.to_owned(),
            period: period.to_owned(),
            quantity_kg,
            observed: None,
            allowed: None,
            unit: "kg".to_owned(),
            evidence: 1,
            says: Words::default(),
            clears: Words::default(),
        }
    }

    fn evidence(rows: &[(&str, Option<&str>, Option<i64>)]) -> DataFrame {
        df!(
            "finding" => rows.iter().map(|r| r.0).collect::<Vec<_>>(),
            "ticket_no" => rows.iter().map(|r| r.1).collect::<Vec<_>>(),
            "quantity_kg" => rows.iter().map(|r| r.2).collect::<Vec<_>>(),
        )
        .unwrap()
    }

    fn haul(ticket: &str, day: &str, site: Option<&str>, plate: &str) -> Haul {
        Haul { ticket: ticket.to_owned(), day: day.to_owned(), site: site.map(str::to_owned), plate: plate.to_owned(), position_e6: None }
    }

    fn policy() -> RiskPolicy {
        RiskPolicy::load(&Policy::builtin().unwrap()).unwrap()
    }

    const MINE: (SubjectKind, &str) = (SubjectKind::Site, "M1");

    #[test]
    fn a_site_answers_for_the_trucks_that_it_loads_and_no_ton_counts_twice() {
        let findings = [
            finding("f1", "licence-expired", Certainty::Proven, MINE, "2023-06", Some(60_000)),
            finding("f2", "overload", Certainty::Proven, (SubjectKind::Plate, "赣C1"), "2023-06", Some(9_000)),
            finding("f3", "ticket-reused", Certainty::Proven, (SubjectKind::Ticket, "T3"), "2023-06-07", Some(30_000)),
        ];
        let rows = [
            ("f1", Some("T1"), Some(30_000)),
            ("f1", Some("T2"), Some(30_000)),
            ("f2", Some("T1"), Some(9_000)),
            ("f3", Some("T3"), Some(30_000)),
        ];
        let hauls = [
            haul("T1", "2023-06-05", Some("M1"), "赣C1"),
            haul("T2", "2023-06-06", Some("M1"), "赣C2"),
            haul("T3", "2023-06-07", Some("M1"), "赣C2"),
        ];
        let risks = assess(&findings, &evidence(&rows), &hauls, &[], &policy()).unwrap();
        let said: Vec<(&str, i64, u64, u64)> = risks.iter().map(|r| (r.subject.as_str(), r.score_kg, r.findings, r.from_others)).collect();
        // The overload of T1 lies within T1's tonnes; the truck of T3 answers for it too.
        assert_eq!(said, [("M1", 90_000, 3, 2), ("赣C2", 30_000, 1, 1), ("赣C1", 9_000, 1, 0)]);
        let reasons: Vec<(&str, i64, i64)> = risks[0].reasons.iter().map(|r| (r.rule.as_str(), r.adds_kg, r.shared_kg)).collect();
        assert_eq!(reasons, [("licence-expired", 51_000, 9_000), ("ticket-reused", 30_000, 0), ("overload", 0, 9_000)]);
    }

    #[test]
    fn the_papers_behind_a_year_over_scale_are_not_its_tonnes() {
        let findings = [finding("f1", "over-scale-year", Certainty::Proven, MINE, "2023", Some(5_000))];
        let rows = [("f1", None, Some(5_000)), ("f1", None, None), ("f1", Some("T1"), Some(30_000)), ("f1", Some("T2"), Some(30_000))];
        let hauls = [haul("T1", "2023-06-05", Some("M1"), "赣C1"), haul("T2", "2023-06-06", Some("M1"), "赣C1")];
        let risks = assess(&findings, &evidence(&rows), &hauls, &[], &policy()).unwrap();
        assert_eq!((risks.len(), risks[0].score_kg, risks[0].mass_kg, risks[0].tickets), (1, 5_000, 5_000, 0));
    }

    #[test]
    fn a_finding_without_mass_adds_the_amount_of_policy_and_a_ticket_of_unknown_origin_counts_for_its_place() {
        let findings = [
            finding("f1", "boundary-unreadable", Certainty::Lead, MINE, "2023-06", None),
            finding("f2", "origin-unknown", Certainty::Strong, (SubjectKind::Place, "小源"), "2023-06", Some(30_000)),
        ];
        let rows = [("f1", Some("T1"), Some(30_000)), ("f2", Some("T2"), Some(30_000))];
        let risks = assess(&findings, &evidence(&rows), &[haul("T2", "2023-06-05", None, "赣C1")], &[], &policy()).unwrap();
        let said: Vec<(&str, i64, i64)> = risks.iter().map(|r| (r.subject.as_str(), r.score_kg, r.mass_kg)).collect();
        // 60 % of 30 t; 20 % of the 30 t that stand for a finding without mass.
        assert_eq!(said, [("小源", 18_000, 30_000), ("M1", 6_000, 0)]);
    }
}
