//! The OpenAPI document, made from the handlers, and the pages to browse it.

use std::sync::{Arc, LazyLock};

use axum::Json;
use axum::extract::Path;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::Problem;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::Config;

use super::types::{
    AcceptStepBody, AcceptedBody, BidBody, DutchBody, FirstOfferBody, LotBody, LotWithCarBody, LotsBody,
    MyBidBody, ProblemBody, TakeBody, TimeBody,
};
use super::{bids, lots};
use crate::http::refusal::Refusal;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Luochui API",
        version = "1",
        description = "Bidding for dealers' own systems. Amounts are integers in fen (1 yuan = 100 fen), times are \
                       milliseconds since 1970 UTC. Live prices come over the WebSocket `/ws/auction`.",
        license(name = "AGPL-3.0-only")
    ),
    paths(
        lots::list, lots::show, lots::time, bids::place, bids::buy_now, bids::take_first, bids::accept_step, bids::withdraw, bids::list),
    components(schemas(
        AcceptStepBody, AcceptedBody, BidBody, DutchBody, FirstOfferBody, LotBody, LotWithCarBody, LotsBody, MyBidBody, ProblemBody, TakeBody, TimeBody)),
    modifiers(&Token),
    tags(
        (name = "lots", description = "What is on offer"),
        (name = "bids", description = "Bidding"),
    ),
)]
struct Api;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A token made under Settings → API tokens"))
            .build();
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

static DOCUMENT: LazyLock<Document> = LazyLock::new(Api::openapi);

/// The document.
pub async fn document() -> Json<&'static Document> {
    Json(&DOCUMENT)
}

/// Where the browsable document begins.
pub async fn browse() -> Redirect {
    Redirect::permanent("/api/docs/index.html")
}

/// A file of the browsable document; all of them are in the binary.
pub async fn file(Path(file): Path<String>) -> Result<Response, Refusal> {
    let config = Arc::new(Config::from("/api/v1/openapi.json"));
    match utoipa_swagger_ui::serve(&file, config) {
        Ok(Some(found)) => {
            let mut response = found.bytes.into_owned().into_response();
            if let Ok(content_type) = HeaderValue::from_str(&found.content_type) {
                response.headers_mut().insert(CONTENT_TYPE, content_type);
            }
            Ok(response)
        }
        _ => Err(Problem::not_found().into()),
    }
}
