//! One socket: reads commands, sends answers and the newest state, never waits for a slow reader longer than it must.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::Services;
use auction::{AcceptStep, BuyNow, LotMailbox, PROTOCOL, PlaceMax};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bidding::{ClientFrame, ServerFrame, TakeFrame};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use identity::{Credential, Revoked};
use kernel::{DealerId, Fen, LotId, Principal, Problem};
use platform_live::Outgoing;
use tokio::time::{Interval, MissedTickBehavior};
use uuid::Uuid;

use super::limit::Limits;

/// After a second without a frame the client gets a heartbeat.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often the person's standing is looked at again without a word that it changed: signed out or deactivated closes the socket.
const STANDING: Duration = Duration::from_secs(30);
/// A write that takes longer means that nobody reads.
const WRITE_LIMIT: Duration = Duration::from_secs(5);
/// How many lots one socket may follow: a board of lots, not the whole hall.
const LOTS_WATCHED_MAX: usize = 100;

/// Going away: the client comes back and resyncs.
const CLOSE_TRY_AGAIN: u16 = 1013;
/// The person may not be here any more.
const CLOSE_POLICY: u16 = 1008;
/// The session acts for another store of the group by now, and what the page shows is the one before.
const CLOSE_STORE: u16 = 4001;

/// One socket's session. It is boxed: while thousands wait, what stands in their futures stands there several times.
pub struct Session {
    auction: auction::Service,
    identity: identity::Service,
    who: Principal,
    credential: Credential,
    mailbox: Arc<LotMailbox>,
    watched: HashSet<LotId>,
    limits: Limits,
    sent_at: Instant,
    /// When the person's standing was looked at last.
    checked_at: Instant,
    told_power: Option<Fen>,
    revoked: Revoked,
}

/// Why a socket ends.
enum End {
    Gone,
    Close(u16, &'static str),
}

impl Session {
    /// A session of this person.
    pub fn new(services: &Services, who: Principal, credential: Credential) -> Box<Session> {
        let audience = who.dealer().map_or(DealerId(Uuid::nil()), |seat| seat.dealer_id);
        let mailbox = services.auction.engine().hub().mailbox(audience);
        let now = Instant::now();
        let revoked = services.identity.listen_for_revocation(who.user_id);
        Box::new(Session {
            auction: services.auction.clone(),
            identity: services.identity.clone(),
            who,
            credential,
            mailbox,
            watched: HashSet::new(),
            limits: Limits::new(now, LOTS_WATCHED_MAX),
            sent_at: now,
            checked_at: now,
            told_power: None,
            revoked,
        })
    }

    /// Serves the socket until either side ends it.
    pub async fn serve(mut self: Box<Session>, mut socket: Box<WebSocket>) {
        let end = self.run(&mut socket).await;
        let hub = Arc::clone(self.auction.engine().hub());
        for lot_id in self.watched.drain() {
            hub.unwatch(lot_id, &self.mailbox);
        }
        if let End::Close(code, reason) = end {
            let close = Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }));
            // the peer may be gone already
            drop(tokio::time::timeout(WRITE_LIMIT, socket.send(close)).await);
        }
    }

    /// What is rare and large stands in a box of its own: thousands of sockets sit here and wait.
    async fn run(&mut self, socket: &mut WebSocket) -> End {
        let mut beats = tokio::time::interval(HEARTBEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mailbox = Arc::clone(&self.mailbox);
        loop {
            let turn = tokio::select! {
                message = socket.next() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    // a message over the limit, broken UTF-8, a cut line: the protocol cannot go on
                    Some(Err(_)) | None => Err(End::Gone),
                },
                () = mailbox.woken() => self.tell(socket).await,
                _ = beats.tick() => self.beat(socket, &mut beats).await,
                () = self.revoked.heard() => Box::pin(self.check_standing()).await,
            };
            if let Err(end) = turn {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        // what was sent before he was told that he is out does not count either
        if self.revoked.has_changed() {
            Box::pin(self.check_standing()).await?;
        }
        let text = match message {
            Message::Text(text) => text,
            Message::Close(_) => return Err(End::Gone),
            Message::Binary(_) => {
                self.fail(None, "BAD_FRAME");
                return Ok(());
            }
            // answered by the library
            Message::Ping(_) | Message::Pong(_) => return Ok(()),
        };
        let heard = Heard::read(text.as_str());
        if !self.limits.take(heard.is_command(), Instant::now()) {
            self.fail(heard.key(text.as_str()), "TOO_MANY_REQUESTS");
            return Ok(());
        }
        match heard {
            Heard::Frame(frame) => self.obey(frame).await,
            Heard::Take(frame) => self.take(frame),
            Heard::Nothing => self.fail(loose_key(text.as_str()), "BAD_FRAME"),
        }
        Ok(())
    }

    async fn obey(&mut self, frame: ClientFrame) {
        match frame {
            ClientFrame::Watch { lot_id } => Box::pin(self.watch(lot_id)).await,
            ClientFrame::Unwatch { lot_id } => {
                if self.watched.remove(&lot_id) {
                    self.auction.engine().hub().unwatch(lot_id, &self.mailbox);
                }
            }
            ClientFrame::Snapshot { lot_id } => {
                if let Err(problem) = Box::pin(self.snapshot(lot_id)).await {
                    self.fail(None, &problem.code);
                }
            }
            ClientFrame::PlaceMax { key, lot_id, max_fen, confirmation, report_hash } => {
                let confirmation = confirmation.and_then(|token| token.parse().ok());
                let bid = PlaceMax { key, lot_id, max_fen, confirmation, seen_report: report_hash };
                let queued = self.auction.place_max_from_socket(&self.who, bid, Arc::clone(&self.mailbox));
                if let Err(problem) = queued {
                    self.fail(Some(key), &problem.code);
                }
            }
            ClientFrame::AcceptStep { key, lot_id, step, price_fen, report_hash } => {
                let wanted = AcceptStep { key, lot_id, step, price_fen, seen_report: report_hash };
                let mailbox = Arc::clone(&self.mailbox);
                let queued = self.auction.accept_step_from_socket(&self.who, wanted, mailbox);
                if let Err(problem) = queued {
                    self.fail(Some(key), &problem.code);
                }
            }
        }
    }

    /// Takes a lot at its buy-now price.
    fn take(&self, frame: TakeFrame) {
        let TakeFrame::BuyNow { key, lot_id, price_fen, report_hash } = frame;
        let wanted = BuyNow { key, lot_id, price_fen, seen_report: report_hash };
        let mailbox = Arc::clone(&self.mailbox);
        if let Err(problem) = self.auction.buy_now_from_socket(&self.who, wanted, mailbox) {
            self.fail(Some(key), &problem.code);
        }
    }

    /// First the hub, then the snapshot: what happens in between arrives twice rather than never.
    async fn watch(&mut self, lot_id: LotId) {
        if !self.watched.contains(&lot_id) && self.watched.len() >= LOTS_WATCHED_MAX {
            return self.fail(None, "TOO_MANY_LOTS");
        }
        self.auction.engine().hub().watch(lot_id, &self.mailbox);
        match self.snapshot(lot_id).await {
            Ok(()) => {
                self.watched.insert(lot_id);
            }
            Err(problem) => {
                if !self.watched.contains(&lot_id) {
                    self.auction.engine().hub().unwatch(lot_id, &self.mailbox);
                }
                self.fail(None, &problem.code);
            }
        }
    }

    async fn snapshot(&self, lot_id: LotId) -> Result<(), Problem> {
        let snapshot = self.auction.snapshot(&self.who, lot_id).await;
        self.queue(&snapshot.map_err(platform_db::CommandError::into_problem)?);
        Ok(())
    }

    async fn tell(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let hub = Arc::clone(self.auction.engine().hub());
        match hub.take(&self.mailbox) {
            Outgoing::Overrun => Err(End::Close(CLOSE_TRY_AGAIN, "too many answers unread")),
            Outgoing::Frames(frames) => self.send(socket, frames).await,
        }
    }

    async fn beat(&mut self, socket: &mut WebSocket, beats: &mut Interval) -> Result<(), End> {
        // staff hold nothing
        let free = self.auction.free_power(&self.who).ok();
        if let Some(news) = power_news(&mut self.told_power, free) {
            self.queue(&news);
        }
        if self.checked_at.elapsed() >= STANDING {
            Box::pin(self.check_standing()).await?;
        }
        if let Some(rest) = beat_in(self.sent_at.elapsed()) {
            beats.reset_after(rest);
            return Ok(());
        }
        let frame = ServerFrame::Heartbeat { v: PROTOCOL, server_time: self.auction.now() };
        self.send(socket, vec![encode(&frame)]).await
    }

    async fn check_standing(&mut self) -> Result<(), End> {
        self.checked_at = Instant::now();
        match self.identity.principal_for(&self.credential).await {
            Ok(Some(person)) if person.principal.seat == self.who.seat => Ok(()),
            Ok(Some(person)) if store_of(&person.principal) != store_of(&self.who) => {
                Err(End::Close(CLOSE_STORE, "acts for another store"))
            }
            Ok(_) => Err(End::Close(CLOSE_POLICY, "signed out")),
            // the database is away: bids are refused by the engine meanwhile, watching may go on
            Err(_) => Ok(()),
        }
    }

    async fn send(&mut self, socket: &mut WebSocket, frames: Vec<Bytes>) -> Result<(), End> {
        self.sent_at = Instant::now();
        // the frames are JSON that serde wrote
        let mut texts = frames.into_iter().filter_map(|frame| Utf8Bytes::try_from(frame).ok());
        let sent = async {
            for text in texts.by_ref() {
                socket.feed(Message::Text(text)).await?;
            }
            socket.flush().await
        };
        match tokio::time::timeout(WRITE_LIMIT, sent).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::Close(CLOSE_TRY_AGAIN, "too slow")),
        }
    }

    fn fail(&self, key: Option<Uuid>, code: &str) {
        self.queue(&ServerFrame::Error { v: PROTOCOL, key, code: code.to_owned() });
    }

    fn queue(&self, frame: &ServerFrame) {
        self.mailbox.send(encode(frame));
    }
}

/// How long a beat waits that falls `silence` after a frame, so that no gap is longer than a second; none where it is due: a
/// little slack, so that it is not put off for a millisecond.
fn beat_in(silence: Duration) -> Option<Duration> {
    (silence < HEARTBEAT * 9 / 10).then(|| HEARTBEAT.saturating_sub(silence))
}

/// What is told of the deposit's free part: what it is now, where that was not told yet.
fn power_news(told: &mut Option<Fen>, free: Option<Fen>) -> Option<ServerFrame> {
    let free_fen = free.filter(|free| *told != Some(*free))?;
    *told = Some(free_fen);
    Some(ServerFrame::Power { v: PROTOCOL, free_fen })
}

/// For which company this person bids.
fn store_of(who: &Principal) -> Option<DealerId> {
    who.dealer().map(|seat| seat.dealer_id)
}

fn encode(frame: &ServerFrame) -> Bytes {
    serde_json::to_vec(frame).map(Bytes::from).unwrap_or_default()
}

/// What a client said.
enum Heard {
    Frame(ClientFrame),
    Take(TakeFrame),
    /// Nothing that can be read.
    Nothing,
}

impl Heard {
    fn read(text: &str) -> Heard {
        match serde_json::from_str(text) {
            Ok(frame) => Heard::Frame(frame),
            Err(_) => serde_json::from_str(text).map_or(Heard::Nothing, Heard::Take),
        }
    }

    /// Whether it asks for something that changes a lot.
    fn is_command(&self) -> bool {
        match self {
            Heard::Frame(frame) => key_of(frame).is_some(),
            Heard::Take(_) => true,
            Heard::Nothing => false,
        }
    }

    /// The key that an error about it echoes.
    fn key(&self, text: &str) -> Option<Uuid> {
        match self {
            Heard::Frame(frame) => key_of(frame),
            Heard::Take(_) | Heard::Nothing => None,
        }
        .or_else(|| loose_key(text))
    }
}

fn key_of(frame: &ClientFrame) -> Option<Uuid> {
    match frame {
        ClientFrame::PlaceMax { key, .. } | ClientFrame::AcceptStep { key, .. } => Some(*key),
        _ => None,
    }
}

/// The key of a frame that could not be read otherwise: every error echoes it where it can.
fn loose_key(text: &str) -> Option<Uuid> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    value.get("key")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_a_lot_is_a_command_and_what_follows_it_is_none() {
        let lot = r#""lot_id":"0190a5c4-0000-7000-8000-000000000001""#;
        let key = r#""key":"0190a5c4-0000-7000-8000-000000000002""#;
        let is_command = |text: String| Heard::read(&text).is_command();
        assert!(is_command(format!(r#"{{"type":"place_max",{key},{lot},"max_fen":100}}"#)));
        assert!(is_command(format!(r#"{{"type":"buy_now",{key},{lot},"price_fen":100}}"#)));
        for follows in ["watch", "unwatch", "snapshot"] {
            assert!(!is_command(format!(r#"{{"type":"{follows}",{lot}}}"#)));
        }
        assert!(!is_command("{".to_owned()));
    }

    #[test]
    fn no_gap_is_longer_than_a_beat() {
        let (mut sent_ms, mut gap_ms) = (0_u64, 0_u64);
        let mut tick_ms = 1_000_u64;
        // frames of others fall at odd times between the beats
        for frame_ms in (1..400_u64).map(|n| n * 830) {
            while tick_ms <= frame_ms {
                match beat_in(Duration::from_millis(tick_ms - sent_ms)) {
                    Some(rest) => tick_ms += u64::try_from(rest.as_millis()).unwrap_or(u64::MAX),
                    None => {
                        gap_ms = gap_ms.max(tick_ms - sent_ms);
                        sent_ms = tick_ms;
                        tick_ms += 1_000;
                    }
                }
            }
            gap_ms = gap_ms.max(frame_ms - sent_ms);
            sent_ms = frame_ms;
        }
        assert_eq!(beat_in(Duration::from_millis(950)), None);
        assert!(gap_ms <= 1_000, "{gap_ms}");
    }

    #[test]
    fn the_free_deposit_is_told_once_and_whenever_it_is_another() {
        let mut told = None;
        let frame = |fen| Some(ServerFrame::Power { v: PROTOCOL, free_fen: Fen(fen) });
        assert_eq!(power_news(&mut told, Some(Fen(20_000_000))), frame(20_000_000));
        assert_eq!(power_news(&mut told, Some(Fen(20_000_000))), None);
        assert_eq!(power_news(&mut told, Some(Fen(15_200_000))), frame(15_200_000), "a lead holds a part");
        assert_eq!(power_news(&mut told, Some(Fen(20_000_000))), frame(20_000_000), "being outbid frees it");
        assert_eq!(power_news(&mut None, None), None, "staff");
    }
}
