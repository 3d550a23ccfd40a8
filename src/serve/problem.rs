//! What is wrong with a request, and with which status is that said? One error type for pages and API (RFC 9457).

use crate::text::{Lang, Said, Text};
use axum::http::StatusCode;

/// Why a request has no answer.
#[derive(Debug)]
pub(super) struct Problem {
    /// HTTP status.
    pub(super) status: StatusCode,
    /// Last part of the problem's `type`.
    pub(super) kind: &'static str,
    /// The kind of problem in a few words, always the same for a kind.
    pub(super) title: Text,
    /// This very problem, and what to do about it.
    pub(super) detail: Box<Said>,
    /// What would have been allowed, if that can be listed.
    pub(super) allowed: Vec<String>,
}

impl Problem {
    /// No such page or resource.
    pub(super) fn not_found() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            kind: "not-found",
            title: Text { zh: "没有这个页面", en: "There is no such page" },
            detail: said("请检查地址，或从总览页开始。", "Check the address, or start from the overview."),
            allowed: Vec::new(),
        }
    }

    /// No such thing in this run.
    pub(super) fn no_such(what: Text, id: &str) -> Self {
        Self {
            detail: said(
                format!("本次运行的结果中没有{} {id}；它可能属于更早的运行。", what.zh),
                format!("This run has no {} {id}; it may belong to an earlier run.", what.en),
            ),
            ..Self::not_found()
        }
    }

    /// Anything but GET and HEAD.
    pub(super) fn method_not_allowed() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            kind: "method-not-allowed",
            title: Text { zh: "不允许的请求方法", en: "Method not allowed" },
            detail: said("此地址只能读取（GET、HEAD）。", "This address can only be read (GET, HEAD)."),
            allowed: vec!["GET".to_owned(), "HEAD".to_owned()],
        }
    }

    /// A query key that the resource does not have.
    pub(super) fn unknown_key(key: &str, allowed: &[&str]) -> Self {
        let list = allowed.join(", ");
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "unknown-parameter",
            title: Text { zh: "不认识的查询参数", en: "Unknown query parameter" },
            detail: said(format!("没有参数 {key}；可用的参数：{list}。"), format!("There is no parameter {key}; allowed are: {list}.")),
            allowed: allowed.iter().map(|k| (*k).to_owned()).collect(),
        }
    }

    /// A query key with a value that can't be.
    pub(super) fn bad_value(key: &str, value: &str, want: Said, allowed: Vec<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid-parameter",
            title: Text { zh: "查询参数的值无效", en: "Invalid value of a query parameter" },
            detail: said(
                format!("参数 {key} 的值“{value}”无效：{}。", want.zh),
                format!("The value {value:?} of {key} is invalid: {}.", want.en),
            ),
            allowed,
        }
    }

    /// A cursor of another run or another question.
    pub(super) fn stale_cursor() -> Self {
        Self {
            status: StatusCode::CONFLICT,
            kind: "stale-cursor",
            title: Text { zh: "游标已失效", en: "The cursor is no longer valid" },
            detail: said(
                "游标属于另一次运行或另一组筛选条件；请去掉 cursor 从头读取。",
                "The cursor belongs to another run or to other filters; leave out cursor and start again.",
            ),
            allowed: Vec::new(),
        }
    }

    /// An address longer than anything a page links to.
    pub(super) fn too_long() -> Self {
        Self {
            status: StatusCode::URI_TOO_LONG,
            kind: "uri-too-long",
            title: Text { zh: "地址太长", en: "The address is too long" },
            detail: said("请减少筛选条件。", "Use fewer or shorter filters."),
            allowed: Vec::new(),
        }
    }

    /// A Host that is not this machine: a page elsewhere that had its name point here (DNS rebinding).
    pub(super) fn wrong_host() -> Self {
        Self {
            status: StatusCode::MISDIRECTED_REQUEST,
            kind: "wrong-host",
            title: Text { zh: "主机名不符", en: "Not this host" },
            detail: said(
                "本服务只在本机提供：请用 http://127.0.0.1 或 http://localhost 访问。",
                "This service is for this machine only: use http://127.0.0.1 or http://localhost.",
            ),
            allowed: vec!["127.0.0.1".to_owned(), "localhost".to_owned(), "[::1]".to_owned()],
        }
    }

    /// Nothing to answer from.
    pub(super) fn no_run(trouble: Option<&Said>) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            kind: "no-run",
            title: Text { zh: "还没有结果", en: "No results yet" },
            detail: Box::new(trouble.cloned().unwrap_or_else(|| {
                Said::new(
                    "请先导入数据（lepid ingest）并运行（lepid run）。",
                    "Load records (lepid ingest) and make a run (lepid run) first.",
                )
            })),
            allowed: Vec::new(),
        }
    }

    /// A fault of the program; what it was stands in the log, not in the answer.
    pub(super) fn internal() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "internal",
            title: Text { zh: "程序内部错误", en: "An error inside the program" },
            detail: said("详情已写入日志；请重试，仍然出错请报告。", "The details are in the log; try again, and report it if it stays."),
            allowed: Vec::new(),
        }
    }

    /// The problem document.
    pub(super) fn document(&self, lang: Lang, instance: &str) -> serde_json::Value {
        let mut document = serde_json::json!({
            "type": format!("urn:lepid:problem:{}", self.kind),
            "title": self.title.get(lang),
            "status": self.status.as_u16(),
            "detail": self.detail.get(lang),
            "instance": instance,
        });
        if !self.allowed.is_empty()
            && let Some(fields) = document.as_object_mut()
        {
            fields.insert("allowed".to_owned(), self.allowed.clone().into());
        }
        document
    }
}

/// Boxed, so that a result with a problem in it stays small.
fn said(zh: impl Into<String>, en: impl Into<String>) -> Box<Said> {
    Box::new(Said::new(zh, en))
}
