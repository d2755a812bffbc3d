//! `/proof`: a closed lot's whole log, fetched and checked in the browser; then compared with the newest receipt of who
//! looks, and with the newest checkpoint.

use kernel::LotId;
use proof::{Inclusion, LogFault, PublicKey, PublishedLog, Receipt};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, HtmlInputElement};

use crate::load::{self, Missing};
use crate::page::{find, on, place, reveal, show, window, write};

/// So many rows are checked before the page is drawn again.
const ROWS_A_STEP: usize = 500;
const ID_LENGTH: usize = 36;

pub(crate) fn start() {
    let Some(place) = place("log") else { return };
    let Some(form) = find(&place, "form") else { return };
    let Some(field) =
        find(&place, "input[name=lot]").and_then(|field| field.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    // the page that came with ?lot= was checked on the server: it is checked here as well
    let is_asked = window()
        .and_then(|window| window.location().search().ok())
        .is_some_and(|query| query.contains("lot="));
    let run = {
        let (place, field) = (place.clone(), field.clone());
        move || {
            let (place, typed) = (place.clone(), field.value());
            spawn_local(async move { check(&place, &typed).await });
        }
    };
    let again = run.clone();
    on(&form, "submit", move |event| {
        event.prevent_default();
        again();
    });
    if is_asked && !field.value().is_empty() {
        run();
    }
}

async fn check(place: &Element, typed: &str) {
    reveal(place, "[data-served]", false);
    reveal(place, "[data-parts]", false);
    let Some(lot_id) = lot_of(typed) else { return show(place, "log", "unreadable") };
    show(place, "log", "loading");
    let log: PublishedLog = match load::json(&format!("/auctions/lots/{lot_id}/log.json")).await {
        Ok(log) => log,
        Err(missing) => return show(place, "log", word_of(&missing)),
    };
    show(place, "log", "checking");
    let verdict = in_steps(&log, lot_id, |checked| {
        write(place, "checked", &checked.to_string());
        write(place, "total", &log.rows.len().to_string());
    });
    match verdict.await {
        Err(fault) => {
            write(place, "fault", &number_of(fault));
            return show(place, "log", if number_of(fault).is_empty() { "bad" } else { "bad_row" });
        }
        Ok(()) => show(place, "log", "good"),
    }
    let keys = load::keys().await.unwrap_or_default();
    show(place, "own", own_receipt(&log, lot_id, &keys).await);
    show(place, "checkpoint", newest_checkpoint(&log, &keys).await);
    reveal(place, "[data-parts]", true);
}

/// Checks all rows, and says from time to time how many are done.
pub(crate) async fn in_steps(
    log: &PublishedLog,
    lot_id: LotId,
    mut tell: impl FnMut(usize),
) -> Result<(), LogFault> {
    if log.genesis.lot_id != lot_id {
        return Err(LogFault::Terms);
    }
    let mut check = log.begin()?;
    loop {
        let is_done = check.advance(ROWS_A_STEP)?;
        tell(check.checked());
        if is_done {
            return Ok(());
        }
        load::pause().await;
    }
}

/// An id, or an address with one in it.
fn lot_of(typed: &str) -> Option<LotId> {
    let typed = typed.trim();
    let parts = typed.split(|c: char| !(c.is_ascii_hexdigit() || c == '-'));
    parts.filter(|part| part.len() == ID_LENGTH).find_map(|part| part.parse().ok())
}

fn word_of(missing: &Missing) -> &'static str {
    match missing {
        Missing::Refused(401 | 403) => "sign_in",
        Missing::Refused(404) => "not_found",
        Missing::Refused(409) => "not_closed",
        Missing::Refused(_) | Missing::Unreadable => "unavailable",
    }
}

fn number_of(fault: LogFault) -> String {
    match fault {
        LogFault::Chain(fault) => fault.seq().to_string(),
        LogFault::Incident { seq } | LogFault::NewTerms { seq } => seq.to_string(),
        LogFault::Terms | LogFault::Head => String::new(),
    }
}

/// The newest receipt of who looks must stand in the log: a log that was rewritten as a whole, or cut, shows here.
async fn own_receipt(log: &PublishedLog, lot_id: LotId, keys: &[PublicKey]) -> &'static str {
    let receipt: Receipt = match load::json(&format!("/auctions/lots/{lot_id}/my-receipt.json")).await {
        Ok(receipt) => receipt,
        Err(Missing::Refused(_)) => return "absent",
        Err(Missing::Unreadable) => return "unavailable",
    };
    if receipt.check_with(keys).is_ok() && log.agrees_with(&receipt) { "good" } else { "bad" }
}

async fn newest_checkpoint(log: &PublishedLog, keys: &[PublicKey]) -> &'static str {
    let inclusion: Inclusion = match load::json(&format!("/proof/leaves/{}", log.head)).await {
        Ok(inclusion) => inclusion,
        Err(Missing::Refused(_)) => return "absent",
        Err(Missing::Unreadable) => return "unavailable",
    };
    if inclusion.leaf == log.head && inclusion.holds(keys) { "good" } else { "bad" }
}
