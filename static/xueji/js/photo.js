/* The pupil's photograph: choose or take with the camera, crop to 26 × 32, send the cropped picture. Without script the server crops the middle. */
(function () {
  "use strict";
  var form = document.querySelector("[data-photo]");
  if (!form || !window.HTMLCanvasElement) { return; }
  var width = Number(form.dataset.width), height = Number(form.dataset.height);
  var input = form.querySelector("input[type=file]");
  var crop = form.querySelector("[data-crop]"), canvas = crop.querySelector("canvas"), zoom = crop.querySelector("input[type=range]");
  var live = form.querySelector("[data-live]"), camera = form.querySelector("[data-camera]"), shoot = form.querySelector("[data-shoot]");
  var note = form.querySelector("[data-photo-note]");
  var picture = null, at = { x: 0.5, y: 0.4 }, stream = null, ready = false;

  function part() {
    var scale = Math.max(width / picture.width, height / picture.height) * Number(zoom.value) / 100;
    var w = width / scale, h = height / scale;
    var x = Math.min(Math.max(at.x * picture.width - w / 2, 0), picture.width - w);
    var y = Math.min(Math.max(at.y * picture.height - h / 2, 0), picture.height - h);
    at = { x: (x + w / 2) / picture.width, y: (y + h / 2) / picture.height };
    return { x: x, y: y, w: w, h: h };
  }
  function draw() {
    var box = part();
    canvas.getContext("2d").drawImage(picture, box.x, box.y, box.w, box.h, 0, 0, width, height);
    note.textContent = box.w < width ? window.xueji.words("照片较小或放大过多，印出来会不清楚。") : "";
  }
  function show(source) {
    picture = source;
    at = { x: 0.5, y: 0.4 };
    zoom.value = "100";
    crop.hidden = false;
    ready = true;
    draw();
    canvas.focus();
  }
  function stop() {
    if (stream) { stream.getTracks().forEach(function (track) { track.stop(); }); }
    stream = null;
    live.hidden = shoot.hidden = true;
  }

  input.addEventListener("change", function () {
    var file = input.files[0];
    ready = false;
    if (!file) { crop.hidden = true; return; }
    window.createImageBitmap(file).then(show, function () { crop.hidden = true; note.textContent = window.xueji.words("这个文件打不开，请换一张 JPEG 或 PNG 照片。"); });
  });
  zoom.addEventListener("input", draw);
  var from = null;
  canvas.addEventListener("pointerdown", function (event) { from = { x: event.clientX, y: event.clientY }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", function (event) {
    if (!from) { return; }
    var box = part(), shown = canvas.getBoundingClientRect();
    at.x -= (event.clientX - from.x) * box.w / shown.width / picture.width;
    at.y -= (event.clientY - from.y) * box.h / shown.height / picture.height;
    from = { x: event.clientX, y: event.clientY };
    draw();
  });
  canvas.addEventListener("pointerup", function () { from = null; });
  canvas.addEventListener("keydown", function (event) {
    var step = { ArrowLeft: [-0.02, 0], ArrowRight: [0.02, 0], ArrowUp: [0, -0.02], ArrowDown: [0, 0.02] }[event.key];
    if (step) { at.x += step[0]; at.y += step[1]; } else if (event.key === "+" || event.key === "=") { zoom.value = String(Number(zoom.value) + 10); } else if (event.key === "-") { zoom.value = String(Number(zoom.value) - 10); } else { return; }
    event.preventDefault();
    draw();
  });

  if (navigator.mediaDevices && navigator.mediaDevices.getUserMedia) {
    camera.hidden = false;
    camera.addEventListener("click", function () {
      navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 960 } }).then(function (found) {
        stream = found;
        live.srcObject = found;
        live.hidden = shoot.hidden = false;
        return live.play();
      }).catch(function () { note.textContent = window.xueji.words("没有找到可用的摄像头，或没有允许使用；请选择照片文件。"); });
    });
    shoot.addEventListener("click", function () {
      var still = document.createElement("canvas");
      still.width = live.videoWidth;
      still.height = live.videoHeight;
      still.getContext("2d").drawImage(live, 0, 0);
      stop();
      input.required = false;
      show(still);
    });
  }
  window.addEventListener("pagehide", stop);

  /* The cropped part with the dots it has, at most as many as paper needs: the server judges them. */
  function cropped() {
    var box = part(), sent = document.createElement("canvas");
    sent.width = Math.min(width, Math.round(box.w));
    sent.height = Math.min(height, Math.round(box.h));
    sent.getContext("2d").drawImage(picture, box.x, box.y, box.w, box.h, 0, 0, sent.width, sent.height);
    return sent;
  }

  /* What is sent is the cropped picture; the file chosen stays on this machine. */
  form.addEventListener("submit", function (event) {
    if (!ready) { return; }
    event.preventDefault();
    cropped().toBlob(function (blob) {
      var files = new DataTransfer();
      files.items.add(new File([blob], "photo.jpg", { type: "image/jpeg" }));
      ready = false;
      input.files = files.files;
      form.submit();
    }, "image/jpeg", 0.95);
  });
})();
