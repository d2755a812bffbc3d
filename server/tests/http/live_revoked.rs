//! `/ws/auction` over a real connection, of somebody who may not be there any more: the socket ends at once, and no bid of his
//! that was sent meanwhile counts.

use std::time::Duration;

use bidding::ClientFrame;
use futures_util::{SinkExt as _, StreamExt as _};
use identity::ChangeUser;
use kernel::{Fen, LotId};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::formats::{everybody, lot_of, open_sale_with};
use crate::live_power::Screen;
use crate::support::TestServer;

/// The socket looks by itself only after thirty seconds.
const AT_ONCE: Duration = Duration::from_secs(10);

fn bid(lot_id: LotId) -> Message {
    let max_fen = Fen(6_000_000);
    let bid =
        ClientFrame::PlaceMax { key: Uuid::now_v7(), lot_id, max_fen, confirmation: None, report_hash: None };
    Message::text(bid.to_json())
}

/// With what code the server closes the socket.
pub(crate) async fn closed(screen: &mut Screen) -> u16 {
    let closing = async {
        loop {
            if let Message::Close(frame) = screen.socket.next().await.unwrap().unwrap() {
                return frame.unwrap().code.into();
            }
        }
    };
    tokio::time::timeout(AT_ONCE, closing).await.unwrap()
}

#[tokio::test]
async fn who_is_deactivated_bids_no_more_on_an_open_socket() {
    let server = TestServer::new().await;
    let sale = open_sale_with(&server, 1, auction::SaleFormat::Timed, (everybody(), 0)).await;
    let lot_id = lot_of(sale, 0);
    let mine = server.signed_in("yuanxing").await;
    let mut screen = Screen::of(&server, &mine).await;
    // the socket is served once it says something
    assert!(matches!(screen.socket.next().await, Some(Ok(Message::Text(_)))));
    let user_id = server.person("yuanxing").user_id.0;
    let out = ChangeUser { key: Uuid::now_v7(), user_id, active: Some(false), ..ChangeUser::default() };
    server.state.services.identity.change_user(&server.person("admin"), out).await.unwrap();
    // the server may have closed it by now
    drop(screen.socket.send(bid(lot_id)).await);
    assert_eq!(closed(&mut screen).await, 1008);
    let lot = server.state.services.auction.lot(&server.person("auctioneer"), lot_id).await.unwrap();
    assert_eq!(lot.lot.lot.price_fen, None, "nobody has bid");
}

#[tokio::test]
async fn who_signs_out_closes_the_socket_of_that_session_only() {
    let server = TestServer::new().await;
    let (mut phone, desk) = (server.signed_in("yuanxing").await, server.signed_in("yuanxing").await);
    let (mut on_phone, mut on_desk) = (Screen::of(&server, &phone).await, Screen::of(&server, &desk).await);
    for screen in [&mut on_phone, &mut on_desk] {
        assert!(matches!(screen.socket.next().await, Some(Ok(Message::Text(_)))));
    }
    phone.post("/sign-out", &[]).await;
    assert_eq!(closed(&mut on_phone).await, 1008);
    // two beats later the other one still runs
    for _ in 0..2 {
        assert!(matches!(on_desk.socket.next().await, Some(Ok(Message::Text(_)))));
    }
}
