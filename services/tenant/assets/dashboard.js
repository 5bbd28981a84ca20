// Fetches the log entries every two seconds while the page is visible.
const log = document.getElementById("log");
setInterval(async () => {
  if (document.hidden) return;
  try {
    const response = await fetch("/log", { signal: AbortSignal.timeout(5000) });
    if (!response.ok) return;
    const entries = await response.text();
    if (entries !== log.dataset.shown) {
      log.innerHTML = entries;
      log.dataset.shown = entries;
    }
  } catch {
    // The tenant may be restarting. The next interval retries.
  }
}, 2000);
