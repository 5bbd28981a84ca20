//! The section of the dashboard with pushed authorization requests, signatures and mutual TLS.

use super::layout::{Escaped, concat_map};
use crate::{mutual_tls::MutualTls, settings::SigningAlgorithm};

/// The path of the form that requires pushed authorization requests.
pub(crate) const PUSHED_REQUESTS_POLICY_PATH: &str = "/dashboard/pushed-requests";

/// What the section shows.
pub(crate) struct Security<'a> {
    pub(crate) requires_pushed_requests: bool,
    pub(crate) signing_algorithm: SigningAlgorithm,
    pub(crate) mutual_tls: Option<&'a MutualTls>,
}

pub(super) fn section(security: &Security<'_>) -> String {
    format!(
        "{}<p>The tenant signs tokens with {}.{}</p>\n<h3>Mutual TLS</h3>\n{}",
        pushed_requests_form(security.requires_pushed_requests),
        security.signing_algorithm.name(),
        match security.signing_algorithm {
            SigningAlgorithm::Rs256 =>
                " FAPI 2.0 needs PS256: start the tenant with <code>--signing-algorithm PS256</code>, or the site with \
                 <code>AUTH0_FAPI2=true</code>.",
            SigningAlgorithm::Ps256 => "",
        },
        match security.mutual_tls {
            Some(mutual_tls) => mutual_tls_files(mutual_tls),
            None => "<p>Off. Start the tenant with <code>--mutual-tls FOLDER</code>, or, if it runs inside the sample site, the site with \
                     <code>AUTH0_MTLS=true</code>; add <code>AUTH0_MTLS_BOUND_ACCESS_TOKENS=true</code> for access tokens that \
                     are bound to the certificate. The tenant then issues a client certificate.</p>"
                .to_owned(),
        }
    )
}

fn pushed_requests_form(required: bool) -> String {
    let (text, value, label) = if required {
        (
            "Authorization requests must be pushed (PAR, RFC 9126).",
            "false",
            "Accept other requests, too",
        )
    } else {
        (
            "Authorization requests can be pushed (PAR, RFC 9126).",
            "true",
            "Require pushed requests",
        )
    };
    format!(
        "<form method=\"post\" action=\"{PUSHED_REQUESTS_POLICY_PATH}\"><p>{text}</p>\
         <button class=\"quiet\" name=\"required\" value=\"{value}\">{label}</button></form>\n"
    )
}

fn mutual_tls_files(mutual_tls: &MutualTls) -> String {
    let variables = mutual_tls.files.site_variables();
    let lines = concat_map(&variables, |(name, value)| {
        format!("{name}={}\n", Escaped(value))
    });
    format!(
        "<p>The endpoints for clients with a certificate are at <code>{url}</code> (<code>mtls_endpoint_aliases</code>, RFC 8705). \
         The tenant has generated an authority and a client certificate. The variables of a site that authenticates with it:</p>\n\
         <pre><code>{lines}</code></pre>\n\
         <p>With <code>AUTH0_MTLS_BOUND_ACCESS_TOKENS=true</code>, the site requires access tokens that are bound to the certificate.</p>",
        url = Escaped(&mutual_tls.url("")),
    )
}
