// Tells the server the browser's time zone, and offers it where another one is shown.
const COOKIE = "tc_browser_zone";
const YEAR_S = 365 * 86400;
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const isTold = () => document.cookie.split("; ").includes(`${COOKIE}=${zone}`);

function tell() {
  const isSecure = location.protocol === "https:";
  document.cookie = `${COOKIE}=${zone}; path=/; max-age=${YEAR_S}; samesite=lax${isSecure ? "; secure" : ""}`;
}

if (zone && /^[\w+/-]+$/.test(zone)) {
  if (!isTold()) tell();
  // The first page of all came without knowing it; not again where cookies are refused.
  if ("zoneUnknown" in document.body.dataset && zone !== "UTC" && isTold()) location.reload();
}

const offer = document.querySelector("[data-zone-offer]");

if (offer && zone && zone !== offer.dataset.zoneOffer) {
  const address = new URL(location.href);
  address.searchParams.set("tz", zone);
  address.searchParams.set("tz_before", offer.dataset.zoneOffer);
  offer.href = address.href;
  offer.textContent = offer.dataset.zoneText.replace("{zone}", zone.replaceAll("_", " "));
  offer.hidden = false;
}
