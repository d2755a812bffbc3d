//! Whether two spellings name the same company: a seller is known to the auction by what was written on his car.

/// What a company's name ends with besides its own name; the longer first.
const FORMS: [&str; 10] = [
    "股份有限公司",
    "有限责任公司",
    "股份公司",
    "有限公司",
    "公司",
    "companylimited",
    "companyltd",
    "coltd",
    "limited",
    "ltd",
];

/// The name without what writers leave out or write in another way: width, case, spaces, marks, the form of the company. Empty
/// where nothing else is in it.
pub(crate) fn folded(name: &str) -> String {
    let mut folded: String = name
        .chars()
        .map(half_width)
        .filter(|sign| sign.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    if let Some(bare) = FORMS.iter().find_map(|form| folded.strip_suffix(form)) {
        folded.truncate(bare.len());
    }
    folded
}

/// Ａ is A, １ is 1, （ is (.
fn half_width(sign: char) -> char {
    match u32::from(sign) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(sign),
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_company_are_one() {
        for name in [
            "远行二手车",
            " 远行 二手车 ",
            "远行二手车有限公司",
            "远行二手车有限责任公司",
            "远行二手车　股份有限公司",
            "远行·二手车（公司）",
        ] {
            assert_eq!(folded(name), "远行二手车", "{name}");
        }
        for name in
            ["Ｙｕａｎｘｉｎｇ Cars Co., Ltd.", "YUANXING CARS", "yuanxing cars limited", "Yuanxing Cars Ltd"]
        {
            assert_eq!(folded(name), "yuanxingcars", "{name}");
        }
        assert_eq!(folded("远行（杭州）二手车"), folded("远行(杭州)二手车有限公司"));
    }

    #[test]
    fn other_companies_stay_others() {
        for (one, other) in
            [("远行二手车", "远行二手车杭州"), ("远行一号", "远行二号"), ("恒信车业", "恒信汽车")]
        {
            assert_ne!(folded(one), folded(other));
        }
        assert_eq!(folded("有限公司"), "");
        assert_eq!(folded("·"), "");
    }
}
