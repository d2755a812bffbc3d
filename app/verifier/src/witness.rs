//! The browser as a witness: it keeps the newest checkpoint that it has seen, and asks whether the next one continues it.
//!
//! On `/proof` it says what it found. On a dealer's other pages it looks once a day (`app/src/ui/frame/daily.rs` begins it) and is
//! silent, unless there are two histories: then it keeps both checkpoints, until the person lets them go.

use js_sys::{Date, encode_uri_component};
use kernel::UnixMs;
use proof::{Consistency, SignedCheckpoint, WitnessFault, continues};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, Storage};

use crate::load::{self, Missing};
use crate::page::{data, find, on, place, reveal, show, window, write};
use crate::read::Newest;
use crate::replay::clock_words;

/// The checkpoint that is kept: its number, since when one is kept, and the note.
const KEPT: &str = "luochui.witness";
/// What does not continue it: why, and the note.
const OTHER: &str = "luochui.witness.other";
/// When was looked last; the page's script reads it too.
const LOOKED: &str = "luochui.witness.at";
const DAY_MS: f64 = 86_400_000.0;

/// What this browser has kept.
#[derive(Clone)]
struct Kept {
    n: i64,
    since: UnixMs,
    note: SignedCheckpoint,
}

/// What a look has found.
enum Found {
    /// A word of the page's.
    Said(&'static str),
    /// It continues what was kept; the first one continues nothing.
    Continues(Option<Kept>, Newest),
}

pub(crate) fn start() {
    if let Some(place) = place("witness") {
        reveal(&place, "[data-scripted]", true);
        let here = place.clone();
        if let Some(button) = find(&place, "[data-forget]") {
            on(&button, "click", move |_| {
                forget();
                let place = here.clone();
                spawn_local(async move { tell(&place).await });
            });
        }
        return spawn_local(async move { tell(&place).await });
    }
    let Some(banner) = daily().filter(|_| is_due()) else { return };
    spawn_local(async move {
        drop(look().await);
        banner.set_hidden(stored(OTHER).is_none());
    });
}

fn daily() -> Option<web_sys::HtmlElement> {
    crate::page::all(window()?.document()?.document_element()?.as_ref(), "[data-daily]").into_iter().next()
}

fn is_due() -> bool {
    let looked = stored(LOOKED).and_then(|at| at.parse::<f64>().ok()).unwrap_or_default();
    Date::now() - looked > DAY_MS
}

/// Looks, and shows what was found.
async fn tell(place: &Element) {
    show(place, "witness", "checking");
    let zone_min = data(place, "zone").parse().unwrap_or_default();
    let word = match look().await {
        Found::Said(word) => word,
        Found::Continues(before, newest) => {
            write(place, "newest", &newest.n.to_string());
            match before {
                None => "first",
                Some(kept) => {
                    write(place, "before", &kept.n.to_string());
                    write(place, "since", &clock_words(kept.since, zone_min));
                    "good"
                }
            }
        }
    };
    show(place, "witness", word);
    let other = stored(OTHER);
    offer(place, "[data-kept]", kept().map(|kept| kept.note.to_string()));
    offer(
        place,
        "[data-other]",
        other.as_deref().and_then(|text| text.split_once('\n')).map(|(_, note)| note.to_owned()),
    );
    reveal(place, "[data-split]", other.is_some());
}

/// A file to keep elsewhere.
fn offer(place: &Element, link: &str, text: Option<String>) {
    let (Some(link), Some(text)) = (find(place, link), text) else { return };
    let file = format!("data:text/plain;charset=utf-8,{}", encode_uri_component(&text));
    // a link that cannot be set leads nowhere, as it did before
    drop(link.set_attribute("href", &file));
}

async fn look() -> Found {
    let Some(storage) = storage() else { return Found::Said("no_storage") };
    if let Some(word) = stored(OTHER).and_then(|text| bad_word(text.lines().next()?)) {
        return Found::Said(word);
    }
    // a failed look waits a day too: the next is as good
    drop(storage.set_item(LOOKED, &Date::now().to_string()));
    let newest: Newest = match load::json("/proof/checkpoints/newest").await {
        Ok(newest) => newest,
        Err(Missing::Refused(404)) => return Found::Said("nothing"),
        Err(_) => return Found::Said("unavailable"),
    };
    let before = kept();
    let Ok(fault) = check(before.as_ref(), &newest).await else { return Found::Said("unavailable") };
    if let Some(fault) = fault {
        let word = word_of(fault);
        // without room for it the warning is lost, not what was kept
        drop(storage.set_item(OTHER, &format!("{word}\n{}", newest.note)));
        return Found::Said(word);
    }
    let since = before.as_ref().map_or(UnixMs(Date::now() as i64), |kept| kept.since);
    let text = format!("{}\n{}\n{}", newest.n, since.0, newest.note);
    match storage.set_item(KEPT, &text) {
        Ok(()) => Found::Continues(before, newest),
        Err(_) => Found::Said("no_storage"),
    }
}

/// What is wrong; an error where that cannot be found out now. The first one has only to be signed.
async fn check(kept: Option<&Kept>, newest: &Newest) -> Result<Option<WitnessFault>, ()> {
    let keys = load::keys().await.map_err(drop)?;
    let Some(kept) = kept.filter(|kept| kept.note.checkpoint() != newest.note.checkpoint()) else {
        return Ok(continues(&newest.note, &newest.note, None, &keys).err());
    };
    let address = format!("/proof/checkpoints/{}/since/{}", newest.n, kept.n);
    let proof = match load::json::<Consistency>(&address).await {
        Ok(proof) => Some(proof),
        // there is no proof: the log is shorter than it was, or has forgotten a checkpoint
        Err(Missing::Refused(404)) => None,
        Err(_) => return Err(()),
    };
    Ok(continues(&kept.note, &newest.note, proof.as_ref(), &keys).err())
}

/// Begins anew with what is shown next.
fn forget() {
    let Some(storage) = storage() else { return };
    for name in [KEPT, OTHER, LOOKED] {
        // what cannot be removed is shown again
        drop(storage.remove_item(name));
    }
}

fn kept() -> Option<Kept> {
    let text = stored(KEPT)?;
    let mut parts = text.splitn(3, '\n');
    let (n, since) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Kept { n, since: UnixMs(since), note: SignedCheckpoint::parse(parts.next()?).ok()? })
}

fn stored(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}

const fn word_of(fault: WitnessFault) -> &'static str {
    match fault {
        WitnessFault::NotContinued => "split",
        WitnessFault::OtherLog => "other_log",
        WitnessFault::NotSigned => "not_signed",
    }
}

fn bad_word(kept: &str) -> Option<&'static str> {
    ["split", "other_log", "not_signed"].into_iter().find(|word| *word == kept)
}
