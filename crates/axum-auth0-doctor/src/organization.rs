//! Checks that the provider knows the organization of the site, and lets the application ask for it.

use super::{
    Check, Problem,
    context::{CheckContext, without_metadata},
    experiment::{self, ControlResult},
    outcome::Outcome,
    probe::Probe,
};
use axum_auth0::{config::Config, oauth::requested_audiences};

const ID: &str = "organization";

/// Maximum length of the name of an organization at Auth0.
const MAX_NAME: usize = 50;

pub(super) fn ids(config: &Config) -> &'static [&'static str] {
    if config.organization().is_some() {
        &[ID]
    } else {
        &[]
    }
}

pub(super) async fn check(context: &CheckContext) -> Vec<Check> {
    let config = context.config();
    let Some(organization) = config.organization() else {
        return Vec::new();
    };
    if let Some(problem) = malformed(organization) {
        let summary = "AUTH0_ORGANIZATION does not look like an organization.";
        return vec![Check::problem(ID, summary, problem)];
    }
    let Some(metadata) = context.metadata().await else {
        return without_metadata(&[ID]);
    };
    let Some(endpoint) = &metadata.authorization_endpoint else {
        let why = "Not checked: the provider's metadata names no authorization endpoint.";
        return vec![Check::skipped(ID, why)];
    };
    let probe = Probe::of_login(config, &requested_audiences(config)).silent();
    let outcome = probe.send(context, endpoint).await;
    if outcome == Outcome::Accepted {
        let control = experiment::unknown_organization(context, endpoint, &probe).await;
        return vec![known(organization, control)];
    }
    let is_the_cause = outcome.may_concern_request() && {
        let without = probe.with_organization(None);
        without.send(context, endpoint).await.is_accepted()
            && !probe.send(context, endpoint).await.is_accepted()
    };
    vec![if is_the_cause {
        refused(organization, &outcome)
    } else {
        Check::skipped(
            ID,
            format!(
                "Could not be checked: asked for a login that shows no page (prompt=none), the provider {}.",
                outcome.describe()
            ),
        )
    }]
}

fn known(organization: &str, control: ControlResult) -> Check {
    match control {
        ControlResult::Differs => Check::ok(
            ID,
            format!(
                "The provider knows the organization {organization}, and lets the application ask for it."
            ),
        ),
        ControlResult::Same => Check::skipped(
            ID,
            format!(
                "Could not be checked: the provider takes the organization {organization}, but one that does not exist just as well; \
                 whether its ID tokens name the organization shows after a login."
            ),
        ),
        ControlResult::Failed => Check::skipped(
            ID,
            format!(
                "Could not be checked: the provider takes the organization {organization}, but did not answer the control with one \
                 that does not exist."
            ),
        ),
    }
}

fn refused(organization: &str, outcome: &Outcome) -> Check {
    let by_name = if organization.starts_with("org_") {
        ""
    } else {
        " Its name is taken only with Allow Organization Names in Authentication API (Settings > Advanced); its identifier (org_…) \
         always."
    };
    Check::problem(
        ID,
        "The provider refuses a login to the organization of this site.",
        Problem::new(
            "organization_refused",
            format!(
                "Asked for a login to `{organization}`, which AUTH0_ORGANIZATION names, the provider {}. The same login without the \
                 organization goes on.",
                outcome.describe()
            ),
            format!(
                "Compare AUTH0_ORGANIZATION with Auth0 dashboard > Organizations > your organization, and let the application log in \
                 to organizations (Applications > your application > Login Experience > Business Users).{by_name}"
            ),
        ),
    )
}

/// Returns the problem of a value that is neither an identifier nor a name of Auth0.
fn malformed(organization: &str) -> Option<Problem> {
    let cause = if let Some(rest) = organization.strip_prefix("org_") {
        let is_identifier = !rest.is_empty()
            && rest
                .chars()
                .all(|character| character.is_ascii_alphanumeric());
        (!is_identifier).then_some("begins like an identifier (org_…), and contains other characters than letters and digits")
    } else if organization.to_ascii_lowercase().starts_with("org_") {
        Some("is taken for a name, because identifiers begin with org_ in lower case")
    } else if organization.len() > MAX_NAME {
        Some("is longer than the name of an organization can be, 50 characters")
    } else {
        let is_in_name =
            |character: char| character.is_ascii_alphanumeric() || "-_".contains(character);
        (!organization.chars().all(is_in_name)).then_some(
            "has characters that no name of an organization has: those have letters, digits, - and _. The display name is not the \
             name",
        )
    }?;
    Some(Problem::new(
        "organization_form",
        format!("AUTH0_ORGANIZATION is `{organization}`; it {cause}."),
        "Set AUTH0_ORGANIZATION to the Organization ID (org_…) or the Name, not the Display Name (Auth0 dashboard > Organizations > \
         your organization > Overview).",
    ))
}

#[cfg(test)]
mod tests {
    use super::malformed;

    #[test]
    fn identifiers_and_names_are_told_from_what_is_neither() {
        for organization in ["org_9ybsU1dN2dKfDkBi", "acme", "acme-eu_2", "Acme"] {
            assert_eq!(malformed(organization), None, "{organization}");
        }
        let long = "a".repeat(51);
        for organization in [
            "org_",
            "org_9ybs U1d",
            "org_a-b",
            "ORG_9ybsU1dN2dKfDkBi",
            "Acme.Inc",
            &long,
        ] {
            assert!(malformed(organization).is_some(), "{organization}");
        }
    }
}
