/* Quick phrases beside a form of their own: they fill the opinion, they never send it. Keys 1–9. */
(function () {
  "use strict";

  var x = window.xueji;
  var opinion = document.getElementById("opinion");
  var buttons = x.all("[data-phrase]");
  if (!opinion || !buttons.length) { return; }
  var known = buttons.map(function (each) { return each.dataset.phrase; });

  function fill(text) {
    /* A phrase takes the place of another phrase, but is put after what somebody typed. */
    var typed = opinion.value.trim();
    opinion.value = !typed || known.indexOf(typed) !== -1 ? text : typed + text;
    opinion.focus();
  }

  var keys = {};
  buttons.forEach(function (button, at) {
    button.addEventListener("click", function () { fill(button.dataset.phrase); });
    if (at < 9) { keys[String(at + 1)] = function () { fill(button.dataset.phrase); }; }
  });
  x.onKeys(keys);
}());
