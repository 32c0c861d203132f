/* What every page does. ES2019, no inline handlers, nothing from elsewhere. */
(function () {
  "use strict";

  var body = document.body;
  var account = body.dataset.account || "";

  function all(selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
  }

  /* The sentence for the reader: the page brings a list for readers of English, otherwise it is the Chinese itself. */
  function words(text, given) {
    var said = (window.xuejiEnglish || {})[text] || text;
    return (given || []).reduce(function (whole, value, at) { return whole.split("{" + at + "}").join(value); }, said);
  }

  function csrf() {
    var meta = document.querySelector("meta[name=csrf-token]");
    return meta ? meta.content : "";
  }

  /* Browsers may refuse storage (private windows, policy): memory is a convenience, never a need. */
  function recall(store, key) { try { return window[store].getItem(key); } catch (error) { return null; } }
  function remember(store, key, value) {
    try { if (value === null) { window[store].removeItem(key); } else { window[store].setItem(key, value); } } catch (error) { /* nothing is lost but comfort */ }
  }

  function toast(sentence, tone) {
    var place = document.getElementById("toasts");
    var note = element("div", "note note-" + (tone || "info"));
    note.appendChild(element("span", "", sentence));
    var close = element("button", "note-close", words("知道了"));
    close.type = "button";
    close.addEventListener("click", function () { note.remove(); });
    note.appendChild(close);
    place.appendChild(note);
  }

  /* True when a key must be left alone: typing, composing a character, a chord, or an open dialog. */
  function busyTyping(event) {
    if (event.defaultPrevented || event.isComposing || event.keyCode === 229) { return true; }
    if (event.ctrlKey || event.metaKey || event.altKey) { return true; }
    if (document.querySelector("dialog[open]")) { return true; }
    var target = event.target;
    if (!target || !target.matches) { return false; }
    if (target.isContentEditable || target.matches("textarea, select")) { return true; }
    return target.matches("input") && !target.matches("[type=checkbox], [type=radio], [type=button], [type=submit]");
  }

  function keysOn() { return recall("localStorage", "keys") !== "off"; }

  /* Register single keys: {"j": function (event) {…}}. A handler that returns false leaves the key to the browser. */
  function onKeys(table) {
    document.addEventListener("keydown", function (event) {
      if (busyTyping(event) || !keysOn()) { return; }
      var act = table[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act && act(event) !== false) { event.preventDefault(); }
    });
  }

  window.xueji = {
    all: all, element: element, csrf: csrf, toast: toast, onKeys: onKeys, busyTyping: busyTyping,
    recall: recall, remember: remember, account: account, words: words
  };

  /* ---- search, help, menu, messages ------------------------------------------ */
  onKeys({
    "/": function () { var find = document.querySelector("[data-find]"); if (!find) { return false; } find.focus(); find.select(); },
    "?": function () { return openDialog("keys-help"); }
  });

  function openDialog(id) {
    var dialog = document.getElementById(id);
    if (!dialog || !dialog.showModal) { return false; }
    if (!dialog.open) { dialog.showModal(); }
  }

  document.addEventListener("click", function (event) {
    var target = event.target.closest ? event.target : null;
    if (!target) { return; }
    var opener = target.closest("[data-open-dialog]");
    if (opener) { openDialog(opener.dataset.openDialog); return; }
    var closer = target.closest("[data-close-dialog]");
    if (closer) { closer.closest("dialog").close(); return; }
    var dismiss = target.closest("[data-dismiss]");
    if (dismiss) { dismiss.closest(".note").remove(); return; }
    if (target.closest("[data-back]")) { window.history.back(); return; }
    if (target.closest("[data-print]")) { window.print(); return; }
    all("[data-menu][open]").forEach(function (menu) { if (!menu.contains(target)) { menu.open = false; } });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    all("[data-menu][open]").forEach(function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
  });

  var keysBox = document.getElementById("keys-on");
  if (keysBox) {
    keysBox.checked = keysOn();
    keysBox.addEventListener("change", function () { remember("localStorage", "keys", keysBox.checked ? null : "off"); });
  }
  var toFocus = document.querySelector("[data-focus]");
  if (toFocus) { toFocus.focus({ preventScroll: true }); toFocus.scrollIntoView({ block: "nearest" }); }

  /* ---- confirm, then send once -------------------------------------------------- */
  function ask(sentence, yes, then) {
    var dialog = element("dialog");
    var title = element("h2", "", words("请确认"));
    title.id = "ask-title";
    dialog.setAttribute("aria-labelledby", "ask-title");
    dialog.appendChild(title);
    dialog.appendChild(element("p", "", sentence));
    var actions = element("div", "actions");
    var no = element("button", "btn", words("取消"));
    var go = element("button", "btn btn-primary", yes || words("确定"));
    no.type = "button";
    go.type = "button";
    no.addEventListener("click", function () { dialog.close(); });
    go.addEventListener("click", function () { dialog.close("yes"); });
    dialog.addEventListener("close", function () { var answer = dialog.returnValue; dialog.remove(); if (answer === "yes") { then(); } });
    actions.appendChild(no);
    actions.appendChild(go);
    dialog.appendChild(actions);
    body.appendChild(dialog);
    dialog.showModal();
    no.focus();
  }

  var lastPressed = null;
  document.addEventListener("click", function (event) {
    lastPressed = event.target.closest ? event.target.closest("button, input[type=submit]") : null;
  }, true);

  function buttonOf(event) {
    if (event.submitter) { return event.submitter; }
    return lastPressed && lastPressed.form === event.target ? lastPressed : null;
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = buttonOf(event);
    var asker = button && button.dataset.confirm ? button : form;
    if (asker.dataset.confirm && form.dataset.confirmed !== "yes") {
      event.preventDefault();
      event.stopImmediatePropagation();
      ask(asker.dataset.confirm, asker.dataset.confirmYes, function () {
        form.dataset.confirmed = "yes";
        if (button) { form.requestSubmit(button); } else { form.requestSubmit(); }
        delete form.dataset.confirmed;
      });
    }
  }, true);

  /* Bubbling phase: a page's own script may still refuse the submit before this counts it as sent. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.hasAttribute("data-once")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    var button = buttonOf(event);
    /* Only after the browser has read the form, or the pressed button's value would not be sent. */
    window.setTimeout(function () {
      submitters(form).forEach(function (each) { each.disabled = true; each.dataset.held = "yes"; });
      if (button) { button.dataset.busy = "yes"; button.dataset.label = button.innerHTML; button.textContent = words("正在提交…"); }
    }, 0);
  });

  function submitters(form) {
    return all("button, input[type=submit]").filter(function (each) { return each.form === form && each.type === "submit" && !each.disabled; });
  }

  function release(form) {
    delete form.dataset.sent;
    all("[data-held]").forEach(function (each) {
      if (each.form !== form) { return; }
      each.disabled = false;
      delete each.dataset.held;
      if (each.dataset.busy) { each.innerHTML = each.dataset.label; delete each.dataset.busy; delete each.dataset.label; }
    });
  }
  window.xueji.release = release;
  window.addEventListener("pageshow", function (event) { if (event.persisted) { all("form[data-sent]").forEach(release); } });

  /* ---- typed text survives a lost page -------------------------------------------- */
  function typedKey(form, field) { return "typed:" + account + ":" + form.dataset.keep + ":" + field.name; }

  /* What was sent and taken is no longer typed: an opinion must not come back as a ready text (R0.3). */
  var sent = recall("sessionStorage", "typed-sent");
  if (sent) {
    remember("sessionStorage", "typed-sent", null);
    if (!document.querySelector("[role=alert]:not([data-stale])")) {
      try {
        Object.keys(window.sessionStorage).forEach(function (key) { if (key.indexOf(sent) === 0) { window.sessionStorage.removeItem(key); } });
      } catch (error) { /* no storage, nothing kept */ }
    }
  }

  all("form[data-keep]").forEach(function (form) {
    form.addEventListener("submit", function () { remember("sessionStorage", "typed-sent", "typed:" + account + ":" + form.dataset.keep + ":"); });
    var fields = all("textarea, input[type=text], input:not([type])", form).filter(function (field) { return field.name && !field.hasAttribute("data-private"); });
    fields.forEach(function (field) {
      var kept = recall("sessionStorage", typedKey(form, field));
      if (kept && !field.value) { field.value = kept; }
      field.addEventListener("input", function () { remember("sessionStorage", typedKey(form, field), field.value || null); });
    });
  });

  function forgetTyped() {
    try {
      Object.keys(window.sessionStorage).forEach(function (key) { if (key.indexOf("typed:") === 0) { window.sessionStorage.removeItem(key); } });
    } catch (error) { /* no storage, nothing kept */ }
  }
  all("[data-sign-out]").forEach(function (form) { form.addEventListener("submit", forgetTyped); });

  /* ---- the idle limit, told before it strikes ---------------------------------------- */
  var limit = Number(body.dataset.sessionSeconds) * 1000;
  if (limit > 0) { watchIdle(limit); }

  function watchIdle(limit) {
    var warning = 120 * 1000;
    var lastUse = Date.now();
    var dialog = null;
    var text = null;
    var ended = false;
    var asking = false;

    function served() { remember("localStorage", "served", String(Date.now())); localServed = Date.now(); }
    /* Another tab's request keeps the same session alive. */
    function lastServed() { return Math.max(localServed, Number(recall("localStorage", "served")) || 0); }
    var localServed = Date.now();
    served();
    window.xueji.served = served;

    ["keydown", "pointerdown", "wheel"].forEach(function (name) {
      document.addEventListener(name, function () { lastUse = Date.now(); }, { passive: true, capture: true });
    });

    function keepAlive() {
      if (asking) { return; }
      asking = true;
      fetch(body.dataset.keepaliveUrl, { credentials: "same-origin", headers: { "X-Requested-With": "XMLHttpRequest" } }).then(function (answer) {
        asking = false;
        if (answer.status === 401 || answer.status === 403 || (answer.redirected && answer.url.indexOf(body.dataset.signInUrl) !== -1)) { end(); return; }
        if (answer.ok) { served(); shut(); }
      }, function () { asking = false; });
    }

    function shut() { if (dialog) { dialog.close(); dialog.remove(); dialog = null; } }

    function show(title) {
      shut();
      dialog = element("dialog");
      dialog.setAttribute("aria-labelledby", "idle-title");
      var heading = element("h2", "", title);
      heading.id = "idle-title";
      text = element("p", "");
      dialog.appendChild(heading);
      dialog.appendChild(text);
      var actions = element("div", "actions");
      dialog.appendChild(actions);
      body.appendChild(dialog);
      dialog.showModal();
      return actions;
    }

    function end() {
      ended = true;
      var actions = show(words("已自动退出"));
      text.textContent = words("太久没有操作，登录已结束。你填写的意见留在本页，重新登录后可以继续。");
      var link = element("a", "btn btn-primary", words("重新登录"));
      link.href = body.dataset.signInUrl + "?next=" + encodeURIComponent(window.location.pathname + window.location.search);
      actions.appendChild(link);
      link.focus();
    }

    function warn() {
      var actions = show(words("即将自动退出"));
      var stay = element("button", "btn btn-primary", words("继续使用"));
      stay.type = "button";
      stay.addEventListener("click", keepAlive);
      actions.appendChild(stay);
      stay.focus();
    }

    window.setInterval(function () {
      if (ended) { return; }
      var now = Date.now();
      var quiet = now - lastServed();
      /* Somebody who is still typing is not idle: tell the server so, at most every five minutes. */
      if (!dialog && quiet > limit / 3 && now - lastUse < 60000) { keepAlive(); return; }
      if (quiet >= limit) { end(); return; }
      if (quiet < limit - warning) { shut(); return; }
      if (!dialog) { warn(); }
      text.textContent = words("已有一段时间没有操作，还有 {0} 秒自动退出。填写的意见会保留。", [Math.max(1, Math.ceil((limit - quiet) / 1000))]);
    }, 1000);
  }

  /* ---- one box ticks all of a name --------------------------------------------------- */
  document.addEventListener("change", function (event) {
    var name = event.target.getAttribute && event.target.getAttribute("data-all");
    if (!name) { return; }
    document.querySelectorAll("input[type=checkbox][name='" + name + "']").forEach(function (box) { box.checked = event.target.checked; });
  });

  /* ---- htmx: the token, and failures in words ------------------------------------------ */
  document.addEventListener("htmx:configRequest", function (event) { event.detail.headers["X-CSRFToken"] = csrf(); });
  document.addEventListener("htmx:afterRequest", function () { if (window.xueji.served) { window.xueji.served(); } });
  document.addEventListener("htmx:sendError", function () { toast(words("网络没有连通，什么都没有改动。请检查网络后重试。"), "error"); });
  document.addEventListener("htmx:responseError", function (event) {
    toast(sentenceOf(event.detail.xhr) || words("没有办成，什么都没有改动。请刷新页面后重试。"), "error");
  });

  /* The server's own sentence out of a JSON answer, or "". */
  function sentenceOf(request) {
    try { return JSON.parse(request.responseText).sentence || ""; } catch (error) { return ""; }
  }
  window.xueji.sentenceOf = sentenceOf;
}());
