// Waits for the first event: reloads the page, or says so where a reload would lose a secret.
const waiting = document.querySelector("[data-arrival]");

async function look() {
  const answer = await fetch(waiting.dataset.arrival, { redirect: "manual" });
  // 204: nothing yet. A redirect: signed out meanwhile, which a reload tells best.
  return answer.status === 200 || answer.type === "opaqueredirect";
}

function arrive() {
  if (waiting.dataset.then === "reload") {
    location.reload();
    return;
  }
  waiting.querySelector("[data-pulse]").classList.add("pulse-arrived");
  waiting.querySelector("[data-status]").textContent = waiting.dataset.arrived;
}

async function poll() {
  const found = !document.hidden && await look().catch(() => false);
  if (found) {
    arrive();
  } else {
    setTimeout(poll, 2500);
  }
}

poll();
