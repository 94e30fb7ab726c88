// Keeps a report that ends now up to date: asks for the page as it is by then, and changes what
// differs in its parts marked [data-fresh]. What readers opened, typed, selected or have the focus
// on stays as it is. The button stops and resumes it; where the server is gone, words beside it say so.
const button = document.querySelector("[data-live]");
const lost = document.querySelector("[data-lost]");
const EVERY_MS = 3000;
const AT_MOST_MS = 60000;
const FAILURES = 2;
let wait = EVERY_MS;
let timer = 0;
let isAsking = false;
let failures = 0;
let answered = new Date();

// The page where it has changed, null where it has not. Throws where the server cannot say.
async function newer() {
  // In the zone that is shown: another one may have been chosen in this browser since.
  const address = new URL(location.href);
  address.searchParams.set("tz", lost.dataset.zone);
  const answer = await fetch(address, {
    headers: { "If-None-Match": `"${button.dataset.live}"` },
    redirect: "manual",
  });
  if (answer.status === 304) return null;
  if (answer.type === "opaqueredirect") stop();
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

// Signed out meanwhile, or the range is over: what is shown stays, and nobody asks any more.
function stop() {
  button.hidden = true;
  connect();
}

function connect() {
  failures = 0;
  answered = new Date();
  delete button.dataset.state;
  lost.replaceChildren();
}

// Once may be chance. What is shown by then is as old as the last answer.
function fail() {
  failures += 1;
  if (failures !== FAILURES || !isOn()) return;
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: lost.dataset.zone };
  const time = answered.toLocaleTimeString(document.documentElement.lang, form);
  button.dataset.state = "lost";
  lost.textContent = lost.dataset.lost.replace("{time}", time);
}

function show(page) {
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const wanted = page.getElementById(part.id);
    if (wanted) change(part, wanted);
  }
  const next = page.querySelector("[data-live]");
  if (next) button.dataset.live = next.dataset.live;
  else stop();
}

const keyOf = (node) => node.dataset?.key;
const isAlike = (node, wanted) =>
  node?.nodeName === wanted.nodeName && keyOf(node) === keyOf(wanted);

function change(node, wanted) {
  if (node.isEqualNode(wanted)) return;
  if (node.nodeType !== Node.ELEMENT_NODE) {
    node.data = wanted.data;
    return;
  }
  changeAttributes(node, wanted);
  changeChildren(node, wanted);
}

function changeAttributes(node, wanted) {
  // Whether details are open is up to the reader.
  const isOurs = ({ name }) => name !== "open";
  for (const { name } of [...node.attributes].filter(isOurs)) {
    if (!wanted.hasAttribute(name)) node.removeAttribute(name);
  }
  for (const { name, value } of [...wanted.attributes].filter(isOurs)) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
}

// Children with a key stay the same elements wherever they stand; the others are matched by place.
function changeChildren(node, wanted) {
  const keys = new Set([...wanted.children].map(keyOf));
  for (const child of [...node.children]) {
    if (!keys.has(keyOf(child))) child.remove();
  }
  const keyed = new Map([...node.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let place = node.firstChild;
  for (const each of [...wanted.childNodes]) {
    const known = keyed.get(keyOf(each)) ?? place;
    if (!isAlike(known, each)) {
      node.insertBefore(document.importNode(each, true), place);
      continue;
    }
    if (known === place) place = place.nextSibling;
    else node.insertBefore(known, place);
    change(known, each);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

const isOn = () => !document.hidden && !button.hidden && button.ariaPressed === "true";

async function look() {
  clearTimeout(timer);
  if (isAsking || !isOn()) return;
  isAsking = true;
  const began = performance.now();
  try {
    const page = await newer();
    connect();
    if (page && isOn()) show(page);
    // A server that takes its time is asked less often.
    wait = Math.min(Math.max(EVERY_MS, 10 * (performance.now() - began)), AT_MOST_MS);
  } catch {
    fail();
    wait = Math.min(2 * wait, AT_MOST_MS);
  }
  isAsking = false;
  timer = setTimeout(look, wait);
}

button.hidden = false;
button.addEventListener("click", () => {
  button.ariaPressed = String(button.ariaPressed !== "true");
  connect();
  look();
});
document.addEventListener("visibilitychange", look);
timer = setTimeout(look, wait);
