//! What is booked for a fact: postings that sum to zero. Pure.

use kernel::{DealerId, Fen, event_id_for};
use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// What a line of an order is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// 车款.
    Car,
    /// 服务费.
    ServiceFee,
    /// 代办费.
    AgencyFee,
}

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountKind {
    /// What a dealer owes us.
    DealerReceivable,
    /// What a dealer has left with us to bid with.
    DealerDeposit,
    /// The deposits' money at the bank.
    BankDeposits,
    /// Sold cars, until their sellers are paid.
    ClearingCar,
    /// Service fees that were charged.
    ClearingServiceFee,
    /// Agency fees that were charged.
    ClearingAgencyFee,
}

impl AccountKind {
    /// The name in the database and in text keys (`finance.account.clearing_car`).
    pub const fn name(self) -> &'static str {
        match self {
            AccountKind::DealerReceivable => "dealer_receivable",
            AccountKind::DealerDeposit => "dealer_deposit",
            AccountKind::BankDeposits => "bank_deposits",
            AccountKind::ClearingCar => "clearing_car",
            AccountKind::ClearingServiceFee => "clearing_service_fee",
            AccountKind::ClearingAgencyFee => "clearing_agency_fee",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<AccountKind> {
        [
            AccountKind::DealerReceivable,
            AccountKind::DealerDeposit,
            AccountKind::BankDeposits,
            AccountKind::ClearingCar,
            AccountKind::ClearingServiceFee,
            AccountKind::ClearingAgencyFee,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// An account by what it is; its id follows from that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Account {
    /// A dealer's receivable account.
    Dealer(DealerId),
    /// A dealer's deposit account.
    Deposit(DealerId),
    /// The deposits' money at the bank.
    Bank,
    /// The clearing account of a kind of line.
    Clearing(LineKind),
}

impl Account {
    /// The row. The clearing accounts are made by the migration, a dealer's by its first entry.
    pub fn id(self) -> Uuid {
        match self {
            Account::Dealer(dealer) => event_id_for(dealer.0, "dealer_receivable"),
            Account::Deposit(dealer) => event_id_for(dealer.0, "dealer_deposit"),
            Account::Bank => uuid!("0192f000-0000-7000-8000-000000000014"),
            Account::Clearing(LineKind::Car) => uuid!("0192f000-0000-7000-8000-000000000011"),
            Account::Clearing(LineKind::ServiceFee) => uuid!("0192f000-0000-7000-8000-000000000012"),
            Account::Clearing(LineKind::AgencyFee) => uuid!("0192f000-0000-7000-8000-000000000013"),
        }
    }
}

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// Debit is positive, credit is negative; never zero.
    pub amount_fen: Fen,
}

/// Postings that balance. There is no other way to make one than [`Entry::of`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry(Vec<Posting>);

/// Why postings are no entry: by how much they are off, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced {
    /// Their sum, which has to be zero.
    pub difference_fen: i128,
    /// How many move something; fewer than two is no entry.
    pub postings: usize,
}

impl Entry {
    /// An entry of these postings; those that move nothing are left out.
    pub fn of(postings: Vec<Posting>) -> Result<Entry, Unbalanced> {
        let moving: Vec<Posting> =
            postings.into_iter().filter(|posting| posting.amount_fen != Fen::ZERO).collect();
        let difference_fen = moving.iter().map(|posting| i128::from(posting.amount_fen.0)).sum();
        if difference_fen != 0 || moving.len() < 2 {
            return Err(Unbalanced { difference_fen, postings: moving.len() });
        }
        Ok(Entry(moving))
    }

    /// Its postings.
    pub fn postings(&self) -> &[Posting] {
        &self.0
    }
}

/// A claim: the dealer owes the total, and each line's clearing account has it to give.
pub(crate) fn receivable_issued(
    dealer: DealerId,
    lines: &[(LineKind, Fen)],
    total_fen: Fen,
) -> Result<Entry, Unbalanced> {
    let mut postings = vec![Posting { account: Account::Dealer(dealer), amount_fen: total_fen }];
    postings.extend(
        lines
            .iter()
            .map(|(kind, fen)| Posting { account: Account::Clearing(*kind), amount_fen: Fen(-fen.0) }),
    );
    Entry::of(postings)
}

/// Money came in: the bank has it, and we owe it to the dealer.
pub(crate) fn deposit_received(dealer: DealerId, amount_fen: Fen) -> Result<Entry, Unbalanced> {
    moved(Account::Bank, Account::Deposit(dealer), amount_fen)
}

/// Money went back.
pub(crate) fn deposit_returned(dealer: DealerId, amount_fen: Fen) -> Result<Entry, Unbalanced> {
    moved(Account::Deposit(dealer), Account::Bank, amount_fen)
}

/// Part of a deposit pays part of a claim.
pub(crate) fn deposit_applied(dealer: DealerId, amount_fen: Fen) -> Result<Entry, Unbalanced> {
    moved(Account::Deposit(dealer), Account::Dealer(dealer), amount_fen)
}

/// One amount, on the debit of one account and the credit of another.
fn moved(debit: Account, credit: Account, amount_fen: Fen) -> Result<Entry, Unbalanced> {
    let postings = vec![
        Posting { account: debit, amount_fen },
        Posting { account: credit, amount_fen: Fen(-amount_fen.0) },
    ];
    Entry::of(postings)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_lines() -> impl Strategy<Value = Vec<(LineKind, Fen)>> {
        let kind = prop_oneof![Just(LineKind::Car), Just(LineKind::ServiceFee), Just(LineKind::AgencyFee)];
        proptest::collection::vec((kind, (0i64..10_000_000_000).prop_map(Fen)), 1..8)
    }

    proptest! {
        #[test]
        fn lines_that_make_up_the_total_balance(lines in any_lines()) {
            let total = Fen(lines.iter().map(|(_, fen)| fen.0).sum());
            prop_assume!(total > Fen::ZERO);
            let entry = receivable_issued(DealerId(Uuid::nil()), &lines, total).unwrap();
            prop_assert_eq!(entry.postings().iter().map(|posting| posting.amount_fen.0).sum::<i64>(), 0);
            prop_assert!(entry.postings().iter().all(|posting| posting.amount_fen != Fen::ZERO));
            prop_assert_eq!(entry.postings()[0].amount_fen, total);
        }

        #[test]
        fn any_other_total_is_refused(lines in any_lines(), off in prop_oneof![-1_000_000i64..=-1, 1i64..=1_000_000]) {
            let total = Fen(lines.iter().map(|(_, fen)| fen.0).sum::<i64>() + off);
            let refused = receivable_issued(DealerId(Uuid::nil()), &lines, total).unwrap_err();
            prop_assert_eq!(refused.difference_fen, i128::from(off));
        }
    }

    #[test]
    fn nothing_is_no_entry() {
        let nothing = receivable_issued(DealerId(Uuid::nil()), &[(LineKind::Car, Fen::ZERO)], Fen::ZERO);
        assert_eq!(nothing, Err(Unbalanced { difference_fen: 0, postings: 0 }));
    }
}
