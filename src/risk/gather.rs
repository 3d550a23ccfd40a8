//! Which findings count for whom? Its own; for a site also those about trucks and tickets of what it loaded.

use super::policy::RiskPolicy;
use super::score::{Mass, Part, Parts};
use super::{Reason, Risk};
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

/// Where the tickets that the evidence names were loaded; a number that two tickets bear has both. By ticket and day.
///
/// # Errors
/// [`EngineError`] if the snapshot can't be read or the evidence has not its columns.
pub fn hauls(engine: &Engine, evidence: &DataFrame) -> Result<Vec<Haul>, EngineError> {
    let wanted = evidence.clone().lazy().select([col("ticket_no")]).drop_nulls(None).unique(None, UniqueKeepStrategy::Any);
    let keys = [col("ticket_no")];
    let plan = engine.plan(HAULS)?.join(wanted, keys.clone(), keys, JoinArgs::new(JoinType::Semi));
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

/// The risk of every site, place and truck with a finding, the highest first. `hauls` are those of [`hauls`].
///
/// # Errors
/// [`EngineError::Shape`] if the evidence has not its columns.
pub fn assess(findings: &[Finding], evidence: &DataFrame, hauls: &[Haul], policy: &RiskPolicy) -> Result<Vec<Risk>, EngineError> {
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
    let names: BTreeMap<(SubjectKind, &str), &str> =
        findings.iter().map(|f| ((f.subject_kind, f.subject.as_str()), f.subject_name.as_str())).collect();
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
