//! Why somebody has not won a lot.

use std::cmp::Ordering;

use bidding::{MyPosition, Outcome, PublicLot, ReserveLight};

/// What an amount is short of, once the lot is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The price went above what this dealer would pay.
    Above,
    /// It ended at just that: of equal amounts the earlier wins.
    Equal,
    /// Nothing that this dealer bid counts any more.
    Voided,
    /// The highest bid did not reach the reserve.
    BelowReserve,
}

/// Why this dealer has not won the lot, as far as everybody's price tells it: nobody's max is told. Nothing before the
/// close, of who has won or has not bid, and where the price does not explain it.
pub fn loss(lot: &PublicLot, mine: &MyPosition) -> Option<Loss> {
    let (outcome, price) = (lot.outcome?, lot.price_fen?);
    let leads = mine.alias.is_some() && mine.alias == lot.leader_alias;
    if outcome == Outcome::Unsold {
        return (lot.reserve == ReserveLight::NotMet).then_some(Loss::BelowReserve);
    }
    mine.alias.filter(|_| !leads)?;
    let Some(max) = mine.max_fen else { return Some(Loss::Voided) };
    match price.cmp(&max) {
        Ordering::Greater => Some(Loss::Above),
        Ordering::Equal => Some(Loss::Equal),
        Ordering::Less => None,
    }
}

#[cfg(test)]
mod tests {
    use bidding::LotStatus;
    use kernel::Fen;

    use super::super::sample;
    use super::*;

    fn lot(seq: i64, leader: u32) -> PublicLot {
        PublicLot { seq, reserve: ReserveLight::NotMet, leader_alias: Some(leader), ..sample::lot() }
    }

    fn me(leading: bool) -> MyPosition {
        MyPosition { alias: Some(1), leading, max_fen: Some(Fen(7_000_000)) }
    }

    #[test]
    fn why_it_was_lost_follows_from_the_price() {
        let closed = |outcome, leader, price: i64| PublicLot {
            status: LotStatus::Closed,
            outcome: Some(outcome),
            price_fen: Some(Fen(price)),
            ..lot(9, leader)
        };
        let sold = |price| closed(Outcome::Sold, 2, price);
        assert_eq!(loss(&lot(9, 2), &me(false)), None, "not before the close");
        assert_eq!(loss(&sold(7_050_000), &me(false)), Some(Loss::Above));
        assert_eq!(loss(&sold(7_000_000), &me(false)), Some(Loss::Equal));
        assert_eq!(loss(&sold(6_500_000), &me(false)), None, "the price does not explain it");
        assert_eq!(loss(&sold(7_050_000), &MyPosition { max_fen: None, ..me(false) }), Some(Loss::Voided));
        assert_eq!(loss(&sold(7_050_000), &MyPosition::default()), None, "who has not bid has lost nothing");
        assert_eq!(loss(&closed(Outcome::Sold, 1, 7_000_000), &me(true)), None);
        assert_eq!(loss(&closed(Outcome::Provisional, 2, 7_050_000), &me(false)), Some(Loss::Above));
        assert_eq!(loss(&closed(Outcome::Unsold, 1, 6_500_000), &me(true)), Some(Loss::BelowReserve));
        let withdrawn = PublicLot { reserve: ReserveLight::None, ..closed(Outcome::Unsold, 1, 6_500_000) };
        assert_eq!(loss(&withdrawn, &me(true)), None);
    }
}
