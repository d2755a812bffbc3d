//! Every route, tried by everybody: who is let in must be exactly whom the table names.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use kernel::{Access, Principal, Role};
use server::route_table::Row;
use support::{Answer, Browser, OURS, TestServer};
use uuid::Uuid;

/// Somebody who tries.
struct Persona {
    name: String,
    who: Option<Principal>,
    browser: Browser,
}

#[tokio::test]
async fn everybody_is_let_in_exactly_where_the_table_says() {
    let server = TestServer::new().await;
    let mut wrong = Vec::new();
    for persona in &mut personas(&server).await {
        for row in in_order(&server.table) {
            let answer = attempt(&mut persona.browser, row).await;
            let may = row.access.allows(persona.who.as_ref());
            if let Err(why) = verdict(row, may, persona.who.is_some(), &answer) {
                wrong.push(format!("{} as {}: {why} (answered {})", shown(row), persona.name, answer.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn other_methods_of_a_route_are_not_there() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("admin").await;
    let known: BTreeSet<(String, String)> =
        server.table.iter().map(|row| (row.method.to_string(), row.path.clone())).collect();
    let mut asked = 0;
    for path in known.iter().map(|(_, path)| path.clone()).collect::<BTreeSet<_>>() {
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if known.contains(&(method.to_string(), path.clone())) || covered(&known, &method, &path) {
                continue;
            }
            let row = Row { method: method.clone(), path: path.clone(), access: Access::Public };
            asked += 1;
            if asked % 50 == 0 {
                // one person asks for more than the rate limit lets one person ask
                browser.forget_rate(&server);
            }
            let status = attempt(&mut browser, &row).await.status;
            let absent = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_FOUND].contains(&status);
            assert!(absent, "{method} {path} is not in the table and answers {status}");
        }
    }
}

/// The only ways to register a route are the table's own; a route added beside it is found here.
#[test]
fn no_route_is_registered_beside_the_table() {
    let source = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("src");
    // files of the site; and what a witness listens with, who has no people, no sessions and no database
    let not_ours = [("assets.rs", ".fallback("), ("witness_desk.rs", ".route(")];
    let ways = [".route(", ".route_service(", ".nest(", ".nest_service(", "leptos_routes", ".fallback("];
    let mut beside = Vec::new();
    walk(&source, &mut |path, text| {
        for (number, line) in text.lines().enumerate() {
            let found = ways.iter().find(|way| line.contains(*way) && !line.trim_start().starts_with("//"));
            let Some(way) = found.filter(|_| !path.ends_with("route_table.rs")) else { continue };
            if !not_ours.iter().any(|(file, of)| path.ends_with(file) && way == of) {
                beside.push(format!("{}:{} {way}", path.display(), number + 1));
            }
        }
    });
    assert!(beside.is_empty(), "routes beside the table: {beside:#?}");
}

#[tokio::test]
async fn every_page_is_in_the_table_with_its_own_access() {
    let server = TestServer::new().await;
    for page in app::routes::PAGES {
        let rows: Vec<&Row> =
            server.table.iter().filter(|row| row.method == Method::GET && row.path == page.path).collect();
        let [row] = rows[..] else { panic!("{} stands {} times in the table", page.path, rows.len()) };
        assert_eq!(row.access, page.access, "{}", page.path);
    }
}

async fn personas(server: &TestServer) -> Vec<Persona> {
    let mut personas = vec![Persona { name: "nobody".into(), who: None, browser: server.browser() }];
    let logins =
        ["yuanxing", "yuanxing2", "hengxin"].into_iter().chain(Role::ALL.iter().map(|role| role.name()));
    for login in logins {
        personas.push(Persona {
            name: login.into(),
            who: Some(server.person(login)),
            browser: server.signed_in(login).await,
        });
    }
    personas
}

/// Signing out comes last, or everything after it would be tried by nobody.
fn in_order(table: &[Row]) -> Vec<&Row> {
    let mut rows: Vec<&Row> = table.iter().collect();
    rows.sort_by_key(|row| row.path == "/sign-out");
    rows
}

async fn attempt(browser: &mut Browser, row: &Row) -> Answer {
    let path = row
        .path
        .split('/')
        .map(|part| match part {
            "{*file}" => "index.html".to_owned(),
            part if part.starts_with('{') => Uuid::now_v7().to_string(),
            part => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/");
    let path = if path.is_empty() { "/".to_owned() } else { path };
    if row.method == Method::GET {
        return browser.get(&path).await;
    }
    let key = Uuid::now_v7().to_string();
    let json = row.path.starts_with("/api/");
    let (kind, body) = if json {
        ("application/json", "{}".to_owned())
    } else {
        ("application/x-www-form-urlencoded", format!("key={key}"))
    };
    let headers = [
        ("content-type", kind),
        ("origin", OURS),
        ("sec-fetch-site", "same-origin"),
        ("idempotency-key", key.as_str()),
    ];
    browser.send(row.method.clone(), &path, &headers, Body::from(body)).await
}

fn verdict(row: &Row, may: bool, signed_in: bool, answer: &Answer) -> Result<(), String> {
    let status = answer.status;
    if status.is_server_error() {
        return Err("our fault".into());
    }
    let sent_to_sign_in = status == StatusCode::SEE_OTHER && answer.location().starts_with("/sign-in?next=");
    if may {
        // a command may still forbid what its route admits, but only in its own words, never by this table
        let forbidden_to_look = row.method == Method::GET && status == StatusCode::FORBIDDEN;
        let by_the_table = status == StatusCode::UNAUTHORIZED || sent_to_sign_in || forbidden_to_look;
        return if by_the_table { Err("may, and was not let in".into()) } else { Ok(()) };
    }
    let page = app::routes::find(&row.path).is_some();
    match (signed_in, page) {
        (false, true) if sent_to_sign_in => Ok(()),
        (false, false) if status == StatusCode::UNAUTHORIZED => Ok(()),
        (true, _) if status == StatusCode::FORBIDDEN => Ok(()),
        _ => Err("may not, and was not refused as it should be".into()),
    }
}

/// Whether another route's placeholder takes this path (`/office/dealers/new` under `/office/dealers/{id}`).
fn covered(known: &BTreeSet<(String, String)>, method: &Method, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    known.iter().any(|(m, other)| {
        let others: Vec<&str> = other.split('/').collect();
        *m == method.to_string()
            && others.len() == parts.len()
            && others.iter().zip(&parts).all(|(theirs, ours)| theirs == ours || theirs.starts_with('{'))
    })
}

fn shown(row: &Row) -> String {
    format!("{} {} ({:?})", row.method, row.path, row.access)
}

fn walk(folder: &Path, look: &mut impl FnMut(&Path, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path, &fs::read_to_string(&path).unwrap());
        }
    }
}
