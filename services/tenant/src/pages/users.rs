//! The section of the dashboard with the users: permissions, roles and second factors.

use super::{
    dashboard_sections::codes,
    layout::{Escaped, concat_map},
    sessions::{full_name, sign_out_everywhere},
};
use crate::{state::Config, store::users::User};

/// The path of the form that requires a second factor for every login.
pub(crate) const SECOND_FACTOR_POLICY_PATH: &str = "/dashboard/second-factor";

/// The path of the forms that remove the second factor of a user.
pub(crate) const SECOND_FACTOR_REMOVAL_PATH: &str = "/dashboard/second-factor/remove";

/// A user, and what the dashboard shows of them.
pub(crate) struct UserRow {
    pub(crate) user: User,
    /// `None` if the user has all API scopes.
    pub(crate) permissions: Option<Vec<String>>,
    pub(crate) roles: Vec<String>,
    pub(crate) second_factor: SecondFactorColumn,
}

/// The second factor of a user.
pub(crate) enum SecondFactorColumn {
    None,
    /// The user has one, and its codes are not shown.
    Hidden,
    /// The next code, and the key for an authenticator app.
    Shown {
        code: String,
        key: String,
    },
}

/// Returns the switch for the second factor, and the table of users.
pub(super) fn section(config: &Config, users: &[UserRow], requires_second_factor: bool) -> String {
    format!(
        "{}{}",
        second_factor_form(requires_second_factor),
        user_table(config, users)
    )
}

fn second_factor_form(required: bool) -> String {
    let (text, value, label) = if required {
        (
            "Every login requires a second factor.",
            "false",
            "Only if the application asks for it",
        )
    } else {
        (
            "A login requires a second factor if the application asks for it with <code>acr_values</code> or <code>claims</code>.",
            "true",
            "Second factor for all users",
        )
    };
    format!(
        "<form method=\"post\" action=\"{SECOND_FACTOR_POLICY_PATH}\"><p>{text}</p>\
         <button class=\"quiet\" name=\"required\" value=\"{value}\">{label}</button></form>\n"
    )
}

/// Returns the code of the user, the key behind it, and the form that removes it.
fn second_factor_cell(row: &UserRow) -> String {
    let shown = match &row.second_factor {
        SecondFactorColumn::None => return "none".to_owned(),
        SecondFactorColumn::Hidden => "one-time passwords".to_owned(),
        SecondFactorColumn::Shown { code, key } => format!(
            "<code class=\"code\">{code}</code><details><summary>Key</summary><code>{key}</code></details>",
            code = Escaped(code),
            key = Escaped(key),
        ),
    };
    format!(
        "{shown}<form class=\"start\" method=\"post\" action=\"{SECOND_FACTOR_REMOVAL_PATH}\">\
         <input type=\"hidden\" name=\"sub\" value=\"{sub}\">\
         <button class=\"quiet\">Remove<span class=\"hidden\"> the second factor of {name}</span></button></form>",
        sub = Escaped(&row.user.sub),
        name = Escaped(&full_name(&row.user)),
    )
}

fn user_table(config: &Config, users: &[UserRow]) -> String {
    let rows = concat_map(users, |row| {
        let user = &row.user;
        format!(
            "<tr><th scope=\"row\">{name}<br><span>{email}</span><br><code>{sub}</code></th>\
             <td data-label=\"Permissions\">{permissions}</td><td data-label=\"Roles\">{roles}</td>\
             <td data-label=\"Connected services\">{connections}</td><td data-label=\"Second factor\">{second_factor}</td><td>{form}</td></tr>\n",
            name = Escaped(&full_name(user)),
            form = sign_out_everywhere(user),
            email = Escaped(&user.email),
            sub = Escaped(&user.sub),
            permissions = match &row.permissions {
                None => "all".to_owned(),
                Some(permissions) => codes(permissions),
            },
            roles = codes(&row.roles),
            connections = codes(config.connections.get(&user.sub).map_or(&[], Vec::as_slice)),
            second_factor = second_factor_cell(row),
        )
    });
    format!(
        "<table class=\"stacked\"><thead><tr><th scope=\"col\">User</th><th scope=\"col\">Permissions</th><th scope=\"col\">Roles</th><th scope=\"col\">Connected services</th><th scope=\"col\">Second factor</th>\
         <th scope=\"col\"><span class=\"hidden\">Action</span></th></tr></thead>\
         <tbody>\n{rows}</tbody></table>"
    )
}
