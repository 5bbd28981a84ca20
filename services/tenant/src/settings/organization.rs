//! Organizations.

/// An organization of the tenant (Auth0 Organizations).
#[derive(Clone, Debug)]
pub struct OrganizationSettings {
    /// The identifier, `org_…`: the claim `org_id`.
    pub id: String,
    /// The unique name, in lower case: the claim `org_name`.
    pub name: String,
    /// The name that pages show.
    pub display_name: String,
    /// The members, by `sub`. Users who accept an invitation become members, too.
    pub members: Vec<String>,
}

/// Whether logins need an organization (Auth0: *Login Experience*).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrganizationUsage {
    /// *Both*: a login can name one.
    #[default]
    Allowed,
    /// *Business Users*, *Prompt for Organization*: the user selects one if the login names none.
    Required,
}

impl OrganizationSettings {
    /// Returns the organizations of the sample. Alice is a member of both, Bob of one.
    pub(super) fn local() -> Vec<Self> {
        let organization = |id: &str, name: &str, display_name: &str, members: &[&str]| Self {
            id: id.to_owned(),
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            members: members.iter().map(|user| format!("auth0|{user}")).collect(),
        };
        vec![
            organization("org_Acme0000000001", "acme", "Acme", &["alice", "bob"]),
            organization("org_Globex00000001", "globex", "Globex", &["alice"]),
        ]
    }

    /// Returns whether `text` is the identifier, or the name in any case.
    pub(crate) fn is(&self, text: &str) -> bool {
        self.id == text || self.name.eq_ignore_ascii_case(text)
    }
}
