// Tells the server the browser's time zone, and offers it where another one is shown.
const COOKIE = "tc_browser_zone";
const YEAR_S = 365 * 86400;
// Chromium still has the first name of a zone that got another one; as IANA's backward file has them.
const RENAMED = {
  "Africa/Asmera": "Africa/Asmara",
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Catamarca": "America/Argentina/Catamarca",
  "America/Coral_Harbour": "America/Atikokan",
  "America/Cordoba": "America/Argentina/Cordoba",
  "America/Godthab": "America/Nuuk",
  "America/Indianapolis": "America/Indiana/Indianapolis",
  "America/Jujuy": "America/Argentina/Jujuy",
  "America/Louisville": "America/Kentucky/Louisville",
  "America/Mendoza": "America/Argentina/Mendoza",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
  "Pacific/Enderbury": "Pacific/Kanton",
  "Pacific/Ponape": "Pacific/Pohnpei",
  "Pacific/Truk": "Pacific/Chuuk",
};
const named = Intl.DateTimeFormat().resolvedOptions().timeZone;
const zone = RENAMED[named] ?? named;

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
  address.searchParams.delete("at_once");
  address.searchParams.set("tz", zone);
  address.searchParams.set("tz_before", offer.dataset.zoneOffer);
  offer.href = address.href;
  offer.textContent = offer.dataset.zoneText.replace("{zone}", zone.replaceAll("_", " "));
  offer.hidden = false;
}
