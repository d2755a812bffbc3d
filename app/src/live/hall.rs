//! The prices of the hall and of the board: one small island beside the list. It follows every lot of the page over one
//! socket and writes price, standing and time left into the cards, which are plain HTML (`[data-lot]`, `[data-live]`).
//! Where a card has a form, its bids go over the same socket.

mod card;
mod face;
mod said;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use bidding::{ClientFrame, ServerFrame};
use kernel::{Fen, LotId, UnixMs};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, SubmitEvent};

use super::alarm::Alarm;
use super::clock::{ServerClock, time_left};
use super::link::Freshness;
use super::page;
use super::panel::{follow, sound_switch};
use super::props::{HallProps, given};
use super::room::{Notice, Room, Standing, Start};
use super::socket::{Event, Socket};
use super::words::{Word, Words};
use card::{Card, Drawn};

pub use card::next_look;
pub use face::{Face, NO_LIGHT};

/// Twice a second: a list is not looked at as closely as a lot.
const TICK: Duration = Duration::from_millis(500);

struct Board {
    cards: RefCell<Vec<Card>>,
    /// Other countdowns of the page (`[data-until]`), with their instants and what is said when they are over.
    countdowns: Vec<(Element, UnixMs, String)>,
    clock: RefCell<ServerClock>,
    words: Words,
    freshness: Cell<Freshness>,
    /// When the server was last heard, by its own clock.
    heard_at: Cell<UnixMs>,
    alarm: Alarm,
    /// The lot whose lost lead is the alarm's reason.
    outbid_on: Cell<Option<LotId>>,
}

/// Keeps the cards of the page up to date, and says whether they are.
#[island]
pub fn HallLive() -> impl IntoView {
    let Some(HallProps { words }) = given() else { return ().into_any() };
    let freshness = RwSignal::new(Freshness::Still);
    let alarm = Alarm::new();
    let texts = StoredValue::new(words);
    Effect::new(move |_| start(texts.get_value(), freshness, alarm));
    let text = move || {
        let word = match freshness.get() {
            Freshness::Still => return String::new(),
            Freshness::Connecting => Word::LinkConnecting,
            Freshness::Live => Word::LinkLive,
            Freshness::Stale => Word::LinkStale,
            Freshness::Lost => Word::LinkLost,
        };
        texts.with_value(|words| words.get(word))
    };
    let sound = texts.with_value(|words| words.get(Word::Sound));
    view! {
        <span class="bid-link__state" role="status" data-link=follow(move || freshness.get().name())>
            <span class="bid-link__dot" aria-hidden="true"></span>
            {follow(text)}
        </span>
        {sound_switch(alarm, sound, follow(move || freshness.get() == Freshness::Still))}
    }
    .into_any()
}

fn start(words: Words, freshness: RwSignal<Freshness>, alarm: Alarm) {
    let board = Board {
        cards: RefCell::new(found("[data-lot]").filter_map(Card::read).collect()),
        countdowns: countdowns(),
        clock: RefCell::default(),
        words,
        freshness: Cell::default(),
        heard_at: Cell::default(),
        alarm,
        outbid_on: Cell::default(),
    };
    let board = Rc::new(board);
    if board.cards.borrow().is_empty() {
        return;
    }
    alarm.recall();
    // the socket's events need the socket: it is put here as soon as it is made, before the first event
    let line: Rc<RefCell<Option<Socket>>> = Rc::default();
    let (heard, sender) = (Rc::clone(&board), Rc::clone(&line));
    let socket = Socket::new(move |event| {
        for frame in heard.hear(event) {
            if let Some(socket) = sender.borrow().as_ref() {
                socket.send(&frame);
            }
        }
    });
    line.replace(Some(socket.clone()));
    let (seen, back) = (Rc::clone(&board), socket.clone());
    page::on_return(move || {
        back.hurry();
        for frame in seen.ask() {
            back.send(&frame);
        }
    });
    let (pressed, bids) = (Rc::clone(&board), socket.clone());
    page::on_submit(move |event| {
        if let Some(frame) = pressed.press(&event) {
            bids.send(&frame);
        }
    });
    set_interval(
        move || {
            let now = socket.tick();
            if freshness.get_untracked() != now {
                freshness.set(now);
            }
            for frame in board.tick(now) {
                socket.send(&frame);
            }
        },
        TICK,
    );
}

/// The elements of the page that the selector finds.
fn found(selector: &str) -> impl Iterator<Item = Element> {
    let list = document().query_selector_all(selector).ok();
    let length = list.as_ref().map_or(0, |list| list.length());
    (0..length).filter_map(move |index| list.as_ref()?.item(index)?.dyn_into::<Element>().ok())
}

/// What was voided was not lost to another: that is no alarm, and neither is a lead.
fn is_calm(room: &Room) -> bool {
    room.standing() != Standing::Outbid
}

fn countdowns() -> Vec<(Element, UnixMs, String)> {
    let read = |element: Element| {
        let until = element.get_attribute("data-until")?.parse().ok().map(UnixMs)?;
        let then = element.get_attribute("data-then").unwrap_or_default();
        Some((element, until, then))
    };
    found("[data-until]").filter_map(read).collect()
}

impl Board {
    fn hear(&self, event: Event) -> Vec<ClientFrame> {
        match event {
            Event::Opened => {
                let here = page::now();
                let watch = |card: &mut Card| {
                    if let Some(room) = &mut card.room {
                        room.reconnected(here);
                    }
                    ClientFrame::Watch { lot_id: card.lot_id }
                };
                self.cards.borrow_mut().iter_mut().map(watch).collect()
            }
            Event::Frame(frame) => self.take(*frame).into_iter().collect(),
            // the line above the list says that the connection is lost; the next page says why
            Event::Ended(code) => {
                let drawn = self.drawn(page::now());
                for card in self.cards.borrow_mut().iter_mut() {
                    if let Some(room) = card.room.as_mut().filter(|room| room.pending.is_some()) {
                        room.ended(code);
                        card.show(drawn);
                    }
                }
                Vec::new()
            }
        }
    }

    fn take(&self, frame: ServerFrame) -> Option<ClientFrame> {
        let here = page::now();
        if let ServerFrame::Heartbeat { server_time, .. } | ServerFrame::Snapshot { server_time, .. } = &frame
        {
            self.clock.borrow_mut().hear(*server_time, UnixMs(here));
        }
        self.heard_at.set(self.clock.borrow().at(UnixMs(here)));
        let mut cards = self.cards.borrow_mut();
        let card = cards.iter_mut().find(|card| card.is_meant(&frame))?;
        let lot_id = card.lot_id;
        let heard = match (&mut card.room, frame) {
            (Some(room), frame) => room.hear(frame, here),
            (None, ServerFrame::Snapshot { lot, mine, server_time, .. }) => {
                let (opens_at, history, notice) = (card.opens_at, Vec::new(), None);
                let mut room = Room::new(Start { lot_id, lot, mine, history, opens_at, server_time, notice });
                room.report = card.report();
                card.room = Some(room);
                Default::default()
            }
            (None, _) => Default::default(),
        };
        if heard.outbid {
            self.outbid_on.set(Some(lot_id));
            self.alarm.raise(here);
        } else if self.outbid_on.get() == Some(lot_id) && card.room.as_ref().is_some_and(is_calm) {
            self.alarm.calm();
        }
        card.show(self.drawn(here));
        card.show_next(&self.words, here);
        heard.ask.then_some(ClientFrame::Snapshot { lot_id })
    }

    fn drawn(&self, here: i64) -> Drawn<'_> {
        let is_lost = self.freshness.get() == Freshness::Lost;
        Drawn {
            words: &self.words,
            now: self.clock.borrow().at(UnixMs(here)),
            known_at: is_lost.then(|| self.heard_at.get()),
        }
    }

    /// A card's form is about to be sent: over the socket the page stays as it is. Without any network the form would only
    /// put the browser's own page in the place of this one: then the bid waits for the socket.
    fn press(&self, event: &SubmitEvent) -> Option<ClientFrame> {
        let button = event.submitter()?;
        let lot_id = button.closest("[data-lot]").ok()??.get_attribute("data-lot")?.parse().ok()?;
        let (is_open, is_offline) = (self.freshness.get().is_open(), page::is_offline());
        let mut cards = self.cards.borrow_mut();
        let card = cards.iter_mut().find(|card| card.lot_id == lot_id)?;
        let asked = card.room.as_ref().and_then(|room| room.notice.clone());
        let amount = || button.get_attribute("value")?.parse().ok().map(Fen);
        let (key, max_fen, confirmation) = match asked {
            Some(Notice::Confirm { max_fen, asked })
                if button.get_attribute("data-live").as_deref() == Some("confirm") =>
            {
                (asked.key, max_fen, Some(asked.token))
            }
            _ if is_open || is_offline => (page::new_key(), amount()?, None),
            _ => return None,
        };
        event.prevent_default();
        let here = page::now();
        let frame = card.room.as_mut()?.begin(key, max_fen, confirmation, here);
        let drawn = self.drawn(here);
        card.show(Drawn { known_at: drawn.known_at.or((!is_open).then(|| self.heard_at.get())), ..drawn });
        card.wake(here, drawn.now);
        frame.filter(|_| is_open)
    }

    fn ask(&self) -> Vec<ClientFrame> {
        let here = page::now();
        let mut cards = self.cards.borrow_mut();
        let rooms = cards.iter_mut().filter_map(|card| card.room.as_mut());
        rooms
            .filter_map(|room| room.ask(here).then_some(ClientFrame::Snapshot { lot_id: room.lot_id }))
            .collect()
    }

    fn tick(&self, freshness: Freshness) -> Vec<ClientFrame> {
        let here = page::now();
        let before = self.freshness.replace(freshness);
        let (has_changed, is_back) = (before != freshness, freshness.is_open() && !before.is_open());
        let drawn = self.drawn(here);
        if has_changed {
            self.tell(drawn);
        }
        // the old socket may have come to life again: what waited for it is sent now
        if is_back {
            let mut cards = self.cards.borrow_mut();
            cards.iter_mut().filter_map(|card| card.room.as_mut()).for_each(|room| room.reconnected(here));
        }
        let mut frames = Vec::new();
        for card in self.cards.borrow_mut().iter_mut() {
            let mut is_answered = false;
            if let Some(room) = &mut card.room {
                let was_pending = room.pending.is_some();
                frames.extend(room.tick(here, freshness.is_open()));
                // given up: that has to be said
                is_answered = was_pending && room.pending.is_none();
            }
            if has_changed || is_answered {
                card.show(drawn);
            }
            card.show_time(&self.words, drawn.now);
            card.wake(here, drawn.now);
        }
        self.alarm.tick(here, || self.flash());
        // before the first frame the server's clock is not known
        if freshness.is_open() {
            let day = self.words.get(Word::Day);
            for (element, until, then) in &self.countdowns {
                let left_ms = until.since(drawn.now);
                match element.parent_element().filter(|_| left_ms <= 0 && !then.is_empty()) {
                    // the words around the time are about a time that is over
                    Some(line) => line.set_text_content(Some(then)),
                    None => element.set_text_content(Some(&time_left(left_ms, &day))),
                }
            }
        }
        frames
    }

    /// Whether the whole list can be trusted: its look, and a line above it where it cannot.
    fn tell(&self, drawn: Drawn<'_>) {
        for list in found(".hall") {
            // the name is ours, and valid
            drop(list.set_attribute("data-link", self.freshness.get().name()));
        }
        let at = drawn.known_at.map(|at| self.words.time(at));
        let text = at.map(|at| self.words.with(Word::ListLost, "time", &at)).unwrap_or_default();
        for line in found("[data-list-lost]") {
            line.set_text_content(Some(&text));
        }
    }

    /// What the tab says: on which car the lead is lost.
    fn flash(&self) -> String {
        let cards = self.cards.borrow();
        let outbid = self.outbid_on.get();
        let title = cards.iter().find(|card| outbid == Some(card.lot_id)).map(Card::title);
        [&self.words.get(Word::FlashOutbid), " ", &title.unwrap_or_default()].concat()
    }
}

impl Card {
    /// Whether a frame is about its lot, or answers the command that waits here.
    fn is_meant(&self, frame: &ServerFrame) -> bool {
        match frame {
            ServerFrame::Snapshot { lot_id, .. }
            | ServerFrame::Delta { lot_id, .. }
            | ServerFrame::Mine { lot_id, .. }
            | ServerFrame::Accepted { lot_id, .. }
            | ServerFrame::Refused { lot_id, .. } => *lot_id == self.lot_id,
            ServerFrame::Error { key: Some(key), .. } => {
                let pending = self.room.as_ref().and_then(|room| room.pending.as_ref());
                pending.is_some_and(|pending| pending.key == *key)
            }
            _ => false,
        }
    }
}
