//! Extracts text from the provider's pages, to quote it in the report.

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// Returns the visible text of an HTML, JSON or plain text response on one line.
pub(super) fn visible_text(body: &str) -> String {
    if !body.trim_start().starts_with('<') {
        return one_line(body);
    }
    let mut emitter = DefaultEmitter::default();
    // Required to parse the content of scripts as raw text.
    emitter.naively_switch_states(true);
    let mut text = String::new();
    let mut hidden = 0_usize;
    for token in Tokenizer::new_with_emitter(body, emitter).flatten() {
        match token {
            Token::StartTag(tag) if is_hidden(&tag.name) && !tag.self_closing => hidden += 1,
            Token::EndTag(tag) if is_hidden(&tag.name) => hidden = hidden.saturating_sub(1),
            Token::String(string) if hidden == 0 => {
                text.push_str(&String::from_utf8_lossy(&string.value));
            }
            // Separates the text of adjacent elements.
            Token::StartTag(_) | Token::EndTag(_) => text.push(' '),
            _ => {}
        }
    }
    one_line(&text)
}

/// Returns `text` as a quotation with a leading space, or an empty string if there is nothing to quote.
pub(super) fn quoted(text: &str) -> String {
    let text = printable(&one_line(text));
    if text.trim_matches(['.', ' ']).is_empty() {
        return String::new();
    }
    if text.chars().count() <= MAX_QUOTED {
        return format!(" (“{}”)", text.trim_end_matches('.'));
    }
    let beginning: String = text.chars().take(MAX_QUOTED).collect();
    let whole_words = beginning
        .rsplit_once(' ')
        .map_or(&*beginning, |(words, _)| words);
    format!(" (“{whole_words} …”)")
}

/// Maximum number of quoted characters.
const MAX_QUOTED: usize = 160;

fn is_hidden(element: &[u8]) -> bool {
    matches!(
        element,
        b"title" | b"script" | b"style" | b"svg" | b"template" | b"noscript"
    )
}

/// Returns at most 200 characters of an external text, without control characters.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a provider's page is about the callback URL.
pub(super) fn concerns_callback(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    ["redirect_uri", "redirect uri", "redirect url", "callback"]
        .iter()
        .any(|phrase| page.contains(phrase))
}

/// Returns whether a provider's page is about the client ID and not about the callback URL, which a provider checks
/// second.
pub(super) fn concerns_client(page: &str) -> bool {
    let page = page.to_ascii_lowercase();
    [
        "unknown client",
        "invalid_client",
        "client not found",
        "invalid client",
        "client_id is invalid",
    ]
    .iter()
    .any(|phrase| page.contains(phrase))
        && !concerns_callback(&page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_shows_is_its_text() {
        for (body, text) in [
            (
                "<h1>Oops</h1><p>No such\n client.</p>",
                "Oops No such client.",
            ),
            (
                "<script>var a = '<p>x</p>';</script><style>p{}</style>ok",
                "ok",
            ),
            (
                "{\"error\": \"invalid_client\"}",
                "{\"error\": \"invalid_client\"}",
            ),
            ("plain\n text", "plain text"),
            ("", ""),
            ("<p>a &lt; b</p>", "a < b"),
        ] {
            assert_eq!(visible_text(body), text, "{body}");
        }
    }

    #[test]
    fn nothing_is_not_quoted() {
        assert_eq!(quoted(" . "), "");
        assert_eq!(quoted("No."), " (“No”)");
        let long = quoted(&"words and ".repeat(50));
        assert!(
            long.ends_with("words and …”)") || long.ends_with("words …”)"),
            "{long}"
        );
        assert!(long.chars().count() < 180);
    }
}
