//! `DPoP` (RFC 9449).

use super::{problems::Problems, variable};

/// The variables of nextjs-auth0 for a key that all of its sessions share.
pub(super) const SHARED_KEY: [&str; 2] = ["AUTH0_DPOP_PRIVATE_KEY", "AUTH0_DPOP_PUBLIC_KEY"];

/// Largest adjustment of the clock, in seconds.
const MAX_CLOCK_SKEW: i64 = 300;

#[derive(Clone, Copy, Debug)]
pub(super) struct DpopSettings {
    pub(super) is_on: bool,
    /// In seconds.
    pub(super) clock_skew: i64,
}

pub(super) fn read(problems: &mut Problems<'_>) -> DpopSettings {
    let is_on = problems.flag(variable::DPOP, false);
    shared_key(problems, is_on);
    if is_on && problems.get(variable::EXPOSE).is_some() {
        problems.add_named(
            variable::EXPOSE.name,
            "cannot be set together with AUTH0_DPOP: the browser could not use the tokens, because their keys stay at \
             the server; remove one of them",
            "",
        );
    }
    DpopSettings {
        is_on,
        clock_skew: clock_skew(problems),
    }
}

/// Each login has a key of its own, so a shared one is never used. A configuration of nextjs-auth0 that has one expects
/// bound tokens.
fn shared_key(problems: &mut Problems<'_>, is_on: bool) {
    let is_set = |name: &&str| problems.get_named(name).is_some();
    let Some(name) = SHARED_KEY.into_iter().find(is_set) else {
        return;
    };
    if is_on {
        let text = "is set, but each login has a key of its own (AUTH0_DPOP), so it has no effect; remove it";
        problems.warn(name, text, "");
    } else {
        let text = "is set, but AUTH0_DPOP is not, so access tokens would not be bound; set AUTH0_DPOP=true, or remove it";
        problems.add_named(name, text, "AUTH0_DPOP=true");
    }
}

fn clock_skew(problems: &mut Problems<'_>) -> i64 {
    match problems
        .get(variable::DPOP_CLOCK_SKEW)
        .map(str::parse::<i64>)
    {
        None => 0,
        Some(Ok(seconds)) if (-MAX_CLOCK_SKEW..=MAX_CLOCK_SKEW).contains(&seconds) => seconds,
        Some(_) => {
            let problem =
                format!("must be a number of seconds from -{MAX_CLOCK_SKEW} to {MAX_CLOCK_SKEW}");
            problems.add(variable::DPOP_CLOCK_SKEW, problem);
            0
        }
    }
}
