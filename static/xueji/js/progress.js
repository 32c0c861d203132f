// A page whose work runs elsewhere: look again every three seconds until it is done, then show the whole page anew.
(function () {
  "use strict";
  function look() {
    var here = document.querySelector("[data-progress]");
    if (!here) { return; }
    fetch(location.href, { credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(new Error("status")); })
      .then(function (text) {
        var there = new DOMParser().parseFromString(text, "text/html").querySelector("[data-progress]");
        if (!there || there.querySelector("h2").textContent !== here.querySelector("h2").textContent) {
          location.reload();
          return;
        }
        here.replaceWith(document.importNode(there, true));
        setTimeout(look, 3000);
      })
      .catch(function () { setTimeout(look, 10000); });
  }
  setTimeout(look, 3000);
})();
