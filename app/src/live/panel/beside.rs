//! What stands beside the panel as plain HTML and follows it: the table of landed costs, what is free of the deposit, the
//! timetable of a price that falls, and the form that waits for the opening.

use std::time::Duration;

use bidding::{LotStatus, MyPosition, PublicLot};
use kernel::Fen;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Element;

use super::super::page;
use super::super::room::{Ending, Phase, Room, Standing};
use super::super::words::Word;
use super::{Screen, price};

/// Keeps it up to date, in the browser.
pub(super) fn start(screen: Screen) {
    Effect::new(move |_| {
        landed(screen);
        power(screen);
        before_and_after(screen);
    });
    Effect::new(move |_| timetable(screen));
    Effect::new(move |was| told_anew(screen, was));
}

/// The columns of the table that have a price (`data-columns`), and what depends on it (`data-landed`).
fn landed(screen: Screen) {
    let Some(landing) = screen.facts.with_value(|facts| facts.landing) else { return };
    let Some(table) = document().get_element_by_id("landed") else { return };
    let step = screen.step.get().map(|step| step.price_fen);
    let falls = screen.facts.with_value(|facts| facts.falling.is_some());
    let prices = screen.room.with(|room| landed_prices(&room.lot, &room.mine, (falls, step)));
    let mut columns = String::new();
    for (name, price) in prices {
        let Some(price) = price else { continue };
        columns.push_str(name);
        columns.push(' ');
        for (line, amount) in
            [("car", Some(price)), ("fee", landing.service_fee(price)), ("total", landing.total(price))]
        {
            let part = [name, "-", line].concat();
            write(&table, "landed", &part, &amount.map(Fen::yuan).unwrap_or_default());
        }
    }
    write(&table, "landed", "now-label", &screen.word(screen.room.with(|room| price::label(&room.lot))));
    set(&table, "data-columns", columns.trim_end());
    // from now on the prices are those of no one moment
    set(&table, "data-live", "");
}

/// The prices whose landed costs stand in a table beside the panel, with the names of their columns; none where there is
/// nothing to count. `step` is the price that is asked for, where it `falls`: there nobody has a max, and what one took is the
/// price.
pub fn landed_prices(
    lot: &PublicLot,
    mine: &MyPosition,
    (falls, step): (bool, Option<Fen>),
) -> [(&'static str, Option<Fen>); 3] {
    let next = (lot.status != LotStatus::Closed).then_some(step.unwrap_or(lot.min_next_fen));
    [("now", lot.price_fen), ("next", next), ("mine", mine.max_fen.filter(|_| !falls))]
}

/// What is free, and the highest bid that it covers (`data-bp`: the share of a bid that a lead holds).
fn power(screen: Screen) {
    let Some(free) = screen.room.with(|room| room.free_fen) else { return };
    let Some(line) = document().get_element_by_id("power") else { return };
    let Some(share) = line.get_attribute("data-bp").and_then(|share| share.parse().ok()) else { return };
    write(&line, "power", "free", &free.yuan());
    write(&line, "power", "covers", &screen.with(Word::PowerCovers, "amount", &covered(free, share).yuan()));
    set(&line, "data-free", if free > Fen::ZERO { "some" } else { "none" });
}

/// A max is given before the opening only, what asks for an amount is there only while one can be bid, and what shows it again
/// only when it is over.
fn before_and_after(screen: Screen) {
    let phase = screen.phase.get();
    show("pre-bid", phase == Phase::Upcoming);
    let is_over = matches!(phase, Phase::Over(_));
    show("landed-ask", !is_over);
    show("negotiate", phase == Phase::Over(Ending::Negotiating));
    // how it went is published once the price is settled
    let is_settled = matches!(phase, Phase::Over(Ending::Won | Ending::Lost | Ending::Sold | Ending::Unsold));
    show("replay", is_settled);
}

/// The steps of a price that falls: which is current, when each begins, and only those that still can be.
fn timetable(screen: Screen) {
    let Some(falling) = screen.facts.with_value(|facts| facts.falling) else { return };
    let is_over = matches!(screen.phase.get(), Phase::Over(_));
    show("steps", !is_over);
    let now = screen.step.get().map(|step| step.no);
    let Some(rows) = document().query_selector_all("#steps [data-step]").ok() else { return };
    for index in 0..rows.length() {
        let Some(row) = rows.item(index).and_then(|row| row.dyn_into::<Element>().ok()) else { continue };
        let Some(no) = row.get_attribute("data-step").and_then(|no| no.parse().ok()) else { continue };
        let at = screen.room.with(|room| falling.begins(&room.lot, no));
        let time = at.map(|at| screen.words.with_value(|words| words.time(at)));
        write(&row, "from", "", &time.unwrap_or_else(|| "—".to_owned()));
        toggle(&row, "hidden", !is_shown(no, now.unwrap_or_default(), falling.last()));
        toggle(&row, "data-now", now == Some(no));
    }
}

/// So many steps after the current one are listed; the last one always is.
const STEPS_AHEAD: u32 = 8;

/// Whether a step of the timetable is worth a line.
pub fn is_shown(no: u32, now: u32, last: u32) -> bool {
    let ahead = now.saturating_add(STEPS_AHEAD);
    // a single step between those and the last is shown, rather than left out
    let until = if last <= ahead.saturating_add(2) { last } else { ahead };
    (now..=until).contains(&no) || no == last
}

/// A lot that is taken out of its sale, and bids that were voided, say why in words that are not in this page: it is asked for
/// anew, not by all in one instant.
fn told_anew(screen: Screen, was: Option<(Phase, Standing)>) -> (Phase, Standing) {
    let is = (screen.phase.get(), screen.room.with(Room::standing));
    let is_withdrawn = |(phase, _): (Phase, Standing)| phase == Phase::Over(Ending::Withdrawn);
    let is_void = |(_, standing): (Phase, Standing)| standing == Standing::Voided;
    let is_news = |of: &dyn Fn((Phase, Standing)) -> bool| was.is_some_and(|was| !of(was)) && of(is);
    if is_news(&is_withdrawn) || is_news(&is_void) {
        set_timeout(page::reload, Duration::from_millis(page::chance().unsigned_abs()));
    }
    is
}

fn show(id: &str, is_shown: bool) {
    let Some(element) = document().get_element_by_id(id) else { return };
    toggle(&element, "hidden", !is_shown);
}

fn toggle(element: &Element, name: &str, is_on: bool) {
    // the attributes of these names are ours, and valid
    drop(element.toggle_attribute_with_force(name, is_on));
}

/// The highest bid whose share of `share_bp` this covers.
pub fn covered(free: Fen, share_bp: i64) -> Fen {
    Fen(free.0.saturating_mul(10_000) / share_bp.max(1))
}

fn write(around: &Element, name: &str, part: &str, text: &str) {
    let found = around.query_selector(&["[data-", name, "='", part, "']"].concat()).ok().flatten();
    found
        .filter(|part| part.text_content().as_deref() != Some(text))
        .inspect(|part| part.set_text_content(Some(text)));
}

fn set(element: &Element, name: &str, value: &str) {
    // the names are ours, and valid
    drop(element.set_attribute(name, value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timetable_shows_the_next_steps_and_the_floor() {
        let shown: Vec<u32> = (0..=30).filter(|no| is_shown(*no, 3, 30)).collect();
        assert_eq!(shown, [3, 4, 5, 6, 7, 8, 9, 10, 11, 30]);
        assert!((0..=10).all(|no| is_shown(no, 0, 10)), "no gap of one step");
    }

    #[test]
    fn a_tenth_that_is_free_covers_ten_times_as_much() {
        assert_eq!(covered(Fen(15_200_000), 1_000), Fen(152_000_000));
        assert_eq!(covered(Fen(0), 1_000), Fen(0));
    }
}
