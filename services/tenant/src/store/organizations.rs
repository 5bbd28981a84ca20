//! Invitations, the members who accepted one, and the organizations of grants.

use sqlx::SqliteConnection;

use crate::{
    opaque_id::{random_secret, sha256_base64url},
    settings::OrganizationSettings,
};

/// How long an invitation is valid, in seconds. Auth0: 7 days.
const INVITATION_TTL: i64 = 7 * 24 * 60 * 60;

/// Creates an invitation and returns its ticket.
pub(crate) async fn invite(
    connection: &mut SqliteConnection,
    organization: &str,
    now: i64,
) -> Result<String, sqlx::Error> {
    let ticket = random_secret();
    sqlx::query("DELETE FROM invitations WHERE expires_at <= ?1")
        .bind(now)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO invitations (ticket_hash, organization, expires_at) VALUES (?1, ?2, ?3)",
    )
    .bind(sha256_base64url(&ticket))
    .bind(organization)
    .bind(now + INVITATION_TTL)
    .execute(connection)
    .await?;
    Ok(ticket)
}

/// Returns whether `ticket` is an invitation to `organization` that was not accepted.
pub(crate) async fn is_invitation(
    connection: &mut SqliteConnection,
    ticket: &str,
    organization: &str,
    now: i64,
) -> Result<bool, sqlx::Error> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT 1 FROM invitations WHERE ticket_hash = ?1 AND organization = ?2 AND expires_at > ?3",
    )
    .bind(sha256_base64url(ticket))
    .bind(organization)
    .bind(now)
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Makes `sub` a member with an invitation, which is used up. Returns `false` if it was used before.
pub(crate) async fn accept(
    connection: &mut SqliteConnection,
    ticket: &str,
    organization: &str,
    sub: &str,
) -> Result<bool, sqlx::Error> {
    let deleted =
        sqlx::query("DELETE FROM invitations WHERE ticket_hash = ?1 AND organization = ?2")
            .bind(sha256_base64url(ticket))
            .bind(organization)
            .execute(&mut *connection)
            .await?;
    if deleted.rows_affected() != 1 {
        return Ok(false);
    }
    sqlx::query("INSERT OR IGNORE INTO organization_members (organization, sub) VALUES (?1, ?2)")
        .bind(organization)
        .bind(sub)
        .execute(connection)
        .await?;
    Ok(true)
}

/// Returns whether `sub` is a member, by the settings or by an invitation.
pub(crate) async fn is_member(
    connection: &mut SqliteConnection,
    organization: &OrganizationSettings,
    sub: &str,
) -> Result<bool, sqlx::Error> {
    if organization.members.iter().any(|member| member == sub) {
        return Ok(true);
    }
    Ok(invited(connection, &organization.id)
        .await?
        .iter()
        .any(|member| member == sub))
}

/// Returns the members who accepted an invitation.
pub(crate) async fn invited(
    connection: &mut SqliteConnection,
    organization: &str,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT sub FROM organization_members WHERE organization = ?1 ORDER BY sub")
        .bind(organization)
        .fetch_all(connection)
        .await
}

/// Stores the organization of a grant.
pub(crate) async fn set_of_grant(
    connection: &mut SqliteConnection,
    grant_id: &str,
    organization: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO grant_organizations (grant_id, organization) VALUES (?1, ?2)")
        .bind(grant_id)
        .bind(organization)
        .execute(connection)
        .await?;
    Ok(())
}

/// Returns the identifier of the organization of a grant.
pub(crate) async fn of_grant(
    connection: &mut SqliteConnection,
    grant_id: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT organization FROM grant_organizations WHERE grant_id = ?1")
        .bind(grant_id)
        .fetch_optional(connection)
        .await
}
