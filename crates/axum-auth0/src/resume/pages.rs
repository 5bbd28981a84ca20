//! The pages of the route.

use http::StatusCode;

use super::{CANCEL, FORM};
use crate::{
    config::Config,
    diagnosis::{Diagnosis, DiagnosisVisibility},
    kept_form::KeptForm,
    page::Page,
    page_user::PAGE_USER_FIELD,
    session::SignedInUser,
    step_up::UnmetStepUp,
};

/// The user confirmed who they are; the form is sent by a script, or by the button.
pub(super) fn ready(config: &Config, user: &SignedInUser, id: &str, form: &KeptForm) -> Page {
    let page_user = form
        .page_user
        .clone()
        .unwrap_or_else(|| user.page_user().as_str().to_owned());
    Page::new(StatusCode::OK, "You confirmed who you are")
        .paragraph("What you entered was kept. Continue to send it.")
        .form(
            "Continue",
            config.routes().resume_path(),
            "'self'".to_owned(),
        )
        .field(FORM, Some(id.to_owned()))
        .field(PAGE_USER_FIELD, Some(page_user))
        .second_button("Back without sending", CANCEL)
        .submitted_by_script()
}

/// The form was sent, has expired, or was never kept.
pub(super) fn gone(config: &Config) -> Page {
    home(
        config,
        Page::new(StatusCode::GONE, "There is nothing to send")
            .paragraph("What you entered was sent already, or it was kept for more than ten minutes and is deleted."),
    )
}

/// The form is of another user or session.
pub(super) fn other_session(config: &Config) -> Page {
    home(
        config,
        Page::new(StatusCode::FORBIDDEN, "This was entered in another session").paragraph(
            "Someone else was signed in when it was entered, so it was not sent, and is deleted.",
        ),
    )
}

/// The login is not the required one.
pub(super) fn not_satisfied(
    config: &Config,
    user: &SignedInUser,
    (id, form): (&str, &KeptForm),
    unmet: UnmetStepUp,
) -> Page {
    let routes = config.routes();
    let return_to = routes.resume_return_to(id);
    let mut parameters = form.step_up.login_parameters();
    // The form belongs to the organization as well.
    let organization = user.organization().map(|own| own.id().to_owned());
    parameters.extend(organization.map(|organization| ("organization", organization)));
    Page::new(StatusCode::FORBIDDEN, "This still needs another login")
        .paragraph(
            "Your login is not recent or strong enough, so what you entered was not sent. It is kept for ten minutes.",
        )
        .diagnosis(
            &Diagnosis::StepUpNotSatisfied { unmet },
            DiagnosisVisibility::of(config),
        )
        .link("Log in", routes.login_url_with(&return_to, &parameters))
        .link("Back to the page", form.page.as_str())
}

/// The session ended.
pub(super) fn signed_out(config: &Config) -> Page {
    let routes = config.routes();
    home(
        config,
        Page::new(StatusCode::UNAUTHORIZED, "You are not signed in")
            .paragraph("Your session ended, so what you entered was not sent.")
            .link("Log in", routes.login_url(&routes.home())),
    )
}

/// The store failed.
pub(super) fn unavailable(config: &Config) -> Page {
    home(
        config,
        Page::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "This is not possible right now",
        )
        .paragraph("This site cannot read what you entered at the moment, so it was not sent. Please try again in a moment.")
        .retry_after(5),
    )
}

fn home(config: &Config, page: Page) -> Page {
    page.link("Go to the start page", config.routes().home_path())
}
