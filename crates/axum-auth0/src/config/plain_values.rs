//! Values without quotes in `.env` files, as Next.js reads them.

use std::fmt::Write as _;

/// Puts quotes around the values that only Next.js reads without them: those with spaces, such as `SITE_NAME=My shop`, and
/// with backslashes. A comment begins with `#` after a space.
pub(super) fn quote_plain_values(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut open = None;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        if let Some(quote) = open {
            quoted.push_str(line);
            if ends_quote(content, quote) {
                open = None;
            }
        } else if let Some((name, value)) = plain_value(content) {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(quoted, "{name}=\"{value}\"");
        } else {
            quoted.push_str(line);
            open = opened_quote(content);
        }
    }
    quoted
}

/// Returns the name and the value of a line whose value has no quotes and needs them.
fn plain_value(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once('=')?;
    let is_comment = name.trim_start().starts_with('#');
    let value = value.split(" #").next().unwrap_or_default().trim();
    let is_plain = !value.starts_with(['"', '\'', '#']) && !value.contains("${");
    let needs_quotes = value.contains([' ', '\t', '\\']);
    (!is_comment && is_plain && needs_quotes).then(|| (name.trim_end(), value))
}

/// Returns the quote of a value that continues on the next line, such as a key in PEM.
fn opened_quote(line: &str) -> Option<char> {
    let (name, value) = line.split_once('=')?;
    let value = value.trim_start();
    let quote = value
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let is_comment = name.trim_start().starts_with('#');
    (!is_comment && !ends_quote(&value[1..], quote)).then_some(quote)
}

/// Returns whether a line has the closing quote.
fn ends_quote(line: &str, quote: char) -> bool {
    let mut is_escaped = false;
    line.chars().any(|character| {
        let ends = character == quote && !is_escaped;
        is_escaped = quote == '"' && character == '\\' && !is_escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_need_quotes_get_them() {
        for (line, expected) in [
            ("A=b", "A=b"),
            ("A=b c", "A=\"b c\"\n"),
            ("A = b c # comment", "A=\"b c\"\n"),
            ("export A=say \"hi\"", "export A=\"say \\\"hi\\\"\"\n"),
            ("A=b\\n", "A=\"b\\\\n\"\n"),
            ("A=\"b c\"", "A=\"b c\""),
            ("A='b c' # d", "A='b c' # d"),
            ("# A=b c", "# A=b c"),
            ("A= # b c", "A= # b c"),
            ("A=b # c d", "A=b # c d"),
            ("A=${B} c", "A=${B} c"),
            ("A b", "A b"),
            ("", ""),
        ] {
            assert_eq!(quote_plain_values(line), expected, "{line}");
        }
    }

    #[test]
    fn a_quoted_value_of_several_lines_stays_as_it_is() {
        for text in [
            "KEY=\"-----BEGIN PRIVATE KEY-----\nA B=C D\n-----END PRIVATE KEY-----\"\nA=b\n",
            "KEY='one\ntwo = 2 3'\n",
            "KEY=\"a \\\" b\nc d=e f\"\n",
        ] {
            assert_eq!(quote_plain_values(text), text);
        }
        let after = quote_plain_values("KEY=\"a\nb\"\nA=b c\n");
        assert_eq!(after, "KEY=\"a\nb\"\nA=\"b c\"\n");
    }
}
