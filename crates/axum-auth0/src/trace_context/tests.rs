#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::random::SystemRandom;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn of(parents: &[&str], states: &[&str]) -> TraceContext {
    let mut headers = HeaderMap::new();
    for parent in parents {
        headers.append(TRACEPARENT, parent.parse().unwrap());
    }
    for state in states {
        headers.append(TRACESTATE, state.parse().unwrap());
    }
    TraceContext::of(&headers, &SystemRandom)
}

fn written(context: &TraceContext) -> (String, Option<String>) {
    let mut headers = HeaderMap::new();
    context.write(&mut headers, &SystemRandom);
    let text = |name| {
        headers
            .get(name)
            .map(|value: &HeaderValue| value.to_str().unwrap().to_owned())
    };
    (text(TRACEPARENT).unwrap(), text(TRACESTATE))
}

#[test]
fn a_call_keeps_the_trace_and_gets_a_parent_id_of_its_own() {
    let context = of(&[PARENT], &[]);
    let (first, second) = (written(&context).0, written(&context).0);
    for parent in [&first, &second] {
        assert_eq!(parent.len(), TRACEPARENT_LENGTH);
        assert!(parent.starts_with(&format!("00-{TRACE}-")), "{parent}");
        assert!(parent.ends_with("-01"), "{parent}");
        assert_ne!(parent, PARENT);
    }
    assert_ne!(first, second);
}

#[test]
fn the_sampled_flag_is_kept_and_no_other_one() {
    for (flags, sampled) in [("00", "00"), ("01", "01"), ("fe", "00"), ("ff", "01")] {
        let context = of(&[&format!("00-{TRACE}-00f067aa0ba902b7-{flags}")], &[]);
        assert!(written(&context).0.ends_with(sampled), "{flags}");
    }
}

#[test]
fn a_later_version_is_read_as_far_as_it_is_known() {
    for good in [
        format!("01-{TRACE}-00f067aa0ba902b7-01"),
        format!("cc-{TRACE}-00f067aa0ba902b7-01-what-the-future-says"),
    ] {
        assert_eq!(of(&[&good], &[]).to_string(), TRACE, "{good}");
    }
}

#[test]
fn what_is_no_traceparent_begins_a_trace_and_takes_the_tracestate_with_it() {
    let upper = PARENT.to_uppercase();
    for bad in [
        "",
        "00",
        upper.as_str(),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba9-2b7-01",
    ] {
        let context = of(&[bad], &["vendor=1"]);
        assert_ne!(context.to_string(), TRACE, "{bad}");
        let (parent, state) = written(&context);
        assert!(parent.ends_with("-00"), "{bad}");
        assert_eq!(state, None, "{bad}");
    }
    assert_ne!(of(&[PARENT, PARENT], &[]).to_string(), TRACE, "two of them");
    assert_ne!(of(&[], &[]).to_string(), of(&[], &[]).to_string());
}

#[test]
fn a_tracestate_is_passed_on_or_dropped_whole() {
    for (states, passed_on) in [
        (vec!["a=1,b=2"], Some("a=1,b=2")),
        (vec!["a=1", " tenant@b=x y "], Some("a=1,tenant@b=x y")),
        (vec!["a=1, ,b=2"], Some("a=1,b=2")),
        (vec![""], None),
        (vec!["A=1"], None),
        (vec!["a=1,a=2"], None),
        (vec!["a"], None),
        (vec!["a=1=2"], None),
        (vec!["a=1\t2"], None),
    ] {
        let state = written(&of(&[PARENT], &states)).1;
        assert_eq!(state.as_deref(), passed_on, "{states:?}");
    }
    let many: Vec<_> = (0..33).map(|key| format!("k{key}=1")).collect();
    assert_eq!(written(&of(&[PARENT], &[&many.join(",")])).1, None);
}

#[test]
fn a_long_tracestate_loses_large_members_first_and_then_the_last_ones() {
    let large = format!("large={}", "x".repeat(200));
    let small: Vec<_> = (0..31)
        .map(|key| format!("k{key:02}={}", "x".repeat(20)))
        .collect();
    let state = format!("{large},{}", small.join(","));
    let passed_on = written(&of(&[PARENT], &[&state])).1.unwrap();
    assert!(passed_on.len() <= MAX_STATE);
    assert_eq!(passed_on, small[..passed_on.split(',').count()].join(","));
    assert!(passed_on.split(',').count() > 15);
    let exact = format!(
        "a={},b={},c={}",
        "x".repeat(200),
        "y".repeat(200),
        "z".repeat(104)
    );
    assert_eq!(exact.len(), MAX_STATE);
    assert_eq!(written(&of(&[PARENT], &[&exact])).1, Some(exact));
}
