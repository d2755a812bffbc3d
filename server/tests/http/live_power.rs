//! `/ws/auction` over a real connection: the free part of a dealer's deposit, told whenever it becomes another.

use std::collections::VecDeque;
use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{COOKIE, HeaderValue, ORIGIN};
use bidding::{ClientFrame, ServerFrame};
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Fen, LotId};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use crate::formats::{everybody, lot_of, open_sale_with};
use crate::support::{Browser, OURS, TestServer};

/// A frame that has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A dealer's screen.
pub(crate) struct Screen {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    serving: AbortHandle,
    /// What came about the deposit while something else was waited for, in yuan.
    told: VecDeque<i64>,
}

impl Screen {
    /// Opens the live channel of the person in this browser, over a port of the server's own.
    pub(crate) async fn of(server: &TestServer, browser: &Browser) -> Screen {
        Screen::at(server, browser, "/ws/auction").await.unwrap()
    }

    /// The same under an address that says more, or the status with which it was refused.
    pub(crate) async fn at(server: &TestServer, browser: &Browser, path: &str) -> Result<Screen, StatusCode> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let router = server.router.clone();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        let mut request = format!("ws://{addr}{path}").into_client_request().unwrap();
        let cookies: Vec<String> =
            browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers_mut().insert(COOKIE, HeaderValue::from_str(&cookies.join("; ")).unwrap());
        request.headers_mut().insert(ORIGIN, HeaderValue::from_static(OURS));
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Screen { socket, serving, told: VecDeque::new() }),
            Err(Error::Http(answer)) => Err(answer.status()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Follows a lot, and waits for its state.
    pub(crate) async fn watches(&mut self, lot_id: LotId) {
        self.socket.send(Message::text(ClientFrame::Watch { lot_id }.to_json())).await.unwrap();
        while !matches!(self.next().await, ServerFrame::Snapshot { .. }) {}
    }

    pub(crate) async fn next(&mut self) -> ServerFrame {
        loop {
            let heard = tokio::time::timeout(PATIENCE, self.socket.next()).await.unwrap();
            if let Message::Text(text) = heard.unwrap().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// What the next frame about the deposit says is free, in yuan.
    async fn free(&mut self) -> i64 {
        if let Some(earlier) = self.told.pop_front() {
            return earlier;
        }
        loop {
            if let ServerFrame::Power { free_fen, .. } = self.next().await {
                return free_fen.0 / 100;
            }
        }
    }

    /// Bids, and waits for the answer to it.
    async fn bids(&mut self, lot_id: LotId, yuan: i64) {
        let key = Uuid::now_v7();
        let max_fen = Fen(yuan * 100);
        let bid = ClientFrame::PlaceMax { key, lot_id, max_fen, confirmation: None, report_hash: None };
        self.socket.send(Message::text(bid.to_json())).await.unwrap();
        loop {
            match self.next().await {
                ServerFrame::Accepted { key: answered, .. } if answered == key => return,
                ServerFrame::Power { free_fen, .. } => self.told.push_back(free_fen.0 / 100),
                ServerFrame::Refused { .. } | ServerFrame::Error { .. } => panic!("refused"),
                _ => {}
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn receives(server: &TestServer, login: &str, amount: &str) {
    let dealer_id = server.person(login).dealer().unwrap().dealer_id;
    let key = Uuid::now_v7().to_string();
    let fields = [("key", &*key), ("form", "receive"), ("amount", amount), ("reference", "工行 01")];
    let mut finance = server.signed_in("finance").await;
    let answer = finance.post(&format!("/office/deposits/{dealer_id}"), &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    server.state.bus.drain().await.unwrap();
    // what is told is what memory has; by itself it looks once a second
    server.state.services.auction.beat().await.unwrap();
}

async fn bids_by_form(browser: &mut Browser, lot_id: LotId, yuan: i64) {
    let (key, amount) = (Uuid::now_v7().to_string(), (yuan * 100).to_string());
    let fields = [("key", &*key), ("quick_fen", &*amount)];
    let answer = browser.post(&format!("/auctions/lots/{lot_id}/bids"), &fields).await;
    assert_eq!(answer.location(), format!("/auctions/lots/{lot_id}?answer={key}#bid"), "{}", answer.body);
}

#[tokio::test]
async fn the_free_deposit_follows_payments_leads_and_being_outbid() {
    let server = TestServer::new().await;
    let sale = open_sale_with(&server, 2, auction::SaleFormat::Timed, (everybody(), 1_000)).await;
    let (here, elsewhere) = (lot_of(sale, 0), lot_of(sale, 1));
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    receives(&server, "hengxin", "50,000").await;
    let mut screen = Screen::of(&server, &mine).await;
    let mut stranger = Screen::of(&server, &other).await;
    assert_eq!((screen.free().await, stranger.free().await), (0, 50_000), "each is told his own at once");

    receives(&server, "yuanxing", "20,000").await;
    assert_eq!(screen.free().await, 20_000, "a payment came in");
    screen.bids(here, 60_000).await;
    assert_eq!(screen.free().await, 14_000, "a tenth of a max is held while it leads");
    // by another way and on a lot that this screen does not show
    bids_by_form(&mut mine, elsewhere, 62_000).await;
    assert_eq!(screen.free().await, 7_800, "so is what leads elsewhere");
    bids_by_form(&mut other, elsewhere, 64_000).await;
    assert_eq!(screen.free().await, 14_000, "who is outbid holds nothing there");
    assert_eq!(stranger.free().await, 43_600, "and who leads now holds his own");
    screen.bids(here, 65_000).await;
    assert_eq!(screen.free().await, 13_500, "a raise holds more");
    screen.bids(here, 55_000).await;
    assert_eq!(screen.free().await, 14_500, "a lowering less");
}
