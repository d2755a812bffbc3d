//! The rules of single fields. The database holds the same rules; these find them before the write, all at once.

use kernel::{FieldProblem, Problem};

/// Collects what is wrong with a form.
#[derive(Default)]
pub(crate) struct Fields(Vec<FieldProblem>);

impl Fields {
    /// The name of a company.
    pub(crate) fn company(&mut self, field: &str, text: &str) -> String {
        self.text(field, text, 2, 60)
    }

    /// Free text on one line of `min` to `max` characters, without surrounding space.
    pub(crate) fn text(&mut self, field: &str, text: &str, min: usize, max: usize) -> String {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 && min > 0 {
            self.wrong(field, "REQUIRED");
        } else if length < min {
            self.wrong(field, "TOO_SHORT");
        } else if length > max {
            self.wrong(field, "TOO_LONG");
        } else if text.chars().any(char::is_control) {
            self.wrong(field, "NOT_PLAIN_TEXT");
        }
        text.to_owned()
    }

    /// A telephone number: digits and dashes, perhaps with the country's plus.
    pub(crate) fn phone(&mut self, field: &str, text: &str) -> String {
        let phone: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let rest = phone.strip_prefix('+').unwrap_or(&phone);
        if phone.is_empty() {
            self.wrong(field, "REQUIRED");
        } else if !(7..=20).contains(&rest.len()) || !rest.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            self.wrong(field, "PHONE_FORM");
        }
        phone
    }

    /// The name to sign in with, in lower case.
    pub(crate) fn login(&mut self, field: &str, text: &str) -> String {
        let login = text.trim().to_lowercase();
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if login.is_empty() {
            self.wrong(field, "REQUIRED");
        } else if !(3..=60).contains(&login.len())
            || !login.bytes().next().is_some_and(plain)
            || !login.bytes().all(|b| plain(b) || matches!(b, b'.' | b'_' | b'@' | b'-'))
        {
            self.wrong(field, "LOGIN_FORM");
        }
        login
    }

    /// A new password, which must not be the login and not be everybody's first guess.
    pub(crate) fn password(&mut self, field: &str, password: &str, login: &str) {
        let length = password.chars().count();
        let lower = password.to_lowercase();
        if length == 0 {
            self.wrong(field, "REQUIRED");
        } else if length < PASSWORD_MIN {
            self.wrong(field, "PASSWORD_TOO_SHORT");
        } else if length > PASSWORD_MAX {
            self.wrong(field, "TOO_LONG");
        } else if GUESSED_FIRST.contains(&lower.as_str())
            || lower == login.to_lowercase()
            || lower.chars().all(|c| lower.starts_with(c))
        {
            self.wrong(field, "PASSWORD_TOO_EASY");
        }
    }

    /// Notes one more problem.
    pub(crate) fn wrong(&mut self, field: &str, code: &str) {
        self.0.push(FieldProblem::new(field, code));
    }

    /// Fine, or the refusal with all the problems.
    pub(crate) fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::fields(self.0)) }
    }
}

/// The refusal of one field.
pub(crate) fn one(field: &str, code: &str) -> Problem {
    Problem::fields(vec![FieldProblem::new(field, code)])
}

/// Eight characters with a limited number of guesses (NIST SP 800-63B).
const PASSWORD_MIN: usize = 8;
/// Longer ones only make hashing slow.
const PASSWORD_MAX: usize = 128;
/// Those that satisfy the length and head every list of leaked passwords.
const GUESSED_FIRST: [&str; 20] = [
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "password",
    "password1",
    "password123",
    "passw0rd",
    "11223344",
    "1q2w3e4r",
    "1qaz2wsx",
    "qwertyui",
    "qwerty123",
    "qwertyuiop",
    "a1234567",
    "a12345678",
    "abc12345",
    "woaini1314",
    "5201314520",
    "147258369",
];

/// `157****1299`; of a short number only the end.
pub(crate) fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().collect();
    let (head, tail) = if digits.len() >= 11 { (3, 4) } else { (0, 3) };
    let stars = "*".repeat(digits.len().saturating_sub(head + tail));
    let first: String = digits.iter().take(head).collect();
    let last: String = digits.iter().skip(digits.len().saturating_sub(tail)).collect();
    format!("{first}{stars}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(check: impl FnOnce(&mut Fields)) -> Vec<String> {
        let mut fields = Fields::default();
        check(&mut fields);
        fields.0.into_iter().map(|f| f.code).collect()
    }

    #[test]
    fn masks_all_but_the_ends() {
        assert_eq!(masked_phone("15712341299"), "157****1299");
        assert_eq!(masked_phone("5551234"), "****234");
        assert_eq!(masked_phone(""), "");
    }

    #[test]
    fn logins_are_plain_and_lower() {
        let mut fields = Fields::default();
        assert_eq!(fields.login("login", " Wang.Wei "), "wang.wei");
        assert!(fields.done().is_ok());
        assert_eq!(codes(|f| drop(f.login("login", "王伟王"))), ["LOGIN_FORM"]);
        assert_eq!(codes(|f| drop(f.login("login", "ab"))), ["LOGIN_FORM"]);
        assert_eq!(codes(|f| drop(f.login("login", ""))), ["REQUIRED"]);
    }

    #[test]
    fn refuses_passwords_that_everybody_tries() {
        assert_eq!(codes(|f| f.password("p", "Passw0rd", "wang")), ["PASSWORD_TOO_EASY"]);
        assert_eq!(codes(|f| f.password("p", "yuanxing1", "YuanXing1")), ["PASSWORD_TOO_EASY"]);
        assert_eq!(codes(|f| f.password("p", "aaaaaaaaaa", "wang")), ["PASSWORD_TOO_EASY"]);
        assert_eq!(codes(|f| f.password("p", "short", "wang")), ["PASSWORD_TOO_SHORT"]);
        assert!(codes(|f| f.password("p", "一辆好车要有好价钱", "wang")).is_empty());
    }

    #[test]
    fn text_is_one_plain_line() {
        assert_eq!(codes(|f| drop(f.text("t", "a\nb", 1, 10))), ["NOT_PLAIN_TEXT"]);
        assert_eq!(codes(|f| drop(f.company("t", "车"))), ["TOO_SHORT"]);
        assert_eq!(codes(|f| drop(f.phone("t", "call me"))), ["PHONE_FORM"]);
    }
}
