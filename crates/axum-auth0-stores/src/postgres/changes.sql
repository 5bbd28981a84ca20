-- Reports the end of logins to the processes that cache their sessions. A trigger, so that a deletion by hand and by an earlier
-- version of the site is reported, too. Other changes are reported by a statement after their commit.
CREATE FUNCTION auth0_report_login() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('auth0_changes', 'login ' || pg_catalog.encode(OLD.id, 'hex'));
    RETURN NULL;
END
$$;
CREATE TRIGGER auth0_report AFTER DELETE OR UPDATE OF id, expires_at ON auth0_logins
    FOR EACH ROW EXECUTE FUNCTION auth0_report_login();

CREATE FUNCTION auth0_report_all() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_notify('auth0_changes', 'all');
    RETURN NULL;
END
$$;
CREATE TRIGGER auth0_report_truncate AFTER TRUNCATE ON auth0_logins EXECUTE FUNCTION auth0_report_all();
CREATE TRIGGER auth0_report_truncate AFTER TRUNCATE ON auth0_records EXECUTE FUNCTION auth0_report_all();
