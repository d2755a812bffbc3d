//! A form that could not be accepted: what was typed, and what is wrong with it.

use kernel::Problem;

/// What a failed post leaves for the page that is shown again. Empty on a first look.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    /// What was typed, by field name, in the order of the form.
    pub values: Vec<(String, String)>,
    /// Why it was refused.
    pub problem: Option<Problem>,
}

/// Fields whose values never go back to the browser.
const SECRETS: [&str; 3] = ["password", "new_password", "repeat_password"];

impl FormState {
    /// A form that was refused.
    pub fn refused(values: Vec<(String, String)>, problem: Problem) -> FormState {
        let mut values = values;
        values.retain(|(name, _)| !SECRETS.contains(&name.as_str()) && name != "key");
        FormState { values, problem: Some(problem) }
    }

    /// A form that somebody goes on with: nothing is wrong with it.
    pub fn typed(values: Vec<(String, String)>) -> FormState {
        FormState { problem: None, ..FormState::refused(values, Problem::not_found()) }
    }

    /// Whether this is a form shown again.
    pub fn is_refused(&self) -> bool {
        self.problem.is_some()
    }

    /// What was typed into a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// What was typed into a field, or on a first look what the record holds.
    pub fn value_or(&self, name: &str, stored: impl Into<String>) -> String {
        match self.value(name) {
            Some(typed) => typed.to_owned(),
            // an unchecked box sends nothing: after a refusal absence means "empty"
            None if self.is_refused() => String::new(),
            None => stored.into(),
        }
    }

    /// All values of a field that may be given more than once.
    pub fn values_of(&self, name: &str) -> Vec<&str> {
        self.values.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect()
    }

    /// The code of what is wrong with a field; its text is `error.<code>`.
    pub fn error(&self, name: &str) -> Option<&str> {
        let fields = &self.problem.as_ref()?.fields;
        fields.iter().find(|field| field.field == name).map(|field| field.code.as_str())
    }

    /// Whether it says which fields are at fault.
    pub fn has_wrong_fields(&self) -> bool {
        self.problem.as_ref().is_some_and(|problem| !problem.fields.is_empty())
    }

    /// This state for one of several forms of a page, told apart by a hidden field `form`; the others are as on a
    /// first look.
    pub fn of(&self, form: &str) -> FormState {
        if self.value("form") == Some(form) { self.clone() } else { FormState::default() }
    }

    /// This state for the fields of a page's only form; nothing where it is of one of several.
    pub fn unnamed(&self) -> FormState {
        if self.value("form").is_none() { self.clone() } else { FormState::default() }
    }
}

#[cfg(test)]
mod tests {
    use kernel::FieldProblem;

    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn keeps_what_was_typed_but_no_password_and_no_key() {
        let problem = Problem::fields(vec![FieldProblem::new("vin", "VIN_CHECK_DIGIT")]);
        let form = FormState::refused(typed(&[("vin", "LVS"), ("password", "x"), ("key", "k")]), problem);
        assert_eq!(form.value("vin"), Some("LVS"));
        assert_eq!(form.error("vin"), Some("VIN_CHECK_DIGIT"));
        assert_eq!((form.value("password"), form.value("key")), (None, None));
        assert_eq!(form.value_or("city", "上海"), "");
        assert_eq!(FormState::default().value_or("city", "上海"), "上海");
    }

    #[test]
    fn belongs_to_one_form_of_the_page() {
        let form = FormState::refused(typed(&[("form", "pay"), ("amount", "1")]), Problem::not_found());
        assert!(form.of("pay").is_refused());
        assert!(!form.of("cancel").is_refused());
        assert!(!form.unnamed().is_refused(), "a field outside has not been sent");
        let only = FormState::refused(typed(&[("amount", "1")]), Problem::not_found());
        assert_eq!(only.unnamed().value("amount"), Some("1"));
    }
}
