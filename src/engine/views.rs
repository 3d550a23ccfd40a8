//! Which site does a name mean? Names are stored as written and resolved here, when read.
//!
//! A register that comes later than the tickets, or is corrected, is right for all of them at once; and a name that
//! means two sites means none, so that nobody is taken for somebody else.

use polars::prelude::*;
use std::collections::BTreeMap;

/// The tables as rules see them: as stored, with the resolved sites and companies beside.
pub(super) fn resolve(mut tables: BTreeMap<String, LazyFrame>) -> PolarsResult<BTreeMap<String, LazyFrame>> {
    let take = |tables: &BTreeMap<String, LazyFrame>, name: &str| {
        tables.get(name).cloned().ok_or_else(|| polars_err!(ComputeError: "table {name} is missing"))
    };
    let (sites, companies) = (take(&tables, "sites")?, take(&tables, "companies")?);
    // Registers are small: resolved once, here, not once a statement.
    let sites = sites.collect()?;
    let companies = companies.collect()?;
    let site_names = site_names(&sites, &companies)?;
    let company_names = company_names(&sites, &companies, &site_names)?;
    let site = |frame: LazyFrame, column: &str, as_name: &str| lookup(frame, column, &site_names, "site_id", as_name);
    let resolved = [
        ("shipments", site(site(take(&tables, "shipments")?, "origin", "origin_site"), "destination", "destination_site")),
        ("roads", site(site(take(&tables, "roads")?, "origin", "origin_site"), "destination", "destination_site")),
        ("waybills", site(take(&tables, "waybills")?, "origin", "origin_site")),
        ("production", site(take(&tables, "production")?, "site_id", "site")),
        ("utilities", site(take(&tables, "utilities")?, "site_id", "site")),
        ("licences", site(take(&tables, "licences")?, "site_id", "site")),
    ];
    let mut sales = take(&tables, "sales")?;
    let groups = companies
        .clone()
        .lazy()
        .select([col("company_id").alias("name"), col("group_id")])
        .filter(col("group_id").is_not_null())
        .collect()?;
    for party in ["seller", "buyer"] {
        let company = format!("{party}_company");
        sales = lookup(sales, party, &company_names, "company_id", &company);
        sales = lookup(sales, &company, &groups, "group_id", &format!("{party}_group"));
    }
    tables.extend(resolved.map(|(name, frame)| (name.to_owned(), frame)));
    tables.insert("sales".to_owned(), sales);
    tables.insert("sites".to_owned(), sites.lazy());
    tables.insert("companies".to_owned(), companies.lazy());
    tables.insert("site_names".to_owned(), site_names.lazy());
    Ok(tables)
}

/// Adds `value` of the row of `names` whose `name` is in `column`; names are unique, so rows never multiply.
fn lookup(frame: LazyFrame, column: &str, names: &DataFrame, value: &str, as_name: &str) -> LazyFrame {
    let key = format!("{as_name}__name");
    let names = names.clone().lazy().select([col("name").alias(&key), col(value).alias(as_name)]);
    frame.join(names, [col(column)], [col(&key)], JoinArgs::new(JoinType::Left))
}

/// `name → site_id`: every id, every name of a site, and the name of a company that has exactly one site.
fn site_names(sites: &DataFrame, companies: &DataFrame) -> PolarsResult<DataFrame> {
    let sites = sites.clone().lazy();
    let ids = sites.clone().select([col("site_id").alias("name"), col("site_id"), lit(0i32).alias("rank")]);
    let names = sites.clone().select([col("name"), col("site_id"), lit(1i32).alias("rank")]);
    let by_company = sites
        .filter(col("company_id").is_not_null())
        .join(
            companies.clone().lazy().select([col("company_id"), col("name").alias("company")]),
            [col("company_id")],
            [col("company_id")],
            JoinArgs::new(JoinType::Inner),
        )
        .select([col("company").alias("name"), col("site_id"), lit(2i32).alias("rank")]);
    unique_names(concat([ids, names, by_company], UnionArgs::default())?, "site_id")
}

/// `name → company_id`: every id and name of a company, and every name of its sites.
fn company_names(sites: &DataFrame, companies: &DataFrame, site_names: &DataFrame) -> PolarsResult<DataFrame> {
    let companies = companies.clone().lazy();
    let ids = companies.clone().select([col("company_id").alias("name"), col("company_id"), lit(0i32).alias("rank")]);
    let names = companies.select([col("name"), col("company_id"), lit(1i32).alias("rank")]);
    let of_site = sites.clone().lazy().select([col("site_id"), col("company_id")]).filter(col("company_id").is_not_null());
    let by_site = site_names.clone().lazy().join(of_site, [col("site_id")], [col("site_id")], JoinArgs::new(JoinType::Inner)).select([
        col("name"),
        col("company_id"),
        lit(2i32).alias("rank"),
    ]);
    unique_names(concat([ids, names, by_site], UnionArgs::default())?, "company_id")
}

/// An id wins over a name, a name over a company's name; what means two things on the first level that knows it means none.
fn unique_names(all: LazyFrame, id: &str) -> PolarsResult<DataFrame> {
    all.filter(col("name").is_not_null())
        .group_by([col("name"), col("rank")])
        .agg([col(id).n_unique().alias("meanings"), col(id).min().alias(id)])
        .sort(["name", "rank"], SortMultipleOptions::default())
        .group_by_stable([col("name")])
        .agg([col(id).first(), col("meanings").first()])
        .filter(col("meanings").eq(lit(1u32)))
        .select([col("name"), col(id)])
        .sort(["name"], SortMultipleOptions::default())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Engine;

    fn sites() -> DataFrame {
        let given = df!(
            "site_id" => ["M1", "M2", "M3"],
            "name" => ["白石岭", "黄沙坑", "黄沙坑"],
            "kind" => ["mine", "mine", "mine"],
            "company_id" => [Some("A"), Some("B"), Some("B")],
        )
        .unwrap();
        widen("sites", given)
    }

    /// The columns of the table that are not given are null.
    fn widen(table: &str, given: DataFrame) -> DataFrame {
        let columns: Vec<Expr> = crate::lake::declared(table)
            .unwrap()
            .iter()
            .map(
                |(name, dtype)| {
                    if given.column(name).is_ok() { col(name.clone()) } else { lit(NULL).cast(dtype.clone()).alias(name.clone()) }
                },
            )
            .collect();
        given.lazy().select(columns).collect().unwrap()
    }

    #[test]
    fn a_name_that_means_two_sites_means_none() {
        let companies = widen("companies", df!("company_id" => ["A", "B"], "name" => ["甲公司", "乙公司"]).unwrap());
        let tickets = widen(
            "shipments",
            df!("ticket_no" => ["1", "2", "3", "4", "5", "6"], "origin" => ["M1", "白石岭", "黄沙坑", "甲公司", "乙公司", "野山"]).unwrap(),
        );
        let engine = Engine::from_frames(vec![("sites", sites()), ("companies", companies), ("shipments", tickets)]).unwrap();
        let frame = engine.sql("SELECT ticket_no, origin_site FROM shipments ORDER BY ticket_no").unwrap();
        let found: Vec<Option<&str>> = frame.column("origin_site").unwrap().str().unwrap().iter().collect();
        assert_eq!(found, [Some("M1"), Some("M1"), None, Some("M1"), None, None]);
    }
}
