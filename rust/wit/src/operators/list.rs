//! The operators as JSON, for pages and tests.
use std::fmt::Write as _;

use anyhow::Result;

use super::{Content, Operators};

pub fn emit(operators: &Operators<'_>) -> Result<Vec<(String, String)>> {
    let mut out = String::from("[\n");
    for (index, operator) in operators.operators.iter().enumerate() {
        let content = match operator.content {
            Content::Nothing => "",
            Content::Outcome => "outcome",
            Content::Shape => "shape",
        };
        let parameters: Vec<String> = operator
            .parameters
            .iter()
            .map(|parameter| {
                let default = parameter.default.as_deref().map(|value| format!(" = {value}")).unwrap_or_default();
                quoted(&format!("{}{default}", parameter.name))
            })
            .collect();
        write!(
            out,
            "  {{\"name\": {}, \"parameters\": [{}], \"content\": \"{content}\", \"docs\": {}}}",
            quoted(operator.name()),
            parameters.join(", "),
            quoted(&operator.docs.replace('\n', " "))
        )?;
        out.push_str(if index + 1 < operators.operators.len() { ",\n" } else { "\n" });
    }
    out.push_str("]\n");
    Ok(vec![("operators.json".to_owned(), out)])
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            letter if letter < ' ' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out + "\""
}
