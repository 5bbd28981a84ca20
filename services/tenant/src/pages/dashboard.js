// Brings the newest log entries every two seconds while the page is visible. Without it, reload the page.
const log = document.getElementById("log");
setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/log", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) return;
    const entries = await answer.text();
    if (entries !== log.dataset.shown) {
      log.innerHTML = entries;
      log.dataset.shown = entries;
    }
  } catch {
    // The tenant is restarting; the next round will find it.
  }
}, 2000);
