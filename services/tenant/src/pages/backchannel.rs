//! The section of the dashboard with the logins that wait for the approval of their user.

use super::layout::{Escaped, concat_map};
use crate::store::backchannel_requests::BackchannelRequest;

/// The path of the forms. The field `request` is the login, `decision` is `accept` or `deny`.
pub(crate) const DECIDE_PATH: &str = "/dashboard/backchannel";

/// Returns the waiting logins, each with two buttons.
pub(super) fn waiting_logins(requests: &[BackchannelRequest]) -> String {
    if requests.is_empty() {
        return "<p>No login waits for an approval.</p>".to_owned();
    }
    let rows = concat_map(requests, |request| {
        format!(
            "<tr><th scope=\"row\">{message}</th><td><code>{sub}</code></td><td><code>{client}</code></td><td>{scope}</td>\
             <td><form method=\"post\" action=\"{DECIDE_PATH}\"><input type=\"hidden\" name=\"request\" value=\"{id}\">\
             <button name=\"decision\" value=\"accept\">Accept<span class=\"hidden\"> {message}</span></button> \
             <button class=\"quiet\" name=\"decision\" value=\"deny\">Deny<span class=\"hidden\"> {message}</span></button>\
             </form></td></tr>\n",
            message = Escaped(&request.binding_message),
            sub = Escaped(&request.sub),
            client = Escaped(&request.client_id),
            scope = Escaped(&request.scope),
            id = Escaped(&request.id_hash),
        )
    });
    format!(
        "<table class=\"stacked\"><thead><tr><th scope=\"col\">Binding message</th><th scope=\"col\">User</th>\
         <th scope=\"col\">Application</th><th scope=\"col\">Scopes</th>\
         <th scope=\"col\"><span class=\"hidden\">Decision</span></th></tr></thead>\
         <tbody>\n{rows}</tbody></table>"
    )
}
