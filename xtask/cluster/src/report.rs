//! The table at the end, and the verdict.

use std::time::Duration;

use crate::{
    evidence::{Disturbance, Reuse, reuses},
    grants::{GrantEvent, Moment},
    schedule::Action,
    tally::{Incident, IncidentKind, Tally},
};

/// What a run showed.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) store: &'static str,
    pub(crate) seed: u64,
    /// Why the run did not reach its end, if it did not.
    pub(crate) partial: Option<String>,
    pub(crate) start: Moment,
    pub(crate) length: Duration,
    pub(crate) disturbances: Vec<Disturbance>,
    pub(crate) grants: Vec<GrantEvent>,
    pub(crate) reuses: Vec<Reuse>,
    pub(crate) incidents: Vec<Incident>,
}

impl Report {
    pub(crate) fn new(
        store: &'static str,
        seed: u64,
        (start, length): (Moment, Duration),
        (grants, disturbances): (Vec<GrantEvent>, Vec<Disturbance>),
        tally: &Tally,
    ) -> Self {
        Self {
            store,
            seed,
            partial: None,
            start,
            length,
            reuses: reuses(&grants, &disturbances),
            disturbances,
            grants,
            incidents: tally.incidents(),
        }
    }

    /// Returns whether the loss is the unavoidable one: the refresh token of the user was reused, for a documented cause.
    pub(crate) fn is_documented(&self, incident: &Incident) -> bool {
        let mut of_user = self
            .reuses
            .iter()
            .filter(|reuse| reuse.subject == incident.subject && reuse.at <= incident.at)
            .peekable();
        incident.kind == IncidentKind::Lost
            && of_user.peek().is_some()
            && of_user.all(|reuse| reuse.cause.is_some())
    }

    /// Returns what must not have happened, one line each.
    pub(crate) fn violations(&self) -> Vec<String> {
        let incidents = self
            .incidents
            .iter()
            .filter(|incident| !self.is_documented(incident))
            .map(|incident| self.describe(incident));
        let reuses = self
            .reuses
            .iter()
            .filter(|reuse| reuse.cause.is_none())
            .map(|reuse| format!("refresh token reused: {}", self.describe_reuse(reuse)));
        incidents.chain(reuses).collect()
    }

    /// Returns the documented cases with their evidence, one line each.
    pub(crate) fn documented(&self) -> Vec<String> {
        let documented = self.reuses.iter().filter(|reuse| reuse.cause.is_some());
        documented.map(|reuse| self.describe_reuse(reuse)).collect()
    }

    fn describe(&self, incident: &Incident) -> String {
        let at = self.seconds(incident.at);
        let Incident {
            kind,
            subject,
            detail,
            ..
        } = incident;
        format!("{kind:?}: {subject} at {at}: {detail}")
    }

    fn describe_reuse(&self, reuse: &Reuse) -> String {
        let consumed = reuse
            .consumed
            .map_or_else(|| "unknown".to_owned(), |at| self.seconds(at));
        let cause = match &reuse.cause {
            Some(cause) => format!("; {}", self.describe_disturbance(cause)),
            None => String::new(),
        };
        format!(
            "{}: consumed at {consumed}, presented again at {}{cause}",
            reuse.subject,
            self.seconds(reuse.at)
        )
    }

    pub(crate) fn describe_disturbance(&self, it: &Disturbance) -> String {
        let action = match it.action {
            Action::Kill { .. } => "killed",
            Action::Pause { .. } => "paused",
            Action::Restart => "restarted",
        };
        let (start, end) = (self.seconds(it.start), self.seconds(it.end));
        format!("{} {action} from {start} to {end}", it.target)
    }

    pub(crate) fn seconds(&self, at: Moment) -> String {
        format!("{:.2} s", at.saturating_sub(self.start).as_secs_f64())
    }

    /// Returns the disturbances during the longest stall.
    pub(crate) fn during_stall(&self, tally: &Tally) -> Vec<String> {
        let stall = tally.stall();
        let end = stall.start + stall.length;
        let during = self
            .disturbances
            .iter()
            .filter(|it| it.start <= end && it.end >= stall.start);
        during.map(|it| self.describe_disturbance(it)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{grants::GrantEventKind, schedule::Target, table::table};

    const ALICE: &str = "auth0|user-1";

    fn report(killed: bool, lost: bool) -> Report {
        let event = |seconds, kind| GrantEvent {
            at: Duration::from_secs(seconds),
            kind,
            subject: ALICE.to_owned(),
            sid: "sid".to_owned(),
            waited: Duration::ZERO,
        };
        let grants = vec![
            event(10, GrantEventKind::Refreshed),
            event(18, GrantEventKind::Reused),
        ];
        let down = Duration::from_secs(1);
        let kill = Disturbance {
            target: Target::Replica(0),
            action: Action::Kill { down },
            start: Duration::from_millis(10_005),
            end: Duration::from_secs(11),
        };
        let disturbances = if killed { vec![kill] } else { Vec::new() };
        let mut report = Report::new(
            "memory",
            1,
            (Duration::ZERO, Duration::from_mins(1)),
            (grants, disturbances),
            &Tally::default(),
        );
        if lost {
            report.incidents.push(Incident {
                kind: IncidentKind::Lost,
                subject: ALICE.to_owned(),
                at: Duration::from_secs(19),
                detail: "/products".to_owned(),
            });
        }
        report
    }

    #[test]
    fn a_reused_token_and_its_lost_session_are_violations() {
        assert_eq!(report(false, true).violations().len(), 2);
        assert_eq!(report(false, false).violations().len(), 1);
    }

    #[test]
    fn the_documented_case_is_no_violation_and_is_shown_with_its_evidence() {
        let report = report(true, true);
        assert_eq!(report.violations(), Vec::<String>::new());
        let [evidence] = report.documented().try_into().expect("one case");
        assert!(evidence.contains("consumed at 10.00 s"), "{evidence}");
        assert!(
            evidence.contains("replica 1 killed from 10.01 s"),
            "{evidence}"
        );
        let table = table(&report, &Tally::default());
        assert!(
            table.contains("| sessions lost in the documented case | 1 |"),
            "{table}"
        );
        assert!(table.contains("| sessions lost | 0 |"), "{table}");
    }

    #[test]
    fn the_table_of_an_interrupted_run_says_that_it_is_partial() {
        let mut report = report(false, false);
        let complete = table(&report, &Tally::default());
        assert!(!complete.contains("PARTIAL"), "{complete}");
        report.partial = Some("ended by SIGTERM".to_owned());
        let partial = table(&report, &Tally::default());
        let title = "| memory, seed 1, PARTIAL: ended by SIGTERM | |";
        assert!(partial.starts_with(title), "{partial}");
    }

    #[test]
    fn every_other_incident_is_a_violation_even_after_a_documented_reuse() {
        for kind in [
            IncidentKind::Flickered,
            IncidentKind::Crossed,
            IncidentKind::Resurrected,
            IncidentKind::Unreachable,
            IncidentKind::LoginImpossible,
            IncidentKind::NotEnded,
        ] {
            let mut report = report(true, true);
            report.incidents[0].kind = kind;
            assert_eq!(report.violations().len(), 1, "{kind:?}");
        }
    }
}
