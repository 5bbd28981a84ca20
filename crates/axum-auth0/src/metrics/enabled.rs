//! Records metrics with the crate `metrics`.

use std::time::Duration;

use super::table::{METRICS, MetricKind};

type Label = (&'static str, &'static str);

pub(crate) fn increment(counter: &'static str, labels: &[Label]) {
    ::metrics::counter!(counter, labels).increment(1);
}

pub(crate) fn observe(histogram: &'static str, labels: &[Label], elapsed: Duration) {
    ::metrics::histogram!(histogram, labels).record(elapsed.as_secs_f64());
}

pub(crate) fn add(gauge: &'static str, label: Label, change: f64) {
    ::metrics::gauge!(gauge, &[label]).increment(change);
}

pub(crate) fn set(gauge: &'static str, value: f64) {
    ::metrics::gauge!(gauge).set(value);
}

/// Gives the recorder the help texts of all metrics. Call it once, after the recorder is installed.
pub fn describe() {
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => ::metrics::describe_counter!(metric.name, metric.help),
            MetricKind::Gauge => ::metrics::describe_gauge!(metric.name, metric.help),
            MetricKind::Histogram => {
                ::metrics::describe_histogram!(metric.name, ::metrics::Unit::Seconds, metric.help);
            }
        }
    }
}
