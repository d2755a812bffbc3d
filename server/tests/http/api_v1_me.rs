//! `GET /api/v1/me`, and what holds for tokens everywhere.

use axum::http::StatusCode;
use identity::MakeToken;
use uuid::Uuid;

use crate::support::TestServer;

#[tokio::test]
async fn a_token_works_for_programs_and_nowhere_else() {
    let server = TestServer::new().await;
    let who = server.person("yuanxing");
    let input = MakeToken { key: Uuid::now_v7(), name: "ERP".into() };
    let secret = server.state.services.identity.make_token(&who, input).await.unwrap().secret;
    let mut program = server.browser().with_header("authorization", &format!("Bearer {secret}"));
    let answer = program.get("/api/v1/me").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("远行二手车") && answer.body.contains(&who.user_id.to_string()));
    let page = program.get("/settings").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/sign-in?next=%2Fsettings"));

    let mut both = server.signed_in("hengxin").await.with_header("authorization", "Bearer nonsense");
    assert_eq!(
        both.get("/api/v1/me").await.status,
        StatusCode::UNAUTHORIZED,
        "a wrong token is not a session"
    );
}
