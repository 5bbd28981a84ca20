//! A parsed HTML page: text, elements, forms.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};

/// A parsed page.
#[derive(Debug)]
pub(crate) struct Document {
    nodes: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Start(Tag),
    End(String),
    Text(String),
}

/// A start tag.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Tag {
    /// Returns an attribute; empty if it is missing.
    pub(crate) fn get(&self, attribute: &str) -> &str {
        self.attributes.get(attribute).map_or("", String::as_str)
    }

    pub(crate) fn has(&self, attribute: &str) -> bool {
        self.attributes.contains_key(attribute)
    }
}

/// A form. The `formaction` of its button replaces its action.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) method: String,
    /// Names and values, those of hidden fields included.
    pub(crate) fields: BTreeMap<String, String>,
}

/// Void elements (HTML §13.1.2).
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];

impl Document {
    pub(crate) fn parse(html: &str) -> Self {
        let mut emitter = DefaultEmitter::default();
        // The content of scripts and styles is not markup.
        emitter.naively_switch_states(true);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut nodes = Vec::new();
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            match token {
                Token::StartTag(tag) => nodes.push(Node::Start(Tag {
                    name: text(&tag.name),
                    attributes: tag
                        .attributes
                        .iter()
                        .map(|(name, value)| (text(name), text(value)))
                        .collect(),
                })),
                Token::EndTag(tag) => nodes.push(Node::End(text(&tag.name))),
                Token::String(string) => nodes.push(Node::Text(text(&string))),
                _ => {}
            }
        }
        Self { nodes }
    }

    /// Returns the visible text, with single spaces.
    pub(crate) fn text(&self) -> String {
        self.text_of(0, self.nodes.len())
    }

    /// Returns all elements with this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&Tag> {
        self.tags()
            .map(|(_, tag)| tag)
            .filter(|tag| tag.name == name)
            .collect()
    }

    /// Returns the element with this id.
    #[track_caller]
    pub(crate) fn by_id(&self, id: &str) -> &Tag {
        let found = self.tags().find(|(_, tag)| tag.get("id") == id);
        found
            .unwrap_or_else(|| panic!("there is no #{id} in: {}", self.text()))
            .1
    }

    /// Returns the texts of all elements whose `attribute` is `value`.
    pub(crate) fn texts_where(&self, attribute: &str, value: &str) -> Vec<String> {
        self.tags()
            .filter(|(_, tag)| tag.get(attribute) == value)
            .map(|(at, tag)| self.text_of(at, self.end_of(at, tag)))
            .collect()
    }

    /// Returns the text of the page's heading.
    pub(crate) fn heading(&self) -> String {
        self.tags()
            .find(|(_, tag)| tag.name == "h1")
            .map_or_else(String::new, |(at, tag)| {
                self.text_of(at, self.end_of(at, tag))
            })
    }

    /// Returns the form with this action.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> Form {
        self.form_with(action, "", "")
    }

    /// Returns the form with this action and with `value` in its field `name`.
    #[track_caller]
    pub(crate) fn form_with(&self, action: &str, name: &str, value: &str) -> Form {
        let fits = |form: &Form| {
            form.action == action
                && (name.is_empty() || form.fields.get(name).is_some_and(|has| has == value))
        };
        self.forms().into_iter().find(fits).unwrap_or_else(|| {
            panic!(
                "there is no form to {action} with {name}={value} in: {}",
                self.text()
            )
        })
    }

    fn forms(&self) -> Vec<Form> {
        self.tags()
            .filter(|(_, tag)| tag.name == "form")
            .map(|(at, form)| {
                let inside = self.nodes[at..self.end_of(at, form)].iter();
                let button = inside.clone().find_map(|node| match node {
                    Node::Start(tag) if tag.has("formaction") => Some(tag.get("formaction")),
                    _ => None,
                });
                let fields = inside.filter_map(|node| match node {
                    Node::Start(tag) if tag.name == "input" && !tag.get("name").is_empty() => {
                        Some((tag.get("name").to_owned(), tag.get("value").to_owned()))
                    }
                    _ => None,
                });
                Form {
                    action: button.unwrap_or(form.get("action")).to_owned(),
                    method: form.get("method").to_ascii_lowercase(),
                    fields: fields.collect(),
                }
            })
            .collect()
    }

    /// Returns the addresses of all links, files and forms.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let attributes =
            |(_, tag): (usize, &Tag)| ["href", "src"].map(|name| tag.get(name).to_owned());
        let links = self.tags().flat_map(attributes);
        let forms = self.forms().into_iter().map(|form| form.action);
        links
            .chain(forms)
            .filter(|address| !address.is_empty())
            .collect()
    }

    fn tags(&self) -> impl Iterator<Item = (usize, &Tag)> {
        self.nodes
            .iter()
            .enumerate()
            .filter_map(|(at, node)| match node {
                Node::Start(tag) => Some((at, tag)),
                _ => None,
            })
    }

    /// Returns the index of the end of the element that begins at `at`.
    fn end_of(&self, at: usize, tag: &Tag) -> usize {
        if VOID.contains(&tag.name.as_str()) {
            return at + 1;
        }
        let mut depth = 0;
        for (end, node) in self.nodes.iter().enumerate().skip(at) {
            match node {
                Node::Start(other) if other.name == tag.name => depth += 1,
                Node::End(name) if *name == tag.name => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return end;
            }
        }
        self.nodes.len()
    }

    fn text_of(&self, from: usize, to: usize) -> String {
        let mut text = String::new();
        let mut hidden_tag: Option<&str> = None;
        for node in &self.nodes[from..to] {
            match (node, hidden_tag) {
                (Node::Start(tag), None)
                    if ["script", "style", "template", "title"].contains(&tag.name.as_str()) =>
                {
                    hidden_tag = Some(&tag.name);
                }
                (Node::End(name), Some(hidden)) if name == hidden => hidden_tag = None,
                (Node::Text(words), None) => text.push_str(words),
                // Separates the words of two blocks.
                (Node::Start(tag), None)
                    if !["b", "code", "strong", "span", "a"].contains(&tag.name.as_str()) =>
                {
                    text.push(' ');
                }
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn text_and_forms_are_parsed_like_in_a_browser() {
    let page = Document::parse(
        "<!DOCTYPE html><title>T</title><h1>Tea &amp; <!-- no --><b>pots</b></h1><script nonce=n>if (a<b) {}</script>\
         <form method=POST action=/a><input type=hidden name=id value='7&quot;'><p id=p>Fine<br>print</p></form>",
    );
    assert_eq!(page.text(), "Tea & pots Fine print");
    assert_eq!(page.heading(), "Tea & pots");
    assert_eq!(page.texts_where("id", "p"), ["Fine print"]);
    let form = page.form_with("/a", "id", "7\"");
    assert_eq!((form.method.as_str(), form.fields.len()), ("post", 1));
    assert_eq!(page.all("script")[0].get("nonce"), "n");
}
