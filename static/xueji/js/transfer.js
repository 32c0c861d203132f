/* A transfer being filled in: the note only where the reason asks for one; the check-list after a proof came or went. */
(function () {
  "use strict";

  var x = window.xueji;
  var panel = document.querySelector("[data-note-reasons]");
  if (!panel) { return; }
  var wanting = panel.dataset.noteReasons.split(" ");
  var note = panel.querySelector("[data-note]");

  function tell() {
    var chosen = panel.querySelector("input[name=reason]:checked");
    note.hidden = !chosen || wanting.indexOf(chosen.value) === -1;
  }
  panel.addEventListener("change", tell);
  tell();

  var place = document.querySelector("[data-checks-url]");
  var checks = document.querySelector("[data-checks]");
  document.addEventListener("xueji:proofs", function () {
    fetch(place.dataset.checksUrl, { credentials: "same-origin", headers: { "X-Requested-With": "XMLHttpRequest" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
      .then(function (text) { if (text) { checks.innerHTML = text; } })
      .catch(function () { x.toast("核对结果没有更新，保存后会重新核对。", "warning"); });
  });
}());
