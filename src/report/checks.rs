//! Which rights of a run may be drawn for a spot check, and how is a draw written down? With all that is needed to check it.

use super::contents::{Contents, RunInfo};
use super::ledger::Cell;
use super::listing::Listing;
use crate::risk::Risk;
use crate::risk::sample::{Drawn, Right, Sample, level_id};
use crate::rules::finding::{Severity, SubjectKind};
use crate::text::Said;
use std::collections::BTreeMap;

/// Every mining right of the register with its county and level of risk, by licence number. Rights that are closed or revoked are
/// none any more. A right whose site is in no register stands there too, without county.
#[must_use]
pub fn rights(contents: &Contents) -> Vec<Right> {
    let risks: BTreeMap<&str, &Risk> =
        contents.risk.iter().filter(|r| r.subject_kind == SubjectKind::Site).map(|r| (r.subject.as_str(), r)).collect();
    let mut rights: BTreeMap<&str, (Right, (&str, Option<&str>))> = BTreeMap::new();
    for facts in &contents.dossiers {
        let site = contents.sites.iter().find(|s| s.site_id == facts.site_id);
        let risk = risks.get(facts.site_id.as_str());
        let (level, score) = risk.map_or((Severity::Low, 0), |r| (r.level, r.score_kg));
        for row in facts.rights.iter().filter(|r| r.kind == "mining") {
            let (right, latest) = rights.entry(&row.licence_no).or_insert_with(|| (new_right(&row.licence_no), ("", None)));
            if let Some(site) = site
                && !right.sites.contains(&site.site_id)
            {
                right.sites.push(site.site_id.clone());
                right.names.push(site.name.clone());
                if right.county.is_empty() {
                    right.county = site.county.clone().unwrap_or_default();
                }
            }
            // Severities are ordered from the highest.
            right.risk = right.risk.min(level);
            right.score_kg = right.score_kg.max(score);
            let this = (row.valid_from.as_str(), row.status_since.as_deref());
            if this >= *latest {
                *latest = this;
                (right.status, right.valid_to) = (row.status.clone(), row.valid_to.clone());
            }
        }
    }
    let live = |right: &Right| !matches!(right.status.as_str(), "closed" | "revoked");
    rights.into_values().map(|(right, _)| right).filter(live).collect()
}

fn new_right(licence_no: &str) -> Right {
    Right {
        licence_no: licence_no.to_owned(),
        sites: Vec::new(),
        names: Vec::new(),
        county: String::new(),
        risk: Severity::Low,
        score_kg: 0,
        status: String::new(),
        valid_to: String::new(),
    }
}

/// What must be known of a draw: how to check it, and how to estimate with it.
#[must_use]
pub fn notes(sample: &Sample, run: &RunInfo) -> Vec<Said> {
    let (drawn, rights, seed) = (sample.drawn.len(), sample.rights, &sample.seed);
    vec![
        Said::new(
            format!(
                "从 {rights} 个采矿权中抽取 {drawn} 个；种子“{seed}”；数据湖版本 {}，运行 {}；名单（总体）sha256 {}",
                run.lake_version, run.run_id, sample.frame_sha256
            ),
            format!(
                "{drawn} of {rights} mining rights drawn; seed \"{seed}\"; lake version {}, run {}; SHA-256 of the frame {}",
                run.lake_version, run.run_id, sample.frame_sha256
            ),
        ),
        Said::new(
            format!(
                "核对：printf %s '{seed}|证号|1' | sha256sum；高、中风险的采矿权另有签号 2、3（支数见政策 [risk.sample]），取各签中最小者；每层取该值（十六进制小写，按文本比较）最小者，个数为层内抽取数。"
            ),
            format!(
                "To check: printf %s '{seed}|NUMBER|1' | sha256sum; rights at medium and high risk have lots 2 and 3 too (how many: policy [risk.sample]) and stand by the smallest; of a stratum those with the smallest value (lower-case hex, compared as text) are drawn, as many as its draws."
            ),
        ),
        Said::new(
            "名单：lepid sample --frame；每行“证号 制表符 县市区 制表符 high/medium/low 换行”，按证号排序，其 sha256 即上列名单值。",
            "The frame: lepid sample --frame; lines `number TAB county TAB high/medium/low LF` by number, whose SHA-256 stands above.",
        ),
        Said::new(
            "各县至少一个；层间按（权数×采矿权数）/(2k+1) 依次分配，权数见政策 [risk.sample]；入样概率＝层内抽取数/层内采矿权数（合并层为本权签数/层内总签数），推断总体时按其倒数加权。",
            "Every county has one at least; draws go in turn to the largest (times × rights) / (2k + 1), times from policy [risk.sample]; the chance of a right is draws / rights of its stratum (merged: its lots / lots of the stratum), its weight in estimates the inverse.",
        ),
    ]
}

/// The frame as text: what its hash is taken over.
#[must_use]
pub fn frame(rights: &[Right]) -> String {
    let mut sorted: Vec<&Right> = rights.iter().collect();
    sorted.sort_by(|a, b| a.licence_no.cmp(&b.licence_no));
    sorted.iter().map(|r| crate::risk::sample::frame_line(r)).collect()
}

/// The draw as a list.
#[must_use]
pub fn listing(sample: &Sample, run: &RunInfo) -> Listing {
    let columns = [
        ("licence_no", "采矿许可证号", "licence", 28),
        ("sites", "场所编号", "sites", 14),
        ("names", "场所名称", "names", 22),
        ("county", "县市区", "county", 12),
        ("risk", "风险等级", "risk", 10),
        ("score_t", "风险得分（吨）", "score, t", 16),
        ("status", "证照状态", "status", 12),
        ("valid_to", "有效期至", "valid to", 12),
        ("stratum", "层", "stratum", 22),
        ("stratum_rights", "层内采矿权数", "rights in stratum", 10),
        ("stratum_draws", "层内抽取数", "draws in stratum", 10),
        ("probability", "入样概率", "chance", 10),
        ("rank", "层内名次", "rank", 8),
        ("sha256", "sha256", "sha256", 40),
        ("seed", "种子", "seed", 14),
        ("lake_version", "数据湖版本", "lake version", 10),
        ("frame_sha256", "名单 sha256", "sha256 of the frame", 40),
    ];
    let row = |d: &Drawn| {
        let whole = |n: u64| Cell::Whole(i64::try_from(n).unwrap_or(i64::MAX));
        let text = |t: &str| if t.is_empty() { Cell::Blank } else { Cell::Text(t.to_owned()) };
        vec![
            text(&d.right.licence_no),
            text(&d.right.sites.join(";")),
            text(&d.right.names.join(";")),
            text(&d.right.county),
            text(level_id(d.right.risk)),
            Cell::Tonnes(d.right.score_kg),
            text(&d.right.status),
            text(&d.right.valid_to),
            text(&d.stratum),
            whole(d.stratum_rights),
            whole(d.stratum_draws),
            Cell::Text(format!("{}/{}", d.chance.0, d.chance.1)),
            whole(d.rank),
            text(&d.sha256),
            text(&sample.seed),
            whole(run.lake_version),
            text(&sample.frame_sha256),
        ]
    };
    Listing {
        title: Said::new("抽查名单", "spot checks"),
        columns: columns.into_iter().map(|(id, zh, en, width)| (id, Said::new(zh, en), width)).collect(),
        rows: sample.drawn.iter().map(row).collect(),
        notes: notes(sample, run),
        program: run.program.clone(),
    }
}

/// The risks as a list, a row a subject.
#[must_use]
pub fn risks(risks: &[&Risk], run: &RunInfo) -> Listing {
    let columns = [
        ("kind", "对象类型", "kind", 10),
        ("subject", "编号", "subject", 16),
        ("name", "名称", "name", 20),
        ("level", "风险等级", "level", 10),
        ("score_t", "得分（吨）", "score, t", 16),
        ("mass_t", "涉及（吨，不重复）", "mass named, t", 16),
        ("findings", "线索", "findings", 8),
        ("tickets", "磅单", "tickets", 8),
        ("reasons", "理由（规则 独有吨数+重叠吨数）", "reasons (rule adds+shared, t)", 70),
    ];
    let row = |r: &&Risk| {
        let whole = |n: u64| Cell::Whole(i64::try_from(n).unwrap_or(i64::MAX));
        let tonnes = crate::chart::number::exact_tonnes;
        let reasons = r.reasons.iter().map(|why| format!("{} {}+{}", why.rule, tonnes(why.adds_kg), tonnes(why.shared_kg)));
        vec![
            Cell::Text(super::words::subject_kind(r.subject_kind).en.to_owned()),
            Cell::Text(r.subject.clone()),
            Cell::Text(r.subject_name.clone()),
            Cell::Text(level_id(r.level).to_owned()),
            Cell::Tonnes(r.score_kg),
            Cell::Tonnes(r.mass_kg),
            whole(r.findings),
            whole(r.tickets),
            Cell::Text(reasons.collect::<Vec<_>>().join("; ")),
        ]
    };
    Listing {
        title: Said::new("风险", "risk"),
        columns: columns.into_iter().map(|(id, zh, en, width)| (id, Said::new(zh, en), width)).collect(),
        rows: risks.iter().map(row).collect(),
        notes: Vec::new(),
        program: run.program.clone(),
    }
}
