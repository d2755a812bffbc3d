//! `/proof`: a receipt, or a file with all evidence of a bid, checked in the browser. It does not leave it.

use kernel::UnixMs;
use proof::{Evidence, EvidenceVerdict, Receipt, ReceiptFault};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlInputElement, HtmlTextAreaElement};

use crate::load;
use crate::page::{all, data, find, on, place, reveal, show, write};
use crate::read::parsed;
use crate::replay::clock_words;

pub(crate) fn start() {
    let Some(place) = place("receipt") else { return };
    let Some(form) = find(&place, "form") else { return };
    reveal(&place, "[data-scripted]", true);
    let here = place.clone();
    on(&form, "submit", move |event| {
        event.prevent_default();
        let place = here.clone();
        let typed = find(&place, "textarea").and_then(|field| field.dyn_into::<HtmlTextAreaElement>().ok());
        let text = typed.map(|field| field.value()).unwrap_or_default();
        spawn_local(async move { check(&place, &text).await });
    });
    if let Some(file) = find(&place, "input[type=file]") {
        on(&file.clone(), "change", move |_| {
            let (place, file) = (place.clone(), file.clone());
            spawn_local(async move {
                if let Some(text) = content(file).await {
                    check(&place, &text).await;
                }
            });
        });
    }
}

/// The text of the chosen file.
async fn content(field: Element) -> Option<String> {
    let field: HtmlInputElement = field.dyn_into().ok()?;
    let file = field.files()?.get(0)?;
    JsFuture::from(file.text()).await.ok()?.as_string()
}

async fn check(place: &Element, text: &str) {
    reveal(place, "[data-result]", false);
    show(place, "receipt", "checking");
    let Some(evidence) = read(text) else { return show(place, "receipt", "unreadable") };
    let Ok(keys) = load::keys().await else { return show(place, "receipt", "no_keys") };
    let verdict = evidence.check(&keys);
    show(place, "receipt", word(&verdict));
    show(place, "log", part(verdict.log.as_ref().map(|log| log.is_ok() && verdict.in_log == Some(true))));
    show(place, "checkpoint", part(verdict.in_checkpoint));
    // certificates are checked on the command line: what checks them is larger than everything here
    show(place, "time", if evidence.timestamp.is_some() { "there" } else { "absent" });
    let stamped = evidence.timestamp.as_ref().map(|stamp| {
        let zone_min = data(place, "zone").parse().unwrap_or_default();
        format!("{} {}", clock_words(stamp.at, zone_min), stamp.authority)
    });
    write(place, "stamped", &stamped.unwrap_or_default());
    reveal(place, "[data-parts]", evidence.log.is_some() || evidence.inclusion.is_some());
    if verdict.receipt.is_ok() {
        tell(place, &evidence.receipt);
        // what a false receipt says is nothing to repeat
        reveal(place, "[data-result]", true);
    }
}

fn read(text: &str) -> Option<Evidence> {
    if let Some(evidence) = parsed(text) {
        return Some(evidence);
    }
    Some(Evidence::of_receipt(parsed(text)?))
}

fn word(verdict: &EvidenceVerdict) -> &'static str {
    match verdict.receipt {
        Ok(()) if verdict.is_good() => "good",
        Ok(()) => "part_bad",
        Err(ReceiptFault::RowChanged) => "row_changed",
        Err(ReceiptFault::SecretChanged) => "secret_changed",
        Err(ReceiptFault::OtherKey) => "other_key",
        Err(ReceiptFault::NotSigned) => "not_signed",
    }
}

fn part(holds: Option<bool>) -> &'static str {
    match holds {
        None => "absent",
        Some(true) => "good",
        Some(false) => "bad",
    }
}

/// What the row says.
fn tell(place: &Element, receipt: &Receipt) {
    let row = &receipt.row;
    let dash = || "—".to_owned();
    let zone_min = data(place, "zone").parse().unwrap_or_default();
    let time = |at: UnixMs| clock_words(at, zone_min);
    if let Some(link) = find(place, "[data-lot]") {
        drop(link.set_attribute("href", &["/auctions/lots/", &row.lot_id.to_string()].concat()));
    }
    show(place, "outcome", if row.code.is_some() { "refused" } else { "accepted" });
    for reason in all(place, "[data-code]") {
        reason.set_hidden(Some(data(&reason, "code")) != row.code);
    }
    let number = row.seq.map_or_else(dash, |seq| data(place, "number").replace("%{n}", &seq.to_string()));
    write(place, "number", if row.code.is_some() { "" } else { &number });
    write(place, "amount", &receipt.secret.amount_fen.map_or_else(dash, |amount| amount.yuan()));
    write(place, "admitted", &time(row.admitted_at));
    write(place, "price", &row.price_fen.map_or_else(dash, |price| price.yuan()));
    let leader = match row.leader {
        None => data(place, "nobody"),
        Some(alias) if alias == row.alias => data(place, "this"),
        Some(alias) => data(place, "bidder").replace("%{n}", &alias.to_string()),
    };
    write(place, "leader", &leader);
    write(place, "end", &time(row.end_at));
}
