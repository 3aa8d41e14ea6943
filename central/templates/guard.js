// The guard's page, live: waits for the server's word that something changed, shows it, and sounds an alarm.
// Without it the page reloads by itself; whatever is done goes by ordinary forms.
"use strict";
(() => {
  const main = () => document.querySelector("main[data-live]");
  if (!main()) return;
  const plainTitle = document.title;
  const link = document.getElementById("link");
  const changed = document.getElementById("changed");
  const soundButton = document.getElementById("sound");
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  let heard = Date.now();
  let drawn = Date.now();
  let known = new Set(alarms());
  let sounded = 0;

  function alarms() {
    return main().dataset.alarms.split(" ").filter(Boolean);
  }

  // The server's clock, as far as it went on since this page was drawn.
  function now() {
    return Number(main().dataset.now) + (Date.now() - drawn);
  }

  function spoken(ms) {
    const seconds = Math.floor(Math.abs(ms) / 1000);
    const two = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return minutes + ":" + two(seconds % 60);
    return Math.floor(minutes / 60) + ":" + two(minutes % 60) + ":" + two(seconds % 60);
  }

  function drawTimes() {
    const words = document.body.dataset;
    for (const item of document.querySelectorAll("[data-until]")) {
      if (!item.dataset.until) continue;
      const left = Number(item.dataset.until) - now();
      item.textContent = (left >= 0 ? words.left : words.late).replace("{time}", spoken(left));
    }
    for (const item of document.querySelectorAll("[data-since]")) {
      if (!item.dataset.since) continue;
      const age = now() - Number(item.dataset.since);
      item.textContent = age < 5000 ? words.just : words.ago.replace("{time}", spoken(age));
    }
  }

  // Somebody is typing or has chosen something: the page must not be drawn anew under their hands.
  function isBusy() {
    const filled = [...main().querySelectorAll("input:not([type=hidden])")].some((field) => field.value !== field.defaultValue);
    const opened = [...main().querySelectorAll("details.choice")].some((item) => item.open);
    const said = main().querySelector(".wrong:not(:empty)"); // what was not done and why, still to be read
    return filled || opened || said || main().contains(document.activeElement?.closest("input, select"));
  }

  // The page's own address: what is shown may be the answer to a form, which must not be sent a second time.
  function own() {
    return main().dataset.page + location.search;
  }

  function leave() {
    location.replace(own());
  }

  async function draw() {
    const answer = await fetch(own(), { headers: { "X-Looks-By-Itself": "1" }, cache: "no-store" });
    if (answer.redirected) return leave();
    if (!answer.ok) throw new Error("the server fails");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main[data-live]");
    if (!fresh) return leave();
    if (isBusy()) {
      // What is known of the alarm is taken over all the same.
      for (const name of ["version", "alarms", "level"]) main().dataset[name] = fresh.dataset[name];
      changed.hidden = false;
    } else {
      const open = [...main().querySelectorAll("details[open]")].map((item) => item.id);
      main().replaceWith(fresh);
      for (const id of open) if (id) document.getElementById(id)?.setAttribute("open", "");
      drawn = Date.now();
      changed.hidden = true;
      drawTimes();
    }
    tellAlarm();
  }

  let sound;
  function tone(at, high, loud) {
    const voice = sound.createOscillator();
    const gain = sound.createGain();
    voice.type = loud > 0.4 ? "square" : "sine";
    voice.frequency.value = high;
    gain.gain.value = loud;
    voice.connect(gain).connect(sound.destination);
    voice.start(sound.currentTime + at);
    voice.stop(sound.currentTime + at + 0.18);
  }

  function ring(level) {
    sounded = Date.now();
    document.body.dataset.rang = String(Number(document.body.dataset.rang || 0) + 1);
    if (wasTouched() && navigator.vibrate) navigator.vibrate(level ? [300, 100, 300] : 200);
    if (!sound || sound.state !== "running") return;
    const times = 2 + Math.min(level, 3);
    for (let nth = 0; nth < times; nth += 1) tone(nth * 0.25, nth % 2 ? 660 : 880, Math.min(0.2 + 0.15 * level, 0.6));
  }

  function tellAlarm() {
    const ids = alarms();
    const level = Number(main().dataset.level);
    document.title = ids.length ? "(" + ids.length + ") ⚠ " + plainTitle : plainTitle;
    const isNew = ids.some((id) => !known.has(id));
    known = new Set(ids);
    const every = [10000, 5000, 2500][Math.min(level, 2)];
    if (isNew || (ids.length && Date.now() - sounded >= every)) ring(level);
  }

  // A browser is silent until somebody has touched the page.
  function wasTouched() {
    return !navigator.userActivation || navigator.userActivation.hasBeenActive;
  }

  function wakeSound() {
    sound = sound || new AudioContext();
    sound.resume().then(() => { soundButton.hidden = sound.state === "running"; }, () => {});
    navigator.wakeLock?.request("screen").catch(() => {});
  }

  function showLink(isHere) {
    if (isHere) heard = Date.now();
    link.hidden = isHere;
    const at = link.querySelector("time");
    if (!isHere) at.textContent = new Date(heard).toLocaleTimeString(document.documentElement.lang, { hour12: false });
  }

  async function watch() {
    for (;;) {
      try {
        const version = main().dataset.version;
        const answer = await fetch(main().dataset.live + "?version=" + version, { cache: "no-store" });
        if (answer.status === 401) return leave();
        if (!answer.ok) throw new Error("the server fails");
        const told = await answer.json();
        showLink(true);
        if (String(told.version) !== main().dataset.version) await draw();
      } catch {
        showLink(false);
        await pause(1500);
      }
    }
  }

  changed.querySelector("button").addEventListener("click", () => leave());
  soundButton.addEventListener("click", wakeSound);
  document.addEventListener("pointerdown", wakeSound, { once: true });
  soundButton.hidden = false;
  if (wasTouched()) wakeSound();
  drawTimes();
  tellAlarm();
  setInterval(() => { drawTimes(); tellAlarm(); }, 1000);
  setInterval(() => draw().catch(() => showLink(false)), 15000);
  watch();
})();
