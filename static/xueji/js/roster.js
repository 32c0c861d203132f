/* The roster's filters act as soon as they are chosen; without script there is a button. */
(function () {
  "use strict";

  var x = window.xueji;
  x.all("[data-roster-filters]").forEach(function (form) {
    var button = form.querySelector("[data-apply]");
    button.hidden = true;
    form.addEventListener("change", function () { form.requestSubmit(); });
    form.addEventListener("submit", function () {
      /* An unset filter need not stand in the address. */
      x.all("select", form).forEach(function (field) { if (field.value === "") { field.disabled = true; } });
    });
    window.addEventListener("pageshow", function () { x.all(":disabled", form).forEach(function (field) { field.disabled = false; }); });
  });
}());
