// Offers the browser's time zone where another one is shown.
const offer = document.querySelector("[data-zone-offer]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (offer && zone && zone !== offer.dataset.zoneOffer) {
  const address = new URL(location.href);
  address.searchParams.set("tz", zone);
  offer.href = address.href;
  offer.textContent = offer.dataset.zoneText.replace("{zone}", zone.replaceAll("_", " "));
  offer.hidden = false;
}
