//! The stock report, for managers.

use crate::{
    api::products::stock_report,
    components::{Loading, Problem, format_price},
};
use leptos::prelude::*;
use leptos_auth0::set_page_status;

#[component]
pub(crate) fn ReportPage() -> impl IntoView {
    let report = Resource::new(|| (), |()| stock_report());
    view! {
        <header class="page-head">
            <h1 tabindex="-1">"Stock report"</h1>
            <p class="lede">"What your products are worth. Only users with the role manager see this page."</p>
        </header>
        <Loading message="Adding up your products…">
            {move || Suspend::new(async move {
                match report.await {
                    Ok(report) => {
                        view! {
                            <dl class="numbers">
                                <div><dt>"Products"</dt><dd>{report.products}</dd></div>
                                <div><dt>"Pieces"</dt><dd>{report.pieces}</dd></div>
                                <div>
                                    <dt>"Value"</dt>
                                    <dd>{format_price(report.value_cents, "EUR")}</dd>
                                </div>
                            </dl>
                        }
                            .into_any()
                    }
                    Err(error) => {
                        set_page_status(&error);
                        view! { <Problem error/> }.into_any()
                    }
                }
            })}
        </Loading>
    }
}
