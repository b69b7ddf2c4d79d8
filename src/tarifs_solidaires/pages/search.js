"use strict";
(() => {
  const words = JSON.parse(document.getElementById("data").textContent);
  const entries = [...document.querySelectorAll("[data-entry]")], groups = [...document.querySelectorAll("[data-group]")];
  const box = document.getElementById("search"), count = document.getElementById("count"), none = document.getElementById("none");
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const search = () => {
    const wanted = folded(box.value).match(/[\p{L}\p{N}_]+/gu) ?? [];
    let shown = 0;
    // of a word that is sought, words begin with it: no "Bordeaux" for "eau"
    entries.forEach((entry, i) => {
      const fits = wanted.every((word) => ` ${words[i]}`.includes(` ${word}`));
      entry.hidden = !fits;
      shown += fits;
    });
    for (const group of groups) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
    count.textContent = count.dataset.text.replace("{count}", shown);
    none.hidden = shown > 0;
  };
  document.getElementById("searching").hidden = false;
  document.getElementById("searching").addEventListener("submit", (event) => event.preventDefault());
  box.addEventListener("input", search);
  search();
})();
