//! JSON as the browser reads it: what the live channel sends and what a page gives its islands. `serde_json` with its
//! fractions and its messages was a tenth of the file that a phone loads before it can bid.

use serde_json::Value;

/// Nothing that is sent is nested as deeply.
const DEPTH_MAX: u32 = 32;

/// A JSON value. A number that is not whole, or too large, reads as null: money and times are whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// Nothing.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// Members in their order; of two with the same name the first counts.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a text; `None` when it is no JSON.
    pub fn read(text: &str) -> Option<Json> {
        let mut reader = Reader { rest: text.as_bytes() };
        let value = reader.value(DEPTH_MAX)?;
        reader.space();
        reader.rest.is_empty().then_some(value)
    }
}

/// What a value is asked for, whoever read it.
pub trait Node: Sized {
    /// The member of that name.
    fn get(&self, name: &str) -> Option<&Self>;
    /// Whether it is an object.
    fn is_object(&self) -> bool;
    /// Whether it is null.
    fn is_null(&self) -> bool;
    /// A whole number.
    fn number(&self) -> Option<i64>;
    /// Yes or no.
    fn bool(&self) -> Option<bool>;
    /// Text.
    fn text(&self) -> Option<&str>;
    /// A list.
    fn list(&self) -> Option<&[Self]>;
    /// The value as others keep it.
    fn to_value(&self) -> Value;
}

impl Node for Json {
    fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.iter().find(|(n, _)| n == name).map(|(_, value)| value),
            _ => None,
        }
    }

    fn is_object(&self) -> bool {
        matches!(self, Json::Object(_))
    }

    fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    fn number(&self) -> Option<i64> {
        match self {
            Json::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn bool(&self) -> Option<bool> {
        match self {
            Json::Bool(it) => Some(*it),
            _ => None,
        }
    }

    fn text(&self) -> Option<&str> {
        match self {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    fn list(&self) -> Option<&[Json]> {
        match self {
            Json::List(list) => Some(list),
            _ => None,
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Json::Null => Value::Null,
            Json::Bool(it) => Value::Bool(*it),
            Json::Number(number) => Value::Number((*number).into()),
            Json::Text(text) => Value::String(text.clone()),
            Json::List(list) => Value::Array(list.iter().map(Json::to_value).collect()),
            Json::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), value.to_value())).collect())
            }
        }
    }
}

impl Node for Value {
    fn get(&self, name: &str) -> Option<&Value> {
        Value::get(self, name)
    }

    fn is_object(&self) -> bool {
        Value::is_object(self)
    }

    fn is_null(&self) -> bool {
        Value::is_null(self)
    }

    fn number(&self) -> Option<i64> {
        self.as_i64()
    }

    fn bool(&self) -> Option<bool> {
        self.as_bool()
    }

    fn text(&self) -> Option<&str> {
        self.as_str()
    }

    fn list(&self) -> Option<&[Value]> {
        self.as_array().map(Vec::as_slice)
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn value(&mut self, depth: u32) -> Option<Json> {
        let depth = depth.checked_sub(1)?;
        self.space();
        match self.rest.first()? {
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            b'"' => self.string().map(Json::Text),
            b't' => self.word(b"true", Json::Bool(true)),
            b'f' => self.word(b"false", Json::Bool(false)),
            b'n' => self.word(b"null", Json::Null),
            b'0'..=b'9' | b'-' => self.number(),
            _ => None,
        }
    }

    fn space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Whether this byte comes next; then it is passed.
    fn takes(&mut self, byte: u8) -> bool {
        self.space();
        let is_next = self.rest.first() == Some(&byte);
        if is_next {
            self.byte();
        }
        is_next
    }

    fn word(&mut self, word: &[u8], value: Json) -> Option<Json> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(value)
    }

    fn object(&mut self, depth: u32) -> Option<Json> {
        self.byte();
        let mut members = Vec::new();
        if self.takes(b'}') {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let name = self.string()?;
            if !self.takes(b':') {
                return None;
            }
            members.push((name, self.value(depth)?));
            if self.takes(b'}') {
                return Some(Json::Object(members));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn list(&mut self, depth: u32) -> Option<Json> {
        self.byte();
        let mut list = Vec::new();
        if self.takes(b']') {
            return Some(Json::List(list));
        }
        loop {
            list.push(self.value(depth)?);
            if self.takes(b']') {
                return Some(Json::List(list));
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn number(&mut self) -> Option<Json> {
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
        let end = self.rest.iter().position(|byte| !is_part(byte)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        let whole = std::str::from_utf8(token).ok()?.parse();
        Some(whole.map_or(Json::Null, Json::Number))
    }

    fn string(&mut self) -> Option<String> {
        if self.byte()? != b'"' {
            return None;
        }
        let mut text = Vec::new();
        loop {
            match self.byte()? {
                b'"' => return String::from_utf8(text).ok(),
                b'\\' => self.escape(&mut text)?,
                byte => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Option<()> {
        let byte = match self.byte()? {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'b' => 8,
            b'f' => 12,
            b'u' => {
                let character = self.character()?;
                text.extend(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            byte @ (b'"' | b'\\' | b'/') => byte,
            _ => return None,
        };
        text.push(byte);
        Some(())
    }

    /// `\u4e07`; what lies beyond the first 65 536 comes as two.
    fn character(&mut self) -> Option<char> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        self.rest = self.rest.strip_prefix(b"\\u")?;
        let low = self.hex()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)
    }

    fn hex(&mut self) -> Option<u32> {
        let mut number = 0;
        for _ in 0..4 {
            number = number * 16 + char::from(self.byte()?).to_digit(16)?;
        }
        Some(number)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..8)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn reads_what_is_written(value in any_value()) {
            for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
                prop_assert_eq!(Json::read(&text).map(|json| json.to_value()), Some(value.clone()));
            }
        }

        #[test]
        fn takes_no_more_than_json(text in "[\\[\\]{}:,\"\\\\ntrue0-9. a]{0,24}") {
            if Json::read(&text).is_some() {
                // numbers are read loosely: whoever writes them is a program of ours
                let is_json = serde_json::from_str::<Value>(&text).is_ok();
                prop_assert!(is_json || text.contains(|c: char| c.is_ascii_digit() || c == '.'), "{}", text);
            }
        }
    }

    #[test]
    fn escapes_fractions_and_broken_texts() {
        let read = |text: &str| Json::read(text).map(|json| json.to_value());
        assert_eq!(read(r#""\u4e07 \ud83d\ude97 \"\\\/\n""#), Some(json!("万 🚗 \"\\/\n")));
        assert_eq!(read("[1.5, 1e3, 99999999999999999999]"), Some(json!([null, null, null])));
        for broken in ["", "[1,]", "{\"a\" 1}", "\"a", "\"\\ud83d\"", "\"\\x\"", "nul", "1 2", "{\"a\":1,}"] {
            assert_eq!(read(broken), None, "{broken}");
        }
        assert_eq!(Json::read(&"[".repeat(100)), None, "not nested without end");
    }
}
