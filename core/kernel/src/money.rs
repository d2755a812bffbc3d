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

    /// The amount in 万元 without the unit: `12.85`, `9.8`, `90`: never more decimals than exist.
    pub fn wan(self) -> String {
        let abs = self.0.unsigned_abs();
        let frac = format!(".{:06}", abs % 1_000_000);
        let frac = frac.trim_end_matches('0').trim_end_matches('.');
        format!("{}{}{}", if self.0 < 0 { "-" } else { "" }, grouped(abs / 1_000_000), frac)
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

/// Reads an amount typed in yuan: `128500`, `128,500`, `¥128,500.5`, and all of it in the full width of Chinese keyboards.
pub fn parse_yuan(text: &str) -> Result<Fen, MoneyError> {
    parse_decimal(text, 2)
}

/// Reads an amount typed in 万元: `12.85` is 128 500 yuan.
pub fn parse_wan(text: &str) -> Result<Fen, MoneyError> {
    parse_decimal(text, 6)
}

/// Reads an amount as the trade types it: in yuan, or in 万元 where it says so. `128500`, `12.85万`, `12.85 万元`. What every
/// field for an amount reads.
pub fn parse_amount(text: &str) -> Result<Fen, MoneyError> {
    let text = text.trim().trim_end_matches('元').trim_end();
    match text.strip_suffix('万') {
        Some(wan) => parse_wan(wan.trim_end()),
        None => parse_yuan(text),
    }
}

/// Separators stand between groups of three and nowhere else: `128,5` may mean 1 285 or 128.5, so it means nothing.
fn parse_decimal(text: &str, decimals: usize) -> Result<Fen, MoneyError> {
    let text: String = text.chars().map(of_half_width).collect();
    let text = text.trim().trim_start_matches(['¥', '￥']).trim_start();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, frac) = digits.split_once('.').unwrap_or((digits, ""));
    let frac = frac.trim_end_matches('0');
    if frac.len() > decimals {
        // words behind the figures are a worse mistake than too many of them
        push_digits(0, frac.bytes())?;
        return Err(MoneyError::TooManyDecimals);
    }
    let mut value = 0;
    for (n, group) in whole.split([',', ' ']).enumerate() {
        let is_whole_group = if n == 0 { !group.is_empty() } else { group.len() == 3 };
        if !is_whole_group || (n == 1 && value > 999) {
            return Err(MoneyError::NotANumber);
        }
        value = push_digits(value, group.bytes())?;
    }
    value = push_digits(value, frac.bytes().chain(std::iter::repeat(b'0')).take(decimals))?;
    Ok(Fen(if negative { -value } else { value }))
}

/// What a Chinese keyboard writes in full width, as others write it.
fn of_half_width(typed: char) -> char {
    match typed {
        '０'..='９' => char::from_u32(u32::from(typed) - u32::from('０') + u32::from('0')).unwrap_or(typed),
        '，' => ',',
        '．' | '。' => '.',
        '－' => '-',
        '\u{3000}' => ' ',
        _ => typed,
    }
}

fn push_digits(value: i64, digits: impl Iterator<Item = u8>) -> Result<i64, MoneyError> {
    let mut value = value;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(MoneyError::NotANumber);
        }
        let pushed = value.checked_mul(10).and_then(|value| value.checked_add(i64::from(digit - b'0')));
        value = pushed.ok_or(MoneyError::OutOfRange)?;
    }
    Ok(value)
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
        assert_eq!(
            (Fen(9_800_000).wan(), Fen(90_000_000).wan(), Fen(0).wan()),
            ("9.8".into(), "90".into(), "0".into())
        );
        assert_eq!(Fen(-5).yuan(), "-¥0.05");
    }

    #[test]
    fn refuses_what_is_not_an_amount() {
        assert_eq!(parse_yuan("12e3"), Err(MoneyError::NotANumber));
        assert_eq!(parse_yuan(""), Err(MoneyError::NotANumber));
        assert_eq!(parse_yuan("1.234"), Err(MoneyError::TooManyDecimals));
        assert_eq!(parse_yuan("99999999999999999999"), Err(MoneyError::OutOfRange));
        assert_eq!(parse_yuan("1.23元"), Err(MoneyError::NotANumber));
        assert_eq!(parse_wan("12.85"), Ok(Fen(12_850_000)));
    }

    #[test]
    fn reads_what_the_trade_types() {
        for text in ["128500", "128,500元", "12.85万", "12.85 万元", "¥12.85万"] {
            assert_eq!(parse_amount(text), Ok(Fen(12_850_000)), "{text}");
        }
        for text in ["万", "元", "", "12万8", "12.85万万"] {
            assert_eq!(parse_amount(text), Err(MoneyError::NotANumber), "{text}");
        }
    }

    #[test]
    fn reads_what_chinese_keyboards_write() {
        for text in
            ["５２０００", "５２，０００", "52，000", "５．２万", "5.2万", "５。２万元", "￥５２　０００"]
        {
            assert_eq!(parse_amount(text), Ok(Fen(5_200_000)), "{text}");
        }
        assert_eq!(parse_amount("－５"), Ok(Fen(-500)));
        for text in ["１２８，５", "，５２０", "５２，０００，", "５２-"] {
            assert_eq!(parse_amount(text), Err(MoneyError::NotANumber), "{text}");
        }
    }

    #[test]
    fn separators_stand_between_groups_of_three() {
        for text in ["128,500", "128，500", "128 500", "￥ 128,500.00"] {
            assert_eq!(parse_yuan(text), Ok(Fen(12_850_000)), "{text}");
        }
        for text in ["128,5", "12,8500", "1285,000", ",500", "128,,500", "128,500,"] {
            assert_eq!(parse_yuan(text), Err(MoneyError::NotANumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_amount_reads_back(fen in i64::MIN + 1..i64::MAX) {
            prop_assert_eq!(parse_yuan(&Fen(fen).yuan_plain()), Ok(Fen(fen)));
            prop_assert_eq!(parse_wan(&Fen(fen).wan()), Ok(Fen(fen)));
        }
    }
}
