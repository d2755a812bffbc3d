//! The part of a form that says the seldom changed numbers of a sale. A form without it means the usual ones.

use std::collections::HashMap;

use auction::FinePrint;
use bidding::HouseRules;
use kernel::{FieldProblem, parse_amount};

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
    };
    let double_after = number("double_after", usual.double_after, true);
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
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let typed = [("tick", ""), ("double_after", "-1"), ("confirm_percent", "1.3"), ("buy_now_end", "")];
        let (_, wrong) = read(&typed.into());
        let wrong: Vec<_> = wrong.iter().map(|wrong| (wrong.field.as_str(), wrong.code.as_str())).collect();
        let unreadable = "NUMBER_UNREADABLE";
        let expected = [
            ("confirm_percent", unreadable),
            ("buy_now_end", unreadable),
            ("double_after", unreadable),
            ("tick", "AMOUNT_UNREADABLE"),
        ];
        assert_eq!(wrong, expected);
    }
}
