//! The memory of a process, from `/proc`. Zero on other systems than Linux.

/// Returns the resident set in MiB.
pub(crate) fn resident_mib(process: u32) -> u64 {
    field(process, "VmRSS:")
}

/// Returns the largest resident set so far, in MiB.
pub(crate) fn peak_mib(process: u32) -> u64 {
    field(process, "VmHWM:")
}

fn field(process: u32, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|it| it.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
