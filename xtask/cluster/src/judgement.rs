//! Decides what an answer means for a session: lost, crossed, resurrected, or as it should be.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Whether the cookie of a session should work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    SignedIn,
    /// A logout was requested and is not confirmed yet.
    Ending,
    /// A logout or a revocation was confirmed.
    SignedOut,
}

/// What an answer says about the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It contains data of these users.
    Users(Vec<String>),
    /// It says that no user is signed in.
    Anonymous,
    /// It says nothing, because the request failed in this way.
    Failed(String),
}

/// What must not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The user is anonymous, although no logout ended the session.
    Anonymous,
    /// Data of another user.
    Crossed { seen: String },
    /// A session that was logged out works.
    Resurrected,
}

/// Judges an answer to a session of `subject`. `before` and `after` are the standings when the request was sent and when
/// the answer arrived: a logout in between allows both.
pub(crate) fn judge(
    subject: &str,
    before: Standing,
    after: Standing,
    answer: &Answer,
) -> Option<Fault> {
    match answer {
        Answer::Users(users) => match users.iter().find(|user| *user != subject) {
            Some(other) => Some(Fault::Crossed {
                seen: other.clone(),
            }),
            None => (before == Standing::SignedOut).then_some(Fault::Resurrected),
        },
        Answer::Anonymous => (after == Standing::SignedIn).then_some(Fault::Anonymous),
        Answer::Failed(_) => None,
    }
}

/// The owner of each row of the API that any answer contained. Identifiers of rows are random, so one that appears in the
/// page of another user belongs to the first.
#[derive(Debug, Default)]
pub(crate) struct RowOwners(Mutex<HashMap<String, String>>);

impl RowOwners {
    /// Returns the owners of `rows`, which an answer to `subject` contains.
    pub(crate) fn owners<'a>(
        &self,
        subject: &str,
        rows: impl IntoIterator<Item = &'a str>,
    ) -> Vec<String> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut owners: Vec<String> = rows
            .into_iter()
            .map(|row| {
                known
                    .entry(row.to_owned())
                    .or_insert_with(|| subject.to_owned())
                    .clone()
            })
            .collect();
        owners.sort();
        owners.dedup();
        owners
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "auth0|user-1";
    const BOB: &str = "auth0|user-2";

    fn users(users: &[&str]) -> Answer {
        Answer::Users(users.iter().map(|user| (*user).to_owned()).collect())
    }

    fn judge_steady(standing: Standing, answer: &Answer) -> Option<Fault> {
        judge(ALICE, standing, standing, answer)
    }

    #[test]
    fn an_anonymous_answer_to_a_live_session_is_a_fault() {
        let fault = judge_steady(Standing::SignedIn, &Answer::Anonymous);
        assert_eq!(fault, Some(Fault::Anonymous));
        assert_eq!(judge_steady(Standing::Ending, &Answer::Anonymous), None);
        assert_eq!(judge_steady(Standing::SignedOut, &Answer::Anonymous), None);
    }

    #[test]
    fn the_users_own_data_is_a_fault_only_after_a_confirmed_logout() {
        let own = users(&[ALICE]);
        assert_eq!(judge_steady(Standing::SignedIn, &own), None);
        assert_eq!(judge_steady(Standing::Ending, &own), None);
        let fault = judge_steady(Standing::SignedOut, &own);
        assert_eq!(fault, Some(Fault::Resurrected));
    }

    #[test]
    fn data_of_another_user_is_a_fault_in_every_standing() {
        for standing in [Standing::SignedIn, Standing::Ending, Standing::SignedOut] {
            let fault = judge_steady(standing, &users(&[ALICE, BOB]));
            let seen = BOB.to_owned();
            assert_eq!(fault, Some(Fault::Crossed { seen }), "{standing:?}");
        }
    }

    #[test]
    fn a_logout_while_the_request_is_in_flight_allows_both_answers() {
        for answer in [users(&[ALICE]), Answer::Anonymous] {
            let fault = judge(ALICE, Standing::SignedIn, Standing::SignedOut, &answer);
            assert_eq!(fault, None, "{answer:?}");
        }
    }

    #[test]
    fn a_failed_request_says_nothing() {
        let failed = Answer::Failed("503".to_owned());
        assert_eq!(judge_steady(Standing::SignedIn, &failed), None);
        assert_eq!(judge_steady(Standing::SignedOut, &failed), None);
    }

    #[test]
    fn a_row_of_another_user_names_its_owner() {
        let owners = RowOwners::default();
        assert_eq!(owners.owners(ALICE, ["a", "b"]), [ALICE]);
        assert_eq!(owners.owners(BOB, ["c"]), [BOB]);
        let seen = Answer::Users(owners.owners(BOB, ["c", "b"]));
        let fault = judge(BOB, Standing::SignedIn, Standing::SignedIn, &seen);
        let seen = ALICE.to_owned();
        assert_eq!(fault, Some(Fault::Crossed { seen }));
    }
}
