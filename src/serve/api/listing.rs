//! How does a list go out: which part of it, in which form, and how does one get the rest?

use crate::serve::asked::Asked;
use crate::serve::csv::csv;
use crate::serve::params::Params;
use crate::serve::problem::Problem;
use crate::serve::state::Run;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

/// What a list looks like as CSV.
pub(super) struct Columns {
    /// Name of the file that a browser saves.
    pub(super) file: &'static str,
    /// Names, in order.
    pub(super) names: &'static [&'static str],
    /// The field whose elements become rows of their own.
    pub(super) explode: Option<&'static str>,
}

/// Part of a list as JSON.
#[derive(Serialize)]
struct Listing<'a, T> {
    /// The run that it is from.
    run_id: &'a str,
    /// Items that match, on all pages together.
    total: usize,
    items: &'a [T],
    /// Cursor of the next part; null: this is the last one.
    next: Option<String>,
}

/// A list resource: `own` are its filters, `select` gives what matches in the order of the run.
pub(super) fn list<'a, T: Serialize>(
    asked: &'a Asked,
    own: &[&'static str],
    columns: &Columns,
    select: impl FnOnce(&'a Run, &Params<'a>) -> Result<Vec<T>, Problem>,
) -> Response {
    let params = match Params::of(asked, own) {
        Ok(params) => params,
        Err(problem) => return asked.refuse(&problem),
    };
    let as_csv = asked.wants_csv(&params);
    asked.made(if as_csv { "csv" } else { "json" }, |run| {
        let all = select(run, &params)?;
        let run_id = run.contents.run.run_id.as_str();
        let question = format!("{:016x}", params.question_hash(&asked.path));
        let from = start(&params, run_id, &question)?.min(all.len());
        // A CSV is saved and opened: without a limit it is the whole list.
        let limit = if as_csv { params.limit()?.unwrap_or(all.len()) } else { params.limit_or_usual()? };
        let to = from.saturating_add(limit).min(all.len());
        let next = (to < all.len()).then(|| format!("{run_id}.{question}.{to}"));
        let items = all.get(from..to).unwrap_or_default();
        let link = next.as_ref().map(|cursor| format!("<{}>; rel=\"next\"", asked.with("cursor", cursor)));
        let mut response = if as_csv { csv_answer(items, columns)? } else { json(&Listing { run_id, total: all.len(), items, next })? };
        if let Some(Ok(link)) = link.map(|l| HeaderValue::from_str(&l)) {
            response.headers_mut().insert(header::LINK, link);
        }
        Ok(response)
    })
}

/// One thing as JSON; it has no filters.
pub(super) fn one<'a, T: Serialize>(asked: &'a Asked, find: impl FnOnce(&'a Run) -> Result<T, Problem>) -> Response {
    if let Some((key, _)) = asked.query.iter().find(|(key, _)| key != "lang") {
        return asked.refuse(&Problem::unknown_key(key, &["lang"]));
    }
    asked.made("json", |run| json(&find(run)?))
}

/// Where the list goes on. A cursor holds for one run and one question, so that no item comes twice or never.
fn start(params: &Params, run_id: &str, question: &str) -> Result<usize, Problem> {
    let Some(cursor) = params.get("cursor") else { return Ok(0) };
    let mut parts = cursor.rsplitn(3, '.');
    match (parts.next().map(str::parse), parts.next(), parts.next()) {
        (Some(Ok(at)), Some(asked), Some(run)) if asked == question && run == run_id => Ok(at),
        _ => Err(Problem::stale_cursor()),
    }
}

fn json<T: Serialize>(body: &T) -> Result<Response, Problem> {
    let text = serde_json::to_string(body).map_err(|error| {
        tracing::error!("a list as JSON: {error}");
        Problem::internal()
    })?;
    Ok(([(header::CONTENT_TYPE, "application/json")], text).into_response())
}

fn csv_answer<T: Serialize>(items: &[T], columns: &Columns) -> Result<Response, Problem> {
    let values: Vec<Value> = items.iter().map(serde_json::to_value).collect::<Result<_, _>>().map_err(|error| {
        tracing::error!("a list as CSV: {error}");
        Problem::internal()
    })?;
    let mut response = csv(&values, columns.names, columns.explode).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8; header=present"));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"lepid-{}.csv\"", columns.file)) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
