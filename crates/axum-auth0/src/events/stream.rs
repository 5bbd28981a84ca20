//! Distributes events to the callbacks.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::AuthEvent;

/// A callback of [`Auth0Builder::on_event`](crate::Auth0Builder::on_event).
type Callback = Arc<dyn Fn(&AuthEvent) + Send + Sync>;

/// The event stream. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Events(Arc<[Callback]>);

impl Events {
    /// Returns the stream with a further callback.
    pub(crate) fn with_callback(
        self,
        callback: impl Fn(&AuthEvent) + Send + Sync + 'static,
    ) -> Self {
        let callback: Callback = Arc::new(callback);
        Self(self.0.iter().cloned().chain([callback]).collect())
    }

    /// Logs the event and distributes it.
    pub(crate) fn emit(&self, event: &AuthEvent) {
        event.log();
        self.emit_logged(event);
    }

    /// Distributes an event that the caller has logged with further details, with the target
    /// [`TARGET`](super::TARGET) and the field `event`.
    pub(crate) fn emit_logged(&self, event: &AuthEvent) {
        event.count();
        for callback in self.0.iter() {
            // A defect of a callback must not fail the request.
            if catch_unwind(AssertUnwindSafe(|| callback(event))).is_err() {
                tracing::error!(event = event.name(), "an event callback panicked");
            }
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Events({} callbacks)", self.0.len())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_callback_gets_every_event_even_if_another_one_panics() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let recorder = |seen: &Arc<Mutex<Vec<AuthEvent>>>| {
            let seen = Arc::clone(seen);
            move |event: &AuthEvent| seen.lock().unwrap().push(event.clone())
        };
        let events = Events::default()
            .with_callback(recorder(&seen))
            .with_callback(|_| panic!("a defect of the application"))
            .with_callback(recorder(&seen));
        let event = AuthEvent::LoginStarted { is_restart: false };
        events.emit(&event);
        events.clone().emit(&AuthEvent::LogoutFailed);
        let expected = [
            event.clone(),
            event,
            AuthEvent::LogoutFailed,
            AuthEvent::LogoutFailed,
        ];
        assert_eq!(*seen.lock().unwrap(), expected);
    }
}
