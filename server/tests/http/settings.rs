//! `/settings`: password, tokens, sessions.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::support::{PASSWORD, TestServer};

fn key() -> String {
    Uuid::now_v7().to_string()
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_keeps_this_one() {
    let server = TestServer::new().await;
    let mut desk = server.signed_in("finance").await;
    let mut phone = server.signed_in("finance").await;
    let wrong = [("form", "password"), ("key", &key()), ("current", "not it"), ("new", "另一个好密码 2026")];
    let answer = desk.post("/settings", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!answer.body.contains("另一个好密码") && !answer.body.contains("not it"));
    let right = [("form", "password"), ("key", &key()), ("current", PASSWORD), ("new", "另一个好密码 2026")];
    let answer = desk.post("/settings", &right).await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/settings?done=PASSWORD_CHANGED")
    );
    assert_eq!(desk.get("/settings").await.status, StatusCode::OK);
    assert_eq!(phone.get("/settings").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_is_shown_once_and_can_be_revoked() {
    let server = TestServer::new().await;
    let mut browser = server.signed_in("yuanxing").await;
    let fields = [("form", "token"), ("key", &key()), ("name", "ERP")];
    let answer = browser.post("/settings", &fields).await;
    assert_eq!((answer.status, answer.header("cache-control")), (StatusCode::OK, "no-store"));
    let at = answer.body.find("luochui_").unwrap();
    let secret: String =
        answer.body[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
    let mut program = server.browser().with_header("authorization", &format!("Bearer {secret}"));
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::OK);
    assert!(!browser.get("/settings").await.body.contains(&secret));
    let again = browser.post("/settings", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    let id = server.state.services.identity.tokens(&server.person("yuanxing")).await.unwrap()[0].id;
    let path = format!("/settings/tokens/{id}/revoke");
    let stranger = server.signed_in("hengxin").await.post(&path, &[("key", &key())]).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    let answer = browser.post(&path, &[("key", &key())]).await;
    assert_eq!(answer.location(), "/settings?done=TOKEN_REVOKED");
    assert_eq!(program.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn signing_out_elsewhere_keeps_this_session() {
    let server = TestServer::new().await;
    let mut desk = server.signed_in("yuanxing").await;
    let mut phone = server.signed_in("yuanxing").await;
    let answer = desk.post("/settings/sessions/end", &[]).await;
    assert_eq!(answer.location(), "/settings?done=SESSIONS_ENDED");
    assert_eq!(desk.get("/settings").await.status, StatusCode::OK);
    assert_eq!(phone.get("/settings").await.status, StatusCode::SEE_OTHER);
}
