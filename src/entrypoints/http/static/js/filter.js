// Suggests only values of what is chosen to filter by.
const by = document.getElementById("filter-add");
const suggestions = document.querySelectorAll("#filter-values option");

function suggest() {
  for (const each of suggestions) each.disabled = each.dataset.of !== by.value;
}

by.addEventListener("change", suggest);
suggest();
