/* One case: phrases, keys, the proofs viewer, and word when the page has gone stale. */
(function () {
  "use strict";

  var x = window.xueji;
  var form = document.querySelector("[data-decision]");
  var opinion = document.getElementById("opinion");
  var phrases = form ? x.all("[data-phrase]", form) : [];

  /* ---- phrases fill, they never sign ---------------------------------------------- */
  function fill(text) {
    var known = phrases.map(function (each) { return each.dataset.phrase; });
    var typed = opinion.value.trim();
    opinion.value = !typed || known.indexOf(typed) !== -1 ? text : typed + text;
    opinion.dispatchEvent(new Event("input", { bubbles: true }));
    opinion.focus();
    opinion.setSelectionRange(opinion.value.length, opinion.value.length);
  }
  phrases.forEach(function (button) { button.addEventListener("click", function () { fill(button.dataset.phrase); }); });

  /* ---- the buttons of the panel stay in the window, wherever it begins --------------- */
  var panelOf = document.querySelector(".decision");
  function place() { panelOf.style.setProperty("--above", Math.max(12, Math.round(panelOf.getBoundingClientRect().top)) + "px"); }
  if (panelOf) {
    place();
    window.addEventListener("resize", place);
    window.addEventListener("scroll", place, { passive: true });
  }

  var keys = {
    j: function () { return follow("[data-key-next]"); },
    k: function () { return follow("[data-key-previous]"); }
  };
  /* The phrases of the outcome that is open, else those of agreement. */
  function offered() {
    var open = form.querySelector("[data-outcome-panel][open] [data-phrases]");
    return x.all("[data-phrase]", open || form.querySelector("[data-phrases]") || form);
  }
  (form ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : []).forEach(function (number) {
    keys[String(number)] = function () {
      var button = offered()[number - 1];
      if (!button) { return false; }
      fill(button.dataset.phrase);
    };
  });
  function follow(selector) {
    var link = document.querySelector(selector);
    if (!link) { return false; }
    link.click();
  }

  if (form) {
    opinion.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing || event.keyCode === 229) { return; }
      event.preventDefault();
      var panel = form.querySelector("[data-outcome-panel][open]");
      /* The filled button: of agreement, or of what was proposed to the head. */
      var button = document.querySelector("[data-primary]:not(:disabled)");
      if (button && panel && button.value !== panel.dataset.outcome) { button = null; }
      if (button) { form.requestSubmit(button); } else if (panel) { x.toast(x.words("另一种结论正打开着，请用那里的按钮提交。"), "warning"); }
    });
    /* One outcome at a time. */
    x.all("[data-outcome-panel]", form).forEach(function (panel) {
      panel.addEventListener("toggle", function () {
        if (!panel.open) { return; }
        x.all("[data-outcome-panel][open]", form).forEach(function (other) { if (other !== panel) { other.open = false; } });
        panel.scrollIntoView({ block: "nearest" });
      });
    });
    /* The server says the same sentences; here they come before the page is left. */
    form.addEventListener("submit", function (event) {
      var button = event.submitter;
      if (button && button.hasAttribute("data-saves")) { return; } /* a draft is kept without an opinion */
      var panel = button ? button.closest("[data-outcome-panel]") : null;
      var written = opinion.value.trim().length;
      x.all("[data-said]", form).forEach(function (each) { each.remove(); });
      opinion.removeAttribute("aria-invalid");
      if (panel && panel.querySelector("[type=radio]") && !panel.querySelector("[type=radio]:checked")) {
        refuse(event, button, x.words("请先选一条理由。"));
        panel.querySelector("[type=radio]").focus();
      } else if (written < 2) {
        refuseOpinion(event, x.words("请填写审核补充意见，至少 2 个字；可点上面的常用短语。"));
      } else if (panel && button.value === "refuse" && written < 10) {
        refuseOpinion(event, x.words("不同意时，意见至少写 10 个字，让对方知道为什么。"));
      }
    });
  }
  function refuse(event, before, sentence) {
    event.preventDefault();
    var said = x.element("div", "field-error", sentence);
    said.dataset.said = "";
    said.id = "said";
    said.setAttribute("role", "alert");
    before.before(said);
  }
  function refuseOpinion(event, sentence) {
    refuse(event, document.getElementById("opinion-hint"), sentence);
    opinion.setAttribute("aria-invalid", "true");
    opinion.focus({ preventScroll: true });
    opinion.scrollIntoView({ block: "nearest" }); /* the scroll margin keeps it clear of the bar */
  }

  /* ---- the viewer -------------------------------------------------------------------- */
  var viewer = document.querySelector("[data-viewer]");
  if (viewer) { watchViewer(viewer); }

  function watchViewer(viewer) {
    var picture = viewer.querySelector("[data-view]");
    var sheet = picture.parentElement;
    var tools = document.querySelector("[data-viewer-tools]");
    var thumbs = x.all("[data-thumb]");
    var zoom = 1;
    var turn = 0;

    /* The sheet takes the size of the turned picture, so that every corner can be scrolled to. */
    function draw() {
      var sideways = turn % 180 !== 0;
      var wide = picture.naturalWidth || 1;
      var high = picture.naturalHeight || 1;
      var room = { wide: viewer.clientWidth * 0.92, high: viewer.clientHeight * 0.92 };
      var fit = Math.min(room.wide / (sideways ? high : wide), room.high / (sideways ? wide : high), 1);
      var across = Math.round(wide * fit * zoom);
      var down = Math.round(high * fit * zoom);
      viewer.classList.add("zoomed");
      picture.style.width = across + "px";
      picture.style.height = down + "px";
      picture.style.transform = "translate(-50%, -50%) rotate(" + turn + "deg)";
      sheet.style.width = (sideways ? down : across) + "px";
      sheet.style.height = (sideways ? across : down) + "px";
    }
    function by(factor) { return function () { zoom = Math.min(Math.max(zoom * factor, 1), 8); draw(); }; }
    function rotate() { turn = (turn + 90) % 360; draw(); }
    function fullscreen() {
      if (document.fullscreenElement) { document.exitFullscreen(); } else if (viewer.requestFullscreen) { viewer.requestFullscreen().catch(function () { x.toast(x.words("这台设备的浏览器不允许全屏。"), "warning"); }); }
    }
    function show(thumb) {
      zoom = 1;
      turn = 0;
      picture.removeAttribute("style");
      sheet.removeAttribute("style");
      viewer.classList.remove("zoomed");
      picture.src = thumb.href;
      picture.alt = thumb.getAttribute("aria-label");
      thumbs.forEach(function (each) { if (each === thumb) { each.setAttribute("aria-current", "true"); } else { each.removeAttribute("aria-current"); } });
    }

    tools.hidden = false;
    tools.querySelector("[data-zoom-in]").addEventListener("click", by(1.4));
    tools.querySelector("[data-zoom-out]").addEventListener("click", by(1 / 1.4));
    tools.querySelector("[data-rotate]").addEventListener("click", rotate);
    tools.querySelector("[data-fullscreen]").addEventListener("click", fullscreen);
    thumbs.forEach(function (thumb) {
      thumb.addEventListener("click", function (event) {
        if (event.ctrlKey || event.metaKey || event.shiftKey) { return; }
        event.preventDefault();
        show(thumb);
      });
    });
    picture.addEventListener("error", function () {
      var sentence = x.element("p", "", x.words("这张证明打不开或校验不符。请点“退回补正”，让转入学校重新上传。"));
      if (!viewer.querySelector("p")) { viewer.appendChild(sentence); }
      picture.hidden = true;
    });
    picture.addEventListener("load", function () { picture.hidden = false; x.all("p", viewer).forEach(function (each) { each.remove(); }); });
    document.addEventListener("fullscreenchange", function () { if (viewer.classList.contains("zoomed")) { window.setTimeout(draw, 60); } });
    keys.r = rotate;
    keys.f = fullscreen;
    keys["+"] = by(1.4);
    keys["="] = keys["+"];
    keys["-"] = by(1 / 1.4);
  }
  x.onKeys(keys);

  /* ---- has somebody else been here? Asked when the page is looked at again, not by a timer:
          a timer would keep an idle session alive. ------------------------------------------ */
  var stale = document.querySelector("[data-stale]");
  if (stale && stale.dataset.revisionUrl) {
    var lastAsked = Date.now();
    var check = function () {
      if (document.hidden || Date.now() - lastAsked < 20000 || !stale.hidden) { return; }
      lastAsked = Date.now();
      fetch(stale.dataset.revisionUrl, { credentials: "same-origin", headers: { Accept: "application/json" } })
        .then(function (answer) { return answer.ok ? answer.json() : null; })
        .then(function (found) {
          if (!found || String(found.revision) === stale.dataset.revision) { return; }
          if (found.sentence) { stale.querySelector("[data-stale-text]").textContent = found.sentence; }
          stale.hidden = false;
        })
        .catch(function () { /* offline: the door checks the revision anyway */ });
    };
    document.addEventListener("visibilitychange", check);
    window.addEventListener("focus", check);
  }
}());
