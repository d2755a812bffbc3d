//! An amount in words: what a person reads before confirming an unusually high bid. A slipped digit is easy to miss in
//! figures and impossible to miss in words.

use kernel::{Fen, Lang};

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const THOUSANDS: [&str; 6] = ["", " thousand", " million", " billion", " trillion", " quadrillion"];

/// `壹拾贰万捌仟伍佰元整`, `one hundred twenty-eight thousand five hundred yuan`. Bids are whole yuan; what is below is
/// left out.
pub fn in_words(lang: Lang, amount: Fen) -> String {
    let yuan = amount.0.unsigned_abs() / 100;
    match lang {
        Lang::Zh => chinese(yuan),
        Lang::En => english(yuan),
    }
}

fn chinese(yuan: u64) -> String {
    let mut text = String::new();
    let mut gap = false;
    for (index, name) in GROUPS.iter().enumerate().rev() {
        let group = yuan / 10_000_u64.pow(index as u32) % 10_000;
        if group == 0 {
            gap = !text.is_empty();
            continue;
        }
        for place in (0..4).rev() {
            let digit = group / 10_u64.pow(place) % 10;
            if digit == 0 {
                gap = !text.is_empty();
                continue;
            }
            if gap {
                text.push(DIGITS[0]);
                gap = false;
            }
            text.push(DIGITS[digit as usize]);
            text.push_str(PLACES[place as usize]);
        }
        text.push_str(name);
    }
    if text.is_empty() {
        text.push(DIGITS[0]);
    }
    text.push_str("元整");
    text
}

fn english(yuan: u64) -> String {
    let mut text = String::new();
    for (index, name) in THOUSANDS.iter().enumerate().rev() {
        let group = yuan / 1000_u64.pow(index as u32) % 1000;
        if group == 0 {
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        push_hundreds(&mut text, group);
        text.push_str(name);
    }
    if text.is_empty() {
        text.push_str(SMALL[0]);
    }
    text.push_str(" yuan");
    text
}

fn push_hundreds(text: &mut String, number: u64) {
    let (hundreds, rest) = (number / 100, number % 100);
    if hundreds > 0 {
        text.push_str(SMALL[hundreds as usize]);
        text.push_str(" hundred");
    }
    if rest == 0 {
        return;
    }
    if hundreds > 0 {
        text.push(' ');
    }
    if rest < 20 {
        text.push_str(SMALL[rest as usize]);
        return;
    }
    text.push_str(TENS[(rest / 10) as usize]);
    if rest % 10 > 0 {
        text.push('-');
        text.push_str(SMALL[(rest % 10) as usize]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_as_on_a_cheque() {
        let words = |yuan: i64| in_words(Lang::Zh, Fen(yuan * 100));
        assert_eq!(words(128_500), "壹拾贰万捌仟伍佰元整");
        assert_eq!(words(1_285_000), "壹佰贰拾捌万伍仟元整");
        assert_eq!(words(100_500), "壹拾万零伍佰元整");
        assert_eq!(words(1_000_000), "壹佰万元整");
        assert_eq!(words(1_000_100), "壹佰万零壹佰元整");
        assert_eq!(words(300_200_000), "叁亿零贰拾万元整");
        assert_eq!(words(0), "零元整");
    }

    #[test]
    fn english_as_on_a_cheque() {
        let words = |yuan: i64| in_words(Lang::En, Fen(yuan * 100));
        assert_eq!(words(128_500), "one hundred twenty-eight thousand five hundred yuan");
        assert_eq!(words(1_000_012), "one million twelve yuan");
        assert_eq!(words(40), "forty yuan");
        assert_eq!(words(0), "zero yuan");
    }

    #[test]
    fn the_largest_amount_has_words() {
        assert!(!in_words(Lang::Zh, Fen(i64::MAX)).is_empty());
        assert!(!in_words(Lang::En, Fen(i64::MAX)).is_empty());
    }
}
