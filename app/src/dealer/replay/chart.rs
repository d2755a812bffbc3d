//! The price over time, as a drawing: a line of steps, a mark for each extension, a band for each outage, and where one is.

use auction::LotReplay;
use kernel::{Fen, UnixMs};
use leptos::prelude::*;
use proof::{Incident, Replay};

use crate::context::PageContext;
use crate::i18n::t_with;
use crate::ui::*;

const WIDTH: u32 = 1000;
const HEIGHT: i64 = 240;
/// Space above the dearest price and below the cheapest.
const EDGE: i64 = 24;
/// The shortest line.
const TAIL: u32 = 12;

/// The drawing with its scales. The words below say what it shows to who does not see it.
/// `fell` has the steps of a price that fell until somebody accepted one.
pub(super) fn view(cx: &PageContext, found: &LotReplay, fell: &[(UnixMs, Fen)], at: UnixMs) -> AnyView {
    let lang = cx.lang;
    let (replay, incidents) = (&found.replay, &found.incidents);
    let steps = fell.iter().map(|(from, price)| (replay.place(*from, WIDTH), *price));
    let line: Vec<(u32, Fen)> = steps.chain(replay.line(WIDTH)).collect();
    let prices = || line.iter().map(|(_, price)| *price);
    let (low, high) = (prices().min().unwrap_or_default(), prices().max().unwrap_or_default());
    let words = t_with(lang, "replay.line_words", &[("from", &low.yuan()), ("to", &high.yuan())]);
    // one price stands at its one line
    let lowest = (low != high).then(|| view! { <span>{low.yuan()}</span> });
    let here = replay.place(at, WIDTH).to_string();
    let (from, to) = (replay.from(), replay.to());
    view! {
        <figure class="replay__chart">
            <div class="replay__scale"><span>{high.yuan()}</span>{lowest}</div>
            <svg viewBox="0 0 1000 240" preserveAspectRatio="none" role="img" aria-label=words>
                {bands(replay, incidents)}
                {marks(replay)}
                <path class="replay__line" d=path(&line, low, high) vector-effect="non-scaling-stroke"/>
                <line class="replay__here" x1=here.clone() x2=here y1="0" y2="240" vector-effect="non-scaling-stroke" data-here/>
            </svg>
            <figcaption class="replay__times">
                <span><Time at=from form=TimeForm::Exact/></span>
                <span><Time at=to form=TimeForm::Exact/></span>
            </figcaption>
        </figure>
    }
    .into_any()
}

/// From each point level to the next, then up or down; from the last level to the end. A price that is there only at the end (a
/// sealed lot, one that was bought) is a short line and not nothing.
fn path(line: &[(u32, Fen)], low: Fen, high: Fen) -> String {
    let mut path = String::new();
    for (index, (column, price)) in line.iter().enumerate() {
        let y = height(*price, low, high);
        let first = (*column).min(WIDTH - TAIL);
        path.push_str(&if index == 0 { format!("M{first} {y}") } else { format!("H{column}V{y}") });
    }
    if !path.is_empty() {
        path.push_str(&format!("H{WIDTH}"));
    }
    path
}

fn height(price: Fen, low: Fen, high: Fen) -> i64 {
    let span = i128::from(high.0) - i128::from(low.0);
    if span == 0 {
        return HEIGHT / 2;
    }
    let up = (i128::from(price.0) - i128::from(low.0)) * i128::from(HEIGHT - 2 * EDGE) / span;
    HEIGHT - EDGE - i64::try_from(up).unwrap_or_default()
}

/// A mark a column where bids moved the end.
fn marks(replay: &Replay) -> AnyView {
    let moved = replay.moments().iter().filter(|moment| moment.moved_end && !moment.is_incident());
    let mut columns: Vec<u32> = moved.map(|moment| replay.place(moment.at, WIDTH)).collect();
    columns.dedup();
    let mark = |column: u32| {
        let x = column.to_string();
        view! { <line class="replay__mark" x1=x.clone() x2=x y1="226" y2="240" vector-effect="non-scaling-stroke"/> }
    };
    columns.into_iter().map(mark).collect_view().into_any()
}

fn bands(replay: &Replay, incidents: &[Incident]) -> AnyView {
    let band = |incident: &Incident| {
        let (from, to) = (replay.place(incident.from, WIDTH), replay.place(incident.to, WIDTH));
        let width = to.saturating_sub(from).max(2);
        view! { <rect class="replay__outage" x=from.to_string() y="0" width=width.to_string() height="240"/> }
    };
    incidents.iter().map(band).collect_view().into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_goes_in_steps_from_low_to_high_and_to_the_end() {
        let line = [(10, Fen(100)), (500, Fen(150)), (900, Fen(200))];
        assert_eq!(path(&line, Fen(100), Fen(200)), "M10 216H500V120H900V24H1000");
        assert_eq!(path(&[], Fen(0), Fen(0)), "");
        assert_eq!(path(&line[..1], Fen(100), Fen(100)), "M10 120H1000");
        assert_eq!(
            path(&[(WIDTH, Fen(100))], Fen(100), Fen(100)),
            "M988 120H1000",
            "seen, though at the end"
        );
        assert_eq!(height(Fen(i64::MAX), Fen(i64::MIN), Fen(i64::MAX)), EDGE, "no price is too far away");
    }
}
