/* Taking in proofs: choose, drag, paste or photograph. A picture is sent as soon as it is chosen, one by one with
   progress; it can be turned and removed afterwards. What could not be sent stays here and is tried again by the button
   or before the form is sent. */
(function () {
  "use strict";

  var x = window.xueji;
  var CEILING = 2 * 1024 * 1024; /* the national system's limit for one picture */
  var LONGEST = 2600; /* pixels: enough to read a certificate's small print */

  x.all("[data-upload]").forEach(function (box) {
    var drop = box.querySelector("[data-drop]");
    var queue = box.querySelector("[data-queue]");
    var notes = box.querySelector("[data-upload-notes]");
    var sendAll = box.querySelector("[data-send]");
    var stored = box.querySelector("[data-evidence]");
    var limit = Number(box.dataset.limit);
    var shots = [];
    var sending = null;
    var turnable = {}; /* address of a stored picture -> what it was made of in this window */
    box.classList.add("ready");

    function say(sentence, tone) {
      var note = x.element("div", "note note-" + (tone || "info"));
      note.appendChild(x.element("span", "", sentence));
      notes.appendChild(note);
    }
    function quiet() { notes.textContent = ""; }

    function tell() {
      sendAll.hidden = shots.length === 0;
      sendAll.disabled = Boolean(sending);
      sendAll.textContent = sending ? x.words("正在上传…") : x.words("重新上传 {0} 张", [shots.length]);
    }
    function room() { return limit - x.all("[data-stored]", stored).length - shots.length; }

    /* ---- a file comes in ------------------------------------------------------------- */
    function isPicture(bytes) {
      return (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) || (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47);
    }
    function take(files) {
      quiet();
      var chain = Promise.resolve();
      Array.prototype.forEach.call(files, function (file) { chain = chain.then(function () { return takeOne(file); }); });
      return chain.then(work);
    }
    function takeOne(file) {
      if (room() <= 0) { say(x.words("最多上传 {0} 张，“{1}”没有加入。可先移除不需要的。", [limit, file.name]), "error"); return null; }
      return file.slice(0, 4).arrayBuffer().then(function (head) {
        if (!isPicture(new Uint8Array(head))) { throw new Error("kind"); }
        return createImageBitmap(file);
      }).then(function (picture) {
        add(file, picture);
      }).catch(function () { say(x.words("“{0}”不是能打开的 JPG 或 PNG 图片，没有加入。请另存为 JPG 后再选。", [file.name]), "error"); });
    }
    function add(file, picture) {
      var shot = { file: file, picture: picture, turn: 0, name: file.name || x.words("截图.png") };
      var item = x.element("li");
      shot.canvas = x.element("canvas");
      shot.canvas.setAttribute("role", "img");
      shot.canvas.setAttribute("aria-label", x.words("预览 {0}", [shot.name]));
      shot.state = x.element("div", "because", shot.name + "　" + size(file.size));
      shot.bar = x.element("progress");
      shot.bar.max = 100;
      shot.bar.value = 0;
      shot.bar.hidden = true;
      shot.bar.setAttribute("aria-label", x.words("上传进度 {0}", [shot.name]));
      var tools = x.element("div", "tools");
      shot.remove = button(x.words("移除"), function () { forget(shot); shot.picture.close(); });
      tools.appendChild(shot.remove);
      [shot.canvas, shot.state, shot.bar, tools].forEach(function (part) { item.appendChild(part); });
      shot.item = item;
      queue.appendChild(item);
      shots.push(shot);
      preview(shot);
      if (file.size > CEILING) { say(x.words("“{0}”有 {1}，超过 2 MB，已在本机缩小后上传，请看清字迹是否还能辨认。", [shot.name, size(file.size)]), "warning"); }
    }
    function button(text, act) {
      var made = x.element("button", "btn btn-sm", text);
      made.type = "button";
      made.addEventListener("click", act);
      return made;
    }
    function forget(shot) {
      shots = shots.filter(function (each) { return each !== shot; });
      shot.item.remove();
      tell();
    }
    function size(bytes) { return bytes >= 1048576 ? (bytes / 1048576).toFixed(1) + " MB" : Math.max(1, Math.round(bytes / 1024)) + " KB"; }

    /* ---- drawing: previews, and the re-encoding that rotation or size asks for --------- */
    function paint(shot, canvas, longest) {
      var wide = shot.picture.width;
      var high = shot.picture.height;
      var scale = Math.min(1, longest / Math.max(wide, high));
      var sideways = shot.turn % 180 !== 0;
      canvas.width = Math.max(1, Math.round((sideways ? high : wide) * scale));
      canvas.height = Math.max(1, Math.round((sideways ? wide : high) * scale));
      var pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.translate(canvas.width / 2, canvas.height / 2);
      pen.rotate(shot.turn * Math.PI / 180);
      pen.drawImage(shot.picture, -wide * scale / 2, -high * scale / 2, wide * scale, high * scale);
    }
    function preview(shot) { paint(shot, shot.canvas, 480); }

    function encode(canvas, quality) { return new Promise(function (done) { canvas.toBlob(done, "image/jpeg", quality); }); }

    /* The file as it is, and the server turns it, unless it is too large: then it is turned and made smaller here. */
    function readied(shot) {
      if (shot.file.size <= CEILING) { return Promise.resolve(shot.file); }
      var canvas = document.createElement("canvas");
      var tries = [[LONGEST, 0.92], [LONGEST, 0.85], [2000, 0.85], [1600, 0.8], [1200, 0.75]];
      function attempt(at) {
        paint(shot, canvas, tries[at][0]);
        return encode(canvas, tries[at][1]).then(function (blob) {
          if (blob && blob.size <= CEILING) { return blob; }
          if (at + 1 < tries.length) { return attempt(at + 1); }
          throw new Error(x.words("“{0}”缩小后仍超过 2 MB，请重新拍摄或裁剪后再选。", [shot.name]));
        });
      }
      return attempt(0);
    }

    /* ---- the revision: each stored picture raises it, and the page's other form must follow ---- */
    function revision() {
      var field = document.querySelector("input[name=revision]");
      return field ? field.value : "";
    }
    function renew(html, shot) {
      var before = x.all("[data-stored]", stored).map(addressOf);
      stored.innerHTML = html;
      var fresh = stored.querySelector("[data-revision]");
      if (fresh) { x.all("input[name=revision]").forEach(function (field) { field.value = fresh.dataset.revision; }); }
      x.all("[data-stored]", stored).forEach(function (item) {
        if (shot && before.indexOf(addressOf(item)) === -1) { turnable[addressOf(item)] = shot; }
        offerTurning(item);
      });
      document.dispatchEvent(new CustomEvent("xueji:proofs"));
    }
    function addressOf(item) { return item.querySelector("a").getAttribute("href"); }
    /* A stored picture is never changed: turned, it is a new one in the place of the old. */
    function offerTurning(item) {
      var shot = turnable[addressOf(item)];
      var form = item.querySelector("form[data-remove]");
      if (!shot || !form) { return; }
      item.insertBefore(button(x.words("旋转"), function () {
        if (sending) { return; }
        quiet();
        takeAway(form).then(function (gone) {
          if (!gone) { return; }
          shot.turn = (shot.turn + 90) % 360;
          queue.appendChild(shot.item);
          shots.push(shot);
          preview(shot);
          work();
        });
      }), form);
    }

    /* ---- sending ------------------------------------------------------------------------ */
    function send(shot) {
      shot.remove.disabled = true;
      shot.bar.hidden = false;
      return readied(shot).then(function (blob) { return post(shot, blob); }).then(function (html) {
        shot.bar.hidden = true;
        shot.remove.disabled = false;
        forget(shot);
        renew(html, shot);
      }, function (problem) {
        shot.remove.disabled = false;
        shot.bar.hidden = true;
        say(problem.message, "error");
      });
    }
    function post(shot, blob) {
      return new Promise(function (done, fail) {
        var request = new XMLHttpRequest();
        var data = new FormData();
        data.append(box.dataset.field, blob, blob === shot.file ? shot.name : shot.name.replace(/\.\w+$/, "") + ".jpg");
        data.append("rotate", String(blob === shot.file ? shot.turn : 0));
        data.append("revision", revision());
        request.open("POST", box.dataset.uploadUrl);
        request.setRequestHeader("X-CSRFToken", x.csrf());
        request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
        request.timeout = 120000;
        request.upload.addEventListener("progress", function (event) { if (event.lengthComputable) { shot.bar.value = 100 * event.loaded / event.total; } });
        request.addEventListener("load", function () {
          if (x.served) { x.served(); }
          var html = (request.getResponseHeader("Content-Type") || "").indexOf("text/html") === 0;
          if (request.status >= 200 && request.status < 300 && html && request.responseURL.indexOf("/sign-in/") === -1) {
            done(request.responseText);
            return;
          }
          fail(new Error(x.sentenceOf(request) || failure(request.status, shot.name)));
        });
        request.addEventListener("error", function () { fail(new Error(x.words("网络没有连通，“{0}”还没有上传，照片仍在本页，请重试。", [shot.name]))); });
        request.addEventListener("timeout", function () { fail(new Error(x.words("网络太慢，“{0}”没有传完，照片仍在本页，请重试。", [shot.name]))); });
        request.send(data);
      });
    }
    function failure(status, name) {
      if (status === 413) { return x.words("“{0}”超过 2 MB，没有收下。请重新拍摄或裁剪后再选。", [name]); }
      if (status === 403 || status === 401 || status === 200) { return x.words("登录已失效，“{0}”没有上传。请在新窗口重新登录后再点“重新上传”。", [name]); }
      return x.words("“{0}”没有收下，请稍后重试；仍不行请联系系统管理员。", [name]);
    }
    /* Sends what waits; whoever asks meanwhile gets the same promise. */
    function work() {
      tell();
      if (sending || !shots.length) { return sending || Promise.resolve(); }
      sending = Promise.resolve();
      tell();
      var tried = [];
      function next() {
        var shot = shots.filter(function (each) { return tried.indexOf(each) === -1; })[0];
        if (!shot) { return null; }
        tried.push(shot);
        return send(shot).then(next);
      }
      sending = sending.then(next).then(function () {
        sending = null;
        tell();
        if (!shots.length) { say(x.words("已上传。"), "success"); }
      });
      return sending;
    }
    sendAll.addEventListener("click", function () { if (!sending) { quiet(); work(); } });
    /* The form waits for the pictures; with one that cannot be sent it stays, and says so. */
    document.addEventListener("submit", function (event) {
      var form = event.target;
      if (!shots.length || box.contains(form) || (form.method || "").toLowerCase() !== "post") { return; }
      var by = event.submitter;
      event.preventDefault();
      event.stopImmediatePropagation();
      quiet();
      work().then(function () {
        if (!shots.length) { form.requestSubmit(by); return; }
        say(x.words("还有 {0} 张图片没有上传，表单没有送出。请重新上传，或移除这些图片。", [shots.length]), "error");
        notes.scrollIntoView({ block: "center" });
      });
    }, true);

    /* ---- the ways in ----------------------------------------------------------------------- */
    x.all("[data-pick]", box).forEach(function (input) {
      input.addEventListener("change", function () { var files = Array.prototype.slice.call(input.files); input.value = ""; take(files); });
    });
    x.all("[data-camera]", box).forEach(function (label) { label.hidden = !window.matchMedia("(pointer: coarse)").matches; });
    ["dragenter", "dragover"].forEach(function (name) {
      drop.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over"); });
    });
    ["dragleave", "drop"].forEach(function (name) { drop.addEventListener(name, function () { drop.classList.remove("over"); }); });
    drop.addEventListener("drop", function (event) { event.preventDefault(); take(event.dataTransfer.files); });
    document.addEventListener("paste", function (event) {
      var files = event.clipboardData ? event.clipboardData.files : [];
      if (files.length) { event.preventDefault(); take(files); }
    });
    /* Removing a stored proof stays on the page. */
    stored.addEventListener("submit", function (event) {
      var form = event.target;
      if (event.defaultPrevented || !form.hasAttribute("data-remove")) { return; }
      event.preventDefault();
      quiet();
      takeAway(form);
    });
    /* Whether the stored picture of this form is gone. */
    function takeAway(form) {
      var data = new FormData(form);
      data.append("revision", revision());
      return fetch(form.action, { method: "POST", body: data, credentials: "same-origin", headers: { "X-CSRFToken": x.csrf(), "X-Requested-With": "XMLHttpRequest" } })
        .then(function (answer) { return answer.text().then(function (text) { return { ok: answer.ok, responseText: text }; }); })
        .then(function (answer) {
          if (answer.ok) { renew(answer.responseText); } else { say(x.sentenceOf(answer) || x.words("没有移除成功，请刷新页面后重试。"), "error"); }
          tell();
          return answer.ok;
        })
        .catch(function () { say(x.words("网络没有连通，没有移除。请重试。"), "error"); return false; });
    }
    /* Leaving with pictures not yet sent would lose them. */
    window.addEventListener("beforeunload", function (event) { if (shots.length) { event.preventDefault(); event.returnValue = ""; } });
    tell();
  });
}());
