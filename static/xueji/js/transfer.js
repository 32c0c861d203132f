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

  /* The classes of the chosen grade only; the reason only where that grade is not the pupil's own (R4.3). */
  var grade = document.querySelector("select[name=grade_to]");
  var classes = document.querySelector("select[name=school_class]");
  var why = document.querySelector("[data-grade-reason]");
  if (grade && classes && why) {
    var groups = Array.prototype.slice.call(classes.querySelectorAll("optgroup"));
    var narrow = function (event) {
      var label = grade.options[grade.selectedIndex].text;
      groups.forEach(function (group) {
        if (group.label === label) { classes.appendChild(group); } else if (group.parentNode) { group.parentNode.removeChild(group); }
      });
      if (event) {
        var only = classes.querySelectorAll("optgroup option");
        classes.value = only.length === 1 ? only[0].value : "";
      }
      why.hidden = grade.value === grade.dataset.ownGrade;
    };
    grade.addEventListener("change", narrow);
    narrow();
  }

  var place = document.querySelector("[data-checks-url]");
  var checks = document.querySelector("[data-checks]");
  document.addEventListener("xueji:proofs", function () {
    fetch(place.dataset.checksUrl, { credentials: "same-origin", headers: { "X-Requested-With": "XMLHttpRequest" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.text() : ""; })
      .then(function (text) { if (text) { checks.innerHTML = text; } })
      .catch(function () { x.toast(x.words("核对结果没有更新，保存后会重新核对。"), "warning"); });
  });
}());
