//! One run for each store: start, load, disturbances, check, table.

use std::{
    error::Error,
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use clap::Parser;
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};

use crate::{
    browser::Clients,
    chaos::{self, Disturbances},
    cluster::{Cluster, Executables, REPLICAS},
    environment::Environment,
    grants::{GrantLog, now},
    interrupt::Interrupt,
    judgement::RowOwners,
    report::Report,
    schedule::schedule,
    store::StoreKind,
    table::table,
    tally::Tally,
    user,
};

/// Users who log in, visit pages and log out at the same time, beside those who stay.
const ACTIVE_USERS: usize = 40;
/// Checks at the end that run at the same time.
const FINAL_CHECKS: usize = 16;
const CLIENT_ADDRESSES: u8 = 200;
const MAX_RUN: Duration = Duration::from_mins(20);

/// Kills and pauses replicas and their store under load, and counts lost sessions.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask cluster")]
pub(crate) struct Arguments {
    /// The session store; can be repeated.
    #[arg(long = "store", value_enum, default_values_t = [StoreKind::Postgres, StoreKind::Redis])]
    stores: Vec<StoreKind>,
    /// The number of sessions.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sessions: u32,
    /// Determines who is disturbed when, and what the users do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The number of kills, pauses and restarts.
    #[arg(long, default_value_t = 40)]
    disturbances: usize,
    /// The folder for logs and data; its content is deleted.
    #[arg(long, value_name = "FOLDER")]
    state: PathBuf,
    #[command(flatten)]
    executables: Executables,
}

/// Runs on each store. Returns whether nothing happened that must not happen.
pub(crate) async fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    // An error means that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut interrupt = Interrupt::new()?;
    let mut is_success = true;
    for kind in &arguments.stores {
        match run_on(*kind, arguments, &mut interrupt).await? {
            Verdict::Passed => {}
            Verdict::Failed => is_success = false,
            Verdict::Interrupted => return Ok(false),
        }
    }
    Ok(is_success)
}

/// The result of the run on one store.
enum Verdict {
    Passed,
    Failed,
    /// It did not reach its end; what was printed is partial.
    Interrupted,
}

async fn run_on(
    kind: StoreKind,
    arguments: &Arguments,
    interrupt: &mut Interrupt,
) -> Result<Verdict, Box<dyn Error>> {
    let folder = arguments.state.join(kind.name().to_lowercase());
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let folder = folder.canonicalize()?;
    let sessions = usize::try_from(arguments.sessions)?;
    let grants = GrantLog::default();
    println!(
        "Starting {REPLICAS} replicas on {} in {}",
        kind.name(),
        folder.display()
    );
    let mut cluster = Cluster::start(kind, &arguments.executables, sessions, &folder, &grants)?;
    let events = schedule(
        arguments.seed,
        arguments.disturbances,
        sessions,
        REPLICAS,
        kind.has_process(),
    );
    let (finish, finished) = watch::channel(false);
    let env = Arc::new(Environment {
        seed: arguments.seed,
        site: cluster.site.clone(),
        tenant: cluster.tenant.clone(),
        replicas: cluster.addresses.clone(),
        operator: cluster.operator.clone(),
        clients: Clients::new(CLIENT_ADDRESSES)?,
        grants: grants.clone(),
        rows: RowOwners::default(),
        tally: Tally::default(),
        finish: finished,
        final_checks: Semaphore::new(FINAL_CHECKS),
    });
    println!(
        "{sessions} sessions, {} disturbances, seed {}: {}",
        events.len(),
        arguments.seed,
        cluster.site
    );
    let (start, started) = (now(), Instant::now());
    let disturbances = Disturbances::default();
    let users = tokio::spawn(start_users(Arc::clone(&env), sessions));
    let progress = tokio::spawn(print_progress(Arc::clone(&env), disturbances.clone()));
    let load = async {
        chaos::run(&cluster, &events, &env, &disturbances).await?;
        let sessions = users.await?;
        finish.send_replace(true);
        sessions.join_all().await;
        Ok::<(), Box<dyn Error>>(())
    };
    // Why the result is partial.
    let partial = tokio::select! {
        ended = timeout(MAX_RUN, load) => match ended {
            Ok(Ok(())) => cluster.check_services().err().map(|error| error.to_string()),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("the run did not end in time".to_owned()),
        },
        signal = interrupt.wait() => Some(format!("ended by {signal}")),
    };
    progress.abort();
    let report = Report {
        partial,
        ..Report::new(
            kind.name(),
            arguments.seed,
            (start, started.elapsed()),
            (grants.all(), disturbances.all()),
            &env.tally,
        )
    };
    print(&report, &env.tally);
    Ok(if report.partial.is_some() {
        Verdict::Interrupted
    } else if report.violations().is_empty() && env.tally.made() >= sessions {
        Verdict::Passed
    } else {
        Verdict::Failed
    })
}

/// Starts the sessions, as many at a time as there are active users. Returns when the last script has ended.
async fn start_users(env: Arc<Environment>, sessions: usize) -> JoinSet<()> {
    let active = Arc::new(Semaphore::new(ACTIVE_USERS));
    let mut tasks = JoinSet::new();
    for number in 0..sessions {
        if let Ok(permit) = Arc::clone(&active).acquire_owned().await {
            tasks.spawn(user::run(Arc::clone(&env), number, permit));
        }
    }
    let all = u32::try_from(ACTIVE_USERS).unwrap_or(u32::MAX);
    let _ = active.acquire_many(all).await;
    tasks
}

async fn print_progress(env: Arc<Environment>, disturbances: Disturbances) {
    loop {
        tokio::time::sleep(Duration::from_secs(10)).await;
        println!(
            "{:>6} sessions, {:>3} disturbances, {} incidents",
            env.tally.made(),
            disturbances.all().len(),
            env.tally.incidents().len()
        );
    }
}

fn print(report: &Report, tally: &Tally) {
    println!("\n{}", table(report, tally));
    let sections = [
        ("During the longest stall", report.during_stall(tally)),
        ("The documented case (docs/tokens.md)", report.documented()),
        ("Must not happen", report.violations()),
    ];
    for (title, lines) in sections {
        if !lines.is_empty() {
            println!("{title}:");
            for line in lines {
                println!("- {line}");
            }
        }
    }
}
