//! The devices on which the user is signed in, with forms that sign them out.

use crate::{
    api::sessions::{SignOutDevice, SignOutOtherDevices, list_devices},
    components::{Loading, Problem},
    error::AppError,
    models::Device,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_auth0::{PageUserField, form_action, set_page_status};
use leptos_router::hooks::use_query_map;

#[component]
pub(super) fn Devices() -> impl IntoView {
    let devices = Resource::new(|| (), |()| list_devices());
    let one = ServerAction::<SignOutDevice>::new();
    let others = ServerAction::<SignOutOtherDevices>::new();
    let failed = one.value().get_untracked().and_then(Result::err);
    let failed = failed.or_else(|| others.value().get_untracked().and_then(Result::err));
    view! {
        <section class="devices" aria-labelledby="devices">
            <h2 id="devices">"Signed-in devices"</h2>
            <Outcome failed/>
            <Loading message="Loading your devices…">
                {move || Suspend::new(async move {
                    match devices.await {
                        Ok(devices) => view! { <DeviceList devices one others/> }.into_any(),
                        Err(error) => {
                            set_page_status(&error);
                            view! { <Problem error/> }.into_any()
                        }
                    }
                })}
            </Loading>
        </section>
    }
}

/// The failure of a form, or the confirmation after its redirect.
#[component]
fn Outcome(failed: Option<AppError>) -> impl IntoView {
    let done = use_query_map().with_untracked(|query| query.get("done"));
    let sentence = match done.as_deref() {
        Some("device") => "The device was signed out.",
        Some("others") => "All other devices were signed out.",
        _ => "",
    };
    view! {
        <div class="outcome">
            {match failed {
                Some(error) => view! { <Problem error of_form=true/> }.into_any(),
                None if sentence.is_empty() => ().into_any(),
                None => view! { <p class="done" id="done" role="status" tabindex="-1" autofocus>{sentence}</p> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn DeviceList(
    devices: Vec<Device>,
    one: ServerAction<SignOutDevice>,
    others: ServerAction<SignOutOtherDevices>,
) -> impl IntoView {
    let has_others = devices.iter().any(|device| !device.is_current);
    let rows = devices
        .into_iter()
        .map(|device| view! { <DeviceRow device one/> })
        .collect_view();
    view! {
        <ul class="device-list">{rows}</ul>
        {has_others.then(|| view! {
            <ActionForm action=others>
                <PageUserField/>
                <button class="button button-danger" type="submit" formaction=form_action(others)>
                    "Sign out all other devices"
                </button>
            </ActionForm>
        })}
    }
}

#[component]
fn DeviceRow(device: Device, one: ServerAction<SignOutDevice>) -> impl IntoView {
    let name = device_name(&device);
    let seen = last_seen(&device);
    let end = (!device.is_current).then(|| {
        let label = format!(" {name}");
        view! {
            <ActionForm action=one>
                <PageUserField/>
                <input type="hidden" name="id" value=device.id/>
                <button class="button button-quiet" type="submit" formaction=form_action(one)>
                    "Sign out" <span class="visually-hidden">{label}</span>
                </button>
            </ActionForm>
        }
    });
    view! {
        <li aria-current=device.is_current.then_some("true")>
            <div>
                <strong>{name}</strong>
                <p>{seen}</p>
            </div>
            {end}
        </li>
    }
}

fn device_name(device: &Device) -> String {
    match (&device.browser, &device.system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => "Unknown device".to_owned(),
    }
}

fn last_seen(device: &Device) -> String {
    if device.is_current {
        return "This device".to_owned();
    }
    let (number, unit) = match device.idle_minutes {
        0 | 1 => return "Active now".to_owned(),
        minutes @ 2..60 => (minutes, "minute"),
        minutes @ 60..1_440 => (minutes / 60, "hour"),
        minutes => (minutes / 1_440, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("Last active {number} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::{device_name, last_seen};
    use crate::models::Device;

    #[test]
    fn the_last_use_is_told_in_words() {
        for (idle_minutes, expected) in [
            (0, "Active now"),
            (59, "Last active 59 minutes ago"),
            (60, "Last active 1 hour ago"),
            (1_439, "Last active 23 hours ago"),
            (2_880, "Last active 2 days ago"),
        ] {
            let device = Device {
                id: String::new(),
                browser: Some("Firefox".to_owned()),
                system: Some("Linux".to_owned()),
                idle_minutes,
                is_current: false,
            };
            assert_eq!(last_seen(&device), expected);
            assert_eq!(device_name(&device), "Firefox on Linux");
        }
    }
}
