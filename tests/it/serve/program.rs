//! Does the program itself listen, answer, refuse and stop, and do browsers like its pages?

use super::{PAGES, browser, fixture};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

/// The program, stopped when the test ends however it ends.
struct Served(std::process::Child);

impl Drop for Served {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `lepid serve` on a free port, and its address.
fn serve(reports: &std::path::Path) -> (Served, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lepid"))
        .args(["serve", "--listen", "127.0.0.1:0", "--json", "--reports"])
        .arg(reports)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let address = said["address"].as_str().unwrap().trim_start_matches("http://").to_owned();
    (Served(child), address)
}

/// The whole answer to one request.
pub(super) fn raw(address: &str, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_program_answers_on_a_port_and_stops_when_told() {
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &fixture::contents());
    let (mut served, address) = serve(dir.path());
    let health = raw(&address, &format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"));
    assert!(health.starts_with("HTTP/1.1 200 OK") && health.ends_with("{\"status\":\"ok\",\"run_id\":\"5f0c9a3be1d27744\"}"), "{health}");
    let nobody = raw(&address, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(nobody.starts_with("HTTP/1.1 4"), "{nobody}");
    // A client that sends half a request and waits must not keep the program from stopping.
    let mut slow = std::net::TcpStream::connect(&address).unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let told = Command::new("kill").args(["-TERM", &served.0.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(served.0.wait().unwrap().success());
    drop(slow);
}

#[test]
fn an_address_that_others_reach_is_refused_with_the_reason() {
    for listen in ["0.0.0.0:0", "[::]:0", "8.8.8.8:80"] {
        let run = Command::new(env!("CARGO_BIN_EXE_lepid")).args(["serve", "--listen", listen]).output().unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert!(run.status.code() == Some(1) && said.contains("只能监听本机") && said.contains("no login"), "{listen}: {said}");
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let run = Command::new(env!("CARGO_BIN_EXE_lepid")).args(["serve", "--listen", &listen]).output().unwrap();
    assert!(run.status.code() == Some(1) && String::from_utf8(run.stderr).unwrap().contains("choose another"));
}

#[test]
fn every_page_fits_a_desk_and_a_phone_in_a_real_browser() {
    let dir = tempfile::tempdir().unwrap();
    fixture::write(dir.path(), &fixture::contents());
    let (_served, address) = serve(dir.path());
    browser::check(&address, &PAGES);
}
