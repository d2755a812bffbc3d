//! `POST /sign-in` and `POST /sign-out`.

use axum::http::StatusCode;

use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn goes_to_where_the_person_wanted_and_never_elsewhere() {
    let server = TestServer::new().await;
    for (next, to) in [
        ("/my/bids?page=2", "/my/bids?page=2"),
        ("https://evil.example.com/", ""),
        ("//evil.example.com", ""),
        ("/\\evil.example.com", ""),
        ("", ""),
    ] {
        let fields = [("login", "YuanXing"), ("password", PASSWORD), ("next", next)];
        let answer = server.browser().post("/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let start = app::routes::start_of(Some(&server.person("yuanxing")));
        assert_eq!(answer.location(), if to.is_empty() { start } else { to }, "{next}");
    }
    let fields = [("login", "sales"), ("password", PASSWORD)];
    assert_eq!(server.browser().post("/sign-in", &fields).await.location(), "/office");
}

#[tokio::test]
async fn a_wrong_password_shows_the_page_again_without_it() {
    let server = TestServer::new().await;
    let mut browser = server.browser();
    let fields = [("login", "yuanxing"), ("password", "my-other-secret"), ("next", "/my/bids")];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("yuanxing") && answer.body.contains("/my/bids"));
    assert!(!answer.body.contains("my-other-secret"));
    assert!(browser.cookies.is_empty(), "no session for nobody");
    for _ in 0..5 {
        browser.post("/sign-in", &fields).await;
    }
    let right = [("login", "yuanxing"), ("password", PASSWORD)];
    assert_eq!(browser.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_session_gets_a_new_id_and_the_old_one_is_worth_nothing() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("yuanxing").await;
    let before = browser.clone();
    let mut planted = server.browser();
    planted.cookies.insert("luochui".into(), "AAAAAAAAAAAAAAAAAAAAAA".into());
    planted.post("/sign-in", &[("login", "hengxin"), ("password", PASSWORD)]).await;
    assert_ne!(planted.cookies["luochui"], "AAAAAAAAAAAAAAAAAAAAAA", "a planted id is not taken over");

    browser.post("/sign-in", &[("login", "yuanxing"), ("password", PASSWORD)]).await;
    assert_ne!(browser.cookies["luochui"], before.cookies["luochui"]);
    assert_eq!(before.clone().get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("sales").await;
    let mut copy = browser.clone();
    let answer = browser.post("/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/sign-in?done=SIGNED_OUT"));
    assert!(!browser.cookies.contains_key("luochui"));
    assert_eq!(copy.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(copy.post("/sign-out", &[]).await.status, StatusCode::SEE_OTHER, "twice is once");
    let page = copy.get("/office").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/sign-in?next=%2Foffice"));
}

#[tokio::test]
async fn the_cookie_is_as_strict_as_the_address_allows() {
    let server = TestServer::new().await;
    let fields = [("login", "yuanxing"), ("password", PASSWORD)];
    let answer = server.browser().post("/sign-in", &fields).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("luochui=") && !cookie.contains("Secure"), "{cookie}");
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=43200")
    );

    let https = TestServer::with(&[("LUOCHUI_PUBLIC_URL", "https://auction.example.com")]).await;
    let answer = https.browser().post("/sign-in", &fields).await;
    let cookie = answer.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-luochui=") && cookie.contains("Secure") && cookie.contains("Path=/"));
    assert!(!cookie.contains("Domain"));
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000; includeSubDomains");
    let out = https.signed_in("yuanxing").await.post("/sign-out", &[]).await;
    let forgets = out.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap());
    assert!(forgets.into_iter().any(|c| c.starts_with("__Host-luochui=;") && c.contains("Secure")));
}
