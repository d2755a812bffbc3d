//! Brings a lot's [`Room`] and its socket together, and shows time pass.

use std::time::Duration;

use kernel::{Fen, UnixMs};
use leptos::prelude::*;
use uuid::Uuid;

use super::alarm::Alarm;
use super::link::Freshness;
use super::page;
use super::room::{Notice, Room, Standing, Start};
use super::socket::{Event, Socket};
use bidding::ClientFrame;

/// Four looks a second: a countdown that never skips one.
const TICK: Duration = Duration::from_millis(250);

/// A lot that is live on this page.
#[derive(Clone, Copy)]
pub(super) struct Live {
    /// What is known of the lot.
    pub(super) room: RwSignal<Room>,
    /// The server's clock.
    pub(super) now: RwSignal<UnixMs>,
    /// How far the price can be trusted.
    pub(super) freshness: RwSignal<Freshness>,
    /// The server's time of the newest frame.
    pub(super) heard_at: RwSignal<UnixMs>,
    /// What happens when the lead is lost.
    pub(super) alarm: Alarm,
    socket: StoredValue<Option<Socket>, LocalStorage>,
}

impl Live {
    /// As the page was made. On the server that is all.
    pub(super) fn new(start: Start) -> Live {
        Live {
            now: RwSignal::new(start.server_time),
            heard_at: RwSignal::new(start.server_time),
            room: RwSignal::new(Room::new(start)),
            freshness: RwSignal::new(Freshness::Still),
            alarm: Alarm::new(),
            socket: StoredValue::new_local(None),
        }
    }

    /// Goes live, in the browser. `flash` is what the tab says when the lead is lost.
    pub(super) fn start(self, flash: impl Fn() -> String + Copy + 'static) {
        self.alarm.recall();
        self.socket.set_value(Some(Socket::new(move |event| self.hear(event))));
        page::on_return(move || self.refresh());
        set_interval(move || self.tick(flash), TICK);
    }

    /// Bids over the socket; `false` when there is none, and the form must be sent as a form. Without any network the form
    /// would only put the browser's own page in the place of this one: then the bid waits for the socket.
    pub(super) fn place(self, max_fen: Fen) -> bool {
        self.begin(|room, here| room.begin(page::new_key(), max_fen, None, here))
    }

    /// Accepts a step of a falling price, likewise; but nothing of it waits for a network: the price falls meanwhile, and who
    /// pressed would buy at the higher one.
    pub(super) fn accept(self, step: u32, price_fen: Fen) -> bool {
        if page::is_offline() {
            let refused = Notice::Refused { code: "NO_NETWORK".to_owned(), data: serde_json::Value::Null };
            self.room.update(|room| room.notice = Some(refused));
            return true;
        }
        self.begin(|room, here| room.accept(page::new_key(), (step, price_fen), here))
    }

    /// Says an unusually high amount again, with what the question came with.
    pub(super) fn confirm(self, key: Uuid, max_fen: Fen, token: String) -> bool {
        self.begin(|room, here| room.begin(key, max_fen, Some(token), here))
    }

    fn begin(self, command: impl FnOnce(&mut Room, i64) -> Option<ClientFrame>) -> bool {
        let is_open = self.freshness.get_untracked().is_open();
        if !is_open && !page::is_offline() {
            return false;
        }
        let frame = self.room.try_update(|room| command(room, page::now()));
        if let Some(Some(frame)) = frame
            && is_open
        {
            self.send(&frame);
        }
        true
    }

    /// Bids the amount of a quick button, as it stood when the finger set out.
    pub(super) fn place_quick(self, amount: Fen) -> bool {
        let here = page::now();
        if self.room.with_untracked(|room| room.is_second_tap(here)) {
            return true;
        }
        self.place(self.room.with_untracked(|room| room.meant(amount, here)))
    }

    /// The person does not confirm, or has read the notice.
    pub(super) fn dismiss(self) {
        self.room.update(|room| room.notice = None);
    }

    fn send(self, frame: &ClientFrame) {
        self.socket.with_value(|socket| {
            if let Some(socket) = socket {
                socket.send(frame);
            }
        });
    }

    fn hear(self, event: Event) {
        let here = page::now();
        match event {
            Event::Opened => {
                self.room.update(|room| room.reconnected(here));
                self.send(&ClientFrame::Watch { lot_id: self.room.with_untracked(|room| room.lot_id) });
            }
            Event::Ended(code) => self.room.update(|room| room.ended(code)),
            Event::Frame(frame) => {
                let is_beat = matches!(*frame, bidding::ServerFrame::Heartbeat { .. });
                let hear = |room: &mut Room| room.hear(*frame, here);
                // a heartbeat sets the clock only: nothing is drawn again
                let heard =
                    if is_beat { self.room.try_update_untracked(hear) } else { self.room.try_update(hear) };
                let Some(heard) = heard else { return };
                if heard.ask {
                    self.send(&ClientFrame::Snapshot {
                        lot_id: self.room.with_untracked(|room| room.lot_id),
                    });
                }
                if heard.outbid {
                    self.alarm.raise(here);
                } else if self.room.with_untracked(|room| room.standing() != Standing::Outbid) {
                    self.alarm.calm();
                }
                self.heard_at.set(self.room.with_untracked(|room| room.clock.at(UnixMs(here))));
                self.freshness.set(Freshness::Live);
            }
        }
    }

    /// The page is looked at again: what it shows may be old.
    fn refresh(self) {
        let here = page::now();
        self.socket.with_value(|socket| {
            if let Some(socket) = socket {
                socket.hurry();
            }
        });
        self.room.try_update_untracked(|room| room.ask(here)).filter(|ask| *ask).inspect(|_| {
            self.send(&ClientFrame::Snapshot { lot_id: self.room.with_untracked(|room| room.lot_id) });
        });
    }

    fn tick(self, flash: impl Fn() -> String) {
        let here = page::now();
        let freshness =
            self.socket.with_value(|socket| socket.as_ref().map(Socket::tick)).unwrap_or_default();
        if self.freshness.get_untracked() != freshness {
            self.freshness.set(freshness);
        }
        let said = |room: &Room| (room.pending.is_some(), room.notice.is_some());
        let before = self.room.with_untracked(said);
        let frames =
            self.room.try_update_untracked(|room| room.tick(here, freshness.is_open())).unwrap_or_default();
        for frame in &frames {
            self.send(frame);
        }
        // given up, or said long enough: it has to be drawn
        if self.room.with_untracked(said) != before {
            self.room.notify();
        }
        self.now.set(self.room.with_untracked(|room| room.clock.at(UnixMs(here))));
        self.alarm.tick(here, flash);
    }
}
