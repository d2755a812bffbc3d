//! The part of a form that sales and their templates have in common: the format and its numbers, money, audience.

use std::collections::HashMap;

use auction::{
    Audience, BelowReserveMode, DutchPlan, FinePrint, FollowOn, ReserveDisplay, ReserveRules, SaleFormat,
    SisterPolicy,
};
use bidding::{Band, Ladder, LaneTimes};
use kernel::{Fen, FieldProblem, parse_amount};

use super::fine_print;

/// What was typed. A field that cannot be read has a stand-in.
pub(super) struct SaleForm {
    pub(super) format: SaleFormat,
    pub(super) buy_now_percent: Option<i64>,
    pub(super) stagger_ms: i64,
    pub(super) window_ms: i64,
    pub(super) cap_ms: i64,
    pub(super) below_reserve: BelowReserveMode,
    pub(super) deposit_bp: u32,
    pub(super) gap_fen: Fen,
    pub(super) audience: Audience,
    pub(super) follow_on: Option<FollowOn>,
    pub(super) ladder: Ladder,
    pub(super) reserve: ReserveRules,
    pub(super) fine: FinePrint,
}

impl SaleForm {
    /// Reads it, and says which fields cannot be read. Fields that the format has no use for are passed over.
    pub(super) fn read(pairs: &[(String, String)]) -> (SaleForm, Vec<FieldProblem>) {
        let values: HashMap<&str, &str> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let mut wrong = Vec::new();
        let text = |name: &str| values.get(name).copied().unwrap_or_default().trim();
        let mut number = |name: &str, unit_ms: i64| {
            text(name).parse::<i64>().ok().and_then(|n| n.checked_mul(unit_ms)).unwrap_or_else(|| {
                wrong.push(FieldProblem::new(name, "NUMBER_UNREADABLE"));
                0
            })
        };
        let format = match text("format") {
            "flash" => SaleFormat::Flash,
            "sealed_first" => SaleFormat::SealedFirst,
            "sealed_second" => SaleFormat::SealedSecond,
            "dutch" => SaleFormat::Dutch(DutchPlan {
                start_percent: number("dutch_start", 1),
                steps: number("dutch_steps", 1),
                step_ms: number("dutch_step", 1_000),
            }),
            "lane" => SaleFormat::Lane(LaneTimes { lot_ms: number("lane_lot", 1_000) }),
            _ => SaleFormat::Timed,
        };
        let stagger_ms = if format.ends_by_the_clock() { number("stagger", 1_000) } else { 0 };
        let (window_ms, cap_ms) =
            if format.is_english() { (number("window", 1_000), number("cap", 60_000)) } else { (0, 0) };
        let asks = format.is_english() && !text("buy_now").is_empty();
        let buy_now_percent = asks.then(|| number("buy_now", 1));
        let below_reserve = below_reserve(text("below_reserve"));
        // percent; what is beyond any range is refused as such
        let deposit_bp = u32::try_from(number("deposit", 100)).unwrap_or(u32::MAX);
        let follow_on = follow_on(text("next_template"), || number("next_wait", 3_600_000));
        // an empty field: sellers are asked
        let gap_fen = match text("gap") {
            "" => Fen::ZERO,
            typed => parse_amount(typed).unwrap_or_else(|_| {
                wrong.push(FieldProblem::new("gap", "AMOUNT_UNREADABLE"));
                Fen::ZERO
            }),
        };
        // a format whose price does not rise in the open has no use for it
        let ladder = match text("ladder") {
            typed if format.is_english() && !typed.is_empty() => ladder(typed).unwrap_or_else(|| {
                wrong.push(FieldProblem::new("ladder", "LADDER_UNREADABLE"));
                Ladder::standard()
            }),
            _ => Ladder::standard(),
        };
        let (reserve, unreadable) = reserve_rules(text("reserve_display"), text("reserve_limit"));
        wrong.extend(unreadable);
        let audience = audience(pairs);
        let (fine, unreadable) = fine_print::read(&values);
        wrong.extend(unreadable);
        let form = SaleForm {
            format,
            buy_now_percent,
            stagger_ms,
            window_ms,
            cap_ms,
            below_reserve,
            deposit_bp,
            gap_fen,
            audience,
            follow_on,
            ladder,
            reserve,
            fine,
        };
        (form, wrong)
    }
}

/// How a max below the reserve is shown.
fn below_reserve(word: &str) -> BelowReserveMode {
    match word {
        "stepped" => BelowReserveMode::Stepped,
        _ => BelowReserveMode::Full,
    }
}

/// What is done with reserves. Programs and older forms do not say the limit.
fn reserve_rules(display: &str, limit: &str) -> (ReserveRules, Option<FieldProblem>) {
    let usual = ReserveRules::default().limit_percent;
    let (limit_percent, unreadable) = match limit.parse() {
        Ok(percent) => (percent, None),
        Err(_) if limit.is_empty() => (usual, None),
        Err(_) => (usual, Some(FieldProblem::new("reserve_limit", "NUMBER_UNREADABLE"))),
    };
    (ReserveRules { display: ReserveDisplay::of(display), limit_percent }, unreadable)
}

/// How unsold cars are offered again: by the template of this id, so many milliseconds later. None is chosen: not by themselves.
pub(super) fn follow_on(template: &str, wait_ms: impl FnOnce() -> i64) -> Option<FollowOn> {
    let template_id = template.parse().ok()?;
    Some(FollowOn { template_id, wait_ms: wait_ms() })
}

/// A line for each band: from which price on, and the step, with space between the two.
fn ladder(typed: &str) -> Option<Ladder> {
    let band = |line: &str| {
        let mut amounts = line.split_whitespace().map(parse_amount);
        let (from, step) = (amounts.next()?.ok()?, amounts.next()?.ok()?);
        amounts.next().is_none().then_some(Band { from_fen: from, step_fen: step })
    };
    typed.lines().filter(|line| !line.trim().is_empty()).map(band).collect::<Option<Vec<_>>>().map(Ladder)
}

/// The groups that are ticked; none: the sale is open to all.
fn audience(pairs: &[(String, String)]) -> Audience {
    let named = |name: &'static str| pairs.iter().filter(move |(n, v)| n == name && !v.trim().is_empty());
    let groups = named("group").map(|(_, group)| group.trim().to_owned()).collect();
    let sisters = named("sisters").next().map_or(SisterPolicy::default(), |(_, word)| SisterPolicy::of(word));
    Audience { groups, sisters }
}

#[cfg(test)]
mod tests {
    use kernel::Fen;

    use super::*;

    #[test]
    fn a_ladder_is_a_line_a_band() {
        let yuan = |from: i64, step: i64| Band { from_fen: Fen(from * 100), step_fen: Fen(step * 100) };
        assert_eq!(ladder("0 200\r\n\n5万 1,000\n"), Some(Ladder(vec![yuan(0, 200), yuan(50_000, 1_000)])));
        for unreadable in ["0", "0 100 200", "from 100", "0 100\nten 5"] {
            assert_eq!(ladder(unreadable), None, "{unreadable}");
        }
    }
}
