//! The memory and the CPU time of a process, from `/proc`. Zero on other systems than Linux.

use std::time::Duration;

/// The unit of CPU times in `/proc`, on all architectures that Rust supports.
const TICK: Duration = Duration::from_millis(10);

/// Returns the resident set in MiB.
pub(crate) fn resident_mib(process: u32) -> u64 {
    field(process, "VmRSS:")
}

/// Returns the largest resident set so far, in MiB.
pub(crate) fn peak_mib(process: u32) -> u64 {
    field(process, "VmHWM:")
}

/// Returns the CPU time that the process has used, user and system.
pub(crate) fn cpu_time(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program, in parentheses, can contain spaces. User and system time are the 14th and the 15th field.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let times = fields.split_whitespace().skip(11).take(2);
    times
        .filter_map(|ticks| Some(TICK * ticks.parse::<u32>().ok()?))
        .sum()
}

fn field(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
