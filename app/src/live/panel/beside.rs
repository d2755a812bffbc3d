//! What stands beside the panel as plain HTML and follows it: the table of landed costs, what is free of the deposit, and
//! whether the lot can be bought at once.

use kernel::Fen;
use leptos::prelude::*;
use web_sys::Element;

use super::super::room::landed_prices;
use super::super::words::Word;
use super::{Screen, price};

/// Keeps it up to date, in the browser.
pub(super) fn start(screen: Screen) {
    Effect::new(move |_| {
        landed(screen);
        power(screen);
        buy_now(screen);
    });
}

/// The columns of the table that have a price (`data-columns`), and what depends on it (`data-landed`).
fn landed(screen: Screen) {
    let Some(landing) = screen.facts.with_value(|facts| facts.landing) else { return };
    let Some(table) = document().get_element_by_id("landed") else { return };
    let prices = screen.room.with(|room| landed_prices(&room.lot, &room.mine));
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

/// What is free, and the highest bid that it covers (`data-bp`: the share of a bid that a lead holds).
fn power(screen: Screen) {
    let Some(free) = screen.room.with(|room| room.free_fen) else { return };
    let Some(line) = document().get_element_by_id("power") else { return };
    let Some(share) = line.get_attribute("data-bp").and_then(|share| share.parse().ok()) else { return };
    write(&line, "power", "free", &free.yuan());
    write(&line, "power", "covers", &screen.with(Word::PowerCovers, "amount", &covered(free, share).yuan()));
    set(&line, "data-free", if free > Fen::ZERO { "some" } else { "none" });
}

/// The button that buys at once (`data-price`) is there while pressing it can do anything.
fn buy_now(screen: Screen) {
    let runs = screen.takes_bids();
    let Some(panel) = document().get_element_by_id("buy-now") else { return };
    let Some(price) = panel.get_attribute("data-price").and_then(|price| price.parse().ok()) else { return };
    let is_offered = runs && screen.room.with(|room| room.lot.offers_at_once(Fen(price)));
    // the attribute of that name is ours, and valid
    drop(panel.toggle_attribute_with_force("hidden", !is_offered));
}

/// The highest bid whose share of `share_bp` this covers.
pub fn covered(free: Fen, share_bp: i64) -> Fen {
    Fen(free.0.saturating_mul(10_000) / share_bp.max(1))
}

fn write(around: &Element, name: &str, part: &str, text: &str) {
    let found = around.query_selector(&["[data-", name, "=", part, "]"].concat()).ok().flatten();
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
    fn a_tenth_that_is_free_covers_ten_times_as_much() {
        assert_eq!(covered(Fen(15_200_000), 1_000), Fen(152_000_000));
        assert_eq!(covered(Fen(0), 1_000), Fen(0));
    }
}
