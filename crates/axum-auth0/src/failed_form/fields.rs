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

/// Removes the field with the longest value. `None` if there is no field.
pub(super) fn remove_longest(fields: &mut Vec<(String, String)>) -> Option<()> {
    let (index, _) = fields
        .iter()
        .enumerate()
        .max_by_key(|(_, (name, value))| name.len() + value.len())?;
    fields.remove(index);
    Some(())
}
