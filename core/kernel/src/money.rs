//! Money: whole fen (分) in an `i64`. Never a float, never a fraction of a fen.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in fen. 1 yuan = 100 fen. Encoded as a plain integer; fields and columns are named `*_fen`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(pub i64);

/// Why a typed amount is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyError {
    /// Not digits with at most one decimal point.
    NotANumber,
    /// More decimals than the unit has (two for yuan, six for 万元).
    TooManyDecimals,
    /// Does not fit into `i64` fen.
    OutOfRange,
}

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);

    /// Whole yuan; `None` when the amount does not fit.
    pub const fn from_yuan(yuan: i64) -> Option<Fen> {
        match yuan.checked_mul(100) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// Sum, or `None` on overflow. Money has no wrapping `+`: an overflow is a refusal, not a number.
    pub const fn checked_add(self, other: Fen) -> Option<Fen> {
        match self.0.checked_add(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// Difference, or `None` on overflow.
    pub const fn checked_sub(self, other: Fen) -> Option<Fen> {
        match self.0.checked_sub(other.0) {
            Some(fen) => Some(Fen(fen)),
            None => None,
        }
    }

    /// `¥128,500`, or `¥128,500.50` when there are fen: never more decimals than exist.
    pub fn yuan(self) -> String {
        format!("{}¥{}", if self.0 < 0 { "-" } else { "" }, decimal(self.0, 100, true))
    }

    /// The amount in yuan as a form field shows it: `128500` or `128500.50`.
    pub fn yuan_plain(self) -> String {
        format!("{}{}", if self.0 < 0 { "-" } else { "" }, decimal(self.0, 100, false))
    }

    /// The amount in 万元 without the unit: `12.85`. At least two decimals, more only where they exist.
    pub fn wan(self) -> String {
        let abs = self.0.unsigned_abs();
        let whole = abs / 1_000_000;
        let mut frac = format!("{:06}", abs % 1_000_000);
        while frac.len() > 2 && frac.ends_with('0') {
            frac.pop();
        }
        format!("{}{}.{}", if self.0 < 0 { "-" } else { "" }, grouped(whole), frac)
    }
}

impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.yuan())
    }
}

fn decimal(fen: i64, unit: u64, group: bool) -> String {
    let abs = fen.unsigned_abs();
    let whole = if group { grouped(abs / unit) } else { (abs / unit).to_string() };
    match abs % unit {
        0 => whole,
        frac => format!("{whole}.{frac:02}"),
    }
}

fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Reads an amount typed in yuan: `128500`, `128,500`, `¥128,500.5`.
pub fn parse_yuan(text: &str) -> Result<Fen, MoneyError> {
    parse_decimal(text, 2)
}

/// Reads an amount typed in 万元: `12.85` is 128 500 yuan.
pub fn parse_wan(text: &str) -> Result<Fen, MoneyError> {
    parse_decimal(text, 6)
}

fn parse_decimal(text: &str, decimals: usize) -> Result<Fen, MoneyError> {
    let cleaned: String = text
        .trim()
        .trim_start_matches(['¥', '￥'])
        .chars()
        .filter(|c| !matches!(c, ',' | '，' | ' '))
        .collect();
    let (negative, digits) = match cleaned.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, cleaned.as_str()),
    };
    let (whole, frac) = digits.split_once('.').unwrap_or((digits, ""));
    let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !only_digits(whole) || !only_digits(frac) {
        return Err(MoneyError::NotANumber);
    }
    let frac = frac.trim_end_matches('0');
    if frac.len() > decimals {
        return Err(MoneyError::TooManyDecimals);
    }
    let joined = format!("{whole}{frac:0<decimals$}");
    let magnitude: i64 = joined.parse().map_err(|_| MoneyError::OutOfRange)?;
    Ok(Fen(if negative { -magnitude } else { magnitude }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn shows_yuan_and_wan_without_invented_decimals() {
        assert_eq!(Fen(12_850_000).yuan(), "¥128,500");
        assert_eq!(Fen(12_850_000).wan(), "12.85");
        assert_eq!(Fen(12_850_050).yuan(), "¥128,500.50");
        assert_eq!(Fen(12_855_500).wan(), "12.8555");
        assert_eq!(Fen(-5).yuan(), "-¥0.05");
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        assert_eq!(parse_yuan("12e3"), Err(MoneyError::NotANumber));
        assert_eq!(parse_yuan(""), Err(MoneyError::NotANumber));
        assert_eq!(parse_yuan("1.234"), Err(MoneyError::TooManyDecimals));
        assert_eq!(parse_yuan("99999999999999999999"), Err(MoneyError::OutOfRange));
        assert_eq!(parse_wan("12.85"), Ok(Fen(12_850_000)));
    }

    proptest! {
        #[test]
        fn every_amount_reads_back(fen in i64::MIN + 1..i64::MAX) {
            prop_assert_eq!(parse_yuan(&Fen(fen).yuan_plain()), Ok(Fen(fen)));
            prop_assert_eq!(parse_wan(&Fen(fen).wan()), Ok(Fen(fen)));
        }
    }
}
