/* The worklist: keys, selection, filters that are remembered per tab (the address always wins). */
(function () {
  "use strict";

  var x = window.xueji;
  var panel = document.querySelector("[data-worklist]");
  if (!panel) { return; }
  var rows = x.all("[data-row]", panel);
  var current = -1;

  /* On a telephone the tabs scroll sideways: the current one must be in sight. */
  var strip = panel.querySelector(".tabs");
  var here = strip && strip.querySelector("[aria-current]");
  if (here) { strip.scrollLeft = Math.max(here.offsetLeft + here.offsetWidth - strip.clientWidth + 24, 0); }

  /* ---- J K X ------------------------------------------------------------------- */
  function go(to) {
    if (!rows.length) { return; }
    current = Math.min(Math.max(to, 0), rows.length - 1);
    rows[current].querySelector("[data-open]").focus(); /* Enter then opens it, natively */
  }
  panel.addEventListener("focusin", function (event) {
    var row = event.target.closest("[data-row]");
    rows.forEach(function (each, at) {
      each.classList.toggle("current", each === row);
      if (each === row) { current = at; }
    });
  });
  function box(row) { return row.querySelector("input[name=case]"); }
  x.onKeys({
    j: function () { go(current + 1); },
    k: function () { go(current < 0 ? 0 : current - 1); },
    x: function () {
      if (current < 0 || !box(rows[current])) { return false; }
      box(rows[current]).checked = !box(rows[current]).checked;
      tell();
    },
    Enter: function (event) {
      if (current < 0 || event.target !== document.body) { return false; }
      rows[current].querySelector("[data-open]").click();
    }
  });

  /* ---- selection ------------------------------------------------------------------ */
  var bar = panel.querySelector("[data-bulkbar]");
  var every = panel.querySelector("[data-select-all]");
  function boxes() { return rows.map(box).filter(Boolean); }
  function tell() {
    if (!bar) { return; }
    var chosen = rows.filter(function (row) { var each = box(row); row.classList.toggle("on", Boolean(each && each.checked)); return each && each.checked; });
    var stages = chosen.map(function (row) { return row.dataset.stage; });
    var same = stages.every(function (stage) { return stage === stages[0]; });
    bar.hidden = chosen.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = x.words("已选 {0} 件", [chosen.length]);
    bar.querySelector("[data-bulk-text]").textContent = !chosen.length ? "" : same
      ? x.words("同为“{0}”，提交前逐件预检，不能一并同意的会列出原因", [chosen[0].dataset.stageName])
      : x.words("所选业务不在同一环节，请只留同一环节的业务（可先在上方按环节筛选）");
    bar.querySelector("[type=submit]").disabled = !same || !chosen.length;
    if (every) {
      every.checked = chosen.length > 0 && chosen.length === boxes().length;
      every.indeterminate = chosen.length > 0 && !every.checked;
    }
  }
  if (every) {
    every.hidden = !boxes().length;
    every.addEventListener("change", function () { boxes().forEach(function (each) { each.checked = every.checked; }); tell(); });
  }
  panel.addEventListener("change", function (event) { if (event.target.name === "case") { tell(); } });
  var bulk = document.getElementById("bulk");
  if (bulk) { bulk.addEventListener("reset", function () { window.setTimeout(tell, 0); }); }
  window.addEventListener("pageshow", tell); /* the browser may bring ticks back */
  tell();

  /* ---- filters -------------------------------------------------------------------- */
  var form = panel.querySelector("[data-filters]");
  function key(tab) { return "filters:" + x.account + ":" + tab; }
  if (form) {
    form.addEventListener("change", function () { form.requestSubmit(); });
    form.addEventListener("submit", function () {
      /* An unset filter need not stand in the address. */
      x.all("select, input", form).forEach(function (field) { if (field.value === "") { field.disabled = true; } });
    });
    window.addEventListener("pageshow", function () { x.all(":disabled", form).forEach(function (field) { field.disabled = false; }); });
  }
  var names = form ? x.all("select[name], input[type=checkbox][name]", form).map(function (field) { return field.name; }) : [];
  var asked = new URLSearchParams(window.location.search);
  var kept = new URLSearchParams();
  names.forEach(function (name) { if (asked.get(name)) { kept.set(name, asked.get(name)); } });
  if (window.location.search) { x.remember("localStorage", key(panel.dataset.tab), kept.toString() || null); }
  x.all("[data-clear-filters]", panel).forEach(function (link) {
    link.addEventListener("click", function () { x.remember("localStorage", key(panel.dataset.tab), null); });
  });
  x.all("[data-tab-key]", panel).forEach(function (link) {
    var stored = x.recall("localStorage", key(link.dataset.tabKey));
    if (!stored) { return; }
    var url = new URL(link.href);
    new URLSearchParams(stored).forEach(function (value, name) { url.searchParams.set(name, value); });
    link.href = url.pathname + url.search;
    /* An address without any parameter asks for nothing: then the remembered list is the better answer. */
    if (!window.location.search && link.hasAttribute("aria-current")) { window.location.replace(link.href); }
  });
}());
