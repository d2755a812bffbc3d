//! The damages of a report, on a drawing of the car and in words: drawn the same for dealers and for the office. A number
//! joins the two; how grave one is, is told by its shape and its word, not by its colour alone.

use kernel::Lang;
use leptos::prelude::*;
use vehicle::Damage;

use crate::i18n::{t, t_with};
use crate::ui::{Badge, Tone};

/// The drawing, seen from above with its sides folded down; the front is at the top.
const WIDTH: i32 = 260;
const HEIGHT: i32 = 364;
/// Marks of one part stand so far apart.
const APART: i32 = 20;

/// A part of the drawing: its name, and where it lies (left, top, width, height). Doors and glass are what lies between.
type Place = (&'static str, [i32; 4]);

const PLACES: [Place; 19] = [
    ("front_bumper", [70, 6, 120, 24]),
    ("bonnet", [74, 34, 112, 70]),
    ("windscreen", [80, 108, 100, 32]),
    ("roof", [84, 144, 92, 100]),
    ("rear_window", [80, 248, 100, 28]),
    ("boot_lid", [76, 280, 108, 50]),
    ("rear_bumper", [70, 334, 120, 24]),
    ("left_front_wing", [36, 34, 32, 70]),
    ("left_front_door", [36, 108, 32, 76]),
    ("left_rear_door", [36, 188, 32, 66]),
    ("left_rear_wing", [36, 258, 32, 72]),
    ("left_sill", [18, 108, 14, 146]),
    ("right_front_wing", [192, 34, 32, 70]),
    ("right_front_door", [192, 108, 32, 76]),
    ("right_rear_door", [192, 188, 32, 66]),
    ("right_rear_wing", [192, 258, 32, 72]),
    ("right_sill", [228, 108, 14, 146]),
    ("wheels", [14, 48, 18, 42]),
    ("lights", [44, 8, 22, 20]),
];

/// What is drawn besides, and has no marks: the other wheels and lamps.
const BESIDES: [[i32; 4]; 4] = [[228, 48, 18, 42], [14, 272, 18, 42], [228, 272, 18, 42], [194, 8, 22, 20]];

/// The damages, the gravest first; nothing where there is none.
pub fn damage_map(lang: Lang, mut damages: Vec<Damage>) -> Option<AnyView> {
    if damages.is_empty() {
        return None;
    }
    damages.sort_by_key(|damage| std::cmp::Reverse(damage.severity));
    let drawing = drawing(lang, &damages);
    let rows = damages.into_iter().enumerate().map(|(index, damage)| row(lang, index + 1, damage));
    Some(
        view! { <div class="damage-map">{drawing}<ol class="damages">{rows.collect_view()}</ol></div> }
            .into_any(),
    )
}

/// The drawing on which an inspector taps where a damage is; what is damaged already is shown as such. The lists beside it say
/// the same, so it is nothing to who cannot see it.
pub fn damage_picker(damages: &[Damage]) -> AnyView {
    let gravest = |part: &str| damages.iter().filter(|it| it.part == part).map(|it| it.severity).max();
    let panel = |(part, [x, y, width, height]): &Place| {
        let severity = gravest(part).map(|severity| severity.to_string());
        view! { <rect class="damage-map__panel damage-map__panel--tap" data-part=*part data-severity=severity x=*x y=*y width=*width height=*height rx="5"/> }
    };
    let size = format!("0 0 {WIDTH} {HEIGHT}");
    view! {
        <svg class="damage-map__car" viewBox=size aria-hidden="true">
            {BESIDES.iter().map(|place| rectangle(*place, None)).collect_view()}
            {PLACES.iter().map(panel).collect_view()}
        </svg>
    }
    .into_any()
}

fn drawing(lang: Lang, damages: &[Damage]) -> AnyView {
    let gravest = |part: &str| damages.iter().filter(|it| it.part == part).map(|it| it.severity).max();
    let panel = |(part, place): &Place| rectangle(*place, gravest(part));
    let marks = damages.iter().enumerate().filter_map(|(index, damage)| {
        let (x, y) = spot(damages, index)?;
        Some(mark(index + 1, damage.severity, x, y))
    });
    let size = format!("0 0 {WIDTH} {HEIGHT}");
    let label = t_with(lang, "vehicle.map_label", &[("n", &damages.len().to_string())]);
    view! {
        <svg class="damage-map__car" viewBox=size role="img" aria-label=label>
            {BESIDES.iter().map(|place| rectangle(*place, None)).collect_view()}
            {PLACES.iter().map(panel).collect_view()}
            {marks.collect_view()}
        </svg>
    }
    .into_any()
}

fn rectangle([x, y, width, height]: [i32; 4], severity: Option<u8>) -> AnyView {
    let severity = severity.map(|severity| severity.to_string());
    view! { <rect class="damage-map__panel" data-severity=severity x=x y=y width=width height=height rx="5"/> }
        .into_any()
}

/// Where the mark of one damage stands: in the middle of its part, beside the others there. Inside the car there is no
/// place on the drawing.
fn spot(damages: &[Damage], index: usize) -> Option<(i32, i32)> {
    let part = damages.get(index)?.part.as_str();
    let (_, [x, y, width, height]) = PLACES.iter().find(|(name, _)| *name == part)?;
    let there =
        |list: &[Damage]| i32::try_from(list.iter().filter(|it| it.part == part).count()).unwrap_or(0);
    let (count, before) = (there(damages), there(&damages[..index]));
    // along the longer side, and closer where there are many
    let length = *width.max(height);
    let apart = APART.min((length - APART / 2) / count.max(1));
    let off = apart * (2 * before - (count - 1)) / 2;
    let (x, y) = (x + width / 2, y + height / 2);
    Some(if width > height { (x + off, y) } else { (x, y + off) })
}

/// A light damage is a circle, a medium one a square, a grave one a triangle.
fn mark(number: usize, severity: u8, x: i32, y: i32) -> AnyView {
    let shape = match severity {
        1 => view! { <circle cx=x cy=y r="9"/> }.into_any(),
        2 => view! { <rect x=x - 9 y=y - 9 width="18" height="18" rx="2"/> }.into_any(),
        _ => {
            let points = format!("{x},{} {},{} {},{}", y - 13, x + 13, y + 10, x - 13, y + 10);
            view! { <polygon points=points/> }.into_any()
        }
    };
    // a triangle is widest below its middle
    let baseline = y + if severity > 2 { 7 } else { 4 };
    view! {
        <g class="damage-mark" data-severity=severity.to_string()>
            {shape}
            <text x=x y=baseline text-anchor="middle">{number}</text>
        </g>
    }
    .into_any()
}

fn row(lang: Lang, number: usize, damage: Damage) -> AnyView {
    let tone = match damage.severity {
        3 => Tone::Bad,
        2 => Tone::Warn,
        _ => Tone::Neutral,
    };
    let note =
        (!damage.note.is_empty()).then(|| view! { <span class="damages__note">{damage.note.clone()}</span> });
    view! {
        <li class="damages__row">
            // the list counts too: read aloud, the number comes once
            <svg class="damages__mark" viewBox="0 0 28 28" aria-hidden="true">{mark(number, damage.severity, 14, 15)}</svg>
            <strong>{t(lang, &format!("vehicle.part.{}", damage.part))}</strong>
            <span>{t(lang, &format!("vehicle.damage.{}", damage.kind))}</span>
            <Badge tone>{t(lang, &format!("vehicle.severity.{}", damage.severity))}</Badge>
            {note}
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use vehicle::PARTS;

    use super::*;

    fn damage(part: &str) -> Damage {
        Damage { part: part.to_owned(), kind: "dent".to_owned(), severity: 1, note: String::new() }
    }

    #[test]
    fn every_part_has_its_place_except_what_is_inside() {
        let places: Vec<&str> = PLACES.iter().map(|(part, _)| *part).collect();
        assert!(places.iter().all(|part| PARTS.contains(part)), "{places:?}");
        let inside: Vec<&str> = PARTS.into_iter().filter(|part| !places.contains(part)).collect();
        assert_eq!(inside, ["frame", "interior", "engine", "gearbox", "battery"]);
    }

    #[test]
    fn marks_of_one_part_stand_beside_each_other_and_on_it() {
        for (part, [x, y, width, height]) in PLACES {
            let damages: Vec<Damage> = (0..3).map(|_| damage(part)).collect();
            let spots: Vec<(i32, i32)> = (0..3).filter_map(|index| spot(&damages, index)).collect();
            let on = |(a, b): &(i32, i32)| (x..=x + width).contains(a) && (y..=y + height).contains(b);
            assert!(spots.len() == 3 && spots.iter().all(on), "{part}: {spots:?}");
            assert!(spots[0] != spots[1] && spots[1] != spots[2], "{part}: {spots:?}");
        }
        assert_eq!(spot(&[damage("engine")], 0), None);
        assert_eq!(spot(&[damage("bonnet")], 0), Some((130, 69)), "alone it stands in the middle");
    }
}
