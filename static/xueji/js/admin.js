// The administrators' boxes that search while one types: the library behind them leaves them without a name, so a
// screen reader would only say “combobox”. Each takes the name of its field's label.
(function () {
  "use strict";
  function words(text) { return (window.xuejiEnglish || {})[text] || text; }
  var $ = window.django && window.django.jQuery;
  if (!$) { return; }

  function named(box) {
    var label = document.querySelector('label[for="' + box.id + '"]');
    var parts = $(box).next(".select2").find(".select2-selection, .select2-selection__rendered");
    if (label) { parts.attr("aria-label", label.textContent.replace(/[:：]\s*$/, "").trim()); }
    parts.filter(".select2-selection").each(function () {
      var shown = this.querySelector(".select2-selection__rendered");
      // Its own name first, then what is chosen in it.
      if (shown) { this.id = this.id || "box-" + box.id; this.setAttribute("aria-labelledby", this.id + " " + shown.id); }
    });
  }

  function nameAll() {
    Array.prototype.forEach.call(document.querySelectorAll(".admin-autocomplete"), named);
  }

  // After the library's own start, which was registered before this file was read.
  $(nameAll);
  document.addEventListener("formset:added", nameAll);
  $(document).on("select2:open", function (event) {
    var list = document.querySelector(".select2-results__options");
    $(".select2-search__field").attr("aria-label", words("输入文字查找"));
    // The list is hung at the end of the page, outside of its parts: it is made one, and the box says that it opened it.
    $("body > .select2-container--open").attr({ role: "region", "aria-label": words("可选的项") });
    if (list && list.id) { $(event.target).next(".select2").find(".select2-selection").attr("aria-controls", list.id); }
  });
  $(document).on("select2:close", function (event) {
    $(event.target).next(".select2").find(".select2-selection").removeAttr("aria-controls");
  });
})();
