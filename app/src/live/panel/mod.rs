//! A lot's bidding panel: what it costs, where this dealer stands, how long is left, and the forms to bid.
//!
//! Every form posts to `/auctions/lots/{id}/bids` without scripts. With them, and with an open socket, the same submit
//! becomes a command on the socket; without an open socket it stays a form. The server decides in every case.

mod bar;
mod beside;
mod clock;
mod forms;
mod history;
mod link;
mod notice;
mod price;
mod shape;
mod standing;
mod take;

pub use beside::{covered, is_shown, landed_prices};
pub(super) use link::sound_switch;
pub use price::label as price_label;

use fees::Landing;
use kernel::{Fen, UnixMs};
use leptos::prelude::*;

use super::driver::Live;
use super::falling::{Falling, Step};
use super::link::Freshness;
use super::props::{PanelProps, given};
use super::room::{Ending, Phase, Room, Standing};
use super::words::{Word, Words};

/// A value that follows the room.
pub(super) type Follows<T> = Box<dyn Fn() -> T + Send>;

/// What the parts of the panel share. All of it is a handle.
#[derive(Clone, Copy)]
struct Screen {
    live: Live,
    room: RwSignal<Room>,
    now: RwSignal<UnixMs>,
    freshness: RwSignal<Freshness>,
    phase: Memo<Phase>,
    step: Memo<Option<Step>>,
    words: StoredValue<Words>,
    facts: StoredValue<Facts>,
}

struct Facts {
    action: String,
    path: String,
    key: String,
    report: String,
    window_ms: i64,
    span_ms: i64,
    sealed: bool,
    barred: bool,
    falling: Option<Falling>,
    buy_now: Option<(Fen, Fen)>,
    tick_fen: Fen,
    first_seq: i64,
    landing: Option<Landing>,
    typed: String,
}

/// What follows the room, in one type for each kind of value. Views are compiled once for each type they hold, so a
/// closure of its own at each place would bring its own drawing code into the browsers' file.
pub(super) fn follow<T>(value: impl Fn() -> T + Send + 'static) -> Follows<T> {
    Box::new(value)
}

impl Screen {
    fn word(self, word: Word) -> String {
        self.words.with_value(|words| words.get(word))
    }

    fn with(self, word: Word, name: &str, value: &str) -> String {
        self.words.with_value(|words| words.with(word, name, value))
    }

    fn takes_bids(self) -> bool {
        self.phase.get() == Phase::Running && !self.facts.with_value(|facts| facts.barred)
    }

    /// Whether a bid raises a price that everybody sees.
    fn is_rising(self) -> bool {
        self.facts.with_value(|facts| !facts.sealed && facts.falling.is_none())
    }

    fn is_sealed(self) -> bool {
        self.facts.with_value(|facts| facts.sealed)
    }

    /// What the car would cost this dealer's door at this price.
    fn landed(self, price: Fen) -> Option<Fen> {
        self.facts.with_value(|facts| facts.landing)?.total(price)
    }

    /// The name of what is shown, for colours and tests.
    fn look(self) -> &'static str {
        match (self.phase.get(), self.room.with(Room::standing)) {
            (Phase::Over(Ending::Won), _) => "won",
            (Phase::Over(Ending::Negotiating), _)
            // who has bid waits for the result
            | (Phase::Over(Ending::OthersNegotiate), Standing::Outbid) => "negotiating",
            (Phase::Over(_), _) => "over",
            (_, Standing::Leading) => "leading",
            (_, Standing::Outbid) => "outbid",
            (_, Standing::Voided) => "voided",
            (_, Standing::NotBid) => "not-bid",
        }
    }

    /// `12.85 万` beside an amount; nothing in English.
    fn wan(self, amount: Fen) -> String {
        self.words.with_value(|words| words.wan(amount))
    }

    /// `12.85 万`, `¥128,500`.
    fn short(self, amount: Fen) -> String {
        self.words.with_value(|words| words.short(amount))
    }
}

/// The panel of one lot, with its [`PanelProps`] around it.
#[island]
pub fn BidPanel() -> impl IntoView {
    let Some(given) = given::<PanelProps>() else { return ().into_any() };
    let screen = screen(given);
    Effect::new(move |_| screen.live.start(move || screen.word(Word::FlashOutbid)));
    beside::start(screen);
    let rises = screen.is_rising();
    view! {
        <section
            class="bid-panel"
            id="bid"
            aria-label=screen.word(Word::PanelTitle)
            data-look=follow(move || screen.look())
            data-link=follow(move || screen.freshness.get().name())
        >
            {link::view(screen)}
            {standing::view(screen)}
            {price::view(screen)}
            {clock::view(screen)}
            {forms::view(screen)}
            {take::view(screen)}
            // below the forms: what comes and goes must not move a button under a finger
            {notice::view(screen)}
            {price::facts(screen)}
            {rises.then(|| history::view(screen))}
            {bar::view(screen)}
        </section>
    }
    .into_any()
}

/// What the parts share, as the page was made.
fn screen(given: PanelProps) -> Screen {
    let PanelProps { start, words, key, report, landing, typed, falling, buy_now, .. } = given;
    let path = ["/auctions/lots/", &start.lot_id.to_string()].concat();
    let facts = Facts {
        action: [&path, "/bids"].concat(),
        path,
        key: key.to_string(),
        report: report.clone(),
        window_ms: given.window_ms,
        span_ms: given.span_ms,
        sealed: given.sealed,
        barred: given.barred,
        falling,
        buy_now,
        tick_fen: given.tick_fen,
        first_seq: start.lot.seq,
        landing,
        typed,
    };
    let live = Live::new(start);
    live.room.update_untracked(|room| (room.report, room.falling) = (Some(report), falling));
    let step = move |_: Option<&Option<Step>>| {
        falling.and_then(|falling| live.room.with(|room| falling.step(&room.lot, live.now.get())))
    };
    Screen {
        live,
        room: live.room,
        now: live.now,
        freshness: live.freshness,
        phase: Memo::new(move |_| live.room.with(|room| room.phase(live.now.get()))),
        step: Memo::new(step),
        words: StoredValue::new(words),
        facts: StoredValue::new(facts),
    }
}
