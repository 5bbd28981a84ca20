//! The grant `authorization_code` (RFC 6749 §4.1.3, RFC 7636 §4.6).

use axum::http::StatusCode;

use super::{
    endpoint::PATH,
    issue::{self, Issue, TokenAnswer},
};
use crate::{
    handle::fingerprint,
    journal::quoted,
    parameters::Parameters,
    refusal::Refusal,
    store::{
        codes::{self, Code},
        grants,
        registry::Application,
        tokens,
    },
    tenant::Shared,
};

const INVALID_CODE: &str = "Invalid authorization code";

/// Exchanges a code for tokens.
pub(crate) async fn redeem(
    shared: &Shared,
    application: &Application,
    parameters: &Parameters,
) -> Result<TokenAnswer, Refusal> {
    let presented = parameters
        .get("code")
        .ok_or_else(|| Refusal::invalid_request("Missing required parameter: code"))?;
    let now = shared.now();
    let mut transaction = shared.store.begin().await?;
    let code = codes::find(&mut transaction, presented)
        .await?
        .ok_or_else(|| Refusal::invalid_grant(INVALID_CODE))?;
    let grant = grants::by_id(&mut transaction, &code.grant_id)
        .await?
        // A code of another application: whoever holds it learns nothing and spoils nothing.
        .filter(|grant| grant.client_id == application.client_id)
        .ok_or_else(|| Refusal::invalid_grant(INVALID_CODE))?;

    if code.used {
        // RFC 6749 §4.1.2: a code used twice may be stolen, so what came of it ends.
        grants::revoke(&mut transaction, &grant.id).await?;
        transaction.commit().await?;
        shared.journal.refused(
            PATH,
            "A code came a second time: the tokens that it had given were revoked.",
        );
        return Err(Refusal::invalid_grant(INVALID_CODE));
    }
    codes::mark_used(&mut transaction, presented).await?;
    if let Err(refusal) = check(&code, parameters, now) {
        // The attempt counts: nobody tries verifiers on one code.
        transaction.commit().await?;
        return Err(refusal);
    }

    let refresh_token = if grant.has_scope("offline_access") {
        let idle_until = grant
            .expires_at
            .min(now + shared.lifetimes.refresh_token_idle);
        Some(tokens::issue_refresh_token(&mut transaction, &grant.id, idle_until).await?)
    } else {
        None
    };
    let scopes: Vec<String> = grant.scopes().map(str::to_owned).collect();
    let answer = issue::answer(
        shared,
        &mut transaction,
        Issue {
            grant: &grant,
            audience: grant.audience.as_deref(),
            scopes: &scopes,
            nonce: code.nonce.as_deref(),
            refresh_token,
        },
    )
    .await?;
    transaction.commit().await?;
    shared.journal.answered(
        PATH,
        answer.is_surprising(),
        format!(
            "{} exchanged a code of {}: {}.",
            application.name,
            grant.sub,
            answer.in_words()
        ),
    );
    Ok(answer)
}

fn check(code: &Code, parameters: &Parameters, now: i64) -> Result<(), Refusal> {
    if code.expires_at <= now {
        return Err(Refusal::invalid_grant(INVALID_CODE));
    }
    // RFC 6749 §4.1.3: the same redirect_uri as in the authorization request.
    match parameters.get("redirect_uri") {
        Some(sent) if sent == code.redirect_uri => {}
        sent => {
            return Err(Refusal::new(
                StatusCode::FORBIDDEN,
                "unauthorized_client",
                format!(
                    "The redirect URI is wrong. You sent {}, and we expected {}",
                    quoted(sent.unwrap_or("null")),
                    code.redirect_uri
                ),
            ));
        }
    }
    let proved = match (&code.challenge, parameters.get("code_verifier")) {
        (None, None) => true,
        // RFC 7636 §4.1: 43 to 128 characters.
        (Some(challenge), Some(verifier)) => {
            (43..=128).contains(&verifier.len()) && fingerprint(verifier) == *challenge
        }
        // RFC 9700 §2.1.1: a verifier for a code without a challenge is a downgrade.
        (Some(_), None) | (None, Some(_)) => false,
    };
    if proved {
        Ok(())
    } else {
        Err(Refusal::invalid_grant("Failed to verify code verifier"))
    }
}
