//! Does a real browser show the pages without sideways scrolling and without complaints?
//!
//! Pages allow no script and no frame, so their layout is measured on copies: the same HTML and style sheet with a
//! measuring script, in frames of a desk's and a phone's width. Complaints are those about the real pages.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// A desk and a phone, in CSS pixels.
const WIDTHS: [u32; 2] = [1280, 390];
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Opens every page of the service at this address in both languages and widths.
///
/// # Panics
/// If a page is wider than its window or the browser complains; without a browser only where CI is set.
#[track_caller]
pub(crate) fn check(address: &str, pages: &[&str]) {
    let Some(browser) = NAMES.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok()) else {
        assert!(std::env::var_os("CI").is_none(), "no chromium here, and CI is set");
        println!("skipped: chromium is not installed");
        return;
    };
    let pages: Vec<String> = pages.iter().flat_map(|page| ["zh", "en"].map(|lang| format!("{page}?lang={lang}"))).collect();
    widths(browser, address, &pages);
    for page in pages.iter().filter(|page| page.ends_with("zh")) {
        let said = complaints(browser, &format!("http://{address}{page}"));
        assert!(said.is_empty(), "{page}: {said:?}");
    }
    let said = complaints(browser, "data:text/html,<script>console.error('seen')</script>");
    assert!(said.iter().any(|line| line.contains("seen")), "complaints would not be seen: {said:?}");
}

#[track_caller]
fn widths(browser: &str, address: &str, pages: &[String]) {
    let dir = tempfile::tempdir().unwrap();
    let style = get(address, "/style.css");
    let mut frames = String::new();
    let mut names = Vec::new();
    let too_wide = "<!doctype html><body style=\"margin:0\"><div style=\"width:3000px\">x</div></body>".to_owned();
    let copies = pages.iter().map(|page| (page.clone(), get(address, page))).chain([("too wide".to_owned(), too_wide)]);
    for (at, (page, html)) in copies.enumerate() {
        for width in WIDTHS {
            let name = format!("{at}-{width}.html");
            std::fs::write(dir.path().join(&name), measured(&html, &style, names.len())).unwrap();
            let _ = write!(frames, "<iframe src=\"{name}\" width=\"{width}\" height=\"800\" style=\"border:0\"></iframe>");
            names.push((page.clone(), width));
        }
    }
    let collect = "<script>addEventListener('message',e=>document.body.dataset['f'+e.data[0]]=e.data[1]+'/'+e.data[2])</script>";
    let wall = dir.path().join("wall.html");
    std::fs::write(&wall, format!("<!doctype html><body>{collect}{frames}</body>")).unwrap();
    let dom = dump(browser, &wall);
    for (at, (page, width)) in names.iter().enumerate() {
        let found = dom.split(&format!("data-f{at}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("not measured");
        if page == "too wide" {
            assert_eq!(found, format!("3000/{width}"), "a page that is too wide would not be noticed");
        } else {
            assert_eq!(found, format!("{width}/{width}"), "{page} at {width} pixels: width of its content / of the window");
        }
    }
}

/// The page with its style sheet inside, telling the page around it how wide it has become.
fn measured(html: &str, style: &str, number: usize) -> String {
    let script = format!(
        "<script>addEventListener('load',()=>parent.postMessage([{number},document.documentElement.scrollWidth,innerWidth],'*'))</script>"
    );
    format!("{html}<style>{style}</style>{script}")
}

fn dump(browser: &str, file: &Path) -> String {
    let profile = tempfile::tempdir().unwrap();
    let run = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--virtual-time-budget=20000",
            "--window-size=1400,1000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    String::from_utf8_lossy(&run.stdout).into_owned()
}

/// What the browser says on its console about a page.
fn complaints(browser: &str, url: &str) -> Vec<String> {
    let profile = tempfile::tempdir().unwrap();
    let run = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--window-size=390,800", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(url)
        .output()
        .unwrap();
    assert!(!run.stdout.is_empty(), "{url} was not opened");
    String::from_utf8_lossy(&run.stderr).lines().filter(|line| line.contains(":CONSOLE")).map(str::to_owned).collect()
}

/// The body of an answer.
fn get(address: &str, path: &str) -> String {
    let answer = super::program::raw(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"));
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    body.to_owned()
}
