//! What does a request ask for, in which language and form, and how is it answered?

use super::pages;
use super::params::Params;
use super::problem::Problem;
use super::state::{AppState, Run, Shown};
use crate::text::Lang;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use url::form_urlencoded;

/// Longer queries than this are no question that a page asks.
const LONGEST_QUERY_BYTES: usize = 4096;

/// A request, read once.
pub(super) struct Asked {
    /// The language of the answer.
    pub(super) lang: Lang,
    /// The address says the language itself, so links keep it.
    pub(super) lang_in_address: bool,
    /// Path, percent-encoded as it came.
    pub(super) path: String,
    /// Keys and values of the query, in order.
    pub(super) query: Vec<(String, String)>,
    pub(super) shown: Shown,
    accept: String,
    known: Option<String>,
    too_long: bool,
}

impl FromRequestParts<AppState> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let mut asked = Self::without_run(&parts.headers, &parts.uri);
        asked.shown = state.current().await;
        Ok(asked)
    }
}

impl Asked {
    /// The request alone, before anything is known of a run.
    pub(super) fn without_run(headers: &HeaderMap, uri: &Uri) -> Self {
        let text = uri.query().unwrap_or_default();
        let too_long = text.len() > LONGEST_QUERY_BYTES;
        let query: Vec<(String, String)> =
            if too_long { Vec::new() } else { form_urlencoded::parse(text.as_bytes()).into_owned().collect() };
        let named = query.iter().find(|(key, _)| key == "lang").and_then(|(_, value)| language(value));
        let header = |name| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Self {
            lang: named.unwrap_or_else(|| preferred(header(header::ACCEPT_LANGUAGE))),
            lang_in_address: named.is_some(),
            path: uri.path().to_owned(),
            query,
            shown: Shown { run: None, trouble: None, cases: None, cases_trouble: None },
            accept: header(header::ACCEPT).to_ascii_lowercase(),
            known: headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned),
            too_long,
        }
    }

    /// The first value of a key.
    pub(super) fn first(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(k, v)| k == key && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// The text in the language of the answer.
    pub(super) fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// An address of ours with these keys; keeps the language if the address of this request says it.
    pub(super) fn link(&self, path: &str, query: &[(&str, &str)]) -> String {
        let lang = self.lang_in_address.then(|| ("lang", self.say("zh", "en")));
        address(path, query.iter().copied().chain(lang))
    }

    /// This page's address with one key changed; an empty value leaves it out. A page number does not outlive a filter.
    pub(super) fn with(&self, key: &str, value: &str) -> String {
        let stays = |k: &str| k != key && (k != "page" || key == "lang");
        let kept = self.query.iter().filter(|(k, v)| stays(k) && !v.is_empty()).map(|(k, v)| (k.as_str(), v.as_str()));
        // `//host` would lead elsewhere.
        let path = format!("/{}", self.path.trim_start_matches(['/', '\\']));
        address(&path, kept.chain((!value.is_empty()).then_some((key, value))))
    }

    /// Whether the client prefers CSV, by header or by `format=csv`.
    pub(super) fn wants_csv(&self, params: &Params) -> bool {
        match params.get("format") {
            Some(format) => format == "csv",
            None => accepts(&self.accept, "text/csv") > accepts(&self.accept, "application/json"),
        }
    }

    /// A page made from the run; before the first run the page says what to do.
    pub(super) fn page(&self, make: impl FnOnce(&Run, &Self) -> Result<Markup, Problem>) -> Response {
        if self.too_long {
            return self.refuse(&Problem::too_long());
        }
        let Some(run) = &self.shown.run else { return html(StatusCode::OK, &pages::nothing(self)) };
        self.answer(run, "html", || make(run, self).map(|markup| html(StatusCode::OK, &markup)))
    }

    /// An answer of another form (`kind` names it in the entity tag) made from the run.
    pub(super) fn made<'a>(&'a self, kind: &str, make: impl FnOnce(&'a Run) -> Result<Response, Problem>) -> Response {
        if self.too_long {
            return self.refuse(&Problem::too_long());
        }
        let Some(run) = &self.shown.run else { return self.refuse(&Problem::no_run(self.shown.trouble.as_ref())) };
        self.answer(run, kind, || make(run))
    }

    /// 304 if the client has it, the answer, or a problem; a panic becomes a 500 whose cause stands in the log only.
    fn answer(&self, run: &Run, kind: &str, make: impl FnOnce() -> Result<Response, Problem>) -> Response {
        // With trouble on the page it is not what the run alone makes.
        let etag = (self.shown.trouble.is_none() && self.shown.cases_trouble.is_none()).then(|| self.etag(run, kind));
        if let (Some(etag), Some(known)) = (&etag, &self.known)
            && matches_any(known, etag)
        {
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            tag(&mut response, Some(etag));
            return response;
        }
        match catch_unwind(AssertUnwindSafe(make)) {
            Ok(Ok(mut response)) => {
                tag(&mut response, etag.as_deref());
                response
            }
            Ok(Err(problem)) => self.refuse(&problem),
            Err(_) => {
                tracing::error!("a panic while answering {} {:?}", self.path, self.query);
                self.refuse(&Problem::internal())
            }
        }
    }

    /// A problem as a page, or for the API as a problem document.
    pub(super) fn refuse(&self, problem: &Problem) -> Response {
        if self.path != "/healthz" && !self.path.starts_with("/api/") {
            return html(problem.status, &pages::problem(self, problem));
        }
        let body = problem.document(self.lang, &self.path).to_string();
        let language = HeaderValue::from_static(self.lang_tag());
        let mut response = (problem.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CONTENT_LANGUAGE, language);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// The language as BCP 47 has it.
    pub(super) fn lang_tag(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "zh-CN",
            Lang::En => "en",
        }
    }

    /// What an answer depends on besides its address: the run, the program that shows it, the language, the form.
    fn etag(&self, run: &Run, kind: &str) -> String {
        let lang = match self.lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        // Cases go on while a run stays, and a day makes some of them overdue.
        let cases = self
            .shown
            .cases
            .as_ref()
            .map_or_else(String::new, |cases| format!("{}-{}-", cases.ledger.last().map_or(0, |last| last.event), cases.today));
        format!("\"{}-{}-{}-{cases}{lang}-{kind}\"", run.contents.run.run_id, env!("CARGO_PKG_VERSION"), pages::style_hash())
    }
}

/// An HTML answer.
fn html(status: StatusCode, markup: &Markup) -> Response {
    let mut response = (status, Body::from(markup.0.clone())).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    tag(&mut response, None);
    response
}

/// With an entity tag an answer may be kept but must be asked for again; without one it must not be kept.
fn tag(response: &mut Response, etag: Option<&str>) {
    let headers = response.headers_mut();
    let cache = if etag.is_some() { "private, no-cache" } else { "no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Language"));
    if let Some(Ok(value)) = etag.map(HeaderValue::from_str) {
        headers.insert(header::ETAG, value);
    }
}

/// `If-None-Match` (RFC 9110, 13.1.2): weak comparison with any of the list.
fn matches_any(known: &str, etag: &str) -> bool {
    known.split(',').map(|k| k.trim().trim_start_matches("W/")).any(|k| k == "*" || k == etag)
}

/// A path with a query.
fn address<'a>(path: &str, query: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A path with one more segment, whatever stands in it (RFC 3986, 2.3: all but unreserved characters are encoded).
pub(super) fn under(path: &str, segment: &str) -> String {
    use std::fmt::Write as _;
    let mut whole = format!("{path}/");
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_~.".contains(&byte) && segment != "." && segment != ".." {
            whole.push(char::from(byte));
        } else {
            // Writing to a string can't fail.
            let _ = write!(whole, "%{byte:02X}");
        }
    }
    whole
}

fn language(tag: &str) -> Option<Lang> {
    match tag.trim().get(..2)?.to_ascii_lowercase().as_str() {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The language of `Accept-Language` that the client likes best among ours; Chinese if it says nothing.
fn preferred(header: &str) -> Lang {
    let mut best: Option<(u16, Lang)> = None;
    for item in header.split(',') {
        let (tag, weight) = weighted(item);
        if let Some(lang) = language(tag)
            && weight > best.map_or(0, |(w, _)| w)
        {
            best = Some((weight, lang));
        }
    }
    best.map_or(Lang::Zh, |(_, lang)| lang)
}

/// How much a client wants a media type that it names, in thousandths.
fn accepts(header: &str, media: &str) -> u16 {
    header.split(',').map(weighted).filter(|(name, _)| *name == media).map(|(_, weight)| weight).max().unwrap_or(0)
}

/// `name;q=0.8` as name and thousandths.
fn weighted(item: &str) -> (&str, u16) {
    let mut parts = item.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let quality = parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    let weight = (quality.unwrap_or(0.0).clamp(0.0, 1.0) * 1000.0) as u16;
    (name, weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::contents::{Contents, RunInfo};
    use std::collections::BTreeMap;
    use std::path::Path;
    use std::sync::Arc;

    fn empty_run() -> Run {
        let run = RunInfo {
            run_id: "0123456789abcdef".to_owned(),
            program: "lepid".to_owned(),
            lake_version: 1,
            lake_at: None,
            tables: BTreeMap::new(),
            rows: BTreeMap::new(),
            policy_sha256: String::new(),
            results_sha256: "d".repeat(64),
            rules_sha256: "e".repeat(64),
            from: None,
            to: None,
            quarantined: 0,
        };
        let (bands, findings, output) = (Vec::new(), Vec::new(), Vec::new());
        let (flows, sites, charts) = (Vec::new(), Vec::new(), Vec::new());
        let (risk, dossiers) = (Vec::new(), Vec::new());
        Run::new(Contents { run, bands, findings, output, flows, sites, risk, dossiers, charts }, Path::new("/nowhere"))
    }

    #[tokio::test]
    async fn a_panic_becomes_a_500_that_hides_what_it_was() {
        for (path, kind) in [("/price?lang=en", "text/html; charset=utf-8"), ("/api/v1/prices?lang=en", "application/problem+json")] {
            let mut asked = Asked::without_run(&HeaderMap::new(), &path.parse().unwrap());
            asked.shown.run = Some(Arc::new(empty_run()));
            let response = asked.page(|_, _| panic!("secret"));
            assert_eq!(
                (response.status(), &response.headers()[header::CONTENT_TYPE]),
                (StatusCode::INTERNAL_SERVER_ERROR, &HeaderValue::from_static(kind))
            );
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
            let text = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let text = String::from_utf8(text.to_vec()).unwrap();
            assert!(text.contains("An error inside the program") && !text.contains("secret"), "{text}");
        }
    }

    #[test]
    fn the_language_is_the_one_that_the_client_likes_best() {
        assert_eq!(preferred(""), Lang::Zh);
        assert_eq!(preferred("en-GB,en;q=0.9,zh;q=0.8"), Lang::En);
        assert_eq!(preferred("fr, zh-CN;q=0.7, en;q=0.3"), Lang::Zh);
        assert_eq!(preferred("de, en;q=0"), Lang::Zh);
        assert_eq!(preferred("中;q=x"), Lang::Zh);
    }

    #[test]
    fn any_id_is_one_segment_of_a_path() {
        assert_eq!(under("/sites", "M 01/../?x#赣"), "/sites/M%2001%2F..%2F%3Fx%23%E8%B5%A3");
        assert_eq!(under("/sites", ".."), "/sites/%2E%2E");
    }

    #[test]
    fn an_entity_tag_matches_in_a_list_and_weakly() {
        assert!(matches_any("\"x\", W/\"a-zh-html\"", "\"a-zh-html\""));
        assert!(matches_any("*", "\"a\""));
        assert!(!matches_any("\"ab\"", "\"a\""));
    }
}
