//! The sections of the dashboard: settings, APIs, applications and users.

use super::layout::{Escaped, concat_map};
use crate::{
    dpop,
    settings::{ApiSettings, ApplicationAccess, RegisteredCertificate, TokenSigning},
    state::Config,
    store::applications::Application,
};

pub(super) fn describe_config(config: &Config) -> String {
    let rotation = if config.rotation {
        "rotate"
    } else {
        "do not rotate"
    };
    let resource = if config.resource_parameter {
        "is treated as audience"
    } else {
        "is ignored, which is Auth0's default"
    };
    let mut sentences = vec![format!(
        "Access tokens live {} seconds, refresh tokens {rotation}, and <code>resource</code> {resource}.",
        config.lifetimes.access_token
    )];
    if let Some(audience) = &config.default_audience {
        sentences.push(format!(
            "A login without <code>audience</code> receives a JWT for the Default Audience <code>{}</code>.",
            Escaped(audience)
        ));
    }
    if !config.authorization_detail_types.is_empty() {
        sentences.push(format!(
            "Types of <code>authorization_details</code> (RFC 9396) that a login can request: {}.",
            codes(&config.authorization_detail_types)
        ));
    }
    if config.access_token_issuer != config.issuer {
        sentences.push(format!(
            "The issuer of access tokens is <code>{}</code>, as for a tenant with a custom domain.",
            Escaped(&config.access_token_issuer)
        ));
    }
    sentences.push(dpop::describe(config.dpop).to_owned());
    if !config.refresh_delay.is_zero() {
        sentences.push(format!(
            "The response to every refresh is delayed by {} milliseconds.",
            config.refresh_delay.as_millis()
        ));
    }
    sentences.join(" ")
}

pub(super) fn api(api: &ApiSettings) -> String {
    format!(
        "<h3>{name}</h3>\n<dl><dt>Identifier (audience)</dt><dd><code>{identifier}</code></dd>\
         <dt>Scopes</dt><dd>{scopes}</dd><dt>Allow offline access</dt><dd>{offline}</dd>\
         <dt>Access tokens</dt><dd>{format}</dd><dt>Signing algorithm</dt><dd>{signing}</dd><dt>JSON Web Encryption</dt><dd>{encryption}</dd>\
         <dt>RBAC</dt><dd>{rbac}</dd><dt>Application access</dt><dd>{access}</dd></dl>\n",
        name = Escaped(&api.name),
        identifier = Escaped(&api.identifier),
        scopes = codes(&api.scopes),
        offline = if api.offline_access { "yes" } else { "no" },
        format = if api.opaque {
            "opaque: the API introspects them"
        } else {
            "JWT"
        },
        signing = match api.signing {
            TokenSigning::Rs256 =>
                "RS256 or PS256, as the tenant: any client can verify the tokens with the published keys",
            TokenSigning::Hs256 => {
                "HS256: a secret of the API signs the tokens, and only the API can verify them"
            }
        },
        encryption = if api.encrypted {
            "on: only the API can decrypt its tokens"
        } else {
            "off"
        },
        rbac = if api.rbac {
            "on: access tokens contain the permissions of the user"
        } else {
            "off"
        },
        access = match &api.access {
            ApplicationAccess::All => "all applications".to_owned(),
            ApplicationAccess::ClientGrants(granted) =>
                format!("applications with a client grant: {}", codes(granted)),
        },
    )
}

pub(super) fn application(application: &Application) -> String {
    let multi_resource: Vec<String> = application
        .multi_resource
        .iter()
        .map(|policy| policy.audience.clone())
        .collect();
    let backchannel: Vec<String> = application
        .backchannel_logout_url
        .iter()
        .map(ToString::to_string)
        .collect();
    format!(
        "<h3>{name}</h3>\n<dl><dt>Client ID</dt><dd><code>{client_id}</code></dd>\
         <dt>Authentication method</dt><dd>{authentication}</dd><dt>Allowed callback URLs</dt><dd>{callbacks}</dd><dt>Allowed logout URLs</dt><dd>{logouts}</dd>\
         <dt>Back-channel logout URL</dt><dd>{backchannel}</dd><dt>Application login URI</dt><dd>{initiate}</dd>\
         <dt>Refresh tokens</dt><dd>{refresh}</dd>\
         <dt>Other grants</dt><dd>{grants}</dd>\
         <dt>Multi-resource refresh tokens for</dt><dd>{multi_resource}</dd></dl>\n",
        name = Escaped(&application.name),
        client_id = Escaped(&application.client_id),
        authentication = authentication(application),
        callbacks = codes(&application.callback_urls),
        logouts = codes(&application.logout_urls),
        backchannel = codes(&backchannel),
        initiate = codes(
            &application
                .initiate_login_uri
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        ),
        refresh = if application.refresh_tokens {
            "allowed"
        } else {
            "not allowed"
        },
        grants = match application.other_grants.as_slice() {
            [] => "none".to_owned(),
            grants => grants
                .iter()
                .map(|grant| grant.name())
                .collect::<Vec<_>>()
                .join(", "),
        },
        multi_resource = codes(&multi_resource),
    )
}

fn authentication(application: &Application) -> String {
    if !application.client_certificates.is_empty() {
        return certificates(application);
    }
    if application.public_keys.is_empty() {
        return "the client secret (<code>client_secret_post</code>, <code>client_secret_basic</code>)"
            .to_owned();
    }
    let keys = concat_map(&application.public_keys, |key| {
        let algorithms: Vec<String> = key
            .algorithms()
            .iter()
            .map(|algorithm| format!("{algorithm:?}"))
            .collect();
        format!(
            "<code>{}</code> ({}) ",
            Escaped(key.kid()),
            algorithms.join(", ")
        )
    });
    let requests = if application.require_signed_requests {
        "; its authorization requests must be signed, too"
    } else {
        ""
    };
    format!("<code>private_key_jwt</code> with the key {keys}{requests}")
}

fn certificates(application: &Application) -> String {
    let certificates = concat_map(
        &application.client_certificates,
        |certificate| match certificate {
            RegisteredCertificate::DnsName(name) => format!(
                "<code>tls_client_auth</code> with the DNS name <code>{}</code> ",
                Escaped(name)
            ),
            RegisteredCertificate::SelfSigned { thumbprint } => format!(
                "<code>self_signed_tls_client_auth</code> with the thumbprint <code>{}</code> ",
                Escaped(thumbprint)
            ),
        },
    );
    let bound = if application.certificate_bound_access_tokens {
        "; its access tokens are bound to the certificate"
    } else {
        ""
    };
    format!("{certificates}{bound}")
}

pub(super) fn codes(values: &[String]) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    concat_map(values, |value| format!("<code>{}</code> ", Escaped(value)))
}
