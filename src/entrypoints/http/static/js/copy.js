// Buttons that copy the text of an element. Without scripts they stay hidden.
for (const button of document.querySelectorAll("[data-copy]")) {
  const label = button.querySelector("[data-copy-label]");
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(source.textContent);
      label.textContent = button.dataset.copied;
    } catch {
      // No clipboard without https: select the text, so that one key copies it.
      getSelection().selectAllChildren(source);
      label.textContent = button.dataset.selected;
    }
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}
