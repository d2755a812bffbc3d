//! The prices of the hall: one small island beside the list. It follows every lot of the page over one socket and
//! writes price, standing and time left into the cards, which are plain HTML (`[data-lot]`, `[data-live]`).

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bidding::{ClientFrame, ReserveLight, ServerFrame};
use kernel::{LotId, UnixMs};
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::clock::{ServerClock, time_left};
use super::link::Freshness;
use super::page;
use super::panel::{follow, price_label};
use super::props::{HallProps, given};
use super::room::{Ending, Phase, REACTION_MS, Room, Standing, Start};
use super::socket::{Event, Socket};
use super::words::{Word, Words};

/// Twice a second: a list is not looked at as closely as a lot.
const TICK: Duration = Duration::from_millis(500);

/// One card of the page.
struct Card {
    element: Element,
    lot_id: LotId,
    opens_at: UnixMs,
    /// Known with the first snapshot.
    room: Option<Room>,
    /// Since when its button rests: a finger on its way was meant for the amount before.
    rests_since: Option<i64>,
}

struct Board {
    cards: RefCell<Vec<Card>>,
    /// Other countdowns of the page (`[data-until]`), with their instants.
    countdowns: Vec<(Element, UnixMs)>,
    clock: RefCell<ServerClock>,
    words: Words,
}

/// Keeps the cards of the page up to date, and says whether they are.
#[island]
pub fn HallLive() -> impl IntoView {
    let Some(HallProps { words }) = given() else { return ().into_any() };
    let freshness = RwSignal::new(Freshness::Still);
    let texts = StoredValue::new(words);
    Effect::new(move |_| start(texts.get_value(), freshness));
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
    view! {
        <span class="bid-link__state" role="status" data-link=follow(move || freshness.get().name())>
            <span class="bid-link__dot" aria-hidden="true"></span>
            {follow(text)}
        </span>
    }
    .into_any()
}

fn start(words: Words, freshness: RwSignal<Freshness>) {
    let board =
        Board { cards: RefCell::new(cards()), countdowns: countdowns(), clock: RefCell::default(), words };
    let board = Rc::new(board);
    if board.cards.borrow().is_empty() {
        return;
    }
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

/// The cards that the page was made with.
fn cards() -> Vec<Card> {
    let Ok(found) = document().query_selector_all("[data-lot]") else { return Vec::new() };
    let card = |element: Element| {
        let lot_id = element.get_attribute("data-lot")?.parse().ok()?;
        let opens_at =
            element.get_attribute("data-opens").and_then(|text| text.parse().ok()).unwrap_or_default();
        Some(Card { element, lot_id, opens_at: UnixMs(opens_at), room: None, rests_since: None })
    };
    let elements = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<Element>().ok());
    elements.filter_map(card).collect()
}

fn countdowns() -> Vec<(Element, UnixMs)> {
    let Ok(found) = document().query_selector_all("[data-until]") else { return Vec::new() };
    let elements = (0..found.length()).filter_map(|index| found.item(index)?.dyn_into::<Element>().ok());
    let until = |element: &Element| element.get_attribute("data-until")?.parse().ok().map(UnixMs);
    elements.filter_map(|element| until(&element).map(|at| (element, at))).collect()
}

impl Board {
    fn hear(&self, event: Event) -> Vec<ClientFrame> {
        match event {
            Event::Opened => {
                self.cards.borrow().iter().map(|card| ClientFrame::Watch { lot_id: card.lot_id }).collect()
            }
            Event::Frame(frame) => self.take(frame).into_iter().collect(),
            // the line above the list says that the connection is lost; the next page asks to sign in
            Event::SignedOut => Vec::new(),
        }
    }

    fn take(&self, frame: ServerFrame) -> Option<ClientFrame> {
        let here = page::now();
        if let ServerFrame::Heartbeat { server_time, .. } | ServerFrame::Snapshot { server_time, .. } = &frame
        {
            self.clock.borrow_mut().hear(*server_time, UnixMs(here));
        }
        let lot_id = match &frame {
            ServerFrame::Snapshot { lot_id, .. }
            | ServerFrame::Delta { lot_id, .. }
            | ServerFrame::Mine { lot_id, .. } => *lot_id,
            _ => return None,
        };
        let mut cards = self.cards.borrow_mut();
        let card = cards.iter_mut().find(|card| card.lot_id == lot_id)?;
        let ask = match (&mut card.room, frame) {
            (Some(room), frame) => room.hear(frame, here).ask,
            (None, ServerFrame::Snapshot { lot, mine, server_time, .. }) => {
                let (opens_at, history) = (card.opens_at, Vec::new());
                card.room = Some(Room::new(Start {
                    lot_id,
                    lot,
                    mine,
                    history,
                    opens_at,
                    server_time,
                    notice: None,
                }));
                false
            }
            (None, _) => false,
        };
        card.show(&self.words, self.clock.borrow().at(UnixMs(here)));
        card.show_next(&self.words, here);
        ask.then_some(ClientFrame::Snapshot { lot_id })
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
        let now = self.clock.borrow().at(UnixMs(here));
        let mut frames = Vec::new();
        for card in self.cards.borrow_mut().iter_mut() {
            if let Some(room) = &mut card.room {
                frames.extend(room.tick(here, freshness.is_open()));
            }
            card.show_time(&self.words, now);
            card.wake(here, now);
        }
        // before the first frame the server's clock is not known
        if freshness.is_open() {
            let day = self.words.get(Word::Day);
            for (element, until) in &self.countdowns {
                element.set_text_content(Some(&time_left(until.since(now), &day)));
            }
        }
        frames
    }
}

impl Card {
    /// Writes all that may have changed.
    fn show(&self, words: &Words, now: UnixMs) {
        let Some(room) = &self.room else { return };
        let price = room.lot.price_fen.unwrap_or(room.lot.min_next_fen);
        self.write("price", &price.yuan(), None);
        self.write("wan", &words.wan(price), None);
        self.write("label", &words.get(price_label(&room.lot)), None);
        let (light, word) = match room.lot.reserve {
            ReserveLight::Secret => ("secret", None),
            ReserveLight::None => ("none", Some(Word::ReserveNone)),
            ReserveLight::NotMet => ("not-met", Some(Word::ReserveNotMet)),
            ReserveLight::Met => ("met", Some(Word::ReserveMet)),
        };
        self.write(
            "light",
            &word.map(|word| words.get(word)).unwrap_or_default(),
            Some(("data-light", light)),
        );
        let (look, word) = standing(room, now);
        self.write("mine", &words.get(word), Some(("data-look", look)));
        self.show_time(words, now);
    }

    /// The amount of its button, where it has one (`data-live="next"`). A changed button rests for a moment.
    fn show_next(&mut self, words: &Words, here: i64) {
        let (Some(room), Some(button)) = (&self.room, self.part("next")) else { return };
        let next = room.quick()[0];
        let value = next.0.to_string();
        if button.get_attribute("value").as_ref() == Some(&value) {
            return;
        }
        let verb = if room.leads() { Word::RaiseTo } else { Word::QuickBid };
        let text = [&words.get(verb), " ", &next.yuan()].concat();
        self.write("next", &text, Some(("value", &value)));
        drop(button.set_attribute("disabled", ""));
        self.rests_since = Some(here);
    }

    /// A button that has rested can be pressed again; none can when the time is up.
    fn wake(&mut self, here: i64, now: UnixMs) {
        let (Some(room), Some(button)) = (&self.room, self.part("next")) else { return };
        let rests = self.rests_since.is_some_and(|since| here - since < REACTION_MS);
        if !rests {
            self.rests_since = None;
        }
        // the attribute of that name is ours, and valid
        drop(button.toggle_attribute_with_force("disabled", rests || room.phase(now) != Phase::Running));
    }

    fn show_time(&self, words: &Words, now: UnixMs) {
        let Some(room) = &self.room else { return };
        let day = words.get(Word::Day);
        let (text, pace) = match room.phase(now) {
            // a lane has begun, and its later cars wait until they are called
            Phase::Upcoming if room.opens_at <= now => (words.get(Word::WaitsForTurn), "still"),
            Phase::Upcoming => (time_left(room.opens_at.since(now), &day), "upcoming"),
            Phase::Running => {
                let left_ms = room.lot.end_at.since(now);
                (time_left(left_ms, &day), if left_ms <= URGENT_MS { "urgent" } else { "calm" })
            }
            Phase::Ending => (words.get(Word::Ending), "ending"),
            Phase::Paused => (words.get(Word::Paused), "still"),
            Phase::Over(_) => (words.get(Word::Over), "still"),
        };
        self.write("left", &text, Some(("data-pace", pace)));
    }

    fn part(&self, name: &str) -> Option<Element> {
        self.element.query_selector(&["[data-live=", name, "]"].concat()).ok().flatten()
    }

    fn write(&self, name: &str, text: &str, attribute: Option<(&str, &str)>) {
        let Some(element) = self.part(name) else { return };
        if element.text_content().as_deref() != Some(text) {
            element.set_text_content(Some(text));
        }
        if let Some((name, value)) = attribute {
            // the names are ours, and valid
            drop(element.set_attribute(name, value));
        }
    }
}

/// A lot that ends within this is urgent.
pub const URGENT_MS: i64 = 120_000;

/// The name and the word of where this dealer stands.
pub fn standing(room: &Room, now: UnixMs) -> (&'static str, Word) {
    match (room.phase(now), room.standing()) {
        (Phase::Over(Ending::Won), _) => ("won", Word::Won),
        (Phase::Over(Ending::Lost), _) => ("over", Word::Lost),
        (Phase::Over(Ending::Sold), _) => ("over", Word::Sold),
        (Phase::Over(Ending::Negotiating), _) => ("negotiating", Word::Negotiating),
        (Phase::Over(Ending::OthersNegotiate), Standing::Outbid) => ("negotiating", Word::ResultOpen),
        (Phase::Over(Ending::OthersNegotiate), _) => ("over", Word::OthersNegotiate),
        (Phase::Over(Ending::Unsold), _) => ("over", Word::Unsold),
        (Phase::Over(Ending::Withdrawn), _) => ("over", Word::Withdrawn),
        // a max that waits for the opening is no bid yet
        (Phase::Upcoming, _) if room.mine.max_fen.is_some() => ("offered", Word::WaitsForOpening),
        (_, Standing::Leading) => ("leading", Word::Leading),
        (_, Standing::Outbid) => ("outbid", Word::Outbid),
        (_, Standing::NotBid) => ("not-bid", Word::NotBid),
    }
}
