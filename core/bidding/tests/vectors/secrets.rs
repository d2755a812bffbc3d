//! What is told to a bidder holds no reserve and no max of anybody else.

use bidding::{Accepted, Command};
use kernel::DealerId;
use serde_json::json;

use crate::{A, B, Lot, max, yuan};

fn told(accepted: &Accepted) -> serde_json::Value {
    json!({ "branch": accepted.explanation.branch, "data": accepted.explanation.data })
}

fn bid(lot: &mut Lot, who: DealerId, amount: i64) -> serde_json::Value {
    told(&lot.accepts(&max(who, yuan(amount))))
}

#[test]
fn each_branch_explains_itself_with_public_numbers() {
    let mut lot = Lot::stepped(80_000);
    assert_eq!(
        bid(&mut lot, A, 60_000),
        json!({ "branch": "first_bid", "data": {
            "amount_fen": yuan(60_000), "price_before_fen": null, "price_fen": yuan(50_000),
            "reserve": "not_met", "formula": "start",
        }})
    );
    assert_eq!(
        bid(&mut lot, B, 55_000),
        json!({ "branch": "below_leader", "data": {
            "amount_fen": yuan(55_000), "price_before_fen": yuan(50_000), "price_fen": yuan(55_500),
            "reserve": "not_met", "formula": "second_max_plus_step", "step_fen": yuan(500),
        }})
    );
    assert_eq!(bid(&mut lot, B, 60_000)["branch"], "tied");
    assert_eq!(bid(&mut lot, A, 70_000)["branch"], "own_raise");
    assert_eq!(
        bid(&mut lot, A, 65_000),
        json!({ "branch": "lowered", "data": { "amount_fen": yuan(65_000), "floor_fen": yuan(60_000) } })
    );
    assert_eq!(
        bid(&mut lot, B, 90_000),
        json!({ "branch": "reserve_jump", "data": {
            "amount_fen": yuan(90_000), "price_before_fen": yuan(60_000), "price_fen": yuan(80_000),
            "reserve": "met", "formula": "at_least_reserve",
        }})
    );
    assert_eq!(bid(&mut lot, A, 95_000)["branch"], "overtook");
}

#[test]
fn the_reserve_cannot_be_told_from_a_jump() {
    // Once the reserve makes the price, once the other max does: the words are the same.
    let explained = |other: i64| {
        let mut lot = Lot::stepped(80_000);
        lot.bids(A, other);
        let mut data = bid(&mut lot, B, 90_000);
        data["data"]["price_fen"] = json!(null);
        data["data"]["price_before_fen"] = json!(null);
        data
    };
    assert_eq!(explained(60_000), explained(79_900));
}

#[test]
fn the_public_view_names_no_dealer_max_or_reserve() {
    let mut lot = Lot::stepped(83_300);
    lot.bids(A, 71_700).bids(B, 77_700);
    let text = json!(lot.state.public()).to_string();
    for secret in [yuan(83_300), yuan(77_700), yuan(71_700)] {
        assert!(!text.contains(&secret.0.to_string()), "{secret} in {text}");
    }
    assert!(!text.contains(&A.to_string()) && !text.contains(&B.to_string()));
}

#[test]
fn the_seller_learns_no_max() {
    let mut lot = Lot::stepped(80_000);
    lot.bids(A, 71_700).bids(B, 77_700);
    let accepted = lot.accepts(&Command::ReserveLowered { reserve_fen: yuan(75_000) });
    assert_eq!(
        told(&accepted),
        json!({ "branch": "reserve_lowered", "data": {
            "reserve_fen": yuan(75_000), "reserve_before_fen": yuan(80_000),
            "price_before_fen": yuan(72_200), "price_fen": yuan(75_000), "reserve": "met",
        }})
    );
}
