//! Checks the characters of variables. A value copied with its quotes, from a word processor or from a file with a byte
//! order mark looks right but is wrong, and the provider rejects it without an explanation. Every variable is therefore
//! checked before it is read, by one rule per kind of value. No message repeats a value, because it may be a secret.

use url::Url;

use super::{
    ApiRegistration, Variables,
    api::characters_of,
    problems::Problems,
    variable::{self, Characters},
};

/// Rejects every variable of this configuration that contains a character it cannot contain on purpose.
pub(super) fn check(variables: &Variables, apis: &[ApiRegistration], problems: &mut Problems<'_>) {
    for (name, value) in variables.pairs() {
        let Some(characters) = characters_of(name, apis) else {
            continue;
        };
        if let Some(problem) = problem(characters, value) {
            problems.reject(name, problem, example(name, value));
        }
    }
}

/// Returns a line that would be accepted. A domain name in another script is shown in its ASCII form, which also
/// reveals look-alike letters.
fn example(name: &str, value: &str) -> String {
    let of_script = |c: char| !c.is_ascii() && c.is_alphanumeric();
    let is_name =
        value.chars().any(of_script) && value.chars().all(|c| c.is_ascii_graphic() || of_script(c));
    let ascii = match name {
        "AUTH0_DOMAIN" if is_name && !value.contains("://") => {
            Url::parse(&format!("https://{value}"))
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
        }
        _ if is_name && (name.ends_with("_URL") || name == "AUTH0_DOMAIN") => {
            Url::parse(value).ok().map(String::from)
        }
        _ => None,
    };
    let example = ascii
        .as_deref()
        .unwrap_or_else(|| match variable::find(name) {
            Some(variable) => variable.example,
            None if name.ends_with("_AUDIENCE") || name.ends_with("_URL") => {
                "https://api.example.com"
            }
            None => "…",
        });
    format!("{name}={example}")
}

/// Returns the problem with the characters of `value`, if any. An empty or blank value counts as unset.
fn problem(characters: Characters, value: &str) -> Option<String> {
    if value.trim_matches(' ').is_empty() {
        return None;
    }
    let foreign = |character: char| match character {
        ' ' => false,
        '\r' | '\n' => characters != Characters::Pem,
        _ if characters == Characters::Path => {
            is_invisible(character) || is_quotation_mark(character)
        }
        _ => !character.is_ascii_graphic(),
    };
    let mut positions = value.chars().enumerate();
    if let Some((position, character)) = positions.find(|&(_, character)| foreign(character)) {
        return Some(format!(
            "contains {} {}; {}",
            describe(character),
            place(characters, value, position),
            advice(character)
        ));
    }
    if value.starts_with(' ') || value.ends_with(' ') {
        return Some("begins or ends with a space; remove it".to_owned());
    }
    let items: Vec<&str> = match characters {
        Characters::Words => value.split(' ').collect(),
        Characters::Secrets => value
            .split(',')
            .map(|secret| secret.trim_matches(' '))
            .collect(),
        Characters::Word | Characters::Secret | Characters::Path | Characters::Pem => vec![value],
    };
    if items
        .iter()
        .any(|item| item.starts_with(QUOTES) || item.ends_with(QUOTES))
    {
        return Some(
            "begins or ends with a quotation mark, which counts as a part of the value; remove it"
                .to_owned(),
        );
    }
    match characters {
        Characters::Word if value.contains(' ') => {
            Some("contains a space; it must be one word".to_owned())
        }
        Characters::Word | Characters::Words if value.contains('"') => {
            Some("contains a quotation mark; remove it".to_owned())
        }
        _ => None,
    }
}

/// The quotation marks of shells and `.env` files.
const QUOTES: [char; 3] = ['"', '\'', '`'];

/// Describes the position of the character. The exact position inside a secret is omitted, because it would reveal the
/// length of the secret.
fn place(characters: Characters, value: &str, position: usize) -> String {
    match position {
        0 => "at its beginning".to_owned(),
        _ if position + 1 == value.chars().count() => "at its end".to_owned(),
        _ if matches!(
            characters,
            Characters::Secret | Characters::Secrets | Characters::Pem
        ) =>
        {
            "inside".to_owned()
        }
        _ => format!("as character {}", position + 1),
    }
}

/// Returns whether a character is invisible: controls, every kind of space except U+0020, and characters that only
/// change how their neighbors are displayed (the Unicode general categories Cc, Cf, Zs, Zl and Zp, and the tag
/// characters).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || (character.is_whitespace() && character != ' ')
        || matches!(
            character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{ffa0}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Returns whether a character is a quotation mark of the kind that word processors insert.
fn is_quotation_mark(character: char) -> bool {
    matches!(
        character,
        '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{2039}' | '\u{203a}' | '\u{300c}'..='\u{300f}'
            | '\u{301d}'..='\u{301f}' | '\u{ff02}' | '\u{ff07}'
    )
}

fn describe(character: char) -> String {
    let code = format!("U+{:04X}", u32::from(character));
    match character {
        '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => format!("a line break ({code})"),
        '\t' => format!("a tab ({code})"),
        '\u{feff}' => format!("a byte order mark ({code})"),
        '\u{fffd}' => format!("bytes that are not UTF-8 (shown as {code})"),
        _ if is_quotation_mark(character) => format!("a typographic quotation mark ({code})"),
        _ if character.is_whitespace() => format!("an unusual space ({code})"),
        _ if is_invisible(character) => format!("an invisible character ({code})"),
        _ => format!("a character that is not ASCII ({code})"),
    }
}

fn advice(character: char) -> &'static str {
    match character {
        '\r' | '\n' => "keep it on one line, and save the file with Unix line ends",
        '\u{feff}' | '\u{fffd}' => "save the file as UTF-8 without a byte order mark",
        _ if is_invisible(character) || is_quotation_mark(character) => "remove it",
        _ => "write a domain name in its ASCII form (xn--…), and percent-encode the rest of a URL",
    }
}

/// Returns `name` without invisible characters, if the result is one of `known`.
pub(super) fn intended_name(name: &str, known: impl Fn(&str) -> bool) -> Option<String> {
    let plain: String = name.chars().filter(char::is_ascii_graphic).collect();
    (plain != name && known(&plain)).then_some(plain)
}
