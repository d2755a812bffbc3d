//! What holds for all routes: origin, headers, ids, language, limits.

use axum::body::Body;
use axum::http::{Method, StatusCode};

use crate::support::{OURS, PASSWORD, TestServer};

#[tokio::test]
async fn a_form_of_another_site_is_refused() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("yuanxing").await;
    let theirs: [&[(&str, &str)]; 5] = [
        &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.com")],
        &[("sec-fetch-site", "same-site"), ("origin", OURS)],
        &[("origin", "null")],
        &[("referer", "https://evil.example.com/http://127.0.0.1:3000/")],
        &[],
    ];
    for from in theirs {
        let answer = browser.post_from("/settings/appearance", &[("lang", "en")], from).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{from:?}");
        assert!(answer.body.contains("FROM_ELSEWHERE"), "{from:?}");
    }
    let ours: [&[(&str, &str)]; 3] = [
        &[("sec-fetch-site", "same-origin")],
        &[("origin", OURS)],
        &[("referer", "http://127.0.0.1:3000/settings")],
    ];
    for from in ours {
        let answer = browser.post_from("/settings/appearance", &[("lang", "en")], from).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{from:?}");
    }
}

#[tokio::test]
async fn a_strangers_page_cannot_sign_somebody_in() {
    let server = TestServer::new().await;
    let fields = [("login", "hengxin"), ("password", PASSWORD)];
    let from = [("origin", "https://evil.example.com")];
    let answer = server.browser().post_from("/sign-in", &fields, &from).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.header("set-cookie").is_empty());
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_its_own_nonce() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let mut nonces = Vec::new();
    for path in ["/sign-in", "/sign-in", "/no/such/page", "/api/v1/me"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy").to_owned();
        for part in [
            "'strict-dynamic'",
            "'wasm-unsafe-eval'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "connect-src 'self' ws://127.0.0.1:3000;",
        ] {
            assert!(policy.contains(part), "{path}: {part}");
        }
        assert!(!policy.contains("unsafe-eval'; style-src 'unsafe-inline'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(answer.header("strict-transport-security").is_empty(), "only over https");
        assert_eq!(answer.header("x-request-id").len(), 32);
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert_eq!(nonce.len(), 32);
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[tokio::test]
async fn a_callers_own_request_id_is_not_taken_over() {
    let server = TestServer::new().await;
    let forged = "forged\u{20}id";
    let answer = server.browser().with_header("x-request-id", forged).get("/no/such/page").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let id = answer.header("x-request-id").to_owned();
    assert!(id != forged && answer.body.contains(&id), "the error page shows the log's id");
}

#[tokio::test]
async fn a_visitor_reads_the_chosen_language_else_the_browsers() {
    let server = TestServer::new().await;
    assert!(server.browser().get("/sign-in").await.body.contains("lang=\"zh-CN\""));
    let mut english = server.browser().with_header("accept-language", "en-GB,en;q=0.9");
    assert!(english.get("/sign-in").await.body.contains("lang=\"en\""));
    let fields = [("lang", "zh-CN"), ("theme", "dark"), ("next", "/sign-in")];
    let answer = english.post("/settings/appearance", &fields).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in"));
    let page = english.get("/sign-in").await.body;
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("data-theme=\"dark\""));
}

#[tokio::test]
async fn a_persons_choice_follows_them_to_another_browser() {
    let server = TestServer::new().await;
    let mut phone = server.signed_in("yuanxing").await;
    phone.post("/settings/appearance", &[("lang", "en"), ("theme", "light")]).await;
    let page = server.signed_in("yuanxing").await.get("/settings").await.body;
    assert!(page.contains("lang=\"en\"") && page.contains("data-theme=\"light\""));
}

#[tokio::test]
async fn too_large_and_too_many_are_refused_in_our_words() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", OURS)];
    let large = Body::from(vec![b'a'; 2 * 1024 * 1024]);
    let answer = browser.send(Method::POST, "/sign-in", &headers, large).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("BODY_TOO_LARGE"));
    let mut person = server.signed_in("sales").await;
    let mut last = StatusCode::OK;
    for _ in 0..400 {
        last = person.post("/settings/appearance", &[]).await.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(person.get("/office").await.status, StatusCode::OK, "reading goes on");
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_no_reason_to_sign_in_again() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("sales").await;
    server.state.services.identity.pool().close().await;
    let answer = browser.get("/office").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("UNAVAILABLE"));
}
