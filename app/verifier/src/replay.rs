//! A lot's replay: the log is checked, then played, second by second.

use std::cell::Cell;
use std::rc::Rc;

use kernel::{Fen, UnixMs};
use proof::{Moment, PublishedLog, Replay};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};

use crate::load;
use crate::log::in_steps;
use crate::page::{all, data, find, on, place, reveal, show, window, write};

/// How often the picture moves while it plays.
const FRAME_MS: i32 = 100;
/// The width of the server's drawing.
const WIDTH: u32 = 1000;

/// What the page says in the person's language.
struct Texts {
    zone_min: i64,
    own: u32,
    wan: String,
    day: String,
    bidder: String,
    you: String,
    nobody: String,
}

struct Player {
    place: Element,
    slider: HtmlInputElement,
    speed: HtmlSelectElement,
    replay: Replay,
    /// From when each price of a lot whose price fell was to be seen, in fen.
    steps: Vec<(i64, i64)>,
    texts: Texts,
    /// Milliseconds from the beginning.
    at_ms: Cell<i64>,
    is_playing: Cell<bool>,
}

pub(crate) fn start() {
    let Some(place) = place("replay") else { return };
    spawn_local(async move {
        run(place).await;
    });
}

async fn run(place: Element) -> Option<()> {
    show(&place, "proof", "checking");
    let Ok(log) = load::json::<PublishedLog>(&data(&place, "log")).await else {
        show(&place, "proof", "unchecked");
        return None;
    };
    // the address in the page names the lot: another lot's log proves nothing here
    let lot_id = data(&place, "log").split('/').find_map(|part| part.parse().ok())?;
    let holds = in_steps(&log, lot_id, |_| {}).await.is_ok();
    show(&place, "proof", if holds { "proven" } else { "broken" });
    let player = Rc::new(Player {
        slider: find(&place, "[data-slider]")?.dyn_into().ok()?,
        speed: find(&place, "[data-speed]")?.dyn_into().ok()?,
        replay: Replay::of(&log.rows)?,
        steps: steps_of(&data(&place, "steps")),
        texts: Texts {
            zone_min: data(&place, "zone").parse().unwrap_or_default(),
            own: data(&place, "own").parse().unwrap_or_default(),
            wan: data(&place, "wan"),
            day: data(&place, "day"),
            bidder: data(&place, "bidder"),
            you: data(&place, "you"),
            nobody: data(&place, "nobody"),
        },
        at_ms: Cell::new(data(&place, "at").parse::<i64>().unwrap_or_default().saturating_mul(1000)),
        is_playing: Cell::new(false),
        place,
    });
    listen(&player)?;
    reveal(&player.place, "[data-player]", true);
    Some(())
}

fn listen(player: &Rc<Player>) -> Option<()> {
    let moved = Rc::clone(player);
    on(&player.slider, "input", move |_| {
        moved.at_ms.set(moved.slider.value().parse::<i64>().unwrap_or_default().saturating_mul(1000));
        moved.draw();
    });
    let pressed = Rc::clone(player);
    on(&find(&player.place, "[data-play]")?, "click", move |_| {
        let plays = !pressed.is_playing.get();
        if plays && pressed.at_ms.get() >= pressed.length_ms() {
            pressed.at_ms.set(0);
        }
        pressed.play(plays);
        pressed.draw();
    });
    let ticking = Rc::clone(player);
    let tick = Closure::<dyn FnMut()>::new(move || ticking.tick());
    let callback = tick.as_ref().unchecked_ref();
    window()?.set_interval_with_callback_and_timeout_and_arguments_0(callback, FRAME_MS).ok()?;
    tick.forget();
    Some(())
}

impl Player {
    fn length_ms(&self) -> i64 {
        self.replay.to().since(self.replay.from())
    }

    fn play(&self, plays: bool) {
        self.is_playing.set(plays);
        reveal(&self.place, "[data-when=still]", !plays);
        reveal(&self.place, "[data-when=playing]", plays);
    }

    fn tick(&self) {
        if !self.is_playing.get() {
            return;
        }
        let times: i64 = self.speed.value().parse().unwrap_or(1);
        let at_ms = self.at_ms.get().saturating_add(times.saturating_mul(i64::from(FRAME_MS)));
        if at_ms >= self.length_ms() {
            self.play(false);
        }
        self.at_ms.set(at_ms.min(self.length_ms()));
        self.draw();
    }

    /// Writes what was to be seen at this instant.
    fn draw(&self) {
        let Player { place, replay, texts, .. } = self;
        let at = replay.from().plus_ms(self.at_ms.get());
        let moment = &replay.moments()[replay.index_at(at)];
        if !self.is_playing.get() || self.at_ms.get() % 1000 == 0 {
            self.slider.set_value(&((self.at_ms.get() + 999) / 1000).to_string());
        }
        write(place, "at", &clock_words(at, texts.zone_min));
        let price = moment.price_fen.or_else(|| self.step_price(at).filter(|_| moment.is_open()));
        write(place, "price", &price.map_or_else(dash, |price| price.yuan()));
        let wan = price.filter(|_| !texts.wan.is_empty());
        write(
            place,
            "wan",
            &wan.map(|price| [price.wan().as_str(), " ", &texts.wan].concat()).unwrap_or_default(),
        );
        write(place, "left", &moment.left_ms(at).map_or_else(dash, |left| left_words(left, &texts.day)));
        write(place, "leader", &self.leader(moment));
        write(place, "extensions", &moment.extensions.to_string());
        write(place, "what", &self.what(moment));
        if let Some(line) = find(place, "[data-here]") {
            let x = replay.place(at, WIDTH).to_string();
            drop(line.set_attribute("x1", &x));
            drop(line.set_attribute("x2", &x));
        }
        let seq = moment.seq.to_string();
        for row in all(place, "tr[data-seq]") {
            let is_here = data(&row, "seq") == seq;
            drop(if is_here {
                row.set_attribute("aria-current", "true")
            } else {
                row.remove_attribute("aria-current")
            });
        }
    }

    /// The step that held, where the price fell: it stands in no row.
    fn step_price(&self, at: UnixMs) -> Option<Fen> {
        self.steps.iter().take_while(|(from, _)| *from <= at.0).last().map(|(_, fen)| Fen(*fen))
    }

    fn leader(&self, moment: &Moment) -> String {
        match moment.leader {
            None => self.texts.nobody.clone(),
            Some(alias) if alias == self.texts.own => self.texts.you.clone(),
            Some(alias) => self.texts.bidder.replace("%{n}", &alias.to_string()),
        }
    }

    fn what(&self, moment: &Moment) -> String {
        let words = all(&self.place, "[data-command]");
        let words = words.iter().find(|one| data(one, "command") == moment.command);
        let words = words.and_then(|one| one.text_content()).unwrap_or_else(|| moment.command.clone());
        let number = data(&self.place, "number").replace("%{n}", &moment.seq.to_string());
        [number.as_str(), " · ", &words].concat()
    }
}

/// `<instant>:<fen>,…`, as the page tells them.
fn steps_of(told: &str) -> Vec<(i64, i64)> {
    let one = |step: &str| {
        step.split_once(':').and_then(|(from, fen)| Some((from.parse().ok()?, fen.parse().ok()?)))
    };
    told.split(',').filter_map(one).collect()
}

fn dash() -> String {
    "—".to_owned()
}

fn two(n: i64) -> String {
    let mut text = n.to_string();
    if n < 10 {
        text.insert(0, '0');
    }
    text
}

/// Time left as the bidding page writes it.
fn left_words(left_ms: i64, day: &str) -> String {
    let seconds = left_ms.max(0).saturating_add(999) / 1000;
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let minutes = [two(seconds / 60 % 60), ":".to_owned(), two(seconds % 60)].concat();
    match (days, hours) {
        (0, 0) => minutes,
        (0, hours) => [hours.to_string().as_str(), ":", &minutes].concat(),
        (days, hours) => [days.to_string().as_str(), " ", day, " ", &two(hours), ":", &minutes].concat(),
    }
}

/// `2026-11-22 16:30:05` in a zone so many minutes ahead of UTC.
pub(crate) fn clock_words(at: UnixMs, zone_min: i64) -> String {
    let seconds = at.0.div_euclid(1000).saturating_add(zone_min * 60);
    let (day, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date_of(day);
    let date = [year.to_string(), two(month), two(day)].join("-");
    let clock = [two(second / 3600), two(second / 60 % 60), two(second % 60)].join(":");
    [date, clock].join(" ")
}

/// Year, month and day of a day since 1970 (the civil calendar, by eras of 400 years that begin in March).
fn date_of(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}
