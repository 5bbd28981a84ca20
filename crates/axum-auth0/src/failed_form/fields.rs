//! The fields of a posted form.

use url::form_urlencoded;

use crate::page_user::PAGE_USER_FIELD;

/// Returns the fields of a URL-encoded form, without the engine's own.
pub(super) fn parse(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body)
        .filter(|(name, _)| name != PAGE_USER_FIELD)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Halves the longest value. `None` if all values are empty.
pub(super) fn shorten_longest(fields: &mut [(String, String)]) -> Option<()> {
    let (_, value) = fields.iter_mut().max_by_key(|(_, value)| value.len())?;
    let half = value.floor_char_boundary(value.len() / 2);
    (!value.is_empty()).then(|| value.truncate(half))
}
