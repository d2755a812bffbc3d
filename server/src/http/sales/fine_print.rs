//! The part of a form that says the seldom changed numbers of a sale. A form without it means the usual ones.

use std::collections::HashMap;

use auction::FinePrint;
use bidding::{FirstLook, HouseRules, SmallRaise};
use kernel::{FieldProblem, parse_amount};

use crate::http::vehicles::import::parts_of_one;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// What was typed, and which fields cannot be read. An empty field takes away what may be taken away.
pub(super) fn read(values: &HashMap<&str, &str>) -> (FinePrint, Vec<FieldProblem>) {
    let usual = FinePrint::default();
    let mut wrong = Vec::new();
    let mut number = |name: &str, usual: Option<u32>, may_be_none: bool| match values.get(name) {
        None => usual,
        Some(typed) if typed.trim().is_empty() && may_be_none => None,
        Some(typed) => typed.trim().parse().ok().or_else(|| {
            wrong.push(FieldProblem::new(name, "NUMBER_UNREADABLE"));
            usual
        }),
    };
    let house = HouseRules {
        confirm_guide_percent: number("confirm_percent", usual.house.confirm_guide_percent, true),
        confirm_steps: number("confirm_steps", usual.house.confirm_steps, true),
        buy_now_end_percent: number("buy_now_end", Some(usual.house.buy_now_end_percent), false)
            .unwrap_or_default(),
        counters_max: number("counters", Some(usual.house.counters_max), false).unwrap_or_default(),
        negotiation_hold_percent: number(
            "negotiation_hold",
            Some(usual.house.negotiation_hold_percent),
            false,
        )
        .unwrap_or_default(),
        early_hold_percent: number("early_hold", Some(usual.house.early_hold_percent), false)
            .unwrap_or_default(),
        ..usual.house
    };
    let mut time = |name: &str, usual_ms: i64, unit_ms: i64| {
        number(name, None, false).map_or(usual_ms, |units| i64::from(units) * unit_ms)
    };
    let house = HouseRules {
        top_up_ms: time("top_up", house.top_up_ms, MINUTE_MS),
        offer_ms: time("offer_hours", house.offer_ms, HOUR_MS),
        reply_ms: time("reply_hours", house.reply_ms, HOUR_MS),
        resume_left_ms: time("resume_left", house.resume_left_ms, MINUTE_MS),
        reading_ms: time("reading", house.reading_ms, MINUTE_MS),
        outage_left_ms: time("outage_left", house.outage_left_ms, MINUTE_MS),
        ..house
    };
    let double_after = number("double_after", usual.double_after, true);
    let small_raise = match values.get("small_raise") {
        None => usual.house.small_raise,
        Some(word) => SmallRaise::ALL.into_iter().find(|one| one.as_str() == *word).unwrap_or_else(|| {
            wrong.push(FieldProblem::new("small_raise", "OUT_OF_RANGE"));
            usual.house.small_raise
        }),
    };
    let (first_look, unreadable) = first_look(values);
    wrong.extend(unreadable);
    let house = HouseRules { small_raise, first_look, ..house };
    let tick_fen = match values.get("tick").map(|typed| parse_amount(typed)) {
        None => usual.tick_fen,
        Some(Ok(tick)) => tick,
        Some(Err(_)) => {
            wrong.push(FieldProblem::new("tick", "AMOUNT_UNREADABLE"));
            usual.tick_fen
        }
    };
    (FinePrint { tick_fen, double_after, house }, wrong)
}

/// So many hours before the opening, at such a share of the guide price; without hours there is none.
fn first_look(values: &HashMap<&str, &str>) -> (Option<FirstLook>, Vec<FieldProblem>) {
    let typed = |name: &str| values.get(name).copied().unwrap_or_default().trim();
    if typed("first_look").is_empty() {
        return (None, Vec::new());
    }
    let hours = typed("first_look").parse::<u32>().ok();
    let share = parts_of_one(typed("first_look_price"), 2);
    let unreadable = [("first_look", hours.is_none()), ("first_look_price", share.is_none())];
    let unreadable = unreadable.into_iter().filter(|(_, is_wrong)| *is_wrong);
    let wrong = unreadable.map(|(name, _)| FieldProblem::new(name, "NUMBER_UNREADABLE")).collect();
    let rule = hours.zip(share);
    (rule.map(|(hours, price_bp)| FirstLook { before_ms: i64::from(hours) * HOUR_MS, price_bp }), wrong)
}

#[cfg(test)]
mod tests {
    use kernel::Fen;

    use super::*;

    #[test]
    fn what_is_not_in_the_form_is_usual_and_what_is_empty_is_taken_away() {
        assert_eq!(read(&HashMap::new()), (FinePrint::default(), Vec::new()));
        let typed =
            [("tick", "500"), ("double_after", ""), ("confirm_percent", " "), ("confirm_steps", "12")];
        let (fine, wrong) = read(&typed.into());
        assert!(wrong.is_empty());
        assert_eq!((fine.tick_fen, fine.double_after), (Fen(50_000), None));
        let house = fine.house;
        assert_eq!((house.confirm_guide_percent, house.confirm_steps), (None, Some(12)));
        let typed = [
            ("offer_hours", "8"),
            ("reply_hours", "1"),
            ("counters", "5"),
            ("negotiation_hold", "0"),
            ("top_up", "45"),
            ("resume_left", "3"),
            ("reading", "15"),
            ("outage_left", "20"),
            ("early_hold", "25"),
            ("small_raise", "refused"),
        ];
        let house = read(&typed.into()).0.house;
        assert_eq!((house.offer_ms, house.reply_ms, house.top_up_ms), (8 * HOUR_MS, HOUR_MS, 45 * MINUTE_MS));
        assert_eq!((house.counters_max, house.negotiation_hold_percent), (5, 0));
        let minutes = [house.resume_left_ms, house.reading_ms, house.outage_left_ms];
        assert_eq!(minutes, [3, 15, 20].map(|minutes| minutes * MINUTE_MS));
        assert_eq!((house.early_hold_percent, house.small_raise), (25, SmallRaise::Refused));
    }

    #[test]
    fn a_first_look_is_hours_and_a_share() {
        let look = |hours: &str, share: &str| {
            let (fine, wrong) = read(&[("first_look", hours), ("first_look_price", share)].into());
            (fine.house.first_look, wrong.into_iter().map(|wrong| wrong.field).collect::<Vec<_>>())
        };
        let rule = |before_ms, price_bp| Some(FirstLook { before_ms, price_bp });
        assert_eq!(look("24", "92.5"), (rule(24 * HOUR_MS, 9_250), vec![]));
        assert_eq!(look(" ", "92.5"), (None, vec![]), "without hours there is none");
        assert_eq!(look("24", ""), (None, vec!["first_look_price".to_owned()]));
        assert_eq!(look("-1", "9,5"), (None, vec!["first_look".to_owned(), "first_look_price".to_owned()]));
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let typed = [
            ("tick", ""),
            ("double_after", "-1"),
            ("confirm_percent", "1.3"),
            ("buy_now_end", ""),
            ("small_raise", "?"),
        ];
        let (_, wrong) = read(&typed.into());
        let wrong: Vec<_> = wrong.iter().map(|wrong| (wrong.field.as_str(), wrong.code.as_str())).collect();
        let unreadable = "NUMBER_UNREADABLE";
        let expected = [
            ("confirm_percent", unreadable),
            ("buy_now_end", unreadable),
            ("double_after", unreadable),
            ("small_raise", "OUT_OF_RANGE"),
            ("tick", "AMOUNT_UNREADABLE"),
        ];
        assert_eq!(wrong, expected);
    }
}
