//! The whole server on fresh databases, and browsers that talk to it without a network.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(dead_code, reason = "each test binary uses its part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use app::shell::{Assets, Verifier};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use identity::DemoPeople;
use kernel::Principal;
use leptos::config::LeptosOptions;
use platform_config::Config;
use platform_db::{Clock, SystemClock};
use server::route_table::Row;
use server::services::{self, LateBus};
use server::state::AppState;
use sqlx::ConnectOptions as _;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// The password of everybody.
pub const PASSWORD: &str = "落槌有声 2026";
/// The address people type.
pub const OURS: &str = "http://127.0.0.1:3000";

/// The server and everybody in it.
pub struct TestServer {
    /// The assembled service.
    pub router: Router,
    /// Its routes.
    pub table: Vec<Row>,
    /// Its state, to look behind the pages.
    pub state: AppState,
    /// The demo's people.
    pub people: DemoPeople,
    stop: watch::Sender<bool>,
    /// Photos and uploads; it goes with the server.
    _data: tempfile::TempDir,
}

impl TestServer {
    /// A server at [`OURS`].
    pub async fn new() -> TestServer {
        TestServer::with(&[]).await
    }

    /// A server with these settings beside.
    pub async fn with(settings: &[(&str, &str)]) -> TestServer {
        let mut pairs: Vec<(String, String)> = vec![("LUOCHUI_PUBLIC_URL".into(), OURS.into())];
        let data = tempfile::tempdir().expect("a folder can be made");
        pairs.push(("LUOCHUI_DATA".into(), data.path().to_string_lossy().into_owned()));
        for service in platform_config::Service::ALL {
            let pool = platform_testkit::fresh_database(services::migrator(service)).await;
            let url = pool.connect_options().to_url_lossy().to_string();
            pairs.push((service.database_variable().into(), url));
            pool.close().await;
        }
        pairs.extend([("LUOCHUI_DEMO".into(), "no".into()), ("LUOCHUI_POOL_SIZE".into(), "4".into())]);
        pairs.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let config = Config::from_pairs(pairs).expect("the settings are right");
        let databases = services::open(&config).await.expect("the databases open");
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let (stop, stopped) = watch::channel(false);
        let late_bus = LateBus::default();
        let (services, _tasks) = databases
            .services(&clock, stopped, &late_bus, proof::Signer::from_seed(&[7; 32]))
            .await
            .expect("the services start");
        let bus = databases.bus(&services);
        late_bus.set(bus.clone());
        let people = services.identity.ensure_demo_people(PASSWORD).await.expect("the people are made");
        let leptos = LeptosOptions::builder().output_name("luochui").build();
        let verifier = Verifier {
            script: "/verifier/verifier.test.js".into(),
            wasm: "/verifier/verifier.test.wasm".into(),
        };
        let assets =
            Arc::new(Assets { leptos, stylesheet: "/pkg/luochui.css".into(), verifier: Some(verifier) });
        let state = AppState { services, bus, config: Arc::new(config), clock, assets };
        let (router, table) = server::router::router(state.clone());
        TestServer { router, table, state, people, stop, _data: data }
    }

    /// A browser that nobody has signed in with.
    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    /// A browser in which this person has signed in.
    pub async fn signed_in(&self, login: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.post("/sign-in", &[("login", login), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{login} signs in");
        browser
    }

    /// One of the demo's people.
    pub fn person(&self, login: &str) -> Principal {
        let everybody = self.people.dealers.iter().chain(&self.people.staff);
        everybody
            .into_iter()
            .find(|person| person.login == login)
            .expect("there is such a person")
            .principal
            .clone()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

/// A browser: it keeps cookies and says where its requests come from.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    /// What it has been told to remember.
    pub cookies: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
}

impl Browser {
    /// The same browser at a router that has not counted its requests yet.
    pub fn forget_rate(&mut self, server: &TestServer) {
        self.router = server::router::router(server.state.clone()).0;
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A header's text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }
}

impl Browser {
    /// The same browser, sending this header with everything.
    pub fn with_header(mut self, name: &str, value: &str) -> Browser {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Goes to a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    /// Sends a form of ours.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, &[("sec-fetch-site", "same-origin"), ("origin", OURS)]).await
    }

    /// Sends a form with these headers instead of those of a form of ours.
    pub async fn post_from(&mut self, path: &str, fields: &[(&str, &str)], from: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(from);
        self.send(Method::POST, path, &headers, Body::from(body)).await
    }

    /// Sends anything.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("accept", "text/html,*/*");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        let answer = Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        };
        self.remember(&answer);
        answer
    }

    fn remember(&mut self, answer: &Answer) {
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap_or((text, ""));
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
